//! Who is in a workspace, with which role.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use towpath_model::{Right, Role};
use towpath_store::events::NewEvent;
use towpath_store::members::{self, Member};
use towpath_store::{Conn, accounts, keys};

use super::giving::may_give;
use super::parting::lock;
use crate::caller::{Caller, Within, changed};
use crate::extract::{Json, Path};
use crate::guard::allow;
use crate::paging::Items;
use crate::problem::{self, Answer, Problem};
use crate::server::Server;
use crate::words::RoleWord;

/// Lists the people of a workspace.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/members", tag = "workspaces",
    params(("workspace" = String, Path, description = "Identity or name of the workspace.")),
    responses((status = 200, body = Items<Member>)))]
pub(crate) async fn list(State(server): State<Server>, within: Within) -> Answer<Json<Items<Member>>> {
    let mut conn = server.store.read().await?;
    Ok(Json(members::list(&mut conn, within.id()).await?.into()))
}

/// The role that somebody is to have.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleChange {
    /// `viewer`, `operator`, `editor`, `admin` or `owner`.
    #[schema(value_type = RoleWord)]
    pub(crate) role: Role,
}

/// The caller's role as it is now; it may have changed since the request came.
pub(crate) async fn own_role(conn: &mut Conn, within: &Within, caller: &Caller) -> Answer<Role> {
    let role = members::role(conn, within.id(), caller.user.id.as_str()).await?;
    role.ok_or_else(|| Problem::not_found("workspace", &within.workspace.slug))
}

/// What watchers are told when a role changes; it names nobody.
pub(crate) fn told(workspace: &str, user: &str, role: Option<Role>) -> NewEvent {
    NewEvent {
        workspace_id: Some(workspace.to_owned()),
        kind: "member.changed".into(),
        body: json!({ "member_id": user, "role": role }),
        ..NewEvent::default()
    }
}

/// Gives somebody of the workspace another role. Those who run the server may also let somebody in who has an account.
#[utoipa::path(put, path = "/api/v1/workspaces/{workspace}/members/{user}", tag = "workspaces",
    request_body = RoleChange,
    params(("workspace" = String, Path, description = "Identity or name of the workspace."),
        ("user" = String, Path, description = "Identity of the person.")),
    responses((status = 200, body = Member)))]
pub(crate) async fn put(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    Path((_, user)): Path<(String, String)>,
    Json(change): Json<RoleChange>,
) -> Answer<Json<Member>> {
    let mut tx = server.store.begin().await?;
    lock(&server, &mut tx).await?;
    let own = own_role(&mut tx, &within, &caller).await?;
    allow(&caller, own, Right::MembersWrite)?;
    may_give(&caller, own, change.role)?;
    let before = members::find(&mut tx, within.id(), &user).await?;
    match &before {
        Some(member) => {
            may_give(&caller, own, member.role)?;
            if member.role == Role::Owner && change.role < Role::Owner {
                keep_an_owner(&mut tx, &within, member).await?;
            }
        }
        // Who has an account here is known to those who run the server only.
        None => {
            let account = accounts::find(&mut tx, &user).await?.filter(|user| user.active);
            if !caller.user.runs_server || account.is_none() {
                return Err(Problem::not_found("member", &user));
            }
        }
    }
    members::put(&mut tx, within.id(), &user, change.role, "invited").await?;
    let after = members::find(&mut tx, within.id(), &user).await?;
    let after = after.ok_or_else(|| Problem::not_found("member", &user))?;
    let entry = caller.did_in(&within, "member.change").on("user", &user, &after.email);
    let said = |role: Role| json!({ "role": role, "user": user });
    let entry = changed(entry, before.map(|member| said(member.role)), Some(said(after.role)));
    server.commit(tx, vec![entry], vec![told(within.id(), &user, Some(after.role))]).await?;
    Ok(Json(after))
}

/// Refuses when a workspace would be without an owner who can sign in.
async fn keep_an_owner(conn: &mut Conn, within: &Within, member: &Member) -> Answer<()> {
    let is_last = member.active && members::count_owners(conn, within.id()).await? <= 1;
    match is_last {
        true => Err(Problem::new(problem::CONFLICT, "this is the last owner of the workspace")
            .hint("make somebody else an owner first")),
        false => Ok(()),
    }
}

/// Takes somebody out of a workspace, with the keys and grants there; everybody may leave by themselves.
#[utoipa::path(delete, path = "/api/v1/workspaces/{workspace}/members/{user}", tag = "workspaces",
    params(("workspace" = String, Path, description = "Identity or name of the workspace."),
        ("user" = String, Path, description = "Identity of the person.")),
    responses((status = 204, description = "Done.")))]
pub(crate) async fn remove(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    Path((_, user)): Path<(String, String)>,
) -> Answer<StatusCode> {
    let mut tx = server.store.begin().await?;
    lock(&server, &mut tx).await?;
    let own = own_role(&mut tx, &within, &caller).await?;
    let is_self = user == caller.user.id.as_str();
    // A program does not take its person out of a workspace unless it may take out others.
    if !is_self || caller.session().is_none() {
        allow(&caller, own, Right::MembersWrite)?;
    }
    let member = members::find(&mut tx, within.id(), &user).await?;
    let member = member.ok_or_else(|| Problem::not_found("member", &user))?;
    if !is_self {
        may_give(&caller, own, member.role)?;
    }
    if member.role == Role::Owner {
        keep_an_owner(&mut tx, &within, &member).await?;
    }
    let gone = keys::list(&mut tx, within.id(), Some(&user)).await?;
    members::remove(&mut tx, within.id(), &user).await?;
    let entry = caller.did_in(&within, "member.remove").on("user", &user, &member.email);
    let entry = changed(entry, Some(json!({ "role": member.role, "user": user })), None);
    server.commit(tx, vec![entry], vec![told(within.id(), &user, None)]).await?;
    server.ended(gone.iter().map(|key| key.id.as_str()));
    Ok(StatusCode::NO_CONTENT)
}
