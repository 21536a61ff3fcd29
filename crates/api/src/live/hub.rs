//! Reads events from the store once, for every client of this server.
//!
//! The store is the queue: events are numbered there, also those of other servers. The hub reads on from the last number
//! whenever somebody wakes it, and now and then by itself, and hands each event to a ring of fixed size. A client that is
//! too slow for the ring is told so, and reads the state anew; nothing grows because of it. An event is written down
//! once, however many clients are told of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::extract::ws::Utf8Bytes;
use serde::Serialize;
use tokio::sync::{Notify, broadcast};
use towpath_store::events::{self, Event};
use towpath_store::{Error, Store};

use super::presence::Roster;

/// Events that a slow client may be behind.
const RING: usize = 2048;
/// Events that are read at once.
const MOST: u32 = 1000;

/// An event, and the words in which every client is told of it.
#[derive(Debug)]
pub struct Happened {
    /// What happened.
    pub event: Event,
    /// The same as JSON, with its `type`.
    pub(crate) text: Utf8Bytes,
}

impl Happened {
    pub(crate) fn new(event: Event) -> Happened {
        #[derive(Serialize)]
        struct Words<'a> {
            r#type: &'static str,
            #[serde(flatten)]
            event: &'a Event,
        }
        // Text, numbers and JSON: nothing in an event can fail to be written.
        let text = serde_json::to_string(&Words { r#type: "event", event: &event }).unwrap_or_default();
        Happened { event, text: text.into() }
    }
}

/// What clients hear.
#[derive(Debug, Clone)]
pub enum Heard {
    /// Something happened.
    Event(Arc<Happened>),
    /// A session or a key ended; its streams end with it.
    Ended(Arc<str>),
}

/// The events of a server.
#[derive(Debug, Clone)]
pub struct Hub {
    sender: broadcast::Sender<Heard>,
    wake: Arc<Notify>,
    last: Arc<AtomicI64>,
    /// Who is where.
    pub(super) roster: Roster,
}

impl Default for Hub {
    fn default() -> Self {
        Hub {
            sender: broadcast::channel(RING).0,
            wake: Arc::default(),
            last: Arc::default(),
            roster: Roster::default(),
        }
    }
}

impl Hub {
    /// Says that there may be something new.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Says that a session or a key ended.
    pub fn ended(&self, session: &str) {
        let _ = self.sender.send(Heard::Ended(session.into()));
    }

    /// Listens to what happens from now on.
    pub(crate) fn listen(&self) -> broadcast::Receiver<Heard> {
        self.sender.subscribe()
    }

    /// Number of the last event that was handed on.
    pub(crate) fn last(&self) -> i64 {
        self.last.load(Ordering::Acquire)
    }

    /// Reads on for as long as the future is kept. `pause` is how long it waits at most when nobody wakes it.
    pub async fn run(&self, store: &Store, pause: Duration) -> Result<(), Error> {
        let mut last = events::last(&mut *store.read().await?).await?;
        self.last.store(last, Ordering::Release);
        loop {
            let _ = tokio::time::timeout(pause, self.wake.notified()).await;
            loop {
                let found = match store.read().await {
                    Ok(mut conn) => events::after(&mut conn, last, MOST).await,
                    Err(error) => Err(error),
                };
                let found = match found {
                    Ok(found) => found,
                    Err(error) => {
                        tracing::warn!("live events cannot be read: {error}");
                        break;
                    }
                };
                let is_all = found.len() < MOST as usize;
                for event in found {
                    last = event.number;
                    self.roster.hear(&event);
                    // Nobody may be listening.
                    let _ = self.sender.send(Heard::Event(Arc::new(Happened::new(event))));
                }
                self.last.store(last, Ordering::Release);
                if is_all {
                    break;
                }
            }
        }
    }
}
