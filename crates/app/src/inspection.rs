//! What a stream holds, how that was found out, and the settings that say the same: for the command line and the server.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use arrow::array::{Array, RecordBatch};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use futures::StreamExt;
use serde_json::{Map, Value};
use towpath_connect::reject::MemoryRejects;
use towpath_connect::{Fact, ReadRequest, Reject, RejectSink, Source, StreamInfo};
use towpath_model::Fault;

use crate::output::tables;

/// Values of a column that are shown.
const EXAMPLES: usize = 3;

/// Rejected rows that are shown.
pub(crate) const REJECTS: u64 = 10;

/// How much is read of a stream.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Most {
    pub(crate) rows: u64,
    pub(crate) time: Duration,
}

/// What was found out about a stream.
pub(crate) struct Inspection {
    pub(crate) info: StreamInfo,
    pub(crate) tally: Tally,
    pub(crate) rejects: Arc<Sink>,
    /// Every row was read.
    pub(crate) is_whole: bool,
}

/// Describes a source and reads its rows: all of them, or so much.
pub(crate) async fn inspect(source: &dyn Source, most: Option<Most>) -> Result<Inspection, Fault> {
    let info = source.describe().await?;
    let rejects = Arc::new(Sink::default());
    let mut tally = Tally::new(&info);
    let request = ReadRequest::all(Arc::clone(&info.schema), Arc::clone(&rejects) as Arc<dyn RejectSink>);
    let mut batches = source.read(request).await?;
    let (started, mut is_whole) = (Instant::now(), true);
    while let Some(batch) = batches.next().await {
        tally.add(&batch?);
        if most.is_some_and(|most| tally.rows >= most.rows || started.elapsed() >= most.time) {
            // Whether anything follows is not worth another wait.
            is_whole = false;
            break;
        }
    }
    Ok(Inspection { info, tally, rejects, is_whole })
}

/// The node with the settings that say what was found. Where the files of a stream differ, nothing is said.
pub(crate) fn pinned(mut node: Map<String, Value>, given: &Map<String, Value>, facts: &[Fact]) -> Value {
    for (key, value) in given {
        node.insert(key.clone(), value.clone());
    }
    let mut found: BTreeMap<&str, Option<Value>> = BTreeMap::new();
    let mut columns = Map::new();
    let mut order: Vec<&str> = Vec::new();
    for fact in facts {
        let Some((setting, value)) = &fact.setting else { continue };
        if let (Some(_), Value::Object(column)) = (&fact.column, value) {
            columns.extend(column.clone());
            continue;
        }
        if !order.contains(setting) {
            order.push(setting);
        }
        found
            .entry(setting)
            .and_modify(|known| {
                if known.as_ref() != Some(value) {
                    *known = None;
                }
            })
            .or_insert_with(|| Some(value.clone()));
    }
    for setting in order {
        if let Some(Some(value)) = found.remove(setting) {
            node.entry(setting.to_owned()).or_insert(value);
        }
    }
    if !columns.is_empty() {
        node.insert("columns".into(), Value::Object(columns));
    }
    Value::Object(node)
}

/// What was counted of the rows.
pub(crate) struct Tally {
    pub(crate) rows: u64,
    pub(crate) columns: Vec<Column>,
}

/// What was seen of the values of a column.
#[derive(Default)]
pub(crate) struct Column {
    pub(crate) nulls: u64,
    pub(crate) examples: Vec<String>,
}

impl Tally {
    fn new(info: &StreamInfo) -> Self {
        Tally { rows: 0, columns: info.schema.fields().iter().map(|_| Column::default()).collect() }
    }

    fn add(&mut self, batch: &RecordBatch) {
        self.rows += batch.num_rows() as u64;
        let options = FormatOptions::default();
        for (column, array) in self.columns.iter_mut().zip(batch.columns()) {
            column.nulls += array.null_count() as u64;
            let Ok(formatter) = ArrayFormatter::try_new(array, &options) else { continue };
            for row in 0..array.len() {
                if column.examples.len() == EXAMPLES {
                    break;
                }
                let shown = tables::shorten(&formatter.value(row).to_string());
                if array.is_valid(row) && !column.examples.contains(&shown) {
                    column.examples.push(shown);
                }
            }
        }
    }
}

/// The first rejected rows, and the number of all.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    pub(crate) first: MemoryRejects,
    count: AtomicU64,
}

impl Sink {
    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }
}

impl RejectSink for Sink {
    fn reject(&self, reject: Reject) -> Result<(), Fault> {
        if self.count.fetch_add(1, Ordering::Relaxed) < REJECTS {
            self.first.reject(reject)?;
        }
        Ok(())
    }
}
