//! Which encoding a file is in, by evidence from all of its bytes.
//!
//! A byte order mark or the NUL bytes of wide characters settle it. Otherwise every byte above 127 is counted with the
//! kind of its neighbours ([`Tally`]). Text that is UTF-8 through and through is UTF-8. What is not is tried under each
//! western encoding: `’` belongs between letters, `É` at the start of a word, a box drawing nowhere near either.
//! Where no western reading makes sense, `chardetng` is asked. The answer names the characters that decided it.

use std::collections::BTreeMap;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};

use super::encoding::{CP437, CP850, CP1252, Encoding, MAC_ROMAN, Table};

/// Bytes that are kept for the second opinion.
const KEPT_BYTES: usize = 64 << 10;

/// Western encodings, the likeliest first.
static WESTERN: [&Table; 4] = [&CP1252, &MAC_ROMAN, &CP850, &CP437];

/// What the neighbour of a byte is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
enum Class {
    /// A line end, punctuation, nothing.
    Mark,
    Lower,
    Upper,
    Digit,
    Space,
    /// Another byte above 127.
    High,
}

const CLASSES: [Class; 6] =
    [Class::Mark, Class::Lower, Class::Upper, Class::Digit, Class::Space, Class::High];

impl Class {
    fn of(byte: Option<u8>) -> Class {
        match byte {
            Some(b'a'..=b'z') => Class::Lower,
            Some(b'A'..=b'Z') => Class::Upper,
            Some(b'0'..=b'9') => Class::Digit,
            Some(b' ' | b'\t') => Class::Space,
            Some(128..) => Class::High,
            _ => Class::Mark,
        }
    }

    fn is_ascii_letter(self) -> bool {
        matches!(self, Class::Lower | Class::Upper)
    }

    fn is_letter(self) -> bool {
        self.is_ascii_letter() || self == Class::High
    }
}

/// What was decided about a file.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::file) struct Verdict {
    pub(in crate::file) encoding: Encoding,
    /// Why.
    pub(in crate::file) evidence: String,
    /// What speaks against it.
    pub(in crate::file) doubt: Option<String>,
}

/// Counts of everything that tells encodings apart.
#[derive(Debug, Default)]
pub(in crate::file) struct Tally {
    /// How often each byte above 127 stood between which neighbours.
    places: BTreeMap<(u8, usize, usize), u64>,
    /// Characters of several bytes that are right in UTF-8, and bytes that are not.
    right: u64,
    wrong: u64,
    /// Text that looks as if it was decoded wrongly before.
    twice: u64,
    pub(in crate::file) nuls: u64,
    kept: Vec<u8>,
    /// The end of the last chunk, which may be half a character, and the byte before it.
    carried: Vec<u8>,
    before: Option<u8>,
}

/// The encoding that the first bytes of a file tell, and how many of them are a byte order mark.
pub(in crate::file) fn from_first_bytes(head: &[u8]) -> Option<(Verdict, usize)> {
    let marks = [
        Encoding::Utf32 { big: false },
        Encoding::Utf32 { big: true },
        Encoding::Utf8,
        Encoding::Utf16 { big: false },
        Encoding::Utf16 { big: true },
    ];
    if let Some(encoding) = marks.into_iter().find(|encoding| head.starts_with(encoding.mark())) {
        let verdict = Verdict { encoding, evidence: "a byte order mark".into(), doubt: None };
        return Some((verdict, encoding.mark().len()));
    }
    let sample = &head[..head.len().min(4096) & !3];
    let at = |rest: usize, of: usize| {
        sample.iter().skip(rest).step_by(of).filter(|byte| **byte == 0).count() * 10
            / (sample.len() / of).max(1)
    };
    if sample.len() < 8 {
        return None;
    }
    // Tenths of the bytes in each place that are NUL.
    let tenths = [at(0, 4), at(1, 4), at(2, 4), at(3, 4)];
    let [first, second, third, fourth] = tenths;
    let encoding = if first == 0 && third >= 9 && fourth == 10 {
        Encoding::Utf32 { big: false }
    } else if first == 10 && second >= 9 && fourth == 0 {
        Encoding::Utf32 { big: true }
    } else if first.max(third) <= 1 && second.min(fourth) >= 4 {
        Encoding::Utf16 { big: false }
    } else if first.min(third) >= 4 && second.max(fourth) <= 1 {
        Encoding::Utf16 { big: true }
    } else {
        return None;
    };
    let evidence = "the places of its NUL bytes".into();
    Some((Verdict { encoding, evidence, doubt: None }, 0))
}

impl Tally {
    /// Counts the next bytes of a file.
    pub(in crate::file) fn feed(&mut self, chunk: &[u8]) {
        if self.carried.is_empty() && chunk.is_ascii() {
            self.nuls += memchr::memchr_iter(0, chunk).count() as u64;
            self.before = chunk.last().copied().or(self.before);
            return;
        }
        let mut data = std::mem::take(&mut self.carried);
        data.extend_from_slice(chunk);
        // The last characters wait until what follows them is known.
        let cut = data.len().saturating_sub(4);
        let end = (cut..data.len()).find(|at| data[*at] & 0xc0 != 0x80).unwrap_or(data.len());
        self.carried = data.split_off(end);
        let next = self.carried.first().copied();
        self.count(&data, next);
    }

    fn count(&mut self, data: &[u8], next: Option<u8>) {
        self.nuls += memchr::memchr_iter(0, data).count() as u64;
        let twice = |mark: &[u8]| memchr::memmem::find_iter(data, mark).count() as u64;
        self.twice += twice(b"\xc3\x83\xc2") + twice(b"\xc3\xa2\xe2\x82\xac") + twice(b"\xc3\x82\xc2");
        for chunk in data.utf8_chunks() {
            self.wrong += chunk.invalid().len() as u64;
            let bytes = chunk.valid().as_bytes();
            self.right += bytes.iter().filter(|byte| **byte >= 0xc0).count() as u64;
        }
        for (at, byte) in data.iter().enumerate().filter(|(_, byte)| **byte >= 128) {
            let before = at.checked_sub(1).map_or(self.before, |before| Some(data[before]));
            let after = data.get(at + 1).copied().or(next);
            let key = (*byte, Class::of(before) as usize, Class::of(after) as usize);
            *self.places.entry(key).or_default() += 1;
            if self.kept.len() < KEPT_BYTES && self.wrong > 0 {
                let from = at.saturating_sub(8);
                self.kept.extend_from_slice(&data[from..data.len().min(at + 8)]);
            }
        }
        self.before = data.last().copied().or(self.before);
    }

    /// Decides.
    pub(in crate::file) fn decide(mut self) -> Verdict {
        let rest = std::mem::take(&mut self.carried);
        self.count(&rest, None);
        let evidence = match (self.right, self.wrong) {
            (0, 0) => "every character is ASCII".to_owned(),
            (right, 0) => format!("{right} characters beyond ASCII, each of them right in UTF-8"),
            (right, wrong) => format!("{right} characters beyond ASCII are UTF-8, {wrong} bytes are not"),
        };
        let utf8 = |doubt| Verdict { encoding: Encoding::Utf8, evidence, doubt };
        if self.wrong == 0 {
            let doubt = "text such as `Ã©` was decoded wrongly before; set `repair: mojibake` to mend it";
            return utf8((self.twice > 0).then(|| doubt.into()));
        }
        // Single bytes are right in UTF-8 by accident only; where most are, a few rows are damaged.
        let damaged = "rows that are not UTF-8 are set apart; set `encoding` if the file is not UTF-8";
        if self.right >= 2 * self.wrong {
            return utf8(Some(damaged.into()));
        }
        let mut scores = WESTERN.map(|table| (self.score(table), table));
        scores.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        let total: u64 = self.places.values().sum();
        let (score, table) = scores[0];
        let is_sound = score >= 2 * total as i64;
        if !is_sound && let Some(other) = self.second_opinion() {
            return Verdict {
                encoding: Encoding::Other(other),
                evidence: format!("the frequency of its characters, {total} bytes beyond ASCII"),
                doubt: Some(format!(
                    "the encoding `{}` is a guess; set `encoding` to be sure",
                    other.name().to_ascii_lowercase()
                )),
            };
        }
        // Single-byte text is right in UTF-8 by accident only; a real share of it means that encodings are mixed.
        if self.right * 10 >= self.wrong {
            return utf8(Some(damaged.into()));
        }
        let rival = scores[1..].iter().find(|(other, rival)| {
            *other * 10 > score * 9
                && self.places.keys().any(|(byte, ..)| table.decode(*byte) != rival.decode(*byte))
        });
        let doubt = match rival {
            _ if !is_sound => Some("no encoding gives sensible text; set `encoding` to be sure".to_owned()),
            Some((_, rival)) => {
                Some(format!("{:?} is nearly as likely; set `encoding` to be sure", Encoding::Single(rival)))
            }
            None => None,
        };
        Verdict { encoding: Encoding::Single(table), evidence: self.most_frequent(table), doubt }
    }

    /// How much sense the bytes make.
    fn score(&self, table: &Table) -> i64 {
        let points = |((byte, before, after), count): (&(u8, usize, usize), &u64)| {
            let (before, after) = (CLASSES[*before], CLASSES[*after]);
            let points = table.decode(*byte).map_or(-40, |character| sense(character, before, after));
            points * i64::try_from(*count).unwrap_or(i64::MAX / 100)
        };
        self.places.iter().map(points).sum()
    }

    fn second_opinion(&self) -> Option<&'static encoding_rs::Encoding> {
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        detector.feed(&self.kept, true);
        let guess = detector.guess(None, Utf8Detection::Deny);
        let is_western = guess == encoding_rs::WINDOWS_1252 || guess == encoding_rs::UTF_8;
        (!is_western).then_some(guess)
    }

    fn most_frequent(&self, table: &Table) -> String {
        let mut counts: BTreeMap<u8, u64> = BTreeMap::new();
        for ((byte, ..), count) in &self.places {
            *counts.entry(*byte).or_default() += count;
        }
        let mut counts: Vec<(u8, u64)> = counts.into_iter().collect();
        counts.sort_by_key(|(byte, count)| (std::cmp::Reverse(*count), *byte));
        let shown = counts.iter().take(3).map(|(byte, count)| {
            let character = table.decode(*byte).map_or("nothing".into(), |found| format!("`{found}`"));
            format!("byte {byte:02X} as {character} {count} ×")
        });
        shown.collect::<Vec<_>>().join(", ")
    }
}

/// Points for a character between two neighbours.
fn sense(character: char, before: Class, after: Class) -> i64 {
    use Class::{Digit, High, Lower, Mark, Space, Upper};
    let in_word = before.is_letter() && after.is_letter();
    match character {
        'é' | 'è' | 'à' | 'ç' | 'ê' | 'ô' | 'î' | 'û' | 'â' | 'ë' | 'ï' | 'ù' | 'œ' | 'ü' | 'ö' | 'ä'
        | 'ñ' | 'ó' | 'í' | 'á' | 'ú' | 'ã' | 'õ' | 'å' | 'ø' | 'æ' | 'ß' => {
            let french = matches!(
                character,
                'é' | 'è' | 'à' | 'ç' | 'ê' | 'ô' | 'î' | 'û' | 'â' | 'ë' | 'ï' | 'ù' | 'œ'
            );
            match (before, after) {
                // A small letter after a capital is the second one of a word, if anything follows small.
                (Upper, Upper) => -8,
                (Upper, Mark | Space | Digit) => -4,
                (Digit, Digit) => -6,
                // Words of nothing but such letters are of another script.
                _ if before == High && !after.is_ascii_letter() => -3,
                _ if after == High && !before.is_ascii_letter() => -3,
                _ if before.is_letter() || after.is_letter() => 6 + 4 * i64::from(french),
                _ if character == 'à' => 6,
                _ => 1,
            }
        }
        'É' | 'È' | 'À' | 'Ç' | 'Ê' | 'Ô' | 'Î' | 'Û' | 'Â' | 'Ë' | 'Ï' | 'Ù' | 'Œ' | 'Ü' | 'Ö' | 'Ä'
        | 'Ñ' | 'Ó' | 'Í' | 'Á' | 'Ú' | 'Ã' | 'Õ' | 'Å' | 'Ø' | 'Æ' => match (before, after) {
            (Lower, _) => -10,
            (Upper, Upper | Mark | Space) | (Mark | Space, Upper) => 8,
            (Mark | Space, Lower) => 6,
            (Upper, Lower) | (Digit, Digit) | (High, High) => -4,
            (Mark | Space, Mark | Space) => {
                if matches!(character, 'À' | 'É') {
                    2
                } else {
                    -2
                }
            }
            _ => 1,
        },
        '\u{a0}' => match (before, after) {
            (Digit, Digit) => 6,
            (Lower | Upper, Lower | Upper) => -3,
            _ => 4,
        },
        '’' => {
            if in_word {
                10
            } else {
                2
            }
        }
        '‘' | '“' | '”' | '«' | '»' | '‹' | '›' => {
            if in_word {
                -5
            } else {
                5
            }
        }
        '€' | '£' | '°' => {
            if in_word {
                -6
            } else {
                6
            }
        }
        '–' | '—' | '…' | '•' | '·' | '§' | '©' | '®' | '™' | '±' | '×' | '÷' | '²' | '³' | '¹' | '½'
        | '¼' | '¾' | 'µ' | 'º' | 'ª' | '¿' | '¡' | '‰' => {
            if in_word {
                -6
            } else {
                3
            }
        }
        other if other.is_alphabetic() && (other as u32) < 0x180 => {
            if in_word {
                1
            } else {
                -3
            }
        }
        _ => -8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRENCH: &str = "nom;prénom;libellé\nLefèvre;Éloïse;L’œuvre « complète » – 12,50 €\nÇA;FRANÇOIS;à côté\n\
                          Noël;Zoë;déjà reçu…\n";

    fn verdict(bytes: &[u8]) -> Verdict {
        let mut tally = Tally::default();
        bytes.chunks(7).for_each(|chunk| tally.feed(chunk));
        tally.decide()
    }

    fn in_table(text: &str, table: &Table) -> Vec<u8> {
        text.chars().map(|c| table.encode(c).unwrap_or(b'?')).collect()
    }

    #[test]
    fn western_encodings_are_told_apart() {
        assert_eq!(verdict(FRENCH.as_bytes()).encoding, Encoding::Utf8);
        for table in WESTERN {
            let found = verdict(&in_table(FRENCH, table));
            // Code pages 850 and 437 agree on the letters of French.
            let expected = if *table == CP437 { &CP850 } else { table };
            assert_eq!(found.encoding, Encoding::Single(expected), "{found:?}");
            assert_eq!(found.doubt, None, "{found:?}");
        }
        for word in ["Montréal", "à", "12°", "Müller", "garçon", "MONTRÉAL", "Québec", "L’Île", "100 €"]
        {
            let found = verdict(&in_table(word, &CP1252));
            assert_eq!(found.encoding, Encoding::Single(&CP1252), "{word}: {found:?}");
        }
        for word in ["Montréal", "garçon", "Québec"] {
            assert_eq!(verdict(&in_table(word, &MAC_ROMAN)).encoding, Encoding::Single(&MAC_ROMAN), "{word}");
        }
    }

    #[test]
    fn other_scripts_are_guessed_and_said_to_be() {
        let text = "Наименование;Количество\nПервый товар на складе;12\nВторой товар;13\n";
        let (bytes, ..) = encoding_rs::WINDOWS_1251.encode(text);
        let found = verdict(&bytes);
        assert_eq!(found.encoding, Encoding::Other(encoding_rs::WINDOWS_1251));
        assert!(found.doubt.is_some());
    }

    #[test]
    fn a_file_that_is_mostly_utf8_stays_utf8() {
        let mut bytes = FRENCH.as_bytes().to_vec();
        bytes.extend_from_slice(b"caf\xe9\n");
        let found = verdict(&bytes);
        assert_eq!(found.encoding, Encoding::Utf8);
        assert!(found.doubt.is_some());
        assert!(verdict("é → Ã©".as_bytes()).doubt.is_some(), "double encoding is worth a word");
    }

    #[test]
    fn wide_characters_are_seen_without_a_mark() {
        let le: Vec<u8> = FRENCH.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = FRENCH.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let four: Vec<u8> = FRENCH.chars().flat_map(|c| (c as u32).to_le_bytes()).collect();
        let check = |bytes: &[u8]| from_first_bytes(bytes).map(|(verdict, mark)| (verdict.encoding, mark));
        assert_eq!(check(&le), Some((Encoding::Utf16 { big: false }, 0)));
        assert_eq!(check(&be), Some((Encoding::Utf16 { big: true }, 0)));
        assert_eq!(check(&four), Some((Encoding::Utf32 { big: false }, 0)));
        assert_eq!(check(b"\xef\xbb\xbfa,b"), Some((Encoding::Utf8, 3)));
        assert_eq!(check(b"\xff\xfea\0"), Some((Encoding::Utf16 { big: false }, 2)));
        assert_eq!(check(b"a,b\n1,2\n"), None);
    }
}
