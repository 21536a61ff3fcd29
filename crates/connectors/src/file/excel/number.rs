//! Numbers as a workbook means them.
//!
//! A workbook keeps floating-point numbers and shows at most 15 digits of them. What arithmetic leaves behind the 15th
//! digit is noise: `0.1+0.2` is stored as `0.30000000000000004`. A number whose first 15 digits end in at least three
//! zeros (or nines) before the noise is read as the shorter one; every other number is read as it is stored. Exponents
//! are written out, and the `.0` of whole numbers left away, because they depend on the program that wrote the file and
//! not on the number.

/// What became of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// Digits and perhaps a decimal point.
    Plain,
    /// With an exponent, or more digits than a workbook keeps exactly.
    Floating,
    /// Noise was left away.
    Cleaned,
    /// It is no number.
    Nothing,
}

/// Digits that a number without noise has at most.
const CLEAN_DIGITS: usize = 12;

/// Appends a number; `bytes` is what the file holds.
#[inline]
pub(super) fn write(bytes: &[u8], out: &mut Vec<u8>) -> Written {
    if is_plain(bytes) && (bytes.len() <= 15 || !bytes.contains(&b'.')) {
        out.extend_from_slice(bytes);
        return Written::Plain;
    }
    write_slowly(bytes.trim_ascii(), out)
}

/// A number that needs no second look: no leading zeros, and not a whole number as Python writes it, `3.0`.
#[inline]
fn is_plain(bytes: &[u8]) -> bool {
    let digits = bytes.strip_prefix(b"-").unwrap_or(bytes);
    let whole = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if whole == 0 || (digits[0] == b'0' && (whole > 1 || digits.len() == 1 && bytes.len() > 1)) {
        return false;
    }
    match digits[whole..] {
        [] => true,
        [b'.', ref decimals @ ..] => {
            !matches!(decimals, [] | [b'0']) && decimals.iter().all(u8::is_ascii_digit)
        }
        _ => false,
    }
}

fn write_slowly(bytes: &[u8], out: &mut Vec<u8>) -> Written {
    let Ok(value) = lexical_core::parse::<f64>(bytes) else { return Written::Nothing };
    if !value.is_finite() {
        return Written::Nothing;
    }
    write_float(value, out)
}

/// Appends a floating-point number.
pub(super) fn write_float(value: f64, out: &mut Vec<u8>) -> Written {
    if value == 0.0 {
        out.push(b'0');
        return Written::Plain;
    }
    // One digit before the point and 14 behind it: what Excel shows at most.
    let shown = format!("{value:.14e}");
    let (mantissa, _) = shown.split_once('e').unwrap_or((&shown, "0"));
    let digits = mantissa.trim_end_matches('0').bytes().filter(u8::is_ascii_digit).count();
    let rounded = if digits <= CLEAN_DIGITS { shown.parse().unwrap_or(value) } else { value };
    let magnitude = rounded.abs();
    let start = out.len();
    if (1e-9..1e15).contains(&magnitude) {
        out.extend_from_slice(rounded.to_string().as_bytes());
    } else {
        out.extend_from_slice(format!("{rounded:e}").as_bytes());
        return Written::Floating;
    }
    let digits = out[start..].iter().filter(|byte| byte.is_ascii_digit()).count();
    let leading = out[start..]
        .iter()
        .take_while(|byte| matches!(byte, b'-' | b'0' | b'.'))
        .filter(|b| **b == b'0')
        .count();
    if rounded != value {
        Written::Cleaned
    } else if digits - leading > 15 {
        Written::Floating
    } else {
        Written::Plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &str) -> (String, Written) {
        let mut out = Vec::new();
        let written = write(bytes.as_bytes(), &mut out);
        (String::from_utf8(out).unwrap(), written)
    }

    #[test]
    fn numbers_are_what_the_workbook_means() {
        for (stored, expected, written) in [
            ("12", "12", Written::Plain),
            ("-0.5", "-0.5", Written::Plain),
            ("3.0", "3", Written::Plain),
            ("1.50", "1.50", Written::Plain),
            ("0", "0", Written::Plain),
            ("-0", "0", Written::Plain),
            ("1E-4", "0.0001", Written::Plain),
            ("1.5E+3", "1500", Written::Plain),
            ("0.30000000000000004", "0.3", Written::Cleaned),
            ("1.1499999999999999", "1.15", Written::Plain),
            ("1.1500000000000004", "1.15", Written::Cleaned),
            ("1234567.8900000001", "1234567.89", Written::Cleaned),
            ("9.9999999999999995E-7", "0.000001", Written::Plain),
            ("0.33333333333333331", "0.3333333333333333", Written::Floating),
            ("123456789012345", "123456789012345", Written::Plain),
            ("4111111111111111", "4111111111111111", Written::Plain),
            ("1.2345678901234568E+18", "1.2345678901234568e18", Written::Floating),
            ("3.1415926535897931", "3.141592653589793", Written::Floating),
            ("123456789.12345678", "123456789.12345678", Written::Floating),
            ("NaN", "", Written::Nothing),
            ("1,5", "", Written::Nothing),
        ] {
            assert_eq!(check(stored), (expected.to_owned(), written), "{stored}");
        }
    }
}
