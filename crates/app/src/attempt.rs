//! One attempt of a run: compile, remember, run, remember, tidy up.
//!
//! Every attempt compiles the pipeline anew, as connections and schemas may be what failed, and has the identity of
//! the run: loads that are in place already are not written twice, and chunks that are sealed are not read again. What is
//! remembered between runs is behind [`RunMemory`]: a folder for the command line, the store for a server.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::watch;
use towpath_connect::Settlement;
use towpath_engine::context::{Quarantine, RunShared};
use towpath_engine::dry::DryRun;
use towpath_engine::entry::Entry;
use towpath_engine::graph::{Graph, Workshop, compile, compile_entry};
use towpath_engine::incremental::{Position, Positions};
use towpath_engine::intake::{Memories, Settled, settle};
use towpath_engine::report::{Event, FaultReport, RunReport, RunState};
use towpath_engine::run::{EventSink, RunOptions};
use towpath_engine::session::{Limits, session};
use towpath_model::scope::Scope;
use towpath_model::{Fault, FaultKind, PipelineSpec, RunId};

use crate::state::Orders;

/// What is remembered between the runs of one pipeline.
#[async_trait]
pub(crate) trait RunMemory: Send + Sync {
    /// Where incremental reads begin, and what was taken before.
    async fn known(&self) -> Result<(Positions, Memories), Fault>;
    /// Writes down what the run fixed, before its first row.
    async fn begin(&self, orders: &Orders) -> Result<(), Fault>;
    /// Writes down how the run of a graph ended; checkpoints move when it is done.
    async fn end(&self, report: &RunReport, orders: &Orders, graph: &Graph) -> Result<(), Fault>;
    /// Notes that a source has tidied up behind what it read.
    async fn settled(&self, node: &str) -> Result<(), Fault>;
    /// Whether anything is kept at all.
    fn keeps(&self) -> bool {
        true
    }
}

/// What is remembered, to be looked at; nothing is added to it.
pub(crate) struct Glance(pub(crate) Positions, pub(crate) Memories);

#[async_trait]
impl RunMemory for Glance {
    async fn known(&self) -> Result<(Positions, Memories), Fault> {
        Ok((self.0.clone(), self.1.clone()))
    }

    async fn begin(&self, _: &Orders) -> Result<(), Fault> {
        Ok(())
    }

    async fn end(&self, _: &RunReport, _: &Orders, _: &Graph) -> Result<(), Fault> {
        Ok(())
    }

    async fn settled(&self, _: &str) -> Result<(), Fault> {
        Ok(())
    }

    fn keeps(&self) -> bool {
        false
    }
}

/// A pipeline that is ready to compile.
#[derive(Debug, Clone)]
pub(crate) struct Ready {
    pub(crate) spec: PipelineSpec,
    pub(crate) scope: Scope,
    pub(crate) workshop: Workshop,
    /// Memory of the run, and what it shares with others.
    pub(crate) limits: Limits,
}

impl Ready {
    /// Compiles the pipeline; incremental sources begin at their positions, and sources that hand things out once leave
    /// out what the memories hold.
    pub(crate) async fn compile(
        &self,
        quarantine: Arc<dyn Quarantine>,
        positions: Option<Positions>,
        memories: Memories,
    ) -> Result<Graph, Fault> {
        self.compile_with(quarantine, positions, memories, None).await
    }

    /// The same, or, with an entry, only what corrected rows pass: then no source hands anything out, and none goes on where it
    /// stopped.
    async fn compile_with(
        &self,
        quarantine: Arc<dyn Quarantine>,
        positions: Option<Positions>,
        mut memories: Memories,
        entry: Option<&Entry>,
    ) -> Result<Graph, Fault> {
        let positions = positions.filter(|_| entry.is_none());
        if entry.is_some() {
            memories.values_mut().for_each(|memory| memory.unsettled.clear());
        }
        let workshop = Workshop { positions, memories, ..self.workshop.clone() };
        let shared = RunShared::new(quarantine);
        let state = session(shared.clone(), self.limits.clone())
            .map_err(|error| Fault::internal(format!("the query engine does not start: {error}")))?;
        let spec = self.spec.clone();
        Ok(match entry {
            Some(entry) => compile_entry(spec, &workshop, &self.scope, state, shared, entry).await,
            None => compile(spec, &workshop, &self.scope, state, shared, Default::default()).await,
        })
    }
}

/// How an attempt ended.
pub(crate) enum Ended {
    /// It ran.
    Report(Box<RunReport>),
    /// It could not be compiled at all.
    Fault(Fault),
    /// The pipeline or its sources are not in order.
    Unready(Box<Graph>),
}

impl Ended {
    /// The failure, when there is a point in trying once more.
    pub(crate) fn temporary(&self) -> Option<FaultReport> {
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

/// One attempt and what it needs.
pub(crate) struct Attempt<'a> {
    pub(crate) ready: &'a Ready,
    pub(crate) run: &'a RunId,
    pub(crate) quarantine: Arc<dyn Quarantine>,
    pub(crate) memory: &'a dyn RunMemory,
    pub(crate) resumed: bool,
    pub(crate) force: bool,
    pub(crate) dry: Option<DryRun>,
    /// Corrected rows that go on by themselves, in the place of what the sources give.
    pub(crate) entry: Option<&'a Entry>,
    pub(crate) events: &'a EventSink,
    pub(crate) cancelled: watch::Receiver<bool>,
}

impl Attempt<'_> {
    /// Carries the attempt out. `orders` are those of an earlier attempt, or become those of this one; `fresh` makes
    /// them of what was compiled.
    pub(crate) async fn carry_out(
        &self,
        orders: &mut Option<Orders>,
        fresh: impl FnOnce(&Graph) -> Orders,
    ) -> Result<Ended, Fault> {
        let (positions, memories) = self.remembered(orders.as_ref()).await?;
        let mut stop = self.cancelled.clone();
        let quarantine = Arc::clone(&self.quarantine);
        let compiling = self.ready.compile_with(quarantine, Some(positions), memories, self.entry);
        let compiled = tokio::select! {
            compiled = compiling => compiled,
            _ = stop.wait_for(|stop| *stop) => Err(Fault::cancelled()),
        };
        let graph = match compiled {
            Ok(graph) if graph.problems.is_empty() && graph.faults.is_empty() => graph,
            Ok(graph) => {
                let by_content = graph.faults.iter().all(|(_, fault)| is_by_content(fault.kind().code()));
                if self.memory.keeps() && graph.problems.is_empty() && by_content {
                    self.tidy(&graph, Settlement::Failed).await;
                }
                return Ok(Ended::Unready(Box::new(graph)));
            }
            Err(fault) => return Ok(Ended::Fault(fault)),
        };
        let orders = orders.get_or_insert_with(|| fresh(&graph));
        self.memory.begin(orders).await?;
        // What an earlier run left undone was done when the sources were opened.
        for taken in &orders.taken {
            self.memory.settled(&taken.node).await?;
        }
        let options = RunOptions {
            date: self.ready.scope.interval.as_ref().map(|interval| interval.logical_date().to_string()),
            resumed: self.resumed,
            force: self.force,
            dry: self.dry.clone(),
            ..RunOptions::new(self.run.clone(), Arc::clone(self.events), self.cancelled.clone())
        };
        let report = towpath_engine::run::run(&graph, options).await;
        self.memory.end(&report, orders, &graph).await?;
        if self.memory.keeps() {
            let code = report.fault.as_ref().map(|fault| fault.code);
            match report.state {
                RunState::Done | RunState::DoneWithQuarantine => {
                    for node in self.tidy(&graph, Settlement::Done).await {
                        self.memory.settled(&node).await?;
                    }
                }
                RunState::Failed if code.is_some_and(is_by_content) => {
                    self.tidy(&graph, Settlement::Failed).await;
                }
                RunState::Failed | RunState::Cancelled => {}
            }
        }
        Ok(Ended::Report(Box::new(report)))
    }

    /// What earlier runs left behind, and what an earlier attempt of this one fixed.
    async fn remembered(&self, orders: Option<&Orders>) -> Result<(Positions, Memories), Fault> {
        let (positions, mut memories) = self.memory.known().await?;
        let positions = fixed(positions, orders);
        if let Some(orders) = orders {
            orders.fix(&mut memories);
        }
        // A dry run reads what a run would read, and touches nothing.
        if self.dry.is_some() {
            memories.values_mut().for_each(|memory| memory.unsettled.clear());
        }
        Ok((positions, memories))
    }

    /// Lets sources tidy up behind the run; returns those that did. That one could not is no failure of the run: its
    /// rows are where they belong, and the next run tries it again.
    async fn tidy(&self, graph: &Graph, settlement: Settlement) -> Vec<String> {
        let mut tidied = Vec::new();
        for Settled { node, result } in settle(graph, settlement).await {
            let (notes, fault) = match result {
                Ok(notes) => (notes, None),
                Err(fault) => (Vec::new(), Some(FaultReport::from(&fault))),
            };
            if fault.is_none() {
                tidied.push(node.clone());
            }
            (self.events)(Event::Settled { node, notes, fault });
        }
        tidied
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
