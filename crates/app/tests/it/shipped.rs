//! The shipped examples do what they say, on the data that is shipped with them.

use std::path::Path;

use crate::sandbox::Sandbox;

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples");

/// A folder with a copy of the examples.
fn examples() -> Sandbox {
    let home = Sandbox::new();
    for (folder, to) in [(EXAMPLES.to_owned(), ""), (format!("{EXAMPLES}/data"), "data/")] {
        std::fs::create_dir_all(home.path(to)).unwrap();
        for entry in Path::new(&folder).read_dir().unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_file() {
                let name = format!("{to}{}", entry.file_name().display());
                std::fs::copy(entry.path(), home.path(&name)).unwrap();
            }
        }
    }
    home
}

#[test]
fn sales_land_once_however_often_they_are_run() {
    let home = examples();
    for _ in 0..2 {
        home.towpath(&["run", "sales.yaml"]).expect(3, &["1 row is in quarantine"]);
        assert_eq!(
            home.sqlite("shop.db", "select count(*) || ' ' || count(distinct sale_id) from sales"),
            "59 59"
        );
        assert_eq!(home.sqlite("shop.db", "select status from sales where sale_id = 100041"), "refunded");
        let total = "select sum(sales) from sales_by_month";
        let paid = "select count(*) from sales where status = 'paid'";
        assert_eq!(home.sqlite("shop.db", total), home.sqlite("shop.db", paid));
    }
    home.towpath(&["quarantine", "sales.yaml"]).expect(0, &["a dozen", "quantity"]);
    home.towpath(&["preview", "look.yaml", "--set", "country=FR"]).expect(0, &["month"]);
}

#[test]
fn margins_join_the_database_with_a_price_list() {
    let home = examples();
    home.towpath(&["run", "margins.yaml"]).expect(1, &["shop.db"]);
    home.towpath(&["run", "sales.yaml"]).expect(3, &[]);
    home.towpath(&["run", "margins.yaml"]).expect(0, &[]);
    let shown = home.towpath(&["preview", "results/margins.parquet", "--json"]);
    let rows: Vec<serde_json::Value> =
        shown.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let pieces: i64 = rows.iter().map(|row| row["pieces"].as_i64().unwrap()).sum();
    let sold = home.sqlite("shop.db", "select sum(quantity) from sales where status = 'paid'");
    assert_eq!(pieces.to_string(), sold, "{shown:?}");
    let vase = rows.iter().find(|row| row["product"] == "vase").unwrap();
    assert!(vase["margin"].is_null() && vase["category"].is_null(), "{vase}");
}

#[test]
fn tickets_are_updated_by_the_next_dump() {
    let home = examples();
    home.towpath(&["run", "tickets.yaml"]).expect(0, &[]);
    let tickets = "select group_concat(id || ' ' || status, ', ') from (select * from tickets order by id)";
    assert_eq!(home.sqlite("shop.db", tickets), "7001 closed, 7002 waiting, 7003 closed");
    home.towpath(&["run", "tickets.yaml", "--set", "input=data/tickets-later.json"]).expect(0, &[]);
    assert_eq!(home.sqlite("shop.db", tickets), "7001 closed, 7002 closed, 7003 closed, 7004 open");
    assert_eq!(
        home.sqlite("shop.db", "select customer_email from tickets where id = 7001"),
        "anais@example.org"
    );
}

#[test]
fn every_shipped_pipeline_passes_its_own_tests() {
    let factory = concat!(env!("CARGO_MANIFEST_DIR"), "/../../solutions/industrial/pipelines");
    let [orders, logs, oee] = ["orders", "machine-logs", "oee"].map(|name| format!("{factory}/{name}.yaml"));
    let home = examples();
    home.towpath(&["test", "sales.yaml", "margins.yaml", "tickets.yaml", &orders, &logs, &oee])
        .expect(0, &["10 passed, 0 failed"]);
}
