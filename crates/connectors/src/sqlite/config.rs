//! Settings of SQLite connections, sources and destinations.

use schemars::JsonSchema;
use serde::Deserialize;
use towpath_model::SqlText;

/// A SQLite database file.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SqliteConnection {
    /// Path of the database file, relative to the folder of the pipeline file, for example `data/shop.db`.
    pub path: String,

    /// Whether a load makes the file when it does not exist yet. With `false`, a missing file is an error.
    #[serde(default = "yes")]
    pub create: bool,

    /// How long to wait while another program locks the database, in milliseconds, for example `10000`. A longer
    /// wait survives busy times of other programs, and makes a forgotten lock show later.
    #[serde(default = "ten_seconds")]
    pub busy_timeout_ms: u32,
}

/// Reads a table, a view or a query. Give either `table` or `query`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SqliteSource {
    /// Table or view to read, for example `orders`.
    #[serde(default)]
    pub table: Option<String>,

    /// Query to read instead of a table, for example `select id, total from orders where total > 100`. It may only
    /// read. Every column needs a name of its own.
    #[serde(default)]
    pub query: Option<SqlText>,
}

/// Writes a table.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SqliteDestination {
    /// Table to write, for example `orders`. It is created when it does not exist.
    pub table: String,
}

fn yes() -> bool {
    true
}

fn ten_seconds() -> u32 {
    10_000
}
