//! Workbooks that Towpath writes, read back by itself.

use arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, DurationMicrosecondArray,
    Float64Array, Int64Array, StringArray, Time64MicrosecondArray, TimestampMicrosecondArray,
};
use proptest::prelude::*;
use towpath_connect::Fitter;

use super::*;

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))
        .unwrap()
}

/// One column of every sort that workbooks keep.
fn every_sort() -> RecordBatch {
    let stamp = |text: &str| {
        text.parse::<jiff::civil::DateTime>()
            .unwrap()
            .to_zoned(jiff::tz::TimeZone::UTC)
            .unwrap()
            .timestamp()
            .as_microsecond()
    };
    let zoned = TimestampMicrosecondArray::from(vec![Some(-1), None, Some(1)]).with_timezone("UTC");
    let stamps = vec![Some(stamp("1900-01-01T00:00:00.001")), None, Some(stamp("9999-12-30T00:00:00.999"))];
    batch(vec![
        ("int", Arc::new(Int64Array::from(vec![Some(-999_999_999_999_999), None, Some(i64::MAX)]))),
        ("flag", Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)]))),
        ("float", Arc::new(Float64Array::from(vec![Some(-1.5e300), None, Some(1.0 / 3.0)]))),
        (
            "money",
            Arc::new(
                Decimal128Array::from(vec![Some(-12_345), None, Some(5)])
                    .with_precision_and_scale(18, 2)
                    .unwrap(),
            ),
        ),
        (
            "text",
            Arc::new(StringArray::from(vec![
                Some("=1+1 <&> \"é😀\"\r\n_x0041_\u{1}\u{ffff}"),
                None,
                Some(" 007 "),
            ])),
        ),
        ("empty", Arc::new(StringArray::from(vec![Some(""), None, Some("a")]))),
        ("day", Arc::new(Date32Array::from(vec![Some(-25_567), None, Some(2_932_896)]))),
        ("leap", Arc::new(Date32Array::from(vec![Some(-25_509), None, Some(-25_508)]))),
        ("time", Arc::new(Time64MicrosecondArray::from(vec![Some(0), None, Some(86_399_999_000)]))),
        (
            "span",
            Arc::new(DurationMicrosecondArray::from(vec![
                Some(-5_400_000_000),
                None,
                Some(400 * 3_600_000_000),
            ])),
        ),
        ("stamp", Arc::new(TimestampMicrosecondArray::from(stamps))),
        ("instant", Arc::new(zoned)),
    ])
}

#[tokio::test]
async fn a_workbook_keeps_values_and_types() {
    let folder = tempfile::tempdir().unwrap();
    let batch = every_sort();
    let settings = json!({ "path": "out.xlsx" });
    let receipt = load(
        folder.path(),
        settings.clone(),
        WriteMode::Overwrite,
        batch.schema(),
        std::slice::from_ref(&batch),
    )
    .await
    .unwrap();
    assert_eq!(names(folder.path()), ["out.xlsx"]);
    assert_eq!(
        receipt.notes,
        [
            "created file `out.xlsx`",
            "1 numbers have more than 15 digits, which Excel does not keep: they are written as text",
            "Excel has no time zones: `instant` is written as text; cast it to `timestamp` to get dates"
        ]
    );
    let read = try_read(folder.path(), settings).await.unwrap();
    assert_eq!(read.rows().len(), 2, "a row without any value is no row of a sheet");
    let expected: Vec<String> =
        rows(&batch).into_iter().filter(|row| row.contains(|c: char| c.is_alphanumeric())).collect();
    assert_eq!(read.rows(), expected);
    let types: Vec<String> =
        read.columns().iter().map(|column| column.split_once(' ').unwrap().1.to_owned()).collect();
    assert_eq!(
        types,
        [
            "int64",
            "boolean",
            "float64",
            "decimal(18,2)",
            "text",
            "text",
            "date",
            "date",
            "time",
            "time span",
            "timestamp",
            "timestamp with time zone"
        ]
    );
}

#[tokio::test]
async fn what_a_sheet_cannot_hold_is_refused_row_by_row() {
    let folder = tempfile::tempdir().unwrap();
    let batch = batch(vec![
        ("day", Arc::new(Date32Array::from(vec![Some(-25_568), Some(0), Some(0), Some(0), Some(0)]))),
        ("ratio", Arc::new(Float64Array::from(vec![0.5, f64::NAN, 0.5, 0.5, 0.5]))),
        (
            "text",
            Arc::new(StringArray::from(vec![
                "a".into(),
                "a".into(),
                "x".repeat(32_768),
                "😀".repeat(16_384),
                "😀".repeat(16_383),
            ])),
        ),
        ("bytes", Arc::new(BinaryArray::from(vec![&b"\0"[..], b"", b"", b"", b"\xff"]))),
    ]);
    let destination = connector()
        .destination(&json!({}), &json!({ "path": "out.xlsx" }), &Context::new(folder.path()))
        .unwrap();
    let request =
        LoadRequest::new(LoadId::generate(), "t/l", batch.schema(), Arc::<MemoryRejects>::default());
    let load = destination.begin(LoadRequest { mode: WriteMode::Overwrite, ..request }).await.unwrap();
    let (fitted, rejects) = Fitter::new(batch.schema(), load.columns().to_vec()).unwrap().fit(batch).unwrap();
    let reasons: Vec<&str> = rejects.iter().map(|reject| reject.reason.as_str()).collect();
    assert_eq!(fitted.num_rows(), 1, "{reasons:?}");
    let columns: Vec<&str> = rejects.iter().filter_map(|reject| reject.column.as_deref()).collect();
    assert_eq!(columns, ["day", "ratio", "text", "text"]);
}

#[tokio::test]
async fn several_loads_fill_the_sheets_of_one_workbook() {
    let folder = tempfile::tempdir().unwrap();
    let rows_of = |value: &str| batch(vec![("name", Arc::new(StringArray::from(vec![value])))]);
    let write = |settings: Value, value: &str| {
        let (folder, batch) = (folder.path().to_owned(), rows_of(value));
        async move { load(&folder, settings, WriteMode::Overwrite, batch.schema(), &[batch]).await }
    };
    let sheet = |name: &str| json!({ "path": "book.xlsx", "excel": { "sheet": name } });
    for (name, value) in [("Shops", "a"), ("It's", "b"), ("shops", "c")] {
        write(sheet(name), value).await.unwrap();
    }
    let read = try_read(
        folder.path(),
        json!({ "path": "book.xlsx", "excel": { "sheet": "*", "sheet_column": "sheet" } }),
    )
    .await
    .unwrap();
    assert_eq!(read.rows(), ["shops | c", "It's | b"], "a sheet of the same name is replaced in its place");
    // Two loads at the same time: the one that commits last keeps what the other wrote.
    let begin = |name: &str| {
        let destination =
            connector().destination(&json!({}), &sheet(name), &Context::new(folder.path())).unwrap();
        let request = LoadRequest::new(
            LoadId::generate(),
            "t/l",
            rows_of("x").schema(),
            Arc::<MemoryRejects>::default(),
        );
        async move { destination.begin(LoadRequest { mode: WriteMode::Overwrite, ..request }).await.unwrap() }
    };
    let (mut one, mut two) = (begin("One").await, begin("Two").await);
    one.write(rows_of("1")).await.unwrap();
    two.write(rows_of("2")).await.unwrap();
    one.commit().await.unwrap();
    two.commit().await.unwrap();
    let read =
        try_read(folder.path(), json!({ "path": "book.xlsx", "excel": { "sheet": "*" } })).await.unwrap();
    assert_eq!(read.rows(), ["c", "b", "1", "2"]);
    // Without a sheet, the workbook is replaced; and a workbook of somebody else keeps its sheets from us.
    write(json!({ "path": "book.xlsx" }), "alone").await.unwrap();
    assert_eq!(
        try_read(folder.path(), json!({ "path": "book.xlsx", "excel": { "sheet": "*" } }))
            .await
            .unwrap()
            .rows(),
        ["alone"]
    );
    let mut foreign = rust_xlsxwriter::Workbook::new();
    foreign.add_worksheet();
    foreign.save(folder.path().join("book.xlsx")).unwrap();
    let fault = write(sheet("Shops"), "a").await.unwrap_err();
    assert!(fault.to_string().contains("was not written by this version of Towpath"), "{fault}");
    for (wrong, why) in
        [("a/b", "does not allow"), ("", "1 to 31"), ("'a", "apostrophe"), ("History", "for itself")]
    {
        let fault = write(sheet(wrong), "a").await.unwrap_err();
        assert!(fault.to_string().contains(why), "{fault}");
    }
    let fault = write(json!({ "path": "book.xls" }), "a").await.unwrap_err();
    assert!(fault.hint_text().unwrap().contains("`.xlsx`"), "{fault}");
}

#[tokio::test]
async fn other_programs_read_what_is_written() {
    use calamine::{Data, Reader, Xlsx, open_workbook};
    let folder = tempfile::tempdir().unwrap();
    let batch = every_sort();
    load(folder.path(), json!({ "path": "out.xlsx" }), WriteMode::Overwrite, batch.schema(), &[batch])
        .await
        .unwrap();
    let mut book: Xlsx<_> = open_workbook(folder.path().join("out.xlsx")).unwrap();
    let range = book.worksheet_range("Sheet1").unwrap();
    assert_eq!(range.get_value((0, 3)), Some(&Data::String("money".into())));
    assert_eq!(range.get_value((1, 3)), Some(&Data::Float(-123.45)));
    assert_eq!(range.get_value((1, 1)), Some(&Data::Bool(true)));
    assert!(matches!(range.get_value((1, 6)), Some(Data::DateTime(day)) if day.as_f64() == 1.0));
    assert!(
        matches!(range.get_value((3, 9)), Some(Data::DateTime(span)) if span.is_duration() && span.as_f64() > 16.6)
    );
    assert!(matches!(range.get_value((1, 4)), Some(Data::String(text)) if text.starts_with("=1+1 <&>")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_table_comes_back(
        ints in prop::collection::vec(prop::option::of(any::<i64>()), 1..20),
        texts in prop::collection::vec(prop::option::of(any::<String>()), 20),
        millis in prop::collection::vec(prop::option::of(-2_208_988_800_000i64..253_402_300_799_999), 20),
        cents in prop::collection::vec(-9_999_999_999_999i128..9_999_999_999_999, 20),
    ) {
        let count = ints.len();
        // A text of a letter more is a text, whatever it looks like.
        let texts: Vec<Option<String>> = texts.into_iter().take(count).map(|text| text.map(|text| text + "x")).collect();
        let table = batch(vec![
            ("row", Arc::new(Int64Array::from_iter_values(0..count as i64)) as ArrayRef),
            ("int", Arc::new(Int64Array::from(ints))),
            ("text", Arc::new(StringArray::from(texts))),
            ("at", Arc::new(TimestampMicrosecondArray::from_iter(millis.into_iter().take(count).map(|at| at.map(|at| at * 1000))))),
            ("cents", Arc::new(Decimal128Array::from_iter_values(cents.into_iter().take(count)).with_precision_and_scale(18, 2).unwrap())),
        ]);
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let found = runtime.block_on(async {
            load(folder.path(), json!({ "path": "t.xlsx" }), WriteMode::Overwrite, table.schema(), std::slice::from_ref(&table)).await.unwrap();
            let types = json!({ "int": "int64", "at": "timestamp", "cents": "decimal(18,2)" });
            try_read(folder.path(), json!({ "path": "t.xlsx", "columns": types })).await.unwrap()
        });
        prop_assert_eq!(found.rejects, vec![]);
        let found: Vec<String> = found.batches.iter().flat_map(rows).collect();
        prop_assert_eq!(found, rows(&table));
    }
}
