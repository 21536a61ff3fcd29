//! Whether a column holds what comes, and the least type that holds both.
//!
//! The contract for types asks two questions about a column of a table and an incoming column: may values be refused
//! (`freeze` wants to know before the load), and to what can the column be widened in place, so that it keeps what
//! it has (`evolve`). Types widen inside three families: numbers, texts, and days to points in time. Everything
//! else stays as it is, and values that do not fit are told apart row by row ([`crate::fit`]).
//!
//! Lengths of texts are not part of Arrow's types, so connectors look after those themselves.

use arrow::datatypes::{DataType, Field, TimeUnit};

use crate::types::{Logical, canonical, logical, with_logical};

/// Whether the column takes every value of the incoming type, by the rules of the fit.
pub fn holds(column: &Field, incoming: &Field) -> bool {
    let (to, from) = (canonical(column.data_type()), canonical(incoming.data_type()));
    if incoming.data_type() == &DataType::Null {
        return true;
    }
    if let (Some(column), Some(incoming)) = (Number::of(column), Number::of(incoming)) {
        return column.holds(incoming);
    }
    match (&to, &from) {
        (DataType::Utf8, DataType::Utf8) => match logical(column) {
            None => true,
            Some(kind) => logical(incoming) == Some(kind) && kind != Logical::Enum,
        },
        (DataType::Utf8, DataType::Binary) => false,
        (DataType::Utf8, _) => logical(column).is_none(),
        (DataType::Binary, DataType::Utf8) => true,
        (DataType::Timestamp(TimeUnit::Microsecond, None), DataType::Date32) => true,
        (DataType::List(to), DataType::List(from)) => holds(to, from),
        (to, from) => to == from,
    }
}

/// The least type to which the column can be widened in place so that it also takes every incoming value, as a
/// field with the column's name. `None` when the column takes them already, or when there is no such type.
pub fn widened(column: &Field, incoming: &Field) -> Option<Field> {
    if holds(column, incoming) {
        return None;
    }
    if let (Some(number), Some(incoming)) = (Number::of(column), Number::of(incoming)) {
        return Some(number.and(incoming).field(column.name()));
    }
    let to = match (canonical(column.data_type()), canonical(incoming.data_type())) {
        (DataType::Date32, DataType::Timestamp(_, None)) => DataType::Timestamp(TimeUnit::Microsecond, None),
        _ => return None,
    };
    Some(Field::new(column.name(), to, true))
}

/// A type of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Number {
    /// Whole numbers of so many bits, one of them for the sign, if there is one.
    Whole { bits: u8, signed: bool },
    /// Decimal numbers with so many digits before and behind the point.
    Decimal { whole: u16, scale: u16 },
    /// Floating-point numbers of so many bits.
    Float { bits: u8 },
    /// Numbers of any size.
    Any,
}

impl Number {
    fn of(field: &Field) -> Option<Self> {
        let whole = |bits, signed| Some(Number::Whole { bits, signed });
        match canonical(field.data_type()) {
            DataType::Int8 => whole(8, true),
            DataType::Int16 => whole(16, true),
            DataType::Int32 => whole(32, true),
            DataType::Int64 => whole(64, true),
            DataType::UInt8 => whole(8, false),
            DataType::UInt16 => whole(16, false),
            DataType::UInt32 => whole(32, false),
            // A row of bits is a number in form only.
            DataType::UInt64 if logical(field) == Some(Logical::Bits) => None,
            DataType::UInt64 => whole(64, false),
            DataType::Float32 => Some(Number::Float { bits: 32 }),
            DataType::Float64 => Some(Number::Float { bits: 64 }),
            DataType::Decimal128(precision, scale) | DataType::Decimal256(precision, scale) => {
                let whole = i16::from(precision) - i16::from(scale);
                Some(Number::Decimal {
                    whole: u16::try_from(whole).unwrap_or(0),
                    scale: u16::try_from(scale).unwrap_or(0),
                })
            }
            DataType::Utf8 if logical(field) == Some(Logical::Numeric) => Some(Number::Any),
            _ => None,
        }
    }

    /// Digits of the largest whole number.
    fn digits(bits: u8, signed: bool) -> u16 {
        match (bits, signed) {
            (8, _) => 3,
            (16, _) => 5,
            (32, _) => 10,
            (_, true) => 19,
            (_, false) => 20,
        }
    }

    fn holds(self, other: Number) -> bool {
        match (self, other) {
            (Number::Any, _) => true,
            (_, Number::Any) => false,
            (Number::Whole { bits, signed }, Number::Whole { bits: others, signed: others_sign }) => {
                (signed == others_sign && bits >= others) || (signed && !others_sign && bits > others)
            }
            (Number::Whole { bits, signed }, Number::Decimal { whole, scale }) => {
                signed && scale == 0 && whole < Number::digits(bits, signed)
            }
            (Number::Decimal { whole, .. }, Number::Whole { bits, signed }) => {
                whole >= Number::digits(bits, signed)
            }
            (Number::Decimal { whole, scale }, Number::Decimal { whole: others, scale: others_scale }) => {
                whole >= others && scale >= others_scale
            }
            (Number::Float { bits }, Number::Float { bits: others }) => bits >= others,
            (Number::Float { bits: 64 }, Number::Whole { bits, .. }) => bits <= 32,
            (Number::Float { .. }, Number::Whole { bits, .. }) => bits <= 16,
            // So many decimal digits survive the way into binary and back.
            (Number::Float { bits: 64 }, Number::Decimal { whole, scale }) => whole + scale <= 15,
            (Number::Float { .. }, Number::Decimal { whole, scale }) => whole + scale <= 6,
            (Number::Whole { .. } | Number::Decimal { .. }, Number::Float { .. }) => false,
        }
    }

    /// The least type that holds both.
    fn and(self, other: Number) -> Number {
        match (self, other) {
            _ if self.holds(other) => self,
            // A decimal column must not lose its exactness to a float that happens to hold its digits.
            (Number::Decimal { .. }, Number::Float { .. }) => Number::Any,
            _ if other.holds(self) => other,
            // One is signed and the other is not, and at least as large.
            (Number::Whole { bits, .. }, Number::Whole { bits: others, .. }) => match bits.max(others) {
                8 => Number::Whole { bits: 16, signed: true },
                16 => Number::Whole { bits: 32, signed: true },
                32 => Number::Whole { bits: 64, signed: true },
                _ => Number::Decimal { whole: 20, scale: 0 },
            },
            (Number::Whole { bits, signed }, Number::Decimal { whole, scale })
            | (Number::Decimal { whole, scale }, Number::Whole { bits, signed }) => {
                Number::decimal(whole.max(Number::digits(bits, signed)), scale)
            }
            (Number::Decimal { whole, scale }, Number::Decimal { whole: others, scale: others_scale }) => {
                Number::decimal(whole.max(others), scale.max(others_scale))
            }
            (Number::Whole { bits: ..=32, .. }, Number::Float { .. }) => Number::Float { bits: 64 },
            (Number::Float { .. }, Number::Whole { bits: ..=32, .. }) => Number::Float { bits: 64 },
            _ => Number::Any,
        }
    }

    fn decimal(whole: u16, scale: u16) -> Number {
        match whole + scale {
            ..=76 => Number::Decimal { whole, scale },
            _ => Number::Any,
        }
    }

    fn field(self, name: &str) -> Field {
        let data_type = match self {
            Number::Whole { bits: 8, signed: true } => DataType::Int8,
            Number::Whole { bits: 16, signed: true } => DataType::Int16,
            Number::Whole { bits: 32, signed: true } => DataType::Int32,
            Number::Whole { signed: true, .. } => DataType::Int64,
            Number::Whole { bits: 8, .. } => DataType::UInt8,
            Number::Whole { bits: 16, .. } => DataType::UInt16,
            Number::Whole { bits: 32, .. } => DataType::UInt32,
            Number::Whole { .. } => DataType::UInt64,
            Number::Float { bits: 32 } => DataType::Float32,
            Number::Float { .. } => DataType::Float64,
            Number::Decimal { whole, scale } => match (u8::try_from(whole + scale), i8::try_from(scale)) {
                (Ok(precision @ ..=38), Ok(scale)) => DataType::Decimal128(precision.max(1), scale),
                (Ok(precision), Ok(scale)) => DataType::Decimal256(precision, scale),
                _ => return Number::Any.field(name),
            },
            Number::Any => return with_logical(Field::new(name, DataType::Utf8, true), Logical::Numeric),
        };
        Field::new(name, data_type, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MICROS: TimeUnit = TimeUnit::Microsecond;

    fn plain(data_type: DataType) -> Field {
        Field::new("c", data_type, true)
    }

    #[track_caller]
    fn widens(from: DataType, incoming: DataType, to: Option<DataType>) {
        let widened = widened(&plain(from.clone()), &plain(incoming.clone()));
        assert_eq!(widened.map(|field| field.data_type().clone()), to, "{from} and {incoming}");
    }

    #[test]
    fn columns_widen_to_the_least_type_that_holds_both() {
        use DataType::*;
        widens(Int32, Int16, None);
        widens(Int32, Int64, Some(Int64));
        widens(Int32, UInt32, Some(Int64));
        widens(Int64, UInt64, Some(Decimal128(20, 0)));
        widens(Int64, Decimal128(12, 2), Some(Decimal128(21, 2)));
        widens(Decimal128(12, 2), Decimal128(12, 4), Some(Decimal128(14, 4)));
        widens(Decimal128(38, 0), Decimal128(38, 10), Some(Decimal256(48, 10)));
        widens(Decimal128(10, 2), Int16, None);
        widens(Float32, Float64, Some(Float64));
        widens(Int32, Float64, Some(Float64));
        widens(Float32, Int32, Some(Float64));
        widens(Date32, Timestamp(MICROS, None), Some(Timestamp(MICROS, None)));
        widens(Date32, Timestamp(MICROS, Some("UTC".into())), None);
        widens(Int32, Utf8, None);
        widens(Timestamp(MICROS, None), Date32, None);
    }

    #[test]
    fn what_no_fixed_type_holds_becomes_a_number_of_any_size() {
        for incoming in [DataType::Float64, DataType::Float32] {
            for column in [DataType::Int64, DataType::Decimal128(9, 2)] {
                let widened = widened(&plain(column), &plain(incoming.clone())).unwrap();
                assert_eq!(logical(&widened), Some(Logical::Numeric));
            }
        }
    }

    #[test]
    fn a_widened_column_holds_what_it_held_and_what_comes() {
        use DataType::*;
        let numbers = [
            Int8,
            Int16,
            Int32,
            Int64,
            UInt8,
            UInt16,
            UInt32,
            UInt64,
            Float32,
            Float64,
            Decimal128(5, 2),
            Decimal128(19, 0),
            Decimal128(38, 38),
            Decimal256(76, 3),
        ];
        for column in numbers.clone().map(plain) {
            for incoming in numbers.clone().map(plain) {
                match widened(&column, &incoming) {
                    Some(wider) => assert!(
                        holds(&wider, &column) && holds(&wider, &incoming),
                        "{column} and {incoming} widen to {wider}"
                    ),
                    None => assert!(holds(&column, &incoming), "{column} and {incoming}"),
                }
            }
        }
    }

    #[test]
    fn texts_with_a_form_take_only_that_form() {
        let uuid = with_logical(plain(DataType::Utf8), Logical::Uuid);
        assert!(holds(&plain(DataType::Utf8), &uuid) && holds(&uuid, &uuid));
        assert!(!holds(&uuid, &plain(DataType::Utf8)));
        assert!(holds(&plain(DataType::Utf8), &plain(DataType::Int32)));
        assert!(holds(&uuid, &plain(DataType::Null)));
    }
}
