//! Reads Avro files: types from the header, rows block by block.

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};

use arrow::datatypes::Schema;
use arrow::error::ArrowError;
use arrow_avro::reader::{Reader, ReaderBuilder};
use serde_json::Value;
use towpath_connect::types::Logical;
use towpath_model::Fault;

use super::avro_blocks::{Blocks, damaged};
use super::avro_check::Checked;
use super::avro_types::Types;
use super::{clean, in_wanted_order, unchanged, wanted};
use crate::file::bytes::Counted;
use crate::file::chunks::Part;
use crate::file::place::FileRef;
use crate::file::reading::{Output, Shape};
use crate::file::trouble::io_fault;
use crate::guard;

/// The schema and the number of rows.
pub(in crate::file) fn describe(file: &FileRef) -> Result<(Schema, Option<u64>), Fault> {
    let blocks = Blocks::find(file)?;
    let rows = blocks.blocks.iter().fold(0u64, |rows, block| rows.saturating_add(block.rows));
    Ok((open(file, &blocks, &Part::Groups(0, 0), None, None)?.0, Some(rows)))
}

/// Rows of each block.
pub(in crate::file) fn group_rows(file: &FileRef) -> Result<Vec<u64>, Fault> {
    Ok(Blocks::find(file)?.blocks.iter().map(|block| block.rows).collect())
}

/// Reads one file, or some of its blocks, to its end or until no more rows are wanted.
pub(in crate::file) fn read(file: &FileRef, part: &Part, output: &mut Output) -> Result<(), Fault> {
    let blocks = Blocks::find(file)?;
    let (schema, _) = open(file, &blocks, &Part::Groups(0, 0), None, None)?;
    unchanged(&output.request.schema, &schema, file)?;
    let shape = Shape::new(&output.schema, schema.fields().iter().map(|field| field.name().as_str()), file);
    let (wanted, sorted) = wanted(&shape);
    // Without any column the reader could not tell how many rows there are.
    let projection = Some(sorted.clone()).filter(|columns| !columns.is_empty());
    let (_, mut reader) = open(file, &blocks, part, projection, Some(output))?;
    let mut rows = 0u64;
    while let Some(batch) = guard::call(|| reader.next()).ok_or_else(|| broken(file))? {
        let batch = batch.map_err(|error| fault(file, error))?;
        rows += batch.num_rows() as u64;
        let columns = in_wanted_order(&batch, &shape, &wanted, &sorted)?;
        if output.send(shape.assemble(batch.num_rows(), columns)?)?.is_break() {
            return Ok(());
        }
    }
    let expected: u64 = stretch(&blocks, part).iter().map(|block| block.rows).sum();
    if rows != expected {
        return Err(damaged(file, &format!("its blocks claim {expected} rows and hold {rows}")));
    }
    Ok(())
}

fn stretch<'a>(blocks: &'a Blocks, part: &Part) -> &'a [super::avro_blocks::Block] {
    match part {
        Part::Groups(from, to) => blocks.blocks.get(*from..*to).unwrap_or_default(),
        _ => &blocks.blocks,
    }
}

type Bytes = BufReader<Box<dyn Read>>;

/// A reader for some blocks, and the schema of the whole file.
fn open(
    file: &FileRef,
    blocks: &Blocks,
    part: &Part,
    projection: Option<Vec<usize>>,
    output: Option<&Output>,
) -> Result<(Schema, Reader<Bytes>), Fault> {
    let trouble = |error| io_fault("file", &file.name, error);
    let written = blocks.header.writer_schema().map_err(|error| damaged(file, &error.to_string()))?;
    let written: Value =
        serde_json::from_str(&written.json_string).map_err(|error| damaged(file, &error.to_string()))?;
    let types = Types::read(&written).map_err(|why| {
        Fault::data(format!("Avro file `{}` {why}", file.name)).hint("write its rows with other types")
    })?;
    let length = blocks.header.header_len();
    let mut opened = File::open(&file.path).map_err(trouble)?;
    let mut header = Vec::new();
    opened.by_ref().take(length).read_to_end(&mut header).map_err(trouble)?;
    let wanted = stretch(blocks, part);
    let from = wanted.first().map_or(file.size, |block| block.at);
    let behind = match part {
        Part::Groups(_, to) => blocks.blocks.get(*to),
        _ => None,
    };
    let to = behind.map_or(file.size, |block| block.at);
    opened.seek(SeekFrom::Start(from)).map_err(trouble)?;
    let progress = output.map(|output| output.request.progress.clone());
    let bytes = Counted { inner: opened, progress }.take(to.saturating_sub(from).min(file.size));
    let codec = blocks.header.compression().map_err(|error| damaged(file, &error.to_string()))?;
    let bytes: Box<dyn Read> = if wanted.is_empty() {
        Box::new(Cursor::new(header))
    } else {
        Box::new(Cursor::new(header).chain(Checked::new(bytes, types, codec)))
    };
    let bytes = BufReader::with_capacity(1 << 18, bytes);
    let mut builder = ReaderBuilder::new();
    if let Some(output) = output {
        builder = builder.with_batch_size(output.request.batch_rows.max(1));
    }
    if let Some(projection) = projection {
        builder = builder.with_projection(projection);
    }
    let reader = guard::call(|| builder.build(bytes)).ok_or_else(|| broken(file))?;
    let reader = reader.map_err(|error| fault(file, error))?;
    let schema = clean(&reader.schema(), |place, _| {
        is_uuid(&written["fields"][place]["type"]).then_some(Logical::Uuid)
    });
    Ok((schema, reader))
}

fn is_uuid(written: &Value) -> bool {
    match written {
        Value::Array(branches) => branches.iter().any(is_uuid),
        other => other["logicalType"] == "uuid",
    }
}

/// The fault for a file that the library gave up on.
fn broken(file: &FileRef) -> Fault {
    damaged(file, "its rows are not what its header says")
}

fn fault(file: &FileRef, error: ArrowError) -> Fault {
    match error {
        ArrowError::IoError(_, error) => io_fault("file", &file.name, error),
        ArrowError::ExternalError(error) => match error.downcast::<std::io::Error>() {
            Ok(error) => io_fault("file", &file.name, *error),
            Err(error) => damaged(file, &error.to_string()),
        },
        ArrowError::NotYetImplemented(what) | ArrowError::SchemaError(what) => {
            Fault::data(format!("Avro file `{}` has types that cannot be read: {what}", file.name))
        }
        other => damaged(file, &other.to_string()),
    }
}
