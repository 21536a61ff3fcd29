//! What the store keeps, with what only checks need.

use std::sync::Arc;

use jiff::Timestamp;
use towpath_scheduler::{Backfill, End, Key, NextPiece, Passed, Run, Schedule};

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Ended {
    Succeeded,
    By(End),
}

/// What a worker says of an attempt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Report {
    Done,
    Failed { is_temporary: bool },
    Stopped,
}

/// A run with its history.
pub(crate) struct Row {
    pub(crate) run: Run,
    pub(crate) ended: Option<(Timestamp, Ended)>,
    /// Whether its worker is there and renews the lease, without a note for every renewal.
    pub(crate) is_held: bool,
    /// Whether the last attempt was lost, and the next one must go on where it was.
    pub(crate) was_lost: bool,
    pub(crate) resumed: u32,
    /// True times, which the store does not know and checks do.
    pub(crate) created_at_true: i64,
    pub(crate) ended_at_true: Option<i64>,
}

/// What happened to the fires of a schedule, in order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Note {
    Created(Key, usize),
    Passed { first: Timestamp, through: Timestamp, why: Passed },
}

pub(crate) struct Planned {
    pub(crate) schedule: Arc<Schedule>,
    pub(crate) since: Timestamp,
    pub(crate) notes: Vec<Note>,
}

/// A backfill with the states of its pieces: waiting, under way, done.
pub(crate) struct Filling {
    pub(crate) backfill: Backfill,
    pub(crate) pieces: Vec<(NextPiece, u8)>,
}

impl Planned {
    pub(super) fn move_to(&mut self, handled_through: Timestamp) {
        let old = &self.schedule;
        assert!(old.handled_through < handled_through, "a cursor goes back");
        let (id, pipeline, rule) = (old.id.clone(), old.pipeline.clone(), old.rule.clone());
        self.schedule = Schedule::new(id, old.version, pipeline, rule, old.is_paused, handled_through).into();
    }
}
