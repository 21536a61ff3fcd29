//! Which types columns get, how they are read, and what is said of them.

use arrow::datatypes::DataType;
use towpath_connect::types::describe_type;

use super::decide::Decision;
use super::*;

fn decide(values: &[&str]) -> Decision {
    let mut evidence = Evidence::default();
    for (line, value) in values.iter().enumerate() {
        evidence.observe(value.as_bytes(), || line as u64 + 1);
    }
    evidence.decide("c", Hints::default())
}

#[track_caller]
fn check(values: &[&str], expected: &str) {
    assert_eq!(describe_type(&decide(values).data_type), expected, "{values:?}");
}

#[test]
fn the_narrowest_type_that_holds_every_value() {
    check(&[], "text");
    check(&["1", "-2", "0"], &describe_type(&DataType::Int64));
    check(&["1", "2.50", "-.5"], "decimal(18,2)");
    check(&["9223372036854775808"], "decimal(38,0)");
    check(&["1", "1.5e3"], &describe_type(&DataType::Float64));
    check(&["1", "NaN", "-Infinity"], &describe_type(&DataType::Float64));
    check(&["12345678901234567890", "1.5e3"], "text");
    check(&["12", "12E4"], "text");
    check(&["007", "8"], "text");
    check(&["8", "007"], "text");
    check(&["true", "False"], &describe_type(&DataType::Boolean));
    check(&["true", "1"], "text");
    check(&["2025-01-01"], "date");
    check(&["2025-01-01", "2025-01-01 10:00:00"], "timestamp");
    check(&["2025-01-01T10:00:00Z", "2025-01-01T10:00:00+02:00"], "timestamp with time zone");
    check(&["2025-01-01T10:00:00Z", "2025-01-01T10:00:00"], "text");
    check(&["10:00:00", "10:00:00.5"], "time");
    check(&["2025-02-30"], "text");
    check(&[" 12", "3 "], &describe_type(&DataType::Int64));
    check(&["0.1234567890123456789012345678901234567", "12"], "text");
    check(&["6f0e9d52-7b3c-4f3e-9a55-0c1d2e3f4a5b"], "text");
}

#[test]
fn the_reason_for_text_names_the_value_and_its_line() {
    assert_eq!(
        decide(&["8", "007"]).note.as_deref(),
        Some("column `c` stays text: `007` in line 2 has a leading zero, like a code")
    );
    assert_eq!(
        decide(&["8", "9", "nine"]).note.as_deref(),
        Some("column `c` stays text: `8` in line 1 is a whole number, and `nine` in line 3 is text")
    );
    assert_eq!(decide(&["apple", "pear"]).note, None, "ordinary text needs no reason");
}

#[test]
fn pieces_merge_to_the_same_answer() {
    let values = ["1", "2.5", "2025-01-01", "x"];
    let mut whole = Evidence::default();
    for (line, value) in values.iter().enumerate() {
        whole.observe(value.as_bytes(), || line as u64 + 1);
    }
    let (mut left, mut right) = (Evidence::default(), Evidence::default());
    for (line, value) in values.iter().enumerate() {
        let half = if line < 2 { &mut left } else { &mut right };
        half.observe(value.as_bytes(), || line as u64 % 2 + 1);
    }
    left.merge(right, 2);
    assert_eq!(left, whole);
}

/// The type, and the plain form of the last value.
#[track_caller]
fn read(values: &[&str], expected: &str, last: &str) {
    let decision = decide(values);
    let value = values.last().unwrap();
    let mut plain = Vec::new();
    if let Some(notation) = decision.reading.notation {
        assert!(notation.plain(value.as_bytes(), &mut plain), "{values:?}: {decision:?}");
    } else {
        plain.extend_from_slice(value.as_bytes());
    }
    assert_eq!(describe_type(&decision.data_type), expected, "{values:?}: {decision:?}");
    assert_eq!(String::from_utf8(plain).unwrap(), last, "{values:?}");
}

#[test]
fn columns_prove_how_they_are_written() {
    read(&["1,5", "2,25"], "decimal(18,2)", "2.25");
    read(&["12,5", "1.234"], "decimal(18,1)", "1234");
    read(&["1.234,5", "1.234"], "decimal(18,1)", "1234");
    read(&["1 234", "12"], "int64", "12");
    read(&["1,234.50", "1,234"], "decimal(18,2)", "1234");
    read(&["€ 5", "1 200,00 €"], "decimal(18,2)", "1200.00");
    read(&["5 %", "12,5 %"], "decimal(18,3)", "0.125");
    read(&["31/12/2025", "01/02/2025"], "date", "2025-02-01");
    read(&["12/31/2025", "01/02/2025"], "date", "2025-01-02");
    read(&["2025-12-31", "01/02/2025"], "date", "2025-02-01");
    read(&["31/12/2025", "01/02/2025 10:30"], "timestamp", "2025-02-01T10:30:00.000000");
    read(&["oui", "Non"], "boolean", "false");
    read(&["1.5", "1.234"], "decimal(18,3)", "1.234");
}

#[test]
fn what_cannot_be_proven_stays_text_or_is_said() {
    let note = |values: &[&str]| decide(values).note.unwrap_or_default();
    check(&["1,234", "5,678"], "text");
    assert!(note(&["1,234", "5,678"]).contains("may be a thousand or a decimal number"));
    check(&["1,5", "1.5"], "text");
    check(&["5 €", "5 $"], "text");
    check(&["5 %", "5"], "text");
    check(&["31/12/2025", "12/31/2025"], "text");
    assert!(note(&["31/12/2025", "12/31/2025"]).contains("only month first"));
    check(&["01/02/2025"], "date");
    assert!(note(&["01/02/2025"]).contains("may be either; days are taken to come first"));
    assert_eq!(note(&["31/12/2025", "01/02/2025"]), "");
    check(&["no", "no"], "text");
    check(&["no", "yes"], "boolean");
    check(&["-", "n/a"], "text");
    check(&["1", "-"], "int64");
    assert!(decide(&["1", "-"]).reading.null_words);
    check(&["a", "-"], "text");
}

#[test]
fn other_columns_help() {
    let seen = |values: &[&str]| {
        let mut evidence = Evidence::default();
        values.iter().for_each(|value| evidence.observe(value.as_bytes(), || 1));
        evidence
    };
    let hints = |values: &[&str]| {
        let mut hints = Hints::default();
        hints.learn(&seen(values));
        hints
    };
    let decide = |values: &[&str], hints| seen(values).decide("c", hints);
    let comma = decide(&["1,234"], hints(&["0,5"]));
    assert_eq!(describe_type(&comma.data_type), "decimal(18,3)");
    let point = decide(&["1,234"], hints(&["0.5"]));
    assert_eq!(describe_type(&point.data_type), "int64");
    let group = decide(&["1.234"], hints(&["1.234,56"]));
    assert_eq!(describe_type(&group.data_type), "int64");
    assert!(group.note.unwrap_or_default().contains("other columns have a decimal comma"));
    assert_eq!(describe_type(&decide(&["1.234"], hints(&["0.5"])).data_type), "decimal(18,3)");
    let month = decide(&["01/02/2025"], hints(&["12/31/2025"]));
    assert_eq!(month.reading.notation, Some(crate::file::notation::Notation::Date(date::Order::MonthFirst)));
}

#[test]
fn numbers_of_a_workbook_keep_their_point_beside_texts_with_commas() {
    let mut cells = Evidence::default();
    cells.observe_number(b"1.234", || 1);
    let mut texts = Evidence::default();
    texts.observe(b"0,5", || 1);
    let mut hints = Hints::given(number::ways::COMMA, false);
    hints.learn(&texts);
    let decision = cells.decide("c", hints);
    assert_eq!(describe_type(&decision.data_type), "decimal(18,3)");
    assert_eq!(decision.reading.notation, None);
    // In one column, the two kinds have no reading in common.
    cells.observe(b"0,5", || 2);
    assert_eq!(cells.decide("c", hints).data_type, DataType::Utf8);
}
