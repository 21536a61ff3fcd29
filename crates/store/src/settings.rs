//! Settings of the whole server, by name.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::db::Conn;
use crate::error::Error;
use crate::sql::{json, sql};

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
