//! API keys: one's own, in one workspace, with no more rights than one has.

use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use towpath_model::ids::KeyId;
use towpath_model::{Right, Role};
use towpath_store::keys::{self, ApiKey};
use towpath_store::members;
use towpath_store::seal::{hash_token, random_text};

use super::fields::Wrong;
use super::members::own_role;
use crate::caller::{Caller, Via, Within, changed};
use crate::extract::{Json, Path};
use crate::paging::Items;
use crate::problem::{self, Answer, Problem};
use crate::server::Server;
use crate::sign_in::tokens::KEY_BEGINNING;
use crate::words::RightWord;

/// Most live keys of one person in one workspace.
const MOST: usize = 100;

/// Lists keys: one's own, and for admins those of everybody.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/keys", tag = "workspaces",
    params(("workspace" = String, Path, description = "Identity or name of the workspace.")),
    responses((status = 200, body = Items<ApiKey>)))]
pub(crate) async fn list(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
) -> Answer<Json<Items<ApiKey>>> {
    let mut conn = server.store.read().await?;
    Ok(Json(keys::list(&mut conn, within.id(), within.visible_to(&caller)).await?.into()))
}

/// A key to be made.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewKey {
    /// What it is for.
    name: String,
    /// What it may do: rights such as `runs:write`.
    #[schema(value_type = Vec<RightWord>, min_items = 1)]
    scopes: Vec<String>,
    /// When it ends; never if nothing is said.
    expires_at: Option<Timestamp>,
}

/// A key that was made.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct MadeKey {
    /// The key, to be sent as `Authorization: Bearer …`. Shown once.
    key: String,
    /// What is known of it from now on.
    entry: ApiKey,
}

/// Makes a key of one's own; the answer holds it, and it is never shown again.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/keys", tag = "workspaces", request_body = NewKey,
    params(("workspace" = String, Path, description = "Identity or name of the workspace.")),
    responses((status = 201, body = MadeKey)))]
pub(crate) async fn add(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    Json(new): Json<NewKey>,
) -> Answer<(StatusCode, Json<MadeKey>)> {
    let mut tx = server.store.begin().await?;
    let user = caller.user.id.as_str();
    let member = own_role(&mut tx, &within, &caller).await?;
    let grants = members::grants_of(&mut tx, within.id(), user).await?;
    let most = grants.iter().map(|grant| grant.role).fold(member, Role::max);
    let mut wrong = Wrong::default();
    wrong.name("/name", &new.name);
    let scopes = check_scopes(&mut wrong, &new.scopes);
    let longest = match &caller.via {
        Via::Key(key) => key.expires_at,
        _ => None,
    };
    // The store keeps microseconds.
    let expires_at =
        new.expires_at.map(|end| Timestamp::from_microsecond(end.as_microsecond()).unwrap_or(end));
    match (expires_at, longest) {
        (Some(end), _) if end <= Timestamp::now() => wrong.add("/expires_at", "this is past"),
        (Some(end), Some(longest)) if end > longest => {
            wrong.add("/expires_at", "the key that asks ends before")
        }
        (None, Some(_)) => wrong.add("/expires_at", "the key that asks ends, and so must this one"),
        _ => {}
    }
    wrong.end()?;
    for right in &scopes {
        if !most.may(*right) || !caller.covers(*right) {
            let detail = format!("the right `{}` is not yours to give", right.word());
            return Err(Problem::new(problem::FORBIDDEN, detail).hint("leave the scope out"));
        }
    }
    if keys::list(&mut tx, within.id(), Some(user)).await?.len() >= MOST {
        return Err(Problem::new(problem::CONFLICT, format!("a person may have {MOST} keys in a workspace"))
            .hint("revoke keys that are not used"));
    }
    let key = format!("{KEY_BEGINNING}{}", random_text(32)?);
    let entry = ApiKey {
        id: KeyId::generate(),
        workspace_id: within.workspace.id.clone(),
        user_id: caller.user.id.clone(),
        name: new.name.trim().to_owned(),
        beginning: key.chars().take(KEY_BEGINNING.len() + 6).collect(),
        scopes: scopes.iter().map(|right| right.word().to_owned()).collect(),
        created_at: Timestamp::now(),
        expires_at,
        used_at: None,
    };
    keys::insert(&mut tx, &entry, &hash_token(&key)).await?;
    let made = caller.did_in(&within, "key.add").on("key", entry.id.as_str(), &entry.name);
    let made = changed(made, None, Some(said(&entry)));
    server.commit(tx, vec![made], vec![]).await?;
    Ok((StatusCode::CREATED, Json(MadeKey { key, entry })))
}

/// The rights of the scopes, each once and in the order of the documents.
fn check_scopes(wrong: &mut Wrong, scopes: &[String]) -> Vec<Right> {
    if scopes.is_empty() {
        wrong.add("/scopes", "a key without a scope can do nothing");
    }
    for (index, scope) in scopes.iter().enumerate() {
        if Right::of(scope).is_none() {
            wrong.add(&format!("/scopes/{index}"), format!("there is no right `{scope}`"));
        }
    }
    Right::ALL.iter().copied().filter(|right| scopes.iter().any(|scope| scope == right.word())).collect()
}

fn said(key: &ApiKey) -> serde_json::Value {
    json!({ "name": key.name, "scopes": key.scopes, "expires_at": key.expires_at, "user": key.user_id })
}

/// Revokes a key: one's own, and for admins that of anybody.
#[utoipa::path(delete, path = "/api/v1/workspaces/{workspace}/keys/{key}", tag = "workspaces",
    params(("workspace" = String, Path, description = "Identity or name of the workspace."),
        ("key" = String, Path, description = "Identity of the key.")),
    responses((status = 204, description = "Done.")))]
pub(crate) async fn revoke(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    Path((_, key)): Path<(String, String)>,
) -> Answer<StatusCode> {
    let mut tx = server.store.begin().await?;
    let found = keys::find(&mut tx, within.id(), &key).await?;
    let is_seen =
        |found: &ApiKey| within.visible_to(&caller).is_none_or(|user| user == found.user_id.as_str());
    let found = found.filter(is_seen).ok_or_else(|| Problem::not_found("key", &key))?;
    if !keys::revoke(&mut tx, within.id(), &key).await? {
        return Err(Problem::not_found("key", &key));
    }
    let entry = caller.did_in(&within, "key.revoke").on("key", &key, &found.name);
    let entry = changed(entry, Some(said(&found)), None);
    server.commit(tx, vec![entry], vec![]).await?;
    server.ended([key.as_str()]);
    Ok(StatusCode::NO_CONTENT)
}
