//! Carries a message to a channel.
//!
//! [`body`] makes what programs and chats read, [`letter`] what people read as mail; [`post`] sends the former, and
//! [`mail`] with [`smtp`] the latter. Nothing is tried twice here: [`Undelivered`] says whether and when another try can
//! help, and the message keeps its identity, so that a receiver can drop what it has.

mod body;
mod html;
mod letter;
mod mail;
mod post;
mod smtp;

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use towpath_connect::Egress;
use towpath_model::Fault;

use crate::channel::{Channel, MailAccount};
use crate::language::Language;
use crate::message::Message;

/// Longest time that a server may take, for all of it.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a delivery did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Identity of the message.
    pub id: String,
    /// Recipients that the server did not take, with its words. Others were taken.
    pub refused: Vec<(String, String)>,
}

/// A message that did not arrive.
#[derive(Debug)]
pub struct Undelivered {
    /// Why. A temporary kind says that the same try can succeed later.
    pub fault: Fault,
    /// How long to wait before the next try, when the server says so.
    pub wait: Option<Duration>,
}

impl fmt::Display for Undelivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fault.fmt(f)
    }
}

impl From<Fault> for Undelivered {
    fn from(fault: Fault) -> Self {
        Undelivered { fault, wait: None }
    }
}

impl From<Undelivered> for Fault {
    fn from(undelivered: Undelivered) -> Self {
        undelivered.fault
    }
}

/// Sends a message once.
pub async fn deliver(
    channel: &Channel,
    message: &Message,
    language: Language,
    egress: &Egress,
) -> Result<Receipt, Undelivered> {
    channel.check()?;
    let work = async {
        match channel {
            Channel::Email(email) => {
                mail::send(email, letter::letter(email, message, language)?, &message.id, egress).await
            }
            Channel::Webhook(webhook) => post::signed(webhook, message, language, egress).await,
            Channel::Slack(chat) => post::chat(chat, message, &body::slack(message, language), egress).await,
            Channel::Teams(chat) => post::chat(chat, message, &body::teams(message, language), egress).await,
            Channel::Mattermost(chat) => {
                post::chat(chat, message, &body::mattermost(message, language), egress).await
            }
        }
    };
    match tokio::time::timeout(PATIENCE, Box::pin(work)).await {
        Ok(done) => done.map_err(|undelivered| Undelivered {
            fault: undelivered.fault.at("channel", channel.name()),
            ..undelivered
        }),
        Err(_) => Err(silent().at("channel", channel.name()).into()),
    }
}

/// Sends words to one person once: an invitation, for example.
pub async fn write_to(
    account: &MailAccount,
    person: &str,
    subject: &str,
    text: &str,
    egress: &Egress,
) -> Result<(), Undelivered> {
    let email = account.email(person);
    email.check()?;
    let at = Timestamp::now();
    let id = format!("letter-{}-{}", at.as_nanosecond(), towpath_model::fingerprint(person));
    let letter = letter::plain(&email, subject, text, &id, at)?;
    match tokio::time::timeout(PATIENCE, Box::pin(mail::send(&email, letter, &id, egress))).await {
        Ok(done) => done.map(drop),
        Err(_) => Err(silent().into()),
    }
}

fn silent() -> Fault {
    Fault::unavailable(format!("the server did not answer within {} seconds", PATIENCE.as_secs()))
}
