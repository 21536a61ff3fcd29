//! Lists say the same on both databases, whichever way their rows come.

use jiff::Timestamp;
use towpath_store::page::PageRequest;
use towpath_store::pipelines::{Filter, list};
use towpath_store::runs::lease::{Claim, Ended, Held, Outcome, claim, end};
use towpath_store::runs::{Cause, Run, RunState, insert};
use towpath_store::{Error, Store, pipelines};

use crate::runs::pipeline;
use crate::{on_both, workspace};

on_both! {
    async fn a_page_of_pipelines_says_how_each_stands(store: &Store) {
        let (workspace, _) = workspace(store).await?;
        let mut tx = store.begin().await?;
        let idle = pipeline(&mut tx, &workspace, "idle").await?;
        let mut busy = pipeline(&mut tx, &workspace, "busy").await?;
        // What JSON writes in its own way.
        busy.description = "say \"a\\b\"\n\u{1}é\u{1F600}".into();
        pipelines::update(&mut tx, &busy).await?;
        pipelines::set_hook(&mut tx, busy.id.as_str(), Some("sealed")).await?;
        let now = Timestamp::from_microsecond(Timestamp::now().as_microsecond()).unwrap();
        let asked = Run::new(busy.workspace_id.clone(), busy.id.clone(), 1, Cause::Manual, now);
        insert(&mut tx, &asked).await?;
        let it = Claim { run: asked.id.as_str(), revision: 1, worker: ("w", "w"), now, until: now, resumed: false };
        let taken = claim(&mut tx, &it).await?.unwrap();
        let held = Held { run_id: asked.id.to_string(), attempt: taken.attempt, worker_id: "w".into() };
        let ended = Ended {
            outcome: Outcome::Quarantined, fault: None, report: None, resumable: false,
            rows: (9_007_199_254_740_993, 9_007_199_254_740_993, 7), seconds: 0.125, peak_memory: None,
        };
        end(&mut tx, &held, &ended).await?;

        let mut page = PageRequest { limit: 1, after: None, sort: Some("-name".into()) };
        let first = list(&mut tx, &workspace, &Filter::default(), &page).await?;
        assert_eq!(first.items[0].pipeline.id, idle.id);
        assert!(first.items[0].last_run.is_none() && !first.items[0].pipeline.has_hook);
        page.after = first.next;
        let last = list(&mut tx, &workspace, &Filter::default(), &page).await?;
        assert!(last.next.is_none());
        let line = &last.items[0];
        assert_eq!((&line.pipeline.description, line.pipeline.has_hook), (&busy.description, true));
        assert_eq!((&line.pipeline.tags, line.pipeline.created_at), (&busy.tags, micros(busy.created_at)));
        let run = line.last_run.as_ref().unwrap();
        assert_eq!((&run.id, run.cause, run.state), (&asked.id, Cause::Manual, RunState::Quarantined));
        assert_eq!((run.rows_written, run.rows_quarantined), (9_007_199_254_740_993, 7));
        assert_eq!((run.seconds, run.created_at), (Some(0.125), now));
        Ok(())
    }
}

fn micros(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap()
}
