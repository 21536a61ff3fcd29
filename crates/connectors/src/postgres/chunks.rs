//! The chunks of loads under way: a table beside the target that remembers which rows are safe.
//!
//! The entry of a chunk is sealed in the transaction of its rows, so either both are durable or neither is. A load
//! that begins with chunks holds a lock of the server, which ends with its connection; entries whose lock is free
//! belong to nobody, and the same load goes on with them, or another load of the same origin clears them away.

use tokio_postgres::types::{ToSql, Type};
use towpath_connect::{Chunk, ChunkState};
use towpath_model::{Fault, LoadId};

use super::fault::is_lock_timeout;
use super::name::{TableName, literal, quote};
use super::session::Session;
use super::stage::lasting_table;

/// Name of the table, in the schema of the target.
const TABLE: &str = "_towpath_chunks";

/// How long the connection of an attempt that died may take to end.
const PATIENCE: &str = "10s";

const DOING: &str = "reading the chunks of loads";

/// The chunks of one schema.
#[derive(Debug, Clone)]
pub(super) struct Chunks {
    schema: String,
}

/// What is written down of a load.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) states: Vec<ChunkState>,
    /// The highest ticket that a sealed chunk has.
    pub(super) last_ticket: i32,
}

impl Chunks {
    pub(super) fn new(schema: &str) -> Self {
        Chunks { schema: schema.to_owned() }
    }

    fn sql(&self) -> String {
        TableName { schema: Some(self.schema.clone()), table: TABLE.into() }.sql()
    }

    async fn exists(&self, session: &Session) -> Result<bool, Fault> {
        let sql = "SELECT to_regclass($1) IS NOT NULL";
        let rows = session.rows(DOING, sql, &[(&self.sql(), Type::TEXT)]).await?;
        Ok(rows.first().is_some_and(|row| row.get(0)))
    }

    /// Makes the table when it is not there, and checks that the account may use it.
    pub(super) async fn prepare(&self, session: &Session) -> Result<(), Fault> {
        let create = format!(
            "CREATE TABLE IF NOT EXISTS {table} (load_id text NOT NULL, position integer NOT NULL, \
             origin text NOT NULL, token text NOT NULL, rows bigint, counts text, ticket integer, \
             sealed_at timestamptz, PRIMARY KEY (load_id, position))",
            table = self.sql()
        );
        let user = &session.connection.user;
        let grant = format!("GRANT SELECT, INSERT, UPDATE, DELETE ON {} TO {}", self.sql(), quote(user));
        if !self.exists(session).await? {
            // Two sessions that create the same table at once would fail in the catalog; the lock lets them queue.
            let lock = format!("SELECT pg_advisory_xact_lock(hashtext({}))", literal(&self.sql()));
            let sql = format!("BEGIN; {lock}; {create}; COMMIT");
            if let Err(fault) = session.batch("creating the table of chunks", &sql).await {
                session.batch(DOING, "ROLLBACK").await?;
                return Err(fault.hint(format!(
                    "let the owner of schema `{}` run `{create}; {grant}`, or load without chunks: `resume: false`",
                    self.schema
                )));
            }
        }
        let sql = "SELECT bool_and(has_table_privilege(to_regclass($1), p)) \
                   FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS p";
        let rows = session.rows(DOING, sql, &[(&self.sql(), Type::TEXT)]).await?;
        match rows.first().is_some_and(|row| row.get(0)) {
            true => Ok(()),
            false => Err(Fault::auth(format!(
                "`{user}` may not read and write the chunks of loads, `{}`",
                self.sql()
            ))
            .hint(format!("let the owner run `{grant}`"))),
        }
    }

    /// What an earlier attempt wrote down of the load; no states when there was none.
    pub(super) async fn find(&self, session: &Session, load: &LoadId) -> Result<Written, Fault> {
        let sql = format!(
            "SELECT token, rows, counts, coalesce(ticket, 0) FROM {} WHERE load_id = $1 ORDER BY position",
            self.sql()
        );
        let rows = session.rows(DOING, &sql, &[(&load.as_str(), Type::TEXT)]).await?;
        let states = rows.iter().map(|row| ChunkState {
            chunk: Chunk {
                token: row.get(0),
                rows: row.get::<_, Option<i64>>(1).and_then(|rows| u64::try_from(rows).ok()),
            },
            counts: row.get(2),
        });
        Ok(Written {
            states: states.collect(),
            last_ticket: rows.iter().map(|row| row.get::<_, i32>(3)).max().unwrap_or(0),
        })
    }

    /// Writes the chunks of a load down.
    pub(super) async fn write(
        &self,
        session: &Session,
        load: &LoadId,
        origin: &str,
        chunks: &[Chunk],
    ) -> Result<(), Fault> {
        let tokens: Vec<&str> = chunks.iter().map(|chunk| chunk.token.as_str()).collect();
        let rows: Vec<Option<i64>> =
            chunks.iter().map(|chunk| chunk.rows.and_then(|rows| i64::try_from(rows).ok())).collect();
        let sql = format!(
            "INSERT INTO {} (load_id, position, origin, token, rows) SELECT $1, c.n - 1, $2, c.token, c.rows \
             FROM unnest($3, $4) WITH ORDINALITY AS c(token, rows, n)",
            self.sql()
        );
        let binds: [(&(dyn ToSql + Sync), Type); 4] = [
            (&load.as_str(), Type::TEXT),
            (&origin, Type::TEXT),
            (&tokens, Type::TEXT_ARRAY),
            (&rows, Type::INT8_ARRAY),
        ];
        session.rows("writing down the chunks of the load", &sql, &binds).await.map(drop)
    }

    /// Seals a chunk, inside the transaction of its rows.
    pub(super) async fn seal(
        &self,
        session: &Session,
        load: &LoadId,
        position: usize,
        ticket: i32,
        rows: u64,
        counts: &str,
    ) -> Result<(), Fault> {
        let doing = "sealing a chunk";
        let sql = format!(
            "UPDATE {} SET counts = {}, rows = {rows}, ticket = {ticket}, sealed_at = clock_timestamp() \
             WHERE load_id = {} AND position = {position} AND counts IS NULL",
            self.sql(),
            literal(counts),
            literal(load.as_str()),
        );
        match session.execute(doing, &sql).await? {
            1 => Ok(()),
            _ => Err(Fault::unavailable(format!(
                "chunk {} of load `{load}` was sealed or cleared away by somebody else",
                position + 1
            ))
            .hint("let only one process work on a load, then run again with `--resume`")),
        }
    }

    /// The chunks of a load with their tickets, as SQL for a `FROM`.
    pub(super) fn tickets_sql(&self, load: &LoadId) -> String {
        format!("(SELECT position, ticket FROM {} WHERE load_id = {})", self.sql(), literal(load.as_str()))
    }

    /// The number of rows in sealed chunks; a fault when one is not sealed.
    pub(super) async fn sealed_rows(&self, session: &Session, load: &LoadId) -> Result<u64, Fault> {
        let sql = format!(
            "SELECT coalesce(sum(rows), 0)::bigint, count(*) FILTER (WHERE counts IS NULL) FROM {} \
             WHERE load_id = $1",
            self.sql()
        );
        let rows = session.rows(DOING, &sql, &[(&load.as_str(), Type::TEXT)]).await?;
        let (rows, open): (i64, i64) = rows.first().map_or((0, 0), |row| (row.get(0), row.get(1)));
        match open {
            0 => Ok(u64::try_from(rows).unwrap_or(0)),
            open => {
                Err(Fault::internal(format!("load `{load}` cannot be committed: {open} chunks are open")))
            }
        }
    }

    /// Forgets a load.
    pub(super) async fn remove(&self, session: &Session, load: &LoadId) -> Result<(), Fault> {
        let sql = format!("DELETE FROM {} WHERE load_id = {}", self.sql(), literal(load.as_str()));
        session.batch("forgetting the chunks of the load", &sql).await
    }

    /// Clears away what other loads of the same origin left, unless somebody works on them.
    pub(super) async fn clear_stale(
        &self,
        session: &Session,
        origin: &str,
        but: Option<&LoadId>,
    ) -> Result<(), Fault> {
        if !self.exists(session).await? {
            return Ok(());
        }
        let sql = format!(
            "SELECT DISTINCT load_id FROM {} WHERE origin = $1 AND load_id IS DISTINCT FROM $2",
            self.sql()
        );
        let but = but.map(LoadId::as_str);
        let rows = session.rows(DOING, &sql, &[(&origin, Type::TEXT), (&but, Type::TEXT)]).await?;
        for row in rows {
            let load = LoadId::from_text(row.get::<_, String>(0));
            let doing = format!("clearing away the staging place of load `{load}`");
            session.batch(&doing, "BEGIN").await?;
            let lock = "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) \
                        AND pg_try_advisory_xact_lock(hashtextextended($1, 1))";
            let free = session.rows(&doing, lock, &[(&load.as_str(), Type::TEXT)]).await?;
            if free.first().is_some_and(|row| row.get(0)) {
                let stage = lasting_table(Some(&self.schema), &load).sql();
                session.batch(&doing, &format!("DROP TABLE IF EXISTS {stage}")).await?;
                self.remove(session, &load).await?;
            }
            session.batch(&doing, "COMMIT").await?;
        }
        Ok(())
    }
}

/// Takes the lock of a load for this session, and waits for the end of writers that an earlier attempt left.
pub(super) async fn hold(session: &Session, load: &LoadId) -> Result<(), Fault> {
    let key = literal(load.as_str());
    let sql = format!(
        "SET lock_timeout = '{PATIENCE}'; SELECT pg_advisory_lock(hashtextextended({key}, 0)); \
         SELECT pg_advisory_lock(hashtextextended({key}, 1)); \
         SELECT pg_advisory_unlock(hashtextextended({key}, 1)); SET lock_timeout = 0"
    );
    match session.attempt(&sql).await {
        Ok(()) => Ok(()),
        Err(error) if is_lock_timeout(&error) => {
            Err(Fault::unavailable(format!("another process works on load `{load}`"))
                .hint("wait until it has ended, then run again"))
        }
        Err(error) => Err(session.fault(error, "beginning a load")),
    }
}

/// Tells those who would begin the same load that a writer of it is at work.
pub(super) async fn join(session: &Session, load: &LoadId) -> Result<(), Fault> {
    let sql = format!("SELECT pg_advisory_lock_shared(hashtextextended({}, 1))", literal(load.as_str()));
    session.batch("opening another writer of the load", &sql).await
}
