//! Schedules: the rule that says when a pipeline runs, and which data interval each run answers for.
//!
//! [`ScheduleSpec`] is what people write; its doc comments are the manual. [`Rule`] is the same, compiled once: it
//! gives the fires (`rule`), maps the times of clocks to instants (`clock`, where the rules for changes of clocks
//! stand), reads cron expressions (`cron`), gives each fire its data interval (`data`), and says itself in words
//! (`describe`).
//!
//! Invariants:
//! - fires are strictly increasing instants, and depend on the rule alone: asking piece by piece gives the same ones;
//! - nothing here knows what time it is.
//!
//! Deliberately absent: catching up, overlaps and staggers. They depend on runs, and the scheduler decides them; here
//! are only their settings.

mod check;
mod clock;
mod cron;
mod data;
mod days;
mod describe;
#[cfg(test)]
mod law_tests;
mod length;
mod moment;
mod rule;
mod spec;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use data::DataRule;
pub use days::{DayName, RunDays};
pub use describe::Language;
pub use length::Length;
pub use moment::LocalTime;
pub use rule::{ClockChange, Fire, Rule, Trigger};
pub use spec::{CatchUp, FilesSpec, Overlap, RetriesSpec, ScheduleSpec};

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
