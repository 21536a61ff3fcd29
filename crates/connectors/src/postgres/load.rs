//! A load that comes as one stream: rows flow into the table or its staging table, and the commit puts them in place.
//!
//! Everything happens in one transaction of one session. Until it commits, others see the table as it was; when
//! the connection or this process ends earlier, the server takes everything back.

use arrow::array::RecordBatch;
use async_trait::async_trait;
use towpath_connect::{ChangeCounts, ChangeSink, ColumnFit, Load, LoadRequest, Receipt};
use towpath_model::Fault;

use super::copying::CopyIn;
use super::ledger::Ledger;
use super::place::{Place, Staged};
use super::plan::Plan;
use super::session::Session;

/// A load in progress.
pub(super) struct PostgresLoad {
    session: Session,
    /// `None` once it has ended.
    copy: Option<CopyIn>,
    plan: Plan,
    request: LoadRequest,
    ledger: Ledger,
    /// The rows, once all of them are here.
    staged: Option<Staged>,
}

impl PostgresLoad {
    /// Starts the copy of a planned load.
    pub(super) async fn start(
        session: Session,
        plan: Plan,
        request: LoadRequest,
        ledger: Ledger,
    ) -> Result<Self, Fault> {
        let copy = CopyIn::start(&session, &plan, None).await?;
        Ok(PostgresLoad { session, copy: Some(copy), plan, request, ledger, staged: None })
    }

    fn place(&self) -> Place<'_> {
        Place {
            session: &self.session,
            plan: &self.plan,
            request: &self.request,
            ledger: &self.ledger,
            chunks: None,
        }
    }

    /// Ends the copy, once.
    async fn settle(&mut self) -> Result<Staged, Fault> {
        if let Some(staged) = &self.staged {
            return Ok(staged.clone());
        }
        let copy = self.copy.take().ok_or_else(|| {
            Fault::internal(format!("loading table `{}`: it failed before", self.plan.target))
        })?;
        let copied = copy.finish(&self.session).await?;
        let staged = self.place().settle(copied).await?;
        self.staged = Some(staged.clone());
        Ok(staged)
    }
}

#[async_trait]
impl Load for PostgresLoad {
    fn columns(&self) -> &[ColumnFit] {
        &self.plan.fits
    }

    async fn write(&mut self, batch: RecordBatch) -> Result<(), Fault> {
        match &mut self.copy {
            Some(copy) => copy.write(&self.session, &batch).await,
            None => Err(Fault::internal("rows come after the end of the load")),
        }
    }

    async fn preview(&mut self, changes: &mut dyn ChangeSink) -> Result<Option<ChangeCounts>, Fault> {
        let mut staged = self.settle().await?;
        let counts = self.place().preview(&mut staged, changes).await?;
        self.staged = Some(staged);
        Ok(Some(counts))
    }

    async fn commit(mut self: Box<Self>) -> Result<Receipt, Fault> {
        let staged = self.settle().await?;
        self.place().commit(staged).await
    }

    async fn abort(mut self: Box<Self>) -> Result<(), Fault> {
        // Without a copy in progress or rows that are settled, the connection is gone, and the transaction with it.
        let works = match self.copy.take() {
            Some(copy) => copy.abandon().await,
            None => self.staged.is_some(),
        };
        if works {
            self.session.batch("taking the load back", "ROLLBACK").await?;
        }
        Ok(())
    }
}
