//! Roles on a single connection or pipeline, for people of the workspace whose role there is another.

use std::collections::HashMap;

use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use towpath_model::Role;
use towpath_store::members::{self, Grant, Member, ObjectKind};

use super::giving::may_give;
use super::members::RoleChange;
use crate::caller::{Caller, Within, changed};
use crate::extract::{Json, Path};
use crate::guard::{OnConnection, OnPipeline};
use crate::paging::Items;
use crate::problem::{Answer, Problem};
use crate::server::Server;

/// A role on a connection or pipeline, with the name of the person.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct GrantView {
    #[serde(flatten)]
    grant: Grant,
    /// The address with which the person signs in.
    email: String,
    /// The name that others see.
    name: String,
}

/// What grants are about.
struct Object {
    kind: ObjectKind,
    id: String,
    name: String,
}

impl From<OnConnection> for Object {
    fn from(OnConnection(connection): OnConnection) -> Self {
        Object { kind: ObjectKind::Connection, id: connection.id.to_string(), name: connection.name }
    }
}

impl From<OnPipeline> for Object {
    fn from(OnPipeline(pipeline): OnPipeline) -> Self {
        Object { kind: ObjectKind::Pipeline, id: pipeline.id.to_string(), name: pipeline.name }
    }
}

/// Lists the roles that people have on a connection.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/connections/{connection}/grants",
    tag = "connections",
    params(("workspace" = String, Path, description = "Identity or name of the workspace."),
        ("connection" = String, Path, description = "Identity or name of the connection.")),
    responses((status = 200, body = Items<GrantView>)))]
pub(crate) async fn on_connection(
    State(server): State<Server>,
    within: Within,
    on: OnConnection,
) -> Answer<Json<Items<GrantView>>> {
    list(&server, &within, &on.into()).await
}

/// Lists the roles that people have on a pipeline.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/grants", tag = "pipelines",
    params(("workspace" = String, Path, description = "Identity or name of the workspace."),
        ("pipeline" = String, Path, description = "Identity or name of the pipeline.")),
    responses((status = 200, body = Items<GrantView>)))]
pub(crate) async fn on_pipeline(
    State(server): State<Server>,
    within: Within,
    on: OnPipeline,
) -> Answer<Json<Items<GrantView>>> {
    list(&server, &within, &on.into()).await
}

async fn list(server: &Server, within: &Within, on: &Object) -> Answer<Json<Items<GrantView>>> {
    let mut conn = server.store.read().await?;
    let people = members::list(&mut conn, within.id()).await?;
    let mut people: HashMap<String, Member> =
        people.into_iter().map(|member| (member.user_id.to_string(), member)).collect();
    let grants = members::grants_on(&mut conn, on.kind, &on.id).await?;
    let views = grants.into_iter().filter_map(|grant| {
        let member = people.remove(grant.user_id.as_str())?;
        Some(GrantView { grant, email: member.email, name: member.name })
    });
    Ok(Json(views.collect::<Vec<_>>().into()))
}

/// Gives somebody of the workspace a role on a connection, up to `editor` and up to the own one.
#[utoipa::path(put, path = "/api/v1/workspaces/{workspace}/connections/{connection}/grants/{user}",
    tag = "connections", request_body = RoleChange,
    params(("workspace" = String, Path, description = "Identity or name of the workspace."),
        ("connection" = String, Path, description = "Identity or name of the connection."),
        ("user" = String, Path, description = "Identity of the person.")),
    responses((status = 200, body = GrantView)))]
pub(crate) async fn put_on_connection(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    on: OnConnection,
    Path((_, _, user)): Path<(String, String, String)>,
    Json(change): Json<RoleChange>,
) -> Answer<Json<GrantView>> {
    put(&server, &caller, &within, &on.into(), &user, change.role).await
}

/// Gives somebody of the workspace a role on a pipeline, up to `editor` and up to the own one.
#[utoipa::path(put, path = "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/grants/{user}",
    tag = "pipelines", request_body = RoleChange,
    params(("workspace" = String, Path, description = "Identity or name of the workspace."),
        ("pipeline" = String, Path, description = "Identity or name of the pipeline."),
        ("user" = String, Path, description = "Identity of the person.")),
    responses((status = 200, body = GrantView)))]
pub(crate) async fn put_on_pipeline(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    on: OnPipeline,
    Path((_, _, user)): Path<(String, String, String)>,
    Json(change): Json<RoleChange>,
) -> Answer<Json<GrantView>> {
    put(&server, &caller, &within, &on.into(), &user, change.role).await
}

async fn put(
    server: &Server,
    caller: &Caller,
    within: &Within,
    on: &Object,
    user: &str,
    role: Role,
) -> Answer<Json<GrantView>> {
    if role > Role::Editor {
        return Err(Problem::field("/role", "on a connection or pipeline, roles go up to `editor`"));
    }
    may_give(caller, within.role, role)?;
    let mut tx = server.store.begin().await?;
    let member = members::find(&mut tx, within.id(), user).await?;
    let member = member.ok_or_else(|| Problem::not_found("member", user))?;
    let before = members::granted(&mut tx, on.kind, &on.id, user).await?;
    if let Some(before) = before {
        may_give(caller, within.role, before)?;
    }
    let grant = Grant {
        object_kind: on.kind,
        object_id: on.id.clone(),
        user_id: member.user_id,
        role,
        created_by: Some(caller.maker()),
        created_at: Timestamp::now(),
    };
    members::grant(&mut tx, within.id(), &grant).await?;
    let entry = caller.did_in(within, "grant.change").on(on.kind.word(), &on.id, &on.name);
    let said = |role: Role| json!({ "role": role, "user": user });
    let entry = changed(entry, before.map(said), Some(said(role)));
    server.commit(tx, vec![entry], vec![]).await?;
    Ok(Json(GrantView { grant, email: member.email, name: member.name }))
}

/// Takes the role of somebody on a connection away.
#[utoipa::path(delete, path = "/api/v1/workspaces/{workspace}/connections/{connection}/grants/{user}",
    tag = "connections",
    params(("workspace" = String, Path, description = "Identity or name of the workspace."),
        ("connection" = String, Path, description = "Identity or name of the connection."),
        ("user" = String, Path, description = "Identity of the person.")),
    responses((status = 204, description = "Done.")))]
pub(crate) async fn remove_on_connection(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    on: OnConnection,
    Path((_, _, user)): Path<(String, String, String)>,
) -> Answer<StatusCode> {
    remove(&server, &caller, &within, &on.into(), &user).await
}

/// Takes the role of somebody on a pipeline away.
#[utoipa::path(delete, path = "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/grants/{user}",
    tag = "pipelines",
    params(("workspace" = String, Path, description = "Identity or name of the workspace."),
        ("pipeline" = String, Path, description = "Identity or name of the pipeline."),
        ("user" = String, Path, description = "Identity of the person.")),
    responses((status = 204, description = "Done.")))]
pub(crate) async fn remove_on_pipeline(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    on: OnPipeline,
    Path((_, _, user)): Path<(String, String, String)>,
) -> Answer<StatusCode> {
    remove(&server, &caller, &within, &on.into(), &user).await
}

async fn remove(
    server: &Server,
    caller: &Caller,
    within: &Within,
    on: &Object,
    user: &str,
) -> Answer<StatusCode> {
    let mut tx = server.store.begin().await?;
    let before = members::granted(&mut tx, on.kind, &on.id, user).await?;
    let before = before.ok_or_else(|| Problem::not_found("grant", user))?;
    may_give(caller, within.role, before)?;
    members::ungrant(&mut tx, on.kind, &on.id, user).await?;
    let entry = caller.did_in(within, "grant.remove").on(on.kind.word(), &on.id, &on.name);
    let entry = changed(entry, Some(json!({ "role": before, "user": user })), None);
    server.commit(tx, vec![entry], vec![]).await?;
    Ok(StatusCode::NO_CONTENT)
}
