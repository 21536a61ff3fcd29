//! Live events under clients that others wrote: `websockets` of Python and `ws` of Node, which tell what they checked.

use std::path::PathBuf;
use std::process::Command;

use super::House;
use super::client::{EMAIL, PASSWORD};
use crate::sandbox::said;

const WANTED: &str = include_str!("../../../../../tools/interface.txt");

/// The folder with the packages of Python and Node that try the interface.
pub(super) fn packages() -> PathBuf {
    let folder = |variable: &str| std::env::var_os(variable).map(PathBuf::from);
    let cache = folder("XDG_CACHE_HOME").or_else(|| folder("HOME").map(|home| home.join(".cache")));
    let folder =
        folder("TOWPATH_TEST_INTERFACE").or_else(|| cache.map(|cache| cache.join("towpath/interface")));
    let folder = folder.unwrap();
    let installed = std::fs::read_to_string(folder.join("installed.txt")).unwrap_or_default();
    assert_eq!(
        installed,
        WANTED,
        "the packages of tools/interface.txt are missing in {}; run `tools/prepare.sh interface`",
        folder.display()
    );
    folder
}

/// Runs a script to its end, and shows what it checked when it is not content.
#[track_caller]
pub(super) fn content(command: &mut Command) {
    let said = said(command.output().unwrap());
    assert_eq!(said.code, 0, "{}\n{}", said.out, said.err);
}

#[tokio::test]
async fn a_client_of_python_finds_live_events_as_the_protocol_has_them() {
    let house = House::open(&[]).await;
    let mut script = Command::new(packages().join("bin/python"));
    script.arg(script_path("live.py")).args([&house.address, &house.token, EMAIL, PASSWORD]);
    content(script.arg(house.process().to_string()).arg(house.home.path("data/towpath.db")));
}

#[tokio::test]
async fn a_client_of_node_finds_live_events_as_a_page_does() {
    let house = House::open(&[]).await;
    let mut script = Command::new("node");
    content(script.arg(script_path("live.mjs")).arg(packages()).args([&house.address, EMAIL, PASSWORD]));
}

pub(super) fn script_path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/serve").join(name)
}
