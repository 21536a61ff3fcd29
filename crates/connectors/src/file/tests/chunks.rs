//! Chunks: all rows once, in order, with the places they have in an undivided read; and files that change.

use arrow::array::{ArrayRef, Int64Array, StringArray};
use futures::future::try_join_all;
use proptest::prelude::*;
use towpath_connect::{Chunk, Source};
use towpath_model::FaultKind;

use super::*;

fn source(folder: &Path, settings: &Value) -> Arc<dyn Source> {
    connector().source(&json!({}), settings, &Context::new(folder)).unwrap()
}

async fn split(folder: &Path, settings: &Value, rows: u64) -> Vec<Chunk> {
    source(folder, settings).split(rows).await.unwrap().unwrap()
}

/// Rows of a part, and where and why others were rejected.
type Part = (Vec<String>, Vec<(String, String, String)>);

async fn read_part(source: &Arc<dyn Source>, chunk: Option<Chunk>) -> Result<Part, Fault> {
    let rejects = Arc::new(MemoryRejects::default());
    let request = ReadRequest { chunk, ..request(&source.describe().await?, &rejects) };
    let batches: Vec<RecordBatch> = source.read(request).await?.try_collect().await?;
    let rejects = rejects.all().into_iter().map(|reject| (reject.place, reject.reason, reject.original));
    Ok((batches.iter().flat_map(rows).collect(), rejects.collect()))
}

/// Chunks of any size, read backwards by another source, give what an undivided read gives. Answers the number of
/// chunks for each size.
async fn check(folder: &Path, settings: Value, sizes: &[u64]) -> Vec<usize> {
    let whole = read_part(&source(folder, &settings), None).await.unwrap();
    let mut counts = Vec::new();
    for size in sizes {
        let chunks = split(folder, &settings, *size).await;
        counts.push(chunks.len());
        let other = source(folder, &settings);
        other.revisit(&chunks).await.unwrap();
        let mut parts = Vec::new();
        for chunk in chunks.iter().rev() {
            parts.push(read_part(&other, Some(chunk.clone())).await.unwrap());
        }
        let mut found = Part::default();
        for (rows, rejects) in parts.into_iter().rev() {
            found.0.extend(rows);
            found.1.extend(rejects);
        }
        assert_eq!(found, whole, "chunks of {size} rows: {chunks:?}");
    }
    counts
}

#[tokio::test]
async fn csv_is_cut_between_records_and_keeps_the_places_of_bad_rows() {
    let folder = tempfile::tempdir().unwrap();
    let row = |n: usize| match n % 7 {
        0 => format!("{n},\"a\r\n\"\"{n}\"\"\n,\"\r\n"),
        1 => format!("{n},x,y\n"),
        2 => format!("\n\n{n},plain\r"),
        3 => format!("{n},\"late\"x\n"),
        _ => format!("{n},word {n}\n"),
    };
    let text: String = (0..200).map(row).collect();
    write_file(folder.path(), "f.csv", format!("\u{feff}\"the\nid\",text\n{text}"));
    let counts = check(folder.path(), json!({ "path": "f.csv" }), &[1, 10, 1000]).await;
    assert!(counts[0] > 100 && (8..20).contains(&counts[1]) && counts[2] == 1, "{counts:?}");
    write_file(folder.path(), "g.csv", text.trim_end().replace("\n\n", ""));
    check(
        folder.path(),
        json!({ "path": "g.csv", "header": false, "columns": { "column_1": "int64" } }),
        &[3],
    )
    .await;
    write_file(folder.path(), "one.csv", "a\n1\n\n\n2\n\n");
    check(folder.path(), json!({ "path": "one.csv" }), &[1, 2]).await;
    write_file(folder.path(), "none.csv", "a,b\n");
    assert_eq!(check(folder.path(), json!({ "path": "none.csv" }), &[1]).await, [1]);
}

#[tokio::test]
async fn json_lines_are_cut_between_lines_and_documents_are_whole() {
    let folder = tempfile::tempdir().unwrap();
    let line = |n: usize| if n.is_multiple_of(9) { "no\n\n".into() } else { format!("{{\"a\":{n}}}\n") };
    let text: String = (0..100).map(line).collect();
    write_file(folder.path(), "f.ndjson", format!("\u{feff}{text}"));
    let counts = check(folder.path(), json!({ "path": "f.ndjson" }), &[1, 10, 1000]).await;
    assert!(counts[0] > 80 && counts[1] == 9 && counts[2] == 1, "{counts:?}");
    write_file(folder.path(), "f.json", "[{\"a\":1},{\"a\":2}]");
    assert_eq!(check(folder.path(), json!({ "path": "f.json" }), &[1]).await, [1]);
}

#[tokio::test]
async fn chunks_do_not_span_files() {
    let folder = tempfile::tempdir().unwrap();
    write_file(folder.path(), "t/year=2024/a.csv", "a,b\n1,x\n2,y\n3,z\n");
    write_file(folder.path(), "t/year=2025/b.csv", "b;a\nw;4\nv;5\n");
    write_file(folder.path(), "t/year=2026/c.csv", "c\n2025-01-01\n");
    for path in ["t", "t/*/*.csv"] {
        assert_eq!(check(folder.path(), json!({ "path": path }), &[2, 100]).await, [4, 3], "{path}");
    }
    let chunks = split(folder.path(), &json!({ "path": "t" }), 2).await;
    assert_eq!(chunks.iter().map(|chunk| chunk.rows).collect::<Vec<_>>(), [2, 1, 2, 1].map(Some));
    assert!(chunks[0].token.contains("\"t/year=2024/a.csv\""), "{:?}", chunks[0]);
    let elsewhere = source(folder.path(), &json!({ "path": "t/year=2025" }));
    let fault = elsewhere.revisit(&chunks).await.unwrap_err();
    assert_eq!(fault.to_string(), "file `t/year=2024/a.csv` is gone since the load began");
}

#[tokio::test]
async fn parquet_is_cut_by_row_groups_and_arrow_by_batches() {
    let folder = tempfile::tempdir().unwrap();
    let batch = |from: i64| {
        let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(from..from + 10));
        let words: ArrayRef =
            Arc::new(StringArray::from_iter_values((from..from + 10).map(|n| n.to_string())));
        RecordBatch::try_from_iter([("n", numbers), ("w", words)]).unwrap()
    };
    let batches: Vec<RecordBatch> = (0..5).map(|n| batch(n * 10)).collect();
    for settings in [
        json!({ "path": "f.parquet", "row_group_rows": 10 }),
        json!({ "path": "f.arrow", "compression": "zstd" }),
    ] {
        load(folder.path(), settings, WriteMode::Overwrite, batches[0].schema(), &batches).await.unwrap();
    }
    for path in ["f.parquet", "f.arrow"] {
        let settings = json!({ "path": path });
        assert_eq!(check(folder.path(), settings.clone(), &[1, 15, 20, 99]).await, [5, 3, 3, 1], "{path}");
        let source = source(folder.path(), &settings);
        let info = source.describe().await.unwrap();
        assert_eq!(info.rows, Some(50), "{path}");
        let chunk = split(folder.path(), &settings, 20).await.remove(1);
        let rejects = Arc::new(MemoryRejects::default());
        let part = ReadRequest {
            chunk: Some(chunk),
            columns: vec![1],
            limit: Some(12),
            batch_rows: 5,
            ..request(&info, &rejects)
        };
        let read: Vec<RecordBatch> = source.read(part).await.unwrap().try_collect().await.unwrap();
        let expected: Vec<String> = (20..32).map(|n| n.to_string()).collect();
        assert_eq!(read.iter().flat_map(rows).collect::<Vec<_>>(), expected, "{path}");
    }
    let mut stream = Vec::new();
    let mut writer = arrow::ipc::writer::StreamWriter::try_new(&mut stream, &batches[0].schema()).unwrap();
    batches.iter().for_each(|batch| writer.write(batch).unwrap());
    writer.finish().unwrap();
    drop(writer);
    write_file(folder.path(), "s.arrow", stream);
    assert_eq!(check(folder.path(), json!({ "path": "s.arrow" }), &[1]).await, [1]);
}

#[tokio::test]
async fn large_files_are_cut_where_it_is_due_and_read_side_by_side() {
    let folder = tempfile::tempdir().unwrap();
    let lines: String = (0..300_000).map(|n| format!("{n},\"line\n{n}\",{}.5\n", n % 100)).collect();
    write_file(folder.path(), "f.csv", format!("a,b,c\n{lines}"));
    let settings = json!({ "path": "f.csv" });
    let source = source(folder.path(), &settings);
    let chunks = source.split(50_000).await.unwrap().unwrap();
    assert!((5..=6).contains(&chunks.len()), "{}", chunks.len());
    assert!(chunks[1..chunks.len() - 1].iter().all(|chunk| (50_000..52_000).contains(&chunk.rows.unwrap())));
    let whole = read_part(&source, None).await.unwrap();
    let parts = chunks.into_iter().map(|chunk| read_part(&source, Some(chunk)));
    let parts: Vec<String> = try_join_all(parts).await.unwrap().into_iter().flat_map(|part| part.0).collect();
    assert!(parts == whole.0, "the rows are others");
}

#[tokio::test]
async fn what_cannot_be_cut_is_one_chunk_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("a,b\n{}", "1,x\n".repeat(1000));
    write_file(folder.path(), "f.csv.zst", zstd::encode_all(text.as_bytes(), 1).unwrap());
    assert_eq!(check(folder.path(), json!({ "path": "f.csv.zst" }), &[10]).await, [1]);
    // Nothing is read to describe the file, so nobody knows where its records begin.
    write_file(folder.path(), "f.csv", &text);
    let settings = json!({ "path": "f.csv", "columns": { "a": "int64", "b": "text" } });
    assert_eq!(check(folder.path(), settings, &[10]).await, [1]);
    let path = folder.path().join("pipe.csv");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let writer = std::thread::spawn(move || std::fs::write(path, "a,b\n1,2\n"));
    assert_eq!(source(folder.path(), &json!({ "path": "pipe.csv" })).split(1).await.unwrap(), None);
    writer.join().unwrap().unwrap();
}

#[tokio::test]
async fn chunks_of_files_that_changed_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    write_file(folder.path(), "in/a.csv", "a,b\n1,2\n3,4\n");
    write_file(folder.path(), "in/b.csv", "a,b\n5,6\n");
    let settings = json!({ "path": "in/*.csv" });
    let chunks = split(folder.path(), &settings, 1).await;
    assert_eq!(chunks.len(), 3);
    let refused = async |message: &str| {
        let fault = source(folder.path(), &settings).revisit(&chunks).await.unwrap_err();
        assert_eq!(fault.kind(), FaultKind::Data);
        assert!(fault.to_string().contains(message) && fault.hint_text().is_some(), "{fault:?}");
        let source = source(folder.path(), &settings);
        let fault = read_part(&source, Some(chunks[2].clone())).await.unwrap_err();
        assert!(fault.to_string().contains(message), "{fault:?}");
    };
    // A new file does not disturb the chunks of the others.
    write_file(folder.path(), "in/c.csv", "a,b\n7,8\n");
    source(folder.path(), &settings).revisit(&chunks).await.unwrap();
    write_file(folder.path(), "in/b.csv", "a,b\n5,66\n");
    refused("file `in/b.csv` changed since the load began: it had 8 bytes and has 9").await;
    let file = std::fs::File::create(folder.path().join("in/b.csv")).unwrap();
    std::io::Write::write_all(&mut &file, b"a,b\n5,7\n").unwrap();
    file.set_modified(std::time::UNIX_EPOCH).unwrap();
    refused("file `in/b.csv` changed since the load began: it was written to").await;
    std::fs::remove_file(folder.path().join("in/b.csv")).unwrap();
    refused("file `in/b.csv` is gone since the load began").await;
    let foreign = Chunk { token: "{\"from\":1}".into(), rows: None };
    let fault = source(folder.path(), &settings).revisit(&[foreign]).await.unwrap_err();
    assert_eq!(fault.kind(), FaultKind::Data);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn cutting_any_text_changes_nothing(text in crate::file::csv::tests::csv_like(), rows in 1u64..6) {
        let folder = tempfile::tempdir().unwrap();
        write_file(folder.path(), "f.csv", format!("a,b\n{text}"));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let settings = json!({ "path": "f.csv" });
        let described = runtime.block_on(source(folder.path(), &settings).describe());
        // A quote that never closes is refused before there are chunks.
        if described.is_ok() {
            runtime.block_on(check(folder.path(), settings, &[rows]));
        }
    }
}
