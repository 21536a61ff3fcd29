//! The server itself: how it is set up, what those who run it chose, and the processes that carry out runs.

use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use towpath_store::settings::{self, Choices};
use towpath_store::workers::{self, Worker};
use towpath_store::{Engine, accounts};

use super::fields::Wrong;
use crate::caller::{Caller, changed};
use crate::extract::{IfMatch, Items, Json, Tagged};
use crate::problem::{Answer, Problem};
use crate::server::Server;

/// Longest notice, in characters.
const LONGEST_NOTICE: usize = 1000;
/// Most days for which anything is kept: ten years.
const MOST_DAYS: u32 = 3660;

/// The server.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ServerView {
    /// Version of the program.
    version: &'static str,
    /// When it started.
    started_at: Timestamp,
    /// `sqlite` or `postgres`.
    store: &'static str,
    /// Whether it can send letters.
    sends_mail: bool,
    /// How many people have an account.
    people: i64,
    /// What its settings say, without secrets. They are changed in the file of the settings, with a new start.
    #[schema(value_type = Object)]
    settings: Value,
    /// What is chosen while it runs.
    choices: Choices,
}

async fn view(server: &Server) -> Answer<Tagged<ServerView>> {
    let mut conn = server.store.read().await?;
    let choices = settings::choices(&mut conn).await?;
    let view = ServerView {
        version: server.version,
        started_at: server.started_at,
        store: match server.store.engine() {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgres",
        },
        sends_mail: server.post.is_some(),
        people: accounts::count(&mut conn).await?,
        settings: serde_json::to_value(&server.settings).map_err(Problem::internal)?,
        choices: choices.clone(),
    };
    Ok(Tagged(choices.revision, view))
}

/// Shows how the server is set up.
#[utoipa::path(get, path = "/api/v1/server", tag = "server", responses((status = 200, body = ServerView)))]
pub(crate) async fn show(State(server): State<Server>) -> Answer<Tagged<ServerView>> {
    view(&server).await
}

/// What changes; what is missing stays.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChoicesChange {
    /// What everybody reads on top of every page; empty for nothing.
    notice: Option<String>,
    /// Days for which logs of runs are kept.
    log_days: Option<u32>,
    /// Days for which runs are kept.
    run_days: Option<u32>,
    /// Days for which the audit is kept.
    audit_days: Option<u32>,
}

/// Changes what is chosen while the server runs.
#[utoipa::path(patch, path = "/api/v1/server", tag = "server", request_body = ChoicesChange,
    params(("If-Match" = String, Header, description = "The tag that the change is based on.")),
    responses((status = 200, body = ServerView)))]
pub(crate) async fn change(
    State(server): State<Server>,
    caller: Caller,
    base: IfMatch,
    Json(change): Json<ChoicesChange>,
) -> Answer<Tagged<ServerView>> {
    let mut wrong = Wrong::default();
    if change.notice.as_ref().is_some_and(|notice| notice.chars().count() > LONGEST_NOTICE) {
        wrong.add("/notice", format!("a notice has at most {LONGEST_NOTICE} characters"));
    }
    for (path, days) in
        [("/log_days", change.log_days), ("/run_days", change.run_days), ("/audit_days", change.audit_days)]
    {
        if days.is_some_and(|days| !(1..=MOST_DAYS).contains(&days)) {
            wrong.add(path, format!("days go from 1 to {MOST_DAYS}"));
        }
    }
    wrong.end()?;
    let mut tx = server.store.begin().await?;
    server.store.lock(&mut tx, "towpath-choices").await?;
    let before = settings::choices(&mut tx).await?;
    base.check(before.revision, &before)?;
    let after = Choices {
        notice: change.notice.unwrap_or(before.notice.clone()),
        log_days: change.log_days.unwrap_or(before.log_days),
        run_days: change.run_days.unwrap_or(before.run_days),
        audit_days: change.audit_days.unwrap_or(before.audit_days),
        revision: before.revision + 1,
    };
    settings::put_choices(&mut tx, &after).await?;
    let entry = caller.did("server.change");
    let entry = changed(entry, serde_json::to_value(&before).ok(), serde_json::to_value(&after).ok());
    server.commit(tx, vec![entry], vec![]).await?;
    view(&server).await
}

/// Lists the processes that carry out runs.
#[utoipa::path(get, path = "/api/v1/server/workers", tag = "server",
    responses((status = 200, body = Items<Worker>)))]
pub(crate) async fn list_workers(State(server): State<Server>) -> Answer<Json<Items<Worker>>> {
    Ok(Json(workers::all(&mut *server.store.read().await?).await?.into()))
}
