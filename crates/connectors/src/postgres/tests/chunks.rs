//! Chunks: how tables are cut, and loads that stop and go on.

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use towpath_connect::{Chunk, Lane};

use super::*;
use crate::postgres::chunks;
use crate::postgres::session::Session;

async fn split(source: &dyn Source, rows: u64) -> Vec<Chunk> {
    source.split(rows).await.unwrap().unwrap()
}

/// Whether the server can read ranges of pages. Before version 14 a table without an ordered key stays whole.
fn reads_pages(database: &Database) -> bool {
    database.sql("SELECT current_setting('server_version_num')::int >= 140000") == "t"
}

/// The sum of the first column, and the number of rows, of one chunk.
async fn sum(source: &dyn Source, chunk: &Chunk) -> (i64, usize) {
    let schema = source.describe().await.unwrap().schema;
    let all = ReadRequest::all(schema, Arc::new(MemoryRejects::default()));
    let request = ReadRequest { chunk: Some(chunk.clone()), columns: vec![0], ..all };
    let batches: Vec<RecordBatch> = source.read(request).await.unwrap().try_collect().await.unwrap();
    let sums = batches.iter().map(|batch| {
        let ids = batch.column(0).as_primitive::<Int64Type>();
        ids.iter().flatten().sum::<i64>()
    });
    (sums.sum(), batches.iter().map(RecordBatch::num_rows).sum())
}

async fn total(source: &dyn Source, chunks: &[Chunk]) -> (i64, usize) {
    let mut all = (0, 0);
    for chunk in chunks {
        let (sum, rows) = sum(source, chunk).await;
        all = (all.0 + sum, all.1 + rows);
    }
    all
}

#[tokio::test]
async fn large_tables_are_cut_by_a_sample() {
    let database = postgres();
    database.sql(
        "CREATE TABLE t (id bigint PRIMARY KEY, filler text); \
         INSERT INTO t SELECT g * 3, repeat('x', 500) FROM generate_series(1, 30000) g; \
         CREATE TABLE words (w text PRIMARY KEY, filler text); \
         INSERT INTO words SELECT md5(g::text), repeat('x', 500) FROM generate_series(1, 30000) g; \
         ANALYZE words; CREATE TABLE keyless AS SELECT id, filler FROM t",
    );
    let reads_pages = reads_pages(&database);
    let words = if reads_pages { "pages" } else { "key" };
    for (table, by) in [("t", "key"), ("words", words), ("keyless", "pages")] {
        let source = table_source(&database, table);
        if by == "pages" && !reads_pages {
            assert_eq!(source.split(5000).await.unwrap(), None);
            continue;
        }
        let chunks = split(source.as_ref(), 5000).await;
        assert!((4..=9).contains(&chunks.len()), "{table}: {} chunks", chunks.len());
        assert!(chunks.iter().all(|chunk| chunk.token.starts_with(&format!("{{\"{by}\""))), "{chunks:?}");
        if table == "words" {
            continue;
        }
        let mut rows = 0;
        for chunk in &chunks {
            let (_, some) = sum(source.as_ref(), chunk).await;
            assert!((2500..=10_000).contains(&some), "{table}: a chunk of {some} rows");
            rows += some;
        }
        assert_eq!(rows, 30_000, "{table}");
    }
    for none in ["SELECT id FROM t", "SELECT 1 AS id"] {
        assert_eq!(query_source(&database, none).split(10).await.unwrap(), None);
    }
    database.sql("CREATE VIEW v AS SELECT id FROM t; CREATE TABLE heir () INHERITS (t)");
    for none in ["v", "t"] {
        assert_eq!(table_source(&database, none).split(10).await.unwrap(), None);
    }
}

#[tokio::test]
async fn keys_of_every_ordered_type_are_cut() {
    let database = postgres();
    for (index, (kind, value)) in [
        ("smallint", "g"),
        ("integer", "g - 50"),
        ("date", "date '1999-12-20' + g"),
        ("timestamptz", "timestamptz '2020-03-29 00:00+00' + g * interval '1 minute 1 microsecond'"),
        ("uuid", "md5(g::text)::uuid"),
        ("text", "chr(39 + g) || E'\\\\\\''"),
        ("varchar(20) COLLATE \"C\"", "'É' || g"),
    ]
    .into_iter()
    .enumerate()
    {
        let table = format!("t{index}");
        database.sql(&format!(
            "CREATE TABLE {table} (n bigint, k {kind} PRIMARY KEY); \
             INSERT INTO {table} SELECT g, {value} FROM generate_series(1, 80) g"
        ));
        let source = table_source(&database, &table);
        let chunks = split(source.as_ref(), 7).await;
        assert_eq!(chunks.len(), 12, "{kind}");
        assert_eq!(total(source.as_ref(), &chunks).await, (3240, 80), "{kind}");
    }
}

// Statements of psql wait for the end of sessions, which another thread must bring about.
#[tokio::test(flavor = "multi_thread")]
async fn chunks_of_one_process_show_one_state() {
    let database = postgres();
    for key in ["PRIMARY KEY", ""] {
        database.sql(&format!(
            "DROP TABLE IF EXISTS t; CREATE TABLE t (id bigint {key}, filler text); \
             INSERT INTO t SELECT g, repeat('x', 2000) FROM generate_series(1, 100) g"
        ));
        let source = table_source(&database, "t");
        if key.is_empty() && !reads_pages(&database) {
            assert_eq!(source.split(10).await.unwrap(), None);
            continue;
        }
        let chunks = split(source.as_ref(), 10).await;
        database
            .sql("UPDATE t SET id = id + 1000; DELETE FROM t WHERE id > 1090; INSERT INTO t SELECT 7, ''");
        assert_eq!(total(source.as_ref(), &chunks).await, (5050, 100), "`{key}`");
    }
}

// Statements of psql wait for the end of sessions, which another thread must bring about.
#[tokio::test(flavor = "multi_thread")]
async fn page_ranges_are_refused_when_rows_may_have_moved() {
    let database = postgres();
    let fill = "INSERT INTO t SELECT g, repeat('x', 2000) FROM generate_series(1, 100) g";
    database.sql(&format!("CREATE TABLE t (id bigint, filler text); {fill}"));
    if !reads_pages(&database) {
        assert_eq!(table_source(&database, "t").split(10).await.unwrap(), None);
        return;
    }
    let chunks = split(table_source(&database, "t").as_ref(), 10).await;
    let revisit = async || table_source(&database, "t").revisit(&chunks).await;
    revisit().await.unwrap();
    database.sql("CREATE TABLE other (id int); INSERT INTO other VALUES (1); DELETE FROM t WHERE id = 5");
    revisit().await.unwrap();
    for change in ["UPDATE t SET id = 500 WHERE id = 50", "INSERT INTO t VALUES (1)", "VACUUM FULL t"] {
        database.sql(&format!("TRUNCATE t; {fill}"));
        let chunks = split(table_source(&database, "t").as_ref(), 10).await;
        let later = table_source(&database, "t");
        later.revisit(&chunks).await.unwrap();
        drop(later);
        database.sql(change);
        let fault = table_source(&database, "t").revisit(&chunks).await.unwrap_err();
        assert_eq!(fault.kind().code(), "data", "{change}");
        assert!(fault.hint_text().is_some(), "{change}");
    }
}

// Statements of psql wait for the end of sessions, which another thread must bring about.
#[tokio::test(flavor = "multi_thread")]
async fn key_ranges_outlive_changes() {
    let database = postgres();
    database.sql("CREATE TABLE t (id bigint PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 100)");
    let chunks = split(table_source(&database, "t").as_ref(), 10).await;
    database.sql("INSERT INTO t VALUES (-5), (1000); UPDATE t SET id = 500 WHERE id = 50");
    let source = table_source(&database, "t");
    source.revisit(&chunks).await.unwrap();
    assert_eq!(total(source.as_ref(), &chunks).await, (5050 + 1000 - 5 + 450, 102));
    drop(source);
    database.sql("DROP TABLE t; CREATE TABLE t (id bigint PRIMARY KEY)");
    let fault = table_source(&database, "t").revisit(&chunks).await.unwrap_err();
    assert!(fault.message().contains("created anew"), "{fault}");
}

fn parts(count: usize) -> Vec<Chunk> {
    (0..count).map(|part| Chunk { token: format!("{{\"part\":{part}}}"), rows: None }).collect()
}

async fn begin(database: &Database, table: &str, request: &LoadRequest) -> Box<dyn Load> {
    destination(database, table).begin(request.clone()).await.unwrap()
}

async fn send(lane: &mut Box<dyn Lane>, batches: &[RecordBatch]) {
    for batch in batches {
        lane.write(batch.clone()).await.unwrap();
    }
}

async fn rows_of(database: &Database, query: &str) -> (SchemaRef, Vec<RecordBatch>) {
    let (schema, batches, _) = read(query_source(database, query).as_ref()).await;
    (schema, batches)
}

const LEFT_OVER: &str =
    "SELECT relname FROM pg_class WHERE relname LIKE '\\_towpath\\_stage%' ORDER BY relname";

#[tokio::test]
async fn a_created_table_is_the_staging_table_under_its_name() {
    let database = postgres();
    let (schema, batches) =
        rows_of(&database, "select g::bigint as id, 'n' || g as name from generate_series(1, 100) g").await;
    for key in [&[][..], &["id"]] {
        database.sql("DROP TABLE IF EXISTS made");
        let request =
            LoadRequest { chunks: Some(parts(2)), ..request(schema.clone(), WriteMode::Append, key) };
        let mut load = begin(&database, "made", &request).await;
        let staged = database.sql("SELECT oid FROM pg_class WHERE relname LIKE '\\_towpath\\_stage%'");
        let mut lane = load.lane().await.unwrap();
        for part in 0..2 {
            send(&mut lane, &batches).await;
            lane.seal(part, "{}").await.unwrap();
        }
        drop(lane);
        let receipt = load.commit().await.unwrap();
        let expected = if key.is_empty() { (200, 0) } else { (100, 100) };
        assert_eq!((receipt.written, receipt.deduplicated), expected);
        assert_eq!(database.sql("SELECT 'made'::regclass::oid"), staged, "the rows were copied");
        let target = destination(&database, "made").target().await.unwrap().unwrap();
        assert_eq!(target.primary_key, key);
        assert_eq!(target.schema.fields().len(), 2);
        assert_eq!(database.sql(LEFT_OVER), "");
        assert_eq!(database.sql("SELECT count(*) FROM _towpath_chunks"), "0");
    }
}

#[tokio::test]
async fn what_nobody_works_on_is_cleared_away() {
    let database = postgres();
    database.sql("CREATE TABLE t (id int)");
    let (schema, batches) = rows_of(&database, "select 1 as id").await;
    let chunked =
        || LoadRequest { chunks: Some(parts(2)), ..request(schema.clone(), WriteMode::Append, &[]) };
    // One load stopped, one is at work, one is of somebody else.
    let (stopped, working) = (chunked(), chunked());
    let other = LoadRequest { origin: "test/other".into(), ..chunked() };
    for request in [&stopped, &other] {
        let mut load = begin(&database, "t", request).await;
        let mut lane = load.lane().await.unwrap();
        send(&mut lane, &batches).await;
        lane.seal(1, "{}").await.unwrap();
        load.commit().await.unwrap_err();
    }
    let mut at_work = begin(&database, "t", &working).await;
    let states = "SELECT string_agg(DISTINCT load_id, ' ' ORDER BY load_id) FROM _towpath_chunks";
    let ids = |requests: &[&LoadRequest]| {
        let mut ids: Vec<&str> = requests.iter().map(|request| request.load_id.as_str()).collect();
        ids.sort_unstable();
        ids.join(" ")
    };
    assert_eq!(database.sql(states), ids(&[&other, &working]));
    // A load that needs no chunks clears, too, but never what is in use.
    let plain = request(schema.clone(), WriteMode::Append, &[]);
    load(destination(&database, "t").as_ref(), plain, batches.clone()).await.unwrap();
    assert_eq!(database.sql(states), ids(&[&other, &working]));
    let mut lane = at_work.lane().await.unwrap();
    for part in 0..2 {
        send(&mut lane, &batches).await;
        lane.seal(part, "{}").await.unwrap();
    }
    drop(lane);
    at_work.commit().await.unwrap();
    // The other load goes on where it stopped, and takes its place with it when it is aborted.
    let resumed = begin(&database, "t", &other).await;
    let sealed: Vec<bool> = resumed.chunks().iter().map(towpath_connect::ChunkState::is_sealed).collect();
    assert_eq!(sealed, [false, true]);
    resumed.abort().await.unwrap();
    assert_eq!(database.sql(LEFT_OVER), "");
    assert_eq!(database.sql("SELECT count(*) FROM t"), "3");
}

#[tokio::test]
async fn a_load_that_dies_in_its_commit_is_done_or_not_begun() {
    let database = postgres();
    database
        .sql("CREATE TABLE t (id int PRIMARY KEY, v int CHECK (v > 0)); INSERT INTO t VALUES (1, 1), (9, 9)");
    let (schema, batches) = rows_of(&database, "select 1 as id, -5 as v union all select 2, 2").await;
    let request =
        LoadRequest { chunks: Some(parts(1)), force: true, ..request(schema, WriteMode::Mirror, &["id"]) };
    let mut load = begin(&database, "t", &request).await;
    let mut lane = load.lane().await.unwrap();
    send(&mut lane, &batches).await;
    lane.seal(0, "{}").await.unwrap();
    drop(lane);
    // The rows are gone and updated when the server refuses one of them.
    let fault = load.commit().await.unwrap_err();
    assert!(fault.message().contains("t_v_check"), "{fault}");
    assert_eq!(database.sql("SELECT * FROM t ORDER BY id"), "1|1\n9|9");
    database.sql("ALTER TABLE t DROP CONSTRAINT t_v_check");
    let load = begin(&database, "t", &request).await;
    assert!(load.chunks()[0].is_sealed());
    load.commit().await.unwrap();
    assert_eq!(database.sql("SELECT * FROM t ORDER BY id"), "1|-5\n2|2");
    assert!(begin(&database, "t", &request).await.commit().await.unwrap().replayed);
}

#[tokio::test]
async fn one_process_works_on_a_load() {
    let database = postgres();
    let (schema, _) = rows_of(&database, "select 1 as id").await;
    let request = LoadRequest { chunks: Some(parts(1)), ..request(schema, WriteMode::Append, &[]) };
    let mut at_work = begin(&database, "t", &request).await;
    let lane = at_work.lane().await.unwrap();
    let settings = connection(&database.url());
    let settings: crate::postgres::config::Connection = serde_json::from_value(settings).unwrap();
    let session = Session::open(&Arc::new(settings.settle(&context()).unwrap())).await.unwrap();
    let soon = std::time::Duration::from_millis(1);
    let fault = chunks::hold(&session, &request.load_id, soon).await.unwrap_err();
    assert_eq!(fault.kind().code(), "unavailable");
    assert!(fault.message().contains("another process works on load"), "{fault}");
    // Writers that are left over count, too.
    drop(at_work);
    chunks::hold(&session, &request.load_id, soon).await.unwrap_err();
    drop(lane);
    chunks::hold(&session, &request.load_id, chunks::PATIENCE).await.unwrap();
}

#[tokio::test]
async fn a_chunk_is_sealed_once() {
    let database = postgres();
    let (schema, batches) = rows_of(&database, "select 1 as id").await;
    let request = LoadRequest { chunks: Some(parts(1)), ..request(schema, WriteMode::Append, &[]) };
    let mut load = begin(&database, "t", &request).await;
    let (mut one, mut two) = (load.lane().await.unwrap(), load.lane().await.unwrap());
    send(&mut one, &batches).await;
    send(&mut two, &batches).await;
    one.seal(0, "{}").await.unwrap();
    let fault = two.seal(0, "{}").await.unwrap_err();
    assert!(fault.message().contains("chunk 1"), "{fault}");
    drop((one, two));
    assert_eq!(load.commit().await.unwrap().written, 1);
    assert_eq!(database.sql("SELECT count(*) FROM t"), "1");
}

// Statements of psql wait for the end of sessions, which another thread must bring about.
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_table_does_not_take_rows_staged_for_another() {
    let database = postgres();
    database.sql("CREATE TABLE t (id int)");
    let (schema, _) = rows_of(&database, "select 1 as id").await;
    let request = LoadRequest { chunks: Some(parts(1)), ..request(schema, WriteMode::Append, &[]) };
    drop(begin(&database, "t", &request).await);
    database.sql("ALTER TABLE t ALTER COLUMN id TYPE text");
    let fault = destination(&database, "t").begin(request).await.err().unwrap();
    assert_eq!(fault.kind().code(), "contract", "{fault}");
    assert!(fault.hint_text().unwrap().contains("--resume"), "{fault:?}");
}
