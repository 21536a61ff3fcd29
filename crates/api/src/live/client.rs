//! What one client of live events wants to hear, may hear, and is told.
//!
//! A client says what it wants (`subscribe`), and from which number on. Events that are still kept are told from there; if some are
//! gone, or the client was too slow, it gets one `snapshot` that says so, reads the state anew, and goes on from its
//! number. Rights are looked at when a client subscribes, when [`access`] says that some were taken away, and in any case
//! every minute. A session that ends ends its streams; a subscription whose right is gone is told to be over.

use std::collections::HashSet;
use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use towpath_model::{Right, Role};
use towpath_store::events::kinds::ACCESS_CHANGED;
use towpath_store::events::{self, Event};
use towpath_store::{connections, keys, members, pipelines, sessions, workspaces};

use super::hub::{Happened, Heard};
use super::presence::{self, Here, LONGEST_NODE, Pace, Person};
use crate::caller::{Caller, Via};
use crate::problem::{self, Answer, Problem};
use crate::server::Server;

/// Most subscriptions of one client.
const MOST: usize = 200;

/// What a client says.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Said {
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
    /// The person is at a pipeline, and perhaps at one of its nodes. Others who are there are told.
    Present {
        /// The workspace, by identity or name.
        workspace: String,
        /// The pipeline, by identity or name.
        pipeline: String,
        /// The node.
        node: Option<String>,
    },
    /// The person is at no pipeline any more.
    Absent,
    /// Asks whether somebody is there.
    Ping,
}

/// Something to hear of.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub(super) struct Topic {
    /// The workspace, by identity or name.
    pub(super) workspace: String,
    /// Only of one pipeline.
    pub(super) pipeline: Option<String>,
    /// Only of one run.
    pub(super) run: Option<String>,
    /// Only of one person: what that person is told.
    #[serde(default)]
    pub(super) notifications: bool,
}

/// What a client hears besides events.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Told {
    /// Written down already: see [`Told::text`].
    #[serde(skip)]
    Event(Arc<Happened>),
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
    /// Who is at the pipeline, this client among them; changes of it are events.
    Roster {
        pipeline: String,
        you: String,
        people: Vec<Person>,
    },
    Problem {
        code: &'static str,
        detail: String,
    },
    Pong,
}

impl Told {
    /// The words for the client, as JSON.
    pub(super) fn text(&self) -> Option<Utf8Bytes> {
        match self {
            Told::Event(happened) => Some(happened.text.clone()),
            other => serde_json::to_string(other).ok().map(Utf8Bytes::from),
        }
    }
}

/// Why a stream is over, before its client wants it to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    /// The session or key ended.
    SignedOut,
    /// The server stops.
    Stopping,
    /// The server cannot look at rights.
    Unreachable,
}

impl Over {
    /// The same, before the stream begins.
    pub(super) fn problem(self) -> Problem {
        match self {
            Over::SignedOut => Problem::new(problem::SIGN_IN, "the session or key ended"),
            Over::Stopping => Problem::new(problem::UNAVAILABLE, "the server stops"),
            Over::Unreachable => {
                Problem::new(problem::UNAVAILABLE, "the server cannot look at rights").retry_after(5)
            }
        }
    }
}

/// What there is to say to a client, or to do for it.
#[derive(Debug)]
pub(super) enum News {
    /// To be told.
    Told(Vec<Told>),
    /// Somebody may have lost access: rights are to be looked at soon.
    Doubt,
}

/// A subscription with what its client may see.
#[derive(Debug, Clone)]
struct Subscription {
    topic: Topic,
    workspace: String,
    /// Pipelines and connections that are hidden from the client.
    hidden: HashSet<String>,
}

/// One client.
pub(super) struct Client {
    server: Server,
    caller: Caller,
    listening: broadcast::Receiver<Heard>,
    subscriptions: Vec<Subscription>,
    /// Number of the last event that was looked at.
    number: i64,
    /// The word by which others know this client, where its person is, and how often it moved.
    word: String,
    here: Option<Here>,
    pace: Pace,
}

impl Drop for Client {
    fn drop(&mut self) {
        metrics::gauge!("towpath_live_clients").decrement(1.0);
    }
}

impl Client {
    pub(super) fn new(server: Server, caller: Caller) -> Client {
        metrics::gauge!("towpath_live_clients").increment(1.0);
        let listening = server.hub.listen();
        let number = server.hub.last();
        let word = format!("{:016x}", fastrand::u64(..));
        let (here, pace) = (None, Pace::default());
        Client { server, caller, listening, subscriptions: Vec::new(), number, word, here, pace }
    }

    pub(super) async fn answer(&mut self, text: &str) -> Vec<Told> {
        let said: Said = match serde_json::from_str(text) {
            Ok(said) => said,
            Err(error) => return vec![Told::Problem { code: "bad_request", detail: error.to_string() }],
        };
        match said {
            Said::Ping => vec![Told::Pong],
            Said::Absent => {
                self.leave().await;
                Vec::new()
            }
            Said::Present { workspace, pipeline, node } => {
                match self.present(workspace, pipeline, node).await {
                    Ok(told) => vec![told],
                    Err(problem) => {
                        vec![Told::Problem { code: problem.code().word, detail: problem.detail().to_owned() }]
                    }
                }
            }
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

    pub(super) async fn subscribe(&mut self, topic: Topic, after: Option<i64>) -> Answer<Vec<Told>> {
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
                let mut hidden = pipelines::hidden_from(&mut conn, workspace.id.as_str(), user).await?;
                hidden.extend(connections::hidden_from(&mut conn, workspace.id.as_str(), user).await?);
                hidden.into_iter().collect()
            }
        };
        Ok(Subscription { topic, workspace: workspace.id.as_str().to_owned(), hidden })
    }

    /// Tells others where the person is; returns who else is there.
    async fn present(&mut self, workspace: String, pipeline: String, node: Option<String>) -> Answer<Told> {
        if matches!(self.caller.via, Via::Key(_)) {
            return Err(Problem::new(problem::FORBIDDEN, "an API key is nobody who could be seen"));
        }
        if node.as_ref().is_some_and(|node| node.chars().count() > LONGEST_NODE) {
            let detail = format!("the name of a node has up to {LONGEST_NODE} characters");
            return Err(Problem::new(problem::BAD_REQUEST, detail));
        }
        if !self.pace.may_move() {
            return Err(Problem::new(problem::TOO_MANY, "this client moves too often to be followed"));
        }
        let here = Here { node, ..self.place(workspace, pipeline).await? };
        if self.here.as_ref().is_some_and(|before| before.pipeline != here.pipeline) {
            self.leave().await;
        }
        let pipeline = here.pipeline.clone();
        self.here = Some(here);
        self.tell(presence::HERE).await?;
        let people = self.server.hub.roster.of(&pipeline, Timestamp::now());
        Ok(Told::Roster { pipeline, you: self.word.clone(), people })
    }

    /// A pipeline that the caller may see.
    async fn place(&self, workspace: String, pipeline: String) -> Answer<Here> {
        let topic = Topic { workspace, pipeline: None, run: None, notifications: false };
        let Subscription { workspace, hidden, .. } = self.allowed(topic).await?;
        let mut conn = self.server.store.read().await?;
        let found = pipelines::find(&mut conn, &workspace, &pipeline).await?;
        let found = found.filter(|found| !hidden.contains(found.id.as_str()));
        let found = found.ok_or_else(|| Problem::not_found("pipeline", &pipeline))?;
        Ok(Here { workspace, pipeline: found.id.to_string(), node: None })
    }

    async fn tell(&self, kind: &str) -> Answer<()> {
        let Some(here) = &self.here else { return Ok(()) };
        let user = (self.caller.user.id.as_str(), self.caller.user.name.as_str());
        let event = presence::event(kind, here, &self.word, user);
        self.server.commit(self.server.store.begin().await?, vec![], vec![event]).await
    }

    /// Says anew that the person is there, before others forget it.
    pub(super) async fn still_here(&self) {
        // Others forget it at worst, until the next time.
        let _ = self.tell(presence::HERE).await;
    }

    /// Says that the person left. What cannot be said is forgotten by the others after a while.
    pub(super) async fn leave(&mut self) {
        let _ = self.tell(presence::LEFT).await;
        self.here = None;
    }

    /// Events that happened before the client subscribed.
    async fn earlier(&self, subscription: &Subscription, after: i64) -> Answer<Vec<Told>> {
        let mut conn = self.server.store.read().await?;
        let kept_from = match events::first(&mut conn).await? {
            0 => self.number,
            first => first - 1,
        };
        if after < kept_from || after > self.number {
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
                    told.push(Told::Event(Arc::new(Happened::new(event))));
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
        let is_seen = |id: &Option<String>| id.as_ref().is_none_or(|id| !subscription.hidden.contains(id));
        let same = |wanted: &Option<String>, is: &Option<String>| wanted.is_none() || wanted == is;
        // What one person is told belongs to no workspace, when it is about all of them.
        let is_here = match &event.workspace_id {
            Some(workspace) => *workspace == subscription.workspace,
            None => event.user_id.is_some(),
        };
        is_here
            && event.user_id.as_ref().is_none_or(|user| user == self.caller.user.id.as_str())
            && (!topic.notifications || event.user_id.is_some())
            && is_seen(&event.pipeline_id)
            && is_seen(&event.connection_id)
            && same(&topic.pipeline, &event.pipeline_id)
            && same(&topic.run, &event.run_id)
    }

    /// Waits for something to tell; fails when the stream is over. Nothing is lost when the wait is given up.
    pub(super) async fn next(&mut self) -> Result<News, Over> {
        loop {
            match self.listening.recv().await {
                Ok(Heard::Event(happened)) => {
                    let event = &happened.event;
                    if event.number <= self.number {
                        continue;
                    }
                    self.number = event.number;
                    if event.kind == ACCESS_CHANGED {
                        return Ok(News::Doubt);
                    }
                    if self.subscriptions.iter().any(|known| self.hears(known, event)) {
                        return Ok(News::Told(vec![Told::Event(happened)]));
                    }
                }
                Ok(Heard::Ended(ended)) => {
                    let is_own = match &self.caller.via {
                        Via::Browser(session) | Via::Program(session) => session.id.as_str() == &*ended,
                        Via::Key(key) => key.id.as_str() == &*ended,
                    };
                    if is_own {
                        return Err(Over::SignedOut);
                    }
                }
                Err(RecvError::Lagged(_)) => {
                    self.number = self.server.hub.last();
                    let reason = "the client was too slow";
                    return Ok(News::Told(vec![Told::Snapshot { number: self.number, reason }]));
                }
                Err(RecvError::Closed) => return Err(Over::Stopping),
            }
        }
    }

    /// Drops subscriptions whose rights are gone, and tells which; fails when the session is gone. To be awaited to its
    /// end: a look that is given up for every word of the client would never be done.
    pub(super) async fn look_again(&mut self) -> Result<Vec<Told>, Over> {
        let mut conn = self.server.store.read().await.map_err(|_| Over::Unreachable)?;
        let is_live = match &self.caller.via {
            Via::Browser(session) | Via::Program(session) => {
                sessions::live(&mut conn, session.id.as_str(), None).await.map(|live| live.is_some())
            }
            Via::Key(key) => keys::is_live(&mut conn, key.id.as_str()).await,
        };
        drop(conn);
        if !is_live.map_err(|_| Over::Unreachable)? {
            return Err(Over::SignedOut);
        }
        let (mut kept, mut gone) = (Vec::new(), Vec::new());
        for known in &self.subscriptions {
            match self.allowed(known.topic.clone()).await {
                Ok(allowed) => kept.push(allowed),
                // Rights that cannot be looked at are not rights that are gone.
                Err(problem) if problem.code().status >= 500 => return Err(Over::Unreachable),
                Err(_) => gone.push(Told::Unsubscribed { topic: known.topic.clone() }),
            }
        }
        self.subscriptions = kept;
        if let Some(here) = self.here.clone()
            && let Err(problem) = self.place(here.workspace, here.pipeline).await
            && problem.code().status < 500
        {
            self.leave().await;
        }
        Ok(gone)
    }

    /// Whether it hears of nothing any more.
    pub(super) fn is_idle(&self) -> bool {
        self.subscriptions.is_empty()
    }
}
