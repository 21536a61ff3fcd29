//! Messages of files: types, rows that are refused, schemas that change.

use towpath_model::FaultKind;

use super::*;

#[tokio::test]
async fn properties_become_columns_of_their_types() {
    let schema = json!({ "key_properties": ["id"], "properties": {
        "id": { "type": "integer" },
        "big": { "type": ["null", "integer"], "maximum": 18_446_744_073_709_551_615u64 },
        "rate": { "type": "number" },
        "price": { "type": "number", "multipleOf": 0.01, "minimum": -999.99, "maximum": 999.99 },
        "exact": { "type": ["string", "null"], "format": "singer.decimal" },
        "at": { "anyOf": [{ "type": "string", "format": "date-time" }, { "type": "null" }] },
        "day": { "type": "string", "format": "date" },
        "time": { "type": "string", "format": "time" },
        "uid": { "type": "string", "format": "uuid" },
        "on": { "type": "boolean" },
        "code": { "type": ["string", "integer"] },
        "list": { "type": "array", "items": { "type": "string" } },
        "any": {},
    }});
    let mut text = messages("t", schema, &[]);
    text.push_str(concat!(
        r#"{"type":"RECORD","stream":"t","record":{"id":1.0,"big":18446744073709551615,"rate":0.10000000000000000000001,"#,
        r#""price":1.5,"exact":"12.50","at":"2025-01-01T10:00:00+02:00","day":"2025-01-01","time":"10:00:00.5","#,
        r#""uid":"6F9619FF-8B86-D011-B42D-00CF4FC964FF","on":true,"code":7,"list":["a"],"any":"x","more":{"a":1}}}"#,
        "\n",
        r#"{"type":"RECORD","stream":"t","record":{"id":1e2,"at":"2025-01-01 10:00:00","code":"é\n"}}"#,
        "\n"
    ));
    let read = read(&text, "t").await.unwrap();
    assert_eq!(read.refused(), Vec::<String>::new());
    assert_eq!(
        read.columns(),
        [
            "id int64",
            "big numeric",
            "rate numeric",
            "price decimal(5,2)",
            "exact numeric",
            "at timestamp with time zone",
            "day date",
            "time time",
            "uid uuid",
            "on boolean",
            "code text",
            "list json",
            "any json",
            "more json"
        ]
    );
    assert_eq!((read.info.primary_key.as_slice(), read.info.rows), (&["id".to_owned()][..], Some(2)));
    let row: Value = serde_json::from_str(&read.rows()[0]).unwrap();
    assert_eq!(row["uid"], "6f9619ff-8b86-d011-b42d-00cf4fc964ff");
    assert!(read.rows()[0].contains("0.10000000000000000000001"), "{:?}", read.rows());
    assert!(read.rows()[0].contains("08:00:00"), "an offset is taken into account: {:?}", read.rows());
    assert!(read.rows()[1].contains("10:00:00"), "a moment without offset is UTC: {:?}", read.rows());
    let row: Value = serde_json::from_str(&read.rows()[1]).unwrap();
    assert_eq!((&row["id"], &row["code"]), (&json!(100), &json!("é\n")));
}

#[tokio::test]
async fn rows_that_do_not_fit_are_refused_with_their_line() {
    let schema = json!({ "key_properties": ["id"], "required": ["name"], "additionalProperties": false, "properties": {
        "id": { "type": "integer" }, "name": { "type": "string" }, "day": { "type": "string", "format": "date" }
    }});
    let mut text =
        String::from("{\"type\":\"RECORD\",\"stream\":\"t\",\"record\":{\"id\":0,\"name\":\"early\"}}\n");
    text.push_str(&messages(
        "t",
        schema,
        &[
            json!({ "id": 1, "name": "good", "day": null }),
            json!({ "id": "2", "name": "text as id" }),
            json!({ "id": 3.5, "name": "not whole" }),
            json!({ "name": "no key" }),
            json!({ "id": 5 }),
            json!({ "id": 6, "name": null }),
            json!({ "id": 7, "name": "x", "day": "2025-02-30" }),
            json!({ "id": 8, "name": "x", "else": 1 }),
            json!({ "id": 12e20, "name": "too large" }),
        ],
    ));
    text.push_str("INFO: a log line\n\n{\"type\":\"RECORD\",\"stream\":\"t\",\"record\":{\"id\":9,\"name\":\"last\"}}\n");
    let read = read(&text, "t").await.unwrap();
    assert_eq!(read.rows().len(), 2, "{:?}", read.rows());
    let mut refused = read.refused();
    refused.sort_by_key(|line| line.split([':', ' ']).nth(1).and_then(|line| line.parse::<u64>().ok()));
    let expected = [
        "m.singer:1 the row stands before the SCHEMA message of its stream",
        "m.singer:4 `2` is not of type integer, as the schema says",
        "m.singer:5 `3.5` is not of type integer, as the schema says",
        "m.singer:6 the row has no value for `id`, which is part of the key",
        "m.singer:7 `name` is missing, and the schema requires it",
        "m.singer:8 `name` is null, and the schema requires a value",
        "m.singer:9 `2025-02-30` is not a date",
        "m.singer:10 `else` is not in the schema, which allows no more properties",
        "m.singer:11 `1200000000000000000000` is outside int64",
        "m.singer:12 the line is no message: it is not a JSON object",
    ];
    assert_eq!(refused, expected);
    let day = read.rejects.iter().find(|reject| reject.place == "m.singer:9").unwrap();
    assert_eq!(day.original, r#"{"id":7,"name":"x","day":"2025-02-30"}"#);
    assert_eq!((day.column.as_deref(), day.value.as_deref()), (Some("day"), Some("2025-02-30")));
}

#[tokio::test]
async fn later_schemas_add_columns_and_widen_types() {
    let first = json!({ "properties": { "id": { "type": "integer" }, "n": { "type": "integer" } } });
    let second = json!({ "properties": {
        "id": { "type": "integer" }, "n": { "type": "string" }, "new": { "type": "boolean" }
    }});
    let text = messages("t", first, &[json!({ "id": 1, "n": 7 })])
        + &messages("t", second, &[json!({ "id": 2, "n": "x", "new": true })]);
    let read = read(&text, "t").await.unwrap();
    assert_eq!(read.columns(), ["id int64", "n text", "new boolean"]);
    assert_eq!(read.rows().len(), 2, "{:?}", read.refused());
}

#[tokio::test]
async fn rows_of_older_versions_are_left_out() {
    let mut text = messages("t", json!({ "properties": { "id": { "type": "integer" } } }), &[]);
    for (id, version) in [(1, 10), (2, 11), (3, 12)] {
        let record = json!({ "type": "RECORD", "stream": "t", "record": { "id": id }, "version": version });
        text.push_str(&format!("{record}\n"));
    }
    text.push_str("{\"type\":\"ACTIVATE_VERSION\",\"stream\":\"t\",\"version\":11}\n");
    let read = read(&text, "t").await.unwrap();
    assert_eq!(read.rows(), [r#"{"id":2}"#, r#"{"id":3}"#]);
    assert!(read.info.notes[0].contains("before 11 are left out"), "{:?}", read.info.notes);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_before_the_run() {
    let batch = "{\"type\":\"BATCH\",\"stream\":\"t\",\"encoding\":{},\"manifest\":[]}\n";
    let schema = messages("t", json!({ "properties": { "id": { "type": "integer" } } }), &[]);
    for (text, stream, kind, part) in [
        (format!("{schema}{batch}"), "t", FaultKind::Data, "line 2 is a BATCH message"),
        (messages("t", json!({ "type": "object" }), &[]), "t", FaultKind::Data, "has no properties"),
        (schema, "tt", FaultKind::NotFound, "has no stream `tt`"),
        ("id,name\n1,x\n".into(), "t", FaultKind::Data, "holds no Singer messages; line 1"),
    ] {
        let fault = read(&text, stream).await.unwrap_err();
        assert_eq!(fault.kind(), kind, "{fault:?}");
        assert!(fault.to_string().contains(part), "{fault}");
    }
}

#[tokio::test]
async fn columns_limits_and_the_last_state() {
    let folder = tempfile::tempdir().unwrap();
    let schema = json!({ "properties": { "a": { "type": "integer" }, "b": { "type": "string" } } });
    let rows: Vec<Value> = (0..1000).map(|row| json!({ "a": row, "b": "x" })).collect();
    let text = messages("t", schema, &rows) + "{\"type\":\"STATE\",\"value\":{\"seen\":1000}}\n";
    std::fs::write(folder.path().join("m.singer"), text).unwrap();
    let connection = json!({ "path": "m.singer", "next_state_file": "next.json" });
    let count = |read: &Read| read.batches.iter().map(RecordBatch::num_rows).sum::<usize>();
    let some = read_with(folder.path(), connection.clone(), "t", |request| {
        request.columns = vec![1, 0];
        request.limit = Some(150);
        request.batch_rows = 100;
    });
    let some = some.await.unwrap();
    assert_eq!((count(&some), some.rows()[0].as_str()), (150, r#"{"b":"x","a":0}"#));
    assert!(some.info.notes[0].contains(r#"{"seen":1000}"#), "{:?}", some.info.notes);
    assert!(!folder.path().join("next.json").exists(), "a state is kept only when all rows were read");
    let all = read_with(folder.path(), connection, "t", |request| request.columns.clear()).await.unwrap();
    assert_eq!(count(&all), 1000);
    assert_eq!(std::fs::read_to_string(folder.path().join("next.json")).unwrap(), r#"{"seen":1000}"#);
}

#[test]
fn settings_that_contradict_each_other_are_refused() {
    for (connection, part) in [
        (json!({}), "neither `path` nor `command`"),
        (json!({ "path": "a", "command": ["b"] }), "both given"),
        (json!({ "path": "a", "config": {} }), "`config` has no meaning"),
        (json!({ "command": [] }), "names no program"),
        (json!({ "command": ["t"], "state": {}, "state_file": "s" }), "both given"),
        (json!({ "command": ["t"], "state_file": "s", "next_state_file": "s" }), "must not be"),
    ] {
        let made = connector().source(&connection, &json!({ "stream": "t" }), &Context::new("."));
        let fault = made.unwrap_err();
        assert!(fault.to_string().contains(part), "{fault}");
    }
    let connection = json!({ "command": ["t"], "config": "s3cret" });
    let fault = connector().source(&connection, &json!({ "stream": "t" }), &Context::new(".")).unwrap_err();
    assert!(fault.to_string().ends_with("must be a mapping, or a JSON object as text"), "{fault}");
    let address = connector().address("singer://saved/m.singer#users", true).unwrap();
    assert_eq!(
        (address.connection, address.stream),
        (json!({ "path": "saved/m.singer" }), Some(json!({ "stream": "users" })))
    );
    assert!(connector().destination(&json!({ "path": "a" }), &json!({}), &Context::new(".")).is_err());
}
