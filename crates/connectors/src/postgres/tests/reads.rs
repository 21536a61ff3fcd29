//! Reading: projection, filters, limits, binds, snapshots, names.

use arrow::array::{AsArray, Int64Array};
use arrow::datatypes::Int64Type;
use futures::StreamExt;
use towpath_connect::{Comparison, Filter, Literal};

use super::*;

fn ids(batches: &[RecordBatch]) -> Vec<i64> {
    batches.iter().flat_map(|batch| batch.column(0).as_primitive::<Int64Type>().values().to_vec()).collect()
}

async fn read_with(source: &dyn Source, change: impl FnOnce(&mut ReadRequest)) -> Vec<RecordBatch> {
    let schema = source.describe().await.unwrap().schema;
    let mut request = ReadRequest::all(schema, Arc::new(MemoryRejects::default()));
    change(&mut request);
    source.read(request).await.unwrap().try_collect().await.unwrap()
}

#[tokio::test]
async fn projection_limit_and_counting() {
    let database = postgres();
    database
        .sql("CREATE TABLE t AS SELECT g::bigint AS id, 'x' || g AS name FROM generate_series(1, 20000) g");
    let source = table_source(&database, "t");
    let batches = read_with(source.as_ref(), |request| {
        request.columns = vec![1, 0];
        request.limit = Some(3);
    })
    .await;
    assert_eq!(batches[0].schema().field(0).name(), "name");
    assert_eq!(batches[0].column(0).as_string::<i32>().value(2), "x3");

    let batches = read_with(source.as_ref(), |request| request.columns = vec![]).await;
    assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 20_000);
    assert!(batches.len() > 1 && batches[0].num_columns() == 0);

    let batches = read_with(source.as_ref(), |request| request.batch_rows = 7000).await;
    assert_eq!(batches.iter().map(RecordBatch::num_rows).collect::<Vec<_>>(), [7000, 7000, 6000]);
}

#[tokio::test]
async fn filters_are_bound_and_mean_what_sql_means() {
    let database = postgres();
    database.sql(
        "CREATE TABLE t (id bigint, name text, amount numeric(10,2), day date, at timestamptz, ok boolean, f float8); \
         INSERT INTO t VALUES (1, 'it''s', 1.50, '2024-01-01', '2024-01-01 00:00Z', true, 1), \
         (2, 'b', 2.00, '2024-01-02', '2024-01-02 00:00Z', false, 2), (3, NULL, NULL, NULL, NULL, NULL, NULL)",
    );
    let source = table_source(&database, "t");
    source.describe().await.unwrap();
    let filter = |column: &str, comparison| Filter { column: column.into(), comparison };
    let text = |text: &str| Literal::Text(text.into());
    let cases = [
        (filter("name", Comparison::Equal(text("it's"))), vec![1]),
        (filter("name", Comparison::NotEqual(text("'; DROP TABLE t; --"))), vec![1, 2]),
        (filter("name", Comparison::In(vec![text("b"), text("c")])), vec![2]),
        (filter("name", Comparison::IsNull), vec![3]),
        (filter("f", Comparison::IsNotNull), vec![1, 2]),
        (filter("id", Comparison::GreaterOrEqual(Literal::Int(2))), vec![2, 3]),
        (filter("amount", Comparison::Less(Literal::Decimal("1.75".into()))), vec![1]),
        (filter("day", Comparison::Greater(Literal::Date("2024-01-01".into()))), vec![2]),
        (
            filter("at", Comparison::LessOrEqual(Literal::Instant("2024-01-01T00:00:00.000000Z".into()))),
            vec![1],
        ),
        (filter("ok", Comparison::Equal(Literal::Boolean(true))), vec![1]),
    ];
    for (filter, expected) in cases {
        assert!(source.applies(&filter), "{filter:?}");
        let batches = read_with(source.as_ref(), |request| request.filters = vec![filter.clone()]).await;
        assert_eq!(ids(&batches), expected, "{filter:?}");
    }
    for filter in [
        filter("name", Comparison::Less(text("b"))),
        filter("f", Comparison::Equal(Literal::Float(1.0))),
        filter("id", Comparison::Equal(Literal::Decimal("1.5".into()))),
        filter("nothing", Comparison::IsNull),
    ] {
        assert!(!source.applies(&filter), "{filter:?}");
    }
}

#[tokio::test]
async fn binds_of_a_query_are_values() {
    let database = postgres();
    database.sql(
        "CREATE TABLE t AS SELECT g::bigint AS id, date '2024-01-01' + g AS day, 'n' || g AS name, \
                  md5(g::text)::uuid AS u FROM generate_series(0, 9) g",
    );
    let uuid = database.sql("SELECT u FROM t WHERE id = 4");
    let bind = |kind: &str, value: Value| json!({ "bind": { "type": kind, "value": value } });
    let run = async |pieces: Value| {
        let source = source_of(&database.url(), json!({ "query": pieces }));
        ids(&read(source.as_ref()).await.1)
    };
    let rows = run(json!([
        {"text": "select id from t where day >= "}, bind("date", json!("2024-01-03")),
        {"text": " and name <> "}, bind("string", json!("n5' or true --")),
        {"text": " and id < "}, bind("integer", json!(5)),
        {"text": " order by id desc; -- the end"},
    ]))
    .await;
    assert_eq!(rows, [4, 3, 2]);
    assert_eq!(run(json!([{"text": "select id from t where u = "}, bind("string", json!(uuid))])).await, [4]);
    let none = run(json!([{"text": "select id from t where id = "}, bind("integer", Value::Null)])).await;
    assert_eq!(none, Vec::<i64>::new());
}

#[tokio::test]
async fn odd_names_are_read_and_written() {
    let database = postgres();
    database.sql(
        r#"CREATE SCHEMA "Odd.Schema"; CREATE TABLE "Odd.Schema"."a ""table"" 🚲" ("select" bigint PRIMARY KEY, "with ""quote" text, "É" int, "a.b" int);
           INSERT INTO "Odd.Schema"."a ""table"" 🚲" VALUES (1, 'x', 2, 3)"#,
    );
    let catalog = connector().discover(&connection(&database.url()), &context()).await.unwrap();
    let name = catalog.streams[0].name.clone();
    assert_eq!(name, r#""Odd.Schema"."a ""table"" 🚲""#);
    assert_eq!(catalog.streams[0].info.primary_key, ["select"]);
    let source = table_source(&database, &name);
    let (schema, batches, _) = read(source.as_ref()).await;
    assert_eq!(catalog.streams[0].info.schema, schema);
    for (table, mode) in
        [("from", WriteMode::Append), ("from", WriteMode::Upsert), (name.as_str(), WriteMode::Overwrite)]
    {
        let request = request(Arc::clone(&schema), mode, &["select"]);
        let receipt = load(destination(&database, table).as_ref(), request, batches.clone()).await.unwrap();
        assert_eq!(receipt.written, 1);
    }
    assert_eq!(database.sql(r#"SELECT * FROM "from""#), "1|x|2|3");
}

#[tokio::test]
async fn a_read_sees_one_state_of_a_changing_table() {
    let database = postgres();
    database.sql(
        "CREATE TABLE t AS SELECT g::bigint AS id, repeat('x', 1000) AS pad FROM generate_series(1, 50000) g",
    );
    let source = table_source(&database, "t");
    let schema = source.describe().await.unwrap().schema;
    let request = ReadRequest::all(schema, Arc::new(MemoryRejects::default()));
    let mut stream = source.read(request).await.unwrap();
    let mut seen = ids(&[stream.next().await.unwrap().unwrap()]).len();
    database.sql("INSERT INTO t SELECT g, 'new' FROM generate_series(50001, 60000) g; DELETE FROM t WHERE id % 2 = 0 AND id <= 50000");
    while let Some(batch) = stream.next().await {
        seen += batch.unwrap().num_rows();
    }
    assert_eq!(seen, 50_000);
}

#[tokio::test]
async fn a_changed_table_is_not_read_by_an_old_plan() {
    let database = postgres();
    database.sql("CREATE TABLE t (id int, name text)");
    let source = table_source(&database, "t");
    let schema = source.describe().await.unwrap().schema;
    database.sql("ALTER TABLE t ALTER COLUMN id TYPE bigint");
    let request = ReadRequest::all(schema, Arc::new(MemoryRejects::default()));
    let fault = source.read(request).await.err().unwrap();
    assert_eq!(
        fault.message(),
        "table `t` changed while the run was planned: the column `id` was int32 and is int64 now"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_read_ends_its_work_on_the_server() {
    let database = postgres();
    // Some rows, then nothing but work for hours; a lock that is held as long as the transaction lasts.
    let source = query_source(
        &database,
        "select n from (select generate_series(1, 20000)::bigint as n union all select count(*) from generate_series(1, 1000) a, \
         generate_series(1, 1000) b, generate_series(1, 1000) c, generate_series(1, 1000) d) as w, \
         (select pg_advisory_xact_lock(7)) as l",
    );
    let schema = source.describe().await.unwrap().schema;
    let request = ReadRequest::all(schema, Arc::new(MemoryRejects::default()));
    let mut stream = source.read(request).await.unwrap();
    assert!(stream.try_next().await.unwrap().is_some());
    drop(stream);
    // The time limit fails the test if the read goes on.
    database.sql("SET lock_timeout = '20s'; SELECT pg_advisory_lock(7)");
}

#[tokio::test]
async fn values_beyond_any_buffer_pass() {
    let database = postgres();
    database.sql(
        "CREATE TABLE t AS SELECT g::bigint AS id, repeat('é', 5000000) AS big FROM generate_series(1, 4) g",
    );
    let (schema, batches, _) = read(table_source(&database, "t").as_ref()).await;
    assert!(batches.len() > 1, "a batch is bounded by its bytes, too");
    let request = request(schema, WriteMode::Append, &[]);
    load(destination(&database, "copy").as_ref(), request, batches).await.unwrap();
    assert_eq!(
        database.sql(
            "SELECT count(*), sum(length(big)), bool_and(md5(big) = md5(repeat('é', 5000000))) FROM copy"
        ),
        "4|20000000|t"
    );
}

#[tokio::test]
async fn counts_come_as_integers() {
    let database = postgres();
    let (_, batches, _) =
        read(query_source(&database, "select count(*) from pg_class where false").as_ref()).await;
    assert_eq!(batches[0].column(0).as_any().downcast_ref::<Int64Array>().unwrap().value(0), 0);
}
