//! What comes out when a document is tried out: from where its columns come, what a run of it would change, how its tests
//! end. Words that the engine fills and the interface hands on.

use serde::{Deserialize, Serialize};
use towpath_store::progress::{Checkpoint, KeptColumns, KeptItem};

/// From where a column comes.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ColumnLineage {
    /// The column.
    pub column: String,
    /// Columns of the nodes before; none when the node makes the values itself.
    pub from: Vec<ColumnOrigin>,
    /// Columns of sources, however many nodes are between.
    pub sources: Vec<ColumnOrigin>,
}

/// A column from which another comes.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ColumnOrigin {
    /// The node.
    pub node: String,
    /// Its output port.
    pub port: String,
    /// The column.
    pub column: String,
    /// `copied`: the values are the same; `computed`: they are made of these and perhaps of others.
    pub how: String,
}

/// How far a pipeline has read: a run goes on from there.
#[derive(Debug, Clone, Default)]
pub struct Remembered {
    /// Where incremental reads begin.
    pub checkpoints: Vec<Checkpoint>,
    /// What was read once.
    pub items: Vec<KeptItem>,
    /// Columns that were found in what was read once.
    pub columns: Vec<KeptColumns>,
}

/// What a run would change, were it carried out now. Nothing was changed.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DryRun {
    /// The destinations, in the order of the document.
    pub loads: Vec<DryLoad>,
    /// Rows that would be in quarantine.
    pub quarantined: u64,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// Why a run would fail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<DryFault>,
}

/// Why a run would fail.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DryFault {
    /// Kind of the fault.
    pub code: String,
    /// What fails.
    pub message: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// What a load would change in its target.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DryLoad {
    /// The destination node.
    pub node: String,
    /// What it writes to, as `connection/table`.
    pub target: String,
    /// How rows land: `append`, `merge`, …
    pub mode: String,
    /// Rows that come.
    pub rows: u64,
    /// How many rows of the target change; missing where the target cannot tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<DryCounts>,
    /// Columns of the target.
    pub columns: Vec<String>,
    /// Those of them that say which row is meant.
    pub key: Vec<String>,
    /// The first rows of each kind that would change.
    pub samples: Vec<DryRow>,
    /// Remarks of the target.
    pub notes: Vec<String>,
}

/// How many rows of a target would change.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DryCounts {
    /// New rows.
    pub inserted: u64,
    /// Rows with at least one other value.
    pub updated: u64,
    /// Rows deleted, or flagged as gone.
    pub deleted: u64,
    /// Rows that come and are there already, value for value.
    pub unchanged: u64,
}

/// A row of a target that would change.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DryRow {
    /// `inserted`, `updated` or `deleted`.
    pub change: String,
    /// The values in the target, in the order of the columns; missing for a new row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Vec<Option<String>>>,
    /// The values that come; missing for a row that goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Vec<Option<String>>>,
}

/// How a test of a document ended.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TestEnd {
    /// What the test shows.
    pub name: String,
    /// Whether it holds.
    pub passed: bool,
    /// Every difference; none when it holds.
    pub differences: Vec<String>,
    /// What was looked at, in the order of the test.
    pub nodes: Vec<TestNode>,
}

/// What a test found at a node.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TestNode {
    /// The node.
    pub node: String,
    /// Its output port, where the test names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<String>,
    /// Every difference; none when the rows are those that the test expects.
    pub differences: Vec<String>,
}
