//! Who carries out a run: leases that a worker keeps by signs of life.
//!
//! Every change here says in which state it found the run (state, attempt, worker), so a worker that was away too long
//! changes nothing any more: its lease expired, and another one has the run.

use jiff::Timestamp;
use serde_json::Value;

use super::RunState;
use crate::db::Conn;
use crate::error::Error;
use crate::sql::{Read, Row, json, sql};

/// A try to carry out a run.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Attempt {
    /// Its number, from 1.
    pub number: i64,
    /// The worker.
    pub worker_id: String,
    /// Name of the worker.
    pub worker: String,
    /// It went on after an earlier attempt.
    pub resumed: bool,
    /// `running`, `done`, `quarantined`, `failed`, `cancelled`, or `lost` with its worker.
    pub state: String,
    /// When it started.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Most bytes of memory that its queries held.
    pub peak_memory: Option<i64>,
    /// Why it failed.
    #[schema(value_type = Option<Object>)]
    pub fault: Option<Value>,
}

impl Read for Attempt {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Attempt {
            number: row.int("number")?,
            worker_id: row.text("worker_id")?,
            worker: row.text("worker")?,
            resumed: row.flag("resumed")?,
            state: row.text("state")?,
            started_at: row.time("started_at")?,
            ended_at: row.maybe_time("ended_at")?,
            peak_memory: row.maybe_int("peak_memory")?,
            fault: row.maybe_json("fault")?,
        })
    }
}

/// Which attempt of which run, by whom.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Held {
    /// The run.
    pub run_id: String,
    /// The attempt.
    pub attempt: i64,
    /// The worker.
    pub worker_id: String,
}

/// Takes a run that waits; false when another worker was faster. The new attempt has the number `before + 1`.
pub async fn claim(
    conn: &mut Conn,
    run: &str,
    before: i64,
    worker: (&str, &str),
    until: Timestamp,
    resumed: bool,
) -> Result<bool, Error> {
    let now = Timestamp::now();
    let taken = sql("UPDATE runs SET state = 'running', attempt = $3, worker_id = $4, lease_until = $5,
                     attempt_started_at = $6, started_at = COALESCE(started_at, $6), fault = NULL
                     WHERE id = $1 AND state = 'queued' AND attempt = $2 AND cancel_asked_at IS NULL");
    let taken =
        taken.bind(run).bind(before).bind(before + 1).bind(worker.0).bind(until).bind(now).run(conn).await?;
    if taken != 1 {
        return Ok(false);
    }
    sql("INSERT INTO attempts (run_id, number, worker_id, worker, resumed, state, started_at)
         VALUES ($1, $2, $3, $4, $5, 'running', $6)")
    .bind(run)
    .bind(before + 1)
    .bind(worker.0)
    .bind(worker.1)
    .bind(resumed)
    .bind(now)
    .run(conn)
    .await?;
    Ok(true)
}

struct Asked {
    run: String,
    reason: Option<String>,
    asked: bool,
}

impl Read for Asked {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Asked {
            run: row.text("id")?,
            reason: row.maybe_text("cancel_reason")?,
            asked: row.maybe_int("cancel_asked_at")?.is_some(),
        })
    }
}

/// Runs that a worker has, each with the reason to stop if somebody asked for it.
pub type StillHeld = Vec<(String, Option<String>)>;

/// Prolongs every lease of a worker; returns the runs that it still has.
pub async fn keep(conn: &mut Conn, worker: &str, until: Timestamp) -> Result<StillHeld, Error> {
    sql("UPDATE runs SET lease_until = $2 WHERE worker_id = $1 AND state = 'running'")
        .bind(worker)
        .bind(until)
        .run(conn)
        .await?;
    let rows: Vec<Asked> = sql("SELECT id, cancel_reason, cancel_asked_at FROM runs
                                WHERE worker_id = $1 AND state = 'running' ORDER BY id")
    .bind(worker)
    .all(conn)
    .await?;
    let reason = |row: Asked| (row.run, row.asked.then(|| row.reason.unwrap_or_default()));
    Ok(rows.into_iter().map(reason).collect())
}

/// How an attempt ended.
#[derive(Debug, Clone)]
pub struct Ended {
    /// The state of the attempt and, unless it is tried again, of the run.
    pub state: RunState,
    /// When the run is tried again.
    pub again_at: Option<Timestamp>,
    /// Why it failed.
    pub fault: Option<Value>,
    /// Its report.
    pub report: Option<Value>,
    /// Parts of its loads are kept.
    pub resumable: bool,
    /// Rows read, written, in quarantine.
    pub rows: (u64, u64, u64),
    /// How long it took.
    pub seconds: f64,
    /// Most bytes of memory that its queries held.
    pub peak_memory: Option<i64>,
}

/// Ends an attempt, and the run with it unless it is tried again; false when the worker does not have it any more.
pub async fn end(conn: &mut Conn, held: &Held, ended: &Ended) -> Result<bool, Error> {
    let now = Timestamp::now();
    let state = if ended.again_at.is_some() { RunState::Queued } else { ended.state };
    let changed = sql("UPDATE runs SET state = $4, not_before = COALESCE($5, not_before), fault = $6, report = $7,
                       resumable = $8, rows_read = $9, rows_written = $10, rows_quarantined = $11, seconds = $12,
                       peak_memory = $13, ended_at = $14, worker_id = NULL, lease_until = NULL
                       WHERE id = $1 AND attempt = $2 AND worker_id = $3 AND state = 'running'")
    .bind(&held.run_id)
    .bind(held.attempt)
    .bind(&held.worker_id)
    .bind(state.word())
    .bind(ended.again_at)
    .bind(ended.fault.as_ref().map(Value::to_string))
    .bind(ended.report.as_ref().map(Value::to_string))
    .bind(ended.resumable)
    .bind(ended.rows.0)
    .bind(ended.rows.1)
    .bind(ended.rows.2)
    .bind(ended.seconds)
    .bind(ended.peak_memory)
    .bind(ended.again_at.is_none().then_some(now))
    .run(conn)
    .await?;
    if changed != 1 {
        return Ok(false);
    }
    close_attempt(conn, held, ended.state.word(), ended.fault.as_ref(), ended.peak_memory).await?;
    Ok(true)
}

async fn close_attempt(
    conn: &mut Conn,
    held: &Held,
    state: &str,
    fault: Option<&Value>,
    peak: Option<i64>,
) -> Result<(), Error> {
    sql("UPDATE attempts SET state = $3, ended_at = $4, fault = $5, peak_memory = $6
         WHERE run_id = $1 AND number = $2 AND ended_at IS NULL")
    .bind(&held.run_id)
    .bind(held.attempt)
    .bind(state)
    .bind(Timestamp::now())
    .bind(fault.map(Value::to_string))
    .bind(peak)
    .run(conn)
    .await
    .map(drop)
}

/// Puts a run whose worker is gone back into the queue, or ends it; false when somebody was faster.
pub async fn expire(
    conn: &mut Conn,
    held: &Held,
    lease: Timestamp,
    state: RunState,
    fault: &Value,
) -> Result<bool, Error> {
    let now = Timestamp::now();
    let changed = sql("UPDATE runs SET state = $4, worker_id = NULL, lease_until = NULL, not_before = $5, fault = $6,
                       ended_at = $7, resumable = 1
                       WHERE id = $1 AND attempt = $2 AND worker_id = $3 AND state = 'running' AND lease_until = $8")
    .bind(&held.run_id)
    .bind(held.attempt)
    .bind(&held.worker_id)
    .bind(state.word())
    .bind(now)
    .bind(fault.to_string())
    .bind(state.is_ended().then_some(now))
    .bind(lease)
    .run(conn)
    .await?;
    if changed != 1 {
        return Ok(false);
    }
    close_attempt(conn, held, "lost", Some(fault), None).await?;
    Ok(true)
}

/// Gives a run back that a worker took and will not carry out, as if it had not been taken.
pub async fn hand_back(conn: &mut Conn, held: &Held) -> Result<bool, Error> {
    let changed = sql("UPDATE runs SET state = 'queued', worker_id = NULL, lease_until = NULL, not_before = $4, resumable = 1
                       WHERE id = $1 AND attempt = $2 AND worker_id = $3 AND state = 'running'")
        .bind(&held.run_id)
        .bind(held.attempt)
        .bind(&held.worker_id)
        .bind(Timestamp::now())
        .run(conn)
        .await?;
    if changed != 1 {
        return Ok(false);
    }
    close_attempt(conn, held, "handed_over", None, None).await?;
    Ok(true)
}

/// Writes down what a run fixed before its first row, while the worker has it.
pub async fn set_orders(conn: &mut Conn, held: &Held, orders: &Value) -> Result<bool, Error> {
    let written = sql(
        "UPDATE runs SET orders = $4 WHERE id = $1 AND attempt = $2 AND worker_id = $3 AND state = 'running'",
    );
    let written = written.bind(&held.run_id).bind(held.attempt).bind(&held.worker_id).bind(json(orders)?);
    Ok(written.run(conn).await? == 1)
}

/// Attempts of a run, in their order.
pub async fn attempts(conn: &mut Conn, run: &str) -> Result<Vec<Attempt>, Error> {
    sql("SELECT * FROM attempts WHERE run_id = $1 ORDER BY number").bind(run).all(conn).await
}
