//! The stream of one client, over a WebSocket or as server-sent events.
//!
//! A client says what it wants (`subscribe`), and from which number on. Events that are still kept are told from there; if some are
//! gone, or the client was too slow, it gets one `snapshot` that says so, reads the state anew, and goes on from its
//! number. Rights are looked at when a client subscribes, when [`access`] says that some were taken away, and in any case
//! every minute. A session that ends ends its streams; a subscription whose right is gone is told to be over.

use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts, State};
use axum::http::{HeaderMap, request::Parts};
use axum::response::sse::{KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::Stream;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc};
use towpath_model::{Right, Role};
use towpath_store::events::{self, Event};
use towpath_store::{keys, members, pipelines, sessions, workspaces};

use super::access;
use super::hub::Heard;
use crate::caller::{Caller, Via};
use crate::extract::Query;
use crate::problem::{self, Answer, Problem};
use crate::server::Server;

/// How often rights are looked at again.
const AGAIN: Duration = Duration::from_secs(60);
/// How long clients wait at most once some were taken away: all at once would ask the store for the same.
const SPREAD_MS: u64 = 1000;
/// Most subscriptions of one client.
const MOST: usize = 200;

/// What a client says.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum Said {
    /// Wants to hear of something.
    Subscribe {
        /// What of.
        #[serde(flatten)]
        topic: Topic,
        /// After which event.
        after: Option<i64>,
    },
    /// Does not want to hear of it any more.
    Unsubscribe {
        #[serde(flatten)]
        topic: Topic,
    },
    /// Asks whether somebody is there.
    Ping,
}

/// Something to hear of.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
struct Topic {
    /// The workspace, by identity or name.
    workspace: String,
    /// Only of one pipeline.
    pipeline: Option<String>,
    /// Only of one run.
    run: Option<String>,
    /// Only of one person: what that person is told.
    #[serde(default)]
    notifications: bool,
}

/// What a client hears besides events.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Told {
    Event(Box<EventBody>),
    /// The number to go on from; events before it may be missing: read the state anew.
    Snapshot {
        number: i64,
        reason: &'static str,
    },
    Subscribed {
        topic: Topic,
        number: i64,
    },
    Unsubscribed {
        topic: Topic,
    },
    Problem {
        code: &'static str,
        detail: String,
    },
    Pong,
}

#[derive(Debug, Serialize)]
struct EventBody {
    #[serde(flatten)]
    event: Event,
}

/// A subscription with what its client may see.
#[derive(Debug, Clone)]
struct Subscription {
    topic: Topic,
    workspace: String,
    /// Pipelines that are hidden from the client.
    hidden: HashSet<String>,
}

/// Streams events over a WebSocket.
#[utoipa::path(get, path = "/api/v1/live", tag = "live", responses((status = 101, description = "The stream begins.")))]
pub(crate) async fn socket(
    State(server): State<Server>,
    caller: Caller,
    headers: HeaderMap,
    mut parts: Upgrade,
) -> Answer<Response> {
    // A page of another site must not listen with the cookie of its visitor.
    if matches!(caller.via, Via::Browser(_)) {
        let origin = headers.get("origin").and_then(|origin| origin.to_str().ok()).unwrap_or_default();
        let host = headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or_default();
        let own = origin.split_once("://").is_some_and(|(_, rest)| rest == host);
        if !own && !server.settings.allowed_origins.iter().any(|known| known == origin) {
            return Err(Problem::new(problem::CSRF, "the stream was asked for by a page of another site"));
        }
    }
    let upgrade = parts
        .0
        .take()
        .ok_or_else(|| Problem::new(problem::BAD_REQUEST, "this is not a request for a WebSocket"))?;
    Ok(upgrade
        .max_message_size(64 << 10)
        .on_upgrade(move |socket| async move {
            converse(server, caller, socket).await;
        })
        .into_response())
}

/// The wish for a WebSocket, if that is what the request is.
pub(crate) struct Upgrade(Option<WebSocketUpgrade>);

impl<S: Send + Sync> FromRequestParts<S> for Upgrade {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Ok(Upgrade(<WebSocketUpgrade as FromRequestParts<S>>::from_request_parts(parts, state).await.ok()))
    }
}

async fn converse(server: Server, caller: Caller, mut socket: WebSocket) {
    let mut client = Client::new(server, caller);
    let reason = loop {
        tokio::select! {
            said = socket.recv() => {
                let told = match said {
                    Some(Ok(Message::Text(text))) => client.answer(text.as_str()).await,
                    Some(Ok(Message::Binary(_))) => vec![Told::Problem { code: "bad_request", detail: "messages are text".into() }],
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => Vec::new(),
                    Some(Ok(Message::Close(_)) | Err(_)) | None => break None,
                };
                if !send(&mut socket, &told).await { break None }
            }
            told = client.next() => match told {
                Ok(told) => if !send(&mut socket, &told).await { break None },
                Err(reason) => break Some(reason),
            },
        }
    };
    if let Some(reason) = reason {
        let _ = socket.send(Message::Close(Some(CloseFrame { code: 4401, reason: reason.into() }))).await;
    }
}

async fn send(socket: &mut WebSocket, told: &[Told]) -> bool {
    for one in told {
        let Ok(text) = serde_json::to_string(one) else { continue };
        // A client that does not read for so long is not there any more.
        let sent =
            tokio::time::timeout(Duration::from_secs(20), socket.send(Message::Text(text.into()))).await;
        if !matches!(sent, Ok(Ok(()))) {
            return false;
        }
    }
    true
}

/// What a client of server-sent events wants.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// The workspace, by identity or name.
    workspace: String,
    /// Only of one pipeline.
    pipeline: Option<String>,
    /// Only of one run.
    run: Option<String>,
    /// Only what the caller is told.
    notifications: Option<bool>,
    /// After which event; the header `Last-Event-ID` is the same.
    after: Option<i64>,
}

/// Streams events as server-sent events.
#[utoipa::path(get, path = "/api/v1/events", tag = "live", params(Wanted),
    responses((status = 200, content_type = "text/event-stream", body = String)))]
pub(crate) async fn sent(
    State(server): State<Server>,
    caller: Caller,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Answer<Sse<impl Stream<Item = Result<axum::response::sse::Event, Infallible>>>> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let notifications = wanted.notifications.unwrap_or_default();
    let topic =
        Topic { workspace: wanted.workspace, pipeline: wanted.pipeline, run: wanted.run, notifications };
    let mut client = Client::new(server, caller);
    let first = client.subscribe(topic, last.or(wanted.after)).await?;
    // The channel bounds what waits; the task ends with its receiver.
    let (sender, receiver) = mpsc::channel(64);
    tokio::spawn(async move {
        let mut told = first;
        loop {
            for one in told {
                let mut event = axum::response::sse::Event::default();
                if let Told::Event(body) = &one {
                    event = event.id(body.event.number.to_string()).event(body.event.kind.clone());
                }
                let Ok(event) = event.json_data(&one) else { continue };
                if sender.send(Ok(event)).await.is_err() {
                    return;
                }
            }
            if client.subscriptions.is_empty() {
                return;
            }
            told = tokio::select! {
                told = client.next() => match told { Ok(told) => told, Err(_) => return },
                () = sender.closed() => return,
            };
        }
    });
    let stream =
        futures::stream::unfold(receiver, |mut receiver| async { Some((receiver.recv().await?, receiver)) });
    Ok(Sse::new(stream).keep_alive(KeepAlive::default()))
}

/// One client.
struct Client {
    server: Server,
    caller: Caller,
    listening: broadcast::Receiver<Heard>,
    subscriptions: Vec<Subscription>,
    /// Number of the last event that was looked at.
    number: i64,
    again: tokio::time::Interval,
}

impl Drop for Client {
    fn drop(&mut self) {
        metrics::gauge!("towpath_live_clients").decrement(1.0);
    }
}

impl Client {
    fn new(server: Server, caller: Caller) -> Client {
        metrics::gauge!("towpath_live_clients").increment(1.0);
        let listening = server.hub.listen();
        let number = server.hub.last();
        let mut again = tokio::time::interval_at(tokio::time::Instant::now() + AGAIN, AGAIN);
        again.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        Client { server, caller, listening, subscriptions: Vec::new(), number, again }
    }

    async fn answer(&mut self, text: &str) -> Vec<Told> {
        let said: Said = match serde_json::from_str(text) {
            Ok(said) => said,
            Err(error) => return vec![Told::Problem { code: "bad_request", detail: error.to_string() }],
        };
        match said {
            Said::Ping => vec![Told::Pong],
            Said::Unsubscribe { topic } => {
                self.subscriptions.retain(|known| known.topic != topic);
                vec![Told::Unsubscribed { topic }]
            }
            Said::Subscribe { topic, after } => match self.subscribe(topic, after).await {
                Ok(told) => told,
                Err(problem) => {
                    vec![Told::Problem { code: problem.code().word, detail: problem.detail().to_owned() }]
                }
            },
        }
    }

    async fn subscribe(&mut self, topic: Topic, after: Option<i64>) -> Answer<Vec<Told>> {
        if self.subscriptions.len() >= MOST {
            return Err(Problem::new(problem::TOO_MANY, format!("a client may have {MOST} subscriptions")));
        }
        let subscription = self.allowed(topic.clone()).await?;
        let mut told = vec![Told::Subscribed { topic: topic.clone(), number: self.number }];
        if let Some(after) = after {
            told.extend(self.earlier(&subscription, after).await?);
        }
        self.subscriptions.retain(|known| known.topic != topic);
        self.subscriptions.push(subscription);
        Ok(told)
    }

    /// What the caller may hear of a topic.
    async fn allowed(&self, topic: Topic) -> Answer<Subscription> {
        let unknown = || Problem::not_found("workspace", &topic.workspace);
        let mut conn = self.server.store.read().await?;
        let workspace =
            workspaces::find(&mut conn, &topic.workspace).await?.filter(|found| found.closed_at.is_none());
        let workspace = workspace.ok_or_else(unknown)?;
        if matches!(&self.caller.via, Via::Key(key) if key.workspace_id != workspace.id) {
            return Err(unknown());
        }
        let user = self.caller.user.id.as_str();
        let role = members::role(&mut conn, workspace.id.as_str(), user).await?.ok_or_else(unknown)?;
        crate::guard::allow(&self.caller, role, Right::RunsRead)?;
        let hidden = match role >= Role::Admin {
            true => HashSet::new(),
            false => {
                pipelines::hidden_from(&mut conn, workspace.id.as_str(), user).await?.into_iter().collect()
            }
        };
        Ok(Subscription { topic, workspace: workspace.id.as_str().to_owned(), hidden })
    }

    /// Events that happened before the client subscribed.
    async fn earlier(&self, subscription: &Subscription, after: i64) -> Answer<Vec<Told>> {
        let mut conn = self.server.store.read().await?;
        if after < events::first(&mut conn).await? - 1 || after > self.number {
            return Ok(vec![Told::Snapshot {
                number: self.number,
                reason: "events before are not kept any more",
            }]);
        }
        let mut told = Vec::new();
        let mut from = after;
        loop {
            let found = events::after(&mut conn, from, 1000).await?;
            let Some(last) = found.last().map(|event| event.number) else { return Ok(told) };
            for event in found.into_iter().filter(|event| event.number <= self.number) {
                if self.hears(subscription, &event) {
                    told.push(Told::Event(Box::new(EventBody { event })));
                }
            }
            from = last;
            if from >= self.number {
                return Ok(told);
            }
            if told.len() > 5000 {
                return Ok(vec![Told::Snapshot { number: self.number, reason: "too many events to tell" }]);
            }
        }
    }

    fn hears(&self, subscription: &Subscription, event: &Event) -> bool {
        let topic = &subscription.topic;
        let same = |wanted: &Option<String>, is: &Option<String>| wanted.is_none() || wanted == is;
        event.workspace_id.as_deref() == Some(&subscription.workspace)
            && event.user_id.as_ref().is_none_or(|user| user == self.caller.user.id.as_str())
            && (!topic.notifications || event.user_id.is_some())
            && event.pipeline_id.as_ref().is_none_or(|pipeline| !subscription.hidden.contains(pipeline))
            && same(&topic.pipeline, &event.pipeline_id)
            && same(&topic.run, &event.run_id)
    }

    /// Waits for something to tell; fails when the stream is over.
    async fn next(&mut self) -> Result<Vec<Told>, &'static str> {
        loop {
            tokio::select! {
                heard = self.listening.recv() => match heard {
                    Ok(Heard::Event(event)) => {
                        if event.number <= self.number { continue }
                        self.number = event.number;
                        if event.kind == access::CHANGED {
                            self.again.reset_after(Duration::from_millis(fastrand::u64(..SPREAD_MS)));
                        }
                        if self.subscriptions.iter().any(|known| self.hears(known, &event)) {
                            let event = Arc::unwrap_or_clone(event);
                            return Ok(vec![Told::Event(Box::new(EventBody { event }))]);
                        }
                    }
                    Ok(Heard::Ended(ended)) => {
                        let is_own = match &self.caller.via {
                            Via::Browser(session) | Via::Program(session) => session.id.as_str() == &*ended,
                            Via::Key(key) => key.id.as_str() == &*ended,
                        };
                        if is_own {
                            return Err("the session or key ended");
                        }
                    }
                    Err(RecvError::Lagged(_)) => {
                        self.number = self.server.hub.last();
                        return Ok(vec![Told::Snapshot { number: self.number, reason: "the client was too slow" }]);
                    }
                    Err(RecvError::Closed) => return Err("the server stops"),
                },
                _ = self.again.tick() => {
                    let gone = self.look_again().await?;
                    if !gone.is_empty() {
                        return Ok(gone);
                    }
                }
            }
        }
    }

    /// Drops subscriptions whose rights are gone, and tells which; fails when the session is gone.
    async fn look_again(&mut self) -> Result<Vec<Told>, &'static str> {
        let unreachable = "the server cannot look at rights";
        if let Some(session) = self.caller.session() {
            let mut conn = self.server.store.read().await.map_err(|_| unreachable)?;
            let live = sessions::live(&mut conn, session.id.as_str()).await.map_err(|_| unreachable)?;
            if live.is_none() {
                return Err("the session ended");
            }
        }
        if let Via::Key(key) = &self.caller.via {
            let mut conn = self.server.store.read().await.map_err(|_| unreachable)?;
            if !keys::is_live(&mut conn, key.id.as_str()).await.map_err(|_| unreachable)? {
                return Err("the key ended");
            }
        }
        let mut gone = Vec::new();
        for known in std::mem::take(&mut self.subscriptions) {
            match self.allowed(known.topic.clone()).await {
                Ok(allowed) => self.subscriptions.push(allowed),
                Err(_) => gone.push(Told::Unsubscribed { topic: known.topic }),
            }
        }
        Ok(gone)
    }
}
