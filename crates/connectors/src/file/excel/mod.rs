//! Excel workbooks, and those of LibreOffice: xlsx and xlsm as they stream by, xlsb, xls and ods through a library.
//!
//! From the bytes to the rows: [`package`] finds out what a file is and unpacks its parts, [`scan`] finds tags in them,
//! [`book`], [`styles`] and [`strings`] read what holds for the whole workbook, [`sheet`] (or [`older`]) makes a
//! [`grid`] of cells, [`choose`] picks sheets and cells, [`header`] finds the names of the columns, [`rows`] makes rows
//! of a table, [`value`] says what a cell means ([`serial`] for dates, [`number`] for numbers), and [`walk`] hands the
//! rows on. The way back, from rows to a workbook, is [`write`].
//!
//! The library believes what a file claims, so [`compound`] and [`open_document`] look through xls and ods files before.
//!
//! Invariants: memory is that of the shared texts and one row (xlsx, xlsb). A cell that cannot be used sends its row to
//! quarantine with the address of the cell; nothing becomes null because it could not be understood.

mod address;
mod book;
mod choose;
mod compound;
pub(super) mod config;
mod grid;
mod header;
mod merged;
mod number;
mod older;
mod open_document;
mod package;
mod remarks;
mod rows;
mod scan;
mod serial;
mod sheet;
mod strings;
mod styles;
mod value;
mod walk;
mod workbook;
pub(super) mod write;

pub(super) use self::walk::ExcelWalk;
