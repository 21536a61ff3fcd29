//! Cuts CSV text into pieces that end where a record ends.
//!
//! Whether a line end ends a record depends on the quotes before it, so cutting is the one part of reading that must
//! go through the file in order. It is made cheap: a piece without quotes is cut at its last line end, and in a piece
//! with quotes only the quotes are looked at. The rules are those of [`super::tokenize`]: a quote opens a field only
//! behind a delimiter or line end.

use std::io::Read;

use towpath_model::Fault;

use super::tokenize::Dialect;
use crate::file::bytes::read_more;
use crate::file::pieces::{PIECE_BYTES, Piece, RECORD_BYTES};
use crate::file::trouble::io_fault;

/// Cuts one file.
pub(super) struct Cutter {
    reader: Box<dyn Read + Send>,
    name: String,
    dialect: Dialect,
    piece_bytes: usize,
    /// Bytes that were read but belong to the next piece.
    rest: Vec<u8>,
    /// Byte of the file that the next piece begins with.
    at: u64,
    ended: bool,
}

impl Cutter {
    /// A cutter for the bytes of `rest`, the first of which is byte `at` of the file, followed by those of `reader`.
    pub(super) fn new(
        reader: Box<dyn Read + Send>,
        rest: Vec<u8>,
        at: u64,
        name: String,
        dialect: Dialect,
    ) -> Self {
        Cutter { reader, name, dialect, piece_bytes: PIECE_BYTES, rest, at, ended: false }
    }

    /// Smaller pieces, so that tests reach every border.
    #[cfg(test)]
    pub(super) fn with_piece_bytes(mut self, bytes: usize) -> Self {
        self.piece_bytes = bytes;
        self
    }

    /// Fills a piece; answers whether there was anything left.
    ///
    /// A record that never ends, or is larger than allowed, becomes the last piece, unclosed: the tokenizer knows
    /// the line on which its quote opened.
    pub(super) fn next(&mut self, piece: &mut Piece) -> Result<bool, Fault> {
        let more = self.cut(&mut piece.data)?;
        piece.start = self.at;
        self.at += piece.data.len() as u64;
        Ok(more)
    }

    fn cut(&mut self, data: &mut Vec<u8>) -> Result<bool, Fault> {
        data.append(&mut self.rest);
        loop {
            if !self.ended && data.len() < self.piece_bytes.max(2) {
                let missing = self.piece_bytes.max(2) - data.len();
                self.fill(data, missing)?;
            }
            if self.ended {
                return Ok(!data.is_empty());
            }
            if let Some(end) = last_record_end(data, self.dialect) {
                self.rest.extend_from_slice(&data[end..]);
                data.truncate(end);
                return Ok(true);
            }
            if data.len() > RECORD_BYTES {
                self.ended = true;
                return Ok(true);
            }
            // Doubling keeps the cost of looking at a giant record again proportional to its size.
            let more = data.len();
            self.fill(data, more)?;
        }
    }

    fn fill(&mut self, data: &mut Vec<u8>, bytes: usize) -> Result<(), Fault> {
        let before = data.len();
        read_more(&mut self.reader, data, bytes).map_err(|error| io_fault("file", &self.name, error))?;
        // `read_more` stops short only at the end of the file.
        self.ended = data.len() - before < bytes;
        Ok(())
    }
}

/// The end of the last complete record.
fn last_record_end(data: &[u8], dialect: Dialect) -> Option<usize> {
    let quotes = dialect.quote.filter(|quote| memchr::memchr(*quote, data).is_some());
    let Some(quote) = quotes else { return last_line_end(data, 0) };
    // Where the text outside quotes begins, for each such stretch; the last one may be open.
    let mut outside = vec![(0, data.len())];
    let mut at = 0;
    while let Some(found) = memchr::memchr(quote, &data[at..]) {
        let open = at + found;
        let opens = match open.checked_sub(1).map(|before| data[before]) {
            None | Some(b'\n' | b'\r') => true,
            Some(before) => before == dialect.delimiter,
        };
        if !opens {
            at = open + 1;
            continue;
        }
        if let Some(last) = outside.last_mut() {
            last.1 = open;
        }
        let Some(close) = closing_quote(data, open, quote) else { break };
        outside.push((close + 1, data.len()));
        at = close + 1;
    }
    outside.iter().rev().find_map(|(start, end)| last_line_end(&data[..*end], *start))
}

/// The quote that closes the field opened at `open`; a quote at the very end may be half of a doubled one.
fn closing_quote(data: &[u8], open: usize, quote: u8) -> Option<usize> {
    let mut at = open + 1;
    loop {
        let found = at + memchr::memchr(quote, data.get(at..)?)?;
        match data.get(found + 1) {
            Some(next) if *next == quote => at = found + 2,
            Some(_) => return Some(found),
            None => return None,
        }
    }
}

/// The end of the last line of `data[from..]`, behind its line end.
fn last_line_end(data: &[u8], from: usize) -> Option<usize> {
    let mut end = data.len();
    loop {
        let at = from + memchr::memrchr2(b'\n', b'\r', data.get(from..end)?)?;
        if data[at] == b'\n' || at + 1 < data.len() {
            return Some(at + 1);
        }
        // A CR at the very end may be half of a CRLF.
        end = at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_fall_between_records_only() {
        fn check(text: &str) -> Option<&str> {
            let dialect = Dialect { delimiter: b',', quote: Some(b'"') };
            last_record_end(text.as_bytes(), dialect).map(|end| &text[..end])
        }
        assert_eq!(check("a,b\nc,d"), Some("a,b\n"));
        assert_eq!(check("a,b"), None);
        assert_eq!(check("a,\"x\ny"), None);
        assert_eq!(check("a\nb,\"x\ny\",z\nc"), Some("a\nb,\"x\ny\",z\n"));
        assert_eq!(check("a\nb,\"x\n\"\"\ny\""), Some("a\n"));
        assert_eq!(check("5\" a\n6\" b\nc"), Some("5\" a\n6\" b\n"));
        assert_eq!(check("a\r\nb\r"), Some("a\r\n"));
        assert_eq!(check("a\r"), None);
    }
}
