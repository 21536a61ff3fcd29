//! Drift: what stands between the rows that a pipeline gives and the table as it is now.
//!
//! The comparison is pure: incoming schema, table, rules and abilities in, findings out. It says beforehand what the
//! contract makes of each difference, so that nobody learns of a changed table from a failed load. What only the
//! database knows (lengths of texts, defaults, rights) stays for the load to find out.

use std::collections::HashSet;

use arrow::datatypes::{Field, Schema, SchemaRef};
use serde::Serialize;
use towpath_connect::types::describe;
use towpath_connect::widen::{holds, widened};
use towpath_connect::{Capabilities, ColumnFit, Fitter, TargetTable};
use towpath_model::contract::ContractRule;
use towpath_model::landing::{Landing, Missing};
use towpath_model::{WriteMode, suggest};

/// What a load would do about a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Nothing needs to be done.
    Nothing,
    /// The table changes: it is created, or a column is added, widened or renamed.
    Changes,
    /// Values or columns are left out of the table.
    LeavesOut,
    /// Rows that do not fit go to quarantine.
    Quarantines,
    /// The load is refused.
    Refuses,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The column that it is about; `None` for the table as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What is different.
    pub difference: String,
    /// What a load would do about it.
    pub effect: Effect,
    /// What that means, in words.
    pub outcome: String,
}

/// Everything that is different between incoming rows and a table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Drift {
    /// The differences, those of the table first and then in the order of the incoming columns.
    pub findings: Vec<Finding>,
}

impl Drift {
    /// Whether a load would be refused.
    pub fn refuses(&self) -> bool {
        self.findings.iter().any(|finding| finding.effect == Effect::Refuses)
    }

    fn add(&mut self, column: Option<&str>, difference: String, effect: Effect, outcome: impl Into<String>) {
        let column = column.map(str::to_owned);
        self.findings.push(Finding { column, difference, effect, outcome: outcome.into() });
    }
}

/// Compares incoming rows with the table that they are to land in.
pub fn drift(
    incoming: &SchemaRef,
    target: Option<&TargetTable>,
    landing: &Landing,
    can: &Capabilities,
) -> Drift {
    let mut drift = Drift::default();
    let Some(target) = target else {
        let missing = "the table does not exist".to_owned();
        match (landing.contract.tables, can.creates) {
            (ContractRule::Evolve, true) => drift.add(None, missing, Effect::Changes, "it is created"),
            (ContractRule::Evolve, false) => {
                drift.add(None, missing, Effect::Refuses, "the destination cannot create it")
            }
            (rule, _) => drift.add(None, missing, Effect::Refuses, contract("tables", rule)),
        }
        return drift;
    };
    let table = Table::of(target, incoming, landing, &mut drift);
    let mut compared = HashSet::new();
    for field in incoming.fields() {
        let name = table.name_of(field);
        compared.insert(name.to_owned());
        match table.column(name) {
            Some(column) => types(&mut drift, column, field, landing, can),
            None => no_column(&mut drift, &table, field, landing, can),
        }
    }
    for column in table.columns.iter().filter(|column| !compared.contains(column.name().as_str())) {
        unset(&mut drift, column, landing);
    }
    key(&mut drift, target, landing);
    drift
}

/// The table under the names that it has after declared renames.
struct Table<'a> {
    columns: Vec<Field>,
    landing: &'a Landing,
}

impl<'a> Table<'a> {
    fn of(target: &TargetTable, incoming: &Schema, landing: &'a Landing, drift: &mut Drift) -> Table<'a> {
        let mut columns: Vec<Field> =
            target.schema.fields().iter().map(|field| field.as_ref().clone()).collect();
        for (old, new) in &landing.contract.renames {
            let has = |name: &str| columns.iter().any(|column| column.name() == name);
            if has(new) || !has(old) || incoming.field_with_name(new).is_err() {
                continue;
            }
            for column in columns.iter_mut().filter(|column| column.name() == old) {
                *column = column.clone().with_name(new);
            }
            let difference = format!("the table calls it `{old}`");
            drift.add(Some(new), difference, Effect::Changes, "the column is renamed in place");
        }
        Table { columns, landing }
    }

    fn column(&self, name: &str) -> Option<&Field> {
        self.columns.iter().find(|column| column.name() == name)
    }

    /// The name under which an incoming column lands.
    fn name_of<'b>(&'b self, field: &'b Field) -> &'b str {
        let history = &self.landing.history;
        match self.landing.mode == WriteMode::History && history.changed.as_ref() == Some(field.name()) {
            true => &history.valid_from,
            false => field.name(),
        }
    }
}

fn contract(of: &str, rule: ContractRule) -> String {
    let rule = match rule {
        ContractRule::Evolve => "evolve",
        ContractRule::Freeze => "freeze",
        ContractRule::DiscardRow => "discard_row",
        ContractRule::DiscardValue => "discard_value",
    };
    format!("the contract for {of} is `{rule}`")
}

/// An incoming column that the table has.
fn types(drift: &mut Drift, column: &Field, field: &Field, landing: &Landing, can: &Capabilities) {
    let name = Some(field.name().as_str());
    if field.is_nullable() && !column.is_nullable() && !landing.key.contains(field.name()) {
        let difference = "values may be missing, and the table takes none that are".to_owned();
        drift.add(name, difference, Effect::Quarantines, "rows without a value there go to quarantine");
    }
    if holds(column, field) {
        return;
    }
    let difference = format!("{} comes, and the table has {}", describe(field), describe(column));
    if !can_pass(column, field) {
        return drift.add(name, difference, Effect::Refuses, "no value of the one is a value of the other");
    }
    let wider = widened(column, field);
    match (landing.contract.types, wider) {
        (ContractRule::Evolve, Some(wider)) if can.widens => {
            let outcome = format!("the column is widened to {}, where the database can", describe(&wider));
            drift.add(name, difference, Effect::Changes, outcome);
        }
        (ContractRule::Freeze, _) => {
            drift.add(name, difference, Effect::Refuses, contract("types", ContractRule::Freeze))
        }
        (ContractRule::DiscardValue, _) if column.is_nullable() => {
            let outcome = "values that do not fit are left out and kept in quarantine";
            drift.add(name, difference, Effect::LeavesOut, outcome);
        }
        _ => {
            drift.add(name, difference, Effect::Quarantines, "rows whose value does not fit go to quarantine")
        }
    }
}

/// Whether any value can pass from one type into the other.
fn can_pass(column: &Field, field: &Field) -> bool {
    let schema = Schema::new(vec![field.clone()]);
    let fit = ColumnFit::new(field.name(), towpath_connect::types::canonical(column.data_type()));
    Fitter::new(schema.into(), vec![fit]).is_ok()
}

/// An incoming column that the table does not have.
fn no_column(drift: &mut Drift, table: &Table<'_>, field: &Field, landing: &Landing, can: &Capabilities) {
    let name = field.name().as_str();
    let is_key = landing.key.contains(field.name());
    let difference = "the table has no such column".to_owned();
    match landing.contract.columns {
        ContractRule::Evolve if can.adds_columns => {
            drift.add(Some(name), difference, Effect::Changes, format!("it is added as {}", describe(field)))
        }
        ContractRule::Evolve => {
            drift.add(Some(name), difference, Effect::Refuses, "the destination cannot add columns")
        }
        ContractRule::Freeze => {
            let near = suggest::nearest(name, table.columns.iter().map(|column| column.name().as_str()));
            let outcome = contract("columns", ContractRule::Freeze);
            let outcome = match near {
                Some(near) => format!("{outcome}; `renames: {{ {near}: {name} }}` says that it is `{near}`"),
                None => outcome,
            };
            drift.add(Some(name), difference, Effect::Refuses, outcome);
        }
        _ if is_key => {
            drift.add(Some(name), difference, Effect::Refuses, "a column of the key cannot be left out")
        }
        ContractRule::DiscardRow => {
            drift.add(Some(name), difference, Effect::Quarantines, "rows with a value there go to quarantine")
        }
        ContractRule::DiscardValue => {
            drift.add(Some(name), difference, Effect::LeavesOut, "the column is left out")
        }
    }
}

/// A column of the table that does not come.
fn unset(drift: &mut Drift, column: &Field, landing: &Landing) {
    let name = column.name().as_str();
    let is_own = match landing.mode {
        WriteMode::History => {
            let history = &landing.history;
            [&history.valid_from, &history.valid_to, &history.is_current].contains(&column.name())
        }
        WriteMode::Mirror => landing.mirror.missing == Missing::Flag && landing.mirror.flag == *name,
        _ => false,
    };
    if is_own {
        return;
    }
    let difference = "the column does not come".to_owned();
    match column.is_nullable() {
        true => {
            drift.add(Some(name), difference, Effect::Nothing, "new rows have a null or its default there")
        }
        false => drift.add(
            Some(name),
            difference,
            Effect::Nothing,
            "the table takes no null there: the load is refused unless the column has a default",
        ),
    }
}

/// The key of the load and that of the table.
fn key(drift: &mut Drift, target: &TargetTable, landing: &Landing) {
    if landing.key.is_empty() || target.primary_key.is_empty() {
        if landing.mode.needs_key() && target.primary_key.is_empty() {
            let difference = format!(
                "the table has no primary key, and the load tells rows apart by {}",
                list(&landing.key)
            );
            drift.add(None, difference, Effect::Nothing, "the load compares the columns of its key");
        }
        return;
    }
    let of = |key: &[String]| key.iter().cloned().collect::<HashSet<String>>();
    if of(&target.primary_key) == of(&landing.key) {
        // A history keeps several rows of one key.
        if landing.mode == WriteMode::History {
            let difference = format!("the primary key of the table is {}", list(&target.primary_key));
            drift.add(None, difference, Effect::Refuses, "it cannot hold several versions of a row");
        }
        return;
    }
    if landing.mode == WriteMode::History {
        return;
    }
    let difference = format!(
        "the primary key of the table is {}, and the load tells rows apart by {}",
        list(&target.primary_key),
        list(&landing.key)
    );
    drift.add(
        None,
        difference,
        Effect::Nothing,
        "rows that the table holds to be the same may fail the load",
    );
}

fn list(columns: &[String]) -> String {
    columns.iter().map(|column| format!("`{column}`")).collect::<Vec<_>>().join(", ")
}
