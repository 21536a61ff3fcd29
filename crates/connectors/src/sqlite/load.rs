//! A load in progress: a thread with the staging place, and the load and its lanes that send it work.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use arrow::array::RecordBatch;
use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use towpath_connect::merge::Groups;
use towpath_connect::{
    ChangeCounts, ChangeSink, ChunkState, ColumnFit, Lane, Load, LoadRequest, Receipt, Replay,
};
use towpath_model::Fault;

use super::preview::{self, Shown};
use super::session::{Database, Guard, Interrupt, broken};
use super::worker::work;

/// Orders that wait for the thread; more would only take memory.
const AHEAD: usize = 2;

/// What the thread of a load is asked to do.
pub(super) enum Order {
    /// Takes rows, as rows of a part when the load comes in chunks.
    Write(Option<u32>, RecordBatch),
    /// Makes the rows of a part durable as a chunk.
    Seal { part: Option<u32>, position: usize, counts: String, done: oneshot::Sender<()> },
    /// Takes the scope of a mirror.
    Scope(Groups),
    /// Shows what a commit would change.
    Preview { shown: mpsc::Sender<Shown>, done: oneshot::Sender<ChangeCounts> },
    /// Puts everything in place, and ends.
    Commit,
}

/// What the thread knows once it has begun.
pub(super) struct Begun {
    pub(super) columns: Vec<ColumnFit>,
    pub(super) chunks: Vec<ChunkState>,
    pub(super) next_part: u32,
}

/// What a load shares with its lanes and its thread.
#[derive(Clone, Default)]
pub(super) struct Shared {
    /// Why the thread ended, if it failed.
    failure: Arc<Mutex<Option<Fault>>>,
    next_part: Arc<AtomicU32>,
    /// The load is taken back: what it kept goes too.
    pub(super) aborted: Arc<AtomicBool>,
}

impl Shared {
    /// Why the thread takes no more orders.
    fn failure(&self) -> Fault {
        let failure = self.failure.lock().ok().and_then(|failure| failure.as_ref().map(Fault::copied));
        failure.unwrap_or_else(|| Fault::internal("a load ended before its last row"))
    }
}

/// Starts the thread of a load, and waits until it has checked the request.
pub(super) async fn begin(
    database: Database,
    table: String,
    request: LoadRequest,
) -> Result<Box<dyn Load>, Fault> {
    let (sender, mut orders) = mpsc::channel(AHEAD);
    let (ready, begun) = oneshot::channel();
    let interrupt = Interrupt::default();
    let guard = Guard::new(interrupt.clone());
    let shared = Shared::default();
    let (of_thread, of_load) = (shared.clone(), request.clone());
    let worker = tokio::task::spawn_blocking(move || {
        let result = work(&database, &table, &request, &interrupt, &of_thread, ready, &mut orders);
        // Before the orders end, so that whoever finds them ended finds the reason.
        if let (Err(fault), Ok(mut failure)) = (&result, of_thread.failure.lock()) {
            *failure = Some(fault.copied());
        }
        result
    });
    match begun.await {
        Ok(begun) => {
            shared.next_part.store(begun.next_part, Ordering::Relaxed);
            let Begun { columns, chunks, .. } = begun;
            Ok(Box::new(SqliteLoad { columns, chunks, orders: sender, shared, worker, guard }))
        }
        // The thread ended before it was ready: it knows the load, or has a fault.
        Err(_) => match worker.await {
            Ok(Ok(Some(receipt))) => Ok(Box::new(Replay::new(&of_load, receipt))),
            Ok(Ok(None)) => Err(Fault::internal("a load ended before it began")),
            Ok(Err(fault)) => Err(fault),
            Err(error) => Err(broken(error)),
        },
    }
}

/// A load whose rows wait in the staging place of its thread.
struct SqliteLoad {
    columns: Vec<ColumnFit>,
    chunks: Vec<ChunkState>,
    orders: mpsc::Sender<Order>,
    shared: Shared,
    worker: JoinHandle<Result<Option<Receipt>, Fault>>,
    guard: Guard,
}

#[async_trait]
impl Load for SqliteLoad {
    fn columns(&self) -> &[ColumnFit] {
        &self.columns
    }

    fn chunks(&self) -> &[ChunkState] {
        &self.chunks
    }

    async fn lane(&mut self) -> Result<Box<dyn Lane>, Fault> {
        if self.chunks.is_empty() {
            return Err(Fault::internal("a lane of a load without chunks"));
        }
        Ok(Box::new(SqliteLane { orders: self.orders.clone(), shared: self.shared.clone(), part: None }))
    }

    async fn write(&mut self, batch: RecordBatch) -> Result<(), Fault> {
        self.orders.send(Order::Write(None, batch)).await.map_err(|_| self.shared.failure())
    }

    async fn scope(&mut self, groups: Groups) -> Result<(), Fault> {
        self.orders.send(Order::Scope(groups)).await.map_err(|_| self.shared.failure())
    }

    async fn preview(&mut self, changes: &mut dyn ChangeSink) -> Result<Option<ChangeCounts>, Fault> {
        let (shown, mut rows) = mpsc::channel(AHEAD);
        let (done, counts) = oneshot::channel();
        let order = Order::Preview { shown, done };
        self.orders.send(order).await.map_err(|_| self.shared.failure())?;
        while let Some(shown) = rows.recv().await {
            preview::pass_on(shown, changes)?;
        }
        counts.await.map(Some).map_err(|_| self.shared.failure())
    }

    async fn commit(mut self: Box<Self>) -> Result<Receipt, Fault> {
        if self.orders.send(Order::Commit).await.is_err() {
            return Err(self.shared.failure());
        }
        let result = (&mut self.worker).await;
        self.guard.release();
        match result {
            Ok(Ok(Some(receipt))) => Ok(receipt),
            Ok(Ok(None)) => Err(Fault::internal("a load ended without its commit")),
            Ok(Err(fault)) => Err(fault),
            Err(error) => Err(broken(error)),
        }
    }

    async fn abort(self: Box<Self>) -> Result<(), Fault> {
        let SqliteLoad { orders, shared, worker, guard, .. } = *self;
        shared.aborted.store(true, Ordering::Release);
        drop(orders);
        drop(guard);
        // Interrupted or failed: either way nothing was written.
        worker.await.map(|_| ()).map_err(broken)
    }
}

/// A lane. Its rows go to the one thread of the load, numbered from a part that is its own until it is sealed.
struct SqliteLane {
    orders: mpsc::Sender<Order>,
    shared: Shared,
    part: Option<u32>,
}

#[async_trait]
impl Lane for SqliteLane {
    async fn write(&mut self, batch: RecordBatch) -> Result<(), Fault> {
        let part = *self.part.get_or_insert_with(|| self.shared.next_part.fetch_add(1, Ordering::Relaxed));
        self.orders.send(Order::Write(Some(part), batch)).await.map_err(|_| self.shared.failure())
    }

    async fn seal(&mut self, position: usize, counts: &str) -> Result<(), Fault> {
        let (done, sealed) = oneshot::channel();
        let order = Order::Seal { part: self.part.take(), position, counts: counts.to_owned(), done };
        self.orders.send(order).await.map_err(|_| self.shared.failure())?;
        sealed.await.map_err(|_| self.shared.failure())
    }
}
