//! The commit: one transaction that makes what is missing, puts the staged rows in place and remembers the load.

use rusqlite::{Connection, ErrorCode, params};
use towpath_connect::{LoadRequest, Receipt};
use towpath_model::{Fault, WriteMode};

use super::fault::{code, explain, message};
use super::plan::{Plan, plan};
use super::schema::{self, LEDGER};
use super::session::{Database, quoted};
use super::stage::{Stage, TARGET, column};

/// The receipt of a load that the database already knows.
pub(super) fn known(
    database: &Database,
    stage: &Stage,
    request: &LoadRequest,
) -> Result<Option<Receipt>, Fault> {
    if !stage.attached {
        return Ok(None);
    }
    let fail = |error| explain(database, error);
    if schema::find(&stage.connection, TARGET, LEDGER).map_err(fail)?.is_none() {
        return Ok(None);
    }
    let rows = stage.connection.query_row(
        &format!("SELECT rows FROM {TARGET}.{LEDGER} WHERE load_id = ?1"),
        [request.load_id.as_str()],
        |row| row.get::<_, i64>(0),
    );
    match rows {
        Ok(rows) => Ok(Some(Receipt { written: rows.unsigned_abs(), replayed: true, ..Receipt::default() })),
        Err(rusqlite::Error::QueryReturnedNoRows) => Ok(None),
        Err(error) => Err(fail(error)),
    }
}

/// Puts the staged rows in place.
pub(super) fn commit(
    database: &Database,
    stage: &mut Stage,
    table: &str,
    request: &LoadRequest,
    begun: &Plan,
) -> Result<Receipt, Fault> {
    let deduplicated = stage.settle(database, begun)?;
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
    let result = known(database, stage, request).and_then(|known| match known {
        Some(receipt) => Ok(receipt),
        None => {
            let then = plan(database, Some((&stage.connection, TARGET)), table, request)?;
            if !begun.agrees_with(&then) {
                return Err(Fault::contract(format!("table `{table}` changed during the load"))
                    .hint("run again; nothing was written"));
            }
            place(database, stage, request, &then, &mut notes)?;
            let written = stage.rows;
            remember(database, &stage.connection, table, request, written)?;
            stage.connection.execute_batch("COMMIT").map_err(|error| refused(database, &then, error))?;
            Ok(Receipt { written, deduplicated, replayed: false, changes: None, notes })
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

/// Makes the table or its columns, and writes the rows.
fn place(
    database: &Database,
    stage: &Stage,
    request: &LoadRequest,
    plan: &Plan,
    notes: &mut Vec<String>,
) -> Result<(), Fault> {
    let connection = &stage.connection;
    let fail = |error| refused(database, plan, error);
    let target = format!("{TARGET}.{}", quoted(&plan.table));
    if plan.exists {
        for column in plan.columns.iter().filter(|column| column.is_new) {
            let sql =
                format!("ALTER TABLE {target} ADD COLUMN {} {}", quoted(&column.name), column.type_name);
            connection.execute_batch(&sql).map_err(fail)?;
            notes.push(format!("added column `{}` ({})", column.name, column.type_name));
        }
    } else {
        connection.execute_batch(&create(&target, plan)).map_err(fail)?;
        notes.push(format!("created table `{}`", plan.table));
    }
    let broken = match request.mode {
        WriteMode::Overwrite => Some(broken_references(database, connection, plan)?),
        _ => None,
    };
    if request.mode == WriteMode::Overwrite && plan.exists {
        connection.execute(&format!("DELETE FROM {target}"), []).map_err(fail)?;
    }
    let columns = plan.column_list();
    let staged: Vec<String> = (0..plan.columns.len()).map(|index| format!("s.{}", column(index))).collect();
    let staged = staged.join(", ");
    let plain = format!("INSERT INTO {target} ({columns}) SELECT {staged} FROM main.stage AS s");
    match request.mode {
        WriteMode::InsertOnly | WriteMode::Mirror | WriteMode::History => {
            return Err(Fault::internal("a mode that this destination does not offer"));
        }
        WriteMode::Append | WriteMode::Overwrite => {
            connection.execute(&plain, []).map_err(fail)?;
        }
        WriteMode::Upsert if plan.key_is_unique => {
            let sql = format!("{plain} WHERE true {}", on_conflict(plan));
            connection.execute(&sql, []).map_err(fail)?;
        }
        WriteMode::Upsert => {
            for sql in update_then_insert(&target, plan, &plain) {
                connection.execute(&sql, []).map_err(fail)?;
            }
            notes.push(format!(
                "table `{}` has no unique index on its key; with one, `upsert` is faster",
                plan.table
            ));
        }
    }
    if let Some(before) = broken {
        let after = broken_references(database, connection, plan)?;
        if let Some((what, count)) = after.into_iter().find(|(what, count)| {
            before.iter().find(|(known, _)| known == what).map_or(0, |(_, count)| *count) < *count
        }) {
            return Err(Fault::data(format!(
                "after the load, {count} rows of {what} would refer to rows that do not exist"
            ))
            .hint("load the missing rows first, or use mode `upsert`"));
        }
    }
    Ok(())
}

/// The definition of a new table, with the key as its primary key.
fn create(target: &str, plan: &Plan) -> String {
    let is_key = |index: usize| plan.key.iter().any(|(place, _)| *place == index);
    let mut parts: Vec<String> = plan
        .columns
        .iter()
        .enumerate()
        .map(|(index, column)| {
            // A single whole number becomes the row id itself, the fastest key there is; only this word does it.
            let row_id = plan.key.len() == 1 && is_key(index) && column.store == super::plan::Store::Integer;
            let type_name = if row_id { "INTEGER" } else { &column.type_name };
            let not_null = if is_key(index) { " NOT NULL" } else { "" };
            format!("{} {type_name}{not_null}", quoted(&column.name))
        })
        .collect();
    if !plan.key.is_empty() {
        let key: Vec<String> = plan.key.iter().map(|(place, _)| quoted(&plan.columns[*place].name)).collect();
        parts.push(format!("PRIMARY KEY ({})", key.join(", ")));
    }
    format!("CREATE TABLE {target} ({})", parts.join(", "))
}

/// The columns that an update sets, as positions: those outside of the key, and those of the key that may be equal
/// and still differ, as `Red` and `red` do without case.
fn updated(plan: &Plan) -> impl Iterator<Item = usize> {
    let fixed =
        |index: usize| plan.key.iter().any(|(place, collation)| *place == index && collation == "BINARY");
    (0..plan.columns.len()).filter(move |index| !fixed(*index))
}

fn on_conflict(plan: &Plan) -> String {
    let key: Vec<String> = plan.key.iter().map(|(place, _)| quoted(&plan.columns[*place].name)).collect();
    let sets: Vec<String> = updated(plan)
        .map(|index| {
            let name = quoted(&plan.columns[index].name);
            format!("{name} = excluded.{name}")
        })
        .collect();
    let action = if sets.is_empty() { "NOTHING".into() } else { format!("UPDATE SET {}", sets.join(", ")) };
    format!("ON CONFLICT ({}) DO {action}", key.join(", "))
}

/// Upsert without a unique index: update the rows whose key exists, insert the others.
fn update_then_insert(target: &str, plan: &Plan, plain: &str) -> Vec<String> {
    let name = |place: usize| quoted(&plan.columns[place].name);
    let same: Vec<String> =
        plan.key.iter().map(|(place, _)| format!("t.{} = s.{}", name(*place), column(*place))).collect();
    let mut statements = Vec::new();
    let sets: Vec<String> =
        updated(plan).map(|index| format!("{} = s.{}", name(index), column(index))).collect();
    if !sets.is_empty() {
        statements.push(format!(
            "UPDATE {target} AS t SET {} FROM main.stage AS s WHERE {}",
            sets.join(", "),
            same.join(" AND ")
        ));
    }
    let staged: Vec<String> = plan.key.iter().map(|(place, _)| format!("s.{}", column(*place))).collect();
    let stored: Vec<String> = plan.key.iter().map(|(place, _)| format!("t.{}", name(*place))).collect();
    let present: Vec<String> = stored.iter().map(|column| format!("{column} IS NOT NULL")).collect();
    statements.push(format!(
        "{plain} WHERE ({}) NOT IN (SELECT {} FROM {target} AS t WHERE {})",
        staged.join(", "),
        stored.join(", "),
        present.join(" AND ")
    ));
    statements
}

/// Rows that refer to nothing, per table, among the tables that refer to the target or are referred to by it.
fn broken_references(
    database: &Database,
    connection: &Connection,
    plan: &Plan,
) -> Result<Vec<(String, i64)>, Fault> {
    let read = || -> rusqlite::Result<Vec<(String, i64)>> {
        let mut involved = Vec::new();
        let mut parents =
            connection.prepare("SELECT DISTINCT \"table\" FROM pragma_foreign_key_list(?1, ?2)")?;
        for (name, is_view) in schema::names(connection, TARGET)? {
            let referred: Vec<String> = match is_view {
                true => Vec::new(),
                false => {
                    parents.query_map(params![name, TARGET], |row| row.get(0))?.collect::<Result<_, _>>()?
                }
            };
            let own = schema::same_name(&name, &plan.table) && !referred.is_empty();
            if own || referred.iter().any(|parent| schema::same_name(parent, &plan.table)) {
                involved.push(name);
            }
        }
        let mut count = connection.prepare("SELECT count(*) FROM pragma_foreign_key_check(?1, ?2)")?;
        involved
            .into_iter()
            .map(|name| {
                let broken = count.query_row(params![name, TARGET], |row| row.get(0))?;
                Ok((format!("table `{name}`"), broken))
            })
            .collect()
    };
    read().map_err(|error| explain(database, error))
}

/// Writes the load into the ledger.
fn remember(
    database: &Database,
    connection: &Connection,
    table: &str,
    request: &LoadRequest,
    rows: u64,
) -> Result<(), Fault> {
    let write = || -> rusqlite::Result<()> {
        connection.execute_batch(&format!(
            "CREATE TABLE IF NOT EXISTS {TARGET}.{LEDGER} (load_id TEXT NOT NULL PRIMARY KEY, origin TEXT NOT NULL, \
             target TEXT NOT NULL, rows INTEGER NOT NULL, committed_at TEXT NOT NULL)"
        ))?;
        connection.execute(
            &format!(
                "INSERT INTO {TARGET}.{LEDGER} VALUES (?1, ?2, ?3, ?4, strftime('%Y-%m-%d %H:%M:%fZ', 'now'))"
            ),
            params![request.load_id.as_str(), request.origin, table, rows.cast_signed()],
        )?;
        Ok(())
    };
    write().map_err(|error| explain(database, error))
}

/// The fault of a statement that writes the table.
fn refused(database: &Database, plan: &Plan, error: rusqlite::Error) -> Fault {
    if code(&error) != Some(ErrorCode::ConstraintViolation) {
        return explain(database, error);
    }
    let text = message(&error).replace(&format!("{TARGET}."), "");
    let fault = Fault::data(format!("table `{}` refuses the rows: {text}", plan.table));
    let fault = if text.starts_with("UNIQUE") {
        fault.hint("use mode `upsert` with a key to replace rows that exist")
    } else if text.starts_with("FOREIGN KEY") {
        fault.hint("load the rows that these refer to first")
    } else {
        fault.hint("filter or change the rows in a transform, or relax the constraint")
    };
    fault.cause(error)
}
