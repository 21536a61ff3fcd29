//! Conversions value by value: what each type takes, and what it refuses.

use super::*;

fn run(to: &str, input: ArrayRef) -> Vec<Option<String>> {
    run_as(Conversion { to: TypeName::parse(to, "").unwrap(), format: None, zone: None }, input)
}

fn run_as(conversion: Conversion, input: ArrayRef) -> Vec<Option<String>> {
    assert!(conversion.takes(input.data_type()));
    let output = conversion.run(&input).unwrap();
    assert_eq!(output.data_type(), &conversion.to.data_type);
    let texts = plain(&output, &DataType::Utf8).unwrap();
    texts.as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect()
}

fn texts(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn some(values: &[&str]) -> Vec<Option<String>> {
    values.iter().map(|value| if *value == "-" { None } else { Some((*value).to_owned()) }).collect()
}

#[test]
fn text_becomes_a_number_or_nothing() {
    assert_eq!(
        run("int8", texts(&["12", " -7 ", "128", "1.0", "1.5", "", "x", "1e2"])),
        some(&["12", "-7", "-", "1", "-", "-", "-", "100"])
    );
    assert_eq!(run("uint64", texts(&["18446744073709551615", "-1"])), some(&["18446744073709551615", "-"]));
    assert_eq!(
        run(
            "decimal(5,2)",
            texts(&["1.5", "999.99", "1000", "1.239", "1.230", "-0.01", ".5", "1.2.3", "12e-1"])
        ),
        some(&["1.50", "999.99", "-", "-", "1.23", "-0.01", "0.50", "-", "1.20"])
    );
    assert_eq!(
        run("decimal(50,2)", texts(&["123456789012345678901234567890123456789012345678.5", "0", "x"])),
        some(&["123456789012345678901234567890123456789012345678.50", "0.00", "-"])
    );
    assert_eq!(run("float64", texts(&["1.5", "1e999", "NaN", "1,5"])), some(&["1.5", "-", "NaN", "-"]));
}

#[test]
fn numbers_convert_only_without_loss() {
    assert_eq!(
        run("int32", Arc::new(Float64Array::from(vec![1.0, 1.5, 1e20, f64::NAN]))),
        some(&["1", "-", "-", "-"])
    );
    let ints = Arc::new(arrow::array::Int64Array::from(vec![1, 1 << 53, (1 << 53) + 1]));
    assert_eq!(run("float64", ints)[2], None);
    assert_eq!(
        run("decimal(6,2)", Arc::new(Float64Array::from(vec![0.1 + 0.2, 1.239, 1e9]))),
        some(&["0.30", "-", "-"])
    );
    let decimals =
        arrow::array::Decimal128Array::from(vec![150, 125]).with_precision_and_scale(5, 2).unwrap();
    assert_eq!(run("decimal(5,1)", Arc::new(decimals)), some(&["1.5", "-"]));
    assert_eq!(run("float32", Arc::new(Float64Array::from(vec![1e300, 0.5]))), some(&["-", "0.5"]));
}

#[test]
fn dates_and_times_are_read_exactly() {
    assert_eq!(
        run("date", texts(&["2025-12-31", "2025-02-30", "2025-12-31T10:00:00", "31/12/2025"])),
        some(&["2025-12-31", "-", "-", "-"])
    );
    let format = Some("%d/%m/%Y".to_owned());
    let to = TypeName::parse("date", "").unwrap();
    assert_eq!(
        run_as(Conversion { to, format, zone: None }, texts(&["31/12/2025", "2025-12-31"])),
        some(&["2025-12-31", "-"])
    );
    assert_eq!(
        run("time", texts(&["10:30", "10:30:15.5", "25:00"])),
        some(&["10:30:00", "10:30:15.500", "-"])
    );
    assert_eq!(
        run(
            "timestamp",
            texts(&[
                "2025-01-02T03:04:05",
                "2025-01-02 03:04:05.123456",
                "2025-01-02T00:00:00.1234567",
                "9999-12-31T23:59:59"
            ])
        ),
        some(&["2025-01-02T03:04:05", "2025-01-02T03:04:05.123456", "-", "9999-12-31T23:59:59"])
    );
}

#[test]
fn zones_are_kept_apart_from_wall_clocks() {
    let zone = Some("Europe/Brussels".to_owned());
    let to = TypeName::parse("timestamptz", "").unwrap();
    let conversion = Conversion { to, format: None, zone: zone.clone() };
    assert_eq!(
        run_as(
            conversion,
            texts(&["2025-07-01T12:00:00", "2025-07-01T12:00:00+05:00", "2025-03-30T02:30:00"])
        ),
        some(&["2025-07-01T10:00:00Z", "2025-07-01T07:00:00Z", "-"])
    );
    let instant: ArrayRef = Arc::new(
        arrow::array::TimestampMicrosecondArray::from(vec![1_751_400_000_000_000]).with_timezone("UTC"),
    );
    let to = TypeName::parse("date", "").unwrap();
    assert_eq!(run_as(Conversion { to, format: None, zone }, instant), some(&["2025-07-01"]));
}

#[test]
fn uuid_and_json_are_checked() {
    assert_eq!(
        run("uuid", texts(&["67E55044-10B1-426F-9247-BB680E5FE0C8", "x"])),
        some(&["67e55044-10b1-426f-9247-bb680e5fe0c8", "-"])
    );
    assert_eq!(run("json", texts(&["{\"a\": 1}", "{a}"])), some(&["{\"a\": 1}", "-"]));
}
