//! Signs of life: the worker says that it is there, and renews the leases of its attempts.
//!
//! A lease that could not be renewed for [`GIVE_UP`] is given up: the attempt is told that it is lost, while the others
//! still wait for the lease to end. The measure is a clock that never jumps, from before the renewal on.

use std::sync::atomic::Ordering;
use std::time::Duration;

use towpath_store::runs::lease::{self, Held};
use towpath_store::workers::{self, Worker};
use towpath_store::{Error, commit};

use super::Core;
use super::ports::Stop;
use super::rounds::wish;
use crate::{GIVE_UP, LEASE, RENEW};

/// How long the store may take to answer.
const ANSWER: Duration = Duration::from_secs(5);
/// How long an attempt may take to stop.
const DEAF: Duration = Duration::from_secs(120);
/// How soon a renewal that failed is tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// Goes on until it is dropped.
pub(super) async fn run(core: &Core) {
    let give_up = GIVE_UP.unsigned_abs();
    let mut is_away = false;
    let mut is_first = true;
    loop {
        let begun = core.clock.elapsed();
        let renewed = tokio::select! {
            renewed = beat(core, begun) => renewed,
            () = core.clock.sleep(ANSWER) => Err(Error::Unavailable("it does not answer".into())),
        };
        let pause = match renewed {
            Ok(()) => {
                is_away = false;
                RENEW.unsigned_abs()
            }
            Err(error) => {
                core.lost_sight.store(true, Ordering::Release);
                if !std::mem::replace(&mut is_away, true) {
                    tracing::warn!("leases cannot be renewed: {error}");
                }
                AGAIN
            }
        };
        let now = core.clock.elapsed();
        let lost = core.tasks.give_up(now, give_up);
        if lost > 0 {
            tracing::warn!(attempts = lost, "attempts were given up: their leases could not be renewed");
        }
        let deaf = core.tasks.end_deaf(now, DEAF);
        if deaf > 0 {
            tracing::error!(attempts = deaf, "attempts did not stop when they were told to, and were ended");
        }
        if std::mem::take(&mut is_first) {
            core.work.notify_one();
        }
        let left = core.tasks.oldest_renewal().map(|at| (at + give_up).saturating_sub(now));
        core.clock.sleep(left.map_or(pause, |left| pause.min(left.max(Duration::from_millis(1))))).await;
    }
}

async fn beat(core: &Core, begun: Duration) -> Result<(), Error> {
    let held = core.tasks.held();
    let runs: Vec<String> = held.iter().map(|held| held.run_id.clone()).collect();
    let mut tx = core.store.begin().await?;
    let now = core.clock.now(&mut tx).await?;
    let is_draining = core.is_draining();
    let worker = Worker {
        id: core.id.clone(),
        name: core.settings.name.clone(),
        version: core.settings.version.clone(),
        capacity: i64::from(core.settings.capacity),
        draining: is_draining,
        started_at: *core.started_at.get_or_init(|| now),
        heartbeat_at: now,
        keys: core.keys.ids(),
    };
    workers::put(&mut tx, &worker).await?;
    let kept = lease::keep(&mut tx, core.id.as_str(), &runs, now + LEASE).await?;
    let is_kept =
        |held: &Held| kept.iter().any(|kept| kept.run == held.run_id && kept.attempt == held.attempt);
    let mut lost = Vec::new();
    for held in held.iter().filter(|held| !is_kept(held)) {
        // Most often the attempt has just ended.
        if lease::is_lost(&mut tx, held).await? {
            lost.push(held);
        }
    }
    commit(tx).await?;
    for kept in &kept {
        core.tasks.renewed(&kept.run, kept.attempt, begun);
        if let Some((stop, reason)) = &kept.stop {
            core.tasks.stop(&kept.run, &wish(*stop, reason, kept.timeout_seconds));
        }
    }
    for held in lost {
        core.tasks.stop(&held.run_id, &Stop::Lost);
    }
    super::meters::capacity(if is_draining { 0 } else { core.settings.capacity });
    Ok(())
}
