//! The reading role: one table or query, as one consistent snapshot.
//!
//! A read is one `COPY (…) TO STDOUT` in binary form, or, when values are bound, one query with binary results. A
//! task of its own reads the socket and decodes (`reading`), so that decoding overlaps with whatever the rows go through next;
//! a short queue of batches between the two bounds the memory.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, OnceLock};

use arrow::datatypes::{Field, Schema, SchemaRef};
use async_trait::async_trait;
use futures::StreamExt;
use tokio::sync::{Mutex, mpsc};
use towpath_connect::types::describe;
use towpath_connect::{BatchStream, Catalog, CatalogEntry, Chunk, Filter, ReadRequest, Source, StreamInfo};
use towpath_model::fault::Spot;
use towpath_model::{Fault, SqlText};

use super::catalog::{self, Column, Relation};
use super::config::Connection;
use super::decode::Decoder;
use super::fault::ServerError;
use super::filters;
use super::held::{Held, Idle};
use super::name::{TableName, literal};
use super::protocol::Bound;
use super::reading::Reading;
use super::session::{Broken, Session};
use super::split::{self, Token};
use super::types::{Kind, PgType, field, selected};

/// Batches that may wait between the decoding task and the reader.
const QUEUE: usize = 2;

/// All statements of a transaction see the same state of the database.
const BEGIN: &str = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";

/// What a source reads.
#[derive(Debug, Clone)]
pub(super) enum Stream {
    Table(TableName),
    Query(SqlText),
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stream::Table(name) => write!(f, "table `{name}`"),
            Stream::Query(_) => f.write_str("the query"),
        }
    }
}

/// Reads one table or query.
pub(super) struct PostgresSource {
    connection: Arc<Connection>,
    stream: Stream,
    /// Types of the columns since the last description, for the choice of filters.
    known: OnceLock<Vec<(String, PgType)>>,
    /// Keeps the state of the data that all chunks are read from.
    held: Mutex<Option<Held>>,
}

impl fmt::Debug for PostgresSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresSource({}, {})", self.stream, self.connection.place())
    }
}

/// A stream as the server describes it now.
pub(super) struct Shape {
    /// What stands behind `FROM`.
    from: String,
    binds: Vec<Bound>,
    columns: Vec<(String, PgType)>,
    info: StreamInfo,
}

impl PostgresSource {
    pub(super) fn new(connection: Arc<Connection>, stream: Stream) -> Self {
        PostgresSource { connection, stream, known: OnceLock::new(), held: Mutex::default() }
    }

    /// Opens a session whose statements all see the same state of the database.
    async fn open(&self) -> Result<Session, Fault> {
        let session = Session::open(&self.connection).await?;
        session.batch("starting to read", BEGIN).await?;
        Ok(session)
    }

    /// Opens a session to read a chunk. When this process cut the chunks, or looked at them, it sees the state that
    /// they were seen in, and is kept for the next chunk.
    async fn open_for_chunk(&self) -> Result<(Session, Arc<Shape>, Option<Idle>), Fault> {
        let held = self.held.lock().await.clone();
        let Some(held) = held else {
            let session = self.open().await?;
            let shape = Arc::new(self.shape(&session).await?);
            return Ok((session, shape, None));
        };
        let session = match held.idle.take() {
            Some(session) => session,
            None => Session::open(&self.connection).await?,
        };
        let sql = format!("{BEGIN}; SET TRANSACTION SNAPSHOT {}", literal(held.snapshot()));
        session.batch("reading the state of the data that the chunks were cut in", &sql).await?;
        Ok((session, Arc::clone(&held.shape), Some(held.idle.clone())))
    }

    async fn shape(&self, session: &Session) -> Result<Shape, Fault> {
        match &self.stream {
            Stream::Table(name) => match catalog::find(session, name).await? {
                Some(relation) => {
                    let columns = catalog::columns(session, relation.oid).await?;
                    let key = catalog::key(session, relation.oid).await?;
                    Ok(table_shape(&relation, columns, key))
                }
                None => Err(catalog::missing(session, name).await?),
            },
            Stream::Query(text) => query_shape(session, text).await,
        }
    }
}

fn table_shape(relation: &Relation, columns: Vec<Column>, key: Vec<String>) -> Shape {
    // A foreign table promises what another server may not keep.
    let keeps_promises = relation.kind != 'f';
    let fields: Vec<Field> = columns
        .iter()
        .map(|column| field(&column.name, &column.kind, !(column.not_null && keeps_promises)))
        .collect();
    let mut info = StreamInfo::new(Arc::new(Schema::new(fields)));
    info.primary_key = key;
    info.rows = relation.rows;
    info.bytes = relation.bytes;
    Shape {
        from: relation.name.sql(),
        binds: Vec::new(),
        columns: columns.into_iter().map(|column| (column.name, column.kind)).collect(),
        info,
    }
}

async fn query_shape(session: &Session, text: &SqlText) -> Result<Shape, Fault> {
    let (whole, binds) = text.render(|number| format!("${number}"));
    let sql = bare_query(&whole);
    let binds: Vec<Bound> = binds.into_iter().map(Bound::from).collect();
    // The line break ends a comment in the last line of the query.
    let from = format!("(\n{sql}\n) AS stream");
    let doing = "reading the query";
    let prefix = "SELECT * FROM ";
    let mut bulk = session.bulk(doing).await?;
    let described = bulk.describe(&format!("{prefix}{from}"), &binds).await;
    let columns = match described {
        Ok(columns) => columns.unwrap_or_default(),
        Err(Broken::Server(error)) => {
            let spot = spot_of(&error, prefix.len() + 2, &whole);
            let line = spot.map(|spot| format!(" (line {})", spot.line)).unwrap_or_default();
            let fault = error.into_fault(&session.connection, &format!("{doing}{line}")).in_text(spot);
            return Err(fault.hint("correct the query; it must be one `select`"));
        }
        Err(error) => return Err(session.broken(error, doing)),
    };
    bulk.give_back();

    let mut names = HashSet::new();
    if let Some(twice) = columns.iter().find(|column| !names.insert(column.name.as_str())) {
        return Err(Fault::config(format!("the query yields two columns named `{}`", twice.name))
            .hint("give one of them another name with `as`"));
    }
    let wanted: Vec<(u32, i32)> = columns.iter().map(|column| (column.oid, column.typmod)).collect();
    let types = catalog::resolve(session, &wanted).await?;
    let columns: Vec<(String, PgType)> = columns.into_iter().map(|column| column.name).zip(types).collect();
    // Where a value comes from does not tell whether it can be null: an outer join makes nulls of its own.
    let fields: Vec<Field> = columns.iter().map(|(name, kind)| field(name, kind, true)).collect();
    Ok(Shape { from, binds, columns, info: StreamInfo::new(Arc::new(Schema::new(fields))) })
}

/// The query without the semicolon that ends it, or a comment behind that.
fn bare_query(sql: &str) -> &str {
    let mut sql = sql.trim();
    if let Some((before, comment)) = sql.rsplit_once("--")
        && before.trim_end().ends_with(';')
        && !comment.contains(['\n', '\'', '"', '$', '*'])
    {
        sql = before;
    }
    sql.trim_end_matches(|end: char| end == ';' || end.is_whitespace())
}

/// Where in the user's text an error stands: `before` letters of ours stood before it, and its own blanks did not.
fn spot_of(error: &ServerError, before: usize, whole: &str) -> Option<Spot> {
    let blanks = whole.chars().take_while(|letter| letter.is_whitespace()).count();
    Spot::after(whole, (error.position? as usize).checked_sub(before + 1)? + blanks)
}

#[async_trait]
impl Source for PostgresSource {
    async fn describe(&self) -> Result<StreamInfo, Fault> {
        let session = self.open().await?;
        let shape = self.shape(&session).await?;
        let _ = self.known.set(shape.columns);
        Ok(shape.info)
    }

    fn applies(&self, filter: &Filter) -> bool {
        let known =
            self.known.get().and_then(|columns| columns.iter().find(|(name, _)| *name == filter.column));
        known.is_some_and(|(_, kind)| filters::applies(filter, kind))
    }

    async fn split(&self, rows: u64) -> Result<Option<Vec<Chunk>>, Fault> {
        let Stream::Table(name) = &self.stream else { return Ok(None) };
        let session = self.open().await?;
        let Some(relation) = catalog::find(&session, name).await? else {
            return Err(catalog::missing(&session, name).await?);
        };
        let chunks = split::split(&session, &relation, rows).await?;
        if chunks.is_some() {
            let shape = self.shape(&session).await?;
            *self.held.lock().await = Some(Held::export(session, shape).await?);
        }
        Ok(chunks)
    }

    async fn revisit(&self, chunks: &[Chunk]) -> Result<(), Fault> {
        let Stream::Table(name) = &self.stream else {
            return Err(Fault::data("only tables have chunks").hint("run again without `--resume`"));
        };
        let tokens: Vec<Token> = chunks.iter().map(Token::parse).collect::<Result<_, _>>()?;
        let mut held = self.held.lock().await;
        // What is checked must be what is read, so the check looks at the state that the reads will see.
        match held.as_ref() {
            Some(held) => split::check(held.session(), name, &tokens).await,
            None => {
                let session = self.open().await?;
                split::check(&session, name, &tokens).await?;
                let shape = self.shape(&session).await?;
                *held = Some(Held::export(session, shape).await?);
                Ok(())
            }
        }
    }

    async fn read(&self, request: ReadRequest) -> Result<BatchStream, Fault> {
        let doing = format!("reading {}", self.stream);
        let token = request.chunk.as_ref().map(Token::parse).transpose()?;
        let (session, shape, idle) = match &token {
            Some(_) => self.open_for_chunk().await?,
            None => {
                let session = self.open().await?;
                let shape = Arc::new(self.shape(&session).await?);
                (session, shape, None)
            }
        };
        let schema = request.projected()?;
        let columns = chosen(&self.stream, &shape, &schema)?;

        let select: Vec<String> = columns.iter().map(|(name, kind)| selected(name, kind)).collect();
        let mut sql = format!("SELECT {} FROM {}", select.join(", "), shape.from);
        let mut binds = shape.binds.clone();
        let mut conditions: Vec<String> = Vec::new();
        if let Some(range) =
            token.as_ref().map(|token| token.condition(&shape.columns)).transpose()?.flatten()
        {
            // A range is read by its index or by its pages; else the whole table would be read for every chunk.
            session.batch(&doing, "SET LOCAL enable_seqscan = off").await?;
            conditions.push(range);
        }
        for filter in &request.filters {
            let kind = shape.columns.iter().find(|(name, _)| *name == filter.column).map(|(_, kind)| kind);
            let condition =
                kind.and_then(|kind| filters::sql(filter, kind, &mut binds)).ok_or_else(|| {
                    Fault::internal(format!("a filter on `{}` that the source does not take", filter.column))
                })?;
            conditions.push(condition);
        }
        if !conditions.is_empty() {
            sql.push_str(" WHERE ");
            sql.push_str(&conditions.join(" AND "));
        }
        if let Some(limit) = request.limit {
            sql.push_str(&format!(" LIMIT {limit}"));
        }

        let mut bulk = session.bulk(&doing).await?;
        let started = match binds.is_empty() {
            true => bulk.start_copy_out(&format!("COPY ({sql}) TO STDOUT (FORMAT binary)")).await,
            false => bulk.start_query(&sql, &binds).await,
        };
        started.map_err(|error| session.broken(error, &doing))?;

        let kinds: Vec<Kind> = columns.iter().map(|(_, kind)| kind.kind.clone()).collect();
        let reading = Reading {
            decoder: Decoder::new(schema, &kinds, request.batch_rows),
            names: columns.iter().map(|(name, _)| name.clone()).collect(),
            kinds,
            place: match &self.stream {
                Stream::Table(name) => {
                    format!("table `{name}`{}", token.map(|token| token.words()).unwrap_or_default())
                }
                Stream::Query(_) => "query".into(),
            },
            doing,
            row: 0,
            copying: binds.is_empty(),
            started: false,
            idle,
            rejects: request.rejects,
            progress: request.progress,
        };
        let (sender, receiver) = mpsc::channel(QUEUE);
        tokio::spawn(reading.run(session, bulk, sender));
        let batches = futures::stream::unfold(receiver, |mut receiver| async move {
            receiver.recv().await.map(|item| (item, receiver))
        });
        Ok(batches.fuse().boxed())
    }
}

/// The types of the columns to read; refuses a stream that changed since it was described.
fn chosen<'a>(
    stream: &Stream,
    shape: &'a Shape,
    schema: &SchemaRef,
) -> Result<Vec<&'a (String, PgType)>, Fault> {
    let changed = |what: String| {
        Fault::contract(format!("{stream} changed while the run was planned: {what}")).hint("run again")
    };
    let mut columns = Vec::new();
    for wanted in schema.fields() {
        let found =
            shape.columns.iter().zip(shape.info.schema.fields()).find(|((name, _), _)| name == wanted.name());
        let Some((column, now)) = found else {
            return Err(changed(format!("the column `{}` is gone", wanted.name())));
        };
        if now.data_type() != wanted.data_type() || (now.is_nullable() && !wanted.is_nullable()) {
            let (was, is) = (describe(wanted), describe(now));
            let is = if was == is { format!("{is} with nulls") } else { is };
            return Err(changed(format!("the column `{}` was {was} and is {is} now", wanted.name())));
        }
        columns.push(column);
    }
    Ok(columns)
}

/// Lists the tables and views that the user may read.
pub(super) async fn discover(connection: &Arc<Connection>) -> Result<Catalog, Fault> {
    let session = Session::open(connection).await?;
    let mut catalog = Catalog::default();
    for (relation, columns, key) in catalog::list(&session).await? {
        let kind = if matches!(relation.kind, 'v' | 'm') { "view" } else { "table" };
        let info = table_shape(&relation, columns, key).info;
        catalog.streams.push(CatalogEntry { name: relation.name.to_string(), kind, info });
    }
    Ok(catalog)
}
