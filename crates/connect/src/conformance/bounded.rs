//! Laws of the bounds: a connector touches nothing outside of them, and works inside.
//!
//! The systems of the laws are on this machine, which is what a server refuses first.

use std::path::PathBuf;

use towpath_model::{Fault, FaultKind};

use super::bench::{Bench, Order, orders_schema, request};
use crate::bounds::{Bounds, Egress, EgressSettings};
use crate::connector::Context;

/// An empty folder, which is gone when this is.
struct Empty(PathBuf);

impl Empty {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("towpath-law-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        Empty(folder)
    }
}

impl Drop for Empty {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn within(bench: &Bench<'_>, folder: impl Into<PathBuf>, allow: &[&str]) -> Context {
    let allow = allow.iter().map(|entry| (*entry).to_owned()).collect();
    let egress =
        Egress::new(&EgressSettings { allow_private: false, allow }).expect("the settings are right");
    bench.context.clone().within(Bounds::new(folder, egress, Vec::new()))
}

#[track_caller]
fn is_refusal(fault: &Fault, by: &[&str]) {
    let text = fault.to_string();
    assert_eq!(fault.kind(), FaultKind::Config, "{fault:?}");
    assert!(by.iter().any(|by| text.contains(by)), "the fault is no refusal: {fault:?}");
    assert!(fault.hint_text().is_some(), "a refusal without a way out: {fault:?}");
}

/// Every connector: neither a machine nor a file is touched, whichever way is taken.
pub(super) async fn nothing_outside_of_the_bounds_is_touched(bench: &Bench<'_>) {
    const ANY: &[&str] = &["refused by policy", "leads out of the workspace's folder"];
    let (connection, harness) = (bench.harness.connection(), bench.harness);
    let empty = Empty::new(&harness.fresh_table_name());
    let nowhere = within(bench, &empty.0, &[]);
    let checked = bench.patiently("check", bench.connector.check(&connection, &nowhere)).await;
    is_refusal(&bench.clean(checked.expect_err("the check leaves the bounds")), ANY);
    let discovered = bench.patiently("discover", bench.connector.discover(&connection, &nowhere)).await;
    is_refusal(&bench.clean(discovered.expect_err("discovery leaves the bounds")), ANY);

    match bench.connector.source(&connection, &harness.source("orders"), &nowhere) {
        Err(fault) => is_refusal(&bench.clean(fault), ANY),
        Ok(source) => {
            let described = bench.patiently("describe", source.describe()).await;
            is_refusal(&bench.clean(described.expect_err("a source leaves the bounds")), ANY);
        }
    }
    if bench.capabilities().write_modes.is_empty() {
        return;
    }
    match bench.connector.destination(&connection, &harness.destination("orders"), &nowhere) {
        Err(fault) => is_refusal(&bench.clean(fault), ANY),
        Ok(destination) => {
            let request = request(&Order::of(bench.seed_mode()), &orders_schema());
            let begun = bench.patiently("begin", destination.begin(request)).await;
            is_refusal(&bench.clean(begun.err().expect("a destination leaves the bounds")), ANY);
        }
    }
    assert!(empty.0.read_dir().is_ok_and(|mut found| found.next().is_none()), "something was left behind");

    if harness.is_remote() {
        let offline = within(bench, "/", &[]);
        let checked = bench.patiently("check", bench.connector.check(&connection, &offline)).await;
        is_refusal(
            &bench.clean(checked.expect_err("the check leaves the bounds")),
            &["connection refused by policy"],
        );
    }
}

/// Every connector.
pub(super) async fn what_the_bounds_allow_works(bench: &Bench<'_>) {
    let connection = bench.harness.connection();
    let host = connection["host"].as_str().filter(|host| host.starts_with('/')).unwrap_or("localhost");
    let bounded = within(bench, "/", &["127.0.0.1", "::1", host]);
    let checked = bench.patiently("check", bench.connector.check(&connection, &bounded)).await;
    checked.unwrap_or_else(|fault| panic!("the check of an allowed connection fails: {fault:?}"));
}
