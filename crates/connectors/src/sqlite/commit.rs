//! The commit: one transaction that makes what is missing, puts the staged rows in place and remembers the load.
//!
//! A preview goes the same way up to the first change of a row, and takes the transaction back.

use rusqlite::Connection;
use towpath_connect::{LoadRequest, Receipt};
use towpath_model::{Fault, WriteMode};

use super::create::shape;
use super::fault::{explain, refused};
use super::images::Images;
use super::ledger::{self, Entry};
use super::own::now;
use super::place::Placing;
use super::plan::{Plan, plan};
use super::references;
use super::session::Database;
use super::stage::{Stage, TARGET};

/// Puts the staged rows in place.
pub(super) fn commit(
    database: &Database,
    stage: &mut Stage,
    table: &str,
    request: &LoadRequest,
    begun: &Plan,
) -> Result<Receipt, Fault> {
    stage.settle(database, begun)?;
    let mut notes = Vec::new();
    if !stage.attached {
        stage.attach(database)?;
    }
    if is_blank(database, &stage.connection)? {
        // Readers then go on while a load commits. Some file systems cannot do it, which is no failure.
        let _ = stage.connection.query_row(&format!("PRAGMA {TARGET}.journal_mode = WAL"), [], |_| Ok(()));
        notes.push(format!("made the database `{}`", database.name));
    }
    let fail = |error| explain(database, error);
    // Deleting the old rows must not cascade into tables that refer to them; the references are checked at the
    // end instead. The setting works outside of transactions only.
    let enforced = if request.mode == WriteMode::Overwrite { "OFF" } else { "ON" };
    stage
        .connection
        .execute_batch(&format!(
            "PRAGMA foreign_keys = {enforced}; BEGIN IMMEDIATE; PRAGMA defer_foreign_keys = ON;"
        ))
        .map_err(fail)?;
    let result = ledger::known(database, &stage.connection, request).and_then(|known| match known {
        Some(receipt) => Ok(receipt),
        None => {
            let receipt = place(database, stage, table, request, begun, notes)?;
            stage.connection.execute_batch("COMMIT").map_err(|error| refused(database, table, error))?;
            Ok(receipt)
        }
    });
    if !stage.connection.is_autocommit() {
        // Either a failure, which is told, or a known load, which changed nothing.
        let _ = stage.connection.execute_batch("ROLLBACK");
    }
    result
}

/// Whether the database has no content at all.
fn is_blank(database: &Database, connection: &Connection) -> Result<bool, Fault> {
    let pages: i64 = connection
        .query_row(&format!("PRAGMA {TARGET}.page_count"), [], |row| row.get(0))
        .map_err(|error| explain(database, error))?;
    Ok(pages == 0)
}

/// Plans the load once more, because the table may have changed since it began, and gives the table its shape.
pub(super) fn prepare(
    database: &Database,
    stage: &Stage,
    table: &str,
    request: &LoadRequest,
    begun: &Plan,
    notes: &mut Vec<String>,
) -> Result<Plan, Fault> {
    let then = plan(database, Some((&stage.connection, TARGET)), table, request)?;
    if !begun.agrees_with(&then) {
        return Err(Fault::contract(format!("table `{table}` changed during the load"))
            .hint("run again; nothing was written"));
    }
    shape(database, &stage.connection, &then, notes)?;
    Ok(then)
}

/// Writes the rows, and the load into the ledger.
fn place(
    database: &Database,
    stage: &Stage,
    table: &str,
    request: &LoadRequest,
    begun: &Plan,
    mut notes: Vec<String>,
) -> Result<Receipt, Fault> {
    let moment = now();
    let connection = &stage.connection;
    let plan = prepare(database, stage, table, request, begun, &mut notes)?;
    let broken = match request.mode {
        WriteMode::Overwrite => Some(references::broken(database, connection, &plan.table)?),
        _ => None,
    };
    ledger::make(database, connection)?;
    ledger::drop_expired(database, connection, moment)?;
    let placing = Placing::new(database, stage, &plan, request, moment)?;
    placing.guard()?;
    let images = match &request.undo {
        Some(undo) => Some(Images::take(database, connection, &plan, request, &placing, undo, moment)?),
        None => None,
    };
    let changes = placing.run()?;
    if let Some(images) = &images {
        images.complete(database, connection)?;
    }
    if let Some(before) = broken {
        references::refuse_new(database, connection, &plan.table, &before)?;
    }
    if !plan.key.is_empty() && !plan.key_is_unique && placing.mode != WriteMode::Append {
        notes.push(format!(
            "table `{}` has no unique index on its key; with one, `{}` is faster",
            plan.table,
            request.mode.name()
        ));
    }
    let written = if request.mode == WriteMode::InsertOnly { changes.inserted } else { stage.rows };
    let entry = Entry { table: &plan.table, request, written, changes, moment, images };
    ledger::remember(database, connection, &entry)?;
    Ok(Receipt {
        written,
        deduplicated: stage.deduplicated + (stage.rows - written),
        replayed: false,
        changes: Some(changes),
        notes,
    })
}
