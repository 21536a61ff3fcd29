//! Commits of a file that are on the disk, without a wait of everybody for the disk of everybody else.
//!
//! SQLite has one writer. With `synchronous = FULL`, it holds its lock while the disk writes, and every commit waits for the
//! disks of all before it. Here the writer only hands its changes to the system (`NORMAL`) and lets the next one in; then
//! whoever committed waits until the log is on the disk. Those who come while the disk writes are served by the next time
//! together.
//!
//! Law: [`Log::keep`] returns after the log was brought to the disk by a call that began after the commit. The log is written
//! from the front to the back, and SQLite brings it to the disk itself before it moves what it holds into the database; so
//! what was committed before is there as well, and never something later without something earlier.
//! Others may see a change shortly before it is on the disk. A power cut then takes it back together with what followed from
//! it in the store; nothing outside follows from it before [`commit`](crate::commit) returns.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use crate::error::Error;

type ToDisk = dyn Fn() -> io::Result<()> + Send + Sync;

/// The write-ahead log of a file.
pub(crate) struct Log {
    to_disk: Arc<ToDisk>,
    /// Commits that were handed to the system.
    handed: AtomicU64,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// So many commits are on the disk.
    number: u64,
    /// Why the disk refused. After that, the system may have dropped what it could not write, and a second call would succeed
    /// without it: nothing is believed any more until the file is opened anew.
    refused: Option<String>,
}

impl std::fmt::Debug for Log {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Log").field("handed", &self.handed).finish_non_exhaustive()
    }
}

impl Log {
    /// The log beside that database.
    pub(crate) fn of(database: &Path) -> Log {
        let mut path = database.as_os_str().to_owned();
        path.push("-wal");
        Log::through(move || match OpenOptions::new().write(true).open(&path) {
            // Opened anew each time: a file that nobody had open meanwhile has another log.
            Ok(file) => file.sync_data(),
            // The last one who closed the file has moved everything into the database, and brought that to the disk.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        })
    }

    fn through(to_disk: impl Fn() -> io::Result<()> + Send + Sync + 'static) -> Log {
        Log { to_disk: Arc::new(to_disk), handed: AtomicU64::new(0), kept: Mutex::default() }
    }

    /// Waits until what was committed before this call is on the disk.
    pub(crate) async fn keep(&self) -> Result<(), Error> {
        let own = self.handed.fetch_add(1, Ordering::SeqCst) + 1;
        let mut kept = self.kept.lock().await;
        if kept.number < own && kept.refused.is_none() {
            let all = self.handed.load(Ordering::SeqCst);
            let to_disk = self.to_disk.clone();
            match spawn_blocking(move || to_disk()).await.map_err(io::Error::other).flatten() {
                Ok(()) => kept.number = all,
                Err(error) => kept.refused = Some(error.to_string()),
            }
        }
        match &kept.refused {
            Some(error) if kept.number < own => Err(Error::Unavailable(format!(
                "the disk refused to keep a change ({error}); check it, then start the server anew"
            ))),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn many_who_commit_at_once_are_kept_together_and_each_after_its_commit() {
        let (begun, seen) = mpsc::channel();
        let (go, may) = mpsc::channel::<()>();
        let may = std::sync::Mutex::new(may);
        let calls = Arc::new(AtomicU64::new(0));
        let log = Arc::new(Log::through({
            let calls = calls.clone();
            move || {
                calls.fetch_add(1, Ordering::SeqCst);
                begun.send(()).ok();
                may.lock().unwrap().recv().map_err(io::Error::other)
            }
        }));
        let keep = || {
            let log = log.clone();
            tokio::spawn(async move { log.keep().await })
        };
        let first = keep();
        spawn_blocking(move || seen.recv().unwrap()).await.unwrap();
        // The disk is writing now, and knows nothing of these.
        let others: Vec<_> = (0..50).map(|_| keep()).collect();
        while log.handed.load(Ordering::SeqCst) < 51 {
            tokio::task::yield_now().await;
        }
        go.send(()).unwrap();
        first.await.unwrap().unwrap();
        go.send(()).unwrap();
        for other in others {
            other.await.unwrap().unwrap();
        }
        assert_eq!(calls.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_disk_that_refused_once_is_not_believed_when_it_seems_well_again() {
        let is_full = Arc::new(AtomicBool::new(false));
        let log = Log::through({
            let is_full = is_full.clone();
            move || if is_full.load(Ordering::SeqCst) { Err(io::Error::other("no space")) } else { Ok(()) }
        });
        log.keep().await.unwrap();
        is_full.store(true, Ordering::SeqCst);
        assert!(log.keep().await.unwrap_err().to_string().contains("no space"));
        is_full.store(false, Ordering::SeqCst);
        assert!(log.keep().await.is_err());
    }
}
