//! The shape of the table: what a load makes, adds or renames before it places its rows.

use rusqlite::Connection;
use towpath_model::Fault;

use super::fault::{explain, refused};
use super::own::{Own, always};
use super::plan::{Plan, Store};
use super::session::{Database, quoted};
use super::stage::TARGET;

/// Makes the table, or renames and adds its columns. Inside the transaction of the load.
pub(super) fn shape(
    database: &Database,
    connection: &Connection,
    plan: &Plan,
    notes: &mut Vec<String>,
) -> Result<(), Fault> {
    let run =
        |sql: &str| connection.execute_batch(sql).map_err(|error| refused(database, &plan.table, error));
    let target = format!("{TARGET}.{}", quoted(&plan.table));
    if !plan.exists {
        run(&create(&target, plan))?;
        notes.push(format!("created table `{}`", plan.table));
        return Ok(());
    }
    for (old, new) in &plan.renames {
        run(&format!("ALTER TABLE {target} RENAME COLUMN {} TO {}", quoted(old), quoted(new)))?;
        notes.push(format!("renamed column `{old}` to `{new}`"));
    }
    let came = plan.columns.iter().filter(|column| column.is_new);
    let came = came.map(|column| (&column.name, &column.type_name));
    let own = plan.own.all().filter(|own| own.is_new).map(|own| (&own.name, &own.type_name));
    for (name, type_name) in came.chain(own) {
        run(&format!("ALTER TABLE {target} ADD COLUMN {} {type_name}", quoted(name)))?;
        notes.push(format!("added column `{name}` ({type_name})"));
    }
    begin_history(database, connection, plan, &target)
}

/// Rows that were there before the table kept a history are versions that were always valid, and still are.
fn begin_history(
    database: &Database,
    connection: &Connection,
    plan: &Plan,
    target: &str,
) -> Result<(), Fault> {
    let Some(times) = &plan.own.times else { return Ok(()) };
    let from_is_new = times.from.is_new || plan.changed.is_some_and(|place| plan.columns[place].is_new);
    let fail = |error| explain(database, error);
    let set = |column: &Own, value: &str| {
        let name = quoted(&column.name);
        connection
            .execute(&format!("UPDATE {target} SET {name} = {value} WHERE {name} IS NULL"), [])
            .map_err(fail)
    };
    if from_is_new {
        match always(&times.from) {
            Some(value) => set(&times.from, value).map(|_| ())?,
            None => {
                let has_rows = format!("SELECT EXISTS (SELECT 1 FROM {target})");
                if connection.query_row(&has_rows, [], |row| row.get(0)).map_err(fail)? {
                    return Err(Fault::contract(format!(
                        "the rows of table `{}` have no `{}`, and a column declared {} cannot say that they were \
                         always valid",
                        plan.table, times.from.name, times.from.type_name
                    ))
                    .hint("add the column and fill it"));
                }
            }
        }
    }
    if times.current.is_new {
        set(&times.current, "1")?;
    }
    Ok(())
}

/// The definition of a new table, with what identifies a row as its primary key.
fn create(target: &str, plan: &Plan) -> String {
    let key: Vec<usize> = plan.key.iter().map(|(place, _)| *place).collect();
    let mut parts: Vec<String> = plan
        .columns
        .iter()
        .enumerate()
        .filter(|(index, _)| plan.changed != Some(*index))
        .map(|(index, column)| {
            let is_key = key.contains(&index);
            // A single whole number becomes the row id itself, the fastest key there is; only this word does it.
            let row_id = key == [index] && plan.own.times.is_none() && column.store == Store::Integer;
            let type_name = if row_id { "INTEGER" } else { &column.type_name };
            let not_null = if is_key { " NOT NULL" } else { "" };
            format!("{} {type_name}{not_null}", quoted(&column.name))
        })
        .collect();
    let mut identity: Vec<String> = key.iter().map(|place| quoted(&plan.columns[*place].name)).collect();
    let rows = identity.join(", ");
    for own in plan.own.all() {
        parts.push(format!("{} {}", quoted(&own.name), own.type_name));
    }
    if let Some(times) = &plan.own.times {
        identity.push(quoted(&times.from.name));
    }
    if !identity.is_empty() {
        parts.push(format!("PRIMARY KEY ({})", identity.join(", ")));
    }
    let mut sql = format!("CREATE TABLE {target} ({})", parts.join(", "));
    if let Some(times) = &plan.own.times {
        let index = quoted(&format!("{} {}", plan.table, times.current.name));
        let current = quoted(&times.current.name);
        let table = quoted(&plan.table);
        sql.push_str(&format!("; CREATE INDEX {TARGET}.{index} ON {table} ({rows}) WHERE {current}"));
    }
    sql
}
