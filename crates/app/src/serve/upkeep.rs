//! What a server does for itself now and then: removes what is kept long enough, and says what it removed.
//!
//! Several servers on one store share the work: whoever finds the last round old enough takes the next one, in a
//! transaction that the others wait for.

#[cfg(test)]
mod tests;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::watch;
use towpath_model::Fault;
use towpath_store::audit::{self, NewEntry};
use towpath_store::runs::{self, logs, outputs};
use towpath_store::{
    Store, answers, commit, events, links, notices, previews, rejects, sessions, settings, throttles, workers,
};

const LAST: &str = "retention.last";

/// What one round removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Removed {
    logs: u64,
    runs: u64,
    #[serde(default)]
    quarantine: u64,
    audit: u64,
    events: u64,
    sessions: u64,
    links: u64,
    throttles: u64,
    answers: u64,
    previews: u64,
    #[serde(default)]
    outputs: u64,
    workers: u64,
    notices: u64,
}

/// Looks every ten minutes whether it is time for a round.
pub(crate) async fn run(store: Store, mut stop: watch::Receiver<bool>) {
    loop {
        match round(&store, Timestamp::now(), SignedDuration::from_hours(1)).await {
            Ok(Some(removed)) if removed != Removed::default() => {
                tracing::info!("removed what was kept long enough: {}", json!(removed));
            }
            Ok(_) => {}
            Err(fault) => tracing::warn!("what was kept long enough cannot be removed: {fault}"),
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(600)) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

/// One round, unless there was one in the last `pause`.
async fn round(store: &Store, now: Timestamp, pause: SignedDuration) -> Result<Option<Removed>, Fault> {
    let mut tx = store.begin().await?;
    store.lock(&mut tx, "towpath-retention").await?;
    let last: Option<Timestamp> = settings::find(&mut tx, LAST).await?;
    if last.is_some_and(|last| now.duration_since(last) < pause) {
        return Ok(None);
    }
    settings::put(&mut tx, LAST, &now).await?;
    let policy = settings::retention(&mut tx).await?;
    let ago = |hours: i64| now.saturating_sub(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::MIN);
    let days = |days: i64| ago(days.saturating_mul(24));
    let removed = Removed {
        logs: logs::sweep(&mut tx, days(policy.logs_days)).await?,
        // Before the runs, so that rows which go with their run are counted, too.
        quarantine: rejects::sweep(&mut tx, days(policy.runs_days)).await?,
        runs: runs::sweep(&mut tx, days(policy.runs_days)).await?,
        audit: audit::sweep(store, &mut tx, days(policy.audit_days)).await?,
        events: events::sweep(&mut tx, ago(policy.events_hours)).await?,
        sessions: sessions::sweep(&mut tx, days(30)).await?,
        links: links::sweep(&mut tx, days(30)).await?,
        throttles: throttles::sweep(&mut tx, ago(2)).await?,
        answers: answers::sweep(&mut tx, days(1)).await?,
        previews: previews::sweep(&mut tx, now).await?,
        outputs: outputs::sweep(&mut tx, days(policy.logs_days)).await?,
        workers: workers::sweep(&mut tx, ago(24)).await?,
        notices: notices::sweep(&mut tx, days(policy.logs_days)).await?,
    };
    if removed.logs + removed.runs + removed.quarantine + removed.audit + removed.sessions > 0 {
        let entry = NewEntry {
            detail: Some(json!({ "removed": removed, "policy": policy })),
            ..NewEntry::of("retention.apply")
        };
        audit::write(store, &mut tx, vec![entry]).await?;
    }
    commit(tx).await?;
    Ok(Some(removed))
}
