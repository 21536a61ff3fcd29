//! The items that runs took from sources which hand things out once, and the columns that these sources had last.
//!
//! They are written in the transaction that marks the run as done, so an item counts as read exactly when its rows
//! count as loaded. An item that its source has still to tidy up behind is marked, and the mark goes when that is done.

use std::collections::HashMap;

use rusqlite::{Connection, Row, Transaction, params};
use serde::{Deserialize, Serialize};
use towpath_connect::Item;
use towpath_engine::intake::{Columns, Memories, Taken};
use towpath_model::{Fault, RunId};

use super::{StateStore, now};

/// An item that is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReadItem {
    pub(crate) pipeline: String,
    /// The source node.
    pub(crate) stream: String,
    #[serde(flatten)]
    pub(crate) item: Item,
    /// The run that read it last.
    pub(crate) run: String,
    pub(crate) read_at: String,
    /// Its source has still to tidy up behind it.
    #[serde(default)]
    pub(crate) unsettled: bool,
}

/// Columns that are remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptColumns {
    pub(crate) pipeline: String,
    pub(crate) stream: String,
    #[serde(flatten)]
    pub(crate) columns: Columns,
}

pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS items (
        pipeline TEXT NOT NULL, stream TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL, modified INTEGER,
        tag TEXT, hash TEXT, rows INTEGER, run TEXT NOT NULL, read_at TEXT NOT NULL, unsettled INTEGER NOT NULL,
        PRIMARY KEY (pipeline, stream, name));
    CREATE TABLE IF NOT EXISTS columns (
        pipeline TEXT NOT NULL, stream TEXT NOT NULL, columns TEXT NOT NULL, PRIMARY KEY (pipeline, stream));";

impl StateStore {
    /// What is remembered of the sources of a pipeline.
    pub(crate) fn memories(&self, pipeline: &str) -> Result<Memories, Fault> {
        let mut memories = Memories::new();
        for ReadItem { stream, item, unsettled, .. } in self.items(Some(pipeline))? {
            let memory = memories.entry(stream).or_default();
            if unsettled {
                memory.unsettled.push(item.clone());
            }
            memory.read.push(item);
        }
        for kept in self.columns(Some(pipeline))? {
            memories.entry(kept.stream).or_default().columns = Some(kept.columns);
        }
        Ok(memories)
    }

    /// Items of a pipeline, or all.
    pub(crate) fn items(&self, pipeline: Option<&str>) -> Result<Vec<ReadItem>, Fault> {
        let sql = "SELECT pipeline, stream, name, size, modified, tag, hash, rows, run, read_at, unsettled FROM items
                   WHERE ?1 IS NULL OR pipeline = ?1 ORDER BY pipeline, stream, name";
        let rows = self.connection.prepare(sql).and_then(|mut select| {
            let rows = select.query_map([pipeline], read_item)?;
            rows.collect::<Result<Vec<_>, _>>()
        });
        rows.map_err(|error| self.fault(error))
    }

    /// Columns of the sources of a pipeline, or of all.
    pub(crate) fn columns(&self, pipeline: Option<&str>) -> Result<Vec<KeptColumns>, Fault> {
        let sql = "SELECT pipeline, stream, columns FROM columns WHERE ?1 IS NULL OR pipeline = ?1
                   ORDER BY pipeline, stream";
        let rows = self.connection.prepare(sql).and_then(|mut select| {
            let rows = select.query_map([pipeline], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            rows.collect::<Result<Vec<(String, String, String)>, _>>()
        });
        let rows = rows.map_err(|error| self.fault(error))?.into_iter();
        // Columns of another version of this program are as good as none: they are found anew.
        Ok(rows
            .filter_map(|(pipeline, stream, text)| {
                let columns = serde_json::from_str(&text).ok()?;
                Some(KeptColumns { pipeline, stream, columns })
            })
            .collect())
    }

    /// Notes that sources have tidied up behind everything they read before.
    pub(crate) fn settled(&self, pipeline: &str, stream: &str) -> Result<(), Fault> {
        self.connection
            .execute(
                "UPDATE items SET unsettled = 0 WHERE pipeline = ?1 AND stream = ?2 AND unsettled",
                params![pipeline, stream],
            )
            .map(drop)
            .map_err(|error| self.fault(error))
    }

    /// Forgets the items of a pipeline, or of one of its sources; returns how many.
    pub(super) fn forget_items(&self, pipeline: &str, stream: Option<&str>) -> Result<usize, Fault> {
        let forget = |table: &str| {
            self.connection
                .execute(
                    &format!("DELETE FROM {table} WHERE pipeline = ?1 AND (?2 IS NULL OR stream = ?2)"),
                    params![pipeline, stream],
                )
                .map_err(|error| self.fault(error))
        };
        forget("columns")?;
        forget("items")
    }
}

fn read_item(row: &Row<'_>) -> rusqlite::Result<ReadItem> {
    Ok(ReadItem {
        pipeline: row.get(0)?,
        stream: row.get(1)?,
        item: Item {
            name: row.get(2)?,
            size: row.get::<_, i64>(3)?.unsigned_abs(),
            modified: row.get(4)?,
            tag: row.get(5)?,
            hash: row.get(6)?,
            rows: row.get::<_, Option<i64>>(7)?.map(i64::unsigned_abs),
        },
        run: row.get(8)?,
        read_at: row.get(9)?,
        unsettled: row.get(10)?,
    })
}

/// Writes down what a run took. Refuses an item that another run has read since this one began.
pub(super) fn take(
    change: &Transaction<'_>,
    pipeline: &str,
    run: &RunId,
    taken: &[Taken],
) -> Result<(), Fault> {
    let started: String = change
        .query_row("SELECT started_at FROM runs WHERE run = ?1", [run.as_str()], |row| row.get(0))
        .map_err(unwritten)?;
    for Taken { node, items, settles, columns } in taken {
        let others = others_since(change, pipeline, node, run, &started).map_err(unwritten)?;
        for item in items {
            if let Some(other) = others.get(&item.name) {
                return Err(Fault::contract(format!(
                    "`{}` was also read by run `{other}`, which was faster",
                    item.name
                ))
                .at("node", node)
                .hint("let one run of a pipeline end before the next begins; see `towpath state show`"));
            }
            let item = ReadItem {
                pipeline: pipeline.to_owned(),
                stream: node.clone(),
                item: item.clone(),
                run: run.as_str().to_owned(),
                read_at: now(),
                unsettled: *settles,
            };
            put_item(change, &item).map_err(unwritten)?;
        }
        if let Some(columns) = columns {
            let kept =
                KeptColumns { pipeline: pipeline.to_owned(), stream: node.clone(), columns: columns.clone() };
            put_columns(change, &kept).map_err(unwritten)?;
        }
    }
    Ok(())
}

fn unwritten(error: rusqlite::Error) -> Fault {
    Fault::unavailable(format!("what the run has read cannot be written down: {error}"))
}

/// Items that other runs have read since then, with the run.
fn others_since(
    change: &Transaction<'_>,
    pipeline: &str,
    stream: &str,
    run: &RunId,
    since: &str,
) -> rusqlite::Result<HashMap<String, String>> {
    let mut select = change.prepare(
        "SELECT name, run FROM items WHERE pipeline = ?1 AND stream = ?2 AND run <> ?3 AND read_at > ?4",
    )?;
    let rows = select
        .query_map(params![pipeline, stream, run.as_str(), since], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

/// Remembers an item, in the place of an earlier version of it.
pub(super) fn put_item(connection: &Connection, read: &ReadItem) -> rusqlite::Result<()> {
    let ReadItem { pipeline, stream, item, run, read_at, unsettled } = read;
    connection
        .prepare_cached("INSERT OR REPLACE INTO items VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")?
        .execute(params![
            pipeline,
            stream,
            item.name,
            item.size.cast_signed(),
            item.modified,
            item.tag,
            item.hash,
            item.rows.map(u64::cast_signed),
            run,
            read_at,
            unsettled
        ])
        .map(drop)
}

/// Remembers the columns of a source.
pub(super) fn put_columns(connection: &Connection, kept: &KeptColumns) -> rusqlite::Result<()> {
    let text = serde_json::to_string(&kept.columns)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    connection
        .prepare_cached("INSERT OR REPLACE INTO columns VALUES (?1, ?2, ?3)")?
        .execute(params![kept.pipeline, kept.stream, text])
        .map(drop)
}
