//! Errors of the server and the socket, as faults.
//!
//! The driver and the bulk transfer meet the same errors in different clothes; both become a [`ServerError`], and
//! one table says from the SQLSTATE what sort of failure it is and what to do.

use std::error::Error;
use std::io;

use tokio_postgres::error::ErrorPosition;
use towpath_model::{Fault, FaultKind};

use super::config::Connection;

/// What a server says when it refuses something.
#[derive(Debug, Clone, Default)]
pub(super) struct ServerError {
    pub(super) code: String,
    pub(super) message: String,
    pub(super) detail: Option<String>,
    pub(super) hint: Option<String>,
    pub(super) context: Option<String>,
    pub(super) table: Option<String>,
    pub(super) column: Option<String>,
    pub(super) constraint: Option<String>,
    /// Place in the statement, in characters from 1.
    pub(super) position: Option<u32>,
}

impl ServerError {
    /// Reads the body of an error message of the wire protocol.
    pub(super) fn parse(mut body: &[u8]) -> Self {
        let mut error = ServerError::default();
        while let Some((&tag, rest)) = body.split_first() {
            if tag == 0 {
                break;
            }
            let end = rest.iter().position(|byte| *byte == 0).unwrap_or(rest.len());
            let text = String::from_utf8_lossy(&rest[..end]).into_owned();
            body = rest.get(end + 1..).unwrap_or_default();
            match tag {
                b'C' => error.code = text,
                b'M' => error.message = text,
                b'D' => error.detail = Some(text),
                b'H' => error.hint = Some(text),
                b'W' => error.context = Some(text),
                b't' => error.table = Some(text),
                b'c' => error.column = Some(text),
                b'n' => error.constraint = Some(text),
                b'P' => error.position = text.parse().ok(),
                _ => {}
            }
        }
        error
    }

    fn of(error: &tokio_postgres::Error) -> Option<Self> {
        let error = error.as_db_error()?;
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Some(ServerError {
            code: error.code().code().to_owned(),
            message: error.message().to_owned(),
            detail: owned(error.detail()),
            hint: owned(error.hint()),
            context: owned(error.where_()),
            table: owned(error.table()),
            column: owned(error.column()),
            constraint: owned(error.constraint()),
            position: match error.position() {
                Some(ErrorPosition::Original(position)) => Some(*position),
                _ => None,
            },
        })
    }

    /// The fault: what was done, what the server said, and the way out.
    pub(super) fn into_fault(self, connection: &Connection, doing: &str) -> Fault {
        let user = &connection.user;
        let (kind, hint) = match self.code.as_str() {
            "28P01" | "28000" => {
                (FaultKind::Auth, Some("check `user` and `password` of the connection".into()))
            }
            "42501" => (
                FaultKind::Auth,
                Some(format!("ask the owner to grant the right to `{user}`, or connect as another user")),
            ),
            "3D000" => (FaultKind::NotFound, Some("check `database` of the connection".into())),
            "3F000" => (FaultKind::NotFound, Some("create the schema, or correct its name".into())),
            "42P01" => (FaultKind::NotFound, Some("check the name of the table and its schema".into())),
            "53100" => {
                (FaultKind::Unavailable, Some("free space on the server's disk, then run again".into()))
            }
            "53300" => {
                (FaultKind::Unavailable, Some("close other connections, or raise `max_connections`".into()))
            }
            "57014" => (
                FaultKind::Unavailable,
                Some("somebody cancelled the statement, or it met a time limit of the server".into()),
            ),
            "57P01" | "57P02" => (
                FaultKind::Unavailable,
                Some("the server or its administrator ended the connection; run again".into()),
            ),
            "57P03" => {
                (FaultKind::Unavailable, Some("wait until the server has started, then run again".into()))
            }
            "40001" | "40P01" | "55P03" => {
                (FaultKind::Unavailable, Some("another transaction stood in the way; run again".into()))
            }
            "25006" => (
                FaultKind::Config,
                Some("connect to a server that accepts writes; this one is read-only".into()),
            ),
            "23503" => (FaultKind::Data, Some("load the referenced rows first, or correct the rows".into())),
            "23505" => (
                FaultKind::Data,
                Some("use mode `upsert` with a `key`, or remove rows that stand there already".into()),
            ),
            code => (kind_of_class(code), None),
        };
        let mut message = format!("{doing}: {}", first_lower(&self.message));
        let mut add = |text: &Option<String>, before: &str, after: &str| {
            if let Some(text) = text.as_deref().filter(|text| !message.contains(*text)) {
                message.push_str(before);
                message.push_str(text.trim_end_matches('.'));
                message.push_str(after);
            }
        };
        add(&self.detail, "; ", "");
        add(&self.constraint, "; constraint `", "`");
        add(&self.table, "; table `", "`");
        add(&self.column, "; column `", "`");
        add(&self.context.map(|context| place_in(&context)), " (", ")");
        if kind == FaultKind::Auth && self.code.starts_with("28") {
            message =
                format!("the server refused to let the user in: {} ({})", self.message, connection.place());
        }
        if self.code == "3D000" {
            message = format!("{} ({})", first_lower(&self.message), connection.place());
        }
        let fault = Fault::new(kind, message);
        match hint.or(self.hint) {
            Some(hint) => fault.hint(first_lower(hint.trim_end_matches('.'))),
            None => fault,
        }
    }
}

/// The sort of failure of a class of SQLSTATE.
fn kind_of_class(code: &str) -> FaultKind {
    match code.get(..2).unwrap_or_default() {
        "22" | "23" | "27" | "44" => FaultKind::Data,
        "28" => FaultKind::Auth,
        "0A" | "26" | "34" | "42" | "P0" | "54" => FaultKind::Config,
        _ => FaultKind::Unavailable,
    }
}

/// An error of the driver as a fault.
pub(super) fn driver_fault(error: tokio_postgres::Error, connection: &Connection, doing: &str) -> Fault {
    if let Some(server) = ServerError::of(&error) {
        return server.into_fault(connection, doing).cause(error);
    }
    let reason = error.source().map(ToString::to_string).unwrap_or_else(|| error.to_string());
    // The driver has no public kind for these two; their words are its own.
    if reason.contains("password missing") {
        return Fault::auth(format!("the server asks for a password ({})", connection.place()))
            .hint("give `password` in the connection");
    }
    if error.to_string().contains("authentication") {
        return Fault::auth(format!("signing in failed: {reason} ({})", connection.place())).cause(error);
    }
    if error.is_closed() || error.to_string().contains("communicating") {
        return lost(connection, doing, &reason).cause(error);
    }
    Fault::internal(format!("{doing}: {error}: {reason}")).cause(error)
}

/// Whether a unique key was violated.
pub(super) fn is_repeated(error: &tokio_postgres::Error) -> bool {
    error.as_db_error().is_some_and(|error| error.code().code() == "23505")
}

/// Whether a lock was not free in time.
pub(super) fn is_lock_timeout(error: &tokio_postgres::Error) -> bool {
    error.as_db_error().is_some_and(|error| error.code().code() == "55P03")
}

/// The connection went away.
pub(super) fn lost(connection: &Connection, doing: &str, reason: &str) -> Fault {
    Fault::unavailable(format!("{doing}: the connection was lost: {reason} ({})", connection.place()))
        .hint("check that the server runs, then run again")
}

/// An error of the socket as a fault.
pub(super) fn io_fault(error: io::Error, connection: &Connection, doing: &str) -> Fault {
    if error.kind() == io::ErrorKind::InvalidData {
        return Fault::unavailable(format!("{doing}: the server sent {error} ({})", connection.place()))
            .hint("check that the address is that of a PostgreSQL server");
    }
    let reason = match error.kind() {
        io::ErrorKind::UnexpectedEof => "the server closed it".to_owned(),
        _ => error.to_string(),
    };
    lost(connection, doing, &reason).cause(error)
}

fn first_lower(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        // A word in capitals, such as `COPY` or `SSL`, stays.
        (Some(first), second) if second.is_none_or(|second| !second.is_uppercase()) => {
            first.to_lowercase().chain(text.chars().skip(1)).collect()
        }
        _ => text.to_owned(),
    }
}

/// Where something went wrong, from the server's account of what it was doing. Of a copy, the number of the row and
/// the column matter; the table it names may be our staging table.
fn place_in(context: &str) -> String {
    let copy = context.lines().find_map(|line| line.strip_prefix("COPY ")?.split_once(", line "));
    if let Some((_, place)) = copy {
        let place = place.split(": ").next().unwrap_or(place);
        return match place.split_once(", column ") {
            Some((row, column)) => format!("row {row} of the load, column `{column}`"),
            None => format!("row {place} of the load"),
        };
    }
    let line = context.lines().next().unwrap_or_default();
    match line.char_indices().nth(200) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_names_its_row_and_column() {
        let cases = [
            ("COPY _towpath_stage, line 12", "row 12 of the load"),
            ("COPY t, line 3, column v", "row 3 of the load, column `v`"),
            ("JSON data, line 1: {x\nCOPY t, line 2, column j: \"{x\"", "row 2 of the load, column `j`"),
            ("SQL function \"f\" statement 1", "SQL function \"f\" statement 1"),
        ];
        for (context, place) in cases {
            assert_eq!(place_in(context), place);
        }
    }

    #[test]
    fn an_error_message_of_the_wire_is_read_whatever_it_holds() {
        let error = ServerError::parse(b"SERROR\0C23505\0Mtwice\0nt_pkey\0P12\0\0");
        assert_eq!((error.code.as_str(), error.message.as_str()), ("23505", "twice"));
        assert_eq!((error.constraint.as_deref(), error.position), (Some("t_pkey"), Some(12)));
        for broken in [&b"M"[..], b"Mopen", b"", b"\0\0", b"P-1\0"] {
            let _ = ServerError::parse(broken);
        }
    }
}
