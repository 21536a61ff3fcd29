//! What every store must keep, on real servers, and what each of them does of its own.

mod http;
mod s3;
mod sftp;

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use towpath_connect::Context;
use towpath_model::{Fault, FaultKind};

use super::super::config::Connection;
use super::super::place::{Home, Place};
use super::{Entry, Kind, Remote};

fn place(connection: &Value, base: &Path) -> Result<Place, Fault> {
    let connection: Connection = serde_json::from_value(connection.clone()).unwrap();
    Place::new(&connection, &Context::new(base))
}

/// The remote store of a connection.
fn remote(connection: &Value, base: &Path) -> Arc<dyn Remote> {
    match place(connection, base).unwrap().home() {
        Home::Away(remote, _) => Arc::clone(remote),
        Home::Here(_) => panic!("a connection to this machine"),
    }
}

/// Bytes that differ everywhere, so that a piece out of its place shows.
fn bytes(size: usize) -> Vec<u8> {
    let mut state = 7u64;
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    };
    (0..size).map(next).collect()
}

fn paths(mut entries: Vec<Entry>) -> Vec<String> {
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    entries.into_iter().map(|entry| entry.path).collect()
}

/// What every store that can be written keeps; it must be empty.
async fn obeys_the_laws(store: &dyn Remote) {
    let scratch = tempfile::tempdir().unwrap();
    let (up, down) = (scratch.path().join("up"), scratch.path().join("down"));
    let put = async |path: &str, content: &[u8]| {
        std::fs::write(&up, content).unwrap();
        store.put(&up, path).await.unwrap();
    };
    let content = async |path: &str| {
        let entry = store.stat(path).await.unwrap().unwrap_or_else(|| panic!("{path} is there"));
        assert_eq!((entry.path.as_str(), entry.kind), (path, Kind::File));
        store.fetch(&entry, &down).await.unwrap();
        let found = std::fs::read(&down).unwrap();
        assert_eq!(found.len() as u64, entry.size);
        found
    };
    store.check().await.unwrap();

    // Small, empty and large files come back as they are, by names with odd characters too.
    let large = bytes(12_345_678);
    for (path, bytes) in [
        ("a.csv", &b"x\n"[..]),
        ("empty.csv", b""),
        ("deep/er/large.bin", &large),
        ("odd/a b+c%20d&é#1.csv", b"odd"),
    ] {
        put(path, bytes).await;
        assert!(content(path).await == bytes, "{path} comes back as it was");
    }
    // A file is replaced as a whole, and nothing else is left.
    put("deep/er/large.bin", b"short").await;
    assert_eq!(content("deep/er/large.bin").await, b"short");

    let listed = store.list("").await.unwrap();
    assert_eq!(listed.iter().filter(|entry| entry.is_folder()).count(), 2);
    assert_eq!(paths(listed), ["a.csv", "deep", "empty.csv", "odd"]);
    assert_eq!(paths(store.list("deep/er").await.unwrap()), ["deep/er/large.bin"]);
    let all = ["a.csv", "deep/er/large.bin", "empty.csv", "odd/a b+c%20d&é#1.csv"];
    let walked = store.walk("").await.unwrap();
    for entry in &walked {
        // What is listed is what is looked at, or files would be carried twice.
        let looked = store.stat(&entry.path).await.unwrap().unwrap();
        let version = |entry: &Entry| (entry.size, entry.modified, entry.tag.clone());
        assert_eq!(version(&looked), version(entry), "{}", entry.path);
        assert!(looked.modified.is_some());
    }
    assert_eq!(paths(walked), all);
    assert_eq!(paths(store.walk("deep").await.unwrap()), ["deep/er/large.bin"]);
    assert!(store.stat("deep").await.unwrap().unwrap().is_folder());
    for path in ["nothing", "a.csv/x", "deep/nothing", "no/where/at/all.csv"] {
        assert_eq!(store.stat(path).await.unwrap(), None, "{path}");
    }
    assert_eq!(store.list("nowhere").await.unwrap_err().kind(), FaultKind::NotFound);

    // A file that became another one is not taken for the one that was listed.
    let before = store.stat("a.csv").await.unwrap().unwrap();
    put("a.csv", b"another\n").await;
    let fault = store.fetch(&Entry { size: before.size, ..before }, &down).await.unwrap_err();
    assert!(fault.to_string().contains("`a.csv` changed while it was read"), "{fault}");

    // Moves make folders, and replace nothing.
    assert!(store.rename("a.csv", "done/2026/a.csv").await.unwrap());
    assert_eq!(store.stat("a.csv").await.unwrap(), None);
    assert_eq!(content("done/2026/a.csv").await, b"another\n");
    put("a.csv", b"new").await;
    assert!(!store.rename("a.csv", "done/2026/a.csv").await.unwrap());
    assert_eq!(content("a.csv").await, b"new");
    assert_eq!(content("done/2026/a.csv").await, b"another\n");
    assert_eq!(store.rename("nothing", "x.csv").await.unwrap_err().kind(), FaultKind::NotFound);

    store.remove("a.csv").await.unwrap();
    assert_eq!(store.stat("a.csv").await.unwrap(), None);
    for path in ["empty.csv", "deep/er/large.bin", "odd/a b+c%20d&é#1.csv", "done/2026/a.csv"] {
        store.remove(path).await.unwrap();
    }
    assert_eq!(store.walk("").await.unwrap(), []);
}
