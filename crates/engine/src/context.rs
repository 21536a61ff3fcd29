//! What the operators of one run share at execution time.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use towpath_connect::reject::MemoryRejects;
use towpath_connect::{Reject, RejectSink};
use towpath_model::Fault;

use crate::meter::Meters;
use crate::scan::Scans;

/// Gives each node the place where its rejected rows go.
pub trait Quarantine: Send + Sync + fmt::Debug {
    /// The sink of one node.
    fn sink(&self, node: &str) -> Arc<dyn RejectSink>;
}

/// Handed to DataFusion as a session extension, so that operators find it when they execute.
#[derive(Debug, Clone)]
pub struct RunShared {
    /// Where rejected rows go.
    pub quarantine: Arc<dyn Quarantine>,
    /// Rows that each node sent to quarantine.
    pub rejected: Arc<Rejected>,
    /// Rows that left each node.
    pub meters: Arc<Meters>,
    /// How far each source has come.
    pub scans: Arc<Scans>,
    /// Filters that sources apply themselves: node and filter, in the order of planning.
    pub pushed: Arc<Mutex<Vec<(String, String)>>>,
}

impl RunShared {
    /// Fresh counters around a quarantine.
    pub fn new(quarantine: Arc<dyn Quarantine>) -> Self {
        let rejected = Arc::new(Rejected::default());
        let quarantine = Arc::new(Counting { inner: quarantine, rejected: Arc::clone(&rejected) });
        RunShared {
            quarantine,
            rejected,
            meters: Arc::default(),
            scans: Arc::default(),
            pushed: Arc::default(),
        }
    }
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
}

#[derive(Debug)]
struct Counting {
    inner: Arc<dyn Quarantine>,
    rejected: Arc<Rejected>,
}

impl Quarantine for Counting {
    fn sink(&self, node: &str) -> Arc<dyn RejectSink> {
        Arc::new(CountingSink { inner: self.inner.sink(node), count: self.rejected.counter(node) })
    }
}

#[derive(Debug)]
struct CountingSink {
    inner: Arc<dyn RejectSink>,
    count: Arc<AtomicU64>,
}

impl RejectSink for CountingSink {
    fn reject(&self, reject: Reject) -> Result<(), Fault> {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.inner.reject(reject)
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
    fn sink(&self, _node: &str) -> Arc<dyn RejectSink> {
        Arc::clone(&self.0) as Arc<dyn RejectSink>
    }
}
