//! How to log in to an SFTP server. The comments on the fields are the manual.

use schemars::JsonSchema;
use serde::Deserialize;
use towpath_model::Secret;

/// How to log in to an SFTP server, and how to know it.
///
/// With neither `password` nor `private_key`, the keys of the running SSH agent are tried, and then the key files that
/// `ssh` tries: `~/.ssh/id_ed25519`, `id_ecdsa` and `id_rsa`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SftpSettings {
    /// Password of the account, for example `${env.DROP_PASSWORD}`.
    pub(crate) password: Option<Secret>,

    /// Private key that opens the account: the path of its file, for example `keys/towpath`, or the text of the file
    /// itself, for example `${env.DROP_KEY}`. OpenSSH, PEM and PuTTY formats; Ed25519, ECDSA and RSA.
    pub(crate) private_key: Option<Secret>,

    /// Passphrase of the private key, when it is encrypted.
    pub(crate) passphrase: Option<Secret>,

    /// Whether the keys of the running SSH agent are tried, for example `true`. Without it, they are when there is
    /// neither `password` nor `private_key`.
    pub(crate) agent: Option<bool>,

    /// File that lists the host keys of known servers, as `ssh` keeps it, for example `keys/known_hosts`. Without it,
    /// `~/.ssh/known_hosts` and `/etc/ssh/ssh_known_hosts`. A server that is not in the list is refused.
    pub(crate) known_hosts: Option<String>,

    /// Fingerprint of the server's host key, for example `SHA256:uNiVztksCsDhcc0u9e8BrrJXVGDRJxVw0tYTNcvhSeI`; then
    /// `known_hosts` is not looked at. `ssh-keygen -lf` shows it on the server.
    pub(crate) fingerprint: Option<String>,

    /// Seconds after which a server that does not answer counts as gone, for example `60`.
    pub(crate) timeout_seconds: u32,
}

impl Default for SftpSettings {
    fn default() -> Self {
        SftpSettings {
            password: None,
            private_key: None,
            passphrase: None,
            agent: None,
            known_hosts: None,
            fingerprint: None,
            timeout_seconds: 30,
        }
    }
}
