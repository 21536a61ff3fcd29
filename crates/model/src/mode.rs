//! Write modes: how rows land in a table.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How rows land in the destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WriteMode {
    /// Adds the rows to what is there.
    #[default]
    Append,
    /// Replaces the whole content at once; views, grants and foreign keys of the table stay.
    Overwrite,
    /// Updates rows whose key exists and adds the others. Needs `key`.
    Upsert,
    /// Adds rows whose key does not exist yet and leaves the others as they are. Needs `key`.
    InsertOnly,
    /// Makes the table equal to the source: updates, adds, and deletes (or flags) the rows that did not come.
    /// Needs `key`.
    Mirror,
    /// Keeps every version of a row with the time from which and until which it was valid (slowly changing
    /// dimension, type 2). Needs `key`.
    History,
}

impl WriteMode {
    /// All modes, in the order of the documentation.
    pub const ALL: [WriteMode; 6] = [
        WriteMode::Append,
        WriteMode::Overwrite,
        WriteMode::Upsert,
        WriteMode::InsertOnly,
        WriteMode::Mirror,
        WriteMode::History,
    ];

    /// The name used in documents.
    pub fn name(self) -> &'static str {
        match self {
            WriteMode::Append => "append",
            WriteMode::Overwrite => "overwrite",
            WriteMode::Upsert => "upsert",
            WriteMode::InsertOnly => "insert_only",
            WriteMode::Mirror => "mirror",
            WriteMode::History => "history",
        }
    }

    /// Whether rows must have a key.
    pub fn needs_key(self) -> bool {
        !matches!(self, WriteMode::Append | WriteMode::Overwrite)
    }
}
