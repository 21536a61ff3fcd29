//! Cutting tables of every kind of key into chunks.

use towpath_connect::Chunk;

use super::*;

async fn keys(source: &dyn Source, chunk: Option<Chunk>) -> Vec<String> {
    let info = source.describe().await.unwrap();
    let all = ReadRequest::all(info.schema.clone(), Arc::<MemoryRejects>::default());
    let column = info.schema.index_of("n").unwrap();
    let request = ReadRequest { chunk, columns: vec![column], ..all };
    let batches: Vec<RecordBatch> = source.read(request).await.unwrap().try_collect().await.unwrap();
    let batch = arrow::compute::concat_batches(
        &batches.first().map_or(info.schema.project(&[column]).unwrap().into(), RecordBatch::schema),
        &batches,
    )
    .unwrap();
    (0..batch.num_rows())
        .map(|row| towpath_connect::cells::value_as_text(batch.column(0), row).unwrap())
        .collect()
}

#[tokio::test]
async fn every_kind_of_key_is_cut_without_losing_a_row() {
    let db = towpath_testkit::mariadb();
    let numbers = "select cast(seq as signed) as n from seq_1_to_400";
    for (key, value) in [
        ("bigint", "n"),
        ("bigint unsigned", "18446744073709551615 - n * n * n"),
        ("int", "n * n - 100"),
        ("decimal(40,20)", "n * -1234567.00000000000000000001"),
        ("varchar(20) collate utf8mb4_general_ci", "concat(elt(1 + n % 4, 'a', 'B', 'é', '\\'\\\\'), n)"),
        ("varchar(20) character set latin1 collate latin1_bin", "concat(elt(1 + n % 3, 'a', 'B', 'é'), n)"),
        ("varbinary(8)", "unhex(md5(n))"),
        ("date", "date('2020-01-01') + interval n * n day"),
        ("datetime(6)", "timestamp('2020-01-01') + interval n * 123456789 microsecond"),
        ("timestamp(3)", "timestamp('2020-01-01') + interval n * n second"),
        ("uuid", "concat('00000000-0000-0000-0000-', lpad(n, 12, 0))"),
        // Many rows share the first column of the key.
        ("int", "n % 3"),
    ] {
        db.sql(&format!(
            "drop table if exists t; create table t (k {key}, n int, primary key (k, n)); \
             set statement sql_mode = '' for insert into t select left({value}, 60), n from ({numbers}) s"
        ));
        let expected = db.sql("select n from t order by k, n");
        let expected: Vec<&str> = expected.lines().collect();
        for size in [60, 1000] {
            let source = source(&db, json!({ "table": "t" }));
            let chunks = source.split(size).await.unwrap().unwrap();
            assert!(chunks.len() <= 9, "{key}: {} chunks of {size}", chunks.len());
            assert!(size > 400 || chunks.len() >= 3, "{key}: {} chunks of {size}", chunks.len());
            source.revisit(&chunks).await.unwrap();
            let mut found = Vec::new();
            for chunk in chunks {
                let mut part = keys(source.as_ref(), Some(chunk)).await;
                assert!(size > 400 || part.len() <= 200, "{key}: {} rows in a chunk of {size}", part.len());
                found.append(&mut part);
            }
            let mut sorted = found.clone();
            sorted.sort();
            let mut wanted = expected.clone();
            wanted.sort();
            assert_eq!(sorted, wanted, "{key}");
        }
    }
}

#[tokio::test]
async fn what_has_no_fitting_key_is_not_cut_and_changed_tables_are_refused() {
    let db = towpath_testkit::mariadb();
    db.sql(
        "create table plain (n int); create table words (k enum('b', 'a') primary key, n int);
         create table t (k int primary key, n int); insert into t values (1, 1), (2, 2);
         create view v as select * from t",
    );
    for settings in [
        json!({ "table": "plain" }),
        json!({ "table": "words" }),
        json!({ "table": "v" }),
        json!({ "query": "select * from t" }),
    ] {
        assert_eq!(source(&db, settings.clone()).split(1).await.unwrap(), None, "{settings}");
    }
    let chunks = source(&db, json!({ "table": "t" })).split(1).await.unwrap().unwrap();
    assert_eq!(chunks.len(), 2);
    db.sql("alter table t drop primary key, add primary key (n)");
    let changed = source(&db, json!({ "table": "t" }));
    let fault = changed.revisit(&chunks).await.unwrap_err();
    assert_eq!(fault.kind(), towpath_model::FaultKind::Data);
    assert!(fault.message().contains("`k`"), "{fault}");
    db.sql("drop table t");
    assert_eq!(
        source(&db, json!({ "table": "t" })).revisit(&chunks).await.unwrap_err().kind(),
        towpath_model::FaultKind::NotFound
    );
}
