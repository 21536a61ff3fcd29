//! Reads Parquet files: types from the footer, only the columns that are asked for, row group by row group.

use std::fs::File;
use std::sync::Arc;

use arrow::datatypes::Schema;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use towpath_model::Fault;

use super::{clean, in_wanted_order, unchanged, wanted};
use crate::file::bytes::head;
use crate::file::place::FileRef;
use crate::file::reading::{Output, Shape};
use crate::file::trouble::io_fault;

/// The schema and the number of rows.
pub(in crate::file) fn describe(file: &FileRef) -> Result<(Schema, Option<u64>), Fault> {
    let (_, metadata) = open(file)?;
    let rows = u64::try_from(metadata.metadata().file_metadata().num_rows()).ok();
    Ok((clean(metadata.schema()), rows))
}

/// Reads one file to its end, or until no more rows are wanted.
pub(in crate::file) fn read(file: &FileRef, output: &mut Output) -> Result<(), Fault> {
    let (opened, metadata) = open(file)?;
    let schema = clean(metadata.schema());
    unchanged(&output.request.schema, &schema, file)?;
    let shape = Shape::new(&output.schema, schema.fields().iter().map(|field| field.name().as_str()), file);
    let (wanted, sorted) = wanted(&shape);
    let total = metadata.metadata().file_metadata().num_rows().max(1) as u64;
    let mask = ProjectionMask::roots(metadata.parquet_schema(), sorted.iter().copied());
    let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(opened, metadata)
        .with_projection(mask)
        .with_batch_size(output.request.batch_rows.max(1));
    if output.remaining() < usize::MAX {
        builder = builder.with_limit(output.remaining());
    }
    let progress = Arc::clone(&output.request.progress);
    let (mut rows, mut counted) = (0u64, 0u64);
    for batch in builder.build().map_err(|error| damaged(file, error))? {
        let batch = batch.map_err(|error| damaged(file, error.into()))?;
        rows += batch.num_rows() as u64;
        let bytes = (u128::from(file.size) * u128::from(rows.min(total)) / u128::from(total)) as u64;
        progress.add_bytes(bytes - counted);
        counted = bytes;
        let columns = in_wanted_order(&batch, &wanted, &sorted);
        if output.send(shape.assemble(batch.num_rows(), columns)?)?.is_break() {
            break;
        }
    }
    Ok(())
}

fn open(file: &FileRef) -> Result<(File, ArrowReaderMetadata), Fault> {
    let opened = File::open(&file.path).map_err(|error| io_fault("file", &file.name, error))?;
    if file.size == 0 {
        return Err(Fault::data(format!("file `{}` is empty", file.name)));
    }
    if head(file, 4)? != b"PAR1" {
        return Err(Fault::data(format!(
            "file `{}` is not a Parquet file: it does not begin with `PAR1`",
            file.name
        ))
        .hint("set `format` to what the file is"));
    }
    let metadata = ArrowReaderMetadata::load(&opened, ArrowReaderOptions::new());
    let metadata = metadata.map_err(|error| damaged(file, error))?;
    Ok((opened, metadata))
}

fn damaged(file: &FileRef, error: ParquetError) -> Fault {
    let text = error.to_string();
    if text.contains("Disabled feature") || text.contains("disabled feature") {
        return Fault::data(format!("file `{}` uses a compression that is not supported", file.name))
            .hint("write the file with Snappy, Zstandard, gzip or LZ4")
            .cause(error);
    }
    Fault::data(format!("Parquet file `{}` is damaged or cut off", file.name))
        .hint("get the file again from where it came")
        .cause(error)
}
