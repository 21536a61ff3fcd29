//! A thousand schedules in one minute.

use std::collections::HashSet;

use serde_json::json;
use towpath_scheduler::{Decision, Schedule, World, decide, next_wake};

use crate::world::*;

/// A thousand schedules that are due, in fifty workspaces with a hundred targets, and two hundred attempts under way.
fn busy() -> World {
    let now = at("2026-11-02T06:00:00Z");
    let mut facts = world(now);
    facts.workers = vec![worker("w1", 2000, now), worker("w2", 2000, now)];
    facts.schedules = (0..1000)
        .map(|n| {
            let mut pipeline = (*pipeline(&format!("p{n}"))).clone();
            pipeline.workspace = id(format!("ws{}", n % 50));
            pipeline.targets = vec![id(format!("t{}", n % 100))];
            pipeline.connections = vec![id(format!("c{}", n % 100))];
            let settings =
                daily(json!({ "timezone": "Europe/Brussels", "days": "business", "cron": "0 7 * * *" }));
            let name = id(format!("s{n:04}"));
            Schedule::new(name, 1, pipeline.into(), rule(settings), false, at("2026-11-01T12:00:00Z")).into()
        })
        .collect();
    facts.runs = (0..200)
        .map(|n| running(run(&format!("r{n}"), now), "w1", now - seconds(60), now + seconds(25)))
        .collect();
    facts
}

#[test]
fn a_thousand_schedules_of_one_minute_are_decided_in_one_round() {
    let (now, mut facts) = (at("2026-11-02T06:00:00Z"), busy());
    let mut started = HashSet::new();
    for me in ["w1", "w2"] {
        facts.me = id(me);
        let decisions = decide(now, &facts);
        assert_eq!(decisions.len(), 1000);
        for decision in &decisions {
            let Decision::CreateRun(create) = decision else { panic!("{decision:?}") };
            if create.start.is_some() {
                assert_eq!(create.not_before, now);
                assert!(
                    started.insert(create.pipeline.name.clone()),
                    "{} starts twice",
                    create.pipeline.name
                );
            }
        }
    }
    // Ten schedules share a target: one of them starts now, the others 15 minutes apart.
    assert_eq!(started.len(), 100);
    assert_eq!(next_wake(now - seconds(1), &facts), Some(now));
}
