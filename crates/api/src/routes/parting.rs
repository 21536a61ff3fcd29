//! When somebody goes: workspaces keep an owner, the server keeps somebody who runs it, and of an erased person no name
//! is left.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use towpath_model::Role;
use towpath_model::ids::SessionId;
use towpath_store::accounts::{self, User};
use towpath_store::audit::{self, NewEntry};
use towpath_store::events::NewEvent;
use towpath_store::{Conn, Tx, erasure, keys, links, members, sessions, workspaces};

use super::members::told;
use crate::caller::{Caller, changed};
use crate::extract::{Path, Query};
use crate::problem::{self, Answer, Problem};
use crate::server::Server;
use crate::sign_in::slow::Measures;

/// Lets one change at a time decide who is left: two that each leave one owner would together leave none.
pub(crate) async fn lock(server: &Server, tx: &mut Tx) -> Answer<()> {
    Ok(server.store.lock(tx, "towpath-people").await?)
}

/// Refuses when that person is the last one who runs the server.
pub(crate) async fn keep_a_runner(conn: &mut Conn, user: &User) -> Answer<()> {
    let is_last = user.runs_server && user.active && accounts::count_running_server(conn).await? <= 1;
    match is_last {
        true => Err(Problem::new(problem::CONFLICT, "nobody else runs the server")
            .hint("let somebody else run it first: set `runs_server` of another account")),
        false => Ok(()),
    }
}

/// Gives the workspaces that would be without an owner to somebody else, or refuses.
pub(crate) async fn hand_over(
    conn: &mut Conn,
    caller: &Caller,
    user: &User,
    heir: Option<&str>,
) -> Answer<(Vec<NewEntry>, Vec<NewEvent>)> {
    let (mut entries, mut events) = (Vec::new(), Vec::new());
    let alone = workspaces::owned_alone(conn, user.id.as_str()).await?;
    if alone.is_empty() {
        return Ok((entries, events));
    }
    let names: Vec<String> = alone.iter().map(|workspace| format!("`{}`", workspace.slug)).collect();
    let Some(heir) = heir else {
        let detail = format!("the person is the only owner of {}", names.join(", "));
        return Err(Problem::new(problem::CONFLICT, detail)
            .hint("make somebody else an owner, or name who takes over as `hand_over_to`"));
    };
    let heir = accounts::find(conn, heir).await?.filter(|heir| heir.active && heir.id != user.id);
    let Some(heir) = heir else {
        return Err(Problem::field(
            "/hand_over_to",
            "this is not the identity of somebody else who can sign in",
        ));
    };
    for workspace in alone {
        let id = workspace.id.as_str();
        let before = members::role(conn, id, heir.id.as_str()).await?;
        members::put(conn, id, heir.id.as_str(), Role::Owner, "invited").await?;
        let entry = caller.did("member.change").within(id).on("user", heir.id.as_str(), &heir.email);
        let role = |role: Role| json!({ "role": role, "user": heir.id });
        entries.push(changed(entry, before.map(role), Some(role(Role::Owner))));
        events.push(told(id, heir.id.as_str(), Some(Role::Owner)));
    }
    Ok((entries, events))
}

/// Who takes over.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Heir {
    /// Who becomes the owner of workspaces that would be without one: the identity of a person.
    hand_over_to: Option<String>,
}

/// Erases a person: the account keeps its identity and nothing that tells who it was, also in the audit.
#[utoipa::path(delete, path = "/api/v1/users/{user}", tag = "users",
    params(("user" = String, Path, description = "Identity of the person."), Heir),
    responses((status = 204, description = "Done.")))]
pub(crate) async fn erase(
    State(server): State<Server>,
    caller: Caller,
    Path(id): Path<String>,
    Query(heir): Query<Heir>,
) -> Answer<StatusCode> {
    let mut tx = server.store.begin().await?;
    lock(&server, &mut tx).await?;
    let user = accounts::find(&mut tx, &id).await?.filter(|user| user.erased_at.is_none());
    let user = user.ok_or_else(|| Problem::not_found("user", &id))?;
    keep_a_runner(&mut tx, &user).await?;
    let (entries, events) = hand_over(&mut tx, &caller, &user, heir.hand_over_to.as_deref()).await?;
    // What is written before the audit is erased is erased with it, should a person erase themselves.
    audit::write(&server.store, &mut tx, entries).await?;
    let mut addresses = audit::addresses(&mut tx, &id).await?;
    addresses.push(user.email.clone());
    let keys = keys::of_user(&mut tx, &id).await?;
    let ended = sessions::revoke_others(&mut tx, &id, None).await?;
    accounts::erase(&mut tx, &id).await?;
    let of_keys: Vec<String> = keys.iter().map(|key| key.id.to_string()).collect();
    audit::erase(&server.store, &mut tx, &id, &of_keys, &addresses).await?;
    erasure::words(&mut tx, &id, &addresses).await?;
    for address in &addresses {
        links::erase(&mut tx, address).await?;
    }
    Measures::forget(&server, &mut tx, &id, &addresses).await?;
    let mut entry = caller.did("user.erase").on("user", &id, &id);
    if caller.user.id.as_str() == id {
        entry.actor = Some(id.clone());
        entry.address = None;
    }
    server.commit(tx, vec![entry], events).await?;
    server.ended(ended.iter().map(SessionId::as_str));
    server.ended(keys.iter().map(|key| key.id.as_str()));
    Ok(StatusCode::NO_CONTENT)
}
