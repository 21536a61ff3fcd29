//! Names, types and size of a stream, put together from all of its files.
//!
//! Columns are matched by name. In text files a column has the type that holds its values in every file; files with
//! types of their own must agree. A column that one file lacks is empty there.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::{Field, Schema};
use towpath_connect::types::{Logical, describe, with_logical};
use towpath_connect::{ReadProgress, StreamInfo};
use towpath_model::Fault;

use super::bytes::compression_of;
use super::chunks::{Borders, border_gap};
use super::columnar;
use super::config::{self, Format, ReadCompression};
use super::csv;
use super::csv::head::CsvSettings;
use super::infer::{Evidence, Pass};
use super::json;
use super::log::Grammar;
use super::pieces::threads;
use super::place::FileRef;
use super::walks;

/// Most remarks about one stream; wide files could have thousands.
const NOTES: usize = 20;

/// What a pass over the files gave.
#[derive(Debug)]
pub(super) struct Described {
    pub(super) info: StreamInfo,
    /// Where each file may be cut; `None` where only a pass over the file could tell, and there was none, or where the
    /// bytes on disk are not the bytes of its text.
    pub(super) borders: Vec<Option<Borders>>,
    /// Rows of each file, where they are known.
    pub(super) file_rows: Vec<Option<u64>>,
}

/// Names, types and size of files of one format, read as one stream. `labels` are columns that the files carry as
/// partitions, with types of their own. Of text files the first `most_bytes` are looked at.
pub(super) fn describe_files(
    files: &[FileRef],
    format: Format,
    settings: &config::Source,
    csv: &CsvSettings,
    records: &[String],
    labels: &[Field],
    most_bytes: u64,
) -> Result<Described, Fault> {
    let mut found = Found::default();
    let gap = border_gap(files.iter().map(|file| file.size).sum());
    for file in files {
        let pass = Pass { threads: threads(file.size, 1), gap, most_bytes };
        let mut borders = None;
        let before = found.rows.unwrap_or(0);
        match format {
            Format::Csv => borders = describe_csv(file, settings, csv, pass, &mut found)?,
            Format::Ndjson | Format::Json => {
                let cutter = json::Cutter::open(file, format, settings, records, None)?;
                let seen = json::infer::infer(cutter, file, pass)?;
                found.add_rows((!seen.is_cut).then_some(seen.borders.rows));
                borders = (format == Format::Ndjson).then_some(seen.borders);
                found.merge(file, seen.columns)?;
            }
            Format::Log => found.typed(file, (Grammar::of(settings)?.schema(), None))?,
            Format::Parquet => found.typed(file, columnar::parquet_read::describe(file)?)?,
            Format::Arrow => found.typed(file, columnar::ipc::describe(file)?)?,
            Format::Avro => found.typed(file, columnar::avro_read::describe(file)?)?,
            walked => {
                let progress = Arc::<ReadProgress>::default();
                let opened = walks::open(file, walked, settings, records, None, Some(Arc::clone(&progress)))?;
                let (mut seen, places) = opened.infer(file, pass, &progress)?;
                borders = places;
                found.add_rows(seen.rows);
                found.notes.append(&mut seen.notes);
                found.merge(file, seen.columns)?;
            }
        }
        if borders.is_some() && compression_of(file, settings.compression)? != ReadCompression::None {
            borders = None;
        }
        found.borders.push(borders);
        found.file_rows.push(found.last.then(|| found.rows.unwrap_or(0) - before));
    }
    if format.is_inferred() && format != Format::Csv {
        found.name_columns(csv, &settings.path)?;
    }
    found.finish(files, csv, labels)
}

fn describe_csv(
    file: &FileRef,
    settings: &config::Source,
    csv: &CsvSettings,
    pass: Pass,
    found: &mut Found,
) -> Result<Option<Borders>, Fault> {
    let mut opened = csv::head::open(file, settings, csv, None)?;
    csv.check_names(&opened.names, &file.name)?;
    found.notes.append(&mut opened.notes);
    let names = opened.names.clone();
    if names.iter().all(|name| csv.declared(name).is_some()) {
        for name in &names {
            found.column(name);
        }
        found.add_rows(None);
        return Ok(None);
    }
    let seen = csv::infer::infer(opened, csv, pass)?;
    found.add_rows(seen.is_whole.then_some(seen.borders.rows));
    for (name, evidence) in names.iter().zip(seen.columns) {
        found.column(name).merge(evidence, 0);
    }
    Ok(Some(seen.borders))
}

/// What was found in the files so far.
#[derive(Default)]
struct Found {
    /// Columns of text formats.
    columns: Vec<(String, Evidence)>,
    places: HashMap<String, usize>,
    /// Columns of formats with types of their own.
    fields: Vec<Field>,
    /// Files whose columns are in `fields`.
    typed_files: Vec<String>,
    rows: Option<u64>,
    rows_unknown: bool,
    /// Rows of each file, where they are known.
    file_rows: Vec<Option<u64>>,
    /// The rows of the last file are known.
    last: bool,
    borders: Vec<Option<Borders>>,
    notes: Vec<String>,
}

impl Found {
    fn add_rows(&mut self, rows: Option<u64>) {
        self.rows_unknown |= rows.is_none();
        self.last = rows.is_some();
        self.rows = Some(self.rows.unwrap_or(0) + rows.unwrap_or(0));
    }

    fn column(&mut self, name: &str) -> &mut Evidence {
        let place = *self.places.entry(name.to_owned()).or_insert_with(|| {
            self.columns.push((name.to_owned(), Evidence::default()));
            self.columns.len() - 1
        });
        &mut self.columns[place].1
    }

    /// Adds the columns of a file whose names are found on the way.
    fn merge(&mut self, file: &FileRef, columns: Vec<(String, Evidence)>) -> Result<(), Fault> {
        for (name, evidence) in columns {
            if file.partitions.iter().any(|(key, _)| *key == name) {
                return Err(Fault::contract(format!(
                    "`{name}` is a key in file `{}` and the name of a folder on the way to it",
                    file.name
                ))
                .hint("rename the folder, or give the path of each file"));
            }
            self.column(&name).merge(evidence, 0);
        }
        Ok(())
    }

    /// Compares the columns that were found with those that were given types. Where the rows name the columns, no rows
    /// have those columns only that were given types.
    fn name_columns(&mut self, csv: &CsvSettings, path: &str) -> Result<(), Fault> {
        if !self.columns.is_empty() {
            let names: Vec<String> = self.columns.iter().map(|(name, _)| name.clone()).collect();
            return csv.check_names(&names, path);
        }
        for field in &csv.declared {
            self.column(field.name());
        }
        if csv.declared.is_empty() {
            self.notes.push(format!(
                "`{path}` has no rows to tell its columns from; `columns` can name them with their types"
            ));
        }
        Ok(())
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
                        describe(known),
                        describe(field),
                        file.name
                    ))
                    .hint("read the files in separate nodes, cast one, and put them together with `union`"));
                }
            }
        }
        self.typed_files.push(file.name.clone());
        Ok(())
    }

    fn finish(mut self, files: &[FileRef], csv: &CsvSettings, labels: &[Field]) -> Result<Described, Fault> {
        let mut fields = std::mem::take(&mut self.fields);
        let mut decided = Vec::new();
        for (name, evidence) in &self.columns {
            let field = match csv.declared(name) {
                Some(declared) => declared.clone(),
                None => field_of(name, evidence, &mut decided),
            };
            fields.push(field);
        }
        for label in labels {
            if fields.iter().any(|field| field.name() == label.name()) {
                return Err(Fault::config(format!(
                    "`file_columns` adds the column `{}`, which the files have already",
                    label.name()
                ))
                .hint("choose another name for it"));
            }
            fields.push(label.clone());
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
        let info = StreamInfo {
            rows: self.rows.filter(|_| !self.rows_unknown),
            bytes: Some(files.iter().map(|file| file.size).sum()),
            notes: self.notes,
            ..StreamInfo::new(Arc::new(Schema::new(fields)))
        };
        Ok(Described { info, borders: self.borders, file_rows: self.file_rows })
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
