//! Workbooks of other formats than xlsx, by way of the library `calamine`: xlsb, xls and ods.
//!
//! An xlsb sheet streams by, on a thread of its own because the library's reader borrows the workbook; the others are
//! held in memory as a whole. What is hidden is not known, nor percents and currencies; merged cells are known of xls
//! only.

use std::fs::File;
use std::io::BufReader;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use calamine::{Data, Ods, Range, Reader, SheetType, SheetVisible, Xls, Xlsb};
use towpath_connect::ReadProgress;
use towpath_model::Fault;

use super::address::{MOST_COLUMNS, MOST_ROWS, Rect};
use super::book::{Book, Name, Sheet, Table};
use super::grid::{Content, Grid, GridRow};
use super::number;
use super::package::{Archive, Container, damaged, protected};
use super::serial::Calendar;
use super::styles::{Shown, Styles};
use super::workbook::Workbook;
use super::{compound, open_document};
use crate::file::place::FileRef;
use crate::file::trouble::io_fault;
use crate::guard;

/// Most bytes that a zipped workbook may unpack to, because it is held in memory.
const MOST_BYTES: u64 = 1 << 30;
/// Largest xls file that is read.
const MOST_XLS_BYTES: u64 = 512 << 20;

/// Styles of the cells below.
const NUMBER: u32 = 0;
const MOMENT: u32 = 1;
const SPAN: u32 = 2;

/// Rows that travel together.
const ROWS: usize = 256;
/// Groups of rows that may wait.
const QUEUE: usize = 4;

type Input = BufReader<File>;

/// One of calamine's readers.
enum Inner {
    Xlsb(Box<Xlsb<Input>>),
    Xls(Box<Xls<Input>>),
    Ods(Box<Ods<Input>>),
}

/// A workbook of another format than xlsx.
pub(super) struct OlderBook {
    file: FileRef,
    container: Container,
    progress: Option<Arc<ReadProgress>>,
    inner: Inner,
    book: Book,
    styles: Arc<Styles>,
}

impl OlderBook {
    pub(super) fn open(
        file: &FileRef,
        container: Container,
        progress: Option<Arc<ReadProgress>>,
    ) -> Result<Self, Fault> {
        if container == Container::Xls {
            if file.size > MOST_XLS_BYTES {
                return Err(Fault::data(format!("workbook `{}` has more than 512 MB", file.name))
                    .hint("save it as xlsx, which is read row by row"));
            }
            compound::check(file)?;
        } else {
            let mut archive = Archive::open(file, None)?;
            archive.weigh(MOST_BYTES)?;
            if container == Container::Ods {
                open_document::check(&mut archive, &file.name)?;
            }
        }
        let opened = File::open(&file.path).map_err(|error| io_fault("file", &file.name, error))?;
        let reader = BufReader::with_capacity(1 << 16, opened);
        // The library is handed files of strangers; what it does not expect must not end the process.
        let opened = guarded(file, || {
            Ok(match container {
                Container::Xlsb => {
                    Inner::Xlsb(Box::new(Xlsb::new(reader).map_err(|error| fault(file, &error))?))
                }
                Container::Xls => {
                    Inner::Xls(Box::new(Xls::new(reader).map_err(|error| fault(file, &error))?))
                }
                Container::Ods => {
                    Inner::Ods(Box::new(Ods::new(reader).map_err(|error| fault(file, &error))?))
                }
                Container::Xlsx => return Err(Fault::internal("an xlsx workbook is read as an older one")),
            })
        })?;
        let (from_1904, metadata, names) = match &opened {
            Inner::Xlsb(book) => (book.has_1904_epoch(), book.sheets_metadata(), book.defined_names()),
            Inner::Xls(book) => (book.has_1904_epoch(), book.sheets_metadata(), book.defined_names()),
            Inner::Ods(book) => (false, book.sheets_metadata(), book.defined_names()),
        };
        let sheets = metadata
            .iter()
            .filter(|sheet| matches!(sheet.typ, SheetType::WorkSheet))
            .map(|sheet| Sheet {
                name: sheet.name.clone(),
                hidden: sheet.visible != SheetVisible::Visible,
                part: String::new(),
            })
            .collect();
        let names = names
            .iter()
            .map(|(name, refers_to)| Name {
                name: name.clone(),
                only: None,
                refers_to: refers_to.replace("$", "").replace('.', "!"),
            })
            .collect();
        let book =
            Book { sheets, names, calendar: Calendar { from_1904, in_millis: true }, ..Book::default() };
        let styles = Arc::new(Styles::of(vec![Shown::Number, Shown::Moment, Shown::Span]));
        Ok(OlderBook { file: file.clone(), container, progress, inner: opened, book, styles })
    }
}

/// Runs what calls the library; a panic inside of it becomes a fault.
fn guarded<T>(file: &FileRef, run: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    guard::call(run).unwrap_or_else(|| Err(damaged(&file.name, "it holds what its format does not allow")))
}

fn fault(file: &FileRef, error: &dyn std::error::Error) -> Fault {
    let text = error.to_string();
    if text.to_ascii_lowercase().contains("password") {
        return protected(&file.name);
    }
    damaged(&file.name, "it does not have the structure of its format").cause(text)
}

impl Workbook for OlderBook {
    fn container(&self) -> Container {
        self.container
    }

    fn book(&self) -> &Book {
        &self.book
    }

    fn styles(&self) -> &Arc<Styles> {
        &self.styles
    }

    fn tables(&mut self) -> Result<Vec<Table>, Fault> {
        Ok(Vec::new())
    }

    fn grid(&mut self, sheet: usize) -> Result<Box<dyn Grid>, Fault> {
        let name = self.book.sheets[sheet].name.clone();
        let (inner, file) = (&mut self.inner, &self.file);
        if let Some(progress) = &self.progress {
            progress.add_bytes(self.file.size);
        }
        let range = guarded(file, || match inner {
            Inner::Xlsb(_) => Ok(None),
            Inner::Xls(book) => book.worksheet_range(&name).map(Some).map_err(|error| fault(file, &error)),
            Inner::Ods(book) => book.worksheet_range(&name).map(Some).map_err(|error| fault(file, &error)),
        })?;
        let Some(range) = range else { return Ok(Box::new(Streamed::start(file.clone(), name)?)) };
        let merged = self.merged(sheet)?;
        Ok(Box::new(Cells { next: 0, range, merged }))
    }

    fn merged(&mut self, sheet: usize) -> Result<Vec<Rect>, Fault> {
        let Inner::Xls(book) = &self.inner else { return Ok(Vec::new()) };
        let areas = book.merge_cells_by_sheet_name(&self.book.sheets[sheet].name).unwrap_or_default();
        let rect = |area: calamine::Dimensions| Rect {
            first_row: area.start.0 + 1,
            last_row: area.end.0 + 1,
            first_column: area.start.1,
            last_column: area.end.1,
        };
        Ok(areas.into_iter().map(rect).collect())
    }
}

/// A sheet in memory.
struct Cells {
    next: usize,
    range: Range<Data>,
    merged: Vec<Rect>,
}

impl Grid for Cells {
    fn next(&mut self, row: &mut GridRow) -> Result<bool, Fault> {
        let Some((first_row, first_column)) = self.range.start() else { return Ok(false) };
        while self.next < self.range.height() {
            let place = self.next;
            self.next += 1;
            for (column, value) in self.range[place].iter().enumerate() {
                put(value, first_column + column as u32, row);
            }
            if !row.cells.is_empty() {
                row.number = first_row + place as u32 + 1;
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn merged(&self) -> &[Rect] {
        &self.merged
    }
}

fn put(value: &Data, column: u32, row: &mut GridRow) {
    let start = row.bytes.len();
    let (content, style) = match value {
        Data::Empty => return,
        Data::String(text) => {
            row.bytes.extend_from_slice(text.as_bytes());
            (Content::Text, NUMBER)
        }
        Data::Int(number) => {
            row.bytes.extend_from_slice(number.to_string().as_bytes());
            (Content::Number, NUMBER)
        }
        Data::Float(number) => {
            number::write_float(*number, &mut row.bytes);
            (Content::Number, NUMBER)
        }
        Data::DateTime(moment) => {
            row.bytes.extend_from_slice(format!("{:?}", moment.as_f64()).as_bytes());
            (Content::Number, if moment.is_duration() { SPAN } else { MOMENT })
        }
        Data::Bool(value) => {
            row.bytes.push(if *value { b'1' } else { b'0' });
            (Content::Boolean, NUMBER)
        }
        Data::DateTimeIso(text) | Data::DurationIso(text) => {
            row.bytes.extend_from_slice(text.as_bytes());
            (Content::Iso, NUMBER)
        }
        Data::Error(error) => {
            row.bytes.extend_from_slice(error.to_string().as_bytes());
            (Content::Error, NUMBER)
        }
    };
    row.push(column, content, style, start);
}

/// The rows of an xlsb sheet, from the thread that reads it.
struct Streamed {
    receiver: Option<Receiver<Result<Vec<GridRow>, Fault>>>,
    thread: Option<JoinHandle<()>>,
    rows: std::vec::IntoIter<GridRow>,
}

impl Streamed {
    fn start(file: FileRef, sheet: String) -> Result<Self, Fault> {
        let (sender, receiver) = sync_channel(QUEUE);
        let work = move || {
            let sent = guarded(&file, || send_rows(&file, &sheet, &sender));
            if let Err(fault) = sent {
                // Nobody waits any more when this fails.
                let _ = sender.send(Err(fault));
            }
        };
        let thread = std::thread::Builder::new()
            .name("xlsb".into())
            .spawn(work)
            .map_err(|error| Fault::internal("a thread for a workbook could not be started").cause(error))?;
        Ok(Streamed { receiver: Some(receiver), thread: Some(thread), rows: Vec::new().into_iter() })
    }
}

impl Drop for Streamed {
    fn drop(&mut self) {
        // The closed queue ends the thread at its next rows.
        self.receiver = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Grid for Streamed {
    fn next(&mut self, row: &mut GridRow) -> Result<bool, Fault> {
        loop {
            if let Some(next) = self.rows.next() {
                *row = next;
                return Ok(true);
            }
            match self.receiver.as_ref().and_then(|receiver| receiver.recv().ok()) {
                Some(rows) => self.rows = rows?.into_iter(),
                None => return Ok(false),
            }
        }
    }
}

fn send_rows(
    file: &FileRef,
    sheet: &str,
    sender: &SyncSender<Result<Vec<GridRow>, Fault>>,
) -> Result<(), Fault> {
    let opened = File::open(&file.path).map_err(|error| io_fault("file", &file.name, error))?;
    let mut book: Xlsb<Input> =
        Xlsb::new(BufReader::with_capacity(1 << 16, opened)).map_err(|error| fault(file, &error))?;
    let mut cells = book.worksheet_cells_reader(sheet).map_err(|error| fault(file, &error))?;
    let (mut rows, mut row) = (Vec::with_capacity(ROWS), GridRow::default());
    while let Some(cell) = cells.next_cell().map_err(|error| fault(file, &error))? {
        let (place, column) = cell.get_position();
        if place >= MOST_ROWS || column >= MOST_COLUMNS {
            return Err(damaged(&file.name, "a cell stands outside of what a sheet can have"));
        }
        if place + 1 != row.number {
            if place < row.number {
                return Err(damaged(&file.name, "the numbers of rows are mixed up"));
            }
            if !row.cells.is_empty() {
                rows.push(std::mem::take(&mut row));
                if rows.len() == ROWS
                    && sender.send(Ok(std::mem::replace(&mut rows, Vec::with_capacity(ROWS)))).is_err()
                {
                    return Ok(());
                }
            }
            row.number = place + 1;
        }
        put(&Data::from(cell.get_value().clone()), column, &mut row);
    }
    if !row.cells.is_empty() {
        rows.push(row);
    }
    // Nobody waits any more when this fails.
    let _ = sender.send(Ok(rows));
    Ok(())
}
