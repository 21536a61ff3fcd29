//! SQLite keeps the laws of connectors, and its own promises: [`reading`] and [`writing`].

mod reading;
mod writing;

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use futures::TryStreamExt;
use rusqlite::Connection;
use serde_json::{Value, json};
use towpath_connect::conformance::{self, Harness};
use towpath_connect::fit::row_as_json;
use towpath_connect::reject::MemoryRejects;
use towpath_connect::{
    Context, Destination, Fitter, Load, LoadRequest, ReadRequest, Receipt, Reject, Source, StreamInfo, erase,
};
use towpath_model::{Fault, LoadId, WriteMode};

use super::Sqlite;

/// A database in a folder of its own.
struct File {
    folder: tempfile::TempDir,
    count: std::sync::atomic::AtomicUsize,
}

impl File {
    fn new() -> Self {
        File { folder: tempfile::tempdir().unwrap(), count: Default::default() }
    }

    /// A database that this SQL has filled.
    fn with(sql: &str) -> Self {
        let file = File::new();
        file.open().execute_batch(sql).unwrap();
        file
    }

    fn open(&self) -> Connection {
        Connection::open(self.folder.path().join("laws.db")).unwrap()
    }

    fn source(&self, settings: Value) -> Result<Arc<dyn Source>, Fault> {
        erase::<Sqlite>().source(&self.connection(), &settings, &self.context())
    }

    fn destination(&self, table: &str) -> Arc<dyn Destination> {
        let connection = json!({ "path": "laws.db", "busy_timeout_ms": 50 });
        erase::<Sqlite>().destination(&connection, &json!({ "table": table }), &self.context()).unwrap()
    }

    async fn describe(&self, settings: Value) -> Result<StreamInfo, Fault> {
        self.source(settings)?.describe().await
    }

    /// All rows as JSON, and the rejected ones.
    async fn read(&self, settings: Value) -> Result<(Vec<String>, Vec<Reject>), Fault> {
        let source = self.source(settings)?;
        let info = source.describe().await?;
        read_described(source.as_ref(), &info).await
    }

    async fn begin(&self, table: &str, order: LoadRequest) -> Result<Box<dyn Load>, Fault> {
        self.destination(table).begin(order).await
    }

    /// Loads rows as the engine does.
    async fn load(
        &self,
        table: &str,
        order: LoadRequest,
        rows: RecordBatch,
    ) -> Result<(Receipt, Vec<Reject>), Fault> {
        let mut load = self.begin(table, order).await?;
        let (rows, rejects) = Fitter::new(rows.schema(), load.columns().to_vec())?.fit(rows)?;
        load.write(rows).await?;
        Ok((load.commit().await?, rejects))
    }

    /// The only value of a query.
    fn value(&self, sql: &str) -> String {
        self.open().query_row(sql, [], |row| row.get(0)).unwrap()
    }
}

async fn read_described(source: &dyn Source, info: &StreamInfo) -> Result<(Vec<String>, Vec<Reject>), Fault> {
    let rejects = Arc::new(MemoryRejects::default());
    let stream = source.read(ReadRequest::all(info.schema.clone(), rejects.clone())).await?;
    let batches: Vec<RecordBatch> = stream.try_collect().await?;
    let rows = batches
        .iter()
        .flat_map(|batch| (0..batch.num_rows()).map(|row| row_as_json(batch, row)).collect::<Vec<_>>());
    Ok((rows.collect(), rejects.all()))
}

fn order(mode: WriteMode, key: &[&str], schema: &RecordBatch) -> LoadRequest {
    LoadRequest {
        mode,
        key: key.iter().map(|name| (*name).to_owned()).collect(),
        ..LoadRequest::new(LoadId::generate(), "test/load", schema.schema(), Arc::<MemoryRejects>::default())
    }
}

/// Rows of a number and a text.
fn pairs(names: (&str, &str), rows: &[(i64, &str)]) -> RecordBatch {
    let schema = Schema::new(vec![
        Field::new(names.0, DataType::Int64, true),
        Field::new(names.1, DataType::Utf8, true),
    ]);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.0))),
        Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.1))),
    ];
    RecordBatch::try_new(Arc::new(schema), columns).unwrap()
}

impl Harness for File {
    fn connection(&self) -> Value {
        json!({ "path": "laws.db" })
    }

    fn unreachable(&self) -> Option<Value> {
        Some(json!({ "path": "no/such/folder/laws.db" }))
    }

    fn source(&self, table: &str) -> Value {
        json!({ "table": table })
    }

    fn destination(&self, table: &str) -> Value {
        json!({ "table": table })
    }

    fn fresh_table_name(&self) -> String {
        let number = self.count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        format!("table \"{number}\" of the laws")
    }

    fn context(&self) -> Context {
        Context::new(self.folder.path())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_the_laws() {
    conformance::run(erase::<Sqlite>().as_ref(), &File::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn random_loads_give_the_tables_of_the_model() {
    let file = File::new();
    for seed in 0..60 {
        Box::pin(conformance::random_loads(erase::<Sqlite>().as_ref(), &file, seed, 12)).await;
    }
}

#[test]
fn addresses_are_relative_or_absolute() {
    let address = <Sqlite as towpath_connect::ConnectorDef>::address;
    let found = address("sqlite:///data/my%20shop.db/orders", true).unwrap();
    assert_eq!(found.connection, json!({ "path": "data/my shop.db" }));
    assert_eq!(found.stream, Some(json!({ "table": "orders" })));
    assert_eq!(
        address("sqlite:////var/shop.db", false).unwrap().connection,
        json!({ "path": "/var/shop.db" })
    );
    for wrong in ["sqlite://shop.db/orders", "sqlite:///shop.db", "sqlite:///", "sqlite:///shop.db/"] {
        assert!(address(wrong, true).unwrap_err().hint_text().is_some(), "{wrong}");
    }
    assert!(address("sqlite:///shop.db?mode=ro", false).is_err());
}
