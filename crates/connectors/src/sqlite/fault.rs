//! Errors of SQLite in words.

use rusqlite::{Error, ErrorCode};
use towpath_model::Fault;
use towpath_model::fault::Spot;

use super::session::Database;

/// The fault of an error that has to do with the file.
pub(super) fn explain(database: &Database, error: Error) -> Fault {
    let name = &database.name;
    let text = message(&error);
    let fault = match code(&error) {
        Some(ErrorCode::NotADatabase) => Fault::data(format!("`{name}` is not a SQLite database"))
            .hint("give the path of a SQLite 3 database; encrypted ones cannot be read"),
        Some(ErrorCode::DatabaseCorrupt) => Fault::data(format!("the database `{name}` is damaged: {text}"))
            .hint("run `PRAGMA integrity_check` on it, or restore a backup"),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Fault::unavailable(format!(
            "the database `{name}` was locked by another program for more than {} ms",
            database.wait.as_millis()
        ))
        .hint("close the other program's transaction, or raise `busy_timeout_ms`"),
        Some(ErrorCode::ReadOnly) => Fault::auth(format!("the database `{name}` may not be written"))
            .hint("allow writing to the file and its folder: SQLite keeps its journal beside the file"),
        Some(ErrorCode::CannotOpen) => match std::fs::File::open(&database.path) {
            Err(denied) if denied.kind() == std::io::ErrorKind::PermissionDenied => {
                Fault::auth(format!("`{name}` may not be opened: permission denied"))
                    .hint("run as a user who may open the file and its folder")
            }
            Err(_) => database.missing(),
            Ok(_) => Fault::unavailable(format!("the database `{name}` cannot be opened: {text}"))
                .hint("the folder must be writable too: SQLite keeps its journal beside the file"),
        },
        Some(ErrorCode::PermissionDenied | ErrorCode::AuthorizationForStatementDenied) => {
            Fault::auth(format!("the database `{name}` refuses access: {text}"))
        }
        Some(ErrorCode::DiskFull) => Fault::unavailable(format!(
            "no space is left on the disk of `{name}`, or in the \
             folder for temporary files"
        ))
        .hint("free some space and run again; the database is unchanged"),
        Some(ErrorCode::SystemIoFailure) => {
            Fault::unavailable(format!("reading or writing `{name}` failed on the disk: {text}"))
        }
        Some(ErrorCode::OutOfMemory) => Fault::unavailable(format!("SQLite ran out of memory on `{name}`")),
        Some(ErrorCode::TooBig) => Fault::data(format!("a value is larger than SQLite takes: {text}")),
        Some(ErrorCode::OperationInterrupted) => Fault::cancelled(),
        Some(ErrorCode::ConstraintViolation) => {
            Fault::data(format!("the database `{name}` refuses the rows: {text}"))
        }
        Some(ErrorCode::SchemaChanged) => {
            Fault::contract(format!("the tables of `{name}` changed while they were used")).hint("run again")
        }
        Some(ErrorCode::Unknown)
            if text.starts_with("no such table") || text.starts_with("no such column") =>
        {
            Fault::not_found(format!("the database `{name}`: {text}"))
        }
        Some(ErrorCode::Unknown) => Fault::config(format!("the database `{name}` refuses the SQL: {text}")),
        _ => Fault::internal(format!("the database `{name}`: {text}")),
    };
    fault.in_text(spot(&error)).cause(error)
}

/// Where in the SQL of a user something is wrong.
fn spot(error: &Error) -> Option<Spot> {
    let Error::SqlInputError { sql, offset, .. } = error else { return None };
    let before = sql.get(..usize::try_from(*offset).ok()?)?;
    Spot::after(sql, before.chars().count())
}

/// The fault of a statement that writes the table.
pub(super) fn refused(database: &Database, table: &str, error: rusqlite::Error) -> Fault {
    if code(&error) != Some(ErrorCode::ConstraintViolation) {
        return explain(database, error);
    }
    let text = message(&error).replace("target.", "");
    let fault = Fault::data(format!("table `{table}` refuses the rows: {text}"));
    let fault = if text.starts_with("UNIQUE") {
        fault.hint("use mode `upsert` with a key to replace rows that exist")
    } else if text.starts_with("FOREIGN KEY") {
        fault.hint("load the rows that these refer to first")
    } else {
        fault.hint("filter or change the rows in a transform, or relax the constraint")
    };
    fault.cause(error)
}

/// What sort of error it is.
fn code(error: &Error) -> Option<ErrorCode> {
    match error {
        Error::SqlInputError { error, .. } => Some(error.code),
        other => other.sqlite_error_code(),
    }
}

/// The message of SQLite itself, without the words of the driver.
pub(super) fn message(error: &Error) -> String {
    match error {
        Error::SqliteFailure(_, Some(message)) => message.clone(),
        Error::SqlInputError { msg, .. } => msg.clone(),
        other => other.to_string(),
    }
}
