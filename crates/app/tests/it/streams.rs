//! Standard input and output as source and target.

use std::io::Write;
use std::process::Stdio;

use crate::sandbox::{Sandbox, said};

const ORDERS: &str =
    "id,day,amount,code\n1,2025-01-02,12.50,007\n2,2025-01-03,3.00,012\n3,2025-01-04,8.25,\n";

fn pipeline(source: &str, destination: &str) -> String {
    format!(
        "towpath: 1\nname: through\nnodes:\n  rows: {{ source: file, {source} }}\n  load: {{ destination: file, from: rows, mode: overwrite, {destination} }}\n"
    )
}

#[test]
fn every_format_goes_through_standard_output_and_input() {
    let home = Sandbox::new();
    home.write("in.csv", ORDERS);
    for format in ["csv", "ndjson", "json", "parquet", "arrow"] {
        home.write("out.yaml", pipeline("path: in.csv", &format!("path: \"-\", format: {format}")));
        let out = home.command(&["run", "out.yaml"]).output().unwrap();
        assert!(!out.stdout.is_empty() && out.status.success(), "{format}: {:?}", said(out));
        home.write("piped", &out.stdout);
        // The format is found from the first bytes.
        home.write("in.yaml", pipeline("path: \"-\"", "path: back.csv"));
        let mut command = home.command(&["run", "in.yaml"]);
        command.stdin(std::fs::File::open(home.path("piped")).unwrap());
        said(command.output().unwrap()).expect(0, &["3 rows written"]);
        assert_eq!(home.read("back.csv"), ORDERS, "{format}");
    }
}

#[test]
fn ctrl_c_ends_a_wait_for_input_that_never_comes() {
    let home = Sandbox::new();
    std::fs::create_dir(home.path("scratch")).unwrap();
    let mut child = home
        .command(&["copy", "-", "out.csv"])
        .env("TMPDIR", home.path("scratch"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // More than a pipe holds: when all of it is taken, the program waits for the rest.
    let mut input = child.stdin.take().unwrap();
    input.write_all(&b"id,text\n1,one\n".repeat(20_000)).unwrap();
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let said = said(child.wait_with_output().unwrap());
    drop(input);
    said.expect(1, &["cancel"]);
    assert_eq!(home.files(), Vec::<String>::new(), "{said:?}");
}
