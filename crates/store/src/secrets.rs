//! Sealed secrets, each under its owner and a name; the place of the seal is both.
//!
//! A few stand in columns of other tables. What goes through all of them, when keys are exchanged or looked at, is in
//! [`whole`].

mod whole;

use jiff::Timestamp;

use crate::db::Conn;
use crate::error::Error;
use crate::seal::{Keys, key_of};
use crate::sql::{Read, Row, sql};

pub use whole::{Kind, Opened, look, of_other_keys, rotate};

/// A secret as it is kept.
#[derive(Debug, Clone)]
struct Sealed {
    owner: String,
    name: String,
    sealed: String,
}

impl Read for Sealed {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Sealed { owner: row.text("owner")?, name: row.text("name")?, sealed: row.text("sealed")? })
    }
}

fn place(owner: &str, name: &str) -> String {
    format!("{owner}/{name}")
}

/// Seals and keeps a secret, in the place of an earlier one.
pub async fn put(
    conn: &mut Conn,
    keys: &Keys,
    workspace: &str,
    owner: &str,
    name: &str,
    text: &str,
) -> Result<(), Error> {
    let sealed = keys.seal(&place(owner, name), text)?;
    sql("INSERT INTO secrets (workspace_id, owner, name, sealed, key_id, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6)
         ON CONFLICT (owner, name) DO UPDATE SET sealed = $4, key_id = $5, updated_at = $6")
    .bind(workspace)
    .bind(owner)
    .bind(name)
    .bind(&sealed)
    .bind(key_of(&sealed))
    .bind(Timestamp::now())
    .run(conn)
    .await
    .map(drop)
}

/// Opens the secrets of an owner: name and text.
pub async fn open(conn: &mut Conn, keys: &Keys, owner: &str) -> Result<Vec<(String, String)>, Error> {
    let sealed: Vec<Sealed> = sql("SELECT owner, name, sealed FROM secrets WHERE owner = $1 ORDER BY name")
        .bind(owner)
        .all(conn)
        .await?;
    sealed
        .into_iter()
        .map(|secret| {
            Ok((secret.name.clone(), keys.open(&place(&secret.owner, &secret.name), &secret.sealed)?))
        })
        .collect()
}

/// Names of the secrets of an owner.
pub async fn names(conn: &mut Conn, owner: &str) -> Result<Vec<String>, Error> {
    sql("SELECT name FROM secrets WHERE owner = $1 ORDER BY name").bind(owner).all(conn).await
}

/// Forgets secrets of an owner: one, or all.
pub async fn remove(conn: &mut Conn, owner: &str, name: Option<&str>) -> Result<u64, Error> {
    sql("DELETE FROM secrets WHERE owner = $1 AND ($2 = '' OR name = $2)")
        .bind(owner)
        .bind(name.unwrap_or_default())
        .run(conn)
        .await
}
