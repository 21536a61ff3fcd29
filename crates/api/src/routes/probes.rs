//! Connections tried out and looked into: does one work, what does it hold, which rows.

use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};
use towpath_model::Fault;
use towpath_store::audit::{NewEntry, Outcome};
use towpath_store::connections::{self, Connection};

use super::connection_tests::{TestLine, Tested, answer, try_out};
use super::connections::{NewConnection, changed_settings, event, problems};
use super::room::{note, open, used};
use super::sealed::kept;
use crate::caller::{Caller, Within, with};
use crate::extract::Json;
use crate::guard::OnConnection;
use crate::paging::Items;
use crate::problem::{self, Answer, Finding, Problem};
use crate::server::Server;
use crate::workbench::{Asked, OpenConnection, Room, Rows, StreamOutline};

/// Tests settings before they are kept. Whoever accepts `application/x-ndjson` is told every step while it happens.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/connection-tests", tag = "connections",
    params(("workspace" = String, Path)), request_body = NewConnection,
    responses((status = 200, content((Tested = "application/json"), (TestLine = "application/x-ndjson")))))]
pub(crate) async fn test_new(
    State(server): State<Server>,
    within: Within,
    headers: HeaderMap,
    Json(new): Json<NewConnection>,
) -> Answer<Response> {
    problems(&server, &new, &new.settings)?;
    let connection = OpenConnection { name: new.name, connector: new.connector, settings: new.settings };
    let base = server.settings.base_path();
    answer(&base, &headers, |watch| async move { Ok(try_out(&server, &within, connection, watch).await) })
        .await
}

/// Tests a connection. Whoever accepts `application/x-ndjson` is told every step while it happens.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/connections/{connection}/test", tag = "connections",
    params(("workspace" = String, Path), ("connection" = String, Path)),
    responses((status = 200, content((Tested = "application/json"), (TestLine = "application/x-ndjson")))))]
pub(crate) async fn test(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnConnection(connection): OnConnection,
    headers: HeaderMap,
) -> Answer<Response> {
    let opened = open(&server, &mut *server.store.read().await?, &connection).await?;
    let base = server.settings.base_path();
    let test = |watch| async move {
        let tested = try_out(&server, &within, opened, watch).await;
        let mut tx = server.store.begin().await?;
        let fault = (!tested.ok)
            .then(|| json!({ "message": tested.message, "hint": tested.hint, "code": tested.code }));
        connections::tested(&mut tx, connection.id.as_str(), fault.as_ref()).await?;
        let entry = noted(&caller, &within, &connection, &tested);
        let mut told = event(&within, "connection.tested", &connection);
        told.body["ok"] = tested.ok.into();
        server.commit(tx, vec![entry], vec![told]).await?;
        Ok::<_, Problem>(tested)
    };
    answer(&base, &headers, test).await
}

/// Tests changed settings of a connection before they are kept. Secrets that are left out are those that are kept, as long
/// as nothing else changes that might be where they go; otherwise they have to be given again.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/connections/{connection}/test-settings", tag = "connections",
    params(("workspace" = String, Path), ("connection" = String, Path)), request_body = NewConnection,
    responses((status = 200, content((Tested = "application/json"), (TestLine = "application/x-ndjson")))))]
pub(crate) async fn test_settings(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnConnection(connection): OnConnection,
    headers: HeaderMap,
    Json(new): Json<NewConnection>,
) -> Answer<Response> {
    let kept = kept(&server, &mut *server.store.read().await?, connection.id.as_str()).await?;
    let sealed = changed_settings(&server, &connection, &new, kept);
    sealed.refuse_without(&new.settings, "/settings")?;
    problems(&server, &new, &sealed.whole())?;
    let opened =
        OpenConnection { name: new.name.clone(), connector: new.connector.clone(), settings: sealed.whole() };
    let base = server.settings.base_path();
    let test = |watch| async move {
        let tested = try_out(&server, &within, opened, watch).await;
        note(&server, vec![noted(&caller, &within, &connection, &tested)]).await?;
        Ok::<_, Problem>(tested)
    };
    answer(&base, &headers, test).await
}

fn noted(caller: &Caller, within: &Within, connection: &Connection, tested: &Tested) -> NewEntry {
    let entry =
        caller.did_in(within, "connection.test").on("connection", connection.id.as_str(), &connection.name);
    let outcome = if tested.ok { Outcome::Done } else { Outcome::Failed };
    with(entry, outcome, json!({ "code": tested.code }))
}

/// Streams of a connection: its tables, views, files.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/connections/{connection}/streams", tag = "connections",
    params(("workspace" = String, Path), ("connection" = String, Path)),
    responses((status = 200, body = Items<StreamOutline>)))]
pub(crate) async fn streams(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnConnection(connection): OnConnection,
) -> Answer<Json<Items<StreamOutline>>> {
    let opened = open(&server, &mut *server.store.read().await?, &connection).await?;
    note(&server, vec![used(&caller, &within, &connection)]).await?;
    let room = Room { workspace: within.workspace.clone(), connections: vec![opened.clone()] };
    let streams = server.workbench.discover(room, opened).await?;
    server.seen.remember(&connection, &streams);
    Ok(Json(streams.into()))
}

/// What is to be looked at.
#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct Browse {
    /// Settings of a source that reads the stream, as `streams` gives them, or a `query` where the system answers SQL. It
    /// only reads: in a transaction or a database that is opened for reading.
    #[schema(value_type = Object)]
    settings: Value,
    /// SQL over the rows of that source, which it calls `rows`, for systems that answer none.
    sql: Option<String>,
    /// Most rows, from 1 to 1000; 100 if nothing is said.
    #[schema(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// How many seconds it may take, from 1 to 100; 60 if nothing is said. What takes longer is stopped, in the system too.
    #[schema(minimum = 1, maximum = 100)]
    seconds: Option<u32>,
}

/// First rows of a stream, or of a query. Whoever stops waiting stops the query.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/connections/{connection}/rows", tag = "connections",
    params(("workspace" = String, Path), ("connection" = String, Path)), request_body = Browse,
    responses((status = 200, body = Rows)))]
pub(crate) async fn rows(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnConnection(connection): OnConnection,
    Json(browse): Json<Browse>,
) -> Answer<Json<Rows>> {
    let limit = browse.limit.unwrap_or(100);
    if !(1..=1000).contains(&limit) {
        return Err(Problem::field("/limit", "the limit goes from 1 to 1000"));
    }
    let seconds = browse.seconds.unwrap_or(60);
    if !(1..=100).contains(&seconds) {
        return Err(Problem::field("/seconds", "the time goes from 1 to 100 seconds"));
    }
    let time = Duration::from_secs(seconds.into());
    let opened = open(&server, &mut *server.store.read().await?, &connection).await?;
    note(&server, vec![used(&caller, &within, &connection)]).await?;
    let room = Room { workspace: within.workspace.clone(), connections: vec![opened.clone()] };
    let place = asked_at(&browse.settings, browse.sql.as_ref());
    let asked = Asked { settings: browse.settings, sql: browse.sql, limit: limit as usize, time: Some(time) };
    match tokio::time::timeout(time, server.workbench.browse(room, opened, asked)).await {
        Ok(rows) => rows.map(Json).map_err(|fault| placed(fault, place)),
        Err(_) => Err(Problem::new(problem::TIMEOUT, format!("stopped after {seconds} seconds"))
            .hint("ask for less, or allow more time")),
    }
}

/// Where the SQL of a question stands, if it has any.
pub(super) fn asked_at(settings: &Value, sql: Option<&String>) -> Option<&'static str> {
    match (sql, settings.get("query")) {
        (Some(_), _) => Some("/sql"),
        (None, Some(_)) => Some("/settings/query"),
        _ => None,
    }
}

/// A problem that says where in the SQL it is, when that is known.
pub(super) fn placed(fault: Fault, place: Option<&str>) -> Problem {
    let (spot, message) = (fault.spot(), fault.to_string());
    let problem = Problem::from(fault);
    match (spot, place) {
        (Some(spot), Some(place)) => problem.at(Finding {
            path: place.into(),
            message,
            hint: None,
            line: Some(spot.line),
            column: spot.column,
        }),
        _ => problem,
    }
}
