//! Connections: made, changed, tested, looked into. Secrets go in and never come out.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use towpath_model::Role;
use towpath_model::ids::ConnectionId;
use towpath_store::audit::Outcome;
use towpath_store::connections::{self, Connection, Filter};
use towpath_store::events::NewEvent;
use towpath_store::{Tx, pipelines, secrets};

use super::room::{note, open, shown, used};
use crate::caller::{Caller, Within, changed, with};
use crate::extract::{IfMatch, Items, Json, PageQuery, Query, Tagged};
use crate::guard::OnConnection;
use crate::problem::{self, Answer, Finding, Problem};
use crate::server::Server;
use crate::workbench::{OpenConnection, Room, Rows, StreamOutline, take_secrets, with_secrets};

/// A connection as it is sent.
#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct NewConnection {
    /// The name by which pipelines refer to it: letters, digits, `-` and `_`.
    name: String,
    /// Its connector.
    connector: String,
    /// What it is for.
    #[serde(default)]
    description: String,
    /// The settings of the connector, with secrets. A secret that is left out of a change stays as it is.
    #[schema(value_type = Object)]
    settings: Value,
    /// Only administrators and people with a grant see and use it.
    #[serde(default)]
    restricted: bool,
    /// Most runs that use it at the same time.
    max_runs: Option<u32>,
}

/// A connection as it is answered: without secrets, with the names of those that are kept.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct ConnectionView {
    #[serde(flatten)]
    connection: Connection,
    /// Places in the settings whose secrets are kept, as JSON pointers.
    secrets: Vec<String>,
    /// Pipelines in use that refer to it.
    used_by: Vec<Use>,
}

/// A pipeline that refers to a connection.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Use {
    /// Identity of the pipeline.
    id: String,
    /// Name of the pipeline.
    name: String,
}

/// Which connections are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Part of the name or description.
    search: Option<String>,
    /// Of that connector.
    connector: Option<String>,
}

/// Connections of a workspace.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/connections", tag = "connections",
    params(("workspace" = String, Path), Which, PageQuery), responses((status = 200, body = Items<Connection>)))]
pub(crate) async fn list(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    Query(which): Query<Which>,
    Query(page): Query<PageQuery>,
) -> Answer<Json<Items<Connection>>> {
    let filter = Filter {
        search: which.search,
        connector: which.connector,
        visible_to: within.visible_to(&caller).map(str::to_owned),
    };
    let page = page.request(&["name", "created", "updated"])?;
    let mut conn = server.store.read().await?;
    Ok(Json(connections::list(&mut conn, within.id(), &filter, &page).await?.into()))
}

fn problems(server: &Server, new: &NewConnection, settings: &Value) -> Answer<()> {
    let mut problems = Vec::new();
    let is_name = !new.name.is_empty()
        && new.name.len() <= 63
        && new.name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter));
    if !is_name {
        problems.push(Finding {
            path: "/name".into(),
            message: "a name is made of up to 63 letters, digits, `-` and `_`".into(),
            hint: None,
            line: None,
            column: None,
        });
    }
    problems.extend(server.workbench.check_connection(&new.connector, settings));
    if problems.is_empty() { Ok(()) } else { Err(Problem::invalid(problems)) }
}

async fn keep_secrets(
    server: &Server,
    tx: &mut Tx,
    within: &Within,
    id: &str,
    taken: &[(String, String)],
) -> Answer<()> {
    for (path, text) in taken {
        secrets::put(tx, &server.keys, within.id(), id, path, text).await?;
    }
    Ok(())
}

fn event(within: &Within, kind: &str, connection: &Connection) -> NewEvent {
    NewEvent {
        workspace_id: Some(within.id().to_owned()),
        connection_id: Some(connection.id.to_string()),
        kind: kind.into(),
        body: json!({ "id": connection.id, "name": connection.name }),
        ..NewEvent::default()
    }
}

fn taken_name(name: &str) -> Problem {
    Problem::new(problem::EXISTS, format!("there is a connection `{name}` already"))
}

async fn view(
    server: &Server,
    tx: &mut towpath_store::Conn,
    within: &Within,
    connection: Connection,
) -> Answer<ConnectionView> {
    let secrets = secrets::names(tx, connection.id.as_str()).await?;
    let filter = pipelines::Filter {
        archived: Some(false),
        connection: Some(connection.name.clone()),
        ..pipelines::Filter::default()
    };
    let page = towpath_store::page::PageRequest { limit: 200, ..Default::default() };
    let used_by = pipelines::list(tx, within.id(), &filter, &page).await?.items;
    let used_by = used_by.into_iter().map(|one| Use { id: one.id.to_string(), name: one.name }).collect();
    let _ = server;
    Ok(ConnectionView { connection, secrets, used_by })
}

/// Makes a connection.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/connections", tag = "connections",
    params(("workspace" = String, Path)), request_body = NewConnection, responses((status = 201, body = ConnectionView)))]
pub(crate) async fn create(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    Json(new): Json<NewConnection>,
) -> Answer<Response> {
    problems(&server, &new, &new.settings)?;
    let mut settings = new.settings;
    let paths = server.workbench.secrets(&new.connector, &settings);
    let taken = take_secrets(&mut settings, &paths);
    let now = Timestamp::now();
    let connection = Connection {
        id: ConnectionId::generate(),
        workspace_id: within.workspace.id.clone(),
        name: new.name,
        connector: new.connector,
        description: new.description,
        settings,
        restricted: new.restricted,
        max_runs: new.max_runs.map(i64::from),
        revision: 1,
        created_by: Some(caller.maker()),
        created_at: now,
        updated_at: now,
        tested_at: None,
        test_fault: None,
    };
    let mut tx = server.store.begin().await?;
    let inserted = connections::insert(&mut tx, &connection).await;
    if inserted.as_ref().is_err_and(|error| error.exists_in("name")) {
        return Err(taken_name(&connection.name));
    }
    inserted?;
    keep_secrets(&server, &mut tx, &within, connection.id.as_str(), &taken).await?;
    let entry =
        caller.did_in(&within, "connection.make").on("connection", connection.id.as_str(), &connection.name);
    let entry = changed(entry, None, shown(&connection));
    let told = event(&within, "connection.made", &connection);
    let view = view(&server, &mut tx, &within, connection).await?;
    server.commit(tx, vec![entry], vec![told]).await?;
    Ok((StatusCode::CREATED, Tagged(1, view)).into_response())
}

/// A connection.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/connections/{connection}", tag = "connections",
    params(("workspace" = String, Path), ("connection" = String, Path)), responses((status = 200, body = ConnectionView)))]
pub(crate) async fn show(
    State(server): State<Server>,
    within: Within,
    OnConnection(connection): OnConnection,
) -> Answer<Tagged<ConnectionView>> {
    let mut conn = server.store.read().await?;
    Ok(Tagged(connection.revision, view(&server, &mut conn, &within, connection).await?))
}

/// Changes a connection. Secrets that are left out stay as they are.
#[utoipa::path(put, path = "/api/v1/workspaces/{workspace}/connections/{connection}", tag = "connections",
    params(("workspace" = String, Path), ("connection" = String, Path), ("if-match" = String, Header)),
    request_body = NewConnection, responses((status = 200, body = ConnectionView)))]
pub(crate) async fn update(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnConnection(before): OnConnection,
    based_on: IfMatch,
    Json(new): Json<NewConnection>,
) -> Answer<Tagged<ConnectionView>> {
    based_on.check(before.revision, &before)?;
    if new.restricted != before.restricted && within.role < Role::Admin {
        return Err(Problem::new(problem::FORBIDDEN, "only administrators decide who sees a connection"));
    }
    let mut tx = server.store.begin().await?;
    let kept = secrets::open(&mut tx, &server.keys, before.id.as_str()).await?;
    let mut settings = new.settings.clone();
    let paths = server.workbench.secrets(&new.connector, &settings);
    let taken = take_secrets(&mut settings, &paths);
    // What is kept and was not sent again still counts, as long as it is the same system that gets to know it.
    let same_system =
        new.connector == before.connector && address_of(&settings) == address_of(&before.settings);
    let stays: Vec<(String, String)> = match same_system {
        true => kept.iter().filter(|(path, _)| taken.iter().all(|(new, _)| new != path)).cloned().collect(),
        false => Vec::new(),
    };
    let mut after = Connection {
        name: new.name.clone(),
        connector: new.connector.clone(),
        description: new.description.clone(),
        settings,
        restricted: new.restricted,
        max_runs: new.max_runs.map(i64::from),
        ..before.clone()
    };
    let whole = with_secrets(&after, &[stays.clone(), taken.clone()].concat());
    problems(&server, &new, &whole.settings)?;
    for (path, _) in kept.iter().filter(|(path, _)| stays.iter().all(|(stay, _)| stay != path)) {
        secrets::remove(&mut tx, before.id.as_str(), Some(path)).await?;
    }
    keep_secrets(&server, &mut tx, &within, before.id.as_str(), &taken).await?;
    let written = connections::update(&mut tx, &after).await;
    if written.as_ref().is_err_and(|error| error.exists_in("name")) {
        return Err(taken_name(&after.name));
    }
    written?;
    after.revision += 1;
    let entry = caller.did_in(&within, "connection.change").on("connection", after.id.as_str(), &after.name);
    let entry = changed(entry, shown(&before), shown(&after));
    let told = event(&within, "connection.changed", &after);
    let revision = after.revision;
    let view = view(&server, &mut tx, &within, after).await?;
    server.commit(tx, vec![entry], vec![told]).await?;
    Ok(Tagged(revision, view))
}

/// What says where a connection goes: a secret that is kept is not sent anywhere else.
fn address_of(settings: &Value) -> Vec<Option<&Value>> {
    ["host", "port", "url", "endpoint", "server", "address", "base_url", "user", "username"]
        .iter()
        .map(|name| settings.get(name))
        .collect()
}

/// Removes a connection that no pipeline in use refers to.
#[utoipa::path(delete, path = "/api/v1/workspaces/{workspace}/connections/{connection}", tag = "connections",
    params(("workspace" = String, Path), ("connection" = String, Path)), responses((status = 204)))]
pub(crate) async fn remove(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnConnection(connection): OnConnection,
) -> Answer<StatusCode> {
    let mut tx = server.store.begin().await?;
    let used = view(&server, &mut tx, &within, connection.clone()).await?.used_by;
    if let Some(first) = used.first() {
        let detail =
            format!("`{}` is used by {} pipelines, `{}` among them", connection.name, used.len(), first.name);
        return Err(Problem::new(problem::CONFLICT, detail).hint("change or archive them first"));
    }
    connections::remove(&mut tx, connection.id.as_str()).await?;
    let entry = caller.did_in(&within, "connection.remove").on(
        "connection",
        connection.id.as_str(),
        &connection.name,
    );
    let entry = changed(entry, shown(&connection), None);
    server.commit(tx, vec![entry], vec![event(&within, "connection.removed", &connection)]).await?;
    Ok(StatusCode::NO_CONTENT)
}

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
