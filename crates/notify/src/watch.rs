//! What is watched without anybody reporting it. The comments on the fields are the manual.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::anomaly::VolumeSettings;

/// What is watched in a workspace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Watch {
    /// Minutes after which a run that a schedule promised and that has not ended is late, for example `60`. With `0`, none
    /// ever is.
    #[schemars(range(max = 100_000))]
    pub late_minutes: u32,

    /// Hours that the last good run of a pipeline may be ago, for example `26`. With `0`, data may have any age.
    #[schemars(range(max = 100_000))]
    pub fresh_hours: u32,

    /// Whether it is told when a run moves far more or fewer rows than usual.
    pub unusual_rows: bool,

    /// What counts as far.
    pub rows: VolumeSettings,

    /// Whether it is told when columns of a source change.
    pub columns: bool,

    /// What is different for single pipelines, by name, for example `{ orders: { late_minutes: 15, fresh_hours: 26 } }`.
    pub pipelines: BTreeMap<String, PipelineWatch>,
}

/// What is different for one pipeline. What is left out is as in the workspace.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PipelineWatch {
    /// Minutes after which a run is late, for example `15`.
    #[schemars(range(max = 100_000))]
    pub late_minutes: Option<u32>,

    /// Hours that the last good run may be ago, for example `26`.
    #[schemars(range(max = 100_000))]
    pub fresh_hours: Option<u32>,

    /// Whether unusual numbers of rows are told.
    pub unusual_rows: Option<bool>,

    /// Whether changed columns are told.
    pub columns: Option<bool>,
}

impl Default for Watch {
    fn default() -> Self {
        Watch {
            late_minutes: 60,
            fresh_hours: 0,
            unusual_rows: true,
            rows: VolumeSettings::default(),
            columns: true,
            pipelines: BTreeMap::new(),
        }
    }
}

impl Watch {
    /// The name under which it stands in the settings of a workspace.
    pub const KEY: &str = "watch";

    /// What is watched by the settings of a workspace. What cannot be read counts as if nothing was said.
    pub fn of(settings: &Value) -> Self {
        let own = settings.get(Self::KEY).cloned();
        own.and_then(|own| serde_json::from_value(own).ok()).unwrap_or_default()
    }

    /// How long a run of a pipeline may take from its time on.
    pub fn tolerance(&self, pipeline: &str) -> Option<SignedDuration> {
        let own = self.pipelines.get(pipeline).and_then(|own| own.late_minutes);
        Some(own.unwrap_or(self.late_minutes))
            .filter(|minutes| *minutes > 0)
            .map(|minutes| SignedDuration::from_mins(minutes.into()))
    }

    /// How long ago the last good run of a pipeline may be.
    pub fn longest(&self, pipeline: &str) -> Option<SignedDuration> {
        let own = self.pipelines.get(pipeline).and_then(|own| own.fresh_hours);
        Some(own.unwrap_or(self.fresh_hours))
            .filter(|hours| *hours > 0)
            .map(|hours| SignedDuration::from_hours(hours.into()))
    }

    /// Whether some pipeline's data may not have any age.
    pub(crate) fn asks_for_freshness(&self) -> bool {
        self.fresh_hours > 0
            || self.pipelines.values().any(|own| own.fresh_hours.is_some_and(|hours| hours > 0))
    }

    pub(crate) fn tells_rows(&self, pipeline: &str) -> bool {
        self.pipelines.get(pipeline).and_then(|own| own.unusual_rows).unwrap_or(self.unusual_rows)
    }

    pub(crate) fn tells_columns(&self, pipeline: &str) -> bool {
        self.pipelines.get(pipeline).and_then(|own| own.columns).unwrap_or(self.columns)
    }
}
