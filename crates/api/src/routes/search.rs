//! One field that finds everything in a workspace: pipelines, their runs, connections, tables, schedules, files, and pages of
//! the documents.

use std::collections::HashSet;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use towpath_model::{Right, RunId};
use towpath_store::page::PageRequest;
use towpath_store::pipelines::PipelineLine;
use towpath_store::runs::RunState;
use towpath_store::{Conn, connections, members, pipelines, runs, schedules, standing, uploads};

use crate::caller::{Caller, Within};
use crate::extract::{Json, Query};
use crate::pages;
use crate::paging::Items;
use crate::problem::{Answer, Problem};
use crate::server::Server;

/// Most hits of one kind.
const MOST: usize = 10;
/// Connections whose tables are looked through, and schedules.
const MANY: u32 = 1000;
/// Pipelines that were found whose last runs are shown too.
const WITH_RUNS: usize = 3;

/// What is looked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// A part of a name or description, or the identity of a run.
    q: String,
    /// The language in which pages of the documents are looked for, `en` or `fr` [default: `en`].
    #[serde(default)]
    language: String,
}

/// Something that was found.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Hit {
    /// `pipeline`, `run`, `connection`, `table`, `schedule`, `upload`, or `page` of the documents.
    kind: &'static str,
    /// Its identity; of a table the name of its connection and its own, with `/` between; of a page its path.
    id: String,
    /// Its name; of a run that of its pipeline.
    name: String,
    /// More about it: a description, the connector, the connection of a table, the state of a run, the identity of the
    /// pipeline of a schedule, the bytes of a file, the place within a page.
    detail: String,
}

/// Finds things by a part of their names. Only what the caller may see is found.
///
/// Tables are known by what pipelines wrote, and by what was seen when somebody looked into a connection: no system is
/// asked.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/search", tag = "workspaces",
    params(("workspace" = String, Path), Wanted), responses((status = 200, body = Items<Hit>)))]
pub(crate) async fn find(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    Query(wanted): Query<Wanted>,
) -> Answer<Json<Items<Hit>>> {
    let text = wanted.q.trim();
    if text.is_empty() || text.len() > 200 {
        return Err(Problem::field("/q", "what is looked for has 1 to 200 characters"));
    }
    let may = |right: Right| within.member.may(right) && caller.covers(right);
    let visible_to = within.visible_to(&caller).map(str::to_owned);
    let mut conn = server.store.read().await?;
    let mut search = Search { conn: &mut conn, server: &server, within: &within, text, visible_to };
    let mut hits = Vec::new();
    if may(Right::PipelinesRead) {
        hits.extend(search.pipelines(may(Right::RunsRead)).await?);
    }
    if may(Right::RunsRead) {
        hits.extend(search.run(caller.user.id.as_str()).await?);
    }
    if may(Right::ConnectionsRead) {
        hits.extend(search.connections().await?);
        hits.extend(search.tables().await?);
    }
    if may(Right::SchedulesRead) {
        hits.extend(search.schedules().await?);
    }
    if may(Right::UploadsRead) {
        hits.extend(search.uploads().await?);
    }
    hits.extend(pages::find(text, &wanted.language, MOST).into_iter().map(|(page, detail)| Hit {
        kind: "page",
        id: page.path.clone(),
        name: page.title.clone(),
        detail,
    }));
    Ok(Json(hits.into()))
}

/// What is looked for, and where.
struct Search<'a> {
    conn: &'a mut Conn,
    server: &'a Server,
    within: &'a Within,
    text: &'a str,
    /// Who looks, unless everything is visible to them.
    visible_to: Option<String>,
}

fn run_hit(id: &RunId, state: RunState, pipeline: String) -> Hit {
    Hit { kind: "run", id: id.to_string(), name: pipeline, detail: state.word().to_owned() }
}

impl Search<'_> {
    fn page() -> PageRequest {
        PageRequest { limit: MOST as u32, ..PageRequest::default() }
    }

    /// Pipelines, and the last runs of the first of them.
    async fn pipelines(&mut self, with_runs: bool) -> Answer<Vec<Hit>> {
        let filter = pipelines::Filter {
            search: Some(self.text.to_owned()),
            visible_to: self.visible_to.clone(),
            ..pipelines::Filter::default()
        };
        let found = pipelines::list(self.conn, self.within.id(), &filter, &Self::page()).await?.items;
        let first = found.iter().take(WITH_RUNS).filter(|_| with_runs);
        let run = |one: &PipelineLine| {
            let run = one.last_run.as_ref()?;
            Some(run_hit(&run.id, run.state, one.pipeline.name.clone()))
        };
        let runs: Vec<Hit> = first.filter_map(run).collect();
        let hit = |PipelineLine { pipeline: one, .. }: PipelineLine| Hit {
            kind: "pipeline",
            id: one.id.to_string(),
            name: one.name,
            detail: one.description,
        };
        Ok(found.into_iter().map(hit).chain(runs).collect())
    }

    /// A run by its identity.
    async fn run(&mut self, user: &str) -> Answer<Option<Hit>> {
        let Some(run) = runs::find(self.conn, self.within.id(), self.text).await? else { return Ok(None) };
        let Some(pipeline) = pipelines::by_id(self.conn, run.pipeline_id.as_str()).await? else {
            return Ok(None);
        };
        let granted =
            members::granted(self.conn, members::ObjectKind::Pipeline, pipeline.id.as_str(), user).await?;
        let is_visible = self.visible_to.is_none() || !pipeline.restricted || granted.is_some();
        Ok(is_visible.then(|| run_hit(&run.id, run.state, pipeline.name)))
    }

    async fn connections(&mut self) -> Answer<Vec<Hit>> {
        let filter = connections::Filter {
            search: Some(self.text.to_owned()),
            visible_to: self.visible_to.clone(),
            ..connections::Filter::default()
        };
        let found = connections::list(self.conn, self.within.id(), &filter, &Self::page()).await?.items;
        let hit = |one: connections::Connection| Hit {
            kind: "connection",
            id: one.id.to_string(),
            name: one.name,
            detail: one.connector,
        };
        Ok(found.into_iter().map(hit).collect())
    }

    /// Tables of connections that are visible: those that pipelines wrote, then those that were seen.
    async fn tables(&mut self) -> Answer<Vec<Hit>> {
        let filter =
            connections::Filter { visible_to: self.visible_to.clone(), ..connections::Filter::default() };
        let many = PageRequest { limit: MANY, ..PageRequest::default() };
        let visible = connections::list(self.conn, self.within.id(), &filter, &many).await?.items;
        let loads = standing::last_loads(self.conn, self.within.id()).await?;
        let written = loads.into_iter().rev().filter_map(|load| Some((load.connection?, load.target)));
        let written = written.filter(|(name, _)| visible.iter().any(|connection| connection.name == *name));
        let seen = visible.iter().flat_map(|connection| {
            let names = self.server.seen.of(connection);
            (0..names.len()).map(move |at| (connection.name.clone(), names[at].clone()))
        });
        let lower = self.text.to_lowercase();
        let mut known = HashSet::new();
        let hits = written.chain(seen).filter(|(_, table)| table.to_lowercase().contains(&lower));
        let hits = hits.filter(|table| known.insert(table.clone())).take(MOST);
        let hit = |(connection, table)| Hit {
            kind: "table",
            id: format!("{connection}/{table}"),
            name: table,
            detail: connection,
        };
        Ok(hits.map(hit).collect())
    }

    async fn schedules(&mut self) -> Answer<Vec<Hit>> {
        let many = PageRequest { limit: MANY, ..PageRequest::default() };
        let visible_to = self.visible_to.as_deref();
        let all = schedules::list(self.conn, self.within.id(), None, visible_to, &many).await?.items;
        let lower = self.text.to_lowercase();
        let hit = |one: schedules::Schedule| Hit {
            kind: "schedule",
            id: one.id.to_string(),
            name: one.name,
            detail: one.pipeline_id.to_string(),
        };
        let found = all.into_iter().filter(|one| one.name.to_lowercase().contains(&lower));
        Ok(found.take(MOST).map(hit).collect())
    }

    async fn uploads(&mut self) -> Answer<Vec<Hit>> {
        let found = uploads::list(self.conn, self.within.id(), Some(self.text), &Self::page()).await?.items;
        let hit = |one: uploads::Upload| Hit {
            kind: "upload",
            id: one.id.to_string(),
            name: one.name,
            detail: format!("{} bytes", one.size),
        };
        Ok(found.into_iter().map(hit).collect())
    }
}
