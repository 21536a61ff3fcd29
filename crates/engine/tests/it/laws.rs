//! Laws that hold for every input.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::support::{plan, run, sorted, table};

type Rows = Vec<(Option<i64>, Option<i64>)>;

fn some_rows() -> impl Strategy<Value = Rows> {
    prop::collection::vec((prop::option::of(0..4i64), prop::option::of(-5..5i64)), 0..30)
}

fn input(rows: &Rows) -> datafusion::logical_expr::LogicalPlan {
    let rows: Value = rows.iter().enumerate().map(|(id, (k, v))| json!([id, k, v])).collect();
    table(&[("id", "int64"), ("k", "int64"), ("v", "int64")], rows)
}

/// Runs a law on generated rows.
fn for_all<S: Strategy>(strategy: &S, law: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let mut runner = TestRunner::new(ProptestConfig { cases: 12, ..ProptestConfig::default() });
    runner.run(strategy, law).unwrap();
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

#[test]
fn filters_one_after_the_other_are_one_filter() {
    for_all(&some_rows(), |rows| {
        wait(async {
            let first =
                plan("filter", json!({ "where": "v > -2" }), vec![("in", input(&rows))]).await.unwrap();
            let both = run("filter", json!({ "where": "k < 3" }), vec![("in", first["out"].clone())]).await;
            let one = run("filter", json!({ "where": "v > -2 and k < 3" }), vec![("in", input(&rows))]).await;
            prop_assert_eq!(both.rows(), one.rows());
            Ok(())
        })
    });
}

#[test]
fn a_join_has_as_many_rows_as_pairs_of_keys() {
    for_all(&(some_rows(), some_rows()), |(left, right)| {
        let count = |rows: &Rows, key: i64| rows.iter().filter(|(k, _)| *k == Some(key)).count();
        let pairs: usize = (0..4).map(|key| count(&left, key) * count(&right, key)).sum();
        let lone = left.iter().filter(|(k, _)| k.is_none_or(|key| count(&right, key) == 0)).count();
        wait(async {
            let join = async |kind: &str| {
                let inputs = vec![("left", input(&left)), ("right", input(&right))];
                run("join", json!({ "kind": kind, "on": ["k"] }), inputs).await.rows().len()
            };
            prop_assert_eq!(join("inner").await, pairs);
            prop_assert_eq!(join("left").await, pairs + lone);
            prop_assert_eq!(join("semi").await + join("anti").await, left.len());
            Ok(())
        })
    });
}

#[test]
fn unpivot_takes_back_a_pivot() {
    for_all(&some_rows(), |rows| {
        wait(async {
            let config = json!({ "index": ["id"], "column": "k", "value": "v", "values": [0, 1, 2, 3] });
            let wide = plan("pivot", config, vec![("in", input(&rows))]).await.unwrap();
            let config = json!({ "keep": ["id"], "drop_nulls": true });
            let long = run("unpivot", config, vec![("in", wide["out"].clone())]).await;
            let expected: Vec<Value> = rows
                .iter()
                .enumerate()
                .filter_map(|(id, (k, v))| Some(json!([id, (*k)?.to_string(), (*v)?])))
                .collect();
            prop_assert_eq!(sorted(long.rows()), sorted(&expected));
            Ok(())
        })
    });
}

#[test]
fn rows_are_kept_or_quarantined_and_sent_to_exactly_one_output() {
    for_all(&some_rows(), |rows| {
        wait(async {
            let rules = json!([{ "column": "v", "not_null": true, "min": -3 }, { "column": "k", "in_set": [0, 1, 2], "unique": true }]);
            let ran = run("validate", json!({ "rules": rules }), vec![("in", input(&rows))]).await;
            prop_assert_eq!(ran.rows().len() + ran.rejects.len(), rows.len());
            let config = json!({ "outputs": { "low": "v < 0", "even": "k % 2 = 0" }, "default": "rest" });
            let split = run("split_by_condition", config, vec![("in", input(&rows))]).await;
            prop_assert_eq!(split.outputs.iter().map(|(_, rows)| rows.len()).sum::<usize>(), rows.len());
            let sample =
                async |config: Value| run("sample", config, vec![("in", input(&rows))]).await.outputs;
            let five = sample(json!({ "rows": 5, "seed": 7 })).await;
            prop_assert_eq!(five[0].1.len(), rows.len().min(5));
            prop_assert_eq!(&five, &sample(json!({ "rows": 5, "seed": 7 })).await);
            Ok(())
        })
    });
}
