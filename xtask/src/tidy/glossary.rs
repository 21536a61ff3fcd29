//! Public names use the words of GLOSSARY.md.
//!
//! The third column of its tables lists words that public names avoid. Where such a word is right all the same, it
//! stands in [`ALLOWED`] with the reason.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::bail;

use super::Finding;
use super::files::{below, read};

/// Names in which a word of the third column is right, with the reason.
const ALLOWED: [(&str, &str); 11] = [
    ("operator", "the sign between two values in SQL"),
    ("Operator", "whoever runs a server"),
    ("retry_after", "the name of a header of HTTP"),
    ("snapshot", "the state that a transaction sees, as databases call it"),
    ("page", "a part of a long list, as interfaces over HTTP call it"),
    ("Page", "the same"),
    ("PageRequest", "the same"),
    ("throttles", "what slows down guessing; a pace is how often a channel is told"),
    ("Throttle", "the same"),
    ("Checkpoint", "the term of the glossary for the cursor value of a stream"),
    ("checkpoints", "the same"),
];

/// Checks every public name of the crates.
pub fn check(root: &Path) -> anyhow::Result<Vec<Finding>> {
    let words = words(&read(root, Path::new("GLOSSARY.md"))?);
    if words.is_empty() {
        bail!("GLOSSARY.md has no table with the columns term, meaning, not");
    }
    let mut findings = Vec::new();
    for path in below(root, Path::new("crates"))? {
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        for (index, line) in read(root, &path)?.lines().enumerate() {
            let Some(name) = public_name(line) else { continue };
            if ALLOWED.iter().any(|(allowed, _)| *allowed == name) {
                continue;
            }
            for part in parts(name) {
                if let Some(term) = words.get(&part) {
                    let message = format!("`{name}`: the glossary says `{term}`, not `{part}`");
                    findings.push(Finding::new(&path, message).line(index + 1));
                }
            }
        }
    }
    Ok(findings)
}

/// Words to avoid, with the term to use.
fn words(glossary: &str) -> BTreeMap<String, String> {
    let mut words = BTreeMap::new();
    for line in glossary.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        if let [term, _, avoid] = cells.as_slice()
            && !avoid.starts_with("---")
            && *avoid != "Not"
        {
            let avoid =
                avoid.split(',').map(str::trim).filter(|word| !word.is_empty() && !word.contains(' '));
            words.extend(avoid.map(|word| (word.to_owned(), (*term).to_owned())));
        }
    }
    words
}

/// The name that a line makes public, if any: a type, function, constant or field.
fn public_name(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("pub ")?;
    let rest = rest.trim_start_matches("async ").trim_start_matches("const fn ");
    let keywords = ["struct ", "enum ", "trait ", "fn ", "type ", "const ", "static ", "mod "];
    let after = keywords.iter().find_map(|keyword| rest.strip_prefix(keyword));
    let name = after.unwrap_or(rest);
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
    let is_field = name[end..].starts_with(':');
    (after.is_some() || is_field).then(|| &name[..end]).filter(|name| !name.is_empty() && *name != "use")
}

/// The words of a name, in lower case and singular.
fn parts(name: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut before = '_';
    for letter in name.chars() {
        if letter == '_' {
            before = letter;
            continue;
        }
        let starts = before == '_' || (letter.is_uppercase() && !before.is_uppercase());
        match parts.last_mut() {
            Some(part) if !starts => part.extend(letter.to_lowercase()),
            _ => parts.push(letter.to_lowercase().collect()),
        }
        before = letter;
    }
    for part in &mut parts {
        if part.len() > 3 && part.ends_with('s') && !part.ends_with("ss") {
            part.pop();
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_and_taken_apart() {
        assert_eq!(public_name("    pub async fn run_pipelines<T>("), Some("run_pipelines"));
        assert_eq!(public_name("pub struct ConnectionBook {"), Some("ConnectionBook"));
        assert_eq!(public_name("    pub max_bytes: usize,"), Some("max_bytes"));
        assert_eq!(public_name("pub use thing::Plugin;"), None);
        assert_eq!(public_name("    pub(crate) plugin: bool,"), None);
        assert_eq!(parts("run_pipelines"), ["run", "pipeline"]);
        assert_eq!(parts("SqlDataSources"), ["sql", "data", "source"]);
    }

    #[test]
    fn the_third_column_is_what_to_avoid() {
        let table = "| Term | Meaning | Not |\n|---|---|---|\n| connector | code | plugin, add on |\n| state | – | |\n";
        assert_eq!(words(table), BTreeMap::from([("plugin".to_owned(), "connector".to_owned())]));
    }
}
