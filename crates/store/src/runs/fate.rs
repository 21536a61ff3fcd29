//! What becomes of a run that no worker carries out: it waits again, is asked to stop, ends.
//!
//! Changes that were decided on what was seen say so by the revision, and change nothing when there is another one.

use jiff::Timestamp;
use serde_json::Value;

use super::{Run, RunState, Stop};
use crate::db::{Conn, now};
use crate::error::Error;
use crate::sql::sql;

/// Lets a run whose attempt failed wait for the next one; none when it is not as it was seen.
pub async fn try_again(
    conn: &mut Conn,
    id: &str,
    revision: i64,
    at: Timestamp,
) -> Result<Option<Run>, Error> {
    sql("UPDATE runs SET state = 'queued', not_before = $3, revision = revision + 1
         WHERE id = $1 AND revision = $2 AND state = 'failing' RETURNING *")
    .bind(id)
    .bind(revision)
    .bind(at)
    .first(conn)
    .await
}

/// Asks a run to stop; none when it is not as it was seen, has ended, or was asked before.
pub async fn ask_to_stop(
    conn: &mut Conn,
    id: &str,
    revision: i64,
    (stop, reason): (Stop, &str),
    now: Timestamp,
) -> Result<Option<Run>, Error> {
    sql("UPDATE runs SET stop = $3, stop_reason = $4, stop_asked_at = $5, revision = revision + 1
         WHERE id = $1 AND revision = $2 AND ended_at IS NULL AND stop IS NULL RETURNING *")
    .bind(id)
    .bind(revision)
    .bind(stop.word())
    .bind(reason)
    .bind(now)
    .first(conn)
    .await
}

/// Ends a run that no worker has; none when it is not as it was seen. Its fault stays unless there is another one.
pub async fn end(
    conn: &mut Conn,
    id: &str,
    revision: i64,
    (state, fault): (RunState, Option<&Value>),
    now: Timestamp,
) -> Result<Option<Run>, Error> {
    sql("UPDATE runs SET state = $3, fault = COALESCE($4, fault), ended_at = $5, revision = revision + 1
         WHERE id = $1 AND revision = $2 AND state IN ('queued', 'failing') RETURNING *")
    .bind(id)
    .bind(revision)
    .bind(state.word())
    .bind(fault.map(Value::to_string))
    .bind(now)
    .first(conn)
    .await
}

/// Asks a run to stop, in the name of a person or key; false when it has ended, or somebody asked before. One that no
/// worker has ends at once.
///
/// The reason names nobody: it goes on into logs and faults, which stay when a person is erased.
pub async fn ask_to_cancel(conn: &mut Conn, id: &str, reason: &str, by: Option<&str>) -> Result<bool, Error> {
    let now = now(conn).await?;
    let waiting =
        sql("UPDATE runs SET state = 'cancelled', stop = 'cancelled', stop_asked_at = $2, stop_reason = $3,
                       stopped_by = $4, ended_at = $2, revision = revision + 1
                       WHERE id = $1 AND state IN ('queued', 'failing')");
    if waiting.bind(id).bind(now).bind(reason).bind(by).run(conn).await? == 1 {
        return Ok(true);
    }
    let asked =
        sql("UPDATE runs SET stop = 'cancelled', stop_asked_at = $2, stop_reason = $3, stopped_by = $4,
                     revision = revision + 1 WHERE id = $1 AND state = 'running' AND stop IS NULL");
    Ok(asked.bind(id).bind(now).bind(reason).bind(by).run(conn).await? == 1)
}

/// Puts a run that failed or was cancelled back into the queue, so that it goes on; false when it did not end so.
pub async fn resume(conn: &mut Conn, id: &str, by: Option<&str>) -> Result<bool, Error> {
    let now = now(conn).await?;
    let queued =
        sql("UPDATE runs SET state = 'queued', not_before = $2, ended_at = NULL, stop = NULL, stop_asked_at = NULL,
             stop_reason = NULL, stopped_by = NULL, fault = NULL, failures = 0, lost = 0, started_by = COALESCE($3, started_by),
             revision = revision + 1
             WHERE id = $1 AND state IN ('failed', 'cancelled') AND undone_at IS NULL");
    Ok(queued.bind(id).bind(now).bind(by).run(conn).await? == 1)
}
