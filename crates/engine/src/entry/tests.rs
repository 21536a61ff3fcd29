//! Rows enter where they were rejected, and go through what treats every row by itself.

use std::sync::Arc;

use arrow::array::*;
use arrow::datatypes::{DataType, Field, Schema};
use towpath_connect::fit::row_as_json;
use towpath_connect::reject::MemoryRejects;
use towpath_connect::types::{Logical, with_logical};
use towpath_model::plain;

use super::*;
use crate::report::RunState;
use crate::trial::{adds_up, batch, entering, people, run_graph};

fn row(number: i64, values: &[(&str, Option<&str>)]) -> EntryRow {
    let values = values.iter().map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned)));
    EntryRow { number, place: format!("orders.csv:{number}"), values: values.collect() }
}

fn entry(rows: Vec<EntryRow>) -> Entry {
    Entry { node: "orders".into(), rows }
}

#[test]
fn a_row_that_was_shown_comes_back_as_it_was() {
    let decimals =
        Decimal128Array::from(vec![Some(1_234_567_890_123_450), None]).with_precision_and_scale(20, 2);
    let times = TimestampMicrosecondArray::from(vec![Some(1_700_000_000_123_456), Some(-1)]);
    let columns: Vec<(Field, ArrayRef)> = vec![
        (Field::new("id", DataType::Int64, false), Arc::new(Int64Array::from(vec![i64::MAX, -1]))),
        (Field::new("small", DataType::UInt8, true), Arc::new(UInt8Array::from(vec![Some(255), None]))),
        (Field::new("amount", DataType::Decimal128(20, 2), true), Arc::new(decimals.unwrap())),
        (Field::new("share", DataType::Float64, true), Arc::new(Float64Array::from(vec![0.1, -1e300]))),
        (Field::new("good", DataType::Boolean, true), Arc::new(BooleanArray::from(vec![Some(true), None]))),
        (Field::new("day", DataType::Date32, true), Arc::new(Date32Array::from(vec![Some(20_000), None]))),
        (Field::new("at", times.data_type().clone(), true), Arc::new(times.clone())),
        (
            Field::new("instant", times.clone().with_timezone("UTC").data_type().clone(), true),
            Arc::new(times.with_timezone("UTC")),
        ),
        (
            Field::new("text", DataType::Utf8View, true),
            Arc::new(StringViewArray::from(vec![Some(" é\n\"x"), Some("")])),
        ),
        (
            with_logical(Field::new("json", DataType::Utf8, true), Logical::Json),
            Arc::new(StringArray::from(vec![Some(r#"{"a":[1,2.50]}"#), None])),
        ),
    ];
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().unzip();
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).unwrap();
    let rows = (0..2).map(|at| {
        let values = plain::texts(&row_as_json(&batch, at)).unwrap();
        EntryRow { number: at as i64 + 1, place: String::new(), values: values.into_iter().collect() }
    });
    let rejects = MemoryRejects::default();
    let ((_, batches), entered) = typed(&entry(rows.collect()), &schema, false, &rejects).unwrap();
    assert_eq!(rejects.all(), []);
    assert_eq!(batches, [batch]);
    assert_eq!(entered.rows.len(), 2);
}

#[test]
fn rows_that_still_do_not_fit_say_which_they_are_and_why() {
    let schema = Arc::new(Schema::new(vec![
        Field::new("id", DataType::Int64, false),
        Field::new("amount", DataType::Decimal128(12, 2), true),
    ]));
    let rejects = MemoryRejects::default();
    let rows = vec![
        row(3, &[("id", Some("1")), ("amount", Some("12,50"))]),
        row(4, &[("id", Some("2")), ("amount", Some("12.50"))]),
        row(5, &[("id", None), ("amount", None)]),
        row(6, &[("id", Some("3"))]),
    ];
    let ((_, batches), entered) = typed(&entry(rows), &schema, false, &rejects).unwrap();
    assert_eq!(batches[0].num_rows(), 1);
    assert_eq!(entered.row("row 1"), Some(&(4, "orders.csv:4".into())));
    assert_eq!(entered.row("row 2"), None);
    let mut told: Vec<_> =
        rejects.all().into_iter().map(|reject| (reject.corrects, reject.place, reject.column)).collect();
    told.sort();
    let column = |name: &str| Some(name.to_owned());
    assert_eq!(
        told,
        [
            (Some(3), "orders.csv:3".to_owned(), column("amount")),
            (Some(5), "orders.csv:5".to_owned(), column("id")),
            (Some(6), "orders.csv:6".to_owned(), column("amount")),
        ]
    );
}

/// What becomes of one row that enters at `at` in a pipeline of these nodes: what each node wrote, or why it cannot pass.
async fn passes(nodes: &str, at: &str) -> Result<Vec<(String, u64)>, String> {
    let memory = people();
    memory.streams.lock().unwrap().insert("others".into(), vec![batch(1, &["x"]), batch(9, &["y"])]);
    let sources =
        "\n  people: { source: memory, table: people }\n  others: { source: memory, table: others }";
    let rows = vec![row(7, &[("id", Some("1")), ("name", Some("fay"))])];
    let (graph, _) =
        entering(&memory, &format!("{sources}{nodes}\n"), &Entry { node: at.into(), rows }).await;
    assert_eq!(graph.problems, vec![]);
    if let Some((_, fault)) = graph.faults.first() {
        return Err(fault.to_string());
    }
    let report = run_graph(&graph, |_, _| {}).await;
    assert_eq!(report.state, RunState::Done, "{report:?}");
    adds_up(&report);
    Ok(report.nodes.into_iter().map(|node| (node.node, node.written)).collect())
}

fn wrote(nodes: &[(&str, u64)]) -> Result<Vec<(String, u64)>, String> {
    Ok(nodes.iter().map(|(name, rows)| ((*name).to_owned(), *rows)).collect())
}

#[tokio::test]
async fn rows_enter_a_source_and_go_to_everything_behind_it() {
    let nodes = "
  some: { transform: filter, from: people, where: id < 5 }
  load: { destination: memory, from: some, table: out }
  aside: { destination: memory, from: others, table: aside }";
    assert_eq!(passes(nodes, "people").await, wrote(&[("people", 1), ("some", 1), ("load", 1)]));
    assert_eq!(passes(nodes, "some").await, wrote(&[("some", 1), ("load", 1)]));
    assert_eq!(passes(nodes, "load").await, wrote(&[("load", 1)]));
}

#[tokio::test]
async fn what_rows_are_compared_with_is_read_and_what_stands_beside_them_is_not() {
    let looked = "
  named: { transform: lookup, from: { rows: people, table: others }, on: [id], take: { other: name }, missing: quarantine }
  load: { destination: memory, from: named, table: out }";
    assert_eq!(passes(looked, "named").await, wrote(&[("others", 2), ("named", 1), ("load", 1)]));
    let beside = "
  both: { transform: union, from: [people, others] }
  load: { destination: memory, from: both, table: out }";
    assert_eq!(passes(beside, "people").await, wrote(&[("people", 1), ("both", 1), ("load", 1)]));
    let twice = "
  some: { transform: filter, from: people, where: id < 5 }
  load: { destination: memory, from: some, table: out }
  more: { destination: memory, from: some, table: more }";
    assert_eq!(passes(twice, "people").await, wrote(&[("people", 1), ("some", 1), ("load", 1), ("more", 1)]));
}

#[tokio::test]
async fn nodes_that_put_rows_together_let_none_pass_alone() {
    let load = "\n  load: { destination: memory, from: step, table: out }";
    for (step, why) in [
        (
            "{ transform: aggregate, from: people, by: [name], compute: { rows: count(*) } }",
            "`step` puts rows together",
        ),
        (
            "{ transform: pivot, from: people, index: [id], column: name, value: id, values: [ann] }",
            "`step` puts rows together",
        ),
        (
            "{ transform: cover, from: { intervals: people, windows: others }, interval: [id, id], window: [id, id] }",
            "`step` puts rows together",
        ),
        ("{ transform: limit, from: people, count: 3 }", "`step` takes so many of all rows"),
        (
            "{ transform: window, from: people, order_by: [id], compute: { before: lag(name) } }",
            "`step` compares rows with each other",
        ),
        ("{ transform: sessions, from: people, at: id }", "`step` compares rows with each other"),
        ("{ transform: intervals, from: people, at: id }", "`step` compares rows with each other"),
        ("{ transform: deduplicate, from: people, by: [id] }", "`step` compares rows with each other"),
        (
            "{ transform: sql, from: { p: people, o: others }, query: \"select o.* from o where id in (select id from p)\" }",
            "in a subquery",
        ),
        (
            "{ transform: join, from: { left: others, right: people }, on: [id], kind: left }",
            "joins the rows",
        ),
    ] {
        let refused = passes(&format!("\n  step: {step}{load}"), "people").await.unwrap_err();
        assert!(refused.contains(why), "{step}: {refused}");
    }
    let query = "\n  step: { transform: sql, from: people, query: \"select id + 1 as id, upper(name) as name from people where id < 3\" }";
    assert_eq!(
        passes(&format!("{query}{load}"), "people").await,
        wrote(&[("people", 1), ("step", 1), ("load", 1)])
    );
}

#[tokio::test]
async fn expectations_about_all_rows_are_not_asked_of_some() {
    let nodes = "
  load: { destination: memory, from: people, table: out, expect: [{ row_count: { min: 5 } }, { column: id, min: 0 }] }";
    let passed = passes(nodes, "people").await.unwrap();
    assert_eq!(passed.last(), Some(&("load".to_owned(), 1)));
}
