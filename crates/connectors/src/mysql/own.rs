//! Columns that a load fills by itself: the mark of rows that are gone, and the times of versions.

use towpath_connect::LoadRequest;
use towpath_model::contract::ContractRule;
use towpath_model::landing::Missing;
use towpath_model::{Fault, WriteMode};

use super::catalog::{Table, TableColumn};
use super::create::ColumnDefinition;
use super::names::{check_new, literal};
use super::plan::{Existing, Plan, staged};
use super::session::Server;
use super::types::ColumnType;

/// Columns of the target that the load itself fills.
#[derive(Debug, Default)]
pub(super) struct Own {
    /// The mark of rows that are gone.
    pub(super) flag: Option<ColumnDefinition>,
    /// The times of versions.
    pub(super) versions: Option<Versions>,
}

/// The columns of a history.
#[derive(Debug)]
pub(super) struct Versions {
    pub(super) from: ColumnDefinition,
    pub(super) to: ColumnDefinition,
    pub(super) current: ColumnDefinition,
    /// Place of the incoming column with the time of the version.
    pub(super) changed: Option<usize>,
}

/// Finds these columns, and adds to the plan's changes those that the table lacks.
pub(super) fn own_columns(
    plan: &mut Plan,
    request: &LoadRequest,
    existing: Option<&Existing>,
    server: &Server,
) -> Result<Own, Fault> {
    let table = existing.map(|existing| &existing.table);
    Ok(match request.mode {
        WriteMode::Mirror if request.mirror.missing == Missing::Flag => {
            Own { flag: Some(flag(plan, request, table, server)?), versions: None }
        }
        WriteMode::History => Own { flag: None, versions: Some(versions(plan, request, table, server)?) },
        _ => Own::default(),
    })
}

/// A point in time with microseconds.
const MOMENT: ColumnType = ColumnType::Timestamp(6);

/// A column that did not come, and is not there yet.
fn fresh(name: &str, column_type: ColumnType, nullable: bool, server: &Server) -> ColumnDefinition {
    // Without a default of its own, some servers update such a column by themselves.
    let implicit = matches!(column_type, ColumnType::Timestamp(_)) && !nullable && !server.plain_timestamps;
    let default = if implicit { first_moment(&column_type) } else { None };
    ColumnDefinition { name: name.to_owned(), column_type, charset: None, collation: None, nullable, default }
}

fn free(plan: &Plan, name: &str, what: &str) -> Result<(), Fault> {
    check_new("column", name)?;
    if plan.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name)) {
        return Err(Fault::config(format!("the rows bring a column `{name}`, which {what} itself"))
            .hint(format!("rename or leave out the incoming column, or choose another name than `{name}`")));
    }
    Ok(())
}

fn writable<'a>(table: &Table, column: &'a TableColumn) -> Result<&'a TableColumn, Fault> {
    if !column.generated {
        return Ok(column);
    }
    Err(Fault::contract(format!(
        "column `{}` of table `{}` is computed by the database, and the load has to fill it",
        column.name, table.name.table
    ))
    .hint("choose another name for the column"))
}

fn flag(
    plan: &mut Plan,
    request: &LoadRequest,
    table: Option<&Table>,
    server: &Server,
) -> Result<ColumnDefinition, Fault> {
    let name = &request.mirror.flag;
    free(plan, name, "`mirror` fills")?;
    let known = table.and_then(|table| table.column(name).map(|column| (table, column)));
    let Some((table, column)) = known else {
        let column = fresh(name, MOMENT, true, server);
        plan.changes.added.extend(table.map(|_| column.clone()));
        return Ok(column);
    };
    let column = staged(writable(table, column)?, false);
    moment(&column, "").map(|_| column)
}

fn versions(
    plan: &mut Plan,
    request: &LoadRequest,
    table: Option<&Table>,
    server: &Server,
) -> Result<Versions, Fault> {
    let rules = &request.history;
    let changed = plan
        .columns
        .iter()
        .position(|column| rules.changed.is_some() && column.name.eq_ignore_ascii_case(&rules.valid_from));
    if changed.is_none() {
        free(plan, &rules.valid_from, "`history` fills")?;
    }
    for name in [&rules.valid_to, &rules.is_current] {
        free(plan, name, "`history` fills")?;
    }
    let incoming = changed.map(|place| plan.columns[place].clone());
    let from_type = incoming.map_or(MOMENT, |column| column.column_type);
    let flag = ColumnType::Int { bits: 8, unsigned: false, narrow: true };
    let wanted = [
        fresh(&rules.valid_from, from_type.clone(), false, server),
        fresh(&rules.valid_to, from_type, true, server),
        fresh(&rules.is_current, flag, false, server),
    ];
    let Some(table) = table else {
        let [from, to, current] = wanted;
        return Ok(Versions { from, to, current, changed });
    };
    one_version_only(request, table)?;
    // The incoming time of a version is a column like others, and may have been added as one.
    plan.changes.added.retain(|column| !column.name.eq_ignore_ascii_case(&rules.valid_from));
    let mut found = Vec::with_capacity(wanted.len());
    for wanted in wanted {
        match table.column(&wanted.name) {
            Some(column) => found.push(staged(writable(table, column)?, false)),
            None => {
                if request.contract.columns != ContractRule::Evolve {
                    return Err(Fault::contract(format!(
                        "table `{}` has no column `{}`, which `mode: history` needs",
                        table.name.table, wanted.name
                    ))
                    .hint("add it, or set `columns: evolve` in the contract"));
                }
                plan.changes.added.push(with_first_value(wanted.clone(), request, table)?);
                found.push(wanted);
            }
        }
    }
    let mut found = found.into_iter();
    match (found.next(), found.next(), found.next()) {
        (Some(from), Some(to), Some(current)) => {
            if changed.is_none() {
                moment(&from, "")?;
            }
            Ok(Versions { from, to, current, changed })
        }
        _ => Err(Fault::internal("a history has three columns")),
    }
}

/// Refuses tables that cannot hold two versions of a row.
fn one_version_only(request: &LoadRequest, table: &Table) -> Result<(), Fault> {
    let only_key = |columns: &[String]| {
        columns.iter().all(|column| request.key.iter().any(|key| key.eq_ignore_ascii_case(column)))
    };
    let Some(unique) = table.unique_keys.iter().find(|unique| !unique.partial && only_key(&unique.columns))
    else {
        return Ok(());
    };
    Err(Fault::contract(format!(
        "table `{}` cannot keep several versions of a row: its unique key `{}` lets a key come only once",
        table.name.table, unique.name
    ))
    .hint(format!(
        "make `{}` part of that key, or let the load create another table",
        request.history.valid_from
    )))
}

/// A column for rows that are there already: they are current, and have been for ever.
fn with_first_value(
    column: ColumnDefinition,
    request: &LoadRequest,
    table: &Table,
) -> Result<ColumnDefinition, Fault> {
    if column.nullable {
        return Ok(column);
    }
    let default = match column.column_type {
        ColumnType::Int { .. } if column.name == request.history.is_current => Some("1".to_owned()),
        ref other => first_moment(other),
    };
    if default.is_some() {
        return Ok(ColumnDefinition { default, ..column });
    }
    Err(Fault::contract(format!(
        "column `{}` of type {} cannot be added to table `{}`, because its rows have no value for it",
        column.name, column.column_type, table.name.table
    ))
    .hint("add the column yourself"))
}

/// The first value of a type of times, as SQL.
fn first_moment(column_type: &ColumnType) -> Option<String> {
    let text = match column_type {
        ColumnType::Date => "1000-01-01",
        ColumnType::DateTime(_) => "1000-01-01 00:00:00",
        ColumnType::Timestamp(_) => "1971-01-01 00:00:00",
        _ => return None,
    };
    Some(literal(text))
}

/// A time of the server (`2026-01-31 12:00:00.000000`, in UTC) as SQL in the type of a column.
pub(super) fn moment(column: &ColumnDefinition, time: &str) -> Result<String, Fault> {
    let time = literal(time);
    Ok(match &column.column_type {
        ColumnType::Date => format!("CAST({time} AS DATE)"),
        ColumnType::DateTime(digits) | ColumnType::Timestamp(digits) => {
            format!("CAST({time} AS DATETIME({digits}))")
        }
        text if text.is_text() => time,
        other => {
            return Err(Fault::contract(format!(
                "column `{}` has type {other}, and the load has to write a time into it",
                column.name
            ))
            .hint("change its type to `timestamp(6)`, or choose another name for the column"));
        }
    })
}
