//! Quarantine at the end of a load, and undo, where the laws do not look.

use towpath_model::landing::Undo;

use super::*;

#[tokio::test]
async fn values_that_the_server_cannot_read_send_their_rows_to_quarantine() {
    let database = postgres();
    let query = "select g as id, case when g = 3 then '10.0.0.x' else '10.0.0.' || g end as address, \
                 case when g = 5 then '[1' else '[1,4)' end as span, \
                 array['10.1.1.1', case when g = 7 then 'nowhere' else '::1' end] as hosts \
                 from generate_series(1, 8) g union all select 2, '10.9.9.9', null, null";
    let (schema, batches, _) = read(query_source(&database, query).as_ref()).await;
    for (table, mode, chunked) in [
        ("appended", WriteMode::Append, false),
        ("merged", WriteMode::Upsert, false),
        ("in_chunks", WriteMode::Upsert, true),
    ] {
        database.sql(&format!(
            "CREATE TABLE {table} (id int, address inet, span int4range, hosts inet[]); \
             INSERT INTO {table} VALUES (1, '1.1.1.1')"
        ));
        let rejects = Arc::new(MemoryRejects::default());
        let key: &[&str] = if mode == WriteMode::Append { &[] } else { &["id"] };
        let mut request = LoadRequest { rejects: rejects.clone(), ..request(schema.clone(), mode, key) };
        let receipt = if chunked {
            request.chunks = Some(vec![towpath_connect::Chunk { token: "{}".into(), rows: None }]);
            let mut load = destination(&database, table).begin(request).await.unwrap();
            let mut lane = load.lane().await.unwrap();
            for batch in &batches {
                lane.write(batch.clone()).await.unwrap();
            }
            lane.seal(0, "{}").await.unwrap();
            load.commit().await.unwrap()
        } else {
            load(destination(&database, table).as_ref(), request, batches.clone()).await.unwrap()
        };
        let mut all = rejects.all();
        all.sort_by(|left, right| left.column.cmp(&right.column));
        let told: Vec<_> =
            all.iter().map(|reject| (reject.column.as_deref(), reject.value.as_deref())).collect();
        let hosts = "[\"10.1.1.1\", \"nowhere\"]";
        let expected =
            [(Some("address"), Some("10.0.0.x")), (Some("hosts"), Some(hosts)), (Some("span"), Some("[1"))];
        assert_eq!(told, expected, "{table}");
        assert!(all[0].reason.contains("inet") && all[0].reason.contains("10.0.0.x"), "{}", all[0].reason);
        let original: Value = serde_json::from_str(&all[0].original).unwrap();
        assert_eq!(original["id"], 3);
        assert_eq!(original.as_object().unwrap().len(), 4, "{original}");
        assert_eq!(receipt.written + receipt.deduplicated + all.len() as u64, 9, "{table}");
        let rows = if mode == WriteMode::Append { "7" } else { "5" };
        assert_eq!(database.sql(&format!("SELECT count(*) FROM {table}")), rows, "{table}");
    }
}

fn undoable(schema: &SchemaRef, mode: WriteMode, keep: &str) -> LoadRequest {
    let undo = Some(Undo { keep: keep.into() });
    LoadRequest { undo, ..request(schema.clone(), mode, &["id"]) }
}

const IMAGES: &str = "SELECT count(*) FROM pg_class WHERE relname LIKE '\\_towpath\\_undo%'";

#[tokio::test]
async fn images_are_dropped_when_their_time_has_passed() {
    let database = postgres();
    database.sql(
        "CREATE TABLE t (id int PRIMARY KEY, j json, i interval); INSERT INTO t VALUES (1, '[1]', '1 month')",
    );
    let query = "select 1 as id, '[1]'::json as j, interval '30 days' as i union all select 2, null, null";
    let (schema, batches, _) = read(query_source(&database, query).as_ref()).await;
    let target = destination(&database, "t");
    let short = undoable(&schema, WriteMode::Upsert, "0m");
    let receipt = load(target.as_ref(), short.clone(), batches.clone()).await.unwrap();
    // A month is not thirty days, though PostgreSQL calls them equal.
    let changes = receipt.changes.unwrap();
    assert_eq!((changes.inserted, changes.updated), (1, 1));
    let fault = target.undo(&short.load_id).await.unwrap_err();
    assert!(fault.message().contains("no longer"), "{fault}");
    let long = undoable(&schema, WriteMode::Upsert, "30d");
    load(target.as_ref(), long.clone(), batches).await.unwrap();
    assert_eq!(database.sql(IMAGES), "1");
    let undone = target.undo(&long.load_id).await.unwrap();
    assert_eq!((undone.kept, undone.reverted), (0, Default::default()));
    assert_eq!(database.sql(IMAGES), "0");
}

#[tokio::test]
async fn an_append_that_could_not_be_taken_back_is_refused() {
    let database = postgres();
    database.sql("CREATE TABLE t (id int, v text); INSERT INTO t VALUES (1, 'mine')");
    let query = "select 1 as id, 'new' as v union all select 2, 'new'";
    let (schema, batches, _) = read(query_source(&database, query).as_ref()).await;
    let target = destination(&database, "t");
    let fault = load(target.as_ref(), undoable(&schema, WriteMode::Append, "1d"), batches).await.unwrap_err();
    assert_eq!(fault.kind().code(), "data");
    assert_eq!(database.sql("SELECT * FROM t"), "1|mine");
}

#[tokio::test]
async fn the_ledger_says_what_a_load_did() {
    let database = postgres();
    database.sql(
        "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')",
    );
    let query = "select g as id, chr(95 + g) as v from generate_series(2, 4) g";
    let mut mirror = {
        let (schema, _, _) = read(query_source(&database, query).as_ref()).await;
        request(schema, WriteMode::Mirror, &["id"])
    };
    mirror.force = true;
    let (_, batches, _) = read(query_source(&database, query).as_ref()).await;
    load(destination(&database, "t").as_ref(), mirror, batches).await.unwrap();
    assert_eq!(
        database.sql("SELECT mode, rows, inserted, updated, deleted, unchanged FROM _towpath_loads"),
        "mirror|3|1|2|1|0"
    );
}

#[tokio::test]
async fn a_mirror_leaves_rows_that_did_not_change_alone() {
    let database = postgres();
    database.sql("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT g, 'x' FROM generate_series(1, 50) g");
    let before = database.sql("SELECT sum(xmin::text::bigint) FROM t WHERE id <> 7");
    let query = "select g as id, case g when 7 then 'y' else 'x' end as v from generate_series(1, 50) g";
    copy(&database, query, "t", WriteMode::Mirror, &["id"]).await.unwrap();
    assert_eq!(database.sql("SELECT sum(xmin::text::bigint) FROM t WHERE id <> 7"), before);
    assert_eq!(database.sql("SELECT v FROM t WHERE id = 7"), "y");
}
