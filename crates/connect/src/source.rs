//! The reading role.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use futures::Stream;
use towpath_model::Fault;

use crate::chunk::Chunk;
use crate::filter::Filter;
use crate::intake::{Alert, Intake, Item, Recall, Settlement};
use crate::reject::RejectSink;

/// Batches as they arrive. Dropping the stream stops the read and frees what it holds.
pub type BatchStream = Pin<Box<dyn Stream<Item = Result<RecordBatch, Fault>> + Send>>;

/// Something that was found out about a stream rather than given, and what speaks for it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Fact {
    /// The file it is about, where a stream has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The column it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What was looked for, for example `delimiter` or `type`.
    pub what: &'static str,
    /// What was found.
    pub found: String,
    /// Why, as a phrase for people.
    pub evidence: String,
    /// The setting of the source that says the same, and its value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setting: Option<(&'static str, serde_json::Value)>,
}

impl Fact {
    /// A fact about the whole stream.
    pub fn new(what: &'static str, found: impl Into<String>, evidence: impl Into<String>) -> Self {
        let (found, evidence) = (found.into(), evidence.into());
        Fact { file: None, column: None, what, found, evidence, setting: None }
    }

    /// The same, with the setting that says so.
    pub fn with_setting(self, setting: &'static str, value: serde_json::Value) -> Self {
        Fact { setting: Some((setting, value)), ..self }
    }
}

/// What is known of a stream before it is read.
#[derive(Debug, Clone)]
pub struct StreamInfo {
    /// Names and types, with logical types in the field metadata ([`crate::types`]).
    pub schema: SchemaRef,
    /// Columns that identify a row; empty when unknown.
    pub primary_key: Vec<String>,
    /// Number of rows, exact or estimated, for progress only.
    pub rows: Option<u64>,
    /// Size in bytes that [`ReadProgress`] will reach, for progress only.
    pub bytes: Option<u64>,
    /// Remarks for people, for example how a column's type was decided.
    pub notes: Vec<String>,
    /// Everything that was found out, with what speaks for it.
    pub facts: Vec<Fact>,
    /// What should be there and is not.
    pub alerts: Vec<Alert>,
}

impl StreamInfo {
    /// A description that knows only the schema.
    pub fn new(schema: SchemaRef) -> Self {
        StreamInfo {
            schema,
            primary_key: Vec::new(),
            rows: None,
            bytes: None,
            notes: Vec::new(),
            facts: Vec::new(),
            alerts: Vec::new(),
        }
    }
}

/// What `discover` found.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// Streams in the order the system lists them.
    pub streams: Vec<CatalogEntry>,
}

/// One stream of a catalog.
#[derive(Debug, Clone)]
pub struct CatalogEntry {
    /// Name as a source's settings take it, for example `public.orders`.
    pub name: String,
    /// `table`, `view` or `file`.
    pub kind: &'static str,
    /// Schema, key and size.
    pub info: StreamInfo,
}

/// How far a read has come, for progress bars.
#[derive(Debug, Default)]
pub struct ReadProgress {
    bytes: AtomicU64,
}

impl ReadProgress {
    /// Adds bytes of the source that are now read.
    pub fn add_bytes(&self, count: u64) {
        self.bytes.fetch_add(count, Ordering::Relaxed);
    }

    /// Bytes of the source read so far.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}

/// What to read of a stream, and how.
#[derive(Debug, Clone)]
pub struct ReadRequest {
    /// The schema that [`Source::describe`] gave; the batches have it, projected to `columns`.
    pub schema: SchemaRef,
    /// Indexes into `schema` of the columns to read, in this order. May be empty: then only rows are counted.
    pub columns: Vec<usize>,
    /// Filters that [`Source::applies`] accepted; all must hold.
    pub filters: Vec<Filter>,
    /// Stop after this many rows.
    pub limit: Option<usize>,
    /// Read only this part of the stream, one of those that [`Source::split`] gave.
    pub chunk: Option<Chunk>,
    /// Rows per batch to aim for.
    pub batch_rows: usize,
    /// Where rows go that cannot be represented.
    pub rejects: Arc<dyn RejectSink>,
    /// Counter to feed.
    pub progress: Arc<ReadProgress>,
}

impl ReadRequest {
    /// Everything of a stream.
    pub fn all(schema: SchemaRef, rejects: Arc<dyn RejectSink>) -> Self {
        ReadRequest {
            columns: (0..schema.fields().len()).collect(),
            schema,
            filters: Vec::new(),
            limit: None,
            chunk: None,
            batch_rows: 8192,
            rejects,
            progress: Arc::default(),
        }
    }

    /// The schema of the batches to yield.
    pub fn projected(&self) -> Result<SchemaRef, Fault> {
        let schema = self.schema.project(&self.columns);
        schema.map(Arc::new).map_err(|error| Fault::internal(format!("projection of a stream: {error}")))
    }
}

/// Reads one stream.
#[async_trait]
pub trait Source: Send + Sync + fmt::Debug {
    /// Schema, key and size of the stream. May connect, and may read the data once where types must be inferred.
    async fn describe(&self) -> Result<StreamInfo, Fault>;

    /// Whether the source applies this filter itself, exactly.
    fn applies(&self, _filter: &Filter) -> bool {
        false
    }

    /// Cuts the stream into chunks of about `rows` rows, each read by itself with [`ReadRequest::chunk`]. The chunks
    /// together hold every row once, whatever filters and columns are asked for, and in the order of the list they
    /// follow the order of an undivided read where the stream has one. `None` when the stream cannot be cut.
    ///
    /// Chunks of one source that are read in one process show one state of the data where the system can do that;
    /// the connector's README says where it cannot.
    async fn split(&self, _rows: u64) -> Result<Option<Vec<Chunk>>, Fault> {
        Ok(None)
    }

    /// Whether chunks that an earlier process made still stand for the rows they stood for. A fault of kind
    /// `data` says what changed, for example a file that was replaced: the load must then start anew.
    async fn revisit(&self, _chunks: &[Chunk]) -> Result<(), Fault> {
        Ok(())
    }

    /// Hears what is remembered, before [`Source::describe`]. Without it, a source shows all it has.
    fn recall(&self, _recall: Recall) {}

    /// What the run takes, fixed by [`Source::describe`]. `None` when nothing has to be remembered of it.
    async fn intake(&self) -> Result<Option<Intake>, Fault> {
        Ok(None)
    }

    /// Names of the items whose own content made a read or a description fail.
    fn faulty(&self) -> Vec<String> {
        Vec::new()
    }

    /// Tidies up behind a run, for example moves files away; returns remarks for people. Only the versions that
    /// `items` name are touched, and what is settled already stays as it is: the call may come twice.
    async fn settle(&self, _items: &[Item], _settlement: Settlement) -> Result<Vec<String>, Fault> {
        Ok(Vec::new())
    }

    /// Starts reading. Batches arrive in source order, each with at most about `batch_rows` rows.
    async fn read(&self, request: ReadRequest) -> Result<BatchStream, Fault>;
}
