//! The reading role: describes and reads one file, or many as one stream.
//!
//! Describing a text file reads it once, because its types are decided over all values; the answer is kept for as long
//! as the files stay the same, together with the places where they may be cut into chunks. What can be read only once
//! (standard input, pipes) is first copied to a temporary file ([`super::spool`]).

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use tokio::sync::Mutex;
use towpath_connect::{BatchStream, Chunk, ReadRequest, Source, StreamInfo};
use towpath_model::{Fault, FaultKind};

use super::bytes::{head, packed};
use super::chunks::{self, Borders, Part, Token};
use super::columnar;
use super::config::{self, Format, ReadCompression};
use super::csv;
use super::csv::head::CsvSettings;
use super::describe::{Described, describe_files};
use super::format::{ending, required, sniff};
use super::json;
use super::pieces::threads;
use super::place::{FileRef, Place};
use super::reading::{Output, Shape, on_thread, stream};
use super::rows;
use super::spool::Spool;
use super::trouble::io_fault;
use super::walks;

/// Formats whose types are decided over all values.
const TEXTS: [Format; 4] = [Format::Csv, Format::Ndjson, Format::Json, Format::Fixed];

/// Formats that come in every encoding; JSON is UTF-8 by definition.
const ENCODED: [Format; 2] = [Format::Csv, Format::Fixed];

/// One file, or many as one stream.
#[derive(Debug)]
pub(super) struct FileSource(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    place: Place,
    settings: config::Source,
    csv: CsvSettings,
    records: Vec<String>,
    spool: Spool,
    /// What was found out last.
    known: Mutex<Option<Arc<Known>>>,
    /// Reads that are under way.
    readers: AtomicUsize,
}

/// What was found out of files, true for as long as they stay the same.
#[derive(Debug)]
struct Known {
    files: Vec<FileRef>,
    format: Format,
    info: StreamInfo,
    borders: Vec<Option<Borders>>,
}

impl FileSource {
    /// Checks the settings against each other.
    pub(super) fn new(place: Place, settings: config::Source) -> Result<Self, Fault> {
        let csv = CsvSettings::new(&settings)?;
        let format = settings.format.or_else(|| ending(Path::new(&settings.path)).format);
        for (set, name, formats) in [
            (settings.encoding.is_some(), "encoding", &ENCODED[..]),
            (settings.remove_nul, "remove_nul", &ENCODED),
            (settings.delimiter.is_some(), "delimiter", &[Format::Csv]),
            (settings.quote.is_some(), "quote", &[Format::Csv]),
            (!settings.null_values.is_empty(), "null_values", &[Format::Csv]),
            (settings.records.is_some(), "records", &[Format::Json]),
            (settings.fixed.is_some(), "fixed", &[Format::Fixed]),
            (!settings.columns.is_empty(), "columns", &TEXTS),
            (is_packed(settings.compression), "compression", &TEXTS),
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
        let records = settings.records.as_deref().unwrap_or_default();
        let records = records.split('.').filter(|name| !name.is_empty()).map(str::to_owned).collect();
        if settings.path != "-" {
            place.locate(&settings.path)?;
        }
        Ok(FileSource(Arc::new(Inner {
            spool: Spool::new(place.scratch.clone()),
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

    async fn read(&self, request: ReadRequest) -> Result<BatchStream, Fault> {
        let inner = Arc::clone(&self.0);
        let (files, format, part) = inner.wanted(&request).await?;
        let files = inner.place.bring(files).await?;
        stream(request, move |output| {
            let readers = inner.readers.fetch_add(1, Ordering::Relaxed) + 1;
            let done = inner.read(&files, format, &part, readers, output);
            inner.readers.fetch_sub(1, Ordering::Relaxed);
            done
        })
    }
}

impl Inner {
    /// Looks at the files, unless nothing changed since the last time.
    async fn know(self: &Arc<Self>) -> Result<Arc<Known>, Fault> {
        let (files, format) = self.files().await?;
        let files = self.place.bring(files).await?;
        let mut known = self.known.lock().await;
        if let Some(same) = known.as_ref().filter(|known| known.files == files) {
            return Ok(Arc::clone(same));
        }
        let this = Arc::clone(self);
        let found = on_thread(move || {
            let Described { info, borders } =
                describe_files(&files, format, &this.settings, &this.csv, &this.records, u64::MAX)?;
            Ok(Arc::new(Known { files, format, info, borders }))
        });
        let found = found.await?;
        *known = Some(Arc::clone(&found));
        Ok(found)
    }

    async fn revisit(self: &Arc<Self>, chunks: &[Chunk]) -> Result<(), Fault> {
        let mut last: Option<Token> = None;
        for chunk in chunks {
            let token = Token::read(chunk)?;
            if !last.is_some_and(|last| last.is_beside(&token)) {
                self.file_of(&token).await?;
            }
            last = Some(token);
        }
        Ok(())
    }

    /// The file of a chunk, which must be one of the stream and what it was when the chunk was cut.
    async fn file_of(self: &Arc<Self>, token: &Token) -> Result<(FileRef, Format), Fault> {
        let known = self.known.lock().await.clone();
        let member = |files: &[FileRef]| files.iter().find(|file| file.name == token.file).cloned();
        let mut found = known.and_then(|known| Some((member(&known.files)?, known.format)));
        if found.is_none() {
            let (files, format) = self.files().await.map_err(|fault| match fault.kind() {
                FaultKind::NotFound => token.gone(),
                _ => fault,
            })?;
            found = member(&files).map(|file| (file, format));
        }
        let (file, format) = found.ok_or_else(|| token.gone())?;
        let file = self.place.again(&file).await?.ok_or_else(|| token.gone())?;
        token.check(&file)?;
        Ok((file, format))
    }

    /// The files that a request wants, their format, and which part of them.
    async fn wanted(self: &Arc<Self>, request: &ReadRequest) -> Result<(Vec<FileRef>, Format, Part), Fault> {
        if let Some(chunk) = &request.chunk {
            let token = Token::read(chunk)?;
            let (file, format) = self.file_of(&token).await?;
            return Ok((vec![file], format, token.part));
        }
        let (files, format) = self.files().await?;
        Ok((files, format, Part::Whole))
    }

    fn read(
        &self,
        files: &[FileRef],
        format: Format,
        part: &Part,
        readers: usize,
        output: &mut Output,
    ) -> Result<(), Fault> {
        let only = files.len() == 1 && output.request.chunk.is_none();
        for file in files {
            if output.flow().is_break() {
                break;
            }
            self.read_file(file, format, part, readers, only, output)?;
        }
        Ok(())
    }

    /// Reads a part of a file; `only` says that no other file may bring the columns that it lacks.
    fn read_file(
        &self,
        file: &FileRef,
        format: Format,
        part: &Part,
        readers: usize,
        only: bool,
        output: &mut Output,
    ) -> Result<(), Fault> {
        let progress = Some(output.request.progress.clone());
        let (stretch, bytes) = match part {
            Part::Text(stretch) => (Some(*stretch), stretch.to.saturating_sub(stretch.from)),
            Part::Whole | Part::Groups(..) => (None, file.size),
        };
        let threads = threads(bytes, readers);
        match format {
            Format::Csv => {
                let opened = match stretch {
                    None => csv::head::open(file, &self.settings, &self.csv, progress)?,
                    Some(stretch) => {
                        csv::head::open_stretch(file, &self.settings, &self.csv, progress, stretch)?
                    }
                };
                unchanged(&output.request.schema, &opened.names, file, only)?;
                let shape = Shape::new(&output.schema, opened.names.iter().map(String::as_str), file);
                csv::read::read(opened, &self.csv, &shape, threads, output)
            }
            Format::Ndjson | Format::Json => {
                let cutter = match stretch {
                    None => json::Cutter::open(file, format, &self.settings, &self.records, progress)?,
                    Some(stretch) => json::Cutter::only(file, stretch, progress)?,
                };
                json::read::read(cutter, file, threads, output)
            }
            Format::Parquet => columnar::parquet_read::read(file, part, output),
            Format::Arrow => columnar::ipc::read(file, part, output),
            Format::Fixed => {
                let walk = walks::open(file, format, &self.settings, progress)?;
                rows::read::read(walk, file, output)
            }
        }
    }

    /// The files of the stream, and their format.
    async fn files(self: &Arc<Self>) -> Result<(Vec<FileRef>, Format), Fault> {
        let path = &self.settings.path;
        let given = self.settings.format;
        if path == "-" {
            return self.spooled("standard input".into(), None, given).await;
        }
        let wanted = |file: &Path| {
            let found = ending(file).format;
            found.is_some() && (given.is_none() || found == given)
        };
        let files = self.place.find(path, &wanted).await?;
        if let [file] = files.as_slice()
            && file.once
        {
            let format = given.or_else(|| ending(Path::new(path)).format);
            return self.spooled(file.name.clone(), Some(file.path.clone()), format).await;
        }
        let format = required(&files[0].name, given)?;
        if given.is_none()
            && let Some(other) =
                files.iter().find(|file| ending(Path::new(&file.name)).format != Some(format))
        {
            return Err(Fault::config(format!(
                "`{path}` names files of different formats: `{}` and `{}`",
                files[0].name, other.name
            ))
            .hint("set `format`, or use a pattern such as `*.csv`"));
        }
        Ok((files, format))
    }

    /// A copy of what can be read only once, and its format: the known one, or what its first bytes tell.
    async fn spooled(
        self: &Arc<Self>,
        name: String,
        from: Option<PathBuf>,
        format: Option<Format>,
    ) -> Result<(Vec<FileRef>, Format), Fault> {
        let this = Arc::clone(self);
        on_thread(move || {
            let file = this.spool.file(&name, from.as_deref())?;
            let format = format.map_or_else(|| sniff_file(&file), Ok)?;
            Ok((vec![file], format))
        })
        .await
    }
}

impl Known {
    fn split(&self, rows: u64) -> Result<Option<Vec<Chunk>>, Fault> {
        if !self.files.iter().all(chunks::can_be_found_again) {
            return Ok(None);
        }
        let mut found = Vec::new();
        for (file, borders) in self.files.iter().zip(&self.borders) {
            let groups = match self.format {
                Format::Parquet => Some(columnar::parquet_read::group_rows(file)?),
                Format::Arrow => columnar::ipc::group_rows(file)?,
                _ => None,
            };
            let parts = match (groups, borders) {
                (Some(groups), _) => chunks::group(&groups, rows),
                (None, Some(borders)) => borders.parts(rows, file.size),
                (None, None) => {
                    found.push(chunks::chunk(file, Part::Whole, None)?);
                    continue;
                }
            };
            for (part, rows) in parts {
                found.push(chunks::chunk(file, part, Some(rows))?);
            }
        }
        Ok(Some(found))
    }
}

fn is_packed(compression: ReadCompression) -> bool {
    matches!(compression, ReadCompression::Gzip | ReadCompression::Zstd)
}

fn sniff_file(file: &FileRef) -> Result<Format, Fault> {
    let first = head(file, 64)?;
    if packed(&first) == ReadCompression::None {
        return Ok(sniff(&first));
    }
    let mut reader = super::bytes::open(file, ReadCompression::Auto, None)?;
    let mut first = Vec::new();
    super::bytes::read_more(&mut reader, &mut first, 64)
        .map_err(|error| io_fault("file", &file.name, error))?;
    Ok(sniff(&first))
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
