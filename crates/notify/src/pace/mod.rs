//! When to tell what: no storm, and nothing untold.
//!
//! Of each group of notices, a channel hears when it begins, then now and then how often it happened since, with a pause
//! that grows, and then that it is over. At most so many messages an hour go to a channel; what is more waits, and is told
//! in one summary as soon as another message may be sent. A channel with a digest hears everything at its time.
//!
//! [`decide`] is a pure function of the time, the state that it returned before, and new notices. Call it for new notices,
//! and again at [`Decision::wake`].
//!
//! Invariants: never more than `per_hour` messages in any hour; every group is told of; the end of a group is told if and
//! only if its beginning was, or both at once; the counts of all entries of a group add up to its notices. The state
//! grows with the number of open groups, not with that of notices.

mod settings;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use self::settings::{Digest, Pace, PaceSettings};
use crate::message::{Entry, Message, Occasion};
use crate::notice::Notice;

/// The span in which messages are counted.
const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// A trouble that nobody says the end of counts as over when so much time passed without it.
const QUIET: SignedDuration = SignedDuration::from_hours(72);

/// What a channel was told, and what it was not yet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ChannelState {
    groups: BTreeMap<String, Group>,
    /// When messages were sent within the last hour, the earliest first.
    sent: Vec<Timestamp>,
    /// When the next digest goes out.
    due: Option<Timestamp>,
}

/// A trouble that goes on, or whose end was not told yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Group {
    /// When it began.
    since: Timestamp,
    /// The latest notice of it.
    latest: Notice,
    /// Notices that the channel does not know of.
    untold: u64,
    /// Beginnings that the channel does not know of.
    streaks: u64,
    told_at: Option<Timestamp>,
    reminders: u32,
    /// The end, which the channel does not know of.
    over: Option<Notice>,
}

/// What follows from a state and new notices.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The state to keep.
    pub state: ChannelState,
    /// Messages to send, in this order.
    pub messages: Vec<Message>,
    /// When to decide again, should no notice come before.
    pub wake: Option<Timestamp>,
}

/// Decides what to tell a channel now. `incoming` are the notices that its rules want, the earliest first.
pub fn decide(now: Timestamp, pace: &Pace, mut state: ChannelState, incoming: Vec<Notice>) -> Decision {
    state.sent.retain(|at| now.duration_since(*at) < HOUR);
    state.groups.retain(|_, group| !group.is_forgotten(now));
    for notice in incoming {
        state.take(notice);
    }
    let messages = match pace.digest {
        Digest::Off => state.tell(now, pace),
        Digest::Hourly | Digest::Daily => state.tell_together(now, pace),
    };
    let wake = state.wake(now, pace);
    Decision { state, messages, wake }
}

impl ChannelState {
    /// Names of the pipelines that something was told of.
    pub fn pipelines(&self) -> impl Iterator<Item = (&str, &str)> {
        self.groups
            .values()
            .filter_map(|group| Some((group.latest.workspace.as_str(), group.latest.pipeline.as_deref()?)))
    }

    /// Forgets the groups of a pipeline that is no more, whose end nobody will tell.
    pub fn forget(&mut self, workspace: &str, pipeline: &str) {
        self.groups.retain(|_, group| {
            group.latest.workspace != workspace || group.latest.pipeline.as_deref() != Some(pipeline)
        });
    }

    fn take(&mut self, notice: Notice) {
        let known = self.groups.get_mut(&notice.group);
        match (known, notice.is_recovery()) {
            (Some(group), true) => {
                group.over.get_or_insert(notice);
            }
            // The end of what this channel never heard of.
            (None, true) => {}
            (Some(group), false) => {
                group.untold += 1;
                // It came back before its end was told.
                group.streaks += u64::from(group.over.take().is_some());
                group.latest = notice;
            }
            (None, false) => {
                let group = Group {
                    since: notice.at,
                    untold: 1,
                    streaks: 1,
                    told_at: None,
                    reminders: 0,
                    over: None,
                    latest: notice,
                };
                self.groups.insert(group.latest.group.clone(), group);
            }
        }
    }

    fn tell(&mut self, now: Timestamp, pace: &Pace) -> Vec<Message> {
        let mut pending: Vec<(&String, &Group, Occasion)> = self
            .groups
            .iter()
            .filter_map(|(name, group)| Some((name, group, group.occasion(now, pace)?)))
            .collect();
        pending.sort_by_key(|(_, group, _)| (std::cmp::Reverse(group.latest.severity), group.since));
        let names: Vec<(String, Occasion)> =
            pending.into_iter().map(|(name, _, occasion)| (name.clone(), occasion)).collect();
        let earlier = self.sent.len();
        let room = (pace.per_hour as usize).saturating_sub(earlier);
        // The last message that may be sent holds all that is left.
        let alone = if names.len() <= room { names.len() } else { room.saturating_sub(1) };
        let (alone, rest) = names.split_at(alone);
        let mut messages: Vec<Message> = alone
            .iter()
            .map(|(name, occasion)| Message::new(*occasion, self.entries(now, [name.as_str()]), now, earlier))
            .collect();
        if room > 0 && !rest.is_empty() {
            let entries = self.entries(now, rest.iter().map(|(name, _)| name.as_str()));
            messages.push(Message::new(Occasion::Summary, entries, now, earlier));
        }
        self.sent.extend(messages.iter().map(|_| now));
        messages
    }

    fn tell_together(&mut self, now: Timestamp, pace: &Pace) -> Vec<Message> {
        let names: Vec<String> = self
            .groups
            .iter()
            .filter(|(_, group)| group.untold > 0 || group.over.is_some())
            .map(|(name, _)| name.clone())
            .collect();
        if names.is_empty() {
            self.due = None;
            return Vec::new();
        }
        let due = *self.due.get_or_insert_with(|| pace.next_digest(now));
        if now < due || self.sent.len() >= pace.per_hour as usize {
            return Vec::new();
        }
        self.due = None;
        let earlier = self.sent.len();
        self.sent.push(now);
        let entries = self.entries(now, names.iter().map(String::as_str));
        vec![Message::new(Occasion::Digest, entries, now, earlier)]
    }

    /// What is to be said of groups, which then is told.
    fn entries<'a>(&mut self, now: Timestamp, names: impl IntoIterator<Item = &'a str>) -> Vec<Entry> {
        let mut entries = Vec::new();
        for name in names {
            let Some(group) = self.groups.get_mut(name) else { continue };
            let over = group.over.take();
            entries.push(Entry {
                count: group.untold,
                streaks: group.streaks,
                since: group.since,
                is_over: over.is_some(),
                notice: over.clone().unwrap_or_else(|| group.latest.clone()),
            });
            group.reminders += u32::from(group.told_at.is_some());
            group.told_at = Some(now);
            (group.untold, group.streaks) = (0, 0);
            if over.is_some() {
                self.groups.remove(name);
            }
        }
        entries
    }

    fn wake(&self, now: Timestamp, pace: &Pace) -> Option<Timestamp> {
        if self.due.is_some() {
            return self.due.map(|due| due.max(self.room_at(now, pace)));
        }
        let next = |group: &Group| match group.occasion(now, pace) {
            Some(_) => Some(self.room_at(now, pace)),
            None => group.reminder_at(pace).map(|at| at.max(now)),
        };
        self.groups.values().filter_map(next).min()
    }

    /// When another message may be sent.
    fn room_at(&self, now: Timestamp, pace: &Pace) -> Timestamp {
        let most = pace.per_hour as usize;
        match self.sent.len().checked_sub(most).and_then(|extra| self.sent.get(extra)) {
            Some(earliest) => earliest.saturating_add(HOUR).unwrap_or(now).max(now),
            None => now,
        }
    }
}

impl Group {
    /// Why the channel is to hear of it now, if it is.
    fn occasion(&self, now: Timestamp, pace: &Pace) -> Option<Occasion> {
        match (&self.over, self.told_at) {
            (Some(_), _) => Some(Occasion::Recovery),
            (None, None) => Some(Occasion::First),
            (None, Some(_)) => self.reminder_at(pace).filter(|at| *at <= now).map(|_| Occasion::Reminder),
        }
    }

    fn reminder_at(&self, pace: &Pace) -> Option<Timestamp> {
        let told_at = self.told_at.filter(|_| self.untold > 0)?;
        told_at.saturating_add(pace.pause(self.reminders)).ok()
    }

    /// Whether nobody will say its end, and it is long ago.
    fn is_forgotten(&self, now: Timestamp) -> bool {
        let is_told = self.untold == 0 && self.over.is_none() && self.told_at.is_some();
        is_told && !self.latest.kind.has_end() && now.duration_since(self.latest.at) > QUIET
    }
}
