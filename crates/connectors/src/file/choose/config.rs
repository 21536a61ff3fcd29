//! Settings that choose files and say what happens to them afterwards. Their doc comments are the manual.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use towpath_model::schedule::Days;

/// A span of dates, the last one not included.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Dates {
    /// The first date, for example `2026-01-01` or `${run.date}`.
    pub(super) from: String,
    /// The date after the last one, for example `2026-02-01` or `${run.until}`.
    pub(super) to: String,
}

/// Which of the files are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Pick {
    /// Every file.
    #[default]
    All,
    /// Those with the latest dates in their names or, where names hold none, those that were changed last.
    Newest,
    /// Those with the earliest dates in their names or, where names hold none, those that were changed first.
    Oldest,
}

/// Whether files are read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Again {
    /// Every run reads every file.
    #[default]
    Always,
    /// A file is read once, whatever becomes of it. Where `after` moves or deletes files, one that comes later under
    /// the same name is another file.
    New,
    /// A file is read again when its content has changed. Size and time tell first; when they differ, the content is
    /// compared, which reads the file once more.
    Changed,
}

/// What happens to files after the run that read them.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct After {
    /// Folder that files are moved to when their rows are where they belong, for example
    /// `archive/{machine}/{date:%Y-%m}/`. In braces stand parts of the name that `path` captures, `{folder}` for the
    /// folder that the file is in, and `{date:…}` for the date in its name or, without one, of its last change (UTC).
    /// Nothing is ever replaced: when the name is taken, a number is added. Files in that folder are not read.
    pub(super) archive: Option<String>,
    /// Deletes files when their rows are where they belong. Default `false`.
    pub(super) delete: bool,
    /// Folder that files are moved to when their content made the run fail, for example `quarantine/`. A run that fails
    /// for another reason, such as a server that is down, leaves files where they are. When no file in particular is
    /// at fault, all files of the run are moved.
    pub(super) quarantine: Option<String>,
}

/// Files that must have come by a certain time.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Due {
    /// Time of day at which the file of a date must be there, for example `11:00`.
    pub(super) by: String,
    /// Days after the date of the file on which that time counts; with `days: business`, business days. For example
    /// `1` for a file of yesterday that comes this morning. Default 0.
    #[serde(default)]
    pub(super) days_later: u16,
    /// Zone in which the time is meant, for example `Europe/Brussels`. Default: UTC.
    #[serde(default = "utc")]
    pub(super) zone: String,
    /// The days for which a file is expected: `all`, or `business` for Monday to Friday without `holidays`.
    #[serde(default)]
    pub(super) days: Days,
    /// Dates that are no business days, for example `[2026-12-25]`.
    #[serde(default)]
    pub(super) holidays: Vec<String>,
    /// A part of the name that `path` captures, and its values: a file is expected for each of them, for example
    /// `{ machine: [DEM12, DEMALU, SU12] }`.
    #[serde(default)]
    pub(super) each: BTreeMap<String, Vec<String>>,
}

fn utc() -> String {
    "UTC".into()
}
