//! The layout of an Arrow file or stream, taken from its headers alone.
//!
//! Before anything is read, every length that a header claims is held against the size of the file. A damaged file
//! is found out here, by a few bytes per batch; the library that reads it would believe the number and ask for that
//! much memory.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use arrow::ipc::{Block, Message, RecordBatch, root_as_footer, root_as_message};
use towpath_model::Fault;

use crate::file::place::FileRef;
use crate::file::trouble::io_fault;

/// What every header of a message may begin with.
const CONTINUATION: [u8; 4] = [0xff; 4];
/// Bytes at the end of a file: the length of the footer, and the magic word.
const TAIL: u64 = 10;
/// Most bytes that a compressed column of one batch may claim to become.
const UNPACKED: i64 = i32::MAX as i64;

/// Where the headers of a file stand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Layout {
    /// One after the other.
    Stream,
    /// Listed at the end.
    File,
}

/// Rows of each batch.
pub(super) fn batch_rows(file: &FileRef, layout: Layout) -> Result<Vec<u64>, Fault> {
    let opened = File::open(&file.path).map_err(|error| io_fault("file", &file.name, error))?;
    let mut walk = Walk { file, opened, size: file.size, rows: Vec::new() };
    match layout {
        Layout::Stream => walk.stream(),
        Layout::File => walk.file(),
    }?;
    Ok(walk.rows)
}

struct Walk<'a> {
    file: &'a FileRef,
    opened: File,
    size: u64,
    rows: Vec<u64>,
}

impl Walk<'_> {
    fn damaged(&self, why: &str) -> Fault {
        Fault::data(format!("Arrow file `{}` is damaged or cut off: {why}", self.file.name))
            .hint("get the file again from where it came")
    }

    fn bytes<const N: usize>(&mut self, at: u64) -> Result<[u8; N], Fault> {
        let mut bytes = [0; N];
        self.fill(at, &mut bytes)?;
        Ok(bytes)
    }

    fn fill(&mut self, at: u64, bytes: &mut [u8]) -> Result<(), Fault> {
        let filled = self.opened.seek(SeekFrom::Start(at)).and_then(|_| self.opened.read_exact(bytes));
        filled.map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => self.damaged("it ends in the middle of a batch"),
            _ => io_fault("file", &self.file.name, error),
        })
    }

    /// A length that a header claims, which must leave the file room behind `at`.
    fn length(&self, what: &str, claimed: i64, at: u64) -> Result<u64, Fault> {
        let length = u64::try_from(claimed).ok().filter(|length| *length <= self.size.saturating_sub(at));
        length.ok_or_else(|| {
            self.damaged(&format!("{what} claims {claimed} bytes, and the file has {}", self.size))
        })
    }

    fn stream(&mut self) -> Result<(), Fault> {
        let mut at = 0;
        // A stream may end without saying so.
        while at < self.size {
            let Some((header, from)) = self.header(at)? else { break };
            let body = self.message(&header, None, from)?;
            at = from + body;
        }
        Ok(())
    }

    /// The header at a place, and where it ends; `None` at the mark of the end.
    fn header(&mut self, mut at: u64) -> Result<Option<(Vec<u8>, u64)>, Fault> {
        let mut length: [u8; 4] = self.bytes(at)?;
        at += 4;
        if length == CONTINUATION {
            length = self.bytes(at)?;
            at += 4;
        }
        let length = self.length("a header", i32::from_le_bytes(length).into(), at)?;
        if length == 0 {
            return Ok(None);
        }
        let mut header = vec![0; length as usize];
        self.fill(at, &mut header)?;
        Ok(Some((header, at + length)))
    }

    fn file(&mut self) -> Result<(), Fault> {
        let tail = self.size.checked_sub(TAIL).ok_or_else(|| self.damaged("it has no end"))?;
        let end: [u8; TAIL as usize] = self.bytes(tail)?;
        if !end.ends_with(b"ARROW1") {
            return Err(self.damaged("the list of its batches is missing at the end"));
        }
        let length = i64::from(i32::from_le_bytes([end[0], end[1], end[2], end[3]]));
        let length = self.length("the list of its batches", length, TAIL)?;
        let mut footer = vec![0; length as usize];
        self.fill(tail - length, &mut footer)?;
        let footer =
            root_as_footer(&footer).map_err(|_| self.damaged("the list of its batches is broken"))?;
        for block in footer.dictionaries().iter().flatten().chain(footer.recordBatches().iter().flatten()) {
            self.block(block)?;
        }
        Ok(())
    }

    fn block(&mut self, block: &Block) -> Result<(), Fault> {
        let at = self.length("the list of its batches", block.offset(), 0)?;
        let (header, _) =
            self.header(at)?.ok_or_else(|| self.damaged("a batch is missing that is listed"))?;
        let from = at + self.length("a header", block.metaDataLength().into(), at)?;
        self.message(&header, Some(block.bodyLength()), from).map(|_| ())
    }

    /// Checks a message whose header ends at `from`; answers the length of its body.
    fn message(&mut self, header: &[u8], listed: Option<i64>, from: u64) -> Result<u64, Fault> {
        let message: Message<'_> = root_as_message(header).map_err(|_| self.damaged("a header is broken"))?;
        let body = self.length("a batch", message.bodyLength(), from)?;
        if let Some(listed) = listed {
            self.length("a batch", listed, from)?;
        }
        if let Some(batch) = message.header_as_record_batch() {
            self.batch(batch, from, body)?;
            self.rows.push(u64::try_from(batch.length()).unwrap_or(0));
        } else if let Some(batch) = message.header_as_dictionary_batch().and_then(|words| words.data()) {
            self.batch(batch, from, body)?;
        }
        Ok(body)
    }

    fn batch(&mut self, batch: RecordBatch<'_>, from: u64, body: u64) -> Result<(), Fault> {
        let is_negative = batch.length() < 0 || batch.nodes().iter().flatten().any(|node| node.length() < 0);
        if is_negative {
            return Err(self.damaged("a batch claims less than no rows"));
        }
        for buffer in batch.buffers().iter().flatten() {
            let place = u64::try_from(buffer.offset()).ok().zip(u64::try_from(buffer.length()).ok());
            let fits =
                place.filter(|(offset, length)| offset.checked_add(*length).is_some_and(|end| end <= body));
            let Some((offset, length)) = fits else {
                return Err(self.damaged("a column claims more bytes than its batch has"));
            };
            if batch.compression().is_some() && length >= 8 {
                let unpacked = i64::from_le_bytes(self.bytes(from + offset)?);
                if !(-1..=UNPACKED).contains(&unpacked) {
                    let why =
                        format!("a compressed column claims {unpacked} bytes, and at most 2 GB are read");
                    return Err(self.damaged(&why));
                }
            }
        }
        Ok(())
    }
}
