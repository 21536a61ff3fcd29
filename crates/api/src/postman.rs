//! What the interface asks of notifications, without knowing how messages are made or sent.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use towpath_model::Fault;
use towpath_store::workspaces::Workspace;

use crate::problem::Finding;

/// A kind of channel.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ChannelKind {
    /// Its name in settings.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// JSON Schema of its settings; secrets have `x-secret`.
    #[schema(value_type = Object)]
    pub schema: Value,
}

/// Settings that are checked before they are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// How often a channel is told.
    Pace,
    /// What a channel is told of.
    Rule,
    /// What a person wants to hear of.
    Preferences,
    /// What is watched in a workspace.
    Watch,
}

/// A channel with its secrets, for the moment of its use.
#[derive(Clone)]
pub struct OpenChannel {
    /// Its kind.
    pub kind: String,
    /// Its settings with the secrets in place.
    pub settings: Value,
    /// The language of its messages.
    pub language: String,
}

impl std::fmt::Debug for OpenChannel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OpenChannel({})", self.kind)
    }
}

/// A recipient that a server did not take.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Refused {
    /// The recipient.
    pub recipient: String,
    /// The words of the server.
    pub words: String,
}

/// A notice in words.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Words {
    /// One line that says what happened.
    pub title: String,
    /// What was found out.
    pub text: String,
    /// The way out, when one is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// What notifications do for the interface.
#[async_trait]
pub trait Postman: Send + Sync {
    /// Every kind of channel.
    fn kinds(&self) -> Vec<ChannelKind>;
    /// JSON Schemas of everything else that is set: `pace`, `rule`, `preferences`, `watch`.
    fn schemas(&self) -> Value;
    /// Places of secrets in the settings of a channel, as JSON pointers.
    fn secrets(&self, kind: &str, settings: &Value) -> Vec<String>;
    /// Checks settings of a channel, with their secrets; returns every place that is wrong.
    fn check_channel(&self, kind: &str, settings: &Value) -> Vec<Finding>;
    /// Checks other settings; returns every place that is wrong.
    fn check(&self, form: Form, value: &Value) -> Vec<Finding>;
    /// A notice in words.
    fn words(&self, notice: &Value, language: &str) -> Words;
    /// Whether the server can send mail to single persons.
    fn mails_people(&self) -> bool;
    /// Sends a message that says that nothing happened. Returns the recipients that were not taken.
    async fn test(&self, workspace: &Workspace, channel: OpenChannel) -> Result<Vec<Refused>, Fault>;
    /// There is something to send.
    fn wake(&self);
}
