//! Patterns, compiled: text with fields in it becomes steps.
//!
//! Every field learns here where it may end ([`Stop`]): at the text that follows in the pattern, be it in an optional
//! part or behind it. So matching goes from left to right once, and what a field holds does not depend on what comes
//! much later.

use arrow::datatypes::{DataType, Field};
use memchr::memmem::Finder;
use towpath_connect::words;
use towpath_model::Fault;

use super::time::TimePattern;

/// Most optional parts inside each other.
const DEPTH: usize = 8;

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Pattern {
    /// As it was written, for messages.
    pub(super) text: String,
    pub(super) steps: Vec<Step>,
}

/// One step over a line.
#[derive(Debug)]
pub(super) enum Step {
    /// Exactly this text.
    Literal(Vec<u8>),
    /// Any number of spaces and tabs.
    Blanks,
    /// A value.
    Value(Value),
    /// Anything up to the stop.
    Anything(Stop),
    /// A part that may be missing, and the values it would give.
    Optional(Vec<Step>, Vec<usize>),
}

/// A value to take from a line.
#[derive(Debug)]
pub(super) struct Value {
    pub(super) name: String,
    /// Its place among the values of the line.
    pub(super) slot: usize,
    pub(super) scan: Scan,
    pub(super) stop: Stop,
}

/// How far a value reaches.
#[derive(Debug)]
pub(super) enum Scan {
    /// To its stop.
    Text,
    /// To its stop or a blank.
    Word,
    /// As far as the characters of a number go.
    Number,
    /// A time, to its stop.
    Time(TimePattern),
}

/// Where a value ends at the latest.
#[derive(Debug, Default)]
pub(super) struct Stop {
    /// At one of these texts, the first that occurs.
    texts: Vec<Finder<'static>>,
    /// At a blank.
    pub(super) blank: bool,
}

impl Stop {
    /// Bytes before the stop; all of them when there is none.
    #[inline]
    pub(super) fn find(&self, text: &[u8]) -> usize {
        let mut end = text.len();
        for finder in &self.texts {
            let found = match finder.needle() {
                [byte] => memchr::memchr(*byte, &text[..end]),
                _ => finder.find(&text[..end]),
            };
            end = found.unwrap_or(end);
        }
        if self.blank { text[..end].iter().position(|byte| is_blank(*byte)).unwrap_or(end) } else { end }
    }

    /// Whether one of the texts stands at the beginning, or nothing is left.
    #[inline]
    pub(super) fn is_here(&self, text: &[u8]) -> bool {
        text.is_empty()
            || self.texts.iter().any(|finder| text.starts_with(finder.needle()))
            || (self.blank && is_blank(text[0]))
    }
}

/// Whether a byte is a blank inside a line.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

impl Pattern {
    /// Compiles a pattern. `add` learns of each field and answers its place among the values.
    pub(super) fn parse(
        text: &str,
        add: impl FnMut(&str, Field) -> Result<usize, Fault>,
    ) -> Result<Self, Fault> {
        let mut parser = Parser { text, rest: text, add, names: Vec::new() };
        let mut steps = parser.steps(0)?;
        set_stops(&mut steps, &[]).map_err(|why| parser.fault(&why))?;
        Ok(Pattern { text: text.to_owned(), steps })
    }
}

struct Parser<'a, F> {
    text: &'a str,
    rest: &'a str,
    add: F,
    /// Fields of this pattern.
    names: Vec<String>,
}

impl<F: FnMut(&str, Field) -> Result<usize, Fault>> Parser<'_, F> {
    fn fault(&self, why: &str) -> Fault {
        Fault::config(format!("the pattern `{}` cannot be used: {why}", self.text))
    }

    fn steps(&mut self, depth: usize) -> Result<Vec<Step>, Fault> {
        let mut steps = Vec::new();
        while let Some(first) = self.rest.chars().next() {
            let doubled = self.rest.chars().nth(1) == Some(first);
            self.rest = &self.rest[first.len_utf8()..];
            match first {
                '{' | '}' | '[' | ']' if doubled => {
                    self.rest = &self.rest[1..];
                    literal(&mut steps, first);
                }
                '{' => steps.push(self.field()?),
                '}' => return Err(self.fault("a `}` closes nothing").hint("write `}}` for the character")),
                '[' if depth == DEPTH => return Err(self.fault("too many `[` inside each other")),
                '[' => {
                    let inner = self.steps(depth + 1)?;
                    let slots = slots(&inner);
                    if inner.is_empty() {
                        return Err(self.fault("there is nothing between `[` and `]`"));
                    }
                    steps.push(Step::Optional(inner, slots));
                }
                ']' if depth > 0 => return Ok(steps),
                ']' => return Err(self.fault("a `]` closes nothing").hint("write `]]` for the character")),
                ' ' | '\t' => {
                    if !matches!(steps.last(), Some(Step::Blanks)) {
                        steps.push(Step::Blanks);
                    }
                }
                '\r' | '\n' => return Err(self.fault("a pattern is one line")),
                other => literal(&mut steps, other),
            }
        }
        if depth > 0 {
            return Err(self.fault("a `[` is never closed").hint("write `[[` for the character"));
        }
        Ok(steps)
    }

    /// Reads a field, whose `{` was read.
    fn field(&mut self) -> Result<Step, Fault> {
        let Some((inside, rest)) = self.rest.split_once('}') else {
            return Err(self.fault("a `{` is never closed").hint("write `{{` for the character"));
        };
        self.rest = rest;
        if inside.trim() == "*" {
            return Ok(Step::Anything(Stop::default()));
        }
        let (name, word) = inside.split_once(':').unwrap_or((inside, "text"));
        let (name, word) = (name.trim(), word.trim());
        if name.is_empty() || !name.chars().all(|char| char.is_alphanumeric() || char == '_') {
            return Err(self.fault(&format!("`{{{inside}}}` has no name")).hint(
                "write `{name}` or `{name:type}`, with letters, digits and `_` in the name; `{*}` for anything",
            ));
        }
        if self.names.iter().any(|known| known == name) {
            return Err(self.fault(&format!("it has two fields `{name}`")));
        }
        self.names.push(name.to_owned());
        let (scan, field) = if word.contains('%') {
            let time = TimePattern::parse(word).map_err(|why| self.fault(&why))?;
            let field = Field::new(name, time.data_type(), true);
            (Scan::Time(time), field)
        } else {
            self.typed(name, word)?
        };
        let slot = (self.add)(name, field)?;
        Ok(Step::Value(Value { name: name.to_owned(), slot, scan, stop: Stop::default() }))
    }

    fn typed(&self, name: &str, word: &str) -> Result<(Scan, Field), Fault> {
        let known = match word {
            "word" => return Ok((Scan::Word, Field::new(name, DataType::Utf8, true))),
            "number" => Some(Field::new(name, DataType::Decimal128(18, 6), true)),
            word => words::field(name, word),
        };
        let field = known.ok_or_else(|| {
            self.fault(&format!("`{word}` is no type")).hint(format!(
                "write `word`, `number`, a time such as `%Y-%m-%d %H:%M:%S`, or one of: {}",
                words::WORDS.join(", ")
            ))
        })?;
        let is_number =
            field.data_type().is_numeric() || words::field(name, "numeric") == Some(field.clone());
        Ok((if is_number { Scan::Number } else { Scan::Text }, field))
    }
}

fn literal(steps: &mut Vec<Step>, char: char) {
    let mut buffer = [0; 4];
    let bytes = char.encode_utf8(&mut buffer).as_bytes();
    match steps.last_mut() {
        Some(Step::Literal(text)) => text.extend_from_slice(bytes),
        _ => steps.push(Step::Literal(bytes.to_vec())),
    }
}

/// The places of all values of some steps.
pub(super) fn slots(steps: &[Step]) -> Vec<usize> {
    let slots = steps.iter().flat_map(|step| match step {
        Step::Value(value) => vec![value.slot],
        Step::Optional(_, slots) => slots.clone(),
        _ => Vec::new(),
    });
    slots.collect()
}

/// What may stand behind a step.
#[derive(Debug, Clone, PartialEq)]
enum Next {
    Text(Vec<u8>),
    Blank,
    /// A value of unknown text.
    Value(String),
}

/// Tells every value where it may end; `after` is what may follow the steps.
fn set_stops(steps: &mut [Step], after: &[Next]) -> Result<(), String> {
    for place in 0..steps.len() {
        let (before, behind) = steps.split_at_mut(place + 1);
        match &mut before[place] {
            Step::Literal(_) | Step::Blanks => {}
            Step::Optional(inner, _) => set_stops(inner, &next(behind, after))?,
            Step::Value(value) if matches!(value.scan, Scan::Number) => {}
            Step::Value(value) => {
                let name = format!("`{{{}}}`", value.name);
                value.stop = stop(&name, next(behind, after), matches!(value.scan, Scan::Word))?;
            }
            Step::Anything(skip) => *skip = stop("`{*}`", next(behind, after), false)?,
        }
    }
    Ok(())
}

fn stop(name: &str, next: Vec<Next>, is_word: bool) -> Result<Stop, String> {
    let mut stop = Stop { texts: Vec::new(), blank: is_word };
    for next in next {
        match next {
            Next::Text(text) => stop.texts.push(Finder::new(&text).into_owned()),
            Next::Blank => stop.blank = true,
            Next::Value(other) => {
                return Err(format!(
                    "where {name} ends and {other} begins cannot be told; put text between them"
                ));
            }
        }
    }
    Ok(stop)
}

/// What may stand at the beginning of `steps`, or of `after` where all of them may be empty.
fn next(steps: &[Step], after: &[Next]) -> Vec<Next> {
    let mut found = Vec::new();
    let mut blanks = false;
    for step in steps {
        match step {
            Step::Blanks => blanks = true,
            Step::Literal(text) => {
                found.push(Next::Text(text.clone()));
                return found;
            }
            Step::Value(value) => {
                found.push(if blanks { Next::Blank } else { Next::Value(format!("`{{{}}}`", value.name)) });
                return found;
            }
            Step::Anything(_) => {
                found.push(if blanks { Next::Blank } else { Next::Value("`{*}`".into()) });
                return found;
            }
            Step::Optional(inner, _) => {
                let inside = next(inner, &[]);
                found.extend(inside.into_iter().map(|next| match next {
                    Next::Value(_) if blanks => Next::Blank,
                    next => next,
                }));
            }
        }
    }
    found.extend_from_slice(after);
    found
}
