//! The thread of a load. Without a commit it ends when nobody can send orders any more; a private staging place
//! vanishes with its connection, a kept one waits for a resume, and the real database was never touched.

use std::sync::atomic::Ordering;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};
use towpath_connect::{LoadRequest, Receipt};
use towpath_model::Fault;

use super::commit::commit;
use super::kept::{self, Kept};
use super::ledger::known;
use super::load::{Begun, Order, Shared};
use super::plan::{Plan, plan};
use super::preview::preview;
use super::session::{Database, Interrupt};
use super::stage::{Stage, TARGET};

/// Runs a load from its begin to its end; gives the receipt when it was committed. A load that the database knows
/// already ends before it is ready.
pub(super) fn work(
    database: &Database,
    table: &str,
    request: &LoadRequest,
    interrupt: &Interrupt,
    shared: &Shared,
    ready: oneshot::Sender<Begun>,
    orders: &mut mpsc::Receiver<Order>,
) -> Result<Option<Receipt>, Fault> {
    let mut stage = Stage::open_private(database)?;
    interrupt.watch(&stage.connection);
    let replay = if stage.attached { known(database, &stage.connection, request)? } else { None };
    kept::clear(database, request, replay.is_some());
    if let Some(receipt) = replay {
        return Ok(Some(receipt));
    }
    if let Some(offered) = &request.chunks {
        stage = Kept::open(database, request, offered.clone())?;
        interrupt.watch(&stage.connection);
    }
    let result = run(database, table, request, &mut stage, ready, orders);
    let is_over = matches!(result, Ok(Some(_))) || shared.aborted.load(Ordering::Acquire);
    let Stage { connection, kept, .. } = stage;
    match kept {
        Some(kept) if is_over || kept.is_empty() => kept.remove(connection),
        _ => drop(connection),
    }
    result
}

fn run(
    database: &Database,
    table: &str,
    request: &LoadRequest,
    stage: &mut Stage,
    ready: oneshot::Sender<Begun>,
    orders: &mut mpsc::Receiver<Order>,
) -> Result<Option<Receipt>, Fault> {
    let open: Option<(&Connection, &str)> = stage.attached.then_some((&stage.connection, TARGET));
    let plan = plan(database, open, table, request)?;
    stage.prepare(database, &plan, &plan.shape(request))?;
    let columns = plan.columns.iter().map(|column| column.fit.clone()).collect();
    let (chunks, next_part) = match &stage.kept {
        Some(kept) => (kept.chunks.clone(), kept.next_part),
        None => (Vec::new(), 0),
    };
    if ready.send(Begun { columns, chunks, next_part }).is_err() {
        return Ok(None);
    }
    obey(database, table, request, &plan, stage, orders)
}

fn obey(
    database: &Database,
    table: &str,
    request: &LoadRequest,
    plan: &Plan,
    stage: &mut Stage,
    orders: &mut mpsc::Receiver<Order>,
) -> Result<Option<Receipt>, Fault> {
    while let Some(order) = orders.blocking_recv() {
        match order {
            Order::Write(part, batch) => stage.write(database, plan, part, &batch)?,
            Order::Seal { part, position, counts, done } => {
                stage.seal(database, part, position, &counts)?;
                // A lane that does not wait any more finds its chunk sealed at the next begin.
                let _ = done.send(());
            }
            Order::Scope(groups) => stage.groups = groups,
            Order::Preview { shown, done } => {
                let counts = preview(database, stage, table, request, plan, shown)?;
                let _ = done.send(counts);
            }
            Order::Commit => return commit(database, stage, table, request, plan).map(Some),
        }
    }
    Ok(None)
}
