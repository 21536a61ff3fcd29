//! The blocks of an Avro file, found without decoding them.
//!
//! Before anything is decoded, every length that a block claims is held against the size of the file, and the mark
//! behind it is compared: the library that decodes would take a file that is cut off for a shorter one. Blocks
//! that unpack to more than a bound are refused.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use arrow_avro::compression::CompressionCodec;
use arrow_avro::reader::{HeaderInfo, read_header_info};
use flate2::read::DeflateDecoder;
use towpath_model::Fault;

use super::refuse_packed;
use crate::file::bytes::head;
use crate::file::place::FileRef;
use crate::file::trouble::io_fault;

/// Most bytes of a block, packed and unpacked.
const BLOCK_BYTES: u64 = 1 << 30;
/// Packed bytes up to which no block of these methods can unpack to more.
const SAFE_DEFLATE: u64 = 1 << 20;
const SAFE_ZSTD: u64 = 32 << 10;

/// A block.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Block {
    /// Its first byte.
    pub(super) at: u64,
    pub(super) rows: u64,
}

/// An Avro file as its blocks.
pub(super) struct Blocks {
    pub(super) header: HeaderInfo,
    pub(super) blocks: Vec<Block>,
}

/// The fault for a file that is not what it should be.
pub(super) fn damaged(file: &FileRef, why: &str) -> Fault {
    Fault::data(format!("Avro file `{}` is damaged or cut off: {why}", file.name))
        .hint("get the file again from where it came")
}

impl Blocks {
    /// Finds the blocks of a file.
    pub(super) fn find(file: &FileRef) -> Result<Self, Fault> {
        let first = head(file, 4)?;
        if first.is_empty() {
            return Err(Fault::data(format!("file `{}` is empty", file.name)));
        }
        if first != b"Obj\x01" {
            refuse_packed(&first, &file.name, "Avro")?;
            return Err(Fault::data(format!("file `{}` is not an Avro file", file.name))
                .hint("an object container file is needed; set `format` to what the file is"));
        }
        let fault = |error| io_fault("file", &file.name, error);
        let mut reader = BufReader::with_capacity(1 << 16, File::open(&file.path).map_err(fault)?);
        let header = read_header_info(&mut reader).map_err(|error| damaged(file, &error.to_string()))?;
        let codec = header.compression().map_err(|error| {
            Fault::data(format!("file `{}` uses a compression that is not supported", file.name))
                .hint("write the file with deflate, Snappy or Zstandard")
                .cause(error)
        })?;
        if matches!(codec, Some(CompressionCodec::Bzip2 | CompressionCodec::Xz)) {
            return Err(Fault::data(format!(
                "file `{}` uses a compression that is not supported",
                file.name
            ))
            .hint("write the file with deflate, Snappy or Zstandard"));
        }
        let mut at = header.header_len();
        reader.seek(SeekFrom::Start(at)).map_err(fault)?;
        let mut blocks = Vec::new();
        while !reader.fill_buf().map_err(fault)?.is_empty() {
            let (rows, first) = long(&mut reader, file)?;
            let (bytes, second) = long(&mut reader, file)?;
            let left = file.size.saturating_sub(at);
            if bytes > left || bytes > BLOCK_BYTES {
                return Err(damaged(
                    file,
                    &format!("a block claims {bytes} bytes, and the file has {left} more"),
                ));
            }
            if bytes == 0 && rows > 0 && codec.is_none() {
                return Err(damaged(file, "a block claims rows and has no bytes"));
            }
            check_size(&mut reader, bytes, codec, file)?;
            let mut mark = [0; 16];
            reader.read_exact(&mut mark).map_err(|_| damaged(file, "it ends in the middle of a block"))?;
            if mark != header.sync() {
                return Err(damaged(file, "the mark behind a block is another than that of the file"));
            }
            blocks.push(Block { at, rows });
            at += first + second + bytes + 16;
        }
        Ok(Blocks { header, blocks })
    }
}

/// A number that is not negative, and how many bytes it takes.
fn long(reader: &mut BufReader<File>, file: &FileRef) -> Result<(u64, u64), Fault> {
    let mut value = 0u64;
    for bytes in 1..=9 {
        let mut byte = [0];
        reader.read_exact(&mut byte).map_err(|_| damaged(file, "it ends in the head of a block"))?;
        let [byte] = byte;
        value |= u64::from(byte & 0x7f) << (7 * (bytes - 1));
        if byte & 0x80 == 0 {
            if value & 1 == 1 {
                return Err(damaged(file, "a block claims less than nothing"));
            }
            return Ok((value >> 1, bytes));
        }
    }
    Err(damaged(file, "the head of a block is broken"))
}

/// Steps over a block, whose bytes must not unpack to too many.
fn check_size(
    reader: &mut BufReader<File>,
    bytes: u64,
    codec: Option<CompressionCodec>,
    file: &FileRef,
) -> Result<(), Fault> {
    let fault = |error| io_fault("file", &file.name, error);
    let broken = |_| damaged(file, "a block cannot be unpacked");
    let mut block = reader.by_ref().take(bytes);
    let unpacked = match codec {
        Some(CompressionCodec::Snappy) => {
            if bytes < 5 {
                return Err(damaged(file, "a block is too short"));
            }
            // The length stands at the beginning.
            let (mut length, mut shift) = (0u64, 0);
            for byte in block.by_ref().bytes().take(5) {
                let byte = byte.map_err(fault)?;
                length |= u64::from(byte & 0x7f) << shift;
                shift += 7;
                if byte & 0x80 == 0 {
                    break;
                }
            }
            length
        }
        Some(CompressionCodec::Deflate) if bytes > SAFE_DEFLATE => {
            let inner = DeflateDecoder::new(&mut block);
            io::copy(&mut inner.take(BLOCK_BYTES + 1), &mut io::sink()).map_err(broken)?
        }
        Some(CompressionCodec::ZStandard) if bytes > SAFE_ZSTD => {
            let inner = zstd::Decoder::new(&mut block).map_err(broken)?;
            io::copy(&mut inner.take(BLOCK_BYTES + 1), &mut io::sink()).map_err(broken)?
        }
        _ => 0,
    };
    if unpacked > BLOCK_BYTES {
        return Err(Fault::data(format!("a block of Avro file `{}` unpacks to more than 1 GB", file.name)));
    }
    let left = block.limit();
    reader.seek_relative(i64::try_from(left).unwrap_or(i64::MAX)).map_err(fault)
}
