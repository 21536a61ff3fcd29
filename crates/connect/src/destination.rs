//! The writing role.

use std::fmt;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use serde::Serialize;
use towpath_model::contract::Contract;
use towpath_model::{Fault, LoadId, WriteMode};

use crate::fit::ColumnFit;

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
    /// Columns that identify a row. Needed by `upsert`; with the other modes it makes a primary key on tables
    /// that are created, and repeated keys inside the load are resolved: the last row in source order wins.
    pub key: Vec<String>,
    /// Schema of the incoming rows; any Arrow types.
    pub schema: SchemaRef,
    /// What may change in the table.
    pub contract: Contract,
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
    /// Remarks for people: what was created or changed besides rows.
    pub notes: Vec<String>,
}

/// Writes one table or file.
#[async_trait]
pub trait Destination: Send + Sync + fmt::Debug {
    /// What the target looks like now; `None` when it does not exist.
    async fn target(&self) -> Result<Option<TargetTable>, Fault>;

    /// Starts a load: checks the request against the target and the contract, prepares a staging place. Nothing
    /// is visible to others before [`Load::commit`].
    async fn begin(&self, request: LoadRequest) -> Result<Box<dyn Load>, Fault>;
}

/// A load in progress. Dropping it without commit leaves nothing visible; [`Load::abort`] also cleans up now.
#[async_trait]
pub trait Load: Send {
    /// What the values of each incoming column must fit, in the order of the incoming schema. The engine fits
    /// rows to it before [`Load::write`], and sends the others to quarantine.
    fn columns(&self) -> &[ColumnFit];

    /// Takes rows whose types are exactly those of [`Load::columns`].
    async fn write(&mut self, batch: RecordBatch) -> Result<(), Fault>;

    /// Makes the rows visible, all at once.
    async fn commit(self: Box<Self>) -> Result<Receipt, Fault>;

    /// Takes everything back.
    async fn abort(self: Box<Self>) -> Result<(), Fault>;
}
