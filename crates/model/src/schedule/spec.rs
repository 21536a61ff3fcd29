//! What people write under `schedule:`. The doc comments are the manual.

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{DataRule, Length, LocalTime, RunDays};
use crate::problem::Problem;

/// When a pipeline runs by itself.
///
/// Exactly one of `cron`, `every`, `at`, `after` and `files` says when. A run that is started by a person, by the API
/// or by a webhook needs no schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleSpec {
    /// Times as a cron expression: minute, hour, day of month, month, day of week; six fields begin with the second.
    /// Example: `0 9,14 * * *` is 9:00 and 14:00. Where clocks change: a time that does not exist runs when the clocks
    /// have moved, a time that comes twice runs the first time. With `*` or `/` in the fields of second, minute or hour, every
    /// time that really comes counts instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cron: Option<String>,
    /// A steady distance, for example `15m`, `1h30m` or `1d`. Counted from `from`; without it from a Monday at midnight.
    /// Hours and shorter are true lengths; days and weeks keep the time of day when clocks change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Length>,
    /// One single time, for example `2026-12-24T18:00`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<LocalTime>,
    /// Names of pipelines, for example `[orders, customers]`. Runs each time one of them succeeds, as soon as all of them
    /// have succeeded for the same data interval; the run answers for that interval.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
    /// Files whose arrival starts a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<FilesSpec>,
    /// Zone in which the times are meant, for example `Europe/Brussels`. Default: UTC.
    #[serde(default = "utc")]
    pub timezone: String,
    /// On which days it fires: `all`, `business`, or a list such as `[mon, wed]`.
    #[serde(default)]
    pub days: RunDays,
    /// Calendar that says which days are business days: `FR`, `BE`, `CA-QC`, `US`, `TSX`, `NYSE`, or one of your own.
    /// Without it, Monday to Friday are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
    /// Which data a run answers for. It is what `${run.date}`, `${run.start}` and `${run.end}` say.
    #[serde(default)]
    pub data: DataRule,
    /// What happens to times that were missed because the server was down or busy.
    #[serde(default)]
    pub catch_up: CatchUp,
    /// What happens when it is time and an earlier run of this schedule has not ended.
    #[serde(default)]
    pub overlap: Overlap,
    /// Distance between runs of different schedules that write to the same target, for example `5m`. A run waits for the
    /// first free place, but never past the next time of its own schedule. `0` turns it off. Default: `15m`.
    #[serde(default = "stagger")]
    pub stagger: Length,
    /// How often and when a run is tried again after a temporary failure, such as a server that is away.
    #[serde(default)]
    pub retries: RetriesSpec,
    /// Time after which an attempt is stopped and the run ends as timed out, for example `45m`. Default: `2h`.
    #[serde(default = "timeout")]
    pub timeout: Length,
    /// First day or time at which it may fire, for example `2026-01-01` or `2026-01-01T08:00`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<LocalTime>,
    /// Last day or time at which it may fire, included, for example `2026-12-31`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<LocalTime>,
}

/// Files whose arrival starts a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FilesSpec {
    /// Connection on whose server the files are. Default: this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<String>,
    /// Path of the files, with `*` for any part of a name, for example `inbox/*.csv`.
    pub path: String,
    /// How often somebody looks, for example `1m`. Default: `5m`.
    #[serde(default = "look")]
    pub look: Length,
}

/// What happens to times that were missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CatchUp {
    /// The latest of them runs, the others are left out.
    #[default]
    Last,
    /// All of them run, the oldest first, one after the other. No interval is left out, whatever `overlap` says.
    All,
    /// None of them runs. A time is missed when nothing could be decided within five minutes.
    None,
}

/// What happens when it is time and an earlier run has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    /// The new run is left out.
    #[default]
    Skip,
    /// The new run waits for the earlier one. At most ten wait; what comes due beyond that counts as missed.
    Queue,
    /// The earlier run is cancelled, and the new one starts when it has ended.
    CancelPrevious,
}

/// How often and when a run is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RetriesSpec {
    /// How many times it is tried again after the first attempt. Default: 3.
    pub max: u32,
    /// Pause before the second attempt, for example `30s`. Default: `1m`.
    pub first: Length,
    /// What each further pause is multiplied with. Default: 2.
    pub factor: f64,
    /// The longest pause. Default: `30m`.
    pub longest: Length,
}

impl Default for RetriesSpec {
    fn default() -> Self {
        RetriesSpec { max: 3, first: Length::minutes(1), factor: 2.0, longest: Length::minutes(30) }
    }
}

fn utc() -> String {
    "UTC".into()
}

fn stagger() -> Length {
    Length::minutes(15)
}

fn timeout() -> Length {
    Length::minutes(120)
}

fn look() -> Length {
    Length::minutes(5)
}

impl Default for ScheduleSpec {
    /// All settings at their defaults, and nothing that says when.
    fn default() -> Self {
        ScheduleSpec {
            cron: None,
            every: None,
            at: None,
            after: Vec::new(),
            files: None,
            timezone: utc(),
            days: RunDays::default(),
            calendar: None,
            data: DataRule::default(),
            catch_up: CatchUp::default(),
            overlap: Overlap::default(),
            stagger: stagger(),
            retries: RetriesSpec::default(),
            timeout: timeout(),
            from: None,
            until: None,
        }
    }
}

impl ScheduleSpec {
    /// A schedule with a cron expression in a zone, and defaults.
    pub fn cron(cron: &str, timezone: &str) -> Self {
        ScheduleSpec { cron: Some(cron.into()), timezone: timezone.into(), ..ScheduleSpec::default() }
    }

    /// The zone of the schedule.
    pub fn zone(&self) -> Result<TimeZone, Problem> {
        TimeZone::get(&self.timezone).map_err(|_| {
            Problem::new("/schedule/timezone", format!("unknown time zone `{}`", self.timezone))
                .hint("use a name of the IANA database, for example `Europe/Brussels` or `UTC`")
        })
    }
}
