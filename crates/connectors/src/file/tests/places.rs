//! The conformance laws on servers: what holds for files here holds for files there.

use towpath_testkit::{s3, sshd};

use super::laws::{APPEND, BOTH, Kept, OVERWRITE};
use super::*;

#[tokio::test]
async fn files_on_an_sftp_server_obey_the_laws() {
    let server = sshd();
    let (key, fingerprint) = (server.key("ed25519", ""), server.fingerprint("ed25519"));
    let at = |folder: &str| {
        std::fs::create_dir(server.folder().join(folder)).unwrap();
        let sftp = json!({ "private_key": key, "fingerprint": fingerprint });
        let unreachable = json!({ "root": format!("{}/no-such-folder", server.url()), "sftp": sftp });
        (json!({ "root": format!("{}/{folder}", server.url()), "sftp": sftp }), unreachable)
    };
    Kept::new(".csv", "csv", BOTH).at(at("csv")).obeys().await;
    Kept::new(".parquet", "parquet", OVERWRITE).at(at("parquet")).obeys().await;
    Kept::new("/", "parquet", APPEND).at(at("folders")).obeys().await;
}

#[tokio::test]
async fn files_in_a_bucket_obey_the_laws() {
    let server = s3();
    let at = |folder: &str| {
        let s3 = |endpoint: &str| json!({ "endpoint": endpoint, "access_key": server.access_key, "secret_key": server.secret_key });
        let root = format!("s3://{}/laws-{}/{folder}", server.bucket, LoadId::generate());
        let unreachable = json!({ "root": root, "s3": s3("http://127.0.0.1:1") });
        (json!({ "root": root, "s3": s3(&server.endpoint) }), unreachable)
    };
    Kept::new(".csv", "csv", BOTH).at(at("csv")).obeys().await;
    Kept::new("/", "parquet", APPEND).at(at("folders")).obeys().await;
    Kept::new("/", "ndjson", APPEND).at(at("lines")).obeys().await;
}
