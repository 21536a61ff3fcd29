//! A store in memory that applies decisions as a database would: all or nothing, and only on what is still as it was seen.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use towpath_scheduler::{
    AfterLoss, Arrival, Attempt, Backfill, CreateRun, Decision, Guard, Hold, HoldKind, Id, IfRun, IfSchedule,
    Key, LEASE, Limits, Origin, Pipeline, Run, Schedule, Start, State, Success, Turn, Worker, World,
};

use super::rows::{Ended, Filling, Note, Planned, Report, Row};

pub(crate) struct Store {
    pub(crate) limits: Limits,
    pub(crate) schedules: Vec<Planned>,
    pub(crate) runs: Vec<Row>,
    pub(crate) active: Vec<usize>,
    pub(crate) workers: HashMap<Id, (Worker, bool)>,
    pub(crate) successes: Vec<Success>,
    pub(crate) arrivals: Vec<Arrival>,
    pub(crate) handled: HashSet<(Id, Id)>,
    recent: Vec<(Timestamp, (Id, Id))>,
    pub(crate) fillings: Vec<Filling>,
    pub(crate) turns: Vec<Turn>,
    pub(crate) refused: u64,
    pub(crate) lost: u64,
    pub(crate) true_time: i64,
    /// After a jump of the clock, leases are those of the old time for a while: until when, in true time, and which.
    pub(crate) stale: Option<(i64, Timestamp)>,
    awaited: HashSet<Id>,
    awaited_successes: Vec<Success>,
    position: HashMap<Id, usize>,
}

/// What was applied, as far as the worker has to know.
pub(crate) enum Effect {
    Nothing,
    Started { run: usize, attempt: u32 },
    Stop { run: usize },
}

/// How long ended things stay among the facts.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(72);

impl Store {
    pub(crate) fn new(limits: Limits) -> Self {
        Store {
            limits,
            schedules: vec![],
            runs: vec![],
            active: vec![],
            workers: HashMap::new(),
            successes: vec![],
            arrivals: vec![],
            handled: HashSet::new(),
            recent: vec![],
            fillings: vec![],
            turns: vec![],
            refused: 0,
            lost: 0,
            true_time: 0,
            stale: None,
            awaited: HashSet::new(),
            awaited_successes: vec![],
            position: HashMap::new(),
        }
    }

    pub(crate) fn add_schedule(&mut self, schedule: Schedule) {
        self.position.insert(schedule.id.clone(), self.schedules.len());
        self.awaited.extend(schedule.rule.spec().after.iter().map(|name| Id::from(name.as_str())));
        let since = schedule.handled_through;
        self.schedules.push(Planned { schedule: schedule.into(), since, notes: vec![] });
    }

    /// All facts of a moment, for a worker.
    pub(crate) fn facts(&mut self, me: &Id, now: Timestamp, watching_since: Timestamp) -> World {
        let forgotten = now - REMEMBERED;
        // Far more than any distance between turns here.
        let past = now - SignedDuration::from_hours(1);
        self.turns.retain(|turn| turn.at > past);
        self.recent.retain(|(at, _)| *at > forgotten);
        self.awaited_successes.retain(|success| success.ended_at > forgotten);
        let runs = self.active.iter().map(|position| {
            let row = &self.runs[*position];
            let mut run = row.run.clone();
            if let (State::Running(attempt), true) = (&mut run.state, row.is_held) {
                attempt.lease_until = self.stale_lease().unwrap_or(now + LEASE);
            }
            run
        });
        let workers = self.workers.values().map(|(worker, is_there)| {
            let last_heartbeat = if *is_there { now } else { worker.last_heartbeat };
            Worker { last_heartbeat, ..worker.clone() }
        });
        let backfills = self.fillings.iter().map(|filling| Backfill {
            active: filling.pieces.iter().filter(|(_, state)| *state == 1).count() as u32,
            next: filling
                .pieces
                .iter()
                .filter(|(_, state)| *state == 0)
                .map(|(next, _)| *next)
                .take(9)
                .collect(),
            ..filling.backfill.clone()
        });
        World {
            me: me.clone(),
            watching_since,
            schedules: self.schedules.iter().map(|planned| planned.schedule.clone()).collect(),
            runs: runs.collect(),
            workers: workers.collect(),
            limits: self.limits.clone(),
            turns: self.turns.clone(),
            successes: self.awaited_successes.clone(),
            arrivals: self.arrivals.iter().filter(|arrival| arrival.at > forgotten).cloned().collect(),
            handled: self.recent.iter().map(|(_, event)| event.clone()).collect(),
            backfills: backfills.collect(),
        }
    }

    fn stale_lease(&self) -> Option<Timestamp> {
        self.stale.filter(|(until, _)| self.true_time < *until).map(|(_, lease)| lease)
    }

    /// Applies a decision, or refuses it because something has changed.
    pub(crate) fn apply(&mut self, decision: &Decision, now: Timestamp) -> Option<Effect> {
        let effect = self.try_apply(decision, now);
        self.refused += u64::from(effect.is_none());
        effect
    }

    fn try_apply(&mut self, decision: &Decision, now: Timestamp) -> Option<Effect> {
        match decision {
            Decision::CreateRun(create) => self.create(create, now),
            Decision::Pass { schedule, first, through, why } => {
                let planned = self.planned(schedule)?;
                planned.notes.push(Note::Passed { first: *first, through: *through, why: why.clone() });
                planned.move_to(*through);
                Some(Effect::Nothing)
            }
            Decision::StartAttempt { run, start } => {
                let position = self.waiting(run)?;
                self.start(position, start, now)
                    .then_some(Effect::Started { run: position, attempt: start.attempt })
            }
            Decision::TryAgain { run, at } => {
                let row = self.row(run)?;
                row.run.state = State::Waiting;
                row.run.not_before = *at;
                row.run.version += 1;
                Some(Effect::Nothing)
            }
            Decision::StopRun { run, why } => {
                let row = self.row(run)?;
                row.run.stop = Some(*why);
                row.run.version += 1;
                let position = self.find(&run.id)?;
                Some(Effect::Stop { run: position })
            }
            Decision::ExpireLease { run, seen, then } => {
                let stale = self.stale_lease();
                let row = self.row(run)?;
                let State::Running(attempt) = &row.run.state else { panic!("a lease of a run that waits") };
                if row.is_held {
                    assert_ne!(stale, Some(seen.lease_until), "the lease of a worker that lives is taken");
                    return None;
                }
                if attempt != seen {
                    return None;
                }
                row.run.lost += 1;
                row.run.version += 1;
                row.was_lost = true;
                self.lost += 1;
                match then {
                    AfterLoss::Resume { at } => {
                        let row = self.row(&IfRun { id: run.id.clone(), version: run.version + 1 })?;
                        row.run.state = State::Waiting;
                        row.run.not_before = *at;
                    }
                    AfterLoss::End(end) => self.end(&run.id, Ended::By(end.clone()), now),
                }
                Some(Effect::Nothing)
            }
            Decision::EndRun { run, end } => {
                let row = self.row(run)?;
                assert!(!matches!(row.run.state, State::Running(_)), "a run is ended under its worker");
                self.end(&run.id, Ended::By(end.clone()), now);
                Some(Effect::Nothing)
            }
        }
    }

    fn create(&mut self, create: &CreateRun, now: Timestamp) -> Option<Effect> {
        // Everything is checked before anything is written.
        if let Some(apart) = &create.apart {
            let Origin::Schedule { schedule, .. } = &create.origin else {
                panic!("only schedules are set apart")
            };
            let is_near = |turn: &Turn| {
                turn.schedule != *schedule
                    && create.pipeline.targets.contains(&turn.target)
                    && turn.at.duration_since(create.not_before).abs() < apart.distance
            };
            if self.turns.iter().any(is_near) {
                return None;
            }
        }
        let position = self.runs.len();
        match &create.guard {
            Guard::Fire { schedule, fire } => {
                let planned = self.planned(schedule)?;
                assert_eq!(planned.schedule.upcoming(), Some(*fire), "a fire out of order");
                planned.notes.push(Note::Created(Key::Fire(*fire), position));
                planned.move_to(*fire);
            }
            Guard::Event { schedule, event } => {
                if self.handled.contains(&(schedule.id.clone(), event.clone())) {
                    return None;
                }
                self.planned(schedule)?.notes.push(Note::Created(Key::Event(event.clone()), position));
                self.handled.insert((schedule.id.clone(), event.clone()));
                self.recent.push((now, (schedule.id.clone(), event.clone())));
            }
            Guard::Piece { backfill, piece, at_once } => {
                let filling = self.fillings.iter_mut().find(|filling| filling.backfill.id == *backfill)?;
                let active = filling.pieces.iter().filter(|(_, state)| *state == 1).count();
                let piece = &mut filling.pieces[*piece as usize];
                if piece.1 != 0 || active >= *at_once as usize {
                    return None;
                }
                piece.1 = 1;
            }
        }
        if let Origin::Schedule { schedule, .. } = &create.origin {
            let turn = |target: &Id| Turn {
                target: target.clone(),
                schedule: schedule.clone(),
                at: create.not_before,
            };
            self.turns.extend(create.pipeline.targets.iter().map(turn));
        }
        self.insert(&create.pipeline, create.origin.clone(), create, now);
        let started = create.start.as_ref().filter(|start| self.start(position, start, now));
        Some(started.map_or(Effect::Nothing, |_| Effect::Started { run: position, attempt: 1 }))
    }

    /// Adds a run that waits.
    pub(crate) fn insert(
        &mut self,
        pipeline: &Arc<Pipeline>,
        origin: Origin,
        like: &CreateRun,
        now: Timestamp,
    ) {
        let position = self.runs.len();
        let id = Id::from(format!("run_{position:06}"));
        let run = Run {
            id: id.clone(),
            version: 1,
            pipeline: pipeline.clone(),
            origin,
            interval: like.interval,
            created_at: now,
            not_before: like.not_before,
            attempts: 0,
            failures: 0,
            lost: 0,
            state: State::Waiting,
            stop: None,
            retries: like.retries,
            timeout: like.timeout,
        };
        self.runs.push(Row {
            run,
            ended: None,
            is_held: false,
            was_lost: false,
            resumed: 0,
            created_at_true: self.true_time,
            ended_at_true: None,
        });
        self.position.insert(id, position);
        self.active.push(position);
    }

    fn start(&mut self, position: usize, start: &Start, now: Timestamp) -> bool {
        if start.holds.iter().any(|hold| self.running(hold) >= hold.most) {
            return false;
        }
        let row = &mut self.runs[position];
        row.run.attempts += 1;
        assert_eq!(row.run.attempts, start.attempt);
        assert_eq!(start.resume, start.attempt > 1, "an attempt after a loss goes on where the last one was");
        row.resumed += u32::from(row.was_lost);
        row.was_lost = false;
        row.run.version += 1;
        let (worker, lease_until) = (start.worker.clone(), start.lease_until);
        row.run.state = State::Running(Attempt { worker, started_at: now, lease_until });
        true
    }

    fn running(&self, hold: &Hold) -> u32 {
        let rows = self.active.iter().map(|position| &self.runs[*position].run);
        rows.filter(|run| matches!(run.state, State::Running(_)) && holds(run, hold.kind, &hold.id)).count()
            as u32
    }

    /// Writes what a worker says, unless the attempt is no longer its own.
    pub(crate) fn report(
        &mut self,
        position: usize,
        attempt: u32,
        worker: &Id,
        report: Report,
        now: Timestamp,
    ) {
        let row = &mut self.runs[position];
        let is_own = matches!(&row.run.state, State::Running(own) if own.worker == *worker);
        if row.ended.is_some() || !is_own || row.run.attempts != attempt {
            return;
        }
        row.is_held = false;
        row.run.version += 1;
        match (report, row.run.stop) {
            (Report::Done, _) => {
                let id = row.run.id.clone();
                if let Some(interval) = row.run.interval {
                    let success = Success {
                        run: id.clone(),
                        workspace: row.run.pipeline.workspace.clone(),
                        pipeline: row.run.pipeline.name.clone(),
                        interval,
                        ended_at: now,
                    };
                    if self.awaited.contains(&success.pipeline) {
                        self.awaited_successes.push(success.clone());
                    }
                    self.successes.push(success);
                }
                self.end(&id, Ended::Succeeded, now);
            }
            (Report::Failed { is_temporary }, _) => {
                row.run.failures += 1;
                row.run.state = State::Failed { at: now, is_temporary };
            }
            (Report::Stopped, stop) => {
                let id = row.run.id.clone();
                self.end(&id, Ended::By(stop.unwrap().into()), now);
            }
        }
    }

    fn end(&mut self, run: &Id, ended: Ended, now: Timestamp) {
        let position = self.position[run];
        let row = &mut self.runs[position];
        assert!(row.ended.is_none(), "{run} ends twice");
        row.ended = Some((now, ended));
        row.ended_at_true = Some(self.true_time);
        row.run.version += 1;
        self.active.retain(|active| *active != position);
        if let Origin::Backfill { backfill, piece } = &self.runs[position].run.origin {
            let filling = self.fillings.iter_mut().find(|filling| filling.backfill.id == *backfill).unwrap();
            filling.pieces[*piece as usize].1 = 2;
        }
    }

    fn planned(&mut self, seen: &IfSchedule) -> Option<&mut Planned> {
        let planned = &mut self.schedules[self.position[&seen.id]];
        let is_same = planned.schedule.version == seen.version
            && planned.schedule.handled_through == seen.handled_through;
        is_same.then_some(planned)
    }

    fn find(&self, run: &Id) -> Option<usize> {
        self.position.get(run).copied()
    }

    fn row(&mut self, seen: &IfRun) -> Option<&mut Row> {
        let row = &mut self.runs[self.position[&seen.id]];
        (row.ended.is_none() && row.run.version == seen.version).then_some(row)
    }

    fn waiting(&mut self, seen: &IfRun) -> Option<usize> {
        let row = self.row(seen)?;
        assert_eq!(row.run.state, State::Waiting);
        self.find(&seen.id)
    }

    pub(crate) fn pause(&mut self, position: usize, is_paused: bool) {
        let planned = &mut self.schedules[position];
        let old = &planned.schedule;
        let new = Schedule::new(
            old.id.clone(),
            old.version + 1,
            old.pipeline.clone(),
            old.rule.clone(),
            is_paused,
            old.handled_through,
        );
        planned.schedule = new.into();
    }
}

/// Whether an attempt of a run counts for a limit.
pub(crate) fn holds(run: &Run, kind: HoldKind, id: &Id) -> bool {
    match kind {
        HoldKind::Workspace => run.pipeline.workspace == *id,
        HoldKind::Pipeline => run.pipeline.id == *id,
        HoldKind::Connection => run.pipeline.connections.contains(id),
        HoldKind::Schedule => matches!(&run.origin, Origin::Schedule { schedule, .. } if schedule == id),
    }
}

impl Store {
    /// Renews a lease after a pause, if the attempt is still the worker's.
    pub(crate) fn renew(&mut self, position: usize, attempt: u32, worker: &Id) -> bool {
        let row = &mut self.runs[position];
        let is_own = row.ended.is_none()
            && row.run.attempts == attempt
            && matches!(&row.run.state, State::Running(own) if own.worker == *worker);
        row.is_held = is_own;
        is_own
    }
}
