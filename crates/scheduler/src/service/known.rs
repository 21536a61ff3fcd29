//! What seldom changes, kept from round to round: compiled schedules, pipelines, and what happened in the last weeks.
//!
//! A schedule is compiled once for each revision of it, of its workspace (calendars) and of its pipeline. Of successes and
//! handled events only the new ones are read, with some overlap: what was written by slower clocks or in longer
//! transactions becomes visible late.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use towpath_model::calendar::Calendars;
use towpath_model::schedule::{FilesSpec, RetriesSpec, Rule, ScheduleSpec, Trigger};
use towpath_store::facts::{self, PipelineUse, ScheduleMark, WorkspaceMark};
use towpath_store::runs::Cause;
use towpath_store::{Conn, Error, schedules};

use crate::REMEMBERED;
use crate::world::{Id, Interval, Pipeline, Schedule, Success};

/// How far back what is new is looked for.
const LATE: SignedDuration = SignedDuration::from_mins(10);
/// Identifiers that are asked for at once.
const AT_ONCE: usize = 500;

/// Ways of trying again that are kept.
const MOST_RETRIES: usize = 1000;

/// A pipeline with the version that runs.
#[derive(Debug)]
pub(super) struct KnownPipeline {
    pub(super) revision: i64,
    pub(super) version: i64,
    pub(super) connections: Vec<String>,
    pub(super) targets: Vec<String>,
    pub(super) shared: Arc<Pipeline>,
}

/// A schedule, compiled.
#[derive(Debug)]
pub(super) struct KnownSchedule {
    revisions: (i64, i64, i64),
    pub(super) name: String,
    pub(super) params: Value,
    pub(super) schedule: Arc<Schedule>,
}

impl KnownSchedule {
    /// What starts its runs, as runs say it.
    pub(super) fn cause(&self) -> Cause {
        match self.schedule.rule.trigger() {
            Trigger::Times => Cause::Schedule,
            Trigger::After(_) => Cause::After,
            Trigger::Files(_) => Cause::Event,
        }
    }

    /// The files that it waits for.
    pub(super) fn files(&self) -> Option<&FilesSpec> {
        match self.schedule.rule.trigger() {
            Trigger::Files(files) => Some(files),
            _ => None,
        }
    }
}

/// What is kept from round to round.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) pipelines: HashMap<String, KnownPipeline>,
    pub(super) schedules: HashMap<String, KnownSchedule>,
    /// Schedules that cannot be compiled, so that it is said once.
    broken: HashMap<String, (i64, i64, i64)>,
    retries: HashMap<String, RetriesSpec>,
    recent: Recent,
}

/// The last weeks, as far as schedules wait for something.
#[derive(Debug, Default)]
struct Recent {
    names: BTreeSet<String>,
    read_at: Option<Timestamp>,
    successes: HashMap<Id, Success>,
    handled: HashMap<(Id, Id), Timestamp>,
}

impl Known {
    /// Brings pipelines and schedules up to date.
    pub(super) async fn refresh(
        &mut self,
        conn: &mut Conn,
        marks: &[ScheduleMark],
        others: impl Iterator<Item = String>,
        workspaces: &[WorkspaceMark],
    ) -> Result<(), Error> {
        let mut wanted: BTreeSet<String> = others.collect();
        for mark in marks {
            let known = self.pipelines.get(&mark.pipeline_id);
            if known.is_none_or(|known| known.revision != mark.revisions.2) {
                wanted.insert(mark.pipeline_id.clone());
            }
        }
        self.read_pipelines(conn, wanted.into_iter().collect()).await?;
        let is_new = |mark: &&ScheduleMark| {
            let known = self.schedules.get(&mark.id).map(|known| known.revisions);
            known.or(self.broken.get(&mark.id).copied()) != Some(mark.revisions)
        };
        let new: Vec<&ScheduleMark> = marks.iter().filter(is_new).collect();
        let mut calendars: HashMap<&str, Calendars> = HashMap::new();
        for chunk in new.chunks(AT_ONCE) {
            let ids: Vec<String> = chunk.iter().map(|mark| mark.id.clone()).collect();
            let rows = schedules::some(conn, &ids).await?;
            let mut rows: HashMap<String, schedules::Schedule> =
                rows.into_iter().map(|row| (row.id.to_string(), row)).collect();
            for mark in chunk {
                let Some(row) = rows.remove(&mark.id) else { continue };
                let workspace = workspaces.iter().find(|known| known.id == row.workspace_id.as_str());
                let Some(workspace) = workspace else { continue };
                let calendars = calendars
                    .entry(&workspace.id)
                    .or_insert_with(|| Calendars::of_workspace(&workspace.settings).0);
                self.compile(mark, row, calendars);
            }
        }
        for mark in marks {
            if let Some(known) = self.schedules.get_mut(&mark.id)
                && known.schedule.handled_through != mark.handled_through
            {
                let old = &known.schedule;
                let (id, rule) = (old.id.clone(), old.rule.clone());
                let pipeline = old.pipeline.clone();
                let new = Schedule::new(id, old.version, pipeline, rule, old.is_paused, mark.handled_through);
                known.schedule = new.into();
            }
        }
        let alive: HashSet<&str> = marks.iter().map(|mark| mark.id.as_str()).collect();
        self.schedules.retain(|id, _| alive.contains(id.as_str()));
        self.broken.retain(|id, _| alive.contains(id.as_str()));
        Ok(())
    }

    async fn read_pipelines(&mut self, conn: &mut Conn, ids: Vec<String>) -> Result<(), Error> {
        for chunk in ids.chunks(AT_ONCE) {
            for row in facts::pipelines(conn, chunk).await? {
                self.pipelines.insert(row.id.clone(), KnownPipeline::new(row));
            }
        }
        Ok(())
    }

    fn compile(&mut self, mark: &ScheduleMark, row: schedules::Schedule, calendars: &Calendars) {
        self.schedules.remove(&mark.id);
        self.broken.remove(&mark.id);
        let Some(pipeline) = self.pipelines.get(&mark.pipeline_id) else { return };
        let rule = match compiled(&row.spec, calendars) {
            Ok(rule) => rule,
            Err(why) => {
                tracing::error!(schedule.id = mark.id, "schedule `{}` cannot fire: {why}", row.name);
                self.broken.insert(mark.id.clone(), mark.revisions);
                return;
            }
        };
        let schedule = Schedule::new(
            mark.id.as_str().into(),
            version(row.revision),
            pipeline.shared.clone(),
            Arc::new(rule),
            row.paused,
            mark.handled_through,
        );
        let known = KnownSchedule {
            revisions: mark.revisions,
            name: row.name,
            params: row.params,
            schedule: Arc::new(schedule),
        };
        self.schedules.insert(mark.id.clone(), known);
    }

    /// How a run is tried again. What cannot be read, such as the settings of a newer version, is as usual.
    pub(super) fn retries(&mut self, text: &str) -> RetriesSpec {
        if let Some(known) = self.retries.get(text) {
            return *known;
        }
        if self.retries.len() >= MOST_RETRIES {
            self.retries.clear();
        }
        let read: RetriesSpec = serde_json::from_str(text).unwrap_or_default();
        self.retries.insert(text.to_owned(), read);
        read
    }

    /// Successes that schedules wait for, and events that have their run already.
    pub(super) async fn recent(
        &mut self,
        conn: &mut Conn,
        now: Timestamp,
    ) -> Result<(Vec<Success>, HashSet<(Id, Id)>), Error> {
        let mut names = BTreeSet::new();
        let mut waits = false;
        for known in self.schedules.values() {
            match known.schedule.rule.trigger() {
                Trigger::Times => {}
                Trigger::Files(_) => waits = true,
                Trigger::After(others) => names.extend(others.iter().cloned()),
            }
        }
        if !waits && names.is_empty() {
            self.recent = Recent::default();
            return Ok(Default::default());
        }
        if self.recent.names != names {
            self.recent = Recent { names, ..Recent::default() };
        }
        let forgotten = now - REMEMBERED;
        let since = self.recent.read_at.map_or(forgotten, |at| at - LATE);
        if !self.recent.names.is_empty() {
            let names: Vec<String> = self.recent.names.iter().cloned().collect();
            for row in facts::successes(conn, since, &names).await? {
                let success = Success {
                    run: row.id.as_str().into(),
                    workspace: row.workspace_id.into(),
                    pipeline: row.pipeline.into(),
                    interval: Interval { start: row.interval.0, end: row.interval.1 },
                    ended_at: row.ended_at,
                };
                self.recent.successes.insert(success.run.clone(), success);
            }
        }
        for row in facts::handled(conn, since).await? {
            self.recent.handled.insert((row.schedule_id.into(), row.event_key.into()), row.at);
        }
        self.recent.read_at = Some(now);
        self.recent.successes.retain(|_, success| success.ended_at >= forgotten);
        self.recent.handled.retain(|_, at| *at >= forgotten);
        let successes = self.recent.successes.values().cloned().collect();
        Ok((successes, self.recent.handled.keys().cloned().collect()))
    }
}

impl KnownPipeline {
    fn new(row: PipelineUse) -> Self {
        let shared = shared(&row.id, &row.name, &row.workspace_id, &row.connections, &row.targets);
        KnownPipeline {
            revision: row.revision,
            version: row.version,
            connections: row.connections,
            targets: row.targets,
            shared: Arc::new(shared),
        }
    }
}

/// A pipeline as decisions see it. Connections and targets have their workspace before them: a name means another thing in
/// another workspace.
pub(super) fn shared(
    id: &str,
    name: &str,
    workspace: &str,
    connections: &[String],
    targets: &[String],
) -> Pipeline {
    let within = |name: &String| Id::from(within(workspace, name));
    Pipeline {
        id: id.into(),
        name: name.into(),
        workspace: workspace.into(),
        connections: connections.iter().map(within).collect(),
        targets: targets.iter().map(within).collect(),
    }
}

/// A name of a workspace that is unique among all of them.
pub(super) fn within(workspace: &str, name: &str) -> String {
    format!("{workspace}/{name}")
}

/// Revisions count up from 1.
pub(super) fn version(revision: i64) -> u64 {
    revision.max(0).unsigned_abs()
}

fn compiled(spec: &Value, calendars: &Calendars) -> Result<Rule, String> {
    let spec: ScheduleSpec = serde_json::from_value(spec.clone()).map_err(|error| error.to_string())?;
    spec.rule(calendars)
        .map_err(|problems| problems.into_iter().next().map_or_else(String::new, |problem| problem.message))
}
