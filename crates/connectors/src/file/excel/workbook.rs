//! An open workbook, whatever its format: what it says of itself, and the rows of its sheets.

use std::sync::Arc;

use towpath_connect::ReadProgress;
use towpath_model::Fault;

use super::address::Rect;
use super::book::{Book, Table};
use super::grid::Grid;
use super::older::OlderBook;
use super::package::{Archive, Container, Window, container, damaged};
use super::sheet::XlsxSheet;
use super::strings::Strings;
use super::styles::Styles;
use crate::file::place::FileRef;

/// An open workbook.
pub(super) trait Workbook: Send {
    fn container(&self) -> Container;

    fn book(&self) -> &Book;

    fn styles(&self) -> &Arc<Styles>;

    /// The tables of its sheets.
    fn tables(&mut self) -> Result<Vec<Table>, Fault>;

    /// Starts reading a sheet.
    fn grid(&mut self, sheet: usize) -> Result<Box<dyn Grid>, Fault>;

    /// The merged cells of a sheet, before its rows are read.
    fn merged(&mut self, sheet: usize) -> Result<Vec<Rect>, Fault>;
}

/// Opens a workbook of any format.
pub(super) fn open(file: &FileRef, progress: Option<Arc<ReadProgress>>) -> Result<Box<dyn Workbook>, Fault> {
    Ok(match container(file)? {
        Container::Xlsx => Box::new(XlsxBook::open(file, progress)?),
        other => Box::new(OlderBook::open(file, other, progress)?),
    })
}

/// An xlsx workbook, whose sheets are read as they stream by.
struct XlsxBook {
    file: FileRef,
    progress: Option<Arc<ReadProgress>>,
    book: Book,
    strings: Option<Arc<Strings>>,
    styles: Arc<Styles>,
}

impl XlsxBook {
    fn open(file: &FileRef, progress: Option<Arc<ReadProgress>>) -> Result<Self, Fault> {
        let mut archive = Archive::open(file, progress.clone())?;
        let book = Book::read(&mut archive, &file.name)?;
        let styles = match &book.styles {
            Some(part) => archive.part(part)?.map(|xml| Styles::read(&xml)).unwrap_or_default(),
            None => Styles::default(),
        };
        Ok(XlsxBook { file: file.clone(), progress, book, strings: None, styles: Arc::new(styles) })
    }

    /// The shared texts, read when they are first needed.
    fn strings(&mut self) -> Result<Arc<Strings>, Fault> {
        if let Some(strings) = &self.strings {
            return Ok(Arc::clone(strings));
        }
        let blocks = match &self.book.strings {
            Some(part) => Archive::open(&self.file, self.progress.clone())?.unpack(part)?,
            None => None,
        };
        let strings = match blocks {
            Some(blocks) => Strings::read(Window::new(blocks, &self.file.name), &self.file.name)?,
            None => Strings::default(),
        };
        Ok(Arc::clone(self.strings.insert(Arc::new(strings))))
    }

    fn sheet(
        &self,
        sheet: usize,
        progress: Option<Arc<ReadProgress>>,
        strings: Arc<Strings>,
    ) -> Result<XlsxSheet, Fault> {
        let sheet = &self.book.sheets[sheet];
        let blocks = Archive::open(&self.file, progress)?.unpack(&sheet.part)?;
        let blocks =
            blocks.ok_or_else(|| damaged(&self.file.name, &format!("sheet `{}` is missing", sheet.name)))?;
        Ok(XlsxSheet::new(Window::new(blocks, &self.file.name), &self.file.name, &sheet.name, strings))
    }
}

impl Workbook for XlsxBook {
    fn container(&self) -> Container {
        Container::Xlsx
    }

    fn book(&self) -> &Book {
        &self.book
    }

    fn styles(&self) -> &Arc<Styles> {
        &self.styles
    }

    fn tables(&mut self) -> Result<Vec<Table>, Fault> {
        self.book.tables(&mut Archive::open(&self.file, None)?)
    }

    fn grid(&mut self, sheet: usize) -> Result<Box<dyn Grid>, Fault> {
        let strings = self.strings()?;
        Ok(Box::new(self.sheet(sheet, self.progress.clone(), strings)?))
    }

    fn merged(&mut self, sheet: usize) -> Result<Vec<Rect>, Fault> {
        self.sheet(sheet, None, Arc::default())?.only_merged()
    }
}
