//! Loads: all or nothing, append, contracts, refusals.

use arrow::array::{ArrayRef, Int64Array, StringArray};
use towpath_connect::{Destination, Load};
use towpath_model::FaultKind;
use towpath_model::contract::{Contract, ContractRule};

use super::*;

fn batch(columns: &[(&str, &[&str])]) -> RecordBatch {
    let column = |values: &[&str]| Arc::new(StringArray::from(values.to_vec())) as ArrayRef;
    RecordBatch::try_from_iter(columns.iter().map(|(name, values)| (*name, column(values)))).unwrap()
}

fn destination(folder: &Path, settings: Value) -> Result<Arc<dyn Destination>, Fault> {
    connector().destination(&json!({}), &settings, &Context::new(folder))
}

fn load_request(mode: WriteMode, schema: SchemaRef) -> LoadRequest {
    LoadRequest {
        mode,
        ..LoadRequest::new(LoadId::generate(), "test/load", schema, Arc::<MemoryRejects>::default())
    }
}

async fn begin(folder: &Path, settings: Value, request: LoadRequest) -> Result<Box<dyn Load>, Fault> {
    destination(folder, settings)?.begin(request).await
}

async fn append(folder: &Path, settings: Value, batch: &RecordBatch) -> Result<Receipt, Fault> {
    load(folder, settings, WriteMode::Append, batch.schema(), std::slice::from_ref(batch)).await
}

fn content(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap()
}

#[tokio::test]
async fn nothing_is_visible_before_commit_and_nothing_stays_after_abort() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["f.csv", "f.parquet", "f.json", "f.arrow"] {
        write_file(folder.path(), name, "old");
        let rows = batch(&[("a", &["1", "2"])]);
        let request = || load_request(WriteMode::Overwrite, rows.schema());
        let mut aborted = begin(folder.path(), json!({ "path": name }), request()).await.unwrap();
        aborted.write(rows.clone()).await.unwrap();
        assert_eq!(content(folder.path(), name), "old");
        assert_eq!(names(folder.path()).len(), 2);
        aborted.abort().await.unwrap();
        assert_eq!(names(folder.path()), [name]);
        let mut dropped = begin(folder.path(), json!({ "path": name }), request()).await.unwrap();
        dropped.write(rows.clone()).await.unwrap();
        drop(dropped);
        // The next load does not disturb what the dropped one still cleans up.
        let mut good = begin(folder.path(), json!({ "path": name }), request()).await.unwrap();
        good.write(rows.clone()).await.unwrap();
        assert_eq!(content(folder.path(), name), "old");
        good.commit().await.unwrap();
        let read = try_read(folder.path(), json!({ "path": name })).await.unwrap();
        assert_eq!(read.rows(), ["1", "2"]);
        while names(folder.path()).len() > 1 {
            tokio::task::yield_now().await;
        }
        std::fs::remove_file(folder.path().join(name)).unwrap();
    }
}

#[tokio::test]
async fn a_full_disk_leaves_the_target_alone() {
    let folder = tempfile::tempdir().unwrap();
    let rows = batch(&[("a", &["x"; 1000])]);
    for format in ["csv", "ndjson", "parquet"] {
        let settings = json!({ "path": "/dev/full", "format": format });
        let result =
            load(folder.path(), settings, WriteMode::Overwrite, rows.schema(), &vec![rows.clone(); 500])
                .await;
        let fault = result.unwrap_err();
        assert_eq!(fault.kind(), FaultKind::Unavailable, "{fault:?}");
        assert_eq!(fault.to_string(), "no space is left on the disk of `/dev/full`");
    }
}

#[tokio::test]
async fn csv_grows_in_the_order_of_its_own_columns() {
    let folder = tempfile::tempdir().unwrap();
    write_file(folder.path(), "f.csv", "a;b;c\n1;2;3");
    let settings = || json!({ "path": "f.csv" });
    let receipt = append(folder.path(), settings(), &batch(&[("c", &["x;y"]), ("a", &[""])])).await.unwrap();
    assert_eq!((receipt.written, receipt.notes.len()), (1, 0));
    assert_eq!(content(folder.path(), "f.csv"), "a;b;c\n1;2;3\n\"\";;\"x;y\"\n");
    let more = batch(&[("a", &["9"]), ("bb", &["8"])]);
    let fault = append(folder.path(), settings(), &more).await.unwrap_err();
    assert_eq!(fault.kind(), FaultKind::Contract);
    assert!(fault.to_string().contains("does not have the columns `bb`"));
    let contract = Contract { columns: ContractRule::DiscardValue, ..Contract::default() };
    let request = LoadRequest { contract, ..load_request(WriteMode::Append, more.schema()) };
    let mut load = begin(folder.path(), settings(), request).await.unwrap();
    load.write(more).await.unwrap();
    load.commit().await.unwrap();
    assert!(content(folder.path(), "f.csv").ends_with("\n9;;\n"));
}

#[tokio::test]
async fn compressed_text_and_json_lines_grow() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["f.csv.gz", "f.csv.zst", "f.ndjson", "new.csv"] {
        for value in ["1", "2"] {
            append(folder.path(), json!({ "path": name }), &batch(&[("a", &[value]), ("b", &["x"])]))
                .await
                .unwrap();
        }
        let read = try_read(folder.path(), json!({ "path": name })).await.unwrap();
        assert_eq!(read.rows(), ["1 | x", "2 | x"], "{name}");
    }
    write_file(folder.path(), "empty.csv", "");
    append(folder.path(), json!({ "path": "empty.csv" }), &batch(&[("a", &["1"])])).await.unwrap();
    assert_eq!(content(folder.path(), "empty.csv"), "a\n1\n");
}

#[tokio::test]
async fn a_folder_gets_one_file_per_load_and_the_same_load_once() {
    let folder = tempfile::tempdir().unwrap();
    let rows = batch(&[("a", &["1", "2"])]);
    let settings = || json!({ "path": "out/", "format": "parquet" });
    let request = load_request(WriteMode::Append, rows.schema());
    for replayed in [false, true] {
        let mut load = begin(folder.path(), settings(), request.clone()).await.unwrap();
        load.write(rows.clone()).await.unwrap();
        let receipt = load.commit().await.unwrap();
        assert_eq!((receipt.written, receipt.replayed), (2, replayed));
    }
    append(folder.path(), settings(), &rows).await.unwrap();
    assert_eq!(names(&folder.path().join("out")).len(), 2);
    let read = try_read(folder.path(), json!({ "path": "out/" })).await.unwrap();
    assert_eq!(read.rows(), ["1", "2", "1", "2"]);
    let target = destination(folder.path(), settings()).unwrap().target().await.unwrap().unwrap();
    assert_eq!(target.schema.field(0).name(), "a");
}

#[tokio::test]
async fn what_files_cannot_do_is_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let rows = batch(&[("a", &["1"])]);
    write_file(folder.path(), "f.parquet", "x");
    write_file(folder.path(), "f.json", "[]");
    let base = |mode| load_request(mode, rows.schema());
    let frozen = Contract { tables: ContractRule::Freeze, ..Contract::default() };
    for (path, request, message) in [
        ("new.csv", base(WriteMode::Upsert), "mode `upsert` needs a database"),
        ("new.csv", base(WriteMode::Mirror), "mode `mirror` needs a database"),
        ("new.csv", LoadRequest { key: vec!["a".into()], ..base(WriteMode::Append) }, "has no key"),
        (
            "new.csv",
            LoadRequest { contract: frozen, ..base(WriteMode::Append) },
            "the contract for tables is `freeze`",
        ),
        ("f.parquet", base(WriteMode::Append), "rows cannot be added to Parquet file"),
        ("f.json", base(WriteMode::Append), "rows cannot be added to JSON file"),
    ] {
        let Err(fault) = begin(folder.path(), json!({ "path": path }), request).await else {
            panic!("{path}")
        };
        assert!(fault.to_string().contains(message) && fault.hint_text().is_some(), "{fault}");
    }
    assert_eq!(names(folder.path()), ["f.json", "f.parquet"]);
    for (settings, message) in [
        (json!({ "path": "out/" }), "`format` is needed"),
        (json!({ "path": "f.xyz" }), "does not tell the format"),
        (json!({ "path": "f.csv", "compression": "snappy" }), "cannot have this `compression`"),
        (json!({ "path": "f.csv", "row_group_rows": 5 }), "`row_group_rows` has no meaning for CSV files"),
    ] {
        let fault = destination(folder.path(), settings).err().unwrap();
        assert!(fault.to_string().contains(message), "{fault}");
    }
}

#[tokio::test]
async fn a_root_confines_what_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let (root, outside) = (folder.path().join("root"), folder.path().join("outside"));
    std::fs::create_dir_all(&root).unwrap();
    std::fs::create_dir_all(&outside).unwrap();
    std::os::unix::fs::symlink(&outside, root.join("link")).unwrap();
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    let rows = RecordBatch::try_from_iter([("n", numbers)]).unwrap();
    for path in ["../f.csv", "link/f.csv", "link/new/f.csv"] {
        let made = connector().destination(
            &json!({ "root": root.to_str() }),
            &json!({ "path": path }),
            &Context::new(folder.path()),
        );
        let fault = match made {
            Ok(made) => made.begin(load_request(WriteMode::Overwrite, rows.schema())).await.err().unwrap(),
            Err(fault) => fault,
        };
        assert!(fault.to_string().contains("leads out of the connection's folder"), "{path}: {fault}");
    }
    assert!(names(&outside).is_empty());
}
