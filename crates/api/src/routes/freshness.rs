//! How fresh the targets of a workspace are: when each was loaded last, and when its schedules promise the next load.

use std::collections::HashMap;

use axum::extract::State;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use towpath_store::page::PageRequest;
use towpath_store::pipelines::{self, Filter, Pipeline, PipelineLine};
use towpath_store::runs::loads::Load;
use towpath_store::{Conn, facts, schedules, standing};

use crate::caller::{Caller, Within};
use crate::extract::Json;
use crate::paging::Items;
use crate::problem::Answer;
use crate::server::Server;

/// Most pipelines that are looked at.
const MOST: u32 = 1000;
/// Pipelines whose targets are asked for at once.
const AT_ONCE: usize = 500;
/// How long after its promise a load is not late yet, at least; a pipeline that takes longer has twice its last duration.
const GRACE: SignedDuration = SignedDuration::from_mins(5);

/// How fresh a target is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Freshness {
    /// What is written to, as `connection/table`.
    target: String,
    /// The pipeline that writes it.
    pipeline_id: String,
    /// Its name.
    pipeline: String,
    /// The run that loaded it last; missing when there was none, or when it is not kept any more.
    run_id: Option<String>,
    /// When it was loaded last.
    loaded_at: Option<Timestamp>,
    /// Rows of that load.
    rows: Option<u64>,
    /// When schedules promise the load after that one; missing without a schedule that goes by time.
    due_at: Option<Timestamp>,
    /// Whether that was due some time ago, and did not come.
    late: bool,
}

/// When each target of the pipelines in use was loaded last, against what their schedules promise; the latest ones first, then
/// those that were loaded longest ago.
#[utoipa::path(get, path = "/api/v1/workspaces/{workspace}/freshness", tag = "pipelines",
    params(("workspace" = String, Path)), responses((status = 200, body = Items<Freshness>)))]
pub(crate) async fn list(
    State(server): State<Server>,
    caller: Caller,
    within: Within,
) -> Answer<Json<Items<Freshness>>> {
    let now = Timestamp::now();
    let mut conn = server.store.read().await?;
    let filter = Filter {
        archived: Some(false),
        visible_to: within.visible_to(&caller).map(str::to_owned),
        ..Filter::default()
    };
    let page = PageRequest { limit: MOST, ..PageRequest::default() };
    let known = pipelines::list(&mut conn, within.id(), &filter, &page).await?.items;
    let mut loads: HashMap<String, Vec<Load>> = HashMap::new();
    for load in standing::last_loads(&mut conn, within.id()).await? {
        loads.entry(load.pipeline_id.clone()).or_default().push(load);
    }
    let ids: Vec<String> = known.iter().map(|one| one.pipeline.id.to_string()).collect();
    let mut promises = promises(&mut conn, &within).await?;
    let mut targets: HashMap<String, Vec<String>> = HashMap::new();
    for ids in ids.chunks(AT_ONCE) {
        let uses = facts::pipelines(&mut conn, ids).await?;
        targets.extend(uses.into_iter().map(|known| (known.id, known.targets)));
    }
    let mut all = Vec::new();
    for PipelineLine { pipeline, last_run, .. } in known {
        let id = pipeline.id.as_str();
        let promise = Promise {
            server: &server,
            within: &within,
            specs: promises.remove(id).unwrap_or_default(),
            grace: grace(last_run.and_then(|run| run.seconds).unwrap_or_default()),
            now,
        };
        let targets = targets.remove(id).unwrap_or_default();
        let own = loads.remove(id).unwrap_or_default();
        all.extend(targets.into_iter().map(|target| promise.of(&pipeline, target, &own)));
    }
    all.sort_by_key(|one| (!one.late, one.loaded_at));
    Ok(Json(all.into()))
}

/// Rules of the schedules that are not paused, by pipeline, with when each was made.
async fn promises(
    conn: &mut Conn,
    within: &Within,
) -> Answer<HashMap<String, Vec<(serde_json::Value, Timestamp)>>> {
    let page = PageRequest { limit: MOST, ..PageRequest::default() };
    let mut found: HashMap<String, Vec<_>> = HashMap::new();
    for schedule in schedules::list(conn, within.id(), None, None, &page).await?.items {
        if !schedule.paused {
            let rule = (schedule.spec, schedule.created_at);
            found.entry(schedule.pipeline_id.to_string()).or_default().push(rule);
        }
    }
    Ok(found)
}

/// Whether a load went to a target, `connection/table`; one without a named connection has its connector there.
fn is_of(load: &Load, target: &str) -> bool {
    let (place, name) = target.split_once('/').unwrap_or(("", target));
    let is_named = |connection: &&str| !connection.contains("://");
    load.target == name
        && load.connection.as_deref().filter(is_named).is_none_or(|connection| connection == place)
}

fn grace(seconds: f64) -> SignedDuration {
    SignedDuration::try_from_secs_f64(seconds * 2.0).unwrap_or(GRACE).max(GRACE)
}

/// What schedules promise of a pipeline.
struct Promise<'a> {
    server: &'a Server,
    within: &'a Within,
    specs: Vec<(serde_json::Value, Timestamp)>,
    grace: SignedDuration,
    now: Timestamp,
}

impl Promise<'_> {
    /// The first start after a load, or after the schedule was made.
    fn due(&self, loaded_at: Option<Timestamp>) -> Option<Timestamp> {
        let first = |(spec, made): &(serde_json::Value, Timestamp)| {
            let after = loaded_at.unwrap_or(*made).max(*made);
            let forecast = self.server.workbench.forecast(spec, &self.within.workspace, after, 1).ok()?;
            forecast.fires.first().map(|fire| fire.at)
        };
        self.specs.iter().filter_map(first).min()
    }

    fn of(&self, pipeline: &Pipeline, target: String, loads: &[Load]) -> Freshness {
        // Several nodes may write to one target: the last of their loads counts.
        let load = loads.iter().filter(|load| is_of(load, &target)).max_by_key(|load| load.committed_at);
        let loaded_at = load.map(|load| load.committed_at);
        let due_at = self.due(loaded_at);
        let late = due_at.is_some_and(|due| self.now.duration_since(due) > self.grace);
        Freshness {
            target,
            pipeline_id: pipeline.id.to_string(),
            pipeline: pipeline.name.clone(),
            run_id: load.map(|load| load.run_id.clone()),
            loaded_at,
            rows: load.map(|load| load.rows_written),
            due_at,
            late,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn tables_of_one_name_are_told_apart_by_their_connections() {
        let load = |connection: Option<&str>| Load {
            id: String::new(),
            pipeline_id: String::new(),
            run_id: String::new(),
            node: String::new(),
            connection: connection.map(str::to_owned),
            target: "public.orders".into(),
            mode: String::new(),
            rows_written: 0,
            receipt: Value::Null,
            committed_at: Timestamp::UNIX_EPOCH,
            undoable_until: None,
            lasting: None,
            undone_at: None,
        };
        assert!(is_of(&load(Some("shop")), "shop/public.orders"));
        assert!(!is_of(&load(Some("shop")), "copy/public.orders"), "another connection");
        assert!(!is_of(&load(Some("shop")), "shop/public.lines"));
        assert!(is_of(&load(Some("postgresql://db/shop")), "postgres/public.orders"), "spelled out");
        assert!(is_of(&load(None), "file/public.orders"));
    }
}
