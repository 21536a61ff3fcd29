//! Fixed width: lines whose columns stand at fixed places.
//!
//! Places count characters, not bytes, so that an accent does not shift the rest of its line. Spaces around a value
//! mean nothing; a column of nothing but spaces is null. A line that is too short has nulls at its end, and a line
//! with text outside of every column goes to quarantine: a wrong place would otherwise cut values silently.

pub(super) mod config;

use std::io::{BufRead, BufReader, Read};

use towpath_model::Fault;

use self::config::{Fixed, FixedColumn};
use super::pieces::RECORD_BYTES;
use super::place::FileRef;
use super::rows::{Refusal, Row, Sort, Walk};
use super::text::Text;
use super::trouble::io_fault;

/// Walks through the lines of one file.
pub(super) struct FixedWidth {
    lines: BufReader<Box<dyn Read + Send>>,
    file: String,
    columns: Vec<FixedColumn>,
    names: Vec<String>,
    skip: u64,
    line: u64,
    buffer: Vec<u8>,
    notes: Vec<String>,
}

impl FixedWidth {
    pub(super) fn new(file: &FileRef, settings: &Fixed, text: Text) -> Self {
        FixedWidth {
            lines: BufReader::with_capacity(1 << 16, text.reader),
            notes: text.notes,
            file: file.name.clone(),
            names: settings.columns.iter().map(|column| column.name.clone()).collect(),
            columns: settings.columns.clone(),
            skip: settings.skip_rows,
            line: 0,
            buffer: Vec::new(),
        }
    }

    /// Reads the next line without its end; answers whether there was one.
    fn line(&mut self) -> Result<bool, Fault> {
        self.buffer.clear();
        let most = RECORD_BYTES as u64;
        let read = self.lines.by_ref().take(most).read_until(b'\n', &mut self.buffer);
        if read.map_err(|error| io_fault("file", &self.file, error))? == 0 {
            return Ok(false);
        }
        self.line += 1;
        if self.buffer.len() as u64 == most {
            let message = format!("file `{}`, line {}: the line is longer than 128 MB", self.file, self.line);
            return Err(Fault::data(message).hint("set `format` to what the file is"));
        }
        if self.buffer.last() == Some(&b'\n') {
            self.buffer.pop();
        }
        if self.buffer.last() == Some(&b'\r') {
            self.buffer.pop();
        }
        Ok(true)
    }
}

impl Walk for FixedWidth {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }

    fn next(&mut self, row: &mut Row) -> Result<bool, Fault> {
        while self.line()? {
            if self.line <= self.skip || self.buffer.trim_ascii().is_empty() {
                continue;
            }
            row.line = self.line;
            row.original.extend_from_slice(&self.buffer);
            match std::str::from_utf8(&self.buffer) {
                Ok(text) => cut(text, &self.columns, row),
                Err(_) => row.refuse(Refusal {
                    column: None,
                    value: None,
                    reason: "the row is not UTF-8; bytes that are wrong are shown as `\\xE9`".into(),
                }),
            }
            return Ok(true);
        }
        Ok(false)
    }
}

/// Puts the columns of a line into a row.
fn cut(line: &str, columns: &[FixedColumn], row: &mut Row) {
    // Byte of each character, where they are not the same.
    let places: Option<Vec<usize>> =
        (!line.is_ascii()).then(|| line.char_indices().map(|(at, _)| at).collect());
    let byte = |character: usize| match &places {
        None => character.min(line.len()),
        Some(places) => places.get(character).copied().unwrap_or(line.len()),
    };
    let mut rest = 0;
    for (place, column) in columns.iter().enumerate() {
        let (start, end) = (byte(column.start - 1), byte(column.start - 1 + column.width));
        if outside(line, rest, start, row) {
            return;
        }
        rest = end;
        let value = line[start..end].trim();
        if !value.is_empty() {
            row.set(place, Sort::Value, value.as_bytes());
        }
    }
    outside(line, rest, line.len(), row);
}

/// Refuses a row with text that no column takes.
fn outside(line: &str, from: usize, to: usize, row: &mut Row) -> bool {
    let text = line[from.min(to)..to].trim();
    if !text.is_empty() {
        let character = line[..from].chars().count() + 1;
        row.refuse(Refusal {
            column: None,
            value: Some(text.to_owned()),
            reason: format!("text from character {character} on stands in no column"),
        });
    }
    !text.is_empty()
}
