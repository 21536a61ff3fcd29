//! Notifications of a server: what the interface asks of them, and the dispatcher that sends them.
//!
//! The crate of notifications does the work; here it meets the interface and the surroundings of a workspace.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::Notify;
use towpath_api::live::hub::Hub;
use towpath_api::postman::{ChannelKind, Form, OpenChannel, Postman, Refused, Words};
use towpath_api::problem::Finding;
use towpath_connect::Egress;
use towpath_model::{Fault, Problem};
use towpath_notify::{Language, Message, Notice, Surroundings, deliver, forms};
use towpath_store::workspaces::Workspace;

/// Where connections of a workspace may go; without one, those of the server itself.
pub(crate) type EgressOf = Arc<dyn Fn(Option<&Workspace>) -> Result<Egress, Fault> + Send + Sync>;

/// Notifications, for the interface and for the dispatcher.
#[derive(Clone)]
pub(crate) struct Telling {
    /// Where connections may go.
    pub(crate) egress: EgressOf,
    /// Live events.
    pub(crate) hub: Hub,
    /// Whether there is an account for mail to single persons.
    pub(crate) mails_people: bool,
    /// There may be something to tell.
    pub(crate) wake: Arc<Notify>,
}

impl std::fmt::Debug for Telling {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Telling")
    }
}

impl Surroundings for Telling {
    fn egress(&self, workspace: Option<&Workspace>) -> Result<Egress, Fault> {
        (self.egress)(workspace)
    }

    fn told(&self) {
        self.hub.wake();
    }
}

fn findings(problems: Vec<Problem>) -> Vec<Finding> {
    problems.into_iter().map(Finding::from).collect()
}

#[async_trait]
impl Postman for Telling {
    fn kinds(&self) -> Vec<ChannelKind> {
        let kind = |kind: forms::Kind| ChannelKind {
            name: kind.name.to_owned(),
            title: kind.title.to_owned(),
            schema: kind.schema,
        };
        forms::kinds().into_iter().map(kind).collect()
    }

    fn schemas(&self) -> Value {
        forms::schemas()
    }

    fn secrets(&self, kind: &str, settings: &Value) -> Vec<String> {
        forms::secrets(kind, settings)
    }

    fn check_channel(&self, kind: &str, settings: &Value) -> Vec<Finding> {
        findings(forms::check_channel(kind, settings))
    }

    fn check(&self, form: Form, value: &Value) -> Vec<Finding> {
        findings(match form {
            Form::Pace => forms::check_pace(value),
            Form::Rule => forms::check_rule(value),
            Form::Preferences => forms::check_preferences(value),
            Form::Watch => forms::check_watch(value),
        })
    }

    fn words(&self, notice: &Value, language: &str) -> Words {
        let language = Language::of(language);
        match serde_json::from_value::<Notice>(notice.clone()) {
            Ok(notice) => Words {
                title: notice.title(language),
                text: notice.detail.words(language),
                hint: notice.hint,
            },
            Err(_) => Words::default(),
        }
    }

    fn mails_people(&self) -> bool {
        self.mails_people
    }

    async fn test(&self, workspace: &Workspace, channel: OpenChannel) -> Result<Vec<Refused>, Fault> {
        let language = Language::of(&channel.language);
        let way = forms::channel(&channel.kind, &channel.settings)?;
        let message = Message::test(&workspace.name, Timestamp::now(), language);
        let egress = (self.egress)(Some(workspace))?;
        let receipt = deliver(&way, &message, language, &egress).await?;
        let refused = receipt.refused.into_iter().map(|(recipient, words)| Refused { recipient, words });
        Ok(refused.collect())
    }

    fn wake(&self) {
        self.wake.notify_one();
    }
}
