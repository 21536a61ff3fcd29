//! What people come with the first time: the link that makes the first account, invitations, links for a password.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use towpath_model::ids::{SessionId, WorkspaceId};
use towpath_model::{Right, Role};
use towpath_store::accounts::{self, User};
use towpath_store::audit::NewEntry;
use towpath_store::links::{self, Link, LinkKind};
use towpath_store::seal::hash_token;
use towpath_store::workspaces::{self, Workspace};
use towpath_store::{Conn, members, sessions};

use super::fields::Wrong;
use super::session::{around, hash, view, welcome};
use super::users::english;
use crate::caller::{Caller, Origin, Via, changed};
use crate::extract::{Json, Path};
use crate::post::{Letter, LetterKind};
use crate::problem::{self, Answer, Problem};
use crate::server::{Inside, Server};
use crate::sign_in::links as making;
use crate::sign_in::slow::Measures;
use crate::words::RoleWord;

/// The first account and the first workspace.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Setup {
    /// The secret part of the link that the server showed when it started.
    secret: String,
    /// The address with which the person signs in.
    email: String,
    /// The name that others see.
    name: String,
    /// The password: at least 12 characters.
    #[schema(format = Password)]
    password: String,
    /// `en` or `fr`.
    #[serde(default = "english")]
    language: String,
    /// Name of the first workspace.
    workspace: String,
}

/// Makes the first account, which runs the server, and the first workspace; signs the person in.
#[utoipa::path(post, path = "/api/v1/setup", tag = "sign-in", request_body = Setup,
    responses((status = 200, body = super::session::SessionView)))]
pub(crate) async fn setup(
    State(inside): State<Inside>,
    origin: Origin,
    Json(setup): Json<Setup>,
) -> Answer<Response> {
    let server = &inside.server;
    let mut wrong = Wrong::default();
    wrong.email("/email", &setup.email);
    wrong.name("/name", &setup.name);
    wrong.name("/workspace", &setup.workspace);
    wrong.language("/language", &setup.language);
    wrong.end()?;
    let secret = hash_token(&setup.secret);
    // Hashing takes a while: only for those who have the link.
    let known = links::find(&mut *server.store.read().await?, LinkKind::Setup, &secret).await?;
    known.ok_or_else(making::gone)?;
    let about = [setup.email.as_str(), &setup.name, &setup.workspace];
    let password = hash(&inside, setup.password, &about, "/password").await?;
    let user = User { runs_server: true, ..User::new(&setup.email, &setup.name, &setup.language) };
    let workspace = super::workspaces::fresh(&setup.workspace, None);
    let mut tx = server.store.begin().await?;
    let link = links::find(&mut tx, LinkKind::Setup, &secret).await?.ok_or_else(making::gone)?;
    if accounts::count(&mut tx).await? > 0 || !links::take(&mut tx, &link.id).await? {
        return Err(making::gone());
    }
    accounts::insert(&mut tx, &user, Some(&password)).await?;
    workspaces::insert(&mut tx, &workspace).await?;
    let id = workspace.id.as_str();
    members::put(&mut tx, id, user.id.as_str(), Role::Owner, "invited").await?;
    let entries = vec![
        changed(
            origin.did("user.add").on("user", user.id.as_str(), &user.email),
            None,
            serde_json::to_value(&user).ok(),
        ),
        changed(
            origin.did("workspace.add").within(id).on("workspace", id, &workspace.slug),
            None,
            serde_json::to_value(&workspace).ok(),
        ),
    ];
    server.commit(tx, entries, vec![]).await?;
    welcome(server, user, "setup", &origin).await
}

/// What a link is for.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct LinkView {
    /// `setup`, `invitation` or `password`.
    kind: LinkKind,
    /// Whom it is for.
    email: Option<String>,
    /// Name of the workspace of an invitation.
    workspace: Option<String>,
    /// Role of an invitation.
    #[schema(value_type = Option<RoleWord>)]
    role: Option<Role>,
    /// The person has an account, and signs in before accepting.
    has_account: bool,
    /// Until when it works.
    expires_at: Timestamp,
}

/// Shows what a link is for, without using it.
#[utoipa::path(get, path = "/api/v1/links/{secret}", tag = "sign-in",
    params(("secret" = String, Path, description = "The secret part of the link.")),
    responses((status = 200, body = LinkView)))]
pub(crate) async fn show(State(server): State<Server>, Path(secret): Path<String>) -> Answer<Json<LinkView>> {
    let mut conn = server.store.read().await?;
    let link = making::find(&mut conn, &secret).await?;
    let workspace = match link.kind {
        LinkKind::Invitation => Some(offered(&mut conn, &link).await?),
        _ => None,
    };
    let user = match (&link.user_id, &link.email) {
        (Some(id), _) => accounts::find(&mut conn, id.as_str()).await?,
        (None, Some(email)) => accounts::by_email(&mut conn, email).await?,
        (None, None) => None,
    };
    Ok(Json(LinkView {
        kind: link.kind,
        has_account: user.is_some(),
        email: link.email.or(user.map(|user| user.email)),
        workspace: workspace.map(|workspace| workspace.name),
        role: link.role,
        expires_at: link.expires_at,
    }))
}

/// The workspace of an invitation, if whoever invites may still do so.
async fn offered(conn: &mut Conn, link: &Link) -> Answer<Workspace> {
    let id = link.workspace_id.as_ref().map(WorkspaceId::as_str).unwrap_or_default();
    let workspace = workspaces::find(conn, id).await?.filter(|found| found.closed_at.is_none());
    let workspace = workspace.ok_or_else(making::gone)?;
    let host = link.created_by.as_deref().unwrap_or_default();
    let host = members::find(conn, id, host).await?.filter(|host| host.active).ok_or_else(making::gone)?;
    let is_good = link.role.is_some_and(|role| role <= host.role && host.role.may(Right::MembersWrite));
    if is_good { Ok(workspace) } else { Err(making::gone()) }
}

/// What goes with the use of a link.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinkUse {
    /// The name that others see; for a new account.
    name: Option<String>,
    /// The password; for a new account, or a new one for the account of the link.
    #[schema(format = Password)]
    password: Option<String>,
    /// `en` or `fr`; for a new account.
    #[serde(default = "english")]
    language: String,
}

/// Uses a link: accepts an invitation, which signs a new person in, or sets a password.
///
/// Whoever has an account signs in first to accept an invitation: a link alone opens no account.
#[utoipa::path(post, path = "/api/v1/links/{secret}", tag = "sign-in", request_body = LinkUse,
    params(("secret" = String, Path, description = "The secret part of the link.")),
    responses((status = 200, description = "The invitation is accepted.", body = super::session::SessionView),
        (status = 204, description = "The password is set; sign in with it.")))]
pub(crate) async fn make_use(
    State(inside): State<Inside>,
    origin: Origin,
    caller: Option<axum::Extension<Caller>>,
    Path(secret): Path<String>,
    Json(sent): Json<LinkUse>,
) -> Answer<Response> {
    let link = making::find(&mut *inside.server.store.read().await?, &secret).await?;
    match link.kind {
        LinkKind::Setup => Err(Problem::new(problem::CONFLICT, "this link makes the first account")
            .hint("send it to `POST /api/v1/setup`")),
        LinkKind::Password => set_password(&inside, &origin, link, sent).await,
        LinkKind::Invitation => accept(&inside, &origin, caller.map(|caller| caller.0), link, sent).await,
    }
}

async fn set_password(inside: &Inside, origin: &Origin, link: Link, sent: LinkUse) -> Answer<Response> {
    let server = &inside.server;
    let id = link.user_id.as_ref().map(ToString::to_string).unwrap_or_default();
    let mut conn = server.store.read().await?;
    let user = accounts::find(&mut conn, &id).await?.filter(|user| user.active);
    let user = user.ok_or_else(making::gone)?;
    let about = around(&mut conn, &user).await?;
    drop(conn);
    let about: Vec<&str> = about.iter().map(String::as_str).collect();
    let hash = hash(inside, sent.password.unwrap_or_default(), &about, "/password").await?;
    let mut tx = server.store.begin().await?;
    if !links::take(&mut tx, &link.id).await? {
        return Err(making::gone());
    }
    accounts::set_password(&mut tx, &id, &hash).await?;
    // Other links for the same account are void with it.
    links::forget(&mut tx, LinkKind::Password, Some(&id)).await?;
    let ended = sessions::revoke_others(&mut tx, &id, None).await?;
    Measures::forget(server, &mut tx, &id, std::slice::from_ref(&user.email)).await?;
    let entry = origin.did("user.password").on("user", &id, &user.email);
    let entry = changed(entry, None, Some(json!({ "link": link.id, "sessions_ended": ended.len() })));
    server.commit(tx, vec![entry], vec![]).await?;
    server.ended(ended.iter().map(SessionId::as_str));
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn accept(
    inside: &Inside,
    origin: &Origin,
    caller: Option<Caller>,
    link: Link,
    sent: LinkUse,
) -> Answer<Response> {
    let server = &inside.server;
    let email = link.email.clone().unwrap_or_default();
    let mut conn = server.store.read().await?;
    let workspace = offered(&mut conn, &link).await?;
    let known = accounts::by_email(&mut conn, &email).await?;
    drop(conn);
    if let Some(known) = known {
        let caller = caller.filter(|caller| caller.user.id == known.id);
        let Some(Caller { via: Via::Browser(session) | Via::Program(session), user, .. }) = caller.clone()
        else {
            return Err(Problem::new(problem::SIGN_IN, format!("there is an account for `{email}` already"))
                .hint("sign in with it, then accept the invitation"));
        };
        let entry = caller.map_or_else(|| origin.did("member.join"), |caller| caller.did("member.join"));
        join(server, &link, &workspace, &user, None, vec![], entry).await?;
        let mut conn = server.store.read().await?;
        return Ok(Json(view(server, &mut conn, user, &session).await?).into_response());
    }
    let name = sent.name.unwrap_or_default();
    let mut wrong = Wrong::default();
    wrong.name("/name", &name);
    wrong.language("/language", &sent.language);
    wrong.end()?;
    let about = [email.as_str(), &name, &workspace.name];
    let hash = hash(inside, sent.password.unwrap_or_default(), &about, "/password").await?;
    let user = User::new(&email, &name, &sent.language);
    let entry = origin.did("user.add").on("user", user.id.as_str(), &user.email);
    let added = changed(entry, None, serde_json::to_value(&user).ok());
    let entry = origin.did("member.join");
    join(server, &link, &workspace, &user, Some(&hash), vec![added], entry).await?;
    welcome(server, user, "invitation", origin).await
}

/// Uses an invitation up and makes the person a member; with a hash of a password, an account too.
async fn join(
    server: &Server,
    link: &Link,
    workspace: &Workspace,
    user: &User,
    password: Option<&str>,
    mut entries: Vec<NewEntry>,
    entry: NewEntry,
) -> Answer<()> {
    let mut tx = server.store.begin().await?;
    // Whoever invites may have gone since it was looked at.
    offered(&mut tx, link).await?;
    if !links::take(&mut tx, &link.id).await? {
        return Err(making::gone());
    }
    let (id, person) = (workspace.id.as_str(), user.id.as_str());
    if let Some(password) = password {
        accounts::insert(&mut tx, user, Some(password)).await.map_err(super::account::taken)?;
    }
    let before = members::role(&mut tx, id, person).await?;
    let role = before.max(link.role).unwrap_or(Role::Viewer);
    members::put(&mut tx, id, person, role, "invited").await?;
    let said = |role: Role| json!({ "role": role, "user": person });
    let entry = entry.within(id).on("user", person, &user.email);
    entries.push(changed(entry, before.map(said), Some(said(role))));
    server.commit(tx, entries, vec![super::members::told(id, person, Some(role))]).await
}

/// Whose password is to be set anew.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Forgotten {
    /// The address with which the person signs in.
    email: String,
}

/// Sends a link for a new password by mail, if there is such an account; the answer is the same if there is none.
#[utoipa::path(post, path = "/api/v1/password-resets", tag = "sign-in", request_body = Forgotten,
    responses((status = 202, description = "If there is such an account, it gets a letter.")))]
pub(crate) async fn forgotten(
    State(server): State<Server>,
    origin: Origin,
    Json(sent): Json<Forgotten>,
) -> Answer<StatusCode> {
    if server.post.is_none() {
        return Ok(StatusCode::ACCEPTED);
    }
    let measures = Measures::to_reset(&server, &sent.email, origin.address.as_deref());
    let mut tx = server.store.begin().await?;
    measures.check(&mut tx).await?;
    measures.fail(&mut tx).await?;
    let user = accounts::by_email(&mut tx, &sent.email).await?.filter(|user| user.active);
    let mut letter = None;
    let mut entries = Vec::new();
    if let Some(user) = user {
        let now = Timestamp::now();
        let mut link = making::blank(LinkKind::Password);
        link.user_id = Some(user.id.clone());
        link.expires_at = now.saturating_add(SignedDuration::from_hours(1)).unwrap_or(now);
        let address = making::make(&server, &mut tx, &link).await?;
        entries.push(origin.did("user.password_link").on("user", user.id.as_str(), &user.email));
        letter = Some(Letter {
            kind: LetterKind::Password,
            to: user.email,
            name: user.name,
            language: user.language,
            link: address,
            expires_at: link.expires_at,
            workspace: None,
            sender: None,
        });
    }
    server.commit(tx, entries, vec![]).await?;
    if let Some(letter) = letter {
        making::send(&server, letter).await;
    }
    Ok(StatusCode::ACCEPTED)
}
