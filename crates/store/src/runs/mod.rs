//! Runs: what was asked for, how each stands, and how it ended.
//!
//! A run is queued, then leased to a worker attempt by attempt ([`lease`]), and ends once ([`fate`]). Counts per node are
//! in [`tasks`], what it said in [`logs`], what it committed in [`loads`], the first rows of that in [`outputs`]. Lists of
//! runs are made in [`listing`].
//!
//! Invariant: every change but the renewal of a lease moves `revision` on, so that a decision about a run can say which run
//! it saw.

pub mod fate;
pub mod lease;
pub mod listing;
pub mod loads;
pub mod logs;
pub mod outputs;
pub mod tasks;
mod words;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use towpath_model::RunId;
use towpath_model::ids::{PipelineId, WorkspaceId};

use crate::db::Conn;
use crate::error::Error;
use crate::sql::{Read, Row, Sql, json, sql};

pub use fate::{ask_to_cancel, resume};
pub use listing::{Filter, list};
pub use words::{Cause, RunState, Stop};

/// A run.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Run {
    /// Its identity.
    #[schema(value_type = String)]
    pub id: RunId,
    /// The workspace it belongs to.
    #[schema(value_type = String)]
    pub workspace_id: WorkspaceId,
    /// The pipeline.
    #[schema(value_type = String)]
    pub pipeline_id: PipelineId,
    /// The version of the pipeline.
    pub version: i64,
    /// What started it.
    pub cause: Cause,
    /// The schedule that started it.
    pub schedule_id: Option<String>,
    /// The backfill that it is a piece of.
    pub backfill_id: Option<String>,
    /// Which piece of the backfill, from 0.
    pub piece: Option<i64>,
    /// When its schedule was due.
    pub fire_at: Option<Timestamp>,
    /// The run or the arrival that its schedule waited for; of a repair the run whose rows it sends on.
    pub event_key: Option<String>,
    /// The person or key that started it.
    pub started_by: Option<String>,
    /// A word of the caller that makes the same request start one run only.
    pub idempotency: Option<String>,
    /// The span of the request that asked for it, as `traceparent` of W3C Trace Context writes it.
    #[serde(skip)]
    #[schema(ignore)]
    pub trace: Option<String>,
    /// How it stands.
    pub state: RunState,
    /// Higher ones go first.
    pub priority: i64,
    /// Values given to parameters.
    #[schema(value_type = Object)]
    pub params: Value,
    /// Begin of the data interval.
    pub interval_start: Option<Timestamp>,
    /// End of the data interval; it is not part of it.
    pub interval_end: Option<Timestamp>,
    /// Zone in which days are counted.
    pub zone: String,
    /// It does not start earlier.
    pub not_before: Timestamp,
    /// Its turn on its targets: `not_before` as it was at first. Only runs of schedules have one.
    #[serde(skip)]
    #[schema(ignore)]
    pub turn_at: Option<Timestamp>,
    /// After so many seconds, an attempt is stopped.
    pub timeout_seconds: i64,
    /// How it is tried again.
    #[schema(value_type = Object)]
    pub retries: Value,
    /// The guards of mirrors let it pass.
    pub force: bool,
    /// Names of the connections that it uses.
    pub connections: Vec<String>,
    /// What it writes to.
    pub targets: Vec<String>,
    /// Attempts so far.
    pub attempt: i64,
    /// The worker that has it.
    pub worker_id: Option<String>,
    /// How long the worker has it without a sign of life.
    pub lease_until: Option<Timestamp>,
    /// When the present attempt started.
    pub attempt_started_at: Option<Timestamp>,
    /// Attempts that ended with a failure.
    pub failures: i64,
    /// Attempts that were lost with their worker.
    pub lost: i64,
    /// Why it is to stop, once it is.
    pub stop: Option<Stop>,
    /// When somebody or something asked to stop it.
    pub stop_asked_at: Option<Timestamp>,
    /// The same in words.
    pub stop_reason: Option<String>,
    /// The person or key that asked to stop it.
    pub stopped_by: Option<String>,
    /// What it fixed before its first row: the ends of incremental reads, and the items that it takes.
    #[serde(skip)]
    #[schema(ignore)]
    pub orders: Option<Value>,
    /// Parts of its loads are kept; it can go on.
    pub resumable: bool,
    /// Rows that its sources gave.
    pub rows_read: u64,
    /// Rows in place in its destinations.
    pub rows_written: u64,
    /// Rows in quarantine.
    pub rows_quarantined: u64,
    /// Seconds of its last attempt.
    pub seconds: Option<f64>,
    /// Most bytes of memory that its last attempt held at once: what sorts, joins and aggregates reserved, and the batches on
    /// their way into destinations. What drivers and the program itself hold is not in it.
    pub peak_memory: Option<i64>,
    /// Why it failed.
    #[schema(value_type = Option<Object>)]
    pub fault: Option<Value>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When its first attempt started.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// When somebody began to take its loads back, as long as that is under way.
    pub undoing_at: Option<Timestamp>,
    /// When its loads were taken back.
    pub undone_at: Option<Timestamp>,
    /// Grows with every change but signs of life.
    pub revision: i64,
}

impl Run {
    /// A run that waits, of which nothing has happened yet; with usual settings.
    pub fn new(
        workspace: WorkspaceId,
        pipeline: PipelineId,
        version: i64,
        cause: Cause,
        now: Timestamp,
    ) -> Run {
        Run {
            id: RunId::generate(),
            workspace_id: workspace,
            pipeline_id: pipeline,
            version,
            cause,
            schedule_id: None,
            backfill_id: None,
            piece: None,
            fire_at: None,
            event_key: None,
            started_by: None,
            idempotency: None,
            trace: None,
            state: RunState::Queued,
            priority: 0,
            params: Value::Object(serde_json::Map::new()),
            interval_start: None,
            interval_end: None,
            zone: "UTC".into(),
            not_before: now,
            turn_at: None,
            timeout_seconds: 7200,
            retries: Value::Object(serde_json::Map::new()),
            force: false,
            connections: Vec::new(),
            targets: Vec::new(),
            attempt: 0,
            worker_id: None,
            lease_until: None,
            attempt_started_at: None,
            failures: 0,
            lost: 0,
            stop: None,
            stop_asked_at: None,
            stop_reason: None,
            stopped_by: None,
            orders: None,
            resumable: false,
            rows_read: 0,
            rows_written: 0,
            rows_quarantined: 0,
            seconds: None,
            peak_memory: None,
            fault: None,
            created_at: now,
            started_at: None,
            ended_at: None,
            undoing_at: None,
            undone_at: None,
            revision: 1,
        }
    }
}

impl Read for Run {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Run {
            id: RunId::from_text(row.text("id")?),
            workspace_id: WorkspaceId::from_text(row.text("workspace_id")?),
            pipeline_id: PipelineId::from_text(row.text("pipeline_id")?),
            version: row.int("version")?,
            cause: row.word("cause", Cause::of)?,
            schedule_id: row.maybe_text("schedule_id")?,
            backfill_id: row.maybe_text("backfill_id")?,
            piece: row.maybe_int("piece")?,
            fire_at: row.maybe_time("fire_at")?,
            event_key: row.maybe_text("event_key")?,
            started_by: row.maybe_text("started_by")?,
            idempotency: row.maybe_text("idempotency")?,
            trace: row.maybe_text("trace")?,
            state: row.word("state", RunState::of)?,
            priority: row.int("priority")?,
            params: row.json("params")?,
            interval_start: row.maybe_time("interval_start")?,
            interval_end: row.maybe_time("interval_end")?,
            zone: row.text("zone")?,
            not_before: row.time("not_before")?,
            turn_at: row.maybe_time("turn_at")?,
            timeout_seconds: row.int("timeout_seconds")?,
            retries: row.json("retries")?,
            force: row.flag("force")?,
            connections: row.json("uses_connections")?,
            targets: row.json("targets")?,
            attempt: row.int("attempt")?,
            worker_id: row.maybe_text("worker_id")?,
            lease_until: row.maybe_time("lease_until")?,
            attempt_started_at: row.maybe_time("attempt_started_at")?,
            failures: row.int("failures")?,
            lost: row.int("lost")?,
            stop: row.maybe_word("stop", Stop::of)?,
            stop_asked_at: row.maybe_time("stop_asked_at")?,
            stop_reason: row.maybe_text("stop_reason")?,
            stopped_by: row.maybe_text("stopped_by")?,
            orders: row.maybe_json("orders")?,
            resumable: row.flag("resumable")?,
            rows_read: row.count("rows_read")?,
            rows_written: row.count("rows_written")?,
            rows_quarantined: row.count("rows_quarantined")?,
            seconds: row.float("seconds")?,
            peak_memory: row.maybe_int("peak_memory")?,
            fault: row.maybe_json("fault")?,
            created_at: row.time("created_at")?,
            started_at: row.maybe_time("started_at")?,
            ended_at: row.maybe_time("ended_at")?,
            undoing_at: row.maybe_time("undoing_at")?,
            undone_at: row.maybe_time("undone_at")?,
            revision: row.int("revision")?,
        })
    }
}

/// Adds a run. Fails with [`Error::Exists`] when its schedule started one for that time already, or when the
/// same request did.
pub async fn insert(conn: &mut Conn, run: &Run) -> Result<(), Error> {
    adding(run, "")?.run(conn).await.map(drop)
}

/// Adds a run, unless its schedule or its request started one already; says whether it did.
pub async fn insert_once(conn: &mut Conn, run: &Run) -> Result<bool, Error> {
    Ok(adding(run, "ON CONFLICT DO NOTHING")?.run(conn).await? == 1)
}

fn adding(run: &Run, end: &str) -> Result<Sql, Error> {
    let text = "INSERT INTO runs (id, workspace_id, pipeline_id, version, cause, schedule_id, backfill_id, piece, fire_at,
         event_key, started_by, idempotency, state, priority, params, interval_start, interval_end, zone, not_before,
         turn_at, timeout_seconds, retries, force, uses_connections, targets, created_at, attempt, failures, lost,
         trace, may_pass, revision, resumable, rows_read, rows_written, rows_quarantined)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
         $23, $24, $25, $26, 0, 0, 0, $27, 0, 1, 0, 0, 0, 0)";
    Ok(sql(format!("{text} {end}"))
        .bind(run.id.as_str())
        .bind(run.workspace_id.as_str())
        .bind(run.pipeline_id.as_str())
        .bind(run.version)
        .bind(run.cause.word())
        .bind(run.schedule_id.as_deref())
        .bind(run.backfill_id.as_deref())
        .bind(run.piece)
        .bind(run.fire_at)
        .bind(run.event_key.as_deref())
        .bind(run.started_by.as_deref())
        .bind(run.idempotency.as_deref())
        .bind(run.state.word())
        .bind(run.priority)
        .bind(json(&run.params)?)
        .bind(run.interval_start)
        .bind(run.interval_end)
        .bind(&run.zone)
        .bind(run.not_before)
        .bind(run.turn_at)
        .bind(run.timeout_seconds)
        .bind(json(&run.retries)?)
        .bind(run.force)
        .bind(json(&run.connections)?)
        .bind(json(&run.targets)?)
        .bind(run.created_at)
        .bind(run.trace.as_deref()))
}

/// The run with that identity.
pub async fn find(conn: &mut Conn, workspace: &str, id: &str) -> Result<Option<Run>, Error> {
    sql("SELECT * FROM runs WHERE workspace_id = $1 AND id = $2").bind(workspace).bind(id).first(conn).await
}

/// The run with that identity, in whatever workspace.
pub async fn by_id(conn: &mut Conn, id: &str) -> Result<Option<Run>, Error> {
    sql("SELECT * FROM runs WHERE id = $1").bind(id).first(conn).await
}

/// The run that the same request started.
pub async fn by_idempotency(conn: &mut Conn, workspace: &str, word: &str) -> Result<Option<Run>, Error> {
    sql("SELECT * FROM runs WHERE workspace_id = $1 AND idempotency = $2")
        .bind(workspace)
        .bind(word)
        .first(conn)
        .await
}

/// The last runs of each schedule or pipeline that ended since then, the newest first.
pub async fn ended_since(conn: &mut Conn, since: Timestamp) -> Result<Vec<Run>, Error> {
    sql("SELECT * FROM runs WHERE ended_at >= $1 ORDER BY ended_at DESC, id DESC").bind(since).all(conn).await
}

/// Notes that the loads of a run are being taken back; false when somebody began that after `since`, or it is done.
pub async fn begin_undo(conn: &mut Conn, id: &str, since: Timestamp) -> Result<bool, Error> {
    let begun = sql("UPDATE runs SET undoing_at = $2, revision = revision + 1
                     WHERE id = $1 AND undone_at IS NULL AND (undoing_at IS NULL OR undoing_at < $3)");
    Ok(begun.bind(id).bind(Timestamp::now()).bind(since).run(conn).await? == 1)
}

/// Notes that the loads of a run stay where they are.
pub async fn end_undo(conn: &mut Conn, id: &str) -> Result<(), Error> {
    sql("UPDATE runs SET undoing_at = NULL, revision = revision + 1 WHERE id = $1")
        .bind(id)
        .change(conn)
        .await
}

/// Notes that the loads of a run were taken back.
pub async fn undone(conn: &mut Conn, id: &str) -> Result<(), Error> {
    let now = Timestamp::now();
    sql("UPDATE loads SET undone_at = $2 WHERE run_id = $1 AND undone_at IS NULL")
        .bind(id)
        .bind(now)
        .run(conn)
        .await?;
    sql("UPDATE runs SET undone_at = $2, undoing_at = NULL, revision = revision + 1 WHERE id = $1")
        .bind(id)
        .bind(now)
        .change(conn)
        .await
}

/// The report of a run, as it was written at its end.
pub async fn report(conn: &mut Conn, id: &str) -> Result<Option<Value>, Error> {
    let text: Option<String> =
        sql("SELECT report FROM runs WHERE id = $1 AND report IS NOT NULL").bind(id).first(conn).await?;
    text.map(|text| serde_json::from_str(&text).map_err(|error| Error::Corrupt(error.to_string())))
        .transpose()
}

/// A run whose rows are in place.
const IN_PLACE: &str = "state IN ('done', 'quarantined') AND undone_at IS NULL";

/// Removes runs that ended before that time, with everything that belongs to them; returns how many.
///
/// Whatever their age, those stay that tell how things stand: the newest run of each pipeline whose rows are in place, and
/// runs with the newest load of a destination node. What they keep of rows is for [`rejects::sweep`](crate::rejects::sweep).
pub async fn sweep(conn: &mut Conn, before: Timestamp) -> Result<u64, Error> {
    let newer = format!(
        "SELECT 1 FROM runs newer WHERE newer.pipeline_id = runs.pipeline_id AND {}
         AND (newer.ended_at > runs.ended_at OR newer.ended_at = runs.ended_at AND newer.id > runs.id)",
        IN_PLACE.replace("state", "newer.state").replace("undone_at", "newer.undone_at")
    );
    let load = "SELECT 1 FROM loads WHERE loads.run_id = runs.id AND loads.undone_at IS NULL AND NOT EXISTS
         (SELECT 1 FROM loads newer WHERE newer.pipeline_id = loads.pipeline_id AND newer.node = loads.node
          AND newer.committed_at > loads.committed_at AND newer.undone_at IS NULL)";
    sql(format!(
        "DELETE FROM runs WHERE ended_at < $1 AND NOT ({IN_PLACE} AND NOT EXISTS ({newer})) AND NOT EXISTS ({load})"
    ))
    .bind(before)
    .run(conn)
    .await
}
