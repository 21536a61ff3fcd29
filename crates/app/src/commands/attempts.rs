//! The attempts of one run: what fails for a temporary reason is tried once more, after a while.
//!
//! Every attempt compiles the pipeline anew, as connections and schemas may be what failed, and has the identity of
//! the run: loads that are in place already are not written twice, and chunks that are sealed are not read again.

use std::sync::Arc;

use backon::{BackoffBuilder, ExponentialBuilder};
use tokio::sync::watch;
use towpath_engine::graph::Graph;
use towpath_engine::incremental::{Position, Positions};
use towpath_engine::report::{Event, FaultReport, RunReport, RunState};
use towpath_engine::run::{EventSink, RunOptions};
use towpath_model::{Fault, RunId};

use super::run::Order;
use crate::cli::Options;
use crate::output::{Console, Tone, progress};
use crate::project::Project;
use crate::quarantine::QuarantineStore;
use crate::state::{Orders, Standing, StateStore};

/// How the attempts ended.
pub(crate) enum Ended {
    /// The last attempt ran.
    Report(RunReport),
    /// It could not be compiled at all.
    Fault(Fault),
    /// The pipeline or its sources are not in order.
    Unready(Box<Graph>),
}

impl Ended {
    /// The failure, when there is a point in trying once more.
    fn temporary(&self) -> Option<FaultReport> {
        match self {
            Ended::Report(report) if report.state == RunState::Failed => {
                report.fault.clone().filter(|fault| fault.temporary)
            }
            Ended::Report(_) => None,
            Ended::Fault(fault) => fault.kind().is_temporary().then(|| fault.into()),
            Ended::Unready(graph) if graph.problems.is_empty() => {
                let all = graph.faults.iter().all(|(_, fault)| fault.kind().is_temporary());
                graph.faults.first().filter(|_| all).map(|(_, fault)| fault.into())
            }
            Ended::Unready(_) => None,
        }
    }
}

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
        let mut state = match self.order.remember {
            true => Some(StateStore::open(&self.project.state_folder())?),
            false => None,
        };
        let mut orders = self.order.resume.as_ref().map(|resume| resume.orders.clone());
        let retries = ExponentialBuilder::default().with_jitter().with_max_times(self.order.retries);
        let mut delays = retries.build();
        let events = progress::sink(*self.console);
        let mut attempt = 1;
        loop {
            let ended = self.one(attempt, &mut state, &mut orders, &events).await?;
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

    async fn one(
        &self,
        attempt: u32,
        state: &mut Option<StateStore>,
        orders: &mut Option<Orders>,
        events: &EventSink,
    ) -> Result<Ended, Fault> {
        let positions = match state {
            Some(state) => state.positions(&self.project.spec.name)?,
            None => Positions::new(),
        };
        let positions = fixed(positions, orders.as_ref());
        let mut stop = self.cancelled.clone();
        let compiled = tokio::select! {
            compiled = self.project.compile_to_run(Arc::new(self.quarantine.clone()), self.options, positions) => compiled,
            _ = stop.wait_for(|stop| *stop) => Err(Fault::cancelled()),
        };
        let graph = match compiled {
            Ok(graph) if self.is_right(&graph) => graph,
            Ok(graph) => return Ok(Ended::Unready(Box::new(graph))),
            Err(fault) => return Ok(Ended::Fault(fault)),
        };
        let orders = orders.get_or_insert_with(|| self.settle(&graph));
        if let Some(state) = state {
            state.begin(self.run, &self.project.spec.name, &self.project.fingerprint(), orders)?;
        }
        let interval = self.project.scope.interval.as_ref();
        let options = RunOptions {
            date: interval.map(|interval| interval.logical_date().to_string()),
            resumed: attempt > 1 || self.order.resume.is_some(),
            force: self.order.force,
            dry: self.order.dry.map(|files| files.dry_run()),
            ..RunOptions::new(self.run.clone(), Arc::clone(events), self.cancelled.clone())
        };
        let report = towpath_engine::run::run(&graph, options).await;
        if let Some(state) = state {
            let standing = match report.state {
                RunState::Done | RunState::DoneWithQuarantine => Standing::Done,
                RunState::Failed | RunState::Cancelled => Standing::Failed,
            };
            let loads = report.nodes.iter().filter(|node| node.role == "destination");
            let rows = loads.map(|node| node.written).sum();
            state.end(self.run, standing, report.resumable, rows, &orders.deltas)?;
        }
        Ok(Ended::Report(report))
    }

    fn is_right(&self, graph: &Graph) -> bool {
        self.project.problems.is_empty() && graph.problems.is_empty() && graph.faults.is_empty()
    }

    /// What the run must remember to go on.
    fn settle(&self, graph: &Graph) -> Orders {
        let days = self.project.scope.interval.as_ref().map(|interval| interval.dates());
        Orders {
            set: self.options.set.iter().cloned().collect(),
            from: days.map(|(from, _)| from),
            to: days.map(|(_, to)| to),
            deltas: graph.deltas.clone(),
        }
    }
}

/// Positions whose ends an earlier attempt fixed stay as they are.
fn fixed(mut positions: Positions, orders: Option<&Orders>) -> Positions {
    for delta in orders.iter().flat_map(|orders| &orders.deltas) {
        let position = Position { from: delta.from.clone(), to: delta.to.clone() };
        positions.insert(delta.node.clone(), position);
    }
    positions
}
