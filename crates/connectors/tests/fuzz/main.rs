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

use std::collections::BTreeSet;

use hunt::hunt;

/// A test for each format, and the list of them.
macro_rules! hunts {
    ($($test:ident: $format:literal,)*) => {
        $(
            #[test]
            fn $test() {
                hunt($format);
            }
        )*

        const HUNTED: &[&str] = &[$($format),*];
    };
}

hunts! {
    csv_of_any_bytes_keeps_the_laws: "csv",
    lines_of_json_of_any_bytes_keep_the_laws: "ndjson",
    json_documents_of_any_bytes_keep_the_laws: "json",
    fixed_width_of_any_bytes_keeps_the_laws: "fixed",
    lines_of_any_bytes_keeps_the_laws: "lines",
    logs_of_any_bytes_keep_the_laws: "log",
    xml_of_any_bytes_keeps_the_laws: "xml",
    yaml_of_any_bytes_keeps_the_laws: "yaml",
    html_of_any_bytes_keeps_the_laws: "html",
    geojson_of_any_bytes_keeps_the_laws: "geojson",
    avro_of_any_bytes_keeps_the_laws: "avro",
    damaged_parquet_keeps_the_laws: "parquet",
    damaged_arrow_keeps_the_laws: "arrow",
    damaged_xlsx_keeps_the_laws: "xlsx",
    damaged_xlsb_keeps_the_laws: "xlsb",
    damaged_xls_keeps_the_laws: "xls",
    damaged_ods_keeps_the_laws: "ods",
}

#[test]
fn every_format_is_hunted_and_its_files_are_in_order() {
    let formats = formats::all();
    let names: Vec<&str> = formats.iter().map(|format| format.name).collect();
    assert_eq!(names, HUNTED, "formats and tests are the same, in the same order");
    let words: BTreeSet<&str> = formats.iter().map(|format| format.word).collect();
    let connector = towpath_connectors::all().get("file").unwrap().clone();
    let schema = &connector.spec().source;
    let known = schema["$defs"]["Format"]["oneOf"].as_array().unwrap();
    let known: BTreeSet<&str> = known.iter().map(|word| word["const"].as_str().unwrap()).collect();
    assert_eq!(words, known, "the formats of files are those under test");
    let bench = laws::Bench::new();
    for format in formats {
        let rows = format.seeds.iter().map(|seed| bench.rows(&format, seed).unwrap_or(0));
        assert!(rows.max() > Some(0), "no file of {} gives rows", format.name);
    }
}
