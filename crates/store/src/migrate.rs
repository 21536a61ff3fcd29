//! Steps that bring a database up to date, forward only.
//!
//! Each step is one file, written for both databases and carried out in one transaction with the note that it was.
//! A step that was released never changes; [`up`] refuses a database whose steps have another fingerprint, and one that
//! a newer program has made.
//!
//! The tests begin in the state after every step, with rows in every table, and in the states of released versions as
//! `tests/frozen` keeps them.

#[cfg(test)]
mod tests;

use sqlx::{AssertSqlSafe, raw_sql};
use towpath_model::fingerprint;

use crate::db::{Conn, Engine, Store, commit};
use crate::error::Error;
use crate::sql::{Read, Row, sql};

/// One step: its name and what it does.
pub(crate) const STEPS: &[(&str, &str)] = &[
    ("0001_people", include_str!("../migrations/0001_people.sql")),
    ("0002_flow", include_str!("../migrations/0002_flow.sql")),
    ("0003_notices", include_str!("../migrations/0003_notices.sql")),
    ("0004_traces", include_str!("../migrations/0004_traces.sql")),
    ("0005_queries", include_str!("../migrations/0005_queries.sql")),
    ("0006_repairs", include_str!("../migrations/0006_repairs.sql")),
    ("0007_stopped_by", include_str!("../migrations/0007_stopped_by.sql")),
    ("0008_operating", include_str!("../migrations/0008_operating.sql")),
];

struct Done {
    name: String,
    print: String,
}

impl Read for Done {
    fn read(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Done { name: row.text("name")?, print: row.text("fingerprint")? })
    }
}

/// Carries out the steps that are missing.
pub(crate) async fn up(store: &Store) -> Result<(), Error> {
    up_to(store, STEPS.len()).await
}

/// Carries out the first `count` steps, as an earlier version of this program would have done.
async fn up_to(store: &Store, count: usize) -> Result<(), Error> {
    let mut tx = store.begin().await?;
    // Two servers that start at once must not both carry out a step.
    store.lock(&mut tx, "towpath-migrations").await?;
    sql("CREATE TABLE IF NOT EXISTS migrations (name TEXT NOT NULL PRIMARY KEY, fingerprint TEXT NOT NULL, \
         done_at BIGINT NOT NULL)")
    .run(&mut tx)
    .await?;
    let done: Vec<Done> = sql("SELECT name, fingerprint FROM migrations ORDER BY name").all(&mut tx).await?;
    if let Some(unknown) = done.iter().find(|done| STEPS.iter().all(|(name, _)| *name != done.name)) {
        return Err(Error::Newer(unknown.name.clone()));
    }
    for (name, text) in STEPS.iter().take(count) {
        match done.iter().find(|done| done.name == *name) {
            Some(done) if done.print != fingerprint(text) => {
                return Err(Error::Corrupt(format!(
                    "step `{name}` of its making is another one than this program's"
                )));
            }
            Some(_) => {}
            None => step(&mut tx, store.engine(), name, text).await?,
        }
    }
    commit(tx).await
}

async fn step(tx: &mut Conn, engine: Engine, name: &str, text: &str) -> Result<(), Error> {
    let statements = match engine {
        Engine::Sqlite => text.to_owned(),
        // Names and identifiers sort by their bytes, as they do in SQLite.
        Engine::Postgres => text.replace(" TEXT", " TEXT COLLATE \"C\""),
    };
    raw_sql(AssertSqlSafe(statements)).execute(&mut *tx).await?;
    sql("INSERT INTO migrations (name, fingerprint, done_at) VALUES ($1, $2, $3)")
        .bind(name)
        .bind(fingerprint(text))
        .bind(jiff::Timestamp::now())
        .run(tx)
        .await
        .map(drop)
}
