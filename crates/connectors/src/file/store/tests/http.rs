//! HTTP: index pages, accounts, cuts, patience, and who gets to see a key.

use std::fs;

use serde_json::json;
use towpath_connect::{Bounds, Egress, EgressSettings};
use towpath_testkit::{Proxy, Trouble, WebServer, nginx};

use super::*;

fn write(server: &WebServer, path: &str, content: impl AsRef<[u8]>) {
    let full = server.folder().join(path);
    fs::create_dir_all(full.parent().unwrap()).unwrap();
    fs::write(full, content).unwrap();
}

fn files(server: &WebServer) -> Value {
    json!({ "root": server.url("/files/") })
}

async fn content(store: &dyn Remote, path: &str) -> Result<Vec<u8>, Fault> {
    let target = tempfile::NamedTempFile::new().unwrap();
    let entry = store.stat(path).await?.unwrap_or_else(|| panic!("{path} is there"));
    store.fetch(&entry, target.path()).await?;
    Ok(fs::read(target.path()).unwrap())
}

#[tokio::test]
async fn files_are_found_by_path_folder_and_pattern() {
    let server = nginx();
    for path in ["a.csv", "in/b.csv", "in/deep/c d&é#1.csv", "in/x.txt", "in/.hidden.csv"] {
        write(&server, path, format!("path\n{path}\n"));
    }
    write(&server, "in/empty.csv", "");
    let place = place(&files(&server), Path::new("/")).unwrap();
    place.store().check().await.unwrap();
    let is_csv = |path: &Path| path.extension().is_some_and(|ending| ending == "csv");
    for (path, expected) in [
        ("a.csv", &["a.csv"][..]),
        ("in/", &["in/b.csv", "in/deep/c d&é#1.csv", "in/empty.csv"]),
        ("in", &["in/b.csv", "in/deep/c d&é#1.csv", "in/empty.csv"]),
        ("in/*.csv", &["in/b.csv", "in/empty.csv"]),
        ("**/c*.csv", &["in/deep/c d&é#1.csv"]),
    ] {
        let found = place.find(path, &is_csv).await.unwrap();
        let found = place.bring(found).await.unwrap();
        assert_eq!(found.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), expected, "{path}");
        for file in found.iter().filter(|file| file.size > 0) {
            assert_eq!(fs::read_to_string(&file.path).unwrap(), format!("path\n{}\n", file.name));
            assert!(file.tag.is_some() && file.modified.is_some());
        }
    }
    let fault = place.find("b.csv", &is_csv).await.unwrap_err();
    assert_eq!(fault.kind(), FaultKind::NotFound);
    assert!(place.find("a.csv?day=1", &is_csv).await.is_ok(), "a query is part of the address");
    let store = remote(&files(&server), Path::new("/"));
    for refused in [store.remove("a.csv").await, store.rename("a.csv", "b.csv").await.map(|_| ())] {
        assert_eq!(refused.unwrap_err().kind(), FaultKind::Config);
    }
}

#[tokio::test]
async fn accounts_and_keys_open_what_is_locked_and_stay_with_their_server() {
    let (server, other) = (nginx(), nginx());
    write(&server, "a.csv", "a\n1\n");
    write(&other, "a.csv", "b\n2\n");
    let store =
        |path: &str, http: Value| remote(&json!({ "root": server.url(path), "http": http }), Path::new("/"));
    let account = json!({ "user": WebServer::USER, "password": WebServer::PASSWORD });
    assert_eq!(content(store("/locked/", account.clone()).as_ref(), "a.csv").await.unwrap(), b"a\n1\n");
    let fault =
        store("/locked/", json!({ "user": "reader", "password": "geheim" })).stat("a.csv").await.unwrap_err();
    assert!(fault.kind() == FaultKind::Auth && !format!("{fault:?}").contains("geheim"), "{fault:?}");
    let key = json!({ "headers": { "X-Key": "geheim" } });
    assert_eq!(content(store("/keyed/", key.clone()).as_ref(), "a.csv").await.unwrap(), b"a\n1\n");
    assert_eq!(store("/keyed/", json!({})).stat("a.csv").await.unwrap_err().kind(), FaultKind::Auth);
    // Redirects are followed, but the account stays behind.
    let away = format!("/away/{}/files/", other.port());
    for secret in [account, key, json!({ "bearer": "geheim" })] {
        assert_eq!(content(store(&away, secret).as_ref(), "a.csv").await.unwrap(), b"b\n2\n");
    }
    assert!(server.requests().contains("geheim"), "its own server was told");
    assert!(
        other.requests().lines().count() >= 6 && other.requests().lines().all(|line| line.ends_with("- -"))
    );
    // One that sends in circles is left alone.
    let fault = store("/circle/", json!({})).stat("a.csv").await.unwrap_err();
    assert!(fault.kind() == FaultKind::Config && fault.to_string().contains("in circles"), "{fault}");
}

#[tokio::test]
async fn a_redirect_leads_no_further_than_the_bounds_allow() {
    let (server, other) = (nginx(), nginx());
    write(&other, "a.csv", "b\n2\n");
    let connection: Connection =
        serde_json::from_value(json!({ "root": server.url(&format!("/away/{}/files/", other.port())) }))
            .unwrap();
    let store = |allow: &[String]| {
        let settings = EgressSettings { allow: allow.to_vec(), ..EgressSettings::default() };
        let bounds = Bounds::new("/", Egress::new(&settings).unwrap(), Vec::new());
        match Place::new(&connection, &Context::new("/").within(bounds)).unwrap().home() {
            Home::Away(remote, _) => Arc::clone(remote),
            Home::Here(_) => panic!("a connection to this machine"),
        }
    };
    let (here, there) = (format!("127.0.0.1:{}", server.port()), format!("127.0.0.1:{}", other.port()));
    let fault = content(store(std::slice::from_ref(&here)).as_ref(), "a.csv").await.unwrap_err();
    assert_eq!(fault.to_string(), "connection refused by policy: `127.0.0.1` is an address of this machine");
    assert!(server.requests().contains("/away/") && other.requests().is_empty());
    assert_eq!(content(store(&[here, there]).as_ref(), "a.csv").await.unwrap(), b"b\n2\n");
}

#[tokio::test]
async fn a_download_that_is_cut_goes_on_with_the_same_version_only() {
    let server = nginx();
    let large = bytes(20_000_000);
    write(&server, "large.bin", &large);
    let proxy = Proxy::start(server.port(), Trouble::CutAnswer { after: 6_000_000 }, 2);
    let through = json!({ "root": format!("http://127.0.0.1:{}/files/", proxy.port()) });
    let store = remote(&through, Path::new("/"));
    assert!(content(store.as_ref(), "large.bin").await.unwrap() == large);
    assert!(proxy.is_spent());
    let ranges = server.requests().lines().count();
    assert!(ranges >= 4, "one look, one download, two for the rest: {ranges}");
    let entry = store.stat("large.bin").await.unwrap().unwrap();
    write(&server, "large.bin", "another");
    let target = tempfile::NamedTempFile::new().unwrap();
    let fault = store.fetch(&entry, target.path()).await.unwrap_err();
    assert!(fault.to_string().contains("changed while it was read"), "{fault}");
}

#[tokio::test]
async fn compressed_answers_are_unpacked_and_large_ones_refused() {
    let server = nginx();
    let text = "a,b\n".repeat(500_000);
    write(&server, "a.csv", &text);
    let root = json!({ "root": server.url("/packed/") });
    assert!(content(remote(&root, Path::new("/")).as_ref(), "a.csv").await.unwrap() == text.as_bytes());
    for path in ["/packed/", "/files/"] {
        let small = json!({ "root": server.url(path), "http": { "max_megabytes": 1 } });
        let fault = content(remote(&small, Path::new("/")).as_ref(), "a.csv").await.unwrap_err();
        assert!(fault.to_string().contains("larger than 1 MB"), "{fault}");
    }
}

#[tokio::test]
async fn a_busy_server_is_given_time_and_a_broken_one_is_not_blamed_on_the_user() {
    let server = nginx();
    write(&server, "a.csv", "a\n1\n");
    let busy = remote(&json!({ "root": server.url("/busy/") }), Path::new("/"));
    for _ in 0..3 {
        assert_eq!(content(busy.as_ref(), "a.csv").await.unwrap(), b"a\n1\n");
    }
    let broken = remote(&json!({ "root": server.url("/broken/") }), Path::new("/"));
    assert_eq!(broken.stat("a.csv").await.unwrap_err().kind(), FaultKind::Unavailable);
    let gone = remote(&json!({ "root": "http://127.0.0.1:1/" }), Path::new("/"));
    let fault = gone.stat("a.csv").await.unwrap_err();
    assert!(
        fault.kind() == FaultKind::Unavailable && fault.to_string().contains("refuses connections"),
        "{fault}"
    );
    let lost = remote(&json!({ "root": "http://no-such-host.invalid/" }), Path::new("/"));
    assert_eq!(lost.stat("a.csv").await.unwrap_err().kind(), FaultKind::NotFound);
}
