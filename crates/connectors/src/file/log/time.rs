//! Times in logs: a form such as `%Y%m%d %H:%M:%S`, compiled.
//!
//! The form decides the type: date and clock are a timestamp, with an offset one with time zone; a date alone or a
//! clock alone is just that. A clock's time has no zone unless the log names one: Towpath does not guess it.

use arrow::datatypes::{DataType, TimeUnit};
use towpath_connect::civil::{DAY_MICROS, days_from_date};

const MONTHS: [&[u8; 3]; 12] =
    [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];

/// A compiled form of a time.
#[derive(Debug)]
pub(super) struct TimePattern {
    form: String,
    parts: Vec<Part>,
    kind: Kind,
}

/// What a form gives.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Date,
    Clock,
    Timestamp,
    Instant,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Part {
    Year,
    ShortYear,
    Month,
    MonthName,
    Day,
    Hour,
    HalfDayHour,
    HalfDay,
    Minute,
    Second,
    Decimals,
    Offset,
    Byte(u8),
    Blanks,
}

/// What was read of a time.
#[derive(Debug, Default)]
struct Read {
    year: i64,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
    micros: i64,
    afternoon: Option<bool>,
    offset_seconds: i64,
}

impl TimePattern {
    /// Compiles a form; answers what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut bytes = text.bytes();
        while let Some(byte) = bytes.next() {
            match byte {
                b'%' => match bytes.next() {
                    Some(b'Y') => parts.push(Part::Year),
                    Some(b'y') => parts.push(Part::ShortYear),
                    Some(b'm') => parts.push(Part::Month),
                    Some(b'b') => parts.push(Part::MonthName),
                    Some(b'd') => parts.push(Part::Day),
                    Some(b'H') => parts.push(Part::Hour),
                    Some(b'I') => parts.push(Part::HalfDayHour),
                    Some(b'p') => parts.push(Part::HalfDay),
                    Some(b'M') => parts.push(Part::Minute),
                    Some(b'S') => parts.push(Part::Second),
                    Some(b'f') => parts.push(Part::Decimals),
                    Some(b'z') => parts.push(Part::Offset),
                    Some(b'F') => {
                        let dash = Part::Byte(b'-');
                        parts.extend([Part::Year, dash, Part::Month, dash, Part::Day]);
                    }
                    Some(b'T') => {
                        let colon = Part::Byte(b':');
                        parts.extend([Part::Hour, colon, Part::Minute, colon, Part::Second]);
                    }
                    Some(b'%') => parts.push(Part::Byte(b'%')),
                    other => {
                        let other = other.map(char::from).unwrap_or_default();
                        return Err(format!(
                            "`%{other}` is no part of a time; there are %Y %y %m %b %d %H %I %p %M %S %f %z %F %T"
                        ));
                    }
                },
                b' ' => parts.push(Part::Blanks),
                byte if byte.is_ascii() => parts.push(Part::Byte(byte)),
                _ => return Err(format!("the time `{text}` may hold ASCII characters only")),
            }
        }
        let kind = kind(&parts).map_err(|why| format!("the time `{text}` {why}"))?;
        Ok(TimePattern { form: text.to_owned(), parts, kind })
    }

    /// The form as it was written.
    pub(super) fn form(&self) -> &str {
        &self.form
    }

    /// The type of the column.
    pub(super) fn data_type(&self) -> DataType {
        match self.kind {
            Kind::Date => DataType::Date32,
            Kind::Clock => DataType::Time64(TimeUnit::Microsecond),
            Kind::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
            Kind::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        }
    }

    /// Reads a time from the beginning of a text: its microseconds (days, for a date), and the bytes it takes.
    #[inline]
    pub(super) fn read(&self, text: &[u8]) -> Option<(i64, usize)> {
        let (mut read, mut at) = (Read { year: 1970, month: 1, day: 1, ..Read::default() }, 0);
        for part in &self.parts {
            match part {
                Part::Year => read.year = i64::from(digits::<4>(text, &mut at)?),
                Part::ShortYear => {
                    let year = i64::from(digits::<2>(text, &mut at)?);
                    read.year = if year < 70 { 2000 + year } else { 1900 + year };
                }
                Part::Month => read.month = digits::<2>(text, &mut at)?,
                Part::MonthName => {
                    let name: [u8; 3] = text.get(at..at + 3)?.try_into().ok()?;
                    let month = MONTHS.iter().position(|month| **month == name.to_ascii_lowercase()[..])?;
                    read.month = month as u32 + 1;
                    at += 3;
                }
                Part::Day => read.day = digits::<2>(text, &mut at)?,
                Part::Hour | Part::HalfDayHour => read.hour = digits::<2>(text, &mut at)?,
                Part::HalfDay => {
                    let word = text.get(at..at + 2)?;
                    read.afternoon = Some(word.eq_ignore_ascii_case(b"pm"));
                    if read.afternoon == Some(false) && !word.eq_ignore_ascii_case(b"am") {
                        return None;
                    }
                    at += 2;
                }
                Part::Minute => read.minute = digits::<2>(text, &mut at)?,
                Part::Second => read.second = digits::<2>(text, &mut at)?,
                Part::Decimals => read.micros = decimals(text, &mut at)?,
                Part::Offset => read.offset_seconds = offset(text, &mut at)?,
                Part::Byte(byte) => {
                    if text.get(at) != Some(byte) {
                        return None;
                    }
                    at += 1;
                }
                Part::Blanks => {
                    let blanks =
                        text.get(at..)?.iter().take_while(|byte| super::pattern::is_blank(**byte)).count();
                    if blanks == 0 {
                        return None;
                    }
                    at += blanks;
                }
            }
        }
        Some((read.value(self.kind)?, at))
    }
}

impl Read {
    #[inline]
    fn value(mut self, kind: Kind) -> Option<i64> {
        if let Some(afternoon) = self.afternoon {
            if !(1..=12).contains(&self.hour) {
                return None;
            }
            self.hour = self.hour % 12 + if afternoon { 12 } else { 0 };
        }
        let leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        let last = match self.month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        if self.year == 0
            || !(1..=last).contains(&self.day)
            || self.hour > 23
            || self.minute > 59
            || self.second > 59
        {
            return None;
        }
        let days = days_from_date(self.year, self.month, self.day);
        let seconds = i64::from(self.hour * 3600 + self.minute * 60 + self.second) - self.offset_seconds;
        Some(match kind {
            Kind::Date => days,
            Kind::Clock => seconds * 1_000_000 + self.micros,
            Kind::Timestamp | Kind::Instant => days * DAY_MICROS + seconds * 1_000_000 + self.micros,
        })
    }
}

/// What a form gives, or why it gives nothing.
fn kind(parts: &[Part]) -> Result<Kind, String> {
    let has = |wanted: &[Part]| parts.iter().any(|part| wanted.contains(part));
    let date = [has(&[Part::Year, Part::ShortYear]), has(&[Part::Month, Part::MonthName]), has(&[Part::Day])];
    let hour = has(&[Part::Hour]) || (has(&[Part::HalfDayHour]) && has(&[Part::HalfDay]));
    let is_clock = hour && has(&[Part::Minute]);
    for (place, part) in parts.iter().enumerate() {
        if !matches!(part, Part::Byte(_) | Part::Blanks) && parts[..place].contains(part) {
            return Err("names a part twice".into());
        }
    }
    if has(&[Part::HalfDayHour]) != has(&[Part::HalfDay]) {
        return Err("needs both `%I` and `%p`, or `%H`".into());
    }
    match (date, is_clock) {
        ([true, true, true], true) if has(&[Part::Offset]) => Ok(Kind::Instant),
        _ if has(&[Part::Offset]) => Err("has an offset, which needs a date and a clock's time".into()),
        ([true, true, true], true) => Ok(Kind::Timestamp),
        ([true, true, true], false) if !hour => Ok(Kind::Date),
        ([false, false, false], true) => Ok(Kind::Clock),
        _ => Err("needs year, month and day, or hour and minute, or all of them".into()),
    }
}

/// Reads exactly `N` digits.
#[inline]
fn digits<const N: usize>(text: &[u8], at: &mut usize) -> Option<u32> {
    let mut value = 0;
    for byte in text.get(*at..*at + N)? {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + u32::from(digit);
    }
    *at += N;
    Some(value)
}

/// Reads one to six digits as the decimals of a second. More of them would be lost, so they are refused.
fn decimals(text: &[u8], at: &mut usize) -> Option<i64> {
    let digits = text.get(*at..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=6).contains(&digits) {
        return None;
    }
    let value = text[*at..*at + digits].iter().fold(0, |value, byte| value * 10 + i64::from(byte - b'0'));
    *at += digits;
    Some(value * 10i64.pow(6 - digits as u32))
}

/// Reads `Z`, `+0100` or `+01:00`: the seconds to take away for UTC.
fn offset(text: &[u8], at: &mut usize) -> Option<i64> {
    let sign = match text.get(*at)? {
        b'Z' | b'z' => {
            *at += 1;
            return Some(0);
        }
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    *at += 1;
    let hours = digits::<2>(text, at)?;
    if text.get(*at) == Some(&b':') {
        *at += 1;
    }
    let minutes = digits::<2>(text, at)?;
    (hours <= 15 && minutes <= 59).then(|| sign * i64::from(hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(form: &str, text: &str) -> Option<(i64, usize)> {
        TimePattern::parse(form).unwrap().read(text.as_bytes())
    }

    #[test]
    fn times_are_read_in_their_form_or_not_at_all() {
        let at = days_from_date(2025, 6, 12) * DAY_MICROS + (6 * 3600 + 2) * 1_000_000;
        assert_eq!(read("%Y%m%d %H:%M:%S", "20250612 06:00:02|@"), Some((at, 17)));
        assert_eq!(read("%F %T.%f", "2025-06-12 06:00:02.5"), Some((at + 500_000, 21)));
        assert_eq!(read("%d/%b/%Y:%T %z", "12/Jun/2025:08:00:02 +0200"), Some((at, 26)));
        assert_eq!(read("%y%m%d %I:%M:%S %p", "250612 06:00:02 am"), Some((at, 18)));
        assert_eq!(read("%I:%M %p", "12:30 AM"), Some((30 * 60_000_000, 8)));
        assert_eq!(read("%Y%m%d", "20240229"), Some((days_from_date(2024, 2, 29), 8)));
        for text in
            ["20250229 06:00:02", "20250612 24:00:00", "20250612 06:60:00", "20250612", "2025061a 06:00:00"]
        {
            assert_eq!(read("%Y%m%d %H:%M:%S", text), None, "{text}");
        }
    }

    #[test]
    fn forms_that_give_no_time_are_refused() {
        for form in ["%H", "%m%d %H:%M", "%Y%m%d %H", "%Q", "%Y%Y%m%d", "%H:%M %z", "%I:%M", "%"] {
            assert!(TimePattern::parse(form).is_err(), "{form}");
        }
    }
}
