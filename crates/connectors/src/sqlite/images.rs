//! What is kept of the rows that a load changes, in a table of its own beside the target.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use towpath_connect::LoadRequest;
use towpath_connect::merge::UndoTable;
use towpath_model::Fault;
use towpath_model::landing::Undo;

use super::dialect::SqliteDialect;
use super::fault::explain;
use super::place::Placing;
use super::plan::Plan;
use super::schema::{self, IMAGES, same_name};
use super::session::{Database, name_hash, quoted};
use super::stage::TARGET;

/// The columns that images have, by name.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ImageColumns {
    pub(super) key: Vec<String>,
    pub(super) all: Vec<String>,
}

/// The images of one load.
pub(super) struct Images {
    /// Name of their table.
    pub(super) name: String,
    pub(super) columns: ImageColumns,
    /// Until when they are kept, in microseconds since 1970.
    pub(super) until: i64,
    table: String,
}

impl Images {
    /// Takes images of what the steps will change.
    pub(super) fn take(
        database: &Database,
        connection: &Connection,
        plan: &Plan,
        request: &LoadRequest,
        placing: &Placing<'_>,
        undo: &Undo,
        moment: i64,
    ) -> Result<Self, Fault> {
        let fail = |error| explain(database, error);
        let seconds = undo.keep_seconds().ok_or_else(|| {
            Fault::config(format!("`{}` is no length of time", undo.keep))
                .hint("write a number and a unit: `30d`, `12h` or `90m`")
        })?;
        let kept = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000_000);
        let table = schema::find(connection, TARGET, &plan.table).map_err(fail)?;
        let table = table.ok_or_else(|| Fault::internal(format!("table `{}` got lost", plan.table)))?;
        let merge = &placing.identified;
        let key = merge.key.iter().map(|place| merge.columns[*place].name.clone()).collect();
        let all = table.columns.iter().filter(|column| !column.is_generated);
        let images = Images {
            name: format!("{IMAGES}{}", name_hash(request.load_id.as_str())),
            columns: ImageColumns { key, all: all.map(|column| column.name.clone()).collect() },
            until: moment.saturating_add(kept).min(LATEST),
            table: plan.table.clone(),
        };
        let undo = images.columns.undo_table(&images.name, &images.table)?;
        let drop = format!("DROP TABLE IF EXISTS {}", undo.images);
        let before = undo.before(merge, merge.changes_of(placing.mode));
        for sql in [drop, undo.create()].into_iter().chain(before) {
            connection.execute(&sql, []).map_err(fail)?;
        }
        Ok(images)
    }

    /// Takes images of what the steps left.
    pub(super) fn complete(&self, database: &Database, connection: &Connection) -> Result<(), Fault> {
        let sql = self.columns.undo_table(&self.name, &self.table)?.after();
        connection.execute(&sql, []).map(|_| ()).map_err(|error| explain(database, error))
    }

    /// The columns, for the ledger.
    pub(super) fn columns_as_json(&self) -> String {
        serde_json::to_string(&self.columns).unwrap_or_default()
    }
}

/// The end of the year 9999, where the order of moments as text ends.
const LATEST: i64 = 253_402_300_799_000_000;

impl ImageColumns {
    /// The shared form of the table of images.
    pub(super) fn undo_table(&self, images: &str, target: &str) -> Result<UndoTable<'static>, Fault> {
        let place = |name: &String| self.all.iter().position(|known| same_name(known, name));
        let key: Option<Vec<usize>> = self.key.iter().map(place).collect();
        let key = key.ok_or_else(|| Fault::internal("the key of a load is not among its images"))?;
        Ok(UndoTable {
            dialect: &SqliteDialect,
            images: format!("{TARGET}.{}", quoted(images)),
            target: format!("{TARGET}.{}", quoted(target)),
            columns: self.all.iter().map(|name| (name.clone(), Some("{} COLLATE BINARY".into()))).collect(),
            key,
        })
    }
}
