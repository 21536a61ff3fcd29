//! The promises of [`decide`], on cases and on random histories.

use proptest::prelude::*;

use super::*;
use crate::notice::{Detail, NoticeKind};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_770_000_000 + seconds).unwrap()
}

fn notice(kind: NoticeKind, pipeline: &str, seconds: i64) -> Notice {
    Notice::new(kind, "shop", pipeline, Detail::text("x"), at(seconds))
}

/// A channel in time.
struct Channel {
    pace: Pace,
    state: ChannelState,
    wake: Option<Timestamp>,
    sent: Vec<Message>,
}

impl Channel {
    fn new(settings: &PaceSettings) -> Self {
        Channel {
            pace: Pace::new(settings).unwrap(),
            state: ChannelState::default(),
            wake: None,
            sent: Vec::new(),
        }
    }

    fn decide(&mut self, now: Timestamp, incoming: Vec<Notice>) {
        let kept = serde_json::to_value(std::mem::take(&mut self.state)).unwrap();
        let decision = decide(now, &self.pace, serde_json::from_value(kept).unwrap(), incoming);
        assert!(decision.wake.is_none_or(|wake| wake >= now), "a wake in the past");
        assert!(decision.wake != Some(now) || !decision.messages.is_empty(), "a wake that changes nothing");
        (self.state, self.wake) = (decision.state, decision.wake);
        self.sent.extend(decision.messages);
    }

    /// Wakes until a point in time.
    fn until(&mut self, end: Timestamp) {
        while let Some(wake) = self.wake.filter(|wake| *wake <= end) {
            self.decide(wake, Vec::new());
        }
    }

    fn hears(&mut self, notice: Notice) {
        self.until(notice.at);
        self.decide(notice.at, vec![notice]);
    }

    fn told(&self) -> Vec<(Occasion, i64, u64)> {
        let start = at(0);
        let told = |message: &Message| {
            let minutes = message.at.duration_since(start).as_mins();
            (message.occasion, minutes, message.entries.iter().map(|entry| entry.count).sum())
        };
        self.sent.iter().map(told).collect()
    }
}

#[test]
fn a_night_of_failures_is_a_handful_of_messages() {
    let mut channel = Channel::new(&PaceSettings::default());
    // Every five minutes for ten hours, then one that succeeds.
    for minute in (0..600).step_by(5) {
        channel.hears(notice(NoticeKind::RunFailed, "orders", minute * 60));
    }
    channel.hears(notice(NoticeKind::RunRecovered, "orders", 600 * 60));
    channel.until(at(1_000_000));
    use Occasion::*;
    assert_eq!(
        channel.told(),
        [(First, 0, 1), (Reminder, 60, 11), (Reminder, 180, 24), (Reminder, 420, 48), (Recovery, 600, 36)]
    );
    assert_eq!(channel.state.groups.len(), 0);
    // The next failure is told at once again.
    channel.hears(notice(NoticeKind::RunFailed, "orders", 2_000_000));
    assert_eq!(channel.sent.last().unwrap().occasion, First);
}

#[test]
fn nothing_is_told_of_a_pipeline_that_is_no_more() {
    let mut channel = Channel::new(&PaceSettings::default());
    for pipeline in ["orders", "stock"] {
        channel.hears(notice(NoticeKind::RunFailed, pipeline, 0));
        channel.hears(notice(NoticeKind::RunFailed, pipeline, 1));
    }
    channel.state.forget("shop", "orders");
    channel.state.forget("elsewhere", "stock");
    channel.until(at(100_000));
    let last = &channel.sent.last().unwrap().entries[0].notice;
    assert_eq!((channel.sent.len(), last.pipeline.as_deref()), (3, Some("stock")));
}

#[test]
fn a_recovery_of_what_was_never_told_is_not_told() {
    let mut channel = Channel::new(&PaceSettings::default());
    channel.hears(notice(NoticeKind::RunRecovered, "orders", 0));
    assert_eq!(channel.told(), []);
}

#[test]
fn the_end_of_a_delay_is_told_however_long_it_took() {
    let mut channel = Channel::new(&PaceSettings::default());
    channel.hears(notice(NoticeKind::RunLate, "orders", 0));
    let late = notice(NoticeKind::RunLate, "orders", 86_400 * 5);
    let came = Notice {
        ends: Some(late.kind),
        group: late.group.clone(),
        ..notice(NoticeKind::RunRecovered, "orders", 86_400 * 5)
    };
    channel.hears(came);
    use Occasion::*;
    assert_eq!(channel.told(), [(First, 0, 1), (Recovery, 5 * 24 * 60, 0)]);
    assert_eq!(channel.sent[1].title(crate::Language::English), "orders: is no longer late");
    assert_eq!(channel.state.groups.len(), 0);
}

#[test]
fn when_everything_fails_at_once_a_summary_holds_what_is_too_much() {
    let mut channel = Channel::new(&PaceSettings { per_hour: 3, ..PaceSettings::default() });
    let all = (0..50).map(|number| notice(NoticeKind::RunFailed, &format!("p{number}"), 0)).collect();
    channel.decide(at(0), all);
    let sizes: Vec<usize> = channel.sent.iter().map(|message| message.entries.len()).collect();
    assert_eq!(sizes, [1, 1, 48]);
    // All recover at once: that is told when another message may be sent.
    let all = (0..50).map(|number| notice(NoticeKind::RunRecovered, &format!("p{number}"), 60)).collect();
    channel.decide(at(60), all);
    assert_eq!((channel.sent.len(), channel.wake), (3, Some(at(3600))));
    channel.until(at(100_000));
    let told: usize = channel.sent[3..].iter().map(|message| message.entries.len()).sum();
    assert_eq!(told, 50);
}

#[test]
fn a_digest_holds_what_began_and_what_ended_together() {
    let settings =
        PaceSettings { digest: Digest::Daily, digest_at: "06:00".into(), ..PaceSettings::default() };
    let mut channel = Channel::new(&settings);
    channel.hears(notice(NoticeKind::RunFailed, "orders", 0));
    channel.hears(notice(NoticeKind::RunFailed, "orders", 60));
    channel.hears(notice(NoticeKind::RunRecovered, "orders", 120));
    channel.hears(notice(NoticeKind::RunFailed, "stock", 180));
    assert!(channel.sent.is_empty());
    channel.until(at(86_400 * 3));
    let [digest] = channel.sent.as_slice() else { panic!("one digest: {:?}", channel.told()) };
    assert!(digest.at.to_string().ends_with("T06:00:00Z"));
    let told: Vec<_> = digest.entries.iter().map(|entry| (entry.count, entry.is_over)).collect();
    assert_eq!(told, [(2, true), (1, false)]);
    channel.hears(notice(NoticeKind::RunRecovered, "stock", 86_400 * 4));
    channel.until(at(86_400 * 7));
    assert!(channel.sent[1].entries[0].is_over);
    assert_eq!(channel.state, ChannelState { sent: channel.state.sent.clone(), ..ChannelState::default() });
}

#[test]
fn what_begins_ends_and_begins_again_in_one_instant_is_no_message_twice() {
    let mut channel = Channel::new(&PaceSettings::default());
    for kind in [NoticeKind::RunFailed, NoticeKind::RunRecovered, NoticeKind::RunFailed] {
        channel.hears(notice(kind, "stock", 0));
    }
    let ids: std::collections::BTreeSet<&str> =
        channel.sent.iter().map(|message| message.id.as_str()).collect();
    assert_eq!((channel.sent.len(), ids.len()), (3, 3));
}

#[derive(Debug, Clone)]
struct Step {
    after_seconds: i64,
    pipeline: u8,
    is_recovery: bool,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let wait = prop_oneof![4 => 0i64..5, 4 => 0i64..600, 1 => 0i64..20_000];
    let step = (wait, 0u8..6, proptest::bool::weighted(0.3))
        .prop_map(|(after_seconds, pipeline, is_recovery)| Step { after_seconds, pipeline, is_recovery });
    proptest::collection::vec(step, 1..120)
}

fn settings() -> impl Strategy<Value = PaceSettings> {
    let digest = prop_oneof![3 => Just(Digest::Off), 1 => Just(Digest::Hourly), 1 => Just(Digest::Daily)];
    (1u32..6, 1u32..90, 1u32..30, digest).prop_map(
        |(per_hour, reminder_minutes, longest_pause_hours, digest)| PaceSettings {
            per_hour,
            reminder_minutes,
            longest_pause_hours,
            digest,
            ..PaceSettings::default()
        },
    )
}

proptest! {
    #[test]
    fn no_storm_and_nothing_untold(steps in steps(), settings in settings()) {
        let mut channel = Channel::new(&settings);
        let mut now = 0;
        // Of each pipeline: failures, streaks, and whether it fails now.
        let mut truth = [(0u64, 0u64, false); 6];
        for step in &steps {
            now += step.after_seconds;
            let kind = if step.is_recovery { NoticeKind::RunRecovered } else { NoticeKind::RunFailed };
            let (failures, streaks, is_failing) = &mut truth[step.pipeline as usize];
            if !step.is_recovery {
                *failures += 1;
                *streaks += u64::from(!*is_failing);
            }
            *is_failing = !step.is_recovery;
            channel.hears(notice(kind, &format!("p{}", step.pipeline), now));
        }
        channel.until(at(now + 86_400 * 60));
        prop_assert_eq!(channel.wake, None, "nothing is left to tell");

        // Never more than so many in any hour.
        let times: Vec<Timestamp> = channel.sent.iter().map(|message| message.at).collect();
        for window in times.windows(settings.per_hour as usize + 1) {
            let span = window[window.len() - 1].duration_since(window[0]);
            prop_assert!(span >= HOUR, "{} messages within {span:?}", window.len());
        }
        // No two messages are taken for one.
        let mut ids: Vec<&str> = channel.sent.iter().map(|message| message.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        prop_assert_eq!(ids.len(), channel.sent.len());

        for (pipeline, (failures, streaks, is_failing)) in truth.into_iter().enumerate() {
            let name = format!("p{pipeline}");
            let of = |entry: &&Entry| entry.notice.pipeline.as_deref() == Some(name.as_str());
            let entries: Vec<&Entry> =
                channel.sent.iter().flat_map(|message| &message.entries).filter(of).collect();
            prop_assert_eq!(entries.iter().map(|entry| entry.count).sum::<u64>(), failures);
            prop_assert_eq!(entries.iter().map(|entry| entry.streaks).sum::<u64>(), streaks);
            // What was told to fail is told to be over, and the other way round.
            let mut is_told = false;
            for entry in &entries {
                prop_assert!(!entry.is_over || is_told || entry.count > 0, "an end of nothing");
                is_told = !entry.is_over;
            }
            prop_assert_eq!(is_told, is_failing);
        }
    }
}
