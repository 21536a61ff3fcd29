//! Documents that people translated: every one is there, and was looked through since the English one changed.
//!
//! `docs/fr/translated.json` holds, for each translation, which text it is a translation of, as the beginning of its
//! SHA-256. Whoever changes an English document changes its translation, and notes that with `cargo xtask translated`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use sha2::{Digest, Sha256};

use super::Finding;
use super::files::{below, read};

const NOTES: &str = "docs/fr/translated.json";

/// Every document that is to be translated, with the path of its translation.
fn pairs(root: &Path) -> anyhow::Result<Vec<(PathBuf, PathBuf)>> {
    let mut pairs = vec![("docs/README.md".into(), "docs/fr/README.md".into())];
    for folder in ["docs/guides", "docs/reference/errors"] {
        for path in below(root, Path::new(folder))? {
            let inner = path.strip_prefix("docs")?.to_owned();
            pairs.push((path, Path::new("docs/fr").join(inner)));
        }
    }
    for path in below(root, Path::new("crates/connectors/src"))? {
        if path.ends_with("README.md") {
            let french = path.with_file_name("README.fr.md");
            pairs.push((path, french));
        }
    }
    Ok(pairs)
}

type Notes = BTreeMap<String, String>;

fn notes(root: &Path) -> anyhow::Result<Notes> {
    if !root.join(NOTES).exists() {
        return Ok(Notes::new());
    }
    serde_json::from_str(&read(root, Path::new(NOTES))?)
        .with_context(|| format!("{NOTES} is no list of texts"))
}

fn mark(root: &Path, english: &Path) -> anyhow::Result<String> {
    let hash = Sha256::digest(read(root, english)?);
    Ok(hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect())
}

/// Translations that are missing, are of an older text, or are of nothing any more.
pub fn check(root: &Path) -> anyhow::Result<Vec<Finding>> {
    let (pairs, notes) = (pairs(root)?, notes(root)?);
    let mut findings = Vec::new();
    for (english, french) in &pairs {
        let name = french.display();
        if !root.join(french).exists() {
            let message =
                format!("it has no translation; write {name}, and run `cargo xtask translated {name}`");
            findings.push(Finding::new(english, message));
        } else if notes.get(&name.to_string()) != Some(&mark(root, english)?) {
            let message = format!(
                "{} has changed; look through this translation, and run `cargo xtask translated {name}`",
                english.display()
            );
            findings.push(Finding::new(french, message));
        }
    }
    let written = ["docs/fr/guides", "docs/fr/reference/errors"].map(|folder| below(root, Path::new(folder)));
    for path in written.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten() {
        if pairs.iter().all(|(_, french)| *french != path) {
            findings.push(Finding::new(path, "it is a translation of nothing; remove it"));
        }
    }
    Ok(findings)
}

/// Notes that these translations say what the English documents say now.
pub fn note(root: &Path, files: &[PathBuf]) -> anyhow::Result<()> {
    let (pairs, mut notes) = (pairs(root)?, notes(root)?);
    notes.retain(|known, _| pairs.iter().any(|(_, french)| french.display().to_string() == *known));
    for file in files {
        let Some((english, french)) = pairs.iter().find(|(_, french)| french == file) else {
            bail!("{} is no translation; name it from the root, as `cargo xtask tidy` does", file.display());
        };
        notes.insert(french.display().to_string(), mark(root, english)?);
    }
    let text = serde_json::to_string_pretty(&notes)? + "\n";
    std::fs::write(root.join(NOTES), text).with_context(|| format!("cannot write {NOTES}"))
}
