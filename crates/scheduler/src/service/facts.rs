//! Reads the world: all facts of one moment, in one transaction that only reads.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use towpath_store::facts::{self, OpenRun, ScheduleMark, ScheduleStamp, WorkspaceMark};
use towpath_store::runs::{self, RunState};
use towpath_store::{Conn, Error, arrivals, backfills, workers};

use super::Core;
use super::known::{Known, shared, version, within};
use crate::backfill::BackfillSpec;
use crate::world::{
    Arrival, Attempt, Backfill, Id, Interval, Key, Limits, NextPiece, Origin, Run, State, Stop, Turn, Worker,
    World,
};
use crate::{ON_TIME, REMEMBERED};

/// How far two clocks may drift apart between two rounds before one of them has jumped.
const JUMP: SignedDuration = SignedDuration::from_secs(2);
/// How long a read may take before the view counts as broken.
const SLOW: Duration = Duration::from_secs(5);
/// Pipelines that are asked for by name; beyond that, all are read.
const MOST_NAMED: usize = 300;

/// What was read last, and what is kept.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) known: Known,
    /// Runs that have not ended, by identity.
    pub(super) runs: HashMap<String, OpenRun>,
    /// Backfills that go on.
    pub(super) backfills: HashMap<String, BackfillSpec>,
    /// Backfills of which nothing waits and nothing is under way.
    pub(super) finished: Vec<String>,
    marks: Vec<ScheduleMark>,
    /// What the marks were read at.
    stamp: Option<ScheduleStamp>,
    watching_since: Option<Timestamp>,
    /// The last moment on both clocks.
    last: Option<(Timestamp, Duration)>,
}

impl Facts {
    /// The view has a gap: it begins anew with the next read.
    pub(super) fn lose_sight(&mut self) {
        self.watching_since = None;
    }

    /// What is kept may not be what is there: the next read reads it again.
    pub(super) fn doubt(&mut self) {
        self.stamp = None;
    }

    /// Reads everything. `begun` is the moment before, on the clock that never jumps.
    pub(super) async fn read(&mut self, core: &Core, begun: Duration) -> Result<(Timestamp, World), Error> {
        if core.lost_sight.swap(false, Ordering::AcqRel) {
            self.lose_sight();
        }
        let mut conn = core.store.read().await?;
        let mut tx = core.store.snapshot(&mut conn).await?;
        let now = core.clock.now(&mut tx).await?;
        self.watch(now, core.clock.elapsed());
        let workspaces = facts::workspaces(&mut tx).await?;
        let stamp = facts::schedule_stamp(&mut tx).await?;
        if self.stamp.as_ref() != Some(&stamp) {
            self.marks = facts::schedule_marks(&mut tx).await?;
        }
        let open = facts::open_runs(&mut tx).await?;
        let backfills = facts::running_backfills(&mut tx).await?;
        let of_backfills = backfills.iter().map(|backfill| backfill.pipeline_id.to_string());
        self.known.refresh(&mut tx, &self.marks, of_backfills, &workspaces).await?;
        self.stamp = Some(stamp);
        let backfills = self.backfills(&mut tx, backfills, &open).await?;
        let (successes, handled) = self.known.recent(&mut tx, now).await?;
        let arrivals = self.arrivals(&mut tx, now).await?;
        let mut schedules: Vec<_> =
            self.known.schedules.values().map(|known| known.schedule.clone()).collect();
        schedules.sort_by(|a, b| a.id.cmp(&b.id));
        let waits_for_events = !successes.is_empty() || !arrivals.is_empty();
        let is_one_due = waits_for_events
            || schedules.iter().any(|schedule| schedule.upcoming().is_some_and(|at| at <= now));
        let turns = match is_one_due {
            true => self.turns(&mut tx, now).await?,
            false => Vec::new(),
        };
        let limits = self.limits(&mut tx, &workspaces, &open).await?;
        let workers = workers::all(&mut tx).await?.into_iter().map(worker).collect();
        let runs = open.iter().map(|row| run(row, &mut self.known)).collect();
        drop(tx);
        drop(conn);
        self.runs = open.into_iter().map(|row| (row.id.clone(), row)).collect();
        if core.clock.elapsed().saturating_sub(begun) > SLOW {
            self.watching_since = Some(now);
        }
        let world = World {
            me: core.id.as_str().into(),
            watching_since: self.watching_since.unwrap_or(now),
            schedules,
            runs,
            workers,
            limits,
            turns,
            successes,
            arrivals,
            handled,
            backfills,
        };
        Ok((now, world))
    }

    /// Notes a clock that jumped.
    fn watch(&mut self, now: Timestamp, elapsed: Duration) {
        if let Some((then, before)) = self.last {
            let passed =
                SignedDuration::try_from(elapsed.saturating_sub(before)).unwrap_or(SignedDuration::MAX);
            let drift = now.duration_since(then).saturating_sub(passed);
            if drift.abs() > JUMP {
                tracing::warn!("the clock jumped by {drift:#}; leases are watched anew");
                self.watching_since = Some(now);
            }
        }
        self.last = Some((now, elapsed));
        self.watching_since.get_or_insert(now);
    }

    async fn backfills(
        &mut self,
        conn: &mut Conn,
        rows: Vec<backfills::Backfill>,
        open: &[OpenRun],
    ) -> Result<Vec<Backfill>, Error> {
        self.backfills.clear();
        self.finished.clear();
        let mut going = Vec::new();
        for row in rows {
            let id = row.id.as_str();
            let spec = match serde_json::from_value::<BackfillSpec>(row.spec.clone()) {
                Ok(spec) => spec,
                Err(error) => {
                    tracing::error!(backfill.id = id, "a backfill cannot go on: {error}");
                    continue;
                }
            };
            let Some(pipeline) = self.known.pipelines.get(row.pipeline_id.as_str()) else { continue };
            let is_mine = |run: &&OpenRun| run.backfill.as_ref().is_some_and(|(backfill, _)| backfill == id);
            let active = u32::try_from(open.iter().filter(is_mine).count()).unwrap_or(u32::MAX);
            let waiting = backfills::waiting(conn, id, spec.at_once.max(1)).await?;
            if waiting.is_empty() && active == 0 {
                self.finished.push(id.to_owned());
                continue;
            }
            let next = waiting.iter().map(|piece| NextPiece {
                piece: u32::try_from(piece.number).unwrap_or(u32::MAX),
                interval: Interval { start: piece.interval_start, end: piece.interval_end },
            });
            going.push(Backfill {
                id: id.into(),
                pipeline: pipeline.shared.clone(),
                at_once: spec.at_once,
                active,
                next: next.collect(),
                retries: spec.retries,
                timeout: spec.timeout.duration(),
            });
            self.backfills.insert(id.to_owned(), spec);
        }
        Ok(going)
    }

    async fn arrivals(&self, conn: &mut Conn, now: Timestamp) -> Result<Vec<Arrival>, Error> {
        if self.known.schedules.values().all(|known| known.files().is_none()) {
            return Ok(Vec::new());
        }
        let rows = arrivals::since(conn, now - REMEMBERED).await?;
        let arrival = |row: arrivals::Arrival| Arrival {
            id: row.id.into(),
            schedule: row.schedule_id.into(),
            at: row.at,
        };
        Ok(rows.into_iter().map(arrival).collect())
    }

    /// Turns on targets that several schedules share.
    async fn turns(&self, conn: &mut Conn, now: Timestamp) -> Result<Vec<Turn>, Error> {
        let mut users: HashMap<&Id, HashSet<&Id>> = HashMap::new();
        let mut longest = SignedDuration::ZERO;
        for known in self.known.schedules.values() {
            longest = longest.max(known.schedule.rule.spec().stagger.duration());
            for target in &known.schedule.pipeline.targets {
                users.entry(target).or_default().insert(&known.schedule.id);
            }
        }
        users.retain(|_, users| users.len() > 1);
        if users.is_empty() || longest.is_zero() {
            return Ok(Vec::new());
        }
        let shares = |pipeline: &Arc<crate::Pipeline>| {
            pipeline.targets.iter().any(|target| users.contains_key(target))
        };
        let sharing: HashSet<String> = self
            .known
            .schedules
            .values()
            .filter(|known| shares(&known.schedule.pipeline))
            .map(|known| known.schedule.pipeline.id.to_string())
            .collect();
        let sharing: Vec<String> = match sharing.len() {
            count if count > MOST_NAMED => Vec::new(),
            _ => sharing.into_iter().collect(),
        };
        let rows = facts::turns(conn, now - longest - ON_TIME, Timestamp::MAX, &sharing).await?;
        Ok(rows.iter().flat_map(turns_of).collect())
    }

    async fn limits(
        &self,
        conn: &mut Conn,
        workspaces: &[WorkspaceMark],
        open: &[OpenRun],
    ) -> Result<Limits, Error> {
        let mut limits = Limits::default();
        for workspace in workspaces {
            if let Some(most) = limit(&workspace.settings, "runs") {
                limits.workspace.own.insert(workspace.id.as_str().into(), most);
            }
            let Some(most) = limit(&workspace.settings, "pipeline_runs") else { continue };
            let planned = self.known.pipelines.iter();
            let planned = planned.filter(|(_, known)| *known.shared.workspace == *workspace.id);
            let open = open.iter().filter(|run| run.workspace_id == workspace.id);
            let all = planned.map(|(id, _)| id).chain(open.map(|run| &run.pipeline_id));
            limits.pipeline.own.extend(all.map(|id| (Id::from(id.as_str()), most)));
        }
        for row in facts::connection_limits(conn).await? {
            let most = u32::try_from(row.most).unwrap_or_default();
            limits.connection.own.insert(within(&row.workspace_id, &row.name).into(), most);
        }
        Ok(limits)
    }
}

/// A number under `limits` of the settings of a workspace.
fn limit(settings: &Value, name: &str) -> Option<u32> {
    u32::try_from(settings.get("limits")?.get(name)?.as_u64()?).ok()
}

/// The turns of a run, one for each of its targets.
pub(super) fn turns_of(row: &facts::RunTurn) -> impl Iterator<Item = Turn> + '_ {
    let schedule = Id::from(row.schedule_id.as_str());
    row.targets.iter().map(move |target| Turn {
        target: within(&row.workspace_id, target).into(),
        schedule: schedule.clone(),
        at: row.at,
    })
}

fn worker(row: workers::Worker) -> Worker {
    Worker {
        id: row.id.as_str().into(),
        last_heartbeat: row.heartbeat_at,
        capacity: u32::try_from(row.capacity).unwrap_or_default(),
        is_draining: row.draining,
    }
}

fn run(row: &OpenRun, known: &mut Known) -> Run {
    let retries = known.retries(&row.retries);
    let whole = known.pipelines.get(&row.pipeline_id);
    // A run of the version that runs shares what is kept of it.
    let same = whole.filter(|known| known.connections == row.connections && known.targets == row.targets);
    let pipeline = same.map_or_else(
        || {
            let (name, workspace) = (&row.pipeline, &row.workspace_id);
            Arc::new(shared(&row.pipeline_id, name, workspace, &row.connections, &row.targets))
        },
        |known| known.shared.clone(),
    );
    let number = |count: i64| u32::try_from(count).unwrap_or_default();
    let state = match (&row.held, row.failed, row.state) {
        (Some((worker, started_at, lease_until)), _, RunState::Running) => State::Running(Attempt {
            worker: worker.as_str().into(),
            started_at: *started_at,
            lease_until: *lease_until,
        }),
        (_, Some((at, is_temporary)), RunState::Failing) => State::Failed { at, is_temporary },
        _ => State::Waiting,
    };
    Run {
        id: row.id.as_str().into(),
        version: version(row.revision),
        pipeline,
        origin: origin(row),
        interval: row.interval.map(|(start, end)| Interval { start, end }),
        created_at: row.created_at,
        not_before: row.not_before,
        attempts: number(row.attempts.0),
        failures: number(row.attempts.1),
        lost: number(row.attempts.2),
        state,
        stop: row.stop.as_ref().map(|(stop, _)| stopped(*stop)),
        retries,
        timeout: SignedDuration::from_secs(row.timeout_seconds),
    }
}

fn origin(row: &OpenRun) -> Origin {
    let schedule = |key: Key, id: &str| Origin::Schedule { schedule: id.into(), key };
    match (&row.schedule_id, row.fire_at, &row.event_key, &row.backfill) {
        (Some(id), Some(fire), _, _) => schedule(Key::Fire(fire), id),
        (Some(id), None, Some(event), _) => schedule(Key::Event(event.as_str().into()), id),
        (_, _, _, Some((backfill, piece))) => Origin::Backfill {
            backfill: backfill.as_str().into(),
            piece: u32::try_from(*piece).unwrap_or_default(),
        },
        _ => Origin::Request,
    }
}

fn stopped(stop: runs::Stop) -> Stop {
    match stop {
        runs::Stop::Cancelled => Stop::Cancelled,
        runs::Stop::TimedOut => Stop::TimedOut,
        runs::Stop::Superseded => Stop::Superseded,
    }
}
