//! Rows of a piece, ready to be looked at column by column.
//!
//! Going down one column at a time keeps the code for one type hot and lets columns be skipped entirely. A block holds
//! a few thousand rows, so that the places of its fields stay in the processor's cache. Rows that cannot be used
//! are set apart here, once, for inference and reading alike.

use std::collections::HashSet;

use super::tokenize::{Dialect, Flaw, Next, Record, Span, Tokenizer};

/// Most rows of a block.
pub(super) const BLOCK_ROWS: usize = 2048;

/// Most fields of a block, for very wide files.
const BLOCK_FIELDS: usize = 1 << 16;

/// Why a row cannot be used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Unusable {
    /// It has this many fields.
    Fields(usize),
    Quotes,
    NotUtf8,
}

/// What rows of a file look like.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form<'a> {
    pub(super) dialect: Dialect,
    pub(super) columns: usize,
    /// Empty fields that rows have behind their last column as a rule, because each line ends with delimiters.
    pub(super) extra: usize,
    /// The row of names: rows that repeat it are left out, unless it is empty.
    pub(super) header: &'a [u8],
}

/// A few thousand rows of one piece.
#[derive(Debug)]
pub(super) struct Block<'a> {
    data: &'a [u8],
    /// The whole piece is known to be UTF-8.
    valid: bool,
    form: Form<'a>,
    /// `rows × columns` fields.
    spans: Vec<Span>,
    pub(super) rows: Vec<Record>,
    pub(super) unusable: Vec<(Record, Unusable)>,
    /// Rows that repeat it, which are left out.
    pub(super) repeated: u64,
}

/// One value as it stands in the file.
#[derive(Debug, Clone, Copy)]
pub(super) enum Field<'a> {
    /// No value: an empty field, or a word that stands for it.
    Null,
    /// An empty value in quotes.
    Empty,
    /// The value.
    Value(&'a [u8]),
    /// The value, with doubled quotes.
    Doubled(&'a [u8]),
}

impl<'a> Block<'a> {
    pub(super) fn new(data: &'a [u8], form: Form<'a>) -> Self {
        Block {
            data,
            valid: std::str::from_utf8(data).is_ok(),
            form,
            spans: Vec::new(),
            rows: Vec::new(),
            unusable: Vec::new(),
            repeated: 0,
        }
    }

    /// Fills the block with the next rows, at most `most`. Answers whether more may follow.
    pub(super) fn fill(&mut self, tokenizer: &mut Tokenizer<'a>, most: usize) -> bool {
        self.spans.clear();
        self.rows.clear();
        self.unusable.clear();
        let Form { columns, extra, .. } = self.form;
        let most = most.min(BLOCK_ROWS).min(BLOCK_FIELDS / columns.max(1)).max(1);
        while self.rows.len() < most {
            let before = self.spans.len();
            let Next::Record(record) = tokenizer.next(&mut self.spans) else { return false };
            let mut fields = self.spans.len() - before;
            if extra > 0 && fields == columns + extra && self.is_empty(before + columns) {
                self.spans.truncate(before + columns);
                fields = columns;
            }
            let reason = match record.flaw {
                Some(Flaw::Quotes) => Some(Unusable::Quotes),
                None if fields != columns => Some(Unusable::Fields(fields)),
                None if !self.valid && std::str::from_utf8(self.raw(record)).is_err() => {
                    Some(Unusable::NotUtf8)
                }
                None => None,
            };
            match reason {
                None if self.is_header(record) => {
                    self.spans.truncate(before);
                    self.repeated += 1;
                }
                None => self.rows.push(record),
                Some(reason) => {
                    self.spans.truncate(before);
                    self.unusable.push((record, reason));
                }
            }
        }
        true
    }

    /// Whether all fields from that one on are empty.
    #[inline]
    fn is_empty(&self, from: usize) -> bool {
        self.spans[from..].iter().all(|span| span.bytes(self.data).is_empty() && !span.is_quoted())
    }

    #[inline]
    fn is_header(&self, record: Record) -> bool {
        (record.end - record.start) as usize == self.form.header.len()
            && !self.form.header.is_empty()
            && self.raw(record) == self.form.header
    }

    /// The bytes of a whole record.
    pub(super) fn raw(&self, record: Record) -> &'a [u8] {
        &self.data[record.start as usize..record.end as usize]
    }

    /// The values of one column, from the first row to the last.
    #[inline]
    pub(super) fn column<'b>(
        &'b self,
        column: usize,
        nulls: &'b HashSet<Vec<u8>>,
    ) -> impl Iterator<Item = Field<'a>> + 'b {
        let data = self.data;
        let has_words = !nulls.is_empty();
        self.spans.get(column..).unwrap_or_default().iter().step_by(self.form.columns.max(1)).map(
            move |span| {
                let bytes = span.bytes(data);
                if bytes.is_empty() {
                    return if span.is_quoted() { Field::Empty } else { Field::Null };
                }
                if has_words && !span.is_quoted() && nulls.contains(bytes) {
                    return Field::Null;
                }
                if span.is_doubled() { Field::Doubled(bytes) } else { Field::Value(bytes) }
            },
        )
    }

    /// The value of one row in one column, without walking there.
    pub(super) fn cell(&self, row: usize, column: usize, nulls: &HashSet<Vec<u8>>) -> Field<'a> {
        let Some(span) = self.spans.get(row * self.form.columns.max(1) + column) else { return Field::Null };
        let bytes = span.bytes(self.data);
        match (bytes.is_empty(), span.is_quoted()) {
            (true, true) => Field::Empty,
            (true, false) => Field::Null,
            (false, false) if nulls.contains(bytes) => Field::Null,
            (false, _) if span.is_doubled() => Field::Doubled(bytes),
            (false, _) => Field::Value(bytes),
        }
    }

    /// A value with doubled quotes as it is meant.
    pub(super) fn unescape<'b>(&self, doubled: &[u8], scratch: &'b mut Vec<u8>) -> &'b [u8] {
        scratch.clear();
        self.form.dialect.unescape(doubled, scratch);
        scratch
    }
}
