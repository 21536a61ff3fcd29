//! What a workbook says of itself: its sheets, names, tables and calendar.

use towpath_model::Fault;

use super::address::{Rect, reference};
use super::package::{Archive, damaged};
use super::scan::{self, Shape, Tag};

/// One sheet.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sheet {
    pub(super) name: String,
    pub(super) hidden: bool,
    /// The part with its cells; empty in formats that have none.
    pub(super) part: String,
}

/// A name that the workbook gives to some cells.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Name {
    pub(super) name: String,
    /// The sheet that the name is valid in, when it is not the whole workbook.
    pub(super) only: Option<usize>,
    pub(super) refers_to: String,
}

/// A table of a sheet.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Table {
    pub(super) name: String,
    /// Place of its sheet.
    pub(super) sheet: usize,
    pub(super) cells: Rect,
    pub(super) header_rows: u32,
    pub(super) totals_rows: u32,
}

/// What a workbook says of itself.
#[derive(Debug, Default)]
pub(super) struct Book {
    /// In the order of their tabs; sheets that are charts only are left out.
    pub(super) sheets: Vec<Sheet>,
    pub(super) names: Vec<Name>,
    /// Days are counted from 1904, as Excel for the Mac did.
    pub(super) from_1904: bool,
    /// The program that wrote the workbook asks for its formulas to be calculated when it is opened, so what it stored
    /// for them may be made up.
    pub(super) recalculates: bool,
    pub(super) strings: Option<String>,
    pub(super) styles: Option<String>,
}

/// One line of a list of relations between parts.
struct Relation {
    id: String,
    kind: String,
    target: String,
}

impl Book {
    /// Reads the workbook's own part.
    pub(super) fn read(archive: &mut Archive, file: &str) -> Result<Self, Fault> {
        let main = relations(archive, "_rels/.rels", "")?
            .into_iter()
            .find(|relation| relation.kind.ends_with("/officeDocument"))
            .map_or_else(|| "xl/workbook.xml".to_owned(), |relation| relation.target);
        let xml = archive.part(&main)?.ok_or_else(|| damaged(file, "it has no list of sheets"))?;
        let (folder, name) = main.rsplit_once('/').unwrap_or(("", &main));
        let relations = relations(archive, &rels_of(folder, name), folder)?;
        let part = |kind: &str| {
            relations.iter().find(|relation| relation.kind.ends_with(kind)).map(|found| found.target.clone())
        };
        let mut book = Book { strings: part("/sharedStrings"), styles: part("/styles"), ..Book::default() };
        // Place among the sheets that are worksheets, by place among all tabs.
        let mut tabs: Vec<Option<usize>> = Vec::new();
        let mut at = 0;
        while let Some(tag) = scan::next(&xml, at) {
            at = tag.end;
            match tag.name {
                _ if tag.shape == Shape::Close => {}
                b"workbookPr" => book.from_1904 = tag.says(b"date1904"),
                b"calcPr" => book.recalculates = tag.says(b"fullCalcOnLoad"),
                b"sheet" => {
                    let sheet = sheet(&tag, &relations);
                    tabs.push(sheet.is_some().then_some(book.sheets.len()));
                    book.sheets.extend(sheet);
                }
                b"definedName" if tag.shape == Shape::Open => {
                    let end = scan::end_of_text(&xml, at);
                    let mut text = Vec::new();
                    scan::element_text(&xml[at..end], &mut text);
                    let only =
                        tag.number(b"localSheetId").map(|tab| tabs.get(tab as usize).copied().flatten());
                    if let (Some(name), Ok(refers_to)) = (tag.text(b"name"), String::from_utf8(text))
                        && only != Some(None)
                    {
                        book.names.push(Name { name, only: only.flatten(), refers_to });
                    }
                }
                _ => {}
            }
        }
        if book.sheets.is_empty() {
            return Err(Fault::data(format!("workbook `{file}` has no sheet with cells")));
        }
        Ok(book)
    }

    /// The cells that a name stands for; `None` when there is no such name, and the inner `None` when it stands for
    /// something else than one rectangle of cells.
    pub(super) fn named(&self, name: &str, sheet: Option<usize>) -> Option<Option<(usize, Rect)>> {
        let matching = |found: &&Name| found.name.eq_ignore_ascii_case(name);
        let local = self.names.iter().filter(matching).find(|found| sheet.is_some() && found.only == sheet);
        let found = local.or_else(|| self.names.iter().find(matching))?;
        Some(reference(&found.refers_to).and_then(|(sheet, cells)| {
            let sheet = sheet?;
            Some((self.sheets.iter().position(|known| known.name == sheet)?, cells))
        }))
    }

    /// The names that people gave, without those that programs keep for themselves.
    pub(super) fn names_of_people(&self) -> impl Iterator<Item = &Name> {
        self.names.iter().filter(|name| !name.name.starts_with("_xl") && reference(&name.refers_to).is_some())
    }

    /// The tables of all sheets.
    pub(super) fn tables(&self, archive: &mut Archive) -> Result<Vec<Table>, Fault> {
        let mut tables = Vec::new();
        for (place, sheet) in self.sheets.iter().enumerate() {
            let (folder, name) = sheet.part.rsplit_once('/').unwrap_or(("", &sheet.part));
            for relation in relations(archive, &rels_of(folder, name), folder)? {
                if !relation.kind.ends_with("/table") {
                    continue;
                }
                let Some(xml) = archive.part(&relation.target)? else { continue };
                tables.extend(scan::next(&xml, 0).and_then(|tag| table(&tag, place)));
            }
        }
        Ok(tables)
    }
}

fn sheet(tag: &Tag<'_>, relations: &[Relation]) -> Option<Sheet> {
    let id = tag.attributes().find(|(key, _)| *key == b"id" || key.ends_with(b":id")).map(|(_, id)| id)?;
    let relation = relations.iter().find(|relation| relation.id.as_bytes() == id)?;
    Some(Sheet {
        name: tag.text(b"name")?,
        hidden: matches!(tag.attribute(b"state"), Some(b"hidden" | b"veryHidden")),
        part: relation.kind.ends_with("/worksheet").then(|| relation.target.clone())?,
    })
}

fn table(tag: &Tag<'_>, sheet: usize) -> Option<Table> {
    Some(Table {
        name: tag.text(b"displayName").or_else(|| tag.text(b"name"))?,
        sheet,
        cells: Rect::parse(&tag.text(b"ref")?)?,
        header_rows: tag.number(b"headerRowCount").unwrap_or(1),
        totals_rows: tag.number(b"totalsRowCount").unwrap_or(0),
    })
}

fn rels_of(folder: &str, name: &str) -> String {
    let separator = if folder.is_empty() { "" } else { "/" };
    format!("{folder}{separator}_rels/{name}.rels")
}

fn relations(archive: &mut Archive, part: &str, folder: &str) -> Result<Vec<Relation>, Fault> {
    let Some(xml) = archive.part(part)? else { return Ok(Vec::new()) };
    let (mut relations, mut at) = (Vec::new(), 0);
    while let Some(tag) = scan::next(&xml, at) {
        at = tag.end;
        if tag.opens(b"Relationship")
            && let (Some(id), Some(kind), Some(target)) =
                (tag.text(b"Id"), tag.text(b"Type"), tag.text(b"Target"))
        {
            relations.push(Relation { id, kind, target: resolve(folder, &target) });
        }
    }
    Ok(relations)
}

/// The path of a part that another one in `folder` refers to.
fn resolve(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut steps: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split('/') {
        match step {
            "." | "" => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.join("/")
}
