//! Encodings that XML and HTML declare inside of the text.
//!
//! A byte order mark, or the NUL bytes of wide characters, count more than the words. What XML does not declare is UTF-8;
//! what HTML does not declare is found from its bytes.

use towpath_model::Fault;

use super::detect::from_first_bytes;
use super::encoding::Encoding;
use super::{FIRST_BYTES, TextSettings, Verdict, find};
use crate::file::bytes;
use crate::file::place::FileRef;
use crate::file::trouble::io_fault;

/// Finds the encoding of an XML file.
pub(in crate::file) fn xml(file: &FileRef, settings: TextSettings) -> Result<Verdict, Fault> {
    known(file, settings, |head| {
        let head = head.trim_ascii_start().strip_prefix(b"<?xml")?;
        let end = memchr::memmem::find(head, b"?>")?;
        word_after(&head[..end], b"encoding")
    })
    .map(|verdict| {
        verdict.unwrap_or(Verdict {
            encoding: Encoding::Utf8,
            evidence: "XML that declares nothing".into(),
            doubt: None,
        })
    })
}

/// Finds the encoding of an HTML page.
pub(in crate::file) fn html(file: &FileRef, settings: TextSettings) -> Result<Verdict, Fault> {
    match known(file, settings, |head| word_after(&head[..head.len().min(1024)], b"charset"))? {
        Some(verdict) => Ok(verdict),
        None => find(file, settings),
    }
}

fn known(
    file: &FileRef,
    settings: TextSettings,
    declared: impl Fn(&[u8]) -> Option<String>,
) -> Result<Option<Verdict>, Fault> {
    if settings.encoding.is_some() {
        return find(file, settings).map(Some);
    }
    let mut reader = bytes::open(file, settings.compression, None)?;
    let mut head = Vec::new();
    bytes::read_more(&mut reader, &mut head, FIRST_BYTES)
        .map_err(|error| io_fault("file", &file.name, error))?;
    if let Some((verdict, _)) = from_first_bytes(&head) {
        return Ok(Some(verdict));
    }
    let Some(word) = declared(&head) else { return Ok(None) };
    let encoding = match Encoding::named(&word)? {
        // The text would not read so far if it were.
        Encoding::Utf16 { .. } | Encoding::Utf32 { .. } => Encoding::Utf8,
        encoding => encoding,
    };
    Ok(Some(Verdict { encoding, evidence: format!("the file declares `{word}`"), doubt: None }))
}

/// The word behind a name and an equals sign, with or without quotes.
fn word_after(text: &[u8], name: &[u8]) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let at = memchr::memmem::find(&lower, name)?;
    let rest = text[at + name.len()..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let rest = rest.strip_prefix(b"\"").or(rest.strip_prefix(b"'")).unwrap_or(rest);
    let end = rest.iter().position(|byte| !(byte.is_ascii_alphanumeric() || b"-_.:".contains(byte)));
    let word = &rest[..end.unwrap_or(rest.len())];
    (!word.is_empty()).then(|| String::from_utf8_lossy(word).into_owned())
}
