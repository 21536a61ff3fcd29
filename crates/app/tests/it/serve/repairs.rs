//! Rows in quarantine are corrected in their place, and go on by themselves.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use towpath_testkit::{Postgres, postgres};

use super::House;
use super::kills::connect;

const ORDERS: u32 = 36;

/// Orders with German numbers; one has a letter in its amount, one an unknown customer, one no status that is known.
fn orders() -> String {
    let mut text = String::from("id;customer;day;amount;status\n");
    for id in 1..=ORDERS {
        let amount = if id == 7 { "12,5o".to_owned() } else { format!("1.0{id:02},50") };
        let customer = if id == 9 { "c99".to_owned() } else { format!("c{}", id % 3) };
        let status = if id == 11 { "lost" } else { "paid" };
        text.push_str(&format!("{id};{customer};{:02}.11.2026;{amount};{status}\n", id % 28 + 1));
    }
    text
}

const PIPELINE: &str = "\
towpath: 1
name: orders
nodes:
  orders: { source: file, path: orders.csv, columns: { id: int64, day: date, amount: 'decimal(12,2)' } }
  customers: { source: file, path: customers.csv }
  named: { transform: lookup, from: { rows: orders, table: customers }, on: [customer], take: { name: name }, missing: quarantine }
  checked: { transform: validate, from: named, rules: [{ expression: \"status in ('paid', 'open')\", message: unknown status }] }
  all: { destination: postgres, connection: shop, from: checked, table: all_orders, mode: MODE, key: [id], undo: { keep: 7d } }
  latest: { destination: postgres, connection: shop, from: checked, table: latest, mode: upsert, key: [id], undo: { keep: 7d } }
";

struct Shop {
    house: House,
    database: Postgres,
}

impl Shop {
    async fn open(mode: &str) -> Shop {
        let (house, database) = (House::open(&[]).await, postgres());
        connect(&house, &database).await;
        house.file("orders.csv", &orders()).await;
        house.file("customers.csv", "customer;name\nc0;Ada\nc1;Bo\nc2;Cy\n").await;
        house.pipeline(&PIPELINE.replace("MODE", mode)).await;
        Shop { house, database }
    }

    fn one(&self, sql: &str) -> String {
        self.database.sql(sql)
    }

    async fn rejects(&self, run: &str) -> Vec<Value> {
        let answer = self.house.get(&format!("runs/{run}/quarantine")).await.expect(200);
        answer["items"].as_array().unwrap().clone()
    }

    /// Sends rows on, and waits for the ends of the runs that do.
    async fn repair(&self, run: &str, rows: Value) -> Vec<Value> {
        let path = format!("runs/{run}/quarantine/repairs");
        let made = self.house.post(&path, json!({ "rows": rows })).await.expect(202);
        let mut ended = Vec::new();
        for run in made["items"].as_array().unwrap() {
            ended.push(self.end(run["id"].as_str().unwrap()).await);
        }
        ended
    }

    /// Follows a run to its end.
    async fn end(&self, run: &str) -> Value {
        let url = format!("{}/api/v1/events?workspace=house", self.house.address);
        let mut events = self.house.client.get(url).bearer_auth(&self.house.token).send().await.unwrap();
        let ended = async {
            loop {
                let now = self.house.get(&format!("runs/{run}")).await.expect(200);
                if now["ended_at"].is_string() {
                    return now;
                }
                events.chunk().await.unwrap();
            }
        };
        tokio::time::timeout(Duration::from_secs(60), ended).await.unwrap()
    }
}

fn id(run: &Value) -> &str {
    run["id"].as_str().unwrap()
}

fn column(rows: &[Value], name: &str) -> Vec<Value> {
    rows.iter().map(|row| row[name].clone()).collect()
}

#[tokio::test]
async fn corrected_rows_go_on_from_where_they_were_rejected_and_no_row_is_doubled() {
    let shop = Shop::open("append").await;
    let run = shop.house.run("orders").await;
    assert_eq!((&run["state"], &run["rows_quarantined"]), (&json!("quarantined"), &json!(3)), "{run:#}");
    let rows = shop.rejects(id(&run)).await;
    let node = |name: &str| rows.iter().find(|row| row["node"] == name).unwrap().clone();
    let (amount, customer, status) = (node("orders"), node("named"), node("checked"));
    // What could be read of a line is there in plain notation; what could not, as it stands.
    assert_eq!(
        amount["values"],
        json!({ "id": "7", "customer": "c1", "day": "2026-11-08", "amount": "12,5o", "status": "paid" })
    );
    let nodes = shop.house.get(&format!("runs/{}/quarantine/nodes", id(&run))).await.expect(200);
    assert_eq!(nodes["items"][2]["landings"][0]["lands"], "append", "{nodes:#}");

    // One row is corrected badly, and says why; the others end up where they belong.
    let rows = json!([
        { "number": amount["number"], "values": { "amount": "12.50" } },
        { "number": customer["number"], "values": { "customer": "c98" } },
        { "number": status["number"], "values": { "status": "paid" } },
    ]);
    let repairs = shop.repair(id(&run), rows.clone()).await;
    assert!(repairs.iter().all(|run| run["cause"] == "repair"), "{repairs:#?}");
    assert_eq!(shop.one("select count(*) || ' ' || count(distinct id) from all_orders"), "35 35");
    assert_eq!(shop.one("select count(*) from latest"), "35");
    assert_eq!(
        shop.one("select name || ' ' || amount || ' ' || day from all_orders where id = 7"),
        "Bo 12.50 2026-11-08"
    );

    let after = shop.rejects(id(&run)).await;
    let mut standings = column(&after, "standing");
    standings.sort_by_key(Value::to_string);
    assert_eq!(json!(standings), json!(["again", "repaired", "repaired"]));
    let again = after.iter().find(|row| row["standing"] == "again").unwrap();
    assert!(again["again"].as_str().unwrap().contains("no row of the table has this key"), "{again:#}");
    assert!(again["marked_by"].is_string() && again["marked_at"].is_string(), "{again:#}");

    // What was sent on is not sent on twice.
    let twice =
        shop.house.post(&format!("runs/{}/quarantine/repairs", id(&run)), json!({ "rows": rows })).await;
    twice.expect(422);
    assert_eq!(shop.one("select count(*) from all_orders"), "35");

    // The row that failed again is corrected where it is now, and keeps its place in the file.
    let next = again["repair_run_id"].as_str().unwrap();
    let rows = shop.rejects(next).await;
    assert_eq!(
        (&rows[0]["corrects"], &rows[0]["place"]),
        (&customer["number"], &customer["place"]),
        "{rows:#?}"
    );
    let last =
        shop.repair(next, json!([{ "number": rows[0]["number"], "values": { "customer": "c0" } }])).await;
    assert_eq!((&last[0]["state"], &last[0]["rows_written"]), (&json!("done"), &json!(2)), "{last:#?}");
    assert_eq!(shop.one("select count(*) || ' ' || count(distinct id) from all_orders"), "36 36");
    assert_eq!(shop.one("select count(*) || ' ' || count(distinct id) from latest"), "36 36");
    assert_eq!(shop.one("select name from latest where id = 9"), "Ada");

    // A repair is taken back like any other run, and its rows are open again.
    shop.house.post(&format!("runs/{}/undo", id(&last[0])), json!({})).await.expect(200);
    assert_eq!(shop.one("select count(*) from all_orders"), "35");
    assert_eq!(shop.rejects(next).await[0]["standing"], "open");
}

#[tokio::test]
async fn an_undo_that_takes_long_goes_on_by_itself_and_tells_its_end() {
    let shop = Shop::open("append").await;
    let run = shop.house.run("orders").await;
    let path = format!("runs/{}", id(&run));
    // Somebody else holds the table: the undo waits, and whoever asked is answered meanwhile.
    let mut holder = Command::new("psql")
        .args([&shop.database.url(), "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut talk = holder.stdin.take().unwrap();
    writeln!(talk, "BEGIN; LOCK TABLE latest IN SHARE MODE; SELECT 'held';").unwrap();
    let lines = BufReader::new(holder.stdout.take().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line.contains("held")));

    let url = format!("{}/api/v1/events?workspace=house", shop.house.address);
    let mut events = shop.house.client.get(url).bearer_auth(&shop.house.token).send().await.unwrap();
    let begun = shop.house.post(&format!("{path}/undo"), json!({})).await.expect(202);
    assert!(begun["undoing_at"].is_string() && begun["undone_at"].is_null(), "{begun:#}");
    let twice = shop.house.post(&format!("{path}/undo"), json!({})).await.expect(409);
    assert!(twice["detail"].as_str().unwrap().contains("already"), "{twice:#}");

    writeln!(talk, "ROLLBACK;").unwrap();
    drop(talk);
    assert!(holder.wait().unwrap().success());
    let mut told = String::new();
    let ended = async {
        while !told.contains("run.undo_failed") && !told.contains("run.undone") {
            told.push_str(&String::from_utf8_lossy(&events.chunk().await.unwrap().unwrap()));
        }
    };
    tokio::time::timeout(Duration::from_secs(60), ended).await.unwrap();
    assert!(told.contains("event: run.undone") || told.contains("run.undone\""), "{told}");
    let after = shop.house.get(&path).await.expect(200);
    assert!(after["undone_at"].is_string() && after["undoing_at"].is_null(), "{after:#}");
    assert_eq!(shop.one("select count(*) from all_orders") + &shop.one("select count(*) from latest"), "00");
}

#[tokio::test]
async fn a_run_is_watched_node_by_node_and_leaves_what_people_look_at() {
    let shop = Shop::open("append").await;
    shop.database.sql(
        "CREATE TABLE all_orders (id bigint, customer text, day date, amount numeric(12,2), status text, name text);
         CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.1); RETURN NEW; END';
         CREATE TRIGGER slow BEFORE INSERT ON all_orders FOR EACH ROW EXECUTE FUNCTION slow()",
    );
    let url = format!("{}/api/v1/events?workspace=house", shop.house.address);
    let mut events = shop.house.client.get(url).bearer_auth(&shop.house.token).send().await.unwrap();
    let run = shop.house.post("pipelines/orders/runs", json!({})).await.expect(201);
    let watched = async {
        loop {
            events.chunk().await.unwrap();
            let now = shop.house.get(&format!("runs/{}", id(&run))).await.expect(200);
            assert!(now["ended_at"].is_null(), "nothing was told while it ran: {now:#}");
            let tasks = shop.house.get(&format!("runs/{}/tasks", id(&run))).await.expect(200);
            let orders =
                tasks["items"].as_array().unwrap().iter().find(|task| task["node"] == "orders").cloned();
            if let Some(orders) = orders.filter(|orders| orders["rows_written"] == 35) {
                return orders;
            }
        }
    };
    let orders = tokio::time::timeout(Duration::from_secs(60), watched).await.unwrap();
    assert_eq!((&orders["state"], &orders["rows_quarantined"]), (&json!("running"), &json!(1)), "{orders:#}");

    let run = shop.end(id(&run)).await;
    assert_eq!(run["state"], "quarantined", "{run:#}");
    let outputs = shop.house.get(&format!("runs/{}/outputs", id(&run))).await.expect(200);
    let first = &outputs["items"][0];
    assert_eq!(
        (&first["node"], first["rows"]["rows"].as_array().unwrap().len()),
        (&json!("all"), 33),
        "{first:#}"
    );
    let loads = shop.house.get(&format!("runs/{}/loads", id(&run))).await.expect(200);
    assert!(
        loads["items"][0]["undoable_until"].is_string() && loads["items"][0]["lasting"].is_null(),
        "{loads:#}"
    );
}

#[tokio::test]
async fn a_node_that_failed_is_tried_again_and_what_is_in_place_stays_as_it_is() {
    let shop = Shop::open("append").await;
    let sqlite = json!({ "name": "file", "connector": "sqlite", "settings": { "path": "shop.db" } });
    shop.house.post("connections", sqlite).await.expect(201);
    shop.database.sql(
        "CREATE TABLE names (customer text PRIMARY KEY);
         CREATE TABLE copies (customer text REFERENCES names DEFERRABLE INITIALLY DEFERRED, name text)",
    );
    let pipeline = "\
towpath: 1
name: copies
nodes:
  customers: { source: file, path: customers.csv }
  first: { destination: sqlite, connection: file, from: customers, table: copies, mode: append }
  second: { destination: postgres, connection: shop, from: customers, table: copies, mode: append }
";
    shop.house.pipeline(pipeline).await;
    let run = shop.house.run("copies").await;
    assert_eq!((&run["state"], &run["fault"]["node"]), (&json!("failed"), &json!("second")), "{run:#}");
    let tasks = shop.house.get(&format!("runs/{}/tasks", id(&run))).await.expect(200);
    assert_eq!(column(tasks["items"].as_array().unwrap(), "state"), ["unfinished", "done", "failed"]);
    let loads = shop.house.get(&format!("runs/{}/loads", id(&run))).await.expect(200);
    assert_eq!(column(loads["items"].as_array().unwrap(), "node"), ["first"]);

    let retry = |node: &str| format!("runs/{}/tasks/{node}/retry", id(&run));
    shop.house.post(&retry("first"), json!({})).await.expect(409);
    shop.house.post(&retry("third"), json!({})).await.expect(404);
    shop.database.sql("INSERT INTO names VALUES ('c0'), ('c1'), ('c2')");
    shop.house.post(&retry("second"), json!({})).await.expect(202);
    let run = shop.end(id(&run)).await;
    assert_eq!((&run["state"], &run["attempt"]), (&json!("done"), &json!(2)), "{run:#}");
    assert_eq!(shop.one("select count(*) from copies"), "3");
    let rows = json!({ "settings": { "table": "copies" } });
    let rows = shop.house.post("connections/file/rows", rows).await.expect(200);
    assert_eq!(rows["rows"].as_array().unwrap().len(), 3, "{rows:#}");
}

#[tokio::test]
async fn rows_are_added_to_a_table_that_is_replaced_until_it_is_replaced_again() {
    let shop = Shop::open("overwrite").await;
    let run = shop.house.run("orders").await;
    let rows = shop.rejects(id(&run)).await;
    let amount = rows.iter().find(|row| row["node"] == "orders").unwrap();
    let repaired = json!([{ "number": amount["number"], "values": { "amount": "12.50" } }]);
    shop.repair(id(&run), repaired).await;
    assert_eq!(shop.one("select count(*) from all_orders"), "34");

    shop.house.run("orders").await;
    assert_eq!(shop.one("select count(*) from all_orders"), "33");
    let status = rows.iter().find(|row| row["node"] == "checked").unwrap();
    let late = json!({ "rows": [{ "number": status["number"], "values": { "status": "paid" } }] });
    let refused = shop.house.post(&format!("runs/{}/quarantine/repairs", id(&run)), late).await.expect(409);
    assert!(refused["detail"].as_str().unwrap().contains("was written anew"), "{refused:#}");
}

#[tokio::test]
async fn rows_that_are_not_needed_are_put_aside_and_taken_back() {
    let shop = Shop::open("append").await;
    let run = shop.house.run("orders").await;
    let numbers = column(&shop.rejects(id(&run)).await, "number");
    let dismiss = |dismissed: bool| json!({ "numbers": numbers, "dismissed": dismissed });
    let path = format!("runs/{}/quarantine/dismiss", id(&run));
    assert_eq!(shop.house.post(&path, dismiss(true)).await.expect(200)["changed"], 3);
    assert_eq!(shop.house.post(&path, dismiss(true)).await.expect(200)["changed"], 0);
    let open = shop.house.get(&format!("runs/{}/quarantine?standing=open", id(&run))).await.expect(200);
    assert_eq!(open["items"], json!([]));
    let export =
        shop.house.get(&format!("runs/{}/quarantine/export?standing=dismissed", id(&run))).await.expect(200);
    assert_eq!(export.as_str().unwrap().lines().count(), 4, "{export}");
    let sent = json!({ "rows": [{ "number": numbers[0], "values": {} }] });
    shop.house.post(&format!("runs/{}/quarantine/repairs", id(&run)), sent).await.expect(422);
    assert_eq!(shop.house.post(&path, dismiss(false)).await.expect(200)["changed"], 3);
    let groups = shop.house.get(&format!("runs/{}/quarantine/groups", id(&run))).await.expect(200);
    assert_eq!(column(groups["items"].as_array().unwrap(), "open"), [1, 1, 1]);
}
