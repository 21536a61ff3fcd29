//! The columns of a walked file and their types, decided over all of its rows.

use std::collections::HashMap;

use towpath_connect::Fact;
use towpath_model::Fault;

use super::{Row, Sort, Walk};
use crate::file::infer::{Evidence, Kind};
use crate::file::place::FileRef;
use crate::file::reading::visible;
use crate::file::values;

/// Most columns. More means that names are data.
const MOST_COLUMNS: usize = 16_384;

/// Rows between two looks at how much was read.
const LOOK_ROWS: u64 = 1024;

/// What a whole file showed.
pub(in crate::file) struct Seen {
    /// Names in the order of their first appearance.
    pub(in crate::file) columns: Vec<(String, Evidence)>,
    /// Rows that can be used; `None` when the file was not walked to its end.
    pub(in crate::file) rows: Option<u64>,
    pub(in crate::file) notes: Vec<String>,
    pub(in crate::file) facts: Vec<Fact>,
}

/// Walks a file and looks at every value. `is_enough` is asked now and then whether the rest may be left out.
pub(in crate::file) fn infer(
    walk: &mut dyn Walk,
    file: &FileRef,
    is_enough: impl Fn() -> bool,
) -> Result<Seen, Fault> {
    let mut row = Row::default();
    let mut evidence: Vec<Looked> = Vec::new();
    let (mut rows, mut is_whole) = (0, true);
    while walk.next(&mut row)? {
        let names = walk.names().len();
        if names > MOST_COLUMNS {
            return Err(too_many(file));
        }
        if evidence.len() < names {
            evidence.resize_with(names, Looked::default);
        }
        if row.refusal.is_none() {
            rows += 1;
            for (place, looked) in evidence.iter_mut().enumerate() {
                look(&row, place, looked);
            }
        }
        row.clear();
        if rows % LOOK_ROWS == 0 && is_enough() {
            is_whole = false;
            break;
        }
    }
    evidence.resize_with(walk.names().len(), Looked::default);
    let mut notes = walk.notes();
    let finish = |(name, looked): (&String, Looked)| (name.clone(), looked.finish(name, &mut notes));
    let columns = walk.names().iter().zip(evidence).map(finish).collect();
    Ok(Seen { columns, rows: is_whole.then_some(rows), notes, facts: walk.facts() })
}

fn too_many(file: &FileRef) -> Fault {
    Fault::data(format!("file `{}` has more than {MOST_COLUMNS} columns", file.name))
        .hint("its names seem to be data; choose a smaller part of the file")
}

/// Columns of pieces, put together by name.
#[derive(Default)]
pub(super) struct Columns {
    pub(super) columns: Vec<(String, Evidence)>,
    places: HashMap<String, usize>,
}

impl Columns {
    /// Adds what a later piece showed.
    pub(super) fn add(&mut self, later: Vec<(String, Evidence)>, file: &FileRef) -> Result<(), Fault> {
        for (name, evidence) in later {
            if let Some(place) = self.places.get(&name) {
                self.columns[*place].1.merge(evidence, 0);
                continue;
            }
            self.places.insert(name.clone(), self.columns.len());
            self.columns.push((name, evidence));
        }
        if self.columns.len() > MOST_COLUMNS { Err(too_many(file)) } else { Ok(()) }
    }
}

/// What was seen of a column.
#[derive(Debug, Clone, Default)]
struct Looked {
    evidence: Evidence,
    /// The column has values that are more than text.
    has_values: bool,
    /// Numbers that are stored as text, and the first of them with its line.
    loose: u64,
    first_loose: Option<(u64, Vec<u8>)>,
}

impl Looked {
    /// Numbers that are stored as text are numbers beside others; a column of nothing else keeps its texts, because
    /// they may be codes.
    fn finish(self, name: &str, notes: &mut Vec<String>) -> Evidence {
        let Some((line, value)) = self.first_loose else { return self.evidence };
        let shown = visible(&value);
        if self.has_values {
            if !self.evidence.is_text() {
                let count = self.loose;
                notes.push(format!(
                    "column `{name}`: {count} numbers are stored as text, for example `{shown}` in row {line}; they are read as numbers"
                ));
            }
            return self.evidence;
        }
        if !self.evidence.is_number() {
            return self.evidence;
        }
        notes.push(format!(
            "column `{name}` stays text: all its numbers are stored as text, for example `{shown}` in row {line}; give it a type in `columns` to read them as numbers"
        ));
        let mut text = Evidence::default();
        text.add(Kind::Text, b"", || line);
        text
    }
}

fn look(row: &Row, place: usize, looked: &mut Looked) {
    let (sort, bytes) = row.cell(place);
    let line = || row.line;
    let evidence = &mut looked.evidence;
    looked.has_values |= matches!(sort, Sort::Number | Sort::Known(_));
    match sort {
        Sort::Null => {}
        // Empty text fits every type: it is a value in a text column, and no value elsewhere.
        Sort::Value | Sort::Loose | Sort::Text if bytes.is_empty() => {}
        Sort::Value | Sort::Loose if evidence.is_text() => {}
        Sort::Value => evidence.observe(bytes, line),
        Sort::Loose => {
            if values::plain_number(bytes.trim_ascii()).is_some() {
                looked.loose += 1;
                looked.first_loose.get_or_insert_with(|| (row.line, bytes.to_vec()));
            }
            evidence.observe(bytes, line);
        }
        Sort::Text => evidence.observe_string(bytes, line),
        Sort::Number => evidence.observe_number(bytes, line),
        Sort::Known(kind) => evidence.add(kind, bytes, line),
    }
}
