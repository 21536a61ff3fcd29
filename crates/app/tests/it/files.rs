//! A folder into which files are dropped: read once, tidied up, watched; and the same when the program dies on the way.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::crash::{Dice, kill_after, start};
use crate::sandbox::{Said, Sandbox};

/// A pipeline that loads dropped files into SQLite.
fn drop_folder(source: &str, load: &str) -> Sandbox {
    let home = Sandbox::new();
    std::fs::create_dir(home.path("in")).unwrap();
    home.write(
        "drop.yaml",
        format!(
            "towpath: 1\nname: drop\nnodes:\n  \
             rows: {{ source: file, path: \"in/{{shop}}_{{date:%Y%m%d}}.csv\", {source} }}\n  \
             load: {{ destination: sqlite, connection: \"sqlite:///shop.db\", from: rows, table: sales, {load} }}\n"
        ),
    );
    home
}

const ARCHIVE: &str = "read: new, after: { archive: \"archive/{date:%Y}/\", quarantine: bad/ }";

fn events(said: &Said) -> Vec<Value> {
    said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn loaded(home: &Sandbox) -> String {
    home.sqlite("shop.db", "SELECT group_concat(id, ' ') FROM (SELECT id FROM sales ORDER BY id)")
}

#[test]
fn dropped_files_are_read_once_and_archived() {
    let home = drop_folder(ARCHIVE, "mode: append");
    // Nothing has come yet: nobody knows the columns.
    home.towpath(&["run", "drop.yaml"]).expect(1, &["no file matches", "`columns`"]);
    home.write("in/gent_20260105.csv", "id,n\n1,5\n2,6\n");
    // A dry run moves nothing and remembers nothing.
    home.towpath(&["run", "drop.yaml", "--dry-run"]).expect(0, &["dry run"]);
    assert!(home.files().contains(&"in/gent_20260105.csv".to_owned()));
    home.towpath(&["run", "drop.yaml"]).expect(
        0,
        &["2 rows written", "`in/gent_20260105.csv` is moved to `archive/2026/gent_20260105.csv`"],
    );
    assert_eq!(home.read("archive/2026/gent_20260105.csv"), "id,n\n1,5\n2,6\n");
    home.towpath(&["run", "drop.yaml"]).expect(0, &["0 rows written"]);
    // Looking works on an empty folder, too.
    home.towpath(&["check", "drop.yaml"]).expect(0, &["is right"]);
    home.towpath(&["preview", "drop.yaml"]).expect(0, &["0 rows"]);
    home.write("in/gent_20260105.csv", "id,n\n3,7\n");
    let said = home.towpath(&["run", "drop.yaml", "--json"]);
    let settled = events(&said).into_iter().find(|event| event["event"] == "settled").unwrap();
    assert!(
        settled["notes"][0].as_str().unwrap().ends_with("`archive/2026/gent_20260105-2.csv`"),
        "{settled}"
    );
    assert_eq!(loaded(&home), "1 2 3");
}

#[test]
fn what_was_read_can_be_shown_forgotten_and_carried_elsewhere() {
    let home = drop_folder("read: changed", "mode: append");
    home.write("in/a_20260101.csv", "id,n\n1,5\n");
    home.write("in/b_20260101.csv", "id,n\n2,6\n3,6\n");
    home.towpath(&["run", "drop.yaml"]).expect(0, &["3 rows written"]);
    home.towpath(&["run", "drop.yaml"])
        .expect(0, &["0 rows written", "nothing is new: 2 files were read before"]);
    home.towpath(&["preview", "drop.yaml"]).expect(0, &["3 rows"]);
    home.towpath(&["state", "show", "drop.yaml"])
        .expect(0, &["in/a_20260101.csv", "in/b_20260101.csv", "sha-256"]);
    let shown: Value =
        serde_json::from_str(&home.towpath(&["state", "show", "drop.yaml", "--json"]).out).unwrap();
    let item = &shown["items"][1];
    assert_eq!((item["rows"].as_u64(), item["size"].as_u64()), (Some(2), Some(13)), "{item}");
    assert_eq!(item["hash"].as_str().unwrap().len(), 64);
    let exported = home.towpath(&["state", "export", "drop.yaml"]).out;
    home.towpath(&["state", "reset", "drop.yaml", "--node", "rows"])
        .expect(0, &["0 checkpoints and 2 files forgotten"]);
    home.write("state.json", exported);
    home.towpath(&["state", "import", "state.json"]).expect(0, &["2 files set"]);
    home.write("in/b_20260101.csv", "id,n\n2,6\n4,6\n");
    home.towpath(&["run", "drop.yaml"]).expect(0, &["2 rows written"]);
    home.towpath(&["state", "reset", "drop.yaml"]).expect(0, &["2 files forgotten"]);
    home.towpath(&["run", "drop.yaml"]).expect(0, &["3 rows written"]);
}

#[test]
fn only_a_file_at_fault_goes_to_the_folder_for_failures() {
    let home = drop_folder(ARCHIVE, "mode: append");
    home.write("in/a_20260101.csv", "id,n\n1,5\n");
    home.write("in/b_20260101.csv", "%PDF-1.4 no table at all");
    home.towpath(&["run", "drop.yaml"])
        .expect(1, &["PDF", "`in/b_20260101.csv` is moved to `bad/b_20260101.csv`"]);
    assert!(home.path("in/a_20260101.csv").exists());
    home.towpath(&["run", "drop.yaml"]).expect(0, &["1 rows written"]);
    assert_eq!(loaded(&home), "1");
    // A target that refuses the rows is no reason to put files away.
    home.write("in/c_20260101.csv", "id,n\n2,5\n");
    std::fs::remove_file(home.path("shop.db")).unwrap();
    std::fs::create_dir(home.path("shop.db")).unwrap();
    home.towpath(&["run", "drop.yaml", "--retries", "0"]).expect(2, &["is a folder"]);
    assert!(home.path("in/c_20260101.csv").exists());
}

#[test]
fn a_file_that_has_not_come_is_an_alert_and_no_failure() {
    let source = "read: new, dates: { from: \"${run.date}\", to: \"${run.until}\" }, \
                  due: { by: \"11:00\", zone: Europe/Brussels, each: { shop: [gent, aalst] } }";
    let home = drop_folder(source, "mode: append");
    home.write("in/gent_20260105.csv", "id,n\n1,5\n");
    home.write("in/gent_20260106.csv", "id,n\n2,5\n");
    let said = home.towpath(&["run", "drop.yaml", "--date", "2026-01-05", "--json"]);
    said.expect(0, &[]);
    let alerts: Vec<Value> = events(&said).into_iter().filter(|event| event["event"] == "alert").collect();
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    assert_eq!(alerts[0]["node"], "rows");
    assert_eq!(alerts[0]["what"], "no file of 2026-01-05 has come for shop `aalst`");
    assert_eq!(alerts[0]["since"], "2026-01-05T11:00:00+01:00");
    assert_eq!(loaded(&home), "1");
    home.towpath(&["run", "drop.yaml", "--date", "2026-01-07"])
        .expect(0, &["missing:", "no file of 2026-01-07 has come for shop `gent`", "0 rows written"]);
}

#[test]
fn what_a_dead_run_left_undone_is_done_first() {
    let home = drop_folder("after: { archive: archive/ }", "mode: append");
    home.write("in/a_20260101.csv", "id,n\n1,5\n");
    home.towpath(&["run", "drop.yaml"]).expect(0, &["is moved"]);
    // As if the process had died after it wrote down that it was done, and before it moved the file.
    std::fs::rename(home.path("archive/a_20260101.csv"), home.path("in/a_20260101.csv")).unwrap();
    let state = rusqlite::Connection::open(home.path(".towpath/state.db")).unwrap();
    state.execute_batch("UPDATE items SET unsettled = 1").unwrap();
    home.write("in/b_20260101.csv", "id,n\n2,5\n");
    home.towpath(&["run", "drop.yaml"]).expect(0, &["`in/a_20260101.csv` is moved", "1 rows written"]);
    assert_eq!(loaded(&home), "1 2");
    assert_eq!(home.files().iter().filter(|name| name.starts_with("in/")).count(), 0);
    // As if it had died between the commit and writing that down: the run goes on and finds its rows in place.
    home.write("in/c_20260101.csv", "id,n\n3,5\n");
    home.towpath(&["run", "drop.yaml"]).expect(0, &["1 rows written"]);
    std::fs::rename(home.path("archive/c_20260101.csv"), home.path("in/c_20260101.csv")).unwrap();
    state
        .execute_batch(
            "DELETE FROM items WHERE name LIKE 'in/c%'; UPDATE runs SET standing = 'running', ended_at = NULL \
             WHERE run = (SELECT run FROM runs ORDER BY started_at DESC LIMIT 1)",
        )
        .unwrap();
    home.write("in/d_20260101.csv", "id,n\n4,5\n");
    home.towpath(&["run", "drop.yaml"]).expect(0, &["going on with run", "already in place"]);
    home.towpath(&["run", "drop.yaml"]).expect(0, &["1 rows written"]);
    assert_eq!(loaded(&home), "1 2 3 4");
}

/// Runs over a folder that fills up, killed at random moments and started again: every file is loaded once and moved.
fn killed(mode: &str, seed: u64) {
    let mut dice = Dice::new(seed);
    let chunk = 20 + dice.below(200);
    let load = format!("mode: {mode}, resume: {{ rows: {chunk}, parallel: 2 }}");
    let home = drop_folder(ARCHIVE, &load);
    let began = Instant::now();
    let mut usual = Duration::from_millis(400);
    let (mut id, mut kills) = (0, 0);
    for turn in 0..3 {
        for file in 0..1 + dice.below(4) {
            let rows = (0..50 + dice.below(400)).map(|_| {
                id += 1;
                format!("{id},{}\n", dice.below(100))
            });
            let text: String = std::iter::once("id,n\n".to_owned()).chain(rows).collect();
            home.write(&format!("in/s{file}_2026010{}.csv", turn + 1), text);
        }
        for _ in 0..dice.below(3) {
            let delay = usual.mul_f64(dice.below(1100) as f64 / 1000.0);
            kills += u64::from(kill_after(start(&home, &["run", "drop.yaml"]), delay).is_none());
        }
        let began = Instant::now();
        let said = home.towpath(&["run", "drop.yaml"]);
        assert_eq!(said.code, 0, "seed {seed}: {said:#?}");
        usual = began.elapsed();
    }
    // A run that went on with another one left what came since to this one.
    home.towpath(&["run", "drop.yaml"]).expect(0, &[]);
    let counts =
        home.sqlite("shop.db", "SELECT count(*) || ' ' || count(DISTINCT id) || ' ' || max(id) FROM sales");
    assert_eq!(
        counts,
        format!("{id} {id} {id}"),
        "seed {seed} ({mode}), {kills} kills, {:?}",
        began.elapsed()
    );
    let files = home.files();
    assert_eq!(files.iter().filter(|name| name.starts_with("in/")).count(), 0, "seed {seed}: {files:?}");
    let moved = files.iter().filter(|name| name.starts_with("archive/")).count();
    let read = home.sqlite(".towpath/state.db", "SELECT count(*) FROM items WHERE NOT unsettled");
    assert_eq!(moved.to_string(), read, "seed {seed}: {files:?}");
}

fn seeds() -> u64 {
    let given = std::env::var("TOWPATH_CRASH_SEEDS").ok().and_then(|text| text.parse::<u64>().ok());
    given.map_or(6, |seeds| seeds / 36)
}

#[test]
fn files_are_appended_once_whenever_the_program_is_killed() {
    (0..seeds()).for_each(|seed| killed("append", seed));
}

#[test]
fn files_are_upserted_once_whenever_the_program_is_killed() {
    (0..seeds()).for_each(|seed| killed("upsert, key: [id]", 1000 + seed));
}
