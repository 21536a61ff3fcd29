//! What a commit would change: the same transaction, taken back before the first row changes.

use rusqlite::types::ValueRef;
use tokio::sync::mpsc;
use towpath_connect::{Change, ChangeCounts, ChangeSink, LoadRequest};
use towpath_model::Fault;

use super::commit::prepare;
use super::fault::explain;
use super::own::now;
use super::place::Placing;
use super::plan::Plan;
use super::session::Database;
use super::stage::{Stage, TARGET};

/// Changes that travel together from the thread.
const TOGETHER: usize = 256;

/// What the thread of a load shows.
pub(super) enum Shown {
    /// The columns of the changes that follow, and those that identify a row.
    Columns(Vec<String>, Vec<String>),
    Changes(Vec<Change>),
}

/// Gives what the thread showed to whoever asked for it.
pub(super) fn pass_on(shown: Shown, changes: &mut dyn ChangeSink) -> Result<(), Fault> {
    match shown {
        Shown::Columns(columns, key) => changes.columns(&columns, &key),
        Shown::Changes(rows) => rows.into_iter().try_for_each(|change| changes.change(change)),
    }
}

/// Counts and shows what the staged rows would change.
pub(super) fn preview(
    database: &Database,
    stage: &mut Stage,
    table: &str,
    request: &LoadRequest,
    begun: &Plan,
    shown: mpsc::Sender<Shown>,
) -> Result<ChangeCounts, Fault> {
    let fail = |error| explain(database, error);
    stage.settle(database, begun)?;
    // A database that is not there yet is an empty one, which nobody makes by looking at it.
    let stand_in = !stage.attached;
    if stand_in {
        stage.connection.execute_batch(&format!("ATTACH ':memory:' AS {TARGET}")).map_err(fail)?;
    }
    stage.connection.execute_batch("BEGIN IMMEDIATE").map_err(fail)?;
    let result = show(database, stage, table, request, begun, &shown);
    if !stage.connection.is_autocommit() {
        stage.connection.execute_batch("ROLLBACK").map_err(fail)?;
    }
    if stand_in {
        stage.connection.execute_batch(&format!("DETACH {TARGET}")).map_err(fail)?;
    }
    result
}

fn show(
    database: &Database,
    stage: &Stage,
    table: &str,
    request: &LoadRequest,
    begun: &Plan,
    shown: &mpsc::Sender<Shown>,
) -> Result<ChangeCounts, Fault> {
    let fail = |error| explain(database, error);
    let plan = prepare(database, stage, table, request, begun, &mut Vec::new())?;
    let placing = Placing::new(database, stage, &plan, request, now())?;
    let merge = &placing.merge;
    let names: Vec<String> = merge.columns.iter().map(|column| column.name.clone()).collect();
    let identified = &placing.identified;
    let key = identified.key.iter().map(|place| identified.columns[*place].name.clone()).collect();
    // Whoever listens may stop listening; that is for the commit or the abort to notice.
    let send = |shown_now| shown.blocking_send(shown_now).is_ok();
    let mut listens = send(Shown::Columns(names, key));
    let mut counts = ChangeCounts::default();
    for query in merge.previews(placing.mode) {
        let mut statement = stage.connection.prepare(&query.sql).map_err(fail)?;
        let width = statement.column_count();
        let mut rows = statement.query([]).map_err(fail)?;
        let mut together = Vec::with_capacity(TOGETHER);
        while let Some(row) = rows.next().map_err(fail)? {
            counts.add(query.kind, 1);
            if !listens {
                continue;
            }
            let values = (0..width).map(|place| row.get_ref(place).map(text)).collect::<Result<_, _>>();
            together.push(query.change(values.map_err(fail)?));
            if together.len() == TOGETHER {
                listens = send(Shown::Changes(std::mem::take(&mut together)));
            }
        }
        listens = listens && send(Shown::Changes(together));
    }
    counts.unchanged = placing.unchanged(&counts);
    Ok(counts)
}

/// A stored value as text.
pub(super) fn text(value: ValueRef<'_>) -> Option<String> {
    Some(match value {
        ValueRef::Null => return None,
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        ValueRef::Blob(bytes) => {
            let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
            std::iter::once("\\x".to_owned()).chain(digits).collect()
        }
    })
}
