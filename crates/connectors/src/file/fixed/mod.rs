//! Fixed width: lines whose columns stand at fixed places.
//!
//! Places count characters, not bytes, so that an accent does not shift the rest of its line. Spaces around a value
//! mean nothing; a column of nothing but spaces is null. A line that is too short has nulls at its end, and a line
//! with text outside of every column goes to quarantine: a wrong place would otherwise cut values silently.

pub(super) mod config;

use towpath_model::Fault;

use self::config::{Fixed, FixedColumn};
use super::line_cut::Lines;
use super::pieces::Piece;
use super::rows::pieces::Pieces;
use super::rows::{Refusal, Row, Sort, Walk};

/// Where the columns of a file stand.
#[derive(Debug)]
pub(super) struct FixedWidth {
    columns: Vec<FixedColumn>,
    names: Vec<String>,
    skip: u64,
}

impl FixedWidth {
    pub(super) fn new(settings: &Fixed) -> Self {
        FixedWidth {
            names: settings.columns.iter().map(|column| column.name.clone()).collect(),
            columns: settings.columns.clone(),
            skip: settings.skip_rows,
        }
    }
}

impl Pieces for FixedWidth {
    fn walk<'a>(&'a self, piece: &'a Piece) -> Box<dyn Walk + 'a> {
        Box::new(FixedWalk { fixed: self, lines: Lines::of(&piece.data), line: piece.before })
    }
}

/// Walks through the lines of a piece.
struct FixedWalk<'a> {
    fixed: &'a FixedWidth,
    lines: Lines<'a>,
    /// Lines of the file that were stepped over.
    line: u64,
}

impl Walk for FixedWalk<'_> {
    fn names(&self) -> &[String] {
        &self.fixed.names
    }

    fn next(&mut self, row: &mut Row) -> Result<bool, Fault> {
        for line in self.lines.by_ref() {
            self.line += 1;
            if self.line <= self.fixed.skip || line.trim_ascii().is_empty() {
                continue;
            }
            row.line = self.line;
            row.original.extend_from_slice(line);
            match std::str::from_utf8(line) {
                Ok(text) => cut(text, &self.fixed.columns, row),
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
