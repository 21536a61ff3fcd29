//! Single values from text, and between clocks.

use arrow::datatypes::i256;
use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use towpath_connect::types::Logical;

pub(super) fn boolean(text: &str) -> Option<bool> {
    let text = text.trim();
    let is = |words: [&str; 5]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    if is(["true", "t", "yes", "y", "on"]) || text == "1" {
        Some(true)
    } else if is(["false", "f", "no", "n", "off"]) || text == "0" {
        Some(false)
    } else {
        None
    }
}

/// A whole number of any integer type, also when it is written `12.00`.
pub(super) fn integer(text: &str) -> Option<i128> {
    decimal(text, 38, 0)
}

pub(super) fn float(text: &str) -> Option<f64> {
    let text = text.trim();
    let value: f64 = text.parse().ok()?;
    // Digits that are too large for the type are no infinity.
    (value.is_finite() || !text.contains(|c: char| c.is_ascii_digit())).then_some(value)
}

/// A decimal number with exactly `scale` decimals, without its point.
pub(super) fn decimal(text: &str, precision: u8, scale: i8) -> Option<i128> {
    let text = text.trim();
    let (negative, digits) = sign(text);
    let mut value: i128 = 0;
    let mut decimals: Option<i32> = None;
    let mut any = false;
    for (index, byte) in digits.bytes().enumerate() {
        match byte {
            b'0'..=b'9' => {
                any = true;
                let digit = i128::from(byte - b'0');
                match &mut decimals {
                    // Decimals beyond the scale must be zeros.
                    Some(count) if *count == i32::from(scale) => {
                        if digit != 0 {
                            return None;
                        }
                    }
                    Some(count) => {
                        *count += 1;
                        value = value.checked_mul(10)?.checked_add(digit)?;
                    }
                    None => value = value.checked_mul(10)?.checked_add(digit)?,
                }
            }
            b'.' if decimals.is_none() => decimals = Some(0),
            b'e' | b'E' if any && index > 0 => return scientific(text, precision, scale)?.to_i128(),
            _ => return None,
        }
    }
    if !any {
        return None;
    }
    let missing = i32::from(scale) - decimals.unwrap_or(0);
    let value = value.checked_mul(10i128.checked_pow(u32::try_from(missing).ok()?)?)?;
    let limit = 10i128.checked_pow(u32::from(precision))?;
    (value < limit).then_some(if negative { -value } else { value })
}

/// Like [`decimal`], for more than 38 digits.
pub(super) fn wide_decimal(text: &str, precision: u8, scale: i8) -> Option<i256> {
    scientific(text.trim(), precision, scale)
}

/// The slow way, which also reads exponents.
fn scientific(text: &str, precision: u8, scale: i8) -> Option<i256> {
    let (negative, unsigned) = sign(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let significant = digits.trim_start_matches('0');
    // The power of ten that the digits, read as a whole number, must be multiplied by.
    let shift = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?.checked_add(i32::from(scale))?;
    let scaled = match usize::try_from(shift) {
        Ok(zeros) if significant.is_empty() || significant.len() + zeros <= usize::from(precision) => {
            if significant.is_empty() {
                String::new()
            } else {
                format!("{significant}{}", "0".repeat(zeros))
            }
        }
        Ok(_) => return None,
        Err(_) => {
            let cut = usize::try_from(-i64::from(shift)).ok()?;
            let keep = significant.len().saturating_sub(cut);
            if !significant[keep..].bytes().all(|byte| byte == b'0') {
                return None;
            }
            significant[..keep].to_owned()
        }
    };
    if scaled.len() > usize::from(precision) {
        return None;
    }
    let value = if scaled.is_empty() { i256::ZERO } else { i256::from_string(&scaled)? };
    Some(if negative { value.wrapping_neg() } else { value })
}

fn sign(text: &str) -> (bool, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    }
}

pub(super) fn logical(text: &str, logical: Logical) -> Option<String> {
    match logical {
        Logical::Uuid => uuid::Uuid::parse_str(text.trim()).ok().map(|uuid| uuid.hyphenated().to_string()),
        Logical::Json => serde_json::from_str::<serde::de::IgnoredAny>(text).ok().map(|_| text.to_owned()),
        Logical::Numeric => {
            let text = text.trim();
            let (_, unsigned) = sign(text);
            let is_number = unsigned.bytes().filter(|byte| *byte != b'.').all(|byte| byte.is_ascii_digit())
                && unsigned.bytes().any(|byte| byte.is_ascii_digit())
                && unsigned.bytes().filter(|byte| *byte == b'.').count() <= 1;
            (is_number || ["NaN", "Infinity", "-Infinity"].contains(&text)).then(|| text.to_owned())
        }
        Logical::Enum | Logical::TimeSpan | Logical::Bits => Some(text.to_owned()),
    }
}

const EPOCH: Date = Date::constant(1970, 1, 1);

pub(super) fn date(text: &str, format: Option<&str>) -> Option<i32> {
    let text = text.trim();
    let date = match format {
        Some(format) => strtime::parse(format, text).ok()?.to_date().ok()?,
        // The parser of dates would also take a date with a time, and drop the time.
        None if text.len() <= 13 => text.parse::<Date>().ok()?,
        None => return None,
    };
    EPOCH.until(date).ok().map(|span| span.get_days())
}

pub(super) fn time(text: &str, format: Option<&str>) -> Option<i64> {
    let text = text.trim();
    let time = match format {
        Some(format) => strtime::parse(format, text).ok()?.to_time().ok()?,
        None if text.contains(':') && !text.contains(['T', 't', ' ', '-']) => text.parse::<Time>().ok()?,
        None => return None,
    };
    micros(time.duration_since(Time::midnight()))
}

pub(super) fn timestamp(text: &str, format: Option<&str>) -> Option<i64> {
    wall_micros(date_time(text.trim(), format)?)
}

pub(super) fn instant(text: &str, format: Option<&str>, zone: &TimeZone) -> Option<i64> {
    let text = text.trim();
    let parsed = match format {
        Some(format) => strtime::parse(format, text).ok()?.to_timestamp().ok(),
        None => text.parse::<Timestamp>().ok(),
    };
    match parsed {
        Some(instant) => micros(instant.as_duration()),
        None => zoned(wall_micros(date_time(text, format)?)?, zone),
    }
}

fn date_time(text: &str, format: Option<&str>) -> Option<DateTime> {
    match format {
        Some(format) => {
            let parsed = strtime::parse(format, text).ok()?;
            // A pattern without a time of day means midnight.
            parsed
                .to_datetime()
                .ok()
                .or_else(|| parsed.to_date().ok().map(|date| date.to_datetime(Time::midnight())))
        }
        None => text.parse().ok(),
    }
}

fn wall_micros(clock: DateTime) -> Option<i64> {
    micros(clock.duration_since(EPOCH.to_datetime(Time::midnight())))
}

fn micros(span: SignedDuration) -> Option<i64> {
    if span.subsec_nanos() % 1000 != 0 {
        return None;
    }
    i64::try_from(span.as_micros()).ok()
}

fn clock(micros: i64) -> Option<DateTime> {
    EPOCH.to_datetime(Time::midnight()).checked_add(SignedDuration::from_micros(micros)).ok()
}

/// The point in time of a wall clock; `None` for times that the zone skips in spring.
pub(super) fn zoned(micros_on_wall: i64, zone: &TimeZone) -> Option<i64> {
    let ambiguous = zone.to_ambiguous_timestamp(clock(micros_on_wall)?);
    if matches!(ambiguous.offset(), jiff::tz::AmbiguousOffset::Gap { .. }) {
        return None;
    }
    Some(ambiguous.earlier().ok()?.as_microsecond())
}

/// The wall clock at a point in time.
pub(super) fn local(instant: i64, zone: &TimeZone) -> Option<i64> {
    wall_micros(zone.to_datetime(Timestamp::from_microsecond(instant).ok()?))
}

pub(super) fn print(instant: i64, zone: &TimeZone, format: &str) -> Option<String> {
    let zoned = Timestamp::from_microsecond(instant).ok()?.to_zoned(zone.clone());
    strtime::format(format, &zoned).ok()
}

pub(super) fn check_format(format: &str) -> Result<(), String> {
    let sample = Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
    strtime::format(format, &sample).map(|_| ()).map_err(|error| error.to_string())
}
