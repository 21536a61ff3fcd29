//! The reference pages: made of what the program says of itself, so they cannot disagree with it.
//!
//! The binary `towpath` prints its connectors, transforms, schema and help; the pages are those texts as Markdown.
//! They are committed, so that they can be read without building, and `xtask/tests/tidy.rs` compares them. Pages of
//! connectors and transforms are made in other languages too, of the words that the web pages use.

mod pages;
mod tongue;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use serde_json::Value;

use self::pages::{english, translated};
use self::tongue::Tongue;

/// Folders of the pages, below the root.
pub const FOLDERS: [&str; 2] = ["docs/reference", "docs/fr/reference"];

/// Pages that tests of the interface compare, not this program: the document of the interface, and what is made of its
/// lists. In other languages people write them.
const OF_TESTS: [&str; 4] = ["openapi.json", "rights.md", "events.md", "errors"];

/// A generated file. Without text it must not exist.
#[derive(Debug, PartialEq, Eq)]
pub struct Page {
    /// Path below the root.
    pub path: PathBuf,
    /// Its whole text; `None` when the file is left over from something that is gone.
    pub text: Option<String>,
}

impl Page {
    /// Writes the file, or removes it.
    pub fn write(&self, root: &Path) -> anyhow::Result<()> {
        let path = root.join(&self.path);
        let done = match &self.text {
            Some(text) => path
                .parent()
                .map_or(Ok(()), std::fs::create_dir_all)
                .and_then(|()| std::fs::write(&path, text)),
            None => std::fs::remove_file(&path),
        };
        done.with_context(|| format!("cannot change {}", path.display()))
    }
}

/// The binary `towpath` that was built beside this program.
pub fn binary() -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    // Test binaries live one folder deeper.
    let folders = own.ancestors().skip(1).take(2);
    let found = folders.map(|folder| folder.join("towpath")).find(|path| path.is_file());
    found.context("the binary `towpath` is not built; run `cargo build --workspace` first")
}

/// The pages that are not what they should be, with what they should be.
pub fn stale(root: &Path, binary: &Path) -> anyhow::Result<Vec<Page>> {
    let mut wanted = english(binary)?;
    wanted.extend(translated(binary, &Tongue::french(root)?)?);
    let mut stale: Vec<Page> = Vec::new();
    for folder in FOLDERS {
        for path in crate::tidy::files::below(root, Path::new(folder))? {
            let is_of_tests = OF_TESTS.iter().any(|name| path.starts_with(Path::new(folder).join(name)));
            if !is_of_tests && wanted.iter().all(|page| page.path != path) {
                stale.push(Page { path, text: None });
            }
        }
    }
    for page in wanted {
        if std::fs::read_to_string(root.join(&page.path)).ok() != page.text {
            stale.push(page);
        }
    }
    Ok(stale)
}

/// What the program says of itself as JSON, one value per line.
pub fn spoken(binary: &Path, args: &[&str]) -> anyhow::Result<Vec<Value>> {
    let text = say(binary, args)?;
    text.lines().map(|line| serde_json::from_str(line).context("the program did not print JSON")).collect()
}

fn say(binary: &Path, args: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(binary)
        .args(args)
        .env_clear()
        .env("COLUMNS", "100")
        .current_dir(std::env::temp_dir())
        .output()
        .with_context(|| format!("{} cannot be run", binary.display()))?;
    if !output.status.success() {
        bail!("`towpath {}` failed: {}", args.join(" "), String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?)
}
