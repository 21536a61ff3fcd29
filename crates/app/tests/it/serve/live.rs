//! Live events under clients that others wrote: `websockets` of Python and `ws` of Node, which tell what they checked.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::House;
use super::client::{EMAIL, PASSWORD};
use super::fleet::Fleet;
use crate::sandbox::{Sandbox, said};

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

#[tokio::test]
async fn people_at_one_pipeline_see_each_other_from_two_servers() {
    let store = towpath_testkit::postgres();
    let key = Sandbox::new();
    key.write("key", key.towpath(&["secrets", "new-key"]).expect(0, &[]).out.as_str());
    let (url, file) = (store.url(), key.path("key").display().to_string());
    let options = ["--store", &url, "--key-file", &file];
    let mut house = House::open(&options).await;
    let nodes =
        "{ rows: { source: file, path: in.csv }, out: { destination: file, from: rows, path: out.csv } }";
    house.file("in.csv", "id\n1\n").await;
    house.pipeline(&format!("towpath: 1\nname: sales\nnodes: {nodes}\n")).await;
    assert!(house.stop());
    let fleet = Fleet::start(&house.home, &options, 2);
    let mut script = Command::new(packages().join("bin/python"));
    content(script.arg(script_path("presence.py")).arg(&house.token).args(fleet.addresses()));
    fleet.end();
}

#[tokio::test]
async fn the_program_of_the_guide_hears_of_runs() {
    let house = super::life::with_sales(House::open(&[]).await).await;
    house.pipeline(super::life::SHOP).await;
    let guide = include_str!("../../../../../docs/guides/live-events.md");
    let program = guide.split_once("```python\n").unwrap().1.split_once("```").unwrap().0;
    house.home.write("listen.py", program);
    let mut python = Command::new(packages().join("bin/python"));
    python.arg(house.home.path("listen.py")).stdout(Stdio::piped());
    python.env("SERVER", &house.address).env("KEY", &house.token).env("WORKSPACE", "house");
    let mut listening = python.spawn().unwrap();
    let mut lines = BufReader::new(listening.stdout.take().unwrap()).lines();
    // It says that it listens, and from then on nothing is lost.
    assert_eq!(lines.next().unwrap().unwrap(), "listening");
    let run = house.run("shop").await;
    assert_eq!(lines.next().unwrap().unwrap(), format!("{} done", run["id"].as_str().unwrap()));
    listening.kill().unwrap();
    listening.wait().unwrap();
}

pub(super) fn script_path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/serve").join(name)
}
