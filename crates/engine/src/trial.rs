//! Runs documents on connectors in memory, for the tests of this crate.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use towpath_connect::{Context, Registry};
use towpath_model::scope::Scope;
use towpath_model::{Document, PipelineSpec, RunId};

use crate::connections::ConnectionBook;
use crate::context::{MemoryQuarantine, RunShared};
use crate::entry::Entry;
use crate::graph::{Graph, Workshop, compile, compile_entry};
use crate::memory::{Memory, MemoryConnector};
use crate::report::{Event, NodeReport, RunReport};
use crate::run::{RunOptions, run};
use crate::session::{Limits, session};

/// Rows with the columns `id` (numbers from `from`) and `name`.
pub(crate) fn batch(from: i64, names: &[&str]) -> RecordBatch {
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(from..from + names.len() as i64));
    let names: ArrayRef = Arc::new(StringArray::from(names.to_vec()));
    RecordBatch::try_from_iter([("id", ids), ("name", names)]).unwrap()
}

/// A memory with the stream `people`: six rows, of which the last does not fit a table.
pub(crate) fn people() -> Arc<Memory> {
    let memory = Arc::new(Memory::default());
    let batches = vec![batch(1, &["ada", "bob", "cy"]), batch(4, &["dora", "eve", "far too long"])];
    memory.streams.lock().unwrap().insert("people".into(), batches);
    memory
}

/// All transforms, and the connector `memory`.
pub(crate) fn workshop(memory: &Arc<Memory>) -> Workshop {
    Workshop {
        registry: Registry::new(vec![MemoryConnector::erased(Arc::clone(memory))]),
        transforms: crate::transforms::all(),
        connections: ConnectionBook::default(),
        context: Context::new("."),
        positions: None,
        memories: Default::default(),
    }
}

/// A pipeline of these nodes, compiled.
pub(crate) async fn graph(memory: &Arc<Memory>, nodes: &str) -> (Graph, MemoryQuarantine) {
    compiled(memory, nodes, None).await
}

/// The same for rows that enter at a node.
pub(crate) async fn entering(memory: &Arc<Memory>, nodes: &str, entry: &Entry) -> (Graph, MemoryQuarantine) {
    compiled(memory, nodes, Some(entry)).await
}

async fn compiled(memory: &Arc<Memory>, nodes: &str, entry: Option<&Entry>) -> (Graph, MemoryQuarantine) {
    let text = format!("towpath: 1\nname: t\nnodes:{nodes}");
    let document = Document::parse("p.yaml", &text).unwrap();
    let (spec, problems) = PipelineSpec::from_document(&document);
    assert_eq!(problems, vec![]);
    let (spec, workshop) = (spec.unwrap(), workshop(memory));
    let quarantine = MemoryQuarantine::default();
    let shared = RunShared::new(Arc::new(quarantine.clone()));
    let state = session(shared.clone(), Limits::default()).unwrap();
    let scope = Scope::new(".".as_ref(), |_| None);
    let graph = match entry {
        Some(entry) => compile_entry(spec, &workshop, &scope, state, shared, entry).await,
        None => compile(spec, &workshop, &scope, state, shared, Default::default()).await,
    };
    (graph, quarantine)
}

/// Runs a graph to its end; `on_event` sees what happens and may ask it to stop.
pub(crate) async fn run_graph(
    graph: &Graph,
    on_event: impl Fn(Event, &tokio::sync::watch::Sender<bool>) + Send + Sync + 'static,
) -> RunReport {
    let (stop, cancel) = tokio::sync::watch::channel(false);
    let events = Arc::new(move |event| on_event(event, &stop));
    run(graph, RunOptions::new(RunId::generate(), events, cancel)).await
}

/// Runs a pipeline of these nodes, which must be right.
pub(crate) async fn run_nodes(memory: &Arc<Memory>, nodes: &str) -> RunReport {
    let (graph, _) = graph(memory, nodes).await;
    assert_eq!(graph.problems, vec![]);
    run_graph(&graph, |_, _| {}).await
}

/// What a report says of a node.
#[track_caller]
pub(crate) fn node<'a>(report: &'a RunReport, name: &str) -> &'a NodeReport {
    report.nodes.iter().find(|node| node.node == name).unwrap()
}

/// Every row that came in went somewhere.
#[track_caller]
pub(crate) fn adds_up(report: &RunReport) {
    for node in report.nodes.iter().filter(|node| !node.reshapes) {
        let sum = node.written + node.filtered + node.deduplicated + node.quarantined;
        assert_eq!(node.read, sum, "{node:?}");
    }
}
