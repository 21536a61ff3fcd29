//! All that prints.
//!
//! Results (rows, schemas, manuals, JSON events) go to standard output, everything said to people to standard
//! error, so that `towpath copy … -` can feed another program. Colour and bars only appear on a terminal.
#![expect(clippy::print_stderr, reason = "this is the one module that prints")]

pub(crate) mod manual;
pub(crate) mod progress;
pub(crate) mod tables;

use std::io::{IsTerminal, Write};

use towpath_model::{Fault, Problem};

use crate::cli::{Options, When};

/// How a command ended; decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Everything is as asked.
    Done,
    /// The run failed, or was cancelled.
    Failed,
    /// Wrong use, or an invalid pipeline.
    Invalid,
    /// Done, and some rows are in quarantine.
    Quarantined,
}

impl Outcome {
    /// The exit code, as documented in the help.
    pub(crate) fn code(self) -> u8 {
        match self {
            Outcome::Done => 0,
            Outcome::Failed => 1,
            Outcome::Invalid => 2,
            Outcome::Quarantined => 3,
        }
    }
}

/// Prints in one style.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Console {
    pub(crate) json: bool,
    pub(crate) quiet: bool,
    /// Colour on standard error.
    color: bool,
    /// Colour on standard output.
    color_out: bool,
    /// Standard error is a terminal that can show bars.
    pub(crate) live: bool,
}

/// Meaning of a colour.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tone {
    Bad,
    Good,
    Warn,
    Quiet,
    Strong,
}

fn paint(on: bool, tone: Tone, text: &str) -> String {
    if !on {
        return text.to_owned();
    }
    let code = match tone {
        Tone::Bad => "1;31",
        Tone::Good => "32",
        Tone::Warn => "33",
        Tone::Quiet => "2",
        Tone::Strong => "1",
    };
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}

impl Console {
    pub(crate) fn new(options: &Options) -> Console {
        let wanted = |is_terminal: bool| match options.color {
            When::Always => true,
            When::Never => false,
            When::Auto => is_terminal && std::env::var_os("NO_COLOR").is_none(),
        };
        let terminal = std::io::stderr().is_terminal();
        Console {
            json: options.json,
            quiet: options.quiet,
            color: wanted(terminal),
            color_out: wanted(std::io::stdout().is_terminal()),
            live: terminal && !options.quiet && !options.json,
        }
    }

    /// The same console, but for errors nothing shows.
    pub(crate) fn silent(&self) -> Console {
        Console { quiet: true, json: false, live: false, ..*self }
    }

    /// Text in a tone, for standard error.
    pub(crate) fn tone(&self, tone: Tone, text: &str) -> String {
        paint(self.color, tone, text)
    }

    /// Text in a tone, for standard output.
    pub(crate) fn tone_out(&self, tone: Tone, text: &str) -> String {
        paint(self.color_out, tone, text)
    }

    /// A result. A reader that has gone away is not an error.
    pub(crate) fn result(&self, text: &str) {
        let mut out = std::io::stdout().lock();
        let _ = writeln!(out, "{text}").and_then(|()| out.flush());
    }

    /// A result as one line of JSON.
    pub(crate) fn json_line(&self, value: &impl serde::Serialize) {
        match serde_json::to_string(value) {
            Ok(line) => self.result(&line),
            Err(error) => self.error(&format!("a result cannot be written as JSON: {error}"), None),
        }
    }

    /// A remark to people.
    pub(crate) fn say(&self, text: &str) {
        if !self.quiet && !self.json {
            eprintln!("{text}");
        }
    }

    /// Part of a line to people, for questions.
    pub(crate) fn ask(&self, text: &str) {
        eprint!("{text}");
        let _ = std::io::stderr().flush();
    }

    /// An error with its way out.
    pub(crate) fn error(&self, message: &str, hint: Option<&str>) {
        if self.json {
            self.json_line(&serde_json::json!({ "event": "error", "message": message, "hint": hint }));
            return;
        }
        eprintln!("{} {message}", self.tone(Tone::Bad, "error:"));
        if let Some(hint) = hint {
            eprintln!("  {} {hint}", self.tone(Tone::Good, "hint:"));
        }
    }

    /// A warning.
    pub(crate) fn warn(&self, message: &str) {
        if !self.json && !self.quiet {
            eprintln!("{} {message}", self.tone(Tone::Warn, "warning:"));
        }
    }

    /// A fault.
    pub(crate) fn fault(&self, fault: &Fault) {
        self.error(&fault.to_string(), fault.hint_text());
    }

    /// Problems of a document, each with its line.
    pub(crate) fn problems(&self, problems: &[Problem]) {
        for problem in problems {
            if self.json {
                self.json_line(&serde_json::json!({ "event": "problem", "problem": problem }));
                continue;
            }
            let place = problem.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
            eprintln!(
                "{} {}{}",
                self.tone(Tone::Bad, "error:"),
                self.tone(Tone::Strong, &place),
                problem.message
            );
            if let Some(place) = &problem.place
                && let Some(line) = source_line(&place.file, place.line)
            {
                let number = place.line.to_string();
                let pad = " ".repeat(number.len());
                eprintln!("  {} {line}", self.tone(Tone::Quiet, &format!("{number} |")));
                let before = " ".repeat(place.column.saturating_sub(1));
                eprintln!(
                    "  {} {before}{}",
                    self.tone(Tone::Quiet, &format!("{pad} |")),
                    self.tone(Tone::Bad, "^")
                );
            }
            if let Some(hint) = &problem.hint {
                eprintln!("  {} {hint}", self.tone(Tone::Good, "hint:"));
            }
        }
    }
}

/// A line of a file, cut to what fits a screen. Environment variables have no file, so no secret is shown.
fn source_line(file: &str, line: usize) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().nth(line.checked_sub(1)?)?;
    (line.chars().count() <= 160).then(|| line.replace('\t', " "))
}

/// A number with thin groups of three digits.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A size in bytes, in words.
pub(crate) fn bytes(number: u64) -> String {
    let mut size = number as f64;
    for unit in ["B", "kB", "MB", "GB"] {
        if size < 1000.0 {
            return if unit == "B" { format!("{size:.0} {unit}") } else { format!("{size:.1} {unit}") };
        }
        size /= 1000.0;
    }
    format!("{size:.1} TB")
}

/// Seconds, in words.
pub(crate) fn seconds(seconds: f64) -> String {
    match seconds {
        s if s < 1.0 => format!("{:.0} ms", s * 1000.0),
        s if s < 60.0 => format!("{s:.2} s"),
        s => format!("{:.0} min {:02.0} s", (s / 60.0).floor(), s % 60.0),
    }
}
