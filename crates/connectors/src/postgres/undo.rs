//! Images of what a load changes, and taking a load back.
//!
//! The images stand in a table beside the target, which the ledger names until they expire. The shared statements
//! (`towpath_connect::merge`) compare every row with its image before they touch it.

use towpath_connect::merge::{Merge, UndoTable, Undoing};
use towpath_connect::{ChangeKind, Undone};
use towpath_model::{Fault, LoadId};

use super::catalog::{self, Column, Identity};
use super::dialect::{Postgres, comparison};
use super::ledger::{Kept, Ledger};
use super::name::TableName;
use super::place::Place;
use super::session::Session;
use super::stage::digest;

/// The images of a load under way.
pub(super) struct Images {
    table: UndoTable<'static>,
    kept: Kept,
}

impl Images {
    /// Takes images of what the merge will change.
    pub(super) async fn begin(place: &Place<'_>, merge: &Merge<'_>) -> Result<Self, Fault> {
        let target = &place.plan.target;
        let found = catalog::find(place.session(), target).await?;
        let found = found.ok_or_else(|| Fault::not_found(format!("the table `{target}` is gone")))?;
        let columns = catalog::columns(place.session(), found.oid).await?;
        let names: Vec<&str> = merge.key.iter().map(|&place| merge.columns[place].name.as_str()).collect();
        let kept = Kept {
            table: format!("_towpath_undo_{}", digest(place.request.load_id.as_str())),
            columns: columns
                .iter()
                // An identity that is always generated cannot be set, so it cannot be set back.
                .filter(|column| column.identity != Identity::Always || names.contains(&column.name.as_str()))
                .filter(|column| !column.generated)
                .map(|column| column.name.clone())
                .collect(),
            key: Vec::new(),
        };
        let key = names.iter().filter_map(|name| kept.columns.iter().position(|column| column == name));
        let kept = Kept { key: key.collect(), ..kept };
        let table = undo_table(&kept, target, &columns)?;
        place.run(&table.create()).await?;
        for sql in table.before(merge, merge.changes_of(place.request.mode)) {
            place.run(&sql).await?;
        }
        Ok(Images { table, kept })
    }

    /// Takes images of what the merge left, and says what to write down.
    pub(super) async fn finish(self, place: &Place<'_>) -> Result<Kept, Fault> {
        place.run(&self.table.after()).await?;
        Ok(self.kept)
    }
}

/// The images, with the target as it is now.
fn undo_table(kept: &Kept, target: &TableName, now: &[Column]) -> Result<UndoTable<'static>, Fault> {
    let images = TableName { schema: target.schema.clone(), table: kept.table.clone() };
    let columns = kept.columns.iter().map(|name| {
        let column = now.iter().find(|column| column.name == *name).ok_or_else(|| {
            Fault::contract(format!("table `{target}` has lost its column `{name}` since the load"))
                .hint("add the column again, then take the load back")
        })?;
        Ok((name.clone(), comparison(column)))
    });
    Ok(UndoTable {
        dialect: &Postgres,
        images: images.sql(),
        target: target.sql(),
        columns: columns.collect::<Result<_, Fault>>()?,
        key: kept.key.clone(),
    })
}

/// Takes the loads of these tables back, in one transaction. They stand in the order in which their rows were put in
/// place, so rows that they added leave from the last to the first, and the others come back from the first to the last.
pub(super) async fn undo(session: &Session, loads: &[(TableName, LoadId)]) -> Result<Vec<Undone>, Fault> {
    session.batch("taking loads back", "BEGIN").await?;
    let mut locks: Vec<String> = loads.iter().map(|(target, _)| target.sql()).collect();
    locks.sort();
    for table in locks {
        let sql = format!("LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE");
        session.batch("waiting for other loads and writers", &sql).await?;
    }
    let mut all = Vec::new();
    for (target, load) in loads {
        all.push(TakeBack::begin(session, target, load).await?);
    }
    for one in all.iter_mut().rev() {
        one.run(session, |kind| kind == ChangeKind::Inserted).await?;
    }
    for one in &mut all {
        one.run(session, |kind| kind != ChangeKind::Inserted).await?;
        one.forget(session).await?;
    }
    session.batch("taking loads back", "COMMIT").await?;
    Ok(all.into_iter().map(|one| one.undone).collect())
}

/// One load on its way back.
struct TakeBack<'a> {
    doing: String,
    ledger: Ledger,
    load: &'a LoadId,
    images: String,
    undoing: Undoing,
    undone: Undone,
}

impl<'a> TakeBack<'a> {
    /// Finds the images, and the rows that somebody changed since.
    async fn begin(session: &Session, target: &TableName, load: &'a LoadId) -> Result<Self, Fault> {
        let doing = format!("taking back load `{load}`");
        let ledger = Ledger::new(target.schema.as_deref().unwrap_or("public"));
        let kept = entry(session, &ledger, target, load).await?;
        let found = catalog::find(session, target).await?;
        let found = found.ok_or_else(|| Fault::not_found(format!("the table `{target}` is gone")))?;
        let columns = catalog::columns(session, found.oid).await?;
        let table = undo_table(&kept, target, &columns)?;
        let undoing = table.undo();
        let mut undone = Undone::default();
        let rows = session.rows(&doing, &undoing.count_kept, &[]).await?;
        undone.kept = rows.first().and_then(|row| u64::try_from(row.get::<_, i64>(0)).ok()).unwrap_or(0);
        if undone.kept > 0 {
            for row in session.rows(&doing, &undoing.show_kept, &[]).await? {
                let values =
                    (0..row.len()).map(|place| row.get::<_, Option<String>>(place).unwrap_or_default());
                undone.kept_samples.push(values.collect::<Vec<_>>().join(", "));
            }
        }
        Ok(TakeBack { doing, ledger, load, images: table.images, undoing, undone })
    }

    /// Takes back the changes of some kinds.
    async fn run(&mut self, session: &Session, takes: impl Fn(ChangeKind) -> bool) -> Result<(), Fault> {
        for (kind, sql) in self.undoing.steps.iter().filter(|(kind, _)| takes(*kind)) {
            self.undone.reverted.add(*kind, session.execute(&self.doing, sql).await?);
        }
        Ok(())
    }

    /// Drops the images, and notes that the load is taken back.
    async fn forget(&self, session: &Session) -> Result<(), Fault> {
        session.batch(&self.doing, &format!("DROP TABLE {}", self.images)).await?;
        self.ledger.note_undone(session, self.load).await
    }
}

/// What the load kept; a fault says why it cannot be taken back.
async fn entry(session: &Session, ledger: &Ledger, target: &TableName, load: &LoadId) -> Result<Kept, Fault> {
    let entry = ledger.entry(session, load).await?;
    let Some(entry) = entry.filter(|entry| entry.target == target.to_string()) else {
        return Err(Fault::not_found(format!("table `{target}` knows no load `{load}`"))
            .hint("check the load id, and that the pipeline still writes to the same table"));
    };
    if entry.undone {
        return Err(Fault::config(format!("load `{load}` was taken back before")));
    }
    if entry.expired {
        return Err(Fault::config(format!(
            "load `{load}` can no longer be taken back: the time for which it kept what it changed has passed"
        ))
        .hint("set a longer `keep` under `undo` for loads to come"));
    }
    entry.kept.ok_or_else(|| {
        Fault::config(format!("load `{load}` cannot be taken back: it kept nothing, or no longer does"))
            .hint("set `undo: { keep: 30d }` for loads to come")
    })
}
