//! The formats, each with settings to read it with, files that are in order, and words that matter in it.

mod binary_books;
mod books;
mod columns;
mod text;
mod walked;

use std::io::Write;

use serde_json::Value;

/// A format under test.
pub(crate) struct Format {
    /// What its files end with, which is also its name here.
    pub(crate) name: &'static str,
    /// Its word in settings.
    pub(crate) word: &'static str,
    /// Makes the file to read of a case.
    pub(crate) pack: fn(&[u8]) -> Vec<u8>,
    /// Settings to choose from, besides `path` and `format`.
    pub(crate) settings: Vec<Value>,
    /// Files that are in order.
    pub(crate) seeds: Vec<Vec<u8>>,
    /// Pieces that matter to its reader.
    pub(crate) words: &'static [&'static [u8]],
    /// Text formats that its rows are written as and read back from.
    pub(crate) written_as: &'static [&'static str],
    /// Each line that holds more than white space is a row or a rejected row.
    pub(crate) has_lines: bool,
}

/// Every format.
pub(crate) fn all() -> Vec<Format> {
    vec![
        text::csv(),
        text::ndjson(),
        text::json(),
        text::fixed(),
        walked::lines(),
        text::log(),
        walked::xml(),
        walked::yaml(),
        walked::html(),
        walked::geojson(),
        walked::avro(),
        columns::parquet(),
        columns::arrow(),
        books::xlsx(),
        binary_books::xlsb(),
        binary_books::xls(),
        books::ods(),
    ]
}

/// Words that matter to all text formats.
#[rustfmt::skip]
const VALUES: &[&[u8]] = &[
    b"0", b"7", b"-1", b"007", b"+3", b"1.50", b"-.5", b"1,5", b"1e5", b"12E4", b"-0", b"NaN", b"Infinity",
    b"9223372036854775807", b"9223372036854775808", b"12345678901234567890123456789012345678901",
    b"1 234,56", b"true", b"FALSE", b"null", b"NA", b"2025-01-31", b"31/12/2024", b"2025-02-30",
    b"2025-01-31T10:00:00Z", b"2025-01-31 10:00:00.1234567", b"10:00", b"24:00:00", b"0001-01-01",
    b"99999-01-01", b"a", b"\xc3\xa9", b"\xe9", b"\xff", b"\0", b"\xef\xbb\xbf", b"\xf0\x9f\x98\x80",
    b"\xe2\x80\xa8", b"x y", b" ", b"\t",
];

impl Format {
    /// Words that are put into its files.
    pub(crate) fn words(&self) -> impl Iterator<Item = &'static [u8]> {
        let values = if self.settings.len() > 1 { VALUES } else { &[] };
        self.words.iter().chain(values).copied()
    }
}

/// A case that is the file.
fn as_it_is(case: &[u8]) -> Vec<u8> {
    case.to_vec()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn texts(seeds: &[&str]) -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = seeds.iter().map(|seed| seed.as_bytes().to_vec()).collect();
    all.push(gzip(seeds[0].as_bytes()));
    all.push(zstd::encode_all(seeds[0].as_bytes(), 1).unwrap());
    all
}
