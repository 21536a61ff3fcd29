//! The audit: what happened in a workspace or on the server, and whether its chain is whole.

use axum::extract::State;
use jiff::Timestamp;
use serde::Deserialize;
use towpath_store::audit::{self, Entry, Filter, Outcome, Verdict};

use crate::caller::Within;
use crate::extract::{Json, Query};
use crate::paging::{ByNumber, Items, PageQuery};
use crate::problem::Answer;
use crate::server::Server;

/// Which entries are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// Beginning of what was done, for example `pipeline.`.
    action: Option<String>,
    /// Identity of what it was done to.
    object: Option<String>,
    /// Identity of the person or key that did it.
    actor: Option<String>,
    /// How it went: `done`, `denied` or `failed`.
    outcome: Option<Outcome>,
    /// From that moment on.
    from: Option<Timestamp>,
    /// Before that moment.
    until: Option<Timestamp>,
}

impl AuditQuery {
    fn filter(self, workspace: Option<&str>) -> Filter {
        Filter {
            workspace_id: workspace.map(str::to_owned),
            action: self.action,
            object_id: self.object,
            actor_id: self.actor,
            outcome: self.outcome,
            from: self.from,
            until: self.until,
        }
    }
}

/// Lists what happened in a workspace, the newest first.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/audit", tag = "audit",
    params(("workspace" = String, Path, description = "Identity or name of the workspace."), AuditQuery, PageQuery<ByNumber>),
    responses((status = 200, body = Items<Entry>)))]
pub(crate) async fn of_workspace(
    State(server): State<Server>,
    within: Within,
    Query(query): Query<AuditQuery>,
    Query(page): Query<PageQuery<ByNumber>>,
) -> Answer<Json<Items<Entry>>> {
    let request = page.request()?;
    let mut conn = server.store.read().await?;
    Ok(Json(audit::list(&mut conn, &query.filter(Some(within.id())), &request).await?.into()))
}

/// Lists what happened on the server, in every workspace and outside of them, the newest first.
#[utoipa::path(get, path = "/api/v1/server/audit", tag = "audit", params(AuditQuery, PageQuery<ByNumber>),
    responses((status = 200, body = Items<Entry>)))]
pub(crate) async fn of_server(
    State(server): State<Server>,
    Query(query): Query<AuditQuery>,
    Query(page): Query<PageQuery<ByNumber>>,
) -> Answer<Json<Items<Entry>>> {
    let request = page.request()?;
    let mut conn = server.store.read().await?;
    Ok(Json(audit::list(&mut conn, &query.filter(None), &request).await?.into()))
}

/// Walks the chain of the audit and says whether somebody changed or removed a part of it.
#[utoipa::path(get, path = "/api/v1/server/audit/verify", tag = "audit",
    responses((status = 200, body = Verdict)))]
pub(crate) async fn verify(State(server): State<Server>) -> Answer<Json<Verdict>> {
    let mut conn = server.store.read().await?;
    Ok(Json(audit::verify(&server.store, &mut *server.store.snapshot(&mut conn).await?).await?))
}
