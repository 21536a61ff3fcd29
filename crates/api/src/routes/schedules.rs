//! When pipelines run by themselves; and what is wrong with a rule before it is kept.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use towpath_model::ids::ScheduleId;
use towpath_store::audit::NewEntry;
use towpath_store::events::NewEvent;
use towpath_store::pipelines::Pipeline;
use towpath_store::schedules::{self, Schedule};
use towpath_store::{Conn, Tx};

use super::room::shown;
use super::{following, named};
use crate::caller::{Caller, Within, changed};
use crate::extract::{IfMatch, Json, Query, Tagged, object};
use crate::guard::{OnPipeline, OnSchedule};
use crate::paging::{ByNameOrCreated, Items, PageQuery};
use crate::problem::{self, Answer, Problem};
use crate::server::Server;
use crate::workbench::Forecast;

/// Name of the schedule that a document brings along.
const OF_DOCUMENT: &str = "document";

/// A schedule as it is sent.
#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct NewSchedule {
    /// Its name.
    name: String,
    /// The rule, as documents write it under `schedule`.
    #[schema(value_type = Object)]
    spec: Value,
    /// Values for parameters of the pipeline.
    #[serde(default, deserialize_with = "object")]
    #[schema(value_type = Object)]
    params: Value,
    /// It does not fire.
    #[serde(default)]
    paused: bool,
}

/// Which schedules are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Of one pipeline, by identity.
    pipeline: Option<String>,
}

/// Schedules of a workspace.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/schedules", tag = "schedules",
    params(("workspace" = String, Path), Which, PageQuery<ByNameOrCreated>), responses((status = 200, body = Items<Schedule>)))]
pub(crate) async fn list(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    Query(which): Query<Which>,
    Query(page): Query<PageQuery<ByNameOrCreated>>,
) -> Answer<Json<Items<Schedule>>> {
    let page = page.request()?;
    let visible = within.visible_to(&caller);
    let mut conn = server.store.read().await?;
    Ok(Json(schedules::list(&mut conn, within.id(), which.pipeline.as_deref(), visible, &page).await?.into()))
}

fn event(schedule: &Schedule, kind: &str) -> NewEvent {
    NewEvent {
        workspace_id: Some(schedule.workspace_id.to_string()),
        pipeline_id: Some(schedule.pipeline_id.to_string()),
        kind: kind.into(),
        body: json!({ "id": schedule.id, "name": schedule.name, "paused": schedule.paused, "next_at": schedule.next_at }),
        ..NewEvent::default()
    }
}

fn entry(caller: &Caller, within: &Within, action: &str, schedule: &Schedule) -> NewEntry {
    caller.did_in(within, action).on("schedule", schedule.id.as_str(), &schedule.name)
}

/// When a rule fires next; refuses a rule that is not right.
fn next(server: &Server, within: &Within, spec: &Value, now: Timestamp) -> Answer<Option<Timestamp>> {
    let forecast = server.workbench.forecast(spec, &within.workspace, now, 1).map_err(|mut problems| {
        problems.iter_mut().for_each(|problem| {
            problem.path = format!("/spec{}", problem.path.trim_start_matches("/schedule"))
        });
        Problem::invalid(problems)
    })?;
    Ok(forecast.fires.first().map(|fire| fire.at))
}

fn made(
    server: &Server,
    caller: &Caller,
    within: &Within,
    pipeline: &Pipeline,
    new: NewSchedule,
) -> Answer<Schedule> {
    if new.name.trim().is_empty() || new.name.len() > 100 {
        return Err(Problem::field("/name", "a name has 1 to 100 characters"));
    }
    if !(new.params.is_object() || new.params.is_null()) {
        return Err(Problem::field("/params", "parameters are an object"));
    }
    let now = Timestamp::now();
    let next_at = next(server, within, &new.spec, now)?.filter(|_| !new.paused);
    Ok(Schedule {
        id: ScheduleId::generate(),
        workspace_id: within.workspace.id.clone(),
        pipeline_id: pipeline.id.clone(),
        name: new.name,
        spec: new.spec,
        params: if new.params.is_null() { json!({}) } else { new.params },
        paused: new.paused,
        handled_through: now,
        next_at,
        revision: 1,
        created_by: Some(caller.maker()),
        created_at: now,
        updated_at: now,
    })
}

/// Makes a schedule.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/schedules", tag = "schedules",
    params(("workspace" = String, Path), ("pipeline" = String, Path)), request_body = NewSchedule,
    responses((status = 201, body = Schedule)))]
pub(crate) async fn create(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnPipeline(pipeline): OnPipeline,
    Json(new): Json<NewSchedule>,
) -> Answer<Response> {
    if new.name == OF_DOCUMENT {
        return Err(Problem::field("/name", "this name is for the schedule in the document of the pipeline"));
    }
    let schedule = made(&server, &caller, &within, &pipeline, new)?;
    let mut tx = server.store.begin().await?;
    named::check_schedule(&mut tx, &caller, &within, &schedule.spec).await?;
    following::check(&server, &mut tx, &caller, &within, &schedule, "/spec").await?;
    schedules::insert(&mut tx, &schedule).await?;
    let done = changed(entry(&caller, &within, "schedule.make", &schedule), None, shown(&schedule));
    server.commit(tx, vec![done], vec![event(&schedule, "schedule.made")]).await?;
    server.workbench.wake();
    Ok((StatusCode::CREATED, Tagged(1, schedule)).into_response())
}

async fn of_document(conn: &mut Conn, within: &Within, pipeline: &Pipeline) -> Answer<Option<Schedule>> {
    let page = towpath_store::page::PageRequest { limit: 1000, ..Default::default() };
    let all = schedules::list(conn, within.id(), Some(pipeline.id.as_str()), None, &page).await?.items;
    Ok(all.into_iter().find(|schedule| schedule.name == OF_DOCUMENT))
}

/// Makes, changes or removes the schedule that the document of a pipeline brings along.
pub(crate) async fn follow_document(
    server: &Server,
    tx: &mut Tx,
    caller: &Caller,
    within: &Within,
    pipeline: &Pipeline,
    spec: Option<Value>,
) -> Answer<()> {
    match (of_document(tx, within, pipeline).await?, spec) {
        (None, None) => Ok(()),
        (Some(known), None) => Ok(schedules::remove(tx, known.id.as_str()).await?),
        (Some(known), Some(spec)) if known.spec == spec => Ok(()),
        (Some(known), Some(spec)) => {
            let now = Timestamp::now();
            let next_at = next(server, within, &spec, now)?.filter(|_| !known.paused);
            let changed = Schedule { spec, next_at, handled_through: now, ..known };
            following::check(server, tx, caller, within, &changed, "/schedule").await?;
            Ok(schedules::update(tx, &changed).await?)
        }
        (None, Some(spec)) => {
            let new = NewSchedule { name: OF_DOCUMENT.into(), spec, params: Value::Null, paused: false };
            let new = made(server, caller, within, pipeline, new)?;
            following::check(server, tx, caller, within, &new, "/schedule").await?;
            Ok(schedules::insert(tx, &new).await?)
        }
    }
}

/// A schedule.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/schedules/{schedule}", tag = "schedules",
    params(("workspace" = String, Path), ("schedule" = String, Path)), responses((status = 200, body = Schedule)))]
pub(crate) async fn show(OnSchedule(schedule, _): OnSchedule) -> Tagged<Schedule> {
    Tagged(schedule.revision, schedule)
}

/// Changes a schedule. What was due before the change is not made up for.
#[utoipa::path(put, path = "/api/v1/workspaces/{workspace}/schedules/{schedule}", tag = "schedules",
    params(("workspace" = String, Path), ("schedule" = String, Path), ("if-match" = String, Header)),
    request_body = NewSchedule, responses((status = 200, body = Schedule)))]
pub(crate) async fn update(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnSchedule(before, pipeline): OnSchedule,
    based_on: IfMatch,
    Json(new): Json<NewSchedule>,
) -> Answer<Tagged<Schedule>> {
    based_on.check(before.revision, &before)?;
    if before.name == OF_DOCUMENT || new.name == OF_DOCUMENT {
        return Err(Problem::new(problem::CONFLICT, "this schedule stands in the document of the pipeline")
            .hint("change `schedule` there, or pause this one and make another"));
    }
    let fresh = made(&server, &caller, &within, &pipeline, new)?;
    let after = Schedule {
        name: fresh.name,
        handled_through: if fresh.spec == before.spec {
            before.handled_through
        } else {
            fresh.handled_through
        },
        spec: fresh.spec,
        params: fresh.params,
        paused: fresh.paused,
        next_at: fresh.next_at,
        ..before.clone()
    };
    let mut tx = server.store.begin().await?;
    named::check_schedule(&mut tx, &caller, &within, &after.spec).await?;
    following::check(&server, &mut tx, &caller, &within, &after, "/spec").await?;
    write(&server, tx, &caller, &within, "schedule.change", (before, after)).await
}

async fn write(
    server: &Server,
    mut tx: Tx,
    caller: &Caller,
    within: &Within,
    action: &str,
    (before, mut after): (Schedule, Schedule),
) -> Answer<Tagged<Schedule>> {
    schedules::update(&mut tx, &after).await?;
    after.revision += 1;
    let done = changed(entry(caller, within, action, &after), shown(&before), shown(&after));
    server.commit(tx, vec![done], vec![event(&after, "schedule.changed")]).await?;
    server.workbench.wake();
    Ok(Tagged(after.revision, after))
}

/// Pauses a schedule.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/schedules/{schedule}/pause", tag = "schedules",
    params(("workspace" = String, Path), ("schedule" = String, Path)), responses((status = 200, body = Schedule)))]
pub(crate) async fn pause(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnSchedule(before, _): OnSchedule,
) -> Answer<Tagged<Schedule>> {
    let after = Schedule { paused: true, next_at: None, ..before.clone() };
    let tx = server.store.begin().await?;
    write(&server, tx, &caller, &within, "schedule.pause", (before, after)).await
}

/// Lets a schedule fire again. What was due in the meantime is treated as its `catch_up` says.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/schedules/{schedule}/go-on", tag = "schedules",
    params(("workspace" = String, Path), ("schedule" = String, Path)), responses((status = 200, body = Schedule)))]
pub(crate) async fn go_on(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnSchedule(before, _): OnSchedule,
) -> Answer<Tagged<Schedule>> {
    let next_at = next(&server, &within, &before.spec, before.handled_through)?;
    let after = Schedule { paused: false, next_at, ..before.clone() };
    let tx = server.store.begin().await?;
    write(&server, tx, &caller, &within, "schedule.go_on", (before, after)).await
}

/// Removes a schedule; runs that it started stay.
#[utoipa::path(delete, path = "/api/v1/workspaces/{workspace}/schedules/{schedule}", tag = "schedules",
    params(("workspace" = String, Path), ("schedule" = String, Path)), responses((status = 204)))]
pub(crate) async fn remove(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnSchedule(schedule, _): OnSchedule,
) -> Answer<StatusCode> {
    if schedule.name == OF_DOCUMENT {
        return Err(Problem::new(problem::CONFLICT, "this schedule stands in the document of the pipeline")
            .hint("take `schedule` out of the document, or pause it"));
    }
    let mut tx = server.store.begin().await?;
    schedules::remove(&mut tx, schedule.id.as_str()).await?;
    let done = changed(entry(&caller, &within, "schedule.remove", &schedule), shown(&schedule), None);
    server.commit(tx, vec![done], vec![event(&schedule, "schedule.removed")]).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A rule to be looked at.
#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct ForecastOf {
    /// The rule, as documents write it under `schedule`.
    #[schema(value_type = Object)]
    spec: Value,
    /// From when on; now if nothing is said.
    after: Option<Timestamp>,
    /// How many times, from 1 to 500; 10 if nothing is said.
    #[schema(minimum = 1, maximum = 500)]
    count: Option<u32>,
}

/// Says when a rule fires, and what it means in words.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/schedule-forecast", tag = "schedules",
    params(("workspace" = String, Path)), request_body = ForecastOf, responses((status = 200, body = Forecast)))]
pub(crate) async fn forecast(
    State(server): State<Server>,
    within: Within,
    Json(rule): Json<ForecastOf>,
) -> Answer<Json<Forecast>> {
    let count = rule.count.unwrap_or(10);
    if !(1..=500).contains(&count) {
        return Err(Problem::field("/count", "the count goes from 1 to 500"));
    }
    let after = rule.after.unwrap_or_else(Timestamp::now);
    let forecast = server.workbench.forecast(&rule.spec, &within.workspace, after, count as usize);
    Ok(Json(forecast.map_err(Problem::invalid)?))
}
