//! The conformance laws, on CSV, whose files take every write mode and keep a header without rows.

use std::sync::atomic::{AtomicU32, Ordering};

use arrow::datatypes::DataType;
use towpath_connect::conformance::{Harness, run};

use super::*;

struct Folder {
    folder: tempfile::TempDir,
    format: &'static str,
    count: AtomicU32,
}

impl Folder {
    fn of(format: &'static str) -> Folder {
        Folder { folder: tempfile::tempdir().unwrap(), format, count: AtomicU32::new(0) }
    }
}

impl Harness for Folder {
    fn connection(&self) -> Value {
        json!({ "root": self.folder.path() })
    }

    fn unreachable(&self) -> Option<Value> {
        Some(json!({ "root": self.folder.path().join("missing") }))
    }

    fn source(&self, table: &str) -> Value {
        json!({ "path": table, "format": self.format })
    }

    fn destination(&self, table: &str) -> Value {
        json!({ "path": table, "format": self.format })
    }

    fn fresh_table_name(&self) -> String {
        format!("law {}.{}", self.count.fetch_add(1, Ordering::Relaxed), self.format)
    }

    fn keeps(&self, _: &DataType) -> bool {
        // Text formats find types anew; the round trips of each format show what they keep.
        false
    }

    fn context(&self) -> Context {
        Context::new(self.folder.path())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn csv_keeps_the_laws() {
    run(erase::<FileConnector>().as_ref(), &Folder::of("csv")).await;
}
