//! How pipelines stand at this moment: their last runs, their next starts, and when each of their targets was loaded last.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use towpath_model::RunId;

use crate::db::Conn;
use crate::error::Error;
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

impl Read for LastRun {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(LastRun {
            id: RunId::from_text(row.text("id")?),
            cause: row.word("cause", Cause::of)?,
            state: row.word("state", RunState::of)?,
            created_at: row.time("created_at")?,
            started_at: row.maybe_time("started_at")?,
            ended_at: row.maybe_time("ended_at")?,
            seconds: row.float("seconds")?,
            rows_written: row.count("rows_written")?,
            rows_quarantined: row.count("rows_quarantined")?,
        })
    }
}

/// The last run of pipelines `p`, as `r`: one look into an index per pipeline, however many runs it has. Of two that were made
/// in the same microsecond, either is the last one.
pub(crate) const LAST: &str = "LEFT JOIN runs r ON r.id =
    (SELECT last.id FROM runs last WHERE last.pipeline_id = p.id ORDER BY last.created_at DESC LIMIT 1)";

/// The next start by a schedule that is not paused, and the last run.
pub(crate) fn read(row: &Row<'_>) -> Result<(Option<Timestamp>, Option<LastRun>), Error> {
    let run = row.under("run_");
    let last_run = run.maybe_text("id")?.map(|_| LastRun::read(&run)).transpose()?;
    Ok((row.maybe_time("next_at")?, last_run))
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
