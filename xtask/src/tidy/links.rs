//! Links in documents lead somewhere, and the pipelines that are shipped are pipelines.

use std::path::Path;

use super::Finding;
use super::connectors::pipeline;
use super::files::{below, read};
use crate::reference::FOLDERS;

/// Checks the relative links of every Markdown file and the shape of every shipped pipeline.
pub fn check(root: &Path) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for path in below(root, Path::new(""))? {
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        // Generated pages repeat texts of connectors, whose links start from another folder.
        if extension == "md" && !FOLDERS.iter().any(|folder| path.starts_with(folder)) {
            findings.extend(links(root, &path, &read(root, &path)?));
        }
        let is_shipped = path.starts_with("examples") || path.starts_with("solutions");
        if extension == "yaml" && is_shipped {
            let text = read(root, &path)?;
            // Connections and the like stand beside pipelines.
            if text.contains("towpath:") {
                findings.extend(pipeline(&path, &text));
            }
        }
    }
    Ok(findings)
}

fn links(root: &Path, path: &Path, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut in_code = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        for rest in line.split("](").skip(1) {
            let target = rest.split([')', ' ']).next().unwrap_or_default();
            let file = target.split('#').next().unwrap_or_default();
            let is_outside = target.contains("://") || target.starts_with("mailto:");
            if !is_outside && !file.is_empty() && !root.join(folder).join(file).exists() {
                findings
                    .push(Finding::new(path, format!("the link `{target}` leads nowhere")).line(index + 1));
            }
        }
    }
    findings
}
