//! Text of any encoding as a stream of UTF-8.
//!
//! What cannot be decoded is not replaced: the bytes pass as they are, or as bytes that are never UTF-8, so that whoever
//! checks rows for UTF-8 finds the row and can show it. Memory is two buffers of fixed size.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult};

use super::encoding::{Encoding, Table};
use super::repair::repair;

/// Bytes that are decoded at a time.
const BUFFER_BYTES: usize = 64 << 10;

/// A byte that is never part of UTF-8.
const NEVER: u8 = 0xff;

/// Decodes while it is read.
pub(super) struct Decoding<R> {
    inner: R,
    how: How,
    /// Bytes that were read and not decoded yet.
    input: Vec<u8>,
    /// UTF-8 that was not taken yet, from `taken` on.
    output: Vec<u8>,
    taken: usize,
    ended: bool,
}

enum How {
    Single(&'static Table),
    Wide {
        big: bool,
        unit: usize,
    },
    Other(Box<Decoder>),
    /// UTF-8 that was decoded wrongly before.
    Mojibake,
}

impl<R: Read> Decoding<R> {
    /// Decodes everything but UTF-8, which needs no decoding: `None` for it.
    pub(super) fn new(inner: R, encoding: Encoding) -> Result<Self, R> {
        let how = match encoding {
            Encoding::Utf8 => return Err(inner),
            Encoding::Single(table) => How::Single(table),
            Encoding::Utf16 { big } => How::Wide { big, unit: 2 },
            Encoding::Utf32 { big } => How::Wide { big, unit: 4 },
            Encoding::Other(other) => How::Other(Box::new(other.new_decoder_without_bom_handling())),
        };
        Ok(Decoding::by(inner, how))
    }

    /// Mends UTF-8 that was decoded wrongly once.
    pub(super) fn repairing(inner: R) -> Self {
        Decoding::by(inner, How::Mojibake)
    }

    fn by(inner: R, how: How) -> Self {
        Decoding { inner, how, input: Vec::new(), output: Vec::new(), taken: 0, ended: false }
    }

    /// Decodes the next bytes; what is cut off in the middle of a character waits for more.
    fn refill(&mut self) -> io::Result<()> {
        self.output.clear();
        self.taken = 0;
        while self.output.is_empty() && !self.ended {
            let missing = BUFFER_BYTES - self.input.len().min(BUFFER_BYTES);
            let count = (&mut self.inner).take(missing as u64).read_to_end(&mut self.input)?;
            self.ended = count < missing;
            let used = match &mut self.how {
                How::Single(table) => single(table, &self.input, &mut self.output),
                How::Wide { big, unit } => wide(*big, *unit, &self.input, self.ended, &mut self.output),
                How::Mojibake => repair(&self.input, self.ended, &mut self.output),
                How::Other(decoder) => other(decoder, &self.input, self.ended, &mut self.output),
            };
            self.input.drain(..used);
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoding<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.output.len() {
            self.refill()?;
        }
        let count = buffer.len().min(self.output.len() - self.taken);
        buffer[..count].copy_from_slice(&self.output[self.taken..self.taken + count]);
        self.taken += count;
        Ok(count)
    }
}

fn single(table: &Table, input: &[u8], output: &mut Vec<u8>) -> usize {
    let mut rest = input;
    while let Some(byte) = rest.first() {
        let plain = rest.iter().position(|byte| !byte.is_ascii()).unwrap_or(rest.len());
        output.extend_from_slice(&rest[..plain]);
        rest = &rest[plain..];
        if plain > 0 {
            continue;
        }
        match table.decode(*byte) {
            Some(character) => push(character, output),
            None => output.push(*byte),
        }
        rest = &rest[1..];
    }
    input.len()
}

fn wide(big: bool, unit: usize, input: &[u8], ended: bool, output: &mut Vec<u8>) -> usize {
    let value = |bytes: &[u8]| {
        let order = |sum: u32, byte: &u8| sum << 8 | u32::from(*byte);
        if big { bytes.iter().fold(0, order) } else { bytes.iter().rev().fold(0, order) }
    };
    let mut at = 0;
    while let Some(bytes) = input.get(at..at + unit) {
        let (mut code, mut used) = (value(bytes), unit);
        if unit == 2 && (0xd800..0xdc00).contains(&code) {
            match input.get(at + 2..at + 4).map(value) {
                // The other half may still come.
                None if !ended => return at,
                Some(low @ 0xdc00..0xe000) => {
                    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                    used = 4;
                }
                _ => {}
            }
        }
        match char::from_u32(code) {
            Some(character) => push(character, output),
            // Half a surrogate pair, or no code point: never UTF-8, and shown with its number.
            None => output.extend_from_slice(&[NEVER, (code >> 8) as u8 | 0x80, code as u8 | 0x80]),
        }
        at += used;
    }
    if ended && at < input.len() {
        output.extend(std::iter::repeat_n(NEVER, input.len() - at));
        at = input.len();
    }
    at
}

fn other(decoder: &mut Decoder, input: &[u8], ended: bool, output: &mut Vec<u8>) -> usize {
    let mut used = 0;
    loop {
        let rest = &input[used..];
        let room =
            decoder.max_utf8_buffer_length_without_replacement(rest.len()).unwrap_or(rest.len() * 3 + 16);
        let before = output.len();
        output.resize(before + room, 0);
        let (result, read, written) =
            decoder.decode_to_utf8_without_replacement(rest, &mut output[before..], ended);
        output.truncate(before + written);
        used += read;
        match result {
            DecoderResult::InputEmpty => return used,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => output.push(NEVER),
        }
    }
}

fn push(character: char, output: &mut Vec<u8>) {
    output.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

/// Leaves NUL characters out.
pub(super) struct WithoutNul<R>(pub(super) R);

impl<R: Read> Read for WithoutNul<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.0.read(buffer)?;
            let mut kept = 0;
            for at in 0..count {
                if buffer[at] != 0 {
                    buffer[kept] = buffer[at];
                    kept += 1;
                }
            }
            if kept > 0 || count == 0 {
                return Ok(kept);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: &[u8], encoding: &str) -> Vec<u8> {
        let mut text = Vec::new();
        let encoding = Encoding::named(encoding).unwrap();
        Decoding::new(bytes, encoding).map(|mut decoding| decoding.read_to_end(&mut text).unwrap()).unwrap();
        text
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        // Long enough that every kind of character falls across the border of two buffers.
        let text = "prix : 12,50 ; é è ç ÿ à l’œuvre\r\n".repeat(6000);
        let wide: Vec<u16> = text.encode_utf16().collect();
        let check =
            |bytes: &[u8], encoding| assert!(decode(bytes, encoding) == text.as_bytes(), "{encoding}");
        check(&wide.iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<_>>(), "utf-16le");
        check(&wide.iter().flat_map(|unit| unit.to_be_bytes()).collect::<Vec<_>>(), "utf-16be");
        check(&text.chars().flat_map(|c| (c as u32).to_le_bytes()).collect::<Vec<_>>(), "utf-32le");
        check(&text.chars().flat_map(|c| (c as u32).to_be_bytes()).collect::<Vec<_>>(), "utf-32be");
        for name in ["cp1252", "macroman"] {
            let Encoding::Single(table) = Encoding::named(name).unwrap() else { unreachable!() };
            check(&text.chars().map(|c| table.encode(c).unwrap()).collect::<Vec<_>>(), name);
        }
        let kanji = "注文,数量\n".repeat(9000);
        let (bytes, ..) = encoding_rs::SHIFT_JIS.encode(&kanji);
        assert!(decode(&bytes, "shift_jis") == kanji.as_bytes());
    }

    #[test]
    fn surrogate_pairs_are_one_character_and_halves_are_none() {
        let pair: Vec<u8> = "😀".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&pair, "utf-16le"), "😀".as_bytes());
        for broken in [&pair[..2], &pair[2..], &pair[..3]] {
            assert!(std::str::from_utf8(&decode(broken, "utf-16le")).is_err(), "{broken:?}");
        }
    }

    #[test]
    fn bytes_without_meaning_are_never_replaced() {
        assert_eq!(decode(b"a\x81b", "cp1252"), b"a\x81b");
        assert!(std::str::from_utf8(&decode(b"a\x81\x20b", "shift_jis")).is_err());
    }
}
