//! The conformance laws, on every format, as single files and as folders.

use std::sync::atomic::{AtomicU32, Ordering};

use arrow::datatypes::DataType;
use towpath_connect::Capabilities;
use towpath_connect::conformance::{Harness, run};

use super::*;

/// One way to keep a table in files.
pub(super) struct Kept {
    folder: tempfile::TempDir,
    /// A connection that works, and one that cannot.
    connections: (Value, Value),
    count: AtomicU32,
    /// What stands behind the name of a table.
    ending: &'static str,
    format: &'static str,
    modes: Vec<WriteMode>,
    /// Settings of the destination besides the path.
    more: Value,
}

impl Kept {
    pub(super) fn new(ending: &'static str, format: &'static str, modes: &[WriteMode]) -> Self {
        Kept {
            folder: tempfile::tempdir().unwrap(),
            connections: (json!({ "root": "." }), json!({ "root": "no-such-folder" })),
            count: AtomicU32::new(0),
            ending,
            format,
            modes: modes.to_vec(),
            more: json!({}),
        }
    }

    /// The same, on a server.
    pub(super) fn at(self, connections: (Value, Value)) -> Self {
        Kept { connections, ..self }
    }

    pub(super) async fn obeys(self) {
        run(connector().as_ref(), &self).await;
    }

    fn has_types(&self) -> bool {
        matches!(self.format, "parquet" | "arrow")
    }
}

impl Harness for Kept {
    fn connection(&self) -> Value {
        self.connections.0.clone()
    }

    fn unreachable(&self) -> Option<Value> {
        Some(self.connections.1.clone())
    }

    fn is_remote(&self) -> bool {
        self.connections.0["root"].as_str().is_some_and(|root| root.contains("://"))
    }

    fn source(&self, table: &str) -> Value {
        json!({ "path": format!("{table}{}", self.ending), "format": self.format })
    }

    fn destination(&self, table: &str) -> Value {
        let mut settings = self.source(table);
        for (name, value) in self.more.as_object().unwrap() {
            settings[name] = value.clone();
        }
        settings
    }

    fn fresh_table_name(&self) -> String {
        format!("law-{:03}", self.count.fetch_add(1, Ordering::Relaxed))
    }

    fn context(&self) -> Context {
        Context::new(self.folder.path())
    }

    fn capabilities(&self, connector: &Capabilities) -> Capabilities {
        Capabilities { write_modes: self.modes.clone(), ..connector.clone() }
    }

    fn keeps_columns_of_empty_tables(&self) -> bool {
        !matches!(self.format, "json" | "ndjson")
    }

    fn first_day(&self) -> i32 {
        // A workbook knows no day before 1 January 1900.
        if self.format == "excel" { -25_567 } else { -719_162 }
    }

    fn keeps_json_null(&self) -> bool {
        !matches!(self.format, "json" | "ndjson")
    }

    fn keeps(&self, data_type: &DataType) -> bool {
        // As text, binary, spans of time and lists come back as the text they were written as.
        self.has_types()
            || !matches!(
                towpath_connect::types::canonical(data_type),
                DataType::Binary | DataType::Duration(_) | DataType::Interval(_) | DataType::List(_)
            )
    }
}

pub(super) const BOTH: &[WriteMode] = &[WriteMode::Append, WriteMode::Overwrite];
pub(super) const OVERWRITE: &[WriteMode] = &[WriteMode::Overwrite];
pub(super) const APPEND: &[WriteMode] = &[WriteMode::Append];

#[tokio::test]
async fn csv_obeys_the_laws() {
    Kept::new(".csv", "csv", BOTH).obeys().await;
    Kept::new("/", "csv", APPEND).obeys().await;
}

#[tokio::test]
async fn json_obeys_the_laws() {
    Kept::new(".ndjson", "ndjson", BOTH).obeys().await;
    Kept::new("/", "ndjson", APPEND).obeys().await;
    Kept::new(".json", "json", OVERWRITE).obeys().await;
}

#[tokio::test]
async fn parquet_obeys_the_laws() {
    // Small row groups, so that files have several.
    let more = json!({ "row_group_rows": 50 });
    Kept { more: more.clone(), ..Kept::new(".parquet", "parquet", OVERWRITE) }.obeys().await;
    Kept { more, ..Kept::new("/", "parquet", APPEND) }.obeys().await;
}

#[tokio::test]
async fn excel_obeys_the_laws() {
    Kept::new(".xlsx", "excel", OVERWRITE).obeys().await;
    Kept::new("/", "excel", APPEND).obeys().await;
}

#[tokio::test]
async fn arrow_obeys_the_laws() {
    Kept::new(".arrow", "arrow", OVERWRITE).obeys().await;
    Kept::new("/", "arrow", APPEND).obeys().await;
}
