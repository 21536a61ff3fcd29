//! Schedules: the rule that produces data intervals.

use croner::parser::{CronParser, Seconds};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::problem::Problem;

/// On which days a schedule fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Days {
    /// Every day.
    #[default]
    All,
    /// Monday to Friday, without the holidays of the calendar.
    Business,
}

/// When a pipeline runs by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleSpec {
    /// Five fields: minute, hour, day of month, month, day of week. Example: `0 9,14 * * *`.
    pub cron: String,
    /// Zone in which the times are meant, for example `Europe/Brussels`. Default: UTC.
    #[serde(default = "utc")]
    pub timezone: String,
    /// On which days it fires.
    #[serde(default)]
    pub days: Days,
}

fn utc() -> String {
    "UTC".into()
}

impl ScheduleSpec {
    /// Every problem of the schedule, with paths below `/schedule`.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let parser = CronParser::builder().seconds(Seconds::Disallowed).build();
        if let Err(error) = parser.parse(&self.cron) {
            let message =
                format!("`{}` is not a cron expression: {}", self.cron, error.to_string().to_lowercase());
            problems.push(Problem::new("/schedule/cron", message).hint(
                "write five fields: minute, hour, day of month, month, day of week; `0 9,14 * * *` is 9:00 and 14:00",
            ));
        }
        if let Err(problem) = self.zone() {
            problems.push(problem);
        }
        problems
    }

    /// The zone of the schedule.
    pub fn zone(&self) -> Result<TimeZone, Problem> {
        TimeZone::get(&self.timezone).map_err(|_| {
            Problem::new("/schedule/timezone", format!("unknown time zone `{}`", self.timezone))
                .hint("use a name of the IANA database, for example `Europe/Brussels` or `UTC`")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_cron_and_zone_are_both_named() {
        let spec =
            ScheduleSpec { cron: "61 9 * *".into(), timezone: "Europe/Bruxelles".into(), days: Days::All };
        let paths: Vec<String> = spec.problems().into_iter().map(|problem| problem.path).collect();
        assert_eq!(paths, ["/schedule/cron", "/schedule/timezone"]);
        let right = ScheduleSpec { cron: "0 9,14 * * *".into(), timezone: "Europe/Brussels".into(), ..spec };
        assert_eq!(right.problems(), vec![]);
    }
}
