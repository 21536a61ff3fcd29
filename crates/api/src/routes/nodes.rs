//! What pipelines are made of: connectors and transforms, with their schemas and documents.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};
use towpath_connect::ConnectorSpec;

use crate::extract::{Json, Path};
use crate::icons;
use crate::pages;
use crate::paging::Items;
use crate::problem::{Answer, Problem};
use crate::server::Server;

/// A connector or transform, in short.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct NodeType {
    /// Name in documents.
    name: String,
    /// `connector` or `transform`.
    kind: &'static str,
    /// Name for people.
    title: String,
    /// One sentence.
    summary: String,
    /// Its drawing: the path of an SVG of 24 by 24, to be drawn with lines (`GET …/icon` gives the whole).
    icon: &'static str,
    /// What a connector can do.
    #[schema(value_type = Option<Object>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    capabilities: Option<Value>,
    /// Group of a transform in menus.
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    /// How many inputs a transform has, or their names.
    #[serde(skip_serializing_if = "Option::is_none")]
    inputs: Option<Value>,
    /// What a transform does with rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    effect: Option<Value>,
}

/// A connector or transform, with schemas, documents and examples.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct NodeTypeView {
    #[serde(flatten)]
    node_type: NodeType,
    /// Its page, in Markdown.
    docs: String,
    /// Its schemas by role: `connection`, `source`, `destination`, or `transform`.
    #[schema(value_type = Object)]
    schemas: Value,
    /// Working documents or settings.
    examples: Vec<String>,
}

fn of_connector(spec: &ConnectorSpec) -> NodeType {
    NodeType {
        name: spec.name.to_owned(),
        kind: "connector",
        title: spec.title.to_owned(),
        summary: spec.summary.to_owned(),
        icon: icons::path(spec.name),
        capabilities: serde_json::to_value(&spec.capabilities).ok(),
        group: None,
        inputs: None,
        effect: None,
    }
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn of_transform(spec: &Value) -> NodeType {
    let name = text(spec, "name");
    let title = spec.get("title").and_then(Value::as_str).map_or_else(|| name.clone(), str::to_owned);
    NodeType {
        icon: icons::path(&name),
        name,
        kind: "transform",
        title,
        summary: text(spec, "summary"),
        capabilities: None,
        group: spec.get("group").and_then(Value::as_str).map(str::to_owned),
        inputs: spec.get("inputs").cloned(),
        effect: spec.get("effect").cloned(),
    }
}

/// Every connector and transform.
#[utoipa::path(get, path = "/api/v1/node-types", tag = "nodes", responses((status = 200, body = Items<NodeType>)))]
pub(crate) async fn list(State(server): State<Server>) -> Json<Items<NodeType>> {
    let connectors = server.workbench.connectors();
    let transforms = server.workbench.transforms();
    let all: Vec<NodeType> =
        connectors.iter().map(of_connector).chain(transforms.iter().map(of_transform)).collect();
    Json(all.into())
}

/// A connector or transform.
#[utoipa::path(get, path = "/api/v1/node-types/{name}", tag = "nodes", params(("name" = String, Path)),
    responses((status = 200, body = NodeTypeView)))]
pub(crate) async fn show(
    State(server): State<Server>,
    Path(name): Path<String>,
) -> Answer<Json<NodeTypeView>> {
    if let Some(spec) = server.workbench.connectors().into_iter().find(|spec| spec.name == name) {
        let schemas =
            json!({ "connection": spec.connection, "source": spec.source, "destination": spec.destination });
        let examples = spec.examples.iter().map(|(_, text)| (*text).to_owned()).collect();
        return Ok(Json(NodeTypeView {
            node_type: of_connector(&spec),
            docs: spec.docs.to_owned(),
            schemas,
            examples,
        }));
    }
    let spec = server.workbench.transforms().into_iter().find(|spec| text(spec, "name") == name);
    let spec = spec.ok_or_else(|| Problem::not_found("connector or transform", &name))?;
    let schemas = json!({ "transform": spec.get("config") });
    let docs = pages::document(&format!("reference/transforms/{name}.md")).unwrap_or_default();
    let examples = spec.get("example").and_then(Value::as_str).map(str::to_owned).into_iter().collect();
    Ok(Json(NodeTypeView { node_type: of_transform(&spec), docs, schemas, examples }))
}

/// The drawing of a connector or transform.
#[utoipa::path(get, path = "/api/v1/node-types/{name}/icon", tag = "nodes", params(("name" = String, Path)),
    responses((status = 200, content_type = "image/svg+xml", body = String)))]
pub(crate) async fn icon(State(server): State<Server>, Path(name): Path<String>) -> Answer<Response> {
    let is_known = server.workbench.connectors().iter().any(|spec| spec.name == name)
        || server.workbench.transforms().iter().any(|spec| text(spec, "name") == name);
    if !is_known {
        return Err(Problem::not_found("connector or transform", &name));
    }
    let headers =
        [(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "private, max-age=86400")];
    Ok((headers, icons::svg(&name)).into_response())
}

/// The JSON Schema of pipeline documents.
#[utoipa::path(get, path = "/api/v1/document-schema", tag = "nodes", responses((status = 200, body = Object)))]
pub(crate) async fn document_schema(State(server): State<Server>) -> Json<Value> {
    Json(server.workbench.document_schema())
}
