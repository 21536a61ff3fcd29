//! Files that other programs wrote: types that only Parquet has, and damage.

use arrow::array::{ArrayRef, FixedSizeBinaryArray, Int64Array, StringArray};
use arrow::datatypes::{Field, Schema};
use arrow::ipc::writer::{FileWriter, StreamWriter};
use parquet::data_type::{
    ByteArray, ByteArrayType, FixedLenByteArray, FixedLenByteArrayType, Int96, Int96Type,
};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use towpath_connect::types::{Logical, logical};

use super::*;

const ID: &str = "6f0e9d52-7b3c-4f3e-9a55-0c1d2e3f4a5b";
const ID_BYTES: [u8; 16] =
    [0x6f, 0x0e, 0x9d, 0x52, 0x7b, 0x3c, 0x4f, 0x3e, 0x9a, 0x55, 0x0c, 0x1d, 0x2e, 0x3f, 0x4a, 0x5b];

/// A timestamp of the day since 4714 BC and the nanoseconds of the day.
fn int96(julian_day: u32, nanos: u64) -> Int96 {
    let mut value = Int96::new();
    value.set_data(nanos as u32, (nanos >> 32) as u32, julian_day);
    value
}

#[tokio::test]
async fn types_that_only_parquet_has_are_read_as_what_they_mean() {
    let schema = "message m {
        optional fixed_len_byte_array(16) id (UUID);
        optional fixed_len_byte_array(16) key;
        optional binary doc (JSON);
        optional int96 seen;
    }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let file = std::fs::File::create(folder.path().join("f.parquet")).unwrap();
    let mut writer = SerializedFileWriter::new(file, schema, Default::default()).unwrap();
    let bytes = FixedLenByteArray::from(ID_BYTES.to_vec());
    // Two row groups, so that places are counted through them.
    for seen in [
        // 1970-01-01, 9999-12-31 and 0001-01-01, far outside what 64 bits of nanoseconds hold.
        [int96(2_440_588, 1_500_000_000), int96(5_373_484, 86_399_999_999_000), int96(1_721_426, 0)],
        [int96(2_440_588, 1), int96(2_451_545, 1_000), int96(5_373_484, 500)],
    ] {
        let mut group = writer.next_row_group().unwrap();
        for place in 0..4 {
            let mut column = group.next_column().unwrap().unwrap();
            let levels: &[i16] = &[1, 1, 1];
            let nothing: &[i16] = &[1, 0, 0];
            match place {
                0 => column.typed::<FixedLenByteArrayType>().write_batch(
                    std::slice::from_ref(&bytes),
                    Some(nothing),
                    None,
                ),
                1 => column.typed::<FixedLenByteArrayType>().write_batch(
                    &[bytes.clone(), bytes.clone(), bytes.clone()],
                    Some(levels),
                    None,
                ),
                2 => column.typed::<ByteArrayType>().write_batch(
                    &[ByteArray::from("{\"a\": 1}")],
                    Some(nothing),
                    None,
                ),
                _ => column.typed::<Int96Type>().write_batch(&seen, Some(levels), None),
            }
            .unwrap();
            column.close().unwrap();
        }
        group.close().unwrap();
    }
    writer.close().unwrap();

    let read = try_read(folder.path(), json!({ "path": "f.parquet" })).await.unwrap();
    assert_eq!(read.columns(), ["id uuid", "key binary", "doc json", "seen timestamp"]);
    let key = ID.replace('-', "");
    assert_eq!(
        read.rows(),
        [
            format!("{ID} | {key} | {{\"a\": 1}} | 1970-01-01T00:00:01.5"),
            format!("∅ | {key} | ∅ | 9999-12-31T23:59:59.999999"),
            format!("∅ | {key} | ∅ | 0001-01-01T00:00:00"),
            format!("∅ | {key} | ∅ | 2000-01-01T00:00:00.000001"),
        ]
    );
    let rejects: Vec<_> =
        read.rejects.iter().map(|reject| (reject.place.as_str(), reject.column.as_deref())).collect();
    assert_eq!(rejects, [("f.parquet, row 4", Some("seen")), ("f.parquet, row 6", Some("seen"))]);
    assert!(read.rejects[0].reason.ends_with("is finer than a microsecond"), "{:?}", read.rejects);
    // Only the columns that are asked for, and as many rows.
    let read = try_read_with(folder.path(), json!({ "path": "f.parquet" }), |request| {
        request.columns = vec![3, 0];
        request.limit = Some(4);
    });
    assert_eq!(read.await.unwrap().rows().len(), 4);
}

#[tokio::test]
async fn arrow_extension_types_are_read_as_what_they_mean() {
    let extension = |field: Field, name: &str| {
        field.with_metadata([("ARROW:extension:name".to_owned(), name.to_owned())].into())
    };
    let ids: ArrayRef = Arc::new(FixedSizeBinaryArray::try_from_iter([ID_BYTES].into_iter()).unwrap());
    let docs: ArrayRef = Arc::new(StringArray::from(vec!["[1]"]));
    let schema = Arc::new(Schema::new(vec![
        extension(Field::new("id", ids.data_type().clone(), false), "arrow.uuid"),
        extension(Field::new("doc", docs.data_type().clone(), false), "arrow.json"),
    ]));
    let batch = RecordBatch::try_new(schema.clone(), vec![ids, docs]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = std::fs::File::create(folder.path().join("f.arrow")).unwrap();
    let mut writer = FileWriter::try_new(file, &schema).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    let read = try_read(folder.path(), json!({ "path": "f.arrow" })).await.unwrap();
    assert_eq!(read.rows(), [format!("{ID} | [1]")]);
    assert_eq!(logical(read.info.schema.field(0)), Some(Logical::Uuid));
    assert_eq!(logical(read.info.schema.field(1)), Some(Logical::Json));
}

/// The bytes of an Arrow stream or file, and the length of the body of its one batch.
fn arrow_bytes(as_file: bool, zstd: bool) -> (Vec<u8>, i64) {
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![7; 1001]));
    let batch = RecordBatch::try_from_iter([("n", numbers)]).unwrap();
    let codec = zstd.then_some(arrow::ipc::CompressionType::ZSTD);
    let options = arrow::ipc::writer::IpcWriteOptions::default().try_with_compression(codec).unwrap();
    let mut bytes = Vec::new();
    if as_file {
        let mut writer = FileWriter::try_new_with_options(&mut bytes, &batch.schema(), options).unwrap();
        writer.write(&batch).unwrap();
        writer.finish().unwrap();
    } else {
        let mut writer = StreamWriter::try_new_with_options(&mut bytes, &batch.schema(), options).unwrap();
        writer.write(&batch).unwrap();
        writer.finish().unwrap();
    }
    let header = memchr::memmem::find_iter(&bytes, &[0xff; 4]).nth(1).unwrap();
    let body = arrow::ipc::root_as_message(&bytes[header + 8..]).unwrap().bodyLength();
    (bytes, body)
}

fn patched(mut bytes: Vec<u8>, old: i64, new: i64) -> Vec<u8> {
    let old = old.to_le_bytes();
    let places: Vec<usize> = (0..bytes.len() - 8).filter(|at| bytes[*at..*at + 8] == old).collect();
    assert!(!places.is_empty(), "the length was not found");
    for at in places {
        bytes[at..at + 8].copy_from_slice(&new.to_le_bytes());
    }
    bytes
}

#[tokio::test]
async fn arrow_files_that_claim_too_much_are_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let huge = 1 << 45;
    let fault = async |bytes: Vec<u8>| {
        write_file(folder.path(), "f.arrow", bytes);
        let fault = try_read(folder.path(), json!({ "path": "f.arrow" })).await.err().unwrap();
        assert_eq!(fault.kind(), towpath_model::FaultKind::Data, "{fault:?}");
        fault.to_string()
    };
    for as_file in [false, true] {
        let (bytes, body) = arrow_bytes(as_file, false);
        write_file(folder.path(), "f.arrow", &bytes);
        let read = try_read(folder.path(), json!({ "path": "f.arrow" })).await.unwrap();
        assert_eq!((read.info.rows, read.rows().len()), (Some(1001), 1001));
        assert!(fault(patched(bytes.clone(), body, huge)).await.contains("claims 35184372088832 bytes"));
        assert!(fault(patched(bytes.clone(), body, -1)).await.contains("claims -1 bytes"));
        assert!(fault(patched(bytes.clone(), 8008, huge)).await.contains("a column claims more bytes"));
        assert!(fault(bytes[..bytes.len() / 2].to_vec()).await.contains("is damaged or cut off"));
        let (packed, _) = arrow_bytes(as_file, true);
        assert!(fault(patched(packed, 8008, huge)).await.contains("a compressed column claims"));
    }
    // The header of the batch itself.
    let (mut bytes, _) = arrow_bytes(false, false);
    let second = memchr::memmem::find_iter(&bytes, &[0xff; 4]).nth(1).unwrap();
    bytes[second + 4..second + 8].copy_from_slice(&i32::MAX.to_le_bytes());
    assert!(fault(bytes).await.contains("a header claims 2147483647 bytes"));
}

#[tokio::test]
async fn parquet_and_arrow_are_not_compressed_twice() {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in [("f.parquet", &b"PAR1"[..]), ("f.arrow", b"ARROW1")] {
        let packed = zstd::encode_all(content, 1).unwrap();
        for ending in ["", ".zst"] {
            let name = format!("{name}{ending}");
            write_file(folder.path(), &name, &packed);
            let fault = try_read(folder.path(), json!({ "path": name })).await.err().unwrap();
            assert!(fault.to_string().contains("was compressed as a whole"), "{fault}");
            assert!(fault.hint_text().unwrap().contains("unzstd"), "{fault:?}");
        }
        let settings = json!({ "path": name, "compression": "gzip" });
        let fault = try_read(folder.path(), settings).await.err().unwrap();
        assert!(fault.to_string().contains("`compression` has no meaning for"), "{fault}");
        let settings = json!({ "path": format!("{name}.gz") });
        let fault =
            connector().destination(&json!({}), &settings, &Context::new(folder.path())).err().unwrap();
        assert!(fault.to_string().contains("carry their compression inside"), "{fault}");
    }
}

#[tokio::test]
async fn every_word_for_a_type_can_be_given_to_a_column() {
    let values = [
        ("text", "a", "a", None),
        ("boolean", "true", "true", Some("maybe")),
        ("int8", "-128", "-128", Some("128")),
        ("int16", "32767", "32767", Some("32768")),
        ("int32", "-5", "-5", Some("2147483648")),
        ("int64", "5", "5", Some("5.0")),
        ("uint8", "255", "255", Some("-1")),
        ("uint16", "65535", "65535", Some("65536")),
        ("uint32", "4294967295", "4294967295", Some("4294967296")),
        ("uint64", "18446744073709551615", "18446744073709551615", Some("18446744073709551616")),
        ("float32", "0.1", "0.1", Some("1.0e99")),
        ("float64", "0.1", "0.1", Some("x")),
        ("decimal(12,2)", "1.5", "1.50", Some("1.234")),
        ("decimal(50,3)", "-12345678901234567890123456789012345678901.5", "", Some("1.2345")),
        ("date", "2025-12-31", "2025-12-31", Some("2025-02-30")),
        ("time", "23:59:59", "23:59:59", Some("24:00:00")),
        ("timestamp", "2025-12-31 10:00:00", "2025-12-31T10:00:00", Some("2025-12-31T10:00:00Z")),
        ("timestamptz", "2025-12-31T10:00:00+01:00", "2025-12-31T09:00:00Z", Some("2025-12-31T10:00:00")),
        ("interval", "P1Y2M3DT4H", "P1Y2M3DT4H", Some("1 day")),
        ("binary", "00fF", "00ff", Some("0")),
        ("json", "[1]", "[1]", Some("[1")),
        ("uuid", ID, ID, Some("6f0e")),
        ("numeric", "123456789.000000000000000000001", "123456789.000000000000000000001", Some("1,5")),
    ];
    let mut words: Vec<&str> =
        values.iter().map(|value| value.0).filter(|word| *word != "decimal(50,3)").collect();
    words.sort_unstable();
    let mut known = towpath_connect::words::WORDS;
    known.sort_unstable();
    assert_eq!(words, known);
    let folder = tempfile::tempdir().unwrap();
    for (word, good, shown, bad) in values {
        let bad = bad.unwrap_or_default();
        write_file(folder.path(), "f.csv", format!("v,n\n{good},1\n\"{bad}\",2\n,3\n"));
        let settings = json!({ "path": "f.csv", "columns": { "v": word } });
        let read = try_read(folder.path(), settings).await.unwrap();
        let field = towpath_connect::words::field("v", word).unwrap();
        assert_eq!(read.info.schema.field(0), &field, "{word}");
        let shown = if shown.is_empty() { format!("{good}00") } else { shown.to_owned() };
        let expected = [format!("{shown} | 1"), "∅ | 3".to_owned()];
        if word == "text" {
            assert_eq!(read.rows(), ["a | 1", " | 2", "∅ | 3"]);
            continue;
        }
        assert_eq!(read.rows(), expected, "{word}");
        assert_eq!(read.rejects.len(), 1, "{word}");
    }
}
