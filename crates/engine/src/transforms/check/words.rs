//! Expectations in words, for reports and messages.

use super::super::scalar::Scalar;
use super::super::validate::Kind;
use super::Expectation;

/// What is expected of a single column, without its name; nothing when the expectation is about something else.
pub(super) fn of_column(expectation: &Expectation) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    if expectation.not_null {
        parts.push("is there".to_owned());
    }
    parts.extend(expectation.kind.map(|kind| format!("is {}", of_kind(kind))));
    if !expectation.in_set.is_empty() {
        let shown: Vec<String> = expectation.in_set.iter().take(10).map(Scalar::text).collect();
        let more = if expectation.in_set.len() > shown.len() { ", …" } else { "" };
        parts.push(format!("is one of {}{more}", shown.join(", ")));
    }
    match (&expectation.min, &expectation.max) {
        (Some(min), Some(max)) => parts.push(format!("is from {} to {}", min.text(), max.text())),
        (Some(min), None) => parts.push(format!("is at least {}", min.text())),
        (None, Some(max)) => parts.push(format!("is at most {}", max.text())),
        (None, None) => {}
    }
    parts.extend(expectation.pattern.as_ref().map(|pattern| format!("matches {pattern}")));
    match (expectation.min_length, expectation.max_length) {
        (Some(min), Some(max)) => parts.push(format!("has {min} to {max} characters")),
        (Some(min), None) => parts.push(format!("has at least {min} characters")),
        (None, Some(max)) => parts.push(format!("has at most {max} characters")),
        (None, None) => {}
    }
    (!parts.is_empty()).then(|| parts.join(" and "))
}

fn of_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Integer => "a whole number",
        Kind::Number => "a number",
        Kind::Boolean => "true or false",
        Kind::Date => "a date",
        Kind::Timestamp => "a timestamp",
        Kind::Email => "an e-mail address",
        Kind::Url => "a web address",
        Kind::Uuid => "a UUID",
        Kind::Json => "JSON",
    }
}

/// A number of rows between two limits.
pub(super) fn of_rows(min: Option<u64>, max: Option<u64>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!("{min} to {max} rows"),
        (Some(min), None) => format!("at least {min} rows"),
        (None, Some(max)) => format!("at most {max} rows"),
        (None, None) => "any number of rows".to_owned(),
    }
}
