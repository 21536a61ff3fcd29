//! Who is at a pipeline at this moment, and at which of its nodes.
//!
//! A client says where its person is ([`Here`]); the store tells it to every server, like everything that happens, and
//! each server keeps a roster of what it heard. Whoever comes is told the roster, and hears the rest as events. While its
//! connection lives, the server says anew that the client is there; who was not heard of for [`FORGOTTEN`] is gone, also
//! when a server died with its clients. It is forgotten with the events: no record stays of who looked at what.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::time::{Duration, Instant};
use towpath_store::events::{Event, NewEvent};

/// Somebody is there, or went to another node.
pub(super) const HERE: &str = "presence.here";
/// Somebody left.
pub(super) const LEFT: &str = "presence.left";
/// How long somebody is there without being heard of: more than two beats of a connection.
const FORGOTTEN: SignedDuration = SignedDuration::from_secs(75);
/// Most moves of a client in ten seconds.
const MOVES: usize = 30;
/// Longest name of a node, in characters.
pub(super) const LONGEST_NODE: usize = 200;

/// Where the person of a client is.
#[derive(Debug, Clone)]
pub(super) struct Here {
    pub(super) workspace: String,
    pub(super) pipeline: String,
    pub(super) node: Option<String>,
}

/// Somebody at a pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Person {
    /// The connection: one person may have several.
    client: String,
    user_id: String,
    name: String,
    node: Option<String>,
    #[serde(skip)]
    heard_at: Timestamp,
}

/// What is told of a client.
pub(super) fn event(kind: &str, here: &Here, client: &str, user: (&str, &str)) -> NewEvent {
    NewEvent {
        workspace_id: Some(here.workspace.clone()),
        pipeline_id: Some(here.pipeline.clone()),
        kind: kind.into(),
        body: json!({ "client": client, "user_id": user.0, "name": user.1, "node": here.node }),
        ..NewEvent::default()
    }
}

/// Everybody who is at a pipeline, as this server heard.
#[derive(Debug, Clone, Default)]
pub(crate) struct Roster(Arc<Mutex<HashMap<String, Vec<Person>>>>);

impl Roster {
    /// Hears an event; those that say nothing of anybody are passed over.
    pub(super) fn hear(&self, event: &Event) {
        if event.kind != HERE && event.kind != LEFT {
            return;
        }
        let text = |name: &str| event.body.get(name).and_then(Value::as_str).map(str::to_owned);
        let (Some(pipeline), Some(client)) = (&event.pipeline_id, text("client")) else { return };
        let mut roster = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let people = roster.entry(pipeline.clone()).or_default();
        people.retain(|known| known.client != client && is_there(known, event.at));
        if event.kind == HERE {
            people.push(Person {
                client,
                user_id: text("user_id").unwrap_or_default(),
                name: text("name").unwrap_or_default(),
                node: text("node"),
                heard_at: event.at,
            });
        }
        if people.is_empty() {
            roster.remove(pipeline);
        }
    }

    /// Who is at a pipeline.
    pub(super) fn of(&self, pipeline: &str, now: Timestamp) -> Vec<Person> {
        let roster = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let people = roster.get(pipeline).into_iter().flatten();
        people.filter(|known| is_there(known, now)).cloned().collect()
    }
}

fn is_there(person: &Person, now: Timestamp) -> bool {
    now.duration_since(person.heard_at) < FORGOTTEN
}

/// How often a client moved lately.
#[derive(Debug, Default)]
pub(super) struct Pace(VecDeque<Instant>);

impl Pace {
    /// Notes a move; false when there were too many.
    pub(super) fn may_move(&mut self) -> bool {
        let now = Instant::now();
        while self.0.front().is_some_and(|then| now.duration_since(*then) > Duration::from_secs(10)) {
            self.0.pop_front();
        }
        let may = self.0.len() < MOVES;
        if may {
            self.0.push_back(now);
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(kind: &str, client: &str, node: Option<&str>, at: i64) -> Event {
        let here = Here { workspace: "w".into(), pipeline: "p".into(), node: node.map(str::to_owned) };
        let NewEvent { workspace_id, pipeline_id, kind, body, .. } = event(kind, &here, client, ("u", "Ann"));
        let (user_id, connection_id, run_id) = (None, None, None);
        let at = Timestamp::from_second(at).unwrap();
        Event { number: 1, at, workspace_id, user_id, pipeline_id, connection_id, run_id, kind, body }
    }

    #[test]
    fn who_is_not_heard_of_any_more_is_gone() {
        let roster = Roster::default();
        roster.hear(&told(HERE, "a", Some("load"), 0));
        roster.hear(&told(HERE, "b", None, 0));
        roster.hear(&told(HERE, "a", Some("sort"), 60));
        let at = |seconds| roster.of("p", Timestamp::from_second(seconds).unwrap());
        let nodes: Vec<_> = at(70).into_iter().map(|person| person.node).collect();
        assert_eq!(nodes, [None, Some("sort".to_owned())]);
        assert_eq!(at(100).into_iter().map(|person| person.client).collect::<Vec<_>>(), ["a"]);
        roster.hear(&told(LEFT, "a", None, 101));
        assert_eq!(at(101), []);
        assert!(roster.0.lock().unwrap().is_empty());
    }
}
