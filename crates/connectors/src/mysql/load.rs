//! One load in progress.

use arrow::array::RecordBatch;
use async_trait::async_trait;
use mysql_async::prelude::Queryable;
use towpath_connect::{ColumnFit, Load, LoadRequest, Receipt};
use towpath_model::Fault;

use super::commit::Commit;
use super::fault::Place;
use super::names::TableName;
use super::plan::{Plan, Strategy};
use super::session::close;
use super::writer::Writer;

/// A load in progress: rows land in the staging table.
pub(super) struct MysqlLoad {
    plan: Plan,
    staging: TableName,
    /// Taken when the load ends, one way or the other.
    writer: Option<Writer>,
    request: LoadRequest,
    place: Place,
}

impl MysqlLoad {
    pub(super) fn new(
        plan: Plan,
        staging: TableName,
        writer: Writer,
        request: LoadRequest,
        place: Place,
    ) -> Self {
        MysqlLoad { plan, staging, writer: Some(writer), request, place }
    }

    fn writer(&mut self) -> Result<&mut Writer, Fault> {
        self.writer.as_mut().ok_or_else(|| Fault::internal("the load has already ended"))
    }

    async fn put_in_place(&mut self) -> Result<Receipt, Fault> {
        let MysqlLoad { plan, staging, writer, request, place } = self;
        let writer = writer.as_mut().ok_or_else(|| Fault::internal("the load has already ended"))?;
        let conn = writer.finish().await?;
        // Repeated keys replaced each other in the staging table. The server's count of replaced rows leaves out
        // those that were equal in every column.
        let kept = if plan.key.is_empty() {
            None
        } else {
            let sql = format!("SELECT COUNT(*) FROM {}", staging.sql());
            conn.query_first::<u64, _>(sql).await.map_err(|error| place.fault(error))?
        };
        let sent = writer.rows;
        let rows = kept.unwrap_or(sent);
        let conn = writer.finish().await?;
        Commit { conn, plan, staging, request, place, rows }.run().await?;
        let mut notes = std::mem::take(&mut plan.notes);
        if plan.strategy == Strategy::Create {
            notes.push(format!("created table `{}`", plan.target.table));
        }
        notes.extend(
            plan.added.iter().map(|column| format!("added column `{}` {}", column.name, column.column_type)),
        );
        Ok(Receipt {
            written: rows,
            deduplicated: sent.saturating_sub(rows),
            replayed: false,
            changes: None,
            notes,
        })
    }
}

#[async_trait]
impl Load for MysqlLoad {
    fn columns(&self) -> &[ColumnFit] {
        &self.plan.fits
    }

    async fn write(&mut self, batch: RecordBatch) -> Result<(), Fault> {
        self.writer()?.write(&batch).await
    }

    async fn commit(mut self: Box<Self>) -> Result<Receipt, Fault> {
        let result = self.put_in_place().await;
        if let Some(writer) = self.writer.take() {
            clean_up(writer, self.staging.clone()).await;
        }
        result
    }

    async fn abort(mut self: Box<Self>) -> Result<(), Fault> {
        if let Some(writer) = self.writer.take() {
            clean_up(writer, self.staging.clone()).await;
        }
        Ok(())
    }
}

impl Drop for MysqlLoad {
    fn drop(&mut self) {
        // A cancelled run drops its loads. Outside of a runtime the next load of this database cleans up.
        if let (Some(writer), Ok(runtime)) = (self.writer.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(clean_up(writer, self.staging.clone()));
        }
    }
}

/// Drops the staging table. When the connection is gone, the next load of this database does it.
async fn clean_up(writer: Writer, staging: TableName) {
    if let Some(mut conn) = writer.stop().await {
        let _ = conn.query_drop(format!("DROP TABLE IF EXISTS {}", staging.sql())).await;
        close(conn).await;
    }
}
