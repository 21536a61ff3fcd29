//! Bytes of a file: decompressed, counted, and looked at before anything believes in their format.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;

use flate2::read::MultiGzDecoder;
use towpath_connect::ReadProgress;
use towpath_model::Fault;

use super::chunks::Stretch;
use super::config::ReadCompression;
use super::place::FileRef;
use super::trouble::io_fault;

/// Opens a file for reading, decompressed. Bytes are counted as they leave the disk.
pub(super) fn open(
    file: &FileRef,
    compression: ReadCompression,
    progress: Option<Arc<ReadProgress>>,
) -> Result<Box<dyn Read + Send>, Fault> {
    let fault = |error| io_fault("file", &file.name, error);
    let opened = File::open(&file.path).map_err(fault)?;
    let compression = compression_of(file, compression)?;
    let counted = Counted { inner: opened, progress };
    // Text formats read large pieces themselves; only decompressors ask for small ones.
    Ok(match compression {
        ReadCompression::Gzip => Box::new(MultiGzDecoder::new(BufReader::with_capacity(1 << 16, counted))),
        ReadCompression::Zstd => Box::new(zstd::Decoder::new(counted).map_err(fault)?),
        ReadCompression::Auto | ReadCompression::None => Box::new(counted),
    })
}

/// Opens a stretch of a file that is not compressed.
pub(super) fn open_stretch(
    file: &FileRef,
    stretch: Stretch,
    progress: Option<Arc<ReadProgress>>,
) -> Result<Box<dyn Read + Send>, Fault> {
    let fault = |error| io_fault("file", &file.name, error);
    let mut opened = File::open(&file.path).map_err(fault)?;
    opened.seek(SeekFrom::Start(stretch.from)).map_err(fault)?;
    Ok(Box::new(Counted { inner: opened, progress }.take(stretch.to.saturating_sub(stretch.from))))
}

/// How a file is compressed: as the settings say, or as its first bytes tell.
pub(super) fn compression_of(file: &FileRef, given: ReadCompression) -> Result<ReadCompression, Fault> {
    match given {
        ReadCompression::Auto => Ok(packed(&head(file, 4)?)),
        given => Ok(given),
    }
}

/// The first bytes of a file, as they are on disk.
pub(super) fn head(file: &FileRef, bytes: usize) -> Result<Vec<u8>, Fault> {
    let fault = |error| io_fault("file", &file.name, error);
    let mut head = Vec::with_capacity(bytes);
    File::open(&file.path).map_err(fault)?.take(bytes as u64).read_to_end(&mut head).map_err(fault)?;
    Ok(head)
}

/// The compression that the first bytes tell.
pub(super) fn packed(head: &[u8]) -> ReadCompression {
    match head {
        [0x1f, 0x8b, ..] => ReadCompression::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => ReadCompression::Zstd,
        _ => ReadCompression::None,
    }
}

/// Refuses what is no text: known binary formats by their first bytes, others by NUL bytes.
pub(super) fn check_text(sample: &[u8], name: &str, format: &str) -> Result<(), Fault> {
    let hint_format = "set `format` to what the file is, or give the right path";
    let (what, hint) = match sample {
        [b'P', b'K', 3 | 5, 4 | 6, ..]
            if contains(sample, b"xl/") || contains(sample, b"[Content_Types]") =>
        {
            ("an Excel workbook (xlsx)", "set `format: excel`")
        }
        [b'P', b'K', 3 | 5, 4 | 6, ..] => ("a zip archive", "unpack it first"),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => ("an old Excel workbook (xls)", "set `format: excel`"),
        [b'%', b'P', b'D', b'F', ..] => ("a PDF document", "export the data as CSV first"),
        [b'P', b'A', b'R', b'1', ..] => ("a Parquet file", "set `format: parquet`"),
        [b'A', b'R', b'R', b'O', b'W', b'1', ..] => ("an Arrow file", "set `format: arrow`"),
        [b'O', b'b', b'j', 1, ..] => ("an Avro file", "set `format: avro`"),
        [0x1f, 0x8b, ..] => ("a gzip file inside another compression", "unpack it first"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => ("a zstd file inside another compression", "unpack it first"),
        [b'B', b'Z', b'h', ..] => ("a bzip2 file", "unpack it first"),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => ("an xz file", "unpack it first"),
        [b'S', b'Q', b'L', b'i', b't', b'e', ..] => ("an SQLite database", "read it with `source: sqlite`"),
        [0x89, b'P', b'N', b'G', ..] => ("a PNG picture", hint_format),
        [0xff, 0xd8, 0xff, ..] => ("a JPEG picture", hint_format),
        [0x7f, b'E', b'L', b'F', ..] => ("a program", hint_format),
        _ if is_binary(sample) => ("a binary file", hint_format),
        _ => return Ok(()),
    };
    Err(Fault::data(format!("file `{name}` looks like {what}, not {format} text")).hint(hint))
}

/// Whether a hundredth of the bytes are control characters that no text has; single NULs happen in text.
fn is_binary(sample: &[u8]) -> bool {
    // The mark between the texts of a sequence (30) is one that text has.
    let odd = |byte: &&u8| matches!(byte, 0..=8 | 14..=25 | 28 | 29 | 31);
    sample.iter().filter(odd).count() * 100 > sample.len()
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(haystack, needle).is_some()
}

/// Adds at least one and at most about `bytes` bytes to `buffer`; answers how many, 0 at the end.
pub(super) fn read_more(reader: &mut dyn Read, buffer: &mut Vec<u8>, bytes: usize) -> io::Result<usize> {
    buffer.reserve(bytes);
    reader.take(bytes as u64).read_to_end(buffer)
}

/// A file that counts the bytes read from it.
pub(super) struct Counted {
    pub(super) inner: File,
    pub(super) progress: Option<Arc<ReadProgress>>,
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        if let Some(progress) = &self.progress {
            progress.add_bytes(count as u64);
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binary_files_are_called_by_name() {
        let check = |bytes: &[u8]| check_text(bytes, "f.csv", "CSV").map_err(|fault| fault.to_string());
        assert_eq!(check("a,é\n".as_bytes()), Ok(()));
        assert_eq!(
            check(b"PK\x03\x04....[Content_Types].xml"),
            Err("file `f.csv` looks like an Excel workbook (xlsx), not CSV text".into())
        );
        assert_eq!(check(b"a\0b"), Err("file `f.csv` looks like a binary file, not CSV text".into()));
    }
}
