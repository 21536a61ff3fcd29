//! Measures one round of decisions: a thousand schedules due in one minute, two hundred attempts under way.

#![expect(clippy::print_stdout, reason = "an example talks")]

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use towpath_model::calendar::Calendars;
use towpath_model::schedule::{RetriesSpec, ScheduleSpec};
use towpath_scheduler::{
    Attempt, Id, Limit, Limits, Origin, Pipeline, Run, Schedule, State, Worker, World, decide, next_wake,
};

const ROUNDS: u32 = 50;

fn main() -> Result<(), String> {
    let now: Timestamp = "2026-11-02T06:00:00Z".parse().map_err(|error: jiff::Error| error.to_string())?;
    let id = |text: String| Id::from(text);
    let pipeline = |n: usize| {
        Arc::new(Pipeline {
            id: id(format!("pipe_{n}")),
            name: id(format!("p{n}")),
            workspace: id(format!("ws_{}", n % 50)),
            connections: vec![id(format!("c_{}", n % 100)), id(format!("d_{}", n % 30))],
            targets: vec![id(format!("t_{}", n % 100))],
        })
    };
    let spec = ScheduleSpec::cron("0 7 * * *", "Europe/Brussels");
    let rule = Arc::new(spec.rule(Calendars::built_in()).map_err(|problems| format!("{problems:?}"))?);
    let handled = now - SignedDuration::from_hours(18);
    let started = Instant::now();
    let schedules = (0..1000)
        .map(|n| Arc::new(Schedule::new(id(format!("s{n}")), 1, pipeline(n), rule.clone(), false, handled)))
        .collect();
    let made = started.elapsed();
    let running = |n: usize| Run {
        id: id(format!("run_{n}")),
        version: 1,
        pipeline: pipeline(2000 + n),
        origin: Origin::Request,
        interval: None,
        created_at: now,
        not_before: now,
        attempts: 1,
        failures: 0,
        lost: 0,
        state: State::Running(Attempt {
            worker: id("w1".into()),
            started_at: now,
            lease_until: now + SignedDuration::from_secs(20),
        }),
        stop: None,
        retries: RetriesSpec::default(),
        timeout: SignedDuration::from_hours(2),
    };
    let worker = Worker { id: id("w1".into()), last_heartbeat: now, capacity: 2000, is_draining: false };
    let world = World {
        me: id("w1".into()),
        watching_since: handled,
        schedules,
        runs: (0..200).map(running).collect(),
        workers: vec![worker],
        limits: Limits { workspace: Limit::of(100), connection: Limit::of(100), pipeline: Limit::of(1) },
        turns: vec![],
        successes: vec![],
        arrivals: vec![],
        handled: HashSet::new(),
        backfills: vec![],
    };
    let measure = |what: &str, at: Timestamp| {
        let started = Instant::now();
        let mut count = 0;
        for _ in 0..ROUNDS {
            count = decide(at, &world).len();
        }
        println!("{what}: {count} decisions in {:?}", started.elapsed() / ROUNDS);
    };
    println!("1000 schedules made in {made:?}");
    measure("nothing due", now - SignedDuration::from_secs(1));
    measure("all due", now);
    let started = Instant::now();
    for _ in 0..ROUNDS {
        next_wake(now, &world);
    }
    println!("next wake in {:?}", started.elapsed() / ROUNDS);
    Ok(())
}
