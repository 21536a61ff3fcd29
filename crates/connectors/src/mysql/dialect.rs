//! How MySQL writes the statements of a merge, and how its values are compared.

use towpath_connect::merge::Dialect;

use super::create::ColumnDefinition;
use super::names::quote;
use super::types::ColumnType;

/// MySQL's and MariaDB's SQL.
#[derive(Debug)]
pub(super) struct MysqlDialect;

impl Dialect for MysqlDialect {
    fn quote(&self, name: &str) -> String {
        quote(name)
    }

    fn same(&self, left: &str, right: &str) -> String {
        format!("{left} <=> {right}")
    }

    /// Rows come back in the text protocol, which is the server's own text form.
    fn text(&self, value: &str) -> String {
        value.to_owned()
    }

    fn update(&self, target: &str, from: &str, on: &str, sets: &[(String, String)]) -> String {
        let sets: Vec<String> = sets.iter().map(|(column, value)| format!("t.{column} = {value}")).collect();
        format!("UPDATE {target} AS t JOIN {from} ON {on} SET {}", sets.join(", "))
    }

    fn delete(&self, target: &str, condition: &str) -> String {
        // Without a condition the form for one table is the faster one.
        match condition {
            "1 = 1" => format!("DELETE FROM {target}"),
            condition => format!("DELETE t FROM {target} AS t WHERE {condition}"),
        }
    }
}

/// How values of a column are compared where plain comparison takes different values for equal: text by its
/// collation (`red` and `Red`, blanks at the end), documents and shapes by their meaning.
pub(super) fn comparison(column: &ColumnDefinition) -> Option<String> {
    let form = match &column.column_type {
        text if text.is_text() => "CAST({} AS BINARY)",
        ColumnType::Json => "CAST(CAST({} AS CHAR) AS BINARY)",
        ColumnType::Geometry(_) | ColumnType::OtherBinary(_) => "HEX({})",
        _ => return None,
    };
    Some(form.to_owned())
}
