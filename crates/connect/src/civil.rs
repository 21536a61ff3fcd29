//! Dates, times and spans as ISO 8601 text, exact over the whole range of the types that travel.
//!
//! Reading is strict: a text is a date or it is not, nothing is guessed and nothing is cut. Writing gives the
//! form that reading takes back. Both work on the plain integers of the canonical types (days, microseconds),
//! because these reach further than calendars of civil-time libraries: PostgreSQL has a year 294276.
//!
//! Infinite dates and timestamps are the words `infinity` and `-infinity`.

use std::fmt::Write;

use crate::types::{INFINITY_DAYS, INFINITY_MICROS, NEG_INFINITY_DAYS, NEG_INFINITY_MICROS};

/// Microseconds of a day.
pub const DAY_MICROS: i64 = 86_400_000_000;
const SECOND_MICROS: i64 = 1_000_000;

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar; year 0 is 1 BC.
pub fn days_from_date(year: i64, month: u32, day: u32) -> i64 {
    // Years start in March here, so that the leap day is the last day of its year.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month = i64::from((month + 9) % 12);
    let day_of_year = (153 * month + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Year, month and day of a day count; the inverse of [`days_from_date`].
pub fn date_from_days(days: i64) -> (i64, u32, u32) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * month + 2) / 5 + 1) as u32;
    let month = if month < 10 { month + 3 } else { month - 9 } as u32;
    let year = year_of_era + era * 400;
    (if month <= 2 { year + 1 } else { year }, month, day)
}

fn days_in_month(year: i64, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A point on a time line: a wall clock's reading, or an instant when the text named its offset from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Microseconds since 1970-01-01T00:00:00, in UTC when `zoned`.
    pub micros: i64,
    /// The text ended in `Z` or an offset.
    pub zoned: bool,
}

/// A text that is consumed from the left.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn eat(&mut self, byte: u8) -> bool {
        let hit = self.0.first() == Some(&byte);
        if hit {
            self.0 = &self.0[1..];
        }
        hit
    }

    /// Exactly `count` digits.
    fn digits(&mut self, count: usize) -> Option<u32> {
        let (head, rest) = self.0.split_at_checked(count)?;
        let mut number = 0u32;
        for byte in head {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            number = number * 10 + u32::from(digit);
        }
        self.0 = rest;
        Some(number)
    }

    /// Between `least` and `most` digits, as many as there are.
    fn many(&mut self, least: usize, most: usize) -> Option<i64> {
        let count = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if count < least || count > most {
            return None;
        }
        let (head, rest) = self.0.split_at(count);
        self.0 = rest;
        Some(head.iter().fold(0, |number, byte| number * 10 + i64::from(byte - b'0')))
    }

    /// The digits after the decimal point as microseconds; more than six only when the rest is zero.
    fn fraction(&mut self) -> Option<i64> {
        let (mut micros, mut unit, mut seen) = (0i64, 100_000i64, false);
        while let Some(byte) = self.0.first().filter(|byte| byte.is_ascii_digit()) {
            let digit = i64::from(byte - b'0');
            if unit == 0 && digit != 0 {
                return None;
            }
            micros += digit * unit;
            unit /= 10;
            seen = true;
            self.0 = &self.0[1..];
        }
        seen.then_some(micros)
    }

    /// Days of `YYYY-MM-DD`; longer and negative years carry a sign.
    fn date(&mut self) -> Option<i64> {
        let (minus, plus) = (self.eat(b'-'), self.eat(b'+'));
        let year = match (minus, plus) {
            (true, true) => return None,
            (false, false) => i64::from(self.digits(4)?),
            (true, false) => -self.many(4, 7)?,
            (false, true) => self.many(4, 7)?,
        };
        let month = self.eat(b'-').then(|| self.digits(2)).flatten()?;
        let day = self.eat(b'-').then(|| self.digits(2)).flatten()?;
        let valid = (1..=12).contains(&month) && day >= 1 && day <= days_in_month(year, month);
        valid.then(|| days_from_date(year, month, day))
    }

    /// Microseconds of `HH:MM`, `HH:MM:SS` or `HH:MM:SS.ffffff`.
    fn time(&mut self) -> Option<i64> {
        let hours = self.digits(2)?;
        let minutes = self.eat(b':').then(|| self.digits(2)).flatten()?;
        let (mut seconds, mut micros) = (0, 0);
        if self.eat(b':') {
            seconds = self.digits(2)?;
            if self.eat(b'.') {
                micros = self.fraction()?;
            }
        }
        let valid = hours <= 23 && minutes <= 59 && seconds <= 59;
        valid.then(|| i64::from(hours * 3600 + minutes * 60 + seconds) * SECOND_MICROS + micros)
    }

    /// Seconds east of UTC of `Z`, `+HH`, `+HHMM` or `+HH:MM`.
    fn offset(&mut self) -> Option<i64> {
        if self.eat(b'Z') || self.eat(b'z') {
            return Some(0);
        }
        let sign = if self.eat(b'-') {
            -1
        } else if self.eat(b'+') {
            1
        } else {
            return None;
        };
        let hours = self.digits(2)?;
        let colon = self.eat(b':');
        let minutes = if colon || !self.0.is_empty() { self.digits(2)? } else { 0 };
        (hours <= 23 && minutes <= 59).then(|| sign * i64::from(hours * 3600 + minutes * 60))
    }

    fn done(&self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

/// Days since 1970-01-01 of `2025-12-31`, or of `infinity`.
pub fn parse_date(text: &str) -> Option<i32> {
    match text {
        "infinity" => return Some(INFINITY_DAYS),
        "-infinity" => return Some(NEG_INFINITY_DAYS),
        _ => {}
    }
    let mut reader = Reader(text.as_bytes());
    let days = reader.date()?;
    reader.done()?;
    i32::try_from(days).ok().filter(|days| *days != INFINITY_DAYS && *days != NEG_INFINITY_DAYS)
}

/// Microseconds since midnight of `23:59:59.999999`; seconds and fraction may be missing.
pub fn parse_time(text: &str) -> Option<i64> {
    let mut reader = Reader(text.as_bytes());
    let micros = reader.time()?;
    reader.done()?;
    Some(micros)
}

/// The moment of `2025-12-31T23:59:59.999999+02:00`; a blank may stand for the `T`, the offset may be missing.
/// A date alone is its midnight.
pub fn parse_moment(text: &str) -> Option<Moment> {
    match text {
        "infinity" => return Some(Moment { micros: INFINITY_MICROS, zoned: false }),
        "-infinity" => return Some(Moment { micros: NEG_INFINITY_MICROS, zoned: false }),
        _ => {}
    }
    let mut reader = Reader(text.as_bytes());
    let days = reader.date()?;
    let (mut time, mut offset) = (0, None);
    if reader.eat(b'T') || reader.eat(b' ') || reader.eat(b't') {
        time = reader.time()?;
        if !reader.0.is_empty() {
            // PostgreSQL and others put a blank before the offset.
            reader.eat(b' ');
            offset = Some(reader.offset()?);
        }
    }
    reader.done()?;
    let micros = days.checked_mul(DAY_MICROS)?.checked_add(time)?;
    let micros = micros.checked_sub(offset.unwrap_or(0) * SECOND_MICROS)?;
    let finite = micros != INFINITY_MICROS && micros != NEG_INFINITY_MICROS;
    finite.then_some(Moment { micros, zoned: offset.is_some() })
}

/// Microseconds of a span `-838:59:59.5`: hours of any size, minutes, seconds.
pub fn parse_span(text: &str) -> Option<i64> {
    let mut reader = Reader(text.as_bytes());
    let negative = reader.eat(b'-');
    let hours = reader.many(1, 10)?;
    let minutes = reader.eat(b':').then(|| reader.digits(2)).flatten()?;
    let (mut seconds, mut micros) = (0, 0);
    if reader.eat(b':') {
        seconds = reader.digits(2)?;
        if reader.eat(b'.') {
            micros = reader.fraction()?;
        }
    }
    reader.done()?;
    if minutes > 59 || seconds > 59 {
        return None;
    }
    let total = hours * 3600 + i64::from(minutes * 60 + seconds);
    let total = total.checked_mul(SECOND_MICROS)?.checked_add(micros)?;
    Some(if negative { -total } else { total })
}

/// Months, days and nanoseconds of an ISO 8601 duration such as `P1Y2M3DT4H5M6.5S` or `P-1M`.
pub fn parse_interval(text: &str) -> Option<(i32, i32, i64)> {
    let rest = text.strip_prefix('P')?;
    let (date, time) = rest.split_once('T').map_or((rest, None), |(date, time)| (date, Some(time)));
    if date.is_empty() && time.is_none_or(str::is_empty) || time.is_some_and(str::is_empty) {
        return None;
    }
    let (mut months, mut days, mut nanos) = (0i64, 0i64, 0i64);
    for (number, unit) in interval_parts(date)? {
        let number: i64 = number.parse().ok()?;
        match unit {
            b'Y' => months = months.checked_add(number.checked_mul(12)?)?,
            b'M' => months = months.checked_add(number)?,
            b'W' => days = days.checked_add(number.checked_mul(7)?)?,
            b'D' => days = days.checked_add(number)?,
            _ => return None,
        }
    }
    for (number, unit) in interval_parts(time.unwrap_or(""))? {
        let part = match unit {
            b'H' => number.parse::<i64>().ok()?.checked_mul(3_600_000_000_000)?,
            b'M' => number.parse::<i64>().ok()?.checked_mul(60_000_000_000)?,
            b'S' => seconds_as_nanos(number)?,
            _ => return None,
        };
        nanos = nanos.checked_add(part)?;
    }
    Some((i32::try_from(months).ok()?, i32::try_from(days).ok()?, nanos))
}

/// Splits `4H5M6.5S` into numbers and units.
fn interval_parts(text: &str) -> Option<Vec<(&str, u8)>> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        let end = rest.find(|c: char| c.is_ascii_alphabetic())?;
        parts.push((&rest[..end], rest.as_bytes()[end]));
        rest = &rest[end + 1..];
    }
    Some(parts)
}

fn seconds_as_nanos(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 9 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let nanos = whole.parse::<i64>().ok()?.checked_mul(1_000_000_000)?;
    let part: i64 = format!("{fraction:0<9}").parse().ok()?;
    if whole.starts_with('-') { nanos.checked_sub(part) } else { nanos.checked_add(part) }
}

/// Writes a date.
pub fn write_date(out: &mut String, days: i32) {
    match days {
        INFINITY_DAYS => out.push_str("infinity"),
        NEG_INFINITY_DAYS => out.push_str("-infinity"),
        days => write_days(out, i64::from(days)),
    }
}

fn write_days(out: &mut String, days: i64) {
    let (year, month, day) = date_from_days(days);
    match year {
        0..=9999 => {
            digits(out, year as u64, 4);
        }
        _ => {
            let _ = write!(out, "{year:+05}");
        }
    }
    out.push('-');
    digits(out, u64::from(month), 2);
    out.push('-');
    digits(out, u64::from(day), 2);
}

/// Writes a time of day; the fraction only when there is one.
pub fn write_time(out: &mut String, micros: i64) {
    write_span(out, micros);
}

/// Writes a span of time as hours, minutes and seconds.
pub fn write_span(out: &mut String, micros: i64) {
    if micros < 0 {
        out.push('-');
    }
    let micros = micros.unsigned_abs();
    let seconds = micros / SECOND_MICROS as u64;
    digits(out, seconds / 3600, 2);
    out.push(':');
    digits(out, seconds / 60 % 60, 2);
    out.push(':');
    digits(out, seconds % 60, 2);
    fraction(out, micros % SECOND_MICROS as u64, 6);
}

/// Writes a point in time: `separator` is `T` or a blank, `zoned` adds `Z`.
pub fn write_moment(out: &mut String, micros: i64, separator: char, zoned: bool) {
    match micros {
        INFINITY_MICROS => out.push_str("infinity"),
        NEG_INFINITY_MICROS => out.push_str("-infinity"),
        micros => {
            write_days(out, micros.div_euclid(DAY_MICROS));
            out.push(separator);
            write_span(out, micros.rem_euclid(DAY_MICROS));
            if zoned {
                out.push('Z');
            }
        }
    }
}

/// Writes an interval as an ISO 8601 duration.
pub fn write_interval(out: &mut String, months: i32, days: i32, nanos: i64) {
    if (months, days, nanos) == (0, 0, 0) {
        return out.push_str("PT0S");
    }
    out.push('P');
    part(out, i64::from(months / 12), 'Y');
    part(out, i64::from(months % 12), 'M');
    part(out, i64::from(days), 'D');
    if nanos == 0 {
        return;
    }
    out.push('T');
    let seconds = nanos / 1_000_000_000;
    part(out, seconds / 3600, 'H');
    part(out, seconds / 60 % 60, 'M');
    let (second, nano) = (seconds % 60, nanos % 1_000_000_000);
    if second != 0 || nano != 0 {
        if nanos < 0 {
            out.push('-');
        }
        let _ = write!(out, "{}", second.abs());
        fraction(out, nano.unsigned_abs(), 9);
        out.push('S');
    }
}

fn part(out: &mut String, number: i64, unit: char) {
    if number != 0 {
        let _ = write!(out, "{number}{unit}");
    }
}

/// Writes a number with at least `width` digits; much faster than the formatting machinery.
fn digits(out: &mut String, mut number: u64, width: usize) {
    let mut buffer = [b'0'; 20];
    let mut start = buffer.len();
    while number > 0 || buffer.len() - start < width {
        start -= 1;
        buffer[start] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    out.extend(buffer[start..].iter().map(|byte| char::from(*byte)));
}

fn fraction(out: &mut String, part: u64, width: usize) {
    if part != 0 {
        out.push('.');
        digits(out, part, width);
        let kept = out.trim_end_matches('0').len();
        out.truncate(kept);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(write: impl FnOnce(&mut String)) -> String {
        let mut out = String::new();
        write(&mut out);
        out
    }

    #[test]
    fn only_real_dates_are_dates() {
        assert_eq!(parse_date("1970-01-02"), Some(1));
        assert_eq!(parse_date("2000-02-29"), Some(11_016));
        for wrong in
            ["2025-02-29", "1900-02-29", "2025-13-01", "2025-1-1", "20250101", "2025-01-01 ", "", "x"]
        {
            assert_eq!(parse_date(wrong), None, "{wrong}");
        }
        assert_eq!(
            parse_date("+12025-01-01").map(|days| written(|out| write_date(out, days))),
            Some("+12025-01-01".into())
        );
    }

    #[test]
    fn moments_know_whether_they_have_a_zone() {
        let noon = 12 * 3600 * SECOND_MICROS;
        assert_eq!(parse_moment("1970-01-01T14:00+02:00"), Some(Moment { micros: noon, zoned: true }));
        assert_eq!(parse_moment("1970-01-01 12:00:00"), Some(Moment { micros: noon, zoned: false }));
        assert_eq!(parse_moment("1970-01-01"), Some(Moment { micros: 0, zoned: false }));
        for wrong in
            ["1970-01-01T24:00", "1970-01-01T12", "1970-01-01T12:00:00.", "1970-01-01T12:00:00.1234567"]
        {
            assert_eq!(parse_moment(wrong), None, "{wrong}");
        }
        assert!(parse_moment("1970-01-01T12:00:00.1234560").is_some());
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(
            days in -500_000_000i32..500_000_000, micros in i64::MIN + 1..i64::MAX,
            months in any::<i32>(), nanos in any::<i64>(),
        ) {
            prop_assert_eq!(parse_date(&written(|out| write_date(out, days))), Some(days));
            let time = micros.rem_euclid(DAY_MICROS);
            prop_assert_eq!(parse_time(&written(|out| write_time(out, time))), Some(time));
            prop_assert_eq!(parse_span(&written(|out| write_span(out, micros))), Some(micros));
            for (separator, zoned) in [('T', false), (' ', true)] {
                let text = written(|out| write_moment(out, micros, separator, zoned));
                prop_assert_eq!(parse_moment(&text), Some(Moment { micros, zoned }));
            }
            let text = written(|out| write_interval(out, months, days, nanos));
            prop_assert_eq!(parse_interval(&text), Some((months, days, nanos)), "{}", text);
        }
    }
}
