//! Checks of what compilers do not see: who may know whom, lengths, words, folders, links, generated files.
//!
//! Each check is a function from the root folder to findings. `cargo xtask tidy` prints them all, and
//! `tests/tidy.rs` runs each as a test. A rule of STYLE.md that can be checked is checked here; a rule that cannot is
//! left to readers.

use std::fmt;
use std::path::{Path, PathBuf};

pub mod connectors;
pub mod crates;
pub mod doors;
pub mod files;
pub mod glossary;
pub mod links;
pub mod manual;
pub mod translations;

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// File, below the root.
    pub path: PathBuf,
    /// Line from 1; `None` when the whole file is meant.
    pub line: Option<usize>,
    /// What is wrong and what to do.
    pub message: String,
    /// A warning does not fail.
    pub is_warning: bool,
}

impl Finding {
    /// A finding about a file.
    pub fn new(path: impl Into<PathBuf>, message: impl Into<String>) -> Self {
        Finding { path: path.into(), line: None, message: message.into(), is_warning: false }
    }

    /// Points at a line.
    #[must_use]
    pub fn line(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }

    /// Makes it a warning.
    #[must_use]
    pub fn warning(mut self) -> Self {
        self.is_warning = true;
        self
    }

    /// Whether it fails the check.
    pub fn is_error(&self) -> bool {
        !self.is_warning
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        let warning = if self.is_warning { "warning: " } else { "" };
        write!(f, ": {warning}{}", self.message)
    }
}

/// A check.
pub type Check = fn(&Path) -> anyhow::Result<Vec<Finding>>;

/// Every check with its name.
pub const CHECKS: [(&str, Check); 8] = [
    ("crates", crates::check),
    ("doors", doors::check),
    ("files", files::check),
    ("connectors", connectors::check),
    ("glossary", glossary::check),
    ("links", links::check),
    ("manual", manual::check),
    ("translations", translations::check),
];

/// Every finding of every check.
pub fn all(root: &Path) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for (_, check) in CHECKS {
        findings.extend(check(root)?);
    }
    Ok(findings)
}
