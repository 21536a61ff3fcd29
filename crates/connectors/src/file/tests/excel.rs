//! Workbooks as people make them, read as tables.

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Table, Workbook, Worksheet};

use super::*;

/// Saves a workbook whose sheets are filled by hand.
fn save(folder: &Path, name: &str, fill: impl FnOnce(&mut Workbook)) {
    let mut book = Workbook::new();
    fill(&mut book);
    book.save(folder.join(name)).unwrap();
}

fn texts(sheet: &mut Worksheet, row: u32, values: &[&str]) {
    for (column, value) in values.iter().enumerate().filter(|(_, value)| !value.is_empty()) {
        sheet.write_string(row, column as u16, *value).unwrap();
    }
}

fn numbers(sheet: &mut Worksheet, row: u32, column: u16, values: &[f64]) {
    for (place, value) in values.iter().enumerate() {
        sheet.write_number(row, column + place as u16, *value).unwrap();
    }
}

fn places(read: &Read) -> Vec<String> {
    read.rejects
        .iter()
        .map(|reject| {
            format!("{} {}: {}", reject.place, reject.column.as_deref().unwrap_or("-"), reject.reason)
        })
        .collect()
}

/// A report as offices make them: titles, an empty row, the table, a total.
fn report(folder: &Path) {
    save(folder, "report.xlsx", |book| {
        let sheet = book.add_worksheet().set_name("Sales").unwrap();
        let format = |code: &str| Format::new().set_num_format(code);
        sheet.merge_range(0, 0, 0, 7, "Sales of the north", &Format::new().set_bold()).unwrap();
        sheet.write_string(1, 0, "as of").unwrap();
        sheet.write_number_with_format(1, 1, 45_300.0, &format("dd/mm/yyyy")).unwrap();
        texts(sheet, 3, &["Code", "Day", "At", "Worked", "Amount", "Rate", "Paid", "Note"]);
        for (row, code) in ["007", "008", "010"].iter().enumerate() {
            let (at, number) = (row as u32 + 4, row as f64);
            sheet.write_string(at, 0, *code).unwrap();
            sheet.write_number_with_format(at, 1, 45_292.0 + number, &format("dd/mm/yyyy")).unwrap();
            sheet.write_number_with_format(at, 2, 0.25 + number / 24.0, &format("hh:mm")).unwrap();
            sheet.write_number_with_format(at, 3, 1.5 + number, &format("[h]:mm")).unwrap();
            sheet.write_number_with_format(at, 4, 0.1 + 0.2 + number, &format("#,##0.00 \"€\"")).unwrap();
            sheet.write_number_with_format(at, 5, 0.125, &format("0.0%")).unwrap();
            sheet.write_boolean(at, 6, row == 1).unwrap();
        }
        sheet.write_string(4, 7, " kept\nas it is ").unwrap();
        // Formatted, but empty: neither rows nor columns.
        for row in 4..60 {
            sheet.write_blank(row, 9, &Format::new().set_bold()).unwrap();
        }
        sheet.write_string(7, 0, "Total").unwrap();
        sheet.write_formula(7, 4, Formula::new("SUM(E5:E7)").set_result("3.9")).unwrap();
    });
}

#[tokio::test]
async fn a_report_is_read_as_the_table_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    report(folder.path());
    let read = try_read(folder.path(), json!({ "path": "report.xlsx", "excel": { "footer_rows": 1 } }))
        .await
        .unwrap();
    assert_eq!(
        read.columns(),
        [
            "Code text",
            "Day date",
            "At time",
            "Worked time span",
            "Amount decimal(18,1)",
            "Rate decimal(18,3)",
            "Paid boolean",
            "Note text"
        ]
    );
    assert_eq!(
        read.rows(),
        [
            "007 | 2024-01-01 | 06:00:00 | PT36H | 0.3 | 0.125 | false |  kept\nas it is ",
            "008 | 2024-01-02 | 07:00:00 | PT60H | 1.3 | 0.125 | true | ∅",
            "010 | 2024-01-03 | 08:00:00 | PT84H | 2.3 | 0.125 | false | ∅",
        ]
    );
    assert_eq!(
        read.info.notes,
        [
            "sheet `Sales`: the names of the columns are in row 4; what stands above is left out: `Sales of the north`, `as of`",
            "sheet `Sales`: the last 1 rows are left out: `Total`",
            "sheet `Sales`: 1 merged areas hold their value in the first cell only; set `merged: fill` to fill them",
            "sheet `Sales`: 1 numbers had noise behind their 15th digit, for example `0.30000000000000004` as `0.3`",
            "sheet `Sales`: column `Rate` is shown as percent; its values are fractions: 0.125 is 12.5 %",
            "sheet `Sales`: column `Amount` is shown with the currency €",
            "column `Code` stays text: `007` in line 5 has a leading zero, like a code",
        ]
    );
    assert!(read.rejects.is_empty(), "{:?}", read.rejects);
    // Without `footer_rows`, the total is data, and a remark says so.
    let read = try_read(folder.path(), json!({ "path": "report.xlsx" })).await.unwrap();
    assert_eq!(read.rows().len(), 4);
    assert!(read.info.notes[1].contains("row 8, the last one, begins with `Total`"), "{:?}", read.info.notes);
}

#[tokio::test]
async fn cells_that_cannot_be_used_send_their_row_to_quarantine_with_their_address() {
    let folder = tempfile::tempdir().unwrap();
    save(folder.path(), "bad.xlsx", |book| {
        let sheet = book.add_worksheet();
        let date = Format::new().set_num_format("yyyy-mm-dd");
        texts(sheet, 0, &["id", "day", "amount"]);
        for row in 1..=5 {
            sheet.write_number(row, 0, row).unwrap();
            sheet.write_number_with_format(row, 1, 45_000 + row, &date).unwrap();
            sheet.write_number(row, 2, 1.5).unwrap();
        }
        sheet.write_number_with_format(2, 1, 60, &date).unwrap();
        sheet.write_formula(3, 2, Formula::new("1/0").set_result("#DIV/0!")).unwrap();
        sheet.write_number_with_format(4, 1, -3, &date).unwrap();
    });
    let read = try_read(folder.path(), json!({ "path": "bad.xlsx" })).await.unwrap();
    assert_eq!(read.columns(), ["id int64", "day date", "amount decimal(18,1)"]);
    assert_eq!(read.rows(), ["1 | 2023-03-16 | 1.5", "5 | 2023-03-20 | 1.5"]);
    assert_eq!(
        places(&read),
        [
            "bad.xlsx:Sheet1!B3 day: `60` is shown as 29 February 1900, a day that never was",
            "bad.xlsx:Sheet1!C4 amount: `#DIV/0!` is an error of Excel, not a value",
            "bad.xlsx:Sheet1!B5 day: `-3` is a negative number shown as a date, which stands for no date",
        ]
    );
    assert_eq!(read.rejects[1].value.as_deref(), Some("#DIV/0!"));
    assert_eq!(read.rejects[1].original, r##"{"id":"3","day":"2023-03-18","amount":"#DIV/0!"}"##);
    let read =
        try_read(folder.path(), json!({ "path": "bad.xlsx", "excel": { "errors": "empty" } })).await.unwrap();
    assert_eq!(read.rows()[1], "3 | 2023-03-18 | ∅");
    assert_eq!(read.rejects.len(), 2);
    // A type that somebody gives is a rule for every row.
    let settings =
        json!({ "path": "bad.xlsx", "columns": { "amount": "int8" }, "excel": { "errors": "empty" } });
    let read = try_read(folder.path(), settings).await.unwrap();
    assert_eq!(places(&read)[0], "bad.xlsx:Sheet1!C2 amount: `1.5` is not of type int8");
}

#[tokio::test]
async fn sheets_are_chosen_by_name_number_or_pattern() {
    let folder = tempfile::tempdir().unwrap();
    save(folder.path(), "many.xlsx", |book| {
        book.add_worksheet().set_name("Cover").unwrap();
        for (name, value) in [("2025-01", 1.0), ("2025-02", 2.0), ("secret", 9.0)] {
            let sheet = book.add_worksheet().set_name(name).unwrap();
            texts(sheet, 0, &["shop", "value", if name == "2025-02" { "extra" } else { "" }]);
            texts(sheet, 1, &["a"]);
            numbers(sheet, 1, 1, &[value]);
            if name == "2025-02" {
                numbers(sheet, 1, 2, &[7.0]);
            }
            sheet.set_hidden(name == "secret");
        }
    });
    let rows = |excel: Value| {
        let folder = folder.path().to_owned();
        async move { try_read(&folder, json!({ "path": "many.xlsx", "excel": excel })).await }
    };
    let first = rows(json!({})).await.unwrap();
    assert_eq!(first.rows(), ["a | 1"], "the first sheet that is not empty");
    assert_eq!(
        first.info.notes,
        [
            "sheet `2025-01` is read; the others are `Cover`, `2025-02`; choose with `excel: { sheet: … }`",
            "the workbook has hidden sheets: `secret`"
        ]
    );
    assert_eq!(rows(json!({ "sheet": "secret" })).await.unwrap().rows(), ["a | 9"]);
    assert_eq!(rows(json!({ "sheet": "3" })).await.unwrap().rows(), ["a | 2 | 7"]);
    let all = rows(json!({ "sheet": "2025-*", "sheet_column": "month" })).await.unwrap();
    assert_eq!(all.columns(), ["month text", "shop text", "value int64", "extra int64"]);
    assert_eq!(all.rows(), ["2025-01 | a | 1 | ∅", "2025-02 | a | 2 | 7"]);
    let fault = rows(json!({ "sheet": "2025-2" })).await.map(|_| ()).unwrap_err();
    assert_eq!(fault.to_string(), "workbook `many.xlsx` has no sheet `2025-2`");
    assert!(fault.hint_text().unwrap().contains("`2025-02`"), "{:?}", fault.hint_text());
    assert_eq!(fault.kind(), towpath_model::FaultKind::NotFound);
    let fault = rows(json!({ "sheet": "Cover" })).await.map(|_| ()).unwrap_err();
    assert!(fault.to_string().contains("no cells where it is read"), "{fault}");
}

#[tokio::test]
async fn tables_ranges_and_names_say_which_cells_are_read() {
    let folder = tempfile::tempdir().unwrap();
    save(folder.path(), "t.xlsx", |book| {
        let sheet = book.add_worksheet().set_name("My data").unwrap();
        texts(sheet, 0, &["a note at the top"]);
        for row in 3..8 {
            numbers(sheet, row, 1, &[f64::from(row), f64::from(row) / 2.0]);
        }
        texts(sheet, 2, &["", "left", "right", "", "beside"]);
        numbers(sheet, 3, 4, &[99.0]);
        let mut table = Table::new().set_name("Halves");
        table = table.set_total_row(true);
        sheet.add_table(2, 1, 8, 2, &table).unwrap();
        book.define_name("Some", "='My data'!$B$4:$C$5").unwrap();
        book.define_name("Rate", "=0.21").unwrap();
    });
    let rows = |excel: Value| {
        let folder = folder.path().to_owned();
        async move { try_read(&folder, json!({ "path": "t.xlsx", "excel": excel })).await }
    };
    let table = rows(json!({ "table": "halves" })).await.unwrap();
    assert_eq!(table.columns(), ["left int64", "right decimal(18,1)"]);
    assert_eq!(table.rows().len(), 5);
    assert_eq!(table.info.notes[0], "the totals row of table `Halves` is left out");
    let named = rows(json!({ "range": "Some", "header_rows": 0 })).await.unwrap();
    assert_eq!(named.columns(), ["column_2 int64", "column_3 decimal(18,1)"]);
    assert_eq!(named.rows(), ["3 | 1.5", "4 | 2.0"]);
    let cells = rows(json!({ "range": "'My data'!E3:E4" })).await.unwrap();
    assert_eq!((cells.columns(), cells.rows()), (vec!["beside int64".into()], vec!["99".into()]));
    let fault = rows(json!({ "range": "Rate" })).await.map(|_| ()).unwrap_err();
    assert!(fault.to_string().contains("one rectangle of cells"), "{fault}");
    let fault = rows(json!({ "table": "Halfs" })).await.map(|_| ()).unwrap_err();
    assert!(fault.hint_text().unwrap().contains("`Halves`"));
}

/// A cross-tab: years over quarters, regions merged over their shops.
fn cross_tab(folder: &Path) {
    save(folder, "cross.xlsx", |book| {
        let sheet = book.add_worksheet();
        let plain = Format::new();
        sheet.write_string(0, 0, "Plan").unwrap();
        sheet.merge_range(2, 0, 3, 0, "Region", &plain).unwrap();
        sheet.merge_range(2, 1, 3, 1, "Shop", &plain).unwrap();
        sheet.merge_range(2, 2, 2, 3, "2024", &plain).unwrap();
        sheet.merge_range(2, 4, 2, 5, "2025", &plain).unwrap();
        texts(sheet, 3, &["", "", "Q1", "Q2", "Q1", "Q2"]);
        sheet.merge_range(4, 0, 5, 0, "North", &plain).unwrap();
        texts(sheet, 4, &["", "a"]);
        texts(sheet, 5, &["", "b"]);
        texts(sheet, 6, &["South", "c"]);
        for row in 4..7 {
            numbers(sheet, row, 2, &[1.0, 2.0, 3.0, f64::from(row)]);
        }
        sheet.set_row_hidden(5).unwrap();
        sheet.set_column_hidden(3).unwrap();
    });
}

#[tokio::test]
async fn headers_of_several_rows_are_joined_and_merged_cells_filled() {
    let folder = tempfile::tempdir().unwrap();
    cross_tab(folder.path());
    let settings = json!({ "path": "cross.xlsx", "excel": { "header_rows": 2, "merged": "fill" } });
    let read = try_read(folder.path(), settings).await.unwrap();
    let names: Vec<&str> = read.info.schema.fields().iter().map(|field| field.name().as_str()).collect();
    assert_eq!(names, ["Region", "Shop", "2024 / Q1", "2024 / Q2", "2025 / Q1", "2025 / Q2"]);
    assert_eq!(
        read.rows(),
        ["North | a | 1 | 2 | 3 | 4", "North | b | 1 | 2 | 3 | 5", "South | c | 1 | 2 | 3 | 6"]
    );
    assert!(read.info.notes[0].contains("rows 3 to 4"), "{:?}", read.info.notes);
    let settings = json!({ "path": "cross.xlsx", "excel": { "header_row": 3, "header_rows": 2, "header_join": "_", "hidden": "skip" } });
    let read = try_read(folder.path(), settings).await.unwrap();
    let names: Vec<&str> = read.info.schema.fields().iter().map(|field| field.name().as_str()).collect();
    assert_eq!(names, ["Region", "Shop", "2024_Q1", "2025_Q1", "2025_Q2"]);
    assert_eq!(read.rows(), ["North | a | 1 | 3 | 4", "South | c | 1 | 3 | 6"]);
}

#[tokio::test]
async fn numbers_and_dates_that_are_stored_as_text() {
    let folder = tempfile::tempdir().unwrap();
    save(folder.path(), "text.xlsx", |book| {
        let sheet = book.add_worksheet();
        texts(sheet, 0, &["mixed", "codes", "day", "serial"]);
        for (row, day) in ["2025-01-31", "2025-02-28", "2025-03-31"].iter().enumerate() {
            let at = row as u32 + 1;
            numbers(sheet, at, 0, &[10.0 + row as f64]);
            texts(sheet, at, &["", "4711", day]);
            numbers(sheet, at, 3, &[45_292.0 + row as f64]);
        }
        sheet.write_string(3, 0, "12").unwrap();
    });
    let read = try_read(folder.path(), json!({ "path": "text.xlsx" })).await.unwrap();
    assert_eq!(read.columns(), ["mixed int64", "codes text", "day date", "serial int64"]);
    assert_eq!(
        read.info.notes,
        [
            "column `mixed`: 1 numbers are stored as text, for example `12` in row 4; they are read as numbers",
            "column `codes` stays text: all its numbers are stored as text, for example `4711` in row 2; give it a type in `columns` to read them as numbers",
        ]
    );
    let settings = json!({ "path": "text.xlsx", "columns": { "codes": "int32", "serial": "date" } });
    let read = try_read(folder.path(), settings).await.unwrap();
    assert_eq!(read.rows()[0], "10 | 4711 | 2025-01-31 | 2024-01-01");
}

#[tokio::test]
async fn a_workbook_whose_formulas_were_never_calculated_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let cell = |row: u32| {
        format!(
            r#"<row r="{row}"><c r="A{row}"><v>{row}</v></c><c r="B{row}"><f>A{row}*2</f><v></v></c></row>"#
        )
    };
    let head = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>n</t></is></c><c r="B1" t="inlineStr"><is><t>twice</t></is></c></row>"#;
    let rows: String = (2..5).map(cell).collect();
    let all = format!("<worksheet><sheetData>{head}{rows}</sheetData></worksheet>");
    super::excel_files::raw(folder.path(), "never.xlsx", &[("xl/worksheets/sheet1.xml", &all)]);
    let fault = try_read(folder.path(), json!({ "path": "never.xlsx" })).await.map(|_| ()).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "workbook `never.xlsx`: no formula was ever calculated, for example `=A2*2` in cell S!B2"
    );
    // One that was not calculated is a matter of its row.
    let some = all.replace("<f>A2*2</f><v></v>", "<f>A2*2</f><v>4</v>");
    super::excel_files::raw(folder.path(), "some.xlsx", &[("xl/worksheets/sheet1.xml", &some)]);
    let read = try_read(folder.path(), json!({ "path": "some.xlsx" })).await.unwrap();
    assert_eq!(read.rows(), ["2 | 4"]);
    assert_eq!(
        places(&read)[0],
        "some.xlsx:S!B3 twice: `=A3*2` is a formula whose value was never calculated"
    );
}

#[tokio::test]
async fn dates_of_old_macs_and_times_to_the_millisecond() {
    let folder = tempfile::tempdir().unwrap();
    let sheet = r#"<worksheet><sheetData><row r="1"><c r="A1" t="str"><v>at</v></c></row>
        <row r="2"><c r="A2" s="1"><v>0</v></c></row><row r="3"><c r="A3" s="1"><v>43830.333333333336</v></c></row>
        <row><c t="d"><v>2024-01-01T08:00:00.250</v></c></row></sheetData></worksheet>"#;
    let styles = r#"<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>"#;
    let book = super::excel_files::BOOK.replace("<sheets>", r#"<workbookPr date1904="1"/><sheets>"#);
    let parts =
        [("xl/workbook.xml", book.as_str()), ("xl/worksheets/sheet1.xml", sheet), ("xl/styles.xml", styles)];
    super::excel_files::raw(folder.path(), "mac.xlsx", &parts);
    let read = try_read(folder.path(), json!({ "path": "mac.xlsx" })).await.unwrap();
    assert_eq!(read.columns(), ["at timestamp"]);
    assert_eq!(read.rows(), ["1904-01-01T00:00:00", "2024-01-01T08:00:00", "2024-01-01T08:00:00.25"]);
}

#[tokio::test]
async fn dates_written_by_hand_come_back() {
    let folder = tempfile::tempdir().unwrap();
    save(folder.path(), "hand.xlsx", |book| {
        let sheet = book.add_worksheet();
        let format = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss.000");
        texts(sheet, 0, &["at"]);
        for (row, text) in ["2024-02-29T23:59:59.999", "1900-03-01T00:00:00.001"].iter().enumerate() {
            let moment = ExcelDateTime::parse_from_str(text).unwrap();
            sheet.write_datetime_with_format(row as u32 + 1, 0, &moment, &format).unwrap();
        }
    });
    let read = try_read(folder.path(), json!({ "path": "hand.xlsx" })).await.unwrap();
    assert_eq!(read.rows(), ["2024-02-29T23:59:59.999", "1900-03-01T00:00:00.001"]);
}
