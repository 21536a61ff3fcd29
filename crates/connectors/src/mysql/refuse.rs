//! What a load may not do: the refusals of a plan, each with the way out.

use towpath_connect::LoadRequest;
use towpath_model::contract::ContractRule;
use towpath_model::{Fault, WriteMode, suggest};

use super::catalog::{Table, TableColumn};
use super::create::ColumnDefinition;
use super::names::{TableName, quote};
use super::plan::{Existing, Strategy};

pub(super) fn generated(column: &TableColumn, target: &TableName) -> Fault {
    Fault::contract(format!(
        "column `{}` of table `{}` is computed by the database and cannot be loaded",
        column.name, target.table
    ))
    .hint("leave it out, for example with the transform `select`")
}

pub(super) fn check_request(request: &LoadRequest, exists: bool) -> Result<(), Fault> {
    if request.mode.needs_key() && request.key.is_empty() {
        return Err(Fault::config(format!("mode `{}` needs a key", request.mode.name()))
            .hint("give `key`, for example `key: [id]`"));
    }
    let names = || request.schema.fields().iter().map(|field| field.name().as_str());
    let changed = request.history.changed.as_ref().filter(|_| request.mode == WriteMode::History);
    for name in request.key.iter().chain(changed) {
        if request.schema.index_of(name).is_err() {
            let fault = Fault::config(format!("key column `{name}` is not among the incoming columns"));
            return Err(match suggest::hint(name, "incoming columns", names()) {
                Some(hint) => fault.hint(hint),
                None => fault,
            });
        }
    }
    if !exists && request.schema.fields().is_empty() {
        return Err(Fault::contract("rows without columns make no table"));
    }
    Ok(())
}

pub(super) fn may_create(request: &LoadRequest, target: &TableName) -> Result<(), Fault> {
    if request.contract.tables == ContractRule::Evolve {
        return Ok(());
    }
    Err(Fault::contract(format!(
        "table `{}` does not exist in database `{}`, and the contract lets no table be created",
        target.table, target.database
    ))
    .hint("create the table, or set `tables: evolve` in the contract"))
}

pub(super) fn check_key(column: &ColumnDefinition, target: &TableName) -> Result<(), Fault> {
    if column.column_type.can_be_key() {
        return Ok(());
    }
    Err(Fault::config(format!(
        "column `{}` of table `{}` has type {}, which MySQL cannot use as a key",
        column.name, target.table, column.column_type
    ))
    .hint(format!("change {} to `varchar` with a length, or choose another key", quote(&column.name))))
}

/// Columns that the table lacks and that are not added to it: refuses them or says what happens to them.
pub(super) fn left_out(
    request: &LoadRequest,
    table: &Table,
    unknown: &[String],
) -> Result<Option<String>, Fault> {
    let list = unknown.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match request.contract.columns {
        ContractRule::DiscardValue => {
            return Ok(Some(format!("left out columns that the table does not have: {list}")));
        }
        ContractRule::DiscardRow => {
            return Ok(Some(format!(
                "took only rows without values in columns that the table does not have: {list}"
            )));
        }
        ContractRule::Freeze | ContractRule::Evolve => {}
    }
    let what = if unknown.len() == 1 { "column" } else { "columns" };
    let fault = Fault::contract(format!("table `{}` has no {what} {list}", table.name.table));
    let near = match unknown {
        [only] => suggest::nearest(only, table.columns.iter().map(|column| column.name.as_str())),
        _ => None,
    };
    Err(match near {
        Some(near) => {
            fault.hint(format!("did you mean `{near}`? Or set `columns: evolve` in the contract to add it"))
        }
        None => fault
            .hint("set `columns: evolve` in the contract to add them, or `discard_value` to leave them out"),
    })
}

pub(super) fn refuses(target: &TableName, refusing: &[String]) -> Fault {
    Fault::contract(format!(
        "columns of table `{}` could refuse incoming values, and the contract for types is `freeze`: {}",
        target.table,
        refusing.join(", ")
    ))
    .hint("cast the columns in a transform, or set `types` in the contract to `evolve` or `discard_row`")
}

/// The one safe way into a table that takes part in no transaction.
pub(super) fn untransacted(request: &LoadRequest, existing: &Existing) -> Result<Strategy, Fault> {
    let Table { name, engine, .. } = &existing.table;
    let why = match request.mode {
        WriteMode::Overwrite if existing.triggers => "swapping tables would lose its triggers",
        WriteMode::Overwrite if request.undo.is_some() => "its loads cannot be taken back",
        WriteMode::Overwrite => return Ok(Strategy::Swap),
        _ => "a load that fails half-way could not be taken back",
    };
    Err(Fault::config(format!(
        "table `{}` has storage engine {engine}, which knows no transactions: {why}",
        name.table
    ))
    .hint(format!("change it with `ALTER TABLE {} ENGINE=InnoDB`", quote(&name.table))))
}
