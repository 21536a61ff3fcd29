//! Laws of previews and of taking loads back.

use towpath_model::landing::Undo;
use towpath_model::{Fault, LoadId, WriteMode};

use super::bench::{Bench, Order, Order4, orders, orders_schema, request};
use crate::change::{Change, ChangeCounts, ChangeKind, ChangeSink};
use crate::fit::Fitter;

const OLD: &[Order4] = &[
    (1, Some("blue"), Some(1250), Some(20_000)),
    (2, Some("green"), Some(-5), Some(20_001)),
    (3, None, None, None),
    (4, Some("red"), Some(0), Some(-1)),
];

/// One row as it was, one with another value, one with a null more, one new; row 4 is gone.
const NEW: &[Order4] = &[
    (1, Some("blue"), Some(1250), Some(20_000)),
    (2, Some("Green"), Some(-5), Some(20_001)),
    (3, None, None, Some(7)),
    (5, Some("grey"), Some(1), None),
];

/// Collects changes.
#[derive(Default)]
struct Seen {
    columns: Vec<String>,
    changes: Vec<Change>,
}

impl ChangeSink for Seen {
    fn columns(&mut self, columns: &[String], _key: &[String]) -> Result<(), Fault> {
        self.columns = columns.to_vec();
        Ok(())
    }

    fn change(&mut self, change: Change) -> Result<(), Fault> {
        self.changes.push(change);
        Ok(())
    }
}

fn modes(bench: &Bench<'_>) -> Vec<WriteMode> {
    let mut modes = bench.capabilities().write_modes.clone();
    // Versions of a history carry the time of the load, which two loads do not share.
    modes.retain(|mode| *mode != WriteMode::History);
    modes
}

fn order(mode: WriteMode) -> Order<'static> {
    Order { force: true, ..Order::of(mode).key(&["id"]) }
}

/// `diffs`: a preview counts and shows what the commit then does, and changes nothing.
pub(super) async fn previews_tell_what_commits_do(bench: &Bench<'_>) {
    if !bench.capabilities().diffs {
        return;
    }
    for mode in modes(bench) {
        let table = bench.harness.fresh_table_name();
        let new = if mode == WriteMode::Append { &NEW[3..] } else { NEW };
        bench.load(&table, &order(mode), &[orders(OLD)]).await;
        let mut seen = Seen::default();
        let call = async {
            let mut load = bench.destination(&table).begin(request(&order(mode), &orders_schema())).await?;
            let mut fitter = Fitter::new(orders_schema(), load.columns().to_vec())?;
            load.write(fitter.fit(orders(new))?.0).await?;
            let counts = load.preview(&mut seen).await?;
            load.abort().await?;
            Ok::<_, Fault>(counts)
        };
        let told = bench.patiently("a preview", call).await;
        let told = told.unwrap_or_else(|fault| panic!("{}: {:?}", mode.name(), bench.clean(fault)));
        let rows = bench.rows(&table, &orders_schema()).await;
        assert_eq!(rows, bench.model(&[orders(OLD)]), "{}: a preview changes the table", mode.name());
        let done = bench.load(&table, &order(mode), &[orders(new)]).await;
        assert_eq!(told, done.receipt.changes, "{}: the preview tells other numbers", mode.name());
        let (inserted, updated, deleted, unchanged) = match mode {
            WriteMode::Append => (1, 0, 0, 0),
            WriteMode::InsertOnly => (1, 0, 0, 0),
            WriteMode::Upsert => (1, 2, 0, 1),
            _ => (1, 2, 1, 1),
        };
        let expected = ChangeCounts { inserted, updated, deleted, unchanged };
        assert_eq!(told, Some(expected), "{}: changes", mode.name());
        let count = |kind| seen.changes.iter().filter(|change| change.kind == kind).count() as u64;
        let shown = (count(ChangeKind::Inserted), count(ChangeKind::Updated), count(ChangeKind::Deleted));
        assert_eq!(shown, (inserted, updated, deleted), "{}: shown changes", mode.name());
        let place = seen.columns.iter().position(|column| column == "name").expect("columns are named");
        if updated > 0 {
            let green = seen.changes.iter().any(|change| {
                let side =
                    |side: &Option<Vec<Option<String>>>| side.as_ref().and_then(|row| row[place].clone());
                side(&change.before).as_deref() == Some("green")
                    && side(&change.after).as_deref() == Some("Green")
            });
            assert!(green, "{}: values before and after: {:?}", mode.name(), seen.changes);
        }
    }
}

/// `undoes`: after a load and its undo, the table is as it was.
pub(super) async fn undo_gives_back_what_was_there(bench: &Bench<'_>) {
    if !bench.capabilities().undoes {
        return;
    }
    for mode in bench.capabilities().write_modes.clone() {
        let table = bench.harness.fresh_table_name();
        let new = if mode == WriteMode::Append { &NEW[3..] } else { NEW };
        bench.load(&table, &order(mode), &[orders(OLD)]).await;
        let before = bench.rows(&table, &bench.describe(&table).await.schema).await;
        let id = LoadId::generate();
        let undo = Some(Undo { keep: "1d".into() });
        let loaded = Order { load_id: Some(id.clone()), undo, ..order(mode) };
        let done = bench.load(&table, &loaded, &[orders(new)]).await;
        let undone = bench.patiently("undo", bench.destination(&table).undo(&id)).await;
        let undone = undone.unwrap_or_else(|fault| panic!("{}: {:?}", mode.name(), bench.clean(fault)));
        let after = bench.rows(&table, &bench.describe(&table).await.schema).await;
        assert_eq!(after, before, "{}: undo gives another table", mode.name());
        assert_eq!(undone.kept, 0, "{}: {undone:?}", mode.name());
        let changes = done.receipt.changes.expect("who undoes can tell what changed");
        let expected = ChangeCounts { unchanged: 0, ..changes };
        assert_eq!(undone.reverted, expected, "{}: undone rows are miscounted", mode.name());
        // Twice is refused, and changes nothing.
        let twice = bench.patiently("undo", bench.destination(&table).undo(&id)).await;
        assert!(twice.is_err(), "{}: a load is taken back twice", mode.name());
        assert_eq!(bench.rows(&table, &bench.describe(&table).await.schema).await, before);
    }
}

/// `undoes`: rows that somebody changed since stay as they are and are named.
pub(super) async fn undo_leaves_what_others_changed(bench: &Bench<'_>) {
    if !bench.capabilities().undoes || !bench.has(WriteMode::Mirror) {
        return;
    }
    let table = bench.harness.fresh_table_name();
    bench.load(&table, &order(WriteMode::Mirror), &[orders(OLD)]).await;
    let id = LoadId::generate();
    let undo = Some(Undo { keep: "1d".into() });
    let loaded = Order { load_id: Some(id.clone()), undo, ..order(WriteMode::Mirror) };
    bench.load(&table, &loaded, &[orders(NEW)]).await;
    // Somebody changes an updated and an inserted row, and puts the deleted key there again.
    let theirs: &[Order4] =
        &[(2, Some("theirs"), None, None), (4, Some("back"), None, None), (5, None, None, None)];
    bench.load(&table, &order(WriteMode::Upsert), &[orders(theirs)]).await;
    let undone = bench.patiently("undo", bench.destination(&table).undo(&id)).await;
    let undone = undone.unwrap_or_else(|fault| panic!("undo: {:?}", bench.clean(fault)));
    assert_eq!((undone.kept, undone.reverted.updated), (3, 1), "{undone:?}");
    assert_eq!(undone.kept_samples.len(), 3, "{undone:?}");
    let expected: &[Order4] = &[OLD[0], theirs[0], OLD[2], theirs[1], theirs[2]];
    let rows = bench.rows(&table, &orders_schema()).await;
    assert_eq!(rows, bench.model(&[orders(expected)]), "undo touches rows that others changed");
    let unknown = bench.patiently("undo", bench.destination(&table).undo(&LoadId::generate())).await;
    assert!(unknown.is_err(), "a load that nobody knows is taken back");
}
