//! The worker of a server: the scheduler's loop with what carries out attempts.

use std::sync::Arc;
use std::time::Duration;

use towpath_api::live::hub::Hub;
use towpath_scheduler::service::{Parts, Service, Settings, StoreClock};
use towpath_store::seal::Keys;
use towpath_store::{Engine, Store};

use super::bench::Bench;
use super::lookout::{FileLookout, Noted};
use super::runner::Runner;
use super::telemetry::Telemetry;

/// How long attempts may go on once the server stops, before they are handed over.
const GRACE: Duration = Duration::from_secs(5);

/// The worker of a server that carries out so many runs at the same time.
pub(crate) fn worker(
    store: &Store,
    keys: &Keys,
    hub: &Hub,
    bench: &Bench,
    telemetry: &Telemetry,
    places: usize,
) -> Service {
    let runner = Runner {
        store: store.clone(),
        keys: keys.clone(),
        hub: hub.clone(),
        bench: bench.clone(),
        telemetry: telemetry.clone(),
    };
    let lookout = FileLookout {
        store: store.clone(),
        keys: keys.clone(),
        bench: bench.clone(),
        noted: Noted::default(),
    };
    let told = hub.clone();
    Service::new(Parts {
        store: store.clone(),
        runner: Arc::new(runner),
        lookout: Some(Arc::new(lookout)),
        clock: Arc::new(StoreClock::default()),
        tell: Arc::new(move || told.wake()),
        work: Arc::clone(&bench.work),
        stops: bench.stops.clone(),
        keys: keys.clone(),
        settings: Settings {
            name: name(),
            version: env!("CARGO_PKG_VERSION").into(),
            capacity: u32::try_from(places).unwrap_or(u32::MAX),
            grace: GRACE,
            longest_pause: match store.engine() {
                Engine::Sqlite => Duration::from_secs(5),
                // Other servers tell nothing but through the store.
                Engine::Postgres => Duration::from_secs(1),
            },
        },
    })
}

/// Name of this server: its machine and process.
pub(crate) fn name() -> String {
    format!("{}/{}", machine(), std::process::id())
}

/// Name of this machine.
fn machine() -> String {
    let told = std::fs::read_to_string("/proc/sys/kernel/hostname").or_else(|_| std::env::var("HOSTNAME"));
    told.map_or_else(|_| "server".into(), |name| name.trim().to_owned())
}
