//! Single decisions.

use jiff::SignedDuration;
use serde_json::json;
use towpath_scheduler::{
    AfterLoss, Arrival, Attempt, Decision, End, EndReason, HoldKind, IfRun, Limit, Passed, Run, State, Stop,
    Success, decide, next_wake,
};

use crate::world::*;

/// Decisions in short, for comparison: what, about which thing, and the times that matter.
pub(crate) fn short(decisions: &[Decision]) -> Vec<String> {
    decisions
        .iter()
        .map(|decision| match decision {
            Decision::CreateRun(create) => {
                let interval = create.interval.map_or("-".into(), |interval| interval.start.to_string());
                let start = if create.start.is_some() { " and start" } else { "" };
                format!("create {} at {} for {interval}{start}", create.pipeline.name, create.not_before)
            }
            Decision::Pass { schedule, first, through, why } => {
                format!("pass {} {first} to {through}: {why:?}", schedule.id)
            }
            Decision::StartAttempt { run, start } => {
                format!(
                    "start {} attempt {}{}",
                    run.id,
                    start.attempt,
                    if start.resume { " resumed" } else { "" }
                )
            }
            Decision::TryAgain { run, .. } => format!("again {}", run.id),
            Decision::StopRun { run, why } => format!("stop {}: {why:?}", run.id),
            Decision::ExpireLease { run, then, .. } => format!("expire {}: {then:?}", run.id),
            Decision::EndRun { run, end } => format!("end {}: {end:?}", run.id),
        })
        .collect()
}

#[test]
fn a_run_is_created_and_starts_in_the_round_in_which_it_is_due() {
    let now = at("2026-11-02T06:00:00Z");
    let mut facts = world(now);
    facts.schedules = vec![schedule("a", daily(json!({})), at("2026-11-01T06:00:00Z")).into()];
    let before = now - SignedDuration::from_millis(1);
    assert_eq!(decide(before, &facts), vec![]);
    assert_eq!(next_wake(before, &facts), Some(now));
    let expected = ["create a at 2026-11-02T06:00:00Z for 2026-11-01T00:00:00Z and start"];
    assert_eq!(short(&decide(now, &facts)), expected);
}

#[test]
fn missed_times_follow_the_catch_up_setting() {
    // Three days without a server, back at noon, or a minute after six.
    let handled = at("2026-11-01T06:00:00Z");
    let decided = |catch_up: &str, now: &str| {
        let now = at(now);
        let mut facts = world(now);
        facts.schedules = vec![schedule("a", daily(json!({ "catch_up": catch_up })), handled).into()];
        short(&decide(now, &facts))
    };
    let (noon, on_time) = ("2026-11-04T12:00:00Z", "2026-11-04T06:01:00Z");
    let two_missed = "pass a 2026-11-02T06:00:00Z to 2026-11-03T06:00:00Z: Missed";
    assert_eq!(
        decided("last", noon),
        [two_missed, "create a at 2026-11-04T12:00:00Z for 2026-11-03T00:00:00Z and start"]
    );
    assert_eq!(
        decided("all", noon),
        [
            "create a at 2026-11-04T12:00:00Z for 2026-11-01T00:00:00Z and start",
            "create a at 2026-11-04T12:00:00Z for 2026-11-02T00:00:00Z",
            "create a at 2026-11-04T12:00:00Z for 2026-11-03T00:00:00Z",
        ]
    );
    assert_eq!(decided("none", noon), ["pass a 2026-11-02T06:00:00Z to 2026-11-04T06:00:00Z: Missed"]);
    assert_eq!(
        decided("none", on_time),
        [two_missed, "create a at 2026-11-04T06:00:00Z for 2026-11-03T00:00:00Z and start"]
    );
}

#[test]
fn a_run_that_goes_on_is_treated_as_the_overlap_setting_says() {
    let now = at("2026-11-02T06:00:00Z");
    let fire = at("2026-11-01T06:00:00Z");
    let decided = |more: serde_json::Value| {
        let mut facts = world(now);
        facts.schedules = vec![schedule("a", daily(more), fire).into()];
        let earlier = of_schedule(run("r1", fire), "a", fire);
        facts.runs = vec![running(earlier, "w1", now - seconds(60), now + seconds(25))];
        short(&decide(now, &facts))
    };
    let create = "create a at 2026-11-02T06:00:00Z for 2026-11-01T00:00:00Z";
    assert_eq!(
        decided(json!({})),
        ["pass a 2026-11-02T06:00:00Z to 2026-11-02T06:00:00Z: Overlap { run: \"r1\" }"]
    );
    assert_eq!(decided(json!({ "overlap": "queue" })), [create]);
    assert_eq!(decided(json!({ "overlap": "cancel_previous" })), ["stop r1: Superseded", create]);
    // A promise to leave nothing out is stronger than `skip`.
    assert_eq!(decided(json!({ "catch_up": "all" })), [create]);
}

#[test]
fn at_most_ten_runs_of_a_schedule_wait_and_the_rest_keeps_its_place() {
    let now = at("2026-11-02T06:00:00Z");
    let mut facts = world(now);
    let settings = json!({ "every": "1m", "catch_up": "all" });
    facts.schedules = vec![schedule("a", settings, at("2026-11-02T03:00:00Z")).into()];
    let decisions = decide(now, &facts);
    assert_eq!(decisions.len(), 10);
    // Nothing wakes for what cannot be created yet.
    assert_eq!(next_wake(now, &facts), None);
    let queue = json!({ "every": "1m", "overlap": "queue" });
    facts.schedules = vec![schedule("a", queue, at("2026-11-02T03:00:00Z")).into()];
    facts.runs =
        (0..10).map(|n| of_schedule(run(&format!("r{n}"), now), "a", now - seconds(7200 - n))).collect();
    assert_eq!(short(&decide(now, &facts)), ["start r0 attempt 1"]);
}

#[test]
fn runs_of_a_schedule_go_one_after_the_other_also_between_attempts() {
    let now = at("2026-11-02T06:00:00Z");
    let mut facts = world(now);
    let waits_for_retry = of_schedule(run("r1", now), "a", at("2026-11-01T06:00:00Z"));
    let waits_for_retry = Run { not_before: now + seconds(60), failures: 1, attempts: 1, ..waits_for_retry };
    facts.runs = vec![of_schedule(run("r2", now), "a", now), waits_for_retry];
    assert_eq!(decide(now, &facts), vec![]);
    assert_eq!(short(&decide(now + seconds(60), &facts)), Vec::<String>::new());
    facts.workers[0].last_heartbeat = now + seconds(60);
    assert_eq!(short(&decide(now + seconds(60), &facts)), ["start r1 attempt 2 resumed"]);
}

#[test]
fn paused_schedules_leave_out_what_comes_due() {
    let now = at("2026-11-03T07:00:00Z");
    let mut facts = world(now);
    let mut paused = schedule("a", daily(json!({ "catch_up": "all" })), at("2026-11-01T06:00:00Z"));
    paused.is_paused = true;
    facts.schedules = vec![paused.into()];
    assert_eq!(short(&decide(now, &facts)), ["pass a 2026-11-02T06:00:00Z to 2026-11-03T06:00:00Z: Paused"]);
}

#[test]
fn temporary_failures_are_tried_again_and_others_end() {
    let now = at("2026-11-02T06:00:00Z");
    let mut facts = world(now);
    let failed = |name: &str, failures: u32, is_temporary: bool| Run {
        state: State::Failed { at: now, is_temporary },
        failures,
        attempts: failures,
        ..run(name, now)
    };
    facts.runs = vec![failed("r1", 1, true), failed("r2", 4, true), failed("r3", 1, false)];
    let cancelled = Run { stop: Some(Stop::Cancelled), ..failed("r4", 1, true) };
    facts.runs.push(cancelled);
    let decisions = decide(now, &facts);
    let Decision::TryAgain { run, at } = &decisions[0] else { panic!("{decisions:?}") };
    assert_eq!(*run, IfRun { id: id("r1"), version: 1 });
    assert!((48..=60).contains(&at.duration_since(now).as_secs()), "{at}");
    let end = |run: &str, end| Decision::EndRun { run: IfRun { id: id(run), version: 1 }, end };
    assert_eq!(
        decisions[1..],
        [
            end("r2", End::Failed(EndReason::Exhausted)),
            end("r3", End::Failed(EndReason::Permanent)),
            end("r4", End::Cancelled),
        ]
    );
}

#[test]
fn a_lease_that_nobody_renews_ends_and_the_run_is_resumed() {
    let now = at("2026-11-02T06:00:00Z");
    let mut facts = world(now);
    let lost = |run: Run| running(run, "gone", now - seconds(600), now + seconds(5));
    facts.runs = vec![
        lost(run("r1", now)),
        lost(Run { stop: Some(Stop::Cancelled), ..run("r2", now) }),
        lost(Run { lost: 5, ..run("r3", now) }),
    ];
    assert_eq!(decide(now, &facts), vec![]);
    let expired = now + seconds(5);
    assert_eq!(next_wake(now, &facts), Some(expired));
    let decisions = decide(expired, &facts);
    let thens: Vec<&AfterLoss> = decisions
        .iter()
        .filter_map(|decision| match decision {
            Decision::ExpireLease { then, .. } => Some(then),
            _ => None,
        })
        .collect();
    assert_eq!(
        thens,
        [
            &AfterLoss::Resume { at: expired },
            &AfterLoss::End(End::Cancelled),
            &AfterLoss::End(End::Failed(EndReason::Lost)),
        ]
    );
    // A worker that has seen the store for a moment only gives the others time to renew.
    facts.watching_since = expired;
    assert_eq!(decide(expired, &facts), vec![]);
    assert_eq!(next_wake(expired, &facts), Some(expired + seconds(30)));
    // A lease from before the clock was set back does not last until then.
    let State::Running(Attempt { lease_until, .. }) = &mut facts.runs[0].state else { panic!() };
    *lease_until = expired + seconds(7200);
    assert_eq!(decide(expired + seconds(30), &facts).len(), 3);
}

#[test]
fn attempts_that_take_too_long_are_stopped_once() {
    let now = at("2026-11-02T06:00:00Z");
    let mut facts = world(now);
    facts.runs = vec![running(run("r1", now), "w1", now - seconds(7200), now + seconds(20))];
    assert_eq!(short(&decide(now, &facts)), ["stop r1: TimedOut"]);
    assert_eq!(next_wake(now - seconds(1), &facts), Some(now));
    facts.runs[0].stop = Some(Stop::TimedOut);
    assert_eq!(decide(now, &facts), vec![]);
}

#[test]
fn requests_come_before_schedules_and_workspaces_take_turns() {
    let now = at("2026-11-02T06:00:00Z");
    let mut facts = world(now);
    let of = |name: &str, workspace: &str, due: i64| {
        let mut pipeline = (*pipeline(name)).clone();
        pipeline.workspace = id(workspace);
        Run { pipeline: pipeline.into(), not_before: now - seconds(due), ..run(name, now) }
    };
    // A big workspace has waited for longer than a small one.
    facts.runs =
        (0..6).map(|n| of_schedule(of(&format!("big{n}"), "big", 60 - n), &format!("s{n}"), now)).collect();
    facts.runs.push(of_schedule(of("small", "small", 1), "s9", now));
    facts.runs.push(of("asked", "big", 0));
    facts.workers = vec![worker("w1", 4, now)];
    assert_eq!(
        short(&decide(now, &facts)),
        ["start asked attempt 1", "start small attempt 1", "start big0 attempt 1", "start big1 attempt 1"]
    );
}

#[test]
fn limits_hold_nobody_else_up_and_are_checked_again() {
    let now = at("2026-11-02T06:00:00Z");
    let mut facts = world(now);
    facts.limits.connection = Limit::of(1);
    facts.limits.pipeline = Limit::of(1);
    let uses = |name: &str, connection: &str| {
        let mut pipeline = (*pipeline(name)).clone();
        pipeline.connections = vec![id(connection)];
        Run { pipeline: pipeline.into(), ..run(name, now) }
    };
    facts.runs = vec![
        running(uses("r0", "shop"), "w1", now, now + seconds(30)),
        uses("r1", "shop"),
        uses("r2", "lake"),
        uses("r3", "lake"),
    ];
    let decisions = decide(now, &facts);
    assert_eq!(short(&decisions), ["start r2 attempt 1"]);
    let Decision::StartAttempt { start, .. } = &decisions[0] else { panic!() };
    let held: Vec<(HoldKind, &str, u32)> =
        start.holds.iter().map(|hold| (hold.kind, hold.id.as_ref(), hold.most)).collect();
    assert_eq!(held, [(HoldKind::Pipeline, "pipe_r2", 1), (HoldKind::Connection, "lake", 1)]);
}

#[test]
fn workers_take_different_runs_and_what_one_leaves_another_takes() {
    let now = at("2026-11-02T06:00:00Z");
    let mut facts = world(now);
    facts.workers = vec![worker("w1", 2, now), worker("w2", 2, now), worker("w3", 2, now - seconds(60))];
    facts.runs = (0..4).map(|n| run(&format!("r{n}"), now)).collect();
    let mut hands = Vec::new();
    for me in ["w1", "w2", "w3"] {
        facts.me = id(me);
        hands.push(short(&decide(now, &facts)));
    }
    assert_eq!(hands[0], ["start r0 attempt 1", "start r2 attempt 1"]);
    assert_eq!(hands[1], ["start r1 attempt 1", "start r3 attempt 1"]);
    assert_eq!(hands[2], Vec::<String>::new());
    // The second worker does nothing; the first one takes its runs as soon as it has room.
    facts.me = id("w1");
    facts.runs.truncate(2);
    let later = now + SignedDuration::from_millis(100);
    assert_eq!(next_wake(now, &facts), Some(later));
    assert_eq!(short(&decide(later, &facts)), ["start r0 attempt 1", "start r1 attempt 1"]);
    facts.workers[0].is_draining = true;
    assert_eq!(decide(later, &facts), vec![]);
}

#[test]
fn a_schedule_after_others_runs_once_all_succeeded_for_the_same_data() {
    let now = at("2026-11-02T08:00:00Z");
    let mut facts = world(now);
    let success = |run: &str, pipeline: &str, date: &str, ended: &str| Success {
        run: id(run),
        workspace: id("home"),
        pipeline: id(pipeline),
        interval: day(date),
        ended_at: at(ended),
    };
    let settings = json!({ "after": ["orders", "customers"] });
    facts.schedules = vec![schedule("report", settings, at("2026-11-01T00:00:00Z")).into()];
    facts.successes = vec![
        success("s1", "orders", "2026-11-01", "2026-11-02T06:10:00Z"),
        success("s2", "customers", "2026-10-31", "2026-11-02T06:20:00Z"),
    ];
    assert_eq!(decide(now, &facts), vec![]);
    facts.successes.push(success("s3", "customers", "2026-11-01", "2026-11-02T07:59:00Z"));
    let decisions = decide(now, &facts);
    assert_eq!(
        short(&decisions),
        ["create report at 2026-11-02T07:59:00Z for 2026-11-01T00:00:00Z and start"]
    );
    // It is remembered by the run that completed the set; a repetition of one of them completes it again.
    facts.handled.insert((id("report"), id("s3")));
    assert_eq!(decide(now, &facts), vec![]);
    facts.successes.push(success("s4", "orders", "2026-11-01", "2026-11-02T08:00:00Z"));
    assert_eq!(decide(now, &facts).len(), 1);
    // In another workspace these are other pipelines.
    facts.successes.iter_mut().for_each(|success| success.workspace = id("elsewhere"));
    assert_eq!(decide(now, &facts), vec![]);
}

#[test]
fn files_start_a_run_when_they_arrive_on_a_day_that_counts() {
    let friday = at("2026-11-06T10:00:00Z");
    let mut facts = world(friday);
    let settings = json!({ "files": { "path": "in/*.csv" }, "days": "business", "data": "same_day" });
    facts.schedules = vec![schedule("load", settings, at("2026-11-05T00:00:00Z")).into()];
    let arrival = |name: &str, at| Arrival { id: id(name), schedule: id("load"), at };
    facts.arrivals = vec![arrival("f1", friday), arrival("f2", at("2026-11-07T10:00:00Z"))];
    let expected = ["create load at 2026-11-06T10:00:00Z for 2026-11-06T00:00:00Z and start"];
    assert_eq!(short(&decide(friday, &facts)), expected);
    facts.handled.insert((id("load"), id("f1")));
    assert_eq!(decide(at("2026-11-07T10:00:00Z"), &facts), vec![]);
}

#[test]
fn every_pass_says_why() {
    let now = at("2026-11-02T06:00:00Z");
    let mut facts = world(now);
    facts.schedules = vec![schedule("a", daily(json!({})), at("2026-11-01T06:00:00Z")).into()];
    facts.runs = vec![of_schedule(run("r1", now), "a", at("2026-11-01T06:00:00Z"))];
    facts.runs[0].not_before = now + seconds(60);
    let decisions = decide(now, &facts);
    let [Decision::Pass { why, .. }] = decisions.as_slice() else { panic!("{decisions:?}") };
    assert_eq!(*why, Passed::Overlap { run: id("r1") });
}
