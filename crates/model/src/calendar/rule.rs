//! What a calendar is written with: rules that give the closed days of a year.
//!
//! A [`Holiday`] has a name, a [`When`] and, where laws changed, the years in which it holds. Its [`Shift`] says what
//! happens when it falls on a weekend. The rules are data: a calendar is a table of them.
//!
//! Invariant: a rule of year `y` may give a day of a neighbouring year (New Year on a Saturday that is observed on the
//! Friday before); whoever asks for the days of a year looks at the rules of the neighbours too.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday, date};

/// Where in a year a holiday lies.
#[derive(Debug, Clone, Copy)]
pub(super) enum When {
    /// Month and day.
    Fixed(i8, i8),
    /// So many days after Easter Sunday of the western churches; before it when negative.
    Easter(i64),
    /// The nth weekday of a month; counted from the end when negative.
    Nth(i8, i8, Weekday),
    /// The last such weekday before a month and day, the day itself not included.
    Before(i8, i8, Weekday),
}

/// What follows when a holiday falls on a weekend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shift {
    /// Nothing.
    Stays,
    /// Saturday is observed on Friday, Sunday on Monday.
    Nearest,
    /// Saturday and Sunday are observed on Monday.
    Monday,
    /// As `Monday`, for the second of two holidays in a row: where the first one takes the Monday, it takes the Tuesday.
    SecondDay,
    /// Sunday is observed on Monday; a Saturday is not observed.
    SundayOnly,
}

/// A holiday that comes back every year.
#[derive(Debug, Clone, Copy)]
pub(super) struct Holiday {
    pub(super) name: &'static str,
    pub(super) when: When,
    pub(super) shift: Shift,
    pub(super) since: i16,
    pub(super) until: i16,
}

impl Holiday {
    /// A holiday that is not observed on another day.
    pub(super) const fn new(name: &'static str, when: When) -> Self {
        Holiday { name, when, shift: Shift::Stays, since: i16::MIN, until: i16::MAX }
    }

    /// The same holiday with a rule for weekends.
    pub(super) const fn shifted(self, shift: Shift) -> Self {
        Holiday { shift, ..self }
    }

    /// The same holiday from a year on.
    pub(super) const fn since(self, year: i16) -> Self {
        Holiday { since: year, ..self }
    }

    /// The same holiday up to a year.
    pub(super) const fn until(self, year: i16) -> Self {
        Holiday { until: year, ..self }
    }

    /// The day on which the holiday of a year is kept, if it is.
    pub(super) fn in_year(&self, year: i16) -> Option<Date> {
        if year < self.since || year > self.until {
            return None;
        }
        let day = self.when.in_year(year)?;
        let days = match (self.shift, day.weekday()) {
            (Shift::Nearest, Weekday::Saturday) => -1,
            (Shift::Nearest | Shift::Monday | Shift::SundayOnly, Weekday::Sunday) => 1,
            (Shift::Monday | Shift::SecondDay, Weekday::Saturday) | (Shift::SecondDay, Weekday::Sunday) => 2,
            // The holiday of the day before was a Sunday and has taken this Monday.
            (Shift::SecondDay, Weekday::Monday) => 1,
            _ => 0,
        };
        day.checked_add(days.days()).ok()
    }
}

impl When {
    fn in_year(self, year: i16) -> Option<Date> {
        match self {
            When::Fixed(month, day) => Date::new(year, month, day).ok(),
            When::Easter(days) => easter(year).checked_add(days.days()).ok(),
            When::Nth(nth, month, weekday) => {
                Date::new(year, month, 1).ok()?.nth_weekday_of_month(nth, weekday).ok()
            }
            When::Before(month, day, weekday) => {
                Date::new(year, month, day).ok()?.nth_weekday(-1, weekday).ok()
            }
        }
    }
}

/// Easter Sunday of the western churches, after the tables of the Gregorian calendar.
pub(super) fn easter(year: i16) -> Date {
    let year = i32::from(year);
    let golden = year % 19;
    let century = year / 100;
    // The age of the moon on the eve of 22 March, with the corrections of the centuries.
    let corrected = (19 * golden + century - century / 4 - (8 * century + 13) / 25 + 15) % 30;
    let full_moon = corrected - corrected / 28 * (1 - (29 / (corrected + 1)) * ((21 - golden) / 11));
    let weekday = (year + year / 4 + full_moon + 2 - century + century / 4) % 7;
    // Days from 28 March to the Sunday behind the full moon.
    let offset = full_moon - weekday;
    let base = date(i16::try_from(year).unwrap_or(i16::MAX), 3, 28);
    base.checked_add(i64::from(offset).days()).unwrap_or(base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easter_is_the_sunday_of_the_tables() {
        let known = [
            "2000-04-23",
            "2008-03-23",
            "2011-04-24",
            "2019-04-21",
            "2024-03-31",
            "2026-04-05",
            "2038-04-25",
        ];
        for text in known {
            let day: Date = text.parse().unwrap();
            assert_eq!(easter(day.year()), day);
        }
        assert!((1990..=2100).all(|year| easter(year).weekday() == Weekday::Sunday));
    }

    #[test]
    fn two_holidays_in_a_row_are_never_observed_on_one_day() {
        let christmas = Holiday::new("Christmas", When::Fixed(12, 25)).shifted(Shift::Monday);
        let boxing = Holiday::new("Boxing Day", When::Fixed(12, 26)).shifted(Shift::SecondDay);
        for year in 2000..=2060 {
            let (first, second) = (christmas.in_year(year).unwrap(), boxing.in_year(year).unwrap());
            assert!(first < second, "{year}");
            assert!(!matches!(second.weekday(), Weekday::Saturday | Weekday::Sunday), "{year}");
        }
    }
}
