//! A store with a workspace, people, a pipeline and channels, and dispatchers that work on it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;
use towpath_connect::Egress;
use towpath_model::ids::{ChannelId, PipelineId, RuleId, WorkspaceId};
use towpath_model::{Fault, Role};
use towpath_notify::{Dispatcher, MailAccount, Surroundings};
use towpath_store::accounts::{self, User};
use towpath_store::events::{self, NewEvent};
use towpath_store::notices::channels::{self, Channel};
use towpath_store::notices::rules::{self, Rule};
use towpath_store::pipelines::{self, Pipeline};
use towpath_store::runs::{self, Run};
use towpath_store::seal::Keys;
use towpath_store::workspaces::{self, Workspace};
use towpath_store::{Store, commit, dump, members, secrets};
use towpath_testkit::{MailServer, Postgres, postgres};

use super::support::here;

/// A server around dispatchers, which counts how often live events were written.
#[derive(Default)]
pub(crate) struct Around(AtomicUsize);

impl Surroundings for Around {
    fn egress(&self, _: Option<&Workspace>) -> Result<Egress, Fault> {
        Ok(here())
    }

    fn told(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

pub(crate) struct House {
    pub(crate) store: Store,
    pub(crate) workspace: String,
    pub(crate) pipeline: Pipeline,
    pub(crate) ada: String,
    keys: Keys,
    _folder: TempDir,
    _database: Option<Postgres>,
}

impl House {
    pub(crate) async fn on_sqlite() -> House {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_file(&folder.path().join("towpath.db")).await.unwrap();
        House::of(store, folder, None).await
    }

    pub(crate) async fn on_postgres() -> House {
        let database = postgres();
        let store = Store::open_postgres(&database.url()).await.unwrap();
        House::of(store, tempfile::tempdir().unwrap(), Some(database)).await
    }

    async fn of(store: Store, folder: TempDir, database: Option<Postgres>) -> House {
        let now = Timestamp::now();
        let mut tx = store.begin().await.unwrap();
        let workspace = Workspace {
            id: WorkspaceId::generate(),
            slug: "shop".into(),
            name: "Shop".into(),
            settings: json!({}),
            revision: 1,
            created_at: now,
            updated_at: now,
            closed_at: None,
        };
        workspaces::insert(&mut tx, &workspace).await.unwrap();
        let pipeline = Pipeline {
            id: PipelineId::generate(),
            workspace_id: workspace.id.clone(),
            name: "orders".into(),
            description: String::new(),
            tags: vec!["finance".into()],
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
        let ada = User::new("ada@example.org", "Ada", "en");
        accounts::insert(&mut tx, &ada, None).await.unwrap();
        members::put(&mut tx, workspace.id.as_str(), ada.id.as_str(), Role::Viewer, "invited").await.unwrap();
        commit(tx).await.unwrap();
        House {
            store,
            workspace: workspace.id.to_string(),
            pipeline,
            ada: ada.id.to_string(),
            keys: Keys::parse(&"07".repeat(32)).unwrap(),
            _folder: folder,
            _database: database,
        }
    }

    /// A channel that hears of what the rule says; its secrets are sealed.
    pub(crate) async fn channel(&self, name: &str, kind: &str, mut settings: Value, rule: Value) -> String {
        let now = Timestamp::now();
        let mut tx = self.store.begin().await.unwrap();
        let id = ChannelId::generate();
        for path in towpath_notify::forms::secrets(kind, &settings) {
            let text = settings.pointer(&path).and_then(Value::as_str).unwrap().to_owned();
            settings.as_object_mut().unwrap().remove(&path[1..]);
            secrets::put(&mut tx, &self.keys, &self.workspace, id.as_str(), &path, &text).await.unwrap();
        }
        let channel = Channel {
            id: id.clone(),
            workspace_id: WorkspaceId::from_text(self.workspace.clone()),
            name: name.into(),
            kind: kind.into(),
            settings,
            pace: json!({}),
            language: "en".into(),
            active: true,
            revision: 1,
            created_by: None,
            created_at: now,
            updated_at: now,
            tested_at: None,
            test_fault: None,
        };
        channels::insert(&mut tx, &channel).await.unwrap();
        let rule = Rule {
            id: RuleId::generate(),
            workspace_id: channel.workspace_id.clone(),
            channel_id: id.clone(),
            name: name.into(),
            spec: rule,
            active: true,
            revision: 1,
            created_by: None,
            created_at: now,
            updated_at: now,
        };
        rules::insert(&mut tx, &rule).await.unwrap();
        commit(tx).await.unwrap();
        id.to_string()
    }

    /// A server that works on the store.
    pub(crate) fn dispatcher(&self, worker: &str, mail: Option<&MailServer>) -> Arc<Dispatcher> {
        let account = mail.map(|server| -> MailAccount {
            let mut settings = mail_settings(server, "nobody@example.org");
            settings.as_object_mut().unwrap().remove("to");
            serde_json::from_value(settings).unwrap()
        });
        Arc::new(Dispatcher {
            store: self.store.clone(),
            keys: self.keys.clone(),
            worker: worker.into(),
            public_url: "https://towpath.example.com".into(),
            mail: account,
            surroundings: Arc::new(Around::default()),
        })
    }

    /// A run that ended like that, as a worker and the scheduler leave it.
    pub(crate) async fn ended(&self, id: &str, more: Value) {
        let now = Timestamp::now();
        let mut tx = self.store.begin().await.unwrap();
        let template = format!("{id}-queued");
        let run: Run = serde_json::from_value(json!({ "id": template, "workspace_id": self.workspace,
            "pipeline_id": self.pipeline.id, "version": 1, "cause": "manual", "state": "queued", "priority": 0,
            "params": {}, "zone": "UTC", "not_before": now, "timeout_seconds": 7200, "retries": {}, "force": false,
            "connections": [], "targets": [], "attempt": 0, "resumable": false, "rows_read": 0, "rows_written": 0,
            "rows_quarantined": 0, "created_at": now, "failures": 0, "lost": 0, "may_pass": false, "revision": 1 }))
        .unwrap();
        runs::insert(&mut tx, &run).await.unwrap();
        let mut rows = Vec::new();
        dump::write(&mut tx, "runs", &mut rows).await.unwrap();
        let row = String::from_utf8(rows).unwrap();
        let row = row.lines().find(|line| line.contains(&template)).unwrap();
        let mut row: Value = serde_json::from_str(row).unwrap();
        row["id"] = id.into();
        row["ended_at"] = now.as_microsecond().into();
        for (name, value) in more.as_object().unwrap() {
            row[name] = value.clone();
        }
        dump::read(&mut tx, "runs", &mut row.to_string().as_bytes()).await.unwrap();
        let event = NewEvent {
            workspace_id: Some(self.workspace.clone()),
            pipeline_id: Some(self.pipeline.id.to_string()),
            run_id: Some(id.into()),
            kind: "run.ended".into(),
            body: json!({ "id": id, "state": row["state"], "attempt": 1, "cause": "manual" }),
            ..NewEvent::default()
        };
        events::write(&self.store, &mut tx, vec![event]).await.unwrap();
        commit(tx).await.unwrap();
    }

    /// What Ada wants to hear of.
    pub(crate) async fn prefer(&self, preferences: Value) {
        let mut tx = self.store.begin().await.unwrap();
        let mut ada = accounts::find(&mut tx, &self.ada).await.unwrap().unwrap();
        ada.settings = json!({ "notifications": preferences });
        accounts::update(&mut tx, &ada).await.unwrap();
        commit(tx).await.unwrap();
    }
}

/// Settings of a channel that sends through a test server.
pub(crate) fn mail_settings(server: &MailServer, to: &str) -> Value {
    json!({ "host": "localhost", "port": server.port(), "security": "starttls", "user": MailServer::USER,
        "password": MailServer::PASSWORD, "certificate": server.certificate(),
        "from": "Towpath <towpath@example.com>", "to": [to] })
}

/// The failure of a run, as it is kept.
pub(crate) fn failed(why: &str) -> Value {
    let fault = json!({ "code": "auth", "temporary": false, "message": why, "hint": "change it" });
    json!({ "state": "failed", "fault": fault.to_string() })
}
