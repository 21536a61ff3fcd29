//! The writing role.

use std::fmt;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use serde::Serialize;
use towpath_model::contract::Contract;
use towpath_model::landing::{History, Mirror, Undo};
use towpath_model::{Fault, LoadId, WriteMode};

use crate::change::{ChangeCounts, ChangeSink, Undone};
use crate::chunk::{Chunk, ChunkState};
use crate::fit::ColumnFit;
use crate::merge::Groups;
use crate::reject::RejectSink;
use crate::together::{Member, Step, Together};

/// What the target looks like before a load.
#[derive(Debug, Clone)]
pub struct TargetTable {
    /// Its columns, in its own order.
    pub schema: SchemaRef,
    /// Columns that identify a row; empty when the table has no primary or unique key.
    pub primary_key: Vec<String>,
}

/// One atomic write.
#[derive(Debug, Clone)]
pub struct LoadRequest {
    /// Identity of the load; the same id twice equals once.
    pub load_id: LoadId,
    /// Who loads, for the ledger in the destination: `<pipeline>/<node>`.
    pub origin: String,
    /// How rows land.
    pub mode: WriteMode,
    /// Columns that identify a row. Needed by every mode but `append` and `overwrite`; with these it makes a primary
    /// key on tables that are created, and repeated keys inside the load are resolved: the last row in source order
    /// wins.
    pub key: Vec<String>,
    /// Schema of the incoming rows; any Arrow types.
    pub schema: SchemaRef,
    /// What may change in the table.
    pub contract: Contract,
    /// Rules of the mode `mirror`.
    pub mirror: Mirror,
    /// Rules of the mode `history`.
    pub history: History,
    /// What to keep of the rows that change, so that the load can be taken back.
    pub undo: Option<Undo>,
    /// Lets the guard of `mirror` pass.
    pub force: bool,
    /// The rows come in these chunks, through lanes, and a load that is interrupted goes on with those that are not
    /// sealed. `None`: the rows come as one stream through [`Load::write`].
    pub chunks: Option<Vec<Chunk>>,
    /// The loads with which this one becomes visible, in one transaction.
    pub together: Option<Together>,
    /// Where rows go that turn out not to fit only when they are put in place.
    pub rejects: Arc<dyn RejectSink>,
}

impl LoadRequest {
    /// An append of rows of this schema under the house's default rules.
    pub fn new(
        load_id: LoadId,
        origin: impl Into<String>,
        schema: SchemaRef,
        rejects: Arc<dyn RejectSink>,
    ) -> Self {
        LoadRequest {
            load_id,
            origin: origin.into(),
            mode: WriteMode::default(),
            key: Vec::new(),
            schema,
            contract: Contract::default(),
            mirror: Mirror::default(),
            history: History::default(),
            undo: None,
            force: false,
            chunks: None,
            together: None,
            rejects,
        }
    }
}

/// What a load did.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Receipt {
    /// Rows that the load put in place, after deduplication.
    pub written: u64,
    /// Rows dropped because a later row of the same load has their key.
    pub deduplicated: u64,
    /// The destination already knew the load id and did nothing.
    pub replayed: bool,
    /// What changed in the target; `None` where the destination does not tell.
    pub changes: Option<ChangeCounts>,
    /// Remarks for people: what was created or changed besides rows.
    pub notes: Vec<String>,
}

/// Writes one table or file.
#[async_trait]
pub trait Destination: Send + Sync + fmt::Debug {
    /// What the target looks like now; `None` when it does not exist.
    async fn target(&self) -> Result<Option<TargetTable>, Fault>;

    /// Starts a load: checks the request against the target and the contract, prepares a staging place. Nothing
    /// is visible to others before [`Load::commit`]. A load id that is under way goes on where it stopped; staging
    /// places that runs of the same origin left and nobody works on are cleared away.
    async fn begin(&self, request: LoadRequest) -> Result<Box<dyn Load>, Fault>;

    /// Names the place whose loads one transaction can put in place. Destinations that name the same place commit
    /// together; without a name a load commits by itself.
    fn commits_with(&self) -> Option<Member> {
        None
    }

    /// Takes back what a load changed, except rows that somebody changed since.
    async fn undo(&self, _load_id: &LoadId) -> Result<Undone, Fault> {
        Err(Fault::config("this destination keeps nothing to take a load back with"))
    }

    /// Takes back the loads of several tables of this place, given in the order in which they were put in place: all
    /// of them or none.
    async fn undo_together(&self, _loads: &[(String, LoadId)]) -> Result<Vec<Undone>, Fault> {
        Err(Fault::internal("loads of this destination are taken back one by one"))
    }
}

/// A load in progress. Dropping it without commit leaves nothing visible; what is sealed stays for a resume.
///
/// Rows come either as one stream ([`Load::write`]) or, when the request has chunks, through lanes: each open chunk
/// is written to some lane and sealed there. [`Load::commit`] comes when all rows are written or all chunks sealed.
#[async_trait]
pub trait Load: Send {
    /// What the values of each incoming column must fit, in the order of the incoming schema. The engine fits
    /// rows to it before they are written, and sends the others to quarantine.
    fn columns(&self) -> &[ColumnFit];

    /// The chunks of the load, in order. A resumed load gives those it began with, not those of the request. Empty
    /// when the rows come as one stream, and when the load was committed before.
    fn chunks(&self) -> &[ChunkState] {
        &[]
    }

    /// The load was committed before: its rows are in place, and [`Load::commit`] gives the receipt again.
    fn is_replay(&self) -> bool {
        false
    }

    /// Another writer of this load, with its own connection where the system needs one.
    async fn lane(&mut self) -> Result<Box<dyn Lane>, Fault> {
        Err(Fault::internal("this destination takes no chunks"))
    }

    /// Takes rows whose types are exactly those of [`Load::columns`].
    async fn write(&mut self, batch: RecordBatch) -> Result<(), Fault>;

    /// Takes the scope of a mirror that is given by another node (`mirror.of`); once, before the rows are put in place.
    async fn scope(&mut self, _groups: Groups) -> Result<(), Fault> {
        Err(Fault::internal("this destination mirrors whole tables"))
    }

    /// What [`Load::commit`] would change now, all rows being written. Changes nothing that others see. `None`
    /// where the destination cannot tell.
    async fn preview(&mut self, _changes: &mut dyn ChangeSink) -> Result<Option<ChangeCounts>, Fault> {
        Ok(None)
    }

    /// Takes one step of a group of loads that commit together.
    async fn step(&mut self, _step: Step) -> Result<(), Fault> {
        Err(Fault::internal("this load commits by itself"))
    }

    /// Makes the rows visible, all at once. With the first load of a group that commits, all of them are visible.
    async fn commit(self: Box<Self>) -> Result<Receipt, Fault>;

    /// Takes everything back, sealed chunks too.
    async fn abort(self: Box<Self>) -> Result<(), Fault>;
}

/// A writer of chunks. Dropping it takes back the rows that are not sealed.
#[async_trait]
pub trait Lane: Send {
    /// Takes rows of the current chunk, of exactly the types of [`Load::columns`].
    async fn write(&mut self, batch: RecordBatch) -> Result<(), Fault>;

    /// Makes the rows since the last seal durable together with the chunk they are of: both or neither. `position`
    /// is its place in [`Load::chunks`], `counts` what a resumed load gives back with it.
    async fn seal(&mut self, position: usize, counts: &str) -> Result<(), Fault>;
}
