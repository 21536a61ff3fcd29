//! How pipelines stand at this moment: their last runs, their next starts, and when each of their targets was loaded last.

use jiff::Timestamp;

use crate::db::Conn;
use crate::error::Error;
use crate::page::List;
use crate::runs::Run;
use crate::runs::loads::Load;
use crate::sql::{Read, Row, sql};

/// The last run of each of these pipelines that has one.
pub async fn last_runs(conn: &mut Conn, pipelines: &[String]) -> Result<Vec<Run>, Error> {
    if pipelines.is_empty() {
        return Ok(Vec::new());
    }
    // One look into the index per pipeline, however many runs each has.
    let last = "SELECT (SELECT r.id FROM runs r WHERE r.pipeline_id = pipelines.id
                ORDER BY r.created_at DESC, r.id DESC LIMIT 1) AS run FROM pipelines";
    let ids: Vec<String> = List::of(last)
        .only("EXISTS (SELECT 1 FROM runs r WHERE r.pipeline_id = pipelines.id)")
        .one_of("id", pipelines)
        .all(conn, "run")
        .await?;
    match ids.is_empty() {
        true => Ok(Vec::new()),
        false => List::of("SELECT * FROM runs").one_of("id", &ids).all(conn, "id").await,
    }
}

/// When a pipeline starts next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextStart {
    /// The pipeline.
    pub pipeline_id: String,
    /// The moment.
    pub at: Timestamp,
}

impl Read for NextStart {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(NextStart { pipeline_id: row.text("pipeline_id")?, at: row.time("next_at")? })
    }
}

/// The next starts of these pipelines by schedules that are not paused, the earliest first; one per schedule.
pub async fn next_starts(conn: &mut Conn, pipelines: &[String]) -> Result<Vec<NextStart>, Error> {
    match pipelines.is_empty() {
        true => Ok(Vec::new()),
        false => {
            List::of("SELECT pipeline_id, next_at FROM schedules")
                .only("paused = 0 AND next_at IS NOT NULL")
                .one_of("pipeline_id", pipelines)
                .all(conn, "next_at, id")
                .await
        }
    }
}

/// The last load of every destination node of a workspace that was not taken back.
pub async fn last_loads(conn: &mut Conn, workspace: &str) -> Result<Vec<Load>, Error> {
    sql("SELECT l.* FROM loads l JOIN (SELECT pipeline_id, node, max(committed_at) AS at FROM loads
         WHERE workspace_id = $1 AND undone_at IS NULL GROUP BY pipeline_id, node) last
         ON last.pipeline_id = l.pipeline_id AND last.node = l.node AND last.at = l.committed_at
         WHERE l.workspace_id = $1 AND l.undone_at IS NULL ORDER BY l.committed_at, l.id")
    .bind(workspace)
    .all(conn)
    .await
}
