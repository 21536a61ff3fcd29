//! A connector in memory, for the tests of this crate: streams and tables are shared by name.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use arrow::array::RecordBatch;
use async_trait::async_trait;
use futures::StreamExt;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use towpath_connect::*;
use towpath_model::{Fault, WriteMode};

/// What the connector holds; one for each test.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) streams: Mutex<HashMap<String, Vec<RecordBatch>>>,
    pub(crate) tables: Mutex<HashMap<String, Vec<RecordBatch>>>,
    pub(crate) reads: AtomicUsize,
    pub(crate) aborts: AtomicUsize,
    pub(crate) filters: Mutex<Vec<Filter>>,
    pub(crate) columns: Mutex<Vec<usize>>,
}

#[derive(Debug)]
pub(crate) struct MemoryConnector {
    spec: ConnectorSpec,
    memory: Arc<Memory>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// Name of the stream or table.
    table: String,
    /// Fail after this many rows.
    #[serde(default)]
    fail_after: Option<usize>,
    /// Never end.
    #[serde(default)]
    hang: bool,
}

impl MemoryConnector {
    pub(crate) fn erased(memory: Arc<Memory>) -> Arc<dyn Connector> {
        let schema = schemars::schema_for!(Settings).to_value();
        let capabilities = Capabilities {
            write_modes: vec![WriteMode::Append, WriteMode::Overwrite],
            projection: true,
            filters: true,
            limit: true,
            queries: false,
            atomic: true,
            idempotent: false,
            creates: true,
            adds_columns: false,
            accounts: false,
            max_identifier: None,
            ..Capabilities::default()
        };
        let spec = ConnectorSpec {
            name: "memory",
            title: "Memory",
            summary: "Keeps rows in memory.",
            docs: "",
            schemes: &["memory"],
            capabilities,
            examples: &[],
            connection: serde_json::json!({ "type": "object" }),
            source: schema.clone(),
            destination: schema,
        };
        Arc::new(MemoryConnector { spec, memory })
    }
}

fn settings(json: &Value) -> Result<Settings, Fault> {
    Settings::deserialize(json).map_err(|error| Fault::config(error.to_string()))
}

#[async_trait]
impl Connector for MemoryConnector {
    fn spec(&self) -> &ConnectorSpec {
        &self.spec
    }

    fn address(&self, _url: &str, _with_stream: bool) -> Result<Address, Fault> {
        Err(Fault::config("memory has no URLs"))
    }

    async fn check(&self, _connection: &Value, _cx: &Context) -> Result<(), Fault> {
        Ok(())
    }

    fn steps(&self, _connection: &Value) -> Result<Vec<towpath_connect::bounds::Step>, Fault> {
        Ok(Vec::new())
    }

    async fn glance(&self, _connection: &Value, _cx: &Context) -> Result<Option<u64>, Fault> {
        Ok(None)
    }

    async fn discover(&self, _connection: &Value, _cx: &Context) -> Result<Catalog, Fault> {
        Ok(Catalog::default())
    }

    fn source(&self, _connection: &Value, json: &Value, _cx: &Context) -> Result<Arc<dyn Source>, Fault> {
        Ok(Arc::new(MemoryStream { memory: Arc::clone(&self.memory), settings: settings(json)? }))
    }

    fn destination(
        &self,
        _connection: &Value,
        json: &Value,
        _cx: &Context,
    ) -> Result<Arc<dyn Destination>, Fault> {
        Ok(Arc::new(MemoryTable { memory: Arc::clone(&self.memory), settings: settings(json)? }))
    }
}

#[derive(Debug)]
struct MemoryStream {
    memory: Arc<Memory>,
    settings: Settings,
}

#[async_trait]
impl Source for MemoryStream {
    async fn describe(&self) -> Result<StreamInfo, Fault> {
        let streams = self.memory.streams.lock().unwrap();
        let batches = streams
            .get(&self.settings.table)
            .ok_or_else(|| Fault::not_found(format!("there is no table `{}`", self.settings.table)))?;
        Ok(StreamInfo::new(batches[0].schema()))
    }

    fn applies(&self, filter: &Filter) -> bool {
        matches!(&filter.comparison, Comparison::Equal(_))
    }

    async fn read(&self, request: ReadRequest) -> Result<BatchStream, Fault> {
        self.memory.reads.fetch_add(1, Ordering::SeqCst);
        self.memory.filters.lock().unwrap().extend(request.filters.iter().cloned());
        *self.memory.columns.lock().unwrap() = request.columns.clone();
        let batches = self.memory.streams.lock().unwrap()[&self.settings.table].clone();
        let (fail_after, hang) = (self.settings.fail_after, self.settings.hang);
        let mut seen = 0;
        let rows = futures::stream::iter(batches).map(move |batch| {
            seen += batch.num_rows();
            if fail_after.is_some_and(|limit| seen > limit) {
                return Err(Fault::unavailable("the server closed the connection"));
            }
            Ok(batch.project(&request.columns).unwrap())
        });
        if hang {
            return Ok(Box::pin(rows.chain(futures::stream::pending())));
        }
        Ok(Box::pin(rows))
    }
}

#[derive(Debug)]
struct MemoryTable {
    memory: Arc<Memory>,
    settings: Settings,
}

#[async_trait]
impl Destination for MemoryTable {
    async fn target(&self) -> Result<Option<TargetTable>, Fault> {
        Ok(None)
    }

    async fn begin(&self, request: LoadRequest) -> Result<Box<dyn Load>, Fault> {
        let columns = request.schema.fields().iter().map(|field| {
            let field = types::canonical_field(field);
            ColumnFit { max_chars: Some(5), ..ColumnFit::new(field.name(), field.data_type().clone()) }
        });
        Ok(Box::new(MemoryLoad {
            memory: Arc::clone(&self.memory),
            table: self.settings.table.clone(),
            columns: columns.collect(),
            batches: Vec::new(),
        }))
    }
}

struct MemoryLoad {
    memory: Arc<Memory>,
    table: String,
    columns: Vec<ColumnFit>,
    batches: Vec<RecordBatch>,
}

#[async_trait]
impl Load for MemoryLoad {
    fn columns(&self) -> &[ColumnFit] {
        &self.columns
    }

    async fn write(&mut self, batch: RecordBatch) -> Result<(), Fault> {
        self.batches.push(batch);
        Ok(())
    }

    async fn commit(self: Box<Self>) -> Result<Receipt, Fault> {
        let written = self.batches.iter().map(|batch| batch.num_rows() as u64).sum();
        self.memory.tables.lock().unwrap().insert(self.table, self.batches);
        Ok(Receipt { written, ..Receipt::default() })
    }

    async fn abort(self: Box<Self>) -> Result<(), Fault> {
        self.memory.aborts.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}
