//! Rooms where people talk.

use schemars::JsonSchema;
use serde::Deserialize;
use towpath_model::{Fault, Secret};
use url::Url;

use super::webhook::address;

/// A room where people talk.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Chat {
    /// Address that the service gives for incoming messages, for example `https://hooks.slack.com/services/T0/B0/x`; in
    /// Teams, that of a workflow "post to a channel when a webhook request is received". Whoever knows it can write.
    pub url: Secret,
}

impl Chat {
    pub(crate) fn address(&self) -> Result<Url, Fault> {
        address(&self.url)
    }
}
