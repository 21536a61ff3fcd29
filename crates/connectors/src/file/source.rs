//! The reading role: describes and reads one file, or many as one stream.
//!
//! Describing a text file reads it once, because its types are decided over all values; the answer is kept for as long
//! as the files stay the same, together with the places where they may be cut into chunks. What can be read only once
//! (standard input, pipes) is first copied to a temporary file ([`super::spool`]).

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError};

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use tokio::sync::Mutex;
use towpath_connect::{
    BatchStream, Chunk, Intake, Item, ReadRequest, Recall, Settlement, Source, StreamInfo,
};
use towpath_model::Fault;

use super::archive::Archives;
use super::choose::{Choice, Chooser};
use super::chunks::Part;
use super::columnar;
use super::config::{self, Format, ReadCompression};
use super::csv::read::Plan;
use super::csv::{self, CsvSettings};
use super::format::ending;
use super::json;
use super::known::Known;
use super::log::{self, Grammar};
use super::pieces::threads;
use super::place::{FileRef, Place};
use super::reading::{Output, Shape, on_thread, stream};
use super::spool::Spool;
use super::walks;

/// Formats whose types are decided over all values.
const INFERRED: [Format; 10] = [
    Format::Csv,
    Format::Ndjson,
    Format::Json,
    Format::Fixed,
    Format::Lines,
    Format::Xml,
    Format::Yaml,
    Format::Html,
    Format::Geojson,
    Format::Excel,
];

/// Formats whose values are text that people may have written.
const WRITTEN: [Format; 7] =
    [Format::Csv, Format::Fixed, Format::Lines, Format::Xml, Format::Yaml, Format::Html, Format::Excel];

/// Formats whose files may be compressed as a whole.
const PACKED: [Format; 10] = [
    Format::Csv,
    Format::Ndjson,
    Format::Json,
    Format::Fixed,
    Format::Lines,
    Format::Log,
    Format::Xml,
    Format::Yaml,
    Format::Html,
    Format::Geojson,
];

/// Formats that come in every encoding; JSON and GeoJSON are UTF-8 by definition.
const ENCODED: [Format; 7] =
    [Format::Csv, Format::Fixed, Format::Lines, Format::Log, Format::Xml, Format::Yaml, Format::Html];

/// One file, or many as one stream.
#[derive(Debug)]
pub(super) struct FileSource(Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) place: Place,
    pub(super) settings: config::Source,
    pub(super) csv: CsvSettings,
    pub(super) records: Vec<String>,
    pub(super) spool: Spool,
    pub(super) chooser: Chooser,
    pub(super) archives: Archives,
    /// What a run has chosen.
    pub(super) choice: Mutex<Option<Choice>>,
    /// What was found out last.
    pub(super) known: Mutex<Option<Arc<Known>>>,
    /// Files whose own content made a read fail.
    pub(super) faulty: std::sync::Mutex<BTreeSet<String>>,
    /// Reads that are under way.
    readers: AtomicUsize,
}

impl FileSource {
    /// Checks the settings against each other.
    pub(super) fn new(place: Place, mut settings: config::Source) -> Result<Self, Fault> {
        // Files ending in `.log` are lines, until a grammar says that they are events.
        settings.format = settings.format.or(settings.log.is_some().then_some(Format::Log));
        let format = settings.format.or_else(|| ending(Path::new(&settings.path)).format);
        for (set, name, formats) in [
            (settings.encoding.is_some(), "encoding", &ENCODED[..]),
            (settings.remove_nul, "remove_nul", &ENCODED),
            (settings.repair.is_some(), "repair", &ENCODED),
            (settings.delimiter.is_some(), "delimiter", &[Format::Csv]),
            (settings.quote.is_some(), "quote", &[Format::Csv]),
            (settings.escape.is_some(), "escape", &[Format::Csv]),
            (settings.comment.is_some(), "comment", &[Format::Csv]),
            (settings.skip_lines.is_some(), "skip_lines", &[Format::Csv]),
            (settings.header.is_some(), "header", &[Format::Csv]),
            (settings.totals, "totals", &[Format::Csv]),
            (settings.decimal.is_some(), "decimal", &WRITTEN),
            (settings.null_values.is_some(), "null_values", &[Format::Csv, Format::Excel]),
            (settings.records.is_some(), "records", &[Format::Json, Format::Yaml]),
            (settings.fixed.is_some(), "fixed", &[Format::Fixed]),
            (settings.excel.is_some(), "excel", &[Format::Excel]),
            (settings.lines.is_some(), "lines", &[Format::Lines]),
            (settings.xml.is_some(), "xml", &[Format::Xml]),
            (settings.html.is_some(), "html", &[Format::Html]),
            (settings.geojson.is_some(), "geojson", &[Format::Geojson]),
            (settings.log.is_some(), "log", &[Format::Log]),
            (!settings.columns.is_empty(), "columns", &INFERRED),
            (is_packed(settings.compression), "compression", &PACKED),
        ] {
            if let Some(format) = format
                && set
                && !formats.contains(&format)
            {
                return Err(Fault::config(format!("`{name}` has no meaning for {} files", format.title()))
                    .hint(format!("remove `{name}`, or set `format`")));
            }
        }
        walks::check(&settings, format)?;
        for (column, word) in walks::types(&settings)? {
            settings.columns.entry(column).or_insert(word);
        }
        let csv = CsvSettings::new(&settings)?;
        if format == Some(Format::Log) {
            Grammar::of(&settings)?;
        }
        let records = settings.records.as_deref().unwrap_or_default();
        let records = records.split('.').filter(|name| !name.is_empty()).map(str::to_owned).collect();
        Ok(FileSource(Arc::new(Inner {
            spool: Spool::new(place.scratch.clone()),
            chooser: Chooser::new(place.clone(), &settings)?,
            archives: Archives::new(&settings, place.scratch.clone())?,
            choice: Mutex::default(),
            faulty: std::sync::Mutex::default(),
            place,
            settings,
            csv,
            records,
            known: Mutex::default(),
            readers: AtomicUsize::new(0),
        })))
    }
}

#[async_trait]
impl Source for FileSource {
    async fn describe(&self) -> Result<StreamInfo, Fault> {
        Ok(self.0.know().await?.info.clone())
    }

    async fn split(&self, rows: u64) -> Result<Option<Vec<Chunk>>, Fault> {
        let known = self.0.know().await?;
        on_thread(move || known.split(rows.max(1))).await
    }

    async fn revisit(&self, chunks: &[Chunk]) -> Result<(), Fault> {
        self.0.revisit(chunks).await
    }

    fn recall(&self, recall: Recall) {
        self.0.chooser.recall(recall);
    }

    async fn intake(&self) -> Result<Option<Intake>, Fault> {
        self.0.intake().await
    }

    fn faulty(&self) -> Vec<String> {
        self.0.faulty.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    async fn settle(&self, items: &[Item], settlement: Settlement) -> Result<Vec<String>, Fault> {
        self.0.chooser.settle(items, settlement).await
    }

    async fn read(&self, request: ReadRequest) -> Result<BatchStream, Fault> {
        let inner = Arc::clone(&self.0);
        let wanted = inner.wanted(&request).await?;
        stream(request, move |output| {
            let readers = inner.readers.fetch_add(1, Ordering::Relaxed) + 1;
            let done = inner.read(&wanted, readers, output);
            inner.readers.fetch_sub(1, Ordering::Relaxed);
            done
        })
    }
}

/// What a request wants: files of one format, which part of them, and what is known of them.
pub(super) struct Wanted {
    pub(super) files: Vec<FileRef>,
    pub(super) format: Format,
    pub(super) part: Part,
    pub(super) known: Arc<Known>,
}

impl Inner {
    fn read(&self, wanted: &Wanted, readers: usize, output: &mut Output) -> Result<(), Fault> {
        let only = wanted.files.len() == 1 && output.request.chunk.is_none();
        for file in &wanted.files {
            if output.flow().is_break() {
                break;
            }
            self.read_file(file, wanted, readers, only, output)
                .inspect_err(|fault| self.blame(&file.name, fault))?;
        }
        Ok(())
    }

    /// Reads a part of a file; `only` says that no other file may bring the columns that it lacks.
    fn read_file(
        &self,
        file: &FileRef,
        wanted: &Wanted,
        readers: usize,
        only: bool,
        output: &mut Output,
    ) -> Result<(), Fault> {
        let progress = Some(output.request.progress.clone());
        let (stretch, bytes) = match &wanted.part {
            Part::Text(stretch) => (Some(*stretch), stretch.to.saturating_sub(stretch.from)),
            Part::Whole | Part::Groups(..) => (None, file.size),
        };
        let threads = threads(bytes, readers);
        let (format, part, readings) = (wanted.format, &wanted.part, wanted.known.readings());
        match format {
            Format::Csv => {
                let layout = match wanted.known.layout(file) {
                    Some(layout) => layout,
                    None => Arc::new(csv::Layout::find(file, &self.settings, &self.csv, None)?),
                };
                unchanged(&output.request.schema, &layout.names, file, only)?;
                let shape = Shape::new(&output.schema, layout.names.iter().map(String::as_str), file);
                let (source, settings) = (&self.settings, &self.csv);
                let plan = Plan { layout: &layout, source, settings, readings };
                csv::read::read(file, &plan, stretch, &shape, threads, output)
            }
            Format::Ndjson | Format::Json => {
                let cutter = match stretch {
                    None => json::Cutter::open(file, format, &self.settings, &self.records, progress)?,
                    Some(stretch) => json::Cutter::only(file, stretch, progress)?,
                };
                json::read::read(cutter, file, threads, output)
            }
            Format::Log => {
                let grammar = Grammar::of(&self.settings)?;
                log::read::read(file, &grammar, &self.settings, threads, progress, output)
            }
            Format::Parquet => columnar::parquet_read::read(file, part, output),
            Format::Arrow => columnar::ipc::read(file, part, output),
            Format::Avro => columnar::avro_read::read(file, part, output),
            walked => {
                let opened = walks::open(file, walked, &self.settings, &self.records, stretch, progress)?;
                opened.read(file, readings, threads, output)
            }
        }
    }
}

fn is_packed(compression: ReadCompression) -> bool {
    matches!(compression, ReadCompression::Gzip | ReadCompression::Zstd)
}

/// Compares the names in a CSV file with those its types were decided for.
fn unchanged(schema: &SchemaRef, names: &[String], file: &FileRef, only: bool) -> Result<(), Fault> {
    let changed = |what: String| {
        Fault::contract(format!("file `{}` changed while it was read: {what}", file.name)).hint("run again")
    };
    if let Some(new) = names.iter().find(|name| schema.column_with_name(name).is_none()) {
        return Err(changed(format!("column `{new}` appeared")));
    }
    let folders: Vec<&str> = file.partitions.iter().map(|(key, _)| key.as_str()).collect();
    for field in schema.fields().iter().filter(|_| only) {
        if !names.contains(field.name()) && !folders.contains(&field.name().as_str()) {
            return Err(changed(format!("column `{}` is gone", field.name())));
        }
    }
    Ok(())
}
