//! The lines of a file of messages, one at a time.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use towpath_model::Fault;

use crate::trouble::io_fault;

/// Longest line, in bytes.
const LONGEST: u64 = 128 << 20;

/// A walk over the lines.
pub(super) struct Lines {
    reader: BufReader<File>,
    name: String,
    buffer: Vec<u8>,
    number: u64,
}

/// One line that is not blank.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    /// 1 is the first line of the file.
    pub(super) number: u64,
    /// Without the line end.
    pub(super) text: &'a [u8],
    /// Bytes of the file up to and with this line that were not counted before.
    pub(super) bytes: u64,
}

impl Lines {
    /// Opens a file that messages call `name`.
    pub(super) fn open(path: &Path, name: &str) -> Result<Self, Fault> {
        let file = File::open(path).map_err(|error| io_fault("file", name, error))?;
        let reader = BufReader::with_capacity(1 << 18, file);
        Ok(Lines { reader, name: name.to_owned(), buffer: Vec::new(), number: 0 })
    }

    /// The next line that is not blank.
    pub(super) fn next(&mut self) -> Result<Option<Line<'_>>, Fault> {
        let mut bytes = 0;
        loop {
            self.buffer.clear();
            let count = (&mut self.reader)
                .take(LONGEST)
                .read_until(b'\n', &mut self.buffer)
                .map_err(|error| io_fault("file", &self.name, error))? as u64;
            if count == 0 {
                return Ok(None);
            }
            self.number += 1;
            bytes += count;
            if count == LONGEST && self.buffer.last() != Some(&b'\n') {
                return Err(Fault::data(format!(
                    "`{}`, line {}: a message is larger than 128 MB",
                    self.name, self.number
                )));
            }
            if !self.buffer.trim_ascii().is_empty() {
                break;
            }
        }
        Ok(Some(Line { number: self.number, text: self.buffer.trim_ascii(), bytes }))
    }
}
