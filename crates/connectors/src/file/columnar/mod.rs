//! Formats that hold columns with their types: Parquet, Arrow's own, and Avro.
//!
//! Types that mean more than Arrow tells, UUID and JSON, are noted beside it by each format in its own way; they
//! become logical types here.

mod avro_blocks;
mod avro_check;
pub(super) mod avro_read;
mod avro_types;
pub(super) mod avro_write;
mod int96;
pub(super) mod ipc;
mod layout;
pub(super) mod parquet_read;
pub(super) mod parquet_write;

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema};
use towpath_connect::types::{Logical, logical, with_logical};
use towpath_model::Fault;

use super::bytes::packed;
use super::cells::Cells;
use super::config::ReadCompression;
use super::place::FileRef;
use super::reading::Shape;

/// Metadata key of the name of an Arrow extension type.
const EXTENSION: &str = "ARROW:extension:name";

/// The schema of a file without what other programs noted in it, but for what they mean; `meaning` tells what the
/// format knows of a column.
fn clean(schema: &Schema, meaning: impl Fn(usize, &Field) -> Option<Logical>) -> Schema {
    let field = |(place, field): (usize, &Arc<Field>)| {
        let extension = match field.metadata().get(EXTENSION).map(String::as_str) {
            Some("arrow.uuid") => Some(Logical::Uuid),
            Some("arrow.json") => Some(Logical::Json),
            _ => None,
        };
        let mut metadata = field.metadata().clone();
        metadata.retain(|key, _| key.starts_with("towpath:"));
        let plain = field.as_ref().clone().with_metadata(metadata);
        if logical(&plain).is_some() {
            return plain;
        }
        match (meaning(place, field).or(extension), field.data_type()) {
            (Some(Logical::Uuid), DataType::FixedSizeBinary(16)) => {
                with_logical(plain.with_data_type(DataType::Utf8), Logical::Uuid)
            }
            (Some(Logical::Json), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View) => {
                with_logical(plain, Logical::Json)
            }
            _ => plain,
        }
    };
    Schema::new(schema.fields().iter().enumerate().map(field).collect::<Vec<_>>())
}

/// Refuses a file that was compressed as a whole, by its first bytes.
fn refuse_packed(first: &[u8], name: &str, format: &str) -> Result<(), Fault> {
    let program = match packed(first) {
        ReadCompression::Gzip => "gunzip",
        ReadCompression::Zstd => "unzstd",
        ReadCompression::Auto | ReadCompression::None => return Ok(()),
    };
    let message = format!("file `{name}` was compressed as a whole; {format} carries its compression inside");
    Err(Fault::data(message).hint(format!("unpack the file first, for example with `{program}`")))
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
fn in_wanted_order(
    batch: &RecordBatch,
    shape: &Shape,
    wanted: &[usize],
    sorted: &[usize],
) -> Result<Vec<ArrayRef>, Fault> {
    let mut columns = Vec::with_capacity(wanted.len());
    for (column, (_, field)) in wanted.iter().zip(shape.wanted()) {
        let place = sorted.binary_search(column);
        let place = place.map_err(|_| Fault::internal("a column was not read that is wanted"))?;
        columns.push(meant(batch.column(place), field));
    }
    Ok(columns)
}

/// The column as its field means it: UUIDs are text.
fn meant(column: &ArrayRef, field: &Field) -> ArrayRef {
    if logical(field) != Some(Logical::Uuid) || column.data_type() != &DataType::FixedSizeBinary(16) {
        return Arc::clone(column);
    }
    let bytes = column.as_fixed_size_binary();
    let mut texts = StringBuilder::with_capacity(bytes.len(), bytes.len() * 36);
    for value in bytes {
        texts.append_option(value.map(hyphenated));
    }
    Arc::new(texts.finish())
}

/// A column as text, for formats that lack its type.
fn as_text(column: &ArrayRef, field: &Field) -> Result<ArrayRef, Fault> {
    let (cells, mut text, mut scratch) = (Cells::new(field, column)?, StringBuilder::new(), Vec::new());
    for row in 0..column.len() {
        scratch.clear();
        cells.text(row, &mut scratch);
        text.append_option((!cells.is_null(row)).then(|| String::from_utf8_lossy(&scratch)));
    }
    Ok(Arc::new(text.finish()))
}

/// Sixteen bytes in the usual form of a UUID.
fn hyphenated(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(36);
    for (place, byte) in bytes.iter().enumerate() {
        if matches!(place, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for digit in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(digit.into(), 16));
        }
    }
    text
}

/// The places of the wanted columns, as wanted and in the order of the file.
fn wanted(shape: &Shape) -> (Vec<usize>, Vec<usize>) {
    let wanted: Vec<usize> = shape.wanted().map(|(place, _)| place).collect();
    let mut sorted = wanted.clone();
    sorted.sort_unstable();
    sorted.dedup();
    (wanted, sorted)
}
