//! The columns of a walked file and their types, decided over all of its rows.

use std::collections::HashMap;

use towpath_model::Fault;

use super::{Row, Sort, Walk};
use crate::file::infer::Evidence;
use crate::file::place::FileRef;

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
}

/// Walks a file and looks at every value. `is_enough` is asked now and then whether the rest may be left out.
pub(in crate::file) fn infer(
    walk: &mut dyn Walk,
    file: &FileRef,
    is_enough: impl Fn() -> bool,
) -> Result<Seen, Fault> {
    let mut row = Row::default();
    let mut evidence: Vec<Evidence> = Vec::new();
    let (mut rows, mut is_whole) = (0, true);
    while walk.next(&mut row)? {
        let names = walk.names().len();
        if names > MOST_COLUMNS {
            return Err(too_many(file));
        }
        if evidence.len() < names {
            evidence.resize_with(names, Evidence::default);
        }
        if row.refusal.is_none() {
            rows += 1;
            for (place, evidence) in evidence.iter_mut().enumerate() {
                look(&row, place, evidence);
            }
        }
        row.clear();
        if rows % LOOK_ROWS == 0 && is_enough() {
            is_whole = false;
            break;
        }
    }
    evidence.resize_with(walk.names().len(), Evidence::default);
    let columns = walk.names().iter().cloned().zip(evidence).collect();
    Ok(Seen { columns, rows: is_whole.then_some(rows), notes: walk.notes() })
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

fn look(row: &Row, place: usize, evidence: &mut Evidence) {
    let (sort, bytes) = row.cell(place);
    let line = || row.line;
    match sort {
        Sort::Null => {}
        // Empty text fits every type: it is a value in a text column, and no value elsewhere.
        Sort::Value | Sort::Text if bytes.is_empty() => {}
        Sort::Value if evidence.is_text() => {}
        Sort::Value => evidence.observe(bytes, line),
        Sort::Text => evidence.observe_string(bytes, line),
        Sort::Number => evidence.observe_number(bytes, line),
        Sort::Known(kind) => evidence.add(kind, bytes, line),
    }
}
