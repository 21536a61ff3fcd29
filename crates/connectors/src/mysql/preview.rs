//! Shows what a load would change, before it happens.

use mysql_async::Value;
use mysql_async::prelude::Queryable;
use towpath_connect::merge::{ChangeQuery, Merge};
use towpath_connect::{ChangeCounts, ChangeSink, LoadRequest};
use towpath_model::{Fault, WriteMode};

use super::commit::outcome;
use super::plan::Strategy;
use super::ready::{Ready, Staged, fill_versions, rows, timeline};
use super::types::ColumnType;

/// Sends every change to the sink and counts them.
pub(super) async fn preview(
    ready: &mut Ready<'_>,
    request: &LoadRequest,
    staged: Staged,
    sink: &mut dyn ChangeSink,
) -> Result<ChangeCounts, Fault> {
    let (plan, staging) = (ready.plan, ready.staging);
    let time = ready.now().await?;
    let target = match plan.strategy {
        Strategy::Rename => staging.name.sql(),
        Strategy::Build => staging.copy().sql(),
        Strategy::Merge | Strategy::Swap => plan.changes.view(&plan.target.sql()),
    };
    let mut rows = rows(plan, staging, &target, &time)?;
    if matches!(plan.strategy, Strategy::Merge | Strategy::Swap) {
        ready.restrict(&request.mirror, &mut rows).await?;
    }
    let mut mode = request.mode;
    let merge = match timeline(plan, &request.history, &time)? {
        Some(timeline) => {
            ready.prepare_versions().await?;
            ready.execute(&fill_versions(&timeline, &rows, staging)).await?;
            timeline.merge(&rows, &staging.versions().sql())
        }
        None if plan.strategy == Strategy::Rename => {
            // Without a target every row is new.
            mode = WriteMode::Append;
            Merge { key: Vec::new(), ..rows }
        }
        None => rows,
    };
    let names: Vec<String> = merge.columns.iter().map(|column| column.name.clone()).collect();
    let key: Vec<String> = plan.key.iter().map(|&place| plan.columns[place].name.clone()).collect();
    sink.columns(&names, &key)?;
    let hidden: Vec<bool> = names.iter().map(|name| is_bytes(plan, name)).collect();

    ready.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY").await?;
    let result = show(ready, &merge, mode, &hidden, sink).await;
    ready.execute("ROLLBACK").await?;
    Ok(outcome(request.mode, staged, result?).changes)
}

async fn show(
    ready: &mut Ready<'_>,
    merge: &Merge<'_>,
    mode: WriteMode,
    bytes: &[bool],
    sink: &mut dyn ChangeSink,
) -> Result<ChangeCounts, Fault> {
    let mut changes = ChangeCounts::default();
    for query in merge.previews(mode) {
        let count = send(ready, &query, bytes, sink).await?;
        changes.add(query.kind, count);
    }
    Ok(changes)
}

async fn send(
    ready: &mut Ready<'_>,
    query: &ChangeQuery,
    bytes: &[bool],
    sink: &mut dyn ChangeSink,
) -> Result<u64, Fault> {
    let place = ready.place;
    let mut result = ready.conn.query_iter(&query.sql).await.map_err(|error| place.fault(error))?;
    let mut count = 0;
    let mut failed = None;
    while let Some(row) = result.next().await.map_err(|error| place.fault(error))? {
        if failed.is_some() {
            // The rest of the result must be read, or the connection could not be used any more.
            continue;
        }
        count += 1;
        let values = row.unwrap().into_iter().enumerate();
        let texts = values.map(|(at, value)| text(value, bytes[at % bytes.len()])).collect();
        failed = sink.change(query.change(texts)).err();
    }
    failed.map_or(Ok(count), Err)
}

/// Whether values of a column are bytes, which are shown as hexadecimal digits.
fn is_bytes(plan: &super::plan::Plan, name: &str) -> bool {
    plan.stored.iter().any(|column| {
        column.name == name
            && matches!(
                column.column_type,
                ColumnType::Binary(_)
                    | ColumnType::Varbinary(_)
                    | ColumnType::Blob(_)
                    | ColumnType::Bit(_)
                    | ColumnType::Geometry(_)
                    | ColumnType::OtherBinary(_)
            )
    })
}

fn text(value: Value, bytes: bool) -> Option<String> {
    match value {
        Value::NULL => None,
        Value::Bytes(content) if bytes => {
            Some(content.iter().fold("0x".to_owned(), |text, byte| format!("{text}{byte:02x}")))
        }
        Value::Bytes(content) => Some(String::from_utf8_lossy(&content).into_owned()),
        other => Some(other.as_sql(true)),
    }
}
