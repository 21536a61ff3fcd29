//! How much there is, for those who run the server.

use crate::db::{Conn, Engine, Store};
use crate::error::Error;
use crate::sql::sql;

/// What the store holds at this moment.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    /// Bytes that the store takes on its disk.
    pub store_bytes: i64,
    /// Runs that wait for a place.
    pub runs_queued: i64,
    /// Runs that are carried out.
    pub runs_running: i64,
    /// Messages that are on their way.
    pub messages_waiting: i64,
}

/// Looks how much there is.
pub async fn look(store: &Store, conn: &mut Conn) -> Result<Usage, Error> {
    let size = match store.engine() {
        Engine::Sqlite => "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
        Engine::Postgres => "SELECT pg_database_size(current_database())",
    };
    Ok(Usage {
        store_bytes: sql(size).number(conn).await?,
        runs_queued: sql("SELECT count(*) FROM runs WHERE state = 'queued'").number(conn).await?,
        runs_running: sql("SELECT count(*) FROM runs WHERE state IN ('running', 'failing')")
            .number(conn)
            .await?,
        messages_waiting: sql("SELECT count(*) FROM deliveries WHERE ended_at IS NULL").number(conn).await?,
    })
}
