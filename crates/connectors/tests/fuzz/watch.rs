//! Ends the process when a case hangs or takes too much memory, and says which file it was.
//!
//! Neither can be stopped from within, so a thread looks from outside. Time is that of the processors, so that a busy
//! machine does not look like a case that hangs; a case that waits forever is ended by a much longer wall time.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Most seconds of processor time for a case; a good one takes milliseconds.
const MOST_CPU_SECONDS: f64 = 20.0;
/// Longest wait for a case.
const MOST_WAIT: Duration = Duration::from_secs(180);
/// Most resident memory of the process.
const MOST_MB: u64 = 768;

/// The case that is under way.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watch(Arc<Mutex<Option<Started>>>);

#[derive(Debug, Clone)]
struct Started {
    file: PathBuf,
    wall: Instant,
    cpu_seconds: f64,
}

impl Watch {
    /// Starts to watch.
    pub(crate) fn new() -> Self {
        let watch = Watch::default();
        let seen = watch.clone();
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(Duration::from_millis(20));
                seen.look();
            }
        });
        watch
    }

    /// A case begins that is kept in this file.
    pub(crate) fn begin(&self, file: PathBuf) {
        let started = Started { file, wall: Instant::now(), cpu_seconds: cpu_seconds() };
        *self.0.lock().unwrap() = Some(started);
    }

    /// The case is over.
    pub(crate) fn end(&self) {
        *self.0.lock().unwrap() = None;
    }

    fn look(&self) {
        let Some(started) = self.0.lock().unwrap().clone() else { return };
        let (cpu, memory) = (cpu_seconds() - started.cpu_seconds, resident_mb());
        let why = match () {
            () if memory > MOST_MB => format!("took {memory} MB"),
            () if cpu > MOST_CPU_SECONDS || started.wall.elapsed() > MOST_WAIT => {
                format!("did not end after {cpu:.0} s of processor time, {:?} in all", started.wall.elapsed())
            }
            () => return,
        };
        eprintln!("a case {why}; it is kept in {}", started.file.display());
        std::process::exit(1);
    }
}

/// Processor time of this process so far, in hundredths of a second as the kernel counts it.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_ascii_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn resident_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_ascii_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}
