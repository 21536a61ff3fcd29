//! Schedules that wait for something: the success of other pipelines, the arrival of files.
//!
//! An event is the run that succeeded last of those that are waited for, or an arrival. It gets one run, remembered by its
//! identifier and not by its time: events become known in any order. `handled_through` only says which are too old, from
//! before the schedule was created or while it was paused.
//!
//! An event does not come back, so `overlap: skip` lets it wait like `queue`.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use towpath_model::schedule::{Overlap, Trigger};

use super::index::Index;
use super::{Event, Plan, create, fires, interval, seen};
use crate::MOST_WAITING;
use crate::decision::{Decision, Guard, Passed};
use crate::world::{Id, Interval, Key, Schedule, Success, World};

pub(super) fn plan<'a>(now: Timestamp, world: &'a World, index: &Index<'_>, plans: &mut Vec<Plan<'a>>) {
    if world.successes.is_empty() && world.arrivals.is_empty() {
        return;
    }
    let mut awaited = HashSet::new();
    for schedule in &world.schedules {
        if let Trigger::After(names) = schedule.rule.trigger() {
            awaited.extend(names.iter().map(|name| (schedule.pipeline.workspace.as_ref(), name.as_str())));
        }
    }
    let successes = Successes::new(&world.successes, &awaited);
    let mut arrivals: HashMap<&str, Vec<Event<'a>>> = HashMap::new();
    for arrival in &world.arrivals {
        let event = Event { id: &arrival.id, at: arrival.at, interval: None };
        arrivals.entry(&arrival.schedule).or_default().push(event);
    }
    for schedule in &world.schedules {
        let mut events = match schedule.rule.trigger() {
            Trigger::Times => continue,
            Trigger::After(names) => successes.complete(&schedule.pipeline.workspace, names),
            Trigger::Files(_) => arrivals.remove(schedule.id.as_ref()).unwrap_or_default(),
        };
        events.retain(|event| {
            event.at > schedule.handled_through
                && event.at <= now
                && schedule.rule.is_open_at(event.at)
                && !world.handled.contains(&(schedule.id.clone(), event.id.clone()))
        });
        events.sort_by(|a, b| (a.at, a.id).cmp(&(b.at, b.id)));
        react(schedule, &events, index, plans);
    }
}

fn react<'a>(schedule: &'a Schedule, events: &[Event<'_>], index: &Index<'_>, plans: &mut Vec<Plan<'a>>) {
    let (Some(first), Some(last)) = (events.first(), events.last()) else { return };
    if schedule.is_paused {
        let seen = seen(schedule, schedule.handled_through);
        let pass = Decision::Pass { schedule: seen, first: first.at, through: last.at, why: Passed::Paused };
        plans.push(Plan { at: last.at, schedule, before: vec![pass], create: None });
        return;
    }
    let active = index.active(&schedule.id);
    let cancels = schedule.rule.spec().overlap == Overlap::CancelPrevious;
    let room = match active {
        Some(active) if !cancels => MOST_WAITING.saturating_sub(active.waiting),
        _ => MOST_WAITING,
    };
    for (position, event) in events.iter().take(room).enumerate() {
        let before = match active {
            Some(active) if cancels && position == 0 => fires::supersede(active).collect(),
            _ => Vec::new(),
        };
        let guard =
            Guard::Event { schedule: seen(schedule, schedule.handled_through), event: event.id.clone() };
        let data = event.interval.or_else(|| interval(schedule, event.at));
        let create = Some(create(schedule, guard, Key::Event(event.id.clone()), data, event.at));
        plans.push(Plan { at: event.at, schedule, before, create });
    }
}

/// Successes by workspace and pipeline, and the first ones for each interval.
struct Successes<'a> {
    by_pipeline: HashMap<(&'a str, &'a str), Vec<&'a Success>>,
    first: HashMap<(&'a str, &'a str, Interval), (Timestamp, &'a Id)>,
}

impl<'a> Successes<'a> {
    fn new(successes: &'a [Success], awaited: &HashSet<(&str, &str)>) -> Self {
        let mut found = Successes { by_pipeline: HashMap::new(), first: HashMap::new() };
        for success in successes {
            let (workspace, pipeline) = (success.workspace.as_ref(), success.pipeline.as_ref());
            if !awaited.contains(&(workspace, pipeline)) {
                continue;
            }
            found.by_pipeline.entry((workspace, pipeline)).or_default().push(success);
            let end = (success.ended_at, &success.run);
            let first = found.first.entry((workspace, pipeline, success.interval)).or_insert(end);
            *first = (*first).min(end);
        }
        found
    }

    /// Successes by which all pipelines have succeeded for the same interval.
    fn complete(&self, workspace: &str, names: &[String]) -> Vec<Event<'a>> {
        let mut events = Vec::new();
        for name in names {
            for success in self.by_pipeline.get(&(workspace, name.as_str())).into_iter().flatten() {
                let end = (success.ended_at, &success.run);
                let is_complete = names.iter().filter(|other| *other != name).all(|other| {
                    let first = self.first.get(&(workspace, other.as_str(), success.interval));
                    first.is_some_and(|first| *first <= end)
                });
                if is_complete {
                    let interval = Some(success.interval);
                    events.push(Event { id: &success.run, at: success.ended_at, interval });
                }
            }
        }
        events
    }
}
