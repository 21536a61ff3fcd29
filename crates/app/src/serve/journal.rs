//! What a run says while it runs: log lines for the store, and events for whoever watches.
//!
//! The engine tells what happens from wherever it is and must not wait, so everything goes into a bounded channel; progress
//! is kept as the last state only. A task writes both twice a second. What does not fit is counted, and the log says so.
//!
//! An attempt that lost its run says nothing any more: the log is that of the worker that has it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use towpath_api::live::hub::Hub;
use towpath_engine::progress::NodeProgress;
use towpath_engine::report::{Event, LoadProgress, RunState};
use towpath_engine::run::EventSink;
use towpath_store::events::{self, NewEvent};
use towpath_store::runs::Run;
use towpath_store::runs::lease::{self, Held};
use towpath_store::runs::logs::{self, Level, Line};
use towpath_store::{Error, Store, commit};

/// Lines that may wait to be written.
const WAITING: usize = 4096;
const PAUSE: Duration = Duration::from_millis(500);

/// The journal of one attempt.
#[derive(Clone)]
pub(crate) struct Journal {
    sender: mpsc::Sender<Line>,
    progress: Arc<Mutex<Option<Value>>>,
    lost: Arc<AtomicU64>,
}

/// The part that writes.
pub(crate) struct Writer {
    store: Store,
    hub: Hub,
    workspace: String,
    pipeline: String,
    held: Held,
    receiver: mpsc::Receiver<Line>,
    progress: Arc<Mutex<Option<Value>>>,
    lost: Arc<AtomicU64>,
}

impl Journal {
    /// A journal for an attempt of a run, and what writes it.
    pub(crate) fn open(store: &Store, hub: &Hub, run: &Run, held: &Held) -> (Journal, Writer) {
        let (sender, receiver) = mpsc::channel(WAITING);
        let (progress, lost) = (Arc::default(), Arc::default());
        let journal = Journal { sender, progress: Arc::clone(&progress), lost: Arc::clone(&lost) };
        let writer = Writer {
            store: store.clone(),
            hub: hub.clone(),
            workspace: run.workspace_id.to_string(),
            pipeline: run.pipeline_id.to_string(),
            held: held.clone(),
            receiver,
            progress,
            lost,
        };
        (journal, writer)
    }

    /// Says something.
    pub(crate) fn say(
        &self,
        level: Level,
        node: Option<&str>,
        message: impl Into<String>,
        detail: Option<Value>,
    ) {
        let line = Line {
            number: 0,
            at: Timestamp::now(),
            level,
            node: node.map(str::to_owned),
            message: message.into(),
            detail,
        };
        if self.sender.try_send(line).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// What the engine tells its events to.
    pub(crate) fn sink(&self) -> EventSink {
        let journal = self.clone();
        Arc::new(move |event| journal.take(&event))
    }

    fn take(&self, event: &Event) {
        let detail = || serde_json::to_value(event).ok();
        match event {
            Event::RunStarted { pipeline, date, resumed, .. } => {
                let goes = if *resumed { "goes on" } else { "begins" };
                let of = date.as_ref().map(|date| format!(" for the data of {date}")).unwrap_or_default();
                self.say(Level::Info, None, format!("`{pipeline}` {goes}{of}"), detail());
            }
            Event::Alert { node, alert } => {
                self.say(Level::Warn, Some(node), alert.what.clone(), detail());
            }
            Event::Retry { fault, seconds, .. } => {
                let message = format!("{}; trying once more in {seconds:.1} s", fault.message);
                self.say(Level::Warn, None, message, detail());
            }
            Event::Progress { loads, nodes, seconds } => {
                let told = progress(loads, nodes, *seconds);
                *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = Some(told);
            }
            Event::LoadCommitted { node, receipt } => {
                let message = format!("{} rows are in place", receipt.written);
                self.say(Level::Info, Some(node), message, detail());
            }
            Event::Settled { node, notes, fault } => {
                for note in notes {
                    self.say(Level::Info, Some(node), note.clone(), None);
                }
                if let Some(fault) = fault {
                    let message = format!("{}; the next run tries it again", fault.message);
                    self.say(Level::Warn, Some(node), message, detail());
                }
            }
            Event::RunFinished { report } => {
                for node in report.nodes.iter().filter(|node| node.quarantined > 0) {
                    let message = format!("{} rows are in quarantine", node.quarantined);
                    self.say(Level::Warn, Some(&node.node), message, None);
                }
                // Why it was stopped is known to whom told it to stop.
                if let Some(fault) = report.fault.as_ref().filter(|_| report.state != RunState::Cancelled) {
                    self.say(Level::Error, None, fault.message.clone(), serde_json::to_value(fault).ok());
                }
            }
        }
    }
}

/// The body of `run.progress`.
fn progress(loads: &[LoadProgress], nodes: &[NodeProgress], seconds: f64) -> Value {
    let loads: Vec<Value> = loads.iter().map(shown).collect();
    json!({ "loads": loads, "nodes": nodes, "seconds": seconds })
}

fn shown(load: &LoadProgress) -> Value {
    json!({ "node": load.node, "rows": load.rows, "bytes": load.bytes, "before": load.before, "fraction": load.fraction })
}

impl Writer {
    /// Writes until the journal is closed, and then what is left.
    pub(crate) async fn run(mut self) {
        loop {
            let mut lines = Vec::new();
            let first = tokio::time::timeout(PAUSE, self.receiver.recv()).await;
            let is_closed = matches!(first, Ok(None));
            if let Ok(Some(line)) = first {
                lines.push(line);
                // What is said at once is written at once.
                tokio::task::yield_now().await;
                while let Ok(line) = self.receiver.try_recv() {
                    lines.push(line);
                }
            }
            if let Err(error) = self.write(lines).await {
                tracing::warn!(run.id = self.held.run_id, "the journal of a run cannot be written: {error}");
            }
            if is_closed {
                return;
            }
        }
    }

    async fn write(&mut self, mut lines: Vec<Line>) -> Result<(), Error> {
        let lost = self.lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            lines.push(Line {
                number: 0,
                at: Timestamp::now(),
                level: Level::Warn,
                node: None,
                message: format!("{lost} lines were said too fast to be kept"),
                detail: None,
            });
        }
        let progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner).take();
        if lines.is_empty() && progress.is_none() {
            return Ok(());
        }
        let mut tx = self.store.begin().await?;
        if lease::is_lost(&mut tx, &self.held).await? {
            return Ok(());
        }
        let lines = logs::append(&self.store, &mut tx, &self.held.run_id, lines).await?;
        let mut told = Vec::new();
        if let Some(progress) = progress {
            told.push(self.event("run.progress", progress));
        }
        if !lines.is_empty() {
            told.push(self.event("run.log", json!({ "lines": lines })));
        }
        events::write(&self.store, &mut tx, told).await?;
        commit(tx).await?;
        self.hub.wake();
        Ok(())
    }

    fn event(&self, kind: &str, body: Value) -> NewEvent {
        NewEvent {
            workspace_id: Some(self.workspace.clone()),
            pipeline_id: Some(self.pipeline.clone()),
            run_id: Some(self.held.run_id.clone()),
            kind: kind.into(),
            body,
            ..NewEvent::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_the_engine_can_say_of_its_progress_is_in_the_reference() {
        let load = LoadProgress { node: "out".into(), rows: 9, bytes: 99, before: 1, fraction: Some(0.5) };
        let node = NodeProgress {
            node: "check".into(),
            role: "transform",
            kind: "route".into(),
            read: 10,
            written: 9,
            ports: [("high".to_owned(), 4), ("low".to_owned(), 5)].into(),
            quarantined: 1,
            seconds: Some(0.25),
        };
        let begun = NodeProgress { ports: [].into(), seconds: None, ..node.clone() };
        let told = progress(&[LoadProgress { fraction: None, ..load.clone() }, load], &[node, begun], 1.5);
        assert_eq!(events::kinds::fits("run.progress", &told), Ok(()));
    }
}
