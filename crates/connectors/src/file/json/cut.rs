//! Finds the records of a JSON file and cuts it into pieces.
//!
//! With one object per line a piece is cut at a line end: JSON text holds no bare line end, so no look inside is
//! needed. In a document, records are the elements of the list at `records`, or of the list that is the document, or
//! the objects that follow each other at the top; they are copied out one by one.

use std::io::{Cursor, Read};
use std::sync::Arc;

use towpath_connect::ReadProgress;
use towpath_model::{Fault, FaultKind};

use super::feed::Feed;
use super::object::key_is;
use crate::file::bytes::{self, read_more};
use crate::file::chunks::Stretch;
use crate::file::config::{Format, Source};
use crate::file::line_cut::LineCutter;
use crate::file::pieces::{PIECE_BYTES, Piece, RecordPlace};
use crate::file::place::FileRef;
use crate::file::trouble::io_fault;

/// Cuts one file.
pub(in crate::file) enum Cutter {
    /// One record per line.
    Lines(Lines),
    /// Records inside a document.
    Document(Document),
}

impl Cutter {
    /// Opens a file.
    pub(in crate::file) fn open(
        file: &FileRef,
        format: Format,
        settings: &Source,
        records: &[String],
        progress: Option<Arc<ReadProgress>>,
    ) -> Result<Self, Fault> {
        let mut reader = bytes::open(file, settings.compression, progress)?;
        let mut start = Vec::new();
        let count = read_more(&mut reader, &mut start, PIECE_BYTES)
            .map_err(|error| io_fault("file", &file.name, error))?;
        let ended = count < PIECE_BYTES;
        bytes::check_text(&start[..start.len().min(1 << 16)], &file.name, "JSON")?;
        let mut at = 0;
        if start.starts_with(b"\xef\xbb\xbf") {
            start.drain(..3);
            at = 3;
        }
        // No lines are no rows, but no text is no document.
        if format == Format::Json && ended && start.trim_ascii().is_empty() {
            return Err(Fault::data(format!("file `{}` is empty", file.name)));
        }
        if format == Format::Ndjson {
            if start.trim_ascii_start().first() == Some(&b'[') {
                return Err(Fault::data(format!(
                    "file `{}` is a list, not one JSON object per line",
                    file.name
                ))
                .hint("set `format: json`"));
            }
            let reader = Box::new(Cursor::new(start).chain(reader));
            return Ok(Cutter::Lines(Lines(LineCutter::behind(reader, file.name.clone(), at, 0))));
        }
        let feed = Feed::new(reader, file.name.clone(), start);
        Ok(Cutter::Document(Document {
            feed,
            name: file.name.clone(),
            path: records.to_vec(),
            place: At::Start,
            piece_bytes: PIECE_BYTES,
        }))
    }

    /// A cutter for a stretch of a file with one record per line.
    pub(in crate::file) fn only(
        file: &FileRef,
        stretch: Stretch,
        progress: Option<Arc<ReadProgress>>,
    ) -> Result<Self, Fault> {
        let reader = bytes::open_stretch(file, stretch, progress)?;
        Ok(Cutter::Lines(Lines(LineCutter::behind(reader, file.name.clone(), stretch.from, stretch.line))))
    }

    /// Byte of the file that the first piece begins with, for text that may be cut by the byte.
    pub(super) fn start(&self) -> u64 {
        match self {
            Cutter::Lines(lines) => lines.0.at(),
            Cutter::Document(_) => 0,
        }
    }

    /// Fills a piece; answers whether there was anything left.
    pub(in crate::file) fn next(&mut self, piece: &mut Piece) -> Result<bool, Fault> {
        match self {
            Cutter::Lines(lines) => lines.next(piece),
            Cutter::Document(document) => document.next(piece),
        }
    }
}

/// One record per line.
pub(in crate::file) struct Lines(LineCutter);

impl Lines {
    fn next(&mut self, piece: &mut Piece) -> Result<bool, Fault> {
        let more = self.0.next(piece).map_err(|fault| match fault.kind() {
            FaultKind::Data => fault.hint("set `format: json` when the file is one document"),
            _ => fault,
        })?;
        let data = &piece.data;
        let (mut start, mut lines) = (0, 0);
        for end in memchr::memchr_iter(b'\n', data).chain([data.len()]) {
            if !data[start..end].trim_ascii().is_empty() {
                piece.records.push(RecordPlace { start: start as u32, end: end as u32, line: lines });
            }
            lines += u32::from(end < data.len());
            start = end + 1;
            if start >= data.len() {
                break;
            }
        }
        Ok(more)
    }
}

/// Where in the document the cutter stands.
#[derive(Debug, Clone, Copy, PartialEq)]
enum At {
    Start,
    /// Inside the list of records.
    List {
        first: bool,
    },
    /// Between objects that follow each other.
    Sequence,
    End,
}

/// Records inside a document.
pub(in crate::file) struct Document {
    feed: Feed,
    name: String,
    path: Vec<String>,
    place: At,
    piece_bytes: usize,
}

impl Document {
    fn next(&mut self, piece: &mut Piece) -> Result<bool, Fault> {
        if self.place == At::Start {
            self.place = self.enter()?;
        }
        // Lines of a piece are counted from its first record.
        let mut base = None;
        while self.place != At::End && piece.data.len() < self.piece_bytes {
            match self.place {
                At::List { first } => {
                    if self.feed.accept(b']')? {
                        self.place = At::End;
                        if self.path.is_empty() && self.feed.peek()?.is_some() {
                            return Err(self.feed.fault("more text follows the end of the list"));
                        }
                        break;
                    }
                    if !first {
                        self.feed.expect(b',')?;
                    }
                    self.place = At::List { first: false };
                }
                _ if self.feed.peek()?.is_none() => {
                    self.place = At::End;
                    break;
                }
                _ => {}
            }
            let whole = self.feed.value()?;
            let base = *base.get_or_insert(whole.line);
            let start = piece.data.len() as u32;
            piece.data.extend_from_slice(self.feed.bytes(whole));
            let end = piece.data.len() as u32;
            piece.records.push(RecordPlace { start, end, line: (whole.line - base) as u32 });
        }
        piece.before = base.unwrap_or(0);
        Ok(!piece.records.is_empty())
    }

    /// Goes to the first record.
    fn enter(&mut self) -> Result<At, Fault> {
        for name in self.path.clone() {
            if !self.feed.accept(b'{')? {
                return Err(self.astray(&name, "what holds it is no object"));
            }
            let mut first = true;
            loop {
                if self.feed.accept(b'}')? {
                    return Err(self.astray(&name, "there is no such key"));
                }
                if !first {
                    self.feed.expect(b',')?;
                }
                first = false;
                if self.feed.peek()? != Some(b'"') {
                    return Err(self.feed.fault("a key must be text in double quotes"));
                }
                let key = self.feed.value()?;
                let found = key_is(self.feed.bytes(key), &name);
                self.feed.expect(b':')?;
                if found {
                    break;
                }
                self.feed.value()?;
            }
        }
        if self.feed.accept(b'[')? {
            return Ok(At::List { first: true });
        }
        match self.feed.peek()? {
            Some(b'{') if self.path.is_empty() => Ok(At::Sequence),
            _ if self.path.is_empty() => Err(self.feed.fault("the document is neither a list nor an object")),
            _ => Err(self.astray(&self.path.join("."), "what stands there is no list")),
        }
    }

    fn astray(&self, name: &str, why: &str) -> Fault {
        Fault::data(format!("file `{}`: `{name}` of `records` was not found: {why}", self.name))
            .hint("set `records` to the way to the list, for example `data.items`")
    }
}
