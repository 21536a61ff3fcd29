//! MariaDB for tests: a server of our own, or one that is already running.
//!
//! A server lives in a temporary folder under a small shell that holds a pipe from this process. When the pipe
//! closes, because the handle was dropped or because the process died in any way, the shell stops the server and
//! removes the folder. Root has no password and may connect over TCP from the loopback address only.

use std::io::{self, BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{OnceLock, mpsc};
use std::time::{Duration, Instant};

/// Name of the variable with the admin URL of a running server, for example `mysql://root@127.0.0.1:3306/`.
pub const MARIADB_VARIABLE: &str = "TOWPATH_TEST_MARIADB";

/// Installs the system tables, runs the server, and waits for the end of our pipe.
const WATCHDOG: &str = r#"
trap '' INT TERM HUP
dir=$1; port=$2
# A folder of its own for temporary tables: a server that starts removes those of others from a shared one.
mkdir -p "$dir/tmp"
[ "$(id -u)" = 0 ] && { chown -R mysql "$dir"; user=--user=mysql; }
fast="--innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0 --innodb-log-file-size=32M --innodb-buffer-pool-size=128M"
{ mariadb-install-db --no-defaults $user --datadir="$dir/data" --tmpdir="$dir/tmp" --auth-root-authentication-method=normal \
  --skip-test-db --skip-name-resolve $fast 2>&1 &&
exec mariadbd --no-defaults $user --datadir="$dir/data" --port="$port" --bind-address=127.0.0.1 --tmpdir="$dir/tmp" \
  --socket="$dir/s" --pid-file="$dir/pid" --local-infile=1 --skip-name-resolve --max-connections=300 \
  --innodb-flush-method=nosync --sync-binlog=0 $fast 2>&1; } &
server=$!
cat >/dev/null
kill -s KILL $server
wait $server
rm -rf "$dir"
"#;

/// A running server of our own. It stops when this is dropped, and when the process ends.
#[derive(Debug)]
pub struct MariaDbServer {
    port: u16,
    watchdog: Child,
}

impl MariaDbServer {
    /// URL of the server for its administrator, without a database.
    pub fn url(&self) -> String {
        format!("mysql://root@127.0.0.1:{}/", self.port)
    }
}

impl Drop for MariaDbServer {
    fn drop(&mut self) {
        drop(self.watchdog.stdin.take());
        let _ = self.watchdog.wait();
    }
}

/// Starts a server of our own.
///
/// # Panics
/// When the Debian package `mariadb-server` is missing or the server does not start.
pub fn mariadb_server() -> MariaDbServer {
    let mut last = String::new();
    // Another process may take the port between our look and the server's start.
    for _ in 0..3 {
        match start() {
            Ok(server) => return server,
            Err(log) => last = log,
        }
    }
    panic!("MariaDB does not start (is the package `mariadb-server` installed?):\n{last}");
}

fn start() -> Result<MariaDbServer, String> {
    let port = free_port().map_err(|error| error.to_string())?;
    let folder =
        tempfile::Builder::new().prefix("towpath-mariadb-").tempdir().map_err(|error| error.to_string())?;
    // The shell removes the folder: it outlives us.
    let folder = folder.keep();
    let mut watchdog = Command::new("sh")
        .args(["-c", WATCHDOG, "watchdog"])
        .arg(&folder)
        .arg(port.to_string())
        .env("PATH", path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // A Ctrl-C for the tests must not reach the server before its watchdog.
        .process_group(0)
        .spawn()
        .map_err(|error| error.to_string())?;
    match watchdog.stdout.take().map(wait_until_ready) {
        Some(Ok(())) => Ok(MariaDbServer { port, watchdog }),
        failed => {
            drop(watchdog.stdin.take());
            let _ = watchdog.wait();
            Err(failed.and_then(Result::err).unwrap_or_default())
        }
    }
}

/// Reads the server's log until it says that it takes connections; the error is the log. A thread reads on, so that
/// the server never waits for a reader.
fn wait_until_ready(log: ChildStdout) -> Result<(), String> {
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(log).lines().map_while(Result::ok) {
            // Nobody listens any more once the server is ready.
            let _ = sender.send(line);
        }
    });
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut seen = String::new();
    while let Ok(line) = lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        seen.push_str(&line);
        seen.push('\n');
        if line.contains("ready for connections") {
            return Ok(());
        }
        if line.contains("Aborting") || line.contains("not found") {
            break;
        }
    }
    Err(seen)
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Server programs live in folders that a user's path may lack.
fn path() -> String {
    format!("{}:/usr/sbin:/usr/bin:/sbin:/bin", std::env::var("PATH").unwrap_or_default())
}

/// A fresh, empty database with a name of its own, dropped with this handle.
#[derive(Debug)]
pub struct MariaDb {
    admin: Admin,
    name: String,
}

#[derive(Debug, Clone)]
struct Admin {
    user: String,
    password: String,
    host: String,
    port: u16,
}

fn admin(port: u16) -> Admin {
    Admin { user: "root".into(), password: String::new(), host: "127.0.0.1".into(), port }
}

impl Admin {
    fn parse(url: &str) -> Option<Admin> {
        let rest = url.split_once("://")?.1;
        let authority = rest.split('/').next()?;
        let (login, place) = authority.rsplit_once('@').unwrap_or(("root", authority));
        let (user, password) = login.split_once(':').unwrap_or((login, ""));
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().ok()?),
            None => (place, 3306),
        };
        Some(Admin { user: user.into(), password: password.into(), host: host.into(), port })
    }
}

/// Gives a fresh, empty database: on the server of [`MARIADB_VARIABLE`] when that is set, else on one server that
/// this process starts once.
///
/// # Panics
/// When no server can be had.
pub fn mariadb() -> MariaDb {
    static OWN: OnceLock<MariaDbServer> = OnceLock::new();
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let admin = match std::env::var(MARIADB_VARIABLE) {
        Ok(url) => match Admin::parse(&url) {
            Some(admin) => admin,
            None => panic!("{MARIADB_VARIABLE} is not of the form mysql://user:password@host:port/"),
        },
        Err(_) => admin(OWN.get_or_init(mariadb_server).port),
    };
    let name = format!("t_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    if let Err(error) = client(
        &admin,
        &[],
        &format!("drop database if exists {name}; create database {name} character set utf8mb4"),
    ) {
        panic!("the test database cannot be created: {error}");
    }
    MariaDb { admin, name }
}

impl MariaDb {
    /// URL of the database, for example `mysql://root@127.0.0.1:40123/t_1_0`.
    pub fn url(&self) -> String {
        let Admin { user, password, host, port } = &self.admin;
        let password = if password.is_empty() { String::new() } else { format!(":{password}") };
        format!("mysql://{user}{password}@{host}:{port}/{}", self.name)
    }

    /// Name of the database.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Port of the server.
    pub fn port(&self) -> u16 {
        self.admin.port
    }

    /// Runs SQL through the command-line client and gives its answer: one line per row, columns split by tabs.
    ///
    /// # Panics
    /// When the server refuses the SQL.
    pub fn sql(&self, sql: &str) -> String {
        match client(&self.admin, &[&self.name], sql) {
            Ok(answer) => answer,
            Err(error) => panic!("{error}\nin: {sql}"),
        }
    }
}

impl Drop for MariaDb {
    fn drop(&mut self) {
        let _ = client(&self.admin, &[], &format!("drop database if exists {}", self.name));
    }
}

fn client(admin: &Admin, rest: &[&str], sql: &str) -> Result<String, String> {
    let output = Command::new("mariadb")
        .args(["--no-defaults", "--batch", "--raw", "--skip-column-names", "--default-character-set=utf8mb4"])
        .args(["--connect-timeout=10", "--protocol=tcp"])
        .arg(format!("--host={}", admin.host))
        .arg(format!("--port={}", admin.port))
        .arg(format!("--user={}", admin.user))
        .arg(format!("--password={}", admin.password))
        .args(["--execute", sql])
        .args(rest)
        .env("PATH", path())
        .output()
        .map_err(|error| format!("the client `mariadb` cannot be run: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim_end_matches('\n').to_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_fresh_and_its_server_lets_files_be_loaded() {
        let (one, two) = (mariadb(), mariadb());
        one.sql("create table t (a int)");
        assert_eq!(two.sql("show tables"), "");
        assert_eq!(one.sql("select @@local_infile, 'a\tb'"), "1\ta\tb");
        assert!(one.url().starts_with("mysql://") && one.url().ends_with(one.name()));
    }
}
