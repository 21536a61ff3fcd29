//! Settings of the whole server, by name.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::db::Conn;
use crate::error::Error;
use crate::sql::{json, sql};

/// How long things are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// Days for which the logs of runs are kept.
    pub logs_days: i64,
    /// Days for which runs are kept after their end, with their quarantine.
    pub runs_days: i64,
    /// Days for which the audit is kept.
    pub audit_days: i64,
    /// Hours for which live events can be made up for.
    pub events_hours: i64,
    /// Minutes for which rows that somebody looked at are shown again without reading them anew; 0 for never.
    pub previews_minutes: i64,
}

impl Default for Retention {
    fn default() -> Self {
        Retention { logs_days: 30, runs_days: 90, audit_days: 365, events_hours: 6, previews_minutes: 5 }
    }
}

const RETENTION: &str = "retention";

/// How long things are kept on this server.
pub async fn retention(conn: &mut Conn) -> Result<Retention, Error> {
    Ok(find(conn, RETENTION).await?.unwrap_or_default())
}

/// Says how long things are kept on this server.
pub async fn put_retention(conn: &mut Conn, retention: &Retention) -> Result<(), Error> {
    put(conn, RETENTION, retention).await
}

/// A line that everybody on a server reads.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Banner {
    /// What stands on top of every page; empty for nothing.
    pub text: String,
    /// Grows with every change of what is chosen for the server.
    pub revision: i64,
}

const BANNER: &str = "banner";

/// The line that everybody on this server reads.
pub async fn banner(conn: &mut Conn) -> Result<Banner, Error> {
    Ok(find(conn, BANNER).await?.unwrap_or_default())
}

/// Writes the line that everybody on this server reads.
pub async fn put_banner(conn: &mut Conn, banner: &Banner) -> Result<(), Error> {
    put(conn, BANNER, banner).await
}

/// Reads a setting.
pub async fn find<T: DeserializeOwned>(conn: &mut Conn, name: &str) -> Result<Option<T>, Error> {
    let text: Option<String> =
        sql("SELECT value FROM settings WHERE name = $1").bind(name).first(conn).await?;
    text.map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(|error| Error::Corrupt(format!("setting `{name}`: {error}")))
}

/// Removes a setting.
pub async fn remove(conn: &mut Conn, name: &str) -> Result<(), Error> {
    sql("DELETE FROM settings WHERE name = $1").bind(name).run(conn).await.map(drop)
}

/// Writes a setting.
pub async fn put<T: Serialize>(conn: &mut Conn, name: &str, value: &T) -> Result<(), Error> {
    sql("INSERT INTO settings (name, value, updated_at) VALUES ($1, $2, $3)
         ON CONFLICT (name) DO UPDATE SET value = $2, updated_at = $3")
    .bind(name)
    .bind(json(value)?)
    .bind(Timestamp::now())
    .run(conn)
    .await
    .map(drop)
}
