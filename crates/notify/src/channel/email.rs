//! E-mail.

use lettre::message::Mailbox;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use towpath_model::{Fault, Secret};

/// E-mail through a server that speaks SMTP.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Email {
    /// Name or address of the server, for example `smtp.example.com`.
    pub host: String,

    /// Port of the server. Without it, `587` for `starttls`, `465` for `tls`, and `25` for `none`.
    #[serde(default)]
    pub port: Option<u16>,

    /// How the connection is encrypted.
    #[serde(default)]
    pub security: Security,

    /// Name of the account, for example `towpath@example.com`. Leave it out when the server asks for none.
    #[serde(default)]
    pub user: Option<String>,

    /// Password of the account, or the token that the provider gives programs.
    #[serde(default)]
    pub password: Option<Secret>,

    /// Who sends, for example `Towpath <towpath@example.com>`. Many servers take only addresses of the account.
    pub from: String,

    /// Who receives, for example `[data-team@example.com]`.
    pub to: Vec<String>,

    /// Certificate (PEM) of the authority that signed the server's, as text. Without it, the public authorities are trusted.
    #[serde(default)]
    #[schemars(extend("x-advanced" = true))]
    pub certificate: Option<String>,
}

/// How the connection to a mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Security {
    /// Begins in plain text and encrypts before anything is said, or gives up.
    #[default]
    Starttls,
    /// Encrypted from the first byte.
    Tls,
    /// Never encrypted: everybody on the way reads the messages. A password is sent only to this machine then.
    None,
}

impl Email {
    /// The port that is used.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.security {
            Security::Starttls => 587,
            Security::Tls => 465,
            Security::None => 25,
        })
    }

    /// Checks settings against each other.
    pub fn check(&self) -> Result<(), Fault> {
        if self.host.trim().is_empty() {
            return Err(Fault::config("`host` is empty").hint("give the name of the mail server"));
        }
        if self.user.is_some() != self.password.is_some() {
            return Err(Fault::config("`user` and `password` go together").hint("give both, or none"));
        }
        if self.certificate.is_some() && self.security == Security::None {
            return Err(Fault::config("`certificate` has no effect with `security: none`")
                .hint("set `security: starttls`, or take `certificate` out"));
        }
        self.sender()?;
        self.recipients().map(drop)
    }

    pub(crate) fn sender(&self) -> Result<Mailbox, Fault> {
        mailbox("from", &self.from)
    }

    pub(crate) fn recipients(&self) -> Result<Vec<Mailbox>, Fault> {
        if self.to.is_empty() {
            return Err(Fault::config("`to` names nobody").hint("give at least one address"));
        }
        self.to.iter().map(|to| mailbox("to", to)).collect()
    }
}

fn mailbox(field: &str, text: &str) -> Result<Mailbox, Fault> {
    let wrong = |hint: &str| Fault::config(format!("`{field}`: `{text}` is no e-mail address")).hint(hint);
    let mailbox: Mailbox =
        text.trim().parse().map_err(|_| wrong("write `name@example.com` or `Name <name@example.com>`"))?;
    match mailbox.email.to_string().is_ascii() {
        true => Ok(mailbox),
        false => Err(wrong("use an address without accents; its domain can be written as `xn--…`")),
    }
}
