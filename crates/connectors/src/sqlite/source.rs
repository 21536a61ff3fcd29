//! The reading role: what a stream is, before its rows are read.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use arrow::datatypes::{Field, Schema};
use async_trait::async_trait;
use rusqlite::config::DbConfig;
use rusqlite::types::Value;
use rusqlite::{Connection, Statement};
use towpath_connect::{
    BatchStream, Catalog, CatalogEntry, Chunk, Comparison, Filter, Literal, ReadRequest, Source, StreamInfo,
};
use towpath_model::params::ParamType;
use towpath_model::sql::Bind;
use towpath_model::{Fault, SqlText, suggest};

use super::config::SqliteSource;
use super::fault::explain;
use super::infer::{Seen, Verdict};
use super::read;
use super::schema::{self, Table};
use super::session::{Database, on_thread, quoted};
use super::split;
use super::types::{Declared, Kind, declared};

/// Rows of a table whose values are looked at to list it. A source looks at all of them.
const LISTED_ROWS: u64 = 100_000;

/// What is read.
#[derive(Debug, Clone)]
pub(super) enum Stream {
    Table(String),
    Query(SqlText),
}

impl Stream {
    /// The stream as messages name it.
    pub(super) fn name(&self) -> String {
        match self {
            Stream::Table(table) => format!("table `{table}`"),
            Stream::Query(_) => "the query".into(),
        }
    }
}

/// What `describe` found out and `read` needs again.
#[derive(Debug, Clone)]
pub(super) struct Described {
    /// One for each column of the schema.
    pub(super) verdicts: Vec<Verdict>,
    names: Vec<String>,
    /// Text sorts by its bytes, as it does in Arrow.
    sorts_by_bytes: bool,
}

/// One table, view or query.
#[derive(Debug)]
pub(super) struct SqliteStream {
    database: Database,
    stream: Stream,
    described: Arc<Mutex<Option<Arc<Described>>>>,
}

impl SqliteStream {
    pub(super) fn new(database: Database, settings: SqliteSource) -> Result<Self, Fault> {
        let stream = match (settings.table, settings.query) {
            (Some(table), None) => Stream::Table(table),
            (None, Some(query)) => Stream::Query(query),
            (Some(_), Some(_)) => {
                return Err(Fault::config("both `table` and `query` are given").hint("keep one of them"));
            }
            (None, None) => {
                return Err(Fault::config("neither `table` nor `query` is given")
                    .hint("say what to read with `table`"));
            }
        };
        Ok(SqliteStream { database, stream, described: Arc::default() })
    }

    fn known(&self) -> Option<Arc<Described>> {
        self.described.lock().ok()?.clone()
    }
}

#[async_trait]
impl Source for SqliteStream {
    async fn describe(&self) -> Result<StreamInfo, Fault> {
        let (database, stream) = (self.database.clone(), self.stream.clone());
        let (info, described) = on_thread(move |interrupt| {
            let connection = database.open_to_read()?;
            interrupt.watch(&connection);
            describe(&database, &connection, &stream, u64::MAX)
        })
        .await?;
        if let Ok(mut known) = self.described.lock() {
            *known = Some(Arc::new(described));
        }
        Ok(info)
    }

    fn applies(&self, filter: &Filter) -> bool {
        // A query may do anything with its columns; its own text is the place for conditions.
        let (Stream::Table(_), Some(described)) = (&self.stream, self.known()) else { return false };
        let Some(index) = described.names.iter().position(|name| *name == filter.column) else {
            return false;
        };
        let verdict = &described.verdicts[index];
        let literals = match &filter.comparison {
            Comparison::IsNull | Comparison::IsNotNull => return true,
            Comparison::In(literals) => literals.as_slice(),
            comparison => match comparison.operator() {
                Some((_, literal)) => std::slice::from_ref(literal),
                None => return false,
            },
        };
        let by_order =
            !matches!(filter.comparison, Comparison::Equal(_) | Comparison::NotEqual(_) | Comparison::In(_));
        let ordered =
            described.sorts_by_bytes || !by_order || !matches!(verdict.kind, Kind::Text(_) | Kind::Date);
        verdict.comparable
            && ordered
            && literals.iter().all(|literal| stored(verdict.kind, literal).is_some())
    }

    async fn split(&self, rows: u64) -> Result<Option<Vec<Chunk>>, Fault> {
        let (database, stream) = (self.database.clone(), self.stream.clone());
        let Stream::Table(name) = stream else { return Ok(None) };
        on_thread(move |interrupt| {
            let connection = database.open_to_read()?;
            interrupt.watch(&connection);
            let table =
                schema::find(&connection, "main", &name).map_err(|error| explain(&database, error))?;
            let table = table.ok_or_else(|| missing_table(&database, &connection, &name))?;
            split::split(&database, &connection, &table, rows)
        })
        .await
    }

    async fn revisit(&self, chunks: &[Chunk]) -> Result<(), Fault> {
        let (database, chunks) = (self.database.clone(), chunks.to_vec());
        on_thread(move |interrupt| {
            let connection = database.open_to_read()?;
            interrupt.watch(&connection);
            split::revisit(&database, &connection, &chunks)
        })
        .await
    }

    async fn read(&self, request: ReadRequest) -> Result<BatchStream, Fault> {
        let described = match self.known() {
            Some(described) => described,
            None => {
                self.describe().await?;
                self.known().ok_or_else(|| Fault::internal("a description got lost"))?
            }
        };
        if described.names.len() != request.schema.fields().len() {
            return Err(Fault::internal("a stream is read with another schema than it was described with"));
        }
        read::start(self.database.clone(), self.stream.clone(), described, request)
    }
}

/// A literal as it is stored in a column of this kind, when comparing the two in SQL is exact.
fn stored(kind: Kind, literal: &Literal) -> Option<Value> {
    const EXACT_FLOAT: u64 = 1 << 53;
    Some(match (kind, literal) {
        (Kind::Integer, Literal::Int(number)) => Value::Integer(*number),
        (Kind::Float, Literal::Int(number)) if number.unsigned_abs() <= EXACT_FLOAT => {
            Value::Integer(*number)
        }
        (Kind::Float, Literal::Float(number)) if number.is_finite() => Value::Real(*number),
        (Kind::Boolean, Literal::Boolean(flag)) => Value::Integer(i64::from(*flag)),
        (Kind::Text(None) | Kind::Text(Some(towpath_connect::types::Logical::Uuid)), Literal::Text(text)) => {
            Value::Text(text.clone())
        }
        (Kind::Date, Literal::Date(text)) if text.len() == 10 => Value::Text(text.clone()),
        _ => return None,
    })
}

/// The statement of a read, with its values.
pub(super) struct Selection {
    pub(super) sql: String,
    pub(super) values: Vec<Value>,
    /// Where each column of the request stands in the result.
    pub(super) places: Vec<usize>,
}

/// Builds the statement: only the columns asked for of a table; a query runs as it is written, because wrapping
/// it could cost its order.
pub(super) fn select(
    stream: &Stream,
    described: &Described,
    request: &ReadRequest,
) -> Result<Selection, Fault> {
    let table = match stream {
        Stream::Query(query) => {
            let (sql, binds) = query.render(|_| "?".into());
            let values = binds.into_iter().map(bound).collect::<Result<_, _>>()?;
            return Ok(Selection { sql, values, places: request.columns.clone() });
        }
        Stream::Table(table) => table,
    };
    let place = |name: &str| format!("t.{}", quoted(name));
    let mut columns: Vec<String> =
        request.columns.iter().map(|index| place(&described.names[*index])).collect();
    if columns.is_empty() {
        columns.push("1".into());
    }
    let (mut conditions, mut values) = (Vec::new(), Vec::new());
    for filter in &request.filters {
        let missing = || Fault::internal(format!("a filter on `{}` was not accepted", filter.column));
        let index = described.names.iter().position(|name| *name == filter.column).ok_or_else(missing)?;
        let kind = described.verdicts[index].kind;
        // A column may compare without case; Arrow does not.
        let collation = if matches!(kind, Kind::Text(_) | Kind::Date) { " COLLATE BINARY" } else { "" };
        let column = format!("{}{collation}", place(&filter.column));
        let mut value = |literal: &Literal| -> Result<(), Fault> {
            values.push(stored(kind, literal).ok_or_else(missing)?);
            Ok(())
        };
        conditions.push(match &filter.comparison {
            Comparison::IsNull => format!("{column} IS NULL"),
            Comparison::IsNotNull => format!("{column} IS NOT NULL"),
            Comparison::In(literals) => {
                literals.iter().try_for_each(&mut value)?;
                format!("{column} IN ({})", vec!["?"; literals.len()].join(", "))
            }
            comparison => {
                let (operator, literal) = comparison.operator().ok_or_else(missing)?;
                value(literal)?;
                format!("{column} {operator} ?")
            }
        });
    }
    if let Some(chunk) = &request.chunk {
        let (ends, bounds) = split::Range::of(chunk)?.conditions();
        conditions.extend(ends);
        values.extend(bounds);
    }
    let condition =
        if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
    let sql = format!("SELECT {} FROM main.{} AS t{condition}", columns.join(", "), quoted(table));
    Ok(Selection { sql, values, places: (0..request.columns.len()).collect() })
}

/// A value of a query's parameter.
fn bound(bind: &Bind) -> Result<Value, Fault> {
    let Some(text) = bind.text() else { return Ok(Value::Null) };
    let wrong = || Fault::config(format!("the value `{text}` is not of type {}", bind.kind.name()));
    Ok(match bind.kind {
        ParamType::Integer => Value::Integer(text.parse().map_err(|_| wrong())?),
        ParamType::Number => Value::Real(text.parse().map_err(|_| wrong())?),
        ParamType::Boolean => Value::Integer(i64::from(text.parse::<bool>().map_err(|_| wrong())?)),
        ParamType::String | ParamType::Date | ParamType::Timestamp => Value::Text(text),
    })
}

/// Prepares a statement that may only read, and checks its columns.
pub(super) fn prepare<'c>(
    database: &Database,
    connection: &'c Connection,
    stream: &Stream,
    sql: &str,
) -> Result<Statement<'c>, Fault> {
    if matches!(stream, Stream::Table(_)) {
        // Off, a quoted name that no column has is an error; on, it would be read as text.
        let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false);
    }
    let statement = connection.prepare(sql).map_err(|error| match error {
        rusqlite::Error::MultipleStatement => {
            Fault::config("the query holds more than one statement").hint("keep one SELECT")
        }
        error => explain(database, error),
    })?;
    if !statement.readonly() || statement.column_count() == 0 {
        return Err(Fault::config("the query does not read rows").hint("write a SELECT"));
    }
    Ok(statement)
}

/// Schema, key and size of a stream; looks at every value of so many rows unless the types are certain.
fn describe(
    database: &Database,
    connection: &Connection,
    stream: &Stream,
    most: u64,
) -> Result<(StreamInfo, Described), Fault> {
    let fail = |error| explain(database, error);
    let mut table = None;
    let (sql, values) = match stream {
        Stream::Query(query) => {
            let (sql, binds) = query.render(|_| "?".into());
            (sql, binds.into_iter().map(bound).collect::<Result<Vec<_>, _>>()?)
        }
        Stream::Table(name) => {
            let found = schema::find(connection, "main", name).map_err(fail)?;
            let found = found.ok_or_else(|| missing_table(database, connection, name))?;
            let columns: Vec<String> =
                found.columns.iter().map(|column| format!("t.{}", quoted(&column.name))).collect();
            let sql = format!("SELECT {} FROM main.{} AS t", columns.join(", "), quoted(&found.name));
            table = Some(found);
            (sql, Vec::new())
        }
    };
    let mut statement = prepare(database, connection, stream, &sql)?;
    let columns: Vec<(String, Declared)> = match &table {
        Some(table) => table
            .columns
            .iter()
            .map(|column| (column.name.clone(), declared(Some(&column.type_name))))
            .collect(),
        None => {
            let columns = statement.columns();
            columns.iter().map(|column| (column.name().to_owned(), declared(column.decl_type()))).collect()
        }
    };
    refuse_twins(&columns)?;
    let mut seen: Vec<Seen> = columns.iter().map(|(_, declared)| Seen::new(*declared)).collect();
    let mut rows = 0u64;
    let count = || {
        let table = quoted(table.as_ref().map_or("", |table| &table.name));
        let sql = format!("SELECT count(*) FROM main.{table}");
        connection.query_row(&sql, [], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs)
    };
    let mut notes = Vec::new();
    let certain = table.as_ref().and_then(certain_verdicts);
    let verdicts = match certain {
        Some(verdicts) => {
            rows = count().map_err(fail)?;
            verdicts
        }
        None => {
            let mut cursor = statement
                .query(rusqlite::params_from_iter(values))
                .map_err(|error| wrong_count(database, error))?;
            while let Some(row) = cursor.next().map_err(fail)? {
                if rows == most {
                    notes.push(format!("the types are those of the first {most} rows; others may be wider"));
                    rows = count().map_err(fail)?;
                    break;
                }
                rows += 1;
                for (index, seen) in seen.iter_mut().enumerate() {
                    seen.look(row.get_ref(index).map_err(fail)?);
                }
            }
            seen.iter().zip(&columns).map(|(seen, (name, _))| seen.decide(name)).collect::<Vec<_>>()
        }
    };
    let fields: Vec<Field> =
        verdicts.iter().zip(&columns).map(|(verdict, (name, _))| verdict.kind.field(name)).collect();
    let encoding: String = connection.query_row("PRAGMA encoding", [], |row| row.get(0)).map_err(fail)?;
    let info = StreamInfo {
        primary_key: table.as_ref().map(Table::primary_key).unwrap_or_default(),
        rows: Some(rows),
        notes: verdicts.iter().filter_map(|verdict| verdict.note.clone()).chain(notes).collect(),
        ..StreamInfo::new(Arc::new(Schema::new(fields)))
    };
    let names = columns.into_iter().map(|(name, _)| name).collect();
    Ok((info, Described { verdicts, names, sorts_by_bytes: encoding == "UTF-8" }))
}

/// The verdicts of a strict table whose types leave no doubt; they save the look at its values.
fn certain_verdicts(table: &Table) -> Option<Vec<Verdict>> {
    let verdict = |type_name: &str| {
        let kind = match type_name.to_ascii_uppercase().as_str() {
            "INT" | "INTEGER" => Kind::Integer,
            "REAL" => Kind::Float,
            "TEXT" => Kind::Text(None),
            "BLOB" => Kind::Binary,
            _ => return None,
        };
        Some(Verdict { kind, comparable: kind != Kind::Binary, note: None })
    };
    table.is_strict.then(|| table.columns.iter().map(|column| verdict(&column.type_name)).collect()).flatten()
}

fn wrong_count(database: &Database, error: rusqlite::Error) -> Fault {
    match error {
        rusqlite::Error::InvalidParameterCount(given, wanted) => {
            Fault::config(format!("the query has {wanted} places for values, and {given} values are given"))
                .hint("write values as `${name}`; a `?` of your own has no value")
        }
        error => explain(database, error),
    }
}

fn refuse_twins(columns: &[(String, Declared)]) -> Result<(), Fault> {
    let mut seen = HashMap::new();
    for (index, (name, _)) in columns.iter().enumerate() {
        if let Some(first) = seen.insert(name, index) {
            return Err(Fault::config(format!(
                "columns {} and {} are both named `{name}`",
                first + 1,
                index + 1
            ))
            .hint("give one of them another name with `as`"));
        }
    }
    Ok(())
}

/// The fault of a table that is not there.
pub(super) fn missing_table(database: &Database, connection: &Connection, name: &str) -> Fault {
    let names = schema::names(connection, "main").unwrap_or_default();
    let fault = Fault::not_found(format!("the database `{}` has no table `{name}`", database.name));
    match suggest::hint(name, "tables", names.iter().map(|(name, _)| name.as_str())) {
        Some(hint) => fault.hint(hint),
        None => fault.hint("the database has no tables yet"),
    }
}

/// Opens the database, or finds that a load could make it.
pub(super) async fn check(database: Database) -> Result<(), Fault> {
    on_thread(move |interrupt| {
        if !database.exists()? {
            return database.creatable();
        }
        let connection = database.open_to_read()?;
        interrupt.watch(&connection);
        Ok(())
    })
    .await
}

/// How many tables and views there are; none where a load is going to make the file.
pub(super) async fn count(database: Database) -> Result<u64, Fault> {
    on_thread(move |interrupt| {
        if !database.exists()? {
            return Ok(0);
        }
        let connection = database.open_to_read()?;
        interrupt.watch(&connection);
        let names = schema::names(&connection, "main").map_err(|error| explain(&database, error))?;
        Ok(names.len() as u64)
    })
    .await
}

/// Lists tables and views. A view that cannot be read is listed with the reason.
pub(super) async fn discover(database: Database) -> Result<Catalog, Fault> {
    on_thread(move |interrupt| {
        let connection = database.open_to_read()?;
        interrupt.watch(&connection);
        let names = schema::names(&connection, "main").map_err(|error| explain(&database, error))?;
        let mut streams = Vec::with_capacity(names.len());
        for (name, is_view) in names {
            let info = match describe(&database, &connection, &Stream::Table(name.clone()), LISTED_ROWS) {
                Ok((info, _)) => info,
                Err(fault) if fault.kind() == towpath_model::FaultKind::Cancelled => return Err(fault),
                Err(fault) => StreamInfo {
                    notes: vec![format!("cannot be read: {fault}")],
                    ..StreamInfo::new(Arc::new(Schema::empty()))
                },
            };
            streams.push(CatalogEntry { name, kind: if is_view { "view" } else { "table" }, info });
        }
        Ok(Catalog { streams })
    })
    .await
}
