//! Who carries out a run: leases that a worker keeps by signs of life.
//!
//! Every change here says in which state it found the run (state, attempt, worker), so a worker that was away too long
//! changes nothing any more: its lease expired, and another one has the run.

use jiff::Timestamp;
use serde_json::Value;

use super::{Run, RunState, Stop};
use crate::db::{Conn, now};
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
    /// `running`, `done`, `quarantined`, `failed`, `cancelled`, `handed_over`, or `lost` with its worker.
    pub state: String,
    /// When it started.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Most bytes of memory that it held at once: what sorts, joins and aggregates reserved, and the batches on their way into
    /// destinations. What drivers and the program itself hold is not in it.
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

/// A run that waits, as it was seen, and who takes it.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// The run.
    pub run: &'a str,
    /// Its revision.
    pub revision: i64,
    /// Identity and name of the worker.
    pub worker: (&'a str, &'a str),
    /// Now.
    pub now: Timestamp,
    /// Until when it belongs to the worker without a sign of life.
    pub until: Timestamp,
    /// It goes on after an earlier attempt.
    pub resumed: bool,
}

/// Takes a run that waits, and gives it back with the number of the new attempt; none when it is not as it was seen.
pub async fn claim(conn: &mut Conn, claim: &Claim<'_>) -> Result<Option<Run>, Error> {
    let taken: Option<Run> = sql("UPDATE runs SET state = 'running', attempt = attempt + 1, worker_id = $3,
         lease_until = $4, attempt_started_at = $5, started_at = COALESCE(started_at, $5), fault = NULL,
         revision = revision + 1
         WHERE id = $1 AND revision = $2 AND state = 'queued' AND stop IS NULL RETURNING *")
    .bind(claim.run)
    .bind(claim.revision)
    .bind(claim.worker.0)
    .bind(claim.until)
    .bind(claim.now)
    .first(conn)
    .await?;
    let Some(run) = taken else { return Ok(None) };
    sql("INSERT INTO attempts (run_id, number, worker_id, worker, resumed, state, started_at)
         VALUES ($1, $2, $3, $4, $5, 'running', $6)")
    .bind(claim.run)
    .bind(run.attempt)
    .bind(claim.worker.0)
    .bind(claim.worker.1)
    .bind(claim.resumed)
    .bind(claim.now)
    .run(conn)
    .await?;
    Ok(Some(run))
}

/// A run that a worker still has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The run.
    pub run: String,
    /// The attempt.
    pub attempt: i64,
    /// Why it is to stop, and the same in words.
    pub stop: Option<(Stop, String)>,
    /// Seconds that an attempt may take.
    pub timeout_seconds: i64,
}

impl Read for Kept {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        let stop = row.maybe_word("stop", Stop::of)?;
        let reason = row.maybe_text("stop_reason")?.unwrap_or_default();
        Ok(Kept {
            run: row.text("id")?,
            attempt: row.int("attempt")?,
            stop: stop.map(|stop| (stop, reason)),
            timeout_seconds: row.int("timeout_seconds")?,
        })
    }
}

/// Prolongs the leases of these runs of a worker; returns those that it still has.
pub async fn keep(
    conn: &mut Conn,
    worker: &str,
    runs: &[String],
    until: Timestamp,
) -> Result<Vec<Kept>, Error> {
    if runs.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (3..runs.len() + 3).map(|at| format!("${at}")).collect();
    let text = format!(
        "UPDATE runs SET lease_until = $2 WHERE worker_id = $1 AND state = 'running' AND id IN ({})
         RETURNING id, attempt, stop, stop_reason, timeout_seconds",
        places.join(", ")
    );
    let statement = sql(text).bind(worker).bind(until);
    runs.iter().fold(statement, |statement, run| statement.bind(run)).all(conn).await
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Everything is committed.
    Done,
    /// Everything is committed, and some rows are in quarantine.
    Quarantined,
    /// It failed. What becomes of the run is decided by others.
    Failed {
        /// The same may succeed later without a change.
        may_pass: bool,
    },
    /// It was asked to stop, and did.
    Stopped,
}

/// What an attempt leaves when it ends.
#[derive(Debug, Clone)]
pub struct Ended {
    /// How it ended.
    pub outcome: Outcome,
    /// Why it failed, or was stopped.
    pub fault: Option<Value>,
    /// Its report.
    pub report: Option<Value>,
    /// Parts of its loads are kept.
    pub resumable: bool,
    /// Rows read, written, in quarantine.
    pub rows: (u64, u64, u64),
    /// How long it took.
    pub seconds: f64,
    /// Most bytes of memory that it held at once.
    pub peak_memory: Option<i64>,
}

/// Ends an attempt, and the run with it unless the attempt failed. Returns how the run stands now; none when the worker
/// does not have it any more.
///
/// A run whose attempt was stopped ends as its `stop` says.
pub async fn end(conn: &mut Conn, held: &Held, ended: &Ended) -> Result<Option<RunState>, Error> {
    let now = now(conn).await?;
    let (state, failed, may_pass) = match ended.outcome {
        Outcome::Done => ("'done'", false, false),
        Outcome::Quarantined => ("'quarantined'", false, false),
        Outcome::Failed { may_pass } => ("'failing'", true, may_pass),
        Outcome::Stopped => ("CASE stop WHEN 'timed_out' THEN 'failed' ELSE 'cancelled' END", false, false),
    };
    let text = format!(
        "UPDATE runs SET state = {state}, fault = $4, report = $5, resumable = $6, rows_read = $7, rows_written = $8,
         rows_quarantined = $9, seconds = $10, peak_memory = $11, ended_at = $12, failures = failures + $13,
         failed_at = $14, may_pass = $15, worker_id = NULL, lease_until = NULL, revision = revision + 1
         WHERE id = $1 AND attempt = $2 AND worker_id = $3 AND state = 'running' RETURNING state"
    );
    let word: Option<String> = sql(text)
        .bind(&held.run_id)
        .bind(held.attempt)
        .bind(&held.worker_id)
        .bind(ended.fault.as_ref().map(Value::to_string))
        .bind(ended.report.as_ref().map(Value::to_string))
        .bind(ended.resumable)
        .bind(ended.rows.0)
        .bind(ended.rows.1)
        .bind(ended.rows.2)
        .bind(ended.seconds)
        .bind(ended.peak_memory)
        .bind((!failed).then_some(now))
        .bind(failed)
        .bind(failed.then_some(now))
        .bind(may_pass)
        .first(conn)
        .await?;
    let Some(word) = word else { return Ok(None) };
    let state = RunState::of(&word).ok_or_else(|| Error::Corrupt(format!("a run is `{word}`")))?;
    let shown = if failed { RunState::Failed } else { state };
    close_attempt(conn, held, shown.word(), ended.fault.as_ref(), ended.peak_memory, now).await?;
    Ok(Some(state))
}

async fn close_attempt(
    conn: &mut Conn,
    held: &Held,
    state: &str,
    fault: Option<&Value>,
    peak: Option<i64>,
    now: Timestamp,
) -> Result<(), Error> {
    sql("UPDATE attempts SET state = $3, ended_at = $4, fault = $5, peak_memory = $6
         WHERE run_id = $1 AND number = $2 AND ended_at IS NULL")
    .bind(&held.run_id)
    .bind(held.attempt)
    .bind(state)
    .bind(now)
    .bind(fault.map(Value::to_string))
    .bind(peak)
    .run(conn)
    .await
    .map(drop)
}

/// An attempt whose worker gave no sign of life, as it was seen.
#[derive(Debug, Clone, Copy)]
pub struct Silent<'a> {
    /// The run.
    pub run: &'a str,
    /// Its revision.
    pub revision: i64,
    /// The worker.
    pub worker: &'a str,
    /// Until when the worker had it.
    pub lease_until: Timestamp,
}

/// What becomes of a run that was lost with its worker.
#[derive(Debug, Clone, Copy)]
pub enum AfterLoss {
    /// It waits for another attempt until then.
    Wait(Timestamp),
    /// It ends.
    End(RunState),
}

/// Takes a run from a worker that is gone. Returns the run as it is now; none when it is not as it was seen.
pub async fn expire(
    conn: &mut Conn,
    silent: &Silent<'_>,
    then: AfterLoss,
    fault: &Value,
    now: Timestamp,
) -> Result<Option<Run>, Error> {
    let (state, at, ended) = match then {
        AfterLoss::Wait(at) => (RunState::Queued, Some(at), None),
        AfterLoss::End(state) => (state, None, Some(now)),
    };
    let run: Option<Run> = sql("UPDATE runs SET state = $5, worker_id = NULL, lease_until = NULL,
         not_before = COALESCE($6, not_before), fault = $7, ended_at = $8, resumable = 1, lost = lost + 1,
         revision = revision + 1
         WHERE id = $1 AND revision = $2 AND worker_id = $3 AND lease_until = $4 AND state = 'running' RETURNING *")
    .bind(silent.run)
    .bind(silent.revision)
    .bind(silent.worker)
    .bind(silent.lease_until)
    .bind(state.word())
    .bind(at)
    .bind(fault.to_string())
    .bind(ended)
    .first(conn)
    .await?;
    let Some(run) = run else { return Ok(None) };
    let held = Held { run_id: silent.run.into(), attempt: run.attempt, worker_id: silent.worker.into() };
    close_attempt(conn, &held, "lost", Some(fault), None, now).await?;
    Ok(Some(run))
}

/// Gives a run back that a worker took and does not carry out to its end: another one goes on with it. Returns the run as it is
/// now; none when the worker does not have it any more.
pub async fn hand_back(conn: &mut Conn, held: &Held) -> Result<Option<Run>, Error> {
    let now = now(conn).await?;
    let run: Option<Run> =
        sql("UPDATE runs SET state = 'queued', worker_id = NULL, lease_until = NULL, not_before = $4,
                       resumable = 1, revision = revision + 1
                       WHERE id = $1 AND attempt = $2 AND worker_id = $3 AND state = 'running' RETURNING *")
        .bind(&held.run_id)
        .bind(held.attempt)
        .bind(&held.worker_id)
        .bind(now)
        .first(conn)
        .await?;
    if run.is_some() {
        close_attempt(conn, held, "handed_over", None, None, now).await?;
    }
    Ok(run)
}

impl Read for Held {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Held { run_id: row.text("id")?, attempt: row.int("attempt")?, worker_id: row.text("worker_id")? })
    }
}

/// Attempts that a worker has.
pub async fn of_worker(conn: &mut Conn, worker: &str) -> Result<Vec<Held>, Error> {
    sql("SELECT id, attempt, worker_id FROM runs
         WHERE ended_at IS NULL AND state = 'running' AND worker_id = $1 ORDER BY id")
    .bind(worker)
    .all(conn)
    .await
}

/// Whether an attempt was taken from its worker.
pub async fn is_lost(conn: &mut Conn, held: &Held) -> Result<bool, Error> {
    let state: Option<String> =
        sql("SELECT state FROM attempts WHERE run_id = $1 AND number = $2 AND worker_id = $3")
            .bind(&held.run_id)
            .bind(held.attempt)
            .bind(&held.worker_id)
            .first(conn)
            .await?;
    Ok(state.is_none_or(|state| state == "lost"))
}

/// Whether an attempt still has its run. Until the transaction ends, nobody takes it away.
pub async fn hold(conn: &mut Conn, held: &Held) -> Result<bool, Error> {
    let held = sql("UPDATE attempts SET state = state WHERE run_id = $1 AND number = $2 AND worker_id = $3
                    AND state = 'running'")
    .bind(&held.run_id)
    .bind(held.attempt)
    .bind(&held.worker_id);
    Ok(held.run(conn).await? == 1)
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
