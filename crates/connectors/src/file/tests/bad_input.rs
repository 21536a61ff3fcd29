//! Files that are not what they should be: each gets a clear message, and no row is lost silently.

use arrow::array::{ArrayRef, StringArray};
use towpath_model::FaultKind;

use super::*;

/// The message and hint for a file that cannot be read.
async fn fault(name: &str, content: impl AsRef<[u8]>) -> String {
    let folder = tempfile::tempdir().unwrap();
    write_file(folder.path(), name, content);
    let Err(fault) = try_read(folder.path(), json!({ "path": name })).await else {
        panic!("{name} was read")
    };
    format!("{fault} / {}", fault.hint_text().unwrap_or_default())
}

/// Rows and rejected rows of a file that can be read.
async fn read(content: impl AsRef<[u8]>, mut settings: Value) -> Read {
    let folder = tempfile::tempdir().unwrap();
    write_file(folder.path(), "f.csv", content);
    settings["path"] = json!("f.csv");
    try_read(folder.path(), settings).await.unwrap()
}

#[tokio::test]
async fn files_that_are_no_csv() {
    assert_eq!(
        fault("f.csv", "").await,
        "file `f.csv` is empty / a CSV file needs at least a row with the names of its columns"
    );
    assert!(fault("f.csv", "\u{feff}\n\n").await.contains("is empty"));
    assert_eq!(
        fault("f.csv", b"PK\x03\x04\x14\0\x06\0xl/workbook.xml").await,
        "file `f.csv` looks like an Excel workbook (xlsx), not CSV text / set `format: excel`"
    );
    assert!(fault("f.csv", b"\x7fELF\0\0").await.contains("looks like a program, not CSV text"));
    assert!(fault("f.csv", b"a,b\n\0\x01\x02").await.contains("looks like a binary file"));
    assert!(fault("f.csv.gz", b"\x1f\x8b\x08\0garbage").await.contains("is damaged or cut off"));
    assert!(fault("f.parquet", "a,b\n1,2\n").await.contains("is not a Parquet file"));
    assert!(fault("f.parquet", "PAR1 and then nothing").await.contains("is damaged or cut off"));
    assert!(fault("f.arrow", "a,b\n").await.contains("is not an Arrow file"));
    assert!(fault("f.json", "").await.contains("is empty"));
    assert!(fault("f.bin", "a,b\n").await.contains("does not tell the format"));
}

#[tokio::test]
async fn a_quote_that_never_closes_costs_its_line() {
    let found = read(format!("a,b\n1,2\n3,\"4\n{}", "5,6\n".repeat(10)), json!({})).await;
    assert_eq!((found.rows().len(), found.rejects.len()), (11, 1));
    assert_eq!(found.rejects[0].place, "f.csv:3");
    assert_eq!(found.rejects[0].original, "3,\"4");
    // Large enough for several pieces and threads.
    let text = format!("a,b\n{}x,\"y\n{}", "1,2\n".repeat(1 << 20), "5,6\n".repeat(1 << 18));
    let found = read(text, json!({})).await;
    let rows: usize = found.batches.iter().map(RecordBatch::num_rows).sum();
    assert_eq!((rows, found.rejects.len()), ((1 << 20) + (1 << 18), 1));
    assert_eq!(found.rejects[0].place, format!("f.csv:{}", 2 + (1 << 20)));
}

#[tokio::test]
async fn rows_of_another_length_are_set_apart() {
    let read = read("a,b,c\n1,2,3\n4,5\n6,7,8,9\n\"x\ny\",1,2\n7\n0,0,0\n", json!({})).await;
    assert_eq!(read.rows(), ["1 | 2 | 3", "x\ny | 1 | 2", "0 | 0 | 0"]);
    let rejects: Vec<_> = read
        .rejects
        .iter()
        .map(|reject| format!("{}: {} [{}]", reject.place, reject.reason, reject.original))
        .collect();
    assert_eq!(
        rejects,
        [
            "f.csv:3: 2 fields where the header has 3 [4,5]",
            "f.csv:4: 4 fields where the header has 3 [6,7,8,9]",
            "f.csv:7: 1 field where the header has 3 [7]",
        ]
    );
}

#[tokio::test]
async fn broken_utf8_costs_one_row() {
    let named = read(b"a,b\n1,caf\xe9\n2,\xc3\xa9t\xc3\xa9\n", json!({})).await;
    assert_eq!(named.rows(), ["2 | été"]);
    assert_eq!(named.rejects[0].original, "1,caf\\xE9");
    assert_eq!(named.rejects[0].place, "f.csv:2");
    // Without names, the first row is a row like any other.
    let unnamed = read(b"1,caf\xe9\n2,\xc3\xa9t\xc3\xa9\n", json!({ "header": false })).await;
    assert_eq!(unnamed.rows(), ["2 | été"]);
    assert_eq!(unnamed.rejects[0].place, "f.csv:1");
    let name = fault("f.csv", b"a,caf\xe9\n2,\xc3\xa9t\xc3\xa9\n").await;
    assert!(name.contains("line 1: the name `caf\u{fffd}` is not in the encoding of the file"), "{name}");
    // Where nothing is UTF-8, the file is in another encoding.
    let other = read(b"a,b\n1,caf\xe9\n2,ok\n", json!({})).await;
    assert_eq!(other.rows(), ["1 | café", "2 | ok"]);
}

#[tokio::test]
async fn text_behind_a_closing_quote_is_not_guessed_at() {
    let read = read("a,b\n\"He said \"hi\" to me\",2\n1,2\n", json!({})).await;
    assert_eq!(read.rows(), ["1 | 2"]);
    assert!(read.rejects[0].reason.contains("must be doubled"));
}

#[tokio::test]
async fn values_that_are_not_of_a_given_type_are_set_apart() {
    let settings = json!({ "columns": { "n": "int64", "d": "decimal(4,2)", "u": "uuid" } });
    let id = "6F0E9D52-7B3C-4F3E-9A55-0C1D2E3F4A5B";
    let text = format!("n,d,u,t\n1,12.50,{id},x\ntwo,1,{id},y\n3,123.45,{id},z\n4,1,no,w\n\"\",,,v\n");
    let read = read(text, settings).await;
    assert_eq!(read.columns(), ["n int64", "d decimal(4,2)", "u uuid", "t text"]);
    assert_eq!(read.rows(), [format!("1 | 12.50 | {} | x", id.to_lowercase()), "∅ | ∅ | ∅ | v".into()]);
    let reasons: Vec<_> =
        read.rejects.iter().map(|reject| (reject.place.as_str(), reject.reason.as_str())).collect();
    assert_eq!(
        reasons,
        [
            ("f.csv:3", "`two` is not of type int64"),
            ("f.csv:4", "`123.45` is not of type decimal(4,2)"),
            ("f.csv:5", "`no` is not of type uuid"),
        ]
    );
}

#[tokio::test]
async fn headers_without_rows_repetitions_and_gaps() {
    let only = read("a,b\n", json!({})).await;
    assert_eq!(only.columns(), ["a text", "b text"]);
    assert_eq!(only.rows().len(), 0);
    let odd = read("id,,id,\"select\",\"a \"\"b\"\"\",😀\n1,2,3,4,5,6\n", json!({})).await;
    assert_eq!(
        odd.columns(),
        ["id int64", "column_2 int64", "id_2 int64", "select int64", "a \"b\" int64", "😀 int64"]
    );
    assert_eq!(odd.info.notes.len(), 2);
    assert!(odd.info.notes[1].contains("is a second `id` and is called `id_2`"));
}

#[tokio::test]
async fn very_wide_rows_and_very_long_fields() {
    let names: Vec<String> = (0..5000).map(|n| format!("c{n}")).collect();
    let values: Vec<String> = (0..5000).map(|n| n.to_string()).collect();
    let text = format!("{}\n{}\n{}\n", names.join(","), values.join(","), values.join(","));
    let wide = read(text, json!({})).await;
    assert_eq!(wide.info.schema.fields().len(), 5000);
    assert_eq!(wide.info.rows, Some(2));
    assert_eq!(wide.batches[0].num_columns(), 5000);
    let long = format!("é\"\"\n{}", "x".repeat(1000)).repeat(10_000);
    let text = format!("a,b\n1,\"{long}\"\n2,x\n");
    let long_field = read(text, json!({})).await;
    assert_eq!(long_field.rows()[0].len(), 4 + long.len() - 10_000);
    assert_eq!(long_field.rows()[1], "2 | x");
}

#[tokio::test]
async fn a_file_that_changes_after_its_types_were_decided() {
    let folder = tempfile::tempdir().unwrap();
    write_file(folder.path(), "f.csv", "a,b\n1,2\n");
    let source =
        connector().source(&json!({}), &json!({ "path": "f.csv" }), &Context::new(folder.path())).unwrap();
    let info = source.describe().await.unwrap();
    let rejects = Arc::new(MemoryRejects::default());
    write_file(folder.path(), "f.csv", "a,b\n1,2\nx,3\n");
    let batches: Vec<RecordBatch> =
        source.read(request(&info, &rejects)).await.unwrap().try_collect().await.unwrap();
    assert_eq!(batches.iter().flat_map(rows).collect::<Vec<_>>(), ["1 | 2"]);
    assert_eq!(rejects.all()[0].reason, "`x` is not of type int64");
    write_file(folder.path(), "f.csv", "a,c\n1,2\n");
    let result: Result<Vec<RecordBatch>, Fault> =
        source.read(request(&info, &rejects)).await.unwrap().try_collect().await;
    assert!(result.unwrap_err().to_string().contains("changed while it was read: column `c` appeared"));
}

#[tokio::test]
async fn json_lines_and_documents() {
    let folder = tempfile::tempdir().unwrap();
    write_file(folder.path(), "f.ndjson", "{\"a\":1}\nnot json\n\n{\"a\":2,\"a\":3}\n[1]\n{\"a\":4}");
    let read = try_read(folder.path(), json!({ "path": "f.ndjson" })).await.unwrap();
    assert_eq!(read.rows(), ["1", "4"]);
    let rejects: Vec<_> =
        read.rejects.iter().map(|reject| format!("{}: {}", reject.place, reject.reason)).collect();
    assert_eq!(
        rejects,
        [
            "f.ndjson:2: is not a JSON object",
            "f.ndjson:4: `a` stands in the object twice",
            "f.ndjson:5: is not a JSON object",
        ]
    );
    // What cannot be read brings no columns.
    write_file(folder.path(), "f.ndjson", "{\"a\":1}\n{\"b\":2,}\n{\"c\":3,\"c\":4");
    let read = try_read(folder.path(), json!({ "path": "f.ndjson" })).await.unwrap();
    assert_eq!((read.columns(), read.rows()), (vec!["a int64".to_owned()], vec!["1".to_owned()]));
    assert_eq!(read.rejects[0].reason, "a key is missing, or is not in double quotes");
    assert!(fault("f.json", "[{\"a\":1},\n{\"a\":2}").await.contains("line 2"));
    assert!(fault("f.json", "[{\"a\":1} {\"a\":2}]").await.contains("found `{` where `,` should stand"));
    assert!(fault("f.json", "[1,2]").await.contains("holds no JSON object"));
    assert!(fault("f.ndjson", "[{\"a\":1}]").await.contains("set `format: json`"));
    let settings = json!({ "path": "g.json", "records": "data.items" });
    write_file(folder.path(), "g.json", "{\"data\":{\"other\":[]}}");
    let fault = try_read(folder.path(), settings).await.err().unwrap();
    assert_eq!(fault.to_string(), "file `g.json`: `items` of `records` was not found: there is no such key");
}

#[tokio::test]
async fn settings_that_contradict_each_other() {
    let folder = tempfile::tempdir().unwrap();
    write_file(folder.path(), "f.csv", "a,b\n1,2\n");
    for (settings, message) in [
        (json!({ "path": "f.parquet", "delimiter": ";" }), "`delimiter` has no meaning for Parquet files"),
        (json!({ "path": "f.csv", "delimiter": ";;" }), "`delimiter` is `;;`, not one character"),
        (
            json!({ "path": "f.csv", "columns": { "c": "int64" } }),
            "`columns` names `c`, which `f.csv` does not have",
        ),
        (
            json!({ "path": "f.csv", "columns": { "a": "decimal(80,2)" } }),
            "type `decimal(80,2)` of column `a` is unknown",
        ),
        (json!({ "path": "f.cvs" }), "file `f.cvs` does not exist"),
        (json!({ "path": "" }), "`path` is empty"),
        (json!({ "path": "no/*.csv" }), "no file matches `no/*.csv`"),
        (json!({ "path": "f.csv", "delimeter": ";" }), "unknown field `delimeter`"),
    ] {
        let Err(fault) = try_read(folder.path(), settings.clone()).await else { panic!("{settings}") };
        assert!(fault.to_string().contains(message), "{settings}: {fault}");
    }
}

#[tokio::test]
async fn a_wrong_byte_anywhere_in_arrow_or_parquet_is_a_fault_of_the_file() {
    // As the program does it: what is caught is not printed.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !crate::guard::is_guarded() {
            hook(info);
        }
    }));
    let folder = tempfile::tempdir().unwrap();
    let words: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None, Some("é")]));
    let batch = RecordBatch::try_from_iter([("w", words)]).unwrap();
    let mut stream = arrow::ipc::writer::StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    stream.write(&batch).unwrap();
    write_file(folder.path(), "s.arrow", stream.into_inner().unwrap());
    for path in ["f.arrow", "f.parquet"] {
        let settings = json!({ "path": path });
        load(folder.path(), settings, WriteMode::Overwrite, batch.schema(), std::slice::from_ref(&batch))
            .await
            .unwrap();
    }
    for path in ["s.arrow", "f.arrow", "f.parquet"] {
        let good = std::fs::read(folder.path().join(path)).unwrap();
        for at in 0..good.len() {
            for byte in [0, 0xff] {
                let mut bad = good.clone();
                bad[at] = byte;
                write_file(folder.path(), path, bad);
                match try_read(folder.path(), json!({ "path": path })).await {
                    Ok(read) => {
                        assert_eq!(Some(read.rows().len() as u64), read.info.rows, "{path}, byte {at}")
                    }
                    Err(fault) => {
                        assert_eq!(fault.kind(), FaultKind::Data, "{path}, byte {at} as {byte}: {fault:?}");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn a_parquet_footer_claims_one_number_of_rows() {
    let folder = tempfile::tempdir().unwrap();
    let numbers: ArrayRef = Arc::new(arrow::array::Int64Array::from_iter_values(0..1234));
    let batch = RecordBatch::try_from_iter([("n", numbers)]).unwrap();
    let settings = json!({ "path": "f.parquet" });
    load(folder.path(), settings.clone(), WriteMode::Overwrite, batch.schema(), &[batch]).await.unwrap();
    let good = std::fs::read(folder.path().join("f.parquet")).unwrap();
    // 1234 as the footer has it, and one more; a column, the row group and the file have a number.
    let (is, other) = ([0x16, 0xa4, 0x13], [0x16, 0xa6, 0x13]);
    let places: Vec<usize> = memchr::memmem::find_iter(&good, &is).collect();
    assert!(places.len() >= 3, "{places:?}");
    let mut refused = 0;
    for place in places {
        let mut bytes = good.clone();
        bytes[place..place + 3].copy_from_slice(&other);
        write_file(folder.path(), "f.parquet", bytes);
        match try_read_with(folder.path(), settings.clone(), |request| request.columns.clear()).await {
            Ok(read) => assert_eq!(read.batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 1234),
            Err(fault) => {
                assert!(fault.to_string().contains("is damaged"), "{fault}");
                refused += 1;
            }
        }
    }
    assert!(refused >= 2, "{refused}");
}
