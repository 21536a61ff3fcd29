//! Text files of any encoding as UTF-8: one opener for every text format.
//!
//! [`open`] finds the encoding ([`detect`], unless the settings give it) and answers a reader that decodes while it is
//! read ([`decode`]). Formats that open a file several times find the encoding once ([`find`]) and pass it on
//! ([`open_as`]). A byte order mark is never part of the text. Bytes that the encoding gives no meaning leave the reader
//! as bytes that are not UTF-8, so a format that checks its rows finds them; nothing is replaced.

pub(super) mod declared;
mod decode;
pub(super) mod detect;
pub(super) mod encoding;
mod repair;

use std::io::Read;
use std::sync::Arc;

use towpath_connect::ReadProgress;
use towpath_model::Fault;

use super::bytes;
use super::config::{ReadCompression, Repair, Source};
use super::place::FileRef;
use super::trouble::io_fault;
use decode::{Decoding, WithoutNul};
use detect::{Tally, Verdict, from_first_bytes};
use encoding::Encoding;

/// First bytes that are looked at for a byte order mark and for NUL bytes.
pub(super) const FIRST_BYTES: usize = 4096;

/// Bytes that are read at a time while the encoding is looked for.
const CHUNK_BYTES: usize = 1 << 20;

/// The settings that concern text of every format.
#[derive(Debug, Clone, Copy)]
pub(super) struct TextSettings {
    pub(super) compression: ReadCompression,
    /// Found from the bytes when it is not given.
    pub(super) encoding: Option<Encoding>,
    /// NUL characters are left out.
    pub(super) remove_nul: bool,
    /// Text that was decoded wrongly once is mended.
    pub(super) repair: Option<Repair>,
}

impl TextSettings {
    /// Checks what a user wrote.
    pub(super) fn new(source: &Source) -> Result<Self, Fault> {
        Ok(TextSettings {
            compression: source.compression,
            encoding: source.encoding.as_deref().map(Encoding::named).transpose()?,
            remove_nul: source.remove_nul,
            repair: source.repair,
        })
    }
}

/// A text file that can be read.
pub(super) struct Text {
    /// UTF-8, where the file can be decoded.
    pub(super) reader: Box<dyn Read + Send>,
    pub(super) encoding: Encoding,
    /// Remarks for people.
    pub(super) notes: Vec<String>,
}

/// Opens a file as UTF-8, whatever its encoding.
pub(super) fn open(
    file: &FileRef,
    settings: TextSettings,
    progress: Option<Arc<ReadProgress>>,
) -> Result<Text, Fault> {
    let verdict = find(file, settings)?;
    Ok(Text {
        reader: open_as(file, settings, verdict.encoding, progress)?,
        encoding: verdict.encoding,
        notes: remarks(&verdict),
    })
}

/// Opens a file whose encoding is known.
pub(super) fn open_as(
    file: &FileRef,
    settings: TextSettings,
    encoding: Encoding,
    progress: Option<Arc<ReadProgress>>,
) -> Result<Box<dyn Read + Send>, Fault> {
    let reader = bytes::open(file, settings.compression, progress)?;
    let text = decoded(reader, encoding, settings.remove_nul)
        .map_err(|error| io_fault("file", &file.name, error))?;
    Ok(match settings.repair {
        Some(Repair::Mojibake) => Box::new(Decoding::repairing(text)),
        None => text,
    })
}

/// The text of encoded bytes, without a byte order mark.
pub(super) fn decoded(
    mut reader: Box<dyn Read + Send>,
    encoding: Encoding,
    remove_nul: bool,
) -> std::io::Result<Box<dyn Read + Send>> {
    let mark = encoding.mark();
    let mut first = Vec::new();
    (&mut reader).take(mark.len() as u64).read_to_end(&mut first)?;
    if first == mark {
        first.clear();
    }
    let reader = std::io::Cursor::new(first).chain(reader);
    let reader: Box<dyn Read + Send> = match Decoding::new(reader, encoding) {
        Ok(decoding) => Box::new(decoding),
        Err(reader) => Box::new(reader),
    };
    Ok(if remove_nul { Box::new(WithoutNul(reader)) } else { reader })
}

/// Finds the encoding of a file, looking at all of its bytes where the first ones do not tell.
pub(super) fn find(file: &FileRef, settings: TextSettings) -> Result<Verdict, Fault> {
    if let Some(encoding) = settings.encoding {
        return Ok(Verdict { encoding, evidence: "given".into(), doubt: None });
    }
    let mut reader = bytes::open(file, settings.compression, None)?;
    let mut read = |chunk: &mut Vec<u8>, most| {
        chunk.clear();
        bytes::read_more(&mut *reader, chunk, most).map_err(|error| io_fault("file", &file.name, error))
    };
    let mut chunk = Vec::new();
    read(&mut chunk, FIRST_BYTES)?;
    if let Some((verdict, _)) = from_first_bytes(&chunk) {
        return Ok(verdict);
    }
    let mut tally = Tally::default();
    tally.feed(&chunk);
    while read(&mut chunk, CHUNK_BYTES)? > 0 {
        tally.feed(&chunk);
    }
    Ok(tally.decide())
}

/// What people should know of a verdict.
pub(super) fn remarks(verdict: &Verdict) -> Vec<String> {
    let mut notes = Vec::new();
    if !matches!(verdict.encoding, Encoding::Utf8) && verdict.evidence != "given" {
        notes.push(format!("the encoding is {:?}: {}", verdict.encoding, verdict.evidence));
    }
    notes.extend(verdict.doubt.clone());
    notes
}
