//! How people write values: `1 234,56 €`, `31/12/2025`, `oui`.
//!
//! The plain forms ([`super::values`]) are read everywhere. What is written otherwise has several readings as a rule:
//! `1,234` is a little more than one, or a thousand; `01/02/2025` is in January or in February. One value cannot tell,
//! but a column can: each value rules readings out ([`super::infer`]), and what is left over all of them is the
//! [`Reading`] of the column. It turns a value into its plain form ([`Notation::plain`]), or refuses it.

pub(super) mod date;
pub(super) mod number;
pub(super) mod words;

use std::collections::HashMap;

use date::Order;
use number::Figures;
use words::Pair;

/// How the values of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notation {
    /// Numbers with a decimal mark, groups of thousands, a currency or a percent sign.
    Number(Figures),
    /// Dates, with or without a time of day, whose day and month come in this order.
    Date(Order),
    /// One of two words for true and false.
    Words(&'static Pair),
    /// Any two such words.
    AnyWords,
}

/// How a column is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Reading {
    /// How its values are written, when that is not the plain way.
    pub(super) notation: Option<Notation>,
    /// Words such as `n/a` mean that there is no value.
    pub(super) null_words: bool,
}

/// How the columns of a stream are read, by name. A column that is not named is written the plain way.
pub(super) type Readings = HashMap<String, Reading>;

impl Notation {
    /// Values in the plain form mean what they say here as well.
    #[inline]
    pub(super) fn has_plain(self) -> bool {
        match self {
            Notation::Number(figures) => figures.has_plain(),
            Notation::Date(_) | Notation::Words(_) | Notation::AnyWords => true,
        }
    }

    /// Puts the plain form of a value into `plain`, which is empty; answers whether the value has one.
    pub(super) fn plain(self, bytes: &[u8], plain: &mut Vec<u8>) -> bool {
        match self {
            Notation::Number(figures) => figures.plain(bytes, plain),
            Notation::Date(order) => date::plain(bytes, order, plain),
            Notation::Words(pair) => words::plain(bytes, pair, plain),
            Notation::AnyWords => words::PAIRS.iter().any(|pair| words::plain(bytes, pair, plain)),
        }
    }
}

/// The text without spaces around it, those of typographers included.
pub(super) fn trim(mut bytes: &[u8]) -> &[u8] {
    loop {
        let before = bytes.len();
        bytes = bytes.trim_ascii();
        for space in SPACES {
            bytes = bytes.strip_prefix(space).unwrap_or(bytes);
            bytes = bytes.strip_suffix(space).unwrap_or(bytes);
        }
        if bytes.len() == before {
            return bytes;
        }
    }
}

/// Spaces beyond ASCII that stand between digits: no-break, narrow no-break, thin, figure.
const SPACES: [&[u8]; 4] =
    ["\u{a0}".as_bytes(), "\u{202f}".as_bytes(), "\u{2009}".as_bytes(), "\u{2007}".as_bytes()];
