//! What pipelines have read so far: checkpoints of incremental reads, and items of sources that hand things out once.
//!
//! Everything moves in the transaction that ends the run which read it, and a checkpoint moves only from where that run
//! found it: a run that is told twice, or after another one, is refused.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::db::Conn;
use crate::error::Error;
use crate::sql::{Read, Row, sql};

/// The cursor value up to which a stream is loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Checkpoint {
    /// The source node.
    pub stream: String,
    /// Its cursor column.
    pub cursor_field: String,
    /// The value, as text.
    pub value: String,
    /// The run that moved it last.
    pub run_id: String,
    /// When.
    pub updated_at: Timestamp,
}

impl Read for Checkpoint {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Checkpoint {
            stream: row.text("stream")?,
            cursor_field: row.text("cursor_field")?,
            value: row.text("value")?,
            run_id: row.text("run_id")?,
            updated_at: row.time("updated_at")?,
        })
    }
}

/// One version of a thing that a source hands out once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct KeptItem {
    /// The source node.
    pub stream: String,
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it was changed last, as its store says.
    pub modified: Option<i64>,
    /// A mark of its version.
    pub tag: Option<String>,
    /// A hash of its contents.
    pub hash: Option<String>,
    /// Rows that were read of it.
    pub rows: Option<u64>,
    /// The run that read it last.
    pub run_id: String,
    /// When.
    pub read_at: Timestamp,
    /// Its source has still to tidy up behind it.
    pub unsettled: bool,
}

impl Read for KeptItem {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(KeptItem {
            stream: row.text("stream")?,
            name: row.text("name")?,
            size: row.count("size")?,
            modified: row.maybe_int("modified")?,
            tag: row.maybe_text("tag")?,
            hash: row.maybe_text("hash")?,
            rows: row.maybe_int("rows_read")?.map(i64::unsigned_abs),
            run_id: row.text("run_id")?,
            read_at: row.time("read_at")?,
            unsettled: row.flag("unsettled")?,
        })
    }
}

/// Columns that a source had last, as the engine writes them down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptColumns {
    /// The source node.
    pub stream: String,
    /// The columns.
    pub columns: String,
}

impl Read for KeptColumns {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(KeptColumns { stream: row.text("stream")?, columns: row.text("columns")? })
    }
}

/// A move of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The source node.
    pub stream: String,
    /// Its cursor column.
    pub cursor_field: String,
    /// Where it must stand.
    pub from: Option<String>,
    /// Where it goes.
    pub to: String,
}

/// Why a run cannot count as done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// A checkpoint stands elsewhere: stream, and where.
    Elsewhere(String, Option<String>),
    /// Another run has read an item since this one began: stream, item, that run.
    ReadByAnother(String, String, String),
}

/// Checkpoints of a pipeline.
pub async fn checkpoints(conn: &mut Conn, pipeline: &str) -> Result<Vec<Checkpoint>, Error> {
    sql("SELECT * FROM checkpoints WHERE pipeline_id = $1 ORDER BY stream").bind(pipeline).all(conn).await
}

/// Items that runs of a pipeline have read.
pub async fn items(conn: &mut Conn, pipeline: &str) -> Result<Vec<KeptItem>, Error> {
    sql("SELECT * FROM items WHERE pipeline_id = $1 ORDER BY stream, name").bind(pipeline).all(conn).await
}

/// Columns that sources of a pipeline had last.
pub async fn columns(conn: &mut Conn, pipeline: &str) -> Result<Vec<KeptColumns>, Error> {
    sql("SELECT stream, columns FROM kept_columns WHERE pipeline_id = $1 ORDER BY stream")
        .bind(pipeline)
        .all(conn)
        .await
}

/// Moves checkpoints by what a run has read. Nothing is moved when one is refused.
pub async fn advance(
    conn: &mut Conn,
    pipeline: &str,
    run: &str,
    steps: &[Step],
) -> Result<Result<(), Refusal>, Error> {
    let known: HashMap<String, Checkpoint> =
        checkpoints(conn, pipeline).await?.into_iter().map(|known| (known.stream.clone(), known)).collect();
    for step in steps {
        let stands = known.get(&step.stream).map(|known| known.value.clone());
        if stands != step.from {
            return Ok(Err(Refusal::Elsewhere(step.stream.clone(), stands)));
        }
    }
    for step in steps {
        sql("INSERT INTO checkpoints (pipeline_id, stream, cursor_field, value, run_id, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (pipeline_id, stream) DO UPDATE SET cursor_field = $3, value = $4, run_id = $5, updated_at = $6")
        .bind(pipeline)
        .bind(&step.stream)
        .bind(&step.cursor_field)
        .bind(&step.to)
        .bind(run)
        .bind(Timestamp::now())
        .run(conn)
        .await?;
    }
    Ok(Ok(()))
}

/// Writes down items that a run took. Nothing is written when another run was faster with one of them.
pub async fn take(
    conn: &mut Conn,
    pipeline: &str,
    run: &str,
    since: Timestamp,
    items: &[KeptItem],
) -> Result<Result<(), Refusal>, Error> {
    let others: Vec<KeptItem> =
        sql("SELECT * FROM items WHERE pipeline_id = $1 AND run_id <> $2 AND read_at > $3")
            .bind(pipeline)
            .bind(run)
            .bind(since)
            .all(conn)
            .await?;
    for item in items {
        if let Some(other) =
            others.iter().find(|other| other.stream == item.stream && other.name == item.name)
        {
            return Ok(Err(Refusal::ReadByAnother(
                item.stream.clone(),
                item.name.clone(),
                other.run_id.clone(),
            )));
        }
    }
    for item in items {
        sql("INSERT INTO items (pipeline_id, stream, name, size, modified, tag, hash, rows_read, run_id, read_at, unsettled)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             ON CONFLICT (pipeline_id, stream, name) DO UPDATE SET size = $4, modified = $5, tag = $6, hash = $7,
             rows_read = $8, run_id = $9, read_at = $10, unsettled = $11")
        .bind(pipeline)
        .bind(&item.stream)
        .bind(&item.name)
        .bind(item.size)
        .bind(item.modified)
        .bind(item.tag.as_deref())
        .bind(item.hash.as_deref())
        .bind(item.rows)
        .bind(run)
        .bind(item.read_at)
        .bind(item.unsettled)
        .run(conn)
        .await?;
    }
    Ok(Ok(()))
}

/// Remembers the columns of a source.
pub async fn keep_columns(conn: &mut Conn, pipeline: &str, kept: &KeptColumns) -> Result<(), Error> {
    sql("INSERT INTO kept_columns (pipeline_id, stream, columns) VALUES ($1, $2, $3)
         ON CONFLICT (pipeline_id, stream) DO UPDATE SET columns = $3")
    .bind(pipeline)
    .bind(&kept.stream)
    .bind(&kept.columns)
    .run(conn)
    .await
    .map(drop)
}

/// Notes that a source has tidied up behind everything it read before.
pub async fn settled(conn: &mut Conn, pipeline: &str, stream: &str) -> Result<(), Error> {
    sql("UPDATE items SET unsettled = 0 WHERE pipeline_id = $1 AND stream = $2 AND unsettled = 1")
        .bind(pipeline)
        .bind(stream)
        .run(conn)
        .await
        .map(drop)
}

/// Forgets checkpoints and items of a pipeline, or of one of its sources; returns how many of each.
pub async fn reset(conn: &mut Conn, pipeline: &str, stream: Option<&str>) -> Result<(u64, u64), Error> {
    let mut gone = [0; 3];
    for (at, table) in ["checkpoints", "items", "kept_columns"].iter().enumerate() {
        let forget = sql(format!("DELETE FROM {table} WHERE pipeline_id = $1 AND ($2 = '' OR stream = $2)"));
        gone[at] = forget.bind(pipeline).bind(stream.unwrap_or_default()).run(conn).await?;
    }
    Ok((gone[0], gone[1]))
}
