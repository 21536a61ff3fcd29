//! Formats that hold Arrow columns with their types: Parquet, and Arrow's own.

pub(super) mod ipc;
pub(super) mod parquet_read;
pub(super) mod parquet_write;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{Field, Schema};
use towpath_model::Fault;

use super::place::FileRef;
use super::reading::Shape;

/// The schema of a file without what other programs noted in it.
fn clean(schema: &Schema) -> Schema {
    let field = |field: &Field| {
        let mut metadata = field.metadata().clone();
        metadata.retain(|key, _| key.starts_with("towpath:"));
        field.clone().with_metadata(metadata)
    };
    Schema::new(schema.fields().iter().map(|known| field(known)).collect::<Vec<_>>())
}

/// Refuses a file whose columns have other types than the stream.
fn unchanged(stream: &Schema, file: &Schema, from: &FileRef) -> Result<(), Fault> {
    for field in stream.fields() {
        if let Some((_, found)) = file.column_with_name(field.name())
            && found.data_type() != field.data_type()
        {
            return Err(Fault::contract(format!(
                "file `{}` changed while it was read: the type of column `{}` is another one",
                from.name,
                field.name()
            ))
            .hint("run again"));
        }
    }
    Ok(())
}

/// The columns a shape wants, out of a batch that holds them in the order of the file.
fn in_wanted_order(batch: &RecordBatch, wanted: &[usize], sorted: &[usize]) -> Vec<ArrayRef> {
    let place = |column: &usize| sorted.binary_search(column).ok();
    wanted.iter().filter_map(place).map(|place| batch.column(place).clone()).collect()
}

/// The places of the wanted columns, as wanted and in the order of the file.
fn wanted(shape: &Shape) -> (Vec<usize>, Vec<usize>) {
    let wanted: Vec<usize> = shape.wanted().map(|(place, _)| place).collect();
    let mut sorted = wanted.clone();
    sorted.sort_unstable();
    sorted.dedup();
    (wanted, sorted)
}
