//! Sends messages: takes what is due by a lease, delivers outside of transactions, and writes how that went.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use towpath_model::{Fault, FaultKind};
use towpath_store::audit::{self, NewEntry, Outcome};
use towpath_store::notices::channels;
use towpath_store::notices::facts;
use towpath_store::notices::outbox::{self, Delivery, Sent};
use towpath_store::{commit, secrets, workspaces};

use super::Dispatcher;
use crate::channel::Channel;
use crate::deliver::{Receipt, Undelivered, deliver};
use crate::forms;
use crate::language::Language;
use crate::message::Message;
use crate::preferences::Preferences;

/// Messages that are sent at the same time.
const AT_ONCE: usize = 8;
/// How long a message is with one worker; longer than any server may take.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// Attempts after which a message is given up; the last comes about four hours after the first.
const MOST: i64 = 10;
/// The first pause between two attempts; each further one is twice as long.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(30);
/// The longest pause.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(1);

/// Messages that are being sent. Dropping it stops them.
#[derive(Debug, Default)]
pub(super) struct Sending {
    tasks: JoinSet<()>,
}

impl Sending {
    /// Begins to send what is due, as far as there is room.
    pub(super) async fn start(&mut self, dispatcher: &Arc<Dispatcher>, now: Timestamp) -> Result<(), Fault> {
        while self.tasks.try_join_next().is_some() {}
        let room = AT_ONCE.saturating_sub(self.tasks.len());
        if room == 0 {
            return Ok(());
        }
        let due = outbox::due(&mut *dispatcher.store.read().await?, now, room as u32).await?;
        for delivery in due {
            let mut tx = dispatcher.store.begin().await?;
            let claimed = outbox::claim(&mut tx, &delivery, &dispatcher.worker, now, LEASE).await?;
            commit(tx).await?;
            if let Some(delivery) = claimed {
                let dispatcher = Arc::clone(dispatcher);
                self.tasks.spawn(async move { dispatcher.attempt(delivery, now).await });
            }
        }
        Ok(())
    }

    /// Waits for the end of one; for ever when none is on its way.
    pub(super) async fn one(&mut self) {
        if self.tasks.join_next().await.is_none() {
            std::future::pending::<()>().await;
        }
    }

    /// Waits for the end of all; returns how many there were.
    pub(super) async fn all(&mut self) -> usize {
        let mut ended = 0;
        while self.tasks.join_next().await.is_some() {
            ended += 1;
        }
        ended
    }
}

/// Where a message goes.
struct Way {
    channel: Channel,
    language: Language,
    egress: towpath_connect::Egress,
}

impl Dispatcher {
    /// Sends a message once, and writes how that went.
    async fn attempt(&self, delivery: Delivery, now: Timestamp) {
        let (kind, result) = match self.way(&delivery).await {
            Ok(way) => (way.channel.name(), send(&delivery, &way).await),
            Err(fault) => ("none", Err(fault.into())),
        };
        let sent = after(&delivery, now, result);
        let outcome = match &sent {
            Sent::Delivered(_) => "delivered",
            Sent::Again(..) => "again",
            Sent::Failed(_) => "failed",
        };
        let labels = [("channel", kind), ("outcome", outcome)];
        metrics::counter!("towpath_notifications_total", &labels).increment(1);
        // When this cannot be written, the lease passes, and the message is sent again with the same identity.
        if let Err(fault) = self.note(&delivery, &sent, now).await {
            tracing::warn!(delivery = delivery.id.as_str(), "how a message went cannot be written: {fault}");
        }
    }

    async fn way(&self, delivery: &Delivery) -> Result<Way, Fault> {
        let mut conn = self.store.read().await?;
        let workspace = workspaces::find(&mut conn, delivery.workspace_id.as_str()).await?;
        let gone = |what: &str| Fault::not_found(format!("the {what} of the message is gone"));
        let workspace = workspace.ok_or_else(|| gone("workspace"))?;
        if let Some(id) = &delivery.channel_id {
            let channel = channels::by_id(&mut conn, id).await?.ok_or_else(|| gone("channel"))?;
            let mut settings = channel.settings.clone();
            for (path, text) in secrets::open(&mut conn, &self.keys, id).await? {
                if let (Some(map), Some(name)) = (settings.as_object_mut(), path.strip_prefix('/')) {
                    map.insert(name.to_owned(), text.into());
                }
            }
            return Ok(Way {
                channel: forms::channel(&channel.kind, &settings)?,
                language: Language::of(&channel.language),
                egress: self.surroundings.egress(Some(&workspace))?,
            });
        }
        let people = facts::people(&mut conn, workspace.id.as_str()).await?;
        let person = people.into_iter().find(|person| Some(&person.id) == delivery.user_id.as_ref());
        let person = person.ok_or_else(|| gone("recipient"))?;
        let account = self.mail.as_ref().ok_or_else(|| {
            Fault::config("the server has no account for mail")
                .hint("set `mail` in the settings of the server")
        })?;
        Ok(Way {
            channel: account.to(&person.email),
            language: Preferences::of(&person.settings).language(&person.language),
            egress: self.surroundings.egress(None)?,
        })
    }

    async fn note(&self, delivery: &Delivery, sent: &Sent, now: Timestamp) -> Result<(), Fault> {
        let mut tx = self.store.begin().await?;
        if !outbox::end(&mut tx, delivery, &self.worker, now, sent).await? {
            return Ok(());
        }
        let outcome = match sent {
            Sent::Delivered(_) => Outcome::Done,
            Sent::Again(..) | Sent::Failed(_) => Outcome::Failed,
        };
        if let Some(id) = &delivery.channel_id
            && let Some(channel) = channels::by_id(&mut tx, id).await?
        {
            // Who looks at the channel sees whether it works.
            match sent {
                Sent::Failed(fault) => channels::tested(&mut tx, id, Some(fault)).await?,
                Sent::Delivered(_) if channel.test_fault.is_some() => {
                    channels::tested(&mut tx, id, None).await?
                }
                _ => {}
            }
            if !matches!(sent, Sent::Again(..)) {
                let entry = NewEntry {
                    outcome,
                    detail: Some(json!({ "delivery": delivery.id, "attempts": delivery.attempt })),
                    ..NewEntry::of("notification.send")
                };
                let entry = entry.within(delivery.workspace_id.as_str()).on("channel", id, &channel.name);
                audit::write(&self.store, &mut tx, vec![entry]).await?;
            }
        }
        Ok(commit(tx).await?)
    }
}

async fn send(delivery: &Delivery, way: &Way) -> Result<Receipt, Undelivered> {
    let message: Message = serde_json::from_value(delivery.message.clone())
        .map_err(|error| Fault::internal(format!("a message cannot be read: {error}")))?;
    deliver(&way.channel, &message, way.language, &way.egress).await
}

/// What follows from an attempt.
fn after(delivery: &Delivery, now: Timestamp, result: Result<Receipt, Undelivered>) -> Sent {
    let undelivered = match result {
        Ok(receipt) => {
            let refused: Vec<Value> = receipt
                .refused
                .iter()
                .map(|(recipient, words)| json!({ "recipient": recipient, "words": words }))
                .collect();
            return Sent::Delivered((!refused.is_empty()).then(|| refused.into()));
        }
        Err(undelivered) => undelivered,
    };
    let fault = shown(&undelivered.fault);
    // What is wrong with this server can be mended while the message waits.
    let may_pass = undelivered.fault.kind().is_temporary() || undelivered.fault.kind() == FaultKind::Internal;
    if !may_pass || delivery.attempt >= MOST {
        return Sent::Failed(fault);
    }
    let wanted = undelivered.wait.and_then(|wait| SignedDuration::try_from(wait).ok());
    let wait = wanted.unwrap_or_default().max(pause(delivery.attempt)).min(LONGEST_PAUSE.saturating_mul(24));
    Sent::Again(now.saturating_add(wait).unwrap_or(Timestamp::MAX), fault)
}

/// The pause after an attempt, counted from 1.
fn pause(attempt: i64) -> SignedDuration {
    let doubled = FIRST_PAUSE.saturating_mul(1 << attempt.clamp(1, 20).saturating_sub(1));
    doubled.min(LONGEST_PAUSE)
}

fn shown(fault: &Fault) -> Value {
    json!({ "code": fault.kind().code(), "message": fault.to_string(), "hint": fault.hint_text() })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_may_pass_is_tried_again_later_and_later_and_what_cannot_is_given_up_at_once() {
        let now: Timestamp = "2026-03-01T07:00:00Z".parse().unwrap();
        let delivery = |attempt: i64| -> Delivery {
            serde_json::from_value(
                json!({ "id": "dl_1", "workspace_id": "ws_1", "occasion": "first", "message": {},
                "state": "waiting", "attempt": attempt, "not_before": now, "created_at": now }),
            )
            .unwrap()
        };
        let away = |wait| Err(Undelivered { fault: Fault::unavailable("away"), wait });
        let seconds = |attempt, wait: Option<u64>| match after(
            &delivery(attempt),
            now,
            away(wait.map(Duration::from_secs)),
        ) {
            Sent::Again(at, _) => Some(at.duration_since(now).as_secs()),
            _ => None,
        };
        let pauses: Vec<_> = (1..=10).map(|attempt| seconds(attempt, None)).collect();
        let expected = [30, 60, 120, 240, 480, 960, 1920, 3600, 3600].map(Some);
        assert_eq!(pauses, [&expected[..], &[None]].concat());
        assert_eq!((seconds(1, Some(90)), seconds(3, Some(5))), (Some(90), Some(120)));
        let wrong =
            after(&delivery(1), now, Err(Fault::auth("the password is wrong").hint("change it").into()));
        let Sent::Failed(fault) = wrong else { panic!("{wrong:?}") };
        assert_eq!(fault["hint"], "change it");
    }
}
