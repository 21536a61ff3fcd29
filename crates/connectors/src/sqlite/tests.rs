use std::path::Path;

use rusqlite::Connection;
use serde_json::{Value, json};
use towpath_connect::conformance::{self, Harness};
use towpath_connect::{Connector, Context, erase};

use super::Sqlite;

struct File {
    folder: tempfile::TempDir,
    count: std::sync::atomic::AtomicUsize,
}

impl File {
    fn new() -> Self {
        File { folder: tempfile::tempdir().unwrap(), count: Default::default() }
    }
}

impl Harness for File {
    fn connection(&self) -> Value {
        json!({ "path": "laws.db" })
    }

    fn unreachable(&self) -> Option<Value> {
        Some(json!({ "path": "no/such/folder/laws.db" }))
    }

    fn source(&self, table: &str) -> Value {
        json!({ "table": table })
    }

    fn destination(&self, table: &str) -> Value {
        json!({ "table": table })
    }

    fn fresh_table_name(&self) -> String {
        let number = self.count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        format!("table \"{number}\" of the laws")
    }

    fn context(&self) -> Context {
        Context::new(self.folder.path())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_the_laws() {
    conformance::run(erase::<Sqlite>().as_ref(), &File::new()).await;
}
