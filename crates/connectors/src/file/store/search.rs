//! The files that a pattern names, in every store alike.
//!
//! A pattern is taken part by part: what stands before the first part with a wildcard is the folder that is listed
//! first, and only folders that match are listed further. `**` stands for any number of folders and lists everything
//! below. Hidden files and folders are found only by a part that begins with a dot itself.

use glob::{MatchOptions, Pattern};
use towpath_model::{Fault, FaultKind};

use super::{Entry, Kind, Store, join};

const OPTIONS: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };

/// Whether a path has wildcards.
pub(in super::super) fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?', '['])
}

/// The files that match a pattern, in any order. That nothing matches is no fault.
pub(in super::super) async fn search(store: &dyn Store, pattern: &str) -> Result<Vec<Entry>, Fault> {
    let parts: Vec<&str> = pattern.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    let mut folders = vec![if pattern.starts_with('/') { "/".to_owned() } else { String::new() }];
    for (place, part) in parts.iter().enumerate() {
        let rest = &parts[place + 1..];
        if *part == "**" {
            return below(store, &folders, &compile(pattern, &parts[place..].join("/"))?).await;
        }
        if !is_pattern(part) {
            folders = folders.iter().map(|folder| join(folder, part)).collect();
            if rest.is_empty() {
                return exactly(store, &folders).await;
            }
            continue;
        }
        let part = compile(pattern, part)?;
        let mut matched = Vec::new();
        for folder in &folders {
            matched.extend(
                list(store, folder)
                    .await?
                    .into_iter()
                    .filter(|entry| part.matches_with(entry.file_name(), OPTIONS)),
            );
        }
        if rest.is_empty() {
            matched.retain(|entry| entry.kind == Kind::File);
            return Ok(matched);
        }
        folders = matched.into_iter().filter(Entry::is_folder).map(|entry| entry.path).collect();
    }
    Ok(Vec::new())
}

fn compile(pattern: &str, part: &str) -> Result<Pattern, Fault> {
    Pattern::new(part)
        .map_err(|error| Fault::config(format!("`{pattern}` is no valid pattern: {}", error.msg)))
}

/// Files anywhere below the folders whose path from there on matches.
async fn below(store: &dyn Store, folders: &[String], pattern: &Pattern) -> Result<Vec<Entry>, Fault> {
    let mut found = Vec::new();
    for folder in folders {
        store.confine(folder).await?;
        let entries = missing_is_empty(store.walk(folder).await)?;
        found.extend(entries.into_iter().filter(|entry| {
            let rest = entry.path.strip_prefix(folder.as_str()).unwrap_or(&entry.path);
            pattern.matches_with(rest.trim_start_matches('/'), OPTIONS)
        }));
    }
    Ok(found)
}

/// Files of exactly these paths.
async fn exactly(store: &dyn Store, paths: &[String]) -> Result<Vec<Entry>, Fault> {
    let mut found = Vec::new();
    for path in paths {
        store.confine(path).await?;
        found.extend(store.stat(path).await?.filter(|entry| entry.kind == Kind::File));
    }
    Ok(found)
}

async fn list(store: &dyn Store, folder: &str) -> Result<Vec<Entry>, Fault> {
    store.confine(folder).await?;
    missing_is_empty(store.list(folder).await)
}

fn missing_is_empty(listed: Result<Vec<Entry>, Fault>) -> Result<Vec<Entry>, Fault> {
    match listed {
        Err(fault) if fault.kind() == FaultKind::NotFound => Ok(Vec::new()),
        listed => listed,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::local::Local;
    use super::*;

    #[tokio::test]
    async fn patterns_are_matched_part_by_part() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "DEM12/20250102.LOG",
            "DEM12/old/20240102.LOG",
            "SU12/20250102.LOG",
            "SU12/.hidden/20250103.LOG",
            "SU12/.20250104.LOG",
            "other.csv",
        ] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        let store = Local::root(folder.path().to_owned());
        let absolute = format!("{}/DEM1?/*.LOG", folder.path().display());
        for (pattern, expected) in [
            ("*/20250102.LOG", &["DEM12/20250102.LOG", "SU12/20250102.LOG"][..]),
            ("*/*.LOG", &["DEM12/20250102.LOG", "SU12/20250102.LOG"]),
            ("./DEM12/[a-z]*/*", &["DEM12/old/20240102.LOG"]),
            ("**/2024*.LOG", &["DEM12/old/20240102.LOG"]),
            ("DEM12/**/*.LOG", &["DEM12/20250102.LOG", "DEM12/old/20240102.LOG"]),
            ("SU12/.*/*.LOG", &["SU12/.hidden/20250103.LOG"]),
            ("SU12/.2*", &["SU12/.20250104.LOG"]),
            ("*", &["other.csv"]),
            ("nowhere/*.LOG", &[]),
            ("*/nowhere/*", &[]),
            (&absolute, &["DEM12/20250102.LOG"]),
        ] {
            let mut found: Vec<String> =
                search(&store, pattern).await.unwrap().into_iter().map(|entry| entry.path).collect();
            found.sort();
            assert_eq!(found, expected, "{pattern}");
        }
        let fault = search(&store, "a[/x").await.unwrap_err();
        assert!(fault.to_string().starts_with("`a[/x` is no valid pattern"), "{fault}");
    }
}
