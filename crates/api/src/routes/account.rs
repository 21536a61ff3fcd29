//! One's own account: who one is, the password, the sessions.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use towpath_model::ids::SessionId;
use towpath_store::accounts::{self, Identity, User, email_key};
use towpath_store::sessions::{self, Session};
use towpath_store::{Conn, Error};

use super::fields::Wrong;
use super::session::{around, hash};
use crate::caller::{Caller, changed};
use crate::extract::{IfMatch, Json, Path, Tagged};
use crate::paging::Items;
use crate::problem::{self, Answer, Problem};
use crate::server::{Inside, Server};
use crate::sign_in::confirm::confirm;

/// One's own account.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct AccountView {
    #[serde(flatten)]
    user: User,
    /// Whether there is a password; people who sign in elsewhere only have none.
    has_password: bool,
    /// Recovery codes that were not used yet.
    recovery_codes_left: i64,
    /// Where else the person signs in.
    identities: Vec<Identity>,
}

async fn view(conn: &mut Conn, user: User) -> Answer<AccountView> {
    let id = user.id.to_string();
    Ok(AccountView {
        has_password: accounts::proof(conn, &id).await?.password.is_some(),
        recovery_codes_left: accounts::recovery_codes_left(conn, &id).await?,
        identities: accounts::identities(conn, &id).await?,
        user,
    })
}

/// Shows one's own account.
#[utoipa::path(get, path = "/api/v1/account", tag = "account", responses((status = 200, body = AccountView)))]
pub(crate) async fn show(State(server): State<Server>, caller: Caller) -> Answer<Tagged<AccountView>> {
    let mut conn = server.store.read().await?;
    Ok(Tagged(caller.user.revision, view(&mut conn, caller.user).await?))
}

/// What one changes about oneself; what is missing stays.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountChange {
    /// The name that others see.
    name: Option<String>,
    /// `en` or `fr`.
    language: Option<String>,
    /// What the pages keep for the person.
    #[schema(value_type = Option<Object>)]
    settings: Option<Value>,
    /// The address with which the person signs in. Asks for `password`.
    email: Option<String>,
    /// The password, if `email` changes.
    #[schema(format = Password)]
    password: Option<String>,
}

/// Changes one's own account.
#[utoipa::path(patch, path = "/api/v1/account", tag = "account", request_body = AccountChange,
    params(("If-Match" = String, Header, description = "The tag that the change is based on.")),
    responses((status = 200, body = AccountView)))]
pub(crate) async fn change(
    State(inside): State<Inside>,
    caller: Caller,
    base: IfMatch,
    Json(change): Json<AccountChange>,
) -> Answer<Tagged<AccountView>> {
    let server = &inside.server;
    let mut wrong = Wrong::default();
    let mut user = caller.user.clone();
    if let Some(name) = change.name {
        wrong.name("/name", &name);
        user.name = name.trim().to_owned();
    }
    if let Some(language) = change.language {
        wrong.language("/language", &language);
        user.language = language;
    }
    if let Some(settings) = change.settings {
        wrong.settings("/settings", &settings);
        user.settings = settings;
    }
    if let Some(email) = change.email {
        wrong.email("/email", &email);
        user.email = email.trim().to_owned();
    }
    wrong.end()?;
    if email_key(&user.email) != email_key(&caller.user.email) {
        confirm(&inside, &caller, change.password.as_deref()).await?;
    }
    let mut tx = server.store.begin().await?;
    let now = accounts::find(&mut tx, user.id.as_str()).await?.ok_or_else(gone)?;
    base.check(now.revision, &now)?;
    write(&mut tx, &user).await?;
    let after = accounts::find(&mut tx, user.id.as_str()).await?.ok_or_else(gone)?;
    let entry = caller.did("account.change").on("user", user.id.as_str(), &after.email);
    let entry = changed(entry, serde_json::to_value(&now).ok(), serde_json::to_value(&after).ok());
    server.commit(tx, vec![entry], vec![]).await?;
    let mut conn = server.store.read().await?;
    Ok(Tagged(after.revision, view(&mut conn, after).await?))
}

/// Writes an account, and says it well when the address belongs to another one.
pub(crate) async fn write(conn: &mut Conn, user: &User) -> Answer<()> {
    accounts::update(conn, user).await.map_err(taken)
}

/// Says it well when an address belongs to another account.
pub(crate) fn taken(error: Error) -> Problem {
    match error.exists_in("email") {
        true => Problem::new(problem::EXISTS, "there is another account with this mail address"),
        false => error.into(),
    }
}

fn gone() -> Problem {
    Problem::new(problem::SIGN_IN, "the account is not there any more")
}

/// A new password.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordChange {
    /// The present password, if there is one.
    #[schema(format = Password)]
    password: Option<String>,
    /// The new password: at least 12 characters, and not one that everybody tries first.
    #[schema(format = Password)]
    new_password: String,
}

/// Changes the password; every other session ends.
#[utoipa::path(post, path = "/api/v1/account/password", tag = "account", request_body = PasswordChange,
    responses((status = 204, description = "Done.")))]
pub(crate) async fn password(
    State(inside): State<Inside>,
    caller: Caller,
    Json(change): Json<PasswordChange>,
) -> Answer<StatusCode> {
    confirm(&inside, &caller, change.password.as_deref()).await?;
    let about = around(&mut *inside.server.store.read().await?, &caller.user).await?;
    let about: Vec<&str> = about.iter().map(String::as_str).collect();
    let hash = hash(&inside, change.new_password, &about, "/new_password").await?;
    let server = &inside.server;
    let mut tx = server.store.begin().await?;
    accounts::set_password(&mut tx, caller.user.id.as_str(), &hash).await?;
    let own = caller.session().map(|session| session.id.as_str());
    let ended = sessions::revoke_others(&mut tx, caller.user.id.as_str(), own).await?;
    let entry = caller.did("account.password").on("user", caller.user.id.as_str(), &caller.user.email);
    let entry = changed(entry, None, Some(json!({ "sessions_ended": ended.len() })));
    server.commit(tx, vec![entry], vec![]).await?;
    server.ended(ended.iter().map(SessionId::as_str));
    Ok(StatusCode::NO_CONTENT)
}

/// A session, as its person sees it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct OwnSession {
    #[serde(flatten)]
    session: Session,
    /// It is the one that asks.
    is_current: bool,
}

/// Lists the sessions of the caller, the one used last first.
#[utoipa::path(get, path = "/api/v1/account/sessions", tag = "account",
    responses((status = 200, body = Items<OwnSession>)))]
pub(crate) async fn sessions(
    State(server): State<Server>,
    caller: Caller,
) -> Answer<Json<Items<OwnSession>>> {
    let mut conn = server.store.read().await?;
    let own = caller.session().map(|session| session.id.clone());
    let found = sessions::of_user(&mut conn, caller.user.id.as_str()).await?;
    let items: Vec<OwnSession> = found
        .into_iter()
        .map(|session| OwnSession { is_current: Some(&session.id) == own.as_ref(), session })
        .collect();
    Ok(Json(items.into()))
}

/// Ends every session of the caller but the one that asks.
#[utoipa::path(delete, path = "/api/v1/account/sessions", tag = "account",
    responses((status = 204, description = "Done.")))]
pub(crate) async fn end_others(State(server): State<Server>, caller: Caller) -> Answer<StatusCode> {
    let mut tx = server.store.begin().await?;
    let own = caller.session().map(|session| session.id.as_str());
    let ended = sessions::revoke_others(&mut tx, caller.user.id.as_str(), own).await?;
    let entry = caller.did("session.end").on("user", caller.user.id.as_str(), &caller.user.email);
    let entry = changed(entry, None, Some(json!({ "sessions": ended })));
    server.commit(tx, vec![entry], vec![]).await?;
    server.ended(ended.iter().map(SessionId::as_str));
    Ok(StatusCode::NO_CONTENT)
}

/// Ends a session of the caller.
#[utoipa::path(delete, path = "/api/v1/account/sessions/{session}", tag = "account",
    params(("session" = String, Path, description = "Identity of the session.")),
    responses((status = 204, description = "Done.")))]
pub(crate) async fn end(
    State(server): State<Server>,
    caller: Caller,
    Path(session): Path<String>,
) -> Answer<StatusCode> {
    let mut tx = server.store.begin().await?;
    if !sessions::revoke(&mut tx, caller.user.id.as_str(), &session).await? {
        return Err(Problem::not_found("session", &session));
    }
    let entry = caller.did("session.end").on("user", caller.user.id.as_str(), &caller.user.email);
    let entry = changed(entry, None, Some(json!({ "sessions": [session] })));
    server.commit(tx, vec![entry], vec![]).await?;
    server.ended([session.as_str()]);
    Ok(StatusCode::NO_CONTENT)
}
