//! What one is told in the pages, what one wants to hear of, and what became of messages to channels.

use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use towpath_store::accounts;
use towpath_store::events::NewEvent;
use towpath_store::notices::inbox::{self, Filter, Notice};
use towpath_store::notices::outbox::{self, Delivery, DeliveryState};

use super::channels::{empty, one};
use crate::caller::{Caller, Within, changed};
use crate::extract::{IfMatch, Json, Path, Query, Tagged};
use crate::paging::{ByNumber, ByUpdated, Items, PageQuery};
use crate::postman::{Form, Words};
use crate::problem::{self, Answer, Problem};
use crate::server::Server;

/// The name under which it stands among what a person prefers.
const PREFERENCES: &str = "notifications";

/// A notice, in the language of the reader.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(crate) struct NoticeView {
    #[serde(flatten)]
    notice: Notice,
    /// The notice in words.
    words: Words,
}

/// Which notices are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Of that workspace, by identity.
    workspace: Option<String>,
    /// Only those that were not read.
    unread: Option<bool>,
    /// Of that kind, for example `run_failed`.
    kind: Option<String>,
}

/// Parts of the path of one notice.
#[derive(Deserialize)]
pub(crate) struct At {
    notice: String,
}

/// The language in which a person reads notices.
fn language(caller: &Caller) -> String {
    let own = caller.user.settings.pointer("/notifications/language").and_then(Value::as_str);
    own.unwrap_or(&caller.user.language).to_owned()
}

/// Notices to oneself, the newest first.
#[utoipa::path(get, path = "/api/v1/account/notices", tag = "notifications", params(Which, PageQuery<ByUpdated>),
    responses((status = 200, body = Items<NoticeView>)))]
pub(crate) async fn list(
    State(server): State<Server>,
    caller: Caller,
    Query(which): Query<Which>,
    Query(page): Query<PageQuery<ByUpdated>>,
) -> Answer<Json<Items<NoticeView>>> {
    let page = page.request()?;
    let filter =
        Filter { workspace: which.workspace, unread: which.unread.unwrap_or_default(), kind: which.kind };
    let mut conn = server.store.read().await?;
    let found = inbox::list(&mut conn, caller.user.id.as_str(), &filter, &page).await?;
    let language = language(&caller);
    let view = |notice: Notice| NoticeView { words: server.postman.words(&notice.notice, &language), notice };
    Ok(Json(Items { items: found.items.into_iter().map(view).collect(), next: found.next }))
}

/// How many notices one has not read.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Unread {
    /// How many.
    unread: i64,
}

/// How many notices one has not read.
#[utoipa::path(get, path = "/api/v1/account/notices/unread", tag = "notifications",
    responses((status = 200, body = Unread)))]
pub(crate) async fn unread(State(server): State<Server>, caller: Caller) -> Answer<Json<Unread>> {
    let mut conn = server.store.read().await?;
    Ok(Json(Unread { unread: inbox::unread(&mut conn, caller.user.id.as_str()).await? }))
}

/// Says to one's other pages that notices were read.
fn read_event(caller: &Caller, body: Value) -> NewEvent {
    NewEvent {
        user_id: Some(caller.user.id.to_string()),
        kind: "notice.read".into(),
        body,
        ..NewEvent::default()
    }
}

/// Notes that one read a notice.
#[utoipa::path(post, path = "/api/v1/account/notices/{notice}/read", tag = "notifications",
    params(("notice" = String, Path)), responses((status = 204, description = "Done.")))]
pub(crate) async fn read(
    State(server): State<Server>,
    caller: Caller,
    Path(at): Path<At>,
) -> Answer<StatusCode> {
    let mut tx = server.store.begin().await?;
    if !inbox::read(&mut tx, caller.user.id.as_str(), &at.notice).await? {
        return Err(Problem::not_found("notice", &at.notice));
    }
    server.commit(tx, vec![], vec![read_event(&caller, json!({ "id": at.notice }))]).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is read.
#[derive(Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadAll {
    /// Only notices of that workspace, by identity.
    workspace: Option<String>,
}

/// Notes that one read everything.
#[utoipa::path(post, path = "/api/v1/account/notices/read", tag = "notifications", request_body = ReadAll,
    responses((status = 204, description = "Done.")))]
pub(crate) async fn read_all(
    State(server): State<Server>,
    caller: Caller,
    Json(which): Json<ReadAll>,
) -> Answer<StatusCode> {
    let mut tx = server.store.begin().await?;
    let workspace = which.workspace.as_deref();
    let count = inbox::read_all(&mut tx, caller.user.id.as_str(), workspace).await?;
    let told = (count > 0).then(|| read_event(&caller, json!({ "workspace": workspace })));
    server.commit(tx, vec![], told.into_iter().collect()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What one wants to hear of.
#[utoipa::path(get, path = "/api/v1/account/notifications", tag = "notifications",
    responses((status = 200, body = Object)))]
pub(crate) async fn preferences(caller: Caller) -> Tagged<Value> {
    let own = caller.user.settings.get(PREFERENCES).cloned();
    Tagged(caller.user.revision, own.unwrap_or_else(empty))
}

/// Changes what one wants to hear of: in the pages, and by mail to oneself. What is left out is as usual.
#[utoipa::path(put, path = "/api/v1/account/notifications", tag = "notifications",
    params(("If-Match" = String, Header, description = "The tag that the change is based on.")),
    request_body = Object, responses((status = 200, body = Object)))]
pub(crate) async fn set_preferences(
    State(server): State<Server>,
    caller: Caller,
    based_on: IfMatch,
    Json(new): Json<Value>,
) -> Answer<Tagged<Value>> {
    if !new.is_object() {
        return Err(Problem::field("", "what one wants to hear of is an object"));
    }
    let mut problems = server.postman.check(Form::Preferences, &new);
    let wants_mail = new.get("mail").and_then(Value::as_array).is_some_and(|kinds| !kinds.is_empty());
    if wants_mail && !server.postman.mails_people() {
        problems
            .push(super::channels::wrong("/mail", "this server has no account for mail to single persons"));
    }
    if !problems.is_empty() {
        return Err(Problem::invalid(problems));
    }
    let mut tx = server.store.begin().await?;
    let found = accounts::find(&mut tx, caller.user.id.as_str()).await?;
    let mut user =
        found.ok_or_else(|| Problem::new(problem::SIGN_IN, "the account is not there any more"))?;
    let before = user.settings.get(PREFERENCES).cloned();
    based_on.check(user.revision, &before)?;
    match user.settings.as_object_mut() {
        Some(settings) => {
            settings.insert(PREFERENCES.into(), new.clone());
        }
        None => user.settings = json!({ PREFERENCES: new }),
    }
    accounts::update(&mut tx, &user).await?;
    let entry = caller.did("account.change").on("user", user.id.as_str(), &user.email);
    server.commit(tx, vec![changed(entry, before, Some(new.clone()))], vec![]).await?;
    Ok(Tagged(user.revision + 1, new))
}

/// Which messages are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// To that channel, by identity or name.
    channel: Option<String>,
    /// In that state.
    state: Option<DeliveryState>,
}

/// Parts of the path of one message.
#[derive(Deserialize)]
pub(crate) struct AtDelivery {
    delivery: String,
}

/// Messages to channels of a workspace, the newest first, with what became of them.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/deliveries", tag = "notifications",
    params(("workspace" = String, Path), Wanted, PageQuery<ByNumber>), responses((status = 200, body = Items<Delivery>)))]
pub(crate) async fn deliveries(
    State(server): State<Server>,
    within: Within,
    Query(wanted): Query<Wanted>,
    Query(page): Query<PageQuery<ByNumber>>,
) -> Answer<Json<Items<Delivery>>> {
    let page = page.request()?;
    let mut conn = server.store.read().await?;
    let channel = match &wanted.channel {
        Some(name) => Some(one(&mut conn, &within, name).await?.id.to_string()),
        None => None,
    };
    let filter = outbox::Filter { channel, state: wanted.state };
    Ok(Json(outbox::list(&mut conn, within.id(), &filter, &page).await?.into()))
}

/// Sends a message that was given up again.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/deliveries/{delivery}/again", tag = "notifications",
    params(("workspace" = String, Path), ("delivery" = String, Path)),
    responses((status = 202, description = "It is sent as soon as there is room.")))]
pub(crate) async fn again(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    Path(at): Path<AtDelivery>,
) -> Answer<StatusCode> {
    let mut tx = server.store.begin().await?;
    if !outbox::again(&mut tx, within.id(), &at.delivery, Timestamp::now()).await? {
        return Err(Problem::not_found("message that was given up", &at.delivery));
    }
    let entry = caller.did_in(&within, "delivery.again").on("delivery", &at.delivery, &at.delivery);
    server.commit(tx, vec![entry], vec![]).await?;
    server.postman.wake();
    Ok(StatusCode::ACCEPTED)
}
