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
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Pick {
    /// All, or one.
    Word(PickWord),
    /// Some.
    Some(PickSome),
}

/// All of the files, or one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PickWord {
    /// Every file.
    All,
    /// The one with the latest date in its name or, where names hold none, the one that was changed last.
    Newest,
    /// The one with the earliest date in its name or, where names hold none, the one that was changed first.
    Oldest,
}

/// A number of files, for example `{ newest: 3 }`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum PickSome {
    /// That many of the newest.
    Newest(usize),
    /// That many of the oldest.
    Oldest(usize),
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
    /// When the rows are where they belong: `keep` the file where it is, `delete` it, or move it, for example
    /// `{ move: "archive/{date:%Y}/" }`. Default `keep`.
    pub(super) done: Action,
    /// When the content of a file made the run fail: `keep`, `delete`, or for example `{ move: quarantine/ }`. A run
    /// that fails for another reason, such as a server that is down, leaves files where they are. When no file in
    /// particular is at fault, all files of the run are meant. Default `keep`.
    pub(super) failed: Action,
}

/// What happens to a file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    /// It stays where it is.
    #[default]
    Keep,
    /// It is removed.
    Delete,
    /// It is moved to a folder below the connection's root, for example `archive/{machine}/{date:%Y-%m}/`. In braces
    /// stand parts of the name that `path` captures, `{folder}` for the folder that the file is in, and
    /// `{date:…}` for the date in its name or, without one, of its last change (UTC). Nothing is ever replaced: when
    /// the name is taken, a number is added. Files in that folder are not read.
    Move(String),
}

/// Files that must have come by a certain time.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expect {
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
