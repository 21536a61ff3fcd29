//! Reads the events of ended runs in their order, each once, and writes what the runs have to say.
//!
//! How far that has come is kept in the transaction that writes what was found.

use serde_json::Value;
use towpath_model::Fault;
use towpath_store::notices::facts::{self, PastRun};
use towpath_store::notices::happenings::{self, Happening};
use towpath_store::pipelines::{self, Pipeline};
use towpath_store::workspaces::{self, Workspace};
use towpath_store::{Conn, commit, events, runs, settings};

use super::Dispatcher;
use super::ended::{EndedRun, date, notices_of};
use crate::anomaly::RunVolume;
use crate::notice::Notice;
use crate::watch::Watch;

/// Events that are read at once.
const MOST: u32 = 200;
/// Troubles that a run which ends well may end, besides failures.
const ENDED_BY_SUCCESS: [&str; 3] = ["run_late", "freshness", "missing_file"];

impl Dispatcher {
    /// Reads on in the events of ended runs; true when there may be more.
    pub(super) async fn read_ended(&self) -> Result<bool, Fault> {
        let mut conn = self.store.read().await?;
        let last = events::last(&mut conn).await?;
        let through: Option<i64> = settings::find(&mut conn, facts::THROUGH).await?;
        let is_new = match through {
            Some(through) => !facts::ended(&mut conn, through, last, 1).await?.is_empty(),
            None => true,
        };
        drop(conn);
        if !is_new {
            return Ok(false);
        }
        let mut tx = self.store.begin().await?;
        self.store.lock(&mut tx, happenings::LOCK).await?;
        let Some(through) = settings::find::<i64>(&mut tx, facts::THROUGH).await? else {
            // A server that was not told of so far begins here.
            settings::put(&mut tx, facts::THROUGH, &last).await?;
            commit(tx).await?;
            return Ok(false);
        };
        let last = events::last(&mut tx).await?;
        let ended = facts::ended(&mut tx, through, last, MOST).await?;
        for event in &ended {
            // One by one: what is over by a run is no trouble of the next one.
            let found = self.of_run(&mut tx, &event.run_id).await?;
            happenings::put(&self.store, &mut tx, &found).await?;
        }
        let is_more = ended.len() == MOST as usize;
        let through = if is_more { ended.last().map_or(last, |event| event.number) } else { last };
        settings::put(&mut tx, facts::THROUGH, &through).await?;
        commit(tx).await?;
        Ok(is_more)
    }

    async fn of_run(&self, conn: &mut Conn, id: &str) -> Result<Vec<Happening>, Fault> {
        // It may be gone, or be resumed.
        let Some(run) = runs::by_id(conn, id).await? else { return Ok(Vec::new()) };
        let Some(ended_at) = run.ended_at else { return Ok(Vec::new()) };
        let (pipeline_id, workspace_id) = (run.pipeline_id.as_str(), run.workspace_id.as_str());
        let workspace = workspaces::find(conn, workspace_id).await?;
        let pipeline = pipelines::by_id(conn, pipeline_id).await?;
        let (Some(workspace), Some(pipeline)) = (workspace, pipeline) else { return Ok(Vec::new()) };
        let watch = Watch::of(&workspace.settings);
        let report = runs::report(conn, id).await?;
        let before = facts::before(conn, pipeline_id, id, ended_at).await?;
        let (mut history, mut success, mut going_on) = (Vec::new(), None, Vec::new());
        if run.state.is_success() {
            going_on = happenings::going_on(conn, pipeline_id, &ENDED_BY_SUCCESS).await?;
            // Weekends and weekdays are compared by themselves.
            let most = watch.rows.max_history.saturating_mul(4).clamp(1, 1000);
            history = facts::successes_before(conn, pipeline_id, id, ended_at, most).await?;
            success = facts::success_before(conn, pipeline_id, id, ended_at).await?;
        }
        let history: Vec<RunVolume> = history.iter().map(volume_of).collect();
        let notices = notices_of(&EndedRun {
            workspace: &workspace,
            pipeline: &pipeline,
            run: &run,
            report: report.as_ref(),
            before: before.map(|run| run.state),
            report_before: success.as_ref().and_then(|run| run.report.as_ref()),
            history: &history,
            going_on: &going_on,
            watch: &watch,
            link: Some(self.link(&workspace, &format!("runs/{id}"))),
        });
        let once = |notice: &Notice| format!("{}|{id}|{}", notice.group, ended_at.as_microsecond());
        notices
            .iter()
            .map(|notice| {
                let once = format!("{}|{}", notice.kind.name(), once(notice));
                happening(&workspace, &pipeline, notice, once)
            })
            .collect()
    }

    /// The address of a page of a workspace.
    pub(super) fn link(&self, workspace: &Workspace, page: &str) -> String {
        format!("{}/w/{}/{page}", self.public_url, workspace.slug)
    }
}

fn volume_of(run: &PastRun) -> RunVolume {
    RunVolume { date: date(run.interval_start, run.ended_at, &run.zone), rows: run.rows_written }
}

/// The happening of a notice; `once` tells it from every other.
pub(super) fn happening(
    workspace: &Workspace,
    pipeline: &Pipeline,
    notice: &Notice,
    once: String,
) -> Result<Happening, Fault> {
    let json = serde_json::to_value(notice).map_err(|error| Fault::internal(error.to_string()))?;
    let severity = json.get("severity").and_then(Value::as_str).unwrap_or("info").to_owned();
    Ok(Happening {
        number: 0,
        once,
        at: notice.at,
        workspace_id: workspace.id.to_string(),
        pipeline_id: Some(pipeline.id.to_string()),
        run_id: notice.run.clone(),
        kind: notice.kind.name().to_owned(),
        severity,
        group: notice.group.clone(),
        notice: json,
    })
}
