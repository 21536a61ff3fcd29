//! What a scheduler reads again and again: narrow rows of what can still matter, never the whole history.
//!
//! To be read in one [`Store::snapshot`](crate::Store::snapshot). What is large and seldom changes is marked with a revision,
//! so that it can be kept.

use jiff::Timestamp;
use serde_json::Value;

use crate::db::Conn;
use crate::error::Error;
use crate::page::List;
use crate::runs::{RunState, Stop};
use crate::sql::{Read, Row, sql};

/// A run that has not ended.
#[derive(Debug, Clone)]
pub struct OpenRun {
    /// Its identity.
    pub id: String,
    /// Its revision.
    pub revision: i64,
    /// The workspace.
    pub workspace_id: String,
    /// The pipeline.
    pub pipeline_id: String,
    /// Name of the pipeline.
    pub pipeline: String,
    /// The schedule that wanted it.
    pub schedule_id: Option<String>,
    /// The backfill that it is a piece of, and which.
    pub backfill: Option<(String, i64)>,
    /// When its schedule was due.
    pub fire_at: Option<Timestamp>,
    /// The event that its schedule waited for.
    pub event_key: Option<String>,
    /// The data interval.
    pub interval: Option<(Timestamp, Timestamp)>,
    /// When it was created.
    pub created_at: Timestamp,
    /// It does not start earlier.
    pub not_before: Timestamp,
    /// Attempts, those of them that failed, and those that were lost.
    pub attempts: (i64, i64, i64),
    /// How it stands.
    pub state: RunState,
    /// Why it is to stop, and the same in words.
    pub stop: Option<(Stop, String)>,
    /// Who has it, since when, and until when without a sign of life.
    pub held: Option<(String, Timestamp, Timestamp)>,
    /// When its last attempt failed, and whether the same may pass.
    pub failed: Option<(Timestamp, bool)>,
    /// How it is tried again, as text.
    pub retries: String,
    /// Seconds that an attempt may take.
    pub timeout_seconds: i64,
    /// Names of connections.
    pub connections: Vec<String>,
    /// What it writes to.
    pub targets: Vec<String>,
}

fn both<A, B>(a: Option<A>, b: Option<B>) -> Option<(A, B)> {
    Some((a?, b?))
}

impl Read for OpenRun {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        let stop = row.maybe_word("stop", Stop::of)?;
        let reason = row.maybe_text("stop_reason")?.unwrap_or_default();
        let held = both(row.maybe_time("attempt_started_at")?, row.maybe_time("lease_until")?);
        let held = both(row.maybe_text("worker_id")?, held);
        let may_pass = row.flag("may_pass")?;
        Ok(OpenRun {
            id: row.text("id")?,
            revision: row.int("revision")?,
            workspace_id: row.text("workspace_id")?,
            pipeline_id: row.text("pipeline_id")?,
            pipeline: row.text("pipeline")?,
            schedule_id: row.maybe_text("schedule_id")?,
            backfill: both(row.maybe_text("backfill_id")?, row.maybe_int("piece")?),
            fire_at: row.maybe_time("fire_at")?,
            event_key: row.maybe_text("event_key")?,
            interval: both(row.maybe_time("interval_start")?, row.maybe_time("interval_end")?),
            created_at: row.time("created_at")?,
            not_before: row.time("not_before")?,
            attempts: (row.int("attempt")?, row.int("failures")?, row.int("lost")?),
            state: row.word("state", RunState::of)?,
            stop: stop.map(|stop| (stop, reason)),
            held: held.map(|(worker, (since, until))| (worker, since, until)),
            failed: row.maybe_time("failed_at")?.map(|at| (at, may_pass)),
            retries: row.text("retries")?,
            timeout_seconds: row.int("timeout_seconds")?,
            connections: row.json("uses_connections")?,
            targets: row.json("targets")?,
        })
    }
}

/// Every run that has not ended, the oldest first; without those that wait in workspaces that were closed.
pub async fn open_runs(conn: &mut Conn) -> Result<Vec<OpenRun>, Error> {
    sql("SELECT r.id, r.revision, r.workspace_id, r.pipeline_id, p.name AS pipeline, r.schedule_id, r.backfill_id, r.piece,
         r.fire_at, r.event_key, r.interval_start, r.interval_end, r.created_at, r.not_before, r.attempt, r.failures,
         r.lost, r.state, r.stop, r.stop_reason, r.worker_id, r.attempt_started_at, r.lease_until, r.failed_at, r.may_pass,
         r.retries, r.timeout_seconds, r.uses_connections, r.targets
         FROM runs r JOIN pipelines p ON p.id = r.pipeline_id JOIN workspaces w ON w.id = r.workspace_id
         WHERE r.ended_at IS NULL AND (r.state <> 'queued' OR w.closed_at IS NULL) ORDER BY r.created_at, r.id")
    .all(conn)
    .await
}

/// How a schedule stands, without what it says.
#[derive(Debug, Clone)]
pub struct ScheduleMark {
    /// Its identity.
    pub id: String,
    /// Its revision, that of its workspace, and that of its pipeline.
    pub revisions: (i64, i64, i64),
    /// Up to where it is decided.
    pub handled_through: Timestamp,
    /// The pipeline.
    pub pipeline_id: String,
}

impl Read for ScheduleMark {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(ScheduleMark {
            id: row.text("id")?,
            revisions: (row.int("revision")?, row.int("workspace")?, row.int("pipeline")?),
            handled_through: row.time("handled_through")?,
            pipeline_id: row.text("pipeline_id")?,
        })
    }
}

/// Changes whenever [`schedule_marks`] do: how many there are, which is the newest, and sums of what only grows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScheduleStamp {
    count: i64,
    newest: String,
    revisions: i64,
    handled: i64,
}

impl Read for ScheduleStamp {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(ScheduleStamp {
            count: row.int("schedules")?,
            newest: row.text("newest")?,
            revisions: row.int("revisions")?,
            handled: row.int("handled")?,
        })
    }
}

/// What tells whether the marks of schedules have changed, for less than reading them.
pub async fn schedule_stamp(conn: &mut Conn) -> Result<ScheduleStamp, Error> {
    let found = sql("SELECT count(*) AS schedules, COALESCE(max(s.id), '') AS newest,
         CAST(COALESCE(sum(s.revision + w.revision + p.revision), 0) AS BIGINT) AS revisions,
         CAST(COALESCE(sum(s.handled_through / 1000), 0) AS BIGINT) AS handled
         FROM schedules s JOIN pipelines p ON p.id = s.pipeline_id JOIN workspaces w ON w.id = s.workspace_id
         WHERE p.archived_at IS NULL AND w.closed_at IS NULL");
    Ok(found.first(conn).await?.unwrap_or_default())
}

/// Every schedule of pipelines that are in use.
pub async fn schedule_marks(conn: &mut Conn) -> Result<Vec<ScheduleMark>, Error> {
    sql(
        "SELECT s.id, s.revision, w.revision AS workspace, p.revision AS pipeline, s.handled_through, s.pipeline_id
         FROM schedules s JOIN pipelines p ON p.id = s.pipeline_id JOIN workspaces w ON w.id = s.workspace_id
         WHERE p.archived_at IS NULL AND w.closed_at IS NULL ORDER BY s.id",
    )
    .all(conn)
    .await
}

/// What runs of a pipeline are runs of.
#[derive(Debug, Clone)]
pub struct PipelineUse {
    /// Its identity.
    pub id: String,
    /// Its revision.
    pub revision: i64,
    /// The version that runs.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// The workspace.
    pub workspace_id: String,
    /// Names of connections.
    pub connections: Vec<String>,
    /// What it writes to.
    pub targets: Vec<String>,
}

impl Read for PipelineUse {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(PipelineUse {
            id: row.text("id")?,
            revision: row.int("revision")?,
            version: row.int("version")?,
            name: row.text("name")?,
            workspace_id: row.text("workspace_id")?,
            connections: row.json("uses_connections")?,
            targets: row.json("targets")?,
        })
    }
}

/// The versions that run of these pipelines.
pub async fn pipelines(conn: &mut Conn, ids: &[String]) -> Result<Vec<PipelineUse>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    List::of(
        "SELECT p.id, p.revision, p.version, p.name, p.workspace_id, v.uses_connections, v.targets
         FROM pipelines p JOIN pipeline_versions v ON v.pipeline_id = p.id AND v.number = p.version",
    )
    .one_of("p.id", ids)
    .all(conn, "p.id")
    .await
}

/// Whether a pipeline is in use and its running version is still that one.
pub async fn is_current(conn: &mut Conn, pipeline: &str, version: i64) -> Result<bool, Error> {
    let count = sql("SELECT count(*) FROM pipelines WHERE id = $1 AND version = $2 AND archived_at IS NULL");
    Ok(count.bind(pipeline).bind(version).number(conn).await? == 1)
}

/// Settings of a workspace.
#[derive(Debug, Clone)]
pub struct WorkspaceMark {
    /// Its identity.
    pub id: String,
    /// Its settings.
    pub settings: Value,
}

impl Read for WorkspaceMark {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(WorkspaceMark { id: row.text("id")?, settings: row.json("settings")? })
    }
}

/// Every workspace that is open.
pub async fn workspaces(conn: &mut Conn) -> Result<Vec<WorkspaceMark>, Error> {
    sql("SELECT id, settings FROM workspaces WHERE closed_at IS NULL ORDER BY id").all(conn).await
}

/// Most runs that use a connection at the same time.
#[derive(Debug, Clone)]
pub struct ConnectionLimit {
    /// The workspace.
    pub workspace_id: String,
    /// Name of the connection.
    pub name: String,
    /// Most runs.
    pub most: i64,
}

impl Read for ConnectionLimit {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(ConnectionLimit {
            workspace_id: row.text("workspace_id")?,
            name: row.text("name")?,
            most: row.int("max_runs")?,
        })
    }
}

/// Connections that have a limit of runs.
pub async fn connection_limits(conn: &mut Conn) -> Result<Vec<ConnectionLimit>, Error> {
    sql("SELECT workspace_id, name, max_runs FROM connections WHERE max_runs IS NOT NULL").all(conn).await
}

/// When a run of a schedule began, or will, on its targets.
#[derive(Debug, Clone)]
pub struct RunTurn {
    /// The workspace.
    pub workspace_id: String,
    /// The schedule.
    pub schedule_id: String,
    /// What the run writes to.
    pub targets: Vec<String>,
    /// When.
    pub at: Timestamp,
}

impl Read for RunTurn {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(RunTurn {
            workspace_id: row.text("workspace_id")?,
            schedule_id: row.text("schedule_id")?,
            targets: row.json("targets")?,
            at: row.time("turn_at")?,
        })
    }
}

/// Turns of these pipelines, or of all, from one moment to another.
pub async fn turns(
    conn: &mut Conn,
    from: Timestamp,
    to: Timestamp,
    pipelines: &[String],
) -> Result<Vec<RunTurn>, Error> {
    List::of("SELECT workspace_id, schedule_id, targets, turn_at FROM runs")
        .only_if("turn_at > ?", from)
        .only_if("turn_at < ?", to)
        .only("schedule_id IS NOT NULL")
        .one_of("pipeline_id", pipelines)
        .all(conn, "turn_at, id")
        .await
}

/// A run that ended well.
#[derive(Debug, Clone)]
pub struct RunSuccess {
    /// The run.
    pub id: String,
    /// The workspace.
    pub workspace_id: String,
    /// Name of the pipeline.
    pub pipeline: String,
    /// The data interval.
    pub interval: (Timestamp, Timestamp),
    /// When it ended.
    pub ended_at: Timestamp,
}

impl Read for RunSuccess {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(RunSuccess {
            id: row.text("id")?,
            workspace_id: row.text("workspace_id")?,
            pipeline: row.text("name")?,
            interval: (row.time("interval_start")?, row.time("interval_end")?),
            ended_at: row.time("ended_at")?,
        })
    }
}

/// Runs of pipelines with these names that ended well since then, and answer for an interval.
pub async fn successes(
    conn: &mut Conn,
    since: Timestamp,
    names: &[String],
) -> Result<Vec<RunSuccess>, Error> {
    List::of(
        "SELECT r.id, r.workspace_id, p.name, r.interval_start, r.interval_end, r.ended_at
         FROM runs r JOIN pipelines p ON p.id = r.pipeline_id",
    )
    .only_if("r.ended_at >= ?", since)
    .only("r.state IN ('done', 'quarantined')")
    .only("r.interval_start IS NOT NULL")
    .only("r.interval_end IS NOT NULL")
    .one_of("p.name", names)
    .all(conn, "r.ended_at, r.id")
    .await
}

/// An event that has its run.
#[derive(Debug, Clone)]
pub struct HandledEvent {
    /// The schedule.
    pub schedule_id: String,
    /// The run that succeeded, or the arrival.
    pub event_key: String,
    /// When its run was created.
    pub at: Timestamp,
}

impl Read for HandledEvent {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(HandledEvent {
            schedule_id: row.text("schedule_id")?,
            event_key: row.text("event_key")?,
            at: row.time("created_at")?,
        })
    }
}

/// Events that got their run since then.
pub async fn handled(conn: &mut Conn, since: Timestamp) -> Result<Vec<HandledEvent>, Error> {
    sql("SELECT schedule_id, event_key, created_at FROM runs
         WHERE event_key IS NOT NULL AND schedule_id IS NOT NULL AND created_at >= $1")
    .bind(since)
    .all(conn)
    .await
}

/// What an attempt that goes on takes places of.
#[derive(Debug, Clone)]
pub struct Busy {
    /// The workspace.
    pub workspace_id: String,
    /// The pipeline.
    pub pipeline_id: String,
    /// The schedule.
    pub schedule_id: Option<String>,
    /// Names of connections.
    pub connections: Vec<String>,
}

impl Read for Busy {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Busy {
            workspace_id: row.text("workspace_id")?,
            pipeline_id: row.text("pipeline_id")?,
            schedule_id: row.maybe_text("schedule_id")?,
            connections: row.json("uses_connections")?,
        })
    }
}

/// Attempts that go on.
pub async fn busy(conn: &mut Conn) -> Result<Vec<Busy>, Error> {
    sql("SELECT workspace_id, pipeline_id, schedule_id, uses_connections FROM runs
         WHERE ended_at IS NULL AND state = 'running'")
    .all(conn)
    .await
}

/// Backfills that go on.
pub async fn running_backfills(conn: &mut Conn) -> Result<Vec<crate::backfills::Backfill>, Error> {
    sql("SELECT b.* FROM backfills b JOIN pipelines p ON p.id = b.pipeline_id JOIN workspaces w ON w.id = b.workspace_id
         WHERE b.state = 'running' AND p.archived_at IS NULL AND w.closed_at IS NULL ORDER BY b.id")
    .all(conn)
    .await
}
