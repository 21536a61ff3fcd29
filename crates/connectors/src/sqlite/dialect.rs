//! How SQLite writes the shared SQL of the write modes.

use towpath_connect::merge::Dialect;

use super::session::quoted;

/// The SQL of SQLite.
#[derive(Debug)]
pub(super) struct SqliteDialect;

impl Dialect for SqliteDialect {
    fn quote(&self, name: &str) -> String {
        quoted(name)
    }

    fn same(&self, left: &str, right: &str) -> String {
        format!("{left} IS {right}")
    }

    /// The value itself: the reader of the rows makes text of it, because SQLite's own text of a floating-point
    /// number loses digits, and its text of binary may be none.
    fn text(&self, value: &str) -> String {
        value.to_owned()
    }

    fn update(&self, target: &str, from: &str, on: &str, sets: &[(String, String)]) -> String {
        let sets: Vec<String> = sets.iter().map(|(column, value)| format!("{column} = {value}")).collect();
        format!("UPDATE {target} AS t SET {} FROM {from} WHERE {on}", sets.join(", "))
    }

    fn delete(&self, target: &str, condition: &str) -> String {
        match condition {
            // Without a condition, SQLite drops whole pages instead of rows.
            "1 = 1" => format!("DELETE FROM {target}"),
            condition => format!("DELETE FROM {target} AS t WHERE {condition}"),
        }
    }

    /// Instants are ISO 8601 text with `Z`, and with a fraction only where there is one: without the `Z`, their
    /// order as text is that of time.
    fn in_time(&self, moment: &str) -> String {
        format!("CASE typeof({moment}) WHEN 'text' THEN rtrim({moment}, 'Z') ELSE {moment} END")
    }
}
