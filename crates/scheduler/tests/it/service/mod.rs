//! The loop on real stores, with a runner that follows a script and a clock that can be put forward.

mod failures;
mod house;
mod schedules;
mod sharing;
mod wishes;

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Notify, broadcast, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use towpath_model::RunId;
use towpath_scheduler::service::{Clock, Lookout, Parts, Service, Settings, Stop, Task, TaskRunner};
use towpath_store::runs::lease::{self, Ended, Outcome};
use towpath_store::seal::Keys;
use towpath_store::{Conn, Error, Store, commit};

/// The time of the store, put forward by tests.
#[derive(Debug)]
pub(crate) struct TestClock {
    since: Instant,
    /// How far both clocks were put forward, and by how much more that of the store was.
    offsets: watch::Sender<(Duration, Duration)>,
}

impl TestClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(TestClock { since: Instant::now(), offsets: watch::channel(Default::default()).0 })
    }

    /// Time passes.
    pub(crate) fn advance(&self, by: Duration) {
        self.offsets.send_modify(|(passed, _)| *passed += by);
    }

    /// Somebody sets the clock of the store.
    pub(crate) fn jump(&self, by: Duration) {
        self.offsets.send_modify(|(_, jumped)| *jumped += by);
    }
}

#[async_trait]
impl Clock for TestClock {
    async fn now(&self, conn: &mut Conn) -> Result<Timestamp, Error> {
        let (passed, jumped) = *self.offsets.borrow();
        Ok(towpath_store::now(conn).await? + passed + jumped)
    }

    fn elapsed(&self) -> Duration {
        self.since.elapsed() + self.offsets.borrow().0
    }

    async fn sleep(&self, pause: Duration) {
        let end = self.elapsed() + pause;
        let mut moved = self.offsets.subscribe();
        loop {
            let left = end.saturating_sub(self.elapsed());
            if left.is_zero() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(left) => {}
                _ = moved.changed() => {}
            }
        }
    }
}

/// What the runner does with an attempt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Act {
    Succeed,
    /// Succeeds once so many attempts lived at the same time.
    SucceedAmong(usize),
    Fail {
        may_pass: bool,
    },
    /// Goes on until it is told to stop.
    GoOn,
    /// Goes on for ever.
    Deaf,
    Panic,
}

/// A start that was seen: run, attempt, whether it goes on after another one.
pub(crate) type Began = (String, i64, bool);

type Acts = Box<dyn Fn(&Task) -> Act + Send + Sync>;

/// Follows a script, and watches that no run has two living attempts.
pub(crate) struct Script {
    acts: Acts,
    pub(crate) began: Mutex<Vec<Began>>,
    pub(crate) told: Mutex<Vec<Stop>>,
    living: Arc<Living>,
}

/// Attempts that live, of all runners of a test.
#[derive(Default)]
pub(crate) struct Living {
    by_run: Mutex<HashMap<String, usize>>,
    pub(crate) most: AtomicUsize,
}

struct Life(Arc<Living>, String);

impl Living {
    fn begin(self: &Arc<Self>, run: &str) -> Life {
        let mut by_run = self.by_run.lock().unwrap();
        let count = by_run.entry(run.to_owned()).or_default();
        *count += 1;
        assert_eq!(*count, 1, "{run} has two living attempts");
        self.most.fetch_max(by_run.len(), Ordering::SeqCst);
        Life(Arc::clone(self), run.to_owned())
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        self.0.by_run.lock().unwrap().remove(&self.1);
    }
}

/// A worker with its runner.
pub(crate) struct Worker {
    pub(crate) script: Arc<Script>,
    pub(crate) work: Arc<Notify>,
    pub(crate) stops: broadcast::Sender<RunId>,
    stopping: watch::Sender<bool>,
    running: JoinHandle<()>,
}

impl Worker {
    /// The process dies without a goodbye.
    pub(crate) async fn die(self) {
        self.running.abort();
        let _ = self.running.await;
    }

    /// The process is asked to stop, and ends.
    pub(crate) async fn leave(self) {
        self.stopping.send_replace(true);
        self.running.await.unwrap();
    }

    pub(crate) fn began(&self) -> Vec<Began> {
        self.script.began.lock().unwrap().clone()
    }
}

/// What the workers of a test share.
pub(crate) struct Site {
    pub(crate) clock: Arc<TestClock>,
    pub(crate) living: Arc<Living>,
    pub(crate) lookout: Option<Arc<dyn Lookout>>,
    /// Something was written.
    pub(crate) news: watch::Sender<u64>,
}

impl Site {
    pub(crate) fn new() -> Site {
        Site { clock: TestClock::new(), living: Arc::default(), lookout: None, news: watch::channel(0).0 }
    }

    /// Starts a worker.
    pub(crate) fn worker(
        &self,
        store: &Store,
        capacity: u32,
        acts: impl Fn(&Task) -> Act + Send + Sync + 'static,
    ) -> Worker {
        let script = Arc::new(Script {
            acts: Box::new(acts),
            began: Mutex::default(),
            told: Mutex::default(),
            living: Arc::clone(&self.living),
        });
        let (stopping, told) = watch::channel(false);
        let news = self.news.clone();
        let tell = move || news.send_modify(|count| *count += 1);
        let (work, stops) = (Arc::new(Notify::new()), broadcast::channel(16).0);
        let runner = Runner { script: Arc::clone(&script), store: store.clone(), news: self.news.clone() };
        let service = Service::new(Parts {
            store: store.clone(),
            runner: Arc::new(runner),
            lookout: self.lookout.clone(),
            clock: self.clock.clone(),
            tell: Arc::new(tell),
            work: Arc::clone(&work),
            stops: stops.clone(),
            keys: Keys::parse(&"07".repeat(32)).unwrap(),
            settings: Settings {
                name: "test".into(),
                version: "0".into(),
                capacity,
                grace: Duration::ZERO,
                longest_pause: Duration::from_secs(1),
            },
        });
        let running = tokio::spawn(async move { service.run(told).await });
        Worker { script, work, stops, stopping, running }
    }

    /// Waits until something is so.
    #[track_caller]
    pub(crate) fn until<'a, F>(&'a self, what: &'a str, is_so: F) -> impl Future<Output = ()> + 'a
    where
        F: AsyncFn() -> bool + 'a,
    {
        let place = std::panic::Location::caller();
        let mut news = self.news.subscribe();
        async move {
            let wait = async {
                while !is_so().await {
                    // What is not told, such as a sign of life, is looked for now and then.
                    let _ = tokio::time::timeout(Duration::from_millis(50), news.changed()).await;
                }
            };
            let waited = tokio::time::timeout(Duration::from_secs(60), wait).await;
            assert!(waited.is_ok(), "{place}: it never came that {what}");
        }
    }

    /// Time passes, in steps that leave every worker the time to renew its leases, and are shorter than the time that the
    /// store may take to answer.
    pub(crate) async fn pass(&self, store: &Store, seconds: u64) {
        let mut left = seconds;
        while left > 0 {
            let step = left.min(4);
            left -= step;
            self.clock.advance(Duration::from_secs(step));
            let since = self.now(store).await - SignedDuration::from_secs(11);
            self.until("all workers gave a sign of life", async || {
                let workers = towpath_store::workers::all(&mut store.read().await.unwrap()).await.unwrap();
                workers.iter().all(|worker| worker.heartbeat_at >= since)
            })
            .await;
        }
    }

    /// Noon of tomorrow, UTC, where midnight is far away on both sides whatever the hour is that a test runs at.
    pub(crate) async fn noon(&self, store: &Store) -> Timestamp {
        let now = self.now(store).await;
        let noon =
            Timestamp::from_second((now.as_second().div_euclid(86_400) + 1) * 86_400 + 43_200).unwrap();
        self.clock.jump(noon.duration_since(now).unsigned_abs());
        noon
    }

    pub(crate) async fn now(&self, store: &Store) -> Timestamp {
        self.clock.now(&mut store.read().await.unwrap()).await.unwrap()
    }
}

struct Runner {
    script: Arc<Script>,
    store: Store,
    news: watch::Sender<u64>,
}

#[async_trait]
impl TaskRunner for Runner {
    async fn carry_out(&self, task: Task, mut stop: watch::Receiver<Stop>) {
        let life = self.script.living.begin(task.run.id.as_str());
        self.script.began.lock().unwrap().push((task.run.id.to_string(), task.held.attempt, task.resumed));
        self.news.send_modify(|count| *count += 1);
        let outcome = match (self.script.acts)(&task) {
            Act::Succeed => Some(Outcome::Done),
            Act::SucceedAmong(count) => {
                let most = || self.script.living.most.load(Ordering::SeqCst);
                self.news.subscribe().wait_for(|_| most() >= count).await.unwrap();
                Some(Outcome::Done)
            }
            Act::Fail { may_pass } => Some(Outcome::Failed { may_pass }),
            Act::Panic => panic!("a defect"),
            Act::Deaf => std::future::pending().await,
            Act::GoOn => {
                let told = stop.wait_for(|stop| *stop != Stop::No).await.unwrap().clone();
                self.script.told.lock().unwrap().push(told.clone());
                match told {
                    Stop::Cancel(_) | Stop::Timeout(_) => Some(Outcome::Stopped),
                    Stop::HandOver => {
                        drop(life);
                        let mut tx = self.store.begin().await.unwrap();
                        lease::hand_back(&mut tx, &task.held).await.unwrap();
                        commit(tx).await.unwrap();
                        return;
                    }
                    Stop::Lost | Stop::No => None,
                }
            }
        };
        drop(life);
        if let Some(outcome) = outcome {
            self.end(&task, outcome).await;
        }
        self.news.send_modify(|count| *count += 1);
    }
}

impl Runner {
    async fn end(&self, task: &Task, outcome: Outcome) {
        let ended = Ended {
            outcome,
            fault: None,
            report: None,
            resumable: false,
            rows: (1, 1, 0),
            seconds: 0.1,
            peak_memory: None,
        };
        // Without the store, an attempt cannot write its end; its lease will.
        let Ok(mut tx) = self.store.begin().await else { return };
        if lease::end(&mut tx, &task.held, &ended).await.is_ok() {
            let _ = commit(tx).await;
        }
    }
}
