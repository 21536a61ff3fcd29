//! Which characters structure a file, found from its first rows.
//!
//! Every combination of delimiter and quote is tried. A good one gives most rows the same number of fields, leaves no text
//! behind closing quotes, and cuts out values that look like numbers, dates and words rather than parts of them.

use super::settings::CsvSettings;
use super::tokenize::{Dialect, Next, Span, Tokenizer};
use crate::file::infer::Evidence;

/// Rows that are tried.
const SAMPLE_ROWS: usize = 200;

/// Delimiters that are tried, the likeliest first.
const DELIMITERS: [u8; 8] = [b',', b';', b'\t', b'|', b'^', b'~', 0x1f, 0x1e];

/// Delimiters that occur in values as well, and count only where every row has the same fields.
const RARE: [u8; 2] = [b':', b' '];

/// A dialect, and what speaks for it.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) dialect: Dialect,
    pub(super) evidence: String,
    /// Bytes of a first line that only names the delimiter, such as `sep=;`.
    pub(super) skip: usize,
}

/// What a dialect makes of the sample.
struct Trial {
    dialect: Dialect,
    score: f64,
    rows: usize,
    /// Rows with the usual number of fields.
    even: usize,
    width: usize,
}

/// Finds what is not given. `ended` says that the sample is the whole file; `tabs`, that its name speaks for tabs.
pub(super) fn find(sample: &[u8], ended: bool, settings: &CsvSettings, tabs: bool) -> Found {
    let (named, skip) = named_delimiter(sample);
    let body = &sample[skip..];
    let given = settings.delimiter.or(named);
    let delimiters: Vec<u8> = match given {
        Some(given) => vec![given],
        None if tabs => vec![b'\t'],
        None => DELIMITERS.iter().chain(&RARE).copied().collect(),
    };
    let quotes: Vec<(Option<u8>, bool)> = match (settings.quote, settings.backslash) {
        (Some(quote), backslash) => {
            let other = memchr::memmem::find(body, br#"\""#).is_some() && quote.is_some();
            let both = [(quote, false), (quote, true)];
            let wanted =
                |(_, slash): &(Option<u8>, bool)| backslash.map_or(!slash || other, |given| *slash == given);
            both.into_iter().filter(wanted).collect()
        }
        (None, backslash) => {
            let mut all = Vec::new();
            for quote in [b'"', b'\''] {
                if quote == b'\'' && !is_wrapped(body, quote) {
                    continue;
                }
                let has_slash = memchr::memmem::find(body, &[b'\\', quote]).is_some();
                if backslash != Some(true) {
                    all.push((Some(quote), false));
                }
                if backslash == Some(true) || (backslash.is_none() && has_slash) {
                    all.push((Some(quote), true));
                }
            }
            all
        }
    };
    let comment = settings.comment.flatten();
    let mut best: Option<Trial> = None;
    for delimiter in &delimiters {
        for (quote, backslash) in &quotes {
            let quote = quote.filter(|quote| quote != delimiter);
            let dialect = Dialect { delimiter: *delimiter, quote, backslash: *backslash, comment };
            let trial = attempt(body, ended, dialect, delimiters.len() == 1);
            if best.as_ref().is_none_or(|best| trial.score > best.score) {
                best = Some(trial);
            }
        }
    }
    let fallback = Dialect { delimiter: b',', quote: Some(b'"'), backslash: false, comment };
    let Some(mut best) = best else {
        return Found { dialect: fallback, evidence: "given".into(), skip };
    };
    if settings.comment.is_none() {
        best.dialect.comment = comment_of(body, ended, best.dialect, best.width);
    }
    let evidence = if settings.delimiter.is_some() {
        "given".to_owned()
    } else if named.is_some() {
        "the first line names it".into()
    } else if best.width < 2 {
        "no character splits the rows; there is one column".into()
    } else {
        format!("{} of the first {} rows have {} fields", best.even, best.rows, best.width)
    };
    Found { dialect: best.dialect, evidence, skip }
}

/// The delimiter that Excel's first line `sep=;` names, and the bytes of that line.
fn named_delimiter(sample: &[u8]) -> (Option<u8>, usize) {
    let Some(rest) = sample.strip_prefix(b"sep=").or_else(|| sample.strip_prefix(b"\"sep=")) else {
        return (None, 0);
    };
    let Some((delimiter, behind)) = rest.split_first().filter(|(byte, _)| byte.is_ascii() && **byte != b'\n')
    else {
        return (None, 0);
    };
    let behind = behind.strip_prefix(b"\"").unwrap_or(behind);
    let end = match behind {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => return (None, 0),
    };
    (Some(*delimiter), sample.len() - behind.len() + end)
}

/// Whether some value seems to stand in these quotes: one stands behind the start of a line or a delimiter, one before.
fn is_wrapped(body: &[u8], quote: u8) -> bool {
    let is_border = |byte: Option<&u8>| byte.is_none_or(|byte| b"\r\n,;\t|".contains(byte));
    let places: Vec<usize> = memchr::memchr_iter(quote, body).take(1000).collect();
    let opens = places.iter().filter(|at| is_border(at.checked_sub(1).and_then(|at| body.get(at)))).count();
    let closes = places.iter().filter(|at| is_border(body.get(**at + 1))).count();
    opens > 0 && closes > 0 && opens * 3 >= places.len()
}

fn attempt(body: &[u8], ended: bool, dialect: Dialect, is_given: bool) -> Trial {
    let mut tokenizer = Tokenizer::new(body, dialect, false);
    let mut rows: Vec<Vec<Span>> = Vec::new();
    let (mut flaws, mut spans) = (0, Vec::new());
    while rows.len() < SAMPLE_ROWS
        && let Next::Record(record) = tokenizer.next(&mut spans)
    {
        // The last row of a sample may be cut off.
        if !ended && (tokenizer.ran_out() || (tokenizer.position() >= body.len() && !rows.is_empty())) {
            break;
        }
        flaws += usize::from(record.flaw.is_some());
        rows.push(std::mem::take(&mut spans));
    }
    let width = usual(rows.iter().map(Vec::len));
    let even = rows.iter().filter(|row| row.len() == width).count();
    let count = rows.len().max(1) as f64;
    let trial = Trial { dialect, score: 0.0, rows: rows.len(), even, width };
    if width < 2 {
        let first = flaws as f64 / count;
        return Trial { score: 0.1 * (1.0 - first), ..trial };
    }
    let share = even as f64 / count;
    let mut looks = Looks::default();
    for row in rows.iter().filter(|row| row.len() == width) {
        for span in row {
            looks.add(span, body);
        }
    }
    if RARE.contains(&dialect.delimiter)
        && !is_given
        && (share < 1.0 || width < 3 || looks.typed() < 0.4 || rows.len() < 3)
    {
        return trial;
    }
    let score = share
        * share
        * (1.0 - flaws as f64 / count)
        * (1.0 + looks.typed())
        * (1.0 - 0.3 * looks.spaced())
        * (1.0 + 0.2 * looks.quoted())
        * (1.0 + 0.05 * (width as f64).ln());
    Trial { score, ..trial }
}

/// The number that occurs most often; of equals, the larger.
pub(super) fn usual(counts: impl Iterator<Item = usize>) -> usize {
    let mut times: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
    for count in counts {
        *times.entry(count).or_default() += 1;
    }
    times.into_iter().max_by_key(|(_, times)| *times).map_or(0, |(count, _)| count)
}

/// How the values look that a dialect cuts out.
#[derive(Default)]
struct Looks {
    filled: usize,
    typed: usize,
    spaced: usize,
    quoted: usize,
}

impl Looks {
    fn add(&mut self, span: &Span, body: &[u8]) {
        let bytes = span.bytes(body);
        if bytes.is_empty() {
            return;
        }
        self.filled += 1;
        self.spaced += usize::from(bytes[0] == b' ');
        self.quoted += usize::from(span.is_quoted());
        let mut evidence = Evidence::default();
        evidence.observe(bytes, || 0);
        self.typed += usize::from(!evidence.is_text());
    }

    fn share(&self, count: usize) -> f64 {
        count as f64 / self.filled.max(1) as f64
    }

    fn typed(&self) -> f64 {
        self.share(self.typed)
    }

    fn spaced(&self) -> f64 {
        self.share(self.spaced)
    }

    fn quoted(&self) -> f64 {
        self.share(self.quoted)
    }
}

/// `#`, when lines begin with it that do not have the fields of a row.
fn comment_of(body: &[u8], ended: bool, dialect: Dialect, width: usize) -> Option<u8> {
    memchr::memchr(b'#', body)?;
    let mut tokenizer = Tokenizer::new(body, dialect, false);
    let (mut rows, mut marked, mut odd) = (0, 0, 0);
    let mut spans = Vec::new();
    while rows < SAMPLE_ROWS
        && let Next::Record(record) = tokenizer.next(&mut spans)
    {
        if tokenizer.ran_out() && !ended {
            break;
        }
        rows += 1;
        if body.get(record.start as usize) == Some(&b'#') {
            marked += 1;
            odd += usize::from(spans.len() != width || width == 1);
        }
        spans.clear();
    }
    (odd > 0 && odd == marked && marked * 2 < rows).then_some(b'#')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Dialect {
        find(text.as_bytes(), true, &CsvSettings::default(), false).dialect
    }

    #[test]
    fn delimiters_are_found() {
        let check = |text: &str| char::from(found(text).delimiter);
        assert_eq!(check("a,b\n1,2\n"), ',');
        assert_eq!(check("a;b\n1,5;2,6\n"), ';');
        assert_eq!(check("a;b\n1,5;2,6\n2,5;3,6\n1,1;9,1\n"), ';');
        assert_eq!(check("a\tb\n1, 2\t3\n"), '\t');
        assert_eq!(check("a|b|c\n1,1|2|3\n"), '|');
        assert_eq!(check("a\n1\n2\n"), ',');
        assert_eq!(check("\"a;b\",c\n\"d;e\",f\n"), ',');
        assert_eq!(check("nom;adresse, ville\nA;rue B, Lyon\nC;rue D, Paris\n"), ';');
        assert_eq!(check("at\n2025-01-01 10:00:00\n2025-01-01 11:00:00\n2025-01-01 12:00:00\n"), ',');
        assert_eq!(check("Export de mars\n\na;b;c\n1;2;3\n4;5;6\n"), ';');
        assert_eq!(check("sep=|\na|b;c\n1|2;3\n"), '|');
        assert_eq!(check("x y z\n1 2 3\n4 5 6\n7 8 9\n"), ' ');
    }

    #[test]
    fn quotes_and_their_escapes_are_found() {
        let check = |text: &str| (found(text).quote.map(char::from), found(text).backslash);
        assert_eq!(check("a,b\n\"x,y\",1\n"), (Some('"'), false));
        assert_eq!(check("a,b\n'x,y',1\n'z','2'\n"), (Some('\''), false));
        assert_eq!(check("a,b\n\"x \\\"y\\\" z\",1\n"), (Some('"'), true));
        assert_eq!(check("a,b\nl'eau,d'or\n"), (Some('"'), false));
        assert_eq!(check("a,b\n\"C:\\\",1\n\"D:\\\",2\n"), (Some('"'), false));
    }

    #[test]
    fn comments_are_told_from_names() {
        assert_eq!(found("# made by hand\na,b\n1,2\n# more\n3,4\n").comment, Some(b'#'));
        assert_eq!(found("#a,b\n1,2\n3,4\n").comment, None);
        assert_eq!(found("a,b\n#1,2\n#3,4\n").comment, None);
    }
}
