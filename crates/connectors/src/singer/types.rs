//! The type mapping: the column of a property, and the text of a value as that column reads it.
//!
//! Values travel as text up to the fit, which turns text into the column's type exactly or refuses it. Here stands what
//! JSON knows and text does not: whether a value is of a sort that its schema names.

use std::borrow::Cow;

use arrow::datatypes::{DataType, Field, TimeUnit};
use serde::de::IgnoredAny;
use towpath_connect::civil::parse_moment;
use towpath_connect::digits::Digits;
use towpath_connect::types::{INFINITY_MICROS, Logical, NEG_INFINITY_MICROS, logical, with_logical};
use towpath_connect::{ColumnFit, TextCheck};

use super::message::plain;
use super::property::{Format, Property, Sort};
use crate::blocking::{shorten, visible};
use crate::object::Value;

/// The column of a property.
pub(super) fn field(name: &str, property: &Property) -> Field {
    let of = |data_type| Field::new(name, data_type, true);
    let noted = |kind| with_logical(of(DataType::Utf8), kind);
    if property.is_only(&[Sort::Text]) {
        return match property.format() {
            Format::Plain => of(DataType::Utf8),
            Format::DateTime => of(DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))),
            Format::Date => of(DataType::Date32),
            Format::Time => of(DataType::Time64(TimeUnit::Microsecond)),
            Format::Uuid => noted(Logical::Uuid),
            Format::Decimal => noted(Logical::Numeric),
        };
    }
    if property.is_only(&[Sort::Integer]) && !property.is_big {
        return of(DataType::Int64);
    }
    if property.is_only(&[Sort::Integer, Sort::Number]) {
        return match property.decimal {
            Some((digits, behind)) => of(DataType::Decimal128(digits, behind)),
            None => noted(Logical::Numeric),
        };
    }
    if property.is_only(&[Sort::Boolean]) {
        return of(DataType::Boolean);
    }
    if property.is_only(&[Sort::Text, Sort::Integer, Sort::Number, Sort::Boolean])
        && property.takes(Sort::Text)
    {
        let is_decimal = property.format() == Format::Decimal && !property.takes(Sort::Boolean);
        return if is_decimal { noted(Logical::Numeric) } else { of(DataType::Utf8) };
    }
    noted(Logical::Json)
}

/// What the fit must check of a column.
pub(super) fn fit(field: &Field) -> ColumnFit {
    let check = match logical(field) {
        Some(Logical::Uuid) => Some(TextCheck::Uuid),
        Some(Logical::Numeric) => Some(TextCheck::Numeric),
        _ => None,
    };
    ColumnFit {
        check,
        native: towpath_connect::types::describe(field),
        ..ColumnFit::new(field.name(), field.data_type().clone())
    }
}

/// The value as text for its column; nothing for null. The error says why it is none of the property's values.
pub(super) fn text<'a>(
    value: Value<'a>,
    property: &Property,
    field: &Field,
) -> Result<Option<Cow<'a, str>>, String> {
    let sort = match value {
        Value::Null => return Ok(None),
        Value::Boolean(_) => Sort::Boolean,
        Value::Number(digits) => sort_of(digits),
        Value::Text(..) => Sort::Text,
        Value::Nested([b'[', ..]) => Sort::Array,
        Value::Nested(_) => Sort::Object,
    };
    if !property.takes(sort) {
        let found = shorten(&shown(value));
        return Err(format!("`{found}` is not of type {}, as the schema says", property.words()));
    }
    if logical(field) == Some(Logical::Json) {
        return json(value).map(Some);
    }
    let bad = |why: &str| format!("the text {why}");
    Ok(Some(match value {
        Value::Null => return Ok(None),
        Value::Boolean(flag) => Cow::Borrowed(if flag { "true" } else { "false" }),
        Value::Number(digits) => number(digits, field.data_type()),
        Value::Text(raw, escaped) => {
            let plain = plain(raw, escaped).map_err(bad)?;
            match field.data_type() {
                DataType::Timestamp(..) => instant(plain),
                _ => plain,
            }
        }
        Value::Nested(text) => String::from_utf8_lossy(text),
    }))
}

/// The value as messages show it.
pub(super) fn shown(value: Value<'_>) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Boolean(flag) => flag.to_string(),
        Value::Number(text) | Value::Text(text, _) | Value::Nested(text) => visible(text),
    }
}

/// JSON Schema counts 1.0 and 1e3 among the whole numbers.
fn sort_of(digits: &[u8]) -> Sort {
    if !digits.iter().any(|byte| matches!(byte, b'.' | b'e' | b'E')) {
        return Sort::Integer;
    }
    let taken_apart = std::str::from_utf8(digits).ok().and_then(Digits::parse);
    if taken_apart.is_some_and(|digits| digits.places() <= 0) { Sort::Integer } else { Sort::Number }
}

fn number<'a>(digits: &'a [u8], data_type: &DataType) -> Cow<'a, str> {
    let text = String::from_utf8_lossy(digits);
    if data_type == &DataType::Int64
        && text.contains(['.', 'e', 'E'])
        && let Some(plain) = Digits::parse(&text).and_then(|digits| digits.plain())
    {
        return Cow::Owned(plain);
    }
    text
}

/// Adds the offset that Singer means where none is written: its own library reads such moments as UTC.
fn instant(text: Cow<'_, str>) -> Cow<'_, str> {
    match parse_moment(&text) {
        Some(moment) if moment.zoned || matches!(moment.micros, INFINITY_MICROS | NEG_INFINITY_MICROS) => {
            text
        }
        Some(_) if text.contains(':') => Cow::Owned(format!("{text}Z")),
        Some(_) => Cow::Owned(format!("{text}T00:00:00Z")),
        None => text,
    }
}

fn json(value: Value<'_>) -> Result<Cow<'_, str>, String> {
    let text = match value {
        Value::Text(raw, _) => Cow::Owned(format!("\"{}\"", String::from_utf8_lossy(raw))),
        Value::Nested(text) | Value::Number(text) => String::from_utf8_lossy(text),
        Value::Boolean(flag) => Cow::Borrowed(if flag { "true" } else { "false" }),
        Value::Null => Cow::Borrowed("null"),
    };
    match serde_json::from_str::<IgnoredAny>(&text) {
        Ok(_) => Ok(text),
        Err(error) => Err(format!("`{}` is not JSON: {error}", shorten(&text))),
    }
}
