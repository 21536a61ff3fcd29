//! One field that finds everything in a workspace: pipelines, connections, schedules, files, a run by its identity,
//! and pages of the documents.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use towpath_model::Right;
use towpath_store::page::PageRequest;
use towpath_store::{connections, members, pipelines, runs, schedules, uploads};

use crate::caller::{Caller, Within};
use crate::extract::{Json, Query};
use crate::pages;
use crate::paging::Items;
use crate::problem::{Answer, Problem};
use crate::server::Server;

/// Most hits of one kind.
const MOST: u32 = 10;

/// What is looked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// A part of a name or description, or the identity of a run.
    q: String,
}

/// Something that was found.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Hit {
    /// `pipeline`, `connection`, `schedule`, `upload`, `run`, or `page` of the documents.
    kind: &'static str,
    /// Its identity; of a page its path.
    id: String,
    /// Its name.
    name: String,
    /// More about it.
    detail: String,
}

/// Finds things by a part of their names. Only what the caller may see is found.
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
    let visible = within.visible_to(&caller).map(str::to_owned);
    let page = PageRequest { limit: MOST, ..PageRequest::default() };
    let mut conn = server.store.read().await?;
    let mut hits = Vec::new();
    if may(Right::PipelinesRead) {
        let filter = pipelines::Filter {
            search: Some(text.to_owned()),
            visible_to: visible.clone(),
            ..pipelines::Filter::default()
        };
        for one in pipelines::list(&mut conn, within.id(), &filter, &page).await?.items {
            hits.push(Hit {
                kind: "pipeline",
                id: one.id.to_string(),
                name: one.name,
                detail: one.description,
            });
        }
    }
    if may(Right::ConnectionsRead) {
        let filter = connections::Filter {
            search: Some(text.to_owned()),
            visible_to: visible.clone(),
            ..connections::Filter::default()
        };
        for one in connections::list(&mut conn, within.id(), &filter, &page).await?.items {
            hits.push(Hit {
                kind: "connection",
                id: one.id.to_string(),
                name: one.name,
                detail: one.connector,
            });
        }
    }
    if may(Right::SchedulesRead) {
        let many = PageRequest { limit: 1000, ..PageRequest::default() };
        let all = schedules::list(&mut conn, within.id(), None, visible.as_deref(), &many).await?.items;
        let lower = text.to_lowercase();
        for one in all.into_iter().filter(|one| one.name.to_lowercase().contains(&lower)).take(MOST as usize)
        {
            hits.push(Hit {
                kind: "schedule",
                id: one.id.to_string(),
                name: one.name,
                detail: one.pipeline_id.to_string(),
            });
        }
    }
    if may(Right::UploadsRead) {
        for one in uploads::list(&mut conn, within.id(), Some(text), &page).await?.items {
            hits.push(Hit {
                kind: "upload",
                id: one.id.to_string(),
                name: one.name,
                detail: format!("{} bytes", one.size),
            });
        }
    }
    if may(Right::RunsRead)
        && let Some(run) = runs::find(&mut conn, within.id(), text).await?
        && let Some(pipeline) = pipelines::by_id(&mut conn, run.pipeline_id.as_str()).await?
    {
        let user = caller.user.id.as_str();
        let granted =
            members::granted(&mut conn, members::ObjectKind::Pipeline, pipeline.id.as_str(), user).await?;
        if visible.is_none() || !pipeline.restricted || granted.is_some() {
            hits.push(Hit {
                kind: "run",
                id: run.id.to_string(),
                name: pipeline.name,
                detail: run.state.word().to_owned(),
            });
        }
    }
    for document in pages::find(text, MOST as usize) {
        hits.push(Hit {
            kind: "page",
            id: document.path.clone(),
            name: document.title.clone(),
            detail: String::new(),
        });
    }
    Ok(Json(hits.into()))
}
