//! What drift says of differences between rows and tables.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use towpath_connect::{Capabilities, TargetTable};
use towpath_model::WriteMode;
use towpath_model::contract::{Contract, ContractRule};
use towpath_model::landing::Landing;

use crate::drift::{Effect, drift};

fn schema(fields: &[(&str, DataType, bool)]) -> SchemaRef {
    let field = |(name, kind, nullable): &(&str, DataType, bool)| Field::new(*name, kind.clone(), *nullable);
    Arc::new(Schema::new(fields.iter().map(field).collect::<Vec<_>>()))
}

fn table(fields: &[(&str, DataType, bool)], key: &[&str]) -> TargetTable {
    TargetTable {
        schema: schema(fields),
        primary_key: key.iter().map(|column| (*column).to_owned()).collect(),
    }
}

fn able() -> Capabilities {
    Capabilities { creates: true, adds_columns: true, widens: true, ..Capabilities::default() }
}

fn landing(rule: ContractRule) -> Landing {
    let contract = Contract { tables: rule, columns: rule, types: rule, ..Contract::default() };
    Landing { contract, ..Landing::default() }
}

fn effects(
    incoming: &[(&str, DataType, bool)],
    target: &TargetTable,
    landing: &Landing,
) -> Vec<(Option<String>, Effect)> {
    let found = drift(&schema(incoming), Some(target), landing, &able());
    found.findings.into_iter().map(|finding| (finding.column, finding.effect)).collect()
}

use ContractRule::{DiscardRow, DiscardValue, Evolve, Freeze};
use DataType::{Date32, Int32, Int64, Utf8};

#[test]
fn a_table_that_does_not_exist_is_created_or_refused() {
    let rows = schema(&[("id", Int64, true)]);
    let of =
        |rule: ContractRule, can: &Capabilities| drift(&rows, None, &landing(rule), can).findings[0].effect;
    assert_eq!(of(Evolve, &able()), Effect::Changes);
    assert_eq!(of(Freeze, &able()), Effect::Refuses);
    assert_eq!(of(DiscardRow, &able()), Effect::Refuses);
    assert_eq!(of(Evolve, &Capabilities::default()), Effect::Refuses);
}

#[test]
fn a_table_that_takes_the_rows_has_no_findings() {
    let rows = [("id", Int32, false), ("day", Date32, true), ("note", Utf8, true)];
    let target = table(&[("id", Int64, false), ("day", Date32, true), ("note", Utf8, true)], &["id"]);
    assert_eq!(drift(&schema(&rows), Some(&target), &landing(Freeze), &able()).findings, vec![]);
}

#[test]
fn a_new_column_follows_the_contract_for_columns() {
    let rows = [("id", Int64, true), ("color", Utf8, true)];
    let target = table(&[("id", Int64, true), ("colour", Utf8, true)], &[]);
    for (rule, effect) in [
        (Evolve, Effect::Changes),
        (Freeze, Effect::Refuses),
        (DiscardRow, Effect::Quarantines),
        (DiscardValue, Effect::LeavesOut),
    ] {
        let found = effects(&rows, &target, &landing(rule));
        assert_eq!(found, [(Some("color".into()), effect), (Some("colour".into()), Effect::Nothing)]);
    }
    let found = drift(&schema(&rows), Some(&target), &landing(Freeze), &able());
    assert!(found.refuses());
    assert_eq!(
        found.findings[0].outcome,
        "the contract for columns is `freeze`; `renames: { colour: color }` says that it is `colour`"
    );
    let unable = Capabilities { adds_columns: false, ..able() };
    assert!(drift(&schema(&rows), Some(&target), &landing(Evolve), &unable).refuses());
}

#[test]
fn a_declared_rename_is_one_change_and_no_missing_column() {
    let rows = [("id", Int64, true), ("color", Utf8, true)];
    let target = table(&[("id", Int64, true), ("colour", Utf8, true)], &[]);
    let mut rules = landing(Freeze);
    rules.contract.renames.insert("colour".into(), "color".into());
    assert_eq!(effects(&rows, &target, &rules), [(Some("color".into()), Effect::Changes)]);
}

#[test]
fn a_type_that_does_not_hold_follows_the_contract_for_types() {
    let target = table(&[("n", Int32, true)], &[]);
    for (rule, effect) in [
        (Evolve, Effect::Changes),
        (Freeze, Effect::Refuses),
        (DiscardRow, Effect::Quarantines),
        (DiscardValue, Effect::LeavesOut),
    ] {
        assert_eq!(effects(&[("n", Int64, true)], &target, &landing(rule)), [(Some("n".into()), effect)]);
    }
    // Text may hold numbers, but a column of numbers is not widened to text.
    assert_eq!(
        effects(&[("n", Utf8, true)], &target, &landing(Evolve)),
        [(Some("n".into()), Effect::Quarantines)]
    );
    let widened = drift(&schema(&[("n", Int64, true)]), Some(&target), &landing(Evolve), &able());
    assert_eq!(widened.findings[0].outcome, "the column is widened to int64, where the database can");
}

#[test]
fn a_time_without_zone_never_becomes_an_instant() {
    let civil = DataType::Timestamp(TimeUnit::Microsecond, None);
    let instant = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let target = table(&[("at", instant, true)], &[]);
    for rule in [Evolve, Freeze, DiscardRow, DiscardValue] {
        let found = effects(&[("at", civil.clone(), true)], &target, &landing(rule));
        assert_eq!(found, [(Some("at".into()), Effect::Refuses)]);
    }
}

#[test]
fn values_that_may_be_missing_meet_a_column_that_needs_them() {
    let target = table(&[("id", Int64, false), ("name", Utf8, false)], &["id"]);
    let rules = Landing { key: vec!["id".into()], ..landing(Freeze) };
    let found = effects(&[("id", Int64, true), ("name", Utf8, true)], &target, &rules);
    assert_eq!(found, [(Some("name".into()), Effect::Quarantines)]);
}

#[test]
fn keys_that_differ_are_told() {
    let columns = [("id", Int64, true), ("line", Int64, true)];
    let target = table(&columns, &["id"]);
    let of = |mode: WriteMode, key: &[&str]| {
        let key = key.iter().map(|column| (*column).to_owned()).collect();
        effects(&columns, &target, &Landing { mode, key, ..landing(Freeze) })
    };
    assert_eq!(of(WriteMode::Upsert, &["id"]), vec![]);
    assert_eq!(of(WriteMode::Upsert, &["id", "line"]), [(None, Effect::Nothing)]);
    let history = of(WriteMode::History, &["id"]);
    assert_eq!(history, [(None, Effect::Refuses)]);
}
