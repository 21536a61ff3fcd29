//! A load that comes as one stream: rows flow into the table or its staging table, and the commit puts them in place.
//!
//! Everything happens in one transaction of one session, which the load may share with others. Until it commits, others
//! see the table as it was; when the connection or this process ends earlier, the server takes everything back.

use std::sync::Arc;

use arrow::array::RecordBatch;
use async_trait::async_trait;
use towpath_connect::merge::Groups;
use towpath_connect::{ChangeCounts, ChangeSink, ColumnFit, Load, LoadRequest, Receipt, Step};
use towpath_model::Fault;

use super::feed::Feed;
use super::ledger::Ledger;
use super::place::{Place, Progress, Staged};
use super::plan::Plan;
use super::room::{Room, Turn};

/// A load in progress.
pub(super) struct PostgresLoad {
    room: Arc<Room>,
    /// `None` once it has ended.
    feed: Option<Feed>,
    plan: Plan,
    request: LoadRequest,
    ledger: Ledger,
    progress: Progress,
    groups: Groups,
}

impl PostgresLoad {
    /// Starts a planned load. The caller has the turn.
    pub(super) async fn start(
        room: Arc<Room>,
        turn: Turn,
        plan: Plan,
        request: LoadRequest,
        ledger: Ledger,
    ) -> Result<Self, Fault> {
        let feed = Feed::start(&room, &plan, turn).await?;
        let (progress, groups) = Default::default();
        Ok(PostgresLoad { room, feed: Some(feed), plan, request, ledger, progress, groups })
    }

    fn place(&self) -> Place<'_> {
        Place {
            room: &self.room,
            plan: &self.plan,
            request: &self.request,
            ledger: &self.ledger,
            chunks: None,
            groups: &self.groups,
        }
    }

    /// Ends the feed, once.
    async fn settle(&mut self) -> Result<Staged, Fault> {
        if let Some(staged) = &self.progress.staged {
            return Ok(staged.clone());
        }
        let feed = self.feed.take().ok_or_else(|| {
            Fault::internal(format!("loading table `{}`: it failed before", self.plan.target))
        })?;
        let copied = feed.finish(&self.plan).await?;
        let staged = self.place().settle(copied).await?;
        self.progress.staged = Some(staged.clone());
        Ok(staged)
    }
}

#[async_trait]
impl Load for PostgresLoad {
    fn columns(&self) -> &[ColumnFit] {
        &self.plan.fits
    }

    async fn write(&mut self, batch: RecordBatch) -> Result<(), Fault> {
        match &mut self.feed {
            Some(feed) => feed.write(&self.plan, batch).await,
            None => Err(Fault::internal("rows come after the end of the load")),
        }
    }

    async fn scope(&mut self, groups: Groups) -> Result<(), Fault> {
        self.groups = groups;
        Ok(())
    }

    async fn preview(&mut self, changes: &mut dyn ChangeSink) -> Result<Option<ChangeCounts>, Fault> {
        let mut staged = self.settle().await?;
        let counts = self.place().preview(&mut staged, changes).await?;
        self.progress.staged = Some(staged);
        Ok(Some(counts))
    }

    async fn step(&mut self, step: Step) -> Result<(), Fault> {
        if step == Step::Settle {
            return self.settle().await.map(drop);
        }
        let mut progress = std::mem::take(&mut self.progress);
        self.place().step(step, &mut progress).await?;
        self.progress = progress;
        Ok(())
    }

    async fn commit(mut self: Box<Self>) -> Result<Receipt, Fault> {
        if self.progress.receipt.is_none() {
            for step in Step::ALL {
                self.step(step).await?;
            }
        }
        let mut progress = std::mem::take(&mut self.progress);
        self.place().commit(&mut progress).await
    }

    async fn abort(mut self: Box<Self>) -> Result<(), Fault> {
        if let Some(feed) = self.feed.take() {
            feed.abandon().await;
        }
        self.room.roll_back().await
    }
}
