//! The local store of rejected rows: one SQLite file per pipeline.
//!
//! The file is made with the first rejected row. Rows are written in transactions of [`FLUSH_ROWS`], and the rest
//! when the run ends; a row is only dropped from memory once it is in the file.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, params};
use towpath_connect::{Reject, RejectSink};
use towpath_engine::context::Quarantine;
use towpath_model::{Fault, RunId};

const FLUSH_ROWS: usize = 500;

/// Where the rejected rows of a pipeline are kept.
pub(crate) fn path(state_folder: &Path, pipeline: &str) -> PathBuf {
    let safe: String =
        pipeline.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
    state_folder.join(format!("{safe}.quarantine.db"))
}

/// A rejected row with its run.
#[derive(Debug, Clone, serde::Serialize)]
pub(crate) struct StoredReject {
    pub(crate) run: String,
    pub(crate) node: String,
    pub(crate) at: String,
    #[serde(flatten)]
    pub(crate) reject: Reject,
}

#[derive(Debug)]
struct Buffer {
    /// Node, chunk and row.
    waiting: Vec<(String, String, Reject)>,
    connection: Option<Connection>,
}

/// Collects the rejects of one run.
#[derive(Debug, Clone)]
pub(crate) struct QuarantineStore {
    path: PathBuf,
    run: RunId,
    buffer: Arc<Mutex<Buffer>>,
}

impl QuarantineStore {
    /// A store for one run. Touches no file before a row is rejected.
    pub(crate) fn new(path: PathBuf, run: RunId) -> Self {
        let buffer = Arc::new(Mutex::new(Buffer { waiting: Vec::new(), connection: None }));
        QuarantineStore { path, run, buffer }
    }

    /// Writes what is still in memory.
    pub(crate) fn flush(&self) -> Result<(), Fault> {
        let mut buffer = self.buffer.lock().unwrap_or_else(PoisonError::into_inner);
        self.write(&mut buffer)
    }

    fn write(&self, buffer: &mut Buffer) -> Result<(), Fault> {
        if buffer.waiting.is_empty() {
            return Ok(());
        }
        let failed = |error: rusqlite::Error| self.fault(&error.to_string());
        if buffer.connection.is_none() {
            buffer.connection = Some(open(&self.path)?);
        }
        let Some(connection) = &mut buffer.connection else { return Err(self.fault("it is not open")) };
        let transaction = connection.transaction().map_err(failed)?;
        let now = jiff::Timestamp::now().to_string();
        for (node, chunk, reject) in &buffer.waiting {
            transaction
                .prepare_cached(
                    "INSERT INTO rejects (run, node, at, place, column_name, value, reason, original, value_only, chunk) \
                     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                )
                .and_then(|mut insert| {
                    insert.execute(params![
                        self.run.as_str(),
                        node,
                        now,
                        reject.place,
                        reject.column,
                        reject.value,
                        reject.reason,
                        reject.original,
                        reject.value_only,
                        chunk
                    ])
                })
                .map_err(failed)?;
        }
        transaction.commit().map_err(failed)?;
        buffer.waiting.clear();
        Ok(())
    }

    fn fault(&self, why: &str) -> Fault {
        Fault::unavailable(format!("the quarantine `{}` cannot be written: {why}", self.path.display()))
            .hint("make room and check the rights of that folder, or choose another with `TOWPATH_STATE`")
    }
}

#[derive(Debug)]
struct NodeSink {
    node: String,
    chunk: String,
    store: QuarantineStore,
}

impl RejectSink for NodeSink {
    fn reject(&self, reject: Reject) -> Result<(), Fault> {
        let mut buffer = self.store.buffer.lock().unwrap_or_else(PoisonError::into_inner);
        buffer.waiting.push((self.node.clone(), self.chunk.clone(), reject));
        if buffer.waiting.len() >= FLUSH_ROWS { self.store.write(&mut buffer) } else { Ok(()) }
    }

    fn keep(&self) -> Result<(), Fault> {
        self.store.flush()
    }
}

impl Quarantine for QuarantineStore {
    fn sink(&self, node: &str, chunk: &str) -> Arc<dyn RejectSink> {
        Arc::new(NodeSink { node: node.to_owned(), chunk: chunk.to_owned(), store: self.clone() })
    }

    fn keep(&self) -> Result<(), Fault> {
        self.flush()
    }

    fn kept(&self, node: &str) -> Result<u64, Fault> {
        if !self.path.exists() {
            return Ok(0);
        }
        let sql = "SELECT count(*) FROM rejects WHERE run = ?1 AND node = ?2 AND NOT value_only";
        open(&self.path)?
            .query_row(sql, [self.run.as_str(), node], |row| row.get::<_, i64>(0))
            .map(i64::unsigned_abs)
            .map_err(|error| self.fault(&error.to_string()))
    }

    fn forget(&self, chunk: &str) -> Result<(), Fault> {
        let mut buffer = self.buffer.lock().unwrap_or_else(PoisonError::into_inner);
        buffer.waiting.retain(|(_, waiting, _)| waiting != chunk);
        if !self.path.exists() {
            return Ok(());
        }
        open(&self.path)?
            .execute("DELETE FROM rejects WHERE run = ?1 AND chunk = ?2", [self.run.as_str(), chunk])
            .map(drop)
            .map_err(|error| self.fault(&error.to_string()))
    }
}

fn open(path: &Path) -> Result<Connection, Fault> {
    let failed = |why: String| {
        Fault::unavailable(format!("the quarantine `{}` cannot be opened: {why}", path.display()))
            .hint("check the rights of that folder, or choose another with `TOWPATH_STATE`")
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| failed(towpath_model::scope::plain_io(&error)))?;
    }
    let connection = Connection::open(path).map_err(|error| failed(error.to_string()))?;
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 10000;
             CREATE TABLE IF NOT EXISTS rejects (
                 id INTEGER PRIMARY KEY, run TEXT NOT NULL, node TEXT NOT NULL, at TEXT NOT NULL,
                 place TEXT NOT NULL, column_name TEXT, value TEXT, reason TEXT NOT NULL, original TEXT NOT NULL,
                 value_only INTEGER NOT NULL DEFAULT 0, chunk TEXT NOT NULL DEFAULT '');
             CREATE INDEX IF NOT EXISTS rejects_run ON rejects (run);",
        )
        .map_err(|error| failed(error.to_string()))?;
    Ok(connection)
}

/// How often each reason occurs, most frequent first: node, column, reason, rows.
pub(crate) type Summary = Vec<(String, Option<String>, String, u64)>;

/// What is stored, newest run first: rows up to `limit`, and the number of all.
pub(crate) fn list(
    path: &Path,
    run: Option<&str>,
    limit: usize,
) -> Result<(Vec<StoredReject>, u64, Summary), Fault> {
    if !path.exists() {
        return Ok((Vec::new(), 0, Vec::new()));
    }
    let connection = open(path)?;
    let failed =
        |error: rusqlite::Error| Fault::unavailable(format!("the quarantine cannot be read: {error}"));
    let total = connection
        .query_row("SELECT count(*) FROM rejects WHERE ?1 IS NULL OR run = ?1", [run], |row| {
            row.get::<_, i64>(0)
        })
        .map_err(failed)?;
    let mut select = connection
        .prepare(
            "SELECT run, node, at, place, column_name, value, reason, original, value_only FROM rejects
             WHERE ?1 IS NULL OR run = ?1 ORDER BY run DESC, id LIMIT ?2",
        )
        .map_err(failed)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = select
        .query_map(params![run, limit], |row| {
            Ok(StoredReject {
                run: row.get(0)?,
                node: row.get(1)?,
                at: row.get(2)?,
                reject: Reject {
                    place: row.get(3)?,
                    column: row.get(4)?,
                    value: row.get(5)?,
                    reason: row.get(6)?,
                    original: row.get(7)?,
                    value_only: row.get(8)?,
                    ..Reject::default()
                },
            })
        })
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(failed)?;
    let mut group = connection
        .prepare(
            "SELECT node, column_name, min(reason), count(*) FROM rejects WHERE ?1 IS NULL OR run = ?1
             GROUP BY node, column_name, replace(reason, coalesce(value, ''), '') ORDER BY 4 DESC LIMIT 10",
        )
        .map_err(failed)?;
    let summary = group
        .query_map([run], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get::<_, i64>(3)? as u64)))
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(failed)?;
    Ok((rows, u64::try_from(total).unwrap_or_default(), summary))
}

/// Removes the rows of a run, or all; returns how many.
pub(crate) fn clear(path: &Path, run: Option<&str>) -> Result<usize, Fault> {
    if !path.exists() {
        return Ok(0);
    }
    open(path)?
        .execute("DELETE FROM rejects WHERE ?1 IS NULL OR run = ?1", [run])
        .map_err(|error| Fault::unavailable(format!("the quarantine cannot be emptied: {error}")))
}
