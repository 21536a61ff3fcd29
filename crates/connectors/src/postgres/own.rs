//! Columns that a mode fills itself: the flag of a mirror, the times of a history.

use towpath_connect::LoadRequest;
use towpath_model::contract::ContractRule;
use towpath_model::landing::Missing;
use towpath_model::{Fault, WriteMode};

use super::catalog::Column;
use super::name::check_new;
use super::plan::{Plan, Versions};
use super::shape::{New, add};
use super::types::Kind;

/// The columns that the mode fills itself.
pub(super) fn own_columns(request: &LoadRequest) -> Vec<&str> {
    match request.mode {
        WriteMode::Mirror if request.mirror.missing == Missing::Flag => vec![&request.mirror.flag],
        WriteMode::History => {
            let history = &request.history;
            vec![&history.valid_from, &history.valid_to, &history.is_current]
        }
        _ => Vec::new(),
    }
}

/// The columns that the mode fills itself, as a new table has them. `time` is the type of points in time.
pub(super) fn own_definitions(request: &LoadRequest, time: &str) -> Vec<New> {
    let new = |name: &str, kind: &str, rest| New { name: name.to_owned(), kind: kind.to_owned(), rest };
    match request.mode {
        WriteMode::Mirror if request.mirror.missing == Missing::Flag => {
            vec![new(&request.mirror.flag, "timestamptz", "")]
        }
        WriteMode::History => vec![
            new(&request.history.valid_from, time, " NOT NULL"),
            new(&request.history.valid_to, time, ""),
            new(&request.history.is_current, "boolean", " NOT NULL"),
        ],
        _ => Vec::new(),
    }
}

/// What rows that are there already get in a new column that must not be null.
pub(super) fn first_value(name: &str, request: &LoadRequest) -> Option<&'static str> {
    match request.mode {
        WriteMode::History if name == request.history.valid_from => Some("'0001-01-01'"),
        WriteMode::History if name == request.history.is_current => Some("true"),
        _ => None,
    }
}

/// Finds, or plans, the columns that the mode fills itself.
pub(super) fn settle_own_columns(
    plan: &mut Plan,
    existing: &[Column],
    request: &LoadRequest,
) -> Result<(), Fault> {
    let comes = plan.columns.iter().find(|column| column.name == request.history.valid_from);
    let time = comes.map(|column| (column.kind.name.clone(), column.kind.kind.clone()));
    let existing_kind =
        |name: &str| existing.iter().find(|column| column.name == name).map(|c| c.kind.clone());
    let time = time.or_else(|| existing_kind(&request.history.valid_from).map(|kind| (kind.name, kind.kind)));
    let time = time.unwrap_or_else(|| ("timestamptz".into(), Kind::TimestampTz));
    let comes = comes.is_some();
    let mut missing = Vec::new();
    for new in own_definitions(request, &time.0) {
        let is_there = existing.iter().any(|column| column.name == new.name)
            || plan.columns.iter().any(|column| column.name == new.name);
        if !is_there {
            missing.push(new);
        }
    }
    if request.mode == WriteMode::History
        && !missing.is_empty()
        && request.contract.columns != ContractRule::Evolve
    {
        let names: Vec<String> = missing.iter().map(|new| format!("`{}`", new.name)).collect();
        return Err(Fault::contract(format!(
            "table `{}` has no column {}, which a history needs",
            plan.target,
            names.join(", ")
        ))
        .hint("set the contract for columns to `evolve`, or name the table's own columns under `history`"));
    }
    for new in &missing {
        check_new("column", &new.name)?;
        add(plan, new, first_value(&new.name, request));
    }
    match request.mode {
        WriteMode::History => {
            is_time(&request.history.valid_from, &time.1, plan)?;
            plan.versions = Some(Versions { kind: time.1, comes });
        }
        WriteMode::Mirror if request.mirror.missing == Missing::Flag => {
            let kind = existing_kind(&request.mirror.flag).map_or(Kind::TimestampTz, |kind| kind.kind);
            is_time(&request.mirror.flag, &kind, plan)?;
            plan.flag = Some(kind);
        }
        _ => {}
    }
    Ok(())
}

fn is_time(name: &str, kind: &Kind, plan: &Plan) -> Result<(), Fault> {
    match kind {
        Kind::TimestampTz | Kind::Timestamp | Kind::Date => Ok(()),
        _ => Err(Fault::contract(format!(
            "column `{name}` of table `{}` holds no dates or timestamps, so the load cannot note times in it",
            plan.target
        ))
        .hint("change the type of the column, or name another one")),
    }
}
