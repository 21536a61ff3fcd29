//! Values from text: exact, checked, without a detour over strings.
//!
//! Every function takes the bytes of one value and answers `None` when they are not a value of that type. Nothing
//! is rounded, cut or guessed: what these functions accept is what [`super::infer`] counts as a value of the type,
//! so types that were decided over a whole file hold for every row of it.

use towpath_connect::civil;

/// A whole number that fits 64 bits. A leading zero or plus sign makes it a code, not a number.
pub(super) fn int64(bytes: &[u8]) -> Option<i64> {
    let (negative, digits) = split_sign(bytes);
    if digits.is_empty() || digits.len() > 19 || (digits[0] == b'0' && digits.len() > 1) {
        return None;
    }
    let mut value: u64 = 0;
    if digits.len() <= 18 {
        for byte in digits {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            value = value * 10 + u64::from(digit);
        }
        let value = value as i64;
        return Some(if negative { -value } else { value });
    }
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(u64::from(digit))?;
    }
    if negative { 0i64.checked_sub_unsigned(value) } else { i64::try_from(value).ok() }
}

/// The shape of a number written without an exponent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Plain {
    /// Digits before the decimal point, at least 1.
    pub(super) whole: u32,
    /// Digits after the decimal point.
    pub(super) scale: u32,
    /// The number has a decimal point.
    pub(super) point: bool,
}

/// Looks at a number without exponent: `12`, `-0.50`, `.5`. No leading zeros, no plus sign, no bare point.
pub(super) fn plain_number(bytes: &[u8]) -> Option<Plain> {
    let (_, digits) = split_sign(bytes);
    let whole = digits.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
    if whole > 1 && digits[0] == b'0' {
        return None;
    }
    if whole == digits.len() {
        return (whole > 0).then_some(Plain { whole: whole as u32, scale: 0, point: false });
    }
    let fraction = &digits[whole + 1..];
    let good = digits[whole] == b'.' && !fraction.is_empty() && fraction.iter().all(u8::is_ascii_digit);
    good.then_some(Plain { whole: whole.max(1) as u32, scale: fraction.len() as u32, point: true })
}

/// A decimal number scaled by `10^scale`, of at most `precision` digits. More decimals than `scale` are taken
/// only when they are zeros.
pub(super) fn decimal(bytes: &[u8], precision: u8, scale: i8) -> Option<i128> {
    let scale = u32::try_from(scale).ok()?;
    let shape = plain_number(bytes)?;
    let (negative, digits) = split_sign(bytes);
    let (mut value, mut decimals) = (0i128, 0u32);
    if shape.whole + scale <= 18 && shape.scale <= scale {
        // The common case stays in 64 bits: there 128-bit arithmetic costs several times as much.
        let mut small = 0u64;
        for byte in digits.iter().filter(|byte| **byte != b'.') {
            small = small * 10 + u64::from(byte - b'0');
        }
        value = i128::from(small * 10u64.pow(scale - shape.scale));
    } else {
        let mut after_point = false;
        for byte in digits {
            if *byte == b'.' {
                after_point = true;
                continue;
            }
            if after_point && decimals == scale {
                if *byte != b'0' {
                    return None;
                }
                continue;
            }
            decimals += u32::from(after_point);
            value = value.checked_mul(10)?.checked_add(i128::from(byte - b'0'))?;
        }
        value = value.checked_mul(10i128.checked_pow(scale - decimals)?)?;
    }
    if value >= 10i128.checked_pow(u32::from(precision))? {
        return None;
    }
    Some(if negative { -value } else { value })
}

/// Whether the bytes are a number in scientific notation. Without a decimal point the exponent needs a sign, so
/// that codes such as `12E4` stay text.
pub(super) fn is_scientific(bytes: &[u8]) -> bool {
    let (_, rest) = split_sign(bytes);
    let Some(at) = rest.iter().position(|byte| matches!(byte, b'e' | b'E')) else { return false };
    let (mantissa, exponent) = (&rest[..at], &rest[at + 1..]);
    let signed = matches!(exponent.first(), Some(b'+' | b'-'));
    let digits = &exponent[usize::from(signed)..];
    let Some(shape) = plain_number(mantissa) else { return false };
    (shape.point || signed)
        && mantissa.first() != Some(&b'-')
        && (1..=4).contains(&digits.len())
        && digits.iter().all(u8::is_ascii_digit)
}

/// Whether the bytes are one of the words for a floating-point value that is no number.
pub(super) fn is_non_finite(bytes: &[u8]) -> bool {
    matches!(bytes, b"NaN" | b"Infinity" | b"-Infinity")
}

/// A floating-point number. One whose size exceeds 64-bit floats is refused, not turned into infinity.
pub(super) fn float64(bytes: &[u8]) -> Option<f64> {
    match bytes {
        b"NaN" => return Some(f64::NAN),
        b"Infinity" => return Some(f64::INFINITY),
        b"-Infinity" => return Some(f64::NEG_INFINITY),
        _ => {}
    }
    if plain_number(bytes).is_none() && !is_scientific(bytes) {
        return None;
    }
    let value: f64 = lexical_core::parse(bytes).ok()?;
    value.is_finite().then_some(value)
}

/// `true` or `false`, in lower case, upper case or with a capital.
pub(super) fn boolean(bytes: &[u8]) -> Option<bool> {
    match bytes {
        b"true" | b"True" | b"TRUE" => Some(true),
        b"false" | b"False" | b"FALSE" => Some(false),
        _ => None,
    }
}

/// Days since 1970-01-01 of a date `2025-12-31`.
pub(super) fn date(bytes: &[u8]) -> Option<i32> {
    let bytes: &[u8; 10] = bytes.try_into().ok()?;
    if bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let year = two(bytes[0], bytes[1])? * 100 + two(bytes[2], bytes[3])?;
    let (month, day) = (two(bytes[5], bytes[6])?, two(bytes[8], bytes[9])?);
    if year == 0 || !(1..=12).contains(&month) || day == 0 || day > days_in_month(year, month) {
        return None;
    }
    i32::try_from(civil::days_from_date(year.into(), month as u32, day as u32)).ok()
}

/// A point on the clock's face or in time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stamp {
    /// Microseconds since 1970-01-01T00:00:00, of UTC when there is an offset.
    pub(super) micros: i64,
    /// The text names an offset from UTC, or `Z`.
    pub(super) zoned: bool,
}

/// A timestamp such as `2025-12-31T23:59:59.5+01:00`. A space may stand for the `T`; seconds, decimals and offset
/// may be missing. Decimals finer than a microsecond are refused.
pub(super) fn timestamp(bytes: &[u8]) -> Option<Stamp> {
    if bytes.len() < 16 || !matches!(bytes[10], b'T' | b' ') {
        return None;
    }
    let days = i64::from(date(&bytes[..10])?);
    let clock = &bytes[11..];
    // A minus or plus in the clock part starts the offset.
    let end = clock.iter().position(|byte| matches!(byte, b'Z' | b'z' | b'+' | b'-')).unwrap_or(clock.len());
    let (face, offset) = clock.split_at(end);
    let micros = days * 86_400_000_000 + clock_micros(face)?;
    if offset.is_empty() {
        return Some(Stamp { micros, zoned: false });
    }
    Some(Stamp { micros: micros - offset_seconds(offset)? * 1_000_000, zoned: true })
}

/// Microseconds since midnight of a time `23:59:59.5`. The seconds are needed: `12:30` may as well be a duration.
pub(super) fn time(bytes: &[u8]) -> Option<i64> {
    if bytes.len() < 8 { None } else { clock_micros(bytes) }
}

/// Whether the bytes would be a timestamp or time but for decimals finer than a microsecond.
pub(super) fn is_too_fine(bytes: &[u8]) -> bool {
    let Some(point) = bytes.iter().position(|byte| *byte == b'.') else { return false };
    let digits = bytes[point + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(7..=12).contains(&digits) {
        return false;
    }
    let mut shorter = bytes[..point].to_vec();
    shorter.extend_from_slice(&bytes[point + 1 + digits..]);
    timestamp(&shorter).is_some() || time(&shorter).is_some()
}

/// Microseconds of `HH:MM`, `HH:MM:SS` or `HH:MM:SS.ffffff`.
fn clock_micros(face: &[u8]) -> Option<i64> {
    if face.len() < 5 || face[2] != b':' {
        return None;
    }
    let (hour, minute) = (two(face[0], face[1])?, two(face[3], face[4])?);
    let (mut second, mut micros) = (0, 0i64);
    if face.len() > 5 {
        if face.len() < 8 || face[5] != b':' {
            return None;
        }
        second = two(face[6], face[7])?;
    }
    if face.len() > 8 {
        let decimals = &face[9..];
        if face[8] != b'.' || decimals.is_empty() || decimals.len() > 12 {
            return None;
        }
        for (place, byte) in decimals.iter().enumerate() {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 || (place >= 6 && digit != 0) {
                return None;
            }
            if place < 6 {
                micros = micros * 10 + i64::from(digit);
            }
        }
        micros *= 10i64.pow(6u32.saturating_sub(decimals.len() as u32));
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some(i64::from(hour * 3600 + minute * 60 + second) * 1_000_000 + micros)
}

/// Seconds of `Z`, `+01`, `+0100` or `+01:00`.
fn offset_seconds(offset: &[u8]) -> Option<i64> {
    let sign = match offset[0] {
        b'Z' | b'z' => return (offset.len() == 1).then_some(0),
        b'-' => -1,
        _ => 1,
    };
    let (hours, minutes) = match offset[1..] {
        [h, i] => (two(h, i)?, 0),
        [h, i, m, n] | [h, i, b':', m, n] => (two(h, i)?, two(m, n)?),
        _ => return None,
    };
    if hours > 15 || minutes > 59 {
        return None;
    }
    Some(sign * i64::from(hours * 3600 + minutes * 60))
}

/// A UUID in its canonical form: lower case with hyphens.
pub(super) fn uuid(bytes: &[u8]) -> Option<[u8; 36]> {
    let mut canonical: [u8; 36] = bytes.try_into().ok()?;
    for (place, byte) in canonical.iter_mut().enumerate() {
        let good = if matches!(place, 8 | 13 | 18 | 23) { *byte == b'-' } else { byte.is_ascii_hexdigit() };
        if !good {
            return None;
        }
        byte.make_ascii_lowercase();
    }
    Some(canonical)
}

fn split_sign(bytes: &[u8]) -> (bool, &[u8]) {
    match bytes {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, bytes),
    }
}

#[inline]
fn two(tens: u8, ones: u8) -> Option<i32> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens <= 9 && ones <= 9).then(|| i32::from(tens) * 10 + i32::from(ones))
}

fn days_in_month(year: i32, month: i32) -> i32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_exact_or_nothing() {
        assert_eq!(int64(b"-9223372036854775808"), Some(i64::MIN));
        assert_eq!(int64(b"9223372036854775808"), None);
        for code in ["007", "+1", "", "-", "1 ", "0x1", "1_000"] {
            assert_eq!(int64(code.as_bytes()), None, "{code}");
        }
        assert_eq!(decimal(b"12.30", 18, 2), Some(1230));
        assert_eq!(decimal(b"-.5", 18, 3), Some(-500));
        assert_eq!(decimal(b"1.500", 18, 1), Some(15), "zeros may be left out");
        assert_eq!(decimal(b"1.25", 18, 1), None, "other digits may not");
        assert_eq!(decimal(b"999.9", 4, 1), Some(9999));
        assert_eq!(decimal(b"1000.0", 4, 1), None);
        assert_eq!(decimal("9".repeat(38).as_bytes(), 38, 0), Some(10i128.pow(38) - 1));
        assert_eq!(decimal("9".repeat(39).as_bytes(), 38, 0), None);
        assert_eq!(decimal(b"1.", 18, 2), None);
    }

    #[test]
    fn codes_that_look_scientific_stay_text() {
        for number in ["1.5e10", "1e-5", "-2E+05", "0.1E3"] {
            assert!(is_scientific(number.as_bytes()), "{number}");
        }
        for code in ["12E4", "1e5", "E5", "1e", "00.1e5", "1e-", "--1e-5"] {
            assert!(!is_scientific(code.as_bytes()), "{code}");
        }
        assert_eq!(float64(b"1.0e999"), None, "too large is not infinity");
    }

    #[test]
    fn dates_and_times_are_checked() {
        assert_eq!(date(b"1970-01-01"), Some(0));
        assert_eq!(date(b"2024-02-29"), Some(19_782));
        for wrong in ["2025-02-29", "2025-13-01", "2025-1-1", "0000-01-01", "2025/01/01"] {
            assert_eq!(date(wrong.as_bytes()), None, "{wrong}");
        }
        let stamp = |text: &str| timestamp(text.as_bytes()).map(|stamp| (stamp.micros, stamp.zoned));
        assert_eq!(stamp("1970-01-01 00:00:01"), Some((1_000_000, false)));
        assert_eq!(stamp("1970-01-01T01:00:00.25+01:00"), Some((250_000, true)));
        assert_eq!(stamp("1970-01-01T00:00Z"), Some((0, true)));
        assert_eq!(stamp("1970-01-01T00:00:00.123456000"), Some((123_456, false)));
        for wrong in
            ["1970-01-01T24:00:00", "1970-01-01T00:00:60", "1970-01-01T00:00:00.1234567", "1970-01-01T00"]
        {
            assert_eq!(stamp(wrong), None, "{wrong}");
        }
        assert!(is_too_fine(b"1970-01-01T00:00:00.123456789Z"));
        assert_eq!(time(b"23:59:59.5"), Some(86_399_500_000));
        assert_eq!(time(b"12:30"), None);
    }
}
