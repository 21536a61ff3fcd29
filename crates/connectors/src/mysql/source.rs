//! Reading a table or a query.
//!
//! One prepared statement inside a read-only snapshot. A task of its own takes rows from the socket, decodes them
//! into batches, and hands them over through a small bounded channel; when nobody wants batches any more it closes the
//! socket without reading the rest.

use std::sync::{Arc, OnceLock};

use arrow::datatypes::{DataType, Schema, SchemaRef};
use async_trait::async_trait;
use futures::stream;
use mysql_async::prelude::Queryable;
use mysql_async::{BinaryProtocol, Conn, Params, QueryResult, Value};
use tokio::sync::mpsc;
use towpath_connect::{BatchStream, Chunk, Context, Filter, ReadRequest, Source, StreamInfo};
use towpath_model::Fault;
use towpath_model::fault::Spot;

use super::config::{Connection, SourceSettings};
use super::decode::ColumnDecoder;
use super::fault::Place;
use super::names::{TableName, quote_all};
use super::reader::{Reader, batch};
use super::session::{Access, Pending, Purpose, close, hang_up};
use super::split::{Range, split};
use super::types::ColumnType;
use super::{binds, catalog};

/// Batches that may wait for the engine.
const WAITING_BATCHES: usize = 2;

/// What `describe` found, kept for `applies` and for the places of rejected rows.
#[derive(Debug)]
struct Described {
    types: Vec<(String, ColumnType)>,
    primary_key: Vec<String>,
    /// The table, when one is read.
    table: Option<catalog::Table>,
}

/// Reads one table or query.
#[derive(Debug)]
pub(super) struct MysqlSource {
    access: Access,
    settings: SourceSettings,
    table: Option<TableName>,
    described: OnceLock<Described>,
}

impl MysqlSource {
    pub(super) fn new(
        connection: &Connection,
        settings: SourceSettings,
        cx: &Context,
    ) -> Result<Self, Fault> {
        let access = Access::new(connection, cx)?;
        let table = match (&settings.table, &settings.query) {
            (Some(name), None) => Some(TableName::parse(name, access.database())?),
            (None, Some(_)) => None,
            _ => {
                return Err(Fault::config("a mysql source needs either `table` or `query`")
                    .hint("give one of them, for example `table: orders`"));
            }
        };
        Ok(MysqlSource { access, settings, table, described: OnceLock::new() })
    }

    fn place(&self) -> Place {
        match &self.table {
            Some(table) => self.access.place.with_table(&table.table),
            None => self.access.place.clone(),
        }
    }

    async fn describe_table(&self, conn: &mut Conn, name: &TableName) -> Result<StreamInfo, Fault> {
        let server = self.access.server(conn).await?;
        let table = catalog::table(conn, &self.access.place, &server, name).await?;
        let info = table_info(&table, self.settings.tinyint1_as_boolean);
        let types = table.columns.iter().map(|column| (column.name.clone(), column.column_type.clone()));
        let described = Described {
            types: types.collect(),
            primary_key: info.primary_key.clone(),
            table: Some(table.clone()),
        };
        let _ = self.described.set(described);
        Ok(info)
    }

    async fn describe_query(&self, conn: &mut Conn) -> Result<StreamInfo, Fault> {
        let (sql, values) = self.query()?;
        let place = &self.access.place;
        let statement = conn.prep(sql).await.map_err(|error| self.fault(place, error))?;
        let mut columns = statement.columns();
        if !values.is_empty() {
            // Types may depend on the values, which only an execution knows; one without rows is enough.
            conn.query_drop("SET SESSION sql_select_limit = 0").await.map_err(|error| place.fault(error))?;
            let result = conn.exec_iter(statement, Params::Positional(values)).await;
            columns = result.map_err(|error| place.fault(error))?.columns().unwrap_or_default();
        }
        if columns.is_empty() {
            return Err(Fault::config("the query gives no columns").hint("write a `select`"));
        }
        let mut fields = Vec::with_capacity(columns.len());
        for column in columns.iter() {
            let name = column.name_str().into_owned();
            if fields.iter().any(|field: &arrow::datatypes::Field| *field.name() == name) {
                return Err(Fault::config(format!("the query gives two columns named `{name}`"))
                    .hint(format!("name one of them anew, for example `… as {name}_2`")));
            }
            // A query's metadata does not always know where nulls come from.
            fields.push(ColumnType::of_result(column).field(&name, true, self.settings.tinyint1_as_boolean));
        }
        let nothing = Described { types: Vec::new(), primary_key: Vec::new(), table: None };
        let _ = self.described.set(nothing);
        Ok(StreamInfo::new(Arc::new(Schema::new(fields))))
    }

    /// The fault of an error, with its place in the SQL of the user where the server says it.
    fn fault(&self, place: &Place, error: mysql_async::Error) -> Fault {
        let (fault, query) = (place.fault(error), self.query());
        let (Some(_), Ok((sql, _))) = (&self.settings.query, query) else { return fault };
        let spot = spot_of(fault.message(), &sql);
        fault.in_text(spot)
    }

    /// The user's SQL with placeholders, and its values.
    fn query(&self) -> Result<(String, Vec<Value>), Fault> {
        let query = self.settings.query.as_ref();
        let (sql, binds) =
            query.ok_or_else(|| Fault::internal("a table is read as a query"))?.render(|_| "?".to_owned());
        let values = binds.into_iter().map(binds::parameter).collect::<Result<_, _>>()?;
        // Clients end statements with a semicolon; the protocol does not.
        Ok((sql.trim_end().trim_end_matches(';').to_owned(), values))
    }

    /// The condition of a filter, when the server decides it exactly.
    fn condition(&self, filter: &Filter) -> Option<(String, Vec<Value>)> {
        let described = self.described.get()?;
        let (_, column) = described.types.iter().find(|(name, _)| *name == filter.column)?;
        let boolean = column.data_type(self.settings.tinyint1_as_boolean) == DataType::Boolean;
        binds::condition(filter, column, boolean)
    }

    /// The conditions of the chunk that is asked for, and their values.
    fn range(&self, request: &ReadRequest) -> Result<(Vec<String>, Vec<Value>), Fault> {
        let Some(chunk) = &request.chunk else { return Ok((Vec::new(), Vec::new())) };
        let table = self.described.get().and_then(|described| described.table.as_ref());
        let table = table.ok_or_else(|| Fault::internal("a chunk is read of what is no table"))?;
        Range::parse(chunk)?.condition(table)
    }

    /// The `SELECT` of a table, and its values.
    fn select(&self, table: &TableName, request: &ReadRequest) -> Result<(String, Vec<Value>), Fault> {
        let names = request.columns.iter().map(|&index| request.schema.field(index).name().as_str());
        let columns = if request.columns.is_empty() { "COUNT(*)".to_owned() } else { quote_all(names) };
        let mut sql = format!("SELECT {columns} FROM {}", table.sql());
        let (mut conditions, mut values) = self.range(request)?;
        for filter in &request.filters {
            let (condition, bound) = self.condition(filter).ok_or_else(|| {
                Fault::internal(format!("a filter on `{}` was not accepted", filter.column))
            })?;
            conditions.push(condition);
            values.extend(bound);
        }
        if !conditions.is_empty() {
            sql.push_str(&format!(" WHERE {}", conditions.join(" AND ")));
        }
        if let (Some(limit), false) = (request.limit, request.columns.is_empty()) {
            sql.push_str(&format!(" LIMIT {limit}"));
        }
        Ok((sql, values))
    }
}

/// Where in SQL something is wrong, by the words of the server: `… near 'frm b' at line 3`.
fn spot_of(words: &str, sql: &str) -> Option<Spot> {
    let (before, number) = words.rsplit_once("at line ")?;
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    let line = digits.parse().ok().filter(|line| (1..=sql.lines().count()).contains(line))?;
    let near = before.rsplit_once("near '").map(|(_, near)| near.lines().next().unwrap_or_default());
    let near = near.map(|near| near.trim_end().trim_end_matches('\'')).filter(|near| !near.is_empty());
    let column = near.and_then(|near| {
        let text = sql.lines().nth(line - 1)?;
        text.find(near).map(|at| text[..at].chars().count() + 1)
    });
    Some(Spot { line, column })
}

/// Description of a table for the engine.
pub(super) fn table_info(table: &catalog::Table, tinyint1_as_boolean: bool) -> StreamInfo {
    let fields: Vec<_> = table
        .columns
        .iter()
        .map(|column| column.column_type.field(&column.name, column.nullable, tinyint1_as_boolean))
        .collect();
    StreamInfo {
        primary_key: table.identity(),
        rows: table.rows.filter(|_| !table.view),
        ..StreamInfo::new(Arc::new(Schema::new(fields)))
    }
}

#[async_trait]
impl Source for MysqlSource {
    async fn describe(&self) -> Result<StreamInfo, Fault> {
        let mut conn = self.access.connect(Purpose::Read).await?;
        let info = match &self.table {
            Some(name) => self.describe_table(&mut conn, name).await,
            None => self.describe_query(&mut conn).await,
        };
        hang_up(conn);
        info
    }

    fn applies(&self, filter: &Filter) -> bool {
        self.condition(filter).is_some()
    }

    async fn split(&self, rows: u64) -> Result<Option<Vec<Chunk>>, Fault> {
        let Some(name) = &self.table else { return Ok(None) };
        let (place, mut conn) = (self.place(), self.access.connect(Purpose::Read).await?);
        let server = self.access.server(&mut conn).await?;
        let table = catalog::table(&mut conn, &self.access.place, &server, name).await?;
        let chunks = split(&mut conn, &place, &table, rows).await;
        hang_up(conn);
        chunks
    }

    async fn revisit(&self, chunks: &[Chunk]) -> Result<(), Fault> {
        let Some(name) = &self.table else {
            return Err(Fault::data("the source reads a query now, and was cut into chunks as a table")
                .hint("start a new run"));
        };
        let mut conn = self.access.connect(Purpose::Read).await?;
        let server = self.access.server(&mut conn).await?;
        let table = catalog::table(&mut conn, &self.access.place, &server, name).await;
        hang_up(conn);
        let table = table?;
        for chunk in chunks {
            Range::parse(chunk)?.check(&table)?;
        }
        Ok(())
    }

    async fn read(&self, request: ReadRequest) -> Result<BatchStream, Fault> {
        let place = self.place();
        let schema = request.projected()?;
        let counting = self.table.is_some() && request.columns.is_empty();
        let (sql, values) = match &self.table {
            Some(table) => {
                let needed = !request.filters.is_empty() || request.chunk.is_some();
                if needed && self.described.get().is_none() {
                    self.describe().await?;
                }
                self.select(table, &request)?
            }
            None => self.query()?,
        };
        let mut conn = self.access.connect(Purpose::Read).await?;
        // One snapshot for a query that reads several tables, and no locks.
        for sql in [
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
            "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
        ] {
            conn.query_drop(sql).await.map_err(|error| place.fault(error))?;
        }
        let params = if values.is_empty() { Params::Empty } else { Params::Positional(values) };
        if counting {
            let count: Option<u64> =
                conn.exec_first(sql, params).await.map_err(|error| place.fault(error))?;
            close(conn).await;
            return counted(schema, count.unwrap_or(0), &request);
        }
        // Whoever stops waiting for the first row stops the statement, too.
        let pending = Pending::new(&self.access, &conn);
        let result = conn.exec_iter(sql, params).await;
        pending.over();
        let result = result.map_err(|error| self.fault(&place, error))?;
        // A query is answered with all of its columns; a table with those that were asked for.
        let wanted: Vec<usize> =
            if self.table.is_some() { (0..request.columns.len()).collect() } else { request.columns.clone() };
        let checked = self.check(&result, &request, &wanted);
        drop(result);
        if let Err(fault) = checked {
            hang_up(conn);
            return Err(fault);
        }

        let reader = Reader {
            decoders: schema
                .fields()
                .iter()
                .map(|field| ColumnDecoder::new(field.data_type(), request.batch_rows.min(65_536)))
                .collect::<Result<_, _>>()?,
            key: self.key_positions(&schema),
            table: self.table.as_ref().map(|table| table.table.clone()),
            names: schema.fields().iter().map(|field| field.name().clone()).collect(),
            left: request.limit.unwrap_or(usize::MAX),
            row_number: 0,
            schema,
            wanted,
            request,
            place,
        };
        let (sender, receiver) = mpsc::channel(WAITING_BATCHES);
        tokio::spawn(reader.run(conn, sender));
        Ok(Box::pin(stream::unfold(receiver, |mut receiver| async move {
            receiver.recv().await.map(|item| (item, receiver))
        })))
    }
}

impl MysqlSource {
    /// Refuses a result whose types are no longer those that were described.
    fn check(
        &self,
        result: &QueryResult<'_, 'static, BinaryProtocol>,
        request: &ReadRequest,
        wanted: &[usize],
    ) -> Result<(), Fault> {
        let columns = result.columns_ref();
        for (&position, &index) in wanted.iter().zip(&request.columns) {
            let expected = request.schema.field(index);
            let (same_name, actual) = match columns.get(position) {
                Some(column) => (
                    column.name_str() == expected.name().as_str(),
                    ColumnType::of_result(column).data_type(self.settings.tinyint1_as_boolean),
                ),
                None => (false, DataType::Null),
            };
            let readable = |data_type: &DataType| matches!(data_type, DataType::Utf8 | DataType::Binary);
            let same_type =
                actual == *expected.data_type() || (readable(&actual) && readable(expected.data_type()));
            if !same_name || !same_type {
                return Err(Fault::contract(format!(
                    "column `{}` changed while the run started",
                    expected.name()
                ))
                .hint("start the run again"));
            }
        }
        Ok(())
    }

    /// Where the columns of the primary key are among the columns read; empty when one is missing.
    fn key_positions(&self, schema: &SchemaRef) -> Vec<usize> {
        let key = self.described.get().map(|described| described.primary_key.as_slice()).unwrap_or_default();
        key.iter().map(|name| schema.index_of(name).ok()).collect::<Option<_>>().unwrap_or_default()
    }
}

/// Batches without columns for a number of rows.
fn counted(schema: SchemaRef, rows: u64, request: &ReadRequest) -> Result<BatchStream, Fault> {
    let mut left = usize::try_from(rows).unwrap_or(usize::MAX).min(request.limit.unwrap_or(usize::MAX));
    let mut batches = Vec::new();
    while left > 0 {
        // Without columns a batch of any number of rows takes no memory.
        let count = left.min(1 << 20);
        left -= count;
        batches.push(batch(&schema, Vec::new(), count));
    }
    Ok(Box::pin(stream::iter(batches)))
}

#[cfg(test)]
mod spots {
    use super::*;

    #[test]
    fn the_words_of_the_server_lead_to_a_place_in_the_sql() {
        let sql = "select a\n\n  frm b";
        let words = "the server does not accept the SQL: … right syntax to use near 'frm b' at line 3";
        assert_eq!(spot_of(words, sql), Some(Spot { line: 3, column: Some(3) }));
        assert_eq!(spot_of("near '' at line 3", sql), Some(Spot { line: 3, column: None }));
        assert_eq!(spot_of("near 'x' at line 9", sql), None);
        assert_eq!(spot_of("unknown column 'x'", sql), None);
    }
}
