//! Laws of chunks: what a source cuts, and what a destination remembers.

use arrow::array::RecordBatch;
use towpath_model::{LoadId, WriteMode};

use super::bench::{Bench, Order, Order4, collect, orders, orders_schema, request};
use crate::chunk::Chunk;
use crate::destination::{Lane, Load};
use crate::fit::Fitter;
use crate::reject::MemoryRejects;
use crate::source::ReadRequest;
use std::sync::Arc;

/// `splits`: chunks of any size hold every row once, in another process too, and with fewer columns.
pub(super) async fn chunks_hold_every_row_once(bench: &Bench<'_>) {
    if !bench.capabilities().splits {
        return;
    }
    let table = bench.harness.fresh_table_name();
    let rows: Vec<Order4> = (0..500).map(|n| (n * n - 900, Some("row"), None, Some(n as i32))).collect();
    let mode = bench.seed_mode();
    let key: &[&str] = if bench.has(WriteMode::Upsert) { &["id"] } else { &[] };
    bench.load(&table, &Order::of(mode).key(key), &[orders(&rows)]).await;
    let expected = bench.rows(&table, &orders_schema()).await;
    for size in [7, 100, 100_000] {
        let first = bench.source(&table);
        let chunks = bench.patiently("split", first.split(size)).await;
        let chunks = chunks.unwrap_or_else(|fault| panic!("splitting `{table}`: {:?}", bench.clean(fault)));
        let Some(chunks) = chunks else { panic!("`{table}` has a key and cannot be split") };
        assert!(chunks.len() <= 2 * 500 / size as usize + 2, "chunks of {size} rows: {}", chunks.len());
        drop(first);
        let source = bench.source(&table);
        bench.patiently("revisit", source.revisit(&chunks)).await.unwrap_or_else(|fault| {
            panic!("chunks of a table that did not change are refused: {:?}", bench.clean(fault))
        });
        let info =
            bench.patiently("describe", source.describe()).await.expect("the table was just described");
        let mut found = Vec::new();
        // Backwards: no chunk may need the ones before it.
        for chunk in chunks.into_iter().rev() {
            let text = serde_json::to_string(&chunk).expect("chunks are text");
            let chunk: Chunk = serde_json::from_str(&text).expect("chunks are text");
            let rejects = Arc::new(MemoryRejects::default());
            let all = ReadRequest { chunk: Some(chunk), ..ReadRequest::all(info.schema.clone(), rejects) };
            let stream = bench.patiently("a read", source.read(all)).await;
            let stream = stream.unwrap_or_else(|fault| panic!("a chunk: {:?}", bench.clean(fault)));
            found.extend(bench.patiently("a read", collect(stream)).await.expect("the chunk is readable"));
        }
        let found = bench.typed(&table, &found, &orders_schema());
        assert_eq!(found, expected, "chunks of {size} rows lose or repeat rows of `{table}`");
    }
}

/// Three chunks of rows with keys that repeat across them.
fn parts() -> [RecordBatch; 3] {
    let part = |from: i64, word: &'static str| {
        let rows: Vec<Order4> =
            (from..from + 40).map(|id| (id, Some(word), Some(i128::from(id)), None)).collect();
        orders(&rows)
    };
    [part(0, "one"), part(20, "two"), part(30, "three")]
}

fn chunk(name: &str) -> Chunk {
    Chunk { token: format!("{{\"part\":\"{name}\"}}"), rows: Some(40) }
}

async fn send(load: &mut Box<dyn Load>, lane: &mut Box<dyn Lane>, batch: &RecordBatch) {
    let mut fitter = Fitter::new(batch.schema(), load.columns().to_vec()).expect("rows fit the table");
    let (batch, rejects) = fitter.fit(batch.clone()).expect("rows fit the table");
    assert_eq!(rejects, Vec::new());
    // Two batches, so that a chunk is more than a call.
    lane.write(batch.slice(0, 15)).await.expect("rows are taken");
    lane.write(batch.slice(15, batch.num_rows() - 15)).await.expect("rows are taken");
}

/// `resumes`: a load that dies between chunks goes on with the others; the table is the one that an undivided load
/// gives, in whatever order the chunks were sealed.
pub(super) async fn a_resumed_load_equals_an_uninterrupted_one(bench: &Bench<'_>) {
    if !bench.capabilities().resumes {
        return;
    }
    let parts = parts();
    for mode in bench.capabilities().write_modes.clone() {
        for keyed in [true, false] {
            if mode.needs_key() && !keyed {
                continue;
            }
            let key: &[&str] = if keyed { &["id"] } else { &[] };
            let plain = Order { force: true, ..Order::of(mode).key(key) };
            let (whole, table) = (bench.harness.fresh_table_name(), bench.harness.fresh_table_name());
            let seeds = mode != WriteMode::Append;
            if seeds {
                let old: Vec<Order4> = (35..75).map(|id| (id, Some("old"), None, Some(1))).collect();
                for table in [&whole, &table] {
                    bench.load(table, &plain, &[orders(&old)]).await;
                }
            }
            let undivided = bench.load(&whole, &plain, &parts).await;

            let chunks = vec![chunk("a"), chunk("b"), chunk("c")];
            let id = Some(LoadId::generate());
            let order = Order { load_id: id, chunks: Some(chunks.clone()), ..plain.clone() };
            let begin = async |order: &Order<'_>| {
                let destination = bench.destination(&table);
                let load =
                    bench.patiently("begin", destination.begin(request(order, &orders_schema()))).await;
                load.unwrap_or_else(|fault| panic!("begin ({}): {:?}", mode.name(), bench.clean(fault)))
            };
            let before = match seeds {
                true => bench.rows(&table, &orders_schema()).await,
                false => Vec::new(),
            };
            // The last chunk is sealed, the first is lost half-way.
            let mut load = begin(&order).await;
            assert_eq!(load.chunks().len(), 3);
            let (mut one, mut two) = (lane(&mut load).await, lane(&mut load).await);
            send(&mut load, &mut one, &parts[2]).await;
            send(&mut load, &mut two, &parts[0]).await;
            one.seal(2, "{\"n\":3}").await.expect("a chunk is sealed");
            drop((one, two, load));
            if seeds {
                let rows = bench.rows(&table, &orders_schema()).await;
                assert_eq!(rows, before, "{}: sealed chunks show before the commit", mode.name());
            }
            // The next attempt offers another cut, and must get the first one.
            let other = Order { chunks: Some(vec![chunk("x")]), ..order.clone() };
            let mut load = begin(&other).await;
            let states: Vec<(String, Option<String>)> =
                load.chunks().iter().map(|state| (state.chunk.token.clone(), state.counts.clone())).collect();
            let token = |name| chunk(name).token;
            let expected =
                [(token("a"), None), (token("b"), None), (token("c"), Some("{\"n\":3}".to_owned()))];
            assert_eq!(states, expected, "{}: the chunks of a resumed load", mode.name());
            let mut one = lane(&mut load).await;
            for place in [1, 0] {
                send(&mut load, &mut one, &parts[place]).await;
                one.seal(place, "{}").await.expect("a chunk is sealed");
            }
            drop(one);
            let receipt = bench.patiently("commit", load.commit()).await;
            let receipt = receipt.unwrap_or_else(|fault| panic!("commit: {:?}", bench.clean(fault)));
            let counts = (receipt.written, receipt.deduplicated, receipt.changes);
            let expected =
                (undivided.receipt.written, undivided.receipt.deduplicated, undivided.receipt.changes);
            assert_eq!(counts, expected, "{} (keyed: {keyed}): a resumed load counts otherwise", mode.name());
            let rows = bench.rows(&table, &orders_schema()).await;
            assert_eq!(
                rows,
                bench.rows(&whole, &orders_schema()).await,
                "{} (keyed: {keyed}): a resumed load gives another table",
                mode.name()
            );
            // Done is done.
            let load = begin(&order).await;
            let replay = bench.patiently("commit", load.commit()).await.expect("a known load is no fault");
            assert!(replay.replayed, "{}: a resumed load is not remembered", mode.name());
            assert_eq!(bench.rows(&table, &orders_schema()).await, rows);
        }
    }
}

async fn lane(load: &mut Box<dyn Load>) -> Box<dyn Lane> {
    load.lane().await.unwrap_or_else(|fault| panic!("a lane: {fault:?}"))
}
