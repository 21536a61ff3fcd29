//! The loop of a worker: reads facts, decides, applies, starts attempts, and sleeps until there is something to do.
//!
//! [`ports`] is what it asks of others. `rounds` is the loop: `facts` reads the world, with `known` keeping what seldom
//! changes, `apply` does what was decided, in transactions that compare first. `tasks` are the attempts of this worker,
//! `pulse` keeps their leases and hears wishes to stop, `looks` looks for files, `meters` counts,
//! `parting` gives runs back.
//!
//! Invariants:
//! - what was decided is applied in the transaction that checks what it was decided on, with its events; decisions are
//!   applied by one worker at a time, so that counts under limits and distances on targets hold;
//! - an attempt is started after the transaction that took it, and only its runner writes its end;
//! - an attempt whose lease could not be renewed is told to stop before anybody else may take its run;
//! - when the store is away, nothing is started, what goes on is told to stop in time, and the loop goes on by itself;
//! - dropping the future of [`Service::run`] stops everything, as if the process had died.
//!
//! Deliberately absent: a leader, and memory of anything that is not in the store.

mod apply;
mod facts;
mod known;
mod looks;
mod meters;
mod parting;
pub mod ports;
mod pulse;
mod rounds;
mod tasks;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Notify, broadcast, watch};
use tokio::task::JoinSet;
use towpath_model::RunId;
use towpath_model::ids::WorkerId;
use towpath_store::runs::lease;
use towpath_store::seal::Keys;
use towpath_store::{Error, Store, commit, workers};

pub use parting::hand_over;
pub use ports::{Clock, Lookout, Place, Seen, Stop, StoreClock, Task, TaskRunner};

use tasks::Tasks;

/// How a worker behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Its name: the machine and the number of the process.
    pub name: String,
    /// Version of the program.
    pub version: String,
    /// Attempts that it carries out at the same time.
    pub capacity: u32,
    /// How long attempts may go on once the worker is to stop; what has not ended then is handed over.
    pub grace: Duration,
    /// How long it sleeps at most: other servers tell it nothing but through the store.
    pub longest_pause: Duration,
}

/// How long attempts have to put away what they have once they are handed over.
const FAREWELL: Duration = Duration::from_secs(10);

/// The parts of a worker.
pub struct Parts {
    /// What is remembered.
    pub store: Store,
    /// What carries out attempts.
    pub runner: Arc<dyn TaskRunner>,
    /// What looks for files; none where no files are awaited.
    pub lookout: Option<Arc<dyn Lookout>>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Is called when events were written.
    pub tell: Arc<dyn Fn() + Send + Sync>,
    /// Wakes the loop: something to do has changed.
    pub work: Arc<Notify>,
    /// Runs that were asked to stop.
    pub stops: broadcast::Sender<RunId>,
    /// The keys of the server, of which it tells with its signs of life.
    pub keys: Keys,
    /// How it behaves.
    pub settings: Settings,
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Parts({:?})", self.settings)
    }
}

/// What the parts of the loop share.
struct Core {
    parts: Parts,
    id: WorkerId,
    started_at: std::sync::OnceLock<Timestamp>,
    tasks: Arc<Tasks>,
    is_draining: AtomicBool,
    /// The store was away, or did not answer, since the last round.
    lost_sight: AtomicBool,
}

impl std::ops::Deref for Core {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

impl Core {
    fn is_draining(&self) -> bool {
        self.is_draining.load(Ordering::Acquire)
    }
}

/// A worker: the loop with everything around it.
pub struct Service(Arc<Core>);

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Service({}, {})", self.0.id, self.0.settings.name)
    }
}

impl Service {
    /// A worker of these parts. Does nothing until it runs.
    pub fn new(parts: Parts) -> Service {
        Service(Arc::new(Core {
            parts,
            id: WorkerId::generate(),
            started_at: std::sync::OnceLock::new(),
            tasks: Arc::default(),
            is_draining: AtomicBool::new(false),
            lost_sight: AtomicBool::new(false),
        }))
    }

    /// Identity of the worker.
    pub fn id(&self) -> &WorkerId {
        &self.0.id
    }

    /// Works until it is told to stop; then takes nothing new, lets attempts end for a while, hands over the others, and
    /// says goodbye.
    pub async fn run(&self, mut stopping: watch::Receiver<bool>) {
        let core = &*self.0;
        let mut attempts = JoinSet::new();
        tokio::select! {
            () = rounds::run(core, &mut attempts, stopping.clone()) => {}
            () = pulse::run(core) => {}
            () = looks::run(core) => {}
        }
        // Without a sender nobody can say so any more: it is as good as said.
        let _ = stopping.wait_for(|stop| *stop).await;
        core.is_draining.store(true, Ordering::Release);
        tokio::select! {
            () = drain(core, &mut attempts) => {}
            () = pulse::run(core) => {}
        }
        attempts.shutdown().await;
        if let Err(error) = leave(core).await {
            tracing::warn!("the worker could not say goodbye: {error}; its runs go on elsewhere in a moment");
        }
    }
}

async fn drain(core: &Core, attempts: &mut JoinSet<()>) {
    let ended = async { while attempts.join_next().await.is_some() {} };
    tokio::select! {
        () = ended => return,
        () = core.clock.sleep(core.settings.grace) => {}
    }
    tracing::info!(attempts = core.tasks.count(), "attempts are handed over");
    core.tasks.stop_all(&Stop::HandOver);
    let ended = async { while attempts.join_next().await.is_some() {} };
    tokio::select! {
        () = ended => {}
        () = core.clock.sleep(FAREWELL) => {}
    }
}

/// Gives back what was not ended, and forgets the worker.
async fn leave(core: &Core) -> Result<(), Error> {
    let mut tx = core.store.begin().await?;
    for held in lease::of_worker(&mut tx, core.id.as_str()).await? {
        hand_over(&core.store, &mut tx, &held).await?;
    }
    workers::remove(&mut tx, core.id.as_str()).await?;
    commit(tx).await?;
    (core.tell)();
    Ok(())
}
