//! Properties: a table written in any dialect and encoding is read as it was, and random bytes are an answer or a fault.

use proptest::prelude::*;

use super::*;

/// A way to write a CSV file.
#[derive(Debug, Clone)]
struct Dialect {
    delimiter: char,
    quote: char,
    backslash: bool,
    end: &'static str,
    encoding: &'static str,
}

fn dialects() -> impl Strategy<Value = Dialect> {
    let delimiter = prop::sample::select(vec![',', ';', '\t', '|', '^', '~']);
    let quote = prop::sample::select(vec!['"', '\'']);
    let end = prop::sample::select(vec!["\n", "\r\n", "\r"]);
    let encoding = prop::sample::select(vec!["utf-8", "utf-16le", "utf-16be", "cp1252", "macroman"]);
    (delimiter, quote, any::<bool>(), end, encoding).prop_map(
        |(delimiter, quote, backslash, end, encoding)| Dialect { delimiter, quote, backslash, end, encoding },
    )
}

/// Texts of two or three columns; none is empty, so that no row is a blank line.
fn tables() -> impl Strategy<Value = Vec<Vec<String>>> {
    let value = "[a-z0-9 ,;|'\"\\\\\n\réàÉ€]{1,8}";
    (2usize..4).prop_flat_map(move |columns| {
        proptest::collection::vec(proptest::collection::vec(value, columns), 1..20)
    })
}

fn written(dialect: &Dialect, rows: &[Vec<String>]) -> Vec<u8> {
    let quote = dialect.quote.to_string();
    let field = |text: &String| {
        let inside = match dialect.backslash {
            true => text.replace('\\', "\\\\").replace(&quote, &format!("\\{quote}")),
            false => text.replace(&quote, &quote.repeat(2)),
        };
        format!("{quote}{inside}{quote}")
    };
    let names: Vec<String> = (0..rows[0].len()).map(|place| format!("c{place}")).collect();
    let lines = std::iter::once(&names).chain(rows).map(|row| {
        let cells: Vec<String> = row.iter().map(field).collect();
        cells.join(&dialect.delimiter.to_string()) + dialect.end
    });
    let text: String = lines.collect();
    match dialect.encoding {
        "utf-16le" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "utf-16be" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        "cp1252" => encoding_rs::WINDOWS_1252.encode(&text).0.into_owned(),
        "macroman" => text
            .chars()
            .map(|c| {
                let table = "éàÉ€".chars().zip([0x8e, 0x88, 0x83, 0xdb]);
                table.into_iter().find(|(known, _)| *known == c).map_or(c as u8, |(_, byte)| byte)
            })
            .collect(),
        _ => text.into_bytes(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_written_in_any_dialect_is_read(dialect in dialects(), table in tables()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        write_file(folder.path(), "f.csv", written(&dialect, &table));
        let columns: serde_json::Map<String, Value> =
            (0..table[0].len()).map(|place| (format!("c{place}"), json!("text"))).collect();
        let settings = json!({
            "path": "f.csv",
            "delimiter": if dialect.delimiter == '\t' { "tab".to_owned() } else { dialect.delimiter.to_string() },
            "quote": dialect.quote.to_string(),
            "escape": if dialect.backslash { "backslash" } else { "double" },
            "encoding": dialect.encoding,
            "comment": "", "header": true, "skip_lines": 0, "totals": true, "null_values": [],
            "columns": columns,
        });
        let read = runtime.block_on(try_read(folder.path(), settings)).unwrap();
        let rows: Vec<String> = table.iter().map(|row| row.join(" | ")).collect();
        prop_assert_eq!(&read.rejects, &[]);
        prop_assert_eq!(read.rows(), rows);
    }

    #[test]
    fn a_layout_is_found_in_anything(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        write_file(folder.path(), "f.csv", bytes);
        // An answer or a fault; what matters is that there is one.
        if let Err(fault) = runtime.block_on(try_read(folder.path(), json!({ "path": "f.csv" }))) {
            prop_assert!(!fault.to_string().is_empty());
        }
    }
}
