//! What a run did: states, counts per node, and the events on the way.
//!
//! For every node that keeps its rows, read = written + filtered + deduplicated + quarantined. Nodes that make
//! rows anew (joins, aggregates) show what they read and wrote.

use std::collections::BTreeMap;
use std::time::Instant;

use arrow::array::RecordBatch;
use serde::Serialize;
use towpath_connect::types::describe;
use towpath_connect::{Alert, ChangeCounts, ChangeKind, Receipt, StreamInfo};
use towpath_model::pipeline::Role;
use towpath_model::{Fault, RunId};

use crate::checks::{CheckReport, Outcome, Severity};
use crate::graph::Graph;
use crate::progress::NodeProgress;
use crate::transform::RowEffect;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Every row is where it belongs.
    Done,
    /// The loads are committed, and some rows are in quarantine.
    DoneWithQuarantine,
    /// Nothing was committed, or not everything; the fault says what happened.
    Failed,
    /// Somebody stopped it; nothing was committed.
    Cancelled,
}

/// What happened to the rows of one node.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NodeReport {
    /// Name of the node.
    pub node: String,
    /// `source`, `transform` or `destination`.
    pub role: &'static str,
    /// Connector or transform.
    pub kind: String,
    /// Rows that came in.
    pub read: u64,
    /// Rows that went out, or that are in place in the destination.
    pub written: u64,
    /// Rows that went out by output, where there are several.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub ports: BTreeMap<String, u64>,
    /// Rows among those that an earlier attempt of the run had left in the destination's care, and that were not read again.
    #[serde(skip_serializing_if = "is_none")]
    pub before: u64,
    /// Rows left out by a condition or a limit.
    pub filtered: u64,
    /// Rows left out because another has their key.
    pub deduplicated: u64,
    /// Rows sent to quarantine.
    pub quarantined: u64,
    /// Whether rows are made anew, so that the counts need not add up.
    pub reshapes: bool,
    /// Seconds from the first request for rows to the last row (destinations: to the commit).
    pub seconds: f64,
    /// The rows of a destination are visible.
    #[serde(skip)]
    pub in_place: bool,
    /// Seconds from the start of the run to the first request for rows; none where nobody asked, and for destinations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub began_seconds: Option<f64>,
    /// What changes in the target of a destination, where it can tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<ChangeCounts>,
    /// Some of the rows that a dry run would change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<SampleChange>,
    /// What became of the expectations of a check.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<CheckReport>,
    /// What should be there and is not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alerts: Vec<Alert>,
    /// Columns that a source gave, with their types, for comparing with the next run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<(String, String)>,
    /// Remarks for people.
    pub notes: Vec<String>,
}

/// Whether a number says nothing.
fn is_none(rows: &u64) -> bool {
    *rows == 0
}

/// A row that a dry run would change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SampleChange {
    /// What would happen to it.
    pub kind: ChangeKind,
    /// The values that identify it: column and value.
    pub key: Vec<(String, Option<String>)>,
    /// The values that change, or all values of a row that comes or goes.
    pub values: Vec<SampleValue>,
}

/// One value of a row that a dry run would change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SampleValue {
    /// Its column.
    pub column: String,
    /// The value in the target.
    pub before: Option<String>,
    /// The value that comes.
    pub after: Option<String>,
}

/// What a run did.
#[derive(Debug, Clone, Serialize)]
pub struct RunReport {
    /// Identity of the run.
    pub run: RunId,
    /// Name of the pipeline.
    pub pipeline: String,
    /// How it ended.
    pub state: RunState,
    /// Nodes in an order in which each follows those it reads.
    pub nodes: Vec<NodeReport>,
    /// Rows in quarantine, over all nodes.
    pub quarantined: u64,
    /// Seconds of the whole run.
    pub seconds: f64,
    /// Seconds from the start until every destination had all its rows, and commits could begin.
    #[serde(skip)]
    pub complete_seconds: Option<f64>,
    /// Most bytes of memory that the run held at once: what its sorts, joins and aggregates reserved, and the batches on their
    /// way into destinations. What drivers and the program itself hold is not in it.
    pub peak_memory: u64,
    /// Nothing was committed on purpose: the numbers say what would happen.
    pub dry: bool,
    /// The run did not end, and parts of its loads are kept: it can be resumed.
    pub resumable: bool,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<FaultReport>,
    /// The first rows of each destination whose rows are visible.
    #[serde(skip)]
    pub outputs: Vec<Output>,
}

/// The first rows that a destination got.
#[derive(Debug, Clone)]
pub struct Output {
    /// The destination node.
    pub node: String,
    /// The rows, in the types in which they were handed over.
    pub rows: Vec<RecordBatch>,
}

impl RunReport {
    /// Expectations of severity `warn` that do not hold: the run is done, and somebody should look.
    pub fn warnings(&self) -> usize {
        let checks = self.nodes.iter().flat_map(|node| &node.checks);
        checks.filter(|check| check.severity == Severity::Warn && check.outcome == Outcome::Broken).count()
    }
}

/// A fault as data.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FaultReport {
    /// Kind of the fault.
    pub code: &'static str,
    /// The same attempt may succeed later.
    pub temporary: bool,
    /// The node in which it happened, where it happened in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// The whole sentence.
    pub message: String,
    /// The way out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl From<&Fault> for FaultReport {
    fn from(fault: &Fault) -> Self {
        FaultReport {
            code: fault.kind().code(),
            temporary: fault.kind().is_temporary(),
            node: fault.node().map(str::to_owned),
            message: fault.to_string(),
            hint: fault.hint_text().map(str::to_owned),
        }
    }
}

/// How far a load has come.
#[derive(Debug, Clone, Serialize)]
pub struct LoadProgress {
    /// The destination node.
    pub node: String,
    /// Rows handed to the destination.
    pub rows: u64,
    /// Bytes of those rows in memory.
    pub bytes: u64,
    /// Rows among them that an earlier attempt left in place.
    pub before: u64,
    /// Share of the sources that is read, from 0 to 1, where they know their size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fraction: Option<f64>,
}

/// What happens during a run, in order.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The run begins.
    RunStarted {
        /// Identity of the run.
        run: RunId,
        /// Name of the pipeline.
        pipeline: String,
        /// Logical date, when the run has one.
        #[serde(skip_serializing_if = "Option::is_none")]
        date: Option<String>,
        /// It goes on where an earlier attempt stopped.
        resumed: bool,
    },
    /// Something should be there and is not. The run goes on without it.
    Alert {
        /// The source node.
        node: String,
        /// What is missing, and since when.
        #[serde(flatten)]
        alert: Alert,
    },
    /// A temporary failure; the run is tried once more.
    Retry {
        /// What failed.
        fault: FaultReport,
        /// Which attempt comes next, from 2.
        attempt: u32,
        /// Seconds until then.
        seconds: f64,
    },
    /// Every fifth of a second.
    Progress {
        /// One entry for each destination.
        loads: Vec<LoadProgress>,
        /// One entry for each node.
        #[serde(skip)]
        nodes: Vec<NodeProgress>,
        /// Seconds since the start.
        seconds: f64,
    },
    /// A destination has its rows.
    LoadCommitted {
        /// The destination node.
        node: String,
        /// What the load did.
        receipt: Receipt,
    },
    /// A source tidied up behind the run: it moved files away, for example.
    Settled {
        /// The source node.
        node: String,
        /// What it did.
        notes: Vec<String>,
        /// Why it could not; the next run tries it again.
        #[serde(skip_serializing_if = "Option::is_none")]
        fault: Option<FaultReport>,
    },
    /// The run is over.
    RunFinished {
        /// What it did.
        #[serde(flatten)]
        report: RunReport,
    },
}

/// What a destination saw.
#[derive(Debug, Clone, Default)]
pub(crate) struct Landed {
    pub(crate) read: u64,
    /// Rows among those that an earlier attempt sealed.
    pub(crate) before: u64,
    pub(crate) receipt: Receipt,
    pub(crate) seconds: f64,
    /// Parts of the load stay for a resume.
    pub(crate) kept: bool,
    pub(crate) samples: Vec<SampleChange>,
    /// The rows are visible.
    pub(crate) is_committed: bool,
    /// The first rows.
    pub(crate) sample: Vec<RecordBatch>,
}

fn columns(info: &StreamInfo) -> Vec<(String, String)> {
    info.schema.fields().iter().map(|field| (field.name().clone(), describe(field))).collect()
}

/// Counts of every node of a run that started then, from the meters.
pub(crate) fn count(
    graph: &Graph,
    started: Instant,
    landed: &dyn Fn(&str) -> Option<Landed>,
) -> Vec<NodeReport> {
    let shared = &graph.shared;
    let pushed = shared.pushed.lock().map(|pushed| pushed.clone()).unwrap_or_default();
    let mut reports = Vec::new();
    for (name, node) in &graph.nodes {
        let spec = &graph.spec.nodes[name];
        let quarantined = shared.rejected.rows(name);
        let port = |port: &String| (name.clone(), port.clone());
        let reads = match node.effect {
            RowEffect::KeepsFirst => node.reads.get(..1).unwrap_or_default(),
            _ => node.reads.as_slice(),
        };
        let mut report = NodeReport {
            node: name.clone(),
            role: spec.role.key(),
            kind: spec.kind.clone(),
            read: reads.iter().map(|port| shared.meters.rows(port)).sum(),
            written: 0,
            ports: BTreeMap::new(),
            before: 0,
            filtered: 0,
            deduplicated: 0,
            quarantined,
            reshapes: node.effect == RowEffect::Reshapes,
            seconds: 0.0,
            in_place: false,
            began_seconds: None,
            changes: None,
            samples: Vec::new(),
            checks: shared.checks.of(name),
            alerts: node.info.as_ref().map(|info| info.alerts.clone()).unwrap_or_default(),
            columns: node.info.as_ref().map(columns).unwrap_or_default(),
            notes: node.info.as_ref().map(|info| info.notes.clone()).unwrap_or_default(),
        };
        match spec.role {
            Role::Destination => {
                if let Some(landed) = landed(name) {
                    report.read = landed.read;
                    report.in_place = landed.is_committed;
                    report.written = landed.receipt.written;
                    report.before = landed.before;
                    report.deduplicated = landed.receipt.deduplicated;
                    report.seconds = landed.seconds;
                    report.changes = landed.receipt.changes;
                    report.samples = landed.samples;
                    report.notes.extend(landed.receipt.notes);
                    if landed.receipt.replayed {
                        report.notes.push("this load was already in place; nothing was written twice".into());
                    }
                }
            }
            _ => {
                for output in node.outputs.keys() {
                    let meter = shared.meters.of(&port(output));
                    report.written += meter.rows();
                    if node.outputs.len() > 1 {
                        report.ports.insert(output.clone(), meter.rows());
                    }
                    let began = meter.began().map(|began| (began - started).as_secs_f64());
                    report.began_seconds =
                        [report.began_seconds, began].into_iter().flatten().reduce(f64::min);
                    report.seconds = report.seconds.max(meter.elapsed().as_secs_f64());
                }
                if spec.role == Role::Source || node.reads.is_empty() {
                    report.read = report.written + quarantined;
                }
                let missing = report.read.saturating_sub(report.written + quarantined);
                match node.effect {
                    RowEffect::Deduplicates => report.deduplicated = missing,
                    RowEffect::Filters | RowEffect::Keeps | RowEffect::KeepsFirst => {
                        report.filtered = missing
                    }
                    RowEffect::Reshapes => {}
                }
            }
        }
        let filters: Vec<&str> =
            pushed.iter().filter(|(node, _)| node == name).map(|(_, filter)| filter.as_str()).collect();
        if !filters.is_empty() {
            report.notes.push(format!("the source itself applied: {}", filters.join(" and ")));
        }
        reports.push(report);
    }
    reports
}
