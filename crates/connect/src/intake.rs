//! What a run takes from a source that hands things out once: files, messages, pages.
//!
//! A source of that sort fixes its [`Intake`] when it is described. Whoever runs it remembers the items of runs that
//! ended well, tells them to the source before the next run ([`Recall`]), and lets it tidy up behind itself afterwards
//! ([`crate::Source::settle`]). An item stands for one version of a thing: the same name with another content is
//! another item.

use arrow::datatypes::SchemaRef;
use serde::{Deserialize, Serialize};

/// One version of a thing that is read once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its name inside the stream, for example the path of a file.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it was changed last, in nanoseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<i64>,
    /// What its server calls this version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// SHA-256 of its content, in hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// Rows in it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
}

impl Item {
    /// Whether both look the same from outside: name, size, time and tag.
    pub fn looks_like(&self, other: &Item) -> bool {
        (&self.name, self.size, self.modified, &self.tag)
            == (&other.name, other.size, other.modified, &other.tag)
    }
}

/// What a run takes from a source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Intake {
    /// Everything that the run reads; may be nothing.
    pub items: Vec<Item>,
    /// Something is done with the items after the run ([`crate::Source::settle`]).
    pub settles: bool,
}

/// What is remembered of a source when it is opened.
#[derive(Debug, Clone, Default)]
pub struct Recall {
    /// A run begins. Otherwise somebody looks, and the source shows all it has.
    pub is_run: bool,
    /// Items that earlier runs took.
    pub read: Vec<Item>,
    /// Items that an earlier attempt of the same run took: it takes these and no others.
    pub chosen: Option<Vec<Item>>,
    /// The columns of the last run, for a run that takes nothing.
    pub schema: Option<SchemaRef>,
}

/// How a run ended for the items it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settlement {
    /// Their rows are where they belong.
    Done,
    /// Their content made the run fail.
    Failed,
}

/// Something that should be there and is not: for whoever watches the pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alert {
    /// What is missing, as a sentence without full stop.
    pub what: String,
    /// Since when, as RFC 3339 has it.
    pub since: String,
    /// What is missing as data, for who says it in another language.
    pub missing: Missing,
}

/// What should be there and is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// The file of a date.
    File {
        /// The date, as `2026-01-31`.
        date: String,
        /// Name and value of the part of its name that tells it from other files of the date.
        #[serde(skip_serializing_if = "Option::is_none")]
        part: Option<(String, String)>,
    },
    /// So many files more than were named.
    Files(usize),
}
