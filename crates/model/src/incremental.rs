//! Incremental reads: only the rows that are newer than those of the last run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Reads only rows whose cursor lies after the checkpoint of the last run that ended well.
///
/// A run reads the rows from the checkpoint, not included, up to the highest value that the column has when the run
/// begins, included; that value is the next checkpoint. Rows without a value in the column are not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Incremental {
    /// Column that grows with every new or changed row: a time of change, a number of its own.
    pub cursor: String,
    /// Where the first run begins, itself included. Without it, the first run reads everything.
    #[serde(default)]
    pub start: Option<String>,
    /// Reads this much before the checkpoint once more, for rows that arrive late: a time such as `2d`, `12h` or
    /// `90m` for times and dates, a number for numbers. Needs a write mode with a key.
    #[serde(default)]
    pub lookback: Option<String>,
    /// Reads rows at the checkpoint itself once more, for columns in which several rows share a value and may arrive
    /// one after the other. Needs a write mode with a key, so that rows that come twice land once.
    #[serde(default)]
    pub inclusive: bool,
}

impl Incremental {
    /// Whether rows may come twice.
    pub fn repeats(&self) -> bool {
        self.inclusive || self.lookback.is_some()
    }
}

/// Seconds of a length of time such as `30d`, `12h` or `90m`.
pub fn seconds(text: &str) -> Option<u64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let factor = match unit {
        "d" => 86_400,
        "h" => 3_600,
        "m" => 60,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}
