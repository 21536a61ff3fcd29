//! Reads Parquet files: types from the footer, only the columns that are asked for, row group by row group.

use std::fs::File;
use std::sync::Arc;

use arrow::datatypes::{Field, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::basic::LogicalType;
use parquet::errors::ParquetError;
use towpath_connect::types::Logical;
use towpath_model::Fault;

use super::int96::{self, Nanos};
use super::{clean, in_wanted_order, refuse_packed, unchanged, wanted};
use crate::file::bytes::head;
use crate::file::chunks::Part;
use crate::file::place::FileRef;
use crate::file::reading::{Output, Shape, without};
use crate::file::trouble::io_fault;
use crate::guard;

/// The schema and the number of rows.
pub(in crate::file) fn describe(file: &FileRef) -> Result<(Schema, Option<u64>), Fault> {
    let (_, metadata) = open(file)?;
    let rows = u64::try_from(metadata.metadata().file_metadata().num_rows()).ok();
    Ok((schema(&metadata), rows))
}

/// Rows of each row group.
pub(in crate::file) fn group_rows(file: &FileRef) -> Result<Vec<u64>, Fault> {
    Ok(rows_of(&open(file)?.1))
}

fn rows_of(metadata: &ArrowReaderMetadata) -> Vec<u64> {
    let groups = metadata.metadata().row_groups().iter();
    groups.map(|group| u64::try_from(group.num_rows()).unwrap_or(0)).collect()
}

/// Rows of groups together; a damaged footer may claim more than there can be.
fn sum<'a>(groups: impl Iterator<Item = &'a u64>) -> u64 {
    groups.fold(0, |all, rows| all.saturating_add(*rows))
}

/// Reads one file, or some of its row groups, to its end or until no more rows are wanted.
pub(in crate::file) fn read(file: &FileRef, part: &Part, output: &mut Output) -> Result<(), Fault> {
    let (opened, metadata) = open(file)?;
    let schema = schema(&metadata);
    unchanged(&output.request.schema, &schema, file)?;
    let shape = Shape::new(&output.schema, schema.fields().iter().map(|field| field.name().as_str()), file);
    let (wanted, sorted) = wanted(&shape);
    let groups = rows_of(&metadata);
    let all = sum(groups.iter());
    let total = all.max(1);
    let (mut row, mut due) = (0, all);
    if let Part::Groups(from, to) = part {
        row = sum(groups.iter().take(*from));
        due = sum(groups.iter().take(*to).skip(*from));
    }
    let batch_rows = output.request.batch_rows.max(1);
    let build = |opened: File, metadata: ArrowReaderMetadata, mask: ProjectionMask, limit: usize| {
        let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(opened, metadata)
            .with_projection(mask)
            .with_batch_size(batch_rows);
        if let Part::Groups(from, to) = part {
            builder = builder.with_row_groups((*from..*to).collect());
        }
        if limit < usize::MAX {
            builder = builder.with_limit(limit);
        }
        builder.build()
    };
    let fault = |error| damaged(file, error);
    let gone = || broken(file);
    let beside = |metadata, mask| build(File::open(&file.path)?, metadata, mask, usize::MAX);
    let mut nanos =
        guard::call(|| Nanos::new(&metadata, &sorted, beside)).ok_or_else(gone)?.map_err(fault)?;
    let mask = ProjectionMask::roots(metadata.parquet_schema(), sorted.iter().copied());
    // Rows that are set apart do not count.
    let limit = if nanos.is_some() { usize::MAX } else { output.remaining() };
    let mut reader: ParquetRecordBatchReader =
        guard::call(|| build(opened, metadata, mask, limit)).ok_or_else(gone)?.map_err(fault)?;
    let progress = Arc::clone(&output.request.progress);
    let (mut rows, mut counted) = (0u64, 0u64);
    while let Some(batch) = guard::call(|| reader.next()).ok_or_else(gone)? {
        let batch = batch.map_err(|error| fault(error.into()))?;
        let first = row + rows;
        rows += batch.num_rows() as u64;
        let bytes = (u128::from(file.size) * u128::from(rows.min(total)) / u128::from(total)) as u64;
        progress.add_bytes(bytes - counted);
        counted = bytes;
        let columns = in_wanted_order(&batch, &shape, &wanted, &sorted)?;
        let mut assembled = shape.assemble(batch.num_rows(), columns)?;
        if let Some(nanos) = &mut nanos {
            let (bad, rejects): (Vec<usize>, Vec<_>) = nanos.finer(&batch, file, first)?.into_iter().unzip();
            for reject in rejects {
                output.reject(reject)?;
            }
            assembled = without(assembled, &bad)?;
        }
        if output.send(assembled)?.is_break() {
            return Ok(());
        }
    }
    // The library takes some kinds of damage for the end of the file.
    if rows < due { Err(broken(file)) } else { Ok(()) }
}

/// The schema with the meanings that Parquet notes beside its types.
fn schema(metadata: &ArrowReaderMetadata) -> Schema {
    let columns = metadata.parquet_schema().root_schema().get_fields();
    clean(metadata.schema(), |place, field: &Field| {
        let column = columns.get(place).filter(|column| column.name() == field.name())?;
        match column.get_basic_info().logical_type_ref()? {
            LogicalType::Uuid => Some(Logical::Uuid),
            LogicalType::Json => Some(Logical::Json),
            _ => None,
        }
    })
}

fn open(file: &FileRef) -> Result<(File, ArrowReaderMetadata), Fault> {
    let opened = File::open(&file.path).map_err(|error| io_fault("file", &file.name, error))?;
    if file.size == 0 {
        return Err(Fault::data(format!("file `{}` is empty", file.name)));
    }
    let first = head(file, 4)?;
    if first != b"PAR1" {
        refuse_packed(&first, &file.name, "Parquet")?;
        return Err(Fault::data(format!(
            "file `{}` is not a Parquet file: it does not begin with `PAR1`",
            file.name
        ))
        .hint("set `format` to what the file is"));
    }
    let load = || {
        let metadata = ArrowReaderMetadata::load(&opened, ArrowReaderOptions::new())?;
        Ok(int96::in_micros(&metadata)?.unwrap_or(metadata))
    };
    let metadata = guard::call(load).ok_or_else(|| broken(file))?;
    let metadata = metadata.map_err(|error| damaged(file, error))?;
    check_rows(&metadata).ok_or_else(|| broken(file))?;
    Ok((opened, metadata))
}

/// Holds the numbers of rows against each other: where no column is read, the library believes them, and would count
/// for years. `None` when they cannot be.
fn check_rows(metadata: &ArrowReaderMetadata) -> Option<()> {
    let mut rows = 0u64;
    for group in metadata.metadata().row_groups() {
        rows = rows.checked_add(u64::try_from(group.num_rows()).ok()?)?;
    }
    let all = u64::try_from(metadata.metadata().file_metadata().num_rows()).ok()?;
    (rows == all).then_some(())
}

/// What a damaged file is told as; [`guard`] says why a library may panic over it.
pub(super) fn broken(file: &FileRef) -> Fault {
    Fault::data(format!("Parquet file `{}` is damaged or cut off", file.name))
        .hint("get the file again from where it came")
}

fn damaged(file: &FileRef, error: ParquetError) -> Fault {
    let text = error.to_string();
    if text.contains("Disabled feature") || text.contains("disabled feature") {
        return Fault::data(format!("file `{}` uses a compression that is not supported", file.name))
            .hint("write the file with Snappy, Zstandard, gzip or LZ4")
            .cause(error);
    }
    broken(file).cause(error)
}
