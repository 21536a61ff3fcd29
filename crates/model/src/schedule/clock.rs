//! From the clocks of a zone to instants, and what happens where clocks change.
//!
//! One sentence holds for all fixed times: a local time means the first instant at which the clocks show it or more. A
//! time that is skipped is therefore the instant at which the clocks have moved, and a time that comes twice is its first
//! occurrence. This map never goes backwards, so a walk through local times in order is a walk through instants in order.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

/// The first instant at which the clocks of a zone show a local time or more.
pub(super) fn first_instant(zone: &TimeZone, local: DateTime) -> Option<Timestamp> {
    match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => {
            offset.to_timestamp(local).ok()
        }
        AmbiguousOffset::Gap { before, .. } => {
            // With the old offset the time lies at or after the change.
            let behind = before.to_timestamp(local).ok()?;
            zone.preceding(just_after(behind)?).next().map(|change| change.timestamp())
        }
    }
}

/// The next change of the clocks after an instant.
pub(super) fn next_change(zone: &TimeZone, after: Timestamp) -> Option<Timestamp> {
    zone.following(after).next().map(|change| change.timestamp())
}

/// The local times that an instant skips: from the first one to the one that the clocks show, when they move forward at
/// that very instant.
pub(super) fn skipped_before(zone: &TimeZone, at: Timestamp) -> Option<(DateTime, DateTime)> {
    let change = zone.preceding(just_after(at)?).next()?;
    let before = zone.to_offset(at.checked_sub(jiff::SignedDuration::from_nanos(1)).ok()?);
    let (from, to) = (before.to_datetime(at), change.offset().to_datetime(at));
    (change.timestamp() == at && from < to).then_some((from, to))
}

/// The smallest step of time after an instant.
pub(super) fn just_after(at: Timestamp) -> Option<Timestamp> {
    at.checked_add(jiff::SignedDuration::from_nanos(1)).ok()
}

/// The smallest step of time before an instant.
pub(super) fn just_before(at: Timestamp) -> Option<Timestamp> {
    at.checked_sub(jiff::SignedDuration::from_nanos(1)).ok()
}
