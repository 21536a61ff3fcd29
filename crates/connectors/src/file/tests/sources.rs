//! Paths, globs, partitions, compression, projection, limits.

use std::io::Write;

use super::*;

#[tokio::test]
async fn types_are_decided_over_the_whole_file() {
    let folder = tempfile::tempdir().unwrap();
    // The value that decides stands behind the first megabytes.
    let many = "12,2025-01-01,007,1.5\n".repeat(250_000);
    write_file(folder.path(), "f.csv", format!("n,d,code,x\n{many}none yet,2025-01-02 10:00:00,8,2.255\n"));
    let read = try_read(folder.path(), json!({ "path": "f.csv" })).await.unwrap();
    assert_eq!(read.columns(), ["n text", "d timestamp", "code text", "x decimal(18,3)"]);
    assert_eq!(read.info.rows, Some(250_001));
    assert_eq!(read.batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 250_001);
    assert_eq!(read.rows()[250_000], "none yet | 2025-01-02T10:00:00 | 8 | 2.255");
    assert_eq!(
        read.info.notes,
        [
            "column `n` stays text: `12` in line 2 is a whole number, and `none yet` in line 250002 is text",
            "column `code` stays text: `007` in line 2 has a leading zero, like a code",
        ]
    );
    let read =
        try_read(folder.path(), json!({ "path": "f.csv", "null_values": ["none yet"] })).await.unwrap();
    assert_eq!(read.columns()[0], "n int64");
    assert!(read.rows()[250_000].starts_with("∅ | "));
}

#[tokio::test]
async fn columns_limit_and_counting_only() {
    let folder = tempfile::tempdir().unwrap();
    write_file(folder.path(), "f.csv", format!("a;b\n{}", "1;x\n2;\"\"\n3;\n".repeat(1000)));
    let settings = json!({ "path": "f.csv" });
    let read = |columns: Vec<usize>, limit| {
        try_read_with(folder.path(), settings.clone(), move |request| {
            request.columns = columns.clone();
            request.limit = limit;
            request.batch_rows = 100;
        })
    };
    let swapped = read(vec![1, 0], Some(150)).await.unwrap();
    assert_eq!(swapped.rows()[..3], ["x | 1", " | 2", "∅ | 3"]);
    assert_eq!(swapped.batches.iter().map(RecordBatch::num_rows).collect::<Vec<_>>(), [100, 50]);
    let counted = read(vec![], None).await.unwrap();
    assert_eq!(counted.batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 3000);
}

#[tokio::test]
async fn compressed_files_are_recognised_by_their_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("a,b\n{}", "1,x\n".repeat(50_000));
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    write_file(folder.path(), "a.csv.gz", &gzip);
    // Two gzip files end to end are one; the second header is left out.
    write_file(folder.path(), "b.csv", [gzip.clone(), gzip].concat());
    write_file(folder.path(), "c.csv.zst", zstd::encode_all(text.as_bytes(), 1).unwrap());
    for (name, rows, first) in
        [("a.csv.gz", 50_000, "a int64"), ("b.csv", 100_000, "a int64"), ("c.csv.zst", 50_000, "a int64")]
    {
        let read = try_read(folder.path(), json!({ "path": name })).await.unwrap();
        assert_eq!(read.batches.iter().map(RecordBatch::num_rows).sum::<usize>(), rows, "{name}");
        assert_eq!(read.columns()[0], first, "{name}");
    }
}

#[tokio::test]
async fn several_files_are_one_stream_in_the_order_of_their_paths() {
    let folder = tempfile::tempdir().unwrap();
    write_file(folder.path(), "in/b.csv", "y,x\n2.5,b\n");
    write_file(folder.path(), "in/a.csv", "x,y\na,1\n");
    write_file(folder.path(), "in/c.csv", "x,z\nc,2025-01-01\n");
    let read = try_read(folder.path(), json!({ "path": "in/*.csv" })).await.unwrap();
    assert_eq!(read.columns(), ["x text", "y decimal(18,1)", "z date"]);
    assert_eq!(read.rows(), ["a | 1.0 | ∅", "b | 2.5 | ∅", "c | ∅ | 2025-01-01"]);
    write_file(folder.path(), "in/d.json", "[]");
    let fault = try_read(folder.path(), json!({ "path": "in" })).await.err().unwrap();
    assert!(fault.to_string().contains("files of different formats"));
    let read = try_read(folder.path(), json!({ "path": "in", "format": "csv" })).await.unwrap();
    assert_eq!(read.rows().len(), 3);
}

#[tokio::test]
async fn folders_add_columns() {
    let folder = tempfile::tempdir().unwrap();
    write_file(folder.path(), "t/year=2024/kind=a%20b/x.csv", "n\n1\n");
    write_file(folder.path(), "t/year=2025/kind=__HIVE_DEFAULT_PARTITION__/x.csv", "n\n2\n");
    let read = try_read(folder.path(), json!({ "path": "t" })).await.unwrap();
    assert_eq!(read.columns(), ["n int64", "year int64", "kind text"]);
    assert_eq!(read.rows(), ["1 | 2024 | a b", "2 | 2025 | ∅"]);
    let read = try_read(folder.path(), json!({ "path": "t/year=2024/*/x.csv" })).await.unwrap();
    assert_eq!(read.rows(), ["1 | 2024 | a b"]);
}

#[tokio::test]
async fn a_pipe_is_read_once_and_described_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe.csv");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let writer = std::thread::spawn(move || std::fs::write(path, "a,b\n1,2\n"));
    let read = try_read(folder.path(), json!({ "path": "pipe.csv" })).await.unwrap();
    assert_eq!(read.rows(), ["1 | 2"]);
    writer.join().unwrap().unwrap();
}

#[tokio::test]
async fn a_stream_that_is_dropped_stops_reading() {
    let folder = tempfile::tempdir().unwrap();
    write_file(folder.path(), "f.csv", format!("a,b\n{}", "1,x\n".repeat(3_000_000)));
    let settings = json!({ "path": "f.csv", "columns": { "a": "int64", "b": "text" } });
    let source = connector().source(&json!({}), &settings, &Context::new(folder.path())).unwrap();
    let info = source.describe().await.unwrap();
    assert_eq!(info.rows, None, "with every type given, nothing is read to describe");
    let rejects = Arc::new(MemoryRejects::default());
    let request = request(&info, &rejects);
    let progress = request.progress.clone();
    let mut stream = source.read(request).await.unwrap();
    assert_eq!(stream.try_next().await.unwrap().unwrap().num_rows(), 8192);
    assert!(progress.bytes() > 0);
    // The thread holds the last other handle on the counter: when it is gone, the thread is gone.
    drop(stream);
    while Arc::strong_count(&progress) > 1 {
        tokio::task::yield_now().await;
    }
    assert!(progress.bytes() < 12_000_000, "only what was under way was still read");
}
