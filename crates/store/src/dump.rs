//! The whole store as text, and back: for backups, and to move from one database to the other.
//!
//! Every table is a list of JSON objects, one per line. Both databases write and read the same, so a server that began
//! with a file goes on with PostgreSQL. Secrets stay sealed; the key is no part of it.

use std::io::{BufRead, Write};

use futures::TryStreamExt;
use serde_json::{Map, Value, json};
use sqlx::any::{AnyRow, AnyTypeInfoKind};
use sqlx::{AssertSqlSafe, Column, Row, TypeInfo, ValueRef};
use towpath_model::fingerprint;

use crate::db::{Conn, Engine, ReadTx, Store};
use crate::error::Error;
use crate::migrate;
use crate::sql::sql;

/// Every table, those that others refer to first.
pub const TABLES: &[&str] = &[
    "settings",
    "workspaces",
    "users",
    "identities",
    "recovery_codes",
    "members",
    "grants",
    "links",
    "sessions",
    "api_keys",
    "throttles",
    "audit",
    "secrets",
    "connections",
    "queries",
    "pipelines",
    "pipeline_versions",
    "schedules",
    "backfills",
    "pieces",
    "looks",
    "arrivals",
    "workers",
    "runs",
    "attempts",
    "tasks",
    "run_logs",
    "loads",
    "outputs",
    "checkpoints",
    "items",
    "kept_columns",
    "rejects",
    "repairs",
    "previews",
    "uploads",
    "answers",
    "events",
    "channels",
    "rules",
    "happenings",
    "notices",
    "told",
    "deliveries",
];

/// Tables that mean nothing on another server.
const PASSING: [&str; 4] = ["workers", "events", "throttles", "previews"];

/// A transaction that sees one state of everything, for as long as it takes; it holds nobody up.
pub async fn snapshot<'c>(store: &Store, conn: &'c mut Conn) -> Result<ReadTx<'c>, Error> {
    let mut tx = store.snapshot(conn).await?;
    if store.engine() == Engine::Postgres {
        // A backup may wait for its disk; nobody waits for a transaction that reads.
        sql("SET LOCAL idle_in_transaction_session_timeout TO 0").run(&mut tx).await?;
    }
    Ok(tx)
}

/// The names of the steps that made the store.
pub fn steps() -> Vec<&'static str> {
    migrate::STEPS.iter().map(|(name, _)| *name).collect()
}

/// Writes the rows of a table; returns how many.
pub async fn write(conn: &mut Conn, table: &str, out: &mut (dyn Write + Send)) -> Result<u64, Error> {
    if PASSING.contains(&table) || !TABLES.contains(&table) {
        return Ok(0);
    }
    let text = format!("SELECT * FROM {table}");
    let mut rows = sqlx::query(AssertSqlSafe(text)).fetch(conn);
    let mut count = 0;
    while let Some(row) = rows.try_next().await? {
        let line =
            serde_json::to_string(&object(&row)?).map_err(|error| Error::Corrupt(error.to_string()))?;
        writeln!(out, "{line}").map_err(|error| Error::Unavailable(error.to_string()))?;
        count += 1;
    }
    Ok(count)
}

fn object(row: &AnyRow) -> Result<Value, Error> {
    let mut map = Map::new();
    for column in row.columns() {
        let raw = row.try_get_raw(column.ordinal())?;
        let kind = raw.type_info().kind();
        let value = match kind {
            _ if raw.is_null() => continue,
            AnyTypeInfoKind::Text => Value::from(row.try_get::<String, _>(column.ordinal())?),
            AnyTypeInfoKind::Double | AnyTypeInfoKind::Real => {
                Value::from(row.try_get::<f64, _>(column.ordinal())?)
            }
            AnyTypeInfoKind::BigInt | AnyTypeInfoKind::Integer | AnyTypeInfoKind::SmallInt => {
                Value::from(row.try_get::<i64, _>(column.ordinal())?)
            }
            _ => {
                return Err(Error::Corrupt(format!(
                    "column `{}` is {}",
                    column.name(),
                    raw.type_info().name()
                )));
            }
        };
        map.insert(column.name().to_owned(), value);
    }
    Ok(Value::Object(map))
}

/// Writes the whole store with the steps that made it, one JSON object per line: what a released version leaves for the
/// tests of later ones.
pub async fn freeze(store: &Store, out: &mut (dyn Write + Send)) -> Result<(), Error> {
    let failed = |error: std::io::Error| Error::Unavailable(error.to_string());
    let steps =
        migrate::STEPS.iter().map(|(name, text)| json!({ "name": name, "fingerprint": fingerprint(text) }));
    writeln!(out, "{}", json!({ "steps": steps.collect::<Vec<_>>() })).map_err(failed)?;
    let mut conn = store.read().await?;
    let mut tx = snapshot(store, &mut conn).await?;
    for table in TABLES {
        let mut lines = Vec::new();
        write(&mut tx, table, &mut lines).await?;
        for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let row: Value =
                serde_json::from_slice(line).map_err(|error| Error::Corrupt(error.to_string()))?;
            writeln!(out, "{}", json!({ "table": table, "row": row })).map_err(failed)?;
        }
    }
    out.flush().map_err(failed)
}

/// Empties every table, so that a backup can take their place.
pub async fn clear(conn: &mut Conn) -> Result<(), Error> {
    for table in TABLES.iter().rev() {
        sql(format!("DELETE FROM {table}")).run(conn).await?;
    }
    Ok(())
}

/// Reads rows into a table; returns how many.
pub async fn read(conn: &mut Conn, table: &str, lines: &mut (dyn BufRead + Send)) -> Result<u64, Error> {
    if !TABLES.contains(&table) {
        return Err(Error::Corrupt(format!("the backup has a table `{table}`, which is unknown here")));
    }
    let (mut count, mut line) = (0, String::new());
    loop {
        line.clear();
        let length = lines.read_line(&mut line).map_err(|error| Error::Unavailable(error.to_string()))?;
        if length == 0 {
            return Ok(count);
        }
        let map: Map<String, Value> = serde_json::from_str(&line)
            .map_err(|error| Error::Corrupt(format!("row {} of `{table}`: {error}", count + 1)))?;
        insert(conn, table, &map).await?;
        count += 1;
    }
}

async fn insert(conn: &mut Conn, table: &str, map: &Map<String, Value>) -> Result<(), Error> {
    let is_name = |name: &String| {
        name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_' || letter.is_ascii_digit())
    };
    if let Some(odd) = map.keys().find(|name| !is_name(name)) {
        return Err(Error::Corrupt(format!("`{odd}` is no column of `{table}`")));
    }
    let names: Vec<&str> = map.keys().map(String::as_str).collect();
    let places: Vec<String> = (1..=names.len()).map(|at| format!("${at}")).collect();
    let text = format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), places.join(", "));
    let mut statement = sql(text);
    for value in map.values() {
        statement = match value {
            Value::String(text) => statement.bind(text),
            Value::Number(number) if number.is_i64() => statement.bind(number.as_i64()),
            Value::Number(number) => statement.bind(number.as_f64()),
            other => return Err(Error::Corrupt(format!("`{other}` stands in `{table}`"))),
        };
    }
    statement.run(conn).await.map(drop)
}
