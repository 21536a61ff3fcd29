//! What a run says while it runs: log lines for the store, and events for whoever watches.
//!
//! The engine tells what happens from wherever it is and must not wait, so everything goes into a bounded channel; progress
//! is kept as the last state only. A task writes both twice a second. What does not fit is counted, and the log says so.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use towpath_api::live::hub::Hub;
use towpath_engine::report::{Event, LoadProgress};
use towpath_engine::run::EventSink;
use towpath_store::events::{self, NewEvent};
use towpath_store::runs::Run;
use towpath_store::runs::logs::{self, Level, Line, MOST_LINES};
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
    run: String,
    receiver: mpsc::Receiver<Line>,
    progress: Arc<Mutex<Option<Value>>>,
    lost: Arc<AtomicU64>,
    number: i64,
}

impl Journal {
    /// A journal for a run, and what writes it.
    pub(crate) async fn open(store: &Store, hub: &Hub, run: &Run) -> Result<(Journal, Writer), Error> {
        let number = logs::last(&mut *store.read().await?, run.id.as_str()).await?;
        let (sender, receiver) = mpsc::channel(WAITING);
        let (progress, lost) = (Arc::default(), Arc::default());
        let journal = Journal { sender, progress: Arc::clone(&progress), lost: Arc::clone(&lost) };
        let writer = Writer {
            store: store.clone(),
            hub: hub.clone(),
            workspace: run.workspace_id.to_string(),
            pipeline: run.pipeline_id.to_string(),
            run: run.id.to_string(),
            receiver,
            progress,
            lost,
            number,
        };
        Ok((journal, writer))
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
                self.say(Level::Warn, Some(node), alert_text(alert), detail());
            }
            Event::Retry { fault, seconds, .. } => {
                let message = format!("{}; trying once more in {seconds:.1} s", fault.message);
                self.say(Level::Warn, None, message, detail());
            }
            Event::Progress { loads, seconds } => {
                let told =
                    json!({ "loads": loads.iter().map(shown).collect::<Vec<_>>(), "seconds": seconds });
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
                if let Some(fault) = &report.fault {
                    self.say(Level::Error, None, fault.message.clone(), serde_json::to_value(fault).ok());
                }
            }
        }
    }
}

fn shown(load: &LoadProgress) -> Value {
    json!({ "node": load.node, "rows": load.rows, "bytes": load.bytes, "before": load.before, "fraction": load.fraction })
}

fn alert_text(alert: &towpath_connect::Alert) -> String {
    let value = serde_json::to_value(alert).unwrap_or_default();
    let message = value.get("message").and_then(Value::as_str).map(str::to_owned);
    message.unwrap_or_else(|| value.to_string())
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
                tracing::warn!(run.id = self.run, "the journal of a run cannot be written: {error}");
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
        let room = usize::try_from(MOST_LINES - self.number).unwrap_or_default();
        let is_full = lines.len() > room;
        lines.truncate(room);
        if is_full && room > 0 {
            lines[room - 1].message = format!("the log is full: it keeps {MOST_LINES} lines of a run");
            lines[room - 1].level = Level::Warn;
        }
        for line in &mut lines {
            self.number += 1;
            line.number = self.number;
        }
        let mut told = Vec::new();
        if let Some(progress) = progress {
            told.push(self.event("run.progress", progress));
        }
        if !lines.is_empty() {
            told.push(self.event("run.log", json!({ "lines": lines })));
        }
        let mut tx = self.store.begin().await?;
        logs::append(&mut tx, &self.run, &lines).await?;
        events::write(&self.store, &mut tx, told).await?;
        commit(tx).await?;
        self.hub.wake();
        Ok(())
    }

    fn event(&self, kind: &str, body: Value) -> NewEvent {
        NewEvent {
            workspace_id: Some(self.workspace.clone()),
            pipeline_id: Some(self.pipeline.clone()),
            run_id: Some(self.run.clone()),
            kind: kind.into(),
            body,
            ..NewEvent::default()
        }
    }
}
