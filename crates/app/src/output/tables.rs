//! Tables for people: the report of a run, rows of a preview, columns of a schema.

use arrow::array::RecordBatch;
use arrow::datatypes::Schema;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use towpath_connect::ChangeKind;
use towpath_connect::types::describe;
use towpath_engine::checks::{Outcome as CheckOutcome, Severity};
use towpath_engine::report::{RunReport, RunState, SampleChange, SampleValue};

use super::{Console, Tone, bytes, count, seconds};

/// Longest text of a cell in a preview, in characters.
const CELL_CHARS: usize = 40;

/// Lines of a table whose columns are as wide as needed. `right` says which columns are numbers.
pub(crate) fn layout(header: &[&str], rows: &[Vec<String>], right: &[bool]) -> Vec<String> {
    let mut widths: Vec<usize> = header.iter().map(|cell| width(cell)).collect();
    for row in rows {
        for (index, cell) in row.iter().enumerate() {
            widths[index] = widths[index].max(width(cell));
        }
    }
    let line = |cells: &[String]| {
        let padded = cells.iter().enumerate().map(|(index, cell)| {
            let space = " ".repeat(widths[index].saturating_sub(width(cell)));
            if right.get(index) == Some(&true) { format!("{space}{cell}") } else { format!("{cell}{space}") }
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let header: Vec<String> = header.iter().map(|cell| (*cell).to_owned()).collect();
    std::iter::once(line(&header)).chain(rows.iter().map(|row| line(row))).collect()
}

fn width(text: &str) -> usize {
    // Wide characters (East Asian, emoji) take two cells on terminals.
    text.chars().map(|c| if matches!(c as u32, 0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xff00..=0xff60 | 0x1f300..=0x1faff) { 2 } else { 1 }).sum()
}

/// The end of a run: what happened to the rows of every node, and the sentence that says it all.
pub(crate) fn report(console: &Console, report: &RunReport, quarantine: Option<&str>) {
    let blank_or = |number: u64| if number == 0 { "·".to_owned() } else { count(number) };
    let rows: Vec<Vec<String>> = report
        .nodes
        .iter()
        .map(|node| {
            vec![
                node.node.clone(),
                format!("{} {}", node.role, node.kind),
                count(node.read),
                count(node.written),
                blank_or(node.filtered),
                blank_or(node.deduplicated),
                blank_or(node.quarantined),
                seconds(node.seconds),
            ]
        })
        .collect();
    let header = ["node", "kind", "read", "written", "filtered", "deduplicated", "quarantined", "time"];
    let lines = layout(&header, &rows, &[false, false, true, true, true, true, true, true]);
    for (index, line) in lines.iter().enumerate() {
        console.say(&if index == 0 { console.tone(Tone::Quiet, line) } else { line.clone() });
    }
    for node in &report.nodes {
        for note in &node.notes {
            console.say(&console.tone(Tone::Quiet, &format!("  {}: {note}", node.node)));
        }
    }
    for node in &report.nodes {
        for alert in &node.alerts {
            console.say(&format!(
                "  {} {}: {}, due since {}",
                console.tone(Tone::Warn, "missing:"),
                node.node,
                alert.what,
                alert.since
            ));
        }
    }
    let written: u64 =
        report.nodes.iter().filter(|node| node.role == "destination").map(|node| node.written).sum();
    let memory = peak_memory().map(|peak| format!(" · peak memory {}", bytes(peak))).unwrap_or_default();
    let facts = format!("{} rows written in {}{memory}", count(written), seconds(report.seconds));
    changes(console, report);
    checks(console, report);
    match report.state {
        RunState::Done | RunState::DoneWithQuarantine if report.dry => {
            let done = console.tone(Tone::Good, "dry run:");
            console.say(&format!("{done} nothing was written; it took {}", seconds(report.seconds)));
            if report.quarantined > 0 {
                console.say(&format!("  {} rows would go to quarantine", count(report.quarantined)));
            }
        }
        RunState::Done if report.warnings() > 0 => {
            console.say(&format!("{} {facts}", console.tone(Tone::Warn, "done, with warnings:")));
        }
        RunState::Done => console.say(&format!("{} {facts}", console.tone(Tone::Good, "done:"))),
        RunState::DoneWithQuarantine => {
            console.say(&format!("{} {facts}", console.tone(Tone::Warn, "done, with losses:")));
            let plural = if report.quarantined == 1 { "row is" } else { "rows are" };
            console.say(&format!("  {} {plural} in quarantine", count(report.quarantined)));
            if let Some(command) = quarantine {
                console.say(&format!("  {} {command}", console.tone(Tone::Good, "see them:")));
            }
        }
        RunState::Failed | RunState::Cancelled => {
            if let Some(fault) = &report.fault {
                console.error(&fault.message, fault.hint.as_deref());
            }
            let committed = report.nodes.iter().any(|node| node.role == "destination" && node.written > 0);
            if !committed && !report.resumable {
                console.say("  nothing was written");
            } else if !committed {
                console.say("  nothing is visible; the parts that are done wait in a staging place");
            }
        }
    }
}

/// Expectations that do not hold, each with the rows that break it.
fn checks(console: &Console, report: &RunReport) {
    let (mut all, mut held) = (0, 0);
    for node in &report.nodes {
        for check in &node.checks {
            all += 1;
            held += usize::from(check.outcome == CheckOutcome::Held);
            if check.outcome != CheckOutcome::Broken {
                continue;
            }
            let (tone, word) = match check.severity {
                Severity::Warn => (Tone::Warn, "warning:"),
                Severity::Quarantine => (Tone::Warn, "quarantine:"),
                Severity::Fail => (Tone::Bad, "failed:"),
            };
            let found = match &check.finding {
                Some(finding) => finding.clone(),
                None => format!("{} of {} rows break it", count(check.failures), count(check.checked)),
            };
            let name = check_name(&node.node);
            console.say(&format!("  {} {name}: {}: {found}", console.tone(tone, word), check.expectation));
            for sample in &check.samples {
                let values = sample.values.iter().map(|(column, value)| {
                    format!("{column}: {}", value.as_deref().map_or("null".to_owned(), shorten))
                });
                let place = sample.place.as_ref().map(|place| format!("{place}  ")).unwrap_or_default();
                let line = format!("    {place}{}", values.collect::<Vec<_>>().join(", "));
                console.say(&console.tone(Tone::Quiet, &line));
            }
        }
    }
    if all > 0 {
        console.say(&format!("  {held} of {all} expectations hold"));
    }
}

/// The node as people wrote it: expectations of a destination are checked by a node before it.
fn check_name(node: &str) -> &str {
    node.strip_suffix(":expect").unwrap_or(node)
}

/// What changed, or would change, in the tables.
fn changes(console: &Console, report: &RunReport) {
    for node in &report.nodes {
        let Some(changes) = &node.changes else {
            if report.dry && node.role == "destination" && report.fault.is_none() {
                let rows = count(node.written);
                console.say(&format!(
                    "  {}: {rows} rows would be written; it cannot tell what changes",
                    node.node
                ));
            }
            continue;
        };
        let numbers = [
            (changes.inserted, "new"),
            (changes.updated, "changed"),
            (changes.deleted, "deleted"),
            (changes.unchanged, "unchanged"),
        ];
        let told: Vec<String> = numbers
            .iter()
            .filter(|(rows, _)| *rows > 0)
            .map(|(rows, word)| format!("{} {word}", count(*rows)))
            .collect();
        if !told.is_empty() {
            console.say(&format!("  {}: {}", node.node, told.join(" · ")));
        }
        for sample in &node.samples {
            console.say(&console.tone(Tone::Quiet, &format!("    {}", shown(sample))));
        }
    }
}

/// A changed row on one line: `~ id=7  name: blue → green`.
fn shown(sample: &SampleChange) -> String {
    let value = |value: &Option<String>| value.as_deref().map_or("null".to_owned(), shorten);
    let key: Vec<String> = sample.key.iter().map(|(column, at)| format!("{column}={}", value(at))).collect();
    let (sign, values): (char, Vec<String>) = match sample.kind {
        ChangeKind::Inserted => ('+', each(sample, |one| value(&one.after))),
        ChangeKind::Deleted => ('-', each(sample, |one| value(&one.before))),
        ChangeKind::Updated => {
            ('~', each(sample, |one| format!("{} → {}", value(&one.before), value(&one.after))))
        }
    };
    format!("{sign} {}  {}", key.join(" "), values.join(", "))
}

fn each(sample: &SampleChange, show: impl Fn(&SampleValue) -> String) -> Vec<String> {
    sample.values.iter().map(|one| format!("{}: {}", one.column, show(one))).collect()
}

/// The most memory this process ever held, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

/// Rows as a table with types under the names.
pub(crate) fn rows(schema: &Schema, batches: &[RecordBatch]) -> Vec<String> {
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    let options = FormatOptions::default().with_null("·");
    let mut cells = vec![schema.fields().iter().map(|field| describe(field)).collect::<Vec<_>>()];
    for batch in batches {
        let formatters: Vec<_> =
            batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &options)).collect();
        for row in 0..batch.num_rows() {
            let line = formatters.iter().map(|formatter| match formatter {
                Ok(formatter) => shorten(&formatter.value(row).to_string()),
                Err(_) => "?".to_owned(),
            });
            cells.push(line.collect());
        }
    }
    let right: Vec<bool> = schema.fields().iter().map(|field| field.data_type().is_numeric()).collect();
    layout(&names, &cells, &right)
}

/// Text on one line, cut to what a cell shows.
pub(crate) fn shorten(text: &str) -> String {
    let line: String =
        text.chars().map(|c| if c.is_control() { '␤' } else { c }).take(CELL_CHARS + 1).collect();
    match line.chars().count() > CELL_CHARS {
        true => format!("{}…", line.chars().take(CELL_CHARS - 1).collect::<String>()),
        false => line,
    }
}

/// The columns of a schema: name, type, whether empty values are allowed, key.
pub(crate) fn columns(schema: &Schema, key: &[String]) -> Vec<String> {
    let cells: Vec<Vec<String>> = schema
        .fields()
        .iter()
        .map(|field| {
            let is_key = key.contains(field.name());
            let remark = match (is_key, field.is_nullable()) {
                (true, _) => "key",
                (false, false) => "never empty",
                (false, true) => "",
            };
            vec![format!("  {}", field.name()), describe(field), remark.to_owned()]
        })
        .collect();
    layout(&["", "", ""], &cells, &[]).split_off(1)
}
