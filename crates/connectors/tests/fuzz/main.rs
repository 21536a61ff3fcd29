//! Damaged and odd files of every format, a few hundred of each with the other tests and as many as wanted with
//! `make fuzz SECONDS=600`.
//!
//! [`formats`] lists the formats, with files that are in order and settings to read them with. [`mutate`] damages
//! such files, or puts new ones together from pieces that matter; everything follows from a number, so a case can be
//! made again. [`laws`] reads a case in several ways and compares; [`watch`] ends what hangs or takes too much memory;
//! [`hunt`] is the loop around them. The fuzzer in `fuzz/`, which is led by the code that a case reaches, keeps to the
//! same formats and laws.
//!
//! A failing case is saved as a file whose first byte chooses the settings and whose rest is the content;
//! `TOWPATH_FUZZ_INPUT` names one to run alone. A mended defect gets a test of its own beside the code.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "the loop of tests may panic, and says what it found"
)]

mod formats;
mod hunt;
mod laws;
mod mutate;
mod watch;

use hunt::hunt;

#[test]
fn csv_of_any_bytes_keeps_the_laws() {
    hunt("csv");
}

#[test]
fn lines_of_json_of_any_bytes_keep_the_laws() {
    hunt("ndjson");
}

#[test]
fn json_documents_of_any_bytes_keep_the_laws() {
    hunt("json");
}

#[test]
fn fixed_width_of_any_bytes_keeps_the_laws() {
    hunt("fixed");
}

#[test]
fn damaged_parquet_keeps_the_laws() {
    hunt("parquet");
}

#[test]
fn damaged_arrow_keeps_the_laws() {
    hunt("arrow");
}

#[test]
fn lines_of_any_bytes_keeps_the_laws() {
    hunt("lines");
}

#[test]
fn xml_of_any_bytes_keeps_the_laws() {
    hunt("xml");
}

#[test]
fn yaml_of_any_bytes_keeps_the_laws() {
    hunt("yaml");
}

#[test]
fn html_of_any_bytes_keeps_the_laws() {
    hunt("html");
}

#[test]
fn geojson_of_any_bytes_keeps_the_laws() {
    hunt("geojson");
}

#[test]
fn avro_of_any_bytes_keeps_the_laws() {
    hunt("avro");
}
