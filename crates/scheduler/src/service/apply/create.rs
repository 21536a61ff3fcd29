//! Makes runs: what wants a run is marked as handled in the same step.

use jiff::SignedDuration;
use serde_json::{Value, json};
use towpath_model::ids::{PipelineId, WorkspaceId};
use towpath_store::runs::{self, Cause, Run};
use towpath_store::{Conn, Error, backfills, facts, schedules};

use super::{Step, as_seen};
use crate::decision::{CreateRun, Guard, IfRun};
use crate::service::known::KnownSchedule;
use crate::world::{Key, Origin};

/// Runs of people go before those of schedules, and these before backfills; so lists show it.
const OF_SCHEDULE: i64 = 50;

impl Step<'_> {
    /// Creates a run and, where there is a place, starts it.
    pub(super) async fn create(&mut self, conn: &mut Conn, create: &CreateRun) -> Result<bool, Error> {
        if self.ledger.is_too_near(create) {
            return Ok(false);
        }
        let Some(mut run) = self.draft(create)? else { return Ok(false) };
        if !facts::is_current(conn, run.pipeline_id.as_str(), run.version).await? {
            return Ok(false);
        }
        let is_guarded = match &create.guard {
            Guard::Fire { schedule, fire } => {
                run.fire_at = Some(*fire);
                let known = self.facts.known.schedules.get(&*schedule.id);
                let next = known.and_then(|known| known.schedule.rule.next(*fire));
                schedules::advance(conn, as_seen(schedule), *fire, next).await?
            }
            Guard::Event { schedule, event } => {
                run.event_key = Some(event.to_string());
                schedules::advance(conn, as_seen(schedule), schedule.handled_through, None).await?
            }
            Guard::Piece { backfill, piece, at_once } => {
                let (piece, at_once) = (i64::from(*piece), i64::from(*at_once));
                backfills::give(conn, backfill, piece, at_once, run.id.as_str()).await?
            }
        };
        if !is_guarded {
            return Ok(false);
        }
        if !runs::insert_once(conn, &run).await? {
            // After a clock was set back, a fire comes again and has its run: it is passed over.
            return Ok(matches!(create.guard, Guard::Fire { .. }));
        }
        if let Origin::Schedule { schedule, .. } = &create.origin {
            self.ledger.take_turn(create, schedule);
        }
        self.tell("run.queued", &run, json!({ "not_before": run.not_before, "fire_at": run.fire_at }));
        if let Some(start) = &create.start {
            let seen = IfRun { id: run.id.as_str().into(), version: 1 };
            self.start(conn, &seen, start).await?;
        }
        Ok(true)
    }

    /// The run as it will be written; none when its schedule or pipeline is not known any more.
    fn draft(&self, create: &CreateRun) -> Result<Option<Run>, Error> {
        let known = &self.facts.known;
        let Some(pipeline) = known.pipelines.get(&*create.pipeline.id) else { return Ok(None) };
        let retries =
            serde_json::to_value(create.retries).map_err(|error| Error::Corrupt(error.to_string()))?;
        let (workspace, id) = (&*create.pipeline.workspace, &*create.pipeline.id);
        let (workspace, id) = (WorkspaceId::from_text(workspace), PipelineId::from_text(id));
        let blank = Run::new(workspace, id, pipeline.version, Cause::Backfill, self.now);
        let run = Run {
            interval_start: create.interval.map(|interval| interval.start),
            interval_end: create.interval.map(|interval| interval.end),
            not_before: create.not_before,
            timeout_seconds: seconds(create.timeout),
            retries,
            connections: pipeline.connections.clone(),
            targets: pipeline.targets.clone(),
            ..blank
        };
        Ok(match &create.origin {
            Origin::Request => None,
            Origin::Schedule { schedule, key } => known.schedules.get(&**schedule).map(|known| Run {
                cause: cause(known, key),
                schedule_id: Some(schedule.to_string()),
                priority: OF_SCHEDULE,
                params: object(&known.params),
                zone: known.schedule.rule.spec().timezone.clone(),
                turn_at: (!run.targets.is_empty()).then_some(create.not_before),
                ..run
            }),
            Origin::Backfill { backfill, piece } => self.facts.backfills.get(&**backfill).map(|spec| Run {
                backfill_id: Some(backfill.to_string()),
                piece: Some(i64::from(*piece)),
                params: object(&spec.params),
                zone: spec.timezone.clone(),
                ..run
            }),
        })
    }
}

fn cause(known: &KnownSchedule, key: &Key) -> Cause {
    match key {
        Key::Fire(_) => Cause::Schedule,
        Key::Event(_) => known.cause(),
    }
}

fn object(params: &Value) -> Value {
    if params.is_object() { params.clone() } else { json!({}) }
}

fn seconds(length: SignedDuration) -> i64 {
    length.as_secs().max(1)
}
