//! Puts the rows of the staging place in place.

use mysql_async::prelude::Queryable;
use towpath_connect::merge::{Merge, check_guard};
use towpath_connect::{ChangeCounts, LoadRequest};
use towpath_model::{Fault, WriteMode};

use super::chunks::ChunkTable;
use super::images::Images;
use super::ledger::{Ledger, Outcome, State};
use super::names::{TableName, quote_all};
use super::plan::Strategy;
use super::ready::{Ready, Staged, fill_versions, rows, timeline};
use super::staging::{drop_tables, lock, unlock};

/// How long a load waits for others that put their rows into the same table, in seconds.
const PATIENCE: u32 = 3600;

/// One commit.
pub(super) struct Commit<'a> {
    pub(super) ready: Ready<'a>,
    pub(super) request: &'a LoadRequest,
    pub(super) staged: Staged,
    /// The time of the load, in the server's own form.
    pub(super) time: String,
}

/// What a load did to its target, from the rows that its statements affected.
pub(super) fn outcome(mode: WriteMode, staged: Staged, changes: ChangeCounts) -> Outcome {
    let (inserted, updated) = (changes.inserted, changes.updated);
    let (rows, unchanged) = match mode {
        WriteMode::InsertOnly => (inserted, 0),
        WriteMode::Append => (staged.rows, 0),
        // An update of a history ends the version before one that came.
        WriteMode::History => (staged.rows, staged.rows.saturating_sub(inserted)),
        _ => (staged.rows, staged.rows.saturating_sub(inserted + updated)),
    };
    Outcome {
        rows,
        deduplicated: staged.deduplicated + (staged.rows - rows.min(staged.rows)),
        changes: ChangeCounts { unchanged, ..changes },
    }
}

impl Commit<'_> {
    /// Makes the rows visible. After an error nothing of them is.
    pub(super) async fn run(mut self) -> Result<Outcome, Fault> {
        let Ready { plan, place, .. } = self.ready;
        let turn = turn(&plan.target);
        if !lock(self.ready.conn, place, &turn, PATIENCE).await? {
            return Err(Fault::unavailable(format!(
                "other loads have been changing table `{}` for more than an hour",
                plan.target.table
            ))
            .hint("start the run again when they have ended"));
        }
        let result = self.put_in_place().await;
        unlock(self.ready.conn, &turn).await;
        result
    }

    async fn put_in_place(&mut self) -> Result<Outcome, Fault> {
        let Ready { plan, place, .. } = self.ready;
        match plan.strategy {
            Strategy::Rename => self.rename().await,
            Strategy::Build => self.build().await,
            Strategy::Swap => self.swap().await,
            Strategy::Merge => {
                plan.changes.make(self.ready.conn, place, &plan.target).await?;
                self.merge().await
            }
        }
    }

    fn ledger(&self) -> Ledger {
        Ledger::beside(&self.ready.plan.target, self.ready.place)
    }

    /// Everything is new: what stands in `table` becomes the target.
    async fn name(&mut self, table: &TableName, state: State, outcome: Outcome) -> Result<Outcome, Fault> {
        let (plan, load_id) = (self.ready.plan, self.ready.load_id);
        let ledger = self.ledger();
        let images = self.images();
        if let Some(images) = &images {
            images.create(self.ready.conn).await?;
            images.all_new(self.ready.conn, table).await?;
        }
        let undo = images.map(|images| images.note());
        ledger.record(self.ready.conn, load_id, state, &outcome, undo).await?;
        self.ready.execute(&format!("RENAME TABLE {} TO {}", table.sql(), plan.target.sql())).await?;
        self.done(&ledger).await?;
        Ok(outcome)
    }

    /// The rename happened: now the ledger may say so.
    async fn done(&mut self, ledger: &Ledger) -> Result<(), Fault> {
        let (plan, place, load_id) = (self.ready.plan, self.ready.place, self.ready.load_id);
        self.ready.execute("START TRANSACTION").await?;
        ledger.set(self.ready.conn, load_id, State::Committed).await?;
        ChunkTable::beside(&plan.target, place).forget(self.ready.conn, load_id).await?;
        self.ready.execute("COMMIT").await?;
        Ok(())
    }

    async fn rename(&mut self) -> Result<Outcome, Fault> {
        self.ready.shape_as_target().await?;
        let changes = ChangeCounts { inserted: self.staged.rows, ..ChangeCounts::default() };
        let outcome = outcome(self.request.mode, self.staged, changes);
        let stage = self.ready.staging.name.clone();
        self.name(&stage, State::Renaming, outcome).await
    }

    async fn build(&mut self) -> Result<Outcome, Fault> {
        let Ready { plan, staging, .. } = self.ready;
        let copy = staging.copy();
        self.ready.prepare_versions().await?;
        let rows = rows(plan, staging, &copy.sql(), &self.time)?;
        let (changes, _) = self.change(&rows).await?;
        let outcome = outcome(self.request.mode, self.staged, changes);
        self.name(&copy, State::Swapping, outcome).await
    }

    async fn swap(&mut self) -> Result<Outcome, Fault> {
        let Ready { plan, staging, place, load_id, .. } = self.ready;
        let (target, copy, old) = (plan.target.sql(), staging.copy(), staging.old());
        drop_tables(self.ready.conn, place, &format!("{}, {}", copy.sql(), old.sql())).await?;
        self.ready.execute(&format!("CREATE TABLE {} LIKE {target}", copy.sql())).await?;
        plan.changes.make(self.ready.conn, place, &copy).await?;
        let names = quote_all(plan.columns.iter().map(|column| column.name.as_str()));
        let insert =
            format!("INSERT INTO {} ({names}) SELECT {names} FROM {}", copy.sql(), staging.name.sql());
        let inserted = self.ready.execute(&insert).await?;
        let deleted: Option<u64> = self
            .ready
            .conn
            .query_first(format!("SELECT COUNT(*) FROM {target}"))
            .await
            .map_err(|error| place.fault(error))?;
        let changes =
            ChangeCounts { inserted, deleted: deleted.unwrap_or_default(), ..ChangeCounts::default() };
        let outcome = outcome(self.request.mode, self.staged, changes);
        let ledger = self.ledger();
        ledger.record(self.ready.conn, load_id, State::Swapping, &outcome, None).await?;
        self.ready
            .execute(&format!("RENAME TABLE {target} TO {}, {} TO {target}", old.sql(), copy.sql()))
            .await?;
        self.done(&ledger).await?;
        Ok(outcome)
    }

    /// Changes the target in one transaction, which also takes the images, and ends with the ledger.
    async fn merge(&mut self) -> Result<Outcome, Fault> {
        let Ready { plan, staging, load_id, place, .. } = self.ready;
        let mut rows = rows(plan, staging, &plan.target.sql(), &self.time)?;
        self.ready.prepare_versions().await?;
        self.ready.restrict(&self.request.mirror, &mut rows).await?;
        let images = self.images();
        if let Some(images) = &images {
            images.create(self.ready.conn).await?;
        }
        let ledger = self.ledger();
        // Rows and the gaps between them that one statement has read stay as they are until the end.
        self.ready.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").await?;
        self.ready.execute("START TRANSACTION").await?;
        let result = async {
            let (changes, undo) = self.change(&rows).await?;
            let outcome = outcome(self.request.mode, self.staged, changes);
            ledger.record(self.ready.conn, load_id, State::Committed, &outcome, undo).await?;
            ChunkTable::beside(&plan.target, place).forget(self.ready.conn, load_id).await?;
            self.ready.execute("COMMIT").await?;
            Ok(outcome)
        }
        .await;
        if result.is_err() {
            // On a lost connection the server does it by itself.
            let _ = self.ready.conn.query_drop("ROLLBACK").await;
        }
        result
    }

    /// Runs the statements of the mode, with images before and after.
    async fn change(&mut self, rows: &Merge<'_>) -> Result<(ChangeCounts, Option<(u64, String)>), Fault> {
        let Ready { plan, staging, .. } = self.ready;
        let mode = self.request.mode;
        let timeline = timeline(plan, &self.request.history, &self.time)?;
        let merge = match &timeline {
            Some(timeline) => {
                self.ready.execute(&fill_versions(timeline, rows, staging)).await?;
                timeline.merge(rows, &staging.versions().sql())
            }
            None => rows.clone(),
        };
        if mode == WriteMode::Mirror {
            self.guard(&merge).await?;
        }
        // A target that gets its name later has all of its images then.
        let images = self.images().filter(|_| plan.strategy == Strategy::Merge);
        if let Some(images) = &images {
            for sql in images.before(&merge, mode) {
                self.ready.execute(&sql).await?;
            }
        }
        let mut changes = ChangeCounts::default();
        for step in merge.steps(mode) {
            let affected = self.ready.execute(&step.sql).await?;
            changes.add(step.kind, affected);
        }
        if let Some(images) = &images {
            self.ready.execute(&images.after()).await?;
        }
        Ok((changes, images.map(|images| images.note())))
    }

    async fn guard(&mut self, merge: &Merge<'_>) -> Result<(), Fault> {
        let Ready { plan, place, .. } = self.ready;
        let found: Option<(u64, u64)> =
            self.ready.conn.query_first(merge.guard_query()).await.map_err(|error| place.fault(error))?;
        let (present, gone) = found.unwrap_or_default();
        let LoadRequest { mirror, force, .. } = self.request;
        check_guard(&plan.target.table, mirror, *force, self.staged.rows, present, gone)
    }

    fn images(&self) -> Option<Images> {
        let keep = self.request.undo.as_ref()?.keep_seconds()?;
        Some(Images::of(self.ready.plan, self.ready.staging, self.ready.place, keep))
    }
}

/// The lock of those who change a table.
pub(super) fn turn(target: &TableName) -> TableName {
    target.sibling(format!("{}/changes", target.table))
}
