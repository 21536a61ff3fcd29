//! One load in progress.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use arrow::array::RecordBatch;
use async_trait::async_trait;
use mysql_async::Conn;
use towpath_connect::merge::Groups;
use towpath_connect::{ChangeCounts, ChangeSink, ChunkState, ColumnFit, Lane, Load, LoadRequest, Receipt};
use towpath_model::Fault;

use super::chunks::ChunkTable;
use super::commit::Commit;
use super::fault::Place;
use super::lane::{MysqlLane, with_numbers};
use super::plan::{Plan, Strategy};
use super::preview::preview;
use super::ready::Ready;
use super::session::{Access, Purpose, close};
use super::staging::{Staging, take_back};
use super::writer::{Writer, Writing};

/// A load in progress: rows land in the staging table.
pub(super) struct MysqlLoad {
    pub(super) plan: Plan,
    pub(super) staging: Staging,
    pub(super) request: LoadRequest,
    pub(super) access: Access,
    pub(super) place: Place,
    pub(super) writing: Writing,
    /// The connection that holds the lock of the load. Taken when the load ends, one way or the other.
    pub(super) writer: Option<Writer>,
    pub(super) chunks: Vec<ChunkState>,
    /// The number of the next part that a lane writes.
    pub(super) parts: Arc<AtomicU32>,
    /// The scope of a mirror, where another node gives it.
    pub(super) groups: Groups,
    /// Statements of a preview or a commit are under way: what a connection says after they were given up on is no
    /// answer to what is asked then.
    pub(super) busy: bool,
}

fn ended() -> Fault {
    Fault::internal("the load has already ended")
}

impl MysqlLoad {
    fn chunked(&self) -> bool {
        self.request.chunks.is_some()
    }

    /// The staging place as it is now, all rows being written.
    async fn ready(&mut self) -> Result<(Ready<'_>, &LoadRequest, u64), Fault> {
        let chunked = self.chunked();
        let writer = self.writer.as_mut().ok_or_else(ended)?;
        writer.finish().await?;
        let sent = writer.rows;
        let conn: &mut Conn = writer.finish().await?;
        self.busy = true;
        let ready = Ready {
            conn,
            plan: &self.plan,
            staging: &self.staging,
            load_id: &self.request.load_id,
            chunked,
            place: &self.place,
            groups: &self.groups,
        };
        Ok((ready, &self.request, sent))
    }

    async fn put_in_place(&mut self) -> Result<Receipt, Fault> {
        let (mut ready, request, sent) = self.ready().await?;
        let staged = ready.resolve(sent).await?;
        let time = ready.now().await?;
        let outcome = Commit { ready, request, staged, time }.run().await?;
        let plan = &mut self.plan;
        let mut notes = std::mem::take(&mut plan.notes);
        if matches!(plan.strategy, Strategy::Rename | Strategy::Build) {
            notes.push(format!("created table `{}`", plan.target.table));
        }
        notes.extend(plan.changes.notes());
        Ok(Receipt {
            written: outcome.rows,
            deduplicated: outcome.deduplicated,
            replayed: false,
            changes: Some(outcome.changes),
            notes,
        })
    }
}

#[async_trait]
impl Load for MysqlLoad {
    fn columns(&self) -> &[ColumnFit] {
        &self.plan.fits
    }

    fn chunks(&self) -> &[ChunkState] {
        &self.chunks
    }

    async fn lane(&mut self) -> Result<Box<dyn Lane>, Fault> {
        if !self.chunked() {
            return Err(Fault::internal("a load without chunks has no lanes"));
        }
        let conn = self.access.connect(Purpose::Write).await?;
        let numbered = self.plan.numbers_rows(true);
        let writing = self.writing.clone();
        let writing = if numbered { with_numbers(writing, self.plan.fits.len()) } else { writing };
        let writer = Writer::new(conn, writing, self.place.clone());
        let chunks = ChunkTable::beside(&self.plan.target, &self.place);
        Ok(Box::new(MysqlLane::new(
            writer,
            chunks,
            self.request.load_id.clone(),
            self.parts.clone(),
            numbered,
            self.place.clone(),
        )))
    }

    async fn write(&mut self, batch: RecordBatch) -> Result<(), Fault> {
        if self.chunked() {
            return Err(Fault::internal("rows of a load with chunks go through lanes"));
        }
        self.writer.as_mut().ok_or_else(ended)?.write(&batch).await
    }

    async fn scope(&mut self, groups: Groups) -> Result<(), Fault> {
        self.groups = groups;
        Ok(())
    }

    async fn preview(&mut self, changes: &mut dyn ChangeSink) -> Result<Option<ChangeCounts>, Fault> {
        let (mut ready, request, sent) = self.ready().await?;
        let told = async {
            let staged = ready.resolve(sent).await?;
            preview(&mut ready, request, staged, changes).await
        };
        let told = told.await;
        self.busy = false;
        told.map(Some)
    }

    async fn commit(mut self: Box<Self>) -> Result<Receipt, Fault> {
        let result = self.put_in_place().await;
        self.busy = false;
        if let Some(writer) = self.writer.take() {
            match (&result, self.chunked()) {
                // What is sealed stays for another attempt.
                (Err(_), true) => drop(writer),
                (Err(_), false) => self.clean_up(writer).await,
                (Ok(_), _) => {
                    if let Some(mut conn) = writer.stop().await {
                        // The next load of this origin does it otherwise.
                        let _ = self.staging.remove(&mut conn, &self.place).await;
                        close(conn).await;
                    }
                }
            }
        }
        result
    }

    async fn abort(mut self: Box<Self>) -> Result<(), Fault> {
        if let Some(writer) = self.writer.take() {
            self.clean_up(writer).await;
        }
        Ok(())
    }
}

impl MysqlLoad {
    fn clean_up(&self, writer: Writer) -> impl Future<Output = ()> + Send + 'static {
        let (staging, place, load_id) =
            (self.staging.clone(), self.place.clone(), self.request.load_id.clone());
        async move {
            // When the connection is gone, the next load of this origin does it.
            if let Some(mut conn) = writer.stop().await {
                take_back(&mut conn, &place, &staging, &load_id).await;
                close(conn).await;
            }
        }
    }
}

impl Drop for MysqlLoad {
    fn drop(&mut self) {
        // What is sealed stays for a resume; the rest goes with the connections. A load that is dropped in the middle
        // of its commit is taken back by the server, and cleared away by the next load of this origin.
        if self.chunked() || self.busy {
            return;
        }
        // A cancelled run drops its loads. Outside of a runtime the next load of this origin cleans up.
        if let (Some(writer), Ok(runtime)) = (self.writer.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(self.clean_up(writer));
        }
    }
}
