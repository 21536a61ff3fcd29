//! Settings of workbooks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use towpath_model::Fault;

use super::address::{MOST_ROWS, reference};

/// Which cells of a workbook are read, and how.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Excel {
    /// The sheet: its name, for example `Sales`; its number in quotes, for example `"2"`; or a pattern such as
    /// `2025-*` or `*`, which reads all visible sheets that match as one stream, their columns matched by name. Hidden
    /// sheets are read only when they are named in full. Without it, the first visible sheet that is not empty.
    pub(in crate::file) sheet: Option<String>,

    /// A table of the workbook by its name, for example `Sales_2025` (in Excel: Table Design, Table Name). Its totals
    /// row is left out.
    pub(in crate::file) table: Option<String>,

    /// The cells to read: `B3:F200`, `B:F`, `Costs!A4:H900`, or a name that the workbook gives to cells. What stands
    /// outside is not looked at.
    pub(in crate::file) range: Option<String>,

    /// Name of a column to add, with the name of the sheet that a row comes from, for example `month`.
    pub(in crate::file) sheet_column: Option<String>,

    /// Number of the row with the names of the columns, the first one when there are several, as Excel shows it, for
    /// example `4`. Without it, the first row of mostly different texts that stands above most columns of the rows
    /// below it; a remark says which one that is when it is not the first.
    #[schemars(range(min = 1, max = 1_048_576))]
    pub(in crate::file) header_row: Option<u32>,

    /// How many rows the names of the columns take. `2` joins each name with the one above it, which may span several
    /// columns: `2025 / Q1`. `0` means that there are no names; columns are then called `column_1` and so on, by their
    /// place in the sheet. Default 1. With 2 or more, the sheet is unpacked once more to learn which cells are merged.
    #[schemars(range(max = 10))]
    pub(in crate::file) header_rows: u32,

    /// What stands between the parts of a name that takes several rows. Default ` / `.
    pub(in crate::file) header_join: String,

    /// What merged cells hold.
    pub(in crate::file) merged: Merged,

    /// What becomes of hidden rows and columns, also of rows that a filter hides.
    pub(in crate::file) hidden: Hidden,

    /// What becomes of cells with an error such as `#N/A` or `#REF!`.
    pub(in crate::file) errors: Errors,

    /// Rows at the end that are no data, such as totals or a source line. Empty rows do not count. Default 0; when the
    /// last row looks like a total, a remark says so.
    #[schemars(range(max = 1000))]
    pub(in crate::file) footer_rows: u32,
}

/// How rows are written as a sheet.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ExcelSheet {
    /// Name of the sheet, for example `Sales`. With it, the other sheets of a workbook that Towpath wrote stay as they
    /// are, so that several destinations can fill one workbook, and a sheet of this name is replaced; their rows are
    /// copied with each load. Without it, the whole workbook is replaced by one with the sheet `Sheet1`.
    pub(in crate::file) sheet: Option<String>,
}

impl ExcelSheet {
    /// Checks the name of the sheet.
    pub(in crate::file) fn check(&self) -> Result<(), Fault> {
        let Some(name) = &self.sheet else { return Ok(()) };
        let wrong = |why: &str| {
            Err(Fault::config(format!("`{name}` cannot be the name of a sheet: {why}"))
                .hint("give a name of 1 to 31 characters without any of `: \\ / ? * [ ]`"))
        };
        if name.trim().is_empty() || name.encode_utf16().count() > 31 {
            return wrong("it must have 1 to 31 characters");
        }
        if name.contains([':', '\\', '/', '?', '*', '[', ']']) || name.chars().any(char::is_control) {
            return wrong("it holds a character that Excel does not allow there");
        }
        if name.starts_with('\'') || name.ends_with('\'') {
            return wrong("it begins or ends with an apostrophe");
        }
        if name.eq_ignore_ascii_case("history") {
            return wrong("Excel keeps it for itself");
        }
        Ok(())
    }
}

/// What merged cells hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Merged {
    /// The first cell holds the value, the others are empty, as the file has it. A remark counts merged cells.
    #[default]
    First,
    /// Every merged cell holds the value of the first. The sheet is unpacked once more to learn which cells are merged.
    Fill,
}

/// What becomes of hidden rows and columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Hidden {
    /// They are read; a remark counts them.
    #[default]
    Read,
    /// They are left out: what is read is what people see. Only xlsx files tell what is hidden.
    Skip,
}

/// What becomes of cells with an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Errors {
    /// The row goes to quarantine, with the address of the cell.
    #[default]
    Quarantine,
    /// The cell is read as if it were empty.
    Empty,
}

impl Default for Excel {
    fn default() -> Self {
        Excel {
            sheet: None,
            table: None,
            range: None,
            sheet_column: None,
            header_row: None,
            header_rows: 1,
            header_join: " / ".to_owned(),
            merged: Merged::default(),
            hidden: Hidden::default(),
            errors: Errors::default(),
            footer_rows: 0,
        }
    }
}

impl Excel {
    /// Checks the settings against each other.
    pub(in crate::file) fn check(&self) -> Result<(), Fault> {
        let both = |one: &str, other: &str| {
            Err(Fault::config(format!("`{one}` and `{other}` of `excel` both say which cells to read"))
                .hint(format!("remove one of them: `{one}` or `{other}`")))
        };
        if self.table.is_some() && self.range.is_some() {
            return both("table", "range");
        }
        if self.table.is_some() && self.sheet.is_some() {
            return both("table", "sheet");
        }
        if self.table.is_some() && (self.header_row.is_some() || self.header_rows != 1) {
            return Err(Fault::config("a `table` knows its own header")
                .hint("remove `header_row` and `header_rows`, or give a `range` instead of the table"));
        }
        if self.header_rows == 0 && self.header_row.is_some() {
            return Err(Fault::config("`header_rows` is 0, and `header_row` says which row is the header")
                .hint("remove one of them"));
        }
        if self.header_rows > 10
            || self.footer_rows > 1000
            || self.header_row.is_some_and(|row| row == 0 || row > MOST_ROWS)
        {
            return Err(Fault::config(
                "`header_row`, `header_rows` or `footer_rows` of `excel` is out of range",
            )
            .hint(
                "give the number of a row as Excel shows it, at most 10 header rows and 1000 footer rows",
            ));
        }
        let named = self.range.as_deref().and_then(reference).and_then(|(sheet, _)| sheet);
        if named.is_some() && self.sheet.is_some() {
            return both("sheet", "range");
        }
        if self.sheet_column.as_deref().is_some_and(|name| name.trim().is_empty()) {
            return Err(Fault::config("`sheet_column` is empty").hint("give it a name, for example `sheet`"));
        }
        Ok(())
    }
}
