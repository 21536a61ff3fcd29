//! A load in progress: rows stream into the table or its staging table, and the commit puts them in place.
//!
//! Everything happens in one transaction of one session. Until it commits, others see the table as it was; when
//! the connection or this process ends earlier, the server takes everything back.

use std::sync::Arc;

use arrow::array::RecordBatch;
use async_trait::async_trait;
use towpath_connect::{ColumnFit, Load, LoadRequest, Receipt};
use towpath_model::{Fault, WriteMode};

use super::config::Connection;
use super::encode::{Encoder, Target};
use super::fault::is_repeated;
use super::ledger::Ledger;
use super::name::{literal, quote, quote_all};
use super::plan::{Emptying, Plan, STAGE, Written};
use super::session::Session;
use super::types::{Kind, through};
use super::wire::Bulk;

/// A load that the destination knows already.
pub(super) struct Replayed {
    pub(super) fits: Vec<ColumnFit>,
    pub(super) receipt: Receipt,
}

#[async_trait]
impl Load for Replayed {
    fn columns(&self) -> &[ColumnFit] {
        &self.fits
    }

    async fn write(&mut self, _: RecordBatch) -> Result<(), Fault> {
        Ok(())
    }

    async fn commit(self: Box<Self>) -> Result<Receipt, Fault> {
        Ok(self.receipt)
    }

    async fn abort(self: Box<Self>) -> Result<(), Fault> {
        Ok(())
    }
}

/// A load in progress.
pub(super) struct PostgresLoad {
    session: Session,
    /// `None` once the copy has ended or failed.
    bulk: Option<Bulk>,
    encoder: Encoder,
    plan: Plan,
    request: LoadRequest,
    ledger: Ledger,
    doing: String,
}

impl PostgresLoad {
    /// Starts the copy of a planned load.
    pub(super) async fn start(
        session: Session,
        plan: Plan,
        request: LoadRequest,
        ledger: Ledger,
    ) -> Result<Self, Fault> {
        let doing = format!("loading table `{}`", plan.target);
        let target = if plan.staged { STAGE.to_owned() } else { plan.target.sql() };
        let names = quote_all(plan.columns.iter().map(|column| column.name.as_str()));
        // Rows of a table that nobody else has seen need no check later whether they are visible.
        let freeze = if plan.created && !plan.staged { ", FREEZE" } else { "" };
        let mut bulk = session.bulk(&doing).await?;
        let sql = format!("COPY {target} ({names}) FROM STDIN (FORMAT binary{freeze})");
        bulk.start_copy_in(&sql).await.map_err(|error| session.broken(error, &doing))?;
        let targets = plan.columns.iter().map(|column| Target {
            index: column.index,
            name: column.name.clone(),
            kind: wire_kind(column),
        });
        let encoder = Encoder::new(targets.collect());
        Ok(PostgresLoad { session, bulk: Some(bulk), encoder, plan, request, ledger, doing })
    }

    /// Sends what the encoder holds.
    async fn send(&mut self) -> Result<(), Fault> {
        let mut bulk =
            self.bulk.take().ok_or_else(|| Fault::internal(format!("{}: it failed before", self.doing)))?;
        let messages = self.encoder.messages()?;
        bulk.send_rows(messages).await.map_err(|error| self.session.broken(error, &self.doing))?;
        self.encoder.sent();
        self.bulk = Some(bulk);
        Ok(())
    }

    async fn run(&self, sql: &str) -> Result<u64, Fault> {
        self.session.execute(&self.doing, sql).await
    }

    /// Deletes all rows of a repeated key but the last one, and gives their number.
    async fn resolve_repeated(&self, table: &str) -> Result<u64, Fault> {
        let key: Vec<String> = self.key_columns().map(|column| self.stage_value(column, "r")).collect();
        let (names, equal): (Vec<String>, Vec<String>) = key
            .iter()
            .zip(self.key_columns())
            .enumerate()
            .map(|(index, (value, column))| {
                (format!("{value} AS k{index}"), format!("{} = d.k{index}", self.stage_value(column, "s")))
            })
            .unzip();
        // Rows of a fresh table stand in the order they came in.
        let last = match self.session.version {
            14.. => "max(r.ctid)",
            _ => "(array_agg(r.ctid ORDER BY r.ctid DESC))[1]",
        };
        self.run(&format!(
            "DELETE FROM {table} AS s USING (SELECT {names}, {last} AS last FROM {table} AS r GROUP BY {key} \
             HAVING count(*) > 1) AS d WHERE {equal} AND s.ctid <> d.last",
            names = names.join(", "),
            key = key.join(", "),
            equal = equal.join(" AND "),
        ))
        .await
    }

    fn key_columns(&self) -> impl Iterator<Item = &Written> {
        self.plan.key.iter().filter_map(|key| self.plan.columns.iter().find(|column| column.name == *key))
    }

    fn stage_value(&self, column: &Written, table: &str) -> String {
        if self.plan.staged { column.value(table) } else { format!("{table}.{}", quote(&column.name)) }
    }

    /// Gives the created table its key; resolves repeated keys only when that fails.
    async fn add_key(&self) -> Result<u64, Fault> {
        let key = quote_all(self.plan.key.iter().map(String::as_str));
        let sql = format!("ALTER TABLE {} ADD PRIMARY KEY ({key})", self.plan.target.sql());
        match self.session.attempt(&format!("SAVEPOINT keyless; {sql}")).await {
            Ok(()) => Ok(0),
            Err(error) if is_repeated(&error) => {
                self.run("ROLLBACK TO SAVEPOINT keyless").await?;
                let deleted = self.resolve_repeated(&self.plan.target.sql()).await?;
                self.run(&sql).await?;
                Ok(deleted)
            }
            Err(error) => Err(self.session.fault(error, &self.doing)),
        }
    }

    /// Moves the staged rows into the table.
    async fn move_rows(&self) -> Result<(), Fault> {
        let target = self.plan.target.sql();
        for (name, kind) in &self.plan.added {
            self.run(&format!("ALTER TABLE {target} ADD COLUMN {} {kind}", quote(name))).await?;
        }
        match self.request.mode {
            _ if self.plan.created => {}
            WriteMode::Append | WriteMode::InsertOnly | WriteMode::Mirror | WriteMode::History => {}
            WriteMode::Upsert => return self.merge(false).await,
            WriteMode::Overwrite => match self.plan.emptying {
                Emptying::Merge => return self.merge(true).await,
                Emptying::Delete => {
                    self.run(&format!("DELETE FROM {target}")).await?;
                }
                Emptying::Truncate { restart } => {
                    let identity = if restart { " RESTART IDENTITY" } else { "" };
                    self.run(&format!("TRUNCATE {target}{identity}")).await?;
                }
            },
        }
        self.run(&self.insert("")).await?;
        Ok(())
    }

    fn insert(&self, rest: &str) -> String {
        let names = quote_all(self.plan.columns.iter().map(|column| column.name.as_str()));
        let values: Vec<String> = self.plan.columns.iter().map(|column| column.value("s")).collect();
        format!(
            "INSERT INTO {} AS t ({names}) OVERRIDING SYSTEM VALUE SELECT {} FROM {STAGE} AS s{rest}",
            self.plan.target.sql(),
            values.join(", "),
        )
    }

    /// Updates rows whose key exists and adds the others; with `whole`, deletes the rows that did not come.
    async fn merge(&self, whole: bool) -> Result<(), Fault> {
        let target = self.plan.target.sql();
        let equal: Vec<String> = self
            .key_columns()
            .map(|column| format!("t.{} = {}", quote(&column.name), column.value("s")))
            .collect();
        let equal = equal.join(" AND ");
        if whole {
            let sql = format!(
                "DELETE FROM {target} AS t WHERE NOT EXISTS (SELECT 1 FROM {STAGE} AS s WHERE {equal})"
            );
            self.run(&sql).await?;
        }
        let changes = |value: &dyn Fn(&Written) -> String| {
            let mut changes: Vec<String> = self
                .plan
                .columns
                .iter()
                .filter(|column| column.can_change() && !self.plan.key.contains(&column.name))
                .map(|column| format!("{} = {}", quote(&column.name), value(column)))
                .collect();
            if whole {
                changes.extend(self.plan.unset.iter().map(|name| format!("{} = DEFAULT", quote(name))));
            }
            changes.join(", ")
        };
        if self.plan.key_is_unique {
            let key = quote_all(self.plan.key.iter().map(String::as_str));
            let changes = changes(&|column| format!("EXCLUDED.{}", quote(&column.name)));
            let action =
                if changes.is_empty() { "NOTHING".to_owned() } else { format!("UPDATE SET {changes}") };
            // `WHERE true` keeps the parser from taking `ON` for the condition of a join.
            self.run(&self.insert(&format!(" WHERE true ON CONFLICT ({key}) DO {action}"))).await?;
            return Ok(());
        }
        // Without a unique key the server cannot tell a conflict, so nobody else may write meanwhile.
        self.run(&format!("LOCK TABLE {target} IN SHARE ROW EXCLUSIVE MODE")).await?;
        let changes = changes(&|column| column.value("s"));
        if !changes.is_empty() {
            self.run(&format!("UPDATE {target} AS t SET {changes} FROM {STAGE} AS s WHERE {equal}")).await?;
        }
        let new = format!(" WHERE NOT EXISTS (SELECT 1 FROM {target} AS t WHERE {equal})");
        self.run(&self.insert(&new)).await?;
        Ok(())
    }

    /// Moves sequences behind the values that were written, so that the next row of an application finds a free one.
    async fn advance_sequences(&self) -> Result<(), Fault> {
        let counts = |column: &&Written| {
            column.has_default && matches!(column.kind.kind, Kind::Int2 | Kind::Int4 | Kind::Int8)
        };
        let target = self.plan.target.sql();
        let table = if self.plan.staged { STAGE } else { target.as_str() };
        for column in self.plan.columns.iter().filter(counts) {
            let sql = format!(
                "SELECT setval(q.seqrelid, q.top) FROM (SELECT s.*, (SELECT max({column})::bigint FROM {table}) AS top \
                 FROM pg_sequence AS s WHERE s.seqrelid = pg_get_serial_sequence({target}, {name})::regclass \
                 AND s.seqincrement > 0 AND has_sequence_privilege(s.seqrelid, 'UPDATE') \
                 AND has_sequence_privilege(s.seqrelid, 'USAGE')) AS q \
                 WHERE q.top BETWEEN q.seqmin AND q.seqmax \
                 AND q.top > coalesce(pg_sequence_last_value(q.seqrelid), q.seqmin - 1)",
                column = quote(&column.name),
                target = literal(&target),
                name = literal(&column.name),
            );
            self.run(&sql).await?;
        }
        Ok(())
    }
}

impl Written {
    /// Whether an update may set the column.
    fn can_change(&self) -> bool {
        self.identity != super::catalog::Identity::Always
    }
}

/// How the values of a column travel to where they land.
fn wire_kind(column: &Written) -> Kind {
    // Types without a form of ours land in the staging table as what they travel as.
    match (through(&column.kind.kind), &column.kind.kind) {
        (None, kind) => kind.clone(),
        (Some("text"), _) => Kind::Text,
        (Some("text[]"), _) => Kind::Array(Box::new(Kind::Text), 25),
        (Some("numeric[]"), _) => Kind::Array(Box::new(Kind::Numeric), 1700),
        (Some(_), _) => Kind::Numeric,
    }
}

#[async_trait]
impl Load for PostgresLoad {
    fn columns(&self) -> &[ColumnFit] {
        &self.plan.fits
    }

    async fn write(&mut self, batch: RecordBatch) -> Result<(), Fault> {
        let mut row = 0;
        while row < batch.num_rows() {
            row = self.encoder.append(&batch, row)?;
            if self.encoder.is_full() {
                self.send().await?;
            }
        }
        Ok(())
    }

    async fn commit(mut self: Box<Self>) -> Result<Receipt, Fault> {
        self.encoder.end();
        self.send().await?;
        let mut copied = 0;
        if let Some(mut bulk) = self.bulk.take() {
            copied = bulk.finish_copy_in().await.map_err(|error| self.session.broken(error, &self.doing))?;
            bulk.give_back();
        }
        let mut deduplicated = 0;
        if self.plan.staged {
            if !self.plan.key.is_empty() {
                let key = quote_all(self.plan.key.iter().map(String::as_str));
                self.run(&format!("ANALYZE {STAGE} ({key})")).await?;
                deduplicated = self.resolve_repeated(STAGE).await?;
            }
            self.move_rows().await?;
        }
        if self.plan.created && !self.plan.key.is_empty() {
            deduplicated += self.add_key().await?;
        }
        self.advance_sequences().await?;
        let written = copied.saturating_sub(deduplicated);
        if let Err(error) = self.ledger.write(&self.session, &self.request, &self.plan.target, written).await
        {
            return self.after_refused_entry(error).await;
        }
        self.run("COMMIT").await?;
        Ok(Receipt { written, deduplicated, replayed: false, changes: None, notes: self.plan.notes })
    }

    async fn abort(mut self: Box<Self>) -> Result<(), Fault> {
        if let Some(mut bulk) = self.bulk.take() {
            if bulk.fail_copy_in().await.is_err() {
                // The connection is gone, and the transaction with it.
                return Ok(());
            }
            bulk.give_back();
        } else {
            return Ok(());
        }
        self.run("ROLLBACK").await?;
        Ok(())
    }
}

impl PostgresLoad {
    /// The same load may have committed while this one ran; then it is done.
    async fn after_refused_entry(&mut self, error: tokio_postgres::Error) -> Result<Receipt, Fault> {
        if is_repeated(&error) {
            let connection: &Arc<Connection> = &self.session.connection;
            let other = Session::open(connection).await?;
            if let Some(receipt) = self.ledger.find(&other, &self.request.load_id).await? {
                return Ok(receipt);
            }
        }
        Err(self.session.fault(error, "writing the ledger of loads"))
    }
}
