//! What is removed, what stays, and what is told of it, on both stores.

use serde_json::{Value, json};
use tempfile::TempDir;
use towpath_model::ids::{PipelineId, WorkspaceId};
use towpath_store::audit::Filter;
use towpath_store::page::PageRequest;
use towpath_store::pipelines::{self, Pipeline};
use towpath_store::runs::lease::{Claim, Ended, Held, Outcome, claim, end};
use towpath_store::runs::logs::{Level, Line};
use towpath_store::runs::{Cause, Run, by_id};
use towpath_store::workspaces::{self, Workspace};
use towpath_testkit::{Postgres, postgres};

use super::*;

/// A store that is gone when the value is dropped.
struct Fresh(Store, TempDir, Option<Postgres>);

async fn both() -> [Fresh; 2] {
    let (folder, database) = (tempfile::tempdir().unwrap(), postgres());
    let file = Store::open_file(&folder.path().join("towpath.db")).await.unwrap();
    let other = Store::open_postgres(&database.url()).await.unwrap();
    [Fresh(file, folder, None), Fresh(other, tempfile::tempdir().unwrap(), Some(database))]
}

async fn pipeline(store: &Store) -> Pipeline {
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
    let pipeline = Pipeline {
        id: PipelineId::generate(),
        workspace_id: workspace.id.clone(),
        name: "orders".into(),
        description: String::new(),
        tags: Vec::new(),
        version: 1,
        restricted: false,
        has_hook: false,
        revision: 1,
        created_by: None,
        created_at: now,
        updated_at: now,
        archived_at: None,
    };
    let mut tx = store.begin().await.unwrap();
    workspaces::insert(&mut tx, &workspace).await.unwrap();
    pipelines::insert(&mut tx, &pipeline).await.unwrap();
    commit(tx).await.unwrap();
    pipeline
}

/// A run that has just ended well, with a line of its log.
async fn ended(store: &Store, of: &Pipeline) -> String {
    let now = Timestamp::now();
    let run = Run::new(of.workspace_id.clone(), of.id.clone(), 1, Cause::Manual, now);
    let id = run.id.as_str();
    let mut tx = store.begin().await.unwrap();
    runs::insert(&mut tx, &run).await.unwrap();
    let taken = Claim { run: id, revision: 1, worker: ("wk_1", "one"), now, until: now, resumed: false };
    claim(&mut tx, &taken).await.unwrap();
    let line =
        Line { number: 0, at: now, level: Level::Info, node: None, message: "well".into(), detail: None };
    logs::append(store, &mut tx, id, vec![line]).await.unwrap();
    let ended = Ended {
        outcome: Outcome::Done,
        fault: None,
        report: None,
        resumable: false,
        rows: (3, 3, 0),
        seconds: 1.0,
        peak_memory: None,
    };
    end(&mut tx, &Held { run_id: id.into(), attempt: 1, worker_id: "wk_1".into() }, &ended).await.unwrap();
    commit(tx).await.unwrap();
    run.id.to_string()
}

/// What the audit says that was removed, the latest first.
async fn told(store: &Store) -> Vec<Value> {
    let filter = Filter { action: Some("retention.apply".into()), ..Filter::default() };
    let page = PageRequest { limit: 10, ..PageRequest::default() };
    let entries = audit::list(&mut store.read().await.unwrap(), &filter, &page).await.unwrap().items;
    entries.into_iter().map(|entry| entry.detail.unwrap()["removed"].clone()).collect()
}

#[tokio::test]
async fn a_round_removes_what_was_kept_long_enough_and_the_audit_says_what() {
    for Fresh(store, _folder, _database) in both().await {
        let pipeline = pipeline(&store).await;
        let first = ended(&store, &pipeline).await;
        let second = ended(&store, &pipeline).await;
        let hour = SignedDuration::from_hours(1);
        let after = |days: i64| Timestamp::now() + SignedDuration::from_hours(24 * days);
        assert_eq!(round(&store, after(20), hour).await.unwrap(), Some(Removed::default()));
        assert_eq!(told(&store).await, Vec::<Value>::new(), "nothing was removed, and nothing is said");

        let lines = round(&store, after(40), hour).await.unwrap().unwrap();
        assert_eq!(lines, Removed { logs: 2, ..Removed::default() });
        // Whoever comes next, on this server or another, finds it done.
        let soon = after(40) + SignedDuration::from_mins(59);
        assert_eq!(round(&store, soon, hour).await.unwrap(), None);

        let runs = round(&store, after(100), hour).await.unwrap().unwrap();
        assert_eq!(runs, Removed { runs: 1, ..Removed::default() });
        let mut conn = store.read().await.unwrap();
        assert!(by_id(&mut conn, &first).await.unwrap().is_none());
        assert!(by_id(&mut conn, &second).await.unwrap().is_some(), "it tells how old the data is");
        drop(conn);
        let told = told(&store).await;
        assert_eq!(told, [json!(runs), json!(lines)]);
        assert_eq!((&told[0]["runs"], &told[1]["logs"]), (&json!(1), &json!(2)));
        assert!(audit::verify(&store, &mut store.read().await.unwrap()).await.unwrap().breaks.is_empty());
    }
}
