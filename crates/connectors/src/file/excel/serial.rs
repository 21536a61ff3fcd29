//! Dates and times from the numbers that workbooks keep for them.
//!
//! A workbook counts days from the end of 1899, or from 1904 in files of old Macs; the time of day is the fraction. The
//! calendar that begins in 1900 has a 29 February 1900 that never was (day 60), which is refused, and the days before
//! it are one number lower. Excel itself counts in milliseconds, and arithmetic leaves some noise behind the last one:
//! a time within 5 microseconds of a whole millisecond, or within what a floating-point number of that size can tell, is
//! that millisecond; others are kept to the microsecond.

use crate::file::cells::{clock, date, span, timestamp};
use crate::file::infer::Kind;

use super::styles::Shown;

const DAY_MICROS: f64 = 86_400e6;
/// 1970-01-01 in the calendar that begins in 1900, and in the one that begins in 1904.
const UNIX_1900: i64 = 25_569;
const UNIX_1904: i64 = 24_107;
/// The first day behind 9999-12-31.
const END_1900: f64 = 2_958_466.0;
const NOISE_MICROS: i64 = 5;

/// Appends the date or time that a number stands for; answers its kind, or why it is none.
pub(super) fn moment(
    serial: f64,
    shown: Shown,
    from_1904: bool,
    out: &mut Vec<u8>,
) -> Result<Kind, &'static str> {
    if shown == Shown::Span {
        let micros = whole_millis((serial * DAY_MICROS).round() as i64, serial);
        if !serial.is_finite() || serial.abs() >= 100_000_000.0 {
            return Err("is beyond every span of time");
        }
        span(0, 0, i128::from(micros) * 1000, out);
        return Ok(Kind::Span);
    }
    if serial < 0.0 || !serial.is_finite() {
        return Err("is a negative number shown as a date, which stands for no date");
    }
    if serial >= END_1900 - if from_1904 { 1462.0 } else { 0.0 } {
        return Err("is a number shown as a date that is beyond the year 9999");
    }
    let mut days = serial.trunc() as i64;
    let mut micros = whole_millis(((serial - serial.trunc()) * DAY_MICROS).round() as i64, serial);
    if micros >= DAY_MICROS as i64 {
        (days, micros) = (days + 1, 0);
    }
    let unix = if from_1904 {
        days - UNIX_1904
    } else {
        match days {
            60 if shown != Shown::Time => return Err("is shown as 29 February 1900, a day that never was"),
            ..60 => days - UNIX_1900 + 1,
            _ => days - UNIX_1900,
        }
    };
    let has_day = days > 0 || from_1904 && matches!(shown, Shown::Date | Shown::DateTime);
    match shown {
        // Without a day, what is left is the time.
        _ if !has_day && (micros > 0 || shown == Shown::Time) => {
            clock(micros, out);
            Ok(Kind::Time)
        }
        Shown::Date | Shown::DateTime | Shown::Moment if !has_day => {
            Err("is 0 shown as a date, which stands for no date")
        }
        Shown::Date | Shown::Moment if micros == 0 => {
            date(unix, out);
            Ok(Kind::Date)
        }
        _ => {
            timestamp(unix * DAY_MICROS as i64 + micros, out);
            Ok(Kind::Timestamp)
        }
    }
}

/// The whole millisecond that is meant, when there is one so near that the difference means nothing.
fn whole_millis(micros: i64, serial: f64) -> i64 {
    // Far from 1900 two neighbouring numbers are as much as 40 microseconds apart.
    let noise = NOISE_MICROS + (serial.abs() * f64::EPSILON * DAY_MICROS) as i64;
    let nearest = (micros + 500).div_euclid(1000) * 1000;
    if (micros - nearest).abs() <= noise { nearest } else { micros }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(serial: f64, shown: Shown, from_1904: bool) -> Result<String, &'static str> {
        let mut out = Vec::new();
        moment(serial, shown, from_1904, &mut out).map(|_| String::from_utf8(out).unwrap())
    }

    #[test]
    fn both_calendars_and_the_day_that_never_was() {
        let date = |serial| check(serial, Shown::Date, false);
        assert_eq!(date(1.0).unwrap(), "1900-01-01");
        assert_eq!(date(59.0).unwrap(), "1900-02-28");
        assert!(date(60.0).unwrap_err().contains("never was"));
        assert_eq!(date(61.0).unwrap(), "1900-03-01");
        assert_eq!(date(45_292.0).unwrap(), "2024-01-01");
        assert_eq!(date(2_958_465.0).unwrap(), "9999-12-31");
        assert!(date(2_958_466.0).is_err() && date(-1.0).is_err() && date(0.0).is_err());
        let old = |serial| check(serial, Shown::Date, true);
        assert_eq!(old(0.0).unwrap(), "1904-01-01");
        assert_eq!(old(43_830.0).unwrap(), "2024-01-01");
        assert_eq!(old(2_957_003.0).unwrap(), "9999-12-31");
    }

    #[test]
    fn times_are_free_of_noise_and_keep_what_is_hidden() {
        let time = |serial, shown| check(serial, shown, false).unwrap();
        assert_eq!(time(45_292.333_333_333_336, Shown::DateTime), "2024-01-01T08:00:00");
        assert_eq!(time(45_292.5, Shown::Date), "2024-01-01T12:00:00", "a hidden time is not lost");
        assert_eq!(time(45_292.0, Shown::DateTime), "2024-01-01T00:00:00");
        assert_eq!(time(0.5, Shown::Time), "12:00:00");
        assert_eq!(time(0.0, Shown::Time), "00:00:00");
        assert_eq!(time(1.5, Shown::Span), "PT36H");
        assert_eq!(time(-0.25, Shown::Span), "PT-6H");
        assert_eq!(time(45_292.25, Shown::Moment), "2024-01-01T06:00:00");
        assert_eq!(time(45_292.0, Shown::Moment), "2024-01-01");
    }

    #[test]
    fn every_millisecond_comes_back() {
        for day in [1, 61, 36_526, 45_292, 73_051, 2_958_465] {
            for millis in (0..86_400_000).step_by(98_765) {
                let serial = f64::from(day) + f64::from(millis) / 86_400_000.0;
                let mut expected = Vec::new();
                let unix = i64::from(day) - UNIX_1900 + i64::from(day < 60);
                timestamp(unix * DAY_MICROS as i64 + i64::from(millis) * 1000, &mut expected);
                let expected = String::from_utf8(expected).unwrap();
                assert_eq!(check(serial, Shown::DateTime, false), Ok(expected), "{day} {millis}");
            }
        }
    }
}
