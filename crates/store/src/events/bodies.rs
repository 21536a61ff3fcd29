//! What events say, by their kinds. The comments on the fields are the reference.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::backfills::BackfillState;
use crate::runs::logs::Line;
use crate::runs::{Cause, RunState, Stop};

/// A type of bodies.
macro_rules! body {
    ($(#[$meta:meta])* $name:ident { $($(#[$of:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[$of])* pub $field: $type,)* }
    };
}

/// The same for what runs say: all say which run it is and how it stands.
macro_rules! of_run {
    ($(#[$meta:meta])* $name:ident { $($(#[$of:meta])* $field:ident: $type:ty,)* }) => {
        body! {
            $(#[$meta])*
            $name {
                /// Identity of the run.
                id: String,
                /// How it stands.
                state: RunState,
                /// Attempts so far.
                attempt: i64,
                /// What started it.
                cause: Cause,
                /// The schedule that started it, where the scheduler says so.
                schedule_id: Option<String>,
                /// The backfill that it is a piece of, where the scheduler says so.
                backfill_id: Option<String>,
                $($(#[$of])* $field: $type,)*
            }
        }
    };
}

of_run! {
    /// How a run stands.
    RunNews {}
}

of_run! {
    /// A run that waits.
    RunQueued {
        /// It does not start earlier.
        not_before: Option<Timestamp>,
        /// When its schedule was due.
        fire_at: Option<Timestamp>,
        /// When it is tried again.
        again_at: Option<Timestamp>,
        /// Attempts that failed.
        failures: Option<i64>,
        /// Attempts that were lost with their server.
        lost: Option<i64>,
        /// Why the last attempt failed.
        #[schema(value_type = Option<Object>)]
        fault: Option<Value>,
        /// The server that stops and leaves it to another one.
        handed_over_by: Option<String>,
    }
}

of_run! {
    /// A run that began.
    RunStarted {
        /// The server that carries it out.
        worker: String,
    }
}

of_run! {
    /// A run that is to stop.
    RunStopping {
        /// Why.
        stop: Option<Stop>,
        /// The same in words.
        reason: Option<String>,
    }
}

of_run! {
    /// A run whose attempt failed.
    RunFailing {
        /// Why.
        #[schema(value_type = Option<Object>)]
        fault: Option<Value>,
        /// Rows in place.
        rows_written: Option<u64>,
        /// Rows in quarantine.
        rows_quarantined: Option<u64>,
        /// Seconds of the attempt.
        seconds: Option<f64>,
    }
}

of_run! {
    /// A run that ended.
    RunEnded {
        /// Why it failed.
        #[schema(value_type = Option<Object>)]
        fault: Option<Value>,
        /// Why it was stopped.
        stop: Option<Stop>,
        /// Attempts that failed.
        failures: Option<i64>,
        /// Rows in place.
        rows_written: Option<u64>,
        /// Rows in quarantine.
        rows_quarantined: Option<u64>,
        /// Seconds of the last attempt.
        seconds: Option<f64>,
    }
}

of_run! {
    /// A run whose loads were taken back.
    RunUndone {
        /// What was done, by destination.
        #[schema(value_type = Vec<Object>)]
        nodes: Vec<Value>,
    }
}

of_run! {
    /// A run whose loads stay where they are.
    RunUndoFailed {
        /// Why.
        #[schema(value_type = Object)]
        fault: Value,
    }
}

body! {
    /// How far an attempt has come.
    RunProgress {
        /// One for each destination.
        loads: Vec<LoadNow>,
        /// One for each node.
        nodes: Vec<NodeNow>,
        /// Seconds since it began.
        seconds: f64,
    }
}

body! {
    /// How far a load has come.
    LoadNow {
        /// The destination node.
        node: String,
        /// Rows handed to the destination.
        rows: u64,
        /// Bytes of those rows in memory.
        bytes: u64,
        /// Rows among them that an earlier attempt left in place.
        before: u64,
        /// Share of the sources that is read, from 0 to 1, where they know their size.
        fraction: Option<f64>,
    }
}

body! {
    /// What a node counted so far.
    NodeNow {
        /// Its name.
        node: String,
        /// `source`, `transform` or `destination`.
        role: String,
        /// Connector or transform.
        kind: String,
        /// Rows that came in.
        read: u64,
        /// Rows that went out, or were handed to the destination.
        written: u64,
        /// Rows by output, where there are several.
        ports: Option<BTreeMap<String, u64>>,
        /// Rows in quarantine.
        quarantined: u64,
        /// Seconds from the first request for rows to the latest row.
        seconds: Option<f64>,
    }
}

body! {
    /// What a run said.
    RunLog {
        /// The lines, with their numbers within the run.
        lines: Vec<Line>,
    }
}

body! {
    /// How a pipeline stands.
    PipelineNews {
        /// Its identity.
        id: String,
        /// Its name; none of one that is restricted.
        name: Option<String>,
        /// The version that runs.
        version: i64,
        /// Its revision.
        revision: i64,
    }
}

body! {
    /// Which connection it is.
    ConnectionNews {
        /// Its identity.
        id: String,
        /// Its name; none of one that is restricted.
        name: Option<String>,
    }
}

body! {
    /// What a test of a connection gave.
    ConnectionTested {
        /// Its identity.
        id: String,
        /// Its name; none of one that is restricted.
        name: Option<String>,
        /// Whether it works.
        ok: bool,
    }
}

body! {
    /// Which saved query it is.
    QueryNews {
        /// Its identity.
        id: String,
    }
}

body! {
    /// How a schedule stands.
    ScheduleNews {
        /// Its identity.
        id: String,
        /// Its name.
        name: String,
        /// Whether it is paused.
        paused: bool,
        /// When it fires next.
        next_at: Option<Timestamp>,
    }
}

body! {
    /// What a schedule passed over.
    SchedulePassed {
        /// Its identity.
        id: String,
        /// Its name.
        name: String,
        /// The first time that was passed over.
        first: Timestamp,
        /// The last one.
        through: Timestamp,
        /// Why: `paused`, `missed`, or `overlap` with a run that goes on.
        why: String,
        /// The run that goes on.
        run: Option<String>,
        /// When it fires next.
        next_at: Option<Timestamp>,
    }
}

body! {
    /// How a backfill stands.
    BackfillNews {
        /// Its identity.
        id: String,
        /// How it stands.
        state: BackfillState,
        /// How many pieces it has.
        pieces: i64,
    }
}

body! {
    /// How a backfill ended.
    BackfillEnded {
        /// Its identity.
        id: String,
        /// How it stands.
        state: BackfillState,
    }
}

body! {
    /// Which upload it is.
    UploadNews {
        /// Its identity.
        id: String,
        /// Name of the file.
        name: String,
        /// Its size in bytes.
        size: u64,
    }
}

body! {
    /// Which channel it is.
    ChannelNews {
        /// Its identity.
        id: String,
        /// Its name.
        name: String,
    }
}

body! {
    /// Whose role changed.
    MemberNews {
        /// Identity of the person.
        member_id: String,
        /// The role; none when the person left.
        role: Option<String>,
    }
}

body! {
    /// Which workspace it is.
    WorkspaceNews {
        /// Its identity.
        workspace_id: String,
    }
}

body! {
    /// What the caller was told.
    NoticeNew {
        /// Identity of the notice.
        id: String,
        /// What happened, for example `run_failed`.
        kind: String,
        /// How bad it is: `info`, `warning` or `error`.
        severity: String,
        /// One line that says what happened, in the language of the caller.
        title: String,
    }
}

body! {
    /// What the caller read: one notice, everything of a workspace, or everything.
    NoticeRead {
        /// Identity of the notice.
        id: Option<String>,
        /// Identity of the workspace.
        workspace: Option<String>,
    }
}

body! {
    /// Where somebody is.
    PresenceNews {
        /// The connection: one person may have several.
        client: String,
        /// Identity of the person.
        user_id: String,
        /// Name of the person.
        name: String,
        /// The node of the pipeline.
        node: Option<String>,
    }
}
