//! The way of a load's rows into its staging place.
//!
//! A load with a session of its own keeps one copy open from its first row to its last. Loads that share a session
//! collect some megabytes each, and copy them in their turn.

use std::sync::Arc;

use arrow::array::RecordBatch;
use towpath_model::Fault;

use super::copying::CopyIn;
use super::plan::Plan;
use super::room::{Room, Turn};

/// Bytes of rows that a load collects for a turn.
const WAITING_BYTES: usize = 4 << 20;

/// Rows on their way.
pub(super) struct Feed {
    room: Arc<Room>,
    copy: Option<(CopyIn, Turn)>,
    waiting: Vec<RecordBatch>,
    bytes: usize,
    /// Rows that the server has taken.
    rows: u64,
}

impl Feed {
    /// Starts to feed a planned load. The caller has the turn.
    pub(super) async fn start(room: &Arc<Room>, plan: &Plan, turn: Turn) -> Result<Self, Fault> {
        let mut feed = Feed { room: Arc::clone(room), copy: None, waiting: Vec::new(), bytes: 0, rows: 0 };
        match room.is_shared() {
            true => turn.done(),
            false => feed.copy = Some((CopyIn::start(room.session(), plan, None).await?, turn)),
        }
        Ok(feed)
    }

    /// Takes rows.
    pub(super) async fn write(&mut self, plan: &Plan, batch: RecordBatch) -> Result<(), Fault> {
        self.bytes += batch.get_array_memory_size();
        self.waiting.push(batch);
        if self.room.is_shared() && self.bytes < WAITING_BYTES {
            return Ok(());
        }
        self.send(plan).await?;
        if self.room.is_shared() { self.pause().await } else { Ok(()) }
    }

    /// Sends the rows that wait.
    async fn send(&mut self, plan: &Plan) -> Result<(), Fault> {
        let (mut copy, turn) = match self.copy.take() {
            Some(current) => current,
            None => {
                let turn = self.room.turn().await?;
                (CopyIn::start(self.room.session(), plan, None).await?, turn)
            }
        };
        for batch in self.waiting.drain(..) {
            copy.write(self.room.session(), &batch).await?;
        }
        self.bytes = 0;
        self.copy = Some((copy, turn));
        Ok(())
    }

    /// Ends the copy, and the turn.
    async fn pause(&mut self) -> Result<(), Fault> {
        if let Some((copy, turn)) = self.copy.take() {
            self.rows += copy.finish(self.room.session()).await?;
            turn.done();
        }
        Ok(())
    }

    /// Ends the feed and gives the number of rows that the server took.
    pub(super) async fn finish(mut self, plan: &Plan) -> Result<u64, Fault> {
        if !self.waiting.is_empty() {
            self.send(plan).await?;
        }
        self.pause().await?;
        Ok(self.rows)
    }

    /// Gives the rows up.
    pub(super) async fn abandon(mut self) {
        if let Some((copy, turn)) = self.copy.take()
            && copy.abandon().await
        {
            turn.done();
        }
    }
}
