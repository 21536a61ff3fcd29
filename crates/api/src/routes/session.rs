//! Signing in and out: browsers get a cookie, programs get tokens.

use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use towpath_model::ids::SessionId;
use towpath_store::accounts::{self, User};
use towpath_store::audit::Outcome;
use towpath_store::seal::{hash_token, random_text};
use towpath_store::sessions::{self, Session, SessionKind, Signed};
use towpath_store::settings;
use towpath_store::workspaces::{self, Membership};
use towpath_store::{Conn, Tx};

use crate::caller::{Caller, Origin, Via, with};
use crate::extract::Json;
use crate::problem::{self, Answer, Problem};
use crate::server::{Inside, Server};
use crate::sign_in::slow::Measures;
use crate::sign_in::{cookie, factor, passwords, tokens};

/// Who is signed in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct SessionView {
    /// The person; missing when nobody is signed in.
    user: Option<User>,
    /// The token that every change sends as `X-CSRF-Token`.
    csrf: Option<String>,
    /// The workspaces of the person, with the role in each.
    workspaces: Vec<Membership>,
    /// Nobody has an account yet.
    is_new: bool,
    /// What whoever runs the server tells everybody; missing when it is nothing, or when nobody is signed in.
    banner: Option<String>,
}

/// An address with its password.
#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct Login {
    /// The address with which the person signs in.
    email: String,
    /// The password.
    #[schema(format = Password)]
    password: String,
    /// A code of the authenticator, or a recovery code.
    code: Option<String>,
}

/// Says who is signed in, and gives the token for changes.
#[utoipa::path(get, path = "/api/v1/session", tag = "sign-in", responses((status = 200, body = SessionView)))]
pub(crate) async fn show(
    State(server): State<Server>,
    caller: Option<axum::Extension<Caller>>,
) -> Answer<Json<SessionView>> {
    let mut conn = server.store.read().await?;
    let Some(axum::Extension(caller)) = caller else {
        let is_new = accounts::count(&mut conn).await? == 0;
        return Ok(Json(SessionView {
            user: None,
            csrf: None,
            workspaces: Vec::new(),
            is_new,
            banner: None,
        }));
    };
    let csrf = match &caller.via {
        Via::Browser(session) => Some(tokens::csrf(&server, session.id.as_str())),
        _ => None,
    };
    let workspaces = workspaces::of_user(&mut conn, caller.user.id.as_str()).await?;
    let banner = banner(&mut conn).await?;
    Ok(Json(SessionView { user: Some(caller.user), csrf, workspaces, is_new: false, banner }))
}

/// Signs a person in; the answer sets the cookie of the session.
#[utoipa::path(post, path = "/api/v1/session", tag = "sign-in", request_body = Login,
    responses((status = 200, body = SessionView)))]
pub(crate) async fn sign_in(
    State(inside): State<Inside>,
    origin: Origin,
    headers: HeaderMap,
    Json(login): Json<Login>,
) -> Answer<Response> {
    let server = &inside.server;
    let secure = server.settings.is_secure();
    let device = cookie::device(&headers, secure);
    let (user, method) =
        prove(&inside, &origin, &login.email, &login.password, login.code.as_deref(), device.as_deref())
            .await?;
    welcome(server, user, &method, &origin).await
}

/// The answer to a person who is signed in: a new session in cookies.
pub(crate) async fn welcome(server: &Server, user: User, method: &str, origin: &Origin) -> Answer<Response> {
    let (session, headers) = begin_in_browser(server, &user, method, origin).await?;
    let mut conn = server.store.read().await?;
    let view = view(server, &mut conn, user, &session).await?;
    Ok((headers, Json(view)).into_response())
}

/// Who is signed in with that session of a browser.
pub(crate) async fn view(
    server: &Server,
    conn: &mut Conn,
    user: User,
    session: &Session,
) -> Answer<SessionView> {
    let workspaces = workspaces::of_user(conn, user.id.as_str()).await?;
    let csrf = Some(tokens::csrf(server, session.id.as_str()));
    let banner = banner(conn).await?;
    Ok(SessionView { user: Some(user), csrf, workspaces, is_new: false, banner })
}

async fn banner(conn: &mut Conn) -> Answer<Option<String>> {
    Ok(Some(settings::banner(conn).await?.text).filter(|text| !text.is_empty()))
}

/// A new session with the cookies for it.
pub(crate) async fn begin_in_browser(
    server: &Server,
    user: &User,
    method: &str,
    origin: &Origin,
) -> Answer<(Session, HeaderMap)> {
    let mut tx = server.store.begin().await?;
    let (session, token) = begin(server, &mut tx, user, SessionKind::Browser, method, origin).await?;
    let entry = origin.did("session.begin").on("user", user.id.as_str(), &user.email);
    let entry = with(entry, Outcome::Done, json!({ "method": method, "session": session.id }));
    server.commit(tx, vec![entry], vec![]).await?;
    let secure = server.settings.is_secure();
    let mut headers = HeaderMap::new();
    let lasts = server.settings.session_hours * 3600;
    headers.append(header::SET_COOKIE, cookie::set_session(&token, secure, lasts));
    headers.append(header::SET_COOKIE, cookie::set_device(&tokens::device(server, user.id.as_str()), secure));
    Ok((session, headers))
}

/// Makes a session; returns it with its token, which is not kept.
pub(crate) async fn begin(
    server: &Server,
    tx: &mut Tx,
    user: &User,
    kind: SessionKind,
    method: &str,
    origin: &Origin,
) -> Answer<(Session, String)> {
    let now = Timestamp::now();
    let token = random_text(32)?;
    let session = Session {
        id: SessionId::generate(),
        user_id: user.id.clone(),
        kind,
        address: origin.address.clone(),
        agent: origin.agent.clone(),
        method: method.to_owned(),
        created_at: now,
        seen_at: now,
        rotated_at: now,
        idle_until: now.saturating_add(server.idle()).unwrap_or(now),
        expires_at: now
            .saturating_add(SignedDuration::from_hours(server.settings.session_hours))
            .unwrap_or(now),
    };
    sessions::insert(tx, &session, &hash_token(&token)).await?;
    accounts::signed_in(tx, user.id.as_str()).await?;
    Ok((session, token))
}

/// Proves who somebody is; returns the person and how.
pub(crate) async fn prove(
    inside: &Inside,
    origin: &Origin,
    email: &str,
    password: &str,
    code: Option<&str>,
    device: Option<&str>,
) -> Answer<(User, String)> {
    let server = &inside.server;
    let mut conn = server.store.read().await?;
    let user = accounts::by_email(&mut conn, email).await?.filter(|user| user.active);
    let marked = device.and_then(|mark| tokens::device_of(server, mark));
    let is_known = user.as_ref().is_some_and(|user| marked == Some(user.id.as_str()));
    let measures = Measures::of(server, email, origin.address.as_deref(), is_known);
    measures.check(&mut conn).await?;
    let kept = match &user {
        Some(user) => accounts::proof(&mut conn, user.id.as_str()).await?.password,
        None => None,
    };
    drop(conn);
    let is_right = is_password(inside, password.to_owned(), kept).await?;
    let known = user.as_ref().map(|user| user.id.to_string());
    let Some(user) = user.filter(|_| is_right) else {
        return Err(refuse(
            server,
            origin,
            &measures,
            (email, known.as_deref()),
            problem::WRONG_LOGIN,
            "the address or the password is wrong",
        )
        .await?);
    };
    if user.second_factor_since.is_none() {
        let mut tx = server.store.begin().await?;
        measures.succeed(&mut tx).await?;
        towpath_store::commit(tx).await?;
        return Ok((user, "password".into()));
    }
    let Some(code) = code.filter(|code| !code.trim().is_empty()) else {
        return Err(Problem::new(problem::SECOND_FACTOR, "the code of the authenticator is asked for"));
    };
    let mut tx = server.store.begin().await?;
    let method = match factor::use_code(server, &mut tx, &user, code).await? {
        true => "password+code",
        false if factor::use_recovery(&mut tx, &user, code).await? => "password+recovery",
        false => {
            drop(tx);
            return Err(refuse(
                server,
                origin,
                &measures,
                (email, known.as_deref()),
                problem::SECOND_FACTOR,
                "the code is wrong, or was used before",
            )
            .await?);
        }
    };
    measures.succeed(&mut tx).await?;
    towpath_store::commit(tx).await?;
    Ok((user, method.into()))
}

/// Counts and writes down a sign-in that failed. `whom` is the address that was given and the person it belongs to.
async fn refuse(
    server: &Server,
    origin: &Origin,
    measures: &Measures,
    whom: (&str, Option<&str>),
    code: problem::Code,
    detail: &str,
) -> Answer<Problem> {
    let (email, known) = whom;
    let mut tx = server.store.begin().await?;
    measures.fail(&mut tx).await?;
    let shown: String = email.chars().take(200).collect();
    let mut entry = origin.did("session.begin");
    if let Some(known) = known {
        entry = entry.on("user", known, &shown);
    }
    let entry = with(entry, Outcome::Denied, json!({ "email": shown, "reason": code.word }));
    server.commit(tx, vec![entry], vec![]).await?;
    Ok(Problem::new(code, detail))
}

/// Compares a password on a thread for such work; few at a time, as it takes memory.
pub(crate) async fn is_password(inside: &Inside, password: String, kept: Option<String>) -> Answer<bool> {
    let _turn = inside.hashing.acquire().await.map_err(Problem::internal)?;
    tokio::task::spawn_blocking(move || passwords::is(&password, kept.as_deref()))
        .await
        .map_err(Problem::internal)
}

/// What others know of a person and try first as the password: address, name, and the names of workspaces.
pub(crate) async fn around(conn: &mut Conn, user: &User) -> Answer<Vec<String>> {
    let workspaces = workspaces::of_user(conn, user.id.as_str()).await?;
    let names = workspaces.into_iter().map(|membership| membership.workspace.name);
    Ok([user.email.clone(), user.name.clone()].into_iter().chain(names).collect())
}

/// Hashes a password, if it is good enough; `path` is where it stands in what was sent.
pub(crate) async fn hash(inside: &Inside, password: String, about: &[&str], path: &str) -> Answer<String> {
    let _turn = inside.hashing.acquire().await.map_err(Problem::internal)?;
    let about: Vec<String> = about.iter().map(|text| (*text).to_owned()).collect();
    let work = move || {
        let about: Vec<&str> = about.iter().map(String::as_str).collect();
        match passwords::weakness(&password, &about) {
            Some(weakness) => Ok(Err(weakness)),
            None => passwords::hash(&password).map(Ok),
        }
    };
    let judged = tokio::task::spawn_blocking(work).await.map_err(Problem::internal)??;
    judged.map_err(|weakness| Problem::field(path, weakness))
}

/// Signs out.
#[utoipa::path(delete, path = "/api/v1/session", tag = "sign-in", responses((status = 204)))]
pub(crate) async fn sign_out(State(server): State<Server>, caller: Caller) -> Answer<Response> {
    if let Some(session) = caller.session() {
        let mut tx = server.store.begin().await?;
        sessions::revoke(&mut tx, caller.user.id.as_str(), session.id.as_str()).await?;
        let entry = caller.did("session.end").on("user", caller.user.id.as_str(), &caller.user.email);
        server.commit(tx, vec![entry], vec![]).await?;
        server.hub.ended(session.id.as_str());
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    response
        .headers_mut()
        .append(header::SET_COOKIE, cookie::set_session("", server.settings.is_secure(), 0));
    Ok(response)
}

/// What a program sends for a token (RFC 6749).
#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct TokenRequest {
    /// `password` or `refresh_token`.
    grant_type: String,
    /// The address of the person, with `password`.
    username: Option<String>,
    /// The password of the person, with `password`.
    #[schema(format = Password)]
    password: Option<String>,
    /// A code of the authenticator, with `password`.
    code: Option<String>,
    /// The refresh token, with `refresh_token`.
    refresh_token: Option<String>,
}

/// Tokens for a program.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct TokenAnswer {
    /// Sent as `Authorization: Bearer …`.
    access_token: String,
    /// `Bearer`.
    token_type: &'static str,
    /// Seconds for which the access token is good.
    expires_in: i64,
    /// Exchanged for new tokens; works once.
    refresh_token: String,
}

/// Gives tokens to a program: for a password, or for a refresh token.
#[utoipa::path(post, path = "/token", tag = "sign-in",
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = TokenAnswer)))]
pub(crate) async fn token(
    State(inside): State<Inside>,
    origin: Origin,
    form: Result<Form<TokenRequest>, axum::extract::rejection::FormRejection>,
) -> Answer<Json<TokenAnswer>> {
    let form = form.map_err(|rejection| Problem::new(problem::BAD_REQUEST, rejection.body_text()).oauth())?;
    grant(&inside, &origin, form.0).await.map(Json).map_err(Problem::oauth)
}

async fn grant(inside: &Inside, origin: &Origin, request: TokenRequest) -> Answer<TokenAnswer> {
    let server = &inside.server;
    let (session, refresh_token) = match request.grant_type.as_str() {
        "password" => {
            let (email, password) =
                (request.username.unwrap_or_default(), request.password.unwrap_or_default());
            let (user, method) =
                prove(inside, origin, &email, &password, request.code.as_deref(), None).await?;
            let mut tx = server.store.begin().await?;
            let (session, token) =
                begin(server, &mut tx, &user, SessionKind::Program, &method, origin).await?;
            let entry = origin.did("session.begin").on("user", user.id.as_str(), &user.email);
            let entry = with(
                entry,
                Outcome::Done,
                json!({ "method": method, "session": session.id, "kind": "program" }),
            );
            server.commit(tx, vec![entry], vec![]).await?;
            (session, token)
        }
        "refresh_token" => refresh(server, origin, &request.refresh_token.unwrap_or_default()).await?,
        other => {
            let detail =
                format!("there is no grant type `{other}`; there are `password` and `refresh_token`");
            return Err(Problem::new(problem::BAD_REQUEST, detail).oauth_word("unsupported_grant_type"));
        }
    };
    let access_token = tokens::write(server, session.user_id.as_str(), session.id.as_str())?;
    Ok(TokenAnswer { access_token, token_type: "Bearer", expires_in: tokens::TOKEN_SECONDS, refresh_token })
}

async fn refresh(server: &Server, origin: &Origin, token: &str) -> Answer<(Session, String)> {
    let unknown = || Problem::new(problem::SIGN_IN, "the refresh token is unknown, was used, or has ended");
    let mut tx = server.store.begin().await?;
    let old = hash_token(token);
    let found = sessions::by_token(&mut tx, SessionKind::Program, &old, None).await?;
    let Some(Signed { session, user, is_former, .. }) = found else { return Err(unknown()) };
    if is_former {
        // It was exchanged before: two hold it.
        sessions::revoke(&mut tx, user.id.as_str(), session.id.as_str()).await?;
        let entry = origin.did("session.stolen").on("user", user.id.as_str(), &user.email);
        let entry = with(entry, Outcome::Denied, json!({ "session": session.id }));
        server.commit(tx, vec![entry], vec![]).await?;
        server.hub.ended(session.id.as_str());
        return Err(unknown());
    }
    let new = random_text(32)?;
    if !sessions::rotate(&mut tx, session.id.as_str(), &old, &hash_token(&new)).await? {
        return Err(unknown());
    }
    sessions::seen(&mut tx, session.id.as_str(), origin.address.as_deref(), server.idle()).await?;
    towpath_store::commit(tx).await?;
    Ok((session, new))
}
