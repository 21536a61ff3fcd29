//! Every file: its length, its first line, its text.

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::Finding;

/// Lines from which a file is called long.
const LONG: usize = 400;
/// Lines that no file may exceed.
const TOO_LONG: usize = 800;

/// How files begin that a program writes: nobody reads them from one end to the other.
const WRITTEN: &str = "// Written by ";
/// Folders that hold what is built, fetched or made by a run.
const NOT_OURS: [&str; 6] = ["target", "node_modules", "dist", "demo", "results", "__pycache__"];
/// Folders that are ours although their name starts with a dot.
const HIDDEN_BUT_OURS: [&str; 3] = [".cargo", ".ci", ".config"];
/// Kinds of files whose text is checked.
const TEXT: [&str; 13] =
    ["rs", "ts", "tsx", "md", "yaml", "yml", "toml", "sql", "sh", "py", "json", "css", "html"];

/// Checks lengths, module comments and plain text.
pub fn check(root: &Path) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for path in below(root, Path::new(""))? {
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        if !TEXT.contains(&extension) {
            continue;
        }
        let text = read(root, &path)?;
        if matches!(extension, "rs" | "ts" | "tsx" | "py") && !text.starts_with(WRITTEN) {
            findings.extend(length(&path, &text));
        }
        if extension == "rs" {
            findings.extend(rust(&path, &text));
        }
        findings.extend(plain(&path, &text));
    }
    Ok(findings)
}

/// The files of the repository below a folder, as paths from the root, in alphabetical order.
pub fn below(root: &Path, folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let whole = root.join(&folder);
        if !whole.exists() {
            continue;
        }
        for entry in whole.read_dir().with_context(|| format!("cannot list {}", whole.display()))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = folder.join(&name);
            if entry.file_type()?.is_dir() {
                let is_hidden = name.starts_with('.') && !HIDDEN_BUT_OURS.contains(&name.as_str());
                if !is_hidden && !NOT_OURS.contains(&name.as_str()) {
                    open.push(path);
                }
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The text of a file.
pub fn read(root: &Path, path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(root.join(path)).with_context(|| format!("cannot read {}", path.display()))
}

fn length(path: &Path, text: &str) -> Option<Finding> {
    let lines = text.lines().count();
    let message = format!(
        "{lines} lines; split it where it holds two ideas (warned from {LONG}, refused from {TOO_LONG})"
    );
    match lines {
        lines if lines > TOO_LONG => Some(Finding::new(path, message)),
        lines if lines > LONG => Some(Finding::new(path, message).warning()),
        _ => None,
    }
}

fn rust(path: &Path, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !text.starts_with("//! ") {
        let message =
            "the file does not start with `//!`: what it is for, how its parts work, its invariants";
        findings.push(Finding::new(path, message));
    }
    // Written in two parts so that this file does not name what it looks for.
    let ignored = concat!("#[", "ignore");
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with(ignored) {
            let message = "no test is ignored: assert what happens today and say why it is wrong";
            findings.push(Finding::new(path, message).line(index + 1));
        }
    }
    findings
}

fn plain(path: &Path, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let later = concat!("TO", "DO");
    for (index, line) in text.lines().enumerate() {
        let mut add = |message: &str| findings.push(Finding::new(path, message).line(index + 1));
        if line.ends_with([' ', '\t']) {
            add("spaces at the end of the line");
        }
        if let Some((_, rest)) = line.split_once(later)
            && !rest.trim_start_matches(['(', ' ']).starts_with('#')
        {
            add("say which issue it is: `#123` right after the word");
        }
    }
    if !text.is_empty() && !text.ends_with('\n') {
        findings.push(Finding::new(path, "the last line does not end"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_text_is_found_with_its_line() {
        let word = concat!("TO", "DO");
        let text = format!("a \n// {word} later\n// {word}(#12) known\nend");
        let found: Vec<String> = plain(Path::new("x.rs"), &text).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "x.rs:1: spaces at the end of the line",
                "x.rs:2: say which issue it is: `#123` right after the word",
                "x.rs: the last line does not end",
            ]
        );
    }

    #[test]
    fn long_files_are_warned_of_and_very_long_ones_refused() {
        let finding = |lines: usize| length(Path::new("x.rs"), &"\n".repeat(lines));
        assert_eq!(finding(400), None);
        assert!(finding(401).is_some_and(|finding| finding.is_warning));
        assert!(finding(801).is_some_and(|finding| finding.is_error()));
    }
}
