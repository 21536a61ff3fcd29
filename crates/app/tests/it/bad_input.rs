//! Input that is not as it should be: each gets a clear message and the right exit code, and nothing is lost.

use crate::sandbox::Sandbox;

const TO: &str = "sqlite:///out.db/t";

#[test]
fn missing_file() {
    let home = Sandbox::new();
    home.write("sales.csv", "a\n1\n");
    home.towpath(&["copy", "sale.csv", TO]).expect(1, &["`sale.csv`", "did you mean `sales.csv`?"]);
    home.towpath(&["run", "nothing.yaml"]).expect(2, &["`nothing.yaml`", "there is no such file"]);
    assert_eq!(home.files(), ["sales.csv"]);
}

#[test]
fn empty_file_and_header_without_rows() {
    let home = Sandbox::new();
    home.write("empty.csv", "");
    home.write("header.csv", "id,name\n");
    home.towpath(&["copy", "empty.csv", TO]).expect(1, &["`empty.csv`", "is empty"]);
    home.towpath(&["copy", "header.csv", TO]).expect(0, &["0 rows written"]);
    assert_eq!(home.sqlite("out.db", "select count(*) from t"), "0");
}

#[test]
fn rows_of_unequal_length_go_to_quarantine() {
    let home = Sandbox::new();
    home.write("in.csv", "id,name,town\n1,ada,paris\n2,bob\n3,cy,rome,extra\n4,dora,lyon\n");
    home.towpath(&["copy", "in.csv", TO]).expect(3, &["2 rows written", "2 rows are in quarantine"]);
    home.towpath(&["quarantine"]).expect(0, &["in.csv:3", "in.csv:4", "3,cy,rome,extra"]);
    assert_eq!(home.sqlite("out.db", "select group_concat(id) from t"), "1,4");
}

#[test]
fn binary_file_as_csv() {
    let home = Sandbox::new();
    home.write(
        "book.csv",
        b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00\x00\x01\x02\x03\xff\xfe\x00\x00",
    );
    home.towpath(&["copy", "book.csv", TO]).expect(1, &["`book.csv`", "zip"]);
    assert_eq!(home.files(), ["book.csv"]);
}

#[test]
fn broken_utf8_keeps_the_row_in_quarantine() {
    let home = Sandbox::new();
    home.write("in.csv", b"id,name\n1,ad\xc3\xa9\n2,caf\xe9\n3,cy\xc3\xa9\n");
    home.towpath(&["copy", "in.csv", TO]).expect(3, &["2 rows written", "1 row is in quarantine"]);
    home.towpath(&["quarantine", "--json"]).expect(0, &["in.csv:3", "UTF-8"]);
}

#[test]
fn a_field_of_ten_megabytes_arrives_whole() {
    let home = Sandbox::new();
    let big = "x".repeat(10 << 20);
    home.write("in.csv", format!("id,text\n1,small\n2,\"{big}\"\n3,small\n"));
    home.towpath(&["copy", "in.csv", TO]).expect(0, &["3 rows written"]);
    assert_eq!(home.sqlite("out.db", "select length(text) from t where id = 2"), (10 << 20).to_string());
}

#[test]
fn five_thousand_columns() {
    let home = Sandbox::new();
    let header: Vec<String> = (0..5000).map(|n| format!("c{n}")).collect();
    let row: Vec<String> = (0..5000).map(|n| n.to_string()).collect();
    home.write("in.csv", format!("{}\n{}\n", header.join(","), row.join(",")));
    home.towpath(&["copy", "in.csv", "out.parquet"]).expect(0, &["1 rows written"]);
    home.towpath(&["copy", "out.parquet", "back.csv"]).expect(0, &[]);
    assert_eq!(home.read("back.csv"), home.read("in.csv"));
    // SQLite takes 2,000 columns; the message says so, and no table is left.
    home.towpath(&["copy", "in.csv", TO]).expect(1, &["column"]);
    assert_eq!(home.sqlite("out.db", "select count(*) from sqlite_master where name = 't'"), "0");
}

#[test]
fn duplicate_and_odd_column_names() {
    let home = Sandbox::new();
    home.write("in.csv", "id,id,select,a \"b\",😀,é\n1,2,3,4,5,6\n");
    home.towpath(&["copy", "in.csv", TO]).expect(0, &["1 rows written"]);
    assert_eq!(
        home.sqlite("out.db", "select id || id_2 || \"select\" || \"a \"\"b\"\"\" || \"😀\" || \"é\" from t"),
        "123456"
    );
}

#[test]
fn a_value_that_does_not_fit_its_column_is_kept_and_never_nulled() {
    let home = Sandbox::new();
    home.write("good.csv", "id,n\n1,10\n");
    home.write("bad.csv", "id,n\n2,20\n3,many\n");
    home.towpath(&["copy", "good.csv", TO]).expect(0, &[]);
    home.towpath(&["copy", "bad.csv", TO, "--mode", "append"])
        .expect(3, &["1 rows written", "1 row is in quarantine"]);
    home.towpath(&["quarantine"]).expect(0, &["many", "load", "n"]);
    assert_eq!(home.sqlite("out.db", "select group_concat(n) from t"), "10,20");
}

#[test]
fn a_full_disk_leaves_the_target_as_it_was() {
    let home = Sandbox::new();
    let rows: String = (0..300_000).map(|n| format!("{n},text number {n}\n")).collect();
    home.write("in.csv", format!("id,text\n{rows}"));
    std::fs::create_dir(home.path("small")).unwrap();
    let script = format!(
        "mount -t tmpfs -o size=2m tmpfs small || exit 99; printf 'id,text\\n0,old\\n' > small/t.csv
         '{binary}' copy in.csv small/t.csv; echo \"file: $?\"; cat small/t.csv; ls -A small
         '{binary}' copy in.csv sqlite:///small/t.db/t; echo \"sqlite: $?\"",
        binary = env!("CARGO_BIN_EXE_towpath"),
    );
    let output = std::process::Command::new("unshare")
        .args(["--mount", "--map-root-user", "--user", "sh", "-c", &script])
        .current_dir(home.path("."))
        .output();
    let said = crate::sandbox::said(output.unwrap());
    if said.code == 99 || said.err.contains("unshare") {
        eprintln!("this machine lets nobody mount a small disk: {}", said.err);
        return;
    }
    assert!(said.out.contains("file: 1\nid,text\n0,old\nt.csv\nsqlite: 1"), "{said:#?}");
    assert!(said.err.contains("no space is left on the disk"), "{said:#?}");
}
