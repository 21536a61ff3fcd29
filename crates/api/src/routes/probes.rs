//! Connections tried out and looked into: does one work, what does it hold, which rows.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use towpath_store::audit::Outcome;
use towpath_store::connections;

use super::connections::{NewConnection, problems};
use super::room::{note, open, used};
use crate::caller::{Caller, Within, with};
use crate::extract::Json;
use crate::guard::OnConnection;
use crate::paging::Items;
use crate::problem::{Answer, Problem};
use crate::server::Server;
use crate::workbench::{OpenConnection, Room, Rows, StreamOutline};

/// How a test went.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Tested {
    /// It works.
    ok: bool,
    /// What failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    /// What sort of failure it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// Milliseconds that it took.
    milliseconds: i64,
}

async fn try_out(server: &Server, within: &Within, connection: OpenConnection) -> Tested {
    let room = Room { workspace: within.workspace.clone(), connections: vec![connection.clone()] };
    let started = std::time::Instant::now();
    let result = server.workbench.test(room, connection).await;
    let milliseconds = i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
    match result {
        Ok(()) => Tested { ok: true, message: None, hint: None, code: None, milliseconds },
        Err(fault) => Tested {
            ok: false,
            message: Some(fault.to_string()),
            hint: fault.hint_text().map(str::to_owned),
            code: Some(fault.kind().code().to_owned()),
            milliseconds,
        },
    }
}

/// Tests settings before they are kept.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/connection-tests", tag = "connections",
    params(("workspace" = String, Path)), request_body = NewConnection, responses((status = 200, body = Tested)))]
pub(crate) async fn test_new(
    State(server): State<Server>,
    within: Within,
    Json(new): Json<NewConnection>,
) -> Answer<Json<Tested>> {
    problems(&server, &new, &new.settings)?;
    let connection = OpenConnection { name: new.name, connector: new.connector, settings: new.settings };
    Ok(Json(try_out(&server, &within, connection).await))
}

/// Tests a connection.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/connections/{connection}/test", tag = "connections",
    params(("workspace" = String, Path), ("connection" = String, Path)), responses((status = 200, body = Tested)))]
pub(crate) async fn test(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnConnection(connection): OnConnection,
) -> Answer<Json<Tested>> {
    let opened = open(&server, &mut *server.store.read().await?, &connection).await?;
    let tested = try_out(&server, &within, opened).await;
    let mut tx = server.store.begin().await?;
    let fault =
        (!tested.ok).then(|| json!({ "message": tested.message, "hint": tested.hint, "code": tested.code }));
    connections::tested(&mut tx, connection.id.as_str(), fault.as_ref()).await?;
    let entry =
        caller.did_in(&within, "connection.test").on("connection", connection.id.as_str(), &connection.name);
    let outcome = if tested.ok { Outcome::Done } else { Outcome::Failed };
    server.commit(tx, vec![with(entry, outcome, json!({ "code": tested.code }))], vec![]).await?;
    Ok(Json(tested))
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
    Ok(Json(server.workbench.discover(room, opened).await?.into()))
}

/// What is to be looked at.
#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct Browse {
    /// Settings of a source that reads the stream, as `streams` gives them.
    #[schema(value_type = Object)]
    settings: Value,
    /// Most rows, from 1 to 1000; 100 if nothing is said.
    #[schema(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// First rows of a stream.
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
    let opened = open(&server, &mut *server.store.read().await?, &connection).await?;
    note(&server, vec![used(&caller, &within, &connection)]).await?;
    let room = Room { workspace: within.workspace.clone(), connections: vec![opened.clone()] };
    Ok(Json(server.workbench.browse(room, opened, browse.settings, limit as usize).await?))
}
