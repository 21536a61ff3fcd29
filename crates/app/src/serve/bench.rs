//! What the interface asks of the engine and the connectors.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use indexmap::IndexMap;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::{Notify, broadcast};
use towpath_api::problem::Finding;
use towpath_api::trials::{DryRun, Remembered, TestEnd};
use towpath_api::workbench::{
    Asked, Checked, Export, ExportFormat, Forecast, Inspected, Landing, Look, OpenConnection, Reading, Room,
    Rows, StreamOutline, Upstream, Workbench,
};
use towpath_connect::bounds::{Step, Steps};
use towpath_connect::{Bounds, Connector, ConnectorSpec, Context, Egress, EgressSettings, Registry};
use towpath_engine::connections::{Connection, ConnectionBook};
use towpath_engine::context::MemoryQuarantine;
use towpath_engine::entry::Entry;
use towpath_engine::graph::{Graph, Workshop, check_kinds, check_nodes};
use towpath_engine::intake::Memories;
use towpath_engine::session::Limits;
use towpath_engine::transform::Transform;
use towpath_model::params::settle;
use towpath_model::pipeline::{NodeSpec, Role};
use towpath_model::scope::{DataInterval, Scope, plain_io};
use towpath_model::{Document, Fault, PipelineSpec, Problem, RunId, fingerprint, suggest};
use towpath_store::runs::Run;
use towpath_store::workspaces::Workspace;

use super::plain::written_out;
use super::views::columns;
use crate::attempt::Ready;
use crate::endpoint::secret_paths;

/// Name of the document in messages.
pub(super) const DOCUMENT: &str = "pipeline";

/// Engine and connectors of a server.
#[derive(Debug, Clone)]
pub(crate) struct Bench {
    registry: Registry,
    transforms: Vec<Arc<dyn Transform>>,
    /// Folder with one folder of files per workspace.
    files: PathBuf,
    memory: Limits,
    limits: Arc<PipelineLimits>,
    /// Something to do has changed.
    pub(crate) work: Arc<Notify>,
    /// Runs that are to stop.
    pub(crate) stops: broadcast::Sender<RunId>,
}

/// What every workspace may touch, unless its own settings say more.
#[derive(Debug, Clone, Default)]
pub(crate) struct PipelineLimits {
    /// Where connections may go.
    pub(crate) egress: EgressSettings,
    /// Programs that pipelines may start.
    pub(crate) programs: Vec<String>,
}

/// A document that is ready to compile, with what its messages need.
pub(crate) struct Prepared {
    pub(crate) document: Document,
    pub(crate) ready: Ready,
    /// Corrected rows that go through a part of it, in the place of what its sources give.
    pub(crate) entry: Option<Entry>,
}

impl Prepared {
    /// Problems with their places in the document.
    pub(crate) fn located(&self, mut problems: Vec<Problem>) -> Vec<Finding> {
        self.document.locate(&mut problems);
        problems.dedup();
        problems.into_iter().map(Finding::from).collect()
    }

    /// Why a graph of this document cannot run.
    pub(crate) fn unready(&self, graph: &Graph) -> Fault {
        if !graph.problems.is_empty() {
            return first(&self.located(graph.problems.clone()));
        }
        match graph.faults.first() {
            Some((node, fault)) => fault.copied().at_node(node),
            None => Fault::internal("a graph without problems was not run"),
        }
    }
}

impl Bench {
    /// Engine and connectors for pipelines whose files stand in a folder. `memory` is that of each run, with what all of
    /// them share.
    pub(crate) fn new(files: &Path, memory: Limits, limits: PipelineLimits) -> Bench {
        Bench {
            registry: towpath_connectors::all(),
            transforms: towpath_engine::transforms::all(),
            files: files.to_owned(),
            memory,
            limits: Arc::new(limits),
            work: Arc::default(),
            stops: broadcast::channel(256).0,
        }
    }

    /// The folder of files of a workspace.
    pub(crate) fn folder(&self, workspace: &Workspace) -> PathBuf {
        self.files.join(workspace.id.as_str())
    }

    /// What connectors may touch for a workspace: its folder, and the addresses that its settings allow.
    pub(crate) fn context(&self, workspace: &Workspace) -> Result<Context, Fault> {
        let folder = self.folder(workspace);
        std::fs::create_dir_all(&folder).map_err(|error| {
            Fault::unavailable(format!("the folder of the workspace cannot be made: {}", plain_io(&error)))
        })?;
        let settings = match workspace.settings.get("egress") {
            Some(own) => serde_json::from_value(own.clone())
                .map_err(|error| Fault::config(format!("the settings `egress` of the workspace: {error}")))?,
            None => self.limits.egress.clone(),
        };
        let bounds = Bounds::new(&folder, Egress::new(&settings)?, self.limits.programs.clone());
        Ok(Context::new(folder).within(bounds))
    }

    /// Reads a document and gives it its surroundings. Connects to nothing.
    pub(crate) fn prepare(
        &self,
        room: &Room,
        text: &str,
        params: &Value,
        interval: Option<DataInterval>,
    ) -> Result<Prepared, Vec<Finding>> {
        let findings = |problems: Vec<Problem>| problems.into_iter().map(Finding::from).collect::<Vec<_>>();
        let document = Document::parse(DOCUMENT, text).map_err(findings)?;
        let located = |mut problems: Vec<Problem>| {
            document.locate(&mut problems);
            findings(problems)
        };
        let (spec, problems) = PipelineSpec::from_document(&document);
        let Some(spec) = spec.filter(|_| problems.is_empty()) else { return Err(located(problems)) };
        let fault = |fault: Fault| {
            findings(vec![Problem::new("", fault.message()).maybe_hint(fault.hint_text().map(str::to_owned))])
        };
        let context = self.context(&room.workspace).map_err(fault)?;
        let mut scope = Scope::new(&context.base, context.bounds.lookup()).within(context.bounds.scope());
        scope.pipeline.clone_from(&spec.name);
        scope.params = settle(&spec.params, &texts(params)).map_err(located)?;
        scope.interval = Some(match interval {
            Some(interval) => interval,
            None => yesterday(&spec).map_err(|message| findings(vec![Problem::new("/schedule", message)]))?,
        });
        let workshop = self.workshop(context, &room.connections);
        let ready = Ready { spec, scope, workshop, limits: self.memory.clone() };
        Ok(Prepared { document, ready, entry: None })
    }

    pub(crate) fn connector(&self, name: &str) -> Result<&Arc<dyn Connector>, Fault> {
        self.registry.get(name).ok_or_else(|| Fault::config(format!("unknown connector `{name}`")))
    }

    /// Names of the connections that nodes use, each once.
    pub(super) fn named<'a>(&self, nodes: impl Iterator<Item = &'a NodeSpec>) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for node in nodes.filter(|node| self.registry.get(&node.kind).is_some()) {
            let name = connection_of(node).filter(|name| is_named(name));
            names.extend(name.filter(|name| !names.iter().any(|known| known == name)).map(str::to_owned));
        }
        names
    }

    fn workshop(&self, context: Context, opened: &[OpenConnection]) -> Workshop {
        let mut connections = ConnectionBook::default();
        for open in opened {
            let connection =
                Connection { connector: open.connector.clone(), settings: open.settings.clone() };
            connections.insert(open.name.clone(), connection);
        }
        Workshop {
            registry: self.registry.clone(),
            transforms: self.transforms.clone(),
            connections,
            context,
            positions: None,
            memories: Memories::new(),
        }
    }

    pub(crate) async fn graph(
        &self,
        room: &Room,
        text: &str,
        params: &Value,
    ) -> Result<(Prepared, Graph, MemoryQuarantine), Fault> {
        let prepared = self.prepare(room, text, params, None).map_err(|findings| first(&findings))?;
        let quarantine = MemoryQuarantine::default();
        let graph = prepared.ready.compile(Arc::new(quarantine.clone()), None, Memories::new()).await?;
        Ok((prepared, graph, quarantine))
    }
}

/// The first of several findings as a fault.
pub(crate) fn first(findings: &[Finding]) -> Fault {
    let Some(one) = findings.first() else {
        return Fault::internal("a document without problems was refused");
    };
    let fault = Fault::config(match one.line {
        Some(line) => format!("line {line}: {}", one.message),
        None => one.message.clone(),
    });
    match &one.hint {
        Some(hint) => fault.hint(hint.clone()),
        None => fault,
    }
}

/// The structure of a document, as far as it can be read.
pub(super) fn spec_of(text: &str) -> Option<PipelineSpec> {
    PipelineSpec::from_document(&Document::parse(DOCUMENT, text).ok()?).0
}

/// Values for parameters as text; the types of the parameters read them.
pub(crate) fn texts(params: &Value) -> IndexMap<String, String> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    params.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), text(value))).collect()
}

fn yesterday(spec: &PipelineSpec) -> Result<DataInterval, String> {
    let zone = match &spec.schedule {
        Some(schedule) => schedule.zone().map_err(|problem| problem.message)?,
        None => jiff::tz::TimeZone::UTC,
    };
    let date =
        Timestamp::now().to_zoned(zone.clone()).date().yesterday().map_err(|error| error.to_string())?;
    DataInterval::day(date, zone)
}

/// The connection that a node names or spells out, for what it uses and what it writes to.
fn connection_of(node: &NodeSpec) -> Option<&str> {
    node.connection.as_ref().and_then(Value::as_str)
}

fn is_named(connection: &str) -> bool {
    !connection.contains("://") && !connection.contains("${")
}

/// What a destination writes to: `connection/table`, or `file/path`.
pub(super) fn target_of(node: &NodeSpec) -> String {
    let place = connection_of(node).filter(|name| is_named(name)).unwrap_or(&node.kind);
    let name = ["table", "path", "stream"].iter().find_map(|key| node.config.get(*key)?.as_str());
    format!("{place}/{}", name.unwrap_or_default())
}

#[async_trait]
impl Workbench for Bench {
    fn connectors(&self) -> Vec<ConnectorSpec> {
        self.registry.all().iter().map(|connector| connector.spec().clone()).collect()
    }

    fn transforms(&self) -> Vec<Value> {
        self.transforms.iter().filter_map(|transform| serde_json::to_value(transform.spec()).ok()).collect()
    }

    fn document_schema(&self) -> Value {
        towpath_engine::manual::document_schema(&self.workshop(Context::new(&self.files), &[]))
    }

    fn read(&self, text: &str) -> Reading {
        let document = match Document::parse(DOCUMENT, text) {
            Ok(document) => document,
            Err(problems) => {
                return Reading {
                    problems: problems.into_iter().map(Finding::from).collect(),
                    ..Reading::default()
                };
            }
        };
        let (spec, mut problems) = PipelineSpec::from_document(&document);
        if let Some(spec) = &spec {
            problems.extend(check_kinds(spec, &self.workshop(Context::new(&self.files), &[])));
            problems.extend(written_out(spec, &self.registry));
        }
        document.locate(&mut problems);
        let mut reading = Reading {
            fingerprint: fingerprint(&document.value.to_string()),
            schedule: document.value.get("schedule").cloned(),
            description: document
                .value
                .get("description")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            problems: problems.into_iter().map(Finding::from).collect(),
            ..Reading::default()
        };
        let Some(spec) = spec else { return reading };
        reading.name.clone_from(&spec.name);
        reading.connections = self.named(spec.nodes.values());
        reading.targets =
            spec.nodes.values().filter(|node| node.role == Role::Destination).map(target_of).collect();
        reading
    }

    fn check(&self, workspace: &Workspace, text: &str, params: &Value) -> Vec<Finding> {
        let reading = self.read(text);
        if !reading.problems.is_empty() {
            return reading.problems;
        }
        let room = Room { workspace: workspace.clone(), connections: Vec::new() };
        match self.prepare(&room, text, params, None) {
            Err(problems) => problems,
            Ok(prepared) => {
                let Ready { spec, workshop, scope, .. } = &prepared.ready;
                prepared.located(check_nodes(spec, workshop, scope))
            }
        }
    }

    fn secrets(&self, connector: &str, settings: &Value) -> Vec<String> {
        match self.registry.get(connector) {
            Some(connector) => secret_paths(&connector.spec().connection, settings),
            None => Vec::new(),
        }
    }

    fn beside_secrets(&self, connector: &str) -> Vec<String> {
        let schema = self.registry.get(connector).map(|connector| &connector.spec().connection);
        let fields = schema.and_then(|schema| schema.get("properties")?.as_object()).into_iter().flatten();
        let marked = fields.filter(|(_, field)| field.get("x-beside-secrets") == Some(&Value::Bool(true)));
        marked.map(|(name, _)| name.clone()).collect()
    }

    fn check_connection(&self, connector: &str, settings: &Value) -> Vec<Finding> {
        let Some(known) = self.registry.get(connector) else {
            let names = self.registry.all().iter().map(|connector| connector.spec().name);
            let problem = Problem::new("/connector", format!("unknown connector `{connector}`"))
                .maybe_hint(suggest::hint(connector, "connectors", names));
            return vec![problem.into()];
        };
        let problems = towpath_model::schema::check(settings, &known.spec().connection, "/settings");
        problems.into_iter().map(Finding::from).collect()
    }

    async fn outline(&self, room: Room, text: &str, params: &Value, plans: bool) -> Result<Checked, Fault> {
        self.outlined(&room, text, params, plans).await
    }

    fn upstream(&self, text: &str, node: &str) -> Option<Upstream> {
        self.depends_on(text, node)
    }

    async fn rows(&self, room: Room, text: &str, look: Look) -> Result<Rows, Fault> {
        self.looked_at(&room, text, look).await
    }

    async fn dry_run(
        &self,
        room: Room,
        text: &str,
        params: &Value,
        remembered: Remembered,
        samples: usize,
    ) -> Result<DryRun, Fault> {
        // On the heap: it holds all that a run holds.
        Box::pin(self.would_change(room, text, params, remembered, samples)).await
    }

    async fn tests(&self, room: Room, text: &str, params: &Value) -> Result<Vec<TestEnd>, Fault> {
        self.tested(&room, text, params).await
    }

    fn steps(&self, connector: &str, settings: &Value) -> Vec<Step> {
        let known = self.connector(connector).and_then(|connector| connector.steps(settings));
        known.unwrap_or_default().into_iter().chain([Step::Read]).collect()
    }

    async fn test(&self, room: Room, connection: OpenConnection, steps: Steps) -> Result<Option<u64>, Fault> {
        let connector = self.connector(&connection.connector)?;
        let context = self.context(&room.workspace)?;
        connector.check(&connection.settings, &context.clone().heard_by(steps.clone())).await?;
        // A connection of its own, whose steps were seen already.
        steps.begin(Step::Read);
        let seen = connector.glance(&connection.settings, &context).await?;
        steps.done(Step::Read);
        Ok(seen)
    }

    async fn discover(&self, room: Room, connection: OpenConnection) -> Result<Vec<StreamOutline>, Fault> {
        let connector = self.connector(&connection.connector)?;
        let context = self.context(&room.workspace)?;
        let found = connector.discover(&connection.settings, &context).await;
        let catalog = found.map_err(|fault| fault.at("connection", &connection.name))?;
        let key = match connector.spec().source.pointer("/properties/table") {
            Some(_) => "table",
            None => "path",
        };
        let outline = |stream: towpath_connect::CatalogEntry| StreamOutline {
            settings: json!({ key: stream.name }),
            name: stream.name,
            columns: columns(&stream.info.schema),
            primary_key: stream.info.primary_key,
            rows: stream.info.rows,
        };
        Ok(catalog.streams.into_iter().map(outline).collect())
    }

    async fn browse(&self, room: Room, connection: OpenConnection, asked: Asked) -> Result<Rows, Fault> {
        self.first_rows(&room, &connection, asked).await
    }

    async fn export(
        &self,
        room: Room,
        connection: OpenConnection,
        asked: Asked,
        format: ExportFormat,
    ) -> Result<Export, Fault> {
        self.rows_as_file(&room, &connection, asked, format).await
    }

    async fn inspect(
        &self,
        room: Room,
        connector: &str,
        connection: Option<OpenConnection>,
        settings: Value,
    ) -> Result<Inspected, Fault> {
        self.look_into(&room, connector, connection, settings).await
    }

    fn passage(&self, text: &str, node: &str) -> Result<Vec<Landing>, Fault> {
        self.landings(text, node)
    }

    fn nodes(&self, text: &str) -> Vec<String> {
        spec_of(text).map(|spec| spec.nodes.keys().cloned().collect()).unwrap_or_default()
    }

    async fn undo(&self, room: Room, text: &str, run: &Run, nodes: &[String]) -> Result<Vec<Value>, Fault> {
        let (prepared, graph, _) = self.graph(&room, text, &run.params).await?;
        if !graph.problems.is_empty() {
            return Err(first(&prepared.located(graph.problems.clone())));
        }
        let undone = crate::commands::undo::take_back(&graph, &run.id, &|node| {
            nodes.iter().any(|known| known == node)
        })
        .await?;
        Ok(undone.into_iter().map(|(node, undone)| json!({ "node": node, "undone": undone })).collect())
    }

    fn wake(&self) {
        self.work.notify_one();
    }

    fn stop(&self, run: &RunId) {
        // The run may be on another server, which sees the wish with its next sign of life.
        let _ = self.stops.send(run.clone());
    }

    fn forecast(
        &self,
        spec: &Value,
        workspace: &Workspace,
        after: Timestamp,
        count: usize,
    ) -> Result<Forecast, Vec<Finding>> {
        super::views::forecast(spec, workspace, after, count)
    }
}
