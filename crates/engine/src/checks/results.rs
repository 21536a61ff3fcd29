//! What became of expectations: counted while rows flow, shown in reports.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Rows that break an expectation and are shown in reports.
pub(crate) const SHOWN: usize = 5;

/// What follows when an expectation does not hold.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Hash, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The report says so, and the run goes on.
    #[default]
    Warn,
    /// The rows that break it go to quarantine. For expectations about single rows, and for `unique`.
    Quarantine,
    /// The run fails after the last row was looked at, and nothing is committed.
    Fail,
}

/// How an expectation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The rows did not come to their end, so nothing can be said.
    #[default]
    Unfinished,
    /// It holds.
    Held,
    /// It does not hold.
    Broken,
}

/// A row, or a group of rows, that breaks an expectation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offender {
    /// Where it is, for example `row 18`; groups of rows have no place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Columns and values; a missing value is `None`.
    pub values: Vec<(String, Option<String>)>,
}

/// What became of one expectation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckReport {
    /// What was expected, in words.
    pub expectation: String,
    /// What follows when it does not hold.
    pub severity: Severity,
    /// How it ended.
    pub outcome: Outcome,
    /// Rows that were looked at.
    pub checked: u64,
    /// Rows or groups that break it; for an expectation about all rows together, 1 when it does not hold.
    pub failures: u64,
    /// What was found instead, for expectations about all rows together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding: Option<String>,
    /// The first of those that break it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub samples: Vec<Offender>,
}

impl CheckReport {
    /// Numbers and samples in one sentence, for messages.
    pub fn sentence(&self) -> String {
        let mut text = match &self.finding {
            Some(finding) => finding.clone(),
            None => format!("{} of {} rows break it", self.failures, self.checked),
        };
        for (index, sample) in self.samples.iter().enumerate() {
            text.push_str(if index == 0 { ", for example " } else { "; " });
            text.push_str(&sample.to_string());
        }
        text
    }

    /// Adds what another part of the same rows gave.
    fn add(&mut self, part: CheckReport) {
        self.checked += part.checked;
        self.failures += part.failures;
        self.finding = part.finding.or(self.finding.take());
        self.samples.extend(part.samples);
        self.samples.truncate(SHOWN);
        self.outcome = match (self.outcome, part.outcome) {
            (Outcome::Broken, _) | (_, Outcome::Broken) => Outcome::Broken,
            (Outcome::Held, _) | (_, Outcome::Held) => Outcome::Held,
            _ => Outcome::Unfinished,
        };
        self.expectation = part.expectation;
        self.severity = part.severity;
    }
}

impl std::fmt::Display for Offender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        for (index, (column, value)) in self.values.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            match value {
                Some(value) => write!(f, "{comma}`{column}` = `{value}`")?,
                None => write!(f, "{comma}`{column}` is missing")?,
            }
        }
        Ok(())
    }
}

/// The expectations of one run, by node and place in their list.
#[derive(Debug, Default)]
pub struct Checks(Mutex<BTreeMap<(String, usize), CheckReport>>);

impl Checks {
    /// Adds what a part of the rows gave.
    pub(crate) fn add(&self, node: &str, index: usize, part: CheckReport) {
        let mut checks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        checks.entry((node.to_owned(), index)).or_default().add(part);
    }

    /// What became of the expectations of a node, in their order.
    pub fn of(&self, node: &str) -> Vec<CheckReport> {
        let checks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        checks.iter().filter(|((of, _), _)| of == node).map(|(_, report)| report.clone()).collect()
    }

    /// Node, place and state of every expectation.
    pub(crate) fn all(&self) -> Vec<(String, usize, CheckReport)> {
        let checks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        checks.iter().map(|((node, index), report)| (node.clone(), *index, report.clone())).collect()
    }
}
