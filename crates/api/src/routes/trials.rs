//! Documents tried out as a whole: what a run would change, and how their tests end.

use std::time::Duration;

use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use towpath_store::{pipelines, progress};

use super::pipelines::reading;
use super::room::{note, room};
use crate::caller::{Caller, Within};
use crate::extract::{Json, object};
use crate::guard::OnPipeline;
use crate::paging::Items;
use crate::problem::{self, Answer, Problem};
use crate::server::Server;
use crate::trials::{DryRun, Remembered, TestEnd};

/// Longest time for a dry run, with the time for which it waits for its turn.
const LONGEST: Duration = Duration::from_secs(600);
/// A dry run reads and computes what a run does: two at a time leave room for runs.
static TURNS: Semaphore = Semaphore::const_new(2);

/// What a dry run is to show.
#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct DryWanted {
    /// Values for parameters.
    #[serde(default, deserialize_with = "object")]
    #[schema(value_type = Object)]
    params: Value,
    /// Rows of each kind that are shown, from 0 to 200; 20 if nothing is said.
    #[schema(minimum = 0, maximum = 200)]
    samples: Option<usize>,
}

/// A document of which a dry run is wanted.
#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct DryDraft {
    /// The document: YAML or JSON.
    document: String,
    /// The pipeline that it is going to be a version of: what that one has read is not read again.
    pipeline: Option<String>,
    #[serde(flatten)]
    wanted: DryWanted,
}

/// Says what a run of a document that is being written would change. Nothing is changed.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/dry-run", tag = "pipelines",
    params(("workspace" = String, Path)), request_body = DryDraft, responses((status = 200, body = DryRun)))]
pub(crate) async fn dry_run_draft(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    Json(draft): Json<DryDraft>,
) -> Answer<Json<DryRun>> {
    let remembered = match &draft.pipeline {
        None => Remembered::default(),
        Some(name) => {
            let unknown = || Problem::not_found("pipeline", name);
            let mut conn = server.store.read().await?;
            let found = pipelines::find(&mut conn, within.id(), name).await?.ok_or_else(unknown)?;
            if let Some(user) = within.visible_to(&caller)
                && pipelines::hidden_from(&mut conn, within.id(), user).await?.contains(&found.id.to_string())
            {
                return Err(unknown());
            }
            remembered(&mut conn, found.id.as_str()).await?
        }
    };
    dry(&server, &caller, &within, &draft.document, draft.wanted, remembered).await
}

/// Says what a run of a pipeline would change. Nothing is changed.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/pipelines/{pipeline}/dry-run", tag = "pipelines",
    params(("workspace" = String, Path), ("pipeline" = String, Path)), request_body = DryWanted,
    responses((status = 200, body = DryRun)))]
pub(crate) async fn dry_run(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnPipeline(pipeline): OnPipeline,
    Json(wanted): Json<DryWanted>,
) -> Answer<Json<DryRun>> {
    let mut conn = server.store.read().await?;
    let current = pipelines::version(&mut conn, pipeline.id.as_str(), pipeline.version).await?;
    let current = current.ok_or_else(|| Problem::internal("a pipeline without its version"))?;
    let remembered = remembered(&mut conn, pipeline.id.as_str()).await?;
    drop(conn);
    dry(&server, &caller, &within, &current.document, wanted, remembered).await
}

async fn remembered(conn: &mut towpath_store::Conn, pipeline: &str) -> Answer<Remembered> {
    Ok(Remembered {
        checkpoints: progress::checkpoints(conn, pipeline).await?,
        items: progress::items(conn, pipeline).await?,
        columns: progress::columns(conn, pipeline).await?,
    })
}

async fn dry(
    server: &Server,
    caller: &Caller,
    within: &Within,
    document: &str,
    wanted: DryWanted,
    remembered: Remembered,
) -> Answer<Json<DryRun>> {
    let samples = wanted.samples.unwrap_or(20);
    if samples > 200 {
        return Err(Problem::field("/samples", "up to 200 rows of each kind are shown"));
    }
    let reading = reading(server, document)?;
    let work = async {
        // Nobody closes the turns.
        let _turn = TURNS.acquire().await.map_err(|error| Problem::internal(error.to_string()))?;
        let (room, entries) = room(server, caller, within, &reading.connections).await?;
        note(server, entries).await?;
        Ok(Json(server.workbench.dry_run(room, document, &wanted.params, remembered, samples).await?))
    };
    timeout(LONGEST, work).await.unwrap_or_else(|_| {
        let detail = format!("the dry run did not end within {} minutes", LONGEST.as_secs() / 60);
        Err(Problem::new(problem::TIMEOUT, detail)
            .hint("read less at once, for example through a parameter, or start a run"))
    })
}

/// A document whose tests are to be run.
#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct TestDraft {
    /// The document: YAML or JSON.
    document: String,
    /// Values for its parameters.
    #[serde(default, deserialize_with = "object")]
    #[schema(value_type = Object)]
    params: Value,
}

/// Runs the tests of a document. Nothing is written.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/tests", tag = "pipelines",
    params(("workspace" = String, Path)), request_body = TestDraft, responses((status = 200, body = Items<TestEnd>)))]
pub(crate) async fn tests(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    Json(tested): Json<TestDraft>,
) -> Answer<Json<Items<TestEnd>>> {
    let reading = reading(&server, &tested.document)?;
    let (room, entries) = room(&server, &caller, &within, &reading.connections).await?;
    note(&server, entries).await?;
    Ok(Json(server.workbench.tests(room, &tested.document, &tested.params).await?.into()))
}
