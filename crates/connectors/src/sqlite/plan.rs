//! The plan of a load: which incoming column lands where, as what, and what must be made first.
//!
//! A plan is made twice: when the load begins, so that a refusal comes before the first row, and inside the
//! transaction of the commit, because the table may have changed in between.

use arrow::datatypes::{DataType, Field, Schema};
use rusqlite::Connection;
use towpath_connect::{ColumnFit, LoadRequest};
use towpath_model::contract::ContractRule;
use towpath_model::{Fault, WriteMode, suggest};

use super::fault::explain;
use super::own::{OwnColumns, refuse_clash};
use super::schema::{self, IMAGES, LEDGER, Table, same_name};
use super::session::Database;
use super::types::{
    Declared, EXACT_DIGITS, affinity, declared, for_existing_column, for_new_column, has_numeric_affinity,
};

/// The most columns that SQLite takes.
const MOST_COLUMNS: usize = 2000;

/// How a value is stored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Store {
    Integer,
    Real,
    Boolean,
    /// A decimal that is exact as a number of SQLite.
    Number,
    /// A decimal as text.
    DecimalText,
    Text,
    /// Text in a column that turns digits into numbers.
    GuardedText,
    Blob,
    Date,
    Moment,
    Instant,
    Time,
    Span,
    Interval,
}

/// Where an incoming column lands.
#[derive(Debug, Clone)]
pub(super) struct PlanColumn {
    /// The name as the table spells it.
    pub(super) name: String,
    pub(super) type_name: String,
    pub(super) fit: ColumnFit,
    pub(super) store: Store,
    pub(super) is_new: bool,
    /// A type name with the affinity of the column.
    pub(super) affinity: &'static str,
}

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

/// The incoming column whose values land as the time of a history.
fn changed(request: &LoadRequest) -> Option<&str> {
    (request.mode == WriteMode::History).then_some(request.history.changed.as_deref()).flatten()
}

/// The name under which an incoming column lands.
fn lands_as<'a>(request: &'a LoadRequest, field: &'a Field) -> &'a str {
    if changed(request) == Some(field.name()) { &request.history.valid_from } else { field.name() }
}

fn place_of(plan: &Plan, column: &str) -> Result<usize, Fault> {
    plan.columns.iter().position(|planned| planned.fit.name == *column).ok_or_else(|| {
        Fault::contract(format!("the key column `{column}` is left out of table `{}`", plan.table))
            .hint("set the contract for columns to `evolve`, or choose another key")
    })
}

/// Gives columns of the table their declared new names, where only the old one exists, as the commit will do.
fn renamed(
    table: &mut Table,
    unique: &mut [schema::UniqueKey],
    request: &LoadRequest,
) -> Vec<(String, String)> {
    let mut renames = Vec::new();
    for (old, new) in &request.contract.renames {
        if table.column(new).is_some() || !request.schema.fields().iter().any(|field| field.name() == new) {
            continue;
        }
        let Some(column) = table.columns.iter_mut().find(|column| same_name(&column.name, old)) else {
            continue;
        };
        let old = std::mem::replace(&mut column.name, new.clone());
        for (name, _) in unique.iter_mut().flatten().filter(|(name, _)| same_name(name, &old)) {
            name.clone_from(new);
        }
        renames.push((old, new.clone()));
    }
    renames
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

fn refuse_twins(schema: &Schema) -> Result<(), Fault> {
    if schema.fields().is_empty() {
        return Err(Fault::contract("the rows have no columns").hint("keep at least one column"));
    }
    let mut names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    names.sort_by_key(|name| name.to_ascii_lowercase());
    match names.windows(2).find(|pair| same_name(pair[0], pair[1])) {
        Some(pair) => Err(Fault::contract(format!(
            "columns `{}` and `{}` are one column to SQLite, which does not tell upper from lower case",
            pair[0], pair[1]
        ))
        .hint("rename one of them")),
        None => Ok(()),
    }
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

fn planned(field: &Field, name: &str, type_name: String, fit: ColumnFit, is_new: bool) -> PlanColumn {
    let numeric = has_numeric_affinity(&type_name);
    let store = match &fit.data_type {
        DataType::Boolean => Store::Boolean,
        DataType::Float32 | DataType::Float64 => Store::Real,
        DataType::Decimal128(precision, _)
            if *precision <= EXACT_DIGITS && (numeric || type_name.is_empty()) =>
        {
            Store::Number
        }
        DataType::Decimal128(..) | DataType::Decimal256(..) => Store::DecimalText,
        DataType::Utf8 if numeric && declared(Some(&type_name)) != Declared::Uuid => Store::GuardedText,
        DataType::Utf8 => Store::Text,
        DataType::Binary => Store::Blob,
        DataType::Date32 => Store::Date,
        DataType::Timestamp(_, None) => Store::Moment,
        DataType::Timestamp(_, Some(_)) => Store::Instant,
        DataType::Time64(_) => Store::Time,
        DataType::Duration(_) => Store::Span,
        DataType::Interval(_) => Store::Interval,
        _ => Store::Integer,
    };
    debug_assert_eq!(&fit.name, field.name());
    PlanColumn { name: name.to_owned(), affinity: affinity(&type_name), type_name, fit, store, is_new }
}

fn new_column(request: &LoadRequest, field: &Field) -> PlanColumn {
    let (type_name, fit) = for_new_column(field);
    planned(field, lands_as(request, field), type_name, fit, true)
}

/// Plans the columns that the load fills itself.
fn own_columns(
    table: Option<&Table>,
    request: &LoadRequest,
    columns: &[PlanColumn],
) -> Result<OwnColumns, Fault> {
    let is_changed = |column: &&PlanColumn| Some(column.fit.name.as_str()) == changed(request);
    let changed = columns.iter().find(is_changed).map(|column| column.type_name.as_str());
    let own = OwnColumns::plan(table, request, changed)?;
    refuse_clash(
        &own,
        columns.iter().filter(|column| !is_changed(column)).map(|column| column.name.as_str()),
    )?;
    Ok(own)
}

fn fresh(table: &str, request: &LoadRequest) -> Result<Plan, Fault> {
    if request.contract.tables != ContractRule::Evolve {
        return Err(Fault::contract(format!(
            "table `{table}` does not exist, and the contract does not let it be made"
        ))
        .hint("create the table, or set the contract for tables to `evolve`"));
    }
    let columns: Vec<PlanColumn> =
        request.schema.fields().iter().map(|field| new_column(request, field)).collect();
    let own = own_columns(None, request, &columns)?;
    refuse_too_many(table, columns.len() + own.all().filter(|own| own.is_new).count())?;
    Ok(Plan {
        table: table.to_owned(),
        exists: false,
        columns,
        key: Vec::new(),
        key_is_unique: !request.key.is_empty(),
        changed: None,
        own,
        left_out: Vec::new(),
        renames: Vec::new(),
    })
}

fn refuse_too_many(table: &str, count: usize) -> Result<(), Fault> {
    if count <= MOST_COLUMNS {
        return Ok(());
    }
    Err(Fault::contract(format!(
        "table `{table}` would have {count} columns, and SQLite takes {MOST_COLUMNS}"
    ))
    .hint("select fewer columns in a transform"))
}

fn existing(table: &Table, request: &LoadRequest) -> Result<Plan, Fault> {
    let name = &table.name;
    if table.is_view {
        return Err(
            Fault::config(format!("`{name}` is a view, and views take no rows")).hint("write to a table")
        );
    }
    let (mut columns, mut unknown) = (Vec::new(), Vec::new());
    for field in request.schema.fields() {
        match table.column(lands_as(request, field)) {
            Some(column) if column.is_generated => {
                return Err(Fault::contract(format!(
                    "column `{}` of table `{name}` is computed by the table",
                    column.name
                ))
                .hint("leave the column out of the rows"));
            }
            Some(column) => {
                let mut fit = for_existing_column(field, &column.type_name);
                fit.nullable = !column.not_null || table.is_row_id(column);
                columns.push(planned(field, &column.name, column.type_name.clone(), fit, false));
            }
            None => match request.contract.columns {
                ContractRule::Evolve => columns.push(new_column(request, field)),
                ContractRule::DiscardValue => {}
                ContractRule::Freeze | ContractRule::DiscardRow => {
                    unknown.push(format!("`{}`", field.name()))
                }
            },
        }
    }
    if !unknown.is_empty() {
        let these = if unknown.len() == 1 { "column" } else { "columns" };
        return Err(Fault::contract(format!("table `{name}` has no {these} {}", unknown.join(", "))).hint(
            "set the contract for columns to `evolve` to add, or to `discard_value` to leave out, or rename in a \
             transform",
        ));
    }
    if columns.is_empty() {
        return Err(Fault::contract(format!("table `{name}` has none of the incoming columns")));
    }
    let own = own_columns(Some(table), request, &columns)?;
    let comes = |name: &str| {
        columns.iter().any(|planned| same_name(&planned.name, name))
            || own.all().any(|own| same_name(&own.name, name))
    };
    let others = || {
        let writable = |column: &&schema::Column| !column.is_generated && !table.is_row_id(column);
        table.columns.iter().filter(writable).filter(|column| !comes(&column.name))
    };
    let needed: Vec<String> = others()
        .filter(|column| column.not_null && column.default.is_none())
        .map(|column| format!("`{}`", column.name))
        .collect();
    if !needed.is_empty() {
        return Err(Fault::contract(format!(
            "table `{name}` needs values for {}, and the rows have none",
            needed.join(", ")
        ))
        .hint("add the columns in a transform, or give them a default in the table"));
    }
    let left_out = others()
        .map(|column| (column.name.clone(), column.default.clone().unwrap_or_else(|| "NULL".into())))
        .collect();
    let added =
        columns.iter().filter(|column| column.is_new).count() + own.all().filter(|own| own.is_new).count();
    refuse_too_many(name, table.columns.len() + added)?;
    Ok(Plan {
        table: name.clone(),
        exists: true,
        columns,
        key: Vec::new(),
        key_is_unique: false,
        changed: None,
        own,
        left_out,
        renames: Vec::new(),
    })
}
