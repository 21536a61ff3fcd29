//! Progress of a run: one bar for each destination on a terminal, events as JSON, or silence.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use towpath_engine::report::Event;
use towpath_engine::run::EventSink;

use super::{Console, bytes, count, seconds};

/// The sink of a run's events for this console.
pub(crate) fn sink(console: Console) -> EventSink {
    if console.json {
        return Arc::new(move |event| console.json_line(&event));
    }
    if !console.live {
        return Arc::new(|_| {});
    }
    let bars = Mutex::new(Bars { all: MultiProgress::new(), by_node: HashMap::new() });
    Arc::new(move |event| bars.lock().unwrap_or_else(PoisonError::into_inner).show(event))
}

struct Bars {
    all: MultiProgress,
    by_node: HashMap<String, ProgressBar>,
}

impl Bars {
    fn show(&mut self, event: Event) {
        match event {
            Event::Progress { loads, seconds: elapsed, .. } => {
                for load in loads {
                    let bar = self.by_node.entry(load.node.clone()).or_insert_with(|| {
                        let bar = self.all.add(ProgressBar::new(1000));
                        bar.set_prefix(load.node.clone());
                        bar.enable_steady_tick(Duration::from_millis(120));
                        bar
                    });
                    let (style, eta) = match load.fraction.filter(|fraction| *fraction > 0.0) {
                        Some(fraction) => {
                            bar.set_position((fraction * 1000.0) as u64);
                            let left = elapsed / fraction - elapsed;
                            (
                                "{prefix:.bold} [{bar:24}] {percent:>3}% {msg}",
                                format!(" · {} left", seconds(left)),
                            )
                        }
                        None => ("{prefix:.bold} {spinner} {msg}", String::new()),
                    };
                    if let Ok(style) = ProgressStyle::with_template(style) {
                        bar.set_style(style.progress_chars("━╸─"));
                    }
                    let rate = load.rows.saturating_sub(load.before) as f64 / elapsed.max(0.001);
                    bar.set_message(format!(
                        "{} rows · {} rows/s · {} · {}{eta}",
                        count(load.rows),
                        count(rate as u64),
                        bytes(load.bytes),
                        seconds(elapsed)
                    ));
                }
            }
            Event::RunFinished { .. } => {
                for bar in self.by_node.values() {
                    bar.finish_and_clear();
                }
                // A terminal that cannot be cleared keeps the last state of the bars; nothing is lost.
                let _ = self.all.clear();
            }
            _ => {}
        }
    }
}
