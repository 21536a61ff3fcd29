//! What a connector is: typed for its author, erased for the engine.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use schemars::{JsonSchema, schema_for};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use towpath_model::{Fault, WriteMode};

use crate::bounds::{Bounds, Step, Steps};
use crate::destination::Destination;
use crate::source::{Catalog, Source};

/// What a connector may touch besides its own system.
#[derive(Debug, Clone)]
pub struct Context {
    /// Folder that relative paths in settings start from: the folder of the pipeline file.
    pub base: PathBuf,
    /// Folder for temporary files; removed by whoever made the context.
    pub scratch: PathBuf,
    /// What pipelines may touch.
    pub bounds: Bounds,
    /// How long one statement of a source may take, where somebody waits for its answer; systems that know such a limit
    /// end the statement themselves. Loads have none.
    pub statement_limit: Option<Duration>,
}

impl Context {
    /// A context without bounds for paths below `base`, with temporary files in the system's folder.
    pub fn new(base: impl Into<PathBuf>) -> Self {
        let (scratch, bounds) = (std::env::temp_dir(), Bounds::open());
        Context { base: base.into(), scratch, bounds, statement_limit: None }
    }

    /// The same within bounds.
    #[must_use]
    pub fn within(self, bounds: Bounds) -> Self {
        Context { bounds, ..self }
    }

    /// The same, with somebody who hears of every step on the way to a system.
    #[must_use]
    pub fn heard_by(self, steps: Steps) -> Self {
        Context { bounds: self.bounds.heard_by(steps), ..self }
    }

    /// Who hears of the steps on the way to a system.
    pub fn steps(&self) -> &Steps {
        self.bounds.egress.steps()
    }

    /// A path from settings, made absolute or relative to the working directory. The only way to a path that may be
    /// opened: within bounds, it is a path inside of their folder with every link followed.
    pub fn resolve(&self, path: impl AsRef<Path>) -> Result<PathBuf, Fault> {
        self.bounds.path(&self.base, path.as_ref())
    }
}

/// What a connector can do. The engine plans by it, and the conformance laws that apply follow from it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Capabilities {
    /// Write modes of the destination role; empty when the connector only reads.
    pub write_modes: Vec<WriteMode>,
    /// The source reads only the columns that are asked for.
    pub projection: bool,
    /// The source applies simple filters itself.
    pub filters: bool,
    /// The source stops early when a limit is given.
    pub limit: bool,
    /// Accepts SQL as a stream.
    pub queries: bool,
    /// A load becomes visible as a whole or not at all, also when the process dies.
    pub atomic: bool,
    /// The destination remembers load ids: the same load twice equals once.
    pub idempotent: bool,
    /// The source cuts tables (or files) into chunks that can be read by themselves.
    pub splits: bool,
    /// The destination takes rows in chunks, and goes on with the others after an interruption.
    pub resumes: bool,
    /// Loads into several tables of one connection become visible in one transaction: all of them or none.
    pub commits_together: bool,
    /// The destination tells what a load would change before it happens.
    pub diffs: bool,
    /// The destination can take a load back.
    pub undoes: bool,
    /// Creates tables that do not exist.
    pub creates: bool,
    /// Adds columns to existing tables when the contract says `evolve`.
    pub adds_columns: bool,
    /// Widens columns in place when the contract says `evolve`.
    pub widens: bool,
    /// The system has accounts: a wrong password is told apart from a wrong address.
    pub accounts: bool,
    /// Longest name of a table or column, in bytes.
    pub max_identifier: Option<usize>,
}

/// A connector's description: documentation, schemas and examples, all as data.
#[derive(Debug, Clone, Serialize)]
pub struct ConnectorSpec {
    /// Name used in documents, for example `postgres`.
    pub name: &'static str,
    /// Name for people, for example `PostgreSQL`.
    pub title: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// The folder's README, in Markdown.
    pub docs: &'static str,
    /// URL schemes that name this connector, for example `postgresql`.
    pub schemes: &'static [&'static str],
    /// What it can do.
    pub capabilities: Capabilities,
    /// Working pipeline documents, as (file name, YAML).
    pub examples: &'static [(&'static str, &'static str)],
    /// JSON Schema of the connection.
    pub connection: Value,
    /// JSON Schema of the source settings.
    pub source: Value,
    /// JSON Schema of the destination settings.
    pub destination: Value,
}

/// What a URL (or a path) names: a connection, and the stream inside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Address {
    /// Connection settings as JSON; may hold a password.
    pub connection: Value,
    /// Settings that name the stream, valid for both roles, for example `{"table": "public.orders"}`.
    pub stream: Option<Value>,
}

/// A connector as its author writes it.
#[async_trait]
pub trait ConnectorDef: Send + Sync + 'static {
    /// Endpoint and credentials, shared by many streams. `Debug` must not show secrets.
    type Connection: DeserializeOwned + JsonSchema + fmt::Debug + Send + Sync;
    /// What to read. The doc comments of its fields are the manual.
    type Source: DeserializeOwned + JsonSchema + Send + Sync;
    /// What to write. Write mode, key and contract are the engine's and stand beside it.
    type Destination: DeserializeOwned + JsonSchema + Send + Sync;

    /// Name used in documents.
    const NAME: &'static str;
    /// Name for people.
    const TITLE: &'static str;
    /// One sentence.
    const SUMMARY: &'static str;
    /// The folder's README.
    const DOCS: &'static str;
    /// URL schemes.
    const SCHEMES: &'static [&'static str];
    /// Working pipeline documents, as (file name, YAML).
    const EXAMPLES: &'static [(&'static str, &'static str)];

    /// What the connector can do.
    fn capabilities() -> Capabilities;

    /// Reads a URL. With `with_stream`, its last part names a table or file; without, the URL is a connection.
    fn address(url: &str, with_stream: bool) -> Result<Address, Fault>;

    /// One cheap call that proves address and credentials. It tells [`Context::steps`] how far it is.
    async fn check(connection: &Self::Connection, cx: &Context) -> Result<(), Fault>;

    /// The steps that [`ConnectorDef::check`] goes through with these settings, in order.
    fn steps(_connection: &Self::Connection) -> Vec<Step> {
        vec![Step::Open]
    }

    /// One small read that proves that the account may look around, such as the names of the tables. Returns how many
    /// streams it saw; `None` when counting them takes long.
    async fn glance(connection: &Self::Connection, cx: &Context) -> Result<Option<u64>, Fault>;

    /// Lists the streams of the system.
    async fn discover(connection: &Self::Connection, cx: &Context) -> Result<Catalog, Fault>;

    /// Makes a source. Pure: checks settings against each other, connects to nothing.
    fn source(
        connection: Self::Connection,
        settings: Self::Source,
        cx: &Context,
    ) -> Result<Arc<dyn Source>, Fault>;

    /// Makes a destination. Pure, like [`ConnectorDef::source`].
    fn destination(
        connection: Self::Connection,
        settings: Self::Destination,
        cx: &Context,
    ) -> Result<Arc<dyn Destination>, Fault>;
}

/// A connector as the engine sees it: everything over JSON.
#[async_trait]
pub trait Connector: Send + Sync + fmt::Debug {
    /// Documentation, schemas, capabilities.
    fn spec(&self) -> &ConnectorSpec;
    /// See [`ConnectorDef::address`].
    fn address(&self, url: &str, with_stream: bool) -> Result<Address, Fault>;
    /// See [`ConnectorDef::check`].
    async fn check(&self, connection: &Value, cx: &Context) -> Result<(), Fault>;
    /// See [`ConnectorDef::steps`].
    fn steps(&self, connection: &Value) -> Result<Vec<Step>, Fault>;
    /// See [`ConnectorDef::glance`].
    async fn glance(&self, connection: &Value, cx: &Context) -> Result<Option<u64>, Fault>;
    /// See [`ConnectorDef::discover`].
    async fn discover(&self, connection: &Value, cx: &Context) -> Result<Catalog, Fault>;
    /// See [`ConnectorDef::source`].
    fn source(&self, connection: &Value, settings: &Value, cx: &Context) -> Result<Arc<dyn Source>, Fault>;
    /// See [`ConnectorDef::destination`].
    fn destination(
        &self,
        connection: &Value,
        settings: &Value,
        cx: &Context,
    ) -> Result<Arc<dyn Destination>, Fault>;
}

struct Erased<D> {
    spec: ConnectorSpec,
    _definition: std::marker::PhantomData<fn() -> D>,
}

impl<D: ConnectorDef> fmt::Debug for Erased<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Connector({})", D::NAME)
    }
}

/// Turns a definition into the form the engine uses.
pub fn erase<D: ConnectorDef>() -> Arc<dyn Connector> {
    Arc::new(Erased::<D> {
        spec: ConnectorSpec {
            name: D::NAME,
            title: D::TITLE,
            summary: D::SUMMARY,
            docs: D::DOCS,
            schemes: D::SCHEMES,
            capabilities: D::capabilities(),
            examples: D::EXAMPLES,
            connection: schema_for!(D::Connection).to_value(),
            source: schema_for!(D::Source).to_value(),
            destination: schema_for!(D::Destination).to_value(),
        },
        _definition: std::marker::PhantomData,
    })
}

fn settings<T: DeserializeOwned>(what: &str, connector: &str, json: &Value) -> Result<T, Fault> {
    // The validation of the document has already named every problem by its place; this message is for
    // documents made by programs. Secrets are strings, so serde's message cannot quote one as a wrong type.
    T::deserialize(json).map_err(|error| Fault::config(format!("{what} of `{connector}`: {error}")))
}

#[async_trait]
impl<D: ConnectorDef> Connector for Erased<D> {
    fn spec(&self) -> &ConnectorSpec {
        &self.spec
    }

    fn address(&self, url: &str, with_stream: bool) -> Result<Address, Fault> {
        D::address(url, with_stream)
    }

    async fn check(&self, connection: &Value, cx: &Context) -> Result<(), Fault> {
        D::check(&settings("connection", D::NAME, connection)?, cx).await
    }

    fn steps(&self, connection: &Value) -> Result<Vec<Step>, Fault> {
        Ok(D::steps(&settings("connection", D::NAME, connection)?))
    }

    async fn glance(&self, connection: &Value, cx: &Context) -> Result<Option<u64>, Fault> {
        D::glance(&settings("connection", D::NAME, connection)?, cx).await
    }

    async fn discover(&self, connection: &Value, cx: &Context) -> Result<Catalog, Fault> {
        D::discover(&settings("connection", D::NAME, connection)?, cx).await
    }

    fn source(&self, connection: &Value, json: &Value, cx: &Context) -> Result<Arc<dyn Source>, Fault> {
        D::source(settings("connection", D::NAME, connection)?, settings("source", D::NAME, json)?, cx)
    }

    fn destination(
        &self,
        connection: &Value,
        json: &Value,
        cx: &Context,
    ) -> Result<Arc<dyn Destination>, Fault> {
        D::destination(
            settings("connection", D::NAME, connection)?,
            settings("destination", D::NAME, json)?,
            cx,
        )
    }
}

/// The connectors a program offers: built once, passed down, never global.
#[derive(Debug, Clone)]
pub struct Registry {
    connectors: Vec<Arc<dyn Connector>>,
}

impl Registry {
    /// A registry of the given connectors.
    pub fn new(connectors: Vec<Arc<dyn Connector>>) -> Self {
        Registry { connectors }
    }

    /// Every connector, in the order of registration (alphabetical for the built-in ones).
    pub fn all(&self) -> &[Arc<dyn Connector>] {
        &self.connectors
    }

    /// The connector of that name.
    pub fn get(&self, name: &str) -> Option<&Arc<dyn Connector>> {
        self.connectors.iter().find(|connector| connector.spec().name == name)
    }

    /// The connector that owns a URL scheme.
    pub fn by_scheme(&self, scheme: &str) -> Option<&Arc<dyn Connector>> {
        self.connectors.iter().find(|connector| connector.spec().schemes.contains(&scheme))
    }
}
