//! Looks through each block of an Avro file before the library decodes it.
//!
//! A block says how many rows it holds. The library goes on forever where bytes are left behind these rows, so a block
//! is handed on only when its rows take all of its bytes.

use std::io::{self, Read};

use arrow_avro::compression::CompressionCodec;
use flate2::read::DeflateDecoder;

use super::avro_types::{MOST_EMPTY, Types};

/// Bytes of the mark behind a block.
const MARK: u64 = 16;

/// Blocks on their way from a file to the library.
pub(super) struct Checked<R> {
    blocks: R,
    types: Types,
    codec: Option<CompressionCodec>,
    /// The block under way, as it stands in the file, and the first byte that was not handed on.
    block: Vec<u8>,
    at: usize,
    unpacked: Vec<u8>,
}

impl<R: Read> Checked<R> {
    /// A reader of the same bytes, which begin with a block.
    pub(super) fn new(blocks: R, types: Types, codec: Option<CompressionCodec>) -> Self {
        Checked { blocks, types, codec, block: Vec::new(), at: 0, unpacked: Vec::new() }
    }

    /// Reads the next block; answers whether there was one. One that is cut off is handed on as it is.
    fn next(&mut self) -> io::Result<bool> {
        self.block.clear();
        self.at = 0;
        let Some(rows) = self.number()? else { return Ok(!self.block.is_empty()) };
        let Some(length) = self.number()? else { return Ok(true) };
        let start = self.block.len();
        let whole = length.saturating_add(MARK);
        let read = self.blocks.by_ref().take(whole).read_to_end(&mut self.block)? as u64;
        if read == whole {
            let content = &self.block[start..self.block.len() - MARK as usize];
            let content = match self.codec {
                None => content,
                Some(codec) => {
                    unpack(codec, content, &mut self.unpacked)?;
                    &self.unpacked
                }
            };
            if !holds(&self.types, content, rows) {
                return Err(invalid("a block holds other rows than it claims"));
            }
        }
        Ok(true)
    }

    /// A number at the head of a block, which is kept with it.
    fn number(&mut self) -> io::Result<Option<u64>> {
        let mut value = 0u64;
        for place in 0..10 {
            if self.blocks.by_ref().take(1).read_to_end(&mut self.block)? == 0 {
                return Ok(None);
            }
            let byte = self.block.last().copied().unwrap_or_default();
            value |= u64::from(byte & 0x7f) << (7 * place);
            if byte & 0x80 == 0 {
                return Ok((value & 1 == 0).then_some(value >> 1));
            }
        }
        Ok(None)
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.block.len() && !self.next()? {
            return Ok(0);
        }
        let count = buffer.len().min(self.block.len() - self.at);
        buffer[..count].copy_from_slice(&self.block[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

fn invalid(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Whether the bytes are so many rows, and nothing else.
fn holds(types: &Types, mut bytes: &[u8], rows: u64) -> bool {
    if rows > MOST_EMPTY.saturating_add(bytes.len() as u64) {
        return false;
    }
    for _ in 0..rows {
        match types.skip_row(bytes) {
            Some(rest) => bytes = rest,
            None => return false,
        }
    }
    bytes.is_empty()
}

/// Unpacks a block. That it does not unpack to too much was found out before.
fn unpack(codec: CompressionCodec, packed: &[u8], unpacked: &mut Vec<u8>) -> io::Result<()> {
    unpacked.clear();
    match codec {
        CompressionCodec::Deflate => DeflateDecoder::new(packed).read_to_end(unpacked).map(drop),
        CompressionCodec::ZStandard => zstd::Decoder::new(packed)?.read_to_end(unpacked).map(drop),
        CompressionCodec::Snappy => {
            // A checksum stands behind.
            let (packed, _) =
                packed.split_last_chunk::<4>().ok_or_else(|| invalid("a block is too short"))?;
            *unpacked = snap::raw::Decoder::new()
                .decompress_vec(packed)
                .map_err(|error| invalid(&error.to_string()))?;
            Ok(())
        }
        _ => Err(invalid("a block is packed in a way that is not supported")),
    }
}
