//! A window on an XML file that moves forward only, and the elements of one row as a tree.
//!
//! Only the five entities of XML and numbered characters are known: what a document type declares is not looked at, so
//! nothing is fetched and nothing grows. The bytes of one row, and how deep elements are nested, are bounded.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read};

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use towpath_model::Fault;

use super::path::Found;
use crate::file::pieces::RECORD_BYTES;
use crate::file::trouble::io_fault;

/// Deepest nesting of elements.
const MOST_DEPTH: usize = 256;
/// Most attributes of one element; each is compared with those before it.
const MOST_ATTRIBUTES: usize = 4096;

/// An element with all that is in it.
#[derive(Debug, Default)]
pub(super) struct Element {
    /// The name as written.
    pub(super) name: String,
    /// Attributes as written, without declarations of name spaces.
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Element>,
    /// The text of the element and of all elements in it.
    pub(super) text: String,
    /// Text that is not only white space stands beside the children.
    pub(super) has_text: bool,
    /// `xsi:nil` says that there is no value.
    pub(super) is_nil: bool,
}

impl Element {
    /// Whether the element is no more than its text.
    pub(super) fn is_plain(&self) -> bool {
        self.children.is_empty() && self.attributes.is_empty()
    }

    /// The children of each name, in the order in which the names appear.
    pub(super) fn groups(&self) -> Vec<(&str, Vec<Found<'_>>)> {
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut groups: Vec<(&str, Vec<Found<'_>>)> = Vec::new();
        for child in &self.children {
            let place = *places.entry(&child.name).or_insert_with(|| {
                groups.push((&child.name, Vec::new()));
                groups.len() - 1
            });
            groups[place].1.push(Found::Element(child));
        }
        groups
    }
}

/// What stands at the place of the window.
#[derive(Debug)]
pub(super) enum Step {
    /// An element begins. The flag says that it ends at once.
    Start(Element, bool),
    End,
    /// Text; whether it is more than white space.
    Text(bool),
    /// The end of the file.
    Done,
}

/// The window.
pub(super) struct Window {
    reader: Reader<Tally>,
    buffer: Vec<u8>,
    file: String,
    /// Line and byte of the line where the last step begins.
    place: (u64, u64),
    depth: usize,
    /// Why the row under construction cannot be used.
    pub(super) problem: Option<String>,
    pub(super) has_elements: bool,
}

impl Window {
    pub(super) fn new(reader: Box<dyn Read + Send>, file: &str) -> Self {
        let lines = BufReader::with_capacity(1 << 16, reader);
        Window {
            reader: Reader::from_reader(Tally { lines, line: 0, column: 0, left: RECORD_BYTES }),
            buffer: Vec::new(),
            file: file.to_owned(),
            place: (0, 0),
            depth: 0,
            problem: None,
            has_elements: false,
        }
    }

    /// Line where the last step begins; 1 is the first.
    pub(super) fn line(&self) -> u64 {
        self.place.0 + 1
    }

    /// Bytes that were read so far.
    pub(super) fn bytes(&self) -> u64 {
        self.reader.buffer_position()
    }

    /// A fault at the place of the window.
    pub(super) fn fault(&self, what: &str) -> Fault {
        let (line, column) = self.place;
        Fault::data(format!("file `{}`, line {}, character {}: {what}", self.file, line + 1, column + 1))
            .hint("check that the file is complete and well-formed XML; `xml: { broken: keep_rows }` reads what stands before")
    }

    /// Begins a row, which has room of its own.
    fn begin(&mut self) {
        self.reader.get_mut().left = RECORD_BYTES;
        self.problem = None;
    }

    /// The next step.
    pub(super) fn step(&mut self) -> Result<Step, Fault> {
        self.begin();
        self.next(&mut String::new())
    }

    /// Reads on to the end of the element that began with the last step.
    pub(super) fn rest(&mut self, start: Element) -> Result<Element, Fault> {
        self.begin();
        let mut open = vec![start];
        let mut text = String::new();
        loop {
            text.clear();
            match self.next(&mut text)? {
                Step::Start(element, false) => open.push(element),
                Step::Start(element, true) => {
                    if let Some(parent) = open.last_mut() {
                        parent.children.push(element);
                    }
                }
                Step::Text(is_text) => {
                    if let Some(element) = open.last_mut() {
                        element.text.push_str(&text);
                        element.has_text |= is_text;
                    }
                }
                Step::End => {
                    let Some(mut element) = open.pop() else { return Ok(Element::default()) };
                    if !element.children.is_empty() && !element.has_text {
                        element.text.clear();
                    }
                    let Some(parent) = open.last_mut() else { return Ok(element) };
                    parent.text.push_str(&element.text);
                    parent.children.push(element);
                }
                Step::Done => return Err(self.fault("the file ends inside of a row")),
            }
        }
    }

    fn next(&mut self, text: &mut String) -> Result<Step, Fault> {
        loop {
            self.buffer.clear();
            let tally = self.reader.get_mut();
            self.place = (tally.line, tally.column);
            let event = match self.reader.read_event_into(&mut self.buffer) {
                Ok(event) => event,
                Err(quick_xml::Error::Io(error)) if error.kind() != io::ErrorKind::FileTooLarge => {
                    let error = io::Error::new(error.kind(), error.to_string());
                    return Err(io_fault("file", &self.file, error));
                }
                Err(error) => return Err(self.fault(&error.to_string())),
            };
            match event {
                Event::Start(start) => {
                    self.has_elements = true;
                    self.depth += 1;
                    if self.depth > MOST_DEPTH {
                        return Err(self.fault("elements are nested more than 256 deep"));
                    }
                    return match element(&start, &mut self.problem) {
                        Ok(element) => Ok(Step::Start(element, false)),
                        Err(why) => Err(self.fault(&why)),
                    };
                }
                Event::Empty(start) => {
                    self.has_elements = true;
                    return match element(&start, &mut self.problem) {
                        Ok(element) => Ok(Step::Start(element, true)),
                        Err(why) => Err(self.fault(&why)),
                    };
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Step::End);
                }
                Event::Text(found) => {
                    let content = found.xml10_content();
                    text.push_str(&content);
                    return Ok(Step::Text(!content.trim_ascii().is_empty()));
                }
                Event::CData(found) => {
                    text.push_str(&found.xml10_content());
                    return Ok(Step::Text(true));
                }
                Event::GeneralRef(found) => {
                    let name: &str = &found;
                    match (found.resolve_char_ref(), quick_xml::escape::resolve_predefined_entity(name)) {
                        (Ok(Some(character)), _) => text.push(character),
                        (Ok(None), Some(known)) => text.push_str(known),
                        _ => {
                            let why = format!("`&{name};` is no character that XML knows");
                            self.problem.get_or_insert(why);
                        }
                    }
                    return Ok(Step::Text(true));
                }
                Event::Eof if self.depth > 0 => return Err(self.fault("the file ends inside of an element")),
                Event::Eof => return Ok(Step::Done),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
    }
}

/// The element that begins, without what is in it.
fn element(start: &BytesStart<'_>, problem: &mut Option<String>) -> Result<Element, String> {
    let mut element = Element { name: start.name().as_ref().to_owned(), ..Element::default() };
    for attribute in start.attributes() {
        if element.attributes.len() == MOST_ATTRIBUTES {
            return Err("an element has more than 4,096 attributes".into());
        }
        let attribute = attribute.map_err(|error| error.to_string())?;
        let name: &str = attribute.key.as_ref();
        if name == "xmlns" || name.starts_with("xmlns:") || name.ends_with(":schemaLocation") {
            continue;
        }
        let value = match attribute.normalized_value(XmlVersion::Implicit1_0) {
            Ok(value) => value.into_owned(),
            Err(error) => {
                problem.get_or_insert(format!("attribute `{name}`: {error}"));
                String::new()
            }
        };
        if name == "xsi:nil" {
            element.is_nil = matches!(value.as_str(), "true" | "1");
            continue;
        }
        element.attributes.push((name.to_owned(), value));
    }
    Ok(element)
}

/// Bytes on their way, with the place in the file that was reached.
struct Tally {
    lines: BufReader<Box<dyn Read + Send>>,
    /// Line ends so far.
    line: u64,
    /// Bytes since the last one.
    column: u64,
    /// Bytes that may still come before the row must have ended.
    left: usize,
}

impl Read for Tally {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Tally {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            let why = "the row is larger than 128 MB";
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
        }
        self.lines.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        let bytes = &self.lines.buffer()[..count];
        let ends = memchr::memchr_iter(b'\n', bytes).count() as u64;
        match memchr::memrchr(b'\n', bytes) {
            Some(at) => self.column = (count - at - 1) as u64,
            None => self.column += count as u64,
        }
        self.line += ends;
        self.left = self.left.saturating_sub(count);
        self.lines.consume(count);
    }
}
