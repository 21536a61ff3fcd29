//! Settings of the file connector. Their doc comments are its manual.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fixed::config::Fixed;
use super::store::http::config::HttpSettings;
use super::store::s3::config::S3Settings;
use super::store::sftp::config::SftpSettings;

/// A folder of files, on this machine or on a server.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Connection {
    /// Folder that paths start from: a path, for example `/srv/exports`, or a URL: `sftp://user@host:22/drop`
    /// (`/~/drop` starts from the folder of the account), `s3://bucket/folder`, `https://host/folder/`. Nothing outside it can be read or written through this
    /// connection. Without it, paths start from the folder of the pipeline file and may lead anywhere.
    pub(super) root: Option<String>,

    /// How to log in to the server of an `sftp://` root, for example `{ password: "${env.DROP_PASSWORD}" }`.
    pub(super) sftp: Option<SftpSettings>,

    /// How to reach the server of an `s3://` root, for example `{ endpoint: "https://s3.example.com" }`.
    pub(super) s3: Option<S3Settings>,

    /// How to ask the server of an `https://` or `http://` root, for example `{ bearer: "${env.EXPORT_TOKEN}" }`.
    pub(super) http: Option<HttpSettings>,
}

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    /// Text with a delimiter between the values of a row.
    Csv,
    /// One JSON object per line.
    Ndjson,
    /// A JSON document with a list of objects.
    Json,
    /// Apache Parquet.
    Parquet,
    /// Apache Arrow IPC (also called Feather), as file or stream.
    Arrow,
    /// Lines whose columns stand at fixed places; see `fixed`.
    Fixed,
}

/// How the file to read is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReadCompression {
    /// Found from the first bytes of the file.
    #[default]
    Auto,
    /// Not compressed.
    None,
    /// gzip, usually `.gz`.
    Gzip,
    /// Zstandard, usually `.zst`.
    Zstd,
}

/// How the file to write is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Compression {
    /// By the ending of the path: `.gz` is gzip, `.zst` is Zstandard. Parquet files use Snappy.
    #[default]
    Auto,
    /// Not compressed: the largest file, the least work.
    None,
    /// gzip: read by every program; slow to write.
    Gzip,
    /// Zstandard: small and fast; not every program reads it. For Parquet, about a third smaller than Snappy.
    Zstd,
    /// Snappy: only inside Parquet files, and the default there; fast.
    Snappy,
}

/// Reads one file, or many as one stream.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    /// Path of a file, for example `sales.csv`; of a folder, for example `exports/`, which is read with everything
    /// below it; or a pattern, for example `exports/*.csv` or `logs/**/*.ndjson.gz`. Several files are read in the
    /// order of their paths and must have the same columns; a column that one file lacks is empty there. Folders
    /// named like `year=2025` add a column `year`. `-` is the standard input.
    pub(super) path: String,

    /// What the file holds. Without it, the ending of the path tells: `.csv`, `.tsv`, `.txt`, `.ndjson`, `.jsonl`,
    /// `.json`, `.parquet`, `.arrow`, `.feather`, each also with `.gz` or `.zst` behind it.
    #[serde(default)]
    pub(super) format: Option<Format>,

    /// How the file is compressed. Without it, the first bytes of the file tell. Parquet and Arrow files carry
    /// their compression inside.
    #[serde(default)]
    pub(super) compression: ReadCompression,

    /// Text: how the characters of the file are stored, for example `cp1252` (Windows), `latin1`, `macroman`, `cp850`
    /// (DOS), `utf-16le`, or any name of the web such as `shift_jis`. Without it, all bytes of the file are looked at,
    /// and what was found is said. Rows with bytes that mean nothing in the encoding go to quarantine.
    #[serde(default)]
    pub(super) encoding: Option<String>,

    /// Text: whether NUL characters are left out; many systems refuse text that holds them. Default `false`.
    #[serde(default)]
    pub(super) remove_nul: bool,

    /// CSV: the character between values, for example `;`, or `tab`. Without it, the one of `,` `;` tab `|` that
    /// splits the first rows most evenly.
    #[serde(default)]
    pub(super) delimiter: Option<String>,

    /// CSV: the character around values that hold delimiters or line ends. Default `"`; an empty text means that
    /// there is none.
    #[serde(default)]
    pub(super) quote: Option<String>,

    /// CSV: whether the first row holds the names of the columns. Without names, columns are called `column_1`,
    /// `column_2` and so on. Default `true`.
    #[serde(default = "yes")]
    pub(super) header: bool,

    /// CSV and JSON: types of columns by name, for example `{ code: text, amount: "decimal(12,2)" }`. The words are
    /// those of `cast`: `text`, `boolean`, `int8` to `int64`, `uint8` to `uint64`, `decimal(digits,decimals)`,
    /// `numeric`, `float32`, `float64`, `date`, `time`, `timestamp`, `timestamptz`, `uuid`, `json`; also `interval`
    /// (ISO 8601, for example `P1DT12H`) and `binary` (hexadecimal digits). A value that is not of the given type
    /// sends its row to quarantine. Columns that are not named get the type that all their values have; to find it,
    /// the file is read once more. In CSV files that reading is saved when every column is named here; such a file
    /// is not cut into chunks.
    #[serde(default)]
    pub(super) columns: BTreeMap<String, String>,

    /// CSV: words that mean "no value", besides the empty one, for example `[NA, "-"]`. Values in quotes are never
    /// taken for such a word.
    #[serde(default)]
    pub(super) null_values: Vec<String>,

    /// JSON: where the list of objects is, when it is not the document itself, for example `data.items`.
    #[serde(default)]
    pub(super) records: Option<String>,

    /// Fixed width: where the columns stand. Needs `format: fixed`.
    #[serde(default)]
    pub(super) fixed: Option<Fixed>,
}

/// Writes one file, or adds a file to a folder.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Destination {
    /// Path of the file, for example `out/sales.parquet`. A path that ends with `/`, or names a folder, gets a new
    /// file in that folder with each load. `-` is the standard output; what was written there cannot be taken back.
    pub(super) path: String,

    /// What to write. Without it, the ending of the path tells, as for reading.
    #[serde(default)]
    pub(super) format: Option<Format>,

    /// How to compress the file.
    #[serde(default)]
    pub(super) compression: Compression,

    /// CSV: the character between values, for example `;`, or `tab`. Default `,`, or a tab for `.tsv` files.
    #[serde(default)]
    pub(super) delimiter: Option<String>,

    /// CSV: whether the first row holds the names of the columns. Default `true`.
    #[serde(default = "yes")]
    pub(super) header: bool,

    /// Parquet: most rows per row group, for example `1000000`. Default 122,880. More rows make files a little smaller
    /// and scans a little faster, and need more memory while writing.
    #[serde(default)]
    pub(super) row_group_rows: Option<u32>,
}

impl Source {
    /// The settings for reading a file again that was written with the defaults.
    pub(super) fn of(path: &str, format: Format, header: bool) -> Self {
        Source {
            path: path.to_owned(),
            format: Some(format),
            compression: ReadCompression::Auto,
            encoding: None,
            remove_nul: false,
            delimiter: None,
            quote: None,
            header,
            columns: BTreeMap::new(),
            null_values: Vec::new(),
            records: None,
            fixed: None,
        }
    }
}

fn yes() -> bool {
    true
}
