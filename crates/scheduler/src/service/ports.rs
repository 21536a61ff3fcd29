//! What the loop asks of others: to carry out attempts, to look for files, and what time it is.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::watch;
use tokio::time::Instant;
use towpath_model::Fault;
use towpath_store::runs::Run;
use towpath_store::runs::lease::Held;
use towpath_store::{Conn, Error};

/// An attempt to be carried out.
#[derive(Debug, Clone)]
pub struct Task {
    /// The run, as it is since the attempt began.
    pub run: Run,
    /// Which attempt it is, and whose.
    pub held: Held,
    /// It goes on after the chunks that are sealed.
    pub resumed: bool,
}

/// Why an attempt is to stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// It goes on.
    No,
    /// Somebody or something asked for it, with the reason.
    Cancel(String),
    /// It took too long; seconds that it may take.
    Timeout(i64),
    /// The server stops: another one goes on with the run.
    HandOver,
    /// The run belongs to another worker now. Nothing of it may be written any more.
    Lost,
}

impl Stop {
    /// The more pressing one wins when two reasons meet.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Stop::No => 0,
            Stop::HandOver => 1,
            Stop::Timeout(_) => 2,
            Stop::Cancel(_) => 3,
            Stop::Lost => 4,
        }
    }
}

/// Carries out attempts.
#[async_trait]
pub trait TaskRunner: Send + Sync {
    /// Carries out an attempt to its end, whatever happens, and writes down how it ended. Dropping the future stops it.
    async fn carry_out(&self, task: Task, stop: watch::Receiver<Stop>);
}

/// Where files are awaited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The workspace.
    pub workspace_id: String,
    /// The schedule that waits.
    pub schedule_id: String,
    /// The pipeline that it runs.
    pub pipeline_id: String,
    /// Connection on whose server the files are; none for the folder of the workspace.
    pub connection: Option<String>,
    /// Path of the files, with `*`.
    pub path: String,
}

/// A file that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its name, unique within the place.
    pub name: String,
    /// Changes when the file does: its size and time, or a tag.
    pub stamp: String,
}

/// Looks for files.
#[async_trait]
pub trait Lookout: Send + Sync {
    /// Files that are there now.
    async fn look(&self, place: &Place) -> Result<Vec<Seen>, Fault>;
}

/// Knows what time it is.
#[async_trait]
pub trait Clock: Send + Sync + fmt::Debug {
    /// The time that all workers share.
    async fn now(&self, conn: &mut Conn) -> Result<Timestamp, Error>;
    /// Time since some moment, on a clock that never jumps.
    fn elapsed(&self) -> Duration;
    /// Waits.
    async fn sleep(&self, pause: Duration);
}

/// The clock of the store, and that of the process.
#[derive(Debug)]
pub struct StoreClock {
    since: Instant,
}

impl Default for StoreClock {
    fn default() -> Self {
        StoreClock { since: Instant::now() }
    }
}

#[async_trait]
impl Clock for StoreClock {
    async fn now(&self, conn: &mut Conn) -> Result<Timestamp, Error> {
        towpath_store::now(conn).await
    }

    fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }

    async fn sleep(&self, pause: Duration) {
        tokio::time::sleep(pause).await;
    }
}
