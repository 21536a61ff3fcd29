//! Calendars: which days are business days.
//!
//! Six calendars are always there: `FR`, `BE`, `CA-QC` and `US` (public holidays), `TSX` and `NYSE` (days on which the
//! exchange is closed). They are made of rules (`rule`, `tables`). A workspace adds its own ([`CalendarSpec`]): another
//! calendar, with days that are closed or open besides. [`Calendars`] finds them by name.
//!
//! Invariants: the rules hold from 2000 to 2060; days outside 1990 to 2100 have no holidays, only weekends. A day
//! on which an exchange closes early is open.
//!
//! Deliberately absent: half days, and opening hours.

mod custom;
mod rule;
mod tables;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use jiff::civil::{Date, Weekday};

pub use custom::{CalendarSpec, ClosedDays, DateText, NamedDays};

use crate::problem::Problem;
use crate::suggest;

/// Years for which holidays are computed.
const YEARS: std::ops::RangeInclusive<i16> = 1990..=2100;
/// Days after which the search for a business day ends.
const SEARCH: usize = 800;

/// Which days are business days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    name: String,
    weekend: Vec<Weekday>,
    closed: BTreeMap<Date, String>,
    /// Days that are open although they lie on a weekend.
    open: BTreeSet<Date>,
}

impl Calendar {
    /// A calendar in which Saturdays and Sundays are closed, and nothing else.
    pub fn plain(name: &str) -> Self {
        Calendar {
            name: name.into(),
            weekend: vec![Weekday::Saturday, Weekday::Sunday],
            closed: BTreeMap::new(),
            open: BTreeSet::new(),
        }
    }

    /// The name by which schedules refer to it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether a day is a business day.
    pub fn is_business_day(&self, date: Date) -> bool {
        if self.weekend.contains(&date.weekday()) {
            self.open.contains(&date)
        } else {
            !self.closed.contains_key(&date)
        }
    }

    /// The last business day before a date, if there is one within two years.
    pub fn previous_business_day(&self, date: Date) -> Option<Date> {
        let before = std::iter::successors(date.yesterday().ok(), |date| date.yesterday().ok());
        before.take(SEARCH).find(|date| self.is_business_day(*date))
    }

    /// The first business day after a date, if there is one within two years.
    pub fn next_business_day(&self, date: Date) -> Option<Date> {
        let after = std::iter::successors(date.tomorrow().ok(), |date| date.tomorrow().ok());
        after.take(SEARCH).find(|date| self.is_business_day(*date))
    }

    /// The holidays of a year with their names, in order; also those on weekends.
    pub fn holidays(&self, year: i16) -> Vec<(Date, &str)> {
        let closed = self.closed.iter().filter(|(date, _)| date.year() == year);
        closed.map(|(date, name)| (*date, name.as_str())).collect()
    }

    fn from_table(table: &tables::Table) -> Self {
        let mut calendar = Calendar::plain(table.name);
        for holiday in table.yearly {
            let days = YEARS.filter_map(|year| holiday.in_year(year));
            calendar.closed.extend(days.map(|date| (date, holiday.name.to_owned())));
        }
        let once = table.once.iter().map(|(date, name)| (*date, (*name).to_owned()));
        calendar.closed.extend(once);
        calendar
    }
}

/// Calendars by name.
#[derive(Debug, Clone)]
pub struct Calendars {
    by_name: BTreeMap<String, Arc<Calendar>>,
}

static BUILT_IN: LazyLock<Calendars> = LazyLock::new(|| {
    let calendars =
        tables::TABLES.iter().map(|table| (table.name.into(), Arc::new(Calendar::from_table(table))));
    Calendars { by_name: calendars.collect() }
});

impl Calendars {
    /// The calendars that are always there.
    pub fn built_in() -> &'static Calendars {
        &BUILT_IN
    }

    /// Adds a calendar, or replaces the one of the same name.
    pub fn insert(&mut self, calendar: Calendar) {
        self.by_name.insert(calendar.name.clone(), Arc::new(calendar));
    }

    /// The calendar of a name.
    pub fn get(&self, name: &str) -> Option<&Arc<Calendar>> {
        self.by_name.get(name)
    }

    /// The calendar of a name, or a problem at `path`.
    pub fn find(&self, name: &str, path: &str) -> Result<&Arc<Calendar>, Problem> {
        self.get(name).ok_or_else(|| {
            let hint = suggest::hint(name, "calendars", self.names());
            Problem::new(path, format!("unknown calendar `{name}`")).maybe_hint(hint)
        })
    }

    /// All names, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// Name and title of the calendars that are always there, for lists to choose from.
    pub fn titles() -> Vec<(&'static str, &'static str)> {
        tables::TABLES.iter().map(|table| (table.name, table.title)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    /// The years are those in which weekends, one-off closures and new holidays meet the rules.
    #[test]
    fn the_days_of_some_years_are_as_committed() {
        let mut text = String::new();
        for calendar in Calendars::built_in().by_name.values() {
            for year in [2007, 2021, 2022, 2026] {
                text += &format!("{} {year}\n", calendar.name);
                for (date, name) in calendar.holidays(year) {
                    text += &format!("  {date} {:?} {name}\n", date.weekday());
                }
            }
        }
        let golden = include_str!("tests.txt");
        if std::env::var_os("TOWPATH_BLESS").is_some() {
            std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/src/calendar/tests.txt"), &text).unwrap();
        }
        assert_eq!(text, golden);
    }

    #[test]
    fn business_days_step_over_weekends_and_holidays() {
        let france = Calendars::built_in().get("FR").unwrap();
        // Friday 8 May 2026 is a holiday.
        assert_eq!(france.previous_business_day(day("2026-05-11")), Some(day("2026-05-07")));
        assert_eq!(france.next_business_day(day("2026-05-07")), Some(day("2026-05-11")));
        // Ascension is a Thursday, and the Friday behind it is open.
        assert!(!france.is_business_day(day("2026-05-14")) && france.is_business_day(day("2026-05-15")));
        // New Year on a Saturday is observed on the Friday of the year before by the state, not by the exchange.
        let calendars = Calendars::built_in();
        assert!(!calendars.get("US").unwrap().is_business_day(day("2021-12-31")));
        assert!(calendars.get("NYSE").unwrap().is_business_day(day("2021-12-31")));
    }

    #[test]
    fn own_calendars_close_and_open_days_of_their_base() {
        let spec: CalendarSpec = serde_json::from_value(serde_json::json!({
            "base": "BE",
            "closed": ["2026-12-24", { "date": "2026-08-03", "until": "2026-08-07", "name": "summer" }],
            "open": ["2026-05-14", "2026-08-15"],
        }))
        .unwrap();
        let calendar = spec.calendar("plant", Calendars::built_in(), "/plant").unwrap();
        let open = |text: &str| calendar.is_business_day(day(text));
        assert!(open("2026-05-14") && open("2026-08-15") && !open("2026-08-05") && !open("2026-12-24"));
        assert_eq!(calendar.previous_business_day(day("2026-08-10")), Some(day("2026-07-31")));
        let mut all = Calendars::built_in().clone();
        all.insert(calendar);
        assert!(all.find("plant", "").is_ok());
    }

    #[test]
    fn every_problem_of_an_own_calendar_is_named() {
        let spec: CalendarSpec = serde_json::from_value(serde_json::json!({
            "base": "FRA",
            "closed": ["2026-02-30", { "date": "2026-08-21", "until": "2026-08-03" }, "2026-12-24"],
            "open": ["2026-12-24"],
        }))
        .unwrap();
        let problems = spec.calendar("plant", Calendars::built_in(), "").unwrap_err();
        let paths: Vec<&str> = problems.iter().map(|problem| problem.path.as_str()).collect();
        assert_eq!(paths, ["/base", "/closed/0", "/closed/1/until", "/open"]);
        assert!(problems.iter().all(|problem| problem.hint.is_some()));
        let unreadable = serde_json::from_value::<CalendarSpec>(serde_json::json!({ "closed": [24] }));
        assert!(unreadable.unwrap_err().to_string().starts_with("expected a date such as"));
    }
}
