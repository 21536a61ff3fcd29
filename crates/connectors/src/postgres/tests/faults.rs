//! What users are told when something is wrong.

use super::*;

async fn check(url: &str) -> Fault {
    connector().check(&connection(url), &context()).await.unwrap_err()
}

#[tokio::test]
async fn a_server_that_cannot_be_used_is_told_apart() {
    let database = postgres();
    connector().check(&connection(&database.url()), &context()).await.unwrap();

    let fault = check(&database.url_as("postgres", "wrong-secret")).await;
    assert_eq!(fault.kind().code(), "auth");
    assert!(fault.message().contains("user `postgres`"), "{fault}");
    assert!(!format!("{fault:?}").contains("wrong-secret"), "{fault:?}");

    let fault = check("postgresql://me:secret@no-such-host.invalid/shop").await;
    assert_eq!(fault.kind().code(), "unavailable");
    assert!(fault.message().contains("no-such-host.invalid"), "{fault}");

    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let fault = check(&format!("postgresql://me:secret@127.0.0.1:{port}/shop")).await;
    assert_eq!(fault.kind().code(), "unavailable");

    let url = database.url();
    let fault = check(&format!("{}/nowhere", url.rsplit_once('/').unwrap().0)).await;
    assert_eq!(fault.kind().code(), "not_found");

    let fault = check(&format!("{url}?sslmode=require")).await;
    assert!(fault.message().contains("does not offer encryption"), "{fault}");
}

#[tokio::test]
async fn missing_tables_and_wrong_queries_are_named() {
    let database = postgres();
    database.sql(
        "CREATE SCHEMA shop; CREATE TABLE shop.orders (id int); CREATE INDEX an_index ON shop.orders (id)",
    );
    let describe = async |settings: Value| source_of(&database.url(), settings).describe().await.unwrap_err();

    let fault = describe(json!({"table": "shop.order"})).await;
    assert_eq!((fault.kind().code(), fault.hint_text()), ("not_found", Some("did you mean `shop.orders`?")));
    let fault = describe(json!({"table": "shop.an_index"})).await;
    assert_eq!(fault.message(), "`shop.an_index` is neither a table nor a view");
    let fault = describe(json!({"query": "select 1 as a,\n  nothing\nfrom shop.orders"})).await;
    assert_eq!(fault.message(), "reading the query (line 2): column \"nothing\" does not exist");
    let fault = describe(json!({"query": "select 1 as a, 2 as a"})).await;
    assert_eq!(fault.message(), "the query yields two columns named `a`");
    let fault = describe(json!({"query": "delete from shop.orders returning id"})).await;
    assert_eq!(fault.kind().code(), "config");
    let fault = describe(json!({"query": "select * from shop.missing"})).await;
    assert_eq!(fault.kind().code(), "not_found");
}

#[tokio::test]
async fn rights_that_are_missing_are_named() {
    let database = postgres();
    let role = format!("reader_{}", std::process::id());
    database.sql(&format!(
        "CREATE TABLE t (id int); CREATE ROLE {role} LOGIN PASSWORD 'pw'; REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    ));
    let url = database.url_as(&role, "pw");
    let source = source_of(&url, json!({"table": "t"}));
    let schema = source.describe().await.unwrap().schema;
    let request_all = ReadRequest::all(Arc::clone(&schema), Arc::new(MemoryRejects::default()));
    let fault = source.read(request_all).await.unwrap().try_collect::<Vec<_>>().await.unwrap_err();
    assert_eq!(fault.kind().code(), "auth");
    assert!(fault.message().contains("permission denied"), "{fault}");
    let target = connector().destination(&connection(&url), &json!({"table": "t"}), &context()).unwrap();
    let fault = target.begin(request(schema, WriteMode::Append, &[])).await.err().unwrap();
    assert!(
        fault.message().contains("_towpath_loads") && fault.hint_text().unwrap().contains("GRANT"),
        "{fault:?}"
    );
    database.sql(&format!("DROP ROLE {role}"));
}

#[tokio::test]
async fn a_violated_constraint_is_named_early() {
    let database = postgres();
    database.sql("CREATE TABLE t (id int PRIMARY KEY, n int CONSTRAINT positive CHECK (n > 0)); INSERT INTO t VALUES (3, 1)");
    let fault =
        copy(&database, "select g as id, 1 as n from generate_series(1, 5) g", "t", WriteMode::Append, &[])
            .await;
    let fault = fault.unwrap_err();
    assert_eq!(fault.kind().code(), "data");
    assert!(fault.message().contains("t_pkey") && fault.message().contains("(id)=(3)"), "{fault}");

    // The first row is wrong: the fault must come long before the last of two million rows is sent.
    let query = "select g as id, g as n from generate_series(0, 100000) g";
    let (schema, batches, _) = read(query_source(&database, query).as_ref()).await;
    let mut load = destination(&database, "t").begin(request(schema, WriteMode::Append, &[])).await.unwrap();
    let mut sent = 0;
    let fault = loop {
        sent += 1;
        assert!(sent < 2000, "the server's refusal was not noticed");
        if let Err(fault) = load.write(batches[sent % batches.len()].clone()).await {
            break fault;
        }
    };
    assert!(fault.message().contains("positive"), "{fault}");
}

#[tokio::test]
async fn a_killed_connection_leaves_nothing_and_says_so() {
    let database = postgres();
    database.sql("CREATE TABLE t (id int); INSERT INTO t VALUES (1)");
    let (schema, batches, _) =
        read(query_source(&database, "select g as id from generate_series(1, 100000) g").as_ref()).await;
    for mode in [WriteMode::Append, WriteMode::Overwrite] {
        let mut load =
            destination(&database, "t").begin(request(Arc::clone(&schema), mode, &[])).await.unwrap();
        write(load.as_mut(), Arc::clone(&schema), batches.clone()).await.unwrap();
        database.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        let fault = match write(load.as_mut(), Arc::clone(&schema), batches.clone()).await {
            Err(fault) => fault,
            Ok(()) => load.commit().await.unwrap_err(),
        };
        assert_eq!(fault.kind().code(), "unavailable", "{fault:?}");
        assert_eq!(database.sql("SELECT count(*) FROM t"), "1");
    }

    let source = query_source(&database, "select g, repeat('x', 1000) from generate_series(1, 1000000) g");
    let schema = source.describe().await.unwrap().schema;
    let stream = source.read(ReadRequest::all(schema, Arc::new(MemoryRejects::default()))).await.unwrap();
    database.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
    let fault = stream.try_collect::<Vec<_>>().await.unwrap_err();
    assert_eq!(fault.kind().code(), "unavailable", "{fault:?}");
}

#[tokio::test]
async fn names_that_would_be_cut_are_refused() {
    let database = postgres();
    let long = "é".repeat(32);
    let fault = copy(&database, "select 1 as a", &long, WriteMode::Append, &[]).await.unwrap_err();
    assert!(fault.message().contains("64 bytes"), "{fault}");
    let field = arrow::datatypes::Field::new(&long, arrow::datatypes::DataType::Int32, true);
    let schema = Arc::new(arrow::datatypes::Schema::new(vec![field]));
    let fault =
        destination(&database, "t").begin(request(schema, WriteMode::Append, &[])).await.err().unwrap();
    assert!(fault.message().contains("64 bytes"), "{fault}");
}
