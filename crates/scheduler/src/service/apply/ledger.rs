//! What limits and targets have, counted inside the transaction that takes more of it.

use std::collections::HashMap;

use jiff::Timestamp;
use towpath_store::runs::Run;
use towpath_store::{Conn, Error, facts};

use crate::decision::{CreateRun, Decision, Hold, HoldKind};
use crate::service::facts::turns_of;
use crate::service::known::within;
use crate::world::{Id, Origin, Turn};

/// Attempts that go on, and turns.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    busy: HashMap<(HoldKind, String), u32>,
    turns: Vec<Turn>,
}

impl Ledger {
    /// Counts what the decisions need.
    pub(super) async fn read(conn: &mut Conn, decisions: &[Decision]) -> Result<Ledger, Error> {
        let mut ledger = Ledger::default();
        let mut starts = false;
        let mut span: Option<(Timestamp, Timestamp)> = None;
        for decision in decisions {
            match decision {
                Decision::StartAttempt { .. } => starts = true,
                Decision::CreateRun(create) => {
                    starts |= create.start.is_some();
                    if let Some(apart) = &create.apart {
                        let from = create.not_before.checked_sub(apart.distance).unwrap_or(Timestamp::MIN);
                        let to = create.not_before.checked_add(apart.distance).unwrap_or(Timestamp::MAX);
                        span = Some(span.map_or((from, to), |(a, b)| (a.min(from), b.max(to))));
                    }
                }
                _ => {}
            }
        }
        if starts {
            for row in facts::busy(conn).await? {
                let schedule = row.schedule_id.as_deref();
                ledger.count(&row.workspace_id, &row.pipeline_id, schedule, &row.connections);
            }
        }
        if let Some((from, to)) = span {
            let rows = facts::turns(conn, from, to, &[]).await?;
            ledger.turns = rows.iter().flat_map(turns_of).collect();
        }
        Ok(ledger)
    }

    fn count(&mut self, workspace: &str, pipeline: &str, schedule: Option<&str>, connections: &[String]) {
        let mut add = |kind, id: String| *self.busy.entry((kind, id)).or_default() += 1;
        add(HoldKind::Workspace, workspace.to_owned());
        add(HoldKind::Pipeline, pipeline.to_owned());
        if let Some(schedule) = schedule {
            add(HoldKind::Schedule, schedule.to_owned());
        }
        for connection in connections {
            add(HoldKind::Connection, within(workspace, connection));
        }
    }

    /// Whether every limit has a place.
    pub(super) fn has_room(&self, holds: &[Hold]) -> bool {
        holds.iter().all(|hold| {
            let busy = self.busy.get(&(hold.kind, hold.id.to_string())).copied().unwrap_or_default();
            busy < hold.most
        })
    }

    /// Counts an attempt that was started.
    pub(super) fn add(&mut self, run: &Run) {
        let (workspace, pipeline) = (run.workspace_id.as_str(), run.pipeline_id.as_str());
        self.count(workspace, pipeline, run.schedule_id.as_deref(), &run.connections);
    }

    /// Whether a run would begin too near to one of another schedule on the same target.
    pub(super) fn is_too_near(&self, create: &CreateRun) -> bool {
        let (Some(apart), Origin::Schedule { schedule, .. }) = (&create.apart, &create.origin) else {
            return false;
        };
        self.turns.iter().any(|turn| {
            turn.schedule != *schedule
                && create.pipeline.targets.contains(&turn.target)
                && turn.at.duration_since(create.not_before).abs() < apart.distance
        })
    }

    /// Notes the turn of a run that was created.
    pub(super) fn take_turn(&mut self, create: &CreateRun, schedule: &Id) {
        let turn =
            |target: &Id| Turn { target: target.clone(), schedule: schedule.clone(), at: create.not_before };
        self.turns.extend(create.pipeline.targets.iter().map(turn));
    }
}
