//! Length, range and form of values that already have the type of their column.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, ListArray, PrimitiveArray, StringArray, StringBuilder,
};
use arrow::datatypes::*;
use serde::de::IgnoredAny;
use towpath_model::Fault;

use super::column::{ColumnFit, TextCheck};
use super::misfit::{Misfits, shown};
use super::nested::{blame_rows, compact};
use crate::civil::{DAY_MICROS, days_from_date};
use crate::digits::Digits;
use crate::types::{
    INFINITY_DAYS, INFINITY_MICROS, Logical, NEG_INFINITY_DAYS, NEG_INFINITY_MICROS, logical,
};

/// Notes the rows that break a rule of the column. The array comes back untouched, but for UUIDs and numbers
/// that are not in their usual form.
pub(super) fn check(
    array: ArrayRef,
    field: &Field,
    column: &ColumnFit,
    misfits: &mut Misfits,
) -> Result<ArrayRef, Fault> {
    match array.data_type() {
        DataType::Utf8 => return Ok(texts(array, field, column, misfits)),
        DataType::Binary => {
            if let Some(longest) = column.max_bytes {
                let values = array.as_binary::<i32>();
                lengths(values.value_offsets(), longest, |row, length| {
                    if values.is_valid(row) {
                        misfits.add(row, || too_long(length, "bytes", &column.native));
                    }
                });
            }
        }
        DataType::Float32 if !column.non_finite => {
            finite(array.as_primitive::<Float32Type>(), column, misfits)
        }
        DataType::Float64 if !column.non_finite => {
            finite(array.as_primitive::<Float64Type>(), column, misfits)
        }
        DataType::Date32 => {
            let values = array.as_primitive::<Date32Type>();
            let range = column.years.map(|(first, last)| {
                let (first, last) =
                    (days_from_date(i64::from(first), 1, 1), days_from_date(i64::from(last), 12, 31));
                (clamped(first), clamped(last))
            });
            times(values, column, (NEG_INFINITY_DAYS, INFINITY_DAYS), range, misfits);
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            let values = array.as_primitive::<TimestampMicrosecondType>();
            let range = column.years.map(|(first, last)| {
                let first = days_from_date(i64::from(first), 1, 1).saturating_mul(DAY_MICROS);
                let last = (days_from_date(i64::from(last), 12, 31) + 1).saturating_mul(DAY_MICROS);
                (first, last.saturating_sub(1))
            });
            times(values, column, (NEG_INFINITY_MICROS, INFINITY_MICROS), range, misfits);
        }
        DataType::List(item) => {
            let list = compact(array.as_list::<i32>());
            let mut failed = Misfits::default();
            // A list of UUIDs is checked item by item, with the same rules as a single one.
            let values = check(list.values().clone(), item, column, &mut failed)?;
            blame_rows(&list, failed, misfits);
            if !Arc::ptr_eq(&values, list.values()) {
                let (item, offsets, _, nulls) = list.into_parts();
                return ListArray::try_new(item, offsets, values, nulls)
                    .map(|list| Arc::new(list) as ArrayRef)
                    .map_err(|error| Fault::internal(format!("items do not form a list: {error}")));
            }
        }
        _ => {}
    }
    Ok(array)
}

fn clamped(days: i64) -> i32 {
    days.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
}

fn too_long(length: usize, unit: &str, native: &str) -> String {
    match unit {
        "characters" => format!("text of {length} characters is longer than {native}"),
        unit => format!("value of {length} {unit} is longer than {native}"),
    }
}

/// Calls `found` for every value whose length in bytes is beyond `longest`.
fn lengths(offsets: &[i32], longest: usize, mut found: impl FnMut(usize, usize)) {
    for (row, pair) in offsets.windows(2).enumerate() {
        let length = (pair[1] - pair[0]) as usize;
        if length > longest {
            found(row, length);
        }
    }
}

fn finite<T: ArrowPrimitiveType>(values: &PrimitiveArray<T>, column: &ColumnFit, misfits: &mut Misfits)
where
    T::Native: Into<f64>,
{
    for (row, value) in values.values().iter().enumerate() {
        let value: f64 = (*value).into();
        if !value.is_finite() && values.is_valid(row) {
            misfits.add(row, || {
                format!("`{value}` is no finite number, and {} takes only those", column.native)
            });
        }
    }
}

fn times<T: ArrowPrimitiveType>(
    values: &PrimitiveArray<T>,
    column: &ColumnFit,
    (lowest, highest): (T::Native, T::Native),
    range: Option<(T::Native, T::Native)>,
    misfits: &mut Misfits,
) where
    T::Native: PartialOrd + Copy,
{
    if column.infinite_times && range.is_none() {
        return;
    }
    let (first, last) = range.unwrap_or((lowest, highest));
    for (row, value) in values.values().iter().enumerate() {
        let infinite = *value == lowest || *value == highest;
        let fits = if infinite { column.infinite_times } else { *value >= first && *value <= last };
        if !fits && values.is_valid(row) {
            misfits.add(row, || match column.years {
                Some((first, last)) if !infinite => {
                    format!("the year is outside {first} to {last}, which {} takes", column.native)
                }
                _ => format!("the value is infinite, and {} takes only real dates", column.native),
            });
        }
    }
}

fn texts(array: ArrayRef, field: &Field, column: &ColumnFit, misfits: &mut Misfits) -> ArrayRef {
    let values = array.as_string::<i32>();
    if let Some(longest) = column.max_bytes {
        lengths(values.value_offsets(), longest, |row, length| {
            if values.is_valid(row) {
                misfits.add(row, || too_long(length, "bytes", &column.native));
            }
        });
    }
    if let Some(longest) = column.max_chars {
        // A text has at most as many characters as bytes, so most need no counting.
        lengths(values.value_offsets(), longest, |row, _| {
            let length = values.value(row).chars().count();
            if length > longest && values.is_valid(row) {
                misfits.add(row, || too_long(length, "characters", &column.native));
            }
        });
    }
    if let Some(longest) = column.max_utf16 {
        lengths(values.value_offsets(), longest, |row, _| {
            let length = values.value(row).encode_utf16().count();
            if length > longest && values.is_valid(row) {
                misfits.add(row, || too_long(length, "characters", &column.native));
            }
        });
    }
    if column.no_nul {
        without_nul(values, column, misfits);
    }
    let Some(form) = &column.check else { return array };
    let is = |kind| logical(field) == Some(kind);
    match form {
        TextCheck::Uuid => rewritten(values, misfits, uuid, "a UUID").unwrap_or(array),
        TextCheck::Numeric => rewritten(values, misfits, numeric, "a decimal number").unwrap_or(array),
        TextCheck::FiniteNumeric => {
            rewritten(values, misfits, finite_numeric, "a finite decimal number").unwrap_or(array)
        }
        TextCheck::Json => {
            // JSON made by `convert`, or marked as such by its source, is not parsed again.
            let trusted = is(Logical::Json) || !is_text(field.data_type());
            each(values, |row, text| {
                if !trusted && let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
                    misfits.add(row, || format!("{} is not JSON: {error}", shown(text)));
                } else if column.no_nul && !storable_escapes(text) {
                    misfits.add(row, || {
                        format!("{} holds an escaped character that {} refuses", shown(text), column.native)
                    });
                }
            });
            array
        }
        TextCheck::OneOf(words) => {
            let words: HashSet<&str> = words.iter().map(String::as_str).collect();
            each(values, |row, text| {
                if !words.contains(text) {
                    misfits.add(row, || format!("{} is none of the words of {}", shown(text), column.native));
                }
            });
            array
        }
    }
}

fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        DataType::RunEndEncoded(_, values) => is_text(values.data_type()),
        _ => false,
    }
}

fn each(values: &StringArray, mut visit: impl FnMut(usize, &str)) {
    for (row, text) in values.iter().enumerate() {
        if let Some(text) = text {
            visit(row, text);
        }
    }
}

fn without_nul(values: &StringArray, column: &ColumnFit, misfits: &mut Misfits) {
    let offsets = values.value_offsets();
    let used = &values.value_data()[offsets[0] as usize..offsets[offsets.len() - 1] as usize];
    // One search over all texts; almost always the last.
    if !used.contains(&0) {
        return;
    }
    each(values, |row, text| {
        if text.as_bytes().contains(&0) {
            misfits.add(row, || format!("the text holds a NUL character, which {} refuses", column.native));
        }
    });
}

/// What a form says of a text.
enum Form {
    Usual,
    Other(String),
    Wrong,
}

/// Checks the form of texts; makes a new array only when one of them must be rewritten.
fn rewritten(
    values: &StringArray,
    misfits: &mut Misfits,
    form: impl Fn(&str) -> Form,
    what: &str,
) -> Option<ArrayRef> {
    let mut changes: Vec<(usize, String)> = Vec::new();
    each(values, |row, text| match form(text) {
        Form::Usual => {}
        Form::Other(text) => changes.push((row, text)),
        Form::Wrong => misfits.add(row, || format!("{} is not {what}", shown(text))),
    });
    if changes.is_empty() {
        return None;
    }
    let mut changes = changes.into_iter().peekable();
    let mut builder = StringBuilder::with_capacity(values.len(), values.value_data().len());
    for (row, text) in values.iter().enumerate() {
        match changes.next_if(|(changed, _)| *changed == row) {
            Some((_, text)) => builder.append_value(text),
            None => builder.append_option(text),
        }
    }
    Some(Arc::new(builder.finish()))
}

fn uuid(text: &str) -> Form {
    let bytes = text.as_bytes();
    let hyphen = |index: usize| matches!(index, 8 | 13 | 18 | 23);
    let usual = bytes.len() == 36
        && bytes.iter().enumerate().all(|(index, byte)| match hyphen(index) {
            true => *byte == b'-',
            false => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        });
    if usual {
        return Form::Usual;
    }
    let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(text);
    let bytes = inner.as_bytes();
    let hyphens = match bytes.len() {
        32 => false,
        36 => (0..36).filter(|index| hyphen(*index)).all(|index| bytes[index] == b'-'),
        _ => return Form::Wrong,
    };
    let digits: String =
        inner.chars().filter(|c| !(hyphens && *c == '-')).collect::<String>().to_ascii_lowercase();
    if digits.len() != 32 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Form::Wrong;
    }
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    Form::Other(parts.join("-"))
}

fn numeric(text: &str) -> Form {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if all(whole) && all(fraction) {
        return Form::Usual;
    }
    match text {
        "NaN" | "Infinity" | "-Infinity" => return Form::Usual,
        "nan" => return Form::Other("NaN".into()),
        "inf" | "infinity" => return Form::Other("Infinity".into()),
        "-inf" | "-infinity" => return Form::Other("-Infinity".into()),
        _ => {}
    }
    match Digits::parse(text).and_then(|digits| digits.plain()) {
        Some(plain) => Form::Other(plain),
        None => Form::Wrong,
    }
}

fn finite_numeric(text: &str) -> Form {
    let form = numeric(text);
    let usual = if let Form::Other(other) = &form { other } else { text };
    if usual.ends_with("Infinity") { Form::Wrong } else { form }
}

/// Whether JSON is free of `\u0000` and of halves of surrogate pairs, which binary JSON types cannot hold.
fn storable_escapes(text: &str) -> bool {
    let bytes = text.as_bytes();
    let code = |at: usize| {
        let digits = text.get(at + 2..at + 6)?;
        (bytes.get(at) == Some(&b'\\') && bytes.get(at + 1) == Some(&b'u'))
            .then(|| u16::from_str_radix(digits, 16).ok())
            .flatten()
    };
    let mut at = 0;
    while let Some(offset) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'\\')) {
        at += offset;
        match code(at) {
            Some(0) | Some(0xDC00..=0xDFFF) => return false,
            Some(0xD800..=0xDBFF) => match code(at + 6) {
                Some(0xDC00..=0xDFFF) => at += 12,
                _ => return false,
            },
            Some(_) => at += 6,
            None => at += 2,
        }
    }
    true
}
