//! Names, types and size of a stream, put together from all of its files.
//!
//! Columns are matched by name. In text files a column has the type that holds its values in every file; files with
//! types of their own must agree. A column that one file lacks is empty there.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema};
use towpath_connect::types::{Logical, describe, with_logical};
use towpath_connect::{Fact, ReadProgress, StreamInfo, words};
use towpath_model::Fault;

use super::bytes::compression_of;
use super::chunks::{Borders, border_gap};
use super::columnar;
use super::config::{self, Format, ReadCompression};
use super::csv::{self, CsvSettings, Layout};
use super::infer::{Evidence, Hints, Pass};
use super::json;
use super::log::Grammar;
use super::notation::date::Order;
use super::notation::{Notation, Reading, Readings};
use super::pieces::threads;
use super::place::FileRef;
use super::text::{self, TextSettings};
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
    /// How CSV files are laid out.
    pub(super) layouts: Vec<Option<Arc<Layout>>>,
    /// How values are written, by column.
    pub(super) readings: Readings,
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
        let (mut borders, mut layout) = (None, None);
        let before = found.rows.unwrap_or(0);
        match format {
            Format::Csv => {
                let (found_layout, found_borders) = describe_csv(file, settings, csv, pass, &mut found)?;
                (layout, borders) = (Some(found_layout), found_borders);
            }
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
                found.tell(file, seen.facts);
                found.merge(file, seen.columns)?;
            }
        }
        if borders.is_some() && compression_of(file, settings.compression)? != ReadCompression::None {
            borders = None;
        }
        found.borders.push(borders);
        found.layouts.push(layout);
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
) -> Result<(Arc<Layout>, Option<Borders>), Fault> {
    let mut layout = Layout::find(file, settings, csv, None)?;
    csv.check_names(&layout.names, &file.name)?;
    let is_declared = layout.names.iter().all(|name| csv.declared(name).is_some());
    let seen = if is_declared {
        None
    } else {
        let mut seen = csv::infer::infer(file, &layout, settings, csv, pass)?;
        if layout.presumed && seen.undecoded > 0 {
            let verdict = text::find(file, TextSettings::new(settings)?)?;
            layout = Layout::find(file, settings, csv, Some(verdict))?;
            csv.check_names(&layout.names, &file.name)?;
            seen = csv::infer::infer(file, &layout, settings, csv, pass)?;
        }
        Some(seen)
    };
    found.notes.append(&mut layout.notes);
    let facts = std::mem::take(&mut layout.facts);
    found.tell(file, facts);
    let Some(seen) = seen else {
        for name in &layout.names {
            found.column(name);
        }
        found.add_rows(None);
        return Ok((Arc::new(layout), None));
    };
    found.add_rows(seen.is_whole.then_some(seen.borders.rows));
    found.left_out(file, seen.repeated, &seen.footer.rows);
    for (name, evidence) in layout.names.iter().zip(seen.columns) {
        found.column(name).merge(evidence, 0);
    }
    let borders = Some(seen.borders).filter(|_| layout.may_be_cut);
    Ok((Arc::new(layout), borders))
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
    layouts: Vec<Option<Arc<Layout>>>,
    notes: Vec<String>,
    facts: Vec<Fact>,
}

impl Found {
    /// Tells what was found out about a file.
    fn tell(&mut self, file: &FileRef, facts: Vec<Fact>) {
        self.facts.extend(facts.into_iter().map(|fact| Fact { file: Some(file.name.clone()), ..fact }));
    }

    /// Tells which rows of a CSV file are none.
    fn left_out(&mut self, file: &FileRef, repeated: u64, footer: &[String]) {
        if repeated > 0 {
            let rows =
                if repeated == 1 { "1 row repeats".to_owned() } else { format!("{repeated} rows repeat") };
            self.notes.push(format!("{rows} the names of the columns, and are left out"));
        }
        if footer.is_empty() {
            return;
        }
        let rows = footer.iter().map(|row| format!("`{row}`")).collect::<Vec<_>>().join(", ");
        self.notes
            .push(format!("rows of totals at the end are left out: {rows}; set `totals: true` to read them"));
        let left_out = match footer.len() {
            1 => "1 row at the end is".to_owned(),
            count => format!("{count} rows at the end are"),
        };
        let fact = Fact::new("totals", format!("{left_out} left out"), rows);
        self.facts.push(Fact { file: Some(file.name.clone()), ..fact.with_setting("totals", false.into()) });
    }

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
        let mut hints = csv.hints();
        for (_, evidence) in &self.columns {
            hints.learn(evidence);
        }
        let (mut decided, mut readings) = (Vec::new(), Readings::new());
        for (name, evidence) in &self.columns {
            let hints = csv.hints_for(name, hints);
            let (field, reading, why) = match csv.declared(name) {
                Some(declared) => {
                    (declared.clone(), evidence.reading_for(declared.data_type(), hints), "given".to_owned())
                }
                None => field_of(name, evidence, hints, &mut decided),
            };
            if reading != Reading::default() {
                readings.insert(name.clone(), reading);
            }
            self.facts.push(type_fact(&field, reading, why));
            fields.push(field);
        }
        self.facts.extend(decimal_fact(&fields, &readings));
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
                // The names of folders are written by programs; their values are read the plain way.
                let (field, reading, _) = field_of(&key, &evidence, Hints::default(), &mut Vec::new());
                let is_plain = reading == Reading::default();
                fields.push(if is_plain { field } else { Field::new(&key, DataType::Utf8, true) });
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
            facts: self.facts,
            ..StreamInfo::new(Arc::new(Schema::new(fields)))
        };
        let (borders, file_rows, layouts) = (self.borders, self.file_rows, self.layouts);
        Ok(Described { info, borders, file_rows, layouts, readings })
    }
}

fn field_of(
    name: &str,
    evidence: &Evidence,
    hints: Hints,
    notes: &mut Vec<String>,
) -> (Field, Reading, String) {
    let decision = evidence.decide(name, hints);
    notes.extend(decision.note);
    let field = Field::new(name, decision.data_type, true);
    let field = if decision.json { with_logical(field, Logical::Json) } else { field };
    (field, decision.reading, decision.evidence)
}

/// The type of a column as a fact, in the words of the setting `columns`.
fn type_fact(field: &Field, reading: Reading, why: String) -> Fact {
    let order = match reading.notation {
        Some(Notation::Date(Order::DayFirst)) => "(day_first)",
        Some(Notation::Date(Order::MonthFirst)) => "(month_first)",
        _ => "",
    };
    let found = format!("{}{order}", words::word(field));
    let fact = Fact::new("type", found.clone(), why)
        .with_setting("columns", serde_json::json!({ field.name(): found }));
    Fact { column: Some(field.name().clone()), ..fact }
}

/// The decimal mark, where columns need it to be read and agree on it.
fn decimal_fact(fields: &[Field], readings: &Readings) -> Option<Fact> {
    let figures = fields.iter().filter_map(|field| match readings.get(field.name())?.notation {
        Some(Notation::Number(figures)) if figures.needs_mark(field.data_type()) => Some(figures),
        _ => None,
    });
    let marks: Vec<&str> = figures.map(|figures| figures.mark()).collect();
    let first = marks.first().filter(|first| marks.iter().all(|mark| mark == *first))?;
    Some(
        Fact::new("decimal mark", *first, "as the numbers of its columns show")
            .with_setting("decimal", (*first).into()),
    )
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
