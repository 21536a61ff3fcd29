//! Taking a load back, by its images.

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Value};
use towpath_connect::Undone;
use towpath_model::{Fault, LoadId};

use super::commit::turn;
use super::fault::Place;
use super::images::ImagePlan;
use super::ledger::{Entry, Ledger, State};
use super::names::TableName;
use super::staging::{Staging, drop_tables, lock, unlock};

/// Takes back what a load changed in `target`, but for rows that somebody changed since.
pub(super) async fn undo(
    conn: &mut Conn,
    place: &Place,
    target: &TableName,
    load_id: &LoadId,
) -> Result<Undone, Fault> {
    let ledger = Ledger::beside(target, place);
    let entry = ledger.find(conn, load_id).await?;
    let images = usable(entry, target, load_id)?;
    let turn = turn(target);
    if !lock(conn, place, &turn, 60).await? {
        return Err(Fault::unavailable(format!("a load is changing table `{}`", target.table))
            .hint("try again when it has ended"));
    }
    let result = take_back(conn, place, target, load_id, &ledger, &images).await;
    if result.is_err() {
        let _ = conn.query_drop("ROLLBACK").await;
    }
    unlock(conn, &turn).await;
    let undone = result?;
    let table = Staging::of(target, load_id).images;
    drop_tables(conn, place, &table.sql()).await?;
    ledger.forget_images(conn, load_id).await?;
    Ok(undone)
}

/// What the images of a load hold, when it can be taken back.
fn usable(entry: Option<Entry>, target: &TableName, load_id: &LoadId) -> Result<ImagePlan, Fault> {
    let table = &target.table;
    let Some(entry) = entry.filter(|entry| entry.target.eq_ignore_ascii_case(table)) else {
        return Err(Fault::not_found(format!("table `{table}` knows no load `{load_id}`"))
            .hint("look up the id in the report of the run, and the table it was written to"));
    };
    let plan = entry.undo_plan.filter(|_| entry.undoable);
    match (entry.state, plan) {
        (State::Undone, _) => {
            Err(Fault::config(format!("load `{load_id}` of table `{table}` was taken back already")))
        }
        (State::Committed, Some(plan)) => serde_json::from_str(&plan).map_err(|error| {
            Fault::data(format!("the ledger does not say what the images of load `{load_id}` hold: {error}"))
        }),
        (State::Committed, None) => Err(Fault::config(format!(
            "load `{load_id}` of table `{table}` cannot be taken back: it kept no images, or their time is over"
        ))
        .hint("set `undo: { keep: 30d }` on the destination for loads to come")),
        _ => Err(Fault::config(format!("load `{load_id}` of table `{table}` is not committed"))
            .hint("there is nothing to take back; run it again with `--resume`, or leave it")),
    }
}

async fn take_back(
    conn: &mut Conn,
    place: &Place,
    target: &TableName,
    load_id: &LoadId,
    ledger: &Ledger,
    images: &ImagePlan,
) -> Result<Undone, Fault> {
    let fault = |error| place.fault(error);
    let table = Staging::of(target, load_id).images;
    let undoing = images.table(&table, target).undo();
    conn.query_drop("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").await.map_err(fault)?;
    conn.query_drop("START TRANSACTION").await.map_err(fault)?;
    // Nobody may take the same load back meanwhile.
    let sql = format!("SELECT state FROM {} WHERE load_id = ? FOR UPDATE", ledger.table.sql());
    let state: Option<String> = conn.exec_first(sql, (load_id.as_str(),)).await.map_err(fault)?;
    if state.as_deref() != Some(State::Committed.word()) {
        return Err(Fault::config(format!("load `{load_id}` was taken back already")));
    }
    let mut undone = Undone {
        kept: conn.query_first(&undoing.count_kept).await.map_err(fault)?.unwrap_or_default(),
        ..Undone::default()
    };
    if undone.kept > 0 {
        let rows: Vec<mysql_async::Row> = conn.query(&undoing.show_kept).await.map_err(fault)?;
        undone.kept_samples = rows.into_iter().map(|row| shown(row.unwrap())).collect();
    }
    for (kind, sql) in &undoing.steps {
        conn.query_drop(sql).await.map_err(fault)?;
        undone.reverted.add(*kind, conn.affected_rows());
    }
    ledger.set(conn, load_id, State::Undone).await?;
    conn.query_drop("COMMIT").await.map_err(fault)?;
    Ok(undone)
}

/// The values of a key, for people.
fn shown(values: Vec<Value>) -> String {
    let texts = values.into_iter().map(|value| match value {
        Value::NULL => "null".to_owned(),
        Value::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        other => other.as_sql(true),
    });
    texts.collect::<Vec<_>>().join(", ")
}
