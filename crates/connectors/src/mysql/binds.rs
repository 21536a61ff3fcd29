//! Values that travel beside the SQL: parameters of user SQL, and filters that the engine hands over.
//!
//! A filter is taken only when the server's comparison equals SQL's on the exact value: text is compared byte by byte
//! whatever the column's collation says, and numbers only with numbers of their kind.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use mysql_async::Value;
use towpath_connect::{Comparison, Filter, Literal};
use towpath_model::Fault;
use towpath_model::params::ParamType;
use towpath_model::sql::Bind;

use super::names::quote;
use super::types::ColumnType;

/// The value of a parameter, in the type it was declared with.
pub(super) fn parameter(bind: &Bind) -> Result<Value, Fault> {
    let Some(text) = bind.text() else { return Ok(Value::NULL) };
    let value = match bind.kind {
        ParamType::String => Some(Value::Bytes(text.clone().into_bytes())),
        ParamType::Integer => text.parse().ok().map(Value::Int),
        ParamType::Number => text.parse().ok().map(Value::Double),
        ParamType::Boolean => text.parse::<bool>().ok().map(|flag| Value::Int(flag.into())),
        ParamType::Date => text.parse::<Date>().ok().map(|date| moment(date.at(0, 0, 0, 0))),
        ParamType::Timestamp => text.parse::<Timestamp>().ok().map(instant),
    };
    value.ok_or_else(|| Fault::config(format!("`{text}` is not of type {}", bind.kind.name())))
}

fn instant(at: Timestamp) -> Value {
    moment(at.to_zoned(jiff::tz::TimeZone::UTC).datetime())
}

fn moment(at: DateTime) -> Value {
    let (year, month, day) = (at.year().unsigned_abs(), at.month().unsigned_abs(), at.day().unsigned_abs());
    let (hour, minute, second) =
        (at.hour().unsigned_abs(), at.minute().unsigned_abs(), at.second().unsigned_abs());
    Value::Date(year, month, day, hour, minute, second, at.subsec_nanosecond().unsigned_abs() / 1000)
}

/// The condition as SQL, and its bound values; `None` when the server would not decide it exactly.
pub(super) fn condition(filter: &Filter, column: &ColumnType, boolean: bool) -> Option<(String, Vec<Value>)> {
    let name = quote(&filter.column);
    match &filter.comparison {
        Comparison::IsNull => Some((format!("{name} IS NULL"), Vec::new())),
        Comparison::IsNotNull => Some((format!("{name} IS NOT NULL"), Vec::new())),
        Comparison::In(literals) => {
            let operands = literals
                .iter()
                .map(|literal| operand(column, boolean, literal))
                .collect::<Option<Vec<_>>>()?;
            let (places, values): (Vec<&str>, Vec<Value>) = operands.into_iter().unzip();
            let places = places.join(", ");
            let exact = format!("{} IN ({places})", exact(&name, column, boolean));
            if column.is_text() {
                // The first condition may use an index; the second makes it exact.
                let loose = vec!["?"; values.len()].join(", ");
                let doubled = values.iter().chain(&values).cloned().collect();
                return Some((format!("({name} IN ({loose}) AND {exact})"), doubled));
            }
            Some((exact, values))
        }
        comparison => {
            let (operator, literal) = comparison.operator()?;
            let (place, value) = operand(column, boolean, literal)?;
            let exact = format!("{} {operator} {place}", exact(&name, column, boolean));
            if column.is_text() && operator == "=" {
                return Some((format!("({name} = ? AND {exact})"), vec![value.clone(), value]));
            }
            Some((exact, vec![value]))
        }
    }
}

/// The column's side of a comparison.
fn exact(name: &str, column: &ColumnType, boolean: bool) -> String {
    match column {
        _ if boolean => format!("({name} <> 0)"),
        column if column.is_text() => format!("CAST(CONVERT({name} USING utf8mb4) AS BINARY)"),
        _ => name.to_owned(),
    }
}

/// The literal's side of a comparison.
fn operand(column: &ColumnType, boolean: bool, literal: &Literal) -> Option<(&'static str, Value)> {
    let plain = |value| Some(("?", value));
    match (column, literal) {
        (_, Literal::Boolean(flag)) if boolean => plain(Value::Int((*flag).into())),
        _ if boolean => None,
        (ColumnType::Int { .. } | ColumnType::Decimal { .. }, Literal::Int(number)) => {
            plain(Value::Int(*number))
        }
        (ColumnType::Int { .. } | ColumnType::Decimal { .. }, Literal::Decimal(text)) if fits_cast(text) => {
            // Without the cast the server would compare floating-point numbers.
            Some(("CAST(? AS DECIMAL(65,30))", Value::Bytes(text.clone().into_bytes())))
        }
        (ColumnType::Float { .. } | ColumnType::Double { .. }, Literal::Float(number))
            if number.is_finite() && *number != 0.0 =>
        {
            plain(Value::Double(*number))
        }
        (column, Literal::Text(text)) if column.is_text() => {
            Some(("CAST(? AS BINARY)", Value::Bytes(text.clone().into_bytes())))
        }
        (ColumnType::Date, Literal::Date(text)) => plain(
            text.parse::<Date>()
                .ok()
                .filter(|date| date.year() >= 0)
                .map(|date| moment(date.at(0, 0, 0, 0)))?,
        ),
        (ColumnType::DateTime(_), Literal::Timestamp(text)) => {
            plain(text.parse::<DateTime>().ok().filter(|at| at.year() >= 0).map(moment)?)
        }
        (ColumnType::Timestamp(_), Literal::Instant(text)) => {
            // Other years would be compared as text by some servers.
            let at: Timestamp = text.parse().ok()?;
            let year = at.to_zoned(jiff::tz::TimeZone::UTC).year();
            plain((1000..=9999).contains(&year).then(|| instant(at))?)
        }
        _ => None,
    }
}

/// Whether decimal text keeps all of its digits in `decimal(65,30)`.
fn fits_cast(text: &str) -> bool {
    let digits = text.trim_start_matches(['-', '+']);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    whole.len() <= 35
        && fraction.len() <= 30
        && !digits.is_empty()
        && whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit())
}
