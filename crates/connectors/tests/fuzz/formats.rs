//! The formats, each with settings to read it with, files that are in order, and words that matter in it.

use std::io::Write;
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
use serde_json::{Value, json};

use super::walked;

/// A format under test.
pub(crate) struct Format {
    /// Its word in settings.
    pub(crate) name: &'static str,
    /// Settings to choose from, besides `path` and `format`.
    pub(crate) settings: Vec<Value>,
    /// Files that are in order.
    pub(crate) seeds: Vec<Vec<u8>>,
    /// Pieces that matter to its reader.
    pub(crate) words: &'static [&'static [u8]],
    /// Text formats that its rows are written as and read back from.
    pub(crate) written_as: &'static [&'static str],
    /// Each line that holds more than white space is a row or a rejected row.
    pub(crate) has_lines: bool,
}

/// Every format.
pub(crate) fn all() -> Vec<Format> {
    vec![
        csv(),
        ndjson(),
        json_document(),
        fixed(),
        parquet(),
        arrow(),
        walked::lines(),
        walked::xml(),
        walked::yaml(),
        walked::html(),
        walked::geojson(),
        walked::avro(),
    ]
}

/// Words that matter to all text formats.
const VALUES: &[&[u8]] = &[
    b"0",
    b"7",
    b"-1",
    b"007",
    b"+3",
    b"1.50",
    b"-.5",
    b"1,5",
    b"1e5",
    b"12E4",
    b"-0",
    b"NaN",
    b"Infinity",
    b"9223372036854775807",
    b"9223372036854775808",
    b"12345678901234567890123456789012345678901",
    b"1 234,56",
    b"true",
    b"FALSE",
    b"null",
    b"NA",
    b"2025-01-31",
    b"31/12/2024",
    b"2025-02-30",
    b"2025-01-31T10:00:00Z",
    b"2025-01-31 10:00:00.1234567",
    b"10:00",
    b"24:00:00",
    b"0001-01-01",
    b"99999-01-01",
    b"a",
    b"\xc3\xa9",
    b"\xe9",
    b"\xff",
    b"\0",
    b"\xef\xbb\xbf",
    b"\xf0\x9f\x98\x80",
    b"\xe2\x80\xa8",
    b"x y",
    b" ",
    b"\t",
]; // fmt: skip

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn texts(seeds: &[&str]) -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = seeds.iter().map(|seed| seed.as_bytes().to_vec()).collect();
    all.push(gzip(seeds[0].as_bytes()));
    all.push(zstd::encode_all(seeds[0].as_bytes(), 1).unwrap());
    all
}

fn csv() -> Format {
    let mut seeds = texts(&[
        "id,name,amount,day\n1,\"Smith, J\",1.50,2025-01-31\n2,\"say \"\"hi\"\"\",-3,2025-02-01\n3,,,\n",
        "a;b;c\r\n1;\"x\r\ny\";3,5\r\n4;;\r\n\r\n5;z;\"\"\r\n",
        "\u{feff}un\tdeux\n1\t2025-01-01T10:00:00Z\n2\t2025-01-01T10:00:00+02:00\n",
        "only\n1\n\n2\n007\n",
        "a,b\r1,2\r3,4\r",
        "a,a,A,\n1,2,3,4\n1,2\n1,2,3,4,5\n\"x\n",
        "Report of sales\n\nid;total\n1;1 234,50\n2;3,00\nTotal;1 237,50\n",
        "# a comment\nname|flag\nx|true\n'y'|false\n",
    ]);
    let wide: String = (0..40).map(|n| format!("c{n},")).collect();
    seeds.push(format!("{wide}\n{}\n", "1,".repeat(40)).into_bytes());
    seeds.push("nom;ville\nAndr\u{e9};Li\u{e8}ge\n".chars().map(|char| char as u8).collect());
    seeds.push("a,b\n1,é\n".encode_utf16().flat_map(u16::to_le_bytes).collect());
    Format {
        name: "csv",
        settings: vec![
            json!({}),
            json!({}),
            json!({ "header": false }),
            json!({ "delimiter": ";" }),
            json!({ "delimiter": ",", "quote": "" }),
            json!({ "delimiter": ",", "quote": "'" }),
            json!({ "null_values": ["NA", "-"] }),
            json!({ "header": false, "columns": { "column_1": "int64" } }),
            json!({ "header": false, "columns": { "column_1": "json", "column_2": "binary" } }),
            json!({ "header": false, "columns": { "column_1": "numeric", "column_2": "decimal(5,2)" } }),
        ],
        seeds,
        words: &[
            b",", b";", b"\t", b"|", b"\"", b"\"\"", b"'", b"\n", b"\r\n", b"\r", b"\\", b"#", b"\"\n",
            b",\"",
        ],
        written_as: &["csv", "ndjson", "json"],
        has_lines: false,
    }
}

const JSON_WORDS: &[&[u8]] = &[
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"\"",
    b"{\"a\":",
    b"\"a\"",
    b",\"b\":",
    b"\"c\":[",
    b"\\",
    b"\\u0000",
    b"\\ud83d\\ude00",
    b"\\ud800",
    b"\\u00e9",
    b"\\x",
    b"null",
    b"{}",
    b"[]",
    b"\"2025-01-31\"",
    b"\"1\"",
    b"1E400",
    b"1.0e-7",
    b"\r",
    b"\n",
    b"}\n{",
    b"\"data\":{\"items\":[",
]; // fmt: skip

fn ndjson() -> Format {
    Format {
        name: "ndjson",
        settings: vec![
            json!({}),
            json!({}),
            json!({ "columns": { "a": "int64" } }),
            json!({ "columns": { "a": "json", "b": "decimal(5,2)" } }),
        ],
        seeds: texts(&[
            "{\"a\":1,\"b\":\"x\",\"c\":[1,{\"d\":null}]}\n{\"a\":2.50,\"c\":{}}\n\n{\"b\":\"2025-01-01\",\"e\":true}\n",
            "{\"a\":\"2025-01-01T10:00:00Z\"}\r\n{\"a\":\"2025-01-01T10:00:00+01:00\"}\r\n",
            "{\"a\":12345678901234567890}\n{\"a\":1e5}\n{\"a\":null}\n",
            "{\"a\\u00e9\":\"x\\ny\",\"a\u{e9}2\":\"\\ud83d\\ude00\"}\n{}\nnot json\n{\"a\":1}{\"a\":2}\n",
        ]),
        words: JSON_WORDS,
        written_as: &["ndjson", "json", "csv"],
        has_lines: true,
    }
}

fn json_document() -> Format {
    Format {
        name: "json",
        settings: vec![
            json!({}),
            json!({}),
            json!({ "records": "data.items" }),
            json!({ "columns": { "a": "int64" } }),
        ],
        seeds: texts(&[
            "[\n {\"a\":1,\"b\":\"x\"},\n {\"a\":2.5,\"c\":[1,2]},\n {}\n]\n",
            "{\"a\":1}\n{\"a\":2}\n",
            "{\"n\":1,\"data\":{\"skip\":[{\"items\":1}],\"items\":[{\"a\":1},{\"a\":null,\"b\":true}],\"x\":0},\"y\":[]}",
            "{\"da\\u0074a\":{\"items\":[{\"a\":\"]}\"},{\"a\":\"\\\"\"}]}}",
        ]),
        words: JSON_WORDS,
        written_as: &["json", "ndjson", "csv"],
        has_lines: false,
    }
}

fn fixed() -> Format {
    Format {
        name: "fixed",
        settings: vec![
            json!({ "fixed": { "columns": [
                { "name": "code", "start": 1, "width": 6 },
                { "name": "amount", "start": 8, "width": 8 },
                { "name": "day", "start": 17, "width": 10 },
            ] } }),
            json!({ "fixed": { "skip_rows": 1, "columns": [{ "name": "a", "start": 3, "width": 1 }] } }),
            json!({ "columns": { "a": "int64" }, "fixed": { "columns": [{ "name": "a", "start": 1, "width": 300 }] } }),
        ],
        seeds: texts(&[
            "A-0001    12.50 2025-01-31\nA-0002    -3.00 2025-02-01\n\n007        1.00\n",
            "title\n  x\r\n  y\r\n  é\r\nzz\n",
        ]),
        words: &[b"\n", b"\r\n", b"\r", b"  ", b"        ", b"12.50", b"A-0001", b"2025-01-31"],
        written_as: &["csv", "ndjson", "json"],
        has_lines: true,
    }
}

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

fn parquet() -> Format {
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

fn arrow() -> Format {
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

impl Format {
    /// Words that are put into its files.
    pub(crate) fn words(&self) -> impl Iterator<Item = &'static [u8]> {
        let values = if self.settings.len() > 1 { VALUES } else { &[] };
        self.words.iter().chain(values).copied()
    }
}
