//! Schedules with times: what came due, what was missed, what overlaps.

use jiff::{SignedDuration, Timestamp};
use towpath_model::schedule::{CatchUp, Overlap};

use super::index::{Active, Index};
use super::{Plan, create, interval, seen};
use crate::decision::{CreateRun, Decision, Guard, IfRun, Passed};
use crate::world::{Key, Schedule, Stop, World};
use crate::{MOST_WAITING, ON_TIME};

pub(super) fn plan<'a>(now: Timestamp, world: &'a World, index: &Index<'_>, plans: &mut Vec<Plan<'a>>) {
    for schedule in &world.schedules {
        let Some(first) = schedule.upcoming().filter(|first| *first <= now) else { continue };
        let active = index.active(&schedule.id);
        let waiting = active.map_or(0, |active| active.waiting);
        if schedule.is_paused {
            let due = Due::until(now, schedule, first);
            plans.push(pass(schedule, &due, Passed::Paused));
        } else if schedule.rule.spec().catch_up == CatchUp::All {
            all(now, schedule, first, waiting, plans);
        } else {
            plans.extend(latest(now, schedule, first, active));
        }
    }
}

/// The fires that are due: the first, the last, and the one before the last.
struct Due {
    first: Timestamp,
    before_last: Option<Timestamp>,
    last: Timestamp,
}

impl Due {
    fn until(now: Timestamp, schedule: &Schedule, first: Timestamp) -> Due {
        let rule = &schedule.rule;
        // Most often one is due; counting back is for the others.
        let second = rule.next(first).filter(|second| *second <= now);
        let last = second.and_then(|second| {
            let after = now.checked_add(SignedDuration::from_nanos(1)).ok()?;
            Some(rule.last_before(after)?.max(second))
        });
        match last {
            None => Due { first, before_last: None, last: first },
            Some(last) => Due { first, before_last: Some(rule.last_before(last).unwrap_or(first)), last },
        }
    }
}

/// Every fire gets its run, the oldest first, as long as not too many wait; the others keep their place.
fn all<'a>(
    now: Timestamp,
    schedule: &'a Schedule,
    first: Timestamp,
    waiting: usize,
    plans: &mut Vec<Plan<'a>>,
) {
    let mut handled_through = schedule.handled_through;
    let fires = std::iter::successors(Some(first), |fire| schedule.rule.next(*fire));
    let room = MOST_WAITING.saturating_sub(waiting);
    for fire in fires.take_while(|fire| *fire <= now).take(room) {
        let create = Some(run(schedule, handled_through, fire));
        plans.push(Plan { at: fire, schedule, before: Vec::new(), create });
        handled_through = fire;
    }
}

/// The last fire gets a run, if nothing speaks against it; those before it are passed over.
fn latest<'a>(
    now: Timestamp,
    schedule: &'a Schedule,
    first: Timestamp,
    active: Option<&Active<'_>>,
) -> Option<Plan<'a>> {
    let settings = schedule.rule.spec();
    let due = Due::until(now, schedule, first);
    if settings.catch_up == CatchUp::None && now.duration_since(due.last) > ON_TIME {
        return Some(pass(schedule, &due, Passed::Missed));
    }
    let mut before = Vec::new();
    let mut handled_through = schedule.handled_through;
    if let Some(through) = due.before_last {
        let seen = seen(schedule, handled_through);
        before.push(Decision::Pass { schedule: seen, first: due.first, through, why: Passed::Missed });
        handled_through = through;
    }
    if let Some(active) = active {
        match settings.overlap {
            Overlap::Skip => {
                let run = active.runs.first()?.id.clone();
                before.push(Decision::Pass {
                    schedule: seen(schedule, handled_through),
                    first: due.last,
                    through: due.last,
                    why: Passed::Overlap { run },
                });
                return Some(Plan { at: due.last, schedule, before, create: None });
            }
            // The cursor stays; what is due then is decided when there is room.
            Overlap::Queue if active.waiting >= MOST_WAITING => return None,
            Overlap::Queue => {}
            Overlap::CancelPrevious => before.extend(supersede(active)),
        }
    }
    let create = Some(run(schedule, handled_through, due.last));
    Some(Plan { at: due.last, schedule, before, create })
}

/// Asks the earlier runs of a schedule to stop.
pub(super) fn supersede(active: &Active<'_>) -> impl Iterator<Item = Decision> {
    let runs = active.runs.iter().filter(|run| run.stop.is_none());
    runs.map(|run| Decision::StopRun {
        run: IfRun { id: run.id.clone(), version: run.version },
        why: Stop::Superseded,
    })
}

fn run(schedule: &Schedule, handled_through: Timestamp, fire: Timestamp) -> CreateRun {
    let guard = Guard::Fire { schedule: seen(schedule, handled_through), fire };
    create(schedule, guard, Key::Fire(fire), interval(schedule, fire), fire)
}

fn pass<'a>(schedule: &'a Schedule, due: &Due, why: Passed) -> Plan<'a> {
    let seen = seen(schedule, schedule.handled_through);
    let pass = Decision::Pass { schedule: seen, first: due.first, through: due.last, why };
    Plan { at: due.last, schedule, before: vec![pass], create: None }
}
