//! From facts to decisions.
//!
//! `runs` looks after runs that exist: leases, timeouts, failures, cancellations. `fires` and `events` find what schedules
//! want, `turns` sets it apart on shared targets, `backfills` adds pieces, and `starts` deals runs out to workers. `index`
//! sums up the runs once, so that nothing is looked for twice.
//!
//! Invariants: the answer depends on the arguments alone, and its order on nothing that differs between workers. Decisions
//! about one schedule build on each other in the order given; all others stand alone.

mod backfills;
mod events;
mod fires;
mod index;
mod runs;
mod starts;
mod turns;

pub(crate) use runs::times_out_at;

use std::collections::HashSet;

use jiff::Timestamp;

use crate::decision::{CreateRun, Decision, Guard, IfSchedule};
use crate::world::{Id, Interval, Key, Origin, Schedule, World};
use index::Index;

/// What is to be done now, in the order in which it is to be applied.
pub fn decide(now: Timestamp, world: &World) -> Vec<Decision> {
    let index = Index::new(world);
    let mut plans = Vec::new();
    fires::plan(now, world, &index, &mut plans);
    events::plan(now, world, &index, &mut plans);
    plans.sort_by(|a, b| (a.at, &a.schedule.id).cmp(&(b.at, &b.schedule.id)));
    turns::set_apart(now, world, &mut plans);
    // A run gets one decision in a round. That a newer one takes its place comes first; the rest follows from it.
    let before = plans.iter().flat_map(|plan| &plan.before);
    let superseded: HashSet<Id> = before
        .filter_map(|decision| match decision {
            Decision::StopRun { run, .. } => Some(run.id.clone()),
            _ => None,
        })
        .collect();
    let others = world.runs.iter().filter(|run| !superseded.contains(&run.id));
    let mut decisions: Vec<Decision> =
        others.filter_map(|run| runs::settle(now, world.watching_since, run)).collect();
    let mut created = Vec::new();
    for plan in plans {
        decisions.extend(plan.before);
        created.extend(plan.create);
    }
    backfills::plan(now, world, &mut created);
    let started = starts::deal(now, world, &index, &superseded, &mut created);
    decisions.extend(created.into_iter().map(|create| Decision::CreateRun(Box::new(create))));
    decisions.extend(started);
    decisions
}

/// What a schedule wants at one fire or event.
struct Plan<'a> {
    at: Timestamp,
    schedule: &'a Schedule,
    /// What comes before the run is created.
    before: Vec<Decision>,
    create: Option<CreateRun>,
}

/// The run of a schedule, before its turn is known.
fn create(
    schedule: &Schedule,
    guard: Guard,
    key: Key,
    interval: Option<Interval>,
    at: Timestamp,
) -> CreateRun {
    let settings = schedule.rule.spec();
    CreateRun {
        guard,
        origin: Origin::Schedule { schedule: schedule.id.clone(), key },
        pipeline: schedule.pipeline.clone(),
        interval,
        not_before: at,
        apart: None,
        retries: settings.retries,
        timeout: settings.timeout.duration(),
        start: None,
    }
}

/// A schedule as it will be when decisions up to a fire have been applied.
fn seen(schedule: &Schedule, handled_through: Timestamp) -> IfSchedule {
    IfSchedule { id: schedule.id.clone(), version: schedule.version, handled_through }
}

/// The data of a fire, without its zone.
fn interval(schedule: &Schedule, at: Timestamp) -> Option<Interval> {
    schedule.rule.interval(at).map(|interval| Interval { start: interval.start, end: interval.end })
}

/// An event that a schedule may react to.
struct Event<'a> {
    id: &'a Id,
    at: Timestamp,
    interval: Option<Interval>,
}
