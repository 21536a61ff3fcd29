//! Writes Avro files, one block per batch.
//!
//! Avro has no whole numbers without sign beyond 63 bits, which become decimals, and no spans of time finer than a
//! millisecond, which become ISO 8601 text. Names follow Avro's rule or are refused: a name that was changed silently
//! would be another column.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow_avro::compression::CompressionCodec;
use arrow_avro::errors::AvroError;
use arrow_avro::writer::format::AvroOcfFormat;
use arrow_avro::writer::{Writer, WriterBuilder};
use towpath_model::Fault;

use super::as_text;
use crate::file::config::Compression;
use crate::file::trouble::io_fault;
use crate::file::writing::{Encoder, Out};

/// An Avro file under construction.
pub(in crate::file) struct AvroEncoder {
    writer: Writer<Out, AvroOcfFormat>,
    schema: SchemaRef,
    name: String,
}

impl AvroEncoder {
    /// Begins a file for rows of `schema`, which holds canonical types only.
    pub(in crate::file) fn new(
        out: Out,
        name: &str,
        schema: &Schema,
        compression: Compression,
    ) -> Result<Self, Fault> {
        check_names(schema)?;
        let codec = match compression {
            Compression::None => None,
            Compression::Gzip => Some(CompressionCodec::Deflate),
            Compression::Zstd => Some(CompressionCodec::ZStandard),
            Compression::Auto | Compression::Snappy => Some(CompressionCodec::Snappy),
        };
        let field = |field: &Arc<Field>| {
            let plain = field.as_ref().clone().with_metadata(Default::default());
            match field.data_type() {
                DataType::UInt64 => plain.with_data_type(DataType::Decimal128(20, 0)),
                DataType::Interval(_) | DataType::Duration(_) => plain.with_data_type(DataType::Utf8),
                _ => plain,
            }
        };
        let stored = Schema::new(schema.fields().iter().map(field).collect::<Vec<_>>());
        let writer = WriterBuilder::new(stored.clone()).with_compression(codec);
        let writer = writer.build::<_, AvroOcfFormat>(out).map_err(|error| fault(name, error))?;
        Ok(AvroEncoder { writer, schema: Arc::new(stored), name: name.to_owned() })
    }
}

/// Refuses names of columns that Avro does not know.
pub(in crate::file) fn check_names(schema: &Schema) -> Result<(), Fault> {
    let is_good = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    match schema.fields().iter().find(|field| !is_good(field.name())) {
        None => Ok(()),
        Some(field) => Err(Fault::contract(format!(
            "column `{}` cannot have this name in an Avro file",
            field.name()
        ))
        .hint("rename it before: Avro takes letters without accents, digits and `_`, and no digit first")),
    }
}

impl Encoder for AvroEncoder {
    fn write(&mut self, batch: RecordBatch) -> Result<(), Fault> {
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(batch.num_columns());
        let schema = batch.schema();
        for ((column, field), to) in batch.columns().iter().zip(schema.fields()).zip(self.schema.fields()) {
            columns.push(match (field.data_type(), to.data_type()) {
                (from, to) if from == to => Arc::clone(column),
                (_, DataType::Utf8) => as_text(column, field)?,
                (_, to) => cast(column, to).map_err(|error| {
                    Fault::internal("a column could not be made ready for Avro").cause(error)
                })?,
            });
        }
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns)
            .map_err(|error| Fault::internal("rows could not be made ready for Avro").cause(error))?;
        if batch.num_rows() == 0 {
            return Ok(());
        }
        self.writer.write(&batch).map_err(|error| fault(&self.name, error))
    }

    fn finish(mut self: Box<Self>) -> Result<Out, Fault> {
        self.writer.finish().map_err(|error| fault(&self.name, error))?;
        Ok(self.writer.into_inner())
    }
}

fn fault(name: &str, error: AvroError) -> Fault {
    match error {
        AvroError::IoError(_, error) => io_fault("file", name, error),
        other => Fault::internal(format!("Avro file `{name}` could not be written")).cause(other),
    }
}
