//! Arrow IPC: reads files and streams, writes files.

use std::fs::File;
use std::io::BufReader;

use arrow::array::RecordBatch;
use arrow::datatypes::{Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::ipc::CompressionType;
use arrow::ipc::reader::{FileReader, StreamReader};
use arrow::ipc::writer::{FileWriter, IpcWriteOptions};
use towpath_model::Fault;

use super::{clean, in_wanted_order, unchanged, wanted};
use crate::file::bytes::{Counted, head};
use crate::file::config::Compression;
use crate::file::place::FileRef;
use crate::file::reading::{Output, Shape};
use crate::file::trouble::io_fault;
use crate::file::writing::{Encoder, Out};

type Batches = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>>>;

/// The schema; the number of rows is not known without reading.
pub(in crate::file) fn describe(file: &FileRef) -> Result<(Schema, Option<u64>), Fault> {
    Ok((clean(&open(file, None, None)?.0), None))
}

/// Reads one file to its end, or until no more rows are wanted.
pub(in crate::file) fn read(file: &FileRef, output: &mut Output) -> Result<(), Fault> {
    let schema = clean(&open(file, None, None)?.0);
    unchanged(&output.request.schema, &schema, file)?;
    let shape = Shape::new(&output.schema, schema.fields().iter().map(|field| field.name().as_str()), file);
    let (wanted, sorted) = wanted(&shape);
    let (_, batches) = open(file, Some(sorted.clone()), Some(output))?;
    for batch in batches {
        let batch = batch.map_err(|error| damaged(file, error))?;
        let rows = output.request.batch_rows.max(1);
        for start in (0..batch.num_rows()).step_by(rows) {
            let part = batch.slice(start, rows.min(batch.num_rows() - start));
            let columns = in_wanted_order(&part, &wanted, &sorted);
            if output.send(shape.assemble(part.num_rows(), columns)?)?.is_break() {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn open(
    file: &FileRef,
    projection: Option<Vec<usize>>,
    output: Option<&Output>,
) -> Result<(SchemaRef, Batches), Fault> {
    let opened = File::open(&file.path).map_err(|error| io_fault("file", &file.name, error))?;
    let progress = output.map(|output| output.request.progress.clone());
    let reader = BufReader::with_capacity(1 << 18, Counted { inner: opened, progress });
    let fault = |error| damaged(file, error);
    match head(file, 6)?.as_slice() {
        b"ARROW1" => {
            let reader = FileReader::try_new(reader, projection).map_err(fault)?;
            Ok((reader.schema(), Box::new(reader)))
        }
        [0xff, 0xff, 0xff, 0xff, ..] => {
            let reader = StreamReader::try_new(reader, projection).map_err(fault)?;
            Ok((reader.schema(), Box::new(reader)))
        }
        [] => Err(Fault::data(format!("file `{}` is empty", file.name))),
        _ => Err(Fault::data(format!("file `{}` is not an Arrow file", file.name))
            .hint("set `format` to what the file is")),
    }
}

fn damaged(file: &FileRef, error: ArrowError) -> Fault {
    Fault::data(format!("Arrow file `{}` is damaged or cut off", file.name))
        .hint("get the file again from where it came")
        .cause(error)
}

/// An Arrow file under construction.
pub(in crate::file) struct IpcEncoder {
    writer: FileWriter<Out>,
    name: String,
}

impl IpcEncoder {
    pub(in crate::file) fn new(
        out: Out,
        name: &str,
        schema: &Schema,
        compression: Compression,
    ) -> Result<Self, Fault> {
        let codec = match compression {
            Compression::Zstd => Some(CompressionType::ZSTD),
            _ => None,
        };
        let fault = |error| write_fault(name, error);
        let options = IpcWriteOptions::default().try_with_compression(codec).map_err(fault)?;
        let writer = FileWriter::try_new_with_options(out, schema, options).map_err(fault)?;
        Ok(IpcEncoder { writer, name: name.to_owned() })
    }
}

impl Encoder for IpcEncoder {
    fn write(&mut self, batch: RecordBatch) -> Result<(), Fault> {
        self.writer.write(&batch).map_err(|error| write_fault(&self.name, error))
    }

    fn finish(mut self: Box<Self>) -> Result<Out, Fault> {
        let fault = |error| write_fault(&self.name, error);
        self.writer.finish().map_err(fault)?;
        self.writer.into_inner().map_err(|error| write_fault(&self.name, error))
    }
}

fn write_fault(name: &str, error: ArrowError) -> Fault {
    match error {
        ArrowError::IoError(_, error) => io_fault("file", name, error),
        other => Fault::internal(format!("Arrow file `{name}` could not be written")).cause(other),
    }
}
