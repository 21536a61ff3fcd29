//! `towpath import`: what stands in files comes into a workspace, again and again.

use serde_json::json;

use super::House;
use super::life::SHOP;
use crate::sandbox::{Said, said};

fn import(house: &House, args: &[&str]) -> Said {
    let mut command = house.home.command(&[&["import", "--workspace", "house"], args].concat());
    command.env("TOWPATH_DATA", house.home.path("data")).env("SHOP_PASSWORD", "s3cret-of-the-shop");
    said(command.output().unwrap())
}

const CONNECTIONS: &str = "\
shop: { connector: sqlite, path: shop.db }
erp: postgresql://reader:${env.SHOP_PASSWORD}@db.example.org/erp
";

#[tokio::test]
async fn files_become_pipelines_and_connections_and_a_second_time_new_versions() {
    let house = super::life::with_sales_file(House::open(&[]).await).await;
    house.home.write("connections.yaml", CONNECTIONS);
    house.home.write("shop.yaml", SHOP);
    let args = ["--connections-file", "connections.yaml", "shop.yaml"];
    // While the server runs.
    import(&house, &args).expect(0, &["connection `shop`", "connection `erp`", "pipeline `shop`, version 1"]);
    let erp = house.get("connections/erp").await.expect(200);
    assert_eq!(erp["secrets"], json!(["/password"]), "{erp:#}");
    assert!(!erp.to_string().contains("s3cret"));
    assert_eq!(house.run("shop").await["state"], "done");

    house.home.write("shop.yaml", SHOP.replace("name: shop\n", "name: shop\ndescription: By country.\n"));
    import(&house, &args).expect(0, &["pipeline `shop`, version 2"]);
    assert_eq!(house.get("connections").await.expect(200)["items"].as_array().unwrap().len(), 2);
    let shop = house.get("pipelines/shop").await.expect(200);
    assert_eq!((&shop["version"], &shop["description"]), (&json!(2), &json!("By country.")));
    let audit = house.get("audit?action=pipeline.").await.expect(200);
    let done: Vec<&str> =
        audit["items"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(done, ["pipeline.change", "pipeline.make"], "{audit:#}");
}

#[tokio::test]
async fn what_is_wrong_is_refused_by_name_and_what_came_before_stays() {
    let house = super::life::with_sales_file(House::open(&[]).await).await;
    house.home.write("connections.yaml", CONNECTIONS);
    house.home.write("shop.yaml", SHOP);
    house.home.write(
        "wrong.yaml",
        SHOP.replace("name: shop", "name: wrong").replace("from: totals", "from: total"),
    );
    let args = ["--connections-file", "connections.yaml", "shop.yaml", "wrong.yaml"];
    import(&house, &args).expect(2, &["wrong.yaml", "`total`", "did you mean `totals`"]);
    let names = house.get("pipelines").await.expect(200);
    assert_eq!(names["items"].as_array().unwrap().len(), 1, "{names:#}");
    import(&house, &["--as", "nobody@example.org", "shop.yaml"]).expect(1, &["nobody is there", "--as"]);
    let mut command = house.home.command(&["import", "--workspace", "elsewhere", "shop.yaml"]);
    let elsewhere = said(command.env("TOWPATH_DATA", house.home.path("data")).output().unwrap());
    elsewhere.expect(1, &["there is no workspace `elsewhere`"]);
}
