//! Versions of a pipeline: looked at, compared, brought back; and copies.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use towpath_model::Document;
use towpath_store::pipelines::{self, Version};

use super::pipelines::{NewDocument, PipelineView, add, advance, conclude, welcome};
use crate::caller::{Caller, Within};
use crate::extract::{IfMatch, Json, Path, Query, Tagged};
use crate::guard::OnPipeline;
use crate::paging::{ByNumber, Items, PageQuery};
use crate::problem::{Answer, Problem};
use crate::server::Server;

/// Versions of a pipeline, the newest first.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/versions", tag = "pipelines",
    params(("workspace" = String, Path), ("pipeline" = String, Path), PageQuery<ByNumber>),
    responses((status = 200, body = Items<Version>)))]
pub(crate) async fn list(
    State(server): State<Server>,
    OnPipeline(pipeline): OnPipeline,
    Query(page): Query<PageQuery<ByNumber>>,
) -> Answer<Json<Items<Version>>> {
    let page = page.request()?;
    let mut conn = server.store.read().await?;
    Ok(Json(pipelines::versions(&mut conn, pipeline.id.as_str(), &page).await?.into()))
}

async fn one(server: &Server, pipeline: &pipelines::Pipeline, number: i64) -> Answer<Version> {
    let mut conn = server.store.read().await?;
    let found = pipelines::version(&mut conn, pipeline.id.as_str(), number).await?;
    found.ok_or_else(|| Problem::not_found("version", &number.to_string()))
}

/// Parts of the path of one version.
#[derive(Deserialize)]
pub(crate) struct At {
    version: i64,
}

/// One version.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/versions/{version}", tag = "pipelines",
    params(("workspace" = String, Path), ("pipeline" = String, Path), ("version" = i64, Path)),
    responses((status = 200, body = Version)))]
pub(crate) async fn show(
    State(server): State<Server>,
    OnPipeline(pipeline): OnPipeline,
    Path(at): Path<At>,
) -> Answer<Json<Version>> {
    Ok(Json(one(&server, &pipeline, at.version).await?))
}

/// Which versions are compared.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Between {
    /// The older one.
    from: i64,
    /// The newer one; the one that runs if nothing is said.
    to: Option<i64>,
}

/// What differs between two versions.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Diff {
    /// The older one.
    from: Version,
    /// The newer one.
    to: Version,
    /// Nodes that differ.
    nodes: Vec<NodeDiff>,
    /// Other sections that differ.
    sections: Vec<String>,
}

/// A node that differs.
#[derive(Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub(crate) struct NodeDiff {
    /// Its name.
    node: String,
    /// `added`, `removed` or `changed`.
    change: &'static str,
    /// Settings that differ.
    settings: Vec<String>,
}

/// Compares two versions, node by node.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/diff", tag = "pipelines",
    params(("workspace" = String, Path), ("pipeline" = String, Path), Between), responses((status = 200, body = Diff)))]
pub(crate) async fn diff(
    State(server): State<Server>,
    OnPipeline(pipeline): OnPipeline,
    Query(between): Query<Between>,
) -> Answer<Json<Diff>> {
    let from = one(&server, &pipeline, between.from).await?;
    let to = one(&server, &pipeline, between.to.unwrap_or(pipeline.version)).await?;
    let (nodes, sections) = differences(&values(&from.document), &values(&to.document));
    Ok(Json(Diff { from, to, nodes, sections }))
}

/// A version was right when it was made.
fn values(document: &str) -> Value {
    Document::parse("document", document).map(|document| document.value).unwrap_or_default()
}

/// Keys of an object whose values differ.
fn keys(one: &Value, other: &Value) -> Vec<String> {
    let names = |value: &Value| {
        value.as_object().map(|map| map.keys().cloned().collect::<BTreeSet<_>>()).unwrap_or_default()
    };
    let all: BTreeSet<String> = names(one).union(&names(other)).cloned().collect();
    all.into_iter().filter(|name| one.get(name) != other.get(name)).collect()
}

fn differences(from: &Value, to: &Value) -> (Vec<NodeDiff>, Vec<String>) {
    let none = Value::Null;
    let (before, after) = (from.get("nodes").unwrap_or(&none), to.get("nodes").unwrap_or(&none));
    let nodes = keys(before, after).into_iter().map(|node| {
        let (one, other) = (before.get(&node), after.get(&node));
        let change = match (one, other) {
            (None, _) => "added",
            (_, None) => "removed",
            _ => "changed",
        };
        let settings = match (one, other) {
            (Some(one), Some(other)) => keys(one, other),
            _ => Vec::new(),
        };
        NodeDiff { node, change, settings }
    });
    let sections = keys(from, to).into_iter().filter(|name| name != "nodes").collect();
    (nodes.collect(), sections)
}

/// What is brought back.
#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct Rollback {
    /// The version whose document is to run again.
    version: i64,
    /// Why.
    #[serde(default)]
    remark: String,
}

/// Brings an earlier document back, as a new version.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/rollback", tag = "pipelines",
    params(("workspace" = String, Path), ("pipeline" = String, Path), ("if-match" = String, Header)),
    request_body = Rollback, responses((status = 200, body = PipelineView)))]
pub(crate) async fn rollback(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnPipeline(before): OnPipeline,
    based_on: IfMatch,
    Json(wanted): Json<Rollback>,
) -> Answer<Tagged<PipelineView>> {
    based_on.check(before.revision, &before)?;
    let earlier = one(&server, &before, wanted.version).await?;
    let remark = match wanted.remark.is_empty() {
        true => format!("version {} again", wanted.version),
        false => wanted.remark,
    };
    let new = NewDocument { document: earlier.document, remark, restricted: None };
    let mut tx = server.store.begin().await?;
    let after = advance(&server, &mut tx, &caller, &within, &before, new).await?;
    conclude(&server, tx, &caller, &within, "pipeline.rollback", &before, after).await
}

/// How a copy is called.
#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct Duplicate {
    /// Name of the copy.
    name: String,
}

/// Makes a copy of a pipeline, without its schedules.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/duplicate", tag = "pipelines",
    params(("workspace" = String, Path), ("pipeline" = String, Path)), request_body = Duplicate,
    responses((status = 201, body = PipelineView)))]
pub(crate) async fn duplicate(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnPipeline(original): OnPipeline,
    Json(wanted): Json<Duplicate>,
) -> Answer<Response> {
    // To make something new, the right must be held in the workspace, not on the original alone.
    crate::guard::allow(&caller, within.member, towpath_model::Right::PipelinesWrite)?;
    let current = one(&server, &original, original.version).await?;
    let document = renamed(&current.document, &wanted.name)
        .ok_or_else(|| Problem::field("/name", "a name is one line of text without quotes"))?;
    let remark = format!("a copy of `{}`", original.name);
    let new = NewDocument { document, remark, restricted: Some(original.restricted) };
    let mut tx = server.store.begin().await?;
    let pipeline = add(&server, &mut tx, &caller, &within, new).await?;
    welcome(&server, tx, &caller, &within, pipeline).await
}

/// The document with another name and without its schedule; comments stay where they are.
fn renamed(document: &str, name: &str) -> Option<String> {
    if name.trim().is_empty() || name.contains(['\n', '"', '\\', '\r']) {
        return None;
    }
    let mut lines = Vec::new();
    let (mut named, mut skipping) = (false, false);
    for line in document.lines() {
        let is_top = line.starts_with(|letter: char| letter.is_alphabetic());
        skipping = if is_top { line.starts_with("schedule:") } else { skipping };
        if is_top && line.starts_with("name:") {
            lines.push(format!("name: \"{name}\""));
            named = true;
        } else if !skipping {
            lines.push(line.to_owned());
        }
    }
    let text = lines.join("\n") + "\n";
    // A document in JSON, or one whose name stands elsewhere.
    let found = Document::parse("document", &text).ok()?;
    if named && found.value.get("name").and_then(Value::as_str) == Some(name) {
        return Some(text);
    }
    let mut value = Document::parse("document", document).ok()?.value;
    let map = value.as_object_mut()?;
    map.shift_remove("schedule");
    map.insert("name".into(), name.into());
    serde_json::to_string_pretty(&value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_keeps_comments_and_has_no_schedule() {
        let text = "# Orders\nname: orders\nschedule:\n  cron: \"0 9 * * *\"\n# nodes\nnodes:\n  a: {}\n";
        let copy = renamed(text, "orders 2").unwrap();
        assert_eq!(copy, "# Orders\nname: \"orders 2\"\nnodes:\n  a: {}\n");
        let json = renamed("{\"name\": \"a\", \"schedule\": {}, \"nodes\": {}}", "b").unwrap();
        assert_eq!(values(&json), serde_json::json!({ "name": "b", "nodes": {} }));
        assert_eq!(renamed(text, "a\nb"), None);
    }

    #[test]
    fn versions_are_compared_node_by_node() {
        let from = values("name: a\nnodes: {x: {source: file, path: a}, y: {sql: s}}");
        let to = values("name: a\nparams: {p: {}}\nnodes: {x: {source: file, path: b}, z: {sql: s}}");
        let (nodes, sections) = differences(&from, &to);
        let plain: Vec<(&str, &str)> = nodes.iter().map(|node| (node.node.as_str(), node.change)).collect();
        assert_eq!(plain, [("x", "changed"), ("y", "removed"), ("z", "added")]);
        assert_eq!(
            (nodes[0].settings.as_slice(), sections.as_slice()),
            (&["path".to_owned()][..], &["params".to_owned()][..])
        );
    }
}
