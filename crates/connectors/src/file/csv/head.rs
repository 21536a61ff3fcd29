//! The beginning of a CSV file: is it text, which delimiter, which names.

use std::collections::HashSet;
use std::io::Read;
use std::sync::Arc;

use arrow::datatypes::Field;
use towpath_connect::{ReadProgress, words};
use towpath_model::{Fault, suggest};

use super::cut::Cutter;
use super::tokenize::{Dialect, Next, Span, Tokenizer, count_lines};
use crate::file::bytes::{self, read_more};
use crate::file::chunks::Stretch;
use crate::file::config::Source;
use crate::file::format::{character, ending};
use crate::file::names;
use crate::file::pieces::{PIECE_BYTES, RECORD_BYTES};
use crate::file::place::FileRef;
use crate::file::trouble::io_fault;

/// Bytes that the delimiter is guessed from.
const SAMPLE_BYTES: usize = 64 << 10;
/// What some programs put before UTF-8 text.
const BOM: &[u8] = b"\xef\xbb\xbf";
/// Rows that the delimiter is guessed from.
const SAMPLE_ROWS: usize = 100;
/// Delimiters that are tried, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The settings of a source that concern CSV, checked.
#[derive(Debug, Clone, Default)]
pub(in crate::file) struct CsvSettings {
    pub(in crate::file) delimiter: Option<u8>,
    pub(in crate::file) quote: Option<u8>,
    pub(in crate::file) header: bool,
    pub(in crate::file) null_values: HashSet<Vec<u8>>,
    /// Columns whose type was given.
    pub(in crate::file) declared: Vec<Field>,
}

impl CsvSettings {
    /// Checks what a user wrote.
    pub(in crate::file) fn new(source: &Source) -> Result<Self, Fault> {
        let delimiter = source.delimiter.as_deref().map(|text| character("delimiter", text)).transpose()?;
        let quote = match source.quote.as_deref() {
            None => Some(b'"'),
            Some("") => None,
            Some(text) => Some(character("quote", text)?),
        };
        if delimiter.is_some() && delimiter == quote {
            return Err(Fault::config("`delimiter` and `quote` are the same character"));
        }
        let declared = source
            .columns
            .iter()
            .map(|(name, word)| words::field(name, word).ok_or_else(|| unknown_type(name, word)));
        Ok(CsvSettings {
            delimiter,
            quote,
            header: source.header,
            null_values: source.null_values.iter().map(|word| word.as_bytes().to_vec()).collect(),
            declared: declared.collect::<Result<_, Fault>>()?,
        })
    }

    /// The type that was given for a column.
    pub(in crate::file) fn declared(&self, name: &str) -> Option<&Field> {
        self.declared.iter().find(|field| field.name() == name)
    }

    /// Refuses types for columns that do not exist.
    pub(in crate::file) fn check_names(&self, names: &[String], file: &str) -> Result<(), Fault> {
        for name in self.declared.iter().map(Field::name) {
            if !names.contains(name) {
                let fault = Fault::config(format!("`columns` names `{name}`, which `{file}` does not have"));
                return Err(match suggest::hint(name, "columns", names.iter().map(String::as_str)) {
                    Some(hint) => fault.hint(hint),
                    None => fault,
                });
            }
        }
        Ok(())
    }
}

fn unknown_type(name: &str, word: &str) -> Fault {
    let fault = Fault::config(format!("type `{word}` of column `{name}` is unknown"));
    if word.trim().to_ascii_lowercase().starts_with("decimal") {
        return fault.hint("write digits and decimals, for example `decimal(12,2)`; at most 76 digits");
    }
    match suggest::hint(word, "types", words::WORDS) {
        Some(hint) => fault.hint(hint),
        None => fault,
    }
}

/// A CSV file whose beginning was read.
pub(in crate::file) struct Opened {
    pub(in crate::file) dialect: Dialect,
    pub(in crate::file) names: Vec<String>,
    /// Remarks about names that had to be made up.
    pub(in crate::file) notes: Vec<String>,
    /// Byte of the file that the rows begin with.
    pub(in crate::file) start: u64,
    /// Lines before the first row.
    pub(in crate::file) lines: u64,
    /// The names as they stand in the file, when it has them.
    pub(in crate::file) header: bool,
    reader: Box<dyn Read + Send>,
    rest: Vec<u8>,
    name: String,
}

impl Opened {
    /// The file's name for people.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Turns the opened file into pieces of rows.
    pub(super) fn cutter(self) -> Cutter {
        Cutter::new(self.reader, self.rest, self.start, self.name, self.dialect)
    }
}

/// Opens a file and reads its beginning.
pub(in crate::file) fn open(
    file: &FileRef,
    source: &Source,
    settings: &CsvSettings,
    progress: Option<Arc<ReadProgress>>,
) -> Result<Opened, Fault> {
    open_with(file, source, settings, progress, PIECE_BYTES)
}

/// Opens a stretch of the rows of a file, whose beginning is read for its names only.
pub(in crate::file) fn open_stretch(
    file: &FileRef,
    source: &Source,
    settings: &CsvSettings,
    progress: Option<Arc<ReadProgress>>,
    stretch: Stretch,
) -> Result<Opened, Fault> {
    let opened = open_with(file, source, settings, None, SAMPLE_BYTES + BOM.len())?;
    Ok(Opened {
        start: stretch.from,
        lines: stretch.line,
        reader: bytes::open_stretch(file, stretch, progress)?,
        rest: Vec::new(),
        ..opened
    })
}

fn open_with(
    file: &FileRef,
    source: &Source,
    settings: &CsvSettings,
    progress: Option<Arc<ReadProgress>>,
    first_bytes: usize,
) -> Result<Opened, Fault> {
    let fault = |error| io_fault("file", &file.name, error);
    let mut reader = bytes::open(file, source.compression, progress)?;
    let mut text = Vec::new();
    let ended = read_more(&mut reader, &mut text, first_bytes).map_err(fault)? < first_bytes;
    bytes::check_text(&text[..text.len().min(SAMPLE_BYTES)], &file.name, "CSV")?;
    let mut start = 0;
    if text.starts_with(BOM) {
        text.drain(..BOM.len());
        start = BOM.len() as u64;
    }
    if text.trim_ascii().is_empty() && ended {
        return Err(Fault::data(format!("file `{}` is empty", file.name))
            .hint("a CSV file needs at least a row with the names of its columns"));
    }
    let delimiter = match settings.delimiter {
        Some(given) => given,
        None if ending(&file.path).tabs => b'\t',
        None => guess_delimiter(&text[..text.len().min(SAMPLE_BYTES)], settings.quote),
    };
    let dialect = Dialect { delimiter, quote: settings.quote.filter(|quote| *quote != delimiter) };
    let first = first_row(&mut reader, &mut text, ended, dialect, &file.name)?;
    let (mut position, mut lines) = (0, 0);
    let (names, notes) = if settings.header {
        (position, lines) = (first.end, first.lines);
        let name = |span: &Span| name_of(&text, *span, dialect, &file.name, first.line);
        names::distinct(&first.fields.iter().map(name).collect::<Result<Vec<_>, Fault>>()?)
    } else {
        ((1..=first.fields.len()).map(|place| format!("column_{place}")).collect(), Vec::new())
    };
    text.drain(..position);
    Ok(Opened {
        dialect,
        names,
        notes,
        start: start + position as u64,
        lines,
        header: settings.header,
        reader,
        rest: text,
        name: file.name.clone(),
    })
}

/// The first row of a file.
struct FirstRow {
    fields: Vec<Span>,
    /// The line it begins on; 1 is the first line of the file.
    line: u64,
    /// The byte behind it.
    end: usize,
    /// Lines up to its end.
    lines: u64,
}

/// Finds the first row, reading more where `text` does not hold it.
fn first_row(
    reader: &mut dyn Read,
    text: &mut Vec<u8>,
    mut ended: bool,
    dialect: Dialect,
    name: &str,
) -> Result<FirstRow, Fault> {
    loop {
        let mut fields = Vec::new();
        let mut tokenizer = Tokenizer::new(text, dialect, false);
        match tokenizer.next(&mut fields) {
            Next::Record(record) if ended || tokenizer.position() < text.len() => {
                let end = tokenizer.position().min(text.len());
                let (line, lines) = (u64::from(record.line) + 1, tokenizer.lines().into());
                return Ok(FirstRow { fields, line, end, lines });
            }
            Next::Unclosed { line } if ended => return Err(unclosed(name, u64::from(line) + 1)),
            _ if ended || text.len() > RECORD_BYTES => {
                let line = count_lines(text);
                return Err(Fault::data(format!(
                    "file `{name}`: the first row does not end within {line} lines"
                ))
                .hint("check the quotes of the first row, or set `quote`"));
            }
            // The first row is longer than what was read.
            _ => {
                let more = text.len().max(PIECE_BYTES);
                let count = read_more(reader, text, more).map_err(|error| io_fault("file", name, error))?;
                ended = count < more;
            }
        }
    }
}

/// A field of the first row as the name of a column; spaces around it count only in quotes.
fn name_of(text: &[u8], span: Span, dialect: Dialect, file: &str, line: u64) -> Result<String, Fault> {
    let field = unescape(span.bytes(text), dialect.quote.filter(|_| span.is_doubled()));
    let field = String::from_utf8(field).map_err(|error| {
        let shown = String::from_utf8_lossy(error.as_bytes());
        Fault::data(format!("file `{file}`, line {line}: the name `{shown}` is not UTF-8"))
            .hint("save the file as UTF-8")
    })?;
    Ok(if span.is_quoted() { field } else { field.trim().to_owned() })
}

/// The fault for quotes that never close.
pub(super) fn unclosed(name: &str, line: u64) -> Fault {
    Fault::data(format!("file `{name}`, line {line}: a quoted value that begins there never ends"))
        .hint("close the quote, or set `quote` to an empty text when quotes have no meaning in the file")
}

/// The field with doubled quotes made single.
pub(super) fn unescape(field: &[u8], doubled: Option<u8>) -> Vec<u8> {
    let Some(quote) = doubled else { return field.to_vec() };
    let mut plain = Vec::with_capacity(field.len());
    push_unescaped(field, quote, &mut plain);
    plain
}

/// Appends the field with doubled quotes made single.
pub(super) fn push_unescaped(field: &[u8], quote: u8, plain: &mut Vec<u8>) {
    let mut rest = field;
    while let Some(at) = memchr::memchr(quote, rest) {
        plain.extend_from_slice(&rest[..=at]);
        rest = rest.get(at + 2..).unwrap_or_default();
    }
    plain.extend_from_slice(rest);
}

/// The delimiter that gives the most rows as many fields as the first row has; of equals, the one with more fields.
fn guess_delimiter(sample: &[u8], quote: Option<u8>) -> u8 {
    let mut best = (0.0, 1, b',');
    for delimiter in DELIMITERS {
        let mut tokenizer = Tokenizer::new(sample, Dialect { delimiter, quote }, false);
        let (mut spans, mut counts) = (Vec::new(), Vec::new());
        while counts.len() < SAMPLE_ROWS && matches!(tokenizer.next(&mut spans), Next::Record(_)) {
            // The last row of a sample may be cut off.
            if tokenizer.position() >= sample.len() && !counts.is_empty() && sample.len() == SAMPLE_BYTES {
                break;
            }
            counts.push(spans.len());
            spans.clear();
        }
        let Some(first) = counts.first().copied().filter(|first| *first > 1) else { continue };
        let even = counts.iter().filter(|count| **count == first).count() as f64 / counts.len() as f64;
        if even > best.0 || (even == best.0 && first > best.1) {
            best = (even, first, delimiter);
        }
    }
    best.2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_are_found() {
        let check = |text: &str| char::from(guess_delimiter(text.as_bytes(), Some(b'"')));
        assert_eq!(check("a,b\n1,2\n"), ',');
        assert_eq!(check("a;b\n1,5;2,6\n"), ';');
        assert_eq!(check("a\tb\n1, 2\t3\n"), '\t');
        assert_eq!(check("a|b|c\n1,1|2|3\n"), '|');
        assert_eq!(check("a\n1\n2\n"), ',');
        assert_eq!(check("\"a;b\",c\n\"d;e\",f\n"), ',');
    }
}
