//! The pages in a real browser (Chromium), on a real server with a real PostgreSQL and MariaDB. The scripts are in
//! `web/tests`; each tells what it did, and leaves a picture in `target/tmp/pages` of where it failed.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use towpath_testkit::{MariaDb, Postgres, mariadb, postgres};

use super::House;
use super::client::{EMAIL, PASSWORD};
use super::live::content;

/// The systems are on this machine, which pipelines of a server do not reach otherwise.
const SETTINGS: &str = "egress: { allow: [127.0.0.1] }\n";

fn web() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web")
}

/// A script of `web/tests` against a server, not yet started.
#[track_caller]
fn script(name: &str, address: &str) -> Command {
    let built = web().join("dist/index.html");
    assert!(built.exists(), "there are no pages in {}; run `make web`", built.display());
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages").join(name);
    let mut node = Command::new("node");
    node.arg(web().join("tests").join(name)).current_dir(web());
    node.env("TOWPATH_URL", address).env("TOWPATH_PICTURES", pictures);
    node.env("TOWPATH_EMAIL", EMAIL).env("TOWPATH_PASSWORD", PASSWORD).env("TOWPATH_WORKSPACE", "house");
    node
}

/// An ERP with 40 orders: four are cancelled, the others are right.
fn erp() -> MariaDb {
    let erp = mariadb();
    erp.sql(
        "create table orders (id int primary key, customer varchar(40) not null, status varchar(20) not null,
           quantity int not null, price decimal(10, 2) not null, placed date not null);
         insert into orders
           select seq, concat('Customer ', seq % 7), if(seq % 10 = 0, 'cancelled', 'open'), 1 + seq % 5, 2.5 * seq,
             date '2025-03-01' + interval seq day
           from seq_1_to_40",
    );
    erp
}

/// A warehouse, and the account that loads it; accounts are the whole server's.
fn warehouse() -> (Postgres, String) {
    let warehouse = postgres();
    let url = warehouse.url();
    let (_, database) = url.rsplit_once('/').unwrap();
    let loader = format!("loader_{database}");
    warehouse.sql(&format!(
        "create role {loader} login password 'first-password';
         grant create, temporary on database {database} to {loader};
         grant create, usage on schema public to {loader}"
    ));
    (warehouse, loader)
}

#[tokio::test]
async fn a_first_owner_connects_builds_runs_mends_and_watches() {
    let (house, link) = House::unowned(SETTINGS);
    let (erp, (warehouse, loader)) = (erp(), warehouse());
    let mut journey = script("journeys.mjs", &house.address);
    journey.env("TOWPATH_SETUP", link).env("TOWPATH_LOADER", &loader);
    content(journey.env("TOWPATH_ERP", erp.url()).env("TOWPATH_WAREHOUSE", warehouse.url()));
    drop(house);
    warehouse.sql(&format!("drop owned by {loader}; drop role {loader}"));
}

/// The settings of a connection to the database at that address.
fn place(url: &str) -> Value {
    let url = reqwest::Url::parse(url).unwrap();
    let database = url.path().trim_start_matches('/');
    let mut settings =
        json!({ "host": url.host_str(), "port": url.port(), "user": url.username(), "database": database });
    if let Some(password) = url.password() {
        settings["password"] = json!(password);
    }
    settings
}

/// A pipeline whose run is done, with a row in quarantine.
const ORDERS: &str = "\
towpath: 1
name: orders
description: Open orders of the ERP, with what they are worth.
nodes:
  orders: { source: mysql, connection: erp, table: orders }
  open: { transform: filter, from: orders, where: status <> 'cancelled' }
  worth: { transform: derive, from: open, columns: { total: quantity * price } }
  checked:
    transform: check
    from: worth
    expect: [{ column: total, max: 480, severity: quarantine }, { column: id, not_null: true }]
  load:
    destination: postgres
    connection: warehouse
    from: checked
    table: public.orders
    mode: upsert
    key: [id]
    undo: { keep: 30d }
schedule: { cron: '0 6 * * *', timezone: Europe/Brussels }
";

/// A pipeline whose runs fail.
const BROKEN: &str = "\
towpath: 1
name: broken
nodes:
  gone: { source: mysql, connection: erp, table: what_is_not_there }
  load: { destination: postgres, connection: warehouse, from: gone, table: public.gone, mode: append }
";

#[tokio::test]
async fn nothing_on_any_page_keeps_anybody_out() {
    let house = House::open_as(SETTINGS).await;
    let (erp, warehouse) = (erp(), postgres());
    for (name, connector, url) in [("erp", "mysql", erp.url()), ("warehouse", "postgres", warehouse.url())] {
        let connection = json!({ "name": name, "connector": connector, "settings": place(&url) });
        house.post("connections", connection).await.expect(201);
    }
    house.file("sales.csv", "id,country\n1,BE\n2,FR\n").await;
    house.pipeline(ORDERS).await;
    house.pipeline(BROKEN).await;
    assert_eq!(house.run("orders").await["state"], "quarantined");
    let broken = house.run("broken").await;
    let told = broken["fault"]["message"].as_str().unwrap_or_default();
    assert_eq!(
        (broken["state"].as_str(), told.matches("node `gone`").count()),
        (Some("failed"), 1),
        "{told}"
    );
    content(&mut script("accessible.mjs", &house.address));
}
