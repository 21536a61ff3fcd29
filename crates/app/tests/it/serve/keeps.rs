//! What a run leaves: who started it and with what, counts, timings, memory, logs, quarantine, receipts, lineage.

use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use super::House;

const SALES: &str = "id,country,amount\n1,BE,12.5\n2,FR,30.0\n3,BE,nothing\n4,BE,7.25\n";

const TOTALS: &str = "\
towpath: 1
name: totals
params:
  least: { type: integer, default: 0 }
nodes:
  sales:
    source: file
    path: sales.csv
    columns: { amount: float64 }
  large: { transform: filter, from: sales, where: 'amount >= ${params.least}' }
  totals:
    transform: aggregate
    from: large
    by: [country]
    compute: { amount: sum(amount) }
  load: { destination: sqlite, connection: shop, from: totals, table: totals, mode: overwrite }
";

#[tokio::test]
async fn a_run_keeps_what_people_ask_of_it_later() {
    let house = House::open(&[]).await;
    let connection = json!({ "name": "shop", "connector": "sqlite", "settings": { "path": "shop.db" } });
    house.post("connections", connection).await.expect(201);
    house.file("sales.csv", SALES).await;
    house.pipeline(TOTALS).await;
    let wanted = json!({ "date": "2026-03-01", "params": { "least": 10 } });
    let run = house.run_with("totals", wanted, HeaderMap::new()).await;
    let me = house.get("/api/v1/account").await.expect(200);
    assert_eq!(run["state"], "quarantined", "{run:#}");
    assert_eq!(
        (&run["cause"], &run["version"], &run["params"]["least"]),
        (&json!("api"), &json!(1), &json!(10))
    );
    assert!(run["started_by"].as_str().unwrap().contains(me["id"].as_str().unwrap()), "{run:#}");
    assert_eq!(run["interval_start"], "2026-03-01T00:00:00Z");
    assert_eq!(run["interval_end"], "2026-03-02T00:00:00Z");
    let counts = ["rows_read", "rows_written", "rows_quarantined"].map(|name| run[name].as_u64().unwrap());
    assert_eq!(counts, [4, 2, 1]);
    assert!(run["seconds"].as_f64().unwrap() > 0.0 && run["peak_memory"].as_u64().unwrap() > 0, "{run:#}");

    let of = |part: &str| format!("runs/{}/{part}", run["id"].as_str().unwrap());
    let tasks = house.get(&of("tasks")).await.expect(200);
    let tasks: Vec<[Value; 4]> = tasks["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|task| ["node", "rows_read", "rows_written", "rows_filtered"].map(|name| task[name].clone()))
        .collect();
    let expected = json!([["sales", 4, 3, 0], ["large", 3, 2, 1], ["totals", 2, 2, 0], ["load", 2, 2, 0]]);
    assert_eq!(json!(tasks), expected);
    let attempts = house.get(&of("attempts")).await.expect(200);
    assert_eq!(attempts["items"][0]["peak_memory"], run["peak_memory"]);
    let quarantine = house.get(&of("quarantine")).await.expect(200);
    assert_eq!(quarantine["items"][0]["value"], "nothing", "{quarantine:#}");
    let logs = house.get(&of("logs?level=warn")).await.expect(200);
    assert_eq!(logs["items"][0]["node"], "sales", "{logs:#}");

    let loads = house.get(&of("loads")).await.expect(200);
    let load = &loads["items"][0];
    assert_eq!(
        ["node", "connection", "target", "mode", "rows_written"].map(|name| load[name].clone()),
        [json!("load"), json!("shop"), json!("totals"), json!("overwrite"), json!(2)]
    );
    assert!(load["receipt"].is_object() && load["committed_at"].is_string(), "{load:#}");

    let report = house.get(&of("report")).await.expect(200);
    assert_eq!(report["peak_memory"], run["peak_memory"]);
    let lineage = report["lineage"].as_array().unwrap().iter().find(|port| port["node"] == "load").unwrap();
    let amount = lineage["columns"].as_array().unwrap().iter().find(|one| one["column"] == "amount").unwrap();
    let origin = json!([{ "node": "sales", "port": "out", "column": "amount", "how": "computed" }]);
    assert_eq!(amount["sources"], origin, "{lineage:#}");
}
