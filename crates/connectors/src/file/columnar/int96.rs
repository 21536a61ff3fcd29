//! INT96, the timestamps of old Parquet files: a day and the nanoseconds of the day, in twelve bytes.
//!
//! As 64-bit nanoseconds they wrap outside the years 1678 to 2262, as microseconds they lose three digits, both without
//! a word. So they are read as microseconds, and a second reader over the same column gives the nanoseconds. Both wrap
//! the same way, so the two agree exactly for values that are whole microseconds, in any year. Rows with other values
//! are set apart.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{
    DataType, Field, Schema, TimeUnit, TimestampMicrosecondType, TimestampNanosecondType,
};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader};
use parquet::basic::Type;
use parquet::errors::ParquetError;
use towpath_connect::Reject;
use towpath_connect::cells::{row_as_json, value_as_text};
use towpath_model::Fault;

use super::parquet_read::broken;
use crate::file::place::FileRef;
use crate::guard;

/// The columns of a file that are INT96 and would be read as nanoseconds.
fn columns(metadata: &ArrowReaderMetadata) -> Vec<usize> {
    let schema = metadata.parquet_schema();
    let is_root = |leaf: &usize| {
        let column = schema.column(*leaf);
        column.physical_type() == Type::INT96 && column.path().parts().len() == 1
    };
    let places = (0..schema.num_columns()).filter(is_root).map(|leaf| schema.get_column_root_idx(leaf));
    let nanos = |place: &usize| {
        matches!(metadata.schema().field(*place).data_type(), DataType::Timestamp(TimeUnit::Nanosecond, _))
    };
    places.filter(nanos).collect()
}

/// The same file with these columns as microseconds.
pub(super) fn in_micros(metadata: &ArrowReaderMetadata) -> Result<Option<ArrowReaderMetadata>, ParquetError> {
    let columns = columns(metadata);
    if columns.is_empty() {
        return Ok(None);
    }
    let field = |(place, field): (usize, &Arc<Field>)| match field.data_type() {
        DataType::Timestamp(_, zone) if columns.contains(&place) => {
            field.as_ref().clone().with_data_type(DataType::Timestamp(TimeUnit::Microsecond, zone.clone()))
        }
        _ => field.as_ref().clone(),
    };
    let fields: Vec<Field> = metadata.schema().fields().iter().enumerate().map(field).collect();
    let options = ArrowReaderOptions::new().with_schema(Arc::new(Schema::new(fields)));
    ArrowReaderMetadata::try_new(Arc::clone(metadata.metadata()), options).map(Some)
}

/// Reads the nanoseconds beside the microseconds.
pub(super) struct Nanos {
    reader: ParquetRecordBatchReader,
    /// Places of the columns among those that are read.
    places: Vec<usize>,
}

impl Nanos {
    /// A reader for those of the columns `sorted` that are INT96; `build` makes a reader of a projection.
    pub(super) fn new(
        metadata: &ArrowReaderMetadata,
        sorted: &[usize],
        build: impl FnOnce(ArrowReaderMetadata, ProjectionMask) -> Result<ParquetRecordBatchReader, ParquetError>,
    ) -> Result<Option<Nanos>, ParquetError> {
        let metadata =
            ArrowReaderMetadata::try_new(Arc::clone(metadata.metadata()), ArrowReaderOptions::new())?;
        let columns = columns(&metadata);
        let places: Vec<usize> =
            (0..sorted.len()).filter(|place| columns.contains(&sorted[*place])).collect();
        if places.is_empty() {
            return Ok(None);
        }
        let mask =
            ProjectionMask::roots(metadata.parquet_schema(), places.iter().map(|place| sorted[*place]));
        Ok(Some(Nanos { reader: build(metadata, mask)?, places }))
    }

    /// Rows of the next batch with values that are no whole microseconds, in order; `row` is the number of its first
    /// row in the file.
    pub(super) fn finer(
        &mut self,
        batch: &RecordBatch,
        file: &FileRef,
        row: u64,
    ) -> Result<Vec<(usize, Reject)>, Fault> {
        let nanos = guard::call(|| self.reader.next()).flatten().and_then(Result::ok);
        let nanos = nanos.filter(|nanos| nanos.num_rows() == batch.num_rows()).ok_or_else(|| broken(file))?;
        let mut found = Vec::new();
        for at in 0..batch.num_rows() {
            let columns = self.places.iter().zip(nanos.columns());
            let finer = |(place, nanos): &(&usize, &ArrayRef)| is_finer(batch.column(**place), nanos, at);
            let Some((place, nanos)) = columns.into_iter().find(finer) else { continue };
            let value = value_as_text(nanos, at);
            let reject = Reject {
                place: format!("{}, row {}", file.name, row + at as u64 + 1),
                column: Some(batch.schema_ref().field(*place).name().clone()),
                reason: format!("`{}` is finer than a microsecond", value.as_deref().unwrap_or_default()),
                value,
                original: row_as_json(batch, at),
                ..Reject::default()
            };
            found.push((at, reject));
        }
        Ok(found)
    }
}

fn is_finer(micros: &ArrayRef, nanos: &ArrayRef, row: usize) -> bool {
    let (micros, nanos) =
        (micros.as_primitive::<TimestampMicrosecondType>(), nanos.as_primitive::<TimestampNanosecondType>());
    micros.is_valid(row) && micros.value(row).wrapping_mul(1000) != nanos.value(row)
}
