//! Documents tried out as a whole: what a run would change, and how their tests end.
//!
//! A dry run is an attempt like any other that ends before the commit. It remembers what the pipeline has read, so that
//! it reads what a run would read, and writes nothing down: neither checkpoints nor what was read nor rejected rows.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tokio::sync::watch;
use towpath_api::trials::{
    ColumnLineage, ColumnOrigin, DryCounts, DryFault, DryLoad, DryRow, DryRun as Told, Remembered, TestEnd,
    TestNode,
};
use towpath_api::workbench::Room;
use towpath_connect::{Change, ChangeCounts, ChangeSink, Reject, RejectSink};
use towpath_engine::cases::{TestOutcome, run_tests};
use towpath_engine::context::Quarantine;
use towpath_engine::dry::DryRun;
use towpath_engine::graph::Graph;
use towpath_engine::lineage::{How, Lineage, Origin};
use towpath_engine::report::{FaultReport, RunReport};
use towpath_model::{Fault, PipelineSpec, RunId};

use super::bench::{Bench, first, target_of};
use super::memory::known;
use crate::attempt::{Attempt, Ended, Glance};
use crate::state::Orders;

/// Longest value that is shown, in characters.
const LONGEST: usize = 300;

impl Bench {
    /// What a run would change.
    pub(super) async fn would_change(
        &self,
        room: Room,
        text: &str,
        params: &Value,
        remembered: Remembered,
        samples: usize,
    ) -> Result<Told, Fault> {
        let prepared = self.prepare(&room, text, params, None).map_err(|findings| first(&findings))?;
        let kept: Arc<Mutex<HashMap<String, Shown>>> = Arc::default();
        let sink = {
            let kept = Arc::clone(&kept);
            move |node: &str| {
                let sink = Keeper { node: node.to_owned(), kept: Arc::clone(&kept), samples };
                Some(Box::new(sink) as Box<dyn ChangeSink>)
            }
        };
        // Nobody stops it but whoever drops the future.
        let (_cancel, cancelled) = watch::channel(false);
        let (positions, memories) = known(remembered);
        let attempt = Attempt {
            ready: &prepared.ready,
            entry: None,
            run: &RunId::generate(),
            quarantine: Arc::new(Counted),
            memory: &Glance(positions, memories),
            resumed: false,
            force: false,
            dry: Some(DryRun { sink: Arc::new(sink) }),
            events: &(Arc::new(|_| ()) as towpath_engine::run::EventSink),
            cancelled,
        };
        let report = match attempt.carry_out(&mut None, fresh).await? {
            Ended::Report(report) => report,
            Ended::Fault(fault) => return Err(fault),
            Ended::Unready(graph) => return Err(prepared.unready(&graph)),
        };
        let kept = std::mem::take(&mut *kept.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(told(&prepared.ready.spec, &report, kept))
    }

    /// How the tests of a document end.
    pub(super) async fn tested(
        &self,
        room: &Room,
        text: &str,
        params: &Value,
    ) -> Result<Vec<TestEnd>, Fault> {
        let prepared = self.prepare(room, text, params, None).map_err(|findings| first(&findings))?;
        let ready = &prepared.ready;
        Ok(run_tests(&ready.spec, &ready.workshop, &ready.scope).await.into_iter().map(ended).collect())
    }
}

fn fresh(graph: &Graph) -> Orders {
    Orders {
        set: Default::default(),
        from: None,
        to: None,
        deltas: graph.deltas.clone(),
        taken: graph.taken.clone(),
    }
}

fn told(spec: &PipelineSpec, report: &RunReport, mut kept: HashMap<String, Shown>) -> Told {
    let loads = report.nodes.iter().filter(|node| node.role == "destination").filter_map(|node| {
        let of = spec.nodes.get(&node.node)?;
        let Shown { columns, key, rows } = kept.remove(&node.node).unwrap_or_default();
        Some(DryLoad {
            node: node.node.clone(),
            target: target_of(of),
            mode: of.landing.mode.name().to_owned(),
            rows: node.written,
            changes: node.changes.map(counts),
            columns,
            key,
            samples: rows,
            notes: node.notes.clone(),
        })
    });
    Told {
        loads: loads.collect(),
        quarantined: report.quarantined,
        seconds: report.seconds,
        fault: report.fault.as_ref().map(fault),
    }
}

fn counts(changes: ChangeCounts) -> DryCounts {
    let ChangeCounts { inserted, updated, deleted, unchanged } = changes;
    DryCounts { inserted, updated, deleted, unchanged }
}

fn fault(fault: &FaultReport) -> DryFault {
    DryFault { code: fault.code.to_owned(), message: fault.message.clone(), hint: fault.hint.clone() }
}

fn ended(outcome: TestOutcome) -> TestEnd {
    let nodes = outcome.looks.into_iter().map(|(of, differences)| {
        let (node, port) = match of.split_once('.') {
            Some((node, port)) => (node.to_owned(), Some(port.to_owned())),
            None => (of, None),
        };
        TestNode { node, port, differences }
    });
    TestEnd {
        name: outcome.name,
        passed: outcome.differences.is_empty(),
        nodes: nodes.collect(),
        differences: outcome.differences,
    }
}

/// From where the columns of a port come.
pub(super) fn lineage_of(lineage: &Lineage, node: &str, port: &str) -> Vec<ColumnLineage> {
    let origin = |origin: &Origin| ColumnOrigin {
        node: origin.node.clone(),
        port: origin.port.clone(),
        column: origin.column.clone(),
        how: match origin.how {
            How::Copied => "copied".into(),
            How::Computed => "computed".into(),
        },
    };
    let (steps, sources) = (lineage.step(node, port), lineage.from_sources(node, port));
    let pairs = steps.unwrap_or_default().iter().zip(sources.unwrap_or_default());
    pairs
        .map(|(step, traced)| ColumnLineage {
            column: step.column.clone(),
            from: step.origins.iter().map(origin).collect(),
            sources: traced.origins.iter().map(origin).collect(),
        })
        .collect()
}

/// Rows of one load that are shown.
#[derive(Default)]
struct Shown {
    columns: Vec<String>,
    key: Vec<String>,
    rows: Vec<DryRow>,
}

/// Keeps the first changes of each kind.
struct Keeper {
    node: String,
    kept: Arc<Mutex<HashMap<String, Shown>>>,
    samples: usize,
}

impl ChangeSink for Keeper {
    fn columns(&mut self, columns: &[String], key: &[String]) -> Result<(), Fault> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = Shown { columns: columns.to_vec(), key: key.to_vec(), rows: Vec::new() };
        kept.insert(self.node.clone(), shown);
        Ok(())
    }

    fn change(&mut self, change: Change) -> Result<(), Fault> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(shown) = kept.get_mut(&self.node) else { return Ok(()) };
        let word = change.kind.word();
        if shown.rows.iter().filter(|row| row.change == word).count() < self.samples {
            let side =
                |values: Vec<Option<String>>| values.into_iter().map(|value| value.map(short)).collect();
            shown.rows.push(DryRow {
                change: word.to_owned(),
                before: change.before.map(side),
                after: change.after.map(side),
            });
        }
        Ok(())
    }
}

fn short(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Takes rows that cannot go on without keeping them: the report counts them.
#[derive(Debug)]
struct Counted;

impl Quarantine for Counted {
    fn sink(&self, _: &str, _: &str) -> Arc<dyn RejectSink> {
        Arc::new(Counted)
    }
}

impl RejectSink for Counted {
    fn reject(&self, _: Reject) -> Result<(), Fault> {
        Ok(())
    }
}
