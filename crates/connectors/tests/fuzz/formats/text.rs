//! Text: delimited, JSON, fixed width.

use serde_json::json;

use super::{Format, as_it_is, texts};

pub(super) fn csv() -> Format {
    let mut seeds = texts(&[
        "id,name,amount,day\n1,\"Smith, J\",1.50,2025-01-31\n2,\"say \"\"hi\"\"\",-3,2025-02-01\n3,,,\n",
        "a;b;c\r\n1;\"x\r\ny\";3,5\r\n4;;\r\n\r\n5;z;\"\"\r\n",
        "\u{feff}un\tdeux\n1\t2025-01-01T10:00:00Z\n2\t2025-01-01T10:00:00+02:00\n",
        "only\n1\n\n2\n007\n",
        "a,b\r1,2\r3,4\r",
        "a,a,A,\n1,2,3,4\n1,2\n1,2,3,4,5\n\"x\n",
        "Report of sales\n\nid;total\n1;1 234,50\n2;3,00\nTotal;1 237,50\n",
        "# a comment\nname|flag\nx|true\n'y'|false\n",
    ]);
    let wide: String = (0..40).map(|n| format!("c{n},")).collect();
    seeds.push(format!("{wide}\n{}\n", "1,".repeat(40)).into_bytes());
    seeds.push("nom;ville\nAndr\u{e9};Li\u{e8}ge\n".chars().map(|char| char as u8).collect());
    seeds.push("a,b\n1,é\n".encode_utf16().flat_map(u16::to_le_bytes).collect());
    Format {
        name: "csv",
        word: "csv",
        pack: as_it_is,
        settings: vec![
            json!({}),
            json!({}),
            json!({ "header": false }),
            json!({ "delimiter": ";" }),
            json!({ "delimiter": ",", "quote": "" }),
            json!({ "delimiter": ",", "quote": "'" }),
            json!({ "null_values": ["NA", "-"] }),
            json!({ "header": false, "columns": { "column_1": "int64" } }),
            json!({ "header": false, "columns": { "column_1": "json", "column_2": "binary" } }),
            json!({ "header": false, "columns": { "column_1": "numeric", "column_2": "decimal(5,2)" } }),
        ],
        seeds,
        words: &[
            b",", b";", b"\t", b"|", b"\"", b"\"\"", b"'", b"\n", b"\r\n", b"\r", b"\\", b"#", b"\"\n",
            b",\"",
        ],
        written_as: &["csv", "ndjson", "json"],
        has_lines: false,
    }
}

#[rustfmt::skip]
const JSON_WORDS: &[&[u8]] = &[
    b"{", b"}", b"[", b"]", b":", b",", b"\"", b"{\"a\":", b"\"a\"", b",\"b\":", b"\"c\":[", b"\\",
    b"\\u0000", b"\\ud83d\\ude00", b"\\ud800", b"\\u00e9", b"\\x", b"null", b"{}", b"[]", b"\"2025-01-31\"",
    b"\"1\"", b"1E400", b"1.0e-7", b"\r", b"\n", b"}\n{", b"\"data\":{\"items\":[",
];

pub(super) fn ndjson() -> Format {
    Format {
        name: "ndjson",
        word: "ndjson",
        pack: as_it_is,
        settings: vec![
            json!({}),
            json!({}),
            json!({ "columns": { "a": "int64" } }),
            json!({ "columns": { "a": "json", "b": "decimal(5,2)" } }),
        ],
        seeds: texts(&[
            "{\"a\":1,\"b\":\"x\",\"c\":[1,{\"d\":null}]}\n{\"a\":2.50,\"c\":{}}\n\n{\"b\":\"2025-01-01\",\"e\":true}\n",
            "{\"a\":\"2025-01-01T10:00:00Z\"}\r\n{\"a\":\"2025-01-01T10:00:00+01:00\"}\r\n",
            "{\"a\":12345678901234567890}\n{\"a\":1e5}\n{\"a\":null}\n",
            "{\"a\\u00e9\":\"x\\ny\",\"a\u{e9}2\":\"\\ud83d\\ude00\"}\n{}\nnot json\n{\"a\":1}{\"a\":2}\n",
        ]),
        words: JSON_WORDS,
        written_as: &["ndjson", "json", "csv"],
        has_lines: true,
    }
}

pub(super) fn json() -> Format {
    Format {
        name: "json",
        word: "json",
        pack: as_it_is,
        settings: vec![
            json!({}),
            json!({}),
            json!({ "records": "data.items" }),
            json!({ "columns": { "a": "int64" } }),
        ],
        seeds: texts(&[
            "[\n {\"a\":1,\"b\":\"x\"},\n {\"a\":2.5,\"c\":[1,2]},\n {}\n]\n",
            "{\"a\":1}\n{\"a\":2}\n",
            "{\"n\":1,\"data\":{\"skip\":[{\"items\":1}],\"items\":[{\"a\":1},{\"a\":null,\"b\":true}],\"x\":0},\"y\":[]}",
            "{\"da\\u0074a\":{\"items\":[{\"a\":\"]}\"},{\"a\":\"\\\"\"}]}}",
        ]),
        words: JSON_WORDS,
        written_as: &["json", "ndjson", "csv"],
        has_lines: false,
    }
}

pub(super) fn fixed() -> Format {
    Format {
        name: "fixed",
        word: "fixed",
        pack: as_it_is,
        settings: vec![
            json!({ "fixed": { "columns": [
                { "name": "code", "start": 1, "width": 6 },
                { "name": "amount", "start": 8, "width": 8 },
                { "name": "day", "start": 17, "width": 10 },
            ] } }),
            json!({ "fixed": { "skip_rows": 1, "columns": [{ "name": "a", "start": 3, "width": 1 }] } }),
            json!({ "columns": { "a": "int64" }, "fixed": { "columns": [{ "name": "a", "start": 1, "width": 300 }] } }),
        ],
        seeds: texts(&[
            "A-0001    12.50 2025-01-31\nA-0002    -3.00 2025-02-01\n\n007        1.00\n",
            "title\n  x\r\n  y\r\n  é\r\nzz\n",
        ]),
        words: &[b"\n", b"\r\n", b"\r", b"  ", b"        ", b"12.50", b"A-0001", b"2025-01-31"],
        written_as: &["csv", "ndjson", "json"],
        has_lines: true,
    }
}

pub(super) fn log() -> Format {
    let grammar = json!({
        "line": "{at:%Y%m%d %H:%M:%S}|@{event}[:{details}]",
        "events": {
            "Start": [],
            "Wait": ["{seconds:number} [sec]"],
            "Job": ["R:{reference:word} L:{length:decimal(10,2)} [C:{colour:word} {*}]", ""],
        },
    });
    let events = json!({ "line": "{at:%F %T.%f} [{level:word}] {message}" });
    let strict = json!({ "line": "{day:date} {n:int64} {event} {details}", "events": { "a": ["{x:json}"] }, "others": "quarantine" });
    Format {
        name: "log",
        word: "log",
        pack: as_it_is,
        settings: vec![
            json!({ "log": grammar }),
            json!({ "log": grammar, "encoding": "cp1252" }),
            json!({ "log": events }),
            json!({ "log": strict }),
        ],
        seeds: texts(&[
            "20250612 06:00:02|@Start\r\n20250612 06:01:10|@Job: R:AX L:6250.0 C:W12 G\r\n\r\n20250612 06:06:00|@Wait: 12.5 sec\r\nnoise\n",
            "2025-06-12 06:00:02.123456 INFO all is well\n2025-06-12 06:00:03.5 late\n",
            "2025-06-12 7 a {\"x\":1}\n2025-06-12 8 b c\n",
        ]),
        words: &[
            b"|@",
            b"Start",
            b"Job",
            b"Wait",
            b":",
            b" R:",
            b" L:",
            b"C:",
            b"20250612 06:00:02|@",
            b"\n",
            b"\r\n",
            b"\0",
            b" sec",
            b"\xa0",
        ],
        written_as: &["csv", "ndjson", "json"],
        has_lines: false,
    }
}
