//! Runs: started, stopped, gone on with, taken back, looked at.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Value, json};
use towpath_model::schedule::ScheduleSpec;
use towpath_store::audit::NewEntry;
use towpath_store::events::NewEvent;
use towpath_store::pipelines::{self, Pipeline};
use towpath_store::runs::tasks::{self, TaskState};
use towpath_store::runs::{self, Cause, Filter, Run, RunState};

use super::room::shown;
use crate::caller::{Caller, Via, Within, changed};
use crate::extract::{Json, Path, Query, idempotency, object};
use crate::guard::{OnPipeline, OnRun};
use crate::paging::{ByCreatedOrSize, Items, PageQuery};
use crate::problem::{self, Answer, Problem};
use crate::server::Server;

/// What a run is started with.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRun {
    /// Values for parameters.
    #[serde(default, deserialize_with = "object")]
    #[schema(value_type = Object)]
    params: Value,
    /// The day it answers for; yesterday in the zone of the schedule if nothing is said.
    #[schema(value_type = Option<String>, format = Date)]
    date: Option<Date>,
    /// The first day it answers for, in the place of `date`.
    #[schema(value_type = Option<String>, format = Date)]
    from: Option<Date>,
    /// The day after the last one it answers for.
    #[schema(value_type = Option<String>, format = Date)]
    to: Option<Date>,
    /// Another version than the one that runs.
    version: Option<i64>,
    /// Lets the guards of mirrors pass.
    #[serde(default)]
    force: bool,
}

/// Which runs are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Of one pipeline, by identity.
    pipeline: Option<String>,
    /// In one of these states, divided by commas.
    #[param(style = Form, explode = false, value_type = Option<Vec<RunState>>)]
    state: Option<String>,
    /// Started by that.
    cause: Option<Cause>,
    /// Of one schedule.
    schedule: Option<String>,
    /// Of one backfill.
    backfill: Option<String>,
    /// Asked for from then on.
    from: Option<Timestamp>,
    /// Asked for before then.
    until: Option<Timestamp>,
}

/// Runs of a workspace, the newest first unless another order is asked for.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/runs", tag = "runs",
    params(("workspace" = String, Path), Which, PageQuery<ByCreatedOrSize>), responses((status = 200, body = Items<Run>)))]
pub(crate) async fn list(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    Query(which): Query<Which>,
    Query(page): Query<PageQuery<ByCreatedOrSize>>,
) -> Answer<Json<Items<Run>>> {
    let words = which.state.as_deref().unwrap_or_default().split(',').filter(|word| !word.is_empty());
    let states = words.map(|word| RunState::of(word).ok_or(word)).collect::<Result<Vec<_>, _>>();
    let states =
        states.map_err(|word| Problem::new(problem::BAD_REQUEST, format!("there is no state `{word}`")))?;
    let filter = Filter {
        pipeline_id: which.pipeline,
        states,
        cause: which.cause,
        schedule_id: which.schedule,
        backfill_id: which.backfill,
        from: which.from,
        until: which.until,
        visible_to: within.visible_to(&caller).map(str::to_owned),
    };
    let page = page.request()?;
    let mut conn = server.store.read().await?;
    Ok(Json(runs::list(&mut conn, within.id(), &filter, &page).await?.into()))
}

/// An event about a run.
pub(crate) fn event(kind: &str, run: &Run) -> NewEvent {
    NewEvent {
        workspace_id: Some(run.workspace_id.to_string()),
        pipeline_id: Some(run.pipeline_id.to_string()),
        run_id: Some(run.id.to_string()),
        kind: kind.into(),
        body: json!({ "id": run.id, "state": run.state, "attempt": run.attempt, "cause": run.cause }),
        ..NewEvent::default()
    }
}

pub(crate) fn entry(
    caller: &Caller,
    within: &Within,
    action: &str,
    run: &Run,
    pipeline: &Pipeline,
) -> NewEntry {
    caller.did_in(within, action).on("run", run.id.as_str(), &pipeline.name)
}

/// How runs of a pipeline are carried out when nothing else is said.
pub(crate) struct Usual {
    /// Zone in which days are counted.
    pub(crate) zone: String,
    /// Seconds after which an attempt is stopped.
    pub(crate) timeout_seconds: i64,
    /// How it is tried again.
    pub(crate) retries: Value,
}

/// What the schedule in a document says about every run of it.
pub(crate) fn usual(server: &Server, document: &str) -> Usual {
    let schedule = server.workbench.read(document).schedule;
    // A schedule that is not right is told where the document is checked.
    let spec: ScheduleSpec =
        schedule.and_then(|schedule| serde_json::from_value(schedule).ok()).unwrap_or_default();
    Usual {
        timeout_seconds: spec.timeout.duration().as_secs().max(1),
        retries: json!(spec.retries),
        zone: spec.timezone,
    }
}

/// The whole interval of days in a zone.
pub(crate) fn days(from: Date, to: Date, zone: &str) -> Answer<(Timestamp, Timestamp)> {
    let zone = TimeZone::get(zone)
        .map_err(|_| Problem::field("/timezone", format!("unknown time zone `{zone}`")))?;
    let interval = towpath_model::scope::DataInterval::days(from, to, zone)
        .map_err(|message| Problem::field("/from", message))?;
    Ok((interval.start, interval.end))
}

/// Starts a run. The same `Idempotency-Key` starts one run only.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/runs", tag = "runs",
    params(("workspace" = String, Path), ("pipeline" = String, Path), ("idempotency-key" = Option<String>, Header)),
    request_body = NewRun, responses((status = 201, body = Run), (status = 200, body = Run)))]
pub(crate) async fn start(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnPipeline(pipeline): OnPipeline,
    headers: HeaderMap,
    Json(new): Json<NewRun>,
) -> Answer<Response> {
    let cause = match caller.via {
        Via::Browser(_) => Cause::Manual,
        _ => Cause::Api,
    };
    let word = idempotency(&headers)?;
    let mut tx = server.store.begin().await?;
    if let Some(word) = &word
        && let Some(known) = runs::by_idempotency(&mut tx, within.id(), word).await?
    {
        return match known.pipeline_id == pipeline.id {
            true => Ok((StatusCode::OK, Json(known)).into_response()),
            false => Err(Problem::new(
                problem::CONFLICT,
                "this `Idempotency-Key` started a run of another pipeline",
            )),
        };
    }
    let asked = Asked { by: Some(caller.maker()), word, trace: caller.origin.trace.clone() };
    let run = order(&server, &mut tx, &pipeline, new, cause, asked).await?;
    let done = changed(entry(&caller, &within, "run.start", &run, &pipeline), None, shown(&run));
    server.commit(tx, vec![done], vec![event("run.queued", &run)]).await?;
    server.workbench.wake();
    Ok((StatusCode::CREATED, Json(run)).into_response())
}

/// Who asks for a run, and in which request.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// The person or key.
    pub by: Option<String>,
    /// The word that makes the same request start one run only.
    pub word: Option<String>,
    /// The span of the request.
    pub trace: Option<String>,
}

/// Puts a run into the queue.
pub(crate) async fn order(
    server: &Server,
    tx: &mut towpath_store::Tx,
    pipeline: &Pipeline,
    new: NewRun,
    cause: Cause,
    asked: Asked,
) -> Answer<Run> {
    if pipeline.archived_at.is_some() {
        return Err(Problem::new(problem::CONFLICT, format!("`{}` was put away", pipeline.name))
            .hint("take it out again first"));
    }
    if !(new.params.is_object() || new.params.is_null()) {
        return Err(Problem::field("/params", "parameters are an object"));
    }
    let number = new.version.unwrap_or(pipeline.version);
    let version = pipelines::version(tx, pipeline.id.as_str(), number).await?;
    let version =
        version.ok_or_else(|| Problem::field("/version", format!("there is no version {number}")))?;
    let usual = usual(server, &version.document);
    let zone =
        TimeZone::get(&usual.zone).map_err(|_| Problem::field("/schedule/timezone", "unknown time zone"))?;
    let now = towpath_store::now(tx).await?;
    let (from, to) = match (new.date, new.from, new.to) {
        (Some(date), None, None) => (date, None),
        (None, Some(from), Some(to)) => (from, Some(to)),
        (None, None, None) => (now.to_zoned(zone).date().yesterday().map_err(Problem::internal)?, None),
        _ => return Err(Problem::field("/date", "give `date`, or `from` and `to`")),
    };
    let to = match to {
        Some(to) => to,
        None => from.tomorrow().map_err(|_| Problem::field("/date", "the day is too far away"))?,
    };
    let (start, end) = days(from, to, &usual.zone)?;
    let (workspace, id) = (pipeline.workspace_id.clone(), pipeline.id.clone());
    let run = Run {
        started_by: asked.by,
        idempotency: asked.word,
        trace: asked.trace,
        priority: 100,
        params: if new.params.is_null() { json!({}) } else { new.params },
        interval_start: Some(start),
        interval_end: Some(end),
        zone: usual.zone,
        timeout_seconds: usual.timeout_seconds,
        retries: usual.retries,
        force: new.force,
        connections: version.connections,
        targets: version.targets,
        ..Run::new(workspace, id, number, cause, now)
    };
    runs::insert(tx, &run).await?;
    Ok(run)
}

/// A run.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/runs/{run}", tag = "runs",
    params(("workspace" = String, Path), ("run" = String, Path)), responses((status = 200, body = Run)))]
pub(crate) async fn show(OnRun(run, _): OnRun) -> Json<Run> {
    Json(run)
}

/// Asks a run to stop. Nothing of what it has not committed stays visible.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/runs/{run}/cancel", tag = "runs",
    params(("workspace" = String, Path), ("run" = String, Path)), responses((status = 202, body = Run)))]
pub(crate) async fn cancel(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnRun(run, pipeline): OnRun,
) -> Answer<Response> {
    let mut tx = server.store.begin().await?;
    let by = caller.maker();
    if !runs::ask_to_cancel(&mut tx, run.id.as_str(), "somebody asked for it", Some(&by)).await? {
        let detail = match run.state.is_ended() {
            true => format!("the run has ended: it is `{}`", run.state.word()),
            false => "somebody asked it to stop before".to_owned(),
        };
        return Err(Problem::new(problem::CONFLICT, detail));
    }
    let after = reread(&mut tx, &run).await?;
    let kind = if after.state.is_ended() { "run.ended" } else { "run.stopping" };
    if after.state.is_ended() {
        // No worker has it, so none counts it.
        let labels = [("state", after.state.word()), ("cause", after.cause.word())];
        metrics::counter!("towpath_runs_total", &labels).increment(1);
    }
    server
        .commit(tx, vec![entry(&caller, &within, "run.cancel", &run, &pipeline)], vec![event(kind, &after)])
        .await?;
    server.workbench.stop(&run.id);
    Ok((StatusCode::ACCEPTED, Json(after)).into_response())
}

async fn reread(conn: &mut towpath_store::Conn, run: &Run) -> Answer<Run> {
    runs::by_id(conn, run.id.as_str()).await?.ok_or_else(|| Problem::not_found("run", run.id.as_str()))
}

/// Goes on with a run that failed or was stopped, after what is already in place.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/runs/{run}/resume", tag = "runs",
    params(("workspace" = String, Path), ("run" = String, Path)), responses((status = 202, body = Run)))]
pub(crate) async fn resume(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnRun(run, pipeline): OnRun,
) -> Answer<Response> {
    go_on(&server, &caller, &within, (&run, &pipeline), "run.resume").await
}

/// Puts a run that ended before its time back into the queue.
async fn go_on(
    server: &Server,
    caller: &Caller,
    within: &Within,
    (run, pipeline): (&Run, &Pipeline),
    action: &str,
) -> Answer<Response> {
    let mut tx = server.store.begin().await?;
    if !runs::resume(&mut tx, run.id.as_str(), None).await? {
        let detail =
            format!("only runs that failed or were stopped go on; this one is `{}`", run.state.word());
        return Err(Problem::new(problem::CONFLICT, detail));
    }
    let after = reread(&mut tx, run).await?;
    let entry = entry(caller, within, action, run, pipeline);
    server.commit(tx, vec![entry], vec![event("run.queued", &after)]).await?;
    server.workbench.wake();
    Ok((StatusCode::ACCEPTED, Json(after)).into_response())
}

/// Names a node of a run.
#[derive(Deserialize)]
pub(crate) struct AtNode {
    node: String,
}

/// Tries a node of a run again that failed or did not come to its end.
///
/// A run is one whole: it goes on with this node and all that
/// is not in place. Loads that are in place are not written again, and chunks that are safe are not read again.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/runs/{run}/tasks/{node}/retry", tag = "runs",
    params(("workspace" = String, Path), ("run" = String, Path), ("node" = String, Path)),
    responses((status = 202, body = Run)))]
pub(crate) async fn retry(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnRun(run, pipeline): OnRun,
    Path(at): Path<AtNode>,
) -> Answer<Response> {
    let mut conn = server.store.read().await?;
    let tasks = tasks::of_run(&mut conn, run.id.as_str()).await?;
    let version = pipelines::version(&mut conn, pipeline.id.as_str(), run.version).await?;
    drop(conn);
    match tasks.iter().find(|task| task.node == at.node) {
        Some(task) if task.state == Some(TaskState::Done) => {
            let detail = match run.state.is_success() {
                true => "the run ended well: there is nothing to try again".to_owned(),
                false => format!("the rows of `{}` are in place", at.node),
            };
            return Err(Problem::new(problem::CONFLICT, detail));
        }
        Some(_) => {}
        // A run that failed before its first row has no tasks.
        None => {
            let nodes = version.map(|version| server.workbench.nodes(&version.document)).unwrap_or_default();
            if !nodes.contains(&at.node) {
                return Err(Problem::not_found("node", &at.node));
            }
        }
    }
    go_on(&server, &caller, &within, (&run, &pipeline), "run.retry").await
}
