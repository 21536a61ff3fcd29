//! The proleptic Gregorian calendar in whole numbers: days since 1970-01-01 to and from year, month, day.
//!
//! Plain arithmetic instead of a date library, because both directions run once per value of a load.

const DAYS_OF_MONTH: [u8; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// Days since 1970-01-01; `None` when the day does not exist.
#[inline]
pub(super) fn days(year: u16, month: u8, day: u8) -> Option<i32> {
    let last = *DAYS_OF_MONTH.get(usize::from(month).checked_sub(1)?)?;
    let last = if month == 2 && is_leap(year) { 29 } else { last };
    if day == 0 || day > last {
        return None;
    }
    // Years start in March, so that the leap day is the last; an era has 400 years.
    let year = i32::from(year) - i32::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (i32::from(month) + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + i32::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// Year, month and day of a day since 1970-01-01.
#[inline]
pub(super) fn date(days: i64) -> (i64, u8, u8) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    // Both are at most 31 by construction.
    (year, month as u8, day as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_a_date_library_over_all_years() {
        let epoch = jiff::civil::date(1970, 1, 1);
        let mut day = jiff::civil::date(0, 1, 1);
        let mut count = days(0, 1, 1).unwrap();
        while day < jiff::civil::date(9999, 12, 31) {
            let expected = day.since(epoch).unwrap().get_days();
            assert_eq!(count, expected);
            let (year, month, number) = (day.year(), day.month(), day.day());
            assert_eq!(date(i64::from(count)), (i64::from(year), month as u8, number as u8));
            assert_eq!(days(year as u16, month as u8, number as u8), Some(count));
            day = day.saturating_add(jiff::Span::new().days(13));
            count += 13;
        }
        for missing in [(2020, 2, 30), (1900, 2, 29), (2020, 0, 10), (2020, 10, 0), (0, 0, 0)] {
            assert_eq!(days(missing.0, missing.1, missing.2), None, "{missing:?}");
        }
        assert_eq!(days(2000, 2, 29), Some(11_016));
    }
}
