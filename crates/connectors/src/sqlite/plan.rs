//! The plan of a load: which incoming column lands where, as what, and what must be made first.
//!
//! A plan is made twice: when the load begins, so that a refusal comes before the first row, and inside the
//! transaction of the commit, because the table may have changed in between.

use rusqlite::Connection;
use towpath_connect::LoadRequest;
use towpath_model::{Fault, WriteMode, suggest};

use super::columns::{PlanColumn, changed, existing, fresh, refuse_twins, renamed};
use super::fault::explain;
use super::own::OwnColumns;
use super::schema::{self, IMAGES, LEDGER, Table, same_name};
use super::session::Database;

/// The plan of a load.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// The name as the database spells it.
    pub(super) table: String,
    pub(super) exists: bool,
    pub(super) columns: Vec<PlanColumn>,
    /// The columns of the key, as positions in `columns`, each with the collation that compares it.
    pub(super) key: Vec<(usize, String)>,
    /// The table keeps what identifies a row unique itself: the key, and in a history the key with its time.
    pub(super) key_is_unique: bool,
    /// The column with the time from which a version is valid, when it comes with the rows.
    pub(super) changed: Option<usize>,
    /// Columns that the load fills itself.
    pub(super) own: OwnColumns,
    /// Columns of the table that do not come and can be written, with their default as SQL.
    pub(super) left_out: Vec<(String, String)>,
    /// Columns that get another name first.
    pub(super) renames: Vec<(String, String)>,
}

impl Plan {
    /// Whether rows that were collected for this plan can be stored by another one.
    pub(super) fn agrees_with(&self, later: &Plan) -> bool {
        self.columns.len() == later.columns.len()
            && self.columns.iter().zip(&later.columns).all(|(now, then)| {
                same_name(&now.name, &then.name)
                    && now.store == then.store
                    && now.affinity == then.affinity
                    && (then.fit.nullable || !now.fit.nullable)
            })
    }

    /// The columns whose values no two staged rows share, with collations: the key, and in a history its time.
    pub(super) fn staged_key(&self) -> Vec<(usize, &str)> {
        let key = self.key.iter().map(|(place, collation)| (*place, collation.as_str()));
        key.chain(self.changed.map(|place| (place, "BINARY"))).collect()
    }

    /// Everything that staged rows depend on, as text: rows that were staged for one shape fit no other.
    pub(super) fn shape(&self, request: &LoadRequest) -> String {
        let columns = self.columns.iter().map(|column| {
            format!("{} {:?} {} {}", column.name, column.store, column.affinity, column.fit.data_type)
        });
        let columns: Vec<String> = columns.collect();
        format!("{} {:?} {}", request.mode.name(), self.staged_key(), columns.join(", "))
    }
}

/// Plans a load into a table of an open database; without one, the file is still to be made.
pub(super) fn plan(
    database: &Database,
    open: Option<(&Connection, &str)>,
    table: &str,
    request: &LoadRequest,
) -> Result<Plan, Fault> {
    let is_images = table.get(..IMAGES.len()).is_some_and(|start| same_name(start, IMAGES));
    if is_images || same_name(table, LEDGER) {
        let what = if is_images { "a table that takes loads back" } else { "the table that remembers loads" };
        return Err(Fault::config(format!("`{table}` is {what}")).hint("choose another name"));
    }
    refuse_twins(&request.schema)?;
    let key = key_columns(request)?;
    let fail = |error| explain(database, error);
    let mut found = match open {
        Some((connection, schema)) => schema::find(connection, schema, table).map_err(fail)?,
        None => None,
    };
    let mut unique = match (&found, open) {
        (Some(found), Some((connection, schema))) => {
            schema::unique_keys(connection, schema, found).map_err(fail)?
        }
        _ => Vec::new(),
    };
    let renames = found.as_mut().map(|found| renamed(found, &mut unique, request)).unwrap_or_default();
    let mut plan = match &found {
        Some(found) => existing(found, request)?,
        None => fresh(table, request)?,
    };
    plan.renames = renames;
    for column in &key {
        let place = place_of(&plan, column)?;
        plan.columns[place].fit.nullable = false;
        plan.key.push((place, "BINARY".into()));
    }
    if let Some(changed) = changed(request) {
        let place = place_of(&plan, changed)?;
        plan.columns[place].fit.nullable = false;
        plan.changed = Some(place);
    }
    if let Some(found) = &found {
        adopt_unique_key(&mut plan, found, request, unique)?;
    }
    if request.undo.is_some() && !plan.key_is_unique {
        let fault =
            Fault::contract(format!("table `{}` has no unique index on the key of the load", plan.table));
        return Err(fault.hint("make one, so that `undo` finds the rows again, or leave out `undo`"));
    }
    Ok(plan)
}

fn place_of(plan: &Plan, column: &str) -> Result<usize, Fault> {
    plan.columns.iter().position(|planned| planned.fit.name == *column && !planned.fit.absent).ok_or_else(
        || {
            Fault::contract(format!("the key column `{column}` is left out of table `{}`", plan.table))
                .hint("set the contract for columns to `evolve`, or choose another key")
        },
    )
}

/// Uses the unique key of the table that has the columns which identify a row, with its collations.
fn adopt_unique_key(
    plan: &mut Plan,
    table: &Table,
    request: &LoadRequest,
    keys: Vec<schema::UniqueKey>,
) -> Result<(), Fault> {
    let mut identity: Vec<String> =
        plan.key.iter().map(|(place, _)| plan.columns[*place].name.clone()).collect();
    if identity.is_empty() {
        return Ok(());
    }
    let has = |names: &[String], name: &str| names.iter().any(|known| same_name(known, name));
    if request.mode == WriteMode::History {
        let only_one_version = keys.iter().any(|key| key.iter().all(|(column, _)| has(&identity, column)));
        if only_one_version {
            return Err(Fault::contract(format!(
                "table `{}` keeps its key unique, so it cannot hold several versions of a row",
                table.name
            ))
            .hint(
                "let the load create a new table, or make the key unique together with the time of a version",
            ));
        }
        identity.push(request.history.valid_from.clone());
    }
    let found = keys.into_iter().find(|unique| {
        unique.len() == identity.len() && unique.iter().all(|(column, _)| has(&identity, column))
    });
    if let Some(unique) = found {
        for (place, collation) in &mut plan.key {
            let name = &plan.columns[*place].name;
            if let Some((_, found)) = unique.iter().find(|(column, _)| same_name(column, name)) {
                collation.clone_from(found);
            }
        }
        plan.key_is_unique = true;
    }
    Ok(())
}

fn key_columns(request: &LoadRequest) -> Result<Vec<String>, Fault> {
    let needs_key = request.mode.needs_key() || request.undo.is_some();
    if needs_key && request.key.is_empty() {
        let what = if request.mode.needs_key() { request.mode.name() } else { "undo" };
        return Err(Fault::config(format!("`{what}` needs a key"))
            .hint("name the columns that identify a row with `key`"));
    }
    let names = || request.schema.fields().iter().map(|field| field.name().as_str());
    for column in request.key.iter().map(String::as_str).chain(changed(request)) {
        if !names().any(|name| name == column) {
            let fault = Fault::config(format!("the key column `{column}` is not among the incoming columns"));
            return Err(match suggest::hint(column, "columns", names()) {
                Some(hint) => fault.hint(hint),
                None => fault,
            });
        }
    }
    Ok(request.key.clone())
}
