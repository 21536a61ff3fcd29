//! How a server is set up: flags and environment first, then a file, then defaults.

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use schemars::JsonSchema;
use serde::Deserialize;
use towpath_api::ServerSettings;
use towpath_api::server::Provider;
use towpath_connect::EgressSettings;
use towpath_connect::bounds::Network;
use towpath_model::scope::{Scope, plain_io};
use towpath_model::{Document, Fault};
use towpath_notify::MailAccount;
use towpath_store::Store;
use towpath_store::seal::Keys;

use super::bench::PipelineLimits;
use super::private::{private, write_private};

/// Where a server keeps what it remembers.
#[derive(Debug, Clone, Args)]
pub(crate) struct StoreArgs {
    /// Folder of the server: its database, its key, files of workspaces
    #[arg(long, value_name = "FOLDER", env = "TOWPATH_DATA", default_value = "towpath-data")]
    pub(crate) data: PathBuf,
    /// Keep what the server remembers in this PostgreSQL database instead of a file; several servers may share it
    #[arg(long, value_name = "URL", env = "TOWPATH_STORE", hide_env_values = true)]
    pub(crate) store: Option<String>,
    /// File with the key that seals secrets [default: the variable TOWPATH_KEY, else `key` in the folder of the server]
    #[arg(long, value_name = "FILE", env = "TOWPATH_KEY_FILE")]
    pub(crate) key_file: Option<PathBuf>,
}

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people
    Text,
    /// One JSON object per line
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// Address to listen on
    #[arg(long, value_name = "ADDRESS", env = "TOWPATH_LISTEN", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// Address by which browsers reach the server, with the path below which it stands [default: that of `--listen`]
    #[arg(long, value_name = "URL", env = "TOWPATH_PUBLIC_URL")]
    pub(crate) public_url: Option<String>,
    /// File with further settings (YAML)
    #[arg(long, value_name = "FILE", env = "TOWPATH_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Runs that this server carries out at the same time; 0 for none. All of them share four times `--memory`
    #[arg(long, value_name = "N", env = "TOWPATH_WORKERS", default_value_t = 16)]
    pub(crate) workers: usize,
    /// What is logged: `error`, `warn`, `info`, `debug`, or by module
    #[arg(long, value_name = "LEVEL", env = "TOWPATH_LOG", default_value = "info")]
    pub(crate) log: String,
    /// How logs are written
    #[arg(long, value_enum, env = "TOWPATH_LOG_FORMAT", default_value_t = LogFormat::Text)]
    pub(crate) log_format: LogFormat,
    /// Address of the OpenTelemetry collector that traces are sent to, by OTLP over HTTP [default: no traces]
    #[arg(long, value_name = "URL", env = "OTEL_EXPORTER_OTLP_ENDPOINT", hide_env_values = true)]
    pub(crate) traces: Option<String>,
}

/// Settings of a server that stand in a file.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ServerFile {
    /// Address by which browsers reach the server, with the path below which it stands, for example
    /// `https://data.example.org`. `--public-url` and its variable go before it.
    pub(crate) public_url: Option<String>,
    /// A session ends when it is not used for so many hours. Default: 24.
    pub(crate) session_idle_hours: Option<i64>,
    /// A session ends after so many hours in any case. Default: 336, which is two weeks.
    pub(crate) session_hours: Option<i64>,
    /// Origins of other sites whose pages may call the interface, for example `https://intranet.example.org`.
    pub(crate) allowed_origins: Vec<String>,
    /// Requests a second that one person, key or address may make on average. Default: 50.
    pub(crate) requests_per_second: Option<u32>,
    /// Requests that it may make at once. Default: 300.
    pub(crate) requests_at_once: Option<u32>,
    /// Largest upload in bytes. Default: 2 GiB.
    pub(crate) upload_bytes: Option<u64>,
    /// Addresses and networks of reverse proxies whose `X-Forwarded-For` is believed, for example
    /// `[127.0.0.1, 10.42.0.0/16]`. Whoever has such an address can say to come from anywhere: name no network with
    /// others in it.
    pub(crate) trusted_proxies: Vec<String>,
    /// What `/metrics` asks for as a bearer token. Without it, metrics are for this machine only.
    pub(crate) metrics_token: Option<towpath_model::Secret>,
    /// Where connections of every workspace may go, unless its own settings say otherwise. Private addresses are refused.
    pub(crate) egress: EgressSettings,
    /// Programs that pipelines may start, by the word that starts them, for example `tap-github`. Default: none.
    pub(crate) programs: Vec<String>,
    /// Account for mail to single persons: invitations, new passwords, what they want to hear of. Without it, no such mail is
    /// sent, and links are shown to whoever makes them.
    pub(crate) mail: Option<MailAccount>,
    /// Systems that sign people in (OpenID Connect).
    #[schemars(with = "Vec<serde_json::Value>")]
    pub(crate) providers: Vec<Provider>,
}

impl StoreArgs {
    /// Opens the store; its folder is made when it does not exist.
    pub(crate) async fn open(&self) -> Result<Store, Fault> {
        self.make_folder()?;
        let store = match &self.store {
            Some(url) => Store::open_postgres(url).await,
            None => Store::open_file(&self.database()).await,
        };
        let store = store.map_err(|error| match &self.store {
            Some(_) => {
                Fault::from(error).hint("check the address in `TOWPATH_STORE`, and that the database exists")
            }
            None => Fault::from(error).hint(format!("check the rights on `{}`", self.data.display())),
        })?;
        // What needs the key says so itself; without it, the audit remembers which entries were not signed.
        Ok(match self.keys() {
            Ok(keys) => store.signing(keys),
            Err(_) => store,
        })
    }

    /// The file of the database.
    pub(crate) fn database(&self) -> PathBuf {
        self.data.join("towpath.db")
    }

    /// The folder of files of workspaces.
    pub(crate) fn files(&self) -> PathBuf {
        self.data.join("files")
    }

    fn make_folder(&self) -> Result<(), Fault> {
        let made = std::fs::create_dir_all(self.files()).and_then(|()| private(&self.data, 0o700));
        made.map_err(|error| {
            Fault::unavailable(format!(
                "the folder `{}` cannot be made: {}",
                self.data.display(),
                plain_io(&error)
            ))
        })
    }

    /// The file of the key, where none was named.
    fn own_key_file(&self) -> PathBuf {
        self.key_file.clone().unwrap_or_else(|| self.data.join("key"))
    }

    /// The keys that seal secrets. A server with a file of its own makes one at its first start.
    pub(crate) fn keys(&self) -> Result<Keys, Fault> {
        if self.key_file.is_none()
            && let Ok(text) = std::env::var("TOWPATH_KEY")
        {
            return Keys::parse(&text).map_err(|fault| fault.at("variable", "TOWPATH_KEY"));
        }
        let file = self.own_key_file();
        if !file.exists() && self.key_file.is_none() {
            if self.store.is_some() {
                return Err(Fault::config("no key is given that seals secrets")
                    .hint("make one with `towpath secrets new-key` and give it to every server as `TOWPATH_KEY` or `--key-file`"));
            }
            self.make_folder()?;
            write_private(&file, &format!("{}\n", Keys::generate()?))?;
        }
        Keys::from_file(&file)
    }

    /// The file that the keys stand in; none when they stand in a variable.
    pub(crate) fn key_file(&self) -> Option<PathBuf> {
        let is_variable = self.key_file.is_none() && std::env::var("TOWPATH_KEY").is_ok();
        (!is_variable).then(|| self.own_key_file())
    }
}

impl ServeArgs {
    /// How the server behaves, what pipelines may touch, and the account for mail to single persons.
    pub(crate) fn settings(&self) -> Result<(ServerSettings, PipelineLimits, Option<MailAccount>), Fault> {
        let file = match &self.config {
            Some(path) => read_file(path)?,
            None => ServerFile::default(),
        };
        let limits = PipelineLimits { egress: file.egress, programs: file.programs };
        let usual = ServerSettings::default();
        let public_url = self.public_url.clone().or(file.public_url);
        let public_url = public_url.unwrap_or_else(|| format!("http://{}", self.listen));
        let parsed = url::Url::parse(&public_url);
        if !parsed.is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) {
            return Err(Fault::config(format!("`{public_url}` is not an address of a server"))
                .hint("write `--public-url https://data.example.org`, with the path if there is one"));
        }
        let settings = ServerSettings {
            public_url: public_url.trim_end_matches('/').to_owned(),
            session_idle_hours: file.session_idle_hours.unwrap_or(usual.session_idle_hours),
            session_hours: file.session_hours.unwrap_or(usual.session_hours),
            allowed_origins: file.allowed_origins,
            requests_per_second: file.requests_per_second.unwrap_or(usual.requests_per_second),
            requests_at_once: file.requests_at_once.unwrap_or(usual.requests_at_once),
            body_bytes: usual.body_bytes,
            upload_bytes: file.upload_bytes.unwrap_or(usual.upload_bytes),
            trusted_proxies: networks(&file.trusted_proxies)?,
            metrics_token: file.metrics_token.map(|token| token.expose().to_owned()),
            providers: file.providers,
        };
        let mail = file.mail;
        if let Some(mail) = &mail {
            mail.check().map_err(|fault| fault.at("setting", "mail"))?;
        }
        Ok((settings, limits, mail))
    }
}

fn networks(entries: &[String]) -> Result<Vec<Network>, Fault> {
    let network = |entry: &String| {
        Network::parse(entry.trim()).ok_or_else(|| {
            Fault::config(format!("`trusted_proxies`: `{entry}` is no address and no network"))
                .hint("write `10.0.0.5` or `10.1.0.0/16`")
        })
    };
    entries.iter().map(network).collect()
}

fn read_file(path: &Path) -> Result<ServerFile, Fault> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| {
        Fault::config(format!("the settings `{name}` cannot be read: {}", plain_io(&error)))
    })?;
    parse(&name, &text, |name| std::env::var(name).ok())
}

fn parse(
    name: &str,
    text: &str,
    variable: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
) -> Result<ServerFile, Fault> {
    let document = Document::parse(name, text).map_err(|problems| {
        Fault::config(problems.first().map_or_else(String::new, |problem| problem.message.clone()))
            .at("file", name)
    })?;
    // Secrets of providers may stand in the environment.
    let scope = Scope::new(Path::new("."), variable);
    let value = scope.resolve(&document.value, &serde_json::Value::Null, "").map_err(|problems| {
        Fault::config(problems.first().map_or_else(String::new, |problem| problem.message.clone()))
            .at("file", name)
    })?;
    serde_json::from_value(value).map_err(|error| Fault::config(error.to_string()).at("file", name))
}
