//! Channels of notifications: made, changed, tested. Secrets go in and never come out.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use towpath_model::ids::ChannelId;
use towpath_store::audit::Outcome;
use towpath_store::events::NewEvent;
use towpath_store::notices::channels::{self, Channel};
use towpath_store::{Conn, secrets};

use super::room::{note, shown};
use super::sealed::{Sealed, kept};
use crate::caller::{Caller, Within, changed, with};
use crate::extract::{IfMatch, Json, Path, Query, Tagged};
use crate::paging::{ByNameOrCreated, Items, PageQuery};
use crate::postman::{ChannelKind, Form, OpenChannel, Refused};
use crate::problem::{self, Answer, Finding, Problem};
use crate::server::Server;
use crate::workbench::filled;

/// What can be set.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Kinds {
    /// Kinds of channels.
    items: Vec<ChannelKind>,
    /// JSON Schemas of the other settings: `pace`, `rule`, `preferences`, `watch`.
    #[schema(value_type = Object)]
    schemas: Value,
    /// Whether people can also be told by mail to themselves.
    mails_people: bool,
}

/// Kinds of channels with their settings, and what else can be set.
#[utoipa::path(get, path = "/api/v1/channel-kinds", tag = "notifications", responses((status = 200, body = Kinds)))]
pub(crate) async fn kinds(State(server): State<Server>) -> Json<Kinds> {
    let postman = &server.postman;
    Json(Kinds { items: postman.kinds(), schemas: postman.schemas(), mails_people: postman.mails_people() })
}

/// A channel as it is sent.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewChannel {
    /// Its name.
    name: String,
    /// What it is: one of the names of `channel-kinds`.
    kind: String,
    /// The settings of its kind, with secrets. A secret that is left out of a change stays as it is.
    #[schema(value_type = Object)]
    settings: Value,
    /// How often it is told; what is left out is as usual.
    #[serde(default = "empty")]
    #[schema(value_type = Object)]
    pace: Value,
    /// The language of its messages: `en` or `fr`.
    #[serde(default = "english")]
    language: String,
    /// Whether it is told.
    #[serde(default = "yes")]
    active: bool,
}

pub(super) fn empty() -> Value {
    json!({})
}

pub(super) fn yes() -> bool {
    true
}

fn english() -> String {
    "en".into()
}

/// A channel as it is answered: without secrets, with the names of those that are kept.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct ChannelView {
    #[serde(flatten)]
    channel: Channel,
    /// Places in the settings whose secrets are kept, as JSON pointers.
    secrets: Vec<String>,
}

/// Parts of the path of one channel.
#[derive(Deserialize)]
pub(crate) struct At {
    channel: String,
}

/// Channels of a workspace.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/channels", tag = "notifications",
    params(("workspace" = String, Path), PageQuery<ByNameOrCreated>), responses((status = 200, body = Items<Channel>)))]
pub(crate) async fn list(
    State(server): State<Server>,
    within: Within,
    Query(page): Query<PageQuery<ByNameOrCreated>>,
) -> Answer<Json<Items<Channel>>> {
    let page = page.request()?;
    Ok(Json(channels::list(&mut *server.store.read().await?, within.id(), &page).await?.into()))
}

/// A place that is wrong.
pub(super) fn wrong(path: &str, message: &str) -> Finding {
    Finding { path: path.into(), message: message.into(), hint: None, line: None, column: None }
}

/// Whether something may have that name.
pub(super) fn is_name(name: &str) -> bool {
    !name.trim().is_empty()
        && name.trim() == name
        && name.chars().count() <= 100
        && !name.chars().any(char::is_control)
}

/// Refuses what is wrong; `settings` hold the secrets.
fn check(server: &Server, new: &NewChannel, settings: &Value) -> Answer<()> {
    let mut problems = Vec::new();
    if !is_name(&new.name) {
        problems.push(wrong("/name", "a name has 1 to 100 characters and no blanks around it"));
    }
    if !["en", "fr"].contains(&new.language.as_str()) {
        problems.push(wrong("/language", "the language is `en` or `fr`"));
    }
    if !new.pace.is_object() {
        problems.push(wrong("/pace", "the pace is an object"));
    } else {
        problems.extend(server.postman.check(Form::Pace, &new.pace));
    }
    problems.extend(server.postman.check_channel(&new.kind, settings));
    if problems.is_empty() { Ok(()) } else { Err(Problem::invalid(problems)) }
}

fn event(within: &Within, kind: &str, channel: &Channel) -> NewEvent {
    NewEvent {
        workspace_id: Some(within.id().to_owned()),
        kind: kind.into(),
        body: json!({ "id": channel.id, "name": channel.name }),
        ..NewEvent::default()
    }
}

fn taken_name(name: &str) -> Problem {
    Problem::new(problem::EXISTS, format!("there is a channel `{name}` already"))
}

async fn view(conn: &mut Conn, channel: Channel) -> Answer<ChannelView> {
    Ok(ChannelView { secrets: secrets::names(conn, channel.id.as_str()).await?, channel })
}

/// The channel of the path.
pub(super) async fn one(conn: &mut Conn, within: &Within, id: &str) -> Answer<Channel> {
    channels::find(conn, within.id(), id).await?.ok_or_else(|| Problem::not_found("channel", id))
}

/// Makes a channel.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/channels", tag = "notifications",
    params(("workspace" = String, Path)), request_body = NewChannel, responses((status = 201, body = ChannelView)))]
pub(crate) async fn create(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    Json(new): Json<NewChannel>,
) -> Answer<Response> {
    check(&server, &new, &new.settings)?;
    let places = server.postman.secrets(&new.kind, &new.settings);
    let sealed = Sealed::fresh(new.settings, &places);
    let now = Timestamp::now();
    let channel = Channel {
        id: ChannelId::generate(),
        workspace_id: within.workspace.id.clone(),
        name: new.name,
        kind: new.kind,
        settings: sealed.settings.clone(),
        pace: new.pace,
        language: new.language,
        active: new.active,
        revision: 1,
        created_by: Some(caller.maker()),
        created_at: now,
        updated_at: now,
        tested_at: None,
        test_fault: None,
    };
    let mut tx = server.store.begin().await?;
    let inserted = channels::insert(&mut tx, &channel).await;
    if inserted.as_ref().is_err_and(|error| error.exists_in("name")) {
        return Err(taken_name(&channel.name));
    }
    inserted?;
    sealed.keep(&server, &mut tx, &within, channel.id.as_str()).await?;
    let entry = caller.did_in(&within, "channel.make").on("channel", channel.id.as_str(), &channel.name);
    let entry = changed(entry, None, shown(&channel));
    let told = event(&within, "channel.made", &channel);
    let view = view(&mut tx, channel).await?;
    server.commit(tx, vec![entry], vec![told]).await?;
    Ok((StatusCode::CREATED, Tagged(1, view)).into_response())
}

/// A channel.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/channels/{channel}", tag = "notifications",
    params(("workspace" = String, Path), ("channel" = String, Path)), responses((status = 200, body = ChannelView)))]
pub(crate) async fn show(
    State(server): State<Server>,
    within: Within,
    Path(at): Path<At>,
) -> Answer<Tagged<ChannelView>> {
    let mut conn = server.store.read().await?;
    let channel = one(&mut conn, &within, &at.channel).await?;
    Ok(Tagged(channel.revision, view(&mut conn, channel).await?))
}

/// Settings that say nothing of which server gets to know the secrets, and how.
const HARMLESS: [&str; 2] = ["from", "to"];

/// Settings that take the place of those of a channel, with the secrets that still count.
fn changed_settings(
    server: &Server,
    before: &Channel,
    new: &NewChannel,
    kept: Vec<(String, String)>,
) -> Sealed {
    let places = server.postman.secrets(&new.kind, &new.settings);
    let is_same = new.kind == before.kind;
    Sealed::fresh(new.settings.clone(), &places).instead(&before.settings, kept, &HARMLESS, is_same)
}

/// Changes a channel. Secrets that are left out stay as they are, unless the messages then go to another server.
#[utoipa::path(put, path = "/api/v1/workspaces/{workspace}/channels/{channel}", tag = "notifications",
    params(("workspace" = String, Path), ("channel" = String, Path),
        ("If-Match" = String, Header, description = "The tag that the change is based on.")),
    request_body = NewChannel, responses((status = 200, body = ChannelView)))]
pub(crate) async fn update(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    Path(at): Path<At>,
    based_on: IfMatch,
    Json(new): Json<NewChannel>,
) -> Answer<Tagged<ChannelView>> {
    let mut tx = server.store.begin().await?;
    let before = one(&mut tx, &within, &at.channel).await?;
    based_on.check(before.revision, &before)?;
    let kept = kept(&server, &mut tx, before.id.as_str()).await?;
    let sealed = changed_settings(&server, &before, &new, kept);
    check(&server, &new, &sealed.whole())?;
    let mut after = Channel {
        name: new.name,
        kind: new.kind,
        settings: sealed.settings.clone(),
        pace: new.pace,
        language: new.language,
        active: new.active,
        ..before.clone()
    };
    sealed.keep(&server, &mut tx, &within, before.id.as_str()).await?;
    let written = channels::update(&mut tx, &after).await;
    if written.as_ref().is_err_and(|error| error.exists_in("name")) {
        return Err(taken_name(&after.name));
    }
    written?;
    after.revision += 1;
    (after.tested_at, after.test_fault) = (None, None);
    let entry = caller.did_in(&within, "channel.change").on("channel", after.id.as_str(), &after.name);
    let entry = changed(entry, shown(&before), shown(&after));
    let told = event(&within, "channel.changed", &after);
    let revision = after.revision;
    let view = view(&mut tx, after).await?;
    server.commit(tx, vec![entry], vec![told]).await?;
    server.postman.wake();
    Ok(Tagged(revision, view))
}

/// Removes a channel, with its rules and what was on its way to it.
#[utoipa::path(delete, path = "/api/v1/workspaces/{workspace}/channels/{channel}", tag = "notifications",
    params(("workspace" = String, Path), ("channel" = String, Path)), responses((status = 204, description = "Done.")))]
pub(crate) async fn remove(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    Path(at): Path<At>,
) -> Answer<StatusCode> {
    let mut tx = server.store.begin().await?;
    let channel = one(&mut tx, &within, &at.channel).await?;
    channels::remove(&mut tx, channel.id.as_str()).await?;
    let entry = caller.did_in(&within, "channel.remove").on("channel", channel.id.as_str(), &channel.name);
    let entry = changed(entry, shown(&channel), None);
    server.commit(tx, vec![entry], vec![event(&within, "channel.removed", &channel)]).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How a test message went.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct SentTest {
    /// The message was taken.
    ok: bool,
    /// What failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    /// What sort of failure it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// Recipients that were not taken.
    refused: Vec<Refused>,
}

async fn try_out(server: &Server, within: &Within, channel: OpenChannel) -> SentTest {
    match server.postman.test(&within.workspace, channel).await {
        Ok(refused) => SentTest { ok: true, message: None, hint: None, code: None, refused },
        Err(fault) => SentTest {
            ok: false,
            message: Some(fault.to_string()),
            hint: fault.hint_text().map(str::to_owned),
            code: Some(fault.kind().code().to_owned()),
            refused: Vec::new(),
        },
    }
}

/// Sends a test message with settings before they are kept.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/channel-tests", tag = "notifications",
    params(("workspace" = String, Path)), request_body = NewChannel, responses((status = 200, body = SentTest)))]
pub(crate) async fn test_new(
    State(server): State<Server>,
    within: Within,
    Json(new): Json<NewChannel>,
) -> Answer<Json<SentTest>> {
    check(&server, &new, &new.settings)?;
    let channel = OpenChannel { kind: new.kind, settings: new.settings, language: new.language };
    Ok(Json(try_out(&server, &within, channel).await))
}

/// Sends a test message with changed settings of a channel before they are kept. Secrets that are left out are those that
/// are kept, as long as nothing else changes that might be where they go; otherwise they have to be given again.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/channels/{channel}/test-settings", tag = "notifications",
    params(("workspace" = String, Path), ("channel" = String, Path)), request_body = NewChannel,
    responses((status = 200, body = SentTest)))]
pub(crate) async fn test_settings(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    Path(at): Path<At>,
    Json(new): Json<NewChannel>,
) -> Answer<Json<SentTest>> {
    let mut conn = server.store.read().await?;
    let channel = one(&mut conn, &within, &at.channel).await?;
    let kept = kept(&server, &mut conn, channel.id.as_str()).await?;
    drop(conn);
    let sealed = changed_settings(&server, &channel, &new, kept);
    sealed.refuse_without(&new.settings, "/settings")?;
    check(&server, &new, &sealed.whole())?;
    let opened = OpenChannel { kind: new.kind, settings: sealed.whole(), language: new.language };
    let tested = try_out(&server, &within, opened).await;
    let entry = caller.did_in(&within, "channel.test").on("channel", channel.id.as_str(), &channel.name);
    let outcome = if tested.ok { Outcome::Done } else { Outcome::Failed };
    note(&server, vec![with(entry, outcome, json!({ "code": tested.code }))]).await?;
    Ok(Json(tested))
}

/// Sends a test message to a channel.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/channels/{channel}/test", tag = "notifications",
    params(("workspace" = String, Path), ("channel" = String, Path)), responses((status = 200, body = SentTest)))]
pub(crate) async fn test(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    Path(at): Path<At>,
) -> Answer<Json<SentTest>> {
    let mut conn = server.store.read().await?;
    let channel = one(&mut conn, &within, &at.channel).await?;
    let opened = OpenChannel {
        kind: channel.kind.clone(),
        settings: filled(
            &channel.settings,
            &secrets::open(&mut conn, &server.keys, channel.id.as_str()).await?,
        ),
        language: channel.language.clone(),
    };
    drop(conn);
    let tested = try_out(&server, &within, opened).await;
    let mut tx = server.store.begin().await?;
    let fault =
        (!tested.ok).then(|| json!({ "message": tested.message, "hint": tested.hint, "code": tested.code }));
    channels::tested(&mut tx, channel.id.as_str(), fault.as_ref()).await?;
    let entry = caller.did_in(&within, "channel.test").on("channel", channel.id.as_str(), &channel.name);
    let outcome = if tested.ok { Outcome::Done } else { Outcome::Failed };
    server.commit(tx, vec![with(entry, outcome, json!({ "code": tested.code }))], vec![]).await?;
    Ok(Json(tested))
}
