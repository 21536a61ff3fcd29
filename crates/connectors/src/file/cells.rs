//! Values as text: the cells of CSV, and the values of JSON.
//!
//! Columns hold canonical types only. Numbers keep every digit; dates and times are ISO 8601; binary values are
//! hexadecimal; lists are JSON. What is written here is read back as the same values.

use std::io::Write;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Decimal256Type, DurationMicrosecondType, Field, Float32Type,
    Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, IntervalMonthDayNanoType, IntervalUnit,
    Time64MicrosecondType, TimeUnit, TimestampMicrosecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use towpath_connect::civil::date_from_days;
use towpath_connect::types::{Logical, describe_type, logical};
use towpath_model::Fault;

/// How a value stands in JSON, and what CSV must look out for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// Stands bare in JSON.
    Bare,
    /// A number as text, which stands bare in JSON unless it is `NaN` or infinite.
    Number,
    /// Stands in quotes; needs no escapes.
    Simple,
    /// Text with any characters.
    Text,
    /// JSON text.
    Json,
}

/// Appends the value of a row as text.
type Put<'a> = Box<dyn Fn(usize, &mut Vec<u8>) + 'a>;

/// The values of one column.
pub(super) struct Cells<'a> {
    nulls: Option<&'a NullBuffer>,
    pub(super) sort: Sort,
    put: Put<'a>,
}

impl<'a> Cells<'a> {
    /// Prepares a column of a batch.
    pub(super) fn new(field: &Field, array: &'a ArrayRef) -> Result<Self, Fault> {
        macro_rules! integers {
            ($type:ty) => {{
                let values = array.as_primitive::<$type>().values();
                (Sort::Bare, Box::new(move |row: usize, out: &mut Vec<u8>| integer(values[row], out)))
            }};
        }
        let (sort, put): (Sort, Put<'a>) = match array.data_type() {
            DataType::Boolean => {
                let values = array.as_boolean();
                (
                    Sort::Bare,
                    Box::new(move |row, out| {
                        out.extend_from_slice(if values.value(row) { b"true" } else { b"false" })
                    }),
                )
            }
            DataType::Int8 => integers!(Int8Type),
            DataType::Int16 => integers!(Int16Type),
            DataType::Int32 => integers!(Int32Type),
            DataType::Int64 => integers!(Int64Type),
            DataType::UInt8 => integers!(UInt8Type),
            DataType::UInt16 => integers!(UInt16Type),
            DataType::UInt32 => integers!(UInt32Type),
            DataType::UInt64 => integers!(UInt64Type),
            DataType::Float32 => {
                let values = array.as_primitive::<Float32Type>().values();
                (Sort::Number, Box::new(move |row, out| float(values[row], f64::from(values[row]), out)))
            }
            DataType::Float64 => {
                let values = array.as_primitive::<Float64Type>().values();
                (Sort::Number, Box::new(move |row, out| float(values[row], values[row], out)))
            }
            DataType::Decimal128(_, scale) => {
                let (values, scale) = (array.as_primitive::<Decimal128Type>().values(), *scale);
                (Sort::Bare, Box::new(move |row, out| decimal(values[row], scale, out)))
            }
            DataType::Decimal256(..) => {
                let values = array.as_primitive::<Decimal256Type>();
                (
                    Sort::Bare,
                    Box::new(move |row, out| out.extend_from_slice(values.value_as_string(row).as_bytes())),
                )
            }
            DataType::Utf8 => {
                let values = array.as_string::<i32>();
                let sort = match logical(field) {
                    Some(Logical::Json) => Sort::Json,
                    Some(Logical::Numeric) => Sort::Number,
                    _ => Sort::Text,
                };
                (sort, Box::new(move |row, out| out.extend_from_slice(values.value(row).as_bytes())))
            }
            DataType::Binary => {
                let values = array.as_binary::<i32>();
                (Sort::Simple, Box::new(move |row, out| hexadecimal(values.value(row), out)))
            }
            DataType::Date32 => {
                let values = array.as_primitive::<Date32Type>().values();
                (Sort::Simple, Box::new(move |row, out| date(i64::from(values[row]), out)))
            }
            DataType::Time64(TimeUnit::Microsecond) => {
                let values = array.as_primitive::<Time64MicrosecondType>().values();
                (Sort::Simple, Box::new(move |row, out| clock(values[row], out)))
            }
            DataType::Timestamp(TimeUnit::Microsecond, zone) => {
                let values = array.as_primitive::<TimestampMicrosecondType>().values();
                let suffix: &[u8] = if zone.is_some() { b"Z" } else { b"" };
                (
                    Sort::Simple,
                    Box::new(move |row, out| {
                        timestamp(values[row], out);
                        out.extend_from_slice(suffix);
                    }),
                )
            }
            DataType::Duration(TimeUnit::Microsecond) => {
                let values = array.as_primitive::<DurationMicrosecondType>().values();
                (Sort::Simple, Box::new(move |row, out| span(0, 0, i128::from(values[row]) * 1000, out)))
            }
            DataType::Interval(IntervalUnit::MonthDayNano) => {
                let values = array.as_primitive::<IntervalMonthDayNanoType>().values();
                (
                    Sort::Simple,
                    Box::new(move |row, out| {
                        let value = values[row];
                        span(value.months, value.days, i128::from(value.nanoseconds), out);
                    }),
                )
            }
            DataType::List(item) => {
                let lists = array.as_list::<i32>();
                let (items, ends) = (Cells::new(item, lists.values())?, lists.value_offsets());
                (
                    Sort::Json,
                    Box::new(move |row, out| {
                        out.push(b'[');
                        for place in ends[row]..ends[row + 1] {
                            if place > ends[row] {
                                out.push(b',');
                            }
                            items.json(place as usize, out);
                        }
                        out.push(b']');
                    }),
                )
            }
            other => {
                return Err(Fault::internal(format!(
                    "column `{}` of type {} cannot be written as text",
                    field.name(),
                    describe_type(other)
                )));
            }
        };
        Ok(Cells { nulls: array.nulls(), sort, put })
    }

    /// Whether the value is null.
    #[inline]
    pub(super) fn is_null(&self, row: usize) -> bool {
        self.nulls.is_some_and(|nulls| nulls.is_null(row))
    }

    /// Appends the value as text; what a null appends means nothing.
    #[inline]
    pub(super) fn text(&self, row: usize, out: &mut Vec<u8>) {
        (self.put)(row, out);
    }

    /// Appends the value as JSON.
    pub(super) fn json(&self, row: usize, out: &mut Vec<u8>) {
        if self.is_null(row) {
            return out.extend_from_slice(b"null");
        }
        let start = out.len();
        match self.sort {
            Sort::Bare | Sort::Json => self.text(row, out),
            Sort::Number => {
                self.text(row, out);
                if matches!(&out[start..], b"NaN" | b"Infinity" | b"-Infinity") {
                    out.insert(start, b'"');
                    out.push(b'"');
                }
            }
            Sort::Simple => {
                out.push(b'"');
                self.text(row, out);
                out.push(b'"');
            }
            Sort::Text => {
                out.push(b'"');
                self.text(row, out);
                if out[start + 1..].iter().any(|byte| *byte < 0x20 || matches!(byte, b'"' | b'\\')) {
                    let raw = out.split_off(start + 1);
                    escape(&raw, out);
                }
                out.push(b'"');
            }
        }
    }
}

/// Appends text with JSON's escapes.
pub(super) fn escape(raw: &[u8], out: &mut Vec<u8>) {
    for byte in raw {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..0x20 => {
                out.extend_from_slice(b"\\u00");
                hexadecimal(&[*byte], out);
            }
            _ => out.push(*byte),
        }
    }
}

fn integer(value: impl lexical_core::ToLexical, out: &mut Vec<u8>) {
    let mut buffer = [0; lexical_core::BUFFER_SIZE];
    out.extend_from_slice(lexical_core::write(value, &mut buffer));
}

/// The shortest digits that read back as the same value. Far from one, with a decimal point and an exponent.
fn float(value: impl std::fmt::Display + std::fmt::LowerExp, size: f64, out: &mut Vec<u8>) {
    // Writing to memory cannot fail.
    let magnitude = size.abs();
    if size.is_nan() {
        out.extend_from_slice(b"NaN");
    } else if size.is_infinite() {
        out.extend_from_slice(if size > 0.0 { b"Infinity" } else { b"-Infinity" });
    } else if magnitude == 0.0 || (1e-5..1e16).contains(&magnitude) {
        let _ = write!(out, "{value}");
    } else {
        let start = out.len();
        let _ = write!(out, "{value:e}");
        if let Some(at) = out[start..].iter().position(|byte| *byte == b'e')
            && !out[start..start + at].contains(&b'.')
        {
            // Without a point, a reader may take `1e16` for a code.
            out.splice(start + at..start + at, *b".0");
        }
    }
}

fn decimal(value: i128, scale: i8, out: &mut Vec<u8>) {
    if scale <= 0 {
        integer(value, out);
        out.resize(out.len() + usize::from(scale.unsigned_abs()), b'0');
        return;
    }
    let scale = usize::from(scale.unsigned_abs());
    let mut buffer = [0; lexical_core::BUFFER_SIZE];
    let digits = lexical_core::write(value.unsigned_abs(), &mut buffer);
    if value < 0 {
        out.push(b'-');
    }
    match digits.len().checked_sub(scale) {
        Some(whole) if whole > 0 => {
            out.extend_from_slice(&digits[..whole]);
            out.push(b'.');
            out.extend_from_slice(&digits[whole..]);
        }
        _ => {
            out.extend_from_slice(b"0.");
            out.resize(out.len() + scale - digits.len(), b'0');
            out.extend_from_slice(digits);
        }
    }
}

fn two(value: u8, out: &mut Vec<u8>) {
    out.extend_from_slice(&[b'0' + value / 10, b'0' + value % 10]);
}

pub(super) fn date(days: i64, out: &mut Vec<u8>) {
    let (year, month, day) = date_from_days(days);
    if (0..=9999).contains(&year) {
        two((year / 100) as u8, out);
        two((year % 100) as u8, out);
    } else {
        let _ = write!(out, "{year}");
    }
    out.push(b'-');
    two(month as u8, out);
    out.push(b'-');
    two(day as u8, out);
}

pub(super) fn clock(micros: i64, out: &mut Vec<u8>) {
    let seconds = micros / 1_000_000;
    two((seconds / 3600) as u8, out);
    out.push(b':');
    two((seconds / 60 % 60) as u8, out);
    out.push(b':');
    two((seconds % 60) as u8, out);
    fraction((micros % 1_000_000) as u64 * 1000, out);
}

/// Decimals of a second, as few as are needed.
fn fraction(nanos: u64, out: &mut Vec<u8>) {
    if nanos == 0 {
        return;
    }
    let start = out.len();
    let _ = write!(out, ".{nanos:09}");
    let zeros = out[start..].iter().rev().take_while(|byte| **byte == b'0').count();
    out.truncate(out.len() - zeros);
}

pub(super) fn timestamp(micros: i64, out: &mut Vec<u8>) {
    date(micros.div_euclid(86_400_000_000), out);
    out.push(b'T');
    clock(micros.rem_euclid(86_400_000_000), out);
}

/// An ISO 8601 duration; its parts may have different signs.
pub(super) fn span(months: i32, days: i32, nanos: i128, out: &mut Vec<u8>) {
    out.push(b'P');
    for (count, unit) in [(months / 12, 'Y'), (months % 12, 'M'), (days, 'D')] {
        if count != 0 {
            let _ = write!(out, "{count}{unit}");
        }
    }
    if nanos == 0 && (months != 0 || days != 0) {
        return;
    }
    out.push(b'T');
    let (sign, nanos) = (if nanos < 0 { "-" } else { "" }, nanos.unsigned_abs());
    let seconds = nanos / 1_000_000_000;
    for (count, unit) in [(seconds / 3600, 'H'), (seconds / 60 % 60, 'M')] {
        if count != 0 {
            let _ = write!(out, "{sign}{count}{unit}");
        }
    }
    let rest = (nanos % 1_000_000_000) as u64;
    if !seconds.is_multiple_of(60) || rest != 0 || nanos == 0 {
        let _ = write!(out, "{sign}{}", seconds % 60);
        fraction(rest, out);
        out.push(b'S');
    }
}

fn hexadecimal(bytes: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        out.extend_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(put: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        put(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers() {
        assert_eq!(shown(|out| decimal(-5, 3, out)), "-0.005");
        assert_eq!(shown(|out| decimal(1230, 2, out)), "12.30");
        assert_eq!(shown(|out| decimal(12, -2, out)), "1200");
        assert_eq!(shown(|out| decimal(i128::MIN + 1, 38, out)), "-1.70141183460469231731687303715884105727");
        assert_eq!(shown(|out| float(0.1, 0.1, out)), "0.1");
        assert_eq!(shown(|out| float(1e300, 1e300, out)), "1.0e300");
        assert_eq!(shown(|out| float(f64::NEG_INFINITY, f64::NEG_INFINITY, out)), "-Infinity");
    }

    #[test]
    fn times() {
        assert_eq!(shown(|out| timestamp(-1, out)), "1969-12-31T23:59:59.999999");
        assert_eq!(shown(|out| timestamp(1_500_000, out)), "1970-01-01T00:00:01.5");
        assert_eq!(shown(|out| span(14, 3, 3_600_000_000_000, out)), "P1Y2M3DT1H");
        assert_eq!(shown(|out| span(0, 0, -90_500_000_000, out)), "PT-1M-30.5S");
        assert_eq!(shown(|out| span(0, 0, 0, out)), "PT0S");
        assert_eq!(shown(|out| span(1, 0, 0, out)), "P1M");
    }
}
