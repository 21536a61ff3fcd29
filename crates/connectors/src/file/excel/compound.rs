//! Looks through an xls file before the library reads it.
//!
//! The library believes what a file claims. A chain of sectors that bites its own tail, or two cells in opposite corners
//! of a sheet, would take more memory than there is, and that ends the process: unlike a panic, nothing can catch it.
//! Only such claims are refused here. What is wrong in another way, the library finds by itself.

use towpath_model::Fault;

use super::package::{damaged, too_far_apart};
use crate::file::place::FileRef;
use crate::file::trouble::io_fault;

/// The first number that is no sector but a mark.
const MARKS: u32 = 0xffff_fffa;
/// Bytes of a small sector.
const SMALL: usize = 64;
/// Streams below this size stand in small sectors.
const LARGE_STREAM: usize = 4096;
/// Bytes of an entry of the list of streams.
const ENTRY: usize = 128;
/// Columns of a sheet.
const MOST_COLUMNS: u32 = 256;
/// Rows of a sheet.
const MOST_ROWS: u32 = 65_536;
/// Cells that a sheet may span however few of them are filled.
const FREE_CELLS: u64 = 4 << 20;
/// Beyond these, how many cells it may span for each that is filled.
const MOST_SPREAD: u64 = 64;

/// Refuses a file whose claims would take too much memory.
pub(super) fn check(file: &FileRef) -> Result<(), Fault> {
    let data = std::fs::read(&file.path).map_err(|error| io_fault("file", &file.name, error))?;
    let compound = Compound::open(&data).ok_or_else(|| endless(file))?;
    let Some(compound) = compound else { return Ok(()) };
    let book = compound.book().ok_or_else(|| endless(file))?;
    for sheet in sheets(&book) {
        check_sheet(book.get(sheet..).unwrap_or_default(), file)?;
    }
    Ok(())
}

fn endless(file: &FileRef) -> Fault {
    damaged(&file.name, "its list of sectors leads in circles")
}

/// The sectors of a file.
struct Compound<'a> {
    data: &'a [u8],
    sector: usize,
    /// The sector behind each sector.
    next: Vec<u32>,
}

impl<'a> Compound<'a> {
    /// `None` when the table of sectors is larger than the file; the inner `None` when this is no compound file.
    fn open(data: &'a [u8]) -> Option<Option<Self>> {
        let sector = match half(data, 30) {
            Some(9) => 512,
            Some(12) => 4096,
            _ => return Some(None),
        };
        let mut compound = Compound { data, sector, next: Vec::new() };
        let mut tables: Vec<u32> = words(data.get(76..512).unwrap_or_default()).collect();
        let mut more = word(data, 68).unwrap_or(MARKS);
        let mut lists = 0;
        while more < MARKS {
            lists += 1;
            if lists > compound.most_sectors() {
                return None;
            }
            tables.extend(words(compound.sector(more)));
            more = tables.pop().unwrap_or(MARKS);
        }
        tables.retain(|table| *table < MARKS);
        if tables.len() > compound.most_sectors() {
            return None;
        }
        compound.next = tables.iter().flat_map(|table| words(compound.sector(*table))).collect();
        Some(Some(compound))
    }

    fn most_sectors(&self) -> usize {
        self.data.len() / self.sector + 1
    }

    /// The bytes of a sector, as far as the file has them.
    fn sector(&self, number: u32) -> &'a [u8] {
        let start = (number as usize).saturating_add(1).saturating_mul(self.sector);
        let end = start.saturating_add(self.sector).min(self.data.len());
        self.data.get(start..end).unwrap_or_default()
    }

    /// The bytes of a chain of sectors, at most `length`; `None` when it has no end.
    fn chain(&self, start: u32, length: usize) -> Option<Vec<u8>> {
        let (mut bytes, mut at) = (Vec::new(), start);
        for _ in 0..=self.most_sectors() {
            let Some(next) = self.next.get(at as usize).filter(|_| at < MARKS && bytes.len() < length) else {
                bytes.truncate(length);
                return Some(bytes);
            };
            bytes.extend_from_slice(self.sector(at));
            at = *next;
        }
        None
    }

    /// The records of the workbook, empty when there are none; `None` when a chain has no end or is longer than the
    /// file.
    fn book(&self) -> Option<Vec<u8>> {
        let most = self.data.len();
        let entries = self.chain(word(self.data, 48).unwrap_or(MARKS), usize::MAX)?;
        let entries: Vec<Entry> = entries.as_chunks::<ENTRY>().0.iter().map(Entry::read).collect();
        let small_table = word(self.data, 64).unwrap_or(0) as usize * self.sector;
        let root = entries.first().map_or((MARKS, 0), |root| (root.start, root.length));
        if small_table > most || (small_table > 0 && root.1 > most) {
            return None;
        }
        let named = |name: &str| entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(name));
        let Some(entry) = named("Workbook").or_else(|| named("Book")) else { return Some(Vec::new()) };
        if entry.length > most {
            return None;
        }
        if entry.length >= LARGE_STREAM {
            return self.chain(entry.start, entry.length);
        }
        let small = self.chain(root.0, root.1)?;
        let table: Vec<u32> =
            words(&self.chain(word(self.data, 60).unwrap_or(MARKS), small_table)?).collect();
        let (mut bytes, mut at) = (Vec::new(), entry.start);
        // The length ends it where the chain does not.
        while bytes.len() < entry.length {
            let start = at as usize * SMALL;
            let Some(sector) =
                small.get(start..(start + SMALL).min(small.len())).filter(|part| !part.is_empty())
            else {
                break;
            };
            bytes.extend_from_slice(sector);
            let Some(next) = table.get(at as usize) else { break };
            at = *next;
        }
        bytes.truncate(entry.length);
        Some(bytes)
    }
}

/// One stream of a compound file.
struct Entry {
    name: String,
    start: u32,
    length: usize,
}

impl Entry {
    fn read(bytes: &[u8; ENTRY]) -> Self {
        let units = bytes[..64].as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit));
        let name: Vec<u16> = units.take_while(|unit| *unit != 0).collect();
        Entry {
            name: String::from_utf16_lossy(&name),
            start: word(bytes, 116).unwrap_or(MARKS),
            length: word(bytes, 120).unwrap_or(0) as usize,
        }
    }
}

/// Where the records of the sheets begin.
fn sheets(book: &[u8]) -> Vec<usize> {
    let bound = |(kind, data): (u16, &[u8])| (kind == 0x0085).then(|| word(data, 0)).flatten();
    Records { rest: book }
        .take_while(|(kind, _)| *kind != 0x000a)
        .filter_map(bound)
        .map(|start| start as usize)
        .collect()
}

/// Refuses a sheet that spans far more cells than it has.
fn check_sheet(records: &[u8], file: &FileRef) -> Result<(), Fault> {
    let wide = || damaged(&file.name, "a sheet claims more rows or columns than there can be");
    let (mut first, mut last, mut cells) = ((u32::MAX, u32::MAX), (0, 0), 0u64);
    let (mut has_begun, mut depth) = (false, 0u32);
    for (kind, data) in (Records { rest: records }) {
        match kind {
            // Charts stand inside of sheets, and have records like cells.
            0x0809 if has_begun => depth += 1,
            0x0809 => has_begun = true,
            0x000a if depth == 0 => break,
            0x000a => depth -= 1,
            _ if depth > 0 => {}
            0x0200 if !is_sheet(data) => return Err(wide()),
            0x0203 | 0x0204 | 0x00d6 | 0x0205 | 0x027e | 0x00fd | 0x00bd | 0x0006 => {
                let (Some(row), Some(column)) = (half(data, 0), half(data, 2)) else { continue };
                let end = if kind == 0x00bd { half(data, data.len().saturating_sub(2)) } else { None };
                let (row, column) = (u32::from(row), u32::from(column));
                let end = end.map_or(column, u32::from).max(column);
                if end >= MOST_COLUMNS {
                    return Err(wide());
                }
                cells += u64::from(end - column) + 1;
                first = (first.0.min(row), first.1.min(column));
                last = (last.0.max(row), last.1.max(end));
            }
            _ => {}
        }
    }
    if cells == 0 {
        return Ok(());
    }
    let span = u64::from(last.0 - first.0 + 1) * u64::from(last.1 - first.1 + 1);
    if span > FREE_CELLS.max(cells * MOST_SPREAD) {
        return Err(too_far_apart(&file.name, cells, span));
    }
    Ok(())
}

/// Whether the rows and columns that a sheet claims are such as a sheet can have.
fn is_sheet(data: &[u8]) -> bool {
    let (rows, columns) = match data.len() {
        10 => ((half(data, 0).map(u32::from), half(data, 2).map(u32::from)), half(data, 6)),
        _ => ((word(data, 0), word(data, 4)), half(data, 10)),
    };
    let (Some(first), Some(end)) = rows else { return true };
    end <= MOST_ROWS && first <= end.saturating_sub(1) && u32::from(columns.unwrap_or(0)) <= MOST_COLUMNS
}

/// The records of a stream, as far as they are whole: kind and content.
struct Records<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Records<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (kind, length) = (half(self.rest, 0)?, half(self.rest, 2)? as usize);
        let data = self.rest.get(4..4 + length)?;
        self.rest = &self.rest[4 + length..];
        Some((kind, data))
    }
}

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(data: &[u8]) -> (tempfile::NamedTempFile, FileRef) {
        let kept = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(kept.path(), data).unwrap();
        let (path, name, size) = (kept.path().to_owned(), "a.xls".into(), data.len() as u64);
        let file =
            FileRef { path, name, size, modified: None, tag: None, partitions: Vec::new(), once: false };
        (kept, file)
    }

    #[test]
    fn a_list_of_streams_that_bites_its_tail_is_refused() {
        // The header, a table that says which sector follows, and the list of streams.
        let mut data = vec![0; 512];
        data[30] = 9;
        data[48..52].copy_from_slice(&1u32.to_le_bytes());
        data[68..512].fill(0xff);
        data[76..80].fill(0);
        let next = |after: u32| {
            let mut table = vec![0xff; 512];
            table[4..8].copy_from_slice(&after.to_le_bytes());
            table
        };
        let (_kept, circle) = file(&[data.clone(), next(1), vec![0; 512]].concat());
        assert!(check(&circle).unwrap_err().to_string().contains("leads in circles"));
        let (_kept, whole) = file(&[data, next(u32::MAX - 1), vec![0; 512]].concat());
        assert!(check(&whole).is_ok());
    }

    #[test]
    fn a_sheet_that_spans_far_more_than_it_holds_is_refused() {
        let (_kept, file) = file(b"");
        let record = |kind: u16, halves: &[u16]| {
            let content: Vec<u8> = halves.iter().flat_map(|half| half.to_le_bytes()).collect();
            [kind.to_le_bytes().to_vec(), (content.len() as u16).to_le_bytes().to_vec(), content].concat()
        };
        let sheet =
            |records: &[Vec<u8>]| check_sheet(&records.concat(), &file).map_err(|fault| fault.to_string());
        let cell = |row, column| record(0x0203, &[row, column, 0, 0, 0, 0, 0]);
        assert_eq!(sheet(&[record(0x0809, &[]), cell(0, 0), cell(9, 255)]), Ok(()));
        assert!(
            sheet(&[cell(0, 0), cell(65_535, 255)])
                .unwrap_err()
                .contains("2 cells take the room of 16777216")
        );
        let wide = "claims more rows or columns";
        assert!(sheet(&[cell(0, 256)]).unwrap_err().contains(wide));
        let claims = record(0x0200, &[0, 0, 0, 0xffff, 0, 256, 0]);
        assert!(sheet(&[claims]).unwrap_err().contains(wide));
        // Behind the end of the sheet, and in a chart, stands what is none of its cells.
        let chart = [record(0x0809, &[]), record(0x0809, &[]), cell(0, 300), record(0x000a, &[])];
        assert_eq!(sheet(&[chart.concat(), cell(0, 0), record(0x000a, &[]), cell(0, 300)]), Ok(()));
    }
}
