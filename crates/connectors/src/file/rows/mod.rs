//! Rows of formats that are walked one after the other: fixed width, XML, workbooks and the like.
//!
//! A format of this kind is one implementation of [`Walk`]: it steps to the next row and puts the row's cells into a
//! [`Row`], each with what the format knows of it ([`Sort`]). Everything else is shared: [`infer`] decides the types
//! of the columns over all rows, [`read`] builds batches and sends rows that cannot be represented to quarantine with
//! their place. A format whose file can be cut into pieces that are walked by themselves implements
//! [`pieces::Pieces`] as well, and works on many processors.

pub(super) mod infer;
pub(super) mod pieces;
pub(super) mod read;

use towpath_connect::Fact;
use towpath_model::Fault;

use super::infer::Kind;

/// Steps through the rows of one file.
pub(super) trait Walk: Send {
    /// Names of the columns found so far. The list only grows, by what a later row brings that earlier ones lacked.
    fn names(&self) -> &[String];

    /// Puts the next row into `row`, which is empty; answers whether there was one. A fault ends the file: what
    /// concerns one row only goes into [`Row::refuse`].
    fn next(&mut self, row: &mut Row) -> Result<bool, Fault>;

    /// Remarks for people about what was found so far, for example rows above the header that were skipped.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }

    /// What was found out about the file, with what speaks for it.
    fn facts(&self) -> Vec<Fact> {
        Vec::new()
    }

    /// What people call the column at that place, where they have a word for it: in a workbook, its letters.
    fn letters(&self, _place: usize) -> Option<String> {
        None
    }
}

/// What a format knows of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// Nothing is there.
    Null,
    /// Text of a format without types: its type is found over the whole column.
    Value,
    /// Text by the word of the format; only dates and times are looked for in it.
    Text,
    /// Text that may be a number or a date which somebody stored as text: it counts as one where the other values of
    /// its column are.
    Loose,
    /// A number, as digits.
    Number,
    /// A value whose kind the format tells; the bytes are its canonical text, as [`super::values`] reads it.
    Known(Kind),
}

/// One cell: what is known of it, and where its bytes are in [`Row::bytes`].
#[derive(Debug, Clone, Copy)]
struct Cell {
    sort: Sort,
    start: usize,
    end: usize,
}

/// Why a row cannot be used.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Refusal {
    /// Column at fault, when it is one.
    pub(super) column: Option<String>,
    /// Its original text.
    pub(super) value: Option<String>,
    /// Why, in the style of a fault's message.
    pub(super) reason: String,
}

/// A row under construction. Its buffers are used again for the next row.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// Number of the line, or of whatever the format counts; 1 is the first.
    pub(super) line: u64,
    /// What `line` counts when it is no line of text, for example `Sheet1!` for `sales.xlsx:Sheet1!12`.
    pub(super) within: String,
    /// The row as it stands in the file. Empty where a format has no such text: then a JSON object stands for it.
    pub(super) original: Vec<u8>,
    bytes: Vec<u8>,
    cells: Vec<Cell>,
    refusal: Option<Refusal>,
}

impl Row {
    /// Makes the row empty.
    pub(super) fn clear(&mut self) {
        self.line = 0;
        self.within.clear();
        self.original.clear();
        self.bytes.clear();
        self.cells.clear();
        self.refusal = None;
    }

    /// Sets the cell of the column at `place`; the last word counts.
    pub(super) fn set(&mut self, place: usize, sort: Sort, bytes: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        if self.cells.len() <= place {
            self.cells.resize(place + 1, Cell { sort: Sort::Null, start: 0, end: 0 });
        }
        self.cells[place] = Cell { sort, start, end: self.bytes.len() };
    }

    /// Sends the row to quarantine. The first reason counts.
    pub(super) fn refuse(&mut self, refusal: Refusal) {
        self.refusal.get_or_insert(refusal);
    }

    /// The cell of the column at `place`. A column that the row does not reach is null.
    pub(super) fn cell(&self, place: usize) -> (Sort, &[u8]) {
        let null: (Sort, &[u8]) = (Sort::Null, &[]);
        self.cells.get(place).map_or(null, |cell| (cell.sort, &self.bytes[cell.start..cell.end]))
    }

    /// Whether something was set that is not null.
    #[cfg(test)]
    pub(super) fn has_values(&self) -> bool {
        self.cells.iter().any(|cell| cell.sort != Sort::Null)
    }

    /// The place of the row for people, or of its cell in the column with these letters.
    fn place(&self, file: &str, letters: Option<String>) -> String {
        format!("{file}:{}{}{}", self.within, letters.unwrap_or_default(), self.line)
    }

    /// The row as it stands in the file, or as a JSON object of its cells.
    fn shown(&self, names: &[String]) -> String {
        if !self.original.is_empty() {
            return super::reading::visible(&self.original);
        }
        let cells = names.iter().enumerate().filter_map(|(place, name)| {
            let (sort, bytes) = self.cell(place);
            (sort != Sort::Null).then(|| (name.clone(), super::reading::visible(bytes).into()))
        });
        serde_json::Value::Object(cells.collect()).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_is_cleared_is_as_new() {
        let mut row = Row { line: 3, ..Row::default() };
        row.set(2, Sort::Value, b"x");
        row.refuse(Refusal { column: None, value: None, reason: "first".into() });
        assert_eq!(row.cell(0), (Sort::Null, &b""[..]));
        assert_eq!(row.cell(2), (Sort::Value, &b"x"[..]));
        assert_eq!(row.shown(&["a".into(), "b".into(), "c".into()]), r#"{"c":"x"}"#);
        row.clear();
        assert!(!row.has_values() && row.refusal.is_none());
    }
}
