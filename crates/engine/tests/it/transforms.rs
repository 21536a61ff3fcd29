//! Behaviour of single transforms beyond their examples.

use serde_json::json;

use crate::support::{messages, plan, run, sorted, table, try_run};

#[tokio::test]
async fn a_cast_keeps_the_original_in_quarantine() {
    let input = table(
        &[("id", "int64"), ("qty", "text"), ("note", "text")],
        json!([[1, "3", "a"], [2, "x", "b"], [3, null, "c"]]),
    );
    let ran = run("cast", json!({ "columns": { "QTY": "int32" } }), vec![("in", input)]).await;
    assert_eq!(ran.rows(), [json!([1, 3, "a"]), json!([3, null, "c"])]);
    let [reject] = &ran.rejects[..] else { panic!("{:?}", ran.rejects) };
    assert_eq!(reject.place, "row 2");
    assert_eq!((reject.column.as_deref(), reject.value.as_deref()), (Some("qty"), Some("x")));
    assert_eq!(reject.reason, "does not convert to int32");
    assert_eq!(reject.original, r#"{"id":2,"qty":"x","note":"b"}"#);
}

#[tokio::test]
async fn a_failing_cast_stops_the_run() {
    let input = table(&[("qty", "text")], json!([["3"], ["x"]]));
    let config = json!({ "columns": { "qty": "int32" }, "on_error": "fail" });
    let error = try_run("cast", config, vec![("in", input)], 1).await.unwrap_err();
    assert!(error.contains("row 2: column `qty`: does not convert to int32 (value `x`)"), "{error}");
}

#[tokio::test]
async fn rows_in_quarantine_are_judged_before_a_limit_and_a_filter() {
    let input = table(&[("qty", "text")], json!([["1"], ["x"], ["2"], ["3"]]));
    let cast = plan("cast", json!({ "columns": { "qty": "int32" } }), vec![("in", input)]).await.unwrap();
    let ran = run("filter", json!({ "where": "qty > 1" }), vec![("in", cast["out"].clone())]).await;
    assert_eq!(ran.rows(), [json!([2]), json!([3])]);
    assert_eq!(ran.rejects.len(), 1);
}

#[tokio::test]
async fn problems_are_all_shown_in_their_places() {
    let input = || table(&[("a", "int64"), ("b", "text"), ("flags", "boolean")], json!([]));
    let all = |outcome: Result<_, Vec<towpath_model::Problem>>| messages(&outcome.unwrap_err());
    assert_eq!(
        all(plan(
            "cast",
            json!({ "columns": { "a": "date", "x": "bigint", "flags": "decimal(2,3)" } }),
            vec![("in", input())]
        )
        .await),
        [
            "/columns/a: `a` is of type int64, which has no conversion to date",
            "/columns/x: there is no column `x` (columns: `a`, `b`, `flags`)",
            "/columns/x: there is no type `bigint` (did you mean `int64`?)",
            "/columns/flags: `decimal(2,3)` is not a decimal type (write the number of digits and how many of them are decimals: `decimal(12,2)`)",
        ]
    );
    assert_eq!(
        all(plan(
            "aggregate",
            json!({ "by": ["aa"], "compute": { "x": "a + sum(a)" } }),
            vec![("in", input())]
        )
        .await)
        .len(),
        2
    );
    assert_eq!(
        all(plan("rename", json!({ "columns": { "a": "b" } }), vec![("in", input())]).await),
        ["/columns: `a` and `b` would both be called `b` (give one of them another name in `columns`)"]
    );
    assert_eq!(
        all(plan("join", json!({ "on": ["a = b"] }), vec![("left", input()), ("right", input())]).await),
        ["/on/0: `right.b` is text, but `left.a` is a number (convert it: `CAST(right.b AS BIGINT)`)"]
    );
}

#[tokio::test]
async fn deduplicate_follows_the_order_of_arrival_also_after_a_sort() {
    let input = table(
        &[("k", "int64"), ("v", "int64")],
        json!([[1, 5], [2, 1], [1, 7], [null, 1], [1, 6], [null, 2]]),
    );
    let first = run("deduplicate", json!({ "by": ["k"] }), vec![("in", input.clone())]).await;
    assert_eq!(sorted(first.rows()), [json!([1, 5]), json!([2, 1]), json!([null, 1])]);
    let last = run("deduplicate", json!({ "by": ["k"], "keep": "last" }), vec![("in", input.clone())]).await;
    assert_eq!(sorted(last.rows()), [json!([1, 6]), json!([2, 1]), json!([null, 2])]);
    let by_sort = plan("sort", json!({ "by": ["v desc"] }), vec![("in", input)]).await.unwrap();
    for partitions in [1, 4] {
        let ran =
            try_run("deduplicate", json!({ "by": ["k"] }), vec![("in", by_sort["out"].clone())], partitions)
                .await;
        assert_eq!(sorted(ran.unwrap().rows()), [json!([1, 7]), json!([2, 1]), json!([null, 2])]);
    }
}
