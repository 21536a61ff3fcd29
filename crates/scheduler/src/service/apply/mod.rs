//! Does what was decided: each decision in a transaction that first compares what it was decided on.
//!
//! Several decisions share a transaction, as far as they go; its events are written last. One worker at a time applies:
//! `ledger` counts what limits and targets have, and what it counted stays true until the transaction ends. `create` makes
//! runs, `fates` writes what becomes of those that exist.

mod create;
mod fates;
mod ledger;

use jiff::Timestamp;
use serde_json::{Value, json};
use towpath_store::events::{self, NewEvent};
use towpath_store::runs::Run;
use towpath_store::runs::lease::{self, Claim, Held};
use towpath_store::schedules::{self, Seen};
use towpath_store::{Conn, Error, backfills, commit};

use super::Core;
use super::facts::Facts;
use super::ports::{Stop, Task};
use crate::decision::{Decision, IfRun, IfSchedule, Passed, Start};
use ledger::Ledger;

/// Decisions that share a transaction.
pub(super) const AT_ONCE: usize = 50;

/// What was applied, as far as it has to be carried out now that it is committed.
#[derive(Debug, Default)]
pub(super) struct Applied {
    /// How many decisions.
    pub(super) count: usize,
    /// Attempts to be started.
    pub(super) started: Vec<Task>,
    /// Runs to be told to stop.
    pub(super) stops: Vec<(String, Stop)>,
    /// Runs that ended.
    pub(super) ended: Vec<Run>,
    /// Whether events were written.
    pub(super) is_told: bool,
}

impl Applied {
    fn add(&mut self, other: Applied) {
        self.count += other.count;
        self.started.extend(other.started);
        self.stops.extend(other.stops);
        self.ended.extend(other.ended);
        self.is_told |= other.is_told;
    }
}

/// Applies decisions. One that cannot be written at all keeps none of the others away.
pub(super) async fn apply(
    core: &Core,
    facts: &Facts,
    now: Timestamp,
    decisions: &[Decision],
) -> Result<Applied, Error> {
    match together(core, facts, now, decisions).await {
        Ok(applied) => return Ok(applied),
        Err(error @ Error::Unavailable(_)) => return Err(error),
        Err(error) => tracing::debug!("decisions do not go together: {error}"),
    }
    let mut applied = Applied::default();
    for decision in decisions {
        match together(core, facts, now, std::slice::from_ref(decision)).await {
            Ok(one) => applied.add(one),
            Err(error @ Error::Unavailable(_)) => return Err(error),
            // Two transactions met half way; the next round looks again.
            Err(Error::Changed) => {}
            Err(error) => tracing::error!("what was decided cannot be written: {error} ({decision:?})"),
        }
    }
    Ok(applied)
}

async fn together(
    core: &Core,
    facts: &Facts,
    now: Timestamp,
    decisions: &[Decision],
) -> Result<Applied, Error> {
    let mut tx = core.store.begin().await?;
    core.store.lock_decisions(&mut tx).await?;
    let ledger = Ledger::read(&mut tx, decisions).await?;
    let mut step = Step { core, facts, now, ledger, applied: Applied::default(), events: Vec::new() };
    for decision in decisions {
        if step.apply(&mut tx, decision).await? {
            step.applied.count += 1;
        }
    }
    let Step { mut applied, events, .. } = step;
    applied.is_told = !events.is_empty();
    events::write(&core.store, &mut tx, events).await?;
    commit(tx).await?;
    Ok(applied)
}

/// Ends backfills of which everything has ended; returns how many.
pub(super) async fn finish_backfills(core: &Core, facts: &Facts, now: Timestamp) -> Result<usize, Error> {
    let mut count = 0;
    for id in &facts.finished {
        let mut tx = core.store.begin().await?;
        if !backfills::finish(&mut tx, id, now).await? {
            continue;
        }
        if let Some(backfill) = backfills::by_id(&mut tx, id).await? {
            let event = NewEvent {
                workspace_id: Some(backfill.workspace_id.to_string()),
                pipeline_id: Some(backfill.pipeline_id.to_string()),
                kind: "backfill.ended".into(),
                body: json!({ "id": backfill.id, "state": backfill.state }),
                ..NewEvent::default()
            };
            events::write(&core.store, &mut tx, vec![event]).await?;
        }
        commit(tx).await?;
        (core.tell)();
        count += 1;
    }
    Ok(count)
}

/// One transaction in the making.
struct Step<'a> {
    core: &'a Core,
    facts: &'a Facts,
    now: Timestamp,
    ledger: Ledger,
    applied: Applied,
    events: Vec<NewEvent>,
}

impl Step<'_> {
    /// Applies a decision; false when what it was decided on is not there any more.
    async fn apply(&mut self, conn: &mut Conn, decision: &Decision) -> Result<bool, Error> {
        match decision {
            Decision::CreateRun(create) => self.create(conn, create).await,
            Decision::Pass { schedule, first, through, why } => {
                self.pass(conn, schedule, *first, *through, why).await
            }
            Decision::StartAttempt { run, start } => self.start(conn, run, start).await,
            Decision::TryAgain { run, at } => self.try_again(conn, run, *at).await,
            Decision::StopRun { run, why } => self.stop(conn, run, *why).await,
            Decision::ExpireLease { run, seen, then } => self.expire(conn, run, seen, then).await,
            Decision::EndRun { run, end } => self.end(conn, run, end).await,
        }
    }

    async fn pass(
        &mut self,
        conn: &mut Conn,
        seen: &IfSchedule,
        first: Timestamp,
        through: Timestamp,
        why: &Passed,
    ) -> Result<bool, Error> {
        let Some(known) = self.facts.known.schedules.get(&*seen.id) else { return Ok(false) };
        let rule = &known.schedule.rule;
        let next = rule.next(through).filter(|_| !known.schedule.is_paused);
        if !schedules::advance(conn, as_seen(seen), through, next).await? {
            return Ok(false);
        }
        let (word, run) = match why {
            Passed::Paused => ("paused", None),
            Passed::Missed => ("missed", None),
            Passed::Overlap { run } => ("overlap", Some(run.to_string())),
        };
        let pipeline = &known.schedule.pipeline;
        self.events.push(NewEvent {
            workspace_id: Some(pipeline.workspace.to_string()),
            pipeline_id: Some(pipeline.id.to_string()),
            kind: "schedule.passed".into(),
            body: json!({ "id": &*seen.id, "name": known.name, "first": first, "through": through, "why": word,
                "run": run, "next_at": next }),
            ..NewEvent::default()
        });
        Ok(true)
    }

    async fn start(&mut self, conn: &mut Conn, seen: &IfRun, start: &Start) -> Result<bool, Error> {
        if !self.ledger.has_room(&start.holds) {
            return Ok(false);
        }
        let worker = (&*start.worker, self.core.settings.name.as_str());
        let claim = Claim {
            run: &seen.id,
            revision: revision(seen.version),
            worker,
            now: self.now,
            until: start.lease_until,
            resumed: start.resume,
        };
        let Some(run) = lease::claim(conn, &claim).await? else { return Ok(false) };
        self.ledger.add(&run);
        self.tell("run.started", &run, json!({ "worker": self.core.settings.name }));
        let held =
            Held { run_id: run.id.to_string(), attempt: run.attempt, worker_id: start.worker.to_string() };
        self.applied.started.push(Task { run, held, resumed: start.resume });
        Ok(true)
    }

    /// Tells something about a run.
    fn tell(&mut self, kind: &str, run: &Run, more: Value) {
        let mut body = json!({
            "id": run.id, "state": run.state, "attempt": run.attempt, "cause": run.cause,
            "schedule_id": run.schedule_id, "backfill_id": run.backfill_id,
        });
        if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
            body.extend(more);
        }
        self.events.push(NewEvent {
            workspace_id: Some(run.workspace_id.to_string()),
            pipeline_id: Some(run.pipeline_id.to_string()),
            run_id: Some(run.id.to_string()),
            kind: kind.into(),
            body,
            ..NewEvent::default()
        });
    }
}

fn as_seen(seen: &IfSchedule) -> Seen<'_> {
    Seen { id: &seen.id, revision: revision(seen.version), handled_through: seen.handled_through }
}

fn revision(version: u64) -> i64 {
    i64::try_from(version).unwrap_or(i64::MAX)
}
