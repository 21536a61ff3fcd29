//! XML files.

use super::*;

async fn try_xml(text: impl AsRef<[u8]>, xml: Value) -> Result<Read, Fault> {
    let folder = tempfile::tempdir().unwrap();
    write_file(folder.path(), "f.xml", text);
    let mut settings = json!({ "path": "f.xml" });
    if !xml.is_null() {
        settings["xml"] = xml;
    }
    try_read(folder.path(), settings).await
}

async fn xml(text: impl AsRef<[u8]>, settings: Value) -> Read {
    try_xml(text, settings).await.unwrap()
}

const ORDERS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE orders [<!ENTITY x "never">]>
<orders xmlns="urn:a" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" date="2025-01-02">
  <created>today</created>
  <order id="7">
    <customer vip="true"><name>A &amp; B &#233;<![CDATA[ <c>]]></name></customer>
    <total currency="EUR">12.50</total>
    <item sku="x"><qty>1</qty></item>
    <item sku="y"><qty>2</qty><note/></item>
    <tag>new</tag>
    <gone xsi:nil="true"/>
  </order>
  <order id="8"><customer vip="false"><name/></customer><total currency="USD">3</total><tag>a</tag><tag>b</tag><gone>x</gone></order>
</orders>
"#;

#[tokio::test]
async fn repeated_elements_are_rows_and_what_repeats_inside_is_a_list() {
    let read = xml(ORDERS, Value::Null).await;
    assert_eq!(
        read.columns(),
        [
            "id int64",
            "customer.vip boolean",
            "customer.name text",
            "total.currency text",
            "total decimal(18,2)",
            "item json",
            "tag json",
            "gone text"
        ]
    );
    assert_eq!(
        read.rows(),
        [
            r#"7 | true | A & B é <c> | EUR | 12.50 | [{"sku":"x","qty":"1"},{"sku":"y","qty":"2","note":""}] | ["new"] | ∅"#,
            r#"8 | false |  | USD | 3.00 | ∅ | ["a","b"] | x"#,
        ]
    );
    assert!(read.info.notes[0].starts_with("rows are the elements `orders/order`"), "{:?}", read.info.notes);
    assert!(read.info.notes[1].contains("`orders/created`"));
}

#[tokio::test]
async fn ways_to_rows_and_columns() {
    let settings = json!({ "rows": "//item", "columns": {
        "order": "../@id", "day": "../../@date", "sku": "@sku", "qty": "qty", "all": ".", "none": "a/b/@c"
    } });
    let read = xml(ORDERS, settings).await;
    assert_eq!(read.columns(), ["order int64", "day date", "sku text", "qty int64", "all json", "none text"]);
    assert_eq!(read.rows()[1], r#"7 | 2025-01-02 | y | 2 | {"sku":"y","qty":"2","note":""} | ∅"#);
    let rows =
        xml(ORDERS, json!({ "rows": "orders/order", "columns": { "tag": "tag", "skus": "item/@sku" } }))
            .await;
    assert_eq!(rows.rows(), [r#"["new"] | ["x","y"]"#, r#"["a","b"] | ∅"#]);
    assert!(try_xml(ORDERS, json!({ "rows": "//order[1]" })).await.is_err());
    assert!(try_xml(ORDERS, json!({ "columns": { "a": "@x/b" } })).await.is_err());
}

#[tokio::test]
async fn names_that_would_meet_keep_what_tells_them_apart() {
    let text =
        r#"<r xmlns:a="1" xmlns:b="2"><x id="1"><id>2</id><a:t>3</a:t><b:t>4</b:t><a:u>5</a:u></x><x/></r>"#;
    let read = xml(text, Value::Null).await;
    assert_eq!(read.columns(), ["@id int64", "id int64", "a:t int64", "b:t int64", "u int64", "x text"]);
    assert_eq!(read.rows(), ["1 | 2 | 3 | 4 | 5 | ∅", "∅ | ∅ | ∅ | ∅ | ∅ | "]);
}

#[tokio::test]
async fn mixed_text_keeps_its_order() {
    let read = xml("<r><p>one <b>two</b> three</p><p>x</p></r>", Value::Null).await;
    assert_eq!(read.rows(), ["one two three | two", "x | ∅"]);
}

#[tokio::test]
async fn a_list_that_appears_late_costs_its_row_until_it_is_named() {
    let mut text = String::from("<r>");
    let filler = "x".repeat(1000);
    for n in 0..9000 {
        text.push_str(&format!("<row><n>{n}</n><t>{filler}</t></row>\n"));
    }
    text.push_str("<row><n>1</n><t>a</t><t>b</t></row></r>");
    let read = xml(&text, Value::Null).await;
    assert_eq!((read.rows().len(), read.rejects.len()), (9000, 1));
    assert_eq!(read.rejects[0].place, "f.xml:9001");
    assert!(read.rejects[0].reason.contains("name it in `lists`"));
    let named = xml(&text, json!({ "lists": ["t"] })).await;
    assert_eq!((named.rows().len(), named.rejects.len()), (9001, 0));
}

#[tokio::test]
async fn files_that_break_name_the_place() {
    let fault =
        |text: &'static str| async move { try_xml(text, Value::Null).await.err().unwrap().to_string() };
    assert_eq!(
        fault("<r>\n<x>1</x>\n <x>2</y>\n</r>").await,
        "file `f.xml`, line 3, character 6: ill-formed document: expected `</x>`, but `</y>` was found"
    );
    assert!(fault("<r><x>1</x>").await.contains("the file ends inside of an element"));
    assert!(fault("nothing").await.contains("there is no element"));
    assert!(fault("").await.contains("is empty"));
    assert!(fault("<r><x a='1' a='2'/></r>").await.contains("line 1"));
    let deep = "<a>".repeat(100_000);
    assert!(try_xml(deep, Value::Null).await.err().unwrap().to_string().contains("256 deep"));
    let broken = "<r><x>1</x>\n<x>2</x>\n<x>3</y></r>";
    let read = xml(broken, json!({ "broken": "keep_rows" })).await;
    assert_eq!(read.rows(), ["1", "2"]);
    assert_eq!(read.rejects[0].place, "f.xml:3");
    assert!(read.rejects[0].reason.contains("expected `</x>`"));
}

#[tokio::test]
async fn entities_are_never_expanded_from_a_document_type() {
    let bomb = r#"<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>
<r><x>&b;</x><x>ok</x><x>&f;</x></r>"#;
    let read = xml(bomb, Value::Null).await;
    assert_eq!(read.rows(), ["ok"]);
    assert_eq!(read.rejects[0].reason, "`&b;` is no character that XML knows");
    assert_eq!(read.rejects.len(), 2);
}

#[tokio::test]
async fn without_repetition_there_is_one_row() {
    assert_eq!(xml("<r><a>1</a><b x='2'>3</b></r>", Value::Null).await.rows(), ["1 | 2 | 3"]);
    assert_eq!(xml("<r><one><a>1</a><b>2</b></one></r>", Value::Null).await.rows(), ["1 | 2"]);
    // Many logs have no element around their entries.
    assert_eq!(xml("<e><n>1</n></e>\n<e><n>2</n></e>\n", Value::Null).await.rows(), ["1", "2"]);
}
