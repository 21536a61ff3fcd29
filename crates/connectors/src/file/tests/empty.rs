//! Files without rows are streams without rows.

use super::*;

async fn columns_of(name: &str, content: &str, settings: Value) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    write_file(folder.path(), name, content);
    let mut all = json!({ "path": name });
    all.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    let source = connector().source(&json!({}), &all, &Context::new(folder.path())).unwrap();
    let chunks = source.split(10).await.unwrap();
    assert!(chunks.is_none_or(|chunks| chunks.len() <= 1), "{name}: nothing is not cut");
    let read = try_read(folder.path(), all).await.unwrap();
    assert_eq!((read.rows().len(), read.rejects.len()), (0, 0), "{name}");
    read.columns()
}

#[tokio::test]
async fn files_without_rows_have_the_columns_that_are_known() {
    let declared = json!({ "columns": { "id": "int64", "name": "text" } });
    let both = ["id int64", "name text"];
    for content in ["id,name\n", "id,name", "\u{feff}id,name\r\n"] {
        assert_eq!(columns_of("a.csv", content, declared.clone()).await, both, "{content:?}");
        assert_eq!(columns_of("a.csv", content, json!({})).await, ["id text", "name text"], "{content:?}");
    }
    // Where rows name the columns, only declared ones are known.
    for (name, content) in
        [("a.ndjson", ""), ("a.ndjson", "\n \r\n"), ("a.ndjson", "\u{feff}"), ("a.json", "[]\n")]
    {
        assert_eq!(columns_of(name, content, declared.clone()).await, both, "{name} {content:?}");
        assert_eq!(columns_of(name, content, json!({})).await, [""; 0], "{name} {content:?}");
    }
    // Where the settings name them, all are.
    assert_eq!(columns_of("a.log", "", json!({})).await, ["line text"]);
    let fixed = json!({ "columns": [{ "name": "code", "start": 1, "width": 4 }] });
    for content in ["", "title\n"] {
        let settings = json!({ "format": "fixed", "fixed": { "skip_rows": 1, "columns": fixed["columns"] } });
        assert_eq!(columns_of("a.txt", content, settings).await, ["code text"]);
    }
}

#[tokio::test]
async fn a_file_without_rows_stands_among_others() {
    let folder = tempfile::tempdir().unwrap();
    write_file(folder.path(), "d/1.ndjson", "");
    write_file(folder.path(), "d/2.ndjson", "{\"a\":1}\n");
    write_file(folder.path(), "d/3.ndjson", "\n");
    let read = try_read(folder.path(), json!({ "path": "d/" })).await.unwrap();
    assert_eq!((read.columns(), read.info.rows), (vec!["a int64".to_owned()], Some(1)));
    assert_eq!(read.rows(), ["1"]);
}

#[tokio::test]
async fn a_load_without_rows_is_read_as_one() {
    let folder = tempfile::tempdir().unwrap();
    let numbers: arrow::array::ArrayRef = Arc::new(arrow::array::Int64Array::from(vec![1]));
    let schema = RecordBatch::try_from_iter([("n", numbers)]).unwrap().schema();
    for name in ["a.ndjson", "a.json", "a.csv"] {
        load(folder.path(), json!({ "path": name }), WriteMode::Overwrite, schema.clone(), &[])
            .await
            .unwrap();
        let settings = json!({ "path": name, "columns": { "n": "int64" } });
        let read = try_read(folder.path(), settings).await.unwrap();
        assert_eq!((read.columns(), read.rows().len()), (vec!["n int64".to_owned()], 0), "{name}");
    }
}
