//! Kills the program at random moments, lets it go on, and compares the table with the one of a load that nobody
//! disturbed: no row lost, none doubled, the same quarantine, and nothing left behind.
//!
//! `TOWPATH_CRASH_SEEDS` sets how many moments are tried in all; `make crash N=5000` does. A failure names its seed,
//! and `TOWPATH_CRASH_SEED` tries that one alone.

use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use towpath_testkit::{MariaDb, Postgres};

use crate::sandbox::{Said, Sandbox, said};

/// Moments that are tried when nobody asks for more.
const SEEDS: u64 = 216;

/// Modes and databases, each a test of its own.
const CASES: u64 = 18;

/// Times that a run is killed at most before it may end.
const KILLS: u64 = 3;

/// Where a load goes.
enum Target {
    Postgres(Postgres),
    MariaDb(MariaDb),
    Sqlite,
}

impl Target {
    fn kind(&self) -> &'static str {
        match self {
            Target::Postgres(_) => "postgres",
            Target::MariaDb(_) => "mysql",
            Target::Sqlite => "sqlite",
        }
    }

    fn url(&self) -> String {
        match self {
            Target::Postgres(server) => server.url(),
            Target::MariaDb(server) => server.url(),
            Target::Sqlite => "sqlite:///target.db".into(),
        }
    }

    /// Runs statements or a query; the answer has one line per row.
    fn sql(&self, home: &Sandbox, sql: &str) -> String {
        match self {
            Target::Postgres(server) => server.sql(sql),
            Target::MariaDb(server) => server.sql(sql),
            Target::Sqlite => sqlite(&home.path("target.db"), sql),
        }
    }

    /// Names of what loads leave behind besides their ledgers.
    fn leftovers(&self, home: &Sandbox) -> String {
        match self {
            Target::Postgres(server) => server.sql(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE '\\_towpath%' \
                 AND relname NOT IN ('_towpath_loads', '_towpath_chunks')",
            ),
            Target::MariaDb(server) => server.sql(
                "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() \
                 AND TABLE_NAME LIKE '\\_towpath%' AND TABLE_NAME NOT IN ('_towpath_loads', '_towpath_chunks')",
            ),
            Target::Sqlite => home
                .files()
                .into_iter()
                .filter(|name| name.starts_with("target.db") && name.contains("towpath"))
                .collect::<Vec<_>>()
                .join("\n"),
        }
    }
}

fn sqlite(path: &Path, sql: &str) -> String {
    let connection = rusqlite::Connection::open(path).unwrap();
    if !sql.starts_with("SELECT") {
        connection.execute_batch(sql).unwrap();
        return String::new();
    }
    let mut select = connection.prepare(sql).unwrap();
    let width = select.column_count();
    let rows = select
        .query_map([], |row| {
            let values: rusqlite::Result<Vec<String>> =
                (0..width).map(|place| Ok(format!("{:?}", row.get_ref(place)?))).collect();
            Ok(values?.join("|"))
        })
        .unwrap();
    rows.map(Result::unwrap).collect::<Vec<_>>().join("\n")
}

/// Small and reproducible random numbers (xorshift).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Dice {
        Dice((seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound
    }
}

/// Fills the source: `rows` rows whose keys repeat now and then; `turn` changes some of them. Rows without a name
/// end in quarantine.
fn fill(home: &Sandbox, rows: u64, turn: u64, dice: &mut Dice) {
    let connection = rusqlite::Connection::open(home.path("source.db")).unwrap();
    connection
        .execute_batch(
            "CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, k BIGINT NOT NULL, name VARCHAR(60), \
             amount DOUBLE, since DATE); DELETE FROM rows; BEGIN",
        )
        .unwrap();
    let mut insert = connection.prepare("INSERT INTO rows VALUES (?1, ?2, ?3, ?4, ?5)").unwrap();
    for id in 1..=rows {
        if turn > 0 && dice.below(50) == 0 {
            continue;
        }
        let k = if dice.below(20) == 0 { dice.below(rows) } else { id };
        let changed = turn > 0 && dice.below(5) == 0;
        let name = match dice.below(400) {
            0 => None,
            _ if changed => Some(format!("chänged {id} in turn {turn}")),
            _ => Some(format!("row {id}")),
        };
        let day = format!("2025-{:02}-{:02}", 1 + dice.below(12), 1 + dice.below(28));
        insert
            .execute(rusqlite::params![id.cast_signed(), k.cast_signed(), name, (id as f64) / 4.0, day])
            .unwrap();
    }
    drop(insert);
    connection.execute_batch("COMMIT").unwrap();
}

fn pipeline(target: &Target, mode: &str, table: &str, chunk: u64, parallel: u64) -> String {
    let key = if mode == "append" { "" } else { ", key: [k]" };
    let rules = match mode {
        "mirror" => ", mirror: { guard: 100 }",
        "history" => ", history: { changed: since }",
        _ => "",
    };
    format!(
        "towpath: 1\nname: {table}\nnodes:\n  \
         rows: {{ source: sqlite, connection: \"sqlite:///source.db\", table: rows }}\n  \
         load: {{ destination: {}, connection: \"{}\", from: rows, table: {table}, mode: {mode}{key}{rules}, \
         resume: {{ rows: {chunk}, parallel: {parallel} }} }}\n",
        target.kind(),
        target.url(),
    )
}

/// A table that takes no row without a name.
fn create(target: &Target, mode: &str, table: &str) -> String {
    let double = if target.kind() == "postgres" { "DOUBLE PRECISION" } else { "DOUBLE" };
    let (days, key) = match mode {
        "history" => {
            ("valid_from DATE NOT NULL, valid_to DATE, is_current BOOLEAN", ", PRIMARY KEY (k, valid_from)")
        }
        "append" => ("since DATE", ""),
        _ => ("since DATE", ", PRIMARY KEY (k)"),
    };
    format!(
        "CREATE TABLE {table} (id BIGINT, k BIGINT NOT NULL, name VARCHAR(60) NOT NULL, amount {double}, {days}{key})"
    )
}

/// Waits for the end of a process, and kills it when it takes longer. `None` when it was killed.
pub(crate) fn kill_after(mut child: Child, delay: Duration) -> Option<Said> {
    let id = child.id();
    let (ended, wait) = mpsc::channel();
    let waiter = std::thread::spawn(move || {
        let status = child.wait();
        let _ = ended.send(());
        (child, status)
    });
    if wait.recv_timeout(delay).is_err() {
        // SIGKILL: the process gets no chance to tidy up.
        let _ = std::process::Command::new("kill").args(["-9", &id.to_string()]).status();
    }
    let (child, status) = waiter.join().unwrap();
    status.unwrap().code()?;
    Some(said(child.wait_with_output().unwrap()))
}

pub(crate) fn start(home: &Sandbox, args: &[&str]) -> Child {
    home.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// A run that nobody disturbs; rows in quarantine are fine.
fn undisturbed(home: &Sandbox, args: &[&str], seed: u64) -> Said {
    let said = home.towpath(args);
    assert!(matches!(said.code, 0 | 3), "seed {seed}, {args:?}: {said:#?}");
    said
}

/// Number of runs of the pipeline that are remembered, and how the last one stands.
fn runs(home: &Sandbox) -> (usize, String) {
    let shown = home.towpath(&["state", "show", "killed.yaml", "--json"]);
    let shown: serde_json::Value = serde_json::from_str(&shown.out).unwrap();
    let runs = shown["runs"].as_array().unwrap();
    (runs.len(), runs.first().map_or_else(String::new, |run| run["standing"].as_str().unwrap().to_owned()))
}

fn quarantined(home: &Sandbox, file: &str) -> usize {
    home.towpath(&["quarantine", file, "--json", "--limit", "100000"]).out.lines().count()
}

fn one(target: &Target, mode: &str, seed: u64) {
    let mut dice = Dice::new(seed);
    let home = Sandbox::new();
    let (whole, table) = (format!("whole_{seed}"), format!("killed_{seed}"));
    let rows = 800 + dice.below(4000);
    let (chunk, parallel) = (50 + dice.below(rows / 2), 1 + dice.below(3));
    home.write("whole.yaml", pipeline(target, mode, &whole, chunk, parallel));
    home.write("killed.yaml", pipeline(target, mode, &table, chunk, parallel));
    if dice.below(2) == 0 {
        for table in [&whole, &table] {
            target.sql(&home, &create(target, mode, table));
        }
    }
    // Some tables hold an earlier load, others do not exist or are empty.
    if dice.below(3) > 0 {
        fill(&home, rows, 0, &mut dice);
        undisturbed(&home, &["run", "whole.yaml"], seed);
        undisturbed(&home, &["run", "killed.yaml"], seed);
    }
    fill(&home, rows, 1, &mut dice);
    let began = Instant::now();
    undisturbed(&home, &["run", "whole.yaml"], seed);
    let usual = began.elapsed();

    let mut moments = Vec::new();
    let mut ended = false;
    let (before, _) = runs(&home);
    // Only a run that was written down can be resumed; a process that died earlier than that did not begin.
    let again = || -> &[&str] {
        match runs(&home).0 > before {
            true => &["run", "killed.yaml", "--resume"],
            false => &["run", "killed.yaml"],
        }
    };
    for _ in 0..1 + dice.below(KILLS) {
        let delay = usual.mul_f64(dice.below(1100) as f64 / 1000.0);
        moments.push(delay);
        if let Some(said) = kill_after(start(&home, again()), delay) {
            assert!(matches!(said.code, 0 | 3), "seed {seed}, killed after {moments:?}: {said:#?}");
            ended = true;
            break;
        }
        // The last thing that a run does is to write down that it is done.
        ended = runs(&home).0 > before && runs(&home).1 == "done";
        if ended {
            break;
        }
    }
    if !ended {
        undisturbed(&home, again(), seed);
    }
    let order = |table: &str| {
        let day = if mode == "history" { "valid_from" } else { "since" };
        target.sql(&home, &format!("SELECT * FROM {table} ORDER BY k, id, {day}, name"))
    };
    let (resumed, expected) = (order(&table), order(&whole));
    let lines = |text: &str| text.lines().count();
    assert!(
        resumed == expected,
        "seed {seed} ({mode}, {}, {rows} rows in chunks of {chunk}, {parallel} lanes, killed after {moments:?} of \
         {usual:?}): the resumed table has {} rows, and not the {} of the other",
        target.kind(),
        lines(&resumed),
        lines(&expected)
    );
    assert_eq!(
        quarantined(&home, "killed.yaml"),
        quarantined(&home, "whole.yaml"),
        "seed {seed}: the quarantine"
    );
    assert_eq!(target.leftovers(&home).trim(), "", "seed {seed}: left behind");
    for table in [&whole, &table] {
        target.sql(&home, &format!("DROP TABLE {table}"));
    }
}

fn crash(target: &Target, mode: &str, case: u64) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    match number("TOWPATH_CRASH_SEED") {
        Some(seed) if seed % CASES == case => one(target, mode, seed),
        Some(_) => {}
        None => {
            let seeds = number("TOWPATH_CRASH_SEEDS").unwrap_or(SEEDS);
            (0..seeds).filter(|seed| seed % CASES == case).for_each(|seed| one(target, mode, seed));
        }
    }
}

macro_rules! crashes {
    ($($name:ident: $target:expr, $mode:literal, $case:literal;)*) => {
        $(#[test]
        fn $name() {
            crash(&$target, $mode, $case);
        })*
    };
}

crashes! {
    append_to_postgres: Target::Postgres(towpath_testkit::postgres()), "append", 0;
    overwrite_in_postgres: Target::Postgres(towpath_testkit::postgres()), "overwrite", 1;
    upsert_in_postgres: Target::Postgres(towpath_testkit::postgres()), "upsert", 2;
    insert_only_in_postgres: Target::Postgres(towpath_testkit::postgres()), "insert_only", 3;
    mirror_in_postgres: Target::Postgres(towpath_testkit::postgres()), "mirror", 4;
    history_in_postgres: Target::Postgres(towpath_testkit::postgres()), "history", 5;
    append_to_mariadb: Target::MariaDb(towpath_testkit::mariadb()), "append", 6;
    overwrite_in_mariadb: Target::MariaDb(towpath_testkit::mariadb()), "overwrite", 7;
    upsert_in_mariadb: Target::MariaDb(towpath_testkit::mariadb()), "upsert", 8;
    insert_only_in_mariadb: Target::MariaDb(towpath_testkit::mariadb()), "insert_only", 9;
    mirror_in_mariadb: Target::MariaDb(towpath_testkit::mariadb()), "mirror", 10;
    history_in_mariadb: Target::MariaDb(towpath_testkit::mariadb()), "history", 11;
    append_to_sqlite: Target::Sqlite, "append", 12;
    overwrite_in_sqlite: Target::Sqlite, "overwrite", 13;
    upsert_in_sqlite: Target::Sqlite, "upsert", 14;
    insert_only_in_sqlite: Target::Sqlite, "insert_only", 15;
    mirror_in_sqlite: Target::Sqlite, "mirror", 16;
    history_in_sqlite: Target::Sqlite, "history", 17;
}
