//! Reading on a blocking thread, as a stream of batches.
//!
//! Files are read and decoded on one blocking thread per read; a short queue of batches stands between it and the
//! engine. When the engine drops the stream, the next batch finds the queue closed and the thread ends.

use std::ops::ControlFlow;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions, new_null_array};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{Field, FieldRef, SchemaRef};
use tokio::sync::mpsc;
use towpath_connect::{BatchStream, ReadRequest, Reject};
use towpath_model::Fault;

use super::column::Column;
use super::place::FileRef;

/// Batches that may wait for the engine.
const QUEUE: usize = 2;

/// Where a reader puts its batches and rejected rows.
#[derive(Debug)]
pub(super) struct Output {
    sender: mpsc::Sender<Result<RecordBatch, Fault>>,
    pub(super) request: ReadRequest,
    /// Schema of the batches.
    pub(super) schema: SchemaRef,
    /// Rows that may still be sent.
    remaining: usize,
}

impl Output {
    /// Hands a batch on; breaks when no more are wanted.
    pub(super) fn send(&mut self, batch: RecordBatch) -> Result<ControlFlow<()>, Fault> {
        if batch.num_rows() == 0 {
            return Ok(self.flow());
        }
        let batch = if batch.num_rows() > self.remaining { batch.slice(0, self.remaining) } else { batch };
        self.remaining -= batch.num_rows();
        if self.sender.blocking_send(Ok(batch)).is_err() {
            return Ok(ControlFlow::Break(()));
        }
        Ok(self.flow())
    }

    /// Hands a row on that cannot be represented. Rows behind the limit are not the reader's business any more.
    pub(super) fn reject(&self, reject: Reject) -> Result<(), Fault> {
        if self.remaining == 0 { Ok(()) } else { self.request.rejects.reject(reject) }
    }

    /// Rows that are still wanted.
    pub(super) fn remaining(&self) -> usize {
        self.remaining
    }

    /// Breaks when no more rows are wanted.
    pub(super) fn flow(&self) -> ControlFlow<()> {
        if self.remaining == 0 || self.sender.is_closed() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

/// Runs `read` on a blocking thread and streams what it sends.
pub(super) fn stream(
    request: ReadRequest,
    read: impl FnOnce(&mut Output) -> Result<(), Fault> + Send + 'static,
) -> Result<BatchStream, Fault> {
    let (sender, receiver) = mpsc::channel(QUEUE);
    let mut output = Output {
        sender,
        schema: request.projected()?,
        remaining: request.limit.unwrap_or(usize::MAX),
        request,
    };
    let task = tokio::task::spawn_blocking(move || {
        if let Err(fault) = read(&mut output) {
            // Nobody listens any more when this fails.
            let _ = output.sender.blocking_send(Err(fault));
        }
    });
    let state = (receiver, Some(task));
    Ok(Box::pin(futures::stream::unfold(state, |(mut receiver, mut task)| async move {
        if let Some(item) = receiver.recv().await {
            return Some((item, (receiver, task)));
        }
        // The queue also closes when the thread breaks down; that must not look like the end of the data.
        match task.take()?.await {
            Ok(()) => None,
            Err(error) => Some((Err(broke_down(error)), (receiver, None))),
        }
    })))
}

/// The fault for a blocking thread that broke down.
pub(super) fn broke_down(error: tokio::task::JoinError) -> Fault {
    Fault::internal("the thread that works on a file broke down").cause(error)
}

/// Where the columns of a batch come from, for one file.
#[derive(Debug)]
pub(super) struct Shape {
    schema: SchemaRef,
    origins: Vec<Origin>,
}

/// Where one column comes from.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Origin {
    /// The column of the file at this place.
    File(usize),
    /// The name of a folder.
    Folder(Option<String>),
    /// Nowhere: this file lacks the column.
    Missing,
}

impl Shape {
    /// Matches the columns of `schema` to those of a file by name.
    pub(super) fn new<'a>(schema: &SchemaRef, names: impl Iterator<Item = &'a str>, file: &FileRef) -> Self {
        let names: std::collections::HashMap<&str, usize> =
            names.enumerate().map(|(place, name)| (name, place)).collect();
        let origin = |field: &FieldRef| {
            if let Some(place) = names.get(field.name().as_str()) {
                return Origin::File(*place);
            }
            let folder = file.partitions.iter().find(|(key, _)| key == field.name());
            folder.map_or(Origin::Missing, |(_, value)| Origin::Folder(value.clone()))
        };
        Shape { origins: schema.fields().iter().map(origin).collect(), schema: schema.clone() }
    }

    /// The columns that come from the file: their place in the file and their field.
    pub(super) fn wanted(&self) -> impl Iterator<Item = (usize, &FieldRef)> {
        self.origins.iter().zip(self.schema.fields()).filter_map(|(origin, field)| match origin {
            Origin::File(place) => Some((*place, field)),
            _ => None,
        })
    }

    /// Puts a batch together from the columns of the file, in the order of [`Shape::wanted`].
    pub(super) fn assemble(&self, rows: usize, from_file: Vec<ArrayRef>) -> Result<RecordBatch, Fault> {
        let mut from_file = from_file.into_iter();
        let mut columns = Vec::with_capacity(self.origins.len());
        for (origin, field) in self.origins.iter().zip(self.schema.fields()) {
            columns.push(match origin {
                Origin::File(_) => {
                    from_file.next().ok_or_else(|| Fault::internal("a reader delivered too few columns"))?
                }
                Origin::Folder(value) => constant(field, value.as_deref(), rows)?,
                Origin::Missing => new_null_array(field.data_type(), rows),
            });
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)
            .map_err(|error| Fault::internal("a batch does not have the schema of its stream").cause(error))
    }
}

fn constant(field: &Field, value: Option<&str>, rows: usize) -> Result<ArrayRef, Fault> {
    let mut column = Column::new(field, rows)?;
    for _ in 0..rows {
        match value {
            None => column.push_null(),
            Some(value) if column.push(value.as_bytes()) => {}
            Some(value) => {
                return Err(Fault::data(format!(
                    "folder `{}={value}` appeared after the type of its column was decided",
                    field.name()
                ))
                .hint("run again"));
            }
        }
    }
    column.finish()
}

/// The batch without some of its rows, which are given in order.
pub(super) fn without(batch: RecordBatch, rows: &[usize]) -> Result<RecordBatch, Fault> {
    if rows.is_empty() {
        return Ok(batch);
    }
    let mut rows = rows.iter().peekable();
    let keep: BooleanArray =
        (0..batch.num_rows()).map(|row| Some(rows.next_if(|bad| **bad == row).is_none())).collect();
    filter_record_batch(&batch, &keep)
        .map_err(|error| Fault::internal("rows could not be taken out of a batch").cause(error))
}

/// The beginning of a long value, for messages.
pub(super) fn shorten(value: &str) -> String {
    match value.char_indices().nth(60) {
        None => value.to_owned(),
        Some((end, _)) => format!("{}…", &value[..end]),
    }
}

/// Bytes as text that shows every byte: what is not UTF-8 appears as `\xE9`.
pub(super) fn visible(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02X}"));
        }
    }
    text
}
