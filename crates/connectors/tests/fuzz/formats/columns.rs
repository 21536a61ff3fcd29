//! Formats that hold columns with types.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Float64Array,
    Int64Array, ListArray, RecordBatch, StringArray, StructArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{Field, Int32Type};
use arrow::ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use serde_json::json;

use super::{Format, as_it_is};

/// Rows of many types, with nulls.
pub(super) fn table() -> RecordBatch {
    let words: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None, Some("é"), Some("")]));
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), Some(-2), None, Some(i64::MAX)]));
    let floats: ArrayRef = Arc::new(Float64Array::from(vec![Some(0.5), None, Some(f64::NAN), Some(-0.0)]));
    let flags: ArrayRef = Arc::new(BooleanArray::from(vec![Some(true), Some(false), None, None]));
    let days: ArrayRef = Arc::new(Date32Array::from(vec![Some(0), Some(20_000), None, Some(-1)]));
    let moments = TimestampMicrosecondArray::from(vec![Some(0), None, Some(1_700_000_000_000_000), Some(-1)]);
    let decimals =
        Decimal128Array::from(vec![Some(150), None, Some(-1), Some(0)]).with_precision_and_scale(12, 2);
    let bytes: ArrayRef =
        Arc::new(BinaryArray::from_opt_vec(vec![Some(b"\0\xff"), None, Some(b""), Some(b"x")]));
    let keys: DictionaryArray<Int32Type> = vec![Some("x"), Some("y"), None, Some("x")].into_iter().collect();
    let lists = ListArray::from_iter_primitive::<arrow::datatypes::Int64Type, _, _>(vec![
        Some(vec![Some(1), None]),
        None,
        Some(vec![]),
        Some(vec![Some(3)]),
    ]);
    let number = Arc::new(Field::new("n", numbers.data_type().clone(), true));
    let structs = StructArray::from(vec![(number, Arc::clone(&numbers))]);
    RecordBatch::try_from_iter([
        ("words", words),
        ("numbers", numbers),
        ("floats", floats),
        ("flags", flags),
        ("days", days),
        ("moments", Arc::new(moments.with_timezone("UTC")) as ArrayRef),
        ("decimals", Arc::new(decimals.unwrap())),
        ("bytes", bytes),
        ("keys", Arc::new(keys)),
        ("lists", Arc::new(lists)),
        ("structs", Arc::new(structs)),
    ])
    .unwrap()
}

pub(super) fn parquet() -> Format {
    let table = table();
    let few = table.project(&[0, 1]).unwrap();
    let write = |batch: &RecordBatch, compression: Compression| {
        let properties =
            WriterProperties::builder().set_compression(compression).set_max_row_group_row_count(Some(2));
        let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties.build())).unwrap();
        writer.write(batch).unwrap();
        writer.into_inner().unwrap()
    };
    Format {
        name: "parquet",
        word: "parquet",
        pack: as_it_is,
        settings: vec![json!({})],
        seeds: vec![
            write(&few, Compression::UNCOMPRESSED),
            write(&few, Compression::SNAPPY),
            write(&table, Compression::UNCOMPRESSED),
            write(&table, Compression::ZSTD(Default::default())),
        ],
        words: &[b"PAR1", b"\xff\xff\xff\x7f", b"\x15\x02", b"\x19", b"\0\0\0\0"],
        written_as: &[],
        has_lines: false,
    }
}

pub(super) fn arrow() -> Format {
    let table = table();
    let few = table.project(&[0, 1]).unwrap();
    let file = |batch: &RecordBatch, options: IpcWriteOptions| {
        let mut bytes = Vec::new();
        let mut writer = FileWriter::try_new_with_options(&mut bytes, &batch.schema(), options).unwrap();
        writer.write(batch).unwrap();
        writer.write(&batch.slice(1, 2)).unwrap();
        writer.finish().unwrap();
        drop(writer);
        bytes
    };
    let stream = |batch: &RecordBatch| {
        let mut writer = StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
        writer.write(batch).unwrap();
        writer.into_inner().unwrap()
    };
    let packed =
        IpcWriteOptions::default().try_with_compression(Some(arrow::ipc::CompressionType::LZ4_FRAME));
    Format {
        name: "arrow",
        word: "arrow",
        pack: as_it_is,
        settings: vec![json!({})],
        seeds: vec![
            file(&few, IpcWriteOptions::default()),
            file(&few, packed.unwrap()),
            stream(&few),
            file(&table, IpcWriteOptions::default()),
            stream(&table),
        ],
        words: &[b"ARROW1", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\0\0\0\0\0", b"\x08\0\0\0"],
        written_as: &[],
        has_lines: false,
    }
}
