//! Tables in HTML pages.

use super::*;

async fn try_html(text: &str, html: Value) -> Result<Read, Fault> {
    let folder = tempfile::tempdir().unwrap();
    write_file(folder.path(), "f.html", text);
    let mut settings = json!({ "path": "f.html" });
    if !html.is_null() {
        settings["html"] = html;
    }
    try_read(folder.path(), settings).await
}

const PAGE: &str = r##"<!doctype html><title>x</title>
<table id="nav"><tr><td>Home<td>Help</table>
<table id="prices"><caption>Prices <b>2025</b></caption>
<thead><tr><th rowspan=2>Code</th><th colspan="2">Price</th><th rowspan=2></th></tr><tr><th>net</th><th>gross</th></tr></thead>
<tbody>
<tr><td rowspan=2>007</td><td>1.50</td><td>&nbsp;1.80 </td><td><a href="/x">see &amp; buy</a><br>now</td></tr>
<tr><td colspan=2>2</td><td>a<table><tr><td>inner</td></tr></table>b<script>no()</script></td></tr>
<tr></tr><tr><td>8</td></tr>
</tbody></table>"##;

#[tokio::test]
async fn the_largest_table_is_read_with_its_spans() {
    let read = try_html(PAGE, Value::Null).await.unwrap();
    assert_eq!(
        read.columns(),
        ["Code text", "Price net decimal(18,2)", "Price gross decimal(18,2)", "column_4 text"]
    );
    assert_eq!(read.rows(), ["007 | 1.50 | 1.80 | see & buy now", "007 | 2.00 | 2.00 | ab", "8 | ∅ | ∅ | ∅"]);
    assert!(
        read.info.notes[0]
            .contains("read table 2 `#prices` `Prices 2025` (3 rows, 4 columns), the largest of 3")
    );
}

#[tokio::test]
async fn a_table_is_chosen_by_number_id_or_caption() {
    for choice in [json!("2"), json!("#prices"), json!("Prices 2025"), json!("ices 2025")] {
        assert_eq!(try_html(PAGE, json!({ "table": choice })).await.unwrap().rows().len(), 3);
    }
    let nav = try_html(PAGE, json!({ "table": "1", "header_rows": 1 })).await.unwrap();
    assert_eq!(nav.columns(), ["Home text", "Help text"]);
    let fault = try_html(PAGE, json!({ "table": "9" })).await.err().unwrap();
    assert!(fault.hint_text().unwrap().contains("table 1 `#nav` (1 rows, 2 columns)"), "{fault:?}");
    let fault = try_html(PAGE, json!({ "table": "#price" })).await.err().unwrap();
    assert_eq!(fault.hint_text(), Some("did you mean `#prices`?"));
}

#[tokio::test]
async fn pages_that_are_hostile_or_without_tables() {
    let fault = |text: String| async move { try_html(&text, Value::Null).await.err().unwrap().to_string() };
    assert!(fault("<p>nothing".into()).await.contains("has no table"));
    assert!(fault("<div>".repeat(100_000)).await.contains("more than 2,000 deep"));
    let wide = format!("<table>{}</table>", "<tr><td rowspan=65000 colspan=1000>x".repeat(5000));
    assert!(fault(wide).await.contains("a table has more than"));
    assert!(fault(format!("<table>{}", "x".repeat(33 << 20))).await.contains("larger than 32 MB"));
}
