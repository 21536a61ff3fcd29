//! Workspaces: made by those who run the server, changed and closed by their admins and owners.

use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use towpath_model::Role;
use towpath_model::ids::WorkspaceId;
use towpath_store::events::NewEvent;
use towpath_store::workspaces::{self, Membership, Workspace, slug};
use towpath_store::{Error, members};

use super::fields::Wrong;
use super::workspace_settings;
use crate::caller::{Caller, Via, Within, changed};
use crate::extract::{IfMatch, Json, Tagged};
use crate::paging::Items;
use crate::problem::{self, Answer, Problem};
use crate::server::Server;

/// Lists the workspaces of the caller, with the role in each.
#[utoipa::path(get, path = "/api/v1/workspaces", tag = "workspaces",
    responses((status = 200, body = Items<Membership>)))]
pub(crate) async fn list(State(server): State<Server>, caller: Caller) -> Answer<Json<Items<Membership>>> {
    let mut conn = server.store.read().await?;
    let mut found = workspaces::of_user(&mut conn, caller.user.id.as_str()).await?;
    if let Via::Key(key) = &caller.via {
        found.retain(|membership| membership.workspace.id == key.workspace_id);
    }
    Ok(Json(found.into()))
}

/// A workspace to be made.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewWorkspace {
    /// Its name for people.
    name: String,
    /// Its name in addresses; made of the name if nothing is said.
    slug: Option<String>,
}

/// A workspace that does not exist yet.
pub(crate) fn fresh(name: &str, wanted: Option<String>) -> Workspace {
    let now = Timestamp::now();
    Workspace {
        id: WorkspaceId::generate(),
        slug: wanted.unwrap_or_else(|| slug(name)),
        name: name.trim().to_owned(),
        settings: json!({}),
        revision: 1,
        created_at: now,
        updated_at: now,
        closed_at: None,
    }
}

/// Makes a workspace; the caller is its owner.
#[utoipa::path(post, path = "/api/v1/workspaces", tag = "workspaces", request_body = NewWorkspace,
    responses((status = 201, body = Workspace)))]
pub(crate) async fn add(
    State(server): State<Server>,
    caller: Caller,
    Json(new): Json<NewWorkspace>,
) -> Answer<(StatusCode, Tagged<Workspace>)> {
    let mut wrong = Wrong::default();
    wrong.name("/name", &new.name);
    check_slug(&mut wrong, new.slug.as_deref());
    wrong.end()?;
    let workspace = fresh(&new.name, new.slug);
    let id = workspace.id.as_str();
    let mut tx = server.store.begin().await?;
    workspaces::insert(&mut tx, &workspace).await.map_err(taken)?;
    members::put(&mut tx, id, caller.user.id.as_str(), Role::Owner, "invited").await?;
    let entry = caller.did("workspace.add").within(id).on("workspace", id, &workspace.slug);
    let entry = changed(entry, None, serde_json::to_value(&workspace).ok());
    server.commit(tx, vec![entry], vec![]).await?;
    Ok((StatusCode::CREATED, Tagged(workspace.revision, workspace)))
}

fn check_slug(wrong: &mut Wrong, wanted: Option<&str>) {
    if let Some(wanted) = wanted
        && (wanted.is_empty() || wanted.starts_with("ws_") || slug(wanted) != wanted)
    {
        wrong.add("/slug", "a name in addresses has small letters, digits and `-` between them, at most 60");
    }
}

fn taken(error: Error) -> Problem {
    match error.exists_in("slug") {
        true => Problem::new(problem::EXISTS, "there is a workspace with that name in addresses")
            .hint("give another `slug`"),
        false => error.into(),
    }
}

/// Shows a workspace.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}", tag = "workspaces",
    params(("workspace" = String, Path, description = "Identity or name of the workspace.")),
    responses((status = 200, body = Membership)))]
pub(crate) async fn show(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
) -> Answer<Tagged<Membership>> {
    let mut conn = server.store.read().await?;
    let member = members::find(&mut conn, within.id(), caller.user.id.as_str()).await?;
    let origin = member.map(|member| member.origin).unwrap_or_default();
    let revision = within.workspace.revision;
    Ok(Tagged(revision, Membership { workspace: within.workspace, role: within.member, origin }))
}

/// What changes about a workspace; what is missing stays.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkspaceChange {
    /// Its name for people.
    name: Option<String>,
    /// Its name in addresses. Addresses with the former name stop to work.
    slug: Option<String>,
    /// Its settings, all of them: `calendars`, `egress`, `limits` with `runs` and `pipeline_runs`, `watch`. A part that is
    /// left out is as usual.
    #[schema(value_type = Option<Object>)]
    settings: Option<Value>,
}

/// Changes a workspace.
#[utoipa::path(patch, path = "/api/v1/workspaces/{workspace}", tag = "workspaces",
    request_body = WorkspaceChange,
    params(("workspace" = String, Path, description = "Identity or name of the workspace."),
        ("If-Match" = String, Header, description = "The tag that the change is based on.")),
    responses((status = 200, body = Workspace)))]
pub(crate) async fn change(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    base: IfMatch,
    Json(change): Json<WorkspaceChange>,
) -> Answer<Tagged<Workspace>> {
    let mut wrong = Wrong::default();
    if let Some(name) = &change.name {
        wrong.name("/name", name);
    }
    check_slug(&mut wrong, change.slug.as_deref());
    wrong.end()?;
    let mut tx = server.store.begin().await?;
    let before = find(&mut tx, &within).await?;
    base.check(before.revision, &before)?;
    if let Some(settings) = &change.settings {
        workspace_settings::check(&server, &mut tx, within.id(), &before.settings, settings).await?;
    }
    let mut after = before.clone();
    after.name = change.name.map_or(after.name, |name| name.trim().to_owned());
    after.slug = change.slug.unwrap_or(after.slug);
    after.settings = change.settings.unwrap_or(after.settings);
    workspaces::update(&mut tx, &after).await.map_err(taken)?;
    let after = find(&mut tx, &within).await?;
    let entry = caller.did_in(&within, "workspace.change").on("workspace", within.id(), &after.slug);
    let entry = changed(entry, serde_json::to_value(&before).ok(), serde_json::to_value(&after).ok());
    server.commit(tx, vec![entry], vec![told(&within, "workspace.changed")]).await?;
    Ok(Tagged(after.revision, after))
}

async fn find(conn: &mut towpath_store::Conn, within: &Within) -> Answer<Workspace> {
    let found = workspaces::find(conn, within.id()).await?.filter(|found| found.closed_at.is_none());
    found.ok_or_else(|| Problem::not_found("workspace", &within.workspace.slug))
}

fn told(within: &Within, kind: &str) -> NewEvent {
    NewEvent {
        workspace_id: Some(within.id().to_owned()),
        kind: kind.to_owned(),
        body: json!({ "workspace_id": within.id() }),
        ..NewEvent::default()
    }
}

/// Closes a workspace for good: nobody reaches it any more, and nothing runs in it.
#[utoipa::path(delete, path = "/api/v1/workspaces/{workspace}", tag = "workspaces",
    params(("workspace" = String, Path, description = "Identity or name of the workspace.")),
    responses((status = 204, description = "Done.")))]
pub(crate) async fn close(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
) -> Answer<StatusCode> {
    let mut tx = server.store.begin().await?;
    let before = find(&mut tx, &within).await?;
    let mut after = before.clone();
    after.closed_at = Some(Timestamp::now());
    workspaces::update(&mut tx, &after).await?;
    let entry = caller.did_in(&within, "workspace.close").on("workspace", within.id(), &before.slug);
    let entry = changed(entry, serde_json::to_value(&before).ok(), None);
    server.commit(tx, vec![entry], vec![told(&within, "workspace.closed")]).await?;
    server.workbench.wake();
    Ok(StatusCode::NO_CONTENT)
}
