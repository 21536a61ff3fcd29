//! What is to be done, and on which facts that rests.
//!
//! A decision is applied in one transaction: what it was decided on is compared with what is there now, and when anything
//! differs, nothing happens.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use towpath_model::schedule::RetriesSpec;

use crate::world::{Attempt, Id, Interval, Origin, Pipeline, Stop};

/// One thing to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// Creates a run.
    CreateRun(Box<CreateRun>),
    /// Passes over fires without a run: `handled_through` becomes `through`.
    Pass {
        /// The schedule as it was seen.
        schedule: IfSchedule,
        /// The first fire, or event, that is left out.
        first: Timestamp,
        /// The last one.
        through: Timestamp,
        /// Why.
        why: Passed,
    },
    /// Starts an attempt of a waiting run.
    StartAttempt {
        /// The run as it was seen.
        run: IfRun,
        /// How it starts.
        start: Start,
    },
    /// Lets a failed run wait for its next attempt.
    TryAgain {
        /// The run as it was seen.
        run: IfRun,
        /// When it may start again.
        at: Timestamp,
    },
    /// Asks for a stop: the run's `stop` is set, and a worker that carries it out stops.
    StopRun {
        /// The run as it was seen.
        run: IfRun,
        /// Why.
        why: Stop,
    },
    /// Takes a run from a worker that did not renew its lease: the attempt is lost.
    ExpireLease {
        /// The run as it was seen.
        run: IfRun,
        /// The attempt as it was seen. A lease that was renewed since then stays.
        seen: Attempt,
        /// What becomes of the run.
        then: AfterLoss,
    },
    /// Ends a run that no worker carries out.
    EndRun {
        /// The run as it was seen.
        run: IfRun,
        /// How.
        end: End,
    },
}

/// A run to be created.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateRun {
    /// What must still be true, and what is marked as done in the same transaction.
    pub guard: Guard,
    /// Who or what wants it.
    pub origin: Origin,
    /// What it runs.
    pub pipeline: Arc<Pipeline>,
    /// The data it answers for.
    pub interval: Option<Interval>,
    /// When it may start.
    pub not_before: Timestamp,
    /// Distance to other schedules on the same targets that must still hold.
    pub apart: Option<Apart>,
    /// How it is tried again.
    pub retries: RetriesSpec,
    /// How long an attempt may take.
    pub timeout: SignedDuration,
    /// Its first attempt, when it can start at once. When its [`Hold`]s fail, the run is created without.
    pub start: Option<Start>,
}

/// What must still be true for a run to be created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guard {
    /// The schedule is as it was seen; `handled_through` becomes the fire.
    Fire {
        /// The schedule as it was seen.
        schedule: IfSchedule,
        /// The fire.
        fire: Timestamp,
    },
    /// The schedule is as it was seen, and the event has no run of it; it has one from now on.
    Event {
        /// The schedule as it was seen.
        schedule: IfSchedule,
        /// The event.
        event: Id,
    },
    /// The piece waits, and fewer than so many pieces of its backfill are under way.
    Piece {
        /// The backfill.
        backfill: Id,
        /// Which of its pieces.
        piece: u32,
        /// Pieces that may be under way.
        at_once: u32,
    },
}

/// A schedule as it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfSchedule {
    /// Which one.
    pub id: Id,
    /// Its version.
    pub version: u64,
    /// Up to where it was decided.
    pub handled_through: Timestamp,
}

/// A run as it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfRun {
    /// Which one.
    pub id: Id,
    /// Its version.
    pub version: u64,
}

/// A distance in time on targets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apart {
    /// No run of another schedule begins on the same targets nearer than this.
    pub distance: SignedDuration,
}

/// An attempt to be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// Who carries it out: the worker that decided.
    pub worker: Id,
    /// Its number, from 1.
    pub attempt: u32,
    /// Until when it belongs to the worker.
    pub lease_until: Timestamp,
    /// Whether it goes on after the chunks that are sealed.
    pub resume: bool,
    /// Limits that must still have room.
    pub holds: Vec<Hold>,
}

/// A place under a limit: fewer than `most` attempts that go on hold the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// What is limited.
    pub kind: HoldKind,
    /// Which workspace, pipeline, connection or schedule.
    pub id: Id,
    /// Attempts that may go on at the same time.
    pub most: u32,
}

/// What a limit is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HoldKind {
    /// Attempts of a workspace.
    Workspace,
    /// Attempts of a pipeline.
    Pipeline,
    /// Attempts that use a connection.
    Connection,
    /// Attempts of runs of a schedule: one at a time, always.
    Schedule,
}

/// Why fires have no run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passed {
    /// The schedule is paused.
    Paused,
    /// They were missed, and `catch_up` leaves them out.
    Missed,
    /// An earlier run had not ended.
    Overlap {
        /// That run.
        run: Id,
    },
}

/// What becomes of a run whose attempt was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AfterLoss {
    /// It waits, and its next attempt goes on after the chunks that are sealed.
    Resume {
        /// When it may start again.
        at: Timestamp,
    },
    /// It ends.
    End(End),
}

/// How a run ends that no worker ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// It failed.
    Failed(EndReason),
    /// It was cancelled.
    Cancelled,
    /// A newer run took its place.
    Superseded,
    /// It took too long.
    TimedOut,
}

/// Why a failed run is not tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// Another attempt cannot help without a change.
    Permanent,
    /// All attempts were used.
    Exhausted,
    /// Too many attempts were lost with their workers; the run itself is the suspect.
    Lost,
}

impl From<Stop> for End {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Cancelled => End::Cancelled,
            Stop::TimedOut => End::TimedOut,
            Stop::Superseded => End::Superseded,
        }
    }
}
