//! A writer of chunks, with a connection of its own.
//!
//! The rows of a chunk are one transaction, which also seals the chunk. Where repeated keys must be resolved, each row
//! carries the number of its part and its place there; only the seal tells which chunk a part is, because a lane learns
//! that last. When a lane is dropped its connection closes, and the server takes back what is not sealed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use arrow::array::{ArrayRef, RecordBatch, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema};
use async_trait::async_trait;
use mysql_async::prelude::Queryable;
use towpath_connect::Lane;
use towpath_model::{Fault, LoadId};

use super::chunks::ChunkTable;
use super::create::ColumnDefinition;
use super::encode::EncodedColumn;
use super::fault::Place;
use super::shape::ROW;
use super::types::ColumnType;
use super::writer::{Writer, Writing};

/// A lane.
pub(super) struct MysqlLane {
    writer: Writer,
    chunks: ChunkTable,
    load_id: LoadId,
    /// The number of the next part, for all lanes of the load.
    parts: Arc<AtomicU32>,
    part: u32,
    /// Rows carry numbers.
    numbered: bool,
    /// Rows written when the current chunk began; `None` between chunks.
    began: Option<u64>,
    place: Place,
}

/// Adds the column of row numbers to what is written.
pub(super) fn with_numbers(mut writing: Writing) -> Writing {
    let column_type = ColumnType::Int { bits: 64, unsigned: true, narrow: false };
    writing.encoded.push(EncodedColumn { name: ROW.into(), native: column_type.to_string(), fraction: None });
    writing.columns.push(ColumnDefinition {
        name: ROW.into(),
        column_type,
        charset: None,
        collation: None,
        nullable: false,
        default: None,
    });
    writing
}

impl MysqlLane {
    pub(super) fn new(
        writer: Writer,
        chunks: ChunkTable,
        load_id: LoadId,
        parts: Arc<AtomicU32>,
        numbered: bool,
        place: Place,
    ) -> Self {
        MysqlLane { writer, chunks, load_id, parts, part: 0, numbered, began: None, place }
    }

    /// Begins a chunk when none is under way; returns its number of rows so far.
    async fn begin(&mut self) -> Result<u64, Fault> {
        if let Some(began) = self.began {
            return Ok(self.writer.rows - began);
        }
        let conn = self.writer.finish().await?;
        conn.query_drop("START TRANSACTION").await.map_err(|error| self.place.fault(error))?;
        self.part = self.parts.fetch_add(1, Ordering::Relaxed);
        self.began = Some(self.writer.rows);
        Ok(0)
    }
}

/// The batch with the numbers of its rows behind its columns.
fn numbered(batch: &RecordBatch, first: u64) -> Result<RecordBatch, Fault> {
    let numbers: ArrayRef = Arc::new(UInt64Array::from_iter_values(first..first + batch.num_rows() as u64));
    let mut fields = batch.schema_ref().fields().to_vec();
    fields.push(Arc::new(Field::new(ROW, DataType::UInt64, false)));
    let mut columns = batch.columns().to_vec();
    columns.push(numbers);
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
        .map_err(|error| Fault::internal(format!("rows cannot be numbered: {error}")))
}

#[async_trait]
impl Lane for MysqlLane {
    async fn write(&mut self, batch: RecordBatch) -> Result<(), Fault> {
        let rows = self.begin().await?;
        if !self.numbered {
            return self.writer.write(&batch).await;
        }
        let first = (u64::from(self.part) << 32) + rows;
        self.writer.write(&numbered(&batch, first)?).await
    }

    async fn seal(&mut self, position: usize, counts: &str) -> Result<(), Fault> {
        self.begin().await?;
        self.writer.finish().await?;
        let rows = self.writer.rows - self.began.take().unwrap_or_default();
        let conn = self.writer.finish().await?;
        self.chunks.seal(conn, &self.load_id, position, (counts, rows, self.part)).await?;
        conn.query_drop("COMMIT").await.map_err(|error| self.place.fault(error))
    }
}
