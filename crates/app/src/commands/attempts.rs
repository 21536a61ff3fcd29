//! The attempts of one run: what fails for a temporary reason is tried once more, after a while.
//!
//! Every attempt compiles the pipeline anew, as connections and schemas may be what failed, and has the identity of
//! the run: loads that are in place already are not written twice, and chunks that are sealed are not read again.

use std::sync::Arc;

use backon::{BackoffBuilder, ExponentialBuilder};
use tokio::sync::watch;
use towpath_connect::Settlement;
use towpath_engine::graph::Graph;
use towpath_engine::incremental::{Position, Positions};
use towpath_engine::intake::{Memories, Settled, settle};
use towpath_engine::report::{Event, FaultReport, RunReport, RunState};
use towpath_engine::run::{EventSink, RunOptions};
use towpath_model::{Fault, FaultKind, RunId};

use super::run::Order;
use crate::cli::Options;
use crate::output::{Console, Tone, progress};
use crate::project::Project;
use crate::quarantine::QuarantineStore;
use crate::state::{Ending, Orders, Standing, StateStore};

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
        let (positions, memories) = self.remembered(state.as_ref(), orders.as_ref())?;
        let mut stop = self.cancelled.clone();
        let compiled = tokio::select! {
            compiled = self.project.compile_to_run(
                Arc::new(self.quarantine.clone()), self.options, positions, memories
            ) => compiled,
            _ = stop.wait_for(|stop| *stop) => Err(Fault::cancelled()),
        };
        let graph = match compiled {
            Ok(graph) if self.is_right(&graph) => graph,
            Ok(graph) => {
                let by_content = graph.faults.iter().all(|(_, fault)| is_by_content(fault.kind().code()));
                if state.is_some() && graph.problems.is_empty() && by_content {
                    self.tidy(&graph, Settlement::Failed, events).await;
                }
                return Ok(Ended::Unready(Box::new(graph)));
            }
            Err(fault) => return Ok(Ended::Fault(fault)),
        };
        let orders = orders.get_or_insert_with(|| self.settle(&graph));
        if let Some(state) = state {
            state.begin(self.run, &self.project.spec.name, &self.project.fingerprint(), orders)?;
            // What an earlier run left undone was done when the sources were opened.
            for taken in &orders.taken {
                state.settled(&self.project.spec.name, &taken.node)?;
            }
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
            let ending = Ending { standing, resumable: report.resumable, rows, orders: Some(orders) };
            state.end(self.run, &ending)?;
            let code = report.fault.as_ref().map(|fault| fault.code);
            match report.state {
                RunState::Done | RunState::DoneWithQuarantine => {
                    for node in self.tidy(&graph, Settlement::Done, events).await {
                        state.settled(&self.project.spec.name, &node)?;
                    }
                }
                RunState::Failed if code.is_some_and(is_by_content) => {
                    self.tidy(&graph, Settlement::Failed, events).await;
                }
                RunState::Failed | RunState::Cancelled => {}
            }
        }
        Ok(Ended::Report(report))
    }

    /// What earlier runs left behind, and what an earlier attempt of this one fixed.
    fn remembered(
        &self,
        state: Option<&StateStore>,
        orders: Option<&Orders>,
    ) -> Result<(Positions, Memories), Fault> {
        let pipeline = &self.project.spec.name;
        // A dry run reads what a run would read, and touches nothing.
        let looked_at = match (state, self.order.dry) {
            (None, Some(_)) => StateStore::existing(&self.project.state_folder())?,
            _ => None,
        };
        let Some(store) = state.or(looked_at.as_ref()) else {
            return Ok((Positions::new(), Memories::new()));
        };
        let positions = fixed(store.positions(pipeline)?, orders);
        let mut memories = store.memories(pipeline)?;
        if let Some(orders) = orders {
            orders.fix(&mut memories);
        }
        if self.order.dry.is_some() {
            memories.values_mut().for_each(|memory| memory.unsettled.clear());
        }
        Ok((positions, memories))
    }

    /// Lets sources tidy up behind the run; returns those that did. That one could not is no failure of the run: its
    /// rows are where they belong, and the next run tries it again.
    async fn tidy(&self, graph: &Graph, settlement: Settlement, events: &EventSink) -> Vec<String> {
        let mut tidied = Vec::new();
        for Settled { node, result } in settle(graph, settlement).await {
            let (notes, fault) = match result {
                Ok(notes) => (notes, None),
                Err(fault) => {
                    self.console.warn(&format!("{fault}; the next run tries it again"));
                    (Vec::new(), Some(FaultReport::from(&fault)))
                }
            };
            for note in &notes {
                self.console.say(&self.console.tone(Tone::Quiet, &format!("  {node}: {note}")));
            }
            if fault.is_none() {
                tidied.push(node.clone());
            }
            events(Event::Settled { node, notes, fault });
        }
        tidied
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
            taken: graph.taken.clone(),
        }
    }
}

/// Whether a failure of that kind comes from what is read, and not from whom it is asked of.
fn is_by_content(code: &str) -> bool {
    [FaultKind::Data, FaultKind::Contract].iter().any(|kind| kind.code() == code)
}

/// Positions whose ends an earlier attempt fixed stay as they are.
fn fixed(mut positions: Positions, orders: Option<&Orders>) -> Positions {
    for delta in orders.iter().flat_map(|orders| &orders.deltas) {
        let position = Position { from: delta.from.clone(), to: delta.to.clone() };
        positions.insert(delta.node.clone(), position);
    }
    positions
}
