//! Settings of files with columns at fixed places.

use schemars::JsonSchema;
use serde::Deserialize;
use towpath_model::Fault;

/// Where the columns of a file with fixed width stand.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fixed {
    /// The columns from left to right, for example `[{ name: code, start: 1, width: 8 }]`. Spaces around a value mean
    /// nothing. Text that stands in no column sends its line to quarantine.
    pub(in crate::file) columns: Vec<FixedColumn>,

    /// Lines at the beginning that are no data, such as titles. Default 0.
    #[serde(default)]
    pub(in crate::file) skip_rows: u64,
}

/// One column of a file with fixed width.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FixedColumn {
    /// Name of the column.
    pub(in crate::file) name: String,
    /// Its first character; 1 is the first of the line.
    #[schemars(range(min = 1))]
    pub(in crate::file) start: usize,
    /// Number of characters.
    #[schemars(range(min = 1))]
    pub(in crate::file) width: usize,
}

impl Fixed {
    /// Checks that the columns have names of their own and follow one another.
    pub(in crate::file) fn check(&self) -> Result<(), Fault> {
        let mut end = 1;
        if self.columns.is_empty() {
            return Err(Fault::config("`fixed` names no column"));
        }
        for (place, column) in self.columns.iter().enumerate() {
            if column.start < end || column.width == 0 {
                return Err(Fault::config(format!("column `{}` overlaps the one before it", column.name))
                    .hint(
                        "list the columns from left to right; `start` 1 is the first character of a line",
                    ));
            }
            if self.columns[..place].iter().any(|other| other.name == column.name) {
                return Err(Fault::config(format!("`fixed` names the column `{}` twice", column.name)));
            }
            end = column.start + column.width;
        }
        Ok(())
    }
}
