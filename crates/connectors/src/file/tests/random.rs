//! Random bytes in every format: a fault or rows, never a panic.

use proptest::prelude::*;

use super::*;

/// Pieces that the formats mean something by, so that random files come close to real ones.
const WORDS: [&str; 40] = [
    "<",
    ">",
    "</",
    "/>",
    "a",
    "b",
    "<r>",
    "</r>",
    "<x a='1'>",
    "</x>",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "&amp;",
    "&#9;",
    "&z;",
    "<table>",
    "<tr>",
    "<td colspan=3>",
    "<th rowspan=2>",
    "</table>",
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\n",
    "- ",
    "&a ",
    "*a",
    "---\n",
    "\"type\":\"Feature\"",
    "\"properties\"",
    "\"geometry\"",
    "\"coordinates\":[1,2]",
    "'",
    "|",
    " ",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn random_files_never_panic(
        parts in prop::collection::vec(prop_oneof![
            3 => prop::sample::select(&WORDS[..]).prop_map(|word| word.as_bytes().to_vec()),
            1 => prop::collection::vec(any::<u8>(), 0..6),
        ], 0..60),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let bytes = parts.concat();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for format in ["lines", "xml", "yaml", "html", "geojson", "avro", "fixed"] {
            write_file(folder.path(), "f", &bytes);
            let mut settings = json!({ "path": "f", "format": format });
            if format == "fixed" {
                settings["fixed"] = json!({ "columns": [{ "name": "a", "start": 1, "width": 3 }] });
            }
            let read = runtime.block_on(try_read(folder.path(), settings));
            if let Err(fault) = read {
                prop_assert_ne!(fault.kind(), towpath_model::FaultKind::Internal, "{}: {}", format, fault);
            }
        }
    }
}
