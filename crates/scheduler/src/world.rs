//! Facts: what is known of schedules, runs and workers at one moment.
//!
//! A loop reads them in one transaction. They hold what can still matter: runs that have not ended, successes of the
//! last weeks, turns of the last day; never the whole history.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use towpath_model::schedule::{RetriesSpec, Rule};

use crate::LEASE;

/// An identifier that the store gives.
pub type Id = Arc<str>;

/// All facts of one moment.
#[derive(Debug, Clone)]
pub struct World {
    /// The worker that asks.
    pub me: Id,
    /// Since when this worker sees the store without a gap, and a clock without a jump. No lease ends before it could
    /// have been renewed since then.
    pub watching_since: Timestamp,
    /// Schedules that are neither archived nor deleted.
    pub schedules: Vec<Arc<Schedule>>,
    /// Runs that have not ended.
    pub runs: Vec<Run>,
    /// Workers that were alive in the last minutes.
    pub workers: Vec<Worker>,
    /// How much may run at the same time.
    pub limits: Limits,
    /// When scheduled runs begin on their targets, ended ones too: from now less the longest stagger on.
    pub turns: Vec<Turn>,
    /// Runs that succeeded, of pipelines that others run after; for as long as [`REMEMBERED`](crate::REMEMBERED).
    pub successes: Vec<Success>,
    /// Files that arrived, for schedules that wait for files; for as long.
    pub arrivals: Vec<Arrival>,
    /// Events that have their run already: the schedule, and the run that succeeded or the arrival; for as long.
    pub handled: HashSet<(Id, Id)>,
    /// Backfills that go on.
    pub backfills: Vec<Backfill>,
}

/// What a run is a run of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pipeline {
    /// Identifier of the pipeline.
    pub id: Id,
    /// Its name, by which `after` refers to it.
    pub name: Id,
    /// The workspace it belongs to.
    pub workspace: Id,
    /// Connections that it uses.
    pub connections: Vec<Id>,
    /// Targets that it writes: the connection with the table or file. Unique among all workspaces.
    pub targets: Vec<Id>,
}

/// A schedule with its rule compiled.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// Identifier of the schedule.
    pub id: Id,
    /// Changes with every change of the schedule but that of `handled_through`.
    pub version: u64,
    /// What it runs.
    pub pipeline: Arc<Pipeline>,
    /// When it fires.
    pub rule: Arc<Rule>,
    /// Whether somebody paused it. What comes due meanwhile is left out.
    pub is_paused: bool,
    /// Everything up to this fire is decided; at first, the moment of creation.
    pub handled_through: Timestamp,
    upcoming: Option<Timestamp>,
}

impl Schedule {
    /// Makes a schedule and finds its next fire. Worth keeping until the schedule changes.
    pub fn new(
        id: Id,
        version: u64,
        pipeline: Arc<Pipeline>,
        rule: Arc<Rule>,
        is_paused: bool,
        handled_through: Timestamp,
    ) -> Self {
        let upcoming = rule.next(handled_through);
        Schedule { id, version, pipeline, rule, is_paused, handled_through, upcoming }
    }

    /// The first fire that is not decided.
    pub fn upcoming(&self) -> Option<Timestamp> {
        self.upcoming
    }
}

/// A run that has not ended.
#[derive(Debug, Clone)]
pub struct Run {
    /// Identifier of the run.
    pub id: Id,
    /// Changes with every change of the run but the renewal of its lease.
    pub version: u64,
    /// What it runs.
    pub pipeline: Arc<Pipeline>,
    /// Who or what wanted it.
    pub origin: Origin,
    /// The data it answers for.
    pub interval: Option<Interval>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it may start, for the first time or again.
    pub not_before: Timestamp,
    /// Attempts that were begun.
    pub attempts: u32,
    /// Attempts that ended with a failure.
    pub failures: u32,
    /// Attempts that were lost with their worker.
    pub lost: u32,
    /// What it does.
    pub state: State,
    /// Why it is to stop, once it is.
    pub stop: Option<Stop>,
    /// How it is tried again.
    pub retries: RetriesSpec,
    /// How long an attempt may take.
    pub timeout: SignedDuration,
}

/// What a run does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It waits for its time, or for a place.
    Waiting,
    /// A worker carries out an attempt.
    Running(Attempt),
    /// The attempt failed, and nobody has decided what follows.
    Failed {
        /// When it failed.
        at: Timestamp,
        /// Whether the same may succeed later without a change.
        is_temporary: bool,
    },
}

/// An attempt that goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Who carries it out.
    pub worker: Id,
    /// When it started.
    pub started_at: Timestamp,
    /// Until when it belongs to its worker without another renewal.
    pub lease_until: Timestamp,
}

impl Attempt {
    /// When the others may take the run over, as seen from a worker that watches since a certain moment.
    pub(crate) fn ends_at(&self, now: Timestamp, watching_since: Timestamp) -> Timestamp {
        let renewable_until = watching_since + LEASE;
        // A lease from the future is from before the clock was set back.
        if self.lease_until > now + LEASE + LEASE {
            renewable_until
        } else {
            self.lease_until.max(renewable_until)
        }
    }
}

/// Why a run is to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Somebody cancelled it.
    Cancelled,
    /// It took too long.
    TimedOut,
    /// A newer run of its schedule takes its place.
    Superseded,
}

/// Who or what wanted a run. The order is the order of precedence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A person, a program or a webhook.
    Request,
    /// A schedule.
    Schedule {
        /// Which one.
        schedule: Id,
        /// For which fire or event.
        key: Key,
    },
    /// A backfill.
    Backfill {
        /// Which one.
        backfill: Id,
        /// Which of its pieces.
        piece: u32,
    },
}

/// What a scheduled run was created for; unique within its schedule.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// A time.
    Fire(Timestamp),
    /// An event: the run that succeeded, or the arrival.
    Event(Id),
}

/// A half-open span of time, without its zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Interval {
    /// First instant inside.
    pub start: Timestamp,
    /// First instant after it.
    pub end: Timestamp,
}

/// A process that carries out attempts.
#[derive(Debug, Clone)]
pub struct Worker {
    /// Identifier of the worker.
    pub id: Id,
    /// When it last said that it is alive.
    pub last_heartbeat: Timestamp,
    /// Attempts that it can carry out at the same time.
    pub capacity: u32,
    /// Whether it takes nothing new, because it is about to stop.
    pub is_draining: bool,
}

impl Worker {
    /// Whether new attempts can be given to it.
    pub(crate) fn takes_runs(&self, now: Timestamp) -> bool {
        !self.is_draining && now.duration_since(self.last_heartbeat).abs() <= LEASE
    }
}

/// How much may run at the same time.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    /// Attempts per workspace.
    pub workspace: Limit,
    /// Attempts per connection.
    pub connection: Limit,
    /// Attempts per pipeline.
    pub pipeline: Limit,
}

/// A limit that holds for all things of a kind, with exceptions.
#[derive(Debug, Clone)]
pub struct Limit {
    /// The limit where none is set.
    pub usual: u32,
    /// The limits that were set.
    pub own: HashMap<Id, u32>,
}

impl Default for Limit {
    fn default() -> Self {
        Limit { usual: u32::MAX, own: HashMap::new() }
    }
}

impl Limit {
    /// The same limit for all.
    pub fn of(usual: u32) -> Self {
        Limit { usual, own: HashMap::new() }
    }

    pub(crate) fn get(&self, id: &Id) -> u32 {
        self.own.get(id).copied().unwrap_or(self.usual)
    }
}

/// When a scheduled run begins on a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The target.
    pub target: Id,
    /// Whose run.
    pub schedule: Id,
    /// The run's `not_before` when it was created.
    pub at: Timestamp,
}

/// A run that succeeded.
#[derive(Debug, Clone)]
pub struct Success {
    /// The run.
    pub run: Id,
    /// Its workspace.
    pub workspace: Id,
    /// Name of its pipeline.
    pub pipeline: Id,
    /// The data it answered for.
    pub interval: Interval,
    /// When it ended.
    pub ended_at: Timestamp,
}

/// Files that a look found.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Identifier of the arrival.
    pub id: Id,
    /// The schedule that waits for them.
    pub schedule: Id,
    /// When they were found.
    pub at: Timestamp,
}

/// A backfill that goes on.
#[derive(Debug, Clone)]
pub struct Backfill {
    /// Identifier of the backfill.
    pub id: Id,
    /// What it runs.
    pub pipeline: Arc<Pipeline>,
    /// Pieces that may be under way at the same time.
    pub at_once: u32,
    /// Pieces that are under way.
    pub active: u32,
    /// The next pieces that wait, in the order in which they are to run; as many as may start.
    pub next: Vec<NextPiece>,
    /// How its runs are tried again.
    pub retries: RetriesSpec,
    /// How long an attempt may take.
    pub timeout: SignedDuration,
}

/// A piece of a backfill that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextPiece {
    /// Its number, from 0.
    pub piece: u32,
    /// The data it is about.
    pub interval: Interval,
}
