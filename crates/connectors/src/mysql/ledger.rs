//! The ledger of loads, so that a load that is sent twice lands once.
//!
//! A load has its row in `_towpath_loads` from its beginning; the row says how far it came. Rows of the data and the
//! word `committed` are written in one transaction. A table that comes into place by its name cannot be part of one:
//! there the row says `renaming` (or `swapping`) before, and whether the table that was to get the name is
//! still there tells what happened.

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Row, Value};
use towpath_connect::{ChangeCounts, LoadRequest};
use towpath_model::{Fault, LoadId};

use super::fault::{Place, is_code};
use super::names::TableName;

/// Name of the ledger, in the database of the target.
const LEDGER: &str = "_towpath_loads";

/// How far a load came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Its rows are on their way into the staging table.
    Loading,
    /// The staging table is to become the target by its name.
    Renaming,
    /// A copy beside the staging table is to become the target by its name.
    Swapping,
    /// Its rows are in place.
    Committed,
    /// It was taken back.
    Undone,
}

impl State {
    const ALL: [State; 5] =
        [State::Loading, State::Renaming, State::Swapping, State::Committed, State::Undone];

    pub(super) fn word(self) -> &'static str {
        match self {
            State::Loading => "loading",
            State::Renaming => "renaming",
            State::Swapping => "swapping",
            State::Committed => "committed",
            State::Undone => "undone",
        }
    }
}

/// What a load did, as the ledger keeps it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Outcome {
    pub(super) rows: u64,
    pub(super) deduplicated: u64,
    pub(super) changes: ChangeCounts,
}

/// A row of the ledger.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) load_id: LoadId,
    pub(super) target: String,
    pub(super) state: State,
    pub(super) outcome: Outcome,
    /// The images can still be used.
    pub(super) undoable: bool,
    /// Which columns the images have, as JSON.
    pub(super) undo_plan: Option<String>,
}

/// The ledger of one database.
#[derive(Debug, Clone)]
pub(super) struct Ledger {
    pub(super) table: TableName,
    place: Place,
}

impl Ledger {
    /// The ledger beside a target.
    pub(super) fn beside(target: &TableName, place: &Place) -> Self {
        Ledger { table: target.sibling(LEDGER), place: place.clone() }
    }

    fn fault(&self, error: mysql_async::Error) -> Fault {
        self.place.fault(error)
    }

    /// Makes the ledger when it is missing.
    pub(super) async fn prepare(&self, conn: &mut Conn) -> Result<(), Fault> {
        let sql = format!(
            "CREATE TABLE IF NOT EXISTS {} (load_id VARCHAR(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL \
             PRIMARY KEY, origin TEXT NOT NULL, target TEXT NOT NULL, mode VARCHAR(20) NOT NULL, \
             state VARCHAR(20) NOT NULL, stage VARCHAR(64) NOT NULL, `rows` BIGINT UNSIGNED NULL, \
             deduplicated BIGINT UNSIGNED NULL, inserted BIGINT UNSIGNED NULL, updated BIGINT UNSIGNED NULL, \
             deleted BIGINT UNSIGNED NULL, unchanged BIGINT UNSIGNED NULL, started_at DATETIME(6) NOT NULL, \
             committed_at DATETIME(6) NULL, undo_until DATETIME(6) NULL, undo_plan LONGTEXT NULL, \
             KEY stage (stage), KEY committed_at (committed_at), \
             KEY undo_until (undo_until)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
            self.table.sql()
        );
        conn.query_drop(sql).await.map_err(|error| self.fault(error))
    }

    /// The row of a load, if there is one.
    pub(super) async fn find(&self, conn: &mut Conn, load_id: &LoadId) -> Result<Option<Entry>, Fault> {
        self.select(conn, "load_id", load_id.as_str()).await
    }

    /// The row of the load that a staging table belongs to.
    pub(super) async fn of_stage(&self, conn: &mut Conn, stage: &str) -> Result<Option<Entry>, Fault> {
        self.select(conn, "stage", stage).await
    }

    async fn select(&self, conn: &mut Conn, column: &str, value: &str) -> Result<Option<Entry>, Fault> {
        let sql = format!(
            "SELECT load_id, target, state, `rows`, deduplicated, inserted, updated, deleted, unchanged, \
             undo_until >= UTC_TIMESTAMP(6), undo_plan FROM {} WHERE {column} = ?",
            self.table.sql()
        );
        match conn.exec_first::<Row, _, _>(sql, (value,)).await {
            Ok(row) => row.map(|row| self.entry(row)).transpose(),
            // 1146: no ledger yet.
            Err(error) if is_code(&error, 1146) => Ok(None),
            Err(error) => Err(self.fault(error)),
        }
    }

    fn entry(&self, mut row: Row) -> Result<Entry, Fault> {
        let mut text = |index| row.take_opt::<Option<String>, _>(index).and_then(Result::ok).flatten();
        let (load_id, target, state) = (text(0), text(1), text(2).unwrap_or_default());
        let undo_plan = text(10);
        let mut number =
            |index| row.take_opt::<Option<u64>, _>(index).and_then(Result::ok).flatten().unwrap_or_default();
        let state = State::ALL.into_iter().find(|known| known.word() == state).ok_or_else(|| {
            Fault::data(format!("the ledger `{}` says `{state}` of a load, which means nothing", self.table))
                .hint("the table was written by something else, or by a newer version of Towpath")
        })?;
        Ok(Entry {
            load_id: LoadId::from_text(load_id.unwrap_or_default()),
            target: target.unwrap_or_default(),
            state,
            outcome: Outcome {
                rows: number(3),
                deduplicated: number(4),
                changes: ChangeCounts {
                    inserted: number(5),
                    updated: number(6),
                    deleted: number(7),
                    unchanged: number(8),
                },
            },
            undoable: number(9) == 1,
            undo_plan,
        })
    }

    /// Writes down that a load begins.
    pub(super) async fn begin(
        &self,
        conn: &mut Conn,
        target: &TableName,
        stage: &str,
        request: &LoadRequest,
    ) -> Result<(), Fault> {
        let sql = format!(
            "INSERT INTO {} (load_id, origin, target, mode, state, stage, started_at) \
             VALUES (?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(6))",
            self.table.sql()
        );
        let values: Vec<Value> = vec![
            request.load_id.as_str().into(),
            request.origin.as_str().into(),
            target.table.as_str().into(),
            request.mode.name().into(),
            State::Loading.word().into(),
            stage.into(),
        ];
        conn.exec_drop(sql, values).await.map_err(|error| self.fault(error))
    }

    /// Notes how far a load came. A load whose row is gone was cleared away by somebody else.
    pub(super) async fn set(&self, conn: &mut Conn, load_id: &LoadId, state: State) -> Result<(), Fault> {
        let committed = if state == State::Committed { ", committed_at = UTC_TIMESTAMP(6)" } else { "" };
        let sql = format!("UPDATE {} SET state = ?{committed} WHERE load_id = ?", self.table.sql());
        self.update(conn, load_id, sql, vec![state.word().into(), load_id.as_str().into()]).await
    }

    /// Notes how far a load came, what it does, and until when and with what it can be taken back.
    pub(super) async fn record(
        &self,
        conn: &mut Conn,
        load_id: &LoadId,
        state: State,
        outcome: &Outcome,
        undo: Option<(u64, String)>,
    ) -> Result<(), Fault> {
        let committed = if state == State::Committed { ", committed_at = UTC_TIMESTAMP(6)" } else { "" };
        let sql = format!(
            "UPDATE {} SET state = ?, `rows` = ?, deduplicated = ?, inserted = ?, updated = ?, deleted = ?, \
             unchanged = ?, undo_until = UTC_TIMESTAMP(6) + INTERVAL ? SECOND, undo_plan = ?{committed} \
             WHERE load_id = ?",
            self.table.sql()
        );
        let Outcome { rows, deduplicated, changes } = *outcome;
        let (keep, plan) = undo.unzip();
        let values: Vec<Value> = vec![
            state.word().into(),
            rows.into(),
            deduplicated.into(),
            changes.inserted.into(),
            changes.updated.into(),
            changes.deleted.into(),
            changes.unchanged.into(),
            keep.into(),
            plan.into(),
            load_id.as_str().into(),
        ];
        self.update(conn, load_id, sql, values).await
    }

    async fn update(
        &self,
        conn: &mut Conn,
        load_id: &LoadId,
        sql: String,
        values: Vec<Value>,
    ) -> Result<(), Fault> {
        conn.exec_drop(sql, values).await.map_err(|error| self.fault(error))?;
        if conn.affected_rows() == 1 {
            return Ok(());
        }
        Err(Fault::unavailable(format!("load `{load_id}` is no longer in the ledger `{}`", self.table)).hint(
            "another run cleared it away after the connection of this one was lost; start the run again",
        ))
    }

    /// Forgets a load that did not come to its end.
    pub(super) async fn forget(&self, conn: &mut Conn, load_id: &LoadId) -> Result<(), Fault> {
        let sql = format!("DELETE FROM {} WHERE load_id = ? AND committed_at IS NULL", self.table.sql());
        conn.exec_drop(sql, (load_id.as_str(),)).await.map_err(|error| self.fault(error))
    }

    /// Staging tables of loads of an origin that did not come to their end.
    pub(super) async fn unfinished(&self, conn: &mut Conn, origin: &str) -> Result<Vec<String>, Fault> {
        let sql = format!("SELECT stage FROM {} WHERE committed_at IS NULL AND origin = ?", self.table.sql());
        conn.exec(sql, (origin,)).await.map_err(|error| self.fault(error))
    }

    /// Loads whose images are kept no longer.
    pub(super) async fn expired(&self, conn: &mut Conn) -> Result<Vec<LoadId>, Fault> {
        let sql = format!("SELECT load_id FROM {} WHERE undo_until < UTC_TIMESTAMP(6)", self.table.sql());
        let found: Vec<String> = conn.query(sql).await.map_err(|error| self.fault(error))?;
        Ok(found.into_iter().map(LoadId::from_text).collect())
    }

    /// Notes that the images of a load are gone.
    pub(super) async fn forget_images(&self, conn: &mut Conn, load_id: &LoadId) -> Result<(), Fault> {
        let sql =
            format!("UPDATE {} SET undo_until = NULL, undo_plan = NULL WHERE load_id = ?", self.table.sql());
        conn.exec_drop(sql, (load_id.as_str(),)).await.map_err(|error| self.fault(error))
    }

    /// Whether a load of this origin left its staging table, or any load that cannot go on did a day ago.
    pub(super) async fn is_left(
        &self,
        conn: &mut Conn,
        load_id: &LoadId,
        origin: &str,
        chunks: &TableName,
    ) -> Result<bool, Fault> {
        let sql = format!(
            "SELECT 1 FROM {} AS l WHERE load_id = ? AND (origin = ? OR committed_at IS NOT NULL OR \
             (started_at < UTC_TIMESTAMP() - INTERVAL 1 DAY \
             AND NOT EXISTS (SELECT 1 FROM {} AS c WHERE c.load_id = l.load_id)))",
            self.table.sql(),
            chunks.sql()
        );
        let found: Option<u8> =
            conn.exec_first(sql, (load_id.as_str(), origin)).await.map_err(|error| self.fault(error))?;
        Ok(found.is_some())
    }
}
