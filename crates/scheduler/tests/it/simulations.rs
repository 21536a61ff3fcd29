//! Whole systems in virtual time.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};
use towpath_model::schedule::RetriesSpec;
use towpath_scheduler::backfill::{Cut, Order, pieces};
use towpath_scheduler::{Backfill, Interval, Limit, Limits, NextPiece, Pipeline, Schedule};

use crate::sim::{Ended, Filling, Note, System, Trouble};
use crate::world::*;

/// How many storms are played: a few, or as many as `TOWPATH_STORMS` says.
fn storms() -> ProptestConfig {
    let asked = std::env::var("TOWPATH_STORMS").ok().and_then(|text| text.parse().ok());
    ProptestConfig { cases: asked.unwrap_or(24), max_shrink_iters: 40, ..ProptestConfig::default() }
}

/// Everything goes wrong, often.
const STORM: Trouble = Trouble {
    lost: 30,
    unanswered: 20,
    late: 30,
    hours: 1,
    steps: true,
    temporary: 150,
    permanent: 50,
    longest: 3600,
};

const ZONES: [&str; 5] =
    ["UTC", "Europe/Paris", "America/Montreal", "Australia/Lord_Howe", "Africa/Casablanca"];

fn limits() -> Limits {
    Limits { workspace: Limit::of(6), connection: Limit::of(3), pipeline: Limit::of(1) }
}

fn add(system: &mut System, number: usize, settings: Value) {
    let pipeline = Pipeline {
        id: id(format!("pipe{number}")),
        name: id(format!("p{number}")),
        workspace: id(["home", "shop"][number % 2]),
        connections: vec![id(format!("c{}", number % 5))],
        targets: vec![id(format!("t{}", number % 7))],
    };
    let now = system.now();
    system.store.add_schedule(Schedule::new(
        id(format!("s{number:03}")),
        1,
        pipeline.into(),
        rule(settings),
        false,
        now,
    ));
}

/// Times of all kinds, from every ten minutes to once a month.
fn settings() -> impl Strategy<Value = Value> {
    let time = prop_oneof![
        (0..24u8, 0..60u8).prop_map(|(h, m)| json!({ "cron": format!("{m} {h} * * *") })),
        (0..4u8, 0..60u8).prop_map(|(h, m)| json!({ "cron": format!("{m} {h} * * *") })),
        (10..60u8).prop_map(|m| json!({ "cron": format!("*/{m} * * * *") })),
        (1..30u8).prop_map(|h| json!({ "every": format!("{h}h") })),
        (1..3u8).prop_map(|d| json!({ "every": format!("{d}d"), "from": "2026-10-01T02:30" })),
    ];
    let days = prop_oneof![
        3 => Just(json!({})),
        1 => Just(json!({ "days": "business", "calendar": "FR" })),
        1 => Just(json!({ "days": ["mon", "sun"] })),
    ];
    let data = prop::sample::select(vec!["previous_day", "same_day", "previous_business_day", "since_last"]);
    let catch_up = prop::sample::select(vec!["last", "all", "none"]);
    let overlap = prop::sample::select(vec!["skip", "queue", "cancel_previous"]);
    let zone = prop::sample::select(ZONES.to_vec());
    let stagger = prop::sample::select(vec!["0", "5m", "15m"]);
    (time, days, data, catch_up, overlap, zone, stagger).prop_map(
        |(time, days, data, catch_up, overlap, zone, stagger)| {
            let overlap = if catch_up == "all" && overlap == "cancel_previous" { "queue" } else { overlap };
            let rest = json!({ "data": data, "catch_up": catch_up, "overlap": overlap, "timezone": zone,
                "stagger": stagger, "retries": { "max": 2, "first": "1m", "longest": "10m" }, "timeout": "50m" });
            with(with(time, days), rest)
        },
    )
}

proptest! {
    #![proptest_config(storms())]

    #[test]
    fn no_interval_is_lost_or_run_twice_whatever_goes_wrong(
        seed in any::<u64>(),
        all in prop::collection::vec(settings(), 1..8),
        start in prop::sample::select(vec!["2026-03-27T00:00:00Z", "2026-10-23T12:00:00Z", "2026-12-30T00:00:00Z"]),
    ) {
        let mut system = System::new(seed, at(start), limits(), &[2, 3, 2], STORM);
        for (number, settings) in all.into_iter().enumerate() {
            add(&mut system, number, settings);
        }
        add(&mut system, 90, json!({ "after": ["p0"] }));
        system.wake_all();
        system.run_for(24);
        system.store.pause(0, true);
        system.wake_all();
        system.run_for(12);
        system.store.pause(0, false);
        system.wake_all();
        system.run_for(36);
        system.come_to_rest();
        system.check_history();
    }
}

#[test]
fn years_of_fifty_schedules_with_three_workers_that_come_and_go() {
    let start = at("2026-01-01T00:00:00Z");
    let trouble = Trouble {
        hours: 40,
        longest: 1200,
        lost: 5,
        unanswered: 5,
        late: 5,
        temporary: 40,
        permanent: 10,
        ..STORM
    };
    let mut system = System::new(7, start, limits(), &[4, 4, 4], trouble);
    for number in 0..50 {
        let zone = ZONES[number % 5];
        let settings = match number {
            0..=14 => {
                json!({ "cron": format!("{} {} * * *", number * 4, 1 + number % 4), "catch_up": "all" })
            }
            15..=24 => {
                json!({ "cron": "0 6 * * *", "days": "business", "calendar": "NYSE", "data": "previous_business_day" })
            }
            25..=34 => json!({ "cron": "30 2 * * 1", "overlap": "queue" }),
            35..=39 => json!({ "every": "12h", "data": "since_last", "catch_up": "all" }),
            40..=44 => json!({ "cron": "0 3 1 * *", "catch_up": "none", "overlap": "cancel_previous" }),
            45 => json!({ "after": ["p0"] }),
            _ => json!({ "every": "1w", "from": "2026-01-05T04:00" }),
        };
        add(&mut system, number, with(settings, json!({ "timezone": zone })));
    }
    system.wake_all();
    system.run_for(3 * 365 * 24);
    system.come_to_rest();
    system.check_history();
    let runs = &system.store.runs;
    let count = |wanted: &dyn Fn(&Ended) -> bool| {
        runs.iter().filter(|row| row.ended.as_ref().is_some_and(|(_, ended)| wanted(ended))).count()
    };
    let (succeeded, others) =
        (count(&|ended| *ended == Ended::Succeeded), count(&|ended| *ended != Ended::Succeeded));
    let lost: u32 = runs.iter().map(|row| row.run.lost).sum();
    let resumed: u32 = runs.iter().map(|row| row.resumed).sum();
    let counts = format!(
        "{} runs: {succeeded} succeeded, {others} did not; {lost} attempts lost, {resumed} resumed; {} refused; {} rounds",
        runs.len(),
        system.store.refused,
        system.rounds,
    );
    println!("{counts}");
    // Nothing of what is to be survived is missing.
    assert!(runs.len() > 25_000 && succeeded > 20_000 && others > 100, "{counts}");
    assert!(lost > 50 && resumed > 50 && system.store.refused > 100, "{counts}");
}

#[test]
fn without_trouble_every_run_starts_at_the_moment_at_which_it_may() {
    let mut system = System::new(1, at("2026-10-20T00:00:00Z"), Limits::default(), &[50, 50], Trouble::NONE);
    for number in 0..30 {
        add(&mut system, number, json!({ "cron": "0 * * * *", "timezone": "Europe/Paris", "stagger": "2m" }));
    }
    system.wake_all();
    system.run_for(24 * 14);
    system.come_to_rest();
    system.check_history();
    assert!(system.latencies.len() >= 30 * 24 * 14);
    // A run that another worker was to take and did not hear of in time is taken after a tenth of a second.
    assert!(
        system.latencies.iter().all(|latency| (0..=1).contains(latency)),
        "{:?}",
        system.latencies.iter().max()
    );
}

#[test]
fn the_decisions_of_one_round_fit_together_so_that_a_worker_alone_is_never_refused() {
    let alone = Trouble { lost: 0, unanswered: 0, late: 0, ..STORM };
    let mut system = System::new(5, at("2026-10-20T00:00:00Z"), limits(), &[3], alone);
    for number in 0..20 {
        let settings = json!({ "every": format!("{}m", 20 + number * 7) });
        let catch_up = ["last", "all", "none"][number % 3];
        let overlap =
            ["skip", "queue", "cancel_previous"][if catch_up == "all" { 0 } else { number % 2 + 1 }];
        add(&mut system, number, with(settings, json!({ "catch_up": catch_up, "overlap": overlap })));
    }
    add(&mut system, 20, json!({ "after": ["p0"] }));
    system.wake_all();
    system.run_for(24 * 14);
    system.come_to_rest();
    system.check_history();
    assert_eq!(system.store.refused, 0);
    assert!(system.store.lost > 10);
}

#[test]
fn a_backfill_runs_each_piece_once_beside_the_schedules_and_not_too_many_at_once() {
    let mut system = System::new(3, at("2026-11-01T00:00:00Z"), limits(), &[3, 3], STORM);
    add(&mut system, 0, json!({ "cron": "0 * * * *" }));
    let daily = rule(json!({ "cron": "0 6 * * *", "timezone": "Europe/Paris" }));
    let range = Interval { start: at("2026-08-31T22:00:00Z"), end: at("2026-10-31T23:00:00Z") };
    let cut = pieces(range, Cut::Rule(&daily), Order::NewestFirst).unwrap();
    let number =
        |(piece, interval): (usize, &Interval)| (NextPiece { piece: piece as u32, interval: *interval }, 0);
    let filled: Vec<_> = cut.iter().enumerate().map(number).collect();
    let pipeline: Arc<Pipeline> = pipeline("old");
    system.store.fillings.push(Filling {
        backfill: Backfill {
            id: id("fill"),
            pipeline: pipeline.clone(),
            at_once: 2,
            active: 0,
            next: vec![],
            retries: RetriesSpec::default(),
            timeout: SignedDuration::from_hours(2),
        },
        pieces: filled,
    });
    system.wake_all();
    system.run_for(72);
    system.come_to_rest();
    system.check_history();
    let runs: Vec<Interval> = system
        .store
        .runs
        .iter()
        .filter(|row| row.run.pipeline == pipeline)
        .map(|row| row.run.interval.unwrap())
        .collect();
    assert_eq!(runs, cut);
    assert_eq!(runs.iter().collect::<BTreeSet<_>>().len(), 61);
}

#[test]
fn files_and_pipelines_before_them_start_runs_once_each() {
    let mut system = System::new(11, at("2026-11-02T00:00:00Z"), limits(), &[3, 2], STORM);
    add(&mut system, 0, json!({ "files": { "path": "in/*.csv" }, "data": "same_day" }));
    add(&mut system, 2, json!({ "cron": "0 * * * *", "data": "since_last" }));
    add(&mut system, 4, json!({ "cron": "5 * * * *", "data": "since_last", "timezone": "Europe/Paris" }));
    add(&mut system, 6, json!({ "cron": "10 * * * *", "data": "same_day" }));
    add(&mut system, 8, json!({ "cron": "20 * * * *", "data": "same_day" }));
    add(&mut system, 10, json!({ "after": ["p6", "p8"], "overlap": "queue" }));
    for number in 0..60 {
        let now: Timestamp = system.now();
        let arrival = format!("arrival{number}");
        let schedule = id("s000");
        system.store.arrivals.push(towpath_scheduler::Arrival { id: id(arrival), schedule, at: now });
        system.wake_all();
        system.run_for(1);
    }
    system.come_to_rest();
    system.check_history();
    let created = |number: usize| {
        system.store.schedules[number].notes.iter().filter(|note| matches!(note, Note::Created(..))).count()
    };
    assert!(created(0) >= 50 && created(5) > 20, "{} {}", created(0), created(5));
}
