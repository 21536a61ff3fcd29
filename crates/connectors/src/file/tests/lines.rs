//! Text lines, patterns and grok.

use super::*;

async fn read(text: impl AsRef<[u8]>, lines: Value) -> Read {
    let folder = tempfile::tempdir().unwrap();
    write_file(folder.path(), "app.log", text);
    let mut settings = json!({ "path": "app.log" });
    if !lines.is_null() {
        settings["lines"] = lines;
    }
    try_read(folder.path(), settings).await.unwrap()
}

fn config_fault(lines: Value) -> String {
    let settings = json!({ "path": "app.log", "lines": lines });
    let fault = connector().source(&json!({}), &settings, &Context::new("/nowhere")).unwrap_err();
    format!("{fault} / {}", fault.hint_text().unwrap_or_default())
}

fn places(read: &Read) -> Vec<String> {
    read.rejects
        .iter()
        .map(|reject| format!("{}: {} [{}]", reject.place, reject.reason, reject.original))
        .collect()
}

#[tokio::test]
async fn without_a_pattern_each_line_is_a_value() {
    let read = read("\u{feff}1\r\n\nlast", Value::Null).await;
    assert_eq!(read.columns(), ["line text"]);
    assert_eq!(read.rows(), ["1", "", "last"]);
    assert_eq!(read.info.rows, Some(3));
}

#[tokio::test]
async fn named_groups_become_typed_columns_and_other_lines_are_set_apart() {
    let text = "2025-01-02 12 ok: é\nno\n\n2025-01-03 - late: x\r\n2025-01-04 7 café\n".to_owned();
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(b"2025-01-05 1 ok: \xff\n");
    let lines = json!({ "pattern": r"(?<day>\S+) (?:(?<count>\d+)|-) (?<word>\w+): (?<rest>.*)", "line_number": "n" });
    let read = read(bytes, lines).await;
    assert_eq!(read.columns(), ["day date", "count int64", "word text", "rest text", "n int64"]);
    assert_eq!(read.rows(), ["2025-01-02 | 12 | ok | é | 1", "2025-01-03 | ∅ | late | x | 4"]);
    assert_eq!(
        places(&read),
        [
            "app.log:2: the pattern does not take the line [no]",
            "app.log:5: the pattern does not take the line [2025-01-04 7 café]",
            "app.log:6: the row is not UTF-8; bytes that are wrong are shown as `\\xE9` [2025-01-05 1 ok: \\xFF]",
        ]
    );
}

#[tokio::test]
async fn grok_takes_web_logs_apart() {
    let text = concat!(
        r#"10.0.0.1 - bob [10/Oct/2000:13:55:36 -0700] "GET /a.gif HTTP/1.0" 200 2326 "-" "Mozilla/4.08""#,
        "\n",
        r#"10.0.0.2 - - [10/Oct/2000:13:55:37 -0700] "POST /b HTTP/1.1" 404 - "http://x/" "curl""#,
        "\n"
    );
    let read = read(text, json!({ "grok": "%{COMBINEDAPACHELOG}" })).await;
    assert_eq!(read.info.schema.fields().len(), 12);
    assert_eq!(
        read.rows()[1],
        "10.0.0.2 | ∅ | ∅ | 10/Oct/2000:13:55:37 -0700 | POST | /b | 1.1 | ∅ | 404 | ∅ | http://x/ | curl"
    );
    assert!(read.columns().contains(&"bytes int64".to_owned()));
    assert_eq!(read.rejects.len(), 0);
}

#[tokio::test]
async fn grok_types_and_own_patterns() {
    let lines = json!({
        "grok": "%{ORDER:order} %{NUMBER:size:float} %{NUMBER:code:text}",
        "patterns": { "ORDER": "[A-Z]{2}\\d+" },
    });
    let read = read("AB12 1 007\nAB13 2.5 1\nab 1 1\n", lines).await;
    assert_eq!(read.columns(), ["order text", "size float64", "code text"]);
    assert_eq!(read.rows(), ["AB12 | 1 | 007", "AB13 | 2.5 | 1"]);
    assert_eq!(read.rejects[0].place, "app.log:3");
}

#[tokio::test]
async fn lines_without_a_start_belong_to_the_row_before() {
    let mut text = String::from("lost\n");
    for n in 0..30_000 {
        text.push_str(&format!("2025-01-01 ERROR number {n}\n  at a ({n})\n  at b\n"));
    }
    let lines = json!({ "pattern": r"(?<day>\S+) (?<level>\w+) (?<message>.*)", "starts": r"\d{4}-" });
    let found = read(text, lines).await;
    assert_eq!(found.rejects[0].reason, "stands before the first line that matches `starts`");
    assert_eq!((found.rejects.len(), found.rows().len()), (1, 30_000));
    for (n, row) in found.rows().iter().enumerate() {
        assert_eq!(*row, format!("2025-01-01 | ERROR | number {n}\n  at a ({n})\n  at b"));
    }
    let never = format!("{}\n", "x".repeat(1000)).repeat(20_000);
    let folder = tempfile::tempdir().unwrap();
    write_file(folder.path(), "a.log", never);
    let settings = json!({ "path": "a.log", "lines": { "starts": "never" } });
    let fault = try_read(folder.path(), settings).await.err().unwrap();
    assert_eq!(fault.to_string(), "file `a.log`, line 1: the row is longer than 16 MB");
}

#[tokio::test]
async fn lines_that_do_not_match_are_left_out_or_kept_on_request() {
    let text = "a=1\n# remark\na=2\n";
    let skip = read(text, json!({ "pattern": "a=(?<a>.*)", "unmatched": "skip" })).await;
    assert_eq!((skip.rows(), skip.rejects.len()), (vec!["1".to_owned(), "2".to_owned()], 0));
    assert_eq!(skip.info.notes, ["1 line that the pattern does not take is left out"]);
    let keep = read(text, json!({ "pattern": "a=(?<a>.*)", "unmatched": "column" })).await;
    assert_eq!(keep.columns(), ["a int64", "unmatched text"]);
    assert_eq!(keep.rows(), ["1 | ∅", "∅ | # remark", "2 | ∅"]);
}

#[tokio::test]
async fn chunks_of_lines_are_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let text: String = (0..200_000).map(|n| format!("{n} x\n")).collect();
    write_file(folder.path(), "a.log", text);
    let settings = json!({ "path": "a.log", "lines": { "pattern": "(?<n>\\d+) x", "line_number": "l" } });
    let source = connector().source(&json!({}), &settings, &Context::new(folder.path())).unwrap();
    let info = source.describe().await.unwrap();
    let chunks = source.split(50_000).await.unwrap().unwrap();
    assert!(chunks.len() > 1, "{chunks:?}");
    let mut rows = Vec::new();
    for chunk in chunks {
        let rejects = Arc::new(MemoryRejects::default());
        let request = ReadRequest { chunk: Some(chunk), ..request(&info, &rejects) };
        let batches: Vec<RecordBatch> = source.read(request).await.unwrap().try_collect().await.unwrap();
        rows.extend(batches.iter().flat_map(super::rows));
    }
    let expected: Vec<String> = (0..200_000).map(|n| format!("{n} | {}", n + 1)).collect();
    assert_eq!(rows, expected);
}

#[test]
fn patterns_that_cannot_work_are_refused_before_anything_is_read() {
    assert!(config_fault(json!({ "pattern": "(?<a>x)\\1" })).contains("references back"));
    assert!(config_fault(json!({ "pattern": "a.*" })).contains("names no column"));
    assert!(
        config_fault(json!({ "pattern": "(?<a>.)", "grok": "%{WORD:a}" }))
            .contains("a `pattern` and a `grok`")
    );
    assert!(config_fault(json!({ "grok": "%{WROD:a}" })).contains("did you mean `WORD`?"));
    assert!(config_fault(json!({ "grok": "%{WORD:a:whatever}" })).contains("whatever"));
    assert!(config_fault(json!({ "pattern": "(?<a>.)", "line_number": "a" })).contains("twice"));
}
