//! Deals runs out to workers.
//!
//! First come requests of people, then schedules, then backfills. Within each, the workspace with the fewest attempts under
//! way goes first, and within a workspace the run that has been due for longest. A run for which a limit has no room is
//! passed over; it holds nobody up. Each run goes to the worker with the most free places, so that all workers compute the
//! same hand for everyone and each takes its own. What another worker did not take in time is taken by whoever has room.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet};

use jiff::Timestamp;

use super::index::{Index, Used};
use crate::decision::{CreateRun, Decision, Hold, IfRun, Start};
use crate::world::{Id, Origin, Pipeline, Run, State, World};
use crate::{LEASE, PATIENCE};

/// A run that could start.
#[derive(Clone, Copy)]
struct Candidate<'a> {
    due: Timestamp,
    /// Those that exist before those that are being created, then by age.
    place: (bool, Timestamp, &'a str, usize),
    pipeline: &'a Pipeline,
    origin: &'a Origin,
    what: What<'a>,
}

#[derive(Clone, Copy)]
enum What<'a> {
    Existing(&'a Run),
    New(usize),
}

/// Starts of waiting runs for the worker that asks; runs that are being created get theirs inside.
pub(super) fn deal(
    now: Timestamp,
    world: &World,
    index: &Index<'_>,
    superseded: &HashSet<Id>,
    created: &mut [CreateRun],
) -> Vec<Decision> {
    let mut workers = Workers::new(now, world, index);
    if workers.takes_nothing() {
        return Vec::new();
    }
    let mut taken: Vec<(What<'_>, Vec<Hold>)> = Vec::new();
    {
        let mut used = index.used();
        let mut left = Vec::new();
        let classes = candidates(now, world, index, superseded, created);
        for (_, class) in classes {
            for (candidate, holds) in by_fairness(class, &mut used, world) {
                match workers.give() {
                    Some(is_mine) if is_mine => taken.push((candidate.what, holds)),
                    Some(_) => left.push((candidate, holds)),
                    None => break,
                }
            }
        }
        for (candidate, holds) in left {
            if candidate.due + PATIENCE <= now && workers.take() {
                taken.push((candidate.what, holds));
            }
        }
    }
    let me = world.me.clone();
    let start = |attempt: u32, holds| Start {
        worker: me.clone(),
        attempt,
        lease_until: now + LEASE,
        resume: attempt > 1,
        holds,
    };
    let mut starts = Vec::new();
    let mut new = Vec::new();
    for (what, holds) in taken {
        match what {
            What::Existing(run) => starts.push(Decision::StartAttempt {
                run: IfRun { id: run.id.clone(), version: run.version },
                start: start(run.attempts + 1, holds),
            }),
            What::New(position) => new.push((position, holds)),
        }
    }
    for (position, holds) in new {
        if let Some(create) = created.get_mut(position) {
            create.start = Some(start(1, holds));
        }
    }
    starts
}

type Classes<'a> = BTreeMap<u8, HashMap<&'a Id, Vec<Candidate<'a>>>>;

/// What could start, by precedence and workspace.
fn candidates<'a>(
    now: Timestamp,
    world: &'a World,
    index: &Index<'a>,
    superseded: &HashSet<Id>,
    created: &'a [CreateRun],
) -> Classes<'a> {
    let mut classes = Classes::new();
    let mut add = |candidate: Candidate<'a>| {
        let class = match candidate.origin {
            Origin::Request => 0,
            Origin::Schedule { .. } => 1,
            Origin::Backfill { .. } => 2,
        };
        classes.entry(class).or_default().entry(&candidate.pipeline.workspace).or_default().push(candidate);
    };
    for run in &world.runs {
        let is_due = run.state == State::Waiting && run.stop.is_none() && run.not_before <= now;
        if is_due && index.is_first(run) && !superseded.contains(&run.id) {
            let place = (false, run.created_at, run.id.as_ref(), 0);
            let what = What::Existing(run);
            add(Candidate { due: run.not_before, place, pipeline: &run.pipeline, origin: &run.origin, what });
        }
    }
    let mut begun = HashSet::new();
    for (position, create) in created.iter().enumerate() {
        if let Origin::Schedule { schedule, .. } = &create.origin {
            let is_first = begun.insert(schedule) && index.active(schedule).is_none();
            if !is_first {
                continue;
            }
        }
        if create.not_before <= now {
            let place = (true, create.not_before, "", position);
            let what = What::New(position);
            add(Candidate {
                due: create.not_before,
                place,
                pipeline: &create.pipeline,
                origin: &create.origin,
                what,
            });
        }
    }
    classes
}

/// The candidates of a class that limits have room for, in the order of fairness. Whoever takes one has counted it.
fn by_fairness<'a, 'b>(
    mut class: HashMap<&'a Id, Vec<Candidate<'a>>>,
    used: &'b mut Used,
    world: &'b World,
) -> impl Iterator<Item = (Candidate<'a>, Vec<Hold>)> + use<'a, 'b> {
    let mut heap = BinaryHeap::new();
    for (workspace, candidates) in &mut class {
        // From the last to the first, so that the next one is taken from the end.
        candidates.sort_by_key(|candidate| Reverse((candidate.due, candidate.place)));
        if let Some(next) = candidates.last() {
            heap.push(Reverse((used.of_workspace(workspace), next.due, *workspace)));
        }
    }
    std::iter::from_fn(move || {
        while let Some(Reverse((_, _, workspace))) = heap.pop() {
            let candidates = class.get_mut(workspace)?;
            while let Some(candidate) = candidates.pop() {
                let Some(holds) = used.room(candidate.pipeline, candidate.origin, &world.limits) else {
                    continue;
                };
                used.add(candidate.pipeline);
                if let Some(next) = candidates.last() {
                    heap.push(Reverse((used.of_workspace(workspace), next.due, workspace)));
                }
                return Some((candidate, holds));
            }
        }
        None
    })
}

/// Free places of the workers, as all of them see it.
struct Workers<'a> {
    /// The most free places first; among equals the first identifier.
    free: BinaryHeap<(u32, Reverse<&'a Id>)>,
    me: &'a Id,
    /// Places of mine that nothing was dealt to.
    mine: u32,
}

impl<'a> Workers<'a> {
    fn new(now: Timestamp, world: &'a World, index: &Index<'_>) -> Self {
        let mut workers = Workers { free: BinaryHeap::new(), me: &world.me, mine: 0 };
        for worker in world.workers.iter().filter(|worker| worker.takes_runs(now)) {
            let free = worker.capacity.saturating_sub(index.load(&worker.id));
            if worker.id == world.me {
                workers.mine = free;
            }
            if free > 0 {
                workers.free.push((free, Reverse(&worker.id)));
            }
        }
        workers
    }

    fn takes_nothing(&self) -> bool {
        self.mine == 0
    }

    /// Deals one run; says whether it is mine.
    fn give(&mut self) -> Option<bool> {
        let (free, worker) = self.free.pop()?;
        if free > 1 {
            self.free.push((free - 1, worker));
        }
        let is_mine = worker.0 == self.me;
        self.mine -= u32::from(is_mine);
        Some(is_mine)
    }

    /// Takes one that was dealt to another.
    fn take(&mut self) -> bool {
        let has_room = self.mine > 0;
        self.mine -= u32::from(has_room);
        has_room
    }
}
