//! YAML files.

use super::*;

async fn try_yaml(text: &str, records: Option<&str>) -> Result<Read, Fault> {
    let folder = tempfile::tempdir().unwrap();
    write_file(folder.path(), "f.yaml", text);
    let mut settings = json!({ "path": "f.yaml" });
    if let Some(records) = records {
        settings["records"] = json!(records);
    }
    try_read(folder.path(), settings).await
}

async fn yaml(text: &str) -> Read {
    try_yaml(text, None).await.unwrap()
}

#[tokio::test]
async fn a_list_of_mappings() {
    let read = yaml(concat!(
        "# remark\n- {id: 1, code: 007, name: 'no', when: 2025-01-02, hex: 0x10, ok: true, gap: ~}\n",
        "- id: 2\n  code: 8\n  name: |\n    two\n    lines\n  when: 2025-01-03\n  hex: 3\n  ok: FALSE\n  tags: [a, 1.50, null, \"2\", {b: yes}]\n",
    ))
    .await;
    assert_eq!(
        read.columns(),
        [
            "id int64",
            "code text",
            "name text",
            "when date",
            "hex int64",
            "ok boolean",
            "gap text",
            "tags json"
        ]
    );
    assert_eq!(
        read.rows(),
        [
            "1 | 007 | no | 2025-01-02 | 16 | true | ∅ | ∅",
            "2 | 8 | two\nlines\n | 2025-01-03 | 3 | false | ∅ | [\"a\",1.50,null,\"2\",{\"b\":\"yes\"}]",
        ]
    );
}

#[tokio::test]
async fn documents_records_and_aliases() {
    let read = yaml("---\na: 1\n---\na: 2\nb: x\n...\n").await;
    assert_eq!(read.rows(), ["1 | ∅", "2 | x"]);
    let text = "version: 3\nbase: &b {a: 1, c: z}\ndata:\n  items:\n  - {<<: *b, a: 5}\n  - {a: 6, d: *b}\n  more: x\nend: [1]\n";
    let read = try_yaml(text, Some("data.items")).await.unwrap();
    assert_eq!(read.rows(), ["5 | z | ∅", r#"6 | ∅ | {"a":1,"c":"z"}"#]);
    let fault = try_yaml(text, Some("data.things")).await.err().unwrap();
    assert!(fault.to_string().contains("`things` of `records` was not found"), "{fault}");
}

#[tokio::test]
async fn rows_that_cannot_be_used_are_set_apart() {
    let read = yaml("- {a: 1}\n- {a: 2, a: 3}\n- plain\n- {[x]: 1}\n- {a: 4}\n").await;
    assert_eq!(read.rows(), ["1", "4"]);
    let found: Vec<_> =
        read.rejects.iter().map(|reject| format!("{}: {}", reject.place, reject.reason)).collect();
    assert_eq!(found[0], "f.yaml:2: line 2: `a` stands in the mapping twice");
    assert_eq!(found[1], "f.yaml:3: is not a mapping");
    assert!(found[2].contains("a key is a list or a mapping"));
}

#[tokio::test]
async fn broken_and_hostile_text_has_a_reason() {
    let fault = |text: String| async move { try_yaml(&text, None).await.err().unwrap().to_string() };
    assert!(fault("- a: 1\n- a: [1, 2\nb: 3\n".into()).await.contains("line 3: this is not valid YAML"));
    assert!(fault("# only a remark\n".into()).await.contains("holds no row"));
    let mut bomb = String::from("- a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n");
    for level in 1..9 {
        let list = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("- a{level}: &a{level} [{list}]\n"));
    }
    assert!(fault(bomb).await.contains("200,000 values"));
    assert!(fault("[".repeat(200)).await.contains("nested more than 100 deep"));
}
