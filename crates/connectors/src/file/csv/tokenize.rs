//! The tokenizer: from bytes to the places of fields, without copying any.
//!
//! The text is looked at in blocks of 64 bytes. Word-wide arithmetic marks the bytes that mean something (delimiter,
//! quote, line ends) as bits of one mask; a small state machine then steps from mark to mark, so plain text between
//! them costs nothing.
//!
//! Rules: RFC 4180, and what real files need beyond it. A line ends with LF, CRLF or CR, mixed at will. A quote opens
//! a quoted field only as the first byte of the field; anywhere else it is text. Inside quotes a doubled quote stands
//! for one, and where the dialect has a backslash, so does a quote behind one. Text between a closing quote and the
//! delimiter makes the row bad, because any reading of it is a guess. A bad row ends where the line ends on which its bad
//! field begins: a quote that is missing costs one row, not all that follow.
//!
//! Input is a piece of a file that begins at the start of a record and, but for the last piece, ends at the end of
//! one ([`super::cut`]). Pieces stay below 2^30 bytes, so a place fits a `u32` with two bits to spare.

use super::marks::Marks;

/// The characters that structure a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::file) struct Dialect {
    pub(in crate::file) delimiter: u8,
    /// `None` when quotes have no meaning.
    pub(in crate::file) quote: Option<u8>,
    /// A backslash in quotes takes the meaning of what follows it.
    pub(in crate::file) backslash: bool,
    /// Lines that begin with this byte are no rows.
    pub(in crate::file) comment: Option<u8>,
}

impl Dialect {
    /// Appends a field that was in quotes as it is meant.
    pub(super) fn unescape(self, field: &[u8], plain: &mut Vec<u8>) {
        let quote = self.quote.unwrap_or(b'"');
        let mut rest = field;
        let next = |rest: &[u8]| match self.backslash {
            true => memchr::memchr2(b'\\', quote, rest),
            false => memchr::memchr(quote, rest),
        };
        while let Some(at) = next(rest) {
            // The second of two, or what stands behind the backslash, is meant.
            let kept = rest.get(at + 1).unwrap_or(&rest[at]);
            plain.extend_from_slice(&rest[..at]);
            plain.push(*kept);
            rest = rest.get(at + 2..).unwrap_or_default();
        }
        plain.extend_from_slice(rest);
    }
}

/// The place of a field in its piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    start: u32,
    /// The length, shifted by two; bit 0: was quoted; bit 1: has doubled quotes.
    length: u32,
}

impl Span {
    fn new(start: usize, end: usize, quoted: bool, doubled: bool) -> Self {
        let flags = u32::from(quoted) | u32::from(doubled) << 1;
        Span { start: start as u32, length: ((end - start) as u32) << 2 | flags }
    }

    /// The bytes of the field, without its quotes; doubled quotes are still doubled.
    #[inline]
    pub(super) fn bytes(self, data: &[u8]) -> &[u8] {
        let start = self.start as usize;
        &data[start..start + (self.length >> 2) as usize]
    }

    /// The same place in a text that has so many bytes before.
    pub(super) fn moved(self, bytes: usize) -> Span {
        Span { start: self.start + bytes as u32, ..self }
    }

    pub(super) fn is_quoted(self) -> bool {
        self.length & 1 != 0
    }

    /// The field holds doubled quotes that stand for single ones.
    #[inline]
    pub(super) fn is_doubled(self) -> bool {
        self.length & 2 != 0
    }
}

/// What is wrong with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// A quoted value that never ends, or that text follows. Which of the two it is may depend on what comes lines later.
    Quotes,
}

/// One record: its line, its bytes, its fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Record {
    /// Line on which it begins; 0 is the first line of the piece.
    pub(super) line: u32,
    /// First byte.
    pub(super) start: u32,
    /// End, without the line end.
    pub(super) end: u32,
    pub(super) flaw: Option<Flaw>,
}

/// How a search for the next record ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Record(Record),
    /// No record is left.
    End,
}

/// Steps through the records of one piece.
#[derive(Debug)]
pub(super) struct Tokenizer<'a> {
    data: &'a [u8],
    marks: Marks<'a>,
    dialect: Dialect,
    /// Start of the next record.
    at: usize,
    /// Line of the next record.
    line: u32,
    /// Empty lines are rows of one empty field, not gaps.
    empty_lines_count: bool,
    /// The text ended in quotes.
    ran_out: bool,
}

impl<'a> Tokenizer<'a> {
    /// A tokenizer at the start of `data`. In a file with a single column an empty line is a row without a value.
    pub(super) fn new(data: &'a [u8], dialect: Dialect, empty_lines_count: bool) -> Self {
        Tokenizer {
            data,
            marks: Marks::new(data, dialect),
            dialect,
            at: 0,
            line: 0,
            empty_lines_count,
            ran_out: false,
        }
    }

    /// Lines stepped over so far.
    pub(super) fn lines(&self) -> u32 {
        self.line
    }

    /// Whether the text ended in quotes: of a part of a file, the last record and all after it are then guesses.
    pub(super) fn ran_out(&self) -> bool {
        self.ran_out
    }

    /// Start of the next record.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Appends the fields of the next record to `spans`.
    #[inline]
    pub(super) fn next(&mut self, spans: &mut Vec<Span>) -> Next {
        let data = self.data;
        loop {
            let (line, start) = (self.line, self.at);
            if start >= data.len() {
                return Next::End;
            }
            if self.dialect.comment.is_some_and(|comment| data[start] == comment) {
                self.skip_line(line, start);
                continue;
            }
            let mut field = start;
            loop {
                if self.dialect.quote.is_some_and(|quote| data.get(field) == Some(&quote)) {
                    let Some(closed) = self.quoted(field) else {
                        self.ran_out = true;
                        return self.give_up(line, start, field, Flaw::Quotes);
                    };
                    let after = closed.end + 1;
                    // The next mark that is not a quote ends the field; it should stand right here.
                    let stop = self.unquoted();
                    if stop.unwrap_or(data.len()) != after {
                        return self.give_up(line, start, field, Flaw::Quotes);
                    }
                    spans.push(Span::new(field + 1, closed.end, true, closed.doubled));
                    match stop {
                        Some(stop) if data[stop] == self.dialect.delimiter => field = stop + 1,
                        stop => return self.finish(line, start, stop, None),
                    }
                    continue;
                }
                match self.unquoted() {
                    Some(stop) if data[stop] == self.dialect.delimiter => {
                        spans.push(Span::new(field, stop, false, false));
                        field = stop + 1;
                    }
                    stop => {
                        let end = stop.unwrap_or(data.len());
                        if end == start && !self.empty_lines_count {
                            // An empty line: no record. Look at the next line.
                            self.finish(line, start, stop, None);
                            break;
                        }
                        spans.push(Span::new(field, end, false, false));
                        return self.finish(line, start, stop, None);
                    }
                }
            }
        }
    }

    /// Ends a bad record where the line of its bad field ends, and goes on behind it.
    #[cold]
    fn give_up(&mut self, line: u32, start: usize, field: usize, flaw: Flaw) -> Next {
        let rest = &self.data[field..];
        let stop = memchr::memchr2(b'\n', b'\r', rest).map(|at| field + at);
        self.line = line + count_lines(&self.data[start..field]);
        self.marks.seek(stop.unwrap_or(self.data.len()) + 1);
        self.finish(line, start, stop, Some(flaw))
    }

    /// Steps over a line that is no record.
    fn skip_line(&mut self, line: u32, start: usize) {
        let stop = memchr::memchr2(b'\n', b'\r', &self.data[start..]).map(|at| start + at);
        self.marks.seek(stop.unwrap_or(self.data.len()) + 1);
        self.finish(line, start, stop, None);
    }

    /// The next delimiter or line end.
    #[inline]
    fn unquoted(&mut self) -> Option<usize> {
        loop {
            let at = self.marks.next()?;
            if Some(self.data[at]) != self.dialect.quote {
                return Some(at);
            }
        }
    }

    /// Steps over the quoted field that opens at `open`.
    fn quoted(&mut self, open: usize) -> Option<Closed> {
        let quote = self.dialect.quote?;
        // The opening quote itself is the next mark.
        let opening = self.marks.next();
        debug_assert_eq!(opening, Some(open));
        let mut doubled = false;
        loop {
            let at = self.marks.next()?;
            match self.data[at] {
                byte if byte == quote => {
                    if self.dialect.backslash && is_escaped(&self.data[open + 1..at]) {
                        doubled = true;
                        continue;
                    }
                    if self.data.get(at + 1) != Some(&quote) {
                        doubled |= self.dialect.backslash && self.data[open..at].contains(&b'\\');
                        return Some(Closed { end: at, doubled });
                    }
                    doubled = true;
                    self.marks.next();
                }
                b'\n' => self.line += 1,
                b'\r' if self.data.get(at + 1) != Some(&b'\n') => self.line += 1,
                _ => {}
            }
        }
    }

    /// Ends the record at the line end `stop`, or at the end of the data.
    #[inline]
    fn finish(&mut self, line: u32, start: usize, stop: Option<usize>, flaw: Option<Flaw>) -> Next {
        let end = stop.unwrap_or(self.data.len());
        self.at = end + 1;
        if let Some(stop) = stop {
            self.line += 1;
            if self.data[stop] == b'\r' && self.data.get(stop + 1) == Some(&b'\n') {
                self.marks.next();
                self.at = stop + 2;
            }
        }
        Next::Record(Record { line, start: start as u32, end: end as u32, flaw })
    }
}

struct Closed {
    /// Place of the closing quote.
    end: usize,
    doubled: bool,
}

/// Whether what follows `before` has lost its meaning: behind an odd number of backslashes.
pub(super) fn is_escaped(before: &[u8]) -> bool {
    before.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

/// Number of line ends: LF, CRLF and CR count one each.
pub(in crate::file) fn count_lines(data: &[u8]) -> u32 {
    let feeds = memchr::memchr_iter(b'\n', data).count();
    let returns = memchr::memchr_iter(b'\r', data).filter(|at| data.get(at + 1) != Some(&b'\n')).count();
    (feeds + returns) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMA: Dialect = Dialect { delimiter: b',', quote: Some(b'"'), backslash: false, comment: None };

    fn rows(text: &str) -> Vec<Vec<String>> {
        let mut tokenizer = Tokenizer::new(text.as_bytes(), COMMA, false);
        let mut rows = Vec::new();
        loop {
            let mut spans = Vec::new();
            match tokenizer.next(&mut spans) {
                Next::Record(record) => {
                    let mut row: Vec<String> = spans
                        .iter()
                        .map(|span| String::from_utf8_lossy(span.bytes(text.as_bytes())).into_owned())
                        .collect();
                    if record.flaw.is_some() {
                        row.push("FLAW".into());
                    }
                    rows.push(row);
                }
                Next::End => return rows,
            }
        }
    }

    #[track_caller]
    fn check(text: &str, expected: &[&[&str]]) {
        assert_eq!(rows(text), expected.iter().map(|row| row.to_vec()).collect::<Vec<_>>(), "{text:?}");
    }

    #[test]
    fn records_and_fields() {
        check("", &[]);
        check("a", &[&["a"]]);
        check("a,b\n", &[&["a", "b"]]);
        check("a,b\r\nc,d\re,f\n", &[&["a", "b"], &["c", "d"], &["e", "f"]]);
        check(",\n,", &[&["", ""], &["", ""]]);
        check("\n\na\n\r\n\nb\n\n", &[&["a"], &["b"]]);
        check("\"a,b\",\"c\nd\"\r\n", &[&["a,b", "c\nd"]]);
        check("\"a\"\"b\",\"\"\n\"\"\"\"", &[&["a\"\"b", ""], &["\"\""]]);
        check("5\" pipe,x\"y\"\n", &[&["5\" pipe", "x\"y\""]]);
        check("\"a\"x,b\nc", &[&["FLAW"], &["c"]]);
        check("\"a\" ,b\n", &[&["FLAW"]]);
        check("a,\"b\nc", &[&["a", "FLAW"], &["c"]]);
        check("a\n\"x\ny\",\"b\nc", &[&["a"], &["x\ny", "FLAW"], &["c"]]);
        check("\"a\r\n\"b\",c\r\n", &[&["FLAW"], &["b", "c"]]);
        check("é,😀\n", &[&["é", "😀"]]);
        let long = "x".repeat(1000);
        check(&format!("{long},\"{long}\"\n{long}"), &[&[&long, &long], &[&long]]);
    }

    #[test]
    fn marks_are_found_at_every_place_of_a_block() {
        for place in 0..200 {
            let text = format!("{},b\n", "x".repeat(place));
            check(&text, &[&[&text[..place], "b"]]);
        }
    }

    #[test]
    fn lines_are_counted_through_quotes() {
        let text = b"a\r\n\"x\r\ny\"\n\nb";
        let mut tokenizer = Tokenizer::new(text, COMMA, false);
        let mut lines = Vec::new();
        while let Next::Record(record) = tokenizer.next(&mut Vec::new()) {
            lines.push(record.line);
        }
        assert_eq!(lines, [0, 1, 4]);
        assert_eq!(count_lines(text), tokenizer.lines());
    }
}
