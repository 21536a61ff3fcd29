//! Cuts text into pieces of whole lines, or of whole rows where rows have several lines.

use std::io::Read;

use regex::Regex;
use towpath_model::Fault;

use crate::file::bytes::read_more;
use crate::file::pieces::{PIECE_BYTES, Piece};
use crate::file::rows::pieces::Cut;
use crate::file::trouble::io_fault;

/// Most bytes of one line, or of the lines of one row.
const ROW_BYTES: usize = 16 << 20;

/// Cuts one file, or a stretch of it.
pub(in crate::file) struct LineCutter {
    pub(super) reader: Box<dyn Read + Send>,
    pub(super) name: String,
    pub(super) starts: Option<Regex>,
    /// What was read behind the last piece.
    pub(super) rest: Vec<u8>,
    pub(super) ended: bool,
    /// Byte of the file that the rest begins with.
    pub(super) at: u64,
    /// Lines before the rest.
    pub(super) line: u64,
}

impl LineCutter {
    /// Where a piece can end: behind the last whole line, or before the last line that begins a row.
    fn end(&self, data: &[u8]) -> Option<usize> {
        let whole = memchr::memrchr(b'\n', data)? + 1;
        let Some(starts) = &self.starts else { return Some(whole) };
        let mut end = whole;
        while end > 0 {
            let start = memchr::memrchr(b'\n', &data[..end - 1]).map_or(0, |at| at + 1);
            if start > 0 && begins_row(&data[start..end], starts) {
                return Some(start);
            }
            end = start;
        }
        None
    }
}

/// Whether a row begins with this line.
pub(super) fn begins_row(line: &[u8], starts: &Regex) -> bool {
    // What is no text cannot tell, and is shown as a row of its own.
    std::str::from_utf8(line).map_or(true, |line| starts.is_match(line))
}

impl Cut for LineCutter {
    fn next(&mut self, piece: &mut Piece) -> Result<bool, Fault> {
        let data = &mut piece.data;
        data.append(&mut self.rest);
        let mut want = PIECE_BYTES.saturating_sub(data.len()).max(1);
        loop {
            if !self.ended {
                let count = read_more(&mut self.reader, data, want)
                    .map_err(|error| io_fault("file", &self.name, error))?;
                self.ended = count < want;
            }
            if self.ended {
                break;
            }
            if let Some(end) = self.end(data) {
                self.rest.extend_from_slice(&data[end..]);
                data.truncate(end);
                break;
            }
            if data.len() >= ROW_BYTES {
                let message =
                    format!("file `{}`, line {}: the row is longer than 16 MB", self.name, self.line + 1);
                return Err(Fault::data(message).hint(match self.starts {
                    Some(_) => "check that `starts` is how rows begin",
                    None => "set `format` to what the file is",
                }));
            }
            // Doubling, so that a long row is not looked at again and again.
            want = data.len();
        }
        (piece.start, piece.before) = (self.at, self.line);
        self.at += data.len() as u64;
        self.line += memchr::memchr_iter(b'\n', data).count() as u64;
        Ok(!data.is_empty())
    }
}
