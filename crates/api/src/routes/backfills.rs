//! Runs for a range of the past, piece by piece.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use towpath_model::calendar::Calendars;
use towpath_model::ids::BackfillId;
use towpath_model::schedule::{Length, RetriesSpec, ScheduleSpec};
use towpath_scheduler::Interval;
use towpath_scheduler::backfill::{self, BackfillSpec, Cut, Order};
use towpath_store::audit::NewEntry;
use towpath_store::backfills::{self, Backfill, BackfillState, Piece, PieceState};
use towpath_store::events::NewEvent;
use towpath_store::pipelines::{self, Pipeline};
use towpath_store::{Conn, Tx, runs, schedules};

use super::room::shown;
use super::runs::{days, usual};
use crate::caller::{Caller, Within, changed};
use crate::extract::{Json, Query, object};
use crate::guard::{OnBackfill, OnPipeline};
use crate::paging::{ByCreated, ByNumber, Items, PageQuery};
use crate::problem::{self, Answer, Problem};
use crate::server::Server;

/// Pieces that may be under way at the same time at most.
const MOST_AT_ONCE: u32 = 64;

/// A backfill as it is asked for.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewBackfill {
    /// The first day.
    #[schema(value_type = String, format = Date)]
    from: Date,
    /// The day after the last one.
    #[schema(value_type = String, format = Date)]
    to: Date,
    /// How the range is cut: a length such as `1d` or `6h`, `schedule` for the intervals that a schedule would have
    /// given, or `whole` for one run. `1d` if nothing is said.
    step: Option<String>,
    /// The schedule by which it is cut; the only one of the pipeline if nothing is said.
    schedule: Option<String>,
    /// In which order the pieces run.
    #[serde(default)]
    #[schema(value_type = String, pattern = "^(oldest_first|newest_first)$")]
    order: Order,
    /// Pieces that may be under way at the same time, from 1 to 64; 1 if nothing is said.
    #[schema(minimum = 1, maximum = 64)]
    at_once: Option<u32>,
    /// Zone in which days are counted; that of the schedule in the document if nothing is said.
    timezone: Option<String>,
    /// Values for parameters.
    #[serde(default, deserialize_with = "object")]
    #[schema(value_type = Object)]
    params: Value,
    /// Only shows the pieces, and makes nothing.
    #[serde(default)]
    preview: bool,
}

/// The pieces that a backfill would have.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Pieces {
    /// How many there are.
    total: usize,
    /// The first of them, in the order in which they would run.
    items: Vec<Span>,
}

/// A half-open span of time.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Span {
    /// Begin of the data interval.
    interval_start: Timestamp,
    /// End of the data interval; it is not part of it.
    interval_end: Timestamp,
}

/// Pieces that a preview shows.
const SHOWN: usize = 200;

/// A backfill with how far it is.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Standing {
    /// The backfill.
    #[serde(flatten)]
    backfill: Backfill,
    /// How many pieces stand how.
    progress: Progress,
    /// Its pieces, in the order in which they run.
    items: Vec<Piece>,
    /// Mark for the next pieces; none when these are the last.
    next: Option<String>,
}

/// How many pieces stand how.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
pub(crate) struct Progress {
    /// They wait.
    waiting: i64,
    /// A run answers for them.
    active: i64,
    /// They succeeded.
    done: i64,
    /// Their run failed, or was cancelled.
    failed: i64,
}

/// Which backfills are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Of one pipeline, by identity.
    pipeline: Option<String>,
}

/// Which pieces are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WhichPieces {
    /// Those that stand so.
    state: Option<PieceState>,
}

/// Backfills of a workspace, the newest first.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/backfills", tag = "schedules",
    params(("workspace" = String, Path), Which, PageQuery<ByCreated>), responses((status = 200, body = Items<Backfill>)))]
pub(crate) async fn list(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    Query(which): Query<Which>,
    Query(page): Query<PageQuery<ByCreated>>,
) -> Answer<Json<Items<Backfill>>> {
    let page = page.request()?;
    let visible = within.visible_to(&caller);
    let mut conn = server.store.read().await?;
    let pipeline = which.pipeline.as_deref();
    Ok(Json(backfills::list(&mut conn, within.id(), pipeline, visible, &page).await?.into()))
}

/// Makes a backfill, or shows the pieces that it would have.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/backfills", tag = "schedules",
    params(("workspace" = String, Path), ("pipeline" = String, Path)), request_body = NewBackfill,
    responses((status = 201, body = Backfill), (status = 200, body = Pieces)))]
pub(crate) async fn create(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnPipeline(pipeline): OnPipeline,
    Json(new): Json<NewBackfill>,
) -> Answer<Response> {
    if pipeline.archived_at.is_some() {
        return Err(Problem::new(problem::CONFLICT, format!("`{}` was put away", pipeline.name))
            .hint("take it out again first"));
    }
    let mut tx = server.store.begin().await?;
    let is_preview = new.preview;
    let (spec, pieces) = cut(&server, &mut tx, &within, &pipeline, new).await?;
    let intervals: Vec<(Timestamp, Timestamp)> =
        pieces.iter().map(|piece| (piece.start, piece.end)).collect();
    if is_preview {
        let span = |(interval_start, interval_end): &(Timestamp, Timestamp)| Span {
            interval_start: *interval_start,
            interval_end: *interval_end,
        };
        let items = intervals.iter().take(SHOWN).map(span).collect();
        return Ok(Json(Pieces { total: intervals.len(), items }).into_response());
    }
    let now = towpath_store::now(&mut tx).await?;
    let backfill = Backfill {
        id: BackfillId::generate(),
        workspace_id: within.workspace.id.clone(),
        pipeline_id: pipeline.id.clone(),
        spec: serde_json::to_value(&spec).map_err(Problem::internal)?,
        state: BackfillState::Running,
        pieces: i64::try_from(intervals.len()).unwrap_or(i64::MAX),
        created_by: Some(caller.maker()),
        created_at: now,
        updated_at: now,
    };
    backfills::insert(&mut tx, &backfill).await?;
    backfills::insert_pieces(&mut tx, backfill.id.as_str(), &intervals).await?;
    let done =
        changed(entry(&caller, &within, "backfill.make", &backfill, &pipeline), None, shown(&backfill));
    server.commit(tx, vec![done], vec![event(&backfill, "backfill.made")]).await?;
    server.workbench.wake();
    Ok((StatusCode::CREATED, Json(backfill)).into_response())
}

/// What is to be kept of a backfill, and its pieces.
async fn cut(
    server: &Server,
    tx: &mut Tx,
    within: &Within,
    pipeline: &Pipeline,
    new: NewBackfill,
) -> Answer<(BackfillSpec, Vec<Interval>)> {
    if !(new.params.is_object() || new.params.is_null()) {
        return Err(Problem::field("/params", "parameters are an object"));
    }
    let at_once = new.at_once.unwrap_or(1);
    if !(1..=MOST_AT_ONCE).contains(&at_once) {
        return Err(Problem::field("/at_once", format!("from 1 to {MOST_AT_ONCE} pieces run at once")));
    }
    let version = pipelines::version(tx, pipeline.id.as_str(), pipeline.version).await?;
    let version =
        version.ok_or_else(|| Problem::internal("the version of a pipeline that runs does not exist"))?;
    let usual = usual(server, &version.document);
    let step = new.step.unwrap_or_else(|| "1d".into());
    let schedule = match step.as_str() {
        "schedule" => Some(schedule(tx, within, pipeline, new.schedule.as_deref()).await?),
        _ => None,
    };
    let rule = schedule.as_ref().map(|schedule| rule(within, schedule)).transpose()?;
    let of_rule = rule.as_ref().map(|rule| rule.spec().timezone.clone());
    let timezone = new.timezone.or(of_rule).unwrap_or(usual.zone);
    let (start, end) = days(new.from, new.to, &timezone)?;
    let zone = TimeZone::get(&timezone).map_err(Problem::internal)?;
    let how = match (&rule, step.as_str()) {
        (Some(rule), _) => Cut::Rule(rule),
        (None, "whole") => Cut::Whole,
        (None, length) => Cut::Step(step_of(length)?, &zone),
    };
    let pieces = backfill::pieces(Interval { start, end }, how, new.order)?;
    let spec = rule.as_ref().map(towpath_model::schedule::Rule::spec);
    let spec = BackfillSpec {
        from: start,
        to: end,
        step,
        schedule_id: schedule.map(|schedule| schedule.id.to_string()),
        order: new.order,
        at_once,
        timezone,
        params: if new.params.is_null() { json!({}) } else { new.params },
        retries: match spec {
            Some(spec) => spec.retries,
            None => serde_json::from_value::<RetriesSpec>(usual.retries).unwrap_or_default(),
        },
        timeout: match spec {
            Some(spec) => spec.timeout,
            None => Length::Seconds(u32::try_from(usual.timeout_seconds).unwrap_or(u32::MAX)),
        },
    };
    Ok((spec, pieces))
}

fn step_of(text: &str) -> Answer<Length> {
    let length = Length::parse(text).map_err(|message| Problem::field("/step", message))?;
    match length.is_zero() {
        true => Err(Problem::field("/step", "the step is no time at all")),
        false => Ok(length),
    }
}

/// The schedule of a pipeline by which a range is to be cut.
async fn schedule(
    conn: &mut Conn,
    within: &Within,
    pipeline: &Pipeline,
    id: Option<&str>,
) -> Answer<schedules::Schedule> {
    if let Some(id) = id {
        let found = schedules::find(conn, within.id(), id).await?;
        let found = found.filter(|schedule| schedule.pipeline_id == pipeline.id);
        return found.ok_or_else(|| Problem::field("/schedule", "the pipeline has no such schedule"));
    }
    let page = towpath_store::page::PageRequest { limit: 2, ..Default::default() };
    let mut all = schedules::list(conn, within.id(), Some(pipeline.id.as_str()), None, &page).await?.items;
    match (all.len(), all.pop()) {
        (1, Some(schedule)) => Ok(schedule),
        (0, _) => Err(Problem::field("/step", "the pipeline has no schedule")
            .hint("give the step a length, such as `1d`")),
        _ => Err(Problem::field("/schedule", "the pipeline has several schedules: say which")),
    }
}

fn rule(within: &Within, schedule: &schedules::Schedule) -> Answer<towpath_model::schedule::Rule> {
    let (calendars, _) = Calendars::of_workspace(&within.workspace.settings);
    let spec: ScheduleSpec = serde_json::from_value(schedule.spec.clone())
        .map_err(|error| Problem::field("/schedule", error.to_string()))?;
    spec.rule(&calendars).map_err(|problems| Problem::invalid(problems.into_iter().map(Into::into).collect()))
}

/// A backfill with how far it is, and its pieces.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/backfills/{backfill}", tag = "schedules",
    params(("workspace" = String, Path), ("backfill" = String, Path), WhichPieces, PageQuery<ByNumber>),
    responses((status = 200, body = Standing)))]
pub(crate) async fn show(
    State(server): State<Server>,
    OnBackfill(backfill, _): OnBackfill,
    Query(which): Query<WhichPieces>,
    Query(page): Query<PageQuery<ByNumber>>,
) -> Answer<Json<Standing>> {
    let page = page.request()?;
    let mut conn = server.store.read().await?;
    let id = backfill.id.as_str();
    let mut progress = Progress::default();
    for (state, count) in backfills::progress(&mut conn, id).await? {
        match state {
            PieceState::Waiting => progress.waiting = count,
            PieceState::Active => progress.active = count,
            PieceState::Done => progress.done = count,
            PieceState::Failed => progress.failed = count,
        }
    }
    let pieces = backfills::pieces(&mut conn, id, which.state, &page).await?;
    Ok(Json(Standing { backfill, progress, items: pieces.items, next: pieces.next }))
}

/// Lets no further piece begin. Those that are under way go on.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/backfills/{backfill}/pause", tag = "schedules",
    params(("workspace" = String, Path), ("backfill" = String, Path)), responses((status = 200, body = Backfill)))]
pub(crate) async fn pause(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnBackfill(before, pipeline): OnBackfill,
) -> Answer<Json<Backfill>> {
    let tx = server.store.begin().await?;
    let steps = (BackfillState::Running, BackfillState::Paused);
    turn(&server, tx, &caller, &within, "backfill.pause", (before, pipeline), steps).await
}

/// Lets the pieces of a paused backfill begin again.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/backfills/{backfill}/go-on", tag = "schedules",
    params(("workspace" = String, Path), ("backfill" = String, Path)), responses((status = 200, body = Backfill)))]
pub(crate) async fn go_on(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnBackfill(before, pipeline): OnBackfill,
) -> Answer<Json<Backfill>> {
    let tx = server.store.begin().await?;
    let steps = (BackfillState::Paused, BackfillState::Running);
    turn(&server, tx, &caller, &within, "backfill.go_on", (before, pipeline), steps).await
}

/// Ends a backfill: no further piece begins, and runs that are under way are asked to stop. What is done stays.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/backfills/{backfill}/cancel", tag = "schedules",
    params(("workspace" = String, Path), ("backfill" = String, Path)), responses((status = 200, body = Backfill)))]
pub(crate) async fn cancel(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnBackfill(before, pipeline): OnBackfill,
) -> Answer<Json<Backfill>> {
    if matches!(before.state, BackfillState::Done | BackfillState::Cancelled) {
        return Err(conflict(before.state));
    }
    let mut tx = server.store.begin().await?;
    // Runs are asked in the order in which workers change them, or one of the two would be undone.
    server.store.lock_decisions(&mut tx).await?;
    let by = caller.maker();
    let mut asked = Vec::new();
    for run in backfills::open_runs(&mut tx, before.id.as_str()).await? {
        if runs::ask_to_cancel(&mut tx, &run, "the backfill was ended", Some(&by)).await? {
            asked.push(towpath_model::RunId::from_text(run));
        }
    }
    let steps = (before.state, BackfillState::Cancelled);
    let answer = turn(&server, tx, &caller, &within, "backfill.cancel", (before, pipeline), steps).await?;
    asked.iter().for_each(|run| server.workbench.stop(run));
    Ok(answer)
}

fn conflict(state: BackfillState) -> Problem {
    Problem::new(problem::CONFLICT, format!("the backfill is `{}`", state.word()))
}

async fn turn(
    server: &Server,
    mut tx: Tx,
    caller: &Caller,
    within: &Within,
    action: &str,
    (before, pipeline): (Backfill, Pipeline),
    (from, to): (BackfillState, BackfillState),
) -> Answer<Json<Backfill>> {
    let now = towpath_store::now(&mut tx).await?;
    if !backfills::set_state(&mut tx, before.id.as_str(), from, to, now).await? {
        return Err(conflict(before.state));
    }
    let after = Backfill { state: to, updated_at: now, ..before.clone() };
    let done = changed(entry(caller, within, action, &after, &pipeline), shown(&before), shown(&after));
    server.commit(tx, vec![done], vec![event(&after, "backfill.changed")]).await?;
    server.workbench.wake();
    Ok(Json(after))
}

fn entry(
    caller: &Caller,
    within: &Within,
    action: &str,
    backfill: &Backfill,
    pipeline: &Pipeline,
) -> NewEntry {
    caller.did_in(within, action).on("backfill", backfill.id.as_str(), &pipeline.name)
}

fn event(backfill: &Backfill, kind: &str) -> NewEvent {
    NewEvent {
        workspace_id: Some(backfill.workspace_id.to_string()),
        pipeline_id: Some(backfill.pipeline_id.to_string()),
        kind: kind.into(),
        body: json!({ "id": backfill.id, "state": backfill.state, "pieces": backfill.pieces }),
        ..NewEvent::default()
    }
}
