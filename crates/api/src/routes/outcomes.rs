//! What a run left: logs, counts, attempts, loads; and how far a pipeline has read.

use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use towpath_store::audit::Outcome;
use towpath_store::events;
use towpath_store::progress::{self, Checkpoint, KeptItem};
use towpath_store::runs;
use towpath_store::runs::RunState;
use towpath_store::runs::lease::{self, Attempt};
use towpath_store::runs::loads::{self, Load};
use towpath_store::runs::logs::{self, Level, Line};
use towpath_store::runs::outputs;
use towpath_store::runs::tasks::{self, Task, TaskState};

use super::pipelines::{entry, event};
use crate::caller::{Caller, Within, with};
use crate::extract::{Json, Query};
use crate::guard::{OnPipeline, OnRun};
use crate::paging::{ByNumber, Items, PageQuery};
use crate::problem::{self, Answer, Problem};
use crate::server::Server;
use crate::workbench::Rows;

/// Which lines are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Lines {
    /// At least of that level.
    level: Option<Level>,
    /// About that node.
    node: Option<String>,
    /// With that text.
    search: Option<String>,
    /// After that number, to follow a run.
    since: Option<i64>,
}

/// What a run said.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/runs/{run}/logs", tag = "runs",
    params(("workspace" = String, Path), ("run" = String, Path), Lines, PageQuery<ByNumber>),
    responses((status = 200, body = Items<Line>)))]
pub(crate) async fn log(
    State(server): State<Server>,
    OnRun(run, _): OnRun,
    Query(lines): Query<Lines>,
    Query(page): Query<PageQuery<ByNumber>>,
) -> Answer<Json<Items<Line>>> {
    let page = page.request()?;
    let filter =
        logs::Filter { level: lines.level, node: lines.node, search: lines.search, after: lines.since };
    let mut conn = server.store.read().await?;
    Ok(Json(logs::list(&mut conn, run.id.as_str(), &filter, &page).await?.into()))
}

/// The nodes of a run with their counts: while it runs as far as they have come, afterwards as they ended.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/runs/{run}/tasks", tag = "runs",
    params(("workspace" = String, Path), ("run" = String, Path)), responses((status = 200, body = Items<Task>)))]
pub(crate) async fn counts(State(server): State<Server>, OnRun(run, _): OnRun) -> Answer<Json<Items<Task>>> {
    let mut conn = server.store.read().await?;
    if let (RunState::Running, Some(since)) = (run.state, run.attempt_started_at) {
        let told = events::newest_of_run(&mut conn, run.id.as_str(), "run.progress", since).await?;
        if let Some(tasks) = told.and_then(|told| so_far(&told.body)) {
            return Ok(Json(tasks.into()));
        }
    }
    Ok(Json(tasks::of_run(&mut conn, run.id.as_str()).await?.into()))
}

/// How far the nodes of a run have come, from what is told of it twice a second.
fn so_far(told: &Value) -> Option<Vec<Task>> {
    let task = |node: &Value| {
        let text = |name: &str| node[name].as_str().map(str::to_owned);
        let rows = |name: &str| node[name].as_u64().unwrap_or_default();
        let begun = node["seconds"].is_number() || rows("written") > 0;
        Some(Task {
            node: text("node")?,
            role: text("role")?,
            kind: text("kind")?,
            state: Some(if begun { TaskState::Running } else { TaskState::Waiting }),
            rows_read: rows("read"),
            rows_written: rows("written"),
            rows_filtered: 0,
            rows_deduplicated: 0,
            rows_quarantined: rows("quarantined"),
            detail: json!({ "seconds": node["seconds"] }),
        })
    };
    told["nodes"].as_array()?.iter().map(task).collect()
}

/// The first rows that a destination got.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct OutputView {
    /// The destination node.
    node: String,
    /// The rows, at most 50; long values are cut. `more` says that not even those are all there.
    rows: Rows,
    /// When they were written.
    written_at: Timestamp,
}

/// The first rows that each destination of a run got, as they were written; kept as long as logs are.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/runs/{run}/outputs", tag = "runs",
    params(("workspace" = String, Path), ("run" = String, Path)), responses((status = 200, body = Items<OutputView>)))]
pub(crate) async fn outputs(
    State(server): State<Server>,
    OnRun(run, _): OnRun,
) -> Answer<Json<Items<OutputView>>> {
    let kept = outputs::of_run(&mut *server.store.read().await?, run.id.as_str()).await?;
    let view = |output: outputs::Output| {
        let rows = serde_json::from_str(&output.content).map_err(Problem::internal)?;
        Ok::<_, Problem>(OutputView { node: output.node, rows, written_at: output.created_at })
    };
    Ok(Json(kept.into_iter().map(view).collect::<Result<Vec<_>, _>>()?.into()))
}

/// The attempts of a run.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/runs/{run}/attempts", tag = "runs",
    params(("workspace" = String, Path), ("run" = String, Path)), responses((status = 200, body = Items<Attempt>)))]
pub(crate) async fn attempts(
    State(server): State<Server>,
    OnRun(run, _): OnRun,
) -> Answer<Json<Items<Attempt>>> {
    Ok(Json(lease::attempts(&mut *server.store.read().await?, run.id.as_str()).await?.into()))
}

/// The loads that a run committed.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/runs/{run}/loads", tag = "runs",
    params(("workspace" = String, Path), ("run" = String, Path)), responses((status = 200, body = Items<Load>)))]
pub(crate) async fn receipts(
    State(server): State<Server>,
    OnRun(run, _): OnRun,
) -> Answer<Json<Items<Load>>> {
    Ok(Json(loads::of_run(&mut *server.store.read().await?, run.id.as_str()).await?.into()))
}

/// Everything that was reported at the end of a run: checks, drift, lineage.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/runs/{run}/report", tag = "runs",
    params(("workspace" = String, Path), ("run" = String, Path)), responses((status = 200, body = Object)))]
pub(crate) async fn report(State(server): State<Server>, OnRun(run, _): OnRun) -> Answer<Json<Value>> {
    let report = runs::report(&mut *server.store.read().await?, run.id.as_str()).await?;
    report.map(Json).ok_or_else(|| Problem::new(problem::NOT_FOUND, "the run has no report yet"))
}

/// How much was removed.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Removed {
    /// Rows, or checkpoints and items together.
    pub(crate) removed: u64,
}

/// How far a pipeline has read.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ProgressView {
    /// Checkpoints of incremental reads.
    checkpoints: Vec<Checkpoint>,
    /// Items of sources that hand things out once.
    items: Vec<KeptItem>,
}

/// How far a pipeline has read.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/progress", tag = "pipelines",
    params(("workspace" = String, Path), ("pipeline" = String, Path)), responses((status = 200, body = ProgressView)))]
pub(crate) async fn progress(
    State(server): State<Server>,
    OnPipeline(pipeline): OnPipeline,
) -> Answer<Json<ProgressView>> {
    let mut conn = server.store.read().await?;
    let id = pipeline.id.as_str();
    let checkpoints = progress::checkpoints(&mut conn, id).await?;
    Ok(Json(ProgressView { checkpoints, items: progress::items(&mut conn, id).await? }))
}

/// Which source is to forget.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Of {
    /// The source node; all of them if nothing is said.
    node: Option<String>,
}

/// Forgets how far a pipeline has read: the next run reads everything.
#[utoipa::path(delete, path = "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/progress", tag = "pipelines",
    params(("workspace" = String, Path), ("pipeline" = String, Path), Of), responses((status = 200, body = Removed)))]
pub(crate) async fn forget(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnPipeline(pipeline): OnPipeline,
    Query(of): Query<Of>,
) -> Answer<Json<Removed>> {
    let mut tx = server.store.begin().await?;
    let (checkpoints, items) = progress::reset(&mut tx, pipeline.id.as_str(), of.node.as_deref()).await?;
    let done = entry(&caller, &within, "pipeline.forget", &pipeline);
    let done =
        with(done, Outcome::Done, json!({ "node": of.node, "checkpoints": checkpoints, "items": items }));
    server.commit(tx, vec![done], vec![event(&within, "pipeline.changed", &pipeline)]).await?;
    Ok(Json(Removed { removed: checkpoints + items }))
}
