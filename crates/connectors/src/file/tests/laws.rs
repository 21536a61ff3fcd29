//! The conformance laws, on CSV: the format that keeps the least, and takes both write modes.

use std::sync::atomic::{AtomicU32, Ordering};

use arrow::datatypes::DataType;
use towpath_connect::conformance::{Harness, run};

use super::*;

struct Folder {
    folder: tempfile::TempDir,
    count: AtomicU32,
}

impl Harness for Folder {
    fn connection(&self) -> Value {
        json!({ "root": "." })
    }

    fn unreachable(&self) -> Option<Value> {
        Some(json!({ "root": "no-such-folder" }))
    }

    fn source(&self, table: &str) -> Value {
        json!({ "path": format!("{table}.csv") })
    }

    fn destination(&self, table: &str) -> Value {
        json!({ "path": format!("{table}.csv") })
    }

    fn fresh_table_name(&self) -> String {
        format!("law-{:03}", self.count.fetch_add(1, Ordering::Relaxed))
    }

    fn context(&self) -> Context {
        Context::new(self.folder.path())
    }

    fn keeps(&self, data_type: &DataType) -> bool {
        // Binary, spans of time and lists come back as the text they were written as.
        !matches!(
            towpath_connect::types::canonical(data_type),
            DataType::Binary | DataType::Duration(_) | DataType::Interval(_) | DataType::List(_)
        )
    }
}

#[tokio::test]
async fn the_laws_hold() {
    let folder = Folder { folder: tempfile::tempdir().unwrap(), count: AtomicU32::new(0) };
    run(connector().as_ref(), &folder).await;
}
