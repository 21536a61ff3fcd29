//! Laws of schema contracts: what may change, and that a refusal comes before the first row.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::*;
use towpath_model::contract::{Contract, ContractRule};
use towpath_model::{Fault, FaultKind};

use super::bench::{Bench, Order, SOME, orders, orders_schema, request};

fn with_contract<'a>(bench: &Bench<'_>, contract: Contract) -> Order<'a> {
    Order { contract, ..Order::of(bench.seed_mode()) }
}

/// The usual columns and one more.
fn wider() -> RecordBatch {
    let batch = orders(&[(10, Some("ten"), None, None)]);
    let mut fields: Vec<Field> =
        orders_schema().fields().iter().map(|field| field.as_ref().clone()).collect();
    fields.push(Field::new("colour of it", DataType::Utf8, true));
    let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
    columns.push(Arc::new(StringArray::from(vec!["violet"])));
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).expect("one row each")
}

async fn refused(bench: &Bench<'_>, table: &str, order: &Order<'_>, schema: &SchemaRef) -> Fault {
    let destination = bench.destination(table);
    let begun = bench.patiently("begin", destination.begin(request(order, schema))).await;
    let fault = bench.clean(begun.err().expect("a change that the contract forbids is begun"));
    assert_eq!(fault.kind(), FaultKind::Contract, "{fault:?}");
    assert!(fault.hint_text().is_some(), "the fault says not what to do: {fault:?}");
    fault
}

/// `creates`.
pub(super) async fn a_frozen_set_of_tables_takes_no_new_one(bench: &Bench<'_>) {
    let table = bench.harness.fresh_table_name();
    let order = with_contract(bench, Contract { tables: ContractRule::Freeze, ..Contract::default() });
    refused(bench, &table, &order, &orders_schema()).await;
    let target = bench.patiently("target", bench.destination(&table).target()).await;
    assert!(target.unwrap_or_else(|fault| panic!("{fault:?}")).is_none(), "a refused load made a table");
}

/// `adds_columns`: destinations with tables that have a shape.
pub(super) async fn frozen_columns_refuse_before_anything_is_written(bench: &Bench<'_>) {
    if !bench.capabilities().adds_columns {
        return;
    }
    let table = bench.harness.fresh_table_name();
    bench.load(&table, &Order::of(bench.seed_mode()), &[orders(SOME)]).await;
    let order = with_contract(bench, Contract::default());
    let fault = refused(bench, &table, &order, &wider().schema()).await;
    assert!(fault.to_string().contains("colour of it"), "the fault does not name the column: {fault:?}");
    assert_eq!(bench.rows(&table, &orders_schema()).await, bench.model(&[orders(SOME)]));
}

/// `adds_columns`.
pub(super) async fn evolving_columns_are_added(bench: &Bench<'_>) {
    if !bench.capabilities().adds_columns {
        return;
    }
    let table = bench.harness.fresh_table_name();
    bench.load(&table, &Order::of(bench.seed_mode()), &[orders(SOME)]).await;
    let order = with_contract(bench, Contract { columns: ContractRule::Evolve, ..Contract::default() });
    bench.load(&table, &order, &[wider()]).await;
    let rows = bench.rows(&table, &wider().schema()).await;
    assert_eq!(rows.len(), SOME.len() + 1);
    assert_eq!(
        rows.iter().filter(|row| row.contains("violet")).count(),
        1,
        "the added column is empty: {rows:?}"
    );
    // And left out, when the contract says so.
    let order = with_contract(bench, Contract { columns: ContractRule::DiscardValue, ..Contract::default() });
    let other = bench.harness.fresh_table_name();
    bench.load(&other, &Order::of(bench.seed_mode()), &[orders(SOME)]).await;
    bench.load(&other, &order, &[wider()]).await;
    assert_eq!(bench.describe(&other).await.schema.fields().len(), 4, "a discarded column is added");
    assert_eq!(bench.rows(&other, &orders_schema()).await.len(), SOME.len() + 1);
}

/// `adds_columns`: rows may have fewer columns than the table.
pub(super) async fn missing_columns_become_null(bench: &Bench<'_>) {
    if !bench.capabilities().adds_columns {
        return;
    }
    let table = bench.harness.fresh_table_name();
    bench.load(&table, &Order::of(bench.seed_mode()), &[orders(SOME)]).await;
    let schema = Arc::new(Schema::new(vec![Field::new("id", DataType::Int64, true)]));
    let narrow = RecordBatch::try_new(schema, vec![Arc::new(Int64Array::from(vec![77]))]).expect("one row");
    bench.load(&table, &Order::of(bench.seed_mode()), &[narrow]).await;
    let rows = bench.rows(&table, &orders_schema()).await;
    assert!(rows.contains(&r#"{"id":77,"name":null,"price":null,"day":null}"#.to_owned()), "{rows:?}");
}
