//! The whole program with files on servers: the same pipeline everywhere, and nothing left behind.

use std::process::Command;

use towpath_testkit::{SftpServer, nginx, rclone_sftp, s3, sshd};

use crate::sandbox::{Said, Sandbox, said};

const SALES: &str = "id,amount\n1,9.50\n2,1.00\n3,7.25\n";

/// The program of a user whose home folder and folder for temporary files are in the sandbox.
fn at_home(home: &Sandbox, args: &[&str]) -> Command {
    let mut command = home.command(args);
    std::fs::create_dir_all(home.path("tmp")).unwrap();
    command.env("HOME", home.path("")).env("TMPDIR", home.path("tmp")).env_remove("SSH_AUTH_SOCK");
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL", "http_proxy", "HTTP_PROXY"]
    {
        command.env_remove(name);
    }
    command
}

fn run(home: &Sandbox, args: &[&str]) -> Said {
    said(at_home(home, args).output().unwrap())
}

/// Gives the user a key for the server, and lets the server be known, as `ssh` would have it.
fn introduce(home: &Sandbox, server: &SftpServer) {
    std::fs::create_dir_all(home.path(".ssh")).unwrap();
    std::fs::copy(server.key("ed25519", ""), home.path(".ssh/id_ed25519")).unwrap();
    std::fs::copy(server.known_hosts("ed25519"), home.path(".ssh/known_hosts")).unwrap();
}

#[test]
fn files_are_copied_to_a_server_and_back_by_their_urls() {
    let (home, server) = (Sandbox::new(), sshd());
    home.write("sales.csv", SALES);
    let url = format!("{}/in/sales.csv", server.url());
    run(&home, &["copy", "sales.csv", &url]).expect(1, &["is not known"]);
    introduce(&home, &server);
    run(&home, &["copy", "sales.csv", &url]).expect(0, &["3"]);
    assert_eq!(std::fs::read_to_string(server.folder().join("in/sales.csv")).unwrap(), SALES);
    run(&home, &["copy", &url, "back.csv"]).expect(0, &[]);
    assert_eq!(home.read("back.csv"), SALES);
    // Rows are added, and a folder gets a file, as on this machine.
    run(&home, &["copy", "sales.csv", &url, "--mode", "append"]).expect(0, &[]);
    let doubled = format!("{SALES}{}", SALES.strip_prefix("id,amount\n").unwrap());
    assert_eq!(std::fs::read_to_string(server.folder().join("in/sales.csv")).unwrap(), doubled);
    let pattern = format!("{}/*/s*.csv", server.url());
    run(&home, &["copy", &pattern, "all.parquet"]).expect(0, &["6"]);
    run(&home, &["copy", &format!("{}/in/sale.csv", server.url()), "x.csv"])
        .expect(1, &["did you mean `sales.csv`?"]);
    let left: Vec<_> = std::fs::read_dir(home.path("tmp")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    let hidden = std::fs::read_dir(server.folder().join("in")).unwrap().count();
    assert_eq!(hidden, 1, "nothing but the file itself stays on the server");
}

#[test]
fn one_pipeline_reads_every_place_by_its_connection() {
    let (home, sftp, web, bucket) = (Sandbox::new(), rclone_sftp(), nginx(), s3());
    let pipeline = |connection: &str| {
        format!(
            "towpath: 1\nname: p\nnodes:\n  sales: {{ source: file, connection: {connection}, path: \"*/sales.csv\" }}\n  \
             load: {{ destination: file, from: sales, path: {connection}.csv, mode: overwrite }}\n"
        )
    };
    for folder in [sftp.folder(), web.folder(), home.path("data")] {
        std::fs::create_dir_all(folder.join("in")).unwrap();
        std::fs::write(folder.join("in/sales.csv"), SALES).unwrap();
    }
    home.write(
        "connections.yaml",
        format!(
            "here: {{ connector: file, root: data }}\n\
             drop: {{ connector: file, root: \"{}\", sftp: {{ password: \"{}\", fingerprint: \"{}\" }} }}\n\
             web: {{ connector: file, root: \"{}\" }}\n\
             lake: {{ connector: file, root: \"s3://{}/places\", s3: {{ endpoint: \"{}\", access_key: {}, secret_key: {} }} }}\n",
            sftp.url(),
            SftpServer::PASSWORD,
            sftp.fingerprint("ed25519"),
            web.url("/files/"),
            bucket.bucket,
            bucket.endpoint,
            bucket.access_key,
            bucket.secret_key,
        ),
    );
    run(&home, &["copy", "data/in/sales.csv", "lake:in/sales.csv"]).expect(0, &[]);
    for connection in ["here", "drop", "web", "lake"] {
        home.write("p.yaml", pipeline(connection));
        run(&home, &["run", "p.yaml"]).expect(0, &[]);
        assert_eq!(home.read(&format!("{connection}.csv")), SALES);
        run(&home, &["discover", connection]).expect(0, &["in/sales.csv"]);
    }
    // A web server is read only, and is refused before anything runs.
    run(&home, &["copy", "data/in/sales.csv", "web:in/new.csv"]).expect(2, &["can only be read"]);
}

#[test]
fn secrets_in_urls_are_neither_printed_nor_told() {
    let home = Sandbox::new();
    home.write("sales.csv", SALES);
    let url = "sftp://me:geheim@127.0.0.1:1/in/sales.csv";
    let printed = run(&home, &["copy", url, "sales.csv", "--print"]);
    printed.expect(0, &["sftp://me@127.0.0.1:1/in/", "${env.SOURCE_SFTP_PASSWORD}"]);
    let failed = run(&home, &["copy", url, "x.csv"]);
    failed.expect(1, &["refuses connections"]);
    let web = run(&home, &["copy", "http://me:geheim@127.0.0.1:1/sales.csv", "x.csv"]);
    web.expect(1, &["refuses connections"]);
    for said in [printed, failed, web] {
        assert!(!said.out.contains("geheim") && !said.err.contains("geheim"), "{said:?}");
    }
}
