//! The ways to people and programs, as settings. The comments on the fields are the manual.

mod account;
mod chat;
mod email;
mod webhook;

use schemars::JsonSchema;
use serde::Deserialize;
use towpath_model::Fault;

pub use self::account::MailAccount;
pub use self::chat::Chat;
pub use self::email::{Email, Security};
pub use self::webhook::Webhook;

/// A way to people or programs.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Channel {
    /// E-mail through a server that speaks SMTP.
    Email(Email),
    /// JSON to an address of your own, signed.
    Webhook(Webhook),
    /// A channel in Slack.
    Slack(Chat),
    /// A channel in Microsoft Teams.
    Teams(Chat),
    /// A channel in Mattermost.
    Mattermost(Chat),
}

impl Channel {
    /// The name in settings.
    pub fn name(&self) -> &'static str {
        match self {
            Channel::Email(_) => "email",
            Channel::Webhook(_) => "webhook",
            Channel::Slack(_) => "slack",
            Channel::Teams(_) => "teams",
            Channel::Mattermost(_) => "mattermost",
        }
    }

    /// Checks settings against each other. Connects to nothing.
    pub fn check(&self) -> Result<(), Fault> {
        match self {
            Channel::Email(email) => email.check(),
            Channel::Webhook(webhook) => webhook.address().map(drop),
            Channel::Slack(chat) | Channel::Teams(chat) | Channel::Mattermost(chat) => {
                chat.address().map(drop)
            }
        }
    }
}
