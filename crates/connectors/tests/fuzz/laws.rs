//! What holds for any bytes, checked by reading them in several ways.
//!
//! - Nothing panics, and no fault is one of ours: what cannot be read is a fault of the data or a rejected row.
//! - Reading twice gives the same rows, rejected rows or fault.
//! - Rows that were counted when the file was described are read or rejected, and lines of text are neither lost nor
//!   made up.
//! - A type that was decided over all values fits all of them: none is rejected for it.
//! - Chunks together give what an undivided read gives; fewer columns and a limit change nothing else.
//! - Rows written to a file read back equal.

use std::path::Path;
use std::sync::{Arc, Mutex};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, Field, SchemaRef};
use futures::TryStreamExt;
use serde_json::{Value, json};
use towpath_connect::reject::MemoryRejects;
use towpath_connect::types::{Logical, describe, logical};
use towpath_connect::{Chunk, Connector, Context, LoadRequest, ReadRequest, Reject, Source, StreamInfo};
use towpath_model::{Fault, FaultKind, LoadId, WriteMode};

use super::formats::Format;

/// A law that a case broke, and how.
#[derive(Debug, Clone)]
pub(crate) struct Broken {
    /// Which law.
    pub(crate) law: &'static str,
    /// What was seen.
    pub(crate) detail: String,
}

type Lawful<T> = Result<T, Broken>;

fn broken<T>(law: &'static str, detail: String) -> Lawful<T> {
    Err(Broken { law, detail: detail.chars().take(3000).collect() })
}

/// Where cases are read: a folder, and what reads them.
#[derive(Debug)]
pub(crate) struct Bench {
    folder: tempfile::TempDir,
    runtime: tokio::runtime::Runtime,
    connector: Arc<dyn Connector>,
    panics: Arc<Mutex<Vec<String>>>,
}

/// What a read gave.
#[derive(Debug, PartialEq)]
struct Read {
    rows: RecordBatch,
    /// Place, column, reason and original text of the rejected rows.
    rejects: Vec<Reject>,
}

impl Bench {
    /// A bench in memory where the system has such a place. Panics are noted from now on, and not printed.
    pub(crate) fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let panics = Arc::<Mutex<Vec<String>>>::default();
        let noted = Arc::clone(&panics);
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if towpath_connectors::guard::is_guarded() {
                return;
            }
            // The thread of the test itself fails as usual.
            if std::thread::current().name().is_some_and(|name| name.contains("laws")) {
                return before(info);
            }
            if let Ok(mut noted) = noted.lock() {
                noted.push(info.to_string());
            }
        }));
        Bench {
            folder: folder.unwrap(),
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap(),
            connector: towpath_connectors::all().get("file").unwrap().clone(),
            panics,
        }
    }

    /// Rows of a file that is read with the first settings; nothing when it cannot be read.
    pub(crate) fn rows(&self, format: &Format, seed: &[u8]) -> Option<usize> {
        let path = format!("seed.{}", format.name);
        std::fs::write(self.folder.path().join(&path), (format.pack)(seed)).unwrap();
        let mut settings = format.settings[0].clone();
        (settings["path"], settings["format"]) = (json!(path), json!(format.word));
        self.runtime.block_on(async {
            let source = self.source(&settings).ok()?;
            let info = source.describe().await.ok()?;
            Some(read(&source, &info, |_| {}).await.ok()?.rows.num_rows())
        })
    }

    /// Checks every law on one case: a byte that chooses the settings, then the content of a file.
    pub(crate) fn obey(&self, format: &Format, case: &[u8]) -> Lawful<()> {
        let (choice, content) = case.split_first().unwrap_or((&0, &[]));
        let mut settings = format.settings[usize::from(*choice) % format.settings.len()].clone();
        settings["path"] = json!(format!("case.{}", format.name));
        settings["format"] = json!(format.word);
        let path = self.folder.path().join(format!("case.{}", format.name));
        let content = &(format.pack)(content);
        std::fs::write(path, content).unwrap();
        let done = self.runtime.block_on(self.check(format, &settings, content));
        let panics = std::mem::take(&mut *self.panics.lock().unwrap());
        match panics.first() {
            Some(panic) => broken("nothing panics", format!("{panic}\nsettings: {settings}")),
            None => done.map_err(|found| Broken {
                detail: format!("{}\nsettings: {settings}", found.detail),
                ..found
            }),
        }
    }

    async fn check(&self, format: &Format, settings: &Value, content: &[u8]) -> Lawful<()> {
        let source = self.source(settings)?;
        let info = match source.describe().await {
            Ok(info) => info,
            Err(fault) => return theirs(&fault),
        };
        let whole = read(&source, &info, |_| {}).await;
        let again = read(&self.source(settings)?, &info, |_| {}).await;
        if said(&whole) != said(&again) {
            return broken(
                "reading twice gives the same",
                format!("{}\nand then\n{}", said(&whole), said(&again)),
            );
        }
        let whole = match whole {
            Ok(whole) => whole,
            Err(fault) => return theirs(&fault),
        };
        if whole.rows.schema() != info.schema {
            return broken(
                "batches have the schema that was described",
                format!("{:?}", whole.rows.schema()),
            );
        }
        counted(format, settings, content, &info, &whole)?;
        fitting(format, settings, &whole)?;
        self.chunks(settings, &info, &whole).await?;
        self.parts(&source, &info, &whole).await?;
        if let Some(target) = format.written_as.get(content.len() % format.written_as.len().max(1)) {
            self.written(target, &info.schema, &whole.rows).await?;
        }
        Ok(())
    }

    fn source(&self, settings: &Value) -> Lawful<Arc<dyn Source>> {
        let source = self.connector.source(&json!({}), settings, &Context::new(self.folder.path()));
        source.or_else(|fault| broken("settings of the test are valid", format!("{fault:?}")))
    }

    /// Chunks together are the whole.
    async fn chunks(&self, settings: &Value, info: &StreamInfo, whole: &Read) -> Lawful<()> {
        const LAW: &str = "chunks together give what an undivided read gives";
        let rows = 1 + whole.rows.num_rows() as u64 / 3;
        let chunks = match self.source(settings)?.split(rows).await {
            Ok(Some(chunks)) => chunks,
            Ok(None) => return Ok(()),
            Err(fault) => return broken(LAW, format!("the file can be read, and not be cut: {fault:?}")),
        };
        let source = self.source(settings)?;
        let mut parts = Vec::new();
        for chunk in &chunks {
            match read(&source, info, |request| request.chunk = Some(chunk.clone())).await {
                Ok(part) => parts.push(part),
                Err(fault) => return broken(LAW, format!("{}: {fault:?}", chunk.token)),
            }
        }
        let rows = concat(&info.schema, &parts.iter().map(|part| part.rows.clone()).collect::<Vec<_>>());
        let together = Read { rows, rejects: parts.into_iter().flat_map(|part| part.rejects).collect() };
        if together != *whole {
            let tokens: Vec<&str> = chunks.iter().map(|Chunk { token, .. }| token.as_str()).collect();
            return broken(LAW, format!("{tokens:?}\n{together:?}\ninstead of\n{whole:?}"));
        }
        Ok(())
    }

    /// Fewer columns and fewer rows change nothing else.
    async fn parts(&self, source: &Arc<dyn Source>, info: &StreamInfo, whole: &Read) -> Lawful<()> {
        let total = whole.rows.num_rows() + whole.rejects.len();
        for columns in [vec![], vec![info.schema.fields().len().saturating_sub(1)]] {
            if columns.iter().any(|column| *column >= info.schema.fields().len()) {
                continue;
            }
            let law = "fewer columns leave the number of rows as it is";
            match read(source, info, |request| request.columns.clone_from(&columns)).await {
                Ok(part) if part.rows.num_rows() + part.rejects.len() == total => {}
                Ok(part) => return broken(law, format!("{columns:?}: {part:?}\ninstead of\n{whole:?}")),
                Err(fault) => return broken(law, format!("{columns:?}: {fault:?}")),
            }
        }
        let limit = whole.rows.num_rows() / 2;
        if limit == 0 {
            return Ok(());
        }
        let law = "a limit gives the first rows";
        match read(source, info, |request| (request.limit, request.batch_rows) = (Some(limit), 3)).await {
            Ok(part) if part.rows == whole.rows.slice(0, limit) => Ok(()),
            Ok(part) => broken(law, format!("{part:?}\ninstead of\n{whole:?}")),
            Err(fault) => broken(law, format!("{fault:?}")),
        }
    }

    /// What is written reads back equal.
    async fn written(&self, format: &str, schema: &SchemaRef, rows: &RecordBatch) -> Lawful<()> {
        const LAW: &str = "rows that were written read back equal";
        // Without rows, JSON has no place for names; without columns, CSV has none for rows.
        let is_json = format != "csv";
        // JSON's own null is no value in a JSON file; CSV takes white space from names, and names what has none.
        let is_plain = |name: String| !name.is_empty() && name == name.trim();
        let is_other = if is_json { holds_json_null(rows) } else { !names(rows).all(is_plain) };
        // No word gives a column of text files spans of time.
        let is_other = is_other || has_spans(schema);
        if rows.num_rows() == 0 || rows.num_columns() == 0 || is_other {
            return Ok(());
        }
        let path = format!("written.{format}");
        let words: serde_json::Map<String, Value> =
            schema.fields().iter().map(|field| (field.name().clone(), word(field).into())).collect();
        let mut settings = json!({ "path": path, "format": format, "columns": words });
        if !is_json {
            // One column alone does not show which character is the delimiter.
            settings["delimiter"] = ",".into();
        }
        let back = async {
            self.load(&json!({ "path": path, "format": format }), rows).await?;
            let source = self.connector.source(&json!({}), &settings, &Context::new(self.folder.path()))?;
            let info = source.describe().await?;
            read(&source, &info, |_| {}).await
        };
        let back = match back.await {
            Ok(back) => back,
            // A column of nothing but NULs makes a file that nobody takes for text.
            Err(fault) if fault.to_string().contains("looks like a binary file") => return Ok(()),
            Err(fault) => {
                theirs(&fault)?;
                return broken(LAW, format!("as {format}: {fault:?}\n{rows:?}"));
            }
        };
        let is_same = back.rejects.is_empty()
            && names(&back.rows).eq(names(rows))
            && (0..rows.num_columns()).all(|column| is_same(&back.rows, rows, column));
        if is_same { Ok(()) } else { broken(LAW, format!("as {format}: {back:?}\ninstead of\n{rows:?}")) }
    }

    async fn load(&self, settings: &Value, rows: &RecordBatch) -> Result<(), Fault> {
        let destination =
            self.connector.destination(&json!({}), settings, &Context::new(self.folder.path()))?;
        let rejects = Arc::<MemoryRejects>::default();
        let request = LoadRequest::new(LoadId::generate(), "fuzz/load", rows.schema(), rejects);
        let mut load = destination.begin(LoadRequest { mode: WriteMode::Overwrite, ..request }).await?;
        load.write(rows.clone()).await?;
        load.commit().await.map(|_| ())
    }
}

/// Faults must say what is wrong with the file.
fn theirs(fault: &Fault) -> Lawful<()> {
    if fault.kind() == FaultKind::Internal {
        return broken("no fault is ours", format!("{fault:?}"));
    }
    Ok(())
}

async fn read(
    source: &Arc<dyn Source>,
    info: &StreamInfo,
    change: impl Fn(&mut ReadRequest),
) -> Result<Read, Fault> {
    let rejects = Arc::<MemoryRejects>::default();
    let mut request = ReadRequest::all(info.schema.clone(), rejects.clone());
    change(&mut request);
    let schema = request.projected()?;
    let batches: Vec<RecordBatch> = source.read(request).await?.try_collect().await?;
    Ok(Read { rows: concat(&schema, &batches), rejects: rejects.all() })
}

fn concat(schema: &SchemaRef, batches: &[RecordBatch]) -> RecordBatch {
    if schema.fields().is_empty() {
        let rows = batches.iter().map(RecordBatch::num_rows).sum();
        let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(rows));
        return RecordBatch::try_new_with_options(schema.clone(), vec![], &options).unwrap();
    }
    concat_batches(schema, batches).unwrap()
}

fn said(read: &Result<Read, Fault>) -> String {
    match read {
        Ok(read) => format!("{read:?}"),
        Err(fault) => format!("{:?}: {fault}", fault.kind()),
    }
}

/// Rows are neither lost nor made up.
fn counted(format: &Format, settings: &Value, content: &[u8], info: &StreamInfo, whole: &Read) -> Lawful<()> {
    let (rows, rejects) = (whole.rows.num_rows() as u64, whole.rejects.len() as u64);
    if let Some(described) = info.rows
        && !(rows..=rows + rejects).contains(&described)
    {
        let detail = format!("{described} were counted, {rows} read and {rejects} rejected");
        return broken("rows that were counted are read or rejected", detail);
    }
    // Line ends of packed text, and of encodings with wider units, are not those of its bytes.
    let is_plain = ![&b"\x1f\x8b"[..], b"\x28\xb5\x2f\xfd", b"\xff\xfe", b"\xfe\xff"]
        .iter()
        .any(|start| content.starts_with(start));
    if format.has_lines && is_plain && !content.contains(&0) {
        let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
        let skip = settings.pointer("/fixed/skip_rows").and_then(Value::as_u64).unwrap_or(0) as usize;
        let lines = content.split(|byte| *byte == b'\n').skip(skip);
        let lines = lines.filter(|line| !line.trim_ascii().is_empty()).count() as u64;
        if lines != rows + rejects {
            let detail = format!("{lines} lines hold something, {rows} were read and {rejects} rejected");
            return broken("each line is read or rejected", detail);
        }
    }
    Ok(())
}

/// Types that were inferred fit. What stands inside nested JSON and escapes is looked at only when it is read.
fn fitting(format: &Format, settings: &Value, whole: &Read) -> Lawful<()> {
    let is_json = format.name.ends_with("json");
    let misfit = whole.rejects.iter().find(|reject| {
        let value = reject.value.as_deref().unwrap_or_default();
        reject.reason.contains(" is not of type ")
            && settings.get("columns").is_none()
            && settings.get("log").is_none()
            && !(is_json && (reject.reason.ends_with("type json") || value.contains('\\')))
    });
    match misfit {
        None => Ok(()),
        Some(reject) => broken("a type that was inferred fits every value", format!("{reject:?}")),
    }
}

/// The word that gives a column of text files this type.
fn word(field: &Field) -> String {
    match field.data_type() {
        DataType::Timestamp(_, Some(_)) => "timestamptz".into(),
        DataType::Boolean | DataType::Int64 | DataType::Float64 => {
            field.data_type().to_string().to_lowercase()
        }
        _ => describe(field),
    }
}

fn names(rows: &RecordBatch) -> impl Iterator<Item = String> {
    rows.schema().fields().iter().map(|field| field.name().clone()).collect::<Vec<_>>().into_iter()
}

fn has_spans(schema: &SchemaRef) -> bool {
    schema.fields().iter().any(|field| matches!(field.data_type(), DataType::Duration(_)))
}

fn holds_json_null(rows: &RecordBatch) -> bool {
    rows.schema().fields().iter().zip(rows.columns()).any(|(field, column)| {
        logical(field) == Some(Logical::Json)
            && column.as_string::<i32>().iter().flatten().any(|text| text.trim() == "null")
    })
}

/// JSON may be laid out in another way; everything else is the same.
fn is_same(back: &RecordBatch, rows: &RecordBatch, column: usize) -> bool {
    let (new, old) = (back.column(column), rows.column(column));
    if new == old || logical(rows.schema().field(column)) != Some(Logical::Json) {
        return new == old;
    }
    let parse =
        |text: Option<&str>| text.map(|text| serde_json::from_str::<Value>(text).map_err(|_| text.len()));
    let (new, old) = (new.as_string::<i32>(), old.as_string::<i32>());
    new.len() == old.len() && new.iter().zip(old).all(|(new, old)| parse(new) == parse(old))
}
