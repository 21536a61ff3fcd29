//! The same rows through a transform and through SQLite, which knows nothing of DataFusion.

use datafusion::logical_expr::LogicalPlan;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use serde_json::{Value, json};

use crate::support::{sorted, table, try_run};

/// A small generator of numbers that look random and are the same each time.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// A small whole number, or null one time in five.
    fn int(&mut self, limit: u64) -> Value {
        if self.below(5) == 0 { Value::Null } else { json!(self.below(limit)) }
    }

    /// A short text, or null one time in five.
    fn text(&mut self) -> Value {
        const TEXTS: [&str; 6] = ["a", "A", "b", "été", "", "zz"];
        if self.below(5) == 0 { Value::Null } else { json!(TEXTS[self.below(6) as usize]) }
    }
}

const COLUMNS: [(&str, &str); 5] =
    [("id", "int64"), ("k", "int64"), ("t", "text"), ("v", "int64"), ("x", "float64")];

/// Rows of [`COLUMNS`]; `id` is unique and in order, `x` has exact halves so that sums do not depend on order.
fn rows(seed: u64, count: usize) -> Value {
    let mut draws = Draws(seed);
    let row = |id: usize, draws: &mut Draws| {
        let x = if draws.below(6) == 0 { Value::Null } else { json!(draws.below(40) as f64 / 2.0) };
        json!([id, draws.int(4), draws.text(), draws.int(10), x])
    };
    (0..count).map(|id| row(id + 1, &mut draws)).collect()
}

fn sqlite(name: &str, rows: &Value, db: &Connection) {
    db.execute_batch(&format!("create table {name} (id integer, k integer, t text, v integer, x real)"))
        .unwrap();
    for row in rows.as_array().unwrap() {
        let values: Vec<rusqlite::types::Value> = row
            .as_array()
            .unwrap()
            .iter()
            .map(|value| match value {
                Value::Null => rusqlite::types::Value::Null,
                Value::String(text) => text.clone().into(),
                Value::Number(number) if number.is_i64() || number.is_u64() => {
                    number.as_i64().unwrap().into()
                }
                other => other.as_f64().unwrap().into(),
            })
            .collect();
        let sql = format!("insert into {name} values (?, ?, ?, ?, ?)");
        db.execute(&sql, rusqlite::params_from_iter(values)).unwrap();
    }
}

fn ask(db: &Connection, sql: &str) -> Vec<Value> {
    let mut statement = db.prepare(sql).unwrap();
    let width = statement.column_count();
    let rows = statement.query_map([], |row| {
        let value = |index| match row.get_ref(index).unwrap() {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(number) => json!(number),
            ValueRef::Real(number) => json!(number),
            ValueRef::Text(text) => json!(std::str::from_utf8(text).unwrap()),
            ValueRef::Blob(_) => panic!("no blobs here"),
        };
        Ok((0..width).map(value).collect::<Value>())
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// Numbers compare by value: SQLite says `3` where a column of floating-point numbers says `3.0`.
fn plain(rows: &[Value]) -> Vec<Value> {
    let value = |value: &Value| match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Bool(flag) => json!(f64::from(u8::from(*flag))),
        other => other.clone(),
    };
    rows.iter().map(|row| row.as_array().unwrap().iter().map(value).collect()).collect()
}

/// Runs both on several inputs, in one partition and in several.
async fn same(name: &str, config: Value, sql: &str, in_order: bool) {
    for (seed, count) in [(1, 40), (2, 7), (3, 0), (4, 90)] {
        let (a, b) = (rows(seed, count), rows(seed + 100, count / 2));
        let db = Connection::open_in_memory().unwrap();
        sqlite("a", &a, &db);
        sqlite("b", &b, &db);
        let expected = plain(&ask(&db, sql));
        for partitions in [1, 3] {
            let ports = inputs(name, &a, &b);
            let ran = try_run(name, config.clone(), ports, partitions).await.unwrap();
            let actual = plain(ran.rows());
            let (expected, actual) =
                if in_order { (expected.clone(), actual) } else { (sorted(&expected), sorted(&actual)) };
            assert_eq!(
                actual, expected,
                "{name} {config}\n{sql}\nseed {seed}, {count} rows, {partitions} partitions"
            );
        }
    }
}

fn inputs(name: &str, a: &Value, b: &Value) -> Vec<(&'static str, LogicalPlan)> {
    let (a, b) = (table(&COLUMNS, a.clone()), table(&COLUMNS, b.clone()));
    match name {
        "join" => vec![("left", a), ("right", b)],
        "lookup" => vec![("rows", a), ("table", b)],
        "union" | "sql" => vec![("a", a), ("b", b)],
        _ => vec![("in", a)],
    }
}

#[tokio::test]
async fn filters() {
    for condition in [
        "v > 3 and k <> 2",
        "t is null or not (x >= 10)",
        "t in ('a', 'zz')",
        "v between 2 and 5",
        "t like 'z%'",
    ] {
        same("filter", json!({ "where": condition }), &format!("select * from a where {condition}"), true)
            .await;
    }
    same(
        "remove_nulls",
        json!({ "columns": ["v", "t"] }),
        "select * from a where v is not null and t is not null",
        true,
    )
    .await;
    same(
        "remove_nulls",
        json!({ "columns": ["v", "t"], "how": "all" }),
        "select * from a where not (v is null and t is null)",
        true,
    )
    .await;
}

#[tokio::test]
async fn joins_with_missing_keys() {
    let columns = "a.id, a.k, a.t, a.v, a.x, b.id, b.t, b.v, b.x";
    for kind in ["inner", "left"] {
        let sql = format!("select {columns} from a {kind} join b on a.k = b.k");
        same("join", json!({ "kind": kind, "on": ["k"] }), &sql, false).await;
    }
    let full = "select a.id, coalesce(a.k, b.k), a.t, a.v, a.x, b.id, b.t, b.v, b.x from a full join b on a.k = b.k and a.v = b.v + 1";
    same("join", json!({ "kind": "full", "on": ["k"], "where": "left.v = right.v + 1" }), full, false).await;
    let right = "select a.id, b.k, a.t, a.v, a.x, b.id, b.t, b.v, b.x from a right join b on a.k = b.k";
    same("join", json!({ "kind": "right", "on": ["k"] }), right, false).await;
    let two = "select a.id, a.k, a.t, a.v, a.x, b.id, b.k, b.v, b.x from a join b on a.v = b.k and a.t = b.t";
    same("join", json!({ "on": ["v = k", "t"] }), two, false).await;
    same(
        "join",
        json!({ "kind": "semi", "on": ["k = v"] }),
        "select * from a where exists (select 1 from b where b.v = a.k)",
        false,
    )
    .await;
    same(
        "join",
        json!({ "kind": "anti", "on": ["k = v"] }),
        "select * from a where not exists (select 1 from b where b.v = a.k)",
        false,
    )
    .await;
    same("join", json!({ "kind": "cross", "suffixes": ["_a", "_b"] }), "select * from a, b", false).await;
    same(
        "join",
        json!({ "kind": "left", "where": "left.v < right.v and left.k = 1" }),
        "select * from a left join b on a.v < b.v and a.k = 1",
        false,
    )
    .await;
}

#[tokio::test]
async fn lookups_keep_every_row() {
    let config = json!({ "on": ["k"], "take": { "name": "t", "n": "v" }, "default": { "n": -1 }, "order_by": ["x desc", "id"] });
    let first =
        "select k, t, v, row_number() over (partition by k order by x desc nulls last, id) as n from b";
    let sql = format!(
        "select a.*, f.t, case when f.n is null then -1 else f.v end from a left join ({first}) f on f.k = a.k and f.n = 1"
    );
    same("lookup", config, &sql, false).await;
}

#[tokio::test]
async fn aggregates_with_missing_groups() {
    let compute = json!({ "n": "count(*)", "c": "count(v)", "s": "sum(v)", "lo": "min(t)", "hi": "max(x)", "m": "avg(v)", "d": "count(distinct t)", "f": "sum(v) filter (where v > 3)", "r": "sum(x) / count(*) + 1" });
    let list = "count(*), count(v), sum(v), min(t), max(x), avg(v), count(distinct t), sum(v) filter (where v > 3), sum(x) / count(*) + 1";
    same(
        "aggregate",
        json!({ "by": ["k", "t"], "compute": compute }),
        &format!("select k, t, {list} from a group by k, t"),
        false,
    )
    .await;
    same("aggregate", json!({ "compute": compute }), &format!("select {list} from a"), false).await;
    same("aggregate", json!({ "by": ["k"] }), "select k from a group by k", false).await;
}

#[tokio::test]
async fn deduplication() {
    let numbered = |order: &str| {
        format!(
            "select id, k, t, v, x from (select *, row_number() over (partition by k, t order by {order}) as n from a) where n = 1"
        )
    };
    same("deduplicate", json!({ "by": ["k", "t"] }), &numbered("id"), false).await;
    same("deduplicate", json!({ "by": ["k", "t"], "keep": "last" }), &numbered("id desc"), false).await;
    same(
        "deduplicate",
        json!({ "by": ["k", "t"], "order_by": ["v desc", "x nulls first"] }),
        &numbered("v desc nulls last, x nulls first, id"),
        false,
    )
    .await;
    same(
        "deduplicate",
        json!({ "by": ["k", "t"], "order_by": ["v"], "keep": "last" }),
        &numbered("v desc nulls first, id desc"),
        false,
    )
    .await;
    same(
        "deduplicate",
        json!({ "by": ["k"], "keep": "none" }),
        "select * from a where (select count(*) from a b where b.k is a.k) = 1",
        false,
    )
    .await;
    same("deduplicate", json!({ "by": ["v", "t"], "ignore_case": true }), "select id, k, t, v, x from (select *, row_number() over (partition by v, lower(t) order by id) as n from a) where n = 1", false).await;
}

#[tokio::test]
async fn sorting_and_limits() {
    for (by, sql) in [
        (json!(["v", "id"]), "v nulls last, id"),
        (json!(["v desc", "id"]), "v desc nulls last, id"),
        (
            json!(["t desc nulls first", "x nulls first", "id desc"]),
            "t desc nulls first, x nulls first, id desc",
        ),
    ] {
        same("sort", json!({ "by": by }), &format!("select * from a order by {sql}"), true).await;
    }
    same("limit", json!({ "count": 5, "offset": 3 }), "select * from a order by id limit 5 offset 3", true)
        .await;
}

#[tokio::test]
async fn unions() {
    same("union", json!({}), "select * from a union all select * from b", false).await;
    same("union", json!({ "mode": "distinct" }), "select * from a union select * from b", false).await;
}

#[tokio::test]
async fn windows() {
    let config = |compute: Value, more: Value| {
        let mut config = json!({ "partition_by": ["k"], "order_by": ["v", "id"], "compute": compute });
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        config
    };
    let over = "over (partition by k order by v nulls last, id)";
    let rows_over =
        "over (partition by k order by v nulls last, id rows between unbounded preceding and current row)";
    let sql = format!(
        "select *, row_number() {over}, lag(v) {over}, lead(t, 2) {over}, sum(v) {rows_over}, v - first_value(v) {rows_over} from a"
    );
    same("window", config(json!({ "n": "row_number()", "b": "lag(v)", "l": "lead(t, 2)", "s": "sum(v)", "f": "v - first_value(v)" }), json!({})), &sql, false).await;
    let moving = "over (partition by k order by v nulls last, id rows between 2 preceding and 1 following)";
    same(
        "window",
        config(json!({ "s": "sum(x)", "c": "count(*)" }), json!({ "preceding": 2, "following": 1 })),
        &format!("select *, sum(x) {moving}, count(*) {moving} from a"),
        false,
    )
    .await;
    same("window", json!({ "partition_by": ["k"], "compute": { "share": "cast(v as double) / sum(v)", "r": "rank() over (order by t)" } }), "select *, v * 1.0 / sum(v) over (partition by k), rank() over (order by t nulls last) from a", false).await;
    same(
        "window",
        json!({ "order_by": ["v"], "compute": { "r": "rank()", "d": "dense_rank()" } }),
        "select *, rank() over (order by v nulls last), dense_rank() over (order by v nulls last) from a",
        false,
    )
    .await;
}

#[tokio::test]
async fn pivots_and_unpivots() {
    let part = |function: &str| {
        (0..3).map(|k| format!("{function}(v) filter (where k = {k})")).collect::<Vec<_>>().join(", ")
    };
    for function in ["sum", "count", "min", "avg"] {
        let config = json!({ "index": ["t"], "column": "k", "value": "v", "values": [0, 1, 2], "aggregate": function });
        same("pivot", config, &format!("select t, {} from a group by t", part(function)), false).await;
    }
    let first = (0..2)
        .map(|k| format!("(select v from a b where b.t is a.t and b.k = {k} order by id limit 1)"))
        .collect::<Vec<_>>()
        .join(", ");
    same(
        "pivot",
        json!({ "index": ["t"], "column": "k", "value": "v", "values": [0, 1], "aggregate": "first" }),
        &format!("select t, {first} from a group by t"),
        false,
    )
    .await;
    let long = "select id, t, 'k', k from a union all select id, t, 'v', v from a";
    same("unpivot", json!({ "keep": ["id", "t"], "columns": ["k", "v"] }), long, false).await;
    same(
        "unpivot",
        json!({ "keep": ["id", "t"], "columns": ["k", "v"], "drop_nulls": true }),
        &format!("select * from ({long}) where k is not null"),
        false,
    )
    .await;
    same(
        "unpivot",
        json!({ "keep": ["id"], "columns": ["v", "x"] }),
        "select id, 'v', v from a union all select id, 'x', x from a",
        false,
    )
    .await;
}

#[tokio::test]
async fn filling() {
    let fill = |strategy: &str, more: Value| {
        let mut config = json!({ "columns": ["v"], "strategy": strategy });
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        config
    };
    let with = |value: &str| format!("select id, k, t, coalesce(v, {value}), x from a");
    same("fill_missing", fill("constant", json!({ "value": 0 })), &with("0"), true).await;
    same(
        "fill_missing",
        fill("mean", json!({ "group_by": ["k"] })),
        &with("(select avg(v) from a b where b.k is a.k)"),
        false,
    )
    .await;
    same("fill_missing", fill("mean", json!({})), &with("(select avg(v) from a)"), false).await;
    let median = "(select avg(v) from (select v, row_number() over (order by v) as n, count(*) over () as c from a b where v is not null and b.k is a.k) where n in ((c + 1) / 2, (c + 2) / 2))";
    same("fill_missing", fill("median", json!({ "group_by": ["k"] })), &with(median), false).await;
    let mode =
        "(select v from a b where v is not null and b.k is a.k group by v order by count(*) desc, v limit 1)";
    same("fill_missing", fill("mode", json!({ "group_by": ["k"] })), &with(mode), false).await;
    let before =
        "(select v from a b where b.k is a.k and b.id < a.id and v is not null order by id desc limit 1)";
    same("fill_missing", fill("forward", json!({ "group_by": ["k"] })), &with(before), false).await;
    let after = "(select v from a b where v is not null and (coalesce(b.x, 99), b.id) > (coalesce(a.x, 99), a.id) order by coalesce(b.x, 99), b.id limit 1)";
    same("fill_missing", fill("backward", json!({ "order_by": ["x"] })), &with(after), false).await;
}

#[tokio::test]
async fn queries_and_expressions() {
    let sql = "select a.id, b.t from a join b on a.k = b.v where a.v in (select v from b) and not exists (select 1 from b c where c.id = a.id and c.k = 1)";
    same("sql", json!({ "query": sql }), sql, false).await;
    let sql = "with s as (select k, sum(v) as total from a group by k having count(*) > 2) select a.id, s.total from a left join s on s.k = a.k order by a.id limit 20";
    same("sql", json!({ "query": sql }), sql, true).await;
    same("derive", json!({ "columns": { "y": "v * 2 + k", "s": "coalesce(t, '?') || '!'", "c": "case when v > 4 then 'hi' when v is null then 'none' else 'lo' end", "l": "length(t)", "n": "nullif(v, 3)" } }), "select *, v * 2 + k, coalesce(t, '?') || '!', case when v > 4 then 'hi' when v is null then 'none' else 'lo' end, length(t), nullif(v, 3) from a", true).await;
    same("map_values", json!({ "column": "t", "mapping": { "a": 1, "zz": 2 }, "default": 0 }), "select id, k, case t when 'a' then 1 when 'zz' then 2 else case when t is not null then 0 end end, v, x from a", true).await;
    same(
        "map_values",
        json!({ "column": "v", "mapping": { "1": 10, "2": 20 } }),
        "select id, k, t, case v when 1 then 10 when 2 then 20 else v end, x from a",
        true,
    )
    .await;
}
