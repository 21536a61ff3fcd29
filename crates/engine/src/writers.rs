//! The writers of a run: one per destination, each up to, but not including, its commit.
//!
//! A destination takes its rows as one stream, or, when its plan is divisible ([`crate::chunked`]) and it can
//! resume, chunk by chunk through several lanes. What a chunk counted is written down with it, so that a resumed
//! run accounts for all rows. Rows that a chunk rejected are kept before the chunk is sealed, and forgotten before
//! it is read once more: quarantine and table always tell the same.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use datafusion::execution::{SendableRecordBatchStream, SessionState};
use datafusion::physical_plan::ExecutionPlan;
use futures::StreamExt;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::task::JoinSet;
use towpath_connect::{Chunk, ColumnFit, Destination, Fitter, Lane, Load, LoadRequest, RejectSink, Source};
use towpath_model::Fault;
use towpath_model::landing::Resume;

use crate::chunked;
use crate::context::RunShared;
use crate::fault::from_datafusion;
use crate::scope;

/// How long a load may take to clean up after a failure. What is left then, the next load clears away.
const PATIENCE: Duration = Duration::from_secs(5);

/// One destination and the plan that feeds it.
pub(crate) struct Work {
    pub(crate) node: String,
    pub(crate) plan: Arc<dyn ExecutionPlan>,
    /// The plan of the groups that a partial mirror is about, when another node gives them.
    pub(crate) scope: Option<Arc<dyn ExecutionPlan>>,
    pub(crate) state: SessionState,
    pub(crate) shared: RunShared,
    /// What the document calls its target, for messages.
    pub(crate) table: String,
    /// The node and those that it reads, directly or not.
    pub(crate) behind: Vec<String>,
    pub(crate) destination: Arc<dyn Destination>,
    pub(crate) request: LoadRequest,
    /// The moment in which this load commits together with others.
    pub(crate) group: Option<usize>,
    /// How to cut the load; `None` when it cannot be resumed.
    pub(crate) resume: Option<Resume>,
    /// An earlier run left this load unfinished.
    pub(crate) resumed: bool,
    pub(crate) progress: Arc<Progress>,
    /// The first rows that are handed to the destination.
    pub(crate) sample: Sample,
}

impl Work {
    fn divisible(&self) -> bool {
        chunked::divisible(&self.plan).is_some()
    }
}

/// What a writer has done so far.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// Rows handed to the destination, sealed ones of earlier attempts too.
    pub(crate) rows: AtomicU64,
    /// Bytes of those rows in memory.
    pub(crate) bytes: AtomicU64,
    /// Rows of earlier attempts.
    pub(crate) before: AtomicU64,
    /// A chunk is sealed: a resume has something to go on with.
    pub(crate) sealed: AtomicU64,
}

/// Rows of a destination that are kept to be looked at.
const SAMPLE_ROWS: usize = 50;

/// The first rows that are handed to a destination, as they are handed over.
#[derive(Debug, Default)]
pub(crate) struct Sample(Mutex<Vec<RecordBatch>>);

impl Sample {
    fn take(&self, batch: &RecordBatch) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = SAMPLE_ROWS - kept.iter().map(RecordBatch::num_rows).sum::<usize>();
        if room == 0 {
            return;
        }
        let first = batch.slice(0, room.min(batch.num_rows()));
        // A slice would keep all of the batch in memory for as long as the run takes.
        if let Ok(own) = concat_batches(&first.schema(), [&first]) {
            kept.push(own);
        }
    }

    /// What was kept.
    pub(crate) fn rows(&self) -> Vec<RecordBatch> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What is written down with a chunk.
#[derive(Serialize, Deserialize)]
struct Sealed {
    /// Rows handed to the destination.
    rows: u64,
    /// Counters of the run, see [`RunShared::counts`].
    counts: String,
}

/// A load with all its rows, and whether it keeps them for a resume when it is dropped.
pub(crate) struct Ready {
    pub(crate) load: Box<dyn Load>,
    pub(crate) keeps: bool,
}

impl Ready {
    /// Takes the load back, unless a resume can go on with it.
    pub(crate) async fn give_up(self) {
        if !self.keeps {
            // The load stays invisible even if cleaning up fails or the other side has fallen silent; the first
            // failure is what people need, and now.
            let _ = tokio::time::timeout(PATIENCE, self.load.abort()).await;
        }
    }
}

/// Writes one destination up to, but not including, its commit.
pub(crate) async fn write_all(work: Arc<Work>, mut stop: watch::Receiver<bool>) -> Result<Ready, Fault> {
    let mut request = work.request.clone();
    let source = chunked::divisible(&work.plan).cloned().filter(|_| work.resume.is_some());
    let begin = async {
        if let (Some(source), Some(resume)) = (&source, &work.resume) {
            let chunks = source.split(resume.rows).await?;
            // A single chunk leaves nothing to go on with.
            request.chunks = chunks.filter(|chunks| chunks.len() > 1 || work.resumed);
        }
        work.destination.begin(request).await
    };
    let load = tokio::select! {
        load = begin => load?,
        () = stopped(&mut stop) => return Err(Fault::cancelled()),
    };
    let keeps = !load.chunks().is_empty();
    let mut ready = Ready { load, keeps };
    let rows_and_scope = async {
        // At the same time, because both may wait for rows of one node.
        let scope = async {
            match &work.scope {
                Some(plan) => {
                    let shared = work.shared.labelled("");
                    scope::collect(Arc::clone(plan), &work.state, shared).await.map(Some)
                }
                None => Ok(None),
            }
        };
        let ((), groups) = tokio::try_join!(fill(&work, ready.load.as_mut(), source), scope)?;
        match groups {
            Some(groups) => ready.load.scope(groups).await,
            None => Ok(()),
        }
    };
    let result = tokio::select! {
        result = rows_and_scope => result,
        () = stopped(&mut stop) => Err(Fault::cancelled()),
    };
    match result {
        Ok(()) => Ok(ready),
        Err(fault) => {
            ready.keeps &= work.progress.sealed.load(Ordering::Relaxed) > 0;
            ready.give_up().await;
            Err(fault)
        }
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        // The sender lives as long as the writers are awaited.
        std::future::pending::<()>().await;
    }
}

async fn fill(work: &Arc<Work>, load: &mut dyn Load, source: Option<Arc<dyn Source>>) -> Result<(), Fault> {
    // A divisible plan shares no node with another, so nobody else needs its rows.
    if load.is_replay() && work.divisible() {
        for node in &work.behind {
            work.shared.add_kept(node)?;
        }
        return Ok(());
    }
    match (load.chunks().is_empty(), source) {
        (false, Some(source)) => fill_chunks(work, load, source.as_ref()).await,
        (false, None) => Err(Fault::contract(
            "the load under way was cut into chunks, and the pipeline now needs all rows at once",
        )
        .hint("start a new run instead of resuming")),
        (true, _) => {
            // Rows of an indivisible plan may be shared between destinations; the run forgets them as a whole.
            let label = if work.divisible() { work.node.clone() } else { String::new() };
            if work.divisible() {
                work.shared.quarantine().forget(&label)?;
            }
            let shared = work.shared.labelled(label);
            let stream = chunked::execute(Arc::clone(&work.plan), &work.state, shared.clone())?;
            let columns = load.columns().to_vec();
            let sink = shared.sink(&work.node);
            pump(work, stream, columns, sink.as_ref(), &mut Taker::Load(load)).await.map(drop)
        }
    }
}

/// Where rows go: a whole load, or a lane of one.
enum Taker<'a> {
    Load(&'a mut dyn Load),
    Lane(&'a mut dyn Lane),
}

/// Fits all rows of a stream and hands them on; returns their number.
async fn pump(
    work: &Work,
    mut stream: SendableRecordBatchStream,
    columns: Vec<ColumnFit>,
    sink: &dyn RejectSink,
    taker: &mut Taker<'_>,
) -> Result<u64, Fault> {
    let mut fitter = Fitter::new(Arc::clone(&work.request.schema), columns)?;
    let mut taken = 0;
    while let Some(batch) = stream.next().await {
        let batch = batch.map_err(from_datafusion)?;
        let size = batch.get_array_memory_size();
        let bytes = size as u64;
        let _held = work.shared.usage.hold(size);
        let (batch, rejects) = fitter.fit(batch)?;
        for reject in rejects {
            sink.reject(reject)?;
        }
        let rows = batch.num_rows() as u64;
        if rows > 0 {
            work.sample.take(&batch);
            match taker {
                Taker::Load(load) => load.write(batch).await?,
                Taker::Lane(lane) => lane.write(batch).await?,
            }
        }
        taken += rows;
        work.progress.rows.fetch_add(rows, Ordering::Relaxed);
        work.progress.bytes.fetch_add(bytes, Ordering::Relaxed);
    }
    Ok(taken)
}

async fn fill_chunks(work: &Arc<Work>, load: &mut dyn Load, source: &dyn Source) -> Result<(), Fault> {
    let mut open = VecDeque::new();
    for (position, state) in load.chunks().iter().enumerate() {
        match &state.counts {
            None => open.push_back((position, state.chunk.clone())),
            Some(counts) => {
                let sealed: Sealed = serde_json::from_str(counts).map_err(|error| {
                    Fault::internal(format!("the counts of a chunk cannot be read: {error}"))
                })?;
                work.shared.add_counts(&sealed.counts)?;
                work.progress.rows.fetch_add(sealed.rows, Ordering::Relaxed);
                work.progress.before.fetch_add(sealed.rows, Ordering::Relaxed);
                work.progress.sealed.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
    if work.progress.sealed.load(Ordering::Relaxed) > 0 || work.resumed {
        let all: Vec<Chunk> = load.chunks().iter().map(|state| state.chunk.clone()).collect();
        source.revisit(&all).await?;
    }
    let parallel = work.resume.as_ref().map_or(1, |resume| resume.parallel).min(open.len());
    let columns = load.columns().to_vec();
    let open = Arc::new(Mutex::new(open));
    // Dropping the set stops the lanes, and what they did not seal is taken back.
    let mut lanes = JoinSet::new();
    for _ in 0..parallel {
        let lane = load.lane().await?;
        lanes.spawn(run_lane(Arc::clone(work), lane, columns.clone(), Arc::clone(&open)));
    }
    while let Some(done) = lanes.join_next().await {
        done.map_err(|error| Fault::internal(format!("a lane stopped: {error}")))??;
    }
    Ok(())
}

/// Takes chunks as long as there are any.
async fn run_lane(
    work: Arc<Work>,
    mut lane: Box<dyn Lane>,
    columns: Vec<ColumnFit>,
    open: Arc<Mutex<VecDeque<(usize, Chunk)>>>,
) -> Result<(), Fault> {
    loop {
        let next = open.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some((position, chunk)) = next else { return Ok(()) };
        let label = format!("{}#{position}", work.node);
        work.shared.quarantine().forget(&label)?;
        let shared = work.shared.fork(label);
        let plan = chunked::for_chunk(&work.plan, &chunk).map_err(from_datafusion)?;
        let stream = chunked::execute(plan, &work.state, shared.clone())?;
        let sink = shared.sink(&work.node);
        let taker = &mut Taker::Lane(lane.as_mut());
        let rows = pump(&work, stream, columns.clone(), sink.as_ref(), taker).await;
        // A broken expectation stops the run here, and its report must show it.
        let rows = rows.inspect_err(|_| work.shared.add_checks(&shared))?;
        work.shared.quarantine().keep()?;
        let counts = shared.counts();
        let sealed = serde_json::to_string(&Sealed { rows, counts: counts.clone() });
        let sealed = sealed.map_err(|error| Fault::internal(format!("the counts of a chunk: {error}")))?;
        lane.seal(position, &sealed).await?;
        work.progress.sealed.fetch_add(1, Ordering::Relaxed);
        shared.end_counting();
        work.shared.add_counts(&counts)?;
    }
}
