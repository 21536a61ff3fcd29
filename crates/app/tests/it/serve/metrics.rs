//! What a server counts is what alerts, the dashboard and the guide speak of.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use towpath_testkit::deploy_program;

use super::House;
use super::life::{SHOP, with_sales};

const ALERTS: &str = include_str!("../../../../../deploy/monitoring/alerts.yaml");
const BOARD: &str = include_str!("../../../../../deploy/monitoring/grafana.json");
const GUIDE: &str = include_str!("../../../../../docs/guides/server.md");
const COMPOSE: &str = include_str!("../../../../../deploy/docker/compose.yaml");

fn names(text: &str) -> BTreeSet<String> {
    let words = text.split(|letter: char| !(letter.is_ascii_lowercase() || letter == '_'));
    words.filter(|word| word.starts_with("towpath_")).map(str::to_owned).collect()
}

/// Conditions of expressions: a metric with `label="value"`.
fn conditions(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for piece in text.split("towpath_").skip(1) {
        let Some((name, rest)) = piece.split_once('{') else { continue };
        if name.contains(|letter: char| !(letter.is_ascii_lowercase() || letter == '_')) {
            continue;
        }
        let inside = rest.split('}').next().unwrap_or_default();
        for one in inside.split(',').filter(|one| one.contains("=\"")) {
            found.push((format!("towpath_{name}{{"), one.trim().to_owned()));
        }
    }
    found
}

#[tokio::test]
async fn alerts_dashboard_and_guide_speak_of_what_is_counted() {
    let house = with_sales(House::open(&[]).await).await;
    house.pipeline(SHOP).await;
    house.run("shop").await;
    // A run is counted once its end was written.
    let counted = async {
        loop {
            let told = house.get("/metrics").await.expect(200).as_str().unwrap().to_owned();
            if told.contains("\ntowpath_run_seconds") {
                break told;
            }
        }
    };
    let told = tokio::time::timeout(Duration::from_secs(60), counted).await.expect("the run is counted");

    let mut check = Command::new(deploy_program("promtool"));
    let check = check.args(["check", "metrics"]).stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut check = check.spawn().unwrap();
    check.stdin.take().unwrap().write_all(told.as_bytes()).unwrap();
    let checked = check.wait_with_output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));

    let series = names(&told);
    let is_there = |name: &String| assert!(series.contains(name), "`{name}` is not counted");
    names(ALERTS).iter().for_each(is_there);
    names(BOARD).iter().for_each(is_there);
    for (metric, condition) in conditions(ALERTS) {
        let has = |line: &str| line.starts_with(&metric) && line.contains(&condition);
        assert!(told.lines().any(has), "nothing is counted under {metric}{condition}}}");
    }
    let kinds: BTreeSet<String> = told
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next().map(str::to_owned))
        .collect();
    assert_eq!(names(GUIDE), kinds, "the guide lists every metric and no other");
}

#[tokio::test]
async fn a_container_is_healthy_while_its_server_is_ready() {
    let mut house = House::open(&[]).await;
    let line = COMPOSE.lines().find_map(|line| line.trim().strip_prefix("test: [\"CMD\", \"bash\"")).unwrap();
    let words: Vec<String> = serde_json::from_str(&format!("[\"bash\"{line}")).unwrap();
    let port = house.address.rsplit(':').next().unwrap().to_owned();
    let check = || {
        let script = words[2].replace("/8080", &format!("/{port}"));
        Command::new(&words[0]).arg(&words[1]).arg(script).stderr(Stdio::null()).status().unwrap().success()
    };
    assert!(check());
    house.kill();
    assert!(!check());
}
