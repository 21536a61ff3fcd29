//! What is expected of rows, what stands between them and a table, and where columns come from.

use crate::sandbox::Sandbox;

const CONNECTIONS: &str = "here: { connector: sqlite, path: shop.db }\n";

fn shop(expect: &str) -> Sandbox {
    let home = Sandbox::new();
    home.write("sales.csv", "id,amount,country\n1,12,BE\n2,-3,FR\n3,8,\n3,5,BE\n");
    home.write("connections.yaml", CONNECTIONS);
    home.write(
        "p.yaml",
        format!(
            "towpath: 1
name: p
nodes:
  sales: {{ source: file, path: sales.csv }}
  taxed: {{ transform: derive, from: sales, columns: {{ total: amount * 2 }} }}
  load:
    destination: sqlite
    connection: here
    from: taxed
    table: sales
    mode: overwrite
    expect: {expect}
tests:
  - name: what a destination expects is tested with it
    given: {{ sales: [{{ id: 1, amount: 1, country: BE }}, {{ id: 2, amount: -1, country: BE }}] }}
    expect: {{ load: [{{ id: 1, total: 2 }}] }}
    quarantined: {{ load: 1 }}
"
        ),
    );
    home
}

#[test]
fn warnings_are_shown_quarantine_is_kept_and_the_rest_is_loaded() {
    let home = shop(
        "[{ column: country, not_null: true }, { column: amount, min: 0, severity: quarantine }, { unique: [id] }]",
    );
    home.towpath(&["check", "p.yaml"]).expect(0, &["3 nodes"]);
    home.towpath(&["test", "p.yaml"]).expect(0, &["1 passed"]);
    home.towpath(&["run", "p.yaml"]).expect(
        3,
        &[
            "warning: load: country is there: 1 of 4 rows break it",
            "row 3  country: null",
            "quarantine: load: amount is at least 0: 1 of 4 rows break it",
            "warning: load: id is unique: values that several rows have: 1",
            "id: 3, times: 2",
            "0 of 3 expectations hold",
        ],
    );
    assert_eq!(home.sqlite("shop.db", "select count(*) from sales"), "3");
    home.towpath(&["quarantine", "p.yaml"]).expect(0, &["amount", "-3", "is below 0"]);
}

#[test]
fn a_warning_leaves_the_run_green_and_a_failure_commits_nothing() {
    let home = shop("[{ column: country, not_null: true }]");
    home.towpath(&["run", "p.yaml"]).expect(0, &["done, with warnings"]);
    let home = shop("[{ row_count: { min: 5 }, severity: fail }]");
    home.towpath(&["run", "p.yaml"])
        .expect(1, &["`at least 5 rows` does not hold: 4 rows came", "nothing was written"]);
    let json = home.towpath(&["run", "p.yaml", "--json"]);
    assert!(
        json.out.contains(r#""outcome":"broken""#) && json.out.contains(r#""finding":"4 rows came""#),
        "{json:?}"
    );
}

#[test]
fn drift_is_told_before_a_load() {
    let home = shop("[{ column: id, not_null: true }]");
    home.towpath(&["check", "p.yaml", "--against", "load"])
        .expect(0, &["the table does not exist", "it is created"]);
    home.towpath(&["run", "p.yaml"]).expect(0, &[]);
    home.towpath(&["check", "p.yaml", "--against", "all"])
        .expect(0, &["load: the table takes the rows as they are"]);
    home.write("sales.csv", "id,amount,land\n1,12.5,BE\n");
    let said = home.towpath(&["check", "p.yaml", "--against", "load"]);
    said.expect(2, &["`land`: the table has no such column", "the contract for columns is `freeze`"]);
    said.expect(2, &["`country`: the column does not come"]);
    let json = home.towpath(&["check", "p.yaml", "--against", "load", "--json"]);
    assert!(json.out.contains(r#""refused":true"#), "{json:?}");
    home.towpath(&["check", "p.yaml", "--against", "laod"]).expect(2, &["did you mean `load`?"]);
}

#[test]
fn lineage_leads_from_columns_of_tables_to_columns_of_sources() {
    let home = shop("[{ column: amount, min: 0 }]");
    home.towpath(&["plan", "p.yaml", "--lineage"])
        .expect(0, &["lineage of load", "id ← sales.id (copied)", "total ← sales.amount (computed)"]);
    let json = home.towpath(&["plan", "p.yaml", "--lineage", "--json"]);
    assert!(json.out.contains(r#""event":"lineage","node":"load""#), "{json:?}");
}

#[test]
fn expectations_about_rows_add_up_over_the_chunks_of_a_load() {
    let home = Sandbox::new();
    let rows: String = (1..=100).map(|id| format!("{id},{}\n", id * 2)).collect();
    home.write("numbers.csv", format!("id,twice\n{rows}"));
    home.write("connections.yaml", CONNECTIONS);
    home.towpath(&["copy", "numbers.csv", "sqlite:///shop.db/numbers", "--key", "id"]).expect(0, &[]);
    let pipeline = |severity: &str| {
        format!(
            "towpath: 1
name: c
nodes:
  numbers: {{ source: sqlite, connection: here, table: numbers }}
  load:
    destination: sqlite
    connection: here
    from: numbers
    table: out
    mode: upsert
    key: [id]
    resume: {{ rows: 10, parallel: 2 }}
    expect: [{{ column: twice, max: 190, severity: {severity} }}]
"
        )
    };
    home.write("c.yaml", pipeline("fail"));
    home.towpath(&["run", "c.yaml"]).expect(1, &["`twice is at most 190` does not hold", "failed: load:"]);
    assert_eq!(home.sqlite("shop.db", "select count(*) from sqlite_schema where name = 'out'"), "0");
    home.towpath(&["state", "forget", "c.yaml"]).expect(0, &[]);
    home.write("c.yaml", pipeline("warn"));
    home.towpath(&["run", "c.yaml"])
        .expect(0, &["warning: load: twice is at most 190: 5 of 100 rows break it", "done, with warnings"]);
    assert_eq!(home.sqlite("shop.db", "select count(*) from out"), "100");
}
