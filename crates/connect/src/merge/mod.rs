//! The write modes as SQL: how staged rows change a table.
//!
//! Every SQL destination puts the rows of a load into a staging table `s` first, without repeated keys, and changes
//! the target `t` in one transaction. What changes is the same everywhere, so it is written here once:
//!
//! - *new* rows are in `s` and not in `t`, by key;
//! - *changed* rows are in both, and a value differs;
//! - *gone* rows are in `t` and not in `s`.
//!
//! A [`Merge`] turns these three sets into the statements of a mode ([`Merge::steps`]), into queries that count and
//! show them before anything happens (`preview`), and into images that take them back later (`undo`). History
//! rebuilds the versions of the keys that came ([`timeline`]) and merges that. What differs between systems (quotes,
//! updates with a join, comparison of nulls) is a [`Dialect`]; what differs between columns (casts, comparison of
//! values that have no equality of their own) is in the [`Column`].

mod preview;
mod scope;
mod timeline;
mod undo;

use std::fmt;

use towpath_model::landing::Mirror;
use towpath_model::{Fault, WriteMode};

use crate::change::ChangeKind;

pub use self::preview::ChangeQuery;
pub use self::scope::{Groups, SCOPE_GROUPS, Scope};
pub use self::timeline::Timeline;
pub use self::undo::{UndoTable, Undoing};

/// How one system writes SQL.
pub trait Dialect: fmt::Debug + Send + Sync {
    /// A quoted identifier.
    fn quote(&self, name: &str) -> String;

    /// Whether two values are equal, or both null.
    fn same(&self, left: &str, right: &str) -> String;

    /// A value in the system's own text form.
    fn text(&self, value: &str) -> String;

    /// Changes rows of the table `target`, aliased `t`, that have a partner in `from` (a table with its alias) by
    /// the condition `on`. `sets` are quoted columns and their new values.
    fn update(&self, target: &str, from: &str, on: &str, sets: &[(String, String)]) -> String;

    /// Deletes rows of the table `target`, aliased `t`.
    fn delete(&self, target: &str, condition: &str) -> String;

    /// The form of a moment by which moments stand in the order of time. Systems that keep moments as text may need
    /// another one than the text itself.
    fn in_time(&self, moment: &str) -> String {
        moment.to_owned()
    }

    /// What stands between the column list and the `SELECT` of an `INSERT`.
    fn overriding(&self) -> &'static str {
        ""
    }
}

/// A column that the load writes.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name in the target.
    pub name: String,
    /// Its staged value as SQL, over the alias `s`, in the type of the target.
    pub staged: String,
    /// Whether an update may set it. Identity columns cannot be set on some systems.
    pub updates: bool,
    /// How values are compared, with `{}` for the value, where plain comparison does not do: types without
    /// equality, text that the system compares without case.
    pub compare: Option<String>,
}

impl Column {
    /// A column whose values have equality of their own.
    pub fn new(name: impl Into<String>, staged: impl Into<String>) -> Self {
        Column { name: name.into(), staged: staged.into(), updates: true, compare: None }
    }

    fn comparable(&self, value: &str) -> String {
        self.compare.as_ref().map_or_else(|| value.to_owned(), |form| form.replace("{}", value))
    }
}

/// One statement of a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What happens to the rows that the statement affects.
    pub kind: ChangeKind,
    /// The statement.
    pub sql: String,
}

/// Staged rows and the table that they change.
#[derive(Debug, Clone)]
pub struct Merge<'a> {
    /// How the system writes SQL.
    pub dialect: &'a dyn Dialect,
    /// The table that changes, as SQL.
    pub target: String,
    /// The staged rows, as SQL: a table, or a query in parentheses.
    pub stage: String,
    /// Columns that the load writes.
    pub columns: Vec<Column>,
    /// Places in `columns` of those that identify a row; empty when rows are only added.
    pub key: Vec<usize>,
    /// Columns of the target that start anew when a row is replaced as a whole (`overwrite`).
    pub unset: Vec<String>,
    /// The column that marks rows as gone, and the time of the load as SQL; without it they are deleted.
    pub flag: Option<(String, String)>,
    /// A condition on `t` that rows must meet to count as gone, besides having no partner.
    pub gone_among: Option<String>,
}

impl Merge<'_> {
    fn stored(&self, column: &Column, table: &str) -> String {
        format!("{table}.{}", self.dialect.quote(&column.name))
    }

    /// Whether a row of `t` and a row of `s` have the same key.
    pub fn matches(&self) -> String {
        let equal = self.key.iter().map(|&place| {
            let column = &self.columns[place];
            format!("{} = {}", self.stored(column, "t"), column.staged)
        });
        equal.collect::<Vec<_>>().join(" AND ")
    }

    /// The columns that an update sets: those outside of the key, and those of the key whose values may be equal
    /// and still differ.
    fn settable(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().enumerate().filter_map(|(place, column)| {
            (column.updates && (!self.key.contains(&place) || column.compare.is_some())).then_some(column)
        })
    }

    /// Whether a row of `t` differs from its partner `s`.
    fn differs(&self) -> String {
        if !self.unset.is_empty() {
            // Only the system knows the values that these columns start with, so every row is written.
            return "1 = 1".into();
        }
        let compared = self.settable().map(|column| {
            let (stored, staged) = (self.stored(column, "t"), &column.staged);
            self.dialect.same(&column.comparable(&stored), &column.comparable(staged))
        });
        let mut parts: Vec<String> = compared.map(|same| format!("NOT ({same})")).collect();
        if let Some((flag, _)) = &self.flag {
            parts.push(format!("t.{} IS NOT NULL", self.dialect.quote(flag)));
        }
        if parts.is_empty() { "1 = 0".into() } else { format!("({})", parts.join(" OR ")) }
    }

    /// Whether a row of `s` is new.
    fn is_new(&self) -> String {
        if self.key.is_empty() {
            return "1 = 1".into();
        }
        format!("NOT EXISTS (SELECT 1 FROM {} AS t WHERE {})", self.target, self.matches())
    }

    /// Whether a row of `t` is gone.
    fn is_gone(&self) -> String {
        let mut condition = match self.key.is_empty() {
            true => "1 = 1".into(),
            false => format!("NOT EXISTS (SELECT 1 FROM {} AS s WHERE {})", self.stage, self.matches()),
        };
        if let Some((flag, _)) = &self.flag {
            condition.push_str(&format!(" AND t.{} IS NULL", self.dialect.quote(flag)));
        }
        if let Some(among) = &self.gone_among {
            condition.push_str(&format!(" AND {among}"));
        }
        condition
    }

    /// The statements of a mode, in the order in which they must run, inside one transaction. `history` merges a
    /// [`Timeline`] instead, with [`Merge::replace`].
    pub fn steps(&self, mode: WriteMode) -> Vec<Step> {
        match mode {
            WriteMode::Append | WriteMode::InsertOnly => vec![self.insert()],
            WriteMode::Upsert => self.update().into_iter().chain([self.insert()]).collect(),
            WriteMode::Overwrite | WriteMode::Mirror | WriteMode::History => self.replace(),
        }
    }

    /// Which sets of rows a mode changes.
    fn kinds(&self, mode: WriteMode) -> &'static [ChangeKind] {
        match mode {
            WriteMode::Append | WriteMode::InsertOnly => &[ChangeKind::Inserted],
            WriteMode::Upsert => &[ChangeKind::Updated, ChangeKind::Inserted],
            WriteMode::Overwrite if self.key.is_empty() => &[ChangeKind::Deleted, ChangeKind::Inserted],
            _ => &[ChangeKind::Deleted, ChangeKind::Updated, ChangeKind::Inserted],
        }
    }

    /// Makes the target equal to the stage. Rows go first, so that those that come find unique values free.
    fn replace(&self) -> Vec<Step> {
        let gone = match &self.flag {
            None => self.dialect.delete(&self.target, &self.is_gone()),
            Some((flag, moment)) => {
                let flag = self.dialect.quote(flag);
                // A table of one row serves systems whose updates need a partner.
                let sets = [(flag, moment.clone())];
                self.dialect.update(&self.target, "(SELECT 1 AS one) AS o", &self.is_gone(), &sets)
            }
        };
        let gone = Step { kind: ChangeKind::Deleted, sql: gone };
        [gone].into_iter().chain(self.update()).chain([self.insert()]).collect()
    }

    fn update(&self) -> Option<Step> {
        let quote = |name: &str| self.dialect.quote(name);
        let mut sets: Vec<(String, String)> =
            self.settable().map(|column| (quote(&column.name), column.staged.clone())).collect();
        sets.extend(self.unset.iter().map(|name| (quote(name), "DEFAULT".to_owned())));
        if let Some((flag, _)) = &self.flag {
            sets.push((quote(flag), "NULL".into()));
        }
        if sets.is_empty() || self.key.is_empty() {
            return None;
        }
        let on = format!("{} AND {}", self.matches(), self.differs());
        let sql = self.dialect.update(&self.target, &format!("{} AS s", self.stage), &on, &sets);
        Some(Step { kind: ChangeKind::Updated, sql })
    }

    fn insert(&self) -> Step {
        let names: Vec<String> = self.columns.iter().map(|column| self.dialect.quote(&column.name)).collect();
        let values: Vec<&str> = self.columns.iter().map(|column| column.staged.as_str()).collect();
        let sql = format!(
            "INSERT INTO {} ({}){} SELECT {} FROM {} AS s WHERE {}",
            self.target,
            names.join(", "),
            self.dialect.overriding(),
            values.join(", "),
            self.stage,
            self.is_new(),
        );
        Step { kind: ChangeKind::Inserted, sql }
    }

    /// Counts the rows of the target that may go, and those that would: the numbers that [`check_guard`] needs.
    pub fn guard_query(&self) -> String {
        let mut present = match &self.flag {
            None => "1 = 1".to_owned(),
            Some((flag, _)) => format!("t.{} IS NULL", self.dialect.quote(flag)),
        };
        if let Some(among) = &self.gone_among {
            present.push_str(&format!(" AND {among}"));
        }
        format!(
            "SELECT (SELECT count(*) FROM {target} AS t WHERE {present}), \
             (SELECT count(*) FROM {target} AS t WHERE {})",
            self.is_gone(),
            target = self.target,
        )
    }
}

/// Refuses a mirror that would take away too much of its target. `present` and `gone` are the numbers of
/// [`Merge::guard_query`], `staged` the number of rows that came.
pub fn check_guard(
    table: &str,
    rules: &Mirror,
    force: bool,
    staged: u64,
    present: u64,
    gone: u64,
) -> Result<(), Fault> {
    if gone == 0 {
        return Ok(());
    }
    // A group of a scope may have lost all its rows.
    if staged == 0 && rules.within.is_empty() {
        return Err(Fault::data(format!(
            "the source gave no rows, so mirroring it would empty table `{table}` of its {present} rows"
        ))
        .hint(
            "find out why the source is empty; to empty the table on purpose, use `mode: overwrite` once",
        ));
    }
    let share = gone as f64 * 100.0 / present as f64;
    if share > rules.guard && !force {
        let part = if rules.within.is_empty() { "" } else { " of its scope" };
        return Err(Fault::data(format!(
            "mirroring would take {gone} of {present} rows{part} ({share:.1} %) out of table `{table}`, more than the \
             guard of {} % allows",
            rules.guard
        ))
        .hint("if that is right, run again with `--force`, or set a higher `guard` under `mirror`"));
    }
    Ok(())
}
