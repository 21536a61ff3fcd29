//! Filters in SQL, with bound values.
//!
//! A filter is taken only where the server compares exactly as the engine does. Left to the engine: floats (NaN and
//! negative zero compare otherwise), order of text (collations), and types that travel as text.

use towpath_connect::{Comparison, Filter, Literal};

use super::name::quote;
use super::protocol::Bound;
use super::types::{Kind, PgType};

/// Whether the server can apply this filter to a column of this type, exactly.
pub(super) fn applies(filter: &Filter, column: &PgType) -> bool {
    match &filter.comparison {
        Comparison::IsNull | Comparison::IsNotNull => true,
        Comparison::In(literals) => literals.iter().all(|literal| type_of(literal, column, false).is_some()),
        comparison => comparison.operator().is_some_and(|(operator, literal)| {
            type_of(literal, column, !matches!(operator, "=" | "<>")).is_some()
        }),
    }
}

/// The number of the type to bind a literal as; `None` when the comparison is not for the server.
fn type_of(literal: &Literal, column: &PgType, ordered: bool) -> Option<u32> {
    match (literal, &column.kind) {
        (Literal::Boolean(_), Kind::Bool) if !ordered => Some(16),
        (Literal::Int(_), Kind::Int2 | Kind::Int4 | Kind::Int8) => Some(20),
        (Literal::Int(_) | Literal::Decimal(_), Kind::Decimal { .. }) => Some(1700),
        // `char(n)` ignores blanks at the end, and an enum refuses a word it does not have.
        (Literal::Text(text), Kind::Text)
            if !ordered && column.labels.is_none() && column.bare != "bpchar" && !text.contains('\0') =>
        {
            Some(25)
        }
        (Literal::Date(text), Kind::Date) if plain_year(text) => Some(1082),
        (Literal::Timestamp(text), Kind::Timestamp) if plain_year(text) => Some(1114),
        (Literal::Instant(text), Kind::TimestampTz) if plain_year(text) => Some(1184),
        _ => None,
    }
}

/// ISO 8601 and PostgreSQL agree on years of four digits.
fn plain_year(text: &str) -> bool {
    text.len() > 4 && text.as_bytes()[..4].iter().all(u8::is_ascii_digit) && text.as_bytes()[4] == b'-'
}

/// A filter as SQL; its values go to `binds`.
pub(super) fn sql(filter: &Filter, column: &PgType, binds: &mut Vec<Bound>) -> Option<String> {
    let name = quote(&filter.column);
    let mut bind = |literal: &Literal, ordered| {
        let oid = type_of(literal, column, ordered)?;
        binds.push(Bound { oid, text: Some(literal.to_string()) });
        Some(format!("${}", binds.len()))
    };
    Some(match &filter.comparison {
        Comparison::IsNull => format!("{name} IS NULL"),
        Comparison::IsNotNull => format!("{name} IS NOT NULL"),
        Comparison::In(literals) => {
            let values: Option<Vec<String>> = literals.iter().map(|literal| bind(literal, false)).collect();
            format!("{name} IN ({})", values?.join(", "))
        }
        comparison => {
            let (operator, literal) = comparison.operator()?;
            format!("{name} {operator} {}", bind(literal, !matches!(operator, "=" | "<>"))?)
        }
    })
}
