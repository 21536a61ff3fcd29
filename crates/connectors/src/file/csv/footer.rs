//! Rows of totals at the end of a file, which are sums of rows and no rows.

use super::tokenize::{Dialect, Next, Record, Span, Tokenizer};
use crate::file::notation::{number, words};
use crate::file::reading::visible;

/// Most rows at the end that are looked at.
const MOST_ROWS: usize = 5;

/// What was left out at the end of a file.
#[derive(Debug, Clone, Default)]
pub(in crate::file) struct Footer {
    /// The rows as they stand in the file, the first one first.
    pub(in crate::file) rows: Vec<String>,
}

impl Footer {
    /// Takes rows of totals off the end of the last piece of a file with so many columns.
    pub(super) fn take(&mut self, data: &mut Vec<u8>, dialect: Dialect, columns: usize) {
        // Most pieces need no second look: a label begins the row, or stands behind empty fields.
        let tail = &data[data.len().saturating_sub(64 << 10)..];
        if columns < 2 || !words::may_hold_total(tail) {
            return;
        }
        let mut last: Vec<(Record, Vec<Span>)> = Vec::new();
        let mut tokenizer = Tokenizer::new(data, dialect, false);
        let mut spans = Vec::new();
        while let Next::Record(record) = tokenizer.next(&mut spans) {
            if last.len() == MOST_ROWS {
                last.remove(0);
            }
            last.push((record, std::mem::take(&mut spans)));
        }
        let is_total =
            |(record, spans): &&(Record, Vec<Span>)| record.flaw.is_none() && is_total(spans, data, columns);
        let count = last.iter().rev().take_while(is_total).count();
        let Some((first, _)) = last.get(last.len() - count).filter(|_| count > 0) else { return };
        let start = first.start as usize;
        for (record, _) in &last[last.len() - count..] {
            self.rows.push(visible(&data[record.start as usize..record.end as usize]));
        }
        data.truncate(start);
    }
}

/// A label and numbers, with gaps where other rows have values.
fn is_total(spans: &[Span], data: &[u8], columns: usize) -> bool {
    let mut cells = spans.iter().map(|span| span.bytes(data).trim_ascii()).filter(|cell| !cell.is_empty());
    let filled = cells.clone().count();
    let Some(label) = cells.next() else { return false };
    spans.len() >= columns
        && (filled < columns || columns == 2)
        && filled >= 2
        && words::is_total(label)
        && cells.all(|cell| number::look(cell).is_some() || words::is_null(cell))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut data = text.as_bytes().to_vec();
        let dialect = Dialect { delimiter: b';', quote: Some(b'"'), backslash: false, comment: None };
        let columns = text.lines().next().unwrap().split(';').count();
        let mut footer = Footer::default();
        footer.take(&mut data, dialect, columns);
        assert_eq!(String::from_utf8(data).unwrap(), expected);
        assert_eq!(footer.rows.is_empty(), text == expected);
    }

    #[test]
    fn totals_are_told_from_rows() {
        check("a;1;2\nTotal;;3\n", "a;1;2\n");
        check("a;x;2\n;Sous-total;2\nTOTAL GÉNÉRAL :;;1 002,50 €", "a;x;2\n");
        check("a;1\ntotal;1\n", "a;1\n");
        for rows in [
            "a;1;2\nTotal SA;x;3\n",
            "a;1;2\nTotal;1;3\n",
            "a;1;2\nTotalEnergies;;3\n",
            "a;1;2\nTotal;;\n",
            "a;1;2\n",
        ] {
            check(rows, rows);
        }
    }
}
