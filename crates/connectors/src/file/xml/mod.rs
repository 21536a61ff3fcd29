//! XML: elements that repeat are rows, what stands in them becomes columns.
//!
//! [`survey`] looks at the beginning of the file and finds the rows when the settings do not name them; [`tree`] reads
//! one row at a time, so memory does not grow with the file; this module turns a row into cells. Attributes and
//! elements are columns by their dotted names, elements that repeat inside a row are JSON lists. Nothing outside the file is
//! ever read.

pub(super) mod config;
mod path;
mod survey;
mod tree;

use std::collections::{HashMap, HashSet};
use std::io::Read;

use towpath_model::Fault;

use self::config::{Broken, Xml};
use self::path::{ColumnPath, Found, RowPath};
use self::survey::{SURVEY_BYTES, Survey, join};
use self::tree::{Element, Step, Window};
use super::cells::escape;
use super::infer::Kind;
use super::place::FileRef;
use super::rows::{Refusal, Row, Sort, Walk};

/// Most elements outside of rows that are named in the remarks.
const OUTSIDE: usize = 3;

/// Walks through the rows of one file.
pub(super) struct XmlRows {
    window: Window,
    rows: RowPath,
    survey: Survey,
    columns: Vec<ColumnPath>,
    names: Vec<String>,
    places: HashMap<String, usize>,
    keep_rows: bool,
    is_done: bool,
    /// Names of the elements around the next row, and their attributes.
    way: Vec<String>,
    around: Vec<Element>,
    notes: Vec<String>,
    /// Elements outside of rows that hold text.
    outside: Vec<String>,
}

impl XmlRows {
    /// Looks at the beginning of a file, and begins to walk. `open` opens the file anew.
    pub(super) fn new(
        file: &FileRef,
        settings: &Xml,
        mut open: impl FnMut() -> Result<Box<dyn Read + Send>, Fault>,
    ) -> Result<Self, Fault> {
        let keep_rows = settings.broken == Broken::KeepRows;
        let (found, why, survey) = survey::find(&mut Window::new(open()?, &file.name), keep_rows)?;
        let (rows, notes) = match &settings.rows {
            Some(rows) => (RowPath::parse(rows)?, Vec::new()),
            None => (found, vec![why]),
        };
        let columns = settings.columns.iter().map(|(name, path)| ColumnPath::parse(name, path));
        let mut walk = XmlRows {
            window: Window::new(open()?, &file.name),
            rows,
            survey,
            columns: columns.collect::<Result<_, Fault>>()?,
            names: settings.columns.keys().cloned().collect(),
            places: HashMap::new(),
            keep_rows,
            is_done: false,
            way: Vec::new(),
            around: Vec::new(),
            notes,
            outside: Vec::new(),
        };
        walk.survey.lists.extend(settings.lists.iter().cloned());
        while walk.window.bytes() < SURVEY_BYTES {
            match walk.element() {
                Ok(Some((_, element))) => walk.look(&element),
                Ok(None) => break,
                Err(_) if keep_rows => break,
                Err(fault) => return Err(fault),
            }
        }
        walk.window = Window::new(open()?, &file.name);
        walk.way.clear();
        walk.around.clear();
        Ok(walk)
    }

    /// Takes in what a row shows, for the survey.
    fn look(&mut self, element: &Element) {
        if self.columns.is_empty() {
            self.survey.look(element, "");
        }
        for (path, name) in self.columns.iter().zip(&self.names) {
            if path.find(element, &self.around).len() > 1 {
                self.survey.lists.insert(name.clone());
            }
        }
    }

    /// The next element that is a row, with the line where it begins.
    fn element(&mut self) -> Result<Option<(u64, Element)>, Fault> {
        loop {
            match self.window.step()? {
                Step::Start(element, is_empty) => {
                    self.way.push(element.name.clone());
                    if self.rows.matches(&self.way) {
                        self.way.pop();
                        let line = self.window.line();
                        let element = if is_empty { element } else { self.window.rest(element)? };
                        return Ok(Some((line, element)));
                    }
                    if is_empty {
                        self.way.pop();
                    } else {
                        self.around.push(element);
                    }
                }
                Step::End => {
                    self.way.pop();
                    self.around.pop();
                }
                Step::Text(true) if self.outside.len() < OUTSIDE => {
                    let names: Vec<&str> = self.way.iter().map(|name| self.survey.name(name)).collect();
                    let way = names.join("/");
                    if !self.outside.contains(&way) {
                        self.outside.push(way);
                    }
                }
                Step::Text(_) => {}
                Step::Done if !self.window.has_elements => {
                    return Err(self.window.fault("there is no element"));
                }
                Step::Done => return Ok(None),
            }
        }
    }

    /// Turns an element into the cells of a row.
    fn fill(&mut self, element: &Element, row: &mut Row) {
        if self.columns.is_empty() {
            let own = self.survey.name(&element.name).to_owned();
            self.flatten(element, "", &own, row);
            return;
        }
        for (place, path) in self.columns.iter().enumerate() {
            let found = path.find(element, &self.around);
            if found.len() > 1 || (self.survey.lists.contains(&self.names[place]) && !found.is_empty()) {
                row.set(place, Sort::Known(Kind::Nested), list(&self.survey, &found).as_bytes());
                continue;
            }
            match found.first() {
                None => {}
                Some(Found::Text(text)) => row.set(place, Sort::Value, text.as_bytes()),
                Some(Found::Element(element)) if element.is_nil => {}
                Some(Found::Element(element)) if element.children.is_empty() || element.has_text => {
                    row.set(place, Sort::Value, element.text.as_bytes());
                }
                Some(Found::Element(element)) => {
                    let mut json = String::new();
                    object(&self.survey, element, &mut json);
                    row.set(place, Sort::Known(Kind::Nested), json.as_bytes());
                }
            }
        }
    }

    /// Puts all that is in an element into cells; `at` is its dotted name, `own` the column of its text.
    fn flatten(&mut self, element: &Element, at: &str, own: &str, row: &mut Row) {
        for (name, value) in &element.attributes {
            let name = self.survey.name(name);
            let column = join(at, name);
            if self.survey.clashes.contains(&column) {
                self.set(&join(at, &format!("@{name}")), Sort::Value, value, row);
            } else {
                self.set(&column, Sort::Value, value, row);
            }
        }
        // An element without anything is an empty text; one that only has attributes or elements has no text.
        if !element.is_nil && (element.has_text || !element.text.is_empty() || element.is_plain()) {
            self.set(own, Sort::Value, &element.text, row);
        }
        for (name, found) in element.groups() {
            let name = join(at, self.survey.name(name));
            if self.survey.lists.contains(&name) {
                let json = list(&self.survey, &found);
                self.set(&name, Sort::Known(Kind::Nested), &json, row);
            } else if let [Found::Element(child)] = found.as_slice() {
                self.flatten(child, &name, &name, row);
            } else {
                let reason =
                    format!("`{name}` stands in the row {} times, and was no list before", found.len());
                let reason = format!("{reason}; name it in `lists`");
                row.refuse(Refusal { column: Some(name), value: None, reason });
            }
        }
    }

    fn set(&mut self, column: &str, sort: Sort, value: &str, row: &mut Row) {
        let place = match self.places.get(column) {
            Some(place) => *place,
            None => {
                self.places.insert(column.to_owned(), self.names.len());
                self.names.push(column.to_owned());
                self.names.len() - 1
            }
        };
        if row.cell(place).0 != Sort::Null {
            let reason = format!(
                "`{column}` stands in the row as an attribute and as an element; name both in `columns`"
            );
            row.refuse(Refusal { column: Some(column.to_owned()), value: Some(value.to_owned()), reason });
            return;
        }
        row.set(place, sort, value.as_bytes());
    }
}

impl Walk for XmlRows {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn next(&mut self, row: &mut Row) -> Result<bool, Fault> {
        if self.is_done {
            return Ok(false);
        }
        let refuse = |reason| Refusal { column: None, value: None, reason };
        match self.element() {
            Ok(None) => {
                self.is_done = true;
                return Ok(false);
            }
            Ok(Some((line, element))) => {
                row.line = line;
                if let Some(problem) = self.window.problem.take() {
                    row.refuse(refuse(problem));
                }
                self.fill(&element, row);
            }
            Err(fault) if self.keep_rows => {
                self.is_done = true;
                row.line = self.window.line();
                row.refuse(refuse(format!("nothing from here on can be read: {fault}")));
            }
            Err(fault) => return Err(fault),
        }
        Ok(true)
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = self.notes.clone();
        if !self.outside.is_empty() {
            let names = self.outside.join("`, `");
            notes.push(format!("text outside of the rows is not read, for example in `{names}`"));
        }
        notes
    }
}

/// A JSON list of what was found.
fn list(survey: &Survey, found: &[Found<'_>]) -> String {
    let mut json = String::from("[");
    for (place, found) in found.iter().enumerate() {
        if place > 0 {
            json.push(',');
        }
        match found {
            Found::Text(text) => text_json(text, &mut json),
            Found::Element(element) => object(survey, element, &mut json),
        }
    }
    json.push(']');
    json
}

/// An element as JSON: its text, or an object of its attributes and elements.
fn object(survey: &Survey, element: &Element, json: &mut String) {
    if element.is_plain() {
        return if element.is_nil { json.push_str("null") } else { text_json(&element.text, json) };
    }
    json.push('{');
    let mut is_first = true;
    let mut key = |name: &str, json: &mut String| {
        if !std::mem::take(&mut is_first) {
            json.push(',');
        }
        text_json(name, json);
        json.push(':');
    };
    let groups = element.groups();
    let children: HashSet<&str> = groups.iter().map(|(name, _)| survey.name(name)).collect();
    for (name, value) in &element.attributes {
        let name = survey.name(name);
        if children.contains(name) {
            key(&format!("@{name}"), json);
        } else {
            key(name, json);
        }
        text_json(value, json);
    }
    if element.has_text || (element.children.is_empty() && !element.text.is_empty()) {
        key("#text", json);
        text_json(&element.text, json);
    }
    for (name, found) in &groups {
        key(survey.name(name), json);
        match found.as_slice() {
            [Found::Element(child)] => object(survey, child, json),
            several => json.push_str(&list(survey, several)),
        }
    }
    json.push('}');
}

fn text_json(text: &str, json: &mut String) {
    let mut bytes = Vec::with_capacity(text.len() + 2);
    bytes.push(b'"');
    escape(text.as_bytes(), &mut bytes);
    bytes.push(b'"');
    json.push_str(&String::from_utf8_lossy(&bytes));
}
