//! Type words: how people name types in documents, such as `decimal(12,2)`.

use arrow::datatypes::{DataType, Field, TimeUnit};

use crate::types::{Logical, describe_type, logical, with_logical};

/// Every type word, for hints; `decimal` stands for `decimal(precision,scale)`.
pub const WORDS: [&str; 22] = [
    "text",
    "boolean",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float32",
    "float64",
    "decimal(12,2)",
    "date",
    "time",
    "timestamp",
    "timestamptz",
    "interval",
    "binary",
    "json",
    "uuid",
    "numeric",
];

/// The nullable field of that name and type word; `None` for an unknown word.
pub fn field(name: &str, word: &str) -> Option<Field> {
    let word = word.trim().to_ascii_lowercase();
    let plain = |data_type| Some(Field::new(name, data_type, true));
    match word.as_str() {
        "text" | "string" => plain(DataType::Utf8),
        "boolean" | "bool" => plain(DataType::Boolean),
        "int8" => plain(DataType::Int8),
        "int16" => plain(DataType::Int16),
        "int32" => plain(DataType::Int32),
        "int64" | "integer" | "int" => plain(DataType::Int64),
        "uint8" => plain(DataType::UInt8),
        "uint16" => plain(DataType::UInt16),
        "uint32" => plain(DataType::UInt32),
        "uint64" => plain(DataType::UInt64),
        "float32" => plain(DataType::Float32),
        "float64" | "float" | "double" => plain(DataType::Float64),
        "date" => plain(DataType::Date32),
        "time" => plain(DataType::Time64(TimeUnit::Microsecond)),
        "timestamp" => plain(DataType::Timestamp(TimeUnit::Microsecond, None)),
        "timestamptz" => plain(DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))),
        "interval" => plain(DataType::Interval(arrow::datatypes::IntervalUnit::MonthDayNano)),
        "binary" => plain(DataType::Binary),
        "json" => Some(with_logical(Field::new(name, DataType::Utf8, true), Logical::Json)),
        "uuid" => Some(with_logical(Field::new(name, DataType::Utf8, true), Logical::Uuid)),
        "numeric" => Some(with_logical(Field::new(name, DataType::Utf8, true), Logical::Numeric)),
        other => {
            let inside = other.strip_prefix("decimal(")?.strip_suffix(')')?;
            let (precision, scale) = inside.split_once(',').unwrap_or((inside, "0"));
            let (precision, scale) = (precision.trim().parse::<u8>().ok()?, scale.trim().parse::<i8>().ok()?);
            if scale < 0 || i16::from(scale) > i16::from(precision) {
                return None;
            }
            match precision {
                1..=38 => plain(DataType::Decimal128(precision, scale)),
                39..=76 => plain(DataType::Decimal256(precision, scale)),
                _ => None,
            }
        }
    }
}

/// The word of a field's type; the words of messages where there is none.
pub fn word(field: &Field) -> String {
    match (field.data_type(), logical(field)) {
        (_, Some(Logical::Json)) => "json".into(),
        (_, Some(Logical::Uuid)) => "uuid".into(),
        (DataType::Utf8, Some(Logical::Numeric)) => "numeric".into(),
        (DataType::Timestamp(_, Some(_)), _) => "timestamptz".into(),
        (DataType::Duration(_), _) => "interval".into(),
        (data_type, _) => describe_type(data_type),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_known_and_nonsense_is_not() {
        for word in WORDS {
            assert!(field("x", word).is_some(), "{word}");
        }
        for word in ["decimal(0,0)", "decimal(5,6)", "decimal(77,0)", "varchar", ""] {
            assert_eq!(field("x", word), None, "{word}");
        }
    }
}
