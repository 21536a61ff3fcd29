//! Cuts text into pieces of whole lines, or of whole rows where rows have several lines, and pieces into lines.

use std::io::Read;

use regex::Regex;
use towpath_model::Fault;

use super::bytes::read_more;
use super::pieces::{PIECE_BYTES, Piece, RECORD_BYTES};
use super::trouble::io_fault;

/// Most bytes of a row that has several lines.
const ROW_BYTES: usize = 16 << 20;

/// Cuts one file.
pub(super) struct LineCutter {
    reader: Box<dyn Read + Send>,
    name: String,
    /// Bytes that were read but belong to the next piece.
    rest: Vec<u8>,
    ended: bool,
    /// Byte of the file that the rest begins with.
    at: u64,
    /// Lines before the rest.
    before: u64,
    /// What rows begin with, where they have several lines.
    starts: Option<Regex>,
}

impl LineCutter {
    /// A cutter for what the reader gives.
    pub(super) fn new(reader: Box<dyn Read + Send>, name: String) -> Self {
        LineCutter::behind(reader, name, 0, 0)
    }

    /// A cutter for what the reader gives, which begins with byte `at` of the file, behind so many lines.
    pub(super) fn behind(reader: Box<dyn Read + Send>, name: String, at: u64, before: u64) -> Self {
        LineCutter { reader, name, rest: Vec::new(), ended: false, at, before, starts: None }
    }

    /// Pieces end before a line that begins with this, so that rows of several lines stay whole.
    pub(super) fn starting(self, starts: Option<Regex>) -> Self {
        LineCutter { starts, ..self }
    }

    /// Where a piece can end, at or behind `looked`.
    fn end(&self, data: &[u8], looked: usize) -> Option<usize> {
        let Some(starts) = &self.starts else {
            return memchr::memrchr(b'\n', &data[looked..]).map(|at| looked + at + 1);
        };
        let mut end = memchr::memrchr(b'\n', data)? + 1;
        while end > 0 {
            let start = memchr::memrchr(b'\n', &data[..end - 1]).map_or(0, |at| at + 1);
            if start > 0 && begins_row(&data[start..end], starts) {
                return Some(start);
            }
            end = start;
        }
        None
    }

    /// Byte of the file that the next piece begins with.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// Fills a piece with whole lines; answers whether there was anything left.
    pub(super) fn next(&mut self, piece: &mut Piece) -> Result<bool, Fault> {
        let data = &mut piece.data;
        data.append(&mut self.rest);
        let mut looked = 0;
        loop {
            if !self.ended && (data.len() < PIECE_BYTES || looked > 0) {
                // Doubling, so that a giant line is not copied again and again.
                let want = if looked > 0 { data.len() } else { PIECE_BYTES - data.len() };
                let count = read_more(&mut self.reader, data, want)
                    .map_err(|error| io_fault("file", &self.name, error))?;
                self.ended = count < want;
            }
            if self.ended {
                break;
            }
            if let Some(end) = self.end(data, looked) {
                self.rest.extend_from_slice(&data[end..]);
                data.truncate(end);
                break;
            }
            looked = data.len();
            if self.starts.is_some() && data.len() >= ROW_BYTES {
                let place = format!("file `{}`, line {}", self.name, self.before + 1);
                return Err(Fault::data(format!("{place}: the row is longer than 16 MB"))
                    .hint("check that `starts` is how rows begin"));
            }
            if data.len() > RECORD_BYTES {
                return Err(Fault::data(format!(
                    "file `{}`, line {}: the line is longer than 128 MB",
                    self.name,
                    self.before + 1
                ))
                .hint("set `format` to what the file is"));
            }
        }
        (piece.start, piece.before) = (self.at, self.before);
        self.at += data.len() as u64;
        self.before += memchr::memchr_iter(b'\n', data).count() as u64;
        Ok(!data.is_empty())
    }
}

/// The lines of a text, without their ends (LF, or CR and LF).
#[derive(Debug)]
pub(super) struct Lines<'a> {
    rest: &'a [u8],
}

impl<'a> Lines<'a> {
    /// The lines of this text. What stands behind the last line end is a line too, unless it is nothing.
    pub(super) fn of(text: &'a [u8]) -> Self {
        Lines { rest: text }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let (line, rest) = match memchr::memchr(b'\n', self.rest) {
            Some(end) => (&self.rest[..end], &self.rest[end + 1..]),
            None => (self.rest, &[][..]),
        };
        self.rest = rest;
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }
}

/// Whether a row begins with this line.
pub(super) fn begins_row(line: &[u8], starts: &Regex) -> bool {
    // What is no text cannot tell, and is shown as a row of its own.
    std::str::from_utf8(line).map_or(true, |line| starts.is_match(line))
}
