//! Code that runs for others goes through the doors that are watched.
//!
//! Connectors, the engine and what delivers messages reach other machines, files of settings, programs and variables
//! through `towpath_connect::bounds` and `Context::resolve` only. This check looks for the ways around them, so that a
//! new connector cannot forget. Where another way is right, it stands in [`ALLOWED`] with the reason.

use std::path::Path;

use super::Finding;
use super::files::{below, read};

/// Folders whose code runs for people who may do less than the program.
const WATCHED: [&str; 4] =
    ["crates/connect/src", "crates/connectors/src", "crates/engine/src", "crates/notify/src"];
/// The doors themselves.
const DOORS: &str = "crates/connect/src/bounds/";

/// Ways around, with the door to take.
const WAYS: [(&str, &str); 19] = [
    ("TcpStream::connect", "connect with `Egress::connect`"),
    ("TcpSocket::", "connect with `Egress::connect`"),
    ("UdpSocket::", "reach other machines through `Egress`"),
    ("UnixStream::connect", "ask `Egress::check_socket` first"),
    ("lookup_host", "resolve with `Egress::resolve`"),
    ("to_socket_addrs", "resolve with `Egress::resolve`"),
    ("Client::builder", "ask web servers through `Web`"),
    ("Client::new(", "ask web servers through `Web`"),
    ("Client::default(", "ask web servers through `Web`"),
    ("reqwest::get", "ask web servers through `Web`"),
    ("Conn::new(", "give the driver the addresses that `Egress::resolve` gave"),
    ("AsyncSmtpTransport", "connect with `Egress::connect` and hand the stream over"),
    ("connect_env(", "what belongs to the account that runs Towpath is not for pipelines"),
    ("from_env(", "read variables with `Bounds::variable`"),
    ("env::var", "read variables with `Bounds::variable`"),
    ("home_dir(", "what belongs to the account that runs Towpath is not for pipelines"),
    ("Command::new", "ask `Bounds::check_program` first"),
    ("cx.base", "make paths of settings with `Context::resolve`"),
    (".base.join(", "make paths of settings with `Context::resolve`"),
];

/// Where another way is right, and why.
const ALLOWED: [(&str, &str, &str); 12] = [
    ("postgres/session.rs", "UnixStream::connect", "asks for the folder of the socket in the line before"),
    ("mysql/session.rs", "Conn::new(", "is given the addresses that were judged"),
    ("file/store/sftp/session.rs", "connect_env(", "only where there are no bounds"),
    ("file/store/sftp/session.rs", "home_dir(", "only where there are no bounds"),
    ("file/store/sftp/keys.rs", "home_dir(", "only where there are no bounds"),
    ("file/store/sftp/mod.rs", "env::var", "only where there are no bounds"),
    ("file/store/s3/mod.rs", "from_env(", "only where `Bounds::variable` shows the keys of the environment"),
    ("file/store/s3/link.rs", "Client::new(", "the library's client, whose requests are made by a `Web`"),
    ("singer/tap.rs", "Command::new", "the program was asked for when the tap was made"),
    ("singer/tap.rs", "cx.base", "where the tap runs, which is no path of its settings"),
    ("singer/tap.rs", ".base.join(", "the program, which within bounds is no path below the folder"),
    ("file/store/local.rs", "cx.base", "a store confines every path itself"),
];

/// Looks for ways around the doors.
pub fn check(root: &Path) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for folder in WATCHED {
        for path in below(root, Path::new(folder))? {
            let name = path.display().to_string();
            let is_test =
                name.contains("/tests/") || name.ends_with("/tests.rs") || name.contains("/conformance/");
            if name.ends_with(".rs") && !is_test && !name.starts_with(DOORS) {
                findings.extend(ways_around(&path, &read(root, &path)?));
            }
        }
    }
    Ok(findings)
}

fn ways_around(path: &Path, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        // Tests stand at the end of a file.
        if line.trim_start().starts_with("mod tests {") {
            break;
        }
        let code = line.split("//").next().unwrap_or_default();
        for (way, door) in WAYS.iter().filter(|(way, _)| code.contains(way)) {
            let is_allowed = ALLOWED.iter().any(|(file, allowed, _)| allowed == way && path.ends_with(file));
            // What belongs to a store is confined by the store.
            let is_own = *way == ".base.join(" && path.ends_with("file/store/local.rs");
            if !is_allowed && !is_own {
                findings.push(
                    Finding::new(path, format!("`{way}` is a way around the bounds: {door}")).line(index + 1),
                );
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_around_is_found_where_it_is_not_allowed() {
        let text = "let a = TcpStream::connect(x);\n// Command::new is not called\nlet b = Command::new(y);\nmod tests {\nlookup_host";
        let found = |path: &str| {
            ways_around(Path::new(path), text).into_iter().map(|finding| finding.line).collect::<Vec<_>>()
        };
        assert_eq!(found("crates/connectors/src/new/mod.rs"), [Some(1), Some(3)]);
        assert_eq!(found("crates/connectors/src/singer/tap.rs"), [Some(1)]);
    }

    #[test]
    fn nothing_is_allowed_that_is_not_there() {
        let root = crate::root();
        for (file, way, _) in ALLOWED {
            let text = read(&root, &Path::new("crates/connectors/src").join(file)).unwrap();
            assert!(text.contains(way), "{file}: {way}");
        }
    }
}
