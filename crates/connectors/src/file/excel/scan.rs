//! Tags of XML in bytes, found without a detour over events and strings.
//!
//! Sheets are nearly nothing but tags, so this is the hot path of reading a workbook. The scanner knows what programs
//! that write workbooks do: prefixes before names, either quote, comments, character references. It knows no entities
//! but the five of XML itself, so there is nothing that could grow. It checks no more of the syntax than it needs: a
//! part that is cut off or mixed up ends in a fault of whoever looks for the missing tag.

use memchr::{memchr, memmem};

/// How a tag stands in its element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// `<a>`
    Open,
    /// `</a>`
    Close,
    /// `<a/>`
    Empty,
}

/// One tag.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tag<'a> {
    /// The name without prefix.
    pub(super) name: &'a [u8],
    /// The name as it is written.
    pub(super) full: &'a [u8],
    attributes: &'a [u8],
    pub(super) shape: Shape,
    /// Its `<`.
    pub(super) start: usize,
    /// The byte behind its `>`.
    pub(super) end: usize,
}

impl<'a> Tag<'a> {
    pub(super) fn opens(&self, name: &[u8]) -> bool {
        self.shape != Shape::Close && self.name == name
    }

    pub(super) fn attributes(&self) -> Attributes<'a> {
        Attributes { rest: self.attributes }
    }

    /// The value of an attribute as it is written.
    pub(super) fn attribute(&self, name: &[u8]) -> Option<&'a [u8]> {
        self.attributes().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// An attribute that is `1` or `true`.
    pub(super) fn says(&self, name: &[u8]) -> bool {
        matches!(self.attribute(name), Some(b"1" | b"true"))
    }

    /// An attribute that is a whole number.
    pub(super) fn number(&self, name: &[u8]) -> Option<u32> {
        whole(self.attribute(name)?)
    }

    /// The value of an attribute as text.
    pub(super) fn text(&self, name: &[u8]) -> Option<String> {
        let mut text = Vec::new();
        unescape(self.attribute(name)?, &mut text);
        String::from_utf8(text).ok()
    }
}

/// The attributes of a tag, with their names as they are written.
#[derive(Debug, Clone)]
pub(super) struct Attributes<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a [u8], &'a [u8]);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let equals = memchr(b'=', self.rest)?;
        let name = self.rest[..equals].trim_ascii();
        let behind = self.rest[equals + 1..].trim_ascii_start();
        let (quote, value) = behind.split_first().filter(|(quote, _)| matches!(quote, b'"' | b'\''))?;
        let end = memchr(*quote, value)?;
        self.rest = &value[end + 1..];
        Some((name, &value[..end]))
    }
}

/// The next tag at or behind `from`; `None` when the bytes end before it does. Comments and instructions are passed
/// over.
#[inline]
pub(super) fn next(bytes: &[u8], mut from: usize) -> Option<Tag<'_>> {
    loop {
        let start = from + memchr(b'<', bytes.get(from..)?)?;
        let first = *bytes.get(start + 1)?;
        let skipped = match first {
            b'!' if bytes[start..].starts_with(b"<!--") => Some(&b"-->"[..]),
            b'!' if bytes[start..].starts_with(b"<![CDATA[") => Some(&b"]]>"[..]),
            // Too few bytes to tell one from the other.
            b'!' if bytes.len() - start < 9 => return None,
            b'!' => Some(&b">"[..]),
            b'?' => Some(&b"?>"[..]),
            _ => None,
        };
        if let Some(end) = skipped {
            from = start + 2 + memmem::find(&bytes[start + 2..], end)? + end.len();
            continue;
        }
        return tag(bytes, start);
    }
}

#[inline]
fn tag(bytes: &[u8], start: usize) -> Option<Tag<'_>> {
    let closes = bytes[start + 1] == b'/';
    let name = start + 1 + usize::from(closes);
    let mut end = start + 1 + memchr(b'>', &bytes[start + 1..])?;
    let length = bytes[name..end]
        .iter()
        .position(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'/'))
        .unwrap_or(end - name);
    let full = &bytes[name..name + length];
    // A `>` may stand inside the quotes of an attribute.
    while is_inside_quotes(&bytes[name + length..end]) {
        end += 1 + memchr(b'>', &bytes[end + 1..])?;
    }
    let empty = !closes && bytes[end - 1] == b'/';
    Some(Tag {
        name: memchr(b':', full).map_or(full, |colon| &full[colon + 1..]),
        full,
        attributes: &bytes[name + length..end - usize::from(empty)],
        shape: if closes {
            Shape::Close
        } else if empty {
            Shape::Empty
        } else {
            Shape::Open
        },
        start,
        end: end + 1,
    })
}

#[inline]
fn is_inside_quotes(bytes: &[u8]) -> bool {
    let mut open = None;
    for byte in bytes {
        match (open, byte) {
            (None, b'"' | b'\'') => open = Some(*byte),
            (Some(quote), _) if *byte == quote => open = None,
            _ => {}
        }
    }
    open.is_some()
}

/// A whole number.
#[inline]
pub(super) fn whole(bytes: &[u8]) -> Option<u32> {
    if bytes.is_empty() || bytes.len() > 10 {
        return None;
    }
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| u32::from(byte - b'0'));
    bytes.iter().try_fold(0u32, |value, byte| value.checked_mul(10)?.checked_add(digit(byte)?))
}

/// Appends text with its references resolved, and the escapes that workbooks have for control characters.
#[inline]
pub(super) fn unescape(raw: &[u8], out: &mut Vec<u8>) {
    if memchr::memchr3(b'&', b'\r', b'_', raw).is_none() {
        out.extend_from_slice(raw);
        return;
    }
    unescape_slowly(raw, out);
}

fn unescape_slowly(raw: &[u8], out: &mut Vec<u8>) {
    let mut at = 0;
    while at < raw.len() {
        let rest = &raw[at..];
        match rest[0] {
            b'&' => match reference(rest) {
                Some((character, length)) => {
                    push(character, out);
                    at += length;
                }
                None => {
                    out.push(b'&');
                    at += 1;
                }
            },
            b'\r' => {
                // XML has one line end; a carriage return that is meant is written as a reference.
                out.push(b'\n');
                at += if rest.get(1) == Some(&b'\n') { 2 } else { 1 };
            }
            b'_' => match control(rest) {
                Some(character) => {
                    push(character, out);
                    at += 7;
                }
                None => {
                    out.push(b'_');
                    at += 1;
                }
            },
            byte => {
                out.push(byte);
                at += 1;
            }
        }
    }
}

/// The character of `&amp;`, `&#10;`, `&#xA;`, and the bytes it takes.
fn reference(bytes: &[u8]) -> Option<(char, usize)> {
    let end = bytes.iter().take(12).position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(&bytes[1..end]).ok()?;
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    };
    Some((character, end + 1))
}

/// The character of `_x000D_`.
fn control(bytes: &[u8]) -> Option<char> {
    let bytes = bytes.get(..7)?;
    if bytes[1] != b'x' || bytes[6] != b'_' || !bytes[2..6].iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    char::from_u32(u32::from_str_radix(std::str::from_utf8(&bytes[2..6]).ok()?, 16).ok()?)
}

fn push(character: char, out: &mut Vec<u8>) {
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

/// Appends the text of an element that holds texts: `<t>` by itself or in runs of rich text, without phonetic hints.
pub(super) fn rich_text(bytes: &[u8], out: &mut Vec<u8>) {
    let (mut at, mut phonetic) = (0, false);
    while let Some(tag) = next(bytes, at) {
        at = tag.end;
        match tag.name {
            b"rPh" => phonetic = tag.shape == Shape::Open,
            b"t" if tag.shape == Shape::Open => {
                let end = end_of_text(bytes, at);
                if !phonetic {
                    element_text(&bytes[at..end], out);
                }
                at = end;
            }
            _ => {}
        }
    }
}

/// Where the text ends that begins at `from`: at the next tag.
pub(super) fn end_of_text(bytes: &[u8], from: usize) -> usize {
    next(bytes, from).map_or(bytes.len(), |tag| tag.start)
}

/// Appends the text between two tags, which may hold CDATA.
pub(super) fn element_text(raw: &[u8], out: &mut Vec<u8>) {
    if memchr(b'<', raw).is_none() {
        return unescape(raw, out);
    }
    let mut rest = raw;
    while let Some(start) = memchr(b'<', rest) {
        unescape(&rest[..start], out);
        let (marker, end): (&[u8], &[u8]) =
            if rest[start..].starts_with(b"<![CDATA[") { (b"<![CDATA[", b"]]>") } else { (b"<", b">") };
        let inner = &rest[start + marker.len()..];
        let length = memmem::find(inner, end).unwrap_or(inner.len());
        if marker.len() > 1 {
            out.extend_from_slice(&inner[..length]);
        }
        rest = inner.get(length + end.len()..).unwrap_or_default();
    }
    unescape(rest, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_found_whoever_wrote_them() {
        let xml = br#"<?xml version="1.0"?><!-- <c> --><x:c r='A1' t = "s>"/><v>1</v>"#;
        let tag = next(xml, 0).unwrap();
        assert_eq!((tag.name, tag.full, tag.shape), (&b"c"[..], &b"x:c"[..], Shape::Empty));
        assert_eq!(tag.attribute(b"r"), Some(&b"A1"[..]));
        assert_eq!(tag.attribute(b"t"), Some(&b"s>"[..]));
        let value = next(xml, tag.end).unwrap();
        assert!(value.opens(b"v"));
        assert_eq!(next(xml, value.end).unwrap().shape, Shape::Close);
        assert!(next(b"<row r=\"1", 0).is_none(), "a tag that is cut off is not there yet");
    }

    #[test]
    fn text_is_resolved() {
        let check = |raw: &str| {
            let mut out = Vec::new();
            element_text(raw.as_bytes(), &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(check("a &amp; b &lt;&#233;&#xE9;&nope; &"), "a & b <éé&nope; &");
        assert_eq!(check("x_x000D_y_x005F_x000D_ _xyz_"), "x\ry_x000D_ _xyz_");
        assert_eq!(check("a\r\nb<![CDATA[<&amp;>]]>c"), "a\nb<&amp;>c");
        let mut out = Vec::new();
        rich_text(
            b"<r><rPr/><t>a</t></r><r><t xml:space=\"preserve\"> b</t></r><rPh><t>x</t></rPh>",
            &mut out,
        );
        assert_eq!(out, b"a b");
    }
}
