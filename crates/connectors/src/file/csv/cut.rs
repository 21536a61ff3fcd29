//! Cuts CSV text into pieces that end where a record ends.
//!
//! Whether a line end ends a record depends on the quotes before it, so cutting is the one part of reading that must
//! go through the file in order. It is made cheap: a piece without quotes is cut at its last line end, and in a piece
//! with quotes only the quotes are looked at. The rules are those of [`super::tokenize`]: a quote opens a field only
//! behind a delimiter or line end, and a field that is bad ends with the line it begins on.
//!
//! The last piece loses the rows of totals at its end ([`super::footer`]).

use std::io::Read;

use towpath_model::Fault;

use super::footer::Footer;
use super::tokenize::{Dialect, is_escaped};
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
    /// One byte that was read to see whether there is one.
    ahead: Option<u8>,
    /// Byte of the file that the next piece begins with.
    at: u64,
    ended: bool,
    /// Columns of the file, when the end of the text may hold rows of totals.
    footer_of: Option<usize>,
    footer: Footer,
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
        let (piece_bytes, footer) = (PIECE_BYTES, Footer::default());
        let (ahead, ended, footer_of) = (None, false, None);
        Cutter { reader, name, dialect, piece_bytes, rest, ahead, at, ended, footer_of, footer }
    }

    /// Leaves out rows of totals at the end of the text, which has so many columns.
    pub(super) fn without_footer(mut self, columns: usize) -> Self {
        self.footer_of = Some(columns);
        self
    }

    /// Byte of the file that the next piece begins with.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// What was left out at the end.
    pub(super) fn footer(self) -> Footer {
        self.footer
    }

    /// Smaller pieces, so that tests reach every border.
    #[cfg(test)]
    pub(super) fn with_piece_bytes(mut self, bytes: usize) -> Self {
        self.piece_bytes = bytes;
        self
    }

    /// Fills a piece; answers whether there was anything left.
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
                if let Some(columns) = self.footer_of {
                    self.footer.take(data, self.dialect, columns);
                }
                return Ok(!data.is_empty());
            }
            if let Some(end) = last_record_end(data, self.dialect) {
                self.rest.extend_from_slice(&data[end..]);
                data.truncate(end);
                return Ok(true);
            }
            if data.len() > RECORD_BYTES {
                return Err(Fault::data(format!(
                    "file `{}`: a quoted value that begins behind byte {} does not end within {} MB",
                    self.name,
                    self.at,
                    RECORD_BYTES >> 20
                ))
                .hint(
                    "close the quote, or set `quote` to an empty text when quotes have no meaning in the file",
                ));
            }
            // Doubling keeps the cost of looking at a giant record again proportional to its size.
            let more = data.len();
            self.fill(data, more)?;
        }
    }

    /// Adds so many bytes, or those that are left, and finds out whether these were the last.
    fn fill(&mut self, data: &mut Vec<u8>, bytes: usize) -> Result<(), Fault> {
        let fault = |error| io_fault("file", &self.name, error);
        let before = data.len();
        data.extend(self.ahead.take());
        let missing = bytes.saturating_sub(data.len() - before);
        read_more(&mut self.reader, data, missing).map_err(fault)?;
        // `read_more` stops short only at the end of the file.
        self.ended = data.len() - before < bytes;
        if !self.ended {
            let mut next = Vec::new();
            read_more(&mut self.reader, &mut next, 1).map_err(fault)?;
            self.ahead = next.pop();
            self.ended = self.ahead.is_none();
        }
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
        if !opens || is_comment(data, at, open, dialect) {
            at = open + 1;
            continue;
        }
        let closed = closing_quote(data, open, quote, dialect.backslash);
        // Text behind the closing quote: the line ends the record.
        let is_bad = closed
            .and_then(|close| data.get(close + 1))
            .is_some_and(|after| *after != dialect.delimiter && !matches!(after, b'\n' | b'\r'));
        if is_bad {
            let Some(end) = memchr::memchr2(b'\n', b'\r', &data[open..]) else { break };
            at = open + end;
            continue;
        }
        if let Some(last) = outside.last_mut() {
            last.1 = open;
        }
        let Some(close) = closed else { break };
        outside.push((close + 1, data.len()));
        at = close + 1;
    }
    outside.iter().rev().find_map(|(start, end)| last_line_end(&data[..*end], *start))
}

/// Whether the byte `at` of text outside quotes, of which everything before `from` was looked at, is in a comment.
fn is_comment(data: &[u8], from: usize, at: usize, dialect: Dialect) -> bool {
    let Some(comment) = dialect.comment else { return false };
    match memchr::memrchr2(b'\n', b'\r', &data[from..at]) {
        Some(end) => data[from + end + 1] == comment,
        None => {
            // The line began before: with text that was looked at, or in a comment with several quotes.
            let line = memchr::memrchr2(b'\n', b'\r', &data[..from]).map_or(0, |end| end + 1);
            data.get(line) == Some(&comment)
        }
    }
}

/// The quote that closes the field opened at `open`; a quote at the very end may be half of a doubled one.
fn closing_quote(data: &[u8], open: usize, quote: u8, backslash: bool) -> Option<usize> {
    let mut at = open + 1;
    loop {
        let found = at + memchr::memchr(quote, data.get(at..)?)?;
        if backslash && is_escaped(&data[open + 1..found]) {
            at = found + 1;
            continue;
        }
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
            let dialect =
                Dialect { delimiter: b',', quote: Some(b'"'), backslash: false, comment: Some(b'#') };
            last_record_end(text.as_bytes(), dialect).map(|end| &text[..end])
        }
        assert_eq!(check("a,b\nc,d"), Some("a,b\n"));
        assert_eq!(check("a,b"), None);
        assert_eq!(check("a,\"x\ny"), None);
        assert_eq!(check("a\nb,\"x\ny\",z\nc"), Some("a\nb,\"x\ny\",z\n"));
        assert_eq!(check("a\nb,\"x\n\"\"\ny\""), Some("a\n"));
        assert_eq!(check("5\" a\n6\" b\nc"), Some("5\" a\n6\" b\n"));
        assert_eq!(check("a\n\"b\n\"c\",d\ne"), Some("a\n\"b\n\"c\",d\n"));
        assert_eq!(check("#,\"\na\nb"), Some("#,\"\na\n"));
        assert_eq!(check("a\r\nb\r"), Some("a\r\n"));
        assert_eq!(check("a\r"), None);
    }
}
