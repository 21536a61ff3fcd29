//! Sealed secrets, each under its owner and a name; the place of the seal is both.

use jiff::Timestamp;

use crate::db::Conn;
use crate::error::Error;
use crate::seal::Keys;
use crate::sql::{Read, Row, sql};

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
    sql("INSERT INTO secrets (workspace_id, owner, name, sealed, key_id, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6)
         ON CONFLICT (owner, name) DO UPDATE SET sealed = $4, key_id = $5, updated_at = $6")
    .bind(workspace)
    .bind(owner)
    .bind(name)
    .bind(keys.seal(&place(owner, name), text)?)
    .bind(keys.current())
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

/// Sealed texts that stand in columns of other tables: table, column, and what their place ends with.
const ELSEWHERE: [(&str, &str, &str); 2] =
    [("users", "second_factor", "second-factor"), ("pipelines", "hook", "hook")];

/// Seals everything that another key sealed with the current one; returns how many, and which do not open.
pub async fn rotate(conn: &mut Conn, keys: &Keys) -> Result<(u64, Vec<String>), Error> {
    let old: Vec<Sealed> =
        sql("SELECT owner, name, sealed FROM secrets WHERE key_id <> $1 ORDER BY owner, name")
            .bind(keys.current())
            .all(conn)
            .await?;
    let (mut done, mut failed) = (0, Vec::new());
    for secret in old {
        match again(keys, &secret)? {
            Some(sealed) => {
                sql("UPDATE secrets SET sealed = $3, key_id = $4, updated_at = $5 WHERE owner = $1 AND name = $2")
                    .bind(&secret.owner)
                    .bind(&secret.name)
                    .bind(sealed)
                    .bind(keys.current())
                    .bind(Timestamp::now())
                    .run(conn)
                    .await?;
                done += 1;
            }
            None => failed.push(place(&secret.owner, &secret.name)),
        }
    }
    for (table, column, name) in ELSEWHERE {
        let beginning = format!("1.{}.%", keys.current());
        let text = format!(
            "SELECT id AS owner, '{name}' AS name, {column} AS sealed FROM {table}
             WHERE {column} IS NOT NULL AND {column} NOT LIKE $1 ORDER BY id"
        );
        let old: Vec<Sealed> = sql(text).bind(beginning).all(conn).await?;
        for secret in old {
            match again(keys, &secret)? {
                Some(sealed) => {
                    sql(format!("UPDATE {table} SET {column} = $2 WHERE id = $1"))
                        .bind(&secret.owner)
                        .bind(sealed)
                        .run(conn)
                        .await?;
                    done += 1;
                }
                None => failed.push(place(&secret.owner, &secret.name)),
            }
        }
    }
    Ok((done, failed))
}

/// The secret sealed with the current key; none when it does not open.
fn again(keys: &Keys, secret: &Sealed) -> Result<Option<String>, Error> {
    let place = place(&secret.owner, &secret.name);
    match keys.open(&place, &secret.sealed) {
        Ok(text) => keys.seal(&place, &text).map(Some),
        Err(_) => Ok(None),
    }
}
