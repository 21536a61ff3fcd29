//! Which files a run reads, in the memory of earlier ones, and what becomes of them.

use std::fs;
use std::time::{Duration, SystemTime};

use towpath_connect::{Item, Recall, Settlement, Source};

use super::*;

/// A source of these settings for a run that remembers `read`.
fn source(folder: &Path, settings: &Value, recall: Recall) -> Arc<dyn Source> {
    let source = connector().source(&json!({}), settings, &Context::new(folder)).unwrap();
    source.recall(Recall { is_run: true, ..recall });
    source
}

fn after(read: &[Item]) -> Recall {
    Recall { read: read.to_vec(), ..Recall::default() }
}

/// Rows and items of a run.
async fn run(folder: &Path, settings: &Value, recall: Recall) -> Result<(Vec<String>, Vec<Item>), Fault> {
    let source = source(folder, settings, recall);
    let info = source.describe().await?;
    let intake = source.intake().await?.unwrap_or_default();
    let rejects = Arc::new(MemoryRejects::default());
    let batches: Vec<RecordBatch> = source.read(request(&info, &rejects)).await?.try_collect().await?;
    Ok((batches.iter().flat_map(rows).collect(), intake.items))
}

/// What the names of the items are.
fn names(items: &[Item]) -> Vec<&str> {
    items.iter().map(|item| item.name.as_str()).collect()
}

fn set_age(path: &Path, seconds: u64) {
    let at = SystemTime::now() - Duration::from_secs(seconds);
    fs::File::options().write(true).open(path).unwrap().set_modified(at).unwrap();
}

#[tokio::test]
async fn names_choose_files_and_become_columns() {
    let folder = tempfile::tempdir().unwrap();
    for (name, row) in [
        ("DEM12/20260101.csv", "1"),
        ("DEM12/20260102.csv", "2"),
        ("SU12/20260102.csv", "3"),
        ("SU12/20260231.csv", "4"),
        ("SU12/copy of 20260102.csv", "5"),
        ("007/20260103.csv", "6"),
    ] {
        write_file(folder.path(), name, format!("n\n{row}\n"));
    }
    let mut settings = json!({
        "path": "{machine}/{date:%Y%m%d}.csv",
        "file_columns": { "machine": "machine", "date": "day", "name": "file", "size": "bytes" },
    });
    let read = try_read(folder.path(), settings.clone()).await.unwrap();
    assert_eq!(read.columns(), ["n int64", "day date", "machine text", "file text", "bytes int64"]);
    assert_eq!(
        read.rows(),
        [
            "6 | 2026-01-03 | 007 | 20260103.csv | 4",
            "1 | 2026-01-01 | DEM12 | 20260101.csv | 4",
            "2 | 2026-01-02 | DEM12 | 20260102.csv | 4",
            "3 | 2026-01-02 | SU12 | 20260102.csv | 4",
        ]
    );
    settings["file_columns"] = json!({});
    settings["dates"] = json!({ "from": "2026-01-02", "to": "2026-01-03" });
    assert_eq!(try_read(folder.path(), settings.clone()).await.unwrap().rows(), ["2", "3"]);
    settings["dates"] = json!({ "from": "2025-01-02", "to": "2025-01-03" });
    let fault = try_read(folder.path(), settings.clone()).await.err().unwrap();
    assert_eq!(fault.kind(), towpath_model::FaultKind::NotFound);
    settings["dates"] = json!(null);
    for (pick, most, expected) in [("newest", json!(null), &["6"][..]), ("oldest", json!(2), &["1", "2"])] {
        settings["pick"] = json!(pick);
        settings["at_most"] = most;
        assert_eq!(try_read(folder.path(), settings.clone()).await.unwrap().rows(), expected);
    }
}

#[tokio::test]
async fn settings_that_contradict_each_other_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (settings, message) in [
        (
            json!({ "path": "*.csv", "dates": { "from": "2026-01-01", "to": "2026-01-02" } }),
            "`dates` needs a date",
        ),
        (
            json!({ "path": "{date:%Y%m%d}.csv", "dates": { "from": "2026-01-02T00:00:00Z", "to": "2026-01-03" } }),
            "is no date",
        ),
        (
            json!({ "path": "{date:%Y%m%d}.csv", "dates": { "from": "2026-01-02", "to": "2026-01-02" } }),
            "no span of days",
        ),
        (
            json!({ "path": "{machine}.csv", "file_columns": { "machin": "m" } }),
            "`file_columns` names `machin`",
        ),
        (json!({ "path": "{machine}.csv", "read": "new", "together": ["date"] }), "`together` names `date`"),
        (json!({ "path": "{machine}.csv", "together": ["machine"] }), "every run reads every file"),
        (json!({ "path": "in/*.csv", "after": { "archive": "in/" } }), "files are read from there"),
        (
            json!({ "path": "in/*.csv", "after": { "archive": "{date:%Y}/" } }),
            "must begin with the name of a folder",
        ),
        (
            json!({ "path": "in/*.csv", "after": { "archive": "done/{machine}/" } }),
            "does not capture `machine`",
        ),
        (json!({ "path": "a.csv", "settled": "2 days" }), "no length of time"),
        (json!({ "path": "{date:%d}.csv", "due": { "by": "25:00" } }), "no time of day"),
        (json!({ "path": "a.zip", "member": "[" }), "no valid pattern"),
        (json!({ "path": "-", "read": "new" }), "standard input"),
    ] {
        let fault = connector().source(&json!({}), &settings, &Context::new(folder.path())).unwrap_err();
        assert!(fault.to_string().contains(message), "{settings}: {fault}");
        assert!(fault.hint_text().is_some(), "{fault}");
    }
    write_file(folder.path(), "a.csv", "name\nx\n");
    let fault =
        try_read(folder.path(), json!({ "path": "a.csv", "file_columns": { "path": "name" } })).await.err();
    assert!(fault.unwrap().to_string().contains("which the files have already"));
}

#[tokio::test]
async fn a_file_is_read_once_or_again_when_its_content_changed() {
    let folder = tempfile::tempdir().unwrap();
    write_file(folder.path(), "in/a.csv", "n\n1\n");
    write_file(folder.path(), "in/b.csv", "n\n2\n3\n");
    let new = json!({ "path": "in/*.csv", "read": "new" });
    let changed = json!({ "path": "in/*.csv", "read": "changed" });
    let (read, items) = run(folder.path(), &new, Recall::default()).await.unwrap();
    assert_eq!(
        (read.as_slice(), names(&items)),
        (&["1", "2", "3"].map(String::from)[..], vec!["in/a.csv", "in/b.csv"])
    );
    assert_eq!((items[1].rows, items[1].size), (Some(2), 6));
    assert!(items[0].hash.as_ref().is_some_and(|hash| hash.len() == 64));
    // Nothing new: no rows, the same columns.
    assert_eq!(run(folder.path(), &new, after(&items)).await.unwrap(), (vec![], vec![]));
    // Touched and equal, and another content of the same size.
    set_age(&folder.path().join("in/a.csv"), 100);
    assert_eq!(run(folder.path(), &changed, after(&items)).await.unwrap(), (vec![], vec![]));
    write_file(folder.path(), "in/b.csv", "n\n2\n4\n");
    write_file(folder.path(), "in/c.csv", "n\n9\n");
    let (read, taken) = run(folder.path(), &changed, after(&items)).await.unwrap();
    assert_eq!(
        (read.as_slice(), names(&taken)),
        (&["2", "4", "9"].map(String::from)[..], vec!["in/b.csv", "in/c.csv"])
    );
    assert_eq!(names(&run(folder.path(), &new, after(&items)).await.unwrap().1), ["in/c.csv"]);
}

#[tokio::test]
async fn a_group_is_read_whole_when_one_of_its_files_is_new() {
    let folder = tempfile::tempdir().unwrap();
    let settings =
        json!({ "path": "{m}_{date:%Y%m%d}_{part}.csv", "read": "new", "together": ["m", "date"] });
    for name in ["A_20260101_1", "A_20260102_1", "B_20260101_1"] {
        write_file(folder.path(), &format!("{name}.csv"), "n\n1\n");
    }
    let (_, items) = run(folder.path(), &settings, Recall::default()).await.unwrap();
    write_file(folder.path(), "A_20260101_2.csv", "n\n2\n");
    let (_, taken) = run(folder.path(), &settings, after(&items)).await.unwrap();
    assert_eq!(names(&taken), ["A_20260101_1.csv", "A_20260101_2.csv"]);
}

#[tokio::test]
async fn a_run_fixes_its_files_and_one_that_goes_on_takes_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let settings = json!({ "path": "in/*.csv", "read": "new" });
    write_file(folder.path(), "in/a.csv", "n\n1\n");
    let first = source(folder.path(), &settings, Recall::default());
    let info = first.describe().await.unwrap();
    write_file(folder.path(), "in/b.csv", "n,other\n2,x\n");
    assert!(first.split(1).await.unwrap().is_some());
    let rejects = Arc::new(MemoryRejects::default());
    let batches: Vec<RecordBatch> =
        first.read(request(&info, &rejects)).await.unwrap().try_collect().await.unwrap();
    assert_eq!(batches.iter().flat_map(rows).collect::<Vec<_>>(), ["1"]);
    let items = first.intake().await.unwrap().unwrap().items;
    assert_eq!(names(&items), ["in/a.csv"]);
    let going_on = || Recall { chosen: Some(items.clone()), ..Recall::default() };
    assert_eq!(run(folder.path(), &settings, going_on()).await.unwrap().0, ["1"]);
    write_file(folder.path(), "in/a.csv", "n\n1\n2\n");
    let fault = run(folder.path(), &settings, going_on()).await.unwrap_err();
    assert!(fault.to_string().contains("`in/a.csv` has changed since the run began"), "{fault}");
    assert!(fault.hint_text().unwrap().contains("towpath state forget"));
}

#[tokio::test]
async fn a_file_that_is_still_written_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let settings = json!({ "path": "*.csv", "settled": "1s", "read": "new" });
    write_file(folder.path(), "old.csv", "n\n1\n");
    write_file(folder.path(), "still.csv", "n\n2\n");
    write_file(folder.path(), "growing.csv", "n\n3\n");
    set_age(&folder.path().join("old.csv"), 60);
    let growing = folder.path().join("growing.csv");
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    // Somebody adds to the file for as long as the run looks at it.
    let writer = std::thread::spawn(move || {
        while stopped.recv_timeout(Duration::from_millis(20)).is_err() {
            let text = fs::read_to_string(&growing).unwrap();
            fs::write(&growing, format!("{text}4\n")).unwrap();
        }
    });
    let reading = source(folder.path(), &settings, Recall::default());
    let info = reading.describe().await.unwrap();
    stop.send(()).unwrap();
    writer.join().unwrap();
    assert_eq!(names(&reading.intake().await.unwrap().unwrap().items), ["old.csv", "still.csv"]);
    assert!(info.notes[0].contains("`growing.csv` is still being written"), "{:?}", info.notes);
}

#[tokio::test]
async fn files_are_moved_by_version_and_never_over_others() {
    let folder = tempfile::tempdir().unwrap();
    let settings = json!({
        "path": "in/{m}_{date:%Y%m%d}.csv.gz", "format": "csv", "compression": "none", "read": "new",
        "after": { "archive": "archive/{m}/{date:%Y}/", "quarantine": "bad" },
    });
    write_file(folder.path(), "in/a_20260101.csv.gz", "n\n1\n");
    write_file(folder.path(), "in/b_20260101.csv.gz", "n\n1\n");
    write_file(folder.path(), "archive/a/2026/a_20260101.csv.gz", "older");
    let source = source(folder.path(), &settings, Recall::default());
    source.describe().await.unwrap();
    let intake = source.intake().await.unwrap().unwrap();
    assert!(intake.settles);
    write_file(folder.path(), "in/b_20260101.csv.gz", "n\n1\n2\n");
    let notes = source.settle(&intake.items, Settlement::Done).await.unwrap();
    assert_eq!(
        notes,
        [
            "`in/a_20260101.csv.gz` is moved to `archive/a/2026/a_20260101-2.csv.gz`",
            "`in/b_20260101.csv.gz` was changed after it was read, and stays",
        ]
    );
    assert_eq!(fs::read_to_string(folder.path().join("archive/a/2026/a_20260101.csv.gz")).unwrap(), "older");
    // Once more, as after a crash: nothing is left to do.
    assert_eq!(source.settle(&intake.items[..1], Settlement::Done).await.unwrap(), Vec::<String>::new());
    // What is archived is not read, and another file of that name is another file.
    write_file(folder.path(), "in/a_20260101.csv.gz", "n\n7\n");
    let (read, _) = run(folder.path(), &settings, after(&intake.items)).await.unwrap();
    assert_eq!(read, ["7", "1", "2"]);
}

#[tokio::test]
async fn the_file_at_fault_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let settings = json!({ "path": "in/*.csv", "read": "new", "after": { "quarantine": "bad" } });
    write_file(folder.path(), "in/a.csv", "n\n1\n");
    write_file(folder.path(), "in/b.csv", "%PDF-1.4 no table at all");
    let source = source(folder.path(), &settings, Recall::default());
    assert!(source.describe().await.is_err());
    assert_eq!(source.faulty(), ["in/b.csv"]);
    assert_eq!(names(&source.intake().await.unwrap().unwrap().items), ["in/a.csv", "in/b.csv"]);
}

#[tokio::test]
async fn a_run_without_files_has_the_columns_of_the_last_one_or_the_declared_ones() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("in")).unwrap();
    let settings = json!({ "path": "in/*.csv", "read": "new" });
    let fault = run(folder.path(), &settings, Recall::default()).await.unwrap_err();
    assert_eq!(fault.kind(), towpath_model::FaultKind::NotFound);
    let schema = Arc::new(arrow::datatypes::Schema::new(vec![arrow::datatypes::Field::new(
        "n",
        arrow::datatypes::DataType::Int64,
        true,
    )]));
    let recall = Recall { is_run: true, schema: Some(schema.clone()), ..Recall::default() };
    let remembered = source(folder.path(), &settings, recall);
    assert_eq!(remembered.describe().await.unwrap().schema, schema);
    assert_eq!(remembered.split(10).await.unwrap(), None);
    let declared = json!({ "path": "in/*.csv", "read": "new", "columns": { "n": "int64" } });
    let info = source(folder.path(), &declared, Recall::default()).describe().await.unwrap();
    assert_eq!(info.schema, schema);
}

#[tokio::test]
async fn a_missing_file_is_an_alert_of_a_run() {
    let folder = tempfile::tempdir().unwrap();
    write_file(folder.path(), "A/20200106.csv", "n\n1\n");
    let settings = json!({
        "path": "{m}/{date:%Y%m%d}.csv", "dates": { "from": "2020-01-03", "to": "2020-01-07" },
        "due": { "by": "11:00", "zone": "Europe/Brussels", "days": "business", "each": { "m": ["A", "B"] } },
    });
    let recall = || after(&[Item { name: "B/20200103.csv".into(), ..Item::default() }]);
    let info = source(folder.path(), &settings, recall()).describe().await.unwrap();
    let whats: Vec<&str> = info.alerts.iter().map(|alert| alert.what.as_str()).collect();
    assert_eq!(
        whats,
        ["no file of 2020-01-03 has come for m `A`", "no file of 2020-01-06 has come for m `B`"]
    );
    assert_eq!(info.alerts[0].since, "2020-01-03T11:00:00+01:00");
}
