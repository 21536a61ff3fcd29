//! Whether the settings of a schedule are right, and the rule that they make.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::date;

use super::clock::first_instant;
use super::cron::CronTimes;
use super::rule::Timing;
use super::{CatchUp, DataRule, Days, Length, Overlap, Rule, RunDays, ScheduleSpec, Trigger};
use crate::calendar::Calendars;
use crate::problem::Problem;

/// What a schedule may say its times with.
const WAYS: &str = "`cron`, `every`, `at`, `after` or `files`";
const CRON_HINT: &str =
    "write five fields: minute, hour, day of month, month, day of week; `0 9,14 * * *` is 9:00 and 14:00";

impl ScheduleSpec {
    /// Every problem of the schedule that can be seen without the calendars of a workspace, with paths below `/schedule`.
    pub fn problems(&self) -> Vec<Problem> {
        match self.compile(None) {
            Ok(_) => Vec::new(),
            Err(problems) => problems,
        }
    }

    /// Compiles the schedule, or names every problem with paths below `/schedule`.
    pub fn rule(&self, calendars: &Calendars) -> Result<Rule, Vec<Problem>> {
        self.compile(Some(calendars))
    }

    /// Without calendars, names that are not built in pass: a workspace may define them.
    fn compile(&self, calendars: Option<&Calendars>) -> Result<Rule, Vec<Problem>> {
        let mut problems = Vec::new();
        self.check_ways(&mut problems);
        let zone = self.zone().map_err(|problem| problems.push(problem)).ok();
        let calendar = self.calendar.as_deref().and_then(|name| match calendars {
            Some(calendars) => {
                let found = calendars.find(name, "/schedule/calendar");
                found.map(Arc::clone).map_err(|problem| problems.push(problem)).ok()
            }
            None => Calendars::built_in().get(name).map(Arc::clone),
        });
        self.check_days(&mut problems);
        self.check_settings(&mut problems);
        let timing = match &self.cron {
            Some(cron) => match CronTimes::parse(cron) {
                Ok(cron) => Some(Timing::Cron(Box::new(cron))),
                Err(why) => {
                    let message = format!("`{cron}` is not a cron expression: {why}");
                    problems.insert(0, Problem::new("/schedule/cron", message).hint(CRON_HINT));
                    None
                }
            },
            None => zone.as_ref().and_then(|zone| self.timing(zone)),
        };
        if !problems.is_empty() {
            return Err(problems);
        }
        let (Some(timing), Some(zone)) = (timing, zone) else {
            let message = "the times of the schedule lie too far away";
            return Err(vec![Problem::new("/schedule", message).hint("check the years")]);
        };
        let rule = Rule::new(self.clone(), timing, zone, calendar);
        match self.never_fires(&rule) {
            Some(problem) => Err(vec![problem]),
            None => Ok(rule),
        }
    }

    fn timing(&self, zone: &jiff::tz::TimeZone) -> Option<Timing> {
        // A Monday, so that weeks begin on Mondays.
        let anchor = self.from.map_or(date(2001, 1, 1).at(0, 0, 0, 0), |from| from.begins());
        match (self.every, self.at) {
            (Some(Length::Days(days)), _) => Some(Timing::Days(anchor, i64::from(days.max(1)))),
            (Some(Length::Seconds(seconds)), _) => {
                Some(Timing::Seconds(first_instant(zone, anchor)?, i64::from(seconds.max(1))))
            }
            (None, Some(at)) => first_instant(zone, at.begins()).map(Timing::Once),
            (None, None) => Some(Timing::Event),
        }
    }

    fn ways(&self) -> Vec<&'static str> {
        let ways = [
            ("cron", self.cron.is_some()),
            ("every", self.every.is_some()),
            ("at", self.at.is_some()),
            ("after", !self.after.is_empty()),
            ("files", self.files.is_some()),
        ];
        ways.into_iter().filter(|(_, is_given)| *is_given).map(|(name, _)| name).collect()
    }

    fn check_ways(&self, problems: &mut Vec<Problem>) {
        match self.ways().as_slice() {
            [] => problems.push(
                Problem::new("/schedule", "the schedule does not say when the pipeline runs")
                    .hint(format!("add one of {WAYS}; for example `cron: \"0 6 * * *\"`")),
            ),
            [_] => {}
            [first, others @ ..] => {
                for other in others {
                    let message = format!("`{first}` and `{other}` both say when the pipeline runs");
                    let hint = format!("keep one of {WAYS}");
                    problems.push(Problem::new(format!("/schedule/{other}"), message).hint(hint));
                }
            }
        }
        if self.every.is_some_and(Length::is_zero) {
            problems.push(
                Problem::new("/schedule/every", "the distance is zero")
                    .hint("write the time from one run to the next, for example `15m`"),
            );
        }
        for (index, name) in self.after.iter().enumerate() {
            let path = format!("/schedule/after/{index}");
            if name.trim().is_empty() {
                problems.push(Problem::new(path, "the name of the pipeline is empty").hint("write its name"));
            } else if self.after[..index].contains(name) {
                problems.push(
                    Problem::new(path, format!("`{name}` is there twice")).hint("name each pipeline once"),
                );
            }
        }
        if let Some(files) = &self.files {
            if files.path.trim().is_empty() {
                problems.push(
                    Problem::new("/schedule/files/path", "the path is empty")
                        .hint("say which files start a run, for example `inbox/*.csv`"),
                );
            }
            if files.look.is_zero() {
                problems.push(
                    Problem::new("/schedule/files/look", "the distance between two looks is zero")
                        .hint("say how often somebody looks, for example `5m`"),
                );
            }
        }
    }

    fn check_days(&self, problems: &mut Vec<Problem>) {
        if let RunDays::Week(days) = &self.days {
            if days.is_empty() {
                problems.push(
                    Problem::new("/schedule/days", "the list of days is empty")
                        .hint("write `all`, `business` or days such as `[mon, wed]`"),
                );
            }
            for (index, day) in days.iter().enumerate() {
                if days[..index].contains(day) {
                    let path = format!("/schedule/days/{index}");
                    problems.push(Problem::new(path, "the day is there twice").hint("name each day once"));
                }
            }
        }
        let uses_calendar =
            self.days == RunDays::Named(Days::Business) || self.data == DataRule::PreviousBusinessDay;
        if self.calendar.is_some() && !uses_calendar {
            problems.push(
                Problem::new(
                    "/schedule/calendar",
                    "the calendar has no effect: nothing asks for business days",
                )
                .hint("add `days: business` or `data: previous_business_day`, or take `calendar` out"),
            );
        }
        if let (Some(from), Some(until)) = (self.from, self.until)
            && until.begins() < from.begins()
        {
            problems.push(
                Problem::new("/schedule/until", format!("{until} lies before {from}"))
                    .hint("`until` is the last day or time at which it may fire"),
            );
        }
    }

    fn check_settings(&self, problems: &mut Vec<Problem>) {
        let mut add = |path: &str, message: &str, hint: &str| {
            problems.push(Problem::new(format!("/schedule/{path}"), message).hint(hint));
        };
        if self.data == DataRule::SinceLast && self.cron.is_none() && self.every.is_none() {
            let message = "there is no earlier fire that `since_last` could count from";
            add("data", message, "use `previous_day`, `same_day` or `previous_business_day`");
        }
        if !self.after.is_empty() && self.data != DataRule::default() {
            let message = "`data` has no effect: the interval is that of the pipelines in `after`";
            add("data", message, "take `data` out, or set it in the schedules of those pipelines");
        }
        if self.catch_up == CatchUp::All && self.overlap == Overlap::CancelPrevious {
            let message = "`cancel_previous` gives up intervals, and `catch_up: all` promises every one";
            add("overlap", message, "use `overlap: queue`, or `catch_up: last`");
        }
        if self.stagger.duration().as_hours() > 24 {
            add("stagger", "the distance is longer than a day", "use a distance such as `15m`");
        }
        if self.timeout.is_zero() {
            add("timeout", "the time is zero", "say how long an attempt may take, for example `2h`");
        }
        let retries = &self.retries;
        if retries.max > 100 {
            add("retries/max", "more than 100 attempts", "use a longer pause instead");
        }
        if !(1.0..=100.0).contains(&retries.factor) {
            add(
                "retries/factor",
                "the factor is not between 1 and 100",
                "use 1 for pauses that stay, 2 to double them",
            );
        }
        if retries.first.is_zero() {
            add("retries/first", "the first pause is zero", "give the other system time, for example `1m`");
        }
        if retries.longest.duration() < retries.first.duration() {
            add(
                "retries/longest",
                "the longest pause is shorter than the first",
                "raise `longest` or lower `first`",
            );
        }
    }

    /// A schedule that can never fire is a slip, such as 31 February.
    fn never_fires(&self, rule: &Rule) -> Option<Problem> {
        if !matches!(rule.trigger(), Trigger::Times) {
            return None;
        }
        if rule.next(Timestamp::UNIX_EPOCH).is_some() {
            return None;
        }
        let way = self.ways().first().copied().unwrap_or("cron");
        Some(
            Problem::new(format!("/schedule/{way}"), "the schedule never fires")
                .hint("check that the day exists, and that `days`, `from` and `until` leave it"),
        )
    }
}
