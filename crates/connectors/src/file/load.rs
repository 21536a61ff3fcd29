//! A load in progress: rows go to a thread that encodes them.

use arrow::array::RecordBatch;
use async_trait::async_trait;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use towpath_connect::{ColumnFit, Load, Receipt};
use towpath_model::Fault;

use super::reading::broke_down;
use super::stage::Stage;
use super::trouble::io_fault;
use super::writing::Encoder;

/// Batches that may wait to be encoded.
const QUEUE: usize = 2;

/// What a load needs to begin.
pub(super) struct Started {
    pub(super) fits: Vec<ColumnFit>,
    pub(super) encoder: Box<dyn Encoder>,
    /// The file that appears with the commit; without one, rows are visible as they are written.
    pub(super) stage: Option<Stage>,
    /// A remark for the receipt.
    pub(super) note: Option<String>,
}

/// What the encoding thread is told.
enum Order {
    Rows(RecordBatch),
    Commit,
}

/// Encodes rows until the load commits, and gives the stage with all of them back,
/// and how many were refused. A queue that closes without the
/// order to commit takes everything back.
fn encode(
    mut orders: mpsc::Receiver<Order>,
    mut encoder: Box<dyn Encoder>,
    stage: Option<Stage>,
    name: &str,
) -> Result<Done, Fault> {
    loop {
        match orders.blocking_recv() {
            Some(Order::Rows(batch)) => encoder.write(batch)?,
            Some(Order::Commit) => break,
            None => return Ok(Done::default()),
        }
    }
    let (notes, refused) = (encoder.notes(), encoder.refused());
    encoder.finish()?.finish().map_err(|error| io_fault("file", name, error))?;
    Ok(Done { stage, notes, refused })
}

/// What the encoding thread leaves behind.
#[derive(Default)]
struct Done {
    /// The stage with all rows, when there is one and the load commits.
    stage: Option<Stage>,
    notes: Vec<String>,
    /// Rows that went to quarantine instead of being written.
    refused: u64,
}

/// A load in progress.
pub(super) struct FileLoad {
    fits: Vec<ColumnFit>,
    work: Work,
    note: Option<String>,
    rows: u64,
}

/// Who does the work of a load.
enum Work {
    /// The encoding thread.
    Running(mpsc::Sender<Order>, JoinHandle<Result<Done, Fault>>),
    /// Nobody: it was done before.
    Replay,
    /// Nobody any more: the load failed.
    Failed,
}

impl FileLoad {
    /// Starts the thread that encodes.
    pub(super) fn start(started: Started, name: String) -> Self {
        let Started { fits, encoder, stage, note } = started;
        let (sender, receiver) = mpsc::channel(QUEUE);
        let task = tokio::task::spawn_blocking(move || encode(receiver, encoder, stage, &name));
        FileLoad { fits, work: Work::Running(sender, task), note, rows: 0 }
    }

    /// A load that was done before, and takes rows only to count them.
    pub(super) fn replay(fits: Vec<ColumnFit>) -> Self {
        FileLoad { fits, work: Work::Replay, note: None, rows: 0 }
    }

    async fn send(&mut self, order: Order) -> Result<(), Fault> {
        match &self.work {
            Work::Replay => return Ok(()),
            Work::Failed => return Err(Fault::internal("a load went on after it had failed")),
            Work::Running(sender, _) if sender.send(order).await.is_ok() => return Ok(()),
            Work::Running(..) => {}
        }
        // The thread ended early, so it has a reason to tell.
        match std::mem::replace(&mut self.work, Work::Failed) {
            Work::Running(_, task) => task.await.map_err(broke_down)?.map(|_| ()),
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl Load for FileLoad {
    fn columns(&self) -> &[ColumnFit] {
        &self.fits
    }

    async fn write(&mut self, batch: RecordBatch) -> Result<(), Fault> {
        self.rows += batch.num_rows() as u64;
        self.send(Order::Rows(batch)).await
    }

    async fn commit(mut self: Box<Self>) -> Result<Receipt, Fault> {
        self.send(Order::Commit).await?;
        let receipt = Receipt { written: self.rows, ..Receipt::default() };
        match self.work {
            Work::Replay => Ok(Receipt { replayed: true, ..receipt }),
            Work::Running(_, task) => {
                let Done { stage, notes, refused } = task.await.map_err(broke_down)??;
                if let Some(stage) = stage {
                    stage.commit().await?;
                }
                let written = self.rows.saturating_sub(refused);
                Ok(Receipt { written, notes: self.note.into_iter().chain(notes).collect(), ..receipt })
            }
            Work::Failed => Err(Fault::internal("a load was committed after it had failed")),
        }
    }

    async fn abort(self: Box<Self>) -> Result<(), Fault> {
        if let Work::Running(sender, task) = self.work {
            // The closed queue tells the thread to take everything back. What may have stopped it was told before.
            drop(sender);
            task.await.map(|_| ()).map_err(broke_down)?;
        }
        Ok(())
    }
}
