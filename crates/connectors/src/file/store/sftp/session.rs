//! A connection to an SFTP server: reached, recognised, logged in, and asked what it can do.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use russh::client::{self, AuthResult, KeyboardInteractiveAuthResponse};
use russh::keys::agent::AgentIdentity;
use russh::keys::agent::client::AgentClient;
use russh::keys::{HashAlg, PrivateKey, PrivateKeyWithHashAlg, PublicKeyOrCertificate};
use russh::{MethodKind, Preferred};
use russh_sftp::client::{Config, RawSftpSession, rawsession::Limits};
use russh_sftp::extensions;
use tokio::net::TcpStream;
use towpath_connect::Context;
use towpath_connect::bounds::{Step, Unreached};
use towpath_model::Fault;

use super::config::SftpSettings;
use super::hosts::Trust;
use super::keys;
use crate::blocking::on_thread;

/// Bytes asked for in one request, when the server takes that many.
const MOST_BYTES: u64 = 255 << 10;
/// Bytes in one request that every server takes.
const SAFE_BYTES: u64 = 32 << 10;
/// Bytes that may be on their way to us.
const WINDOW: u32 = 16 << 20;

/// Who logs in, and where.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) user: String,
    pub(super) settings: SftpSettings,
    /// Where relative paths of key files start, and what may be touched.
    pub(super) cx: Context,
}

/// A connection that is logged in.
pub(super) struct Session {
    ssh: client::Handle<Guard>,
    pub(super) sftp: RawSftpSession,
    /// Bytes per request for reading.
    pub(super) read_bytes: u32,
    /// Bytes per request for writing.
    pub(super) write_bytes: usize,
    /// Renaming may replace a file in one step.
    pub(super) replaces: bool,
    /// A file can be brought safely to disk.
    pub(super) syncs: bool,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}

/// Looks at the server's key before anything is said to it.
struct Guard {
    trust: Trust,
    host: String,
    port: u16,
    verdict: Arc<Mutex<Option<Fault>>>,
}

impl client::Handler for Guard {
    type Error = russh::Error;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, Self::Error> {
        let checked = match shown {
            PublicKeyOrCertificate::PublicKey { key, .. } => self.trust.check(key, &self.host, self.port),
            // None was asked for.
            PublicKeyOrCertificate::Certificate(_) => {
                Err(Fault::auth(format!("server `{}` shows a certificate instead of a host key", self.host)))
            }
        };
        let is_trusted = checked.is_ok();
        if let (Err(fault), Ok(mut verdict)) = (checked, self.verdict.lock()) {
            *verdict = Some(fault);
        }
        Ok(is_trusted)
    }
}

impl Account {
    fn server(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    fn timeout(&self) -> Duration {
        Duration::from_secs(self.settings.timeout_seconds.max(1).into())
    }

    /// Connects and logs in.
    pub(super) async fn connect(&self) -> Result<Session, Fault> {
        let work = tokio::time::timeout(self.timeout() * 2, self.open());
        work.await.map_err(|_| self.silent())?
    }

    /// The fault for a server that does not answer.
    pub(super) fn silent(&self) -> Fault {
        let seconds = self.settings.timeout_seconds;
        Fault::unavailable(format!("server `{}` did not answer for {seconds} seconds", self.server()))
    }

    async fn open(&self) -> Result<Session, Fault> {
        let this = self.clone();
        let trust = on_thread(move || this.trust()).await?;
        let mut preferred = Preferred::DEFAULT;
        preferred.key = Cow::Owned(trust.algorithms(&preferred.key));
        let timeout = self.timeout();
        let config = client::Config {
            preferred,
            window_size: WINDOW,
            // A server that answers neither requests nor these is gone.
            keepalive_interval: Some(timeout / 3),
            keepalive_max: 2,
            nodelay: true,
            ..client::Config::default()
        };
        let stream = self.reach().await?;
        let verdict = Arc::<Mutex<Option<Fault>>>::default();
        let guard = Guard { trust, host: self.host.clone(), port: self.port, verdict: Arc::clone(&verdict) };
        let steps = self.cx.steps();
        steps.begin(Step::Encrypt);
        let connected = client::connect_stream(Arc::new(config), stream, guard).await;
        let mut ssh = connected.map_err(|error| {
            let refused = verdict.lock().ok().and_then(|mut verdict| verdict.take());
            refused.unwrap_or_else(|| self.broken(error))
        })?;
        steps.done(Step::Encrypt);
        steps.begin(Step::SignIn);
        self.log_in(&mut ssh).await?;
        steps.done(Step::SignIn);
        self.start(ssh).await
    }

    fn trust(&self) -> Result<Trust, Fault> {
        if let Some(fingerprint) = &self.settings.fingerprint {
            return Trust::fingerprint(fingerprint);
        }
        let files = match &self.settings.known_hosts {
            Some(path) => vec![keys::expand(path, &self.cx)?],
            None => {
                let own = std::env::home_dir().map(|home| home.join(".ssh/known_hosts"));
                let own = own.filter(|_| self.cx.bounds.is_open());
                own.into_iter().chain([PathBuf::from("/etc/ssh/ssh_known_hosts")]).collect()
            }
        };
        Trust::known(files, &self.host, self.port)
    }

    async fn reach(&self) -> Result<TcpStream, Fault> {
        let connecting = self.cx.bounds.egress.connect(&self.host, self.port);
        let reached = tokio::time::timeout(self.timeout(), connecting).await.map_err(|_| self.silent())?;
        reached.map_err(|unreached| match unreached {
            Unreached::Refused(refused) => refused.into(),
            Unreached::Unknown(error) => {
                Fault::not_found(format!("the host `{}` cannot be found", self.host))
                    .hint("check the host of the connection's `root`")
                    .cause(error)
            }
            Unreached::Failed(error) => {
                Fault::unavailable(format!("server `{}` refuses connections", self.server()))
                    .hint("check host and port of the connection's `root`, and whether the server runs")
                    .cause(error)
            }
        })
    }

    /// Tries what the settings give, in order, until the server is content.
    async fn log_in(&self, ssh: &mut client::Handle<Guard>) -> Result<(), Fault> {
        let settings = &self.settings;
        let mut tried = Vec::new();
        // What the account that runs Towpath has is not for everybody who may write a pipeline.
        let is_bare =
            settings.password.is_none() && settings.private_key.is_none() && self.cx.bounds.is_open();
        let (this, cx) = (settings.clone(), self.cx.clone());
        let own = on_thread(move || keys::given(&this, &cx)).await?;
        if let Some(key) = own {
            tried.push("the private key");
            if self.offer(ssh, key).await? {
                return Ok(());
            }
        }
        if settings.agent.unwrap_or(is_bare) {
            match AgentClient::connect_env().await {
                Ok(agent) => {
                    tried.push("the keys of the agent");
                    if self.offer_agent(ssh, agent).await? {
                        return Ok(());
                    }
                }
                Err(error) if settings.agent == Some(true) => {
                    return Err(Fault::config("no SSH agent can be reached")
                        .hint("start one (`ssh-agent`), or set `agent: false`")
                        .cause(error));
                }
                Err(_) => {}
            }
        }
        if is_bare {
            let this = settings.clone();
            for key in on_thread(move || Ok(keys::usual(&this))).await? {
                tried.push("a key in `~/.ssh`");
                if self.offer(ssh, key).await? {
                    return Ok(());
                }
            }
        }
        if let Some(password) = &settings.password {
            tried.push("the password");
            if self.say(ssh, password.expose()).await? {
                return Ok(());
            }
        }
        tried.dedup();
        let server = self.server();
        Err(match tried.as_slice() {
            [] => {
                Fault::auth(format!("there is nothing to log in with as user `{}` at `{server}`", self.user))
                    .hint("set `password` or `private_key` in the connection's `sftp`, or start an SSH agent")
            }
            tried => Fault::auth(format!(
                "server `{server}` refused {} for user `{}`",
                tried.join(" and "),
                self.user
            ))
            .hint("check user, password and key; the server's log says more"),
        })
    }

    async fn offer(&self, ssh: &mut client::Handle<Guard>, key: Arc<PrivateKey>) -> Result<bool, Fault> {
        let hash = if key.algorithm().is_rsa() { self.rsa_hash(ssh).await? } else { None };
        let key = PrivateKeyWithHashAlg::new(key, hash);
        let answer = ssh.authenticate_publickey(&self.user, key).await;
        self.is_in(answer.map_err(|error| self.broken(error))?)
    }

    async fn offer_agent<S>(
        &self,
        ssh: &mut client::Handle<Guard>,
        mut agent: AgentClient<S>,
    ) -> Result<bool, Fault>
    where
        S: russh::keys::agent::client::AgentStream + Send + Unpin + 'static,
    {
        let failed = |error| Fault::unavailable("the SSH agent does not answer as it should").cause(error);
        for identity in agent.request_identities().await.map_err(failed)? {
            let AgentIdentity::PublicKey { key, .. } = identity else { continue };
            let hash = if key.algorithm().is_rsa() { self.rsa_hash(ssh).await? } else { None };
            // An agent that will not sign with one key may with the next.
            let Ok(answer) = ssh.authenticate_publickey_with(&self.user, key, hash, &mut agent).await else {
                continue;
            };
            if self.is_in(answer)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// RSA keys sign with the best hash the server takes, and never with SHA-1.
    async fn rsa_hash(&self, ssh: &client::Handle<Guard>) -> Result<Option<HashAlg>, Fault> {
        let best = ssh.best_supported_rsa_hash().await.map_err(|error| self.broken(error))?;
        Ok(Some(best.flatten().unwrap_or(HashAlg::Sha256)))
    }

    /// Gives the password, in answer to a question where the server asks one.
    async fn say(&self, ssh: &mut client::Handle<Guard>, password: &str) -> Result<bool, Fault> {
        let broken = |error| self.broken(error);
        let answer = ssh.authenticate_password(&self.user, password).await.map_err(broken)?;
        let AuthResult::Failure { remaining_methods, .. } = &answer else { return Ok(true) };
        if !remaining_methods.contains(&MethodKind::KeyboardInteractive)
            || remaining_methods.contains(&MethodKind::Password)
        {
            return self.is_in(answer);
        }
        let mut asked =
            ssh.authenticate_keyboard_interactive_start(&self.user, None).await.map_err(broken)?;
        // One question for the password, and perhaps some with nothing to answer.
        for _ in 0..4 {
            let prompts = match asked {
                KeyboardInteractiveAuthResponse::Success => return Ok(true),
                KeyboardInteractiveAuthResponse::Failure { .. } => return Ok(false),
                KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } => prompts,
            };
            let answers = prompts.iter().map(|_| password.to_owned()).collect();
            asked = ssh.authenticate_keyboard_interactive_respond(answers).await.map_err(broken)?;
        }
        Ok(false)
    }

    fn is_in(&self, answer: AuthResult) -> Result<bool, Fault> {
        match answer {
            AuthResult::Success => Ok(true),
            AuthResult::Failure { partial_success: true, .. } => Err(Fault::auth(format!(
                "server `{}` wants more than one proof of user `{}`",
                self.server(),
                self.user
            ))
            .hint("ask for an account that logs in with one key or one password")),
            AuthResult::Failure { .. } => Ok(false),
        }
    }

    async fn start(&self, ssh: client::Handle<Guard>) -> Result<Session, Fault> {
        let broken = |error| self.broken(error);
        let channel = ssh.channel_open_session().await.map_err(broken)?;
        channel.request_subsystem(true, "sftp").await.map_err(broken)?;
        let config = Config {
            max_packet_len: (MOST_BYTES + (16 << 10)) as u32,
            request_timeout_secs: self.timeout().as_secs(),
            ..Config::default()
        };
        let mut sftp = RawSftpSession::new_with_config(channel.into_stream(), config);
        let mute = |error: russh_sftp::client::error::Error| {
            Fault::unavailable(format!("server `{}` does not speak SFTP", self.server()))
                .hint("ask whoever runs the server whether the account may use SFTP")
                .cause(error)
        };
        let offered = sftp.init().await.map_err(mute)?.extensions;
        let offers = |name: &str| offered.contains_key(name);
        let (mut read, mut write) = (SAFE_BYTES, SAFE_BYTES);
        if offers(extensions::LIMITS) {
            let limits = Limits::from(sftp.limits().await.map_err(mute)?);
            read = limits.read_len.unwrap_or(SAFE_BYTES).min(MOST_BYTES);
            write = limits.write_len.unwrap_or(SAFE_BYTES).min(MOST_BYTES);
            sftp.set_limits(limits);
        }
        Ok(Session {
            ssh,
            read_bytes: read as u32,
            write_bytes: write as usize,
            replaces: offers("posix-rename@openssh.com"),
            syncs: offers(extensions::FSYNC),
            sftp,
        })
    }

    /// The fault for a connection that broke.
    pub(super) fn broken(&self, error: russh::Error) -> Fault {
        let server = self.server();
        let fault = match &error {
            russh::Error::NoCommonAlgo { kind, .. } => {
                Fault::config(format!("server `{server}` and Towpath have no {kind:?} algorithm in common"))
                    .hint("ask whoever runs the server to bring it up to date")
            }
            russh::Error::KeepaliveTimeout
            | russh::Error::InactivityTimeout
            | russh::Error::ConnectionTimeout => self.silent(),
            russh::Error::Version => Fault::config(format!("what answers at `{server}` does not speak SSH"))
                .hint("check host and port of the connection's `root`"),
            _ => Fault::unavailable(format!("the connection to server `{server}` broke")),
        };
        fault.cause(error)
    }
}

impl Session {
    /// Whether the connection is still there.
    pub(super) fn is_alive(&self) -> bool {
        !self.ssh.is_closed()
    }
}
