//! Text lines: taken apart by a regular expression or a grok pattern, or as they are.
//!
//! [`LineCutter`] makes pieces of whole rows, [`Matcher`] takes the rows of a piece apart. A pattern must take the whole row:
//! text that a pattern leaves out would be lost without a word. What it does not take goes to quarantine, unless the
//! settings say otherwise. Expressions run in linear time, so no line can make a pattern hang.

pub(super) mod config;
mod grok;
mod patterns;

use std::sync::atomic::{AtomicU64, Ordering};

use regex::{CaptureLocations, Regex, RegexBuilder};
use towpath_model::Fault;

use self::config::{Lines, Unmatched};
use super::infer::Kind;
use super::line_cut::{LineCutter, begins_row};
use super::pieces::Piece;
use super::rows::pieces::Pieces;
use super::rows::{Refusal, Row, Sort, Walk};

/// The column of lines that no pattern takes apart.
const LINE: &str = "line";
/// The column of lines that the pattern does not take.
const UNMATCHED: &str = "unmatched";

/// Takes lines apart.
#[derive(Debug)]
pub(super) struct Matcher {
    regex: Option<Regex>,
    starts: Option<Regex>,
    names: Vec<String>,
    /// Groups of each column; where there are several, the one that took part counts.
    groups: Vec<Vec<usize>>,
    unmatched: Unmatched,
    /// Place of the column for the number of the line.
    number: Option<usize>,
    /// Lines that were left out.
    skipped: AtomicU64,
}

impl Matcher {
    /// Compiles the patterns of the settings.
    pub(super) fn new(settings: &Lines) -> Result<Self, Fault> {
        let (mut regex, mut names, mut groups): (_, Vec<String>, Vec<Vec<usize>>) =
            (None, Vec::new(), Vec::new());
        let expanded = settings.grok.as_deref().map(|grok| grok::expand(grok, &settings.patterns));
        let expanded = expanded.transpose()?;
        let text = expanded.as_ref().map(|expanded| expanded.regex.as_str()).or(settings.pattern.as_deref());
        if let Some(text) = text {
            let what = if expanded.is_some() { "grok" } else { "pattern" };
            let whole = compile(&format!(r"\A(?:{text})\z"), what, settings.starts.is_some())?;
            for (group, name) in whole.capture_names().enumerate() {
                let Some(name) = name else { continue };
                let given = expanded.iter().flat_map(|expanded| expanded.groups.iter().enumerate());
                let given = given.clone().find(|(place, _)| grok::group_name(*place) == name);
                let column = given.map_or(name, |(_, group)| group.column.as_str());
                match names.iter().position(|known| known == column) {
                    Some(place) => groups[place].push(group),
                    None => {
                        names.push(column.to_owned());
                        groups.push(vec![group]);
                    }
                }
            }
            if names.is_empty() {
                let message = format!("`{what}` of `lines` names no column");
                return Err(
                    Fault::config(message).hint("name a group: `(?<message>.*)` or `%{GREEDYDATA:message}`")
                );
            }
            regex = Some(whole);
        } else {
            names.push(LINE.to_owned());
        }
        let mut add = |name: &str| {
            if names.iter().any(|known| known == name) {
                return Err(Fault::config(format!("`lines` names the column `{name}` twice")));
            }
            names.push(name.to_owned());
            Ok(names.len() - 1)
        };
        if settings.unmatched == Unmatched::Column {
            add(UNMATCHED)?;
        }
        let number = settings.line_number.as_deref().map(add).transpose()?;
        let starts = settings.starts.as_deref();
        let starts = starts.map(|starts| compile(&format!(r"\A(?:{starts})"), "starts", false));
        Ok(Matcher {
            regex,
            starts: starts.transpose()?,
            names,
            groups,
            unmatched: settings.unmatched,
            number,
            skipped: AtomicU64::new(0),
        })
    }

    /// A cutter that keeps rows of several lines whole.
    pub(super) fn starting(&self, cutter: LineCutter) -> LineCutter {
        cutter.starting(self.starts.clone())
    }
}

fn compile(pattern: &str, what: &str, over_lines: bool) -> Result<Regex, Fault> {
    RegexBuilder::new(pattern).dot_matches_new_line(over_lines).build().map_err(|error| {
        Fault::config(format!("`{what}` of `lines` is no regular expression that can be used: {error}"))
            .hint("references back (`\\1`) and looking around (`(?=…)`) are not available")
    })
}

impl Pieces for Matcher {
    fn walk<'a>(&'a self, piece: &'a Piece) -> Box<dyn Walk + 'a> {
        let locations = self.regex.as_ref().map(Regex::capture_locations);
        Box::new(LineWalk { matcher: self, data: &piece.data, at: 0, line: piece.before, locations })
    }

    fn notes(&self) -> Vec<String> {
        match self.skipped.load(Ordering::Relaxed) {
            0 => Vec::new(),
            1 => vec!["1 line that the pattern does not take is left out".into()],
            more => vec![format!("{more} lines that the pattern does not take are left out")],
        }
    }
}

/// Walks through the lines of a piece.
struct LineWalk<'a> {
    matcher: &'a Matcher,
    data: &'a [u8],
    at: usize,
    /// Lines before `at`.
    line: u64,
    locations: Option<CaptureLocations>,
}

impl<'a> LineWalk<'a> {
    /// Steps over a line.
    fn line(&mut self) -> &'a [u8] {
        let rest = &self.data[self.at..];
        let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        self.at += length;
        self.line += 1;
        &rest[..length]
    }

    /// Steps over the lines of a row; answers the row without its line end.
    fn row(&mut self) -> Option<&'a [u8]> {
        if self.at == self.data.len() {
            return None;
        }
        let start = self.at;
        self.line();
        if let Some(starts) = &self.matcher.starts {
            while self.at < self.data.len() {
                let (at, line) = (self.at, self.line);
                if begins_row(self.line(), starts) {
                    (self.at, self.line) = (at, line);
                    break;
                }
            }
        }
        let row = &self.data[start..self.at];
        let row = row.strip_suffix(b"\n").unwrap_or(row);
        Some(row.strip_suffix(b"\r").unwrap_or(row))
    }

    /// Puts a text into the cells of a row; answers whether the pattern takes it.
    fn fill(&mut self, text: &str, row: &mut Row) -> bool {
        let (Some(regex), Some(locations)) = (&self.matcher.regex, &mut self.locations) else {
            row.set(0, Sort::Known(Kind::Text), text.as_bytes());
            return true;
        };
        if regex.captures_read(locations, text).is_none() {
            return false;
        }
        for (place, groups) in self.matcher.groups.iter().enumerate() {
            let found = groups.iter().find_map(|group| locations.get(*group));
            if let Some((start, end)) = found {
                row.set(place, Sort::Value, &text.as_bytes()[start..end]);
            }
        }
        true
    }

    fn unmatched(&self, row: &mut Row, text: &str, reason: &str) -> bool {
        match self.matcher.unmatched {
            Unmatched::Skip => {
                self.matcher.skipped.fetch_add(1, Ordering::Relaxed);
                return false;
            }
            Unmatched::Column => row.set(self.matcher.groups.len(), Sort::Known(Kind::Text), text.as_bytes()),
            Unmatched::Quarantine => {
                row.refuse(Refusal { column: None, value: None, reason: reason.to_owned() });
            }
        }
        true
    }
}

impl Walk for LineWalk<'_> {
    fn names(&self) -> &[String] {
        &self.matcher.names
    }

    fn next(&mut self, row: &mut Row) -> Result<bool, Fault> {
        loop {
            let line = self.line;
            let Some(bytes) = self.row() else { return Ok(false) };
            // An empty line between rows says nothing; where lines are the values, it is one.
            if self.matcher.regex.is_some() && bytes.trim_ascii().is_empty() {
                continue;
            }
            row.line = line + 1;
            row.original.extend_from_slice(bytes);
            let Ok(text) = std::str::from_utf8(bytes) else {
                let reason = "the row is not UTF-8; bytes that are wrong are shown as `\\xE9`".to_owned();
                row.refuse(Refusal { column: None, value: None, reason });
                return Ok(true);
            };
            let is_row = match &self.matcher.starts {
                Some(starts) if !starts.is_match(text) => {
                    self.unmatched(row, text, "stands before the first line that matches `starts`")
                }
                _ => self.fill(text, row) || self.unmatched(row, text, "the pattern does not take the line"),
            };
            if !is_row {
                row.clear();
                continue;
            }
            if let Some(place) = self.matcher.number {
                row.set(place, Sort::Known(Kind::Int), row.line.to_string().as_bytes());
            }
            return Ok(true);
        }
    }
}
