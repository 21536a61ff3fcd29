//! Singer: the public test streams for targets, into every SQL database, and a tap that is run.
//!
//! The streams and the library that taps are built with come from the Python packages of `tools/singer.txt`, which
//! `tools/prepare.sh singer` installs; nothing of them is in this repository. What becomes of each stream stands in
//! `singer_streams.txt`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use towpath_testkit::{MariaDb, Postgres, mariadb, postgres};

use crate::sandbox::{Sandbox, said};

const WANTED: &str = include_str!("../../../../tools/singer.txt");
const EXPECTED: &str = include_str!("singer_streams.txt");
const DATABASES: [&str; 3] = ["postgres", "mysql", "sqlite"];

/// The virtual environment with the packages.
fn packages() -> PathBuf {
    let folder = |variable: &str| std::env::var_os(variable).map(PathBuf::from);
    let cache = folder("XDG_CACHE_HOME").or_else(|| folder("HOME").map(|home| home.join(".cache")));
    let folder =
        folder("TOWPATH_TEST_SINGER").or_else(|| cache.map(|cache| cache.join("towpath/singer"))).unwrap();
    let installed = std::fs::read_to_string(folder.join("installed.txt")).unwrap_or_default();
    assert_eq!(
        installed,
        WANTED,
        "the Python packages of tools/singer.txt are missing in {}; run `tools/prepare.sh singer`",
        folder.display()
    );
    folder
}

/// A file of messages.
struct Case {
    name: String,
    text: String,
}

/// Every file of test streams, by package and name.
fn cases() -> Vec<Case> {
    let mut found = Vec::new();
    let library = packages().join("lib");
    for python in library.read_dir().unwrap() {
        let packages = python.unwrap().path().join("site-packages");
        for folder in ["singer_sdk/testing/target_test_streams", "target_postgres/tests/data_files"] {
            for file in packages.join(folder).read_dir().unwrap() {
                let path = file.unwrap().path();
                if path.extension().is_some_and(|extension| extension == "singer") {
                    let package = folder.split('/').next().unwrap();
                    let name = format!("{package}/{}", path.file_name().unwrap().display());
                    found.push(Case { name, text: std::fs::read_to_string(path).unwrap() });
                }
            }
        }
    }
    found.sort_by(|one, two| one.name.cmp(&two.name));
    found
}

/// The streams of a file, in order, each with the key of its last schema.
fn streams(text: &str) -> Vec<(String, Vec<String>)> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for message in text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        if message["type"] != "SCHEMA" {
            continue;
        }
        let name = message["stream"].as_str().unwrap();
        let key = message["key_properties"].as_array().into_iter().flatten();
        let key = key.map(|column| column.as_str().unwrap().to_owned()).collect();
        match found.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = key,
            None => found.push((name.to_owned(), key)),
        }
    }
    found
}

struct Servers {
    postgres: Postgres,
    mariadb: MariaDb,
}

impl Servers {
    fn connection(&self, database: &str) -> String {
        match database {
            "postgres" => self.postgres.url(),
            "mysql" => self.mariadb.url(),
            _ => "sqlite:///copy.db".into(),
        }
    }

    /// Rows that are in the table now.
    fn rows(&self, home: &Sandbox, database: &str, table: &str) -> u64 {
        let answer = match database {
            "postgres" => self.postgres.sql(&format!("select count(*) from \"{table}\"")),
            "mysql" => self.mariadb.sql(&format!("select count(*) from `{table}`")),
            _ => home.sqlite("copy.db", &format!("select count(*) from \"{table}\"")),
        };
        answer.trim().parse().unwrap()
    }

    /// What becomes of a stream in each of the databases, as `database: outcome` or only the outcome.
    fn load(&self, home: &Sandbox, stream: &str, key: &[String], table: &str) -> Vec<String> {
        if let Some(outcomes) = self.attempt(home, stream, key, table, &DATABASES) {
            return in_few_lines(&outcomes);
        }
        // One of them refuses, and nothing was loaded into any: each by itself shows which.
        let mut outcomes = Vec::new();
        for database in DATABASES {
            outcomes.extend(self.attempt(home, stream, key, table, &[database]).unwrap_or_else(|| {
                let said = home.towpath(&["run", "load.yaml", "--json"]);
                let last = said.err.lines().chain(said.out.lines());
                let errors = last.filter_map(|line| serde_json::from_str::<Value>(line).ok());
                let message = |event: Value| Some(event["message"].as_str()?.to_owned());
                let found = errors.filter(|event| event["event"] == "error").find_map(message);
                vec![(database, format!("refused: {}", found.unwrap_or_else(|| panic!("{said:#?}"))))]
            }));
        }
        in_few_lines(&outcomes)
    }

    /// Loads a stream into databases at once, and counts; nothing when the run fails.
    fn attempt<'a>(
        &self,
        home: &Sandbox,
        stream: &str,
        key: &[String],
        table: &str,
        databases: &[&'a str],
    ) -> Option<Vec<(&'a str, String)>> {
        let connection = json!({ "connector": "singer", "path": "messages.singer" });
        let mut nodes = json!({ "rows": { "source": "singer", "connection": connection, "stream": stream } });
        for database in databases {
            let mode = if key.is_empty() { "append" } else { "upsert" };
            let (to, from) = (self.connection(database), "rows");
            let mut node = json!({ "destination": database, "connection": to, "from": from, "table": table, "mode": mode });
            if !key.is_empty() {
                node["key"] = json!(key);
            }
            nodes[database] = node;
        }
        home.write("load.yaml", json!({ "towpath": 1, "name": "load", "nodes": nodes }).to_string());
        let said = home.towpath(&["run", "load.yaml", "--json"]);
        assert!(!said.err.contains("panicked"), "{said:#?}");
        if !matches!(said.code, 0 | 3) {
            return None;
        }
        let report: Value = serde_json::from_str(said.out.lines().last().unwrap()).unwrap();
        let nodes = report["nodes"].as_array().unwrap();
        let count = |node: &str, what: &str| {
            let node = nodes.iter().find(|found| found["node"] == node).unwrap();
            node[what].as_u64().unwrap()
        };
        let outcome = |database: &&'a str| {
            let written = count(database, "written");
            assert_eq!(self.rows(home, database, table), written, "{stream} in {database}");
            let mut parts = vec![format!("{written} loaded")];
            let repeated = count(database, "deduplicated");
            if repeated > 0 {
                parts.push(format!("{repeated} replaced by a later row of its key"));
            }
            let quarantined = count("rows", "quarantined") + count(database, "quarantined");
            if quarantined > 0 {
                parts.push(format!("{quarantined} quarantined"));
            }
            (*database, parts.join(", "))
        };
        let mut outcomes: Vec<_> = databases.iter().map(outcome).collect();
        if said.code == 3 {
            let kept = home.towpath(&["quarantine", "load.yaml", "--json"]);
            let kept: Vec<Value> = kept.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            for (database, outcome) in &mut outcomes {
                let own = kept.iter().filter(|row| row["node"] == "rows" || row["node"] == *database);
                let shown = |row: &Value| {
                    format!("{} {}", row["place"].as_str().unwrap(), row["reason"].as_str().unwrap())
                };
                let reasons: BTreeSet<String> = own.map(shown).collect();
                if !reasons.is_empty() {
                    outcome.push_str(": ");
                    outcome.push_str(&reasons.into_iter().collect::<Vec<_>>().join("; "));
                }
            }
        }
        Some(outcomes)
    }
}

/// One line when all databases agree.
fn in_few_lines(outcomes: &[(&str, String)]) -> Vec<String> {
    match outcomes.iter().all(|(_, outcome)| *outcome == outcomes[0].1) {
        true => vec![outcomes[0].1.clone()],
        false => outcomes.iter().map(|(database, outcome)| format!("{database}: {outcome}")).collect(),
    }
}

#[test]
fn every_public_test_stream_has_its_known_outcome_in_every_database() {
    let cases = cases();
    assert!(cases.len() >= 50, "only {} files of test streams were found", cases.len());
    let servers = Servers { postgres: postgres(), mariadb: mariadb() };
    let next = AtomicUsize::new(0);
    let found: Mutex<Vec<(usize, String)>> = Mutex::default();
    let work = || {
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(case) = cases.get(place) else { break };
            let mut lines = format!("{}\n", case.name);
            for (stream, key) in streams(&case.text) {
                let home = Sandbox::new();
                home.write("messages.singer", &case.text);
                for outcome in servers.load(&home, &stream, &key, &format!("{stream} {place}")) {
                    lines.push_str(&format!("  {stream}: {outcome}\n"));
                }
            }
            found.lock().unwrap().push((place, lines));
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(work);
        }
    });
    let mut found = found.into_inner().unwrap();
    found.sort();
    let found: String = found.into_iter().map(|(_, lines)| lines).collect();
    if found != EXPECTED {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("singer_streams.txt");
        std::fs::write(&path, &found).unwrap();
        let known: BTreeSet<&str> = EXPECTED.lines().collect();
        let new: Vec<&str> = found.lines().filter(|line| !known.contains(line)).collect();
        panic!(
            "outcomes differ from singer_streams.txt; all of them are in {}:\n{}",
            path.display(),
            new.join("\n")
        );
    }
}

/// A tap on the library that most taps use.
const TAP: &str = r#"
from singer_sdk import Stream, Tap
from singer_sdk import typing as th


class Users(Stream):
    name = "users"
    primary_keys = ("id",)
    replication_key = "changed"
    schema = th.PropertiesList(
        th.Property("id", th.IntegerType, required=True),
        th.Property("changed", th.DateTimeType),
        th.Property("tags", th.ArrayType(th.StringType)),
    ).to_dict()

    def get_records(self, context):
        since = self.get_starting_replication_key_value(context) or ""
        for number in range(1, self.config["days"] + 1):
            changed = f"2025-01-0{number}T12:00:00+00:00"
            if changed > since:
                yield {"id": number, "changed": changed, "tags": ["a", str(number)]}
        if self.config["days"] > 8:
            raise RuntimeError(f"no such day, says {self.config['token']}")


class TapTest(Tap):
    name = "tap-test"
    config_jsonschema = th.PropertiesList(
        th.Property("token", th.StringType, required=True),
        th.Property("days", th.IntegerType, required=True),
    ).to_dict()

    def discover_streams(self):
        return [Users(self)]


TapTest.cli()
"#;

#[test]
fn a_tap_is_run_and_goes_on_from_its_state() {
    let home = Sandbox::new();
    home.write("tap.py", TAP);
    let load = |days: u32| {
        let connections = json!({ "users": {
            "connector": "singer",
            "command": [packages().join("bin/python"), "tap.py"],
            "config": { "token": "s3cret-token", "days": days },
            "state_file": "state.json",
            "next_state_file": "next.json",
        }});
        home.write("connections.yaml", connections.to_string());
        home.towpath(&["run", "users.yaml"])
    };
    home.write(
        "users.yaml",
        "towpath: 1\nname: users\nnodes:\n  rows: { source: singer, connection: users, stream: users }\n  \
         load: { destination: sqlite, connection: \"sqlite:///copy.db\", from: rows, table: users, mode: upsert, \
         key: [id] }\n",
    );
    load(3).expect(0, &["3 new"]);
    let days = "select group_concat(id || ' ' || tags, ', ') from (select * from users order by id)";
    assert_eq!(home.sqlite("copy.db", days), r#"1 ["a","1"], 2 ["a","2"], 3 ["a","3"]"#);
    std::fs::rename(home.path("next.json"), home.path("state.json")).unwrap();
    load(5).expect(0, &["2 rows written"]);
    // Settings that stand in the wrong place are not quoted either.
    home.write(
        "connections.yaml",
        "users: { connector: singer, command: [x], config: \"${env.TAP_SECRET}\" }",
    );
    let refused = home.command(&["run", "users.yaml"]).env("TAP_SECRET", "s3cret-token").output().unwrap();
    let refused = said(refused);
    refused.expect(2, &["must be a mapping, or a JSON object as text"]);
    assert!(!refused.err.contains("s3cret-token"), "{refused:#?}");
    assert_eq!(home.sqlite("copy.db", "select count(*) from users"), "5");
    load(5).expect(0, &["rows written"]);
    home.towpath(&["discover", "users"]).expect(0, &["users", "changed", "timestamp with time zone"]);
    // A tap that fails half-way loads nothing, and its secrets are not shown.
    let failed = load(9);
    failed.expect(1, &["ended with code 1", "no such day, says ***"]);
    assert!(!failed.err.contains("s3cret-token") && !failed.out.contains("s3cret-token"), "{failed:#?}");
    assert_eq!(home.sqlite("copy.db", "select count(*) from users"), "5");
}
