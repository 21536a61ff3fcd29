//! The ledger of loads: a table beside the target that remembers which loads are done, and what they did.
//!
//! The entry is written in the transaction of its rows, so either both are there or neither is. The table is
//! created by the first load that commits, as its last step but one: an aborted load leaves nothing, and two first
//! loads wait for each other only for that moment.

use tokio_postgres::types::{ToSql, Type};
use towpath_connect::{ChangeCounts, LoadRequest, Receipt};
use towpath_model::{Fault, LoadId};

use super::name::{TableName, literal, quote};
use super::session::Session;

/// Name of the ledger, in the schema of the target.
const TABLE: &str = "_towpath_loads";

const DOING: &str = "reading the ledger of loads";

/// What a load keeps to be taken back, as the ledger writes it down.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Kept {
    /// Table with the images, in the schema of the ledger.
    pub(super) table: String,
    /// Columns of the target in the order of the images.
    pub(super) columns: Vec<String>,
    /// Places in `columns` of those that identify a row.
    pub(super) key: Vec<usize>,
}

/// An entry of a load that is to be taken back.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) target: String,
    pub(super) undone: bool,
    pub(super) expired: bool,
    pub(super) kept: Option<Kept>,
}

/// The ledger of one schema.
#[derive(Debug, Clone)]
pub(super) struct Ledger {
    pub(super) schema: String,
    /// Whether the table was there when the load began.
    exists: bool,
}

impl Ledger {
    pub(super) fn new(schema: &str) -> Self {
        Ledger { schema: schema.to_owned(), exists: false }
    }

    fn sql(&self) -> String {
        TableName { schema: Some(self.schema.clone()), table: TABLE.into() }.sql()
    }

    /// What a load did, when it is done already. Checks that the ledger can be written, before rows are.
    pub(super) async fn find(&mut self, session: &Session, load: &LoadId) -> Result<Option<Receipt>, Fault> {
        let sql = "SELECT to_regclass($1) IS NOT NULL, CASE WHEN to_regclass($1) IS NULL \
                   THEN has_schema_privilege($2, 'CREATE') ELSE has_table_privilege(to_regclass($1), 'SELECT') \
                   AND has_table_privilege(to_regclass($1), 'INSERT') END";
        let binds: [(&(dyn ToSql + Sync), Type); 2] = [(&self.sql(), Type::TEXT), (&self.schema, Type::TEXT)];
        let rows = session.rows(DOING, sql, &binds).await?;
        let (exists, may_use) = rows.first().map_or((false, false), |row| (row.get(0), row.get(1)));
        self.exists = exists;
        if !may_use {
            return Err(self.forbidden(&session.connection.user));
        }
        if !exists {
            return Ok(None);
        }
        let sql = format!(
            "SELECT rows, inserted, updated, deleted, unchanged FROM {} WHERE load_id = $1",
            self.sql()
        );
        let rows = session.rows(DOING, &sql, &[(&load.as_str(), Type::TEXT)]).await?;
        Ok(rows.first().map(|row| {
            let count = |place: usize| u64::try_from(row.get::<_, i64>(place)).unwrap_or(0);
            Receipt {
                written: count(0),
                replayed: true,
                changes: Some(ChangeCounts {
                    inserted: count(1),
                    updated: count(2),
                    deleted: count(3),
                    unchanged: count(4),
                }),
                ..Receipt::default()
            }
        }))
    }

    fn forbidden(&self, user: &str) -> Fault {
        let grant = format!("GRANT SELECT, INSERT, UPDATE ON {} TO {}", self.sql(), quote(user));
        if self.exists {
            return Fault::auth(format!(
                "`{user}` may not read and write the ledger of loads, `{}`",
                self.sql()
            ))
            .hint(format!("let the owner run `{grant}`"));
        }
        Fault::auth(format!(
            "the ledger of loads `{TABLE}` does not exist, and `{user}` may not create it in schema `{}`",
            self.schema
        ))
        .hint(format!("let the owner run `{}; {grant}`", self.create()))
    }

    fn create(&self) -> String {
        format!(
            "CREATE TABLE IF NOT EXISTS {} (load_id text PRIMARY KEY, origin text NOT NULL, target text NOT NULL, \
             mode text NOT NULL, rows bigint NOT NULL, inserted bigint NOT NULL, updated bigint NOT NULL, \
             deleted bigint NOT NULL, unchanged bigint NOT NULL, \
             committed_at timestamptz NOT NULL DEFAULT clock_timestamp(), \
             undo jsonb, undo_until timestamptz, undone_at timestamptz)",
            self.sql()
        )
    }

    /// Writes the entry, inside the transaction of the load. A load that is there already is a unique violation.
    pub(super) async fn write(
        &self,
        session: &Session,
        request: &LoadRequest,
        target: &TableName,
        receipt: &Receipt,
        kept: Option<&Kept>,
    ) -> Result<(), tokio_postgres::Error> {
        let create = match self.exists {
            true => String::new(),
            // Two sessions that create the same table at once would fail in the catalog; the lock lets them queue.
            false => {
                format!(
                    "SELECT pg_advisory_xact_lock(hashtext({})); {};",
                    literal(&self.sql()),
                    self.create()
                )
            }
        };
        let changes = receipt.changes.unwrap_or_default();
        let seconds = request.undo.as_ref().and_then(|undo| undo.keep_seconds());
        let (undo, until) = match (kept.and_then(|kept| serde_json::to_string(kept).ok()), seconds) {
            (Some(kept), Some(seconds)) => {
                // Longer than this is for ever.
                let seconds = seconds.min(10_000_000_000);
                (literal(&kept), format!("clock_timestamp() + {seconds} * interval '1 second'"))
            }
            _ => ("NULL".into(), "NULL".into()),
        };
        let insert = format!(
            "INSERT INTO {} (load_id, origin, target, mode, rows, inserted, updated, deleted, unchanged, undo, \
             undo_until) VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {undo}, {until})",
            self.sql(),
            literal(request.load_id.as_str()),
            literal(&request.origin),
            literal(&target.to_string()),
            literal(request.mode.name()),
            receipt.written,
            changes.inserted,
            changes.updated,
            changes.deleted,
            changes.unchanged,
        );
        session.attempt(&format!("{create} {insert}")).await
    }

    /// The entry of a load, locked until the end of the transaction.
    pub(super) async fn entry(&self, session: &Session, load: &LoadId) -> Result<Option<Entry>, Fault> {
        let exists = "SELECT to_regclass($1) IS NOT NULL";
        let rows = session.rows(DOING, exists, &[(&self.sql(), Type::TEXT)]).await?;
        if !rows.first().is_some_and(|row| row.get(0)) {
            return Ok(None);
        }
        let sql = format!(
            "SELECT target, undone_at IS NOT NULL, undo::text, coalesce(undo_until < clock_timestamp(), false) FROM {} WHERE load_id = $1 FOR UPDATE",
            self.sql()
        );
        let rows = session.rows(DOING, &sql, &[(&load.as_str(), Type::TEXT)]).await?;
        Ok(rows.first().map(|row| Entry {
            target: row.get(0),
            undone: row.get(1),
            expired: row.get(3),
            kept: row.get::<_, Option<&str>>(2).and_then(|kept| serde_json::from_str(kept).ok()),
        }))
    }

    /// Notes that a load was taken back.
    pub(super) async fn note_undone(&self, session: &Session, load: &LoadId) -> Result<(), Fault> {
        let sql = format!(
            "UPDATE {} SET undo = NULL, undo_until = NULL, undone_at = clock_timestamp() WHERE load_id = {}",
            self.sql(),
            literal(load.as_str())
        );
        session.batch("noting the undo in the ledger of loads", &sql).await
    }

    /// Drops the images of loads that can no longer be taken back, in a transaction of its own.
    pub(super) async fn drop_expired(&self, session: &Session) -> Result<(), Fault> {
        let doing = "dropping what old loads kept to be taken back";
        let sql = format!(
            "SELECT load_id, undo::text FROM {} WHERE undo_until < clock_timestamp() FOR UPDATE SKIP LOCKED",
            self.sql()
        );
        session.batch(doing, "BEGIN").await?;
        for row in session.rows(doing, &sql, &[]).await? {
            let (load, kept): (&str, Option<&str>) = (row.get(0), row.get(1));
            if let Some(kept) = kept.and_then(|kept| serde_json::from_str::<Kept>(kept).ok()) {
                let images = TableName { schema: Some(self.schema.clone()), table: kept.table };
                session.batch(doing, &format!("DROP TABLE IF EXISTS {}", images.sql())).await?;
            }
            let forget = format!(
                "UPDATE {} SET undo = NULL, undo_until = NULL WHERE load_id = {}",
                self.sql(),
                literal(load)
            );
            session.batch(doing, &forget).await?;
        }
        session.batch(doing, "COMMIT").await
    }
}
