//! GeoJSON: features are rows, properties are columns, geometries are well-known text.
//!
//! The features of a collection, or one feature per line, are cut out of the file by the cutter of JSON, so memory does
//! not grow with the file; each piece is walked by itself. [`geometry`] changes geometries between their two forms,
//! [`write`] is the other direction.

pub(super) mod config;
mod geometry;
pub(super) mod write;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use towpath_connect::ReadProgress;
use towpath_model::Fault;

use self::config::{GeoJson, Shape};
use super::bytes::{self, read_more};
use super::chunks::Stretch;
use super::config::{Format, Source};
use super::infer::Kind;
use super::json::Cutter;
use super::json::infer::name;
use super::pieces::Piece;
use super::place::FileRef;
use super::rows::pieces::{Cut, Pieces};
use super::rows::{Refusal, Row, Sort, Walk};
use super::trouble::io_fault;
use crate::object::{Value, members, unescape};

/// Bytes at the beginning that tell how the features stand in the file.
const HEAD_BYTES: usize = 1 << 16;
/// Most other members of features that are named in the remarks.
const OTHERS: usize = 10;

/// Makes rows of features.
#[derive(Debug)]
pub(super) struct Features {
    settings: GeoJson,
    /// What the head of the file told.
    notes: Vec<String>,
    /// Members of features that are no columns.
    others: Mutex<BTreeSet<String>>,
}

impl Features {
    /// Opens a file, or a stretch of it. The flag says that each feature has a line of its own.
    pub(super) fn open(
        file: &FileRef,
        settings: &Source,
        stretch: Option<Stretch>,
        progress: Option<Arc<ReadProgress>>,
    ) -> Result<(Self, Cutter, bool), Fault> {
        let mut features = Features {
            settings: settings.geojson.clone().unwrap_or_default(),
            notes: Vec::new(),
            others: Mutex::default(),
        };
        if let Some(stretch) = stretch {
            return Ok((features, Cutter::only(file, stretch, progress)?, true));
        }
        let mut head = Vec::new();
        let mut reader = bytes::open(file, settings.compression, None)?;
        read_more(&mut reader, &mut head, HEAD_BYTES).map_err(|error| io_fault("file", &file.name, error))?;
        let layout = Layout::of(&head);
        features.notes.extend(system(&head).map(|name| {
            format!("the file says that its coordinates are in `{name}`; they are read as they stand")
        }));
        let (format, records) = match layout {
            Layout::Lines => (Format::Ndjson, Vec::new()),
            Layout::Collection => (Format::Json, vec!["features".to_owned()]),
            Layout::Sequence => (Format::Json, Vec::new()),
        };
        let cutter = Cutter::open(file, format, settings, &records, progress)?;
        Ok((features, cutter, layout == Layout::Lines))
    }
}

/// How features stand in a file.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Layout {
    Collection,
    /// One on each line.
    Lines,
    /// One after the other, or a list of them.
    Sequence,
}

impl Layout {
    fn of(head: &[u8]) -> Layout {
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        if text.first() == Some(&0x1e) {
            return Layout::Lines;
        }
        let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let is_whole = first.len() < text.len() && members(first, |_, _, _| Ok(())).is_ok();
        let says = |word: &[u8], text: &[u8]| memchr::memmem::find(text, word).is_some();
        if says(b"\"FeatureCollection\"", if is_whole { first } else { text }) {
            return Layout::Collection;
        }
        let flat =
            text.iter().skip(1).position(|byte| matches!(byte, b'{' | b'[')).map_or(text.len(), |at| at + 1);
        match text.first() {
            Some(b'{') if says(b"\"features\"", &text[..flat]) => Layout::Collection,
            Some(b'{') if is_whole => Layout::Lines,
            _ => Layout::Sequence,
        }
    }
}

/// The coordinate system that a file names, when it is not the usual one.
fn system(head: &[u8]) -> Option<String> {
    let at = memchr::memmem::find(head, b"\"crs\"")?;
    let rest = &head[at..head.len().min(at + 400)];
    // `name` is also the type of the entry, and not a key there.
    let name = memchr::memmem::find_iter(rest, b"\"name\"").find_map(|at| {
        let value = rest[at + 6..].trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
        let value = value.strip_prefix(b"\"")?;
        Some(String::from_utf8_lossy(&value[..memchr::memchr(b'"', value)?]).into_owned())
    })?;
    (!name.contains("CRS84") && !name.ends_with(":4326")).then_some(name)
}

impl Cut for Cutter {
    fn next(&mut self, piece: &mut Piece) -> Result<bool, Fault> {
        Cutter::next(self, piece)
    }
}

impl Pieces for Features {
    fn walk<'a>(&'a self, piece: &'a Piece) -> Box<dyn Walk + 'a> {
        Box::new(FeatureWalk {
            features: self,
            piece,
            next: 0,
            names: Vec::new(),
            places: HashMap::new(),
            scratch: Vec::new(),
        })
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = self.notes.clone();
        if let Ok(others) = self.others.lock()
            && !others.is_empty()
        {
            let names: Vec<&str> = others.iter().map(String::as_str).collect();
            notes.push(format!(
                "members of features that are no properties are not read: `{}`",
                names.join("`, `")
            ));
        }
        notes
    }
}

/// Walks through the features of a piece.
struct FeatureWalk<'a> {
    features: &'a Features,
    piece: &'a Piece,
    next: usize,
    names: Vec<String>,
    places: HashMap<String, usize>,
    scratch: Vec<u8>,
}

/// The parts of a feature.
#[derive(Default)]
struct Parts<'a> {
    kind: Option<&'a [u8]>,
    id: Option<Value<'a>>,
    geometry: Option<Value<'a>>,
    properties: Option<Value<'a>>,
    others: Vec<&'a [u8]>,
}

impl FeatureWalk<'_> {
    /// Puts a feature into the cells of a row.
    fn fill(&mut self, text: &[u8], row: &mut Row) -> Result<(), (Option<String>, String)> {
        let plain = |why: &str| (None, why.to_owned());
        if std::str::from_utf8(text).is_err() {
            return Err(plain("the row is not UTF-8; bytes that are wrong are shown as `\\xE9`"));
        }
        let mut parts = Parts::default();
        members(text, |key, _, value| {
            match (key, value) {
                (b"type", Value::Text(kind, _)) => parts.kind = Some(kind),
                (b"id", value) => parts.id = Some(value),
                (b"geometry", value) => parts.geometry = Some(value),
                (b"properties", value) => parts.properties = Some(value),
                (b"bbox" | b"coordinates" | b"geometries", _) => {}
                _ => parts.others.push(key),
            }
            Ok(())
        })
        .map_err(plain)?;
        match parts.kind.map(String::from_utf8_lossy) {
            Some(kind) if kind == "Feature" => {}
            Some(kind) if geometry::is_type(&kind) => parts.geometry = Some(Value::Nested(text)),
            Some(kind) => return Err((None, format!("is a `{kind}`, not a feature"))),
            None => return Err(plain("has no `type`, so it is no feature")),
        }
        if !parts.others.is_empty()
            && let Ok(mut others) = self.features.others.lock()
        {
            let names = parts.others.iter().map(|key| String::from_utf8_lossy(key).into_owned());
            let room = OTHERS.saturating_sub(others.len());
            others.extend(names.take(room));
        }
        let settings = &self.features.settings;
        if let Some(id) = parts.id {
            self.set(&settings.id, id, row)?;
        }
        match parts.properties {
            None | Some(Value::Null) => {}
            Some(Value::Nested(properties)) => self.properties(properties, parts.id, row)?,
            Some(_) => return Err(plain("its properties are no object")),
        }
        let column = &settings.column;
        let place = self.place(column);
        match parts.geometry {
            None | Some(Value::Null) => {}
            Some(Value::Nested(json)) => {
                let wkt = geometry::to_wkt(json).map_err(|why| (Some(column.clone()), why))?;
                match settings.geometry {
                    Shape::Wkt => row.set(place, Sort::Known(Kind::Text), wkt.as_bytes()),
                    Shape::Geojson => row.set(place, Sort::Known(Kind::Nested), json),
                }
            }
            Some(_) => return Err((Some(column.clone()), "the geometry is no object".into())),
        }
        Ok(())
    }

    fn properties(
        &mut self,
        properties: &[u8],
        id: Option<Value<'_>>,
        row: &mut Row,
    ) -> Result<(), (Option<String>, String)> {
        let mut found: Vec<(&[u8], bool, Value<'_>)> = Vec::new();
        let read = members(properties, |key, escaped, value| {
            found.push((key, escaped, value));
            Ok(())
        });
        read.map_err(|why| (None, format!("its properties: {why}")))?;
        let settings = &self.features.settings;
        for (key, escaped, value) in found {
            let key = name(key, escaped).map_err(|why| (None, why.to_owned()))?;
            if key == settings.id && id.is_some() {
                // Many writers repeat the identity among the properties.
                if id == Some(value) {
                    continue;
                }
                let why = format!("the feature has an identity and a property `{key}` that is another");
                return Err((
                    Some(key),
                    format!(
                        "{why}; give the column of the identity another name with `geojson: {{ id: … }}`"
                    ),
                ));
            }
            if key == settings.column {
                let why = format!("the feature has a property `{key}` besides its geometry");
                return Err((
                    Some(key),
                    format!(
                        "{why}; give the column of the geometry another name with `geojson: {{ column: … }}`"
                    ),
                ));
            }
            if self.places.get(&key).is_some_and(|place| row.cell(*place).0 != Sort::Null) {
                return Err((Some(key.clone()), format!("`{key}` stands in the properties twice")));
            }
            self.set(&key, value, row)?;
        }
        Ok(())
    }

    fn set(&mut self, column: &str, value: Value<'_>, row: &mut Row) -> Result<(), (Option<String>, String)> {
        let place = self.place(column);
        match value {
            Value::Null => {}
            Value::Boolean(value) => {
                row.set(place, Sort::Known(Kind::Boolean), if value { b"true" } else { b"false" });
            }
            Value::Number(number) => row.set(place, Sort::Number, number),
            Value::Text(text, false) => row.set(place, Sort::Text, text),
            Value::Text(text, true) => {
                self.scratch.clear();
                let why = "an escape is none that JSON knows";
                unescape(text, &mut self.scratch).ok_or_else(|| (Some(column.to_owned()), why.to_owned()))?;
                row.set(place, Sort::Text, &self.scratch);
            }
            Value::Nested(text) => row.set(place, Sort::Known(Kind::Nested), text),
        }
        Ok(())
    }

    fn place(&mut self, column: &str) -> usize {
        if let Some(place) = self.places.get(column) {
            return *place;
        }
        self.names.push(column.to_owned());
        self.places.insert(column.to_owned(), self.names.len() - 1);
        self.names.len() - 1
    }
}

impl Walk for FeatureWalk<'_> {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn next(&mut self, row: &mut Row) -> Result<bool, Fault> {
        let piece = self.piece;
        let Some(record) = piece.records.get(self.next) else { return Ok(false) };
        self.next += 1;
        row.line = piece.before + u64::from(record.line) + 1;
        let text = piece.data[record.start as usize..record.end as usize].trim_ascii();
        // The mark between features of a text sequence.
        let text = text.strip_prefix(b"\x1e").unwrap_or(text);
        row.original.extend_from_slice(text);
        if let Err((column, reason)) = self.fill(text, row) {
            row.refuse(Refusal { column, value: None, reason });
        }
        Ok(true)
    }
}
