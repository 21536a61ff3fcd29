//! Taking a load back: the rows that are still as it left them become what they were.

use rusqlite::{Connection, OptionalExtension, params};
use towpath_connect::Undone;
use towpath_model::Fault;

use super::fault::{explain, refused};
use super::images::ImageColumns;
use super::own::{instant, now};
use super::preview::text;
use super::schema::{self, LEDGER, same_name};
use super::session::{Database, Interrupt, quoted};
use super::stage::{Stage, TARGET};

/// What the ledger tells of a load.
struct Remembered {
    table: String,
    images: Option<String>,
    columns: Option<String>,
    until: Option<String>,
    undone_at: Option<String>,
}

/// Takes a load into a table back.
pub(super) fn undo(
    database: &Database,
    table: &str,
    load_id: &str,
    interrupt: &Interrupt,
) -> Result<Undone, Fault> {
    if !database.exists()? {
        return Err(database.missing());
    }
    let fail = |error| explain(database, error);
    let stage = Stage::open_private(database)?;
    let connection = &stage.connection;
    interrupt.watch(connection);
    connection
        .execute_batch("PRAGMA foreign_keys = ON; BEGIN IMMEDIATE; PRAGMA defer_foreign_keys = ON;")
        .map_err(fail)?;
    let undone = take_back(database, connection, table, load_id)?;
    connection.execute_batch("COMMIT").map_err(|error| refused(database, table, error))?;
    Ok(undone)
}

fn take_back(
    database: &Database,
    connection: &Connection,
    table: &str,
    load_id: &str,
) -> Result<Undone, Fault> {
    let fail = |error| explain(database, error);
    let (images, columns) = images(database, connection, table, load_id)?;
    let undo = columns.undo_table(&images, table)?;
    let key: Vec<String> = undo.key.iter().map(|place| format!("a{place}")).collect();
    // The rows of the table are looked up among the images one by one.
    let index = format!(
        "CREATE INDEX {TARGET}.{} ON {} ({})",
        quoted(&format!("{images}_key")),
        quoted(&images),
        key.join(", ")
    );
    connection.execute_batch(&index).map_err(fail)?;
    let undoing = undo.undo();
    let mut undone = Undone::default();
    let kept: i64 = connection.query_row(&undoing.count_kept, [], |row| row.get(0)).map_err(fail)?;
    undone.kept = kept.unsigned_abs();
    if kept > 0 {
        let mut samples = connection.prepare(&undoing.show_kept).map_err(fail)?;
        let width = samples.column_count();
        let mut rows = samples.query([]).map_err(fail)?;
        while let Some(row) = rows.next().map_err(fail)? {
            let values = (0..width).map(|place| row.get_ref(place).map(text)).collect::<Result<Vec<_>, _>>();
            let values =
                values.map_err(fail)?.into_iter().map(|value| value.unwrap_or_else(|| "null".into()));
            undone.kept_samples.push(values.collect::<Vec<_>>().join(", "));
        }
    }
    for (kind, sql) in &undoing.steps {
        let rows = connection.execute(sql, []).map_err(|error| refused(database, table, error))?;
        undone.reverted.add(*kind, rows as u64);
    }
    connection.execute_batch(&format!("DROP TABLE {}", undo.images)).map_err(fail)?;
    let sql = format!("UPDATE {TARGET}.{LEDGER} SET undone_at = ?1, undo_table = NULL WHERE load_id = ?2");
    connection.execute(&sql, params![instant(now()), load_id]).map_err(fail)?;
    Ok(undone)
}

/// The table with the images of a load, and their columns; a fault when the load cannot be taken back.
fn images(
    database: &Database,
    connection: &Connection,
    table: &str,
    load_id: &str,
) -> Result<(String, ImageColumns), Fault> {
    let fail = |error| explain(database, error);
    let unknown = || {
        Fault::not_found(format!(
            "the database `{}` knows no load `{load_id}` of table `{table}`",
            database.name
        ))
        .hint(format!("the loads it knows stand in its table `{LEDGER}`"))
    };
    let Some(_) = schema::find(connection, TARGET, LEDGER).map_err(fail)? else { return Err(unknown()) };
    let sql = format!(
        "SELECT target, undo_table, undo_columns, undo_until, undone_at FROM {TARGET}.{LEDGER} WHERE load_id = ?1"
    );
    let found = connection.query_row(&sql, [load_id], |row| {
        Ok(Remembered {
            table: row.get(0)?,
            images: row.get(1)?,
            columns: row.get(2)?,
            until: row.get(3)?,
            undone_at: row.get(4)?,
        })
    });
    let load =
        found.optional().map_err(fail)?.filter(|load| same_name(&load.table, table)).ok_or_else(unknown)?;
    if let Some(moment) = load.undone_at {
        return Err(Fault::data(format!("the load `{load_id}` was already taken back at {moment}"))
            .hint("to have its rows again, run the load again"));
    }
    let (Some(columns), Some(until)) = (load.columns, load.until) else {
        return Err(Fault::data(format!("the load `{load_id}` kept nothing to take it back with"))
            .hint("set `undo: { keep: 30d }` on the destination before the next load"));
    };
    let expired = until.trim_end_matches('Z') < instant(now()).trim_end_matches('Z');
    let images = load.images.filter(|_| !expired).ok_or_else(|| {
        Fault::data(format!("the load `{load_id}` could be taken back until {until}"))
            .hint("set a longer `keep` under `undo` for later loads")
    })?;
    let columns: ImageColumns = serde_json::from_str(&columns)
        .map_err(|error| Fault::data(format!("the ledger entry of load `{load_id}` is damaged: {error}")))?;
    let found = schema::find(connection, TARGET, table).map_err(fail)?;
    let found = found.ok_or_else(|| {
        Fault::not_found(format!("table `{table}` is gone")).hint("nothing is left to take back")
    })?;
    match columns.all.iter().find(|name| found.column(name).is_none()) {
        Some(name) => Err(Fault::contract(format!(
            "table `{table}` has no column `{name}` any more, which the load `{load_id}` changed"
        ))
        .hint("give the column back, or restore a backup")),
        None => Ok((images, columns)),
    }
}
