//! What a run promises, on connectors in memory.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use towpath_connect::{Comparison, Context, Literal, Registry};
use towpath_model::scope::Scope;
use towpath_model::{Document, PipelineSpec, RunId};

use crate::connections::ConnectionBook;
use crate::context::{MemoryQuarantine, RunShared};
use crate::graph::{Graph, Workshop, compile};
use crate::memory::{Memory, MemoryConnector};
use crate::report::{NodeReport, RunReport, RunState};
use crate::run::{RunOptions, preview, run};
use crate::session::{Limits, session};

fn batch(from: i64, names: &[&str]) -> RecordBatch {
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(from..from + names.len() as i64));
    let names: ArrayRef = Arc::new(StringArray::from(names.to_vec()));
    RecordBatch::try_from_iter([("id", ids), ("name", names)]).unwrap()
}

fn memory() -> Arc<Memory> {
    let memory = Arc::new(Memory::default());
    let batches = vec![batch(1, &["ada", "bob", "cy"]), batch(4, &["dora", "eve", "far too long"])];
    memory.streams.lock().unwrap().insert("people".into(), batches);
    memory
}

async fn graph(memory: &Arc<Memory>, text: &str) -> (Graph, MemoryQuarantine) {
    let document = Document::parse("p.yaml", text).unwrap();
    let (spec, problems) = PipelineSpec::from_document(&document);
    assert_eq!(problems, vec![]);
    let workshop = Workshop {
        registry: Registry::new(vec![MemoryConnector::erased(Arc::clone(memory))]),
        transforms: crate::transforms::all(),
        connections: ConnectionBook::default(),
        context: Context::new("."),
        positions: None,
    };
    let quarantine = MemoryQuarantine::default();
    let shared = RunShared::new(Arc::new(quarantine.clone()));
    let state = session(shared.clone(), Limits::default()).unwrap();
    let scope = Scope::new(".".as_ref(), |_| None);
    (compile(spec.unwrap(), &workshop, &scope, state, shared, Default::default()).await, quarantine)
}

async fn run_text(memory: &Arc<Memory>, text: &str) -> RunReport {
    let (graph, _) = graph(memory, text).await;
    assert_eq!(graph.problems, vec![]);
    let (_keep, cancel) = tokio::sync::watch::channel(false);
    run(&graph, RunOptions::new(RunId::generate(), Arc::new(|_| {}), cancel)).await
}

fn node<'a>(report: &'a RunReport, name: &str) -> &'a NodeReport {
    report.nodes.iter().find(|node| node.node == name).unwrap()
}

fn adds_up(report: &RunReport) {
    for node in report.nodes.iter().filter(|node| !node.reshapes) {
        let sum = node.written + node.filtered + node.deduplicated + node.quarantined;
        assert_eq!(node.read, sum, "{node:?}");
    }
}

#[tokio::test]
async fn every_row_is_accounted_for() {
    let memory = memory();
    let report = run_text(
        &memory,
        "
towpath: 1
name: t
nodes:
  people: { source: memory, table: people }
  some: { transform: filter, from: people, where: \"id > 1\" }
  load: { destination: memory, from: some, table: out }
",
    )
    .await;
    assert_eq!(report.state, RunState::DoneWithQuarantine, "{report:?}");
    adds_up(&report);
    assert_eq!((node(&report, "some").read, node(&report, "some").filtered), (6, 1));
    assert_eq!((node(&report, "load").written, node(&report, "load").quarantined), (4, 1));
}

#[tokio::test]
async fn a_node_that_two_read_is_computed_once() {
    let memory = memory();
    let report = run_text(
        &memory,
        "
towpath: 1
name: t
nodes:
  people: { source: memory, table: people }
  some: { transform: filter, from: people, where: \"id > 2\" }
  pairs: { transform: join, from: { left: some, right: people }, on: [id] }
  load: { destination: memory, from: some, table: out }
  more: { destination: memory, from: pairs, table: pairs }
",
    )
    .await;
    adds_up(&report);
    assert_eq!(memory.reads.load(Ordering::SeqCst), 1, "{report:?}");
    assert_eq!(node(&report, "people").read, 6);
    assert_eq!(node(&report, "pairs").written, 4);
}

#[tokio::test]
async fn sources_apply_the_filters_they_accept_and_read_only_what_is_needed() {
    let memory = memory();
    let report = run_text(
        &memory,
        "
towpath: 1
name: t
nodes:
  people: { source: memory, table: people }
  one: { transform: filter, from: people, where: \"id = 3 and name <> 'x'\" }
  ids: { transform: select, from: one, columns: [id] }
  load: { destination: memory, from: ids, table: out }
",
    )
    .await;
    assert_eq!(report.state, RunState::Done, "{report:?}");
    let filters = memory.filters.lock().unwrap().clone();
    assert_eq!(filters.len(), 1);
    assert_eq!(
        (filters[0].column.as_str(), &filters[0].comparison),
        ("id", &Comparison::Equal(Literal::Int(3)))
    );
    assert!(node(&report, "people").notes[0].contains("id = 3"), "{:?}", node(&report, "people").notes);
}

#[tokio::test]
async fn one_failure_takes_every_load_back() {
    let memory = memory();
    memory.streams.lock().unwrap().insert("others".into(), vec![batch(1, &["x"]), batch(2, &["y"])]);
    let report = run_text(
        &memory,
        "
towpath: 1
name: t
nodes:
  people: { source: memory, table: people }
  others: { source: memory, table: others, fail_after: 1 }
  load: { destination: memory, from: people, table: out }
  more: { destination: memory, from: others, table: more }
",
    )
    .await;
    assert_eq!(report.state, RunState::Failed);
    let fault = report.fault.unwrap();
    assert_eq!(fault.message, "node `others`: the server closed the connection");
    assert_eq!(memory.aborts.load(Ordering::SeqCst), 2);
    assert!(memory.tables.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_cancelled_run_leaves_nothing() {
    let memory = memory();
    let (graph, _) = graph(
        &memory,
        "
towpath: 1
name: t
nodes:
  people: { source: memory, table: people, hang: true }
  load: { destination: memory, from: people, table: out }
",
    )
    .await;
    let (stop, cancel) = tokio::sync::watch::channel(false);
    let stop = Arc::new(stop);
    let at_progress = Arc::clone(&stop);
    let events = Arc::new(move |event: crate::report::Event| {
        if matches!(event, crate::report::Event::Progress { .. }) {
            at_progress.send_replace(true);
        }
    });
    let report = run(&graph, RunOptions::new(RunId::generate(), events, cancel)).await;
    assert_eq!(report.state, RunState::Cancelled);
    assert_eq!(memory.aborts.load(Ordering::SeqCst), 1);
    assert!(memory.tables.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_preview_is_the_same_plan_with_a_limit() {
    let memory = memory();
    let (graph, _) = graph(
        &memory,
        "
towpath: 1
name: t
nodes:
  people: { source: memory, table: people }
  some: { transform: filter, from: people, where: \"id > 2\" }
",
    )
    .await;
    let rows = preview(&graph, &graph.nodes["some"].outputs["out"], 2).await.unwrap();
    let expected = batch(3, &["cy", "dora"]);
    let found = arrow::compute::concat_batches(&rows[0].schema(), &rows).unwrap();
    assert_eq!(found.columns(), expected.columns());
}

#[tokio::test]
async fn problems_of_kinds_settings_and_ports_come_together() {
    let memory = memory();
    let (graph, _) = graph(
        &memory,
        "
towpath: 1
name: t
nodes:
  a: { source: memry, table: people }
  b: { source: memory, tabel: people }
  c: { source: memory, table: missing }
  d: { source: memory, table: people }
  e: { transform: fliter, from: d }
  load: { destination: memory, from: d, table: out, mode: upsert, key: [id] }
  more: { destination: memory, from: d, table: out, key: [idd] }
",
    )
    .await;
    let found: Vec<(&str, Option<&str>)> =
        graph.problems.iter().map(|problem| (problem.path.as_str(), problem.hint.as_deref())).collect();
    assert_eq!(
        found,
        [
            ("/nodes/a/source", Some("did you mean `memory`?")),
            ("/nodes/b", Some("Name of the stream or table.")),
            ("/nodes/b/tabel", Some("did you mean `table`?")),
            ("/nodes/e/transform", Some("did you mean `filter`?")),
            ("/nodes/load/mode", Some("it can `append`, `overwrite`")),
            ("/nodes/more/key/0", Some("did you mean `id`?")),
        ]
    );
    assert_eq!(graph.faults.len(), 1);
    assert_eq!(graph.faults[0].1.to_string(), "node `c`: there is no table `missing`");
}
