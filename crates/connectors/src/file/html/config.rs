//! Settings of tables in HTML pages.

use schemars::JsonSchema;
use serde::Deserialize;

/// Which table of a page is read.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Html {
    /// The table: its number (1 is the first of the page), its id, for example `"#prices"`, or words of its caption, for
    /// example `Prices 2025`. Without it, the one with the most cells; the remarks on the stream say which.
    pub(in crate::file) table: Option<Choice>,

    /// Rows at the top that hold the names of the columns; several are joined. Without it, the rows of `<thead>`, or the
    /// first ones that have only `<th>` cells; 0 means that there is none.
    pub(in crate::file) header_rows: Option<u32>,
}

/// A table by its number, or by its id or caption.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Choice {
    /// Its place on the page; 1 is the first.
    Number(u32),
    /// Its id with a `#` before it, or words of its caption.
    Word(String),
}
