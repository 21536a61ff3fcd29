//! The beginning of a file, while its layout is found.

use std::io::Read;

use towpath_model::Fault;

use super::table::Fields;
use super::tokenize::{Dialect, Next, Span, Tokenizer, count_lines};
use crate::file::bytes::read_more;
use crate::file::pieces::{PIECE_BYTES, RECORD_BYTES};
use crate::file::reading::shorten;
use crate::file::trouble::io_fault;

/// Rows that the layout is found from.
const SAMPLE_ROWS: usize = 200;

/// The beginning of a file while its layout is found.
pub(super) struct Head<'a> {
    pub(super) text: Vec<u8>,
    /// The byte that the next row begins with.
    pub(super) at: usize,
    pub(super) ended: bool,
    pub(super) reader: Box<dyn Read + Send>,
    pub(super) dialect: Dialect,
    pub(super) name: &'a str,
}

/// One row of the beginning of a file.
pub(super) struct FirstRow {
    pub(super) fields: Vec<Span>,
    /// The line it begins on; 1 is the first line of the file.
    pub(super) line: u64,
    pub(super) start: usize,
    /// Its last byte, without and with the line end.
    pub(super) row_end: usize,
    pub(super) end: usize,
}

impl Head<'_> {
    /// Reads on until there is a whole row.
    pub(super) fn complete(&mut self) -> Result<(), Fault> {
        loop {
            let mut tokenizer = Tokenizer::new(&self.text[self.at..], self.dialect, false);
            let found = tokenizer.next(&mut Vec::new());
            let ends = self.at + tokenizer.position() < self.text.len() && !tokenizer.ran_out();
            let is_whole = matches!(found, Next::Record(_)) && ends;
            if is_whole || self.ended {
                return Ok(());
            }
            if self.text.len() > RECORD_BYTES {
                let line = count_lines(&self.text);
                return Err(Fault::data(format!(
                    "file `{}`: the first row does not end within {line} lines",
                    self.name
                ))
                .hint("check the quotes of the first row, or set `quote`"));
            }
            let more = self.text.len().max(PIECE_BYTES);
            let count = read_more(&mut self.reader, &mut self.text, more)
                .map_err(|error| io_fault("file", self.name, error))?;
            self.ended = count < more;
        }
    }

    /// The first rows, as text.
    pub(super) fn rows(&self) -> Vec<Fields> {
        self.rows_from(self.at)
    }

    pub(super) fn rows_from(&self, from: usize) -> Vec<Fields> {
        let text = &self.text[from..];
        let mut tokenizer = Tokenizer::new(text, self.dialect, false);
        let (mut rows, mut spans) = (Vec::new(), Vec::new());
        while rows.len() < SAMPLE_ROWS
            && let Next::Record(record) = tokenizer.next(&mut spans)
        {
            let is_last = tokenizer.position() >= text.len() && !rows.is_empty();
            if !self.ended && (tokenizer.ran_out() || is_last) {
                break;
            }
            if record.flaw.is_none() {
                let field = |span: &Span| String::from_utf8_lossy(span.bytes(text)).into_owned();
                rows.push(spans.iter().map(field).collect());
            }
            spans.clear();
        }
        rows
    }

    /// Steps over rows above the table; answers what they hold.
    pub(super) fn take_above(&mut self, rows: usize) -> Result<Vec<String>, Fault> {
        let mut above = Vec::new();
        while above.len() < rows {
            let row = self.first_row()?;
            let text = String::from_utf8_lossy(&self.text[row.start..row.row_end]);
            let text = text.trim_end_matches(|end| char::from(self.dialect.delimiter) == end);
            above.push(shorten(text.trim()));
            self.at = row.end;
        }
        Ok(above)
    }

    /// The next row.
    pub(super) fn first_row(&self) -> Result<FirstRow, Fault> {
        let rest = &self.text[self.at..];
        let mut fields = Vec::new();
        let mut tokenizer = Tokenizer::new(rest, self.dialect, false);
        let before = u64::from(count_lines(&self.text[..self.at]));
        match tokenizer.next(&mut fields) {
            Next::Record(record) if record.flaw.is_none() => Ok(FirstRow {
                fields: fields.iter().map(|span| span.moved(self.at)).collect(),
                line: before + u64::from(record.line) + 1,
                start: self.at + record.start as usize,
                row_end: self.at + record.end as usize,
                end: self.at + tokenizer.position().min(rest.len()),
            }),
            Next::Record(record) => {
                let line = before + u64::from(record.line) + 1;
                Err(Fault::data(format!(
                    "file `{}`, line {line}: the quotes of the first row are not in order",
                    self.name
                ))
                .hint("close the quote and double quotes inside of values, or set `quote` to an empty text when quotes have no meaning in the file"))
            }
            Next::End => Err(Fault::data(format!("file `{}` has no rows", self.name))
                .hint("a CSV file needs at least a row with the names of its columns; see `skip_lines` and `comment`")),
        }
    }

    /// A field of the first row as the name of a column; spaces around it count only in quotes.
    pub(super) fn name(&self, span: Span, line: u64) -> Result<String, Fault> {
        let mut field = span.bytes(&self.text).to_vec();
        if span.is_doubled() {
            let mut plain = Vec::new();
            self.dialect.unescape(&field, &mut plain);
            field = plain;
        }
        let field = String::from_utf8(field).map_err(|error| {
            let shown = String::from_utf8_lossy(error.as_bytes());
            Fault::data(format!(
                "file `{}`, line {line}: the name `{shown}` is not in the encoding of the file",
                self.name
            ))
            .hint("set `encoding`, or save the file as UTF-8")
        })?;
        Ok(if span.is_quoted() { field } else { field.trim().to_owned() })
    }
}
