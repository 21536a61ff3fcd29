//! Chunks of a table: ranges of its row ids, or of the first column of its key where it has no row ids.
//!
//! A range is open at its lower end and closed at its upper one; the first has no lower end and the last no upper
//! one, so that together they hold every row whatever its key. Row ids that no column shows may be given anew when
//! the file is vacuumed; the token then carries the version of the schema, which a vacuum raises.

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, OptionalExtension, params_from_iter};
use serde::{Deserialize, Serialize};
use towpath_connect::Chunk;
use towpath_model::Fault;

use super::fault::explain;
use super::schema::{Table, same_name};
use super::session::{Database, quoted};

/// A range of rows, as tokens carry it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Range {
    /// The column or row id that is compared.
    by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<Bound>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Bound>,
    /// The version of the schema, where the row ids depend on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    schema_version: Option<i64>,
}

/// An end of a range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Bound {
    Integer(i64),
    /// The bits of a floating-point number, which text would round.
    Real(u64),
    Text(String),
    Blob(Vec<u8>),
}

impl Bound {
    fn value(&self) -> Value {
        match self {
            Bound::Integer(number) => Value::Integer(*number),
            Bound::Real(bits) => Value::Real(f64::from_bits(*bits)),
            Bound::Text(text) => Value::Text(text.clone()),
            Bound::Blob(bytes) => Value::Blob(bytes.clone()),
        }
    }

    fn of(value: ValueRef<'_>) -> Option<Self> {
        Some(match value {
            ValueRef::Null => return None,
            ValueRef::Integer(number) => Bound::Integer(number),
            ValueRef::Real(number) => Bound::Real(number.to_bits()),
            ValueRef::Text(bytes) => Bound::Text(std::str::from_utf8(bytes).ok()?.to_owned()),
            ValueRef::Blob(bytes) => Bound::Blob(bytes.to_vec()),
        })
    }
}

impl Range {
    /// The range that a token names.
    pub(super) fn of(chunk: &Chunk) -> Result<Self, Fault> {
        serde_json::from_str(&chunk.token)
            .map_err(|error| Fault::data(format!("`{}` is no chunk of a SQLite table: {error}", chunk.token)))
    }

    /// The conditions on the alias `t`, with the values that they bind.
    pub(super) fn conditions(&self) -> (Vec<String>, Vec<Value>) {
        let ends = [(&self.after, ">"), (&self.until, "<=")];
        ends.into_iter()
            .filter_map(|(bound, operator)| {
                let bound = bound.as_ref()?;
                Some((format!("t.{} {operator} ?", quoted(&self.by)), bound.value()))
            })
            .unzip()
    }
}

/// Cuts a table into ranges of about `rows` rows; `None` for what has no row ids and no key.
pub(super) fn split(
    database: &Database,
    connection: &Connection,
    table: &Table,
    rows: u64,
) -> Result<Option<Vec<Chunk>>, Fault> {
    let fail = |error| explain(database, error);
    let Some((by, is_stable)) = divider(table) else { return Ok(None) };
    let schema_version = match is_stable {
        true => None,
        false => Some(schema_version(connection).map_err(fail)?),
    };
    let column = format!("t.{}", quoted(&by));
    let name = quoted(&table.name);
    let step = i64::try_from(rows.max(1)).unwrap_or(i64::MAX) - 1;
    let mut chunks = Vec::new();
    let mut after: Option<Bound> = None;
    loop {
        // The row that ends this range, and whether any is beyond it.
        let condition = if after.is_some() { format!("WHERE {column} > ?") } else { String::new() };
        let sql = format!(
            "SELECT {column} FROM main.{name} AS t {condition} ORDER BY {column} LIMIT 1 OFFSET {step}"
        );
        let bound = after.as_ref().map(Bound::value);
        let end = connection
            .prepare_cached(&sql)
            .and_then(|mut statement| {
                let read = statement.query_row(params_from_iter(bound), |row| Ok(Bound::of(row.get_ref(0)?)));
                read.optional()
            })
            .map_err(fail)?;
        let until = match end {
            // A key that is not text in its own encoding cannot be written down.
            Some(None) => return Ok(None),
            Some(Some(end)) => {
                let beyond = format!("SELECT EXISTS (SELECT 1 FROM main.{name} AS t WHERE {column} > ?)");
                let mut beyond = connection.prepare_cached(&beyond).map_err(fail)?;
                let beyond: bool = beyond.query_row([end.value()], |row| row.get(0)).map_err(fail)?;
                beyond.then_some(end)
            }
            None => None,
        };
        let range = Range { by: by.clone(), after, until: until.clone(), schema_version };
        let token = serde_json::to_string(&range)
            .map_err(|error| Fault::internal(format!("a range of rows cannot be written: {error}")))?;
        chunks.push(Chunk { token, rows: until.as_ref().map(|_| rows) });
        match until {
            Some(end) => after = Some(end),
            None => return Ok(Some(chunks)),
        }
    }
}

/// What ranges are made of, and whether it stays with a row for good.
fn divider(table: &Table) -> Option<(String, bool)> {
    if table.is_view {
        return None;
    }
    if let Some(column) = table.columns.iter().find(|column| table.is_row_id(column)) {
        return Some((column.name.clone(), true));
    }
    if table.has_row_ids {
        let is_free = |name: &&str| !table.columns.iter().any(|column| same_name(&column.name, name));
        return ["rowid", "_rowid_", "oid"].into_iter().find(is_free).map(|name| (name.to_owned(), false));
    }
    table.primary_key().into_iter().next().map(|column| (column, true))
}

fn schema_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA main.schema_version", [], |row| row.get(0))
}

/// Refuses chunks whose row ids may have been given anew.
pub(super) fn revisit(database: &Database, connection: &Connection, chunks: &[Chunk]) -> Result<(), Fault> {
    let now = schema_version(connection).map_err(|error| explain(database, error))?;
    for chunk in chunks {
        if let Some(then) = Range::of(chunk)?.schema_version
            && then != now
        {
            return Err(Fault::data(format!(
                "the database `{}` was vacuumed or its tables changed, so that rows without a key of whole numbers \
                 may have other row ids than when the load began",
                database.name
            ))
            .hint("start a new run; to resume in such cases, give the table an INTEGER PRIMARY KEY"));
        }
    }
    Ok(())
}
