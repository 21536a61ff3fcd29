//! Laws of values: what comes back is what went in.

use std::sync::Arc;

use arrow::array::*;
use arrow::datatypes::*;
use towpath_model::FaultKind;

use super::bench::{Bench, Order, one_column, orders, orders_schema};
use crate::types::{Logical, describe_type, with_logical};

/// Every connector.
pub(super) async fn nulls_extremes_and_unicode_survive(bench: &Bench<'_>) {
    let table = bench.harness.fresh_table_name();
    let batch = orders(&[
        (i64::MIN, Some("été, \"quoted\"; 'single' \\ back"), Some(999_999_999_999), Some(2_932_896)),
        (i64::MAX, Some("two\nlines\r\nand a\ttab"), Some(-999_999_999_999), Some(bench.harness.first_day())),
        (0, Some("🦀 世界 e\u{301}"), Some(1), Some(0)),
        (-1, Some(""), Some(-1), Some(11_016)),
        (1, Some("NULL"), None, None),
        (2, None, None, None),
        (3, Some("  blanks around  "), Some(100), Some(1)),
    ]);
    bench.load(&table, &Order::of(bench.seed_mode()), std::slice::from_ref(&batch)).await;
    assert_eq!(
        bench.rows(&table, &orders_schema()).await,
        bench.model(&[batch]),
        "values change on their way"
    );
}

/// Every connector: names are data, also when they look like SQL.
pub(super) async fn odd_column_names_survive(bench: &Bench<'_>) {
    let mut names = vec![
        "select",
        "Order By",
        "a \"quoted\" name",
        "l'été",
        "semi;colon",
        "percent%s",
        "back`tick",
        "emoji 🦀",
    ];
    names.retain(|name| bench.harness.takes_name(name));
    let fields: Vec<Field> = names.iter().map(|name| Field::new(*name, DataType::Int64, true)).collect();
    let columns = (0..names.len()).map(|index| Arc::new(Int64Array::from(vec![index as i64])) as ArrayRef);
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns.collect()).expect("one row each");
    let table = bench.harness.fresh_table_name();
    let mut order = Order::of(bench.seed_mode());
    if bench.has(towpath_model::WriteMode::Upsert) {
        order = order.key(&["a \"quoted\" name", "select"]);
    }
    bench.load(&table, &order, std::slice::from_ref(&batch)).await;
    assert_eq!(bench.rows(&table, &batch.schema()).await, bench.model(&[batch]), "names change on their way");
}

/// Every connector: each type that may travel comes back with equal values, or is refused before the load. Single
/// values may be rejected, but not the ordinary first one.
pub(super) async fn every_type_survives_or_is_refused(bench: &Bench<'_>) {
    for (name, array, logical) in samples(bench.harness.keeps_json_null()) {
        let data_type = array.data_type().clone();
        let plain = one_column("value", array.clone());
        let mut fields: Vec<Field> =
            plain.schema().fields().iter().map(|field| field.as_ref().clone()).collect();
        if let Some(logical) = logical {
            fields[1] = with_logical(fields[1].clone(), logical);
        }
        let schema = Arc::new(Schema::new(fields));
        let batch =
            RecordBatch::try_new(schema.clone(), plain.columns().to_vec()).expect("only metadata is added");
        let table = bench.harness.fresh_table_name();
        let order = Order::of(bench.seed_mode());
        let loaded = match bench.try_load(&table, &order, &schema, std::slice::from_ref(&batch)).await {
            Ok(loaded) => loaded,
            Err(fault) => {
                assert_eq!(
                    fault.kind(),
                    FaultKind::Contract,
                    "{name} is refused with another kind: {fault:?}"
                );
                continue;
            }
        };
        let rejected: Vec<usize> = loaded
            .rejects
            .iter()
            .filter_map(|reject| reject.place.strip_prefix("row ")?.parse::<usize>().ok())
            .collect();
        assert!(!rejected.contains(&1), "{name}: an ordinary value is rejected: {:?}", loaded.rejects);
        let keep: BooleanArray = (1..=batch.num_rows()).map(|row| Some(!rejected.contains(&row))).collect();
        let kept = arrow::compute::filter_record_batch(&batch, &keep).expect("one truth value per row");
        if !bench.harness.keeps(&data_type) {
            let read: usize = bench.read(&table, |_| ()).await.iter().map(RecordBatch::num_rows).sum();
            assert_eq!(read, kept.num_rows(), "{name}: rows are lost");
            continue;
        }
        let model = bench.model(&[kept]);
        let rows = bench.rows(&table, &schema).await;
        assert_eq!(rows, model, "{name} ({}) changes on its way", describe_type(&data_type));
    }
}

/// Values of every type: an ordinary one, the extremes, null.
fn samples(with_json_null: bool) -> Vec<(&'static str, ArrayRef, Option<Logical>)> {
    fn made(array: impl Array + 'static) -> ArrayRef {
        Arc::new(array)
    }
    let texts = |values: &[&str]| made(StringArray::from_iter(values.iter().map(Some).chain([None])));
    let jsons = ["{\"a\": [1, null, \"é\"]}", "12345678901234567890123", "\"word\"", "null"];
    let micros =
        || TimestampMicrosecondArray::from(vec![Some(1_700_000_000_123_456), Some(0), Some(-1), None]);
    let wide = i256::from_string("1234567890123456789012345678901234567890123456").expect("digits");
    let mut inner = Decimal128Builder::new().with_precision_and_scale(9, 3).expect("nine digits fit");
    inner.append_value(1_500);
    let rows = StructArray::from(vec![(
        Arc::new(Field::new("amount", DataType::Decimal128(9, 3), true)),
        Arc::new(inner.finish()) as ArrayRef,
    )]);
    vec![
        ("boolean", made(BooleanArray::from(vec![Some(true), Some(false), None])), None),
        ("int8", made(Int8Array::from(vec![Some(1), Some(i8::MIN), Some(i8::MAX), None])), None),
        ("int16", made(Int16Array::from(vec![Some(1), Some(i16::MIN), Some(i16::MAX), None])), None),
        ("int32", made(Int32Array::from(vec![Some(1), Some(i32::MIN), Some(i32::MAX), None])), None),
        ("int64", made(Int64Array::from(vec![Some(1), Some(i64::MIN), Some(i64::MAX), None])), None),
        ("uint8", made(UInt8Array::from(vec![Some(1), Some(u8::MAX), None])), None),
        ("uint16", made(UInt16Array::from(vec![Some(1), Some(u16::MAX), None])), None),
        ("uint32", made(UInt32Array::from(vec![Some(1), Some(u32::MAX), None])), None),
        ("uint64", made(UInt64Array::from(vec![Some(1), Some(u64::MAX), None])), None),
        ("bits", made(UInt64Array::from(vec![Some(5), Some(0), None])), Some(Logical::Bits)),
        (
            "float32",
            made(Float32Array::from(vec![
                Some(1.5),
                Some(0.1),
                Some(f32::MIN_POSITIVE),
                Some(f32::MAX),
                None,
            ])),
            None,
        ),
        (
            "float64",
            made(Float64Array::from(vec![
                Some(0.1),
                Some(1e300),
                Some(f64::MAX),
                Some(2.5e-300),
                Some(123_456_789.123_456_78),
                Some(f64::NAN),
                Some(f64::NEG_INFINITY),
                None,
            ])),
            None,
        ),
        (
            "decimal128",
            made(
                Decimal128Array::from(vec![
                    Some(1_234_500),
                    Some(-1),
                    Some(99_999_999_999_999_999_999_999_999_999_999_999_999),
                    None,
                ])
                .with_precision_and_scale(38, 4)
                .expect("38 digits fit"),
            ),
            None,
        ),
        (
            "decimal256",
            made(
                Decimal256Array::from(vec![Some(i256::from_i128(150)), Some(wide), None])
                    .with_precision_and_scale(60, 10)
                    .expect("60 digits fit"),
            ),
            None,
        ),
        ("text", texts(&["blue", "", "é🦀"]), None),
        ("large text", made(LargeStringArray::from(vec![Some("blue"), None])), None),
        (
            "text view",
            made(StringViewArray::from(vec![Some("blue"), Some("longer than a view holds inline"), None])),
            None,
        ),
        (
            "dictionary",
            made([Some("blue"), Some("blue"), None].into_iter().collect::<DictionaryArray<Int32Type>>()),
            None,
        ),
        ("uuid", texts(&["0123abcd-0000-4000-8000-00000000ffff"]), Some(Logical::Uuid)),
        ("json", texts(if with_json_null { &jsons } else { &jsons[..3] }), Some(Logical::Json)),
        (
            "numeric",
            texts(&["1.50", "-123456789012345678901234567890.000000000012345"]),
            Some(Logical::Numeric),
        ),
        ("enum", texts(&["happy"]), Some(Logical::Enum)),
        ("binary", made(BinaryArray::from(vec![Some(&b"\x00\xff\x80ab"[..]), Some(b""), None])), None),
        (
            "date",
            made(Date32Array::from(vec![
                Some(20_000),
                Some(0),
                Some(-719_162),
                Some(2_932_896),
                Some(i32::MAX),
                None,
            ])),
            None,
        ),
        (
            "time",
            made(Time64MicrosecondArray::from(vec![
                Some(3_661_000_001),
                Some(0),
                Some(86_399_999_999),
                None,
            ])),
            None,
        ),
        ("timestamp", made(micros()), None),
        ("instant", made(micros().with_timezone("UTC")), None),
        (
            "zoned instant",
            made(
                TimestampSecondArray::from(vec![Some(1_700_000_000), None]).with_timezone("Europe/Brussels"),
            ),
            None,
        ),
        (
            "nanoseconds",
            made(TimestampNanosecondArray::from(vec![Some(1_700_000_000_000_001_000), Some(1), None])),
            None,
        ),
        ("duration", made(DurationMicrosecondArray::from(vec![Some(90_061_000_001), Some(-1), None])), None),
        (
            "time span",
            made(DurationMicrosecondArray::from(vec![Some(1_000_000), Some(-3_020_399_000_000), None])),
            Some(Logical::TimeSpan),
        ),
        (
            "interval",
            made(IntervalMonthDayNanoArray::from(vec![
                Some(IntervalMonthDayNano::new(14, 3, 5_000_000)),
                None,
            ])),
            None,
        ),
        (
            "list",
            made(ListArray::from_iter_primitive::<Int64Type, _, _>([
                Some(vec![Some(1), None]),
                Some(vec![]),
                None,
            ])),
            None,
        ),
        ("struct", made(rows), None),
    ]
}
