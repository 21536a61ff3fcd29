//! An OpenID provider for tests: `oidc-provider`, a certified one, with accounts of the test.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::daemon::{Daemon, cache, program};

/// Names the folder of the installed packages.
const VARIABLE: &str = "TOWPATH_TEST_OIDC";

/// A running OpenID provider.
#[derive(Debug)]
pub struct OidcServer {
    /// The address of the issuer.
    pub issuer: String,
    _daemon: Daemon,
}

/// Starts a provider. `settings` is JSON, as `tools/oidc/provider.mjs` reads it. Any password is right.
pub fn oidc(settings: &str) -> OidcServer {
    let node = program("node", "nodejs");
    let packages = std::env::var_os(VARIABLE).map_or_else(|| cache("oidc"), PathBuf::from);
    let is_there = packages.join("node_modules/oidc-provider").is_dir();
    assert!(is_there, "`oidc-provider` is missing: run `tools/prepare.sh oidc`");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools/oidc/provider.mjs");
    let daemon = Daemon::start("oidc", |_, port| {
        let mut command = Command::new(&node);
        command.arg(&script).arg(&packages).arg(port.to_string()).arg(settings);
        command
    });
    OidcServer { issuer: format!("http://127.0.0.1:{}", daemon.port), _daemon: daemon }
}
