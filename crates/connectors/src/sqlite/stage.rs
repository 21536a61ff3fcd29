//! The place where the rows of a load wait, with the real database attached to it as `target`.
//!
//! A load that comes as one stream waits in a temporary database of SQLite's own, which spills to disk and vanishes
//! with its connection. A load that comes in chunks waits in a file beside the real database ([`super::kept`]).

use arrow::array::RecordBatch;
use rusqlite::{Connection, OpenFlags, params};
use towpath_connect::merge::Groups;
use towpath_model::Fault;

use super::bind;
use super::fault::explain;
use super::kept::{Kept, PART_BITS};
use super::plan::Plan;
use super::session::Database;

/// Name of the real database inside the connection.
pub(super) const TARGET: &str = "target";

/// A connection with a staging table, and perhaps the real database beside it.
pub(super) struct Stage {
    pub(super) connection: Connection,
    pub(super) attached: bool,
    insert: String,
    /// Rows so far; after [`Stage::settle`], without those that a later one replaced.
    pub(super) rows: u64,
    /// Rows that a later one replaced.
    pub(super) deduplicated: u64,
    settled: bool,
    /// The scope of a mirror, where another node gives it.
    pub(super) groups: Groups,
    /// What outlives the process, when the load comes in chunks.
    pub(super) kept: Option<Kept>,
}

impl Stage {
    /// Opens a private database; attaches the real one when it exists.
    pub(super) fn open_private(database: &Database) -> Result<Self, Fault> {
        let fail = |error| explain(database, error);
        // An empty name is a private database on disk.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags("", flags).map_err(fail)?;
        // Nobody reads the staging place after a failure, so it needs no journal.
        connection
            .execute_batch("PRAGMA main.journal_mode = OFF; PRAGMA main.synchronous = OFF;")
            .map_err(fail)?;
        Stage::over(database, connection, None)
    }

    /// A stage in an open database.
    pub(super) fn over(
        database: &Database,
        connection: Connection,
        kept: Option<Kept>,
    ) -> Result<Self, Fault> {
        connection.busy_timeout(database.wait).map_err(|error| explain(database, error))?;
        let mut stage = Stage {
            connection,
            attached: false,
            insert: String::new(),
            rows: 0,
            deduplicated: 0,
            settled: false,
            groups: Groups::new(),
            kept,
        };
        if database.exists()? {
            stage.attach(database)?;
        } else {
            database.creatable()?;
        }
        Ok(stage)
    }

    /// Attaches the real database. Makes the file when it does not exist.
    pub(super) fn attach(&mut self, database: &Database) -> Result<(), Fault> {
        let Some(path) = database.path.to_str() else {
            return Err(Fault::config(format!("the path `{}` is not valid UTF-8", database.name)));
        };
        self.connection
            .execute(&format!("ATTACH ?1 AS {TARGET}"), params![path])
            .map_err(|error| explain(database, error))?;
        database.look(&self.connection, TARGET)?;
        if self.connection.is_readonly(TARGET).map_err(|error| explain(database, error))? {
            return Err(Fault::auth(format!("the database `{}` may not be written", database.name))
                .hint("allow writing to the file and its folder"));
        }
        self.attached = true;
        Ok(())
    }

    /// Makes the staging table, or goes on with one that was kept. Its columns have the affinities of the target's,
    /// so that values compare as they will when they are in place.
    pub(super) fn prepare(&mut self, database: &Database, plan: &Plan, shape: &str) -> Result<(), Fault> {
        let names: Vec<String> = (0..plan.columns.len()).map(column).collect();
        let places = vec!["?"; names.len()].join(", ");
        let definitions: Vec<String> = names
            .iter()
            .zip(&plan.columns)
            .map(|(name, planned)| format!("{name} {}", planned.affinity))
            .collect();
        let create = format!("CREATE TABLE main.stage ({});", definitions.join(", "));
        match &mut self.kept {
            None => {
                self.insert = format!("INSERT INTO main.stage VALUES ({places})");
                self.connection
                    .execute_batch(&format!("{create} BEGIN;"))
                    .map_err(|error| explain(database, error))
            }
            Some(kept) => {
                self.insert =
                    format!("INSERT INTO main.stage ({}, rowid) VALUES ({places}, ?)", names.join(", "));
                kept.start(database, &self.connection, &create, shape)
            }
        }
    }

    /// Takes the rows of a batch, as a part of their own when the load comes in chunks.
    pub(super) fn write(
        &mut self,
        database: &Database,
        plan: &Plan,
        part: Option<u32>,
        batch: &RecordBatch,
    ) -> Result<(), Fault> {
        let fail = |error| explain(database, error);
        let rows = batch.num_rows() as u64;
        if self.connection.is_autocommit() {
            self.connection.execute_batch("BEGIN").map_err(fail)?;
        }
        let first = match (&mut self.kept, part) {
            (Some(kept), Some(part)) => Some(kept.row_ids(part, rows)?),
            _ => {
                self.rows += rows;
                None
            }
        };
        let mut statement = self.connection.prepare_cached(&self.insert).map_err(fail)?;
        bind::insert(database, &mut statement, plan, batch, first)
    }

    /// Makes a part durable as the rows of a chunk.
    pub(super) fn seal(
        &mut self,
        database: &Database,
        part: Option<u32>,
        position: usize,
        counts: &str,
    ) -> Result<(), Fault> {
        let kept = self.kept.as_mut().ok_or_else(|| Fault::internal("a chunk of a load without chunks"))?;
        kept.seal(database, &self.connection, part, position, counts)
    }

    /// Ends the collecting, and drops all but the last row of each key.
    pub(super) fn settle(&mut self, database: &Database, plan: &Plan) -> Result<(), Fault> {
        if self.settled {
            return Ok(());
        }
        let fail = |error| explain(database, error);
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("COMMIT").map_err(fail)?;
        }
        if let Some(kept) = &self.kept {
            (self.rows, self.deduplicated) = kept.settle(database, &self.connection)?;
        }
        if !plan.key.is_empty() {
            self.connection.execute_batch("BEGIN").map_err(fail)?;
            let dropped = self.last_of_each_key(database, plan)?;
            self.rows -= dropped;
            self.deduplicated += dropped;
            if let Some(kept) = &self.kept {
                kept.deduplicated(database, &self.connection, self.deduplicated)?;
            }
            self.connection.execute_batch("COMMIT").map_err(fail)?;
        }
        self.settled = true;
        Ok(())
    }

    /// Indexes the key, and drops rows that a later one replaces. Gives the number of dropped rows.
    fn last_of_each_key(&self, database: &Database, plan: &Plan) -> Result<u64, Fault> {
        let fail = |error| explain(database, error);
        let key: Vec<String> = plan
            .staged_key()
            .iter()
            .map(|(place, collation)| format!("{} COLLATE {collation}", column(*place)))
            .collect();
        let key = key.join(", ");
        // Not a unique one: a failing statement would need the journal that a private database does without. The
        // numbers of rows tell SQLite which side of a join is the small one.
        self.connection
            .execute_batch(&format!(
                "CREATE INDEX IF NOT EXISTS main.stage_key ON stage ({key}); PRAGMA analysis_limit = 1000; \
                 ANALYZE main.stage;"
            ))
            .map_err(fail)?;
        let twins = format!("SELECT EXISTS (SELECT 1 FROM main.stage GROUP BY {key} HAVING count(*) > 1)");
        if !self.connection.query_row(&twins, [], |row| row.get::<_, bool>(0)).map_err(fail)? {
            return Ok(0);
        }
        let last = match &self.kept {
            None => format!(
                "DELETE FROM main.stage WHERE rowid NOT IN (SELECT max(rowid) FROM main.stage GROUP BY {key})"
            ),
            // Parts are numbered in the order in which they were begun; what counts is the order of the chunks.
            Some(_) => format!(
                "DELETE FROM main.stage WHERE rowid IN (SELECT id FROM (SELECT s.rowid AS id, row_number() OVER \
                 (PARTITION BY {key} ORDER BY c.position DESC, s.rowid DESC) AS place FROM main.stage AS s JOIN \
                 main._towpath_chunks AS c ON c.part = s.rowid >> {PART_BITS}) WHERE place > 1)"
            ),
        };
        Ok(self.connection.execute(&last, []).map_err(fail)? as u64)
    }

    /// Spans of row ids, first and last, in the order of the rows, where it is not the order of the row ids.
    pub(super) fn spans(&self, database: &Database) -> Result<Vec<(i64, i64)>, Fault> {
        self.kept.as_ref().map_or(Ok(Vec::new()), |kept| kept.spans(database, &self.connection))
    }
}

/// Name of a column of the staging table.
pub(super) fn column(index: usize) -> String {
    format!("c{index}")
}
