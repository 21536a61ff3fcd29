//! Avro in and out.

use arrow::array::*;
use arrow::datatypes::{DataType, IntervalUnit, i256};

use super::*;

fn everything(rows: i64) -> RecordBatch {
    let list = ListArray::from_iter_primitive::<arrow::datatypes::Int64Type, _, _>(
        (0..rows).map(|n| (n % 3 != 0).then(|| vec![Some(n), None])),
    );
    let spans = (0..rows).map(|n| Some(arrow::datatypes::IntervalMonthDayNano::new(1, n as i32, 1_500_000)));
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("i", Arc::new((0..rows).map(|n| (n % 5 != 0).then_some(n)).collect::<Int64Array>())),
        ("small", Arc::new((0..rows).map(|n| Some(n as i8)).collect::<Int8Array>())),
        ("large", Arc::new((0..rows).map(|n| Some(u64::MAX - n as u64)).collect::<UInt64Array>())),
        ("f", Arc::new((0..rows).map(|n| Some(n as f64 / 7.0)).collect::<Float64Array>())),
        ("b", Arc::new((0..rows).map(|n| Some(n % 2 == 0)).collect::<BooleanArray>())),
        ("t", Arc::new((0..rows).map(|n| Some(format!("é{n}"))).collect::<StringArray>())),
        ("x", Arc::new((0..rows).map(|n| Some(vec![n as u8, 0])).collect::<BinaryArray>())),
        ("d", Arc::new((0..rows).map(|n| Some(n as i32 - 50_000)).collect::<Date32Array>())),
        ("c", Arc::new((0..rows).map(|n| Some(n * 1_000_001)).collect::<Time64MicrosecondArray>())),
        ("s", Arc::new((0..rows).map(|n| Some(n * 1_000_001)).collect::<TimestampMicrosecondArray>())),
        ("z", Arc::new((0..rows).map(Some).collect::<TimestampMicrosecondArray>().with_timezone("UTC"))),
        (
            "m",
            Arc::new(
                (0..rows)
                    .map(|n| Some(i128::from(n) - 50))
                    .collect::<Decimal128Array>()
                    .with_precision_and_scale(12, 2)
                    .unwrap(),
            ),
        ),
        (
            "w",
            Arc::new(
                (0..rows)
                    .map(|n| Some(i256::from_i128(i128::MAX - i128::from(n))))
                    .collect::<Decimal256Array>()
                    .with_precision_and_scale(60, 5)
                    .unwrap(),
            ),
        ),
        ("l", Arc::new(list)),
        ("v", Arc::new(spans.collect::<IntervalMonthDayNanoArray>())),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true)))
        .unwrap()
}

#[tokio::test]
async fn what_is_written_is_read_back_in_every_compression() {
    let folder = tempfile::tempdir().unwrap();
    let batch = everything(2500);
    assert_eq!(batch.schema().field(14).data_type(), &DataType::Interval(IntervalUnit::MonthDayNano));
    for compression in ["auto", "none", "gzip", "zstd", "snappy"] {
        let settings = json!({ "path": "f.avro", "compression": compression });
        let pieces: Vec<_> = (0..3).map(|n| batch.slice(n * 1000, if n == 2 { 500 } else { 1000 })).collect();
        let receipt =
            load(folder.path(), settings, WriteMode::Overwrite, batch.schema(), &pieces).await.unwrap();
        assert_eq!(receipt.written, 2500);
        let read = try_read(folder.path(), json!({ "path": "f.avro" })).await.unwrap();
        assert_eq!(read.info.rows, Some(2500));
        assert_eq!(read.rows(), rows(&batch), "{compression}");
        let types: Vec<String> = read.columns();
        assert_eq!(types[..5], ["i int64", "small int32", "large decimal(20,0)", "f float64", "b boolean"]);
        assert_eq!(
            types[7..14],
            [
                "d date",
                "c time",
                "s timestamp",
                "z timestamp with time zone",
                "m decimal(12,2)",
                "w decimal(60,5)",
                "l list of int64"
            ]
        );
        // Some columns, in another order, and in chunks.
        let some = try_read_with(folder.path(), json!({ "path": "f.avro" }), |request| {
            request.columns = vec![5, 0];
        })
        .await
        .unwrap();
        assert_eq!(some.rows()[7], "é7 | 7");
    }
    let source =
        connector().source(&json!({}), &json!({ "path": "f.avro" }), &Context::new(folder.path())).unwrap();
    let info = source.describe().await.unwrap();
    let chunks = source.split(1).await.unwrap().unwrap();
    assert_eq!(
        chunks.iter().map(|chunk| chunk.rows).collect::<Vec<_>>(),
        [Some(1000), Some(1000), Some(500)]
    );
    let request = ReadRequest { chunk: Some(chunks[1].clone()), ..request(&info, &Arc::default()) };
    let batches: Vec<RecordBatch> = source.read(request).await.unwrap().try_collect().await.unwrap();
    assert_eq!(batches.iter().flat_map(rows).collect::<Vec<_>>(), rows(&batch.slice(1000, 1000)));
}

#[tokio::test]
async fn damaged_files_and_names_that_avro_lacks() {
    let folder = tempfile::tempdir().unwrap();
    let batch = everything(100);
    load(
        folder.path(),
        json!({ "path": "f.avro" }),
        WriteMode::Overwrite,
        batch.schema(),
        std::slice::from_ref(&batch),
    )
    .await
    .unwrap();
    let good = std::fs::read(folder.path().join("f.avro")).unwrap();
    let check = |bytes: Vec<u8>| {
        let path = folder.path().to_owned();
        async move {
            write_file(&path, "f.avro", bytes);
            try_read(&path, json!({ "path": "f.avro" })).await.err().map(|fault| fault.to_string())
        }
    };
    for length in [0, 3, 10, good.len() / 2, good.len() - 20, good.len() - 1] {
        let fault = check(good[..length].to_vec()).await.unwrap();
        assert!(
            fault.contains("cut off") || fault.contains("is empty") || fault.contains("is not an Avro"),
            "{fault}"
        );
    }
    for at in (4..good.len()).step_by(37) {
        let mut bytes = good.clone();
        bytes[at] ^= 0x55;
        if let Some(fault) = check(bytes).await {
            assert!(!fault.contains("defect"), "{at}: {fault}");
        }
    }
    let odd = RecordBatch::try_from_iter([("a b", batch.column(0).clone())]).unwrap();
    let fault =
        load(folder.path(), json!({ "path": "g.avro" }), WriteMode::Overwrite, odd.schema(), &[odd]).await;
    assert_eq!(fault.unwrap_err().to_string(), "column `a b` cannot have this name in an Avro file");
}

#[tokio::test]
async fn a_block_holds_the_rows_that_it_claims() {
    let folder = tempfile::tempdir().unwrap();
    let schema = r#"{"type":"record","name":"r","fields":[{"name":"n","type":"long"}]}"#;
    let length = [(schema.len() * 2) as u8 | 0x80, ((schema.len() * 2) >> 7) as u8];
    let head = [b"Obj\x01\x02\x16avro.schema", &length[..], schema.as_bytes(), b"\0", &[7; 16]].concat();
    // Three rows of one byte, in a block that claims so many; numbers are stored twice as large.
    for rows in 0..6u8 {
        let block = [&[rows * 2, 6, 2, 4, 6][..], &[7; 16]].concat();
        write_file(folder.path(), "f.avro", [&head[..], &block].concat());
        for columns in [vec![0], vec![]] {
            let read = try_read_with(folder.path(), json!({ "path": "f.avro" }), |request| {
                request.columns.clone_from(&columns);
            });
            match read.await {
                Ok(read) => {
                    assert_eq!((rows, read.batches.iter().map(RecordBatch::num_rows).sum::<usize>()), (3, 3));
                }
                Err(fault) => {
                    assert!(rows != 3 && fault.to_string().contains("is damaged"), "{rows}: {fault}")
                }
            }
        }
    }
}
