//! The columns of a load: where each incoming one lands, as what, and what the contract lets change.

use arrow::datatypes::{DataType, Field, Schema};
use towpath_connect::types::{Logical, with_logical};
use towpath_connect::widen::{holds, widened};
use towpath_connect::{ColumnFit, LoadRequest, TextCheck};
use towpath_model::contract::ContractRule;
use towpath_model::{Fault, WriteMode};

use super::own::{OwnColumns, refuse_clash};
use super::plan::Plan;
use super::schema::{self, Table, same_name};
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
    /// The declared type that the column has until the load widens it.
    pub(super) widens: Option<String>,
    /// A type name with the affinity of the column.
    pub(super) affinity: &'static str,
}

/// The incoming column whose values land as the time of a history.
pub(super) fn changed(request: &LoadRequest) -> Option<&str> {
    (request.mode == WriteMode::History).then_some(request.history.changed.as_deref()).flatten()
}

/// The name under which an incoming column lands.
fn lands_as<'a>(request: &'a LoadRequest, field: &'a Field) -> &'a str {
    if changed(request) == Some(field.name()) { &request.history.valid_from } else { field.name() }
}

/// Gives columns of the table their declared new names, where only the old one exists, as the commit will do.
pub(super) fn renamed(
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

pub(super) fn refuse_twins(schema: &Schema) -> Result<(), Fault> {
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

pub(super) fn fresh(table: &str, request: &LoadRequest) -> Result<Plan, Fault> {
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

pub(super) fn existing(table: &Table, request: &LoadRequest) -> Result<Plan, Fault> {
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
                let landed = lands_in(table, column, field, request)?;
                columns.push(landed);
            }
            None => match request.contract.columns {
                ContractRule::Evolve => columns.push(new_column(request, field)),
                ContractRule::DiscardValue => {}
                ContractRule::DiscardRow => {
                    let mut column = new_column(request, field);
                    (column.fit.absent, column.is_new) = (true, false);
                    columns.push(column);
                }
                ContractRule::Freeze => unknown.push(format!("`{}`", field.name())),
            },
        }
    }
    if !unknown.is_empty() {
        let these = if unknown.len() == 1 { "column" } else { "columns" };
        return Err(Fault::contract(format!("table `{name}` has no {these} {}", unknown.join(", "))).hint(
            "set the contract for columns to `evolve` to add, or to `discard_value` to leave out, or name the old \
             column under `renames`",
        ));
    }
    if columns.iter().all(|column| column.fit.absent) {
        return Err(Fault::contract(format!("table `{name}` has none of the incoming columns")));
    }
    let own = own_columns(Some(table), request, &columns)?;
    let comes = |name: &str| {
        columns.iter().any(|planned| !planned.fit.absent && same_name(&planned.name, name))
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

/// How values of an incoming column land in a column of the table, under the contract for types.
fn lands_in(
    table: &Table,
    column: &schema::Column,
    field: &Field,
    request: &LoadRequest,
) -> Result<PlanColumn, Fault> {
    let fit_of = |type_name: &str| ColumnFit {
        nullable: !column.not_null || table.is_row_id(column),
        discards_values: request.contract.types == ContractRule::DiscardValue,
        ..for_existing_column(field, type_name)
    };
    let as_it_is = fit_of(&column.type_name);
    let rule = request.contract.types;
    if rule == ContractRule::Freeze && !holds(&as_field(&as_it_is), field) {
        return Err(Fault::contract(format!(
            "column `{}` of table `{}` is declared {} and does not hold every value of type {}, which comes",
            column.name,
            table.name,
            as_it_is.native,
            towpath_connect::types::describe(field)
        ))
        .hint("cast the column in a transform, or set the contract for types to `evolve` or `discard_row`"));
    }
    // The row id is always a whole number, strict tables know no other names of types, and the times of a history
    // have one type in all its columns.
    if rule == ContractRule::Evolve
        && !table.is_strict
        && changed(request) != Some(field.name())
        && !table.is_row_id(column)
        && let Some(type_name) = wider_type(&column.type_name, &as_it_is, field)
    {
        let mut landed = planned(field, &column.name, type_name.clone(), fit_of(&type_name), false);
        landed.widens = Some(column.type_name.clone());
        return Ok(landed);
    }
    Ok(planned(field, &column.name, column.type_name.clone(), as_it_is, false))
}

/// What a column takes, as a field.
fn as_field(fit: &ColumnFit) -> Field {
    let field = Field::new(&fit.name, fit.data_type.clone(), true);
    match fit.check {
        Some(TextCheck::Uuid) => with_logical(field, Logical::Uuid),
        Some(TextCheck::Json) => with_logical(field, Logical::Json),
        Some(TextCheck::Numeric) => with_logical(field, Logical::Numeric),
        _ => field,
    }
}

/// The declared type to which a column is widened, if it can be without changing what its values say.
fn wider_type(type_name: &str, fit: &ColumnFit, incoming: &Field) -> Option<String> {
    let from = declared(Some(type_name));
    if !matches!(from, Declared::Integer | Declared::Decimal(..) | Declared::Date | Declared::NumericText) {
        return None;
    }
    let wider = widened(&as_field(fit), incoming)?;
    // SQLite's own numbers hold whole and floating-point ones in one column.
    let is_float = matches!(incoming.data_type(), DataType::Float16 | DataType::Float32 | DataType::Float64);
    if is_float && has_numeric_affinity(type_name) {
        return Some("NUMERIC".into());
    }
    Some(for_new_column(&wider).0)
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
    let affinity = affinity(&type_name);
    PlanColumn { name: name.to_owned(), affinity, type_name, fit, store, is_new, widens: None }
}

fn new_column(request: &LoadRequest, field: &Field) -> PlanColumn {
    let (type_name, mut fit) = for_new_column(field);
    fit.discards_values = request.contract.types == ContractRule::DiscardValue;
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

fn refuse_too_many(table: &str, count: usize) -> Result<(), Fault> {
    if count <= MOST_COLUMNS {
        return Ok(());
    }
    Err(Fault::contract(format!(
        "table `{table}` would have {count} columns, and SQLite takes {MOST_COLUMNS}"
    ))
    .hint("select fewer columns in a transform"))
}
