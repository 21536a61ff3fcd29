//! Values of the types that columns have only when somebody gives them one: no value alone would suggest them.
//!
//! The rules are those of [`super::values`]: the bytes of one value, and `None` when they are not of that type.

use std::borrow::Cow;

use arrow::datatypes::{IntervalMonthDayNano, i256};
use towpath_connect::civil;
use towpath_connect::digits::Digits;

use super::values::{float64, is_non_finite, is_scientific, plain_number};

/// A whole number that is not negative and fits 64 bits.
pub(super) fn uint64(bytes: &[u8]) -> Option<u64> {
    if bytes.is_empty() || bytes.len() > 20 || (bytes[0] == b'0' && bytes.len() > 1) {
        return None;
    }
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| u64::from(byte - b'0'));
    bytes.iter().try_fold(0u64, |value, byte| value.checked_mul(10)?.checked_add(digit(byte)?))
}

/// A floating-point number of 32 bits.
pub(super) fn float32(bytes: &[u8]) -> Option<f32> {
    let value = float64(bytes)?;
    if !value.is_finite() {
        return Some(value as f32);
    }
    lexical_core::parse(bytes).ok().filter(|value: &f32| value.is_finite())
}

/// A decimal number of more digits than 128 bits hold.
pub(super) fn wide_decimal(bytes: &[u8], precision: u8, scale: i8) -> Option<i256> {
    plain_number(bytes)?;
    let value = Digits::parse(std::str::from_utf8(bytes).ok()?)?.unscaled(scale)?;
    let limit = i256::from_i128(10).checked_pow(precision.into())?;
    (value.wrapping_abs() < limit).then_some(value)
}

/// A number of any size and any number of decimals, written without exponent.
pub(super) fn numeric(bytes: &[u8]) -> Option<Cow<'_, [u8]>> {
    // Not every reader of numbers takes `.5`; JSON does not.
    if let [b'.', rest @ ..] | [b'-', b'.', rest @ ..] = bytes
        && plain_number(bytes).is_some()
    {
        let whole: &[u8] = if bytes[0] == b'-' { b"-0." } else { b"0." };
        return Some(Cow::Owned([whole, rest].concat()));
    }
    if plain_number(bytes).is_some() || is_non_finite(bytes) {
        return Some(Cow::Borrowed(bytes));
    }
    let text = std::str::from_utf8(bytes).ok().filter(|_| is_scientific(bytes))?;
    Some(Cow::Owned(Digits::parse(text)?.plain()?.into_bytes()))
}

/// Bytes as pairs of hexadecimal digits, with or without `\x` before them.
pub(super) fn binary(text: &[u8]) -> Option<Vec<u8>> {
    let digits = text.strip_prefix(b"\\x").unwrap_or(text);
    let (pairs, rest) = digits.as_chunks::<2>();
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

/// A span of months, days and time as ISO 8601 has it, for example `P1Y2M3DT4H`.
pub(super) fn interval(text: &[u8]) -> Option<IntervalMonthDayNano> {
    let (months, days, nanos) = civil::parse_interval(std::str::from_utf8(text).ok()?)?;
    Some(IntervalMonthDayNano::new(months, days, nanos))
}

/// A span of time without months, in microseconds.
pub(super) fn span(text: &[u8]) -> Option<i64> {
    let span = interval(text)?;
    let micros = i64::from(span.days).checked_mul(86_400_000_000)?.checked_add(span.nanoseconds / 1000)?;
    (span.months == 0 && span.nanoseconds % 1000 == 0).then_some(micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_any_size_are_text_that_json_takes() {
        let check = |text: &str, expected: Option<&str>| {
            let found = numeric(text.as_bytes()).map(|found| String::from_utf8(found.into_owned()).unwrap());
            assert_eq!(found.as_deref(), expected, "{text}");
        };
        check("12.50", Some("12.50"));
        check(".50", Some("0.50"));
        check("-.5", Some("-0.5"));
        check("1e2", Some("100"));
        check("5.", None);
        check("007", None);
    }
}
