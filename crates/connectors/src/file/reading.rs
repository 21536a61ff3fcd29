//! The batches of one file: which of its columns stand where.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions, new_null_array};
use arrow::datatypes::{Field, FieldRef, SchemaRef};
use towpath_connect::cells::value_as_text;
use towpath_model::Fault;

use super::column::Column;
use super::place::FileRef;
pub(super) use crate::blocking::{Output, broke_down, on_thread, shorten, stream, visible, without};

/// Where the columns of a batch come from, for one file.
#[derive(Debug)]
pub(super) struct Shape {
    schema: SchemaRef,
    origins: Vec<Origin>,
}

/// Where one column comes from.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Origin {
    /// The column of the file at this place.
    File(usize),
    /// The name of a folder.
    Folder(Option<String>),
    /// Nowhere: this file lacks the column.
    Missing,
}

impl Shape {
    /// Matches the columns of `schema` to those of a file by name.
    pub(super) fn new<'a>(schema: &SchemaRef, names: impl Iterator<Item = &'a str>, file: &FileRef) -> Self {
        let names: std::collections::HashMap<&str, usize> =
            names.enumerate().map(|(place, name)| (name, place)).collect();
        let origin = |field: &FieldRef| {
            if let Some(place) = names.get(field.name().as_str()) {
                return Origin::File(*place);
            }
            let folder = file.partitions.iter().find(|(key, _)| key == field.name());
            folder.map_or(Origin::Missing, |(_, value)| Origin::Folder(value.clone()))
        };
        Shape { origins: schema.fields().iter().map(origin).collect(), schema: schema.clone() }
    }

    /// The columns that come from the file: their place in the file and their field.
    pub(super) fn wanted(&self) -> impl Iterator<Item = (usize, &FieldRef)> {
        self.origins.iter().zip(self.schema.fields()).filter_map(|(origin, field)| match origin {
            Origin::File(place) => Some((*place, field)),
            _ => None,
        })
    }

    /// Puts a batch together from the columns of the file, in the order of [`Shape::wanted`].
    pub(super) fn assemble(&self, rows: usize, from_file: Vec<ArrayRef>) -> Result<RecordBatch, Fault> {
        let mut from_file = from_file.into_iter();
        let mut columns = Vec::with_capacity(self.origins.len());
        for (origin, field) in self.origins.iter().zip(self.schema.fields()) {
            columns.push(match origin {
                Origin::File(_) => {
                    from_file.next().ok_or_else(|| Fault::internal("a reader delivered too few columns"))?
                }
                Origin::Folder(value) => constant(field, value.as_deref(), rows)?,
                Origin::Missing => new_null_array(field.data_type(), rows),
            });
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)
            .map_err(|error| Fault::internal("a batch does not have the schema of its stream").cause(error))
    }
}

/// A column with the one value of a row that does not go on, and that value as it stands where it does not fit.
pub(super) type OneValue = (Column, Option<String>);

/// The values of one row in plain notation, by column, for [`towpath_connect::Reject::values`]; none when they cannot be
/// told. `columns` stand in the order of [`Shape::wanted`].
pub(super) fn plain_values(shape: &Shape, columns: Vec<OneValue>) -> Option<String> {
    let (columns, misfits): (Vec<Column>, Vec<Option<String>>) = columns.into_iter().unzip();
    let arrays = columns.into_iter().map(Column::finish).collect::<Result<Vec<_>, Fault>>().ok()?;
    let batch = shape.assemble(1, arrays).ok()?;
    let misfit = |name: &str| {
        let mut wanted = shape.wanted().zip(&misfits);
        wanted.find(|((_, field), _)| field.name() == name).and_then(|(_, misfit)| misfit.clone())
    };
    let fields = batch.schema_ref().fields().iter().zip(batch.columns());
    let values = fields.map(|(field, array)| {
        let value = misfit(field.name()).or_else(|| value_as_text(array, 0));
        (field.name().clone(), value.map_or(serde_json::Value::Null, serde_json::Value::String))
    });
    Some(serde_json::Value::Object(values.collect()).to_string())
}

fn constant(field: &Field, value: Option<&str>, rows: usize) -> Result<ArrayRef, Fault> {
    let mut column = Column::new(field, rows)?;
    for _ in 0..rows {
        match value {
            None => column.push_null(),
            Some(value) if column.push(value.as_bytes()) => {}
            Some(value) => {
                return Err(Fault::data(format!(
                    "folder `{}={value}` appeared after the type of its column was decided",
                    field.name()
                ))
                .hint("run again"));
            }
        }
    }
    column.finish()
}
