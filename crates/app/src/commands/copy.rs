//! `towpath copy`: the one-liner that stands for a pipeline of two or three nodes.

use std::path::Path;

use serde_json::{Map, Value, json};
use towpath_model::{Document, Fault, WriteMode, yaml};

use super::Stop;
use super::run::{Order, carry_out};
use crate::cli::{CopyArgs, Options};
use crate::endpoint::Endpoint;
use crate::output::{Console, Outcome};
use crate::project::{Project, workshop};

pub(crate) async fn copy(args: &CopyArgs, options: &Options, console: &Console) -> Result<Outcome, Stop> {
    let base = Path::new(".");
    let tools = workshop(options, base)?;
    let with_stream = args.query.is_none();
    let source = Endpoint::parse(&args.source, with_stream, &tools.registry, &tools.connections)?;
    let destination = Endpoint::parse(&args.destination, true, &tools.registry, &tools.connections)?;
    if args.print {
        let mode = args.mode.or((destination.kind == "file").then_some(WriteMode::Overwrite));
        let document = document(
            args,
            &source.without_secrets(&tools.registry, "SOURCE"),
            &destination.without_secrets(&tools.registry, "DESTINATION"),
            mode,
        );
        console.result(yaml::write(&document).trim_end());
        return Ok(Outcome::Done);
    }
    let mode = match args.mode {
        Some(mode) => mode,
        None => default_mode(&destination, &tools).await?,
    };
    let document = Document::from_value("", document(args, &source, &destination, Some(mode)));
    let mut project = Project::of(document, base, options)?;
    // A copy that is interrupted is typed again, and nothing would go on with its chunks.
    project.spec.nodes.values_mut().for_each(|node| node.landing.resume.enabled = false);
    carry_out(&project, options, console, Order::once("towpath quarantine", args.retries)).await
}

/// Files are replaced, as `cp` does. A table that exists is touched only in the way that was asked for.
async fn default_mode(
    destination: &Endpoint,
    tools: &towpath_engine::graph::Workshop,
) -> Result<WriteMode, Stop> {
    if destination.kind == "file" {
        return Ok(WriteMode::Overwrite);
    }
    let connector = tools
        .registry
        .get(&destination.kind)
        .ok_or_else(|| Fault::internal("an end of the copy without connector"))?;
    let connection = match &destination.connection {
        Some(Value::String(name)) => tools.connections.find(name)?.settings.clone(),
        Some(settings) => settings.clone(),
        None => json!({}),
    };
    let table = Value::Object(destination.stream.clone());
    let found = connector.destination(&connection, &table, &tools.context)?.target().await?;
    match found {
        None => Ok(WriteMode::Append),
        Some(_) => {
            let name = destination.stream.values().next().and_then(Value::as_str).unwrap_or_default();
            let hint = "add `--mode append`, `--mode overwrite`, or `--mode upsert --key …`";
            Err(Fault::config(format!("the table `{name}` exists already")).hint(hint).into())
        }
    }
}

fn document(args: &CopyArgs, source: &Endpoint, destination: &Endpoint, mode: Option<WriteMode>) -> Value {
    let mut nodes = Map::new();
    let mut read = source.node("source");
    if let Some(query) = &args.query {
        read.insert("query".into(), json!(query));
    }
    nodes.insert("rows".into(), Value::Object(read));
    let mut last = "rows";
    if let Some(condition) = &args.condition {
        nodes.insert("kept".into(), json!({ "transform": "filter", "from": last, "where": condition }));
        last = "kept";
    }
    let mut load = destination.node("destination");
    load.insert("from".into(), json!(last));
    if let Some(mode) = mode {
        load.insert("mode".into(), json!(mode));
    }
    if !args.key.is_empty() {
        load.insert("key".into(), json!(args.key));
    }
    nodes.insert("load".into(), Value::Object(load));
    json!({ "towpath": 1, "name": "copy", "nodes": nodes })
}
