//! The commands, as a newcomer uses them.

use crate::sandbox::Sandbox;

const SALES: &str = "id,day,amount,code\n1,2025-01-02,12.50,007\n2,2025-01-03,3.00,012\n3,2025-01-04,8.25,\n";

#[test]
fn copy_goes_through_files_and_databases_and_back() {
    let home = Sandbox::new();
    home.write("sales.csv", SALES);
    home.towpath(&["copy", "sales.csv", "sqlite:///shop.db/sales", "--key", "id"])
        .expect(0, &["3 rows written"]);
    home.towpath(&["copy", "sqlite:///shop.db/sales", "sales.parquet"]).expect(0, &["3 rows written"]);
    home.towpath(&["copy", "sales.parquet", "back.csv"]).expect(0, &[]);
    assert_eq!(home.read("back.csv"), SALES);
}

#[test]
fn copy_asks_before_it_touches_a_table_and_upserts_by_key() {
    let home = Sandbox::new();
    home.write("sales.csv", SALES);
    home.write("more.csv", "id,day,amount,code\n3,2025-01-04,9.99,\n4,2025-01-05,1.00,\n");
    home.towpath(&["copy", "sales.csv", "sqlite:///shop.db/sales", "--key", "id"]).expect(0, &[]);
    home.towpath(&["copy", "more.csv", "sqlite:///shop.db/sales"])
        .expect(2, &["exists already", "--mode upsert"]);
    let upsert = ["copy", "more.csv", "sqlite:///shop.db/sales", "--mode", "upsert", "--key", "id"];
    home.towpath(&upsert).expect(0, &["2 rows written"]);
    home.towpath(&upsert).expect(0, &["2 rows written"]);
    assert_eq!(home.sqlite("shop.db", "select count(*) || ' ' || max(id) from sales"), "4 4");
}

#[test]
fn copy_pipes_and_prints_the_file_it_stands_for() {
    let home = Sandbox::new();
    let mut command = home.command(&["copy", "-", "-"]);
    let input = home.path("in.csv");
    std::fs::write(&input, SALES).unwrap();
    command.stdin(std::fs::File::open(&input).unwrap());
    let said = crate::sandbox::said(command.output().unwrap());
    assert_eq!(said.out, SALES, "{said:?}");

    let printed = home.towpath(&[
        "copy",
        "postgresql://me:s3cret@db.example/shop/public.orders",
        "sqlite:///shop.db/orders",
        "--mode",
        "upsert",
        "--key",
        "id",
        "--print",
    ]);
    printed.expect(0, &["source: postgres", "mode: upsert", "${env.SOURCE_PASSWORD}"]);
    assert!(!printed.out.contains("s3cret"), "{printed:?}");
    home.write("p.yaml", &printed.out);
    home.towpath(&["check", "p.yaml"]).expect(2, &["SOURCE_PASSWORD", "is not set"]);
}

#[test]
fn a_pipeline_is_checked_previewed_planned_tested_and_run() {
    let home = Sandbox::new();
    home.write("sales.csv", SALES);
    home.write(
        "p.yaml",
        "towpath: 1
name: p
params: { least: { type: number, default: 5 } }
nodes:
  sales: { source: file, path: sales.csv }
  big: { transform: filter, from: sales, where: \"amount > ${params.least}\" }
  load: { destination: sqlite, connection: here, from: big, table: sales, mode: overwrite, key: [id] }
tests:
  - name: keeps big sales
    given: { sales: [{ id: 1, amount: 9.5 }, { id: 2, amount: 1.0 }] }
    expect: { big: [{ id: 1 }] }
",
    );
    home.write("connections.yaml", "here: sqlite:///shop.db\n");
    home.towpath(&["check", "p.yaml"]).expect(0, &["is right"]);
    home.towpath(&["preview", "p.yaml", "--node", "big", "--limit", "1"]).expect(0, &["12.50", "007"]);
    home.towpath(&["plan", "p.yaml", "--explain"]).expect(0, &["decimal(", "date", "plan of load"]);
    home.towpath(&["test", "p.yaml"]).expect(0, &["1 passed, 0 failed"]);
    home.towpath(&["run", "p.yaml"]).expect(0, &["2 rows written", "filtered"]);
    let json = home.towpath(&["run", "p.yaml", "--set", "least=10", "--json"]);
    json.expect(0, &["\"event\":\"run_finished\"", "\"state\":\"done\""]);
    assert!(json.out.lines().all(|line| line.starts_with('{')), "{json:?}");
    assert_eq!(home.sqlite("shop.db", "select group_concat(id) from sales"), "1");
    home.towpath(&["discover", "here"]).expect(0, &["sales", "key"]);
}

#[test]
fn every_problem_of_a_pipeline_comes_at_once() {
    let home = Sandbox::new();
    home.write("sales.csv", SALES);
    home.write(
        "p.yaml",
        "towpath: 1
name: p
nodes:
  sales: { source: file, pth: sales.csv }
  good: { source: file, path: sales.csv }
  big: { transform: filter, from: good, where: \"amont > 5\" }
  text: { transform: filter, from: good, where: \"code > 5\" }
  load: { destination: sqlte, from: big, table: t }
  more: { destination: sqlite, from: bgi, table: t }
",
    );
    home.towpath(&["check", "p.yaml"]).expect(
        2,
        &[
            "p.yaml:4:26",
            "unknown key `pth`",
            "did you mean `path`?",
            "p.yaml:6:41",
            "did you mean `amount`?",
            "p.yaml:7:",
            "unknown connector `sqlte`",
            "did you mean `sqlite`?",
            "unknown node `bgi`",
            "did you mean `big`?",
        ],
    );
}

#[test]
fn the_manual_comes_from_the_program() {
    let home = Sandbox::new();
    home.towpath(&["connectors"]).expect(0, &["postgres", "mysql", "sqlite", "file"]);
    home.towpath(&["connectors", "postgres"])
        .expect(0, &["password", "secret", "Settings of `source: postgres`"]);
    home.towpath(&["transforms"]).expect(0, &["deduplicate", "pivot"]);
    home.towpath(&["transforms", "deduplicat"]).expect(2, &["did you mean `deduplicate`?"]);
    home.towpath(&["transforms", "join"]).expect(0, &["left", "tests:"]);
    let schema = home.towpath(&["schema"]);
    let schema: serde_json::Value = serde_json::from_str(&schema.expect(0, &[]).out).unwrap();
    assert!(schema["$defs"]["Node"]["oneOf"].as_array().unwrap().len() > 30);
    assert_defaults_fit(&schema);
    home.towpath(&["schema", "connections"]).expect(0, &["connector: postgres", "Always encrypts"]);
    home.towpath(&["schema", "notifications"]).expect(0, &["Microsoft Teams", "digest"]);
    home.towpath(&["completions", "bash"]).expect(0, &["_towpath"]);
}

/// Fails where a setting of a node may not be what it is by default: then its definition is that of another setting.
#[track_caller]
fn assert_defaults_fit(document: &serde_json::Value) {
    for node in document["$defs"]["Node"]["oneOf"].as_array().unwrap() {
        for (name, setting) in node["properties"].as_object().unwrap() {
            let Some(default) = setting.get("default") else { continue };
            let mut whole = setting.clone();
            whole["$defs"] = document["$defs"].clone();
            assert_eq!(towpath_model::schema::check(default, &whole, name), [], "{}", node["title"]);
        }
    }
}

#[test]
fn init_writes_a_file_that_runs() {
    let home = Sandbox::new();
    home.write("sales.csv", SALES);
    let args = ["init", "p.yaml", "--source", "sales.csv", "--destination", "sqlite:///shop.db/sales"];
    home.towpath(&args).expect(0, &["wrote p.yaml"]);
    home.towpath(&args).expect(2, &["exists already", "--force"]);
    home.towpath(&["run", "p.yaml"]).expect(0, &["3 rows written"]);
}

#[test]
fn ctrl_c_leaves_nothing_half_visible() {
    let home = Sandbox::new();
    let rows: String = (0..200_000).map(|n| format!("{n},{}\n", "x".repeat(40))).collect();
    home.write("in.csv", format!("id,text\n{rows}"));
    let mut child = home
        .command(&["copy", "in.csv", "-"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // The first byte shows that the run is under way; the rest of the output is not read.
    let mut out = child.stdout.take().unwrap();
    std::io::Read::read_exact(&mut out, &mut [0; 1]).unwrap();
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    drop(out);
    let said = crate::sandbox::said(child.wait_with_output().unwrap());
    assert_eq!(said.code, 1, "{said:?}");
}
