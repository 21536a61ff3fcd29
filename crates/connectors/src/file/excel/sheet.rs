//! The rows of an xlsx sheet, as the file streams by.
//!
//! A row is looked at when all of it is in the window; so the scanner never has to stop inside of one, and memory is
//! that of the longest row. What stands behind the rows, above all which cells are merged, is known only at their end.

use std::sync::Arc;

use memchr::memmem;
use towpath_model::Fault;

use super::address::{self, MOST_COLUMNS, MOST_ROWS, Rect};
use super::grid::{Content, Grid, GridRow};
use super::package::{Window, damaged};
use super::scan::{self, Shape, Tag};
use super::strings::Strings;

/// Most merged areas that are kept.
const MOST_MERGED: usize = 1_000_000;

/// Where in the part the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the rows.
    Head,
    Rows,
    /// Behind them.
    Tail,
    Done,
}

/// An xlsx sheet.
pub(super) struct XlsxSheet {
    window: Window,
    file: String,
    sheet: String,
    strings: Arc<Strings>,
    state: State,
    last_row: u32,
    hidden_columns: Vec<(u32, u32)>,
    merged: Vec<Rect>,
    end_of_row: memmem::Finder<'static>,
}

/// What is next in the part.
enum Step {
    Row,
    Other,
    /// The bytes do not suffice to tell.
    More,
    End,
}

impl XlsxSheet {
    pub(super) fn new(window: Window, file: &str, sheet: &str, strings: Arc<Strings>) -> Self {
        XlsxSheet {
            window,
            file: file.to_owned(),
            sheet: sheet.to_owned(),
            strings,
            state: State::Head,
            last_row: 0,
            hidden_columns: Vec::new(),
            merged: Vec::new(),
            end_of_row: memmem::Finder::new(b"</row>"),
        }
    }

    /// Passes over the rows and answers which cells are merged.
    pub(super) fn only_merged(mut self) -> Result<Vec<Rect>, Fault> {
        // The row ends before the rows do, whatever prefix the tags have.
        const END: &[u8] = b"sheetData>";
        let finder = memmem::Finder::new(END);
        loop {
            let rest = self.window.rest();
            let ends = finder.find_iter(rest).find(|at| {
                let before = &rest[..*at];
                before.iter().rev().take(16).find(|byte| matches!(byte, b'/' | b'<')) == Some(&b'/')
            });
            match ends {
                Some(at) => {
                    self.window.skip(at + END.len());
                    break;
                }
                None => self.window.skip(rest.len().saturating_sub(64)),
            }
            if !self.window.more()? {
                // A sheet without rows has nothing merged that matters.
                return Ok(Vec::new());
            }
        }
        self.state = State::Tail;
        while self.next(&mut GridRow::default())? {}
        Ok(self.merged)
    }

    fn broken(&self, what: &str) -> Fault {
        damaged(&self.file, &format!("sheet `{}`, behind row {}: {what}", self.sheet, self.last_row))
    }

    fn step(&mut self, row: &mut GridRow) -> Result<Step, Fault> {
        let rest = self.window.rest();
        let Some(tag) = scan::next(rest, 0) else { return Ok(Step::More) };
        let mut used = tag.end;
        let mut step = Step::Other;
        match tag.name {
            b"sheetData" => {
                self.state = if tag.shape == Shape::Open { State::Rows } else { State::Tail };
            }
            b"row" if self.state == State::Rows && tag.shape != Shape::Close => {
                let number = match tag.attribute(b"r") {
                    None => Some(self.last_row + 1),
                    Some(number) => scan::whole(number),
                };
                let number = number.filter(|number| (self.last_row + 1..=MOST_ROWS).contains(number));
                let Some(number) = number else {
                    return Err(self.broken("the numbers of rows are mixed up"));
                };
                if tag.shape == Shape::Open {
                    let body = &rest[tag.end..];
                    let Some((length, closing)) = self.row_end(&tag, body) else {
                        return Ok(Step::More);
                    };
                    row.number = number;
                    row.hidden = tag.says(b"hidden");
                    if let Err(what) = cells(&body[..length], &self.strings, row) {
                        return Err(self.broken(what));
                    }
                    used = tag.end + length + closing;
                    step = Step::Row;
                }
                self.last_row = number;
            }
            b"col" if self.state == State::Head && tag.says(b"hidden") => {
                if let (Some(from @ 1..), Some(to @ 1..)) = (tag.number(b"min"), tag.number(b"max")) {
                    self.hidden_columns.push((from - 1, to - 1));
                }
            }
            b"mergeCell" if self.state == State::Tail && self.merged.len() < MOST_MERGED => {
                let cells = tag.text(b"ref").and_then(|text| Rect::parse(&text));
                self.merged.extend(cells);
            }
            b"worksheet" if tag.shape == Shape::Close => {
                self.state = State::Done;
                step = Step::End;
            }
            _ => {}
        }
        self.window.skip(used);
        Ok(step)
    }

    /// Where the body of a row ends, and the length of the tag that ends it.
    fn row_end(&self, tag: &Tag<'_>, body: &[u8]) -> Option<(usize, usize)> {
        if tag.full == b"row" {
            return self.end_of_row.find(body).map(|length| (length, 6));
        }
        let closing = [b"</", tag.full, b">"].concat();
        memmem::find(body, &closing).map(|length| (length, closing.len()))
    }
}

impl Grid for XlsxSheet {
    fn next(&mut self, row: &mut GridRow) -> Result<bool, Fault> {
        while self.state != State::Done {
            match self.step(row)? {
                Step::Row if row.cells.is_empty() => row.clear(),
                Step::Row => return Ok(true),
                Step::Other => {}
                Step::End => return Ok(false),
                Step::More => {
                    if !self.window.more()? {
                        return Err(self.broken("the sheet is cut off"));
                    }
                }
            }
        }
        Ok(false)
    }

    fn hidden_columns(&self) -> &[(u32, u32)] {
        &self.hidden_columns
    }

    fn merged(&self) -> &[Rect] {
        &self.merged
    }
}

/// How the value of a cell is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Type {
    Number,
    Shared,
    Text,
    Inline,
    Boolean,
    Error,
    Iso,
}

/// Puts the cells of a row that hold something into `row`.
fn cells(bytes: &[u8], strings: &Arc<Strings>, row: &mut GridRow) -> Result<(), &'static str> {
    if std::str::from_utf8(bytes).is_err() {
        return Err("the text is not UTF-8");
    }
    if !Arc::ptr_eq(&row.strings, strings) {
        row.strings = Arc::clone(strings);
    }
    let (mut at, mut column) = (0, 0u32);
    while let Some(tag) = scan::next(bytes, at) {
        at = tag.end;
        if !tag.opens(b"c") {
            continue;
        }
        let (mut style, mut kind) = (0, Type::Number);
        for (name, value) in tag.attributes() {
            match name {
                b"r" => column = address::column(value).ok_or("the address of a cell cannot be read")?,
                b"s" => style = scan::whole(value).unwrap_or(0),
                b"t" => kind = type_of(value),
                _ => {}
            }
        }
        if column >= MOST_COLUMNS || row.cells.last().is_some_and(|last| last.column >= column) {
            return Err("the addresses of cells are mixed up");
        }
        if tag.shape == Shape::Open {
            at = cell(bytes, at, column, style, kind, row)?;
        }
        column += 1;
    }
    Ok(())
}

fn type_of(word: &[u8]) -> Type {
    match word {
        b"s" => Type::Shared,
        b"str" => Type::Text,
        b"inlineStr" => Type::Inline,
        b"b" => Type::Boolean,
        b"e" => Type::Error,
        b"d" => Type::Iso,
        _ => Type::Number,
    }
}

/// Reads what stands inside a cell, from `at` on; answers the byte behind it.
#[inline]
fn cell(
    bytes: &[u8],
    mut at: usize,
    column: u32,
    style: u32,
    kind: Type,
    row: &mut GridRow,
) -> Result<usize, &'static str> {
    const CUT_OFF: &str = "a cell is cut off";
    // What nearly every cell is.
    if bytes[at..].starts_with(b"<v>") {
        let start = at + 3;
        let end = start + memchr::memchr(b'<', &bytes[start..]).ok_or(CUT_OFF)?;
        if bytes[end..].starts_with(b"</v></c>") {
            value(&bytes[start..end], column, style, kind, row)?;
            return Ok(end + 8);
        }
    }
    let mut formula = None;
    let mut valued = false;
    loop {
        let tag = scan::next(bytes, at).ok_or(CUT_OFF)?;
        at = tag.end;
        match (tag.name, tag.shape) {
            (b"c", Shape::Close) => break,
            (b"f", Shape::Empty) => formula = Some(&bytes[..0]),
            (b"f", Shape::Open) => {
                let end = scan::end_of_text(bytes, at);
                formula = Some(&bytes[at..end]);
                at = end;
            }
            (b"v", Shape::Open) => {
                let end = scan::end_of_text(bytes, at);
                let text = &bytes[at..end];
                // An empty value is one only where it is text: a formula that gives "".
                if !text.is_empty() || kind == Type::Text {
                    value(text, column, style, kind, row)?;
                    valued = true;
                }
                at = end;
            }
            (b"is", Shape::Open) => {
                let length = end_of_element(&bytes[at..], tag.full).ok_or(CUT_OFF)?;
                let start = row.bytes.len();
                scan::rich_text(&bytes[at..at + length], &mut row.bytes);
                row.push(column, Content::Text, style, start);
                valued = true;
                at += length;
            }
            _ => {}
        }
    }
    if let Some(formula) = formula {
        row.formulas = true;
        if !valued {
            let start = row.bytes.len();
            row.bytes.push(b'=');
            scan::element_text(formula, &mut row.bytes);
            row.push(column, Content::Uncalculated, style, start);
        }
    }
    Ok(at)
}

fn end_of_element(bytes: &[u8], full: &[u8]) -> Option<usize> {
    memmem::find(bytes, &[b"</", full].concat())
}

/// Adds the value of a cell.
#[inline]
fn value(text: &[u8], column: u32, style: u32, kind: Type, row: &mut GridRow) -> Result<(), &'static str> {
    let start = row.bytes.len();
    let content = match kind {
        Type::Shared => {
            let number = scan::whole(text.trim_ascii()).filter(|number| row.strings.get(*number).is_some());
            Content::Shared(number.ok_or("a cell names a shared text that does not exist")?)
        }
        Type::Number => {
            row.bytes.extend_from_slice(text.trim_ascii());
            Content::Number
        }
        Type::Text | Type::Inline => {
            scan::element_text(text, &mut row.bytes);
            Content::Text
        }
        Type::Boolean => {
            row.bytes.extend_from_slice(text.trim_ascii());
            Content::Boolean
        }
        Type::Error => {
            scan::element_text(text, &mut row.bytes);
            Content::Error
        }
        Type::Iso => {
            row.bytes.extend_from_slice(text.trim_ascii());
            Content::Iso
        }
    };
    row.push(column, content, style, start);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_every_writer() {
        let mut row = GridRow::default();
        let xml = br#"<c r="A1"><v>1</v></c><c r="C1" t="str"><f>""</f><v></v></c><x:c t="b"><x:v>1</x:v></x:c>
            <c r="E1" s="3"/><c r="F1"><f>SUM(A1:A2) &lt; 3</f><v/></c><c t='inlineStr'><is><t>a&amp;</t></is></c>
            <c r="H1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="I1"><f t="shared" si="0"/><v> 2 </v></c>"#;
        cells(xml, &Arc::default(), &mut row).unwrap();
        let found: Vec<(u32, Content, String)> =
            row.cells.iter().map(|cell| (cell.column, cell.content, row.text(cell))).collect();
        let expected = [
            (0, Content::Number, "1"),
            (2, Content::Text, ""),
            (3, Content::Boolean, "1"),
            (5, Content::Uncalculated, "=SUM(A1:A2) < 3"),
            (6, Content::Text, "a&"),
            (7, Content::Error, "#DIV/0!"),
            (8, Content::Number, "2"),
        ];
        assert_eq!(found, expected.map(|(column, content, text)| (column, content, text.to_owned())));
        assert!(row.formulas);
        assert!(
            cells(b"<c r=\"B1\"><v>1</v></c><c r=\"A1\"><v>1</v></c>", &Arc::default(), &mut row).is_err()
        );
        assert!(cells(b"<c r=\"J1\" t=\"s\"><v>1</v></c>", &Arc::default(), &mut row).is_err());
        assert!(cells(b"<c r=\"K1\"><v>1", &Arc::default(), &mut row).is_err());
    }
}
