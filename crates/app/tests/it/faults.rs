//! Trouble on the way to a server: the run gets through by itself where it can, and otherwise says what happened,
//! shows nothing, and goes on later.

use std::process::Stdio;
use std::time::Duration;

use towpath_testkit::{MariaDb, Postgres, Proxy, Trouble};

use crate::sandbox::{Sandbox, said};

const ROWS: u32 = 60_000;

/// A server, and the same server seen through a proxy.
enum Server {
    Postgres(Postgres),
    MariaDb(MariaDb),
}

impl Server {
    fn url(&self) -> String {
        match self {
            Server::Postgres(server) => server.url(),
            Server::MariaDb(server) => server.url(),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Server::Postgres(_) => "postgres",
            Server::MariaDb(_) => "mysql",
        }
    }

    fn port(&self) -> u16 {
        let url = url::Url::parse(&self.url()).unwrap();
        url.port().unwrap()
    }

    fn through(&self, proxy: &Proxy) -> String {
        let mut url = url::Url::parse(&self.url()).unwrap();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(proxy.port())).unwrap();
        url.into()
    }

    fn sql(&self, sql: &str) -> String {
        match self {
            Server::Postgres(server) => server.sql(sql),
            Server::MariaDb(server) => server.sql(sql),
        }
    }

    /// Number of rows, their sum, and the number of keys.
    fn table(&self) -> String {
        self.sql("SELECT count(*), sum(id), count(DISTINCT id) FROM copies").trim().replace(['\t', '|'], " ")
    }
}

fn expected() -> String {
    let rows = u64::from(ROWS);
    format!("{rows} {} {rows}", rows * (rows + 1) / 2)
}

/// A folder with a pipeline that reads a file and loads it through the proxy.
fn home(server: &Server, url: &str) -> Sandbox {
    let home = Sandbox::new();
    let connection = rusqlite::Connection::open(home.path("source.db")).unwrap();
    connection
        .execute_batch(&format!(
            "CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL \
             SELECT i + 1 FROM n WHERE i < {ROWS}) INSERT INTO rows SELECT i, 'row number ' || i || ' of many' FROM n"
        ))
        .unwrap();
    let document = |url: &str| {
        format!(
            "towpath: 1\nname: copies\nnodes:\n  \
             rows: {{ source: sqlite, connection: \"sqlite:///source.db\", table: rows }}\n  \
             load: {{ destination: {}, connection: \"{url}\", from: rows, table: copies, mode: upsert, key: [id], \
             resume: {{ rows: 10000, parallel: 2 }} }}\n",
            server.kind()
        )
    };
    home.write("copies.yaml", document(url));
    home
}

/// The run meets the trouble once or twice and ends well by itself.
fn gets_through(server: &Server, trouble: Trouble, times: u32) {
    let proxy = Proxy::start(server.port(), trouble, times);
    let home = home(server, &server.through(&proxy));
    home.towpath(&["run", "copies.yaml", "--retries", "6"]).expect(0, &["done"]);
    assert!(times == 0 || proxy.is_spent(), "{trouble:?} did not happen");
    assert_eq!(server.table(), expected(), "{trouble:?}");
    server.sql("DROP TABLE copies");
}

fn all_troubles(server: &Server) {
    gets_through(server, Trouble::Delay(Duration::from_millis(3)), 0);
    gets_through(server, Trouble::SlowReader { piece: 8 << 10 }, 0);
    // Before the log-in is over, in the first chunk, and later.
    for (after, times) in [(20, 2), (100_000, 2), (500_000, 1)] {
        gets_through(server, Trouble::Cut { after }, times);
        gets_through(server, Trouble::Reset { after }, 1);
    }
}

#[test]
fn a_load_into_postgres_gets_through_trouble() {
    all_troubles(&Server::Postgres(towpath_testkit::postgres()));
}

#[test]
fn a_load_into_mariadb_gets_through_trouble() {
    all_troubles(&Server::MariaDb(towpath_testkit::mariadb()));
}

/// Nothing moves and nobody says so: a person can stop the run at once, sees nothing of it, and resumes it later.
fn half_open(server: &Server) {
    let proxy = Proxy::start(server.port(), Trouble::HalfOpen { after: 300_000 }, 1);
    let home = home(server, &server.through(&proxy));
    let run = home
        .command(&["run", "copies.yaml", "--retries", "0"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while !proxy.is_spent() {
        std::thread::yield_now();
    }
    let stopped = std::process::Command::new("kill").args(["-INT", &run.id().to_string()]).status().unwrap();
    assert!(stopped.success());
    said(run.wait_with_output().unwrap()).expect(1, &["cancelled"]);
    home.towpath(&["run", "copies.yaml", "--resume"]).expect(0, &["going on with run", "done"]);
    assert_eq!(server.table(), expected());
}

#[test]
fn a_half_open_connection_to_postgres_can_be_left() {
    half_open(&Server::Postgres(towpath_testkit::postgres()));
}

#[test]
fn a_half_open_connection_to_mariadb_can_be_left() {
    half_open(&Server::MariaDb(towpath_testkit::mariadb()));
}

#[test]
fn trouble_without_retries_says_what_happened_and_shows_nothing() {
    let server = Server::Postgres(towpath_testkit::postgres());
    // Far enough for some chunks to be sealed.
    let proxy = Proxy::start(server.port(), Trouble::Cut { after: 900_000 }, 1);
    let home = home(&server, &server.through(&proxy));
    home.towpath(&["run", "copies.yaml", "--retries", "0"]).expect(1, &["connection", "--resume"]);
    assert_eq!(server.sql("SELECT to_regclass('copies') IS NULL").trim(), "t");
    home.towpath(&["run", "copies.yaml", "--resume"]).expect(0, &["going on with run", "done"]);
    assert_eq!(server.table(), expected());
}
