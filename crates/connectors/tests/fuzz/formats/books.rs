//! Workbooks that are zip archives of XML: xlsx and ods.
//!
//! Damage to packed bytes is found out by the checksum of the archive and reaches no reader behind it. So cases may also
//! be written unpacked, with the parts behind lines `=== name`, and are packed before they are read.

use std::io::{Cursor, Write};

use serde_json::{Value, json};
use zip::write::{SimpleFileOptions, ZipWriter};

use super::Format;

/// Stands before the name of a part.
const PART: &[u8] = b"=== ";

/// The parts that every xlsx file has, and some that show most of what is read.
const XLSX: &[(&str, &str)] = &[
    (
        "_rels/.rels",
        r#"<Relationships><Relationship Id="a" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    ),
    (
        "xl/_rels/workbook.xml.rels",
        r#"<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="x/styles" Target="/xl/styles.xml"/><Relationship Id="r3" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#,
    ),
    (
        "xl/workbook.xml",
        r#"<workbook xmlns:r="r"><workbookPr date1904="0"/><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets><definedNames><definedName name="area">S!$A$1:$C$3</definedName></definedNames></workbook>"#,
    ),
    (
        "xl/styles.xml",
        r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd hh:mm"/><numFmt numFmtId="165" formatCode="[h]:mm"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="10"/></cellXfs></styleSheet>"#,
    ),
    (
        "xl/sharedStrings.xml",
        r#"<sst><si><t>name</t></si><si><r><t>a</t></r><r><t xml:space="preserve"> b</t></r></si></sst>"#,
    ),
    (
        "xl/worksheets/sheet1.xml",
        r#"<worksheet><cols><col min="3" max="3" hidden="1"/></cols><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>at</t></is></c><c r="C1" t="str"><v>n</v></c></row><row r="2"><c r="A2" t="s"><v>1</v></c><c r="B2" s="1"><v>45292.5</v></c><c r="C2"><f>1+1</f><v>2</v></c></row><row r="3" hidden="1"><c r="A3" t="b"><v>1</v></c><c r="B3" s="2"><v>1.25</v></c><c r="C3" t="e"><v>#N/A</v></c></row></sheetData><mergeCells><mergeCell ref="A1:B1"/></mergeCells></worksheet>"#,
    ),
];

const XLSX_WORDS: &[&[u8]] = &[
    b"<row r=\"9\">",
    b"</row>",
    b"<c r=\"XFD1048576\">",
    b"<c t=\"s\">",
    b"<c s=\"1\">",
    b"</c>",
    b"<v>",
    b"</v>",
    b"<v>1e308</v>",
    b"<v>60</v>",
    b"<v>2958466</v>",
    b"<v>-1</v>",
    b"<f>1</f>",
    b"<is><t>x</t></is>",
    b"&amp;",
    b"_x000D_",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"-->",
    b"\"",
    b">",
    b"/>",
    b"ref=\"A1:XFD1048576\"",
    b"date1904=\"1\"",
    b"formatCode=\"[$-409]h:mm AM/PM\"",
    b"\n=== xl/worksheets/sheet1.xml\n",
    b"\n=== xl/sharedStrings.xml\n",
];

pub(super) fn settings() -> Vec<Value> {
    vec![
        json!({}),
        json!({}),
        json!({ "excel": { "header_rows": 0 } }),
        json!({ "excel": { "header_rows": 2, "merged": "fill", "errors": "empty" } }),
        json!({ "excel": { "sheet": "*", "sheet_column": "sheet", "footer_rows": 1 } }),
        json!({ "excel": { "range": "B1:C3" }, "null_values": ["a b"] }),
    ]
}

/// Parts one behind the other, as a case that is packed before it is read.
pub(super) fn unpacked(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut all = Vec::new();
    for (name, content) in parts {
        all.extend_from_slice(PART);
        all.extend_from_slice(name.as_bytes());
        all.push(b'\n');
        all.extend_from_slice(content);
        all.push(b'\n');
    }
    all
}

fn texts(parts: &[(&'static str, &str)]) -> Vec<(&'static str, Vec<u8>)> {
    parts.iter().map(|(name, text)| (*name, text.as_bytes().to_vec())).collect()
}

/// An archive of the parts of a case; what does not begin with a part is an archive already.
pub(super) fn zipped(case: &[u8]) -> Vec<u8> {
    if !case.starts_with(PART) {
        return case.to_vec();
    }
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let starts: Vec<usize> = memchr::memmem::find_iter(case, PART)
        .filter(|at| *at == 0 || case[at - 1] == b'\n')
        .chain([case.len()])
        .collect();
    for part in starts.windows(2) {
        let part = &case[part[0] + PART.len()..part[1]];
        let line = memchr::memchr(b'\n', part).unwrap_or(part.len());
        let name = String::from_utf8_lossy(&part[..line]);
        let content = part.get(line + 1..).unwrap_or_default();
        // A name may come twice, which no archive takes.
        if zip.start_file(name, SimpleFileOptions::default()).is_ok() {
            zip.write_all(content.strip_suffix(b"\n").unwrap_or(content)).unwrap();
        }
    }
    zip.finish().unwrap().into_inner()
}

/// Excel since 2007.
pub(super) fn xlsx() -> Format {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let date = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
    for (row, (name, day, amount)) in
        [("Zoé", 45_000.0, 1.5), ("Bob", 45_001.0, -2.0)].into_iter().enumerate()
    {
        let row = row as u32 + 1;
        sheet.write_string(row, 0, name).unwrap();
        sheet.write_number_with_format(row, 1, day, &date).unwrap();
        sheet.write_number(row, 2, amount).unwrap();
    }
    for (column, name) in ["name", "day", "amount"].into_iter().enumerate() {
        sheet.write_string(0, column as u16, name).unwrap();
    }
    Format {
        name: "xlsx",
        word: "excel",
        pack: zipped,
        settings: settings(),
        seeds: vec![unpacked(&texts(XLSX)), book.save_to_buffer().unwrap()],
        words: XLSX_WORDS,
        written_as: &["csv", "ndjson", "json"],
        has_lines: false,
    }
}

/// LibreOffice.
pub(super) fn ods() -> Format {
    let content = r#"<?xml version="1.0"?><office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body><office:spreadsheet><table:table table:name="S"><table:table-row><table:table-cell office:value-type="string"><text:p>name</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>at</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>n</text:p></table:table-cell></table:table-row><table:table-row table:number-rows-repeated="2"><table:table-cell office:value-type="string"><text:p>a<text:s text:c="2"/>b</text:p><office:annotation><text:p>x</text:p></office:annotation></table:table-cell><table:table-cell office:value-type="date" office:date-value="2024-02-29T10:00:00"><text:p>x</text:p></table:table-cell><table:table-cell office:value-type="float" office:value="1.5" table:number-columns-repeated="2"/></table:table-row><table:table-row table:number-rows-repeated="9"><table:table-cell table:number-columns-repeated="3"/></table:table-row><table:table-row><table:table-cell office:value-type="boolean" office:boolean-value="true"/><table:covered-table-cell/><table:table-cell office:value-type="time" office:time-value="PT08H30M00S"/></table:table-row></table:table><table:named-expressions><table:named-range table:name="area" table:cell-range-address="$S.$A$1:.$C$3"/></table:named-expressions></office:spreadsheet></office:body></office:document-content>"#;
    let parts = texts(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", "<manifest/>"),
        ("content.xml", content),
    ]);
    Format {
        name: "ods",
        word: "excel",
        pack: zipped,
        settings: settings(),
        seeds: vec![unpacked(&parts), zipped(&unpacked(&parts))],
        words: &[
            b"<table:table table:name=\"T\">",
            b"</table:table>",
            b"<table:table-row>",
            b"<table:table-row table:number-rows-repeated=\"1048576\">",
            b"</table:table-row>",
            b"<table:table-cell>",
            b"<table:table-cell table:number-columns-repeated=\"16384\" office:value=\"1\"/>",
            b"</table:table-cell>",
            b"<office:annotation>",
            b"</office:annotation>",
            b"<text:p>",
            b"</text:p>",
            b"<text:s text:c=\"999999999\"/>",
            b" table:number-rows-repeated=\"900000\"",
            b" table:number-columns-repeated=\"9000\"",
            b" office:value-type=\"string\"",
            b" table:formula=\"of:=1\"",
            b"&amp;",
            b"<!--",
            b"-->",
            b"<!DOCTYPE x [",
            b"\"",
            b">",
            b"/>",
            b"\n=== content.xml\n",
        ],
        written_as: &["csv", "ndjson", "json"],
        has_lines: false,
    }
}
