//! Sets runs apart whose schedules write to the same target.
//!
//! The rule, the same on every worker: runs are looked at in the order of their fires and, within one moment, of their
//! schedules' identifiers. Each takes the first place at or after its fire that is at least the distance of its schedule
//! away from the runs of all other schedules on any of its targets. What was missed and is caught up takes its place from
//! now on. A run is never moved to or past the next fire of its own schedule: where there is no place before that, it
//! begins at once, and the distance is given up for it.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::Plan;
use crate::ON_TIME;
use crate::decision::Apart;
use crate::world::{Id, World};

/// How far a run moves at most where no next fire bounds it.
const FARTHEST: SignedDuration = SignedDuration::from_hours(24);

pub(super) fn set_apart(now: Timestamp, world: &World, plans: &mut [Plan<'_>]) {
    if plans.iter().all(|plan| plan.create.is_none()) {
        return;
    }
    // The times of each target, in order.
    let mut taken: HashMap<Id, Vec<(Timestamp, Id)>> = HashMap::new();
    for turn in &world.turns {
        taken.entry(turn.target.clone()).or_default().push((turn.at, turn.schedule.clone()));
    }
    for times in taken.values_mut() {
        times.sort();
    }
    for plan in plans {
        let Some(create) = &mut plan.create else { continue };
        let is_on_time = now.duration_since(plan.at) <= ON_TIME;
        let earliest = if is_on_time { plan.at } else { now };
        create.not_before = earliest;
        let distance = plan.schedule.rule.spec().stagger.duration();
        let targets = &create.pipeline.targets;
        if targets.is_empty() {
            continue;
        }
        if !distance.is_zero() {
            let next = plan.schedule.rule.next(earliest);
            let bound = next.or_else(|| earliest.checked_add(FARTHEST).ok()).unwrap_or(Timestamp::MAX);
            let others = targets.iter().filter_map(|target| taken.get(target).map(Vec::as_slice));
            if let Some(place) = free_place(earliest, bound, distance, others.collect(), &plan.schedule.id) {
                create.not_before = place;
                create.apart = Some(Apart { distance });
            }
        }
        for target in targets {
            let times = taken.entry(target.clone()).or_default();
            let turn = (create.not_before, plan.schedule.id.clone());
            times.insert(times.partition_point(|other| *other < turn), turn);
        }
    }
}

/// The first time from `earliest` on that is far enough from the times of others, if it lies before `bound`.
fn free_place(
    earliest: Timestamp,
    bound: Timestamp,
    distance: SignedDuration,
    targets: Vec<&[(Timestamp, Id)]>,
    own: &Id,
) -> Option<Timestamp> {
    let mut place = earliest;
    // Each target may move the place, after which the others have to agree again.
    loop {
        let before = place;
        for times in &targets {
            let from = place.checked_sub(distance).unwrap_or(Timestamp::MIN);
            let start = times.partition_point(|(at, _)| *at <= from);
            for (at, schedule) in &times[start..] {
                if at.duration_since(place) >= distance {
                    break;
                }
                if schedule != own {
                    place = at.checked_add(distance).ok()?;
                    if place >= bound {
                        return None;
                    }
                }
            }
        }
        if place == before {
            return Some(place);
        }
    }
}
