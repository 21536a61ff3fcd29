//! The first reading: which streams there are, with every column that any of their schemas and rows has.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use arrow::datatypes::Schema;
use serde_json::Value;
use towpath_connect::StreamInfo;
use towpath_model::{Fault, suggest};

use super::lines::Lines;
use super::message::{self, Message, plain};
use super::property::Property;
use super::types::field;
use crate::object::members;

/// Most properties of rows that no schema names.
const MOST_UNNAMED: usize = 1000;

/// What a file of messages holds.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Streams in the order of their first schema.
    pub(super) streams: Vec<Stream>,
    places: HashMap<String, usize>,
    /// Where the tap would go on, as JSON text.
    pub(super) state: Option<String>,
    /// The first line that is no message, and why.
    stray: Option<(u64, String)>,
}

/// One stream.
#[derive(Debug, Default)]
pub(super) struct Stream {
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
    /// The place of each column by its name.
    pub(super) places: HashMap<Vec<u8>, usize>,
    pub(super) key: Vec<String>,
    /// Properties that every schema requires; nothing before the first schema.
    pub(super) required: Option<BTreeSet<String>>,
    /// Rows of older versions are gone.
    pub(super) active: Option<i64>,
    /// The schema allows no other properties.
    is_closed: bool,
    rows: u64,
    unnamed: Vec<String>,
    /// Why the stream cannot be read.
    refusal: Option<String>,
}

/// A property of the rows.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) property: Property,
}

impl Survey {
    /// Reads all messages.
    pub(super) fn take(lines: &mut Lines) -> Result<Self, Fault> {
        let mut survey = Survey::default();
        while let Some(line) = lines.next()? {
            match message::read(line.text) {
                Ok(Message::Schema { stream, schema, key }) => {
                    let stream = survey.stream(&stream);
                    match serde_json::from_slice::<Value>(schema) {
                        Ok(schema) => stream.learn(&schema, key),
                        Err(error) => {
                            stream.refuse(|| format!("line {}: its schema is not JSON: {error}", line.number))
                        }
                    }
                }
                Ok(Message::Row { stream, row, .. }) => survey.stream(&stream).see(row),
                Ok(Message::State(state)) => survey.state = Some(String::from_utf8_lossy(state).into_owned()),
                Ok(Message::ActivateVersion { stream, version }) => {
                    survey.stream(&stream).active = Some(version);
                }
                Ok(Message::Batch { stream }) => survey.stream(&stream).refuse(|| {
                    format!(
                        "line {} is a BATCH message, whose rows are in files that only the tap knows",
                        line.number
                    )
                }),
                Err(why) => drop(survey.stray.get_or_insert((line.number, why))),
            }
        }
        survey.streams.retain(|stream| stream.required.is_some() || stream.refusal.is_some());
        for stream in &mut survey.streams {
            stream.finish();
        }
        Ok(survey)
    }

    fn stream(&mut self, name: &str) -> &mut Stream {
        let place = match self.places.get(name) {
            Some(place) => *place,
            None => {
                self.streams.push(Stream::new(name));
                self.places.insert(name.to_owned(), self.streams.len() - 1);
                self.streams.len() - 1
            }
        };
        &mut self.streams[place]
    }

    /// The stream of that name. `from` is what the messages come from, for faults.
    pub(super) fn find(&self, name: &str, from: &str) -> Result<&Stream, Fault> {
        if let Some(stream) = self.streams.iter().find(|stream| stream.name == name) {
            return match &stream.refusal {
                None => Ok(stream),
                Some(why) => Err(Fault::data(format!("stream `{name}` of `{from}` cannot be read: {why}"))
                    .hint("let the tap write SCHEMA and RECORD messages; taps have a setting for batches")),
            };
        }
        if let (true, Some((line, why))) = (self.streams.is_empty(), &self.stray) {
            return Err(Fault::data(format!("`{from}` holds no Singer messages; line {line}: {why}"))
                .hint("give the path of what a tap wrote to its standard output"));
        }
        let fault = Fault::not_found(format!("`{from}` has no stream `{name}`"));
        let names = self.streams.iter().map(|stream| stream.name.as_str());
        Err(match suggest::hint(name, "streams there", names) {
            Some(hint) => fault.hint(hint),
            None => fault.hint("run `towpath discover` to see its streams"),
        })
    }

    /// Remarks that hold for every stream.
    pub(super) fn notes(&self) -> Vec<String> {
        let state = self.state.iter().map(|state| format!("the tap would go on from the state {state}"));
        let stray = self.stray.iter();
        state.chain(stray.map(|(line, why)| format!("line {line} goes to quarantine: {why}"))).collect()
    }
}

impl Stream {
    /// A stream of which nothing is known yet.
    pub(super) fn new(name: &str) -> Self {
        Stream { name: name.to_owned(), ..Stream::default() }
    }

    /// Adds what a schema says.
    pub(super) fn learn(&mut self, schema: &Value, key: Vec<String>) {
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let property = Property::read(property, schema);
            match self.places.get(name.as_bytes()) {
                Some(place) => {
                    let column = &mut self.columns[*place];
                    column.property = std::mem::take(&mut column.property).or(property);
                }
                None => self.add(name.clone(), property),
            }
        }
        let names = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        let names: BTreeSet<String> = names.filter_map(Value::as_str).map(str::to_owned).collect();
        self.required = Some(match self.required.take() {
            None => names,
            Some(before) => before.intersection(&names).cloned().collect(),
        });
        self.is_closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
        self.key = key;
    }

    fn add(&mut self, name: String, property: Property) {
        self.places.insert(name.as_bytes().to_vec(), self.columns.len());
        self.columns.push(Column { name, property });
    }

    /// Counts a row and notes properties that no schema has named so far.
    fn see(&mut self, row: &[u8]) {
        self.rows += 1;
        // What is wrong with a row is said when it is read as one.
        let _ = members(row, |name, escaped, _| {
            if !escaped && self.places.contains_key(name) {
                return Ok(());
            }
            let name = plain(name, escaped)?;
            let is_new = !self.places.contains_key(name.as_bytes())
                && !self.unnamed.iter().any(|known| *known == name);
            if is_new && self.unnamed.len() < MOST_UNNAMED {
                self.unnamed.push(name.into_owned());
            }
            Ok(())
        });
    }

    fn refuse(&mut self, why: impl FnOnce() -> String) {
        self.refusal.get_or_insert_with(why);
    }

    /// Adds columns for the properties that rows have and no schema names.
    fn finish(&mut self) {
        let known = &self.places;
        self.unnamed.retain(|name| !known.contains_key(name.as_bytes()));
        if self.is_closed {
            self.unnamed.clear();
        }
        for name in self.unnamed.clone() {
            self.add(name, Property::anything());
        }
        if self.columns.is_empty() {
            self.refuse(|| "its schema has no properties".into());
        }
    }

    /// What is known of the stream before its rows are read.
    pub(super) fn info(&self) -> StreamInfo {
        let fields: Vec<_> =
            self.columns.iter().map(|column| field(&column.name, &column.property)).collect();
        let mut notes = Vec::new();
        let is_column = |name: &String| self.places.contains_key(name.as_bytes());
        if let Some(name) = self.key.iter().find(|name| !is_column(name)) {
            notes.push(format!("the key is not used: `{name}` is no property of the rows"));
        }
        for name in &self.unnamed {
            notes.push(format!("`{name}` is not in the schema; its values are kept as JSON"));
        }
        if let Some(version) = self.active {
            notes.push(format!(
                "rows of versions before {version} are left out: the tap says that they are gone"
            ));
        }
        StreamInfo {
            primary_key: if self.key.iter().all(is_column) { self.key.clone() } else { Vec::new() },
            notes,
            ..StreamInfo::new(Arc::new(Schema::new(fields)))
        }
    }

    /// Rows of the stream, those of older versions included.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }
}
