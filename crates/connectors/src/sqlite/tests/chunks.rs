//! Loads in chunks: what is kept beside the database, for how long, and who may touch it. Chunks of tables.

use towpath_connect::{Chunk, Lane};
use towpath_model::FaultKind;

use super::*;

const CHUNKS: usize = 3;

/// A load in chunks of a given id and origin.
fn chunked(id: &LoadId, origin: &str, rows: &RecordBatch) -> LoadRequest {
    let chunks = (0..CHUNKS).map(|n| Chunk { token: format!("part {n}"), rows: None });
    LoadRequest {
        load_id: id.clone(),
        origin: origin.into(),
        chunks: Some(chunks.collect()),
        ..order(WriteMode::Upsert, &["id"], rows)
    }
}

fn part(position: usize) -> RecordBatch {
    pairs(("id", "name"), &[(position as i64, "x"), (10 + position as i64, "y")])
}

async fn sealed(load: &mut Box<dyn Load>, positions: &[usize]) -> Box<dyn Lane> {
    let mut lane = load.lane().await.unwrap();
    for position in positions {
        lane.write(part(*position)).await.unwrap();
        lane.seal(*position, "{}").await.unwrap();
    }
    lane
}

impl File {
    /// Names of the files beside the database, without its own.
    fn beside(&self) -> Vec<String> {
        let names = std::fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> =
            names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name.contains("towpath"));
        names.sort();
        names
    }
}

fn open(load: &dyn Load) -> Vec<usize> {
    let chunks = load.chunks().iter().enumerate();
    chunks.filter(|(_, state)| !state.is_sealed()).map(|(position, _)| position).collect()
}

#[tokio::test]
async fn a_load_whose_commit_fails_commits_again_without_its_rows() {
    let file = File::with("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)");
    let id = LoadId::generate();
    let request = chunked(&id, "a/b", &part(0));
    let mut load = file.begin("t", request.clone()).await.unwrap();
    drop(sealed(&mut load, &[2, 0, 1]).await);
    let other = file.open();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(load.commit().await.unwrap_err().kind(), FaultKind::Unavailable);
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(file.value("SELECT CAST(count(*) AS TEXT) FROM t"), "0");
    let load = file.begin("t", request.clone()).await.unwrap();
    assert_eq!(open(load.as_ref()), [0; 0]);
    assert_eq!(load.commit().await.unwrap().written, 6);
    assert_eq!(file.value("SELECT group_concat(id) FROM (SELECT id FROM t ORDER BY id)"), "0,1,2,10,11,12");
    assert_eq!(file.beside(), [""; 0], "a staging file stays after the commit");
    let replay = file.begin("t", request).await.unwrap();
    assert_eq!(open(replay.as_ref()), [0; 0]);
    assert!(replay.commit().await.unwrap().replayed);
    assert_eq!(file.beside(), [""; 0]);
}

#[tokio::test]
async fn what_a_killed_process_leaves_is_a_load_to_go_on_with() {
    let file = File::with("PRAGMA journal_mode = DELETE; CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)");
    let id = LoadId::generate();
    let request = chunked(&id, "a/b", &part(0));
    let mut load = file.begin("t", request.clone()).await.unwrap();
    let mut lane = sealed(&mut load, &[1]).await;
    let mut other = load.lane().await.unwrap();
    lane.write(part(0)).await.unwrap();
    other.write(part(2)).await.unwrap();
    // The rows of the open chunk 0 are committed together with chunk 2, and still are those of no chunk.
    other.seal(2, "{}").await.unwrap();
    lane.write(part(0)).await.unwrap();
    // A copy of the files is what a process leaves that is killed here.
    let later = File::new();
    for entry in std::fs::read_dir(file.folder.path()).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), later.folder.path().join(entry.file_name())).unwrap();
    }
    let mut load = later.begin("t", request).await.unwrap();
    assert_eq!(open(load.as_ref()), [0]);
    drop(sealed(&mut load, &[0]).await);
    let receipt = load.commit().await.unwrap();
    assert_eq!((receipt.written, receipt.deduplicated), (6, 0));
    assert_eq!(later.value("SELECT CAST(count(*) AS TEXT) FROM t"), "6");
}

#[tokio::test]
async fn one_process_at_a_time_works_on_a_load() {
    let file = File::with("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)");
    let id = LoadId::generate();
    let first = file.begin("t", chunked(&id, "a/b", &part(0))).await.unwrap();
    let fault = file.begin("t", chunked(&id, "a/b", &part(0))).await.err().unwrap();
    assert_eq!(fault.kind(), FaultKind::Unavailable);
    assert!(fault.to_string().starts_with("another process works on the load"), "{fault}");
    first.abort().await.unwrap();
    assert_eq!(file.beside(), [""; 0], "an aborted load stays");
}

#[tokio::test]
async fn later_loads_clear_away_what_their_origin_left() {
    let file = File::with("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)");
    let begin =
        async |origin: &str| file.begin("t", chunked(&LoadId::generate(), origin, &part(0))).await.unwrap();
    let stages = || file.beside().iter().filter(|name| !name.ends_with("-journal")).count();
    let clear = async |origin: &str| {
        let plain = order(WriteMode::Upsert, &["id"], &part(0));
        let plain = LoadRequest { origin: origin.into(), ..plain };
        file.begin("t", plain).await.unwrap().abort().await.unwrap();
    };
    let mut left = begin("a/b").await;
    drop(sealed(&mut left, &[0]).await);
    let others = begin("c/d").await;
    clear("a/b").await;
    assert_eq!(stages(), 2, "a file that somebody works on is removed");
    drop(left);
    // The thread of a dropped load ends a little later.
    while stages() == 2 {
        clear("a/b").await;
    }
    assert_eq!(stages(), 1);
    drop(others);
    while stages() == 1 {
        clear("c/d").await;
    }
    assert_eq!(file.beside(), [""; 0]);
}

#[tokio::test]
async fn a_load_that_began_with_other_columns_does_not_go_on() {
    let file = File::new();
    let id = LoadId::generate();
    let mut load = file.begin("t", chunked(&id, "a/b", &part(0))).await.unwrap();
    drop(sealed(&mut load, &[0]).await);
    drop(load);
    let other = pairs(("id", "title"), &[(1, "x")]);
    let connection = json!({ "path": "laws.db" });
    let settings = json!({ "table": "t" });
    let patient = erase::<Sqlite>().destination(&connection, &settings, &file.context()).unwrap();
    let fault = patient.begin(chunked(&id, "a/b", &other)).await.err().unwrap();
    assert_eq!(fault.kind(), FaultKind::Contract);
    assert!(fault.to_string().contains("began with other columns"), "{fault}");
}

/// All rows, chunk by chunk, and how many chunks there are.
async fn by_chunks(file: &File, table: &str, rows: u64) -> (Vec<String>, usize) {
    let source = file.source(json!({ "table": table })).unwrap();
    let info = source.describe().await.unwrap();
    let chunks = source.split(rows).await.unwrap().unwrap();
    let mut found = Vec::new();
    for chunk in &chunks {
        let rejects = Arc::new(MemoryRejects::default());
        let request =
            ReadRequest { chunk: Some(chunk.clone()), ..ReadRequest::all(info.schema.clone(), rejects) };
        let batches: Vec<RecordBatch> = source.read(request).await.unwrap().try_collect().await.unwrap();
        for batch in batches {
            found.extend((0..batch.num_rows()).map(|row| row_as_json(&batch, row)));
        }
    }
    (found, chunks.len())
}

#[tokio::test]
async fn tables_of_every_sort_are_cut_into_ranges() {
    let file = File::with(
        "CREATE TABLE plain (name TEXT);
         CREATE TABLE taken (rowid TEXT, _rowid_ INT);
         CREATE TABLE words (word TEXT COLLATE NOCASE, n REAL, PRIMARY KEY (word DESC, n)) WITHOUT ROWID;
         CREATE TABLE numbers (n NUMERIC PRIMARY KEY) WITHOUT ROWID;
         CREATE TABLE bytes (b BLOB PRIMARY KEY) WITHOUT ROWID;
         CREATE TABLE empty (id INTEGER PRIMARY KEY);
         CREATE VIEW seen AS SELECT * FROM plain;
         WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 50)
         INSERT INTO plain SELECT 'row ' || n FROM n;
         DELETE FROM plain WHERE rowid BETWEEN 10 AND 30;
         INSERT INTO taken SELECT name, 7 FROM plain;
         INSERT INTO words SELECT substr('aAbBcC', n % 6 + 1, 1), n / 7.0 FROM (SELECT rowid AS n FROM plain);
         INSERT INTO numbers SELECT CASE n % 2 WHEN 0 THEN n ELSE n / 3.0 END FROM (SELECT rowid AS n FROM plain);
         INSERT INTO bytes SELECT CAST(name AS BLOB) FROM plain;",
    );
    for (table, most) in
        [("plain", 6), ("taken", 6), ("words", 4), ("numbers", 6), ("bytes", 6), ("empty", 1)]
    {
        let (mut found, count) = by_chunks(&file, table, 5).await;
        assert!(count <= most, "{table} has {count} chunks");
        let mut all = file.read(json!({ "table": table })).await.unwrap().0;
        found.sort();
        all.sort();
        assert_eq!(found, all, "{table}");
    }
    for settings in [json!({ "table": "seen" }), json!({ "query": "select 1 as one" })] {
        assert_eq!(file.source(settings).unwrap().split(5).await.unwrap(), None);
    }
}

#[tokio::test]
async fn row_ids_that_may_be_given_anew_are_not_revisited() {
    let file = File::with(
        "CREATE TABLE loose (name TEXT); CREATE TABLE tight (id INTEGER PRIMARY KEY);
         INSERT INTO loose VALUES ('a'), ('b'), ('c'); INSERT INTO tight VALUES (1), (5);
         DELETE FROM loose WHERE name = 'a';",
    );
    let split = async |table: &str| {
        let source = file.source(json!({ "table": table })).unwrap();
        let chunks = source.split(1).await.unwrap().unwrap();
        (source, chunks)
    };
    let (loose, of_loose) = split("loose").await;
    let (tight, of_tight) = split("tight").await;
    loose.revisit(&of_loose).await.unwrap();
    file.open().execute_batch("VACUUM").unwrap();
    tight.revisit(&of_tight).await.unwrap();
    let fault = loose.revisit(&of_loose).await.unwrap_err();
    assert_eq!(fault.kind(), FaultKind::Data);
    assert!(fault.to_string().contains("vacuumed"), "{fault}");
}
