//! Walked rows as batches, every value checked against the type of its column.

use std::collections::HashMap;

use arrow::array::ArrayRef;
use arrow::datatypes::FieldRef;
use towpath_connect::Reject;
use towpath_connect::types::describe;
use towpath_model::Fault;

use super::{Row, Sort, Walk};
use crate::file::column::Column;
use crate::file::infer::Kind;
use crate::file::place::FileRef;
use crate::file::reading::{Output, Shape, shorten, visible, without};

/// Reads one file to its end, or until no more rows are wanted.
pub(in crate::file) fn read(
    mut walk: Box<dyn Walk>,
    file: &FileRef,
    output: &mut Output,
) -> Result<(), Fault> {
    let names = own_names(file, output);
    let known: HashMap<&str, usize> =
        names.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect();
    let shape = Shape::new(&output.schema, names.iter().map(String::as_str), file);
    let wanted: Vec<(usize, FieldRef)> =
        shape.wanted().map(|(place, field)| (place, field.clone())).collect();
    let batch_rows = output.request.batch_rows.max(1);
    let mut row = Row::default();
    // Place in the file, by place in the stream; the walk may find more columns on its way.
    let (mut seen, mut places) = (0, vec![None; names.len()]);
    let mut more = true;
    while more && output.flow().is_continue() {
        let mut batch = Batch::new(&wanted, batch_rows.min(output.remaining()))?;
        while batch.rows < batch.room {
            row.clear();
            more = walk.next(&mut row)?;
            if !more {
                break;
            }
            for (place, name) in walk.names().iter().enumerate().skip(seen) {
                let Some(known) = known.get(name.as_str()) else { return Err(appeared(file, name)) };
                places[*known] = Some(place);
            }
            seen = walk.names().len();
            if let Some(refusal) = row.refusal.take() {
                let column = refusal.column.as_ref();
                let at = column.and_then(|column| walk.names().iter().position(|name| name == column));
                output.reject(Reject {
                    place: row.place(&file.name, at.and_then(|at| walk.letters(at))),
                    column: refusal.column,
                    value: refusal.value,
                    reason: refusal.reason,
                    original: row.shown(walk.names()),
                    ..Reject::default()
                })?;
                continue;
            }
            if let Some((at, misfit)) = batch.push(&row, &places) {
                output.reject(Reject {
                    place: row.place(&file.name, at.and_then(|at| walk.letters(at))),
                    original: row.shown(walk.names()),
                    ..misfit
                })?;
            }
        }
        let Batch { columns, rows, bad, .. } = batch;
        let columns: Vec<ArrayRef> = columns.into_iter().map(Column::finish).collect::<Result<_, Fault>>()?;
        if output.send(without(shape.assemble(rows, columns)?, &bad)?)?.is_break() {
            break;
        }
    }
    Ok(())
}

/// The columns of the stream that do not come from the names of folders.
fn own_names(file: &FileRef, output: &Output) -> Vec<String> {
    let fields = output.request.schema.fields().iter().map(|field| field.name().clone());
    fields.filter(|name| !file.partitions.iter().any(|(key, _)| key == name)).collect()
}

fn appeared(file: &FileRef, name: &str) -> Fault {
    Fault::contract(format!("file `{}` changed while it was read: column `{name}` appeared", file.name))
        .hint("run again")
}

/// A batch under construction.
struct Batch<'a> {
    wanted: &'a [(usize, FieldRef)],
    columns: Vec<Column>,
    rows: usize,
    room: usize,
    /// Rows that hold a value that does not fit, in order.
    bad: Vec<usize>,
}

impl<'a> Batch<'a> {
    fn new(wanted: &'a [(usize, FieldRef)], room: usize) -> Result<Self, Fault> {
        let columns = wanted.iter().map(|(_, field)| Column::new(field, room)).collect::<Result<_, _>>()?;
        Ok(Batch { wanted, columns, rows: 0, room, bad: Vec::new() })
    }

    /// Adds a row; answers what is wrong with it, and the place of the value in the file.
    fn push(&mut self, row: &Row, places: &[Option<usize>]) -> Option<(Option<usize>, Reject)> {
        let mut misfit = None;
        for ((place, field), column) in self.wanted.iter().zip(&mut self.columns) {
            let (sort, bytes) = places[*place].map_or((Sort::Null, &[][..]), |place| row.cell(place));
            if !push(column, sort, bytes) && misfit.is_none() {
                misfit = Some((places[*place], field, bytes));
            }
        }
        self.rows += 1;
        let (at, field, bytes) = misfit?;
        self.bad.push(self.rows - 1);
        let value = visible(bytes);
        let reject = Reject {
            column: Some(field.name().clone()),
            reason: format!("`{}` is not of type {}", shorten(&value), describe(field)),
            value: Some(value),
            ..Reject::default()
        };
        Some((at, reject))
    }
}

/// Adds a cell to its column, or a placeholder when it does not fit; answers whether it fits.
fn push(column: &mut Column, sort: Sort, bytes: &[u8]) -> bool {
    match sort {
        Sort::Value | Sort::Loose | Sort::Text if bytes.is_empty() && !column.is_text() => {
            column.push_null();
            true
        }
        Sort::Null => {
            column.push_null();
            true
        }
        Sort::Number | Sort::Known(Kind::Int | Kind::Decimal | Kind::Scientific) => {
            column.push_json_number(bytes)
        }
        Sort::Value | Sort::Loose | Sort::Text | Sort::Known(_) => column.push(bytes),
    }
}
