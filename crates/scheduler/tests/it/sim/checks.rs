//! What must hold, at every start and at the end.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use towpath_model::schedule::{CatchUp, Overlap, Trigger};
use towpath_scheduler::{End, HoldKind, Id, Interval, Key, Origin, Passed};

use super::rows::Planned;
use super::store::holds;
use super::{Ended, Note, System};

impl System {
    /// Before a worker begins an attempt: nobody else is at it, and no limit is passed, by what workers really do.
    pub(super) fn check_start(&self, machine: usize, run: usize) {
        let hands = self.machines.iter().flat_map(|machine| &machine.hands).filter(|hand| hand.is_live);
        let live: Vec<usize> = hands.map(|hand| hand.run).collect();
        let new = &self.store.runs[run].run;
        assert!(!live.contains(&run), "{} has two living attempts", new.id);
        let count = |kind: HoldKind, id: &Id| {
            live.iter().filter(|other| holds(&self.store.runs[**other].run, kind, id)).count() as u32
        };
        let limits = &self.store.limits;
        let most =
            |limit: &towpath_scheduler::Limit, id: &Id| limit.own.get(id).copied().unwrap_or(limit.usual);
        let pipeline = &new.pipeline;
        assert!(
            count(HoldKind::Workspace, &pipeline.workspace) < most(&limits.workspace, &pipeline.workspace)
        );
        assert!(count(HoldKind::Pipeline, &pipeline.id) < most(&limits.pipeline, &pipeline.id));
        for connection in &pipeline.connections {
            assert!(count(HoldKind::Connection, connection) < most(&limits.connection, connection));
        }
        if let Origin::Schedule { schedule, .. } = &new.origin {
            assert_eq!(count(HoldKind::Schedule, schedule), 0, "two runs of schedule {schedule} at once");
        }
        let capacity = self.machines[machine].capacity as usize;
        assert!(self.machines[machine].hands.iter().filter(|hand| hand.is_live).count() < capacity);
    }

    /// At the end: every fire and event was decided once, as its schedule says.
    pub(crate) fn check_history(&self) {
        for planned in &self.store.schedules {
            match planned.schedule.rule.trigger() {
                Trigger::Times => self.check_fires(planned),
                Trigger::After(names) => self.check_after(planned, names),
                Trigger::Files(_) => self.check_arrivals(planned),
            }
            self.check_overlap(planned);
        }
        for row in &self.store.runs {
            let lost = row.run.lost;
            assert!(row.resumed >= lost.saturating_sub(1), "{}: lost {lost} times", row.run.id);
            assert!(row.run.attempts >= row.run.lost + row.run.failures);
            if let Some((_, Ended::By(End::Failed(_)))) = &row.ended {
                assert!(row.run.failures <= row.run.retries.max + 1);
            }
        }
    }

    /// The notes of a schedule, laid over all fires of its rule, cover each of them once.
    fn check_fires(&self, planned: &Planned) {
        let schedule = &planned.schedule;
        let settings = schedule.rule.spec();
        let end = schedule.handled_through + jiff::SignedDuration::from_nanos(1);
        let mut fires =
            schedule.rule.fires(planned.since + jiff::SignedDuration::from_nanos(1), end).peekable();
        for note in &planned.notes {
            match note {
                Note::Created(Key::Fire(fire), run) => {
                    assert_eq!(
                        fires.next(),
                        Some(*fire),
                        "{}: a fire is left out or comes twice",
                        schedule.id
                    );
                    let interval = schedule.rule.interval(*fire);
                    let expected = interval.map(|data| Interval { start: data.start, end: data.end });
                    assert_eq!(self.store.runs[*run].run.interval, expected);
                }
                Note::Created(key, _) => panic!("{key:?} in a schedule of times"),
                Note::Passed { first, through, why } => {
                    assert_eq!(fires.peek(), Some(first), "{}", schedule.id);
                    let mut last = None;
                    while let Some(fire) = fires.next_if(|fire| fire <= through) {
                        last = Some(fire);
                    }
                    assert_eq!(last, Some(*through), "{}", schedule.id);
                    match why {
                        Passed::Paused => {}
                        Passed::Missed => assert_ne!(settings.catch_up, CatchUp::All, "{}", schedule.id),
                        Passed::Overlap { .. } => {
                            assert!(settings.overlap == Overlap::Skip && settings.catch_up != CatchUp::All);
                        }
                    }
                }
            }
        }
        assert_eq!(fires.next(), None, "{}: fires were decided without a note", schedule.id);
        // At rest, nothing is due.
        assert!(schedule.upcoming().is_none_or(|next| next > self.now()), "{} is behind", schedule.id);
    }

    /// Every success that completes a set has one run, and no other event has.
    fn check_after(&self, planned: &Planned, names: &[String]) {
        let mut seen: BTreeMap<Interval, BTreeSet<&str>> = BTreeMap::new();
        let mut successes: Vec<_> = self.store.successes.iter().collect();
        successes.sort_by(|a, b| (a.ended_at, &a.run).cmp(&(b.ended_at, &b.run)));
        let mut expected = BTreeSet::new();
        let workspace = &planned.schedule.pipeline.workspace;
        let named = |name: &str| names.iter().any(|other| other == name);
        for success in
            successes.iter().filter(|success| success.workspace == *workspace && named(&success.pipeline))
        {
            let complete = seen.entry(success.interval).or_default();
            complete.insert(&success.pipeline);
            if complete.len() == names.len() && success.ended_at > planned.since {
                expected.insert(success.run.clone());
            }
        }
        let passed_from = planned.notes.iter().find_map(|note| match note {
            Note::Passed { first, .. } => Some(*first),
            Note::Created(..) => None,
        });
        let created = created_for(planned);
        let is_open = |run: &Id| {
            let success = self.store.successes.iter().find(|success| success.run == *run);
            success.is_some_and(|success| passed_from.is_none_or(|from| success.ended_at < from))
        };
        expected.retain(is_open);
        let expected: Vec<Id> = expected.into_iter().collect();
        assert_eq!(created, expected, "{}", planned.schedule.id);
    }

    fn check_arrivals(&self, planned: &Planned) {
        let schedule = &planned.schedule;
        let open = |at: Timestamp| at > planned.since && schedule.rule.is_open_at(at);
        let arrivals =
            self.store.arrivals.iter().filter(|arrival| arrival.schedule == schedule.id && open(arrival.at));
        let expected: BTreeSet<Id> = arrivals.map(|arrival| arrival.id.clone()).collect();
        assert_eq!(created_for(planned), expected.into_iter().collect::<Vec<_>>(), "{}", schedule.id);
    }

    /// With `skip`, no run is created before the earlier one has ended.
    fn check_overlap(&self, planned: &Planned) {
        let settings = planned.schedule.rule.spec();
        let is_timed = matches!(planned.schedule.rule.trigger(), Trigger::Times);
        if settings.overlap != Overlap::Skip || settings.catch_up == CatchUp::All || !is_timed {
            return;
        }
        let runs: Vec<usize> = planned
            .notes
            .iter()
            .filter_map(|note| match note {
                Note::Created(_, run) => Some(*run),
                Note::Passed { .. } => None,
            })
            .collect();
        for pair in runs.windows(2) {
            let (earlier, later) = (&self.store.runs[pair[0]], &self.store.runs[pair[1]]);
            // True times: the store's clock may have jumped in between.
            assert!(
                earlier.ended_at_true.is_some_and(|ended| ended <= later.created_at_true),
                "{} was created while {} went on",
                later.run.id,
                earlier.run.id
            );
        }
    }
}

/// The events that a schedule has runs for; each once.
fn created_for(planned: &Planned) -> Vec<Id> {
    let mut created: Vec<Id> = planned
        .notes
        .iter()
        .filter_map(|note| match note {
            Note::Created(Key::Event(event), _) => Some(event.clone()),
            _ => None,
        })
        .collect();
    created.sort();
    created
}
