//! What can go wrong in the store.

use towpath_model::Fault;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something with that identity exists already; holds the name of the constraint, or what the database said.
    #[error("it exists already ({0})")]
    Exists(String),
    /// Something else refers to it, or it refers to something that does not exist.
    #[error("something else refers to it ({0})")]
    Referred(String),
    /// It was changed by somebody else in the meantime.
    #[error("it was changed in the meantime")]
    Changed,
    /// The database is busy, unreachable, or refused.
    #[error("the store cannot be used: {0}")]
    Unavailable(String),
    /// What is stored is not what this program writes.
    #[error("the store holds something unexpected: {0}")]
    Corrupt(String),
    /// A newer program made it; holds the step that this one does not know.
    #[error("the store was made by a newer version of Towpath (step `{0}` is unknown here)")]
    Newer(String),
    /// A secret cannot be sealed or opened with the key at hand.
    #[error("a secret cannot be sealed or opened: {0}")]
    Sealed(String),
}

impl Error {
    /// Whether a row with the same identity exists, as told by a constraint or column that contains `part`.
    pub fn exists_in(&self, part: &str) -> bool {
        matches!(self, Error::Exists(name) if name.contains(part))
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) if database.is_unique_violation() => {
                Error::Exists(database.constraint().unwrap_or(database.message()).to_owned())
            }
            sqlx::Error::Database(database) if database.is_foreign_key_violation() => {
                Error::Referred(database.constraint().unwrap_or(database.message()).to_owned())
            }
            // Two transactions met half way, and the database undid this one.
            sqlx::Error::Database(database)
                if matches!(database.code().as_deref(), Some("40P01" | "40001")) =>
            {
                Error::Changed
            }
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::ColumnNotFound(_) | sqlx::Error::Decode(_) => {
                Error::Corrupt(error.to_string())
            }
            _ => Error::Unavailable(error.to_string()),
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        match error {
            Error::Unavailable(_) => Fault::unavailable(message),
            Error::Sealed(_) => {
                Fault::config(message).hint("give the key that sealed it: see `towpath secrets --help`")
            }
            Error::Exists(_) | Error::Referred(_) | Error::Changed => Fault::contract(message),
            Error::Newer(_) => {
                Fault::config(message).hint("run that version, or restore a backup that this one made")
            }
            Error::Corrupt(_) => Fault::internal(message),
        }
    }
}
