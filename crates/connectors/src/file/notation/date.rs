//! Dates as people write them, with or without a time of day.
//!
//! ```text
//! date  := [weekday] ( a "/" b "/" year | a "." b "." year | a "-" b "-" year | year "/" b "/" c
//!                    | day month year | month day "," year )
//! time  := h ":" mm [ ":" ss [ "." decimals ] ] [ "am" | "pm" ] | h "h" [ mm ]
//! ```
//!
//! Months are numbers or words, French or English, whole or short. Years have four digits, or two: 00 to 68 are in this
//! century, 69 to 99 in the last one (POSIX). With points and hyphens, a short date needs two digits everywhere, because
//! `1.2.10` is a version and no day. `2025-12-31`, as [`crate::file::values`] reads it, is left to it.

use std::io::Write;

use towpath_connect::civil::days_from_date;

use super::trim;
use crate::file::values;

/// What comes first of day and month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::file) enum Order {
    /// `31/12/2025`
    DayFirst,
    /// `12/31/2025`
    MonthFirst,
}

/// Orders as a set: the bit of day first, and that of month first.
pub(in crate::file) const DAY_FIRST: u8 = 1;
/// See [`DAY_FIRST`].
pub(in crate::file) const MONTH_FIRST: u8 = 2;

impl Order {
    pub(in crate::file) fn bit(self) -> u8 {
        match self {
            Order::DayFirst => DAY_FIRST,
            Order::MonthFirst => MONTH_FIRST,
        }
    }
}

/// A date, and what its value does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::file) struct Written {
    /// Orders in which it is a date.
    pub(in crate::file) orders: u8,
    /// Both orders give a date, and not the same one.
    pub(in crate::file) is_ambiguous: bool,
    /// It has a time of day.
    pub(in crate::file) timed: bool,
    year: u32,
    /// The two numbers in the order of the text; a month that is a word stands second.
    first: u32,
    second: u32,
    /// Microseconds since midnight.
    micros: i64,
}

/// Looks at a value; `None` when it is no date in any order.
pub(in crate::file) fn look(bytes: &[u8]) -> Option<Written> {
    let bytes = trim(bytes);
    if !(6..=40).contains(&bytes.len()) {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let (mut written, rest) = match text.as_bytes()[0] {
        b'0'..=b'9' => numbers(text).or_else(|| words(text))?,
        _ => words(text)?,
    };
    let rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    if !rest.is_empty() {
        let rest = rest.strip_prefix(['T', 't']).or_else(|| rest.strip_prefix("à ")).unwrap_or(rest);
        written.micros = clock(rest.trim())?;
        written.timed = true;
    }
    Some(written)
}

/// Puts the date into `plain` as ISO 8601; answers whether it is one in that order.
pub(in crate::file) fn plain(bytes: &[u8], order: Order, plain: &mut Vec<u8>) -> bool {
    let trimmed = trim(bytes);
    if values::date(trimmed).is_some() || values::timestamp(trimmed).is_some() {
        plain.extend_from_slice(trimmed);
        return true;
    }
    let Some(written) = look(bytes).filter(|written| written.orders & order.bit() != 0) else { return false };
    let (day, month) = match order {
        Order::DayFirst => (written.first, written.second),
        Order::MonthFirst if written.orders == DAY_FIRST | MONTH_FIRST && !written.is_ambiguous => {
            (written.first, written.second)
        }
        Order::MonthFirst => (written.second, written.first),
    };
    // Writing into a vector does not fail.
    let _ = write!(plain, "{:04}-{month:02}-{day:02}", written.year);
    if written.timed {
        let (seconds, decimals) = (written.micros / 1_000_000, written.micros % 1_000_000);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let _ = write!(plain, "T{hour:02}:{minute:02}:{second:02}.{decimals:06}");
    }
    true
}

/// A date of three numbers, and what follows it.
fn numbers(text: &str) -> Option<(Written, &str)> {
    let (first, rest) = digits(text)?;
    let mark = rest.chars().next().filter(|mark| matches!(mark, '/' | '.' | '-'))?;
    let (second, rest) = digits(&rest[1..])?;
    let (third, rest) = digits(rest.strip_prefix(mark)?)?;
    // What follows must not go on with the number.
    if rest.starts_with(|next: char| next.is_alphanumeric() && !matches!(next, 'T' | 't')) {
        return None;
    }
    let rest = rest.strip_prefix(mark).filter(|_| mark == '.').unwrap_or(rest);
    let number = |text: &str| text.parse::<u32>().ok();
    match (first.len(), second.len(), third.len()) {
        (4, 1..=2, 1..=2) if mark != '-' => {
            Written::new(number(first)?, number(third)?, number(second)?, DAY_FIRST | MONTH_FIRST, rest)
        }
        (1..=2, 1..=2, 4) => either(number(first)?, number(second)?, number(third)?, rest),
        (2, 2, 2) => either(number(first)?, number(second)?, century(number(third)?), rest),
        (1..=2, 1..=2, 2) if mark == '/' => {
            either(number(first)?, number(second)?, century(number(third)?), rest)
        }
        _ => None,
    }
}

/// A date in the orders in which it is one.
fn either(first: u32, second: u32, year: u32, rest: &str) -> Option<(Written, &str)> {
    let day_first = is_date(year, second, first);
    let month_first = is_date(year, first, second);
    let orders = (u8::from(day_first) * DAY_FIRST) | (u8::from(month_first) * MONTH_FIRST);
    let written = Written {
        orders,
        is_ambiguous: day_first && month_first && first != second,
        timed: false,
        year,
        first,
        second,
        micros: 0,
    };
    (orders != 0).then_some((written, rest))
}

impl Written {
    fn new(year: u32, day: u32, month: u32, orders: u8, rest: &str) -> Option<(Written, &str)> {
        let is_date = is_date(year, month, day);
        let written =
            Written { orders, is_ambiguous: false, timed: false, year, first: day, second: month, micros: 0 };
        is_date.then_some((written, rest))
    }
}

/// A date whose month is a word, and what follows it.
fn words(text: &str) -> Option<(Written, &str)> {
    let mut rest = text;
    if let Some((word, after)) = word(rest)
        && is_weekday(word)
    {
        rest = after.trim_start_matches(['.', ',']).trim_start();
    }
    let both = DAY_FIRST | MONTH_FIRST;
    if let Some((name, after)) = word(rest) {
        let month = month(name)?;
        let (day, after) = digits(after.trim_start_matches('.').trim_start())?;
        let after = ["st", "nd", "rd", "th"].iter().find_map(|end| after.strip_prefix(end)).unwrap_or(after);
        let after = after.strip_prefix(',').unwrap_or(after);
        let (year, after) = digits(after.strip_prefix(' ')?.trim_start())?;
        let year = year.parse().ok().filter(|_| year.len() == 4)?;
        return Written::new(year, day.parse().ok().filter(|_| day.len() <= 2)?, month, both, after);
    }
    let (day, after) = digits(rest)?;
    let after =
        ["er", "st", "nd", "rd", "th"].iter().find_map(|end| after.strip_prefix(end)).unwrap_or(after);
    let after = after.trim_start_matches(['.', '-', '/', ' ', '\u{a0}']);
    let (name, after) = word(after)?;
    let month = month(name)?;
    let (year, after) = digits(after.trim_start_matches(['.', '-', '/', ' ', ',', '\u{a0}']))?;
    let year = match year.len() {
        4 => year.parse().ok()?,
        2 => century(year.parse().ok()?),
        _ => return None,
    };
    Written::new(year, day.parse().ok().filter(|_| day.len() <= 2)?, month, both, after)
}

fn digits(text: &str) -> Option<(&str, &str)> {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    (1..=4).contains(&end).then(|| text.split_at(end))
}

fn word(text: &str) -> Option<(&str, &str)> {
    let end = text
        .char_indices()
        .find(|(_, character)| !character.is_alphabetic())
        .map_or(text.len(), |(at, _)| at);
    (end >= 3).then(|| text.split_at(end))
}

fn century(year: u32) -> u32 {
    if year < 69 { 2000 + year } else { 1900 + year }
}

/// The names of months, French and English.
const MONTHS: [&[&str]; 12] = [
    &["janvier", "january"],
    &["février", "fevrier", "february", "fév"],
    &["mars", "march"],
    &["avril", "april"],
    &["mai", "may"],
    &["juin", "june"],
    &["juillet", "july"],
    &["août", "aout", "august"],
    &["septembre", "september", "sept"],
    &["octobre", "october"],
    &["novembre", "november"],
    &["décembre", "decembre", "december"],
];

/// The number of a month: its whole name, or its first letters as far as they tell it from all others.
fn month(name: &str) -> Option<u32> {
    let name = name.to_lowercase();
    let known = |names: &[&str]| names.iter().any(|whole| whole.starts_with(&name));
    let mut found = MONTHS.iter().enumerate().filter(|(_, names)| known(names));
    let (place, _) = found.next()?;
    // `juil` and `jul` are July; `jui` could be June as well.
    found.next().is_none().then(|| place as u32 + 1)
}

fn is_weekday(word: &str) -> bool {
    const DAYS: [&str; 14] = [
        "lundi",
        "mardi",
        "mercredi",
        "jeudi",
        "vendredi",
        "samedi",
        "dimanche",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    let word = word.to_lowercase();
    word.len() >= 3 && DAYS.iter().any(|day| day.starts_with(&word)) && month(&word).is_none()
}

fn is_date(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    year > 0 && (1..=days).contains(&day) && days_from_date(year.into(), month, day) != i64::MIN
}

/// Microseconds since midnight.
fn clock(text: &str) -> Option<i64> {
    let lower = text.to_ascii_lowercase();
    let (face, half) = [("a.m.", 0), ("p.m.", 12), ("am", 0), ("pm", 12)]
        .iter()
        .find_map(|(word, hours)| lower.strip_suffix(word).map(|face| (face.trim_end(), Some(*hours))))
        .unwrap_or((lower.as_str(), None));
    let (hour, rest) = digits(face)?;
    let hour: i64 = hour.parse().ok().filter(|_| hour.len() <= 2)?;
    let part = |text: &str| text.parse::<i64>().ok().filter(|part| *part < 60 && text.len() == 2);
    let (mut minute, mut second, mut micros) = (0, 0, 0);
    if let Some(rest) = rest.strip_prefix('h') {
        let rest = rest.trim();
        if !rest.is_empty() {
            minute = part(rest)?;
        }
    } else if let Some(rest) = rest.strip_prefix(':') {
        let (minutes, rest) = digits(rest)?;
        minute = part(minutes)?;
        if let Some(rest) = rest.strip_prefix(':') {
            let (seconds, rest) = digits(rest)?;
            second = part(seconds)?;
            if let Some(decimals) = rest.strip_prefix(['.', ',']) {
                let is_number =
                    (1..=6).contains(&decimals.len()) && decimals.bytes().all(|byte| byte.is_ascii_digit());
                micros = format!("{decimals:0<6}").parse().ok().filter(|_| is_number)?;
            } else if !rest.is_empty() {
                return None;
            }
        } else if !rest.is_empty() {
            return None;
        }
    } else if half.is_none() || !rest.is_empty() {
        return None;
    }
    let hour = match half {
        None if hour < 24 => hour,
        Some(half) if (1..=12).contains(&hour) => hour % 12 + half,
        _ => return None,
    };
    Some((hour * 3600 + minute * 60 + second) * 1_000_000 + micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iso(text: &str, order: Order) -> Option<String> {
        let mut out = Vec::new();
        plain(text.as_bytes(), order, &mut out).then(|| String::from_utf8(out).unwrap())
    }

    #[test]
    fn each_way_to_write_a_date() {
        for (text, expected) in [
            ("31/12/2025", "2025-12-31"),
            ("1.2.2025", "2025-02-01"),
            ("01-02-25", "2025-02-01"),
            ("1/2/69", "1969-02-01"),
            ("2025/2/1", "2025-02-01"),
            ("2025-02-01", "2025-02-01"),
            ("31 déc. 2025", "2025-12-31"),
            ("1er août 2025", "2025-08-01"),
            ("31-Dec-25", "2025-12-31"),
            ("Feb 1, 2025", "2025-02-01"),
            ("lundi 3 février 2025", "2025-02-03"),
            ("Mon, 3 Mar 2025", "2025-03-03"),
            ("3 juil. 2025", "2025-07-03"),
            ("31/12/2025 14:05", "2025-12-31T14:05:00.000000"),
            ("31/12/2025 à 9h05", "2025-12-31T09:05:00.000000"),
            ("31.12.2025, 12:00:01.5 AM", "2025-12-31T00:00:01.500000"),
            ("12 MARS 2024 23h", "2024-03-12T23:00:00.000000"),
        ] {
            assert_eq!(iso(text, Order::DayFirst).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(iso("12/31/2025", Order::MonthFirst).as_deref(), Some("2025-12-31"));
        assert_eq!(iso("01/02/2025", Order::MonthFirst).as_deref(), Some("2025-01-02"));
        assert_eq!(iso("2025/02/01", Order::MonthFirst).as_deref(), Some("2025-02-01"));
        assert_eq!(iso("3 May 2025", Order::MonthFirst).as_deref(), Some("2025-05-03"));
        assert_eq!(iso("05/05/2025", Order::MonthFirst).as_deref(), Some("2025-05-05"));
    }

    #[test]
    fn what_is_no_date() {
        for text in [
            "31/02/2025",
            "12/31/2025",
            "1.2.10",
            "1.2.3",
            "10.0.0.1",
            "31/12/025",
            "jui 3 2025",
            "31/12/2025 25:00",
            "31/12/2025x",
            "2025-1-1",
            "31-12/2025",
            "mai 2025",
            "12 34 2025",
            "31/12/2025 12",
            "31/12/2025 13:00 pm",
        ] {
            assert_eq!(iso(text, Order::DayFirst), None, "{text}");
        }
        assert_eq!(iso("31/12/2025", Order::MonthFirst), None);
    }

    #[test]
    fn what_one_value_cannot_tell() {
        let look = |text: &str| look(text.as_bytes()).unwrap();
        assert!(look("01/02/2025").is_ambiguous);
        assert!(!look("02/02/2025").is_ambiguous && !look("31/12/2025").is_ambiguous);
        assert_eq!(look("31/12/2025").orders, DAY_FIRST);
        assert_eq!(look("12/31/2025").orders, MONTH_FIRST);
        assert_eq!(look("12 mai 2025").orders, DAY_FIRST | MONTH_FIRST);
    }
}
