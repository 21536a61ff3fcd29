//! Writes Parquet files, encoding columns on all processors.
//!
//! Batches are gathered until a few ten thousand rows are there; then the columns are encoded in parallel, each by
//! whichever thread is free, and the rows are let go. A row group ends after a number of rows, or earlier when what
//! is encoded of it grows too large, so that memory does not depend on the file.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves,
};
use parquet::basic::{Compression as Codec, GzipLevel, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use towpath_model::Fault;

use super::as_text;
use crate::file::config::Compression;
use crate::file::trouble::io_fault;
use crate::file::writing::{Encoder, Out};

/// Rows per row group unless the user says otherwise.
pub(in crate::file) const GROUP_ROWS: usize = 122_880;
/// Rows that are encoded at once.
const STEP_ROWS: usize = 32_768;
/// Bytes that are encoded at once, when rows are wide.
const STEP_BYTES: usize = 8 << 20;
/// Bytes of different values after which a column of a row group is written without dictionary. A larger dictionary
/// hardly makes a file smaller, and costs time and memory for every column whose values seldom repeat.
const DICTIONARY_BYTES: usize = 256 << 10;
/// Encoded bytes after which a row group ends early.
const GROUP_BYTES: usize = 16 << 20;
/// Most threads that encode.
const MOST_THREADS: usize = 4;

/// A Parquet file under construction.
pub(in crate::file) struct ParquetEncoder {
    file: SerializedFileWriter<Out>,
    factory: ArrowRowGroupWriterFactory,
    schema: SchemaRef,
    name: String,
    group_rows: usize,
    threads: usize,
    /// One writer per column of the row group under construction.
    writers: Vec<Mutex<ArrowColumnWriter>>,
    rows_in_group: usize,
    groups: usize,
    waiting: Vec<RecordBatch>,
    waiting_rows: usize,
    waiting_bytes: usize,
}

impl ParquetEncoder {
    /// Begins a file for rows of `schema`, which holds canonical types only.
    pub(in crate::file) fn new(
        out: Out,
        name: &str,
        schema: &Schema,
        compression: Compression,
        group_rows: Option<u32>,
    ) -> Result<Self, Fault> {
        let codec = match compression {
            Compression::Auto | Compression::Snappy => Codec::SNAPPY,
            Compression::None => Codec::UNCOMPRESSED,
            Compression::Gzip => Codec::GZIP(GzipLevel::default()),
            Compression::Zstd => Codec::ZSTD(ZstdLevel::default()),
        };
        let schema: SchemaRef = Arc::new(storable(schema));
        let properties = WriterProperties::builder()
            .set_compression(codec)
            .set_dictionary_page_size_limit(DICTIONARY_BYTES)
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_created_by(concat!("towpath ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let fault = |error| write_fault(name, error);
        let writer = ArrowWriter::try_new(out, schema.clone(), Some(properties)).map_err(fault)?;
        let (file, factory) = writer.into_serialized_writer().map_err(fault)?;
        Ok(ParquetEncoder {
            file,
            factory,
            schema,
            name: name.to_owned(),
            group_rows: group_rows.map_or(GROUP_ROWS, |rows| rows.max(1) as usize),
            threads: thread::available_parallelism().map_or(1, |count| count.get().min(MOST_THREADS)),
            writers: Vec::new(),
            rows_in_group: 0,
            groups: 0,
            waiting: Vec::new(),
            waiting_rows: 0,
            waiting_bytes: 0,
        })
    }

    fn fault(&self, error: ParquetError) -> Fault {
        write_fault(&self.name, error)
    }

    /// Encodes the rows that wait.
    fn encode(&mut self) -> Result<(), Fault> {
        if self.waiting_rows == 0 {
            return Ok(());
        }
        if self.writers.is_empty() {
            let writers =
                self.factory.create_column_writers(self.groups).map_err(|error| self.fault(error))?;
            if writers.len() != self.schema.fields().len() {
                return Err(Fault::internal("a column of a Parquet file has an unexpected shape"));
            }
            self.writers = writers.into_iter().map(Mutex::new).collect();
        }
        let (fields, waiting) = (self.schema.fields(), &self.waiting);
        in_parallel(&self.writers, self.threads, |column, writer| {
            let mut writer =
                writer.lock().map_err(|_| ParquetError::General("a thread broke down".into()))?;
            for batch in waiting {
                for leaf in compute_leaves(&fields[column], batch.column(column))? {
                    writer.write(&leaf)?;
                }
            }
            Ok(())
        })
        .map_err(|error| self.fault(error))?;
        self.rows_in_group += self.waiting_rows;
        self.waiting.clear();
        (self.waiting_rows, self.waiting_bytes) = (0, 0);
        Ok(())
    }

    fn encoded_bytes(&self) -> usize {
        self.writers.iter().filter_map(|writer| writer.lock().ok()).map(|writer| writer.memory_size()).sum()
    }

    /// Ends the row group and writes it.
    fn end_group(&mut self) -> Result<(), Fault> {
        self.encode()?;
        if self.rows_in_group == 0 {
            return Ok(());
        }
        let writers: Vec<Mutex<Option<ArrowColumnWriter>>> = std::mem::take(&mut self.writers)
            .into_iter()
            .map(|writer| Mutex::new(writer.into_inner().ok()))
            .collect();
        let chunks: Vec<Mutex<Option<ArrowColumnChunk>>> = writers.iter().map(|_| Mutex::new(None)).collect();
        let broken = || ParquetError::General("a thread broke down".into());
        in_parallel(&writers, self.threads, |column, writer| {
            let writer = writer.lock().map_err(|_| broken())?.take().ok_or_else(broken)?;
            *chunks[column].lock().map_err(|_| broken())? = Some(writer.close()?);
            Ok(())
        })
        .map_err(|error| self.fault(error))?;
        let name = &self.name;
        let fault = |error| write_fault(name, error);
        let mut group = self.file.next_row_group().map_err(fault)?;
        for chunk in chunks {
            let chunk = chunk.into_inner().ok().flatten().ok_or_else(broken).map_err(fault)?;
            chunk.append_to_row_group(&mut group).map_err(fault)?;
        }
        group.close().map_err(fault)?;
        self.groups += 1;
        self.rows_in_group = 0;
        Ok(())
    }
}

impl Encoder for ParquetEncoder {
    fn write(&mut self, batch: RecordBatch) -> Result<(), Fault> {
        let mut batch = storable_batch(batch, &self.schema)?;
        while batch.num_rows() > 0 {
            let room = self.group_rows - self.rows_in_group - self.waiting_rows;
            let take = room.min(batch.num_rows());
            let part = batch.slice(0, take);
            batch = batch.slice(take, batch.num_rows() - take);
            self.waiting_rows += take;
            self.waiting_bytes += bytes_of(&part);
            self.waiting.push(part);
            if self.rows_in_group + self.waiting_rows >= self.group_rows {
                self.end_group()?;
            } else if self.waiting_rows >= STEP_ROWS || self.waiting_bytes >= STEP_BYTES {
                self.encode()?;
                if self.encoded_bytes() >= GROUP_BYTES {
                    self.end_group()?;
                }
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Out, Fault> {
        self.end_group()?;
        let name = self.name.clone();
        self.file.into_inner().map_err(|error| write_fault(&name, error))
    }
}

/// Calls `work` for every item, on as many threads as are useful; the first error wins.
fn in_parallel<T: Sync>(
    items: &[T],
    threads: usize,
    work: impl Fn(usize, &T) -> Result<(), ParquetError> + Sync,
) -> Result<(), ParquetError> {
    let next = AtomicUsize::new(0);
    let run = || {
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(place) else { return Ok(()) };
            work(place, item)?;
        }
    };
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads.min(items.len())).map(|_| scope.spawn(run)).collect();
        let mut result = run();
        for other in others {
            let theirs =
                other.join().unwrap_or_else(|_| Err(ParquetError::General("a thread broke down".into())));
            result = result.and(theirs);
        }
        result
    })
}

/// Bytes of the rows of a batch that may be a slice of a larger one.
fn bytes_of(batch: &RecordBatch) -> usize {
    let of = |column: &ArrayRef| {
        column.to_data().get_slice_memory_size().unwrap_or_else(|_| column.get_array_memory_size())
    };
    batch.columns().iter().map(of).sum()
}

/// The schema as Parquet can keep it: intervals become ISO 8601 text.
fn storable(schema: &Schema) -> Schema {
    let field = |field: &Field| match field.data_type() {
        DataType::Interval(_) => field.clone().with_data_type(DataType::Utf8),
        _ => field.clone(),
    };
    Schema::new(schema.fields().iter().map(|known| field(known)).collect::<Vec<_>>())
}

fn storable_batch(batch: RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, Fault> {
    if batch.columns().iter().all(|column| !matches!(column.data_type(), DataType::Interval(_))) {
        return Ok(batch);
    }
    let mut columns = Vec::with_capacity(batch.num_columns());
    for (column, field) in batch.columns().iter().zip(batch.schema().fields()) {
        if !matches!(column.data_type(), DataType::Interval(_)) {
            columns.push(column.clone());
            continue;
        }
        columns.push(as_text(column, field)?);
    }
    RecordBatch::try_new(schema.clone(), columns)
        .map_err(|error| Fault::internal("intervals could not be written as text").cause(error))
}

fn write_fault(name: &str, error: ParquetError) -> Fault {
    if let ParquetError::External(inner) = error {
        return match inner.downcast::<std::io::Error>() {
            Ok(error) => io_fault("file", name, *error),
            Err(other) => Fault::internal(format!("Parquet file `{name}` could not be written")).cause(other),
        };
    }
    Fault::internal(format!("Parquet file `{name}` could not be written")).cause(error)
}
