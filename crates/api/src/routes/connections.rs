//! Connections: made, changed, removed. Secrets go in and never come out.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use towpath_model::Role;
use towpath_model::ids::ConnectionId;
use towpath_store::connections::{self, Connection, Filter};
use towpath_store::events::NewEvent;
use towpath_store::secrets;
use towpath_store::uses::{self, Use};

use super::room::shown;
use super::sealed::{Sealed, kept};
use super::uses::{UseView, roles, seen};
use crate::caller::{Caller, Within, changed};
use crate::extract::{IfMatch, Json, Query, Tagged};
use crate::guard::OnConnection;
use crate::paging::{ByNameOrTime, Items, PageQuery};
use crate::problem::{self, Answer, Finding, Problem};
use crate::server::Server;

/// A connection as it is sent.
#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct NewConnection {
    /// The name by which pipelines refer to it: letters, digits, `-` and `_`.
    pub(super) name: String,
    /// Its connector.
    pub(super) connector: String,
    /// What it is for.
    #[serde(default)]
    description: String,
    /// The settings of the connector, with secrets. A secret that is left out of a change stays as it is when no
    /// other setting changes; otherwise it has to be given again, as it could go elsewhere.
    #[schema(value_type = Object)]
    pub(super) settings: Value,
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
    /// Pipelines in use that refer to it, as far as the caller may know of them.
    used_by: Vec<UseView>,
    /// The caller's role on it.
    #[schema(value_type = String)]
    role: Role,
}

/// A connection in a list: without secrets, with who uses it.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct ConnectionItem {
    #[serde(flatten)]
    connection: Connection,
    /// The caller's role on it.
    #[schema(value_type = String)]
    role: Role,
    /// How many pipelines in use refer to it, as far as the caller may know of them.
    pipelines: u64,
    /// How many schedules of these pipelines fire.
    schedules: u64,
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
    params(("workspace" = String, Path), Which, PageQuery<ByNameOrTime>), responses((status = 200, body = Items<ConnectionItem>)))]
pub(crate) async fn list(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    Query(which): Query<Which>,
    Query(page): Query<PageQuery<ByNameOrTime>>,
) -> Answer<Json<Items<ConnectionItem>>> {
    let filter = Filter {
        search: which.search,
        connector: which.connector,
        visible_to: within.visible_to(&caller).map(str::to_owned),
    };
    let page = page.request()?;
    let mut conn = server.store.read().await?;
    let page = connections::list(&mut conn, within.id(), &filter, &page).await?;
    let roles = roles(&mut conn, &caller, &within, &page.items).await?;
    let uses = uses::of_connections(&mut conn, within.id()).await?;
    let uses = seen(&mut conn, &caller, &within, uses).await?;
    let item = |(connection, role): (Connection, Role)| {
        let using = uses.iter().filter(|one| one.connections.contains(&connection.name));
        let (mut pipelines, mut schedules) = (0, 0);
        for one in using {
            pipelines += 1;
            schedules += one.active_schedules;
        }
        ConnectionItem { connection, role, pipelines, schedules }
    };
    let items = page.items.into_iter().zip(roles).map(item).collect();
    Ok(Json(Items { items, next: page.next }))
}

pub(super) fn problems(server: &Server, new: &NewConnection, settings: &Value) -> Answer<()> {
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

/// Settings that take the place of those of a connection, with the secrets that still count.
pub(super) fn changed_settings(
    server: &Server,
    before: &Connection,
    new: &NewConnection,
    kept: Vec<(String, String)>,
) -> Sealed {
    let places = server.workbench.secrets(&new.connector, &new.settings);
    let harmless = server.workbench.beside_secrets(&new.connector);
    let harmless: Vec<&str> = harmless.iter().map(String::as_str).collect();
    let is_same = new.connector == before.connector;
    Sealed::fresh(new.settings.clone(), &places).instead(&before.settings, kept, &harmless, is_same)
}

pub(super) fn event(within: &Within, kind: &str, connection: &Connection) -> NewEvent {
    NewEvent {
        workspace_id: Some(within.id().to_owned()),
        connection_id: Some(connection.id.to_string()),
        kind: kind.into(),
        // Streams hear of what is restricted only once they have looked at their rights: no name before.
        body: json!({ "id": connection.id, "name": (!connection.restricted).then_some(&connection.name) }),
        ..NewEvent::default()
    }
}

fn taken_name(name: &str) -> Problem {
    Problem::new(problem::EXISTS, format!("there is a connection `{name}` already"))
}

async fn view(
    tx: &mut towpath_store::Conn,
    caller: &Caller,
    within: &Within,
    connection: Connection,
) -> Answer<ConnectionView> {
    let secrets = secrets::names(tx, connection.id.as_str()).await?;
    let used_by = using(tx, within, &connection).await?;
    let used_by = seen(tx, caller, within, used_by).await?.into_iter().map(UseView::from).collect();
    Ok(ConnectionView { connection, secrets, used_by, role: within.role })
}

/// Pipelines in use that refer to a connection, whoever may know of them.
async fn using(tx: &mut towpath_store::Conn, within: &Within, connection: &Connection) -> Answer<Vec<Use>> {
    let mut all = uses::of_connections(tx, within.id()).await?;
    all.retain(|one| one.connections.contains(&connection.name));
    Ok(all)
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
    let places = server.workbench.secrets(&new.connector, &new.settings);
    let sealed = Sealed::fresh(new.settings, &places);
    let now = Timestamp::now();
    let connection = Connection {
        id: ConnectionId::generate(),
        workspace_id: within.workspace.id.clone(),
        name: new.name,
        connector: new.connector,
        description: new.description,
        settings: sealed.settings.clone(),
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
    sealed.keep(&server, &mut tx, &within, connection.id.as_str()).await?;
    let entry =
        caller.did_in(&within, "connection.make").on("connection", connection.id.as_str(), &connection.name);
    let entry = changed(entry, None, shown(&connection));
    let told = event(&within, "connection.made", &connection);
    let view = view(&mut tx, &caller, &within, connection).await?;
    server.commit(tx, vec![entry], vec![told]).await?;
    Ok((StatusCode::CREATED, Tagged(1, view)).into_response())
}

/// A connection.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/connections/{connection}", tag = "connections",
    params(("workspace" = String, Path), ("connection" = String, Path)), responses((status = 200, body = ConnectionView)))]
pub(crate) async fn show(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnConnection(connection): OnConnection,
) -> Answer<Tagged<ConnectionView>> {
    let mut conn = server.store.read().await?;
    Ok(Tagged(connection.revision, view(&mut conn, &caller, &within, connection).await?))
}

/// Changes a connection. Secrets that are left out stay as they are, as long as no other setting changes.
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
    let kept = kept(&server, &mut tx, before.id.as_str()).await?;
    let sealed = changed_settings(&server, &before, &new, kept);
    problems(&server, &new, &sealed.whole())?;
    let mut after = Connection {
        name: new.name.clone(),
        connector: new.connector.clone(),
        description: new.description.clone(),
        settings: sealed.settings.clone(),
        restricted: new.restricted,
        max_runs: new.max_runs.map(i64::from),
        ..before.clone()
    };
    sealed.keep(&server, &mut tx, &within, before.id.as_str()).await?;
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
    let view = view(&mut tx, &caller, &within, after).await?;
    server.commit(tx, vec![entry], vec![told]).await?;
    Ok(Tagged(revision, view))
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
    let used = using(&mut tx, &within, &connection).await?;
    if !used.is_empty() {
        let known = seen(&mut tx, &caller, &within, used).await?;
        let detail = match known.as_slice() {
            [] => format!("`{}` is used by a pipeline that you do not see", connection.name),
            [one] => format!("`{}` is used by the pipeline `{}`", connection.name, one.name),
            [first, ..] => format!(
                "`{}` is used by {} pipelines, `{}` among them",
                connection.name,
                known.len(),
                first.name
            ),
        };
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
