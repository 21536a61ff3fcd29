//! Decimal numbers as text: their digits, and whether another form keeps them.

use std::fmt::LowerExp;

use arrow::datatypes::i256;

/// A decimal number taken apart: `0.d₁d₂d₃… × 10^exponent`, without leading or trailing zeros.
#[derive(Debug, PartialEq)]
pub struct Digits {
    /// Below zero; zero itself never is.
    pub negative: bool,
    /// The digits that count; empty for zero.
    pub digits: String,
    /// Where the decimal point stands: before the first digit for 0, behind it for 1.
    pub exponent: i64,
}

impl Digits {
    /// Reads `-12.50`, `.5`, `1e-3`. Blanks, separators and words are no numbers.
    pub fn parse(text: &str) -> Option<Digits> {
        let negative = text.starts_with('-');
        let rest = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let mut digits = String::with_capacity(whole.len() + fraction.len());
        digits.push_str(whole);
        digits.push_str(fraction);
        let zeros = digits.len() - digits.trim_start_matches('0').len();
        digits.drain(..zeros);
        digits.truncate(digits.trim_end_matches('0').len());
        let exponent = whole.len() as i64 - zeros as i64 + i64::from(exponent);
        Some(Digits {
            negative: negative && !digits.is_empty(),
            exponent: if digits.is_empty() { 0 } else { exponent },
            digits,
        })
    }

    /// Digits behind the decimal point.
    pub fn places(&self) -> i64 {
        self.digits.len() as i64 - self.exponent
    }

    /// The number times `10^scale`, when that is whole and not too large.
    pub fn unscaled(&self, scale: i8) -> Option<i256> {
        if self.digits.is_empty() {
            return Some(i256::ZERO);
        }
        let zeros = u32::try_from(i64::from(scale) - self.places()).ok().filter(|zeros| *zeros <= 76)?;
        if self.digits.len() > 76 {
            return None;
        }
        let digits = i256::from_string(&self.digits)?;
        let number = digits.checked_mul(i256::from_i128(10).checked_pow(zeros)?)?;
        Some(if self.negative { number.wrapping_neg() } else { number })
    }

    /// The number without exponent, unless it would be longer than any database takes.
    pub fn plain(&self) -> Option<String> {
        const LONGEST: i64 = 150_000;
        if self.exponent.abs() > LONGEST || self.places() > LONGEST {
            return None;
        }
        let mut out = String::from(if self.negative { "-" } else { "" });
        let length = self.digits.len() as i64;
        if self.exponent <= 0 {
            out.push('0');
            if length > 0 {
                out.push('.');
                out.extend(std::iter::repeat_n('0', self.exponent.unsigned_abs() as usize));
                out.push_str(&self.digits);
            }
        } else if self.exponent >= length {
            out.push_str(&self.digits);
            out.extend(std::iter::repeat_n('0', (self.exponent - length) as usize));
        } else {
            let (whole, fraction) = self.digits.split_at(self.exponent as usize);
            out.push_str(whole);
            out.push('.');
            out.push_str(fraction);
        }
        Some(out)
    }

    /// Whether these are the digits of the number's shortest form that reads back, so that nobody who reads the
    /// number again sees another one.
    pub fn shown_by(&self, value: impl LowerExp) -> bool {
        Digits::parse(&format!("{value:e}")).as_ref() == Some(self)
    }

    /// Whether the number was written with more digits than needed, but no more than programs print to be safe
    /// (`longest`): `0.10000000000000001` is how some of them write 0.1.
    pub fn written_by(&self, value: impl LowerExp, longest: usize) -> bool {
        let places = self.digits.len().checked_sub(1).filter(|places| *places < longest);
        places.is_some_and(|places| Digits::parse(&format!("{value:.places$e}")).as_ref() == Some(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_survive_every_notation() {
        let plain = |text: &str| Digits::parse(text).and_then(|digits| digits.plain());
        for (text, expected) in [
            ("0", "0"),
            ("-0.00", "0"),
            ("007", "7"),
            ("1e3", "1000"),
            ("12.50", "12.5"),
            (".5", "0.5"),
            ("5.", "5"),
            ("-1.5e-3", "-0.0015"),
            ("+3", "3"),
            ("100", "100"),
        ] {
            assert_eq!(plain(text).as_deref(), Some(expected), "{text}");
        }
        for wrong in ["", "-", ".", "1,5", " 1", "1e", "0x1", "--1", "1e99999999999", "1_000"] {
            assert_eq!(plain(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_float_keeps_digits_or_not() {
        let number = |text: &str| (Digits::parse(text).unwrap(), text.parse::<f64>().unwrap());
        for text in ["0.1", "1e300", "0", "5e-324", "151391239718030.03"] {
            let (digits, value) = number(text);
            assert!(digits.shown_by(value), "{text}");
        }
        for text in ["12345678901234567", "1e400", "1e-400", "3.00000000000000000001", "151391239718030.031"]
        {
            let (digits, value) = number(text);
            assert!(!digits.shown_by(value) && !digits.written_by(value, 17), "{text}");
        }
        let (digits, value) = number("0.10000000000000001");
        assert!(!digits.shown_by(value) && digits.written_by(value, 17));
    }

    #[test]
    fn unscaled_is_exact_or_nothing() {
        let unscaled =
            |text: &str, scale| Digits::parse(text).unwrap().unscaled(scale).map(|n| n.to_string());
        assert_eq!(unscaled("12.5", 2).as_deref(), Some("1250"));
        assert_eq!(unscaled("12.505", 2), None);
        assert_eq!(unscaled("-1200", -2).as_deref(), Some("-12"));
        assert_eq!(unscaled("1210", -2), None);
    }
}
