//! Every kind of event, with the type of its body.
//!
//! The interface document and the reference are made of this list, and builds for development refuse to write an event that
//! is not on it or has another body.

use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use super::bodies::{
    BackfillEnded, BackfillNews, ChannelNews, ConnectionNews, ConnectionTested, MemberNews, NoticeNew,
    NoticeRead, PipelineNews, PresenceNews, QueryNews, RunEnded, RunFailing, RunLog, RunNews, RunProgress,
    RunQueued, RunStarted, RunStopping, RunUndoFailed, RunUndone, ScheduleNews, SchedulePassed, UploadNews,
    WorkspaceNews,
};

/// Somebody may have lost access. For servers, which look at rights again; no client hears of it.
pub const ACCESS_CHANGED: &str = "access.changed";

/// Schemas by their names.
pub type Schemas = Vec<(String, RefOr<Schema>)>;

/// A kind of events.
#[derive(Debug)]
pub struct Kind {
    /// Its name: a noun and a verb.
    pub name: &'static str,
    /// When it happens.
    pub says: &'static str,
    /// Name of the type of its body.
    pub body: fn() -> String,
    /// The type of its body, and every type in that.
    pub schemas: fn() -> Schemas,
    fits: fn(&Value) -> Result<(), String>,
}

impl Kind {
    /// The kind of that name.
    pub fn of(name: &str) -> Option<&'static Kind> {
        KINDS.iter().find(|kind| kind.name == name)
    }
}

/// Whether a body is that of a kind; otherwise why not.
pub fn fits(kind: &str, body: &Value) -> Result<(), String> {
    match Kind::of(kind) {
        Some(known) => (known.fits)(body).map_err(|error| format!("the body of event `{kind}`: {error}")),
        None if kind == ACCESS_CHANGED && body.is_null() => Ok(()),
        None => Err(format!("unknown kind of event `{kind}`")),
    }
}

fn read<T: DeserializeOwned>(body: &Value) -> Result<(), String> {
    serde_json::from_value::<T>(body.clone()).map(drop).map_err(|error| error.to_string())
}

fn schemas<T: ToSchema>() -> Schemas {
    let mut schemas = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut schemas);
    schemas
}

macro_rules! kinds {
    ($($name:literal: $body:ty, $says:literal;)*) => {
        /// Every kind, in the order of the reference.
        pub const KINDS: &[Kind] = &[$(Kind {
            name: $name,
            says: $says,
            body: || <$body as ToSchema>::name().into_owned(),
            schemas: schemas::<$body>,
            fits: read::<$body>,
        }),*];
    };
}

kinds! {
    "run.queued": RunQueued, "A run waits: it is new, is tried again, goes on, or was handed over.";
    "run.started": RunStarted, "An attempt of a run began.";
    "run.progress": RunProgress, "How far the attempt has come.";
    "run.log": RunLog, "A run said something.";
    "run.stopping": RunStopping, "A run was asked to stop.";
    "run.failing": RunFailing, "An attempt failed; whether another one follows is decided within moments.";
    "run.ended": RunEnded, "A run ended, well or not.";
    "run.changed": RunNews, "Something about a run that ended changed, such as its quarantine.";
    "run.undoing": RunNews, "The loads of a run are being taken back.";
    "run.undone": RunUndone, "The loads of a run were taken back.";
    "run.undo_failed": RunUndoFailed, "The loads of a run could not be taken back.";
    "pipeline.made": PipelineNews, "A pipeline was made.";
    "pipeline.changed": PipelineNews, "A pipeline, its hook or its progress changed.";
    "pipeline.removed": PipelineNews, "A pipeline was removed.";
    "connection.made": ConnectionNews, "A connection was made.";
    "connection.changed": ConnectionNews, "A connection changed.";
    "connection.tested": ConnectionTested, "A connection was tested.";
    "connection.removed": ConnectionNews, "A connection was removed.";
    "query.made": QueryNews, "A query was saved beside a connection.";
    "query.changed": QueryNews, "A saved query changed.";
    "query.removed": QueryNews, "A saved query was removed.";
    "schedule.made": ScheduleNews, "A schedule was made.";
    "schedule.changed": ScheduleNews, "A schedule changed, was paused, or goes on.";
    "schedule.passed": SchedulePassed, "Times at which a schedule was due passed without a run.";
    "schedule.removed": ScheduleNews, "A schedule was removed.";
    "backfill.made": BackfillNews, "A backfill began.";
    "backfill.changed": BackfillNews, "A backfill was paused, goes on, or was cancelled.";
    "backfill.ended": BackfillEnded, "All pieces of a backfill ended.";
    "upload.taken": UploadNews, "A file was uploaded.";
    "upload.removed": UploadNews, "An upload was removed.";
    "channel.made": ChannelNews, "A channel of notifications was made.";
    "channel.changed": ChannelNews, "A channel changed.";
    "channel.removed": ChannelNews, "A channel was removed.";
    "member.changed": MemberNews, "Somebody got another role in the workspace, came or left.";
    "workspace.changed": WorkspaceNews, "The workspace or its settings changed.";
    "workspace.closed": WorkspaceNews, "The workspace was closed.";
    "notice.new": NoticeNew, "The caller was told something. Only the caller hears of it.";
    "notice.read": NoticeRead, "The caller read what they were told, perhaps on another page. Only the caller hears of it.";
    "presence.here": PresenceNews, "Somebody is at a pipeline, went to another of its nodes, or is still there.";
    "presence.left": PresenceNews, "Somebody left a pipeline.";
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_body_has_what_its_kind_says_and_nothing_else() {
        let run =
            json!({ "id": "run_1", "state": "running", "attempt": 1, "cause": "manual", "worker": "a/1" });
        assert_eq!(fits("run.started", &run), Ok(()));
        for (kind, body) in [
            ("run.stardet", run.clone()),
            ("run.started", json!({ "id": "run_1", "state": "running", "attempt": 1, "cause": "manual" })),
            (
                "run.started",
                json!({ "id": "run_1", "state": "walking", "attempt": 1, "cause": "manual", "worker": "a" }),
            ),
            ("run.changed", run),
            (ACCESS_CHANGED, json!({ "user_id": "us_1" })),
        ] {
            assert!(fits(kind, &body).is_err(), "{kind} {body}");
        }
    }

    #[test]
    fn every_kind_stands_once_and_says_when_it_happens() {
        for (at, kind) in KINDS.iter().enumerate() {
            assert!(KINDS[..at].iter().all(|other| other.name != kind.name), "{}", kind.name);
            assert!(kind.says.ends_with('.') && kind.name.split('.').count() == 2, "{}", kind.name);
            assert!((kind.schemas)().iter().any(|(name, _)| *name == (kind.body)()), "{}", kind.name);
        }
    }
}
