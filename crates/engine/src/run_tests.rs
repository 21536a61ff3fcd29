//! What a run promises, on connectors in memory.

use std::sync::atomic::Ordering;

use towpath_connect::{Comparison, Literal};

use crate::report::{Event, RunState};
use crate::run::preview;
use crate::trial::{adds_up, batch, graph, node, people, run_graph, run_nodes};

#[tokio::test]
async fn every_row_is_accounted_for() {
    let memory = people();
    let report = run_nodes(
        &memory,
        "
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
    let memory = people();
    let report = run_nodes(
        &memory,
        "
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
    let memory = people();
    let report = run_nodes(
        &memory,
        "
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
async fn rows_of_several_outputs_are_counted_by_output() {
    let memory = people();
    let report = run_nodes(
        &memory,
        "
  people: { source: memory, table: people }
  parts: { transform: split_by_condition, from: people, outputs: { low: id <= 1 }, default: rest }
  low: { destination: memory, from: parts.low, table: low }
  rest: { destination: memory, from: parts.rest, table: rest }
",
    )
    .await;
    let parts = node(&report, "parts");
    let read = |name: &str| node(&report, name).read;
    assert_eq!((parts.ports["low"], parts.ports["rest"]), (read("low"), read("rest")));
    assert!(parts.ports["low"] > 0 && parts.ports.values().sum::<u64>() == parts.written, "{parts:?}");
    assert!(node(&report, "people").ports.is_empty());
}

#[tokio::test]
async fn one_failure_takes_every_load_back() {
    let memory = people();
    memory.streams.lock().unwrap().insert("others".into(), vec![batch(1, &["x"]), batch(2, &["y"])]);
    let report = run_nodes(
        &memory,
        "
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
    let memory = people();
    let (graph, _) = graph(
        &memory,
        "
  people: { source: memory, table: people, hang: true }
  load: { destination: memory, from: people, table: out }
",
    )
    .await;
    let report = run_graph(&graph, |event, stop| {
        if matches!(event, Event::Progress { .. }) {
            stop.send_replace(true);
        }
    })
    .await;
    assert_eq!(report.state, RunState::Cancelled);
    assert_eq!(memory.aborts.load(Ordering::SeqCst), 1);
    assert!(memory.tables.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_preview_is_the_same_plan_with_a_limit() {
    let memory = people();
    let (graph, _) = graph(
        &memory,
        "
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
    let memory = people();
    let (graph, _) = graph(
        &memory,
        "
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
            ("/nodes/b/table", Some("Name of the stream or table.")),
            ("/nodes/b/tabel", Some("did you mean `table`?")),
            ("/nodes/e/transform", Some("did you mean `filter`?")),
            ("/nodes/load/mode", Some("it can `append`, `overwrite`")),
            ("/nodes/more/key/0", Some("did you mean `id`?")),
        ]
    );
    assert_eq!(graph.faults.len(), 1);
    assert_eq!(graph.faults[0].1.to_string(), "node `c`: there is no table `missing`");
}
