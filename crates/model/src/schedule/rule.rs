//! A schedule, compiled once: the fires in the order of time.
//!
//! Fixed times (a cron expression without `*` and `/` in its time, days, single times) are walked as local times and
//! mapped by `clock`. Cron expressions with `*` or `/` are matched against the clocks as they really run: one stretch
//! between two changes of the clocks after the other. Hours and shorter distances are counted in true time.

use std::sync::{Arc, LazyLock};

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::clock::{first_instant, just_after, just_before, next_change, skipped_before};
use super::cron::{CronTimes, LAST_YEAR};
use super::{Days, FilesSpec, RunDays, ScheduleSpec};
use crate::calendar::Calendar;

/// A schedule, compiled.
#[derive(Debug, Clone)]
pub struct Rule {
    spec: ScheduleSpec,
    pub(super) timing: Timing,
    zone: TimeZone,
    calendar: Arc<Calendar>,
    /// First instant at which it may fire.
    from: Option<Timestamp>,
    /// First instant at which it may no longer fire.
    end: Option<Timestamp>,
}

/// What makes fires.
#[derive(Debug, Clone)]
pub(super) enum Timing {
    Cron(Box<CronTimes>),
    /// Whole days from a local time on, in both directions.
    Days(DateTime, i64),
    /// Seconds from an instant on, in both directions.
    Seconds(Timestamp, i64),
    Once(Timestamp),
    /// Something that happens; no times.
    Event,
}

/// What starts the runs of a schedule.
#[derive(Debug, Clone, Copy)]
pub enum Trigger<'a> {
    /// Times, which the rule gives.
    Times,
    /// The success of all these pipelines for one data interval.
    After(&'a [String]),
    /// The arrival of files.
    Files(&'a FilesSpec),
}

/// A time at which a schedule fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fire {
    /// The instant.
    pub at: Timestamp,
    /// What the change of the clocks did to it, if anything.
    pub change: Option<ClockChange>,
}

/// What a change of the clocks does to a fire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockChange {
    /// The time that was meant does not exist on that day; this is the instant at which the clocks have moved.
    Moved {
        /// The local time that was meant.
        meant: DateTime,
    },
    /// The local time comes twice, and this is the first one.
    First,
    /// The local time comes twice, and this is the second one.
    Second,
}

static PLAIN: LazyLock<Arc<Calendar>> = LazyLock::new(|| Arc::new(Calendar::plain("")));

/// How far the search for an earlier fire looks back at first, in seconds, and how this grows.
const LOOK_BACK: i64 = 60;
const LOOK_BACK_GROWTH: i64 = 8;
const LOOK_BACK_LONGEST: i64 = 40 * 366 * 86_400;

impl Rule {
    pub(super) fn new(
        spec: ScheduleSpec,
        timing: Timing,
        zone: TimeZone,
        calendar: Option<Arc<Calendar>>,
    ) -> Self {
        let calendar = calendar.unwrap_or_else(|| Arc::clone(&PLAIN));
        let from = spec.from.and_then(|from| first_instant(&zone, from.begins()));
        let end = spec.until.and_then(|until| match until {
            super::LocalTime::Day(day) => {
                first_instant(&zone, day.tomorrow().ok()?.to_datetime(Time::midnight()))
            }
            super::LocalTime::Moment(moment) => just_after(first_instant(&zone, moment)?),
        });
        Rule { spec, timing, zone, calendar, from, end }
    }

    /// The settings that the rule was made of.
    pub fn spec(&self) -> &ScheduleSpec {
        &self.spec
    }

    /// The zone in which its times are meant.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The calendar of its business days.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// The same rule without `from` and `until`, for the data of before and after.
    #[must_use]
    pub fn unbounded(&self) -> Rule {
        Rule { from: None, end: None, ..self.clone() }
    }

    /// What starts its runs.
    pub fn trigger(&self) -> Trigger<'_> {
        match (&self.timing, &self.spec.files) {
            (Timing::Event, Some(files)) => Trigger::Files(files),
            (Timing::Event, None) => Trigger::After(&self.spec.after),
            _ => Trigger::Times,
        }
    }

    /// Whether the rule lets something happen at an instant: its days, `from` and `until`.
    pub fn is_open_at(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| at >= from)
            && self.end.is_none_or(|end| at < end)
            && self.allows(self.zone.to_datetime(at).date())
    }

    /// The first fire after an instant. `None` when there is none any more, and for rules without times.
    pub fn next(&self, after: Timestamp) -> Option<Timestamp> {
        let after = match self.from {
            Some(from) => after.max(just_before(from)?),
            None => after,
        };
        self.next_ever(after).filter(|at| self.end.is_none_or(|end| *at < end))
    }

    /// The last fire before an instant.
    pub fn last_before(&self, before: Timestamp) -> Option<Timestamp> {
        let before = self.end.map_or(before, |end| before.min(end));
        self.last_ever_before(before).filter(|at| self.from.is_none_or(|from| *at >= from))
    }

    /// All fires from one instant to another, the second one not included.
    pub fn fires(&self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = Timestamp> {
        let first = just_before(from).and_then(|before| self.next(before));
        std::iter::successors(first, |at| self.next(*at)).take_while(move |at| *at < to)
    }

    /// The next fires after an instant, with marks where clocks change.
    pub fn next_fires(&self, after: Timestamp, count: usize) -> Vec<Fire> {
        let times = std::iter::successors(self.next(after), |at| self.next(*at));
        times.take(count).map(|at| Fire { at, change: self.change_at(at) }).collect()
    }

    /// The first fire after an instant, whatever `from` and `until` say.
    fn next_ever(&self, after: Timestamp) -> Option<Timestamp> {
        match &self.timing {
            Timing::Cron(cron) if !cron.is_fixed() => self.next_real(cron, after),
            Timing::Cron(_) | Timing::Days(..) => {
                let mut local = next_second(self.zone.to_datetime(after))?;
                loop {
                    let found = self.local_from(local)?;
                    let at = first_instant(&self.zone, found)?;
                    if at > after {
                        return Some(at);
                    }
                    // The clocks were set back, and this time has been.
                    local = next_second(found)?;
                }
            }
            Timing::Seconds(anchor, step) => self.next_step(*anchor, *step, after),
            Timing::Once(at) => {
                (*at > after && self.allows(self.zone.to_datetime(*at).date())).then_some(*at)
            }
            Timing::Event => None,
        }
    }

    pub(super) fn last_ever_before(&self, before: Timestamp) -> Option<Timestamp> {
        if let Timing::Once(at) = self.timing {
            return (at < before).then_some(at);
        }
        let mut back = LOOK_BACK;
        while back <= LOOK_BACK_LONGEST {
            let start = before.checked_sub(SignedDuration::from_secs(back)).ok()?;
            let mut last = None;
            let mut at = self.next_ever(just_before(start)?);
            while let Some(found) = at.filter(|found| *found < before) {
                last = Some(found);
                at = self.next_ever(found);
            }
            if last.is_some() {
                return last;
            }
            back *= LOOK_BACK_GROWTH;
        }
        None
    }

    /// Fixed times: the first one at or after a local time.
    fn local_from(&self, from: DateTime) -> Option<DateTime> {
        match &self.timing {
            Timing::Cron(cron) => cron.at_or_after(from, &|date| self.allows(date)),
            Timing::Days(anchor, step) => {
                let mut days = day_number(from.date()) - day_number(anchor.date());
                if from.time() > anchor.time() {
                    days += 1;
                }
                let mut count = days.div_euclid(*step) + i64::from(days.rem_euclid(*step) != 0);
                loop {
                    let date = anchor.date().checked_add((count * step).days()).ok()?;
                    if date.year() > LAST_YEAR {
                        return None;
                    }
                    if self.allows(date) {
                        return Some(date.to_datetime(anchor.time()));
                    }
                    count += 1;
                }
            }
            _ => None,
        }
    }

    /// Times with `*` or `/`: the clocks as they really run, from one change to the next.
    fn next_real(&self, cron: &CronTimes, after: Timestamp) -> Option<Timestamp> {
        let mut from = just_after(after)?;
        loop {
            let offset = self.zone.to_offset(from);
            let end = next_change(&self.zone, from);
            // A search that ends with the stretch does not walk through years for nothing.
            let last = end.map(|end| offset.to_datetime(end).date());
            let found = cron.at_or_after(offset.to_datetime(from), &|date| {
                last.is_some_and(|last| date > last) || self.allows(date)
            });
            let at = found.and_then(|local| offset.to_timestamp(local).ok());
            match (at, end) {
                (Some(at), None) => return Some(at),
                (Some(at), Some(end)) if at < end => return Some(at),
                (_, Some(end)) if self.zone.to_datetime(end).year() <= LAST_YEAR => from = end,
                _ => return None,
            }
        }
    }

    fn next_step(&self, anchor: Timestamp, step: i64, after: Timestamp) -> Option<Timestamp> {
        let mut after = after;
        loop {
            let count = (after.as_second() - anchor.as_second()).div_euclid(step) + 1;
            let at = anchor.checked_add(SignedDuration::from_secs(count.checked_mul(step)?)).ok()?;
            let date = self.zone.to_datetime(at).date();
            if self.allows(date) {
                return Some(at);
            }
            let next = std::iter::successors(date.tomorrow().ok(), |date| date.tomorrow().ok())
                .take_while(|date| date.year() <= LAST_YEAR)
                .find(|date| self.allows(*date))?;
            after = just_before(first_instant(&self.zone, next.to_datetime(Time::midnight()))?)?;
        }
    }

    fn allows(&self, date: Date) -> bool {
        match &self.spec.days {
            RunDays::Named(Days::All) => true,
            RunDays::Named(Days::Business) => self.calendar.is_business_day(date),
            RunDays::Week(days) => days.iter().any(|day| day.weekday() == date.weekday()),
        }
    }

    fn change_at(&self, at: Timestamp) -> Option<ClockChange> {
        let local = self.zone.to_datetime(at);
        let is_walked = matches!(&self.timing, Timing::Cron(cron) if cron.is_fixed())
            || matches!(self.timing, Timing::Days(..));
        if is_walked
            && let Some((from, to)) = skipped_before(&self.zone, at)
            && let Some(meant) = self.local_from(from)
            && meant < to
        {
            return Some(ClockChange::Moved { meant });
        }
        match self.zone.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Fold { before, .. } if before == self.zone.to_offset(at) => {
                Some(ClockChange::First)
            }
            AmbiguousOffset::Fold { .. } => Some(ClockChange::Second),
            _ => None,
        }
    }
}

fn next_second(local: DateTime) -> Option<DateTime> {
    let whole = local.date().at(local.hour(), local.minute(), local.second(), 0);
    whole.checked_add(1.second()).ok()
}

/// Days since a fixed one, for distances.
fn day_number(date: Date) -> i64 {
    // A date is within the range of instants in UTC, but for the last day of all.
    let midnight = jiff::tz::Offset::UTC.to_timestamp(date.to_datetime(Time::midnight()));
    midnight.map(|at| at.as_second().div_euclid(86_400)).unwrap_or_default()
}
