//! Several tables of one database, filled by one pipeline: all of them or none.

use std::time::Instant;

use towpath_testkit::{Postgres, postgres};

use crate::crash::{Dice, kill_after, start};
use crate::sandbox::{Said, Sandbox};

/// Sessions, and stops that refer to them.
struct Case {
    home: Sandbox,
    database: Postgres,
}

const TABLES: &str = "CREATE TABLE sessions (id int PRIMARY KEY, machine text UNIQUE);
    CREATE TABLE stops (id int PRIMARY KEY, session_id int NOT NULL REFERENCES sessions,
        seconds int CHECK (seconds > 0))";

impl Case {
    fn new(landing: &str) -> Case {
        let (home, database) = (Sandbox::new(), postgres());
        let url = database.url();
        let load = |name: &str| {
            format!(
                "  {name}: {{ destination: postgres, connection: \"{url}\", from: {name}_read, table: {name}, \
                 {landing} }}\n"
            )
        };
        let read = |name: &str| format!("  {name}_read: {{ source: file, path: {name}.csv }}\n");
        let nodes: String =
            [read("sessions"), read("stops"), load("sessions"), load("stops")].into_iter().collect();
        home.write("logs.yaml", format!("towpath: 1\nname: logs\nnodes:\n{nodes}"));
        Case { home, database }
    }

    fn with_tables(landing: &str) -> Case {
        let case = Case::new(landing);
        case.database.sql(TABLES);
        case
    }

    fn run(&self, sessions: &[&str], stops: &[&str], args: &[&str]) -> Said {
        self.home.write("sessions.csv", format!("id,machine\n{}\n", sessions.join("\n")));
        self.home.write("stops.csv", format!("id,session_id,seconds\n{}\n", stops.join("\n")));
        self.again(args)
    }

    fn again(&self, args: &[&str]) -> Said {
        let all: Vec<&str> = ["run", "logs.yaml"].iter().chain(args).copied().collect();
        self.home.towpath(&all)
    }

    fn rows(&self) -> String {
        self.database.sql(
            "SELECT coalesce((SELECT string_agg(id || ' ' || machine, ', ' ORDER BY id) FROM sessions), '') || ' / ' \
             || coalesce((SELECT string_agg(id || ' in ' || session_id, ', ' ORDER BY id) FROM stops), '')",
        )
    }
}

#[test]
fn a_failure_in_one_table_leaves_both_as_they_were() {
    for mode in ["upsert", "mirror", "overwrite", "insert_only", "append"] {
        let case = Case::with_tables(&format!("mode: {mode}, key: [id]"));
        // The second load breaks a rule of its table, which shows only when its rows are put in place.
        case.run(&["1,DEM12"], &["10,1,-5"], &[]).expect(1, &["node `stops`", "stops_seconds_check"]);
        assert_eq!(case.rows(), " /", "{mode}");
        case.run(&["1,DEM12"], &["10,1,5"], &[]).expect(0, &[]);
        assert_eq!(case.rows(), "1 DEM12 / 10 in 1", "{mode}");
        let ledger = "SELECT count(*), count(DISTINCT xmin::text) FROM _towpath_loads";
        assert_eq!(case.database.sql(ledger), "2|1", "{mode}: one transaction");
    }
}

#[test]
fn rows_that_refer_to_others_go_first_and_come_last() {
    for mode in ["mirror, mirror: { guard: 100 }", "overwrite"] {
        let case = Case::with_tables(&format!("mode: {mode}, key: [id]"));
        case.run(&["1,DEM12", "2,SU12"], &["10,1,5", "20,2,5"], &[]).expect(0, &[]);
        // A session goes with its stop, and another takes its machine over.
        case.run(&["2,SU12", "3,DEM12"], &["20,3,5", "30,2,5"], &[]).expect(0, &[]);
        assert_eq!(case.rows(), "2 SU12, 3 DEM12 / 20 in 3, 30 in 2", "{mode}");
        // A stop without its session fails, and the session that would go stays.
        case.run(&["3,DEM12"], &["20,3,5", "30,2,5"], &[]).expect(1, &["stops_session_id_fkey"]);
        assert_eq!(case.rows(), "2 SU12, 3 DEM12 / 20 in 3, 30 in 2", "{mode}");
    }
}

#[test]
fn a_dry_run_an_undo_and_a_second_run_see_both_tables() {
    let case = Case::with_tables("mode: mirror, key: [id], undo: { keep: 1d }, mirror: { guard: 100 }");
    case.run(&["1,DEM12", "2,SU12"], &["10,1,5", "20,2,5"], &["--dry-run"]).expect(0, &["2 new"]);
    assert_eq!(case.rows(), " /");
    case.again(&[]).expect(0, &["2 new"]);
    case.again(&[]).expect(0, &["2 unchanged"]);
    case.run(&["2,SU12", "3,DEMALU"], &["20,2,7", "30,3,5"], &[]).expect(0, &["1 deleted"]);
    case.home.towpath(&["undo", "logs.yaml"]).expect(0, &["undone"]);
    assert_eq!(case.rows(), "1 DEM12, 2 SU12 / 10 in 1, 20 in 2");
    assert_eq!(case.database.sql("SELECT seconds FROM stops WHERE id = 20"), "5");
}

#[test]
fn tables_that_are_made_come_into_being_together() {
    let case = Case::new("mode: append, key: [id]");
    let both = "SELECT count(*) FROM pg_tables WHERE tablename IN ('sessions', 'stops')";
    case.database.sql("CREATE TABLE other (id int); CREATE VIEW stops AS SELECT * FROM other");
    case.run(&["1,DEM12"], &["10,1,5"], &[]).expect(2, &["node `stops`", "is a view"]);
    assert_eq!(case.database.sql(both), "0");
    case.database.sql("DROP VIEW stops");
    case.run(&["1,DEM12"], &["10,1,5", "10,1,6"], &[]).expect(0, &["stops: 1 new"]);
    assert_eq!(case.rows(), "1 DEM12 / 10 in 1");
    let left = "SELECT count(*) FROM pg_tables WHERE tablename LIKE '\\_towpath\\_stage%'";
    assert_eq!(case.database.sql(left), "0");
}

#[test]
fn loads_in_chunks_and_loads_as_one_stream_commit_together() {
    let case = Case::with_tables("mode: upsert, key: [id], resume: { rows: 500, parallel: 2 }");
    // Sorting needs all rows, so the stops come as one stream.
    let document = case.home.read("logs.yaml").replace(
        "stops_read: { source: file, path: stops.csv }",
        "stops_all: { source: file, path: stops.csv }\n  stops_read: { transform: sort, from: stops_all, by: [id] }",
    );
    case.home.write("logs.yaml", document);
    let sessions: Vec<String> = (0..3000).map(|id| format!("{id},machine {id}")).collect();
    case.home.write("sessions.csv", format!("id,machine\n{}\n", sessions.join("\n")));
    let run = |last: &str, args: &[&str]| {
        let mut stops: Vec<String> = (0..2999).map(|id| format!("{id},{id},1")).collect();
        stops.push(last.to_owned());
        case.home.write("stops.csv", format!("id,session_id,seconds\n{}\n", stops.join("\n")));
        case.again(args)
    };
    let counts = "SELECT (SELECT count(*) FROM sessions), (SELECT count(*) FROM stops)";
    run("2999,2999,-1", &[]).expect(1, &["stops_seconds_check"]);
    assert_eq!(case.database.sql(counts), "0|0");
    // The chunks of the sessions are sealed; the stops are read once more.
    run("2999,2999,1", &["--resume"]).expect(0, &[]);
    assert_eq!(case.database.sql(counts), "3000|3000");
}

/// A run that dies at any moment leaves both tables as they were or as they shall be, and is gone on with.
#[test]
fn a_killed_run_leaves_both_tables_or_none_to_postgres() {
    let seeds =
        std::env::var("TOWPATH_CRASH_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(100_u64);
    for seed in 0..seeds.div_ceil(25) {
        let mut dice = Dice::new(seed);
        let case = Case::with_tables(
            "mode: mirror, key: [id], resume: { rows: 400, parallel: 2 }, mirror: { guard: 100 }",
        );
        let rows = 500 + dice.below(2000);
        let lines = |from: u64, text: &str| {
            (from..from + rows).map(|id| text.replace("{}", &id.to_string())).collect::<Vec<_>>().join("\n")
        };
        let began = Instant::now();
        case.run(&[&lines(0, "{},machine {}")], &[&lines(0, "{},{},1")], &[]).expect(0, &[]);
        let usual = began.elapsed();
        // The next load takes sessions away, and stops with them.
        case.home.write("sessions.csv", format!("id,machine\n{}\n", lines(rows / 2, "{},machine {}")));
        case.home.write("stops.csv", format!("id,session_id,seconds\n{}\n", lines(rows / 2, "{},{},1")));
        let span = |first: u64| format!("{first}|{}|{first}|{}", first + rows - 1, first + rows - 1);
        let found = || {
            case.database.sql("SELECT min(s.id), max(s.id), min(t.id), max(t.id) FROM sessions s FULL JOIN stops t ON s.id = t.id")
        };
        for kill in 0..3 {
            let delay = usual.mul_f64(dice.below(1100) as f64 / 1000.0);
            let args: &[&str] = &["run", "logs.yaml", "--resume"];
            let ended = kill_after(start(&case.home, args), delay);
            let now = found();
            assert!(
                now == span(0) || now == span(rows / 2),
                "seed {seed}, kill {kill} after {delay:?}: {now}"
            );
            if ended.is_some() {
                break;
            }
        }
        case.again(&["--resume"]).expect(0, &[]);
        assert_eq!(found(), span(rows / 2), "seed {seed}");
    }
}
