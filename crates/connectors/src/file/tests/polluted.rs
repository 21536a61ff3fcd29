//! One table, written in the ways in which people and programs spoil CSV files: nothing is read wrongly in silence, and
//! nearly everything is read.

use super::*;

/// Rows of the clean table.
const ROWS: usize = 200;

/// The table as it is meant: names, and rows as they are read from a clean file.
fn clean() -> Vec<[String; 6]> {
    let names = ["Zoé", "Anne-Marie", "O'Neil", "Li, Wei", "Karl \"K\" Dör", "Élodie"];
    (0..ROWS)
        .map(|row| {
            let note = if row % 3 == 0 { "" } else { "livré; payé" };
            [
                (1000 + row).to_string(),
                names[row % names.len()].to_owned(),
                format!("{}.{:02}", row * 37 % 5000, row * 7 % 100),
                format!("2025-{:02}-{:02}", row % 12 + 1, row % 28 + 1),
                if row % 2 == 0 { "true" } else { "false" }.to_owned(),
                note.to_owned(),
            ]
        })
        .collect()
}

const NAMES: [&str; 6] = ["id", "name", "amount", "day", "paid", "note"];

/// How a file is written.
#[derive(Clone, Copy)]
struct Style {
    delimiter: char,
    quote: char,
    backslash: bool,
    end: &'static str,
    /// Numbers, dates and words as in France.
    french: bool,
    /// Every text in quotes.
    quote_all: bool,
}

const PLAIN: Style =
    Style { delimiter: ',', quote: '"', backslash: false, end: "\n", french: false, quote_all: false };

impl Style {
    fn field(self, text: &str) -> String {
        let special = [self.delimiter, self.quote, '\n', '\r', '"'];
        let needs_quotes = text.contains(special) || (self.backslash && text.contains('\\'));
        if !needs_quotes && (!self.quote_all || text.is_empty()) {
            return text.to_owned();
        }
        let quote = self.quote.to_string();
        let inside = match self.backslash {
            true => text.replace('\\', "\\\\").replace(&quote, &format!("\\{quote}")),
            false => text.replace(&quote, &quote.repeat(2)),
        };
        format!("{quote}{inside}{quote}")
    }

    fn row(self, row: &[String; 6]) -> String {
        let mut row = row.clone();
        if self.french {
            row[2] = row[2].replace('.', ",");
            let (year, rest) = row[3].split_at(4);
            row[3] = format!("{}/{}/{year}", &rest[4..], &rest[1..3]);
            row[4] = if row[4] == "true" { "oui" } else { "non" }.to_owned();
        }
        row.iter().map(|cell| self.field(cell)).collect::<Vec<_>>().join(&self.delimiter.to_string())
    }

    fn header(self) -> String {
        NAMES.map(|name| self.field(name)).join(&self.delimiter.to_string())
    }

    fn lines(self) -> Vec<String> {
        std::iter::once(self.header()).chain(clean().iter().map(|row| self.row(row))).collect()
    }

    fn file(self) -> Vec<u8> {
        joined(&self.lines(), self.end)
    }
}

fn joined(lines: &[String], end: &str) -> Vec<u8> {
    lines.iter().flat_map(|line| [line.as_str(), end]).collect::<String>().into_bytes()
}

/// Every way to spoil the file, by name, and how many rows may be lost to quarantine.
fn spoiled() -> Vec<(&'static str, Vec<u8>, usize)> {
    let mut all = Vec::new();
    let mut add = |name, bytes, lost| all.push((name, bytes, lost));
    add("clean", PLAIN.file(), 0);
    let french = Style { delimiter: ';', french: true, ..PLAIN };
    for (name, style) in [
        ("semicolons", Style { delimiter: ';', ..PLAIN }),
        ("tabs", Style { delimiter: '\t', ..PLAIN }),
        ("bars", Style { delimiter: '|', ..PLAIN }),
        ("carets", Style { delimiter: '^', ..PLAIN }),
        ("single quotes", Style { quote: '\'', quote_all: true, ..PLAIN }),
        ("backslashes", Style { backslash: true, ..PLAIN }),
        ("everything in quotes", Style { quote_all: true, ..PLAIN }),
        ("CRLF", Style { end: "\r\n", ..PLAIN }),
        ("CR", Style { end: "\r", ..PLAIN }),
        ("French", french),
        ("French with tabs", Style { delimiter: '\t', ..french }),
    ] {
        add(name, style.file(), 0);
    }
    let text = String::from_utf8(PLAIN.file()).unwrap();
    add("byte order mark", [b"\xef\xbb\xbf", text.as_bytes()].concat(), 0);
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    add("UTF-16", [&b"\xff\xfe"[..], &wide].concat(), 0);
    add("UTF-16 without mark", wide, 0);
    let single: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    add("Latin-1", single, 0);
    add("no last line end", text.trim_end().as_bytes().to_vec(), 0);
    add("sep=", format!("sep=,\r\n{text}").into_bytes(), 0);

    let lines = PLAIN.lines();
    let each = |change: &dyn Fn(usize, &str) -> String| {
        let changed: Vec<String> = lines.iter().enumerate().map(|(at, line)| change(at, line)).collect();
        joined(&changed, "\n")
    };
    add("mixed line ends", each(&|at, line| format!("{line}{}", if at % 3 == 0 { "\r" } else { "" })), 0);
    add("titles above", format!("Report of March\nby: the office\n\n{text}").into_bytes(), 0);
    add("titles with delimiters", format!("Report of March,,,,,\n,,,,,\n{text}").into_bytes(), 0);
    add(
        "comments",
        each(&|at, line| if at % 40 == 7 { format!("# part {at}\n{line}") } else { line.into() }),
        0,
    );
    add("empty lines", each(&|at, line| if at % 9 == 2 { format!("{line}\n\n") } else { line.into() }), 0);
    add(
        "repeated names",
        each(&|at, line| if at == 100 { format!("{}\n{line}", lines[0]) } else { line.into() }),
        0,
    );
    add("trailing delimiters", each(&|_, line| format!("{line},")), 0);
    add(
        "trailing delimiters but in the names",
        each(&|at, line| if at == 0 { line.into() } else { format!("{line},") }),
        0,
    );
    add("total", format!("{text}Total,,93.00,,,\n").into_bytes(), 0);
    add(
        "null words",
        each(&|at, line| {
            if at % 50 == 3 { line.replacen(&format!("{}", 1000 + at - 1), "n/a", 1) } else { line.into() }
        }),
        0,
    );
    add(
        "an unquoted delimiter",
        each(&|at, line| if at % 60 == 4 { format!("{line},x") } else { line.into() }),
        4,
    );
    add(
        "a missing field",
        each(&|at, line| if at % 60 == 4 { line[..line.rfind(',').unwrap()].into() } else { line.into() }),
        4,
    );
    add(
        "a missing quote",
        each(&|at, line| if at % 60 == 4 { line.replacen('"', "", 1) } else { line.into() }),
        4,
    );
    add(
        "a quote too many",
        each(&|at, line| if at % 60 == 4 { line.replacen(",", ",\"", 1) } else { line.into() }),
        4,
    );
    add(
        "quotes that are not doubled",
        each(&|at, line| if at % 60 == 5 { line.replace("\"\"", "\"") } else { line.into() }),
        4,
    );
    add("a row cut off", text.as_bytes()[..text.len() - 20].to_vec(), 1);
    let mut broken = text.clone().into_bytes();
    let at = broken.iter().position(|byte| *byte == b'Z').unwrap();
    broken[at] = 0xe9;
    add("a byte that is not UTF-8", broken, 1);
    add("names missing", joined(&lines[1..], "\n"), 0);
    all
}

#[tokio::test]
async fn spoiled_files_are_read_or_set_apart_and_never_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let expected: Vec<String> = clean()
        .iter()
        .map(|row| {
            let note = if row[5].is_empty() { "∅".to_owned() } else { row[5].clone() };
            [&row[..5], &[note]].concat().join(" | ")
        })
        .collect();
    let mut failures = Vec::new();
    let (mut recovered, mut all) = (0, 0);
    for (name, bytes, lost) in spoiled() {
        write_file(folder.path(), "f.csv", bytes);
        let read = match try_read(folder.path(), json!({ "path": "f.csv" })).await {
            Ok(read) => read,
            Err(fault) => {
                failures.push(format!("{name}: {fault}"));
                continue;
            }
        };
        let rows = read.rows();
        let rest = |row: &str| row.split_once(" | ").map(|(_, rest)| rest.to_owned());
        let is_right = |row: &&String| {
            // A word for no value stands in the place of an id; all else is as it was.
            let is_without_id = name == "null words" && row.starts_with("∅ | ");
            expected.contains(row)
                || (is_without_id && expected.iter().any(|known| rest(known) == rest(row.as_str())))
        };
        let wrong: Vec<&String> = rows.iter().filter(|row| !is_right(row)).collect();
        let right = rows.len() - wrong.len();
        recovered += right;
        all += ROWS;
        if !wrong.is_empty() || right + lost < ROWS || (lost == 0 && !read.rejects.is_empty()) {
            let first: Vec<_> = wrong.iter().take(2).collect();
            let rejects: Vec<_> = read.rejects.iter().take(2).map(|one| (&one.place, &one.reason)).collect();
            failures.push(format!(
                "{name}: {right} right, {} wrong {first:?}, {} set apart {rejects:?}, columns {:?}, {:?}",
                wrong.len(),
                read.rejects.len(),
                read.columns(),
                read.info.notes,
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(recovered * 100 >= all * 95, "{recovered} of {all} rows");
}
