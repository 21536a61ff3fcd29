//! The attempts of one run at the command line: what fails for a temporary reason is tried once more, after a while.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use backon::{BackoffBuilder, ExponentialBuilder};
use tokio::sync::watch;
use towpath_engine::graph::Graph;
use towpath_engine::incremental::Positions;
use towpath_engine::intake::Memories;
use towpath_engine::report::{Event, RunReport, RunState};
use towpath_engine::run::EventSink;
use towpath_model::{Fault, RunId};

use super::run::Order;
use crate::attempt::{Attempt, Ended, Glance, RunMemory};
use crate::cli::Options;
use crate::output::{Console, Tone, progress};
use crate::project::Project;
use crate::quarantine::QuarantineStore;
use crate::state::{Ending, Orders, Standing, StateStore};

/// One run and what it needs.
pub(crate) struct Attempts<'a> {
    pub(crate) project: &'a Project,
    pub(crate) options: &'a Options,
    pub(crate) console: &'a Console,
    pub(crate) order: &'a Order<'a>,
    pub(crate) run: &'a RunId,
    pub(crate) quarantine: &'a QuarantineStore,
    pub(crate) cancelled: watch::Receiver<bool>,
}

impl Attempts<'_> {
    pub(crate) async fn all(&self) -> Result<Ended, Fault> {
        let memory: Box<dyn RunMemory> = match (self.order.remember, self.order.dry.is_some()) {
            (true, _) => Box::new(Folder {
                store: Mutex::new(StateStore::open(&self.project.state_folder())?),
                run: self.run.clone(),
                pipeline: self.project.spec.name.clone(),
                fingerprint: self.project.fingerprint(),
            }),
            (false, true) => Box::new(self.glance()?),
            (false, false) => Box::new(Glance(Positions::new(), Memories::new())),
        };
        let mut orders = self.order.resume.as_ref().map(|resume| resume.orders.clone());
        let retries = ExponentialBuilder::default().with_jitter().with_max_times(self.order.retries);
        let mut delays = retries.build();
        let events = self.events();
        let ready = self.project.ready(self.options);
        let mut attempt = 1;
        loop {
            if !self.project.problems.is_empty() {
                // The problems of the document are shown with those of its nodes.
                let graph = ready.compile(Arc::new(self.quarantine.clone()), None, Memories::new()).await?;
                return Ok(Ended::Unready(Box::new(graph)));
            }
            let one = Attempt {
                ready: &ready,
                run: self.run,
                quarantine: Arc::new(self.quarantine.clone()),
                memory: memory.as_ref(),
                resumed: attempt > 1 || self.order.resume.is_some(),
                force: self.order.force,
                entry: None,
                dry: self.order.dry.map(|files| files.dry_run()),
                events: &events,
                cancelled: self.cancelled.clone(),
            };
            let ended = one.carry_out(&mut orders, |graph| self.settle(graph)).await?;
            let Some(fault) = ended.temporary() else { return Ok(ended) };
            let Some(delay) = delays.next().filter(|_| !*self.cancelled.borrow()) else { return Ok(ended) };
            attempt += 1;
            let seconds = delay.as_secs_f64();
            let failed = self.console.tone(Tone::Warn, "failed for now:");
            self.console.say(&format!("{failed} {}; trying once more in {seconds:.1} s", fault.message));
            events(Event::Retry { fault, attempt, seconds });
            let mut stop = self.cancelled.clone();
            tokio::select! {
                () = tokio::time::sleep(delay) => {}
                _ = stop.wait_for(|stop| *stop) => return Ok(ended),
            }
        }
    }

    /// Shows progress, and what became of items.
    fn events(&self) -> EventSink {
        let shown = progress::sink(*self.console);
        let console = *self.console;
        Arc::new(move |event: Event| {
            if let Event::Settled { node, notes, fault } = &event {
                for note in notes {
                    console.say(&console.tone(Tone::Quiet, &format!("  {node}: {note}")));
                }
                if let Some(fault) = fault {
                    console.warn(&format!("{}; the next run tries it again", fault.message));
                }
            }
            shown(event);
        })
    }

    /// What earlier runs left, if there were any.
    fn glance(&self) -> Result<Glance, Fault> {
        let name = &self.project.spec.name;
        Ok(match StateStore::existing(&self.project.state_folder())? {
            Some(store) => Glance(store.positions(name)?, store.memories(name)?),
            None => Glance(Positions::new(), Memories::new()),
        })
    }

    /// What the run must remember to go on.
    fn settle(&self, graph: &Graph) -> Orders {
        let days = self.project.scope.interval.as_ref().map(|interval| interval.dates());
        Orders {
            set: self.options.set.iter().cloned().collect(),
            from: days.map(|(from, _)| from),
            to: days.map(|(_, to)| to),
            deltas: graph.deltas.clone(),
            taken: graph.taken.clone(),
        }
    }
}

/// Memory in the folder of a pipeline.
struct Folder {
    store: Mutex<StateStore>,
    run: RunId,
    pipeline: String,
    fingerprint: String,
}

impl Folder {
    fn store(&self) -> MutexGuard<'_, StateStore> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl RunMemory for Folder {
    async fn known(&self) -> Result<(Positions, Memories), Fault> {
        let store = self.store();
        Ok((store.positions(&self.pipeline)?, store.memories(&self.pipeline)?))
    }

    async fn begin(&self, orders: &Orders) -> Result<(), Fault> {
        self.store().begin(&self.run, &self.pipeline, &self.fingerprint, orders)
    }

    async fn end(&self, report: &RunReport, orders: &Orders, _: &Graph) -> Result<(), Fault> {
        let standing = match report.state {
            RunState::Done | RunState::DoneWithQuarantine => Standing::Done,
            RunState::Failed | RunState::Cancelled => Standing::Failed,
        };
        let loads = report.nodes.iter().filter(|node| node.role == "destination");
        let rows = loads.map(|node| node.written).sum();
        let ending = Ending { standing, resumable: report.resumable, rows, orders: Some(orders) };
        self.store().end(&self.run, &ending)
    }

    async fn settled(&self, node: &str) -> Result<(), Fault> {
        self.store().settled(&self.pipeline, node)
    }
}
