//! Dry runs: everything but the commit, and what it would change.

use std::fmt;
use std::sync::Arc;

use towpath_connect::{Change, ChangeKind, ChangeSink};
use towpath_model::Fault;

use crate::report::{SampleChange, SampleValue};

/// Rows of each kind that a report shows.
const SHOWN: usize = 5;

/// Makes the sink for the changes of a destination node; `None` keeps only the samples of the report.
pub type MakeSink = dyn Fn(&str) -> Option<Box<dyn ChangeSink>> + Send + Sync;

/// What to do with the changes of a dry run.
#[derive(Clone)]
pub struct DryRun {
    /// Makes the sink for the changes of each destination node.
    pub sink: Arc<MakeSink>,
}

impl fmt::Debug for DryRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DryRun")
    }
}

/// Keeps the first changes of each kind, and hands all of them on.
pub(crate) struct Samples {
    all: Option<Box<dyn ChangeSink>>,
    columns: Vec<String>,
    /// Places of the key in `columns`.
    key: Vec<usize>,
    pub(crate) shown: Vec<SampleChange>,
}

impl Samples {
    pub(crate) fn new(all: Option<Box<dyn ChangeSink>>) -> Self {
        Samples { all, columns: Vec::new(), key: Vec::new(), shown: Vec::new() }
    }

    fn sample(&self, change: &Change) -> SampleChange {
        let side = |side: &Option<Vec<Option<String>>>, place: usize| {
            side.as_ref().and_then(|values| values.get(place).cloned().flatten())
        };
        let pairs = |place: usize| (side(&change.before, place), side(&change.after, place));
        let either = |place: usize| match pairs(place) {
            (before, None) => before,
            (_, after) => after,
        };
        let key = self.key.iter().map(|&place| (self.columns[place].clone(), either(place))).collect();
        let values = (0..self.columns.len()).filter(|place| !self.key.contains(place)).filter_map(|place| {
            let (before, after) = pairs(place);
            let tells = change.kind != ChangeKind::Updated || before != after;
            tells.then(|| SampleValue { column: self.columns[place].clone(), before, after })
        });
        SampleChange { kind: change.kind, key, values: values.collect() }
    }
}

impl ChangeSink for Samples {
    fn columns(&mut self, columns: &[String], key: &[String]) -> Result<(), Fault> {
        self.columns = columns.to_vec();
        self.key = key.iter().filter_map(|key| columns.iter().position(|column| column == key)).collect();
        self.all.as_mut().map_or(Ok(()), |all| all.columns(columns, key))
    }

    fn change(&mut self, change: Change) -> Result<(), Fault> {
        if self.shown.iter().filter(|shown| shown.kind == change.kind).count() < SHOWN {
            self.shown.push(self.sample(&change));
        }
        self.all.as_mut().map_or(Ok(()), |all| all.change(change))
    }

    fn finish(&mut self) -> Result<(), Fault> {
        self.all.as_mut().map_or(Ok(()), |all| all.finish())
    }
}
