//! Tasks of developers: [`servers`] for tests, [`tidy`] checks, the generated [`reference`].
//!
//! `main.rs` is the command line; `tests/tidy.rs` runs the same checks as tests.

use std::path::{Path, PathBuf};

pub mod demo;
pub mod reference;
pub mod servers;
pub mod tidy;

/// The folder of the workspace.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}
