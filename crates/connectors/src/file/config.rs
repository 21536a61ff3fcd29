//! Settings of the file connector. Their doc comments are its manual.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::choose::config::{After, Again, Dates, Due, Pick};
use super::excel::config::{Excel, ExcelSheet};
use super::fixed::config::Fixed;
use super::geojson::config::{GeoJson, GeoJsonOut};
use super::html::config::Html;
use super::lines::config::Lines;
use super::log::config::Log;
use super::store::http::config::HttpSettings;
use super::store::s3::config::S3Settings;
use super::store::sftp::config::SftpSettings;
use super::xml::config::Xml;

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
    /// Apache Avro, as object container file.
    Avro,
    /// Lines whose columns stand at fixed places; see `fixed`.
    Fixed,
    /// Lines that a regular expression or a grok pattern takes apart; see `lines`.
    Lines,
    /// XML with elements that repeat; see `xml`.
    Xml,
    /// YAML with a list of mappings, or one mapping per document.
    Yaml,
    /// A table of an HTML page; see `html`.
    Html,
    /// GeoJSON features; see `geojson`.
    Geojson,
    /// Lines of a time, an event and its details; see `log`.
    Log,
    /// A workbook of Excel or LibreOffice; see `excel`. Which kind (xlsx, xlsm, xlsb, xls, ods) its bytes tell.
    Excel,
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
    /// By the ending of the path: `.gz` is gzip, `.zst` is Zstandard. Parquet and Avro files use Snappy.
    #[default]
    Auto,
    /// Not compressed: the largest file, the least work.
    None,
    /// gzip: read by every program; slow to write.
    Gzip,
    /// Zstandard: small and fast; not every program reads it. For Parquet, about a third smaller than Snappy.
    Zstd,
    /// Snappy: only inside Parquet and Avro files, and the default there; fast.
    Snappy,
}

/// Text that is mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Repair {
    /// UTF-8 that was decoded as Windows-1252 or Latin-1 and saved as UTF-8 again, once or twice.
    Mojibake,
}

/// How a quote inside of quotes is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum QuoteEscape {
    /// Twice: `""`.
    Double,
    /// Behind a backslash: `\"`.
    Backslash,
}

/// How the lines of a CSV file end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LineEnd {
    /// With a line feed, as on Unix.
    #[default]
    Lf,
    /// With carriage return and line feed, as on Windows.
    Crlf,
}

/// The mark between whole number and decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub(crate) enum DecimalMark {
    /// A point: `1,234.5`.
    #[serde(rename = ".")]
    Point,
    /// A comma: `1.234,5`.
    #[serde(rename = ",")]
    Comma,
}

/// Reads one file, or many as one stream.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    /// Path of a file, for example `sales.csv`; of a folder, for example `exports/`, which is read with everything
    /// below it; or a pattern, for example `exports/*.csv` or `logs/**/*.ndjson.gz`. Several files are read in the
    /// order of their paths and must have the same columns; a column that one file lacks is empty there. Folders
    /// named like `year=2025` add a column `year`. `-` is the standard input.
    ///
    /// Parts in braces capture what stands there: `{machine}/{date:%Y%m%d}.LOG` reads `DEM12/20260131.LOG`. A `date`
    /// comes with its format (`%Y`, `%m`, `%d`, `%H` and so on), and only names with a real date are read. Captures
    /// serve `dates`, `pick`, `together`, `after`, `due` and `file_columns`.
    pub(super) path: String,

    /// What the file holds. Without it, the ending of the path tells: `.csv`, `.tsv`, `.txt`, `.ndjson`, `.jsonl`,
    /// `.json`, `.geojson`, `.xml`, `.yaml`, `.html`, `.log` (lines), `.parquet`, `.arrow`, `.feather`, `.avro`,
    /// `.xlsx`, `.xlsm`, `.xlsb`, `.xls`, `.ods`; text also with `.gz` or `.zst` behind it.
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

    /// Text in UTF-8: mends text that was once decoded wrongly, such as `Ã©` for `é`. Only what is certain to be such
    /// text is changed.
    #[serde(default)]
    pub(super) repair: Option<Repair>,

    /// CSV: the character between values, for example `;`, or `tab`. Without it, the one that splits the first rows most
    /// evenly into values that make sense.
    #[serde(default)]
    pub(super) delimiter: Option<String>,

    /// CSV: the character around values that hold delimiters or line ends, `"` or `'`; an empty text means that there
    /// is none. Without it, the first rows tell.
    #[serde(default)]
    pub(super) quote: Option<String>,

    /// CSV: how a quote inside of quotes is written. Without it, the first rows tell.
    #[serde(default)]
    pub(super) escape: Option<QuoteEscape>,

    /// CSV: the character that lines begin with which are no rows, for example `#`; an empty text means that there is
    /// none. Without it, `#` where lines begin with it that do not have the fields of a row.
    #[serde(default)]
    pub(super) comment: Option<String>,

    /// CSV: lines above the table, for example `3`. Without it, rows above the one with most fields are taken for titles
    /// and left out.
    #[serde(default)]
    pub(super) skip_lines: Option<u32>,

    /// CSV: whether the first row holds the names of the columns. Without names, columns are called `column_1`,
    /// `column_2` and so on. Without this setting, the first row holds names unless it looks like the rows below it.
    #[serde(default)]
    pub(super) header: Option<bool>,

    /// CSV: whether rows of totals at the end of the file are read like all others. Default `false`: a last row such as
    /// `Total;;1250` is left out, with a remark.
    #[serde(default)]
    pub(super) totals: bool,

    /// Text formats and workbooks: the decimal mark of numbers, `.` or `,`. Without it, the values of a column tell, or
    /// else those of the other columns; numbers that may be a thousand times as large stay text.
    #[serde(default)]
    pub(super) decimal: Option<DecimalMark>,

    /// Text formats and workbooks: types of columns by name, for example `{ code: text, amount: "decimal(12,2)" }`. The words are
    /// those of `cast`: `text`, `boolean`, `int8` to `int64`, `uint8` to `uint64`, `decimal(digits,decimals)`,
    /// `numeric`, `float32`, `float64`, `date`, `time`, `timestamp`, `timestamptz`, `uuid`, `json`; also `interval`
    /// (ISO 8601, for example `P1DT12H`) and `binary` (hexadecimal digits). `date(day_first)` and `date(month_first)`, or
    /// `timestamp(…)`, say how dates such as `01/02/2025` are meant. A value that is not of the given type
    /// sends its row to quarantine. Columns that are not named get the type that all their values have; to find it,
    /// the file is read once more. In CSV files that reading is saved when every column is named here; such a file
    /// is not cut into chunks.
    #[serde(default)]
    pub(super) columns: BTreeMap<String, String>,

    /// CSV and workbooks: words that mean "no value", besides the empty one, for example `[NA, "-"]`. Values in quotes are never
    /// taken for such a word. Without this setting, words such as `n/a`, `NULL` and `-` mean it in columns whose other
    /// values are no text; `[]` turns that off.
    #[serde(default)]
    pub(super) null_values: Option<Vec<String>>,

    /// JSON and YAML: where the list of rows is, when it is not the document itself, for example `data.items`.
    #[serde(default)]
    pub(super) records: Option<String>,

    /// Fixed width: where the columns stand. Needs `format: fixed`.
    #[serde(default)]
    pub(super) fixed: Option<Fixed>,

    /// Lines: how they are taken apart. Needs `format: lines` or the ending `.log`.
    #[serde(default)]
    pub(super) lines: Option<Lines>,

    /// XML: which elements are rows and columns.
    #[serde(default)]
    pub(super) xml: Option<Xml>,

    /// HTML: which table of the page is read.
    #[serde(default)]
    pub(super) html: Option<Html>,

    /// GeoJSON: how features become rows.
    #[serde(default)]
    pub(super) geojson: Option<GeoJson>,

    /// Event logs: the grammar of the lines, for files ending in `.log` or with `format: log`.
    #[serde(default)]
    pub(super) log: Option<Log>,

    /// Workbooks: which cells to read, and how, for example `{ sheet: Sales, hidden: skip }`.
    #[serde(default)]
    pub(super) excel: Option<Excel>,

    /// Archives (`.zip`, `.tar`, also `.tar.gz`, `.tgz`, `.tar.zst`): the files in them to read, for example
    /// `*.csv` or `export/orders_*.csv`. Each is a file of the stream, named like `export.zip!orders_1.csv`. Without
    /// it, all members of a known format are read, which must be one. In folders, archives are read only when this
    /// is set. An archive is unpacked into a temporary folder; one that would fill it with far more than its own size
    /// is refused, as is an encrypted one.
    #[serde(default)]
    pub(super) member: Option<String>,

    /// Reads only files whose date in the name, `{date:…}` in `path`, lies in a span of days: for example
    /// `{ from: "${run.date}", to: "${run.until}" }` for the days of the run.
    #[serde(default)]
    pub(super) dates: Option<Dates>,

    /// Which of the files are read.
    #[serde(default)]
    pub(super) pick: Pick,

    /// How many files `pick: newest` or `oldest` means, for example `3`. Default 1.
    #[serde(default)]
    pub(super) at_most: Option<u32>,

    /// How long a file must have been left alone before it is read, for example `30s` or `5m`, so that no half
    /// uploaded file is read. A file that was changed more recently is waited for, once and for at most that long;
    /// one that then has changed again is left to the next run, with a remark. The clock of this machine is compared
    /// with the time that the file has.
    #[serde(default)]
    pub(super) settled: Option<String>,

    /// Whether later runs read a file again. What was read is remembered with the pipeline when a run ends well; see
    /// `towpath state show`. A run that finds nothing new is done with no rows.
    #[serde(default)]
    pub(super) read: Again,

    /// Reads files in groups: when one of a group is new or changed, all of it is read, so that what is computed from
    /// several files is computed from all of them. The group is told by parts of the name, for example
    /// `[machine, date]` for a path such as `{machine}/{date:%Y%m%d}_{part}.LOG`.
    #[serde(default)]
    pub(super) together: Vec<String>,

    /// What happens to files after the run that read them, for example
    /// `{ archive: "archive/{date:%Y}/", quarantine: quarantine/ }`. Without it they stay where they are. It happens when everything is
    /// committed and written down; when the process dies in between, the next run does it first. Only the version
    /// that was read is touched.
    #[serde(default)]
    pub(super) after: Option<After>,

    /// Files that must have come by a certain time, for example
    /// `{ by: "11:00", zone: Europe/Brussels, days: business, each: { machine: [DEM12, SU12] } }`. A run after that
    /// time without the file raises an alert, as an event and in the report; it reads what there is. The days are
    /// those of `dates`, or else those whose file is due today.
    #[serde(default)]
    pub(super) due: Option<Due>,

    /// Columns that show where a row comes from: what to show, and the name of the column, for example
    /// `{ path: source_file, modified: changed_at, date: file_date, machine: machine }`. There are `path`, `name`,
    /// `size`, `modified`, `date`, and the parts of the name that `path` captures.
    #[serde(default)]
    pub(super) file_columns: BTreeMap<String, String>,
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

    /// CSV: how lines end: `lf`, or `crlf` for programs that follow RFC 4180 to the letter. Default `lf`.
    #[serde(default)]
    pub(super) line_end: LineEnd,

    /// CSV and workbooks: whether the first row holds the names of the columns. Default `true`.
    #[serde(default = "yes")]
    pub(super) header: bool,

    /// Workbooks: which sheet to write, for example `{ sheet: Sales }`.
    #[serde(default)]
    pub(super) excel: Option<ExcelSheet>,

    /// Parquet: most rows per row group, for example `1000000`. Default 122,880. More rows make files a little smaller
    /// and scans a little faster, and need more memory while writing.
    #[serde(default)]
    pub(super) row_group_rows: Option<u32>,

    /// GeoJSON: how rows become features.
    #[serde(default)]
    pub(super) geojson: Option<GeoJsonOut>,
}

impl Source {
    /// The settings for reading a file again that was written with the defaults.
    pub(super) fn of(path: &str, format: Format, header: Option<bool>) -> Self {
        Source {
            path: path.to_owned(),
            format: Some(format),
            compression: ReadCompression::Auto,
            encoding: None,
            remove_nul: false,
            repair: None,
            delimiter: None,
            quote: None,
            escape: None,
            comment: None,
            skip_lines: None,
            header,
            totals: false,
            decimal: None,
            columns: BTreeMap::new(),
            null_values: None,
            records: None,
            fixed: None,
            lines: None,
            xml: None,
            html: None,
            geojson: None,
            log: None,
            excel: None,
            member: None,
            dates: None,
            pick: Pick::All,
            at_most: None,
            settled: None,
            read: Again::Always,
            together: Vec::new(),
            after: None,
            due: None,
            file_columns: BTreeMap::new(),
        }
    }
}

fn yes() -> bool {
    true
}
