//! Live events: one stream per client, with what it subscribed to and may see.

pub(crate) mod access;
mod client;
pub mod hub;
mod presence;
pub(crate) mod sent;
pub(crate) mod socket;
#[cfg(test)]
mod tests;

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

/// How often rights are looked at again.
const AGAIN: Duration = Duration::from_secs(60);
/// How long clients wait at most once some were taken away: all at once would ask the store for the same.
const SPREAD_MS: u64 = 1000;

/// Ticks when rights are to be looked at again.
fn looking_again() -> Interval {
    let mut again = interval_at(Instant::now() + AGAIN, AGAIN);
    again.set_missed_tick_behavior(MissedTickBehavior::Delay);
    again
}

/// When rights are looked at that may have been taken away.
fn soon() -> Duration {
    Duration::from_millis(fastrand::u64(..SPREAD_MS))
}

/// Waits until the server stops. One that nobody can stop never does.
async fn stopped(stopping: &mut watch::Receiver<bool>) {
    let is_told = stopping.wait_for(|stop| *stop).await.is_ok();
    if !is_told {
        std::future::pending::<()>().await;
    }
}
