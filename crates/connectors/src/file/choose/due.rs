//! Files that must have come by a certain time, and the alerts for those that have not.
//!
//! The file of a date is due at a time of day in a zone, some days after the date. Whether it has come is told by names
//! alone: of the files that are there, and of those that runs have read.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use towpath_connect::{Alert, Missing};
use towpath_model::Fault;
use towpath_model::schedule::Days;

use super::config::Due;
use super::day;
use super::names::Captured;

/// Alerts that are raised one by one.
const ALERTS: usize = 100;

/// Days that are looked at before a day for files that are due on it, besides `days_later`: more than any row of days on
/// which nothing is expected.
const LOOK_BACK: u32 = 400;

/// When files must be there.
#[derive(Debug)]
pub(super) struct Arrivals {
    by: Time,
    days_later: u16,
    zone: TimeZone,
    days: Days,
    holidays: Vec<Date>,
    /// A capture and the values for each of which a file is expected.
    each: Option<(String, Vec<String>)>,
}

impl Arrivals {
    pub(super) fn new(due: &Due) -> Result<Arrivals, Fault> {
        let by = due.by.parse().map_err(|_| {
            Fault::config(format!("`due`: `{}` is no time of day", due.by))
                .hint("write hours and minutes, for example `by: \"11:00\"`")
        })?;
        let zone = TimeZone::get(&due.zone).map_err(|_| {
            Fault::config(format!("`due`: unknown time zone `{}`", due.zone))
                .hint("use a name of the IANA database, for example `Europe/Brussels` or `UTC`")
        })?;
        if due.each.len() > 1 {
            return Err(Fault::config("`due`: `each` names more than one part of the name")
                .hint("name one, for example `each: { machine: [DEM12, SU12] }`"));
        }
        let holidays = due.holidays.iter().map(|text| day(text, "holidays")).collect::<Result<_, _>>()?;
        Ok(Arrivals {
            by,
            days_later: due.days_later,
            zone,
            days: due.days,
            holidays,
            each: due.each.iter().next().map(|(name, values)| (name.clone(), values.clone())),
        })
    }

    /// The parts of names that it speaks of.
    pub(super) fn captures(&self) -> impl Iterator<Item = &str> {
        self.each.iter().map(|(name, _)| name.as_str())
    }

    /// An alert for each file that is due at `now` and has not come. The dates are those from the first to before the
    /// second, or else those whose file is due today.
    pub(super) fn alerts(
        &self,
        now: Timestamp,
        dates: Option<(Date, Date)>,
        come: &[Captured],
    ) -> Result<Vec<Alert>, Fault> {
        let today = now.to_zoned(self.zone.clone()).date();
        let (from, to) = match dates {
            Some(dates) => dates,
            None => (self.first_due(today)?, next(today)?),
        };
        let mut alerts = Vec::new();
        let mut date = from;
        // No file is due before its date.
        while date < to && date <= today {
            if self.is_expected(date) {
                let at = self.due(date)?;
                if at <= now {
                    self.missing(date, at, come, &mut alerts);
                }
            }
            date = next(date)?;
        }
        if alerts.len() > ALERTS {
            let more = alerts.len() - ALERTS;
            alerts.truncate(ALERTS);
            alerts.extend(alerts.last().cloned().map(|last| Alert {
                what: format!("{more} files more have not come"),
                missing: Missing::Files(more),
                ..last
            }));
        }
        Ok(alerts)
    }

    /// The first date whose file is due on a day or later.
    fn first_due(&self, day: Date) -> Result<Date, Fault> {
        let mut first = day;
        let mut date = day;
        // Each of the days in between may lie before a weekend or a row of holidays.
        for _ in 0..LOOK_BACK.saturating_add(u32::from(self.days_later)) {
            if self.is_expected(date) {
                let due = self.due(date)?.to_zoned(self.zone.clone()).date();
                if due < day {
                    break;
                }
                first = date;
            }
            date = date.yesterday().map_err(far)?;
        }
        Ok(first)
    }

    fn missing(&self, date: Date, due: Timestamp, come: &[Captured], alerts: &mut Vec<Alert>) {
        let mut of_date = come.iter().filter(|one| one.date.is_some_and(|at| at.date() == date));
        let since = due.to_zoned(self.zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
        match &self.each {
            None => {
                if of_date.next().is_none() {
                    let what = format!("no file of {date} has come");
                    let missing = Missing::File { date: date.to_string(), part: None };
                    alerts.push(Alert { what, since, missing });
                }
            }
            Some((name, values)) => {
                for value in values {
                    if !of_date.clone().any(|one| one.text(name) == Some(value)) {
                        let what = format!("no file of {date} has come for {name} `{value}`");
                        let part = Some((name.clone(), value.clone()));
                        let missing = Missing::File { date: date.to_string(), part };
                        alerts.push(Alert { what, since: since.clone(), missing });
                    }
                }
            }
        }
    }

    fn is_expected(&self, date: Date) -> bool {
        match self.days {
            Days::All => true,
            Days::Business => {
                !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
                    && !self.holidays.contains(&date)
            }
        }
    }

    fn due(&self, date: Date) -> Result<Timestamp, Fault> {
        let mut on = date;
        for _ in 0..self.days_later {
            on = next(on)?;
            // Holidays without end would be a defect of the settings; a year is enough to get past any.
            for _ in 0..366 {
                if self.is_expected(on) {
                    break;
                }
                on = next(on)?;
            }
        }
        on.to_datetime(self.by).to_zoned(self.zone.clone()).map(|at| at.timestamp()).map_err(far)
    }
}

fn next(date: Date) -> Result<Date, Fault> {
    date.checked_add(1.day()).map_err(far)
}

fn far(error: jiff::Error) -> Fault {
    Fault::config("`due`: the dates lie too far away").cause(error)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn arrivals(days_later: u16) -> Arrivals {
        Arrivals::new(&Due {
            by: "11:00".into(),
            days_later,
            zone: "Europe/Brussels".into(),
            days: Days::Business,
            holidays: vec!["2026-11-11".into()],
            each: BTreeMap::from([("machine".into(), vec!["DEM12".into(), "SU12".into()])]),
        })
        .unwrap()
    }

    fn come(machine: &str, date: &str) -> Captured {
        let date: Date = date.parse().unwrap();
        Captured { texts: vec![("machine".into(), machine.into())], date: Some(date.at(0, 0, 0, 0)) }
    }

    fn whats(alerts: Vec<Alert>) -> Vec<String> {
        alerts.into_iter().map(|alert| format!("{} since {}", alert.what, alert.since)).collect()
    }

    #[test]
    fn a_file_is_missed_from_its_time_on_and_for_each_value() {
        let due = arrivals(0);
        let came = [come("DEM12", "2026-11-27"), come("SU12", "2026-11-26")];
        let at = |text: &str| due.alerts(text.parse().unwrap(), None, &came).map(whats).unwrap();
        assert_eq!(at("2026-11-27T09:59:59Z"), Vec::<String>::new());
        let missed = ["no file of 2026-11-27 has come for machine `SU12` since 2026-11-27T11:00:00+01:00"];
        assert_eq!(at("2026-11-27T10:00:00Z"), missed);
        // The next day is a Saturday, and holidays are no business days.
        assert_eq!(at("2026-11-28T12:00:00Z"), Vec::<String>::new());
        assert_eq!(at("2026-11-11T12:00:00Z"), Vec::<String>::new());
    }

    #[test]
    fn days_later_are_business_days() {
        let due = arrivals(1);
        let friday = Some(("2026-11-27".parse().unwrap(), "2026-11-28".parse().unwrap()));
        let at = |text: &str| due.alerts(text.parse().unwrap(), friday, &[]).unwrap().len();
        // The file of Friday is due on Monday.
        assert_eq!(at("2026-11-30T09:00:00Z"), 0);
        assert_eq!(at("2026-11-30T10:00:00Z"), 2);
    }

    #[test]
    fn without_dates_the_files_that_are_due_today_are_missed() {
        let due = arrivals(1);
        let came = [come("DEM12", "2026-11-27")];
        let at = |text: &str| due.alerts(text.parse().unwrap(), None, &came).map(whats).unwrap();
        // On Monday it is Friday's, and only on that day.
        let missed = ["no file of 2026-11-27 has come for machine `SU12` since 2026-11-30T11:00:00+01:00"];
        assert_eq!(at("2026-11-30T10:00:00Z"), missed);
        assert_eq!(at("2026-11-30T09:59:00Z"), Vec::<String>::new());
        assert_eq!(at("2026-11-29T12:00:00Z"), Vec::<String>::new());
        assert_eq!(at("2026-12-01T12:00:00Z").len(), 2);
        // The day before a holiday is due on the day behind it.
        assert_eq!(at("2026-11-11T12:00:00Z"), Vec::<String>::new());
        assert!(at("2026-11-12T12:00:00Z")[0].starts_with("no file of 2026-11-10 "));
    }
}
