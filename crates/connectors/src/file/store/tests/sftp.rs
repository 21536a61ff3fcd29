//! SFTP: who may in, who is believed, and what cut connections do.

use std::fs;

use serde_json::json;
use towpath_testkit::{Proxy, SftpServer, Trouble, rclone_sftp, sshd};

use super::*;

/// A connection to OpenSSH's server with a key of its own.
fn by_key(server: &SftpServer, port: u16) -> Value {
    let key = server.key("ed25519", "");
    let fingerprint = server.fingerprint("ed25519");
    json!({ "root": server.url_by(port), "sftp": { "private_key": key, "fingerprint": fingerprint } })
}

async fn check(connection: &Value) -> Result<(), Fault> {
    let place = place(connection, Path::new("/"))?;
    place.store().check().await
}

#[tokio::test]
async fn openssh_obeys_the_laws() {
    let server = sshd();
    let store = remote(&by_key(&server, server.port()), Path::new("/"));
    obeys_the_laws(store.as_ref()).await;
    // Hidden files on the way would have stayed behind.
    let left: Vec<_> = fs::read_dir(server.folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(left.iter().all(|path| path.is_dir()), "{left:?}");
}

#[tokio::test]
async fn another_server_obeys_the_laws_and_opens_by_password() {
    let server = rclone_sftp();
    let fingerprint = server.fingerprint("ed25519");
    let connection = |password: &str| json!({ "root": server.url(), "sftp": { "password": password, "fingerprint": fingerprint } });
    obeys_the_laws(remote(&connection(SftpServer::PASSWORD), Path::new("/")).as_ref()).await;
    let fault = check(&connection("geheim")).await.unwrap_err();
    assert_eq!(fault.kind(), FaultKind::Auth);
    assert!(fault.to_string().contains("refused the password for user `towpath`"), "{fault}");
    assert!(!format!("{fault:?}").contains("geheim"));
}

#[tokio::test]
async fn keys_of_every_kind_open_the_account() {
    let server = sshd();
    let fingerprint = server.fingerprint("ed25519");
    let connection = |more: Value| {
        let mut sftp = json!({ "fingerprint": fingerprint });
        sftp.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "root": server.url(), "sftp": sftp })
    };
    for kind in ["ed25519", "ecdsa", "rsa"] {
        let key = server.key(kind, "");
        check(&connection(json!({ "private_key": key }))).await.unwrap();
        // The text of the key does as well as its path.
        let text = fs::read_to_string(key).unwrap();
        check(&connection(json!({ "private_key": text }))).await.unwrap();
    }
    let locked = server.key("ed25519", "open sesame");
    check(&connection(json!({ "private_key": locked, "passphrase": "open sesame" }))).await.unwrap();
    let kind = async |more: Value| {
        let fault = check(&connection(more)).await.unwrap_err();
        assert!(!format!("{fault:?}").contains("sesam"), "{fault:?}");
        (fault.kind(), fault.to_string())
    };
    let (is, why) = kind(json!({ "private_key": locked })).await;
    assert!(is == FaultKind::Config && why.ends_with("is encrypted"), "{why}");
    let (is, why) = kind(json!({ "private_key": locked, "passphrase": "sesam" })).await;
    assert!(is == FaultKind::Auth && why.ends_with("cannot be opened with this `passphrase`"), "{why}");
    let stranger = server.stranger("ed25519", "");
    let (is, why) = kind(json!({ "private_key": stranger })).await;
    assert!(is == FaultKind::Auth && why.contains("refused the private key for user"), "{why}");
    let (is, why) = kind(json!({ "private_key": server.folder().join("none") })).await;
    assert!(is == FaultKind::NotFound && why.contains("does not exist"), "{why}");
    let (is, why) = kind(json!({ "private_key": "-----BEGIN NONSENSE-----\n" })).await;
    assert!(is == FaultKind::Config && why.contains("is no private key"), "{why}");
}

#[tokio::test]
async fn a_server_must_prove_who_it_is() {
    let server = sshd();
    let key = server.key("ed25519", "");
    let with = |more: Value| {
        let mut sftp = json!({ "private_key": key });
        sftp.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "root": server.url(), "sftp": sftp })
    };
    // Of several keys the server shows the one that is known.
    for kind in ["ed25519", "ecdsa"] {
        check(&with(json!({ "known_hosts": server.known_hosts(kind) }))).await.unwrap();
    }
    let unknown = check(&with(json!({ "known_hosts": "/nowhere/known_hosts" }))).await.unwrap_err();
    assert_eq!(unknown.kind(), FaultKind::Auth);
    let pinned = server.fingerprint("ed25519");
    assert!(unknown.to_string().contains(&pinned), "{unknown}");
    assert!(unknown.hint_text().unwrap().contains(&format!("`fingerprint: {pinned}`")), "{unknown:?}");
    check(&with(json!({ "fingerprint": pinned }))).await.unwrap();
    let other = sshd();
    let wrong = check(&with(json!({ "fingerprint": other.fingerprint("ed25519") }))).await.unwrap_err();
    assert!(wrong.kind() == FaultKind::Auth && wrong.to_string().contains(&pinned), "{wrong}");
    // The list has another key for this server.
    let list = other.known_hosts("ed25519");
    let text = fs::read_to_string(&list).unwrap();
    fs::write(&list, text.replace(&format!(":{}", other.port()), &format!(":{}", server.port()))).unwrap();
    let changed = check(&with(json!({ "known_hosts": list }))).await.unwrap_err();
    assert!(changed.to_string().contains("shows another host key"), "{changed}");
}

#[tokio::test]
async fn faults_say_what_is_wrong_with_the_server_or_the_path() {
    let server = sshd();
    let connection = by_key(&server, server.port());
    let at = |root: String| {
        let mut changed = connection.clone();
        changed["root"] = json!(root);
        changed
    };
    let kind = async |root: String| {
        let fault = check(&at(root)).await.unwrap_err();
        (fault.kind(), fault.to_string())
    };
    let (is, why) = kind(format!("{}/nowhere", server.url())).await;
    assert!(is == FaultKind::NotFound && why.contains("does not exist in `sftp://"), "{why}");
    let (is, why) = kind("sftp://u@127.0.0.1:1/x".into()).await;
    assert!(is == FaultKind::Unavailable && why.contains("refuses connections"), "{why}");
    let (is, why) = kind("sftp://u@no-such-host.invalid/x".into()).await;
    assert!(is == FaultKind::NotFound && why.contains("the host `no-such-host.invalid` cannot be found"));
    // Something that is no SSH server answers.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        use std::io::Write;
        for mut client in listener.incoming().flatten() {
            let _ = client.write_all(b"220 mail.example.com ESMTP\r\n");
        }
    });
    let (is, why) = kind(format!("sftp://u@127.0.0.1:{port}/x")).await;
    assert!(matches!(is, FaultKind::Config | FaultKind::Unavailable), "{why}");
}

#[tokio::test]
async fn links_do_not_lead_out_of_the_root() {
    let server = sshd();
    let outside = server.folder().with_file_name("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("secret.csv"), "a\n1\n").unwrap();
    fs::create_dir(server.folder().join("in")).unwrap();
    fs::write(server.folder().join("in/a.csv"), "a\n1\n").unwrap();
    let link = |to: &str, at: &str| std::os::unix::fs::symlink(to, server.folder().join(at)).unwrap();
    link("../../outside/secret.csv", "in/link.csv");
    link("../../outside", "in/folder");
    link("a.csv", "in/alias.csv");
    link("nowhere", "in/broken.csv");
    let mut connection = by_key(&server, server.port());
    connection["root"] = json!(format!("{}/in", server.url()));
    let place = place(&connection, Path::new("/")).unwrap();
    for path in
        ["link.csv", "*.csv", "folder/secret.csv", "folder/*.csv", "../outside/secret.csv", "/etc/passwd"]
    {
        let fault = place.find(path, &|_| true).await.unwrap_err();
        assert!(fault.to_string().contains("leads out of the connection's folder"), "{path}: {fault}");
    }
    let found = place.find("a*.csv", &|_| true).await.unwrap();
    assert_eq!(found.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["a.csv", "alias.csv"]);
    assert!(place.look("folder/new/out.csv").await.is_err(), "nothing is written outside either");
}

#[tokio::test]
async fn a_download_that_is_cut_goes_on() {
    let server = sshd();
    let content = bytes(60_000_000);
    fs::write(server.folder().join("large.bin"), &content).unwrap();
    // The program sends requests only, so few of its bytes are many of the server's.
    let proxy = Proxy::start(server.port(), Trouble::Reset { after: 6_000 }, 2);
    let store = remote(&by_key(&server, proxy.port()), Path::new("/"));
    let target = tempfile::NamedTempFile::new().unwrap();
    let entry = store.stat("large.bin").await.unwrap().unwrap();
    store.fetch(&entry, target.path()).await.unwrap();
    assert!(fs::read(target.path()).unwrap() == content, "every byte is there once");
    assert!(proxy.is_spent(), "the connection was cut");
}

#[tokio::test]
async fn an_upload_that_is_cut_leaves_the_old_file_and_nothing_else() {
    let server = sshd();
    fs::write(server.folder().join("out.bin"), "old").unwrap();
    let source = tempfile::NamedTempFile::new().unwrap();
    fs::write(source.path(), bytes(8_000_000)).unwrap();
    let left = || fs::read_dir(server.folder()).unwrap().count();
    {
        let proxy = Proxy::start(server.port(), Trouble::Cut { after: 2_000_000 }, u32::MAX);
        let store = remote(&by_key(&server, proxy.port()), Path::new("/"));
        let fault = store.put(source.path(), "out.bin").await.unwrap_err();
        assert_eq!(fault.kind(), FaultKind::Unavailable, "{fault}");
        assert_eq!(fs::read_to_string(server.folder().join("out.bin")).unwrap(), "old");
        assert_eq!(left(), 1, "what was carried so far is removed");
    }
    let proxy = Proxy::start(server.port(), Trouble::Cut { after: 2_000_000 }, 1);
    let store = remote(&by_key(&server, proxy.port()), Path::new("/"));
    store.put(source.path(), "out.bin").await.unwrap();
    assert!(proxy.is_spent());
    assert!(fs::read(server.folder().join("out.bin")).unwrap() == bytes(8_000_000));
    assert_eq!(left(), 1);
}
