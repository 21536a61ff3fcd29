//! A PostgreSQL server for tests.
//!
//! The server is a child of a small shell script that reads its standard input, a pipe from this process. However
//! this process ends, the pipe closes, and the script stops the server and removes its folder. Nothing is safe
//! from a power cut there, which makes it fast.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Holds the address of a running server whose user may create databases and roles.
const VARIABLE: &str = "TOWPATH_TEST_POSTGRES";

/// Names the folder with the programs of the server to start, where another than the newest installed one is wanted.
const PROGRAMS: &str = "TOWPATH_TEST_POSTGRES_BIN";

/// Runs under `sh -c` as the owner of the data. Arguments: folder of the programs, folder of the data, port.
const WATCHDOG: &str = r#"
bin=$1; dir=$2; port=$3
# Not PIPE either: the process may have ended before it is told that the server is ready.
trap '' INT HUP TERM PIPE
cleanup() { "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1; rm -rf "$dir"; }
trap cleanup EXIT
printf 'towpath\n' > "$dir/password"
"$bin/initdb" -D "$dir/data" -U postgres --pwfile="$dir/password" --auth-local=trust \
    --auth-host=scram-sha-256 --no-locale -E UTF8 --no-sync >"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; }
"$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w -t 60 -o "-p $port -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories=$dir -c fsync=off -c full_page_writes=off -c synchronous_commit=off \
    -c max_connections=200 -c max_wal_size=4GB -c shared_buffers=256MB" start >/dev/null 2>&1 || { cat "$dir/log"; exit 1; }
echo ready
cat >/dev/null
"#;

/// A running server.
#[derive(Debug)]
pub struct PostgresServer {
    url: String,
    /// Keeps a server of our own alive.
    _life: Option<Life>,
}

/// The watchdog of a server, and the pipe that it waits on.
#[derive(Debug)]
struct Life {
    watchdog: Child,
    pipe: Option<ChildStdin>,
}

impl Drop for Life {
    fn drop(&mut self) {
        drop(self.pipe.take());
        // The server has stopped and its folder is gone when the watchdog ends.
        let _ = self.watchdog.wait();
    }
}

impl PostgresServer {
    /// Address of the database `postgres`, with the name and password of a user who may do everything.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A fresh, empty database on this server.
    pub fn database(&self) -> Postgres {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("t_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        psql(&self.url, &format!("CREATE DATABASE {name} TEMPLATE template0"));
        Postgres { admin: self.url.clone(), name }
    }
}

/// A fresh, empty database. It is dropped with this value.
#[derive(Debug)]
pub struct Postgres {
    admin: String,
    name: String,
}

/// Starts a server of its own, which stops when the value is dropped or the process ends.
pub fn postgres_server() -> PostgresServer {
    let bin = programs();
    let mut last = String::new();
    // Another process may take the free port before the server does.
    for _ in 0..3 {
        let root = is_root();
        let dir =
            tempfile::Builder::new().prefix("towpath-pg-").tempdir().expect("a temporary folder").keep();
        if root {
            run(Command::new("chown").arg("postgres").arg(&dir));
        }
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let mut command = match root {
            true => {
                let mut command = Command::new("runuser");
                command.args(["-u", "postgres", "--", "setsid", "sh"]);
                command
            }
            false => {
                let mut command = Command::new("setsid");
                command.arg("sh");
                command
            }
        };
        command.args(["-c", WATCHDOG, "watchdog", &bin]).arg(&dir).arg(port.to_string()).current_dir("/");
        let mut watchdog = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the watchdog starts");
        let (pipe, said) = (watchdog.stdin.take(), watchdog.stdout.take());
        let life = Life { watchdog, pipe };
        let lines = BufReader::new(said.expect("a pipe from the watchdog")).lines();
        last.clear();
        for line in lines.map_while(Result::ok) {
            if line == "ready" {
                let url = format!("postgresql://postgres:towpath@127.0.0.1:{port}/postgres");
                return PostgresServer { url, _life: Some(life) };
            }
            last.push_str(&line);
            last.push('\n');
        }
        drop(life);
    }
    panic!("PostgreSQL does not start:\n{last}");
}

/// A fresh, empty database, on the server of `TOWPATH_TEST_POSTGRES` or on one of this process.
pub fn postgres() -> Postgres {
    static SERVER: OnceLock<PostgresServer> = OnceLock::new();
    let server = SERVER.get_or_init(|| match std::env::var(VARIABLE) {
        Ok(url) => PostgresServer { url, _life: None },
        Err(_) => postgres_server(),
    });
    server.database()
}

impl Postgres {
    /// Address of the database, with a user who may do everything.
    pub fn url(&self) -> String {
        let base = self.admin.rsplit_once('/').map_or(self.admin.as_str(), |(base, _)| base);
        format!("{base}/{}", self.name)
    }

    /// The same address for another user.
    pub fn url_as(&self, user: &str, password: &str) -> String {
        let url = self.url();
        let (_, place) = url.rsplit_once('@').expect("an admin address with a user");
        format!("postgresql://{user}:{password}@{place}")
    }

    /// Runs SQL and gives what it prints: one row per line, columns separated by `|`, NULL as `∅`.
    #[track_caller]
    pub fn sql(&self, sql: &str) -> String {
        psql(&self.url(), sql)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // A failing test may leave connections behind.
        if !std::thread::panicking() {
            // Version 12 has no `DROP DATABASE … WITH (FORCE)`.
            let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname =";
            psql(&self.admin, &format!("{end} '{0}'; DROP DATABASE IF EXISTS {0}", self.name));
        }
    }
}

#[track_caller]
fn psql(url: &str, sql: &str) -> String {
    let mut child = Command::new("psql")
        .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-P", "null=∅", "-d", url, "-f", "-"])
        .env("PGCLIENTENCODING", "UTF8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("psql is installed");
    child.stdin.take().expect("a pipe to psql").write_all(sql.as_bytes()).expect("psql reads");
    let output = child.wait_with_output().expect("psql ends");
    assert!(output.status.success(), "psql: {}\n{sql}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

/// The folder of the programs: the given one, or that of the newest installed server.
fn programs() -> String {
    if let Ok(folder) = std::env::var(PROGRAMS) {
        return folder;
    }
    let mut found: Vec<(u32, String)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().join("bin/initdb").exists())
        .filter_map(|entry| {
            let version = entry.file_name().to_string_lossy().parse().ok()?;
            Some((version, entry.path().join("bin").to_string_lossy().into_owned()))
        })
        .collect();
    found.sort();
    let newest = found.pop().map(|(_, path)| path);
    newest.unwrap_or_else(|| {
        panic!("no PostgreSQL server: install `postgresql`, or set {VARIABLE} to an admin URL")
    })
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    Path::new("/proc/self").metadata().is_ok_and(|own| own.uid() == 0)
}

fn run(command: &mut Command) {
    let done = command.status().is_ok_and(|status| status.success());
    assert!(done, "{command:?} failed");
}
