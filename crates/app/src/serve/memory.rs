//! What a pipeline has read and what a run fixed, kept in the store; and the end of a run in one transaction.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use towpath_api::live::hub::Hub;
use towpath_api::trials::Remembered;
use towpath_connect::Item;
use towpath_engine::context::Quarantine;
use towpath_engine::graph::Graph;
use towpath_engine::incremental::{Position, Positions};
use towpath_engine::intake::Memories;
use towpath_engine::report::{FaultReport, NodeReport, RunReport, RunState as Ran};
use towpath_model::Fault;
use towpath_scheduler::service::hand_over;
use towpath_store::events::{self, NewEvent};
use towpath_store::progress::{self, KeptColumns, KeptItem, Refusal, Step};
use towpath_store::runs::lease::{self, Ended, Held, Outcome};
use towpath_store::runs::loads::{self, Load};
use towpath_store::runs::outputs::{self, Output};
use towpath_store::runs::tasks::{self, Task, TaskState};
use towpath_store::runs::{Run, RunState};
use towpath_store::{Store, Tx, commit};

use super::rejects::StoreRejects;
use super::views::sample;
use crate::attempt::RunMemory;
use crate::commands::lineage::lineage;
use crate::state::Orders;

/// Where a destination writes to.
pub(crate) struct Target {
    pub(crate) node: String,
    pub(crate) connection: Option<String>,
    /// The table or file.
    pub(crate) name: String,
    pub(crate) mode: &'static str,
    /// For how long its loads can be taken back, in seconds.
    pub(crate) undo_seconds: Option<u64>,
}

/// The memory of one attempt.
pub(crate) struct StoreMemory {
    pub(crate) store: Store,
    pub(crate) hub: Hub,
    pub(crate) run: Run,
    pub(crate) held: Held,
    /// Rejected rows, which must be safe before the attempt ends: afterwards, it may write nothing.
    pub(crate) rejects: StoreRejects,
    /// Where destinations write to, for receipts.
    pub(crate) destinations: Vec<Target>,
    /// So many corrected rows are sent on, when the run is about those.
    pub(crate) entered: Option<u64>,
    /// Why the attempt was stopped, when it was.
    pub(crate) stopped: Box<dyn Fn() -> Option<FaultReport> + Send + Sync>,
    /// The attempt gives its run back in the place of ending it.
    pub(crate) hands_over: Box<dyn Fn() -> bool + Send + Sync>,
}

/// The attempt lost its run to another worker.
pub(crate) fn lost() -> Fault {
    Fault::cancelled().hint("another worker has the run now: this one gave no sign of life for too long")
}

impl StoreMemory {
    /// Ends the attempt for a reason that kept it from running at all.
    pub(crate) async fn end_early(&self, fault: FaultReport) -> Result<(), Fault> {
        if (self.hands_over)() {
            return self.hand_over().await;
        }
        self.rejects.keep()?;
        let (outcome, fault) = match (self.stopped)() {
            Some(stopped) => (Outcome::Stopped, stopped),
            None => (Outcome::Failed { may_pass: fault.temporary }, fault),
        };
        let ended = Ended {
            outcome,
            fault: serde_json::to_value(&fault).ok(),
            report: None,
            resumable: self.run.resumable,
            rows: (0, 0, 0),
            seconds: 0.0,
            peak_memory: None,
        };
        let mut tx = self.store.begin().await?;
        let state = lease::end(&mut tx, &self.held, &ended).await?.ok_or_else(lost)?;
        self.finish(tx, state, &ended).await
    }

    /// Gives the run back: another worker goes on with it, and reads once more what this one did not seal.
    async fn hand_over(&self) -> Result<(), Fault> {
        let mut tx = self.store.begin().await?;
        if !hand_over(&self.store, &mut tx, &self.held).await? {
            return Err(lost());
        }
        commit(tx).await?;
        self.hub.wake();
        Ok(())
    }

    async fn finish(&self, mut tx: Tx, state: RunState, ended: &Ended) -> Result<(), Fault> {
        let kind = if state == RunState::Failing { "run.failing" } else { "run.ended" };
        let body = json!({
            "id": self.run.id, "state": state, "attempt": self.held.attempt, "cause": self.run.cause,
            "fault": ended.fault, "rows_written": ended.rows.1,
            "rows_quarantined": ended.rows.2, "seconds": ended.seconds,
        });
        let event = NewEvent {
            workspace_id: Some(self.run.workspace_id.to_string()),
            pipeline_id: Some(self.run.pipeline_id.to_string()),
            run_id: Some(self.run.id.to_string()),
            kind: kind.into(),
            body,
            ..NewEvent::default()
        };
        events::write(&self.store, &mut tx, vec![event]).await?;
        commit(tx).await?;
        self.hub.wake();
        Ok(())
    }

    async fn advance(&self, tx: &mut Tx, orders: &Orders) -> Result<(), Fault> {
        let (pipeline, run) = (self.run.pipeline_id.as_str(), self.run.id.as_str());
        let steps: Vec<Step> = orders
            .deltas
            .iter()
            .filter_map(|delta| {
                Some(Step {
                    stream: delta.node.clone(),
                    cursor_field: delta.cursor.clone(),
                    from: delta.from.clone(),
                    to: delta.to.clone()?,
                })
            })
            .collect();
        refused(progress::advance(tx, pipeline, run, &steps).await?)?;
        let now = Timestamp::now();
        let items: Vec<KeptItem> = orders
            .taken
            .iter()
            .flat_map(|taken| taken.items.iter().map(|item| kept(&taken.node, item, run, now, taken.settles)))
            .collect();
        let since = self.run.started_at.unwrap_or(self.run.created_at);
        refused(progress::take(tx, pipeline, run, since, &items).await?)?;
        for taken in &orders.taken {
            if let Some(columns) = &taken.columns {
                let columns = serde_json::to_string(columns).unwrap_or_default();
                progress::keep_columns(tx, pipeline, &KeptColumns { stream: taken.node.clone(), columns })
                    .await?;
            }
        }
        Ok(())
    }

    /// What is kept of the report, with the lineage of what it is about.
    fn told(&self, report: &RunReport, graph: &Graph) -> Value {
        let mut told = serde_json::to_value(report).unwrap_or_default();
        if let Some(told) = told.as_object_mut() {
            told.insert("lineage".into(), lineage(graph).into());
        }
        told
    }

    fn load(&self, node: &NodeReport) -> Option<Load> {
        let target = self.destinations.iter().find(|target| target.node == node.node)?;
        let now = Timestamp::now();
        let until = |seconds: u64| {
            now.saturating_add(SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX))).ok()
        };
        Some(Load {
            id: format!("{}/{}", self.run.id, node.node),
            pipeline_id: self.run.pipeline_id.to_string(),
            run_id: self.run.id.to_string(),
            node: node.node.clone(),
            connection: target.connection.clone(),
            target: target.name.clone(),
            mode: target.mode.to_owned(),
            rows_written: node.written,
            receipt: json!({ "changes": node.changes, "notes": node.notes }),
            committed_at: now,
            undoable_until: target.undo_seconds.and_then(until),
            lasting: None,
            undone_at: None,
        })
    }

    /// What the nodes of a run leave: counts, and of destinations whose rows are visible receipts and first rows. Some may be in
    /// place although the run failed.
    async fn keep_nodes(&self, tx: &mut Tx, report: &RunReport) -> Result<(), Fault> {
        let run = self.run.id.as_str();
        let failed = report.fault.as_ref().and_then(|fault| fault.node.as_deref());
        let is_done = matches!(report.state, Ran::Done | Ran::DoneWithQuarantine);
        let shown: Vec<Task> = report.nodes.iter().map(|node| task(node, is_done, failed)).collect();
        tasks::put(tx, run, &shown).await?;
        for node in report.nodes.iter().filter(|node| node.in_place) {
            if let Some(load) = self.load(node) {
                loads::put(tx, self.run.workspace_id.as_str(), &load).await?;
            }
        }
        for output in report.outputs.iter().filter(|output| !output.rows.is_empty()) {
            let output = Output {
                node: output.node.clone(),
                content: serde_json::to_string(&sample(&output.rows)).unwrap_or_default(),
                created_at: Timestamp::now(),
            };
            outputs::put(tx, run, &output).await?;
        }
        Ok(())
    }
}

fn kept(node: &str, item: &Item, run: &str, now: Timestamp, settles: bool) -> KeptItem {
    KeptItem {
        stream: node.to_owned(),
        name: item.name.clone(),
        size: item.size,
        modified: item.modified,
        tag: item.tag.clone(),
        hash: item.hash.clone(),
        rows: item.rows,
        run_id: run.to_owned(),
        read_at: now,
        unsettled: settles,
    }
}

fn refused(result: Result<(), Refusal>) -> Result<(), Fault> {
    Err(match result {
        Ok(()) => return Ok(()),
        Err(Refusal::Elsewhere(stream, stands)) => {
            let stands = stands.map_or("the beginning".to_owned(), |value| format!("`{value}`"));
            Fault::contract(format!(
                "the checkpoint of `{stream}` stands at {stands}: another run was faster, or it was reset"
            ))
        }
        Err(Refusal::ReadByAnother(stream, item, run)) => {
            Fault::contract(format!("`{item}` of `{stream}` was also read by run `{run}`, which was faster"))
        }
    }
    .hint("let one run of a pipeline end before the next begins"))
}

fn task(node: &NodeReport, is_done: bool, failed: Option<&str>) -> Task {
    let state = match node.role {
        _ if is_done || node.in_place => TaskState::Done,
        _ if failed == Some(node.node.as_str()) => TaskState::Failed,
        _ => TaskState::Unfinished,
    };
    let mut detail = serde_json::to_value(node).unwrap_or_default();
    if let Some(map) = detail.as_object_mut() {
        for known in ["node", "role", "kind", "read", "written", "filtered", "deduplicated", "quarantined"] {
            map.shift_remove(known);
        }
    }
    Task {
        node: node.node.clone(),
        role: node.role.to_owned(),
        kind: node.kind.clone(),
        state: Some(state),
        rows_read: node.read,
        rows_written: node.written,
        rows_filtered: node.filtered,
        rows_deduplicated: node.deduplicated,
        rows_quarantined: node.quarantined,
        detail,
    }
}

/// What is remembered of a pipeline, in the words of the engine.
pub(crate) fn known(remembered: Remembered) -> (Positions, Memories) {
    let mut positions = Positions::new();
    for checkpoint in remembered.checkpoints {
        positions.insert(checkpoint.stream, Position { from: Some(checkpoint.value), to: None });
    }
    let mut memories = Memories::new();
    for kept in remembered.items {
        let item = Item {
            name: kept.name,
            size: kept.size,
            modified: kept.modified,
            tag: kept.tag,
            hash: kept.hash,
            rows: kept.rows,
        };
        let memory = memories.entry(kept.stream).or_default();
        if kept.unsettled {
            memory.unsettled.push(item.clone());
        }
        memory.read.push(item);
    }
    for kept in remembered.columns {
        // Columns of another version of this program are as good as none: they are found anew.
        memories.entry(kept.stream).or_default().columns = serde_json::from_str(&kept.columns).ok();
    }
    (positions, memories)
}

#[async_trait]
impl RunMemory for StoreMemory {
    async fn known(&self) -> Result<(Positions, Memories), Fault> {
        let mut conn = self.store.read().await?;
        let pipeline = self.run.pipeline_id.as_str();
        Ok(known(Remembered {
            checkpoints: progress::checkpoints(&mut conn, pipeline).await?,
            items: progress::items(&mut conn, pipeline).await?,
            columns: progress::columns(&mut conn, pipeline).await?,
        }))
    }

    async fn begin(&self, orders: &Orders) -> Result<(), Fault> {
        let orders = serde_json::to_value(orders).map_err(|error| Fault::internal(error.to_string()))?;
        let mut tx = self.store.begin().await?;
        if !lease::set_orders(&mut tx, &self.held, &orders).await? {
            return Err(lost());
        }
        Ok(commit(tx).await?)
    }

    async fn end(&self, report: &RunReport, orders: &Orders, graph: &Graph) -> Result<(), Fault> {
        if report.state == Ran::Cancelled && (self.hands_over)() {
            return self.hand_over().await;
        }
        self.rejects.keep()?;
        let mut tx = self.store.begin().await?;
        let may_pass = report.fault.as_ref().is_some_and(|fault| fault.temporary);
        let (outcome, fault) = match report.state {
            Ran::Done => (Outcome::Done, report.fault.clone()),
            Ran::DoneWithQuarantine => (Outcome::Quarantined, report.fault.clone()),
            Ran::Failed => (Outcome::Failed { may_pass }, report.fault.clone()),
            Ran::Cancelled => (Outcome::Stopped, (self.stopped)().or_else(|| report.fault.clone())),
        };
        let rows = |role: &str, value: fn(&NodeReport) -> u64| {
            report.nodes.iter().filter(|node| node.role == role).map(value).sum::<u64>()
        };
        let ended = Ended {
            outcome,
            fault: fault.as_ref().and_then(|fault| serde_json::to_value(fault).ok()),
            report: Some(self.told(report, graph)),
            resumable: report.resumable,
            rows: (
                self.entered.unwrap_or_else(|| rows("source", |node| node.read)),
                rows("destination", |node| node.written),
                report.quarantined,
            ),
            seconds: report.seconds,
            peak_memory: i64::try_from(report.peak_memory).ok(),
        };
        let state = lease::end(&mut tx, &self.held, &ended).await?.ok_or_else(lost)?;
        self.keep_nodes(&mut tx, report).await?;
        if state.is_success() {
            self.advance(&mut tx, orders).await?;
        }
        self.finish(tx, state, &ended).await
    }

    async fn settled(&self, node: &str) -> Result<(), Fault> {
        let mut tx = self.store.begin().await?;
        progress::settled(&mut tx, self.run.pipeline_id.as_str(), node).await?;
        Ok(commit(tx).await?)
    }
}

/// What a fault is in the store.
pub(crate) fn shown(fault: &FaultReport) -> Value {
    serde_json::to_value(fault).unwrap_or_default()
}
