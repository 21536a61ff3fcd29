//! Everything that the server keeps about a person, as one JSON document that is written while it is read.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::stream;
use serde_json::{Value, json};
use towpath_store::accounts::{self, User};
use towpath_store::audit::{self, Filter};
use towpath_store::notices::inbox;
use towpath_store::page::PageRequest;
use towpath_store::{keys, members, sessions, workspaces};

use crate::caller::Caller;
use crate::extract::Path;
use crate::problem::{Answer, Problem};
use crate::server::Server;

/// Entries of the audit that are read at once.
const PIECE: u32 = 500;

/// Exports everything that the server keeps about the caller.
#[utoipa::path(get, path = "/api/v1/account/export", tag = "account",
    responses((status = 200, description = "A JSON document.", body = Object)))]
pub(crate) async fn own(State(server): State<Server>, caller: Caller) -> Answer<Response> {
    note(&server, &caller, &caller.user).await?;
    export(server, caller.user).await
}

/// Exports everything that the server keeps about a person.
#[utoipa::path(get, path = "/api/v1/users/{user}/export", tag = "users",
    params(("user" = String, Path, description = "Identity of the person.")),
    responses((status = 200, description = "A JSON document.", body = Object)))]
pub(crate) async fn of_user(
    State(server): State<Server>,
    caller: Caller,
    Path(user): Path<String>,
) -> Answer<Response> {
    let found = accounts::find(&mut *server.store.read().await?, &user).await?;
    let found = found.ok_or_else(|| Problem::not_found("user", &user))?;
    note(&server, &caller, &found).await?;
    export(server, found).await
}

async fn note(server: &Server, caller: &Caller, user: &User) -> Answer<()> {
    let entry = caller.did("user.export").on("user", user.id.as_str(), &user.email);
    server.commit(server.store.begin().await?, vec![entry], vec![]).await
}

async fn export(server: Server, user: User) -> Answer<Response> {
    let id = user.id.to_string();
    let mut conn = server.store.read().await?;
    let keys = keys::of_user(&mut conn, &id).await?;
    // Whoever acted: the person, or one of the person's keys.
    let actors: Vec<String> =
        [id.clone()].into_iter().chain(keys.iter().map(|key| key.id.to_string())).collect();
    let latest = PageRequest { limit: 1000, ..PageRequest::default() };
    let first = json!({
        "account": user,
        "identities": accounts::identities(&mut conn, &id).await?,
        "workspaces": workspaces::of_user(&mut conn, &id).await?,
        "grants": members::all_grants_of(&mut conn, &id).await?,
        "sessions": sessions::of_user(&mut conn, &id).await?,
        "keys": keys,
        "notices": inbox::list(&mut conn, &id, &inbox::Filter::default(), &latest).await?.items,
    });
    drop(conn);
    // The audit may be long; it is written piece by piece behind the rest.
    let begin = format!("{},\"audit\":[", first.to_string().trim_end_matches('}'));
    let by = |actor: &String| Filter { actor_id: Some(actor.clone()), ..Filter::default() };
    let to = Filter { object_id: Some(id), ..Filter::default() };
    let open = actors.iter().map(by).chain([to]).collect();
    let state = Writing { server, actors, open, after: None, begin: Some(begin), is_first: true };
    let body = Body::from_stream(stream::try_unfold(state, |mut state| async move {
        let piece = state.next().await.map_err(std::io::Error::other)?;
        Ok::<_, std::io::Error>(piece.map(|piece| (Bytes::from(piece), state)))
    }));
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let name = HeaderValue::from_static("attachment; filename=\"towpath-person.json\"");
    headers.insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}

struct Writing {
    server: Server,
    /// The person and the person's keys.
    actors: Vec<String>,
    /// What is still to be read: what the person did, then what was done to the person.
    open: Vec<Filter>,
    after: Option<String>,
    begin: Option<String>,
    is_first: bool,
}

impl Writing {
    /// The next piece of text; none at the end.
    async fn next(&mut self) -> Result<Option<String>, towpath_store::Error> {
        if let Some(begin) = self.begin.take() {
            return Ok(Some(begin));
        }
        let Some(filter) = self.open.first() else { return Ok(None) };
        let request = PageRequest { limit: PIECE, after: self.after.take(), sort: None };
        let page = audit::list(&mut *self.server.store.read().await?, filter, &request).await?;
        let mut text = String::new();
        for entry in &page.items {
            // What one did to oneself stands before it already.
            let is_own = entry.actor_id.as_ref().is_some_and(|actor| self.actors.contains(actor));
            if filter.object_id.is_some() && is_own {
                continue;
            }
            if !std::mem::take(&mut self.is_first) {
                text.push(',');
            }
            text.push_str(&serde_json::to_value(entry).unwrap_or(Value::Null).to_string());
        }
        self.after = page.next;
        if self.after.is_none() {
            self.open.remove(0);
        }
        if self.open.is_empty() {
            text.push_str("]}");
        }
        Ok(Some(text))
    }
}
