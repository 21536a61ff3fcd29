//! Tests against a real MariaDB.

mod conforming;
mod failing;
mod reading;
mod writing;

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::SchemaRef;
use futures::TryStreamExt;
use serde_json::{Value, json};
use towpath_connect::reject::MemoryRejects;
use towpath_connect::{
    Connector, Context, Destination, LoadRequest, ReadRequest, Receipt, Reject, Source, erase,
};
use towpath_model::{Fault, LoadId, WriteMode};
use towpath_testkit::MariaDb;

use super::Mysql;

fn connector() -> Arc<dyn Connector> {
    erase::<Mysql>()
}

fn cx() -> Context {
    Context::new(".")
}

fn connection(db: &MariaDb) -> Value {
    connector().address(&db.url(), false).unwrap().connection
}

fn source(db: &MariaDb, settings: Value) -> Arc<dyn Source> {
    connector().source(&connection(db), &settings, &cx()).unwrap()
}

fn destination(db: &MariaDb, settings: Value) -> Arc<dyn Destination> {
    connector().destination(&connection(db), &settings, &cx()).unwrap()
}

/// All rows of a source as one batch, and what it rejected.
async fn read_source(source: &dyn Source) -> Result<(RecordBatch, Vec<Reject>), Fault> {
    let info = source.describe().await?;
    let rejects = Arc::new(MemoryRejects::default());
    let request = ReadRequest::all(info.schema.clone(), rejects.clone());
    let batches: Vec<_> = source.read(request).await?.try_collect().await?;
    Ok((arrow::compute::concat_batches(&info.schema, &batches).unwrap(), rejects.all()))
}

async fn read(db: &MariaDb, settings: Value) -> (RecordBatch, Vec<Reject>) {
    read_source(source(db, settings).as_ref()).await.unwrap()
}

async fn read_table(db: &MariaDb, table: &str) -> RecordBatch {
    let (batch, rejects) = read(db, json!({ "table": table })).await;
    assert_eq!(rejects, []);
    batch
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))
        .unwrap()
}

fn request(schema: SchemaRef, mode: WriteMode, key: &[&str]) -> LoadRequest {
    LoadRequest {
        mode,
        key: key.iter().map(|name| (*name).to_owned()).collect(),
        ..LoadRequest::new(LoadId::generate(), "test/load", schema, Arc::<MemoryRejects>::default())
    }
}

/// Loads one batch that already fits.
async fn load(
    db: &MariaDb,
    settings: Value,
    request: LoadRequest,
    batch: RecordBatch,
) -> Result<Receipt, Fault> {
    let mut load = destination(db, settings).begin(request).await?;
    match load.write(batch).await {
        Ok(()) => load.commit().await,
        Err(fault) => {
            load.abort().await?;
            Err(fault)
        }
    }
}

/// Tables of the database, without those that remember loads.
fn tables(db: &MariaDb) -> Vec<String> {
    let known = ["_towpath_loads", "_towpath_chunks"];
    db.sql("show tables").lines().filter(|name| !known.contains(name)).map(str::to_owned).collect()
}
