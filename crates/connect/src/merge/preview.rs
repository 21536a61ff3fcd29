//! What a merge would change, row by row, before it happens.

use towpath_model::WriteMode;

use super::Merge;
use crate::change::{Change, ChangeKind};

/// A query for the rows of one kind. Its columns are text or null: the values before, for rows that are in the
/// target, then the values after, for rows that came.
#[derive(Debug, Clone)]
pub struct ChangeQuery {
    /// What happens to the rows.
    pub kind: ChangeKind,
    /// The query.
    pub sql: String,
    /// Number of columns on either side.
    width: usize,
}

impl ChangeQuery {
    /// The change that a row of the query stands for.
    pub fn change(&self, mut values: Vec<Option<String>>) -> Change {
        match self.kind {
            ChangeKind::Inserted => Change { kind: self.kind, before: None, after: Some(values) },
            ChangeKind::Deleted => Change { kind: self.kind, before: Some(values), after: None },
            ChangeKind::Updated => {
                let after = values.split_off(self.width.min(values.len()));
                Change { kind: self.kind, before: Some(values), after: Some(after) }
            }
        }
    }
}

impl Merge<'_> {
    /// Queries for everything that the steps of `mode` would change. Run them before the steps.
    pub fn previews(&self, mode: WriteMode) -> Vec<ChangeQuery> {
        let text = |value: &str| self.dialect.text(value);
        let before: Vec<String> = self.columns.iter().map(|column| text(&self.stored(column, "t"))).collect();
        let after: Vec<String> = self.columns.iter().map(|column| text(&column.staged)).collect();
        let (before, after) = (before.join(", "), after.join(", "));
        let (target, stage) = (&self.target, &self.stage);
        let query = |kind: &ChangeKind| ChangeQuery {
            kind: *kind,
            width: self.columns.len(),
            sql: match kind {
                ChangeKind::Inserted => format!("SELECT {after} FROM {stage} AS s WHERE {}", self.is_new()),
                ChangeKind::Deleted => {
                    format!("SELECT {before} FROM {target} AS t WHERE {}", self.is_gone())
                }
                ChangeKind::Updated => format!(
                    "SELECT {before}, {after} FROM {target} AS t JOIN {stage} AS s ON {} WHERE {}",
                    self.matches(),
                    self.differs()
                ),
            },
        };
        self.kinds(mode).iter().map(query).collect()
    }
}
