//! What is written: types that survive, constraints, write modes, contracts.

use arrow::array::{Decimal128Array, Float64Array};
use towpath_model::FaultKind;
use towpath_model::contract::{Contract, ContractRule};

use super::*;

#[tokio::test]
async fn overwrite_keeps_what_hangs_on_the_table() {
    let file = File::with(
        "CREATE TABLE colour (id INTEGER PRIMARY KEY, name TEXT);
         CREATE TABLE shutter (colour INT REFERENCES colour (id) ON DELETE CASCADE);
         CREATE VIEW names AS SELECT name FROM colour;
         CREATE TABLE log (what TEXT);
         CREATE TRIGGER added AFTER INSERT ON colour BEGIN INSERT INTO log VALUES (new.name); END;
         INSERT INTO colour VALUES (1, 'red'), (2, 'blue');
         INSERT INTO shutter VALUES (1), (1);",
    );
    let rows = pairs(("id", "name"), &[(1, "crimson"), (3, "green")]);
    file.load("colour", order(WriteMode::Overwrite, &[], &rows), rows).await.unwrap();
    assert_eq!(file.value("SELECT group_concat(name) FROM names"), "crimson,green");
    assert_eq!(file.value("SELECT CAST(count(*) AS TEXT) FROM shutter"), "2", "deleting cascaded");
    assert_eq!(file.value("SELECT group_concat(what) FROM log"), "red,blue,crimson,green");

    // Without row 1 the shutters would refer to nothing.
    let rows = pairs(("id", "name"), &[(3, "green")]);
    let fault = file.load("colour", order(WriteMode::Overwrite, &[], &rows), rows).await.unwrap_err();
    assert_eq!(fault.kind(), FaultKind::Data);
    assert_eq!(
        fault.to_string(),
        "after the load, 2 rows of table `shutter` would refer to rows that do not exist"
    );
    assert_eq!(file.value("SELECT group_concat(name) FROM names"), "crimson,green");
}

#[tokio::test]
async fn loads_of_one_run_share_a_file_with_each_other_and_with_a_reader() {
    let file = File::with("PRAGMA journal_mode = DELETE; CREATE TABLE a (id INT, name TEXT)");
    let rows = pairs(("id", "name"), &[(1, "x")]);
    // A reader in the middle of its rows holds a lock in this journal mode until the loads commit.
    let mut first = file.begin("a", order(WriteMode::Append, &[], &rows)).await.unwrap();
    let mut second = file.begin("b", order(WriteMode::Append, &[], &rows)).await.unwrap();
    let mut third = file.begin("b", order(WriteMode::Append, &[], &rows)).await.unwrap();
    for load in [&mut first, &mut second, &mut third] {
        load.write(rows.clone()).await.unwrap();
    }
    assert_eq!(file.read(json!({ "table": "a" })).await.unwrap().0.len(), 0);
    for load in [first, second, third] {
        load.commit().await.unwrap();
    }
    assert_eq!(file.read(json!({ "table": "b" })).await.unwrap().0.len(), 2);
}

#[tokio::test]
async fn a_lock_of_another_program_is_named_and_nothing_is_written() {
    let file = File::with("CREATE TABLE t (id INT, name TEXT)");
    let rows = pairs(("id", "name"), &[(1, "x")]);
    let other = file.open();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let fault = file.load("t", order(WriteMode::Append, &[], &rows), rows.clone()).await.unwrap_err();
    assert_eq!(fault.kind(), FaultKind::Unavailable);
    assert_eq!(fault.to_string(), "the database `laws.db` was locked by another program for more than 50 ms");
    other.execute_batch("ROLLBACK").unwrap();
    file.load("t", order(WriteMode::Append, &[], &rows), rows).await.unwrap();
}

#[tokio::test]
async fn a_table_that_changes_during_the_load_is_a_fault() {
    let file = File::with("CREATE TABLE t (id INT, name TEXT)");
    let rows = pairs(("id", "name"), &[(1, "x")]);
    let mut load = file.begin("t", order(WriteMode::Append, &[], &rows)).await.unwrap();
    load.write(rows).await.unwrap();
    file.open().execute_batch("ALTER TABLE t DROP COLUMN name; ALTER TABLE t ADD COLUMN name BLOB").unwrap();
    let fault = load.commit().await.unwrap_err();
    assert_eq!((fault.kind(), fault.message()), (FaultKind::Contract, "table `t` changed during the load"));
    assert_eq!(file.value("SELECT CAST(count(*) AS TEXT) FROM t"), "0");
}

#[tokio::test]
async fn upsert_follows_the_key_of_the_table() {
    let file = File::with(
        "CREATE TABLE nocase (name TEXT COLLATE NOCASE UNIQUE, id INT, kept TEXT DEFAULT 'default');
         INSERT INTO nocase VALUES ('Red', 1, 'old');
         CREATE TABLE loose (id INT, name TEXT, kept TEXT);
         INSERT INTO loose VALUES (1, 'a', 'old'), (NULL, 'b', 'old');",
    );
    let rows = pairs(("id", "name"), &[(2, "RED"), (3, "red"), (4, "blue")]);
    let (receipt, _) = file.load("nocase", order(WriteMode::Upsert, &["name"], &rows), rows).await.unwrap();
    assert_eq!((receipt.written, receipt.deduplicated), (2, 1));
    assert_eq!(
        file.value("SELECT group_concat(name || id || kept) FROM (SELECT * FROM nocase ORDER BY id)"),
        "red3old,blue4default"
    );
    let rows = pairs(("ID", "name"), &[(1, "c"), (2, "d")]);
    let (receipt, _) = file.load("loose", order(WriteMode::Upsert, &["ID"], &rows), rows).await.unwrap();
    assert!(receipt.notes[0].contains("no unique index"), "{receipt:?}");
    assert_eq!(
        file.value("SELECT group_concat(coalesce(id, 'null') || name || coalesce(kept, '-')) FROM (SELECT * FROM loose ORDER BY name)"),
        "nullbold,1cold,2d-"
    );
}

#[tokio::test]
async fn constraints_and_shapes_of_existing_tables_are_faults_before_or_at_commit() {
    let file = File::with(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT CHECK (name <> 'bad'), twice INT AS (id * 2));
         INSERT INTO t (id, name) VALUES (1, 'x');
         CREATE TABLE needy (id INT, name TEXT, must TEXT NOT NULL);
         CREATE VIEW v AS SELECT * FROM t;
         CREATE TABLE words (id INT, name STRING);",
    );
    let load = async |table: &str, names, rows: &[(i64, &str)]| {
        let rows = pairs(names, rows);
        file.load(table, order(WriteMode::Append, &[], &rows), rows).await.unwrap_err()
    };
    for (table, names, row, kind, message) in [
        (
            "t",
            ("id", "name"),
            (1, "y"),
            FaultKind::Data,
            "table `t` refuses the rows: UNIQUE constraint failed: t.id",
        ),
        (
            "t",
            ("id", "name"),
            (2, "bad"),
            FaultKind::Data,
            "table `t` refuses the rows: CHECK constraint failed: name <> 'bad'",
        ),
        (
            "t",
            ("twice", "name"),
            (1, "y"),
            FaultKind::Contract,
            "column `twice` of table `t` is computed by the table",
        ),
        ("t", ("id", "nam"), (1, "y"), FaultKind::Contract, "table `t` has no column `nam`"),
        (
            "t",
            ("id", "ID"),
            (1, "y"),
            FaultKind::Contract,
            "columns `id` and `ID` are one column to SQLite, which does not tell upper from lower case",
        ),
        (
            "needy",
            ("id", "name"),
            (1, "y"),
            FaultKind::Contract,
            "table `needy` needs values for `must`, and the rows have none",
        ),
        ("v", ("id", "name"), (1, "y"), FaultKind::Config, "`v` is a view, and views take no rows"),
        (
            "words",
            ("id", "name"),
            (1, "007"),
            FaultKind::Data,
            "column `name` of table `words` is declared STRING, so SQLite would turn the text `007` into another number",
        ),
        (
            "_towpath_loads",
            ("id", "name"),
            (1, "y"),
            FaultKind::Config,
            "`_towpath_loads` is the table that remembers loads",
        ),
    ] {
        let fault = load(table, names, &[row]).await;
        assert_eq!((fault.kind(), fault.to_string()), (kind, message.into()), "{fault:?}");
        assert!(fault.hint_text().is_some(), "{fault:?}");
    }
    assert_eq!(file.value("SELECT group_concat(name) FROM t"), "x");
    let rows = pairs(("id", "name"), &[(1, "y")]);
    let missing = order(WriteMode::Upsert, &["idd"], &rows);
    let fault = file.load("t", missing, rows.clone()).await.unwrap_err();
    assert_eq!(fault.hint_text(), Some("did you mean `id`?"));
    assert_eq!(
        file.load("t", order(WriteMode::Upsert, &[], &rows), rows).await.unwrap_err().kind(),
        FaultKind::Config
    );
}

#[tokio::test]
async fn existing_columns_take_only_what_they_keep() {
    let file = File::with("CREATE TABLE t (i INTEGER, n NUMERIC, m DECIMAL(20,2), s VARCHAR(3))");
    let schema = Arc::new(Schema::new(vec![
        Field::new("i", DataType::Float64, true),
        Field::new("n", DataType::Decimal128(30, 2), true),
        Field::new("m", DataType::Decimal128(20, 2), true),
        Field::new("s", DataType::Int64, true),
    ]));
    let wide = |values: Vec<i128>, precision| {
        Arc::new(Decimal128Array::from(values).with_precision_and_scale(precision, 2).unwrap()) as ArrayRef
    };
    let long = 1_234_567_890_123_456_789;
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Float64Array::from(vec![1.0, 1.5, 2.0, 3.0])),
        wide(vec![150, 1, long, 1], 30),
        wide(vec![99, 1, 1, long], 20),
        Arc::new(Int64Array::from(vec![7, 1, 1, 1])),
    ];
    let rows = RecordBatch::try_new(schema, columns).unwrap();
    let (receipt, rejects) = file.load("t", order(WriteMode::Append, &[], &rows), rows).await.unwrap();
    assert_eq!(receipt.written, 1);
    let reasons: Vec<&str> = rejects.iter().map(|reject| reject.reason.as_str()).collect();
    assert_eq!(
        reasons,
        [
            "`1.5` is not a whole number",
            "`12345678901234567.89` has more digits than NUMERIC keeps",
            "`12345678901234567.89` has more digits than DECIMAL(20,2) keeps",
        ]
    );
    assert_eq!(file.value("SELECT typeof(i) || n || m || typeof(s) FROM t"), "integer1.50.99text");
}

#[tokio::test]
async fn a_new_file_is_made_at_commit_and_in_wal_mode() {
    let file = File::new();
    let path = file.folder.path().join("laws.db");
    let rows = pairs(("id", "name"), &[(1, "x")]);
    let load = file.begin("t", order(WriteMode::Append, &["id"], &rows)).await.unwrap();
    load.abort().await.unwrap();
    assert!(!path.exists(), "an abandoned load made a file");
    let request = LoadRequest {
        contract: Contract { tables: ContractRule::Evolve, ..Default::default() },
        ..order(WriteMode::Append, &["id"], &rows)
    };
    let (receipt, _) = file.load("t", request, rows).await.unwrap();
    assert_eq!(receipt.notes, ["made the database `laws.db`", "created table `t`"]);
    assert_eq!(file.value("PRAGMA journal_mode"), "wal");
    assert_eq!(
        file.value("SELECT sql FROM sqlite_schema WHERE name = 't'"),
        r#"CREATE TABLE "t" ("id" INTEGER NOT NULL, "name" TEXT, PRIMARY KEY ("id"))"#
    );
    assert_eq!(file.value("SELECT origin || target || rows FROM _towpath_loads"), "test/loadt1");
}
