//! Rows of a stream of a connection: the first ones, or all of them as a file.
//!
//! A system that answers SQL is asked by its connector alone; SQL over the rows of anything else is answered by the engine.
//! Nothing is collected: rows are encoded as they come, and dropping the stream ends the work.

use std::sync::Arc;
use std::time::Duration;

use arrow::datatypes::SchemaRef;
use jiff::Timestamp;
use serde_json::{Value, json};
use towpath_api::workbench::{Asked, OpenConnection, Room, Rows};
use towpath_connect::{BatchStream, ReadRequest, RejectSink};
use towpath_engine::graph::Graph;
use towpath_model::Fault;
use towpath_model::scope::{DataInterval, Scope};

use super::bench::Bench;
use super::views::rows;
use crate::inspection::Sink;

/// Rows of a batch that somebody waits for.
const BATCH_ROWS: usize = 2048;
/// The system ends a statement itself a little after nobody waits for it any more.
const AFTERWARDS: Duration = Duration::from_secs(1);

/// Rows as they come.
pub(crate) struct Opened {
    pub(crate) schema: SchemaRef,
    pub(crate) batches: BatchStream,
    rejects: Arc<Sink>,
    /// What the plan of the rows belongs to.
    pub(crate) graph: Option<Box<Graph>>,
}

impl Bench {
    /// Begins to read what is asked for.
    pub(crate) async fn open_rows(
        &self,
        room: &Room,
        connection: &OpenConnection,
        asked: &Asked,
    ) -> Result<Opened, Fault> {
        match &asked.sql {
            Some(sql) => self.open_answer(room, connection, asked, sql).await,
            None => self.open_stream(room, connection, asked).await,
        }
    }

    async fn open_stream(
        &self,
        room: &Room,
        connection: &OpenConnection,
        asked: &Asked,
    ) -> Result<Opened, Fault> {
        let connector = self.connector(&connection.connector)?;
        let mut context = self.context(&room.workspace)?;
        context.statement_limit = asked.time.map(|time| time + AFTERWARDS);
        let mut scope = Scope::new(&context.base, context.bounds.lookup()).within(context.bounds.scope());
        let yesterday = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date().yesterday();
        scope.interval = yesterday.ok().and_then(|day| DataInterval::day(day, jiff::tz::TimeZone::UTC).ok());
        let schema = &connector.spec().source;
        let resolved = scope.resolve(&asked.settings, schema, "/settings").map_err(faulty)?;
        let problems = towpath_model::schema::check(&asked.settings, schema, "/settings");
        if !problems.is_empty() {
            return Err(faulty(problems));
        }
        let source = connector.source(&connection.settings, &resolved, &context)?;
        let info = source.describe().await?;
        let rejects = Arc::new(Sink::default());
        let request = ReadRequest {
            limit: Some(asked.limit),
            batch_rows: BATCH_ROWS.min(asked.limit.max(1)),
            ..ReadRequest::all(Arc::clone(&info.schema), Arc::clone(&rejects) as Arc<dyn RejectSink>)
        };
        let batches = source.read(request).await?;
        Ok(Opened { schema: info.schema, batches, rejects, graph: None })
    }

    /// SQL over the rows of a stream, which is called `rows`.
    async fn open_answer(
        &self,
        room: &Room,
        connection: &OpenConnection,
        asked: &Asked,
        sql: &str,
    ) -> Result<Opened, Fault> {
        let mut node = asked.settings.clone();
        let Some(settings) = node.as_object_mut() else {
            return Err(Fault::config("the settings of a stream are an object"));
        };
        settings.insert("source".into(), connection.connector.as_str().into());
        settings.insert("connection".into(), connection.name.as_str().into());
        let answer = json!({ "transform": "sql", "from": "rows", "query": sql });
        let document =
            json!({ "towpath": 1, "name": "look", "nodes": { "rows": node, "answer": answer } }).to_string();
        let (_, graph, _) = self.graph(room, &document, &Value::Null).await.map_err(|fault| plain(&fault))?;
        let plan = graph.nodes.get("answer").and_then(|node| node.outputs.values().next());
        let Some(plan) = plan else {
            if let Some((_, fault)) = graph.faults.first() {
                return Err(fault.copied());
            }
            return Err(faulty(graph.problems.clone()));
        };
        let batches = towpath_engine::run::stream(&graph, plan, asked.limit).await?;
        let schema = Arc::clone(plan.schema().inner());
        Ok(Opened { schema, batches, rejects: Arc::default(), graph: Some(Box::new(graph)) })
    }

    /// The first rows.
    pub(crate) async fn first_rows(
        &self,
        room: &Room,
        connection: &OpenConnection,
        asked: Asked,
    ) -> Result<Rows, Fault> {
        use futures::TryStreamExt;
        // One more than wanted tells whether there are more.
        let more = Asked { limit: asked.limit + 1, ..asked.clone() };
        let Opened { schema, batches, rejects, graph } = self.open_rows(room, connection, &more).await?;
        let batches: Vec<_> = batches.try_collect().await?;
        drop(graph);
        Ok(rows(&schema, &batches, asked.limit, rejects.count()))
    }
}

/// The first of several problems, without a place in the document that nobody wrote.
fn faulty(problems: Vec<towpath_model::Problem>) -> Fault {
    let Some(problem) = problems.into_iter().next() else {
        return Fault::internal("a question without problems was refused");
    };
    let fault = Fault::config(problem.message);
    match problem.hint {
        Some(hint) => fault.hint(hint),
        None => fault,
    }
}

/// A fault of the document that nobody wrote, without its lines.
fn plain(fault: &Fault) -> Fault {
    let text = fault.to_string();
    let said = text.strip_prefix("line ").and_then(|rest| rest.split_once(": "));
    let said = said.filter(|(line, _)| line.bytes().all(|byte| byte.is_ascii_digit()));
    let copy = Fault::new(fault.kind(), said.map_or(text.as_str(), |(_, said)| said));
    match fault.hint_text() {
        Some(hint) => copy.hint(hint),
        None => copy,
    }
}
