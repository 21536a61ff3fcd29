//! Carries out a compiled pipeline: drains every destination, then commits them all.
//!
//! All destinations are written side by side. Only when every one of them has all its rows do the commits begin,
//! in the order of the document; a failure or a cancellation before that aborts all of them, so nothing is visible.
//! Dropping the future of [`run`] drops the loads, which leaves nothing visible either.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use arrow::array::RecordBatch;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};
use datafusion::physical_plan::execute_stream;
use futures::StreamExt;
use towpath_connect::{Destination, Fitter, Load, LoadRequest};
use towpath_model::{Fault, FaultKind, LoadId, RunId};

use crate::fault::from_datafusion;
use crate::graph::Graph;
use crate::report::{Event, FaultReport, Landed, LoadProgress, RunReport, RunState, count};
use crate::session::physical_plan;

/// Receives events. Must not block.
pub type EventSink = Arc<dyn Fn(Event) + Send + Sync>;

/// How to run.
#[derive(Clone)]
pub struct RunOptions {
    /// Identity of the run.
    pub run: RunId,
    /// Logical date, for events.
    pub date: Option<String>,
    /// Receives events.
    pub events: EventSink,
    /// Becomes `true` when the run must stop.
    pub cancel: tokio::sync::watch::Receiver<bool>,
}

impl std::fmt::Debug for RunOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RunOptions({})", self.run)
    }
}

struct Work {
    node: String,
    stream: SendableRecordBatchStream,
    destination: Arc<dyn Destination>,
    request: LoadRequest,
    rows: Arc<AtomicU64>,
    bytes: Arc<AtomicU64>,
}

/// Runs the pipeline to its end and says what happened. Never fails without a report.
pub async fn run(graph: &Graph, options: RunOptions) -> RunReport {
    let started = Instant::now();
    (options.events)(Event::RunStarted {
        run: options.run.clone(),
        pipeline: graph.spec.name.clone(),
        date: options.date.clone(),
    });
    let mut landed: HashMap<String, Landed> = HashMap::new();
    let result = carry_out(graph, &options, started, &mut landed).await;
    let nodes = count(graph, &|node| landed.get(node).cloned());
    let quarantined = nodes.iter().map(|node| node.quarantined).sum();
    let state = match &result {
        Ok(()) if quarantined > 0 => RunState::DoneWithQuarantine,
        Ok(()) => RunState::Done,
        Err(fault) if fault.kind() == FaultKind::Cancelled => RunState::Cancelled,
        Err(_) => RunState::Failed,
    };
    let report = RunReport {
        run: options.run.clone(),
        pipeline: graph.spec.name.clone(),
        state,
        nodes,
        quarantined,
        seconds: started.elapsed().as_secs_f64(),
        fault: result.as_ref().err().map(FaultReport::from),
    };
    (options.events)(Event::RunFinished { report: report.clone() });
    report
}

async fn carry_out(
    graph: &Graph,
    options: &RunOptions,
    started: Instant,
    landed: &mut HashMap<String, Landed>,
) -> Result<(), Fault> {
    let mut work = Vec::new();
    // Every plan is made before the first one runs: shared nodes must know their readers.
    let mut plans = Vec::new();
    for (name, node) in &graph.nodes {
        if let (Some(destination), Some(plan)) = (&node.destination, node.outputs.values().next()) {
            let physical = physical_plan(&graph.state, plan.clone()).await.map_err(from_datafusion)?;
            plans.push((name, Arc::clone(destination), physical));
        }
    }
    if plans.is_empty() {
        return Err(Fault::config("the pipeline loads nothing: it has no destination")
            .hint("add a node such as `load: { destination: sqlite, from: …, table: … }`"));
    }
    for (name, destination, physical) in plans {
        let schema = physical.schema();
        let stream = execute_stream(physical, graph.state.task_ctx()).map_err(from_datafusion)?;
        let spec = &graph.spec.nodes[name];
        let request = LoadRequest {
            mode: spec.landing.mode,
            key: spec.landing.key.clone(),
            contract: spec.landing.contract.clone(),
            mirror: spec.landing.mirror.clone(),
            history: spec.landing.history.clone(),
            undo: spec.landing.undo.clone(),
            ..LoadRequest::new(
                LoadId::from_text(format!("{}/{name}", options.run)),
                format!("{}/{name}", graph.spec.name),
                schema,
                graph.shared.sink(name),
            )
        };
        let (rows, bytes) = Default::default();
        work.push(Work { node: name.clone(), stream, destination, request, rows, bytes });
    }
    let meters: Vec<_> = work
        .iter()
        .map(|work| (work.node.clone(), Arc::clone(&work.rows), Arc::clone(&work.bytes)))
        .collect();
    let report_progress = async {
        let mut tick = tokio::time::interval(Duration::from_millis(200));
        tick.tick().await;
        loop {
            tick.tick().await;
            let load = |(node, rows, bytes): &(String, Arc<AtomicU64>, Arc<AtomicU64>)| LoadProgress {
                node: node.clone(),
                rows: rows.load(Ordering::Relaxed),
                bytes: bytes.load(Ordering::Relaxed),
                fraction: fraction(graph, node),
            };
            let loads = meters.iter().map(load).collect();
            (options.events)(Event::Progress { loads, seconds: started.elapsed().as_secs_f64() });
        }
    };
    let loading = load_all(graph, options, work, started, landed);
    tokio::pin!(loading);
    tokio::select! {
        result = &mut loading => result,
        () = report_progress => Err(Fault::internal("the progress reporter ended")),
    }
}

async fn load_all(
    graph: &Graph,
    options: &RunOptions,
    work: Vec<Work>,
    started: Instant,
    landed: &mut HashMap<String, Landed>,
) -> Result<(), Fault> {
    // One flag stops all writers: a cancellation from outside, or the first failure inside.
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut outside = options.cancel.clone();
    let mut writers = tokio::task::JoinSet::new();
    let order: Vec<String> = work.iter().map(|work| work.node.clone()).collect();
    for item in work {
        let sink = graph.shared.sink(&item.node);
        let (rows, stopped) = (Arc::clone(&item.rows), stopped.clone());
        writers.spawn(async move {
            let node = item.node.clone();
            let result = write_all(item, sink, stopped).await;
            (node, rows, result)
        });
    }
    let mut ready: HashMap<String, Box<dyn Load>> = HashMap::new();
    let mut failure: Option<Fault> = None;
    loop {
        tokio::select! {
            joined = writers.join_next() => match joined {
                None => break,
                Some(Ok((node, rows, result))) => {
                    let read = rows.load(Ordering::Relaxed) + graph.shared.rejected.rows(&node);
                    landed.insert(node.clone(), Landed { read, ..Landed::default() });
                    match result {
                        Ok(load) => drop(ready.insert(node, load)),
                        Err(fault) => {
                            failure = Some(worse(failure, named(fault, &node)));
                            stop.send_replace(true);
                        }
                    }
                }
                Some(Err(error)) => {
                    failure = Some(worse(failure, Fault::internal(format!("a writer stopped: {error}"))));
                    stop.send_replace(true);
                }
            },
            changed = outside.changed(), if !*stop.borrow() => {
                if changed.is_err() || *outside.borrow() {
                    stop.send_replace(*outside.borrow());
                    if changed.is_err() {
                        // Nobody can cancel any more.
                        outside = stop.subscribe();
                    }
                }
            }
        }
    }
    if failure.is_none() && *options.cancel.borrow() {
        failure = Some(Fault::cancelled());
    }
    if let Some(fault) = failure {
        for load in ready.into_values() {
            // The loads stay invisible even if cleaning up fails; the first failure is what people need.
            let _ = load.abort().await;
        }
        return Err(fault);
    }
    let mut committed: Vec<&str> = Vec::new();
    for node in &order {
        let Some(load) = ready.remove(node) else { continue };
        match load.commit().await {
            Ok(receipt) => {
                (options.events)(Event::LoadCommitted { node: node.clone(), receipt: receipt.clone() });
                let entry = landed.entry(node.clone()).or_default();
                entry.receipt = receipt;
                entry.seconds = started.elapsed().as_secs_f64();
                committed.push(node);
            }
            Err(fault) => {
                for load in ready.into_values() {
                    let _ = load.abort().await;
                }
                let fault = named(fault, node);
                return Err(match committed.as_slice() {
                    [] => fault,
                    done => fault.hint(format!(
                        "already committed: {}; run again, the loads that are in place stay right",
                        done.join(", ")
                    )),
                });
            }
        }
    }
    Ok(())
}

fn named(fault: Fault, node: &str) -> Fault {
    if fault.to_string().starts_with("node `") { fault } else { fault.at("node", node) }
}

/// The fault that tells more: one that is not just the echo of a stop.
fn worse(first: Option<Fault>, second: Fault) -> Fault {
    match first {
        Some(first) if first.kind() != FaultKind::Cancelled => first,
        _ => second,
    }
}

/// Writes one destination up to, but not including, its commit.
async fn write_all(
    mut work: Work,
    sink: Arc<dyn towpath_connect::RejectSink>,
    mut stop: tokio::sync::watch::Receiver<bool>,
) -> Result<Box<dyn Load>, Fault> {
    let schema = Arc::clone(&work.request.schema);
    let begin = work.destination.begin(work.request.clone());
    let mut load = tokio::select! {
        load = begin => load?,
        () = stopped(&mut stop) => return Err(Fault::cancelled()),
    };
    let result = tokio::select! {
        result = pump(&mut work, load.as_mut(), schema, sink.as_ref()) => result,
        () = stopped(&mut stop) => Err(Fault::cancelled()),
    };
    match result {
        Ok(()) => Ok(load),
        Err(fault) => {
            // Aborting may fail on a connection that is gone; the load is invisible then, too.
            let _ = load.abort().await;
            Err(fault)
        }
    }
}

async fn stopped(stop: &mut tokio::sync::watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        // The sender lives as long as the writers are awaited.
        std::future::pending::<()>().await;
    }
}

async fn pump(
    work: &mut Work,
    load: &mut dyn Load,
    schema: arrow::datatypes::SchemaRef,
    sink: &dyn towpath_connect::RejectSink,
) -> Result<(), Fault> {
    let mut fitter = Fitter::new(schema, load.columns().to_vec())?;
    while let Some(batch) = work.stream.next().await {
        let batch = batch.map_err(from_datafusion)?;
        let bytes = batch.get_array_memory_size() as u64;
        let (batch, rejects) = fitter.fit(batch)?;
        for reject in rejects {
            sink.reject(reject)?;
        }
        let rows = batch.num_rows() as u64;
        if rows > 0 {
            load.write(batch).await?;
        }
        work.rows.fetch_add(rows, Ordering::Relaxed);
        work.bytes.fetch_add(bytes, Ordering::Relaxed);
    }
    Ok(())
}

/// Share of the sources behind a destination that is read, where they know their size.
fn fraction(graph: &Graph, destination: &str) -> Option<f64> {
    let (mut done, mut total) = (0.0, 0.0);
    for source in sources_of(graph, destination) {
        let info = graph.nodes.get(&source)?.info.as_ref()?;
        let (read, size) = match (info.bytes, info.rows) {
            (Some(bytes), _) if graph.shared.scans.of(&source).bytes() > 0 => {
                (graph.shared.scans.of(&source).bytes(), bytes)
            }
            (_, Some(rows)) => (graph.shared.meters.rows(&(source, crate::transform::OUT.to_owned())), rows),
            _ => return None,
        };
        if size > 0 {
            done += (read as f64 / size as f64).min(1.0);
            total += 1.0;
        }
    }
    (total > 0.0).then(|| done / total)
}

fn sources_of(graph: &Graph, node: &str) -> HashSet<String> {
    let mut found = HashSet::new();
    let mut open = vec![node.to_owned()];
    while let Some(name) = open.pop() {
        let Some(node) = graph.nodes.get(&name) else { continue };
        if node.info.is_some() {
            found.insert(name);
        }
        open.extend(node.reads.iter().map(|(node, _)| node.clone()));
    }
    found
}

/// The first rows of a node's port: the same plan with a limit.
pub async fn preview(graph: &Graph, plan: &LogicalPlan, limit: usize) -> Result<Vec<RecordBatch>, Fault> {
    let limited = LogicalPlanBuilder::from(plan.clone())
        .limit(0, Some(limit))
        .and_then(LogicalPlanBuilder::build)
        .map_err(from_datafusion)?;
    collect(graph, limited).await
}

/// All rows of a plan, in memory.
pub async fn collect(graph: &Graph, plan: LogicalPlan) -> Result<Vec<RecordBatch>, Fault> {
    let physical = physical_plan(&graph.state, plan).await.map_err(from_datafusion)?;
    let mut stream = execute_stream(physical, graph.state.task_ctx()).map_err(from_datafusion)?;
    let mut batches = Vec::new();
    while let Some(batch) = stream.next().await {
        batches.push(batch.map_err(from_datafusion)?);
    }
    Ok(batches)
}

/// The plan of a port as it will run, for people to read.
pub fn explain(graph: &Graph, plan: &LogicalPlan) -> Result<String, Fault> {
    let plan = crate::session::optimized(&graph.state, plan.clone()).map_err(from_datafusion)?;
    Ok(plan.display_indent().to_string())
}
