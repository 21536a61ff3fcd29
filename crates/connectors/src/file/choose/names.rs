//! Paths that capture parts of the names they match: `{machine}/{date:%Y%m%d}.LOG`.
//!
//! For the store, such a path is a pattern with wildcards ([`Names::pattern`]); of what it finds, only files remain
//! whose captures hold, and whose dates are real ones. A date may be spread over several parts
//! (`{date:%Y}/{date:%m%d}.LOG`); whether it is real is found by writing it again and comparing.

use std::sync::Arc;

use jiff::civil::DateTime;
use jiff::fmt::strtime;
use regex::Regex;
use towpath_model::Fault;

/// The capture that holds the date of a file.
pub(super) const DATE: &str = "date";

/// A path with captures.
#[derive(Debug, Clone)]
pub(super) struct Names {
    pattern: String,
    shape: Arc<Regex>,
    /// Captures of text, in the order of the path.
    texts: Vec<String>,
    /// Formats of the parts of the date, in the order of the path.
    dates: Vec<String>,
    captures: Vec<Capture>,
}

/// What one group of the regular expression is.
#[derive(Debug, Clone, Copy)]
enum Capture {
    Text(usize),
    Date(usize),
}

/// What a name says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in super::super) struct Captured {
    /// Captured text, by name.
    pub(super) texts: Vec<(String, String)>,
    pub(super) date: Option<DateTime>,
}

impl Captured {
    /// The captured text of that name.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.texts.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str())
    }
}

/// A piece of a text with braces.
#[derive(Debug, PartialEq)]
pub(super) enum Piece<'a> {
    Literal(&'a str),
    /// A name in braces, and the format behind its colon.
    Braces(&'a str, Option<&'a str>),
}

/// Takes a text apart at `{name}` and `{name:format}`; other braces are text.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut rest, mut from) = (Vec::new(), text, 0);
    while let Some(open) = rest[from..].find('{').map(|at| at + from) {
        let inside = rest[open + 1..].split_once('}').map(|(inside, _)| inside);
        let (name, format) = match inside.and_then(|inside| inside.split_once(':')) {
            Some((name, format)) => (name, Some(format)),
            None => (inside.unwrap_or_default(), None),
        };
        let is_name = |name: &str| {
            name.starts_with(|c: char| c.is_ascii_alphabetic())
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        let Some(inside) = inside.filter(|_| is_name(name)) else {
            from = open + 1;
            continue;
        };
        if open > 0 {
            pieces.push(Piece::Literal(&rest[..open]));
        }
        pieces.push(Piece::Braces(name, format));
        rest = &rest[open + inside.len() + 2..];
        from = 0;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest));
    }
    pieces
}

impl Names {
    /// The captures of a path; `None` when it has none.
    pub(super) fn parse(path: &str) -> Result<Option<Names>, Fault> {
        let pieces = pieces(path);
        if !pieces.iter().any(|piece| matches!(piece, Piece::Braces(..))) {
            return Ok(None);
        }
        let (mut pattern, mut shape) = (String::new(), String::from("^"));
        let (mut texts, mut dates, mut captures) = (Vec::new(), Vec::new(), Vec::new());
        for piece in pieces {
            match piece {
                Piece::Literal(text) => {
                    push_wild(&mut pattern, text);
                    shape.push_str(&wildcards(text));
                }
                Piece::Braces(DATE, Some(format)) => {
                    check_format(format)?;
                    push_wild(&mut pattern, "*");
                    shape.push_str(&format!("({})", digits(format)));
                    captures.push(Capture::Date(dates.len()));
                    dates.push(format.to_owned());
                }
                Piece::Braces(DATE, None) => {
                    return Err(Fault::config("`{date}` in `path` has no format")
                        .hint("write how the date stands in the name, for example `{date:%Y%m%d}`"));
                }
                Piece::Braces(name, Some(_)) => {
                    return Err(Fault::config(format!("`{{{name}:…}}` in `path` has a format"))
                        .hint("only `{date:…}` takes a format; write the name alone to capture text"));
                }
                Piece::Braces(name, None) => {
                    push_wild(&mut pattern, "*");
                    shape.push_str("([^/]+?)");
                    captures.push(Capture::Text(texts.len()));
                    texts.push(name.to_owned());
                }
            }
        }
        shape.push('$');
        let shape = Regex::new(&shape)
            .map_err(|error| Fault::config(format!("`{path}` is no valid pattern")).cause(error))?;
        Ok(Some(Names { pattern, shape: Arc::new(shape), texts, dates, captures }))
    }

    /// The path with wildcards in the place of captures.
    pub(super) fn pattern(&self) -> &str {
        &self.pattern
    }

    /// Whether the names hold a date.
    pub(super) fn has_date(&self) -> bool {
        !self.dates.is_empty()
    }

    /// Whether that date comes with a time of day.
    pub(super) fn has_time(&self) -> bool {
        let of_time = ["%H", "%I", "%M", "%S", "%T", "%R", "%s"];
        self.dates.iter().any(|format| of_time.iter().any(|part| format.contains(part)))
    }

    /// Names of the captures of text.
    pub(super) fn texts(&self) -> &[String] {
        &self.texts
    }

    /// What the name of a file says; `None` when it is not meant by the path.
    pub(super) fn capture(&self, name: &str) -> Option<Captured> {
        let groups = self.shape.captures(name)?;
        let mut captured = Captured::default();
        let mut parts: Vec<&str> = vec![""; self.dates.len()];
        for (group, capture) in self.captures.iter().enumerate() {
            let text = groups.get(group + 1)?.as_str();
            match *capture {
                Capture::Date(part) => parts[part] = text,
                Capture::Text(place) => {
                    let name = &self.texts[place];
                    match captured.text(name) {
                        // A capture that stands twice must say the same twice.
                        Some(before) if before != text => return None,
                        Some(_) => {}
                        None => captured.texts.push((name.clone(), text.to_owned())),
                    }
                }
            }
        }
        if self.has_date() {
            captured.date = Some(self.date(&parts)?);
        }
        Some(captured)
    }

    fn date(&self, parts: &[&str]) -> Option<DateTime> {
        let parsed = strtime::parse(self.dates.join("\u{1}"), parts.join("\u{1}")).ok()?;
        let date = parsed.to_date().ok()?;
        let time = parsed.to_time().unwrap_or_default();
        let at = date.to_datetime(time);
        let is_real = self.dates.iter().zip(parts).all(|(format, part)| {
            strtime::format(format, at).is_ok_and(|text| text.eq_ignore_ascii_case(part))
        });
        is_real.then_some(at)
    }
}

/// Adds to a pattern. A wildcard beside that of a capture says nothing new, and two would mean folders at any depth.
fn push_wild(pattern: &mut String, text: &str) {
    let is_twice = pattern.ends_with('*') && text.starts_with('*') && !text.starts_with("**");
    pattern.push_str(if is_twice { &text[1..] } else { text });
}

fn check_format(format: &str) -> Result<(), Fault> {
    let at = jiff::civil::date(2025, 12, 31).at(23, 59, 58, 0);
    match strtime::format(format, at) {
        Ok(text) if format.contains('%') && !text.contains('/') => Ok(()),
        _ => Err(Fault::config(format!("`{format}` is no format of a date in a name"))
            .hint("write it with `%Y`, `%m`, `%d` and so on, for example `{date:%Y%m%d}`; one part of the path each")),
    }
}

/// A regular expression for what a format of a date writes.
fn digits(format: &str) -> String {
    let mut shape = String::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            shape.push_str(&regex::escape(&c.to_string()));
            continue;
        }
        shape.push_str(match chars.next() {
            Some('Y') => r"\d{4}",
            Some('m' | 'd' | 'y' | 'H' | 'I' | 'M' | 'S' | 'U' | 'W' | 'V' | 'C') => r"\d{2}",
            Some('j') => r"\d{3}",
            Some('F') => r"\d{4}-\d{2}-\d{2}",
            Some('%') => "%",
            _ => "[^/]+?",
        });
    }
    shape
}

/// A part of a pattern with wildcards as a regular expression.
fn wildcards(text: &str) -> String {
    let mut shape = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("**/") {
            shape.push_str("(?:[^/]+/)*");
            rest = after;
            continue;
        }
        rest = &rest[c.len_utf8()..];
        match c {
            '*' => shape.push_str("[^/]*"),
            '?' => shape.push_str("[^/]"),
            '[' => match rest.split_once(']').filter(|(inside, _)| !inside.is_empty()) {
                Some((inside, after)) => {
                    let (not, inside) = match inside.strip_prefix('!') {
                        Some(inside) => ("^", inside),
                        None => ("", inside),
                    };
                    shape.push_str(&format!("[{not}{}]", inside.replace('\\', r"\\").replace('^', r"\^")));
                    rest = after;
                }
                None => shape.push_str(r"\["),
            },
            other => shape.push_str(&regex::escape(&other.to_string())),
        }
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(path: &str) -> Names {
        Names::parse(path).unwrap().unwrap()
    }

    #[test]
    fn names_are_taken_apart_and_dates_are_real() {
        let logs = names("logs/{machine}/{date:%Y%m%d}.LOG");
        assert_eq!(logs.pattern(), "logs/*/*.LOG");
        let captured = logs.capture("logs/DEM12/20250228.LOG").unwrap();
        assert_eq!(captured.text("machine"), Some("DEM12"));
        assert_eq!(captured.date, Some(jiff::civil::date(2025, 2, 28).at(0, 0, 0, 0)));
        for other in [
            "logs/DEM12/20250229.LOG",
            "logs/DEM12/2025022.LOG",
            "logs/DEM12/20250228.LOG.bak",
            "logs/a/b/20250228.LOG",
            "logs/DEM12/backup.LOG",
        ] {
            assert_eq!(logs.capture(other), None, "{other}");
        }
    }

    #[test]
    fn a_wildcard_may_stand_beside_a_capture() {
        let logs = names("{machine}/{date:%Y%m%d}*.LOG");
        assert_eq!(logs.pattern(), "*/*.LOG");
        assert!(logs.capture("SU12/20250612.LOG").is_some() && logs.capture("SU12/20250612_2.LOG").is_some());
        assert_eq!(names("a/*{n}{date:%d}?.LOG").pattern(), "a/*?.LOG");
        assert_eq!(names("**/{n}.LOG").pattern(), "**/*.LOG");
    }

    #[test]
    fn a_date_may_be_spread_and_may_have_a_time() {
        let spread = names("{date:%Y}/{date:%m-%d}/x_{date:%H%M}_{part}.csv");
        assert!(spread.has_time());
        let captured = spread.capture("2024/02-29/x_0730_a_b.csv").unwrap();
        assert_eq!(captured.date, Some(jiff::civil::date(2024, 2, 29).at(7, 30, 0, 0)));
        assert_eq!(captured.text("part"), Some("a_b"));
        assert_eq!(spread.capture("2023/02-29/x_0730_a.csv"), None);
        // A part that contradicts another one is no date.
        assert_eq!(names("{date:%Y}/{date:%Y%m%d}.csv").capture("2024/20230101.csv"), None);
        assert!(names("**/[A-C]{n}_{date:%d%b%Y}.csv").capture("x/y/B7_01Feb2024.csv").is_some());
        assert!(names("{x}/{x}.csv").capture("a/b.csv").is_none());
    }

    #[test]
    fn other_braces_are_text_and_wrong_formats_are_refused() {
        assert!(Names::parse("a{1}/{}/x.csv").unwrap().is_none());
        assert_eq!(pieces("{1}{a}"), [Piece::Literal("{1}"), Piece::Braces("a", None)]);
        for wrong in ["{date}.csv", "{date:YYYY}.csv", "{date:%Y/%m}.csv", "{day:%d}.csv", "{date:%Q}.csv"] {
            assert_eq!(Names::parse(wrong).unwrap_err().kind(), towpath_model::FaultKind::Config, "{wrong}");
        }
    }
}
