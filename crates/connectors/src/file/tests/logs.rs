//! Event logs by a declared grammar.

use super::*;

/// The grammar of a machining centre's logs.
fn machine() -> Value {
    json!({
        "line": "{at:%Y%m%d %H:%M:%S}|@{event}[:{details}]",
        "events": {
            "MachineStart": [],
            "MachineWait": ["{seconds:number} [sec]"],
            "JobProfiel": ["R:{reference:word} L:{length:decimal(10,2)} [C:{colour:word} {*}]"],
            "StukUitgevoerd": [],
        },
    })
}

async fn log(content: impl AsRef<[u8]>, log: Value) -> Read {
    log_with(content, json!({ "log": log })).await
}

async fn log_with(content: impl AsRef<[u8]>, mut settings: Value) -> Read {
    let folder = tempfile::tempdir().unwrap();
    write_file(folder.path(), "20250612.LOG", content);
    settings["path"] = json!("20250612.LOG");
    settings["format"] = json!("log");
    try_read(folder.path(), settings).await.unwrap()
}

/// What is wrong with a grammar.
async fn wrong(log: Value) -> String {
    let folder = tempfile::tempdir().unwrap();
    write_file(folder.path(), "a.log", "");
    let Err(fault) = try_read(folder.path(), json!({ "path": "a.log", "log": log })).await else {
        panic!("the grammar was taken")
    };
    fault.to_string()
}

fn reasons(read: &Read) -> Vec<String> {
    read.rejects.iter().map(|reject| format!("{}: {}", reject.place, reject.reason)).collect()
}

#[tokio::test]
async fn every_event_is_a_row_with_the_fields_of_its_kind() {
    let text = "20250612 06:00:02|@MachineStart\r\n\
                20250612 06:01:10|@JobProfiel: R:AX4410 L:6250.0 C:W12 G PVC\r\n\
                20250612 06:02:00|@JobProfiel:R:BZ77 L:4980\r\n\
                \r\n\
                20250612 06:03:00|@StukUitgevoerd: 1 | @a: b\r\n\
                20250612 06:06:00|@MachineWait: 12.5 sec\r\n\
                20250612 06:07:00|@MachineWait:45\r\n\
                20250612 06:08:00|@Onbekend: R:x\r\n\
                20250612 06:09:00|@MachineStart:";
    let read = log(text, machine()).await;
    assert_eq!(
        read.columns(),
        [
            "at timestamp",
            "event text",
            "details text",
            "seconds decimal(18,6)",
            "reference text",
            "length decimal(10,2)",
            "colour text",
            "line_number int64",
        ]
    );
    assert_eq!(
        read.rows(),
        [
            "2025-06-12T06:00:02 | MachineStart | ∅ | ∅ | ∅ | ∅ | ∅ | 1",
            "2025-06-12T06:01:10 | JobProfiel | R:AX4410 L:6250.0 C:W12 G PVC | ∅ | AX4410 | 6250.00 | W12 | 2",
            "2025-06-12T06:02:00 | JobProfiel | R:BZ77 L:4980 | ∅ | BZ77 | 4980.00 | ∅ | 3",
            "2025-06-12T06:03:00 | StukUitgevoerd | 1 | @a: b | ∅ | ∅ | ∅ | ∅ | 5",
            "2025-06-12T06:06:00 | MachineWait | 12.5 sec | 12.500000 | ∅ | ∅ | ∅ | 6",
            "2025-06-12T06:07:00 | MachineWait | 45 | 45.000000 | ∅ | ∅ | ∅ | 7",
            "2025-06-12T06:08:00 | Onbekend | R:x | ∅ | ∅ | ∅ | ∅ | 8",
            "2025-06-12T06:09:00 | MachineStart | ∅ | ∅ | ∅ | ∅ | ∅ | 9",
        ]
    );
    assert_eq!(reasons(&read), [""; 0]);
}

#[tokio::test]
async fn lines_that_cannot_be_read_go_to_quarantine_with_number_and_reason() {
    let text = "20250612 06:00:02 MachineStart\n\
                20250231 06:00:02|@MachineStart\n\
                Verbinding hersteld|@MachineStart\n\
                20250612 06:01:10|@JobProfiel: R:AX4410 C:W12\n\
                20250612 06:01:11|@JobProfiel: R:AX4410 L:6250.555\n\
                20250612 06:06:00|@MachineWait: lang\n\
                20250612 06:06:00|@MachineWait: 12,5 sec\n\
                20250612 06:06:00|@MachineWait\n\
                20250612 06:06:00|@\n";
    let read = log(text, machine()).await;
    assert_eq!(read.rows(), [""; 0]);
    let line = "20250612.LOG:";
    let pattern = "the line does not match `{at:%Y%m%d %H:%M:%S}|@{event}[:{details}]`";
    let job = "the details of `JobProfiel` do not match `R:{reference:word} L:{length:decimal(10,2)} [C:{colour:word} {*}]`";
    let wait = "the details of `MachineWait` do not match `{seconds:number} [sec]`";
    let form = "is not a time of the form `%Y%m%d %H:%M:%S`";
    assert_eq!(
        reasons(&read),
        [
            format!("{line}1: {pattern}: `20250612 06:00:02 MachineStart` {form}"),
            format!("{line}2: {pattern}: `20250231 06:00:02` {form}"),
            format!("{line}3: {pattern}: `Verbinding hersteld` {form}"),
            format!("{line}4: {job}: `L:` is missing"),
            format!("{line}5: `6250.555` is not of type decimal(10,2)"),
            format!("{line}6: {wait}: `lang` is no number for `{{seconds}}`"),
            format!("{line}7: {wait}: nothing in it stands for `,5 sec`"),
            format!("{line}8: {wait}: `{{seconds}}` is empty"),
            format!("{line}9: {pattern}: `{{event}}` is empty"),
        ]
    );
    assert_eq!(read.rejects[3].original, "20250612 06:01:10|@JobProfiel: R:AX4410 C:W12");
}

#[tokio::test]
async fn noise_around_a_time_does_not_cost_the_line() {
    let text = "\u{feff}20250612 06:00:02|@MachineStart\n\
                \u{a0} 20250612\u{a0} 06:00:0\u{b0}3 |@MachineStart\n\
                2025\x0006\x0012 06:00:04|@Machine\0Start\n\0\0\0\n";
    let read = log(text, machine()).await;
    let rows: Vec<String> = read.rows().iter().map(|row| row[..34].to_owned()).collect();
    assert_eq!(rows, ["02", "03", "04"].map(|second| format!("2025-06-12T06:00:{second} | MachineStart")));
    assert_eq!(reasons(&read), [""; 0]);
}

#[tokio::test]
async fn text_is_read_in_its_encoding() {
    let folder = tempfile::tempdir().unwrap();
    let text = b"\xa020250612 06:00:02|@Melding: Ploeg be\xebindigd\n\x8120250612 06:00:03|@Stop\x80\n";
    write_file(folder.path(), "a.log", text);
    let settings = |encoding: Value| json!({ "path": "a.log", "encoding": encoding, "log": machine() });
    let read = try_read(folder.path(), settings(json!("latin1"))).await.unwrap();
    assert_eq!(read.rows(), ["2025-06-12T06:00:02 | Melding | Ploeg be\u{eb}indigd | ∅ | ∅ | ∅ | ∅ | 1"]);
    let why = "the line is not text in its encoding; bytes that are wrong are shown as `\\xE9`";
    assert_eq!(reasons(&read), [format!("a.log:2: {why}")]);
    let read = try_read(folder.path(), settings(Value::Null)).await.unwrap();
    assert_eq!(reasons(&read), [format!("a.log:1: {why}"), format!("a.log:2: {why}")]);
    assert!(read.rejects[0].original.ends_with("be\\xEBindigd"));
}

#[tokio::test]
async fn other_families_of_machines_need_no_code() {
    let grammar = json!({
        "line": "[[{at:%d/%b/%Y:%T.%f %z}]] {level:word} {event}[(code {code:int64})] -[ {details}]",
        "events": {
            "drill": ["{depth:float64} mm", "from {from:float64} to {depth:float64} mm"],
            "idle": [""],
        },
        "others": "quarantine",
    });
    let text = "[12/Jun/2025:08:00:02.25 +0200] INFO drill (code 17) - 12.5 mm\n\
                [12/Jun/2025:06:00:03.1 Z]   WARN  drill - from 1 to 3 mm\n\
                [12/Jun/2025:06:00:03.1 Z] INFO idle -\n\
                [12/Jun/2025:06:00:03.1 Z] INFO idle - so\n\
                [12/Jun/2025:06:00:03.1 Z] INFO other -\n\
                [12/Jun/2025:06:00:03.1 Z] INFO drill - 12 cm\n";
    let read = log(text, grammar).await;
    assert_eq!(
        read.rows(),
        [
            "2025-06-12T06:00:02.25Z | INFO | drill | 17 | 12.5 mm | 12.5 | ∅ | 1",
            "2025-06-12T06:00:03.1Z | WARN | drill | ∅ | from 1 to 3 mm | 3 | 1 | 2",
            "2025-06-12T06:00:03.1Z | INFO | idle | ∅ | ∅ | ∅ | ∅ | 3",
        ]
    );
    assert_eq!(
        reasons(&read),
        [
            "20250612.LOG:4: the details of `idle` do not match ``: nothing in it stands for `so`",
            "20250612.LOG:5: the event `other` has no entry in `events`",
            "20250612.LOG:6: the details of `drill` do not match any of 2 patterns; the first is \
             `{depth:float64} mm`: `mm` is missing",
        ]
    );
}

#[tokio::test]
async fn grammars_that_cannot_work_say_why() {
    let line = |line: &str| json!({ "line": line });
    assert!(wrong(line("{a}{b}")).await.contains("where `{a}` ends and `{b}` begins cannot be told"));
    assert!(wrong(line("{a")).await.contains("a `{` is never closed"));
    assert!(wrong(line("{a} [b")).await.contains("a `[` is never closed"));
    assert!(wrong(line("{a}]")).await.contains("a `]` closes nothing"));
    assert!(wrong(line("{a:nummer}")).await.contains("`nummer` is no type"));
    assert!(wrong(line("{a:%H}")).await.contains("needs year, month and day, or hour and minute"));
    assert!(wrong(line("{a} {a}")).await.contains("it has two fields `a`"));
    assert!(wrong(line("{line_number}")).await.contains("cannot be called `line_number`"));
    let events =
        |line: &str, pattern: &str| json!({ "line": line, "events": { "x": [pattern], "y": ["{n:int64}"] } });
    assert!(wrong(events("{event}", "a")).await.contains("no field `details`"));
    assert!(wrong(events("{what}: {details}", "a")).await.contains("no field `event`"));
    assert!(wrong(events("{event}: {details}", "{n}")).await.contains("`n` is of type text in `x`"));
    assert!(wrong(events("{event}: {details}", "{event}")).await.contains("and so has `line`"));
}

#[tokio::test]
async fn large_and_packed_logs_keep_their_line_numbers() {
    let mut text = Vec::new();
    for row in 0..200_000u32 {
        let (hour, minute, second) = (row / 3600 % 24, row / 60 % 60, row % 60);
        let line = format!("20250612 {hour:02}:{minute:02}:{second:02}|@MachineWait: {row}.5 sec\n");
        text.extend_from_slice(line.as_bytes());
        if row % 50_000 == 0 {
            text.extend_from_slice(b"broken\n");
        }
    }
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, &text).unwrap();
    for content in [text, gzip.finish().unwrap()] {
        let read = log(content, machine()).await;
        let rows = read.rows();
        assert_eq!(rows.len(), 200_000);
        assert!(rows[199_999].ends_with("199999.5 sec | 199999.500000 | ∅ | ∅ | ∅ | 200004"));
        let lines: Vec<&str> = read.rejects.iter().map(|reject| reject.place.as_str()).collect();
        assert_eq!(lines, ["2", "50003", "100004", "150005"].map(|line| format!("20250612.LOG:{line}")));
    }
}

proptest::proptest! {
    #[test]
    fn random_bytes_never_break_the_reader(
        content in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400),
        lines in proptest::collection::vec("[ 0-9:|@A-Za-zéR\\.\\[\\]{}-]{0,40}", 0..8),
        pattern in "[ a-z{}\\[\\]:%YmdHMS*|]{0,24}",
    ) {
        // What begins like a packed file is read as one.
        let packed: [&[u8]; 3] = [b"\x1f\x8b", b"PK", b"\x28\xb5\x2f\xfd"];
        proptest::prop_assume!(!packed.iter().any(|mark| content.starts_with(mark)));
        let mut text = content;
        for line in lines {
            text.push(b'\n');
            text.extend_from_slice(line.as_bytes());
        }
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            // The encoding is given: bytes that happen to be a mark of UTF-16 would be no lines.
            let read = log_with(&text, json!({ "log": machine(), "encoding": "latin1" })).await;
            let blank = |line: &&[u8]| line.iter().all(|byte| *byte == 0 || byte.is_ascii_whitespace());
            let lines = text.split(|byte| *byte == b'\n').filter(|line| !blank(line)).count();
            assert_eq!(read.rows().len() + read.rejects.len(), lines);
            // Any pattern is taken or refused.
            let folder = tempfile::tempdir().unwrap();
            write_file(folder.path(), "a.log", &text);
            let _ = try_read(folder.path(), json!({ "path": "a.log", "log": { "line": pattern } })).await;
        });
    }
}
