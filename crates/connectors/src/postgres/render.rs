//! Binary values as JSON, for rows that are kept aside.
//!
//! Only rows that Arrow cannot hold come here, so this is written for completeness, not for speed: every value,
//! also those beyond all calendars, keeps its meaning.

use serde_json::{Map, Number, Value};

use super::decode::{split_value, uuid_text};
use super::numeric::Wire;
use super::types::Kind;

/// A row as a JSON object.
pub(super) fn row(names: &[String], kinds: &[Kind], row: &[u8]) -> Map<String, Value> {
    let mut rest = row.get(2..).unwrap_or_default();
    let mut object = Map::new();
    for (name, kind) in names.iter().zip(kinds) {
        let Ok((bytes, after)) = split_value(rest) else { break };
        rest = after;
        object.insert(name.clone(), bytes.map_or(Value::Null, |bytes| value(kind, bytes)));
    }
    object
}

/// A value as text, as it stands in a report.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn value(kind: &Kind, bytes: &[u8]) -> Value {
    exact(kind, bytes).unwrap_or_else(|| Value::String(hex(bytes)))
}

fn exact(kind: &Kind, bytes: &[u8]) -> Option<Value> {
    let float = |value: f64| match Number::from_f64(value) {
        Some(number) => Value::Number(number),
        None => Value::String(value.to_string()),
    };
    let utf8 = |bytes: &[u8]| match std::str::from_utf8(bytes) {
        Ok(text) => Value::String(text.to_owned()),
        // Bytes that are no text are shown as such, so that nothing of them is lost.
        Err(_) => Value::String(bytes.escape_ascii().to_string()),
    };
    Some(match kind {
        Kind::Bool => Value::Bool(*bytes.first()? != 0),
        Kind::Int2 => i16::from_be_bytes(bytes.try_into().ok()?).into(),
        Kind::Int4 => i32::from_be_bytes(bytes.try_into().ok()?).into(),
        Kind::Int8 => i64::from_be_bytes(bytes.try_into().ok()?).into(),
        Kind::Oid => u32::from_be_bytes(bytes.try_into().ok()?).into(),
        Kind::Float4 => float(f32::from_be_bytes(bytes.try_into().ok()?).into()),
        Kind::Float8 => float(f64::from_be_bytes(bytes.try_into().ok()?)),
        Kind::Decimal { .. } | Kind::Numeric | Kind::Money => {
            let mut text = Vec::new();
            Wire::parse(bytes)?.write_text(&mut text);
            utf8(&text)
        }
        Kind::Text | Kind::Json | Kind::Cast => utf8(bytes),
        Kind::Jsonb => utf8(bytes.get(1..)?),
        Kind::Uuid => utf8(&uuid_text(bytes.try_into().ok()?)),
        Kind::Bytea => Value::String(hex(bytes)),
        Kind::Date => Value::String(match i32::from_be_bytes(bytes.try_into().ok()?) {
            i32::MAX => "infinity".into(),
            i32::MIN => "-infinity".into(),
            days => day(i64::from(days)),
        }),
        Kind::Time => Value::String(clock(i64::from_be_bytes(bytes.try_into().ok()?))),
        Kind::Timestamp | Kind::TimestampTz => {
            let zone = if *kind == Kind::TimestampTz { "Z" } else { "" };
            Value::String(match i64::from_be_bytes(bytes.try_into().ok()?) {
                i64::MAX => "infinity".into(),
                i64::MIN => "-infinity".into(),
                micros => {
                    let days = micros.div_euclid(86_400_000_000);
                    format!("{}T{}{zone}", day(days), clock(micros.rem_euclid(86_400_000_000)))
                }
            })
        }
        Kind::Interval => {
            let (micros, rest) = bytes.split_first_chunk::<8>()?;
            let (days, months) = rest.split_first_chunk::<4>()?;
            Value::String(format!(
                "{} months {} days {} microseconds",
                i32::from_be_bytes(months.try_into().ok()?),
                i32::from_be_bytes(*days),
                i64::from_be_bytes(*micros)
            ))
        }
        Kind::Array(item, _) => array(item, bytes)?,
    })
}

/// An array as nested JSON lists; one that does not count from 1 shows its bounds in front, as the server does.
fn array(item: &Kind, bytes: &[u8]) -> Option<Value> {
    let (header, mut rest) = bytes.split_first_chunk::<12>()?;
    let dimensions = i32::from_be_bytes([header[0], header[1], header[2], header[3]]);
    let mut sizes = Vec::new();
    let mut bounds = String::new();
    for _ in 0..dimensions {
        let (shape, after) = rest.split_first_chunk::<8>()?;
        rest = after;
        let size = i32::from_be_bytes([shape[0], shape[1], shape[2], shape[3]]);
        let first = i32::from_be_bytes([shape[4], shape[5], shape[6], shape[7]]);
        sizes.push(usize::try_from(size).ok()?);
        bounds.push_str(&format!("[{first}:{}]", i64::from(first) + i64::from(size) - 1));
    }
    let mut items = Vec::new();
    while !rest.is_empty() {
        let (bytes, after) = split_value(rest).ok()?;
        rest = after;
        items.push(bytes.map_or(Value::Null, |bytes| value(item, bytes)));
    }
    for size in sizes.iter().skip(1).rev() {
        items = items.chunks((*size).max(1)).map(|row| Value::Array(row.to_vec())).collect();
    }
    let list = Value::Array(items);
    Some(if bounds.contains("[1:") || bounds.is_empty() {
        list
    } else {
        Value::String(format!("{bounds}={list}"))
    })
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold("\\x".to_owned(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A day, counted from 2000-01-01, in the calendar that PostgreSQL uses for all time.
fn day(days: i64) -> String {
    // Civil date from a day count, with years that start in March so that leap days come last.
    let shifted = days + 730_425;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    format!("{:04}-{month:02}-{day:02}", year + era * 400 + carry)
}

fn clock(micros: i64) -> String {
    let seconds = micros.div_euclid(1_000_000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match micros.rem_euclid(1_000_000) {
        0 => format!("{hours:02}:{minutes:02}:{seconds:02}"),
        fraction => format!("{hours:02}:{minutes:02}:{seconds:02}.{fraction:06}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_match_the_calendar() {
        assert_eq!(day(0), "2000-01-01");
        assert_eq!(day(-1), "1999-12-31");
        assert_eq!(day(59), "2000-02-29");
        assert_eq!(day(60), "2000-03-01");
        assert_eq!(day(9_497), "2026-01-01");
        assert_eq!(day(2_921_939), "9999-12-31");
        assert_eq!(day(2_145_031_948), "5874897-12-31");
    }
}
