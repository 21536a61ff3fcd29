//! The server itself: how it is set up, what those who run it chose, and the processes that carry out runs.

use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use towpath_store::settings::{self, Banner, Retention};
use towpath_store::workers::{self, Worker};
use towpath_store::{Engine, accounts, usage};

use super::fields::Wrong;
use super::health::resident_bytes;
use crate::caller::{Caller, changed};
use crate::extract::{IfMatch, Json, Tagged};
use crate::paging::Items;
use crate::problem::{Answer, Problem};
use crate::server::Server;

/// Longest banner, in characters.
const LONGEST_BANNER: usize = 1000;
/// Most days for which anything is kept: ten years.
const MOST_DAYS: i64 = 3660;
/// Most minutes for which previews are kept.
const MOST_MINUTES: i64 = 60;

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
    /// What everybody reads on top of every page; empty for nothing.
    banner: String,
    /// How long things are kept.
    retention: Retention,
}

async fn view(server: &Server) -> Answer<Tagged<ServerView>> {
    let mut conn = server.store.read().await?;
    let banner = settings::banner(&mut conn).await?;
    let retention = settings::retention(&mut conn).await?;
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
        banner: banner.text,
        retention,
    };
    Ok(Tagged(banner.revision, view))
}

/// Shows how the server is set up.
#[utoipa::path(get, path = "/api/v1/server", tag = "server", responses((status = 200, body = ServerView)))]
pub(crate) async fn show(State(server): State<Server>) -> Answer<Tagged<ServerView>> {
    view(&server).await
}

/// What changes; what is missing stays.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServerChange {
    /// What everybody reads on top of every page; empty for nothing.
    banner: Option<String>,
    /// How long things are kept, all of it.
    retention: Option<Retention>,
}

impl ServerChange {
    fn check(&self) -> Answer<()> {
        let mut wrong = Wrong::default();
        if self.banner.as_ref().is_some_and(|banner| banner.chars().count() > LONGEST_BANNER) {
            wrong.add("/banner", format!("a banner has at most {LONGEST_BANNER} characters"));
        }
        if let Some(kept) = &self.retention {
            for (name, value, most) in [
                ("logs_days", kept.logs_days, MOST_DAYS),
                ("runs_days", kept.runs_days, MOST_DAYS),
                ("audit_days", kept.audit_days, MOST_DAYS),
                ("events_hours", kept.events_hours, 24 * 7),
            ] {
                if !(1..=most).contains(&value) {
                    wrong.add(&format!("/retention/{name}"), format!("this goes from 1 to {most}"));
                }
            }
            if !(0..=MOST_MINUTES).contains(&kept.previews_minutes) {
                wrong.add("/retention/previews_minutes", format!("this goes from 0 to {MOST_MINUTES}"));
            }
        }
        wrong.end()
    }
}

/// Changes what is chosen while the server runs.
#[utoipa::path(patch, path = "/api/v1/server", tag = "server", request_body = ServerChange,
    params(("If-Match" = String, Header, description = "The tag that the change is based on.")),
    responses((status = 200, body = ServerView)))]
pub(crate) async fn change(
    State(server): State<Server>,
    caller: Caller,
    base: IfMatch,
    Json(change): Json<ServerChange>,
) -> Answer<Tagged<ServerView>> {
    change.check()?;
    let mut tx = server.store.begin().await?;
    server.store.lock(&mut tx, "towpath-server").await?;
    let (banner, retention) = (settings::banner(&mut tx).await?, settings::retention(&mut tx).await?);
    let said =
        |banner: &Banner, retention: &Retention| json!({ "banner": banner.text, "retention": retention });
    let before = said(&banner, &retention);
    base.check(banner.revision, &before)?;
    let banner = Banner { text: change.banner.unwrap_or(banner.text), revision: banner.revision + 1 };
    let retention = change.retention.unwrap_or(retention);
    settings::put_banner(&mut tx, &banner).await?;
    settings::put_retention(&mut tx, &retention).await?;
    let entry = changed(caller.did("server.change"), Some(before), Some(said(&banner, &retention)));
    server.commit(tx, vec![entry], vec![]).await?;
    view(&server).await
}

/// Lists the processes that carry out runs.
#[utoipa::path(get, path = "/api/v1/server/workers", tag = "server",
    responses((status = 200, body = Items<Worker>)))]
pub(crate) async fn list_workers(State(server): State<Server>) -> Answer<Json<Items<Worker>>> {
    Ok(Json(workers::all(&mut *server.store.read().await?).await?.into()))
}

/// How much of what the server has is in use.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct UsageView {
    /// Memory of the process that answers which is not swapped out, in bytes, where the system tells it.
    memory_bytes: Option<u64>,
    /// Bytes that the store takes on its disk.
    store_bytes: i64,
    /// Bytes that are free where files are kept, where the system tells it.
    free_bytes: Option<u64>,
    /// Runs that wait for a place, on all servers.
    runs_queued: i64,
    /// Runs that are carried out, on all servers.
    runs_running: i64,
    /// Messages to people and systems that are on their way.
    messages_waiting: i64,
}

/// Shows how much of what the server has is in use.
#[utoipa::path(get, path = "/api/v1/server/usage", tag = "server", responses((status = 200, body = UsageView)))]
pub(crate) async fn usage(State(server): State<Server>) -> Answer<Json<UsageView>> {
    let used = usage::look(&server.store, &mut *server.store.read().await?).await?;
    let disk = rustix::fs::statvfs(&server.files).ok();
    Ok(Json(UsageView {
        memory_bytes: resident_bytes(),
        store_bytes: used.store_bytes,
        free_bytes: disk.map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize)),
        runs_queued: used.runs_queued,
        runs_running: used.runs_running,
        messages_waiting: used.messages_waiting,
    }))
}
