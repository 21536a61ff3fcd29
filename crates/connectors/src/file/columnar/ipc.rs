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

use super::layout::{Layout, batch_rows};
use super::{clean, in_wanted_order, refuse_packed, unchanged, wanted};
use crate::file::bytes::{Counted, head};
use crate::file::chunks::Part;
use crate::file::config::Compression;
use crate::file::place::FileRef;
use crate::file::reading::{Output, Shape};
use crate::file::trouble::io_fault;
use crate::file::writing::{Encoder, Out};
use crate::guard;

type Batches = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>>>;

/// The schema and the number of rows.
pub(in crate::file) fn describe(file: &FileRef) -> Result<(Schema, Option<u64>), Fault> {
    // First, since it finds lengths that cannot be before the library believes them.
    let rows = rows_of(file, &Part::Whole)?;
    Ok((schema(file)?, Some(rows)))
}

/// Rows of each batch that can be read by itself; `None` for streams, which are read from their beginning.
pub(in crate::file) fn group_rows(file: &FileRef) -> Result<Option<Vec<u64>>, Fault> {
    match layout(file)? {
        Layout::File => batch_rows(file, Layout::File).map(Some),
        Layout::Stream => Ok(None),
    }
}

fn schema(file: &FileRef) -> Result<Schema, Fault> {
    Ok(clean(&open(file, &Part::Whole, None, None)?.0, |_, _| None))
}

/// Reads one file, or some of its batches, to its end or until no more rows are wanted.
pub(in crate::file) fn read(file: &FileRef, part: &Part, output: &mut Output) -> Result<(), Fault> {
    let mut missing = rows_of(file, part)?;
    let schema = schema(file)?;
    unchanged(&output.request.schema, &schema, file)?;
    let shape = Shape::new(&output.schema, schema.fields().iter().map(|field| field.name().as_str()), file);
    let (wanted, sorted) = wanted(&shape);
    let (_, mut batches) = open(file, part, Some(sorted.clone()), Some(output))?;
    while let Some(batch) = guard::call(|| batches.next()).ok_or_else(|| broken(file))? {
        let batch = batch.map_err(|error| damaged(file, error))?;
        missing = missing.saturating_sub(batch.num_rows() as u64);
        let most = output.request.batch_rows.max(1);
        for start in (0..batch.num_rows()).step_by(most) {
            let rows = batch.slice(start, most.min(batch.num_rows() - start));
            let columns = in_wanted_order(&rows, &shape, &wanted, &sorted)?;
            if output.send(shape.assemble(rows.num_rows(), columns)?)?.is_break() {
                return Ok(());
            }
        }
    }
    // The library takes some kinds of damage for the end of the file.
    if missing > 0 { Err(broken(file)) } else { Ok(()) }
}

/// Rows of a part, as the headers have them.
fn rows_of(file: &FileRef, part: &Part) -> Result<u64, Fault> {
    let rows = batch_rows(file, layout(file)?)?;
    let (from, to) = match part {
        Part::Groups(from, to) => (*from, (*to).min(rows.len())),
        Part::Whole | Part::Text(_) => (0, rows.len()),
    };
    Ok(rows.get(from..to).unwrap_or_default().iter().fold(0, |all, rows| all.saturating_add(*rows)))
}

/// What the first bytes tell of the layout.
fn layout(file: &FileRef) -> Result<Layout, Fault> {
    match head(file, 6)?.as_slice() {
        b"ARROW1" => Ok(Layout::File),
        [0xff, 0xff, 0xff, 0xff, ..] => Ok(Layout::Stream),
        [] => Err(Fault::data(format!("file `{}` is empty", file.name))),
        first => {
            refuse_packed(first, &file.name, "Arrow")?;
            Err(Fault::data(format!("file `{}` is not an Arrow file", file.name))
                .hint("set `format` to what the file is"))
        }
    }
}

fn open(
    file: &FileRef,
    part: &Part,
    projection: Option<Vec<usize>>,
    output: Option<&Output>,
) -> Result<(SchemaRef, Batches), Fault> {
    let opened = File::open(&file.path).map_err(|error| io_fault("file", &file.name, error))?;
    let progress = output.map(|output| output.request.progress.clone());
    let reader = BufReader::with_capacity(1 << 18, Counted { inner: opened, progress });
    let layout = layout(file)?;
    let started = guard::call(|| start(reader, layout, part, projection)).ok_or_else(|| broken(file))?;
    started.map_err(|error| damaged(file, error))
}

fn start(
    reader: BufReader<Counted>,
    layout: Layout,
    part: &Part,
    projection: Option<Vec<usize>>,
) -> Result<(SchemaRef, Batches), ArrowError> {
    match layout {
        Layout::File => {
            let mut reader = FileReader::try_new(reader, projection)?;
            let schema = reader.schema();
            let Part::Groups(from, to) = part else { return Ok((schema, Box::new(reader))) };
            reader.set_index(*from)?;
            Ok((schema, Box::new(reader.take(to.saturating_sub(*from)))))
        }
        Layout::Stream => {
            let reader = StreamReader::try_new(reader, projection)?;
            Ok((reader.schema(), Box::new(reader)))
        }
    }
}

fn damaged(file: &FileRef, error: ArrowError) -> Fault {
    broken(file).cause(error)
}

fn broken(file: &FileRef) -> Fault {
    Fault::data(format!("Arrow file `{}` is damaged or cut off", file.name))
        .hint("get the file again from where it came")
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
