//! Loads pipeline files with everything that belongs to them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;
use jiff::tz::TimeZone;
use towpath_connect::Context;
use towpath_engine::context::Quarantine;
use towpath_engine::graph::{Graph, Workshop};
use towpath_engine::intake::{Memories, Memory};
use towpath_engine::session::Limits;
use towpath_model::params::settle;
use towpath_model::scope::{DataInterval, Scope, plain_io};
use towpath_model::{Document, Fault, PipelineSpec, Problem, fingerprint};

use crate::attempt::Ready;
use crate::cli::Options;
use crate::state::StateStore;

/// A pipeline document with its parameters settled, ready to compile.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) document: Document,
    pub(crate) spec: PipelineSpec,
    pub(crate) scope: Scope,
    pub(crate) workshop: Workshop,
    pub(crate) base: PathBuf,
    /// Problems of the structure.
    pub(crate) problems: Vec<Problem>,
}

/// Problems, and the document they are in for showing its lines.
#[derive(Debug)]
pub(crate) struct Invalid {
    pub(crate) problems: Vec<Problem>,
}

impl From<Vec<Problem>> for Invalid {
    fn from(problems: Vec<Problem>) -> Self {
        Invalid { problems }
    }
}

/// Reads a file into a document.
pub(crate) fn read_document(path: &Path) -> Result<Document, Invalid> {
    let file = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| {
        let message = format!("the pipeline file `{file}` cannot be read: {}", plain_io(&error));
        let hint = match error.kind() {
            std::io::ErrorKind::NotFound => "start one with `towpath init`",
            _ => "a pipeline is a YAML or JSON file",
        };
        vec![Problem::new("", message).hint(hint)]
    })?;
    Ok(Document::parse(&file, &text)?)
}

impl Project {
    /// Loads a pipeline file whose structure must be right.
    pub(crate) fn load(path: &Path, options: &Options) -> Result<Project, Invalid> {
        Project::load_with_problems(path, options)?.strict()
    }

    /// Loads a pipeline file; problems of its structure are kept, so that those of its nodes can be shown with them.
    pub(crate) fn load_with_problems(path: &Path, options: &Options) -> Result<Project, Invalid> {
        let base = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        Project::read(read_document(path)?, base.unwrap_or(Path::new(".")), options)
    }

    fn strict(self) -> Result<Project, Invalid> {
        if self.problems.is_empty() { Ok(self) } else { Err(self.located(self.problems.clone())) }
    }

    /// Makes a project of a document whose structure must be right; relative paths start from `base`.
    pub(crate) fn of(document: Document, base: &Path, options: &Options) -> Result<Project, Invalid> {
        Project::read(document, base, options)?.strict()
    }

    fn read(document: Document, base: &Path, options: &Options) -> Result<Project, Invalid> {
        let workshop = workshop(options, base)?;
        let (spec, mut problems) = PipelineSpec::from_document(&document);
        let Some(spec) = spec else { return Err(problems.into()) };
        let mut scope = Scope::new(base, |name| std::env::var(name).ok());
        scope.pipeline.clone_from(&spec.name);
        let settled = settle(&spec.params, &given(options));
        let has_params = settled.is_ok();
        match settled {
            Ok(values) => scope.params = values,
            Err(more) => problems.extend(more),
        }
        match interval(&spec, options) {
            Ok(interval) => scope.interval = Some(interval),
            // A wrong zone is already named among the problems of the schedule.
            Err(Some(problem)) => problems.push(problem),
            Err(None) => {}
        }
        let project = Project { document, spec, scope, workshop, base: base.to_owned(), problems };
        // Without its parameters, every reference to one would be called wrong as well.
        if has_params { Ok(project) } else { project.strict() }
    }

    /// Problems with their places in the document.
    pub(crate) fn located(&self, mut problems: Vec<Problem>) -> Invalid {
        self.document.locate(&mut problems);
        problems.dedup();
        Invalid { problems }
    }

    /// Compiles the pipeline to look at it: opens sources, plans every node.
    pub(crate) async fn compile(
        &self,
        quarantine: Arc<dyn Quarantine>,
        options: &Options,
    ) -> Result<Graph, Fault> {
        // A drop folder that is empty at the moment still has the columns it had.
        let memories = match StateStore::existing(&self.state_folder())? {
            Some(state) => state.memories(&self.spec.name)?,
            None => Memories::new(),
        };
        let columns = |memory: Memory| Memory { columns: memory.columns, ..Memory::default() };
        let memories = memories.into_iter().map(|(node, memory)| (node, columns(memory))).collect();
        self.ready(options).compile(quarantine, None, memories).await
    }

    /// The pipeline, ready to compile.
    pub(crate) fn ready(&self, options: &Options) -> Ready {
        Ready {
            spec: self.spec.clone(),
            scope: self.scope.clone(),
            workshop: self.workshop.clone(),
            limits: Limits { memory_bytes: options.memory, ..Limits::default() },
        }
    }

    /// A short form of the document that changes with its meaning, so that a run is only resumed by the pipeline that
    /// began it.
    pub(crate) fn fingerprint(&self) -> String {
        fingerprint(&self.document.value.to_string())
    }

    /// Folder of the local stores of this pipeline.
    pub(crate) fn state_folder(&self) -> PathBuf {
        state_folder(&self.base)
    }
}

/// Folder of local stores for pipelines in `base`.
pub(crate) fn state_folder(base: &Path) -> PathBuf {
    std::env::var_os("TOWPATH_STATE").map_or_else(|| base.join(".towpath"), PathBuf::from)
}

/// Connectors, transforms and connections for pipelines in `base`.
pub(crate) fn workshop(options: &Options, base: &Path) -> Result<Workshop, Invalid> {
    let registry = towpath_connectors::all();
    let connections = crate::connections::load(options.connections.as_deref(), base, &registry)?;
    Ok(Workshop {
        registry,
        transforms: towpath_engine::transforms::all(),
        connections,
        context: Context::new(base),
        positions: None,
        memories: Memories::new(),
    })
}

fn given(options: &Options) -> IndexMap<String, String> {
    options.set.iter().cloned().collect()
}

/// The data interval: what was asked for, else yesterday in the zone of the schedule.
fn interval(spec: &PipelineSpec, options: &Options) -> Result<DataInterval, Option<Problem>> {
    let zone = match &spec.schedule {
        Some(schedule) => schedule.zone().map_err(|_| None)?,
        None => TimeZone::UTC,
    };
    let wrong = |message: String| Some(Problem::new("", message));
    if let (Some(from), Some(to)) = (options.from, options.to) {
        return DataInterval::days(from, to, zone).map_err(wrong);
    }
    let yesterday = || jiff::Timestamp::now().to_zoned(zone.clone()).date().yesterday();
    let date = match options.date {
        Some(date) => date,
        None => yesterday().map_err(|error| wrong(error.to_string()))?,
    };
    DataInterval::day(date, zone).map_err(wrong)
}
