//! Chunks and commits that are interrupted, loads that meet, and what they leave.

use arrow::array::{Int64Array, StringArray};
use mysql_async::Conn;
use mysql_async::prelude::Queryable;
use towpath_connect::{Chunk, Lane, Load};
use towpath_model::landing::{History, Undo};

use super::*;

fn rows(ids: std::ops::Range<i64>, word: &str) -> RecordBatch {
    batch(vec![
        ("id", Arc::new(Int64Array::from_iter_values(ids.clone())) as ArrayRef),
        ("word", Arc::new(StringArray::from_iter_values(ids.map(|id| format!("{word} {id}"))))),
    ])
}

fn chunks(count: usize) -> Vec<Chunk> {
    (0..count).map(|number| Chunk { token: format!("part {number}"), rows: None }).collect()
}

async fn begin(db: &MariaDb, request: &LoadRequest) -> Box<dyn Load> {
    destination(db, json!({ "table": "t" })).begin(request.clone()).await.unwrap()
}

async fn seal(lane: &mut Box<dyn Lane>, position: usize, rows: RecordBatch) {
    lane.write(rows).await.unwrap();
    lane.seal(position, "{}").await.unwrap();
}

/// Ends every connection to the database but this one.
async fn kill(conn: &mut Conn) {
    let query =
        "select id from information_schema.processlist where db = database() and id <> connection_id()";
    for id in conn.query::<u64, _>(query).await.unwrap() {
        // It may have ended by itself.
        let _ = conn.query_drop(format!("kill {id}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_is_cut_off_anywhere_can_be_repeated() {
    let content = "select group_concat(concat_ws(':', id, word) order by id) from t";
    for (mode, key, exists) in [
        (WriteMode::Append, &[][..], false),
        (WriteMode::Append, &["id"][..], false),
        (WriteMode::Mirror, &["id"][..], true),
        (WriteMode::History, &["id"][..], false),
        (WriteMode::History, &["id"][..], true),
    ] {
        for patience in 0..8 {
            let db = towpath_testkit::mariadb();
            if exists {
                let first = request(rows(0..1, "").schema(), mode, key);
                load(&db, json!({ "table": "t" }), first, rows(5..12, "old")).await.unwrap();
            }
            let old = if exists { db.sql(content) } else { String::new() };
            let mut request = LoadRequest {
                chunks: Some(chunks(2)),
                force: true,
                undo: (!key.is_empty()).then(|| Undo { keep: "1d".into() }),
                ..request(rows(0..1, "").schema(), mode, key)
            };
            request.mirror.guard = 100.0;
            let mut load = begin(&db, &request).await;
            let mut lane = load.lane().await.unwrap();
            seal(&mut lane, 1, rows(8..16, "new")).await;
            seal(&mut lane, 0, rows(0..9, "first")).await;
            drop(lane);
            let mut killer = Conn::from_url(db.url()).await.unwrap();
            let commit = tokio::spawn(load.commit());
            for _ in 0..patience * 6 {
                // One look at the server each: some commits are hardly begun then, some are done.
                killer.query_drop("select 1").await.unwrap();
            }
            kill(&mut killer).await;
            killer.disconnect().await.unwrap();
            let committed = commit.await.unwrap();
            let shown =
                if db.sql("show tables like 't'").is_empty() { String::new() } else { db.sql(content) };
            let again = begin(&db, &request).await.commit().await.unwrap();
            let new = db.sql(content);
            let dedup = u64::from(!key.is_empty());
            assert_eq!(again.written, 17 - dedup, "{mode:?} {key:?}");
            assert!(committed.is_err() || again.replayed, "{mode:?}: a committed load is written again");
            assert!(shown == old || shown == new, "{mode:?}: half of a load shows:\n{shown}\n{new}");
            if mode != WriteMode::History {
                let expected: Vec<String> = (0..16)
                    .flat_map(|id| {
                        let word = if id < 8 { "first" } else { "new" };
                        let twice = (id == 8 && key.is_empty()).then(|| format!("{id}:first {id}"));
                        twice.into_iter().chain([format!("{id}:{word} {id}")])
                    })
                    .collect();
                assert_eq!(new, expected.join(","), "{mode:?} {key:?}");
            } else {
                // Keys 5 to 11 were there with other words.
                let versions = if exists { "23\t7\t16" } else { "16\t0\t16" };
                let closed = "select count(*), sum(valid_to is not null), sum(is_current) from t";
                assert_eq!(db.sql(closed), versions);
            }
            let left: Vec<String> =
                tables(&db).into_iter().filter(|name| !name.starts_with("_towpath_undo")).collect();
            assert_eq!(left, ["t"], "{mode:?}: tables are left");
            assert_eq!(db.sql("select count(*) from _towpath_chunks"), "0");
            if !key.is_empty() && mode != WriteMode::History {
                let undone = destination(&db, json!({ "table": "t" })).undo(&request.load_id).await.unwrap();
                assert_eq!((undone.kept, db.sql(content).replace("NULL", "")), (0, old));
                assert_eq!(tables(&db), ["t"]);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_is_dropped_half_way_shows_nothing_of_it() {
    let db = towpath_testkit::mariadb();
    db.sql("create table t (id bigint primary key, word varchar(20)); insert into t values (1, 'old'), (3, 'old')");
    let mut other = Conn::from_url(db.url()).await.unwrap();
    other.query_drop("begin; select * from t where id = 3 for update").await.unwrap();
    let mut request = request(rows(0..1, "").schema(), WriteMode::Mirror, &["id"]);
    request.mirror.guard = 100.0;
    let mut load = begin(&db, &request).await;
    load.write(rows(1..3, "new")).await.unwrap();
    let commit = tokio::spawn(load.commit());
    // It waits for the locked row: the first statement of its transaction is under way.
    let waiting = "select count(*) from information_schema.innodb_trx where trx_state = 'LOCK WAIT' \
                   and trx_mysql_thread_id in (select id from information_schema.processlist where db = database())";
    while db.sql(waiting) != "1" {
        tokio::task::yield_now().await;
    }
    commit.abort();
    assert!(commit.await.unwrap_err().is_cancelled());
    other.disconnect().await.unwrap();
    while db.sql(
        "select count(*) from information_schema.processlist where db = database() and id <> connection_id()",
    ) != "0"
    {
        tokio::task::yield_now().await;
    }
    assert_eq!(db.sql("select group_concat(id, word) from t"), "1old,3old");
    let mut load = begin(&db, &request).await;
    load.write(rows(1..3, "new")).await.unwrap();
    assert!(!load.commit().await.unwrap().replayed);
    assert_eq!(db.sql("select group_concat(id, word) from t"), "1new 1,2new 2");
    assert_eq!(tables(&db), ["t"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn loads_that_change_one_table_at_the_same_time_take_turns() {
    let db = towpath_testkit::mariadb();
    load(
        &db,
        json!({ "table": "t" }),
        request(rows(0..1, "").schema(), WriteMode::Append, &["id"]),
        rows(0..50, "old"),
    )
    .await
    .unwrap();
    let run = |word: &'static str| {
        let request = request(rows(0..1, "").schema(), WriteMode::Upsert, &["id"]);
        load(&db, json!({ "table": "t" }), request, rows(0..100, word))
    };
    for _ in 0..5 {
        let (one, two, three) = tokio::join!(run("one"), run("two"), run("three"));
        assert_eq!([one, two, three].map(|receipt| receipt.unwrap().written), [100; 3]);
        // The rows are those of the last one, all of them.
        assert_eq!(db.sql("select count(*), count(distinct substring_index(word, ' ', 1)) from t"), "100\t1");
    }
}

#[tokio::test]
async fn what_runs_of_one_origin_left_is_cleared_when_nobody_works_on_it() {
    let db = towpath_testkit::mariadb();
    let chunked = |origin: &str| LoadRequest {
        origin: origin.into(),
        chunks: Some(chunks(2)),
        ..request(rows(0..1, "").schema(), WriteMode::Append, &["id"])
    };
    let (left, other, busy) = (chunked("shop/load"), chunked("else/load"), chunked("shop/load"));
    for request in [&left, &other] {
        let mut load = begin(&db, request).await;
        let mut lane = load.lane().await.unwrap();
        seal(&mut lane, 0, rows(0..3, "x")).await;
        drop((lane, load));
    }
    let working = begin(&db, &busy).await;
    // The server frees the locks of the dropped loads when it sees their connections close.
    while db.sql(
        "select count(*) from information_schema.processlist where db = database() and id <> connection_id()",
    ) != "1"
    {
        tokio::task::yield_now().await;
    }
    let next = begin(&db, &chunked("shop/load")).await;
    assert_eq!(tables(&db).len(), 3, "{:?}", tables(&db));
    next.abort().await.unwrap();
    working.abort().await.unwrap();
    assert_eq!(db.sql("select load_id from _towpath_loads"), other.load_id.as_str());
    assert_eq!(db.sql("select count(*), count(counts) from _towpath_chunks"), "2\t1");
    // It still goes on.
    let mut load = begin(&db, &other).await;
    let open: Vec<bool> = load.chunks().iter().map(|state| state.is_sealed()).collect();
    assert_eq!(open, [true, false]);
    let mut lane = load.lane().await.unwrap();
    seal(&mut lane, 1, rows(3..5, "y")).await;
    drop(lane);
    assert_eq!(load.commit().await.unwrap().written, 5);
    assert_eq!(tables(&db), ["t"]);
}

#[tokio::test]
async fn images_go_when_their_time_is_over() {
    let db = towpath_testkit::mariadb();
    let with_undo = |rows: &RecordBatch| LoadRequest {
        undo: Some(Undo { keep: "1h".into() }),
        ..request(rows.schema(), WriteMode::Upsert, &["id"])
    };
    let first = with_undo(&rows(0..1, ""));
    load(&db, json!({ "table": "t" }), first.clone(), rows(0..5, "x")).await.unwrap();
    assert_eq!(tables(&db).len(), 2);
    db.sql("update _towpath_loads set undo_until = utc_timestamp() - interval 1 second");
    let fault = destination(&db, json!({ "table": "t" })).undo(&first.load_id).await.unwrap_err();
    assert!(fault.message().contains("their time is over"), "{fault}");
    load(
        &db,
        json!({ "table": "t" }),
        request(rows(0..1, "").schema(), WriteMode::Upsert, &["id"]),
        rows(0..1, "y"),
    )
    .await
    .unwrap();
    assert_eq!(tables(&db), ["t"]);
}

#[tokio::test]
async fn a_history_needs_a_table_that_takes_several_versions() {
    let db = towpath_testkit::mariadb();
    db.sql("create table t (id bigint primary key, word text); insert into t values (1, 'a')");
    let request = request(rows(0..1, "").schema(), WriteMode::History, &["id"]);
    let Err(fault) = destination(&db, json!({ "table": "t" })).begin(request.clone()).await else {
        panic!("two versions have one key");
    };
    assert_eq!(fault.kind(), towpath_model::FaultKind::Contract);
    assert!(fault.message().contains("PRIMARY"), "{fault}");
    // Without that key, the columns of a history are added, and what is there is current.
    db.sql("alter table t drop primary key");
    let mut request = LoadRequest { history: History::default(), ..request };
    let Err(fault) = destination(&db, json!({ "table": "t" })).begin(request.clone()).await else {
        panic!("a frozen table gets columns");
    };
    assert!(fault.message().contains("valid_from"), "{fault}");
    request.contract.columns = towpath_model::contract::ContractRule::Evolve;
    load(&db, json!({ "table": "t" }), request, rows(1..3, "b")).await.unwrap();
    let found = "select group_concat(concat_ws(':', id, word, valid_to is null, is_current) order by id, valid_from) from t";
    assert_eq!(db.sql(found), "1:a:0:0,1:b 1:1:1,2:b 2:1:1");
}
