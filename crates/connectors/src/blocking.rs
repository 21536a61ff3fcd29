//! Reading on a blocking thread, as a stream of batches.
//!
//! What reads files works on one blocking thread per read; a short queue of batches stands between it and the
//! engine. When the engine drops the stream, the next batch finds the queue closed and the thread ends.

use std::ops::ControlFlow;

use arrow::array::{BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::SchemaRef;
use tokio::sync::mpsc;
use towpath_connect::{BatchStream, ReadRequest, Reject};
use towpath_model::Fault;

/// Batches that may wait for the engine.
const QUEUE: usize = 2;

/// Where a reader puts its batches and rejected rows.
#[derive(Debug)]
pub(crate) struct Output {
    sender: mpsc::Sender<Result<RecordBatch, Fault>>,
    pub(crate) request: ReadRequest,
    /// Schema of the batches.
    pub(crate) schema: SchemaRef,
    /// Rows that may still be sent.
    remaining: usize,
}

impl Output {
    /// Hands a batch on; breaks when no more are wanted.
    pub(crate) fn send(&mut self, batch: RecordBatch) -> Result<ControlFlow<()>, Fault> {
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
    pub(crate) fn reject(&self, reject: Reject) -> Result<(), Fault> {
        if self.remaining == 0 { Ok(()) } else { self.request.rejects.reject(reject) }
    }

    /// Rows that are still wanted.
    pub(crate) fn remaining(&self) -> usize {
        self.remaining
    }

    /// Breaks when no more rows are wanted.
    pub(crate) fn flow(&self) -> ControlFlow<()> {
        if self.remaining == 0 || self.sender.is_closed() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

/// Runs `read` on a blocking thread and streams what it sends.
pub(crate) fn stream(
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

/// Does work that waits for disks on a blocking thread.
pub(crate) async fn on_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work).await.map_err(broke_down)?
}

/// The fault for a blocking thread that broke down.
pub(crate) fn broke_down(error: tokio::task::JoinError) -> Fault {
    Fault::internal("the thread that works on a file broke down").cause(error)
}

/// The batch without some of its rows, which are given in order.
pub(crate) fn without(batch: RecordBatch, rows: &[usize]) -> Result<RecordBatch, Fault> {
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
pub(crate) fn shorten(value: &str) -> String {
    match value.char_indices().nth(60) {
        None => value.to_owned(),
        Some((end, _)) => format!("{}…", &value[..end]),
    }
}

/// Bytes as text that shows every byte: what is not UTF-8 appears as `\xE9`.
pub(crate) fn visible(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02X}"));
        }
    }
    text
}
