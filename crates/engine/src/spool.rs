//! One stream for several readers, computed once, in bounded memory.
//!
//! Batches wait in memory until every reader has passed them. When the slowest reader is so far behind that they
//! would exceed [`MEMORY_BYTES`], newer batches go to a temporary file until it catches up. The producer never runs
//! more than [`LEAD_BATCHES`] ahead of the fastest reader, and stops when no reader is left.
//!
//! Invariant: every planned reader is known before the first batch is produced, so no batch is dropped that
//! somebody still needs.

use std::collections::VecDeque;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::ipc::CompressionType;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::{IpcWriteOptions, StreamWriter};
use datafusion::common::runtime::SpawnedTask;
use datafusion::execution::SendableRecordBatchStream;
use futures::{Stream, StreamExt};
use tokio::sync::watch;
use towpath_model::Fault;

use crate::fault::from_datafusion;

/// Most bytes that wait in memory for slower readers.
const MEMORY_BYTES: usize = 32 << 20;
/// Most batches that the producer is ahead of the fastest reader.
const LEAD_BATCHES: usize = 8;

enum Slot {
    Memory(RecordBatch),
    File { offset: u64, length: usize },
}

struct State {
    slots: VecDeque<Slot>,
    /// Number of the first slot; slots before it were read by everybody.
    first: usize,
    /// Next batch of each reader; `None` when it has gone.
    readers: Vec<Option<usize>>,
    planned: usize,
    memory: usize,
    file: Option<(File, u64)>,
    end: Option<Result<(), Fault>>,
}

impl State {
    fn produced(&self) -> usize {
        self.first + self.slots.len()
    }

    /// Whether the producer should wait: it is far enough ahead of the fastest reader.
    fn is_ahead(&self) -> bool {
        let fastest = self.readers.iter().flatten().max().copied().unwrap_or(0);
        self.produced() >= fastest + LEAD_BATCHES
    }

    fn is_abandoned(&self) -> bool {
        self.readers.len() >= self.planned && self.readers.iter().all(Option::is_none)
    }

    fn push(&mut self, batch: RecordBatch) -> Result<(), Fault> {
        let bytes = batch.get_array_memory_size();
        let slot = if self.memory + bytes <= MEMORY_BYTES {
            self.memory += bytes;
            Slot::Memory(batch)
        } else {
            self.spill(&batch)?
        };
        self.slots.push_back(slot);
        Ok(())
    }

    fn spill(&mut self, batch: &RecordBatch) -> Result<Slot, Fault> {
        let bytes = encode(batch).map_err(|error| Fault::internal(format!("spool: {error}")))?;
        if self.file.is_none() {
            self.file = Some((tempfile::tempfile().map_err(disk)?, 0));
        }
        let Some((file, end)) = &mut self.file else { return Err(Fault::internal("spool without file")) };
        file.write_all_at(&bytes, *end).map_err(disk)?;
        let slot = Slot::File { offset: *end, length: bytes.len() };
        *end += bytes.len() as u64;
        Ok(slot)
    }

    /// Drops the batches that every planned reader has passed.
    fn trim(&mut self) {
        if self.readers.len() < self.planned {
            return;
        }
        let slowest = self.readers.iter().flatten().min().copied().unwrap_or_else(|| self.produced());
        while self.first < slowest {
            if let Some(Slot::Memory(batch)) = self.slots.pop_front() {
                self.memory -= batch.get_array_memory_size();
            }
            self.first += 1;
        }
        if self.slots.is_empty()
            && let Some((_, end)) = &mut self.file
        {
            *end = 0;
        }
    }
}

fn encode(batch: &RecordBatch) -> Result<Vec<u8>, arrow::error::ArrowError> {
    let options = IpcWriteOptions::default().try_with_compression(Some(CompressionType::LZ4_FRAME))?;
    let mut bytes = Vec::new();
    let mut writer = StreamWriter::try_new_with_options(&mut bytes, &batch.schema(), options)?;
    writer.write(batch)?;
    writer.finish()?;
    drop(writer);
    Ok(bytes)
}

fn disk(error: std::io::Error) -> Fault {
    Fault::unavailable(format!("temporary file: {}", towpath_model::scope::plain_io(&error)))
        .hint("make room in the folder for temporary files, or choose another with `TMPDIR`")
}

/// A stream that several readers share.
pub(crate) struct Spool {
    state: Arc<Shared>,
    _producer: SpawnedTask<()>,
}

struct Shared {
    state: Mutex<State>,
    /// Rises with every change of the state; wakes readers and producer.
    change: watch::Sender<u64>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) {
        self.change.send_modify(|version| *version += 1);
    }
}

impl std::fmt::Debug for Spool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Spool")
    }
}

impl Spool {
    /// Starts producing for `planned` readers.
    pub(crate) fn start(stream: SendableRecordBatchStream, planned: usize) -> Spool {
        let state = State {
            slots: VecDeque::new(),
            first: 0,
            readers: Vec::new(),
            planned,
            memory: 0,
            file: None,
            end: None,
        };
        let shared = Arc::new(Shared { state: Mutex::new(state), change: watch::Sender::new(0) });
        let producer = SpawnedTask::spawn(produce(stream, Arc::clone(&shared)));
        Spool { state: shared, _producer: producer }
    }

    /// A new reader, from the first batch on. The stream keeps the spool alive.
    pub(crate) fn reader(
        self: &Arc<Self>,
        schema: &SchemaRef,
    ) -> impl Stream<Item = Result<RecordBatch, Fault>> + Send + use<> {
        let number = {
            let mut state = self.state.lock();
            state.readers.push(Some(0));
            state.readers.len() - 1
        };
        self.state.changed();
        let reader = Reader { spool: Arc::clone(self), number, schema: Arc::clone(schema) };
        futures::stream::unfold(Some(reader), |reader| async move {
            let reader = reader?;
            match reader.next().await {
                Ok(Some(batch)) => Some((Ok(batch), Some(reader))),
                Ok(None) => None,
                Err(fault) => Some((Err(fault), None)),
            }
        })
    }
}

async fn produce(mut stream: SendableRecordBatchStream, shared: Arc<Shared>) {
    let mut change = shared.change.subscribe();
    let end = loop {
        change.mark_unchanged();
        let (is_ahead, is_abandoned) = {
            let state = shared.lock();
            (state.is_ahead(), state.is_abandoned())
        };
        if is_abandoned {
            break Ok(());
        }
        if is_ahead {
            // The sender lives in `shared`, so this cannot fail.
            let _ = change.changed().await;
            continue;
        }
        match stream.next().await {
            Some(Ok(batch)) => {
                let pushed = shared.lock().push(batch);
                if pushed.is_err() {
                    break pushed;
                }
                shared.changed();
            }
            Some(Err(error)) => break Err(from_datafusion(error)),
            None => break Ok(()),
        }
    };
    shared.lock().end = Some(end);
    shared.changed();
}

struct Reader {
    spool: Arc<Spool>,
    number: usize,
    schema: SchemaRef,
}

impl Reader {
    async fn next(&self) -> Result<Option<RecordBatch>, Fault> {
        let shared = &self.spool.state;
        let mut change = shared.change.subscribe();
        loop {
            change.mark_unchanged();
            if let Some(found) = self.take()? {
                shared.changed();
                return Ok(found);
            }
            let _ = change.changed().await;
        }
    }

    /// The next batch, the end (`Some(None)`), or nothing yet.
    fn take(&self) -> Result<Option<Option<RecordBatch>>, Fault> {
        let mut state = self.spool.state.lock();
        let next = state.readers[self.number].unwrap_or_default();
        if next < state.first {
            return Err(Fault::internal("a reader came after the rows of its node were gone"));
        }
        let batch = match state.slots.get(next - state.first) {
            Some(Slot::Memory(batch)) => batch.clone(),
            Some(Slot::File { offset, length }) => {
                let mut bytes = vec![0; *length];
                let Some((file, _)) = &state.file else { return Err(Fault::internal("spool without file")) };
                file.read_exact_at(&mut bytes, *offset).map_err(disk)?;
                decode(&bytes, &self.schema)?
            }
            None => {
                return match &state.end {
                    Some(Ok(())) => Ok(Some(None)),
                    Some(Err(fault)) => Err(fault.copied()),
                    None => Ok(None),
                };
            }
        };
        state.readers[self.number] = Some(next + 1);
        state.trim();
        Ok(Some(Some(batch)))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut state = self.spool.state.lock();
        state.readers[self.number] = None;
        state.trim();
        drop(state);
        self.spool.state.changed();
    }
}

fn decode(bytes: &[u8], schema: &SchemaRef) -> Result<RecordBatch, Fault> {
    let broken = |error: arrow::error::ArrowError| Fault::internal(format!("spool: {error}"));
    let mut reader = StreamReader::try_new(bytes, None).map_err(broken)?;
    let batch = reader.next().ok_or_else(|| Fault::internal("spool: an empty batch"))?.map_err(broken)?;
    RecordBatch::try_new(Arc::clone(schema), batch.columns().to_vec()).or(Ok(batch))
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{ArrayRef, Int64Array};
    use datafusion::physical_plan::stream::RecordBatchStreamAdapter;

    fn batches(count: i64, rows: i64) -> SendableRecordBatchStream {
        let batch = move |n: i64| {
            let column: ArrayRef = Arc::new(Int64Array::from_iter_values(n * rows..(n + 1) * rows));
            RecordBatch::try_from_iter([("n", column)]).unwrap()
        };
        let schema = batch(0).schema();
        let stream = futures::stream::iter((0..count).map(move |n| Ok(batch(n))));
        Box::pin(RecordBatchStreamAdapter::new(schema, stream))
    }

    async fn sum(stream: impl Stream<Item = Result<RecordBatch, Fault>>) -> i64 {
        let mut stream = std::pin::pin!(stream);
        let mut sum = 0;
        while let Some(batch) = stream.next().await {
            let batch = batch.unwrap();
            let column = batch.column(0).as_any().downcast_ref::<Int64Array>().unwrap();
            sum += column.values().iter().sum::<i64>();
        }
        sum
    }

    #[tokio::test]
    async fn a_reader_that_comes_last_gets_everything_from_the_file() {
        // 64 MB: the second reader starts when the first has finished, so half of it must be on disk.
        let (count, rows) = (64, 131_072);
        let stream = batches(count, rows);
        let schema = stream.schema();
        let spool = Arc::new(Spool::start(stream, 2));
        let expected = (0..count * rows).sum::<i64>();
        assert_eq!(sum(spool.reader(&schema)).await, expected);
        assert!(spool.state.lock().memory <= MEMORY_BYTES);
        assert_eq!(sum(spool.reader(&schema)).await, expected);
        assert_eq!(spool.state.lock().slots.len(), 0);
    }

    #[tokio::test]
    async fn a_reader_that_leaves_does_not_hold_the_others() {
        let stream = batches(100, 1000);
        let schema = stream.schema();
        let spool = Arc::new(Spool::start(stream, 2));
        let (first, mut second) = (spool.reader(&schema), Box::pin(spool.reader(&schema)));
        second.next().await.unwrap().unwrap();
        drop(second);
        assert_eq!(sum(first).await, (0..100_000).sum::<i64>());
    }
}
