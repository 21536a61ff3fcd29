//! Images of the rows that a load changes, in a table of its own (`_towpath_undo_…`) until their time is over.

use mysql_async::Conn;
use mysql_async::prelude::Queryable;
use serde::{Deserialize, Serialize};
use towpath_connect::ChangeKind;
use towpath_connect::merge::{Merge, UndoTable};
use towpath_model::{Fault, WriteMode};

use super::dialect::{MysqlDialect, comparison};
use super::fault::Place;
use super::names::{TableName, quote};
use super::plan::Plan;
use super::staging::{Staging, drop_tables};

/// What the images hold, as the ledger keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ImagePlan {
    /// Columns of the target, in the order of the images, with the form for comparison.
    pub(super) columns: Vec<(String, Option<String>)>,
    /// Places of those that identify a row.
    pub(super) key: Vec<usize>,
}

impl ImagePlan {
    /// The images of a load as the shared statements take them.
    pub(super) fn table(&self, images: &TableName, target: &TableName) -> UndoTable<'static> {
        UndoTable {
            dialect: &MysqlDialect,
            images: images.sql(),
            target: target.sql(),
            columns: self.columns.clone(),
            key: self.key.clone(),
        }
    }
}

/// The images of one load.
#[derive(Debug)]
pub(super) struct Images {
    name: TableName,
    plan: ImagePlan,
    create: String,
    undo: UndoTable<'static>,
    /// Seconds.
    keep: u64,
    /// Places of the key in the columns that the load writes.
    loaded_key: Vec<usize>,
    place: Place,
}

impl Images {
    pub(super) fn of(plan: &Plan, staging: &Staging, place: &Place, keep: u64) -> Images {
        let columns = plan.stored.iter().map(|column| (column.name.clone(), comparison(column)));
        let from = plan.own.versions.as_ref().map(|versions| versions.from.name.as_str());
        let key = plan.key.iter().map(|&place| plan.columns[place].name.as_str()).chain(from);
        let key = key
            .filter_map(|name| plan.stored.iter().position(|column| column.name.eq_ignore_ascii_case(name)));
        let images = ImagePlan { columns: columns.collect(), key: key.collect() };
        Images {
            name: staging.images.clone(),
            create: plan.images_sql(&staging.images, &images.key),
            undo: images.table(&staging.images, &plan.target),
            plan: images,
            keep,
            loaded_key: plan.key.clone(),
            place: place.clone(),
        }
    }

    /// Makes the empty table.
    pub(super) async fn create(&self, conn: &mut Conn) -> Result<(), Fault> {
        drop_tables(conn, &self.place, &self.name.sql()).await?;
        conn.query_drop(&self.create).await.map_err(|error| self.place.fault(error))
    }

    /// Images of what a merge will change; run before its steps.
    pub(super) fn before(&self, merge: &Merge<'_>, mode: WriteMode) -> Vec<String> {
        if mode == WriteMode::Append {
            // Rows are added without a look at the target, and yet are found again by their key.
            let keyed = Merge { key: self.loaded_key.clone(), ..merge.clone() };
            return self.undo.before(&keyed, &[ChangeKind::Inserted]);
        }
        self.undo.before(merge, merge.changes_of(mode))
    }

    /// Completes the images; run after the steps.
    pub(super) fn after(&self) -> String {
        self.undo.after()
    }

    /// Images of a table that is new as a whole.
    pub(super) async fn all_new(&self, conn: &mut Conn, table: &TableName) -> Result<(), Fault> {
        let places = 0..self.plan.columns.len();
        let images: Vec<String> = places.clone().map(|place| format!("a{place}")).collect();
        let values: Vec<String> = places.map(|place| quote(&self.plan.columns[place].0)).collect();
        let sql = format!(
            "INSERT INTO {} (op, {}) SELECT 'i', {} FROM {}",
            self.name.sql(),
            images.join(", "),
            values.join(", "),
            table.sql()
        );
        conn.query_drop(sql).await.map_err(|error| self.place.fault(error))
    }

    /// What the ledger keeps: for how many seconds, and what the images hold.
    pub(super) fn note(&self) -> (u64, String) {
        (self.keep, serde_json::to_string(&self.plan).unwrap_or_default())
    }
}
