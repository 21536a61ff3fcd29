//! How far each node of a run has come, while it runs.
//!
//! A load that is cut into chunks counts each chunk by itself, and adds the counts to those of the run when the chunk is safe; so
//! what is under way is added here. The numbers are for people who watch: they may differ from the final ones for a moment,
//! and never decide anything.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use serde::Serialize;
use towpath_model::pipeline::Role;

use crate::context::Rejected;
use crate::graph::Graph;
use crate::meter::{Meters, Port};
use crate::writers::Work;

/// How far a node has come.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NodeProgress {
    /// Its name.
    pub node: String,
    /// `source`, `transform` or `destination`.
    pub role: &'static str,
    /// Connector or transform.
    pub kind: String,
    /// Rows that came in.
    pub read: u64,
    /// Rows that went out, or were handed to the destination.
    pub written: u64,
    /// Rows by output, where there are several.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub ports: BTreeMap<String, u64>,
    /// Rows in quarantine.
    pub quarantined: u64,
    /// Seconds from the first request for rows to the latest row; none before the first request, and for destinations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
}

/// Counts of a part of the run that is under way.
#[derive(Debug)]
struct Fork {
    meters: Arc<Meters>,
    rejected: Arc<Rejected>,
    is_counted: Arc<AtomicBool>,
}

/// Parts of a run that count by themselves.
#[derive(Debug, Default)]
pub(crate) struct Forks(Mutex<Vec<Weak<Fork>>>);

/// Keeps the counts of a part among those of the run, until they are added to them or given up.
#[derive(Debug, Clone)]
pub(crate) struct Counted(Arc<Fork>);

impl Counted {
    /// The counts are those of the run from now on.
    pub(crate) fn end(&self) {
        self.0.is_counted.store(true, Ordering::Relaxed);
    }
}

impl Forks {
    /// Counts a part as well, as long as the answer lives.
    pub(crate) fn add(&self, meters: &Arc<Meters>, rejected: &Arc<Rejected>) -> Counted {
        let fork = Arc::new(Fork {
            meters: Arc::clone(meters),
            rejected: Arc::clone(rejected),
            is_counted: Arc::default(),
        });
        let mut forks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        forks.retain(|fork| fork.strong_count() > 0);
        forks.push(Arc::downgrade(&fork));
        Counted(fork)
    }

    fn open(&self) -> Vec<Arc<Fork>> {
        let forks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let open = forks.iter().filter_map(Weak::upgrade);
        open.filter(|fork| !fork.is_counted.load(Ordering::Relaxed)).collect()
    }
}

/// How far every node has come.
pub(crate) fn progress(graph: &Graph, work: &[Arc<Work>]) -> Vec<NodeProgress> {
    let shared = &graph.shared;
    let forks = shared.forks.open();
    let rows =
        |port: &Port| shared.meters.rows(port) + forks.iter().map(|fork| fork.meters.rows(port)).sum::<u64>();
    let of = |(name, node): (&String, &crate::graph::Node)| {
        let spec = &graph.spec.nodes[name];
        let quarantined =
            shared.rejected.rows(name) + forks.iter().map(|fork| fork.rejected.rows(name)).sum::<u64>();
        let ports: Vec<Port> = node.outputs.keys().map(|port| (name.clone(), port.clone())).collect();
        let (written, seconds) = match work.iter().find(|work| work.node == *name) {
            Some(work) => (work.progress.rows.load(Ordering::Relaxed), None),
            None => {
                let meters = ports.iter().map(|port| shared.meters.of(port));
                let began = meters.filter(|meter| meter.began().is_some());
                let seconds = began.map(|meter| meter.elapsed().as_secs_f64()).reduce(f64::max);
                (ports.iter().map(rows).sum(), seconds)
            }
        };
        let read = match node.reads.as_slice() {
            [] => written + quarantined,
            reads => reads.iter().map(rows).sum(),
        };
        NodeProgress {
            node: name.clone(),
            role: spec.role.key(),
            kind: spec.kind.clone(),
            read: if spec.role == Role::Source { written + quarantined } else { read },
            written,
            ports: if ports.len() > 1 {
                ports.iter().map(|port| (port.1.clone(), rows(port))).collect()
            } else {
                BTreeMap::new()
            },
            quarantined,
            seconds,
        }
    };
    graph.nodes.iter().map(of).collect()
}
