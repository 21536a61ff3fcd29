//! What becomes of a run that exists.

use jiff::Timestamp;

use crate::MOST_LOST;
use crate::decision::{AfterLoss, Decision, End, EndReason, IfRun};
use crate::pauses::pause;
use crate::world::{Attempt, Run, State, Stop};

/// At most one decision: each changes the run, so that another one would rest on what is gone.
pub(super) fn settle(now: Timestamp, watching_since: Timestamp, run: &Run) -> Option<Decision> {
    let seen = IfRun { id: run.id.clone(), version: run.version };
    match (&run.state, run.stop) {
        (State::Waiting | State::Failed { .. }, Some(stop)) => {
            Some(Decision::EndRun { run: seen, end: stop.into() })
        }
        (State::Waiting, None) => None,
        (State::Failed { at, is_temporary }, None) => Some(after_failure(run, seen, *at, *is_temporary)),
        (State::Running(attempt), stop) if attempt.ends_at(now, watching_since) <= now => {
            let then = after_loss(run, stop, now);
            Some(Decision::ExpireLease { run: seen, seen: attempt.clone(), then })
        }
        (State::Running(attempt), None) if times_out_at(run, attempt) <= now => {
            Some(Decision::StopRun { run: seen, why: Stop::TimedOut })
        }
        (State::Running(_), _) => None,
    }
}

/// When an attempt has taken too long.
pub(crate) fn times_out_at(run: &Run, attempt: &Attempt) -> Timestamp {
    attempt.started_at.checked_add(run.timeout).unwrap_or(Timestamp::MAX)
}

fn after_failure(run: &Run, seen: IfRun, at: Timestamp, is_temporary: bool) -> Decision {
    if !is_temporary {
        return Decision::EndRun { run: seen, end: End::Failed(EndReason::Permanent) };
    }
    if run.failures > run.retries.max {
        return Decision::EndRun { run: seen, end: End::Failed(EndReason::Exhausted) };
    }
    let pause = pause(&run.retries, &run.id, run.failures);
    Decision::TryAgain { run: seen, at: at.checked_add(pause).unwrap_or(Timestamp::MAX) }
}

/// The first loss is most likely the worker's; later ones may be the run's, and come after pauses.
fn after_loss(run: &Run, stop: Option<Stop>, now: Timestamp) -> AfterLoss {
    match stop {
        Some(stop) => AfterLoss::End(stop.into()),
        None if run.lost >= MOST_LOST => AfterLoss::End(End::Failed(EndReason::Lost)),
        None if run.lost == 0 => AfterLoss::Resume { at: now },
        None => {
            let pause = pause(&run.retries, &run.id, run.lost);
            AfterLoss::Resume { at: now.checked_add(pause).unwrap_or(Timestamp::MAX) }
        }
    }
}
