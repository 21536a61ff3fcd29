//! S3: parts, keys, and listings. `TOWPATH_TEST_S3` runs these tests on another server than the lenient one.

use std::fs;

use serde_json::json;
use towpath_testkit::{Proxy, S3Server, Trouble, s3};

use super::*;

fn connection(server: &S3Server, endpoint: &str, secret: &str) -> Value {
    let prefix = format!("t-{}", towpath_model::LoadId::generate());
    json!({
        "root": format!("s3://{}/{prefix}/", server.bucket),
        "s3": { "endpoint": endpoint, "access_key": server.access_key, "secret_key": secret },
    })
}

#[tokio::test]
async fn a_bucket_obeys_the_laws() {
    let server = s3();
    let connection = connection(&server, &server.endpoint, &server.secret_key);
    obeys_the_laws(remote(&connection, Path::new("/")).as_ref()).await;
}

#[tokio::test]
async fn a_file_that_arrives_in_parts_is_one_file() {
    let server = s3();
    let store = remote(&connection(&server, &server.endpoint, &server.secret_key), Path::new("/"));
    let (source, target) = (tempfile::NamedTempFile::new().unwrap(), tempfile::NamedTempFile::new().unwrap());
    let content = bytes(27_000_001);
    fs::write(source.path(), &content).unwrap();
    store.put(source.path(), "large.bin").await.unwrap();
    let entry = store.stat("large.bin").await.unwrap().unwrap();
    store.fetch(&entry, target.path()).await.unwrap();
    assert!(fs::read(target.path()).unwrap() == content);
    store.remove("large.bin").await.unwrap();
}

#[tokio::test]
async fn faults_say_what_is_wrong_with_server_bucket_or_key() {
    let server = s3();
    let fault = async |connection: Value| {
        let fault = place(&connection, Path::new("/")).unwrap().store().check().await.unwrap_err();
        assert!(!format!("{fault:?}").contains("geheim"), "{fault:?}");
        (fault.kind(), fault.to_string())
    };
    let good = connection(&server, &server.endpoint, &server.secret_key);
    let mut elsewhere = good.clone();
    elsewhere["root"] = json!("s3://no-such-bucket-of-towpath/x");
    let (is, why) = fault(elsewhere).await;
    assert!(
        is == FaultKind::NotFound && why.contains("bucket of `s3://no-such-bucket-of-towpath/x`"),
        "{why}"
    );
    let (is, why) = fault(connection(&server, "http://127.0.0.1:1", "geheim")).await;
    assert!(is == FaultKind::Unavailable && why.contains("cannot be reached"), "{why}");
    if server.checks_secrets {
        let (is, why) = fault(connection(&server, &server.endpoint, "geheim")).await;
        assert!(is == FaultKind::Auth, "{why}");
    }
    for (wrong, why) in [
        (json!({ "access_key": "a" }), "`access_key` and `secret_key` go together"),
        (json!({ "anonymous": true, "access_key": "a", "secret_key": "b" }), "exclude each other"),
        (json!({ "endpoint": "host:9000" }), "no address"),
    ] {
        let connection = json!({ "root": "s3://bucket/x", "s3": wrong });
        assert!(place(&connection, Path::new("/")).unwrap_err().to_string().contains(why), "{why}");
    }
}

#[tokio::test]
async fn cut_connections_are_made_anew() {
    let server = s3();
    // Only a server of this machine can have a proxy before it.
    let Some(port) = server.port() else { return };
    let store = remote(&connection(&server, &server.endpoint, &server.secret_key), Path::new("/"));
    let (source, target) = (tempfile::NamedTempFile::new().unwrap(), tempfile::NamedTempFile::new().unwrap());
    let content = bytes(20_000_000);
    fs::write(source.path(), &content).unwrap();
    store.put(source.path(), "x.bin").await.unwrap();
    let entry = store.stat("x.bin").await.unwrap().unwrap();
    let proxy = Proxy::start(port, Trouble::CutAnswer { after: 3_000_000 }, 2);
    let through = format!("http://127.0.0.1:{}", proxy.port());
    let mut cut = connection(&server, &through, &server.secret_key);
    cut["root"] = json!(store.root());
    let cut = remote(&cut, Path::new("/"));
    cut.fetch(&entry, target.path()).await.unwrap();
    assert!(proxy.is_spent() && fs::read(target.path()).unwrap() == content);
}
