//! The chunks of loads that are under way: the table `_towpath_chunks`.
//!
//! All rows of a load are written when it begins. A chunk is sealed in the transaction that holds its rows: both or
//! neither. The commit of the load removes them.

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Value};
use towpath_connect::{Chunk, ChunkState};
use towpath_model::{Fault, LoadId};

use super::fault::Place;
use super::names::TableName;

/// Name of the table, in the database of the target.
const CHUNKS: &str = "_towpath_chunks";

/// Rows per statement.
const ROWS: usize = 500;

/// What is sealed of a load.
#[derive(Debug, Default)]
pub(super) struct Sealed {
    /// Number of sealed chunks, and of all.
    pub(super) chunks: (u64, u64),
    /// Rows of the sealed chunks.
    pub(super) rows: u64,
    /// The largest number of a part that is taken.
    pub(super) last_part: u32,
}

/// The chunks of the loads into one database.
#[derive(Debug, Clone)]
pub(super) struct ChunkTable {
    pub(super) table: TableName,
    place: Place,
}

impl ChunkTable {
    /// The chunks beside a target.
    pub(super) fn beside(target: &TableName, place: &Place) -> Self {
        ChunkTable { table: target.sibling(CHUNKS), place: place.clone() }
    }

    /// Makes the table when it is missing.
    pub(super) async fn prepare(&self, conn: &mut Conn) -> Result<(), Fault> {
        let sql = format!(
            "CREATE TABLE IF NOT EXISTS {} (load_id VARCHAR(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL, \
             position INT UNSIGNED NOT NULL, token LONGTEXT NOT NULL, `rows` BIGINT UNSIGNED NULL, \
             counts LONGTEXT NULL, sealed_rows BIGINT UNSIGNED NULL, part INT UNSIGNED NULL, \
             sealed_at DATETIME(6) NULL, PRIMARY KEY (load_id, position)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
            self.table.sql()
        );
        conn.query_drop(sql).await.map_err(|error| self.place.fault(error))
    }

    /// Writes down the chunks of a load: all or none.
    pub(super) async fn offer(
        &self,
        conn: &mut Conn,
        load_id: &LoadId,
        chunks: &[Chunk],
    ) -> Result<(), Fault> {
        let fault = |error| self.place.fault(error);
        conn.query_drop("START TRANSACTION").await.map_err(fault)?;
        for (group, part) in chunks.chunks(ROWS).enumerate() {
            let tuples = vec!["(?, ?, ?, ?)"; part.len()].join(", ");
            let sql = format!(
                "INSERT INTO {} (load_id, position, token, `rows`) VALUES {tuples}",
                self.table.sql()
            );
            let mut values: Vec<Value> = Vec::with_capacity(part.len() * 4);
            for (offset, chunk) in part.iter().enumerate() {
                values.extend([
                    load_id.as_str().into(),
                    (group * ROWS + offset).into(),
                    chunk.token.as_str().into(),
                    chunk.rows.into(),
                ]);
            }
            conn.exec_drop(sql, values).await.map_err(fault)?;
        }
        conn.query_drop("COMMIT").await.map_err(fault)
    }

    /// The chunks of a load, in order.
    pub(super) async fn states(&self, conn: &mut Conn, load_id: &LoadId) -> Result<Vec<ChunkState>, Fault> {
        let sql = format!(
            "SELECT token, `rows`, counts FROM {} WHERE load_id = ? ORDER BY position",
            self.table.sql()
        );
        let rows: Vec<(String, Option<u64>, Option<String>)> =
            conn.exec(sql, (load_id.as_str(),)).await.map_err(|error| self.place.fault(error))?;
        Ok(rows
            .into_iter()
            .map(|(token, rows, counts)| ChunkState { chunk: Chunk { token, rows }, counts })
            .collect())
    }

    /// What is sealed of a load.
    pub(super) async fn sealed(&self, conn: &mut Conn, load_id: &LoadId) -> Result<Sealed, Fault> {
        let sql = format!(
            "SELECT COUNT(counts), COUNT(*), CAST(COALESCE(SUM(sealed_rows), 0) AS UNSIGNED), \
             COALESCE(MAX(part), 0) FROM {} WHERE load_id = ?",
            self.table.sql()
        );
        let row: Option<(u64, u64, u64, u32)> =
            conn.exec_first(sql, (load_id.as_str(),)).await.map_err(|error| self.place.fault(error))?;
        let (sealed, all, rows, last_part) = row.unwrap_or_default();
        Ok(Sealed { chunks: (sealed, all), rows, last_part })
    }

    /// Seals a chunk; part of the transaction that holds its rows.
    pub(super) async fn seal(
        &self,
        conn: &mut Conn,
        load_id: &LoadId,
        position: usize,
        seal: (&str, u64, u32),
    ) -> Result<(), Fault> {
        let sql = format!(
            "UPDATE {} SET counts = ?, sealed_rows = ?, part = ?, sealed_at = UTC_TIMESTAMP(6) \
             WHERE load_id = ? AND position = ? AND counts IS NULL",
            self.table.sql()
        );
        let (counts, rows, part) = seal;
        let values: Vec<Value> =
            vec![counts.into(), rows.into(), part.into(), load_id.as_str().into(), position.into()];
        conn.exec_drop(sql, values).await.map_err(|error| self.place.fault(error))?;
        if conn.affected_rows() == 1 {
            return Ok(());
        }
        Err(Fault::unavailable(format!(
            "chunk {position} of load `{load_id}` was sealed or removed by another run"
        ))
        .hint("another run took the load over after the connection of this one was lost; let that run end"))
    }

    /// Removes the chunks of a load; part of the caller's transaction.
    pub(super) async fn forget(&self, conn: &mut Conn, load_id: &LoadId) -> Result<(), Fault> {
        let sql = format!("DELETE FROM {} WHERE load_id = ?", self.table.sql());
        conn.exec_drop(sql, (load_id.as_str(),)).await.map_err(|error| self.place.fault(error))
    }
}
