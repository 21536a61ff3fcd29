//! Simple filters that a source may apply itself.
//!
//! The engine hands over a filter only when the source accepted it ([`crate::Source::applies`]); everything else
//! it evaluates itself. A filter means what SQL means: a comparison with NULL keeps no row.

use std::fmt;

/// One condition on one column.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// Name of the column.
    pub column: String,
    /// How it is compared.
    pub comparison: Comparison,
}

/// How a column is compared.
#[derive(Debug, Clone, PartialEq)]
pub enum Comparison {
    /// `=`
    Equal(Literal),
    /// `<>`
    NotEqual(Literal),
    /// `<`
    Less(Literal),
    /// `<=`
    LessOrEqual(Literal),
    /// `>`
    Greater(Literal),
    /// `>=`
    GreaterOrEqual(Literal),
    /// `IN (…)`; never empty.
    In(Vec<Literal>),
    /// `IS NULL`
    IsNull,
    /// `IS NOT NULL`
    IsNotNull,
}

impl Comparison {
    /// The SQL operator of a two-sided comparison and its literal.
    pub fn operator(&self) -> Option<(&'static str, &Literal)> {
        Some(match self {
            Comparison::Equal(literal) => ("=", literal),
            Comparison::NotEqual(literal) => ("<>", literal),
            Comparison::Less(literal) => ("<", literal),
            Comparison::LessOrEqual(literal) => ("<=", literal),
            Comparison::Greater(literal) => (">", literal),
            Comparison::GreaterOrEqual(literal) => (">=", literal),
            _ => return None,
        })
    }
}

/// A value to compare with. Sources bind it; they never paste it into SQL.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// A truth value.
    Boolean(bool),
    /// A whole number.
    Int(i64),
    /// A floating-point number.
    Float(f64),
    /// A decimal number, as text.
    Decimal(String),
    /// Text.
    Text(String),
    /// A day, as ISO 8601 text.
    Date(String),
    /// A wall-clock time without zone, as ISO 8601 text with microseconds.
    Timestamp(String),
    /// A point in time, as ISO 8601 text with microseconds and `Z`.
    Instant(String),
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Boolean(value) => write!(f, "{value}"),
            Literal::Int(value) => write!(f, "{value}"),
            Literal::Float(value) => write!(f, "{value}"),
            Literal::Decimal(text)
            | Literal::Text(text)
            | Literal::Date(text)
            | Literal::Timestamp(text)
            | Literal::Instant(text) => f.write_str(text),
        }
    }
}
