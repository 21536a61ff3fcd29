//! Streams rows into the staging table.
//!
//! `LOAD DATA LOCAL` is fed from memory through a bounded channel, in statements of [`STATEMENT_BYTES`], so that a
//! refusal shows early and the server's undo log stays small. `LOCAL` makes the server turn errors into warnings:
//! after each statement its counts are compared with what was sent, and any warning fails the load.

use arrow::array::RecordBatch;
use bytes::Bytes;
use futures::StreamExt;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Error};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use towpath_model::Fault;

use super::create::ColumnDefinition;
use super::encode::{EncodedColumn, Form, Rows};
use super::fault::Place;
use super::names::{TableName, quote, quote_all};
use super::types::ColumnType;

/// Bytes per piece sent to the server; below every usual `max_allowed_packet`.
const CHUNK_BYTES: usize = 256 << 10;
/// Chunks that may wait for the server.
const WAITING_CHUNKS: usize = 4;
/// Bytes per `LOAD DATA` statement.
const STATEMENT_BYTES: usize = 64 << 20;
/// Bytes per `INSERT` statement, when the server takes as many.
const INSERT_BYTES: usize = 1 << 20;
/// "Statement is unsafe for replication": about the binary log, not about values.
const UNSAFE_FOR_REPLICATION: u16 = 1592;

type Finished = (Conn, Result<Counts, Error>);

/// What the server says about a `LOAD DATA` statement.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Counts {
    records: Option<u64>,
    skipped: u64,
    warnings: u16,
}

/// What is written, and where.
#[derive(Debug, Clone)]
pub(super) struct Writing {
    pub(super) stage: TableName,
    /// Columns of the staging table, in the order of the values.
    pub(super) columns: Vec<ColumnDefinition>,
    /// The same columns, as rows are written.
    pub(super) encoded: Vec<EncodedColumn>,
    /// A row replaces the one with the same key.
    pub(super) replaces: bool,
    pub(super) form: Form,
    /// The largest statement that the server takes.
    pub(super) max_packet: usize,
}

/// Writes rows to the staging table, and owns the connection meanwhile.
pub(super) struct Writer {
    state: State,
    form: Form,
    columns: Vec<EncodedColumn>,
    /// `LOAD DATA …`, or the start of `INSERT …`.
    sql: String,
    buffer: Vec<u8>,
    chunk: usize,
    sent: usize,
    rows_in_statement: u64,
    /// Rows written so far.
    pub(super) rows: u64,
    place: Place,
}

enum State {
    Idle(Conn),
    Loading {
        pieces: mpsc::Sender<Bytes>,
        task: JoinHandle<Finished>,
    },
    /// The connection was lost.
    Gone,
}

impl Writer {
    /// A writer with a connection of its own.
    pub(super) fn new(conn: Conn, writing: Writing, place: Place) -> Self {
        let Writing { form, max_packet, .. } = writing;
        let (sql, chunk) = match form {
            Form::Lines => (infile_sql(&writing), CHUNK_BYTES.min(max_packet / 2)),
            Form::Tuples => {
                let verb = if writing.replaces { "REPLACE" } else { "INSERT" };
                let names = quote_all(writing.columns.iter().map(|column| column.name.as_str()));
                let sql = format!("{verb} INTO {} ({names}) VALUES ", writing.stage.sql());
                (sql, INSERT_BYTES.min(max_packet / 2))
            }
        };
        Writer {
            state: State::Idle(conn),
            form,
            columns: writing.encoded,
            sql,
            buffer: Vec::with_capacity(chunk + (16 << 10)),
            chunk,
            sent: 0,
            rows_in_statement: 0,
            rows: 0,
            place,
        }
    }

    /// Writes the rows of a batch.
    pub(super) async fn write(&mut self, batch: &RecordBatch) -> Result<(), Fault> {
        let columns = std::mem::take(&mut self.columns);
        let result = self.write_rows(&columns, batch).await;
        self.columns = columns;
        result
    }

    async fn write_rows(&mut self, columns: &[EncodedColumn], batch: &RecordBatch) -> Result<(), Fault> {
        let rows = Rows::new(self.form, columns, batch)?;
        for row in 0..batch.num_rows() {
            if self.form == Form::Tuples {
                if self.buffer.is_empty() {
                    self.buffer.extend_from_slice(self.sql.as_bytes());
                } else {
                    self.buffer.push(b',');
                }
            }
            rows.write(row, &mut self.buffer)?;
            self.rows_in_statement += 1;
            self.rows += 1;
            if self.buffer.len() >= self.chunk {
                self.flush().await?;
            }
        }
        Ok(())
    }

    /// Sends what the buffer holds.
    async fn flush(&mut self) -> Result<(), Fault> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let full = std::mem::replace(&mut self.buffer, Vec::with_capacity(self.chunk + (16 << 10)));
        match self.form {
            Form::Tuples => self.insert(full).await,
            Form::Lines => {
                self.sent += full.len();
                let bytes = Bytes::from(full);
                // One row may be larger than a packet.
                let mut start = 0;
                while start < bytes.len() {
                    let end = bytes.len().min(start + (4 << 20).min(self.chunk * 2));
                    self.send(bytes.slice(start..end)).await?;
                    start = end;
                }
                if self.sent >= STATEMENT_BYTES { self.end_statement().await } else { Ok(()) }
            }
        }
    }

    async fn insert(&mut self, sql: Vec<u8>) -> Result<(), Fault> {
        let State::Idle(conn) = &mut self.state else { return Err(self.gone()) };
        let result = conn.query_drop(sql).await;
        self.rows_in_statement = 0;
        if let Err(error) = result {
            return Err(self.place.fault(error));
        }
        if conn.get_warnings() > 0 { refuse_warnings(conn, &self.place).await } else { Ok(()) }
    }

    async fn send(&mut self, piece: Bytes) -> Result<(), Fault> {
        if let State::Idle(_) = &self.state
            && let State::Idle(conn) = std::mem::replace(&mut self.state, State::Gone)
        {
            let (pieces, receiver) = mpsc::channel(WAITING_CHUNKS);
            self.state =
                State::Loading { pieces, task: tokio::spawn(load(conn, self.sql.clone(), receiver)) };
        }
        let State::Loading { pieces, .. } = &self.state else { return Err(self.gone()) };
        if pieces.send(piece).await.is_err() {
            // The statement ended by itself: it says why.
            self.end_statement().await?;
            return Err(self.gone());
        }
        Ok(())
    }

    /// Ends the running `LOAD DATA` and checks what the server made of it.
    async fn end_statement(&mut self) -> Result<(), Fault> {
        let State::Loading { pieces, task } = std::mem::replace(&mut self.state, State::Gone) else {
            return Err(self.gone());
        };
        drop(pieces);
        let expected = std::mem::take(&mut self.rows_in_statement);
        self.sent = 0;
        let (mut conn, result) =
            task.await.map_err(|error| Fault::internal(format!("the writing task ended: {error}")))?;
        let counts = match result {
            Ok(counts) => counts,
            Err(error) => {
                self.state = State::Idle(conn);
                return Err(self.place.fault(error));
            }
        };
        let checked =
            if counts.warnings > 0 { refuse_warnings(&mut conn, &self.place).await } else { Ok(()) };
        self.state = State::Idle(conn);
        checked?;
        if counts.skipped > 0 || counts.records.is_some_and(|records| records != expected) {
            return Err(Fault::data(format!(
                "the server took {} of {expected} rows into the staging table and skipped {}",
                counts.records.unwrap_or_default(),
                counts.skipped
            ))
            .hint("set `load: insert` to see the reason of the first row"));
        }
        Ok(())
    }

    /// Sends the rest and gives the connection back.
    pub(super) async fn finish(&mut self) -> Result<&mut Conn, Fault> {
        self.flush().await?;
        if matches!(self.state, State::Loading { .. }) {
            self.end_statement().await?;
        }
        match &mut self.state {
            State::Idle(conn) => Ok(conn),
            _ => Err(Fault::unavailable("the connection to the MySQL server was lost")),
        }
    }

    /// Stops writing; gives the connection back when it still works.
    pub(super) async fn stop(self) -> Option<Conn> {
        match self.state {
            State::Idle(conn) => Some(conn),
            State::Loading { pieces, task } => {
                // The statement ends as if the data did: an error in its stream would cost the connection, which is
                // needed to drop the staging table.
                drop(pieces);
                task.await.ok().map(|(conn, _)| conn)
            }
            State::Gone => None,
        }
    }

    fn gone(&self) -> Fault {
        Fault::unavailable("the connection to the MySQL server was lost during the load")
            .hint("look at the server's error log; start the run again, nothing is half written")
    }
}

/// `LOAD DATA` for the staging table. The file name is never opened by anybody.
fn infile_sql(writing: &Writing) -> String {
    let (mut fields, mut sets) = (Vec::new(), Vec::new());
    for (index, column) in writing.columns.iter().enumerate() {
        let variable = format!("@c{index}");
        match infile_expression(&column.column_type, &variable) {
            None => fields.push(quote(&column.name)),
            Some(expression) => {
                sets.push(format!("{} = {expression}", quote(&column.name)));
                fields.push(variable);
            }
        }
    }
    let set = if sets.is_empty() { String::new() } else { format!(" SET {}", sets.join(", ")) };
    let replace = if writing.replaces { "REPLACE " } else { "" };
    format!(
        "LOAD DATA LOCAL INFILE 'towpath' {replace}INTO TABLE {} CHARACTER SET utf8mb4 \
         FIELDS TERMINATED BY '\\t' ENCLOSED BY '' ESCAPED BY '\\\\' LINES TERMINATED BY '\\n' ({}){set}",
        writing.stage.sql(),
        fields.join(", ")
    )
}

/// SQL expression that makes a column's value of what a line of `LOAD DATA` holds; `None` when the line holds it.
fn infile_expression(column_type: &ColumnType, variable: &str) -> Option<String> {
    match column_type {
        ColumnType::Binary(_)
        | ColumnType::Varbinary(_)
        | ColumnType::Blob(_)
        | ColumnType::Geometry(_)
        | ColumnType::OtherBinary(_) => Some(format!("UNHEX({variable})")),
        // Text would be taken for the bits themselves.
        ColumnType::Bit(_) => Some(format!("CAST({variable} AS UNSIGNED)")),
        _ => None,
    }
}

async fn load(mut conn: Conn, sql: String, receiver: mpsc::Receiver<Bytes>) -> Finished {
    let pieces = futures::stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|piece| (Ok(piece), receiver))
    });
    conn.set_infile_handler(async move { Ok(pieces.boxed()) });
    let result = conn.query_drop(sql).await;
    // A statement that failed before it asked for data leaves the handler, and with it the receiver: the sender would
    // wait for ever.
    conn.set_infile_handler(async { Err(std::io::Error::other("no load is running").into()) });
    let counts = result.map(|()| {
        let info = conn.info();
        // "Records: 3  Deleted: 0  Skipped: 0  Warnings: 0", in the server's language.
        let mut numbers =
            info.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse::<u64>().ok());
        let (records, skipped) = (numbers.next(), numbers.nth(1).unwrap_or(0));
        Counts { records, skipped, warnings: conn.get_warnings() }
    });
    (conn, counts)
}

/// Fails on any warning that is about values.
async fn refuse_warnings(conn: &mut Conn, place: &Place) -> Result<(), Fault> {
    let warnings: Vec<(String, u16, String)> =
        conn.query("SHOW WARNINGS LIMIT 64").await.map_err(|error| place.fault(error))?;
    let Some((_, _, text)) = warnings.iter().find(|(_, code, _)| *code != UNSAFE_FOR_REPLICATION) else {
        return Ok(());
    };
    Err(Fault::data(format!("the server changed or refused a value: {}", text.trim_end_matches('.')))
        .hint("the row is named by its place in the load; cast or clean the column in the pipeline"))
}
