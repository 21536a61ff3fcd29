//! The rows of a sheet as its file has them, whatever the format: which cells hold something, and what.

use std::sync::Arc;

use towpath_model::Fault;

use super::address::Rect;
use super::strings::Strings;

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Text,
    /// A text among those that the workbook shares; its place in the row's bytes means nothing.
    Shared(u32),
    Number,
    /// `1` or `0`.
    Boolean,
    /// The word for it, for example `#N/A`.
    Error,
    /// A date or time in ISO 8601.
    Iso,
    /// A formula without a stored value; its bytes are the formula.
    Uncalculated,
}

/// One cell that holds something.
#[derive(Debug, Clone, Copy)]
pub(super) struct GridCell {
    /// Column, from 0.
    pub(super) column: u32,
    pub(super) content: Content,
    pub(super) style: u32,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The cells of a row, from left to right. Its buffers are used again.
#[derive(Debug, Default, Clone)]
pub(super) struct GridRow {
    /// Number of the row; 1 is the first.
    pub(super) number: u32,
    pub(super) hidden: bool,
    /// One of the cells has a formula.
    pub(super) formulas: bool,
    pub(super) bytes: Vec<u8>,
    pub(super) cells: Vec<GridCell>,
    pub(super) strings: Arc<Strings>,
}

impl GridRow {
    pub(super) fn clear(&mut self) {
        (self.number, self.hidden, self.formulas) = (0, false, false);
        self.bytes.clear();
        self.cells.clear();
    }

    /// The bytes of a cell.
    #[inline]
    pub(super) fn bytes(&self, cell: &GridCell) -> &[u8] {
        match cell.content {
            Content::Shared(number) => self.strings.get(number).unwrap_or_default(),
            _ => &self.bytes[cell.start..cell.end],
        }
    }

    /// Whether a cell has nothing that anybody would see.
    pub(super) fn is_blank(&self, cell: &GridCell) -> bool {
        matches!(cell.content, Content::Text | Content::Shared(_)) && self.bytes(cell).trim_ascii().is_empty()
    }

    /// The text of a cell, for names and remarks.
    pub(super) fn text(&self, cell: &GridCell) -> String {
        String::from_utf8_lossy(self.bytes(cell)).trim().to_owned()
    }

    /// Adds a cell whose bytes are those behind `start`.
    #[inline]
    pub(super) fn push(&mut self, column: u32, content: Content, style: u32, start: usize) {
        self.cells.push(GridCell { column, content, style, start, end: self.bytes.len() });
    }
}

/// Steps through the rows of a sheet.
pub(super) trait Grid: Send {
    /// Puts the next row that has cells into `row`, which is empty; answers whether there was one.
    fn next(&mut self, row: &mut GridRow) -> Result<bool, Fault>;

    /// Columns that are hidden. Known from the first row on.
    fn hidden_columns(&self) -> &[(u32, u32)] {
        &[]
    }

    /// Cells that are merged. Known at the end at the latest.
    fn merged(&self) -> &[Rect] {
        &[]
    }
}
