//! The characters of a file, one after the other, within bounds.

use std::io::Read;
use std::sync::{Arc, Mutex};

use crate::file::bytes::read_more;
use crate::file::pieces::RECORD_BYTES;

/// Bytes that are read at a time.
const BLOCK: usize = 1 << 16;

/// Why the characters ended early, and how many may still come.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) trouble: Option<Trouble>,
    left: usize,
}

/// Why characters ended early.
#[derive(Debug)]
pub(super) enum Trouble {
    Io(std::io::Error),
    NotUtf8,
    TooLarge,
}

/// The characters.
pub(super) struct Chars {
    reader: Box<dyn Read + Send>,
    /// Bytes that were read; those before `at` are used up.
    bytes: Vec<u8>,
    at: usize,
    /// End of what is known to be whole characters.
    end: usize,
    state: Arc<Mutex<State>>,
}

impl Chars {
    pub(super) fn new(reader: Box<dyn Read + Send>) -> (Self, Arc<Mutex<State>>) {
        let state = Arc::new(Mutex::new(State { trouble: None, left: RECORD_BYTES }));
        (Chars { reader, bytes: Vec::new(), at: 0, end: 0, state: Arc::clone(&state) }, state)
    }

    /// Gets more whole characters; answers whether there are.
    fn fill(&mut self) -> bool {
        let Ok(mut state) = self.state.lock() else { return false };
        if state.trouble.is_some() {
            return false;
        }
        self.bytes.drain(..self.at);
        (self.at, self.end) = (0, 0);
        if state.left < BLOCK {
            state.trouble = Some(Trouble::TooLarge);
            return false;
        }
        state.left -= BLOCK;
        let count = match read_more(&mut self.reader, &mut self.bytes, BLOCK) {
            Ok(count) => count,
            Err(error) => {
                state.trouble = Some(Trouble::Io(error));
                return false;
            }
        };
        self.end = match std::str::from_utf8(&self.bytes) {
            Ok(text) => text.len(),
            // A character may be cut by the end of the block, but not by the end of the file.
            Err(error) if error.error_len().is_none() && count > 0 => error.valid_up_to(),
            Err(_) => {
                state.trouble = Some(Trouble::NotUtf8);
                return false;
            }
        };
        self.end > 0
    }
}

/// Lets another row have all the room.
pub(super) fn begin(state: &Mutex<State>) {
    if let Ok(mut state) = state.lock() {
        state.left = RECORD_BYTES;
    }
}

impl Iterator for Chars {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        if self.at == self.end && !self.fill() {
            return None;
        }
        let rest = &self.bytes[self.at..self.end];
        if rest[0] < 0x80 {
            self.at += 1;
            return Some(char::from(rest[0]));
        }
        let length = match rest[0] {
            0xf0.. => 4,
            0xe0.. => 3,
            _ => 2,
        };
        let found = std::str::from_utf8(rest.get(..length)?).ok()?.chars().next()?;
        self.at += length;
        Some(found)
    }
}
