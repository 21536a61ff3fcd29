//! How to ask a web server for files. The comments on the fields are the manual.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use towpath_model::Secret;

/// How to ask the server of an `https://` or `http://` root. What identifies the account goes to that server only,
/// never to another one that it redirects to.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct HttpSettings {
    /// Name of the account, for example `reader`, for servers that ask for a name and a password.
    pub(crate) user: Option<String>,

    /// Password of the account, for example `${env.EXPORT_PASSWORD}`.
    pub(crate) password: Option<Secret>,

    /// Token that is sent as `Authorization: Bearer …`, for example `${env.EXPORT_TOKEN}`.
    pub(crate) bearer: Option<Secret>,

    /// Other headers to send, for example `{ X-Api-Key: "${env.EXPORT_KEY}" }`.
    pub(crate) headers: BTreeMap<String, Secret>,

    /// File with the certificates (PEM) that are trusted besides the system's, for example `certificates/company.pem`.
    pub(crate) ca_file: Option<String>,

    /// Largest file that is fetched, in megabytes, for example `500`. A larger one is refused before it fills the disk.
    pub(crate) max_megabytes: u64,

    /// Seconds after which a server that does not answer counts as gone, for example `120`.
    pub(crate) timeout_seconds: u32,
}

impl Default for HttpSettings {
    fn default() -> Self {
        HttpSettings {
            user: None,
            password: None,
            bearer: None,
            headers: BTreeMap::new(),
            ca_file: None,
            max_megabytes: 10_000,
            timeout_seconds: 60,
        }
    }
}
