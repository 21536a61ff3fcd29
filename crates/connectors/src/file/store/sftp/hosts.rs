//! Whether a server is the one it says it is: its host key against the lists of known hosts, or a pinned fingerprint.
//!
//! The rules are those of `ssh` with strict checking: an unknown key is refused, never learned. Hashed names, patterns,
//! ports in brackets and revoked keys are understood; certificates of hosts are not, so `@cert-authority` lines say
//! nothing.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use glob::Pattern;
use ring::hmac;
use russh::keys::ssh_key::known_hosts::{Entry, HostPatterns, Marker};
use russh::keys::{Algorithm, HashAlg, PublicKey};
use towpath_model::Fault;

/// What is known of a server before it shows its key.
#[derive(Debug, Clone)]
pub(super) enum Trust {
    /// The fingerprint of its key.
    Fingerprint(String),
    /// What the lists of known hosts say of it, and the files they stand in.
    Known(Vec<Known>, Vec<PathBuf>),
}

/// A line of a list that names the server.
#[derive(Debug, Clone)]
pub(super) struct Known {
    key: PublicKey,
    is_revoked: bool,
    /// File and line, for messages.
    at: String,
}

impl Trust {
    /// A fingerprint as people write it.
    pub(super) fn fingerprint(text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        let digest = text.strip_prefix("SHA256:").unwrap_or_default().trim_end_matches('=');
        if digest.len() != 43 || !digest.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/'))
        {
            return Err(Fault::config(format!("`fingerprint` is `{text}`, which is no SHA-256 fingerprint"))
                .hint("write it as `ssh-keygen -lf` shows it: `SHA256:` and 43 characters"));
        }
        Ok(Trust::Fingerprint(format!("SHA256:{digest}")))
    }

    /// Reads lists of known hosts. A list that does not exist is empty.
    pub(super) fn known(files: Vec<PathBuf>, host: &str, port: u16) -> Result<Self, Fault> {
        let mut known = Vec::new();
        for file in &files {
            match std::fs::read_to_string(file) {
                Ok(text) => known.extend(lines_about(&text, file, host, port)),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => {
                    let name = file.display().to_string();
                    return Err(crate::trouble::io_fault("file", &name, error));
                }
            }
        }
        Ok(Trust::Known(known, files))
    }

    /// The algorithms of keys to ask the server for, the known ones first: a server has several keys, and shows one.
    pub(super) fn algorithms(&self, all: &[Algorithm]) -> Vec<Algorithm> {
        let family = |algorithm: &Algorithm| match algorithm {
            Algorithm::Rsa { .. } => Algorithm::Rsa { hash: None },
            other => other.clone(),
        };
        let is_known = |algorithm: &Algorithm| match self {
            Trust::Fingerprint(_) => false,
            Trust::Known(known, _) => {
                known.iter().any(|known| !known.is_revoked && known.key.algorithm() == family(algorithm))
            }
        };
        let (mut first, rest): (Vec<_>, Vec<_>) = all.iter().cloned().partition(is_known);
        first.extend(rest);
        first
    }

    /// Refuses a key that is not the server's.
    pub(super) fn check(&self, key: &PublicKey, host: &str, port: u16) -> Result<(), Fault> {
        let shown = key.fingerprint(HashAlg::Sha256).to_string();
        let kind = key.algorithm();
        let server = if port == 22 { host.to_owned() } else { format!("{host}:{port}") };
        let beware =
            "find out from whoever runs the server whether its key was changed: somebody may be in between";
        let (known, files) = match self {
            Trust::Fingerprint(pinned) if *pinned == shown => return Ok(()),
            Trust::Fingerprint(pinned) => {
                return Err(Fault::auth(format!(
                    "server `{server}` shows a host key ({kind}) with fingerprint `{shown}`, and `fingerprint` is \
                     `{pinned}`"
                ))
                .hint(beware));
            }
            Trust::Known(known, files) => (known, files),
        };
        let same = |known: &&Known| known.key.key_data() == key.key_data();
        if let Some(revoked) = known.iter().filter(|known| known.is_revoked).find(same) {
            return Err(Fault::auth(format!(
                "the host key of server `{server}` was revoked ({})",
                revoked.at
            ))
            .hint(beware));
        }
        if known.iter().any(|known| same(&known)) {
            return Ok(());
        }
        let rival = known.iter().find(|known| !known.is_revoked && known.key.algorithm() == kind);
        if let Some(rival) = rival {
            return Err(Fault::auth(format!(
                "server `{server}` shows another host key ({kind}) than the known one ({}); the fingerprint of the \
                 new key is `{shown}`",
                rival.at
            ))
            .hint(beware));
        }
        let files = files.iter().map(|file| format!("`{}`", file.display())).collect::<Vec<_>>().join(" or ");
        Err(Fault::auth(format!(
            "server `{server}` is not known: its host key ({kind}) has the fingerprint `{shown}` and is not in {files}"
        ))
        .hint(format!(
            "ask whoever runs the server for the fingerprint; if it is the same, set `fingerprint: {shown}` in the \
             connection's `sftp`, or connect once with `ssh`"
        )))
    }
}

/// The lines of a list that are about a server. Lines that cannot be read are about no server.
fn lines_about(text: &str, file: &Path, host: &str, port: u16) -> Vec<Known> {
    let host = host.to_ascii_lowercase();
    let name: Cow<'_, str> =
        if port == 22 { Cow::Borrowed(&host) } else { Cow::Owned(format!("[{host}]:{port}")) };
    let mut known = Vec::new();
    for (place, line) in text.lines().enumerate() {
        let Ok(entry) = line.trim().parse::<Entry>() else { continue };
        let is_revoked = match entry.marker() {
            None => false,
            Some(Marker::Revoked) => true,
            Some(Marker::CertAuthority) => continue,
        };
        if names(entry.host_patterns(), &name) {
            let at = format!("line {} of `{}`", place + 1, file.display());
            known.push(Known { key: entry.public_key().clone(), is_revoked, at });
        }
    }
    known
}

fn names(patterns: &HostPatterns, name: &str) -> bool {
    match patterns {
        HostPatterns::HashedName { salt, hash } => {
            let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, salt);
            hmac::verify(&key, name.as_bytes(), hash).is_ok()
        }
        HostPatterns::Patterns(patterns) => {
            // Brackets stand for themselves here; only `*` and `?` are wildcards.
            let matches = |pattern: &str| {
                let pattern = pattern.to_ascii_lowercase().replace('[', "[[]");
                Pattern::new(&pattern).is_ok_and(|pattern| pattern.matches(name))
            };
            let refused = patterns.iter().filter_map(|pattern| pattern.strip_prefix('!')).any(matches);
            !refused && patterns.iter().any(|pattern| matches(pattern))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ";
    const TWO: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILIG2T/B0l0gaqj3puu510tu9N1OkQ4znY3LYuEm5zCF";

    fn trust(lines: &str, host: &str, port: u16) -> Trust {
        Trust::Known(lines_about(lines, Path::new("known_hosts"), host, port), vec!["known_hosts".into()])
    }

    fn verdict(lines: &str, host: &str, port: u16) -> Result<(), String> {
        let key: PublicKey = TWO.parse().unwrap();
        trust(lines, host, port).check(&key, host, port).map_err(|fault| fault.to_string())
    }

    #[test]
    fn hosts_are_known_by_name_pattern_port_and_hash() {
        for line in [
            format!("example.com {TWO}"),
            format!("other.org,*.com,example.? {TWO} a comment # more"),
            format!("# a comment\n\n  example.com {TWO}"),
            format!("EXAMPLE.com {ONE}\nexample.com {TWO}"),
            // The name `example.com`, hashed as `ssh-keygen -H` does.
            format!("|1|O33ESRMWPVkMYIwJ1Uw+n877jTo=|nuuC5vEqXlEZ/8BXQR7m619W6Ak= {TWO}"),
            format!("broken line\nexample.com ssh-ed25519 AAAA\nexample.com {TWO}"),
        ] {
            assert_eq!(verdict(&line, "example.com", 22), Ok(()), "{line}");
            assert!(verdict(&line, "example.com", 2222).unwrap_err().contains("is not known"), "{line}");
        }
        assert_eq!(verdict(&format!("[example.com]:2222 {TWO}"), "example.com", 2222), Ok(()));
        assert!(verdict(&format!("*.com,!example.com {TWO}"), "example.com", 22).is_err());
        assert!(verdict(&format!("@cert-authority example.com {TWO}"), "example.com", 22).is_err());
    }

    #[test]
    fn changed_revoked_and_unknown_keys_are_told_apart() {
        let changed = verdict(&format!("# list\nexample.com {ONE}"), "example.com", 22).unwrap_err();
        assert!(
            changed.contains("another host key (ssh-ed25519) than the known one (line 2 of"),
            "{changed}"
        );
        let revoked = format!("example.com {TWO}\n@revoked * {TWO}");
        assert!(verdict(&revoked, "example.com", 22).unwrap_err().contains("was revoked (line 2"));
        let unknown = verdict("", "example.com", 22).unwrap_err();
        assert!(unknown.contains("the fingerprint `SHA256:"), "{unknown}");
    }

    #[test]
    fn a_pinned_fingerprint_is_the_only_measure() {
        let key: PublicKey = TWO.parse().unwrap();
        let pinned = key.fingerprint(HashAlg::Sha256).to_string();
        assert!(Trust::fingerprint(&format!("{pinned}=")).unwrap().check(&key, "h", 22).is_ok());
        let other: PublicKey = ONE.parse().unwrap();
        assert!(Trust::fingerprint(&pinned).unwrap().check(&other, "h", 22).is_err());
        for wrong in ["", "MD5:aa:bb", "SHA256:short"] {
            assert!(Trust::fingerprint(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_server_is_asked_for_the_keys_that_are_known() {
        let all = [Algorithm::Rsa { hash: Some(HashAlg::Sha512) }, Algorithm::Ed25519];
        assert_eq!(trust("", "h", 22).algorithms(&all), all);
        assert_eq!(trust(&format!("h {ONE}"), "h", 22).algorithms(&all)[0], Algorithm::Ed25519);
    }
}
