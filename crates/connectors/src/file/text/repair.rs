//! Text that was UTF-8, was decoded as Windows-1252 or Latin-1, and saved as UTF-8 again: `Ã©` becomes `é`.
//!
//! A run of characters beyond ASCII whose bytes in Windows-1252 are right in UTF-8 is nearly always such text: by
//! accident it would begin with a letter like `Ã` or `Â` and go on with a sign. Such runs are decoded again, up to twice;
//! all others stay.

use super::encoding::CP1252;

/// Longest run that waits for what follows it.
const RUN_BYTES: usize = 4096;

/// Appends the text to `output`, mended; answers how many bytes of `input` were used. A run at its end waits, unless the
/// text has ended: it may go on.
pub(super) fn repair(input: &[u8], ended: bool, output: &mut Vec<u8>) -> usize {
    let run = input.iter().rev().take_while(|byte| **byte >= 128).count();
    let used = if ended || run > RUN_BYTES { input.len() } else { input.len() - run };
    mend(&input[..used], output);
    used
}

/// Mends every run of bytes beyond ASCII.
fn mend(input: &[u8], output: &mut Vec<u8>) {
    let mut rest = input;
    while let Some(start) = rest.iter().position(|byte| *byte >= 128) {
        let end = rest[start..].iter().position(|byte| *byte < 128).map_or(rest.len(), |end| start + end);
        output.extend_from_slice(&rest[..start]);
        let run = &rest[start..end];
        let once = again(run);
        let twice = once.as_deref().and_then(again);
        output.extend_from_slice(twice.as_deref().or(once.as_deref()).unwrap_or(run));
        rest = &rest[end..];
    }
    output.extend_from_slice(rest);
}

/// The run as it was before it was decoded wrongly.
fn again(run: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(run).ok()?;
    // Bytes that Windows-1252 leaves open were passed as they are, like Latin-1 does.
    let byte = |character: char| {
        CP1252
            .encode(character)
            .or_else(|| u8::try_from(u32::from(character)).ok().filter(|byte| *byte >= 0x80))
    };
    let bytes: Vec<u8> = text.chars().map(byte).collect::<Option<_>>()?;
    let is_text = std::str::from_utf8(&bytes).is_ok_and(|text| !text.is_ascii());
    is_text.then_some(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::super::decode::Decoding;

    fn mended(text: &str) -> String {
        let mut out = String::new();
        Decoding::repairing(text.as_bytes()).read_to_string(&mut out).unwrap();
        out
    }

    #[test]
    fn what_was_decoded_wrongly_is_mended_and_nothing_else() {
        assert_eq!(mended("caf\u{c3}\u{a9}, na\u{c3}\u{af}ve"), "café, naïve");
        assert_eq!(mended("10 \u{e2}\u{201a}\u{ac} \u{e2}\u{20ac}\u{2122}"), "10 € ’");
        assert_eq!(mended("caf\u{c3}\u{192}\u{c2}\u{a9}"), "café", "twice");
        for good in ["café", "Âge", "été « à »", "10 €", "日本", "naïve", "É"] {
            assert_eq!(mended(good), good);
        }
        let long = "\u{c3}\u{a9}x".repeat(60_000);
        assert_eq!(mended(&long), "éx".repeat(60_000));
    }
}
