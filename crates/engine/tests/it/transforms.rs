//! Behaviour of single transforms beyond their examples.

use serde_json::json;

use crate::support::{messages, physical, plan, run, sorted, table, try_run};

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
            "/columns/flags: `decimal(2,3)` is not a decimal type (write the number of digits, at most 76, and how many of them are decimals: `decimal(12,2)`)",
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

#[tokio::test]
async fn a_sorted_input_stays_sorted_through_what_keeps_rows() {
    let input = table(
        &[("a", "int64"), ("b", "int64")],
        json!([[1, 5], [2, 3], [3, 9], [4, 1], [5, 7], [6, 2], [7, 8], [8, 4]]),
    );
    let sorted = plan("sort", json!({ "by": ["b"] }), vec![("in", input)]).await.unwrap();
    let derived = plan("derive", json!({ "columns": { "c": "a + b" } }), vec![("in", sorted["out"].clone())])
        .await
        .unwrap();
    let rules = json!({ "rules": [{ "column": "a", "max": 7 }] });
    let checked = plan("validate", rules, vec![("in", derived["out"].clone())]).await.unwrap();
    for partitions in [1, 3] {
        let last = vec![("in", checked["out"].clone())];
        let ran = try_run("select", json!({ "columns": ["b"] }), last, partitions).await.unwrap();
        assert_eq!(
            ran.rows(),
            [json!([1]), json!([2]), json!([3]), json!([5]), json!([7]), json!([8]), json!([9])]
        );
    }
}

#[tokio::test]
async fn a_join_of_unknown_sizes_holds_its_right_side() {
    // What may go to quarantine has no known size.
    let rules = json!({ "rules": [{ "column": "k", "min": 0 }] });
    let some = |input| plan("validate", rules.clone(), vec![("in", input)]);
    let left = some(table(&[("k", "int64")], json!([[3], [1], [2], [9]]))).await.unwrap();
    let right = some(table(&[("k", "int64"), ("n", "int64")], json!([[1, 1], [2, 2]]))).await.unwrap();
    let inputs = || vec![("left", left["out"].clone()), ("right", right["out"].clone())];
    let sql =
        json!({ "query": "select l.k, r.n as held from \"left\" l left join \"right\" r on l.k = r.k" });
    for (name, config) in [("join", json!({ "kind": "left", "on": ["k"] })), ("sql", sql)] {
        let plan = plan(name, config.clone(), inputs()).await.unwrap();
        let text = physical(&plan["out"]).await;
        assert!(text.contains("HashJoinExec: mode=CollectLeft, join_type=Right"), "{text}");
        assert_eq!(run(name, config, inputs()).await.rows().len(), 4);
    }
}

#[tokio::test]
async fn logical_types_survive_what_does_not_change_values() {
    let input = || {
        table(
            &[("id", "int64"), ("key", "uuid"), ("n", "numeric")],
            json!([[1, "67e55044-10b1-426f-9247-bb680e5fe0c8", "1.50"], [2, null, null]]),
        )
    };
    let cases = [
        ("union", json!({}), vec![("a", input()), ("b", input())]),
        (
            "join",
            json!({ "on": ["id"] }),
            vec![("left", input()), ("right", table(&[("id", "int64")], json!([[1]])))],
        ),
        ("deduplicate", json!({ "by": ["id"] }), vec![("in", input())]),
        ("sort", json!({ "by": ["id"] }), vec![("in", input())]),
        ("remove_nulls", json!({}), vec![("in", input())]),
        ("sample", json!({ "rows": 1 }), vec![("in", input())]),
        ("window", json!({ "order_by": ["id"], "compute": { "r": "rank()" } }), vec![("in", input())]),
        ("fill_missing", json!({ "columns": ["key"], "strategy": "forward" }), vec![("in", input())]),
        ("validate", json!({ "rules": [{ "column": "key", "unique": true }] }), vec![("in", input())]),
        (
            "sql",
            json!({ "query": "select t.*, row_number() over () as r from t where key is not null" }),
            vec![("t", input())],
        ),
        (
            "lookup",
            json!({ "on": ["id"], "take": { "other": "key", "m": "n" } }),
            vec![("rows", input()), ("table", input())],
        ),
    ];
    for (name, config, inputs) in cases {
        let ran = run(name, config, inputs).await;
        let logical = |column: &str| {
            ran.schemas[0]
                .field_with_name(column)
                .ok()
                .and_then(towpath_connect::types::logical)
                .map(|l| l.name())
        };
        assert_eq!((logical("key"), logical("n")), (Some("uuid"), Some("numeric")), "{name}");
        assert!(!ran.rows().is_empty(), "{name}");
    }
}

#[tokio::test]
async fn exact_text_is_refused_where_values_are_compared() {
    let input = || table(&[("id", "int64"), ("n", "numeric")], json!([]));
    for (name, config) in [
        ("sort", json!({ "by": ["n"] })),
        ("deduplicate", json!({ "by": ["n"] })),
        ("aggregate", json!({ "by": ["n"] })),
        ("aggregate", json!({ "compute": { "x": "sum(n)" } })),
        ("window", json!({ "order_by": ["n"], "compute": { "x": "rank()" } })),
        ("fill_missing", json!({ "columns": ["n"], "strategy": "mean" })),
        ("filter", json!({ "where": "n > 5" })),
    ] {
        let problems = messages(&plan(name, config, vec![("in", input())]).await.expect_err(name)).join("\n");
        assert!(problems.contains("CAST(n AS DECIMAL(20,4))"), "{name}: {problems}");
    }
    let ran = run(
        "aggregate",
        json!({ "compute": { "c": "count(n)", "s": "sum(cast(n as decimal(20,4)))" } }),
        vec![("in", input())],
    )
    .await;
    assert_eq!(ran.rows(), [json!([0, null])]);
}

#[tokio::test]
async fn json_is_read_once_and_bad_json_is_set_aside() {
    let input = table(
        &[("id", "int64"), ("j", "text")],
        json!([
            [1, "{\"a\": {\"b\": [10, 20]}, \"d\": \"2025-01-31\"}"],
            [2, "{\"a\": 5}"],
            [3, "oops"],
            [4, null]
        ]),
    );
    let fields = json!({ "second": { "path": "a.b[1]", "type": "int64" }, "day": { "path": "d", "type": "date" }, "all": { "path": "a", "type": "json" } });
    let ran =
        run("json_expand", json!({ "column": "j", "fields": fields }), vec![("in", input.clone())]).await;
    assert_eq!(ran.rows()[0], json!([1, 20, "2025-01-31", "{\"b\":[10,20]}"]));
    assert_eq!(ran.rows()[2], json!([4, null, null, null]));
    assert_eq!(
        ran.rejects.iter().map(|reject| (reject.place.as_str(), reject.reason.as_str())).collect::<Vec<_>>(),
        [("row 3", "is not JSON")]
    );
    let ran = run(
        "json_expand",
        json!({ "column": "j", "explode": "a", "fields": { "x": { "path": "" } } }),
        vec![("in", input)],
    )
    .await;
    assert_eq!(
        ran.rejects.iter().map(|reject| reject.reason.as_str()).collect::<Vec<_>>(),
        ["`a` is not a list", "`a` is not a list", "is not JSON"]
    );
}

#[tokio::test]
async fn hashes_need_a_salt_and_are_equal_for_equal_values() {
    let input =
        || table(&[("id", "int64"), ("mail", "text")], json!([[1, "a@x.org"], [2, "a@x.org"], [3, null]]));
    let config = json!({ "columns": { "mail": "hash", "id": "hash" }, "salt": "pepper" });
    let ran = run("mask", config.clone(), vec![("in", input())]).await;
    assert_eq!(ran.rows()[0][1], ran.rows()[1][1]);
    assert_ne!(ran.rows()[0][0], ran.rows()[1][0]);
    assert_eq!(ran.rows()[2][1], json!(null));
    let planned = plan("mask", config, vec![("in", input())]).await.unwrap();
    assert!(!format!("{:?}{}", planned["out"], planned["out"].display_indent()).contains("pepper"));
    let problems =
        plan("mask", json!({ "columns": { "mail": "hash" } }), vec![("in", input())]).await.unwrap_err();
    assert!(messages(&problems)[0].contains("needs a `salt`"));
}

#[tokio::test]
async fn rules_name_what_is_wrong() {
    let columns = [("mail", "text"), ("n", "int64"), ("day", "date"), ("amount", "decimal")];
    let row = |mail: &str, n: i64, day: &str, amount: &str| json!([mail, n, day, amount]);
    let input = table(
        &columns,
        json!([
            row("ann@example.org", 1, "2025-01-01", "1.00"),
            row("ann.example.org", 2, "2025-01-01", "1.00"),
            row("bob@example.org", 0, "2025-01-01", "1.00"),
            row("bob@example.org", 1, "2024-12-31", "1.00"),
            row("bob@example.org", 1, "2025-01-01", "0.49"),
            row("x@y.z", 1, "2025-01-01", "1.00"),
        ]),
    );
    let rules = json!([
        { "column": "mail", "type": "email", "min_length": 6, "pattern": "example" },
        { "column": "n", "in_set": [1, 2] },
        { "column": "day", "min": "2025-01-01" },
        { "column": "amount", "min": 0.5 },
    ]);
    let ran = run("validate", json!({ "rules": rules }), vec![("in", input)]).await;
    let reasons: Vec<&str> = ran.rejects.iter().map(|reject| reject.reason.as_str()).collect();
    assert_eq!(
        reasons,
        [
            "is not an e-mail address",
            "is not one of 1, 2",
            "is below 2025-01-01",
            "is below 0.5",
            "does not match `example`"
        ]
    );
    let input = table(&columns, json!([]));
    let rules = json!([{ "column": "n", "min": "a" }, { "column": "day", "max": 5 }, { "column": "mail", "pattern": "(" }, {}, { "min": 1 }, { "column": "amount", "type": "email" }]);
    let problems =
        messages(&plan("validate", json!({ "rules": rules }), vec![("in", input)]).await.unwrap_err());
    assert_eq!(
        problems,
        [
            "/rules/0/min: `a` does not fit `n`, which is int64 (write the number without quotes)",
            "/rules/1/max: `5` does not fit `day`, which is date (write it like `2025-12-31`)",
            "/rules/2/pattern: `(` is not a regular expression: unclosed group",
            "/rules/3: the rule checks nothing (add `not_null`, `min`, `pattern` or an `expression`)",
            "/rules/4: say which `column` the rule is about",
            "/rules/5/type: `amount` is decimal(12,2), which is never an e-mail address",
        ]
    );
}
