//! Accounts, for those who run the server.

use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use towpath_model::ids::SessionId;
use towpath_store::accounts::{self, User};
use towpath_store::links::{self, LinkKind};
use towpath_store::sessions::{self, Session};
use towpath_store::{Conn, Tx};

use super::account::{taken, write};
use super::fields::Wrong;
use super::parting::{hand_over, keep_a_runner, lock};
use crate::caller::{Caller, changed};
use crate::extract::{IfMatch, Json, Path, Query, Tagged};
use crate::paging::{ByEmail, Items, PageQuery};
use crate::post::{Letter, LetterKind};
use crate::problem::{self, Answer, Problem};
use crate::server::Server;
use crate::sign_in::links as making;

/// Which accounts are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UserQuery {
    /// A part of the name or the mail address.
    search: Option<String>,
}

/// Lists accounts.
#[utoipa::path(get, path = "/api/v1/users", tag = "users", params(UserQuery, PageQuery<ByEmail>),
    responses((status = 200, body = Items<User>)))]
pub(crate) async fn list(
    State(server): State<Server>,
    Query(query): Query<UserQuery>,
    Query(page): Query<PageQuery<ByEmail>>,
) -> Answer<Json<Items<User>>> {
    let request = page.request()?;
    let mut conn = server.store.read().await?;
    Ok(Json(accounts::list(&mut conn, query.search.as_deref(), &request).await?.into()))
}

/// Somebody who gets an account.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUser {
    /// The address with which the person signs in.
    email: String,
    /// The name that others see.
    name: String,
    /// `en` or `fr`.
    #[serde(default = "english")]
    language: String,
    /// May make workspaces and accounts, and see the settings of the server.
    #[serde(default)]
    runs_server: bool,
}

pub(crate) fn english() -> String {
    "en".into()
}

/// A link that was made. Shown once.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct NewLink {
    /// The address. Whoever has it can use it, once.
    pub(crate) link: String,
    /// Until when it works.
    pub(crate) expires_at: Timestamp,
    /// It was also handed over to be sent by mail.
    pub(crate) sent: bool,
}

/// An account that was made.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct MadeUser {
    /// The account.
    user: User,
    /// With it, the person chooses a password.
    password_link: NewLink,
}

/// Makes an account; the person chooses a password with the link in the answer.
#[utoipa::path(post, path = "/api/v1/users", tag = "users", request_body = NewUser,
    responses((status = 201, body = MadeUser)))]
pub(crate) async fn add(
    State(server): State<Server>,
    caller: Caller,
    Json(new): Json<NewUser>,
) -> Answer<(StatusCode, Json<MadeUser>)> {
    let mut wrong = Wrong::default();
    wrong.email("/email", &new.email);
    wrong.name("/name", &new.name);
    wrong.language("/language", &new.language);
    wrong.end()?;
    let user = User { runs_server: new.runs_server, ..User::new(&new.email, &new.name, &new.language) };
    let mut tx = server.store.begin().await?;
    accounts::insert(&mut tx, &user, None).await.map_err(taken)?;
    let entry = caller.did("user.add").on("user", user.id.as_str(), &user.email);
    let entries = vec![changed(entry, None, serde_json::to_value(&user).ok())];
    let (letter, mut link) = password(&server, &mut tx, &caller, &user, LetterKind::Welcome).await?;
    server.commit(tx, entries, vec![]).await?;
    link.sent = making::send(&server, letter).await;
    Ok((StatusCode::CREATED, Json(MadeUser { user, password_link: link })))
}

/// A link with which a person chooses a password, in the place of every earlier one.
async fn password(
    server: &Server,
    tx: &mut Tx,
    caller: &Caller,
    user: &User,
    kind: LetterKind,
) -> Answer<(Letter, NewLink)> {
    links::forget(tx, LinkKind::Password, Some(user.id.as_str())).await?;
    let mut link = making::blank(LinkKind::Password);
    link.user_id = Some(user.id.clone());
    link.created_by = Some(caller.user.id.to_string());
    let address = making::make(server, tx, &link).await?;
    let letter = Letter {
        kind,
        to: user.email.clone(),
        name: user.name.clone(),
        language: user.language.clone(),
        link: address.clone(),
        expires_at: link.expires_at,
        workspace: None,
        sender: Some(caller.user.name.clone()),
    };
    Ok((letter, NewLink { link: address, expires_at: link.expires_at, sent: false }))
}

/// The account of the path; erased ones are not there any more.
async fn found(conn: &mut Conn, id: &str) -> Answer<User> {
    let user = accounts::find(conn, id).await?.filter(|user| user.erased_at.is_none());
    user.ok_or_else(|| Problem::not_found("user", id))
}

/// Shows an account.
#[utoipa::path(get, path = "/api/v1/users/{user}", tag = "users",
    params(("user" = String, Path, description = "Identity of the person.")),
    responses((status = 200, body = User)))]
pub(crate) async fn show(State(server): State<Server>, Path(user): Path<String>) -> Answer<Tagged<User>> {
    let user = found(&mut *server.store.read().await?, &user).await?;
    Ok(Tagged(user.revision, user))
}

/// What changes about an account; what is missing stays.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserChange {
    /// The address with which the person signs in.
    email: Option<String>,
    /// The name that others see.
    name: Option<String>,
    /// `en` or `fr`.
    language: Option<String>,
    /// May make workspaces and accounts, and see the settings of the server.
    runs_server: Option<bool>,
    /// Whether the person can sign in. Without it, every session and key of the person stops.
    active: Option<bool>,
    /// Who becomes the owner of workspaces that would be without one: the identity of a person.
    hand_over_to: Option<String>,
}

/// Changes an account.
#[utoipa::path(patch, path = "/api/v1/users/{user}", tag = "users", request_body = UserChange,
    params(("user" = String, Path, description = "Identity of the person."),
        ("If-Match" = String, Header, description = "The tag that the change is based on.")),
    responses((status = 200, body = User)))]
pub(crate) async fn change(
    State(server): State<Server>,
    caller: Caller,
    base: IfMatch,
    Path(id): Path<String>,
    Json(change): Json<UserChange>,
) -> Answer<Tagged<User>> {
    let mut tx = server.store.begin().await?;
    lock(&server, &mut tx).await?;
    let before = found(&mut tx, &id).await?;
    base.check(before.revision, &before)?;
    let mut user = before.clone();
    let mut wrong = Wrong::default();
    if let Some(email) = change.email {
        wrong.email("/email", &email);
        user.email = email.trim().to_owned();
    }
    if let Some(name) = change.name {
        wrong.name("/name", &name);
        user.name = name.trim().to_owned();
    }
    if let Some(language) = change.language {
        wrong.language("/language", &language);
        user.language = language;
    }
    wrong.end()?;
    user.runs_server = change.runs_server.unwrap_or(user.runs_server);
    user.active = change.active.unwrap_or(user.active);
    let stops = before.active && !user.active;
    if !(user.active && user.runs_server) {
        keep_a_runner(&mut tx, &before).await?;
    }
    let (mut entries, mut events) = (Vec::new(), Vec::new());
    if stops {
        (entries, events) = hand_over(&mut tx, &caller, &before, change.hand_over_to.as_deref()).await?;
    }
    write(&mut tx, &user).await?;
    let mut ended = Vec::new();
    if stops {
        ended = sessions::revoke_others(&mut tx, &id, None).await?;
        links::forget(&mut tx, LinkKind::Password, Some(&id)).await?;
    }
    let after = found(&mut tx, &id).await?;
    let entry = caller.did("user.change").on("user", &id, &after.email);
    entries.push(changed(entry, serde_json::to_value(&before).ok(), serde_json::to_value(&after).ok()));
    let keys = if stops { towpath_store::keys::of_user(&mut tx, &id).await? } else { Vec::new() };
    server.commit(tx, entries, std::mem::take(&mut events)).await?;
    server.ended(ended.iter().map(SessionId::as_str));
    server.ended(keys.iter().map(|key| key.id.as_str()));
    Ok(Tagged(after.revision, after))
}

/// Makes a link with which the person chooses a new password.
#[utoipa::path(post, path = "/api/v1/users/{user}/password-link", tag = "users",
    params(("user" = String, Path, description = "Identity of the person.")),
    responses((status = 201, body = NewLink)))]
pub(crate) async fn password_link(
    State(server): State<Server>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<(StatusCode, Json<NewLink>)> {
    let mut tx = server.store.begin().await?;
    let user = found(&mut tx, &id).await?;
    if !user.active {
        return Err(Problem::new(problem::CONFLICT, "the account is not active"));
    }
    let (letter, mut link) = password(&server, &mut tx, &caller, &user, LetterKind::Password).await?;
    let entry = caller.did("user.password_link").on("user", &id, &user.email);
    server.commit(tx, vec![entry], vec![]).await?;
    link.sent = making::send(&server, letter).await;
    Ok((StatusCode::CREATED, Json(link)))
}

/// Lists the sessions of a person, the one used last first.
#[utoipa::path(get, path = "/api/v1/users/{user}/sessions", tag = "users",
    params(("user" = String, Path, description = "Identity of the person.")),
    responses((status = 200, body = Items<Session>)))]
pub(crate) async fn list_sessions(
    State(server): State<Server>,
    Path(id): Path<String>,
) -> Answer<Json<Items<Session>>> {
    let mut conn = server.store.read().await?;
    found(&mut conn, &id).await?;
    Ok(Json(sessions::of_user(&mut conn, &id).await?.into()))
}

/// Ends a session of a person.
#[utoipa::path(delete, path = "/api/v1/users/{user}/sessions/{session}", tag = "users",
    params(("user" = String, Path, description = "Identity of the person."),
        ("session" = String, Path, description = "Identity of the session.")),
    responses((status = 204, description = "Done.")))]
pub(crate) async fn end_session(
    State(server): State<Server>,
    caller: Caller,
    Path((id, session)): Path<(String, String)>,
) -> Answer<StatusCode> {
    let mut tx = server.store.begin().await?;
    let user = found(&mut tx, &id).await?;
    if !sessions::revoke(&mut tx, &id, &session).await? {
        return Err(Problem::not_found("session", &session));
    }
    let entry = caller.did("session.end").on("user", &id, &user.email);
    let entry = changed(entry, None, Some(json!({ "sessions": [session] })));
    server.commit(tx, vec![entry], vec![]).await?;
    server.ended([session.as_str()]);
    Ok(StatusCode::NO_CONTENT)
}

/// Ends every session of a person.
#[utoipa::path(delete, path = "/api/v1/users/{user}/sessions", tag = "users",
    params(("user" = String, Path, description = "Identity of the person.")),
    responses((status = 204, description = "Done.")))]
pub(crate) async fn end_sessions(
    State(server): State<Server>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    let mut tx = server.store.begin().await?;
    let user = found(&mut tx, &id).await?;
    let ended = sessions::revoke_others(&mut tx, &id, None).await?;
    let entry = caller.did("session.end").on("user", &id, &user.email);
    let entry = changed(entry, None, Some(json!({ "sessions": ended })));
    server.commit(tx, vec![entry], vec![]).await?;
    server.ended(ended.iter().map(SessionId::as_str));
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the second factor of a person away, who lost it; every session of the person ends.
#[utoipa::path(delete, path = "/api/v1/users/{user}/second-factor", tag = "users",
    params(("user" = String, Path, description = "Identity of the person.")),
    responses((status = 204, description = "Done.")))]
pub(crate) async fn remove_factor(
    State(server): State<Server>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    let mut tx = server.store.begin().await?;
    let user = found(&mut tx, &id).await?;
    if user.second_factor_since.is_none() {
        return Err(Problem::new(problem::CONFLICT, "the person has no second factor"));
    }
    accounts::set_second_factor(&mut tx, &id, None, None).await?;
    accounts::set_recovery_codes(&mut tx, &id, &[]).await?;
    let ended = sessions::revoke_others(&mut tx, &id, None).await?;
    let entry = caller.did("second_factor.remove").on("user", &id, &user.email);
    let entry = changed(entry, None, Some(json!({ "sessions_ended": ended.len() })));
    server.commit(tx, vec![entry], vec![]).await?;
    server.ended(ended.iter().map(SessionId::as_str));
    Ok(StatusCode::NO_CONTENT)
}
