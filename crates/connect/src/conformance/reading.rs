//! Laws of reading.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array, RecordBatch, StringArray};
use arrow::compute::filter_record_batch;
use arrow::datatypes::*;
use futures::StreamExt;
use towpath_model::FaultKind;

use super::bench::{Bench, Order, SOME, assert_same_schema, collect, one_column, orders, orders_schema};
use crate::filter::{Comparison, Filter, Literal};
use crate::reject::MemoryRejects;
use crate::source::ReadRequest;

async fn seeded(bench: &Bench<'_>) -> String {
    let table = bench.harness.fresh_table_name();
    bench.load(&table, &Order::of(bench.seed_mode()), &[orders(SOME)]).await;
    table
}

fn count(batches: &[RecordBatch]) -> usize {
    batches.iter().map(RecordBatch::num_rows).sum()
}

/// Every connector.
pub(super) async fn missing_streams_are_not_found(bench: &Bench<'_>) {
    let source = bench.source(&bench.harness.fresh_table_name());
    let described = bench.patiently("describe", source.describe()).await;
    let fault = bench.clean(described.expect_err("a stream that does not exist is described"));
    assert_eq!(fault.kind(), FaultKind::NotFound, "{fault:?}");
}

/// Every connector.
pub(super) async fn batches_have_the_described_schema(bench: &Bench<'_>) {
    let table = seeded(bench).await;
    let described = bench.describe(&table).await;
    // `read` compares the schema of each batch with the description.
    let batches = bench.read(&table, |_| ()).await;
    assert_eq!(count(&batches), SOME.len());
    let names: Vec<&str> = described.schema.fields().iter().map(|field| field.name().as_str()).collect();
    assert_eq!(names, ["id", "name", "price", "day"], "columns change their order or their names");
    if let Some(rows) = described.rows {
        assert!(rows <= 1_000_000, "the number of rows is far off: {rows}");
    }
}

/// Every connector.
pub(super) async fn discover_agrees_with_describe(bench: &Bench<'_>) {
    let table = seeded(bench).await;
    let described = bench.describe(&table).await;
    let connection = bench.harness.connection();
    let found = bench.patiently("discover", bench.connector.discover(&connection, &bench.context)).await;
    let catalog = found.unwrap_or_else(|fault| panic!("discover fails: {fault:?}"));
    let entry = catalog.streams.iter().find(|entry| entry.name.contains(&table));
    let entry = entry.unwrap_or_else(|| panic!("discover does not list `{table}`"));
    assert_same_schema(&table, &described.schema, &entry.info.schema);
}

/// Every connector whose tables have columns without having rows.
pub(super) async fn empty_streams_work(bench: &Bench<'_>) {
    if !bench.harness.keeps_columns_of_empty_tables() {
        return;
    }
    let table = bench.harness.fresh_table_name();
    bench.load(&table, &Order::of(bench.seed_mode()), &[orders(&[])]).await;
    let described = bench.describe(&table).await;
    assert_eq!(
        described.schema.fields().len(),
        orders_schema().fields().len(),
        "an empty stream lost its columns"
    );
    assert_eq!(count(&bench.read(&table, |_| ()).await), 0);
    // A load without a single batch is a load too.
    let table = bench.harness.fresh_table_name();
    let loaded = bench.try_load(&table, &Order::of(bench.seed_mode()), &orders_schema(), &[]).await;
    loaded.unwrap_or_else(|fault| panic!("a load without rows fails: {fault:?}"));
    assert_eq!(count(&bench.read(&table, |_| ()).await), 0);
}

/// Every connector: the engine asks for few columns, for others than their own order, and for none.
pub(super) async fn projections_yield_what_is_asked(bench: &Bench<'_>) {
    let table = seeded(bench).await;
    let whole = bench.rows(&table, &orders_schema()).await;
    let reversed = bench.read(&table, |request| request.columns = vec![2, 0]).await;
    assert_eq!(count(&reversed), whole.len());
    let prices: usize = reversed.iter().map(|batch| batch.column(0).null_count()).sum();
    let ids: usize = reversed.iter().map(|batch| batch.column(1).null_count()).sum();
    assert_eq!((prices, ids), (1, 0), "projected columns are mixed up");
    let none = bench.read(&table, |request| request.columns.clear()).await;
    assert_eq!(count(&none), whole.len(), "an empty projection does not count the rows");
}

/// `limit`: exactly as many rows as asked for, also over batches. Without it, a source may give more.
pub(super) async fn limits_stop_the_read(bench: &Bench<'_>) {
    let table = seeded(bench).await;
    for limit in [0, 1, 3, 100] {
        for batch_rows in [1, 8192] {
            let batches = bench
                .read(&table, |request| {
                    request.limit = Some(limit);
                    request.batch_rows = batch_rows;
                })
                .await;
            let (rows, expected) = (count(&batches), limit.min(SOME.len()));
            let fits = if bench.capabilities().limit { rows == expected } else { rows >= expected };
            assert!(fits, "a limit of {limit} gives {rows} rows");
            assert!(
                batches.iter().all(|batch| batch.num_rows() <= batch_rows.max(16)),
                "batches ignore their size"
            );
        }
    }
}

/// `filters`: what `applies` accepts gives the rows that the same condition selects by hand.
pub(super) async fn filters_mean_what_sql_means(bench: &Bench<'_>) {
    let table = bench.harness.fresh_table_name();
    let numbers = [Some(-3), Some(0), Some(7), None, Some(i64::MAX)];
    let words = [Some("a"), Some("B"), Some("b"), Some("é"), None];
    let mut batch = one_column("number", Arc::new(Int64Array::from_iter(numbers)));
    batch = {
        let mut fields: Vec<Field> =
            batch.schema().fields().iter().map(|field| field.as_ref().clone()).collect();
        fields.push(Field::new("word", DataType::Utf8, true));
        let mut arrays: Vec<ArrayRef> = batch.columns().to_vec();
        arrays.push(Arc::new(StringArray::from_iter(words)));
        RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).expect("as many rows as before")
    };
    bench.load(&table, &Order::of(bench.seed_mode()), &[batch]).await;

    let source = bench.source(&table);
    let info = bench.patiently("describe", source.describe()).await.expect("the table was just read");
    let mut accepted = 0;
    for filter in candidates() {
        if !source.applies(&filter) {
            continue;
        }
        accepted += 1;
        let expected = by_hand(bench, &table, &filter).await;
        let request = |filters| {
            let rejects = Arc::new(MemoryRejects::default());
            ReadRequest { filters, ..ReadRequest::all(info.schema.clone(), rejects) }
        };
        let filtered = async { collect(source.read(request(vec![filter.clone()])).await?).await };
        let filtered = bench.patiently("a filtered read", filtered).await;
        let filtered = filtered.unwrap_or_else(|fault| panic!("the filter {filter:?}: {fault:?}"));
        let mut rows: Vec<String> = filtered.iter().flat_map(|batch| bench.shown(batch)).collect();
        rows.sort();
        assert_eq!(rows, expected, "the filter {filter:?} selects other rows than SQL does");
    }
    if bench.capabilities().filters {
        assert!(accepted > 0, "the connector says it filters, and accepts no filter");
    }
}

fn candidates() -> Vec<Filter> {
    let number = |comparison| Filter { column: "number".into(), comparison };
    let word = |comparison| Filter { column: "word".into(), comparison };
    let text = |text: &str| Literal::Text(text.into());
    vec![
        number(Comparison::Equal(Literal::Int(7))),
        number(Comparison::NotEqual(Literal::Int(0))),
        number(Comparison::Less(Literal::Int(7))),
        number(Comparison::LessOrEqual(Literal::Int(0))),
        number(Comparison::Greater(Literal::Int(-3))),
        number(Comparison::GreaterOrEqual(Literal::Int(i64::MAX))),
        number(Comparison::In(vec![Literal::Int(0), Literal::Int(8)])),
        number(Comparison::IsNull),
        number(Comparison::IsNotNull),
        word(Comparison::Equal(text("b"))),
        word(Comparison::NotEqual(text("é"))),
        word(Comparison::Less(text("b"))),
        word(Comparison::GreaterOrEqual(text("b"))),
        word(Comparison::In(vec![text("B"), text("'; drop table x; --")])),
        word(Comparison::IsNull),
    ]
}

/// The rows that a condition selects when it is evaluated here, as JSON, sorted.
async fn by_hand(bench: &Bench<'_>, table: &str, filter: &Filter) -> Vec<String> {
    let mut rows = Vec::new();
    for batch in bench.read(table, |_| ()).await {
        let column = batch.column_by_name(&filter.column).expect("the filter names a column of the table");
        let keep: BooleanArray =
            (0..batch.num_rows()).map(|row| Some(holds(column, row, &filter.comparison))).collect();
        rows.extend(bench.shown(&filter_record_batch(&batch, &keep).expect("one truth value per row")));
    }
    rows.sort();
    rows
}

fn holds(column: &ArrayRef, row: usize, comparison: &Comparison) -> bool {
    use std::cmp::Ordering;
    match comparison {
        Comparison::IsNull => return column.is_null(row),
        Comparison::IsNotNull => return column.is_valid(row),
        _ if column.is_null(row) => return false,
        _ => {}
    }
    let compare = |literal: &Literal| match (literal, column.data_type()) {
        (Literal::Int(value), DataType::Int64) => column.as_primitive::<Int64Type>().value(row).cmp(value),
        (Literal::Text(text), DataType::Utf8) => column.as_string::<i32>().value(row).cmp(text.as_str()),
        (literal, other) => panic!("the connector accepts {literal:?} on a column that came back as {other}"),
    };
    match comparison {
        Comparison::Equal(value) => compare(value) == Ordering::Equal,
        Comparison::NotEqual(value) => compare(value) != Ordering::Equal,
        Comparison::Less(value) => compare(value) == Ordering::Less,
        Comparison::LessOrEqual(value) => compare(value) != Ordering::Greater,
        Comparison::Greater(value) => compare(value) == Ordering::Greater,
        Comparison::GreaterOrEqual(value) => compare(value) != Ordering::Less,
        Comparison::In(values) => values.iter().any(|value| compare(value) == Ordering::Equal),
        Comparison::IsNull | Comparison::IsNotNull => false,
    }
}

/// Every connector: a stream that is dropped half-way frees what it holds, at once.
pub(super) async fn dropping_a_stream_stops_the_read(bench: &Bench<'_>) {
    const ROWS: i64 = 20_000;
    let table = bench.harness.fresh_table_name();
    let batch = one_column("number", Arc::new(Int64Array::from_iter_values(0..ROWS)));
    bench.load(&table, &Order::of(bench.seed_mode()), &[batch]).await;
    let source = bench.source(&table);
    let cancelled = async {
        let info = source.describe().await?;
        let request = ReadRequest {
            batch_rows: 100,
            ..ReadRequest::all(info.schema, Arc::new(MemoryRejects::default()))
        };
        let mut stream = source.read(request).await?;
        stream.next().await.expect("the stream has rows")?;
        drop(stream);
        Ok::<_, towpath_model::Fault>(())
    };
    let cancelled = bench.patiently("dropping a stream", cancelled).await;
    cancelled.unwrap_or_else(|fault| panic!("reading `{table}`: {fault:?}"));
    assert_eq!(count(&bench.read(&table, |_| ()).await) as i64, ROWS, "a later read is disturbed");
}
