//! What is known of runs, for finding what nobody reports: runs that are late, data that is old, runs unlike the others.

use jiff::Timestamp;
use serde_json::Value;
use towpath_model::Role;
use towpath_model::ids::{PipelineId, WorkspaceId};

use crate::db::Conn;
use crate::error::Error;
use crate::pipelines::Pipeline;
use crate::runs::RunState;
use crate::sql::{Read, Row, sql};

/// Name of the setting that holds the number of the last event that notifications have read.
pub const THROUGH: &str = "notices.through";

/// A run that ended, and the number of the event that said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedRun {
    /// Number of the event.
    pub number: i64,
    /// Identity of the run.
    pub run_id: String,
}

impl Read for EndedRun {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(EndedRun { number: row.int("number")?, run_id: row.text("run_id")? })
    }
}

/// Runs that ended after that event and up to the other, in their order.
pub async fn ended(conn: &mut Conn, after: i64, through: i64, limit: u32) -> Result<Vec<EndedRun>, Error> {
    sql(format!(
        "SELECT number, run_id FROM events WHERE number > $1 AND number <= $2 AND kind = 'run.ended'
         AND run_id IS NOT NULL ORDER BY number LIMIT {limit}"
    ))
    .bind(after)
    .bind(through)
    .all(conn)
    .await
}

/// How a run ended, and what it moved.
#[derive(Debug, Clone, PartialEq)]
pub struct PastRun {
    /// Identity of the run.
    pub id: String,
    /// How it ended.
    pub state: RunState,
    /// Begin of its data interval.
    pub interval_start: Option<Timestamp>,
    /// Zone in which its days are counted.
    pub zone: String,
    /// Rows in place.
    pub rows_written: u64,
    /// When it ended.
    pub ended_at: Timestamp,
    /// What it reported; only the last success has it.
    pub report: Option<Value>,
}

impl Read for PastRun {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(PastRun {
            id: row.text("id")?,
            state: row.word("state", RunState::of)?,
            interval_start: row.maybe_time("interval_start")?,
            zone: row.text("zone")?,
            rows_written: row.count("rows_written")?,
            ended_at: row.time("ended_at")?,
            report: row.maybe_json("report")?,
        })
    }
}

const COLUMNS: &str = "id, state, interval_start, zone, rows_written, ended_at";
const SUCCESS: &str = "state IN ('done', 'quarantined') AND undone_at IS NULL";

/// The last run of a pipeline that ended before another one, well or not; one that was stopped says nothing.
pub async fn before(
    conn: &mut Conn,
    pipeline: &str,
    run: &str,
    ended_at: Timestamp,
) -> Result<Option<PastRun>, Error> {
    sql(format!(
        "SELECT {COLUMNS}, NULL AS report FROM runs WHERE pipeline_id = $1 AND id <> $2 AND ended_at <= $3
         AND state IN ('done', 'quarantined', 'failed') ORDER BY ended_at DESC, id DESC LIMIT 1"
    ))
    .bind(pipeline)
    .bind(run)
    .bind(ended_at)
    .first(conn)
    .await
}

/// The last success of a pipeline before another run, with its report.
pub async fn success_before(
    conn: &mut Conn,
    pipeline: &str,
    run: &str,
    ended_at: Timestamp,
) -> Result<Option<PastRun>, Error> {
    sql(format!(
        "SELECT {COLUMNS}, report FROM runs WHERE pipeline_id = $1 AND id <> $2 AND ended_at <= $3 AND {SUCCESS}
         AND cause <> 'repair' ORDER BY ended_at DESC, id DESC LIMIT 1"
    ))
    .bind(pipeline)
    .bind(run)
    .bind(ended_at)
    .first(conn)
    .await
}

/// The last successes of a pipeline before another run, the earliest first. Backfills are left out: they move other amounts.
pub async fn successes_before(
    conn: &mut Conn,
    pipeline: &str,
    run: &str,
    ended_at: Timestamp,
    limit: u32,
) -> Result<Vec<PastRun>, Error> {
    let mut runs: Vec<PastRun> = sql(format!(
        "SELECT {COLUMNS}, NULL AS report FROM runs WHERE pipeline_id = $1 AND id <> $2 AND ended_at <= $3
         AND backfill_id IS NULL AND cause <> 'repair' AND {SUCCESS} ORDER BY ended_at DESC, id DESC LIMIT {limit}"
    ))
    .bind(pipeline)
    .bind(run)
    .bind(ended_at)
    .all(conn)
    .await?;
    runs.reverse();
    Ok(runs)
}

/// When a run of a pipeline last ended well.
pub async fn last_success(conn: &mut Conn, pipeline: &str) -> Result<Option<Timestamp>, Error> {
    let at = sql(format!("SELECT max(ended_at) FROM runs WHERE pipeline_id = $1 AND {SUCCESS}"))
        .bind(pipeline)
        .number(conn)
        .await?;
    Ok((at > 0).then(|| Timestamp::from_microsecond(at).unwrap_or(Timestamp::MAX)))
}

/// A run that a schedule promised and that has not ended, or has not even begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overdue {
    /// The schedule.
    pub schedule_id: String,
    /// Its pipeline.
    pub pipeline_id: PipelineId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The run, when there is one.
    pub run_id: Option<String>,
    /// When the schedule fired.
    pub fire_at: Timestamp,
}

impl Read for Overdue {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Overdue {
            schedule_id: row.text("schedule_id")?,
            pipeline_id: PipelineId::from_text(row.text("pipeline_id")?),
            workspace_id: WorkspaceId::from_text(row.text("workspace_id")?),
            run_id: row.maybe_text("run_id")?,
            fire_at: row.time("fire_at")?,
        })
    }
}

/// What schedules promised until then and has not ended, the earliest first.
pub async fn overdue(conn: &mut Conn, before: Timestamp, limit: u32) -> Result<Vec<Overdue>, Error> {
    let waiting =
        "SELECT s.id AS schedule_id, s.pipeline_id, s.workspace_id, NULL AS run_id, s.next_at AS fire_at
                   FROM schedules s JOIN pipelines p ON p.id = s.pipeline_id
                   WHERE s.paused = 0 AND s.next_at < $1 AND p.archived_at IS NULL";
    let open = "SELECT schedule_id, pipeline_id, workspace_id, id AS run_id, fire_at FROM runs
                WHERE ended_at IS NULL AND schedule_id IS NOT NULL AND fire_at < $1";
    sql(format!("{waiting} UNION ALL {open} ORDER BY fire_at LIMIT {limit}")).bind(before).all(conn).await
}

/// Pipelines of a workspace that are in use.
pub async fn pipelines(conn: &mut Conn, workspace: &str) -> Result<Vec<Pipeline>, Error> {
    sql("SELECT * FROM pipelines WHERE workspace_id = $1 AND archived_at IS NULL ORDER BY name")
        .bind(workspace)
        .all(conn)
        .await
}

/// A member of a workspace, with what they prefer.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// Identity.
    pub id: String,
    /// Mail address.
    pub email: String,
    /// `en` or `fr`.
    pub language: String,
    /// What the person prefers.
    pub settings: Value,
    /// The role in the workspace.
    pub role: Role,
}

impl Read for Person {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Person {
            id: row.text("id")?,
            email: row.text("email")?,
            language: row.text("language")?,
            settings: row.json("settings")?,
            role: row.word("role", Role::of)?,
        })
    }
}

/// Members of a workspace who can sign in.
pub async fn people(conn: &mut Conn, workspace: &str) -> Result<Vec<Person>, Error> {
    sql("SELECT u.id, u.email, u.language, u.settings, m.role FROM members m JOIN users u ON u.id = m.user_id
         WHERE m.workspace_id = $1 AND u.active = 1 ORDER BY u.id")
    .bind(workspace)
    .all(conn)
    .await
}
