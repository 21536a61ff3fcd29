//! Runs, leases and progress.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use towpath_model::RunId;
use towpath_model::ids::{BackfillId, PipelineId, WorkspaceId};
use towpath_store::backfills::{Backfill, BackfillState, PieceState};
use towpath_store::facts::open_runs;
use towpath_store::page::PageRequest;
use towpath_store::pipelines::{Pipeline, Version};
use towpath_store::progress::{Refusal, Step, advance, checkpoints};
use towpath_store::runs::lease::{
    AfterLoss, Claim, Ended, Held, Kept, Outcome, Silent, attempts, claim, end, expire, is_lost, keep,
};
use towpath_store::runs::{Cause, Filter, Run, RunState, Stop, by_id, fate, insert, insert_once};
use towpath_store::{Conn, Error, Store, backfills, commit, pipelines, runs};

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
    let (workspace, id) = (pipeline.workspace_id.clone(), pipeline.id.clone());
    Run {
        schedule_id: Some("sc_1".into()),
        fire_at: Some(now),
        interval_start: Some(now - SignedDuration::from_hours(24)),
        interval_end: Some(now),
        connections: vec!["shop".into()],
        ..Run::new(workspace, id, 1, Cause::Schedule, now)
    }
}

fn micros(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap()
}

async fn take(conn: &mut Conn, run: &str, worker: &str) -> Result<Option<Run>, Error> {
    let Some(seen) = by_id(conn, run).await? else { return Ok(None) };
    let now = micros(Timestamp::now());
    let resumed = seen.attempt > 0;
    let claim_it = Claim { run, revision: seen.revision, worker: (worker, worker), now, until: now, resumed };
    claim(conn, &claim_it).await
}

fn ended(outcome: Outcome) -> Ended {
    Ended {
        outcome,
        fault: None,
        report: Some(json!({})),
        resumable: false,
        rows: (3, 3, 0),
        seconds: 0.5,
        peak_memory: Some(7),
    }
}

on_both! {
    async fn a_schedule_starts_one_run_for_one_time(store: &Store) {
        let (workspace, _) = workspace(store).await?;
        let mut tx = store.begin().await?;
        let pipeline = pipeline(&mut tx, &workspace, "orders").await?;
        let first = run(&pipeline);
        insert(&mut tx, &first).await?;
        commit(tx).await?;
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
        let taken = take(&mut tx, id, "wk_1").await?.unwrap();
        assert_eq!((taken.attempt, taken.state, taken.revision), (1, RunState::Running, 2));
        assert!(take(&mut tx, id, "wk_2").await?.is_none());
        let lease = micros(Timestamp::now());
        assert_eq!(keep(&mut tx, "wk_2", &[id.to_owned()], lease).await?, vec![]);
        let kept = Kept { run: id.to_owned(), attempt: 1, stop: None, timeout_seconds: 7200 };
        assert_eq!(keep(&mut tx, "wk_1", &[id.to_owned()], lease).await?, vec![kept]);
        let first = Held { run_id: id.into(), attempt: 1, worker_id: "wk_1".into() };
        let silent = Silent { run: id, revision: 2, worker: "wk_1", lease_until: lease };
        let gone = json!({ "message": "gone" });
        let before = Silent { lease_until: lease - SignedDuration::from_secs(1), ..silent };
        assert!(expire(&mut tx, &before, AfterLoss::Wait(lease), &gone, lease).await?.is_none());
        assert_eq!(expire(&mut tx, &silent, AfterLoss::Wait(lease), &gone, lease).await?.unwrap().lost, 1);
        assert!(is_lost(&mut tx, &first).await?);
        assert!(take(&mut tx, id, "wk_2").await?.is_some());
        assert_eq!(end(&mut tx, &first, &ended(Outcome::Done)).await?, None);
        let second = Held { run_id: id.into(), attempt: 2, worker_id: "wk_2".into() };
        assert_eq!(end(&mut tx, &second, &ended(Outcome::Done)).await?, Some(RunState::Done));
        assert!(open_runs(&mut tx).await?.is_empty());
        let found = by_id(&mut tx, id).await?.unwrap();
        assert_eq!((found.state, found.rows_written, found.seconds), (RunState::Done, 3, Some(0.5)));
        let states: Vec<String> = attempts(&mut tx, id).await?.into_iter().map(|one| one.state).collect();
        assert_eq!(states, ["lost", "done"]);
        Ok(())
    }
}

on_both! {
    async fn a_failed_attempt_leaves_its_run_to_be_decided_and_a_stopped_one_ends_as_it_was_asked(store: &Store) {
        let (workspace, _) = workspace(store).await?;
        let mut tx = store.begin().await?;
        let pipeline = pipeline(&mut tx, &workspace, "orders").await?;
        let run = run(&pipeline);
        let id = run.id.as_str();
        insert(&mut tx, &run).await?;
        assert!(!insert_once(&mut tx, &Run { id: RunId::generate(), ..run.clone() }).await?);
        take(&mut tx, id, "wk_1").await?;
        let held = |attempt| Held { run_id: id.into(), attempt, worker_id: "wk_1".into() };
        let failed = ended(Outcome::Failed { may_pass: true });
        assert_eq!(end(&mut tx, &held(1), &failed).await?, Some(RunState::Failing));
        let seen = open_runs(&mut tx).await?.remove(0);
        assert_eq!((seen.attempts, seen.failed.map(|(_, may_pass)| may_pass)), ((1, 1, 0), Some(true)));
        let now = micros(Timestamp::now());
        assert!(fate::try_again(&mut tx, id, seen.revision - 1, now).await?.is_none());
        assert!(fate::try_again(&mut tx, id, seen.revision, now).await?.is_some());
        let taken = take(&mut tx, id, "wk_1").await?.unwrap();
        let why = (Stop::TimedOut, "it took too long");
        let asked = fate::ask_to_stop(&mut tx, id, taken.revision, why, now).await?.unwrap();
        assert_eq!(asked.stop, Some(Stop::TimedOut));
        assert_eq!(end(&mut tx, &held(2), &ended(Outcome::Stopped)).await?, Some(RunState::Failed));
        assert!(fate::resume(&mut tx, id, None).await?);
        assert!(fate::ask_to_cancel(&mut tx, id, "enough", None).await?);
        let found = by_id(&mut tx, id).await?.unwrap();
        assert_eq!((found.state, found.stop), (RunState::Cancelled, Some(Stop::Cancelled)));
        Ok(())
    }
}

on_both! {
    async fn pieces_are_given_to_runs_as_long_as_there_is_room(store: &Store) {
        let (workspace, _) = workspace(store).await?;
        let mut tx = store.begin().await?;
        let pipeline = pipeline(&mut tx, &workspace, "orders").await?;
        let now = micros(Timestamp::now());
        let backfill = Backfill {
            id: BackfillId::generate(), workspace_id: pipeline.workspace_id.clone(), pipeline_id: pipeline.id.clone(),
            spec: json!({}), state: BackfillState::Running, pieces: 3, created_by: None, created_at: now, updated_at: now,
        };
        backfills::insert(&mut tx, &backfill).await?;
        let id = backfill.id.as_str();
        let hours = |count| now - SignedDuration::from_hours(count);
        backfills::insert_pieces(&mut tx, id, &[(hours(3), hours(2)), (hours(2), hours(1)), (hours(1), now)]).await?;
        let piece = |number| Run { backfill_id: Some(id.into()), piece: Some(number), schedule_id: None, fire_at: None, ..run(&pipeline) };
        for (number, is_given) in [(0, true), (0, false), (1, true), (2, false)] {
            let run = piece(number);
            assert_eq!(backfills::give(&mut tx, id, number, 2, run.id.as_str()).await?, is_given, "piece {number}");
            if is_given {
                insert(&mut tx, &run).await?;
            }
        }
        assert_eq!(backfills::progress(&mut tx, id).await?.len(), 2);
        for run in backfills::open_runs(&mut tx, id).await? {
            fate::ask_to_cancel(&mut tx, &run, "enough", None).await?;
        }
        assert!(!backfills::finish(&mut tx, id, now).await?, "a piece waits");
        let last = piece(2);
        assert!(backfills::give(&mut tx, id, 2, 2, last.id.as_str()).await?);
        insert(&mut tx, &last).await?;
        let taken = take(&mut tx, last.id.as_str(), "wk_1").await?.unwrap();
        let held = Held { run_id: last.id.to_string(), attempt: taken.attempt, worker_id: "wk_1".into() };
        end(&mut tx, &held, &ended(Outcome::Done)).await?;
        assert!(backfills::finish(&mut tx, id, now).await?);
        let page = PageRequest { limit: 10, ..PageRequest::default() };
        let pieces = backfills::pieces(&mut tx, id, None, &page).await?.items;
        let states: Vec<PieceState> = pieces.iter().map(|piece| piece.state).collect();
        assert_eq!(states, [PieceState::Failed, PieceState::Failed, PieceState::Done]);
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

on_both! {
    async fn runs_stand_in_the_order_that_is_asked_for_page_by_page(store: &Store) {
        let (workspace, _) = workspace(store).await?;
        let mut tx = store.begin().await?;
        let pipeline = pipeline(&mut tx, &workspace, "orders").await?;
        let now = micros(Timestamp::now());
        // Seconds from start to end; none for one that waits.
        for (index, seconds) in [Some(3), None, Some(7), Some(3), None].into_iter().enumerate() {
            let asked = Run { fire_at: Some(now + SignedDuration::from_secs(index as i64)), ..run(&pipeline) };
            insert(&mut tx, &asked).await?;
            if let Some(seconds) = seconds {
                let started = now - SignedDuration::from_secs(seconds);
                let id = asked.id.as_str();
                let it = Claim { run: id, revision: 1, worker: ("w", "w"), now: started, until: now, resumed: false };
                let taken = claim(&mut tx, &it).await?.unwrap();
                let held = Held { run_id: asked.id.to_string(), attempt: taken.attempt, worker_id: "w".into() };
                end(&mut tx, &held, &ended(Outcome::Done)).await?;
            }
        }
        let seconds = |run: &Run| Some(run.ended_at?.duration_since(run.started_at?).as_secs());
        for (sort, expected) in [
            ("-duration", [Some(7), Some(3), Some(3), None, None]),
            ("duration", [None, None, Some(3), Some(3), Some(7)]),
        ] {
            let mut page = PageRequest { limit: 2, after: None, sort: Some(sort.into()) };
            let mut all: Vec<Run> = Vec::new();
            loop {
                let part = runs::list(&mut tx, &workspace, &Filter::default(), &page).await?;
                all.extend(part.items);
                let Some(next) = part.next else { break };
                page.after = Some(next);
            }
            assert_eq!(all.iter().map(seconds).collect::<Vec<_>>(), expected, "{sort}");
            let mut ids: Vec<&str> = all.iter().map(|run| run.id.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), 5, "{sort}: a run stands on two pages");
        }
        Ok(())
    }
}
