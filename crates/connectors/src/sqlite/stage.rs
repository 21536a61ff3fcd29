//! The private place where the rows of a load wait: a temporary database of SQLite's own, which spills to disk and
//! vanishes with its connection. The real database is attached to it as `target`.

use rusqlite::{Connection, OpenFlags, params};
use towpath_model::Fault;

use super::bind;
use super::fault::explain;
use super::plan::Plan;
use super::session::Database;

/// Name of the real database inside the connection.
pub(super) const TARGET: &str = "target";

/// A connection with a staging table, and perhaps the real database beside it.
pub(super) struct Stage {
    pub(super) connection: Connection,
    pub(super) attached: bool,
    insert: String,
    /// Rows so far.
    pub(super) rows: u64,
}

impl Stage {
    /// Opens the private database; attaches the real one when it exists.
    pub(super) fn open(database: &Database) -> Result<Self, Fault> {
        let fail = |error| explain(database, error);
        // An empty name is a private database on disk.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags("", flags).map_err(fail)?;
        connection.busy_timeout(database.wait).map_err(fail)?;
        // Nobody reads the staging place after a failure, so it needs no journal.
        connection
            .execute_batch("PRAGMA main.journal_mode = OFF; PRAGMA main.synchronous = OFF;")
            .map_err(fail)?;
        let mut stage = Stage { connection, attached: false, insert: String::new(), rows: 0 };
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

    /// Makes the staging table. Its columns have no type, so values stay as they are bound.
    pub(super) fn prepare(&mut self, database: &Database, plan: &Plan) -> Result<(), Fault> {
        let names: Vec<String> = (0..plan.columns.len()).map(column).collect();
        let places = vec!["?"; names.len()].join(", ");
        self.insert = format!("INSERT INTO main.stage VALUES ({places})");
        self.connection
            .execute_batch(&format!("CREATE TABLE main.stage ({}); BEGIN;", names.join(", ")))
            .map_err(|error| explain(database, error))
    }

    /// Takes the rows of a batch.
    pub(super) fn write(
        &mut self,
        database: &Database,
        plan: &Plan,
        batches: &mut dyn Iterator<Item = arrow::array::RecordBatch>,
    ) -> Result<(), Fault> {
        let mut statement =
            self.connection.prepare(&self.insert).map_err(|error| explain(database, error))?;
        for batch in batches {
            bind::insert(database, &mut statement, plan, &batch)?;
            self.rows += batch.num_rows() as u64;
        }
        Ok(())
    }

    /// Ends the collecting, and drops all but the last row of each key. Gives the number of dropped rows.
    pub(super) fn settle(&mut self, database: &Database, plan: &Plan) -> Result<u64, Fault> {
        let fail = |error| explain(database, error);
        self.connection.execute_batch("COMMIT").map_err(fail)?;
        if plan.key.is_empty() {
            return Ok(0);
        }
        let key: Vec<String> = plan
            .key
            .iter()
            .map(|(place, collation)| format!("{} COLLATE {collation}", column(*place)))
            .collect();
        let key = key.join(", ");
        // Not a unique one: a failing statement would need the journal that this database does without.
        self.connection
            .execute_batch(&format!("CREATE INDEX main.stage_key ON stage ({key})"))
            .map_err(fail)?;
        let twins = format!("SELECT EXISTS (SELECT 1 FROM main.stage GROUP BY {key} HAVING count(*) > 1)");
        if !self.connection.query_row(&twins, [], |row| row.get::<_, bool>(0)).map_err(fail)? {
            return Ok(0);
        }
        let last = format!(
            "DELETE FROM main.stage WHERE rowid NOT IN (SELECT max(rowid) FROM main.stage GROUP BY {key})"
        );
        let dropped = self.connection.execute(&last, []).map_err(fail)? as u64;
        self.rows -= dropped;
        Ok(dropped)
    }
}

/// Name of a column of the staging table.
pub(super) fn column(index: usize) -> String {
    format!("c{index}")
}
