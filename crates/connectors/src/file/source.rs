//! The reading role: describes and reads one file, or many as one stream.
//!
//! Describing a text file reads it once, because its types are decided over all values; the answer is kept for as long
//! as the files stay the same. What can be read only once (standard input, pipes) is first copied to a temporary
//! file.

use std::path::Path;
use std::sync::{Arc, Mutex};

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use async_trait::async_trait;
use towpath_connect::types::{Logical, with_logical};
use towpath_connect::{BatchStream, ReadRequest, Source, StreamInfo};
use towpath_model::Fault;

use super::bytes::{head, packed};
use super::columnar;
use super::config::{self, Format, ReadCompression};
use super::csv;
use super::csv::head::CsvSettings;
use super::format::{ending, required, sniff};
use super::infer::{Declared, Evidence};
use super::json;
use super::pieces::threads;
use super::place::{FileRef, Place};
use super::reading::{Output, Shape, broke_down, stream};
use super::trouble::io_fault;

/// Most remarks about one stream; wide files could have thousands.
const NOTES: usize = 20;

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

/// Names, types and size of files of one format, read as one stream.
pub(super) fn describe_files(
    files: &[FileRef],
    format: Format,
    settings: &config::Source,
    csv: &CsvSettings,
    records: &[String],
) -> Result<StreamInfo, Fault> {
    let mut found = Found::default();
    for file in files {
        match format {
            Format::Csv => describe_csv(file, settings, csv, &mut found)?,
            Format::Ndjson | Format::Json => {
                let cutter = json::Cutter::open(file, format, settings, records, None)?;
                let seen = json::infer::infer(cutter, file, threads(file.size))?;
                found.add_rows(Some(seen.rows));
                for (name, evidence) in seen.columns {
                    found.column(&name).merge(evidence, 0);
                }
            }
            Format::Parquet => found.typed(file, columnar::parquet_read::describe(file)?)?,
            Format::Arrow => found.typed(file, columnar::ipc::describe(file)?)?,
        }
    }
    if matches!(format, Format::Ndjson | Format::Json) && !found.columns.is_empty() {
        let names: Vec<String> = found.columns.iter().map(|(name, _)| name.clone()).collect();
        csv.check_names(&names, &settings.path)?;
    }
    Ok(found.finish(files, csv))
}

fn describe_csv(
    file: &FileRef,
    settings: &config::Source,
    csv: &CsvSettings,
    found: &mut Found,
) -> Result<(), Fault> {
    let mut opened = csv::head::open(file, settings, csv, None)?;
    csv.check_names(&opened.names, &file.name)?;
    found.notes.append(&mut opened.notes);
    let names = opened.names.clone();
    if names.iter().all(|name| csv.declared(name).is_some()) {
        for name in &names {
            found.column(name);
        }
        found.add_rows(None);
        return Ok(());
    }
    let seen = csv::infer::infer(opened, csv, threads(file.size))?;
    found.add_rows(Some(seen.rows));
    for (name, evidence) in names.iter().zip(seen.columns) {
        found.column(name).merge(evidence, 0);
    }
    Ok(())
}

/// What was found in the files so far.
#[derive(Default)]
struct Found {
    /// Columns of text formats.
    columns: Vec<(String, Evidence)>,
    places: std::collections::HashMap<String, usize>,
    /// Columns of formats with types of their own.
    fields: Vec<Field>,
    /// Files whose columns are in `fields`.
    typed_files: Vec<String>,
    rows: Option<u64>,
    rows_unknown: bool,
    notes: Vec<String>,
}

impl Found {
    fn add_rows(&mut self, rows: Option<u64>) {
        self.rows_unknown |= rows.is_none();
        self.rows = Some(self.rows.unwrap_or(0) + rows.unwrap_or(0));
    }

    fn column(&mut self, name: &str) -> &mut Evidence {
        let place = *self.places.entry(name.to_owned()).or_insert_with(|| {
            self.columns.push((name.to_owned(), Evidence::default()));
            self.columns.len() - 1
        });
        &mut self.columns[place].1
    }

    /// Adds a file whose format has types: columns of one name must have one type.
    fn typed(&mut self, file: &FileRef, (schema, rows): (Schema, Option<u64>)) -> Result<(), Fault> {
        self.add_rows(rows);
        for field in &mut self.fields {
            if schema.column_with_name(field.name()).is_none() {
                *field = field.clone().with_nullable(true);
            }
        }
        for field in schema.fields() {
            match self.fields.iter_mut().find(|known| known.name() == field.name()) {
                None => {
                    let nullable = field.is_nullable() || !self.typed_files.is_empty();
                    self.fields.push(field.as_ref().clone().with_nullable(nullable));
                }
                Some(known) if known.data_type() == field.data_type() => {
                    let nullable = known.is_nullable() || field.is_nullable();
                    *known = known.clone().with_nullable(nullable);
                }
                Some(known) => {
                    let first = self.typed_files.first().map(String::as_str).unwrap_or_default();
                    return Err(Fault::contract(format!(
                        "column `{}` is of type {} in file `{first}` and of type {} in file `{}`",
                        field.name(),
                        towpath_connect::types::describe(known),
                        towpath_connect::types::describe(field),
                        file.name
                    ))
                    .hint("read the files in separate nodes, cast one, and put them together with `union`"));
                }
            }
        }
        self.typed_files.push(file.name.clone());
        Ok(())
    }

    fn finish(mut self, files: &[FileRef], csv: &CsvSettings) -> StreamInfo {
        let mut fields = std::mem::take(&mut self.fields);
        let mut decided = Vec::new();
        for (name, evidence) in &self.columns {
            let field = match csv.declared(name) {
                Some(Declared::Plain(data_type)) => Field::new(name, data_type.clone(), true),
                Some(Declared::Uuid) => with_logical(Field::new(name, DataType::Utf8, true), Logical::Uuid),
                Some(Declared::Json) => with_logical(Field::new(name, DataType::Utf8, true), Logical::Json),
                None => field_of(name, evidence, &mut decided),
            };
            fields.push(field);
        }
        for (key, evidence) in folders(files) {
            if !fields.iter().any(|field| *field.name() == key) {
                fields.push(field_of(&key, &evidence, &mut Vec::new()));
            }
        }
        self.notes.append(&mut decided);
        if self.notes.len() > NOTES {
            let more = self.notes.len() - NOTES;
            self.notes.truncate(NOTES);
            self.notes.push(format!("and {more} more remarks about columns"));
        }
        StreamInfo {
            rows: self.rows.filter(|_| !self.rows_unknown),
            bytes: Some(files.iter().map(|file| file.size).sum()),
            notes: self.notes,
            ..StreamInfo::new(Arc::new(Schema::new(fields)))
        }
    }
}

fn field_of(name: &str, evidence: &Evidence, notes: &mut Vec<String>) -> Field {
    let decision = evidence.decide(name);
    notes.extend(decision.note);
    let field = Field::new(name, decision.data_type, true);
    if decision.json { with_logical(field, Logical::Json) } else { field }
}

/// The columns that the names of folders add.
fn folders(files: &[FileRef]) -> Vec<(String, Evidence)> {
    let mut columns: Vec<(String, Evidence)> = Vec::new();
    for (key, value) in files.iter().flat_map(|file| &file.partitions) {
        let place = columns.iter().position(|(known, _)| known == key).unwrap_or_else(|| {
            columns.push((key.clone(), Evidence::default()));
            columns.len() - 1
        });
        if let Some(value) = value {
            columns[place].1.observe(value.as_bytes(), || 0);
        }
    }
    columns
}
