//! Looking into connections and files: what is asked for, and what was found out.

use std::time::Duration;

use bytes::Bytes;
use futures::stream::BoxStream;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use towpath_model::Fault;

/// What was found out about a file as a whole, and what speaks for it.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Evidence {
    /// The file it is about, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// What was looked for, for example `delimiter`.
    pub what: String,
    /// What was found.
    pub found: String,
    /// Why.
    pub evidence: String,
    /// The setting of the source that says the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setting: Option<String>,
    /// The value of that setting.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    pub value: Option<Value>,
}

/// A column of a file, with how its type was found.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct InspectedColumn {
    /// Its name.
    pub name: String,
    /// Its type, as documents write it.
    #[serde(rename = "type")]
    pub kind: String,
    /// Why it has that type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// How many values are missing.
    pub empty: u64,
    /// Some of its values.
    pub examples: Vec<String>,
}

/// A row that cannot be read as its columns want it.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Rejected {
    /// Where it stands.
    pub place: String,
    /// The column whose value does not fit.
    pub column: Option<String>,
    /// That value.
    pub value: Option<String>,
    /// Why.
    pub reason: String,
}

/// What a file holds, how that was found out, and a source that says the same.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Inspected {
    /// Rows that were read.
    pub rows: u64,
    /// All rows were read; otherwise counts are about the first ones.
    pub is_whole: bool,
    /// Size of the file.
    pub bytes: Option<u64>,
    /// What was found out about the file as a whole: format, encoding, delimiter, where its table begins.
    pub facts: Vec<Evidence>,
    /// Its columns.
    pub columns: Vec<InspectedColumn>,
    /// Remarks.
    pub notes: Vec<String>,
    /// What should be there and is not.
    pub alerts: Vec<String>,
    /// How many rows cannot be read.
    pub rejected: u64,
    /// The first of them.
    pub rejects: Vec<Rejected>,
    /// A source node with the settings that say what was found.
    #[schema(value_type = Object)]
    pub node: Value,
}

/// Which rows of a connection are asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Settings of a source.
    pub settings: Value,
    /// SQL over the rows of that source, which are called `rows`; answered by the engine.
    pub sql: Option<String>,
    /// Most rows.
    pub limit: usize,
    /// How long the system may take for a statement.
    pub time: Option<Duration>,
}

/// A format of files that rows are handed out in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExportFormat {
    /// Text with commas between the values of a row (RFC 4180). What a spreadsheet would take for a formula has an
    /// apostrophe before it; the other formats hold every value as it is.
    Csv,
    /// A workbook of Excel.
    Xlsx,
    /// A list of objects.
    Json,
    /// An object in each line.
    Ndjson,
}

impl ExportFormat {
    /// The type of the content, and how names of files end.
    pub fn media_type(self) -> (&'static str, &'static str) {
        match self {
            ExportFormat::Csv => ("text/csv; charset=utf-8", "csv"),
            ExportFormat::Xlsx => {
                ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx")
            }
            ExportFormat::Json => ("application/json", "json"),
            ExportFormat::Ndjson => ("application/x-ndjson", "ndjson"),
        }
    }
}

/// Rows as a file.
pub struct Export {
    /// Its content, as it is made.
    pub body: BoxStream<'static, Result<Bytes, Fault>>,
}

impl std::fmt::Debug for Export {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Export").finish_non_exhaustive()
    }
}
