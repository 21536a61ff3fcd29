//! Words for how a run stands, why it is to stop, and what started it.

use crate::sql::words;

words! {
    /// How a run stands.
    RunState {
        /// It waits for its time, for a free place, or for another attempt.
        Queued = "queued",
        /// A worker carries it out.
        Running = "running",
        /// An attempt failed; whether another one follows is decided within moments.
        Failing = "failing",
        /// Everything is committed.
        Done = "done",
        /// Everything is committed, and some rows are in quarantine.
        Quarantined = "quarantined",
        /// It ended without committing everything.
        Failed = "failed",
        /// Somebody stopped it.
        Cancelled = "cancelled",
    }
}

impl RunState {
    /// Whether nothing happens to it any more.
    pub fn is_ended(self) -> bool {
        !matches!(self, RunState::Queued | RunState::Running | RunState::Failing)
    }

    /// Whether its rows are in place.
    pub fn is_success(self) -> bool {
        matches!(self, RunState::Done | RunState::Quarantined)
    }
}

words! {
    /// Why a run is to stop.
    Stop {
        /// Somebody cancelled it.
        Cancelled = "cancelled",
        /// An attempt took too long.
        TimedOut = "timed_out",
        /// A newer run of its schedule takes its place.
        Superseded = "superseded",
    }
}

words! {
    /// What started a run.
    Cause {
        /// A schedule was due.
        Schedule = "schedule",
        /// A person, in the program.
        Manual = "manual",
        /// A program, over the API.
        Api = "api",
        /// Something happened elsewhere: a web hook, a file.
        Event = "event",
        /// Another pipeline ended well.
        After = "after",
        /// A backfill.
        Backfill = "backfill",
        /// Somebody corrected rows of another run.
        Repair = "repair",
    }
}
