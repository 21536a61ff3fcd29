//! Keys are exchanged while servers run: what was sealed opens before and after, on every server.

use serde_json::{Value, json};

use super::House;
use super::client::{EMAIL, begin};
use super::life::{SHOP, with_sales};
use crate::sandbox::Sandbox;

/// A channel with a secret. Its address is refused, after the secret was opened.
async fn channel(house: &House, name: &str) {
    let settings = json!({ "url": "https://127.0.0.1:1/x", "secret": "0123456789abcdef" });
    let channel = json!({ "name": name, "kind": "webhook", "settings": settings });
    house.post("channels", channel).await.expect(201);
}

#[track_caller]
fn opens(tested: &Value) {
    assert!(tested["message"].as_str().unwrap().contains("policy"), "{tested:#}");
}

async fn tested(house: &House, name: &str) -> Value {
    house.post(&format!("channels/{name}/test"), json!({})).await.expect(200)
}

/// What `towpath doctor` says of secrets.
fn secrets(house: &House, args: &[&str]) -> String {
    let mut command = house.home.command(&[&["doctor"], args].concat());
    let done = command.env("TOWPATH_DATA", house.home.path("data")).output().unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    said.lines().find(|line| line.contains(" secrets: ")).unwrap().to_owned()
}

fn lines(text: &str) -> usize {
    text.lines().filter(|line| !line.is_empty()).count()
}

#[tokio::test]
async fn a_key_is_exchanged_while_the_server_runs_and_nothing_sealed_is_lost() {
    let mut house = with_sales(House::open(&[]).await).await;
    channel(&house, "before").await;
    house.pipeline(SHOP).await;
    house.post("pipelines/shop/hook", json!({})).await.expect(201);
    let first = house.home.read("data/key");
    house.command(&["secrets", "rotate"]);
    let both = house.home.read("data/key");
    assert!(lines(&both) == 2 && both.ends_with(&first), "the old key stays until it is retired");
    opens(&tested(&house, "before").await);
    channel(&house, "meanwhile").await;
    // Once more goes on where it was, and makes no third key.
    house.command(&["secrets", "rotate"]);
    assert_eq!(house.home.read("data/key"), both);
    assert_eq!(secrets(&house, &[]), "ok  secrets: 5 open (channel 4, hook 1)");
    house.command(&["secrets", "rotate", "--retire"]);
    // Tokens of programs that the old key signed are good no more.
    house.sign_in(EMAIL).await;
    let new = house.home.read("data/key");
    assert!(lines(&new) == 1 && both.starts_with(&new), "the new key is left");
    for name in ["before", "meanwhile"] {
        opens(&tested(&house, name).await);
    }
    channel(&house, "after").await;
    house.kill();
    house.start(&[]).await;
    for name in ["before", "meanwhile", "after"] {
        opens(&tested(&house, name).await);
    }
    // The old key opens nothing any more, and whoever looks is told by name.
    house.home.write("old", first);
    let said = secrets(&house, &["--key-file", "old"]);
    assert!(said.contains("channel `after`, channel `before`, channel `meanwhile`, hook `shop`"), "{said}");
}

#[tokio::test]
async fn two_servers_that_share_a_key_file_change_keys_together() {
    let store = towpath_testkit::postgres();
    let keys = Sandbox::new();
    keys.write("key", keys.towpath(&["secrets", "new-key"]).expect(0, &[]).out.as_str());
    let (url, file) = (store.url(), keys.path("key").display().to_string());
    let options = ["--store", &url, "--key-file", &file];
    let mut house = House::open(&options).await;
    let mut other = begin(&house.home, &options);
    channel(&house, "before").await;
    let first = keys.read("key");
    house.command(&[&["secrets"], &options[..], &["rotate"]].concat());
    assert_eq!(lines(&keys.read("key")), 2);
    // What one of them seals with the new key, the other opens at once.
    channel(&house, "meanwhile").await;
    let one = std::mem::replace(&mut house.address, other.address.clone());
    for name in ["before", "meanwhile"] {
        opens(&tested(&house, name).await);
    }
    channel(&house, "elsewhere").await;
    house.address = one;
    opens(&tested(&house, "elsewhere").await);
    house.command(&[&["secrets"], &options[..], &["rotate", "--retire"]].concat());
    house.sign_in(EMAIL).await;
    assert!(!keys.read("key").contains(first.trim()));
    opens(&tested(&house, "before").await);
    house.command(&[&["doctor"], &options[..]].concat());
    other.server.kill().unwrap();
    other.server.wait().unwrap();
}
