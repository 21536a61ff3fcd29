//! The conformance laws, on a real server.

use std::sync::atomic::{AtomicU32, Ordering};

use arrow::datatypes::DataType;
use towpath_connect::conformance::{Harness, random_loads, run};

use super::*;

struct Place {
    database: Database,
    count: AtomicU32,
}

impl Harness for Place {
    fn connection(&self) -> Value {
        connection(&self.database.url())
    }

    fn wrong_password(&self) -> Option<Value> {
        Some(connection(&self.database.url_as("postgres", "certainly_wrong")))
    }

    fn unreachable(&self) -> Option<Value> {
        let mut connection = self.connection();
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
        json!({ "table": table })
    }

    fn keeps(&self, data_type: &DataType) -> bool {
        // Structs and maps become `jsonb`, which keeps the value and not its spelling; `json` and `jsonb` themselves
        // are compared in the cases of types.
        !matches!(data_type, DataType::Struct(_) | DataType::Map(..))
    }

    fn fresh_table_name(&self) -> String {
        format!("law_{}", self.count.fetch_add(1, Ordering::Relaxed))
    }
}

#[tokio::test]
async fn the_laws_hold() {
    run(connector().as_ref(), &Place { database: postgres(), count: AtomicU32::new(0) }).await;
}

#[tokio::test]
async fn random_loads_give_the_tables_of_the_model() {
    let place = Place { database: postgres(), count: AtomicU32::new(0) };
    for seed in 0..24 {
        Box::pin(random_loads(connector().as_ref(), &place, seed, 8)).await;
    }
}
