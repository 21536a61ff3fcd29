//! Backfills: a range of the past, cut into pieces that run one by one.
//!
//! [`pieces`] cuts a range once, when the backfill is created; the store keeps the pieces with their states. `decide` starts
//! as many as may be under way, in the order of the pieces. A piece that fails stays failed, and the others go on; to repeat
//! it is to go on with its run.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use towpath_model::Fault;
use towpath_model::schedule::{Length, RetriesSpec, Rule};

use crate::world::Interval;

/// What a backfill was made with, as the store keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BackfillSpec {
    /// First instant of the range.
    pub from: Timestamp,
    /// First instant after it.
    pub to: Timestamp,
    /// How it was cut: `whole`, a length such as `1d`, or `schedule`.
    pub step: String,
    /// The schedule by which it was cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule_id: Option<String>,
    /// In which order pieces run.
    #[serde(default)]
    pub order: Order,
    /// Pieces that may be under way at the same time.
    pub at_once: u32,
    /// Zone in which days are counted.
    pub timezone: String,
    /// Values for parameters of the pipeline.
    #[serde(default)]
    pub params: Value,
    /// How its runs are tried again.
    #[serde(default)]
    pub retries: RetriesSpec,
    /// How long an attempt may take.
    pub timeout: Length,
}

/// How a range is cut.
#[derive(Debug, Clone, Copy)]
pub enum Cut<'a> {
    /// Into the data intervals that a schedule would have given, as far as they lie inside the range.
    Rule(&'a Rule),
    /// Into steps from the start of the range on, whole days on the clocks of a zone. The last one may be shorter.
    Step(Length, &'a TimeZone),
    /// Not at all.
    Whole,
}

/// In which order pieces run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The oldest first.
    #[default]
    OldestFirst,
    /// The newest first.
    NewestFirst,
}

/// What a piece does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PieceState {
    /// It waits.
    Waiting,
    /// A run answers for it.
    Active,
    /// It succeeded.
    Done,
    /// Its run failed, or was cancelled.
    Failed,
}

/// How far a backfill is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Pieces that wait.
    pub waiting: u32,
    /// Pieces that are under way.
    pub active: u32,
    /// Pieces that succeeded.
    pub done: u32,
    /// Pieces that failed.
    pub failed: u32,
}

/// Pieces that a backfill may have.
pub const MOST_PIECES: usize = 10_000;

/// Cuts a range into pieces, in the order in which they are to run.
pub fn pieces(range: Interval, cut: Cut<'_>, order: Order) -> Result<Vec<Interval>, Fault> {
    if range.start >= range.end {
        return Err(Fault::config("the range of the backfill is empty; its end is not included")
            .hint("choose an end after the start"));
    }
    let mut pieces: Vec<Interval> = match cut {
        Cut::Whole => vec![range],
        Cut::Step(step, zone) => steps(range, step, zone).take(MOST_PIECES + 1).collect(),
        Cut::Rule(rule) => by_rule(range, rule),
    };
    if pieces.is_empty() {
        return Err(Fault::config("the schedule has no data interval inside the range of the backfill")
            .hint("choose a longer range, or steps of a length"));
    }
    if pieces.len() > MOST_PIECES {
        return Err(Fault::config(format!("the backfill would have more than {MOST_PIECES} pieces"))
            .hint("choose a shorter range or longer steps"));
    }
    if order == Order::NewestFirst {
        pieces.reverse();
    }
    Ok(pieces)
}

/// Fires that answer for the same data, such as two on one day, make one piece.
fn by_rule(range: Interval, rule: &Rule) -> Vec<Interval> {
    let rule = rule.unbounded();
    let mut pieces: Vec<Interval> = Vec::new();
    let first = rule.next(range.start - SignedDuration::from_nanos(1));
    for fire in std::iter::successors(first, |fire| rule.next(*fire)) {
        let Some(interval) = rule.interval(fire) else { break };
        if interval.start >= range.end || pieces.len() > MOST_PIECES {
            break;
        }
        let piece = Interval { start: interval.start, end: interval.end };
        if piece.start >= range.start && piece.end <= range.end && pieces.last() != Some(&piece) {
            pieces.push(piece);
        }
    }
    pieces
}

fn steps(range: Interval, step: Length, zone: &TimeZone) -> impl Iterator<Item = Interval> {
    let local = zone.to_datetime(range.start);
    let mut start = range.start;
    let mut count = 0;
    std::iter::from_fn(move || {
        if start >= range.end {
            return None;
        }
        count += 1;
        let end = match step {
            _ if step.is_zero() => None,
            Length::Days(days) => days_later(local, count * i64::from(days), zone),
            Length::Seconds(seconds) => start.checked_add(SignedDuration::from_secs(i64::from(seconds))).ok(),
        };
        let end = end.unwrap_or(range.end).min(range.end);
        let piece = Interval { start, end };
        start = end;
        Some(piece)
    })
    .filter(|piece| piece.start < piece.end)
}

fn days_later(local: DateTime, days: i64, zone: &TimeZone) -> Option<Timestamp> {
    let later = local.checked_add(days.days()).ok()?;
    zone.to_ambiguous_timestamp(later).compatible().ok()
}

impl Progress {
    /// Counts states.
    pub fn of(states: impl IntoIterator<Item = PieceState>) -> Self {
        let mut progress = Progress::default();
        for state in states {
            match state {
                PieceState::Waiting => progress.waiting += 1,
                PieceState::Active => progress.active += 1,
                PieceState::Done => progress.done += 1,
                PieceState::Failed => progress.failed += 1,
            }
        }
        progress
    }

    /// All pieces.
    pub fn total(&self) -> u32 {
        self.waiting + self.active + self.done + self.failed
    }

    /// Whether nothing waits and nothing is under way.
    pub fn is_over(&self) -> bool {
        self.waiting == 0 && self.active == 0
    }
}
