//! Giving a run back: another worker goes on with it, and its log says so.

use jiff::Timestamp;
use serde_json::json;
use towpath_store::events::{self, NewEvent};
use towpath_store::runs::lease::{self, Held};
use towpath_store::runs::logs::{self, Level, Line};
use towpath_store::{Conn, Error, Store};

/// Gives a run back that its worker does not carry out to its end, and says so in its log and to whoever watches. False when
/// the worker does not have the run any more.
pub async fn hand_over(store: &Store, conn: &mut Conn, held: &Held) -> Result<bool, Error> {
    let Some(run) = lease::hand_back(conn, held).await? else { return Ok(false) };
    let attempts = lease::attempts(conn, &held.run_id).await?;
    let worker = attempts.into_iter().find(|attempt| attempt.number == held.attempt);
    let worker = worker.map_or_else(|| held.worker_id.clone(), |attempt| attempt.worker);
    let line = Line {
        number: 0,
        at: Timestamp::now(),
        level: Level::Info,
        node: None,
        message: format!("`{worker}` stops, and hands the run over: another worker goes on with it"),
        detail: Some(json!({ "event": "handed_over", "worker": worker, "attempt": held.attempt })),
    };
    let lines = logs::append(store, conn, &held.run_id, vec![line]).await?;
    let event = |kind: &str, body| NewEvent {
        workspace_id: Some(run.workspace_id.to_string()),
        pipeline_id: Some(run.pipeline_id.to_string()),
        run_id: Some(run.id.to_string()),
        kind: kind.into(),
        body,
        ..NewEvent::default()
    };
    let told = vec![
        event("run.log", json!({ "lines": lines })),
        event(
            "run.queued",
            json!({ "id": run.id, "state": run.state, "attempt": run.attempt, "cause": run.cause,
                "handed_over_by": worker }),
        ),
    ];
    events::write(store, conn, told).await?;
    Ok(true)
}
