//! A short form of a text that changes with it, to tell whether something is still what it was.

/// The fingerprint of a text: 16 hexadecimal digits. It is no protection against somebody who wants two texts alike.
pub fn fingerprint(text: &str) -> String {
    // FNV-1a: no more than a stable number is needed.
    let number = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{number:016x}")
}
