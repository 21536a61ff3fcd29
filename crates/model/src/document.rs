//! A parsed YAML or JSON document that remembers where each value stood.
//!
//! JSON is read as YAML, of which it is a subset. Scalars follow the YAML 1.2 core schema: `no` is text, `0x10`
//! is 16, quoted scalars are always text. Duplicate keys, more than one document, and values that JSON cannot
//! hold are problems, not surprises. Anchors and aliases work, within a bound on the values they expand to.

use std::borrow::Cow;
use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use serde_json::{Map, Number, Value};

use crate::problem::{Place, Problem, join};

/// How many values a document may hold once its aliases are expanded.
const MAX_VALUES: usize = 200_000;
/// How deep values may nest.
const MAX_DEPTH: usize = 100;

/// A parsed document with the places of its values.
#[derive(Debug, Clone)]
pub struct Document {
    /// File as the user named it.
    pub file: String,
    /// The whole value.
    pub value: Value,
    /// JSON pointer → (line, column) of the key in a mapping, or of the item in a sequence.
    places: HashMap<String, (usize, usize)>,
}

impl Document {
    /// Reads text. Every problem found is returned, with its place.
    pub fn parse(file: &str, text: &str) -> Result<Document, Vec<Problem>> {
        let mut reader = Reader {
            file,
            parser: Parser::new_from_str(text.trim_start_matches('\u{feff}')),
            places: HashMap::new(),
            anchors: HashMap::new(),
            values: 0,
            problems: Vec::new(),
        };
        let value = reader.document();
        match value {
            Ok(value) if reader.problems.is_empty() => {
                Ok(Document { file: file.to_owned(), value, places: reader.places })
            }
            Ok(_) => Err(reader.problems),
            Err(problem) => {
                reader.problems.push(problem);
                Err(reader.problems)
            }
        }
    }

    /// A document made by a program, which has no text and no places.
    pub fn from_value(file: &str, value: Value) -> Document {
        Document { file: file.to_owned(), value, places: HashMap::new() }
    }

    /// The place of a JSON pointer, or of its nearest ancestor that stands in the text.
    pub fn place(&self, pointer: &str) -> Option<Place> {
        let mut path = pointer;
        loop {
            if let Some(&(line, column)) = self.places.get(path) {
                return Some(Place { file: self.file.clone(), line, column });
            }
            path = &path[..path.rfind('/')?];
        }
    }

    /// Gives each problem its place in the text, and sorts them by it.
    pub fn locate(&self, problems: &mut [Problem]) {
        for problem in problems.iter_mut().filter(|problem| problem.place.is_none()) {
            problem.place = self.place(&problem.path);
        }
        problems.sort_by_key(|problem| problem.place.as_ref().map(|place| (place.line, place.column)));
    }
}

struct Reader<'a> {
    file: &'a str,
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    places: HashMap<String, (usize, usize)>,
    anchors: HashMap<usize, Value>,
    values: usize,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    fn problem(&self, span: (usize, usize), path: &str, message: impl Into<String>) -> Problem {
        let place = Place { file: self.file.to_owned(), line: span.0, column: span.1 };
        Problem { place: Some(place), ..Problem::new(path, message) }
    }

    fn next(&mut self) -> Result<(Event<'a>, (usize, usize)), Problem> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, start(&span))),
            Some(Err(error)) => {
                let at = (error.marker().line(), error.marker().col() + 1);
                Err(self
                    .problem(at, "", format!("this is not valid YAML: {}", error.info()))
                    .hint("check the indentation and the quotes around this place"))
            }
            None => Ok((Event::StreamEnd, (1, 1))),
        }
    }

    fn document(&mut self) -> Result<Value, Problem> {
        let mut found = None;
        loop {
            let (event, at) = self.next()?;
            match event {
                Event::StreamEnd => break,
                Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
                event => {
                    if found.is_some() {
                        return Err(self.problem(at, "", "the file holds more than one document"));
                    }
                    found = Some(self.value(event, at, "", 0)?);
                }
            }
        }
        found.ok_or_else(|| self.problem((1, 1), "", "the file is empty"))
    }

    fn value(
        &mut self,
        event: Event<'a>,
        at: (usize, usize),
        path: &str,
        depth: usize,
    ) -> Result<Value, Problem> {
        self.places.entry(path.to_owned()).or_insert(at);
        self.values += 1;
        if self.values > MAX_VALUES || depth > MAX_DEPTH {
            return Err(self.problem(at, path, "the document is too large or nested too deep"));
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let text_only = tag.is_some_and(|tag| tag.suffix == "str") || style != ScalarStyle::Plain;
                let value = if text_only { Value::String(text.into_owned()) } else { plain(text) };
                Ok(self.keep(anchor, value))
            }
            Event::Alias(anchor) => {
                let value = self.anchors.get(&anchor).cloned().unwrap_or(Value::Null);
                self.values += count(&value);
                Ok(value)
            }
            Event::SequenceStart(anchor, _) => {
                let mut items = Vec::new();
                loop {
                    let (event, at) = self.next()?;
                    if event == Event::SequenceEnd {
                        return Ok(self.keep(anchor, Value::Array(items)));
                    }
                    let item = self.value(event, at, &format!("{path}/{}", items.len()), depth + 1)?;
                    items.push(item);
                }
            }
            Event::MappingStart(anchor, _) => self.mapping(anchor, path, depth),
            other => Err(self.problem(at, path, format!("unexpected {other:?}"))),
        }
    }

    fn mapping(&mut self, anchor: usize, path: &str, depth: usize) -> Result<Value, Problem> {
        let mut map = Map::new();
        loop {
            let (event, at) = self.next()?;
            let key = match event {
                Event::MappingEnd => return Ok(self.keep(anchor, Value::Object(map))),
                Event::Scalar(text, ..) => text.into_owned(),
                _ => return Err(self.problem(at, path, "a key must be a plain word or text")),
            };
            let child = join(path, &key);
            self.places.insert(child.clone(), at);
            let (event, value_at) = self.next()?;
            let value = self.value(event, value_at, &child, depth + 1)?;
            if map.insert(key.clone(), value).is_some() {
                let problem = self
                    .problem(at, &child, format!("the key `{key}` stands twice in the same mapping"))
                    .hint("remove one of the two, or rename it");
                self.problems.push(problem);
            }
        }
    }

    fn keep(&mut self, anchor: usize, value: Value) -> Value {
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        value
    }
}

fn start(span: &Span) -> (usize, usize) {
    (span.start.line(), span.start.col() + 1)
}

fn count(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(count).sum::<usize>(),
        Value::Object(map) => 1 + map.values().map(count).sum::<usize>(),
        _ => 1,
    }
}

/// A plain scalar by the YAML 1.2 core schema.
fn plain(text: Cow<'_, str>) -> Value {
    match text.as_ref() {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(&text);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        if let Ok(number) = text.strip_prefix('+').unwrap_or(&text).parse::<i64>() {
            return Value::from(number);
        }
        if let Ok(number) = text.parse::<u64>() {
            return Value::from(number);
        }
    }
    let radix = |prefix, radix| {
        text.strip_prefix(prefix).and_then(|digits: &str| i64::from_str_radix(digits, radix).ok())
    };
    if let Some(number) = radix("0x", 16).or_else(|| radix("0o", 8)) {
        return Value::from(number);
    }
    let looks_like_number = digits.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'-' | b'+'))
        && digits.bytes().any(|byte| byte.is_ascii_digit());
    if looks_like_number && let Some(number) = text.parse::<f64>().ok().and_then(Number::from_f64) {
        return Value::Number(number);
    }
    Value::String(text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn scalars_follow_the_core_schema() {
        let text = "{a: no, b: 12, c: '12', d: 1.5, e: ~, f: 0x10, g: 2025-01-02, h: 1.2.3, i: 007}";
        let document = Document::parse("x.yaml", text).unwrap();
        assert_eq!(
            document.value,
            json!({"a": "no", "b": 12, "c": "12", "d": 1.5, "e": null, "f": 16,
                   "g": "2025-01-02", "h": "1.2.3", "i": 7})
        );
    }

    #[test]
    fn places_point_at_keys_and_items() {
        let document = Document::parse("x.yaml", "nodes:\n  clean: {by: [a, b]}\n").unwrap();
        let place = |path| document.place(path).map(|place| (place.line, place.column));
        assert_eq!(place("/nodes/clean/by/1"), Some((2, 19)));
        assert_eq!(place("/nodes/clean/missing"), Some((2, 3)));
    }

    #[test]
    fn duplicate_keys_and_broken_text_are_problems() {
        let problems = Document::parse("x.yaml", "a: 1\nb: 2\na: 3\n").unwrap_err();
        assert_eq!(problems[0].to_string(), "x.yaml:3:1: the key `a` stands twice in the same mapping");
        assert!(Document::parse("x.yaml", "a: [1, 2\nb: 3").is_err());
        assert_eq!(Document::parse("x.yaml", "").unwrap_err()[0].message, "the file is empty");
    }

    #[test]
    fn aliases_expand_within_a_bound() {
        let mut text = String::from("a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n");
        for level in 1..9 {
            let before = level - 1;
            text.push_str(&format!("a{level}: &a{level} [{}]\n", vec![format!("*a{before}"); 10].join(", ")));
        }
        assert!(Document::parse("x.yaml", &text).is_err());
    }
}
