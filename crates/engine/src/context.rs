//! What the operators of one run share at execution time.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use towpath_connect::reject::MemoryRejects;
use towpath_connect::{Reject, RejectSink};
use towpath_model::Fault;

use crate::checks::{CheckReport, Checks};
use crate::entry::Entered;
use crate::meter::Meters;
use crate::progress::{Counted, Forks};
use crate::scan::Scans;
use crate::usage::Usage;

/// Gives each node the place where its rejected rows go.
pub trait Quarantine: Send + Sync + fmt::Debug {
    /// The sink of one node, for rows of one chunk of a load; the label is empty for rows of no chunk.
    fn sink(&self, node: &str, chunk: &str) -> Arc<dyn RejectSink>;

    /// Makes durable what the sinks took so far.
    fn keep(&self) -> Result<(), Fault> {
        Ok(())
    }

    /// Drops the rows of a chunk: it is going to be read once more.
    fn forget(&self, _chunk: &str) -> Result<(), Fault> {
        Ok(())
    }

    /// Rows of a node that are kept already, from earlier attempts of the run.
    fn kept(&self, _node: &str) -> Result<u64, Fault> {
        Ok(0)
    }
}

/// Handed to DataFusion as a session extension, so that operators find it when they execute.
#[derive(Debug, Clone)]
pub struct RunShared {
    quarantine: Arc<dyn Quarantine>,
    /// The chunk that is being read; empty when a load is not cut.
    chunk: String,
    /// Rows that each node sent to quarantine.
    pub rejected: Arc<Rejected>,
    /// Rows that left each node.
    pub meters: Arc<Meters>,
    /// What became of expectations.
    pub checks: Arc<Checks>,
    /// How far each source has come.
    pub scans: Arc<Scans>,
    /// Filters that sources apply themselves: node and filter, in the order of planning.
    pub pushed: Arc<Mutex<Vec<(String, String)>>>,
    /// Memory that the run holds.
    pub usage: Arc<Usage>,
    /// The rows that entered at a node, when the run is about those alone.
    entered: Arc<OnceLock<Entered>>,
    /// Parts that count by themselves.
    pub(crate) forks: Arc<Forks>,
    /// Of such a part: it is counted while it is under way.
    counted: Option<Counted>,
}

impl RunShared {
    /// Fresh counters around a quarantine.
    pub fn new(quarantine: Arc<dyn Quarantine>) -> Self {
        RunShared {
            quarantine,
            chunk: String::new(),
            rejected: Arc::default(),
            meters: Arc::default(),
            checks: Arc::default(),
            scans: Arc::default(),
            pushed: Arc::default(),
            usage: Arc::default(),
            entered: Arc::default(),
            forks: Arc::default(),
            counted: None,
        }
    }

    /// The same run with counters of its own, for one chunk or one more attempt.
    pub fn fork(&self, chunk: impl Into<String>) -> Self {
        let (rejected, meters) = (Arc::default(), Arc::default());
        RunShared {
            chunk: chunk.into(),
            counted: Some(self.forks.add(&meters, &rejected)),
            rejected,
            meters,
            checks: Arc::default(),
            ..self.clone()
        }
    }

    /// The counts of this part are added to those of the run now.
    pub(crate) fn end_counting(&self) {
        if let Some(counted) = &self.counted {
            counted.end();
        }
    }

    /// The same counters, for rows of a chunk.
    pub fn labelled(&self, chunk: impl Into<String>) -> Self {
        RunShared { chunk: chunk.into(), ..self.clone() }
    }

    /// Counts the rows of a node that earlier attempts rejected.
    pub fn add_kept(&self, node: &str) -> Result<(), Fault> {
        let kept = self.quarantine.kept(node)?;
        self.rejected.counter(node).store(kept, Ordering::Relaxed);
        Ok(())
    }

    /// Where rows go that the node rejects.
    pub fn sink(&self, node: &str) -> Arc<dyn RejectSink> {
        let inner = self.quarantine.sink(node, &self.chunk);
        // Rows that do not fit where they enter say themselves which they are.
        let is_entry = |entered: &&Entered| {
            (entered.node == node || entered.is_alone) && self.chunk != crate::entry::CHUNK
        };
        let entered = self.entered.get().filter(is_entry).map(|_| Arc::clone(&self.entered));
        Arc::new(CountingSink { inner, count: self.rejected.counter(node), entered })
    }

    /// Notes which rows entered, so that those that are rejected once more are known again.
    pub(crate) fn enter(&self, entered: Entered) {
        // A second time it is about the same rows.
        let _ = self.entered.set(entered);
    }

    /// Where rejected rows go.
    pub fn quarantine(&self) -> &dyn Quarantine {
        self.quarantine.as_ref()
    }

    /// What was counted so far, as JSON; [`RunShared::add_counts`] reads it.
    pub fn counts(&self) -> String {
        let counts =
            Counts { rows: self.meters.all(), rejected: self.rejected.all(), checks: self.checks.all() };
        serde_json::to_string(&counts).unwrap_or_default()
    }

    /// Adds what became of expectations in a part that did not end well.
    pub(crate) fn add_checks(&self, part: &RunShared) {
        for (node, index, report) in part.checks.all() {
            self.checks.add(&node, index, report);
        }
    }

    /// Adds what another attempt counted.
    pub fn add_counts(&self, text: &str) -> Result<(), Fault> {
        let counts: Counts = serde_json::from_str(text)
            .map_err(|error| Fault::internal(format!("the counts of a chunk cannot be read: {error}")))?;
        for (node, port, rows) in counts.rows {
            self.meters.of(&(node, port)).add_rows(rows);
        }
        for (node, rows) in counts.rejected {
            self.rejected.counter(&node).fetch_add(rows, Ordering::Relaxed);
        }
        for (node, index, report) in counts.checks {
            self.checks.add(&node, index, report);
        }
        Ok(())
    }
}

/// Rows per port, rejected rows per node, and what became of expectations.
#[derive(serde::Serialize, serde::Deserialize)]
struct Counts {
    rows: Vec<(String, String, u64)>,
    rejected: Vec<(String, u64)>,
    #[serde(default)]
    checks: Vec<(String, usize, CheckReport)>,
}

/// How many rows each node sent to quarantine.
#[derive(Debug, Default)]
pub struct Rejected(Mutex<HashMap<String, Arc<AtomicU64>>>);

impl Rejected {
    fn counter(&self, node: &str) -> Arc<AtomicU64> {
        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(counters.entry(node.to_owned()).or_default())
    }

    /// Rows that the node sent to quarantine.
    pub fn rows(&self, node: &str) -> u64 {
        self.counter(node).load(Ordering::Relaxed)
    }

    fn all(&self) -> Vec<(String, u64)> {
        let counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counters.iter().map(|(node, rows)| (node.clone(), rows.load(Ordering::Relaxed))).collect()
    }
}

#[derive(Debug)]
struct CountingSink {
    inner: Arc<dyn RejectSink>,
    count: Arc<AtomicU64>,
    /// The rows that entered, when the node is the one at which they did.
    entered: Option<Arc<OnceLock<Entered>>>,
}

impl RejectSink for CountingSink {
    fn reject(&self, mut reject: Reject) -> Result<(), Fault> {
        if !reject.value_only {
            self.count.fetch_add(1, Ordering::Relaxed);
        }
        let entered = self.entered.as_ref().and_then(|entered| entered.get());
        if let Some((number, place)) = entered.and_then(|entered| entered.row(&reject.place)) {
            reject.corrects = Some(*number);
            reject.place.clone_from(place);
        }
        self.inner.reject(reject)
    }

    fn keep(&self) -> Result<(), Fault> {
        self.inner.keep()
    }
}

/// Keeps the rejects of every node in memory, for previews and tests.
#[derive(Debug, Clone, Default)]
pub struct MemoryQuarantine(Arc<MemoryRejects>);

impl MemoryQuarantine {
    /// What was rejected so far.
    pub fn all(&self) -> Vec<Reject> {
        self.0.all()
    }
}

impl Quarantine for MemoryQuarantine {
    fn sink(&self, _node: &str, _chunk: &str) -> Arc<dyn RejectSink> {
        Arc::clone(&self.0) as Arc<dyn RejectSink>
    }
}
