//! Queries that are kept beside a connection. Whoever may look into the connection shares them.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use towpath_model::ids::QueryId;
use towpath_store::Conn;
use towpath_store::connections::Connection;
use towpath_store::events::NewEvent;
use towpath_store::queries::{self, SavedQuery};

use super::room::shown;
use crate::caller::{Caller, Within, changed};
use crate::extract::{IfMatch, Json, Path, Query, Tagged};
use crate::guard::OnConnection;
use crate::paging::{ByNameOrTime, Items, PageQuery};
use crate::problem::{self, Answer, Finding, Problem};
use crate::server::Server;

/// Queries that one connection may have.
const MOST: i64 = 1000;
/// Characters of a name, and of SQL.
const NAME: usize = 200;
const SQL: usize = 100_000;

/// A query as it is sent.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewQuery {
    /// Its name, of up to 200 characters.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// The SQL, of up to 100,000 characters.
    #[schema(min_length = 1, max_length = 100_000)]
    sql: String,
}

/// Which queries are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Part of the name or of the SQL.
    search: Option<String>,
}

/// The query of the path, besides its workspace and connection.
#[derive(Deserialize)]
pub(crate) struct At {
    query: String,
}

fn check(new: &NewQuery) -> Answer<()> {
    let wrong = |path: &str, text: &str, most: usize| {
        let count = text.trim().chars().count();
        let finding = Finding {
            path: path.into(),
            message: format!("this has 1 to {most} characters"),
            hint: None,
            line: None,
            column: None,
        };
        (count == 0 || text.chars().count() > most).then_some(finding)
    };
    let problems: Vec<Finding> =
        wrong("/name", &new.name, NAME).into_iter().chain(wrong("/sql", &new.sql, SQL)).collect();
    if problems.is_empty() { Ok(()) } else { Err(Problem::invalid(problems)) }
}

fn taken(name: &str) -> Problem {
    Problem::new(problem::EXISTS, format!("there is a query `{name}` already"))
        .hint("choose another name, or change the query that has it")
}

async fn one(conn: &mut Conn, connection: &Connection, id: &str) -> Answer<SavedQuery> {
    let found = queries::find(conn, connection.id.as_str(), id).await?;
    found.ok_or_else(|| Problem::not_found("query", id))
}

fn event(within: &Within, connection: &Connection, kind: &str, query: &SavedQuery) -> NewEvent {
    NewEvent {
        workspace_id: Some(within.id().to_owned()),
        connection_id: Some(connection.id.to_string()),
        kind: kind.into(),
        // Who sees the connection need not be somebody who may look into it: no name.
        body: json!({ "id": query.id }),
        ..NewEvent::default()
    }
}

/// Queries of a connection.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/connections/{connection}/queries", tag = "connections",
    params(("workspace" = String, Path), ("connection" = String, Path), Which, PageQuery<ByNameOrTime>),
    responses((status = 200, body = Items<SavedQuery>)))]
pub(crate) async fn list(
    State(server): State<Server>,
    OnConnection(connection): OnConnection,
    Query(which): Query<Which>,
    Query(page): Query<PageQuery<ByNameOrTime>>,
) -> Answer<Json<Items<SavedQuery>>> {
    let page = page.request()?;
    let mut conn = server.store.read().await?;
    let found = queries::list(&mut conn, connection.id.as_str(), which.search.as_deref(), &page).await?;
    Ok(Json(found.into()))
}

/// Keeps a query.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/connections/{connection}/queries", tag = "connections",
    params(("workspace" = String, Path), ("connection" = String, Path)), request_body = NewQuery,
    responses((status = 201, body = SavedQuery)))]
pub(crate) async fn create(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnConnection(connection): OnConnection,
    Json(new): Json<NewQuery>,
) -> Answer<Response> {
    check(&new)?;
    let now = Timestamp::now();
    let query = SavedQuery {
        id: QueryId::generate(),
        workspace_id: within.workspace.id.clone(),
        connection_id: connection.id.clone(),
        name: new.name.trim().to_owned(),
        sql: new.sql,
        revision: 1,
        created_by: Some(caller.maker()),
        updated_by: Some(caller.maker()),
        created_at: now,
        updated_at: now,
    };
    let mut tx = server.store.begin().await?;
    if queries::count(&mut tx, connection.id.as_str()).await? >= MOST {
        let detail = format!("`{}` has {MOST} queries already", connection.name);
        return Err(Problem::new(problem::CONFLICT, detail).hint("remove some that nobody needs"));
    }
    let inserted = queries::insert(&mut tx, &query).await;
    if inserted.as_ref().is_err_and(|error| error.exists_in("name")) {
        return Err(taken(&query.name));
    }
    inserted?;
    let entry = caller.did_in(&within, "query.make").on("query", query.id.as_str(), &query.name);
    let told = event(&within, &connection, "query.made", &query);
    server.commit(tx, vec![changed(entry, None, shown(&query))], vec![told]).await?;
    Ok((StatusCode::CREATED, Tagged(1, query)).into_response())
}

/// A query.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/connections/{connection}/queries/{query}", tag = "connections",
    params(("workspace" = String, Path), ("connection" = String, Path), ("query" = String, Path)),
    responses((status = 200, body = SavedQuery)))]
pub(crate) async fn show(
    State(server): State<Server>,
    OnConnection(connection): OnConnection,
    Path(at): Path<At>,
) -> Answer<Tagged<SavedQuery>> {
    let query = one(&mut *server.store.read().await?, &connection, &at.query).await?;
    Ok(Tagged(query.revision, query))
}

/// Changes a query: its name, its SQL.
#[utoipa::path(put, path = "/api/v1/workspaces/{workspace}/connections/{connection}/queries/{query}", tag = "connections",
    params(("workspace" = String, Path), ("connection" = String, Path), ("query" = String, Path),
        ("if-match" = String, Header)),
    request_body = NewQuery, responses((status = 200, body = SavedQuery)))]
pub(crate) async fn update(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnConnection(connection): OnConnection,
    Path(at): Path<At>,
    based_on: IfMatch,
    Json(new): Json<NewQuery>,
) -> Answer<Tagged<SavedQuery>> {
    check(&new)?;
    let mut tx = server.store.begin().await?;
    let before = one(&mut tx, &connection, &at.query).await?;
    based_on.check(before.revision, &before)?;
    let mut after = SavedQuery {
        name: new.name.trim().to_owned(),
        sql: new.sql,
        updated_by: Some(caller.maker()),
        updated_at: Timestamp::now(),
        ..before.clone()
    };
    let written = queries::update(&mut tx, &after).await;
    if written.as_ref().is_err_and(|error| error.exists_in("name")) {
        return Err(taken(&after.name));
    }
    written?;
    after.revision += 1;
    let entry = caller.did_in(&within, "query.change").on("query", after.id.as_str(), &after.name);
    let entry = changed(entry, shown(&before), shown(&after));
    let told = event(&within, &connection, "query.changed", &after);
    server.commit(tx, vec![entry], vec![told]).await?;
    Ok(Tagged(after.revision, after))
}

/// Removes a query.
#[utoipa::path(delete, path = "/api/v1/workspaces/{workspace}/connections/{connection}/queries/{query}", tag = "connections",
    params(("workspace" = String, Path), ("connection" = String, Path), ("query" = String, Path)),
    responses((status = 204)))]
pub(crate) async fn remove(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnConnection(connection): OnConnection,
    Path(at): Path<At>,
) -> Answer<StatusCode> {
    let mut tx = server.store.begin().await?;
    let query = one(&mut tx, &connection, &at.query).await?;
    queries::remove(&mut tx, query.id.as_str()).await?;
    let entry = caller.did_in(&within, "query.remove").on("query", query.id.as_str(), &query.name);
    let told = event(&within, &connection, "query.removed", &query);
    server.commit(tx, vec![changed(entry, shown(&query), None)], vec![told]).await?;
    Ok(StatusCode::NO_CONTENT)
}
