//! Several workers on one store.

use std::collections::HashSet;
use std::sync::atomic::Ordering;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use towpath_scheduler::service::Stop;
use towpath_store::facts::open_runs;
use towpath_store::runs::{Cause, RunState};

use super::house::{House, on_both, on_file, on_server};
use super::{Act, Site};

#[tokio::test]
async fn two_workers_share_the_runs_and_none_is_carried_out_twice() {
    let house = on_server().await;
    let site = Site::new();
    // Alone, none of them can have so many.
    let workers = [0, 1].map(|_| site.worker(&house.store, 3, |_| Act::SucceedAmong(4)));
    let pipeline = house.pipeline("orders").await;
    let mut runs = Vec::new();
    for _ in 0..60 {
        runs.push(house.ask(&pipeline).await);
    }
    workers.iter().for_each(|worker| worker.work.notify_one());
    site.until("all are done", async || house.runs().await.iter().all(|run| run.state == RunState::Done))
        .await;
    let began = workers.iter().map(super::Worker::began).collect::<Vec<_>>();
    assert!(began.iter().all(|began| !began.is_empty()), "both work");
    let all: Vec<_> = began.concat();
    assert_eq!(all.len(), 60);
    assert_eq!(all.iter().map(|(run, ..)| run).collect::<HashSet<_>>().len(), 60);
    assert!(site.living.most.load(Ordering::SeqCst) <= 6);
}

on_both! {
    async fn a_worker_that_leaves_hands_its_runs_over_at_once(house) {
        let site = Site::new();
        let pipeline = house.pipeline("orders").await;
        let run = house.ask(&pipeline).await;
        let first = site.worker(&house.store, 1, |_| Act::GoOn);
        site.until("it runs", async || house.is(&run, RunState::Running).await).await;
        let second = site.worker(&house.store, 1, |_| Act::Succeed);
        let script = std::sync::Arc::clone(&first.script);
        first.leave().await;
        assert_eq!(*script.told.lock().unwrap(), [Stop::HandOver]);
        second.work.notify_one();
        site.until("it is done", async || house.is(&run, RunState::Done).await).await;
        assert_eq!(house.attempts(&run).await, ["handed_over", "done"]);
        assert_eq!(second.began(), [(run, 2, true)]);
    }
}

async fn a_thousand(house: &House, count: usize) {
    let site = Site::new();
    let names: Vec<String> = (0..1000).map(|number| format!("p{number:04}")).collect();
    let pipelines = house.pipelines(&names, &[]).await;
    let start = site.noon(&house.store).await;
    let spec = json!({ "cron": "0 0 * * *" });
    let schedules = house.schedules(&pipelines, &spec, start).await;
    let workers: Vec<_> = (0..count).map(|_| site.worker(&house.store, 50, |_| Act::Succeed)).collect();
    site.until("all live", async || {
        towpath_store::workers::all(&mut house.store.read().await.unwrap()).await.unwrap().len() == count
    })
    .await;
    assert_eq!(house.runs().await.len(), 0);
    let midnight = Timestamp::from_second((start.as_second().div_euclid(86_400) + 1) * 86_400).unwrap();
    site.clock.advance(midnight.duration_since(start).unsigned_abs());
    site.until("all are done", async || {
        let began: usize = workers.iter().map(|worker| worker.script.began.lock().unwrap().len()).sum();
        began >= 1000 && open_runs(&mut house.store.read().await.unwrap()).await.unwrap().is_empty()
    })
    .await;
    let runs = house.runs().await;
    let served: HashSet<&str> = runs.iter().filter_map(|run| run.schedule_id.as_deref()).collect();
    assert_eq!((runs.len(), served.len()), (1000, schedules.len()));
    for run in runs {
        assert_eq!((run.fire_at, run.cause, run.attempt), (Some(midnight), Cause::Schedule, 1));
        assert_eq!(run.interval_start, Some(midnight - SignedDuration::from_hours(24)));
        assert_eq!(run.params, json!({ "a": 1 }));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_schedules_that_are_due_at_once_get_one_run_each_on_sqlite() {
    a_thousand(&on_file().await, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_schedules_that_are_due_at_once_get_one_run_each_of_two_workers() {
    a_thousand(&on_server().await, 2).await;
}
