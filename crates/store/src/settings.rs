//! Settings of the whole server, by name.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::db::Conn;
use crate::error::Error;
use crate::sql::{json, sql};

/// What those who run a server choose while it runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Choices {
    /// What everybody reads on top of every page; empty for nothing.
    pub notice: String,
    /// Days for which logs of runs are kept.
    pub log_days: u32,
    /// Days for which runs are kept.
    pub run_days: u32,
    /// Days for which the audit is kept.
    pub audit_days: u32,
    /// Grows with every change.
    pub revision: i64,
}

impl Default for Choices {
    fn default() -> Self {
        Choices { notice: String::new(), log_days: 30, run_days: 90, audit_days: 365, revision: 0 }
    }
}

/// Name of the setting that holds [`Choices`].
const CHOICES: &str = "choices";

/// What those who run the server chose.
pub async fn choices(conn: &mut Conn) -> Result<Choices, Error> {
    Ok(find(conn, CHOICES).await?.unwrap_or_default())
}

/// Writes what those who run the server chose.
pub async fn put_choices(conn: &mut Conn, choices: &Choices) -> Result<(), Error> {
    put(conn, CHOICES, choices).await
}

/// Reads a setting.
pub async fn find<T: DeserializeOwned>(conn: &mut Conn, name: &str) -> Result<Option<T>, Error> {
    let text: Option<String> =
        sql("SELECT value FROM settings WHERE name = $1").bind(name).first(conn).await?;
    text.map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(|error| Error::Corrupt(format!("setting `{name}`: {error}")))
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
