//! A system in virtual time: workers that decide and work, one store, and everything that goes wrong.
//!
//! True time passes in milliseconds and never jumps; the store's clock is true time plus an offset that may. Workers are
//! killed, cut off from the store, and come back; decisions are lost on their way, answers are lost on their way back, and
//! decisions are applied long after they were made. All of it follows from a seed.
//!
//! While a worker is there, renewals are not played one by one: the store says that its leases were renewed this moment.

mod checks;
mod rows;
mod store;
mod trouble;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use towpath_scheduler::{Decision, Id, Limits, decide, next_wake};

pub(crate) use rows::{Ended, Filling, Note, Report};
pub(crate) use store::{Effect, Store};

/// How often things go wrong, in thousandths, and what runs do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trouble {
    /// Decisions that never reach the store.
    pub(crate) lost: u32,
    /// Decisions whose answer never reaches the worker.
    pub(crate) unanswered: u32,
    /// Rounds whose decisions are applied up to five seconds later.
    pub(crate) late: u32,
    /// Hours between kills, cuts and steps of the clock, on average; 0 for none.
    pub(crate) hours: i64,
    /// Whether the clock jumps.
    pub(crate) steps: bool,
    /// Attempts that fail for a while, and for good, in thousandths.
    pub(crate) temporary: u32,
    pub(crate) permanent: u32,
    /// The longest attempt in seconds; most are much shorter.
    pub(crate) longest: i64,
}

impl Trouble {
    pub(crate) const NONE: Trouble = Trouble {
        lost: 0,
        unanswered: 0,
        late: 0,
        hours: 0,
        steps: false,
        temporary: 0,
        permanent: 0,
        longest: 60,
    };
}

/// An attempt in the hands of a worker.
#[derive(Debug)]
struct Hand {
    run: usize,
    attempt: u32,
    /// Whether somebody works on it.
    is_live: bool,
    result: Report,
    /// True time of the last renewal, once renewals fail.
    renewed_at: i64,
}

struct Machine {
    id: Id,
    capacity: u32,
    is_alive: bool,
    is_cut: bool,
    watching_since: Timestamp,
    known_offset: i64,
    hands: Vec<Hand>,
    /// Wakes with an older token were replaced.
    token: u64,
    /// When it wakes, while it sleeps.
    wakes_at: Option<i64>,
    late: Vec<Decision>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Wake { machine: usize, token: u64 },
    Late { machine: usize, token: u64 },
    Ends { machine: usize, run: usize, attempt: u32 },
    GivesUp { machine: usize, run: usize, attempt: u32 },
    Back { machine: usize },
    Trouble,
}

pub(crate) struct System {
    pub(crate) store: Store,
    pub(crate) rng: Rng,
    trouble: Trouble,
    base: Timestamp,
    /// True milliseconds since the base.
    time: i64,
    /// What the store's clock is ahead.
    offset: i64,
    machines: Vec<Machine>,
    events: BinaryHeap<Reverse<(i64, u64, Event)>>,
    sequence: u64,
    born: u32,
    /// Milliseconds between the time at which an attempt could have started and its start.
    pub(crate) latencies: Vec<i64>,
    pub(crate) rounds: u64,
}

const SECOND: i64 = 1000;
const HOUR: i64 = 3600 * SECOND;
/// How long a worker sleeps at most.
const LONGEST_SLEEP: i64 = 6 * HOUR;

impl System {
    pub(crate) fn new(
        seed: u64,
        base: Timestamp,
        limits: Limits,
        capacities: &[u32],
        trouble: Trouble,
    ) -> Self {
        let mut system = System {
            store: Store::new(limits),
            rng: Rng::with_seed(seed),
            trouble,
            base,
            time: 0,
            offset: 0,
            machines: vec![],
            events: BinaryHeap::new(),
            sequence: 0,
            born: 0,
            latencies: vec![],
            rounds: 0,
        };
        for capacity in capacities {
            let machine = Machine {
                id: Id::from(""),
                capacity: *capacity,
                is_alive: false,
                is_cut: false,
                watching_since: base,
                known_offset: 0,
                hands: vec![],
                token: 0,
                wakes_at: None,
                late: vec![],
            };
            system.machines.push(machine);
            system.back(system.machines.len() - 1);
        }
        if trouble.hours > 0 {
            system.push(HOUR, Event::Trouble);
        }
        system
    }

    /// What the store's clock shows.
    pub(crate) fn now(&self) -> Timestamp {
        self.base + SignedDuration::from_millis(self.time + self.offset)
    }

    /// Lets time pass, with everything that happens in it.
    pub(crate) fn run_for(&mut self, hours: i64) {
        let end = self.time + hours * HOUR;
        while let Some(Reverse((at, _, event))) = self.events.peek().copied().filter(|next| next.0.0 <= end) {
            self.events.pop();
            self.time = at;
            self.store.true_time = at;
            self.happen(event);
        }
        self.time = end;
    }

    /// Ends all trouble, lets no schedule fire any more, and waits until nothing goes on.
    pub(crate) fn come_to_rest(&mut self) {
        self.trouble = Trouble { longest: self.trouble.longest, ..Trouble::NONE };
        self.run_for(24);
        for position in 0..self.store.schedules.len() {
            self.store.pause(position, true);
        }
        self.wake_all();
        self.run_for(24 * 14);
        let left: Vec<_> = self.store.active.iter().map(|position| &self.store.runs[*position].run).collect();
        assert!(left.is_empty(), "runs that never end: {left:?}");
    }

    /// Wakes every worker at once, as a new fact does.
    pub(crate) fn wake_all(&mut self) {
        for machine in 0..self.machines.len() {
            self.wake(machine, 0);
        }
    }

    fn push(&mut self, after: i64, event: Event) {
        self.sequence += 1;
        self.events.push(Reverse((self.time + after.max(0), self.sequence, event)));
    }

    /// Wakes a worker after a while, unless it wakes earlier anyway.
    fn wake(&mut self, machine: usize, after: i64) {
        let at = self.time + after;
        if self.machines[machine].wakes_at.is_some_and(|wakes_at| wakes_at <= at) {
            return;
        }
        self.machines[machine].wakes_at = Some(at);
        self.machines[machine].token += 1;
        let token = self.machines[machine].token;
        self.push(after, Event::Wake { machine, token });
    }

    fn chance(&mut self, thousandths: u32) -> bool {
        thousandths > 0 && self.rng.u32(0..1000) < thousandths
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Wake { machine, token } if token == self.machines[machine].token => {
                self.machines[machine].wakes_at = None;
                self.round(machine);
            }
            Event::Late { machine, token } if token == self.machines[machine].token => {
                let decisions = std::mem::take(&mut self.machines[machine].late);
                self.apply(machine, &decisions);
                self.wake(machine, 0);
            }
            Event::Wake { .. } | Event::Late { .. } => {}
            Event::Ends { machine, run, attempt } => self.finish(machine, run, attempt, None),
            Event::GivesUp { machine, run, attempt } if self.machines[machine].is_cut => {
                self.finish(machine, run, attempt, Some(Report::Failed { is_temporary: true }));
            }
            Event::GivesUp { .. } => {}
            Event::Back { machine } => self.back(machine),
            Event::Trouble => self.make_trouble(),
        }
    }

    /// What a worker's loop does each time it wakes.
    fn round(&mut self, machine: usize) {
        let now = self.now();
        let offset = self.offset;
        let one = &mut self.machines[machine];
        if !one.is_alive || one.is_cut {
            return;
        }
        if one.known_offset != offset {
            one.known_offset = offset;
            one.watching_since = now;
        }
        let (me, watching_since) = (one.id.clone(), one.watching_since);
        self.rounds += 1;
        for _ in 0..100 {
            let facts = self.store.facts(&me, now, watching_since);
            let decisions = decide(now, &facts);
            if decisions.is_empty() {
                let sleep = next_wake(now, &facts).map_or(LONGEST_SLEEP, |at| {
                    at.duration_since(now).as_millis().try_into().unwrap_or(LONGEST_SLEEP)
                });
                if sleep > 1 && self.rng.u32(0..20) == 0 {
                    let meanwhile = now + SignedDuration::from_millis(self.rng.i64(0..sleep));
                    assert_eq!(decide(meanwhile, &facts), vec![], "something is due while the loop sleeps");
                }
                // A part of a millisecond is slept as a whole one.
                self.wake(machine, sleep.clamp(1, LONGEST_SLEEP));
                return;
            }
            if self.chance(self.trouble.late) {
                self.machines[machine].late = decisions;
                let delay = self.rng.i64(1..5 * SECOND);
                self.machines[machine].token += 1;
                let token = self.machines[machine].token;
                self.push(delay, Event::Late { machine, token });
                return;
            }
            if !self.apply(machine, &decisions) {
                self.wake(machine, SECOND);
                return;
            }
        }
        panic!("a round that never ends");
    }

    /// Applies decisions; says whether any of them was.
    fn apply(&mut self, machine: usize, decisions: &[Decision]) -> bool {
        let now = self.now();
        let mut is_applied = false;
        for decision in decisions {
            if self.chance(self.trouble.lost) {
                continue;
            }
            let Some(effect) = self.store.apply(decision, now) else { continue };
            is_applied = true;
            match effect {
                Effect::Started { run, attempt } => {
                    if !self.chance(self.trouble.unanswered) {
                        self.begin(machine, run, attempt);
                    }
                }
                Effect::Stop { run } => self.stop(run),
                Effect::Nothing => {}
            }
        }
        if is_applied {
            self.tell_others(machine);
        }
        is_applied
    }

    /// New facts wake the others soon, most of the time.
    fn tell_others(&mut self, machine: usize) {
        for other in 0..self.machines.len() {
            let is_free = self.machines[other].late.is_empty();
            if other != machine && is_free && self.rng.u32(0..10) > 0 {
                let delay = self.rng.i64(1..200);
                self.wake(other, delay);
            }
        }
    }

    /// A worker begins an attempt that the store gave it.
    fn begin(&mut self, machine: usize, run: usize, attempt: u32) {
        self.check_start(machine, run);
        let now = self.now();
        let row = &mut self.store.runs[run];
        row.is_held = true;
        self.latencies.push(now.duration_since(row.run.not_before).as_millis() as i64);
        let share = self.rng.i64(0..1000);
        let longest = self.trouble.longest * SECOND;
        // Most attempts take a twentieth, few take long.
        let takes =
            if share < 900 { self.rng.i64(1..longest / 20 + 2) } else { self.rng.i64(1..longest + 2) };
        let luck = self.rng.u32(0..1000);
        let result = match luck {
            luck if luck < self.trouble.temporary => Report::Failed { is_temporary: true },
            luck if luck < self.trouble.temporary + self.trouble.permanent => {
                Report::Failed { is_temporary: false }
            }
            _ => Report::Done,
        };
        self.machines[machine].hands.push(Hand { run, attempt, is_live: true, result, renewed_at: 0 });
        self.push(takes, Event::Ends { machine, run, attempt });
    }

    /// An attempt ends, by itself or because its worker gives it up.
    fn finish(&mut self, machine: usize, run: usize, attempt: u32, result: Option<Report>) {
        let now = self.now();
        let one = &mut self.machines[machine];
        let own = |hand: &&mut Hand| hand.run == run && hand.attempt == attempt && hand.is_live;
        let Some(hand) = one.hands.iter_mut().find(own) else { return };
        hand.is_live = false;
        hand.result = result.unwrap_or(hand.result);
        if one.is_cut {
            return;
        }
        let (result, id) = (hand.result, one.id.clone());
        one.hands.retain(|hand| hand.run != run);
        self.store.report(run, attempt, &id, result, now);
        if self.machines[machine].late.is_empty() {
            self.wake(machine, 0);
        }
        self.tell_others(machine);
    }

    /// Whoever carries out a run hears that it is to stop, if it hears anything.
    fn stop(&mut self, run: usize) {
        for machine in 0..self.machines.len() {
            let one = &mut self.machines[machine];
            let hand = one.hands.iter_mut().find(|hand| hand.run == run && hand.is_live);
            if let Some(hand) = hand.filter(|_| !one.is_cut) {
                hand.result = Report::Stopped;
                let attempt = hand.attempt;
                self.push(SECOND, Event::Ends { machine, run, attempt });
            }
        }
    }
}
