//! Cases of PostgreSQL alone, on a real server.

mod changes;
mod chunks;
mod conforming;
mod connections;
mod faults;
mod loads;
mod reads;
mod shapes;
mod types;

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use futures::TryStreamExt;
use serde_json::{Value, json};
use towpath_connect::fit::Fitter;
use towpath_connect::reject::MemoryRejects;
use towpath_connect::{
    Connector, Context, Destination, Load, LoadRequest, ReadRequest, Receipt, Reject, Source, erase,
};
use towpath_model::contract::ContractRule;
use towpath_model::{Fault, LoadId, WriteMode};
use towpath_testkit::postgres;

type Database = towpath_testkit::Postgres;

fn connector() -> Arc<dyn Connector> {
    erase::<super::Postgres>()
}

fn context() -> Context {
    Context::new(".")
}

fn connection(url: &str) -> Value {
    connector().address(url, false).unwrap().connection
}

fn source_of(url: &str, settings: Value) -> Arc<dyn Source> {
    connector().source(&connection(url), &settings, &context()).unwrap()
}

fn table_source(database: &Database, table: &str) -> Arc<dyn Source> {
    source_of(&database.url(), json!({ "table": table }))
}

fn query_source(database: &Database, query: &str) -> Arc<dyn Source> {
    source_of(&database.url(), json!({ "query": query }))
}

fn destination(database: &Database, table: &str) -> Arc<dyn Destination> {
    connector().destination(&connection(&database.url()), &json!({ "table": table }), &context()).unwrap()
}

/// Everything a source gives, and what it could not give.
async fn read(source: &dyn Source) -> (SchemaRef, Vec<RecordBatch>, Vec<Reject>) {
    let schema = source.describe().await.unwrap().schema;
    let rejects = Arc::new(MemoryRejects::default());
    let request = ReadRequest::all(Arc::clone(&schema), rejects.clone());
    let batches: Vec<RecordBatch> = source.read(request).await.unwrap().try_collect().await.unwrap();
    (schema, batches, rejects.all())
}

fn request(schema: SchemaRef, mode: WriteMode, key: &[&str]) -> LoadRequest {
    LoadRequest {
        mode,
        key: key.iter().map(|name| (*name).to_owned()).collect(),
        ..LoadRequest::new(LoadId::generate(), "test/load", schema, Arc::<MemoryRejects>::default())
    }
}

fn evolving(mut request: LoadRequest) -> LoadRequest {
    request.contract.columns = ContractRule::Evolve;
    request
}

/// Loads batches the way the engine does, but for its quarantine.
async fn load(
    destination: &dyn Destination,
    request: LoadRequest,
    batches: Vec<RecordBatch>,
) -> Result<Receipt, Fault> {
    let schema = Arc::clone(&request.schema);
    let mut load = destination.begin(request).await?;
    write(load.as_mut(), schema, batches).await?;
    load.commit().await
}

async fn write(load: &mut dyn Load, schema: SchemaRef, batches: Vec<RecordBatch>) -> Result<(), Fault> {
    let mut fitter = Fitter::new(schema, load.columns().to_vec())?;
    for batch in batches {
        let (batch, rejects) = fitter.fit(batch)?;
        assert_eq!(rejects, vec![]);
        load.write(batch).await?;
    }
    Ok(())
}

/// Reads a query of one database and loads it into a table, often of the same one.
async fn copy(
    database: &Database,
    query: &str,
    table: &str,
    mode: WriteMode,
    key: &[&str],
) -> Result<Receipt, Fault> {
    let (schema, batches, rejects) = read(query_source(database, query).as_ref()).await;
    assert_eq!(rejects, vec![]);
    load(destination(database, table).as_ref(), request(schema, mode, key), batches).await
}
