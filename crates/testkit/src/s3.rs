//! An S3 server for tests: moto, which takes any secret, or the server that `TOWPATH_TEST_S3` names.

use std::process::Command;

use crate::daemon::{Daemon, python_program};

/// Holds endpoint, access key, secret key and bucket of a running server, separated by spaces. The bucket exists.
const VARIABLE: &str = "TOWPATH_TEST_S3";

/// A running S3 server and a bucket of it.
#[derive(Debug)]
pub struct S3Server {
    daemon: Option<Daemon>,
    /// Address of the server.
    pub endpoint: String,
    /// Name of a key.
    pub access_key: String,
    /// Secret of the key.
    pub secret_key: String,
    /// A bucket that the key may use.
    pub bucket: String,
    /// The server refuses a wrong secret.
    pub checks_secrets: bool,
}

/// A bucket on the server that the environment names, or on one of this process.
pub fn s3() -> S3Server {
    if let Ok(given) = std::env::var(VARIABLE) {
        let parts: Vec<&str> = given.split_whitespace().collect();
        let [endpoint, access_key, secret_key, bucket] = parts.as_slice() else {
            panic!("{VARIABLE} holds endpoint, access key, secret key and bucket");
        };
        return S3Server {
            daemon: None,
            endpoint: (*endpoint).to_owned(),
            access_key: (*access_key).to_owned(),
            secret_key: (*secret_key).to_owned(),
            bucket: (*bucket).to_owned(),
            checks_secrets: true,
        };
    }
    let moto = python_program("moto_server");
    let daemon = Daemon::start("s3", |_, port| {
        let mut command = Command::new(&moto);
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        command
    });
    let endpoint = format!("http://127.0.0.1:{}", daemon.port);
    let bucket = "towpath-test".to_owned();
    put_bucket(daemon.port, &bucket);
    S3Server {
        daemon: Some(daemon),
        endpoint,
        access_key: "AKTEST".into(),
        secret_key: "SKTEST1234".into(),
        bucket,
        checks_secrets: false,
    }
}

impl S3Server {
    /// Port of a server of this process on the loopback address.
    pub fn port(&self) -> Option<u16> {
        self.daemon.as_ref().map(|daemon| daemon.port)
    }
}

/// Makes a bucket. The server of this process asks for no signature.
fn put_bucket(port: u16, bucket: &str) {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).expect("the server answers");
    let request = format!(
        "PUT /{bucket} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("the server reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the server answers");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}
