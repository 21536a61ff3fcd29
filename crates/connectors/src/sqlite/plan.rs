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
use super::schema::{self, LEDGER, Table, same_name};
use super::session::{Database, quoted};
use super::types::{
    Declared, EXACT_DIGITS, declared, for_existing_column, for_new_column, has_numeric_affinity,
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
    /// The table keeps the key unique itself.
    pub(super) key_is_unique: bool,
}

impl Plan {
    /// Whether rows that were collected for this plan can be stored by another one.
    pub(super) fn agrees_with(&self, later: &Plan) -> bool {
        self.columns.len() == later.columns.len()
            && self.columns.iter().zip(&later.columns).all(|(now, then)| {
                same_name(&now.name, &then.name)
                    && now.store == then.store
                    && (then.fit.nullable || !now.fit.nullable)
            })
    }

    /// The columns as a list for SQL.
    pub(super) fn column_list(&self) -> String {
        self.columns.iter().map(|column| quoted(&column.name)).collect::<Vec<_>>().join(", ")
    }
}

/// Plans a load into a table of an open database; without one, the file is still to be made.
pub(super) fn plan(
    database: &Database,
    open: Option<(&Connection, &str)>,
    table: &str,
    request: &LoadRequest,
) -> Result<Plan, Fault> {
    if same_name(table, LEDGER) {
        return Err(Fault::config(format!("`{LEDGER}` is the table that remembers loads"))
            .hint("choose another name"));
    }
    refuse_twins(&request.schema)?;
    let key = key_columns(request)?;
    let found = match open {
        Some((connection, schema)) => {
            schema::find(connection, schema, table).map_err(|error| explain(database, error))?
        }
        None => None,
    };
    let mut plan = match &found {
        Some(found) => existing(found, request)?,
        None => fresh(table, request)?,
    };
    for column in &key {
        let place = plan.columns.iter().position(|planned| planned.fit.name == *column);
        let place = place.ok_or_else(|| {
            Fault::contract(format!("the key column `{column}` is left out of table `{table}`"))
                .hint("set the contract for columns to `evolve`, or choose another key")
        })?;
        plan.columns[place].fit.nullable = false;
        plan.key.push((place, "BINARY".into()));
    }
    if let (Some(found), Some((connection, schema))) = (&found, open)
        && !plan.key.is_empty()
    {
        let unique =
            schema::unique_keys(connection, schema, found).map_err(|error| explain(database, error))?;
        adopt_unique_key(&mut plan, unique);
    }
    Ok(plan)
}

/// Uses the unique key of the table that has the same columns, with its collations.
fn adopt_unique_key(plan: &mut Plan, keys: Vec<schema::UniqueKey>) {
    for unique in keys {
        let collation = |place: usize| {
            let name = &plan.columns[place].name;
            unique.iter().find(|(column, _)| same_name(column, name)).map(|(_, collation)| collation.clone())
        };
        let collations: Option<Vec<String>> = plan.key.iter().map(|(place, _)| collation(*place)).collect();
        if let Some(collations) = collations.filter(|_| unique.len() == plan.key.len()) {
            for (key, collation) in plan.key.iter_mut().zip(collations) {
                key.1 = collation;
            }
            plan.key_is_unique = true;
            return;
        }
    }
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
    if request.mode == WriteMode::Upsert && request.key.is_empty() {
        return Err(Fault::config("mode `upsert` needs a key")
            .hint("name the columns that identify a row with `key`"));
    }
    let names = || request.schema.fields().iter().map(|field| field.name().as_str());
    for column in &request.key {
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
    PlanColumn { name: name.to_owned(), type_name, fit, store, is_new }
}

fn new_column(field: &Field) -> PlanColumn {
    let (type_name, fit) = for_new_column(field);
    planned(field, field.name(), type_name, fit, true)
}

fn fresh(table: &str, request: &LoadRequest) -> Result<Plan, Fault> {
    if request.contract.tables != ContractRule::Evolve {
        return Err(Fault::contract(format!(
            "table `{table}` does not exist, and the contract does not let it be made"
        ))
        .hint("create the table, or set the contract for tables to `evolve`"));
    }
    let columns: Vec<PlanColumn> = request.schema.fields().iter().map(|field| new_column(field)).collect();
    refuse_too_many(table, columns.len())?;
    Ok(Plan {
        table: table.to_owned(),
        exists: false,
        columns,
        key: Vec::new(),
        key_is_unique: !request.key.is_empty(),
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
        match table.column(field.name()) {
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
                ContractRule::Evolve => columns.push(new_column(field)),
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
    let needed: Vec<String> = table
        .columns
        .iter()
        .filter(|column| {
            column.not_null && !column.has_default && !column.is_generated && !table.is_row_id(column)
        })
        .filter(|column| !columns.iter().any(|planned| planned.name == column.name))
        .map(|column| format!("`{}`", column.name))
        .collect();
    if !needed.is_empty() {
        return Err(Fault::contract(format!(
            "table `{name}` needs values for {}, and the rows have none",
            needed.join(", ")
        ))
        .hint("add the columns in a transform, or give them a default in the table"));
    }
    refuse_too_many(name, table.columns.len() + columns.iter().filter(|column| column.is_new).count())?;
    Ok(Plan { table: name.clone(), exists: true, columns, key: Vec::new(), key_is_unique: false })
}
