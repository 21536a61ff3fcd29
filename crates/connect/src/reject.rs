//! Rows that cannot go on, with their original value, place and reason.

use std::fmt;
use std::sync::Mutex;

use serde::Serialize;
use towpath_model::Fault;

/// A row that failed a rule.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Reject {
    /// Where the row stood, as exactly as known: `sales.csv:12`, `table `orders` key 17`, `row 12`.
    pub place: String,
    /// Column that failed, when one did.
    pub column: Option<String>,
    /// The original value of that column, as text.
    pub value: Option<String>,
    /// Why, in the style of a fault's message.
    pub reason: String,
    /// The whole original row: the raw line of a text file, or a JSON object of its values.
    pub original: String,
    /// The row went on without the value, as `discard_value` asks; it is not counted as quarantined.
    pub value_only: bool,
    /// The values of the row by column, as a JSON object of texts in plain notation; those that do not fit as they stand.
    /// Only where `original` is not such an object itself.
    #[serde(skip)]
    pub values: Option<String>,
    /// Number of the row in quarantine that this one was corrected from.
    #[serde(skip)]
    pub corrects: Option<i64>,
}

/// Takes rejected rows. Implementations store and count them.
pub trait RejectSink: Send + Sync + fmt::Debug {
    /// Stores one row. An error stops the run: a row that cannot be kept must not be lost.
    fn reject(&self, reject: Reject) -> Result<(), Fault>;

    /// Makes durable what was stored so far. Whoever commits rows without the rejected ones calls it first.
    fn keep(&self) -> Result<(), Fault> {
        Ok(())
    }
}

/// Keeps rejects in memory, for previews and tests.
#[derive(Debug, Default)]
pub struct MemoryRejects(Mutex<Vec<Reject>>);

impl MemoryRejects {
    /// What was rejected so far.
    pub fn all(&self) -> Vec<Reject> {
        self.0.lock().map(|rejects| rejects.clone()).unwrap_or_default()
    }
}

impl RejectSink for MemoryRejects {
    fn reject(&self, reject: Reject) -> Result<(), Fault> {
        let mut rejects =
            self.0.lock().map_err(|_| Fault::internal("the list of rejected rows is poisoned"))?;
        rejects.push(reject);
        Ok(())
    }
}
