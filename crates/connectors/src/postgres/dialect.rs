//! How PostgreSQL writes the statements of a merge.

use towpath_connect::merge::Dialect;

use super::catalog::Column;
use super::name::quote;
use super::types::Kind;

/// PostgreSQL's SQL.
#[derive(Debug)]
pub(super) struct Postgres;

impl Dialect for Postgres {
    fn quote(&self, name: &str) -> String {
        quote(name)
    }

    fn same(&self, left: &str, right: &str) -> String {
        format!("{left} IS NOT DISTINCT FROM {right}")
    }

    fn text(&self, value: &str) -> String {
        format!("({value})::text")
    }

    fn update(&self, target: &str, from: &str, on: &str, sets: &[(String, String)]) -> String {
        let sets: Vec<String> = sets.iter().map(|(column, value)| format!("{column} = {value}")).collect();
        format!("UPDATE {target} AS t SET {} FROM {from} WHERE {on}", sets.join(", "))
    }

    fn delete(&self, target: &str, condition: &str) -> String {
        format!("DELETE FROM {target} AS t WHERE {condition}")
    }

    fn overriding(&self) -> &'static str {
        " OVERRIDING SYSTEM VALUE"
    }
}

/// How values of a column are compared when their own equality does not do: it is missing (`json`, `xml`), says too
/// much (boxes of one area are equal, and so are a month and thirty days), or overlooks differences (collations that
/// are not deterministic).
pub(super) fn comparison(column: &Column) -> Option<String> {
    let by_text = |kind: &Kind| matches!(kind, Kind::Cast | Kind::Json | Kind::Interval);
    match &column.kind.kind {
        Kind::Array(item, _) if by_text(item) => Some("({})::text".into()),
        kind if by_text(kind) => Some("({})::text".into()),
        Kind::Text if column.loose => Some("({}) COLLATE \"C\"".into()),
        _ => None,
    }
}
