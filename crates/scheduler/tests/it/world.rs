//! Small worlds for tests of single decisions.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use towpath_model::calendar::Calendars;
use towpath_model::schedule::{RetriesSpec, Rule, ScheduleSpec};
use towpath_scheduler::{
    Attempt, Id, Interval, Key, Limits, Origin, Pipeline, Run, Schedule, State, Worker, World,
};

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn id(text: impl AsRef<str>) -> Id {
    Id::from(text.as_ref())
}

pub(crate) fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

#[track_caller]
pub(crate) fn rule(settings: serde_json::Value) -> Arc<Rule> {
    let spec: ScheduleSpec = serde_json::from_value(settings).unwrap();
    Arc::new(spec.rule(Calendars::built_in()).unwrap())
}

/// Settings with more of them.
pub(crate) fn with(mut settings: serde_json::Value, more: serde_json::Value) -> serde_json::Value {
    settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    settings
}

/// Every day at six.
pub(crate) fn daily(more: serde_json::Value) -> serde_json::Value {
    with(json!({ "cron": "0 6 * * *" }), more)
}

pub(crate) fn pipeline(name: &str) -> Arc<Pipeline> {
    Arc::new(Pipeline {
        id: id(format!("pipe_{name}")),
        name: id(name),
        workspace: id("home"),
        connections: vec![],
        targets: vec![],
    })
}

pub(crate) fn schedule(name: &str, settings: serde_json::Value, handled_through: Timestamp) -> Schedule {
    Schedule::new(id(name), 1, pipeline(name), rule(settings), false, handled_through)
}

/// A world with one worker, `w1`, that has ten places and has watched for long.
pub(crate) fn world(now: Timestamp) -> World {
    World {
        me: id("w1"),
        watching_since: now - SignedDuration::from_hours(1),
        schedules: vec![],
        runs: vec![],
        workers: vec![worker("w1", 10, now)],
        limits: Limits::default(),
        turns: vec![],
        successes: vec![],
        arrivals: vec![],
        handled: HashSet::new(),
        backfills: vec![],
    }
}

pub(crate) fn worker(name: &str, capacity: u32, now: Timestamp) -> Worker {
    Worker { id: id(name), last_heartbeat: now, capacity, is_draining: false }
}

/// A waiting run that a person asked for.
pub(crate) fn run(name: &str, now: Timestamp) -> Run {
    Run {
        id: id(name),
        version: 1,
        pipeline: pipeline(name),
        origin: Origin::Request,
        interval: None,
        created_at: now,
        not_before: now,
        attempts: 0,
        failures: 0,
        lost: 0,
        state: State::Waiting,
        stop: None,
        retries: RetriesSpec::default(),
        timeout: SignedDuration::from_hours(2),
    }
}

pub(crate) fn of_schedule(run: Run, schedule: &str, fire: Timestamp) -> Run {
    Run { origin: Origin::Schedule { schedule: id(schedule), key: Key::Fire(fire) }, ..run }
}

/// The run in the hands of a worker.
pub(crate) fn running(run: Run, worker: &str, started_at: Timestamp, lease_until: Timestamp) -> Run {
    let attempt = Attempt { worker: id(worker), started_at, lease_until };
    Run { attempts: run.attempts + 1, state: State::Running(attempt), ..run }
}

pub(crate) fn day(date: &str) -> Interval {
    let start = at(&format!("{date}T00:00:00Z"));
    Interval { start, end: start + SignedDuration::from_hours(24) }
}
