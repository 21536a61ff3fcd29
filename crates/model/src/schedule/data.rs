//! Which data a run answers for.

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Rule;
use crate::scope::DataInterval;

/// Which data a run answers for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DataRule {
    /// The day before the run, from midnight to midnight in the zone of the schedule.
    #[default]
    PreviousDay,
    /// The day of the run, from midnight to midnight.
    SameDay,
    /// The last business day before the day of the run. On a Monday that is Friday, or earlier around holidays.
    PreviousBusinessDay,
    /// The time since the schedule last fired. Each moment belongs to exactly one run; with `days: business`, the run of
    /// Monday answers for the weekend as well.
    SinceLast,
}

/// Days without any instant, where a zone moved across the date line, are rare and never in a row.
const MISSING_DAYS: usize = 3;

impl Rule {
    /// The data interval of a fire. `None` when the rule does not give one: `after` takes that of the other pipelines,
    /// and a single time has nothing before it that `since_last` could mean.
    pub fn interval(&self, fire: Timestamp) -> Option<DataInterval> {
        let zone = self.zone();
        let today = zone.to_datetime(fire).date();
        match self.spec().data {
            DataRule::PreviousDay => {
                let before = std::iter::successors(today.yesterday().ok(), |day| day.yesterday().ok());
                before.take(MISSING_DAYS).find_map(|day| self.day(day))
            }
            DataRule::SameDay => self.day(today),
            DataRule::PreviousBusinessDay => self.day(self.calendar().previous_business_day(today)?),
            DataRule::SinceLast => {
                let start = self.last_ever_before(fire)?;
                Some(DataInterval { start, end: fire, zone: zone.clone() })
            }
        }
    }

    fn day(&self, date: Date) -> Option<DataInterval> {
        DataInterval::day(date, self.zone().clone()).ok()
    }
}
