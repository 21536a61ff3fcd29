//! Event logs: lines of a time, an event and its details, read by a grammar that the pipeline declares.
//!
//! A grammar is patterns: one for the lines, and for each event one or more for its details. [`pattern`] compiles a
//! pattern into steps, [`time`] the times inside of it, [`matcher`] walks the steps over a line without ever going
//! back, and [`read`] makes batches of what was found. [`Grammar`] holds it all and knows the columns before any file
//! is opened, so describing a log reads nothing.
//!
//! Invariants: a line becomes a row, or goes to quarantine with its number and the reason, or is blank. Nothing of a
//! line is left over: what a pattern does not cover makes the line unreadable.

pub(super) mod config;
mod matcher;
mod pattern;
pub(super) mod read;
mod time;

use std::collections::HashMap;

use arrow::datatypes::{DataType, Field, Schema};
use towpath_connect::types::describe;
use towpath_model::Fault;

use self::config::{Log, Others};
use self::pattern::Pattern;
use super::config::Source;

/// Name of the field that tells which patterns the details must match.
const EVENT: &str = "event";

/// Name of the field that those patterns are for.
const DETAILS: &str = "details";

/// Name of the column with the number of the line.
const LINE_NUMBER: &str = "line_number";

/// A compiled grammar.
#[derive(Debug)]
pub(super) struct Grammar {
    line: Pattern,
    events: Vec<Event>,
    others: Others,
    /// Where the event and its details stand among the values of a line.
    event: Option<usize>,
    details: Option<usize>,
    /// The columns of the fields, by their place among the values of a line.
    fields: Vec<Field>,
}

/// One event, and what its details may look like; nothing is said of them when there is no pattern.
#[derive(Debug)]
struct Event {
    name: Vec<u8>,
    patterns: Vec<Pattern>,
}

impl Grammar {
    /// The grammar of a source.
    pub(super) fn of(settings: &Source) -> Result<Self, Fault> {
        let log = settings.log.as_ref().ok_or_else(|| {
            Fault::config("`log` is missing").hint(
                "declare the lines, for example `log: { line: \"{at:%Y-%m-%d %H:%M:%S} {event}[: {details}]\" }`",
            )
        })?;
        Grammar::new(log)
    }

    /// Compiles the settings.
    pub(super) fn new(log: &Log) -> Result<Self, Fault> {
        let mut columns = Columns::default();
        let line = Pattern::parse(&log.line, |name, field| columns.add("line", name, field))?;
        let known = columns.fields.len();
        let (event, details) = (columns.place(EVENT), columns.place(DETAILS));
        if !log.events.is_empty() && event.is_none() {
            return Err(Fault::config("`line` of the log has no field `event`, and `events` needs it")
                .hint("mark the place of the event's name with `{event}`"));
        }
        let mut events = Vec::new();
        for (name, patterns) in &log.events {
            let mut compiled = Vec::new();
            for text in patterns {
                if details.is_none() {
                    return Err(Fault::config(format!(
                        "`line` of the log has no field `details`, and the pattern of `{name}` needs it"
                    ))
                    .hint(
                        "mark the place of the details with `{details}`, for example `{event}[:{details}]`",
                    ));
                }
                let add = |field: &str, data_type: Field| {
                    if columns.place(field).is_some_and(|place| place < known) {
                        return Err(Fault::config(format!(
                            "the pattern of `{name}` has a field `{field}`, and so has `line`"
                        ))
                        .hint("give one of them another name"));
                    }
                    columns.add(name, field, data_type)
                };
                compiled.push(Pattern::parse(text, add)?);
            }
            events.push(Event { name: name.as_bytes().to_vec(), patterns: compiled });
        }
        if columns.place(LINE_NUMBER).is_some() {
            return Err(Fault::config("a field of a log cannot be called `line_number`")
                .hint("give it another name: every log has a column `line_number`"));
        }
        Ok(Grammar { line, events, others: log.others, event, details, fields: columns.fields })
    }

    /// The columns of every file of this grammar.
    pub(super) fn schema(&self) -> Schema {
        let number = Field::new(LINE_NUMBER, DataType::Int64, true);
        Schema::new(self.fields.iter().cloned().chain([number]).collect::<Vec<_>>())
    }
}

/// The columns found so far.
#[derive(Default)]
struct Columns {
    fields: Vec<Field>,
    places: HashMap<String, usize>,
    owners: Vec<String>,
}

impl Columns {
    fn place(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    /// The place of a field. Patterns may share a field, of one type.
    fn add(&mut self, owner: &str, name: &str, field: Field) -> Result<usize, Fault> {
        if let Some(place) = self.place(name) {
            let known = &self.fields[place];
            if known.data_type() == field.data_type() && known.metadata() == field.metadata() {
                return Ok(place);
            }
            return Err(Fault::config(format!(
                "the field `{name}` is of type {} in `{}` and of type {} in `{owner}`",
                describe(known),
                self.owners[place],
                describe(&field)
            ))
            .hint("give both the same type, or one of them another name"));
        }
        self.places.insert(name.to_owned(), self.fields.len());
        self.owners.push(owner.to_owned());
        self.fields.push(field);
        Ok(self.fields.len() - 1)
    }
}
