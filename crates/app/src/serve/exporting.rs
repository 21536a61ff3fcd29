//! Rows as a file: encoded as they come where the format allows it, spooled in a temporary folder where it does not.

use std::sync::Arc;

use arrow::array::RecordBatch;
use axum::body::Bytes;
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use towpath_api::sheet;
use towpath_api::workbench::{Asked, Export, ExportFormat, OpenConnection, Room};
use towpath_connect::fit::row_as_json;
use towpath_connect::{Context, Fitter, LoadRequest, RejectSink};
use towpath_model::{Fault, LoadId};

use super::bench::Bench;
use super::looking::Opened;
use crate::inspection::Sink;

/// Rows of a sheet of Excel, without its head.
const SHEET_ROWS: usize = 1_048_575;
/// Bytes that are read of a spooled file at once.
const PIECE: usize = 64 << 10;

impl Bench {
    /// Rows as a file. It begins when the first rows are there, so that what is wrong shows before.
    pub(crate) async fn rows_as_file(
        &self,
        room: &Room,
        connection: &OpenConnection,
        mut asked: Asked,
        format: ExportFormat,
    ) -> Result<Export, Fault> {
        if format == ExportFormat::Xlsx {
            asked.limit = asked.limit.min(SHEET_ROWS);
        }
        let mut opened = self.open_rows(room, connection, &asked).await?;
        let first = opened.batches.next().await.transpose()?;
        let body = match format {
            ExportFormat::Xlsx => self.spool(opened, first).await?,
            ExportFormat::Csv => text(opened, first, Shape::Csv),
            ExportFormat::Json => text(opened, first, Shape::Json),
            ExportFormat::Ndjson => text(opened, first, Shape::Ndjson),
        };
        Ok(Export { body })
    }

    /// Writes a workbook into a temporary folder, which goes when it was read.
    async fn spool(
        &self,
        opened: Opened,
        first: Option<RecordBatch>,
    ) -> Result<BoxStream<'static, Result<Bytes, Fault>>, Fault> {
        let no_room = |error: std::io::Error| {
            Fault::unavailable("the file cannot be made in the folder for temporary files").cause(error)
        };
        let folder = tempfile::tempdir().map_err(no_room)?;
        let destination = self.connector("file")?.destination(
            &json!({}),
            &json!({ "path": "export.xlsx" }),
            &Context::new(folder.path()),
        )?;
        let rejects: Arc<dyn RejectSink> = Arc::new(Sink::default());
        let id = LoadId::generate();
        let schema = Arc::clone(&opened.schema);
        let request = LoadRequest::new(id, "export", Arc::clone(&schema), rejects);
        let mut load = destination.begin(request).await?;
        let mut fitter = Fitter::new(schema, load.columns().to_vec())?;
        let mut batches = stream::iter(first.map(Ok)).chain(opened.batches);
        while let Some(batch) = batches.next().await {
            let (batch, rejects) = fitter.fit(batch?)?;
            if let Some(reject) = rejects.into_iter().next() {
                let place = format!("{}, column `{}`", reject.place, reject.column.unwrap_or_default());
                return Err(Fault::data(format!("{place}: {}", reject.reason))
                    .hint("export as CSV, which takes every value"));
            }
            load.write(batch).await?;
        }
        load.commit().await?;
        let file = tokio::fs::File::open(folder.path().join("export.xlsx")).await.map_err(no_room)?;
        let pieces = stream::try_unfold((file, folder), move |(mut file, folder)| async move {
            let mut piece = vec![0; PIECE];
            let length = file.read(&mut piece).await.map_err(no_room)?;
            piece.truncate(length);
            Ok((length > 0).then(|| (Bytes::from(piece), (file, folder))))
        });
        Ok(pieces.boxed())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Csv,
    Json,
    Ndjson,
}

/// Rows as text, batch by batch.
fn text(
    opened: Opened,
    first: Option<RecordBatch>,
    shape: Shape,
) -> BoxStream<'static, Result<Bytes, Fault>> {
    let Opened { schema, batches, graph, .. } = opened;
    let names: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
    let head = match shape {
        Shape::Csv => {
            let mut head = String::new();
            sheet::line(&mut head, names.iter().map(|name| Some(name.as_str())));
            head
        }
        Shape::Json => "[".to_owned(),
        Shape::Ndjson => String::new(),
    };
    let end = if shape == Shape::Json { "\n]\n" } else { "" };
    let mut is_first = true;
    let rows = stream::iter(first.map(Ok)).chain(batches).map_ok(move |batch| {
        // The plan goes on as long as rows come.
        let _kept = &graph;
        let mut text = String::new();
        for row in 0..batch.num_rows() {
            let object = row_as_json(&batch, row);
            match shape {
                Shape::Csv => {
                    let value: Value = serde_json::from_str(&object).unwrap_or_default();
                    text += &line(names.iter().map(|name| value.get(name).unwrap_or(&Value::Null)));
                }
                Shape::Json => {
                    text += if is_first { "\n" } else { ",\n" };
                    text += &object;
                    is_first = false;
                }
                Shape::Ndjson => {
                    text += &object;
                    text.push('\n');
                }
            }
        }
        Bytes::from(text)
    });
    let head = stream::iter([Ok(Bytes::from(head))]);
    head.chain(rows).chain(stream::iter([Ok(Bytes::from(end))])).boxed()
}

/// A line of CSV with these values.
fn line<'a>(values: impl Iterator<Item = &'a Value>) -> String {
    let texts: Vec<Option<String>> = values
        .map(|value| match value {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        })
        .collect();
    let mut line = String::new();
    sheet::line(&mut line, texts.iter().map(Option::as_deref));
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_says_whether_it_is_empty_or_missing_and_nothing_is_taken_for_a_formula() {
        let cells = [
            json!(null),
            json!(""),
            json!("a \"b\", c"),
            json!(-1.5),
            json!(true),
            json!([1]),
            json!("=1+1"),
        ];
        assert_eq!(line(cells.iter()), ",\"\",\"a \"\"b\"\", c\",-1.5,true,[1],'=1+1\r\n");
    }
}
