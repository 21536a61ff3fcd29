//! Pauses between attempts: growing, bounded, and a little different for every run.
//!
//! Runs that failed together would otherwise come back together. The difference follows from the run's identifier, so that
//! every worker computes the same pause.

use jiff::SignedDuration;
use towpath_model::schedule::RetriesSpec;

/// The share of a pause that varies.
const SPREAD: f64 = 0.2;

/// The pause after so many failures or losses, never longer than the settings say.
pub(crate) fn pause(settings: &RetriesSpec, run: &str, count: u32) -> SignedDuration {
    let longest = settings.longest.duration().as_secs_f64();
    let exponent = i32::try_from(count.saturating_sub(1)).unwrap_or(i32::MAX);
    let grown = settings.first.duration().as_secs_f64() * settings.factor.powi(exponent);
    // A product that is too large for a number is infinite, and still bounded.
    let share = 1.0 - SPREAD * fraction(run, count);
    let seconds = grown.min(longest) * share;
    SignedDuration::try_from_secs_f64(seconds).unwrap_or(settings.longest.duration())
}

/// A number between 0 and 1 that follows from a text and a count (FNV-1a, with its bits stirred at the end).
fn fraction(text: &str, count: u32) -> f64 {
    let bytes = text.bytes().chain(count.to_le_bytes());
    let mut hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^= hash >> 33;
    f64::from(u32::try_from(hash >> 32).unwrap_or_default()) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_stay_bounded_and_differ_between_runs() {
        let settings = RetriesSpec::default();
        let seconds = |run: &str, count| pause(&settings, run, count).as_secs_f64();
        for (count, longest) in [(1, 60.0), (2, 120.0), (3, 240.0), (20, 1800.0), (u32::MAX, 1800.0)] {
            let pause = seconds("run_1", count);
            assert!((longest * 0.8..=longest).contains(&pause), "{count}: {pause}");
            assert_eq!(pause, seconds("run_1", count));
        }
        let pauses: std::collections::BTreeSet<u64> =
            (0..100).map(|run| (seconds(&format!("run_{run}"), 5) * 1000.0) as u64).collect();
        assert!(pauses.len() > 90);
    }
}
