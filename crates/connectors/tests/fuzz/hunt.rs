//! The loop: case after case, for a number of them or a time, then a list of the laws that were broken.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::formats::{self, Format};
use super::laws::{Bench, Broken};
use super::mutate;
use super::watch::Watch;

/// Cases of each format when no time is given.
const CASES: u64 = 300;
/// Tries to make a failing case smaller.
const SHRINKS: usize = 400;

/// Hunts for cases of a format that break a law.
///
/// `TOWPATH_FUZZ_SECONDS` hunts for that long, `TOWPATH_FUZZ_SEED` says which case is the first, and
/// `TOWPATH_FUZZ_INPUT` names a file with the only one.
pub(crate) fn hunt(name: &str) {
    let format = formats::all().into_iter().find(|format| format.name == name).unwrap();
    let (bench, watch) = (Bench::new(), Watch::new());
    if let Some(input) = std::env::var_os("TOWPATH_FUZZ_INPUT") {
        let input = PathBuf::from(input);
        watch.begin(input.clone());
        let case = std::fs::read(&input).unwrap();
        let done = bench.obey(&format, &case);
        assert!(done.is_ok(), "{}", shown(&done.unwrap_err(), &input, &case));
        return;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz");
    std::fs::create_dir_all(&folder).unwrap();
    let now = folder.join(format!("{name}-under-way.bin"));
    let seconds = number("TOWPATH_FUZZ_SECONDS").map(Duration::from_secs);
    let first = number("TOWPATH_FUZZ_SEED").unwrap_or(0);
    let (start, mut seed) = (Instant::now(), first);
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    while seconds.map_or(seed - first < CASES, |seconds| start.elapsed() < seconds) {
        let case = mutate::case(&format, seed);
        // Should the process die of the case, the file is there.
        std::fs::write(&now, &case).unwrap();
        watch.begin(now.clone());
        if let Err(broken) = bench.obey(&format, &case)
            && !found.contains_key(&kind(&broken))
        {
            let kind = kind(&broken);
            let (case, broken) = shrink(&bench, &format, case, broken);
            let file = folder.join(format!("{name}-{seed}.bin"));
            std::fs::write(&file, &case).unwrap();
            let text = format!("seed {seed}: {}", shown(&broken, &file, &case));
            eprintln!("{text}");
            found.insert(kind, text);
        }
        watch.end();
        seed += 1;
    }
    std::fs::remove_file(&now).unwrap();
    eprintln!("{name}: {} cases from seed {first}, {} laws broken", seed - first, found.len());
    assert!(found.is_empty(), "{}", found.into_values().collect::<Vec<_>>().join("\n\n"));
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().filter(|text| !text.is_empty()).map(|text| text.parse().unwrap())
}

/// Cases of one kind are shown once: the law, and for panics the place.
fn kind(broken: &Broken) -> String {
    let place =
        broken.detail.lines().next().filter(|_| broken.law.contains("panics") || broken.law.contains("ours"));
    format!("{} {}", broken.law, place.unwrap_or_default())
}

/// Takes parts away for as long as the case breaks the same law.
fn shrink(bench: &Bench, format: &Format, mut case: Vec<u8>, mut broken: Broken) -> (Vec<u8>, Broken) {
    let kind_of = kind(&broken);
    let mut size = case.len() / 2;
    let mut tries = SHRINKS;
    while size > 0 {
        let mut at = 1;
        while at < case.len() && tries > 0 {
            let mut smaller = case.clone();
            smaller.drain(at..(at + size).min(case.len()));
            tries -= 1;
            match bench.obey(format, &smaller) {
                Err(same) if kind(&same) == kind_of => (case, broken) = (smaller, same),
                _ => at += size,
            }
        }
        size /= 2;
    }
    (case, broken)
}

fn shown(broken: &Broken, file: &Path, case: &[u8]) -> String {
    let content = case.get(1..).unwrap_or_default();
    let content: String =
        content.iter().take(600).flat_map(|byte| byte.escape_ascii()).map(char::from).collect();
    format!("broken: {}\n{}\ncontent: {content}\nkept in {}", broken.law, broken.detail, file.display())
}
