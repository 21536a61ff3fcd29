//! Puts the rows of the staging table in place.

use mysql_async::Conn;
use mysql_async::prelude::Queryable;
use towpath_connect::LoadRequest;
use towpath_model::Fault;

use super::fault::Place;
use super::ledger;
use super::names::{TableName, quote, quote_all};
use super::plan::{Plan, Strategy};

/// One commit.
pub(super) struct Commit<'a> {
    pub(super) conn: &'a mut Conn,
    pub(super) plan: &'a Plan,
    pub(super) staging: &'a TableName,
    pub(super) request: &'a LoadRequest,
    pub(super) place: &'a Place,
    /// Rows of the staging table.
    pub(super) rows: u64,
}

impl Commit<'_> {
    /// Makes the rows visible. After an error nothing of them is.
    pub(super) async fn run(mut self) -> Result<(), Fault> {
        ledger::prepare(self.conn, self.place, &self.plan.target).await?;
        match &self.plan.strategy {
            Strategy::Create => self.create().await,
            Strategy::Swap => self.swap().await,
            _ => {
                if let Some(sql) = self.plan.add_columns_sql() {
                    self.execute(&sql).await?;
                }
                self.transaction().await
            }
        }
    }

    async fn execute(&mut self, sql: &str) -> Result<(), Fault> {
        self.conn.query_drop(sql).await.map_err(|error| self.place.fault(error))
    }

    async fn record(&mut self) -> Result<(), Fault> {
        ledger::record(self.conn, self.place, &self.plan.target, self.request, self.rows).await
    }

    async fn create(&mut self) -> Result<(), Fault> {
        let (staging, target) = (self.staging.sql(), self.plan.target.sql());
        let comment = ledger::comment(self.request, self.rows);
        self.execute(&format!("ALTER TABLE {staging} COMMENT = {comment}")).await?;
        self.execute(&format!("RENAME TABLE {staging} TO {target}")).await?;
        self.record().await?;
        self.execute(&format!("ALTER TABLE {target} COMMENT = ''")).await
    }

    async fn swap(&mut self) -> Result<(), Fault> {
        let target = self.plan.target.sql();
        let fresh = self.staging.sibling(format!("{}_new", self.staging.table)).sql();
        let old = self.staging.sibling(format!("{}_old", self.staging.table)).sql();
        self.execute(&format!("DROP TABLE IF EXISTS {fresh}, {old}")).await?;
        self.execute(&format!("CREATE TABLE {fresh} LIKE {target}")).await?;
        let insert = self.insert_into(&fresh);
        let swap = format!("RENAME TABLE {target} TO {old}, {fresh} TO {target}");
        for sql in self
            .plan
            .add_columns_sql()
            .iter()
            .map(|sql| sql.replacen(&target, &fresh, 1))
            .chain([insert, swap])
        {
            if let Err(fault) = self.execute(&sql).await {
                let _ = self.execute(&format!("DROP TABLE IF EXISTS {fresh}")).await;
                return Err(fault);
            }
        }
        self.record().await?;
        self.execute(&format!("DROP TABLE IF EXISTS {old}")).await
    }

    async fn transaction(&mut self) -> Result<(), Fault> {
        let result = self.transaction_steps().await;
        if result.is_err() {
            // On a lost connection the server does it by itself.
            let _ = self.conn.query_drop("ROLLBACK").await;
        }
        result
    }

    async fn transaction_steps(&mut self) -> Result<(), Fault> {
        self.execute("START TRANSACTION").await?;
        for sql in self.statements() {
            self.execute(&sql).await?;
        }
        self.record().await?;
        self.execute("COMMIT").await
    }

    fn names(&self) -> String {
        quote_all(self.plan.columns.iter().map(|column| column.name.as_str()))
    }

    fn insert_into(&self, table: &str) -> String {
        format!("INSERT INTO {table} ({0}) SELECT {0} FROM {1}", self.names(), self.staging.sql())
    }

    fn statements(&self) -> Vec<String> {
        let (staging, target) = (self.staging.sql(), self.plan.target.sql());
        match &self.plan.strategy {
            Strategy::Append => vec![self.insert_into(&target)],
            Strategy::Replace => vec![format!("DELETE FROM {target}"), self.insert_into(&target)],
            Strategy::Merge { key, on_duplicate: true, .. } => {
                // Bare names on the left are the target's.
                let mut updates = self.updates(key, "");
                if updates.is_empty() {
                    // Nothing to change: the row stays as it is.
                    updates.extend(key.first().map(|name| format!("{0} = s.{0}", quote(name))));
                }
                vec![format!(
                    "INSERT INTO {target} ({}) SELECT {} FROM {staging} s ON DUPLICATE KEY UPDATE {}",
                    self.names(),
                    self.staged_names(),
                    updates.join(", ")
                )]
            }
            Strategy::Merge { key, delete_missing, .. } => {
                let matches = key
                    .iter()
                    .map(|name| format!("t.{0} = s.{0}", quote(name)))
                    .collect::<Vec<_>>()
                    .join(" AND ");
                let mut statements = Vec::new();
                let mut updates = self.updates(key, "t.");
                if *delete_missing {
                    statements.push(format!(
                        "DELETE t FROM {target} t WHERE NOT EXISTS (SELECT 1 FROM {staging} s WHERE {matches})"
                    ));
                    // The rows are replaced: what the load does not bring starts anew.
                    updates.extend(
                        self.plan.others.iter().map(|name| format!("t.{0} = DEFAULT(t.{0})", quote(name))),
                    );
                }
                if !updates.is_empty() {
                    statements.push(format!(
                        "UPDATE {target} t JOIN {staging} s ON {matches} SET {}",
                        updates.join(", ")
                    ));
                }
                statements.push(format!(
                    "INSERT INTO {target} ({}) SELECT {} FROM {staging} s \
                     WHERE NOT EXISTS (SELECT 1 FROM {target} t WHERE {matches})",
                    self.names(),
                    self.staged_names()
                ));
                statements
            }
            Strategy::Create | Strategy::Swap => Vec::new(),
        }
    }

    fn staged_names(&self) -> String {
        self.plan
            .columns
            .iter()
            .map(|column| format!("s.{}", quote(&column.name)))
            .collect::<Vec<_>>()
            .join(", ")
    }

    fn updates(&self, key: &[String], table: &str) -> Vec<String> {
        let columns = self.plan.columns.iter().filter(|column| !key.contains(&column.name));
        columns.map(|column| format!("{table}{0} = s.{0}", quote(&column.name))).collect()
    }
}
