//! The nodes of a run, with their counts.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::db::Conn;
use crate::error::Error;
use crate::sql::{Read, Row, json, sql, words};

words! {
    /// How a node of a run stands.
    TaskState {
        /// Its first row has not been asked for.
        Waiting = "waiting",
        /// Rows go through it, or are written.
        Running = "running",
        /// Its rows went on, or are in place.
        Done = "done",
        /// The run failed in it.
        Failed = "failed",
        /// The run ended elsewhere before it came to its end.
        Unfinished = "unfinished",
    }
}

/// What happened to the rows of one node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Task {
    /// Name of the node.
    pub node: String,
    /// `source`, `transform` or `destination`.
    pub role: String,
    /// Connector or transform.
    pub kind: String,
    /// How it stands; nothing where an earlier version of the program did not say.
    pub state: Option<TaskState>,
    /// Rows that came in.
    pub rows_read: u64,
    /// Rows that went out, or that are in place.
    pub rows_written: u64,
    /// Rows left out by a condition.
    pub rows_filtered: u64,
    /// Rows left out because another has their key.
    pub rows_deduplicated: u64,
    /// Rows in quarantine.
    pub rows_quarantined: u64,
    /// Everything else that was reported of it.
    #[schema(value_type = Object)]
    pub detail: Value,
}

impl Read for Task {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Task {
            node: row.text("node")?,
            role: row.text("role")?,
            kind: row.text("kind")?,
            state: row.maybe_word("state", TaskState::of)?,
            rows_read: row.count("rows_read")?,
            rows_written: row.count("rows_written")?,
            rows_filtered: row.count("rows_filtered")?,
            rows_deduplicated: row.count("rows_deduplicated")?,
            rows_quarantined: row.count("rows_quarantined")?,
            detail: row.json("detail")?,
        })
    }
}

/// Writes the nodes of a run, in their order, in the place of those before.
pub async fn put(conn: &mut Conn, run: &str, tasks: &[Task]) -> Result<(), Error> {
    sql("DELETE FROM tasks WHERE run_id = $1").bind(run).run(conn).await?;
    for (position, task) in tasks.iter().enumerate() {
        sql("INSERT INTO tasks (run_id, node, position, role, kind, rows_read, rows_written, rows_filtered,
             rows_deduplicated, rows_quarantined, detail, state)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)")
        .bind(run)
        .bind(&task.node)
        .bind(position as u64)
        .bind(&task.role)
        .bind(&task.kind)
        .bind(task.rows_read)
        .bind(task.rows_written)
        .bind(task.rows_filtered)
        .bind(task.rows_deduplicated)
        .bind(task.rows_quarantined)
        .bind(json(&task.detail)?)
        .bind(task.state.map(TaskState::word))
        .run(conn)
        .await?;
    }
    Ok(())
}

/// The nodes of a run, in their order.
pub async fn of_run(conn: &mut Conn, run: &str) -> Result<Vec<Task>, Error> {
    sql("SELECT * FROM tasks WHERE run_id = $1 ORDER BY position").bind(run).all(conn).await
}
