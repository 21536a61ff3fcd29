//! A copy of rows into a table, on a borrowed connection.

use arrow::array::RecordBatch;
use towpath_model::Fault;

use super::encode::{Encoder, Target};
use super::name::quote_all;
use super::plan::{Plan, Written};
use super::session::Session;
use super::types::{Kind, through};
use super::wire::Bulk;

/// A `COPY … FROM STDIN` in progress.
pub(super) struct CopyIn {
    /// `None` once it has failed.
    bulk: Option<Bulk>,
    encoder: Encoder,
    doing: String,
}

impl CopyIn {
    /// Starts copying rows of a planned load to where they are staged. `first` is the number of the first row, when
    /// rows carry numbers.
    pub(super) async fn start(session: &Session, plan: &Plan, first: Option<i64>) -> Result<Self, Fault> {
        let doing = format!("loading table `{}`", plan.target);
        let mut names = quote_all(plan.columns.iter().map(|column| column.name.as_str()));
        if let Some(number) = plan.stage.number() {
            names.push_str(", ");
            names.push_str(&number);
        }
        // Rows of a table that nobody else has seen need no check later whether they are visible.
        let freeze = if plan.created && !plan.stage.is_apart() { ", FREEZE" } else { "" };
        let mut bulk = session.bulk(&doing).await?;
        let table = plan.stage.sql(&plan.target);
        let sql = format!("COPY {table} ({names}) FROM STDIN (FORMAT binary{freeze})");
        bulk.start_copy_in(&sql).await.map_err(|error| session.broken(error, &doing))?;
        let targets = plan.columns.iter().map(|column| Target {
            index: column.index,
            name: column.name.clone(),
            kind: wire_kind(column),
        });
        let encoder = Encoder::new(targets.collect(), first);
        Ok(CopyIn { bulk: Some(bulk), encoder, doing })
    }

    /// Takes rows.
    pub(super) async fn write(&mut self, session: &Session, batch: &RecordBatch) -> Result<(), Fault> {
        let mut row = 0;
        while row < batch.num_rows() {
            row = self.encoder.append(batch, row)?;
            if self.encoder.is_full() {
                self.send(session).await?;
            }
        }
        Ok(())
    }

    /// Sends what the encoder holds.
    async fn send(&mut self, session: &Session) -> Result<(), Fault> {
        let mut bulk =
            self.bulk.take().ok_or_else(|| Fault::internal(format!("{}: it failed before", self.doing)))?;
        let messages = self.encoder.messages()?;
        bulk.send_rows(messages).await.map_err(|error| session.broken(error, &self.doing))?;
        self.encoder.sent();
        self.bulk = Some(bulk);
        Ok(())
    }

    /// Ends the copy and gives the number of rows that the server took.
    pub(super) async fn finish(mut self, session: &Session) -> Result<u64, Fault> {
        self.encoder.end();
        self.send(session).await?;
        let Some(mut bulk) = self.bulk.take() else { return Ok(0) };
        let rows = bulk.finish_copy_in().await.map_err(|error| session.broken(error, &self.doing))?;
        bulk.give_back();
        Ok(rows)
    }

    /// Gives the copy up. Whether the connection is still of use.
    pub(super) async fn abandon(mut self) -> bool {
        let Some(mut bulk) = self.bulk.take() else { return false };
        let works = bulk.fail_copy_in().await.is_ok();
        if works {
            bulk.give_back();
        }
        works
    }
}

/// How the values of a column travel to where they land.
fn wire_kind(column: &Written) -> Kind {
    // Types without a form of ours land in the staging table as what they travel as.
    match (through(&column.kind.kind), &column.kind.kind) {
        (None, kind) => kind.clone(),
        (Some("text"), _) => Kind::Text,
        (Some("text[]"), _) => Kind::Array(Box::new(Kind::Text), 25),
        (Some("numeric[]"), _) => Kind::Array(Box::new(Kind::Numeric), 1700),
        (Some(_), _) => Kind::Numeric,
    }
}
