//! What schedules wait for: other pipelines, files, targets; and backfills.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::SignedDuration;
use serde_json::json;
use towpath_model::Fault;
use towpath_model::ids::BackfillId;
use towpath_scheduler::Interval;
use towpath_scheduler::backfill::{BackfillSpec, Cut, Order, pieces};
use towpath_scheduler::service::{Lookout, Place, Seen};
use towpath_store::backfills::{self, Backfill, BackfillState, PieceState};
use towpath_store::runs::{Cause, RunState};
use towpath_store::{commit, events};

use super::house::on_both;
use super::{Act, Site};

on_both! {
    async fn a_pipeline_runs_after_another_for_the_same_data_once(house) {
        let site = Site::new();
        let orders = house.pipeline("orders").await;
        let report = house.pipeline("report").await;
        let since = site.now(&house.store).await;
        house.schedules(&[report], &json!({ "after": ["orders"] }), since).await;
        let _workers = [0, 1].map(|_| site.worker(&house.store, 2, |_| Act::Succeed));
        let first = house.ask(&orders).await;
        site.until("the other one is done too", async || {
            let runs = house.runs().await;
            runs.len() == 2 && runs.iter().all(|run| run.state == RunState::Done)
        })
        .await;
        let second = house.ask(&orders).await;
        site.until("and again", async || {
            let runs = house.runs().await;
            runs.len() == 4 && runs.iter().all(|run| run.state == RunState::Done)
        })
        .await;
        let runs = house.runs().await;
        for of in [&first, &second] {
            let after: Vec<_> = runs.iter().filter(|run| run.event_key.as_ref() == Some(of)).collect();
            assert_eq!((after.len(), after[0].cause), (1, Cause::After));
            assert_eq!(after[0].interval_start, house.run(of).await.interval_start);
        }
    }

    async fn files_start_a_run_when_they_have_arrived(house) {
        struct Inbox(Mutex<HashMap<String, String>>);

        #[async_trait]
        impl Lookout for Inbox {
            async fn look(&self, place: &Place) -> Result<Vec<Seen>, Fault> {
                assert_eq!(place.path, "inbox/*.csv");
                let files = self.0.lock().unwrap();
                let seen = |(name, stamp): (&String, &String)| Seen { name: name.clone(), stamp: stamp.clone() };
                Ok(files.iter().map(seen).collect())
            }
        }

        let inbox = Arc::new(Inbox(Mutex::default()));
        let site = Site { lookout: Some(inbox.clone()), ..Site::new() };
        let pipeline = house.pipeline("orders").await;
        let since = site.now(&house.store).await;
        let spec = json!({ "files": { "path": "inbox/*.csv", "look": "1m" } });
        house.schedules(&[pipeline], &spec, since).await;
        let _workers = [0, 1].map(|_| site.worker(&house.store, 2, |_| Act::Succeed));
        for (count, stamp) in [(1, "1"), (2, "2")] {
            inbox.0.lock().unwrap().insert("a.csv".into(), stamp.into());
            site.until("its run is done", async || {
                site.clock.advance(std::time::Duration::from_secs(2));
                let runs = house.runs().await;
                runs.len() == count && runs.iter().all(|run| run.state == RunState::Done)
            })
            .await;
        }
        site.pass(&house.store, 120).await;
        let runs = house.runs().await;
        assert_eq!(runs.len(), 2, "what was there is no arrival");
        assert!(runs.iter().all(|run| run.cause == Cause::Event));
    }

    async fn a_backfill_of_ten_pieces_runs_two_at_once_to_its_end(house) {
        let site = Site::new();
        let pipeline = house.pipeline("orders").await;
        let now = site.now(&house.store).await;
        let range = Interval { start: now - SignedDuration::from_hours(100), end: now };
        let step = "10h".parse_length();
        let cut = pieces(range, Cut::Step(step, &jiff::tz::TimeZone::UTC), Order::NewestFirst).unwrap();
        let spec = BackfillSpec {
            from: range.start, to: range.end, step: "10h".into(), schedule_id: None, order: Order::NewestFirst,
            at_once: 2, timezone: "UTC".into(), params: json!({ "b": 2 }), retries: Default::default(),
            timeout: "1h".parse_length(),
        };
        let backfill = Backfill {
            id: BackfillId::generate(), workspace_id: house.workspace.clone(), pipeline_id: pipeline,
            spec: serde_json::to_value(&spec).unwrap(), state: BackfillState::Running, pieces: 10,
            created_by: None, created_at: now, updated_at: now,
        };
        let id = backfill.id.as_str();
        let mut tx = house.store.begin().await.unwrap();
        backfills::insert(&mut tx, &backfill).await.unwrap();
        let intervals: Vec<_> = cut.iter().map(|piece| (piece.start, piece.end)).collect();
        backfills::insert_pieces(&mut tx, id, &intervals).await.unwrap();
        commit(tx).await.unwrap();
        // The fourth piece fails, and the others go on.
        let _workers = [0, 1].map(|_| site.worker(&house.store, 4, |task| match task.run.piece {
            Some(3) => Act::Fail { may_pass: false },
            _ => Act::Succeed,
        }));
        site.until("it is over", async || {
            let mut conn = house.store.read().await.unwrap();
            let found = backfills::by_id(&mut conn, id).await.unwrap().unwrap();
            found.state == BackfillState::Done
        })
        .await;
        let mut progress = backfills::progress(&mut house.store.read().await.unwrap(), id).await.unwrap();
        progress.sort();
        assert_eq!(progress, [(PieceState::Done, 9), (PieceState::Failed, 1)]);
        assert!(site.living.most.load(Ordering::SeqCst) <= 2);
        let runs = house.runs().await;
        assert_eq!(runs.len(), 10);
        for run in runs {
            let piece = usize::try_from(run.piece.unwrap()).unwrap();
            assert_eq!((run.interval_start, run.cause), (Some(cut[piece].start), Cause::Backfill));
            assert_eq!(run.params, json!({ "b": 2 }));
        }
    }

    async fn a_time_that_was_missed_or_overlaps_is_passed_and_told(house) {
        let site = Site::new();
        let pipeline = house.pipeline("orders").await;
        let since = site.now(&house.store).await - SignedDuration::from_mins(3);
        house.schedules(&[pipeline], &json!({ "every": "1m" }), since).await;
        let worker = site.worker(&house.store, 2, |_| Act::GoOn);
        site.until("the last one runs", async || worker.began().len() == 1).await;
        site.pass(&house.store, 70).await;
        let told = async || {
            let mut conn = house.store.read().await.unwrap();
            let told = events::after(&mut conn, 0, 100).await.unwrap();
            let passed = told.into_iter().filter(|event| event.kind == "schedule.passed");
            passed.map(|event| event.body["why"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        site.until("the next one is passed", async || told().await.len() > 1).await;
        assert_eq!(told().await[..2], ["missed", "overlap"]);
        assert_eq!((house.runs().await.len(), worker.began().len()), (1, 1));
    }

    async fn schedules_that_write_to_one_target_take_turns(house) {
        let site = Site::new();
        let targets = vec!["shop/orders".to_owned()];
        let names: Vec<String> = ["a", "b", "c"].map(str::to_owned).to_vec();
        let pipelines = house.pipelines(&names, &targets).await;
        // One midnight has passed, and no turn has to give way to the next one.
        let now = site.noon(&house.store).await;
        let spec = json!({ "every": "1d", "stagger": "10m" });
        house.schedules(&pipelines, &spec, now - SignedDuration::from_hours(23)).await;
        let _workers = [0, 1].map(|_| site.worker(&house.store, 4, |_| Act::Succeed));
        site.until("all have their run", async || house.runs().await.len() == 3).await;
        let mut turns: Vec<_> = house.runs().await.into_iter().map(|run| run.turn_at.unwrap()).collect();
        turns.sort();
        for pair in turns.windows(2) {
            assert!(pair[1].duration_since(pair[0]) >= SignedDuration::from_mins(10), "{turns:?}");
        }
    }
}

/// A length of time, as documents write it.
trait ParseLength {
    fn parse_length(&self) -> towpath_model::schedule::Length;
}

impl ParseLength for str {
    fn parse_length(&self) -> towpath_model::schedule::Length {
        towpath_model::schedule::Length::parse(self).unwrap()
    }
}
