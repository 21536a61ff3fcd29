//! Files within bounds: what a path, a link, a root or a move may lead to.

use std::fs;
use std::os::unix::fs::symlink;

use towpath_connect::{Bounds, Egress};
use towpath_model::FaultKind;

use super::*;

/// A folder for pipelines, and one beside it that is not.
struct Yard(tempfile::TempDir);

impl Yard {
    fn new() -> Self {
        let yard = Yard(tempfile::tempdir().unwrap());
        for folder in ["inside/out", "outside"] {
            fs::create_dir_all(yard.0.path().join(folder)).unwrap();
        }
        fs::write(yard.0.path().join("inside/a.csv"), "a\n1\n").unwrap();
        fs::write(yard.0.path().join("outside/secret.csv"), "a\n2\n").unwrap();
        symlink(yard.0.path().join("outside"), yard.0.path().join("inside/link")).unwrap();
        symlink(yard.0.path().join("outside/new.csv"), yard.0.path().join("inside/dangling.csv")).unwrap();
        yard
    }

    fn context(&self) -> Context {
        let inside = self.0.path().join("inside");
        Context::new(&inside).within(Bounds::new(inside, Egress::open(), Vec::new()))
    }

    async fn read(&self, connection: Value, settings: Value) -> Result<StreamInfo, Fault> {
        connector().source(&connection, &settings, &self.context())?.describe().await
    }

    async fn write(&self, connection: Value, path: &str) -> Result<Receipt, Fault> {
        let settings = json!({ "path": path, "format": "csv" });
        let destination = connector().destination(&connection, &settings, &self.context())?;
        let schema = arrow::datatypes::Schema::new(vec![arrow::datatypes::Field::new(
            "a",
            arrow::datatypes::DataType::Int64,
            true,
        )]);
        let order = LoadRequest {
            mode: WriteMode::Overwrite,
            ..LoadRequest::new(LoadId::generate(), "t", Arc::new(schema), Arc::new(MemoryRejects::default()))
        };
        destination.begin(order).await?.commit().await
    }

    fn outside(&self) -> Vec<String> {
        let found = fs::read_dir(self.0.path().join("outside")).unwrap();
        found.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

#[track_caller]
fn is_outside(path: &str, fault: &Fault) {
    assert_eq!(fault.to_string(), format!("path `{path}` leads out of the workspace's folder"));
    assert_eq!(fault.kind(), FaultKind::Config);
}

#[tokio::test]
async fn nothing_is_read_outside_and_nobody_learns_what_is_there() {
    let yard = Yard::new();
    assert_eq!(yard.read(json!({}), json!({ "path": "a.csv" })).await.unwrap().schema.fields().len(), 1);
    let absolute = |path: &str| yard.0.path().join(path).display().to_string();
    for path in [
        "../outside/secret.csv",
        "../outside/no-such.csv",
        "x/../../outside/secret.csv",
        "link/secret.csv",
        "link/no-such.csv",
        "link/",
        "dangling.csv",
        &absolute("outside/secret.csv"),
        &absolute("outside/no-such.csv"),
        "/etc/passwd",
        "/dev/stdin",
        "/proc/self/environ",
        "../*/secret.csv",
        "link/*.csv",
    ] {
        let fault = yard.read(json!({}), json!({ "path": path, "format": "csv" })).await.unwrap_err();
        is_outside(path, &fault);
    }
    for root in ["..", "/", "link", "../outside"] {
        let fault = yard.read(json!({ "root": root }), json!({ "path": "secret.csv" })).await.unwrap_err();
        is_outside(root, &fault);
    }
    let fault = yard.read(json!({}), json!({ "path": "-", "format": "csv" })).await.unwrap_err();
    assert!(fault.to_string().contains("`-` has no meaning on a server"), "{fault}");
    // With a root inside, the root is the limit.
    let inner = json!({ "root": "out" });
    let fault = yard.read(inner, json!({ "path": "../a.csv" })).await.unwrap_err();
    assert!(fault.to_string().contains("leads out of the connection's folder"), "{fault}");
}

#[tokio::test]
async fn nothing_is_written_or_moved_outside() {
    let yard = Yard::new();
    for path in ["../outside/x.csv", "link/x.csv", "dangling.csv", "../outside/", "link/", "/tmp/x.csv"] {
        is_outside(path, &yard.write(json!({}), path).await.unwrap_err());
    }
    assert!(yard.write(json!({}), "-").await.is_err());
    yard.write(json!({}), "out/new/b.csv").await.unwrap();
    for to in ["../outside/", "link/"] {
        let settings = json!({ "path": "a.csv", "read": "new", "after": { "archive": to } });
        let source = match connector().source(&json!({}), &settings, &yard.context()) {
            Ok(source) => source,
            Err(fault) => {
                assert!(fault.to_string().contains("leads out of the workspace's folder"), "{fault}");
                continue;
            }
        };
        let items = source.intake().await.unwrap().unwrap().items;
        let fault = source.settle(&items, towpath_connect::Settlement::Done).await.unwrap_err();
        assert!(fault.to_string().contains("leads out of the workspace's folder"), "{fault}");
    }
    assert_eq!(yard.outside(), ["secret.csv"]);
    assert!(yard.0.path().join("inside/a.csv").exists());
}

#[tokio::test]
async fn keys_of_the_account_and_files_beside_the_folder_open_no_server() {
    let yard = Yard::new();
    let check = async |connection: Value| connector().check(&connection, &yard.context()).await.unwrap_err();
    let sftp = |settings: Value| json!({ "root": "sftp://me@127.0.0.1:1/", "sftp": settings });
    let fault = check(sftp(json!({ "password": "x", "known_hosts": "/etc/ssh/ssh_known_hosts" }))).await;
    is_outside("/etc/ssh/ssh_known_hosts", &fault);
    let fault = check(sftp(json!({ "agent": true }))).await;
    assert!(fault.to_string().contains("refused by policy"), "{fault}");
    let fault = check(json!({ "root": "sftp://127.0.0.1:1/", "sftp": { "password": "x" } })).await;
    assert!(fault.to_string().contains("names no user"), "{fault}");
    let fault =
        check(json!({ "root": "s3://bucket", "s3": { "ca_file": "../outside/ca.pem", "anonymous": true } }))
            .await;
    is_outside("../outside/ca.pem", &fault);
    let fault =
        check(json!({ "root": "https://127.0.0.1:1/", "http": { "ca_file": "/etc/ssl/certs/x.pem" } })).await;
    is_outside("/etc/ssl/certs/x.pem", &fault);
    let fault = check(json!({ "root": "s3://bucket" })).await;
    assert!(fault.kind() == FaultKind::Auth && !fault.hint_text().unwrap().contains("AWS_"), "{fault:?}");
}
