//! What is kept for a while only, and what attempts of one run write at the same time.

use jiff::{SignedDuration, Timestamp};
use towpath_store::previews::{self, MOST};
use towpath_store::runs::lease::{Claim, Held, claim, hand_back, hold};
use towpath_store::runs::logs::{self, Level, Line, MOST_LINES};
use towpath_store::runs::{self, Cause, Run};
use towpath_store::{Error, Store};

use crate::runs::pipeline;
use crate::{on_both, workspace};

fn line(message: &str) -> Line {
    Line {
        number: 0,
        at: Timestamp::now(),
        level: Level::Info,
        node: None,
        message: message.into(),
        detail: None,
    }
}

on_both! {
    async fn previews_end_and_the_oldest_make_room(store: &Store) {
        let (workspace, _) = workspace(store).await?;
        let begin = Timestamp::now();
        let at = |seconds: i64| begin + SignedDuration::from_secs(seconds);
        let mut tx = store.begin().await?;
        for number in 0..MOST + 3 {
            let name = format!("{number}");
            previews::put(&mut tx, &workspace, &name, &name, at(number), at(number + 300)).await?;
        }
        assert_eq!(previews::find(&mut tx, &workspace, "2", begin - SignedDuration::from_secs(9)).await?, None);
        assert_eq!(previews::find(&mut tx, &workspace, "3", at(2)).await?.as_deref(), Some("3"));
        assert_eq!(previews::find(&mut tx, &workspace, "3", at(3)).await?, None, "too old");
        assert_eq!(previews::find(&mut tx, "ws_other", "3", at(2)).await?, None);
        previews::put(&mut tx, &workspace, "3", "anew", at(1000), at(1300)).await?;
        assert_eq!(previews::find(&mut tx, &workspace, "3", at(999)).await?.as_deref(), Some("anew"));
        assert_eq!(previews::sweep(&mut tx, at(309)).await?, 6);
        assert_eq!(previews::sweep(&mut tx, at(1299)).await?, u64::try_from(MOST - 7).unwrap());
        assert_eq!(previews::remove(&mut tx, &workspace, "3").await?, 1);
        Ok(())
    }
}

on_both! {
    async fn attempts_of_one_run_do_not_write_over_each_other(store: &Store) {
        let (workspace, _) = workspace(store).await?;
        let mut tx = store.begin().await?;
        let pipeline = pipeline(&mut tx, &workspace, "orders").await?;
        let now = Timestamp::now();
        let run = Run::new(pipeline.workspace_id.clone(), pipeline.id.clone(), 1, Cause::Manual, now);
        runs::insert(&mut tx, &run).await?;
        let first = Claim { run: run.id.as_str(), revision: 1, worker: ("wk_1", "one"), now, until: now, resumed: false };
        let taken = claim(&mut tx, &first).await?.unwrap();
        let held = Held { run_id: run.id.to_string(), attempt: taken.attempt, worker_id: "wk_1".into() };
        assert!(hold(&mut tx, &held).await?);
        towpath_store::commit(tx).await?;
        let say = async |count: usize| {
            let mut tx = store.begin().await?;
            let said = logs::append(store, &mut tx, run.id.as_str(), vec![line("said"); count]).await?;
            towpath_store::commit(tx).await?;
            Ok::<_, Error>(said)
        };
        let (one, two) = tokio::join!(say(30), say(20));
        let mut numbers: Vec<i64> = one?.iter().chain(&two?).map(|line| line.number).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=50).collect::<Vec<_>>());
        let most = usize::try_from(MOST_LINES).unwrap();
        let last = say(most).await?;
        assert_eq!((last.len(), last.last().unwrap().number), (most - 50, MOST_LINES));
        assert!(last.last().unwrap().message.starts_with("the log is full"));
        assert_eq!(say(1).await?, []);
        let mut tx = store.begin().await?;
        assert!(hand_back(&mut tx, &held).await?.is_some());
        assert!(hand_back(&mut tx, &held).await?.is_none());
        assert!(!hold(&mut tx, &held).await?, "who gave the run back writes nothing of it");
        Ok(())
    }
}
