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

use jiff::Timestamp;

use crate::decision::{CreateRun, Decision, Guard, IfSchedule};
use crate::world::{Id, Interval, Key, Origin, Schedule, World};
use index::Index;

/// What is to be done now, in the order in which it is to be applied.
pub fn decide(now: Timestamp, world: &World) -> Vec<Decision> {
    let index = Index::new(world);
    let mut decisions = Vec::new();
    for run in &world.runs {
        decisions.extend(runs::settle(now, world.watching_since, run));
    }
    let mut plans = Vec::new();
    fires::plan(now, world, &index, &mut plans);
    events::plan(now, world, &index, &mut plans);
    plans.sort_by(|a, b| (a.at, &a.schedule.id).cmp(&(b.at, &b.schedule.id)));
    turns::set_apart(now, world, &mut plans);
    let mut created = Vec::new();
    for plan in plans {
        decisions.extend(plan.before);
        created.extend(plan.create);
    }
    backfills::plan(now, world, &mut created);
    let started = starts::deal(now, world, &index, &mut created);
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
