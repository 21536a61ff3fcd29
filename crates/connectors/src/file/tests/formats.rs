//! Round trips: what is written is read back as the same rows.

use arrow::array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Decimal256Array,
    DurationMicrosecondArray, Float64Array, Int64Array, IntervalMonthDayNanoArray, ListArray, StringArray,
    Time64MicrosecondArray, TimestampMicrosecondArray, UInt64Array,
};
use arrow::datatypes::{DataType, Field, Int64Type, IntervalMonthDayNano, Schema};
use towpath_connect::types::{Logical, with_logical};

use super::*;

/// One column of every sort that text formats keep, with extremes and nulls.
fn plain() -> RecordBatch {
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("int", Arc::new(Int64Array::from(vec![Some(i64::MIN), None, Some(i64::MAX)]))),
        ("flag", Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)]))),
        ("float", Arc::new(Float64Array::from(vec![Some(-1.5e300), None, Some(0.1)]))),
        (
            "money",
            Arc::new(
                Decimal128Array::from(vec![Some(-123_456_789_012_345_678), None, Some(5)])
                    .with_precision_and_scale(18, 2)
                    .unwrap(),
            ),
        ),
        ("text", Arc::new(StringArray::from(vec![Some("é, \"😀\"\r\nx\\"), None, Some(" 007 ")]))),
        ("empty", Arc::new(StringArray::from(vec![Some(""), None, Some("a")]))),
        ("day", Arc::new(Date32Array::from(vec![Some(-719_162), None, Some(2_932_896)]))),
        ("time", Arc::new(Time64MicrosecondArray::from(vec![Some(0), None, Some(86_399_999_999)]))),
        ("stamp", Arc::new(TimestampMicrosecondArray::from(vec![Some(-1), None, Some(1_500_000)]))),
        (
            "instant",
            Arc::new(TimestampMicrosecondArray::from(vec![Some(-1), None, Some(1)]).with_timezone("UTC")),
        ),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true)))
        .unwrap()
}

async fn round_trip(name: &str, batch: &RecordBatch) -> Read {
    let folder = tempfile::tempdir().unwrap();
    let receipt = load(
        folder.path(),
        json!({ "path": name }),
        WriteMode::Overwrite,
        batch.schema(),
        std::slice::from_ref(batch),
    )
    .await
    .unwrap();
    assert_eq!(receipt.written as usize, batch.num_rows());
    assert_eq!(names(folder.path()), [name]);
    try_read(folder.path(), json!({ "path": name })).await.unwrap()
}

#[tokio::test]
async fn csv_and_its_compressions_keep_values_and_types() {
    let batch = plain();
    for name in ["f.csv", "f.csv.gz", "f.csv.zst", "f.tsv"] {
        let read = round_trip(name, &batch).await;
        assert_eq!(read.batches, std::slice::from_ref(&batch), "{name}");
    }
}

#[tokio::test]
async fn json_keeps_values() {
    let batch = plain();
    for name in ["f.ndjson", "f.json", "f.json.gz"] {
        let read = round_trip(name, &batch).await;
        assert_eq!(read.rows(), rows(&batch), "{name}");
        assert_eq!(read.columns()[7], "time text", "times have no type in JSON");
        assert_eq!(read.columns()[9], "instant timestamp with time zone");
    }
}

#[tokio::test]
async fn parquet_and_arrow_keep_everything() {
    let plain = plain();
    let list = ListArray::from_iter_primitive::<Int64Type, _, _>(vec![
        Some(vec![Some(1), None]),
        None,
        Some(vec![]),
    ]);
    let mut fields: Vec<Field> = plain.schema().fields().iter().map(|field| field.as_ref().clone()).collect();
    let mut columns = plain.columns().to_vec();
    let huge = arrow::datatypes::i256::from_string(&"9".repeat(76)).unwrap();
    let more: Vec<(Field, ArrayRef)> = vec![
        (
            Field::new("bytes", DataType::Binary, true),
            Arc::new(BinaryArray::from(vec![Some(&b"\0\xff"[..]), None, Some(b"")])),
        ),
        (Field::new("list", list.data_type().clone(), true), Arc::new(list)),
        (
            Field::new("huge", DataType::Decimal256(76, 10), true),
            Arc::new(
                Decimal256Array::from(vec![Some(huge), None, None]).with_precision_and_scale(76, 10).unwrap(),
            ),
        ),
        (
            Field::new("bits", DataType::UInt64, true),
            Arc::new(UInt64Array::from(vec![Some(u64::MAX), None, Some(0)])),
        ),
        (
            with_logical(Field::new("id", DataType::Utf8, true), Logical::Uuid),
            Arc::new(StringArray::from(vec![Some("6f0e9d52-7b3c-4f3e-9a55-0c1d2e3f4a5b"), None, None])),
        ),
    ];
    for (field, column) in more {
        fields.push(field);
        columns.push(column);
    }
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap();
    for name in ["f.parquet", "f.arrow"] {
        let read = round_trip(name, &batch).await;
        assert_eq!(read.batches, std::slice::from_ref(&batch), "{name}");
    }
    let text = round_trip("f.csv", &batch).await;
    assert!(text.rows()[0].ends_with(&format!(
        "00ff | [1,null] | {}.{} | {} | 6f0e9d52-7b3c-4f3e-9a55-0c1d2e3f4a5b",
        "9".repeat(66),
        "9".repeat(10),
        u64::MAX
    )));
}

#[tokio::test]
async fn spans_of_time_are_iso_8601_text() {
    let columns: Vec<(&str, ArrayRef)> = vec![
        (
            "interval",
            Arc::new(IntervalMonthDayNanoArray::from(vec![IntervalMonthDayNano::new(14, 3, 1_500_000_000)])),
        ),
        ("duration", Arc::new(DurationMicrosecondArray::from(vec![-90_000_000]))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    for name in ["f.csv", "f.ndjson"] {
        assert_eq!(round_trip(name, &batch).await.rows(), ["P1Y2M3DT1.5S | PT-1M-30S"], "{name}");
    }
    assert_eq!(round_trip("f.parquet", &batch).await.columns(), ["interval text", "duration time span"]);
}

#[tokio::test]
async fn json_numbers_keep_every_digit_and_nesting_becomes_json() {
    let folder = tempfile::tempdir().unwrap();
    write_file(
        folder.path(),
        "f.json",
        r#"{ "meta": {"n": [1, {"items": 2}]}, "data": { "items": [
            {"big": 12345678901234567890, "price": 12.30, "n": 1e3, "o": {"a": [1, "]"]}, "mix": 1, "s": "12"},
            {"n": 2, "o": null, "mix": "x", "s": "13", "when": "2025-01-01T00:00:00Z", "\u00e9": true}
        ] }, "tail": [] }"#,
    );
    let settings = json!({ "path": "f.json", "records": "data.items" });
    let read = try_read(folder.path(), settings).await.unwrap();
    let expected = [
        "big decimal(38,0)",
        "price decimal(18,2)",
        "n float64",
        "o json",
        "mix text",
        "s text",
        "when timestamp with time zone",
        "é boolean",
    ];
    assert_eq!(read.columns(), expected);
    assert_eq!(
        read.rows(),
        [
            r#"12345678901234567890 | 12.30 | 1000 | {"a": [1, "]"]} | 1 | 12 | ∅ | ∅"#,
            "∅ | ∅ | 2 | ∅ | x | 13 | 2025-01-01T00:00:00Z | true",
        ]
    );
}

#[tokio::test]
async fn objects_that_follow_each_other_and_large_documents() {
    let folder = tempfile::tempdir().unwrap();
    write_file(folder.path(), "s.json", "{\"a\":1}\n{\"a\":2} {\"a\":3}");
    assert_eq!(try_read(folder.path(), json!({ "path": "s.json" })).await.unwrap().rows(), ["1", "2", "3"]);
    let item = |n: usize| format!("{{\n \"id\": {n}, \"t\": \"{}\"\n}}", "x\\\"]}".repeat(n % 60));
    let items: Vec<String> = (0..20_000).map(item).collect();
    write_file(folder.path(), "l.json", format!("[{}]", items.join(",\n")));
    write_file(folder.path(), "l.ndjson", items.join(",\n").replace('\n', " ").replace("}, {", "}\n{"));
    let document = try_read(folder.path(), json!({ "path": "l.json" })).await.unwrap();
    let lines = try_read(folder.path(), json!({ "path": "l.ndjson" })).await.unwrap();
    assert_eq!(document.info.rows, Some(20_000));
    assert_eq!(document.rows(), lines.rows());
    assert!(document.rows()[19_999].starts_with("19999 | x\"]}"));
}

#[tokio::test]
async fn parquet_files_of_a_folder_agree_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let batch = |name: &str, column: ArrayRef| RecordBatch::try_from_iter([(name, column)]).unwrap();
    let numbers = || Arc::new(Int64Array::from(vec![1, 2])) as ArrayRef;
    let write = async |path: &str, batch: RecordBatch| {
        load(folder.path(), json!({ "path": path }), WriteMode::Overwrite, batch.schema(), &[batch])
            .await
            .unwrap();
    };
    write("t/year=2024/a.parquet", batch("n", numbers())).await;
    write("t/year=2025/b.parquet", batch("m", numbers())).await;
    let read = try_read(folder.path(), json!({ "path": "t" })).await.unwrap();
    assert_eq!(read.info.rows, Some(4));
    assert_eq!(read.rows(), ["1 | ∅ | 2024", "2 | ∅ | 2024", "∅ | 1 | 2025", "∅ | 2 | 2025"]);
    let read = try_read_with(folder.path(), json!({ "path": "t" }), |request| {
        request.columns = vec![2];
        request.limit = Some(3);
    });
    assert_eq!(read.await.unwrap().rows(), ["2024", "2024", "2025"]);
    write("t/year=2025/c.parquet", batch("n", Arc::new(StringArray::from(vec!["x"])))).await;
    let fault = try_read(folder.path(), json!({ "path": "t" })).await.err().unwrap();
    assert!(
        fault
            .to_string()
            .contains("column `n` is of type int64 in file `t/year=2024/a.parquet` and of type text")
    );
}

#[tokio::test]
async fn row_groups_end_where_they_should() {
    let folder = tempfile::tempdir().unwrap();
    let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(0..100_000));
    let batch = RecordBatch::try_from_iter([("n", numbers)]).unwrap();
    let settings = json!({ "path": "f.parquet", "row_group_rows": 70_000, "compression": "zstd" });
    load(folder.path(), settings, WriteMode::Overwrite, batch.schema(), &[batch.clone(), batch])
        .await
        .unwrap();
    let file = std::fs::File::open(folder.path().join("f.parquet")).unwrap();
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let groups: Vec<i64> = reader.metadata().row_groups().iter().map(|group| group.num_rows()).collect();
    assert_eq!(groups, [70_000, 70_000, 60_000]);
    let read = try_read(folder.path(), json!({ "path": "f.parquet" })).await.unwrap();
    assert_eq!(read.rows()[199_999], "99999");
}

#[tokio::test]
async fn fixed_width_counts_characters_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let text = "LISTE\n001 Zoé     12.50\n002 Amélie   7.00 \n\n003 Bob\n004 Eve      x1.0\n005 Al       3.00 extra\n";
    write_file(folder.path(), "people.txt", text);
    let columns = json!([
        { "name": "code", "start": 1, "width": 4 },
        { "name": "name", "start": 5, "width": 8 },
        { "name": "amount", "start": 13, "width": 5 },
    ]);
    let fixed = json!({ "skip_rows": 1, "columns": columns });
    let settings = json!({ "path": "people.txt", "format": "fixed", "fixed": fixed,
        "columns": { "amount": "decimal(9,2)" } });
    let read = try_read(folder.path(), settings).await.unwrap();
    assert_eq!(read.columns(), ["code text", "name text", "amount decimal(9,2)"]);
    assert_eq!(read.rows(), ["001 | Zoé | 12.50", "002 | Amélie | 7.00", "003 | Bob | ∅"]);
    let rejects: Vec<_> =
        read.rejects.iter().map(|reject| (reject.place.as_str(), reject.reason.as_str())).collect();
    assert_eq!(
        rejects,
        [
            ("people.txt:6", "`x1.0` is not of type decimal(9,2)"),
            ("people.txt:7", "text from character 18 on stands in no column"),
        ]
    );
    assert_eq!(read.rejects[0].original, "004 Eve      x1.0");
}

#[tokio::test]
async fn fixed_width_comes_in_every_encoding() {
    let folder = tempfile::tempdir().unwrap();
    let columns =
        json!([{ "name": "town", "start": 1, "width": 9 }, { "name": "n", "start": 10, "width": 2 }]);
    write_file(folder.path(), "dos.txt", b"Montr\x82al 12\nQu\x82bec    7\n");
    let wide: Vec<u8> = "\u{feff}Montréal 12\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    write_file(folder.path(), "wide.txt", wide);
    for (name, rows) in [("dos.txt", &["Montréal | 12", "Québec | 7"][..]), ("wide.txt", &["Montréal | 12"])]
    {
        let settings = json!({ "path": name, "format": "fixed", "fixed": { "columns": columns } });
        let read = try_read(folder.path(), settings).await.unwrap();
        assert_eq!(read.rows(), rows, "{name}");
        assert!(read.info.notes[0].starts_with("the encoding is "), "{:?}", read.info.notes);
    }
    // A given encoding is believed; a byte that it lacks costs its row.
    write_file(folder.path(), "given.txt", b"Montr\xe9al 12\nQu\x81bec    7\n");
    let settings = json!({ "path": "given.txt", "format": "fixed", "encoding": "cp1252", "fixed": { "columns": columns } });
    let read = try_read(folder.path(), settings).await.unwrap();
    assert_eq!(read.rows(), ["Montréal | 12"]);
    assert_eq!(read.rejects[0].original, "Qu\\x81bec    7");
}
