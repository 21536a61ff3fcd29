//! `numeric` on the wire: base-10000 digits with a weight, and the ways to and from integers and text.
//!
//! A value is `sign · Σ digit[i] · 10000^(weight - i)`, shown with `scale` decimals. Most values have at most four
//! digits, so the ways through integers start in 64 bits and widen only when they must.

use arrow::datatypes::i256;

const POSITIVE: u16 = 0x0000;
const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xC000;
const INFINITY: u16 = 0xD000;
const NEG_INFINITY: u16 = 0xF000;

const POWERS: [u64; 20] = {
    let mut powers = [1; 20];
    let mut i = 1;
    while i < 20 {
        powers[i] = powers[i - 1] * 10;
        i += 1;
    }
    powers
};

/// A value as it stands on the wire.
#[derive(Clone, Copy)]
pub(super) struct Wire<'a> {
    /// Two bytes per digit.
    digits: &'a [u8],
    weight: i16,
    sign: u16,
    scale: u16,
}

impl<'a> Wire<'a> {
    /// Reads the header; `None` when the bytes are no numeric.
    #[inline]
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (&[c0, c1, w0, w1, s0, s1, d0, d1], digits) = bytes.split_first_chunk::<8>()?;
        let count = usize::from(u16::from_be_bytes([c0, c1]));
        if digits.len() != 2 * count {
            return None;
        }
        Some(Wire {
            digits,
            weight: i16::from_be_bytes([w0, w1]),
            sign: u16::from_be_bytes([s0, s1]),
            scale: u16::from_be_bytes([d0, d1]),
        })
    }

    fn count(&self) -> usize {
        self.digits.len() / 2
    }

    fn digit(&self, index: usize) -> u16 {
        match self.digits.get(2 * index..2 * index + 2) {
            Some(&[high, low]) => u16::from_be_bytes([high, low]),
            _ => 0,
        }
    }

    /// The value times `10^scale`; `None` when it is not finite, has more decimals, or has more than 38 digits.
    #[inline]
    pub(super) fn to_i128(self, scale: i8) -> Option<i128> {
        if self.sign & !NEGATIVE != 0 {
            return None;
        }
        let count = self.count();
        let exponent = 4 * (i32::from(self.weight) + 1 - count as i32) + i32::from(scale);
        let magnitude = if count <= 4 {
            let mut value = 0u64;
            for digit in self.digits.chunks_exact(2) {
                value = value * 10_000 + u64::from(u16::from_be_bytes([digit[0], digit[1]]));
            }
            scale_small(value, exponent)?
        } else {
            return self.to_i256(scale)?.to_i128();
        };
        let magnitude = i128::try_from(magnitude).ok()?;
        Some(if self.sign == NEGATIVE { -magnitude } else { magnitude })
    }

    /// Like [`Wire::to_i128`], for at most 76 digits.
    pub(super) fn to_i256(self, scale: i8) -> Option<i256> {
        if self.sign & !NEGATIVE != 0 {
            return None;
        }
        let whole = |value: u64| i256::from_i128(i128::from(value));
        let mut exponent = 4 * (i32::from(self.weight) + 1) + i32::from(scale);
        let mut value = i256::ZERO;
        for index in 0..self.count() {
            // How many of this group's four decimals count.
            let kept = exponent.clamp(0, 4) as usize;
            let (digit, cut) = (u64::from(self.digit(index)), POWERS[4 - kept]);
            if digit % cut != 0 {
                return None;
            }
            value = value.checked_mul(whole(POWERS[kept]))?.checked_add(whole(digit / cut))?;
            exponent -= 4;
        }
        if exponent > 0 && value != i256::ZERO {
            value = value.checked_mul(whole(10).checked_pow(exponent.unsigned_abs())?)?;
        }
        Some(if self.sign == NEGATIVE { value.wrapping_neg() } else { value })
    }

    /// Appends the value as text, with as many decimals as the server shows.
    pub(super) fn write_text(self, out: &mut Vec<u8>) {
        match self.sign {
            NAN => return out.extend_from_slice(b"NaN"),
            INFINITY => return out.extend_from_slice(b"Infinity"),
            NEG_INFINITY => return out.extend_from_slice(b"-Infinity"),
            NEGATIVE => out.push(b'-'),
            _ => {}
        }
        let weight = i32::from(self.weight);
        if weight < 0 {
            out.push(b'0');
        }
        for group in 0..=weight {
            let digits = four(self.digit(group as usize));
            let skip = if group == 0 {
                digits.iter().take(3).take_while(|digit| **digit == b'0').count()
            } else {
                0
            };
            out.extend_from_slice(&digits[skip..]);
        }
        if self.scale > 0 {
            out.push(b'.');
            let end = out.len() + usize::from(self.scale);
            // The index of the first digit behind the point; negative where the wire leaves zeros out.
            let mut index = weight + 1;
            while out.len() < end {
                let digit = usize::try_from(index).map_or(0, |index| self.digit(index));
                out.extend_from_slice(&four(digit));
                index += 1;
            }
            out.truncate(end);
        }
    }
}

fn four(digit: u16) -> [u8; 4] {
    let byte = |value: u16| b'0' + (value % 10) as u8;
    [byte(digit / 1000), byte(digit / 100), byte(digit / 10), byte(digit)]
}

/// `value · 10^exponent`, when that is a whole number of 128 bits.
#[inline]
fn scale_small(value: u64, exponent: i32) -> Option<u128> {
    // Divisions by constants, as these four are what money and measures need.
    let exact = |divisor: u64, rest: u64| (rest == 0).then_some(u128::from(divisor));
    match exponent {
        0 => Some(u128::from(value)),
        -1 => exact(value / 10, value % 10),
        -2 => exact(value / 100, value % 100),
        -3 => exact(value / 1000, value % 1000),
        1..=19 => u128::from(value).checked_mul(u128::from(POWERS[exponent as usize])),
        20.. => match value {
            0 => Some(0),
            value => u128::from(value).checked_mul(10u128.checked_pow(exponent as u32)?),
        },
        -19..=-4 => {
            let power = POWERS[exponent.unsigned_abs() as usize];
            exact(value / power, value % power)
        }
        _ => (value == 0).then_some(0),
    }
}

/// Appends a value with its length, from base-10000 digits in rising order, of which `fraction` stand behind the
/// point.
#[inline]
fn write_digits(out: &mut Vec<u8>, rising: &[u16], fraction: usize, sign: u16, scale: u16) {
    let mut high = rising.len();
    while high > 0 && rising[high - 1] == 0 {
        high -= 1;
    }
    let mut low = 0;
    while low < high && rising[low] == 0 {
        low += 1;
    }
    let count = high - low;
    let weight = if count == 0 { 0 } else { high as i32 - fraction as i32 - 1 };
    let sign = if count == 0 { POSITIVE } else { sign };
    let mut bytes = [0u8; 12];
    bytes[..4].copy_from_slice(&((8 + 2 * count) as u32).to_be_bytes());
    bytes[4..6].copy_from_slice(&(count as u16).to_be_bytes());
    bytes[6..8].copy_from_slice(&(weight as i16).to_be_bytes());
    bytes[8..10].copy_from_slice(&sign.to_be_bytes());
    bytes[10..].copy_from_slice(&scale.to_be_bytes());
    out.extend_from_slice(&bytes);
    for digit in rising[low..high].iter().rev() {
        out.extend_from_slice(&digit.to_be_bytes());
    }
}

/// Appends `value / 10^scale` with its length.
#[inline]
pub(super) fn write_i128(out: &mut Vec<u8>, value: i128, scale: i8) {
    let sign = if value < 0 { NEGATIVE } else { POSITIVE };
    let (pad, shown) = padding(scale);
    let fraction = usize::from(shown).div_ceil(4);
    let magnitude = value.unsigned_abs();
    let mut rising = [0u16; 24];
    let mut count = 0;
    if let Some(mut small) = u64::try_from(magnitude).ok().and_then(|small| small.checked_mul(pad)) {
        while small > 0 {
            rising[count] = (small % 10_000) as u16;
            small /= 10_000;
            count += 1;
        }
    } else if let Some(mut wide) = magnitude.checked_mul(u128::from(pad)) {
        while wide > 0 {
            rising[count] = (wide % 10_000) as u16;
            wide /= 10_000;
            count += 1;
        }
    } else {
        return write_i256(out, i256::from_i128(value), scale);
    }
    write_digits(out, &rising[..count.max(fraction)], fraction, sign, shown);
}

/// Like [`write_i128`], for at most 76 digits.
pub(super) fn write_i256(out: &mut Vec<u8>, value: i256, scale: i8) {
    let sign = if value < i256::ZERO { NEGATIVE } else { POSITIVE };
    let (pad, shown) = padding(scale);
    let fraction = usize::from(shown).div_ceil(4);
    let base = i256::from_i128(10_000);
    let mut rising = [0u16; 64];
    let mut rest = value;
    let mut count = 0;
    // The padding is applied to the lowest group by hand, as a padded value may exceed 256 bits.
    let first = i256::from_i128(10_000 / i128::from(pad.min(10_000)));
    if pad < 10_000 && pad > 1 {
        rising[0] = (low_digits(rest, first) * pad as u32) as u16;
        rest = rest.wrapping_div(first);
        count = 1;
    } else if pad >= 10_000 {
        // A negative scale: whole groups and part of one are zero.
        let zeros = pad.ilog10() as usize;
        count = zeros / 4;
        let part = POWERS[zeros % 4];
        if part > 1 {
            let first = i256::from_i128(10_000 / i128::from(part));
            rising[count] = (low_digits(rest, first) * part as u32) as u16;
            rest = rest.wrapping_div(first);
            count += 1;
        }
    }
    while rest != i256::ZERO && count < rising.len() {
        rising[count] = low_digits(rest, base) as u16;
        rest = rest.wrapping_div(base);
        count += 1;
    }
    write_digits(out, &rising[..count.max(fraction)], fraction, sign, shown);
}

fn low_digits(value: i256, base: i256) -> u32 {
    let (low, _) = value.wrapping_rem(base).wrapping_abs().to_parts();
    low as u32
}

/// The factor that makes the decimals a multiple of four, and the decimals that are shown.
fn padding(scale: i8) -> (u64, u16) {
    match u16::try_from(scale) {
        Ok(scale) => (POWERS[usize::from((4 - scale % 4) % 4)], scale),
        // Arrow allows a negative scale; the digits it stands for are zeros before the point.
        Err(_) => (POWERS[usize::from(scale.unsigned_abs()).min(19)], 0),
    }
}

/// Appends a number given as text with its length; `None` when the text is no number that the server takes.
pub(super) fn write_text(out: &mut Vec<u8>, text: &str) -> Option<()> {
    let text = text.trim();
    let (negative, body) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let special = match body.to_ascii_lowercase().as_str() {
        "nan" if text == body => Some(NAN),
        "infinity" | "inf" if negative => Some(NEG_INFINITY),
        "infinity" | "inf" => Some(INFINITY),
        _ => None,
    };
    if let Some(sign) = special {
        // Zero digits, but the sign must stay, so this does not go through `write_digits`.
        out.extend_from_slice(&8u32.to_be_bytes());
        out.extend_from_slice(&[0; 4]);
        out.extend_from_slice(&sign.to_be_bytes());
        out.extend_from_slice(&[0; 2]);
        return Some(());
    }
    let (mantissa, exponent) = match body.find(['e', 'E']) {
        Some(at) => (&body[..at], body[at + 1..].parse::<i32>().ok().filter(|e| e.abs() < 200_000)?),
        None => (body, 0),
    };
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = || whole.bytes().chain(decimals.bytes());
    if digits().next().is_none() || !digits().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let scale =
        u16::try_from((decimals.len() as i32 - exponent).max(0)).ok().filter(|scale| *scale < 0x4000)?;
    // Decimal digits before the point, negative when zeros follow it.
    let before = whole.len() as i32 + exponent;
    let lead = (-before).rem_euclid(4) as usize;
    let mut falling: Vec<u16> = Vec::with_capacity(mantissa.len() / 4 + 2);
    let (mut group, mut filled) = (0u16, lead);
    for byte in digits() {
        group = group * 10 + u16::from(byte - b'0');
        filled += 1;
        if filled == 4 {
            falling.push(group);
            (group, filled) = (0, 0);
        }
    }
    if filled > 0 {
        falling.push((0..4 - filled).fold(group, |group, _| group * 10));
    }
    let groups_before = (before + lead as i32) / 4;
    let fraction = falling.len() as i32 - groups_before;
    // A large positive exponent leaves the point behind the last group.
    let zeros = usize::try_from(-fraction).unwrap_or(0);
    falling.extend(std::iter::repeat_n(0, zeros));
    falling.reverse();
    let first = falling.iter().rposition(|digit| *digit != 0).map_or(0, |at| at as i32 - fraction.max(0));
    if first > 32_767 {
        return None;
    }
    let sign = if negative { NEGATIVE } else { POSITIVE };
    write_digits(out, &falling, fraction.max(0) as usize, sign, scale);
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text_of(bytes: &[u8]) -> String {
        let mut out = Vec::new();
        Wire::parse(&bytes[4..]).unwrap().write_text(&mut out);
        String::from_utf8(out).unwrap()
    }

    fn plain(value: i128, scale: i8) -> String {
        let digits = value.unsigned_abs().to_string();
        let sign = if value < 0 { "-" } else { "" };
        let scale = usize::from(scale.unsigned_abs());
        let digits = format!("{digits:0>width$}", width = scale + 1);
        let (whole, decimals) = digits.split_at(digits.len() - scale);
        if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{decimals}") }
    }

    #[test]
    fn text_goes_both_ways() {
        for (text, shown) in [
            ("0", "0"),
            ("-0.00", "0.00"),
            ("1", "1"),
            ("10000", "10000"),
            ("0.0001", "0.0001"),
            ("0.00001", "0.00001"),
            ("123456789.987654321", "123456789.987654321"),
            ("1e10", "10000000000"),
            ("1.5e-7", "0.00000015"),
            ("1.50", "1.50"),
            ("-.5", "-0.5"),
            ("NaN", "NaN"),
            ("-inf", "-Infinity"),
            ("Infinity", "Infinity"),
        ] {
            let mut out = Vec::new();
            write_text(&mut out, text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(text_of(&out), shown, "{text}");
        }
        for wrong in ["", "-", ".", "1,5", "1e", "0x10", "-nan", "1e999999", "é"] {
            assert_eq!(write_text(&mut Vec::new(), wrong), None, "{wrong}");
        }
    }

    #[test]
    fn negative_scales_are_zeros_before_the_point() {
        for (value, scale) in [(12, -2), (1, -4), (i128::from(i64::MAX), -7), (-3, -1)] {
            let expected = value.to_string() + &"0".repeat(usize::from(i8::unsigned_abs(scale)));
            let (mut narrow, mut wide) = (Vec::new(), Vec::new());
            write_i128(&mut narrow, value, scale);
            write_i256(&mut wide, i256::from_i128(value), scale);
            assert_eq!(text_of(&narrow), expected);
            assert_eq!(narrow, wide);
        }
    }

    proptest! {
        #[test]
        fn integers_go_both_ways(value in prop_oneof![any::<i64>().prop_map(i128::from), any::<i128>()], scale in 0i8..=38) {
            let mut out = Vec::new();
            write_i128(&mut out, value, scale);
            prop_assert_eq!(text_of(&out), plain(value, scale));
            let wire = Wire::parse(&out[4..]).unwrap();
            prop_assert_eq!(wire.to_i128(scale), Some(value));
            prop_assert_eq!(wire.to_i256(scale), Some(i256::from_i128(value)));
            let mut wide = Vec::new();
            write_i256(&mut wide, i256::from_i128(value), scale);
            prop_assert_eq!(&wide, &out);
            let mut text = Vec::new();
            write_text(&mut text, &plain(value, scale)).unwrap();
            prop_assert_eq!(&text, &out);
        }

        #[test]
        fn decimals_that_do_not_fit_are_refused(value in 1i64..1_000_000_000, scale in 1i8..=9) {
            let mut out = Vec::new();
            write_i128(&mut out, i128::from(value) * 10 + 1, scale);
            let wire = Wire::parse(&out[4..]).unwrap();
            prop_assert_eq!(wire.to_i128(scale - 1), None);
            prop_assert_eq!(wire.to_i256(scale - 1), None);
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            if let Some(wire) = Wire::parse(&bytes) {
                let _ = (wire.to_i128(4), wire.to_i256(4));
                if wire.weight < 100 && wire.scale < 100 {
                    wire.write_text(&mut Vec::new());
                }
            }
        }
    }
}
