//! References between tables: what a table that is replaced must not break.

use rusqlite::{Connection, params};
use towpath_model::Fault;

use super::fault::explain;
use super::schema;
use super::session::Database;
use super::stage::TARGET;

/// A table by its name for messages, and the number of its rows that refer to nothing.
pub(super) type Broken = (String, i64);

/// Refuses a load after which more rows refer to nothing than `before`.
pub(super) fn refuse_new(
    database: &Database,
    connection: &Connection,
    table: &str,
    before: &[Broken],
) -> Result<(), Fault> {
    let after = broken(database, connection, table)?;
    let known = |what: &str| before.iter().find(|(known, _)| known == what).map_or(0, |(_, count)| *count);
    match after.into_iter().find(|(what, count)| known(what) < *count) {
        Some((what, count)) => Err(Fault::data(format!(
            "after the load, {count} rows of {what} would refer to rows that do not exist"
        ))
        .hint("load the missing rows first, or use mode `upsert`")),
        None => Ok(()),
    }
}

/// Rows that refer to nothing, per table, among the tables that refer to the target or are referred to by it.
pub(super) fn broken(
    database: &Database,
    connection: &Connection,
    table: &str,
) -> Result<Vec<Broken>, Fault> {
    let read = || -> rusqlite::Result<Vec<Broken>> {
        let mut involved = Vec::new();
        let mut parents =
            connection.prepare("SELECT DISTINCT \"table\" FROM pragma_foreign_key_list(?1, ?2)")?;
        for (name, is_view) in schema::names(connection, TARGET)? {
            let referred: Vec<String> = match is_view {
                true => Vec::new(),
                false => {
                    parents.query_map(params![name, TARGET], |row| row.get(0))?.collect::<Result<_, _>>()?
                }
            };
            let own = schema::same_name(&name, table) && !referred.is_empty();
            if own || referred.iter().any(|parent| schema::same_name(parent, table)) {
                involved.push(name);
            }
        }
        let mut count = connection.prepare("SELECT count(*) FROM pragma_foreign_key_check(?1, ?2)")?;
        involved
            .into_iter()
            .map(|name| {
                let broken = count.query_row(params![name, TARGET], |row| row.get(0))?;
                Ok((format!("table `{name}`"), broken))
            })
            .collect()
    };
    read().map_err(|error| explain(database, error))
}
