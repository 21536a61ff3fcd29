//! Rejected rows of a run, kept in the store.
//!
//! Operators reject rows from wherever they run, and must not go on before a batch of them is safe. A full buffer is
//! written while the thread waits for it; the runtime moves its other work elsewhere, also from threads that wait for the
//! buffer: were they all to stand still, nobody would carry on what the writer waits for.
//!
//! Nothing is written or forgotten unless the attempt has the run at that moment: the rows of a chunk are those of whoever
//! reads it now.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use jiff::Timestamp;
use tokio::runtime::Handle;
use tokio::task::block_in_place;
use towpath_connect::{Reject, RejectSink};
use towpath_engine::context::Quarantine;
use towpath_model::Fault;
use towpath_store::rejects::{self, NewReject as Stored};
use towpath_store::runs::lease::{self, Held};
use towpath_store::{Error, Store, Tx, commit};

use super::memory::lost;

const FLUSH_ROWS: usize = 500;

/// The quarantine of one run.
#[derive(Debug, Clone)]
pub(crate) struct StoreRejects {
    store: Store,
    held: Held,
    runtime: Handle,
    buffer: Arc<Mutex<Buffer>>,
}

#[derive(Debug, Default)]
struct Buffer {
    waiting: Vec<Stored>,
    /// Number of the last row that was kept; none before the first.
    last: Option<i64>,
}

impl StoreRejects {
    pub(crate) fn new(store: Store, held: &Held) -> StoreRejects {
        StoreRejects { store, held: held.clone(), runtime: Handle::current(), buffer: Arc::default() }
    }

    /// The buffer; who has to wait for it lets the runtime go on without this thread.
    fn buffer(&self) -> MutexGuard<'_, Buffer> {
        match self.buffer.try_lock() {
            Ok(buffer) => buffer,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => {
                block_in_place(|| self.buffer.lock().unwrap_or_else(PoisonError::into_inner))
            }
        }
    }

    fn wait<T>(&self, future: impl Future<Output = Result<Option<T>, Error>>) -> Result<T, Fault> {
        let done = block_in_place(|| self.runtime.block_on(future)).map_err(|error| {
            Fault::unavailable(format!("the quarantine of the run cannot be used: {error}"))
        })?;
        done.ok_or_else(lost)
    }

    /// A transaction in which the attempt has the run; none when another worker has it.
    async fn begin(&self) -> Result<Option<Tx>, Error> {
        let mut tx = self.store.begin().await?;
        Ok(lease::hold(&mut tx, &self.held).await?.then_some(tx))
    }

    fn write(&self, buffer: &mut Buffer) -> Result<(), Fault> {
        if buffer.waiting.is_empty() {
            return Ok(());
        }
        let last = self.wait(async {
            let Some(mut tx) = self.begin().await? else { return Ok(None) };
            let mut last = match buffer.last {
                Some(last) => last,
                None => rejects::last(&mut tx, &self.held.run_id).await?,
            };
            for row in &mut buffer.waiting {
                last += 1;
                row.number = last;
            }
            rejects::append(&mut tx, &self.held.run_id, &buffer.waiting).await?;
            commit(tx).await?;
            Ok(Some(last))
        })?;
        buffer.last = Some(last);
        buffer.waiting.clear();
        Ok(())
    }

    pub(crate) fn flush(&self) -> Result<(), Fault> {
        self.write(&mut self.buffer())
    }
}

#[derive(Debug)]
struct NodeSink {
    node: String,
    chunk: String,
    rejects: StoreRejects,
}

impl RejectSink for NodeSink {
    fn reject(&self, reject: Reject) -> Result<(), Fault> {
        let mut buffer = self.rejects.buffer();
        buffer.waiting.push(Stored {
            number: 0,
            node: self.node.clone(),
            at: Timestamp::now(),
            place: reject.place,
            column: reject.column,
            value: reject.value,
            reason: reject.reason,
            original: reject.original,
            value_only: reject.value_only,
            chunk: self.chunk.clone(),
            values: reject.values,
            corrects: reject.corrects,
        });
        if buffer.waiting.len() >= FLUSH_ROWS { self.rejects.write(&mut buffer) } else { Ok(()) }
    }

    fn keep(&self) -> Result<(), Fault> {
        self.rejects.flush()
    }
}

impl Quarantine for StoreRejects {
    fn sink(&self, node: &str, chunk: &str) -> Arc<dyn RejectSink> {
        Arc::new(NodeSink { node: node.to_owned(), chunk: chunk.to_owned(), rejects: self.clone() })
    }

    fn keep(&self) -> Result<(), Fault> {
        self.flush()
    }

    fn kept(&self, node: &str) -> Result<u64, Fault> {
        let run = &self.held.run_id;
        self.wait(async { rejects::kept(&mut *self.store.read().await?, run, node).await.map(Some) })
            .map(i64::unsigned_abs)
    }

    fn forget(&self, chunk: &str) -> Result<(), Fault> {
        let mut buffer = self.buffer();
        buffer.waiting.retain(|row| row.chunk != chunk);
        self.wait(async {
            let Some(mut tx) = self.begin().await? else { return Ok(None) };
            rejects::forget(&mut tx, &self.held.run_id, chunk).await?;
            commit(tx).await.map(Some)
        })
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::Barrier;

    use super::*;

    /// Whoever writes holds the only connection that may; all who forget wait for it, and for each other.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn those_who_wait_for_the_buffer_let_others_work() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_file(&folder.path().join("store.db")).await.unwrap();
        let held = Held { run_id: "none".into(), worker_id: "nobody".into(), attempt: 1 };
        let rejects = StoreRejects::new(store.clone(), &held);
        let ready = Arc::new(Barrier::new(9));
        let writing = tokio::spawn({
            let (store, ready) = (store.clone(), Arc::clone(&ready));
            async move {
                let tx = store.begin().await.unwrap();
                ready.wait().await;
                for _ in 0..1000 {
                    tokio::task::yield_now().await;
                }
                commit(tx).await.unwrap();
            }
        });
        let forgetting: Vec<_> = (0..8)
            .map(|_| {
                let (rejects, ready) = (rejects.clone(), Arc::clone(&ready));
                tokio::spawn(async move {
                    ready.wait().await;
                    rejects.forget("chunk").unwrap_err()
                })
            })
            .collect();
        writing.await.unwrap();
        for one in forgetting {
            let fault = one.await.unwrap();
            assert!(fault.hint_text().is_some_and(|hint| hint.contains("another worker")), "{fault}");
        }
    }
}
