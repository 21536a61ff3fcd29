//! Numbers: which marks they have, and the type that holds all of them.

use arrow::datatypes::DataType;

use super::decide::{Found, Hints};
use super::kinds::{INT, Kind, NUMBER};
use super::{Digits, Evidence};
use crate::file::notation::Notation;
use crate::file::notation::number::{CURRENCIES, Figures, ways};

impl Evidence {
    /// Numbers, one of which at least is not in scientific notation only.
    pub(super) fn numbers(&self, hints: Hints) -> Result<Found, Option<String>> {
        let is_plain = self.kinds & Kind::Written as u32 == 0;
        let (chosen, why) = self.way(hints)?;
        if is_plain && chosen & ways::PLAIN != 0 {
            let data_type = self.plain_type().ok_or(None)?;
            let evidence = match data_type {
                DataType::Int64 => "every value is a whole number".to_owned(),
                DataType::Float64 => self.first(&[Kind::Scientific], "in scientific notation"),
                _ => format!("every value is a number; {}", decimals(self.plain.scale)),
            };
            return Ok(Found { data_type, notation: None, evidence, note: None });
        }
        if self.kinds & Kind::Scientific as u32 != 0 {
            return Err(None);
        }
        let size = self.size(chosen);
        let data_type = fixed(size.whole, size.scale)
            .ok_or_else(|| Some("its numbers have more digits than a number type keeps".to_owned()))?;
        let mut evidence = format!("every value is a number {}; {}", described(chosen), decimals(size.scale));
        if let Some(currency) = self.written.currency.and_then(|place| CURRENCIES.get(usize::from(place))) {
            evidence = format!("{evidence}; amounts in {currency}");
        }
        if let Some(why) = &why {
            evidence = format!("{evidence}; {why}");
        }
        let figures = Figures { ways: chosen, percent: Some(false) };
        Ok(Found { data_type, notation: Some(Notation::Number(figures)), evidence, note: why })
    }

    pub(super) fn percentages(&self, hints: Hints) -> Result<Found, Option<String>> {
        let (chosen, why) = self.way(hints)?;
        let size = self.size(chosen);
        let data_type = fixed(size.whole, size.scale + 2)
            .ok_or_else(|| Some("its numbers have more digits than a number type keeps".to_owned()))?;
        let example = self.example(Kind::Percent).map(|example| example.value.clone()).unwrap_or_default();
        let mut plain = Vec::new();
        let figures = Figures { ways: chosen, percent: Some(true) };
        figures.plain(example.as_bytes(), &mut plain);
        let meaning =
            format!("percentages are read as fractions: `{example}` is {}", String::from_utf8_lossy(&plain));
        let evidence = format!(
            "every value has a percent sign{}",
            why.map(|why| format!("; {why}")).unwrap_or_default()
        );
        Ok(Found { data_type, notation: Some(Notation::Number(figures)), evidence, note: Some(meaning) })
    }

    /// The ways to write numbers that are left, which agree in what every value means; and what had to decide.
    pub(super) fn way(&self, hints: Hints) -> Result<(u8, Option<String>), Option<String>> {
        let numbers = &self.written;
        if let Some(other) = &numbers.other_currency {
            return Err(Some(format!(
                "its amounts are in several currencies, `{}` in line {} in another one",
                other.value, other.line
            )));
        }
        let mut left = numbers.ways;
        if hints.ways != 0 && !numbers.certain {
            left &= hints.ways;
            if left == 0 {
                return Err(Some("it has numbers that are not written as `decimal` says".to_owned()));
            }
        }
        if left == 0 {
            return Err(Some(match (&numbers.point_only, &numbers.comma_only) {
                (Some(point), Some(comma)) => format!(
                    "`{}` in line {} has a decimal point, and `{}` in line {} a decimal comma",
                    point.value, point.line, comma.value, comma.line
                ),
                _ => "its numbers are not all written in one way".to_owned(),
            }));
        }
        let (point, comma) = (left & ways::POINT, left & ways::COMMA);
        let has_groups_only = self.kinds & Kind::Decimal as u32 != 0 && comma & ways::COMMA_POINT != 0;
        let doubt =
            numbers.ambiguous.as_ref().or_else(|| self.example(Kind::Decimal).filter(|_| has_groups_only));
        let (Some(doubt), true, true) = (doubt, point != 0, comma != 0) else {
            return Ok((if point != 0 { point } else { comma }, None));
        };
        match hints.other_ways() {
            Some(shown) => {
                let mark = if shown == ways::COMMA { "comma" } else { "point" };
                // A plain number in a file of plain numbers is no news.
                let is_news = shown == ways::COMMA || point & ways::PLAIN == 0;
                let why =
                    format!("other columns have a decimal {mark}, so `{}` is read that way", doubt.value);
                Ok((left & shown, is_news.then_some(why)))
            }
            None if point & ways::PLAIN != 0 => Ok((point, None)),
            None => Err(Some(format!(
                "`{}` in line {} may be a thousand or a decimal number; set `decimal` to `,` or `.` to read it",
                doubt.value, doubt.line
            ))),
        }
    }

    /// The size of all numbers, read in one of the ways.
    fn size(&self, chosen: u8) -> Digits {
        let mut size = self.plain;
        if chosen & ways::POINT != 0 {
            size.merge(self.written.point);
        } else {
            // The points of plain numbers separate thousands here.
            size = Digits { whole: size.whole + size.scale, scale: 0, digits: size.digits };
            size.merge(self.written.comma);
        }
        size
    }

    fn plain_type(&self) -> Option<DataType> {
        if self.kinds & NUMBER == INT {
            return Some(DataType::Int64);
        }
        if self.kinds & Kind::Scientific as u32 == 0
            && let Some(DataType::Decimal128(precision, scale)) = decimal(self.plain.whole, self.plain.scale)
        {
            return Some(DataType::Decimal128(precision, scale));
        }
        // Seventeen digits come back unchanged from a 64-bit float; more would be lost silently.
        (self.plain.digits <= 17).then_some(DataType::Float64)
    }
}

fn decimal(whole: u32, scale: u32) -> Option<DataType> {
    let digits = whole + scale;
    let precision = if digits <= 18 { 18 } else { 38 };
    (digits <= 38).then_some(DataType::Decimal128(precision, scale as i8))
}

/// The type of numbers with at most so many digits.
fn fixed(whole: u32, scale: u32) -> Option<DataType> {
    if scale == 0 && whole <= 18 { Some(DataType::Int64) } else { decimal(whole, scale) }
}

fn decimals(scale: u32) -> String {
    match scale {
        0 => "without decimals".into(),
        1 => "at most 1 decimal".into(),
        scale => format!("at most {scale} decimals"),
    }
}

fn described(chosen: u8) -> &'static str {
    match (chosen & ways::POINT != 0, chosen & ways::COMMA != 0) {
        _ if chosen == ways::POINT_COMMA => "with commas between thousands",
        _ if chosen == ways::COMMA_POINT => "with a decimal comma and points between thousands",
        _ if chosen == ways::COMMA_SPACE => "with a decimal comma and spaces between thousands",
        _ if chosen & !(ways::POINT_SPACE | ways::COMMA_SPACE) == 0 => "with spaces between thousands",
        _ if chosen & !(ways::POINT_APOSTROPHE | ways::COMMA_APOSTROPHE) == 0 => {
            "with apostrophes between thousands"
        }
        (false, true) => "with a decimal comma",
        _ => "with a decimal point",
    }
}
