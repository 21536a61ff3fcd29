//! The ledger of loads: a table beside the target that remembers which loads are done.
//!
//! The entry is written in the transaction of its rows, so either both are there or neither is. The table is
//! created by the first load that commits, as its last step but one: an aborted load leaves nothing, and two first
//! loads wait for each other only for that moment.

use tokio_postgres::types::{ToSql, Type};
use towpath_connect::{LoadRequest, Receipt};
use towpath_model::{Fault, LoadId};

use super::name::{TableName, literal, quote};
use super::session::Session;

/// Name of the ledger, in the schema of the target.
pub(super) const TABLE: &str = "_towpath_loads";

/// The ledger of one schema.
#[derive(Debug, Clone)]
pub(super) struct Ledger {
    schema: String,
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
        let doing = "reading the ledger of loads";
        let sql = "SELECT to_regclass($1) IS NOT NULL, CASE WHEN to_regclass($1) IS NULL \
                   THEN has_schema_privilege($2, 'CREATE') ELSE has_table_privilege(to_regclass($1), 'SELECT') \
                   AND has_table_privilege(to_regclass($1), 'INSERT') END";
        let binds: [(&(dyn ToSql + Sync), Type); 2] = [(&self.sql(), Type::TEXT), (&self.schema, Type::TEXT)];
        let rows = session.rows(doing, sql, &binds).await?;
        let (exists, may_use) = rows.first().map_or((false, false), |row| (row.get(0), row.get(1)));
        self.exists = exists;
        if !may_use {
            return Err(self.forbidden(&session.connection.user));
        }
        if !exists {
            return Ok(None);
        }
        let sql = format!("SELECT rows FROM {} WHERE load_id = $1", self.sql());
        let rows = session.rows(doing, &sql, &[(&load.as_str(), Type::TEXT)]).await?;
        Ok(rows.first().map(|row| Receipt {
            written: u64::try_from(row.get::<_, i64>(0)).unwrap_or(0),
            replayed: true,
            ..Receipt::default()
        }))
    }

    fn forbidden(&self, user: &str) -> Fault {
        let grant = format!("GRANT SELECT, INSERT ON {} TO {}", self.sql(), quote(user));
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
             rows bigint NOT NULL, committed_at timestamptz NOT NULL DEFAULT clock_timestamp())",
            self.sql()
        )
    }

    /// Writes the entry, inside the transaction of the load. A load that is there already is a unique violation.
    pub(super) async fn write(
        &self,
        session: &Session,
        request: &LoadRequest,
        target: &TableName,
        rows: u64,
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
        let insert = format!(
            "INSERT INTO {} (load_id, origin, target, rows) VALUES ({}, {}, {}, {rows})",
            self.sql(),
            literal(request.load_id.as_str()),
            literal(&request.origin),
            literal(&target.to_string()),
        );
        session.attempt(&format!("{create} {insert}")).await
    }
}
