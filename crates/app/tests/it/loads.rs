//! What a person does around loads: look before, take back after, read only what is new, go on.

use crate::sandbox::Sandbox;

const CLIENTS: &str = "CREATE TABLE clients (id INTEGER PRIMARY KEY, name TEXT, changed INTEGER);
    INSERT INTO clients VALUES (1, 'Anaïs', 10), (2, 'Håkon', 20), (3, 'Zoë', 20)";

fn statements(home: &Sandbox, database: &str, sql: &str) {
    rusqlite::Connection::open(home.path(database)).unwrap().execute_batch(sql).unwrap();
}

fn home(source: &str, load: &str) -> Sandbox {
    let home = Sandbox::new();
    statements(&home, "shop.db", CLIENTS);
    home.write(
        "clients.yaml",
        format!(
            "towpath: 1\nname: clients\nnodes:\n  \
             rows: {{ source: sqlite, connection: \"sqlite:///shop.db\", table: clients{source} }}\n  \
             load: {{ destination: sqlite, connection: \"sqlite:///copy.db\", from: rows, table: clients, {load} }}\n"
        ),
    );
    home
}

fn copied(home: &Sandbox) -> String {
    home.sqlite(
        "copy.db",
        "SELECT group_concat(id || ' ' || name, ', ') FROM (SELECT * FROM clients ORDER BY id, rowid)",
    )
}

#[test]
fn a_dry_run_tells_what_would_change_and_changes_nothing() {
    let home = home("", "mode: mirror, key: [id], mirror: { guard: 50 }");
    home.towpath(&["run", "clients.yaml", "--dry-run"]).expect(0, &["3 new", "dry run: nothing was written"]);
    assert!(!home.path("copy.db").exists(), "a dry run makes no database");
    home.towpath(&["run", "clients.yaml"]).expect(0, &["3 new"]);
    statements(
        &home,
        "shop.db",
        "DELETE FROM clients WHERE id = 3; UPDATE clients SET name = 'Håkan' WHERE id = 2; INSERT INTO clients VALUES \
         (4, NULL, 30)",
    );
    let before = copied(&home);
    home.towpath(&["run", "clients.yaml", "--dry-run", "--diff-out", "changes.csv"]).expect(
        0,
        &[
            "1 new · 1 changed · 1 deleted · 1 unchanged",
            "~ id=2  name: Håkon → Håkan",
            "- id=3",
            "+ id=4  name: null, changed: 30",
            "changes.csv",
        ],
    );
    assert_eq!(copied(&home), before);
    let changes = home.read("changes.csv");
    assert!(
        changes.starts_with("_change,id,name,changed,id_before,name_before,changed_before\n"),
        "{changes}"
    );
    assert!(changes.contains("updated,2,Håkan,20,2,Håkon,20\n"), "{changes}");
    let report = home.towpath(&["run", "clients.yaml", "--dry-run", "--json"]);
    let last: serde_json::Value = serde_json::from_str(report.out.lines().last().unwrap()).unwrap();
    assert_eq!(
        (last["dry"].as_bool(), last["nodes"][1]["changes"]["deleted"].as_u64()),
        (Some(true), Some(1))
    );
    // A dry run is no run: nothing is remembered of it.
    assert_eq!(home.towpath(&["state", "show", "clients.yaml"]).out.matches("run_").count(), 1);
    home.towpath(&["run", "clients.yaml"]).expect(0, &["1 new · 1 changed · 1 deleted · 1 unchanged"]);
}

#[test]
fn a_guarded_mirror_waits_for_force() {
    let home = home("", "mode: mirror, key: [id]");
    home.towpath(&["run", "clients.yaml"]).expect(0, &[]);
    statements(&home, "shop.db", "DELETE FROM clients WHERE id > 1");
    home.towpath(&["run", "clients.yaml"]).expect(1, &["2 of 3 rows (66.7 %)", "--force"]);
    home.towpath(&["run", "clients.yaml", "--dry-run"]).expect(1, &["--force"]);
    home.towpath(&["run", "clients.yaml", "--force"]).expect(0, &["2 deleted"]);
    assert_eq!(copied(&home), "1 Anaïs");
}

#[test]
fn undo_takes_the_last_run_back_once() {
    let home = home("", "mode: upsert, key: [id], undo: { keep: 30d }");
    home.towpath(&["undo", "clients.yaml"]).expect(1, &["no run of this pipeline"]);
    home.towpath(&["run", "clients.yaml"]).expect(0, &[]);
    let before = copied(&home);
    statements(
        &home,
        "shop.db",
        "UPDATE clients SET name = upper(name); INSERT INTO clients VALUES (9, 'new', 1)",
    );
    home.towpath(&["run", "clients.yaml"]).expect(0, &["1 new · 3 changed"]);
    statements(&home, "copy.db", "UPDATE clients SET name = 'somebody else' WHERE id = 1");
    home.towpath(&["undo", "clients.yaml"]).expect(
        3,
        &["1 inserted rows removed, 2 updated rows restored", "1 rows were changed since by somebody else"],
    );
    assert_eq!(copied(&home), before.replace("1 Anaïs", "1 somebody else"));
    home.towpath(&["state", "show", "clients.yaml"]).expect(0, &["undone"]);
}

#[test]
fn incremental_reads_take_only_what_is_new() {
    let home = home(", incremental: { cursor: changed }", "mode: append");
    home.towpath(&["run", "clients.yaml"]).expect(0, &["3 new"]);
    home.towpath(&["run", "clients.yaml"]).expect(0, &["0 rows written"]);
    statements(&home, "shop.db", "INSERT INTO clients VALUES (4, 'Ólafur', 30), (5, 'no cursor', NULL)");
    // Looking at a pipeline moves nothing.
    home.towpath(&["preview", "clients.yaml", "--node", "rows"]).expect(0, &["Ólafur", "Anaïs"]);
    home.towpath(&["run", "clients.yaml"]).expect(0, &["1 rows written"]);
    assert_eq!(copied(&home), "1 Anaïs, 2 Håkon, 3 Zoë, 4 Ólafur");
    home.towpath(&["state", "show", "clients.yaml"]).expect(0, &["changed = 30"]);

    let exported = home.towpath(&["state", "export", "clients.yaml"]).out;
    home.towpath(&["state", "reset", "clients.yaml"]).expect(0, &["1 checkpoints forgotten"]);
    home.write("state.json", exported);
    home.towpath(&["state", "import", "state.json"]).expect(0, &["1 checkpoints set"]);
    home.towpath(&["run", "clients.yaml"]).expect(0, &["0 rows written"]);
    home.towpath(&["state", "reset", "clients.yaml", "--node", "rows"])
        .expect(0, &["1 checkpoints forgotten"]);
    home.towpath(&["run", "clients.yaml"]).expect(0, &["4 rows written"]);
}

#[test]
fn rows_at_the_checkpoint_can_be_read_again_where_they_land_by_key() {
    let home =
        home(", incremental: { cursor: changed, inclusive: true, start: \"20\" }", "mode: upsert, key: [id]");
    home.towpath(&["run", "clients.yaml"]).expect(0, &["2 new"]);
    // A row with the cursor of the checkpoint arrives late.
    statements(&home, "shop.db", "INSERT INTO clients VALUES (4, 'late', 20)");
    home.towpath(&["run", "clients.yaml"]).expect(0, &["1 new · 2 unchanged"]);
    assert_eq!(copied(&home), "2 Håkon, 3 Zoë, 4 late");
}

#[test]
fn incremental_reads_that_cannot_be_right_are_refused() {
    let cases = [
        ("cursor: chnged", "mode: append", "did you mean `changed`"),
        ("cursor: changed, inclusive: true", "mode: append", "no key to tell them apart"),
        ("cursor: changed", "mode: mirror, key: [id]", "brings only new rows"),
        ("cursor: changed, start: soon", "mode: append", "`soon` is no value"),
        ("cursor: changed, lookback: 2d", "mode: upsert, key: [id]", "for numbers, write a number"),
        ("curser: changed", "mode: append", "unknown field `curser`"),
    ];
    for (rules, load, message) in cases {
        let home = home(&format!(", incremental: {{ {rules} }}"), load);
        // The bounds of a lookback are looked at when there is a checkpoint.
        if rules.contains("lookback") {
            let checkpoint = "{\"checkpoints\": [{\"pipeline\": \"clients\", \"stream\": \"rows\", \"cursor\": \"changed\", \
                              \"value\": \"20\", \"run\": \"run_1\", \"updated_at\": \"2025-01-01\"}]}";
            home.write("state.json", checkpoint);
            home.towpath(&["state", "import", "state.json"]).expect(0, &[]);
        }
        home.towpath(&["run", "clients.yaml"]).expect(2, &[message]);
    }
}

#[test]
fn a_run_that_did_not_end_is_gone_on_with_only_by_its_own_pipeline() {
    let home = home(", incremental: { cursor: changed }", "mode: append");
    home.towpath(&["run", "clients.yaml"]).expect(0, &["3 new"]);
    // As if the process had died after the commit and before it wrote down that it was done.
    statements(
        &home,
        ".towpath/state.db",
        "UPDATE runs SET standing = 'running', ended_at = NULL; DELETE FROM checkpoints",
    );
    let text = home.read("clients.yaml");
    home.write("clients.yaml", text.replace("from: rows", "from: rows, description: changed"));
    home.towpath(&["run", "clients.yaml"]).expect(2, &["has changed since", "towpath state forget"]);
    home.write("clients.yaml", &text);
    // An incremental pipeline never passes over such a run.
    home.towpath(&["run", "clients.yaml"]).expect(0, &["going on with run", "already in place"]);
    assert_eq!(copied(&home), "1 Anaïs, 2 Håkon, 3 Zoë");
    home.towpath(&["run", "clients.yaml"]).expect(0, &["0 rows written"]);
    home.towpath(&["run", "clients.yaml", "--resume"]).expect(0, &["a new one begins"]);
}
