//! Words that stand for something else: for true and false, and for no value.

use super::trim;

/// Two words, for true and for false. How they are capitalised does not matter.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::file) struct Pair {
    pub(in crate::file) yes: &'static str,
    pub(in crate::file) no: &'static str,
}

/// Pairs that are known. A column must hold both words of one pair, and no other: `no` alone may be a country.
pub(in crate::file) static PAIRS: [Pair; 8] = [
    Pair { yes: "true", no: "false" },
    Pair { yes: "vrai", no: "faux" },
    Pair { yes: "oui", no: "non" },
    Pair { yes: "yes", no: "no" },
    Pair { yes: "o", no: "n" },
    Pair { yes: "y", no: "n" },
    Pair { yes: "v", no: "f" },
    Pair { yes: "t", no: "f" },
];

/// Words for no value, in lower case. They count only in columns whose other values are no text.
const NULLS: [&str; 22] = [
    "null", "(null)", "<null>", "n/a", "#n/a", "na", "n.a.", "n.a", "none", "nil", "nan", "nd", "n.d.",
    "n/d", "s.o.", "\\n", "-", "--", "–", "—", "?", ".",
];

/// Words that begin the label of a row of totals, in lower case.
const TOTALS: [&str; 12] = [
    "total",
    "totaux",
    "totals",
    "sous-total",
    "sous total",
    "subtotal",
    "grand total",
    "somme",
    "sum",
    "gesamt",
    "summe",
    "moyenne",
];

/// Longest label of a row of totals.
const LABEL_BYTES: usize = 40;

/// Whether a value is the label of a row of totals: `Total`, `Total général :`, but not `TotalEnergies`.
pub(in crate::file) fn is_total(value: &[u8]) -> bool {
    if value.len() > LABEL_BYTES {
        return false;
    }
    let text = String::from_utf8_lossy(value).to_lowercase();
    let text = text.trim_start();
    TOTALS
        .iter()
        .any(|word| text.strip_prefix(word).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric)))
}

/// Whether one of the words for totals stands anywhere in a text, with any letters around it.
pub(in crate::file) fn may_hold_total(text: &[u8]) -> bool {
    let lower = text.to_ascii_lowercase();
    TOTALS.iter().any(|word| memchr::memmem::find(&lower, word.as_bytes()).is_some())
}

/// The words that a value can be: two bits per pair, the lower one for true. 0 when it is none.
#[inline]
pub(in crate::file) fn look(bytes: &[u8]) -> u16 {
    let bytes = trim(bytes);
    if bytes.is_empty() || bytes.len() > 5 {
        return 0;
    }
    let mut found = 0;
    for (place, pair) in PAIRS.iter().enumerate() {
        found |= u16::from(bytes.eq_ignore_ascii_case(pair.yes.as_bytes())) << (2 * place);
        found |= u16::from(bytes.eq_ignore_ascii_case(pair.no.as_bytes())) << (2 * place + 1);
    }
    found
}

/// The pairs that have the words of [`look`], as bits.
#[inline]
pub(in crate::file) fn pairs(words: u16) -> u8 {
    (0..PAIRS.len()).filter(|place| words >> (2 * place) & 0b11 != 0).fold(0, |all, place| all | 1 << place)
}

/// The pair whose two words are all there is: `words` has those of any value, `pairs` the pairs that fit every value.
pub(in crate::file) fn pair(words: u16, pairs: u8) -> Option<&'static Pair> {
    let found = PAIRS
        .iter()
        .enumerate()
        .find(|(place, _)| pairs >> place & 1 == 1 && words >> (2 * place) & 0b11 == 0b11);
    found.map(|(_, pair)| pair)
}

/// Puts `true` or `false` into `plain`; answers whether the value is one of the two words.
pub(in crate::file) fn plain(bytes: &[u8], pair: &Pair, plain: &mut Vec<u8>) -> bool {
    let bytes = trim(bytes);
    let word: &[u8] = if bytes.eq_ignore_ascii_case(pair.yes.as_bytes()) {
        b"true"
    } else if bytes.eq_ignore_ascii_case(pair.no.as_bytes()) {
        b"false"
    } else {
        return false;
    };
    plain.extend_from_slice(word);
    true
}

/// Whether a value is a word for no value.
#[inline]
pub(in crate::file) fn is_null(bytes: &[u8]) -> bool {
    let bytes = trim(bytes);
    bytes.len() <= 6 && NULLS.iter().any(|word| bytes.eq_ignore_ascii_case(word.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_needs_both_words_and_no_other() {
        let check = |values: &[&str]| {
            let all = values.iter().map(|value| look(value.as_bytes()));
            let (words, common) =
                all.fold((0, 0xff), |(words, common), one| (words | one, common & pairs(one)));
            pair(words, common).map(|pair| pair.yes)
        };
        assert_eq!(check(&["Oui", "NON", "oui"]), Some("oui"));
        assert_eq!(check(&["O", "N"]), Some("o"));
        assert_eq!(check(&["Y", "N"]), Some("y"));
        assert_eq!(check(&["no", "no"]), None);
        assert_eq!(check(&["oui", "no"]), None);
        assert_eq!(check(&["o", "n", "y"]), None);
        assert!(is_null(b" N/A ") && is_null("—".as_bytes()) && !is_null(b"nation"));
    }
}
