//! The connector as the engine uses it, on files and on a tap that is run.

mod laws;
mod reading;
mod taps;

use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use futures::TryStreamExt;
use serde_json::{Value, json};
use towpath_connect::fit::row_as_json;
use towpath_connect::reject::MemoryRejects;
use towpath_connect::types::describe;
use towpath_connect::{Connector, Context, ReadRequest, Reject, StreamInfo, erase};
use towpath_model::Fault;

use super::Singer;

/// What reading a stream gave.
#[derive(Debug)]
struct Read {
    info: StreamInfo,
    batches: Vec<RecordBatch>,
    rejects: Vec<Reject>,
}

impl Read {
    /// Columns with their types, for example `id int64`.
    fn columns(&self) -> Vec<String> {
        let fields = self.info.schema.fields().iter();
        fields.map(|field| format!("{} {}", field.name(), describe(field))).collect()
    }

    fn rows(&self) -> Vec<String> {
        let rows = |batch: &RecordBatch| {
            (0..batch.num_rows()).map(|row| row_as_json(batch, row)).collect::<Vec<_>>()
        };
        self.batches.iter().flat_map(rows).collect()
    }

    /// Place and reason of each reject.
    fn refused(&self) -> Vec<String> {
        self.rejects.iter().map(|reject| format!("{} {}", reject.place, reject.reason)).collect()
    }
}

fn connector() -> Arc<dyn Connector> {
    erase::<Singer>()
}

async fn read_with(
    folder: &Path,
    connection: Value,
    stream: &str,
    change: impl Fn(&mut ReadRequest),
) -> Result<Read, Fault> {
    let settings = json!({ "stream": stream });
    let source = connector().source(&connection, &settings, &Context::new(folder))?;
    let info = source.describe().await?;
    let rejects = Arc::new(MemoryRejects::default());
    let mut request = ReadRequest::all(info.schema.clone(), rejects.clone());
    change(&mut request);
    let schema = request.projected()?;
    let batches: Vec<RecordBatch> = source.read(request).await?.try_collect().await?;
    for batch in &batches {
        assert_eq!(batch.schema(), schema, "batches have the schema that was described");
    }
    Ok(Read { info, batches, rejects: rejects.all() })
}

/// Reads a stream of a file that holds these messages.
async fn read(messages: &str, stream: &str) -> Result<Read, Fault> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("m.singer"), messages).unwrap();
    read_with(folder.path(), json!({ "path": "m.singer" }), stream, |_| {}).await
}

/// A SCHEMA message and one RECORD message for each row.
fn messages(stream: &str, schema: Value, rows: &[Value]) -> String {
    let key = schema["key_properties"].clone();
    let key = if key.is_null() { json!([]) } else { key };
    let first = json!({ "type": "SCHEMA", "stream": stream, "schema": schema, "key_properties": key });
    let rows = rows.iter().map(|row| json!({ "type": "RECORD", "stream": stream, "record": row }));
    std::iter::once(first).chain(rows).map(|message| format!("{message}\n")).collect()
}
