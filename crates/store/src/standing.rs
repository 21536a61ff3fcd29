//! How pipelines stand at this moment: their last runs, their next starts, and when each of their targets was loaded last.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use towpath_model::RunId;

use crate::db::Conn;
use crate::error::Error;
use crate::page::List;
use crate::runs::loads::Load;
use crate::runs::{Cause, RunState};
use crate::sql::{Read, Row, sql};

/// The last run of a pipeline, as lists show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LastRun {
    /// Its identity.
    #[schema(value_type = String)]
    pub id: RunId,
    /// What started it.
    pub cause: Cause,
    /// How it stands.
    pub state: RunState,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How long its last attempt took.
    pub seconds: Option<f64>,
    /// Rows in place in destinations.
    pub rows_written: u64,
    /// Rows sent to quarantine.
    pub rows_quarantined: u64,
}

/// How a pipeline stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The pipeline.
    pub pipeline_id: String,
    /// When a schedule that is not paused starts it next.
    pub next_at: Option<Timestamp>,
    /// Its last run.
    pub last_run: Option<LastRun>,
}

impl Read for Standing {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        let last_run = match row.maybe_text("run_id")? {
            None => None,
            Some(id) => Some(LastRun {
                id: RunId::from_text(id),
                cause: row.word("cause", Cause::of)?,
                state: row.word("state", RunState::of)?,
                created_at: row.time("created_at")?,
                started_at: row.maybe_time("started_at")?,
                ended_at: row.maybe_time("ended_at")?,
                seconds: row.float("seconds")?,
                rows_written: row.count("rows_written")?,
                rows_quarantined: row.count("rows_quarantined")?,
            }),
        };
        Ok(Standing { pipeline_id: row.text("id")?, next_at: row.maybe_time("next_at")?, last_run })
    }
}

/// How these pipelines stand.
pub async fn of(conn: &mut Conn, pipelines: &[String]) -> Result<Vec<Standing>, Error> {
    if pipelines.is_empty() {
        return Ok(Vec::new());
    }
    // One look into an index per pipeline and table, however many runs and schedules each has.
    List::of(
        "SELECT p.id, (SELECT min(s.next_at) FROM schedules s WHERE s.pipeline_id = p.id AND s.paused = 0) AS next_at,
                r.id AS run_id, r.cause, r.state, r.created_at, r.started_at, r.ended_at, r.seconds, r.rows_written,
                r.rows_quarantined
         FROM pipelines p LEFT JOIN runs r ON r.id = (SELECT last.id FROM runs last WHERE last.pipeline_id = p.id
                                                      ORDER BY last.created_at DESC, last.id DESC LIMIT 1)",
    )
    .one_of("p.id", pipelines)
    .all(conn, "p.id")
    .await
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
