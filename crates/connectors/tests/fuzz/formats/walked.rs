//! The formats whose rows are found by walking, and Avro.

use arrow_avro::compression::CompressionCodec;
use arrow_avro::writer::WriterBuilder;
use arrow_avro::writer::format::AvroOcfFormat;
use serde_json::json;

use super::columns::table;
use super::{Format, as_it_is, texts};

/// Text that a pattern takes apart.
pub(super) fn lines() -> Format {
    Format {
        name: "lines",
        word: "lines",
        pack: as_it_is,
        settings: vec![
            json!({}),
            json!({ "lines": { "line_number": "n" } }),
            json!({ "lines": { "pattern": "(?<a>\\S+) (?:(?<b>\\d+)|-) ?(?<c>.*)", "unmatched": "column" } }),
            json!({ "lines": { "grok": "%{TIMESTAMP_ISO8601:at} %{LOGLEVEL:level} %{GREEDYDATA:message}" } }),
            json!({ "lines": { "pattern": "(?<a>\\S+)(?<b>.*)", "starts": "\\d", "unmatched": "column" } }),
        ],
        seeds: texts(&[
            "2025-01-31T10:00:00 INFO started\n2025-01-31 10:00:00,5 WARN x\n\n  at y\nno\n",
            "a 12 rest\r\nb - \r\nc 3\r\n",
        ]),
        words: &[b"\n", b"\r\n", b"\r", b" ", b" INFO ", b"2025-01-31T10:00:00Z", b"-", b"\n  at "],
        written_as: &["csv", "ndjson", "json"],
        has_lines: false,
    }
}

/// XML.
pub(super) fn xml() -> Format {
    Format {
        name: "xml",
        word: "xml",
        pack: as_it_is,
        settings: vec![
            json!({}),
            json!({}),
            json!({ "xml": { "broken": "keep_rows" } }),
            json!({ "xml": { "rows": "//b", "columns": { "x": "@x", "up": "../@x", "all": ".", "c": "c/d" } } }),
            json!({ "xml": { "lists": ["b", "c.d"] } }),
        ],
        seeds: texts(&[
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<r a='1'><b x=\"2\"><c>3</c><c>4</c></b>\n<b x='5'>t&amp;<![CDATA[<u>]]></b></r>\n",
            "<r xmlns:p='u'><p:b><c y='1'>2</c><d/></p:b><b><c>3</c></b></r>",
            "<!DOCTYPE r [<!ENTITY e 'x'>]><r><b>&e;</b><b>&#233;</b><!-- c --><?pi?></r>",
            "<b><c>1</c></b><b><c>2</c></b>",
        ]),
        words: &[
            b"<",
            b">",
            b"</",
            b"/>",
            b"<b>",
            b"</b>",
            b"<b x='1'>",
            b"<c>",
            b"</c>",
            b"<c/>",
            b"<r>",
            b"</r>",
            b"&amp;",
            b"&#0;",
            b"&#x1F600;",
            b"&x;",
            b"<![CDATA[",
            b"]]>",
            b"<!--",
            b"-->",
            b"<!DOCTYPE ",
            b"<?",
            b"?>",
            b" xsi:nil='true'",
            b"p:",
            b"=",
            b"'",
            b"\"",
            b"encoding='latin1'",
        ],
        written_as: &["ndjson", "csv", "json"],
        has_lines: false,
    }
}

/// YAML.
pub(super) fn yaml() -> Format {
    Format {
        name: "yaml",
        word: "yaml",
        pack: as_it_is,
        settings: vec![
            json!({}),
            json!({}),
            json!({ "records": "data.items" }),
            json!({ "columns": { "a": "int64" } }),
        ],
        seeds: texts(&[
            "- a: 1\n  b: 'x'\n  c: [1, {d: ~}]\n- {a: 0x10, b: 2025-01-31, c: null}\n",
            "---\na: &x {b: 1}\nc: *x\n---\na: |\n  text\n  more\n<<: {z: .inf}\n...\n",
            "v: 1\ndata:\n  skip: [1]\n  items:\n  - a: 007\n  - a: \"q\\u00e9\"\nend: x\n",
        ]),
        words: &[
            b"- ",
            b": ",
            b"\n",
            b"  ",
            b"{",
            b"}",
            b"[",
            b"]",
            b",",
            b"&a ",
            b"*a",
            b"<<: *a",
            b"---\n",
            b"...\n",
            b"|\n",
            b">-\n",
            b"'",
            b"\"",
            b"? ",
            b"!!str ",
            b"#",
            b"%YAML 1.2\n",
            b"\\u0000",
            b"~",
        ],
        written_as: &["ndjson", "csv", "json"],
        has_lines: false,
    }
}

/// Tables of HTML pages.
pub(super) fn html() -> Format {
    Format {
        name: "html",
        word: "html",
        pack: as_it_is,
        settings: vec![
            json!({}),
            json!({}),
            json!({ "html": { "table": "1", "header_rows": 0 } }),
            json!({ "html": { "header_rows": 2 } }),
        ],
        seeds: texts(&[
            "<!doctype html><table id=t><caption>C</caption><thead><tr><th>a<th>b</thead><tr><td>1<td>x &amp; y</table>",
            "<meta charset=latin1><table><tr><td rowspan=2>1<td colspan=2>2</tr><tr><td>3</td></tr></table><table><tr><td>4</table>",
        ]),
        words: &[
            b"<table>",
            b"</table>",
            b"<tr>",
            b"</tr>",
            b"<td>",
            b"</td>",
            b"<th>",
            b"<td rowspan=3>",
            b"<td colspan=0>",
            b"<td rowspan=99999 colspan=99>",
            b"<thead>",
            b"</thead>",
            b"<br>",
            b"&nbsp;",
            b"&eacute;",
            b"<script>",
            b"</script>",
            b"<!--",
            b"-->",
            b"<div>",
            b"<b>",
            b"</p>",
        ],
        written_as: &["csv", "ndjson", "json"],
        has_lines: false,
    }
}

/// GeoJSON.
pub(super) fn geojson() -> Format {
    Format {
        name: "geojson",
        word: "geojson",
        pack: as_it_is,
        settings: vec![
            json!({}),
            json!({}),
            json!({ "geojson": { "geometry": "geojson", "column": "shape" } }),
        ],
        seeds: texts(&[
            "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"id\":1,\"properties\":{\"a\":1.50,\"b\":\"x\"},\"geometry\":{\"type\":\"Point\",\"coordinates\":[1,2.0]}},\n{\"type\":\"Feature\",\"properties\":null,\"geometry\":null}]}",
            "{\"type\":\"Feature\",\"properties\":{\"a\":true},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,0]]]}}\n{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"GeometryCollection\",\"geometries\":[{\"type\":\"MultiPoint\",\"coordinates\":[[1,2,3]]}]}}\n",
        ]),
        words: &[
            b"{",
            b"}",
            b"[",
            b"]",
            b",",
            b":",
            b"\"type\":\"Feature\"",
            b"\"properties\":{",
            b"\"geometry\":",
            b"\"coordinates\":[",
            b"\"Point\"",
            b"\"LineString\"",
            b"\"GeometryCollection\"",
            b"\"geometries\":[",
            b"\"id\":",
            b"\"features\":[",
            b"[1,2]",
            b"[1,2,3]",
            b"null",
            b"\n",
            b"\x1e",
        ],
        written_as: &["ndjson", "csv", "json"],
        has_lines: false,
    }
}

/// Avro.
pub(super) fn avro() -> Format {
    let table = table().project(&[0, 1, 2, 3, 4, 5, 6, 7, 9]).unwrap();
    let write = |codec| {
        let schema = table.schema().as_ref().clone();
        let builder = WriterBuilder::new(schema).with_compression(codec);
        let mut writer = builder.build::<_, AvroOcfFormat>(Vec::new()).unwrap();
        writer.write(&table).unwrap();
        writer.write(&table.slice(1, 2)).unwrap();
        writer.into_inner()
    };
    Format {
        name: "avro",
        word: "avro",
        pack: as_it_is,
        settings: vec![json!({})],
        seeds: vec![
            write(None),
            write(Some(CompressionCodec::Deflate)),
            write(Some(CompressionCodec::Snappy)),
            write(Some(CompressionCodec::ZStandard)),
        ],
        words: &[
            b"Obj\x01",
            b"\"null\"",
            b"\"long\"",
            b"\"string\"",
            b"\xff\xff\xff\xff\x0f",
            b"\0",
            b"\x02",
            b"avro.codec",
            b"null",
        ],
        written_as: &[],
        has_lines: false,
    }
}
