//! A read in progress: a task of its own takes rows from the socket and decodes them.

use std::sync::Arc;

use arrow::array::RecordBatch;
use tokio::sync::mpsc;
use towpath_connect::{ReadProgress, Reject, RejectSink};
use towpath_model::Fault;

use super::decode::{Decoder, Row, Trouble};
use super::fault::ServerError;
use super::held::Idle;
use super::render;
use super::session::Session;
use super::types::Kind;
use super::wire::Bulk;

/// A read in progress, on its own task.
pub(super) struct Reading {
    pub(super) decoder: Decoder,
    pub(super) names: Vec<String>,
    pub(super) kinds: Vec<Kind>,
    pub(super) place: String,
    pub(super) doing: String,
    /// Rows read so far.
    pub(super) row: u64,
    /// Whether rows come as `CopyData`, with a header before the first and a mark after the last.
    pub(super) copying: bool,
    pub(super) started: bool,
    /// Where the session goes when all rows are read.
    pub(super) idle: Option<Idle>,
    pub(super) rejects: Arc<dyn RejectSink>,
    pub(super) progress: Arc<ReadProgress>,
}

/// Takes batches, or the fault that ends them.
pub(super) type Sender = mpsc::Sender<Result<RecordBatch, Fault>>;

impl Reading {
    /// Reads to the end, until the reader is gone, or until something fails.
    pub(super) async fn run(mut self, session: Session, mut bulk: Bulk, sender: Sender) {
        tokio::select! {
            biased;
            () = sender.closed() => {}
            result = self.pump(&session, &mut bulk, &sender) => {
                match result {
                    Ok(true) => {
                        bulk.give_back();
                        // The transaction was read-only: closing the connection ends it, too.
                        if let Some(idle) = &self.idle
                            && session.batch(&self.doing, "COMMIT").await.is_ok()
                        {
                            idle.put(session);
                        }
                        return;
                    }
                    Ok(false) => {}
                    Err(fault) => {
                        // Nobody to tell means nobody to care.
                        let _ = sender.send(Err(fault)).await;
                        return;
                    }
                }
            }
        }
        // The reader is gone while the server still works for it.
        session.cancel().await;
    }

    /// Hands batches on until the server is done (`true`) or the reader is gone (`false`).
    async fn pump(&mut self, session: &Session, bulk: &mut Bulk, sender: &Sender) -> Result<bool, Fault> {
        loop {
            let mut read = 0;
            let step = loop {
                match bulk.message().map_err(|error| session.broken(error.into(), &self.doing))? {
                    None => break Step::Wait,
                    Some((b'd' | b'D', body)) => {
                        read += body.len() as u64;
                        self.rows(body)?;
                        if self.decoder.is_full() {
                            break Step::Batch;
                        }
                    }
                    Some((b'E', body)) => {
                        let error = ServerError::parse(body);
                        return Err(error.into_fault(&session.connection, &self.doing));
                    }
                    Some((b'Z', _)) => break Step::Done,
                    Some(_) => {}
                }
            };
            self.progress.add_bytes(read);
            if matches!(step, Step::Batch | Step::Done) && !self.decoder.is_empty() {
                let batch = self.decoder.finish();
                let batch = batch.map_err(|error| Fault::internal(format!("{}: {error}", self.doing)))?;
                if batch.num_rows() > 0 && sender.send(Ok(batch)).await.is_err() {
                    return Ok(false);
                }
            }
            match step {
                Step::Wait => bulk.fill().await.map_err(|error| session.broken(error.into(), &self.doing))?,
                Step::Batch => {}
                Step::Done => return Ok(true),
            }
        }
    }

    /// Takes the rows of one message.
    fn rows(&mut self, mut body: &[u8]) -> Result<(), Fault> {
        if self.copying && !self.started {
            body = after_header(body).ok_or_else(|| self.malformed())?;
            self.started = true;
        }
        while !body.is_empty() {
            // A count of -1 ends a copy.
            if self.copying && body == [0xff, 0xff] {
                return Ok(());
            }
            let (row, rest) = self.decoder.append(body).map_err(|trouble| match trouble {
                Trouble::Malformed => self.malformed(),
                Trouble::Unfit(why) => Fault::internal(why),
            })?;
            self.row += 1;
            if let Row::Bad(column, why) = row {
                self.reject(column, why, body)?;
            }
            body = rest;
        }
        Ok(())
    }

    fn reject(&self, column: usize, why: String, row: &[u8]) -> Result<(), Fault> {
        let original = render::row(&self.names, &self.kinds, row);
        let name = &self.names[column];
        self.rejects.reject(Reject {
            place: format!("{} row {}", self.place, self.row),
            column: Some(name.clone()),
            value: original.get(name).and_then(render::text),
            reason: format!("the value of `{name}` cannot be read: {why}"),
            original: serde_json::Value::Object(original).to_string(),
            value_only: false,
            ..Reject::default()
        })
    }

    fn malformed(&self) -> Fault {
        Fault::unavailable(format!(
            "{}: the server sent a row that is not in the binary form of PostgreSQL",
            self.doing
        ))
        .hint("check that the server, or the proxy before it, is PostgreSQL 12 or later")
    }
}

enum Step {
    /// Everything that is here was taken.
    Wait,
    /// A batch is full.
    Batch,
    /// The server is done.
    Done,
}

/// What follows the header of a copy.
fn after_header(body: &[u8]) -> Option<&[u8]> {
    let rest = body.strip_prefix(b"PGCOPY\n\xff\r\n\0")?;
    let (_flags, rest) = rest.split_first_chunk::<4>()?;
    let (extension, rest) = rest.split_first_chunk::<4>()?;
    rest.get(u32::from_be_bytes(*extension) as usize..)
}
