//! The encodings that text files come in, by name.
//!
//! Western encodings of one byte per character are decoded by tables of our own, because the web's decoders turn
//! bytes that mean nothing into control characters, and know no DOS code pages. Everything else is decoded by
//! `encoding_rs`.

use std::fmt;

use towpath_model::{Fault, suggest};

/// How the characters of a file are stored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::file) enum Encoding {
    Utf8,
    Utf16 {
        big: bool,
    },
    Utf32 {
        big: bool,
    },
    /// One byte per character, ASCII below 128.
    Single(&'static Table),
    Other(&'static encoding_rs::Encoding),
}

/// The upper half of an encoding of one byte per character.
#[derive(PartialEq, Eq)]
pub(in crate::file) struct Table {
    name: &'static str,
    /// 128 characters; U+FFFD stands for "no character".
    upper: [char; 128],
}

pub(super) static CP1252: Table = Table::new(
    "cp1252",
    "€\u{fffd}‚ƒ„…†‡ˆ‰Š‹Œ\u{fffd}Ž\u{fffd}\u{fffd}‘’“”•–—˜™š›œ\u{fffd}žŸ\u{a0}¡¢£¤¥¦§¨©ª«¬\u{ad}®¯°±²³´µ¶·¸¹º»¼½¾¿\
     ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ",
);
pub(super) static LATIN1: Table = Table::new(
    "latin1",
    "\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\
     \u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\
     \u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{a0}¡¢£¤¥¦§¨©ª«¬\u{ad}®¯°±²³´µ¶·¸¹º»¼½¾¿\
     ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ",
);
pub(super) static LATIN9: Table = Table::new(
    "latin9",
    "\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\
     \u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\
     \u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{a0}¡¢£€¥Š§š©ª«¬\u{ad}®¯°±²³Žµ¶·ž¹º»ŒœŸ¿\
     ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ",
);
pub(super) static MAC_ROMAN: Table = Table::new(
    "macroman",
    "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»…\u{a0}ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰\
     ÂÊÁËÈÍÎÏÌÓÔ\u{f8ff}ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ",
);
pub(super) static CP850: Table = Table::new(
    "cp850",
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\
     \u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}",
);
pub(super) static CP437: Table = Table::new(
    "cp437",
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀\
     αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}",
);

/// Names that users may write, and what they stand for.
const NAMES: [(&str, Encoding); 26] = [
    ("utf-8", Encoding::Utf8),
    ("utf8", Encoding::Utf8),
    ("utf-16le", Encoding::Utf16 { big: false }),
    ("utf-16be", Encoding::Utf16 { big: true }),
    ("utf-16", Encoding::Utf16 { big: false }),
    ("utf-32le", Encoding::Utf32 { big: false }),
    ("utf-32be", Encoding::Utf32 { big: true }),
    ("utf-32", Encoding::Utf32 { big: false }),
    ("cp1252", Encoding::Single(&CP1252)),
    ("windows-1252", Encoding::Single(&CP1252)),
    ("ansi", Encoding::Single(&CP1252)),
    ("latin1", Encoding::Single(&LATIN1)),
    ("latin-1", Encoding::Single(&LATIN1)),
    ("iso-8859-1", Encoding::Single(&LATIN1)),
    ("latin9", Encoding::Single(&LATIN9)),
    ("latin-9", Encoding::Single(&LATIN9)),
    ("iso-8859-15", Encoding::Single(&LATIN9)),
    ("macroman", Encoding::Single(&MAC_ROMAN)),
    ("mac-roman", Encoding::Single(&MAC_ROMAN)),
    ("macintosh", Encoding::Single(&MAC_ROMAN)),
    ("cp850", Encoding::Single(&CP850)),
    ("ibm850", Encoding::Single(&CP850)),
    ("dos", Encoding::Single(&CP850)),
    ("cp437", Encoding::Single(&CP437)),
    ("ibm437", Encoding::Single(&CP437)),
    ("oem", Encoding::Single(&CP437)),
];

impl Encoding {
    /// Finds an encoding by the name that a user wrote.
    pub(in crate::file) fn named(name: &str) -> Result<Self, Fault> {
        let wanted = name.trim().to_ascii_lowercase().replace('_', "-");
        if let Some((_, found)) = NAMES.iter().find(|(known, _)| *known == wanted) {
            return Ok(*found);
        }
        // `cp1251`, as Python says, is `windows-1251` to the web.
        let label = match wanted.strip_prefix("cp125") {
            Some(rest) => format!("windows-125{rest}"),
            None => wanted.clone(),
        };
        if let Some(found) = encoding_rs::Encoding::for_label_no_replacement(label.as_bytes()) {
            return Ok(Encoding::Other(found));
        }
        let fault = Fault::config(format!("encoding `{name}` is unknown"));
        let names = NAMES.iter().map(|(known, _)| *known);
        Err(match suggest::hint(&wanted, "encodings", names) {
            Some(hint) => fault.hint(hint),
            None => {
                fault.hint("write for example `utf-8`, `utf-16le`, `cp1252`, `latin1`, `macroman`, `cp850`")
            }
        })
    }

    /// The name, as settings take it.
    pub(in crate::file) fn name(self) -> String {
        match self {
            Encoding::Other(other) => other.name().to_ascii_lowercase(),
            Encoding::Single(table) => table.name.to_owned(),
            _ => NAMES.iter().find(|(_, known)| *known == self).map_or("utf-8", |(name, _)| *name).to_owned(),
        }
    }

    /// The byte order mark, with which a file may begin.
    pub(in crate::file) fn mark(self) -> &'static [u8] {
        match self {
            Encoding::Utf8 => b"\xef\xbb\xbf",
            Encoding::Utf16 { big: false } => b"\xff\xfe",
            Encoding::Utf16 { big: true } => b"\xfe\xff",
            Encoding::Utf32 { big: false } => b"\xff\xfe\0\0",
            Encoding::Utf32 { big: true } => b"\0\0\xfe\xff",
            Encoding::Single(_) | Encoding::Other(_) => b"",
        }
    }
}

impl fmt::Debug for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

impl Table {
    /// Reads a table from its 128 characters; a table that is too short does not compile.
    const fn new(name: &'static str, characters: &str) -> Self {
        let bytes = characters.as_bytes();
        let mut upper = ['\u{fffd}'; 128];
        let (mut at, mut place) = (0, 0);
        while place < 128 {
            let first = bytes[at] as u32;
            let (value, length) = match first {
                0..0x80 => (first, 1),
                0x80..0xe0 => ((first & 0x1f) << 6 | bytes[at + 1] as u32 & 0x3f, 2),
                _ => (
                    (first & 0x0f) << 12 | (bytes[at + 1] as u32 & 0x3f) << 6 | bytes[at + 2] as u32 & 0x3f,
                    3,
                ),
            };
            if let Some(character) = char::from_u32(value) {
                upper[place] = character;
            }
            at += length;
            place += 1;
        }
        assert!(at == bytes.len(), "a table has 128 characters");
        Table { name, upper }
    }

    /// The character of a byte; `None` when the byte means nothing.
    #[inline]
    pub(in crate::file) fn decode(&self, byte: u8) -> Option<char> {
        let Some(place) = byte.checked_sub(0x80) else { return Some(char::from(byte)) };
        Some(self.upper[usize::from(place)]).filter(|found| *found != '\u{fffd}')
    }

    /// The byte of a character.
    pub(in crate::file) fn encode(&self, character: char) -> Option<u8> {
        if character.is_ascii() {
            return Some(character as u8);
        }
        let place = self.upper.iter().position(|known| *known == character && *known != '\u{fffd}')?;
        u8::try_from(place + 0x80).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_agree_with_the_standard_decoders() {
        for (table, standard) in [
            (&CP1252, encoding_rs::WINDOWS_1252),
            (&LATIN9, encoding_rs::ISO_8859_15),
            (&MAC_ROMAN, encoding_rs::MACINTOSH),
        ] {
            for byte in 0..=255 {
                if let Some(character) = table.decode(byte) {
                    let (text, _) = standard
                        .decode_without_bom_handling(&[byte])
                        .0
                        .into_owned()
                        .pop()
                        .map_or(('\0', 0), |only| (only, 1));
                    assert_eq!(character, text, "{} {byte:#x}", table.name);
                    assert_eq!(table.encode(character), Some(byte));
                }
            }
        }
        assert_eq!(CP1252.decode(0x81), None);
        assert_eq!(LATIN1.decode(0x92), None, "what Windows writes there is no Latin-1");
        assert_eq!((CP850.decode(0x82), CP437.decode(0xe9)), (Some('é'), Some('Θ')));
    }

    #[test]
    fn names_are_those_that_people_know() {
        for (name, expected) in [
            ("UTF-8", "utf-8"),
            ("Windows-1252", "cp1252"),
            ("iso_8859_1", "latin1"),
            ("cp1251", "windows-1251"),
            ("shift_jis", "shift_jis"),
            ("utf-16be", "utf-16be"),
        ] {
            assert_eq!(Encoding::named(name).map(Encoding::name).ok().as_deref(), Some(expected), "{name}");
        }
        let fault = Encoding::named("latin11").unwrap_err();
        assert!(fault.hint_text().unwrap_or_default().contains("latin1"), "{fault}");
    }
}
