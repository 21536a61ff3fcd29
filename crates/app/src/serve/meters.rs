//! The metrics of a server: what each of them is, and that all of them are there from the start.
//!
//! A counter that appears with its first happening hides that happening from alerts, which look for what grows. So counters
//! of failures begin at zero.

use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use towpath_model::Fault;
use towpath_store::runs::{Cause, RunState};

/// Bounds of the buckets of times, in seconds.
const SECONDS: [f64; 18] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0,
    7200.0,
];
const ENDS: [RunState; 4] = [RunState::Done, RunState::Quarantined, RunState::Failed, RunState::Cancelled];
const CHANNELS: [&str; 5] = ["email", "webhook", "slack", "teams", "mattermost"];

/// Begins to count.
pub(crate) fn start() -> Result<PrometheusHandle, Fault> {
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS)
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|error| Fault::internal(format!("metrics cannot be kept: {error}")))?;
    describe();
    begin_at_zero();
    Ok(recorder)
}

fn describe() {
    describe_counter!("towpath_runs_total", "Runs that ended, by how and by what started them");
    describe_histogram!("towpath_run_seconds", "How long the last attempts of runs took");
    describe_histogram!("towpath_run_start_delay_seconds", "From the moment a run was due to its start");
    describe_gauge!("towpath_runs_running", "Runs that this server carries out now");
    describe_gauge!("towpath_runs_queued", "Runs that wait, on all servers");
    describe_gauge!("towpath_worker_capacity", "Runs that this server takes at the same time");
    describe_counter!("towpath_rows_written_total", "Rows in place in their destinations");
    describe_counter!("towpath_rows_quarantined_total", "Rows sent to quarantine");
    describe_counter!("towpath_http_requests_total", "Requests that were answered");
    describe_histogram!("towpath_http_request_seconds", "How long answers took");
    describe_gauge!("towpath_live_clients", "Clients that listen to live events");
    describe_counter!("towpath_notifications_total", "Messages to channels, by how that went");
    describe_counter!("towpath_letters_total", "Letters with links that work once, by how that went");
    describe_gauge!("towpath_resident_memory_bytes", "Memory of the process that is not swapped out");
    describe_gauge!("towpath_build_info", "The version of the program");
}

fn begin_at_zero() {
    for (state, cause) in
        ENDS.iter().flat_map(|state| Cause::ALL.iter().map(|cause| (state.word(), cause.word())))
    {
        counter!("towpath_runs_total", "state" => state, "cause" => cause).absolute(0);
    }
    for (channel, outcome) in CHANNELS
        .iter()
        .flat_map(|channel| ["delivered", "again", "failed"].map(|outcome| (*channel, outcome)))
    {
        counter!("towpath_notifications_total", "channel" => channel, "outcome" => outcome).absolute(0);
    }
    for outcome in ["delivered", "failed"] {
        counter!("towpath_letters_total", "outcome" => outcome).absolute(0);
    }
    counter!("towpath_rows_written_total").absolute(0);
    counter!("towpath_rows_quarantined_total").absolute(0);
    gauge!("towpath_live_clients").set(0.0);
}
