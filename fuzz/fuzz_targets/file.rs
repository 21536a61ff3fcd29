//! Files of any bytes, led by the code that they reach.
//!
//! Formats, laws and damage are those of `crates/connectors/tests/fuzz`; `TOWPATH_FUZZ_FORMAT` names the format. Now
//! and then a whole new case comes from there, so that no corpus is needed to begin with.

#![no_main]

#[path = "../../crates/connectors/tests/fuzz/formats/mod.rs"]
mod formats;
#[path = "../../crates/connectors/tests/fuzz/laws.rs"]
mod laws;
#[path = "../../crates/connectors/tests/fuzz/mutate.rs"]
mod mutate;

use std::sync::OnceLock;

use formats::Format;
use laws::Bench;
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

/// One case in so many is new, the others grow out of those that reached new code.
const NEW: u32 = 32;

static FORMAT: OnceLock<Format> = OnceLock::new();
static BENCH: OnceLock<Bench> = OnceLock::new();

fn format() -> &'static Format {
    FORMAT.get_or_init(|| {
        let name = std::env::var("TOWPATH_FUZZ_FORMAT").unwrap_or_else(|_| "csv".into());
        let format = formats::all().into_iter().find(|format| format.name == name);
        format.unwrap_or_else(|| panic!("there is no format `{name}`"))
    })
}

fuzz_target!(|data: &[u8]| {
    if let Err(broken) = BENCH.get_or_init(Bench::new).obey(format(), data) {
        panic!("broken: {}\n{}", broken.law, broken.detail);
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    if seed % NEW > 0 {
        return fuzzer_mutate(data, size, max_size);
    }
    let case = mutate::case(format(), seed.into());
    let size = case.len().min(max_size);
    data[..size].copy_from_slice(&case[..size]);
    size
});
