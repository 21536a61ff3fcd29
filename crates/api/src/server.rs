//! What every handler has at hand.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::FromRef;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use towpath_connect::bounds::Network;
use towpath_store::Store;
use towpath_store::audit::NewEntry;
use towpath_store::events::NewEvent;
use towpath_store::seal::Keys;

use crate::live::hub::Hub;
use crate::needs::{NEEDS, Need};
use crate::post::Post;
use crate::postman::Postman;
use crate::problem::Answer;
use crate::seen::Seen;
use crate::workbench::Workbench;

/// How the server behaves. Every setting has a default that is safe.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ServerSettings {
    /// The address by which browsers reach the server, for example `https://data.example.org/towpath`.
    pub public_url: String,
    /// A session ends when it is not used for so many hours.
    pub session_idle_hours: i64,
    /// A session ends after so many hours in any case.
    pub session_hours: i64,
    /// Origins from which pages of other sites may call the interface.
    pub allowed_origins: Vec<String>,
    /// Requests a second that one person, key or address may make on average.
    pub requests_per_second: u32,
    /// Requests that it may make at once.
    pub requests_at_once: u32,
    /// Largest body of an ordinary request, in bytes.
    pub body_bytes: usize,
    /// Largest upload, in bytes.
    pub upload_bytes: u64,
    /// Addresses and networks of reverse proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// Secret that `/metrics` asks for as a bearer token; without one it answers on loopback only.
    #[serde(skip_serializing)]
    pub metrics_token: Option<String>,
    /// Where other systems sign people in.
    pub providers: Vec<Provider>,
}

/// A system that signs people in (OpenID Connect).
#[derive(Clone, Serialize, Deserialize)]
pub struct Provider {
    /// Its name in addresses.
    pub name: String,
    /// What stands on the button.
    pub title: String,
    /// The address of the issuer.
    pub issuer: String,
    /// The name by which it knows this server.
    pub client_id: String,
    /// The secret that goes with it.
    #[serde(skip_serializing, default)]
    pub client_secret: String,
    /// What is asked for besides `openid`.
    #[serde(default = "usual_scopes")]
    pub scopes: Vec<String>,
    /// The claim that holds the groups of a person.
    #[serde(default = "groups_claim")]
    pub groups_claim: String,
    /// Which group gives which role in which workspace.
    #[serde(default)]
    pub roles: Vec<GroupRole>,
    /// Whether people without an account get one. It is the provider that decides who may sign in then.
    #[serde(default)]
    pub makes_accounts: bool,
    /// Whether mail addresses count as proven although the provider does not say `email_verified`. Only for a provider
    /// in which people cannot choose their address themselves.
    #[serde(default)]
    pub trusts_addresses: bool,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Provider({}, {})", self.name, self.issuer)
    }
}

fn usual_scopes() -> Vec<String> {
    vec!["email".into(), "profile".into()]
}

fn groups_claim() -> String {
    "groups".into()
}

/// A role that a group gives.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GroupRole {
    /// The group.
    pub group: String,
    /// The workspace.
    pub workspace: String,
    /// The role.
    pub role: towpath_model::Role,
}

impl Default for ServerSettings {
    fn default() -> Self {
        ServerSettings {
            public_url: "http://127.0.0.1:8080".into(),
            session_idle_hours: 24,
            session_hours: 24 * 14,
            allowed_origins: Vec::new(),
            requests_per_second: 50,
            requests_at_once: 300,
            body_bytes: 4 << 20,
            upload_bytes: 2 << 30,
            trusted_proxies: Vec::new(),
            metrics_token: None,
            providers: Vec::new(),
        }
    }
}

impl ServerSettings {
    /// The path below which the server stands, without a final `/`.
    pub fn base_path(&self) -> String {
        url::Url::parse(&self.public_url)
            .map(|url| url.path().trim_end_matches('/').to_owned())
            .unwrap_or_default()
    }

    /// Whether browsers reach the server over TLS.
    pub fn is_secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

/// What every handler has at hand.
#[derive(Clone)]
pub struct Server(Arc<Parts>);

/// The parts of a server.
pub struct Parts {
    /// What is remembered.
    pub store: Store,
    /// Keys for secrets and tokens.
    pub keys: Keys,
    /// How the server behaves.
    pub settings: ServerSettings,
    /// Engine and connectors.
    pub workbench: Arc<dyn Workbench>,
    /// Live events.
    pub hub: Hub,
    /// Names of tables, for the search.
    pub seen: Seen,
    /// Folder of uploads and of the files of workspaces.
    pub files: PathBuf,
    /// When the server started.
    pub started_at: Timestamp,
    /// Sends letters to people; without it, links are only shown to whoever makes them.
    pub post: Option<Arc<dyn Post>>,
    /// Notifications.
    pub postman: Arc<dyn Postman>,
    /// Metrics, as Prometheus reads them.
    pub metrics: metrics_exporter_prometheus::PrometheusHandle,
    /// Version of the program.
    pub version: &'static str,
    /// Set while the server stops: it is not ready any more.
    pub stopping: tokio::sync::watch::Receiver<bool>,
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Parts({})", self.settings.public_url)
    }
}

impl std::ops::Deref for Server {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Server({})", self.settings.public_url)
    }
}

/// Needs of routes by method and path, and what bounds costly work.
#[derive(Clone)]
pub(crate) struct Inside {
    pub(crate) server: Server,
    pub(crate) needs: Arc<HashMap<(&'static str, &'static str), Need>>,
    /// The folder below which the server stands.
    pub(crate) base: Arc<String>,
    pub(crate) limits: Arc<crate::limits::Limits>,
    /// Hashing a password takes memory: two at a time.
    pub(crate) hashing: Arc<Semaphore>,
}

impl FromRef<Inside> for Server {
    fn from_ref(inside: &Inside) -> Server {
        inside.server.clone()
    }
}

impl Inside {
    pub(crate) fn new(server: Server) -> Inside {
        let needs = NEEDS.iter().map(|entry| ((entry.method, entry.path), entry.need)).collect();
        let limits = crate::limits::Limits::new(&server.settings);
        let base = server.settings.base_path();
        Inside {
            server,
            needs: Arc::new(needs),
            base: Arc::new(base),
            limits: Arc::new(limits),
            hashing: Arc::new(Semaphore::new(2)),
        }
    }
}

impl Server {
    /// A server of these parts.
    pub fn new(parts: Parts) -> Server {
        Server(Arc::new(parts))
    }

    /// Writes entries of the audit and events, commits, and tells whoever watches.
    pub async fn commit(
        &self,
        mut tx: towpath_store::Tx,
        entries: Vec<NewEntry>,
        mut events: Vec<NewEvent>,
    ) -> Answer<()> {
        events.extend(crate::live::access::told(&entries));
        let tell = !events.is_empty();
        towpath_store::audit::write(&self.store, &mut tx, entries).await?;
        towpath_store::events::write(&self.store, &mut tx, events).await?;
        towpath_store::commit(tx).await?;
        if tell {
            self.hub.wake();
        }
        Ok(())
    }

    /// Ends the live streams of sessions or keys that ended.
    pub(crate) fn ended<'a>(&self, ids: impl IntoIterator<Item = &'a str>) {
        for id in ids {
            self.hub.ended(id);
        }
    }

    /// How long a session lives without being used.
    pub(crate) fn idle(&self) -> SignedDuration {
        SignedDuration::from_hours(self.settings.session_idle_hours)
    }
}
