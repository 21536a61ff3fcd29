//! `towpath preview`.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use towpath_connect::fit::row_as_json;
use towpath_engine::context::MemoryQuarantine;
use towpath_model::{Document, Fault, suggest};

use super::{Stop, wrong};
use crate::cli::{Options, PreviewArgs};
use crate::output::{Console, Outcome, tables};
use crate::project::Project;

pub(crate) async fn preview(
    args: &PreviewArgs,
    options: &Options,
    console: &Console,
) -> Result<Outcome, Stop> {
    let project = match is_pipeline(&args.file) {
        true => Project::load(&args.file, options)?,
        false => data_file(&args.file, options)?,
    };
    let quarantine = MemoryQuarantine::default();
    let graph = project.compile(Arc::new(quarantine.clone()), options).await?;
    let reference = match &args.node {
        Some(node) => node.clone(),
        None => default_node(&project),
    };
    let (name, port) = reference.split_once('.').map_or((reference.as_str(), None), |(n, p)| (n, Some(p)));
    let Some(node) = graph.nodes.get(name) else {
        if project.spec.nodes.contains_key(name) {
            return Ok(wrong(&project, &graph, console).unwrap_or(Outcome::Failed));
        }
        let names = project.spec.nodes.keys().map(String::as_str);
        let hint = suggest::hint(name, "nodes", names).unwrap_or_default();
        return Err(Fault::config(format!("unknown node `{name}`")).hint(hint).into());
    };
    let plan = match port {
        Some(port) => node.outputs.get(port),
        None => node.outputs.values().next(),
    };
    let Some(plan) = plan else {
        let names = node.outputs.keys().map(String::as_str);
        let hint = suggest::hint(port.unwrap_or_default(), "its outputs", names).unwrap_or_default();
        return Err(Fault::config(format!("node `{name}` has no such output")).hint(hint).into());
    };
    let batches = towpath_engine::run::preview(&graph, plan, args.limit).await?;
    let schema = plan.schema().as_arrow();
    if console.json {
        for batch in &batches {
            for row in 0..batch.num_rows() {
                console.result(&row_as_json(batch, row));
            }
        }
    } else {
        for line in tables::rows(schema, &batches) {
            console.result(&line);
        }
    }
    let shown: usize = batches.iter().map(arrow::array::RecordBatch::num_rows).sum();
    console.say(&format!(
        "{shown} rows of `{reference}`{}",
        if shown == args.limit { ", maybe more" } else { "" }
    ));
    let rejects = quarantine.all();
    if let Some(first) = rejects.first() {
        console.warn(&format!(
            "{} rows on the way would go to quarantine; the first: {}: {}",
            rejects.len(),
            first.place,
            first.reason
        ));
        return Ok(Outcome::Quarantined);
    }
    Ok(Outcome::Done)
}

fn is_pipeline(file: &Path) -> bool {
    let is_yaml = file.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
    is_yaml
        || (file.extension().is_some_and(|extension| extension == "json")
            && std::fs::read_to_string(file).is_ok_and(|text| text.contains("\"towpath\"")))
}

/// A pipeline of one source, for looking into a file.
fn data_file(file: &Path, options: &Options) -> Result<Project, Stop> {
    let document = json!({
        "towpath": 1,
        "name": "preview",
        "nodes": { "rows": { "source": "file", "path": file.display().to_string() } },
    });
    Ok(Project::of(Document::from_value("", document), Path::new(""), options)?)
}

fn default_node(project: &Project) -> String {
    let order = project.spec.in_order();
    let destination = order
        .iter()
        .find(|name| project.spec.nodes[**name].role == towpath_model::pipeline::Role::Destination)
        .or(order.last());
    destination.map(|name| (*name).to_owned()).unwrap_or_default()
}
