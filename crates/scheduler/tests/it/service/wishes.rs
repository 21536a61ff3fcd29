//! Runs that people ask for, and ask to stop.

use towpath_scheduler::service::Stop;
use towpath_store::runs::{RunState, fate};
use towpath_store::{commit, events};

use super::house::on_both;
use super::{Act, Site};

on_both! {
    async fn a_run_that_was_asked_for_starts_when_the_worker_is_woken_and_every_step_is_told(house) {
        let site = Site::new();
        let worker = site.worker(&house.store, 2, |_| Act::Succeed);
        let pipeline = house.pipeline("orders").await;
        let run = house.ask(&pipeline).await;
        worker.work.notify_one();
        site.until("it is done", async || house.is(&run, RunState::Done).await).await;
        assert_eq!(worker.began(), [(run.clone(), 1, false)]);
        let told = events::after(&mut house.store.read().await.unwrap(), 0, 10).await.unwrap();
        let kinds: Vec<&str> = told.iter().map(|event| event.kind.as_str()).collect();
        assert_eq!(kinds, ["run.started"], "its runner tells the end, and the interface told the beginning");
        worker.leave().await;
        let workers = towpath_store::workers::all(&mut house.store.read().await.unwrap()).await.unwrap();
        assert!(workers.is_empty());
    }

    async fn a_cancelled_run_stops_and_one_that_waits_never_starts(house) {
        let site = Site::new();
        let worker = site.worker(&house.store, 1, |_| Act::GoOn);
        let pipeline = house.pipeline("orders").await;
        let run = house.ask(&pipeline).await;
        site.until("it runs", async || house.is(&run, RunState::Running).await).await;
        let waiting = house.ask(&pipeline).await;
        for id in [&waiting, &run] {
            let mut tx = house.store.begin().await.unwrap();
            assert!(fate::ask_to_cancel(&mut tx, id, "enough", None).await.unwrap());
            commit(tx).await.unwrap();
            let _ = worker.stops.send(towpath_model::RunId::from_text(id.as_str()));
        }
        site.until("it is cancelled", async || house.is(&run, RunState::Cancelled).await).await;
        assert!(house.is(&waiting, RunState::Cancelled).await);
        assert_eq!(worker.began().len(), 1);
        assert_eq!(*worker.script.told.lock().unwrap(), [Stop::Cancel("enough".into())]);
    }

    async fn an_attempt_that_takes_too_long_is_stopped_and_its_run_ends(house) {
        let site = Site::new();
        let worker = site.worker(&house.store, 1, |_| Act::GoOn);
        let pipeline = house.pipeline("orders").await;
        let run = house.ask_with(&pipeline, |run| towpath_store::runs::Run { timeout_seconds: 45, ..run }).await;
        site.until("it runs", async || house.is(&run, RunState::Running).await).await;
        site.pass(&house.store, 40).await;
        assert!(house.is(&run, RunState::Running).await);
        site.pass(&house.store, 10).await;
        site.until("it failed", async || house.is(&run, RunState::Failed).await).await;
        assert_eq!(*worker.script.told.lock().unwrap(), [Stop::Timeout(45)]);
        assert_eq!(house.run(&run).await.stop, Some(towpath_store::runs::Stop::TimedOut));
    }

    async fn a_run_ends_even_if_its_attempt_does_not_stop(house) {
        let site = Site::new();
        let worker = site.worker(&house.store, 1, |_| Act::Deaf);
        let pipeline = house.pipeline("orders").await;
        let run = house.ask(&pipeline).await;
        site.until("it runs", async || house.is(&run, RunState::Running).await).await;
        let mut tx = house.store.begin().await.unwrap();
        assert!(fate::ask_to_cancel(&mut tx, &run, "enough", None).await.unwrap());
        commit(tx).await.unwrap();
        site.pass(&house.store, 100).await;
        assert!(house.is(&run, RunState::Running).await, "it has some time");
        site.pass(&house.store, 80).await;
        site.until("it is cancelled", async || house.is(&run, RunState::Cancelled).await).await;
        assert_eq!(worker.began().len(), 1);
    }
}
