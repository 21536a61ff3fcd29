//! Processes that carry out runs, and their signs of life.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use towpath_model::ids::WorkerId;

use crate::db::Conn;
use crate::error::Error;
use crate::sql::{Read, Row, sql};

/// A process that carries out runs.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Worker {
    /// Its identity; every start of a process is another one.
    #[schema(value_type = String)]
    pub id: WorkerId,
    /// Name of the machine and number of the process.
    pub name: String,
    /// Version of the program.
    pub version: String,
    /// How many runs it takes at the same time.
    pub capacity: i64,
    /// It takes no further runs.
    pub draining: bool,
    /// When it started.
    pub started_at: Timestamp,
    /// Its last sign of life.
    pub heartbeat_at: Timestamp,
    /// Names of the master keys that it has; with the first one it seals. None are known of earlier versions.
    #[serde(skip)]
    #[schema(ignore)]
    pub keys: Vec<String>,
}

impl Read for Worker {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Worker {
            id: WorkerId::from_text(row.text("id")?),
            name: row.text("name")?,
            version: row.text("version")?,
            capacity: row.int("capacity")?,
            draining: row.flag("draining")?,
            started_at: row.time("started_at")?,
            heartbeat_at: row.time("heartbeat_at")?,
            keys: words(&row.maybe_text("keys")?.unwrap_or_default()),
        })
    }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// Writes a sign of life.
pub async fn put(conn: &mut Conn, worker: &Worker) -> Result<(), Error> {
    sql("INSERT INTO workers (id, name, version, capacity, draining, started_at, heartbeat_at, keys)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (id) DO UPDATE SET capacity = $4, draining = $5, heartbeat_at = $7, keys = $8")
    .bind(worker.id.as_str())
    .bind(&worker.name)
    .bind(&worker.version)
    .bind(worker.capacity)
    .bind(worker.draining)
    .bind(worker.started_at)
    .bind(worker.heartbeat_at)
    .bind(worker.keys.join(" "))
    .run(conn)
    .await
    .map(drop)
}

/// Every worker that is known.
pub async fn all(conn: &mut Conn) -> Result<Vec<Worker>, Error> {
    sql("SELECT * FROM workers ORDER BY started_at, id").all(conn).await
}

/// Forgets a worker that stops.
pub async fn remove(conn: &mut Conn, id: &str) -> Result<(), Error> {
    sql("DELETE FROM workers WHERE id = $1").bind(id).run(conn).await.map(drop)
}

/// Forgets workers without a sign of life since then; returns how many.
pub async fn sweep(conn: &mut Conn, before: Timestamp) -> Result<u64, Error> {
    sql("DELETE FROM workers WHERE heartbeat_at < $1").bind(before).run(conn).await
}
