//! What runs committed: the receipts of their loads.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::db::Conn;
use crate::error::Error;
use crate::page::{List, Listed, Order, Page, PageRequest};
use crate::sql::{Read, Row, json, sql, words};

words! {
    /// Why a load cannot be taken back.
    Lasting {
        /// It was taken back before.
        Undone = "undone",
        /// Its destination keeps nothing for that: see `undo` in its settings.
        NothingKept = "nothing_kept",
        /// What was kept for that is gone.
        Expired = "expired",
    }
}

/// A load that was committed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Load {
    /// The identity of the load.
    pub id: String,
    /// The pipeline.
    pub pipeline_id: String,
    /// The run.
    pub run_id: String,
    /// The node that wrote it.
    pub node: String,
    /// The connection it went through.
    pub connection: Option<String>,
    /// The table or file.
    pub target: String,
    /// How rows landed.
    pub mode: String,
    /// Rows in place.
    pub rows_written: u64,
    /// What the destination said of it.
    #[schema(value_type = Object)]
    pub receipt: Value,
    /// When it became visible.
    pub committed_at: Timestamp,
    /// Until when it can be taken back; nothing where its destination keeps nothing for that.
    pub undoable_until: Option<Timestamp>,
    /// Why it cannot be taken back; nothing when it can.
    pub lasting: Option<Lasting>,
    /// When it was taken back.
    pub undone_at: Option<Timestamp>,
}

impl Read for Load {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Load {
            id: row.text("id")?,
            pipeline_id: row.text("pipeline_id")?,
            run_id: row.text("run_id")?,
            node: row.text("node")?,
            connection: row.maybe_text("connection")?,
            target: row.text("target")?,
            mode: row.text("mode")?,
            rows_written: row.count("rows_written")?,
            receipt: row.json("receipt")?,
            committed_at: row.time("committed_at")?,
            lasting: lasting(row.maybe_time("undoable_until")?, row.maybe_time("undone_at")?),
            undoable_until: row.maybe_time("undoable_until")?,
            undone_at: row.maybe_time("undone_at")?,
        })
    }
}

fn lasting(until: Option<Timestamp>, undone: Option<Timestamp>) -> Option<Lasting> {
    match (undone, until) {
        (Some(_), _) => Some(Lasting::Undone),
        (None, None) => Some(Lasting::NothingKept),
        (None, Some(until)) => (until < Timestamp::now()).then_some(Lasting::Expired),
    }
}

impl Listed for Load {
    fn standing(&self, _: &str) -> (Value, String) {
        (self.committed_at.as_microsecond().into(), self.id.clone())
    }
}

/// Writes a receipt; the same load twice is one.
pub async fn put(conn: &mut Conn, workspace: &str, load: &Load) -> Result<(), Error> {
    sql("INSERT INTO loads (id, workspace_id, pipeline_id, run_id, node, connection, target, mode, rows_written,
         receipt, committed_at, undoable_until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (id) DO UPDATE SET rows_written = $9, receipt = $10")
    .bind(&load.id)
    .bind(workspace)
    .bind(&load.pipeline_id)
    .bind(&load.run_id)
    .bind(&load.node)
    .bind(load.connection.as_deref())
    .bind(&load.target)
    .bind(&load.mode)
    .bind(load.rows_written)
    .bind(json(&load.receipt)?)
    .bind(load.committed_at)
    .bind(load.undoable_until)
    .run(conn)
    .await
    .map(drop)
}

/// Loads of a run, in the order of their commits.
pub async fn of_run(conn: &mut Conn, run: &str) -> Result<Vec<Load>, Error> {
    sql("SELECT * FROM loads WHERE run_id = $1 ORDER BY committed_at, id").bind(run).all(conn).await
}

/// The first load into the same target that came later and took nothing from a quarantine; none when there is none.
pub async fn later(conn: &mut Conn, workspace: &str, load: &Load) -> Result<Option<Load>, Error> {
    sql("SELECT loads.* FROM loads JOIN runs ON runs.id = loads.run_id
         WHERE loads.workspace_id = $1 AND loads.target = $2 AND COALESCE(loads.connection, '') = $3
         AND loads.committed_at > $4 AND loads.run_id <> $5 AND loads.undone_at IS NULL AND runs.undone_at IS NULL
         AND runs.cause <> 'repair' ORDER BY loads.committed_at LIMIT 1")
    .bind(workspace)
    .bind(&load.target)
    .bind(load.connection.as_deref().unwrap_or_default())
    .bind(load.committed_at)
    .bind(&load.run_id)
    .first(conn)
    .await
}

/// Loads of a workspace, the newest first; into one target, or all.
pub async fn list(
    conn: &mut Conn,
    workspace: &str,
    target: Option<&str>,
    pipeline: Option<&str>,
    page: &PageRequest,
) -> Result<Page<Load>, Error> {
    let orders = [Order::number("committed", "committed_at")];
    List::of("SELECT * FROM loads")
        .only_if("workspace_id = ?", workspace)
        .maybe("target = ?", target)
        .maybe("pipeline_id = ?", pipeline)
        .page(conn, page, &orders, "id", true)
        .await
}
