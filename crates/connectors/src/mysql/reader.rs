//! Decodes rows of a result into batches.

use arrow::array::{ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions};
use arrow::datatypes::SchemaRef;
use mysql_async::{BinaryProtocol, Conn, QueryResult, Value};
use tokio::sync::mpsc;
use towpath_connect::{ReadRequest, Reject};
use towpath_model::Fault;

use super::decode::{ColumnDecoder, show};
use super::fault::Place;
use super::session::hang_up;

/// Bytes of values after which a batch is handed over, however few its rows are.
const BATCH_BYTES: usize = 16 << 20;

/// A batch of columns, which may be none.
pub(super) fn batch(schema: &SchemaRef, columns: Vec<ArrayRef>, rows: usize) -> Result<RecordBatch, Fault> {
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(schema.clone(), columns, &options)
        .map_err(|error| Fault::internal(format!("a batch: {error}")))
}

/// Decodes a result in its own task.
pub(super) struct Reader {
    pub(super) request: ReadRequest,
    pub(super) schema: SchemaRef,
    pub(super) decoders: Vec<ColumnDecoder>,
    /// For each column of the batches, its position in the result.
    pub(super) wanted: Vec<usize>,
    pub(super) key: Vec<usize>,
    pub(super) names: Vec<String>,
    pub(super) table: Option<String>,
    pub(super) left: usize,
    pub(super) row_number: u64,
    pub(super) place: Place,
}

impl Reader {
    pub(super) async fn run(mut self, mut conn: Conn, sender: mpsc::Sender<Result<RecordBatch, Fault>>) {
        loop {
            // Dropping the result does not end it: the next call takes it up where this one stopped.
            let next = {
                let mut result = QueryResult::new(&mut conn);
                tokio::select! {
                    biased;
                    next = self.next_batch(&mut result) => next,
                    () = sender.closed() => break,
                }
            };
            let item = match next {
                Ok(None) => break,
                Ok(Some(batch)) => Ok(batch),
                Err(fault) => Err(fault),
            };
            let failed = item.is_err();
            if sender.send(item).await.is_err() || failed {
                break;
            }
        }
        hang_up(conn);
    }

    async fn next_batch(
        &mut self,
        result: &mut QueryResult<'_, 'static, BinaryProtocol>,
    ) -> Result<Option<RecordBatch>, Fault> {
        let target = self.request.batch_rows.max(1).min(self.left);
        let (mut rows, mut bytes, mut bad) = (0, 0, Vec::new());
        while rows < target && bytes < BATCH_BYTES {
            let Some(row) = result.next().await.map_err(|error| self.place.fault(error))? else {
                self.left = rows;
                break;
            };
            let values = row.unwrap_raw();
            self.row_number += 1;
            let mut wrong = None;
            for (column, (decoder, &position)) in self.decoders.iter_mut().zip(&self.wanted).enumerate() {
                let value = values.get(position).and_then(Option::as_ref).unwrap_or(&Value::NULL);
                if let Value::Bytes(content) = value {
                    bytes += content.len();
                } else {
                    bytes += 8;
                }
                if let Err(reason) = decoder.push(value) {
                    wrong.get_or_insert((column, reason));
                }
            }
            if let Some((column, reason)) = wrong {
                bad.push(rows);
                self.reject(&values, column, reason)?;
            }
            rows += 1;
        }
        if rows == 0 {
            return Ok(None);
        }
        self.left -= rows;
        self.request.progress.add_bytes(bytes as u64);
        let keep = (!bad.is_empty()).then(|| {
            let mut bad = bad.iter().copied().peekable();
            BooleanArray::from_iter((0..rows).map(|row| Some(bad.next_if_eq(&row).is_none())))
        });
        let columns = self
            .decoders
            .iter_mut()
            .map(|decoder| decoder.finish(keep.as_ref()))
            .collect::<Result<_, _>>()?;
        batch(&self.schema, columns, rows - bad.len()).map(Some)
    }

    fn reject(&self, values: &[Option<Value>], column: usize, reason: &str) -> Result<(), Fault> {
        let text = |column: usize| {
            let value = values.get(*self.wanted.get(column)?)?.as_ref()?;
            show(value)
        };
        let row: serde_json::Map<String, serde_json::Value> = self
            .names
            .iter()
            .enumerate()
            .map(|(index, name)| (name.clone(), text(index).map_or(serde_json::Value::Null, Into::into)))
            .collect();
        let key: Vec<String> = self
            .key
            .iter()
            .map(|&index| format!("{}={}", self.names[index], text(index).unwrap_or_default()))
            .collect();
        let place = match &self.table {
            Some(table) if !key.is_empty() => format!("table `{table}` key {}", key.join(", ")),
            Some(table) => format!("table `{table}` row {}", self.row_number),
            None => format!("query row {}", self.row_number),
        };
        self.request.rejects.reject(Reject {
            place,
            column: self.names.get(column).cloned(),
            value: text(column),
            reason: reason.to_owned(),
            original: serde_json::Value::Object(row).to_string(),
            value_only: false,
            ..Reject::default()
        })
    }
}
