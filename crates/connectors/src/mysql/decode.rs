//! From the values of a binary result to Arrow columns.
//!
//! The binary protocol carries numbers, dates and times as numbers: nothing is parsed, and `float` keeps every bit,
//! which the text protocol would cut to six digits. A value that Arrow cannot represent (a date with a zero part, text
//! that is not Unicode) marks its row; marked rows leave the batch before anybody sees it.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryBuilder, BooleanArray, BooleanBuilder, Decimal128Builder, Decimal256Builder,
    PrimitiveBuilder, StringBuilder,
};
use arrow::compute::filter;
use arrow::datatypes::{
    DataType, Date32Type, DurationMicrosecondType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, TimeUnit, TimestampMicrosecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type, i256,
};
use mysql_async::Value;
use towpath_model::Fault;

use super::civil;

/// Collects the values of one column.
pub(super) enum ColumnDecoder {
    Boolean(BooleanBuilder),
    Int8(PrimitiveBuilder<Int8Type>),
    Int16(PrimitiveBuilder<Int16Type>),
    Int32(PrimitiveBuilder<Int32Type>),
    Int64(PrimitiveBuilder<Int64Type>),
    UInt8(PrimitiveBuilder<UInt8Type>),
    UInt16(PrimitiveBuilder<UInt16Type>),
    UInt32(PrimitiveBuilder<UInt32Type>),
    UInt64(PrimitiveBuilder<UInt64Type>),
    Float32(PrimitiveBuilder<Float32Type>),
    Float64(PrimitiveBuilder<Float64Type>),
    Decimal128(Decimal128Builder, u8),
    Decimal256(Decimal256Builder, u8),
    Text(StringBuilder),
    Binary(BinaryBuilder),
    Date(PrimitiveBuilder<Date32Type>),
    Timestamp(PrimitiveBuilder<TimestampMicrosecondType>),
    Span(PrimitiveBuilder<DurationMicrosecondType>),
}

impl ColumnDecoder {
    /// A decoder of values of an Arrow type.
    pub(super) fn new(data_type: &DataType, rows: usize) -> Result<Self, Fault> {
        use ColumnDecoder as D;
        macro_rules! primitive {
            ($variant:ident) => {
                D::$variant(PrimitiveBuilder::with_capacity(rows))
            };
        }
        Ok(match data_type {
            DataType::Boolean => D::Boolean(BooleanBuilder::with_capacity(rows)),
            DataType::Int8 => primitive!(Int8),
            DataType::Int16 => primitive!(Int16),
            DataType::Int32 => primitive!(Int32),
            DataType::Int64 => primitive!(Int64),
            DataType::UInt8 => primitive!(UInt8),
            DataType::UInt16 => primitive!(UInt16),
            DataType::UInt32 => primitive!(UInt32),
            DataType::UInt64 => primitive!(UInt64),
            DataType::Float32 => primitive!(Float32),
            DataType::Float64 => primitive!(Float64),
            DataType::Decimal128(_, scale) => D::Decimal128(
                Decimal128Builder::with_capacity(rows).with_data_type(data_type.clone()),
                scale.unsigned_abs(),
            ),
            DataType::Decimal256(_, scale) => D::Decimal256(
                Decimal256Builder::with_capacity(rows).with_data_type(data_type.clone()),
                scale.unsigned_abs(),
            ),
            DataType::Utf8 => D::Text(StringBuilder::with_capacity(rows, rows * 16)),
            DataType::Binary => D::Binary(BinaryBuilder::with_capacity(rows, rows * 16)),
            DataType::Date32 => primitive!(Date),
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                D::Timestamp(PrimitiveBuilder::with_capacity(rows).with_data_type(data_type.clone()))
            }
            DataType::Duration(TimeUnit::Microsecond) => primitive!(Span),
            other => {
                return Err(Fault::internal(format!("a MySQL column cannot be read as `{other}`")));
            }
        })
    }

    /// Adds a value. On an error a null stands in its place and the row must be dropped.
    #[inline]
    pub(super) fn push(&mut self, value: &Value) -> Result<(), &'static str> {
        let result = self.try_push(value);
        if result.is_err() {
            self.push_null();
        }
        result
    }

    fn try_push(&mut self, value: &Value) -> Result<(), &'static str> {
        use ColumnDecoder as D;
        macro_rules! whole {
            ($builder:expr, $type:ty) => {
                $builder.append_value(match value {
                    Value::Int(number) => <$type>::try_from(*number).map_err(|_| OTHER_TYPE)?,
                    Value::UInt(number) => <$type>::try_from(*number).map_err(|_| OTHER_TYPE)?,
                    _ => return Err(OTHER_TYPE),
                })
            };
        }
        if matches!(value, Value::NULL) {
            self.push_null();
            return Ok(());
        }
        match self {
            D::Int8(builder) => whole!(builder, i8),
            D::Int16(builder) => whole!(builder, i16),
            D::Int32(builder) => whole!(builder, i32),
            D::Int64(builder) => whole!(builder, i64),
            D::UInt8(builder) => whole!(builder, u8),
            D::UInt16(builder) => whole!(builder, u16),
            D::UInt32(builder) => whole!(builder, u32),
            D::UInt64(builder) => match value {
                Value::Bytes(bits) => builder.append_value(bits_value(bits)?),
                _ => whole!(builder, u64),
            },
            D::Boolean(builder) => match value {
                Value::Int(number) => builder.append_value(*number != 0),
                Value::Bytes(bits) => builder.append_value(bits_value(bits)? != 0),
                _ => return Err(OTHER_TYPE),
            },
            D::Float32(builder) => match value {
                Value::Float(number) => builder.append_value(*number),
                _ => return Err(OTHER_TYPE),
            },
            D::Float64(builder) => match value {
                Value::Double(number) => builder.append_value(*number),
                Value::Float(number) => builder.append_value(f64::from(*number)),
                _ => return Err(OTHER_TYPE),
            },
            D::Decimal128(builder, scale) => match value {
                Value::Bytes(text) => builder.append_value(decimal128(text, *scale).ok_or(BAD_DECIMAL)?),
                _ => return Err(OTHER_TYPE),
            },
            D::Decimal256(builder, scale) => match value {
                Value::Bytes(text) => builder.append_value(decimal256(text, *scale).ok_or(BAD_DECIMAL)?),
                _ => return Err(OTHER_TYPE),
            },
            D::Text(builder) => match value {
                Value::Bytes(bytes) => {
                    builder.append_value(std::str::from_utf8(bytes).map_err(|_| BAD_TEXT)?)
                }
                _ => return Err(OTHER_TYPE),
            },
            D::Binary(builder) => match value {
                Value::Bytes(bytes) => builder.append_value(bytes),
                _ => return Err(OTHER_TYPE),
            },
            D::Date(builder) => match value {
                Value::Date(year, month, day, ..) => {
                    builder.append_value(civil::days(*year, *month, *day).ok_or(bad_date(value))?)
                }
                _ => return Err(OTHER_TYPE),
            },
            D::Timestamp(builder) => match value {
                Value::Date(year, month, day, hour, minute, second, micros) => {
                    let days = civil::days(*year, *month, *day).ok_or(bad_date(value))?;
                    let seconds = i64::from(days) * 86_400
                        + i64::from(*hour) * 3_600
                        + i64::from(*minute) * 60
                        + i64::from(*second);
                    builder.append_value(seconds * 1_000_000 + i64::from(*micros));
                }
                _ => return Err(OTHER_TYPE),
            },
            D::Span(builder) => match value {
                Value::Time(negative, days, hours, minutes, seconds, micros) => {
                    let hours = i64::from(*days) * 24 + i64::from(*hours);
                    let seconds = hours * 3_600 + i64::from(*minutes) * 60 + i64::from(*seconds);
                    let span = seconds * 1_000_000 + i64::from(*micros);
                    builder.append_value(if *negative { -span } else { span });
                }
                _ => return Err(OTHER_TYPE),
            },
        }
        Ok(())
    }

    fn push_null(&mut self) {
        use ColumnDecoder as D;
        match self {
            D::Boolean(builder) => builder.append_null(),
            D::Int8(builder) => builder.append_null(),
            D::Int16(builder) => builder.append_null(),
            D::Int32(builder) => builder.append_null(),
            D::Int64(builder) => builder.append_null(),
            D::UInt8(builder) => builder.append_null(),
            D::UInt16(builder) => builder.append_null(),
            D::UInt32(builder) => builder.append_null(),
            D::UInt64(builder) => builder.append_null(),
            D::Float32(builder) => builder.append_null(),
            D::Float64(builder) => builder.append_null(),
            D::Decimal128(builder, _) => builder.append_null(),
            D::Decimal256(builder, _) => builder.append_null(),
            D::Text(builder) => builder.append_null(),
            D::Binary(builder) => builder.append_null(),
            D::Date(builder) => builder.append_null(),
            D::Timestamp(builder) => builder.append_null(),
            D::Span(builder) => builder.append_null(),
        }
    }

    /// The column so far, without the rows that `keep` drops; the decoder starts anew.
    pub(super) fn finish(&mut self, keep: Option<&BooleanArray>) -> Result<ArrayRef, Fault> {
        use ColumnDecoder as D;
        let array: ArrayRef = match self {
            D::Boolean(builder) => Arc::new(builder.finish()),
            D::Int8(builder) => Arc::new(builder.finish()),
            D::Int16(builder) => Arc::new(builder.finish()),
            D::Int32(builder) => Arc::new(builder.finish()),
            D::Int64(builder) => Arc::new(builder.finish()),
            D::UInt8(builder) => Arc::new(builder.finish()),
            D::UInt16(builder) => Arc::new(builder.finish()),
            D::UInt32(builder) => Arc::new(builder.finish()),
            D::UInt64(builder) => Arc::new(builder.finish()),
            D::Float32(builder) => Arc::new(builder.finish()),
            D::Float64(builder) => Arc::new(builder.finish()),
            D::Decimal128(builder, _) => Arc::new(builder.finish()),
            D::Decimal256(builder, _) => Arc::new(builder.finish()),
            D::Text(builder) => Arc::new(builder.finish()),
            D::Binary(builder) => Arc::new(builder.finish()),
            D::Date(builder) => Arc::new(builder.finish()),
            D::Timestamp(builder) => Arc::new(builder.finish()),
            D::Span(builder) => Arc::new(builder.finish()),
        };
        match keep {
            None => Ok(array),
            Some(keep) => filter(&array, keep).map_err(|error| Fault::internal(format!("a batch: {error}"))),
        }
    }
}

const OTHER_TYPE: &str = "the server sent a value of another type than the column has";
const BAD_TEXT: &str = "the text is not valid Unicode";
const BAD_DECIMAL: &str = "the number has more digits than its type allows";

fn bad_date(value: &Value) -> &'static str {
    match value {
        Value::Date(0, 0, 0, ..) => "a zero date is no date",
        Value::Date(_, 0, ..) | Value::Date(_, _, 0, ..) => "a date with a zero month or day is no date",
        _ => "the day does not exist in the calendar",
    }
}

/// The bits of a `bit(n)` value, highest byte first.
fn bits_value(bytes: &[u8]) -> Result<u64, &'static str> {
    if bytes.len() > 8 {
        return Err(OTHER_TYPE);
    }
    Ok(bytes.iter().fold(0, |bits, byte| bits << 8 | u64::from(*byte)))
}

/// Decimal text with exactly `scale` digits after the point, as the server writes it; fewer are filled up.
fn decimal128(text: &[u8], scale: u8) -> Option<i128> {
    let (negative, digits) = sign(text);
    // Up to 18 digits fit 64 bits, where arithmetic is several times faster.
    let mut value: i128 = 0;
    let (mut part, mut count): (u64, u32) = (0, 0);
    let mut after_point: Option<u8> = None;
    for &byte in digits {
        match byte {
            b'0'..=b'9' => {
                part = part * 10 + u64::from(byte - b'0');
                count += 1;
                if let Some(after) = &mut after_point {
                    *after += 1;
                }
                if count == 18 {
                    value = value.checked_mul(10_i128.pow(18))?.checked_add(i128::from(part))?;
                    (part, count) = (0, 0);
                }
            }
            b'.' if after_point.is_none() => after_point = Some(0),
            _ => return None,
        }
    }
    value = value.checked_mul(10_i128.pow(count))?.checked_add(i128::from(part))?;
    let missing = scale.checked_sub(after_point.unwrap_or(0))?;
    value = value.checked_mul(10_i128.checked_pow(u32::from(missing))?)?;
    Some(if negative { -value } else { value })
}

fn decimal256(text: &[u8], scale: u8) -> Option<i256> {
    let (negative, digits) = sign(text);
    let text = std::str::from_utf8(digits).ok()?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let missing = usize::from(scale).checked_sub(fraction.len())?;
    let value = i256::from_string(&format!("{whole}{fraction}{:0<missing$}", ""))?;
    Some(if negative { value.checked_neg()? } else { value })
}

fn sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        other => (false, other),
    }
}

/// A value as people read it, for rejected rows and messages.
pub(super) fn show(value: &Value) -> Option<String> {
    Some(match value {
        Value::NULL => return None,
        Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().fold("0x".to_owned(), |mut text, byte| {
                text.push_str(&format!("{byte:02x}"));
                text
            }),
        },
        Value::Int(number) => number.to_string(),
        Value::UInt(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Double(number) => number.to_string(),
        Value::Date(year, month, day, 0, 0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
        Value::Date(year, month, day, hour, minute, second, micros) => {
            let fraction = if *micros == 0 { String::new() } else { format!(".{micros:06}") };
            format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}{fraction}")
        }
        Value::Time(negative, days, hours, minutes, seconds, micros) => {
            let sign = if *negative { "-" } else { "" };
            let hours = u64::from(*days) * 24 + u64::from(*hours);
            let fraction = if *micros == 0 { String::new() } else { format!(".{micros:06}") };
            format!("{sign}{hours:02}:{minutes:02}:{seconds:02}{fraction}")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_at_both_ends() {
        assert_eq!(decimal128(b"-0.05", 2), Some(-5));
        assert_eq!(decimal128(b"12345678901234567890.12", 2), Some(1_234_567_890_123_456_789_012));
        assert_eq!(decimal128(b"7", 3), Some(7000));
        let nines = "9".repeat(38);
        assert_eq!(decimal128(nines.as_bytes(), 0), Some(10_i128.pow(38) - 1));
        assert_eq!(decimal128("9".repeat(60).as_bytes(), 0), None);
        let text = format!("-{}.{}", "9".repeat(35), "9".repeat(30));
        assert_eq!(decimal256(text.as_bytes(), 30).unwrap().to_string(), format!("-{}", "9".repeat(65)));
    }
}
