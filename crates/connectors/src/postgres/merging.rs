//! The rows of a load as a merge into the target, by the rules of its mode.

use towpath_connect::merge::{Column, Merge, Scope, Timeline};
use towpath_model::{Fault, WriteMode};

use super::catalog::Identity;
use super::dialect::Postgres;
use super::name::{literal, quote};
use super::place::{Place, Staged};
use super::stage::digest;
use super::types::Kind;

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
        let mut rows = self.merge(&staged.now, by_key);
        if self.request.mode == WriteMode::Mirror
            && let Some(scope) = Scope::of(&self.request.mirror, &rows, &self.plan.target.to_string())?
        {
            let table = self.stage_scope(&scope, &rows).await?;
            scope.restrict(&mut rows, &table);
        }
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
        let name = quote(&format!("_towpath_versions_{}", digest(self.request.load_id.as_str())));
        self.run(&format!("CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS SELECT * FROM {query} AS v"))
            .await?;
        let versions = format!("pg_temp.{name}");
        self.run(&format!("ANALYZE {versions}")).await?;
        Ok(timeline.merge(&rows, &versions))
    }
}

impl Place<'_> {
    /// Makes a table of the groups that a partial mirror is about.
    async fn stage_scope(&self, scope: &Scope, rows: &Merge<'_>) -> Result<String, Fault> {
        let name = quote(&format!("_towpath_scope_{}", digest(self.request.load_id.as_str())));
        let types = scope.within.iter().zip(scope.names()).map(|(&place, name)| {
            let column = self.plan.columns.iter().find(|column| column.name == rows.columns[place].name);
            let kind = column.map_or("text", |column| &column.kind.name);
            format!("{} {kind}", quote(&name))
        });
        let types: Vec<String> = types.collect();
        self.run(&format!("CREATE TEMPORARY TABLE {name} ({}) ON COMMIT DROP", types.join(", "))).await?;
        let table = format!("pg_temp.{name}");
        match &self.request.mirror.of {
            None => {
                self.run(&format!("INSERT INTO {table} {}", scope.came(rows))).await?;
            }
            Some(_) => {
                for values in Scope::values(self.groups, literal) {
                    self.run(&format!("INSERT INTO {table} VALUES {values}")).await?;
                }
            }
        }
        self.run(&format!("ANALYZE {table}")).await?;
        Ok(table)
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
