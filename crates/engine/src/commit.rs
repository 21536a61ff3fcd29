//! The end of a run: every load has all its rows, and now they become visible, or are shown and taken back.
//!
//! Loads that name the same place commit together: they take the steps of the commit side by side, and the first that
//! commits makes the rows of all visible. The others commit one after the other, in the order of the document.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use towpath_connect::merge::check_guard;
use towpath_connect::{ChangeCounts, ChangeSink, Receipt, Step};
use towpath_model::{Fault, WriteMode};

use crate::dry::{DryRun, Samples};
use crate::report::{Event, Landed};
use crate::run::RunOptions;
use crate::writers::{Ready, Work};

/// The label of rows that a destination rejects while it commits.
pub(crate) fn late(node: &str) -> String {
    format!("{node}#commit")
}

/// Takes loads back that will not commit.
pub(crate) async fn give_up(ready: HashMap<String, Ready>) {
    for load in ready.into_values() {
        load.give_up().await;
    }
}

/// Destinations that commit in one moment, in the order of the document; groups stand where their first member does.
fn moments(work: &[Arc<Work>]) -> Vec<Vec<&Arc<Work>>> {
    let mut moments: Vec<Vec<&Arc<Work>>> = Vec::new();
    for item in work {
        let same = |moment: &&mut Vec<&Arc<Work>>| item.group.is_some() && moment[0].group == item.group;
        match moments.iter_mut().find(same) {
            Some(moment) => moment.push(item),
            None => moments.push(vec![item]),
        }
    }
    moments
}

/// Commits every load.
pub(crate) async fn commit_all(
    options: &RunOptions,
    work: &[Arc<Work>],
    mut ready: HashMap<String, Ready>,
    started: Instant,
    landed: &mut HashMap<String, Landed>,
) -> Result<(), Fault> {
    let mut committed: Vec<&str> = Vec::new();
    for moment in moments(work) {
        match commit(&moment, &mut ready).await {
            Ok(receipts) => {
                for (item, receipt) in moment.into_iter().zip(receipts) {
                    let node = item.node.clone();
                    (options.events)(Event::LoadCommitted { node: node.clone(), receipt: receipt.clone() });
                    let entry = landed.entry(node).or_default();
                    if receipt.replayed {
                        // What was not read again was counted when it was.
                        entry.read =
                            receipt.written + receipt.deduplicated + item.shared.rejected.rows(&item.node);
                    }
                    entry.receipt = receipt;
                    entry.is_committed = true;
                    entry.seconds = started.elapsed().as_secs_f64();
                    committed.push(&item.node);
                }
            }
            Err(fault) => {
                give_up(ready).await;
                return Err(match committed.as_slice() {
                    [] => fault,
                    done => fault.hint(format!(
                        "already committed: {}; run again, the loads that are in place stay right",
                        done.join(", ")
                    )),
                });
            }
        }
    }
    Ok(())
}

/// Commits the loads of one moment; gives their receipts in order. After an error, none of them is visible.
async fn commit(moment: &[&Arc<Work>], ready: &mut HashMap<String, Ready>) -> Result<Vec<Receipt>, Fault> {
    let is_group = moment.len() > 1;
    for item in moment {
        // What is not in the table must be in quarantine, also when the process ends in the very next moment.
        let quarantine = item.shared.quarantine();
        if ready.get(&item.node).is_some_and(|ready| !ready.load.is_replay()) {
            quarantine.forget(&late(&item.node))?;
        }
        quarantine.keep()?;
    }
    for step in Step::ALL.into_iter().filter(|_| is_group) {
        let mut order: Vec<&&Arc<Work>> = moment.iter().collect();
        if step.is_backwards() {
            order.reverse();
        }
        for item in order {
            if let Some(ready) = ready.get_mut(&item.node) {
                ready.load.step(step).await.map_err(|fault| fault.at_node(&item.node))?;
            }
        }
    }
    let mut receipts = Vec::new();
    for item in moment {
        if let Some(Ready { load, .. }) = ready.remove(&item.node) {
            receipts.push(load.commit().await.map_err(|fault| fault.at_node(&item.node))?);
        }
    }
    Ok(receipts)
}

/// Asks every load what it would change, and takes all of them back.
pub(crate) async fn preview_all(
    dry: &DryRun,
    work: &[Arc<Work>],
    mut ready: HashMap<String, Ready>,
    landed: &mut HashMap<String, Landed>,
) -> Result<(), Fault> {
    let shown = show_all(dry, work, &mut ready, landed).await;
    // Loads that share a transaction are taken back only when all of them are shown.
    give_up(ready).await;
    shown
}

async fn show_all(
    dry: &DryRun,
    work: &[Arc<Work>],
    ready: &mut HashMap<String, Ready>,
    landed: &mut HashMap<String, Landed>,
) -> Result<(), Fault> {
    for item in work {
        let Some(ready) = ready.get_mut(&item.node) else { continue };
        let mut samples = Samples::new((dry.sink)(&item.node));
        let told = ready.load.preview(&mut samples).await;
        let told = told.and_then(|changes| samples.finish().map(|()| changes));
        let changes = told.map_err(|fault| fault.at_node(&item.node))?;
        let entry = landed.entry(item.node.clone()).or_default();
        entry.receipt.written = item.progress.rows.load(Ordering::Relaxed);
        entry.receipt.changes = changes;
        entry.samples = samples.shown;
        if let Some(fault) = refused_by_guard(item, changes) {
            return Err(fault.at_node(&item.node));
        }
    }
    Ok(())
}

/// Why the commit would refuse the changes of a mirror.
fn refused_by_guard(work: &Work, changes: Option<ChangeCounts>) -> Option<Fault> {
    let changes = changes.filter(|_| work.request.mode == WriteMode::Mirror)?;
    let present = changes.deleted + changes.updated + changes.unchanged;
    let staged = work.progress.rows.load(Ordering::Relaxed);
    let (rules, force) = (&work.request.mirror, work.request.force);
    check_guard(&work.table, rules, force, staged, present, changes.deleted).err()
}
