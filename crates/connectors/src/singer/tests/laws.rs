//! The conformance laws of reading, on a file that the harness writes.

use std::io::Write;
use std::sync::atomic::{AtomicU32, Ordering};

use arrow::datatypes::{DataType, SchemaRef};
use towpath_connect::conformance::{self, Harness};

use super::*;

struct Saved {
    folder: tempfile::TempDir,
    count: AtomicU32,
}

impl Harness for Saved {
    fn connection(&self) -> Value {
        json!({ "path": "all.singer" })
    }

    fn unreachable(&self) -> Option<Value> {
        Some(json!({ "path": "no-such.singer" }))
    }

    fn source(&self, table: &str) -> Value {
        json!({ "stream": table })
    }

    fn destination(&self, _table: &str) -> Value {
        json!({})
    }

    fn seed(&self, table: &str, schema: &SchemaRef, batches: &[RecordBatch]) -> bool {
        let property = |data_type: &DataType| match data_type {
            DataType::Int64 => json!({ "type": ["null", "integer"] }),
            DataType::Decimal128(..) => json!({
                "type": ["null", "number"], "multipleOf": 0.01, "minimum": -9_999_999_999.99, "maximum": 9_999_999_999.99
            }),
            DataType::Date32 => json!({ "type": ["null", "string"], "format": "date" }),
            _ => json!({ "type": ["null", "string"] }),
        };
        let fields = schema.fields().iter().map(|field| (field.name().clone(), property(field.data_type())));
        let properties: serde_json::Map<String, Value> = fields.collect();
        let rows = batches.iter().flat_map(|batch| {
            (0..batch.num_rows()).map(|row| serde_json::from_str(&row_as_json(batch, row)).unwrap())
        });
        let rows: Vec<Value> = rows.collect();
        let mut file =
            std::fs::OpenOptions::new().append(true).open(self.folder.path().join("all.singer")).unwrap();
        file.write_all(messages(table, json!({ "properties": properties }), &rows).as_bytes()).unwrap();
        true
    }

    fn fresh_table_name(&self) -> String {
        format!("law-{:03}", self.count.fetch_add(1, Ordering::Relaxed))
    }

    fn context(&self) -> Context {
        Context::new(self.folder.path())
    }
}

#[tokio::test]
async fn singer_obeys_the_laws_of_reading() {
    let saved = Saved { folder: tempfile::tempdir().unwrap(), count: AtomicU32::new(0) };
    std::fs::write(saved.folder.path().join("all.singer"), "{\"type\": \"STATE\", \"value\": {}}\n").unwrap();
    conformance::run(connector().as_ref(), &saved).await;
}
