//! The fit of rows to the columns of a table.
//!
//! A value that does not fit its column never becomes null and is never rounded or cut: its row leaves the batch
//! with the original value and the reason. [`Fitter::fit`] turns a batch of any Arrow types into one of exactly the
//! types a [`crate::Load`] takes; where types and limits already agree it costs nothing.
//!
//! A column passes two steps: the conversion to the type of the load (`convert` and the modules of one target
//! type each), then the checks of the column (`check`, `limits`). All note the rows that fail in `Misfits`; the first
//! failing column of a row is the one that is reported. In a column that discards values, only the value leaves: the
//! row goes on with a null, and the reject says so.
//!
//! What a conversion may do, and what it refuses:
//! - numbers change their type only when the value stays the same; a floating-point number keeps the decimal
//!   digits it is shown with (`0.1` stays `0.1`);
//! - a wall-clock time never becomes an instant or the other way round, because that needs a time zone that
//!   nobody named: such a pair of types is refused before the load;
//! - a timestamp becomes a date only at midnight;
//! - text becomes another type when it is a strict form of it, without blanks around;
//! - text becomes binary as its UTF-8 bytes, binary never becomes text;
//! - lists, structs and maps become JSON text.

mod check;
mod column;
mod convert;
mod limits;
mod misfit;
mod moment;
mod nested;
mod number;
mod text;

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions, new_empty_array};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{Field, Schema, SchemaRef};
use towpath_model::Fault;

pub use self::column::{Characters, ColumnFit, TextCheck};
use self::misfit::Misfits;
use crate::cells::{row_as_json as whole_row, value_as_text};
use crate::reject::Reject;
use crate::types;

/// A whole row as a JSON object, for [`Reject::original`].
pub fn row_as_json(batch: &RecordBatch, row: usize) -> String {
    whole_row(batch, row)
}

/// Fits batches of one schema to the columns of one load.
#[derive(Debug)]
pub struct Fitter {
    /// The incoming column of each column of the load.
    picks: Vec<usize>,
    columns: Vec<ColumnFit>,
    fitted: SchemaRef,
    rows_seen: u64,
}

impl Fitter {
    /// A fitter from `schema` to `columns`, which stand in the same order. Incoming columns that the load leaves
    /// out have no entry in `columns`. A pair of types that no value can pass is a fault.
    pub fn new(schema: SchemaRef, columns: Vec<ColumnFit>) -> Result<Self, Fault> {
        let picks = pick(&schema, &columns)?;
        let mut fields = Vec::with_capacity(columns.len());
        for (column, index) in columns.iter().zip(&picks) {
            let field = schema.field(*index);
            // The rules decide on types alone, so an empty array finds out whether there is one.
            let probe = new_empty_array(field.data_type());
            let fitted = fit_column(&probe, field, column, &mut Misfits::default())?;
            if fitted.data_type() != &column.data_type {
                return Err(Fault::internal(format!("column `{}` is fitted to another type", column.name)));
            }
            let fitted = Field::new(&column.name, column.data_type.clone(), true);
            fields.push(fitted.with_metadata(field.metadata().clone()));
        }
        let fitted = Arc::new(Schema::new(fields).with_metadata(schema.metadata().clone()));
        Ok(Fitter { picks, columns, fitted, rows_seen: 0 })
    }

    /// The rows that fit, in the types of the load, and the others, with the values that are left out of rows.
    pub fn fit(&mut self, batch: RecordBatch) -> Result<(RecordBatch, Vec<Reject>), Fault> {
        let (fitted, rejects) = self.fit_rows(batch)?;
        Ok((fitted, rejects.into_iter().map(|(_, reject)| reject).collect()))
    }

    /// Like [`Fitter::fit`], and says of each reject which row of the batch it was, for who knows a better place.
    pub fn fit_rows(&mut self, batch: RecordBatch) -> Result<(RecordBatch, Vec<(usize, Reject)>), Fault> {
        let first = self.rows_seen + 1;
        self.rows_seen += batch.num_rows() as u64;
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(self.columns.len());
        let mut failed: Vec<Option<(usize, String)>> = Vec::new();
        let mut discarded: Vec<(usize, usize, String)> = Vec::new();
        for (position, (column, index)) in self.columns.iter().zip(&self.picks).enumerate() {
            let mut misfits = Misfits::default();
            let field = batch.schema_ref().field(*index);
            let fitted = fit_column(batch.column(*index), field, column, &mut misfits)?;
            if misfits.is_empty() {
                arrays.push(fitted);
                continue;
            }
            if column.discards_values && column.nullable {
                arrays.push(misfits.without(&fitted)?);
                discarded.extend(misfits.into_rows().map(|(row, reason)| (row, position, reason)));
                continue;
            }
            arrays.push(fitted);
            failed.resize(batch.num_rows(), None);
            for (row, reason) in misfits.into_rows() {
                failed[row].get_or_insert((position, reason));
            }
        }
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        let mut fitted = RecordBatch::try_new_with_options(self.fitted.clone(), arrays, &options)
            .map_err(|error| Fault::internal(format!("fitted rows do not form a batch: {error}")))?;
        let reject = |row: usize, position: usize, reason: String, value_only: bool| Reject {
            place: format!("row {}", first + row as u64),
            column: Some(self.columns[position].name.clone()),
            value: value_as_text(batch.column(self.picks[position]), row),
            reason,
            original: whole_row(&batch, row),
            value_only,
            ..Reject::default()
        };
        // A row that leaves takes all its values along.
        discarded.retain(|(row, ..)| failed.get(*row).is_none_or(Option::is_none));
        let mut rejects: Vec<(usize, Reject)> = discarded
            .into_iter()
            .map(|(row, position, reason)| (row, reject(row, position, reason, true)))
            .collect();
        if !failed.is_empty() {
            let keep: BooleanArray = failed.iter().map(|failure| Some(failure.is_none())).collect();
            fitted = filter_record_batch(&fitted, &keep).map_err(|error| {
                Fault::internal(format!("rows that do not fit cannot be taken out: {error}"))
            })?;
            for (row, failure) in failed.into_iter().enumerate() {
                if let Some((position, reason)) = failure {
                    rejects.push((row, reject(row, position, reason, false)));
                }
            }
        }
        rejects.sort_by_key(|(row, _)| *row);
        Ok((fitted, rejects))
    }
}

/// Finds the incoming column of each column of the load.
fn pick(schema: &Schema, columns: &[ColumnFit]) -> Result<Vec<usize>, Fault> {
    let mut picks = Vec::with_capacity(columns.len());
    let mut next = 0;
    for column in columns {
        let found = (next..schema.fields().len()).find(|index| schema.field(*index).name() == &column.name);
        let index = found.ok_or_else(|| {
            Fault::internal(format!(
                "the load takes a column `{}` that the rows do not have there",
                column.name
            ))
        })?;
        picks.push(index);
        next = index + 1;
    }
    Ok(picks)
}

fn fit_column(
    array: &ArrayRef,
    field: &Field,
    column: &ColumnFit,
    misfits: &mut Misfits,
) -> Result<ArrayRef, Fault> {
    let Some(fitted) = convert::convert(array, column, misfits)? else {
        return Err(impossible(field, column));
    };
    let fitted = check::check(fitted, field, column, misfits)?;
    limits::limits(&fitted, column, misfits);
    if column.absent {
        misfits.values(&fitted, &column.name);
    }
    if !column.nullable {
        misfits.nulls(&fitted, &column.name);
    }
    Ok(fitted)
}

fn impossible(field: &Field, column: &ColumnFit) -> Fault {
    let (from, to) = (types::describe(field), &column.native);
    let fault = Fault::contract(format!(
        "column `{}` is {from} and cannot be stored as {to} without changing its values",
        column.name
    ));
    match (moment::is_zoned(field.data_type()), moment::is_zoned(&column.data_type)) {
        (Some(false), Some(true)) => fault.hint(
            "the values are readings of a clock without a time zone; name the zone in a transform, for example \
             `created at time zone 'Europe/Brussels'`",
        ),
        (Some(true), Some(false)) => fault.hint(
            "the values are instants; turn them into readings of a clock in a transform, for example \
             `created at time zone 'Europe/Brussels'`",
        ),
        _ => fault.hint(format!("cast `{}` to a fitting type in a transform, or change the column", column.name)),
    }
}

#[cfg(test)]
mod tests;
