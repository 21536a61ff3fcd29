//! Which sheets and which of their cells are read.

use glob::Pattern;
use towpath_model::{Fault, suggest};

use super::address::{Rect, reference};
use super::book::{Book, Table};
use super::config::{Excel, Hidden, Merged};
use super::package::Container;
use super::workbook::Workbook;

/// Cells that are read as one table.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// Place of the sheet.
    pub(super) sheet: usize,
    pub(super) cells: Rect,
    /// Header rows at the top of the cells, where the workbook itself tells.
    pub(super) header_rows: Option<u32>,
}

/// What is to be read.
pub(super) struct Chosen {
    pub(super) parts: Vec<Part>,
    /// Only the first of the parts that has cells is wanted.
    pub(super) first_only: bool,
    pub(super) notes: Vec<String>,
}

/// Finds what the settings ask for.
pub(super) fn choose(workbook: &mut dyn Workbook, settings: &Excel, file: &str) -> Result<Chosen, Fault> {
    let container = workbook.container();
    if container != Container::Xlsx {
        let unknown = [
            (settings.hidden == Hidden::Skip, "`hidden: skip`"),
            (settings.merged == Merged::Fill && container != Container::Xls, "`merged: fill`"),
            (settings.table.is_some(), "`table`"),
        ];
        if let Some((_, what)) = unknown.into_iter().find(|(asked, _)| *asked) {
            return Err(Fault::config(format!(
                "{what} has no meaning for {} workbook `{file}`",
                container.title()
            ))
            .hint("save the workbook as xlsx, or leave the setting out"));
        }
    }
    let whole = |sheet| Part { sheet, cells: Rect::ALL, header_rows: None };
    let (mut parts, mut first_only, mut notes) = (Vec::new(), false, Vec::new());
    if let Some(name) = &settings.table {
        let tables = workbook.tables()?;
        let Some(table) = tables.iter().find(|table| table.name.eq_ignore_ascii_case(name)) else {
            return Err(missing("table", name, tables.iter().map(|table| table.name.as_str()), file));
        };
        parts.push(part_of(table));
        if table.totals_rows > 0 {
            notes.push(format!("the totals row of table `{}` is left out", table.name));
        }
        return Ok(Chosen { parts, first_only, notes });
    }
    let book = workbook.book();
    match &settings.sheet {
        Some(sheet) => parts.extend(sheets(book, sheet, file)?.into_iter().map(whole)),
        None => {
            first_only = true;
            parts.extend((0..book.sheets.len()).filter(|place| !book.sheets[*place].hidden).map(whole));
            if parts.is_empty() {
                return Err(Fault::data(format!("all sheets of workbook `{file}` are hidden")).hint(
                    format!(
                        "name one with `sheet`: {}",
                        list(book.sheets.iter().map(|sheet| sheet.name.as_str()))
                    ),
                ));
            }
        }
    }
    if let Some(range) = &settings.range {
        match reference(range) {
            Some((Some(sheet), cells)) => {
                let sheet = sheets(book, &sheet, file)?.first().copied();
                parts = sheet.into_iter().map(|sheet| Part { cells, ..whole(sheet) }).collect();
            }
            Some((None, cells)) => parts.iter_mut().for_each(|part| part.cells = cells),
            None => {
                let local = settings.sheet.as_ref().and_then(|_| parts.first()).map(|part| part.sheet);
                match book.named(range, local) {
                    Some(Some((sheet, cells))) => parts = vec![Part { cells, ..whole(sheet) }],
                    Some(None) => {
                        return Err(Fault::config(format!(
                            "`{range}` of workbook `{file}` does not stand for one rectangle of cells"
                        ))
                        .hint("give the cells themselves, for example `Sales!B3:F200`"));
                    }
                    None => {
                        let names: Vec<&str> =
                            book.names_of_people().map(|name| name.name.as_str()).collect();
                        return Err(missing("range or name", range, names.into_iter(), file));
                    }
                }
            }
        }
        first_only &= parts.len() > 1;
    }
    Ok(Chosen { parts, first_only, notes })
}

fn part_of(table: &Table) -> Part {
    let last_row = table.cells.last_row.saturating_sub(table.totals_rows);
    Part {
        sheet: table.sheet,
        cells: Rect { last_row: last_row.max(table.cells.first_row), ..table.cells },
        header_rows: Some(table.header_rows),
    }
}

/// The sheets that a name, a number or a pattern means.
fn sheets(book: &Book, wanted: &str, file: &str) -> Result<Vec<usize>, Fault> {
    let names = || book.sheets.iter().map(|sheet| sheet.name.as_str());
    let exact = names().position(|name| name == wanted);
    let exact =
        exact.or_else(|| names().position(|name| name.trim().to_lowercase() == wanted.trim().to_lowercase()));
    if let Some(place) = exact {
        return Ok(vec![place]);
    }
    if let Ok(number) = wanted.trim().parse::<usize>()
        && (1..=book.sheets.len()).contains(&number)
    {
        return Ok(vec![number - 1]);
    }
    if wanted.contains(['*', '?', '['])
        && let Ok(pattern) = Pattern::new(wanted)
    {
        let found: Vec<usize> = (0..book.sheets.len())
            .filter(|place| !book.sheets[*place].hidden && pattern.matches(&book.sheets[*place].name))
            .collect();
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Err(missing("sheet", wanted, names(), file))
}

fn missing<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str> + Clone, file: &str) -> Fault {
    let fault = Fault::not_found(format!("workbook `{file}` has no {what} `{name}`"));
    match suggest::hint(name, "of the workbook", known.clone()) {
        Some(hint) => fault.hint(hint),
        None if known.clone().next().is_none() => fault,
        None => fault.hint(format!("it has {}", list(known))),
    }
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    if names.len() > 12 {
        let more = names.len() - 12;
        names.truncate(12);
        names.push(format!("and {more} more"));
    }
    names.join(", ")
}

/// Says which sheets are not read, when nobody chose.
pub(super) fn tell_others(workbook: &dyn Workbook, read: &str, notes: &mut Vec<String>) {
    let sheets = &workbook.book().sheets;
    let name = |hidden: bool| {
        let others = sheets.iter().filter(|sheet| sheet.name != read && sheet.hidden == hidden);
        list(others.map(|sheet| sheet.name.as_str()))
    };
    let (visible, hidden) = (name(false), name(true));
    if !visible.is_empty() {
        notes.push(format!(
            "sheet `{read}` is read; the others are {visible}; choose with `excel: {{ sheet: … }}`"
        ));
    }
    if !hidden.is_empty() {
        notes.push(format!("the workbook has hidden sheets: {hidden}"));
    }
}
