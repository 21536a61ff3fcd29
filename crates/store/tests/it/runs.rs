//! Runs, leases and progress.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use towpath_model::RunId;
use towpath_model::ids::{PipelineId, WorkspaceId};
use towpath_store::pipelines::{Pipeline, Version};
use towpath_store::progress::{Refusal, Step, advance, checkpoints};
use towpath_store::runs::lease::{Ended, Held, attempts, claim, end, expire, keep};
use towpath_store::runs::{Cause, Run, RunState, by_id, insert, open};
use towpath_store::{Conn, Error, Store, pipelines};

use crate::{on_both, workspace};

pub(crate) async fn pipeline(conn: &mut Conn, workspace: &str, name: &str) -> Result<Pipeline, Error> {
    let now = Timestamp::now();
    let pipeline = Pipeline {
        id: PipelineId::generate(),
        workspace_id: WorkspaceId::from_text(workspace),
        name: name.into(),
        description: String::new(),
        tags: vec!["a".into()],
        version: 1,
        restricted: false,
        has_hook: false,
        revision: 1,
        created_by: None,
        created_at: now,
        updated_at: now,
        archived_at: None,
    };
    pipelines::insert(conn, &pipeline).await?;
    let version = Version {
        pipeline_id: pipeline.id.clone(),
        number: 1,
        document: "name: a".into(),
        fingerprint: "f".into(),
        connections: vec!["shop".into()],
        targets: vec!["shop/orders".into()],
        remark: String::new(),
        created_by: None,
        created_at: now,
    };
    pipelines::insert_version(conn, &version).await?;
    Ok(pipeline)
}

fn run(pipeline: &Pipeline) -> Run {
    let now = Timestamp::now();
    Run {
        id: RunId::generate(),
        workspace_id: pipeline.workspace_id.clone(),
        pipeline_id: pipeline.id.clone(),
        version: 1,
        cause: Cause::Schedule,
        schedule_id: Some("sc_1".into()),
        backfill_id: None,
        fire_at: Some(now),
        started_by: None,
        idempotency: None,
        state: RunState::Queued,
        priority: 0,
        params: json!({}),
        interval_start: Some(now - SignedDuration::from_hours(24)),
        interval_end: Some(now),
        zone: "UTC".into(),
        not_before: now,
        timeout_seconds: 7200,
        retries: json!({}),
        force: false,
        connections: vec!["shop".into()],
        targets: vec![],
        attempt: 0,
        worker_id: None,
        lease_until: None,
        attempt_started_at: None,
        cancel_asked_at: None,
        cancel_reason: None,
        orders: None,
        resumable: false,
        rows_read: 0,
        rows_written: 0,
        rows_quarantined: 0,
        seconds: None,
        peak_memory: None,
        fault: None,
        created_at: now,
        started_at: None,
        ended_at: None,
        undone_at: None,
    }
}

on_both! {
    async fn a_schedule_starts_one_run_for_one_time(store: &Store) {
        let (workspace, _) = workspace(store).await?;
        let mut tx = store.begin().await?;
        let pipeline = pipeline(&mut tx, &workspace, "orders").await?;
        let first = run(&pipeline);
        insert(&mut tx, &first).await?;
        tx.commit().await?;
        let again = Run { id: RunId::generate(), ..first.clone() };
        let mut tx = store.begin().await?;
        assert!(insert(&mut tx, &again).await.unwrap_err().exists_in("fire"));
        Ok(())
    }
}

on_both! {
    async fn a_run_has_one_worker_and_a_lost_one_changes_nothing_any_more(store: &Store) {
        let (workspace, _) = workspace(store).await?;
        let mut tx = store.begin().await?;
        let pipeline = pipeline(&mut tx, &workspace, "orders").await?;
        let run = run(&pipeline);
        let id = run.id.as_str();
        insert(&mut tx, &run).await?;
        let lease = Timestamp::from_microsecond(Timestamp::now().as_microsecond()).unwrap();
        assert!(claim(&mut tx, id, 0, ("wk_1", "one"), lease, false).await?);
        assert!(!claim(&mut tx, id, 0, ("wk_2", "two"), lease, false).await?);
        assert_eq!(keep(&mut tx, "wk_2", lease).await?, vec![]);
        assert_eq!(keep(&mut tx, "wk_1", lease).await?, vec![(id.to_owned(), None)]);
        let first = Held { run_id: id.into(), attempt: 1, worker_id: "wk_1".into() };
        assert!(expire(&mut tx, &first, lease, RunState::Queued, &json!({ "message": "gone" })).await?);
        assert!(claim(&mut tx, id, 1, ("wk_2", "two"), lease, true).await?);
        let ended = Ended {
            state: RunState::Done, again_at: None, fault: None, report: Some(json!({})), resumable: false,
            rows: (3, 3, 0), seconds: 0.5, peak_memory: Some(7),
        };
        assert!(!end(&mut tx, &first, &ended).await?);
        let second = Held { run_id: id.into(), attempt: 2, worker_id: "wk_2".into() };
        assert!(end(&mut tx, &second, &ended).await?);
        assert!(open(&mut tx).await?.is_empty());
        let found = by_id(&mut tx, id).await?.unwrap();
        assert_eq!((found.state, found.rows_written, found.seconds), (RunState::Done, 3, Some(0.5)));
        let states: Vec<String> = attempts(&mut tx, id).await?.into_iter().map(|one| one.state).collect();
        assert_eq!(states, ["lost", "done"]);
        Ok(())
    }
}

on_both! {
    async fn checkpoints_move_without_replay_or_gap(store: &Store) {
        let (workspace, _) = workspace(store).await?;
        let mut tx = store.begin().await?;
        let pipeline = pipeline(&mut tx, &workspace, "orders").await?;
        let id = pipeline.id.as_str();
        let step = |from: Option<&str>, to: &str| Step {
            stream: "orders".into(), cursor_field: "at".into(), from: from.map(str::to_owned), to: to.into(),
        };
        assert_eq!(advance(&mut tx, id, "run_1", &[step(None, "5")]).await?, Ok(()));
        let replay = advance(&mut tx, id, "run_1", &[step(None, "5")]).await?;
        assert_eq!(replay, Err(Refusal::Elsewhere("orders".into(), Some("5".into()))));
        assert!(advance(&mut tx, id, "run_2", &[step(Some("7"), "9")]).await?.is_err());
        assert_eq!(advance(&mut tx, id, "run_2", &[step(Some("5"), "9")]).await?, Ok(()));
        assert_eq!(checkpoints(&mut tx, id).await?[0].value, "9");
        Ok(())
    }
}
