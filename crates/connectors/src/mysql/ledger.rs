//! The ledger of loads, so that a load that is sent twice lands once.
//!
//! A row of `_towpath_loads` is written in the transaction that writes the rows. A table that a load creates comes
//! into being by a rename, which no transaction covers; there the load id stands in the table's comment, which
//! the rename carries along, until the ledger has it.

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Value};
use towpath_connect::LoadRequest;
use towpath_model::Fault;

use super::catalog::Table;
use super::fault::{Place, is_code};
use super::names::{TableName, literal};

/// Name of the ledger, in the database of the target.
const LEDGER: &str = "_towpath_loads";

/// What comments of tables start with between the rename and the ledger.
const COMMENT: &str = "towpath load ";

/// Number of rows of a load that is already done.
pub(super) async fn find(
    conn: &mut Conn,
    place: &Place,
    target: &TableName,
    request: &LoadRequest,
) -> Result<Option<u64>, Fault> {
    let sql = format!("SELECT `rows` FROM {} WHERE load_id = ?", target.sibling(LEDGER).sql());
    match conn.exec_first(sql, (request.load_id.as_str(),)).await {
        Ok(rows) => Ok(rows),
        // 1146: no ledger yet.
        Err(error) if is_code(&error, 1146) => Ok(None),
        Err(error) => Err(place.fault(error)),
    }
}

/// Makes the ledger when it is missing.
pub(super) async fn prepare(conn: &mut Conn, place: &Place, target: &TableName) -> Result<(), Fault> {
    let sql = format!(
        "CREATE TABLE IF NOT EXISTS {} (load_id VARCHAR(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL \
         PRIMARY KEY, origin TEXT NOT NULL, target TEXT NOT NULL, `rows` BIGINT UNSIGNED NOT NULL, \
         committed_at DATETIME(6) NOT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
        target.sibling(LEDGER).sql()
    );
    conn.query_drop(sql).await.map_err(|error| place.fault(error))
}

/// Writes down a load; part of the caller's transaction.
pub(super) async fn record(
    conn: &mut Conn,
    place: &Place,
    target: &TableName,
    request: &LoadRequest,
    rows: u64,
) -> Result<(), Fault> {
    let sql = format!("INSERT INTO {} VALUES (?, ?, ?, ?, UTC_TIMESTAMP(6))", target.sibling(LEDGER).sql());
    let values: Vec<Value> = vec![
        request.load_id.as_str().into(),
        request.origin.as_str().into(),
        target.table.as_str().into(),
        rows.into(),
    ];
    conn.exec_drop(sql, values).await.map_err(|error| place.fault(error))
}

/// The comment of a table that a load is about to create.
pub(super) fn comment(request: &LoadRequest, rows: u64) -> String {
    literal(&format!("{COMMENT}{} of {rows} rows", request.load_id))
}

/// Number of rows, when the table was created by this load and the ledger does not know yet.
pub(super) fn commented(table: &Table, request: &LoadRequest) -> Option<u64> {
    let rest = table.comment.strip_prefix(COMMENT)?.strip_prefix(request.load_id.as_str())?;
    rest.strip_prefix(" of ")?.strip_suffix(" rows")?.parse().ok()
}
