//! Reading: types to their extremes, filters, queries, rows that cannot be represented.

use arrow::array::{Array, AsArray};
use arrow::datatypes::DataType;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use towpath_connect::types::{describe, logical, native};
use towpath_connect::{Comparison, Filter, Literal};

use super::*;

/// Every value of a column as text.
fn texts(batch: &RecordBatch, column: &str) -> Vec<String> {
    let options = FormatOptions::default().with_null("NULL");
    let array = batch.column_by_name(column).unwrap();
    let formatter = ArrayFormatter::try_new(array.as_ref(), &options).unwrap();
    (0..array.len()).map(|row| formatter.value(row).to_string()).collect()
}

#[tokio::test]
async fn every_type_arrives_exactly() {
    let db = towpath_testkit::mariadb();
    db.sql(
        "create table t (
           id int primary key, a tinyint, b tinyint unsigned, c smallint, d mediumint unsigned, e bigint,
           f bigint unsigned, g decimal(38,10), h decimal(65,30), i float, j double, k bit(1), l bit(64),
           m char(5), n varchar(20) character set latin1, o longtext, p binary(3), q varbinary(9), r blob,
           s date, t datetime(6), u timestamp(6) null, v time(6), w year, x enum('a','b''c'), y set('p','q'),
           z json, aa tinyint(1), ab uuid, ac point, ad inet6) character set utf8mb4;
         insert into t values (1, -128, 255, -32768, 16777215, -9223372036854775808, 18446744073709551615,
           9999999999999999999999999999.9999999999, -99999999999999999999999999999999999.999999999999999999999999999999,
           3.4028234663852886e38, 5e-324, b'1', ~0, 'é', 'Ünïcødé', repeat('x', 70000), x'00ff01', x'', x'fffe',
           '9999-12-31', '9999-12-31 23:59:59.999999', '2038-01-19 03:14:07.999999', '-838:59:59.999999', 2155,
           'b''c', 'p,q', '{\"a\": [1, \"é\"]}', 1, '123e4567-e89b-12d3-a456-426655440000', point(1, 2), '::1');
         insert into t (id, i, s, v, w) values (2, 0.1, '0001-01-01', '25:00:00.5', 0000)",
    );
    let batch = read_table(&db, "t").await;
    let expected = [
        ("a", "-128"),
        ("b", "255"),
        ("c", "-32768"),
        ("d", "16777215"),
        ("e", "-9223372036854775808"),
        ("f", "18446744073709551615"),
        ("g", "9999999999999999999999999999.9999999999"),
        ("h", "-99999999999999999999999999999999999.999999999999999999999999999999"),
        ("i", "3.4028235e38"),
        ("j", "5e-324"),
        ("k", "true"),
        ("l", "18446744073709551615"),
        ("m", "é"),
        ("n", "Ünïcødé"),
        ("p", "00ff01"),
        ("q", ""),
        ("r", "fffe"),
        ("s", "9999-12-31"),
        ("t", "9999-12-31T23:59:59.999999"),
        ("u", "2038-01-19T03:14:07.999999Z"),
        ("w", "2155"),
        ("x", "b'c"),
        ("y", "p,q"),
        ("z", "{\"a\": [1, \"é\"]}"),
        ("aa", "1"),
        ("ab", "123e4567-e89b-12d3-a456-426655440000"),
        ("ad", "::1"),
    ];
    for (column, value) in expected {
        assert_eq!(texts(&batch, column)[0], value, "column {column}");
        if !["i", "s", "w"].contains(&column) {
            assert_eq!(texts(&batch, column)[1], "NULL", "column {column}");
        }
    }
    assert_eq!(texts(&batch, "i")[1], "0.1");
    assert_eq!(texts(&batch, "s")[1], "0001-01-01");
    assert_eq!(texts(&batch, "w")[1], "0");
    assert_eq!(texts(&batch, "o")[0].len(), 70_000);
    let spans =
        batch.column_by_name("v").unwrap().as_primitive::<arrow::datatypes::DurationMicrosecondType>();
    assert_eq!((spans.value(0), spans.value(1)), (-3_020_399_999_999, 90_000_500_000));

    let schema = batch.schema();
    let words = |name: &str| describe(schema.field_with_name(name).unwrap());
    assert_eq!(words("z"), "json");
    assert_eq!(words("ab"), "uuid");
    assert_eq!(words("x"), "enum");
    assert_eq!(words("v"), "time span");
    assert_eq!(words("u"), "timestamp with time zone");
    assert_eq!(words("ac"), "binary");
    assert!(!schema.field_with_name("id").unwrap().is_nullable());
    assert_eq!(native(schema.field_with_name("x").unwrap(), "mysql"), Some("enum('a','b''c')"));

    // The same values by a query, where only the result's metadata tells the types.
    let (by_query, rejects) = read(&db, json!({ "query": "select * from t order by id" })).await;
    assert_eq!(rejects, []);
    for field in schema.fields() {
        let found = by_query.schema().field_with_name(field.name()).unwrap().clone();
        assert_eq!(found.data_type(), field.data_type(), "column {}", field.name());
        assert_eq!(texts(&by_query, field.name()), texts(&batch, field.name()), "column {}", field.name());
    }
}

#[tokio::test]
async fn dates_that_are_none_go_to_the_rejects() {
    let db = towpath_testkit::mariadb();
    db.sql(
        "set sql_mode = 'ALLOW_INVALID_DATES';
         create table t (id int primary key, d date, at datetime);
         insert into t values (1, '2020-01-02', null), (2, '0000-00-00', '2020-01-01'), (3, '2020-00-10', null),
           (4, '2020-02-31', null), (5, null, '0000-00-00 00:00:00'), (6, '2020-12-31', '2020-12-31 01:02:03')",
    );
    let (batch, rejects) = read(&db, json!({ "table": "t" })).await;
    assert_eq!(texts(&batch, "id"), ["1", "6"]);
    let told: Vec<_> = rejects
        .iter()
        .map(|reject| {
            (reject.place.as_str(), reject.column.as_deref().unwrap(), reject.value.as_deref().unwrap())
        })
        .collect();
    assert_eq!(
        told,
        [
            ("table `t` key id=2", "d", "0000-00-00"),
            ("table `t` key id=3", "d", "2020-00-10"),
            ("table `t` key id=4", "d", "2020-02-31"),
            ("table `t` key id=5", "at", "0000-00-00"),
        ]
    );
    assert_eq!(rejects[0].original, r#"{"id":"2","d":"0000-00-00","at":"2020-01-01"}"#);
    assert_eq!(rejects[0].reason, "a zero date is no date");
}

#[tokio::test]
async fn columns_filters_and_limits_are_the_servers_work() {
    let db = towpath_testkit::mariadb();
    db.sql(
        "create table t (id int primary key, name varchar(20) character set latin1, price decimal(20,2), at datetime(6),
           flag bit(1), big bigint unsigned);
         insert into t values (1, 'a', 0.10, '2020-01-01', b'1', 18446744073709551615), (2, 'A', 0.20, null, b'0', 1),
           (3, 'a ', null, '2020-01-01 00:00:00.000001', null, 2), (4, 'é', 9007199254740993, '2021-01-01', b'1', 3)",
    );
    let source = source(&db, json!({ "table": "t" }));
    let schema = source.describe().await.unwrap().schema;
    let filter = |column: &str, comparison| Filter { column: column.into(), comparison };
    let text = |text: &str| Literal::Text(text.into());
    let cases = [
        (filter("name", Comparison::Equal(text("a"))), vec![1]),
        (filter("name", Comparison::In(vec![text("a "), text("é")])), vec![3, 4]),
        (filter("name", Comparison::NotEqual(text("a"))), vec![2, 3, 4]),
        (filter("name", Comparison::Less(text("a"))), vec![2]),
        (filter("price", Comparison::Equal(Literal::Decimal("9007199254740993".into()))), vec![4]),
        (filter("price", Comparison::Equal(Literal::Decimal("9007199254740992".into()))), vec![]),
        (filter("price", Comparison::GreaterOrEqual(Literal::Decimal("0.20".into()))), vec![2, 4]),
        (filter("price", Comparison::IsNull), vec![3]),
        (filter("at", Comparison::Greater(Literal::Timestamp("2020-01-01T00:00:00".into()))), vec![3, 4]),
        (filter("flag", Comparison::Equal(Literal::Boolean(true))), vec![1, 4]),
        (filter("big", Comparison::Less(Literal::Int(3))), vec![2, 3]),
        (filter("big", Comparison::Greater(Literal::Int(-1))), vec![1, 2, 3, 4]),
    ];
    for (filter, ids) in cases {
        assert!(source.applies(&filter), "{filter:?}");
        let mut request = ReadRequest::all(schema.clone(), Arc::new(MemoryRejects::default()));
        request.columns = vec![0];
        request.filters = vec![filter.clone()];
        let batches: Vec<_> = source.read(request.clone()).await.unwrap().try_collect().await.unwrap();
        let found: Vec<String> = batches.iter().flat_map(|batch| texts(batch, "id")).collect();
        assert_eq!(found, ids.iter().map(i32::to_string).collect::<Vec<_>>(), "{filter:?}");
        // Without columns the server counts.
        request.columns = vec![];
        let batches: Vec<_> = source.read(request).await.unwrap().try_collect().await.unwrap();
        assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), ids.len());
    }
    assert!(!source.applies(&filter("price", Comparison::Equal(Literal::Float(0.1)))));
    assert!(!source.applies(&filter("nowhere", Comparison::IsNull)));

    let mut request = ReadRequest::all(schema, Arc::new(MemoryRejects::default()));
    (request.columns, request.limit, request.batch_rows) = (vec![5, 0], Some(3), 2);
    let batches: Vec<_> = source.read(request).await.unwrap().try_collect().await.unwrap();
    assert_eq!(batches.iter().map(RecordBatch::num_rows).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(batches[0].schema().field(1).name(), "id");
}

#[tokio::test]
async fn queries_bind_their_values_and_stop_at_a_limit() {
    let db = towpath_testkit::mariadb();
    let piece = |text: &str| json!({ "text": text });
    let bind = |kind: &str, value: Value| json!({ "bind": { "type": kind, "value": value } });
    let query = json!([
        piece("select "),
        bind("string", json!("'; drop table t; -- é")),
        piece(" as s, "),
        bind("timestamp", json!("2020-01-01T00:00:00Z")),
        piece(" as at, "),
        bind("integer", json!(7)),
        piece(" + seq as n, 1.50 as d, ':x ?' as quoted from seq_1_to_1000000 where seq > "),
        bind("integer", json!(2)),
        piece(" ;\n"),
    ]);
    let source = source(&db, json!({ "query": query }));
    let schema = source.describe().await.unwrap().schema;
    let mut request = ReadRequest::all(schema, Arc::new(MemoryRejects::default()));
    request.limit = Some(2);
    request.columns = vec![2, 0, 4];
    let batches: Vec<_> = source.read(request).await.unwrap().try_collect().await.unwrap();
    let batch = &batches[0];
    assert_eq!((batches.len(), batch.num_rows()), (1, 2));
    assert_eq!(batch.column(0).as_primitive::<arrow::datatypes::UInt64Type>().values(), &[10, 11]);
    assert_eq!(texts(batch, "s")[0], "'; drop table t; -- é");
    assert_eq!(texts(batch, "quoted")[0], ":x ?");
}

#[tokio::test]
async fn describes_tables_views_and_what_is_not_there() {
    let db = towpath_testkit::mariadb();
    db.sql(
        "create table orders (a int not null, b int not null, f tinyint(1), primary key (b, a));
         create view recent as select * from orders;
         create table `od.d``name` (`select` int, `a``b` int); insert into `od.d``name` values (1, 2)",
    );
    let catalog = connector().discover(&connection(&db), &cx()).await.unwrap();
    let names: Vec<_> = catalog.streams.iter().map(|entry| (entry.name.as_str(), entry.kind)).collect();
    assert_eq!(names, [("`od.d``name`", "table"), ("orders", "table"), ("recent", "view")]);
    assert_eq!(catalog.streams[1].info.primary_key, ["b", "a"]);

    let odd = read_table(&db, &catalog.streams[0].name).await;
    assert_eq!(texts(&odd, "a`b"), ["2"]);

    let boolean = source(&db, json!({ "table": "orders", "tinyint1_as_boolean": true }));
    assert_eq!(boolean.describe().await.unwrap().schema.field(2).data_type(), &DataType::Boolean);
    let field = source(&db, json!({ "table": "orders" })).describe().await.unwrap().schema.field(2).clone();
    assert_eq!((field.data_type(), logical(&field)), (&DataType::Int8, None));

    let fault = source(&db, json!({ "table": "order" })).describe().await.unwrap_err();
    assert_eq!(fault.kind(), towpath_model::FaultKind::NotFound);
    assert_eq!(fault.hint_text(), Some("did you mean `orders`?"));
    let twice = source(&db, json!({ "query": "select 1 as x, 2 as x" })).describe().await.unwrap_err();
    assert_eq!(twice.message(), "the query gives two columns named `x`");
    let wrong = source(&db, json!({ "query": "selec 1" })).describe().await.unwrap_err();
    assert_eq!(wrong.kind(), towpath_model::FaultKind::Config);
}
