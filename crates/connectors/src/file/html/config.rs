//! Settings of tables in HTML pages.

use schemars::JsonSchema;
use serde::Deserialize;

/// Which table of a page is read.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Html {
    /// The table: its number, for example `"2"` (`"1"` is the first of the page), its id, for example `"#prices"`, or words
    /// of its caption, for example `Prices 2025`. Without it, the one with the most cells; the remarks on the stream say which.
    pub(in crate::file) table: Option<String>,

    /// Rows at the top that hold the names of the columns; several are joined. Without it, the rows of `<thead>`, or the
    /// first ones that have only `<th>` cells; 0 means that there is none.
    pub(in crate::file) header_rows: Option<u32>,
}
