//! Where written bytes go, and what turns rows into bytes.

use std::fs::File;
use std::io::{self, BufWriter, Stdout, Write};

use arrow::array::RecordBatch;
use flate2::write::GzEncoder;
use towpath_model::Fault;

use super::config::Compression;

/// Bytes that are gathered before the operating system is asked to write them.
const BUFFER: usize = 1 << 18;

/// Turns rows into the bytes of one format.
pub(super) trait Encoder: Send {
    /// Writes a batch.
    fn write(&mut self, batch: RecordBatch) -> Result<(), Fault>;

    /// Rows that were sent to quarantine instead of being written.
    fn refused(&self) -> u64 {
        0
    }

    /// Remarks for the receipt, when all rows are written.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }

    /// Writes what the format needs at the end, and gives the place of the bytes back.
    fn finish(self: Box<Self>) -> Result<Out, Fault>;
}

/// Where bytes end up.
#[derive(Debug)]
pub(super) enum Raw {
    /// A file or device.
    File(File),
    /// The standard output.
    Stdout(Stdout),
}

/// A place for bytes, with the compression they get on the way.
pub(super) enum Out {
    Plain(BufWriter<Raw>),
    Gzip(Box<GzEncoder<BufWriter<Raw>>>),
    Zstd(Box<zstd::Encoder<'static, BufWriter<Raw>>>),
}

impl Out {
    /// A place whose bytes are compressed as a whole; formats that compress inside take `None`.
    pub(super) fn new(raw: Raw, compression: Compression) -> io::Result<Self> {
        let raw = BufWriter::with_capacity(BUFFER, raw);
        Ok(match compression {
            Compression::Gzip => Out::Gzip(Box::new(GzEncoder::new(raw, flate2::Compression::default()))),
            Compression::Zstd => {
                Out::Zstd(Box::new(zstd::Encoder::new(raw, zstd::DEFAULT_COMPRESSION_LEVEL)?))
            }
            _ => Out::Plain(raw),
        })
    }

    /// Ends the compression and hands every byte to the operating system.
    pub(super) fn finish(self) -> io::Result<()> {
        match self {
            Out::Plain(mut raw) => raw.flush(),
            Out::Gzip(encoder) => encoder.finish()?.flush(),
            Out::Zstd(encoder) => encoder.finish()?.flush(),
        }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Out::Plain(raw) => raw.write(bytes),
            Out::Gzip(encoder) => encoder.write(bytes),
            Out::Zstd(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Out::Plain(raw) => raw.flush(),
            Out::Gzip(encoder) => encoder.flush(),
            Out::Zstd(encoder) => encoder.flush(),
        }
    }
}

impl Write for Raw {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Raw::File(file) => file.write(bytes),
            Raw::Stdout(stdout) => stdout.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Raw::File(file) => file.flush(),
            Raw::Stdout(stdout) => stdout.flush(),
        }
    }
}
