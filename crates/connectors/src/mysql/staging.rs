//! Staging tables: their names, who works on them, and what killed runs left behind.
//!
//! A load holds a named lock of the server while it works on its staging table. The server frees the lock when the
//! connection ends, however it ends: a staging table whose lock is free belongs to nobody.

use mysql_async::Conn;
use mysql_async::prelude::Queryable;
use towpath_model::{Fault, LoadId};

use super::fault::Place;
use super::names::{TableName, quote};

/// What names of staging tables start with.
const PREFIX: &str = "_towpath_load";

/// The lock of a staging table. Locks are the server's, not the database's, and have short names.
const LOCK: &str = "SHA1(CONCAT(?, '/', ?))";

/// The staging table of one load.
pub(super) struct Staging {
    pub(super) name: TableName,
}

impl Staging {
    /// Takes the lock of a load's staging table.
    pub(super) async fn claim(
        conn: &mut Conn,
        place: &Place,
        target: &TableName,
        load_id: &LoadId,
    ) -> Result<Staging, Fault> {
        let name = target.sibling(staging_name(load_id.as_str()));
        // A run that was dropped a moment ago holds the lock until the server sees its connection close.
        let taken: Option<Option<i64>> = conn
            .exec_first(format!("SELECT GET_LOCK({LOCK}, 10)"), (&name.database, &name.table))
            .await
            .map_err(|error| place.fault(error))?;
        if taken.flatten() != Some(1) {
            return Err(Fault::unavailable(format!(
                "load `{load_id}` is already being written by another run"
            ))
            .hint("wait until the other run has ended"));
        }
        Ok(Staging { name })
    }

    /// Drops what an earlier attempt of this load left, and staging tables that nobody has worked on for a day.
    pub(super) async fn drop_stale(&self, conn: &mut Conn, place: &Place) -> Result<Vec<String>, Fault> {
        let sql = format!(
            "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND LEFT(TABLE_NAME, {}) = ? \
             AND (TABLE_NAME IN (?, ?, ?) OR (CREATE_TIME < NOW() - INTERVAL 1 DAY \
             AND IS_FREE_LOCK(SHA1(CONCAT(TABLE_SCHEMA, '/', TABLE_NAME))) = 1))",
            PREFIX.len()
        );
        let TableName { database, table } = &self.name;
        let (fresh, old) = (format!("{table}_new"), format!("{table}_old"));
        let names: Vec<String> = conn
            .exec(sql, (database, PREFIX, table, &fresh, &old))
            .await
            .map_err(|error| place.fault(error))?;
        let mut notes = Vec::new();
        for name in names {
            let sql = format!("DROP TABLE IF EXISTS {}.{}", quote(database), quote(&name));
            conn.query_drop(sql).await.map_err(|error| place.fault(error))?;
            notes.push(format!("dropped staging table `{name}` of a run that did not end"));
        }
        Ok(notes)
    }
}

/// The name of the staging table of a load. Ids are short words; anything else is cut to letters and told apart by
/// a number.
fn staging_name(load_id: &str) -> String {
    let body = load_id.strip_prefix("load_").unwrap_or(load_id);
    let plain = |c: char| c.is_ascii_digit() || c.is_ascii_lowercase();
    if body.len() <= 40 && body.chars().all(plain) {
        return format!("{PREFIX}_{body}");
    }
    // FNV-1a: no more than a stable number is needed.
    let number = body.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let start: String = body.chars().filter(|c| plain(*c)).take(20).collect();
    format!("{PREFIX}_{start}_{number:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_short_and_distinct() {
        assert_eq!(staging_name("load_0190abc"), "_towpath_load_0190abc");
        let (one, two) = (staging_name("load_É`; drop"), staging_name("load_É`; Drop"));
        assert_ne!(one, two);
        for name in [one, two, staging_name(&"x".repeat(500))] {
            assert!(
                name.len() <= 60 && name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric()),
                "{name}"
            );
        }
    }
}
