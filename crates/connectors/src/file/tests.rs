//! The connector as the engine uses it, on real files.

mod archives;
mod avro;
mod bad_input;
#[cfg(unix)]
mod bounded;
mod choosing;
mod chunks;
mod dialects;
mod empty;
mod excel;
mod excel_files;
mod excel_write;
mod foreign;
mod formats;
mod geojson;
mod html;
mod laws;
mod lines;
mod loads;
mod logs;
mod places;
mod polluted;
mod random;
mod sources;
mod xml;
mod yaml;

use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use futures::TryStreamExt;
use serde_json::{Value, json};
use towpath_connect::reject::MemoryRejects;
use towpath_connect::types::describe;
use towpath_connect::{Connector, Context, LoadRequest, ReadRequest, Receipt, Reject, StreamInfo, erase};
use towpath_model::{Fault, LoadId, WriteMode};

use super::FileConnector;
use super::cells::Cells;

/// What reading a stream gave.
struct Read {
    info: StreamInfo,
    batches: Vec<RecordBatch>,
    rejects: Vec<Reject>,
}

impl Read {
    /// Columns with their types, for example `id int64`.
    fn columns(&self) -> Vec<String> {
        let field = |field: &arrow::datatypes::FieldRef| format!("{} {}", field.name(), describe(field));
        self.info.schema.fields().iter().map(field).collect()
    }

    /// Rows as text; nulls are `∅`.
    fn rows(&self) -> Vec<String> {
        self.batches.iter().flat_map(rows).collect()
    }
}

fn rows(batch: &RecordBatch) -> Vec<String> {
    let schema = batch.schema();
    let canonical = |column: usize| {
        let data_type = towpath_connect::types::canonical(schema.field(column).data_type());
        arrow::compute::cast(batch.column(column), &data_type).unwrap()
    };
    let columns: Vec<_> = (0..batch.num_columns()).map(canonical).collect();
    let cells: Vec<_> = columns
        .iter()
        .zip(schema.fields())
        .map(|(column, field)| Cells::new(field, column).unwrap())
        .collect();
    let cell = |cells: &Cells<'_>, row| {
        let mut text = Vec::new();
        if cells.is_null(row) {
            return "∅".to_owned();
        }
        cells.text(row, &mut text);
        String::from_utf8(text).unwrap()
    };
    (0..batch.num_rows())
        .map(|row| cells.iter().map(|cells| cell(cells, row)).collect::<Vec<_>>().join(" | "))
        .collect()
}

fn connector() -> Arc<dyn Connector> {
    erase::<FileConnector>()
}

fn request(info: &StreamInfo, rejects: &Arc<MemoryRejects>) -> ReadRequest {
    ReadRequest::all(info.schema.clone(), rejects.clone())
}

async fn try_read(folder: &Path, settings: Value) -> Result<Read, Fault> {
    try_read_with(folder, settings, |_| {}).await
}

async fn try_read_with(
    folder: &Path,
    settings: Value,
    change: impl Fn(&mut ReadRequest),
) -> Result<Read, Fault> {
    let source = connector().source(&json!({}), &settings, &Context::new(folder))?;
    let info = source.describe().await?;
    let rejects = Arc::new(MemoryRejects::default());
    let mut request = request(&info, &rejects);
    change(&mut request);
    let schema = request.projected()?;
    let batches: Vec<RecordBatch> = source.read(request).await?.try_collect().await?;
    for batch in &batches {
        assert_eq!(batch.schema(), schema, "batches have the schema that was described");
    }
    Ok(Read { info, batches, rejects: rejects.all() })
}

#[track_caller]
fn write_file(folder: &Path, name: &str, content: impl AsRef<[u8]>) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

async fn load(
    folder: &Path,
    settings: Value,
    mode: WriteMode,
    schema: SchemaRef,
    batches: &[RecordBatch],
) -> Result<Receipt, Fault> {
    let destination = connector().destination(&json!({}), &settings, &Context::new(folder))?;
    let request = LoadRequest {
        mode,
        ..LoadRequest::new(LoadId::generate(), "test/load", schema, Arc::<MemoryRejects>::default())
    };
    let mut load = destination.begin(request).await?;
    for batch in batches {
        load.write(batch.clone()).await?;
    }
    load.commit().await
}

/// Names of everything in a folder, hidden files too.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn addresses() {
    let check =
        |url: &str| connector().address(url, true).map(|address| address.stream.unwrap()["path"].clone());
    assert_eq!(check("sales.csv").unwrap(), "sales.csv");
    assert_eq!(check("data/*.parquet").unwrap(), "data/*.parquet");
    assert_eq!(check("-").unwrap(), "-");
    assert_eq!(check("file:///srv/a%20b.csv").unwrap(), "/srv/a b.csv");
    assert_eq!(check("file:rel.csv").unwrap(), "rel.csv");
    assert!(check("file://server/x.csv").unwrap_err().to_string().contains("another machine"));
    assert_eq!(connector().address("file:///srv", false).unwrap().connection, json!({ "root": "/srv" }));
}

#[test]
fn examples_name_only_settings_that_exist() {
    for (name, text) in connector().spec().examples {
        for line in text.lines().filter(|line| line.contains("{ source") || line.contains("{ destination")) {
            assert!(line.contains("path: "), "{name}: {line}");
        }
        assert!(text.starts_with("towpath: 1\n"), "{name}");
    }
}

#[tokio::test]
async fn check_and_discover_look_at_the_root() {
    let folder = tempfile::tempdir().unwrap();
    write_file(folder.path(), "a.csv", "id,day\n1,2025-01-01\n");
    write_file(folder.path(), "sub/b.ndjson", "{\"x\":1.5}\n");
    write_file(folder.path(), "sub/broken.parquet", "no");
    write_file(folder.path(), "readme.md", "x");
    // The first megabytes tell more than nothing, also of documents and of compressed files.
    let items = "{\"n\":1},\n".repeat(1_300_000);
    write_file(folder.path(), "z.json", format!("[{items}{{\"n\":2.5,\"m\":1}}]"));
    let lines = format!("n,m\n{}n/a,1\n", "1,2\n".repeat(2_500_000));
    write_file(folder.path(), "z.csv.zst", zstd::encode_all(lines.as_bytes(), 1).unwrap());
    let cx = Context::new(folder.path());
    connector().check(&json!({}), &cx).await.unwrap();
    let fault = connector().check(&json!({ "root": "nowhere" }), &cx).await.unwrap_err();
    assert_eq!(fault.kind(), towpath_model::FaultKind::NotFound);
    let found = connector().discover(&json!({}), &cx).await.unwrap();
    let names: Vec<&str> = found.streams.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["a.csv", "sub/b.ndjson", "sub/broken.parquet", "z.csv.zst", "z.json"]);
    assert_eq!(found.streams[0].info.schema.fields().len(), 2);
    assert_eq!(found.streams[1].info.rows, Some(1));
    assert!(found.streams[2].info.notes[0].contains("not a Parquet file"));
    for (place, columns) in [(3, 2), (4, 1)] {
        let info = &found.streams[place].info;
        assert_eq!((info.schema.fields().len(), info.rows), (columns, None));
        assert_eq!(describe(info.schema.field(0)), "int64");
        assert!(info.notes[0].contains("the first 8 MB"), "{:?}", info.notes);
    }
}
