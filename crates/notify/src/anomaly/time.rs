//! Rules about time: a run that should be there, data that should be younger.

use jiff::{SignedDuration, Timestamp};

use super::Finding;
use crate::notice::{Detail, NoticeKind};

/// A run that a schedule promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// When the schedule fired.
    pub fires_at: Timestamp,
    /// How long the run may take until it ended well.
    pub tolerance: SignedDuration,
}

/// Finds a run that should have ended well by now. Without a time of a success at or after the firing, it has not.
pub fn late(now: Timestamp, expected: Expected, last_success: Option<Timestamp>) -> Option<Finding> {
    let has_come = last_success.is_some_and(|at| at >= expected.fires_at);
    let due = expected.fires_at.checked_add(expected.tolerance).ok()?;
    (now > due && !has_come)
        .then(|| Finding::of(NoticeKind::RunLate, Detail::Late { expected: expected.fires_at, last_success }))
}

/// Finds data that is older than it may be. A pipeline that never ran counts from `since`, when it was told to.
pub fn freshness(
    now: Timestamp,
    longest: SignedDuration,
    last_success: Option<Timestamp>,
    since: Timestamp,
) -> Option<Finding> {
    let age = now.duration_since(last_success.unwrap_or(since));
    (age > longest).then(|| {
        let (age_seconds, longest_seconds) = (age.as_secs(), longest.as_secs());
        Finding::of(NoticeKind::Freshness, Detail::Stale { last_success, age_seconds, longest_seconds })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_run_is_late_once_its_tolerance_passed_without_a_success() {
        let expected =
            Expected { fires_at: at("2026-03-02T06:00:00Z"), tolerance: SignedDuration::from_mins(30) };
        let (before, after) = (at("2026-03-02T06:30:00Z"), at("2026-03-02T06:30:01Z"));
        let yesterday = Some(at("2026-03-01T06:10:00Z"));
        assert_eq!(late(before, expected, yesterday), None);
        let found = late(after, expected, yesterday).unwrap();
        assert_eq!(found.detail, Detail::Late { expected: expected.fires_at, last_success: yesterday });
        assert!(late(after, expected, None).is_some());
        assert_eq!(late(after, expected, Some(at("2026-03-02T06:00:00Z"))), None);
    }

    #[test]
    fn data_is_stale_when_the_last_success_is_too_long_ago() {
        let (day, made) = (SignedDuration::from_hours(24), at("2026-03-01T00:00:00Z"));
        assert_eq!(freshness(at("2026-03-02T00:00:00Z"), day, None, made), None);
        assert!(freshness(at("2026-03-02T00:00:01Z"), day, None, made).is_some());
        let success = Some(at("2026-03-01T23:00:00Z"));
        assert_eq!(freshness(at("2026-03-02T23:00:00Z"), day, success, made), None);
        assert!(freshness(at("2026-03-02T23:00:01Z"), day, success, made).is_some());
    }
}
