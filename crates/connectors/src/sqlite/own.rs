//! Columns that a load fills itself: the flag of a mirror, the times of a history.

use std::time::{SystemTime, UNIX_EPOCH};

use towpath_connect::{LoadRequest, civil};
use towpath_model::contract::ContractRule;
use towpath_model::landing::Missing;
use towpath_model::{Fault, WriteMode};

use super::schema::{Table, same_name};
use super::types::{Declared, declared};

/// Declared type of new columns with the time of a load.
const INSTANT: &str = "TIMESTAMPTZ";

/// A column that the load fills itself.
#[derive(Debug, Clone)]
pub(super) struct Own {
    /// The name as the table spells it.
    pub(super) name: String,
    pub(super) type_name: String,
    pub(super) is_new: bool,
}

/// The columns of a history.
#[derive(Debug, Clone)]
pub(super) struct Times {
    /// The time from which a version is valid. It is new only when no incoming column lands there.
    pub(super) from: Own,
    pub(super) to: Own,
    pub(super) current: Own,
}

/// The columns that a mode needs besides the incoming ones.
#[derive(Debug, Clone, Default)]
pub(super) struct OwnColumns {
    pub(super) flag: Option<Own>,
    pub(super) times: Option<Times>,
}

impl OwnColumns {
    /// Finds the columns in the table, or plans them. `changed` is the declared type of the column that the incoming
    /// time of a history lands in.
    pub(super) fn plan(
        table: Option<&Table>,
        request: &LoadRequest,
        changed: Option<&str>,
    ) -> Result<Self, Fault> {
        let evolves = request.contract.columns == ContractRule::Evolve;
        let mut own = OwnColumns::default();
        if request.mode == WriteMode::Mirror && request.mirror.missing == Missing::Flag {
            own.flag = Some(find(table, &request.mirror.flag, INSTANT, true)?);
        }
        if request.mode == WriteMode::History {
            let names = &request.history;
            let from = match changed {
                Some(type_name) => {
                    Own { name: names.valid_from.clone(), type_name: type_name.to_owned(), is_new: false }
                }
                None => find(table, &names.valid_from, INSTANT, evolves)?,
            };
            let to = find(table, &names.valid_to, &from.type_name, evolves)?;
            let current = find(table, &names.is_current, "BOOLEAN", evolves)?;
            own.times = Some(Times { from, to, current });
        }
        Ok(own)
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = &Own> {
        let times = self.times.iter().flat_map(|times| [&times.from, &times.to, &times.current]);
        self.flag.iter().chain(times)
    }
}

fn find(table: Option<&Table>, name: &str, type_name: &str, may_add: bool) -> Result<Own, Fault> {
    let found = table.and_then(|table| table.column(name));
    match (table, found) {
        (_, Some(column)) => {
            Ok(Own { name: column.name.clone(), type_name: column.type_name.clone(), is_new: false })
        }
        (Some(table), None) if !may_add => {
            Err(Fault::contract(format!("table `{}` has no column `{name}`", table.name))
                .hint("set the contract for columns to `evolve` to add it, or name another column"))
        }
        _ => Ok(Own { name: name.to_owned(), type_name: type_name.to_owned(), is_new: true }),
    }
}

/// Refuses incoming columns that stand in the place of the load's own ones. `landed` are the names under which
/// incoming columns land, but for the time of a history.
pub(super) fn refuse_clash<'a>(own: &OwnColumns, landed: impl Iterator<Item = &'a str>) -> Result<(), Fault> {
    for name in landed {
        if let Some(own) = own.all().find(|own| same_name(&own.name, name)) {
            return Err(Fault::config(format!("the load fills column `{}` itself, and the rows have it too", own.name))
                .hint("leave the column out of the rows, or give the load's own column another name under `mirror` or `history`"));
        }
    }
    Ok(())
}

/// The time now, in microseconds since 1970.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// A moment as text for the ledger.
pub(super) fn instant(micros: i64) -> String {
    let mut text = String::new();
    civil::write_moment(&mut text, micros, ' ', true);
    text
}

/// A moment as SQL, in the form that values of the column have.
pub(super) fn literal(column: &Own, micros: i64) -> Result<String, Fault> {
    let mut text = String::new();
    match declared(Some(&column.type_name)) {
        Declared::Date => civil::write_date(&mut text, micros.div_euclid(civil::DAY_MICROS) as i32),
        Declared::DateTime => civil::write_moment(&mut text, micros, ' ', false),
        Declared::Instant | Declared::Text | Declared::None => {
            civil::write_moment(&mut text, micros, ' ', true);
        }
        _ => {
            return Err(Fault::contract(format!(
                "column `{}` is declared {}, and the load writes times there",
                column.name, column.type_name
            ))
            .hint("declare the column as TIMESTAMPTZ, or name another one"));
        }
    }
    Ok(format!("'{text}'"))
}

/// What stands in `valid_from` of rows that were there before the table kept a history: they were always valid.
pub(super) fn always(column: &Own) -> Option<&'static str> {
    let is_time = matches!(
        declared(Some(&column.type_name)),
        Declared::Date | Declared::DateTime | Declared::Instant | Declared::Text | Declared::None
    );
    is_time.then_some("'-infinity'")
}
