//! Private keys: from settings, from the files that `ssh` tries, in every format that people have.

use std::path::PathBuf;
use std::sync::Arc;

use russh::keys::{Error, PrivateKey, decode_secret_key};
use towpath_connect::Context;
use towpath_model::Fault;

use super::config::SftpSettings;
use crate::trouble::io_fault;

/// The files that `ssh` tries, in its order.
const USUAL: [&str; 3] = ["id_ed25519", "id_ecdsa", "id_rsa"];

/// The key of the settings.
pub(super) fn given(settings: &SftpSettings, cx: &Context) -> Result<Option<Arc<PrivateKey>>, Fault> {
    let Some(secret) = &settings.private_key else { return Ok(None) };
    let (text, name) = match secret.expose() {
        text if text.contains('\n') || text.contains("-----BEGIN") => (text.to_owned(), None),
        path => {
            let full = expand(path, cx)?;
            let name = full.display().to_string();
            let text = std::fs::read_to_string(&full).map_err(|error| io_fault("file", &name, error))?;
            (text, Some(name))
        }
    };
    let passphrase = settings.passphrase.as_ref().map(|secret| secret.expose());
    let key = decode_secret_key(&text, passphrase).map_err(|error| {
        let key = name.map_or_else(|| "`private_key`".to_owned(), |name| format!("private key `{name}`"));
        match (error, passphrase) {
            (Error::KeyIsEncrypted, None) => {
                Fault::config(format!("{key} is encrypted")).hint("set `passphrase`")
            }
            (error, Some(_)) if text.contains("ENCRYPTED") || !matches!(error, Error::CouldNotReadKey) => {
                Fault::auth(format!("{key} cannot be opened with this `passphrase`"))
                    .hint("check `passphrase`")
            }
            (error, _) => Fault::config(format!("{key} is no private key that can be read"))
                .hint("give a key in OpenSSH, PEM or PuTTY format")
                .cause(error),
        }
    })?;
    Ok(Some(Arc::new(key)))
}

/// The keys that `ssh` would try, as far as they are there and can be opened.
pub(super) fn usual(settings: &SftpSettings) -> Vec<Arc<PrivateKey>> {
    let Some(home) = std::env::home_dir() else { return Vec::new() };
    let passphrase = settings.passphrase.as_ref().map(|secret| secret.expose());
    let open = |name: &&str| {
        let text = std::fs::read_to_string(home.join(".ssh").join(name)).ok()?;
        decode_secret_key(&text, passphrase).ok().map(Arc::new)
    };
    USUAL.iter().filter_map(open).collect()
}

/// A path of the settings, which may begin with `~/`.
pub(super) fn expand(path: &str, cx: &Context) -> Result<PathBuf, Fault> {
    match (path.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) if cx.bounds.is_open() => Ok(home.join(rest)),
        _ => cx.resolve(path),
    }
}
