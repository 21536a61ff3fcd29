//! Pipelines: made, changed version by version, put away.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use towpath_model::Role;
use towpath_model::ids::PipelineId;
use towpath_store::audit::NewEntry;
use towpath_store::events::NewEvent;
use towpath_store::pipelines::{self, Filter, Pipeline, PipelineLine, Version};
use towpath_store::{Conn, Tx, runs, schedules};

use super::room::shown;
use super::{following, named};
use crate::caller::{Caller, Within, changed};
use crate::extract::{IfMatch, Json, Query, Tagged};
use crate::guard::OnPipeline;
use crate::paging::{ByNameOrTime, Items, PageQuery};
use crate::problem::{self, Answer, Problem};
use crate::server::Server;
use crate::workbench::Reading;

/// A document as it is sent.
#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct NewDocument {
    /// The document: YAML or JSON.
    pub(crate) document: String,
    /// Why it was made or changed.
    #[serde(default)]
    pub(crate) remark: String,
    /// Only administrators and people with a grant see and use it. A change that says nothing changes nothing.
    pub(crate) restricted: Option<bool>,
}

/// A pipeline with the version that runs.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct PipelineView {
    #[serde(flatten)]
    pipeline: Pipeline,
    /// The version that runs.
    current: Version,
    /// The last run.
    last_run: Option<runs::Run>,
    /// Its schedules.
    schedules: Vec<schedules::Schedule>,
}

/// Which pipelines are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Part of the name or description.
    search: Option<String>,
    /// With that tag.
    tag: Option<String>,
    /// `true` for those that were put away, `false` for those in use; those in use if nothing is said.
    archived: Option<bool>,
    /// That use the connection of that name.
    connection: Option<String>,
}

/// Pipelines of a workspace.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/pipelines", tag = "pipelines",
    params(("workspace" = String, Path), Which, PageQuery<ByNameOrTime>), responses((status = 200, body = Items<PipelineLine>)))]
pub(crate) async fn list(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    Query(which): Query<Which>,
    Query(page): Query<PageQuery<ByNameOrTime>>,
) -> Answer<Json<Items<PipelineLine>>> {
    let filter = Filter {
        search: which.search,
        tag: which.tag,
        archived: Some(which.archived.unwrap_or_default()),
        connection: which.connection,
        visible_to: within.visible_to(&caller).map(str::to_owned),
    };
    let page = page.request()?;
    let mut conn = server.store.read().await?;
    Ok(Json(pipelines::list(&mut conn, within.id(), &filter, &page).await?.into()))
}

pub(crate) async fn view(conn: &mut Conn, within: &Within, pipeline: Pipeline) -> Answer<PipelineView> {
    let id = pipeline.id.as_str();
    let current = pipelines::version(conn, id, pipeline.version)
        .await?
        .ok_or_else(|| Problem::internal(format!("`{id}` has no version {}", pipeline.version)))?;
    let one = towpath_store::page::PageRequest { limit: 1, ..Default::default() };
    let many = towpath_store::page::PageRequest { limit: 100, ..Default::default() };
    let filter = runs::Filter { pipeline_id: Some(id.to_owned()), ..runs::Filter::default() };
    let last_run = runs::list(conn, within.id(), &filter, &one).await?.items.into_iter().next();
    let schedules = schedules::list(conn, within.id(), Some(id), None, &many).await?.items;
    Ok(PipelineView { pipeline, current, last_run, schedules })
}

pub(crate) fn event(within: &Within, kind: &str, pipeline: &Pipeline) -> NewEvent {
    // Streams hear of what is restricted only once they have looked at their rights: no name before.
    let name = (!pipeline.restricted).then_some(&pipeline.name);
    NewEvent {
        workspace_id: Some(within.id().to_owned()),
        pipeline_id: Some(pipeline.id.to_string()),
        kind: kind.into(),
        body: json!({ "id": pipeline.id, "name": name, "version": pipeline.version, "revision": pipeline.revision }),
        ..NewEvent::default()
    }
}

pub(crate) fn entry(caller: &Caller, within: &Within, action: &str, pipeline: &Pipeline) -> NewEntry {
    caller.did_in(within, action).on("pipeline", pipeline.id.as_str(), &pipeline.name)
}

/// A document whose structure is right; what its nodes need is looked at when they are tried out.
pub(crate) fn reading(server: &Server, document: &str) -> Answer<Reading> {
    let reading = server.workbench.read(document);
    if !reading.problems.is_empty() {
        return Err(Problem::invalid(reading.problems));
    }
    Ok(reading)
}

pub(crate) fn version(
    pipeline: &Pipeline,
    number: i64,
    reading: Reading,
    document: String,
    remark: String,
    by: String,
) -> Version {
    Version {
        pipeline_id: pipeline.id.clone(),
        number,
        document,
        fingerprint: reading.fingerprint,
        connections: reading.connections,
        targets: reading.targets,
        remark,
        created_by: Some(by),
        created_at: Timestamp::now(),
    }
}

fn taken_name(name: &str) -> Problem {
    Problem::new(problem::EXISTS, format!("there is a pipeline `{name}` already"))
        .hint("change `name` in the document, or change the pipeline that exists")
}

/// Adds a pipeline with its first version.
pub(crate) async fn add(
    server: &Server,
    tx: &mut Tx,
    caller: &Caller,
    within: &Within,
    new: NewDocument,
) -> Answer<Pipeline> {
    let reading = reading(server, &new.document)?;
    named::check_document(tx, caller, within, &new.document, &reading).await?;
    let now = Timestamp::now();
    let pipeline = Pipeline {
        id: PipelineId::generate(),
        workspace_id: within.workspace.id.clone(),
        name: reading.name.clone(),
        description: reading.description.clone(),
        tags: reading.tags.clone(),
        version: 1,
        restricted: new.restricted.unwrap_or_default(),
        has_hook: false,
        revision: 1,
        created_by: Some(caller.maker()),
        created_at: now,
        updated_at: now,
        archived_at: None,
    };
    let inserted = pipelines::insert(tx, &pipeline).await;
    if inserted.as_ref().is_err_and(|error| error.exists_in("name")) {
        return Err(taken_name(&pipeline.name));
    }
    inserted?;
    let schedule = reading.schedule.clone();
    let first = version(&pipeline, 1, reading, new.document, new.remark, caller.maker());
    pipelines::insert_version(tx, &first).await?;
    super::schedules::follow_document(server, tx, caller, within, &pipeline, schedule).await?;
    Ok(pipeline)
}

/// Commits a new pipeline, with what is told of it.
pub(crate) async fn welcome(
    server: &Server,
    mut tx: Tx,
    caller: &Caller,
    within: &Within,
    pipeline: Pipeline,
) -> Answer<Response> {
    let made = changed(entry(caller, within, "pipeline.make", &pipeline), None, shown(&pipeline));
    let told = event(within, "pipeline.made", &pipeline);
    let view = view(&mut tx, within, pipeline).await?;
    server.commit(tx, vec![made], vec![told]).await?;
    server.workbench.wake();
    Ok((StatusCode::CREATED, Tagged(1, view)).into_response())
}

/// Commits a change of a pipeline, with what is told of it.
pub(crate) async fn conclude(
    server: &Server,
    mut tx: Tx,
    caller: &Caller,
    within: &Within,
    action: &str,
    before: &Pipeline,
    after: Pipeline,
) -> Answer<Tagged<PipelineView>> {
    let done = changed(entry(caller, within, action, &after), shown(before), shown(&after));
    let told = event(within, "pipeline.changed", &after);
    let revision = after.revision;
    let view = view(&mut tx, within, after).await?;
    server.commit(tx, vec![done], vec![told]).await?;
    server.workbench.wake();
    Ok(Tagged(revision, view))
}

/// Makes a pipeline from a document.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/pipelines", tag = "pipelines",
    params(("workspace" = String, Path)), request_body = NewDocument, responses((status = 201, body = PipelineView)))]
pub(crate) async fn create(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    Json(new): Json<NewDocument>,
) -> Answer<Response> {
    let mut tx = server.store.begin().await?;
    let pipeline = add(&server, &mut tx, &caller, &within, new).await?;
    welcome(&server, tx, &caller, &within, pipeline).await
}

/// A pipeline.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/pipelines/{pipeline}", tag = "pipelines",
    params(("workspace" = String, Path), ("pipeline" = String, Path)), responses((status = 200, body = PipelineView)))]
pub(crate) async fn show(
    State(server): State<Server>,
    within: Within,
    OnPipeline(pipeline): OnPipeline,
) -> Answer<Tagged<PipelineView>> {
    let mut conn = server.store.read().await?;
    Ok(Tagged(pipeline.revision, view(&mut conn, &within, pipeline).await?))
}

/// The document of a pipeline, as text.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/document", tag = "pipelines",
    params(("workspace" = String, Path), ("pipeline" = String, Path)),
    responses((status = 200, content_type = "application/yaml", body = Object)))]
pub(crate) async fn document(
    State(server): State<Server>,
    OnPipeline(pipeline): OnPipeline,
) -> Answer<Response> {
    let mut conn = server.store.read().await?;
    let current = pipelines::version(&mut conn, pipeline.id.as_str(), pipeline.version).await?;
    let text = current.ok_or_else(|| Problem::not_found("version of", &pipeline.name))?.document;
    let name = format!(
        "attachment; filename=\"{}.yaml\"",
        pipeline.name.replace(|c: char| !c.is_ascii_alphanumeric() && !"-_.".contains(c), "_")
    );
    Ok((
        [
            (header::CONTENT_TYPE, "application/yaml; charset=utf-8".to_owned()),
            (header::CONTENT_DISPOSITION, name),
        ],
        text,
    )
        .into_response())
}

/// Makes a new version of a pipeline.
#[utoipa::path(put, path = "/api/v1/workspaces/{workspace}/pipelines/{pipeline}", tag = "pipelines",
    params(("workspace" = String, Path), ("pipeline" = String, Path), ("if-match" = String, Header)),
    request_body = NewDocument, responses((status = 200, body = PipelineView)))]
pub(crate) async fn update(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnPipeline(before): OnPipeline,
    based_on: IfMatch,
    Json(new): Json<NewDocument>,
) -> Answer<Tagged<PipelineView>> {
    let mut tx = server.store.begin().await?;
    if based_on.0 != before.revision {
        let current = view(&mut tx, &within, before.clone()).await?;
        based_on.check(before.revision, &current)?;
    }
    if new.restricted.is_some_and(|restricted| restricted != before.restricted) && within.role < Role::Admin {
        return Err(Problem::new(problem::FORBIDDEN, "only administrators decide who sees a pipeline"));
    }
    let after = advance(&server, &mut tx, &caller, &within, &before, new).await?;
    conclude(&server, tx, &caller, &within, "pipeline.change", &before, after).await
}

/// Makes a new version the one that runs. The same document again makes no version.
pub(crate) async fn advance(
    server: &Server,
    tx: &mut Tx,
    caller: &Caller,
    within: &Within,
    before: &Pipeline,
    new: NewDocument,
) -> Answer<Pipeline> {
    let reading = reading(server, &new.document)?;
    named::check_document(tx, caller, within, &new.document, &reading).await?;
    if reading.name != before.name {
        following::keep(server, tx, caller, within, before).await?;
    }
    let id = before.id.as_str();
    let current = pipelines::version(tx, id, before.version).await?;
    let mut after = Pipeline {
        name: reading.name.clone(),
        description: reading.description.clone(),
        // Tags are set beside the document, unless it says some itself.
        tags: if reading.tags.is_empty() { before.tags.clone() } else { reading.tags.clone() },
        restricted: new.restricted.unwrap_or(before.restricted),
        ..before.clone()
    };
    let schedule = reading.schedule.clone();
    if current.is_none_or(|current| current.document != new.document) {
        after.version = pipelines::last_version(tx, id).await? + 1;
        let made = version(&after, after.version, reading, new.document, new.remark, caller.maker());
        pipelines::insert_version(tx, &made).await?;
    }
    let written = pipelines::update(tx, &after).await;
    if written.as_ref().is_err_and(|error| error.exists_in("name")) {
        return Err(taken_name(&after.name));
    }
    written?;
    after.revision += 1;
    super::schedules::follow_document(server, tx, caller, within, &after, schedule).await?;
    Ok(after)
}

/// What a pipeline is besides its document.
#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct Patch {
    /// Put away: it does not run any more.
    archived: Option<bool>,
    /// Only administrators and people with a grant see and use it.
    restricted: Option<bool>,
    /// Words to find it by: up to 20, each with up to 50 characters. Rules of notifications may name them.
    tags: Option<Vec<String>>,
}

/// Most tags of a pipeline, and most characters of one.
const TAGS: (usize, usize) = (20, 50);

/// Tags without blanks around them, each once.
fn tags(given: Vec<String>) -> Answer<Vec<String>> {
    let mut tags: Vec<String> = Vec::new();
    for (index, tag) in given.into_iter().enumerate() {
        let tag = tag.trim();
        if tag.is_empty() || tag.chars().count() > TAGS.1 || tag.chars().any(char::is_control) {
            let detail = format!("a tag has 1 to {} characters on one line", TAGS.1);
            return Err(Problem::field(&format!("/tags/{index}"), detail));
        }
        if !tags.iter().any(|known| known == tag) {
            tags.push(tag.to_owned());
        }
    }
    match tags.len() > TAGS.0 {
        true => Err(Problem::field("/tags", format!("a pipeline has up to {} tags", TAGS.0))),
        false => Ok(tags),
    }
}

/// Puts a pipeline away, takes it out again, changes who sees it, or sets its tags.
#[utoipa::path(patch, path = "/api/v1/workspaces/{workspace}/pipelines/{pipeline}", tag = "pipelines",
    params(("workspace" = String, Path), ("pipeline" = String, Path), ("if-match" = String, Header)),
    request_body = Patch, responses((status = 200, body = PipelineView)))]
pub(crate) async fn patch(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnPipeline(before): OnPipeline,
    based_on: IfMatch,
    Json(patch): Json<Patch>,
) -> Answer<Tagged<PipelineView>> {
    based_on.check(before.revision, &before)?;
    if patch.restricted.is_some_and(|restricted| restricted != before.restricted) && within.role < Role::Admin
    {
        return Err(Problem::new(problem::FORBIDDEN, "only administrators decide who sees a pipeline"));
    }
    let mut after = before.clone();
    after.restricted = patch.restricted.unwrap_or(before.restricted);
    if let Some(given) = patch.tags {
        after.tags = tags(given)?;
    }
    after.archived_at = match patch.archived {
        Some(true) => before.archived_at.or(Some(Timestamp::now())),
        Some(false) => None,
        None => before.archived_at,
    };
    let mut tx = server.store.begin().await?;
    match (before.archived_at, after.archived_at) {
        (None, Some(_)) => following::keep(&server, &mut tx, &caller, &within, &before).await?,
        (Some(_), None) => following::may_return(&server, &mut tx, &caller, &within, &before).await?,
        _ => {}
    }
    pipelines::update(&mut tx, &after).await?;
    after.revision += 1;
    conclude(&server, tx, &caller, &within, "pipeline.change", &before, after).await
}

/// Removes a pipeline that was put away, with its versions, runs and logs.
#[utoipa::path(delete, path = "/api/v1/workspaces/{workspace}/pipelines/{pipeline}", tag = "pipelines",
    params(("workspace" = String, Path), ("pipeline" = String, Path)), responses((status = 204)))]
pub(crate) async fn remove(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnPipeline(pipeline): OnPipeline,
) -> Answer<StatusCode> {
    if pipeline.archived_at.is_none() {
        return Err(Problem::new(problem::CONFLICT, format!("`{}` is in use", pipeline.name))
            .hint("archive it first"));
    }
    let mut tx = server.store.begin().await?;
    following::keep(&server, &mut tx, &caller, &within, &pipeline).await?;
    pipelines::remove(&mut tx, pipeline.id.as_str()).await?;
    let done = changed(entry(&caller, &within, "pipeline.remove", &pipeline), shown(&pipeline), None);
    server.commit(tx, vec![done], vec![event(&within, "pipeline.removed", &pipeline)]).await?;
    Ok(StatusCode::NO_CONTENT)
}
