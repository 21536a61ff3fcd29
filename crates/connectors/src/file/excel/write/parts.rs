//! The parts of a workbook besides the rows: styles, the list of sheets, and what leads from one to the other.

use std::io::Write;

/// Decimals that numbers are shown with, at most.
pub(super) const MOST_DECIMALS: u8 = 15;

/// How a cell is shown. The number is that of its style in [`styles`]; it never changes, because sheets of earlier
/// loads refer to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Header,
    Date,
    DateTime,
    Time,
    Span,
    /// A number with that many decimals.
    Decimals(u8),
}

impl Style {
    pub(super) fn number(self) -> u8 {
        match self {
            Style::Plain => 0,
            Style::Header => 1,
            Style::Date => 2,
            Style::DateTime => 3,
            Style::Time => 4,
            Style::Span => 5,
            Style::Decimals(decimals) => 6 + decimals,
        }
    }
}

/// One sheet of a workbook.
#[derive(Debug, Clone)]
pub(super) struct SheetPart {
    pub(super) name: String,
    pub(super) part: String,
    /// The cells that its filter is over, as `$A$1:$C$9`.
    pub(super) filter: Option<String>,
}

const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";

/// The styles of every workbook.
pub(super) fn styles() -> String {
    let mut formats = String::from(
        "<numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\"/>\
         <numFmt numFmtId=\"165\" formatCode=\"yyyy\\-mm\\-dd\\ hh:mm:ss\"/>\
         <numFmt numFmtId=\"166\" formatCode=\"hh:mm:ss\"/><numFmt numFmtId=\"167\" formatCode=\"[h]:mm:ss\"/>",
    );
    let mut cells = String::from(
        "<xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>\
         <xf numFmtId=\"0\" fontId=\"1\" fillId=\"2\" borderId=\"1\" xfId=\"0\" applyFont=\"1\" applyFill=\"1\" applyBorder=\"1\"/>",
    );
    let mut shown = |id: u32| {
        cells.push_str(&format!(
            "<xf numFmtId=\"{id}\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>"
        ));
    };
    (164..=167).for_each(&mut shown);
    for decimals in 0..=u32::from(MOST_DECIMALS) {
        shown(168 + decimals);
        let code = match decimals {
            0 => "0".to_owned(),
            _ => format!("0.{}", "0".repeat(decimals as usize)),
        };
        formats.push_str(&format!("<numFmt numFmtId=\"{}\" formatCode=\"{code}\"/>", 168 + decimals));
    }
    let font =
        |bold: &str| format!("<font>{bold}<sz val=\"11\"/><name val=\"Calibri\"/><family val=\"2\"/></font>");
    format!(
        "{XML}<styleSheet xmlns=\"{MAIN}\"><numFmts count=\"{}\">{formats}</numFmts>\
         <fonts count=\"2\">{}{}</fonts>\
         <fills count=\"3\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill>\
         <fill><patternFill patternType=\"solid\"><fgColor rgb=\"FFE7ECF2\"/><bgColor indexed=\"64\"/></patternFill></fill></fills>\
         <borders count=\"2\"><border><left/><right/><top/><bottom/><diagonal/></border>\
         <border><left/><right/><top/><bottom style=\"thin\"><color rgb=\"FF8497B0\"/></bottom><diagonal/></border></borders>\
         <cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>\
         <cellXfs count=\"{}\">{cells}</cellXfs>\
         <cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>",
        5 + MOST_DECIMALS,
        font(""),
        font("<b/>"),
        7 + MOST_DECIMALS,
    )
}

/// The parts that list the sheets and the other parts, by name.
pub(super) fn workbook(sheets: &[SheetPart]) -> Vec<(&'static str, String)> {
    let (mut types, mut relations, mut list, mut names) =
        (String::new(), String::new(), String::new(), String::new());
    for (place, sheet) in sheets.iter().enumerate() {
        let (id, name) = (place + 1, escaped(&sheet.name));
        types.push_str(&format!(
            "<Override PartName=\"/{}\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>",
            sheet.part
        ));
        let target = sheet.part.strip_prefix("xl/").unwrap_or(&sheet.part);
        relations.push_str(&format!(
            "<Relationship Id=\"rId{id}\" Type=\"{OFFICE}/worksheet\" Target=\"{target}\"/>"
        ));
        list.push_str(&format!("<sheet name=\"{name}\" sheetId=\"{id}\" r:id=\"rId{id}\"/>"));
        if let Some(filter) = &sheet.filter {
            let quoted = escaped(&sheet.name.replace('\'', "''"));
            names.push_str(&format!(
                "<definedName name=\"_xlnm._FilterDatabase\" localSheetId=\"{place}\" hidden=\"1\">'{quoted}'!{filter}</definedName>"
            ));
        }
    }
    if !names.is_empty() {
        names = format!("<definedNames>{names}</definedNames>");
    }
    let styles_id = sheets.len() + 1;
    vec![
        ("xl/styles.xml", styles()),
        (
            "xl/workbook.xml",
            format!(
                "{XML}<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><bookViews><workbookView/></bookViews>\
                 <sheets>{list}</sheets>{names}</workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "{XML}<Relationships xmlns=\"{PACKAGE}/relationships\">{relations}\
                 <Relationship Id=\"rId{styles_id}\" Type=\"{OFFICE}/styles\" Target=\"styles.xml\"/></Relationships>"
            ),
        ),
        (
            "_rels/.rels",
            format!(
                "{XML}<Relationships xmlns=\"{PACKAGE}/relationships\">\
                 <Relationship Id=\"rId1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "[Content_Types].xml",
            format!(
                "{XML}<Types xmlns=\"{PACKAGE}/content-types\">\
                 <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
                 <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
                 <Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>\
                 <Override PartName=\"/xl/styles.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml\"/>\
                 {types}</Types>"
            ),
        ),
    ]
}

/// What stands before the rows of a sheet.
pub(super) fn sheet_head(widths: &[usize], frozen: bool, out: &mut Vec<u8>) {
    // Writing to memory cannot fail.
    let _ = write!(out, "{XML}<worksheet xmlns=\"{MAIN}\"><sheetViews><sheetView workbookViewId=\"0\">");
    if frozen {
        out.extend_from_slice(
            b"<pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/><selection pane=\"bottomLeft\"/>",
        );
    }
    out.extend_from_slice(b"</sheetView></sheetViews><cols>");
    for (place, width) in widths.iter().enumerate() {
        let _ = write!(out, "<col min=\"{0}\" max=\"{0}\" width=\"{width}\" customWidth=\"1\"/>", place + 1);
    }
    out.extend_from_slice(b"</cols><sheetData>");
}

/// What stands behind them.
pub(super) fn sheet_tail(filter: Option<&str>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"</sheetData>");
    if let Some(filter) = filter {
        let _ = write!(out, "<autoFilter ref=\"{}\"/>", filter.replace('$', ""));
    }
    out.extend_from_slice(b"</worksheet>");
}

/// The name of the sheet on which another one goes on.
pub(super) fn continuation(sheet: &str, number: usize) -> String {
    let ending = format!(" ({number})");
    let mut name: String = sheet.to_owned();
    while name.encode_utf16().count() + ending.len() > 31 {
        name.pop();
    }
    name + &ending
}

fn escaped(text: &str) -> String {
    let mut out = Vec::new();
    super::cells::escape(text.as_bytes(), &mut out);
    String::from_utf8_lossy(&out).into_owned()
}
