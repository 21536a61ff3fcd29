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
}

impl WriteMode {
    /// The name used in documents.
    pub fn name(self) -> &'static str {
        match self {
            WriteMode::Append => "append",
            WriteMode::Overwrite => "overwrite",
            WriteMode::Upsert => "upsert",
        }
    }
}
