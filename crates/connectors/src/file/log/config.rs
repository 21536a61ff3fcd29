//! Settings of event logs.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The grammar of an event log.
///
/// A pattern is text with fields in it. `{name}` is a field: the text up to what follows in the pattern, without
/// spaces around it. `{name:type}` says what it is: `word` is text without spaces, `number` a number of up to six
/// decimals, and there are the type words of `columns`; `{name:%Y-%m-%d %H:%M:%S}` is a time in that form, made of `%Y`
/// `%y` `%m` `%b` `%d` `%H` `%I` `%p` `%M` `%S` `%f` (decimals of a second) `%z` (offset from UTC) `%F` `%T`.
/// `[…]` may be missing. `{*}` is anything, which is not kept. A space stands for any number of spaces, also none. `{{`,
/// `}}`, `[[` and `]]` are the characters themselves. A field of nothing but spaces has no value, which only fields in
/// `[…]` may have.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    /// The pattern of a line, for example `{at:%Y%m%d %H:%M:%S}|@{event}[:{details}]`. Each field is a column. The field
    /// `event` tells which patterns of `events` the field `details` must match. Lines that do not match go to
    /// quarantine; blank lines are skipped.
    pub(in crate::file) line: String,

    /// The patterns of the details, by event, for example
    /// `{ MachineWait: ["{seconds:number} [sec]"], JobProfile: ["R:{reference} L:{length:number} [C:{colour:word} {*}]"] }`.
    /// Several patterns are tried one after the other. An empty list accepts any details; the pattern `""` accepts
    /// none. Each field is a column, null in the rows of other events; events may share a field. Details that match no
    /// pattern of their event send the line to quarantine.
    #[serde(default)]
    pub(in crate::file) events: IndexMap<String, Vec<String>>,

    /// What happens to events that `events` does not name. Default `keep`.
    #[serde(default)]
    pub(in crate::file) others: Others,
}

/// What happens to events that have no entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Others {
    /// They become rows, with their details as they stand.
    #[default]
    Keep,
    /// Their lines go to quarantine.
    Quarantine,
    /// Their lines are left out, and not counted.
    Skip,
}
