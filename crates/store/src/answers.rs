//! Answers to requests that carry a word of their own, so that the same request again gets the same answer.

use jiff::Timestamp;

use crate::db::Conn;
use crate::error::Error;
use crate::sql::{Read, Row, sql};

/// An answer that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// What identifies the request: route and content.
    pub request: String,
    /// Status of the answer.
    pub status: i64,
    /// Its body.
    pub body: String,
}

impl Read for Answered {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Answered { request: row.text("request")?, status: row.int("status")?, body: row.text("body")? })
    }
}

/// The answer that was given under a name.
pub async fn find(conn: &mut Conn, name: &str) -> Result<Option<Answered>, Error> {
    sql("SELECT * FROM answers WHERE name = $1").bind(name).first(conn).await
}

/// Keeps an answer. Fails with [`Error::Exists`] when one was given in the meantime.
pub async fn insert(conn: &mut Conn, name: &str, answered: &Answered) -> Result<(), Error> {
    sql("INSERT INTO answers (name, request, status, body, created_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(name)
        .bind(&answered.request)
        .bind(answered.status)
        .bind(&answered.body)
        .bind(Timestamp::now())
        .run(conn)
        .await
        .map(drop)
}

/// Forgets answers that are older than that; returns how many.
pub async fn sweep(conn: &mut Conn, before: Timestamp) -> Result<u64, Error> {
    sql("DELETE FROM answers WHERE created_at < $1").bind(before).run(conn).await
}
