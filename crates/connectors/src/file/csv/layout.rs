//! How a CSV file is laid out: its encoding, the characters that structure it, and where its rows begin.
//!
//! It is found once, from the first rows of a file, and kept for as long as the file stays the same; only the encoding may
//! need a look at all bytes. Everything found is told as facts with what speaks for them, and can be given instead.

use std::io::Read;
use std::sync::Arc;

use serde_json::json;
use towpath_connect::{Fact, ReadProgress};
use towpath_model::Fault;

use super::block::Form;
use super::cut::Cutter;
use super::head::Head;
use super::settings::CsvSettings;
use super::table;
use super::tokenize::{Dialect, Span, count_lines};
use super::{dialect, shown};
use crate::file::bytes::{self, read_more};
use crate::file::chunks::Stretch;
use crate::file::config::{ReadCompression, Source};
use crate::file::format::ending;
use crate::file::names;
use crate::file::place::FileRef;
use crate::file::text::detect::{Tally, Verdict, from_first_bytes};
use crate::file::text::encoding::Encoding;
use crate::file::text::{self, FIRST_BYTES, TextSettings};
use crate::file::trouble::io_fault;

/// Bytes that the layout is found from.
pub(super) const SAMPLE_BYTES: usize = 128 << 10;

/// How a file is laid out.
#[derive(Debug, Clone)]
pub(in crate::file) struct Layout {
    pub(super) dialect: Dialect,
    pub(in crate::file) names: Vec<String>,
    /// The names stand in the file: the bytes of their row.
    pub(super) header: Option<Vec<u8>>,
    /// Empty fields behind the last column that rows have as a rule.
    extra: usize,
    /// Bytes of the text before the first row.
    pub(super) start: u64,
    /// Lines before the first row.
    pub(super) lines: u64,
    encoding: Encoding,
    /// The encoding was presumed: rows that are not in it are a reason to look at all bytes.
    pub(in crate::file) presumed: bool,
    /// Chunks may begin in the middle of the file, because its bytes are those of its text.
    pub(in crate::file) may_be_cut: bool,
    /// Bytes of the byte order mark, where the file may be cut.
    mark: u64,
    /// Rows of totals may stand at the end.
    pub(super) has_footer: bool,
    pub(in crate::file) facts: Vec<Fact>,
    /// Remarks for people.
    pub(in crate::file) notes: Vec<String>,
}

impl Layout {
    /// Finds the layout of a file. Without a verdict on its encoding, that of its first bytes is presumed.
    pub(in crate::file) fn find(
        file: &FileRef,
        source: &Source,
        settings: &CsvSettings,
        verdict: Option<Verdict>,
    ) -> Result<Layout, Fault> {
        let given = TextSettings::new(source)?;
        let (verdict, presumed) = match verdict {
            Some(verdict) => (verdict, false),
            None => presume(file, given)?,
        };
        let mut reader = text::open_as(file, given, verdict.encoding, None)?;
        let mut sample = Vec::new();
        let fault = |error| io_fault("file", &file.name, error);
        let ended = read_more(&mut reader, &mut sample, SAMPLE_BYTES).map_err(fault)? < SAMPLE_BYTES;
        if sample.trim_ascii().is_empty() && ended {
            return Err(Fault::data(format!("file `{}` is empty", file.name))
                .hint("a CSV file needs at least a row with the names of its columns"));
        }
        let mut verdict = verdict;
        if presumed && given.repair.is_none() {
            // Text that was decoded wrongly before shows in its first rows.
            let mut tally = Tally::default();
            tally.feed(&sample);
            let found = tally.decide();
            verdict.doubt = found.doubt.filter(|_| found.encoding == Encoding::Utf8);
        }
        if presumed && verdict.encoding == Encoding::Utf8 && !is_utf8(&sample, ended) {
            let verdict = text::find(file, given)?;
            return Self::find(file, source, settings, Some(verdict));
        }
        let found = dialect::find(&sample, ended, settings, ending(&file.path).tabs);
        let skip = match settings.skip_lines {
            Some(lines) => lines_end(&sample, lines).unwrap_or(sample.len()),
            None => found.skip,
        };
        let mut head =
            Head { text: sample, at: skip, ended, reader, dialect: found.dialect, name: &file.name };
        head.complete()?;
        let rows = head.rows();
        let table = table::find(&rows, settings.header, &settings.names(), settings.skip_lines.is_some());
        let mut layout = Layout {
            dialect: found.dialect,
            names: Vec::new(),
            header: None,
            extra: 0,
            start: 0,
            lines: 0,
            encoding: verdict.encoding,
            presumed,
            may_be_cut: verdict.encoding == Encoding::Utf8
                && !given.remove_nul
                && given.repair.is_none()
                && bytes::compression_of(file, source.compression)? == ReadCompression::None,
            mark: u64::from(bytes::head(file, 3)? == Encoding::Utf8.mark()) * 3,
            has_footer: !settings.totals,
            facts: Vec::new(),
            notes: text::remarks(&verdict),
        };
        let above = head.take_above(table.above)?;
        layout.take_names(&mut head, table.header)?;
        layout.start = head.at as u64;
        layout.lines = u64::from(count_lines(&head.text[..head.at]));
        layout.tell(&verdict, &found.evidence, &table, &above, &head.text);
        Ok(layout)
    }

    fn take_names(&mut self, head: &mut Head<'_>, header: bool) -> Result<(), Fault> {
        let first = head.first_row()?;
        if !header {
            self.names = (1..=first.fields.len()).map(|place| format!("column_{place}")).collect();
            return Ok(());
        }
        let name = |span: &Span| head.name(*span, first.line);
        let mut given = first.fields.iter().map(name).collect::<Result<Vec<_>, Fault>>()?;
        let below = head.rows_from(first.end);
        // Where all rows end with delimiters, and the names too, there is no column behind them.
        let is_empty_from = |from: usize| below.iter().all(|row| row.iter().skip(from).all(String::is_empty));
        while given.len() > 1
            && given.last().is_some_and(String::is_empty)
            && !below.is_empty()
            && is_empty_from(given.len() - 1)
        {
            given.pop();
        }
        let usual = dialect::usual(below.iter().map(Vec::len));
        if is_empty_from(given.len()) {
            self.extra = usual.saturating_sub(given.len());
        }
        let (names, mut notes) = names::distinct(&given);
        self.names = names;
        self.notes.append(&mut notes);
        self.header = Some(head.text[first.start..first.row_end].to_vec());
        head.at = first.end;
        Ok(())
    }

    /// Tells what was found.
    fn tell(
        &mut self,
        verdict: &Verdict,
        evidence: &str,
        table: &table::Table,
        above: &[String],
        text: &[u8],
    ) {
        let fact = |what, found: String, evidence: &str| Fact::new(what, found, evidence);
        let mut facts = vec![
            fact("encoding", self.encoding.name(), &verdict.evidence)
                .with_setting("encoding", json!(self.encoding.name())),
            fact("delimiter", shown(self.dialect.delimiter), evidence)
                .with_setting("delimiter", json!(shown(self.dialect.delimiter))),
        ];
        if let Some(quote) = self.dialect.quote {
            let how = if self.dialect.backslash { "backslash" } else { "double" };
            let evidence = if self.dialect.backslash {
                "quotes inside values stand behind a backslash"
            } else if memchr::memchr(quote, text).is_some() {
                "quotes inside values are doubled"
            } else {
                "no value needs quotes"
            };
            let found = fact("quote", shown(quote), evidence).with_setting("quote", json!(shown(quote)));
            facts.push(found);
            if self.dialect.backslash {
                facts.push(fact("escape", how.into(), evidence).with_setting("escape", json!(how)));
            }
        }
        if let Some(comment) = self.dialect.comment {
            let evidence = "lines that begin with it do not have the fields of a row";
            facts.push(
                fact("comment", shown(comment), evidence).with_setting("comment", json!(shown(comment))),
            );
        }
        facts.push(fact("line end", line_ends(text).into(), "the first rows"));
        if !above.is_empty() {
            let lines = self.lines - u64::from(table.header);
            let many = match above.len() {
                1 => "1 row above the table is".to_owned(),
                count => format!("{count} rows above the table are"),
            };
            let found = format!("{many} left out");
            let filled = above.iter().filter(|row| !row.is_empty()).map(|row| format!("`{row}`"));
            let filled: Vec<String> = filled.collect();
            if !filled.is_empty() {
                self.notes.push(format!("{found}: {}", filled.join(", ")));
            }
            let evidence = above.first().map(|row| format!("`{row}` fills few fields")).unwrap_or_default();
            facts.push(fact("rows above", found, &evidence).with_setting("skip_lines", json!(lines)));
        }
        let found = if table.header { "yes" } else { "no" };
        if !table.header && table.evidence != "given" {
            self.notes
                .push(format!("there is no row of names: {}; set `header` if there is one", table.evidence));
        }
        facts.push(fact("header", found.into(), &table.evidence).with_setting("header", json!(table.header)));
        self.facts = facts;
    }

    /// Opens the rows of the file: the reader stands before the first one.
    fn open(
        &self,
        file: &FileRef,
        source: &Source,
        progress: Option<Arc<ReadProgress>>,
    ) -> Result<Box<dyn Read + Send>, Fault> {
        let given = TextSettings::new(source)?;
        let mut reader = text::open_as(file, given, self.encoding, progress)?;
        let skipped = std::io::copy(&mut (&mut reader).take(self.start), &mut std::io::sink());
        skipped.map_err(|error| io_fault("file", &file.name, error))?;
        Ok(reader)
    }

    /// The byte of the file that its rows begin with, where it may be cut.
    fn first_byte(&self) -> u64 {
        self.mark + self.start
    }

    /// The rows of the file, or of a stretch of it, to be cut into pieces; and the lines before them.
    pub(super) fn cutter(
        &self,
        file: &FileRef,
        source: &Source,
        progress: Option<Arc<ReadProgress>>,
        stretch: Option<Stretch>,
    ) -> Result<(Cutter, u64), Fault> {
        let (reader, at, line, is_last) = match stretch {
            None => (self.open(file, source, progress)?, self.first_byte(), self.lines, true),
            Some(stretch) => {
                let reader = bytes::open_stretch(file, stretch, progress)?;
                (reader, stretch.from, stretch.line, stretch.to == file.size)
            }
        };
        let cutter = Cutter::new(reader, Vec::new(), at, file.name.clone(), self.dialect);
        let has_footer = self.has_footer && is_last;
        Ok((if has_footer { cutter.without_footer(self.names.len()) } else { cutter }, line))
    }

    pub(in crate::file) fn is_utf8(&self) -> bool {
        self.encoding == Encoding::Utf8
    }

    pub(in crate::file) fn delimiter(&self) -> u8 {
        self.dialect.delimiter
    }

    /// What its rows look like. In a single column, the name of the column may be a value.
    pub(super) fn form(&self) -> Form<'_> {
        let header = self.header.as_deref().filter(|_| self.names.len() > 1).unwrap_or_default();
        Form { dialect: self.dialect, columns: self.names.len(), extra: self.extra, header }
    }
}

/// What the first bytes tell of the encoding; otherwise UTF-8 is presumed.
fn presume(file: &FileRef, given: TextSettings) -> Result<(Verdict, bool), Fault> {
    if given.encoding.is_some() {
        return Ok((text::find(file, given)?, false));
    }
    let mut head = Vec::new();
    read_more(&mut bytes::open(file, given.compression, None)?, &mut head, FIRST_BYTES)
        .map_err(|error| io_fault("file", &file.name, error))?;
    if let Some((verdict, _)) = from_first_bytes(&head) {
        return Ok((verdict, false));
    }
    bytes::check_text(&head, &file.name, "CSV")?;
    let evidence = "every row is right in UTF-8".into();
    Ok((Verdict { encoding: Encoding::Utf8, evidence, doubt: None }, true))
}

fn is_utf8(sample: &[u8], ended: bool) -> bool {
    match std::str::from_utf8(sample) {
        Ok(_) => true,
        // The end of the sample may be half a character.
        Err(error) => !ended && error.error_len().is_none(),
    }
}

/// The byte behind so many lines.
fn lines_end(text: &[u8], lines: u64) -> Option<usize> {
    let mut at = 0;
    for _ in 0..lines {
        let end = at + memchr::memchr2(b'\n', b'\r', text.get(at..)?)?;
        at = end + 1 + usize::from(text[end] == b'\r' && text.get(end + 1) == Some(&b'\n'));
    }
    Some(at)
}

fn line_ends(text: &[u8]) -> &'static str {
    let pairs = memchr::memmem::find_iter(text, b"\r\n").count();
    let feeds = memchr::memchr_iter(b'\n', text).count() - pairs;
    let returns = memchr::memchr_iter(b'\r', text).count() - pairs;
    match (pairs > 0, feeds > 0, returns > 0) {
        (true, false, false) => "CRLF",
        (false, _, false) => "LF",
        (false, false, true) => "CR",
        _ => "mixed",
    }
}
