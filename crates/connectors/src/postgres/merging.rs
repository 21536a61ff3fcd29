//! The rows of a load as a merge into the target, by the rules of its mode.

use towpath_connect::merge::{Column, Merge, Timeline};
use towpath_model::{Fault, WriteMode};

use super::catalog::Identity;
use super::dialect::Postgres;
use super::place::{Place, Staged};
use super::types::Kind;

/// The table with the versions of a history.
const VERSIONS: &str = "pg_temp.\"_towpath_versions\"";

impl Place<'_> {
    /// The rows as a merge. Without `by_key` they are only added.
    pub(super) fn merge(&self, now: &str, by_key: bool) -> Merge<'static> {
        let time = self.plan.versions.as_ref().map(|_| self.request.history.valid_from.as_str());
        let columns: Vec<Column> = self
            .plan
            .columns
            .iter()
            .filter(|column| Some(column.name.as_str()) != time)
            .map(|column| Column {
                updates: column.identity != Identity::Always,
                compare: column.compare.clone(),
                ..Column::new(&column.name, column.value("s"))
            })
            .collect();
        let key = self.plan.key.iter().filter(|_| by_key);
        let key = key.filter_map(|key| columns.iter().position(|column| column.name == *key)).collect();
        let flag = self.plan.flag.as_ref();
        Merge {
            dialect: &Postgres,
            target: self.plan.target.sql(),
            stage: self.stage(),
            columns,
            key,
            unset: match self.request.mode {
                WriteMode::Overwrite => self.plan.unset.clone(),
                _ => Vec::new(),
            },
            flag: flag.map(|kind| (self.request.mirror.flag.clone(), moment(kind, now))),
            gone_among: None,
        }
    }

    /// The merge that stands for the load, for its statements and for its preview. A history makes a table of
    /// versions for it.
    pub(super) async fn plan_merge(&self, staged: &Staged) -> Result<Merge<'static>, Fault> {
        let by_key = match self.request.mode {
            WriteMode::Append => self.request.undo.is_some(),
            _ => true,
        };
        let rows = self.merge(&staged.now, by_key);
        let Some(versions) = &self.plan.versions else { return Ok(rows) };
        let history = &self.request.history;
        let now = moment(&versions.kind, &staged.now);
        let comes = self.plan.columns.iter().find(|column| column.name == history.valid_from);
        let timeline = Timeline {
            valid_from: history.valid_from.clone(),
            valid_to: history.valid_to.clone(),
            is_current: history.is_current.clone(),
            moment: comes.map_or_else(|| now.clone(), |column| column.value("s")),
            close_missing: history.close_missing.then_some(now),
            booleans: ("true", "false"),
        };
        let query = timeline.query(&rows);
        self.run(&format!(
            "CREATE TEMPORARY TABLE \"_towpath_versions\" ON COMMIT DROP AS SELECT * FROM {query} AS v"
        ))
        .await?;
        self.run(&format!("ANALYZE {VERSIONS}")).await?;
        Ok(timeline.merge(&rows, VERSIONS))
    }
}

/// A point in time of SQL, as a value of a column of this type. Columns without a time zone hold UTC.
fn moment(kind: &Kind, now: &str) -> String {
    match kind {
        Kind::Timestamp => format!("timezone('UTC', {now}::timestamptz)"),
        Kind::Date => format!("timezone('UTC', {now}::timestamptz)::date"),
        _ => format!("{now}::timestamptz"),
    }
}
