//! The account with which a server sends mail to single persons. The comments on the fields are the manual.

use schemars::JsonSchema;
use serde::Deserialize;
use towpath_model::{Fault, Secret};

use super::{Channel, Email, Security};

/// The account with which a server sends mail to single persons: invitations, new passwords, what they asked to hear of.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MailAccount {
    /// Name or address of the mail server, for example `smtp.example.com`.
    pub host: String,

    /// Port of the mail server. Without it, `587` for `starttls`, `465` for `tls`, and `25` for `none`.
    #[serde(default)]
    pub port: Option<u16>,

    /// How the connection is encrypted: `starttls`, `tls` or `none`.
    #[serde(default)]
    pub security: Security,

    /// Name of the account, for example `towpath@example.com`. Leave it out when the server asks for none.
    #[serde(default)]
    pub user: Option<String>,

    /// Password of the account, for example `${env.TOWPATH_MAIL_PASSWORD}`.
    #[serde(default)]
    pub password: Option<Secret>,

    /// Who sends, for example `Towpath <towpath@example.com>`.
    pub from: String,

    /// Certificate (PEM) of the authority that signed the mail server's, as text. Without it, the public authorities are
    /// trusted.
    #[serde(default)]
    pub certificate: Option<String>,
}

impl MailAccount {
    /// Mail from this account to one person.
    pub fn to(&self, address: &str) -> Channel {
        Channel::Email(self.email(address))
    }

    /// Checks the settings against each other. Connects to nothing.
    pub fn check(&self) -> Result<(), Fault> {
        self.email("nobody@example.com").check()
    }

    pub(crate) fn email(&self, address: &str) -> Email {
        Email {
            host: self.host.clone(),
            port: self.port,
            security: self.security,
            user: self.user.clone(),
            password: self.password.clone(),
            from: self.from.clone(),
            to: vec![address.to_owned()],
            certificate: self.certificate.clone(),
        }
    }
}
