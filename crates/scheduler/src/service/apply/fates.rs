//! Writes what becomes of runs that exist, with words for people.

use jiff::Timestamp;
use serde_json::{Value, json};
use towpath_store::runs::lease::{self, Silent};
use towpath_store::runs::{Run, RunState, Stop, fate};
use towpath_store::{Conn, Error};

use super::{Step, revision};
use crate::decision::{AfterLoss, End, EndReason, IfRun};
use crate::service::rounds::wish;
use crate::world::{self, Attempt};

impl Step<'_> {
    pub(super) async fn try_again(
        &mut self,
        conn: &mut Conn,
        seen: &IfRun,
        at: Timestamp,
    ) -> Result<bool, Error> {
        let Some(run) = fate::try_again(conn, &seen.id, revision(seen.version), at).await? else {
            return Ok(false);
        };
        let more = json!({ "again_at": at, "failures": run.failures, "fault": run.fault });
        self.tell("run.queued", &run, more);
        Ok(true)
    }

    pub(super) async fn stop(
        &mut self,
        conn: &mut Conn,
        seen: &IfRun,
        why: world::Stop,
    ) -> Result<bool, Error> {
        let (stop, reason) = match why {
            world::Stop::Cancelled => (Stop::Cancelled, "somebody asked for it"),
            world::Stop::TimedOut => (Stop::TimedOut, "the attempt took too long"),
            world::Stop::Superseded => (Stop::Superseded, "a newer run of its schedule takes its place"),
        };
        let version = revision(seen.version);
        let asked = fate::ask_to_stop(conn, &seen.id, version, (stop, reason), self.now).await?;
        let Some(run) = asked else { return Ok(false) };
        self.tell("run.stopping", &run, json!({ "stop": stop, "reason": reason }));
        self.applied.stops.push((seen.id.to_string(), wish(stop, reason, run.timeout_seconds)));
        Ok(true)
    }

    pub(super) async fn expire(
        &mut self,
        conn: &mut Conn,
        seen: &IfRun,
        attempt: &Attempt,
        then: &AfterLoss,
    ) -> Result<bool, Error> {
        let silent = Silent {
            run: &seen.id,
            revision: revision(seen.version),
            worker: &attempt.worker,
            lease_until: attempt.lease_until,
        };
        let lost = fault(
            "lost",
            "the worker of the attempt gave no sign of life",
            Some("look at the log of that server: it was stopped hard, or cut off from the store"),
        );
        let (then, fault) = match then {
            AfterLoss::Resume { at } => (lease::AfterLoss::Wait(*at), lost),
            AfterLoss::End(end) => {
                let (state, fault) = self.ending(seen, end);
                (lease::AfterLoss::End(state), fault.unwrap_or(lost))
            }
        };
        let Some(run) = lease::expire(conn, &silent, then, &fault, self.now).await? else {
            return Ok(false);
        };
        tracing::warn!(run.id = &*seen.id, worker = &*attempt.worker, "an attempt was lost with its worker");
        match run.state.is_ended() {
            true => self.ended(run),
            false => self.tell("run.queued", &run, json!({ "again_at": run.not_before, "lost": run.lost })),
        }
        Ok(true)
    }

    pub(super) async fn end(&mut self, conn: &mut Conn, seen: &IfRun, end: &End) -> Result<bool, Error> {
        let (state, fault) = self.ending(seen, end);
        let version = revision(seen.version);
        let ended = fate::end(conn, &seen.id, version, (state, fault.as_ref()), self.now).await?;
        let Some(run) = ended else { return Ok(false) };
        self.ended(run);
        Ok(true)
    }

    fn ended(&mut self, run: Run) {
        let more = json!({
            "fault": run.fault, "stop": run.stop, "failures": run.failures, "rows_written": run.rows_written,
            "rows_quarantined": run.rows_quarantined, "seconds": run.seconds,
        });
        self.tell("run.ended", &run, more);
        self.applied.ended.push(run);
    }

    /// How a run stands that ends so, and why; none where its last attempt has said why.
    fn ending(&self, seen: &IfRun, end: &End) -> (RunState, Option<Value>) {
        let known = self.facts.runs.get(&*seen.id);
        let reason = known.and_then(|run| run.stop.as_ref()).map_or("", |(_, reason)| reason.as_str());
        match end {
            End::Failed(EndReason::Permanent | EndReason::Exhausted) => (RunState::Failed, None),
            End::Failed(EndReason::Lost) => {
                let message = "too many workers stopped hard while they carried out this run";
                let hint = "give the server more memory, or read less at once; then let the run go on";
                (RunState::Failed, Some(fault("lost", message, Some(hint))))
            }
            End::Cancelled => {
                let message = format!("the run was stopped: {reason}");
                (RunState::Cancelled, Some(fault("cancelled", &message, None)))
            }
            End::Superseded => {
                let message = "a newer run of its schedule took its place";
                (RunState::Cancelled, Some(fault("superseded", message, None)))
            }
            End::TimedOut => {
                let seconds = known.map_or(0, |run| run.timeout_seconds);
                let message = format!("the attempt took longer than the {seconds} s that it may take");
                let hint = "raise `timeout` in the schedule, or read less at once; the run can go on";
                (RunState::Failed, Some(fault("timeout", &message, Some(hint))))
            }
        }
    }
}

/// A fault in the form in which attempts leave theirs.
fn fault(code: &str, message: &str, hint: Option<&str>) -> Value {
    let mut fault = json!({ "code": code, "temporary": false, "message": message });
    if let Some(hint) = hint {
        fault["hint"] = hint.into();
    }
    fault
}
