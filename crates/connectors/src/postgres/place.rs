//! Puts staged rows in place: the last transaction of a load.
//!
//! The rows are settled first: those that the server cannot read leave for quarantine, and repeated keys are
//! resolved. Then the table takes its new shape, rows that are gone leave and the others are put in place while no other
//! session may write, and the ledger gets its entry. Loads that share a transaction take these steps side by side. A table that is created takes the rows as they are: it was filled directly, or the
//! staging table becomes the table.

use towpath_connect::merge::{Groups, Merge, check_guard};
use towpath_connect::{ChangeCounts, ChangeKind, LoadRequest, Receipt, Step};
use towpath_model::{Fault, WriteMode};

use super::catalog;
use super::chunks::Chunks;
use super::fault::is_repeated;
use super::ledger::{Kept, Ledger};
use super::misfits;
use super::name::{literal, quote, quote_all};
use super::plan::{Emptying, Plan, Written};
use super::room::Room;
use super::session::Session;
use super::stage::{Stage, resolution};
use super::types::Kind;
use super::undo::Images;

/// Rows that are all here, in a transaction that is under way.
#[derive(Debug, Clone)]
pub(super) struct Staged {
    /// Number of rows that are left.
    pub(super) rows: u64,
    /// Rows dropped because a later one has their key.
    pub(super) deduplicated: u64,
    /// Whether repeated keys are resolved; rows of a created table wait until its key is made.
    pub(super) resolved: bool,
    /// The time of the load, as an SQL literal.
    pub(super) now: String,
}

/// How far the commit of a load has come.
#[derive(Default)]
pub(super) struct Progress {
    /// The rows, once all of them are here.
    pub(super) staged: Option<Staged>,
    underway: Underway,
    /// What the load did, once it did.
    pub(super) receipt: Option<Receipt>,
}

/// A table whose rows that are gone have left.
#[derive(Default)]
struct Underway {
    /// `None` where the table was emptied.
    merge: Option<Merge<'static>>,
    images: Option<Images>,
    changes: ChangeCounts,
}

/// A load whose rows are to be put in place.
pub(super) struct Place<'a> {
    pub(super) room: &'a Room,
    pub(super) plan: &'a Plan,
    pub(super) request: &'a LoadRequest,
    pub(super) ledger: &'a Ledger,
    /// The chunks that the rows came in.
    pub(super) chunks: Option<&'a Chunks>,
    /// The scope of a mirror, where another node gives it.
    pub(super) groups: &'a Groups,
}

impl Place<'_> {
    fn doing(&self) -> String {
        format!("loading table `{}`", self.plan.target)
    }

    pub(super) fn session(&self) -> &Session {
        self.room.session()
    }

    pub(super) async fn run(&self, sql: &str) -> Result<u64, Fault> {
        self.session().execute(&self.doing(), sql).await
    }

    pub(super) async fn number(&self, sql: &str) -> Result<u64, Fault> {
        let rows = self.session().rows(&self.doing(), sql, &[]).await?;
        Ok(rows.first().and_then(|row| u64::try_from(row.get::<_, i64>(0)).ok()).unwrap_or(0))
    }

    pub(super) fn stage(&self) -> String {
        self.plan.stage.sql(&self.plan.target)
    }

    /// Whether the rows are in the table that is created, or in the one that becomes it.
    pub(super) fn is_in_place(&self) -> bool {
        self.plan.created && (self.plan.becomes_target || !self.plan.stage.is_apart())
    }

    /// Brings the rows in order, all of them being here.
    pub(super) async fn settle(&self, copied: u64) -> Result<Staged, Fault> {
        let rejected = match self.plan.stage.is_apart() {
            true => misfits::take_out(self).await?,
            false => 0,
        };
        let now = self.session().rows(&self.doing(), "SELECT clock_timestamp()::text", &[]).await?;
        let now = now.first().map(|row| literal(row.get(0))).unwrap_or_default();
        let distinct = self.plan.distinct(self.request);
        let resolved = distinct.is_empty() || !self.plan.stage.is_apart();
        let mut staged = Staged { rows: copied.saturating_sub(rejected), deduplicated: 0, resolved, now };
        if self.is_in_place() {
            staged.resolved = distinct.is_empty();
        } else if !resolved {
            let key = quote_all(distinct.iter().map(|column| column.name.as_str()));
            self.run(&format!("ANALYZE {} ({key})", self.stage())).await?;
            self.resolve(&mut staged, &self.stage()).await?;
        }
        let changes_rows = self.request.mode != WriteMode::Append || self.request.undo.is_some();
        // Tables of other servers cannot be locked from here.
        if self.plan.stage.is_apart() && changes_rows && !self.plan.created && !self.plan.is_foreign {
            self.room.want(self.plan.target.sql());
        }
        Ok(staged)
    }

    /// Deletes all rows of a repeated key but the last one. `table` is where the rows are now.
    pub(super) async fn resolve(&self, staged: &mut Staged, table: &str) -> Result<(), Fault> {
        if staged.resolved {
            return Ok(());
        }
        let values = |alias: &str| -> Vec<String> {
            let columns = self.plan.distinct(self.request).into_iter();
            let plain = |column: &Written| format!("{alias}.{}", quote(&column.name));
            match self.is_in_place() {
                true => columns.map(plain).collect(),
                false => columns.map(|column| column.value(alias)).collect(),
            }
        };
        let load = &self.request.load_id;
        let version = self.session().version;
        let sql = resolution(&self.plan.stage, table, version, self.chunks, load, &values)?;
        let deleted = self.run(&sql).await?;
        staged.rows = staged.rows.saturating_sub(deleted);
        staged.deduplicated += deleted;
        staged.resolved = true;
        Ok(())
    }

    /// Takes a step of the commit, all rows being settled.
    pub(super) async fn step(&self, step: Step, progress: &mut Progress) -> Result<(), Fault> {
        let Progress { staged: Some(staged), underway, receipt } = progress else {
            return Err(Fault::internal(format!("{}: its rows are not settled", self.doing())));
        };
        match step {
            Step::Settle => {}
            Step::Shape => {
                self.room.lock().await?;
                self.reshape().await?;
            }
            Step::Remove => *underway = self.remove(staged).await?,
            Step::Put => *receipt = Some(self.put(staged, std::mem::take(underway)).await?),
        }
        Ok(())
    }

    /// Makes the rows visible, and those of the loads that share the transaction.
    pub(super) async fn commit(&self, progress: &mut Progress) -> Result<Receipt, Fault> {
        let receipt = progress.receipt.take();
        let receipt =
            receipt.ok_or_else(|| Fault::internal(format!("{}: its rows are not in place", self.doing())))?;
        self.room.commit().await?;
        if !receipt.replayed {
            // The load is done; what is left over here is tidied by the next one.
            let _ = self.ledger.drop_expired(self.session()).await;
        }
        Ok(receipt)
    }

    /// Puts the rows in place, the others being gone, and notes the load in the ledger.
    async fn put(&self, staged: &mut Staged, underway: Underway) -> Result<Receipt, Fault> {
        let mut kept = None;
        let changes = if self.is_in_place() {
            self.add_key(staged).await?;
            ChangeCounts { inserted: staged.rows, ..ChangeCounts::default() }
        } else {
            let changes = self.change(staged, underway, &mut kept).await?;
            if self.plan.created {
                self.add_key(staged).await?;
            }
            changes
        };
        self.advance_sequences().await?;
        if let (Stage::Lasting { table, .. }, Some(chunks)) = (&self.plan.stage, self.chunks) {
            if !self.plan.becomes_target {
                self.run(&format!("DROP TABLE {}", table.sql())).await?;
            }
            chunks.remove(self.session(), &self.request.load_id).await?;
        }
        let mut receipt = Receipt {
            written: staged.rows,
            deduplicated: staged.deduplicated,
            replayed: false,
            changes: Some(changes),
            notes: self.plan.notes.clone(),
        };
        if self.request.mode == WriteMode::InsertOnly {
            receipt.written = changes.inserted;
            receipt.deduplicated += staged.rows.saturating_sub(changes.inserted);
        }
        let target = &self.plan.target;
        let entry = self.ledger.write(self.session(), self.request, target, &receipt, kept.as_ref());
        if let Err(error) = entry.await {
            return self.after_refused_entry(error).await;
        }
        // What leaves the load must be in quarantine before the rest is in the table.
        self.request.rejects.keep()?;
        Ok(receipt)
    }

    /// Gives the table its new shape, or makes it: a staging table that becomes the table does so now.
    pub(super) async fn reshape(&self) -> Result<(), Fault> {
        let target = &self.plan.target;
        if self.plan.definition.is_some() && catalog::find(self.session(), target).await?.is_some() {
            return Err(Fault::unavailable(format!(
                "the table `{target}` came into being while rows were loaded"
            ))
            .hint(
                "run again with `--resume`; the rows that are staged go into the table that is there now",
            ));
        }
        match &self.plan.definition {
            Some(_) if self.plan.becomes_target => {
                let name = quote(&target.table);
                self.run(&format!("ALTER TABLE {} RENAME TO {name}", self.stage())).await?;
            }
            Some(definition) => {
                self.run(&format!("CREATE TABLE {} ({definition})", target.sql())).await?;
            }
            None => {}
        }
        for sql in self.plan.reshaping() {
            self.run(&sql).await?;
        }
        Ok(())
    }

    /// Gives the created table its key; resolves repeated keys only when that fails.
    async fn add_key(&self, staged: &mut Staged) -> Result<(), Fault> {
        let target = self.plan.target.sql();
        if !self.plan.key.is_empty() {
            let mut names: Vec<&str> = self.plan.key.iter().map(String::as_str).collect();
            names.extend(self.plan.versions.iter().map(|_| self.request.history.valid_from.as_str()));
            let sql = format!("ALTER TABLE {target} ADD PRIMARY KEY ({})", quote_all(names));
            match self.session().attempt(&format!("SAVEPOINT keyless; {sql}")).await {
                Ok(()) => {}
                Err(error) if is_repeated(&error) && !staged.resolved => {
                    self.run("ROLLBACK TO SAVEPOINT keyless").await?;
                    self.resolve(staged, &target).await?;
                    self.run(&sql).await?;
                }
                Err(error) => return Err(self.session().fault(error, &self.doing())),
            }
        }
        if self.plan.versions.is_some() {
            let key = quote_all(self.plan.key.iter().map(String::as_str));
            let current = quote(&self.request.history.is_current);
            self.run(&format!("CREATE UNIQUE INDEX ON {target} ({key}) WHERE {current}")).await?;
        }
        if let Some(number) = self.plan.stage.number().filter(|_| self.plan.becomes_target) {
            self.run(&format!("ALTER TABLE {target} DROP COLUMN {number}")).await?;
        }
        Ok(())
    }

    /// Takes away the rows of the table that are gone.
    async fn remove(&self, staged: &Staged) -> Result<Underway, Fault> {
        let mode = self.request.mode;
        if self.is_in_place() || !self.plan.stage.is_apart() {
            return Ok(Underway::default());
        }
        let merge = self.plan_merge(staged).await?;
        if mode == WriteMode::Overwrite && self.plan.emptying != Emptying::Merge && !self.plan.created {
            let changes = self.empty(staged, &merge).await?;
            return Ok(Underway { changes, ..Underway::default() });
        }
        if mode == WriteMode::Mirror {
            self.guard(staged, &merge).await?;
        }
        let images = match self.request.undo {
            Some(_) => Some(Images::begin(self, &merge).await?),
            None => None,
        };
        let mut changes = ChangeCounts::default();
        for step in merge.steps(mode).iter().filter(|step| step.kind == ChangeKind::Deleted) {
            changes.add(step.kind, self.run(&step.sql).await?);
        }
        Ok(Underway { merge: Some(merge), images, changes })
    }

    /// Puts the rows that come and that change into a table that is there, and says how it changed.
    async fn change(
        &self,
        staged: &Staged,
        underway: Underway,
        kept: &mut Option<Kept>,
    ) -> Result<ChangeCounts, Fault> {
        let mode = self.request.mode;
        if !self.plan.stage.is_apart() {
            return Ok(ChangeCounts { inserted: staged.rows, ..ChangeCounts::default() });
        }
        let Underway { merge, images, mut changes } = underway;
        let Some(merge) = merge else {
            // The table is empty.
            for step in self.merge(&staged.now, false).steps(WriteMode::Append) {
                self.run(&step.sql).await?;
            }
            return Ok(changes);
        };
        for step in merge.steps(mode).iter().filter(|step| step.kind != ChangeKind::Deleted) {
            changes.add(step.kind, self.run(&step.sql).await?);
        }
        if let Some(images) = images {
            if mode == WriteMode::Append && changes.inserted != staged.rows {
                let target = &self.plan.target;
                return Err(Fault::data(format!(
                    "{} of the rows to append have a key that is in table `{target}` already, so the load could \
                     not be taken back",
                    staged.rows.saturating_sub(changes.inserted)
                ))
                .hint("use mode `upsert` or `insert_only`, or leave `undo` out"));
            }
            *kept = Some(images.finish(self).await?);
        }
        changes.unchanged = self.unchanged(staged, &changes);
        Ok(changes)
    }

    /// Rows that the target has already, value for value.
    pub(super) fn unchanged(&self, staged: &Staged, changes: &ChangeCounts) -> u64 {
        match self.request.mode {
            WriteMode::Append | WriteMode::InsertOnly => 0,
            WriteMode::Overwrite if self.plan.key.is_empty() => 0,
            WriteMode::History => staged.rows.saturating_sub(changes.inserted),
            _ => staged.rows.saturating_sub(changes.inserted + changes.updated),
        }
    }

    /// Empties the table, to be filled anew, which is faster than to change row by row; says what will have changed.
    async fn empty(&self, staged: &Staged, merge: &Merge<'_>) -> Result<ChangeCounts, Fault> {
        let target = self.plan.target.sql();
        let mut changes = ChangeCounts::default();
        let is_empty =
            self.number(&format!("SELECT count(*) FROM (SELECT 1 FROM {target} LIMIT 1) AS t")).await? == 0;
        match (is_empty, merge.key.is_empty()) {
            (true, _) => changes.inserted = staged.rows,
            (false, true) => {
                changes.deleted = self.number(&format!("SELECT count(*) FROM {target}")).await?;
                changes.inserted = staged.rows;
            }
            (false, false) => {
                for query in merge.previews(WriteMode::Overwrite) {
                    let count = self.number(&format!("SELECT count(*) FROM ({}) AS c", query.sql)).await?;
                    changes.add(query.kind, count);
                }
                changes.unchanged = self.unchanged(staged, &changes);
            }
        }
        match self.plan.emptying {
            Emptying::Truncate { restart } => {
                let identity = if restart { " RESTART IDENTITY" } else { "" };
                self.run(&format!("TRUNCATE {target}{identity}")).await?;
            }
            Emptying::Delete | Emptying::Merge => {
                self.run(&format!("DELETE FROM {target}")).await?;
            }
        }
        Ok(changes)
    }

    /// Stops a mirror that would take too much away.
    async fn guard(&self, staged: &Staged, merge: &Merge<'_>) -> Result<(), Fault> {
        let rows = self.session().rows(&self.doing(), &merge.guard_query(), &[]).await?;
        let (present, gone): (i64, i64) = rows.first().map_or((0, 0), |row| (row.get(0), row.get(1)));
        let count = |number: i64| u64::try_from(number).unwrap_or(0);
        let table = self.plan.target.to_string();
        let (rules, force) = (&self.request.mirror, self.request.force);
        check_guard(&table, rules, force, staged.rows, count(present), count(gone))
    }

    /// Moves sequences behind the values that were written, so that the next row of an application finds a free one.
    async fn advance_sequences(&self) -> Result<(), Fault> {
        let counts = |column: &&Written| {
            column.has_default && matches!(column.kind.kind, Kind::Int2 | Kind::Int4 | Kind::Int8)
        };
        let target = self.plan.target.sql();
        for column in self.plan.columns.iter().filter(counts) {
            let sql = format!(
                "SELECT setval(q.seqrelid, q.top) FROM (SELECT s.*, (SELECT max({column})::bigint FROM {table}) AS top \
                 FROM pg_sequence AS s WHERE s.seqrelid = pg_get_serial_sequence({target}, {name})::regclass \
                 AND s.seqincrement > 0 AND has_sequence_privilege(s.seqrelid, 'UPDATE') \
                 AND has_sequence_privilege(s.seqrelid, 'USAGE')) AS q \
                 WHERE q.top BETWEEN q.seqmin AND q.seqmax \
                 AND q.top > coalesce(pg_sequence_last_value(q.seqrelid), q.seqmin - 1)",
                column = quote(&column.name),
                table = self.stage(),
                target = literal(&target),
                name = literal(&column.name),
            );
            self.run(&sql).await?;
        }
        Ok(())
    }

    /// The same load may have committed while this one ran; then it is done.
    async fn after_refused_entry(&self, error: tokio_postgres::Error) -> Result<Receipt, Fault> {
        if is_repeated(&error) && !self.room.is_shared() {
            let other = Session::open(&self.session().connection).await?;
            let mut ledger = self.ledger.clone();
            if let Some(receipt) = ledger.find(&other, &self.request.load_id).await? {
                return Ok(receipt);
            }
        }
        Err(self.session().fault(error, "writing the ledger of loads"))
    }
}
