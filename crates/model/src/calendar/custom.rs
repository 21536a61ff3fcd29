//! Calendars that a workspace defines: another calendar, with days that are closed or open besides.

use jiff::civil::{Date, Weekday};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Calendar, Calendars};
use crate::problem::{Problem, join};
use crate::schedule::DayName;

/// A calendar of your own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarSpec {
    /// Calendar that this one is based on, for example `FR`. Without it, only weekends are closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// Days that are closed besides, with or without a name, for example
    /// `[2026-12-24, { date: 2026-08-03, until: 2026-08-21, name: summer break }]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closed: Vec<ClosedDays>,
    /// Days that are open although the base or the weekend closes them, for example `[2026-12-26]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<DateText>,
    /// Days of the week that are closed, for example `[fri, sat]`. Default: those of the base, else `[sat, sun]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weekend: Option<Vec<DayName>>,
}

/// A day, or a row of days, on which nothing is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "expected a date such as `2026-12-24`, or a mapping with `date` and perhaps `until` and `name`"
)]
pub enum ClosedDays {
    /// One day, for example `2026-12-24`.
    Day(DateText),
    /// One day with a name, or all days up to another one.
    Named(NamedDays),
}

/// A closed day with its name, or all days from it to another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedDays {
    /// The day, or the first of them, for example `2026-08-03`.
    pub date: DateText,
    /// The last day, for example `2026-08-21`. Default: the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateText>,
    /// What the day is called, for example `summer break`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A date as it is written: `2026-12-24`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("format" = "date"))]
pub struct DateText(pub String);

/// Days that one entry may close, so that a slip in a year is noticed.
const LONGEST: usize = 366;

/// Name of the setting of a workspace that holds its calendars.
const SETTING: &str = "calendars";

impl Calendars {
    /// The calendars of a workspace: those that are always there, and its own, under `calendars` of its settings. What is
    /// wrong with one of them keeps none of the others away.
    pub fn of_workspace(settings: &Value) -> (Calendars, Vec<Problem>) {
        let mut calendars = Calendars::built_in().clone();
        let mut problems = Vec::new();
        for (name, spec) in settings.get(SETTING).and_then(Value::as_object).into_iter().flatten() {
            let path = join(&format!("/{SETTING}"), name);
            let spec = CalendarSpec::deserialize(spec)
                .map_err(|error| vec![Problem::new(path.clone(), error.to_string())]);
            match spec.and_then(|spec| spec.calendar(name, &calendars, &path)) {
                Ok(calendar) => calendars.insert(calendar),
                Err(found) => problems.extend(found),
            }
        }
        (calendars, problems)
    }
}

impl CalendarSpec {
    /// Makes the calendar. Problems have paths below `path`; calendars of `known` can be its base.
    pub fn calendar(&self, name: &str, known: &Calendars, path: &str) -> Result<Calendar, Vec<Problem>> {
        let mut problems = Vec::new();
        let base = match self.base.as_deref().map(|base| known.find(base, &join(path, "base"))) {
            Some(Ok(base)) => Some(base),
            Some(Err(problem)) => {
                problems.push(problem);
                None
            }
            None => None,
        };
        let mut closed = Vec::new();
        for (index, entry) in self.closed.iter().enumerate() {
            let path = join(&join(path, "closed"), &index.to_string());
            match entry.days(&path) {
                Ok(days) => closed.extend(days),
                Err(problem) => problems.push(problem),
            }
        }
        let mut open = Vec::new();
        for (index, text) in self.open.iter().enumerate() {
            match text.date(&join(&join(path, "open"), &index.to_string())) {
                Ok(date) => open.push(date),
                Err(problem) => problems.push(problem),
            }
        }
        for date in open.iter().filter(|date| closed.iter().any(|(closed, _)| closed == *date)) {
            let message = format!("{date} is both closed and open");
            problems
                .push(Problem::new(join(path, "open"), message).hint("take it out of one of the two lists"));
        }
        let weekend: Option<Vec<Weekday>> =
            self.weekend.as_ref().map(|days| days.iter().map(|day| day.weekday()).collect());
        if weekend
            .as_ref()
            .is_some_and(|days| (0..7).all(|day| days.contains(&Weekday::Monday.wrapping_add(day))))
        {
            problems.push(
                Problem::new(join(path, "weekend"), "every day of the week is closed")
                    .hint("leave at least one day of the week out of `weekend`"),
            );
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut calendar = Calendar::plain(name);
        if let Some(base) = base {
            calendar.weekend.clone_from(&base.weekend);
            calendar.closed.clone_from(&base.closed);
            calendar.open.clone_from(&base.open);
        }
        if let Some(weekend) = weekend {
            calendar.weekend = weekend;
        }
        for (date, name) in closed {
            calendar.open.remove(&date);
            calendar.closed.insert(date, name);
        }
        for date in open {
            calendar.closed.remove(&date);
            calendar.open.insert(date);
        }
        Ok(calendar)
    }
}

impl ClosedDays {
    fn days(&self, path: &str) -> Result<Vec<(Date, String)>, Problem> {
        let named = match self {
            ClosedDays::Day(date) => return Ok(vec![(date.date(path)?, "closed".into())]),
            ClosedDays::Named(named) => named,
        };
        let first = named.date.date(&join(path, "date"))?;
        let last = match &named.until {
            Some(until) => until.date(&join(path, "until"))?,
            None => first,
        };
        let name = named.name.clone().unwrap_or_else(|| "closed".into());
        let days: Vec<(Date, String)> = first
            .series(jiff::ToSpan::days(1))
            .take_while(|date| *date <= last)
            .take(LONGEST + 1)
            .map(|date| (date, name.clone()))
            .collect();
        match days.len() {
            0 => Err(Problem::new(join(path, "until"), format!("{last} lies before {first}"))
                .hint("write the last closed day, which may be the first one")),
            long if long > LONGEST => {
                Err(Problem::new(join(path, "until"), format!("from {first} to {last} is more than a year"))
                    .hint("check the year"))
            }
            _ => Ok(days),
        }
    }
}

impl DateText {
    fn date(&self, path: &str) -> Result<Date, Problem> {
        self.0.parse().map_err(|_| {
            Problem::new(path, format!("`{}` is not a date", self.0))
                .hint("write year, month and day: `2026-12-24`")
        })
    }
}
