//! What is counted, under the names that dashboards and alerts use.

use jiff::Timestamp;
use towpath_store::Store;
use towpath_store::runs::{self, Run};

/// Attempts that the worker can carry out.
pub(super) fn capacity(places: u32) {
    metrics::gauge!("towpath_worker_capacity").set(f64::from(places));
}

/// Attempts of this worker, and runs that wait.
pub(super) fn standing(running: usize, queued: usize) {
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    metrics::gauge!("towpath_runs_running").set(number(running));
    metrics::gauge!("towpath_runs_queued").set(number(queued));
}

/// An attempt that starts: how long after it was due.
pub(super) fn started(run: &Run, now: Timestamp) {
    let delay = now.duration_since(run.not_before).as_secs_f64().max(0.0);
    metrics::histogram!("towpath_run_start_delay_seconds").record(delay);
}

/// A run that ended.
pub(super) fn ended(run: &Run) {
    let labels = [("state", run.state.word()), ("cause", run.cause.word())];
    metrics::counter!("towpath_runs_total", &labels).increment(1);
    if let Some(seconds) = run.seconds {
        metrics::histogram!("towpath_run_seconds").record(seconds);
    }
}

/// An attempt of this worker that is over: the run may have ended with it.
pub(super) async fn over(store: &Store, id: &str, attempt: i64) {
    let found = match store.read().await {
        Ok(mut conn) => runs::by_id(&mut conn, id).await,
        Err(error) => Err(error),
    };
    // Without the store nothing ended either.
    let Ok(Some(run)) = found else { return };
    if run.attempt != attempt {
        return;
    }
    if run.state.is_success() {
        metrics::counter!("towpath_rows_written_total").increment(run.rows_written);
        metrics::counter!("towpath_rows_quarantined_total").increment(run.rows_quarantined);
    }
    if run.state.is_ended() {
        ended(&run);
    }
}
