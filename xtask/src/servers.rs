//! Runs the tests with one server of each sort for all of them.
//!
//! The test runner starts a process per test, and a server takes seconds to start. So the servers are started here
//! once and named in the environment, where the test kit looks first. They stop when this process ends, however it
//! ends.

use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::Context;
use towpath_testkit::{mariadb_server, postgres_server};

/// Admin URL of a running PostgreSQL.
const POSTGRES: &str = "TOWPATH_TEST_POSTGRES";
/// Admin URL of a running MariaDB.
const MARIADB: &str = "TOWPATH_TEST_MARIADB";

/// Runs every test of the workspace; `args` go to the test runner. Gives its exit code.
pub fn test(root: &Path, args: &[String]) -> anyhow::Result<ExitCode> {
    let given = |variable| std::env::var_os(variable).is_some();
    // Both at the same time: each takes a few seconds.
    let (postgres, mariadb) = std::thread::scope(|scope| {
        let postgres = scope.spawn(|| (!given(POSTGRES)).then(postgres_server));
        let mariadb = (!given(MARIADB)).then(mariadb_server);
        (postgres.join(), mariadb)
    });
    let postgres = postgres.map_err(|_| anyhow::anyhow!("PostgreSQL does not start"))?;
    let mut command = runner(root, args);
    if let Some(server) = &postgres {
        command.env(POSTGRES, server.url());
    }
    if let Some(server) = &mariadb {
        command.env(MARIADB, server.url());
    }
    let status = command.status().context("cargo cannot be started")?;
    Ok(ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1)))
}

/// `cargo nextest run` where it is installed, else `cargo test`.
fn runner(root: &Path, args: &[String]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let has_nextest = Command::new(&cargo)
        .args(["nextest", "--version"])
        .output()
        .is_ok_and(|output| output.status.success());
    let mut command = Command::new(cargo);
    command.current_dir(root);
    // `cargo run` describes this package in the environment. Build scripts that look there would run again, and
    // with them everything that needs them.
    let described = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CRATE_", "CARGO_BIN_", "CARGO_PRIMARY_"];
    for (name, _) in std::env::vars_os() {
        if described.iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    match has_nextest {
        true => command.args(["nextest", "run", "--workspace"]),
        false => command.args(["test", "--workspace", "--all-targets", "--no-fail-fast"]),
    };
    command.args(args);
    command
}
