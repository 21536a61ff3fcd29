//! An address of one's own.

use schemars::JsonSchema;
use serde::Deserialize;
use towpath_model::{Fault, Secret};
use url::Url;

/// JSON to an address of your own, signed so that the receiver can tell who sent it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// Address to send to, for example `https://hooks.example.com/towpath`.
    pub url: Secret,

    /// Secret that signs messages; at least 16 characters. The receiver computes the same signature with it.
    pub secret: Secret,
}

impl Webhook {
    pub(crate) fn address(&self) -> Result<Url, Fault> {
        if self.secret.expose().chars().count() < 16 {
            return Err(Fault::config("`secret` has fewer than 16 characters")
                .hint("make one, for example with `openssl rand -hex 32`"));
        }
        address(&self.url)
    }
}

/// The address of a web server; no message shows it, since it may hold a token.
pub(super) fn address(url: &Secret) -> Result<Url, Fault> {
    let wrong = |why: &str| Fault::config(format!("`url` {why}")).hint("write it as `https://host/path`");
    let url = Url::parse(url.expose().trim()).map_err(|_| wrong("is no address"))?;
    match url.scheme() {
        "https" | "http" if url.has_host() => Ok(url),
        _ => Err(wrong("is no address of a web server")),
    }
}
