//! How often something failed under a name, and until when it is not tried again.

use jiff::{SignedDuration, Timestamp};

use crate::db::Conn;
use crate::error::Error;
use crate::sql::{Read, Row, sql};

/// Failures under one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttle {
    /// How often it failed since it went well, or since it was quiet for long enough.
    pub failures: i64,
    /// When it failed last.
    pub failed_at: Timestamp,
    /// Until when it is not tried again.
    pub blocked_until: Timestamp,
}

impl Read for Throttle {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Throttle {
            failures: row.int("failures")?,
            failed_at: row.time("failed_at")?,
            blocked_until: row.time("blocked_until")?,
        })
    }
}

/// What is known under a name.
pub async fn find(conn: &mut Conn, name: &str) -> Result<Option<Throttle>, Error> {
    sql("SELECT * FROM throttles WHERE name = $1").bind(name).first(conn).await
}

/// Counts a failure. `delay` says from the number of failures how long nothing is tried; after `quiet` without
/// a failure, counting begins anew.
pub async fn fail(
    conn: &mut Conn,
    name: &str,
    quiet: SignedDuration,
    delay: impl Fn(i64) -> SignedDuration,
) -> Result<Throttle, Error> {
    let now = Timestamp::now();
    let before = find(conn, name).await?.filter(|known| now.duration_since(known.failed_at) < quiet);
    let failures = before.map_or(1, |known| known.failures + 1);
    let blocked_until = now.saturating_add(delay(failures)).unwrap_or(now);
    sql("INSERT INTO throttles (name, failures, failed_at, blocked_until) VALUES ($1, $2, $3, $4)
         ON CONFLICT (name) DO UPDATE SET failures = $2, failed_at = $3, blocked_until = $4")
    .bind(name)
    .bind(failures)
    .bind(now)
    .bind(blocked_until)
    .run(conn)
    .await?;
    Ok(Throttle { failures, failed_at: now, blocked_until })
}

/// Forgets the failures under a name.
pub async fn clear(conn: &mut Conn, name: &str) -> Result<(), Error> {
    sql("DELETE FROM throttles WHERE name = $1").bind(name).run(conn).await.map(drop)
}

/// Forgets the failures under every name that begins like that; returns how many.
pub async fn clear_all(conn: &mut Conn, beginning: &str) -> Result<u64, Error> {
    sql("DELETE FROM throttles WHERE substr(name, 1, length($1)) = $1").bind(beginning).run(conn).await
}

/// Removes what failed last before that time; returns how many.
pub async fn sweep(conn: &mut Conn, before: Timestamp) -> Result<u64, Error> {
    sql("DELETE FROM throttles WHERE failed_at < $1 AND blocked_until < $1").bind(before).run(conn).await
}
