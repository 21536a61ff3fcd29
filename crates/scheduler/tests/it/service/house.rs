//! A store with a workspace, pipelines, schedules and runs.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;
use towpath_model::ids::{PipelineId, ScheduleId, WorkspaceId};
use towpath_store::pipelines::{self, Pipeline, Version};
use towpath_store::runs::lease::{self, Attempt};
use towpath_store::runs::{self, Cause, Filter, Run, RunState};
use towpath_store::schedules::{self, Schedule};
use towpath_store::workspaces::{self, Workspace};
use towpath_store::{Store, commit};
use towpath_testkit::{Postgres, postgres};

/// A store that is gone when the value is dropped.
pub(crate) struct House {
    pub(crate) store: Store,
    pub(crate) workspace: WorkspaceId,
    pub(crate) database: Option<Postgres>,
    _folder: TempDir,
}

/// A house on a file.
pub(crate) async fn on_file() -> House {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open_file(&folder.path().join("towpath.db")).await.unwrap();
    furnish(store, None, folder).await
}

/// A house on a server.
pub(crate) async fn on_server() -> House {
    let database = postgres();
    let store = Store::open_postgres(&database.url()).await.unwrap();
    furnish(store, Some(database), tempfile::tempdir().unwrap()).await
}

async fn furnish(store: Store, database: Option<Postgres>, folder: TempDir) -> House {
    let now = Timestamp::now();
    let workspace = Workspace {
        id: WorkspaceId::generate(),
        slug: "house".into(),
        name: "House".into(),
        settings: json!({}),
        revision: 1,
        created_at: now,
        updated_at: now,
        closed_at: None,
    };
    let mut tx = store.begin().await.unwrap();
    workspaces::insert(&mut tx, &workspace).await.unwrap();
    commit(tx).await.unwrap();
    House { store, workspace: workspace.id, database, _folder: folder }
}

impl House {
    pub(crate) async fn pipeline(&self, name: &str) -> PipelineId {
        self.pipelines(&[name.to_owned()], &[]).await.remove(0)
    }

    pub(crate) async fn pipelines(&self, names: &[String], targets: &[String]) -> Vec<PipelineId> {
        let now = Timestamp::now();
        let mut tx = self.store.begin().await.unwrap();
        let mut ids = Vec::new();
        for name in names {
            let pipeline = Pipeline {
                id: PipelineId::generate(),
                workspace_id: self.workspace.clone(),
                name: name.clone(),
                description: String::new(),
                tags: vec![],
                version: 1,
                restricted: false,
                has_hook: false,
                revision: 1,
                created_by: None,
                created_at: now,
                updated_at: now,
                archived_at: None,
            };
            pipelines::insert(&mut tx, &pipeline).await.unwrap();
            let version = Version {
                pipeline_id: pipeline.id.clone(),
                number: 1,
                document: format!("name: {name}"),
                fingerprint: "f".into(),
                connections: vec!["shop".into()],
                targets: targets.to_vec(),
                remark: String::new(),
                created_by: None,
                created_at: now,
            };
            pipelines::insert_version(&mut tx, &version).await.unwrap();
            ids.push(pipeline.id);
        }
        commit(tx).await.unwrap();
        ids
    }

    /// Adds schedules of one rule, decided up to a moment.
    pub(crate) async fn schedules(
        &self,
        pipelines: &[PipelineId],
        spec: &Value,
        since: Timestamp,
    ) -> Vec<ScheduleId> {
        let mut tx = self.store.begin().await.unwrap();
        let mut ids = Vec::new();
        for pipeline in pipelines {
            let schedule = Schedule {
                id: ScheduleId::generate(),
                workspace_id: self.workspace.clone(),
                pipeline_id: pipeline.clone(),
                name: "rule".into(),
                spec: spec.clone(),
                params: json!({ "a": 1 }),
                paused: false,
                handled_through: since,
                next_at: None,
                revision: 1,
                created_by: None,
                created_at: since,
                updated_at: since,
            };
            schedules::insert(&mut tx, &schedule).await.unwrap();
            ids.push(schedule.id);
        }
        commit(tx).await.unwrap();
        ids
    }

    /// Asks for a run, as a person does.
    pub(crate) async fn ask(&self, pipeline: &PipelineId) -> String {
        self.ask_with(pipeline, |run| run).await
    }

    pub(crate) async fn ask_with(&self, pipeline: &PipelineId, change: impl Fn(Run) -> Run) -> String {
        let now = Timestamp::now();
        let run = Run {
            interval_start: Some(now - SignedDuration::from_hours(24)),
            interval_end: Some(now),
            connections: vec!["shop".into()],
            ..Run::new(self.workspace.clone(), pipeline.clone(), 1, Cause::Manual, now)
        };
        let run = change(run);
        let mut tx = self.store.begin().await.unwrap();
        runs::insert(&mut tx, &run).await.unwrap();
        commit(tx).await.unwrap();
        run.id.to_string()
    }

    pub(crate) async fn run(&self, id: &str) -> Run {
        runs::by_id(&mut self.store.read().await.unwrap(), id).await.unwrap().unwrap()
    }

    pub(crate) async fn runs(&self) -> Vec<Run> {
        let page = towpath_store::page::PageRequest { limit: 1000, ..Default::default() };
        let mut conn = self.store.read().await.unwrap();
        let mut all = Vec::new();
        let mut page = page;
        loop {
            let found =
                runs::list(&mut conn, self.workspace.as_str(), &Filter::default(), &page).await.unwrap();
            all.extend(found.items);
            match found.next {
                Some(next) => page.after = Some(next),
                None => return all,
            }
        }
    }

    pub(crate) async fn is(&self, id: &str, state: RunState) -> bool {
        self.run(id).await.state == state
    }

    pub(crate) async fn attempts(&self, id: &str) -> Vec<String> {
        let mut conn = self.store.read().await.unwrap();
        let attempts: Vec<Attempt> = lease::attempts(&mut conn, id).await.unwrap();
        attempts.into_iter().map(|attempt| attempt.state).collect()
    }
}

/// Runs one body on both databases.
macro_rules! on_both {
    ($(async fn $name:ident($house:ident) $body:block)*) => {
        $(mod $name {
            use super::*;

            async fn body($house: crate::service::house::House) $body

            #[tokio::test]
            async fn on_sqlite() {
                body(crate::service::house::on_file().await).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                body(crate::service::house::on_server().await).await;
            }
        })*
    };
}
pub(crate) use on_both;
