//! Cuts text into pieces of whole lines.

use std::io::Read;

use towpath_model::Fault;

use super::bytes::read_more;
use super::pieces::{PIECE_BYTES, Piece, RECORD_BYTES};
use super::trouble::io_fault;

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
}

impl LineCutter {
    /// A cutter for what the reader gives.
    pub(super) fn new(reader: Box<dyn Read + Send>, name: String) -> Self {
        LineCutter::behind(reader, name, 0, 0)
    }

    /// A cutter for what the reader gives, which begins with byte `at` of the file, behind so many lines.
    pub(super) fn behind(reader: Box<dyn Read + Send>, name: String, at: u64, before: u64) -> Self {
        LineCutter { reader, name, rest: Vec::new(), ended: false, at, before }
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
            if let Some(at) = memchr::memrchr(b'\n', &data[looked..]) {
                let end = looked + at + 1;
                self.rest.extend_from_slice(&data[end..]);
                data.truncate(end);
                break;
            }
            looked = data.len();
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
