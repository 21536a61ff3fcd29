//! What a load may change besides rows, and what it takes back: types, columns, histories, undo.

use arrow::array::{Date32Array, Decimal128Array, Float64Array, TimestampMicrosecondArray};
use towpath_model::FaultKind;
use towpath_model::contract::{Contract, ContractRule};
use towpath_model::landing::{History, Mirror, Missing, Undo};

use super::*;

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))
        .unwrap()
}

fn with_types(rule: ContractRule, mode: WriteMode, rows: &RecordBatch) -> LoadRequest {
    LoadRequest { contract: Contract { types: rule, ..Contract::default() }, ..order(mode, &["id"], rows) }
}

fn wide() -> RecordBatch {
    let prices = Decimal128Array::from(vec![1234, 5]).with_precision_and_scale(20, 3).unwrap();
    batch(vec![
        ("id", Arc::new(Int64Array::from(vec![2, 3]))),
        ("count", Arc::new(Float64Array::from(vec![1.5, 2.0]))),
        ("price", Arc::new(prices)),
        ("day", Arc::new(TimestampMicrosecondArray::from(vec![0, 86_400_000_000 + 1_000_000]))),
    ])
}

const NARROW: &str =
    "CREATE TABLE t (id INTEGER PRIMARY KEY, count INTEGER /* of them */, price DECIMAL(6,2), day DATE);
     CREATE TABLE log (what TEXT);
     CREATE INDEX by_price ON t (price); CREATE INDEX by_day ON t (day);
     CREATE TRIGGER changed AFTER UPDATE ON t WHEN new.id = 1 BEGIN INSERT INTO log VALUES ('changed'); END;
     CREATE VIEW seen AS SELECT day, price FROM t;
     INSERT INTO t VALUES (1, 7, 12.5, '2020-02-29'), (2, 9, 3, NULL);";

#[tokio::test]
async fn columns_are_widened_in_place() {
    let file = File::with(NARROW);
    let rows = wide();
    let request = with_types(ContractRule::Evolve, WriteMode::Upsert, &rows);
    let other = file.open();
    assert_eq!(
        other.query_row("SELECT max(day) FROM seen", [], |row| row.get::<_, String>(0)).unwrap(),
        "2020-02-29"
    );
    let (receipt, rejects) = file.load("t", request.clone(), rows.clone()).await.unwrap();
    assert_eq!(rejects, Vec::new());
    assert_eq!(
        receipt.notes,
        [
            "widened column `count` from INTEGER to NUMERIC",
            "widened column `price` from DECIMAL(6,2) to DECIMAL_TEXT(20,3)",
            "widened column `day` from DATE to DATETIME"
        ]
    );
    assert_eq!(
        file.value("SELECT group_concat(id || ' ' || count || ' ' || price || ' ' || day, '; ') FROM t"),
        "1 7 12.500 2020-02-29 00:00:00; 2 1.5 1.234 1970-01-01 00:00:00; 3 2 0.005 1970-01-02 00:00:01"
    );
    // Indexes and other connections know the new form, and nobody was told of a change that is none.
    assert_eq!(file.value("PRAGMA integrity_check"), "ok");
    assert_eq!(file.value("SELECT CAST(id AS TEXT) FROM t INDEXED BY by_price WHERE price = '12.500'"), "1");
    let day: String = other.query_row("SELECT max(day) FROM seen", [], |row| row.get(0)).unwrap();
    assert_eq!(day, "2020-02-29 00:00:00");
    assert_eq!(file.value("SELECT CAST(count(*) AS TEXT) FROM log"), "0");
    // Once is enough, and what is the same stays.
    let again = LoadRequest { load_id: LoadId::generate(), ..request };
    let (receipt, _) = file.load("t", again, rows).await.unwrap();
    assert_eq!((receipt.notes.len(), receipt.changes.unwrap().unchanged), (0, 2), "{receipt:?}");
}

#[tokio::test]
async fn other_rules_for_types_refuse_or_leave_out() {
    let file = File::with(NARROW);
    let rows = wide();
    let fault =
        file.begin("t", with_types(ContractRule::Freeze, WriteMode::Upsert, &rows)).await.err().unwrap();
    assert_eq!(fault.kind(), FaultKind::Contract);
    assert!(fault.to_string().contains("`count`") && fault.hint_text().is_some(), "{fault:?}");
    let narrow = batch(vec![
        ("id", Arc::new(Int64Array::from(vec![1]))),
        ("day", Arc::new(Date32Array::from(vec![1]))),
    ]);
    drop(file.begin("t", with_types(ContractRule::Freeze, WriteMode::Upsert, &narrow)).await.unwrap());

    let (receipt, rejects) =
        file.load("t", with_types(ContractRule::DiscardValue, WriteMode::Upsert, &rows), rows).await.unwrap();
    let told: Vec<_> = rejects.iter().map(|reject| (reject.column.as_deref(), reject.value_only)).collect();
    assert_eq!((receipt.written, told.len()), (2, 4), "{told:?}");
    assert!(told.iter().all(|(_, value_only)| *value_only));
    assert_eq!(
        file.value("SELECT group_concat(id || coalesce(count, '-') || coalesce(price, '-') || coalesce(day, '-')) FROM t WHERE id > 1"),
        "2--1970-01-01,32--"
    );
}

#[tokio::test]
async fn columns_are_renamed_once_or_their_rows_set_aside() {
    let file =
        File::with("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO t VALUES (1, 'a')");
    let rows = pairs(("id", "title"), &[(2, "b")]);
    let renames = [("name".to_owned(), "title".to_owned())].into_iter().collect();
    let contract = Contract { renames, ..Contract::default() };
    let request = || LoadRequest { contract: contract.clone(), ..order(WriteMode::Append, &[], &rows) };
    let (receipt, _) = file.load("t", request(), rows.clone()).await.unwrap();
    assert_eq!(receipt.notes, ["renamed column `name` to `title`"]);
    let again = pairs(("id", "title"), &[(3, "c")]);
    assert_eq!(file.load("t", request(), again).await.unwrap().0.notes, [""; 0]);
    assert_eq!(file.value("SELECT group_concat(title) FROM t"), "a,b,c");

    let rows = batch(vec![
        ("id", Arc::new(Int64Array::from(vec![4, 5]))),
        ("new", Arc::new(StringArray::from(vec![None, Some("x")]))),
    ]);
    let contract = Contract { columns: ContractRule::DiscardRow, ..Contract::default() };
    let request = LoadRequest { contract, ..order(WriteMode::Upsert, &["id"], &rows) };
    let (receipt, rejects) = file.load("t", request, rows).await.unwrap();
    assert_eq!((receipt.written, rejects.len()), (1, 1));
    assert_eq!(rejects[0].reason, "the table has no column `new`");
    assert_eq!(file.value("SELECT group_concat(id) FROM t"), "1,2,3,4");
}

#[tokio::test]
async fn an_overwrite_by_key_resets_what_does_not_come() {
    let file = File::with(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, state TEXT NOT NULL DEFAULT 'new', note TEXT, n AS (id + 1));
         INSERT INTO t VALUES (1, 'a', 'old', 'x'), (2, 'b', 'new', NULL), (3, 'c', 'new', 'x');",
    );
    let rows = pairs(("id", "name"), &[(1, "a"), (2, "b"), (4, "d")]);
    let (receipt, _) = file.load("t", order(WriteMode::Overwrite, &["id"], &rows), rows).await.unwrap();
    let changes = receipt.changes.unwrap();
    assert_eq!((changes.inserted, changes.updated, changes.deleted, changes.unchanged), (1, 1, 1, 1));
    assert_eq!(
        file.value("SELECT group_concat(id || name || state || coalesce(note, '-')) FROM t"),
        "1anew-,2bnew-,4dnew-"
    );
}

#[tokio::test]
async fn keys_without_case_are_one_key_in_every_mode() {
    let sql = "CREATE TABLE t (name TEXT COLLATE NOCASE PRIMARY KEY, id INT); INSERT INTO t VALUES ('Red', 1), ('blue', 2)";
    for (mode, expected) in [
        (WriteMode::Mirror, "RED3"),
        (WriteMode::Overwrite, "RED3"),
        (WriteMode::Upsert, "blue2,RED3"),
        (WriteMode::InsertOnly, "blue2,Red1"),
    ] {
        let file = File::with(sql);
        let rows = pairs(("id", "name"), &[(2, "red"), (3, "RED")]);
        let request = LoadRequest {
            force: true,
            undo: Some(Undo { keep: "1d".into() }),
            ..order(mode, &["name"], &rows)
        };
        let id = request.load_id.clone();
        file.load("t", request, rows).await.unwrap();
        let all = "SELECT group_concat(name || id) FROM (SELECT * FROM t ORDER BY name)";
        assert_eq!(file.value(all), expected, "{}", mode.name());
        let undone = file.destination("t").undo(&id).await.unwrap();
        assert_eq!((undone.kept, file.value(all)), (0, "blue2,Red1".into()), "{}", mode.name());
    }
}

#[tokio::test]
async fn rows_of_an_old_table_are_the_first_versions_of_its_history() {
    let file = File::with(
        "CREATE TABLE t (id INT, name TEXT); INSERT INTO t VALUES (1, 'a'), (2, 'b');
         CREATE TABLE only_one (id INT PRIMARY KEY, name TEXT);",
    );
    let rows = pairs(("id", "name"), &[(1, "a"), (2, "c")]);
    let evolving = Contract { columns: ContractRule::Evolve, ..Contract::default() };
    let request = LoadRequest { contract: evolving.clone(), ..order(WriteMode::History, &["id"], &rows) };
    assert_eq!(
        file.begin("t", order(WriteMode::History, &["id"], &rows)).await.err().unwrap().kind(),
        FaultKind::Contract
    );
    file.load("t", request.clone(), rows.clone()).await.unwrap();
    assert_eq!(
        file.value("SELECT group_concat(id || name || is_current || (valid_from = '-infinity') || (valid_to IS NULL)) FROM (SELECT * FROM t ORDER BY id, valid_from)"),
        "1a111,2b010,2c101"
    );
    let fault = file.begin("only_one", request).await.err().unwrap();
    assert!(fault.to_string().contains("cannot hold several versions"), "{fault}");
    // A column of the load's own does not come with the rows.
    let clash = pairs(("id", "deleted_at"), &[(1, "a")]);
    let mirror = Mirror { missing: Missing::Flag, ..Mirror::default() };
    let request = LoadRequest { mirror, contract: evolving, ..order(WriteMode::Mirror, &["id"], &clash) };
    assert_eq!(file.begin("new", request).await.err().unwrap().kind(), FaultKind::Config);
}

#[tokio::test]
async fn instants_with_and_without_fractions_stand_in_the_order_of_time() {
    let file = File::new();
    let moments = TimestampMicrosecondArray::from(vec![1_500_000, 1_000_000, 1_250_000]).with_timezone("UTC");
    let rows = batch(vec![
        ("id", Arc::new(Int64Array::from(vec![1, 1, 1]))),
        ("name", Arc::new(StringArray::from(vec!["c", "a", "b"]))),
        ("at", Arc::new(moments)),
    ]);
    let history = History { changed: Some("at".into()), ..History::default() };
    let request = LoadRequest { history, ..order(WriteMode::History, &["id"], &rows) };
    file.load("t", request, rows).await.unwrap();
    assert_eq!(
        file.value("SELECT group_concat(name || '<' || coalesce(valid_to, '') || is_current) FROM (SELECT * FROM t ORDER BY name)"),
        "a<1970-01-01 00:00:01.25Z0,b<1970-01-01 00:00:01.5Z0,c<1"
    );
}

#[tokio::test]
async fn what_takes_a_load_back_is_kept_as_long_as_promised() {
    let file = File::with(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE loose (id INT, name TEXT)",
    );
    let rows = pairs(("id", "name"), &[(1, "a")]);
    let request = |keep: &str| LoadRequest {
        undo: Some(Undo { keep: keep.into() }),
        ..order(WriteMode::Upsert, &["id"], &rows)
    };
    let images = "SELECT CAST(count(*) AS TEXT) FROM sqlite_schema WHERE type = 'table' AND name LIKE '\\_towpath\\_undo%' ESCAPE '\\'";
    let fault = file.begin("loose", request("1d")).await.err().unwrap();
    assert!(fault.to_string().contains("no unique index"), "{fault}");
    let expired = request("0m");
    file.load("t", expired.clone(), rows.clone()).await.unwrap();
    assert_eq!(file.value(images), "1");
    let fault = file.destination("t").undo(&expired.load_id).await.unwrap_err();
    assert!(fault.to_string().contains("could be taken back until"), "{fault}");
    let plain = order(WriteMode::Upsert, &["id"], &rows);
    file.load("t", plain.clone(), rows.clone()).await.unwrap();
    assert_eq!(file.value(images), "0", "expired images stay");
    let fault = file.destination("t").undo(&plain.load_id).await.unwrap_err();
    assert!(fault.to_string().contains("kept nothing"), "{fault}");
    assert_eq!(file.destination("loose").undo(&plain.load_id).await.unwrap_err().kind(), FaultKind::NotFound);
    // A load that was taken back may come again.
    let kept = request("1d");
    let changed = pairs(("id", "name"), &[(1, "b")]);
    file.load("t", kept.clone(), changed.clone()).await.unwrap();
    file.destination("t").undo(&kept.load_id).await.unwrap();
    assert_eq!(file.value("SELECT name FROM t"), "a");
    assert!(!file.load("t", kept.clone(), changed).await.unwrap().0.replayed);
    assert_eq!(file.value("SELECT name FROM t"), "b");
    let discovered = erase::<Sqlite>().discover(&file.connection(), &file.context()).await.unwrap();
    assert_eq!(discovered.streams.len(), 2, "images are listed as tables");
}
