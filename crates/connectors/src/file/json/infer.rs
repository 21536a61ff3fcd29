//! The columns of a JSON file and their types, decided over all of its records; on the way, the places where it may
//! be cut.

use std::collections::HashMap;
use std::ops::ControlFlow;

use towpath_model::Fault;

use super::cut::Cutter;
use super::object::{Value, members, unescape};
use crate::file::chunks::{Border, Borders};
use crate::file::infer::{Evidence, Kind, Pass};
use crate::file::pieces::{Piece, in_order};
use crate::file::place::FileRef;

/// Most columns. More means that keys are data, not names.
const MOST_COLUMNS: usize = 10_000;

/// What was seen of a piece or file.
#[derive(Default)]
pub(in crate::file) struct Seen {
    /// Names in the order of their first appearance.
    pub(in crate::file) columns: Vec<(String, Evidence)>,
    places: HashMap<Vec<u8>, usize>,
    pub(in crate::file) borders: Borders,
    /// The file was not looked at to its end.
    pub(in crate::file) is_cut: bool,
    /// Records that are no objects.
    bad: u64,
    before: u64,
    bytes: u64,
}

/// Looks at every value of a file.
pub(in crate::file) fn infer(mut cutter: Cutter, file: &FileRef, pass: Pass) -> Result<Seen, Fault> {
    let mut all = Seen::default();
    all.borders.first.at = cutter.start();
    let take = |piece: Seen| {
        let rows = all.borders.rows;
        let borders =
            piece.borders.later.into_iter().map(|border| Border { row: rows + border.row, ..border });
        all.borders.later.extend(borders);
        all.borders.rows += piece.borders.rows;
        all.bad += piece.bad;
        all.bytes += piece.bytes;
        for (name, evidence) in piece.columns {
            let place = all.column(name.as_bytes(), &name);
            all.columns[place].1.merge(evidence, piece.before);
        }
        if all.columns.len() > MOST_COLUMNS {
            return Err(Fault::data(format!("file `{}` has more than {MOST_COLUMNS} different keys", file.name))
                .hint("its keys seem to be data; a file with one object per thing, and the key inside it, is needed"));
        }
        all.is_cut = all.bytes >= pass.most_bytes;
        Ok(if all.is_cut { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    };
    in_order(pass.threads, |piece| cutter.next(piece), |piece| look(piece, pass.gap), take)?;
    if all.borders.rows == 0 && all.bad > 0 {
        return Err(Fault::data(format!("file `{}` holds no JSON object that can be read", file.name)).hint(
            "with one object per line set `format: ndjson`, otherwise `format: json`; see also `records`",
        ));
    }
    Ok(all)
}

fn look(piece: &Piece, gap: u64) -> Seen {
    let mut seen = Seen { before: piece.before, bytes: piece.data.len() as u64, ..Seen::default() };
    let mut next_border = 0;
    let mut found: Vec<(usize, Value<'_>)> = Vec::new();
    let mut scratch = Vec::new();
    for record in &piece.records {
        found.clear();
        let at = u64::from(record.start);
        if at >= next_border {
            let line = piece.before + u64::from(record.line);
            seen.borders.later.push(Border { at: piece.start + at, line, row: seen.borders.rows });
            next_border = at.saturating_add(gap);
        }
        let text = &piece.data[record.start as usize..record.end as usize];
        let (mut last, known) = (usize::MAX, seen.columns.len());
        let result = members(text, |key, escaped, value| {
            let place = seen.place(key, escaped, last.wrapping_add(1))?;
            last = place;
            found.push((place, value));
            Ok(())
        });
        if result.is_err() || std::str::from_utf8(text).is_err() {
            seen.bad += 1;
            seen.forget(known);
            continue;
        }
        seen.borders.rows += 1;
        let line = || u64::from(record.line) + 1;
        for (place, value) in &found {
            let evidence = &mut seen.columns[*place].1;
            match value {
                Value::Null => {}
                Value::Boolean(value) => {
                    evidence.add(Kind::Boolean, if *value { b"true" } else { b"false" }, line);
                }
                Value::Number(number) => evidence.observe_number(number, line),
                Value::Text(..) if evidence.is_text() => {}
                Value::Text(text, false) => evidence.observe_string(text, line),
                Value::Text(text, true) => {
                    scratch.clear();
                    if unescape(text, &mut scratch).is_some() {
                        evidence.observe_string(&scratch, line);
                    }
                }
                Value::Nested(text) => evidence.add(Kind::Nested, text, line),
            }
        }
    }
    seen
}

impl Seen {
    /// The place of a key. Records mostly have the same keys in the same order, so the guess is mostly right.
    fn place(&mut self, key: &[u8], escaped: bool, guess: usize) -> Result<usize, &'static str> {
        if !escaped {
            if self.columns.get(guess).is_some_and(|(name, _)| name.as_bytes() == key) {
                return Ok(guess);
            }
            if let Some(place) = self.places.get(key) {
                return Ok(*place);
            }
        }
        let name = name(key, escaped)?;
        Ok(self.column(name.as_bytes(), &name))
    }

    /// Takes back the columns that a record brought which cannot be read.
    fn forget(&mut self, known: usize) {
        for (name, _) in self.columns.drain(known..) {
            self.places.remove(name.as_bytes());
        }
    }

    fn column(&mut self, key: &[u8], name: &str) -> usize {
        if let Some(place) = self.places.get(key) {
            return *place;
        }
        let place = self.columns.len();
        self.places.insert(key.to_vec(), place);
        self.columns.push((name.to_owned(), Evidence::default()));
        place
    }
}

/// A key as it is meant.
pub(in crate::file) fn name(key: &[u8], escaped: bool) -> Result<String, &'static str> {
    let mut plain = Vec::with_capacity(key.len());
    if escaped {
        unescape(key, &mut plain).ok_or("a key holds an escape that JSON does not know")?;
    } else {
        plain.extend_from_slice(key);
    }
    String::from_utf8(plain).map_err(|_| "a key is not UTF-8")
}
