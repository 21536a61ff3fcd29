//! Which format a file has, by its name or its first bytes.

use std::path::Path;

use towpath_model::Fault;

use super::config::{Compression, Format};

/// What the ending of a path tells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ending {
    pub(super) format: Option<Format>,
    pub(super) compression: Compression,
    /// The ending stands for tab-separated text.
    pub(super) tabs: bool,
    /// The ending stands for one GeoJSON feature per line.
    pub(super) lines: bool,
}

/// Reads the ending of a path, looking through `.gz` and `.zst`.
pub(super) fn ending(path: &Path) -> Ending {
    let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let (stem, compression) = match name.rsplit_once('.') {
        Some((stem, "gz" | "gzip")) => (stem, Compression::Gzip),
        Some((stem, "zst" | "zstd")) => (stem, Compression::Zstd),
        _ => (name.as_str(), Compression::None),
    };
    // What Excel keeps beside a workbook for as long as somebody has it open.
    let last = stem.rsplit_once('.').map(|(_, last)| last).filter(|_| !stem.starts_with("~$"));
    let format = match last {
        Some("csv" | "tsv" | "tab" | "txt") => Some(Format::Csv),
        Some("ndjson" | "jsonl") => Some(Format::Ndjson),
        Some("json") => Some(Format::Json),
        Some("geojson" | "geojsonl" | "geojsons" | "ndgeojson") => Some(Format::Geojson),
        Some("xml") => Some(Format::Xml),
        Some("yaml" | "yml") => Some(Format::Yaml),
        Some("html" | "htm" | "xhtml") => Some(Format::Html),
        Some("log") => Some(Format::Lines),
        Some("parquet" | "pq") => Some(Format::Parquet),
        Some("avro") => Some(Format::Avro),
        Some("arrow" | "arrows" | "feather" | "ipc") => Some(Format::Arrow),
        Some("xlsx" | "xlsm" | "xltx" | "xltm" | "xlsb" | "xls" | "xlt" | "ods") => Some(Format::Excel),
        _ => None,
    };
    Ending {
        format,
        compression,
        tabs: matches!(last, Some("tsv" | "tab")),
        lines: matches!(last, Some("geojsonl" | "geojsons" | "ndgeojson")),
    }
}

/// The format that the first bytes of an unnamed stream tell; CSV when they tell nothing.
pub(super) fn sniff(head: &[u8]) -> Format {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    match text {
        [b'P', b'A', b'R', b'1', ..] => Format::Parquet,
        [b'A', b'R', b'R', b'O', b'W', b'1', ..] | [0xff, 0xff, 0xff, 0xff, ..] => Format::Arrow,
        [b'O', b'b', b'j', 1, ..] => Format::Avro,
        [b'P', b'K', 3, 4, ..] | [0xd0, 0xcf, 0x11, 0xe0, ..] => Format::Excel,
        [b'[', ..] => Format::Json,
        [b'{', ..] => Format::Ndjson,
        [b'%', b'Y', b'A', b'M', b'L', ..] | [b'-', b'-', b'-', b'\n' | b'\r' | b' ', ..] => Format::Yaml,
        [b'<', rest @ ..] => {
            let word: Vec<u8> = rest.iter().take(13).map(u8::to_ascii_lowercase).collect();
            let is_page =
                word.starts_with(b"!doctype html") || word.starts_with(b"html") || word.starts_with(b"table");
            if is_page { Format::Html } else { Format::Xml }
        }
        _ => Format::Csv,
    }
}

/// The format of a path that must tell it.
pub(super) fn required(path: &str, given: Option<Format>) -> Result<Format, Fault> {
    given.or_else(|| ending(Path::new(path)).format).ok_or_else(|| {
        Fault::config(format!("the ending of `{path}` does not tell the format"))
            .hint("set `format`, for example to `csv`, `json`, `excel`, `lines`, `xml` or `parquet`")
    })
}

/// Reads a delimiter or quote as users write it.
pub(super) fn character(what: &str, text: &str) -> Result<u8, Fault> {
    match text {
        "tab" | "\\t" | "\t" => Ok(b'\t'),
        "space" => Ok(b' '),
        _ => match text.as_bytes() {
            [byte] if byte.is_ascii() && !matches!(byte, b'\n' | b'\r' | 0) => Ok(*byte),
            _ => Err(Fault::config(format!("`{what}` is `{text}`, not one character"))
                .hint("give one character such as `;`, or the word `tab`")),
        },
    }
}

impl Format {
    /// The name for people.
    pub(super) fn title(self) -> &'static str {
        match self {
            Format::Csv => "CSV",
            Format::Ndjson | Format::Json => "JSON",
            Format::Parquet => "Parquet",
            Format::Arrow => "Arrow",
            Format::Avro => "Avro",
            Format::Fixed => "fixed-width",
            Format::Lines => "line",
            Format::Xml => "XML",
            Format::Yaml => "YAML",
            Format::Html => "HTML",
            Format::Geojson => "GeoJSON",
            Format::Log => "log",
            Format::Excel => "Excel",
        }
    }

    /// The ending of files of this format.
    pub(super) fn extension(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Ndjson => "ndjson",
            Format::Json => "json",
            Format::Parquet => "parquet",
            Format::Arrow => "arrow",
            Format::Avro => "avro",
            Format::Fixed => "txt",
            Format::Lines => "log",
            Format::Xml => "xml",
            Format::Yaml => "yaml",
            Format::Html => "html",
            Format::Geojson => "geojson",
            Format::Log => "log",
            Format::Excel => "xlsx",
        }
    }

    /// Text whose types must be inferred, and which may be compressed as a whole.
    pub(super) fn is_text(self) -> bool {
        !matches!(self, Format::Parquet | Format::Arrow | Format::Avro | Format::Excel)
    }

    /// Whether the types of columns must be inferred from the values.
    pub(super) fn is_inferred(self) -> bool {
        self.is_text() || self == Format::Excel
    }

    /// Whether files of this format can be written.
    pub(super) fn is_written(self) -> bool {
        let is_read_only = matches!(
            self,
            Format::Fixed | Format::Lines | Format::Log | Format::Xml | Format::Yaml | Format::Html
        );
        !is_read_only
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings() {
        let check = |path: &str| ending(Path::new(path));
        assert_eq!(check("A.CSV.gz").format, Some(Format::Csv));
        assert_eq!(check("a.csv.gz").compression, Compression::Gzip);
        assert_eq!(check("a.jsonl.zst").format, Some(Format::Ndjson));
        assert!(check("x/a.tsv").tabs);
        assert_eq!(check("a.log.gz").format, Some(Format::Lines));
        assert_eq!(check("a.geojsonl").format, Some(Format::Geojson));
        assert_eq!(check("a").format, None);
        assert!(required("data.bin", None).unwrap_err().hint_text().unwrap().contains("set `format`"));
    }

    #[test]
    fn first_bytes() {
        assert_eq!(sniff(b"\xef\xbb\xbf <?xml version='1.0'?><a/>"), Format::Xml);
        assert_eq!(sniff(b"<!DOCTYPE HTML><html>"), Format::Html);
        assert_eq!(sniff(b"--- \n- a: 1\n"), Format::Yaml);
        assert_eq!(sniff(b"{\"a\":1}"), Format::Ndjson);
        assert_eq!(sniff(b"a,b\n"), Format::Csv);
    }

    #[test]
    fn characters() {
        assert_eq!(character("delimiter", "tab").unwrap(), b'\t');
        assert_eq!(character("delimiter", ";").unwrap(), b';');
        assert!(character("delimiter", ";;").is_err());
    }
}
