//! Texts of rows that enter, in the types of the columns there.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use towpath_connect::types::{Logical, canonical, describe, logical};
use towpath_connect::{ColumnFit, Fitter, Reject, RejectSink, TextCheck};
use towpath_model::Fault;

use super::{Entered, Entry, EntryRow};
use crate::graph::GivenRows;

/// The rows that fit the columns of `schema`, and which they are; the others go to the sink.
///
/// Sources may leave columns out
/// that nobody reads, so columns of them that a row does not name are null; elsewhere every column must be there.
pub(crate) fn typed(
    entry: &Entry,
    schema: &SchemaRef,
    is_source: bool,
    sink: &dyn RejectSink,
) -> Result<(GivenRows, Entered), Fault> {
    let own = |field: &FieldRef| match is_source {
        true => Arc::new(field.as_ref().clone().with_nullable(true)),
        false => Arc::clone(field),
    };
    let schema = Arc::new(Schema::new(schema.fields().iter().map(own).collect::<Vec<_>>()));
    let mut whole: Vec<&EntryRow> = Vec::with_capacity(entry.rows.len());
    for row in &entry.rows {
        match unusable(row, &schema, is_source) {
            Some((column, reason)) => sink.reject(refused(row, Some(column), reason))?,
            None => whole.push(row),
        }
    }
    let texts = Schema::new(schema.fields().iter().map(as_text).collect::<Vec<_>>());
    let columns = schema.fields().iter().map(|field| {
        let values = whole.iter().map(|row| row.values.get(field.name()).and_then(Option::as_deref));
        Arc::new(values.collect::<StringArray>()) as ArrayRef
    });
    let options = RecordBatchOptions::new().with_row_count(Some(whole.len()));
    let batch = RecordBatch::try_new_with_options(Arc::new(texts), columns.collect(), &options)
        .map_err(|error| Fault::internal(format!("corrected rows do not form a batch: {error}")))?;
    let fits = schema.fields().iter().map(|field| fit(field)).collect();
    let (fitted, rejects) = Fitter::new(batch.schema(), fits)?.fit_rows(batch)?;
    let mut left = vec![false; whole.len()];
    for (at, reject) in rejects {
        left[at] = true;
        sink.reject(Reject { value: reject.value, ..refused(whole[at], reject.column, reject.reason) })?;
    }
    let exact = schema.fields().iter().zip(fitted.columns()).map(|(field, array)| {
        cast(array, field.data_type())
            .map_err(|error| Fault::data(format!("column `{}` cannot be given back: {error}", field.name())))
    });
    let options = RecordBatchOptions::new().with_row_count(Some(fitted.num_rows()));
    let batch =
        RecordBatch::try_new_with_options(Arc::clone(&schema), exact.collect::<Result<_, _>>()?, &options)
            .map_err(|error| {
                Fault::data(format!("corrected rows do not have the columns of `{}`: {error}", entry.node))
            })?;
    let kept = whole.iter().zip(left).filter(|(_, left)| !left);
    let rows = kept.map(|(row, _)| (row.number, row.place.clone())).collect();
    let is_alone = entry.rows.len() == 1;
    Ok(((schema, vec![batch]), Entered { node: entry.node.clone(), rows, is_alone }))
}

/// What of a row cannot be brought into the columns at all: its column and why.
fn unusable(row: &EntryRow, schema: &Schema, is_source: bool) -> Option<(String, String)> {
    schema.fields().iter().find_map(|field| {
        let why = match row.values.get(field.name()) {
            None if !is_source => "the row has no value for it, not even an empty one".to_owned(),
            Some(Some(_)) if !comes_from_text(field) => {
                format!("values of type {} cannot be given back as text", describe(field))
            }
            _ => return None,
        };
        Some((field.name().clone(), why))
    })
}

fn comes_from_text(field: &Field) -> bool {
    !matches!(canonical(field.data_type()), DataType::Binary | DataType::List(_))
        && !field.data_type().is_nested()
}

fn as_text(field: &FieldRef) -> Field {
    Field::new(field.name(), DataType::Utf8, true)
}

/// What a column takes: its type in the form that text is brought into, and the form of text that stands for more.
fn fit(field: &Field) -> ColumnFit {
    let data_type = match comes_from_text(field) {
        true => canonical(field.data_type()),
        // Only nulls are left of these.
        false => DataType::Utf8,
    };
    let check = match logical(field) {
        Some(Logical::Uuid) => Some(TextCheck::Uuid),
        Some(Logical::Json) => Some(TextCheck::Json),
        Some(Logical::Numeric) => Some(TextCheck::Numeric),
        _ => None,
    };
    ColumnFit {
        native: describe(field),
        nullable: field.is_nullable(),
        infinite_times: true,
        check,
        ..ColumnFit::new(field.name(), data_type)
    }
}

fn refused(row: &EntryRow, column: Option<String>, reason: String) -> Reject {
    let value = |name: &String| row.values.get(name).cloned().flatten();
    Reject {
        place: row.place.clone(),
        value: column.as_ref().and_then(value),
        column,
        reason,
        original: serde_json::to_string(&row.values).unwrap_or_default(),
        corrects: Some(row.number),
        ..Reject::default()
    }
}
