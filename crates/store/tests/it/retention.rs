//! What is old goes, but for what tells how things stand.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use towpath_store::notices::facts::last_success;
use towpath_store::pipelines::Pipeline;
use towpath_store::rejects::{self, NewReject};
use towpath_store::runs::lease::{Claim, Ended, Held, Outcome, claim, end};
use towpath_store::runs::loads::{self, Load};
use towpath_store::runs::{self, Cause, Run, by_id, insert};
use towpath_store::{Conn, Error, Store, standing};

use crate::runs::pipeline;
use crate::{on_both, workspace};

/// A run that ended so many days ago, with a load of each of these nodes.
async fn ended(
    conn: &mut Conn,
    of: &Pipeline,
    days: i64,
    outcome: Outcome,
    nodes: &[&str],
) -> Result<String, Error> {
    let at = Timestamp::now() - SignedDuration::from_hours(24 * days);
    let run = Run::new(of.workspace_id.clone(), of.id.clone(), 1, Cause::Manual, at);
    let id = run.id.as_str();
    insert(conn, &run).await?;
    let taken = Claim { run: id, revision: 1, worker: ("wk_1", "one"), now: at, until: at, resumed: false };
    claim(conn, &taken).await?;
    for (number, node) in nodes.iter().enumerate() {
        let load = Load {
            id: format!("{id}/{node}"),
            pipeline_id: of.id.to_string(),
            run_id: id.into(),
            node: (*node).into(),
            connection: Some("shop".into()),
            // A file may have another name every day; what a node writes is one target.
            target: format!("orders-{days}-{number}"),
            mode: "append".into(),
            rows_written: 3,
            receipt: json!({}),
            committed_at: at,
            undoable_until: None,
            lasting: None,
            undone_at: None,
        };
        loads::put(conn, of.workspace_id.as_str(), &load).await?;
    }
    let reject = NewReject {
        number: 1,
        node: "rows".into(),
        chunk: String::new(),
        at,
        place: "row 1".into(),
        column: None,
        value: None,
        reason: "no number".into(),
        original: "{}".into(),
        value_only: false,
        values: None,
        corrects: None,
    };
    rejects::append(conn, id, &[reject]).await?;
    let ended = Ended {
        outcome,
        fault: None,
        report: None,
        resumable: false,
        rows: (3, 3, 0),
        seconds: 1.0,
        peak_memory: None,
    };
    end(conn, &Held { run_id: id.into(), attempt: 1, worker_id: "wk_1".into() }, &ended).await?;
    // A store has no clock but its own.
    let micros = at.as_microsecond();
    sqlx::query("UPDATE runs SET ended_at = $1, state = CASE state WHEN 'failing' THEN 'failed' ELSE state END WHERE id = $2")
        .bind(micros)
        .bind(id)
        .execute(conn)
        .await?;
    Ok(run.id.to_string())
}

const FAILED: Outcome = Outcome::Failed { may_pass: false };

on_both! {
    async fn what_tells_how_things_stand_stays_whatever_its_age(store: &Store) {
        let (house, _) = workspace(store).await?;
        let mut tx = store.begin().await?;
        let (orders, lines) = (pipeline(&mut tx, &house, "orders").await?, pipeline(&mut tx, &house, "lines").await?);
        let old = [
            ended(&mut tx, &orders, 400, Outcome::Done, &["load", "report"]).await?,
            ended(&mut tx, &orders, 300, Outcome::Done, &["load"]).await?,
            ended(&mut tx, &orders, 200, Outcome::Done, &["load"]).await?,
            ended(&mut tx, &orders, 150, FAILED, &[]).await?,
            ended(&mut tx, &orders, 120, Outcome::Done, &["load"]).await?,
            ended(&mut tx, &lines, 500, Outcome::Done, &["load"]).await?,
        ];
        let young = ended(&mut tx, &lines, 10, FAILED, &[]).await?;
        // What was taken back tells nothing of how things stand.
        runs::undone(&mut tx, &old[4]).await?;
        let before = Timestamp::now() - SignedDuration::from_hours(24 * 90);
        assert_eq!(rejects::sweep(&mut tx, before).await?, 6, "rows of people go in any case");
        assert_eq!(runs::sweep(&mut tx, before).await?, 3);
        let mut left = Vec::new();
        for id in old.iter().chain([&young]) {
            left.push(by_id(&mut tx, id).await?.is_some());
        }
        // The newest load of `report`, the newest run that ended well, that of the other pipeline, and what is not old.
        assert_eq!(left, [true, false, true, false, false, true, true]);
        assert!(last_success(&mut tx, orders.id.as_str()).await?.is_some());
        let known = standing::last_loads(&mut tx, &house).await?;
        let known: Vec<(&str, &str)> = known.iter().map(|load| (load.run_id.as_str(), load.node.as_str())).collect();
        assert_eq!(known, [(old[5].as_str(), "load"), (old[0].as_str(), "report"), (old[2].as_str(), "load")]);
        assert_eq!(rejects::last(&mut tx, &young).await?, 1, "what is not old keeps its quarantine");
        assert_eq!(runs::sweep(&mut tx, before).await?, 0);
        // A newer run takes their place.
        ended(&mut tx, &orders, 1, Outcome::Done, &["load", "report"]).await?;
        assert_eq!(runs::sweep(&mut tx, before).await?, 2);
        Ok(())
    }
}
