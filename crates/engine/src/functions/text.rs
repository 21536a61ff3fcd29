//! Functions on text.

use std::borrow::Cow;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::TextFunction;

/// How letters are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Letters {
    /// `ann smith`
    Lower,
    /// `ANN SMITH`
    Upper,
    /// `Ann Smith`
    Title,
}

/// Steps of cleaning, in the order in which they are applied.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Clean {
    /// Removes `<b>` and the like, and turns `&amp;` into `&`.
    pub html: bool,
    /// Removes web addresses.
    pub urls: bool,
    /// Turns `é` into `e`.
    pub accents: bool,
    /// Removes everything but letters, digits and spaces.
    pub punctuation: bool,
    /// Removes characters that cannot be seen.
    pub control: bool,
    /// Makes one space of several spaces, tabs and line breaks.
    pub spaces: bool,
    /// Removes spaces at both ends.
    pub trim: bool,
    /// Rewrites letters.
    pub letters: Option<Letters>,
    /// Turns text without any character into null.
    pub empty_to_null: bool,
}

impl TextFunction for Clean {
    const NAME: &'static str = "clean_text";

    fn apply<'a>(&self, text: &'a str) -> Option<Cow<'a, str>> {
        let mut text = Cow::Borrowed(text);
        if self.html && text.contains(['<', '&']) {
            text = Cow::Owned(without_html(&text));
        }
        if self.urls && (text.contains("://") || text.contains("www.")) {
            text = Cow::Owned(without_urls(&text));
        }
        if self.accents && !text.is_ascii() {
            text = Cow::Owned(text.nfd().filter(|c| !is_combining_mark(*c)).nfc().collect());
        }
        if self.punctuation && text.contains(is_punctuation) {
            text = Cow::Owned(text.replace(is_punctuation, ""));
        }
        if self.control && text.contains(is_invisible) {
            text = Cow::Owned(text.replace(is_invisible, ""));
        }
        if self.spaces && has_loose_spaces(&text) {
            text = Cow::Owned(collapsed(&text));
        }
        if self.trim && text.trim().len() != text.len() {
            text = Cow::Owned(text.trim().to_owned());
        }
        text = match self.letters {
            Some(Letters::Lower) => Cow::Owned(text.to_lowercase()),
            Some(Letters::Upper) => Cow::Owned(text.to_uppercase()),
            Some(Letters::Title) => Cow::Owned(title(&text)),
            None => text,
        };
        if self.empty_to_null && text.is_empty() { None } else { Some(text) }
    }
}

fn is_punctuation(c: char) -> bool {
    !c.is_alphanumeric() && !c.is_whitespace() && !is_combining_mark(c)
}

/// Control characters but for line breaks and tabs, and characters of no width.
fn is_invisible(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}

fn has_loose_spaces(text: &str) -> bool {
    let mut before = false;
    text.chars().any(|c| {
        let is_space = c.is_whitespace();
        let loose = is_space && (before || c != ' ');
        before = is_space;
        loose
    })
}

fn collapsed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = false;
    for c in text.chars() {
        if !c.is_whitespace() {
            out.push(c);
        } else if !before {
            out.push(' ');
        }
        before = c.is_whitespace();
    }
    out
}

fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars() {
        match (c.is_alphanumeric(), inside) {
            (true, false) => out.extend(c.to_uppercase()),
            (true, true) => out.extend(c.to_lowercase()),
            (false, _) => out.push(c),
        }
        // An apostrophe belongs to its word: `o'clock`.
        inside = c.is_alphanumeric() || (inside && matches!(c, '\'' | '’'));
    }
    out
}

fn without_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        let after = &rest[start + 1..];
        // `a < b` is no tag: a tag starts with a letter, `/` or `!`.
        let is_tag = after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
        match after.find('>').filter(|_| is_tag) {
            Some(end) => {
                out.push_str(&rest[..start]);
                let tag = after[..end].to_ascii_lowercase();
                if ["br", "p", "/p", "li", "div", "/div", "tr", "/tr"]
                    .iter()
                    .any(|block| tag.split([' ', '/']).next() == Some(block) || tag == *block)
                {
                    out.push(' ');
                }
                rest = &after[end + 1..];
            }
            None => {
                out.push_str(&rest[..=start]);
                rest = after;
            }
        }
    }
    out.push_str(rest);
    entities(&out)
}

fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(';').filter(|end| *end <= 10);
        match end.and_then(|end| entity(&rest[1..end]).map(|c| (c, end))) {
            Some((c, end)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "eacute" => 'é',
        "egrave" => 'è',
        "agrave" => 'à',
        "ccedil" => 'ç',
        "euro" => '€',
        _ => return None,
    })
}

fn without_urls(text: &str) -> String {
    let is_url = |word: &str| {
        let word = word.trim_start_matches(['(', '"', '\'', '<']).to_ascii_lowercase();
        ["http://", "https://", "ftp://", "www."].iter().any(|start| word.starts_with(start))
    };
    let mut out = String::with_capacity(text.len());
    for word in text.split_inclusive(char::is_whitespace) {
        if is_url(word) {
            out.extend(word.chars().next_back().filter(|c| c.is_whitespace()));
        } else {
            out.push_str(word);
        }
    }
    out
}

/// One part of text that is split.
#[derive(Debug, Clone)]
pub struct Part {
    /// What stands between parts.
    pub separator: Separator,
    /// Which part, from 0.
    pub index: usize,
    /// How many parts there are; the last takes the rest.
    pub count: usize,
    /// Removes spaces around the part.
    pub trim: bool,
}

/// What stands between parts of text.
#[derive(Debug, Clone)]
pub enum Separator {
    /// This text.
    Text(String),
    /// Whatever matches.
    Pattern(Regex),
}

impl Separator {
    fn key(&self) -> (bool, &str) {
        match self {
            Separator::Text(text) => (false, text),
            Separator::Pattern(pattern) => (true, pattern.as_str()),
        }
    }
}

impl PartialEq for Part {
    fn eq(&self, other: &Self) -> bool {
        self.separator.key() == other.separator.key()
            && (self.index, self.count, self.trim) == (other.index, other.count, other.trim)
    }
}

impl Eq for Part {}

impl std::hash::Hash for Part {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.separator.key().hash(state);
        (self.index, self.count, self.trim).hash(state);
    }
}

impl TextFunction for Part {
    const NAME: &'static str = "split_part_of";

    fn apply<'a>(&self, text: &'a str) -> Option<Cow<'a, str>> {
        let part = match &self.separator {
            Separator::Text(separator) => text.splitn(self.count, separator.as_str()).nth(self.index),
            Separator::Pattern(pattern) => pattern.splitn(text, self.count).nth(self.index),
        }?;
        Some(Cow::Borrowed(if self.trim { part.trim() } else { part }))
    }
}

/// Hides the middle of text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Partial {
    /// Characters to keep at the start.
    pub first: usize,
    /// Characters to keep at the end.
    pub last: usize,
    /// What stands for a hidden character.
    pub cover: char,
}

impl TextFunction for Partial {
    const NAME: &'static str = "mask_partial";

    fn apply<'a>(&self, text: &'a str) -> Option<Cow<'a, str>> {
        let count = text.chars().count();
        // Text that would be shown whole is hidden whole.
        let (first, last) = if self.first + self.last >= count { (0, 0) } else { (self.first, self.last) };
        let hidden = first..count - last;
        Some(
            text.chars().enumerate().map(|(i, c)| if hidden.contains(&i) { self.cover } else { c }).collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Clean = Clean {
        html: false,
        urls: false,
        accents: false,
        punctuation: false,
        control: false,
        spaces: false,
        trim: false,
        letters: None,
        empty_to_null: false,
    };

    #[test]
    fn html_goes_and_comparisons_stay() {
        let clean = Clean { html: true, spaces: true, trim: true, ..NOTHING };
        let cleaned = clean.apply("<p>Fish &amp; chips<br/>3 &lt; 4, a < b</p>&#233;&bogus;").unwrap();
        assert_eq!(cleaned, "Fish & chips 3 < 4, a < b é&bogus;");
    }

    #[test]
    fn letters_spaces_and_addresses() {
        let clean = Clean {
            urls: true,
            accents: true,
            spaces: true,
            trim: true,
            letters: Some(Letters::Title),
            ..NOTHING
        };
        assert_eq!(
            clean.apply("  élan\t VITAL  see https://x.org/a?b o'clock ").unwrap(),
            "Elan Vital See O'clock"
        );
        let bare = Clean { punctuation: true, control: true, empty_to_null: true, ..NOTHING };
        assert_eq!(bare.apply("a.b-c\u{200b}!").unwrap(), "abc");
        assert_eq!(bare.apply("?!"), None);
    }

    #[test]
    fn the_last_part_takes_the_rest() {
        let part = |index| Part { separator: Separator::Text(",".into()), index, count: 2, trim: true };
        assert_eq!(part(1).apply("a, b, c").unwrap(), "b, c");
        assert_eq!(part(1).apply("a"), None);
    }

    #[test]
    fn short_text_is_hidden_whole() {
        let partial = Partial { first: 1, last: 2, cover: '*' };
        assert_eq!(partial.apply("abcdef").unwrap(), "a***ef");
        assert_eq!(partial.apply("äbc").unwrap(), "***");
    }
}
