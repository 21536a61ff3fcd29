//! What the settings of a workspace allow, and the rules that follow.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use towpath_model::Fault;

use super::address::{AddressKind, is_metadata_name, kind_of};
use super::network::Network;

/// Which addresses connections may be made to, besides public ones.
///
/// Without any of these settings, pipelines reach public addresses only. Addresses under which clouds tell machines
/// their credentials, such as `169.254.169.254`, stay refused until they are listed one by one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EgressSettings {
    /// Whether all private addresses can be reached, those of the server's own machine among them. Everybody who may
    /// edit a pipeline can then look around in the server's network.
    pub allow_private: bool,

    /// What can be reached although it is private, for example `[db.internal, "db.internal:5432", 10.1.0.0/16,
    /// 10.0.0.5, "[fd00::5]:5432", /var/run/postgresql]`: names, addresses, networks, folders of sockets; with a port,
    /// only that port.
    pub allow: Vec<String>,
}

/// What is allowed besides public addresses.
#[derive(Debug, Default)]
pub(super) struct Rules {
    allow_private: bool,
    networks: Vec<(Network, Option<u16>)>,
    hosts: Vec<(String, Option<u16>)>,
    sockets: Vec<PathBuf>,
}

impl Rules {
    /// The rules of settings. Every entry must be understood.
    pub(super) fn new(settings: &EgressSettings) -> Result<Self, Fault> {
        let mut rules = Rules { allow_private: settings.allow_private, ..Rules::default() };
        for entry in &settings.allow {
            rules.add(entry.trim()).ok_or_else(|| {
                Fault::config(format!("`egress.allow`: `{entry}` is no name, address, network or folder"))
                    .hint("write `db.internal`, `db.internal:5432`, `10.0.0.5`, `10.1.0.0/16` or `[fd00::5]:5432`")
            })?;
        }
        Ok(rules)
    }

    fn add(&mut self, entry: &str) -> Option<()> {
        if entry.starts_with('/') {
            self.sockets.push(entry.trim_end_matches('/').into());
        } else if let Some(network) = Network::parse(entry.trim_start_matches('[').trim_end_matches(']')) {
            self.networks.push((network, None));
        } else if let Ok(address) = entry.parse::<SocketAddr>() {
            self.networks.push((Network::parse(&address.ip().to_string())?, Some(address.port())));
        } else {
            let (host, port) = match entry.rsplit_once(':') {
                Some((host, port)) => (host, Some(port.parse().ok()?)),
                None => (entry, None),
            };
            let is_name = !host.is_empty()
                && host.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
                // What looks like an address and is none would never match.
                && !host.chars().all(|c| c.is_ascii_digit() || c == '.');
            self.hosts.push((is_name.then(|| plain_name(host))?, port));
        }
        Some(())
    }

    /// Judges an address that `host` leads to; the kind when it is refused.
    pub(super) fn judge(&self, host: &str, address: SocketAddr) -> Result<(), AddressKind> {
        let host = plain_name(host);
        let here = address.ip().to_canonical();
        let kind = if is_metadata_name(&host) { AddressKind::Metadata } else { kind_of(here) };
        let fits = |port: &Option<u16>| port.is_none_or(|port| port == address.port());
        let listed = |network: &Network, port: &Option<u16>| network.contains(here) && fits(port);
        let is_allowed = match kind {
            AddressKind::Public => true,
            AddressKind::Metadata => {
                self.networks.iter().any(|(network, port)| network.is_one_address() && listed(network, port))
            }
            kind => {
                (self.allow_private && kind.is_private())
                    || self.networks.iter().any(|(network, port)| listed(network, port))
                    || self.hosts.iter().any(|(name, port)| *name == host && fits(port))
            }
        };
        if is_allowed { Ok(()) } else { Err(kind) }
    }

    /// Whether the sockets of a folder may be used.
    pub(super) fn allows_socket(&self, folder: &Path) -> bool {
        self.allow_private || self.sockets.iter().any(|allowed| allowed == folder)
    }
}

/// A name of a host as it is compared: in lower case, without brackets and without the point at its end.
pub(super) fn plain_name(host: &str) -> String {
    host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.').to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(allow_private: bool, allow: &[&str]) -> Rules {
        let allow = allow.iter().map(|entry| (*entry).to_owned()).collect();
        Rules::new(&EgressSettings { allow_private, allow }).unwrap()
    }

    fn is_allowed(rules: &Rules, host: &str, address: &str) -> bool {
        rules.judge(host, address.parse().unwrap()).is_ok()
    }

    #[test]
    fn what_is_listed_is_allowed_and_nothing_beside_it() {
        let listed = rules(
            false,
            &[
                "10.1.0.0/16",
                "192.168.0.7",
                "192.168.0.8:5432",
                "[fd00::5]:5432",
                "fd01::/64",
                "db.internal",
                "Mail.Corp:25",
            ],
        );
        for (host, address) in [
            ("x", "10.1.255.1:80"),
            ("x", "[::ffff:10.1.0.1]:80"),
            ("x", "192.168.0.7:1"),
            ("x", "192.168.0.8:5432"),
            ("x", "[fd00::5]:5432"),
            ("x", "[fd01::ffff]:1"),
            ("DB.internal.", "172.16.0.1:5432"),
            ("mail.corp", "127.0.0.1:25"),
            ("x", "1.1.1.1:1"),
        ] {
            assert!(is_allowed(&listed, host, address), "{host} {address}");
        }
        for (host, address) in [
            ("x", "10.2.0.1:80"),
            ("x", "192.168.0.8:5433"),
            ("x", "[fd00::5]:5433"),
            ("x", "[fd01:0:0:1::1]:1"),
            ("sub.db.internal", "172.16.0.1:5432"),
            ("mail.corp", "127.0.0.1:26"),
            // An address that only carries a listed one is another address.
            ("x", "[2002:a01:1::1]:80"),
            // A name that is allowed does not lead to credentials.
            ("db.internal", "169.254.169.254:80"),
        ] {
            assert!(!is_allowed(&listed, host, address), "{host} {address}");
        }
    }

    #[test]
    fn metadata_is_refused_until_its_very_address_is_listed() {
        for allow in [vec![], vec!["169.254.0.0/16", "0.0.0.0/0", "metadata.google.internal", "::/0"]] {
            let rules = rules(true, &allow);
            assert!(is_allowed(&rules, "x", "10.0.0.1:1"));
            assert!(is_allowed(&rules, "x", "169.254.1.1:1"));
            for (host, address) in [
                ("x", "169.254.169.254:80"),
                ("metadata.google.internal", "10.0.0.1:80"),
                ("METADATA.google.internal.", "1.1.1.1:80"),
                ("x", "[::ffff:169.254.169.254]:80"),
                ("x", "[fd00:ec2::254]:80"),
                ("x", "100.100.100.200:80"),
                ("x", "168.63.129.16:80"),
            ] {
                assert_eq!(rules.judge(host, address.parse().unwrap()), Err(AddressKind::Metadata), "{host}");
            }
        }
        assert!(is_allowed(&rules(false, &["169.254.169.254:80"]), "metadata", "169.254.169.254:80"));
        assert!(!is_allowed(&rules(false, &["169.254.169.254:80"]), "metadata", "169.254.169.254:81"));
    }

    #[test]
    fn private_does_not_mean_groups_and_reserved_addresses() {
        let rules = rules(true, &[]);
        for address in ["224.0.0.1:1", "255.255.255.255:1", "240.0.0.1:1", "[ff02::1]:1"] {
            assert!(!is_allowed(&rules, "x", address), "{address}");
        }
        for address in ["127.0.0.1:1", "[::1]:1", "0.0.0.0:1", "[fe80::1]:1", "[fd00::1]:1", "100.64.0.1:1"] {
            assert!(is_allowed(&rules, "x", address), "{address}");
        }
    }

    #[test]
    fn entries_that_say_nothing_are_refused() {
        for entry in [
            "",
            "10.0.0.0/33",
            "10.0.0/8",
            "10.0.0.0/",
            "http://db",
            "db:99999",
            "db:",
            "a b",
            "300.1.1.1",
            "*.x",
        ] {
            let settings = EgressSettings { allow: vec![entry.into()], ..EgressSettings::default() };
            let fault = Rules::new(&settings).unwrap_err();
            assert!(fault.to_string().contains("is no name, address, network or folder"), "{entry}: {fault}");
        }
        assert!(rules(false, &["/var/run/postgresql/"]).allows_socket(Path::new("/var/run/postgresql")));
        assert!(!rules(false, &["/var/run/postgresql"]).allows_socket(Path::new("/var/run")));
    }
}
