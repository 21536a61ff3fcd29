//! Laws of loads: modes, keys, repetition, atomicity.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use towpath_model::{LoadId, WriteMode};

use super::bench::{Bench, Order, Order4, SOME, orders, orders_schema, request};
use crate::fit::Fitter;

const MORE: &[Order4] =
    &[(3, Some("three"), Some(300), Some(3)), (5, Some("five"), None, Some(5)), (6, None, Some(600), None)];

/// Each mode in `write_modes`: the table holds what a model of the mode says.
pub(super) async fn every_write_mode_gives_the_model_answer(bench: &Bench<'_>) {
    for mode in bench.capabilities().write_modes.clone() {
        let table = bench.harness.fresh_table_name();
        if mode == WriteMode::History {
            // Versions have laws of their own.
            continue;
        }
        let order = Order { force: true, ..Order::of(mode) };
        let mut model: Vec<Order4> = Vec::new();
        for rows in [SOME, MORE, &[], SOME] {
            if mode == WriteMode::Mirror && rows.is_empty() {
                continue;
            }
            // Two batches, so that the borders between them do not matter.
            let (first, second) = rows.split_at(rows.len() / 2);
            let loaded = bench.load(&table, &order, &[orders(first), orders(second)]).await;
            let known = rows.iter().filter(|row| model.iter().any(|known| known.0 == row.0)).count();
            let left_out = if mode == WriteMode::InsertOnly { known } else { 0 };
            assert_eq!(
                loaded.receipt.written,
                (rows.len() - left_out) as u64,
                "{}: written rows are miscounted",
                mode.name()
            );
            assert!(!loaded.receipt.replayed, "a new load is taken for a known one");
            match mode {
                WriteMode::Append => model.extend(rows),
                WriteMode::Overwrite | WriteMode::Mirror => model = rows.to_vec(),
                WriteMode::InsertOnly => {
                    let new = rows.iter().filter(|row| !model.iter().any(|known| known.0 == row.0));
                    let new: Vec<Order4> = new.copied().collect();
                    model.extend(new);
                }
                WriteMode::Upsert | WriteMode::History => {
                    let mut by_key: BTreeMap<i64, Order4> =
                        model.into_iter().map(|row| (row.0, row)).collect();
                    by_key.extend(rows.iter().map(|row| (row.0, *row)));
                    model = by_key.into_values().collect();
                }
            }
            if model.is_empty() && !bench.harness.keeps_columns_of_empty_tables() {
                continue;
            }
            let rows = bench.rows(&table, &orders_schema()).await;
            assert_eq!(
                rows,
                bench.model(&[orders(&model)]),
                "{} gives another table than its model",
                mode.name()
            );
        }
    }
}

/// Destinations with `upsert` know keys: in every mode, the last of the rows with one key stays.
pub(super) async fn the_last_of_equal_keys_wins(bench: &Bench<'_>) {
    if !bench.has(WriteMode::Upsert) {
        return;
    }
    let first =
        orders(&[(1, Some("old"), None, None), (2, Some("two"), None, None), (1, Some("newer"), None, None)]);
    let second = orders(&[(3, Some("three"), None, None), (1, Some("last"), Some(1), None)]);
    let expected = orders(&[
        (1, Some("last"), Some(1), None),
        (2, Some("two"), None, None),
        (3, Some("three"), None, None),
    ]);
    for mode in bench.capabilities().write_modes.clone() {
        let table = bench.harness.fresh_table_name();
        let order = Order::of(mode).key(&["id"]);
        let loaded = bench.load(&table, &order, &[first.clone(), second.clone()]).await;
        let counts = (loaded.receipt.written, loaded.receipt.deduplicated);
        assert_eq!(counts, (3, 2), "{}: duplicates are miscounted", mode.name());
        let rows = bench.rows(&table, &orders_schema()).await;
        assert_eq!(
            rows,
            bench.model(std::slice::from_ref(&expected)),
            "{}: another row than the last wins",
            mode.name()
        );
        if mode != WriteMode::Append {
            bench.load(&table, &order, &[second.clone(), first.clone(), second.clone()]).await;
            let rows = bench.rows(&table, &orders_schema()).await;
            assert_eq!(rows, bench.model(std::slice::from_ref(&expected)), "{} again", mode.name());
        }
    }
}

/// `idempotent`.
pub(super) async fn the_same_load_twice_equals_once(bench: &Bench<'_>) {
    if !bench.capabilities().idempotent {
        return;
    }
    for mode in bench.capabilities().write_modes.clone() {
        let table = bench.harness.fresh_table_name();
        let mut order = Order { load_id: Some(LoadId::generate()), ..Order::of(mode).key(&["id"]) };
        let once = bench.load(&table, &order, &[orders(SOME)]).await;
        assert!(!once.receipt.replayed);
        let twice = bench.load(&table, &order, &[orders(MORE)]).await;
        assert!(twice.receipt.replayed, "{}: a known load is written again", mode.name());
        assert_eq!(twice.receipt.written, once.receipt.written, "the recorded number of rows is another");
        let rows = bench.rows(&table, &orders_schema()).await;
        assert_eq!(rows, bench.model(&[orders(SOME)]), "{}: a known load changes the table", mode.name());
        // Another load with the same rows is not the same load.
        if mode == WriteMode::Overwrite {
            order.load_id = None;
            let other = bench.load(&table, &order, &[orders(MORE)]).await;
            assert!(!other.receipt.replayed);
        }
    }
}

/// What to do with a load that has written its rows.
#[derive(Debug, Clone, Copy)]
enum End {
    Abort,
    Drop,
}

async fn half_done(bench: &Bench<'_>, table: &str, order: &Order<'_>, end: End, see: impl AsyncFn(&str)) {
    let destination = bench.destination(table);
    let schema = orders_schema();
    let call = async {
        let mut load = destination.begin(request(order, &schema)).await?;
        let mut fitter = Fitter::new(schema.clone(), load.columns().to_vec())?;
        load.write(fitter.fit(orders(MORE))?.0).await?;
        see(table).await;
        match end {
            End::Abort => load.abort().await,
            End::Drop => {
                drop(load);
                Ok(())
            }
        }
    };
    let done: Result<(), towpath_model::Fault> = bench.patiently("a load", call).await;
    done.unwrap_or_else(|fault| {
        panic!("a load that is taken back ({end:?}) fails: {:?}", bench.clean(fault))
    });
}

fn mode_order(mode: WriteMode) -> Order<'static> {
    Order { force: true, ..Order::of(mode) }
}

/// `atomic`: others see the old rows until the commit.
pub(super) async fn nothing_shows_before_commit(bench: &Bench<'_>) {
    if !bench.capabilities().atomic {
        return;
    }
    for mode in bench.capabilities().write_modes.clone() {
        let table = bench.harness.fresh_table_name();
        bench.load(&table, &mode_order(mode), &[orders(SOME)]).await;
        let expected = bench.model(&[orders(SOME)]);
        half_done(bench, &table, &mode_order(mode), End::Abort, async |table| {
            let rows = bench.rows(table, &orders_schema()).await;
            assert_eq!(rows, expected, "{}: rows show before they are committed", mode.name());
        })
        .await;
    }
}

/// Every connector: a load that is aborted or dropped leaves no row and no table, and a later load works.
pub(super) async fn abandoned_loads_leave_nothing(bench: &Bench<'_>) {
    for mode in bench.capabilities().write_modes.clone() {
        for end in [End::Abort, End::Drop] {
            let table = bench.harness.fresh_table_name();
            let order = mode_order(mode);
            half_done(bench, &table, &order, end, async |_| ()).await;
            let target = bench.patiently("target", bench.destination(&table).target()).await;
            let target = target.unwrap_or_else(|fault| panic!("the target after {end:?}: {fault:?}"));
            assert!(target.is_none(), "{}: a table is left behind by {end:?}", mode.name());

            let before = orders(SOME);
            bench.load(&table, &order, std::slice::from_ref(&before)).await;
            half_done(bench, &table, &order, end, async |_| ()).await;
            let rows = bench.rows(&table, &orders_schema()).await;
            assert_eq!(rows, bench.model(&[before]), "{}: rows are left behind by {end:?}", mode.name());
            let after: RecordBatch = orders(&[(9, None, None, None)]);
            bench.load(&table, &order, &[after]).await;
        }
    }
}
