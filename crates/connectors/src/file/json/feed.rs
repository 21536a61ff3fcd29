//! A window on the bytes of a JSON document that moves forward only.
//!
//! It knows just enough of JSON to step over whole values: strings, and how deep brackets are nested. Whether a value
//! is well formed inside is decided later, row by row, where a mistake costs one row and not the file.

use std::io::Read;

use towpath_model::Fault;

use crate::file::bytes::read_more;
use crate::file::pieces::{PIECE_BYTES, RECORD_BYTES};
use crate::file::trouble::io_fault;

/// The window.
pub(super) struct Feed {
    reader: Box<dyn Read + Send>,
    name: String,
    buffer: Vec<u8>,
    at: usize,
    ended: bool,
    /// Line ends before `at`.
    lines: u64,
}

/// A value that is wholly inside the window.
#[derive(Debug, Clone, Copy)]
pub(super) struct Whole {
    /// Line of its first byte; 0 is the first line of the document.
    pub(super) line: u64,
    start: usize,
    end: usize,
}

impl Feed {
    /// A window on `start`, followed by what `reader` gives.
    pub(super) fn new(reader: Box<dyn Read + Send>, name: String, start: Vec<u8>) -> Self {
        Feed { reader, name, buffer: start, at: 0, ended: false, lines: 0 }
    }

    /// A fault at the current place.
    pub(super) fn fault(&self, what: &str) -> Fault {
        Fault::data(format!("file `{}`, line {}: {what}", self.name, self.lines + 1))
            .hint("check that the file is complete and valid JSON")
    }

    /// Drops what was stepped over and reads more; answers whether there was more.
    fn fill(&mut self) -> Result<bool, Fault> {
        if self.ended {
            return Ok(false);
        }
        self.buffer.drain(..self.at);
        self.at = 0;
        if self.buffer.len() > RECORD_BYTES {
            return Err(self.fault("a single value is larger than 128 MB"));
        }
        let bytes = self.buffer.len().max(PIECE_BYTES);
        let count = read_more(&mut self.reader, &mut self.buffer, bytes)
            .map_err(|error| io_fault("file", &self.name, error))?;
        self.ended = count < bytes;
        Ok(count > 0)
    }

    fn advance(&mut self, to: usize) {
        self.lines += memchr::memchr_iter(b'\n', &self.buffer[self.at..to]).count() as u64;
        self.at = to;
    }

    /// The next byte that is no white space, without stepping over it.
    pub(super) fn peek(&mut self) -> Result<Option<u8>, Fault> {
        loop {
            let rest = &self.buffer[self.at..];
            if let Some(skip) = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n')) {
                self.advance(self.at + skip);
                return Ok(Some(self.buffer[self.at]));
            }
            self.advance(self.buffer.len());
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    /// Steps over the next byte, which must be `byte`.
    pub(super) fn expect(&mut self, byte: u8) -> Result<(), Fault> {
        match self.peek()? {
            Some(found) if found == byte => {
                self.advance(self.at + 1);
                Ok(())
            }
            Some(found) => Err(self.fault(&format!(
                "found `{}` where `{}` should stand",
                char::from(found).escape_default(),
                char::from(byte)
            ))),
            None => Err(self.fault("the file ends in the middle of a value")),
        }
    }

    /// Steps over the next byte when it is `byte`.
    pub(super) fn accept(&mut self, byte: u8) -> Result<bool, Fault> {
        let found = self.peek()? == Some(byte);
        if found {
            self.advance(self.at + 1);
        }
        Ok(found)
    }

    /// Finds the end of the value that begins at the next byte. [`Feed::bytes`] gives it until the next call.
    pub(super) fn value(&mut self) -> Result<Whole, Fault> {
        if self.peek()?.is_none() {
            return Err(self.fault("the file ends in the middle of a value"));
        }
        let (mut scan, line) = (Scan::default(), self.lines);
        let mut looked = 0;
        loop {
            if let Some(length) = scan.end(&self.buffer[self.at..], &mut looked) {
                let start = self.at;
                self.advance(start + length);
                return Ok(Whole { line, start, end: start + length });
            }
            if !self.fill()? {
                let start = self.at;
                if scan.may_end_here() {
                    self.advance(self.buffer.len());
                    return Ok(Whole { line, start, end: self.buffer.len() });
                }
                return Err(self.fault("the value that begins here is cut off by the end of the file"));
            }
        }
    }

    /// The bytes of the value found last.
    pub(super) fn bytes(&self, whole: Whole) -> &[u8] {
        &self.buffer[whole.start..whole.end]
    }
}

/// The search for the end of one value, which may go on when more bytes have arrived.
#[derive(Debug, Default)]
struct Scan {
    depth: usize,
    in_string: bool,
    /// A number or word, which ends where something else begins.
    in_word: bool,
}

impl Scan {
    fn may_end_here(&self) -> bool {
        self.in_word && self.depth == 0
    }

    /// The end of the value in `data`, of which the first `looked` bytes were seen before.
    fn end(&mut self, data: &[u8], looked: &mut usize) -> Option<usize> {
        let mut at = *looked;
        while at < data.len() {
            if self.in_string {
                match memchr::memchr2(b'"', b'\\', &data[at..]) {
                    None => break,
                    Some(skip) if data[at + skip] == b'\\' => {
                        if at + skip + 1 >= data.len() {
                            // The escaped byte is still to come.
                            *looked = at + skip;
                            return None;
                        }
                        at += skip + 2;
                    }
                    Some(skip) => {
                        self.in_string = false;
                        at += skip + 1;
                        if self.depth == 0 {
                            return Some(at);
                        }
                    }
                }
                continue;
            }
            match data[at] {
                b'"' if self.in_word => return Some(at),
                b'"' => self.in_string = true,
                b'{' | b'[' if self.in_word => return Some(at),
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' if self.in_word => return Some(at),
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Some(at + 1);
                    }
                }
                b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' if self.depth == 0 => {
                    // Something must be stepped over, or a stray comma would be found for ever.
                    return Some(at.max(1));
                }
                _ => self.in_word = self.depth == 0,
            }
            at += 1;
        }
        *looked = data.len();
        None
    }
}
