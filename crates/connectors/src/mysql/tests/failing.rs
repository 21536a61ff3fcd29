//! Failures: what is refused and how, and that nothing half written stays.

use arrow::array::{Int64Array, StringArray, TimestampMicrosecondArray};
use towpath_model::FaultKind;

use super::*;

fn rows(count: i64) -> RecordBatch {
    let text = "some text that takes a little room ".repeat(3);
    batch(vec![
        ("id", Arc::new(Int64Array::from_iter_values(0..count))),
        ("text", Arc::new(StringArray::from_iter_values((0..count).map(|_| &text)))),
    ])
}

fn ledger(db: &MariaDb) -> String {
    db.sql("select `rows`, target, origin from _towpath_loads")
}

#[tokio::test]
async fn accounts_and_addresses_are_told_apart() {
    let db = towpath_testkit::mariadb();
    db.sql(&format!(
        "create user if not exists u_{0} identified by 'right'; grant select on {0}.* to u_{0}; create table t (a int)",
        db.name()
    ));
    let check = |change: &[(&str, Value)]| {
        let mut connection = connection(&db);
        connection["user"] = json!(format!("u_{}", db.name()));
        connection["password"] = json!("right");
        for (name, value) in change {
            connection[*name] = value.clone();
        }
        async move { connector().check(&connection, &cx()).await }
    };
    check(&[]).await.unwrap();
    let fault = check(&[("password", json!("s3cret"))]).await.unwrap_err();
    assert_eq!(fault.kind(), FaultKind::Auth);
    assert!(!format!("{fault:?}").contains("s3cret"));
    let fault = check(&[("database", json!("nowhere"))]).await.unwrap_err();
    assert_eq!(fault.kind(), FaultKind::Auth, "{fault}");
    assert_eq!(
        check(&[("host", json!("no-such-host.invalid"))]).await.unwrap_err().kind(),
        FaultKind::Unavailable
    );
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert_eq!(check(&[("port", json!(closed))]).await.unwrap_err().kind(), FaultKind::Unavailable);
    assert_eq!(check(&[("tls", json!("require"))]).await.unwrap_err().kind(), FaultKind::Unavailable);

    let mut missing = connection(&db);
    missing["database"] = json!("nowhere");
    assert_eq!(connector().check(&missing, &cx()).await.unwrap_err().kind(), FaultKind::NotFound);

    // An account that may only read.
    let mut reader = connection(&db);
    reader["user"] = json!(format!("u_{}", db.name()));
    reader["password"] = json!("right");
    let destination = connector().destination(&reader, &json!({ "table": "t" }), &cx()).unwrap();
    let rows = batch(vec![("a", Arc::new(arrow::array::Int32Array::from(vec![1])) as ArrayRef)]);
    let Err(fault) = destination.begin(request(rows.schema(), WriteMode::Append, &[])).await else {
        panic!("a reader began a load");
    };
    assert_eq!(fault.kind(), FaultKind::Auth, "{fault:?}");
    db.sql(&format!("drop user u_{}", db.name()));
}

#[tokio::test]
async fn the_same_load_twice_equals_once() {
    let db = towpath_testkit::mariadb();
    let rows = rows(3);
    for existing in [false, true] {
        let table = if existing { "there" } else { "fresh" };
        if existing {
            db.sql("create table there (id bigint, text longtext)");
        }
        let request = request(rows.schema(), WriteMode::Append, &[]);
        let settings = json!({ "table": table });
        let first = load(&db, settings.clone(), request.clone(), rows.clone()).await.unwrap();
        let second = load(&db, settings.clone(), request.clone(), rows.clone()).await.unwrap();
        assert_eq!((first.written, first.replayed), (3, false));
        assert_eq!((second.written, second.replayed), (3, true));
        assert_eq!(db.sql(&format!("select count(*) from {table}")), "3");

        if !existing {
            // A run that died between the rename and the ledger.
            db.sql("update _towpath_loads set state = 'renaming', committed_at = null");
            let third = load(&db, settings, request, rows.clone()).await.unwrap();
            assert_eq!((third.written, third.replayed), (3, true));
            assert_eq!(db.sql("select count(*) from fresh"), "3");
            assert_eq!(ledger(&db), "3\tfresh\ttest/load");
        }
    }
}

#[tokio::test]
async fn an_abandoned_load_leaves_nothing() {
    let db = towpath_testkit::mariadb();
    for method in ["local_infile", "insert"] {
        let destination = destination(&db, json!({ "table": "t", "load": method }));
        let rows = rows(20_000);
        let mut load =
            destination.begin(request(rows.schema(), WriteMode::Overwrite, &["id"])).await.unwrap();
        load.write(rows.clone()).await.unwrap();
        load.abort().await.unwrap();
        assert_eq!(tables(&db), Vec::<String>::new());

        // A dropped load cleans up in the background.
        let mut load =
            destination.begin(request(rows.schema(), WriteMode::Overwrite, &["id"])).await.unwrap();
        load.write(rows).await.unwrap();
        drop(load);
        while !tables(&db).is_empty() {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn a_killed_connection_leaves_nothing_visible_and_the_load_can_be_sent_again() {
    let db = towpath_testkit::mariadb();
    db.sql("create table t (id bigint primary key, text longtext); insert into t values (-1, 'old')");
    let kill = || {
        let query = format!(
            "select id from information_schema.processlist where db = '{}' and id <> connection_id()",
            db.name()
        );
        for id in db.sql(&query).lines() {
            db.sql(&format!("kill {id}"));
        }
    };
    for method in ["local_infile", "insert"] {
        let rows = rows(5_000);
        let request = request(rows.schema(), WriteMode::Overwrite, &["id"]);
        let destination = destination(&db, json!({ "table": "t", "load": method }));
        let mut load = destination.begin(request.clone()).await.unwrap();
        load.write(rows.clone()).await.unwrap();
        kill();
        let mut result = Ok(());
        for _ in 0..20 {
            result = load.write(rows.clone()).await;
            if result.is_err() {
                break;
            }
        }
        let fault = match result {
            Err(fault) => fault,
            Ok(()) => load.commit().await.unwrap_err(),
        };
        assert_eq!(fault.kind(), FaultKind::Unavailable, "{method}: {fault:?}");
        assert_eq!(db.sql("select * from t"), "-1\told");
        // The same load again: what the first attempt left is gone.
        while db.sql("select count(*) from information_schema.processlist where db = database() and id <> connection_id()") != "0" {
            tokio::task::yield_now().await;
        }
        let mut load = destination.begin(request).await.unwrap();
        load.write(rows).await.unwrap();
        assert_eq!(load.commit().await.unwrap().written, 5_000);
        assert_eq!(tables(&db), ["t"]);
        db.sql("delete from t; insert into t values (-1, 'old')");
    }
}

#[tokio::test]
async fn two_runs_cannot_write_one_load() {
    let db = towpath_testkit::mariadb();
    let rows = rows(1);
    let request = request(rows.schema(), WriteMode::Append, &[]);
    let destination = destination(&db, json!({ "table": "t" }));
    let first = destination.begin(request.clone()).await.unwrap();
    let Err(fault) = destination.begin(request).await else { panic!("two runs write one load") };
    assert_eq!(fault.kind(), FaultKind::Unavailable);
    first.abort().await.unwrap();
}

#[tokio::test]
async fn a_value_that_the_server_would_change_fails_the_load() {
    for method in ["local_infile", "insert"] {
        let db = towpath_testkit::mariadb();
        db.sql("create table t (a varchar(9) character set latin1, at datetime)");
        let run = |name: &'static str, array: ArrayRef| {
            let rows = batch(vec![(name, array)]);
            load(
                &db,
                json!({ "table": "t", "load": method }),
                request(rows.schema(), WriteMode::Append, &[]),
                rows,
            )
        };
        let fault = run("a", Arc::new(StringArray::from(vec!["fine", "日本"]))).await.unwrap_err();
        assert_eq!(fault.kind(), FaultKind::Data, "{method}: {fault}");
        assert!(fault.message().contains("`a`"), "{fault}");
        let fault = run("at", Arc::new(TimestampMicrosecondArray::from(vec![1]))).await.unwrap_err();
        assert_eq!(
            fault.message(),
            "`1970-01-01 00:00:00.000001` has more digits after the second than column `at` of type datetime keeps"
        );
        assert_eq!((db.sql("select count(*) from t"), tables(&db)), ("0".into(), vec!["t".into()]));
    }
}

#[tokio::test]
async fn a_server_without_local_infile_gets_inserts() {
    let server = towpath_testkit::mariadb_server();
    let mut address = connector().address(&format!("{}mysql", server.url()), false).unwrap().connection;
    let run = |address: &Value, load: &str| {
        let destination =
            connector().destination(address, &json!({ "table": "t_infile", "load": load }), &cx()).unwrap();
        let rows = rows(10);
        async move {
            let mut load = destination.begin(request(rows.schema(), WriteMode::Append, &[])).await?;
            load.write(rows).await?;
            load.commit().await
        }
    };
    run(&address, "local_infile").await.unwrap();
    let client = |sql: &str| {
        let port = address["port"].to_string();
        let output = std::process::Command::new("mariadb")
            .args(["--no-defaults", "-h127.0.0.1", "-uroot", &format!("-P{port}"), "-e", sql])
            .output()
            .unwrap();
        assert!(output.status.success());
    };
    client("set global local_infile = 0");
    let fault = run(&address, "local_infile").await.unwrap_err();
    assert_eq!(fault.kind(), FaultKind::Config);
    assert_eq!(run(&address, "auto").await.unwrap().written, 10);
    address["tls"] = json!("disable");
    connector().check(&address, &cx()).await.unwrap();
}
