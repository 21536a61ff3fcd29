//! Who calls: read from a cookie, a token or a key.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use towpath_model::{Right, Role};
use towpath_store::accounts::User;
use towpath_store::audit::{ActorKind, NewEntry, Outcome};
use towpath_store::keys::{self, ApiKey};
use towpath_store::seal::{hash_token, random_text};
use towpath_store::sessions::{self, Session, SessionKind, Signed};
use towpath_store::workspaces::{Membership, Workspace};

use crate::problem::{self, Answer, Problem};
use crate::server::Server;
use crate::sign_in::{cookie, tokens};

/// How somebody is signed in.
#[derive(Debug, Clone)]
pub(crate) enum Via {
    /// With a cookie.
    Browser(Session),
    /// With a token.
    Program(Session),
    /// With an API key.
    Key(ApiKey),
}

/// Where a request comes from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Origin {
    /// The address.
    pub address: Option<String>,
    /// What the browser or program calls itself.
    pub agent: Option<String>,
    /// The number of the request.
    pub request: String,
    /// Its span, when it is traced.
    pub trace: Option<String>,
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// The person.
    pub user: User,
    /// How.
    pub via: Via,
    /// From where.
    pub origin: Origin,
}

/// The workspace of the path, with the caller's role in it and on the object of the path.
#[derive(Debug, Clone)]
pub(crate) struct Within {
    /// The workspace.
    pub workspace: Workspace,
    /// The role in the workspace.
    pub member: Role,
    /// The role on the object of the path, which may be higher.
    pub role: Role,
}

impl Within {
    /// Identity of the workspace.
    pub(crate) fn id(&self) -> &str {
        self.workspace.id.as_str()
    }

    /// For lists: the person whose grants decide what is seen; none for those who see all.
    pub(crate) fn visible_to<'a>(&self, caller: &'a Caller) -> Option<&'a str> {
        (self.member < Role::Admin).then(|| caller.user.id.as_str())
    }
}

impl Caller {
    /// The session, unless a key is used.
    pub(crate) fn session(&self) -> Option<&Session> {
        match &self.via {
            Via::Browser(session) | Via::Program(session) => Some(session),
            Via::Key(_) => None,
        }
    }

    /// Whether the credentials used may be used for that right; the role is another question.
    pub(crate) fn covers(&self, right: Right) -> bool {
        match &self.via {
            Via::Key(key) => key.scopes.iter().any(|scope| scope == right.word()),
            _ => true,
        }
    }

    /// Under which name requests are counted.
    pub(crate) fn counted_as(&self) -> String {
        match &self.via {
            Via::Key(key) => key.id.to_string(),
            _ => self.user.id.to_string(),
        }
    }

    /// The identity that stands as the maker of things: of the key, if one is used.
    pub(crate) fn maker(&self) -> String {
        match &self.via {
            Via::Key(key) => key.id.to_string(),
            _ => self.user.id.to_string(),
        }
    }

    /// Something that this caller did, for the audit.
    pub(crate) fn did(&self, action: &str) -> NewEntry {
        let (kind, id, name) = match &self.via {
            Via::Key(key) => {
                (ActorKind::Key, key.id.to_string(), format!("{} ({})", key.name, self.user.email))
            }
            _ => (ActorKind::User, self.user.id.to_string(), self.user.email.clone()),
        };
        NewEntry { actor_kind: kind, actor_id: Some(id), actor: Some(name), ..self.origin.did(action) }
    }

    /// The same, in a workspace.
    pub(crate) fn did_in(&self, within: &Within, action: &str) -> NewEntry {
        self.did(action).within(within.id())
    }
}

impl Origin {
    /// Something that nobody known did, for the audit.
    pub(crate) fn did(&self, action: &str) -> NewEntry {
        NewEntry {
            actor_kind: ActorKind::Nobody,
            address: self.address.clone(),
            request: Some(self.request.clone()),
            ..NewEntry::of(action)
        }
    }
}

/// An entry with what was changed.
pub(crate) fn changed(entry: NewEntry, before: Option<Value>, after: Option<Value>) -> NewEntry {
    NewEntry { before, after, ..entry }
}

/// An entry that says how it went, and more.
pub(crate) fn with(entry: NewEntry, outcome: Outcome, detail: Value) -> NewEntry {
    NewEntry { outcome, detail: Some(detail), ..entry }
}

/// After so long the token of a cookie is exchanged for a new one.
const AGE: SignedDuration = SignedDuration::from_hours(1);
/// How long the token before a change still works, for requests that were under way.
const GRACE: SignedDuration = SignedDuration::from_secs(60);

/// A caller, and how they stand in the workspace of the path.
pub(crate) struct Known {
    pub(crate) caller: Caller,
    /// Nothing when the path has no workspace, or they are no member of it.
    pub(crate) member: Option<Membership>,
}

/// What a request brought along.
pub(crate) enum Brought {
    Nothing,
    Caller(Box<Known>),
    /// A caller with a cookie whose token is due to be exchanged: the hash of the token.
    Ageing(Box<Known>, String),
    /// Something that does not work any more, or never did.
    Unknown,
}

/// Reads who calls, and how they stand in the workspace that the path names: one question to the store.
pub(crate) async fn identify(
    server: &Server,
    headers: &HeaderMap,
    origin: Origin,
    workspace: Option<&str>,
) -> Answer<Brought> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let text = value.to_str().unwrap_or_default();
        let Some(token) = text.strip_prefix("Bearer ").or_else(|| text.strip_prefix("bearer ")) else {
            return Ok(Brought::Unknown);
        };
        return match token.starts_with(tokens::KEY_BEGINNING) {
            true => by_key(server, token, origin, workspace).await,
            false => by_token(server, token, origin, workspace).await,
        };
    }
    match cookie::session(headers, server.settings.is_secure()) {
        Some(token) => by_cookie(server, &token, origin, workspace).await,
        None => Ok(Brought::Nothing),
    }
}

async fn by_key(server: &Server, token: &str, origin: Origin, workspace: Option<&str>) -> Answer<Brought> {
    let mut conn = server.store.read().await?;
    let Some(owned) = keys::by_hash(&mut conn, &hash_token(token), workspace).await? else {
        return Ok(Brought::Unknown);
    };
    drop(conn);
    let minute = SignedDuration::from_mins(1);
    if owned.key.used_at.is_none_or(|used| Timestamp::now().duration_since(used) > minute) {
        let mut tx = server.store.begin().await?;
        keys::used(&mut tx, owned.key.id.as_str()).await?;
        towpath_store::commit(tx).await?;
    }
    let caller = Caller { user: owned.user, via: Via::Key(owned.key), origin };
    Ok(Brought::Caller(Box::new(Known { caller, member: owned.member })))
}

async fn by_token(server: &Server, token: &str, origin: Origin, workspace: Option<&str>) -> Answer<Brought> {
    let Some(session) = tokens::read(server, token) else { return Ok(Brought::Unknown) };
    let mut conn = server.store.read().await?;
    // A token is short-lived, and yet a session that is revoked ends at once.
    Ok(match sessions::live(&mut conn, &session, workspace).await? {
        Some(Signed { session, user, member, .. }) => {
            let caller = Caller { user, via: Via::Program(session), origin };
            Brought::Caller(Box::new(Known { caller, member }))
        }
        None => Brought::Unknown,
    })
}

async fn by_cookie(server: &Server, token: &str, origin: Origin, workspace: Option<&str>) -> Answer<Brought> {
    let mut conn = server.store.read().await?;
    let found = sessions::by_token(&mut conn, SessionKind::Browser, &hash_token(token), workspace).await?;
    drop(conn);
    let Some(Signed { session, user, is_former, member }) = found else { return Ok(Brought::Unknown) };
    let now = Timestamp::now();
    if is_former && now.duration_since(session.rotated_at) > GRACE {
        // Two hold a token of which one was exchanged: one of them took it from the other.
        let mut tx = server.store.begin().await?;
        sessions::revoke(&mut tx, user.id.as_str(), session.id.as_str()).await?;
        let entry = with(
            origin.did("session.stolen").on("user", user.id.as_str(), &user.email),
            Outcome::Denied,
            serde_json::json!({ "session": session.id }),
        );
        server.commit(tx, vec![entry], vec![]).await?;
        server.hub.ended(session.id.as_str());
        return Ok(Brought::Unknown);
    }
    if now.duration_since(session.seen_at) > SignedDuration::from_mins(1) {
        let mut tx = server.store.begin().await?;
        sessions::seen(&mut tx, session.id.as_str(), origin.address.as_deref(), server.idle()).await?;
        towpath_store::commit(tx).await?;
    }
    let is_due = !is_former && now.duration_since(session.rotated_at) > AGE;
    let known = Box::new(Known { caller: Caller { user, via: Via::Browser(session), origin }, member });
    Ok(if is_due { Brought::Ageing(known, hash_token(token)) } else { Brought::Caller(known) })
}

/// Exchanges the token of a session; returns the new one, or none when somebody was faster or the session ended.
pub(crate) async fn exchange(server: &Server, session: &Session, old: &str) -> Answer<Option<String>> {
    let new = random_text(32)?;
    let mut tx = server.store.begin().await?;
    let is_ours = sessions::rotate(&mut tx, session.id.as_str(), old, &hash_token(&new)).await?;
    towpath_store::commit(tx).await?;
    Ok(is_ours.then_some(new))
}

/// Refuses a request with a cookie that changes something and does not prove where it comes from.
pub(crate) fn check_csrf(
    server: &Server,
    method: &Method,
    headers: &HeaderMap,
    caller: &Caller,
) -> Answer<()> {
    let Via::Browser(session) = &caller.via else { return Ok(()) };
    if method.is_safe() {
        return Ok(());
    }
    let sent = headers.get("x-csrf-token").and_then(|value| value.to_str().ok()).unwrap_or_default();
    match tokens::is_csrf(server, session.id.as_str(), sent) {
        true => Ok(()),
        false => Err(Problem::new(problem::CSRF, "the header `X-CSRF-Token` is missing or wrong")),
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let caller = parts.extensions.get::<Caller>().cloned();
        caller.ok_or_else(|| Problem::new(problem::SIGN_IN, "nobody is signed in"))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Within {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let within = parts.extensions.get::<Within>().cloned();
        within.ok_or_else(|| Problem::internal("a route asks for a workspace that its path does not have"))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Origin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(parts.extensions.get::<Origin>().cloned().unwrap_or_default())
    }
}
