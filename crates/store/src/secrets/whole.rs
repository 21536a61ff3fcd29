//! Everything that is sealed: what opens, and with which keys it is sealed.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::place;
use crate::db::Conn;
use crate::error::Error;
use crate::seal::{Keys, key_of};
use crate::sql::{Read, Row, sql, words};

words! {
    /// What something sealed is.
    Kind {
        /// A secret of a connection.
        Connection = "connection",
        /// A secret of a channel of notifications.
        Channel = "channel",
        /// The second factor of a person.
        SecondFactor = "second factor",
        /// The key of a web hook.
        Hook = "hook",
    }
}

/// Something sealed, wherever it stands.
struct Found {
    kind: Kind,
    owner: String,
    /// What people call the owner.
    title: String,
    name: String,
    sealed: String,
}

impl Read for Found {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Found {
            kind: row.word("kind", Kind::of)?,
            owner: row.text("owner")?,
            title: row.text("title")?,
            name: row.text("name")?,
            sealed: row.text("sealed")?,
        })
    }
}

impl Found {
    fn place(&self) -> String {
        place(&self.owner, &self.name)
    }

    /// What it is called where people are told of it.
    fn words(&self) -> String {
        format!("{} `{}`", self.kind.word(), self.title)
    }
}

async fn all(conn: &mut Conn) -> Result<Vec<Found>, Error> {
    sql("SELECT CASE WHEN c.id IS NULL AND n.id IS NOT NULL THEN 'channel' ELSE 'connection' END AS kind,
         s.owner AS owner, COALESCE(c.name, n.name, s.owner) AS title, s.name AS name, s.sealed AS sealed
         FROM secrets s LEFT JOIN connections c ON c.id = s.owner LEFT JOIN channels n ON n.id = s.owner
         UNION ALL
         SELECT 'second factor', id, email, 'second-factor', second_factor FROM users WHERE second_factor IS NOT NULL
         UNION ALL
         SELECT 'hook', id, name, 'hook', hook FROM pipelines WHERE hook IS NOT NULL
         ORDER BY 1, 3, 4, 2")
    .all(conn)
    .await
}

/// What opens of everything that is sealed.
#[derive(Debug, Default)]
pub struct Opened {
    /// How many of each kind open.
    pub opened: BTreeMap<Kind, u64>,
    /// What does not, by the names of its owners, each once.
    pub failed: Vec<String>,
}

/// Opens everything that is sealed.
pub async fn look(conn: &mut Conn, keys: &Keys) -> Result<Opened, Error> {
    let mut looked = Opened::default();
    for found in all(conn).await? {
        match keys.open(&found.place(), &found.sealed) {
            Ok(_) => *looked.opened.entry(found.kind).or_default() += 1,
            Err(_) => looked.failed.push(found.words()),
        }
    }
    looked.failed.dedup();
    Ok(looked)
}

/// How much is sealed with other keys than that.
pub async fn of_other_keys(conn: &mut Conn, key: &str) -> Result<usize, Error> {
    Ok(all(conn).await?.iter().filter(|found| key_of(&found.sealed) != Some(key)).count())
}

/// Seals everything that another key sealed with the current one; returns how many, and what does not open.
pub async fn rotate(conn: &mut Conn, keys: &Keys) -> Result<(u64, Vec<String>), Error> {
    let current = keys.current();
    let (mut done, mut failed) = (0, Vec::new());
    for found in all(conn).await? {
        if key_of(&found.sealed) == Some(&current) {
            continue;
        }
        let Ok(text) = keys.open(&found.place(), &found.sealed) else {
            failed.push(found.words());
            continue;
        };
        let sealed = keys.seal(&found.place(), &text)?;
        // What was sealed anew in the meantime stays as it is.
        done += match found.kind {
            Kind::Connection | Kind::Channel => {
                sql("UPDATE secrets SET sealed = $3, key_id = $4, updated_at = $5
                     WHERE owner = $1 AND name = $2 AND sealed = $6")
                .bind(&found.owner)
                .bind(&found.name)
                .bind(&sealed)
                .bind(key_of(&sealed))
                .bind(Timestamp::now())
                .bind(&found.sealed)
                .run(conn)
                .await?
            }
            Kind::SecondFactor => in_column(conn, "users", "second_factor", &found, &sealed).await?,
            Kind::Hook => in_column(conn, "pipelines", "hook", &found, &sealed).await?,
        };
    }
    failed.dedup();
    Ok((done, failed))
}

async fn in_column(
    conn: &mut Conn,
    table: &str,
    column: &str,
    found: &Found,
    sealed: &str,
) -> Result<u64, Error> {
    sql(format!("UPDATE {table} SET {column} = $2 WHERE id = $1 AND {column} = $3"))
        .bind(&found.owner)
        .bind(sealed)
        .bind(&found.sealed)
        .run(conn)
        .await
}
