//! Properties: cutting anywhere changes nothing, and what is written is read.

use std::collections::HashSet;
use std::io::Cursor;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use proptest::prelude::*;

use super::block::{BLOCK_ROWS, Block, Field, Form};
use super::cut::Cutter;
use super::tokenize::{Dialect, Next, Tokenizer};
use super::write::CsvEncoder;
use crate::file::config::{Compression, LineEnd};
use crate::file::pieces::Piece;
use crate::file::writing::{Encoder, Out, Raw};

const COMMA: Dialect = Dialect { delimiter: b',', quote: Some(b'"'), backslash: false, comment: None };

/// Every record as its bytes, its line and its fields.
type Records = Vec<(String, u64, Vec<String>)>;

fn all(text: &[u8], piece_bytes: usize) -> Records {
    let reader = Box::new(Cursor::new(text.to_vec()));
    let mut cutter = Cutter::new(reader, Vec::new(), 0, "f".into(), COMMA).with_piece_bytes(piece_bytes);
    let (mut records, mut lines, mut piece) = (Vec::new(), 0, Piece::default());
    while cutter.next(&mut piece).unwrap() {
        let mut tokenizer = Tokenizer::new(&piece.data, COMMA, false);
        let mut spans = Vec::new();
        while let Next::Record(record) = tokenizer.next(&mut spans) {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let raw = text(&piece.data[record.start as usize..record.end as usize]);
            let fields = spans.drain(..).map(|span| text(span.bytes(&piece.data))).collect();
            records.push((raw, lines + u64::from(record.line), fields));
        }
        lines += u64::from(tokenizer.lines());
        piece = Piece::default();
    }
    records
}

/// Text full of what matters to CSV.
pub(in crate::file) fn csv_like() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => "[a-z0-9 ]{0,12}",
        3 => Just(",".to_owned()),
        3 => Just("\n".to_owned()),
        1 => Just("\r\n".to_owned()),
        1 => Just("\r".to_owned()),
        2 => Just("\"".to_owned()),
        2 => "\"[a-z,\n\r]{0,8}\"",
        1 => Just("\"\"".to_owned()),
        1 => Just("é😀".to_owned()),
    ];
    proptest::collection::vec(part, 0..60).prop_map(|parts| parts.concat())
}

/// The slow and obvious reading of the rules, to compare with.
fn naive(text: &str) -> Vec<Vec<String>> {
    let bytes: Vec<char> = text.chars().collect();
    let (mut rows, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let (mut row, start) = (Vec::new(), at);
        let mut is_bad = false;
        let ended = loop {
            let mut field = String::new();
            if bytes.get(at) == Some(&'"') {
                let open = at;
                at += 1;
                loop {
                    match bytes.get(at) {
                        None => {
                            is_bad = true;
                            break;
                        }
                        Some('"') if bytes.get(at + 1) == Some(&'"') => {
                            field.push_str("\"\"");
                            at += 2;
                        }
                        Some('"') => break,
                        Some(other) => {
                            field.push(*other);
                            at += 1;
                        }
                    }
                }
                at += 1;
                is_bad |= !matches!(bytes.get(at), None | Some(',' | '\n' | '\r'));
                if is_bad {
                    // The line of the bad field ends the row.
                    let line = bytes[open..].iter().position(|c| matches!(c, '\n' | '\r'));
                    at = line.map_or(bytes.len(), |line| open + line);
                    break bytes.get(at).copied();
                }
            } else {
                while let Some(other) = bytes.get(at).filter(|c| !matches!(c, ',' | '\n' | '\r')) {
                    field.push(*other);
                    at += 1;
                }
            }
            row.push(field);
            match bytes.get(at) {
                Some(',') => at += 1,
                other => break other.copied(),
            }
        };
        let is_blank = at == start && !is_bad;
        at += if ended == Some('\r') && bytes.get(at + 1) == Some(&'\n') { 2 } else { 1 };
        if !is_blank {
            rows.push(row);
        }
    }
    rows
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn cutting_anywhere_changes_nothing(text in csv_like(), piece_bytes in 1usize..40) {
        prop_assert_eq!(all(text.as_bytes(), piece_bytes), all(text.as_bytes(), 1 << 20));
    }

    #[test]
    fn the_tokenizer_agrees_with_the_obvious_one(text in csv_like()) {
        let records = all(text.as_bytes(), 1 << 20);
        let fields: Vec<Vec<String>> = records.into_iter().map(|(_, _, fields)| fields).collect();
        prop_assert_eq!(fields, naive(&text));
    }

    #[test]
    fn what_is_written_is_read(
        rows in (1usize..5).prop_flat_map(|columns| {
            let value = proptest::option::of("[a,\"\r\n; é😀]{0,6}");
            proptest::collection::vec(proptest::collection::vec(value, columns), 0..30)
        }),
    ) {
        let columns = rows.first().map_or(1, Vec::len);
        let column = |place: usize| {
            let values = rows.iter().map(|row| row[place].as_deref());
            (format!("c{place}"), Arc::new(values.collect::<StringArray>()) as ArrayRef, true)
        };
        let batch = RecordBatch::try_from_iter_with_nullable((0..columns).map(column)).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        let out = Out::new(Raw::File(file.reopen().unwrap()), Compression::None).unwrap();
        let mut encoder = Box::new(CsvEncoder::new(out, "f", b',', LineEnd::Crlf, None, (0..columns).map(Some).collect()));
        encoder.write(batch).unwrap();
        encoder.finish().unwrap().finish().unwrap();
        let text = std::fs::read(file.path()).unwrap();
        prop_assert_eq!(read_back(&text, columns), rows);
    }
}

fn read_back(text: &[u8], columns: usize) -> Vec<Vec<Option<String>>> {
    let mut tokenizer = Tokenizer::new(text, COMMA, columns == 1);
    let mut block = Block::new(text, Form { dialect: COMMA, columns, extra: 0, header: &[] });
    let (mut rows, mut more, nulls) = (Vec::new(), true, HashSet::new());
    while more {
        more = block.fill(&mut tokenizer, BLOCK_ROWS);
        assert_eq!(block.unusable, []);
        let first = rows.len();
        rows.resize(first + block.rows.len(), Vec::new());
        for column in 0..columns {
            for (row, field) in block.column(column, &nulls).enumerate() {
                let plain = |bytes: &[u8]| Some(String::from_utf8(bytes.to_vec()).unwrap());
                rows[first + row].push(match field {
                    Field::Null => None,
                    Field::Empty => Some(String::new()),
                    Field::Value(bytes) => plain(bytes),
                    Field::Doubled(bytes) => plain(block.unescape(bytes, &mut Vec::new())),
                });
            }
        }
    }
    rows
}
