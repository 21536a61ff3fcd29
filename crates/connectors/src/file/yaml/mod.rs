//! YAML: a list of mappings, a list inside a document, or one mapping per document.
//!
//! Events of the parser become one row at a time, so memory does not grow with the file ([`chars`] feeds the parser).
//! Words without quotes get the type that all values of their column have, as in CSV; text in quotes stays text, and
//! lists and mappings inside a row become JSON ([`tree`]). A mistake in the text ends the file with its line.

mod chars;
mod tree;

use std::collections::HashMap;
use std::io::Read;
use std::sync::{Arc, Mutex};

use saphyr_parser::{BufferedInput, Event, Parser, ScalarStyle};
use towpath_model::Fault;

use self::chars::{Chars, State, Trouble, begin};
use self::tree::Node;
use super::infer::Kind;
use super::place::FileRef;
use super::rows::{Refusal, Row, Sort, Walk};
use super::trouble::io_fault;

/// Most values of one row, once its aliases are expanded; also most values that anchors keep.
const MOST_VALUES: usize = 200_000;
/// Deepest nesting.
const MOST_DEPTH: usize = 100;

/// Where the walk stands.
#[derive(Debug, Clone, Copy, PartialEq)]
enum At {
    /// Between documents.
    Between,
    /// Inside the list of rows, below that many mappings that lead to it.
    List(usize),
    Done,
}

/// Walks through the rows of one file.
pub(super) struct YamlRows {
    parser: Parser<'static, BufferedInput<Chars>>,
    state: Arc<Mutex<State>>,
    file: String,
    records: Vec<String>,
    at: At,
    line: u64,
    anchors: HashMap<usize, Node>,
    kept: usize,
    /// Values of the row so far.
    values: usize,
    names: Vec<String>,
    places: HashMap<String, usize>,
    has_rows: bool,
}

/// Why a value is no good: for its row, or for the file.
enum Wrong {
    Row(String),
    File(Fault),
}

impl From<Fault> for Wrong {
    fn from(fault: Fault) -> Self {
        Wrong::File(fault)
    }
}

impl YamlRows {
    pub(super) fn new(file: &FileRef, records: &[String], reader: Box<dyn Read + Send>) -> Self {
        let (chars, state) = Chars::new(reader);
        YamlRows {
            parser: Parser::new(BufferedInput::new(chars)),
            state,
            file: file.name.clone(),
            records: records.to_vec(),
            at: At::Between,
            line: 0,
            anchors: HashMap::new(),
            kept: 0,
            values: 0,
            names: Vec::new(),
            places: HashMap::new(),
            has_rows: false,
        }
    }

    fn fault(&self, what: &str) -> Fault {
        Fault::data(format!("file `{}`, line {}: {what}", self.file, self.line))
    }

    /// The next event. Trouble with the characters comes before what the parser makes of it.
    fn event(&mut self) -> Result<Event<'static>, Fault> {
        let next = self.parser.next_event();
        let trouble = self.state.lock().ok().and_then(|mut state| state.trouble.take());
        match trouble {
            Some(Trouble::Io(error)) => return Err(io_fault("file", &self.file, error)),
            Some(Trouble::NotUtf8) => return Err(self.fault("the text from here on is not UTF-8")),
            Some(Trouble::TooLarge) => {
                return Err(self.fault("the row that begins here is larger than 128 MB"));
            }
            None => {}
        }
        match next {
            Some(Ok((event, span))) => {
                self.line = span.start.line() as u64;
                Ok(event)
            }
            Some(Err(error)) => {
                self.line = error.marker().line() as u64;
                Err(self
                    .fault(&format!("this is not valid YAML: {}", error.info()))
                    .hint("check the indentation and the quotes around this place"))
            }
            None => Ok(Event::StreamEnd),
        }
    }

    /// Goes to the next row and reads it; `None` at the end.
    fn row(&mut self) -> Result<Option<Node>, Wrong> {
        loop {
            begin(&self.state);
            self.values = 0;
            let event = self.event()?;
            match (self.at, event) {
                (At::Done, _) | (_, Event::StreamEnd) => {
                    self.at = At::Done;
                    return Ok(None);
                }
                (_, Event::Nothing | Event::StreamStart | Event::DocumentEnd) => {}
                (_, Event::DocumentStart(_)) => {
                    self.anchors.clear();
                    self.kept = 0;
                }
                (At::List(outer), Event::SequenceEnd) => {
                    self.leave(outer)?;
                    self.at = At::Between;
                }
                (At::List(_), event) => {
                    self.has_rows = true;
                    return self.node(event, 0).map(Some);
                }
                (At::Between, Event::Scalar(text, ScalarStyle::Plain, ..))
                    if Node::plain(text.to_string()) == Node::Null => {}
                (At::Between, event) if self.records.is_empty() => match event {
                    Event::SequenceStart(..) => self.at = At::List(0),
                    event => {
                        self.has_rows = true;
                        return self.node(event, 0).map(Some);
                    }
                },
                (At::Between, event) => self.enter(event)?,
            }
        }
    }

    /// Goes down to the list at `records`.
    fn enter(&mut self, mut event: Event<'static>) -> Result<(), Wrong> {
        for (depth, name) in self.records.clone().iter().enumerate() {
            if !matches!(event, Event::MappingStart(..)) {
                return Err(self.astray(name, "what holds it is no mapping").into());
            }
            loop {
                match self.event()? {
                    Event::MappingEnd => return Err(self.astray(name, "there is no such key").into()),
                    Event::Scalar(key, ..) if key == name.as_str() => break,
                    key => {
                        self.node(key, depth + 1)?;
                        let value = self.event()?;
                        self.node(value, depth + 1)?;
                        self.values = 0;
                        begin(&self.state);
                    }
                }
            }
            event = self.event()?;
        }
        if !matches!(event, Event::SequenceStart(..)) {
            return Err(self.astray(&self.records.join("."), "what stands there is no list").into());
        }
        self.at = At::List(self.records.len());
        Ok(())
    }

    /// Goes up out of the mappings around the list of rows.
    fn leave(&mut self, outer: usize) -> Result<(), Wrong> {
        for _ in 0..outer {
            loop {
                match self.event()? {
                    Event::MappingEnd => break,
                    event => {
                        self.node(event, 0)?;
                        self.values = 0;
                        begin(&self.state);
                    }
                }
            }
        }
        Ok(())
    }

    fn astray(&self, name: &str, why: &str) -> Fault {
        self.fault(&format!("`{name}` of `records` was not found: {why}"))
            .hint("set `records` to the way to the list, for example `data.items`")
    }

    /// The value that begins with an event, which is read to its end even where it is no good.
    fn node(&mut self, event: Event<'static>, depth: usize) -> Result<Node, Wrong> {
        if depth > MOST_DEPTH {
            return Err(self.fault("values are nested more than 100 deep").into());
        }
        self.values += 1;
        if self.values > MOST_VALUES {
            return Err(self.fault("a row has more than 200,000 values").into());
        }
        let mut wrong = None;
        let (anchor, node) = match event {
            Event::Scalar(text, ScalarStyle::Plain, anchor, tag)
                if tag.as_ref().is_none_or(|tag| tag.suffix != "str") =>
            {
                (anchor, Node::plain(text.into_owned()))
            }
            Event::Scalar(text, _, anchor, _) => (anchor, Node::Text(text.into_owned())),
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).cloned();
                let node = node.ok_or_else(|| self.fault("an alias stands inside of its own anchor"))?;
                self.values += node.count();
                (0, node)
            }
            Event::SequenceStart(anchor, _) => {
                let mut items = Vec::new();
                loop {
                    match self.event()? {
                        Event::SequenceEnd => break,
                        event => match self.node(event, depth + 1) {
                            Err(Wrong::Row(why)) => wrong = wrong.or(Some(why)),
                            item => items.push(item?),
                        },
                    }
                }
                (anchor, Node::List(items))
            }
            Event::MappingStart(anchor, _) => {
                let mut map = Entries::default();
                loop {
                    let event = self.event()?;
                    if event == Event::MappingEnd {
                        break;
                    }
                    let line = self.line;
                    let key = self.node(event, depth + 1);
                    let value_event = self.event()?;
                    let value = self.node(value_event, depth + 1);
                    let entry = match (key, value) {
                        (Err(Wrong::File(fault)), _) | (_, Err(Wrong::File(fault))) => {
                            return Err(fault.into());
                        }
                        (Err(Wrong::Row(why)), _) | (_, Err(Wrong::Row(why))) => Err(why),
                        (Ok(key), Ok(value)) => map.add(key, value),
                    };
                    if let Err(why) = entry {
                        wrong = wrong.or(Some(format!("line {line}: {why}")));
                    }
                }
                (anchor, map.finish())
            }
            _ => return Err(self.fault("the text ends in the middle of a value").into()),
        };
        if let Some(why) = wrong {
            return Err(Wrong::Row(why));
        }
        if anchor > 0 {
            self.kept += node.count();
            if self.kept > MOST_VALUES {
                return Err(self.fault("anchors hold more than 200,000 values").into());
            }
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    /// Puts the entries of a mapping into the cells of a row.
    fn fill(&mut self, node: Node, row: &mut Row) {
        let Node::Map(entries) = node else {
            let mut json = Vec::new();
            node.json(&mut json);
            row.original = json;
            row.refuse(Refusal { column: None, value: None, reason: "is not a mapping".into() });
            return;
        };
        for (name, node) in entries {
            let place = match self.places.get(&name) {
                Some(place) => *place,
                None => {
                    self.names.push(name.clone());
                    self.places.insert(name, self.names.len() - 1);
                    self.names.len() - 1
                }
            };
            match node {
                Node::Null => {}
                Node::Plain(text) => row.set(place, Sort::Value, text.as_bytes()),
                Node::Text(text) => row.set(place, Sort::Text, text.as_bytes()),
                node => {
                    let mut json = Vec::new();
                    node.json(&mut json);
                    row.set(place, Sort::Known(Kind::Nested), &json);
                }
            }
        }
    }
}

/// A mapping under construction.
#[derive(Default)]
struct Entries {
    entries: Vec<(String, Node)>,
    places: HashMap<String, usize>,
    /// What `<<` brings, for keys that the mapping does not have itself.
    merged: Vec<(String, Node)>,
}

impl Entries {
    fn add(&mut self, key: Node, value: Node) -> Result<(), String> {
        let key = match (key, value) {
            (Node::Plain(key), value) if key == "<<" => return self.merge(value),
            (Node::Plain(key) | Node::Text(key), value) => (key, value),
            (Node::Null, _) => return Err("a key is missing".into()),
            _ => return Err("a key is a list or a mapping".into()),
        };
        let (key, value) = key;
        if self.places.contains_key(&key) {
            return Err(format!("`{key}` stands in the mapping twice"));
        }
        self.places.insert(key.clone(), self.entries.len());
        self.entries.push((key, value));
        Ok(())
    }

    fn merge(&mut self, value: Node) -> Result<(), String> {
        match value {
            Node::Map(entries) => self.merged.extend(entries),
            Node::List(maps) => {
                for map in maps {
                    self.merge(map)?;
                }
            }
            _ => return Err("`<<` brings no mapping".into()),
        }
        Ok(())
    }

    fn finish(mut self) -> Node {
        for (key, value) in self.merged {
            if !self.places.contains_key(&key) {
                self.places.insert(key.clone(), self.entries.len());
                self.entries.push((key, value));
            }
        }
        Node::Map(self.entries)
    }
}

impl Walk for YamlRows {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn next(&mut self, row: &mut Row) -> Result<bool, Fault> {
        let found = self.row();
        row.line = self.line;
        match found {
            Ok(Some(node)) => self.fill(node, row),
            Ok(None) if !self.has_rows => {
                return Err(Fault::data(format!("file `{}` holds no row", self.file))
                    .hint("a list of mappings is needed; `records` says where in the document it is"));
            }
            Ok(None) => return Ok(false),
            Err(Wrong::Row(reason)) => row.refuse(Refusal { column: None, value: None, reason }),
            Err(Wrong::File(fault)) => return Err(fault),
        }
        Ok(true)
    }
}
