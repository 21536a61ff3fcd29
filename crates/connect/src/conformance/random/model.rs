//! What a table must hold after a load: the write modes, in memory.

use std::collections::BTreeMap;

use towpath_model::WriteMode;

use super::cells::{Cell, Row};
use crate::change::ChangeCounts;

/// A table of the model. A row is its key and its values.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Table {
    /// Rows without a key.
    Loose(Vec<Row>),
    /// Rows by key: values, and whether the row is flagged as gone.
    Keyed(BTreeMap<Row, (Row, bool)>),
    /// Versions by key and the time from which they are valid.
    Timed(BTreeMap<Row, BTreeMap<Cell, Row>>),
    /// Versions by key in the order of their loads, and whether they are current.
    Versions(BTreeMap<Row, Vec<(Row, bool)>>),
}

/// The rules of one load.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub(super) mode: WriteMode,
    /// Number of columns of the key, which come first; then the values; then the time of a version, if any.
    pub(super) key: usize,
    pub(super) flags: bool,
    /// A mirror of the groups that came, by the first column of the key.
    pub(super) partial: bool,
    pub(super) close_missing: bool,
    pub(super) guard: f64,
    pub(super) force: bool,
}

/// What a load must do.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) table: Table,
    pub(super) changes: ChangeCounts,
    pub(super) written: u64,
    pub(super) deduplicated: u64,
}

impl Table {
    /// The table after a load of `rows`; `None` when the guard of a mirror refuses it.
    pub(super) fn load(&self, rules: Rules, rows: &[Row]) -> Option<Outcome> {
        let mut table = self.clone();
        let mut changes = ChangeCounts::default();
        let staged = match &mut table {
            Table::Loose(stored) => {
                if rules.mode == WriteMode::Overwrite {
                    changes.deleted = stored.len() as u64;
                    stored.clear();
                }
                changes.inserted = rows.len() as u64;
                stored.extend_from_slice(rows);
                rows.len()
            }
            Table::Keyed(stored) => {
                let staged =
                    last_of_each(rows, |row| row[..rules.key].to_vec(), |row| row[rules.key..].to_vec());
                keyed(stored, &staged, rules, &mut changes)?;
                staged.len()
            }
            Table::Timed(stored) => {
                let last = rows.first().map_or(0, |row| row.len() - 1);
                let staged = last_of_each(
                    rows,
                    |row| (row[..rules.key].to_vec(), row[last].clone()),
                    |row| row[rules.key..last].to_vec(),
                );
                timed(stored, &staged, &mut changes);
                staged.len()
            }
            Table::Versions(stored) => {
                let staged =
                    last_of_each(rows, |row| row[..rules.key].to_vec(), |row| row[rules.key..].to_vec());
                versions(stored, &staged, rules, &mut changes);
                staged.len()
            }
        } as u64;
        let written = if rules.mode == WriteMode::InsertOnly { changes.inserted } else { staged };
        if rules.mode != WriteMode::InsertOnly {
            changes.unchanged = staged.saturating_sub(changes.inserted + changes.updated);
        }
        Some(Outcome { table, changes, written, deduplicated: rows.len() as u64 - written })
    }

    /// The table after an undo: rows that are still as the load left them are as before.
    pub(super) fn undo(&self, before: &Table, after: &Table) -> Table {
        let (Table::Keyed(now), Table::Keyed(before), Table::Keyed(after)) = (self, before, after) else {
            return before.clone();
        };
        let mut undone = now.clone();
        let keys: Vec<&Row> = before.keys().chain(after.keys()).collect();
        for key in keys {
            if before.get(key) == after.get(key) || now.get(key) != after.get(key) {
                continue;
            }
            match before.get(key) {
                Some(row) => undone.insert(key.clone(), row.clone()),
                None => undone.remove(key),
            };
        }
        Table::Keyed(undone)
    }

    /// The rows as they are read: key, values, and what the load adds to them.
    pub(super) fn shown(&self) -> Vec<Row> {
        let line = |parts: &[&[Cell]]| parts.concat();
        match self {
            Table::Loose(rows) => rows.clone(),
            Table::Keyed(rows) => {
                rows.iter().map(|(key, (row, gone))| line(&[key, row, &[Cell::Flag(*gone)]])).collect()
            }
            Table::Timed(rows) => stored_versions(rows)
                .into_iter()
                .map(|((key, from), (row, to))| {
                    let current = Cell::Flag(to == Cell::Null);
                    line(&[&key, &row, &[from, to, current]])
                })
                .collect(),
            Table::Versions(rows) => rows
                .iter()
                .flat_map(|(key, versions)| versions.iter().map(move |version| (key, version)))
                .map(|(key, (row, current))| line(&[key, row, &[Cell::Flag(!current), Cell::Flag(*current)]]))
                .collect(),
        }
    }

    /// The rows of the table as they came, without what the load adds: to be sent again, unchanged.
    pub(super) fn known(&self) -> Vec<Row> {
        match self {
            Table::Loose(rows) => rows.clone(),
            Table::Keyed(rows) => rows.iter().map(|(key, (row, _))| [&key[..], row].concat()).collect(),
            Table::Timed(rows) => stored_versions(rows)
                .into_iter()
                .map(|((key, from), (row, _))| [&key[..], &row, &[from]].concat())
                .collect(),
            Table::Versions(rows) => rows
                .iter()
                .flat_map(|(key, versions)| versions.iter().map(move |(row, _)| [&key[..], row].concat()))
                .collect(),
        }
    }
}

fn last_of_each<K: Ord, V>(
    rows: &[Row],
    key: impl Fn(&Row) -> K,
    value: impl Fn(&Row) -> V,
) -> BTreeMap<K, V> {
    rows.iter().map(|row| (key(row), value(row))).collect()
}

fn keyed(
    stored: &mut BTreeMap<Row, (Row, bool)>,
    staged: &BTreeMap<Row, Row>,
    rules: Rules,
    changes: &mut ChangeCounts,
) -> Option<()> {
    let replaces = matches!(rules.mode, WriteMode::Overwrite | WriteMode::Mirror);
    if replaces {
        let partial = rules.partial && rules.mode == WriteMode::Mirror;
        let in_scope = |key: &Row| !partial || staged.keys().any(|staged| staged[0] == key[0]);
        let present =
            stored.iter().filter(|(key, (_, gone))| in_scope(key) && (!gone || !rules.flags)).count();
        let gone: Vec<Row> = stored
            .iter()
            .filter(|(key, _)| in_scope(key))
            .filter(|(key, (_, gone))| !(staged.contains_key(*key) || rules.flags && *gone))
            .map(|(key, _)| key.clone())
            .collect();
        let share = gone.len() as f64 * 100.0 / present as f64;
        let refused = staged.is_empty() && !partial || (share > rules.guard && !rules.force);
        if rules.mode == WriteMode::Mirror && !gone.is_empty() && refused {
            return None;
        }
        changes.deleted = gone.len() as u64;
        for key in gone {
            match stored.get_mut(&key).filter(|_| rules.flags) {
                Some(row) => row.1 = true,
                None => drop(stored.remove(&key)),
            }
        }
    }
    for (key, row) in staged {
        match stored.get_mut(key) {
            None => {
                stored.insert(key.clone(), (row.clone(), false));
                changes.inserted += 1;
            }
            Some(_) if rules.mode == WriteMode::InsertOnly => {}
            Some(known) => {
                // Only a mirror, and what replaces rows as a whole, takes the flag away.
                let gone = known.1 && !replaces;
                if *known != (row.clone(), gone) {
                    *known = (row.clone(), gone);
                    changes.updated += 1;
                }
            }
        }
    }
    Some(())
}

type Stored = BTreeMap<(Row, Cell), (Row, Cell)>;

/// Versions by key and time, with their values and ends.
fn stored_versions(rows: &BTreeMap<Row, BTreeMap<Cell, Row>>) -> Stored {
    let mut all = BTreeMap::new();
    for (key, versions) in rows {
        let ends = versions.keys().skip(1).cloned().chain([Cell::Null]);
        for ((from, row), to) in versions.iter().zip(ends) {
            all.insert((key.clone(), from.clone()), (row.clone(), to));
        }
    }
    all
}

fn timed(
    stored: &mut BTreeMap<Row, BTreeMap<Cell, Row>>,
    staged: &BTreeMap<(Row, Cell), Row>,
    changes: &mut ChangeCounts,
) {
    let before = stored_versions(stored);
    for ((key, from), row) in staged {
        stored.entry(key.clone()).or_default().insert(from.clone(), row.clone());
    }
    for versions in stored.values_mut() {
        let mut last: Option<Row> = None;
        versions.retain(|_, row| last.replace(row.clone()).is_none_or(|last| last != *row));
    }
    let after = stored_versions(stored);
    changes.inserted = after.keys().filter(|key| !before.contains_key(*key)).count() as u64;
    changes.deleted = before.keys().filter(|key| !after.contains_key(*key)).count() as u64;
    let updated = after.iter().filter(|(key, row)| before.get(*key).is_some_and(|known| known != *row));
    changes.updated = updated.count() as u64;
}

fn versions(
    stored: &mut BTreeMap<Row, Vec<(Row, bool)>>,
    staged: &BTreeMap<Row, Row>,
    rules: Rules,
    changes: &mut ChangeCounts,
) {
    if rules.close_missing {
        for (_, versions) in stored.iter_mut().filter(|(key, _)| !staged.contains_key(*key)) {
            for version in versions.iter_mut().filter(|version| version.1) {
                version.1 = false;
                changes.updated += 1;
            }
        }
    }
    for (key, row) in staged {
        let versions = stored.entry(key.clone()).or_default();
        match versions.iter_mut().find(|version| version.1) {
            Some(current) if current.0 == *row => continue,
            Some(current) => {
                current.1 = false;
                changes.updated += 1;
            }
            None => {}
        }
        versions.push((row.clone(), true));
        changes.inserted += 1;
    }
}
