//! Carries out a compiled pipeline: drains every destination, then commits them all.
//!
//! All destinations are written side by side ([`crate::writers`]). Only when every one of them has all its rows do the
//! commits begin ([`crate::commit`]); a failure or a cancellation before that aborts all of them, so nothing is visible.
//! Dropping the future of [`run`] drops the loads, which leaves nothing visible either.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use arrow::array::RecordBatch;
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};
use datafusion::physical_plan::execute_stream;
use futures::{FutureExt, StreamExt};
use serde_json::Value;
use towpath_connect::{BatchStream, LoadRequest, Together};
use towpath_model::pipeline::SCOPE;
use towpath_model::{Fault, FaultKind, LoadId, RunId};

use crate::commit::{commit_all, give_up, late, preview_all};
use crate::dry::DryRun;
use crate::fault::from_datafusion;
use crate::graph::Graph;
use crate::progress::progress;
use crate::report::{Event, FaultReport, Landed, LoadProgress, Output, RunReport, RunState, count};
use crate::session::physical_plan;
use crate::writers::{Ready, Sample, Work, write_all};

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
    /// The run was begun before and did not end: its loads go on where they stopped.
    pub resumed: bool,
    /// Lets the guards of mirrors pass.
    pub force: bool,
    /// Commit nothing; tell what would change.
    pub dry: Option<DryRun>,
}

impl RunOptions {
    /// An ordinary run.
    pub fn new(run: RunId, events: EventSink, cancel: tokio::sync::watch::Receiver<bool>) -> Self {
        RunOptions { run, date: None, events, cancel, resumed: false, force: false, dry: None }
    }
}

impl std::fmt::Debug for RunOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RunOptions({})", self.run)
    }
}

/// Runs the pipeline to its end and says what happened. Never fails without a report.
pub async fn run(graph: &Graph, options: RunOptions) -> RunReport {
    let started = Instant::now();
    (options.events)(Event::RunStarted {
        run: options.run.clone(),
        pipeline: graph.spec.name.clone(),
        date: options.date.clone(),
        resumed: options.resumed,
    });
    for (name, node) in &graph.nodes {
        for alert in node.info.iter().flat_map(|info| &info.alerts) {
            (options.events)(Event::Alert { node: name.clone(), alert: alert.clone() });
        }
    }
    let mut landed: HashMap<String, Landed> = HashMap::new();
    let mut complete = None;
    let result = carry_out(graph, &options, started, &mut landed, &mut complete).await;
    let nodes = count(graph, started, &|node| landed.get(node).cloned());
    let in_place = landed.iter().filter(|(_, landed)| landed.is_committed);
    let outputs =
        in_place.map(|(node, landed)| Output { node: node.clone(), rows: landed.sample.clone() }).collect();
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
        complete_seconds: complete,
        peak_memory: graph.shared.usage.peak(),
        dry: options.dry.is_some(),
        resumable: result.is_err() && landed.values().any(|landed| landed.kept),
        fault: result.as_ref().err().map(FaultReport::from),
        outputs,
    };
    (options.events)(Event::RunFinished { report: report.clone() });
    report
}

async fn carry_out(
    graph: &Graph,
    options: &RunOptions,
    started: Instant,
    landed: &mut HashMap<String, Landed>,
    complete: &mut Option<f64>,
) -> Result<(), Fault> {
    // What an earlier attempt rejected outside of chunks is going to be rejected once more.
    graph.shared.quarantine().forget("")?;
    let work = plan_work(graph, options).await?;
    let report_progress = async {
        let mut tick = tokio::time::interval(Duration::from_millis(200));
        tick.tick().await;
        loop {
            tick.tick().await;
            let load = |work: &Arc<Work>| LoadProgress {
                node: work.node.clone(),
                rows: work.progress.rows.load(Ordering::Relaxed),
                bytes: work.progress.bytes.load(Ordering::Relaxed),
                before: work.progress.before.load(Ordering::Relaxed),
                fraction: fraction(graph, &work.node),
            };
            let loads = work.iter().map(load).collect();
            let nodes = progress(graph, &work);
            (options.events)(Event::Progress { loads, nodes, seconds: started.elapsed().as_secs_f64() });
        }
    };
    let result = {
        let loading = load_all(options, &work, started, landed, complete);
        tokio::pin!(loading);
        tokio::select! {
            result = &mut loading => result,
            () = report_progress => Err(Fault::internal("the progress reporter ended")),
        }
    };
    for work in &work {
        if let Some(landed) = landed.get_mut(&work.node) {
            landed.sample = work.sample.rows();
        }
    }
    result
}

async fn plan_work(graph: &Graph, options: &RunOptions) -> Result<Vec<Arc<Work>>, Fault> {
    let mut work = Vec::new();
    let moments = graph.moments();
    let mut places: HashMap<usize, Together> = HashMap::new();
    // Every plan is made before the first one runs: shared nodes must know their readers.
    for (name, node) in &graph.nodes {
        let (Some(destination), Some(plan)) = (&node.destination, node.outputs.values().next()) else {
            continue;
        };
        let plan = physical_plan(&graph.state, plan.clone()).await.map_err(from_datafusion)?;
        let scope = match node.outputs.get(SCOPE) {
            Some(plan) => Some(physical_plan(&graph.state, plan.clone()).await.map_err(from_datafusion)?),
            None => None,
        };
        let spec = &graph.spec.nodes[name];
        let landing = &spec.landing;
        let group = moments.iter().position(|moment| moment.iter().any(|(known, _)| known == name));
        let group = group.filter(|moment| moments[*moment].len() > 1);
        let request = LoadRequest {
            mode: landing.mode,
            key: landing.key.clone(),
            contract: landing.contract.clone(),
            mirror: landing.mirror.clone(),
            history: landing.history.clone(),
            undo: landing.undo.clone(),
            force: options.force,
            together: group.map(|moment| places.entry(moment).or_default().clone()),
            ..LoadRequest::new(
                load_id(&options.run, name),
                format!("{}/{name}", graph.spec.name),
                plan.schema(),
                graph.shared.labelled(late(name)).sink(name),
            )
        };
        let cuts = node.resumes && landing.resume.enabled && options.dry.is_none();
        work.push(Arc::new(Work {
            node: name.clone(),
            plan,
            scope,
            state: graph.state.clone(),
            shared: graph.shared.clone(),
            table: spec.config.get("table").and_then(Value::as_str).unwrap_or(name).to_owned(),
            behind: behind(graph, name),
            destination: Arc::clone(destination),
            request,
            group,
            resume: cuts.then(|| landing.resume.clone()),
            resumed: options.resumed,
            progress: Arc::default(),
            sample: Sample::default(),
        }));
    }
    work.sort_by_key(|work: &Arc<Work>| graph.spec.nodes.get_index_of(&work.node));
    if work.is_empty() {
        return Err(Fault::config("the pipeline loads nothing: it has no destination")
            .hint("add a node such as `load: { destination: sqlite, from: …, table: … }`"));
    }
    Ok(work)
}

/// The identity of the load of one node in one run.
pub fn load_id(run: &RunId, node: &str) -> LoadId {
    LoadId::from_text(format!("{run}/{node}"))
}

async fn load_all(
    options: &RunOptions,
    work: &[Arc<Work>],
    started: Instant,
    landed: &mut HashMap<String, Landed>,
    complete: &mut Option<f64>,
) -> Result<(), Fault> {
    // One flag stops all writers: a cancellation from outside, or the first failure inside.
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut outside = options.cancel.clone();
    let mut writers = tokio::task::JoinSet::new();
    for item in work {
        let (item, stopped) = (Arc::clone(item), stopped.clone());
        writers.spawn(async move {
            let result = write_all(Arc::clone(&item), stopped).await;
            (item, result)
        });
    }
    let mut ready: HashMap<String, Ready> = HashMap::new();
    let mut failure: Option<Fault> = None;
    loop {
        tokio::select! {
            joined = writers.join_next() => match joined {
                None => break,
                Some(Ok((item, result))) => {
                    let rows = item.progress.rows.load(Ordering::Relaxed);
                    let read = rows + item.shared.rejected.rows(&item.node);
                    let before = item.progress.before.load(Ordering::Relaxed);
                    let kept = item.progress.sealed.load(Ordering::Relaxed) > 0;
                    landed.insert(item.node.clone(), Landed { read, before, kept, ..Landed::default() });
                    match result {
                        Ok(load) => drop(ready.insert(item.node.clone(), load)),
                        Err(fault) => {
                            failure = Some(worse(failure, fault.at_node(&item.node)));
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
        give_up(ready).await;
        return Err(fault);
    }
    *complete = Some(started.elapsed().as_secs_f64());
    match &options.dry {
        Some(dry) => preview_all(dry, work, ready, landed).await,
        None => commit_all(options, work, ready, started, landed).await,
    }
}

/// The fault that tells more: one that is not just the echo of a stop.
fn worse(first: Option<Fault>, second: Fault) -> Fault {
    match first {
        Some(first) if first.kind() != FaultKind::Cancelled => first,
        _ => second,
    }
}

/// Share of the sources behind a destination that is read, where they know their size.
fn fraction(graph: &Graph, destination: &str) -> Option<f64> {
    let (mut done, mut total) = (0.0, 0.0);
    for source in behind(graph, destination) {
        let Some(info) = graph.nodes.get(&source)?.info.as_ref() else { continue };
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

/// A node and those that it reads, directly or not.
fn behind(graph: &Graph, node: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut open = vec![node.to_owned()];
    while let Some(name) = open.pop() {
        let Some(node) = graph.nodes.get(&name).filter(|_| !found.contains(&name)) else { continue };
        open.extend(node.reads.iter().map(|(node, _)| node.clone()));
        found.push(name);
    }
    found
}

/// The first rows of a node's port: the same plan with a limit.
pub async fn preview(graph: &Graph, plan: &LogicalPlan, limit: usize) -> Result<Vec<RecordBatch>, Fault> {
    let limited = LogicalPlanBuilder::from(plan.clone())
        .limit(0, Some(limit))
        .and_then(LogicalPlanBuilder::build)
        .map_err(from_datafusion)?;
    collect(graph, limited).boxed().await
}

/// The rows of a node's port as they come, up to a limit. Dropping the stream stops the work.
pub async fn stream(graph: &Graph, plan: &LogicalPlan, limit: usize) -> Result<BatchStream, Fault> {
    let limited = LogicalPlanBuilder::from(plan.clone())
        .limit(0, Some(limit))
        .and_then(LogicalPlanBuilder::build)
        .map_err(from_datafusion)?;
    let physical = physical_plan(&graph.state, limited).boxed().await.map_err(from_datafusion)?;
    let batches = execute_stream(physical, graph.state.task_ctx()).map_err(from_datafusion)?;
    Ok(batches.map(|batch| batch.map_err(from_datafusion)).boxed())
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
    let plan = crate::session::optimized(&graph.state, plan.clone()).and_then(crate::expr::overflow::shown);
    let plan = plan.map_err(from_datafusion)?;
    Ok(plan.display_indent().to_string())
}
