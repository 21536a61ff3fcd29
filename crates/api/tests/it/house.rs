//! A store with one of everything, and everybody who may come to it.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::json;
use tempfile::TempDir;
use towpath_model::ids::{BackfillId, ConnectionId, PipelineId, ScheduleId, WorkspaceId};
use towpath_model::{Right, Role};
use towpath_store::accounts::{self, User};
use towpath_store::backfills::{self, Backfill, BackfillState};
use towpath_store::connections::{self, Connection};
use towpath_store::members::{self, Grant, ObjectKind};
use towpath_store::pipelines::{self, Pipeline, Version};
use towpath_store::runs::{self, Cause, Run};
use towpath_store::schedules::{self, Schedule};
use towpath_store::{Conn, Engine, Store, dump};

use crate::kit::{Client, TestApp, settings};

/// Everybody of the table of rights, in its order.
pub(crate) const PEOPLE: [&str; 11] = [
    "nobody", "stranger", "viewer", "operator", "editor", "admin", "owner", "server", "granted", "key",
    "bare key",
];

pub(crate) struct House {
    file: PathBuf,
    _folder: TempDir,
    pub(crate) ids: Ids,
}

/// Identities of what is in the house.
#[derive(Debug, Clone)]
pub(crate) struct Ids {
    workspace: String,
    connection: String,
    pipeline: String,
    run: String,
    schedule: String,
    backfill: String,
    users: Vec<(&'static str, User)>,
}

impl House {
    /// Builds it once; every test opens a copy.
    pub(crate) async fn build() -> House {
        let app = TestApp::new().await;
        let (home, other) = (app.workspace("home").await, app.workspace("other").await);
        let mut users = Vec::new();
        for name in ["stranger", "viewer", "operator", "editor", "admin", "owner", "server", "granted"] {
            let user = User::new(&format!("{name}@example.org"), name, "en");
            let user = app.person_like(User { runs_server: name == "server", ..user }).await;
            match Role::of(name) {
                Some(role) => app.member(&home, &user, role).await,
                None if name == "stranger" => app.member(&other, &user, Role::Owner).await,
                None if name == "granted" => app.member(&home, &user, Role::Viewer).await,
                None => {}
            }
            users.push((name, user));
        }
        // The last owner could not leave, and the last one who runs the server could not be erased.
        app.runner("second").await;
        let mut tx = app.store.begin().await.unwrap();
        let ids = furnish(&mut tx, &home, users).await;
        towpath_store::commit(tx).await.unwrap();
        let granted = ids.user("granted").clone();
        for (kind, id) in [(ObjectKind::Connection, &ids.connection), (ObjectKind::Pipeline, &ids.pipeline)] {
            let grant = Grant {
                object_kind: kind,
                object_id: id.clone(),
                user_id: granted.id.clone(),
                role: Role::Editor,
                created_by: None,
                created_at: Timestamp::now(),
            };
            let mut tx = app.store.begin().await.unwrap();
            members::grant(&mut tx, &home, &grant).await.unwrap();
            towpath_store::commit(tx).await.unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("house.db");
        copy(&app.store, &file).await;
        House { file, _folder: folder, ids }
    }

    pub(crate) async fn open(&self) -> TestApp {
        TestApp::open(settings(), Some(&self.file)).await
    }

    pub(crate) async fn open_on(&self, engine: Engine) -> TestApp {
        match engine {
            Engine::Sqlite => self.open().await,
            Engine::Postgres => self.open_on_postgres().await,
        }
    }

    /// Carries the house over into a database of its own.
    async fn open_on_postgres(&self) -> TestApp {
        let (app, file) = (TestApp::on_postgres().await, Store::open_file(&self.file).await.unwrap());
        let (mut from, mut to) = (file.begin().await.unwrap(), app.store.begin().await.unwrap());
        for table in dump::TABLES {
            let mut lines = Vec::new();
            dump::write(&mut from, table, &mut lines).await.unwrap();
            dump::read(&mut to, table, &mut lines.as_slice()).await.unwrap();
        }
        towpath_store::commit(to).await.unwrap();
        app
    }

    /// Somebody of [`PEOPLE`] at the door.
    pub(crate) async fn client(&self, app: &TestApp, name: &str) -> Client {
        let owner = self.ids.user("owner");
        match name {
            "nobody" => app.browser(),
            "key" => app.key(&self.ids.workspace, owner, Right::ALL).await,
            "bare key" => app.key(&self.ids.workspace, owner, &[]).await,
            _ => app.with_session(self.ids.user(name)).await,
        }
    }
}

impl Ids {
    pub(crate) fn user(&self, name: &str) -> &User {
        &self.users.iter().find(|(known, _)| *known == name).unwrap().1
    }

    pub(crate) fn workspace(&self) -> &str {
        &self.workspace
    }

    /// The path of a route with identities of the house.
    pub(crate) fn path(&self, route: &str) -> String {
        route
            .replace("{workspace}", "home")
            .replace("{connection}", &self.connection)
            .replace("{pipeline}", &self.pipeline)
            .replace("{run}", &self.run)
            .replace("{schedule}", &self.schedule)
            .replace("{backfill}", &self.backfill)
            .replace("{user}", self.user("viewer").id.as_str())
            .replace("{version}", "1")
            .replace(['{', '}'], "")
    }
}

/// Writes the store into one file.
pub(crate) async fn copy(store: &Store, to: &Path) {
    let mut conn = store.read().await.unwrap();
    sqlx::query("VACUUM INTO $1").bind(to.to_str().unwrap()).execute(&mut *conn).await.unwrap();
}

async fn furnish(conn: &mut Conn, home: &str, users: Vec<(&'static str, User)>) -> Ids {
    let now = Timestamp::now();
    let workspace_id = WorkspaceId::from_text(home);
    let connection = Connection {
        id: ConnectionId::generate(),
        workspace_id: workspace_id.clone(),
        name: "shop".into(),
        connector: "postgres".into(),
        description: String::new(),
        settings: json!({}),
        restricted: false,
        max_runs: None,
        revision: 1,
        created_by: None,
        created_at: now,
        updated_at: now,
        tested_at: None,
        test_fault: None,
    };
    connections::insert(conn, &connection).await.unwrap();
    let pipeline = Pipeline {
        id: PipelineId::generate(),
        workspace_id: workspace_id.clone(),
        name: "orders".into(),
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
    pipelines::insert(conn, &pipeline).await.unwrap();
    let version = Version {
        pipeline_id: pipeline.id.clone(),
        number: 1,
        document: "towpath: 1\nname: orders\nnodes: {}\n".into(),
        fingerprint: "f".into(),
        connections: vec!["shop".into()],
        targets: vec![],
        remark: String::new(),
        created_by: None,
        created_at: now,
    };
    pipelines::insert_version(conn, &version).await.unwrap();
    let run = Run::new(workspace_id.clone(), pipeline.id.clone(), 1, Cause::Manual, now);
    runs::insert(conn, &run).await.unwrap();
    let schedule = Schedule {
        id: ScheduleId::generate(),
        workspace_id: workspace_id.clone(),
        pipeline_id: pipeline.id.clone(),
        name: "nightly".into(),
        spec: json!({ "cron": "0 5 * * *" }),
        params: json!({}),
        paused: false,
        handled_through: now,
        next_at: None,
        revision: 1,
        created_by: None,
        created_at: now,
        updated_at: now,
    };
    schedules::insert(conn, &schedule).await.unwrap();
    let backfill = Backfill {
        id: BackfillId::generate(),
        workspace_id,
        pipeline_id: pipeline.id.clone(),
        spec: json!({}),
        state: BackfillState::ALL[0],
        pieces: 1,
        created_by: None,
        created_at: now,
        updated_at: now,
    };
    backfills::insert(conn, &backfill).await.unwrap();
    assert!(accounts::count(conn).await.unwrap() > 0);
    Ids {
        workspace: home.to_owned(),
        connection: connection.id.to_string(),
        pipeline: pipeline.id.to_string(),
        run: run.id.to_string(),
        schedule: schedule.id.to_string(),
        backfill: backfill.id.to_string(),
        users,
    }
}
