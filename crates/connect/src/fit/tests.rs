//! Every rule of the fit on examples, and two laws on anything: nothing is lost, and nothing changes unsaid.

use std::sync::Arc;

use arrow::array::*;
use arrow::datatypes::*;
use proptest::prelude::*;
use towpath_model::FaultKind;

use super::*;
use crate::types::{INFINITY_MICROS, Logical, with_logical};

fn batch(array: ArrayRef) -> RecordBatch {
    let field = Field::new("v", array.data_type().clone(), true);
    RecordBatch::try_new(Arc::new(Schema::new(vec![field])), vec![array]).unwrap()
}

/// Fits one array to one column: the values that fit, as text, and the reasons of the others.
fn fit(array: impl Array + 'static, column: ColumnFit) -> Result<(Vec<Option<String>>, Vec<String>), Fault> {
    let batch = batch(Arc::new(array));
    let mut fitter = Fitter::new(batch.schema(), vec![column])?;
    let (fitted, rejects) = fitter.fit(batch)?;
    let values = (0..fitted.num_rows()).map(|row| value_as_text(fitted.column(0), row)).collect();
    Ok((values, rejects.into_iter().map(|reject| reject.reason).collect()))
}

fn to(data_type: DataType) -> ColumnFit {
    ColumnFit::new("v", data_type)
}

#[track_caller]
fn check(array: impl Array + 'static, column: ColumnFit, fits: &[&str], reasons: &[&str]) {
    let (values, found) = fit(array, column).unwrap();
    let values: Vec<String> = values.into_iter().map(|value| value.unwrap_or("null".into())).collect();
    assert_eq!(values, fits);
    assert_eq!(found, reasons);
}

const MICROS: DataType = DataType::Timestamp(TimeUnit::Microsecond, None);

#[test]
fn nothing_is_copied_when_nothing_changes() {
    let batch = batch(Arc::new(StringArray::from(vec!["a", "b"])));
    let mut fitter = Fitter::new(batch.schema(), vec![to(DataType::Utf8)]).unwrap();
    let (fitted, rejects) = fitter.fit(batch.clone()).unwrap();
    assert!(Arc::ptr_eq(fitted.column(0), batch.column(0)) && rejects.is_empty());
}

#[test]
fn a_column_may_discard_values_and_keep_their_rows() {
    let schema = Arc::new(Schema::new(vec![
        Field::new("id", DataType::Utf8, true),
        Field::new("day", DataType::Utf8, true),
    ]));
    let columns = vec![
        ColumnFit { nullable: false, discards_values: true, ..ColumnFit::new("id", DataType::Int32) },
        ColumnFit { discards_values: true, ..ColumnFit::new("day", DataType::Date32) },
    ];
    let mut fitter = Fitter::new(schema.clone(), columns).unwrap();
    let ids: ArrayRef = Arc::new(StringArray::from(vec!["1", "2", "three"]));
    let days: ArrayRef = Arc::new(StringArray::from(vec![Some("soon"), None, Some("later")]));
    let batch = RecordBatch::try_new(schema, vec![ids, days]).unwrap();
    let (fitted, rejects) = fitter.fit(batch).unwrap();
    // A key cannot be null, so the whole row leaves, and with it the value that would have left alone.
    assert_eq!((fitted.num_rows(), fitted.column(1).null_count()), (2, 2));
    let told: Vec<_> = rejects
        .iter()
        .map(|reject| (reject.place.as_str(), reject.value.as_deref(), reject.value_only))
        .collect();
    assert_eq!(told, [("row 1", Some("soon"), true), ("row 3", Some("three"), false)]);
    assert_eq!(rejects[0].original, r#"{"id":"1","day":"soon"}"#);
}

#[test]
fn limits_of_a_column_keep_single_rows_out() {
    let native = |column: ColumnFit| ColumnFit { native: "x".into(), ..column };
    let seconds = native(ColumnFit { fraction_digits: Some(3), ..to(MICROS) });
    let times = TimestampMicrosecondArray::from(vec![Some(1000), Some(-1), None]);
    check(
        times,
        seconds,
        &["1970-01-01T00:00:00.001", "null"],
        &["`1969-12-31T23:59:59.999999` has more digits after the second than x keeps"],
    );
    let spans = native(ColumnFit { max_span: Some(5), ..to(DataType::Duration(TimeUnit::Microsecond)) });
    let (values, reasons) = fit(DurationMicrosecondArray::from(vec![-5, 5, 6, -6]), spans).unwrap();
    assert_eq!((values.len(), reasons.len()), (2, 2));
    let small = native(ColumnFit { range: Some((-2, 3)), ..to(DataType::Int32) });
    check(Int32Array::from(vec![-2, 3, 4]), small, &["-2", "3"], &["`4` is outside x"]);
    let positive = native(ColumnFit { unsigned: true, ..to(DataType::Float64) });
    check(
        Float64Array::from(vec![0.5, -0.0, -0.5]),
        positive,
        &["0.5", "-0"],
        &["`-0.5` is negative, and x takes no negative numbers"],
    );
}

#[test]
fn texts_have_only_characters_of_their_set() {
    for (characters, fits, strange) in [
        (Characters::Ascii, vec!["a\u{7f}"], "é"),
        (Characters::Western, vec!["é€", "\u{81}", "ÿ"], "ł"),
        (Characters::Bmp, vec!["ł日"], "😀"),
    ] {
        let column = ColumnFit { characters: Some(characters), ..to(DataType::Utf8) };
        let reason = format!("the text holds `{strange}`, which the character set of text lacks");
        let texts: Vec<&str> = fits.iter().copied().chain([strange]).collect();
        check(StringArray::from(texts), column, &fits, &[&reason]);
    }
}

#[test]
fn rows_without_a_value_fit_a_column_that_the_table_lacks() {
    let column = ColumnFit { absent: true, ..to(DataType::Utf8) };
    let texts = StringArray::from(vec![None, Some("a"), None]);
    check(texts, column, &["null", "null"], &["the table has no column `v`"]);
}

#[test]
fn a_reject_tells_the_whole_story() {
    let schema = Arc::new(Schema::new(vec![
        Field::new("id", DataType::Int64, true),
        Field::new("day", DataType::Utf8, true),
        Field::new("left_out", DataType::Utf8, true),
    ]));
    let columns = vec![
        ColumnFit { nullable: false, ..ColumnFit::new("id", DataType::Int32) },
        ColumnFit::new("day", DataType::Date32),
    ];
    let mut fitter = Fitter::new(schema.clone(), columns).unwrap();
    let rows = |ids: Vec<Option<i64>>, days: Vec<&str>| {
        let rest = StringArray::from(vec!["x"; days.len()]);
        let arrays: Vec<ArrayRef> =
            vec![Arc::new(Int64Array::from(ids)), Arc::new(StringArray::from(days)), Arc::new(rest)];
        RecordBatch::try_new(schema.clone(), arrays).unwrap()
    };
    fitter.fit(rows(vec![Some(1), Some(2)], vec!["2025-01-01", "2025-01-02"])).unwrap();
    let (fitted, rejects) =
        fitter.fit(rows(vec![Some(3), None, Some(5)], vec!["2025-01-03", "abc", "abc"])).unwrap();
    assert_eq!((fitted.num_rows(), fitted.num_columns()), (1, 2));
    assert_eq!(rejects[0].place, "row 4");
    assert_eq!(rejects[0].reason, "`id` is empty and the column takes no nulls");
    assert_eq!(
        rejects[1],
        Reject {
            place: "row 5".into(),
            column: Some("day".into()),
            value: Some("abc".into()),
            reason: "`abc` is not a date".into(),
            original: r#"{"id":5,"day":"abc","left_out":"x"}"#.into(),
            value_only: false,
            ..Reject::default()
        }
    );
}

#[test]
fn numbers_keep_their_value_or_stay_out() {
    let small = ColumnFit { native: "smallint".into(), ..to(DataType::Int16) };
    check(Int64Array::from(vec![7, 40_000]), small.clone(), &["7"], &["`40000` is outside smallint"]);
    check(Float64Array::from(vec![3.0, 1.5]), small.clone(), &["3"], &["`1.5` is not a whole number"]);
    check(
        StringArray::from(vec!["-8", "8 ", "70000"]),
        small,
        &["-8"],
        &["`8 ` is not a whole number", "`70000` is outside smallint"],
    );

    let money = || to(DataType::Decimal128(6, 2));
    check(
        Float64Array::from(vec![0.1, 0.125, 1e5]),
        money(),
        &["0.10"],
        &["`0.125` has more decimals than decimal(6,2)", "`100000` is outside decimal(6,2)"],
    );
    let fine = Decimal128Array::from(vec![12_500, 12_501]).with_precision_and_scale(20, 3).unwrap();
    check(fine, money(), &["12.50"], &["`12.501` has more decimals than decimal(6,2)"]);
    check(StringArray::from(vec!["1e2", "1,5"]), money(), &["100.00"], &["`1,5` is not a number"]);

    let big = 9_007_199_254_740_993i64;
    check(
        Int64Array::from(vec![big, big - 1]),
        to(DataType::Float64),
        &["9007199254740992"],
        &["`9007199254740993` has more digits than float64 keeps"],
    );
    check(
        Float64Array::from(vec![0.1, 0.123_456_789]),
        to(DataType::Float32),
        &["0.1"],
        &["`0.123456789` has more digits than float32 keeps"],
    );
    let wide =
        Decimal128Array::from(vec![10, 12_345_678_901_234_567_890]).with_precision_and_scale(38, 2).unwrap();
    check(
        wide,
        to(DataType::Float64),
        &["0.1"],
        &["`123456789012345678.9` has more digits than float64 keeps"],
    );
    check(
        UInt64Array::from(vec![1, 2]),
        to(DataType::Boolean),
        &["true"],
        &["`2` is neither true nor false, as boolean takes"],
    );
}

#[test]
fn times_stay_on_their_time_line() {
    let noon = 12 * 3_600_000_000i64;
    check(
        TimestampMicrosecondArray::from(vec![0, noon, INFINITY_MICROS]),
        ColumnFit { infinite_times: true, ..to(DataType::Date32) },
        &["1970-01-01", "infinity"],
        &[
            "`1970-01-01T12:00:00` has a time of day, and the column keeps dates; cast it to keep the day alone",
        ],
    );
    check(
        TimestampNanosecondArray::from(vec![1_000, 1_001]),
        to(MICROS),
        &["1970-01-01T00:00:00.000001"],
        &["the value has 1001 nanoseconds, and the column keeps microseconds"],
    );
    let brussels = TimestampSecondArray::from(vec![0]).with_timezone("Europe/Brussels");
    let instants = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    check(brussels, to(instants.clone()), &["1970-01-01T00:00:00Z"], &[]);
    let fault = fit(TimestampMicrosecondArray::from(vec![0]), to(instants.clone())).unwrap_err();
    assert_eq!(fault.kind(), FaultKind::Contract);
    assert!(fault.hint_text().unwrap().contains("time zone"), "{fault:?}");
    check(
        StringArray::from(vec!["1970-01-01T02:00:00+02:00", "1970-01-01T02:00:00"]),
        to(instants),
        &["1970-01-01T00:00:00Z"],
        &["`1970-01-01T02:00:00` has no time zone, and the column keeps instants"],
    );
    let years = ColumnFit { years: Some((1970, 1970)), ..to(DataType::Date32) };
    check(
        Date32Array::from(vec![0, 365, i32::MAX]),
        years,
        &["1970-01-01"],
        &[
            "the year is outside 1970 to 1970, which date takes",
            "the value is infinite, and date takes only real dates",
        ],
    );
}

#[test]
fn text_obeys_length_and_form() {
    let short = ColumnFit { native: "varchar(3)".into(), max_chars: Some(3), ..to(DataType::Utf8) };
    check(
        StringArray::from(vec!["été", "étés"]),
        short,
        &["été"],
        &["text of 4 characters is longer than varchar(3)"],
    );
    let clean = ColumnFit { no_nul: true, ..to(DataType::Utf8) };
    check(
        StringArray::from(vec!["a", "a\0"]),
        clean,
        &["a"],
        &["the text holds a NUL character, which text refuses"],
    );

    let uuid = ColumnFit { check: Some(TextCheck::Uuid), ..to(DataType::Utf8) };
    let usual = "0123abcd-0000-4000-8000-00000000ffff";
    let other = "{0123ABCD-0000-4000-8000-00000000FFFF}";
    check(
        StringArray::from(vec![usual, other, "0123"]),
        uuid.clone(),
        &[usual, usual],
        &["`0123` is not a UUID"],
    );
    let bytes = FixedSizeBinaryArray::try_from_iter([[0xabu8; 16]].into_iter()).unwrap();
    check(bytes, uuid, &["abababab-abab-abab-abab-abababababab"], &[]);

    let json = ColumnFit { check: Some(TextCheck::Json), no_nul: true, ..to(DataType::Utf8) };
    let (values, reasons) =
        fit(StringArray::from(vec!["[1]", "[1", r#""\u0000""#, r#""\\u0000""#]), json.clone()).unwrap();
    assert_eq!((values.len(), reasons.len()), (2, 2), "{reasons:?}");
    check(Date32Array::from(vec![0]), json, &["\"1970-01-01\""], &[]);
    let numeric = ColumnFit { check: Some(TextCheck::Numeric), ..to(DataType::Utf8) };
    check(
        StringArray::from(vec!["1.50", "1e3", "NaN", "x"]),
        numeric,
        &["1.50", "1000", "NaN"],
        &["`x` is not a decimal number"],
    );
    let finite = ColumnFit { check: Some(TextCheck::FiniteNumeric), ..to(DataType::Utf8) };
    check(
        StringArray::from(vec!["1.50", "-inf", "nan", "Infinity"]),
        finite,
        &["1.50", "NaN"],
        &["`-inf` is not a finite decimal number", "`Infinity` is not a finite decimal number"],
    );
    let word = ColumnFit {
        check: Some(TextCheck::OneOf(vec!["a".into()])),
        native: "mood".into(),
        ..to(DataType::Utf8)
    };
    check(StringArray::from(vec!["a", "A"]), word, &["a"], &["`A` is none of the words of mood"]);
}

#[test]
fn lists_fail_by_item_and_become_json() {
    let list = || {
        ListArray::from_iter_primitive::<Int64Type, _, _>([
            Some(vec![Some(1), None]),
            Some(vec![]),
            Some(vec![Some(2), Some(300)]),
            None,
        ])
    };
    let bytes = to(DataType::List(Arc::new(Field::new("item", DataType::Int8, true))));
    check(list(), bytes.clone(), &["[1,null]", "[]", "null"], &["item 2: `300` is outside list of int8"]);
    check(list().slice(2, 2), bytes.clone(), &["null"], &["item 2: `300` is outside list of int8"]);
    check(list(), to(DataType::Utf8), &["[1,null]", "[]", "[2,300]", "null"], &[]);
    check(
        StringArray::from(vec!["[1, null]", "[]", "{}"]),
        bytes,
        &["[1,null]", "[]"],
        &["`{}` is not a list in JSON"],
    );
    let exact = to(DataType::List(Arc::new(Field::new("item", DataType::Decimal128(38, 20), true))));
    check(StringArray::from(vec!["[0.12345678901234567890]"]), exact, &["[0.12345678901234567890]"], &[]);
}

#[test]
fn encodings_are_unpacked_and_impossible_pairs_are_refused() {
    let words: DictionaryArray<Int32Type> = [Some("12"), None].into_iter().collect();
    check(words, to(DataType::Int32), &["12", "null"], &[]);
    check(StringViewArray::from(vec!["x"]), to(DataType::Utf8), &["x"], &[]);
    check(NullArray::new(1), to(DataType::Date32), &["null"], &[]);
    let runs: RunArray<Int32Type> = ["1", "1"].into_iter().collect();
    check(runs, to(DataType::Int8), &["1", "1"], &[]);
    let fault = fit(BinaryArray::from(vec![&b"x"[..]]), to(DataType::Int64)).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "column `v` is binary and cannot be stored as int64 without changing its values"
    );
    assert!(fit(BooleanArray::from(vec![true]), to(DataType::Date32)).is_err());
}

#[test]
fn json_that_is_marked_is_not_parsed_again() {
    let field = with_logical(Field::new("v", DataType::Utf8, true), Logical::Json);
    let schema = Arc::new(Schema::new(vec![field]));
    let column = ColumnFit { check: Some(TextCheck::Json), ..to(DataType::Utf8) };
    let mut fitter = Fitter::new(schema.clone(), vec![column]).unwrap();
    let rows = RecordBatch::try_new(schema, vec![Arc::new(StringArray::from(vec!["{}"]))]).unwrap();
    let (fitted, _) = fitter.fit(rows).unwrap();
    assert_eq!(crate::types::logical(fitted.schema().field(0)), Some(Logical::Json));
}

/// Every type that values may be asked to change to and back.
fn any_target() -> impl Strategy<Value = DataType> {
    prop::sample::select(vec![
        DataType::Boolean,
        DataType::Int8,
        DataType::Int32,
        DataType::Int64,
        DataType::UInt16,
        DataType::UInt64,
        DataType::Float32,
        DataType::Float64,
        DataType::Decimal128(9, 2),
        DataType::Decimal128(38, 10),
        DataType::Decimal256(76, 20),
        DataType::Utf8,
        DataType::Date32,
        DataType::Time64(TimeUnit::Microsecond),
        MICROS,
        DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        DataType::Duration(TimeUnit::Microsecond),
        DataType::Interval(IntervalUnit::MonthDayNano),
    ])
}

fn any_array() -> impl Strategy<Value = ArrayRef> {
    let small = prop_oneof![any::<i64>(), -300i64..300, (-4i64..4).prop_map(|n| n * 86_400_000_000)];
    let float = prop_oneof![
        any::<f64>(),
        (-1000i32..1000).prop_map(f64::from),
        (-1000i32..1000).prop_map(|n| f64::from(n) / 100.0)
    ];
    let rows = 0..20usize;
    prop_oneof![
        prop::collection::vec(prop::option::of(small.clone()), rows.clone())
            .prop_map(|v| Arc::new(Int64Array::from(v)) as ArrayRef),
        prop::collection::vec(prop::option::of(any::<u64>()), rows.clone())
            .prop_map(|v| Arc::new(UInt64Array::from(v)) as ArrayRef),
        prop::collection::vec(prop::option::of(any::<i16>()), rows.clone())
            .prop_map(|v| Arc::new(Int16Array::from(v)) as ArrayRef),
        prop::collection::vec(prop::option::of(float.clone()), rows.clone())
            .prop_map(|v| Arc::new(Float64Array::from(v)) as ArrayRef),
        prop::collection::vec(prop::option::of(any::<f32>()), rows.clone())
            .prop_map(|v| Arc::new(Float32Array::from(v)) as ArrayRef),
        prop::collection::vec(prop::option::of(small.clone().prop_map(i128::from)), rows.clone()).prop_map(
            |v| Arc::new(Decimal128Array::from(v).with_precision_and_scale(38, 4).unwrap()) as ArrayRef
        ),
        prop::collection::vec(prop::option::of(any::<i128>().prop_map(i256::from_i128)), rows.clone())
            .prop_map(
                |v| Arc::new(Decimal256Array::from(v).with_precision_and_scale(76, 30).unwrap()) as ArrayRef
            ),
        prop::collection::vec(prop::option::of(small.clone()), rows.clone())
            .prop_map(|v| Arc::new(TimestampMicrosecondArray::from(v)) as ArrayRef),
        prop::collection::vec(prop::option::of(small.clone()), rows.clone()).prop_map(|v| Arc::new(
            TimestampNanosecondArray::from_iter(v.into_iter().map(|n| n.map(|n| n / 1000 * 1000)))
                .with_timezone("+02:00")
        )
            as ArrayRef),
        prop::collection::vec(prop::option::of(small), rows.clone())
            .prop_map(|v| Arc::new(DurationMicrosecondArray::from(v)) as ArrayRef),
        prop::collection::vec(prop::option::of(any::<i32>()), rows.clone())
            .prop_map(|v| Arc::new(Date32Array::from(v)) as ArrayRef),
        prop::collection::vec(prop::option::of(prop::bool::ANY), rows.clone())
            .prop_map(|v| Arc::new(BooleanArray::from(v)) as ArrayRef),
        prop::collection::vec(prop::option::of(float.prop_map(|number| number.to_string())), rows)
            .prop_map(|v| Arc::new(StringArray::from(v)) as ArrayRef),
    ]
}

/// What a text says, so that `1.50` and `1.5` are one value.
fn meaning(array: &dyn Array, row: usize) -> Option<String> {
    let text = value_as_text(array, row)?;
    Some(crate::digits::Digits::parse(&text).and_then(|digits| digits.plain()).unwrap_or(text))
}

proptest! {
    /// No row is lost, and what is accepted has the same value after the way back to its first type.
    #[test]
    fn a_fit_never_changes_a_value(array in any_array(), target in any_target()) {
        let rows = batch(array.clone());
        let column = |to: &DataType| ColumnFit { infinite_times: true, ..ColumnFit::new("v", to.clone()) };
        let Ok(mut fitter) = Fitter::new(rows.schema(), vec![column(&target)]) else { return Ok(()) };
        let (fitted, rejects) = fitter.fit(rows.clone()).unwrap();
        prop_assert_eq!(fitted.num_rows() + rejects.len(), array.len());
        prop_assert_eq!(fitted.column(0).data_type(), &target);
        let rejected: Vec<&str> = rejects.iter().map(|reject| reject.place.as_str()).collect();
        let kept: Vec<usize> =
            (0..array.len()).filter(|row| !rejected.contains(&format!("row {}", row + 1).as_str())).collect();
        let home = crate::types::canonical(array.data_type());
        let Ok(mut back) = Fitter::new(fitted.schema(), vec![column(&home)]) else {
            return Ok(());
        };
        let (returned, lost) = back.fit(fitted.clone()).unwrap();
        prop_assert!(lost.is_empty(), "{:?} to {} and back: {:?}", array, target, lost);
        for (at, row) in kept.iter().enumerate() {
            let (old, new) = (meaning(&array, *row), meaning(returned.column(0), at));
            // Widening keeps the value of a number of single precision, not the few digits it is shown with.
            if (&target, &home) == (&DataType::Float32, &DataType::Float64) {
                let single = |text: &Option<String>| text.as_ref().map(|text| text.parse::<f32>().unwrap().to_bits());
                prop_assert_eq!(single(&old), single(&new));
                continue;
            }
            let word = |text: &Option<String>| matches!(text.as_deref(), Some("0" | "1" | "true" | "false"));
            prop_assert!(old == new || (word(&old) && word(&new)), "{:?} became {:?} by way of {}", old, new, target);
        }
    }
}
