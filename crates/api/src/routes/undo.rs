//! Loads of a run that are taken back.
//!
//! It may take as long as the loads took. Whoever asks is answered when it is done within moments; else it goes on by itself, and
//! events tell how it ended. That it is under way stands with the run, so that nobody begins it twice.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};
use towpath_model::Fault;
use towpath_store::audit::{NewEntry, Outcome};
use towpath_store::pipelines;
use towpath_store::runs::logs::{self, Level, Line};
use towpath_store::runs::{self, Run, loads};

use super::room::{note, room};
use super::runs::{entry, event};
use crate::caller::{Caller, Within, with};
use crate::extract::Json;
use crate::guard::OnRun;
use crate::problem::{self, Answer, Problem};
use crate::server::Server;
use crate::workbench::Room;

/// How long an answer waits for the end.
const MOMENTS: Duration = Duration::from_secs(4);
/// What is under way for longer was left behind by a server that stopped.
const LONGEST: SignedDuration = SignedDuration::from_hours(6);

/// What was taken back.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Undone {
    /// The run.
    run: Run,
    /// What happened, by destination.
    #[schema(value_type = Vec<Object>)]
    nodes: Vec<Value>,
}

/// Takes the loads of a run back, where nothing has been written since.
///
/// What takes longer than a moment goes on by itself: the
/// answer is 202 then, and the event `run.undone` or `run.undo_failed` tells the end.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/runs/{run}/undo", tag = "runs",
    params(("workspace" = String, Path), ("run" = String, Path)),
    responses((status = 200, body = Undone), (status = 202, body = Run)))]
pub(crate) async fn undo(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnRun(run, pipeline): OnRun,
) -> Answer<Response> {
    if !run.state.is_success() || run.undone_at.is_some() {
        let how = if run.undone_at.is_some() { "taken back before" } else { run.state.word() };
        return Err(Problem::new(
            problem::CONFLICT,
            format!("only runs that ended well are taken back; this one is {how}"),
        ));
    }
    let mut conn = server.store.read().await?;
    let version = pipelines::version(&mut conn, pipeline.id.as_str(), run.version).await?;
    let nodes: Vec<String> = loads::of_run(&mut conn, run.id.as_str())
        .await?
        .into_iter()
        .filter(|load| load.undone_at.is_none())
        .map(|load| load.node)
        .collect();
    drop(conn);
    let version = version.ok_or_else(|| Problem::not_found("version", &run.version.to_string()))?;
    if nodes.is_empty() {
        return Err(Problem::new(problem::CONFLICT, "the run has no load that could be taken back"));
    }
    let (room, entries) = room(&server, &caller, &within, &version.connections).await?;
    note(&server, entries).await?;
    let mut tx = server.store.begin().await?;
    let since = Timestamp::now().saturating_sub(LONGEST).unwrap_or(Timestamp::MIN);
    if !runs::begin_undo(&mut tx, run.id.as_str(), since).await? {
        return Err(Problem::new(problem::CONFLICT, "the loads of the run are being taken back already"));
    }
    server.commit(tx, vec![], vec![event("run.undoing", &run)]).await?;
    let work = Work {
        done: entry(&caller, &within, "run.undo", &run, &pipeline),
        server,
        room,
        document: version.document,
        run,
        nodes,
    };
    let under_way = Run { undoing_at: Some(Timestamp::now()), ..work.run.clone() };
    // Whoever asked may go away; a load that is half taken back would be worse than none.
    let mut working = tokio::spawn(work.carry_out());
    match tokio::time::timeout(MOMENTS, &mut working).await {
        Ok(Ok(done)) => Ok(Json(done?).into_response()),
        Ok(Err(error)) => Err(Problem::internal(error)),
        Err(_) => Ok((StatusCode::ACCEPTED, Json(under_way)).into_response()),
    }
}

/// Everything that is needed to take loads back.
struct Work {
    server: Server,
    done: NewEntry,
    room: Room,
    document: String,
    run: Run,
    nodes: Vec<String>,
}

impl Work {
    async fn carry_out(self) -> Answer<Undone> {
        let Work { server, done, room, document, run, nodes } = self;
        match server.workbench.undo(room, &document, &run, &nodes).await {
            Ok(nodes) => {
                let mut tx = server.store.begin().await?;
                runs::undone(&mut tx, run.id.as_str()).await?;
                let after = runs::by_id(&mut tx, run.id.as_str()).await?;
                let after = after.ok_or_else(|| Problem::not_found("run", run.id.as_str()))?;
                let line = Line {
                    detail: Some(json!({ "nodes": nodes })),
                    ..line(Level::Info, "its loads were taken back")
                };
                logs::append(&server.store, &mut tx, run.id.as_str(), vec![line]).await?;
                let mut told = event("run.undone", &after);
                told.body["nodes"] = json!(nodes);
                let done = with(done, Outcome::Done, json!({ "nodes": nodes }));
                server.commit(tx, vec![done], vec![told]).await?;
                Ok(Undone { run: after, nodes })
            }
            Err(fault) => {
                failed(&server, done, &run, &fault).await?;
                Err(fault.into())
            }
        }
    }
}

/// Writes down that loads stay where they are.
async fn failed(server: &Server, done: NewEntry, run: &Run, fault: &Fault) -> Answer<()> {
    let mut tx = server.store.begin().await?;
    runs::end_undo(&mut tx, run.id.as_str()).await?;
    let message = format!("its loads could not be taken back: {fault}");
    logs::append(&server.store, &mut tx, run.id.as_str(), vec![line(Level::Error, &message)]).await?;
    let mut told = event("run.undo_failed", run);
    told.body["fault"] = json!({ "message": fault.to_string(), "hint": fault.hint_text() });
    let done = with(done, Outcome::Failed, json!({ "fault": fault.to_string() }));
    server.commit(tx, vec![done], vec![told]).await
}

fn line(level: Level, message: &str) -> Line {
    Line { number: 0, at: Timestamp::now(), level, node: None, message: message.to_owned(), detail: None }
}
