//! Runs on shared targets are set apart.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::json;
use towpath_scheduler::{Decision, Schedule, Turn, World, decide};

use crate::world::*;

fn on_target(name: &str, settings: serde_json::Value, handled_through: Timestamp, target: &str) -> Schedule {
    let mut pipeline = (*pipeline(name)).clone();
    pipeline.targets = vec![id(target)];
    Schedule::new(id(name), 1, pipeline.into(), rule(settings), false, handled_through)
}

/// When the created runs may start, by schedule.
fn places(now: Timestamp, facts: &World) -> Vec<(String, Timestamp)> {
    decide(now, facts)
        .iter()
        .filter_map(|decision| match decision {
            Decision::CreateRun(create) => Some((create.pipeline.name.to_string(), create.not_before)),
            _ => None,
        })
        .collect()
}

#[test]
fn schedules_of_one_moment_begin_a_quarter_of_an_hour_apart() {
    let now = at("2026-11-02T06:00:00Z");
    let yesterday = at("2026-11-01T12:00:00Z");
    let mut facts = world(now);
    facts.schedules = vec![
        on_target("c", daily(json!({})), yesterday, "grist/doc").into(),
        on_target("a", daily(json!({})), yesterday, "grist/doc").into(),
        on_target("b", daily(json!({ "stagger": "5m" })), yesterday, "grist/doc").into(),
        on_target("other", daily(json!({})), yesterday, "grist/other").into(),
        on_target("off", daily(json!({ "stagger": 0 })), yesterday, "grist/doc").into(),
    ];
    let minutes: Vec<(String, i64)> = places(now, &facts)
        .into_iter()
        .map(|(name, place)| (name, place.duration_since(now).as_mins()))
        .collect();
    let expected = [("a", 0), ("b", 5), ("c", 20), ("off", 0), ("other", 0)];
    assert_eq!(minutes, expected.map(|(name, minutes)| (name.to_owned(), minutes)));
}

#[test]
fn turns_that_were_given_before_are_kept() {
    let now = at("2026-11-02T06:05:00Z");
    let mut facts = world(now);
    let turn = |schedule: &str, minute: i64| Turn {
        target: id("t"),
        schedule: id(schedule),
        at: at("2026-11-02T06:00:00Z") + SignedDuration::from_mins(minute),
    };
    facts.turns = vec![turn("x", 0), turn("y", 45), turn("z", 15)];
    let settings = json!({ "cron": "5 6 * * *" });
    facts.schedules = vec![on_target("a", settings, at("2026-11-01T12:00:00Z"), "t").into()];
    assert_eq!(places(now, &facts), [("a".to_owned(), at("2026-11-02T06:30:00Z"))]);
}

#[test]
fn nothing_is_moved_past_the_next_time_of_its_own_schedule() {
    let now = at("2026-11-02T06:00:00Z");
    let mut facts = world(now);
    let before = now - seconds(1);
    facts.schedules =
        (0..6).map(|n| on_target(&format!("s{n}"), json!({ "every": "1h" }), before, "t").into()).collect();
    let minutes: Vec<i64> =
        places(now, &facts).iter().map(|(_, place)| place.duration_since(now).as_mins()).collect();
    // Four find a place within the hour; the others begin at once.
    assert_eq!(minutes, [0, 15, 30, 45, 0, 0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn places_are_those_of_a_search_minute_by_minute(
        given in prop::collection::vec((0..2usize, 0..4usize, -90i64..200), 0..12),
        staggers in prop::collection::vec(0..40u32, 1..6),
        every in 1..4i64,
    ) {
        let now = at("2026-11-02T06:00:00Z");
        let mut facts = world(now);
        let minute = SignedDuration::from_mins;
        let names = ["s0", "s1", "s2", "s3", "s4", "s5"];
        facts.turns = given
            .iter()
            .map(|(target, schedule, at)| Turn {
                target: id(["t0", "t1"][*target]), schedule: id(names[*schedule]), at: now + minute(*at),
            })
            .collect();
        facts.schedules = staggers
            .iter()
            .enumerate()
            .map(|(n, stagger)| {
                let settings = json!({ "every": format!("{every}h"), "from": "2026-11-02", "stagger": format!("{stagger}m") });
                let mut schedule = on_target(names[n], settings, now - seconds(1), "t0");
                if n % 3 == 1 {
                    let mut both = (*schedule.pipeline).clone();
                    both.targets.push(id("t1"));
                    schedule.pipeline = both.into();
                }
                schedule.into()
            })
            .collect();
        let fires = facts.schedules.iter().filter(|schedule| schedule.upcoming() == Some(now)).count();
        let mut taken = facts.turns.clone();
        let places = places(now, &facts);
        prop_assert_eq!(places.len(), fires);
        for (name, place) in places {
            let schedule = facts.schedules.iter().find(|schedule| schedule.id.as_ref() == name).unwrap();
            let stagger = schedule.rule.spec().stagger.duration();
            let targets = &schedule.pipeline.targets;
            let is_free = |place: Timestamp| taken.iter().all(|turn| {
                turn.schedule == schedule.id
                    || !targets.contains(&turn.target)
                    || turn.at.duration_since(place).abs() >= stagger
            });
            let found = (0..every * 60).map(|n| now + minute(n)).find(|place| is_free(*place));
            prop_assert_eq!(place, found.unwrap_or(now), "{}", name);
            taken.extend(targets.iter().map(|target| Turn { target: target.clone(), schedule: schedule.id.clone(), at: place }));
        }
    }
}
