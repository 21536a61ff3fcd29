//! What the interface asks of the engine and the connectors, without knowing either.

use async_trait::async_trait;
use indexmap::IndexMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use towpath_connect::ConnectorSpec;
use towpath_connect::bounds::{Step, Steps};
use towpath_model::{Fault, RunId};
use towpath_store::connections::Connection;
use towpath_store::runs::Run;
use towpath_store::workspaces::Workspace;

mod looks;

pub use looks::{Asked, Evidence, Export, ExportFormat, Inspected, InspectedColumn, Rejected};

use crate::problem::Finding;
use crate::trials::{ColumnLineage, DryRun, Remembered, TestEnd};

/// What a document says of itself.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Names of the connections that it uses.
    pub connections: Vec<String>,
    /// What it writes to, as `connection/table`.
    pub targets: Vec<String>,
    /// A short form that changes with its meaning.
    pub fingerprint: String,
    /// Its `schedule` section.
    pub schedule: Option<Value>,
    /// Problems of its structure.
    pub problems: Vec<Finding>,
}

/// A column of a node's output.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type, as documents write it.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether values may be missing.
    pub nullable: bool,
}

/// What is known of a node before it runs.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NodeOutline {
    /// Its name.
    pub node: String,
    /// `source`, `transform` or `destination`.
    pub role: String,
    /// Connector or transform.
    pub kind: String,
    /// Output ports with their columns.
    pub outputs: Vec<PortOutline>,
    /// The query plan, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
}

/// An output port of a node.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PortOutline {
    /// Its name.
    pub port: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// From where each of them comes, in the same order.
    pub lineage: Vec<ColumnLineage>,
}

/// What was found out about a document.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Checked {
    /// Every place that is wrong.
    pub problems: Vec<Finding>,
    /// What could not be looked at because another system failed: node and reason.
    pub faults: Vec<NodeFault>,
    /// The nodes, in the order of the document.
    pub nodes: Vec<NodeOutline>,
}

/// A node that could not be looked at.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NodeFault {
    /// The node.
    pub node: String,
    /// What failed.
    pub message: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// Rows that were looked at.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Rows {
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, as lists of values in the order of the columns.
    #[schema(value_type = Vec<Vec<Value>>)]
    pub rows: Vec<Vec<Value>>,
    /// There are more.
    pub more: bool,
    /// Rows that the nodes on the way rejected.
    pub rejected: u64,
    /// When they were read: what was looked at a moment ago is shown again unless `refresh` is set.
    pub read_at: Timestamp,
}

/// A stream of a connection.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StreamOutline {
    /// Settings of a source that reads it.
    #[schema(value_type = Object)]
    pub settings: Value,
    /// Its name for people.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its primary key.
    pub primary_key: Vec<String>,
    /// About how many rows it has.
    pub rows: Option<u64>,
}

/// A connection with its secrets, for the moment of its use.
#[derive(Clone)]
pub struct OpenConnection {
    /// Its name.
    pub name: String,
    /// Its connector.
    pub connector: String,
    /// Its settings with the secrets in place.
    pub settings: Value,
}

impl std::fmt::Debug for OpenConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OpenConnection({}: {})", self.name, self.connector)
    }
}

/// Where something is tried out: a workspace with the connections that may be used.
#[derive(Debug, Clone)]
pub struct Room {
    /// The workspace.
    pub workspace: Workspace,
    /// Its connections, opened.
    pub connections: Vec<OpenConnection>,
}

/// What is to be looked at.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// Values of parameters.
    pub params: Value,
    /// The node.
    pub node: String,
    /// Its output port; the first one if nothing is said.
    pub port: Option<String>,
    /// Most rows.
    pub limit: usize,
}

/// What the rows of a node depend on.
#[derive(Debug, Clone, Default)]
pub struct Upstream {
    /// The parts of the document that they depend on, in a form that stays the same as long as these do.
    pub meaning: String,
    /// Names of the connections that are read.
    pub connections: Vec<String>,
}

/// Where corrected rows land.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Landing {
    /// The destination node.
    pub node: String,
    /// What it writes to, as `connection/table`.
    pub target: String,
    /// How rows land in a usual run.
    pub mode: String,
    /// How corrected rows land: what is there stays.
    pub lands: String,
    /// A usual run replaces what is there, so that rows of an earlier one do not belong there any more.
    pub replaces: bool,
}

/// A row of a quarantine with its corrections, as a run that sends it on finds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Corrected {
    /// Its number in quarantine.
    pub number: i64,
    /// Where it stood.
    pub place: String,
    /// Its values by column, as texts in plain notation.
    pub values: IndexMap<String, Option<String>>,
}

/// What the engine and the connectors do for the interface. Every future may be dropped, which stops the work.
#[async_trait]
pub trait Workbench: Send + Sync {
    /// Every connector.
    fn connectors(&self) -> Vec<ConnectorSpec>;
    /// Every transform, as data.
    fn transforms(&self) -> Vec<Value>;
    /// The JSON Schema of documents.
    fn document_schema(&self) -> Value;
    /// Reads a document without connecting to anything: its structure, and whether what it names exists.
    fn read(&self, document: &str) -> Reading;
    /// Every problem of a document that shows without connecting to anything, its settings included.
    fn check(&self, workspace: &Workspace, document: &str, params: &Value) -> Vec<Finding>;
    /// Paths of the secret settings of a connector, as JSON pointers, in these settings.
    fn secrets(&self, connector: &str, settings: &Value) -> Vec<String>;
    /// Names of the settings of a connector that decide neither where its secrets go nor how they are guarded there.
    fn beside_secrets(&self, connector: &str) -> Vec<String>;
    /// Checks settings of a connection; returns every place that is wrong.
    fn check_connection(&self, connector: &str, settings: &Value) -> Vec<Finding>;
    /// Compiles a document and says what its nodes give; with their plans if that is asked for.
    async fn outline(
        &self,
        room: Room,
        document: &str,
        params: &Value,
        plans: bool,
    ) -> Result<Checked, Fault>;
    /// What the rows of a node depend on; nothing when the document cannot be read or has no such node.
    fn upstream(&self, document: &str, node: &str) -> Option<Upstream>;
    /// Rows of a node. Only what they depend on is opened.
    async fn rows(&self, room: Room, document: &str, look: Look) -> Result<Rows, Fault>;
    /// What a run of a document would change, with up to `samples` rows of each kind. Nothing is changed.
    async fn dry_run(
        &self,
        room: Room,
        document: &str,
        params: &Value,
        remembered: Remembered,
        samples: usize,
    ) -> Result<DryRun, Fault>;
    /// Runs the tests of a document. They are given their rows; only nodes to which they give none are read.
    async fn tests(&self, room: Room, document: &str, params: &Value) -> Result<Vec<TestEnd>, Fault>;
    /// The steps that a test goes through, in order.
    fn steps(&self, connector: &str, settings: &Value) -> Vec<Step>;
    /// Connects and reads something small, and tells how far it is. Returns how many streams were seen, where counting
    /// them is cheap.
    async fn test(&self, room: Room, connection: OpenConnection, steps: Steps) -> Result<Option<u64>, Fault>;
    /// Streams of a connection; with the columns of those whose names hold `search`.
    async fn discover(&self, room: Room, connection: OpenConnection) -> Result<Vec<StreamOutline>, Fault>;
    /// First rows of a stream of a connection.
    async fn browse(&self, room: Room, connection: OpenConnection, asked: Asked) -> Result<Rows, Fault>;
    /// Rows of a stream of a connection as a file, encoded as they come.
    async fn export(
        &self,
        room: Room,
        connection: OpenConnection,
        asked: Asked,
        format: ExportFormat,
    ) -> Result<Export, Fault>;
    /// What a stream holds and how that was found out; without a connection, of the folder of the workspace.
    async fn inspect(
        &self,
        room: Room,
        connector: &str,
        connection: Option<OpenConnection>,
        settings: Value,
    ) -> Result<Inspected, Fault>;
    /// Where rows of a node land that are corrected and go on by themselves; why they cannot, when that shows without connecting
    /// to anything.
    fn passage(&self, document: &str, node: &str) -> Result<Vec<Landing>, Fault>;
    /// Names of the nodes of a document.
    fn nodes(&self, document: &str) -> Vec<String>;
    /// Takes the loads of these nodes of a run back. Returns what was done, per node.
    async fn undo(
        &self,
        room: Room,
        document: &str,
        run: &Run,
        nodes: &[String],
    ) -> Result<Vec<Value>, Fault>;
    /// Something to do has changed: runs to start, to stop.
    fn wake(&self);
    /// A run was asked to stop.
    fn stop(&self, run: &RunId);
    /// When a schedule fires next, and what is wrong with it.
    fn forecast(
        &self,
        spec: &Value,
        workspace: &Workspace,
        after: jiff::Timestamp,
        count: usize,
    ) -> Result<Forecast, Vec<Finding>>;
}

/// When a schedule fires.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Forecast {
    /// The next times, oldest first.
    pub fires: Vec<Fire>,
    /// The rule in words, by language.
    #[schema(value_type = Object)]
    pub words: Value,
}

/// A time at which a schedule fires.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Fire {
    /// The moment.
    pub at: jiff::Timestamp,
    /// The same in the zone of the schedule.
    pub local: String,
    /// Begin of the data interval.
    pub interval_start: Option<jiff::Timestamp>,
    /// End of the data interval.
    pub interval_end: Option<jiff::Timestamp>,
    /// Something about it that people should know, such as a change of the clock.
    pub remark: Option<String>,
}

/// A connection with its secrets in their places.
pub fn with_secrets(connection: &Connection, secrets: &[(String, String)]) -> OpenConnection {
    OpenConnection {
        name: connection.name.clone(),
        connector: connection.connector.clone(),
        settings: filled(&connection.settings, secrets),
    }
}

/// Settings with secrets, given as places and texts, in their places.
pub(crate) fn filled<'a>(settings: &Value, secrets: impl IntoIterator<Item = &'a (String, String)>) -> Value {
    let mut filled = settings.clone();
    for (place, text) in secrets {
        put(&mut filled, place, Value::String(text.clone()));
    }
    filled
}

/// Puts a value at a JSON pointer; objects on the way are made.
fn put(root: &mut Value, pointer: &str, value: Value) {
    let mut at = root;
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        at = match at {
            Value::Array(list) => match part.parse().ok().and_then(|index: usize| list.get_mut(index)) {
                Some(item) => item,
                None => return,
            },
            other => {
                if !other.is_object() {
                    *other = Value::Object(Default::default());
                }
                match other.as_object_mut() {
                    Some(map) => map.entry(part).or_insert(Value::Null),
                    None => return,
                }
            }
        };
    }
    *at = value;
}

/// Takes the values at JSON pointers out of settings: paths and texts.
pub(crate) fn take_secrets(settings: &mut Value, paths: &[String]) -> Vec<(String, String)> {
    let mut taken = Vec::new();
    for path in paths {
        let Some(place) = settings.pointer_mut(path) else { continue };
        if let Value::String(text) = place.take() {
            taken.push((path.clone(), text));
        }
        remove(settings, path);
    }
    taken
}

fn remove(root: &mut Value, pointer: &str) {
    let Some((parent, name)) = pointer.rsplit_once('/') else { return };
    let name = name.replace("~1", "/").replace("~0", "~");
    if let Some(map) = root.pointer_mut(parent).and_then(Value::as_object_mut) {
        map.shift_remove(&name);
    }
}
