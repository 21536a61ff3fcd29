//! Documents tried out before they run: problems, columns, plans, rows.

use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;
use towpath_store::pipelines::{self, Pipeline};

use super::kept;
use super::pipelines::reading;
use super::room::{note, opened, room, usable};
use crate::caller::{Caller, Within};
use crate::extract::{Json, object};
use crate::guard::OnPipeline;
use crate::problem::{Answer, Problem};
use crate::server::Server;
use crate::workbench::{Checked, Look, Rows, Upstream};

/// A document to be looked at.
#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct Draft {
    /// The document: YAML or JSON.
    document: String,
    /// Values for its parameters.
    #[serde(default, deserialize_with = "object")]
    #[schema(value_type = Object)]
    params: Value,
}

/// Says what is wrong with a document: its structure, kinds and settings. Connects to nothing.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/validate", tag = "pipelines",
    params(("workspace" = String, Path)), request_body = Draft, responses((status = 200, body = Checked)))]
pub(crate) async fn validate(
    State(server): State<Server>,
    within: Within,
    Json(draft): Json<Draft>,
) -> Json<Checked> {
    let problems = server.workbench.check(&within.workspace, &draft.document, &draft.params);
    Json(Checked { problems, ..Checked::default() })
}

/// Opens the sources of a document and says what every node gives, and how it is going to be computed.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/plan", tag = "pipelines",
    params(("workspace" = String, Path)), request_body = Draft, responses((status = 200, body = Checked)))]
pub(crate) async fn plan(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    Json(draft): Json<Draft>,
) -> Answer<Json<Checked>> {
    planned(&server, &caller, &within, &draft.document, &draft.params).await
}

async fn planned(
    server: &Server,
    caller: &Caller,
    within: &Within,
    document: &str,
    params: &Value,
) -> Answer<Json<Checked>> {
    let reading = server.workbench.read(document);
    if !reading.problems.is_empty() {
        return Ok(Json(Checked { problems: reading.problems, ..Checked::default() }));
    }
    let (room, entries) = room(server, caller, within, &reading.connections).await?;
    note(server, entries).await?;
    Ok(Json(server.workbench.outline(room, document, params, true).await?))
}

/// With which values a saved document is to be planned.
#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct PlanOf {
    /// Values for its parameters.
    #[serde(default, deserialize_with = "object")]
    #[schema(value_type = Object)]
    params: Value,
}

/// Opens the sources of a pipeline as it is saved, and says what every node gives, and how it is computed. No row is shown.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/plan", tag = "pipelines",
    params(("workspace" = String, Path), ("pipeline" = String, Path)), request_body = PlanOf,
    responses((status = 200, body = Checked)))]
pub(crate) async fn plan_saved(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnPipeline(pipeline): OnPipeline,
    Json(wanted): Json<PlanOf>,
) -> Answer<Json<Checked>> {
    let document = saved(&server, &pipeline).await?;
    planned(&server, &caller, &within, &document, &wanted.params).await
}

/// The document of the newest version of a pipeline.
async fn saved(server: &Server, pipeline: &Pipeline) -> Answer<String> {
    let mut conn = server.store.read().await?;
    let current = pipelines::version(&mut conn, pipeline.id.as_str(), pipeline.version).await?;
    let current = current.ok_or_else(|| Problem::internal("a pipeline without its version"))?;
    Ok(current.document)
}

/// Which rows are wanted.
#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct Wanted {
    /// The node.
    pub(super) node: String,
    /// Its output port; the first one if nothing is said.
    pub(super) port: Option<String>,
    /// Most rows, from 1 to 1000; 100 if nothing is said.
    #[schema(minimum = 1, maximum = 1000)]
    pub(super) limit: Option<u32>,
    /// Values for parameters.
    #[serde(default, deserialize_with = "object")]
    #[schema(value_type = Object)]
    pub(super) params: Value,
    /// Rows that were read a moment ago do not do: they are read anew.
    #[serde(default)]
    pub(super) refresh: bool,
}

/// Which rows of a document are wanted.
#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct WantedOf {
    /// The document: YAML or JSON.
    document: String,
    #[serde(flatten)]
    wanted: Wanted,
}

async fn rows(
    server: &Server,
    caller: &Caller,
    within: &Within,
    document: &str,
    wanted: Wanted,
) -> Answer<Json<Rows>> {
    let limit = wanted.limit.unwrap_or(100);
    if !(1..=1000).contains(&limit) {
        return Err(Problem::field("/limit", "the limit goes from 1 to 1000"));
    }
    let reading = reading(server, document)?;
    // What has nothing to do with the node neither needs to be opened nor makes its rows others.
    let upstream = server.workbench.upstream(document, &wanted.node);
    let whole = || Upstream { meaning: document.to_owned(), connections: reading.connections };
    let Upstream { meaning, connections } = upstream.unwrap_or_else(whole);
    let connections = usable(server, caller, within, &connections).await?;
    let name = kept::name(server, within, &connections, &meaning, &wanted);
    if !wanted.refresh
        && let Some(rows) = kept::find(server, within, &name).await?
    {
        return Ok(Json(rows));
    }
    let (room, entries) = opened(server, caller, within, &connections).await?;
    note(server, entries).await?;
    let look = Look { params: wanted.params, node: wanted.node, port: wanted.port, limit: limit as usize };
    let rows = server.workbench.rows(room, document, look).await?;
    kept::keep(server, within, &name, &rows).await?;
    Ok(Json(rows))
}

/// Rows of a node of a document that is being written.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/preview", tag = "pipelines",
    params(("workspace" = String, Path)), request_body = WantedOf, responses((status = 200, body = Rows)))]
pub(crate) async fn preview_draft(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    Json(wanted): Json<WantedOf>,
) -> Answer<Json<Rows>> {
    rows(&server, &caller, &within, &wanted.document, wanted.wanted).await
}

/// Rows of a node of a pipeline.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/preview", tag = "pipelines",
    params(("workspace" = String, Path), ("pipeline" = String, Path)), request_body = Wanted,
    responses((status = 200, body = Rows)))]
pub(crate) async fn preview(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnPipeline(pipeline): OnPipeline,
    Json(wanted): Json<Wanted>,
) -> Answer<Json<Rows>> {
    let document = saved(&server, &pipeline).await?;
    rows(&server, &caller, &within, &document, wanted).await
}
