//! What is read: types from declarations and values, changes during a read, locks.

use std::time::Duration;

use towpath_connect::types::describe;
use towpath_model::FaultKind;

use super::*;

#[tokio::test]
async fn types_are_what_was_declared_when_the_values_keep_to_it() {
    let file = File::with(
        "CREATE TABLE t (i INT, r REAL, b BOOLEAN, m DECIMAL(9,2), d DATE, w DATETIME, z TIMESTAMP, h TIME, s VARCHAR(3),
             j JSON, u UUID, x BLOB, bad_date DATE, mixed, exact NUMERIC, late BOOLEAN, none);
         INSERT INTO t VALUES (1, 2, 1, 12.5, '2025-12-31', '2025-12-31 23:59', '2025-12-31T23:59:59+01:00', '23:59:00',
             'long text', '{}', '0123abcd-0000-4000-8000-00000000ffff', x'00ff', 'soon', 1, 9007199254740993, 2, NULL);
         INSERT INTO t VALUES (-1, 2.5, 0, 3, '2025-01-01', '2025-12-31T23:59:59.5', '2025-12-31 23:59:59Z', NULL,
             'é', '[1]', NULL, x'', '2025-01-01', 'two', 0.5, 0, NULL);",
    );
    let info = file.describe(json!({ "table": "t" })).await.unwrap();
    let types: Vec<String> =
        info.schema.fields().iter().map(|field| format!("{} {}", field.name(), describe(field))).collect();
    assert_eq!(
        types,
        [
            "i int64",
            "r float64",
            "b boolean",
            "m decimal(9,2)",
            "d date",
            "w timestamp",
            "z timestamp with time zone",
            "h time",
            "s text",
            "j json",
            "u uuid",
            "x binary",
            "bad_date text",
            "mixed text",
            "exact numeric",
            "late int64",
            "none text",
        ]
    );
    assert_eq!(
        info.notes,
        [
            "column `bad_date` holds 2 texts, so it is read as text",
            "column `mixed` holds 1 whole numbers and 1 texts, so it is read as text",
            "column `late` holds 2 whole numbers, so it is read as int64",
        ]
    );
    assert_eq!(info.rows, Some(2));
    let (rows, rejects) = file.read(json!({ "table": "t" })).await.unwrap();
    assert_eq!(rejects, []);
    assert_eq!(
        rows[0],
        r#"{"i":1,"r":2,"b":true,"m":12.50,"d":"2025-12-31","w":"2025-12-31T23:59:00","z":"2025-12-31T22:59:59Z","h":"23:59:00","s":"long text","j":"{}","u":"0123abcd-0000-4000-8000-00000000ffff","x":"\\x00ff","bad_date":"soon","mixed":"1","exact":"9007199254740993","late":2,"none":null}"#
    );
}

#[tokio::test]
async fn views_and_queries_read_like_tables() {
    let file = File::with(
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, day DATE, total REAL);
         INSERT INTO orders VALUES (1, '2025-01-01', 10), (2, '2025-01-02', 20.5), (3, '2025-01-03', 30);
         CREATE VIEW large AS SELECT id, total FROM orders WHERE total > 15;",
    );
    assert_eq!(
        file.read(json!({ "table": "large" })).await.unwrap().0,
        [r#"{"id":2,"total":20.5}"#, r#"{"id":3,"total":30}"#]
    );
    assert_eq!(file.describe(json!({ "table": "ORDERS" })).await.unwrap().primary_key, ["id"]);
    // The value is bound: as text inside the SQL it would end the statement.
    let query = json!({ "query": [
        { "text": "select max(day) as latest, count(*) as n from orders where day <= " },
        { "bind": { "type": "date", "value": "2025-01-02" } },
        { "text": " and " },
        { "bind": { "type": "string", "value": "'; drop table orders; --" } },
        { "text": " <> '' order by 1" },
    ] });
    assert_eq!(file.read(query).await.unwrap().0, [r#"{"latest":"2025-01-02","n":2}"#]);
    let catalog = erase::<Sqlite>().discover(&file.connection(), &file.context()).await.unwrap();
    let names: Vec<_> = catalog.streams.iter().map(|entry| (entry.name.as_str(), entry.kind)).collect();
    assert_eq!(names, [("large", "view"), ("orders", "table")]);
}

#[tokio::test]
async fn values_that_change_after_the_look_are_rejected() {
    let file = File::with(
        "CREATE TABLE t (id INT, n INT, w TEXT); INSERT INTO t VALUES (1, 10, 'a'), (2, 20, 'b'), (3, 30, 'c')",
    );
    let source = file.source(json!({ "table": "t" })).unwrap();
    let info = source.describe().await.unwrap();
    file.open()
        .execute_batch(
            "UPDATE t SET n = 'many' WHERE id = 2; UPDATE t SET w = CAST(x'ff' AS TEXT) WHERE id = 3",
        )
        .unwrap();
    let (rows, rejects) = read_described(source.as_ref(), &info).await.unwrap();
    assert_eq!(rows, [r#"{"id":1,"n":10,"w":"a"}"#]);
    assert_eq!(
        rejects[0],
        Reject {
            place: "table `t` row 2".into(),
            column: Some("n".into()),
            value: Some("many".into()),
            reason: "the text `many` is not a whole number; the column changed since it was described".into(),
            original: r#"{"id":2,"n":"many","w":"b"}"#.into(),
            value_only: false,
            ..Reject::default()
        }
    );
    assert_eq!((rejects.len(), rejects[1].reason.as_str()), (2, "the text is not valid UTF-8"));
    // A column that is gone is no text of that name.
    file.open().execute_batch("ALTER TABLE t DROP COLUMN n").unwrap();
    let fault = read_described(source.as_ref(), &info).await.unwrap_err();
    assert_eq!(fault.to_string(), "the database `laws.db`: no such column: t.n");
}

#[tokio::test]
async fn faults_say_what_is_wrong() {
    let file = File::with("CREATE TABLE orders (id INT); CREATE VIEW broken AS SELECT * FROM gone");
    std::fs::write(file.folder.path().join("text.csv"), "a,b\n".repeat(500)).unwrap();
    std::fs::create_dir(file.folder.path().join("folder")).unwrap();
    let open = async |path: &str| {
        let source = erase::<Sqlite>().source(
            &json!({ "path": path }),
            &json!({ "table": "orders" }),
            &file.context(),
        );
        source.unwrap().describe().await.unwrap_err()
    };
    for (path, kind, message) in [
        ("text.csv", FaultKind::Data, "`text.csv` is not a SQLite database"),
        ("lews.db", FaultKind::NotFound, "there is no database file `lews.db`"),
        ("folder", FaultKind::Config, "`folder` is a folder, not a database"),
    ] {
        let fault = open(path).await;
        assert_eq!((fault.kind(), fault.to_string()), (kind, message.into()));
        assert!(fault.hint_text().is_some());
    }
    assert_eq!(open("lews.db").await.hint_text(), Some("did you mean `laws.db`?"));

    for (settings, kind, message) in [
        (json!({ "table": "order" }), FaultKind::NotFound, "the database `laws.db` has no table `order`"),
        (
            json!({ "table": "broken" }),
            FaultKind::NotFound,
            "the database `laws.db`: no such table: main.gone",
        ),
        (
            json!({ "query": "select nope from orders" }),
            FaultKind::NotFound,
            "the database `laws.db`: no such column: nope",
        ),
        (
            json!({ "query": "selec 1" }),
            FaultKind::Config,
            "the database `laws.db` refuses the SQL: near \"selec\": syntax error",
        ),
        (
            json!({ "query": "delete from orders returning id" }),
            FaultKind::Config,
            "the query does not read rows",
        ),
        (
            json!({ "query": "select 1 as a; select 2 as b" }),
            FaultKind::Config,
            "the query holds more than one statement",
        ),
        (
            json!({ "query": "select 1 as a, 2 as a" }),
            FaultKind::Config,
            "columns 1 and 2 are both named `a`",
        ),
        (
            json!({ "query": "select ? as a" }),
            FaultKind::Config,
            "the query has 1 places for values, and 0 values are given",
        ),
        (json!({}), FaultKind::Config, "neither `table` nor `query` is given"),
    ] {
        let fault = file.describe(settings).await.unwrap_err();
        assert_eq!((fault.kind(), fault.to_string()), (kind, message.into()), "{fault:?}");
    }
    let fault = file.describe(json!({ "table": "order" })).await.unwrap_err();
    assert_eq!(fault.hint_text(), Some("did you mean `orders`?"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_without_end_stops_when_nobody_waits() {
    let file = File::with("CREATE TABLE t (id INT)");
    let endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n";
    let described = file.describe(json!({ "query": endless }));
    // The test itself would never end if the thread went on.
    assert!(tokio::time::timeout(Duration::from_millis(20), described).await.is_err());
}
