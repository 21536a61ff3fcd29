//! The runs, summed up once.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::decision::{Hold, HoldKind};
use crate::world::{Id, Key, Limits, Origin, Pipeline, Run, State, World};

/// Sums over the runs of a world.
pub(super) struct Index<'a> {
    by_schedule: HashMap<&'a str, Active<'a>>,
    /// Attempts that go on, per thing that is limited.
    used: Used,
    /// Attempts that go on, per worker.
    loads: HashMap<&'a str, u32>,
}

/// The runs of a schedule that have not ended.
#[derive(Default)]
pub(super) struct Active<'a> {
    pub(super) runs: Vec<&'a Run>,
    pub(super) waiting: usize,
    is_one_running: bool,
    /// The one whose turn it is: runs of a schedule go one after the other.
    first: Option<&'a Run>,
}

/// How many attempts go on per thing that is limited.
#[derive(Debug, Clone, Default)]
pub(super) struct Used(HashMap<(HoldKind, Id), u32>);

impl<'a> Index<'a> {
    pub(super) fn new(world: &'a World) -> Self {
        let mut index = Index { by_schedule: HashMap::new(), used: Used::default(), loads: HashMap::new() };
        for run in &world.runs {
            if let State::Running(attempt) = &run.state {
                index.used.add(&run.pipeline);
                *index.loads.entry(attempt.worker.as_ref()).or_default() += 1;
            }
            if let Origin::Schedule { schedule, .. } = &run.origin {
                let active = index.by_schedule.entry(schedule.as_ref()).or_default();
                active.runs.push(run);
                let is_running = matches!(run.state, State::Running(_));
                active.is_one_running |= is_running;
                active.waiting += usize::from(!is_running);
                if active.first.is_none_or(|first| place(run) < place(first)) {
                    active.first = Some(run);
                }
            }
        }
        index
    }

    pub(super) fn active(&self, schedule: &str) -> Option<&Active<'a>> {
        self.by_schedule.get(schedule)
    }

    /// Whether no other run of the same schedule has to end first.
    pub(super) fn is_first(&self, run: &Run) -> bool {
        let Origin::Schedule { schedule, .. } = &run.origin else { return true };
        self.active(schedule).is_none_or(|active| {
            !active.is_one_running && active.first.is_none_or(|first| first.id == run.id)
        })
    }

    pub(super) fn used(&self) -> Used {
        self.used.clone()
    }

    pub(super) fn load(&self, worker: &str) -> u32 {
        self.loads.get(worker).copied().unwrap_or_default()
    }
}

/// The place of a run among those of its schedule.
fn place(run: &Run) -> (Timestamp, &Id) {
    match &run.origin {
        Origin::Schedule { key: Key::Fire(fire), .. } => (*fire, &run.id),
        _ => (run.created_at, &run.id),
    }
}

impl Used {
    pub(super) fn add(&mut self, pipeline: &Pipeline) {
        for (kind, id) in held(pipeline) {
            *self.0.entry((kind, id.clone())).or_default() += 1;
        }
    }

    pub(super) fn of_workspace(&self, workspace: &Id) -> u32 {
        self.get(HoldKind::Workspace, workspace)
    }

    fn get(&self, kind: HoldKind, id: &Id) -> u32 {
        self.0.get(&(kind, id.clone())).copied().unwrap_or_default()
    }

    /// The places that an attempt needs, when all of them are free. What has no limit needs none.
    pub(super) fn room(&self, pipeline: &Pipeline, origin: &Origin, limits: &Limits) -> Option<Vec<Hold>> {
        let mut holds = Vec::new();
        if let Origin::Schedule { schedule, .. } = origin {
            holds.push(Hold { kind: HoldKind::Schedule, id: schedule.clone(), most: 1 });
        }
        for (kind, id) in held(pipeline) {
            let limit = match kind {
                HoldKind::Workspace => &limits.workspace,
                HoldKind::Pipeline => &limits.pipeline,
                HoldKind::Connection => &limits.connection,
                HoldKind::Schedule => continue,
            };
            let most = limit.get(id);
            if most == u32::MAX {
                continue;
            }
            if self.get(kind, id) >= most {
                return None;
            }
            holds.push(Hold { kind, id: id.clone(), most });
        }
        Some(holds)
    }
}

fn held(pipeline: &Pipeline) -> impl Iterator<Item = (HoldKind, &Id)> {
    let connections = pipeline.connections.iter().map(|connection| (HoldKind::Connection, connection));
    [(HoldKind::Workspace, &pipeline.workspace), (HoldKind::Pipeline, &pipeline.id)]
        .into_iter()
        .chain(connections)
}
