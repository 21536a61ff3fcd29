//! Makes the content of a case: a file that is in order and then damaged, or a heap of words that matter.

use fastrand::Rng;

use super::formats::Format;

/// Most bytes of a case. Larger ones find the same defects more slowly.
const MOST_BYTES: usize = 16 << 10;

/// The case of this number: a byte that chooses the settings, then the content.
pub(crate) fn case(format: &Format, seed: u64) -> Vec<u8> {
    let mut rng = Rng::with_seed(seed);
    let words: Vec<&[u8]> = format.words().collect();
    let mut data = match rng.u8(..4) {
        0 if format.words.len() > 5 => heap(&words, &mut rng),
        _ => rng.choice(&format.seeds).cloned().unwrap_or_default(),
    };
    // Most cases are hurt a little: a file that is wholly broken is found out at its first byte.
    for _ in 0..1 << rng.u8(..4) {
        hurt(&mut data, format, &words, &mut rng);
    }
    data.truncate(MOST_BYTES);
    data.insert(0, rng.u8(..));
    data
}

fn heap(words: &[&[u8]], rng: &mut Rng) -> Vec<u8> {
    let few: Vec<&[u8]> = (0..rng.usize(2..9)).filter_map(|_| rng.choice(words).copied()).collect();
    (0..rng.usize(..60)).filter_map(|_| rng.choice(&few).copied()).flatten().copied().collect()
}

fn hurt(data: &mut Vec<u8>, format: &Format, words: &[&[u8]], rng: &mut Rng) {
    let at = rng.usize(..=data.len());
    let longest = 1 << rng.u8(..8);
    let end = (at + rng.usize(1..=longest)).min(data.len());
    match rng.u8(..9) {
        0 if at < data.len() => data[at] ^= 1 << rng.u8(..8),
        1 if at < data.len() => data[at] = rng.u8(..),
        2 => drop(data.drain(at..end)),
        3 => {
            let part = data[at..end].to_vec();
            let to = rng.usize(..=data.len());
            data.splice(to..to, part);
        }
        4 => {
            if let Some(other) = rng.choice(&format.seeds) {
                let from = rng.usize(..=other.len());
                let to = (from + rng.usize(..200)).min(other.len());
                data.splice(at..end, other[from..to].iter().copied());
            }
        }
        5 if rng.u8(..4) == 0 => data.truncate(at),
        6 if rng.u8(..4) == 0 => {
            let part = data[at..end].repeat(rng.usize(2..200));
            data.splice(at..at, part.into_iter().take(MOST_BYTES));
        }
        7 if data.len() >= at + 4 => {
            // A length, as binary formats have them.
            let number = [0, 1, -1, i32::MAX, i32::MIN, 1 << rng.u8(..31)][rng.usize(..6)];
            data[at..at + 4].copy_from_slice(&number.to_le_bytes());
        }
        _ => {
            let word = rng.choice(words).copied().unwrap_or_default();
            data.splice(at..at, word.iter().copied());
        }
    }
}
