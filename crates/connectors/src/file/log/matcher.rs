//! Walks the steps of a pattern over a text, from left to right and once.
//!
//! Nothing is allocated, and nothing is tried twice but optional parts, which are either there or not. What was
//! missing is said by a [`Miss`] that costs nothing until somebody asks for its words.

use super::pattern::{Pattern, Scan, Step, Value, is_blank};
use crate::file::reading::{shorten, visible};

/// What was found for a field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Found<'a> {
    /// No value.
    Nothing,
    /// Its text.
    Text(&'a [u8]),
    /// A time, in the unit of its column.
    Moment(i64),
}

/// Why a text does not match.
#[derive(Debug, Clone, Copy)]
pub(super) enum Miss<'p, 'a> {
    /// This text of the pattern is not where it should be.
    Missing(&'p [u8]),
    /// A field that must have a value has none.
    Empty(&'p str),
    /// A number should begin here.
    NoNumber(&'p str, &'a [u8]),
    /// This is not a time of that form.
    NoTime(&'p str, &'a [u8]),
    /// The pattern is at its end and the text is not.
    Left(&'a [u8]),
}

impl Miss<'_, '_> {
    /// The reason in words.
    pub(super) fn reason(self) -> String {
        let show = |bytes: &[u8]| shorten(&visible(bytes));
        match self {
            Miss::Missing(text) => format!("`{}` is missing", visible(text)),
            Miss::Empty(name) => format!("`{{{name}}}` is empty"),
            Miss::NoNumber(name, []) => format!("`{{{name}}}` is empty"),
            Miss::NoNumber(name, text) => format!("`{}` is no number for `{{{name}}}`", show(text)),
            Miss::NoTime(form, text) => format!("`{}` is not a time of the form `{form}`", show(text)),
            Miss::Left(text) => format!("nothing in it stands for `{}`", show(text)),
        }
    }
}

impl Pattern {
    /// Matches the whole of a text, which has no blanks around it, and puts what its fields hold into `found`.
    #[inline]
    pub(super) fn apply<'a>(&self, text: &'a [u8], found: &mut [Found<'a>]) -> Result<(), Miss<'_, 'a>> {
        let end = walk(&self.steps, text, 0, false, found)?;
        let rest = text[end..].trim_ascii();
        if rest.is_empty() { Ok(()) } else { Err(Miss::Left(rest)) }
    }

    /// Takes back what a match that failed has found.
    pub(super) fn forget(&self, found: &mut [Found<'_>]) {
        for slot in super::pattern::slots(&self.steps) {
            found[slot] = Found::Nothing;
        }
    }
}

/// Walks the steps from the byte `at` on; answers the byte behind them.
fn walk<'p, 'a>(
    steps: &'p [Step],
    text: &'a [u8],
    mut at: usize,
    is_optional: bool,
    found: &mut [Found<'a>],
) -> Result<usize, Miss<'p, 'a>> {
    for step in steps {
        match step {
            Step::Literal(literal) => {
                if !text[at..].starts_with(literal) {
                    return Err(Miss::Missing(literal));
                }
                at += literal.len();
            }
            Step::Blanks => at += blanks(&text[at..]),
            Step::Anything(stop) => at += stop.find(&text[at..]),
            Step::Value(value) => {
                at += blanks(&text[at..]);
                let (what, length) = take(value, &text[at..])?;
                if what == Found::Nothing && !is_optional {
                    return Err(Miss::Empty(&value.name));
                }
                found[value.slot] = what;
                at += length;
            }
            Step::Optional(inner, slots) => match walk(inner, text, at, true, found) {
                Ok(end) => at = end,
                Err(_) => {
                    for slot in slots {
                        found[*slot] = Found::Nothing;
                    }
                }
            },
        }
    }
    Ok(at)
}

fn blanks(text: &[u8]) -> usize {
    text.iter().take_while(|byte| is_blank(**byte)).count()
}

/// Takes a value from the beginning of a text; answers it and the bytes it takes.
#[inline]
fn take<'p, 'a>(value: &'p Value, text: &'a [u8]) -> Result<(Found<'a>, usize), Miss<'p, 'a>> {
    match &value.scan {
        Scan::Text | Scan::Word => {
            let length = value.stop.find(text);
            let inside = text[..length].trim_ascii_end();
            Ok((if inside.is_empty() { Found::Nothing } else { Found::Text(inside) }, length))
        }
        Scan::Number => {
            let length = number(text);
            if length == 0 {
                let end = text.iter().position(|byte| is_blank(*byte)).unwrap_or(text.len());
                return Err(Miss::NoNumber(&value.name, &text[..end]));
            }
            Ok((Found::Text(&text[..length]), length))
        }
        Scan::Time(time) => {
            if let Some((moment, length)) = time.read(text)
                && value.stop.is_here(&text[length..])
            {
                return Ok((Found::Moment(moment), length));
            }
            // Noise of the line or of the machine around or inside a time: only what is ASCII can be part of it.
            let length = value.stop.find(text);
            let clean: Vec<u8> =
                text[..length].iter().copied().filter(|byte| matches!(byte, b' '..=b'~' | b'\t')).collect();
            let clean = clean.trim_ascii();
            match time.read(clean) {
                Some((moment, all)) if all == clean.len() => Ok((Found::Moment(moment), length)),
                _ if text[..length].trim_ascii().is_empty() => Err(Miss::Empty(&value.name)),
                _ => Err(Miss::NoTime(time.form(), &text[..length])),
            }
        }
    }
}

/// Bytes of the number at the beginning of a text: sign, digits, and decimals behind a point.
fn number(text: &[u8]) -> usize {
    let sign = usize::from(matches!(text.first(), Some(b'-' | b'+')));
    let digits = |from: usize| text[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let whole = digits(sign);
    let end = sign + whole;
    let decimals = if text.get(end) == Some(&b'.') { digits(end + 1) } else { 0 };
    match (whole, decimals) {
        (0, 0) => 0,
        (_, 0) => end,
        (_, decimals) => end + 1 + decimals,
    }
}
