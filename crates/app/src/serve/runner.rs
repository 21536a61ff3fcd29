//! One attempt of a run, as a worker of a server carries it out.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::tz::TimeZone;
use serde_json::json;
use tokio::sync::watch;
use towpath_api::live::hub::Hub;
use towpath_api::workbench::{Corrected, OpenConnection, Room, with_secrets};
use towpath_engine::entry::{Entry, EntryRow, part};
use towpath_engine::graph::Graph;
use towpath_engine::report::{FaultReport, RunState};
use towpath_model::landing::Undo;
use towpath_model::pipeline::{NodeSpec, Role};
use towpath_model::scope::DataInterval;
use towpath_model::{Fault, PipelineSpec};
use towpath_scheduler::service::{Stop, Task, TaskRunner};
use towpath_store::audit::{self, NewEntry};
use towpath_store::pipelines::Version;
use towpath_store::runs::logs::Level;
use towpath_store::runs::{Cause, Run};
use towpath_store::seal::Keys;
use towpath_store::{Store, commit, connections, pipelines, repairs, secrets, workspaces};

use super::bench::{Bench, Prepared, first, texts};
use super::journal::Journal;
use super::memory::{StoreMemory, Target, shown};
use super::rejects::StoreRejects;
use super::telemetry::Telemetry;
use super::telemetry::attempts::AttemptSpans;
use crate::attempt::{Attempt, Ended};
use crate::state::Orders;

/// What carries out attempts.
#[derive(Clone)]
pub(crate) struct Runner {
    pub(crate) store: Store,
    pub(crate) keys: Keys,
    pub(crate) hub: Hub,
    pub(crate) bench: Bench,
    pub(crate) telemetry: Telemetry,
}

#[async_trait]
impl TaskRunner for Runner {
    async fn carry_out(&self, task: Task, stop: watch::Receiver<Stop>) {
        let id = task.run.id.to_string();
        let spans = self.telemetry.attempt(&task.run, task.resumed);
        let attempt = async {
            if let Err(fault) = self.attempt(task, stop, &spans).await {
                spans.failed(fault.kind().code());
                tracing::warn!(run.id = id, "an attempt could not be written down: {fault}");
            }
        };
        // On the heap: a task of the server would carry its size around otherwise.
        spans.around(Box::pin(attempt)).await;
    }
}

impl Runner {
    async fn attempt(
        &self,
        task: Task,
        stop: watch::Receiver<Stop>,
        spans: &AttemptSpans,
    ) -> Result<(), Fault> {
        let Task { run, held, resumed } = task;
        let (journal, writer) = Journal::open(&self.store, &self.hub, &run, &held);
        let writing = tokio::spawn(writer.run());
        let rejects = StoreRejects::new(self.store.clone(), &held);
        let (why, hands) = (stop.clone(), stop.clone());
        let mut memory = StoreMemory {
            entered: None,
            store: self.store.clone(),
            hub: self.hub.clone(),
            run: run.clone(),
            held,
            rejects,
            destinations: Vec::new(),
            stopped: Box::new(move || understood(&why.borrow())),
            hands_over: Box::new(move || *hands.borrow() == Stop::HandOver),
        };
        let result = match self.prepare(&run).await {
            Ok(prepared) => {
                memory.entered = prepared.entry.as_ref().map(|entry| entry.rows.len() as u64);
                memory.destinations = destinations(&prepared.ready.spec);
                engage(&run, &prepared, resumed, &memory, &journal, stop.clone(), spans).await
            }
            Err(fault) => Err(fault),
        };
        let result = match result {
            Ok(()) => Ok(()),
            // The run is with another worker: nothing of it is ours to write.
            Err(_) if *stop.borrow() == Stop::Lost => Ok(()),
            Err(fault) => {
                let reason = stop.borrow().clone();
                let fault = understood(&reason).unwrap_or_else(|| FaultReport::from(&fault));
                // That it is handed over is said with the handing over.
                if reason != Stop::HandOver {
                    spans.failed(fault.code);
                    journal.say(Level::Error, None, fault.message.clone(), Some(shown(&fault)));
                }
                memory.end_early(fault).await
            }
        };
        drop(memory);
        drop(journal);
        // The writer ends with the last journal.
        let _ = writing.await;
        result
    }

    /// The corrected rows that a run sends on, when it is such a run.
    async fn entry(&self, run: &Run) -> Result<Option<Entry>, Fault> {
        if run.cause != Cause::Repair {
            return Ok(None);
        }
        let mut conn = self.store.read().await?;
        let gone = || Fault::not_found("the corrected rows of the run do not exist any more");
        let repair = repairs::of_run(&mut conn, run.id.as_str()).await?.ok_or_else(gone)?;
        let rows: Vec<Corrected> = serde_json::from_str(&repair.content)
            .map_err(|error| Fault::internal(format!("the corrected rows cannot be read: {error}")))?;
        if !repairs::is_whole(&mut conn, &repair, rows.len() as u64).await? {
            let message = "rows of this repair were dismissed since, removed, or sent on with another one";
            return Err(Fault::contract(message).hint("send the rows on once more from their quarantine"));
        }
        let row = |row: Corrected| EntryRow { number: row.number, place: row.place, values: row.values };
        Ok(Some(Entry { node: repair.node, rows: rows.into_iter().map(row).collect() }))
    }

    /// The pipeline of a run with its connections.
    async fn prepare(&self, run: &Run) -> Result<Prepared, Fault> {
        let mut conn = self.store.read().await?;
        let gone = |what: &str| Fault::not_found(format!("the {what} of the run does not exist any more"));
        let workspace =
            workspaces::find(&mut conn, run.workspace_id.as_str()).await?.ok_or_else(|| gone("workspace"))?;
        let version = pipelines::version(&mut conn, run.pipeline_id.as_str(), run.version).await?;
        let version: Version = version.ok_or_else(|| gone("version of the pipeline"))?;
        let mut opened: Vec<OpenConnection> = Vec::new();
        let mut entries = Vec::new();
        for connection in connections::all(&mut conn, run.workspace_id.as_str()).await? {
            if version.connections.contains(&connection.name) {
                let secrets = secrets::open(&mut conn, &self.keys, connection.id.as_str()).await?;
                opened.push(with_secrets(&connection, &secrets));
                if !secrets.is_empty() {
                    entries.push(NewEntry {
                        detail: Some(json!({ "run": run.id })),
                        ..NewEntry::of("secret.use").within(run.workspace_id.as_str()).on(
                            "connection",
                            connection.id.as_str(),
                            &connection.name,
                        )
                    });
                }
            }
        }
        drop(conn);
        if !entries.is_empty() {
            let mut tx = self.store.begin().await?;
            audit::write(&self.store, &mut tx, entries).await?;
            commit(tx).await?;
        }
        let zone = TimeZone::get(&run.zone)
            .map_err(|_| Fault::config(format!("unknown time zone `{}`", run.zone)))?;
        let interval = match (run.interval_start, run.interval_end) {
            (Some(start), Some(end)) => Some(DataInterval { start, end, zone }),
            _ => None,
        };
        let room = Room { workspace, connections: opened };
        let prepared = self.bench.prepare(&room, &version.document, &run.params, interval);
        let mut prepared = prepared.map_err(|findings| first(&findings))?;
        if let Some(entry) = self.entry(run).await? {
            prepared.ready.spec = part(&prepared.ready.spec, &entry.node)?;
            prepared.entry = Some(entry);
        }
        Ok(prepared)
    }
}

/// Carries the attempt out, until it ends or is told to stop.
async fn engage(
    run: &Run,
    prepared: &Prepared,
    resumed: bool,
    memory: &StoreMemory,
    journal: &Journal,
    mut stop: watch::Receiver<Stop>,
    spans: &AttemptSpans,
) -> Result<(), Fault> {
    let (cancel, cancelled) = watch::channel(false);
    let events = spans.sink(journal.sink());
    spans.plans();
    let attempt = Attempt {
        ready: &prepared.ready,
        run: &run.id,
        quarantine: Arc::new(memory.rejects.clone()),
        memory,
        resumed,
        force: run.force,
        dry: None,
        entry: prepared.entry.as_ref(),
        events: &events,
        cancelled,
    };
    let mut orders: Option<Orders> =
        run.orders.clone().and_then(|orders| serde_json::from_value(orders).ok());
    let ended = {
        let carried = attempt.carry_out(&mut orders, |graph| fresh(run, prepared, graph));
        tokio::pin!(carried);
        loop {
            tokio::select! {
                ended = &mut carried => break ended,
                changed = stop.changed() => {
                    if changed.is_err() || *stop.borrow() != Stop::No {
                        cancel.send_replace(true);
                        break carried.await;
                    }
                }
            }
        }
    };
    match ended? {
        Ended::Report(report) => {
            if let Some(fault) = understood(&stop.borrow()).filter(|_| report.state == RunState::Cancelled) {
                journal.say(Level::Error, None, fault.message.clone(), Some(shown(&fault)));
            }
            Ok(())
        }
        Ended::Fault(fault) => Err(fault),
        Ended::Unready(graph) => Err(unready(prepared, &graph, journal)),
    }
}

/// What the run must remember to go on.
fn fresh(run: &Run, prepared: &Prepared, graph: &Graph) -> Orders {
    let days = prepared.ready.scope.interval.as_ref().map(DataInterval::dates);
    Orders {
        set: texts(&run.params),
        from: days.map(|(from, _)| from),
        to: days.map(|(_, to)| to),
        deltas: graph.deltas.clone(),
        taken: graph.taken.clone(),
    }
}

/// Why a graph cannot run; every reason goes into the journal.
fn unready(prepared: &Prepared, graph: &Graph, journal: &Journal) -> Fault {
    let problems = prepared.located(graph.problems.clone());
    for problem in &problems {
        journal.say(Level::Error, None, problem.message.clone(), serde_json::to_value(problem).ok());
    }
    if problems.is_empty() {
        for (node, fault) in graph.faults.iter().skip(1) {
            journal.say(Level::Error, Some(node), fault.to_string(), None);
        }
    }
    prepared.unready(graph)
}

/// How the end of an attempt that was stopped is to be understood.
fn understood(stop: &Stop) -> Option<FaultReport> {
    let fault = |code: &'static str, message: String, hint: Option<&str>| FaultReport {
        code,
        temporary: false,
        node: None,
        message,
        hint: hint.map(str::to_owned),
    };
    match stop {
        Stop::No | Stop::HandOver | Stop::Lost => None,
        Stop::Cancel(reason) => Some(fault("cancelled", format!("the run was stopped: {reason}"), None)),
        Stop::Timeout(seconds) => {
            let message = format!("the attempt took longer than the {seconds} s that it may take");
            let hint = "raise `timeout` in the schedule, or read less at once; the run can go on";
            Some(fault("timeout", message, Some(hint)))
        }
    }
}

fn destinations(spec: &PipelineSpec) -> Vec<Target> {
    let of = |config: &serde_json::Value, key: &str| {
        config.get(key).and_then(serde_json::Value::as_str).map(str::to_owned)
    };
    let target = |(name, node): (&String, &NodeSpec)| Target {
        node: name.clone(),
        connection: node.connection.as_ref().and_then(serde_json::Value::as_str).map(str::to_owned),
        name: of(&node.config, "table").or_else(|| of(&node.config, "path")).unwrap_or_else(|| name.clone()),
        mode: node.landing.mode.name(),
        undo_seconds: node.landing.undo.as_ref().and_then(Undo::keep_seconds),
    };
    spec.nodes.iter().filter(|(_, node)| node.role == Role::Destination).map(target).collect()
}
