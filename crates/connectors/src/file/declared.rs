//! Types that users give to columns.

use arrow::datatypes::{DataType, Field, TimeUnit};
use towpath_connect::types::{Logical, with_logical};
use towpath_model::{Fault, suggest};

/// The words for types, for "did you mean".
const WORDS: [&str; 11] = [
    "text",
    "int64",
    "decimal",
    "float64",
    "boolean",
    "date",
    "time",
    "timestamp",
    "timestamptz",
    "uuid",
    "json",
];

/// Reads the word for a type as users write it, for example `decimal(12,2)`.
pub(super) fn parse_type(word: &str) -> Option<Declared> {
    let word = word.trim().to_ascii_lowercase();
    Some(match word.as_str() {
        "text" => Declared::Plain(DataType::Utf8),
        "int64" => Declared::Plain(DataType::Int64),
        "float64" => Declared::Plain(DataType::Float64),
        "boolean" => Declared::Plain(DataType::Boolean),
        "date" => Declared::Plain(DataType::Date32),
        "time" => Declared::Plain(DataType::Time64(TimeUnit::Microsecond)),
        "timestamp" => Declared::Plain(DataType::Timestamp(TimeUnit::Microsecond, None)),
        "timestamptz" => Declared::Plain(DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))),
        "uuid" => Declared::Uuid,
        "json" => Declared::Json,
        _ => {
            let inner = word.strip_prefix("decimal(")?.strip_suffix(')')?;
            let (precision, scale) = inner.split_once(',')?;
            let (precision, scale): (u8, i8) = (precision.trim().parse().ok()?, scale.trim().parse().ok()?);
            let good = (1..=38).contains(&precision) && scale >= 0 && scale as u8 <= precision;
            return good.then_some(Declared::Plain(DataType::Decimal128(precision, scale)));
        }
    })
}

/// A type that the user gave.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Declared {
    Plain(DataType),
    Uuid,
    Json,
}

impl Declared {
    /// The field of a column of this type.
    pub(super) fn field(&self, name: &str) -> Field {
        match self {
            Declared::Plain(data_type) => Field::new(name, data_type.clone(), true),
            Declared::Uuid => with_logical(Field::new(name, DataType::Utf8, true), Logical::Uuid),
            Declared::Json => with_logical(Field::new(name, DataType::Utf8, true), Logical::Json),
        }
    }
}

/// The fault for a word that is no type.
pub(super) fn unknown_type(name: &str, word: &str) -> Fault {
    let fault = Fault::config(format!("type `{word}` of column `{name}` is unknown"));
    if word.trim().to_ascii_lowercase().starts_with("decimal") {
        return fault.hint("write digits and decimals, for example `decimal(12,2)`; at most 38 digits");
    }
    match suggest::hint(word, "types", WORDS) {
        Some(hint) => fault.hint(hint),
        None => fault,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_words() {
        assert_eq!(parse_type("Decimal(12, 2)"), Some(Declared::Plain(DataType::Decimal128(12, 2))));
        assert_eq!(parse_type("decimal(39,2)"), None);
        assert_eq!(parse_type("decimal(2,3)"), None);
        assert_eq!(parse_type("varchar"), None);
    }
}
