//! The ledger: the table in the database that remembers loads, so that the same load twice equals once, and what
//! is kept to take them back.

use rusqlite::{Connection, OptionalExtension, params};
use towpath_connect::{ChangeCounts, LoadRequest, Receipt};
use towpath_model::Fault;

use super::fault::explain;
use super::images::Images;
use super::own::instant;
use super::schema::{self, LEDGER};
use super::session::{Database, quoted};
use super::stage::TARGET;

/// What the ledger remembers of a load.
pub(super) struct Entry<'a> {
    pub(super) table: &'a str,
    pub(super) request: &'a LoadRequest,
    pub(super) written: u64,
    pub(super) changes: ChangeCounts,
    /// The time of the commit, in microseconds since 1970.
    pub(super) moment: i64,
    pub(super) images: Option<Images>,
}

/// The receipt of a load that the database already knows. A load that was taken back may come again.
pub(super) fn known(
    database: &Database,
    connection: &Connection,
    request: &LoadRequest,
) -> Result<Option<Receipt>, Fault> {
    let fail = |error| explain(database, error);
    if schema::find(connection, TARGET, LEDGER).map_err(fail)?.is_none() {
        return Ok(None);
    }
    let sql = format!("SELECT rows FROM {TARGET}.{LEDGER} WHERE load_id = ?1 AND undone_at IS NULL");
    let rows = connection.query_row(&sql, [request.load_id.as_str()], |row| row.get::<_, i64>(0));
    let rows = rows.optional().map_err(fail)?;
    Ok(rows.map(|rows| Receipt { written: rows.unsigned_abs(), replayed: true, ..Receipt::default() }))
}

/// Makes the ledger where there is none.
pub(super) fn make(database: &Database, connection: &Connection) -> Result<(), Fault> {
    let sql = format!(
        "CREATE TABLE IF NOT EXISTS {TARGET}.{LEDGER} (load_id TEXT NOT NULL PRIMARY KEY, origin TEXT NOT NULL, \
         target TEXT NOT NULL, mode TEXT NOT NULL, rows INTEGER NOT NULL, inserted INTEGER NOT NULL, \
         updated INTEGER NOT NULL, deleted INTEGER NOT NULL, committed_at TEXT NOT NULL, undo_table TEXT, \
         undo_columns TEXT, undo_until TEXT, undone_at TEXT)"
    );
    connection.execute_batch(&sql).map_err(|error| explain(database, error))
}

/// Writes a load into the ledger.
pub(super) fn remember(database: &Database, connection: &Connection, entry: &Entry<'_>) -> Result<(), Fault> {
    let (request, changes) = (entry.request, &entry.changes);
    let sql = format!(
        "INSERT OR REPLACE INTO {TARGET}.{LEDGER} (load_id, origin, target, mode, rows, inserted, updated, deleted, \
         committed_at, undo_table, undo_columns, undo_until) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, \
         ?12)"
    );
    let images = entry.images.as_ref();
    let written = connection.execute(
        &sql,
        params![
            request.load_id.as_str(),
            request.origin,
            entry.table,
            request.mode.name(),
            entry.written.cast_signed(),
            changes.inserted.cast_signed(),
            changes.updated.cast_signed(),
            changes.deleted.cast_signed(),
            instant(entry.moment),
            images.map(|images| &images.name),
            images.map(Images::columns_as_json),
            images.map(|images| instant(images.until)),
        ],
    );
    written.map(|_| ()).map_err(|error| explain(database, error))
}

/// Drops images whose time has passed.
pub(super) fn drop_expired(database: &Database, connection: &Connection, moment: i64) -> Result<(), Fault> {
    let work = || -> rusqlite::Result<()> {
        let order = |value: &str| format!("rtrim({value}, 'Z')");
        let mut expired = connection.prepare(&format!(
            "SELECT load_id, undo_table FROM {TARGET}.{LEDGER} WHERE undo_table IS NOT NULL AND {} < {}",
            order("undo_until"),
            order("?1")
        ))?;
        let expired: Vec<(String, String)> = expired
            .query_map([instant(moment)], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        for (load_id, table) in expired {
            connection.execute_batch(&format!("DROP TABLE IF EXISTS {TARGET}.{}", quoted(&table)))?;
            let sql = format!("UPDATE {TARGET}.{LEDGER} SET undo_table = NULL WHERE load_id = ?1");
            connection.execute(&sql, [load_id])?;
        }
        Ok(())
    };
    work().map_err(|error| explain(database, error))
}
