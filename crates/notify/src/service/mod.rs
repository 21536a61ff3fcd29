//! Tells what happens on a server: finds it, decides who hears of it, and sends it.
//!
//! [`events`] and [`overdue`] find: the events of ended runs are read in their order, each once ([`ended`] is what they have to
//! say), and schedules and data are looked at now and then. What is found is written as happenings. [`decided`] turns happenings into notices in the pages
//! and messages, in one transaction with what every listener was told. [`outbox`] sends messages, by a lease and outside
//! of transactions, and writes how that went.
//!
//! Several servers on one store share the work: a happening is written once, decisions are made by whoever holds the
//! lock, a message is sent by whoever has its lease. A server that dies between sending a message and noting it makes the
//! message go out twice, with the same identity.
//!
//! Invariants: no transaction is open while a message is sent. Messages to a listener go out in their order. Connections
//! to channels go through the egress of the workspace, mail to single persons through that of the server.

mod decided;
pub mod ended;
mod events;
mod outbox;
mod overdue;

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Notify, watch};
use towpath_connect::Egress;
use towpath_model::Fault;
use towpath_store::Store;
use towpath_store::seal::Keys;
use towpath_store::workspaces::Workspace;

use crate::channel::MailAccount;

/// How often somebody looks when nobody says that there is something new.
const PAUSE: Duration = Duration::from_secs(2);
/// How often schedules and the age of data are looked at.
const WATCH: SignedDuration = SignedDuration::from_secs(30);
/// How long messages that are on their way may take once the server stops.
const LAST: Duration = Duration::from_secs(10);

/// What the dispatcher needs of the server around it.
pub trait Surroundings: Send + Sync {
    /// Where connections of a workspace may go; without one, those of the server itself.
    fn egress(&self, workspace: Option<&Workspace>) -> Result<Egress, Fault>;
    /// Live events were written.
    fn told(&self);
}

/// Tells what happens on a server.
pub struct Dispatcher {
    /// What is remembered.
    pub store: Store,
    /// Keys for the secrets of channels.
    pub keys: Keys,
    /// The name of this server among those that share the store; no two have the same.
    pub worker: String,
    /// The address by which browsers reach the server, without a final `/`.
    pub public_url: String,
    /// The account for mail to single persons.
    pub mail: Option<MailAccount>,
    /// The server around.
    pub surroundings: Arc<dyn Surroundings>,
}

impl std::fmt::Debug for Dispatcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Dispatcher({})", self.worker)
    }
}

impl Dispatcher {
    /// Works until the server stops. `wake` says that there may be something new.
    pub async fn run(self: Arc<Self>, wake: Arc<Notify>, stopping: watch::Receiver<bool>) {
        let news = Arc::new(Notify::new());
        tokio::join!(self.find(&wake, &news, stopping.clone()), Arc::clone(&self).send(&news, stopping));
    }

    async fn find(&self, wake: &Notify, news: &Notify, mut stopping: watch::Receiver<bool>) {
        let (mut watched, mut failing) = (None::<Timestamp>, false);
        loop {
            let now = Timestamp::now();
            let is_time = watched.is_none_or(|at| now.duration_since(at).abs() >= WATCH);
            match self.round(now, is_time).await {
                Ok(messages) => {
                    failing = false;
                    if is_time {
                        watched = Some(now);
                    }
                    if messages > 0 {
                        news.notify_one();
                    }
                }
                // Said once, until it works again.
                Err(fault) if !failing => {
                    failing = true;
                    tracing::warn!("notices cannot be worked on: {fault}");
                }
                Err(_) => {}
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = wake.notified() => {}
                _ = stopping.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// Finds what happened and decides who hears of it; returns how many messages were made.
    pub async fn round(&self, now: Timestamp, with_watch: bool) -> Result<usize, Fault> {
        while self.read_ended().await? {}
        if with_watch {
            self.look(now).await?;
        }
        let mut messages = 0;
        loop {
            let decided = self.decide(now).await?;
            messages += decided.messages;
            if !decided.is_more {
                return Ok(messages);
            }
        }
    }

    async fn send(self: Arc<Self>, news: &Notify, mut stopping: watch::Receiver<bool>) {
        let mut sending = outbox::Sending::default();
        let mut failing = false;
        loop {
            match sending.start(&self, Timestamp::now()).await {
                Ok(()) => failing = false,
                Err(fault) if !failing => {
                    failing = true;
                    tracing::warn!("messages cannot be taken from the store: {fault}");
                }
                Err(_) => {}
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = news.notified() => {}
                () = sending.one() => {}
                _ = stopping.wait_for(|stop| *stop) => break,
            }
        }
        let _ = tokio::time::timeout(LAST, sending.all()).await;
    }

    /// Sends everything that can be sent now; returns how many messages were taken or given up.
    pub async fn send_due(self: &Arc<Self>, now: Timestamp) -> Result<usize, Fault> {
        let mut sending = outbox::Sending::default();
        let mut ended = 0;
        loop {
            sending.start(self, now).await?;
            match sending.all().await {
                0 => return Ok(ended),
                more => ended += more,
            }
        }
    }
}
