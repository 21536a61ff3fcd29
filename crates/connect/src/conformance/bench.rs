//! Drives a connector the way the engine does, and compares rows with a model answer.

use std::sync::Arc;
use std::time::Duration;

use arrow::array::{
    Array, ArrayRef, AsArray, Date32Array, Decimal128Array, Int64Array, RecordBatch, RecordBatchOptions,
    StringArray,
};
use arrow::datatypes::*;
use futures::StreamExt;
use serde_json::Value;
use towpath_model::contract::{Contract, ContractRule};
use towpath_model::landing::{History, Mirror, Undo};
use towpath_model::{Fault, LoadId, WriteMode};

use super::Harness;
use crate::chunk::Chunk;
use crate::connector::{Capabilities, Connector, Context};
use crate::destination::{Destination, LoadRequest, Receipt};
use crate::fit::{ColumnFit, Fitter, row_as_json};
use crate::merge::Groups;
use crate::reject::{MemoryRejects, Reject};
use crate::source::{BatchStream, ReadRequest, Source, StreamInfo};
use crate::types::canonical;

/// How long a call may take before the law counts it as hanging.
const PATIENCE: Duration = Duration::from_secs(60);

/// The connector under test.
pub(super) struct Bench<'a> {
    pub(super) connector: &'a dyn Connector,
    pub(super) harness: &'a dyn Harness,
    pub(super) context: Context,
    capabilities: Capabilities,
    secrets: Vec<String>,
}

/// What a load asks for, besides its rows.
#[derive(Clone)]
pub(super) struct Order<'a> {
    pub(super) mode: WriteMode,
    pub(super) key: Vec<&'a str>,
    pub(super) contract: Contract,
    pub(super) load_id: Option<LoadId>,
    pub(super) mirror: Mirror,
    pub(super) history: History,
    pub(super) undo: Option<Undo>,
    pub(super) force: bool,
    pub(super) chunks: Option<Vec<Chunk>>,
    /// The scope of a mirror that another node gives.
    pub(super) groups: Groups,
}

impl<'a> Order<'a> {
    pub(super) fn of(mode: WriteMode) -> Self {
        let contract = Contract { columns: ContractRule::Freeze, ..Contract::default() };
        Order {
            mode,
            key: if mode.needs_key() { vec!["id"] } else { Vec::new() },
            contract,
            load_id: None,
            mirror: Mirror::default(),
            history: History::default(),
            undo: None,
            force: false,
            chunks: None,
            groups: Groups::new(),
        }
    }

    pub(super) fn key(mut self, key: &[&'a str]) -> Self {
        self.key = key.to_vec();
        self
    }
}

/// A finished load: what the destination says, and the rows that did not fit.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) receipt: Receipt,
    pub(super) rejects: Vec<Reject>,
}

impl<'a> Bench<'a> {
    pub(super) fn new(connector: &'a dyn Connector, harness: &'a dyn Harness) -> Self {
        let mut secrets = Vec::new();
        for connection in [Some(harness.connection()), harness.wrong_password()].into_iter().flatten() {
            if let Some(Value::String(secret)) = connection.get("password") {
                secrets.push(secret.clone());
            }
        }
        // A password of a letter or two would be found in every sentence.
        secrets.retain(|secret| secret.len() >= 4);
        let capabilities = harness.capabilities(&connector.spec().capabilities);
        Bench { connector, harness, context: harness.context(), capabilities, secrets }
    }

    pub(super) fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// The mode that seeds tables: one that every destination has.
    pub(super) fn seed_mode(&self) -> WriteMode {
        let modes = &self.capabilities().write_modes;
        match modes.contains(&WriteMode::Append) {
            true => WriteMode::Append,
            // Who only reads is seeded by the harness, which knows no modes.
            false => modes.first().copied().unwrap_or(WriteMode::Append),
        }
    }

    pub(super) fn has(&self, mode: WriteMode) -> bool {
        self.capabilities().write_modes.contains(&mode)
    }

    pub(super) fn source(&self, table: &str) -> Arc<dyn Source> {
        let settings = self.harness.source(table);
        self.connector
            .source(&self.harness.connection(), &settings, &self.context)
            .unwrap_or_else(|fault| panic!("making a source of `{table}`: {fault:?}"))
    }

    pub(super) fn destination(&self, table: &str) -> Arc<dyn Destination> {
        let settings = self.harness.destination(table);
        self.connector
            .destination(&self.harness.connection(), &settings, &self.context)
            .unwrap_or_else(|fault| panic!("making a destination of `{table}`: {fault:?}"))
    }

    /// Runs a call that must not hang.
    pub(super) async fn patiently<T>(&self, what: &str, call: impl Future<Output = T>) -> T {
        tokio::time::timeout(PATIENCE, call).await.unwrap_or_else(|_| panic!("{what} hangs"))
    }

    /// Panics when a fault shows a password.
    pub(super) fn clean(&self, fault: Fault) -> Fault {
        let shown = format!("{fault} {fault:?} {}", fault.hint_text().unwrap_or_default());
        for secret in &self.secrets {
            assert!(!shown.contains(secret.as_str()), "a fault shows the password of the connection");
        }
        fault
    }

    /// Loads batches as the engine does.
    pub(super) async fn try_load(
        &self,
        table: &str,
        order: &Order<'_>,
        schema: &SchemaRef,
        batches: &[RecordBatch],
    ) -> Result<Loaded, Fault> {
        if self.harness.seed(table, schema, batches) {
            let written = batches.iter().map(RecordBatch::num_rows).sum::<usize>() as u64;
            return Ok(Loaded { receipt: Receipt { written, ..Receipt::default() }, rejects: Vec::new() });
        }
        let call = async {
            let destination = self.destination(table);
            let mut load = destination.begin(request(order, schema)).await?;
            let mut fitter = Fitter::new(schema.clone(), load.columns().to_vec())?;
            let mut rejects = Vec::new();
            for batch in batches {
                let (fitted, failed) = fitter.fit(batch.clone())?;
                rejects.extend(failed);
                load.write(fitted).await?;
            }
            if order.mirror.of.is_some() {
                load.scope(order.groups.clone()).await?;
            }
            Ok(Loaded { receipt: load.commit().await?, rejects })
        };
        self.patiently("a load", call).await.map_err(|fault| self.clean(fault))
    }

    /// Loads batches and checks that the counters account for every row.
    pub(super) async fn load(&self, table: &str, order: &Order<'_>, batches: &[RecordBatch]) -> Loaded {
        let schema = batches[0].schema();
        let loaded = self.try_load(table, order, &schema, batches).await;
        let loaded =
            loaded.unwrap_or_else(|fault| panic!("loading `{table}` ({}): {fault:?}", order.mode.name()));
        let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
        let Receipt { written, deduplicated, replayed, .. } = &loaded.receipt;
        if !replayed {
            assert_eq!(
                written + deduplicated + loaded.rejects.len() as u64,
                rows as u64,
                "`{table}`: written, deduplicated and rejected rows do not sum up to the incoming ones: {loaded:?}"
            );
        }
        loaded
    }

    pub(super) async fn describe(&self, table: &str) -> StreamInfo {
        let source = self.source(table);
        let info = self.patiently("describe", source.describe()).await;
        info.unwrap_or_else(|fault| panic!("describing `{table}`: {fault:?}"))
    }

    /// Reads a stream; every row must be readable.
    pub(super) async fn read(&self, table: &str, change: impl FnOnce(&mut ReadRequest)) -> Vec<RecordBatch> {
        let source = self.source(table);
        let call = async {
            let info = source.describe().await?;
            let rejects = Arc::new(MemoryRejects::default());
            let mut request = ReadRequest::all(info.schema, rejects.clone());
            change(&mut request);
            let schema = request.projected()?;
            let batches = collect(source.read(request).await?).await?;
            for batch in &batches {
                assert_same_schema(table, &schema, batch.schema_ref());
            }
            assert_eq!(
                rejects.all(),
                Vec::new(),
                "reading `{table}` rejects rows that the connector wrote itself"
            );
            Ok::<_, Fault>(batches)
        };
        let read = self.patiently("a read", call).await.map_err(|fault| self.clean(fault));
        read.unwrap_or_else(|fault| panic!("reading `{table}`: {fault:?}"))
    }

    /// All rows of a table as JSON in the types of `schema`, sorted.
    pub(super) async fn rows(&self, table: &str, schema: &SchemaRef) -> Vec<String> {
        let batches = self.read(table, |_| ()).await;
        self.typed(table, &batches, schema)
    }

    /// Rows as JSON in the types of `schema`, sorted.
    pub(super) fn typed(&self, table: &str, batches: &[RecordBatch], schema: &SchemaRef) -> Vec<String> {
        let mut rows: Vec<String> =
            batches.iter().flat_map(|batch| self.shown(&as_types(table, batch, schema))).collect();
        rows.sort();
        rows
    }

    /// The rows of a batch as JSON.
    pub(super) fn shown(&self, batch: &RecordBatch) -> Vec<String> {
        (0..batch.num_rows()).map(|row| row_as_json(batch, row)).collect()
    }

    /// The rows of batches as JSON, sorted: the model answer.
    pub(super) fn model(&self, batches: &[RecordBatch]) -> Vec<String> {
        let batches = batches.iter().map(|batch| as_types("the model", batch, batch.schema_ref()));
        let mut rows: Vec<String> = batches.flat_map(|batch| self.shown(&batch)).collect();
        rows.sort();
        rows
    }
}

/// A request for a load of rows of a schema.
pub(super) fn request(order: &Order<'_>, schema: &SchemaRef) -> LoadRequest {
    LoadRequest {
        mode: order.mode,
        key: order.key.iter().map(|column| (*column).to_owned()).collect(),
        contract: order.contract.clone(),
        mirror: order.mirror.clone(),
        history: order.history.clone(),
        undo: order.undo.clone(),
        force: order.force,
        chunks: order.chunks.clone(),
        ..LoadRequest::new(
            order.load_id.clone().unwrap_or_else(LoadId::generate),
            "conformance/load",
            schema.clone(),
            Arc::<MemoryRejects>::default(),
        )
    }
}

/// Everything of a stream, with a limit on the size of single batches.
pub(super) async fn collect(mut stream: BatchStream) -> Result<Vec<RecordBatch>, Fault> {
    let mut batches = Vec::new();
    while let Some(batch) = stream.next().await {
        batches.push(batch?);
    }
    Ok(batches)
}

/// Names and types must agree; a batch may promise more about nulls than the description.
#[track_caller]
pub(super) fn assert_same_schema(table: &str, described: &Schema, read: &Schema) {
    let plain = |schema: &Schema| -> Vec<(String, DataType)> {
        schema.fields().iter().map(|field| (field.name().clone(), field.data_type().clone())).collect()
    };
    assert_eq!(
        plain(described),
        plain(read),
        "`{table}` is read with another schema than it was described with"
    );
}

/// The columns that `schema` names, in its types. A connector may bring a type back as another one, but the
/// values must be the same: whatever does not convert without loss is a broken law.
fn as_types(table: &str, batch: &RecordBatch, schema: &SchemaRef) -> RecordBatch {
    let mut indexes = Vec::new();
    for field in schema.fields() {
        let found = batch.schema_ref().index_of(field.name());
        indexes.push(found.unwrap_or_else(|_| panic!("`{table}` lost its column `{}`", field.name())));
    }
    let picked = batch.project(&indexes).expect("indexes come from the schema");
    let arrays: Vec<ArrayRef> = picked
        .columns()
        .iter()
        .zip(schema.fields())
        .map(|(array, field)| as_instants(array, field))
        .collect();
    let fields: Vec<Field> = schema
        .fields()
        .iter()
        .zip(&arrays)
        .map(|(field, array)| Field::new(field.name(), array.data_type().clone(), true))
        .collect();
    let fields = Arc::new(Schema::new(fields));
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    let picked =
        RecordBatch::try_new_with_options(fields.clone(), arrays, &options).expect("as many rows as before");
    let columns = schema.fields().iter().map(|field| ColumnFit {
        infinite_times: true,
        ..ColumnFit::new(field.name(), canonical(field.data_type()))
    });
    let fitted = Fitter::new(fields, columns.collect()).and_then(|mut fitter| fitter.fit(picked));
    let (fitted, rejects) =
        fitted.unwrap_or_else(|fault| panic!("`{table}` came back in a foreign type: {fault:?}"));
    assert_eq!(rejects, Vec::new(), "`{table}` came back with other values");
    fitted
}

/// Systems without a type for instants keep them as wall-clock time in UTC.
fn as_instants(array: &ArrayRef, field: &Field) -> ArrayRef {
    match (array.data_type(), field.data_type()) {
        (DataType::Timestamp(TimeUnit::Microsecond, None), DataType::Timestamp(_, Some(_))) => {
            Arc::new(array.as_primitive::<TimestampMicrosecondType>().clone().with_timezone("UTC"))
        }
        _ => array.clone(),
    }
}

/// A row of the table that most laws use.
pub(super) type Order4 = (i64, Option<&'static str>, Option<i128>, Option<i32>);

/// The schema of that table: a key, a text, a price, a day.
pub(super) fn orders_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("id", DataType::Int64, true),
        Field::new("name", DataType::Utf8, true),
        Field::new("price", DataType::Decimal128(12, 2), true),
        Field::new("day", DataType::Date32, true),
    ]))
}

/// Rows of that table.
pub(super) fn orders(rows: &[Order4]) -> RecordBatch {
    let prices: Decimal128Array = rows.iter().map(|row| row.2).collect();
    let prices = prices.with_precision_and_scale(12, 2).expect("twelve digits fit");
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from_iter(rows.iter().map(|row| Some(row.0)))),
        Arc::new(StringArray::from_iter(rows.iter().map(|row| row.1))),
        Arc::new(prices),
        Arc::new(Date32Array::from_iter(rows.iter().map(|row| row.3))),
    ];
    RecordBatch::try_new(orders_schema(), columns).expect("columns have the types of the schema")
}

/// A few ordinary rows.
pub(super) const SOME: &[Order4] = &[
    (1, Some("blue"), Some(1250), Some(20_000)),
    (2, Some("green"), Some(-5), Some(20_001)),
    (3, None, None, None),
    (4, Some("red"), Some(0), Some(-1)),
];

/// One column with values of any type.
pub(super) fn one_column(name: &str, array: ArrayRef) -> RecordBatch {
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(0..array.len() as i64));
    let schema = Schema::new(vec![
        Field::new("id", DataType::Int64, true),
        Field::new(name, array.data_type().clone(), true),
    ]);
    RecordBatch::try_new(Arc::new(schema), vec![ids, array]).expect("columns have the types of the schema")
}
