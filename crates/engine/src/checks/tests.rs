//! Expectations in runs: what they let pass, what they say, and when they stop a run.

use std::sync::Arc;

use crate::checks::{CheckReport, Outcome, Severity};
use crate::memory::Memory;
use crate::report::{RunReport, RunState};
use crate::trial::{adds_up, batch, graph, node, people, run_nodes};

/// Six people, one of whom comes twice.
fn crowd() -> Arc<Memory> {
    let memory = people();
    let rows = vec![batch(1, &["ada", "bob", "cy"]), batch(3, &["cy", "dora", "eve"])];
    memory.streams.lock().unwrap().insert("people".into(), rows);
    memory
}

async fn expect(memory: &Arc<Memory>, expectations: &str) -> RunReport {
    let nodes = format!(
        "
  people: {{ source: memory, table: people }}
  load:
    destination: memory
    from: people
    table: out
    expect:
{expectations}
"
    );
    run_nodes(memory, &nodes).await
}

fn only(report: &RunReport) -> &CheckReport {
    let [check] = &node(report, "load:expect").checks[..] else { panic!("{report:?}") };
    check
}

fn written(memory: &Memory) -> Option<usize> {
    let tables = memory.tables.lock().unwrap();
    tables.get("out").map(|batches| batches.iter().map(|batch| batch.num_rows()).sum())
}

#[tokio::test]
async fn a_warning_shows_and_everything_is_loaded() {
    let memory = crowd();
    let report = expect(&memory, "      - { column: name, in_set: [ada, bob, cy] }").await;
    assert_eq!((report.state, report.warnings()), (RunState::Done, 1), "{report:?}");
    let check = only(&report);
    assert_eq!(check.expectation, "name is one of ada, bob, cy");
    assert_eq!((check.severity, check.outcome), (Severity::Warn, Outcome::Broken));
    assert_eq!((check.checked, check.failures), (6, 2));
    assert_eq!(check.samples[0].to_string(), "row 5: `name` = `dora`");
    assert_eq!(written(&memory), Some(6));
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["nodes"][1]["checks"][0]["samples"][1]["place"], "row 6");
    adds_up(&report);
}

#[tokio::test]
async fn rows_that_break_an_expectation_go_to_quarantine_and_the_others_keep_their_order() {
    let memory = crowd();
    let report = expect(
        &memory,
        "      - { column: name, max_length: 3, severity: quarantine }
      - { unique: [id], severity: quarantine }",
    )
    .await;
    assert_eq!(report.state, RunState::DoneWithQuarantine, "{report:?}");
    adds_up(&report);
    let checks = &node(&report, "load:expect").checks;
    assert_eq!((checks[0].failures, checks[1].failures), (1, 1));
    assert_eq!(checks[1].samples[0].to_string(), "row 4: `id` = `3`");
    let tables = memory.tables.lock().unwrap();
    let rows = arrow::compute::concat_batches(&tables["out"][0].schema(), &tables["out"]).unwrap();
    assert_eq!(rows.column(0).as_ref(), &arrow::array::Int64Array::from(vec![1, 2, 3, 5]));
}

#[tokio::test]
async fn a_failed_expectation_commits_nothing_and_says_all() {
    let memory = crowd();
    let report = expect(&memory, "      - { expression: id < 4, severity: fail, message: few people }").await;
    assert_eq!(report.state, RunState::Failed);
    let fault = report.fault.as_ref().unwrap();
    assert_eq!(fault.code, "data");
    assert_eq!(
        fault.message,
        "node `load:expect`: `few people` does not hold: 2 of 6 rows break it, for example row 5: `id` = `4`; \
         row 6: `id` = `5`"
    );
    assert_eq!(written(&memory), None);
    assert_eq!(only(&report).outcome, Outcome::Broken);
}

#[tokio::test]
async fn expectations_about_all_rows_are_judged_at_their_end() {
    let cases = [
        ("{ unique: [id], severity: fail }", "values that several rows have: 1", "`id` = `3`, `times` = `2`"),
        ("{ row_count: { min: 7 }, severity: fail }", "6 rows came", ""),
        ("{ row_count: { max: 5 }, severity: fail }", "6 rows came", ""),
        (
            "{ row_count: { of: few, within: 99 }, severity: fail }",
            "6 rows came, and 3 were compared with",
            "",
        ),
        (
            "{ column: id, equal_sum: { node: few }, severity: fail }",
            "different sums: 1",
            "`here` = `18`, `there` = `6`",
        ),
        (
            "{ query: select name from rows group by name having count(*) > 1, severity: fail }",
            "rows that should not be: 1",
            "`name` = `cy`",
        ),
        (
            "{ query: select r.id from rows r join few f on f.id = r.id where r.id > 2, with: [few], severity: fail }",
            "rows that should not be: 2",
            "`id` = `3`; `id` = `3`",
        ),
    ];
    for (expectation, finding, samples) in cases {
        let memory = crowd();
        memory.streams.lock().unwrap().insert("few".into(), vec![batch(1, &["ada", "bob", "cy"])]);
        let nodes = format!(
            "
  people: {{ source: memory, table: people }}
  few: {{ source: memory, table: few }}
  sure: {{ transform: check, from: people, expect: [{expectation}] }}
  load: {{ destination: memory, from: sure, table: out }}
"
        );
        let report = run_nodes(&memory, &nodes).await;
        assert_eq!(report.state, RunState::Failed, "{expectation}: {report:?}");
        let message = &report.fault.as_ref().unwrap().message;
        assert!(message.contains(finding) && message.contains(samples), "{expectation}: {message}");
        assert_eq!(written(&memory), None, "{expectation}");
        // The same rows are read once, whatever is compared.
        let reads = memory.reads.load(std::sync::atomic::Ordering::SeqCst);
        assert!(reads <= 2, "{expectation}: {reads} reads");
    }
}

#[tokio::test]
async fn expectations_that_hold_are_reported_too() {
    let memory = people();
    let report = expect(
        &memory,
        "      - { unique: [id], severity: fail }
      - { row_count: { min: 6, max: 6 }, severity: fail }
      - { row_count: { of: people }, severity: fail }
      - { column: id, equal_sum: { node: people, by: [name] }, severity: fail }
      - { column: id, exists_in: { node: people, column: id }, severity: fail }
      - { column: name, pattern: '^[a-z ]+$', min_length: 2, severity: fail }
      - { query: select * from rows where id is null, severity: fail }",
    )
    .await;
    let outcomes: Vec<Outcome> =
        node(&report, "load:expect").checks.iter().map(|check| check.outcome).collect();
    assert_eq!(outcomes, [Outcome::Held; 7], "{report:?}");
    assert_eq!(report.warnings(), 0);
    assert_eq!(memory.reads.load(std::sync::atomic::Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_value_that_another_node_lacks_is_told() {
    let memory = crowd();
    memory.streams.lock().unwrap().insert("few".into(), vec![batch(1, &["ada", "bob", "cy"])]);
    let nodes = "
  people: { source: memory, table: people }
  few: { source: memory, table: few }
  sure:
    transform: check
    from: people
    expect: [{ column: id, exists_in: { node: few, column: id } }]
  load: { destination: memory, from: sure, table: out }
";
    let report = run_nodes(&memory, nodes).await;
    let check = &node(&report, "sure").checks[0];
    assert_eq!((check.failures, check.checked), (2, 6), "{report:?}");
    assert_eq!(check.samples[0].to_string(), "row 5: `id` = `4`");
    assert_eq!(written(&memory), Some(6));
    // The rows that are only compared with are not counted as read.
    assert_eq!((node(&report, "sure").read, node(&report, "sure").filtered), (6, 0));
}

#[tokio::test]
async fn a_run_that_stops_before_leaves_expectations_unfinished() {
    let memory = people();
    let nodes = "
  people: { source: memory, table: people, fail_after: 3 }
  load: { destination: memory, from: people, table: out, expect: [{ row_count: { min: 1 } }] }
";
    let report = run_nodes(&memory, nodes).await;
    assert_eq!(report.state, RunState::Failed);
    assert_eq!(only(&report).outcome, Outcome::Unfinished);
}

#[tokio::test]
async fn only_expectations_about_single_rows_leave_a_load_divisible() {
    let is_divisible = async |expectation: &str| {
        let nodes = format!(
            "
  people: {{ source: memory, table: people }}
  load: {{ destination: memory, from: people, table: out, expect: [{expectation}] }}
"
        );
        let (graph, _) = graph(&people(), &nodes).await;
        assert_eq!(graph.problems, vec![]);
        let plan = graph.nodes["load"].outputs["in"].clone();
        let plan = crate::session::physical_plan(&graph.state, plan).await.unwrap();
        crate::chunked::divisible(&plan).is_some()
    };
    assert!(is_divisible("{ column: id, min: 1 }").await);
    assert!(is_divisible("{ expression: id > 0, severity: fail }").await);
    assert!(!is_divisible("{ row_count: { min: 1 } }").await);
    assert!(!is_divisible("{ unique: [id] }").await);
}

#[tokio::test]
async fn what_cannot_be_checked_is_a_problem_in_its_place() {
    let nodes = "
  people: { source: memory, table: people }
  load:
    destination: memory
    from: people
    table: out
    expect:
      - { severity: fail }
      - { column: id, min: 1, unique: [id] }
      - { row_count: { min: 1 }, severity: quarantine }
      - { column: nam, not_null: true }
      - { not_null: true }
      - { column: name, newest_within: 2d }
      - { column: id, exists_in: { node: people, column: idd } }
      - { column: name, equal_sum: { node: people } }
      - { column: id, in_set: [a] }
";
    let (graph, _) = graph(&people(), nodes).await;
    let found: Vec<String> =
        graph.problems.iter().map(|problem| format!("{}: {}", problem.path, problem.message)).collect();
    assert_eq!(
        found,
        [
            "/nodes/load/expect/0: the expectation checks nothing",
            "/nodes/load/expect/1: the expectation has several rules",
            "/nodes/load/expect/2/severity: only single rows can go to quarantine, and this is about all rows together",
            "/nodes/load/expect/3/column: there is no column `nam`",
            "/nodes/load/expect/4: say which `column` is looked at",
            "/nodes/load/expect/5/column: `name` is text, not a time",
            "/nodes/load/expect/6/exists_in/column: there is no column `idd` in the right input",
            "/nodes/load/expect/7/column: `name` is text, not a number",
            "/nodes/load/expect/8/in_set/0: `a` does not fit `id`, which is int64",
        ]
    );
}
