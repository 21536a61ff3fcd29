//! A load in chunks: several sessions stage rows, each chunk durable by itself, and one transaction puts all of them
//! in place.
//!
//! The session of the load holds its lock and does nothing until the commit, which may be that of several loads. Each lane has a session of its own; a
//! chunk is one transaction of it, with the rows and the seal of the chunk. What is sealed survives everything but an
//! abort, and the same load id goes on with the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use arrow::array::RecordBatch;
use async_trait::async_trait;
use towpath_connect::merge::Groups;
use towpath_connect::{
    ChangeCounts, ChangeSink, Chunk, ChunkState, ColumnFit, Lane, Load, LoadRequest, Receipt, Step,
};
use towpath_model::Fault;

use super::catalog;
use super::chunks::{self, Chunks};
use super::copying::CopyIn;
use super::ledger::Ledger;
use super::place::{Place, Progress, Staged};
use super::plan::Plan;
use super::room::Room;
use super::session::Session;
use super::stage::{ROW_BITS, Stage};

/// A load in chunks.
pub(super) struct ChunkedLoad {
    /// The session that holds the lock of the load.
    keeper: Arc<Room>,
    /// The one that puts the rows in place: the keeper, or that of the loads that commit together.
    room: Arc<Room>,
    shared: Arc<Shared>,
    ledger: Ledger,
    states: Vec<ChunkState>,
    progress: Progress,
    groups: Groups,
}

/// What the lanes of a load share.
struct Shared {
    plan: Plan,
    request: LoadRequest,
    chunks: Chunks,
    /// The last ticket that was given to a chunk.
    ticket: AtomicI32,
}

impl ChunkedLoad {
    /// Makes the staging place of a planned load, or finds the one that an earlier attempt left. Runs inside the
    /// transaction of the plan, and ends it.
    pub(super) async fn start(
        session: Session,
        room: Option<Arc<Room>>,
        plan: Plan,
        request: LoadRequest,
        offered: &[Chunk],
        ledger: Ledger,
    ) -> Result<Self, Fault> {
        let chunks = Chunks::new(&ledger.schema);
        let found = chunks.find(&session, &request.load_id).await?;
        let table = plan.stage.sql(&plan.target);
        let doing = format!("making the staging place of load `{}`", request.load_id);
        let states = if found.states.is_empty() {
            let sql =
                format!("DROP TABLE IF EXISTS {table}; CREATE TABLE {table} ({})", plan.stage_definition());
            session.batch(&doing, &sql).await?;
            chunks.write(&session, &request.load_id, &request.origin, offered).await?;
            offered.iter().cloned().map(ChunkState::open).collect()
        } else {
            check_stage(&session, &plan, &request).await?;
            found.states
        };
        session.batch(&doing, "COMMIT").await?;
        let shared = Shared { plan, request, chunks, ticket: AtomicI32::new(found.last_ticket) };
        let keeper = Room::own(session);
        let room = room.unwrap_or_else(|| Arc::clone(&keeper));
        let (shared, progress) = (Arc::new(shared), Progress::default());
        Ok(ChunkedLoad { keeper, room, shared, ledger, states, progress, groups: Groups::new() })
    }

    fn place(&self) -> Place<'_> {
        Place {
            room: &self.room,
            plan: &self.shared.plan,
            request: &self.shared.request,
            ledger: &self.ledger,
            chunks: Some(&self.shared.chunks),
            groups: &self.groups,
        }
    }

    /// Begins the last transaction, once.
    async fn settle(&mut self) -> Result<Staged, Fault> {
        if let Some(staged) = &self.progress.staged {
            return Ok(staged.clone());
        }
        self.room.begin().await?;
        let load = &self.shared.request.load_id;
        let rows = self.shared.chunks.sealed_rows(self.room.session(), load).await?;
        let staged = self.place().settle(rows).await?;
        self.progress.staged = Some(staged.clone());
        Ok(staged)
    }
}

/// Refuses to go on with a staging table that does not take the rows that come now.
async fn check_stage(session: &Session, plan: &Plan, request: &LoadRequest) -> Result<(), Fault> {
    let Stage::Lasting { table, number } = &plan.stage else { return Ok(()) };
    let refused = |why: &str| {
        Err(Fault::contract(format!("load `{}` cannot go on where it stopped: {why}", request.load_id))
            .hint("run again without `--resume`"))
    };
    let Some(relation) = catalog::find(session, table).await? else {
        return refused("its staging table is gone");
    };
    let columns = catalog::columns(session, relation.oid).await?;
    let is_there =
        |name: &str, kind: &str| columns.iter().any(|column| column.name == name && column.kind.name == kind);
    let all = plan.columns.iter().all(|column| is_there(&column.name, column.stage_type()))
        && number.as_ref().is_none_or(|number| is_there(number, "bigint"));
    let as_many = plan.becomes_target || columns.len() == plan.columns.len() + usize::from(number.is_some());
    match all && as_many {
        true => Ok(()),
        false => refused("the table, or what comes for it, has other columns than before"),
    }
}

#[async_trait]
impl Load for ChunkedLoad {
    fn columns(&self) -> &[ColumnFit] {
        &self.shared.plan.fits
    }

    fn chunks(&self) -> &[ChunkState] {
        &self.states
    }

    async fn lane(&mut self) -> Result<Box<dyn Lane>, Fault> {
        let session = Session::open(&self.keeper.session().connection).await?;
        chunks::join(&session, &self.shared.request.load_id).await?;
        Ok(Box::new(PostgresLane { session, shared: Arc::clone(&self.shared), current: None }))
    }

    async fn write(&mut self, _: RecordBatch) -> Result<(), Fault> {
        Err(Fault::internal("rows of a load in chunks go through its lanes"))
    }

    async fn scope(&mut self, groups: Groups) -> Result<(), Fault> {
        self.groups = groups;
        Ok(())
    }

    async fn preview(&mut self, changes: &mut dyn ChangeSink) -> Result<Option<ChangeCounts>, Fault> {
        let mut staged = self.settle().await?;
        let counts = self.place().preview(&mut staged, changes).await?;
        self.progress.staged = Some(staged);
        Ok(Some(counts))
    }

    async fn step(&mut self, step: Step) -> Result<(), Fault> {
        if step == Step::Settle {
            return self.settle().await.map(drop);
        }
        let mut progress = std::mem::take(&mut self.progress);
        self.place().step(step, &mut progress).await?;
        self.progress = progress;
        Ok(())
    }

    async fn commit(mut self: Box<Self>) -> Result<Receipt, Fault> {
        if self.progress.receipt.is_none() {
            for step in Step::ALL {
                self.step(step).await?;
            }
        }
        let mut progress = std::mem::take(&mut self.progress);
        self.place().commit(&mut progress).await
    }

    async fn abort(self: Box<Self>) -> Result<(), Fault> {
        let doing = "taking the load back";
        // The transaction may hold locks of the staging table.
        self.room.roll_back().await?;
        let session = self.keeper.session();
        let table = self.shared.plan.stage.sql(&self.shared.plan.target);
        session.batch(doing, &format!("BEGIN; DROP TABLE IF EXISTS {table}")).await?;
        self.shared.chunks.remove(session, &self.shared.request.load_id).await?;
        session.batch(doing, "COMMIT").await
    }
}

/// A writer of chunks. When it is dropped, its connection ends, and with it the transaction of the open chunk.
struct PostgresLane {
    session: Session,
    shared: Arc<Shared>,
    /// The chunk under way, with its ticket.
    current: Option<(CopyIn, i32)>,
}

impl PostgresLane {
    /// Starts the next chunk.
    async fn open(&self) -> Result<(CopyIn, i32), Fault> {
        let ticket = self.shared.ticket.fetch_add(1, Ordering::Relaxed) + 1;
        self.session.batch("starting a chunk", "BEGIN").await?;
        let plan = &self.shared.plan;
        let first = plan.stage.number().map(|_| i64::from(ticket) << ROW_BITS);
        Ok((CopyIn::start(&self.session, plan, first).await?, ticket))
    }
}

#[async_trait]
impl Lane for PostgresLane {
    async fn write(&mut self, batch: RecordBatch) -> Result<(), Fault> {
        let mut current = match self.current.take() {
            Some(current) => current,
            None => self.open().await?,
        };
        current.0.write(&self.session, &batch).await?;
        self.current = Some(current);
        Ok(())
    }

    async fn seal(&mut self, position: usize, counts: &str) -> Result<(), Fault> {
        let (copy, ticket) = match self.current.take() {
            Some(current) => current,
            None => self.open().await?,
        };
        let rows = copy.finish(&self.session).await?;
        let load = &self.shared.request.load_id;
        self.shared.chunks.seal(&self.session, load, position, ticket, rows, counts).await?;
        self.session.batch("sealing a chunk", "COMMIT").await
    }
}
