//! Values as text and as JSON, for every Arrow type.
//!
//! A [`Cells`] is made once per array and then writes any of its rows. Text is the exact value: numbers in
//! their shortest form that reads back, dates and times in ISO 8601 ([`crate::civil`]), nested values as JSON,
//! binary as `\x` and hexadecimal digits.

use std::fmt::Write;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::buffer::NullBuffer;
use arrow::compute::cast;
use arrow::datatypes::*;
use towpath_model::Fault;

use crate::civil;

/// How much of one value a rejected row keeps, in bytes.
const LONGEST_VALUE: usize = 10_000;
/// How much of one rejected row is kept, in bytes.
const LONGEST_ROW: usize = 200_000;

type Writer<'a> = Box<dyn Fn(usize, &mut String) + Send + 'a>;

/// Writes the values of one array.
pub struct Cells<'a> {
    nulls: Option<NullBuffer>,
    write: Writer<'a>,
    quoted: bool,
}

impl std::fmt::Debug for Cells<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cells").field("quoted", &self.quoted).finish_non_exhaustive()
    }
}

impl<'a> Cells<'a> {
    /// A writer for `array`. Fails only for types that Arrow itself cannot unpack.
    pub fn new(array: &'a dyn Array) -> Result<Self, Fault> {
        let quoted = !is_bare(array.data_type());
        // Logical: types without a null map of their own (dictionaries, unions, runs) are looked into.
        Ok(Cells { nulls: array.logical_nulls(), write: writer(array)?, quoted })
    }

    /// Whether the row is null.
    pub fn is_null(&self, row: usize) -> bool {
        self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row))
    }

    /// Appends the value of a row as text. Nothing is appended for null.
    pub fn text(&self, row: usize, out: &mut String) {
        if !self.is_null(row) {
            (self.write)(row, out);
        }
    }

    /// Appends the value of a row as JSON.
    pub fn json(&self, row: usize, out: &mut String) {
        if self.is_null(row) {
            return out.push_str("null");
        }
        let start = out.len();
        (self.write)(row, out);
        // Only NaN and the infinities among the bare values are no JSON.
        let bare = !self.quoted && !out[start..].ends_with(['N', 'y']);
        if !bare {
            quote(out, start);
        }
    }
}

/// Whether JSON shows values of the type without quotes.
fn is_bare(data_type: &DataType) -> bool {
    match data_type {
        DataType::Dictionary(_, values) => is_bare(values),
        DataType::RunEndEncoded(_, values) => is_bare(values.data_type()),
        // The text of a union may be that of any type; it is written as JSON, like all nested values.
        other => {
            other.is_numeric() || other.is_nested() || matches!(other, DataType::Boolean | DataType::Null)
        }
    }
}

/// Replaces the text from `start` on by a JSON string.
fn quote(out: &mut String, start: usize) {
    let plain = out.split_off(start);
    // Writing text to a string cannot fail.
    out.push_str(&serde_json::to_string(&plain).unwrap_or_default());
}

macro_rules! shown {
    ($array:expr, $type:ty) => {{
        let array = $array.as_primitive::<$type>();
        Box::new(move |row, out: &mut String| {
            let _ = write!(out, "{}", array.value(row));
        })
    }};
}

macro_rules! micros {
    ($array:expr, $type:ty, $factor:expr, $write:expr) => {{
        let array = $array.as_primitive::<$type>();
        Box::new(move |row, out: &mut String| {
            let value = i64::from(array.value(row));
            match value.checked_mul($factor) {
                Some(micros) => $write(out, micros),
                None => {
                    let _ = write!(out, "{value}");
                }
            }
        })
    }};
}

macro_rules! nanos {
    ($array:expr, $type:ty, $write:expr) => {{
        let array = $array.as_primitive::<$type>();
        Box::new(move |row, out: &mut String| {
            let value = array.value(row);
            // An infinite value is one of microseconds only; nanoseconds cannot reach it.
            $write(out, value.div_euclid(1000));
            let rest = value.rem_euclid(1000);
            if rest != 0 {
                with_nanos(out, rest);
            }
        })
    }};
}

/// Puts the last three digits of nanoseconds behind the microseconds that `out` ends with.
fn with_nanos(out: &mut String, rest: i64) {
    let zoned = out.ends_with('Z');
    if zoned {
        out.pop();
    }
    let micros = match out.rfind('.') {
        Some(point) => out.split_off(point)[1..].to_owned(),
        None => String::new(),
    };
    let _ = write!(out, ".{micros:0<6}{rest:03}");
    out.truncate(out.trim_end_matches('0').len());
    if zoned {
        out.push('Z');
    }
}

fn writer<'a>(array: &'a dyn Array) -> Result<Writer<'a>, Fault> {
    Ok(match array.data_type() {
        DataType::Null => Box::new(|_, _| {}),
        DataType::Boolean => {
            let array = array.as_boolean();
            Box::new(move |row, out| out.push_str(if array.value(row) { "true" } else { "false" }))
        }
        DataType::Int8 => shown!(array, Int8Type),
        DataType::Int16 => shown!(array, Int16Type),
        DataType::Int32 => shown!(array, Int32Type),
        DataType::Int64 => shown!(array, Int64Type),
        DataType::UInt8 => shown!(array, UInt8Type),
        DataType::UInt16 => shown!(array, UInt16Type),
        DataType::UInt32 => shown!(array, UInt32Type),
        DataType::UInt64 => shown!(array, UInt64Type),
        DataType::Float16 => {
            let array = array.as_primitive::<Float16Type>();
            Box::new(move |row, out| {
                write_float(out, f64::from(array.value(row)), format_args!("{}", array.value(row)))
            })
        }
        DataType::Float32 => {
            let array = array.as_primitive::<Float32Type>();
            Box::new(move |row, out| {
                write_float(out, f64::from(array.value(row)), format_args!("{:?}", array.value(row)))
            })
        }
        DataType::Float64 => {
            let array = array.as_primitive::<Float64Type>();
            Box::new(move |row, out| {
                write_float(out, array.value(row), format_args!("{:?}", array.value(row)))
            })
        }
        DataType::Decimal32(_, scale) => decimal(array.as_primitive::<Decimal32Type>(), *scale),
        DataType::Decimal64(_, scale) => decimal(array.as_primitive::<Decimal64Type>(), *scale),
        DataType::Decimal128(_, scale) => decimal(array.as_primitive::<Decimal128Type>(), *scale),
        DataType::Decimal256(_, scale) => decimal(array.as_primitive::<Decimal256Type>(), *scale),
        DataType::Utf8 => {
            let array = array.as_string::<i32>();
            Box::new(move |row, out| out.push_str(array.value(row)))
        }
        DataType::LargeUtf8 => {
            let array = array.as_string::<i64>();
            Box::new(move |row, out| out.push_str(array.value(row)))
        }
        DataType::Utf8View => {
            let array = array.as_string_view();
            Box::new(move |row, out| out.push_str(array.value(row)))
        }
        DataType::Binary => {
            let array = array.as_binary::<i32>();
            Box::new(move |row, out| write_hex(out, array.value(row)))
        }
        DataType::LargeBinary => {
            let array = array.as_binary::<i64>();
            Box::new(move |row, out| write_hex(out, array.value(row)))
        }
        DataType::BinaryView => {
            let array = array.as_binary_view();
            Box::new(move |row, out| write_hex(out, array.value(row)))
        }
        DataType::FixedSizeBinary(_) => {
            let array = array.as_fixed_size_binary();
            Box::new(move |row, out| write_hex(out, array.value(row)))
        }
        DataType::Date32 => {
            let array = array.as_primitive::<Date32Type>();
            Box::new(move |row, out| civil::write_date(out, array.value(row)))
        }
        DataType::Date64 => micros!(array, Date64Type, 1000, |out: &mut String, micros| {
            civil::write_moment(out, micros, 'T', false)
        }),
        DataType::Time32(TimeUnit::Second) => micros!(array, Time32SecondType, 1_000_000, civil::write_time),
        DataType::Time32(_) => micros!(array, Time32MillisecondType, 1000, civil::write_time),
        DataType::Time64(TimeUnit::Microsecond) => {
            micros!(array, Time64MicrosecondType, 1, civil::write_time)
        }
        DataType::Time64(_) => nanos!(array, Time64NanosecondType, civil::write_time),
        DataType::Timestamp(unit, zone) => {
            let zoned = zone.is_some();
            let write = move |out: &mut String, micros: i64| civil::write_moment(out, micros, 'T', zoned);
            match unit {
                TimeUnit::Second => micros!(array, TimestampSecondType, 1_000_000, write),
                TimeUnit::Millisecond => micros!(array, TimestampMillisecondType, 1000, write),
                TimeUnit::Microsecond => micros!(array, TimestampMicrosecondType, 1, write),
                TimeUnit::Nanosecond => nanos!(array, TimestampNanosecondType, write),
            }
        }
        DataType::Duration(unit) => match unit {
            TimeUnit::Second => micros!(array, DurationSecondType, 1_000_000, civil::write_span),
            TimeUnit::Millisecond => micros!(array, DurationMillisecondType, 1000, civil::write_span),
            TimeUnit::Microsecond => micros!(array, DurationMicrosecondType, 1, civil::write_span),
            TimeUnit::Nanosecond => {
                let array = array.as_primitive::<DurationNanosecondType>();
                Box::new(move |row, out: &mut String| {
                    // From zero outwards: a span is written with its sign first.
                    let value = array.value(row);
                    if value < 0 && value / 1000 == 0 {
                        out.push('-');
                    }
                    civil::write_span(out, value / 1000);
                    if value % 1000 != 0 {
                        with_nanos(out, (value % 1000).abs());
                    }
                })
            }
        },
        DataType::Interval(IntervalUnit::YearMonth) => {
            let array = array.as_primitive::<IntervalYearMonthType>();
            Box::new(move |row, out| civil::write_interval(out, array.value(row), 0, 0))
        }
        DataType::Interval(IntervalUnit::DayTime) => {
            let array = array.as_primitive::<IntervalDayTimeType>();
            Box::new(move |row, out| {
                let value = array.value(row);
                civil::write_interval(out, 0, value.days, i64::from(value.milliseconds) * 1_000_000)
            })
        }
        DataType::Interval(IntervalUnit::MonthDayNano) => {
            let array = array.as_primitive::<IntervalMonthDayNanoType>();
            Box::new(move |row, out| {
                let value = array.value(row);
                civil::write_interval(out, value.months, value.days, value.nanoseconds)
            })
        }
        DataType::List(_) => {
            let array = array.as_list::<i32>();
            list(array.values(), move |row| {
                (array.value_offsets()[row] as usize, array.value_length(row) as usize)
            })?
        }
        DataType::LargeList(_) => {
            let array = array.as_list::<i64>();
            list(array.values(), move |row| {
                (array.value_offsets()[row] as usize, array.value_length(row) as usize)
            })?
        }
        DataType::FixedSizeList(_, size) => {
            let (array, size) = (array.as_fixed_size_list(), *size as usize);
            list(array.values(), move |row| (array.value_offset(row) as usize, size))?
        }
        DataType::ListView(_) => {
            let array = array.as_list_view::<i32>();
            list(array.values(), move |row| {
                (array.value_offset(row) as usize, array.value_size(row) as usize)
            })?
        }
        DataType::LargeListView(_) => {
            let array = array.as_list_view::<i64>();
            list(array.values(), move |row| {
                (array.value_offset(row) as usize, array.value_size(row) as usize)
            })?
        }
        DataType::Struct(fields) => {
            let names = fields.iter().map(|field| field.name().as_str());
            object(names.zip(array.as_struct().columns()))?
        }
        DataType::Map(..) => {
            let array = array.as_map();
            let (keys, values) = (Cells::new(array.keys())?, Cells::new(array.values())?);
            Box::new(move |row, out| {
                let start = array.value_offsets()[row] as usize;
                out.push('{');
                for entry in start..start + array.value_length(row) as usize {
                    if entry > start {
                        out.push(',');
                    }
                    let name = out.len();
                    keys.text(entry, out);
                    quote(out, name);
                    out.push(':');
                    values.json(entry, out);
                }
                out.push('}');
            })
        }
        DataType::Union(fields, _) => {
            let array = array.as_union();
            let children = fields.iter().map(|(id, _)| Ok((id, Cells::new(array.child(id))?)));
            let children: Vec<_> = children.collect::<Result<_, Fault>>()?;
            Box::new(move |row, out| {
                let (id, at) = (array.type_id(row), array.value_offset(row));
                if let Some((_, cells)) = children.iter().find(|(child, _)| *child == id) {
                    cells.json(at, out);
                }
            })
        }
        DataType::Dictionary(..) => {
            let array = array.as_any_dictionary();
            let (keys, values) = (array.normalized_keys(), writer(array.values())?);
            Box::new(move |row, out| values(keys[row], out))
        }
        DataType::RunEndEncoded(..) => run_length(array)?,
    })
}

fn write_float(out: &mut String, value: f64, shortest: std::fmt::Arguments<'_>) {
    if value.is_finite() {
        let start = out.len();
        let _ = out.write_fmt(shortest);
        if out.ends_with(".0") {
            out.truncate(out.len() - 2);
        }
        debug_assert!(out.len() > start);
    } else if value.is_nan() {
        out.push_str("NaN");
    } else {
        out.push_str(if value > 0.0 { "Infinity" } else { "-Infinity" });
    }
}

fn decimal<T: DecimalType>(array: &arrow::array::PrimitiveArray<T>, scale: i8) -> Writer<'_>
where
    T::Native: std::fmt::Display,
{
    Box::new(move |row, out| write_decimal(out, &array.value(row).to_string(), scale))
}

/// Writes the digits of an unscaled number with its decimal point.
fn write_decimal(out: &mut String, unscaled: &str, scale: i8) {
    let (sign, digits) = unscaled.strip_prefix('-').map_or(("", unscaled), |digits| ("-", digits));
    out.push_str(sign);
    let places = usize::from(scale.unsigned_abs());
    if scale <= 0 {
        out.push_str(digits);
        if digits != "0" {
            out.extend(std::iter::repeat_n('0', places));
        }
    } else if digits.len() > places {
        let (whole, fraction) = digits.split_at(digits.len() - places);
        let _ = write!(out, "{whole}.{fraction}");
    } else {
        let _ = write!(out, "0.{digits:0>places$}");
    }
}

fn write_hex(out: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.push_str("\\x");
    for byte in bytes {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}

fn list<'a>(
    values: &'a ArrayRef,
    place: impl Fn(usize) -> (usize, usize) + Send + 'a,
) -> Result<Writer<'a>, Fault> {
    let cells = Cells::new(values)?;
    Ok(Box::new(move |row, out| {
        let (start, length) = place(row);
        out.push('[');
        for item in start..start + length {
            if item > start {
                out.push(',');
            }
            cells.json(item, out);
        }
        out.push(']');
    }))
}

fn object<'a>(columns: impl Iterator<Item = (&'a str, &'a ArrayRef)>) -> Result<Writer<'a>, Fault> {
    let columns = columns.map(|(name, array)| Ok((name, Cells::new(array)?)));
    let columns: Vec<_> = columns.collect::<Result<_, Fault>>()?;
    Ok(Box::new(move |row, out| {
        out.push('{');
        for (index, (name, cells)) in columns.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            let start = out.len();
            out.push_str(name);
            quote(out, start);
            out.push(':');
            cells.json(row, out);
        }
        out.push('}');
    }))
}

fn run_length<'a>(array: &'a dyn Array) -> Result<Writer<'a>, Fault> {
    // Rare enough to unpack as a whole; the writer then owns the plain array.
    let DataType::RunEndEncoded(_, values) = array.data_type() else {
        return Err(Fault::internal("a run-length array of another type"));
    };
    let plain = cast(array, values.data_type())
        .map_err(|error| Fault::internal(format!("unpacking run-length values: {error}")))?;
    Ok(Box::new(move |row, out| {
        if let Ok(write) = writer(&plain) {
            write(row, out);
        }
    }))
}

/// One value as text, cut to a length that a person can read; `None` for null.
pub fn value_as_text(array: &dyn Array, row: usize) -> Option<String> {
    let one = array.slice(row, 1);
    let cells = Cells::new(&one).ok()?;
    if cells.is_null(0) {
        return None;
    }
    let mut text = String::new();
    cells.text(0, &mut text);
    shorten(&mut text, 0, LONGEST_VALUE);
    Some(text)
}

/// Cuts the text that begins at `start` to `longest` bytes and says so.
fn shorten(text: &mut String, start: usize, longest: usize) {
    let length = text.len() - start;
    if length > longest {
        let mut end = start + longest;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        let _ = write!(text, "… ({length} bytes)");
    }
}

/// A whole row as a JSON object. Values beyond 10 kB and rows beyond 200 kB are cut, and say so.
pub fn row_as_json(batch: &RecordBatch, row: usize) -> String {
    let batch = batch.slice(row, 1);
    let mut out = String::from("{");
    for (index, (field, array)) in batch.schema_ref().fields().iter().zip(batch.columns()).enumerate() {
        if index > 0 {
            out.push(',');
        }
        if out.len() > LONGEST_ROW {
            let _ = write!(out, "\"…\":\"{} more columns\"", batch.num_columns() - index);
            break;
        }
        let name = out.len();
        out.push_str(field.name());
        quote(&mut out, name);
        out.push(':');
        let start = out.len();
        match Cells::new(array) {
            Ok(cells) => cells.json(0, &mut out),
            Err(_) => out.push_str("null"),
        }
        if out.len() - start > LONGEST_VALUE {
            shorten(&mut out, start, LONGEST_VALUE);
            quote(&mut out, start);
        }
    }
    out.push('}');
    out
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::*;
    use arrow::datatypes::{Field, Int8Type, Schema};

    use super::*;

    fn json(array: impl Array + 'static) -> String {
        let field = Field::new("v", array.data_type().clone(), true);
        let batch = RecordBatch::try_new(Arc::new(Schema::new(vec![field])), vec![Arc::new(array)]).unwrap();
        (0..batch.num_rows()).map(|row| row_as_json(&batch, row)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_kind_of_value_has_a_json_form() {
        assert_eq!(
            json(Float64Array::from(vec![0.1, f64::NAN, 3.0, 1e300])),
            r#"{"v":0.1} {"v":"NaN"} {"v":3} {"v":1e300}"#
        );
        assert_eq!(json(StringArray::from(vec![Some("a\"b"), None])), r#"{"v":"a\"b"} {"v":null}"#);
        let decimals = Decimal128Array::from(vec![-5, 12345]).with_precision_and_scale(9, 3).unwrap();
        assert_eq!(json(decimals), r#"{"v":-0.005} {"v":12.345}"#);
        assert_eq!(json(BinaryArray::from(vec![&[0u8, 255][..]])), r#"{"v":"\\x00ff"}"#);
        let words: DictionaryArray<Int8Type> = [Some("x"), None].into_iter().collect();
        assert_eq!(json(words), r#"{"v":"x"} {"v":null}"#);
        let list = ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1), None]), None]);
        assert_eq!(json(list), r#"{"v":[1,null]} {"v":null}"#);
        let nanos = TimestampNanosecondArray::from(vec![1_500, -1]).with_timezone("Europe/Brussels");
        assert_eq!(
            json(nanos),
            r#"{"v":"1970-01-01T00:00:00.0000015Z"} {"v":"1969-12-31T23:59:59.999999999Z"}"#
        );
        let runs: RunArray<Int32Type> = ["a", "a", "b"].into_iter().collect();
        assert_eq!(json(runs), r#"{"v":"a"} {"v":"a"} {"v":"b"}"#);
        let inner = StructArray::from(vec![(
            Arc::new(Field::new("é", DataType::Boolean, true)),
            Arc::new(BooleanArray::from(vec![true])) as ArrayRef,
        )]);
        assert_eq!(json(inner), r#"{"v":{"é":true}}"#);
    }

    #[test]
    fn long_values_are_cut_and_stay_json() {
        let text = json(StringArray::from(vec!["é\"".repeat(20_000)]));
        assert!(text.len() < 25_000, "{}", text.len());
        serde_json::from_str::<serde_json::Value>(&text).unwrap();
    }
}
