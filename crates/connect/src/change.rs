//! What a load changes in its target: numbers, and rows with their values before and after.

use serde::Serialize;
use towpath_model::Fault;

/// What happens to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It is new.
    Inserted,
    /// Its key was there, and at least one value differs.
    Updated,
    /// It is deleted or flagged as gone.
    Deleted,
}

impl ChangeKind {
    /// The word used in reports and files.
    pub fn word(self) -> &'static str {
        match self {
            ChangeKind::Inserted => "inserted",
            ChangeKind::Updated => "updated",
            ChangeKind::Deleted => "deleted",
        }
    }
}

/// How many rows of the target change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ChangeCounts {
    /// New rows.
    pub inserted: u64,
    /// Rows with at least one other value.
    pub updated: u64,
    /// Rows deleted or flagged as gone.
    pub deleted: u64,
    /// Incoming rows that the target has already, value for value.
    pub unchanged: u64,
}

impl ChangeCounts {
    /// Adds rows of one kind.
    pub fn add(&mut self, kind: ChangeKind, rows: u64) {
        match kind {
            ChangeKind::Inserted => self.inserted += rows,
            ChangeKind::Updated => self.updated += rows,
            ChangeKind::Deleted => self.deleted += rows,
        }
    }
}

/// One row that changes. Values are the system's own text forms, in the order of [`ChangeSink::columns`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What happens to it.
    pub kind: ChangeKind,
    /// The values in the target; `None` for a new row.
    pub before: Option<Vec<Option<String>>>,
    /// The values that the load brings; `None` for a row that goes.
    pub after: Option<Vec<Option<String>>>,
}

/// Takes the changes of a load that is not committed.
pub trait ChangeSink: Send {
    /// Called once, first: names of the columns, and of those that identify a row.
    fn columns(&mut self, columns: &[String], key: &[String]) -> Result<(), Fault>;

    /// Takes one change.
    fn change(&mut self, change: Change) -> Result<(), Fault>;

    /// Called once, after the last change.
    fn finish(&mut self) -> Result<(), Fault> {
        Ok(())
    }
}

/// What taking a load back did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Undone {
    /// Rows that are again as they were before the load, counted by what the load had done to them.
    pub reverted: ChangeCounts,
    /// Number of rows that somebody changed since; they stay as they are.
    pub kept: u64,
    /// The keys of some of these rows, for people.
    pub kept_samples: Vec<String>,
}
