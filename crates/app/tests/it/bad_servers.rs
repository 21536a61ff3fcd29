//! Servers that refuse, are not there, or go away.

use std::process::Stdio;

use crate::sandbox::{Sandbox, said};

#[test]
fn wrong_password_and_unknown_host() {
    let home = Sandbox::new();
    let server = towpath_testkit::postgres();
    server.sql("CREATE TABLE t AS SELECT 1 AS id");
    let wrong = format!("{}/t", server.url_as("nobody", "s3cret"));
    let output = home.towpath(&["copy", &wrong, "out.csv"]);
    output.expect(1, &["nobody"]);
    assert!(!output.err.contains("s3cret"), "{output:?}");
    home.towpath(&["copy", "postgresql://me@no-such-host.invalid/db/t", "out.csv"])
        .expect(1, &["no-such-host.invalid", "hint"]);
    home.towpath(&["copy", "mysql://me@127.0.0.1:1/db/t", "out.csv"]).expect(1, &["127.0.0.1:1", "hint"]);
    assert_eq!(home.files(), Vec::<String>::new());
}

#[test]
fn a_connection_killed_half_way_leaves_nothing() {
    let home = Sandbox::new();
    let server = towpath_testkit::postgres();
    server.sql(
        "CREATE TABLE big AS SELECT n AS id, repeat('x', 200) AS text FROM generate_series(1, 400000) n",
    );
    let to = format!("{}/copy_of_big", server.url());
    let from = format!("{}/big", server.url());
    // Kills the writing backend as soon as it is inside its COPY.
    let killer = "DO $$ BEGIN FOR i IN 1..10000000 LOOP
        IF EXISTS (SELECT FROM pg_stat_activity WHERE query ILIKE 'copy%from stdin%' AND datname = current_database()
                   AND pid <> pg_backend_pid() AND state = 'active'
                   AND pg_terminate_backend(pid)) THEN RETURN; END IF;
        PERFORM pg_stat_clear_snapshot();
    END LOOP; RAISE 'there was nothing to kill'; END $$";
    let killed = |retries: &str| {
        let copy = home
            .command(&["copy", &from, &to, "--retries", retries])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        server.sql(killer);
        said(copy.wait_with_output().unwrap())
    };
    killed("0").expect(1, &["nothing was written"]);
    assert_eq!(server.sql("SELECT to_regclass('copy_of_big') IS NULL").trim(), "t");
    // Such a failure may pass: by itself, the program tries once more.
    killed("1").expect(0, &["failed for now", "trying once more", "400"]);
    assert_eq!(server.sql("SELECT count(*) FROM copy_of_big").trim(), "400000");
}

#[test]
fn a_table_that_changes_during_the_run_is_read_as_it_was() {
    let home = Sandbox::new();
    let server = towpath_testkit::postgres();
    server.sql(
        "CREATE TABLE big AS SELECT n AS id, repeat('x', 100) AS text FROM generate_series(1, 300000) n",
    );
    let mut copy = home
        .command(&["copy", &format!("{}/big", server.url()), "-"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // One byte of output shows that the read has begun; the pipe then holds it until the table has changed.
    let mut out = copy.stdout.take().unwrap();
    let mut first = [0];
    std::io::Read::read_exact(&mut out, &mut first).unwrap();
    server.sql(
        "DELETE FROM big WHERE id % 2 = 0; INSERT INTO big SELECT n, 'new' FROM generate_series(1, 1000) n",
    );
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut out, &mut rest).unwrap();
    assert!(copy.wait().unwrap().success());
    assert_eq!(rest.lines().count(), 300_001);
    assert!(!rest.contains("new"));
}
