//! Rows in quarantine that are corrected and go on by themselves.

use std::collections::HashSet;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Value, json};
use towpath_model::plain;
use towpath_store::audit::Outcome;
use towpath_store::pipelines;
use towpath_store::rejects::{self, Reject, RejectStanding};
use towpath_store::repairs::{self, Repair, Seen};
use towpath_store::runs::loads::{self, Load};
use towpath_store::runs::{self, Cause, Run};
use towpath_store::{Conn, Tx};

use super::rejects::MOST_ROWS;
use super::runs::event;
use crate::caller::{Caller, Within, with};
use crate::extract::Json;
use crate::guard::OnRun;
use crate::paging::Items;
use crate::problem::{self, Answer, Problem};
use crate::server::Server;
use crate::workbench::{Corrected, Landing};

/// Most bytes of corrected rows that one run sends on.
const MOST_BYTES: usize = 8 << 20;

/// Rows that are sent on.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRepair {
    /// The rows, with what is corrected of each.
    #[schema(min_items = 1, max_items = 1000)]
    rows: Vec<Correction>,
    /// The version of the pipeline that they go through; that of the run if nothing is said.
    version: Option<i64>,
}

/// A row with its corrections.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Correction {
    /// Number of the row in quarantine.
    number: i64,
    /// The values that are corrected, by column, as texts in plain notation (`12.50`, `2026-11-30`); null for no value. The
    /// others stay as they were.
    #[serde(default)]
    #[schema(value_type = std::collections::BTreeMap<String, Option<String>>)]
    values: IndexMap<String, Option<String>>,
}

/// Why rows of a run cannot be sent on, and what to do instead.
pub(super) fn refusal(run: &Run) -> Option<(String, String)> {
    let (why, hint) = if !run.state.is_ended() {
        ("the run has not ended", "wait until it has")
    } else if !run.state.is_success() {
        ("the run did not load anything", "resume it, or run the pipeline again")
    } else if run.undone_at.is_some() {
        ("the loads of the run were taken back", "run the pipeline again")
    } else {
        return None;
    };
    Some((why.to_owned(), hint.to_owned()))
}

/// Sends rows in quarantine on after they were corrected.
///
/// They enter the pipeline where they were rejected, and land in the destinations behind. Each node that rejected some of them gets a run of its own. Destinations that are written as a whole
/// get the rows added; no row is loaded twice.
#[utoipa::path(post, path = "/api/v1/workspaces/{workspace}/runs/{run}/quarantine/repairs", tag = "runs",
    params(("workspace" = String, Path), ("run" = String, Path)),
    request_body = NewRepair, responses((status = 202, body = Items<Run>)))]
pub(crate) async fn repair(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
    OnRun(run, pipeline): OnRun,
    Json(new): Json<NewRepair>,
) -> Answer<Response> {
    if let Some((why, hint)) = refusal(&run) {
        return Err(Problem::new(problem::CONFLICT, why).hint(hint));
    }
    if pipeline.archived_at.is_some() {
        return Err(Problem::new(problem::CONFLICT, format!("`{}` was put away", pipeline.name))
            .hint("take it out again first"));
    }
    let numbers: Vec<i64> = new.rows.iter().map(|row| row.number).collect();
    if numbers.is_empty() || numbers.len() > MOST_ROWS {
        return Err(Problem::field("/rows", format!("name between 1 and {MOST_ROWS} rows")));
    }
    let number = new.version.unwrap_or(run.version);
    let mut tx = server.store.begin().await?;
    let version = pipelines::version(&mut tx, pipeline.id.as_str(), number).await?;
    let version =
        version.ok_or_else(|| Problem::field("/version", format!("there is no version {number}")))?;
    let kept = rejects::these(&mut tx, run.id.as_str(), &numbers).await?;
    let mut by_node: IndexMap<String, Vec<(Seen, Corrected)>> = IndexMap::new();
    let mut known = HashSet::new();
    for (at, correction) in new.rows.into_iter().enumerate() {
        let row = kept.iter().find(|row| row.number == correction.number);
        let row = row.filter(|row| known.insert(row.number)).ok_or_else(|| {
            Problem::field(&format!("/rows/{at}/number"), "there is no such row, or it is named twice")
        })?;
        let seen = (row.number, row.repair_run_id.clone());
        let corrected = corrected(row, correction, at)?;
        by_node.entry(row.node.clone()).or_default().push((seen, corrected));
    }
    let by = caller.maker();
    let now = towpath_store::now(&mut tx).await?;
    let (mut made, mut entries, mut events) = (Vec::new(), Vec::new(), Vec::new());
    for (node, rows) in by_node {
        let landings = server.workbench.passage(&version.document, &node)?;
        newer(&mut tx, &run, &landings).await?;
        let (seen, rows): (Vec<Seen>, Vec<Corrected>) = rows.into_iter().unzip();
        let content = serde_json::to_string(&rows).map_err(Problem::internal)?;
        if content.len() > MOST_BYTES {
            let detail = format!("corrected rows may have {MOST_BYTES} bytes at once");
            return Err(Problem::new(problem::TOO_LARGE, detail).hint("send fewer rows at a time"));
        }
        let mut next = repairing(&run, number, &landings, now);
        next.connections.clone_from(&version.connections);
        next.started_by = Some(by.clone());
        next.trace.clone_from(&caller.origin.trace);
        runs::insert(&mut tx, &next).await?;
        let repair = Repair {
            run_id: next.id.to_string(),
            of_run_id: run.id.to_string(),
            node: node.clone(),
            content,
        };
        if let Some(number) = repairs::put(&mut tx, &repair, &seen, &by, now).await? {
            let detail = format!("somebody else did something about row {number} in this moment");
            return Err(Problem::new(problem::CONFLICT, detail).hint("look at the quarantine again"));
        }
        let done = caller.did_in(&within, "quarantine.repair").on("run", run.id.as_str(), &pipeline.name);
        let detail = json!({ "node": node, "rows": rows.len(), "repair": next.id });
        entries.push(with(done, Outcome::Done, detail));
        events.push(event("run.queued", &next));
        made.push(next);
    }
    events.push(event("run.changed", &run));
    server.commit(tx, entries, events).await?;
    server.workbench.wake();
    Ok((StatusCode::ACCEPTED, Json(Items::from(made))).into_response())
}

/// The run that sends rows of another one on.
fn repairing(run: &Run, version: i64, landings: &[Landing], now: jiff::Timestamp) -> Run {
    Run {
        priority: 100,
        event_key: Some(run.id.to_string()),
        params: run.params.clone(),
        interval_start: run.interval_start,
        interval_end: run.interval_end,
        zone: run.zone.clone(),
        timeout_seconds: run.timeout_seconds,
        retries: run.retries.clone(),
        targets: landings.iter().map(|landing| landing.target.clone()).collect(),
        ..Run::new(run.workspace_id.clone(), run.pipeline_id.clone(), version, Cause::Repair, now)
    }
}

/// A row with its corrections in place.
fn corrected(row: &Reject, correction: Correction, at: usize) -> Answer<Corrected> {
    let place = format!("/rows/{at}/number");
    match row.standing {
        _ if row.value_only => {
            return Err(Problem::field(&place, "the row went on without the value, and is in place")
                .hint("correct it where it comes from, or in the target"));
        }
        RejectStanding::Open => {}
        RejectStanding::Repairing => return Err(Problem::field(&place, "the row is on its way already")),
        RejectStanding::Repaired => return Err(Problem::field(&place, "the row was sent on before")),
        RejectStanding::Again => {
            return Err(Problem::field(&place, "the row was sent on before, and rejected again")
                .hint("correct it in the quarantine of the run that sent it on"));
        }
        RejectStanding::Dismissed => {
            return Err(Problem::field(&place, "the row was dismissed").hint("take that back first"));
        }
    }
    let mut values: IndexMap<String, Option<String>> = match &row.values {
        Some(Value::Object(map)) => {
            map.iter().map(|(name, value)| (name.clone(), value.as_str().map(str::to_owned))).collect()
        }
        _ => IndexMap::new(),
    };
    let is_known = !values.is_empty();
    for (name, value) in correction.values {
        let place = format!("/rows/{at}/values/{}", name.replace('~', "~0").replace('/', "~1"));
        if is_known && !values.contains_key(&name) {
            return Err(Problem::field(&place, format!("the row has no column `{name}`")));
        }
        if values.len() >= 5000 {
            return Err(Problem::field(&place, "a row has at most 5000 columns"));
        }
        values.insert(name, value);
    }
    if values.is_empty() {
        let detail = "the row could not be taken apart, so its values have to be given";
        return Err(Problem::field(&format!("/rows/{at}/values"), detail));
    }
    let cut = values.iter().find(|(_, value)| value.as_deref().is_some_and(plain::is_cut));
    if let Some((name, _)) = cut {
        let detail = format!("the value of `{name}` was too long to be kept as a whole");
        return Err(Problem::field(&format!("/rows/{at}/values"), detail).hint("give the whole value"));
    }
    Ok(Corrected { number: row.number, place: row.place.clone(), values })
}

/// Refuses rows for a target that was written as a whole since: what is there now comes from a later state.
async fn newer(tx: &mut Tx, run: &Run, landings: &[Landing]) -> Answer<()> {
    let own = loads::of_run(tx, run.id.as_str()).await?;
    for landing in landings.iter().filter(|landing| landing.replaces) {
        let Some(load) = own.iter().find(|load| load.node == landing.node) else { continue };
        if let Some(later) = later(tx, run, load).await? {
            let detail = format!("`{}` was written anew by a later run, {}", load.target, later.run_id);
            return Err(Problem::new(problem::CONFLICT, detail)
                .hint("correct the rows of that run, or where they come from, and run the pipeline again"));
        }
    }
    Ok(())
}

async fn later(conn: &mut Conn, run: &Run, load: &Load) -> Answer<Option<Load>> {
    Ok(loads::later(conn, run.workspace_id.as_str(), load).await?)
}
