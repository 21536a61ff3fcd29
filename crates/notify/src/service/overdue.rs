//! What did not happen: runs that schedules promised and that have not ended, and data that nobody renewed.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use towpath_model::Fault;
use towpath_store::notices::facts;
use towpath_store::notices::happenings::{self, Happening};
use towpath_store::workspaces::{self, Workspace};
use towpath_store::{Conn, commit, pipelines};

use super::Dispatcher;
use super::events::happening;
use crate::anomaly::{Expected, Finding, freshness, late};
use crate::notice::Notice;
use crate::watch::Watch;

/// Overdue runs that are looked at in one round.
const MOST: u32 = 1000;

impl Dispatcher {
    /// Looks for runs that are late and for data that is old.
    pub(super) async fn look(&self, now: Timestamp) -> Result<(), Fault> {
        let mut conn = self.store.read().await?;
        let watched: HashMap<String, (Workspace, Watch)> = workspaces::all(&mut conn)
            .await?
            .into_iter()
            .map(|workspace| {
                let watch = Watch::of(&workspace.settings);
                (workspace.id.to_string(), (workspace, watch))
            })
            .collect();
        let mut found = self.late(&mut conn, now, &watched).await?;
        for (workspace, watch) in watched.values().filter(|(_, watch)| watch.asks_for_freshness()) {
            self.stale(&mut conn, now, workspace, watch, &mut found).await?;
        }
        let mut new = Vec::new();
        for one in found {
            if !happenings::is_known(&mut conn, &one.once).await? {
                new.push(one);
            }
        }
        drop(conn);
        if new.is_empty() {
            return Ok(());
        }
        let mut tx = self.store.begin().await?;
        happenings::put(&self.store, &mut tx, &new).await?;
        Ok(commit(tx).await?)
    }

    async fn late(
        &self,
        conn: &mut Conn,
        now: Timestamp,
        watched: &HashMap<String, (Workspace, Watch)>,
    ) -> Result<Vec<Happening>, Fault> {
        // The least tolerance is a minute.
        let before = now.saturating_sub(SignedDuration::from_mins(1)).unwrap_or(now);
        let mut found = Vec::new();
        for overdue in facts::overdue(conn, before, MOST).await? {
            let Some((workspace, watch)) = watched.get(overdue.workspace_id.as_str()) else { continue };
            let Some(pipeline) = pipelines::by_id(conn, overdue.pipeline_id.as_str()).await? else {
                continue;
            };
            let Some(tolerance) = watch.tolerance(&pipeline.name) else { continue };
            let last_success = facts::last_success(conn, pipeline.id.as_str()).await?;
            let expected = Expected { fires_at: overdue.fire_at, tolerance };
            let Some(finding) = late(now, expected, last_success) else { continue };
            let page = match &overdue.run_id {
                Some(run) => format!("runs/{run}"),
                None => format!("pipelines/{}", pipeline.id),
            };
            let once = format!("late|{}|{}", overdue.schedule_id, overdue.fire_at.as_microsecond());
            let notice = Notice {
                run: overdue.run_id,
                ..about(finding, workspace, &pipeline, self.link(workspace, &page), now)
            };
            found.push(happening(workspace, &pipeline, &notice, once)?);
        }
        Ok(found)
    }

    async fn stale(
        &self,
        conn: &mut Conn,
        now: Timestamp,
        workspace: &Workspace,
        watch: &Watch,
        found: &mut Vec<Happening>,
    ) -> Result<(), Fault> {
        for pipeline in facts::pipelines(conn, workspace.id.as_str()).await? {
            let Some(longest) = watch.longest(&pipeline.name) else { continue };
            let last_success = facts::last_success(conn, pipeline.id.as_str()).await?;
            let Some(finding) = freshness(now, longest, last_success, pipeline.created_at) else { continue };
            // It goes on, and is said again each time that so much time passes.
            let since = last_success.unwrap_or(pipeline.created_at);
            let times = now.duration_since(since).as_secs() / longest.as_secs().max(1);
            let once = format!("stale|{}|{}|{times}", pipeline.id, since.as_microsecond());
            let link = self.link(workspace, &format!("pipelines/{}", pipeline.id));
            let notice = about(finding, workspace, &pipeline, link, now);
            found.push(happening(workspace, &pipeline, &notice, once)?);
        }
        Ok(())
    }
}

fn about(
    finding: Finding,
    workspace: &Workspace,
    pipeline: &pipelines::Pipeline,
    link: String,
    now: Timestamp,
) -> Notice {
    Notice {
        severity: finding.severity,
        tags: pipeline.tags.clone(),
        link: Some(link),
        ..Notice::new(finding.kind, &workspace.name, &pipeline.name, finding.detail, now)
    }
}
