//! A connector is complete: every file is there, its examples are pipelines, its tests call the conformance laws.

use std::path::{Path, PathBuf};

use towpath_model::{Document, PipelineSpec};

use super::Finding;
use super::files::{below, read};

const FOLDER: &str = "crates/connectors/src";
/// Files that every connector has, with what each is for.
const NEEDED: [(&str, &str); 5] = [
    ("mod.rs", "the definition"),
    ("config.rs", "settings whose doc comments are the manual"),
    ("source.rs", "the reading role"),
    ("destination.rs", "the writing role"),
    ("README.md", "the page for users: permissions, limits, guarantee"),
];
/// Lines that a definition should not exceed.
const DEFINITION: usize = 100;

/// Checks every folder that holds a connector.
pub fn check(root: &Path) -> anyhow::Result<Vec<Finding>> {
    let files = below(root, Path::new(FOLDER))?;
    let mut findings = Vec::new();
    let mut folders: Vec<PathBuf> = Vec::new();
    for path in files.iter().filter(|path| path.ends_with("mod.rs")) {
        // Folders without a definition hold what connectors share.
        if let Some(folder) = path.parent()
            && read(root, path)?.contains("ConnectorDef for ")
        {
            folders.push(folder.to_owned());
        }
    }
    for folder in &folders {
        let own: Vec<&PathBuf> = files.iter().filter(|path| path.starts_with(folder)).collect();
        findings.extend(folder_is_complete(root, folder, &own)?);
        for other in folders.iter().filter(|other| *other != folder) {
            let other = other.file_name().unwrap_or_default().to_string_lossy();
            for path in own.iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
            {
                if read(root, path)?.contains(&format!("crate::{other}::")) {
                    findings.push(Finding::new(
                        *path,
                        format!("a connector never knows another one, here `{other}`"),
                    ));
                }
            }
        }
    }
    Ok(findings)
}

fn folder_is_complete(root: &Path, folder: &Path, own: &[&PathBuf]) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let has = |name: &str| own.contains(&&folder.join(name));
    for (name, purpose) in NEEDED {
        if !has(name) {
            findings.push(Finding::new(folder, format!("`{name}` is missing: {purpose}")));
        }
    }
    if has("README.md") && !read(root, &folder.join("README.md"))?.starts_with("# ") {
        findings.push(Finding::new(folder.join("README.md"), "the page does not start with its title"));
    }
    let definition = folder.join("mod.rs");
    let lines = read(root, &definition)?.lines().count();
    if lines > DEFINITION {
        let message =
            format!("{lines} lines; a definition stays under {DEFINITION}, the work stands beside it");
        findings.push(Finding::new(definition, message).warning());
    }
    let mut tests = own.iter().filter(|path| {
        let below = path.strip_prefix(folder).unwrap_or(path);
        below == Path::new("tests.rs") || below.starts_with("tests")
    });
    let mut calls_laws = false;
    for path in tests.by_ref() {
        calls_laws |= read(root, path)?.contains("conformance::");
    }
    if !calls_laws {
        let message = "its tests do not call `conformance::run`; every connector keeps the same laws";
        findings.push(Finding::new(folder.join("tests.rs"), message));
    }
    let examples: Vec<&&PathBuf> = own
        .iter()
        .filter(|path| path.starts_with(folder.join("examples")))
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    if examples.is_empty() {
        findings.push(Finding::new(folder.join("examples"), "there is no example (`*.yaml`)"));
    }
    for path in examples {
        findings.extend(pipeline(path, &read(root, path)?));
    }
    Ok(findings)
}

/// The problems of a pipeline document.
pub fn pipeline(path: &Path, text: &str) -> Vec<Finding> {
    let problems = match Document::parse(&path.display().to_string(), text) {
        Ok(document) => PipelineSpec::from_document(&document).1,
        Err(problems) => problems,
    };
    let finding = |problem: towpath_model::Problem| {
        let found = Finding::new(path, problem.message);
        match problem.place {
            Some(place) => found.line(place.line),
            None => found,
        }
    };
    problems.into_iter().map(finding).collect()
}
