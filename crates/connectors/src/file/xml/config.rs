//! Settings of XML files.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use towpath_model::Fault;

/// What of an XML file becomes rows and columns.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Xml {
    /// The elements that are rows: by their way from the top, for example `orders/order`, or wherever they stand, for
    /// example `//order`. Without it, the element that repeats most in the first 8 MB; the remarks on the stream say
    /// which.
    pub(in crate::file) rows: Option<String>,

    /// Columns by name, each with its way from the row, for example `{ id: "@id", city: customer/address/city }`. `@id`
    /// is an attribute, `.` the text of the row itself, `../@date` an attribute of the element around it. An element with
    /// elements inside becomes a JSON object, several of one name a JSON list. Without it, all that stands in a row
    /// becomes a column: `customer.address.city`.
    pub(in crate::file) columns: IndexMap<String, String>,

    /// Columns that are lists even where an element stands once, for example `[items.item]`. Elements that repeat
    /// inside a row in the first 8 MB need not be named.
    pub(in crate::file) lists: Vec<String>,

    /// What happens when the file is not well-formed from some place on.
    pub(in crate::file) broken: Broken,
}

/// What happens when a file is not well-formed from some place on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Broken {
    /// The run stops before anything is written.
    #[default]
    Stop,
    /// The rows before the place are read; one row in quarantine says where the file breaks. How many rows are lost is
    /// not known.
    KeepRows,
}

impl Xml {
    /// Checks the ways to rows and columns.
    pub(in crate::file) fn check(&self) -> Result<(), Fault> {
        if let Some(rows) = &self.rows {
            super::path::RowPath::parse(rows)?;
        }
        for (name, path) in &self.columns {
            super::path::ColumnPath::parse(name, path)?;
        }
        Ok(())
    }
}
