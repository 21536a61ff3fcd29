//! Files that call themselves workbooks: odd ones, wrong ones, hostile ones.

use std::io::Write;

use proptest::prelude::*;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::*;

pub(super) const BOOK: &str =
    r#"<workbook xmlns:r="r"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const RELS: &str = r#"<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>
    <Relationship Id="rId2" Type="x/styles" Target="/xl/styles.xml"/><Relationship Id="rId3" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;

/// A workbook of parts written by hand, besides those that every workbook has.
pub(super) fn packed(parts: &[(&str, &str)]) -> Vec<u8> {
    let usual = [
        (
            "_rels/.rels",
            r#"<Relationships><Relationship Id="a" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
        ),
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", RELS),
    ];
    let usual = usual.iter().filter(|(name, _)| parts.iter().all(|(own, _)| own != name));
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in usual.chain(parts) {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub(super) fn raw(folder: &Path, name: &str, parts: &[(&str, &str)]) {
    write_file(folder, name, packed(parts));
}

async fn fault(folder: &Path, settings: Value) -> String {
    let fault = try_read(folder, settings).await.map(|read| read.rows()).unwrap_err();
    format!("{fault} | {}", fault.hint_text().unwrap_or_default())
}

#[tokio::test]
async fn workbooks_of_every_writer_are_read() {
    let folder = tempfile::tempdir().unwrap();
    // Prefixes, no addresses, rich text, phonetic hints, CDATA, either quote, line ends, numbers of many forms.
    let sheet = "<?xml version='1.0'?>\r\n<x:worksheet xmlns:x='y'><x:sheetData>\r\n<x:row><x:c t='s'><x:v>0</x:v></x:c><x:c t='s'><x:v>1</x:v></x:c></x:row>
        <!-- <x:row> --><x:row r='5' spans='1:2'><x:c r='A5' t='inlineStr'><x:is><x:t><![CDATA[<b>]]>&amp;</x:t></x:is></x:c>
        <x:c r='B5'><x:v>1.5E3</x:v></x:c></x:row><x:row r='6'/><x:row r='7'><x:c t='str'><x:v>_x000D_é</x:v></x:c><x:c><x:f>1</x:f><x:v>2.50</x:v></x:c></x:row>
        </x:sheetData></x:worksheet>";
    let strings = "<sst><si><r><rPr><b/></rPr><t>na</t></r><r><t>me</t></r><rPh sb='0'><t>x</t></rPh></si><si><t xml:space='preserve'> value </t></si></sst>";
    raw(folder.path(), "odd.xlsx", &[("xl/worksheets/sheet1.xml", sheet), ("xl/sharedStrings.xml", strings)]);
    let read = try_read(folder.path(), json!({ "path": "odd.xlsx" })).await.unwrap();
    assert_eq!(read.columns(), ["name text", "value decimal(18,2)"]);
    assert_eq!(read.rows(), ["<b>& | 1500.00", "\ré | 2.50"]);
}

#[tokio::test]
async fn what_is_no_workbook_is_called_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let mut protected = vec![0; 1024];
    protected[..8].copy_from_slice(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
    protected[30] = 9;
    let wide: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    protected[512 + 128..512 + 128 + wide.len()].copy_from_slice(&wide);
    let whole = packed(&[("xl/worksheets/sheet1.xml", "<worksheet/>")]);
    let sheet = "<worksheet><sheetData><row r='1'><c r='A1'><v>1</v></c></row>";
    let cut = packed(&[("xl/worksheets/sheet1.xml", sheet)]);
    let shared = packed(&[(
        "xl/worksheets/sheet1.xml",
        "<worksheet><sheetData><row><c t='s'><v>7</v></c></row></sheetData></worksheet>",
    )]);
    for (name, bytes, expected) in [
        (
            "page.xls",
            b"<html><table><tr><td>1".to_vec(),
            "file `page.xls` is a web page under a wrong name, not an Excel workbook | set `format: html`",
        ),
        (
            "text.xlsx",
            b"a;b\n1;2\n".to_vec(),
            "is text under a wrong name, not an Excel workbook | set `format: csv`",
        ),
        ("empty.xlsx", Vec::new(), "file `empty.xlsx` is empty"),
        ("old.xls", protected, "workbook `old.xls` is protected with a password | open it in Excel"),
        (
            "half.xlsx",
            whole[..whole.len() / 2].to_vec(),
            "workbook `half.xlsx` is damaged: its list of parts cannot be read",
        ),
        ("cut.xlsx", cut, "sheet `S`, behind row 1: the sheet is cut off"),
        ("shared.xlsx", shared, "a cell names a shared text that does not exist"),
        ("packed.xlsx", zstd::encode_all(&b"PK"[..], 1).unwrap(), "compressed as a whole"),
        ("noise.xlsx", vec![0xff, 0, 1, 2], "is something else"),
    ] {
        write_file(folder.path(), name, bytes);
        let found = fault(folder.path(), json!({ "path": name })).await;
        assert!(found.contains(expected), "{name}: {found}");
    }
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("word/document.xml", SimpleFileOptions::default()).unwrap();
    write_file(folder.path(), "letter.xlsx", zip.finish().unwrap().into_inner());
    let found = fault(folder.path(), json!({ "path": "letter.xlsx" })).await;
    assert!(found.starts_with("file `letter.xlsx` is a Word document, not an Excel workbook"), "{found}");
}

#[test]
fn broken_workbooks_end_in_rows_or_faults_and_never_in_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    let sheet = r#"<worksheet><cols><col min="1" max="2" hidden="1"/></cols><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>b</t></is></c></row>
        <row r="2" hidden="1"><c r="A2" s="1"><v>45292.5</v></c><c r="B2"><f>1+1</f><v>2</v></c></row></sheetData><mergeCells><mergeCell ref="A1:B1"/></mergeCells></worksheet>"#;
    let styles = r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="[h]:mm &quot;x&quot;"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>"#;
    let strings = "<sst><si><t>a&#65;</t></si></sst>";
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    proptest!(ProptestConfig::with_cases(300), |(part in 0..4usize, at in 0..10_000usize, bytes in prop::collection::vec(any::<u8>(), 0..8), cut: bool)| {
        let mut parts = [sheet.to_owned(), styles.to_owned(), strings.to_owned(), BOOK.to_owned()].map(String::into_bytes);
        let at = at % parts[part].len();
        let end = if cut { parts[part].len() } else { (at + bytes.len()).min(parts[part].len()) };
        parts[part].splice(at..end, bytes.iter().copied());
        let text = parts.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let names = ["xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/sharedStrings.xml", "xl/workbook.xml"];
        let parts: Vec<(&str, &str)> = names.iter().copied().zip(text.iter().map(String::as_str)).collect();
        raw(folder.path(), "x.xlsx", &parts);
        for excel in [json!({}), json!({ "merged": "fill", "header_rows": 2, "hidden": "skip" })] {
            if let Err(fault) = runtime.block_on(try_read(folder.path(), json!({ "path": "x.xlsx", "excel": excel }))) {
                prop_assert!(fault.kind() != towpath_model::FaultKind::Internal, "{fault:?}");
            }
        }
    });
}

fn open_document(content: &str) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in [
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", "<manifest/>"),
        ("content.xml", content),
    ] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[tokio::test]
async fn workbooks_of_libreoffice_take_no_more_than_they_show() {
    let folder = tempfile::tempdir().unwrap();
    let row = |more: &str, cells: &str| format!("<table:table-row{more}>{cells}</table:table-row>");
    let cell = r#"<table:table-cell office:value-type="float" office:value="1"/>"#;
    let wide = cell.replace("/>", r#" table:number-columns-repeated="16384"/>"#);
    let (often, cut) = (r#" table:number-rows-repeated="1000000""#, row("", "") + "<table:table-row>");
    let text = r#"<table:table-cell office:value-type="string"><text:p>a<text:s text:c="999999999"/></text:p></table:table-cell>"#;
    let gap = row("", cell)
        + &row(often, "<table:table-cell/>")
        + &row("", &format!("<table:table-cell table:number-columns-repeated=\"99\"/>{cell}"));
    for (table, expected) in [
        (row("", cell) + &cut, "its part `content.xml` is cut off"),
        (row("", cell) + "</table:table>", "its part `content.xml` is no XML"),
        (row(often, &wide), "1 cells take the room of"),
        (row(often, &cell.repeat(9)), "cells take the room of"),
        (row("", text), "cells take the room of"),
        (gap, "cells take the room of"),
    ] {
        let tail = if expected.contains("cut off") { "" } else { "</table:table></o>" };
        let content = format!(r#"<o><table:table table:name="S">{table}{tail}"#);
        write_file(folder.path(), "a.ods", open_document(&content));
        let found = fault(folder.path(), json!({ "path": "a.ods" })).await;
        assert!(found.contains(expected), "{found}");
    }
    // What people have: rows and columns that are repeated a little, and formats down to the last row.
    let usual = row("", &cell.repeat(3))
        + &row(r#" table:number-rows-repeated="5""#, &cell.repeat(3))
        + &row(
            r#" table:number-rows-repeated="1048570""#,
            r#"<table:table-cell table:number-columns-repeated="16384"/>"#,
        );
    let content = format!(r#"<o><table:table table:name="S">{usual}</table:table></o>"#);
    write_file(folder.path(), "a.ods", open_document(&content));
    let read =
        try_read(folder.path(), json!({ "path": "a.ods", "excel": { "header_rows": 0 } })).await.unwrap();
    assert_eq!(read.rows().len(), 6);
}

#[tokio::test]
async fn workbooks_of_libreoffice_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let cell = |kind: &str, value: &str, text: &str| {
        format!(
            r#"<table:table-cell office:value-type="{kind}" {value}><text:p>{text}</text:p></table:table-cell>"#
        )
    };
    let header: String = ["day", "at", "share"].map(|name| cell("string", "", name)).concat();
    let row = [
        cell("date", r#"office:date-value="2024-02-29""#, "29/02/24"),
        cell("time", r#"office:time-value="PT08H30M00S""#, "08:30"),
        cell("percentage", r#"office:value="0.125""#, "12.5 %"),
    ];
    let content = format!(
        r#"<?xml version="1.0"?><office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body><office:spreadsheet>
        <table:table table:name="Data"><table:table-row>{header}</table:table-row><table:table-row>{}</table:table-row></table:table>
        </office:spreadsheet></office:body></office:document-content>"#,
        row.concat()
    );
    write_file(folder.path(), "data.ods", open_document(&content));
    let read = try_read(folder.path(), json!({ "path": "data.ods" })).await.unwrap();
    assert_eq!(read.columns(), ["day date", "at time", "share decimal(18,3)"]);
    assert_eq!(read.rows(), ["2024-02-29 | 08:30:00 | 0.125"]);
    let found = fault(folder.path(), json!({ "path": "data.ods", "excel": { "hidden": "skip" } })).await;
    assert!(found.contains("`hidden: skip` has no meaning for ods workbook"), "{found}");
}
