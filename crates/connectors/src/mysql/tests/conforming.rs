//! The conformance laws, on a real server and by both ways of loading.

use std::sync::atomic::{AtomicU32, Ordering};

use towpath_connect::conformance::{Harness, random_loads, run};

use super::*;

struct Place {
    db: MariaDb,
    load: &'static str,
    count: AtomicU32,
}

impl Place {
    fn new(load: &'static str) -> Self {
        Place { db: towpath_testkit::mariadb(), load, count: AtomicU32::new(0) }
    }
}

impl Harness for Place {
    fn connection(&self) -> Value {
        connection(&self.db)
    }

    fn wrong_password(&self) -> Option<Value> {
        let mut connection = connection(&self.db);
        connection["password"] = json!("certainly wrong");
        Some(connection)
    }

    fn unreachable(&self) -> Option<Value> {
        let mut connection = connection(&self.db);
        connection["host"] = json!("no-such-host.invalid");
        Some(connection)
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn source(&self, table: &str) -> Value {
        json!({ "table": table })
    }

    fn destination(&self, table: &str) -> Value {
        json!({ "table": table, "load": self.load })
    }

    fn takes_name(&self, name: &str) -> bool {
        // MySQL stores names without characters above U+FFFF.
        name.chars().all(|c| u32::from(c) <= 0xFFFF)
    }

    fn fresh_table_name(&self) -> String {
        format!("law_{}", self.count.fetch_add(1, Ordering::Relaxed))
    }
}

#[tokio::test]
async fn the_laws_hold_with_local_infile() {
    run(connector().as_ref(), &Place::new("local_infile")).await;
}

#[tokio::test]
async fn the_laws_hold_with_inserts() {
    run(connector().as_ref(), &Place::new("insert")).await;
}

#[tokio::test]
async fn random_loads_give_the_tables_of_the_model() {
    let place = Place::new("auto");
    for seed in 0..12 {
        Box::pin(random_loads(connector().as_ref(), &place, seed, 8)).await;
    }
}
