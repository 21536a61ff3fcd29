//! Findings of validation.
//!
//! Validation never stops at the first finding: it returns every [`Problem`], each with the path inside the
//! document (a JSON pointer, so that a form can point at its field) and, for text, the place in the file.

use std::fmt;

use serde::Serialize;

/// A place in a text file. Lines and columns count from 1; columns count characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// File as the user named it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// One finding of validation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where in the file, when the document came from text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// JSON pointer into the document, for example `/nodes/clean/by`.
    pub path: String,
    /// What is wrong, in the style of a fault's message.
    pub message: String,
    /// The way out, when one is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Problem {
    /// A finding at a JSON pointer.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Problem { place: None, path: path.into(), message: message.into(), hint: None }
    }

    /// Adds the way out.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the way out when there is one.
    #[must_use]
    pub fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint.or(self.hint);
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        write!(f, "{}", self.message)
    }
}

/// Joins a key to a JSON pointer, escaping `~` and `/` (RFC 6901).
pub fn join(path: &str, key: &str) -> String {
    if key.contains(['~', '/']) {
        format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"))
    } else {
        format!("{path}/{key}")
    }
}
