//! The other sheets of a workbook that is there already.

use std::io::Write;
use std::path::Path;

use towpath_model::Fault;
use zip::write::{StreamWriter, ZipWriter};

use super::super::address::reference;
use super::super::book::Book;
use super::super::package::Archive;
use super::parts::{self, SheetPart};
use crate::file::place::FileRef;
use crate::file::trouble::io_fault;

const FILTER: &str = "_xlnm._FilterDatabase";

/// Refuses a workbook whose sheets cannot be kept: one that Towpath did not write.
pub(in crate::file) fn check_existing(path: &Path, name: &str) -> Result<(), Fault> {
    open(path, name).map(|_| ())
}

fn open(path: &Path, name: &str) -> Result<(Archive, Book), Fault> {
    let found = path.metadata().map_err(|error| io_fault("file", name, error))?;
    let file = FileRef {
        path: path.to_owned(),
        name: name.to_owned(),
        size: found.len(),
        modified: found.modified().ok(),
        tag: None,
        partitions: Vec::new(),
        once: false,
    };
    let foreign = || {
        Fault::config(format!(
            "workbook `{name}` was not written by this version of Towpath, so its other sheets cannot be kept"
        ))
        .hint("write to another path, or leave `sheet` out to replace the whole workbook")
    };
    let mut archive = Archive::open(&file, None).map_err(|_| foreign())?;
    let styles = archive.part("xl/styles.xml")?;
    if styles.as_deref() != Some(parts::styles().as_bytes()) {
        return Err(foreign());
    }
    let book = Book::read(&mut archive, name)?;
    Ok((archive, book))
}

/// Copies the other sheets of a workbook; answers all sheets in their order.
pub(super) fn others<W: Write>(
    path: &Path,
    name: &str,
    sheet: &str,
    own: &[SheetPart],
    zip: &mut ZipWriter<StreamWriter<W>>,
) -> Result<Vec<SheetPart>, Fault> {
    let (mut archive, book) = open(path, name)?;
    let mut sheets = Vec::new();
    let mut own = Some(own);
    for (place, old) in book.sheets.iter().enumerate() {
        if same(&old.name, sheet) {
            sheets.extend(own.take().unwrap_or_default().iter().cloned());
            continue;
        }
        if (2..100).any(|number| same(&old.name, &parts::continuation(sheet, number))) {
            continue;
        }
        let part = format!("xl/worksheets/kept{}.xml", sheets.len() + 1);
        archive.copy_raw(&old.part, &part, zip)?;
        let filter = book.names.iter().find(|found| found.name == FILTER && found.only == Some(place));
        let filter = filter.filter(|found| reference(&found.refers_to).is_some());
        let filter =
            filter.and_then(|found| found.refers_to.rsplit_once('!')).map(|(_, cells)| cells.to_owned());
        sheets.push(SheetPart { name: old.name.clone(), part, filter });
    }
    sheets.extend(own.take().unwrap_or_default().iter().cloned());
    Ok(sheets)
}

fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}
