//! Walked rows as batches, every value checked against the type of its column.

use std::collections::HashMap;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::FieldRef;
use towpath_connect::Reject;
use towpath_connect::types::describe;
use towpath_model::Fault;

use super::{Row, Sort, Walk};
use crate::file::cells::escape;
use crate::file::column::{Column, Data};
use crate::file::infer::Kind;
use crate::file::notation::{Reading, Readings};
use crate::file::place::FileRef;
use crate::file::reading::{Output, Shape, plain_values, shorten, visible, without};

/// Reads one file to its end, or until no more rows are wanted.
pub(in crate::file) fn read(
    walk: &mut dyn Walk,
    file: &FileRef,
    readings: &Readings,
    output: &mut Output,
) -> Result<(), Fault> {
    let plan = Plan::new(file, readings, output);
    let mut places = Places::new(&plan);
    while output.flow().is_continue() {
        let filled = plan.fill(walk, &mut places, plan.batch_rows.min(output.remaining()))?;
        for reject in filled.rejects {
            output.reject(reject)?;
        }
        if output.send(filled.batch)?.is_break() {
            break;
        }
        // What came before a fault was handed on.
        if !filled.end? {
            break;
        }
    }
    Ok(())
}

/// What is wanted of a file; the same for all of its parts.
pub(super) struct Plan<'a> {
    file: &'a FileRef,
    /// Columns of the stream that do not come from the names of folders, by name.
    known: HashMap<String, usize>,
    shape: Shape,
    wanted: Vec<Wanted>,
    pub(super) batch_rows: usize,
}

/// A column that is wanted: its place in the stream, its field and how its values are written.
type Wanted = (usize, FieldRef, Reading);

/// Places of columns in a walk, by their places in the stream. A walk may find more columns on its way.
pub(super) struct Places {
    places: Vec<Option<usize>>,
    seen: usize,
    row: Row,
}

impl Places {
    pub(super) fn new(plan: &Plan<'_>) -> Self {
        Places { places: vec![None; plan.known.len()], seen: 0, row: Row::default() }
    }

    fn look(&mut self, names: &[String], plan: &Plan<'_>) -> Result<(), Fault> {
        for (place, name) in names.iter().enumerate().skip(self.seen) {
            let known = plan.known.get(name).ok_or_else(|| appeared(plan.file, name))?;
            self.places[*known] = Some(place);
        }
        self.seen = names.len();
        Ok(())
    }
}

/// Rows of a walk, as far as a batch has room.
pub(super) struct Filled {
    pub(super) batch: RecordBatch,
    pub(super) rejects: Vec<Reject>,
    /// Whether there may be more, or why there cannot be.
    pub(super) end: Result<bool, Fault>,
}

impl<'a> Plan<'a> {
    pub(super) fn new(file: &'a FileRef, readings: &Readings, output: &Output) -> Self {
        let fields = output.request.schema.fields().iter().map(|field| field.name().clone());
        let own = |name: &String| !file.partitions.iter().any(|(key, _)| key == name);
        let names: Vec<String> = fields.filter(own).collect();
        let shape = Shape::new(&output.schema, names.iter().map(String::as_str), file);
        let reading = |field: &FieldRef| readings.get(field.name()).copied().unwrap_or_default();
        Plan {
            file,
            wanted: shape.wanted().map(|(place, field)| (place, field.clone(), reading(field))).collect(),
            shape,
            batch_rows: output.request.batch_rows.max(1),
            known: names.into_iter().enumerate().map(|(place, name)| (name, place)).collect(),
        }
    }

    /// Walks until there are `room` rows, or as many that cannot be used.
    pub(super) fn fill(
        &self,
        walk: &mut dyn Walk,
        places: &mut Places,
        room: usize,
    ) -> Result<Filled, Fault> {
        let mut batch = Batch::new(&self.wanted, room)?;
        let (mut rejects, mut end) = (Vec::new(), Ok(true));
        while batch.rows < room && rejects.len() < self.batch_rows {
            places.row.clear();
            match walk.next(&mut places.row) {
                Ok(true) => {}
                other => {
                    end = other;
                    break;
                }
            }
            places.look(walk.names(), self)?;
            let row = &places.row;
            let misfit = match &row.refusal {
                Some(refusal) => {
                    let at = refusal
                        .column
                        .as_ref()
                        .and_then(|column| walk.names().iter().position(|name| name == column));
                    let reject = Reject {
                        column: refusal.column.clone(),
                        value: refusal.value.clone(),
                        reason: refusal.reason.clone(),
                        ..Reject::default()
                    };
                    Some((at, reject))
                }
                None => batch.push(row, &places.places, &self.shape),
            };
            if let Some((at, misfit)) = misfit {
                let place = row.place(&self.file.name, at.and_then(|at| walk.letters(at)));
                rejects.push(Reject { place, original: row.shown(walk.names()), ..misfit });
            }
        }
        let Batch { columns, rows, bad, .. } = batch;
        let columns: Vec<ArrayRef> = columns.into_iter().map(Column::finish).collect::<Result<_, Fault>>()?;
        let batch = without(self.shape.assemble(rows, columns)?, &bad)?;
        Ok(Filled { batch, rejects, end })
    }
}

fn appeared(file: &FileRef, name: &str) -> Fault {
    Fault::contract(format!("file `{}` changed while it was read: column `{name}` appeared", file.name))
        .hint("run again")
}

/// A batch under construction.
struct Batch<'a> {
    wanted: &'a [Wanted],
    columns: Vec<Column>,
    rows: usize,
    /// Rows that hold a value that does not fit, in order.
    bad: Vec<usize>,
}

impl<'a> Batch<'a> {
    fn new(wanted: &'a [Wanted], room: usize) -> Result<Self, Fault> {
        let column = |(_, field, reading): &Wanted| Column::read_as(field, room, *reading);
        let columns = wanted.iter().map(column).collect::<Result<_, _>>()?;
        Ok(Batch { wanted, columns, rows: 0, bad: Vec::new() })
    }

    /// Adds a row; answers what is wrong with it, and the place of the value in the file.
    fn push(
        &mut self,
        row: &Row,
        places: &[Option<usize>],
        shape: &Shape,
    ) -> Option<(Option<usize>, Reject)> {
        let mut misfit = None;
        for ((place, field, _), column) in self.wanted.iter().zip(&mut self.columns) {
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
            values: plain(self.wanted, shape, row, places),
            column: Some(field.name().clone()),
            reason: format!("`{}` is not of type {}", shorten(&value), describe(field)),
            value: Some(value),
            ..Reject::default()
        };
        Some((at, reject))
    }
}

/// The values of a row in plain notation.
fn plain(wanted: &[Wanted], shape: &Shape, row: &Row, places: &[Option<usize>]) -> Option<String> {
    let mut columns = Vec::with_capacity(wanted.len());
    for (place, field, reading) in wanted {
        let mut column = Column::read_as(field, 1, *reading).ok()?;
        let (sort, bytes) = places[*place].map_or((Sort::Null, &[][..]), |place| row.cell(place));
        let misfit = (!push(&mut column, sort, bytes)).then(|| visible(bytes));
        columns.push((column, misfit));
    }
    plain_values(shape, columns)
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
        // Text among lists and objects becomes JSON like them.
        Sort::Value | Sort::Loose | Sort::Text if matches!(column.data, Data::Json(_)) => {
            let mut text = vec![b'"'];
            escape(bytes, &mut text);
            text.push(b'"');
            column.push(&text)
        }
        Sort::Value | Sort::Loose | Sort::Text | Sort::Known(_) => column.push(bytes),
    }
}
