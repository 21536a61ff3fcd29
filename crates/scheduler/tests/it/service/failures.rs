//! Attempts that fail, workers that die, a store that goes away, clocks that jump.

use std::time::Duration;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use towpath_scheduler::service::Stop;
use towpath_store::Store;
use towpath_store::runs::RunState;

use super::house::{on_both, on_server};
use super::{Act, Site};

on_both! {
    async fn a_failure_that_may_pass_is_tried_again_and_another_one_is_not(house) {
        let site = Site::new();
        let worker = site.worker(&house.store, 2, |task| match (task.held.attempt, task.run.force) {
            (1, _) => Act::Fail { may_pass: true },
            (_, true) => Act::Fail { may_pass: false },
            _ => Act::Succeed,
        });
        let pipeline = house.pipeline("orders").await;
        let passing = house.ask(&pipeline).await;
        let lasting = house.ask_with(&pipeline, |run| towpath_store::runs::Run { force: true, ..run }).await;
        let wait = async |id: &str| house.run(id).await.failures == 1 && house.is(id, RunState::Queued).await;
        site.until("both wait", async || wait(&passing).await && wait(&lasting).await).await;
        site.pass(&house.store, 70).await;
        site.until("the one is done", async || house.is(&passing, RunState::Done).await).await;
        site.until("the other failed", async || house.is(&lasting, RunState::Failed).await).await;
        assert_eq!(house.attempts(&passing).await, ["failed", "done"]);
        assert_eq!(house.attempts(&lasting).await, ["failed", "failed"]);
        assert_eq!(worker.began().iter().filter(|(.., resumed)| *resumed).count(), 2);
    }

    async fn the_run_of_a_worker_that_died_goes_on_elsewhere_when_its_lease_has_ended(house) {
        let site = Site::new();
        let pipeline = house.pipeline("orders").await;
        let run = house.ask(&pipeline).await;
        let first = site.worker(&house.store, 1, |_| Act::GoOn);
        site.until("it runs", async || house.is(&run, RunState::Running).await).await;
        first.die().await;
        let second = site.worker(&house.store, 1, |_| Act::Succeed);
        site.clock.advance(Duration::from_secs(29));
        site.until("the other one lives", async || {
            towpath_store::workers::all(&mut house.store.read().await.unwrap()).await.unwrap().len() == 2
        })
        .await;
        assert!(house.is(&run, RunState::Running).await, "nobody takes it early");
        // The other one watches for a whole lease itself before it says that it has ended.
        for _ in 0..4 {
            site.clock.advance(Duration::from_secs(10));
        }
        site.until("it is done", async || house.is(&run, RunState::Done).await).await;
        assert_eq!(house.attempts(&run).await, ["lost", "done"]);
        assert_eq!(second.began(), [(run, 2, true)]);
    }

    async fn an_attempt_that_ends_in_a_defect_is_lost_and_the_run_goes_on(house) {
        let site = Site::new();
        let pipeline = house.pipeline("orders").await;
        let run = house.ask(&pipeline).await;
        let worker = site.worker(&house.store, 1, |task| match task.held.attempt {
            1 => Act::Panic,
            _ => Act::Succeed,
        });
        site.until("it began", async || !worker.began().is_empty()).await;
        site.pass(&house.store, 40).await;
        site.until("it is done", async || house.is(&run, RunState::Done).await).await;
        assert_eq!(house.attempts(&run).await, ["lost", "done"]);
    }

    async fn a_clock_that_jumps_takes_no_run_from_a_worker_that_lives(house) {
        let site = Site::new();
        let pipeline = house.pipeline("orders").await;
        let run = house.ask(&pipeline).await;
        let first = site.worker(&house.store, 1, |_| Act::GoOn);
        site.until("it runs", async || house.is(&run, RunState::Running).await).await;
        let second = site.worker(&house.store, 1, |_| Act::Succeed);
        site.until("the other one lives", async || {
            towpath_store::workers::all(&mut house.store.read().await.unwrap()).await.unwrap().len() == 2
        })
        .await;
        // A run of another pipeline shows that the other one has seen the world since.
        site.clock.jump(Duration::from_secs(3600));
        let other = house.pipeline("customers").await;
        site.pass(&house.store, 20).await;
        let proof = house.ask(&other).await;
        site.until("the other one works", async || house.is(&proof, RunState::Done).await).await;
        assert!(house.is(&run, RunState::Running).await);
        assert_eq!(house.attempts(&run).await, ["running"]);
        drop((first, second));
    }
}

/// Stands between a worker and its server. While it is shut, nobody has or gets a connection.
struct Gate {
    port: u16,
    is_open: watch::Sender<bool>,
    _listening: AbortOnDrop,
}

struct AbortOnDrop(tokio::task::JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Gate {
    async fn before(server: u16) -> Gate {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (is_open, told) = watch::channel(true);
        let listening = tokio::spawn(async move {
            loop {
                let (mut client, _) = listener.accept().await.unwrap();
                let mut told = told.clone();
                tokio::spawn(async move {
                    if !*told.borrow() {
                        return;
                    }
                    let mut server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
                    tokio::select! {
                        _ = copy_bidirectional(&mut client, &mut server) => {}
                        _ = told.wait_for(|is_open| !is_open) => {}
                    }
                });
            }
        });
        Gate { port, is_open, _listening: AbortOnDrop(listening) }
    }
}

#[tokio::test]
async fn a_store_that_goes_away_stops_attempts_in_time_and_they_go_on_when_it_is_back() {
    let house = on_server().await;
    let site = Site::new();
    let url = house.database.as_ref().unwrap().url();
    let (start, rest) = url.rsplit_once(':').unwrap();
    let (port, name) = rest.split_once('/').unwrap();
    let gate = Gate::before(port.parse().unwrap()).await;
    let store = Store::open_postgres(&format!("{start}:{}/{name}", gate.port)).await.unwrap();
    let pipeline = house.pipeline("orders").await;
    let run = house.ask(&pipeline).await;
    let worker = site.worker(&store, 1, |task| match task.held.attempt {
        1 => Act::GoOn,
        _ => Act::Succeed,
    });
    site.until("it runs", async || house.is(&run, RunState::Running).await).await;
    site.pass(&house.store, 10).await;
    gate.is_open.send_replace(false);
    let told = || worker.script.told.lock().unwrap().clone();
    site.clock.advance(Duration::from_secs(15));
    assert!(told().is_empty(), "a short trouble stops nothing");
    site.clock.advance(Duration::from_secs(6));
    site.until("it is given up", async || told() == [Stop::Lost]).await;
    assert!(house.is(&run, RunState::Running).await, "nobody has written anything");
    gate.is_open.send_replace(true);
    site.until("it is done", async || {
        site.clock.advance(Duration::from_secs(1));
        house.is(&run, RunState::Done).await
    })
    .await;
    assert_eq!(house.attempts(&run).await, ["lost", "done"]);
}
