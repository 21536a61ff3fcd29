//! The reading role: describes and reads one file, or many as one stream.
//!
//! Describing a text file reads it once, because its types are decided over all values; the answer is kept for as long
//! as the files stay the same. What can be read only once (standard input, pipes) is first copied to a temporary
//! file.

use std::path::Path;
use std::sync::{Arc, Mutex};

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use towpath_connect::{BatchStream, ReadRequest, Source, StreamInfo};
use towpath_model::Fault;

use super::bytes::{head, packed};
use super::columnar;
use super::config::{self, Format, ReadCompression};
use super::csv;
use super::csv::head::CsvSettings;
use super::describe::describe_files;
use super::format::{ending, required, sniff};
use super::json;
use super::pieces::threads;
use super::place::{FileRef, Place};
use super::reading::{Output, Shape, broke_down, stream};
use super::trouble::io_fault;

/// One file, or many as one stream.
#[derive(Debug)]
pub(super) struct FileSource(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    place: Place,
    settings: config::Source,
    csv: CsvSettings,
    records: Vec<String>,
    spool: Mutex<Option<(tempfile::TempPath, FileRef)>>,
    /// The last description, and the files it is true for.
    known: Mutex<Option<(Vec<FileRef>, StreamInfo)>>,
}

impl FileSource {
    /// Checks the settings against each other.
    pub(super) fn new(place: Place, settings: config::Source) -> Result<Self, Fault> {
        let csv = CsvSettings::new(&settings)?;
        let format = settings.format.or_else(|| ending(Path::new(&settings.path)).format);
        for (set, name, formats) in [
            (settings.delimiter.is_some(), "delimiter", &[Format::Csv][..]),
            (settings.quote.is_some(), "quote", &[Format::Csv]),
            (!settings.null_values.is_empty(), "null_values", &[Format::Csv]),
            (settings.records.is_some(), "records", &[Format::Json]),
            (!settings.columns.is_empty(), "columns", &[Format::Csv, Format::Ndjson, Format::Json]),
        ] {
            if let Some(format) = format
                && set
                && !formats.contains(&format)
            {
                return Err(Fault::config(format!("`{name}` has no meaning for {} files", format.title()))
                    .hint(format!("remove `{name}`, or set `format`")));
            }
        }
        let records = settings.records.as_deref().unwrap_or_default();
        let records = records.split('.').filter(|name| !name.is_empty()).map(str::to_owned).collect();
        if settings.path != "-" {
            place.locate(&settings.path)?;
        }
        Ok(FileSource(Arc::new(Inner {
            place,
            settings,
            csv,
            records,
            spool: Mutex::default(),
            known: Mutex::default(),
        })))
    }
}

#[async_trait]
impl Source for FileSource {
    async fn describe(&self) -> Result<StreamInfo, Fault> {
        let inner = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || inner.describe()).await.map_err(broke_down)?
    }

    async fn read(&self, request: ReadRequest) -> Result<BatchStream, Fault> {
        let inner = Arc::clone(&self.0);
        stream(request, move |output| inner.read(output))
    }
}

impl Inner {
    fn describe(&self) -> Result<StreamInfo, Fault> {
        let (files, format) = self.files()?;
        let mut known = self.known.lock().map_err(poisoned)?;
        if let Some((same, info)) = known.as_ref()
            && *same == files
        {
            return Ok(info.clone());
        }
        let info = describe_files(&files, format, &self.settings, &self.csv, &self.records)?;
        *known = Some((files, info.clone()));
        Ok(info)
    }

    fn read(&self, output: &mut Output) -> Result<(), Fault> {
        let (files, format) = self.files()?;
        for file in &files {
            if output.flow().is_break() {
                break;
            }
            let progress = Some(output.request.progress.clone());
            match format {
                Format::Csv => {
                    let opened = csv::head::open(file, &self.settings, &self.csv, progress)?;
                    unchanged(&output.request.schema, &opened.names, file, files.len() == 1)?;
                    let shape = Shape::new(&output.schema, opened.names.iter().map(String::as_str), file);
                    csv::read::read(opened, &self.csv, &shape, threads(file.size), output)?;
                }
                Format::Ndjson | Format::Json => {
                    let cutter = json::Cutter::open(file, format, &self.settings, &self.records, progress)?;
                    json::read::read(cutter, file, threads(file.size), output)?;
                }
                Format::Parquet => columnar::parquet_read::read(file, output)?,
                Format::Arrow => columnar::ipc::read(file, output)?,
            }
        }
        Ok(())
    }

    /// The files of the stream, and their format.
    fn files(&self) -> Result<(Vec<FileRef>, Format), Fault> {
        let path = &self.settings.path;
        if path == "-" {
            let file = self.spooled("standard input", None)?;
            let format = self.settings.format.map_or_else(|| sniff_file(&file), Ok)?;
            return Ok((vec![file], format));
        }
        let given = self.settings.format;
        let mut files = self.place.find(path, |file| {
            let found = ending(file).format;
            found.is_some() && (given.is_none() || found == given)
        })?;
        if let [file] = files.as_mut_slice()
            && file.once
        {
            let name = file.name.clone();
            *file = self.spooled(&name, Some(file))?;
            let format = given.or_else(|| ending(Path::new(path)).format);
            let format = format.map_or_else(|| sniff_file(file), Ok)?;
            return Ok((files, format));
        }
        let format = required(&files[0].name, given)?;
        if given.is_none()
            && let Some(other) = files.iter().find(|file| ending(&file.path).format != Some(format))
        {
            return Err(Fault::config(format!(
                "`{path}` names files of different formats: `{}` and `{}`",
                files[0].name, other.name
            ))
            .hint("set `format`, or use a pattern such as `*.csv`"));
        }
        Ok((files, format))
    }

    /// A copy on disk of what can be read only once.
    fn spooled(&self, name: &str, from: Option<&FileRef>) -> Result<FileRef, Fault> {
        let mut spool = self.spool.lock().map_err(poisoned)?;
        if let Some((_, file)) = spool.as_ref() {
            return Ok(file.clone());
        }
        let fault = |error| io_fault("file", name, error);
        let mut copy = tempfile::Builder::new()
            .prefix("towpath-")
            .tempfile_in(&self.place.scratch)
            .map_err(|error| io_fault("folder", &self.place.scratch.display().to_string(), error))?;
        let size = match from {
            Some(file) => std::io::copy(&mut std::fs::File::open(&file.path).map_err(fault)?, &mut copy),
            None => std::io::copy(&mut std::io::stdin().lock(), &mut copy),
        }
        .map_err(fault)?;
        let path = copy.into_temp_path();
        let file = FileRef {
            path: path.to_path_buf(),
            name: name.to_owned(),
            size,
            modified: None,
            partitions: Vec::new(),
            once: false,
        };
        *spool = Some((path, file.clone()));
        Ok(file)
    }
}

fn poisoned<T>(_: T) -> Fault {
    Fault::internal("an earlier read of this file broke down")
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
