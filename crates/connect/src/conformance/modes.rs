//! Laws of the modes `mirror` and `history`.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Date32Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use towpath_model::WriteMode;
use towpath_model::landing::{History, Mirror, Missing};

use super::bench::{Bench, Order, Order4, SOME, orders, orders_schema};

/// `mirror`: without rows, or when more than the guard's share would go, nothing changes.
pub(super) async fn a_mirror_guards_its_target(bench: &Bench<'_>) {
    if !bench.has(WriteMode::Mirror) {
        return;
    }
    let table = bench.harness.fresh_table_name();
    let order = Order { mirror: Mirror { guard: 40.0, ..Mirror::default() }, ..Order::of(WriteMode::Mirror) };
    bench.load(&table, &order, &[orders(SOME)]).await;
    let before = bench.model(&[orders(SOME)]);
    let forced = Order { force: true, ..order.clone() };
    for (what, order, rows) in
        [("an empty read", &forced, &SOME[..0]), ("half of the rows", &order, &SOME[..2])]
    {
        let refused = bench.try_load(&table, order, &orders_schema(), &[orders(rows)]).await;
        let fault = refused.err().unwrap_or_else(|| panic!("{what} passes the guard of a mirror"));
        assert_eq!(fault.kind(), towpath_model::FaultKind::Data, "{what}: {fault:?}");
        assert_eq!(bench.rows(&table, &orders_schema()).await, before, "{what} changes the table");
    }
    let one_gone = bench.load(&table, &order, &[orders(&SOME[..3])]).await;
    if let Some(changes) = one_gone.receipt.changes {
        let told = (changes.inserted, changes.updated, changes.deleted, changes.unchanged);
        assert_eq!(told, (0, 0, 1, 3), "the changes of a mirror are miscounted");
    }
    bench.load(&table, &forced, &[orders(&SOME[..1])]).await;
    let rows = bench.rows(&table, &orders_schema()).await;
    assert_eq!(rows, bench.model(&[orders(&SOME[..1])]), "a forced mirror differs from its source");
}

/// `mirror` with `missing: flag`: rows that are gone stay with a time, and lose it when they come back.
pub(super) async fn a_mirror_can_flag_what_is_gone(bench: &Bench<'_>) {
    if !bench.has(WriteMode::Mirror) {
        return;
    }
    let table = bench.harness.fresh_table_name();
    let mirror = Mirror { missing: Missing::Flag, flag: "gone_at".into(), guard: 100.0, ..Mirror::default() };
    let order = Order { mirror, ..Order::of(WriteMode::Mirror) };
    let flagged = async || {
        let schema = bench.describe(&table).await.schema;
        let flag = schema.index_of("gone_at").expect("the flag is a column of the table");
        let id = schema.index_of("id").expect("the key is a column of the table");
        let mut gone = Vec::new();
        for batch in bench.read(&table, |request| request.columns = vec![id, flag]).await {
            let ids = arrow::compute::cast(batch.column(0), &DataType::Int64).expect("ids are whole numbers");
            let ids = ids.as_any().downcast_ref::<Int64Array>().expect("just cast").clone();
            gone.extend(
                (0..batch.num_rows()).filter(|&row| batch.column(1).is_valid(row)).map(|row| ids.value(row)),
            );
        }
        gone.sort_unstable();
        gone
    };
    bench.load(&table, &order, &[orders(SOME)]).await;
    assert_eq!(flagged().await, Vec::<i64>::new(), "rows that came are flagged");
    let first = bench.load(&table, &order, &[orders(&SOME[..2])]).await;
    assert_eq!(flagged().await, [3, 4], "rows that are gone are not flagged");
    assert!(first.receipt.changes.is_none_or(|changes| changes.deleted == 2), "{first:?}");
    let again = bench.load(&table, &order, &[orders(&SOME[..2])]).await;
    assert!(again.receipt.changes.is_none_or(|changes| changes.deleted == 0), "flagged twice: {again:?}");
    bench.load(&table, &order, &[orders(&SOME[1..])]).await;
    assert_eq!(flagged().await, [1], "a row that comes back keeps its flag");
    let rows = bench.rows(&table, &orders_schema()).await;
    assert_eq!(rows, bench.model(&[orders(SOME)]), "flags change other columns");
}

/// `mirror` with `within`: only rows of groups in the scope go, be it that of the rows that came or a given one.
pub(super) async fn a_partial_mirror_keeps_to_its_scope(bench: &Bench<'_>) {
    if !bench.has(WriteMode::Mirror) {
        return;
    }
    let day = |name: &'static str, id: i64, day: i32| -> Order4 { (id, Some(name), None, Some(day)) };
    let all = [day("a", 1, 10), day("a", 2, 10), day("b", 3, 10), day("b", 4, 20), (5, None, None, Some(10))];
    for (within, of_name) in [(vec!["name"], true), (vec!["name", "day"], false)] {
        let table = bench.harness.fresh_table_name();
        bench.load(&table, &Order::of(WriteMode::Mirror), &[orders(&all)]).await;
        let within: Vec<String> = within.into_iter().map(str::to_owned).collect();
        let came = Mirror { within: within.clone(), guard: 100.0, ..Mirror::default() };
        let given = Mirror { of: Some("groups".into()), ..came.clone() };
        let order = |mirror: &Mirror, groups: &[&[&str]]| {
            let groups = groups.iter().map(|group| group.iter().map(|text| (*text).to_owned()).collect());
            Order { mirror: mirror.clone(), groups: groups.collect(), ..Order::of(WriteMode::Mirror) }
        };
        let is = async |what: &str, rows: &[Order4]| {
            let found = bench.rows(&table, &orders_schema()).await;
            assert_eq!(found, bench.model(&[orders(rows)]), "{within:?}: {what}");
        };
        // Row 1 stays, and takes the rest of its group with it.
        bench.load(&table, &order(&came, &[]), &[orders(&all[..1])]).await;
        is("the groups that came", &[all[0], all[2], all[3], all[4]]).await;
        let nothing = bench.try_load(&table, &order(&came, &[]), &orders_schema(), &[orders(&[])]).await;
        nothing.unwrap_or_else(|fault| panic!("{within:?}: an empty scope changes nothing: {fault:?}"));
        is("no row came", &[all[0], all[2], all[3], all[4]]).await;
        // A group that has no row any more, and one that the table does not know.
        let groups: [&[&str]; 2] =
            if of_name { [&["b"], &["z"]] } else { [&["b", "1970-01-11"], &["z", "1970-01-11"]] };
        let guarded = Mirror { guard: 50.0, ..given.clone() };
        let refused =
            bench.try_load(&table, &order(&guarded, &groups), &orders_schema(), &[orders(&[])]).await;
        assert!(refused.is_err(), "{within:?}: the guard counts within the scope");
        bench
            .try_load(&table, &order(&given, &groups), &orders_schema(), &[orders(&[])])
            .await
            .unwrap_or_else(|fault| panic!("{within:?}: a group may lose all its rows: {fault:?}"));
        match of_name {
            true => is("a given group", &[all[0], all[4]]).await,
            false => is("a given group", &[all[0], all[3], all[4]]).await,
        }
    }
}

/// A version as the laws compare it: key, name, from, to, current.
type Version = (i64, Option<&'static str>, i32, Option<i32>, bool);

/// A row as it comes: key, name, day from which it is valid.
fn dated(rows: &[(i64, Option<&'static str>, i32)]) -> RecordBatch {
    let schema = Schema::new(vec![
        Field::new("id", DataType::Int64, true),
        Field::new("name", DataType::Utf8, true),
        Field::new("since", DataType::Date32, true),
    ]);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.0))),
        Arc::new(StringArray::from_iter(rows.iter().map(|row| row.1))),
        Arc::new(Date32Array::from_iter_values(rows.iter().map(|row| row.2))),
    ];
    RecordBatch::try_new(Arc::new(schema), columns).expect("columns have the types of the schema")
}

fn versions_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("id", DataType::Int64, true),
        Field::new("name", DataType::Utf8, true),
        Field::new("valid_from", DataType::Date32, true),
        Field::new("valid_to", DataType::Date32, true),
        Field::new("is_current", DataType::Boolean, true),
    ]))
}

fn versions(rows: &[Version]) -> RecordBatch {
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.0))),
        Arc::new(StringArray::from_iter(rows.iter().map(|row| row.1))),
        Arc::new(Date32Array::from_iter_values(rows.iter().map(|row| row.2))),
        Arc::new(Date32Array::from_iter(rows.iter().map(|row| row.3))),
        Arc::new(BooleanArray::from_iter(rows.iter().map(|row| Some(row.4)))),
    ];
    RecordBatch::try_new(versions_schema(), columns).expect("columns have the types of the schema")
}

/// `history` with `changed`: versions of one load, of later loads, and late ones stand in the order of time.
pub(super) async fn history_takes_versions_in_the_order_of_time(bench: &Bench<'_>) {
    if !bench.has(WriteMode::History) {
        return;
    }
    let table = bench.harness.fresh_table_name();
    let history = History { changed: Some("since".into()), ..History::default() };
    let order = Order { history, ..Order::of(WriteMode::History) };
    let steps: [(&str, RecordBatch, Vec<Version>); 5] = [
        (
            "several versions in one load",
            dated(&[(1, Some("a"), 10), (2, Some("x"), 10), (1, Some("b"), 20), (1, Some("b"), 25)]),
            vec![
                (1, Some("a"), 10, Some(20), false),
                (1, Some("b"), 20, None, true),
                (2, Some("x"), 10, None, true),
            ],
        ),
        (
            "the same again",
            dated(&[(1, Some("b"), 20), (2, Some("x"), 10)]),
            vec![
                (1, Some("a"), 10, Some(20), false),
                (1, Some("b"), 20, None, true),
                (2, Some("x"), 10, None, true),
            ],
        ),
        (
            "a late version between two others, and a newer one",
            dated(&[(1, Some("c"), 15), (2, None, 30)]),
            vec![
                (1, Some("a"), 10, Some(15), false),
                (1, Some("c"), 15, Some(20), false),
                (1, Some("b"), 20, None, true),
                (2, Some("x"), 10, Some(30), false),
                (2, None, 30, None, true),
            ],
        ),
        (
            "a correction of a version, and one before all others",
            dated(&[(1, Some("b"), 15), (2, Some("w"), 5)]),
            vec![
                (1, Some("a"), 10, Some(15), false),
                (1, Some("b"), 15, None, true),
                (2, Some("w"), 5, Some(10), false),
                (2, Some("x"), 10, Some(30), false),
                (2, None, 30, None, true),
            ],
        ),
        (
            "repeated keys of one time: the last wins",
            dated(&[(3, Some("p"), 1), (3, Some("q"), 1)]),
            vec![
                (1, Some("a"), 10, Some(15), false),
                (1, Some("b"), 15, None, true),
                (2, Some("w"), 5, Some(10), false),
                (2, Some("x"), 10, Some(30), false),
                (2, None, 30, None, true),
                (3, Some("q"), 1, None, true),
            ],
        ),
    ];
    for (what, rows, expected) in steps {
        bench.load(&table, &order, &[rows]).await;
        let found = bench.rows(&table, &versions_schema()).await;
        assert_eq!(found, bench.model(&[versions(&expected)]), "history: {what}");
    }
}

/// `history` without `changed`: a version lasts from one load to the next that brings other values.
pub(super) async fn history_keeps_every_version(bench: &Bench<'_>) {
    if !bench.has(WriteMode::History) {
        return;
    }
    let table = bench.harness.fresh_table_name();
    let order = Order::of(WriteMode::History);
    bench.load(&table, &order, &[orders(SOME)]).await;
    let same = bench.load(&table, &order, &[orders(SOME)]).await;
    if let Some(changes) = same.receipt.changes {
        let told = (changes.inserted, changes.updated, changes.deleted);
        assert_eq!(told, (0, 0, 0), "history: equal rows make versions");
    }
    let changed: Order4 = (2, Some("green"), None, Some(20_001));
    bench.load(&table, &order, &[orders(&[changed])]).await;
    let all = bench.rows(&table, &orders_schema()).await;
    assert_eq!(all, bench.model(&[orders(SOME), orders(&[changed])]), "history: a version is lost");
    assert_eq!(current(bench, &table).await, [1, 2, 3, 4], "history: one current version per key");
}

/// `history` with `close_missing`: keys that are gone have no current version, and a gap when they come back.
pub(super) async fn history_closes_what_is_gone(bench: &Bench<'_>) {
    if !bench.has(WriteMode::History) {
        return;
    }
    let table = bench.harness.fresh_table_name();
    let history = History { close_missing: true, ..History::default() };
    let order = Order { history, ..Order::of(WriteMode::History) };
    bench.load(&table, &order, &[orders(SOME)]).await;
    bench.load(&table, &order, &[orders(&SOME[..3])]).await;
    assert_eq!(current(bench, &table).await, [1, 2, 3], "history: what is gone stays current");
    bench.load(&table, &order, &[orders(SOME)]).await;
    assert_eq!(current(bench, &table).await, [1, 2, 3, 4], "history: what comes back is not current");
    let all = bench.rows(&table, &orders_schema()).await;
    let expected = bench.model(&[orders(SOME), orders(&SOME[3..])]);
    assert_eq!(all, expected, "history: a key that comes back must begin a version of its own");
}

/// The keys of current versions, sorted.
async fn current(bench: &Bench<'_>, table: &str) -> Vec<i64> {
    let schema = Arc::new(Schema::new(vec![
        Field::new("id", DataType::Int64, true),
        Field::new("is_current", DataType::Boolean, true),
    ]));
    let rows = bench.rows(table, &schema).await;
    let mut keys: Vec<i64> = rows
        .iter()
        .filter_map(|row| {
            let row: serde_json::Value = serde_json::from_str(row).expect("rows are JSON");
            row["is_current"].as_bool().expect("`is_current` is true or false").then(|| row["id"].as_i64())?
        })
        .collect();
    keys.sort_unstable();
    keys
}
