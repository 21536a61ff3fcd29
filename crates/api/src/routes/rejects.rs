//! The quarantine of a run: its rows, why they are there, and what becomes of them.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::json;
use towpath_store::audit::Outcome;
use towpath_store::page::PageRequest;
use towpath_store::pipelines;
use towpath_store::rejects::{self, Filter, Group, Reject, RejectStanding};

use super::outcomes::Removed;
use crate::caller::{Caller, Within, with};
use crate::extract::{Json, Query};
use crate::guard::OnRun;
use crate::http::attachment;
use crate::paging::{ByNumber, Items, PageQuery};
use crate::problem::{self, Answer, Problem};
use crate::server::Server;
use crate::sheet;
use crate::workbench::Landing;

/// Most rows that one request speaks of.
pub(crate) const MOST_ROWS: usize = 1000;

/// Which rows are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Rejected {
    /// Of that node.
    node: Option<String>,
    /// With that text in the row or in the reason.
    search: Option<String>,
    /// With one of these standings, divided by commas.
    #[param(style = Form, explode = false, value_type = Option<Vec<RejectStanding>>)]
    standing: Option<String>,
}

impl Rejected {
    fn filter(self) -> Answer<Filter> {
        let words = self.standing.as_deref().unwrap_or_default().split(',').filter(|word| !word.is_empty());
        let standings = words.map(|word| RejectStanding::of(word).ok_or(word)).collect::<Result<Vec<_>, _>>();
        let standings = standings
            .map_err(|word| Problem::new(problem::BAD_REQUEST, format!("there is no standing `{word}`")))?;
        Ok(Filter { node: self.node, search: self.search, standings })
    }
}

/// Rows of a run in quarantine.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/runs/{run}/quarantine", tag = "runs",
    params(("workspace" = String, Path), ("run" = String, Path), Rejected, PageQuery<ByNumber>),
    responses((status = 200, body = Items<Reject>)))]
pub(crate) async fn list(
    State(server): State<Server>,
    OnRun(run, _): OnRun,
    Query(which): Query<Rejected>,
    Query(page): Query<PageQuery<ByNumber>>,
) -> Answer<Json<Items<Reject>>> {
    let page = page.request()?;
    let filter = which.filter()?;
    let mut conn = server.store.read().await?;
    Ok(Json(rejects::list(&mut conn, run.id.as_str(), &filter, &page).await?.into()))
}

/// How often each reason occurs in the quarantine of a run.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/runs/{run}/quarantine/groups", tag = "runs",
    params(("workspace" = String, Path), ("run" = String, Path)), responses((status = 200, body = Items<Group>)))]
pub(crate) async fn groups(State(server): State<Server>, OnRun(run, _): OnRun) -> Answer<Json<Items<Group>>> {
    Ok(Json(rejects::groups(&mut *server.store.read().await?, run.id.as_str()).await?.into()))
}

/// A node with rows in quarantine, and whether corrected rows can go on from there.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct RejectingNode {
    /// The node.
    node: String,
    /// Its rows in quarantine.
    rows: i64,
    /// Those about which nothing was done yet.
    open: i64,
    /// Where corrected rows would land; nothing when they cannot go on.
    landings: Vec<Landing>,
    /// Why corrected rows cannot go on from there.
    #[serde(skip_serializing_if = "Option::is_none")]
    why_not: Option<String>,
    /// What to do instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

/// The nodes that sent rows into the quarantine of a run, and where their rows would land when they are corrected.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/runs/{run}/quarantine/nodes", tag = "runs",
    params(("workspace" = String, Path), ("run" = String, Path)),
    responses((status = 200, body = Items<RejectingNode>)))]
pub(crate) async fn nodes(
    State(server): State<Server>,
    OnRun(run, pipeline): OnRun,
) -> Answer<Json<Items<RejectingNode>>> {
    let mut conn = server.store.read().await?;
    let counts = rejects::by_node(&mut conn, run.id.as_str()).await?;
    let version = pipelines::version(&mut conn, pipeline.id.as_str(), run.version).await?;
    drop(conn);
    let version = version.ok_or_else(|| Problem::not_found("version", &run.version.to_string()))?;
    let standing = super::repairs::refusal(&run);
    let nodes = counts.into_iter().map(|count| {
        let passage = match &standing {
            Some((why, hint)) => Err((why.clone(), Some(hint.clone()))),
            None => server
                .workbench
                .passage(&version.document, &count.node)
                .map_err(|fault| (fault.message().to_owned(), fault.hint_text().map(str::to_owned))),
        };
        let (landings, why) = match passage {
            Ok(landings) => (landings, None),
            Err(why) => (Vec::new(), Some(why)),
        };
        let (why_not, hint) = why.map_or((None, None), |(why, hint)| (Some(why), hint));
        RejectingNode { node: count.node, rows: count.rows, open: count.open, landings, why_not, hint }
    });
    Ok(Json(nodes.collect::<Vec<_>>().into()))
}

/// Rows of a run in quarantine, as a file of comma-separated values that spreadsheets open. No value in it is taken for a formula.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/runs/{run}/quarantine/export", tag = "runs",
    params(("workspace" = String, Path), ("run" = String, Path), Rejected),
    responses((status = 200, content_type = "text/csv", body = String)))]
pub(crate) async fn export(
    State(server): State<Server>,
    OnRun(run, pipeline): OnRun,
    Query(which): Query<Rejected>,
) -> Answer<Response> {
    let filter = which.filter()?;
    let id = run.id.to_string();
    // One page after the other, so that neither the store nor memory holds all of them.
    let pages = futures::stream::try_unfold(Some((None, true)), move |state| {
        let (server, filter, id) = (server.clone(), filter.clone(), id.clone());
        async move {
            let Some((after, is_first)) = state else { return Ok(None) };
            let page = PageRequest { limit: MOST_ROWS as u32, after, ..PageRequest::default() };
            let mut conn = server.store.read().await.map_err(std::io::Error::other)?;
            let page = rejects::list(&mut conn, &id, &filter, &page).await.map_err(std::io::Error::other)?;
            let mut text = String::new();
            if is_first {
                // The mark at the beginning tells Excel that this is UTF-8.
                text.push('\u{feff}');
                sheet::line(&mut text, COLUMNS.map(Some));
            }
            page.items.iter().for_each(|row| write_row(&mut text, row));
            let next = page.next.map(|next| (Some(next), false));
            Ok::<_, std::io::Error>(Some((Bytes::from(text), next)))
        }
    });
    let mut response = Body::from_stream(pages).into_response();
    let name = format!("{}-{}.csv", pipeline.name, run.id);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(header::CONTENT_DISPOSITION, attachment(&name));
    Ok(response)
}

const COLUMNS: [&str; 12] = [
    "number",
    "node",
    "place",
    "column",
    "value",
    "reason",
    "original",
    "value_only",
    "at",
    "standing",
    "marked_at",
    "again",
];

fn write_row(text: &mut String, row: &Reject) {
    let (number, at) = (row.number.to_string(), row.at.to_string());
    let marked = row.marked_at.map(|at| at.to_string());
    sheet::line(
        text,
        [
            Some(number.as_str()),
            Some(&row.node),
            Some(&row.place),
            row.column.as_deref(),
            row.value.as_deref(),
            Some(&row.reason),
            Some(&row.original),
            Some(if row.value_only { "true" } else { "false" }),
            Some(&at),
            Some(row.standing.word()),
            marked.as_deref(),
            row.again.as_deref(),
        ],
    );
}

/// Rows that are not needed, or are after all.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Dismissal {
    /// Numbers of the rows.
    #[schema(min_items = 1, max_items = 1000)]
    numbers: Vec<i64>,
    /// False takes it back.
    dismissed: bool,
}

/// How many rows changed.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Marked {
    /// Rows that stand otherwise now.
    changed: u64,
}

/// Says of rows in quarantine that they are not needed, or takes that back. Rows that were corrected and sent on stay as they are.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/runs/{run}/quarantine/dismiss", tag = "runs",
    params(("workspace" = String, Path), ("run" = String, Path)),
    request_body = Dismissal, responses((status = 200, body = Marked)))]
pub(crate) async fn dismiss(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnRun(run, pipeline): OnRun,
    Json(dismissal): Json<Dismissal>,
) -> Answer<Json<Marked>> {
    if dismissal.numbers.is_empty() || dismissal.numbers.len() > MOST_ROWS {
        return Err(Problem::field("/numbers", format!("name between 1 and {MOST_ROWS} rows")));
    }
    let mut tx = server.store.begin().await?;
    let now = towpath_store::now(&mut tx).await?;
    let (id, by) = (run.id.as_str(), caller.maker());
    let changed = rejects::dismiss(&mut tx, id, &dismissal.numbers, dismissal.dismissed, &by, now).await?;
    let action = if dismissal.dismissed { "quarantine.dismiss" } else { "quarantine.keep" };
    let done = caller.did_in(&within, action).on("run", id, &pipeline.name);
    let done = with(done, Outcome::Done, json!({ "rows": changed }));
    server.commit(tx, vec![done], vec![super::runs::event("run.changed", &run)]).await?;
    Ok(Json(Marked { changed }))
}

/// Empties the quarantine of a run.
#[utoipa::path(delete, path = "/api/v1/workspaces/{workspace}/runs/{run}/quarantine", tag = "runs",
    params(("workspace" = String, Path), ("run" = String, Path)), responses((status = 200, body = Removed)))]
pub(crate) async fn clear(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnRun(run, pipeline): OnRun,
) -> Answer<Json<Removed>> {
    let mut tx = server.store.begin().await?;
    let removed = rejects::clear(&mut tx, run.id.as_str()).await?;
    let done = caller.did_in(&within, "quarantine.clear").on("run", run.id.as_str(), &pipeline.name);
    let done = with(done, Outcome::Done, json!({ "rows": removed }));
    server.commit(tx, vec![done], vec![super::runs::event("run.changed", &run)]).await?;
    Ok(Json(Removed { removed }))
}
