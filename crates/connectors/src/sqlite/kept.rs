//! The staging place of a load in chunks: a SQLite file beside the database, which outlives the process.
//!
//! The rows of a chunk and its entry in `_towpath_chunks` become durable in one transaction of that file, with a
//! journal that survives a loss of power. Rows of all lanes go through one connection, because SQLite has one
//! writer; every lane numbers the rows of the chunk it is at from a *part* of its own, so that rows of chunks that
//! were never sealed can be told apart and taken out.
//!
//! The file is locked as long as somebody works on it. Nobody removes a file without the lock, and whoever removes
//! one marks it first, so that another process that opened it in the same moment notices.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use towpath_connect::{Chunk, ChunkState, LoadRequest};
use towpath_model::Fault;

use super::fault::explain;
use super::session::{Database, name_hash};
use super::stage::Stage;

/// Row ids of the stage are the number of the part, shifted by these bits, and the number of the row in it.
pub(super) const PART_BITS: u32 = 32;

/// `user_version` of a file that somebody works with or may go on with.
const IN_USE: i64 = 1;
/// `user_version` of a file that is about to be removed.
const REMOVED: i64 = 2;

/// How often a file may be found to be just removed before something else must be wrong.
const ATTEMPTS: usize = 10;

/// What is kept of a load in chunks.
pub(super) struct Kept {
    path: PathBuf,
    load_id: String,
    origin: String,
    is_new: bool,
    offered: Vec<Chunk>,
    /// The chunks of the load, once it is started.
    pub(super) chunks: Vec<ChunkState>,
    /// The first part that no row has.
    pub(super) next_part: u32,
    /// Rows of the parts that are not sealed.
    rows: HashMap<u32, u64>,
}

impl Kept {
    /// Opens the file of a load, or makes it, and waits for its lock.
    pub(super) fn open(
        database: &Database,
        request: &LoadRequest,
        offered: Vec<Chunk>,
    ) -> Result<Stage, Fault> {
        if !database.exists()? {
            database.creatable()?;
        }
        let load_id = request.load_id.as_str();
        let path = path(database, load_id);
        for _ in 0..ATTEMPTS {
            let connection = match lock(&path, database.wait, true) {
                Ok(connection) => connection,
                Err(error) => return Err(unavailable(database, load_id, error)),
            };
            match version(&connection).map_err(|error| explain(database, error))? {
                REMOVED => remove(connection, &path),
                version => {
                    let kept = Kept {
                        path,
                        load_id: load_id.to_owned(),
                        origin: request.origin.clone(),
                        is_new: version != IN_USE,
                        offered,
                        chunks: Vec::new(),
                        next_part: 0,
                        rows: HashMap::new(),
                    };
                    return Stage::over(database, connection, Some(kept));
                }
            }
        }
        Err(Fault::unavailable(format!("the staging file `{}` keeps being removed", path.display())))
    }

    /// Writes down the chunks of a new load, or reads those of one that goes on.
    pub(super) fn start(
        &mut self,
        database: &Database,
        connection: &Connection,
        create_stage: &str,
        shape: &str,
    ) -> Result<(), Fault> {
        let fail = |error| explain(database, error);
        if !self.is_new && !self.resume(database, connection, shape)? {
            // Nothing was sealed, so the load may begin anew with other columns.
            let sql =
                "DROP TABLE main.stage; DROP TABLE main._towpath_chunks; DROP TABLE main._towpath_load;";
            connection.execute_batch(sql).map_err(fail)?;
            self.is_new = true;
        }
        if self.is_new {
            self.create(connection, create_stage, shape).map_err(fail)?;
        }
        let (chunks, next_part) = read(connection).map_err(fail)?;
        (self.chunks, self.next_part) = (chunks, next_part);
        Ok(())
    }

    fn create(&self, connection: &Connection, create_stage: &str, shape: &str) -> rusqlite::Result<()> {
        connection.execute_batch(&format!(
            "BEGIN; {create_stage} \
             CREATE TABLE main._towpath_load (load_id TEXT NOT NULL, origin TEXT NOT NULL, shape TEXT NOT NULL, \
             deduplicated INTEGER NOT NULL); \
             CREATE TABLE main._towpath_chunks (position INTEGER PRIMARY KEY, token TEXT NOT NULL, \
             expected INTEGER, part INTEGER UNIQUE, rows INTEGER, counts TEXT, sealed_at TEXT); \
             PRAGMA main.user_version = {IN_USE};"
        ))?;
        connection.execute(
            "INSERT INTO main._towpath_load VALUES (?1, ?2, ?3, 0)",
            params![self.load_id, self.origin, shape],
        )?;
        let mut insert = connection
            .prepare("INSERT INTO main._towpath_chunks (position, token, expected) VALUES (?1, ?2, ?3)")?;
        for (position, chunk) in self.offered.iter().enumerate() {
            insert.execute(params![position as i64, chunk.token, chunk.rows.map(u64::cast_signed)])?;
        }
        connection.execute_batch("COMMIT")
    }

    /// Whether the kept rows are of this load and have its columns. Rows that were not sealed are taken out.
    fn resume(&self, database: &Database, connection: &Connection, shape: &str) -> Result<bool, Fault> {
        let fail = |error| explain(database, error);
        let sealed = "SELECT EXISTS (SELECT 1 FROM main._towpath_chunks WHERE counts IS NOT NULL)";
        let (id, known): (String, String) = connection
            .query_row("SELECT load_id, shape FROM main._towpath_load", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .map_err(fail)?;
        if id != self.load_id {
            return Err(Fault::internal(format!(
                "the staging file `{}` is of another load",
                self.path.display()
            )));
        }
        if known == shape {
            take_out_unsealed(connection).map_err(fail)?;
            return Ok(true);
        }
        if connection.query_row(sealed, [], |row| row.get(0)).map_err(fail)? {
            return Err(Fault::contract(format!(
                "the load `{}` began with other columns, another key or another mode",
                self.load_id
            ))
            .hint("start a new run instead of going on with this one"));
        }
        Ok(false)
    }

    /// Row ids for the next rows of a part: the first of them.
    pub(super) fn row_ids(&mut self, part: u32, rows: u64) -> Result<i64, Fault> {
        let before = self.rows.entry(part).or_default();
        let first = *before;
        *before += rows;
        if *before >= 1 << PART_BITS || part >= 1 << 30 {
            return Err(Fault::internal("a chunk has more rows than a load can number"));
        }
        Ok((i64::from(part) << PART_BITS) + first.cast_signed())
    }

    /// Makes the rows of a part durable together with the entry of their chunk.
    pub(super) fn seal(
        &mut self,
        database: &Database,
        connection: &Connection,
        part: Option<u32>,
        position: usize,
        counts: &str,
    ) -> Result<(), Fault> {
        let fail = |error| explain(database, error);
        let state = self.chunks.get_mut(position).filter(|state| !state.is_sealed());
        let state = state.ok_or_else(|| Fault::internal(format!("there is no open chunk {position}")))?;
        let rows = part.and_then(|part| self.rows.remove(&part)).unwrap_or_default();
        if connection.is_autocommit() {
            connection.execute_batch("BEGIN").map_err(fail)?;
        }
        connection
            .execute(
                "UPDATE main._towpath_chunks SET part = ?1, rows = ?2, counts = ?3, \
                 sealed_at = strftime('%Y-%m-%d %H:%M:%fZ', 'now') WHERE position = ?4",
                params![part, rows.cast_signed(), counts, position as i64],
            )
            .map_err(fail)?;
        connection.execute_batch("COMMIT").map_err(fail)?;
        state.counts = Some(counts.to_owned());
        Ok(())
    }

    /// The rows of all chunks without those that were dropped before, and the number of these.
    pub(super) fn settle(&self, database: &Database, connection: &Connection) -> Result<(u64, u64), Fault> {
        if let Some(open) = self.chunks.iter().position(|state| !state.is_sealed()) {
            return Err(Fault::internal(format!("chunk {open} of the load is not sealed")));
        }
        let read = || -> rusqlite::Result<(i64, i64)> {
            take_out_unsealed(connection)?;
            connection.query_row(
                "SELECT (SELECT coalesce(sum(rows), 0) FROM main._towpath_chunks), \
                 (SELECT deduplicated FROM main._towpath_load)",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
        };
        let (rows, dropped) = read().map_err(|error| explain(database, error))?;
        Ok(((rows - dropped).unsigned_abs(), dropped.unsigned_abs()))
    }

    /// Remembers how many rows were dropped, in the transaction that drops them.
    pub(super) fn deduplicated(
        &self,
        database: &Database,
        connection: &Connection,
        dropped: u64,
    ) -> Result<(), Fault> {
        let sql = "UPDATE main._towpath_load SET deduplicated = ?1";
        let done = connection.execute(sql, [dropped.cast_signed()]);
        done.map(|_| ()).map_err(|error| explain(database, error))
    }

    /// The row ids of the chunks in their order; empty when that is the order of the row ids.
    pub(super) fn spans(
        &self,
        database: &Database,
        connection: &Connection,
    ) -> Result<Vec<(i64, i64)>, Fault> {
        let read = || -> rusqlite::Result<Vec<u32>> {
            let sql = "SELECT part FROM main._towpath_chunks WHERE part IS NOT NULL ORDER BY position";
            connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
        };
        let parts = read().map_err(|error| explain(database, error))?;
        Ok(if parts.is_sorted() { Vec::new() } else { parts.into_iter().map(span).collect() })
    }

    /// Removes the file. The connection is the one that holds its lock.
    pub(super) fn remove(self, connection: Connection) {
        remove(connection, &self.path);
    }
}

/// First and last row id of a part.
fn span(part: u32) -> (i64, i64) {
    let first = i64::from(part) << PART_BITS;
    (first, first + (1 << PART_BITS) - 1)
}

/// The chunks, and the first part that no row has.
fn read(connection: &Connection) -> rusqlite::Result<(Vec<ChunkState>, u32)> {
    let mut chunks =
        connection.prepare("SELECT token, expected, counts FROM main._towpath_chunks ORDER BY position")?;
    let chunks = chunks.query_map([], |row| {
        let rows: Option<i64> = row.get(1)?;
        let chunk = Chunk { token: row.get(0)?, rows: rows.map(i64::unsigned_abs) };
        Ok(ChunkState { chunk, counts: row.get(2)? })
    })?;
    let chunks = chunks.collect::<Result<_, _>>()?;
    let next = connection.query_row(
        &format!(
            "SELECT max(coalesce((SELECT max(rowid) >> {PART_BITS} FROM main.stage), -1), \
             coalesce((SELECT max(part) FROM main._towpath_chunks), -1)) + 1"
        ),
        [],
        |row| row.get(0),
    )?;
    Ok((chunks, next))
}

/// Deletes the rows of parts that are the rows of no chunk.
fn take_out_unsealed(connection: &Connection) -> rusqlite::Result<()> {
    let sql = "SELECT part FROM main._towpath_chunks WHERE part IS NOT NULL ORDER BY part";
    let parts: Vec<u32> =
        connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut delete = connection.prepare("DELETE FROM main.stage WHERE rowid BETWEEN ?1 AND ?2")?;
    let mut from = 0;
    for (first, last) in parts.into_iter().map(span) {
        delete.execute([from, first - 1])?;
        from = last + 1;
    }
    delete.execute([from, i64::MAX])?;
    Ok(())
}

/// Removes what loads left beside the database: those of this load once it is committed, and those of the same
/// origin. What somebody works on stays, and so does what cannot be removed: a later load tries again.
pub(super) fn clear(database: &Database, request: &LoadRequest, own_too: bool) {
    let own = path(database, request.load_id.as_str());
    let (Some(folder), Some(start)) = (own.parent(), prefix(database)) else { return };
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let hash = name.to_str().and_then(|name| name.strip_prefix(&start));
        let is_stage =
            hash.is_some_and(|hash| hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let path = entry.path();
        if !is_stage || (path == own && !own_too) {
            continue;
        }
        let Ok(connection) = lock(&path, std::time::Duration::ZERO, false) else { continue };
        let origin = connection
            .query_row("SELECT origin FROM main._towpath_load", [], |row| row.get::<_, String>(0))
            .optional();
        // A file without origin is of a load that ended before it began.
        if path == own || !matches!(origin, Ok(Some(origin)) if origin != request.origin) {
            remove(connection, &path);
        }
    }
}

fn prefix(database: &Database) -> Option<String> {
    Some(format!("{}.towpath-", database.path.file_name()?.to_str()?))
}

fn path(database: &Database, load_id: &str) -> PathBuf {
    let name = format!("{}{}", prefix(database).unwrap_or_default(), name_hash(load_id));
    database.path.with_file_name(name)
}

/// Opens a file and takes the lock that lasts as long as the connection.
fn lock(path: &Path, wait: std::time::Duration, create: bool) -> rusqlite::Result<Connection> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    flags.set(OpenFlags::SQLITE_OPEN_CREATE, create);
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(wait)?;
    connection.execute_batch("PRAGMA main.locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT;")?;
    // The rows are durable once a chunk is sealed, also when the power fails then.
    connection.execute_batch("PRAGMA main.journal_mode = TRUNCATE; PRAGMA main.synchronous = FULL;")?;
    Ok(connection)
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA main.user_version", [], |row| row.get(0))
}

fn remove(connection: Connection, path: &Path) {
    if !connection.is_autocommit() {
        let _ = connection.execute_batch("ROLLBACK");
    }
    // What cannot be removed is found by a later load; nothing depends on it.
    let _ = connection.execute_batch(&format!("PRAGMA main.user_version = {REMOVED}"));
    drop(connection);
    let mut journal = path.as_os_str().to_owned();
    journal.push("-journal");
    let _ = std::fs::remove_file(path);
    let _ = std::fs::remove_file(journal);
}

fn unavailable(database: &Database, load_id: &str, error: rusqlite::Error) -> Fault {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DatabaseBusy) => Fault::unavailable(format!(
            "another process works on the load `{load_id}` of the database `{}`",
            database.name
        ))
        .hint("wait until it ends, or stop it"),
        _ => explain(database, error),
    }
}
