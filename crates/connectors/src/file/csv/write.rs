//! Rows as CSV.
//!
//! A null is an empty field, an empty text is `""`; so both come back as what they were. Values are quoted only
//! where they must be.

use std::io::Write;

use arrow::array::RecordBatch;
use towpath_model::Fault;

use crate::file::cells::{Cells, Sort};
use crate::file::config::LineEnd;
use crate::file::trouble::io_fault;
use crate::file::writing::{Encoder, Out};

/// Bytes that are gathered before they are handed on.
const BUFFER: usize = 1 << 16;

/// A CSV file under construction.
pub(in crate::file) struct CsvEncoder {
    out: Out,
    name: String,
    delimiter: u8,
    line_end: &'static [u8],
    /// For each column of the file, the incoming column it takes; `None` leaves it empty.
    columns: Vec<Option<usize>>,
    buffer: Vec<u8>,
}

impl CsvEncoder {
    /// Begins a file, with a first row of names when there are any.
    pub(in crate::file) fn new(
        out: Out,
        name: &str,
        delimiter: u8,
        line_end: LineEnd,
        header: Option<&[String]>,
        columns: Vec<Option<usize>>,
    ) -> Self {
        let mut buffer = Vec::with_capacity(2 * BUFFER);
        let line_end: &[u8] = match line_end {
            LineEnd::Lf => b"\n",
            LineEnd::Crlf => b"\r\n",
        };
        if let Some(names) = header {
            for (place, column) in names.iter().enumerate() {
                if place > 0 {
                    buffer.push(delimiter);
                }
                let start = buffer.len();
                buffer.extend_from_slice(column.as_bytes());
                quote_where_needed(&mut buffer, start, delimiter);
            }
            buffer.extend_from_slice(line_end);
        }
        CsvEncoder { out, name: name.to_owned(), delimiter, line_end, columns, buffer }
    }

    fn flush(&mut self) -> Result<(), Fault> {
        self.out.write_all(&self.buffer).map_err(|error| io_fault("file", &self.name, error))?;
        self.buffer.clear();
        Ok(())
    }
}

impl Encoder for CsvEncoder {
    fn write(&mut self, batch: RecordBatch) -> Result<(), Fault> {
        let schema = batch.schema();
        let cells = self
            .columns
            .iter()
            .map(|column| {
                column.map(|column| Cells::new(schema.field(column), batch.column(column))).transpose()
            })
            .collect::<Result<Vec<_>, Fault>>()?;
        let delimiter = self.delimiter;
        // Numbers and times never need quotes, unless somebody chose one of their characters as the delimiter.
        let odd = delimiter.is_ascii_alphanumeric() || b"+-.:".contains(&delimiter);
        for row in 0..batch.num_rows() {
            for (place, cells) in cells.iter().enumerate() {
                if place > 0 {
                    self.buffer.push(delimiter);
                }
                let Some(cells) = cells else { continue };
                if cells.is_null(row) {
                    continue;
                }
                let start = self.buffer.len();
                cells.text(row, &mut self.buffer);
                if odd || !matches!(cells.sort, Sort::Bare | Sort::Number) {
                    quote_where_needed(&mut self.buffer, start, delimiter);
                }
            }
            self.buffer.extend_from_slice(self.line_end);
            if self.buffer.len() >= BUFFER {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Out, Fault> {
        self.flush()?;
        Ok(self.out)
    }
}

/// Puts the value at the end of the buffer in quotes when it would be read as something else without.
fn quote_where_needed(buffer: &mut Vec<u8>, start: usize, delimiter: u8) {
    let value = &buffer[start..];
    let (Some(first), Some(last)) = (value.first(), value.last()) else {
        buffer.extend_from_slice(b"\"\"");
        return;
    };
    let plain = memchr::memchr3(delimiter, b'"', b'\n', value).is_none()
        && memchr::memchr(b'\r', value).is_none()
        && !first.is_ascii_whitespace()
        && !last.is_ascii_whitespace()
        // At the start of a file these bytes would be taken for a mark of the encoding.
        && *first != 0xef;
    if plain {
        return;
    }
    let quotes = memchr::memchr_iter(b'"', value).count();
    if quotes == 0 {
        buffer.push(b'"');
        buffer[start..].rotate_right(1);
        buffer.push(b'"');
        return;
    }
    let value = buffer.split_off(start);
    buffer.reserve(value.len() + quotes + 2);
    buffer.push(b'"');
    for byte in value {
        if byte == b'"' {
            buffer.push(b'"');
        }
        buffer.push(byte);
    }
    buffer.push(b'"');
}
