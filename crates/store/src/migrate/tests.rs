//! Every state that a step ever left comes up to date, with all its rows, on both databases.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use sqlx::{AssertSqlSafe, Row};
use tempfile::TempDir;
use towpath_testkit::{Postgres, postgres};

use super::{STEPS, up, up_to};
use crate::db::{Engine, Store, commit};
use crate::dump;
use crate::error::Error;

/// An empty database without any step, and what it needs to be there.
struct Empty(Store, Option<TempDir>, Option<Postgres>);

async fn empty(engine: Engine) -> Empty {
    match engine {
        Engine::Sqlite => {
            let folder = tempfile::tempdir().unwrap();
            let url = format!("sqlite://{}?mode=rwc", folder.path().join("towpath.db").display());
            Empty(Store::connect(&url, engine, 4).await.unwrap(), Some(folder), None)
        }
        Engine::Postgres => {
            let database = postgres();
            Empty(Store::connect(&database.url(), engine, 4).await.unwrap(), None, Some(database))
        }
    }
}

const BOTH: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

/// Columns of every table, with their types in the words of the database.
async fn shape(store: &Store) -> BTreeMap<String, Vec<(String, String)>> {
    let text = match store.engine() {
        Engine::Sqlite => {
            "SELECT m.name, c.name, c.type FROM sqlite_master m, pragma_table_info(m.name) c
             WHERE m.type = 'table' ORDER BY c.cid"
        }
        Engine::Postgres => {
            "SELECT table_name::text, column_name::text, upper(data_type)::text FROM information_schema.columns
             WHERE table_schema = 'public' ORDER BY ordinal_position"
        }
    };
    let mut conn = store.read().await.unwrap();
    let mut tables = BTreeMap::<String, Vec<(String, String)>>::new();
    for row in sqlx::query(text).fetch_all(&mut *conn).await.unwrap() {
        tables.entry(row.get(0)).or_default().push((row.get(1), row.get(2)));
    }
    tables.remove("migrations");
    tables
}

/// Two rows for every table: every identity is that of its row, so that whatever refers to something finds it.
async fn fill(store: &Store) {
    let shape = shape(store).await;
    let mut tx = store.begin().await.unwrap();
    for table in dump::TABLES.iter().filter(|table| shape.contains_key(**table)) {
        for number in 1..=2 {
            let value = |kind: &str| match kind {
                "BIGINT" => Value::from(number),
                "DOUBLE PRECISION" => Value::from(f64::from(number) + 0.5),
                "TEXT" => Value::from(format!("row {number} é")),
                other => panic!("{table}: unknown type {other}"),
            };
            let row: Map<String, Value> =
                shape[*table].iter().map(|(name, kind)| (name.clone(), value(kind))).collect();
            let line = Value::Object(row).to_string();
            dump::read(&mut tx, table, &mut line.as_bytes()).await.unwrap();
        }
    }
    commit(tx).await.unwrap();
}

/// Rows of those columns of those tables, as text.
async fn rows(store: &Store, shape: &BTreeMap<String, Vec<(String, String)>>) -> Vec<String> {
    let mut conn = store.read().await.unwrap();
    let mut all = Vec::new();
    for (table, columns) in shape {
        let columns: Vec<String> =
            columns.iter().map(|(name, _)| format!("COALESCE(CAST({name} AS TEXT), '-')")).collect();
        let text = format!("SELECT {} FROM {table}", columns.join(" || '|' || "));
        let found = sqlx::query(AssertSqlSafe(text)).fetch_all(&mut *conn).await.unwrap();
        let mut found: Vec<String> =
            found.iter().map(|row| format!("{table}: {}", row.get::<String, _>(0))).collect();
        found.sort();
        all.extend(found);
    }
    all
}

#[tokio::test]
async fn every_state_comes_up_to_date_with_all_its_rows() {
    for engine in BOTH {
        let Empty(fresh, _folder, _database) = empty(engine).await;
        up(&fresh).await.unwrap();
        let newest = shape(&fresh).await;
        for count in 1..=STEPS.len() {
            let Empty(store, _folder, _database) = empty(engine).await;
            up_to(&store, count).await.unwrap();
            fill(&store).await;
            let then = shape(&store).await;
            let before = rows(&store, &then).await;
            assert_eq!(before.len(), 2 * then.len(), "{engine:?}: every table has rows after step {count}");
            up(&store).await.unwrap();
            assert_eq!(shape(&store).await, newest, "{engine:?}, from step {count}");
            assert_eq!(rows(&store, &then).await, before, "{engine:?}, from step {count}");
            // Once more does nothing.
            up(&store).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_store_of_a_newer_program_is_refused_and_left_alone() {
    for engine in BOTH {
        let Empty(store, _folder, _database) = empty(engine).await;
        up(&store).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let text = "INSERT INTO migrations (name, fingerprint, done_at) VALUES ('9999_tomorrow', 'x', 0)";
        sqlx::query(text).execute(&mut *tx).await.unwrap();
        commit(tx).await.unwrap();
        let error = up(&store).await.unwrap_err();
        assert!(matches!(&error, Error::Newer(step) if step == "9999_tomorrow"), "{error}");
        let fault = towpath_model::Fault::from(error);
        assert!(fault.to_string().contains("newer version of Towpath"), "{fault}");
        assert!(fault.hint_text().is_some());
    }
}

fn frozen() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/frozen")
}

/// What is known of a released version: its steps, and rows of a server that ran it.
struct Frozen {
    steps: Vec<(String, String)>,
    rows: Vec<(String, String)>,
}

fn thaw(text: &str) -> Frozen {
    let mut lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let steps = lines.next().unwrap();
    let steps = steps["steps"].as_array().unwrap().iter().map(|step| {
        (step["name"].as_str().unwrap().to_owned(), step["fingerprint"].as_str().unwrap().to_owned())
    });
    let steps = steps.collect();
    let rows = lines.map(|line| (line["table"].as_str().unwrap().to_owned(), line["row"].to_string()));
    Frozen { steps, rows: rows.collect() }
}

/// Brings the store of a released version up to date, and looks for everything that it remembered.
async fn walk(name: &str, text: &str) {
    let Frozen { steps, rows: kept } = thaw(text);
    for (at, (step, print)) in steps.iter().enumerate() {
        let (known, text) = STEPS[at];
        let is_same = known == step && *print == towpath_model::fingerprint(text);
        assert!(is_same, "step `{step}` was released with {name}, and is another one now");
    }
    for engine in BOTH {
        let Empty(store, _folder, _database) = empty(engine).await;
        up_to(&store, steps.len()).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        for (table, row) in &kept {
            dump::read(&mut tx, table, &mut row.as_bytes()).await.unwrap();
        }
        commit(tx).await.unwrap();
        let then = shape(&store).await;
        let before = rows(&store, &then).await;
        assert_eq!(before.len(), kept.len(), "{name} on {engine:?}");
        up(&store).await.unwrap();
        assert_eq!(rows(&store, &then).await, before, "{name} on {engine:?}");
    }
}

#[tokio::test]
async fn stores_of_released_versions_come_up_to_date() {
    for entry in std::fs::read_dir(frozen()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "ndjson") {
            walk(&path.display().to_string(), &std::fs::read_to_string(&path).unwrap()).await;
        }
    }
}

#[tokio::test]
async fn what_is_frozen_today_can_be_walked_tomorrow() {
    let Empty(store, _folder, _database) = empty(Engine::Sqlite).await;
    up(&store).await.unwrap();
    fill(&store).await;
    let mut text = Vec::new();
    dump::freeze(&store, &mut text).await.unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(thaw(&text).rows.iter().any(|(table, _)| table == "runs"));
    walk("today", &text).await;
}
