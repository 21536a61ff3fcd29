//! Settings of text lines that a pattern takes apart.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use towpath_model::Fault;

use super::grok;

/// How lines are taken apart. Without a pattern, each line is the value of one column `line`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Lines {
    /// A regular expression that takes the whole line; its named groups become columns, for example
    /// `'(?<at>\S+) (?<level>\w+) (?<message>.*)'`. A group that took no part is no value. There are no references back
    /// and no looking around, so that no pattern takes forever.
    pub(in crate::file) pattern: Option<String>,

    /// A grok pattern instead, as Logstash has them, for example
    /// `'%{TIMESTAMP_ISO8601:at} %{LOGLEVEL:level} %{GREEDYDATA:message}'`. It takes the whole line. A type may follow
    /// the column: `%{NUMBER:size:int64}`; `int` and `float` are `int64` and `float64`. Without one, the type is found
    /// over all lines.
    pub(in crate::file) grok: Option<String>,

    /// Grok patterns of your own by name, for example `{ ORDER: '[A-Z]{2}\d{6}' }`. They may use the others, and take
    /// the place of a standard one of the same name.
    pub(in crate::file) patterns: BTreeMap<String, String>,

    /// A regular expression for the beginning of a row, for example `'\d{4}-\d\d-\d\d '`. Lines that do not begin with it
    /// belong to the row before them, such as the lines of a stack trace; `.` in the pattern then takes line ends too.
    pub(in crate::file) starts: Option<String>,

    /// What happens to lines that the pattern does not take.
    pub(in crate::file) unmatched: Unmatched,

    /// Name of a column for the number of the line, for example `line_number`. Without it, there is none.
    pub(in crate::file) line_number: Option<String>,
}

/// What happens to lines that a pattern does not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unmatched {
    /// They go to quarantine.
    #[default]
    Quarantine,
    /// They are left out. Their number stands in the remarks on the stream.
    Skip,
    /// They become rows that have a value only in the column `unmatched`.
    Column,
}

impl Lines {
    /// Checks the patterns and how they go together.
    pub(in crate::file) fn check(&self) -> Result<(), Fault> {
        let has_pattern = self.pattern.is_some() || self.grok.is_some();
        if self.pattern.is_some() && self.grok.is_some() {
            return Err(Fault::config("`lines` has a `pattern` and a `grok`").hint("remove one of them"));
        }
        if self.grok.is_none() && !self.patterns.is_empty() {
            return Err(Fault::config("`patterns` of `lines` has no meaning without `grok`"));
        }
        if !has_pattern && self.unmatched != Unmatched::default() {
            return Err(Fault::config("`unmatched` of `lines` has no meaning without a pattern"));
        }
        super::Matcher::new(self).map(|_| ())
    }

    /// Types that the pattern gives to columns.
    pub(in crate::file) fn types(&self) -> Result<BTreeMap<String, String>, Fault> {
        let Some(grok) = &self.grok else { return Ok(BTreeMap::new()) };
        let words = grok::expand(grok, &self.patterns)?.groups.into_iter().filter_map(|group| {
            let word = match group.word.as_deref()? {
                "int" | "long" => "int64",
                "float" | "double" => "float64",
                "string" => "text",
                other => other,
            };
            Some((group.column, word.to_owned()))
        });
        Ok(words.collect())
    }
}
