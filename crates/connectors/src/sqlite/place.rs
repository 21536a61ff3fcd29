//! What a load changes: the shared merge of its mode, over the staged rows and the table.
//!
//! Everything here happens inside a transaction of the real database, whether it is committed or, for a preview,
//! taken back. The table has all its columns then.

use rusqlite::Connection;
use towpath_connect::merge::{Column, Groups, Merge, Scope, Timeline, check_guard};
use towpath_connect::{ChangeCounts, ChangeKind, LoadRequest};
use towpath_model::{Fault, WriteMode};

use super::dialect::SqliteDialect;
use super::fault::{explain, refused};
use super::own::{Times, literal};
use super::plan::Plan;
use super::session::{Database, quoted};
use super::stage::{Stage, TARGET, column};

/// The table of the versions of a history.
const VERSIONS: &str = "temp.towpath_versions";

/// The table of the groups that a partial mirror is about.
const SCOPE: &str = "temp.towpath_scope";

/// A load that is ready to change the table.
pub(super) struct Placing<'a> {
    database: &'a Database,
    plan: &'a Plan,
    request: &'a LoadRequest,
    connection: &'a Connection,
    /// What the steps are made of. Without a key where all rows are new.
    pub(super) merge: Merge<'static>,
    /// The same rows with what identifies them, for the images of undo.
    pub(super) identified: Merge<'static>,
    /// The mode whose steps run: that of the request, or a plainer one with the same outcome.
    pub(super) mode: WriteMode,
    /// Rows that came, without repeated keys.
    staged: u64,
    /// Staged versions of a history that replace one of the same time.
    corrected: u64,
    /// Spans of row ids of the stage in the order of the rows, where it is not that of the row ids.
    spans: Vec<(i64, i64)>,
}

impl<'a> Placing<'a> {
    /// Finds out what has to be done. `moment` is the time of the load.
    pub(super) fn new(
        database: &'a Database,
        stage: &'a Stage,
        plan: &'a Plan,
        request: &'a LoadRequest,
        moment: i64,
    ) -> Result<Self, Fault> {
        let connection = &stage.connection;
        let rows = rows(plan, request, moment)?;
        let mut placing = Placing {
            database,
            plan,
            request,
            connection,
            merge: rows.clone(),
            identified: rows,
            mode: request.mode,
            staged: stage.rows,
            corrected: 0,
            spans: stage.spans(database)?,
        };
        match (&plan.own.times, request.mode) {
            (Some(times), WriteMode::History) => placing.versions(times, moment)?,
            _ => placing.simplify()?,
        }
        if placing.mode == WriteMode::Mirror
            && let Some(scope) = Scope::of(&request.mirror, &placing.merge, &plan.table)?
        {
            placing.stage_scope(&scope, &stage.groups)?;
            scope.restrict(&mut placing.merge, SCOPE);
            scope.restrict(&mut placing.identified, SCOPE);
        }
        Ok(placing)
    }

    fn number(&self, sql: &str) -> Result<u64, Fault> {
        let number = self.connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        Ok(number.map_err(|error| explain(self.database, error))?.unsigned_abs())
    }

    /// Where all rows are new, they need not be looked up one by one; a table that is replaced as a whole needs its
    /// rows looked up only when its key tells them apart.
    fn simplify(&mut self) -> Result<(), Fault> {
        let emptiness = format!("SELECT NOT EXISTS (SELECT 1 FROM {})", self.merge.target);
        let plain = match self.mode {
            WriteMode::Append => true,
            WriteMode::Overwrite if !self.plan.key_is_unique => {
                self.merge.key.clear();
                return Ok(());
            }
            _ => self.number(&emptiness)? == 1,
        };
        if plain {
            self.mode = WriteMode::Append;
            self.merge.key.clear();
            // What the columns start with is the same for all rows, and the table knows it.
            let came = self.plan.columns.iter().filter(|column| !column.fit.absent).count();
            self.merge.columns.truncate(came);
        }
        Ok(())
    }

    /// Puts the versions of the keys that came into a table, to be merged instead of the rows.
    fn versions(&mut self, times: &Times, moment: i64) -> Result<(), Fault> {
        let moment_of = |place: usize| format!("s.{}", column(place));
        let load = literal(&times.from, moment);
        let timeline = Timeline {
            valid_from: times.from.name.clone(),
            valid_to: times.to.name.clone(),
            is_current: times.current.name.clone(),
            moment: match self.plan.changed {
                Some(place) => moment_of(place),
                None => load.as_ref().map_err(Fault::copied)?.clone(),
            },
            close_missing: match self.request.history.close_missing {
                true => Some(load?),
                false => None,
            },
            booleans: ("1", "0"),
        };
        let rows = &self.merge;
        let affinity = |name: &str| {
            let planned = self.plan.columns.iter().find(|column| column.name == name);
            planned.map_or("BLOB", |column| column.affinity)
        };
        let mut definitions: Vec<String> = (0..rows.columns.len())
            .map(|place| format!("v{place} {}", affinity(&rows.columns[place].name)))
            .collect();
        for (name, own) in [("vf", &times.from), ("vt", &times.to), ("cur", &times.current)] {
            definitions.push(format!("{name} {}", super::types::affinity(&own.type_name)));
        }
        let collations = self.plan.key.iter().map(|(_, collation)| collation);
        let index: Vec<String> = rows
            .key
            .iter()
            .zip(collations.clone())
            .map(|(place, collation)| format!("v{place} COLLATE {collation}"))
            .collect();
        self.connection
            .execute_batch(&format!(
                "CREATE TABLE {VERSIONS} ({}); INSERT INTO {VERSIONS} SELECT * FROM {}; \
                 CREATE INDEX {VERSIONS}_key ON towpath_versions ({}, vf);",
                definitions.join(", "),
                timeline.query(rows),
                index.join(", "),
            ))
            .map_err(|error| explain(self.database, error))?;
        let mut merge = timeline.merge(rows, VERSIONS);
        for (place, collation) in rows.key.iter().zip(collations) {
            merge.columns[*place].staged = format!("s.v{place} COLLATE {collation}");
        }
        self.corrected = match self.plan.changed {
            // The same key and time with other values: an update of that version, and not of the one before.
            Some(place) => {
                let mut same_time = rows.clone();
                same_time.key.push(same_time.columns.len());
                same_time.columns.push(Column::new(&times.from.name, moment_of(place)));
                let updates = same_time.previews(WriteMode::Upsert);
                let update = updates.iter().find(|query| query.kind == ChangeKind::Updated);
                let count = update.map(|query| format!("SELECT count(*) FROM ({})", query.sql));
                count.map_or(Ok(0), |sql| self.number(&sql))?
            }
            None => 0,
        };
        self.identified = merge.clone();
        self.merge = merge;
        Ok(())
    }

    /// Makes a table of the groups that a partial mirror is about.
    fn stage_scope(&self, scope: &Scope, groups: &Groups) -> Result<(), Fault> {
        let fail = |error| explain(self.database, error);
        let names = scope.names();
        let definitions = scope.within.iter().zip(&names).map(|(&place, name)| {
            let wanted = &self.merge.columns[place].name;
            let planned = self.plan.columns.iter().find(|column| column.name == *wanted);
            format!("{name} {}", planned.map_or("BLOB", |column| column.affinity))
        });
        let (definitions, key) = (definitions.collect::<Vec<_>>().join(", "), names.join(", "));
        self.connection
            .execute_batch(&format!(
                "CREATE TABLE {SCOPE} ({definitions}, PRIMARY KEY ({key})) WITHOUT ROWID"
            ))
            .map_err(fail)?;
        if self.request.mirror.of.is_none() {
            let came = scope.came(&self.merge);
            self.connection.execute(&format!("INSERT OR IGNORE INTO {SCOPE} {came}"), []).map_err(fail)?;
            return Ok(());
        }
        let places = vec!["?"; names.len()].join(", ");
        let insert = format!("INSERT OR IGNORE INTO {SCOPE} VALUES ({places})");
        let mut statement = self.connection.prepare(&insert).map_err(fail)?;
        for group in groups {
            statement.execute(rusqlite::params_from_iter(group)).map_err(fail)?;
        }
        Ok(())
    }

    /// Refuses a mirror that would take away too much.
    pub(super) fn guard(&self) -> Result<(), Fault> {
        if self.mode != WriteMode::Mirror {
            return Ok(());
        }
        let numbers = self.connection.query_row(&self.merge.guard_query(), [], |row| {
            Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get::<_, i64>(1)?.unsigned_abs()))
        });
        let (present, gone) = numbers.map_err(|error| explain(self.database, error))?;
        let (rules, force) = (&self.request.mirror, self.request.force);
        check_guard(&self.plan.table, rules, force, self.staged, present, gone)
    }

    /// Changes the table.
    pub(super) fn run(&self) -> Result<ChangeCounts, Fault> {
        let mut counts = ChangeCounts::default();
        for step in self.merge.steps(self.mode) {
            let rows = match step.kind {
                ChangeKind::Inserted if self.merge.key.is_empty() && !self.spans.is_empty() => {
                    self.insert_in_order()?
                }
                _ => self.execute(&step.sql)?,
            };
            counts.add(step.kind, rows);
        }
        counts.unchanged = self.unchanged(&counts);
        Ok(counts)
    }

    fn execute(&self, sql: &str) -> Result<u64, Fault> {
        let changed = self.connection.execute(sql, []);
        Ok(changed.map_err(|error| refused(self.database, &self.plan.table, error))? as u64)
    }

    /// Adds rows in the order in which an undivided load brings them.
    fn insert_in_order(&self) -> Result<u64, Fault> {
        let mut rows = 0;
        for (first, last) in &self.spans {
            let stage = format!("(SELECT * FROM main.stage WHERE rowid BETWEEN {first} AND {last})");
            for step in (Merge { stage, ..self.merge.clone() }).steps(WriteMode::Append) {
                rows += self.execute(&step.sql)?;
            }
        }
        Ok(rows)
    }

    /// Incoming rows that changed nothing, all others being counted.
    pub(super) fn unchanged(&self, counts: &ChangeCounts) -> u64 {
        match self.request.mode {
            WriteMode::InsertOnly => 0,
            WriteMode::History => self.staged.saturating_sub(counts.inserted + self.corrected),
            _ => self.staged.saturating_sub(counts.inserted + counts.updated),
        }
    }
}

/// The staged rows as a merge by their key.
fn rows(plan: &Plan, request: &LoadRequest, moment: i64) -> Result<Merge<'static>, Fault> {
    const BY_BYTES: &str = "{} COLLATE BINARY";
    let mut columns = Vec::new();
    let mut key: Vec<(usize, usize)> = Vec::new();
    for (place, planned) in plan.columns.iter().enumerate() {
        if plan.changed == Some(place) || planned.fit.absent {
            continue;
        }
        let mut landing = Column::new(&planned.name, format!("s.{}", column(place)));
        landing.compare = Some(BY_BYTES.into());
        if let Some(order) = plan.key.iter().position(|(key, _)| *key == place) {
            let collation = &plan.key[order].1;
            landing.staged = format!("s.{} COLLATE {collation}", column(place));
            landing.compare = (collation != "BINARY").then(|| BY_BYTES.into());
            key.push((order, columns.len()));
        }
        columns.push(landing);
    }
    key.sort_unstable();
    if request.mode == WriteMode::Overwrite {
        // SQLite's updates do not know the word DEFAULT, but the definition of the table tells what it stands for.
        columns.extend(plan.left_out.iter().map(|(name, default)| Column {
            compare: Some(BY_BYTES.into()),
            ..Column::new(name, format!("({default})"))
        }));
    }
    let flag = match &plan.own.flag {
        Some(flag) => Some((flag.name.clone(), literal(flag, moment)?)),
        None => None,
    };
    Ok(Merge {
        dialect: &SqliteDialect,
        target: format!("{TARGET}.{}", quoted(&plan.table)),
        stage: "main.stage".into(),
        columns,
        key: key.into_iter().map(|(_, place)| place).collect(),
        unset: Vec::new(),
        flag,
        gone_among: None,
    })
}
